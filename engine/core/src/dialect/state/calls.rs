//! States without people that compute or call out: `rule:` and `run:`.

use crate::calendar::Term;
use crate::catalog::Port;
use crate::definition::{Run, StateKind};
use crate::dialect::lean;
use crate::dialect::map::{MapReader, items, key_word};
use crate::dialect::names::Names;
use crate::dialect::reader::{Reader, Word};
use crate::dialect::scalar;
use crate::dialect::tree::Node;
use crate::field::{FILLED_BY_FLOW, FieldKind};
use crate::text::Text;

use super::Cx;

/// What a rule or effect takes and gives, where it is known.
struct Ports<'c> {
    takes: &'c [Port],
    gives: &'c [Port],
}

/// `rule: file.function` with `give:` and `fills:`.
pub fn rule(reader: &mut Reader, cx: &Cx<'_, '_>, map: &mut MapReader<'_>) -> Option<StateKind> {
    let word = map.get("rule").and_then(|node| scalar::text(reader, node));
    let rules = &cx.names.catalog.rules;
    let known = word.as_ref().and_then(|word| {
        let found = rules.get(&word.text);
        if found.is_none() {
            let known = rules.keys().map(String::as_str);
            reader.unknown("unknown-rule", word, ("规则", "rule"), known);
        }
        found
    });
    let ports = known.map(|rule| Ports {
        takes: &rule.takes,
        gives: &rule.gives,
    });
    let give = give(reader, cx.names, map, ports.as_ref());
    let fills = fills(reader, cx, map, ports.as_ref());
    let word = word?;
    Some(StateKind::Rule {
        label: known.map_or_else(|| Text::same(&word.text), |rule| rule.label.clone()),
        rule: word.text,
        give,
        fills,
    })
}

/// `run: module.effect` of a state.
pub fn run(reader: &mut Reader, cx: &Cx<'_, '_>, map: &mut MapReader<'_>) -> Option<StateKind> {
    call(reader, cx, map, true).map(StateKind::Run)
}

/// A call of an effect; its answer can be used only where the flow waits for it.
pub fn call(
    reader: &mut Reader,
    cx: &Cx<'_, '_>,
    map: &mut MapReader<'_>,
    waits: bool,
) -> Option<Run> {
    let names = cx.names;
    let word = map.get("run").and_then(|node| scalar::text(reader, node));
    let effects = &names.catalog.effects;
    let known = word.as_ref().and_then(|word| {
        let found = effects.get(&word.text);
        if found.is_none() {
            let known = effects.keys().map(String::as_str);
            reader.unknown("unknown-effect", word, ("模块动作", "effect"), known);
        }
        found
    });
    let ports = known.map(|effect| Ports {
        takes: &effect.takes,
        gives: &effect.gives,
    });
    let give = give(reader, names, map, ports.as_ref());
    let fills = if waits {
        fills(reader, cx, map, ports.as_ref())
    } else {
        vec![]
    };
    let once_per = map.get("once_per").and_then(|node| {
        let word = scalar::text(reader, node)?;
        names.field(reader, &word).then_some(word.text)
    });
    let (retry, tell) = match map.get("if_fails") {
        Some(node) => if_fails(reader, cx, node),
        None => (vec![], vec![]),
    };
    let word = word?;
    Some(Run {
        label: known.map_or_else(|| Text::same(&word.text), |effect| effect.label.clone()),
        effect: word.text,
        give,
        fills,
        once_per,
        retry,
        tell,
        undo: undo(reader, cx, map).map(Box::new),
    })
}

/// `undo:`: the effect that reverses this one when the instance is revoked.
fn undo(reader: &mut Reader, cx: &Cx<'_, '_>, map: &mut MapReader<'_>) -> Option<Run> {
    let node = map.get("undo")?;
    let mut map = MapReader::open(reader, node, ("undo:", "undo:"))?;
    map.need("run");
    for key in ["undo", "once_per"] {
        map.refuse(
            reader,
            key,
            (
                &format!("{key}: 不能写在 undo: 里：每次成功的操作只反向执行一次"),
                &format!("{key}: cannot stand in undo: each success is undone once"),
            ),
            ("去掉这一行", "Take this line out"),
        );
    }
    let found = call(reader, cx, &mut map, false);
    map.close(reader);
    found
}

/// Most attempts after the first.
const RETRIES_MAX: usize = 20;

fn if_fails(
    reader: &mut Reader,
    cx: &Cx<'_, '_>,
    node: &Node,
) -> (Vec<Term>, Vec<crate::definition::PeopleRef>) {
    let Some(mut map) = MapReader::open(reader, node, ("失败处理", "step on failure")) else {
        return (vec![], vec![]);
    };
    let mut retry = Vec::new();
    if let Some(node) = map.get("retry") {
        for item in items(node) {
            retry.extend(lean::term(reader, item));
        }
        if items(node).len() > RETRIES_MAX {
            reader.error(
                "too-many-retries",
                node.span,
                (
                    format!("最多重试 {RETRIES_MAX} 次"),
                    format!("At most {RETRIES_MAX} further attempts are made"),
                ),
                ("减少次数，拉长间隔", "Use fewer, with longer waits"),
            );
        }
    }
    if let Some(node) = map.get("then") {
        // A held instance is visible; going on silently is not offered.
        scalar::one_of(reader, node, &[("hold", ())]);
    }
    let tell = map
        .get("tell")
        .map_or_else(Vec::new, |node| super::people::refs(reader, cx.names, node));
    map.close(reader);
    (retry, tell)
}

