//! `tests:`: examples inside the flow file.

mod away;
mod expect;
mod play;

use std::collections::BTreeMap;

use crate::catalog::Port;
use crate::definition::State;
use crate::example::{Example, Stub};
use crate::field::FieldKind;
use crate::people::{PeopleRule, choice_field};
use crate::time::Moment;
use crate::value::Values;

use super::map::{MapReader, key_word};
use super::names::Names;
use super::reader::{Reader, Word};
use super::scalar;
use super::tree::{Key, Node};
use super::value;

/// Most examples in one file.
const EXAMPLES_MAX: usize = 200;

/// What an example's reader needs to judge names.
pub(super) struct Cx<'c> {
    pub names: &'c Names<'c>,
    pub states: &'c [State],
    /// The rules under `people:`.
    pub rules: &'c [(String, PeopleRule)],
    /// People of `cast:`.
    pub cast: Vec<String>,
}

/// Reads `tests:`.
pub fn examples(
    reader: &mut Reader,
    names: &Names<'_>,
    (states, rules): (&[State], &[(String, PeopleRule)]),
    node: &Node,
) -> Vec<Example> {
    let Some(items) = node.items() else {
        reader.error(
            "list-due",
            node.span,
            (
                "tests: 下面是用例的列表",
                "Under tests: stands a list of examples",
            ),
            (
                "例如 - name: 满载直接放行",
                "For example - name: a full truck is released at once",
            ),
        );
        return vec![];
    };
    let mut found = Vec::new();
    for (number, item) in items.iter().take(EXAMPLES_MAX).enumerate() {
        reader.note(format!("tests.{number}"), item.span);
        let mut cx = Cx {
            names,
            states,
            rules,
            cast: vec![],
        };
        found.extend(example(reader, &mut cx, item));
    }
    if let Some(item) = items.get(EXAMPLES_MAX) {
        reader.error(
            "too-many-tests",
            item.span,
            (
                format!("一个文件最多 {EXAMPLES_MAX} 个用例"),
                format!("A file holds at most {EXAMPLES_MAX} examples"),
            ),
            ("删掉重复的用例", "Remove examples that repeat others"),
        );
    }
    found
}

fn example(reader: &mut Reader, cx: &mut Cx<'_>, node: &Node) -> Option<Example> {
    let mut map = MapReader::open(reader, node, ("用例", "example"))?;
    let line = reader.place(map.span).line;
    let name = map.need("name").and_then(|node| scalar::text(reader, node));
    let at = map.get("at").and_then(|node| time(reader, cx, node));
    let cast = map.get("cast");
    let cast = cast.map_or_else(Vec::new, |node| cast_of(reader, cx, node));
    cx.cast = cast.iter().map(|(person, _)| person.clone()).collect();
    let away = map.get("away");
    let away = away.map_or_else(Vec::new, |node| away::absences(reader, cx, node));
    let open_tasks = map.get("open_tasks");
    let open_tasks = open_tasks.map_or_else(BTreeMap::new, |node| away::loads(reader, cx, node));
    let given = map.get("given");
    let given = given.and_then(|node| values(reader, cx, node));
    let records = map.get("records");
    let records = records.map_or_else(BTreeMap::new, |node| records_of(reader, cx, node));
    let answers = map.get("answers");
    let answers = answers.map_or_else(BTreeMap::new, |node| answers_of(reader, cx, node));
    let play = map.get("play");
    let play = play.map_or_else(Vec::new, |node| play::play(reader, cx, node));
    let expect = map.get("expect");
    let expect = expect.map(|node| expect::expect(reader, cx, node));
    map.close(reader);
    Some(Example {
        name: name?.text,
        line,
        at,
        given: given.unwrap_or_default(),
        records,
        answers,
        cast,
        away,
        open_tasks,
        play,
        expect: expect.unwrap_or_default(),
    })
}

/// A clock time in the flow's zone.
fn time(reader: &mut Reader, cx: &Cx<'_>, node: &Node) -> Option<Moment> {
    let civil = scalar::date_time(reader, node)?;
    value::moment(reader, node, civil, &cx.names.zone)
}

/// Field values of the record.
fn values(reader: &mut Reader, cx: &Cx<'_>, node: &Node) -> Option<Values> {
    let names = cx.names;
    if names.open {
        return value::guessed(reader, node);
    }
    value::record(reader, node, &names.zone, |name| {
        let field = names.entity.field(name).map(|field| field.kind.clone());
        let choices = || cx.rules.iter().filter(|(_, rule)| rule.choice().is_some());
        let chosen = |known: &(String, PeopleRule)| choice_field(&known.0);
        let chosen_here = choices().any(|known| chosen(known) == name);
        field
            .or_else(|| chosen_here.then_some(FieldKind::Person))
            .ok_or_else(|| {
                let fields = names.entity.fields.iter().map(|f| f.name.clone());
                fields.chain(choices().map(chosen)).collect()
            })
    })
}

/// `cast: {person: name or names}`.
fn cast_of(reader: &mut Reader, cx: &Cx<'_>, node: &Node) -> Vec<(String, Vec<String>)> {
    let Some(map) = MapReader::open(reader, node, ("cast:", "cast:")) else {
        return vec![];
    };
    map.written()
        .iter()
        .map(|(key, node)| (key.text.clone(), parts(reader, cx, node)))
        .collect()
}

/// Parts somebody can play besides the names under `people:`: the flow's owner, the applicant's superior, an administrator.
const FIXED_PARTS: [&str; 3] = ["owner", "superior", "administrator"];

