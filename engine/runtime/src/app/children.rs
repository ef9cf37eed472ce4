//! The subflows a case waits for: which, how far they are, and who has them.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use assent_core::definition::{Definition, StateKind};
use assent_core::effect::Effect;
use assent_core::instance::{Active, Case, Child};
use assent_core::text::Text;
use assent_store::Loaded;
use serde::Serialize;

use super::error::AppError;
use super::inbox::standing_names;
use super::state::App;
use super::view::PersonView;
use crate::engine::{Around, stored_case};
use crate::view::{people_words, status_of, status_words};

/// Most children of a state that are looked at; the rest are counted.
const CHILDREN_SHOWN_MAX: usize = 20;
/// How deep it is looked for whoever holds a child that waits for children itself.
const DEPTH_MAX: u32 = 3;

/// A subflow that a state waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChildView {
    /// Id of its instance.
    pub instance: String,
    /// Flow id.
    pub flow: String,
    /// Its name.
    pub flow_name: Text,
    /// Its title; empty while it is not started, and for whoever may not open it.
    pub title: String,
    /// `starting`, `not_started`, or as [`InstanceHead::status`](super::InstanceHead::status).
    pub status: String,
    /// `status` in words.
    pub status_shown: Text,
    /// It is over.
    pub ended: bool,
    /// The states it stands in.
    pub standing: Text,
    /// Whom it waits for.
    pub waiting_on: Vec<PersonView>,
    /// Why it is held, or cannot be started; only for whoever may open it, and why it is not started for all.
    pub trouble: Option<Text>,
    /// The reader may open it.
    pub open: bool,
}

impl ChildView {
    /// "销售分项：进行中 · 主管 · 王浩然".
    pub(super) fn line(&self) -> Text {
        let who = people_words(&self.waiting_on);
        let all = |pick: fn(&Text) -> &str| {
            let name = Text::same(&self.title);
            let name = if self.title.is_empty() {
                &self.flow_name
            } else {
                &name
            };
            let trouble = self.trouble.as_ref().map_or("", pick);
            let parts = [
                pick(&self.status_shown),
                pick(&self.standing),
                pick(&who),
                trouble,
            ];
            let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            (pick(name).to_owned(), parts.join(" · "))
        };
        let (zh, en) = (all(|text| &text.zh), all(|text| &text.en));
        Text::new(format!("{}：{}", zh.0, zh.1), format!("{}: {}", en.0, en.1))
    }
}

/// The children a state waits for, those that run first.
pub(super) fn waited_for<'a>(
    case: &'a Case,
    def: &Definition,
    active: &Active,
) -> Option<(String, Vec<&'a Child>)> {
    let state = &def.states[def.state_ix(&active.state)?];
    let StateKind::Subflow {
        flow,
        beside: false,
        ..
    } = &state.kind
    else {
        return None;
    };
    let children = case.instance.children.iter();
    let mut children: Vec<&Child> = children
        .filter(|child| child.entry == active.entry && !child.beside)
        .collect();
    children.sort_by_key(|child| child.outcome.is_some());
    Some((flow.clone(), children))
}

/// The ids of those that still run, in whichever state.
fn running(case: &Case, def: &Definition) -> Vec<String> {
    let waited = case.instance.active.iter();
    let waited = waited.filter_map(|active| waited_for(case, def, active));
    let children = waited.flat_map(|(_, children)| children);
    children
        .filter(|child| child.outcome.is_none())
        .take(CHILDREN_SHOWN_MAX)
        .map(|child| child.id.clone())
        .collect()
}

impl App {
    /// The children of every state that waits for some, by the state's entry, as this reader may see them; none is the operator.
    pub(super) async fn children(
        &self,
        reader: Option<&str>,
        case: &Case,
        def: &Definition,
    ) -> Result<BTreeMap<u32, Vec<ChildView>>, AppError> {
        let mut found = BTreeMap::new();
        for active in &case.instance.active {
            let Some((flow, children)) = waited_for(case, def, active) else {
                continue;
            };
            let shown = &children[..children.len().min(CHILDREN_SHOWN_MAX)];
            let loaded = self
                .load_many(shown.iter().map(|child| child.id.as_str()))
                .await?;
            let mut views = Vec::new();
            for child in shown {
                views.push(match loaded.get(&child.id) {
                    Some(one) => self.child_view(reader, one).await?,
                    None => self.absent(case, child, &flow).await?,
                });
            }
            found.insert(active.entry, views);
        }
        Ok(found)
    }

