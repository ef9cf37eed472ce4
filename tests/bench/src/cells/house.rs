//! Many companies, at most so many of them open: the one that was not asked for longest is closed first.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use assent_runtime::app::App;
use hashlink::LinkedHashMap;
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::company::cast;
use crate::drive::{Fault, InProcess, Open, Way};
use crate::run::quiet;

/// A company: its database, and its approvals that wait for somebody.
pub struct Company {
    pub url: String,
    /// Held for reading by whoever is inside, for writing by whoever opens or closes it: it is never open twice.
    door: RwLock<Option<App>>,
    /// An approval, and how many have decided on it.
    waiting: Mutex<VecDeque<(Open, usize)>>,
    next: AtomicUsize,
}

impl Company {
    pub fn new(url: String) -> Self {
        Self {
            url,
            door: RwLock::new(None),
            waiting: Mutex::default(),
            next: AtomicUsize::new(0),
        }
    }

    /// One decision: on the approval that has waited longest, or a new one is asked for.
    ///
    /// # Errors
    /// An answer that is none.
    pub async fn decide(&self, app: &App) -> Result<(), Fault> {
        let way = InProcess(app.clone());
        let oldest = self.lock().pop_front();
        let Some((mut open, step)) = oldest else {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let open = way.start(number).await?;
            self.lock().push_back((open, 0));
            return Ok(());
        };
        let (_, first, second) = cast(open.number);
        let who = if step == 0 { first } else { second };
        if let Some(task) = way.decide(who, &open.instance, open.task).await? {
            open.task = task;
            self.lock().push_back((open, step + 1));
        }
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<(Open, usize)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The companies of one process.
pub struct House {
    pub companies: Arc<Vec<Company>>,
    most: usize,
    /// Open, or about to be; the one asked last is last.
    open: Mutex<LinkedHashMap<usize, ()>>,
}

impl House {
    pub fn new(companies: &Arc<Vec<Company>>, most: usize) -> Self {
        Self {
            companies: Arc::clone(companies),
            most,
            open: Mutex::default(),
        }
    }

    /// Lets somebody in; true when the company had to be opened for it.
    ///
    /// # Errors
    /// It cannot be opened.
    pub async fn enter(
        &self,
        number: usize,
    ) -> Result<(RwLockReadGuard<'_, Option<App>>, bool), Fault> {
        let company = &self.companies[number];
        if let Some(surplus) = self.asked(number) {
            self.close(surplus).await;
        }
        let inside = company.door.read().await;
        if inside.is_some() {
            return Ok((inside, false));
        }
        drop(inside);
        let mut door = company.door.write().await;
        let cold = door.is_none();
        if cold {
            let app = App::open(quiet(&company.url)).await;
            *door = Some(app.map_err(|error| error.message().en)?);
        }
        Ok((RwLockWriteGuard::downgrade(door), cold))
    }

    /// Closes one, after everybody in it has left.
    pub async fn close(&self, number: usize) {
        let mut door = self.companies[number].door.write().await;
        if let Some(app) = door.take() {
            app.close().await;
        }
    }

    /// Closes all.
    pub async fn close_all(&self) {
        for number in 0..self.companies.len() {
            self.close(number).await;
        }
        self.lock().clear();
    }

    /// Notes that this one was asked, and names the one that goes for it.
    fn asked(&self, number: usize) -> Option<usize> {
        let mut open = self.lock();
        if open.to_back(&number).is_some() {
            return None;
        }
        open.insert(number, ());
        let surplus = open.len() > self.most;
        surplus
            .then(|| open.pop_front().map(|(oldest, ())| oldest))
            .flatten()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, LinkedHashMap<usize, ()>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
