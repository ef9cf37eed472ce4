//! The map: how a log's activities and roles become commands.

use std::collections::BTreeMap;
use std::fmt;

use assent_core::command::Verdict;
use assent_core::text::Text;
use serde::Deserialize;

/// Largest map file, bytes.
const MAP_BYTES_MAX: usize = 256 * 1024;

/// A checked map.
#[derive(Clone, Debug)]
pub struct Map {
    /// Logged role → the one person who stands for it.
    pub people: BTreeMap<String, MapPerson>,
    /// First values: field ← attribute of the first event.
    pub start: BTreeMap<String, FromLog>,
    steps: BTreeMap<(String, String), Vec<MapStep>>,
}

/// The synthetic person of a logged role.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapPerson {
    /// Id.
    pub person: String,
    /// Roles of the directory they hold.
    #[serde(default)]
    pub roles: Vec<String>,
}

/// Where a first value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FromLog {
    /// The attribute; `case` is the case's id.
    pub from: String,
    /// For numbers: rounded to that many decimals.
    pub decimals: Option<u32>,
}

/// What an activity by a role means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapStep {
    /// Starts the instance when there is none (and submits the draft when there is one).
    pub start: Option<StartAs>,
    /// States whose open task is meant; empty: any state.
    pub state: Vec<String>,
    /// What is done with that task.
    pub deed: Option<MapDeed>,
}

/// How an instance starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartAs {
    /// As a draft.
    Draft,
    /// Submitted at once.
    Submit,
}

/// What is done with a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MapDeed {
    /// Decided.
    Decide(Verdict),
    /// A named action of a work state.
    Act(String),
}

/// What is wrong with a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapFault {
    /// One sentence.
    pub message: Text,
}

impl MapFault {
    fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            message: Text::new(zh, en),
        }
    }
}

impl fmt::Display for MapFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message.en)
    }
}

impl std::error::Error for MapFault {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MapFile {
    people: BTreeMap<String, MapPerson>,
    #[serde(default)]
    start: BTreeMap<String, FromLog>,
    steps: Vec<StepFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepFile {
    activity: String,
    role: String,
    start: Option<StartAs>,
    #[serde(default)]
    state: Vec<String>,
    decide: Option<Verdict>,
    act: Option<String>,
}

impl Map {
    /// Reads a map.
    ///
    /// # Errors
    /// The first thing wrong with it.
    pub fn parse(text: &str) -> Result<Self, MapFault> {
        if text.len() > MAP_BYTES_MAX {
            return Err(MapFault::new(
                "映射文件超过 256 KB",
                "The map is larger than 256 KB",
            ));
        }
        let file: MapFile = serde_yaml::from_str(text).map_err(|fault| {
            MapFault::new(
                format!("映射文件有错误：{fault}"),
                format!("The map is broken: {fault}"),
            )
        })?;
        let mut steps: BTreeMap<(String, String), Vec<MapStep>> = BTreeMap::new();
        for step in file.steps {
            if !file.people.contains_key(&step.role) {
                return Err(MapFault::new(
                    format!("映射的 people 中没有角色 {}", step.role),
                    format!("The map's people lack the role {}", step.role),
                ));
            }
            let deed = match (step.decide, step.act) {
                (Some(verdict), None) => Some(MapDeed::Decide(verdict)),
                (None, Some(action)) => Some(MapDeed::Act(action)),
                (None, None) if step.start.is_some() => None,
                (Some(_), Some(_)) | (None, None) => {
                    return Err(MapFault::new(
                        format!("{} 应写 start、decide 或 act 之一", step.activity),
                        format!("{} needs one of start, decide or act", step.activity),
                    ));
                }
            };
            let known = MapStep {
                start: step.start,
                state: step.state,
                deed,
            };
            let name = step.activity.clone();
            let ways = steps.entry((step.activity, step.role)).or_default();
            // The same word may mean something else in other states, but not in the same one.
            let twice = ways.iter().any(|way| {
                way.state.is_empty()
                    || known.state.is_empty()
                    || way.state.iter().any(|state| known.state.contains(state))
            });
            if twice {
                return Err(MapFault::new(
                    format!("{name} 写了两次"),
                    format!("{name} stands there twice"),
                ));
            }
            ways.push(known);
        }
        Ok(Self {
            people: file.people,
            start: file.start,
            steps,
        })
    }

    /// What an activity by a role means, in file order; none when the map does not know it.
    pub fn step(&self, activity: &str, role: &str) -> Option<(&MapPerson, &[MapStep])> {
        // One allocation a lookup; a log has fourteen of these words, not fourteen million.
        let ways = self.steps.get(&(activity.to_owned(), role.to_owned()))?;
        Some((self.people.get(role)?, ways))
    }

    /// Every state the map names, to compare with a flow.
    pub fn states(&self) -> impl Iterator<Item = &str> {
        self.steps
            .values()
            .flatten()
            .flat_map(|step| step.state.iter().map(String::as_str))
    }
}
