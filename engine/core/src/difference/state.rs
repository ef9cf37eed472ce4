//! What changed in a state that is in both versions.

use crate::definition::{
    Definition, FieldRules, PolicyOverrides, State, StateIx, StateKind, Target,
};
use crate::text::Text;

use super::fact::{Fact, compare as facts_differ};
use super::words::{condition, list, people, quoted, state_name, target};
use super::{Both, Changed, Weight, kind, policies as switches};

pub(super) fn compare(both: &Both<'_>) -> Vec<Changed> {
    let mut pairs: Vec<(StateIx, StateIx)> = both.pairs.all().collect();
    pairs.sort_by_key(|(_, new)| *new);
    let mut changes = Vec::new();
    for (old, new) in pairs {
        let before = facts(both, both.old, old);
        let now = facts(both, both.new, new);
        let state = &both.new.states[new];
        let name = quoted(&state.name);
        let path = format!("states.{}", state.id);
        changes.extend(facts_differ(&name, &path, &before, &now));
    }
    changes.extend(branches(both));
    changes
}

/// A branch's own condition and name.
fn branches(both: &Both<'_>) -> Vec<Changed> {
    let mut changes = Vec::new();
    for region in &both.new.regions {
        let Some(parent) = region.parent else {
            continue;
        };
        let before = both.pairs.old_of(parent).and_then(|old| {
            both.old
                .regions
                .iter()
                .find(|known| known.parent == Some(old) && known.id == region.id)
        });
        let Some(before) = before else { continue };
        let facts = |region: &crate::definition::Region| {
            let mut facts: Vec<Fact> = when(region.when.as_ref()).into_iter().collect();
            facts.push(Fact::new(
                Weight::Words,
                "name",
                ("名称", "the name"),
                region.name.clone(),
            ));
            facts
        };
        let (name, around) = (quoted(&region.name), &both.new.states[parent]);
        let of = Text::new(
            format!("“{}”的分支{}", around.name.zh, name.zh),
            format!("branch {} of “{}”", name.en, around.name.en),
        );
        let path = format!("states.{}.{}", around.id, region.id);
        changes.extend(facts_differ(&of, &path, &facts(before), &facts(region)));
    }
    changes
}

fn when(expr: Option<&crate::condition::Expr>) -> Option<Fact> {
    let (said, same) = condition(expr?);
    let fact = Fact::new(Weight::Condition, "when", ("条件", "the condition"), said);
    Some(fact.equal_by(same))
}

/// Everything that can be said about a state. Destructured in full, so that nothing new goes unsaid.
pub(super) fn facts(both: &Both<'_>, def: &Definition, ix: StateIx) -> Vec<Fact> {
    let State {
        id: _,
        name,
        line: _,
        region: _,
        when: condition,
        skip_to,
        kind: what,
        next,
        if_rejected,
        say,
        keep,
        fields,
        ask,
        deadline,
        deadline_by,
        if_late,
        clock_stops_in,
        restarts_on_transfer,
        policies,
        mail,
    } = &def.states[ix];
    let mut facts = kind::facts(both, def, what);
    facts.extend(when(condition.as_ref()));
    facts.extend(ways(both, def, what, (*next, *skip_to, *if_rejected)));
    facts.push(Fact::new(
        Weight::Words,
        "name",
        ("名称", "the name"),
        name.clone(),
    ));
    if let Some(say) = say {
        let label = ("退回时的说明", "what is said on the way back");
        facts.push(Fact::new(Weight::Words, "say", label, say.clone()));
    }
    facts.extend(states(
        both,
        def,
        keep,
        "keep",
        ("退回后保留的审批", "approvals kept on the way back"),
        Weight::Policy,
    ));
    facts.extend(field_rules(def, fields));
    for field in ask {
        facts.push(super::fields::asked(field, ""));
    }
    facts.extend(deadline.map(|term| {
        Fact::new(
            Weight::Time,
            "deadline",
            ("时限", "the deadline"),
            term.text(),
        )
    }));
    facts.extend(deadline_by.as_ref().map(|by| {
        let label = ("按字段的时限", "the deadline by a field");
        let name = def.entity.label_of(&by.field);
        Fact::new(Weight::Time, "deadline.by", label, name).equal_by(format!("{by:?}"))
    }));
    if *restarts_on_transfer {
        facts.push(Fact::new(
            Weight::Time,
            "deadline.transfer",
            ("转办后的时限", "the deadline after a transfer"),
            Text::new("重新计算", "runs anew"),
        ));
    }
    for (number, one) in if_late.iter().enumerate() {
        let said = crate::diagram::said_rung(def, one, &|refs| people(def, refs, both.names).0);
        let key = format!("if_late.{}", number + 1);
        let label = ("超时处理", "what happens when late");
        let same = format!(
            "{:?}{:?}{}{}",
            one.at,
            act(both, def, one),
            one.at_most,
            said.zh
        );
        let fact = Fact::new(Weight::Time, key, label, said);
        facts.push(fact.equal_by(same));
    }
    facts.extend(states(
        both,
        def,
        clock_stops_in,
        "clock",
        ("停表的节点", "states that stop the clock"),
        Weight::Time,
    ));
    facts.extend(overrides(both, def, policies));
    if let Some(mail) = mail {
        let label = ("通知邮件", "the mail sent");
        facts.push(Fact::new(Weight::Words, "mail", label, Text::same(mail)));
    }
    facts
}

