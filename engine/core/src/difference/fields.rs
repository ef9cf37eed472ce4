//! Fields of the record, and those that appear only for a decision.

use crate::condition::Expr;
use crate::definition::Definition;
use crate::field::{Bounds, Field, FieldKind, RequiredTo};
use crate::text::Text;

use super::fact::{Fact, compare as facts_differ};
use super::words::{condition, list};
use super::{Both, Changed, Weight};

pub(super) fn compare(both: &Both<'_>) -> Vec<Changed> {
    let mut changes = facts_differ(&Text::default(), "form", &there(both.old), &there(both.new));
    for now in own(both.new) {
        let Some(before) = own(both.old).find(|field| field.name == now.name) else {
            continue;
        };
        let of = Text::new(
            format!("字段“{}”的", now.label.zh),
            format!("field “{}”", now.label.en),
        );
        let path = format!("form.{}", now.name);
        changes.extend(facts_differ(&of, &path, &facts(before), &facts(now)));
    }
    changes
}

/// The fields of the flow's own form; a module's entity type is not part of the flow.
fn own(def: &Definition) -> impl Iterator<Item = &Field> {
    let asked = |field: &&Field| {
        !def.states
            .iter()
            .flat_map(|state| &state.ask)
            .any(|ask| ask.name == field.name)
    };
    let fields: &[Field] = if def.own_form {
        &def.entity.fields
    } else {
        &[]
    };
    fields.iter().filter(asked)
}

fn there(def: &Definition) -> Vec<Fact> {
    let one = |field: &Field| {
        let (zh, en) = (
            format!("字段“{}”", field.label.zh),
            format!("the field “{}”", field.label.en),
        );
        let fact = Fact::new(Weight::Field, &field.name, (&zh, &en), said(field));
        fact.equal_by("")
    };
    own(def).map(one).collect()
}

/// A field in a few words: "CNY 金额，必填".
fn said(field: &Field) -> Text {
    let kind = crate::dialect::said_type(&field.kind);
    if field.required {
        Text::new(
            format!("{}，必填", kind.zh),
            format!("{}, required", kind.en),
        )
    } else {
        kind
    }
}

fn facts(field: &Field) -> Vec<Fact> {
    let Field {
        name: _,
        label,
        kind,
        required,
        show_first,
        bounds,
        computed,
        filled_by,
        required_to,
    } = field;
    let yes = |flag: bool| {
        if flag {
            Text::new("是", "yes")
        } else {
            Text::new("否", "no")
        }
    };
    let mut facts = vec![
        Fact::new(Weight::Words, "name", ("名称", "the label"), label.clone()),
        Fact::new(Weight::Field, "type", ("类型", "the type"), kind_said(kind)),
        Fact::new(
            Weight::Field,
            "required",
            ("必填", "whether it must be filled in"),
            yes(*required),
        ),
        Fact::new(
            Weight::Words,
            "show",
            ("首屏显示", "whether it is shown first"),
            yes(*show_first),
        ),
        limits(bounds),
        formula(computed.as_ref()),
        Fact::new(
            Weight::Field,
            "from",
            ("由哪个节点填写", "the state that fills it"),
            filled_by
                .as_ref()
                .map_or_else(|| Text::new("人工填写", "people"), Text::same),
        ),
    ];
    facts.extend(required_to.map(|to| {
        Fact::new(
            Weight::Field,
            "required_to",
            ("何时必填", "which decision needs it"),
            match to {
                RequiredTo::Approve => Text::new("同意时", "to approve"),
                RequiredTo::Reject => Text::new("拒绝时", "to reject"),
            },
        )
    }));
    facts
}

fn kind_said(kind: &FieldKind) -> Text {
    let word = crate::dialect::said_type(kind);
    match kind {
        FieldKind::Choice { options } => {
            let names: Vec<Text> = options.iter().map(|(_, name)| name.clone()).collect();
            let names = list(&names);
            Text::new(
                format!("{}：{}", word.zh, names.zh),
                format!("{}: {}", word.en, names.en),
            )
        }
        FieldKind::Table { columns } => {
            let names: Vec<Text> = columns.iter().map(|field| field.label.clone()).collect();
            let names = list(&names);
            Text::new(
                format!("{}：{}", word.zh, names.zh),
                format!("{}: {}", word.en, names.en),
            )
        }
        FieldKind::Money { decimals, .. }
        | FieldKind::Number { decimals }
        | FieldKind::Percent { decimals } => Text::new(
            format!("{}，{decimals} 位小数", word.zh),
            format!("{} with {decimals} decimals", word.en),
        ),
        FieldKind::Text
        | FieldKind::Date
        | FieldKind::Time
        | FieldKind::Flag
        | FieldKind::Person
        | FieldKind::Department
        | FieldKind::Ref { .. }
        | FieldKind::File { .. } => word,
    }
}

fn limits(bounds: &Bounds) -> Fact {
    let Bounds {
        min,
        max,
        more_than,
        less_than,
        max_chars,
        pattern,
    } = bounds;
    let mut parts = Vec::new();
    let signs = [("≥", min), ("≤", max), (">", more_than), ("<", less_than)];
    for (sign, value) in signs {
        parts.extend(value.map(|value| Text::same(format!("{sign} {value}"))));
    }
    parts.extend(max_chars.map(|chars| {
        Text::new(
            format!("最多 {chars} 字"),
            format!("at most {chars} characters"),
        )
    }));
    parts.extend(pattern.as_ref().map(Text::same));
    let said = if parts.is_empty() {
        Text::new("不限", "none")
    } else {
        list(&parts)
    };
    Fact::new(Weight::Field, "limits", ("限制", "the limits"), said)
}

fn formula(computed: Option<&Expr>) -> Fact {
    let (said, same) = computed.map_or_else(|| (Text::new("无", "none"), String::new()), condition);
    Fact::new(Weight::Condition, "is", ("计算公式", "the formula"), said).equal_by(same)
}

/// A field that appears only for a decision or an action.
pub(super) fn asked(field: &Field, before: &str) -> Fact {
    let (zh, en) = (
        format!("办理时填写的“{}”", field.label.zh),
        format!("“{}”, asked for with it", field.label.en),
    );
    let facts: Vec<String> = facts(field).into_iter().map(|fact| fact.same).collect();
    Fact::new(
        Weight::Field,
        format!("{before}ask.{}", field.name),
        (&zh, &en),
        said(field),
    )
    .equal_by(facts.join("\n"))
}
