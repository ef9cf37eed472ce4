//! Retention: instances that were over long ago leave the database, and a tombstone stays.

use assent_core::audit::Part;
use assent_core::time::Moment;
use assent_core::write::{EventRow, InstanceRow};

use crate::Store;
use crate::audit::part_from_row;
use crate::commit::append_event;
use crate::db::{args, json_rows};
use crate::dialect::{Sql, over_rows};
use crate::error::StoreError;
use crate::instances::{event_from_row, instance_from_row};
use crate::store::transaction;
use crate::tx::Tx;

/// Over since before that time, with nothing on its way: what is still to be delivered, or lies among the dead letters, needs
/// its instance.
const OVER: Sql = Sql::Same(
    "select id, flow, version, entity, record, applicant, status, ended, title, standing, rev, started, updated, state \
     from instances i where i.ended = 1 and i.updated < $1 and i.id > $2 \
     and not exists (select 1 from outbox o where o.id >= i.id || ':' and o.id < i.id || ';') \
     and not exists (select 1 from outbox_dead d where d.instance = i.id) order by i.id limit $3",
);
const PARTS: Sql =
    Sql::Same("select first, upto, place, root from audit_parts where instance = $1 order by upto");
/// Where the tombstone of each instance is: a setting by its id, which holds the chain.
const WHERE_IT_IS: Sql = over_rows!(
    "insert into settings (name, body, rev) select 'retired/' || (j.value->>0), $2, 1 from",
    "where true on conflict do nothing"
);
const TOMBSTONE: Sql = Sql::Same(
    "select e.seq, e.at, e.actor, e.kind, e.body, e.hash from settings s join events e on e.instance = s.body and e.seq = 1 \
     where s.name = 'retired/' || $1",
);
/// The one event of the chain of its kind that names an instance. Texts are compared by bytes in both databases.
const OLDER_TOMBSTONE: Sql = Sql::Same(
    "select seq, at, actor, kind, body, hash from events where instance > $1 || ':' and instance < $1 || ';' \
     and body like '%\"id\":\"' || $2 || '\"%' order by instance limit 1",
);
/// id, rev → those that are over and have not moved.
const RETIRE: Sql = over_rows!(
    "delete from instances where ended = 1 and (id, rev) in (select j.value->>0, cast(j.value->>1 as bigint) from",
    ") returning id, flow, status"
);
/// Copies that nobody has read stay open when an instance ends.
const RETIRE_TASKS: Sql = over_rows!(
    "delete from tasks where instance in (select j.value->>0 from",
    ") returning assignee, kind"
);
const RETIRE_REST: [Sql; 4] = [
    over_rows!(
        "delete from tasks_closed where instance in (select j.value->>0 from",
        ")"
    ),
    over_rows!(
        "delete from links where instance in (select j.value->>0 from",
        ")"
    ),
    over_rows!(
        "delete from attachments where instance in (select j.value->>0 from",
        ")"
    ),
    over_rows!(
        "delete from events where instance in (select j.value->>0 from",
        ")"
    ),
];

impl Store {
    /// Instances behind the id given that ended before `before` and for which nothing is on its way, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn over_since(
        &self,
        before: Moment,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<InstanceRow>, StoreError> {
        let args = args![before, after.unwrap_or_default(), limit];
        self.list(&OVER, args, instance_from_row).await
    }

    /// What roots cover of a chain.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn parts_of(&self, chain: &str) -> Result<Vec<Part>, StoreError> {
        self.list(&PARTS, args![chain], part_from_row).await
    }

    /// The tombstone that names an instance, among the chains of that kind (`retired`). It is found by the instance's id; those
    /// written before ids were kept are looked for among all of them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn tombstone_of(
        &self,
        kind: &str,
        instance: &str,
    ) -> Result<Option<EventRow>, StoreError> {
        let found = self.one(&TOMBSTONE, args![instance], event_from_row);
        if let Some(stone) = found.await? {
            return Ok(Some(stone));
        }
        self.one(&OLDER_TOMBSTONE, args![kind, instance], event_from_row)
            .await
    }

    /// Deletes instances with everything that is theirs (events, tasks, links, files) and writes their tombstone, an event in
    /// a chain of its own, in one transaction. Records stay, and so do the places and hashes of the events under their roots.
    /// All of them or none: false when one is not over, or has another `rev` by now, or the event's number is taken.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn retire(
        &self,
        ids: &[(&str, u64)],
        chain: &str,
        tombstone: &EventRow,
    ) -> Result<bool, StoreError> {
        let rows = json_rows(ids)?;
        transaction!(self, tx => {
            let gone = instances(tx, &rows).await?;
            if gone == ids.len() && append_event(tx, chain, tombstone).await? {
                rest(tx, &rows).await?;
                tx.execute(&WHERE_IT_IS, args![&*rows, chain]).await?;
                true
            } else {
                tx.undo();
                false
            }
        })
    }
}

async fn instances(tx: &mut Tx, rows: &str) -> Result<usize, StoreError> {
    let gone = tx.fetch(&RETIRE, args![rows]).await?;
    let count = gone.len();
    for mut row in gone {
        row.text()?;
        let counter = crate::counters::instances(&row.text()?, &row.text()?);
        crate::counters::add(tx, &counter, -1).await?;
    }
    Ok(count)
}

async fn rest(tx: &mut Tx, rows: &str) -> Result<(), StoreError> {
    for mut row in tx.fetch(&RETIRE_TASKS, args![rows]).await? {
        let (person, kind) = (row.text()?, row.text()?);
        let counter = match kind.as_str() {
            "read" => crate::counters::copies(&person),
            _ => crate::counters::open_tasks(&person),
        };
        crate::counters::add(tx, &counter, -1).await?;
    }
    for sql in &RETIRE_REST {
        tx.execute(sql, args![rows]).await?;
    }
    Ok(())
}
