//! One run of a batch as one call of the database.
//!
//! Nearly always everybody gets through the gates, so all statements are sent together and looked at afterwards: each gate
//! says how many rows it let through. Where one says fewer, everything is rolled back and the batch goes gate by gate.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::batch::{Batch, Ran, some_rows, turn_rows};
use super::changes::Changes;
use super::records::{Claim, Records, rows_by_way, write_records};
use super::{count_calls, sql};
use crate::dialect::{Dialect, Sql};
use crate::error::{StoreError, StoreErrorKind};
use crate::script::Script;
use crate::tx::Tx;

/// The gates, in order, then what is written when all are passed.
const PARTS: [&Sql; 13] = [
    &sql::ANSWERS_INSERT,
    &sql::INSTANCES_INSERT,
    &sql::INSTANCES_UPDATE,
    &sql::TURNS_TAKE,
    &sql::TASKS_DELETE_HELD,
    &sql::TASKS_INSERT,
    &sql::TASKS_CHANGE,
    &sql::CLOSED_INSERT,
    &sql::EVENTS_INSERT,
    &sql::OUTBOX_INSERT,
    &sql::WAKEUPS_DELETE,
    &sql::WAKEUPS_SET,
    &sql::COUNTERS_ADD,
];

static WITHOUT_RECORDS: [LazyLock<Script>; 2] = [
    LazyLock::new(|| script_for(Dialect::Sqlite, None)),
    LazyLock::new(|| script_for(Dialect::Postgres, None)),
];

/// The script of batches whose records are of one type; `own` are its statements: insert, update, touch, look.
pub(crate) fn script_for(dialect: Dialect, own: Option<&[String; 4]>) -> Script {
    let text = |sql: &&Sql| sql.text(dialect).as_str().to_owned();
    let mut parts: Vec<_> = PARTS.iter().map(text).collect();
    if let Some([insert, update, touch, look]) = own {
        parts.extend([insert, update, touch].map(Clone::clone));
        parts.push(match dialect {
            // It does not say how many rows it found, only how many were touched.
            Dialect::Sqlite => format!("select count(*) from ({look})"),
            Dialect::Postgres => look.clone(),
        });
    }
    // What a gate returns are the winners; here their number is enough.
    let counted = |part: String| {
        let text = part.split(" returning ").next();
        text.unwrap_or_default().to_owned()
    };
    Script::new(dialect, parts.into_iter().map(counted))
}

/// The rows of a script's statements, and how many each must let through.
#[derive(Default)]
struct Rows {
    rows: Vec<Option<String>>,
    /// None where it does not matter.
    wanted: Vec<Option<usize>>,
}

impl Rows {
    /// A gate: all rows must pass.
    fn gate(&mut self, rows: &[impl serde::Serialize]) -> Result<(), StoreError> {
        self.part(some_rows(rows)?, Some(rows.len()));
        Ok(())
    }

    fn part(&mut self, rows: Option<String>, wanted: Option<usize>) {
        self.rows.push(rows);
        self.wanted.push(wanted);
    }

    fn are_through(&self, said: &[u64]) -> bool {
        let said = said.iter().map(|n| usize::try_from(*n).ok());
        let mut pairs = self.wanted.iter().zip(said);
        pairs.all(|(wanted, said)| wanted.is_none() || *wanted == said)
    }
}

type Claims<'a> = BTreeMap<&'a str, BTreeMap<&'a str, Claim<'a>>>;

impl<'a> Batch<'a> {
    /// Runs it in one go; none when it must go gate by gate, and nothing is written then.
    pub(super) async fn at_once(mut self) -> Result<Option<Ran>, StoreError> {
        let keys = self.first_keys();
        let racing = self.alive().count();
        let chains = self.chains();
        if self.alive().count() < racing {
            // Whoever is behind somebody may repeat a key, and is answered what the first one was.
            return Ok(None);
        }
        let (taken, mut lost) = self.taken(&chains);
        let Records { claims, lost: more } = self.claimed(&chains);
        lost.extend(more);
        if !lost.is_empty() {
            return Ok(Some(Ran::Lost(lost)));
        }
        let mut changes = Changes::collect(self.writes, &chains);
        self.count_instances(&chains);
        let closing = changes.closing_held(&mut self.counts);
        changes.count_opened(&mut self.counts);

        let mut rows = Rows::default();
        rows.gate(&self.answer_rows(&keys))?;
        let (new, changed) = self.instance_rows(&chains);
        rows.gate(&new)?;
        rows.gate(&changed)?;
        rows.gate(&turn_rows(&taken))?;
        rows.gate(&closing)?;
        for (_, changed) in changes.rows()? {
            rows.part(changed, None);
        }
        rows.part(self.counts.rows(self.shard)?, None);

        let mut tx = Tx::unbegun(self.store.writer()).await?;
        let ran = self.send(&mut tx, rows, claims).await;
        if matches!(ran, Ok(false)) {
            tx.undo();
        }
        count_calls(&tx);
        let through = tx.end(ran).await?;
        Ok(through.then_some(Ran::Through(self.outcomes)))
    }

    /// Sends everything; false when somebody was held up at a gate.
    async fn send(
        &self,
        tx: &mut Tx,
        mut rows: Rows,
        mut claims: Claims<'a>,
    ) -> Result<bool, StoreError> {
        let said = match claims.pop_first() {
            None => {
                let script = &WITHOUT_RECORDS[usize::from(tx.dialect() == Dialect::Postgres)];
                tx.script(script, &rows.rows).await
            }
            Some((entity, claims)) => {
                let table = self.table(entity).await?;
                for way in rows_by_way(&table, &claims)? {
                    rows.gate(&way)?;
                }
                tx.script(&table.batch, &rows.rows).await
            }
        };
        match said {
            Ok(said) if rows.are_through(&said) => {}
            Ok(_) => return Ok(false),
            // What a loser wrote behind its gate may be there already: gate by gate tells who it was.
            Err(error) if error.kind == StoreErrorKind::Other => return Ok(false),
            Err(error) => return Err(error),
        }
        for (entity, claims) in claims {
            let table = self.table(entity).await?;
            if write_records(tx, &table, &claims).await?.len() < claims.len() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
