//! The one place where SQL is built while the program runs: tables, columns, reads and writes of entity types, whose
//! names come from declarations. Every name is validated and quoted; values are always bound. All changes only add.

use std::fmt::Write as _;

use sqlx::{AssertSqlSafe, SqlSafeStr};

use crate::dialect::{Dialect, Sql, blob_type, rows_source, shared_lock, text_type, without_rowid};
use crate::entities::Stored;
use crate::error::StoreError;
use crate::filter::Condition;
use crate::form::Form;
use crate::records::{RecordQuery, Summary, sort_key};
use crate::script::Script;

/// Longest name of an entity type or field; PostgreSQL cuts identifiers at 63 bytes, and `r_`, `_ix` and a number are added.
const NAME_CHARS_MAX: usize = 48;

/// One column that holds a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    /// The field.
    pub(crate) field: String,
    /// How its values are stored.
    pub(crate) form: Form,
    /// The column's name.
    pub(crate) name: String,
}

/// The statements of one entity type's table, made once per set of columns.
pub(crate) struct EntityTable {
    /// The entity type.
    pub(crate) entity: String,
    /// Its columns in the order they were added.
    pub(crate) columns: Vec<Column>,
    /// New records; a taken id is left out of the answer.
    pub(crate) insert: Sql,
    /// Changed records; one that is missing, or has not the `rev` it must have, is left out of the answer.
    pub(crate) update: Sql,
    /// Records of which only `rev` grows; as for `update`.
    pub(crate) touch: Sql,
    /// Records that must have a `rev` and are not written; one that has another is left out of the answer.
    pub(crate) look: Sql,
    /// Everything a batch writes when its records are all of this type; see [`crate::commit::script_for`].
    pub(crate) batch: Script,
    /// Deletes one record with this `rev`.
    pub(crate) delete: Sql,
    /// Records by id.
    pub(crate) select: Sql,
}

impl EntityTable {
    pub(crate) fn new(dialect: Dialect, entity: &str, columns: Vec<Column>) -> Self {
        let own = [
            insert(dialect, entity, &columns),
            update(dialect, entity, &columns),
            touch(dialect, entity),
            look(dialect, entity),
        ];
        let batch = crate::commit::script_for(dialect, Some(&own));
        let [insert, update, touch, look] = own.map(made);
        Self {
            entity: entity.to_owned(),
            insert,
            update,
            touch,
            look,
            batch,
            delete: made(format!(
                "delete from {} where id = $1 and rev = $2",
                table_name(entity)
            )),
            select: made(select(dialect, entity, &columns)),
            columns,
        }
    }
}

fn made(text: String) -> Sql {
    // Sound: every name went through `valid`, everything else in these texts is ours.
    Sql::Made(AssertSqlSafe(text).into_sql_str())
}

/// Refuses a name that cannot be an identifier in both databases.
pub(crate) fn valid(name: &str) -> Result<&str, StoreError> {
    let mut chars = name.chars();
    let starts = chars.next().is_some_and(|c| c.is_ascii_lowercase());
    let goes_on = chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if starts && goes_on && name.len() <= NAME_CHARS_MAX {
        Ok(name)
    } else {
        Err(StoreError::other(format!(
            "{name:?} cannot name a table or a column: use a-z, 0-9 and _, begin with a letter, at most {NAME_CHARS_MAX} characters"
        )))
    }
}

/// The column's name for the n-th form of a field. `id`, `rev` and `more` are ours.
pub(crate) fn column_name(field: &str, nth: usize) -> Result<String, StoreError> {
    let field = valid(field)?;
    let bare = field.trim_end_matches('_');
    let mut name = field.to_owned();
    if ["id", "rev", "more"].contains(&bare) {
        name.push('_');
    }
    if nth > 0 {
        let _ = write!(name, "__{}", nth + 1);
    }
    Ok(name)
}

pub(crate) fn table_name(entity: &str) -> String {
    format!("\"r_{entity}\"")
}

pub(crate) fn quoted(column: &str) -> String {
    format!("\"{column}\"")
}

