//! Group loading: what waits to be read is read at once, as the committer writes at once what waits to be written. Nothing is
//! delayed: while one group is read, the next one gathers.

use std::collections::HashMap;

use tokio::sync::{mpsc, oneshot};

use crate::error::{StoreError, StoreErrorKind};
use crate::{Loaded, Store};

/// Most instances read at once.
const GROUP_MAX: usize = 64;

/// Reads instances in groups. It ends when it is dropped.
#[derive(Debug)]
pub struct Loader(mpsc::UnboundedSender<Waiting>);

#[derive(Debug)]
struct Waiting {
    instance: String,
    answer: oneshot::Sender<Result<Option<Loaded>, StoreError>>,
}

impl Loader {
    /// Starts it on the current tokio runtime.
    pub fn start(store: &Store) -> Self {
        // Unbounded: whoever waits is a request that was let in, and waits for nothing else.
        let (sender, receiver) = mpsc::unbounded_channel();
        tokio::spawn(run(store.clone(), receiver));
        Self(sender)
    }

    /// As [`Store::load_instance`], together with whatever else is waiting.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn load(&self, instance: &str) -> Result<Option<Loaded>, StoreError> {
        let (answer, answered) = oneshot::channel();
        let instance = instance.to_owned();
        let gone = || StoreError::new(StoreErrorKind::Gone, "the loader has ended");
        self.0
            .send(Waiting { instance, answer })
            .map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

async fn run(store: Store, mut waiting: mpsc::UnboundedReceiver<Waiting>) {
    while let Some(first) = waiting.recv().await {
        let mut group = vec![first];
        while group.len() < GROUP_MAX {
            let Ok(next) = waiting.try_recv() else { break };
            group.push(next);
        }
        let mut ids: Vec<_> = group.iter().map(|one| one.instance.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        match store.load_instances(&ids).await {
            Ok(loaded) => answer(group, loaded),
            // What one damaged row does, it does not do to the others.
            Err(_) if ids.len() > 1 => {
                for one in group {
                    let loaded = store.load_instance(&one.instance).await;
                    let _ = one.answer.send(loaded);
                }
            }
            Err(error) => {
                for one in group {
                    let _ = one.answer.send(Err(error.clone()));
                }
            }
        }
    }
}

fn answer(group: Vec<Waiting>, loaded: Vec<Loaded>) {
    let mut loaded: HashMap<_, _> = loaded
        .into_iter()
        .map(|one| (one.row.id.clone(), one))
        .collect();
    let mut wanted = HashMap::<_, usize>::new();
    for one in &group {
        *wanted.entry(one.instance.clone()).or_default() += 1;
    }
    for one in group {
        let left = wanted.entry(one.instance.clone()).or_default();
        *left = left.saturating_sub(1);
        // Mostly everybody waits for another one: only what somebody behind waits for too is copied.
        let found = if *left == 0 {
            loaded.remove(&one.instance)
        } else {
            loaded.get(&one.instance).cloned()
        };
        // Nobody waits any more: then nobody is answered.
        let _ = one.answer.send(Ok(found));
    }
}
