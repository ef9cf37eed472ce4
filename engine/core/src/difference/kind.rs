//! What a state does, as facts.

use crate::command::Verdict;
use crate::definition::{
    Approve, Definition, ForEach, Join, Run, Signature, Source, StateKind, StepUp, Then, WorkAction,
};
use crate::diagram::{said_kind, said_outcome};
use crate::text::Text;

use super::fact::Fact;
use super::state::{asked, common_target};
use super::words::{condition, join, list, needs, on_reject, quoted, target};
use super::{Both, Weight};

pub(super) fn facts(both: &Both<'_>, def: &Definition, kind: &StateKind) -> Vec<Fact> {
    let mut facts = vec![Fact::new(
        Weight::Way,
        "kind",
        ("节点类型", "what happens there"),
        said_kind(kind),
    )];
    let who = ("由谁处理", "who is asked");
    match kind {
        StateKind::Draft { by } => {
            facts.push(asked(both, def, std::slice::from_ref(by), "by", who));
        }
        StateKind::Approve(approve) => facts.extend(approval(both, def, approve)),
        StateKind::Work { by, actions, claim } => {
            facts.push(asked(both, def, by, "by", who));
            facts.push(pooled(*claim));
            for one in actions {
                facts.extend(action(both, def, one));
            }
        }
        StateKind::Rule {
            rule,
            label,
            give,
            fills,
        } => {
            let fact = Fact::new(Weight::Effect, "rule", ("规则", "the rule"), label.clone());
            facts.push(fact.equal_by(rule.clone()));
            facts.push(named(
                def,
                "give",
                ("给规则的字段", "fields given to it"),
                give,
            ));
            facts.extend(filled(def, fills));
        }
        StateKind::Run(run) => facts.extend(effect(both, def, run, "run")),
        StateKind::Choose { ways } => {
            let otherwise = ways.iter().position(|way| way.when.is_none());
            for (number, way) in ways.iter().enumerate() {
                facts.push(choice(both, def, way, number, otherwise == Some(number)));
            }
        }
        StateKind::Mail { mail, to } => {
            facts.push(plain("mail.name", ("邮件", "the mail"), mail));
            facts.push(asked(both, def, to, "to", ("收件人", "who it goes to")));
        }
        StateKind::WaitFor { event, name } => {
            let label = ("等待的事件", "what it waits for");
            let same = format!("{event}\n{}\n{}", name.zh, name.en);
            facts.push(Fact::new(Weight::Effect, "wait", label, name.clone()).equal_by(same));
        }
        StateKind::WaitUntil { time } => {
            let (said, same) = condition(time);
            let label = ("等到的时间", "the time it waits for");
            facts.push(Fact::new(Weight::Time, "wait", label, said).equal_by(same));
        }
        StateKind::Subflow {
            flow,
            link,
            beside,
            each,
            needs,
            outcomes,
        } => {
            let label = ("子流程", "the subflow");
            let called = Fact::new(Weight::Effect, "subflow.flow", label, both.names.flow(flow));
            facts.push(called.equal_by(flow));
            facts.extend(
                link.as_ref()
                    .map(|link| plain("subflow.link", ("关联字段", "the linking field"), link)),
            );
            facts.push(waits(*beside));
            facts.extend(each.as_ref().map(|each| for_each(both, def, each)));
            if each.is_some() {
                let label = ("需要的子流程数", "how many subflows must end well");
                facts.push(Fact::new(
                    Weight::People,
                    "subflow.needs",
                    label,
                    children(*needs),
                ));
            }
            for (how, to) in outcomes {
                let word = both.names.outcome(flow, how.word());
                let (word, leads) = (word.unwrap_or_else(|| said_outcome(how)), target(def, *to));
                let (zh, en) = (
                    format!("子流程以“{}”结束后的去向", word.zh),
                    format!("where the outcome “{}” leads", word.en),
                );
                let key = format!("subflow.outcomes.{}", how.word());
                let fact = Fact::new(Weight::Way, key, (&zh, &en), leads);
                facts.push(fact.equal_by(common_target(both, def, *to)));
            }
        }
        StateKind::Together { needs, branches } => {
            let label = ("汇聚条件", "how the branches are joined");
            facts.push(Fact::new(
                Weight::People,
                "together.needs",
                label,
                join(*needs),
            ));
            let regions = branches.iter().map(|ix| &def.regions[*ix]);
            for region in regions {
                let key = format!("together.{}", region.id);
                let label = ("分支", "a branch");
                let fact = Fact::new(Weight::Way, key, label, quoted(&region.name));
                facts.push(fact.equal_by(""));
            }
        }
        StateKind::End { outcome: how, then } => {
            facts.push(Fact::new(
                Weight::Way,
                "end",
                ("结果", "the outcome"),
                said_outcome(how),
            ));
            for (number, step) in then.iter().enumerate() {
                facts.extend(ends_with(both, def, step, number));
            }
        }
    }
    facts
}