/// A page of records: id, rev, more, then the fields.
pub(crate) fn list(
    condition: &mut Condition<'_>,
    query: &RecordQuery,
    after: Option<&Stored>,
) -> Result<Sql, StoreError> {
    let table = table_name(&condition.table.entity);
    let names = names(&condition.table.columns);
    let mut filter = condition.render(&query.filter)?;
    let (order, direction, sign) = match &query.sort {
        None => (None, "desc", "<"),
        Some((field, downwards)) => {
            let column = condition.column(field)?;
            let (name, form) = (quoted(&column.name), column.form);
            let least = condition.bind(form.least());
            let (direction, sign) = if *downwards {
                ("desc", "<")
            } else {
                ("asc", ">")
            };
            (
                Some((format!("coalesce({name}, {least})"), field, form)),
                direction,
                sign,
            )
        }
    };
    if let Some(last) = after {
        let mut id = condition.bind(&last.id);
        let mut key = "id".to_owned();
        if let Some((order, field, form)) = &order {
            let place = condition.bind(sort_key(*form, last, field));
            (key, id) = (format!("({order}, id)"), format!("({place}, {id})"));
        }
        let _ = write!(filter, " and {key} {sign} {id}");
    }
    let order = order.map_or_else(String::new, |(order, ..)| format!("{order} {direction}, "));
    let limit = condition.bind(query.limit);
    Ok(made(format!(
        "select id, rev, more{names} from {table} where {filter} order by {order}id {direction} limit {limit}"
    )))
}

/// Groups: the values, the sums, the count.
pub(crate) fn summary(condition: &mut Condition<'_>, summary: &Summary) -> Result<Sql, StoreError> {
    let table = table_name(&condition.table.entity);
    let mut by = vec![];
    for field in &summary.by {
        by.push(quoted(&condition.column(field)?.name));
    }
    let mut picked = by.clone();
    for field in &summary.sums {
        let column = condition.column(field)?;
        if !matches!(column.form, Form::Number(_)) {
            return Err(StoreError::other(format!(
                "{field} is not a number: it has no sum"
            )));
        }
        picked.push(format!("cast(sum({}) as bigint)", quoted(&column.name)));
    }
    picked.push("count(*)".to_owned());
    let (picked, by, filter) = (
        picked.join(", "),
        by.join(", "),
        condition.render(&summary.filter)?,
    );
    let grouped = if by.is_empty() {
        String::new()
    } else {
        format!(" group by {by} order by {by}")
    };
    Ok(made(format!(
        "select {picked} from {table} where {filter}{grouped}"
    )))
}

/// The whole table, for tests that compare databases.
pub(crate) fn dump(table: &EntityTable) -> Sql {
    let names = names(&table.columns);
    made(format!(
        "select id, rev, more{names} from {} order by id",
        table_name(&table.entity)
    ))
}

fn names(columns: &[Column]) -> String {
    columns
        .iter()
        .map(|column| format!(", {}", quoted(&column.name)))
        .collect()
}

/// Makes the table, without fields.
pub(crate) fn create(dialect: Dialect, entity: &str) -> Result<Sql, StoreError> {
    let (table, text) = (table_name(valid(entity)?), text_type(dialect));
    Ok(made(format!(
        "create table if not exists {table} (id {text} primary key not null, rev bigint not null, more {text} not null)"
    )))
}

/// Adds a column.
pub(crate) fn add_column(
    dialect: Dialect,
    entity: &str,
    column: &Column,
) -> Result<Sql, StoreError> {
    let kind = if column.form.is_number() {
        "bigint"
    } else {
        text_type(dialect)
    };
    Ok(made(format!(
        "alter table {} add column \"{}\" {kind}",
        table_name(valid(entity)?),
        valid(&column.name)?
    )))
}

/// Adds an index on a column that lists look things up by.
pub(crate) fn add_index(entity: &str, column: &str) -> Result<Sql, StoreError> {
    let (entity, column) = (valid(entity)?, valid(column)?);
    Ok(made(format!(
        "create index if not exists \"ix_{entity}__{column}\" on {} (\"{column}\", id)",
        table_name(entity)
    )))
}

/// A migration's text in the words of this database. Comments are dropped, so that they may say anything.
pub(crate) fn translate(dialect: Dialect, migration: &'static str) -> Vec<Sql> {
    let mut body = String::new();
    for line in migration.lines() {
        if line.trim_start().starts_with("--") {
            continue;
        }
        let line = line.replace(" without rowid", without_rowid(dialect));
        let line = line.replace(" blob", &format!(" {}", blob_type(dialect)));
        body.push_str(&line.replace(" text", &format!(" {}", text_type(dialect))));
        body.push('\n');
    }
    body.split(";\n")
        .map(str::trim)
        .filter(|statement| !statement.is_empty())
        .map(|statement| made(statement.to_owned()))
        .collect()
}

