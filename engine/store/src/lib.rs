//! Assent's store: SQL for SQLite and PostgreSQL behind one set of calls. It knows no rule, no clock and makes no ids:
//! times and ids come in with each call.
//!
//! ```text
//! let store = Store::open("sqlite:assent.db").await?;      // or postgres://…; makes and migrates the tables
//! store.ensure_entity(&entity_type).await?;                // a table per entity type, widened when it grows
//! let loaded = store.load_instance(id).await?;             // row, the record's values, revs
//! let outcomes = store.commit(&[write]).await?;            // Done | Stale | Repeated(answer), after COMMIT
//! ```

mod commit;
mod counters;
mod db;
mod dialect;
mod entities;
mod entity_sql;
mod error;
mod form;
mod instances;
mod migrate;
mod open;
mod row;
mod store;
mod tasks;

pub use commit::Outcome;
pub use dialect::Dialect;
pub use entities::Stored;
pub use error::{StoreError, StoreErrorKind};
pub use instances::Loaded;
pub use open::Options;
pub use store::Store;
