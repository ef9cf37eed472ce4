//! What a flow may name: its own states, people, mails, fields and tables, and what the catalog offers.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::catalog::Catalog;
use crate::definition::{PeopleRef, RegionIx, StateIx};
use crate::field::{EntityType, Field};
use crate::value::Value;

use super::reader::{Reader, Word};

/// Where a region hangs: the parallel state above it and that state's own region; none for the root.
pub type Above = Option<(StateIx, RegionIx)>;

/// Everything that can be named in one flow.
#[derive(Debug)]
pub struct Names<'a> {
    /// What modules, scripts and the organisation offer.
    pub catalog: &'a Catalog,
    /// The record: its own fields and those that `ask:` adds.
    pub entity: EntityType,
    /// The entity type is not known, so no field can be checked.
    pub open: bool,
    /// `tables:`.
    pub tables: BTreeMap<String, BTreeMap<String, Value>>,
    /// Names under `people:`.
    pub people: Vec<String>,
    /// Names under `mails:`.
    pub mails: Vec<String>,
    /// State ids with their regions, by index.
    pub states: Vec<(String, RegionIx)>,
    /// By region index.
    pub above: Vec<Above>,
    /// The first draft state.
    pub draft: Option<StateIx>,
    /// Zone of the flow's calendar: times in `tests:` are meant in it.
    pub zone: TimeZone,
}

impl Names<'_> {
    /// The state of that id; an unknown one is reported.
    pub fn state(&self, reader: &mut Reader, word: &Word) -> Option<StateIx> {
        let found = self.states.iter().position(|(id, _)| *id == word.text);
        if found.is_none() {
            let known = self.states.iter().map(|(id, _)| id.as_str());
            reader.unknown("unknown-state", word, ("节点", "state"), known);
        }
        found
    }

    /// Checks a field name; an unknown one is reported. `a.b` reads through a reference.
    pub fn field(&self, reader: &mut Reader, word: &Word) -> bool {
        if self.open || self.entity.field(&word.text).is_some() {
            return true;
        }
        let known = self.entity.fields.iter().map(|field| field.name.as_str());
        reader.unknown("unknown-field", word, ("字段", "field"), known);
        false
    }

    /// The field of that name.
    pub fn field_type(&self, name: &str) -> Option<&Field> {
        self.entity.field(name)
    }

    /// Somebody named under `people:`, or the applicant; an unknown name is reported.
    pub fn people(&self, reader: &mut Reader, word: &Word) -> Option<PeopleRef> {
        if word.text == "applicant" {
            return Some(PeopleRef::Applicant);
        }
        if self.people.contains(&word.text) {
            return Some(PeopleRef::Named(word.text.clone()));
        }
        let known = self.people.iter().map(String::as_str);
        let known = known.chain(["applicant"]);
        reader.unknown(
            "unknown-people",
            word,
            ("人员（people:）", "entry under people:"),
            known,
        );
        None
    }

    /// Checks a mail's name; an unknown one is reported.
    pub fn mail(&self, reader: &mut Reader, word: &Word) -> bool {
        let found = self.mails.contains(&word.text);
        if !found {
            let known = self.mails.iter().map(String::as_str);
            reader.unknown(
                "unknown-mail",
                word,
                ("邮件（mails:）", "mail under mails:"),
                known,
            );
        }
        found
    }

    /// True when a way may lead from a region to a state: into the same region, or out of the parallel states around it.
    pub fn may_lead(&self, from: RegionIx, to: StateIx) -> bool {
        let Some((_, target)) = self.states.get(to) else {
            return false;
        };
        let mut region = Some(from);
        while let Some(at) = region {
            if at == *target {
                return true;
            }
            region = self
                .above
                .get(at)
                .copied()
                .flatten()
                .map(|(_, region)| region);
        }
        false
    }

    /// Parallel states around a region, innermost first.
    pub fn around(&self, region: RegionIx) -> Vec<StateIx> {
        let (mut found, mut at) = (vec![], self.above.get(region).copied().flatten());
        while let Some((state, region)) = at {
            found.push(state);
            at = self.above.get(region).copied().flatten();
        }
        found
    }
}
