//! What changed, as somebody who publishes reads it.

use super::*;
use crate::catalog::Catalog;
use crate::dialect::compile;
use crate::people::Ids;

const FLOW: &str = include_str!("tests/purchase.yaml");

fn catalog() -> Catalog {
    let roles = ["owner", "finance", "chief", "boss", "legal"];
    Catalog {
        roles: roles
            .iter()
            .map(|role| ((*role).to_owned(), Text::same(*role)))
            .collect(),
        calendars: ["cn_office".to_owned(), "cn_six_day".to_owned()].into(),
        ..Catalog::default()
    }
}

fn definition(text: &str) -> Definition {
    let compiled = compile("purchase.yaml", text, &catalog());
    // A version that is not fit to publish is compared all the same.
    assert!(compiled.definition.is_some(), "{:#?}", compiled.diagnostics);
    compiled.definition.unwrap()
}

/// The sentences after replacing parts of the file, in Chinese.
fn changed(edits: &[(&str, &str)]) -> Vec<String> {
    let mut text = FLOW.to_owned();
    for (from, to) in edits {
        assert!(text.contains(from), "{from} is not in the file");
        text = text.replacen(from, to, 1);
    }
    let found = difference(&definition(FLOW), &definition(&text), &Ids);
    for change in &found.changes {
        assert!(!change.words.en.is_empty() && change.words.en.ends_with('.'));
    }
    found
        .lines(Lang::Zh)
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// A7.1: the difference is told in words, the heaviest first.
#[test]
fn what_decides_is_told_before_what_is_only_worded() {
    let lines = changed(&[
        (
            "name: {zh: 采购, en: Purchase}",
            "name: {zh: 采购审批, en: Purchase}",
        ),
        ("needs: 2", "needs: all"),
        ("deadline: 2 workdays", "deadline: 1 workday"),
        ("big: 100000", "big: 50000"),
        (
            "  - {id: chief,",
            "  - {id: legal, name: {zh: 法务, en: Legal}, approve: {by: legal}}\n  - {id: chief,",
        ),
    ]);
    assert_eq!(
        lines,
        [
            "新增节点“法务”（审批），在“财务会签”之后。",
            "“财务会签”需要的票数由 2 人同意 改为 全部同意（会签）。",
            "“财务会签”遇到拒绝时由 无法再通过时才算拒绝 改为 一票否决。",
            "阈值“limits.big”由 100000 改为 50000。",
            "“财务会签”时限由 2 个工作日 改为 1 个工作日。",
            "流程名称由 采购 改为 采购审批。",
        ]
    );
}

#[test]
fn comments_layout_and_tests_are_no_change() {
    assert_eq!(
        changed(&[("flow: purchase", "# 说明\nflow: purchase")]),
        [""; 0]
    );
    assert_eq!(changed(&[("name: 小额", "name: 小额采购")]), [""; 0]);
}

#[test]
fn a_state_with_another_id_is_the_same_state() {
    assert_eq!(
        changed(&[("{id: chief,", "{id: head,")]),
        ["节点“总监”编号由 chief 改为 head。"]
    );
}

#[test]
fn a_state_moved_behind_another_is_told_once() {
    let chief = "  - {id: chief, name: {zh: 总监, en: Chief}, when: amount > tables.limits.big, approve: {by: chief}, if_rejected: {go: refused}}\n";
    let lines = changed(&[
        (chief, ""),
        ("  - id: finance\n", &format!("{chief}  - id: finance\n")),
    ]);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].starts_with("节点“") && lines[0].contains("移到"),
        "{lines:?}"
    );
}

#[test]
fn another_rule_behind_a_name_is_told_once_with_where_it_is_asked() {
    assert_eq!(
        changed(&[("chief: role/chief", "chief: role/boss")]),
        ["人员“chief”（用于“总监”）由 “chief”角色 改为 “boss”角色。"]
    );
}

#[test]
fn ladders_policies_fields_and_ways_are_told() {
    let one = |edit: (&str, &str), wanted: &str| {
        let lines = changed(&[edit]);
        assert!(
            lines.iter().any(|line| line.contains(wanted)),
            "{wanted}: {lines:?}"
        );
    };
    one(
        ("remind: waiting", "hand_to: boss"),
        "超时处理由 到期时催办待办人 改为",
    );
    one(
        ("same_person: ask", "same_person: refuse"),
        "同一人已审批过时由 每次都问 改为 不能签两处",
    );
    one(
        ("{back_to: draft}", "{go: refused}"),
        "拒绝后的去向由 退回“申请” 改为 到“拒绝”",
    );
    one(
        ("amount > tables.limits.big", "amount > 5"),
        "条件由 金额 > 100000 改为 金额 > 5",
    );
    one(
        (
            "note:    {type: text,",
            "note:    {type: text, required: true,",
        ),
        "字段“备注”的必填由 否 改为 是",
    );
    one(("min: 0", "min: 1"), "限制由");
    one(
        ("text: {zh: \"请审批\"", "text: {zh: \"请尽快审批\""),
        "邮件“ask”有变化",
    );
    one(
        ("calendar: cn_office", "calendar: cn_six_day"),
        "工作日历由",
    );
    one(("owner: role/owner", "owner: role/boss"), "流程负责人由");
    one(
        ("fields: {write: [note]}", "fields: {hidden: [note]}"),
        "可改的字段",
    );
    one(
        ("done, end: approved", "done, end: bought"),
        "结果由 同意 改为 bought",
    );
}

