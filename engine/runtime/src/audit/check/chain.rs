//! One chain: its numbers, its hashes, and the state its events fold to.

use assent_core::apply::{CHAIN_START, apply, link};
use assent_core::audit::{Part, leaf};
use assent_core::command::Actor;
use assent_core::event::{Change, Event};
use assent_core::instance::{Case, Instance};
use assent_core::time::Moment;
use assent_core::turn::title_fits;
use assent_core::value::Values;
use assent_core::verify;
use assent_core::write::{EventRow, InstanceRow};

use super::{Checker, Open};
use crate::audit::finding::Finding;
use crate::audit::merkle::Placed;
use crate::engine::{folded, is_current, says_no_less, unmarked};

impl Checker<'_> {
    /// Looks at the chain whose events are all there.
    pub(super) fn close_chain(&mut self) {
        let Some(open) = self.open.take() else {
            return;
        };
        self.report.chains += 1;
        self.report.events += open.events.len() as u64;
        let before = self.report.findings.len();
        self.stone(&open);
        self.covered(&open);
        if self.is_gone(&open) {
            self.chains.push(open.chain);
            return;
        }
        self.numbers(&open);
        // Chains of records, flows and the like are named `<kind>:<id>`: no row folds from them.
        let is_other = open.state.is_none() && open.chain.contains(':');
        let events = self.links(&open, is_other);
        if !is_other {
            self.report.instances += u64::from(open.state.is_some());
            let is_whole = self.report.findings.len() == before;
            self.state(&open, events, is_whole);
        }
        self.chains.push(open.chain);
    }

    /// What roots are said to cover of it.
    fn covered(&mut self, open: &Open) {
        let count = |part: &Part| u64::from(part.upto.saturating_sub(part.first)) + 1;
        self.parts.extend(
            open.parts
                .iter()
                .map(|part| (part.root, part.place, count(part))),
        );
    }

    /// Numbers without gaps from 1, and as far as a root covers them.
    fn numbers(&mut self, open: &Open) {
        let mut expected = 1;
        for event in &open.events {
            if event.seq < expected {
                self.report.add(at_event(
                    "event_inserted",
                    open,
                    event.seq,
                    "不该存在",
                    "must not be there",
                ));
                continue;
            }
            self.missing(open, expected, event.seq);
            expected = event.seq + 1;
        }
        let covered = open.parts.last().map_or(0, |part| part.upto);
        self.missing(open, expected, covered.saturating_add(1));
        let chain = self.chains.len();
        for event in &open.events {
            if let Some(place) = place(&open.parts, event.seq) {
                self.placed.push(Placed {
                    place,
                    leaf: leaf(&open.chain, event),
                    chain,
                    seq: event.seq,
                });
            }
        }
    }

    fn missing(&mut self, open: &Open, from: u32, to: u32) {
        // A damaged number may be far off: the first and the last one name the gap.
        for seq in from..to.min(from.saturating_add(1_000)) {
            self.report
                .add(at_event("event_missing", open, seq, "不见了", "is missing"));
        }
    }

    /// The hashes of the chain, and columns that say what the event says. Returns the events when all can be read.
    fn links(&mut self, open: &Open, is_other: bool) -> Option<Vec<Event>> {
        let (mut at, mut events) = (CHAIN_START.to_owned(), Some(vec![]));
        for row in &open.events {
            if link(&at, &row.body) != row.hash {
                self.report.add(at_event(
                    "chain_broken",
                    open,
                    row.seq,
                    "与前一个事件或自身的校验值不符",
                    "does not follow from the one before it, or was changed",
                ));
            }
            at.clone_from(&row.hash);
            if is_other {
                continue;
            }
            let event = serde_json::from_str::<Event>(&row.body).ok();
            let Some(event) = event.filter(|event| says_the_same(row, event)) else {
                self.report.add(at_event(
                    "event_changed",
                    open,
                    row.seq,
                    "的内容前后不一致",
                    "contradicts itself",
                ));
                events = None;
                continue;
            };
            if let Some(events) = &mut events {
                events.push(event);
            }
        }
        events
    }

    /// The events folded give the row; and the four invariants.
    fn state(&mut self, open: &Open, events: Option<Vec<Event>>, is_whole: bool) {
        let Some(row) = &open.state else {
            if !open.events.is_empty() {
                self.report.add(at_event(
                    "event_inserted",
                    open,
                    open.events[0].seq,
                    "属于一个不存在的实例",
                    "belongs to an instance that does not exist",
                ));
            }
            return;
        };
        let Ok(instance) = serde_json::from_str::<Instance>(&row.state) else {
            self.differs(open, "业务数据无法读取", "its row cannot be read");
            return;
        };
        let last = open.events.last().map_or(0, |event| event.seq);
        for seq in last + 1..=instance.seq.min(last.saturating_add(1_000)) {
            self.report.add(at_event(
                "event_missing",
                open,
                seq,
                "不见了，而业务数据包含它",
                "is missing, and the row knows of it",
            ));
        }
        for event in open.events.iter().filter(|event| event.seq > instance.seq) {
            self.report.add(at_event(
                "event_inserted",
                open,
                event.seq,
                "是业务数据所不知道的",
                "is not known to the row",
            ));
        }
        let Some(events) = events.filter(|_| is_whole) else {
            return;
        };
        self.fold(open, row, &events, instance);
    }

    fn fold(&mut self, open: &Open, row: &InstanceRow, events: &[Event], instance: Instance) {
        let touched = |name: &String| {
            events.iter().any(|event| matches!(&event.change, Change::FieldsSet { values } if values.contains_key(name)))
        };
        let instance = self.as_folded_today(open, row, events, instance);
        // What no event of this chain set is as it was before the first one.
        let start: Values = open
            .values
            .iter()
            .filter(|(name, _)| !touched(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let mut stored = Case {
            instance,
            values: open.values.clone(),
        };
        if open.shared {
            self.report.records_shared += 1;
            let mut folded = Case::blank(start.clone());
            events.iter().for_each(|event| apply(&mut folded, event));
            stored.values = folded.values;
        }
        let def = self.compiled(&row.flow, &row.version);
        // What another instance wrote into the record may have come after the title was made.
        let known = def.as_ref().filter(|_| !open.shared);
        let title_fits = known.is_none_or(|def| title_fits(def, &stored.values, &row.title));
        if columns(row) != columns_of(&stored.instance, events) || !title_fits {
            self.differs(
                open,
                "业务数据的列与其状态不符",
                "the columns of its row contradict its state",
            );
        }
        let mut broken = verify::trail(events, &stored, &start);
        if !stored.instance.ended() {
            match def {
                Some(def) => broken.extend(verify::awake(&def, &stored)),
                None => self.report.definitions_unread += 1,
            }
        }
        for violation in broken {
            let (zh, en) = match violation.invariant {
                "i4" => (
                    "按事件重算的结果与业务数据不同",
                    "folding its events gives another state",
                ),
                _ => ("违反不变式", "an invariant does not hold"),
            };
            let code = if violation.invariant == "i4" {
                "state_differs"
            } else {
                "invariant"
            };
            self.report.add(Finding {
                chain: Some(open.chain.clone()),
                ..Finding::new(
                    code,
                    format!(
                        "{}：{zh}（{}：{}）",
                        open.chain, violation.invariant, violation.found
                    ),
                    format!(
                        "{}: {en} ({}: {})",
                        open.chain, violation.invariant, violation.found
                    ),
                )
            });
        }
    }

    /// A state that an older program folded says less than ours would: compared is what it says.
    fn as_folded_today(
        &mut self,
        open: &Open,
        row: &InstanceRow,
        events: &[Event],
        stored: Instance,
    ) -> Instance {
        if is_current(&row.state) {
            return stored;
        }
        let folded = folded(events, &open.values).instance;
        let newer = serde_json::to_value(&folded).unwrap_or_default();
        let older = unmarked(&row.state);
        if !says_no_less(&newer, &older) {
            return stored;
        }
        self.report.folded_before += 1;
        folded
    }

    fn differs(&mut self, open: &Open, zh: &str, en: &str) {
        self.report.add(Finding {
            chain: Some(open.chain.clone()),
            ..Finding::new(
                "state_differs",
                format!("{}：{zh}", open.chain),
                format!("{}: {en}", open.chain),
            )
        });
    }
}

/// The columns of an event's row repeat what its text says, and the text is written as the engine writes it.
fn says_the_same(row: &EventRow, event: &Event) -> bool {
    let actor = match &event.actor {
        Actor::Person(id) => id.as_str(),
        Actor::System => "system",
    };
    let kind = || {
        let text: serde_json::Value = serde_json::from_str(&row.body).ok()?;
        Some(text.get("event")?.as_str()? == row.kind)
    };
    (row.seq, row.at, row.actor.as_str()) == (event.seq, event.at, actor)
        && kind() == Some(true)
        && verify::canonical(event) == row.body
}

/// What lists and workers go by: columns that repeat the state.
#[derive(PartialEq)]
struct Columns<'a> {
    names: [&'a str; 7],
    standing: String,
    ended: bool,
    rev: u64,
    started: Moment,
    updated: Moment,
}

fn columns(row: &InstanceRow) -> Columns<'_> {
    Columns {
        names: [
            &row.id,
            &row.flow,
            &row.version,
            &row.entity,
            &row.record,
            &row.applicant,
            &row.status,
        ],
        standing: row.standing.clone(),
        ended: row.ended,
        rev: row.rev,
        started: row.started,
        updated: row.updated,
    }
}

