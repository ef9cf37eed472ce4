//! Instances: one in full, many in a list.

use assent_core::event::{Change, Event};
use assent_core::instance::{Case, TaskKind};
use assent_core::text::Text;
use serde::{Deserialize, Serialize};

use super::children::ChildView;
use super::error::AppError;
use super::inbox::{LIMIT_MAX, Page, read_cursor, standing_names, write_cursor};
use super::link::names;
use super::overrule::OverrideView;
use super::people::person_view;
use super::state::App;
use super::task::OfferView;
use super::view::{Due, Fact, PersonView, When};
use crate::engine::Around;
use crate::view::{
    diagram, expected, facts, hidden_from, offer_views, standing, status_of, timeline, when,
};

/// Events of one page of a trail.
const TRAIL_PAGE: u32 = 1_000;
/// Rows looked at for one page of a list that is searched by text.
const SEARCHED_MAX: usize = 2_000;

/// What stands at the top of an instance's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InstanceHead {
    /// Id.
    pub id: String,
    /// Flow id.
    pub flow: String,
    /// Its name.
    pub flow_name: Text,
    /// Definition version it pins.
    pub version: String,
    /// Title.
    pub title: String,
    /// Who started it.
    pub applicant: PersonView,
    /// `running`, `held`, `suspended`, or the outcome's word.
    pub status: String,
    /// `status` in words.
    pub status_shown: Text,
    /// It is over.
    pub ended: bool,
    /// Why it is held, whose turn it is.
    pub held: Option<Text>,
    /// Round.
    pub round: u32,
    /// `rev` of the row.
    pub rev: u64,
    /// First event.
    pub started: When,
    /// Last event.
    pub updated: When,
    /// Entity type of the record.
    pub entity: String,
    /// Id of the record.
    pub record: String,
}

/// An instance as a reader sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InstanceView {
    /// What stands at the top.
    pub head: InstanceHead,
    /// The record's fields in order, the `show: first` ones marked; hidden ones are absent.
    pub facts: Vec<Fact>,
    /// Where it stands now.
    pub standing: Vec<Standing>,
    /// What happened, oldest first.
    pub timeline: Vec<TimelineItem>,
    /// What probably comes, with who is expected.
    pub expected: Vec<Expected>,
    /// What this reader can do on the instance, and why not the rest.
    pub offers: Vec<OfferView>,
    /// How this reader may overrule the flow; none when they may not.
    pub overrides: Option<OverrideView>,
    /// This reader's open task here.
    pub my_task: Option<u32>,
    /// Picture and list.
    pub diagram: DiagramView,
}

/// A state it stands in now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// State id.
    pub state: String,
    /// Its name.
    pub name: Text,
    /// Since when.
    pub since: When,
    /// Deadline.
    pub due: Option<Due>,
    /// Whom it waits for.
    pub waiting_on: Vec<PersonView>,
    /// "需 2 人同意，已有 1 人", or what it waits for.
    pub progress: Text,
    /// The subflows it waits for, those that run first; no more than a page has room for.
    pub children: Vec<ChildView>,
    /// How its call of another system failed last, and when the next try is.
    pub trouble: Option<Text>,
}

/// One line of the trail, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimelineItem {
    /// Number of the event.
    pub seq: u32,
    /// When.
    pub at: When,
    /// Who; none for the system.
    pub actor: Option<PersonView>,
    /// The event's tag: `submitted`, `decided`, …
    pub kind: String,
    /// `approve`, `reject`, `return`, `system` …: picks the icon.
    pub tone: &'static str,
    /// State id, where there is one.
    pub state: Option<String>,
    /// What happened: "王物流 同意".
    pub words: Text,
    /// The comment given with it.
    pub comment: Option<String>,
    /// Values that decided, or that changed: `装载率 0.667 < 0.85`.
    pub because: Vec<Text>,
    /// Files that came with a comment, or a drawn signature.
    pub files: Vec<EnclosedFile>,
    /// The way it came in: `page`, `link`, `mail`, `api`, …
    pub via: String,
    /// Small print: hidden on the first look.
    pub minor: bool,
    /// The subflow's instance, where it is about one that this reader may open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub child: Option<String>,
}

/// A file that came with something somebody said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EnclosedFile {
    /// Id.
    pub id: String,
    /// Name as it was given.
    pub name: String,
    /// Bytes.
    pub bytes: u64,
}