    async fn child_view(&self, reader: Option<&str>, one: &Loaded) -> Result<ChildView, AppError> {
        let (case, around) = self.seen(one).await?;
        let open = match reader {
            None => true,
            Some(reader) => self.may_open(reader, one, &case, &around).await?,
        };
        let row = &one.row;
        let people = self.holders(&case, &around.def).await?;
        let title = if open {
            row.title.clone()
        } else {
            String::new()
        };
        let held = self.why_still(&case).filter(|_| open && !row.ended);
        Ok(ChildView {
            instance: row.id.clone(),
            flow: row.flow.clone(),
            flow_name: around.def.name.clone(),
            title,
            status: row.status.clone(),
            status_shown: status_of(&around.def, &row.status),
            ended: row.ended,
            standing: if row.ended {
                Text::default()
            } else {
                standing_names(&around.def, &case)
            },
            waiting_on: people.iter().map(|id| self.person_view(id)).collect(),
            trouble: held,
            open,
        })
    }

    /// May this reader open it? The applicant and administrators without a look at its trail.
    async fn may_open(
        &self,
        reader: &str,
        one: &Loaded,
        case: &Case,
        around: &Around,
    ) -> Result<bool, AppError> {
        if one.row.applicant == reader || self.is_admin(reader) {
            return Ok(true);
        }
        let trail = self.trail_behind(case).await?;
        Ok(self.may_see(reader, &one.row, case, around, &trail).is_ok())
    }

    /// A child without a row: not started yet, or over and retired.
    async fn absent(
        &self,
        parent: &Case,
        child: &Child,
        flow: &str,
    ) -> Result<ChildView, AppError> {
        let names = self.flow_names();
        let (status, shown, trouble) = match &child.outcome {
            Some(outcome) => {
                let own = names.outcome(flow, outcome.word());
                let shown = own.unwrap_or_else(|| status_words(outcome.word()));
                (outcome.word(), shown, None)
            }
            None => match self.start_trouble(parent, child).await? {
                None => ("starting", Text::new("正在发起", "Starting"), None),
                Some((true, why)) => (
                    "not_started",
                    Text::new("没有发起", "Not started"),
                    Some(why),
                ),
                Some((false, why)) => ("starting", Text::new("正在发起", "Starting"), Some(why)),
            },
        };
        Ok(ChildView {
            instance: child.id.clone(),
            flow: flow.to_owned(),
            flow_name: names.flow(flow),
            title: String::new(),
            status: status.to_owned(),
            status_shown: shown,
            ended: child.outcome.is_some(),
            standing: Text::default(),
            waiting_on: vec![],
            trouble,
            open: false,
        })
    }

    /// Why a child is not started yet, where starting it failed; true when it is not tried again by itself.
    async fn start_trouble(
        &self,
        parent: &Case,
        child: &Child,
    ) -> Result<Option<(bool, Text)>, AppError> {
        let starts = |body: &str| {
            let effect = serde_json::from_str::<Effect>(body);
            matches!(effect, Ok(Effect::Subflow { child: known, .. }) if known == child.id)
        };
        let id = parent.instance.id.as_str();
        let dead = self.store().dead_effects_of(id).await?;
        if let Some(dead) = dead.into_iter().find(|one| starts(&one.body)) {
            let why = Text::new(
                format!("发起失败：{}；不会自动再试，在“受阻”页处理", dead.error),
                format!(
                    "could not be started: {}; it is not tried again by itself, see the page Stuck",
                    dead.error
                ),
            );
            return Ok(Some((true, why)));
        }
        let tries = self.store().attempts_of(id).await?;
        let mine = tries
            .into_iter()
            .find(|one| !one.error.is_empty() && starts(&one.body));
        Ok(mine.map(|one| {
            let why = Text::new(
                format!("发起失败：{}；会再试", one.error),
                format!(
                    "could not be started: {}; it will be tried again",
                    one.error
                ),
            );
            (false, why)
        }))
    }

    /// Who has a case: whoever has a task, and whoever has the subflows it waits for.
    pub(super) async fn holders(
        &self,
        case: &Case,
        def: &Definition,
    ) -> Result<Vec<String>, AppError> {
        let mut people = self.holders_within(case, def, DEPTH_MAX).await?;
        people.sort_unstable();
        people.dedup();
        Ok(people)
    }

    fn holders_within<'a>(
        &'a self,
        case: &'a Case,
        def: &'a Definition,
        depth: u32,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<String>, AppError>> + Send + 'a>> {
        Box::pin(async move {
            let own = case.instance.waiting_on();
            let mut people: Vec<String> = own.into_iter().map(str::to_owned).collect();
            let children = running(case, def);
            if depth == 0 || children.is_empty() {
                return Ok(people);
            }
            let loaded = self.load_many(children.iter().map(String::as_str)).await?;
            for one in loaded.values() {
                let def = self.definition_of(&one.row.flow, &one.row.version).await?;
                let case = stored_case(one)?;
                people.extend(self.holders_within(&case, &def, depth - 1).await?);
            }
            Ok(people)
        })
    }
}
