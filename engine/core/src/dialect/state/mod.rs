//! `states:`: what each state does, by its verb, and where it leads.

mod actions;
mod answers;
mod calls;
mod choose;
mod end;
mod groups;
mod late;
mod people;
mod skeleton;
mod target;
mod together;
mod wait;

use crate::definition::{FieldRules, Region, State, StateIx, StateKind, Target};
use crate::diagnostic::Diagnostic;
use crate::field::Field;
use crate::text::Text;

use super::lean;
use super::map::{MapReader, key_word};
use super::names::Names;
use super::policies;
use super::reader::{Reader, Word};
use super::scalar;
use super::suggest;
use super::tree::{Node, Span};

pub use actions::{Asked, asked};
pub use skeleton::{Skeleton, Slot, walk};

pub(super) const STATE: (&str, &str) = ("节点", "state");

/// The keys that say what a state is. `mail` says so only where it stands alone; elsewhere it names the mail to send.
pub const VERBS: [&str; 11] = [
    "draft", "approve", "work", "rule", "run", "choose", "wait", "subflow", "together", "mail",
    "end",
];

/// Those in which people act, and which say who.
const PERSONAL: [&str; 3] = ["draft", "approve", "work"];

/// What a state's reader needs besides its own map.
pub(super) struct Cx<'c, 't> {
    pub names: &'c Names<'c>,
    pub skeleton: &'c Skeleton<'t>,
    pub ix: StateIx,
    /// Fields that `ask:` of this state and its actions bring, by the place of the `ask:`.
    pub asked: &'c [actions::Asked],
}

impl<'c, 't> Cx<'c, 't> {
    pub fn slot(&self) -> &'c Slot<'t> {
        &self.skeleton.slots[self.ix]
    }
}

/// Reads all states; one for each slot, whatever is wrong with it.
pub fn states(
    reader: &mut Reader,
    names: &Names<'_>,
    skeleton: &Skeleton<'_>,
    asked: &[actions::Asked],
) -> Vec<State> {
    let mut states: Vec<State> = Vec::with_capacity(skeleton.slots.len());
    for ix in 0..skeleton.slots.len() {
        let cx = Cx {
            names,
            skeleton,
            ix,
            asked,
        };
        let choice = skeleton.slots[ix].way_of.map(|at| &states[at]);
        let state = state(reader, &cx, choice);
        states.push(state);
    }
    states
}

/// Reads the branches: name and condition of each.
pub fn regions(
    reader: &mut Reader,
    names: &Names<'_>,
    skeleton: &Skeleton<'_>,
    flow_name: &Text,
) -> Vec<Region> {
    let slots = skeleton.regions.iter();
    slots
        .map(|slot| together::region(reader, names, slot, flow_name))
        .collect()
}

fn state(reader: &mut Reader, cx: &Cx<'_, '_>, choice: Option<&State>) -> State {
    let slot = cx.slot();
    let mut blank = blank(reader, slot, choice);
    let Some(mut map) = MapReader::open(reader, slot.node, STATE) else {
        return blank;
    };
    map.need("id");
    if let Some(name) = name(reader, &mut map, choice) {
        blank.name = name;
    }
    let path = format!("states.{}", slot.id.text);
    reader.note_tree(&path, slot.id.span, slot.node);
    when(reader, cx, &mut map, &mut blank);
    let verb = if slot.short {
        Some("approve")
    } else {
        verb(reader, &mut map)
    };
    target::ways_out(reader, cx, &mut map, &mut blank, verb.unwrap_or("approve"));
    if let Some(verb) = verb {
        blank.kind = kind(reader, cx, &mut map, &blank, verb);
        common(reader, cx, &mut map, &mut blank, verb);
        if verb != "mail" {
            refuse_strangers(reader, &mut map, verb);
        }
        map.close(reader);
    }
    blank
}

/// A state that leads on in order and does nothing: what is left where nothing better could be read.
fn blank(reader: &Reader, slot: &Slot<'_>, choice: Option<&State>) -> State {
    let place = reader.place(slot.id.span);
    State {
        id: slot.id.text.clone(),
        name: Text::same(slot.id.text.clone()),
        line: place.line,
        region: slot.region,
        when: None,
        skip_to: choice.map_or(slot.after, |choice| choice.next),
        kind: StateKind::Choose { ways: vec![] },
        next: choice.map_or(slot.after, |choice| choice.next),
        if_rejected: choice.map_or(Target::Reject, |choice| choice.if_rejected),
        say: choice.and_then(|choice| choice.say.clone()),
        keep: choice.map_or_else(Vec::new, |choice| choice.keep.clone()),
        fields: FieldRules::default(),
        ask: vec![],
        deadline: None,
        deadline_by: None,
        if_late: vec![],
        clock_stops_in: vec![],
        restarts_on_transfer: false,
        policies: crate::definition::PolicyOverrides::default(),
        mail: None,
    }
}