/// A state that probably comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Expected {
    /// State id.
    pub state: String,
    /// Its name.
    pub name: Text,
    /// Who would be asked today.
    pub people: Vec<PersonView>,
    /// Only if its condition holds, in words; empty when certain.
    pub only_if: Text,
    /// The event it would wait for; empty for any other state.
    pub waits_for: Text,
}

/// The flow as a picture and as a list, with where the instance stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DiagramView {
    /// SVG, per language.
    pub svg: Text,
    /// The same as an ordered list.
    pub list: Vec<DiagramItem>,
}

/// One state in the diagram's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DiagramItem {
    /// State id.
    pub state: String,
    /// Its name and what it does, one line.
    pub words: Text,
    /// 0 for the root; one more inside a branch.
    pub depth: u32,
    /// `passed`, `here`, `skipped`, `returned`, `future`.
    pub mark: &'static str,
}

/// Which instances.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceFilter {
    /// Of this flow.
    pub flow: Option<String>,
    /// `running`, `held`, `ended` or an outcome's word.
    pub status: Option<String>,
    /// Standing in this state.
    pub state: Option<String>,
    /// Started by this person.
    pub applicant: Option<String>,
    /// Title contains this.
    pub text: Option<String>,
}

/// One row of the list of instances.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InstanceRow {
    /// What the page of one shows at its top.
    pub head: InstanceHead,
    /// Names of the states it stands in.
    pub standing: Text,
    /// Whom it waits for.
    pub waiting_on: Vec<PersonView>,
}

impl App {
    /// An instance as this reader sees it.
    ///
    /// # Errors
    /// `NotFound` when it does not exist or is not for this reader.
    pub async fn instance_view(&self, reader: &str, id: &str) -> Result<InstanceView, AppError> {
        let loaded = self.load(id).await?.ok_or(AppError::NotFound)?;
        let (case, mut around) = self.seen(&loaded).await?;
        let trail = self.trail_behind(&case).await?;
        self.may_see(reader, &loaded.row, &case, &around, &trail)?;
        self.know_past(&mut around, &trail).await?;
        let mut view = self.view_of(reader, &loaded.row, &case, &around, &trail);
        self.name_files(&mut view).await?;
        self.show_waits(&mut view, reader, &case, &around).await?;
        Ok(view)
    }

    /// Files in the trail are known by id; their names and sizes stand in the store.
    pub(super) async fn name_files(&self, view: &mut InstanceView) -> Result<(), AppError> {
        if view.timeline.iter().all(|item| item.files.is_empty()) {
            return Ok(());
        }
        let known = self.store().attachments_of(&view.head.id).await?;
        for file in view.timeline.iter_mut().flat_map(|item| &mut item.files) {
            if let Some(known) = known.iter().find(|known| known.id == file.id) {
                file.name.clone_from(&known.name);
                file.bytes = known.size;
            }
        }
        Ok(())
    }

    /// What states wait for elsewhere: subflows, whose holders hold this one too, and calls that are tried again.
    pub(super) async fn show_waits(
        &self,
        view: &mut InstanceView,
        reader: &str,
        case: &Case,
        around: &Around,
    ) -> Result<(), AppError> {
        let opens = view.head.applicant.id == reader || self.is_admin(reader);
        if !opens {
            view.timeline.iter_mut().for_each(|item| item.child = None);
        }
        let mut found = self.children(Some(reader), case, &around.def).await?;
        let mut failed = self.retries(case, around).await?;
        // In the order of the view: its standing states are those without branches.
        let leaves = case.instance.active.iter();
        let leaves = leaves.filter(|active| active.branches.is_empty());
        for (standing, active) in view.standing.iter_mut().zip(leaves) {
            standing.trouble = failed.remove(&active.entry);
            let Some(children) = found.remove(&active.entry) else {
                continue;
            };
            for person in children.iter().flat_map(|child| &child.waiting_on) {
                if !standing.waiting_on.contains(person) {
                    standing.waiting_on.push(person.clone());
                }
            }
            standing.children = children;
        }
        Ok(())
    }

