//! Flows: what is published, and publishing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use assent_core::catalog::Catalog;
use assent_core::definition::Definition;
use assent_core::diagnostic::{Diagnostic, Severity};
use assent_core::dialect::compile;
use assent_core::instance::Case;
use assent_core::people::{Chooser, Names};
use assent_core::refusal::Refusal;
use assent_core::scope::admits;
use assent_core::text::{Text, counted};
use assent_core::value::Values;
use assent_core::verb::offer::may_start;
use serde::{Deserialize, Serialize};

use super::choice::choice_fields;
use super::error::AppError;
use super::publication::Publication;
use super::state::App;
use super::view::{FormField, PersonView, When};
use crate::engine::Known;
use crate::view::{form, when};

/// Largest flow file, bytes.
const FLOW_BYTES_MAX: usize = 256 * 1024;
/// How often a watched folder is looked at.
const WATCH_EVERY: Duration = Duration::from_secs(1);

/// A published flow, its newest version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FlowView {
    /// Id.
    pub flow: String,
    /// Version.
    pub version: String,
    /// Name.
    pub name: Text,
    /// Why it exists.
    pub purpose: Text,
    /// Who publishes versions and is told of held instances.
    pub owner: Vec<PersonView>,
    /// The form to start it with.
    pub form: Vec<FormField>,
    /// Why this reader cannot start it; none: they can.
    pub refusal: Option<Refusal>,
    /// When this version was published.
    pub published: When,
    /// Instances not over yet.
    pub running: u64,
    /// The file it came from.
    pub file: String,
    /// The watched folder holds no file of it any more; it stays in use until somebody closes it.
    pub file_gone: bool,
    /// It takes no new cases, and why.
    pub closed: Option<Refusal>,
    /// The kind of record it is chosen for, among others, by `for:` and `priority:`; none for one that is started by name.
    pub chosen_for: Option<RecordKind>,
}

/// A kind of record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordKind {
    /// Entity type.
    pub entity: String,
    /// Its name.
    pub name: Text,
}

/// A flow file to publish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// As the author named it.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Published {
    /// The file.
    pub file: String,
    /// Its flow, when that much could be read.
    pub flow: Option<String>,
    /// The version that is current now: the new one, or the last good one.
    pub version: Option<String>,
    /// What became of it.
    pub outcome: PublishOutcome,
    /// One sentence.
    pub message: Text,
    /// Everything found in it.
    pub diagnostics: Vec<Diagnostic>,
    /// What changed, and what it does to running instances; only for a new version.
    pub publication: Option<Publication>,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PublishOutcome {
    /// A new version is current.
    Published,
    /// It is the current version already.
    Unchanged,
    /// It has errors; the last good version (if any) keeps running.
    Refused,
}