fn for_each(both: &Both<'_>, def: &Definition, each: &ForEach) -> Fact {
    let label = ("每个子流程对应", "what a subflow is started for");
    match each {
        ForEach::Rows(field) => {
            let name = def.entity.label_of(field);
            let said = Text::new(
                format!("“{}”的每一行", name.zh),
                format!("each row of “{}”", name.en),
            );
            Fact::new(Weight::Way, "subflow.for_each", label, said).equal_by(field)
        }
        ForEach::People { who, .. } => asked(
            both,
            def,
            std::slice::from_ref(who),
            "subflow.for_each",
            label,
        ),
    }
}

fn children(needs: Join) -> Text {
    match needs {
        Join::All => Text::new("全部", "all"),
        Join::Any => Text::new("任一", "any"),
        Join::Count(count) => Text::new(format!("{count} 个"), count.to_string()),
    }
}

fn waits(beside: bool) -> Fact {
    let said = if beside {
        Text::new("不等待", "not waited for")
    } else {
        Text::new("等待其结束", "waited for")
    };
    Fact::new(
        Weight::Way,
        "subflow.beside",
        ("是否等待", "whether it is waited for"),
        said,
    )
}

fn approval(both: &Both<'_>, def: &Definition, approve: &Approve) -> Vec<Fact> {
    let Approve {
        by,
        needs: how_many,
        on_reject: rejected,
        claim,
        outcomes,
        signature,
        step_up,
        bulk,
    } = approve;
    let mut facts = vec![
        asked(both, def, by, "by", ("审批人", "who is asked")),
        Fact::new(
            Weight::People,
            "needs",
            ("需要的票数", "how many must approve"),
            needs(how_many),
        ),
        Fact::new(
            Weight::People,
            "on_reject",
            ("遇到拒绝时", "what one rejection does"),
            on_reject(*rejected),
        ),
    ];
    facts.push(pooled(*claim));
    for one in outcomes {
        let counts = match one.counts {
            Verdict::Approve => Text::new("算同意", "counts as approval"),
            Verdict::Reject => Text::new("算拒绝", "counts as rejection"),
        };
        let leads = one.to.map(|to| target(def, to)).unwrap_or_default();
        let said = Text::new(
            format!("“{}”，{}{}", one.name.zh, counts.zh, leads.zh),
            format!("“{}”, {} {}", one.name.en, counts.en, leads.en),
        );
        let to = one.to.map(|to| common_target(both, def, to));
        let same = format!("{}{}{:?}{to:?}", one.name.zh, one.name.en, one.counts);
        let same = format!("{same}{}", one.reason_required);
        let key = format!("outcomes.{}", one.id);
        let fact = Fact::new(Weight::Way, key, ("自定义结论", "an answer"), said);
        facts.push(fact.equal_by(same));
    }
    facts.extend(signature.map(|signature| {
        let said = match signature {
            Signature::Typed => Text::new("键入姓名", "the name typed"),
            Signature::Drawn => Text::new("手写签名", "drawn"),
        };
        Fact::new(Weight::Policy, "signature", ("签名", "the signature"), said)
    }));
    facts.extend(step_up.as_ref().map(|step_up| {
        let (said, same) = match step_up {
            StepUp::Always => (Text::new("每次", "every time"), String::new()),
            StepUp::When(when) => condition(when),
        };
        let label = ("再次验证身份", "entering the password again");
        Fact::new(Weight::Policy, "step_up", label, said).equal_by(same)
    }));
    facts.extend(bulk.as_ref().map(|when| {
        let (said, same) = condition(when);
        let label = ("可以批量审批的", "what may be decided in bulk");
        Fact::new(Weight::Policy, "bulk", label, said).equal_by(same)
    }));
    facts
}

/// 认领.
fn pooled(claim: bool) -> Fact {
    let said = if claim {
        Text::new("认领后办理", "claimed by one of them")
    } else {
        Text::new("直接分给每个人", "given to each")
    };
    Fact::new(
        Weight::People,
        "claim",
        ("任务的分法", "how the tasks are given"),
        said,
    )
}

fn plain(key: &str, label: (&str, &str), word: &str) -> Fact {
    Fact::new(Weight::Effect, key, label, Text::same(word))
}

fn named(def: &Definition, key: &str, label: (&str, &str), fields: &[String]) -> Fact {
    let labels: Vec<Text> = fields
        .iter()
        .map(|name| def.entity.label_of(name))
        .collect();
    Fact::new(Weight::Effect, key, label, list(&labels)).equal_by(fields.join(","))
}

fn filled(def: &Definition, fills: &[(String, String)]) -> Vec<Fact> {
    let one = |(field, output): &(String, String)| {
        let label = def.entity.label_of(field);
        let label_zh = format!("字段“{}”的来源", label.zh);
        let label_en = format!("what fills “{}”", label.en);
        Fact::new(
            Weight::Effect,
            format!("fills.{field}"),
            (&label_zh, &label_en),
            Text::same(output),
        )
    };
    fills.iter().map(one).collect()
}