    /// Instances this reader may see (all for administrators and, of their flows, owners), the latest first.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn instances(
        &self,
        reader: &str,
        filter: &InstanceFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<InstanceRow>, AppError> {
        let limit = limit.clamp(1, LIMIT_MAX) as usize;
        let mut stored = assent_store::InstanceFilter {
            flow: filter.flow.clone(),
            applicant: filter.applicant.clone(),
            standing: filter.state.clone(),
            ..assent_store::InstanceFilter::default()
        };
        match filter.status.as_deref() {
            Some("ended") => stored.ended = Some(true),
            Some(word) => stored.status = Some(word.to_owned()),
            None => {}
        }
        if !self.may_list_all(reader, filter.flow.as_deref()).await? {
            stored.applicant = Some(reader.to_owned());
        }
        let text = filter.text.as_ref().map(|text| text.to_lowercase());
        let mut before: Option<String> = cursor.and_then(read_cursor);
        let (mut items, mut searched) = (Vec::new(), 0);
        loop {
            let rows = self
                .store()
                .list_instances(&stored, before.as_deref(), LIMIT_MAX)
                .await?;
            let is_last = rows.len() < LIMIT_MAX as usize;
            for row in rows {
                searched += 1;
                before = Some(row.id.clone());
                if text
                    .as_ref()
                    .is_none_or(|text| row.title.to_lowercase().contains(text))
                {
                    items.push(self.list_row(&row).await?);
                }
                if items.len() == limit {
                    break;
                }
            }
            if items.len() == limit || searched >= SEARCHED_MAX {
                return Ok(Page {
                    items,
                    next: before.as_ref().map(write_cursor),
                });
            }
            if is_last {
                return Ok(Page { items, next: None });
            }
        }
    }

    async fn may_list_all(&self, reader: &str, flow: Option<&str>) -> Result<bool, AppError> {
        if self.is_admin(reader) {
            return Ok(true);
        }
        let Some(def) = flow.and_then(|flow| self.definition(flow)) else {
            return Ok(false);
        };
        let blank = Case::blank(assent_core::value::Values::new());
        let around = self.around(def, &blank.values, None, self.now()).await?;
        Ok(around.with_context(self, |cx| {
            cx.organisation
                .owners(&around.def, &blank)
                .iter()
                .any(|owner| owner == reader)
        }))
    }

    async fn list_row(
        &self,
        row: &assent_core::write::InstanceRow,
    ) -> Result<InstanceRow, AppError> {
        let def = self.definition_of(&row.flow, &row.version).await?;
        let loaded = assent_store::Loaded {
            row: row.clone(),
            values: assent_core::value::Values::new(),
            record_rev: 0,
        };
        let case = crate::engine::stored_case(&loaded)?;
        let calendar = self.calendar(&def.calendar);
        let people = self.holders(&case, &def).await?;
        Ok(InstanceRow {
            standing: standing_names(&def, &case),
            waiting_on: people.iter().map(|id| self.person_view(id)).collect(),
            head: self.head(row, &case, &def, &calendar),
        })
    }

    /// The head of an instance by id; none when there is no such instance.
    pub(super) async fn head_of(&self, id: &str) -> Result<Option<InstanceHead>, AppError> {
        let Some(loaded) = self.load(id).await? else {
            return Ok(None);
        };
        let def = self
            .definition_of(&loaded.row.flow, &loaded.row.version)
            .await?;
        let case = crate::engine::stored_case(&loaded)?;
        let calendar = self.calendar(&def.calendar);
        Ok(Some(self.head(&loaded.row, &case, &def, &calendar)))
    }

    fn head(
        &self,
        row: &assent_core::write::InstanceRow,
        case: &Case,
        def: &assent_core::definition::Definition,
        calendar: &assent_core::calendar::WorkCalendar,
    ) -> InstanceHead {
        InstanceHead {
            id: row.id.clone(),
            flow: row.flow.clone(),
            flow_name: def.name.clone(),
            version: row.version.clone(),
            title: row.title.clone(),
            applicant: self.person_view(&row.applicant),
            status: row.status.clone(),
            status_shown: status_of(def, &row.status),
            ended: row.ended,
            held: self.why_still(case),
            round: case.instance.round,
            rev: row.rev,
            started: when(row.started, calendar),
            updated: when(row.updated, calendar),
            entity: row.entity.clone(),
            record: row.record.clone(),
        }
    }

