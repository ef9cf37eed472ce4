//! Starting on a record without naming a flow: the one that serves it is chosen, and the choice explained.

use std::sync::Arc;

use assent_core::command::{Actor, Via};
use assent_core::definition::Definition;
use assent_core::record::{Mode, from_json};
use assent_core::scope::{Asked, Chosen, choose};
use assent_core::value::Values;

use super::answer::Answer;
use super::command::faults;
use super::error::AppError;
use super::state::App;
use super::view::JsonMap;
use crate::engine::references;

impl App {
    /// The flow that serves a record of this entity type, for this applicant; `given` are values that would be filled in.
    ///
    /// # Errors
    /// `NotFound` for an unknown record or entity type; `no_flow`, `ambiguous_flow`, `missing_value`.
    pub async fn flow_for(
        &self,
        entity: &str,
        record: Option<&str>,
        applicant: &str,
        given: &JsonMap,
    ) -> Result<Chosen, AppError> {
        let all = self.flows_on(entity);
        let flows: Vec<&Definition> = all.iter().map(AsRef::as_ref).collect();
        let first = flows.first().ok_or(AppError::NotFound)?;
        let fields = &first.entity.fields;
        let mut values = match record {
            None => Values::new(),
            Some(id) => {
                let known = self.store().load_record(entity, id).await?;
                known.ok_or(AppError::NotFound)?.values
            }
        };
        values.extend(from_json(fields, given, &Mode::Api).map_err(faults)?);
        let records = self.preload(references(fields, &values)).await?;
        let directory = self.directory();
        let asked = Asked {
            applicant,
            values: &values,
            record,
            records: &records,
            directory: &directory,
        };
        let (_, chosen) = choose(&flows, &asked)?;
        Ok(chosen)
    }

    /// The flows in use on this entity type: those that are closed for new cases serve nobody.
    fn flows_on(&self, entity: &str) -> Vec<Arc<Definition>> {
        let mut all = self.current_definitions();
        all.retain(|def| !def.own_form && def.entity.name == entity && !self.is_closed(&def.flow));
        all
    }

    /// Those of them that are chosen by `for:` and `priority:`.
    pub(crate) fn scoped_flows(&self, entity: &str) -> Vec<Arc<Definition>> {
        let mut all = self.flows_on(entity);
        all.retain(|def| def.scope.is_some());
        all
    }

    /// Names of the fields of an entity type; empty for an unknown one.
    pub fn record_fields(&self, entity: &str) -> Vec<String> {
        let known = self.inner.entities.get(entity);
        let fields = known.into_iter().flat_map(|entity| &entity.fields);
        fields.map(|field| field.name.clone()).collect()
    }

    /// Starts the flow that serves the record, and says which it was and why.
    ///
    /// # Errors
    /// As [`App::flow_for`] and [`App::start_on`].
    pub async fn start_for(
        &self,
        entity: &str,
        record: Option<&str>,
        applicant: &str,
        via: Via,
        (values, submit): (&JsonMap, bool),
        key: Option<String>,
    ) -> Result<(Chosen, Answer), AppError> {
        let chosen = self.flow_for(entity, record, applicant, values).await?;
        let actor = Actor::Person(applicant.to_owned());
        let answer = self
            .start_on(&chosen.flow, record, actor, via, values, submit, key)
            .await?;
        Ok((chosen, answer))
    }
}
