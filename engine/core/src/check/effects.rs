//! The border to rules and effects: what is handed over, what comes back, and whether the types fit.

use crate::catalog::{Catalog, Port};
use crate::definition::{Definition, Run, State, StateKind, Then};
use crate::field::{Field, FieldKind};
use crate::text::Text;

use super::finding::{Finding, ask_field, at_part, called, field_called};

/// One call over the border.
struct Call<'a> {
    state: &'a State,
    /// Path below the state where the call is written.
    prefix: String,
    /// `module.effect` or `file.function`.
    name: &'a str,
    give: &'a [String],
    fills: &'a [(String, String)],
    takes: &'a [Port],
    gives: &'a [Port],
}

/// All findings about rules, effects, events and subflows.
pub(super) fn check(def: &Definition, catalog: &Catalog) -> Vec<Finding> {
    let mut found = Vec::new();
    for state in &def.states {
        match &state.kind {
            StateKind::Rule { rule, give, fills } => {
                if let Some(known) = catalog.rules.get(rule) {
                    let call = Call {
                        state,
                        prefix: String::new(),
                        name: rule,
                        give,
                        fills,
                        takes: &known.takes,
                        gives: &known.gives,
                    };
                    found.extend(check_call(def, &call));
                } else {
                    found.push(unknown(state, "rule", "unknown-rule", "规则", "rule", rule));
                }
            }
            StateKind::Run(run) => found.extend(effect(def, catalog, state, run, String::new())),
            StateKind::End { then, .. } => {
                for (number, then) in then.iter().enumerate() {
                    if let Then::Run(run) = then {
                        let prefix = format!("then.{number}.");
                        found.extend(effect(def, catalog, state, run, prefix));
                    }
                }
            }
            StateKind::WaitFor { event } if !catalog.events.contains(event) => {
                found.push(unknown(
                    state,
                    "wait",
                    "unknown-event",
                    "事件",
                    "event",
                    event,
                ));
            }
            StateKind::Subflow { flow, beside, .. } => {
                found.extend(subflow(def, catalog, state, flow, *beside));
            }
            StateKind::Draft { .. }
            | StateKind::Approve(_)
            | StateKind::Work { .. }
            | StateKind::Choose { .. }
            | StateKind::Mail { .. }
            | StateKind::WaitFor { .. }
            | StateKind::WaitUntil { .. }
            | StateKind::Together { .. } => {}
        }
    }
    found
}

fn effect(
    def: &Definition,
    catalog: &Catalog,
    state: &State,
    run: &Run,
    prefix: String,
) -> Vec<Finding> {
    let Some(known) = catalog.effects.get(&run.effect) else {
        let at = format!("{prefix}run");
        return vec![unknown(
            state,
            &at,
            "unknown-effect",
            "外部操作",
            "effect",
            &run.effect,
        )];
    };
    let call = Call {
        state,
        prefix,
        name: &run.effect,
        give: &run.give,
        fills: &run.fills,
        takes: &known.takes,
        gives: &known.gives,
    };
    check_call(def, &call)
}

fn unknown(
    state: &State,
    part: &str,
    code: &'static str,
    zh: &str,
    en: &str,
    name: &str,
) -> Finding {
    let state_name = called(state);
    Finding::error(
        code,
        at_part(state, part),
        Text::new(
            format!(
                "节点{}用到的{zh} {name} 不存在，或者它所属的模块没有启用。",
                state_name.zh
            ),
            format!(
                "State {} uses the {en} {name}, which does not exist, or its module is off.",
                state_name.en
            ),
        ),
        Text::new(
            "请检查名称是否写错；如果名称无误，请管理员启用相应的模块。",
            "Check its spelling; if that is right, ask an administrator to switch the module on.",
        ),
    )
}

fn subflow(
    def: &Definition,
    catalog: &Catalog,
    state: &State,
    flow: &str,
    beside: bool,
) -> Option<Finding> {
    let name = called(state);
    if *flow == *def.flow {
        let (zh, en) = if beside {
            ("不停地启动新的自己", "would start itself again and again")
        } else {
            (
                "一层层地等待自己",
                "would wait for itself, level below level",
            )
        };
        // Under a condition it may be meant: a follow-up of the same kind.
        let make = if state.when.is_some() {
            Finding::warning
        } else {
            Finding::error
        };
        return Some(make(
            "subflow-of-itself",
            at_part(state, "subflow"),
            Text::new(
                format!("节点{}把本流程自己作为子流程，会{zh}。", name.zh),
                format!(
                    "State {} runs this same flow as its subflow: it {en}.",
                    name.en
                ),
            ),
            Text::new(
                "请换成另一个流程；如果要重新来过，请用 go: 或 back_to:。",
                "Name another flow; to start over, use go: or back_to:.",
            ),
        ));
    }
    (!catalog.flows.contains(flow)).then(|| {
        Finding::error(
            "unknown-flow",
            at_part(state, "subflow"),
            Text::new(
                format!("节点{}的子流程 {flow} 不存在。", name.zh),
                format!("The subflow {flow} of state {} does not exist.", name.en),
            ),
            Text::new(
                "请检查流程编号（flow:）是否写错，或先发布那个流程。",
                "Check the id (flow:) of the other flow, or publish it first.",
            ),
        )
    })
}

