//! The app itself: what it holds, how it opens and closes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use assent_core::directory::Directory;
use assent_core::field::EntityType;
use assent_core::rule::RuleSet;
use assent_core::text::Text;
use assent_core::time::Moment;
use assent_core::turn::New;
use assent_core::write::Write;
use assent_store::{
    Committer, CommitterOptions, Loader, Options, Outcome, Store, StoreError, StoreErrorKind,
};
use tokio::sync::{Notify, RwLock as AsyncRwLock};

use super::calendars::Calendars;
use super::config::AppConfig;
use super::error::AppError;
use super::in_use::OutOfUse;
use crate::clock::Clock;
use crate::engine::{Definitions, Recent, number_series};
use crate::mail::Carrier;
use crate::workers::Workers;
use crate::workers::checks::Checked;

/// How long the connection to another system may take to come up.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Most stuck instances that are remembered for the page.
const STUCK_MAX: usize = 200;

/// The engine of one company: one database, its modules and its workers.
#[derive(Clone)]
pub struct App {
    pub(crate) inner: Arc<Inner>,
}

/// What all clones share.
pub(crate) struct Inner {
    pub(super) config: AppConfig,
    pub(super) store: Store,
    /// None once it is closed. Asynchronous, because a commit is awaited while it is held for reading.
    committer: AsyncRwLock<Option<Committer>>,
    pub(crate) loader: Loader,
    pub(crate) recent: Recent,
    pub(crate) definitions: Arc<Definitions>,
    pub(super) out_of_use: Mutex<OutOfUse>,
    pub(super) directory: RwLock<Arc<Directory>>,
    pub(crate) entities: Arc<BTreeMap<String, EntityType>>,
    /// What people call the events of modules.
    pub(crate) events: Arc<BTreeMap<String, Text>>,
    pub(super) calendars: RwLock<Calendars>,
    pub(super) rules: RwLock<Arc<RuleSet>>,
    pub(crate) carrier: Carrier,
    pub(crate) http: reqwest::Client,
    /// Keeps ids growing within a millisecond.
    ids: Mutex<uuid::ContextV7>,
    /// Names this node in leases.
    node: String,
    /// Rung when a wake-up was armed.
    pub(crate) timers: Notify,
    /// Rung when the outbox got something.
    pub(crate) outbox: Notify,
    /// What the reconciler found last: instance and what is wrong.
    pub(super) stuck: Mutex<Vec<(String, String)>>,
    /// What the checks over the organisation found last.
    checked: Mutex<Option<Checked>>,
    workers: Mutex<Option<Workers>>,
    pub(super) throttle: crate::throttle::Throttle,
    pub(crate) sealer: crate::audit::Sealer,
    pub(crate) backups: crate::backup::Kept,
    /// It is being shut down: ready for nothing new.
    draining: AtomicBool,
    /// What a newer program did to the database, when this one cannot work with it any more.
    outdated: OnceLock<StoreError>,
}

impl Inner {
    /// Rings for whoever has new work.
    pub(crate) fn wake(&self, outbox: bool, timers: bool) {
        if outbox {
            self.outbox.notify_one();
        }
        if timers {
            self.timers.notify_one();
        }
    }

    /// The last run of the checks over the organisation.
    pub(crate) fn checked(&self) -> Option<Checked> {
        self.checked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Keeps a run of the checks.
    pub(crate) fn keep_checked(&self, checked: Checked) {
        *self.checked.lock().unwrap_or_else(PoisonError::into_inner) = Some(checked);
    }

    /// Keeps what the reconciler found.
    pub(crate) fn found_stuck(&self, mut stuck: Vec<(String, String)>) {
        stuck.truncate(STUCK_MAX);
        *self.stuck.lock().unwrap_or_else(PoisonError::into_inner) = stuck;
    }
}

impl App {
    /// Opens the database (and migrates it), loads the directory and the published definitions, starts the workers.
    ///
    /// # Errors
    /// `Unavailable` when the database cannot be opened or is newer than this program, or the configuration cannot be used.
    pub async fn open(config: AppConfig) -> Result<Self, AppError> {
        let connections = config.connections.get();
        let options = Options {
            readers: connections,
            writers: connections,
            ..Options::default()
        };
        let store = Store::open_with(&config.database, options).await?;
        store.ensure_entity(&number_series()).await?;
        let mut entities = BTreeMap::new();
        for entity in config
            .modules
            .iter()
            .flat_map(|module| &module.manifest().entities)
        {
            store.ensure_entity(entity).await?;
            entities.insert(entity.name.clone(), entity.clone());
        }
        let manifests = config.modules.iter().map(|module| module.manifest());
        let events = manifests.flat_map(|known| known.events.iter().cloned());
        let events = events.collect();
        let carrier = Carrier::open(&config.mail).map_err(|fault| bad_config(&fault))?;
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .build()
            .map_err(|fault| bad_config(&fault.to_string()))?;
        let committer = Committer::start(&store, CommitterOptions::default());
        let loader = Loader::start(&store);
        let workers = config.workers;
        let app = Self {
            inner: Arc::new(Inner {
                node: format!("node-{}", uuid::Uuid::now_v7().simple()),
                ids: Mutex::new(uuid::ContextV7::new()),
                config,
                store,
                committer: AsyncRwLock::new(Some(committer)),
                loader,
                recent: Recent::default(),
                definitions: Arc::default(),
                out_of_use: Mutex::default(),
                directory: RwLock::default(),
                entities: Arc::new(entities),
                events: Arc::new(events),
                calendars: RwLock::new(Calendars::built_in()),
                rules: RwLock::default(),
                carrier,
                http,
                timers: Notify::new(),
                outbox: Notify::new(),
                stuck: Mutex::default(),
                checked: Mutex::default(),
                workers: Mutex::default(),
                throttle: crate::throttle::Throttle::default(),
                sealer: crate::audit::Sealer::default(),
                backups: crate::backup::Kept::default(),
                draining: AtomicBool::new(false),
                outdated: OnceLock::new(),
            }),
        };
        app.load_calendars().await?;
        app.load_rules().await?;
        app.load_directory().await?;
        app.load_definitions().await?;
        app.load_closed().await?;
        if workers {
            // A key that cannot be used is told now, not when the first root is due.
            app.audit_keys()?;
            let started = Workers::start(&app);
            *app.inner
                .workers
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Some(started);
        }
        Ok(app)
    }

