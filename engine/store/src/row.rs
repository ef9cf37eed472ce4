//! A row as it came back, read column by column in the order of the statement.

use assent_core::time::Moment;

use crate::error::{StoreError, StoreErrorKind};

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

/// A row. Each call takes the next column.
#[derive(Debug)]
pub(crate) struct Row(std::vec::IntoIter<Cell>);

impl Row {
    pub(crate) fn new(cells: Vec<Cell>) -> Self {
        Self(cells.into_iter())
    }

    /// The next column, whatever it is.
    pub(crate) fn cell(&mut self) -> Result<Cell, StoreError> {
        self.0
            .next()
            .ok_or_else(|| StoreError::other("a row is shorter than its statement says"))
    }

    pub(crate) fn text(&mut self) -> Result<String, StoreError> {
        self.opt_text()?.ok_or_else(|| wrong("a text", &Cell::Null))
    }

    pub(crate) fn opt_text(&mut self) -> Result<Option<String>, StoreError> {
        match self.cell()? {
            Cell::Text(text) => Ok(Some(text)),
            Cell::Null => Ok(None),
            cell @ (Cell::Int(_) | Cell::Blob(_)) => Err(wrong("a text", &cell)),
        }
    }

    pub(crate) fn int(&mut self) -> Result<i64, StoreError> {
        match self.cell()? {
            Cell::Int(number) => Ok(number),
            cell @ (Cell::Null | Cell::Text(_) | Cell::Blob(_)) => Err(wrong("a number", &cell)),
        }
    }

    pub(crate) fn opt_int(&mut self) -> Result<Option<i64>, StoreError> {
        match self.cell()? {
            Cell::Int(number) => Ok(Some(number)),
            Cell::Null => Ok(None),
            cell @ (Cell::Text(_) | Cell::Blob(_)) => Err(wrong("a number", &cell)),
        }
    }

    /// A count, a revision, a number within an instance.
    pub(crate) fn count<T: TryFrom<i64>>(&mut self) -> Result<T, StoreError> {
        let number = self.int()?;
        T::try_from(number).map_err(|_| wrong("a count", &Cell::Int(number)))
    }

    pub(crate) fn flag(&mut self) -> Result<bool, StoreError> {
        Ok(self.int()? != 0)
    }

    pub(crate) fn moment(&mut self) -> Result<Moment, StoreError> {
        self.int().map(Moment)
    }

    pub(crate) fn blob(&mut self) -> Result<Vec<u8>, StoreError> {
        match self.cell()? {
            Cell::Blob(bytes) => Ok(bytes),
            cell @ (Cell::Null | Cell::Int(_) | Cell::Text(_)) => Err(wrong("bytes", &cell)),
        }
    }

    /// All columns that are left.
    pub(crate) fn rest(self) -> Vec<Cell> {
        self.0.collect()
    }
}

/// Somebody wrote into our tables by hand, or a file is damaged: never guessed away.
fn wrong(wanted: &str, cell: &Cell) -> StoreError {
    StoreError::new(
        StoreErrorKind::Corrupt,
        format!("the database holds {cell:?} where {wanted} is expected"),
    )
}
