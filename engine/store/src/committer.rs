//! Group commit: turns wait in a bounded channel, whatever is waiting is committed at once, and each is answered after
//! COMMIT. There is no artificial delay: while one batch is being made durable, the next one gathers.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Instant;

use assent_core::write::Write;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::error::{StoreError, StoreErrorKind};
use crate::{Dialect, Outcome, Store};

/// Most writes in one commit.
const BATCH_WRITES_MAX: usize = 256;
/// Most bytes of text in one commit; one larger write still goes alone.
const BATCH_BYTES_MAX: usize = 1 << 20;

/// How a committer works.
#[derive(Clone, Copy, Debug)]
pub struct CommitterOptions {
    /// Commits that may run at once on PostgreSQL; SQLite always has one.
    pub lanes: u32,
    /// Writes that may wait in each lane before callers are told that the system is busy.
    pub waiting_max: usize,
    /// First shard of the counters this committer writes; nodes that take different ones do not wait for each other.
    pub first_shard: u32,
}

impl Default for CommitterOptions {
    fn default() -> Self {
        Self {
            lanes: 4,
            waiting_max: 2_048,
            first_shard: 0,
        }
    }
}

/// Commits turns in groups. An instance always goes through the same lane, so its turns keep their order.
pub struct Committer {
    lanes: Vec<mpsc::Sender<Waiting>>,
    running: Vec<JoinHandle<()>>,
    waiting_max: usize,
}

struct Waiting {
    write: Write,
    answer: oneshot::Sender<Result<Outcome, StoreError>>,
}

impl Committer {
    /// Starts the lanes on the current tokio runtime. They end when the committer is closed or dropped, after what waits.
    pub fn start(store: &Store, options: CommitterOptions) -> Self {
        let lanes = match store.dialect() {
            Dialect::Sqlite => 1,
            Dialect::Postgres => options.lanes.max(1),
        };
        let (mut senders, mut running) = (vec![], vec![]);
        for lane in 0..lanes {
            let (sender, receiver) = mpsc::channel(options.waiting_max.max(1));
            let shard = options.first_shard.saturating_add(lane);
            senders.push(sender);
            running.push(tokio::spawn(run(store.clone(), receiver, shard)));
        }
        Self {
            lanes: senders,
            running,
            waiting_max: options.waiting_max.max(1),
        }
    }

    /// Commits one turn, together with whatever else is waiting; returns after COMMIT.
    ///
    /// # Errors
    /// [`StoreErrorKind::Busy`] at once when too many wait; else as [`Store::commit`].
    pub async fn commit(&self, write: Write) -> Result<Outcome, StoreError> {
        let (answer, answered) = oneshot::channel();
        let lane = &self.lanes[self.lane(&write.instance.id)];
        lane.try_send(Waiting { write, answer })
            .map_err(|refused| {
                let (kind, detail) = match refused {
                    mpsc::error::TrySendError::Full(_) => {
                        (StoreErrorKind::Busy, "the queue is full")
                    }
                    mpsc::error::TrySendError::Closed(_) => {
                        (StoreErrorKind::Gone, "the committer has ended")
                    }
                };
                metrics::counter!("assent_commit_refused_total").increment(1);
                StoreError::new(kind, detail)
            })?;
        let gone = || {
            StoreError::new(
                StoreErrorKind::Gone,
                "the committer ended before it answered",
            )
        };
        answered.await.map_err(|_| gone())?
    }

    /// How full the fullest lane is, in percent: ready means below 80.
    pub fn fullness(&self) -> usize {
        let waiting = self
            .lanes
            .iter()
            .map(|lane| self.waiting_max - lane.capacity());
        waiting.max().unwrap_or_default() * 100 / self.waiting_max
    }

    /// Takes nothing more, commits what waits, and ends.
    pub async fn close(mut self) {
        self.lanes.clear();
        for lane in self.running.drain(..) {
            // A lane that panicked has told its callers by dropping their answers.
            let _ = lane.await;
        }
    }

    fn lane(&self, instance: &str) -> usize {
        let mut hasher = DefaultHasher::new();
        instance.hash(&mut hasher);
        let lanes = u64::try_from(self.lanes.len()).unwrap_or(1);
        usize::try_from(hasher.finish() % lanes).unwrap_or_default()
    }
}

async fn run(store: Store, mut waiting: mpsc::Receiver<Waiting>, shard: u32) {
    while let Some(first) = waiting.recv().await {
        let mut bytes = size(&first.write);
        let (mut writes, mut answers) = (vec![first.write], vec![first.answer]);
        while writes.len() < BATCH_WRITES_MAX && bytes < BATCH_BYTES_MAX {
            let Ok(next) = waiting.try_recv() else { break };
            bytes += size(&next.write);
            writes.push(next.write);
            answers.push(next.answer);
        }
        let ends = commit(&store, &writes, shard).await;
        for (answer, end) in answers.into_iter().zip(ends) {
            // Nobody waits any more: the turn is committed all the same, and its key answers whoever asks again.
            let _ = answer.send(end);
        }
    }
}

/// One result for each write. A write that the database refuses does not take the others with it.
async fn commit(store: &Store, writes: &[Write], shard: u32) -> Vec<Result<Outcome, StoreError>> {
    let started = Instant::now();
    let together = store.commit_shard(writes, shard).await;
    metrics::histogram!("assent_commit_seconds").record(started.elapsed());
    metrics::counter!("assent_commit_writes_total")
        .increment(u64::try_from(writes.len()).unwrap_or_default());
    metrics::counter!("assent_commits_total").increment(1);
    #[expect(clippy::cast_precision_loss, reason = "at most some hundred")]
    metrics::histogram!("assent_commit_batch_size").record(writes.len() as f64);
    match together {
        Ok(outcomes) => outcomes.into_iter().map(Ok).collect(),
        Err(error) if writes.len() > 1 && error.kind == StoreErrorKind::Other => {
            tracing::warn!(%error, writes = writes.len(), "a batch was refused; each write goes alone");
            let mut ends = vec![];
            for write in writes {
                let alone = store.commit_shard(std::slice::from_ref(write), shard).await;
                ends.push(alone.map(|mut outcomes| outcomes.pop().unwrap_or(Outcome::Stale)));
            }
            ends
        }
        Err(error) => writes.iter().map(|_| Err(error.clone())).collect(),
    }
}

/// About how many bytes of text a write carries.
fn size(write: &Write) -> usize {
    let events: usize = write
        .events
        .iter()
        .map(|event| event.body.len() + 150)
        .sum();
    let outbox: usize = write.outbox.iter().map(|row| row.body.len() + 150).sum();
    let fields: usize = write
        .records
        .iter()
        .map(|record| record.values.len() * 40 + 100)
        .sum();
    write.instance.state.len() + 400 + events + outbox + fields
}