    /// Begins to shut down: not ready any more, and no worker claims anything new. What comes in is still served.
    pub fn drain(&self) {
        self.inner.draining.store(true, Ordering::Relaxed);
        let workers = self.inner.workers.lock();
        if let Some(workers) = workers.unwrap_or_else(PoisonError::into_inner).as_ref() {
            workers.stop();
        }
    }

    pub(super) fn is_draining(&self) -> bool {
        self.inner.draining.load(Ordering::Relaxed)
    }

    /// Looks whether a newer program has made a database of this one that it cannot work with: then it decides nothing any
    /// more, is not ready, and its workers stop. It is there until somebody ends it, so that pages can say why.
    pub(crate) async fn check_schema(&self) {
        match self.store().check_schema().await {
            Err(error) if error.kind == StoreErrorKind::Newer => {
                if self.inner.outdated.set(error.clone()).is_ok() {
                    tracing::error!(%error, "a newer program has migrated the database; this one stops working");
                }
                self.drain();
            }
            Err(error) => tracing::warn!(%error, "the schema cannot be looked at"),
            Ok(()) => {}
        }
    }

    /// Stops claiming work, finishes what is under way, checkpoints and closes.
    pub async fn close(&self) {
        let workers = {
            let mut workers = self.inner.workers.lock();
            workers.as_deref_mut().map(Option::take).unwrap_or_default()
        };
        if let Some(workers) = workers {
            workers.finish().await;
        }
        if let Some(committer) = self.inner.committer.write().await.take() {
            committer.close().await;
        }
        self.inner.store.close().await;
    }

    /// What it was opened with.
    pub fn config(&self) -> &AppConfig {
        &self.inner.config
    }

    /// Now, by this app's clock.
    pub fn now(&self) -> Moment {
        self.inner.config.clock.now()
    }

    /// The clock, for `--test-clock`. Whoever moves it says so with [`App::clock_moved`].
    pub fn clock(&self) -> &Clock {
        &self.inner.config.clock
    }

    /// A test clock was moved: workers look at once what is due now.
    pub fn clock_moved(&self) {
        self.inner.wake(true, true);
        self.inner.sealer.bell.notify_one();
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    pub(crate) fn node(&self) -> &str {
        &self.inner.node
    }

    pub(crate) fn rules(&self) -> Arc<RuleSet> {
        let rules = self
            .inner
            .rules
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&rules)
    }

    /// Commits one turn together with whatever else waits; returns after COMMIT.
    pub(crate) async fn commit(&self, write: Write) -> Result<Outcome, AppError> {
        if let Some(outdated) = self.inner.outdated.get() {
            return Err(outdated.clone().into());
        }
        let committer = self.inner.committer.read().await;
        let Some(committer) = committer.as_ref() else {
            return Err(AppError::unavailable(
                "draining",
                "系统正在停机，操作没有保存，请稍后再试",
                "The system is shutting down; nothing was saved, please try again in a moment",
                "closed",
            ));
        };
        Ok(committer.commit(write).await?)
    }

    /// How full the committer's queue is, percent; none when it is closed.
    pub(crate) async fn fullness(&self) -> Option<usize> {
        let committer = self.inner.committer.read().await;
        committer.as_ref().map(Committer::fullness)
    }

    /// A fresh id: UUIDv7 by this app's clock, so that ids grow with time.
    pub(crate) fn new_id(&self) -> String {
        let ms = u64::try_from(self.now().0).unwrap_or(0);
        let (seconds, nanos) = (ms / 1000, u32::try_from(ms % 1000).unwrap_or(0) * 1_000_000);
        let at = uuid::Timestamp::from_unix(&self.inner.ids, seconds, nanos);
        uuid::Uuid::new_v7(at).to_string()
    }

    /// Fresh ids for an instance on a new record.
    pub(crate) fn new_instance(&self) -> New {
        New {
            instance: self.new_id(),
            record: self.new_id(),
            values: None,
            parent: None,
            revokes: None,
        }
    }
}

fn bad_config(fault: &str) -> AppError {
    AppError::unavailable(
        "configuration",
        format!("配置有误：{fault}"),
        format!("The configuration cannot be used: {fault}"),
        fault,
    )
}
