//! The flow as a picture and as a list, with where the instance stands and who has it.

use assent_core::diagram::{DiagramOptions, DiagramProgress, StateStatus, lines, svg};
use assent_core::instance::Case;
use assent_core::people::Labels;
use assent_core::text::{Lang, Text};

use crate::app::{DiagramItem, DiagramView};
use crate::engine::Around;

/// The flow with where the instance stands.
pub(crate) fn diagram(case: &Case, around: &Around) -> DiagramView {
    let progress = progress(case, around);
    let names = Labels {
        directory: &around.directory,
        entity: Some(&around.def.entity),
        flow: Some(around.def.as_ref()),
        others: Some(around.records.definitions.as_ref()),
    };
    let options = |lang: Lang| DiagramOptions {
        // The page carries the stylesheet: its content security policy allows none inside.
        embed_style: false,
        names: &names,
        progress: Some(&progress),
        ..DiagramOptions::new(lang)
    };
    let (zh, en) = (options(Lang::Zh), options(Lang::En));
    let list = lines(&around.def, &zh)
        .into_iter()
        .zip(lines(&around.def, &en));
    DiagramView {
        list: list
            .map(|(line, english)| DiagramItem {
                state: line.state.unwrap_or_default(),
                words: Text::new(line.text, english.text),
                depth: u32::try_from(line.depth).unwrap_or_default(),
                mark: mark(line.status),
            })
            .collect(),
        svg: Text::new(svg(&around.def, &zh), svg(&around.def, &en)),
    }
}

/// Where it stands, with the names of those who are asked beside the state.
fn progress(case: &Case, around: &Around) -> DiagramProgress {
    let mut progress = DiagramProgress::of(&case.instance);
    for active in &case.instance.active {
        let names: Vec<&str> = case
            .instance
            .tasks
            .iter()
            .filter(|task| task.entry == active.entry)
            .map(|task| around.directory.name(&task.assignee))
            .collect();
        if !names.is_empty() {
            let note = Text::new(names.join("、"), names.join(", "));
            progress.notes.entry(active.state.clone()).or_insert(note);
        }
    }
    progress
}

fn mark(status: Option<StateStatus>) -> &'static str {
    match status {
        Some(StateStatus::Active) => "here",
        Some(StateStatus::Passed) => "passed",
        Some(StateStatus::Skipped) => "skipped",
        Some(StateStatus::Returned) => "returned",
        None => "future",
    }
}