fn check_call(def: &Definition, call: &Call<'_>) -> Vec<Finding> {
    let mut found = not_given(def, call);
    found.extend(given(def, call));
    found.extend(filled(def, call));
    found
}

/// Required inputs must be handed over.
fn not_given(def: &Definition, call: &Call<'_>) -> Vec<Finding> {
    let missing: Vec<&str> = call
        .takes
        .iter()
        .filter(|port| port.required && !call.give.contains(&port.name))
        .map(|port| port.name.as_str())
        .collect();
    if missing.is_empty() {
        return vec![];
    }
    let (state, name) = (called(call.state), call.name);
    let names = missing.join(", ");
    let without: Vec<&str> = missing
        .iter()
        .copied()
        .filter(|name| field(def, name).is_none())
        .collect();
    let hint = if without.is_empty() {
        Text::new(
            format!("请在 give: 里加上 {names}。"),
            format!("Add {names} to give:."),
        )
    } else {
        Text::new(
            format!(
                "请先在表单或档案里建立同名字段（{}），再写进 give:。",
                without.join(", ")
            ),
            format!(
                "First make fields of that name in the form or record ({}), then add them to give:.",
                without.join(", ")
            ),
        )
    };
    vec![Finding::error(
        "input-missing",
        at_part(call.state, &format!("{}give", call.prefix)),
        Text::new(
            format!("节点{}调用 {name} 时缺少必需的输入：{names}。", state.zh),
            format!(
                "State {} calls {name} without inputs it requires: {names}.",
                state.en
            ),
        ),
        hint,
    )]
}

fn field<'a>(def: &'a Definition, name: &str) -> Option<&'a Field> {
    def.entity.field(name).or_else(|| ask_field(def, name))
}

fn given(def: &Definition, call: &Call<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let at = at_part(call.state, &format!("{}give", call.prefix));
    let (state, name) = (called(call.state), call.name);
    for given in call.give {
        let Some(port) = call.takes.iter().find(|port| port.name == *given) else {
            let takes = names(call.takes);
            found.push(Finding::error(
                "input-unknown",
                at.clone(),
                Text::new(
                    format!(
                        "节点{}把 {given} 交给 {name}，但 {name} 不接收这个输入。",
                        state.zh
                    ),
                    format!(
                        "State {} gives {given} to {name}, which takes no such input.",
                        state.en
                    ),
                ),
                Text::new(
                    format!("{name} 接收的输入：{takes}。"),
                    format!("{name} takes: {takes}."),
                ),
            ));
            continue;
        };
        let Some(field) = field(def, given) else {
            found.push(no_field(def, call, given, &at));
            continue;
        };
        if let Some(why) = misfit(&field.kind, &port.kind) {
            found.push(type_finding(def, call, given, &at, &why));
        }
    }
    found
}

fn filled(def: &Definition, call: &Call<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (target, key) in call.fills {
        let at = at_part(call.state, &format!("{}fills.{target}", call.prefix));
        let (state, name) = (called(call.state), call.name);
        let Some(port) = call.gives.iter().find(|port| port.name == *key) else {
            let gives = names(call.gives);
            found.push(Finding::error(
                "output-unknown",
                at,
                Text::new(
                    format!(
                        "节点{}要从 {name} 的结果里取 {key}，但 {name} 不返回它。",
                        state.zh
                    ),
                    format!(
                        "State {} takes {key} from the answer of {name}, which does not give it.",
                        state.en
                    ),
                ),
                Text::new(
                    format!("{name} 返回的结果：{gives}。"),
                    format!("{name} gives: {gives}."),
                ),
            ));
            continue;
        };
        let Some(field) = field(def, target) else {
            found.push(no_field(def, call, target, &at));
            continue;
        };
        if field.computed.is_some() {
            let field = field_called(def, target);
            found.push(Finding::error(
                "fills-computed",
                at,
                Text::new(
                    format!(
                        "节点{}要填写字段{}，但它由公式算出（is:）。",
                        state.zh, field.zh
                    ),
                    format!(
                        "State {} fills field {}, which is computed (is:).",
                        state.en, field.en
                    ),
                ),
                Text::new(
                    "请填到另一个字段，或去掉那个字段的 is:。",
                    "Fill another field, or remove that field's is:.",
                ),
            ));
        } else if let Some(why) = misfit(&port.kind, &field.kind) {
            found.push(type_finding(def, call, target, &at, &why));
        }
    }
    found
}

fn names(ports: &[Port]) -> String {
    if ports.is_empty() {
        return "—".to_owned();
    }
    let names: Vec<&str> = ports.iter().map(|port| port.name.as_str()).collect();
    names.join(", ")
}