impl App {
    /// Every published flow with its start form, and whether this reader may start it.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn flows(&self, reader: &str) -> Result<Vec<FlowView>, AppError> {
        let mut running: BTreeMap<String, i64> = BTreeMap::new();
        for (flow, status, n) in self.store().count_instances().await? {
            if matches!(status.as_str(), "running" | "held" | "suspended") {
                *running.entry(flow).or_default() += n;
            }
        }
        let mut views = Vec::new();
        for known in self.inner.definitions.all() {
            let n = running
                .get(&known.definition.flow)
                .copied()
                .unwrap_or_default();
            views.push(
                self.flow_view(&known, reader, u64::try_from(n).unwrap_or_default())
                    .await?,
            );
        }
        Ok(views)
    }

    async fn flow_view(
        &self,
        known: &Known,
        reader: &str,
        running: u64,
    ) -> Result<FlowView, AppError> {
        let def = &known.definition;
        let around = self
            .around(Arc::clone(def), &Values::new(), None, self.now())
            .await?;
        let (refusal, owner, choices) = around.with_context(self, |cx| {
            let mut blank = Case::blank(Values::new());
            reader.clone_into(&mut blank.instance.applicant);
            (
                may_start(def, reader, cx)
                    .and_then(|()| admits(def, reader, cx))
                    .err(),
                cx.organisation.owners(def, &blank),
                choice_fields(def, &blank, &Chooser::Applicant, &around.directory, cx),
            )
        });
        let mut fields = form(
            &def.entity.fields,
            &Values::new(),
            &draft_hidden(def),
            |_| true,
            |field| field.required || draft_requires(def, &field.name),
        );
        self.fill_options(&mut fields).await?;
        fields.extend(choices);
        let closed = self.closed(&def.flow);
        Ok(FlowView {
            flow: def.flow.clone(),
            version: def.version.clone(),
            name: def.name.clone(),
            purpose: def.purpose.clone(),
            owner: owner.iter().map(|id| self.person_view(id)).collect(),
            form: fields,
            refusal: closed.clone().or(refusal),
            published: when(known.published, &around.calendar),
            running,
            file: known.file.clone(),
            file_gone: self.is_without_file(&def.flow),
            closed,
            chosen_for: (def.scope.is_some() && !def.own_form).then(|| RecordKind {
                entity: def.entity.name.clone(),
                name: def.entity.label.clone(),
            }),
        })
    }

    /// The current definition of a flow.
    pub fn definition(&self, flow: &str) -> Option<Arc<Definition>> {
        self.inner
            .definitions
            .current(flow)
            .map(|known| known.definition)
    }

    /// What flows and their ends are called today.
    pub fn flow_names(&self) -> Arc<dyn Names + Send + Sync> {
        self.inner.definitions.clone()
    }

    /// The current versions of all flows, by id.
    pub(crate) fn current_definitions(&self) -> Vec<Arc<Definition>> {
        let all = self.inner.definitions.all();
        all.into_iter().map(|known| known.definition).collect()
    }

    /// What a flow may name in this installation: modules, rules, roles, calendars, other flows. With `people`, also who
    /// and which units there are today.
    pub fn catalog(&self, people: bool) -> Catalog {
        let directory = self.directory();
        let mut catalog = Catalog {
            entities: BTreeMap::clone(&self.inner.entities),
            roles: directory.role_names.clone(),
            calendars: self.calendar_names().into_iter().collect(),
            flows: self
                .inner
                .definitions
                .all()
                .into_iter()
                .map(|known| known.definition.flow.clone())
                .collect(),
            rules: self.rules().types(),
            ..Catalog::default()
        };
        for grant in &directory.roles {
            catalog
                .roles
                .entry(grant.role.clone())
                .or_insert_with(|| Text::same(grant.role.as_str()));
        }
        for module in &self.config().modules {
            let manifest = module.manifest();
            catalog.effects.extend(
                manifest
                    .effects
                    .iter()
                    .map(|effect| (effect.name.clone(), effect.clone())),
            );
            catalog.roles.extend(manifest.roles.iter().cloned());
            catalog
                .posts
                .extend(manifest.posts.iter().map(|(post, _)| post.clone()));
            catalog.events.extend(manifest.events.iter().cloned());
        }
        catalog.posts.extend(
            directory
                .people
                .values()
                .flat_map(|person| person.posts.iter().cloned()),
        );
        if people {
            catalog.units = directory.units.keys().cloned().collect();
            catalog.people = directory.people.keys().cloned().collect();
        }
        catalog
    }

    /// Checks and publishes files, each on its own: versions are immutable, named by the hash of their text.
    ///
    /// # Errors
    /// `Unavailable`; faults of a file are in its result.
    pub async fn publish(
        &self,
        by: Option<&str>,
        files: Vec<SourceFile>,
    ) -> Result<Vec<Published>, AppError> {
        let mut catalog = self.catalog(true);
        // Flows published together may name each other.
        catalog
            .flows
            .extend(files.iter().filter_map(|file| flow_id(&file.text)));
        let mut results = Vec::new();
        for file in files {
            results.push(
                self.publish_one(by.unwrap_or("system"), file, &catalog)
                    .await?,
            );
        }
        Ok(results)
    }

    async fn publish_one(
        &self,
        by: &str,
        file: SourceFile,
        catalog: &Catalog,
    ) -> Result<Published, AppError> {
        if file.text.len() > FLOW_BYTES_MAX {
            return Ok(too_large(file.name));
        }
        let mut compiled = compile(&file.name, &file.text, catalog);
        self.look_around(&mut compiled, &file, catalog);
        let diagnostics = compiled.diagnostics;
        let is_broken = diagnostics
            .iter()
            .any(|found| found.severity == Severity::Error);
        let Some(def) = compiled.definition.filter(|_| !is_broken) else {
            return Ok(self.refused_file(file, diagnostics));
        };
        let flow = def.flow.clone();
        let before = self.definition(&flow);
        let is_same = before
            .as_ref()
            .is_some_and(|before| before.version == def.version);
        let mut publication = None;
        if !is_same {
            self.store().ensure_entity(&def.entity).await?;
            let made = self
                .make_known(by, &file.name, file.text, &def, before)
                .await?;
            self.inner.definitions.make_current(Known {
                definition: Arc::new(def.clone()),
                published: made.at,
                file: file.name.clone(),
            });
            publication = Some(made);
        }
        let (outcome, message) = if is_same {
            (
                PublishOutcome::Unchanged,
                Text::new("内容没有变化", "Nothing changed"),
            )
        } else {
            let zh = format!("“{}”已发布新版本，新发起的流程将使用它", def.name.zh);
            let en = format!(
                "A new version of “{}” is current; new instances use it",
                def.name.en
            );
            (PublishOutcome::Published, Text::new(zh, en))
        };
        Ok(Published {
            file: file.name,
            flow: Some(flow),
            version: Some(def.version),
            outcome,
            message,
            diagnostics,
            publication,
        })
    }

    /// A file with errors: the last good version keeps running, and the result says so.
    fn refused_file(&self, file: SourceFile, diagnostics: Vec<Diagnostic>) -> Published {
        let flow = flow_id(&file.text);
        let running = flow.as_deref().and_then(|flow| self.definition(flow));
        let errors = diagnostics
            .iter()
            .filter(|found| found.severity == Severity::Error)
            .count();
        let counted = counted(errors as u64, "error");
        let message = match &running {
            Some(def) => Text::new(
                format!(
                    "有 {errors} 处错误，未发布；“{}”继续使用上一个正确的版本",
                    def.name.zh
                ),
                format!(
                    "{counted}, not published; “{}” keeps its last good version",
                    def.name.en
                ),
            ),
            None => Text::new(
                format!("有 {errors} 处错误，未发布"),
                format!("{counted}, not published"),
            ),
        };
        Published {
            file: file.name,
            flow,
            version: running.map(|def| def.version.clone()),
            outcome: PublishOutcome::Refused,
            message,
            diagnostics,
            publication: None,
        }
    }

    /// Publishes a folder's `*.yaml` now and again whenever a file changes, until the app closes. A file with errors keeps
    /// the last good version running and says so through `say`, which also gets the file's text.
    ///
    /// # Errors
    /// When the folder cannot be read now; later failures are logged and tried again.
    pub async fn watch(
        &self,
        dir: PathBuf,
        say: impl Fn(&Published, &str) + Send + 'static,
    ) -> Result<(), AppError> {
        let mut seen = BTreeMap::new();
        let say = move |published: &Published, seen: &BTreeMap<String, String>| {
            let text = seen.get(&published.file);
            say(published, text.map_or("", String::as_str));
        };
        for published in self.publish_changed(&dir, &mut seen).await? {
            say(&published, &seen);
        }
        let app = self.clone();
        tokio::spawn(async move {
            while app.fullness().await.is_some() {
                tokio::time::sleep(WATCH_EVERY).await;
                match app.publish_changed(&dir, &mut seen).await {
                    Ok(results) => results.iter().for_each(|one| say(one, &seen)),
                    Err(fault) => {
                        tracing::warn!(%fault, dir = %dir.display(), "the flows folder could not be read")
                    }
                }
            }
        });
        Ok(())
    }

    /// Publishes what changed in a folder since the last look.
    pub(crate) async fn publish_changed(
        &self,
        dir: &Path,
        seen: &mut BTreeMap<String, String>,
    ) -> Result<Vec<Published>, AppError> {
        let files = read_folder(dir).await?;
        let names: BTreeSet<&String> = files.iter().map(|file| &file.name).collect();
        seen.retain(|name, _| names.contains(name));
        let declared = files
            .iter()
            .filter_map(|file| flow_id(&file.text))
            .collect();
        let changed: Vec<SourceFile> = files
            .into_iter()
            .filter(|file| seen.get(&file.name) != Some(&file.text))
            .collect();
        for file in &changed {
            seen.insert(file.name.clone(), file.text.clone());
        }
        let published = match changed.is_empty() {
            true => vec![],
            false => self.publish(None, changed).await?,
        };
        self.declared(&declared);
        Ok(published)
    }

    /// Compiles the current definitions of the database that are not known yet: at start, and when another node published.
    pub(crate) async fn load_definitions(&self) -> Result<(), AppError> {
        let publications = self.store().current_definitions().await?;
        let mut catalog = self.catalog(false);
        catalog
            .flows
            .extend(publications.iter().map(|one| one.published.flow.clone()));
        for publication in publications {
            let stored = publication.published;
            let known = self.inner.definitions.current(&stored.flow);
            if known.is_some_and(|known| known.definition.version == stored.version) {
                continue;
            }
            match recompile(&stored.flow, &stored.source, &catalog) {
                Some(def) => self.inner.definitions.make_current(Known {
                    file: format!("{}.yaml", stored.flow),
                    definition: Arc::new(def),
                    published: stored.at,
                }),
                None => {
                    tracing::error!(flow = %stored.flow, version = %stored.version, "a published flow does not compile any more; is a module off?")
                }
            }
        }
        Ok(())
    }

    /// A version an instance pins, compiled from its stored source when it is asked for the first time.
    pub(crate) async fn definition_of(
        &self,
        flow: &str,
        version: &str,
    ) -> Result<Arc<Definition>, AppError> {
        if let Some(known) = self.inner.definitions.version(flow, version) {
            return Ok(known);
        }
        let stored = self.store().definition(flow, version).await?;
        let catalog = self.catalog(false);
        let compiled =
            stored.and_then(|stored| recompile(flow, &stored.published.source, &catalog));
        let def = compiled.ok_or_else(|| {
            AppError::unavailable(
                "definition",
                "该流程的这个版本无法加载，请联系管理员检查模块是否启用",
                "This version of the flow cannot be loaded; an administrator should see whether a module is off",
                format!("{flow} {version}"),
            )
        })?;
        Ok(self.inner.definitions.keep(Arc::new(def)))
    }
}

