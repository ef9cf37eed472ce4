//! The flow files a command is about.

use std::path::{Path, PathBuf};

use assent_core::text::Text;

/// A file with its text.
#[derive(Clone, Debug)]
pub struct FlowFile {
    /// As it is shown.
    pub name: String,
    pub text: String,
}

/// Most files of one call.
const FILES_MAX: usize = 2_000;
/// Largest file that is read at all; the dialect refuses smaller ones already, with better words.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Reads the flow files among these paths: a file as it is, a folder's `*.yaml` and `*.yml` (not below). Folders of
/// scripts among them are left to the workshop.
///
/// # Errors
/// A path that is not there or cannot be read; no file at all.
pub fn read(paths: &[PathBuf]) -> Result<Vec<FlowFile>, Text> {
    let mut found = Vec::new();
    for path in paths {
        if is_scripts(path) {
            continue;
        }
        if path.is_dir() {
            let mut inside: Vec<PathBuf> = std::fs::read_dir(path)
                .map_err(|error| cannot_read(path, &error))?
                .filter_map(|entry| entry.ok().map(|entry| entry.path()))
                .filter(|path| is_flow(path))
                .collect();
            inside.sort();
            found.extend(inside);
        } else {
            found.push(path.clone());
        }
    }
    if found.is_empty() && !paths.iter().any(|path| is_scripts(path)) {
        return Err(Text::new(
            "没有找到 .yaml 流程文件，请检查路径。",
            "No .yaml flow files there; check the path.",
        ));
    }
    if found.len() > FILES_MAX {
        return Err(Text::new(
            format!("文件太多（{}），一次最多 {FILES_MAX} 个。", found.len()),
            format!(
                "Too many files ({}); at most {FILES_MAX} at once.",
                found.len()
            ),
        ));
    }
    found.iter().map(|path| one(path)).collect()
}

/// A folder of rule scripts: its YAML are declarations, not flows.
pub fn is_scripts(path: &Path) -> bool {
    let entries = path
        .is_dir()
        .then(|| std::fs::read_dir(path).ok())
        .flatten();
    entries.is_some_and(|entries| {
        entries.filter_map(Result::ok).any(|entry| {
            entry
                .path()
                .extension()
                .is_some_and(|ending| ending == "rhai")
        })
    })
}

fn is_flow(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ending == "yaml" || ending == "yml")
}

/// Reads one file.
///
/// # Errors
/// When it is not there, too large, or not UTF-8.
pub fn one(path: &Path) -> Result<FlowFile, Text> {
    let length = std::fs::metadata(path)
        .map_err(|error| cannot_read(path, &error))?
        .len();
    if length > FILE_BYTES_MAX {
        return Err(Text::new(
            format!("{} 太大（{length} 字节），不像流程文件。", path.display()),
            format!(
                "{} is too large ({length} bytes) to be a flow file.",
                path.display()
            ),
        ));
    }
    let bytes = std::fs::read(path).map_err(|error| cannot_read(path, &error))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Text::new(
            format!("{} 不是 UTF-8 编码，请另存为 UTF-8。", path.display()),
            format!("{} is not UTF-8; save it as UTF-8.", path.display()),
        )
    })?;
    Ok(FlowFile {
        name: path.display().to_string(),
        text,
    })
}

/// One line about a path that cannot be read.
pub fn cannot_read(path: &Path, error: &std::io::Error) -> Text {
    match error.kind() {
        std::io::ErrorKind::NotFound => Text::new(
            format!("没有 {}，请检查路径。", path.display()),
            format!("There is no {}; check the path.", path.display()),
        ),
        std::io::ErrorKind::PermissionDenied => Text::new(
            format!("没有权限读 {}，请检查权限或换一个用户。", path.display()),
            format!(
                "No permission to read {}; check its permissions or use another account.",
                path.display()
            ),
        ),
        _ => Text::new(
            format!("读不了 {}：{error}", path.display()),
            format!("Cannot read {}: {error}", path.display()),
        ),
    }
}
