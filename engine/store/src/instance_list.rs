//! Lists of instances: newest first, filtered, a page at a time; and those that look stuck.

use assent_core::write::InstanceRow;

use crate::Store;
use crate::db::args;
use crate::dialect::Sql;
use crate::error::StoreError;
use crate::instances::instance_from_row;

/// Which instances a list shows; what is none does not filter.
#[derive(Clone, Debug, Default)]
pub struct InstanceFilter {
    /// Of this flow.
    pub flow: Option<String>,
    /// Started by this person.
    pub applicant: Option<String>,
    /// On this record.
    pub record: Option<String>,
    /// With this status' word.
    pub status: Option<String>,
    /// Standing in this state (among others).
    pub standing: Option<String>,
    /// Over, or not.
    pub ended: Option<bool>,
}

macro_rules! listing {
    ($by:literal) => {
        // A state's id is looked for with commas around it, and not with LIKE: `_` stands in ids.
        Sql::Each {
            sqlite: listing!($by, "instr"),
            postgres: listing!($by, "strpos"),
        }
    };
    ($by:literal, $position:literal) => {
        concat!(
            "select id, flow, version, entity, record, applicant, status, ended, title, standing, rev, started, updated, \
             state from instances where ",
            $by,
            " and id < $1 and ($3 = '' or flow = $3) and ($4 = '' or status = $4) and ($5 = '' or ",
            $position,
            "(',' || standing || ',', ',' || $5 || ',') > 0) and ($6 < 0 or ended = $6) \
             and ($7 = '' or applicant = $7) order by id desc limit $8"
        )
    };
}
// One statement per index, so that a page reads about as many rows as it shows.
const BY_RECORD: Sql = listing!("record = $2");
const BY_APPLICANT: Sql = listing!("applicant = $2");
const BY_FLOW: Sql = listing!("flow = $2");
const RUNNING: Sql = listing!("ended = 0 and $2 = ''");
const ALL: Sql = listing!("$2 = ''");

const STUCK: Sql = Sql::Same(
    "select id, flow, version, entity, record, applicant, status, ended, title, standing, rev, started, updated, state \
     from instances i where ended = 0 and status = 'running' and id > $1 \
     and not exists (select 1 from tasks t where t.instance = i.id) \
     and not exists (select 1 from wakeups w where w.instance = i.id) \
     and not exists (select 1 from outbox o where o.id >= i.id || ':' and o.id < i.id || ';') \
     order by id limit $2",
);
const AFTER: Sql = Sql::Same(
    "select id, flow, version, entity, record, applicant, status, ended, title, standing, rev, started, updated, state \
     from instances where ended = 0 and id > $1 order by id limit $2",
);

/// Sorts behind every id: ids are ASCII.
const LAST: &str = "~";

impl Store {
    /// Instances before the id given, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list_instances(
        &self,
        filter: &InstanceFilter,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Vec<InstanceRow>, StoreError> {
        let (sql, by) = match filter {
            InstanceFilter {
                record: Some(record),
                ..
            } => (&BY_RECORD, record.as_str()),
            InstanceFilter {
                applicant: Some(person),
                ..
            } => (&BY_APPLICANT, person.as_str()),
            InstanceFilter {
                flow: Some(flow), ..
            } => (&BY_FLOW, flow.as_str()),
            InstanceFilter {
                ended: Some(false), ..
            } => (&RUNNING, ""),
            InstanceFilter { .. } => (&ALL, ""),
        };
        let word = |word: &Option<String>| word.clone().unwrap_or_default();
        let args = args![
            before.unwrap_or(LAST),
            by,
            word(&filter.flow),
            word(&filter.status),
            word(&filter.standing),
            filter.ended.map_or(-1, i64::from),
            word(&filter.applicant),
            limit,
        ];
        self.list(sql, args, instance_from_row).await
    }

    /// Running instances behind the id given that nothing will wake: no open task, no wake-up, nothing in the outbox. One
    /// that waits for a subflow or for an event from outside is among them: its state tells.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn stuck_candidates(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<InstanceRow>, StoreError> {
        self.list(
            &STUCK,
            args![after.unwrap_or_default(), limit],
            instance_from_row,
        )
        .await
    }

    /// Instances that are not over behind the id given, oldest first: what the reconciler walks through.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn open_instances(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<InstanceRow>, StoreError> {
        self.list(
            &AFTER,
            args![after.unwrap_or_default(), limit],
            instance_from_row,
        )
        .await
    }
}
