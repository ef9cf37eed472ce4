//! Which of several flows serves a record: `for:` and `priority:`.
//!
//! Flows that write neither are started by their own name only. Of those that serve a record the one with the highest
//! priority is chosen, and the choice is explained; two of the same priority are refused, never drawn.

use crate::command::Via;
use crate::condition::{Expr, NoValue};
use crate::definition::{Definition, Scope};
use crate::directory::Directory;
use crate::record::{Applicant, FactsOf};
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;
use crate::turn::{CaseFacts, Context, Lookup, Run};
use crate::value::Values;

/// A record somebody wants to start a flow on.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// Who.
    pub applicant: &'a str,
    /// Its values, with those given for the start.
    pub values: &'a Values,
    /// Its id; none while it has none.
    pub record: Option<&'a str>,
    /// Records it refers to.
    pub records: &'a dyn Lookup,
    /// The organisation.
    pub directory: &'a Directory,
}

/// The flow that was chosen, and why.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Chosen {
    /// Its id.
    pub flow: String,
    /// "Chosen because amount > 100 000; priority 20".
    pub because: Text,
    /// The others, and why not.
    pub others: Vec<(String, Text)>,
}

/// Does a flow serve the record?
enum Serves {
    Yes(Text),
    No(Text),
}

/// Chooses among the flows of one entity type.
///
/// # Errors
/// `no_flow`, `ambiguous_flow`, or `missing_value` when a field that decides is not filled in.
pub fn choose<'d>(
    flows: &[&'d Definition],
    asked: &Asked<'_>,
) -> Result<(&'d Definition, Chosen), Refusal> {
    let mut serving: Vec<(&'d Definition, &'d Scope, Text)> = Vec::new();
    let mut others: Vec<(String, Text)> = Vec::new();
    for def in flows {
        let Some(scope) = &def.scope else { continue };
        match serves(def, scope, asked)? {
            Serves::Yes(because) => serving.push((def, scope, because)),
            Serves::No(because) => others.push((def.flow.clone(), because)),
        }
    }
    serving.sort_by_key(|(def, scope, _)| (std::cmp::Reverse(scope.priority), def.flow.clone()));
    let Some((def, scope, because)) = serving.first() else {
        return Err(no_flow(&others));
    };
    if let Some((second, _, _)) = serving
        .get(1)
        .filter(|(_, other, _)| other.priority == scope.priority)
    {
        return Err(ambiguous(def, second, scope.priority));
    }
    for (other, lower, _) in serving.iter().skip(1) {
        let because = Text::new(
            format!("也适用，但优先级 {} 较低", lower.priority),
            format!(
                "serves it too, but with the lower priority {}",
                lower.priority
            ),
        );
        others.push((other.flow.clone(), because));
    }
    let because = Text::new(
        format!(
            "选用“{}”：{}，优先级 {}。",
            def.name.zh, because.zh, scope.priority
        ),
        format!(
            "“{}” was chosen because {}; priority {}.",
            def.name.en, because.en, scope.priority
        ),
    );
    let chosen = Chosen {
        flow: def.flow.clone(),
        because,
        others,
    };
    Ok((def, chosen))
}

fn serves(def: &Definition, scope: &Scope, asked: &Asked<'_>) -> Result<Serves, Refusal> {
    let directory = asked.directory;
    let unit = directory
        .people
        .get(asked.applicant)
        .map(|person| person.unit.as_str());
    let mut because = Vec::new();
    if !scope.departments.is_empty() {
        let within = unit.and_then(|unit| {
            let around = directory.upward(unit);
            let mut wanted = scope.departments.iter();
            wanted.find(|wanted| around.contains(&wanted.as_str()))
        });
        let Some(within) = within else {
            return Ok(Serves::No(Text::new(
                "发起人不在适用的部门",
                "the applicant is in none of its departments",
            )));
        };
        let name = crate::people::Names::unit(directory, within);
        because.push(Text::new(
            format!("发起人属于{}", name.zh),
            format!("the applicant belongs to {}", name.en),
        ));
    }
    if let Some(when) = &scope.when {
        let applicant = Applicant {
            id: asked.applicant.to_owned(),
            name: directory.name(asked.applicant).to_owned(),
            department: unit.map(str::to_owned),
        };
        let records = |entity: &str, id: &str| asked.records.record(entity, id);
        let facts = FactsOf {
            fields: &def.entity.fields,
            values: asked.values,
            id: asked.record,
            tables: &def.tables,
            records: &records,
            applicant: Some(&applicant),
        };
        let said = crate::diagram::said_condition(when);
        match when.holds(&facts) {
            Ok(true) => because.push(said),
            Ok(false) => {
                return Ok(Serves::No(Text::new(
                    format!("不满足 {}", said.zh),
                    format!("{} does not hold", said.en),
                )));
            }
            Err(missing) => return Err(undecided(def, &missing)),
        }
    }
    if because.is_empty() {
        because.push(Text::new("适用于所有记录", "it serves all records"));
    }
    let zh: Vec<&str> = because.iter().map(|one| one.zh.as_str()).collect();
    let en: Vec<&str> = because.iter().map(|one| one.en.as_str()).collect();
    Ok(Serves::Yes(Text::new(zh.join("，"), en.join(" and "))))
}

/// A flow with a scope takes only records it serves, and none that another flow goes before: the lenient flow is no way round
/// the strict one.
///
/// # Errors
/// `out_of_scope`, `another_flow`, `missing_value`.
pub(crate) fn check(run: &Run<'_>) -> Result<(), Refusal> {
    let Some(scope) = &run.def.scope else {
        return Ok(());
    };
    admits(run.def, &run.case.instance.applicant, run.cx)?;
    if let Some(when) = &scope.when {
        match run.holds(when) {
            Ok((true, _)) => {}
            Ok((false, _)) => {
                let said = crate::diagram::said_condition(when);
                let why = Text::new(
                    format!("不满足 {}", said.zh),
                    format!("{} does not hold", said.en),
                );
                return Err(out_of_scope(run.def, &why));
            }
            Err(missing) => return Err(undecided(run.def, &missing)),
        }
    }
    gives_way(run, scope)
}