fn effect(both: &Both<'_>, def: &Definition, run: &Run, key: &str) -> Vec<Fact> {
    let Run {
        effect,
        label,
        give,
        fills,
        once_per,
        retry,
        tell,
        undo,
    } = run;
    let mut facts = vec![
        Fact::new(
            Weight::Effect,
            key,
            ("自动执行", "what is run"),
            label.clone(),
        )
        .equal_by(effect.clone()),
        named(
            def,
            &format!("{key}.give"),
            ("交出的字段", "fields handed over"),
            give,
        ),
    ];
    facts.extend(filled(def, fills));
    facts.extend(once_per.as_ref().map(|field| {
        let label = ("去重依据", "the key that keeps it from running twice");
        let said = def.entity.label_of(field);
        Fact::new(Weight::Effect, format!("{key}.once_per"), label, said)
    }));
    if !retry.is_empty() {
        let terms: Vec<Text> = retry.iter().map(|term| term.text()).collect();
        let label = ("失败后重试", "the retries");
        facts.push(Fact::new(
            Weight::Time,
            format!("{key}.retry"),
            label,
            list(&terms),
        ));
    }
    if !tell.is_empty() {
        let label = ("失败后通知", "who is told when it fails");
        facts.push(asked(both, def, tell, &format!("{key}.tell"), label));
    }
    if let Some(undo) = undo {
        let mut undone = self::effect(both, def, undo, &format!("{key}.undo"));
        for fact in &mut undone {
            let (zh, en) = (&fact.label.zh, &fact.label.en);
            fact.label = Text::new(format!("撤销时{zh}"), format!("{en} when it is revoked"));
        }
        facts.extend(undone);
    }
    facts
}

fn choice(
    both: &Both<'_>,
    def: &Definition,
    way: &crate::definition::Way,
    number: usize,
    otherwise: bool,
) -> Fact {
    let to = target(def, way.to);
    let (said, same) = way.when.as_ref().map_or_else(
        || (Text::new("否则", "otherwise"), String::new()),
        condition,
    );
    let key = if otherwise {
        "otherwise".to_owned()
    } else {
        format!("choose.{}", number + 1)
    };
    let said = Text::new(
        format!("{} → {}", said.zh, to.zh),
        format!("{} → {}", said.en, to.en),
    );
    let same = format!("{same} {}", common_target(both, def, way.to));
    Fact::new(Weight::Condition, key, ("分支条件", "a way"), said).equal_by(same)
}

fn action(both: &Both<'_>, def: &Definition, action: &WorkAction) -> Vec<Fact> {
    let WorkAction {
        id,
        name,
        to,
        ask,
        require,
        reason_required,
        create,
    } = action;
    let leads = target(def, *to);
    let said = Text::new(
        format!("“{}”，{}", name.zh, leads.zh),
        format!("“{}”, {}", name.en, leads.en),
    );
    let same = format!("{}{}{}", name.zh, name.en, common_target(both, def, *to));
    let key = format!("actions.{id}");
    let mut facts =
        vec![Fact::new(Weight::Way, key.as_str(), ("动作", "an action"), said).equal_by(same)];
    facts.extend(
        ask.iter()
            .map(|field| super::fields::asked(field, &format!("{key}."))),
    );
    if !require.is_empty() {
        let (zh, en) = (
            format!("动作“{}”的必填字段", name.zh),
            format!("fields needed for “{}”", name.en),
        );
        let mut fact = named(def, &format!("{key}.require"), (&zh, &en), require);
        fact.weight = Weight::Field;
        facts.push(fact);
    }
    if *reason_required {
        let said = Text::new("必填", "required");
        let (zh, en) = (
            format!("动作“{}”的原因", name.zh),
            format!("the reason for “{}”", name.en),
        );
        facts.push(Fact::new(
            Weight::Field,
            format!("{key}.reason"),
            (&zh, &en),
            said,
        ));
    }
    for creation in create {
        let from: Vec<String> = creation
            .values
            .iter()
            .map(|(field, source)| format!("{field}={}", source_word(source)))
            .collect();
        let said = Text::same(format!("{}（{}）", creation.entity, from.join("，")));
        let key = format!("{key}.create.{}", creation.entity);
        facts.push(Fact::new(
            Weight::Effect,
            key,
            ("新建的记录", "a record it makes"),
            said,
        ));
    }
    facts
}

fn source_word(source: &Source) -> String {
    match source {
        Source::RecordId => "id".to_owned(),
        Source::Field(name) => name.clone(),
        Source::Fixed(value) => super::settings::value_word(value),
    }
}

fn ends_with(both: &Both<'_>, def: &Definition, step: &Then, number: usize) -> Vec<Fact> {
    let key = format!("then.{}", number + 1);
    match step {
        Then::Mail { mail, to } => vec![
            plain(&key, ("结束后的邮件", "a mail at the end"), mail),
            asked(
                both,
                def,
                to,
                &format!("{key}.to"),
                ("邮件收件人", "who it goes to"),
            ),
        ],
        Then::Run(run) => effect(both, def, run, &key),
    }
}
