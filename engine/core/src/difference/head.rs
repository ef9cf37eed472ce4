//! The head of a flow.

use crate::definition::{Definition, Scope};
use crate::text::Text;

use super::fact::{Fact, compare as facts_differ};
use super::words::{condition, list};
use super::{Both, Changed, Weight};

pub(super) fn compare(both: &Both<'_>) -> Vec<Changed> {
    facts_differ(
        &Text::default(),
        "",
        &facts(both, both.old),
        &facts(both, both.new),
    )
}

fn facts(both: &Both<'_>, def: &Definition) -> Vec<Fact> {
    let record = if def.own_form {
        Text::new("自带表单", "a form of its own")
    } else {
        def.entity.label.clone()
    };
    let record_same = if def.own_form {
        String::new()
    } else {
        def.entity.name.clone()
    };
    let mut facts = vec![
        Fact::new(
            Weight::Words,
            "name",
            ("流程名称", "the flow's name"),
            def.name.clone(),
        ),
        Fact::new(
            Weight::Words,
            "purpose",
            ("流程用途", "the flow's purpose"),
            def.purpose.clone(),
        ),
        Fact::new(
            Weight::People,
            "owner",
            ("流程负责人", "the flow's owner"),
            def.owner.text(both.names),
        ),
        Fact::new(
            Weight::Time,
            "calendar",
            ("工作日历", "the working calendar"),
            Text::same(&def.calendar),
        ),
        Fact::new(
            Weight::Words,
            "title",
            ("标题", "the title"),
            Text::same(&def.title.text),
        ),
        Fact::new(
            Weight::Field,
            "record",
            ("所用的记录", "the record it runs on"),
            record,
        )
        .equal_by(record_same),
    ];
    facts.extend(scope(both, def));
    facts
}

/// Which records it serves, among several flows for one entity type.
fn scope(both: &Both<'_>, def: &Definition) -> Vec<Fact> {
    let Some(Scope {
        departments,
        when,
        priority,
    }) = &def.scope
    else {
        return vec![];
    };
    let mut facts = vec![Fact::new(
        Weight::Condition,
        "priority",
        ("选择流程时的优先级", "the priority among flows"),
        Text::same(priority.to_string()),
    )];
    if !departments.is_empty() {
        let names: Vec<Text> = departments
            .iter()
            .map(|unit| both.names.unit(unit))
            .collect();
        let label = ("适用的部门", "the departments it serves");
        facts.push(Fact::new(
            Weight::Condition,
            "for.departments",
            label,
            list(&names),
        ));
    }
    facts.extend(when.as_ref().map(|when| {
        let (said, same) = condition(when);
        let label = ("适用的记录", "the records it serves");
        Fact::new(Weight::Condition, "for.when", label, said).equal_by(same)
    }));
    facts
}
