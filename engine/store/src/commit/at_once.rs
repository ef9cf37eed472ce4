//! One run of a batch as one call of the database, where that takes several statements at once (SQLite).
//!
//! Nearly always everybody gets through the gates, so all statements are sent together and looked at afterwards: each gate
//! says how many rows it let through. Where one says fewer, everything is rolled back and the batch goes gate by gate.

use std::sync::LazyLock;

use super::batch::{Batch, Ran, some_rows, turn_rows};
use super::changes::Changes;
use super::records::{Records, rows_by_way};
use super::{count_calls, sql};
use crate::db::Arg;
use crate::dialect::{BEGIN, Dialect, Sql};
use crate::entity_sql;
use crate::error::{StoreError, StoreErrorKind};
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

static WITHOUT_RECORDS: LazyLock<Sql> = LazyLock::new(|| script_for(None));

/// The script of batches whose records are of one type; `own` are its statements: insert, update, touch, look. Each takes
/// its rows as one parameter, in this order, `[]` where there are none.
pub(crate) fn script_for(own: Option<&[String; 4]>) -> Sql {
    let text = |sql: &&Sql| sql.text(Dialect::Sqlite).as_str().to_owned();
    let mut parts: Vec<_> = PARTS.iter().map(text).collect();
    if let Some([insert, update, touch, look]) = own {
        parts.extend([insert, update, touch].map(Clone::clone));
        // Rows that are only looked at are not touched: they are counted.
        parts.push(format!("select count(*) from ({look})"));
    }
    let numbered = parts.iter().enumerate().map(|(at, part)| {
        // What a gate returns are the winners; here their number is enough.
        let part = part.split(" returning ").next().unwrap_or_default();
        part.replace("$1", &format!("${}", at + 1))
    });
    let begin = BEGIN.text(Dialect::Sqlite).as_str().to_owned();
    entity_sql::script(std::iter::once(begin).chain(numbered))
}

/// The parameters of a script, and what its gates must say.
#[derive(Default)]
struct Script {
    args: Vec<Arg>,
    /// How many rows each statement must touch; none where that does not matter.
    wanted: Vec<Option<usize>>,
}

impl Script {
    /// A gate: all rows must pass.
    fn gate(&mut self, rows: &[impl serde::Serialize]) -> Result<(), StoreError> {
        self.part(some_rows(rows)?, Some(rows.len()));
        Ok(())
    }

    fn part(&mut self, rows: Option<String>, wanted: Option<usize>) {
        self.args
            .push(Arg::from(rows.unwrap_or_else(|| "[]".to_owned())));
        self.wanted.push(wanted);
    }

    /// True when every gate let all through. BEGIN is the first to say something.
    fn is_through(&self, said: &[u64]) -> bool {
        let said = said.iter().skip(1).map(|n| usize::try_from(*n).ok());
        let mut pairs = self.wanted.iter().zip(said);
        pairs.all(|(wanted, said)| wanted.is_none() || *wanted == said)
    }
}

impl Batch<'_> {
    /// Runs it in one go; none when it must go gate by gate, and nothing is written then.
    pub(super) async fn at_once(mut self) -> Result<Option<Ran>, StoreError> {
        if self.store.dialect() != Dialect::Sqlite {
            return Ok(None);
        }
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

        let mut script = Script::default();
        script.gate(&self.answer_rows(&keys))?;
        let (new, changed) = self.instance_rows(&chains);
        script.gate(&new)?;
        script.gate(&changed)?;
        script.gate(&turn_rows(&taken))?;
        script.gate(&closing)?;
        for (_, rows) in changes.rows()? {
            script.part(rows, None);
        }
        script.part(self.counts.rows(self.shard)?, None);
        let mut types = claims.into_iter();
        let first = match types.next() {
            None => WITHOUT_RECORDS.clone(),
            Some((entity, claims)) => {
                let table = self.table(entity).await?;
                for rows in rows_by_way(&table, &claims)? {
                    script.gate(&rows)?;
                }
                table.batch.clone()
            }
        };
        let mut tx = Tx::unbegun(self.store.writer()).await?;
        let ran = async {
            let said = match tx.script(&first, std::mem::take(&mut script.args)).await {
                Ok(said) => said,
                // What a loser wrote behind its gate may be there already: gate by gate tells who it was.
                Err(error) if error.kind == StoreErrorKind::Other => return Ok(false),
                Err(error) => return Err(error),
            };
            let mut through = script.is_through(&said);
            for (entity, claims) in types {
                let table = self.table(entity).await?;
                let won = super::records::write_records(&mut tx, &table, &claims).await?;
                through = through && won.len() == claims.len();
            }
            Ok(through)
        }
        .await;
        if matches!(ran, Ok(false)) {
            tx.undo();
        }
        count_calls(&tx);
        let through = tx.end(ran).await?;
        Ok(through.then_some(Ran::Through(self.outcomes)))
    }
}