    /// Why it stands still: suspended by somebody, or held.
    pub(super) fn why_still(&self, case: &Case) -> Option<Text> {
        let Some(suspended) = &case.instance.suspended else {
            return case.instance.holds.last().map(|held| held.reason.clone());
        };
        let directory = self.directory();
        let (by, reason) = (directory.name(&suspended.by), &suspended.reason);
        Some(Text::new(
            format!("由{by}挂起：{reason}"),
            format!("Suspended by {by}: {reason}"),
        ))
    }

    /// The trail behind a case that was loaded: what was committed after it was read is left out, so that a page never shows
    /// a decision beside buttons of the time before it.
    pub(crate) async fn trail_behind(&self, case: &Case) -> Result<Vec<Event>, AppError> {
        let mut trail = self.trail(&case.instance.id).await?;
        trail.truncate(case.instance.seq as usize);
        Ok(trail)
    }

    /// The whole trail of an instance.
    pub(crate) async fn trail(&self, id: &str) -> Result<Vec<Event>, AppError> {
        let mut events = Vec::new();
        let mut from = 1;
        loop {
            let rows = self.store().events(id, from, TRAIL_PAGE).await?;
            let is_last = rows.len() < TRAIL_PAGE as usize;
            for row in rows {
                from = row.seq + 1;
                let event = serde_json::from_str(&row.body).map_err(|fault| {
                    AppError::unavailable(
                        "damaged",
                        "审计记录已损坏，请联系管理员运行 assent verify",
                        "The trail is damaged; ask an administrator to run assent verify",
                        format!("{id} event {}: {fault}", row.seq),
                    )
                })?;
                events.push(event);
            }
            if is_last {
                return Ok(events);
            }
        }
    }

    /// The applicant, whoever has or had a task (one to claim, an opinion, a question or a copy too) or acted, the flow's
    /// owner, and administrators.
    pub(super) fn may_see(
        &self,
        reader: &str,
        row: &assent_core::write::InstanceRow,
        case: &Case,
        around: &Around,
        trail: &[Event],
    ) -> Result<(), AppError> {
        if around.directory.active(reader).is_none() {
            return Err(AppError::NotFound);
        }
        let took_part = |event: &Event| {
            event.actor.person() == Some(reader)
                || matches!(&event.change, Change::TaskOpened { assignee, candidates, .. }
                    if assignee == reader || candidates.iter().any(|id| id == reader))
                || matches!(&event.change, Change::MailQueued { to, .. } if to.iter().any(|id| id == reader))
                || matches!(&event.change, Change::Proxied { person, .. } if person == reader)
        };
        let may = row.applicant == reader
            || case
                .instance
                .tasks
                .iter()
                .any(|task| task.holders().contains(&reader))
            || trail.iter().any(took_part)
            || self.answers_for(reader, case, around);
        if may { Ok(()) } else { Err(AppError::NotFound) }
    }

    /// An administrator, or an owner of the flow.
    fn answers_for(&self, reader: &str, case: &Case, around: &Around) -> bool {
        self.is_admin(reader)
            || around.with_context(self, |cx| {
                cx.organisation
                    .owners(&around.def, case)
                    .iter()
                    .any(|owner| owner == reader)
            })
    }

    pub(super) fn view_of(
        &self,
        reader: &str,
        row: &assent_core::write::InstanceRow,
        case: &Case,
        around: &Around,
        trail: &[Event],
    ) -> InstanceView {
        // A copy to read comes last: what waits for the reader is what their page is about.
        let mine = case
            .instance
            .tasks
            .iter()
            .filter(|task| task.holders().contains(&reader));
        let my_task = mine.min_by_key(|task| task.kind == TaskKind::Read);
        let answers_for_it = self.answers_for(reader, case, around);
        let hidden = hidden_from(reader, case, &around.def, trail, answers_for_it);
        let person = |id: &str| person_view(&around.directory, id);
        InstanceView {
            head: self.head(row, case, &around.def, &around.calendar),
            facts: facts(
                &around.def.entity.fields,
                &case.values,
                &hidden,
                names(around),
            ),
            standing: standing(case, around, person),
            timeline: timeline(
                &around.def,
                trail,
                &hidden,
                names(around),
                &around.calendar,
                person,
            ),
            expected: around.with_context(self, |cx| expected(case, around, cx, person)),
            offers: around.with_context(self, |cx| offer_views(reader, case, around, cx)),
            overrides: self.override_view(reader, case, around),
            my_task: my_task.map(|task| task.no),
            diagram: diagram(case, around),
        }
    }
}
