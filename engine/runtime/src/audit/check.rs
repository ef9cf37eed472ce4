//! The verification: takes the lines of a database or an export, and says what is not as it must be.

mod bundle;
mod chain;
mod retired;

use std::collections::HashMap;
use std::sync::Arc;

use assent_core::audit::{Hash, KeyRow, Part, RootRow, hash, hex};
use assent_core::catalog::Catalog;
use assent_core::definition::Definition;
use assent_core::dialect::compile;
use assent_core::value::Values;
use assent_core::write::{EventRow, InstanceRow};
use sha2::{Digest as _, Sha256};

use super::finding::{Finding, Report};
use super::lines::{BUNDLE, FORMAT, Line};
use super::merkle::{self, Placed};
use crate::app::AppError;

/// What is known beforehand.
#[derive(Clone, Debug, Default)]
pub struct Expectation {
    /// Ids or public keys (hex) that are trusted: the last root must be signed by one of them, or by one that it endorsed.
    pub keys: Vec<String>,
    /// Roots of an earlier export, which must still be there.
    pub anchors: Vec<RootRow>,
}

/// A verification under way.
pub(super) struct Checker<'a> {
    catalog: &'a Catalog,
    expected: Expectation,
    report: Report,
    keys: Vec<KeyRow>,
    roots: Vec<RootRow>,
    kept: Vec<Hash>,
    definitions: HashMap<(String, String), Option<Arc<Definition>>>,
    sources: HashMap<(String, String), String>,
    chains: Vec<String>,
    placed: Vec<Placed>,
    /// Root, place and length of every part.
    parts: Vec<(u64, u64, u64)>,
    open: Option<Open>,
    begun: bool,
    ended: bool,
    retired: retired::Retired,
    /// Where a bundle is verified: what only a bundle has.
    bundle: Option<bundle::Bundle>,
}

/// The chain whose events are coming.
struct Open {
    chain: String,
    parts: Vec<Part>,
    state: Option<Box<InstanceRow>>,
    values: Values,
    shared: bool,
    events: Vec<EventRow>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(catalog: &'a Catalog, expected: Expectation) -> Self {
        Self {
            catalog,
            expected,
            report: Report::default(),
            keys: vec![],
            roots: vec![],
            kept: vec![],
            definitions: HashMap::new(),
            sources: HashMap::new(),
            chains: vec![],
            placed: vec![],
            parts: vec![],
            open: None,
            begun: false,
            ended: false,
            retired: retired::Retired::default(),
            bundle: None,
        }
    }

    /// Takes the next line.
    ///
    /// # Errors
    /// `export` when the first line is not that of an export this program reads.
    pub(super) fn take(&mut self, line: Line) -> Result<(), AppError> {
        match line {
            Line::Head { format, .. } if format == FORMAT => self.begun = true,
            Line::Head { format, .. } if format == BUNDLE => {
                (self.begun, self.bundle) = (true, Some(bundle::Bundle::default()));
            }
            _ if !self.begun => {
                return Err(super::export::not_an_export("the first line is not a head"));
            }
            Line::Head { format, .. } => return Err(super::export::not_an_export(&format)),
            Line::Key(key) => self.keys.push(key),
            Line::Root(root) => self.roots.push(root),
            Line::Leaves { hashes, .. } => {
                self.kept.extend(row(&hashes));
            }
            Line::Definition {
                flow,
                version,
                source,
            } => self.definition(flow, version, source),
            Line::Chain {
                chain,
                parts,
                state,
                values,
                shared,
            } => {
                self.close_chain();
                self.open = Some(Open {
                    chain,
                    parts,
                    state,
                    values: values.unwrap_or_default(),
                    shared,
                    events: vec![],
                });
            }
            Line::Event(event) => {
                if let Some(open) = &mut self.open {
                    open.events.push(event);
                }
            }
            Line::End { chains, events } => {
                self.close_chain();
                self.ended = true;
                if (chains, events) != (self.report.chains, self.report.events) {
                    self.damaged(
                        "行数与结尾不符",
                        "the number of lines is not what its end says",
                    );
                }
            }
            Line::Tile { .. } | Line::File { .. } | Line::Sealed { .. } => self.bundled(line),
        }
        Ok(())
    }

    /// What could not be read as a line.
    ///
    /// # Errors
    /// `export` when it is the first one: then this is something else.
    pub(super) fn unreadable(&mut self) -> Result<(), AppError> {
        if !self.begun {
            return Err(super::export::not_an_export("the first line is not a head"));
        }
        self.damaged("有一行无法读取", "a line cannot be read");
        Ok(())
    }

    fn damaged(&mut self, zh: &str, en: &str) {
        self.report.add(Finding::new(
            "export_damaged",
            format!("导出文件已损坏：{zh}"),
            format!("The export is damaged: {en}"),
        ));
    }

    /// Everything that was found.
    pub(super) fn finish(mut self) -> Report {
        self.close_chain();
        if !self.ended {
            self.damaged("文件不完整", "its end is missing");
        }
        let last = self.roots.last().map(|root| root.key.as_str());
        merkle::keys(&self.keys, &self.expected.keys, last, &mut self.report);
        self.report.sealed = self.placed.len() as u64;
        self.report.not_sealed = self.report.events - self.report.sealed;
        match self.bundle.take() {
            Some(bundle) => self.finish_bundle(&bundle),
            None => self.finish_roots(),
        }
        self.report.roots = self.roots.len() as u64;
        self.report.last_root = self.roots.pop();
        self.report.good = self.report.findings.is_empty();
        self.report
    }

    /// All roots, against everything there is.
    fn finish_roots(&mut self) {
        merkle::signatures(&self.roots, &self.keys, &mut self.report);
        merkle::anchors(&self.roots, &self.expected.anchors, &mut self.report);
        merkle::parts(&self.parts, &self.roots, &mut self.report);
        self.lay_stones();
        merkle::tree(
            &self.roots,
            std::mem::take(&mut self.placed),
            &self.kept,
            &self.chains,
            &mut self.report,
        );
    }

    fn definition(&mut self, flow: String, version: String, source: String) {
        if hex(&Sha256::digest(&source)) != version {
            self.report.add(Finding::new(
                "definition_changed",
                format!("流程 {flow} 的版本 {version} 内容被改动"),
                format!("Version {version} of the flow {flow} was changed"),
            ));
        }
        self.sources.insert((flow, version), source);
    }

    fn compiled(&mut self, flow: &str, version: &str) -> Option<Arc<Definition>> {
        let key = (flow.to_owned(), version.to_owned());
        let (sources, catalog) = (&self.sources, self.catalog);
        let compiled = self.definitions.entry(key).or_insert_with_key(|key| {
            let source = sources.get(key)?;
            compile(&format!("{}.yaml", key.0), source, catalog)
                .definition
                .map(Arc::new)
        });
        compiled.clone()
    }
}

/// A row of hashes, as far as it is one.
fn row(hashes: &str) -> impl Iterator<Item = Hash> + '_ {
    let digits = (0..hashes.len()).step_by(64);
    digits.map_while(|at| hash(hashes.get(at..at + 64)?))
}
