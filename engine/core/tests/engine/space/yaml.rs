//! A sketch as the YAML an admin would write.

use std::fmt::Write;

use super::sketch::{Answer, At, Kind, Late, Needs, Sketch, State, Way, When, Words};
use super::sketch::{Approve, Join, Rung, Subflow, Together, Work};

const HEAD: &str = "flow: space
format: 1
name: {zh: 流程, en: Space}
purpose: {zh: 随机流程。, en: \"A flow made at random.\"}
owner: role/owner
calendar: cn_office
title: '{{subject}}'

form:
  subject: {type: text, name: {zh: 事由, en: Subject}, required: true}
  amount: {type: money, name: {zh: 金额, en: Amount}, currency: CNY, required: true, min: 0}
  note: {type: text, name: {zh: 说明, en: Note}}

people:
  board: role/board
  legal: role/legal
  finance: role/finance
  chief: role/chief

";

/// The whole file.
pub fn yaml(sketch: &Sketch) -> String {
    let mut out = HEAD.replace(
        "at random",
        &format!("at random, edition {}", sketch.edition),
    );
    if !sketch.policies.is_empty() {
        let _ = writeln!(out, "policies: {}\n", words(&sketch.policies));
    }
    if let Some(proxy) = &sketch.proxy {
        let mut parts: Vec<String> = vec![];
        parts.extend(proxy.to.map(|to| format!("to: {to}")));
        let chain = if proxy.refuse_chain {
            "refuse"
        } else {
            "follow"
        };
        parts.push(format!("chain: {chain}"));
        parts.extend(proxy.longest.map(|days| format!("longest: {days} days")));
        if !proxy.not_for.is_empty() {
            parts.push(format!("not_for: [{}]", proxy.not_for.join(", ")));
        }
        let _ = writeln!(out, "proxy: {{{}}}\n", parts.join(", "));
    }
    out.push_str("states:\n");
    states(&mut out, &sketch.states, 2);
    out
}

fn words(words: &Words) -> String {
    let all: Vec<String> = words
        .iter()
        .map(|(key, word)| format!("{key}: {word}"))
        .collect();
    format!("{{{}}}", all.join(", "))
}

fn states(out: &mut String, states: &[State], indent: usize) {
    for state in states {
        let pad = " ".repeat(indent);
        let head = format!("id: {0}, name: {{zh: {0}, en: {0}}}", state.id);
        let rest = [when(state), verb(state), around(state)].concat();
        let Kind::Together(together) = &state.kind else {
            let all = [vec![head], rest].concat().join(", ");
            let _ = writeln!(out, "{pad}- {{{all}}}");
            continue;
        };
        let _ = writeln!(
            out,
            "{pad}- id: {0}\n{pad}  name: {{zh: {0}, en: {0}}}",
            state.id
        );
        for line in rest {
            let _ = writeln!(out, "{pad}  {line}");
        }
        branches(out, together, indent);
    }
}

fn branches(out: &mut String, together: &Together, indent: usize) {
    let pad = " ".repeat(indent);
    let needs = join(together.needs);
    let _ = writeln!(
        out,
        "{pad}  together:\n{pad}    needs: {needs}\n{pad}    branches:"
    );
    for branch in &together.branches {
        let _ = writeln!(out, "{pad}      - id: {}", branch.id);
        if let Some(condition) = branch.when {
            let _ = writeln!(out, "{pad}        when: {}", compare(condition));
        }
        let _ = writeln!(out, "{pad}        states:");
        self::states(out, &branch.states, indent + 10);
    }
}

fn compare(when: When) -> String {
    let sign = if when.above { ">" } else { "<=" };
    format!("amount {sign} {}", when.limit)
}

fn when(state: &State) -> Vec<String> {
    let written = state.when.map(|when| format!("when: {}", compare(when)));
    written.into_iter().collect()
}

fn list(names: &[&str]) -> String {
    format!("[{}]", names.join(", "))
}

fn verb(state: &State) -> Vec<String> {
    match &state.kind {
        Kind::Draft => vec!["draft: {by: applicant}".to_owned()],
        Kind::Approve(approve) => approval(approve),
        Kind::Work(work) => working(work),
        Kind::Together(together) => way("if_rejected", &together.rejected, &[]),
        Kind::Choose(when, first, second) => vec![format!(
            "choose: [{{when: {}, go: {first}}}, {{otherwise: true, go: {second}}}]",
            compare(*when)
        )],
        Kind::Wait => vec!["wait: {for: thing.arrived}".to_owned()],
        Kind::Run(fills) => {
            let mut parts = vec!["run: erp.post, give: [amount]".to_owned()];
            parts.extend(fills.then(|| "fills: {note: status}".to_owned()));
            parts.push("if_fails: {then: hold}".to_owned());
            parts
        }
        Kind::Subflow(subflow) => children(subflow),
        Kind::End(outcome) => vec![format!("end: {outcome}")],
    }
}

fn join(needs: Join) -> String {
    match needs {
        Join::All => "all".to_owned(),
        Join::Any => "any".to_owned(),
        Join::Count(count) => count.to_string(),
    }
}

fn children(subflow: &Subflow) -> Vec<String> {
    let mut inner = vec!["flow: inspection".to_owned()];
    if let Some(role) = subflow.each {
        inner.push(format!("for_each: {role}, as: inspector"));
    }
    if subflow.beside {
        inner.push("beside: true".to_owned());
    } else if subflow.each.is_some() {
        inner.push(format!("needs: {}", join(subflow.needs)));
    }
    let leads = |(outcome, way): &(&str, Way)| match way {
        Way::Unwritten => format!("{outcome}: end"),
        Way::Go(to) => format!("{outcome}: {{go: {to}}}"),
        Way::BackTo(to) => format!("{outcome}: {{back_to: {to}}}"),
    };
    let ways: Vec<String> = subflow.outcomes.iter().map(leads).collect();
    if !ways.is_empty() {
        inner.push(format!("outcomes: {{{}}}", ways.join(", ")));
    }
    let mut parts = vec![format!("subflow: {{{}}}", inner.join(", "))];
    parts.extend(way("if_rejected", &subflow.rejected, &[]));
    parts
}

fn approval(approve: &Approve) -> Vec<String> {
    let mut inner = vec![format!("by: {}", list(&approve.by))];
    inner.extend(needs(approve));
    inner.extend(approve.on_reject.map(|word| format!("on_reject: {word}")));
    if approve.signed {
        inner.push("signature: typed".to_owned());
    }
    inner.extend(approve.step_up.map(|when| match when {
        None => "step_up: true".to_owned(),
        Some(when) => format!("step_up: {}", compare(when)),
    }));
    if approve.claim {
        inner.push("claim: true".to_owned());
    }
    if !approve.outcomes.is_empty() {
        let all: Vec<String> = approve
            .outcomes
            .iter()
            .map(|one| answer(one, true))
            .collect();
        inner.push(format!("outcomes: {{{}}}", all.join(", ")));
    }
    let mut parts = vec![format!("approve: {{{}}}", inner.join(", "))];
    parts.extend(way("if_rejected", &approve.rejected, &approve.keep));
    parts
}

fn needs(approve: &Approve) -> Option<String> {
    let by = || approve.by.iter();
    let text = match &approve.needs {
        Needs::Any => return None,
        Needs::All => "all".to_owned(),
        Needs::InOrder => "in_order".to_owned(),
        Needs::Count(count) => count.to_string(),
        Needs::Percent(share) => format!("{}.{:02}%", share / 100, share % 100),
        Needs::Weighted(weights, bar) => {
            let all: Vec<String> = by()
                .zip(weights)
                .map(|(who, w)| format!("{who}: {w}"))
                .collect();
            format!("{{weights: {{{}}}, at_least: {bar}}}", all.join(", "))
        }
        Needs::Each(bars) => {
            let bar = |bar: &Option<u32>| bar.map_or("all".to_owned(), |count| count.to_string());
            let all: Vec<String> = by()
                .zip(bars)
                .map(|(who, b)| format!("{who}: {}", bar(b)))
                .collect();
            format!("{{each: {{{}}}}}", all.join(", "))
        }
    };
    Some(format!("needs: {text}"))
}

fn answer(answer: &Answer, outcome: bool) -> String {
    let mut inner = vec![format!("name: {{zh: {0}, en: {0}}}", answer.id)];
    if outcome {
        let word = if answer.approves { "approve" } else { "reject" };
        inner.push(format!("counts: {word}"));
    }
    match &answer.way {
        Way::Unwritten => {}
        Way::Go(to) => inner.push(format!("go: {to}")),
        Way::BackTo(to) => inner.push(format!("back_to: {to}")),
    }
    if answer.reason {
        inner.push("reason: required".to_owned());
    }
    format!("{}: {{{}}}", answer.id, inner.join(", "))
}

fn working(work: &Work) -> Vec<String> {
    let claim = if work.claim { ", claim: true" } else { "" };
    let mut parts = vec![format!("work: {{by: {}{claim}}}", list(&work.by))];
    if !work.actions.is_empty() {
        let all: Vec<String> = work.actions.iter().map(|one| answer(one, false)).collect();
        parts.push(format!("actions: {{{}}}", all.join(", ")));
    }
    parts
}

fn way(key: &str, way: &Way, keep: &[String]) -> Vec<String> {
    match way {
        Way::Unwritten => vec![],
        Way::Go(to) => vec![format!("{key}: {{go: {to}}}")],
        Way::BackTo(to) if keep.is_empty() => vec![format!("{key}: {{back_to: {to}}}")],
        Way::BackTo(to) => vec![format!(
            "{key}: {{back_to: {to}, keep: [{}]}}",
            keep.join(", ")
        )],
    }
}

/// Deadline, ladder, policies and fields.
fn around(state: &State) -> Vec<String> {
    let mut parts = vec![];
    parts.extend(
        state
            .deadline
            .map(|hours| format!("deadline: {hours} hours")),
    );
    let mut clock = vec![];
    if !state.stops_in.is_empty() {
        clock.push(format!("stops_in: [{}]", state.stops_in.join(", ")));
    }
    if state.restarts {
        clock.push("transfer: restarts".to_owned());
    }
    if !clock.is_empty() {
        parts.push(format!("clock: {{{}}}", clock.join(", ")));
    }
    if !state.ladder.is_empty() {
        let all: Vec<String> = state.ladder.iter().map(rung).collect();
        parts.push(format!("if_late: [{}]", all.join(", ")));
    }
    if !state.policies.is_empty() {
        parts.push(format!("policies: {}", words(&state.policies)));
    }
    let mut fields = vec![];
    if !state.hidden.is_empty() {
        fields.push(format!("hidden: {}", list(&state.hidden)));
    }
    if !state.write.is_empty() {
        fields.push(format!("write: {}", list(&state.write)));
    }
    if !fields.is_empty() {
        parts.push(format!("fields: {{{}}}", fields.join(", ")));
    }
    parts
}

fn rung(rung: &Rung) -> String {
    let at = match rung.at {
        At::After(hours) => format!("after: {hours} hours"),
        At::Deadline => "at: deadline".to_owned(),
        At::Later(hours) => format!("after: deadline + {hours} hours"),
    };
    let act = match &rung.act {
        Late::Remind => "remind: waiting".to_owned(),
        Late::Add(role) => format!("add: {role}"),
        Late::HandTo(role) => format!("hand_to: {role}"),
        Late::Approve => "approve: true".to_owned(),
        Late::Reject => "reject: true".to_owned(),
        Late::Go(to) => format!("go: {to}"),
    };
    let every = rung
        .every
        .map(|(hours, most)| format!(", every: {hours} hours, at_most: {most}"));
    format!("{{{at}, {act}{}}}", every.unwrap_or_default())
}
