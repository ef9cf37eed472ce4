//! Where each part of a flow stands in its file.

use std::collections::BTreeMap;

use super::Place;

/// Places by dotted path: `states.<id>`, `states.<id>.when`, `form.<field>`, `people.<name>`, `mails.<name>.text.zh`,
/// `branches.<state>.<branch>`, `tests.<number from 0>`. State ids are unique in a flow, so a nested state's path is as
/// short as any other's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    file: String,
    by_path: BTreeMap<String, Place>,
}

impl Places {
    /// No places yet, in that file.
    pub fn of_file(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            by_path: BTreeMap::new(),
        }
    }

    /// Notes where a part stands; the first place of a path stays.
    pub fn note(&mut self, path: impl Into<String>, place: Place) {
        self.by_path.entry(path.into()).or_insert(place);
    }

    /// The place of exactly that part.
    pub fn exact(&self, path: &str) -> Option<&Place> {
        self.by_path.get(path)
    }

    /// The place of that part, or of the nearest part around it, or the file's first line.
    pub fn get(&self, path: &str) -> Place {
        let mut path = path;
        loop {
            if let Some(place) = self.by_path.get(path) {
                return place.clone();
            }
            match path.rfind('.') {
                Some(dot) => path = &path[..dot],
                None => break,
            }
        }
        Place {
            file: self.file.clone(),
            line: 1,
            column: 1,
            length: 1,
            span: (0, 0),
        }
    }
}
