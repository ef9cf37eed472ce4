//! Rows as bound parameters, for SQLite: `(values ($1, $2), ($3, $4)) as j` where PostgreSQL gets one JSON parameter.
//!
//! SQLite reads a JSON parameter slowly: it turns the text into a binary form and then walks a row from its start for every
//! cell. Bound parameters are taken as they are; see docs/performance.md for the figures. The statement's text then depends
//! on the number of rows, so rows go in portions of powers of two, whose texts are made once and stay prepared.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use serde::ser::{Error as _, Impossible, Serialize, SerializeSeq, SerializeTuple, Serializer};
use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use crate::db::Arg;
use crate::dialect::{Dialect, Sql, rows_source};
use crate::error::StoreError;

/// Most rows of one statement: SQLite allows 32 766 parameters, and no table has more than 200 columns.
const PORTION_MAX: usize = 128;

/// Texts by the statement they are made from and the number of rows.
static TEXTS: LazyLock<RwLock<HashMap<(String, usize), SqlStr>>> = LazyLock::new(RwLock::default);

/// A statement over rows as so many statements with bound parameters.
///
/// # Errors
/// When a cell is neither text, number nor nothing, or rows differ in length: a mistake in this crate.
pub(crate) fn portions(
    sql: &Sql,
    rows: &[impl Serialize],
) -> Result<Vec<(Sql, Vec<Arg>)>, StoreError> {
    let mut made = vec![];
    let mut rest = rows;
    while !rest.is_empty() {
        let size = 1 << rest.len().min(PORTION_MAX).ilog2();
        let (portion, others) = rest.split_at(size);
        rest = others;
        let mut cells = Cells(vec![]);
        for row in portion {
            row.serialize(&mut cells)
                .map_err(|fault| StoreError::other(fault.to_string()))?;
        }
        if !cells.0.len().is_multiple_of(size) {
            return Err(StoreError::other("rows of one statement differ in length"));
        }
        let columns = cells.0.len() / size;
        made.push((Sql::Made(text(sql, size, columns)), cells.0));
    }
    Ok(made)
}

fn text(sql: &Sql, rows: usize, columns: usize) -> SqlStr {
    let original = sql.text(Dialect::Sqlite);
    let key = (original.as_str().to_owned(), rows);
    // A poisoned lock still holds whole entries: they are added, never changed.
    if let Some(known) = TEXTS
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&key)
    {
        return known.clone();
    }
    // Sound: the text is the constant statement; only places for parameters are put into it.
    let made = AssertSqlSafe(with_values(original.as_str(), rows, columns)).into_sql_str();
    let mut texts = TEXTS.write().unwrap_or_else(PoisonError::into_inner);
    texts.insert(key, made.clone());
    made
}

/// The statement with places instead of the JSON parameter, and `j.column3` (SQLite's own name) instead of `j.value->>2`.
fn with_values(original: &str, rows: usize, columns: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    let values = format!("(values {}) as j", vec![row; rows].join(", "));
    let text = original.replace(rows_source(Dialect::Sqlite), &values);
    let mut parts = text.split("j.value->>");
    let mut made = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let at: usize = part[..digits].parse().unwrap_or_default();
        made.push_str(&format!("j.column{}{}", at + 1, &part[digits..]));
    }
    made
}

/// Collects the cells of rows.
struct Cells(Vec<Arg>);

type Done = Result<(), serde::de::value::Error>;
type Refused = Impossible<(), serde::de::value::Error>;

fn refused<T>(what: &str) -> Result<T, serde::de::value::Error> {
    Err(serde::de::value::Error::custom(format!(
        "{what} is no cell of a row"
    )))
}

impl Cells {
    fn int<T: TryInto<i64>>(&mut self, number: T) -> Done {
        match number.try_into() {
            Ok(number) => {
                self.0.push(Arg::Int(Some(number)));
                Ok(())
            }
            Err(_) => refused("a number beyond 64 bits"),
        }
    }
}

macro_rules! ints {
    ($($method:ident: $kind:ty),* $(,)?) => {
        $(fn $method(self, number: $kind) -> Done { self.int(number) })*
    };
}

impl Serializer for &mut Cells {
    type Ok = ();
    type Error = serde::de::value::Error;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Refused;
    type SerializeTupleVariant = Refused;
    type SerializeMap = Refused;
    type SerializeStruct = Refused;
    type SerializeStructVariant = Refused;

    ints! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_bool: bool,
    }

    fn serialize_str(self, text: &str) -> Done {
        self.0.push(Arg::Text(Some(text.to_owned())));
        Ok(())
    }

    fn serialize_none(self) -> Done {
        self.0.push(Arg::Text(None));
        Ok(())
    }

    fn serialize_unit(self) -> Done {
        self.serialize_none()
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _: &'static str, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Self::Error> {
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Self::Error> {
        Ok(self)
    }

    fn serialize_f32(self, _: f32) -> Done {
        refused("a binary fraction")
    }

    fn serialize_f64(self, _: f64) -> Done {
        refused("a binary fraction")
    }

    fn serialize_char(self, letter: char) -> Done {
        self.serialize_str(letter.encode_utf8(&mut [0; 4]))
    }

    fn serialize_bytes(self, _: &[u8]) -> Done {
        refused("a run of bytes")
    }

    fn serialize_unit_struct(self, name: &'static str) -> Done {
        refused(name)
    }

    fn serialize_unit_variant(self, name: &'static str, _: u32, _: &'static str) -> Done {
        refused(name)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Done {
        refused(name)
    }

    fn serialize_tuple_struct(self, name: &'static str, _: usize) -> Result<Refused, Self::Error> {
        refused(name)
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Refused, Self::Error> {
        refused(name)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Refused, Self::Error> {
        refused("a map")
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Refused, Self::Error> {
        refused(name)
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Refused, Self::Error> {
        refused(name)
    }
}

impl SerializeSeq for &mut Cells {
    type Ok = ();
    type Error = serde::de::value::Error;

    fn serialize_element<T: ?Sized + Serialize>(&mut self, value: &T) -> Done {
        value.serialize(&mut **self)
    }

    fn end(self) -> Done {
        Ok(())
    }
}

impl SerializeTuple for &mut Cells {
    type Ok = ();
    type Error = serde::de::value::Error;

    fn serialize_element<T: ?Sized + Serialize>(&mut self, value: &T) -> Done {
        value.serialize(&mut **self)
    }

    fn end(self) -> Done {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_stand_where_the_json_stood() {
        let original = "update t set a = j.value->>2, n = cast(j.value->>10 as bigint) from jsonb_each($1) as j where t.id = j.value->>0";
        assert_eq!(
            with_values(original, 2, 11),
            "update t set a = j.column3, n = cast(j.column11 as bigint) from \
             (values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?), (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)) as j where t.id = j.column1"
        );
    }

    #[test]
    fn rows_go_in_powers_of_two() {
        let rows: Vec<_> = (0..300_i64)
            .map(|number| ("id", number, None::<i64>))
            .collect();
        let sql = Sql::Same("insert into t select j.value->>0 from jsonb_each($1) as j");
        let made = portions(&sql, &rows).unwrap();
        let sizes: Vec<_> = made.iter().map(|(_, cells)| cells.len() / 3).collect();
        assert_eq!(sizes, [128, 128, 32, 8, 4]);
        assert!(
            matches!(made[4].1[10], Arg::Int(Some(299))),
            "{:?}",
            made[4].1
        );
        assert!(portions(&sql, &[("a", 1.5)]).is_err(), "no fractions");
    }
}
