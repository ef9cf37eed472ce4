//! `deadline:`, `if_late:` and `clock:`.

use crate::calendar::Term;
use crate::definition::{DeadlineBy, LateAct, PeopleRef, Rung, RungTime, State, Target};
use crate::dialect::lean;
use crate::dialect::map::{MapReader, items, key_word};
use crate::dialect::reader::Reader;
use crate::dialect::scalar;
use crate::dialect::tree::{Node, NodeKind};
use crate::field::FieldKind;

use super::{Cx, target};

/// Reads the time limits of a state.
pub fn late(reader: &mut Reader, cx: &Cx<'_, '_>, map: &mut MapReader<'_>, state: &mut State) {
    if let Some(node) = map.get("deadline") {
        if matches!(node.kind, NodeKind::Map(_)) {
            state.deadline_by = by_choice(reader, cx, node);
            let terms = state.deadline_by.as_ref().map(|by| by.terms.as_slice());
            state.deadline = terms.and_then(|terms| terms.first()).map(|(_, term)| *term);
        } else {
            state.deadline = lean::term(reader, node);
        }
    }
    let has_deadline = map.has("deadline");
    if let Some(node) = map.get("if_late") {
        for item in items(node) {
            state.if_late.extend(rung(reader, cx, item, has_deadline));
        }
        shares_exist(reader, node, state);
    }
    if let Some(node) = map.get("clock") {
        clock(reader, cx, node, state, has_deadline);
    }
}

/// `deadline: {by: tier, a: 4 hours, b: 8 hours}`: a term for every option of the field.
fn by_choice(reader: &mut Reader, cx: &Cx<'_, '_>, node: &Node) -> Option<DeadlineBy> {
    let map = MapReader::open(reader, node, ("分档期限", "deadlines by a field"))?;
    let (by, terms): (Vec<_>, Vec<_>) = map.written().iter().partition(|(key, _)| key.text == "by");
    let word = by.first().and_then(|(_, node)| scalar::text(reader, node));
    let field = word.as_ref().filter(|word| cx.names.field(reader, word));
    let kind = field.and_then(|word| Some(&cx.names.field_type(&word.text)?.kind));
    let Some(FieldKind::Choice { options }) = kind else {
        reader.error(
            "deadline-by",
            node.span,
            (
                "分档期限要写 by: 选项字段",
                "Deadlines by a field need by: and a field that is a choice",
            ),
            (
                "例如 deadline: {by: tier, a: 4 hours, b: 8 hours}",
                "For example deadline: {by: tier, a: 4 hours, b: 8 hours}",
            ),
        );
        return None;
    };
    let mut read: Vec<(String, Term)> = Vec::new();
    for (key, node) in terms {
        let option = key_word(key);
        if options.iter().any(|(known, _)| *known == option.text) {
            read.extend(lean::term(reader, node).map(|term| (option.text, term)));
        } else {
            let known = options.iter().map(|(known, _)| known.as_str());
            reader.unknown("unknown-option", &option, ("选项", "option"), known);
        }
    }
    let left_out = |(option, _): &&(String, _)| !read.iter().any(|(known, _)| known == option);
    if let Some((option, name)) = options.iter().find(left_out) {
        reader.error(
            "deadline-by",
            node.span,
            (
                format!("选项“{}”（{option}）没有期限", name.zh),
                format!("The option “{}” ({option}) has no deadline", name.en),
            ),
            ("给每个选项写一个期限", "Give every option a deadline"),
        );
        return None;
    }
    Some(DeadlineBy {
        field: word?.text,
        terms: read,
    })
}

fn clock(reader: &mut Reader, cx: &Cx<'_, '_>, node: &Node, state: &mut State, has_deadline: bool) {
    let Some(mut map) = MapReader::open(reader, node, ("计时设置", "clock setting")) else {
        return;
    };
    if let Some(node) = map.get("stops_in") {
        for word in scalar::words(reader, node) {
            state.clock_stops_in.extend(cx.names.state(reader, &word));
        }
    }
    if let Some(node) = map.get("transfer") {
        let words = [("keeps", false), ("restarts", true)];
        state.restarts_on_transfer = scalar::one_of(reader, node, &words).unwrap_or_default();
    } else if state.clock_stops_in.is_empty() {
        map.need("stops_in");
    }
    map.close(reader);
    if !has_deadline {
        no_deadline(reader, node);
    }
}

