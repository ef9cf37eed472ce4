//! The trail is stored one row a turn, not one an event: a decision makes some ten events, and ten rows in two trees of
//! pages cost more than everything else it writes.
//!
//! A row stands under the number of its last event. `kind`, `body` and `hash` hold one line for each event (a canonical
//! body has no line break); `actor` does too when not all are by the same. A row of one event looks as it always did.

use assent_core::time::Moment;
use assent_core::write::EventRow;
use serde::Serialize;

/// Events of one turn that happened at one moment, as a row.
#[derive(Debug, Serialize)]
pub(crate) struct Packed<'a>(&'a str, u32, Moment, String, String, String, String);

/// One row for each moment.
pub(crate) fn packed<'a>(
    chain: &'a str,
    events: &'a [EventRow],
) -> impl Iterator<Item = Packed<'a>> {
    events
        .chunk_by(|one, next| {
            one.at == next.at && one.seq + 1 == next.seq && plain(one) && plain(next)
        })
        .filter_map(move |run| {
            let (first, last) = (run.first()?, run.last()?);
            let lines =
                |of: fn(&EventRow) -> &str| run.iter().map(of).collect::<Vec<_>>().join("\n");
            let is_by_one = run.iter().all(|event| event.actor == first.actor);
            let actor = if is_by_one {
                first.actor.clone()
            } else {
                lines(|event| &event.actor)
            };
            let (kind, body, hash) = (
                lines(|event| &event.kind),
                lines(|event| &event.body),
                lines(|event| &event.hash),
            );
            Some(Packed(chain, last.seq, last.at, actor, kind, body, hash))
        })
}

/// An actor with a line break in the id has a row alone.
fn plain(event: &EventRow) -> bool {
    !event.actor.contains('\n')
}

/// The events of a row. Where somebody damaged it and the columns disagree on how many there are, two of three are
/// believed, and what is too much or too little stands in the events for the verification to find.
pub(crate) fn unpacked(row: EventRow) -> Vec<EventRow> {
    let lines = |text: &str| text.split('\n').count();
    let mut counts = [lines(&row.kind), lines(&row.body), lines(&row.hash)];
    counts.sort_unstable();
    let count = counts[1];
    if count == 1 {
        return vec![row];
    }
    let first = u32::try_from(count).map_or(0, |count| (row.seq + 1).saturating_sub(count));
    let actors = if row.actor.contains('\n') { count } else { 1 };
    let mut actors = row.actor.splitn(actors, '\n');
    let mut columns = [&row.kind, &row.body, &row.hash].map(|text| text.splitn(count, '\n'));
    let mut actor = actors.next().unwrap_or_default();
    let mut events = vec![];
    for seq in first..first.saturating_add(u32::try_from(count).unwrap_or_default()) {
        let [kind, body, hash] = columns
            .each_mut()
            .map(|lines| lines.next().unwrap_or_default().to_owned());
        events.push(EventRow {
            seq,
            at: row.at,
            actor: actor.to_owned(),
            kind,
            body,
            hash,
        });
        actor = actors.next().unwrap_or(actor);
    }
    events
}

/// The events of some rows from that number on, at most so many.
pub(crate) fn events_from(rows: Vec<EventRow>, from: i64, limit: u32) -> Vec<EventRow> {
    rows.into_iter()
        .flat_map(unpacked)
        .filter(|event| i64::from(event.seq) >= from)
        .take(limit as usize)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(seq: u32, at: i64, actor: &str) -> EventRow {
        EventRow {
            seq,
            at: Moment(at),
            actor: actor.to_owned(),
            kind: format!("kind{seq}"),
            body: format!("{{\"n\":{seq}}}"),
            hash: format!("hash{seq}"),
        }
    }

    fn there_and_back(events: &[EventRow]) -> (usize, Vec<EventRow>) {
        let rows: Vec<_> = packed("chain", events).collect();
        let row = |Packed(_, seq, at, actor, kind, body, hash): &Packed<'_>| EventRow {
            seq: *seq,
            at: *at,
            actor: actor.clone(),
            kind: kind.clone(),
            body: body.clone(),
            hash: hash.clone(),
        };
        let events = rows.iter().map(row).flat_map(unpacked).collect();
        (rows.len(), events)
    }

    #[test]
    fn what_is_packed_comes_back() {
        let by_one: Vec<_> = (4..=9).map(|seq| event(seq, 7, "ann")).collect();
        assert_eq!(there_and_back(&by_one), (1, by_one.clone()));
        let by_two: Vec<_> = (1..=3)
            .map(|seq| event(seq, 7, if seq == 2 { "system" } else { "ann" }))
            .collect();
        assert_eq!(there_and_back(&by_two), (1, by_two.clone()));
        let apart = [event(1, 7, "ann"), event(2, 8, "ann"), event(3, 8, "a\nb")];
        assert_eq!(there_and_back(&apart), (3, apart.to_vec()));
        assert_eq!(there_and_back(&[]), (0, vec![]));
    }

    #[test]
    fn a_part_of_a_turn_is_read() {
        let row = EventRow {
            seq: 6,
            at: Moment(1),
            actor: "ann".into(),
            kind: "a\nb\nc".into(),
            body: "1\n2\n3".into(),
            hash: "x\ny\nz".into(),
        };
        let read: Vec<_> = events_from(vec![row], 5, 1)
            .into_iter()
            .map(|event| (event.seq, event.kind, event.hash))
            .collect();
        assert_eq!(read, [(5, "b".to_owned(), "y".to_owned())]);
    }

    #[test]
    fn damage_stays_in_its_row() {
        let row = EventRow {
            seq: 6,
            at: Moment(1),
            actor: "ann".into(),
            kind: "a\nb\nc".into(),
            body: "1\n2\n3\n4".into(),
            hash: "x\ny\nz".into(),
        };
        let seqs: Vec<_> = unpacked(row)
            .iter()
            .map(|event| (event.seq, event.body.clone()))
            .collect();
        let body = |seq, text: &str| (seq, text.to_owned());
        assert_eq!(seqs, [body(4, "1"), body(5, "2"), body(6, "3\n4")]);
    }
}
