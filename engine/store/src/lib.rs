//! Assent's store: SQL for SQLite and PostgreSQL behind one set of calls. It knows no rule, no clock and makes no ids:
//! times and ids come in with each call. The tables are explained in docs/schema.md.
//!
//! ```text
//! let store = Store::open("sqlite:assent.db").await?;      // or postgres://…; makes and migrates the tables
//! store.ensure_entity(&entity_type).await?;                // a table per entity type, widened when it grows
//! let loaded = store.load_instance(id).await?;             // row, the record's values, revs
//! let outcomes = store.commit(&[write]).await?;            // Done | Stale | Repeated(answer), after COMMIT
//!
//! let committer = Committer::start(&store, CommitterOptions::default());
//! let outcome = committer.commit(write).await?;            // the same, together with whatever else waits
//! ```
//!
//! | topic | calls of [`Store`] |
//! |---|---|
//! | instances | `load_instance(s)`, `events`, `list_instances`, `open_instances`, `stuck_candidates`, `count_instances`, `answer` |
//! | tasks | `inbox`, `copies`, `done_by`, `open_tasks`, `closed_tasks`, `count_open_tasks` |
//! | wake-ups | `claim_wakeups`, `release_wakeup`, `remove_wakeup`, `next_wakeup`, `wakeups_of`, `repair_wakeups` |
//! | outbox | `claim_outbox`, `settle`, `settle_all`, `next_effect`, `outbox_of`, `attempts_of`, `dead_effects(_of)`, `revive`, `discard`, `outbox_gauges` |
//! | definitions, directory | `publish`, `current_definitions`, `definition`, `definition_history`, `directory`, `save_directory` |
//! | records | `load_record`, `list_records`, `summarise`, `save_record`, `delete_record` |
//! | people | `account…`, `save_account`, `sign_in_failed`, `add_token`, `token`, `drop_token`, `add_link`, `link`, `void_links` |
//! | the audit | `open_to_read`, `snapshot`, `grown_chains`, `add_root`, `last_root`, `root`, `place_of`, `tiles`, `audit_keys` |
//! | care | `about`, `check_schema`, `probe`, `integrity`, `clock`, `pools`, `occupied`, `backup`, `all_instances`, `chains`, `over_since`, `retire`, `dump` |
//! | the rest | `keep_mail`, `kept_mails`, `add_attachment`, `attachment_bytes`, `setting`, `save_setting`, `save_setting_logged`, `next_number` |

mod accounts;
mod attachments;
mod audit;
mod care;
mod commit;
mod committer;
mod counters;
mod db;
mod definitions;
mod dialect;
mod dump;
mod entities;
mod entity_sql;
mod error;
#[cfg(feature = "faults")]
pub mod faults;
mod filter;
mod form;
mod instance_list;
mod instances;
mod links;
mod loader;
mod mailbox;
mod migrate;
mod open;
mod outbox;
mod packing;
mod records;
mod retire;
mod row;
mod script;
mod settings;
mod snapshot;
mod store;
mod tasks;
mod tx;
mod wakeups;

pub use accounts::{Account, Token};
pub use attachments::Attachment;
pub use audit::{Grown, NewRoot};
pub use care::{About, PoolUse};
pub use commit::Outcome;
pub use committer::{Committer, CommitterOptions};
pub use definitions::{OPEN_COUNTED_MAX, Publication, Published, flow_chain};
pub use dialect::Dialect;
pub use entities::Stored;
pub use error::{StoreError, StoreErrorKind};
pub use filter::{Filter, Test};
pub use instance_list::InstanceFilter;
pub use instances::Loaded;
pub use links::Link;
pub use loader::Loader;
pub use mailbox::KeptMail;
pub use open::Options;
pub use outbox::{Attempt, ClaimedEffect, DeadEffect, Delivery};
pub use records::{Group, RecordQuery, Summary, record_chain};
pub use snapshot::{Beside, Ended, Snapshot};
pub use store::Store;
pub use tasks::{ClosedTask, ListedTask};
pub use wakeups::ClaimedWakeup;
