//! Cases as their last turn left them, for the commands that follow at once: a bulk decision, an effect's answer, the next
//! approver who waits for the mail. Nothing depends on it. A turn that was decided on such a case is written only when the
//! rows still have the numbers it was read with, and a refusal is given only on what was just read.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use assent_core::instance::Case;
use assent_core::time::Moment;
use assent_core::write::{Guard, Write};
use hashlink::LruCache;

/// Most cases kept.
const KEPT_MAX: usize = 512;
/// Longest folded state, bytes as it is stored, that is kept.
const STATE_BYTES_MAX: usize = 16 * 1024;
/// How long a case is worth keeping. Another node may have moved it meanwhile, and then it costs a turn for nothing.
const AGE_MAX: Duration = Duration::from_secs(10);

/// A case and what a turn on it must find unchanged.
#[derive(Debug)]
pub(crate) struct Standing {
    pub(crate) case: Arc<Case>,
    /// Its last event.
    pub(crate) updated: Moment,
    /// Its record, with the `rev` it was read with; none where there is no record.
    pub(crate) record: Option<Guard>,
}

/// What a turn leaves, before it is known to be written.
pub(crate) struct Left {
    updated: Moment,
    record: Option<Guard>,
}

/// The cases that were decided last.
#[derive(Debug)]
pub(crate) struct Recent(Mutex<LruCache<String, (Instant, Standing)>>);

impl Default for Recent {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(KEPT_MAX)))
    }
}

impl Recent {
    /// Takes a case out; a second command on it at the same time reads it from the database.
    pub(crate) fn take(&self, instance: &str) -> Option<Standing> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, standing) = kept.remove(instance)?;
        (since.elapsed() < AGE_MAX).then_some(standing)
    }

    /// Keeps a case whose turn is on disk.
    pub(crate) fn keep(&self, case: &Arc<Case>, left: Left) {
        let Left { updated, record } = left;
        let standing = Standing {
            case: Arc::clone(case),
            updated,
            record,
        };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(case.instance.id.clone(), (Instant::now(), standing));
    }
}

impl Left {
    /// What this write will leave, when it is one that a next turn could follow. `read` is the record as it was read.
    pub(crate) fn by(write: &Write, read: Option<&Guard>) -> Option<Self> {
        let row = &write.instance;
        if row.ended || row.state.len() > STATE_BYTES_MAX {
            return None;
        }
        let written = write
            .records
            .iter()
            .find(|record| record.entity.name == row.entity && record.id == row.record);
        let record = match (written, read) {
            // A record that was there before the case, and was not read: what it is now is not known.
            (None, None) if !row.record.is_empty() => return None,
            (None, read) => read.cloned(),
            (Some(written), _) if written.new => Some(own(write, 1)),
            (Some(_), Some(read)) => Some(own(write, read.rev + 1)),
            // Written whatever it was: what it is now is not known.
            (Some(_), None) => return None,
        };
        Some(Self {
            updated: row.updated,
            record,
        })
    }
}

fn own(write: &Write, rev: u64) -> Guard {
    Guard {
        entity: write.instance.entity.clone(),
        id: write.instance.record.clone(),
        rev,
        grows: false,
    }
}
