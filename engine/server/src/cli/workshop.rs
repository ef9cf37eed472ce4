//! What flow files are checked and tried against: the modules of this build, the scripts, the built-in calendars.

use std::path::{Path, PathBuf};

use assent_core::calendar;
use assent_core::catalog::Catalog;
use assent_core::diagnostic::Diagnostic;
use assent_core::module::Modules;
use assent_core::rule::RuleSet;
use assent_core::text::Text;

use super::files::{self, FlowFile};
use crate::modules;

/// Modules, rules and what flows may name.
pub struct Workshop {
    pub modules: Modules,
    pub rules: RuleSet,
    pub catalog: Catalog,
    /// What is wrong with the scripts.
    pub diagnostics: Vec<Diagnostic>,
}

impl Workshop {
    /// Opens it: with these scripts, for these flows (they may name each other, and those in `workflows/` here).
    ///
    /// # Errors
    /// A scripts folder that cannot be read.
    pub fn open(scripts: Option<&Path>, flows: &[FlowFile]) -> Result<Self, Text> {
        let scripts = scripts.map(read_scripts).transpose()?.unwrap_or_default();
        let files: Vec<(&str, &str, &str)> = scripts
            .iter()
            .map(|(name, script, yaml)| (name.as_str(), script.as_str(), yaml.as_str()))
            .collect();
        let (rules, diagnostics) = RuleSet::load(&files);
        let modules = modules::all();
        let mut catalog = Catalog {
            rules: rules.types(),
            calendars: calendar::builtins()
                .iter()
                .map(|known| known.name().to_owned())
                .collect(),
            flows: flows
                .iter()
                .chain(&files::read(&[PathBuf::from("workflows")]).unwrap_or_default())
                .filter_map(|file| flow_id(&file.text))
                .collect(),
            ..Catalog::default()
        };
        for manifest in modules.iter().map(|module| module.manifest()) {
            catalog.entities.extend(
                manifest
                    .entities
                    .iter()
                    .map(|entity| (entity.name.clone(), entity.clone())),
            );
            catalog.effects.extend(
                manifest
                    .effects
                    .iter()
                    .map(|effect| (effect.name.clone(), effect.clone())),
            );
            catalog.roles.extend(manifest.roles.iter().cloned());
            catalog
                .posts
                .extend(manifest.posts.iter().map(|(id, _)| id.clone()));
            catalog.events.extend(manifest.events.iter().cloned());
        }
        Ok(Self {
            modules,
            rules,
            catalog,
            diagnostics,
        })
    }
}

/// The scripts folder to use: the one named, else `scripts` here or beside the flows.
pub fn scripts_folder(named: Option<&Path>, flows: &[PathBuf]) -> Option<PathBuf> {
    if let Some(named) = named {
        return Some(named.to_path_buf());
    }
    if let Some(folder) = flows.iter().find(|path| files::is_scripts(path)) {
        return Some(folder.clone());
    }
    let beside = flows.first().map(|path| {
        let folder = if path.is_dir() {
            path.as_path()
        } else {
            path.parent().unwrap_or(Path::new("."))
        };
        folder.join("../scripts")
    });
    [Some(PathBuf::from("scripts")), beside]
        .into_iter()
        .flatten()
        .find(|folder| folder.is_dir())
}

fn read_scripts(folder: &Path) -> Result<Vec<(String, String, String)>, Text> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder).map_err(|error| files::cannot_read(folder, &error))?;
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect();
    paths.sort();
    for path in paths
        .iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "rhai"))
    {
        let declaration = path.with_extension("yaml");
        let name = path
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
            .unwrap_or_default();
        found.push((name, files::one(path)?.text, files::one(&declaration)?.text));
    }
    Ok(found)
}

/// The flow's id as it stands in the text, before anything is checked.
fn flow_id(text: &str) -> Option<String> {
    let line = text.lines().find_map(|line| line.strip_prefix("flow:"))?;
    let word = line.split('#').next()?.trim().trim_matches(['"', '\'']);
    (!word.is_empty()).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_before_checking() {
        assert_eq!(
            flow_id("# x\nflow: repair_order   # y\n").as_deref(),
            Some("repair_order")
        );
        assert_eq!(flow_id("flow:\n"), None);
    }
}
