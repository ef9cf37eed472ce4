//! What is looked at besides the file itself before a version becomes current: its examples, the other flows on the same
//! entity type, today's organisation.

use assent_core::catalog::Catalog;
use assent_core::check::{across, organisation};
use assent_core::definition::Definition;
use assent_core::diagnostic::{Diagnostic, Place, Severity};
use assent_core::dialect::Compiled;
use assent_core::play::{Stage, play};

use super::flow::SourceFile;
use super::state::App;

impl App {
    /// Adds what the file alone does not show. A red example and a flow that serves the same records with the same
    /// priority keep a version from being published. A gap in the organisation does not: it is told, and what it stops is
    /// held, never skipped.
    pub(super) fn look_around(
        &self,
        compiled: &mut Compiled,
        file: &SourceFile,
        catalog: &Catalog,
    ) {
        let Some(def) = &compiled.definition else {
            return;
        };
        let mut found = self.red_examples(def, compiled, file, catalog);
        found.extend(self.beside(def));
        found.extend(self.in_organisation(def));
        compiled.diagnostics.extend(found);
    }

    fn red_examples(
        &self,
        def: &Definition,
        compiled: &Compiled,
        file: &SourceFile,
        catalog: &Catalog,
    ) -> Vec<Diagnostic> {
        if compiled.diagnostics.iter().any(Diagnostic::is_error) {
            return vec![];
        }
        let (calendar, rules) = (self.calendar(&def.calendar), self.rules());
        let stage = Stage {
            def,
            calendar: &calendar,
            rules: rules.as_ref(),
            modules: &self.config().modules,
            entities: &catalog.entities,
        };
        let mut found = Vec::new();
        for example in &compiled.examples {
            let played = play(stage, example);
            for failure in played.failures {
                let line = failure.line.max(example.line);
                let place = Place::of_line(&file.name, &file.text, line);
                let zh = format!("用例“{}”没有通过：{}", played.name, failure.message.zh);
                let en = format!(
                    "The example “{}” failed: {}",
                    played.name, failure.message.en
                );
                let fault = Diagnostic::error("example-failed", place, zh, en).hint(
                    "改流程，或改用例里写的结果",
                    "Change the flow, or what the example expects",
                );
                found.push(fault);
            }
        }
        found
    }

    fn beside(&self, def: &Definition) -> Vec<Diagnostic> {
        let others = self.current_definitions();
        let mut flows: Vec<&Definition> = others
            .iter()
            .map(AsRef::as_ref)
            .filter(|other| other.flow != def.flow && !self.is_closed(&other.flow))
            .collect();
        let last = flows.len();
        flows.push(def);
        let directory = self.directory();
        across(&flows, Some(&directory))
            .into_iter()
            .filter(|(at, _)| *at == last)
            .map(|(_, finding)| finding.placed(&def.places))
            .collect()
    }

    fn in_organisation(&self, def: &Definition) -> Vec<Diagnostic> {
        let directory = self.directory();
        if directory.people.is_empty() {
            return vec![];
        }
        organisation(def, &directory)
            .into_iter()
            .map(|finding| Diagnostic {
                severity: Severity::Warning,
                ..finding.placed(&def.places)
            })
            .collect()
    }
}