/// Compiles what was checked when it was published: who works here today is not asked again.
fn recompile(flow: &str, source: &str, catalog: &Catalog) -> Option<Definition> {
    compile(&format!("{flow}.yaml"), source, catalog).definition
}

/// Fields the draft hides.
fn draft_hidden(def: &Definition) -> Vec<String> {
    let draft = def.regions.first().and_then(|root| root.states.first());
    let hidden = draft.map_or(&[][..], |ix| &def.states[*ix].fields.hidden);
    let later = def
        .entity
        .fields
        .iter()
        .filter(|field| !def.in_draft(field));
    let later = later.map(|field| field.name.clone());
    hidden.iter().cloned().chain(later).collect()
}

fn draft_requires(def: &Definition, field: &str) -> bool {
    let draft = def.regions.first().and_then(|root| root.states.first());
    draft.is_some_and(|ix| {
        def.states[*ix]
            .fields
            .require
            .iter()
            .any(|name| name == field)
    })
}

/// The id in a file's `flow:` line, as far as it can be read without parsing: for messages about broken files.
pub(super) fn flow_id(text: &str) -> Option<String> {
    let line = text.lines().find_map(|line| line.strip_prefix("flow:"))?;
    let id = line.split('#').next()?.trim().trim_matches(['"', '\'']);
    let is_id = !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_id.then(|| id.to_owned())
}

fn too_large(file: String) -> Published {
    Published {
        file,
        flow: None,
        version: None,
        outcome: PublishOutcome::Refused,
        message: Text::new(
            "文件超过 256 KB，未发布",
            "Larger than 256 KB, not published",
        ),
        diagnostics: vec![],
        publication: None,
    }
}

async fn read_folder(dir: &Path) -> Result<Vec<SourceFile>, AppError> {
    let fault = |fault: std::io::Error| {
        AppError::unavailable(
            "files",
            format!("无法读取文件夹 {}", dir.display()),
            format!("The folder {} cannot be read", dir.display()),
            fault,
        )
    };
    let mut entries = tokio::fs::read_dir(dir).await.map_err(fault)?;
    let mut files = Vec::new();
    while let Some(entry) = entries.next_entry().await.map_err(fault)? {
        let path = entry.path();
        if path.extension().is_none_or(|ending| ending != "yaml") {
            continue;
        }
        let bytes = tokio::fs::read(&path).await.map_err(fault)?;
        files.push(SourceFile {
            name: entry.file_name().to_string_lossy().into_owned(),
            text: String::from_utf8_lossy(&bytes).into_owned(),
        });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}