fn no_deadline(reader: &mut Reader, node: &Node) {
    reader.error(
        "deadline-missing",
        node.span,
        (
            "这里提到期限，但节点没有 deadline:",
            "This speaks of the deadline, but the state has none",
        ),
        (
            "加上 deadline:，例如 deadline: 2 workdays",
            "Add deadline:, for example deadline: 2 workdays",
        ),
    );
}

/// What a rung can do; `waiting` (whoever is asked) makes sense for reminders only.
const ACTS: [&str; 6] = ["remind", "add", "hand_to", "approve", "reject", "go"];
/// Most reminders one rung may send.
const REMINDERS_MAX: u32 = 50;

fn rung(reader: &mut Reader, cx: &Cx<'_, '_>, node: &Node, has_deadline: bool) -> Option<Rung> {
    let mut map = MapReader::open(reader, node, ("超时处理", "step when late"))?;
    let at = time(reader, &mut map, has_deadline);
    let act = act(reader, cx, &mut map);
    let every = map.get("every").map(|node| lean::term(reader, node));
    let at_most = map
        .get("at_most")
        .and_then(|node| scalar::count(reader, node, 1, REMINDERS_MAX));
    let repeats = every.is_some() || at_most.is_some();
    let span = map.span;
    map.close(reader);
    let act = act?;
    if repeats && !matches!(act, LateAct::Remind(_)) {
        reader.error(
            "only-reminders-repeat",
            span,
            (
                "every: 和 at_most: 只用于 remind:",
                "every: and at_most: belong to remind: only",
            ),
            ("删掉它们", "Remove them"),
        );
        return None;
    }
    if every.is_some() && at_most.is_none() {
        reader.error(
            "reminders-without-end",
            span,
            ("重复提醒要写最多几次", "Repeated reminders need a maximum"),
            ("加上 at_most: 3", "Add at_most: 3"),
        );
    }
    Some(Rung {
        at: at?,
        act,
        every: every.flatten(),
        at_most: at_most.unwrap_or(1),
    })
}

fn time(reader: &mut Reader, map: &mut MapReader<'_>, has_deadline: bool) -> Option<RungTime> {
    let at = map.get("at");
    let after = map.get("after");
    match (at, after) {
        (Some(node), None) => {
            scalar::one_of(reader, node, &[("deadline", ())])?;
            if !has_deadline {
                no_deadline(reader, node);
            }
            Some(RungTime::Deadline)
        }
        (None, Some(node)) => after_what(reader, node, has_deadline),
        (Some(_), Some(_)) | (None, None) => {
            reader.error(
                "rung-time",
                map.span,
                (
                    "要说明什么时候：at: deadline 或 after: 时长，二选一",
                    "Say when: one of at: deadline and after: a duration",
                ),
                (
                    "例如 after: 1 workday，或 after: deadline + 4 work hours",
                    "For example after: 1 workday, or after: deadline + 4 work hours",
                ),
            );
            None
        }
    }
}

fn after_what(reader: &mut Reader, node: &Node, has_deadline: bool) -> Option<RungTime> {
    let word = scalar::text(reader, node)?;
    if let Some((percent, of)) = word.text.split_once('%') {
        return share(reader, node, (percent, of), has_deadline);
    }
    let Some(rest) = word.text.strip_prefix("deadline") else {
        return lean::term(reader, node).map(RungTime::After);
    };
    if !has_deadline {
        no_deadline(reader, node);
    }
    let Some(term) = rest.trim_start().strip_prefix('+') else {
        reader.error(
            "rung-time",
            node.span,
            (
                format!("“{}”读不懂", word.text),
                format!("“{}” is not a point in time", word.text),
            ),
            (
                "写成 at: deadline，或 after: deadline + 4 work hours",
                "Write at: deadline, or after: deadline + 4 work hours",
            ),
        );
        return None;
    };
    let end = word.text.trim_end().len();
    let start = word.text.len() - term.trim_start().len();
    lean::term_in(reader, &word.text, node, (start, end)).map(RungTime::DeadlinePlus)
}

