//! Tables of entity types: made and widened from their declarations, and remembered.

use std::collections::BTreeMap;
use std::sync::Arc;

use assent_core::field::{EntityType, FieldKind};
use assent_core::value::{Value, Values};
use assent_core::write::RecordWrite;
use serde_json::Value as Json;

use crate::Store;
use crate::db::args;
use crate::dialect::Sql;
use crate::entity_sql::{self, Column, EntityTable};
use crate::error::StoreError;
use crate::form::{Form, more_from_text, more_to_text};
use crate::migrate::lock_schema;
use crate::row::Row;
use crate::store::transaction;
use crate::tx::Tx;

/// A record as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// Its id.
    pub id: String,
    /// How often it was written: the compare-and-swap number of records.
    pub rev: u64,
    /// Its values, exactly as they were written.
    pub values: Values,
}

const ENTITIES: Sql = Sql::Same("select name from entities");
const ADD_ENTITY: Sql = Sql::Same("insert into entities (name) values ($1) on conflict do nothing");
const COLUMNS: Sql =
    Sql::Same("select entity, field, form, name from entity_columns order by entity, name");
const COLUMNS_OF: Sql = Sql::Same(
    "select entity, field, form, name from entity_columns where entity = $1 order by name",
);
const ADD_COLUMN: Sql =
    Sql::Same("insert into entity_columns (entity, field, form, name) values ($1, $2, $3, $4)");

/// Tables by entity type.
pub(crate) type Tables = BTreeMap<String, Arc<EntityTable>>;

impl Store {
    /// Makes or widens the table of an entity type so that it can hold records of this declaration. Only adds: two
    /// declarations of the same type (a flow's last version and its new one) live side by side.
    ///
    /// # Errors
    /// When a name cannot be an identifier, or the database cannot be changed.
    pub async fn ensure_entity(&self, entity: &EntityType) -> Result<(), StoreError> {
        if self.table_for(entity).is_some() {
            return Ok(());
        }
        let mut columns = transaction!(self, tx => widen(tx, entity).await?)?;
        columns.sort_by(|a, b| a.name.cmp(&b.name));
        let table = EntityTable::new(self.dialect(), &entity.name, columns);
        self.remember(Arc::new(table));
        Ok(())
    }

    /// The table, when it is known and has every column this declaration needs.
    pub(crate) fn table_for(&self, entity: &EntityType) -> Option<Arc<EntityTable>> {
        self.table(&entity.name).filter(|table| {
            entity.fields.iter().all(|field| {
                let form = Form::of(field);
                table
                    .columns
                    .iter()
                    .any(|column| column.field == field.name && column.form == form)
            })
        })
    }

    /// Reads which tables there are.
    pub(crate) async fn load_tables(&self) -> Result<(), StoreError> {
        let entities = self.reader().fetch(&ENTITIES, vec![]).await?;
        let rows = self.reader().fetch(&COLUMNS, vec![]).await?;
        let mut by_entity = columns(rows)?;
        for mut row in entities {
            let entity = row.text()?;
            entity_sql::valid(&entity)?;
            let columns = by_entity.remove(&entity).unwrap_or_default();
            self.remember(Arc::new(EntityTable::new(self.dialect(), &entity, columns)));
        }
        Ok(())
    }

    /// The table of an entity type, read again when it is not known yet; none when there is none.
    pub(crate) async fn known_table(
        &self,
        entity: &str,
    ) -> Result<Option<Arc<EntityTable>>, StoreError> {
        if self.table(entity).is_none() {
            self.load_tables().await?;
        }
        Ok(self.table(entity))
    }
}