fn columns_of<'a>(instance: &'a Instance, events: &[Event]) -> Columns<'a> {
    let at = |event: Option<&Event>| event.map(|event| event.at).unwrap_or_default();
    Columns {
        names: [
            &instance.id,
            &instance.flow,
            &instance.version,
            &instance.entity,
            &instance.record,
            &instance.applicant,
            instance.status_word(),
        ],
        standing: instance.standing(),
        ended: instance.ended(),
        rev: instance.rev,
        started: at(events.first()),
        updated: at(events.last()),
    }
}

fn place(parts: &[Part], seq: u32) -> Option<u64> {
    let part = parts
        .iter()
        .find(|part| (part.first..=part.upto).contains(&seq))?;
    Some(part.place + u64::from(seq - part.first))
}

fn at_event(code: &'static str, open: &Open, seq: u32, zh: &str, en: &str) -> Finding {
    let (chain, place) = (&open.chain, place(&open.parts, seq));
    let root = open
        .parts
        .iter()
        .find(|part| (part.first..=part.upto).contains(&seq));
    let (where_zh, where_en) = match place {
        Some(place) => (format!("（总序号 {place}）"), format!(" (place {place})")),
        None => ("（尚未存证）".to_owned(), " (not sealed yet)".to_owned()),
    };
    Finding {
        chain: Some(chain.clone()),
        seq: Some(seq),
        place,
        root: root.map(|part| part.root),
        ..Finding::new(
            code,
            format!("{chain} 的第 {seq} 个事件{where_zh}{zh}"),
            format!("Event {seq} of {chain}{where_en} {en}"),
        )
    }
}