fn no_field(def: &Definition, call: &Call<'_>, field: &str, at: &str) -> Finding {
    let (state, name) = (called(call.state), call.name);
    let (zh, en) = if def.own_form {
        ("表单（form:）", "form (form:)")
    } else {
        ("档案", "record")
    };
    Finding::error(
        "unknown-field",
        at,
        Text::new(
            format!(
                "节点{}调用 {name} 时用到字段 {field}，但没有这个字段。",
                state.zh
            ),
            format!(
                "State {} calls {name} with field {field}, but there is no such field.",
                state.en
            ),
        ),
        Text::new(
            format!("请改成{zh}里已有的字段名。"),
            format!("Use the name of a field of the {en}."),
        ),
    )
}

fn type_finding(def: &Definition, call: &Call<'_>, field: &str, at: &str, why: &Text) -> Finding {
    let (state, name) = (called(call.state), call.name);
    let field = field_called(def, field);
    Finding::error(
        "type-mismatch",
        at,
        Text::new(
            format!(
                "节点{}与 {name} 之间，字段{}的类型不符：{}。",
                state.zh, field.zh, why.zh
            ),
            format!(
                "Between state {} and {name} the type of field {} does not fit: {}.",
                state.en, field.en, why.en
            ),
        ),
        Text::new(
            "请改用类型相符的字段，或更正字段的 type:。",
            "Use a field of the fitting type, or correct the field's type:.",
        ),
    )
}

/// Why a value of one kind cannot be taken for another; none when it can.
pub(super) fn misfit(from: &FieldKind, to: &FieldKind) -> Option<Text> {
    use FieldKind::{
        Choice, Date, Department, File, Flag, Money, Number, Percent, Person, Ref, Table, Time,
    };
    let fits = match (from, to) {
        (Money { currency: from, .. }, Money { currency: to, .. }) if from != to => {
            return Some(Text::new(
                format!("一边是 {from}，另一边是 {to}，系统不会自动换算币种"),
                format!(
                    "one side is {from}, the other {to}; currencies are never converted by themselves"
                ),
            ));
        }
        (Ref { to: from }, Ref { to }) if from != to => {
            return Some(Text::new(
                format!("一边指向档案 {from}，另一边指向 {to}"),
                format!("one side refers to {from}, the other to {to}"),
            ));
        }
        (
            Money { .. } | Number { .. } | Percent { .. },
            Money { .. } | Number { .. } | Percent { .. },
        ) => {
            // A bare number may become money of a declared currency; a share is not an amount.
            matches!(from, Percent { .. }) == matches!(to, Percent { .. })
                || matches!((from, to), (Number { .. }, _) | (_, Number { .. }))
        }
        (Choice { options: from }, Choice { options: to }) => {
            let strange: Vec<&str> = from
                .iter()
                .filter(|(id, _)| !to.iter().any(|(known, _)| known == id))
                .map(|(id, _)| id.as_str())
                .collect();
            if !strange.is_empty() {
                let strange = strange.join(", ");
                return Some(Text::new(
                    format!("另一边没有选项 {strange}"),
                    format!("the other side has no option {strange}"),
                ));
            }
            true
        }
        // An id may be handed on as a text, but not any text is an id.
        (FieldKind::Text | Choice { .. } | Person | Department | Ref { .. }, FieldKind::Text)
        | (Date, Date)
        | (Time, Time)
        | (Flag, Flag)
        | (Person, Person)
        | (Department, Department)
        | (Ref { .. }, Ref { .. })
        | (File { .. }, File { .. })
        | (Table { .. }, Table { .. }) => true,
        (
            FieldKind::Text
            | Money { .. }
            | Number { .. }
            | Percent { .. }
            | Date
            | Time
            | Flag
            | Choice { .. }
            | Person
            | Department
            | Ref { .. }
            | File { .. }
            | Table { .. },
            _,
        ) => false,
    };
    (!fits).then(|| {
        let (from, to) = (kind_words(from), kind_words(to));
        Text::new(
            format!("{}不能当作{}", from.zh, to.zh),
            format!("{} does not do for {}", from.en, to.en),
        )
    })
}

/// What people call a kind of field.
pub(super) fn kind_words(kind: &FieldKind) -> Text {
    let (zh, en) = match kind {
        FieldKind::Text => ("文本", "a text"),
        FieldKind::Money { .. } => ("金额", "an amount of money"),
        FieldKind::Number { .. } => ("数字", "a number"),
        FieldKind::Percent { .. } => ("百分比", "a percentage"),
        FieldKind::Date => ("日期", "a date"),
        FieldKind::Time => ("时间", "a time"),
        FieldKind::Flag => ("是/否", "a yes or no"),
        FieldKind::Choice { .. } => ("选项", "a choice"),
        FieldKind::Person => ("人员", "a person"),
        FieldKind::Department => ("部门", "a department"),
        FieldKind::Ref { .. } => ("关联档案", "a reference"),
        FieldKind::File { .. } => ("附件", "a file"),
        FieldKind::Table { .. } => ("明细表", "a table"),
    };
    Text::new(zh, en)
}
