//! A newer program may migrate the database while this one runs: beside what it does then, this one may have to stop.

use std::future::pending;
use std::time::Duration;

use tokio::sync::watch;

use super::rest;
use crate::app::App;

/// How often it is looked at. What an older program writes in between is read by the newer one.
const EVERY: Duration = Duration::from_secs(10);

pub(crate) async fn run(app: App, mut stopping: watch::Receiver<bool>) {
    while !rest(pending(), &mut stopping, EVERY).await {
        app.check_schema().await;
    }
}