/// Column `at` of a row of the JSON parameter.
fn from_row(column: &Column, at: usize) -> String {
    if column.form.is_number() {
        format!("cast(j.value->>{at} as bigint)")
    } else {
        format!("j.value->>{at}")
    }
}

/// Rows: id, more, then the fields.
fn insert(dialect: Dialect, entity: &str, columns: &[Column]) -> String {
    let (mut names, mut values) = (String::new(), String::new());
    for (at, column) in columns.iter().enumerate() {
        let _ = write!(names, ", \"{}\"", column.name);
        let _ = write!(values, ", {}", from_row(column, at + 3));
    }
    format!(
        "insert into {} (id, rev, more{names}) select j.value->>0, cast(j.value->>1 as bigint), j.value->>2{values} \
         from {} where true on conflict do nothing returning id",
        table_name(entity),
        rows_source(dialect)
    )
}

/// Rows: id, how much `rev` grows, more, the fields, the `rev` it must have or nothing.
fn update(dialect: Dialect, entity: &str, columns: &[Column]) -> String {
    let table = table_name(entity);
    let mut sets = String::new();
    for (at, column) in columns.iter().enumerate() {
        let _ = write!(sets, ", \"{}\" = {}", column.name, from_row(column, at + 3));
    }
    let expected = columns.len() + 3;
    format!(
        "update {table} set rev = {table}.rev + cast(j.value->>1 as bigint), more = j.value->>2{sets} \
         from {} where {table}.id = j.value->>0 \
         and (j.value->>{expected} is null or {table}.rev = cast(j.value->>{expected} as bigint)) returning {table}.id",
        rows_source(dialect)
    )
}

/// Rows: id, how much `rev` grows, the `rev` it must have.
fn touch(dialect: Dialect, entity: &str) -> String {
    let table = table_name(entity);
    format!(
        "update {table} set rev = {table}.rev + cast(j.value->>1 as bigint) from {} \
         where {table}.id = j.value->>0 and {table}.rev = cast(j.value->>2 as bigint) returning {table}.id",
        rows_source(dialect)
    )
}

/// Rows: id, the `rev` it must have. Whoever would write it meanwhile waits for this transaction: SQLite has one writer,
/// PostgreSQL is told so.
fn look(dialect: Dialect, entity: &str) -> String {
    let table = table_name(entity);
    let kept = shared_lock(dialect);
    let of = if kept.is_empty() { "" } else { &table };
    format!(
        "select {table}.id from {} join {table} on {table}.id = j.value->>0 \
         and {table}.rev = cast(j.value->>1 as bigint){kept}{of}",
        rows_source(dialect)
    )
}

/// Rows: id. Answers: id, rev, more, then the fields.
fn select(dialect: Dialect, entity: &str, columns: &[Column]) -> String {
    let table = table_name(entity);
    let mut names = String::new();
    for column in columns {
        let _ = write!(names, ", {table}.\"{}\"", column.name);
    }
    format!(
        "select {table}.id, {table}.rev, {table}.more{names} from {} join {table} on {table}.id = j.value->>0",
        rows_source(dialect)
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_become_identifiers() {
        for name in ["repair_order", "a", "a1__2"] {
            assert_eq!(valid(name).unwrap(), name);
        }
        for name in [
            "",
            "1a",
            "_a",
            "A",
            "a\"b",
            "a b",
            "价",
            "a;drop",
            &"a".repeat(49),
        ] {
            assert!(valid(name).is_err(), "{name}");
        }
    }

    #[test]
    fn no_field_takes_a_column_of_ours_or_of_another_field() {
        let names: Vec<_> = ["id", "id_", "id__", "rev", "more", "amount"]
            .iter()
            .map(|field| column_name(field, 0).unwrap())
            .collect();
        assert_eq!(names, ["id_", "id__", "id___", "rev_", "more_", "amount"]);
        assert_eq!(column_name("amount", 1).unwrap(), "amount__2");
    }

    #[test]
    fn a_migration_speaks_each_database() {
        let sql = "-- text; here\ncreate table a (\n    b text not null,\n    c blob\n);\ncreate index d on a (b);\n";
        let texts = |dialect| {
            translate(dialect, sql)
                .iter()
                .map(|sql| sql.text(dialect).as_str().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(texts(Dialect::Sqlite).len(), 2);
        assert!(texts(Dialect::Postgres)[0].contains("b text collate \"C\" not null"));
        assert!(texts(Dialect::Postgres)[0].contains("c bytea"));
    }
}