/// `give:`: fields, which go to the inputs of the same names.
fn give(
    reader: &mut Reader,
    names: &Names<'_>,
    map: &mut MapReader<'_>,
    ports: Option<&Ports<'_>>,
) -> Vec<String> {
    let node = map.get("give");
    let words = node.map_or_else(Vec::new, |node| scalar::words(reader, node));
    let mut given = Vec::new();
    let mut unknown = false;
    for word in words {
        let known = names.field(reader, &word);
        unknown |= !known;
        if known && let Some(ports) = ports {
            input(reader, names, &word, ports.takes);
        }
        given.push(word.text);
    }
    let missing: Vec<&str> = ports
        .map_or(&[] as &[Port], |ports| ports.takes)
        .iter()
        .filter(|port| port.required && !given.contains(&port.name))
        .map(|port| port.name.as_str())
        .collect();
    // A misspelt name is one fault; that the right one is missing would be the same again.
    if !missing.is_empty() && !unknown {
        let span = node.map_or(map.span, |node| node.span);
        reader.error(
            "input-missing",
            span,
            (
                format!("没有给出必需的输入：{}", missing.join("、")),
                format!("Required inputs are not given: {}", missing.join(", ")),
            ),
            (
                "在 give: 里加上同名字段",
                "Add the fields of these names to give:",
            ),
        );
    }
    given
}

fn input(reader: &mut Reader, names: &Names<'_>, word: &Word, takes: &[Port]) {
    let Some(port) = takes.iter().find(|port| port.name == word.text) else {
        let known = takes.iter().map(|port| port.name.as_str());
        reader.unknown("unknown-input", word, ("输入", "input"), known);
        return;
    };
    if let Some(field) = names.field_type(&word.text)
        && !fits(&field.kind, &port.kind)
    {
        wrong_type(reader, word, &field.kind, &port.kind);
    }
}

/// `fills: {field: output}`.
fn fills(
    reader: &mut Reader,
    cx: &Cx<'_, '_>,
    map: &mut MapReader<'_>,
    ports: Option<&Ports<'_>>,
) -> Vec<(String, String)> {
    let Some(node) = map.get("fills") else {
        return vec![];
    };
    let Some(list) = MapReader::open(reader, node, ("fills:", "fills:")) else {
        return vec![];
    };
    let mut found = Vec::new();
    for (key, node) in list.written() {
        let field = key_word(key);
        let known = cx.names.field(reader, &field);
        let Some(output) = scalar::text(reader, node) else {
            continue;
        };
        if known {
            may_fill(reader, cx, &field);
            if let Some(ports) = ports {
                output_of(reader, cx.names, &field, &output, ports.gives);
            }
        }
        found.push((field.text, output.text));
    }
    found
}

fn may_fill(reader: &mut Reader, cx: &Cx<'_, '_>, word: &Word) {
    let Some(field) = cx.names.field_type(&word.text) else {
        return;
    };
    let here = &cx.slot().id.text;
    let message = if field.computed.is_some() {
        (
            format!("“{}”由公式计算，不能再填", word.text),
            format!(
                "“{}” is computed by a formula and cannot be filled",
                word.text
            ),
        )
    } else if let Some(other) =
        (field.filled_by.as_ref()).filter(|by| *by != here && *by != FILLED_BY_FLOW)
    {
        (
            format!("“{}”声明由 {other} 填写（from:）", word.text),
            format!("“{}” says it is filled by {other} (from:)", word.text),
        )
    } else {
        return;
    };
    reader.error(
        "field-not-fillable",
        word.span,
        message,
        (
            "改字段的声明，或换一个字段",
            "Change the field's declaration, or use another field",
        ),
    );
}

fn output_of(reader: &mut Reader, names: &Names<'_>, field: &Word, output: &Word, gives: &[Port]) {
    let Some(port) = gives.iter().find(|port| port.name == output.text) else {
        let known = gives.iter().map(|port| port.name.as_str());
        reader.unknown("unknown-output", output, ("输出", "output"), known);
        return;
    };
    if let Some(target) = names.field_type(&field.text)
        && !fits(&port.kind, &target.kind)
    {
        wrong_type(reader, output, &port.kind, &target.kind);
    }
}

fn wrong_type(reader: &mut Reader, word: &Word, from: &FieldKind, to: &FieldKind) {
    let (from, to) = (
        crate::dialect::kinds::words(from),
        crate::dialect::kinds::words(to),
    );
    reader.error(
        "wrong-type",
        word.span,
        (
            format!("“{}”是{}，这里要{}", word.text, from.zh, to.zh),
            format!("“{}” is {}, but {} is due here", word.text, from.en, to.en),
        ),
        ("换一个类型相符的字段", "Use a field of that type"),
    );
}

/// True when a value of one type may be stored as another without being changed.
fn fits(from: &FieldKind, to: &FieldKind) -> bool {
    crate::dialect::kinds::fits(from, to)
}
