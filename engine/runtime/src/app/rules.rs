//! The rules that flows run: read from the scripts folder, checked, compiled once.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use assent_core::diagnostic::Diagnostic;

use super::error::AppError;
use super::state::App;

/// Largest script or declaration, bytes.
const SCRIPT_BYTES_MAX: u64 = 256 * 1024;

impl App {
    /// Reads the scripts folder again. A script with an error keeps nothing running: flows that use it are held and say
    /// so, until it is mended.
    ///
    /// # Errors
    /// `Unavailable` when the folder cannot be read.
    pub async fn load_rules(&self) -> Result<Vec<Diagnostic>, AppError> {
        let Some(dir) = self.config().scripts.clone() else {
            return Ok(vec![]);
        };
        let files = read(&dir).await.map_err(|fault| {
            AppError::unavailable(
                "files",
                format!("无法读取脚本文件夹 {}", dir.display()),
                format!("The scripts folder {} cannot be read", dir.display()),
                fault,
            )
        })?;
        let texts: Vec<(&str, &str, &str)> = files
            .iter()
            .map(|(name, (script, yaml))| (name.as_str(), script.as_str(), yaml.as_str()))
            .collect();
        let (rules, diagnostics) = self.rules().reload(&texts);
        for found in &diagnostics {
            tracing::warn!(file = %found.place.file, line = found.place.line, code = found.code, "{}", found.message.en);
        }
        let mut current = self
            .inner
            .rules
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(rules);
        Ok(diagnostics)
    }
}

/// Every `name.rhai` with its `name.yaml`.
async fn read(dir: &Path) -> std::io::Result<BTreeMap<String, (String, String)>> {
    let mut files = BTreeMap::new();
    let mut entries = tokio::fs::read_dir(dir).await?;
    while let Some(entry) = entries.next_entry().await? {
        let path = entry.path();
        let is_script = path.extension().is_some_and(|ending| ending == "rhai");
        let Some(name) = path
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
        else {
            continue;
        };
        if !is_script || entry.metadata().await?.len() > SCRIPT_BYTES_MAX {
            continue;
        }
        let script = tokio::fs::read_to_string(&path).await?;
        // Without a declaration the loader says what is missing.
        let yaml = tokio::fs::read_to_string(path.with_extension("yaml"))
            .await
            .unwrap_or_default();
        files.insert(name, (script, yaml));
    }
    Ok(files)
}