fn name(reader: &mut Reader, map: &mut MapReader<'_>, choice: Option<&State>) -> Option<Text> {
    match (map.get("name"), choice) {
        (Some(node), _) => scalar::names(reader, node),
        // A way of a choice is one act with several people; it goes by the choice's name.
        (None, Some(choice)) => Some(choice.name.clone()),
        (None, None) => {
            map.need("name");
            None
        }
    }
}

/// `when:` of a state means "otherwise skip it"; in a way of a choice or a short approval it belongs to the way or branch.
fn when(reader: &mut Reader, cx: &Cx<'_, '_>, map: &mut MapReader<'_>, state: &mut State) {
    let slot = cx.slot();
    if slot.way_of.is_some() {
        map.allow(&["when", "otherwise"]);
    } else if slot.short {
        map.allow(&["when"]);
    } else if let Some(node) = map.get("when") {
        state.when = lean::condition(reader, cx.names, node);
    }
}

/// The one verb of a state.
fn verb(reader: &mut Reader, map: &mut MapReader<'_>) -> Option<&'static str> {
    let mut written: Vec<&'static str> = VERBS
        .into_iter()
        .filter(|verb| map.written().iter().any(|(key, _)| key.text == *verb))
        .collect();
    if written.len() > 1 {
        written.retain(|verb| *verb != "mail");
    }
    match written.as_slice() {
        [] => {
            no_verb(reader, map);
            None
        }
        [verb] => Some(verb),
        [first, second, ..] => {
            let span = map.entry(second).map_or(map.span, |(key, _)| key.span);
            reader.error(
                "two-kinds",
                span,
                (
                    format!("一个节点只做一件事，这里既有 {first}: 又有 {second}:"),
                    format!("A state does one thing; here stand both {first}: and {second}:"),
                ),
                (
                    "拆成两个节点，或删掉其中一个",
                    "Make two states of it, or remove one of them",
                ),
            );
            None
        }
    }
}

fn no_verb(reader: &mut Reader, map: &MapReader<'_>) {
    let glued = map
        .written()
        .iter()
        .filter_map(|(key, _)| super::map::glued(reader, key))
        .find(|(word, _)| VERBS.contains(word));
    if let Some((_, fault)) = glued {
        return reader.push(fault);
    }
    let near = map.written().iter().find_map(|(key, node)| {
        let near = suggest::nearest(&key.text, VERBS)?;
        (near != "mail").then(|| (key_word(key), near, node))
    });
    let span = match &near {
        Some((word, ..)) => word.span,
        None => map.written().first().map_or(map.span, |(key, _)| key.span),
    };
    let fault = reader.fault(
        "no-kind",
        span,
        "这个节点没有说明做什么",
        "Nothing says what this state does",
    );
    let fault = match near {
        Some((word, near, node)) => verb_meant(reader, fault, &word, near, node),
        None => fault.hint(
            format!("加上其中一个键：{}", VERBS.join("、")),
            format!("Add one of these keys: {}", VERBS.join(", ")),
        ),
    };
    reader.push(fault);
}

/// `approver: boss` means `approve: {by: boss}`: the key alone would be the next fault.
fn verb_meant(
    reader: &Reader,
    fault: Diagnostic,
    word: &Word,
    near: &str,
    value: &Node,
) -> Diagnostic {
    let whole = Span {
        start: word.span.start,
        end: value.span.end,
    };
    match value.scalar() {
        Some(bare) if PERSONAL.contains(&near) && !value.is_blank() => {
            let meant = format!("{near}: {{by: {}}}", bare.text);
            super::reader::with_suggestion(fault, reader.place(whole), &meant)
        }
        _ => super::reader::with_suggestion(fault, reader.place(word.span), near),
    }
}

fn kind(
    reader: &mut Reader,
    cx: &Cx<'_, '_>,
    map: &mut MapReader<'_>,
    state: &State,
    verb: &str,
) -> StateKind {
    let read = match verb {
        "draft" => people::draft(reader, cx, map),
        "approve" => people::approve(reader, cx, map, state),
        "work" => people::work(reader, cx, map, state),
        "rule" => calls::rule(reader, cx, map),
        "run" => calls::run(reader, cx, map),
        "choose" => choose::choose(reader, cx, map, state),
        "wait" => wait::wait(reader, cx, map),
        "subflow" => wait::subflow(reader, cx, map, state),
        "together" => together::together(reader, cx, map),
        "mail" => end::mail(reader, cx, map),
        _ => end::end(reader, cx, map),
    };
    read.unwrap_or(StateKind::Choose { ways: vec![] })
}

/// Keys that several kinds share.
fn common(
    reader: &mut Reader,
    cx: &Cx<'_, '_>,
    map: &mut MapReader<'_>,
    state: &mut State,
    verb: &str,
) {
    let person = matches!(verb, "approve" | "work");
    let names = cx.names;
    if matches!(verb, "draft" | "approve" | "work")
        && let Some(node) = map.get("fields")
    {
        state.fields = field_rules(reader, names, node);
    }
    if person {
        if map.has("ask") {
            state.ask = actions::asked_at(cx, "");
        }
        if let Some(node) = map.get("policies") {
            state.policies = policies::state_policies(reader, names, node);
        }
    }
    if matches!(verb, "draft" | "approve" | "work")
        && let Some(node) = map.get("mail")
        && let Some(word) = scalar::text(reader, node)
        && names.mail(reader, &word)
    {
        state.mail = Some(word.text);
    }
    if person || matches!(verb, "wait" | "subflow" | "together" | "draft") {
        late::late(reader, cx, map, state);
    }
}

/// Keys of other kinds: known, but not here. Better said than "unknown".
fn refuse_strangers(reader: &mut Reader, map: &mut MapReader<'_>, verb: &str) {
    const STRANGERS: [(&str, &str); 15] = [
        ("by", "approve work draft"),
        ("needs", "approve together"),
        ("actions", "work"),
        ("ask", "approve work"),
        ("fields", "draft approve work"),
        ("policies", "approve work"),
        ("deadline", "approve work wait subflow together draft"),
        ("if_late", "approve work wait subflow together draft"),
        ("clock", "approve work wait subflow together draft"),
        ("give", "rule run"),
        ("fills", "rule run"),
        ("once_per", "run"),
        ("undo", "run"),
        ("if_fails", "run"),
        ("then", "end"),
    ];
    for (key, kinds) in STRANGERS {
        if kinds.split(' ').any(|kind| kind == verb) {
            continue;
        }
        let fits = kinds.replace(' ', ": ");
        map.refuse(
            reader,
            key,
            (
                &format!("{key}: 不能用在 {verb}: 节点上"),
                &format!("{key}: cannot stand in a {verb}: state"),
            ),
            (
                &format!("{key}: 用于 {fits}:"),
                &format!("{key}: belongs to {fits}:"),
            ),
        );
    }
}

/// `fields: {hidden, read, write, require}`.
fn field_rules(reader: &mut Reader, names: &Names<'_>, node: &Node) -> FieldRules {
    let what = ("字段权限", "set of field permissions");
    let Some(mut map) = MapReader::open(reader, node, what) else {
        return FieldRules::default();
    };
    let mut read = |reader: &mut Reader, key: &'static str| -> Vec<String> {
        map.get(key)
            .map_or_else(Vec::new, |node| fields_named(reader, names, node))
    };
    let rules = FieldRules {
        hidden: read(reader, "hidden"),
        write: read(reader, "write"),
        require: read(reader, "require"),
    };
    // What is not named may be read; saying so is allowed and changes nothing.
    read(reader, "read");
    map.close(reader);
    for name in rules.write.iter().chain(&rules.require) {
        if rules.hidden.contains(name) {
            reader.error(
                "hidden-and-required",
                node.span,
                (
                    format!("字段“{name}”既隐藏又要填写"),
                    format!("The field “{name}” is hidden and to be filled in"),
                ),
                ("两者留一个", "Keep one of the two"),
            );
        }
        not_written_by_hand(reader, names, name, node);
    }
    rules
}

fn not_written_by_hand(reader: &mut Reader, names: &Names<'_>, name: &str, node: &Node) {
    let origin = names.field_type(name).and_then(|field: &Field| {
        let filled = field.filled_by.as_deref();
        field.computed.as_ref().map(|_| "is").or(filled)
    });
    if let Some(origin) = origin {
        reader.error(
            "field-not-writable",
            node.span,
            (
                format!("字段“{name}”由系统填写（{origin}），不能让人填"),
                format!("The field “{name}” is filled by the system ({origin}), not by people"),
            ),
            ("从列表里去掉它", "Take it out of the list"),
        );
    }
}

/// Names of fields in a list.
pub(super) fn fields_named(reader: &mut Reader, names: &Names<'_>, node: &Node) -> Vec<String> {
    let words = scalar::words(reader, node);
    words
        .into_iter()
        .filter(|word: &Word| names.field(reader, word))
        .map(|word| word.text)
        .collect()
}
