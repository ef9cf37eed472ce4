//! What ids are called, for sentences.

use crate::directory::Directory;
use crate::field::EntityType;
use crate::people::PersonId;
use crate::text::Text;

/// A sentence names this many people, then counts the rest.
const NAMES_SHOWN_MAX: usize = 8;

/// What ids are called; an id that is unknown is its own name.
pub trait Names {
    /// A role.
    fn role(&self, id: &str) -> Text {
        Text::same(id)
    }
    /// A person.
    fn person(&self, id: &str) -> Text {
        Text::same(id)
    }
    /// A unit.
    fn unit(&self, id: &str) -> Text {
        Text::same(id)
    }
    /// A post.
    fn post(&self, id: &str) -> Text {
        Text::same(id)
    }
    /// A field, by its path without `record.`.
    fn field(&self, path: &str) -> Text {
        Text::same(path)
    }
    /// A state.
    fn state(&self, id: &str) -> Text {
        Text::same(id)
    }
    /// A rule, `file.function`.
    fn rule(&self, id: &str) -> Text {
        Text::same(id)
    }
    /// Another flow.
    fn flow(&self, id: &str) -> Text {
        Text::same(id)
    }
    /// What a flow calls an end of its own, by the outcome's word; none where it does not name it.
    fn outcome(&self, _flow: &str, _word: &str) -> Option<Text> {
        None
    }
}

/// Ids as they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ids;

impl Names for Ids {}

impl Names for Directory {
    fn role(&self, id: &str) -> Text {
        let name = self.role_names.get(id);
        name.cloned().unwrap_or_else(|| Text::same(id))
    }

    fn person(&self, id: &str) -> Text {
        Text::same(self.name(id))
    }

    fn unit(&self, id: &str) -> Text {
        let unit = self.units.get(id);
        unit.map_or_else(|| Text::same(id), |unit| unit.name.clone())
    }

    fn post(&self, id: &str) -> Text {
        let name = self.post_names.get(id);
        name.cloned().unwrap_or_else(|| Text::same(id))
    }
}

/// The directory's names and an entity type's labels.
#[derive(Clone, Copy)]
pub struct Labels<'a> {
    /// Names of roles, people and units.
    pub directory: &'a Directory,
    /// Labels of fields.
    pub entity: Option<&'a EntityType>,
    /// Names of states.
    pub flow: Option<&'a dyn Names>,
    /// Names of other flows and of their ends.
    pub others: Option<&'a dyn Names>,
}

impl Names for Labels<'_> {
    fn role(&self, id: &str) -> Text {
        self.directory.role(id)
    }

    fn person(&self, id: &str) -> Text {
        self.directory.person(id)
    }

    fn unit(&self, id: &str) -> Text {
        self.directory.unit(id)
    }

    fn post(&self, id: &str) -> Text {
        self.directory.post(id)
    }

    fn field(&self, path: &str) -> Text {
        let (head, rest) = path.split_once('.').unwrap_or((path, ""));
        match self.entity.and_then(|entity| entity.field(head)) {
            None => Text::same(path),
            Some(field) if rest.is_empty() => field.label.clone(),
            Some(field) => Text::new(
                format!("{} › {rest}", field.label.zh),
                format!("{} › {rest}", field.label.en),
            ),
        }
    }

    fn state(&self, id: &str) -> Text {
        self.flow
            .map_or_else(|| Text::same(id), |flow| flow.state(id))
    }

    fn flow(&self, id: &str) -> Text {
        self.others
            .map_or_else(|| Text::same(id), |others| others.flow(id))
    }

    fn outcome(&self, flow: &str, word: &str) -> Option<Text> {
        self.others?.outcome(flow, word)
    }
}

/// Names of people in a row: "张三、李四 等 12 人", "Zhang San, Li Si and 10 more".
pub(crate) fn list(directory: &Directory, people: &[PersonId]) -> Text {
    let shown: Vec<&str> = people
        .iter()
        .take(NAMES_SHOWN_MAX)
        .map(|id| directory.name(id))
        .collect();
    let more = people.len() - shown.len();
    if more == 0 {
        return Text::new(shown.join("、"), shown.join(", "));
    }
    Text::new(
        format!("{} 等 {} 人", shown.join("、"), people.len()),
        format!("{} and {more} more", shown.join(", ")),
    )
}