/// The act without what changes with the order of states.
fn act(both: &Both<'_>, def: &Definition, rung: &crate::definition::Rung) -> String {
    match &rung.act {
        crate::definition::LateAct::Go(ix) => common_id(both, def, *ix),
        act => format!("{act:?}"),
    }
}

/// One id for a state in both versions: the new version's.
pub(super) fn common_id(both: &Both<'_>, def: &Definition, ix: StateIx) -> String {
    let new = std::ptr::eq(def, both.old).then(|| both.pairs.new_of(ix));
    match new {
        Some(Some(new)) => both.new.states[new].id.clone(),
        Some(None) | None => def.states[ix].id.clone(),
    }
}

/// Where a target leads, equal in both versions when it leads to the same state.
pub(super) fn common_target(both: &Both<'_>, def: &Definition, target: Target) -> String {
    match target {
        Target::Go(ix) => format!("go {}", common_id(both, def, ix)),
        Target::BackTo(ix) => format!("back {}", common_id(both, def, ix)),
        Target::BranchEnd => "branch end".to_owned(),
        Target::Reject => "reject".to_owned(),
        Target::Finish => "finish".to_owned(),
    }
}

fn ways(
    both: &Both<'_>,
    def: &Definition,
    what: &StateKind,
    (next, skip_to, if_rejected): (Target, Target, Target),
) -> Vec<Fact> {
    let mut facts = Vec::new();
    // The next one in file order is no way of its own: a state added between two does not change the first.
    let onward = if next == skip_to {
        (
            Text::new("到下一个节点", "on to the next state"),
            "onward".to_owned(),
        )
    } else {
        (target(def, next), common_target(both, def, next))
    };
    let ends = matches!(what, StateKind::End { .. } | StateKind::Choose { .. });
    if !ends {
        let fact = Fact::new(Weight::Way, "go", ("去向", "where it leads"), onward.0);
        facts.push(fact.equal_by(onward.1));
    }
    let decides = matches!(
        what,
        StateKind::Approve(_) | StateKind::Together { .. } | StateKind::Subflow { .. }
    );
    if decides {
        let fact = Fact::new(
            Weight::Way,
            "if_rejected",
            ("拒绝后的去向", "where a rejection leads"),
            target(def, if_rejected),
        );
        facts.push(fact.equal_by(common_target(both, def, if_rejected)));
    }
    facts
}

fn states(
    both: &Both<'_>,
    def: &Definition,
    states: &[StateIx],
    key: &str,
    label: (&str, &str),
    weight: Weight,
) -> Option<Fact> {
    if states.is_empty() {
        return None;
    }
    let names: Vec<Text> = states.iter().map(|ix| state_name(def, *ix)).collect();
    let ids: Vec<String> = states.iter().map(|ix| common_id(both, def, *ix)).collect();
    Some(Fact::new(weight, key, label, list(&names)).equal_by(ids.join(",")))
}

fn field_rules(def: &Definition, rules: &FieldRules) -> Vec<Fact> {
    let FieldRules {
        hidden,
        write,
        require,
    } = rules;
    let named = |names: &[String]| {
        let labels: Vec<Text> = names.iter().map(|name| def.entity.label_of(name)).collect();
        list(&labels)
    };
    [
        ("fields.hidden", ("隐藏的字段", "hidden fields"), hidden),
        (
            "fields.write",
            ("可改的字段", "fields that may be changed"),
            write,
        ),
        (
            "fields.require",
            ("必填的字段", "fields that must be filled in"),
            require,
        ),
    ]
    .into_iter()
    .filter(|(_, _, names)| !names.is_empty())
    .map(|(key, label, names)| {
        Fact::new(Weight::Field, key, label, named(names)).equal_by(names.join(","))
    })
    .collect()
}

fn overrides(both: &Both<'_>, def: &Definition, policies: &PolicyOverrides) -> Vec<Fact> {
    let PolicyOverrides {
        nobody,
        own_request,
        same_person,
        data_changed,
        decide_from_mail,
    } = policies;
    let mut facts = Vec::new();
    let found_none = |value| switches::nobody(def, both.names, value);
    facts.extend(nobody.as_ref().map(found_none));
    facts.extend(own_request.map(switches::own_request));
    facts.extend(same_person.map(switches::same_person));
    facts.extend(data_changed.map(switches::data_changed));
    facts.extend(decide_from_mail.map(switches::decide_from_mail));
    facts
}

/// People of a state, as a fact.
pub(super) fn asked(
    both: &Both<'_>,
    def: &Definition,
    refs: &[crate::definition::PeopleRef],
    key: &str,
    label: (&str, &str),
) -> Fact {
    let (said, same) = people(def, refs, both.names);
    Fact::new(Weight::People, key, label, said).equal_by(same)
}