/// May somebody of this department use the flow at all?
///
/// # Errors
/// `out_of_scope`.
pub fn admits(def: &Definition, applicant: &str, cx: &Context<'_>) -> Result<(), Refusal> {
    let within = |scope: &Scope| is_within(scope, applicant, cx);
    if def.scope.as_ref().and_then(within) != Some(false) {
        return Ok(());
    }
    let why = Text::new("您不在适用的部门", "you are in none of its departments");
    Err(out_of_scope(def, &why))
}

/// None where there is no organisation to ask.
fn is_within(scope: &Scope, applicant: &str, cx: &Context<'_>) -> Option<bool> {
    if scope.departments.is_empty() {
        return Some(true);
    }
    cx.organisation.within(applicant, &scope.departments)
}

/// Of several flows that serve the record the one with the highest priority is used, also by whoever names another.
fn gives_way(run: &Run<'_>, scope: &Scope) -> Result<(), Refusal> {
    // Which flow a subflow is, the flow above it says.
    if run.via == Via::Subflow || run.case.instance.parent.is_some() {
        return Ok(());
    }
    let (applicant, entity) = (&run.case.instance.applicant, &run.def.entity.name);
    let mut before = run.cx.records.flows_of(entity);
    before.retain(|other| {
        let higher = |theirs: &Scope| {
            theirs.priority > scope.priority && is_within(theirs, applicant, run.cx) == Some(true)
        };
        other.flow != run.def.flow && other.scope.as_ref().is_some_and(higher)
    });
    let priority = |other: &Definition| other.scope.as_ref().map_or(0, |scope| scope.priority);
    before.sort_by_key(|other| (std::cmp::Reverse(priority(other)), other.flow.clone()));
    for other in &before {
        let when = other.scope.as_ref().and_then(|scope| scope.when.as_ref());
        let facts = CaseFacts {
            def: other,
            case: &run.case,
            cx: run.cx,
        };
        match when.map(|when| when.holds(&facts)) {
            Some(Ok(false)) => {}
            None | Some(Ok(true)) => return Err(another(run.def, other, when, priority(other))),
            Some(Err(missing)) => return Err(undecided(other, &missing)),
        }
    }
    Ok(())
}

fn another(def: &Definition, other: &Definition, when: Option<&Expr>, priority: u32) -> Refusal {
    let said = when.map(crate::diagram::said_condition);
    let (zh, en) = match &said {
        Some(said) => (
            format!("{}，优先级 {priority}", said.zh),
            format!("{}; priority {priority}", said.en),
        ),
        None => (format!("优先级 {priority}"), format!("priority {priority}")),
    };
    let zh = format!(
        "这条记录要用“{}”办理（{zh}），不能用“{}”，请改用它发起。",
        other.name.zh, def.name.zh
    );
    let en = format!(
        "This record goes by “{}” ({en}), not by “{}”; start that flow instead.",
        other.name.en, def.name.en
    );
    Refusal::new(RefusalKind::Input, "another_flow", zh, en).with("flow", other.flow.clone())
}

fn out_of_scope(def: &Definition, why: &Text) -> Refusal {
    let zh = format!(
        "这条记录不适用“{}”（{}），请改用适用的流程。",
        def.name.zh, why.zh
    );
    let en = format!(
        "“{}” does not serve this record ({}); start the flow that does.",
        def.name.en, why.en
    );
    Refusal::new(RefusalKind::Input, "out_of_scope", zh, en).with("flow", def.flow.clone())
}

fn undecided(def: &Definition, missing: &NoValue) -> Refusal {
    let words = match missing {
        NoValue::Missing(path) => {
            let label = def.entity.label_of(path);
            let zh = format!("选择流程需要“{}”，请先填写。", label.zh);
            let en = format!(
                "Which flow serves it depends on “{}”; fill it in first.",
                label.en
            );
            return Refusal::new(RefusalKind::Input, "missing_value", zh, en).about(path);
        }
        NoValue::Arithmetic(_) | NoValue::Mismatch(_) => missing.words(),
    };
    Refusal::new(RefusalKind::Input, "missing_value", words.zh, words.en)
}

fn no_flow(others: &[(String, Text)]) -> Refusal {
    let zh: Vec<String> = others
        .iter()
        .map(|(flow, why)| format!("{flow}：{}", why.zh))
        .collect();
    let en: Vec<String> = others
        .iter()
        .map(|(flow, why)| format!("{flow}: {}", why.en))
        .collect();
    let zh = format!(
        "没有适用于这条记录的流程（{}），请联系流程负责人。",
        zh.join("；")
    );
    let en = format!(
        "No flow serves this record ({}); ask a flow's owner.",
        en.join("; ")
    );
    Refusal::new(RefusalKind::NotFound, "no_flow", zh, en)
}

fn ambiguous(first: &Definition, second: &Definition, priority: u32) -> Refusal {
    let zh = format!(
        "“{}”和“{}”都适用，优先级都是 {priority}；请流程负责人调整 priority:。",
        first.name.zh, second.name.zh
    );
    let en = format!(
        "“{}” and “{}” both serve it with priority {priority}; their owners must tell them apart.",
        first.name.en, second.name.en
    );
    Refusal::new(RefusalKind::Input, "ambiguous_flow", zh, en)
        .with("first", first.flow.clone())
        .with("second", second.flow.clone())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