/// Makes what is missing and returns all columns.
async fn widen(tx: &mut Tx, entity: &EntityType) -> Result<Vec<Column>, StoreError> {
    lock_schema(tx).await?;
    // Read under the lock: another node may have added them meanwhile.
    let mut columns = columns(tx.fetch(&COLUMNS_OF, args![&entity.name]).await?)?
        .remove(&entity.name)
        .unwrap_or_default();
    tx.execute_once(&entity_sql::create(tx.dialect(), &entity.name)?)
        .await?;
    tx.execute(&ADD_ENTITY, args![&entity.name]).await?;
    for field in &entity.fields {
        let form = Form::of(field);
        let of_field = columns.iter().filter(|column| column.field == field.name);
        if of_field.clone().any(|column| column.form == form) {
            continue;
        }
        let column = Column {
            name: entity_sql::column_name(&field.name, of_field.count())?,
            field: field.name.clone(),
            form,
        };
        let looked_up = matches!(field.kind, FieldKind::Ref { .. })
            || entity.title_field.as_ref() == Some(&field.name);
        add(tx, &entity.name, &column, looked_up).await?;
        columns.push(column);
    }
    Ok(columns)
}

async fn add(
    tx: &mut Tx,
    entity: &str,
    column: &Column,
    looked_up: bool,
) -> Result<(), StoreError> {
    tx.execute_once(&entity_sql::add_column(tx.dialect(), entity, column)?)
        .await?;
    if looked_up {
        tx.execute_once(&entity_sql::add_index(entity, &column.name)?)
            .await?;
    }
    let form = column.form.word();
    tx.execute(
        &ADD_COLUMN,
        args![entity, &column.field, form, &column.name],
    )
    .await?;
    Ok(())
}

fn columns(rows: Vec<Row>) -> Result<BTreeMap<String, Vec<Column>>, StoreError> {
    let mut tables = BTreeMap::<String, Vec<Column>>::new();
    for mut row in rows {
        let entity = row.text()?;
        let (field, form, name) = (row.text()?, row.text()?, row.text()?);
        entity_sql::valid(&entity)?;
        entity_sql::valid(&name)?;
        tables.entry(entity).or_default().push(Column {
            field,
            form: Form::from_word(&form)?,
            name,
        });
    }
    Ok(tables)
}

/// A record as a row of the JSON parameter: id, how much `rev` grows, leftovers, columns, the `rev` it must have. The
/// record's own declaration says which of a field's columns is meant; any other that holds the value exactly will do; the
/// rest is emptied.
pub(crate) fn to_row(
    table: &EntityTable,
    record: &RecordWrite,
    times: u64,
    expected: Option<u64>,
) -> Result<Vec<Json>, StoreError> {
    let mut row = vec![Json::Null; table.columns.len() + 4];
    let mut more = Values::new();
    for (field, value) in &record.values {
        let wanted = record.entity.field(field).map(Form::of);
        let mut of_field: Vec<_> = table
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| column.field == *field)
            .collect();
        of_field.sort_by_key(|(_, column)| Some(column.form) != wanted);
        let exact = of_field
            .iter()
            .map(|(at, column)| (*at, column.form.encode(value)))
            .find(|(_, (_, exact))| *exact);
        match (exact, of_field.first()) {
            (Some((at, (json, _))), _) => row[at + 3] = json,
            (None, nearest) => {
                if let Some((at, column)) = nearest {
                    row[at + 3] = column.form.encode(value).0;
                }
                more.insert(field.clone(), value.clone());
            }
        }
    }
    row[0] = Json::from(record.id.as_str());
    row[1] = Json::from(times);
    row[2] = Json::from(more_to_text(&more)?);
    row[table.columns.len() + 3] = Json::from(expected);
    Ok(row)
}

/// Back from a row: id, rev, leftovers, columns.
pub(crate) fn from_row(table: &EntityTable, mut row: Row) -> Result<Stored, StoreError> {
    let (id, rev, more) = (row.text()?, row.count()?, more_from_text(&row.text()?)?);
    let mut values = Values::new();
    for (column, cell) in table.columns.iter().zip(row.rest()) {
        let value = column.form.decode(cell)?;
        if value != Value::Empty {
            values.insert(column.field.clone(), value);
        }
    }
    values.extend(more);
    Ok(Stored { id, rev, values })
}
