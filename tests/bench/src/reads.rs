//! What people look at: their inbox, the list of a flow, a search in it, one instance with its trail.

use std::time::Instant;

use assent_runtime::app::{App, InstanceFilter, Tab};

use crate::company::{FLOW_ID, person};
use crate::drive::{Fault, Sample, gathered};

/// Looks of each kind and caller.
const LOOKS: usize = 50;
/// Rows of a page.
const PAGE: u32 = 50;

/// Kinds of looks.
pub const KINDS: [&str; 4] = ["inbox", "list", "search", "view"];

/// So many callers look at things of one kind, each as another person where that matters.
///
/// # Errors
/// The first answer that is none.
pub async fn look(app: &App, kind: &'static str, callers: usize) -> Result<Sample, Fault> {
    let began = Instant::now();
    let mut calls = vec![];
    for caller in 0..callers {
        let app = app.clone();
        calls.push(tokio::spawn(async move {
            let mut waits = vec![];
            for number in 0..LOOKS {
                let asked = Instant::now();
                let found = one(&app, kind, caller * LOOKS + number).await?;
                waits.push(asked.elapsed());
                if found == 0 {
                    return Err(format!("{kind}: nothing was found"));
                }
            }
            Ok::<_, Fault>(waits)
        }));
    }
    gathered(began, calls).await
}

/// One look; how much it showed.
async fn one(app: &App, kind: &str, number: usize) -> Result<usize, Fault> {
    // The flow's owner sees all of it.
    let owner = person(0);
    let of_flow = |text: Option<String>| InstanceFilter {
        flow: Some(FLOW_ID.to_owned()),
        text,
        ..InstanceFilter::default()
    };
    let words = |error: assent_runtime::app::AppError| error.message().en;
    match kind {
        "inbox" => {
            let who = person(number * 7);
            let page = app.inbox(&who, Tab::Todo, None, None, PAGE).await;
            Ok(page.map_err(words)?.items.len())
        }
        "list" => {
            let page = app.instances(&owner, &of_flow(None), None, PAGE).await;
            Ok(page.map_err(words)?.items.len())
        }
        "search" => {
            // In one title of ten, at its end.
            let text = Some((number % 10).to_string());
            let page = app.instances(&owner, &of_flow(text), None, PAGE).await;
            Ok(page.map_err(words)?.items.len())
        }
        _ => {
            let page = app.instances(&owner, &of_flow(None), None, PAGE).await;
            let items = page.map_err(words)?.items;
            let row = items.get(number % items.len().max(1));
            let id = row.ok_or("no instance")?.head.id.clone();
            let view = app.instance_view(&owner, &id).await.map_err(words)?;
            Ok(view.timeline.len())
        }
    }
}
