//! What somebody's leaving affects: their open tasks, what they started, flows that would find nobody without them, whom
//! they lead and stand in for; and who would take over.

use assent_core::check::organisation_since;
use assent_core::directory::Directory;
use assent_core::text::Text;
use serde::Serialize;

use super::error::AppError;
use super::state::App;
use super::view::PersonView;

/// Most running instances somebody started that are named.
const STARTED_MAX: u32 = 200;

/// What somebody's leaving affects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Leaving {
    /// Who leaves.
    pub person: PersonView,
    /// Who would take over: their superior, else the head of their unit.
    pub successor: Option<PersonView>,
    /// Open tasks.
    pub tasks: Vec<LeavingTask>,
    /// Running instances they started.
    pub started: Vec<LeavingTask>,
    /// Flows in which somebody would find nobody to ask.
    pub flows: Vec<LeavingFlow>,
    /// Whom they lead directly.
    pub leads: Vec<PersonView>,
    /// Units they head.
    pub heads: Vec<Text>,
    /// For whom they stand in.
    pub proxies: Vec<PersonView>,
}

/// A task or an instance in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeavingTask {
    /// The instance.
    pub instance: String,
    /// Number of the task; none for an instance they started.
    pub task: Option<u32>,
    /// The instance's title.
    pub title: String,
}

/// A flow that would find nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeavingFlow {
    /// Flow id.
    pub flow: String,
    /// Its name.
    pub name: Text,
    /// Where, for whom, and why nobody: the findings that are new without this person.
    pub findings: Vec<Text>,
}

impl App {
    /// What this person's leaving affects today.
    ///
    /// # Errors
    /// `NotFound` for somebody unknown; `not_administrator`.
    pub async fn leaving(&self, by: &str, person: &str) -> Result<Leaving, AppError> {
        self.administrators_only(by)?;
        let directory = self.directory();
        if !directory.people.contains_key(person) {
            return Err(AppError::NotFound);
        }
        let mut tasks = vec![];
        for row in self.open_tasks_of(person).await? {
            let head = self.head_of(&row.task.instance).await?;
            tasks.push(LeavingTask {
                instance: row.task.instance,
                task: Some(row.task.no),
                title: head.map(|head| head.title).unwrap_or_default(),
            });
        }
        let filter = assent_store::InstanceFilter {
            applicant: Some(person.to_owned()),
            ended: Some(false),
            ..assent_store::InstanceFilter::default()
        };
        let rows = self.store().list_instances(&filter, None, STARTED_MAX);
        let started = rows.await?.into_iter().map(|row| LeavingTask {
            instance: row.id,
            task: None,
            title: row.title,
        });
        let view = |id: &String| self.person_view(id);
        Ok(Leaving {
            person: self.person_view(person),
            successor: successor(&directory, person).map(|id| self.person_view(&id)),
            tasks,
            started: started.collect(),
            flows: self.left_alone(&directory, person),
            leads: led(&directory, person).map(view).collect(),
            heads: directory
                .units
                .values()
                .filter(|unit| unit.head.as_deref() == Some(person))
                .map(|unit| unit.name.clone())
                .collect(),
            proxies: directory
                .absences
                .iter()
                .filter(|absence| absence.proxy.as_deref() == Some(person))
                .map(|absence| view(&absence.person))
                .collect(),
        })
    }

    /// Flows with findings that are not there while this person is.
    fn left_alone(&self, directory: &Directory, person: &str) -> Vec<LeavingFlow> {
        let mut without = directory.clone();
        if let Some(left) = without.people.get_mut(person) {
            left.active = false;
        }
        let mut found = vec![];
        for known in self.inner.definitions.all() {
            let def = &known.definition;
            let findings = organisation_since(def, directory, &without);
            let findings: Vec<Text> = findings.into_iter().map(|it| it.message).collect();
            if !findings.is_empty() {
                found.push(LeavingFlow {
                    flow: def.flow.clone(),
                    name: def.name.clone(),
                    findings,
                });
            }
        }
        found
    }
}

fn led<'a>(directory: &'a Directory, person: &'a str) -> impl Iterator<Item = &'a String> {
    let all = directory.people.iter();
    all.filter(move |(_, one)| one.active && one.superior.as_deref() == Some(person))
        .map(|(id, _)| id)
}

/// The direct superior who is here, else the head of their unit.
fn successor(directory: &Directory, person: &str) -> Option<String> {
    let here = |id: &String| id != person && directory.active(id).is_some();
    let above = directory.superior_of(person).people.into_iter().find(here);
    above.or_else(|| {
        let unit = &directory.people.get(person)?.unit;
        directory.units.get(unit)?.head.clone().filter(here)
    })
}
