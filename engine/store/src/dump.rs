//! Every row of every table as text: for tests that compare databases.

use std::collections::BTreeMap;

use crate::Store;
use crate::dialect::Sql;
use crate::entity_sql;
use crate::error::StoreError;
use crate::records::shown;

macro_rules! tables {
    ($($table:literal by $key:literal),* $(,)?) => {
        &[$(($table, Sql::Same(concat!("select * from ", $table, " order by ", $key)))),*]
    };
}

const TABLES: &[(&str, Sql)] = tables![
    "instances" by "id",
    "tasks" by "instance, no, assignee",
    "tasks_closed" by "instance, no",
    "events" by "instance, seq",
    "wakeups" by "instance, reference",
    "outbox" by "id",
    "outbox_dead" by "id",
    "answers" by "key",
    "counters" by "name, shard",
    "definitions" by "flow, version",
    "directory" by "version",
    "accounts" by "person",
    "tokens" by "hash",
    "links" by "hash",
    "mailbox" by "id",
    "attachments" by "id",
    "numbers" by "name",
    "settings" by "name",
    "entities" by "name",
    "entity_columns" by "entity, name",
    "audit_roots" by "no",
    "audit_parts" by "instance, upto",
    "audit_tiles" by "level, tile",
    "audit_keys" by "id",
    "assent_schema" by "number",
];

impl Store {
    /// Every row of every table, by table, in the order of its key. Reads everything: for tests.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn dump(&self) -> Result<BTreeMap<String, Vec<String>>, StoreError> {
        self.load_tables().await?;
        let mut dump = BTreeMap::new();
        for (name, sql) in TABLES {
            dump.insert((*name).to_owned(), self.rows(sql).await?);
        }
        for table in self.tables() {
            dump.insert(
                format!("r_{}", table.entity),
                self.rows(&entity_sql::dump(&table)).await?,
            );
        }
        Ok(dump)
    }

    async fn rows(&self, sql: &Sql) -> Result<Vec<String>, StoreError> {
        let rows = self.reader().fetch(sql, vec![]).await?;
        let line =
            |row: crate::row::Row| row.rest().iter().map(shown).collect::<Vec<_>>().join(" | ");
        Ok(rows.into_iter().map(line).collect())
    }
}
