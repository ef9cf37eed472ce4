//! The statements of a batch. Each takes its rows as one JSON parameter, so their number does not grow with the batch.

use crate::dialect::{Sql, over_rows};

/// key, answer, at → the keys that are new.
pub(super) const ANSWERS_INSERT: Sql = over_rows!(
    "insert into answers (key, answer, at) select j.value->>0, j.value->>1, cast(j.value->>2 as bigint) from",
    "where true on conflict do nothing returning key"
);

/// key → key, answer.
pub(super) const ANSWERS_SELECT: Sql = over_rows!(
    "select answers.key, answers.answer from",
    "join answers on answers.key = j.value->>0"
);

/// key.
pub(super) const ANSWERS_DELETE: Sql = over_rows!(
    "delete from answers where key in (select j.value->>0 from",
    ")"
);

/// A whole instance row → the ids that are new. `was` is not read any more.
pub(super) const INSTANCES_INSERT: Sql = over_rows!(
    "insert into instances (id, flow, version, entity, record, applicant, status, was, ended, title, standing, rev, \
     started, updated, state) select j.value->>0, j.value->>1, j.value->>2, j.value->>3, j.value->>4, j.value->>5, \
     j.value->>6, '', cast(j.value->>7 as bigint), j.value->>8, j.value->>9, cast(j.value->>10 as bigint), \
     cast(j.value->>11 as bigint), cast(j.value->>12 as bigint), j.value->>13 from",
    "where true on conflict do nothing returning id"
);

/// id, the `rev` it must have, then what a turn may change → the ids that had it.
pub(super) const INSTANCES_UPDATE: Sql = over_rows!(
    "update instances set version = j.value->>2, record = j.value->>3, status = j.value->>4, \
     ended = cast(j.value->>5 as bigint), title = j.value->>6, standing = j.value->>7, \
     rev = cast(j.value->>8 as bigint), updated = cast(j.value->>9 as bigint), state = j.value->>10 from",
    "where instances.id = j.value->>0 and instances.rev = cast(j.value->>1 as bigint) returning instances.id"
);

/// instance, no, state, kind, round, assignee, opened, due.
pub(super) const TASKS_INSERT: Sql = over_rows!(
    "insert into tasks (instance, no, state, kind, round, assignee, opened, due) select j.value->>0, \
     cast(j.value->>1 as bigint), j.value->>2, j.value->>3, cast(j.value->>4 as bigint), j.value->>5, \
     cast(j.value->>6 as bigint), cast(j.value->>7 as bigint) from",
    ""
);

/// The same, of tasks that are open: their state has another id, or they are due at another time.
pub(super) const TASKS_CHANGE: Sql = over_rows!(
    "update tasks set state = j.value->>2, due = cast(j.value->>7 as bigint) from",
    "where tasks.instance = j.value->>0 and tasks.no = cast(j.value->>1 as bigint)"
);

/// instance, no → the assignees of those that were there.
pub(super) const TASKS_DELETE: Sql = over_rows!(
    "delete from tasks where (instance, no) in (select j.value->>0, cast(j.value->>1 as bigint) from",
    ") returning assignee, kind"
);

/// instance, no, assignee.
pub(super) const TASKS_DELETE_HELD: Sql = over_rows!(
    "delete from tasks where (instance, no, assignee) in (select j.value->>0, cast(j.value->>1 as bigint), j.value->>2 from",
    ")"
);

/// An open task's row, then how it ended, when, by whom.
pub(super) const CLOSED_INSERT: Sql = over_rows!(
    "insert into tasks_closed (instance, no, state, kind, round, assignee, opened, due, ended, at, actor) \
     select j.value->>0, cast(j.value->>1 as bigint), j.value->>2, j.value->>3, cast(j.value->>4 as bigint), \
     j.value->>5, cast(j.value->>6 as bigint), cast(j.value->>7 as bigint), j.value->>8, \
     cast(j.value->>9 as bigint), j.value->>10 from",
    ""
);

/// instance, seq, at, actor, kind, body, hash.
pub(super) const EVENTS_INSERT: Sql = over_rows!(
    "insert into events (instance, seq, at, actor, kind, body, hash) select j.value->>0, \
     cast(j.value->>1 as bigint), cast(j.value->>2 as bigint), j.value->>3, j.value->>4, j.value->>5, j.value->>6 from",
    ""
);

/// The same, for one event outside a batch → its number when that was free.
pub(super) const EVENT_APPEND: Sql = over_rows!(
    "insert into events (instance, seq, at, actor, kind, body, hash) select j.value->>0, \
     cast(j.value->>1 as bigint), cast(j.value->>2 as bigint), j.value->>3, j.value->>4, j.value->>5, j.value->>6 from",
    "where true on conflict do nothing returning seq"
);

/// instance, reference.
pub(super) const WAKEUPS_DELETE: Sql = over_rows!(
    "delete from wakeups where (instance, reference) in (select j.value->>0, j.value->>1 from",
    ")"
);

/// instance, reference, due. One armed again is free again, and its epoch fences whoever held it.
pub(super) const WAKEUPS_SET: Sql = over_rows!(
    "insert into wakeups (instance, reference, due, owner, lease_until, epoch) select j.value->>0, j.value->>1, \
     cast(j.value->>2 as bigint), '', 0, 0 from",
    "where true on conflict (instance, reference) do update set due = excluded.due, owner = '', lease_until = 0, \
     epoch = wakeups.epoch + 1"
);

/// id, kind, instance, body, due.
pub(super) const OUTBOX_INSERT: Sql = over_rows!(
    "insert into outbox (id, kind, instance, body, due, attempts, owner, lease_until, epoch, last_error) \
     select j.value->>0, j.value->>1, j.value->>2, j.value->>3, cast(j.value->>4 as bigint), 0, '', 0, 0, '' from",
    ""
);

/// name, shard, how much more.
pub(super) const COUNTERS_ADD: Sql = over_rows!(
    "insert into counters (name, shard, n) select j.value->>0, cast(j.value->>1 as bigint), \
     cast(j.value->>2 as bigint) from",
    "where true on conflict (name, shard) do update set n = counters.n + excluded.n"
);

/// name, what it must say now → the names of those that said one less before.
pub(super) const TURNS_TAKE: Sql = over_rows!(
    "insert into counters (name, shard, n) select j.value->>0, 0, cast(j.value->>1 as bigint) from",
    "where true on conflict (name, shard) do update set n = excluded.n where counters.n = excluded.n - 1 returning name"
);