/// `after: 80 % of deadline`: a warning while there is still time.
fn share(
    reader: &mut Reader,
    node: &Node,
    (percent, of): (&str, &str),
    has_deadline: bool,
) -> Option<RungTime> {
    let percent = percent.trim().parse().ok();
    let percent = percent.filter(|percent| (1..100).contains(percent));
    let (Some(percent), "of deadline") = (percent, of.trim()) else {
        let message = ("期限的百分比读不懂", "This is no share of the deadline");
        let hint = (
            "写成 after: 80% of deadline（1 到 99）",
            "Write after: 80% of deadline (1 to 99)",
        );
        reader.error("rung-time", node.span, message, hint);
        return None;
    };
    if !has_deadline {
        no_deadline(reader, node);
    }
    Some(RungTime::Share(percent))
}

/// A share of workdays must be whole days: a workday has no length that a part could be taken of.
fn shares_exist(reader: &mut Reader, node: &Node, state: &State) {
    let by = state.deadline_by.iter().flat_map(|by| &by.terms);
    let mut terms: Vec<Term> = by.map(|(_, term)| *term).collect();
    terms.extend(state.deadline);
    for rung in &state.if_late {
        let RungTime::Share(percent) = rung.at else {
            continue;
        };
        if let Some(term) = terms.iter().find(|term| term.share(percent).is_none()) {
            let term = term.text();
            reader.error(
                "rung-time",
                node.span,
                (
                    format!("{} 的 {percent} % 不是整数个工作日", term.zh),
                    format!("{percent} % of {} is no whole number of workdays", term.en),
                ),
                (
                    "换一个百分比，或把期限写成小时，例如 16 work hours",
                    "Choose another share, or write the deadline in hours, for example 16 work hours",
                ),
            );
        }
    }
}

fn act(reader: &mut Reader, cx: &Cx<'_, '_>, map: &mut MapReader<'_>) -> Option<LateAct> {
    let written: Vec<&'static str> = ACTS.into_iter().filter(|act| map.has(act)).collect();
    let [verb] = written.as_slice() else {
        // A misspelt verb is told as an unknown key.
        let known = |key: &str| matches!(key, "at" | "after" | "every" | "at_most");
        if written.is_empty() && map.written().iter().any(|(key, _)| !known(&key.text)) {
            return None;
        }
        reader.error(
            "rung-act",
            map.span,
            (
                "每一步做一件事：remind、add、hand_to、approve、reject、go 选一个",
                "Each step does one thing: remind, add, hand_to, approve, reject or go",
            ),
            ("几件事就写几步", "Write one step for each thing"),
        );
        return None;
    };
    let node = map.get(verb)?;
    match *verb {
        "remind" => Some(LateAct::Remind(people(reader, cx, node, true))),
        "add" => Some(LateAct::Add(people(reader, cx, node, false))),
        "hand_to" => Some(LateAct::HandTo(people(reader, cx, node, false))),
        "approve" => switch(reader, node).then_some(LateAct::Approve),
        "reject" => switch(reader, node).then_some(LateAct::Reject),
        _ => {
            let word = scalar::text(reader, node)?;
            match target::go_to(reader, cx.names, cx.slot().region, &word)? {
                Target::Go(ix) => Some(LateAct::Go(ix)),
                Target::BackTo(_) | Target::BranchEnd | Target::Reject | Target::Finish => {
                    reader.unknown("unknown-state", &word, ("节点", "state"), []);
                    None
                }
            }
        }
    }
}

/// `approve: true`.
fn switch(reader: &mut Reader, node: &Node) -> bool {
    let said = scalar::flag(reader, node);
    if said == Some(false) {
        reader.error(
            "rung-act",
            node.span,
            ("false 表示什么也不做", "false would do nothing"),
            ("写 true，或删掉这一步", "Write true, or remove the step"),
        );
    }
    said == Some(true)
}

fn people(
    reader: &mut Reader,
    cx: &Cx<'_, '_>,
    node: &Node,
    waiting_allowed: bool,
) -> Vec<PeopleRef> {
    let mut found = Vec::new();
    for word in scalar::words(reader, node) {
        if waiting_allowed && word.text == "waiting" {
            found.push(PeopleRef::Waiting);
        } else {
            found.extend(cx.names.people(reader, &word));
        }
    }
    found
}
