//! One life of the program: an app on a runtime of its own, that can be killed at any call of the database.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use assent_core::module::{Manifest, Module};
use assent_store::faults;
use tokio::runtime::Runtime;

use crate::app::{App, AppConfig, AppError, Connector};
use crate::clock::Clock;

/// Longer than anything takes here: what has not come back then never will.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often somebody looks whether the program has died.
const LOOK: Duration = Duration::from_millis(1);

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// The module the flows ask.
pub(crate) struct Thing;

impl Module for Thing {
    fn manifest(&self) -> &Manifest {
        assent_core::manifest!("module.yaml")
    }
}

/// The database and the clock: what outlives a program.
pub struct House {
    dir: PathBuf,
    pub clock: Clock,
}

impl House {
    pub fn new(clock: Clock) -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // In memory where there is such a folder: nothing here pulls a plug, `power_loss` does.
        let shm = Path::new("/dev/shm");
        let base = if shm.is_dir() {
            shm.to_owned()
        } else {
            std::env::temp_dir()
        };
        let dir = base.join(format!("assent-sim-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        Self { dir, clock }
    }

    fn config(&self) -> AppConfig {
        let url = format!("sqlite:{}", self.dir.join("sim.db").display());
        let mut config = AppConfig::new(url);
        config.clock = self.clock.clone();
        config.workers = false;
        config.modules = vec![Arc::new(Thing)];
        let erp = Connector {
            base: "http://127.0.0.1:9".to_owned(),
            bearer: None,
        };
        config.connectors.insert("erp".to_owned(), erp);
        config
    }
}

impl Drop for House {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.dir).ok();
    }
}

/// How something ended.
pub enum End<T> {
    Came(T),
    /// The program died meanwhile.
    Died,
    /// It neither came nor died.
    Hung,
}

pub struct Life {
    runtime: Runtime,
    app: App,
}

impl Life {
    /// Starts the program; the error of a start that a fault has met.
    pub fn begin(house: &House) -> End<Result<Self, AppError>> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let config = house.config();
        match wait(&runtime, async { App::open(config).await }) {
            End::Came(Ok(app)) => End::Came(Ok(Self { runtime, app })),
            End::Came(Err(fault)) => End::Came(Err(fault)),
            End::Died => End::Died,
            End::Hung => End::Hung,
        }
    }

    /// Does something with the app, until it is done or the program dies.
    pub fn run<T>(&self, deed: impl AsyncFnOnce(&App) -> T) -> End<T> {
        wait(&self.runtime, async { deed(&self.app).await })
    }

    /// Ends it as SIGTERM does.
    pub fn close(self) {
        self.runtime.block_on(self.app.close());
    }
}

fn wait<T>(runtime: &Runtime, deed: impl Future<Output = T>) -> End<T> {
    let death = async {
        while !faults::dead() {
            tokio::time::sleep(LOOK).await;
        }
    };
    runtime.block_on(async {
        tokio::select! {
            biased;
            came = deed => End::Came(came),
            () = death => End::Died,
            () = tokio::time::sleep(PATIENCE) => End::Hung,
        }
    })
}