/// A7.2: whatever line of a flow is taken out or changed, something is said.
#[test]
fn no_line_of_the_states_changes_in_silence() {
    let before = definition(FLOW);
    let mut tried = 0;
    for (number, line) in FLOW.lines().enumerate() {
        let without: Vec<&str> = FLOW
            .lines()
            .enumerate()
            .filter(|(at, _)| *at != number)
            .map(|(_, line)| line)
            .collect();
        let compiled = compile("purchase.yaml", &without.join("\n"), &catalog());
        let Some(after) = compiled.definition else {
            continue;
        };
        if line.trim().is_empty() || line.trim_start().starts_with('#') || number > 48 {
            continue;
        }
        tried += 1;
        assert!(
            !difference(&before, &after, &Ids).is_empty(),
            "line {}: {line}",
            number + 1
        );
    }
    assert!(tried > 8, "{tried}");
}

/// `label：said` of each policy of a list, in Chinese, the usual ones marked.
fn said(known: &[SaidPolicy]) -> Vec<String> {
    let line = |one: &SaidPolicy| {
        let mark = if one.usual { "（默认）" } else { "" };
        assert!(!one.label.en.is_empty() && !one.said.en.is_empty());
        format!("{}：{}{mark}", one.label.zh, one.said.zh)
    };
    known.iter().map(line).collect()
}

/// A3.43: every policy that holds is told, defaults too, with each state's own, in the words of the difference.
#[test]
fn every_policy_that_holds_is_told_in_the_words_of_the_difference() {
    let to_chief = "approve: {by: chief}, if_rejected";
    let own = "approve: {by: chief}, policies: {nobody: pass, own_request: superior}, if_rejected";
    let known = policies(&definition(&FLOW.replacen(to_chief, own, 1)), &Ids);
    let flow = said(&known.flow);
    for wanted in [
        "找不到人时：挂起并通知负责人（默认）",
        "审批人就是发起人时：不问本人（默认）",
        "同一人已审批过时：每次都问",
        "签后数据有改动时：重新审批（默认）",
        "最多退回次数：5",
        "撤回：结束之前可以（默认）",
        "任何人都可代理：否（默认）",
        "批准后撤销：不可以（默认）",
    ] {
        assert!(flow.iter().any(|line| line == wanted), "{wanted}: {flow:?}");
    }
    let [chief] = known.states.as_slice() else {
        panic!("{:?}", known.states)
    };
    assert_eq!(chief.name.zh, "总监");
    assert_eq!(
        said(&chief.policies),
        ["找不到人时：算同意", "审批人就是发起人时：改问其上级"]
    );
    let changed = changed(&[(to_chief, own)]);
    assert!(
        changed.contains(&"“总监”新增找不到人时：算同意。".to_owned()),
        "{changed:?}"
    );
}

/// A6.25: what happens when it gets late stands in the state's sentence, a rung each, machine decisions too.
#[test]
fn the_ladder_stands_in_the_sentence_of_its_state() {
    use crate::diagram::{DiagramOptions, lines};
    let text = FLOW.replacen(
        "      - {at: deadline, remind: waiting}\n",
        "      - {after: 1 workday, remind: waiting, every: 4 work hours, at_most: 3}\n      - {at: deadline, hand_to: boss}\n      - {after: deadline + 1 workday, go: refused}\n",
        1,
    );
    let sentence = |text: &str, lang: Lang| {
        let lines = lines(&definition(text), &DiagramOptions::new(lang));
        let of_finance =
            |line: &crate::diagram::DiagramLine| line.state.as_deref() == Some("finance");
        lines.into_iter().find(of_finance).unwrap().text
    };
    assert_eq!(
        sentence(&text, Lang::Zh),
        "财务会签（审批）：finance；2 人同意；限 2 个工作日；1 个工作日后催办待办人，每 4 个工作小时一次，最多 3 次；到期时转给boss；到期后 1 个工作日转到“拒绝”；拒绝退回则到“申请”"
    );
    let by_itself = text.replacen("hand_to: boss", "approve: true", 1);
    let english = sentence(&by_itself, Lang::En);
    assert!(
        english.contains("at the deadline the system approves"),
        "{english}"
    );
}
