//! Moving running instances to another version: what would happen first, then the same for the rows that were picked.

use std::sync::Arc;

use assent_core::command::Via;
use assent_core::migrate::MigrationMap;
use assent_core::text::Lang;
use assent_runtime::app::{AppError, MigrationPick, MigrationPlan, MigrationWish};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Redirect;

use super::Answer;
use crate::web::form::Typed;
use crate::web::guard::faults::encode;
use crate::web::model::Note;
use crate::web::model::migration::{MigrationModel, STATE_INPUT, TypedMap, draw, left};
use crate::web::page::{self, Page};
use crate::web::posted::Posted;
use crate::web::{Fault, Reader, Site, words};

/// Fewest characters of a reason, as the engine asks.
const REASON_CHARS_MIN: usize = 2;

/// `GET /flows/{flow}/migrate`, of whoever reloads or goes back: it begins on the flow's page.
pub async fn back(Path(flow): Path<String>) -> Redirect {
    Redirect::to(&format!("/flows/{}", encode(&flow)))
}

/// `POST /flows/{flow}/migrate`: a preview, or the migration of the rows that were picked. What cannot be read, or lacks
/// something, comes back as it was typed, with the sentence at its place.
pub async fn post(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Path(flow): Path<String>,
    posted: Posted,
) -> Answer {
    let typed = posted.typed;
    let text = typed.text("map").replace("\r\n", "\n");
    let desk = Desk {
        site: &site,
        reader: &reader,
        flow: &flow,
        typed: &typed,
        text: &text,
    };
    let (map, fault) = match desk.map().await {
        Ok(map) => (map, String::new()),
        Err(AppError::Refused(refusal)) if refusal.code == "bad_map" => {
            let said = refusal.message.get(desk.lang()).to_owned();
            (desk.selected(MigrationMap::default()), said)
        }
        Err(error) => return Err(error.into()),
    };
    let mut wish = desk.wish(map);
    let picks = picks(&typed);
    let asked = typed.text("do") == "migrate";
    if asked && fault.is_empty() && !picks.is_empty() && desk.reason_given() {
        return desk.migrate(&wish, &picks).await;
    }
    let mut plan = site.app.preview_migration(&reader.id, &wish).await?;
    // On the first look what the difference knows as renamed is proposed, and previewed so.
    if typed.text("looked").is_empty() && wish.map.states.is_empty() {
        let proposed = plan.gone.iter();
        wish.map.states = proposed
            .filter_map(|gone| Some((gone.state.clone(), gone.proposed.clone()?)))
            .collect();
        if !wish.map.states.is_empty() {
            plan = site.app.preview_migration(&reader.id, &wish).await?;
        }
    }
    let mut model = desk.draw(&plan, &wish.map)?;
    if asked && picks.is_empty() {
        words::word(desk.lang(), "migrate.pick_one").clone_into(&mut model.pick_fault);
    }
    if asked && !desk.reason_given() {
        words::word(desk.lang(), "migrate.reason_needed").clone_into(&mut model.reason_fault);
    }
    let is_faulty = asked || !fault.is_empty();
    model.map_open |= !fault.is_empty();
    model.map_fault = fault;
    let mut response = desk.page(&model)?;
    if is_faulty {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// One post.
struct Desk<'a> {
    site: &'a Arc<Site>,
    reader: &'a Reader,
    flow: &'a str,
    typed: &'a Typed,
    /// The map as text.
    text: &'a str,
}

impl Desk<'_> {
    fn lang(&self) -> Lang {
        self.reader.visit.lang
    }

    fn reason_given(&self) -> bool {
        self.typed.text("reason").trim().chars().count() >= REASON_CHARS_MIN
    }

    /// The map that text and selects say together.
    async fn map(&self) -> Result<MigrationMap, AppError> {
        let to = self.typed.text("to");
        let written = self.site.app.migration_map(self.flow, to, self.text);
        Ok(self.selected(written.await?))
    }

    /// With what the selects say; a select wins over the text.
    fn selected(&self, mut map: MigrationMap) -> MigrationMap {
        for (name, value) in &self.typed.0 {
            if let Some(old) = name.strip_prefix(STATE_INPUT).filter(|_| !value.is_empty()) {
                map.states.insert(old.to_owned(), value.clone());
            }
        }
        map
    }

    fn wish(&self, map: MigrationMap) -> MigrationWish {
        MigrationWish {
            flow: self.flow.to_owned(),
            to: self.typed.text("to").to_owned(),
            map,
            only: Some(self.typed.text("instance").to_owned()).filter(|id| !id.is_empty()),
        }
    }

    fn draw(&self, plan: &MigrationPlan, map: &MigrationMap) -> Result<MigrationModel, Fault> {
        let definition = self.site.app.definition(self.flow);
        let definition = definition.ok_or_else(Fault::not_found)?;
        let typed = TypedMap {
            map: self.text,
            only: self.typed.text("instance"),
            reason: self.typed.text("reason"),
            states: map.states.clone().into_iter().collect(),
        };
        let (name, lang) = (definition.name.get(self.lang()), self.lang());
        Ok(draw(plan, name, &typed, &self.site.app.directory(), lang))
    }

    fn page(&self, model: &MigrationModel) -> Answer {
        let page = Page {
            title: words::word(self.lang(), "migrate.title").to_owned(),
            place: "flows",
            where_: model.name.clone(),
            ..Page::default()
        };
        page::answer(
            self.site,
            &self.reader.visit,
            "pages/migration",
            page,
            model,
        )
    }

    /// Migrates; where all moved, on to the flow's page, else the preview of what is left, with why.
    async fn migrate(&self, wish: &MigrationWish, picks: &[MigrationPick]) -> Answer {
        let (app, reason) = (&self.site.app, self.typed.text("reason"));
        let done = app
            .migrate(&self.reader.id, Via::Page, wish, reason, picks)
            .await?;
        let moved = done.iter().filter(|one| one.answer.is_some()).count();
        let stay = done.len() - moved;
        let (n, left_n) = (moved.to_string(), stay.to_string());
        let said = words::say(self.lang(), "migrate.done", &[("n", &n), ("left", &left_n)]);
        if stay == 0 {
            let note = Note {
                tone: "ok".to_owned(),
                icon: "circle-check".to_owned(),
                text: said,
                ..Note::default()
            };
            let to = format!("/flows/{}", encode(self.flow));
            return Ok(page::onward(self.site, &to, Some(&note)));
        }
        let plan = app.preview_migration(&self.reader.id, wish).await?;
        let mut model = self.draw(&plan, &wish.map)?;
        model.left = left(&done, &plan, self.lang());
        model.done = said;
        self.page(&model)
    }
}

fn picks(typed: &Typed) -> Vec<MigrationPick> {
    let rows = typed.0.iter().filter(|(name, _)| name == "row");
    rows.filter_map(|(_, value)| value.split_once(':'))
        .map(|(instance, token)| MigrationPick {
            instance: instance.to_owned(),
            token: token.to_owned(),
        })
        .collect()
}