/// Names of `people:` somebody plays.
pub(super) fn parts(reader: &mut Reader, cx: &Cx<'_>, node: &Node) -> Vec<String> {
    let words = scalar::words(reader, node);
    let fixed = |word: &str| FIXED_PARTS.contains(&word);
    words
        .into_iter()
        .filter(|word| fixed(&word.text) || cx.names.people(reader, word).is_some())
        .map(|word| word.text)
        .collect()
}

/// `records: {entity: {id: {field: value}}}`.
fn records_of(
    reader: &mut Reader,
    cx: &Cx<'_>,
    node: &Node,
) -> BTreeMap<String, BTreeMap<String, Values>> {
    let mut found = BTreeMap::new();
    let Some(map) = MapReader::open(reader, node, ("records:", "records:")) else {
        return found;
    };
    let entities = &cx.names.catalog.entities;
    for (key, node) in map.written() {
        let word = key_word(key);
        let entity = entities.get(&word.text);
        if entity.is_none() {
            let known = entities.keys().map(String::as_str);
            reader.unknown("unknown-entity", &word, ("实体", "entity type"), known);
        }
        let Some(list) = MapReader::open(reader, node, ("记录表", "list of records")) else {
            continue;
        };
        let mut records = BTreeMap::new();
        for (key, node) in list.written() {
            let values = match entity {
                Some(entity) => value::record(reader, node, &cx.names.zone, |name| {
                    let field = entity.field(name).map(|field| field.kind.clone());
                    field.ok_or_else(|| entity.fields.iter().map(|f| f.name.clone()).collect())
                }),
                None => value::guessed(reader, node),
            };
            records.insert(key.text.clone(), values.unwrap_or_default());
        }
        found.insert(word.text, records);
    }
    found
}

/// `answers: {effect, rule or flow: {output: value} | {error: words} | {timeout: always}}`.
fn answers_of(reader: &mut Reader, cx: &Cx<'_>, node: &Node) -> BTreeMap<String, Stub> {
    let mut found = BTreeMap::new();
    let Some(map) = MapReader::open(reader, node, ("answers:", "answers:")) else {
        return found;
    };
    for (key, node) in map.written() {
        if let Some(stub) = answer(reader, cx, key, node) {
            found.insert(key.text.clone(), stub);
        }
    }
    found
}

fn answer(reader: &mut Reader, cx: &Cx<'_>, key: &Key, node: &Node) -> Option<Stub> {
    let word = key_word(key);
    let outputs = answering(reader, cx, &word)?;
    let output = |name: &str| {
        outputs
            .iter()
            .flat_map(|ports| ports.iter())
            .any(|port| port.name == name)
    };
    if let Some([(key, node)]) = node.entries() {
        if key.text == "timeout" && !output("timeout") {
            scalar::one_of(reader, node, &[("always", ())]);
            return Some(Stub::Timeout);
        }
        if key.text == "error" && !output("error") {
            return scalar::text(reader, node).map(|word| Stub::Error(word.text));
        }
    }
    let values = match outputs {
        Some(ports) => value::record(reader, node, &cx.names.zone, |name| {
            let port = ports.iter().find(|port| port.name == name);
            port.map(|port: &Port| port.kind.clone())
                .ok_or_else(|| ports.iter().map(|port| port.name.clone()).collect())
        }),
        None => value::guessed(reader, node),
    };
    values.map(Stub::Values)
}

/// What the effect or rule gives; `Some(None)` where it is used by the flow but not known in detail (a subflow, or a name
/// that was reported already); `None` where the flow never asks it.
fn answering<'c>(reader: &mut Reader, cx: &Cx<'c>, word: &Word) -> Option<Option<&'c [Port]>> {
    let catalog = cx.names.catalog;
    let known = known_calls(cx);
    if !known.contains(&word.text.as_str()) {
        let known = known.iter().copied();
        reader.unknown(
            "unknown-call",
            word,
            (
                "本流程调用的规则、模块动作或子流程",
                "rule, effect or subflow used by this flow",
            ),
            known,
        );
        return None;
    }
    let effect = catalog.effects.get(&word.text);
    let rule = catalog.rules.get(&word.text);
    let gives = effect
        .map(|effect| effect.gives.as_slice())
        .or_else(|| rule.map(|rule| rule.gives.as_slice()));
    Some(gives)
}

/// Effects, rules and subflows this flow uses, written where a state or an end names them.
pub(super) fn known_calls<'c>(cx: &Cx<'c>) -> Vec<&'c str> {
    use crate::definition::StateKind;
    let mut found: Vec<&str> = Vec::new();
    found.extend(cx.rules.iter().filter_map(|(_, rule)| match rule {
        PeopleRule::Script { rule, .. } => Some(rule.as_str()),
        _ => None,
    }));
    for state in cx.states {
        match &state.kind {
            StateKind::Rule { rule, .. } => found.push(rule),
            StateKind::Run(_) | StateKind::End { .. } => {
                found.extend(state.runs().map(|run| run.effect.as_str()));
            }
            StateKind::Subflow { flow, .. } => found.push(flow),
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

/// Checks that somebody is in `cast:` (or is the applicant, or a person of the directory).
pub(super) fn person(reader: &mut Reader, cx: &Cx<'_>, word: &Word) -> bool {
    let known = word.text == "applicant"
        || cx.cast.contains(&word.text)
        || cx.names.catalog.people.contains(&word.text);
    if !known {
        let people = cx.cast.iter().map(String::as_str).chain(["applicant"]);
        reader.unknown(
            "unknown-person",
            word,
            ("人（cast:）", "person in cast:"),
            people,
        );
    }
    known
}

/// People in a list, each known.
pub(super) fn people(reader: &mut Reader, cx: &Cx<'_>, node: &Node) -> Vec<String> {
    let words = scalar::words(reader, node);
    words
        .into_iter()
        .filter(|word| person(reader, cx, word))
        .map(|word| word.text)
        .collect()
}
