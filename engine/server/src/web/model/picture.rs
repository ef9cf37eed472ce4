//! A flow as a picture and as a list of sentences, drawn by core; the page brings the colours.

use assent_core::definition::Definition;
use assent_core::diagram::{self, DiagramOptions, DiagramProgress};
use assent_core::people::{Labels, Names};
use assent_core::text::Lang;
use assent_runtime::app::{App, DiagramItem, InstanceView};
use serde::Serialize;

/// Width of the picture: what a card on a phone has room for. On a desk it stands beside the sentences.
const WIDTH_PX: i32 = 320;

/// One line of the flow in words.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FlowLine {
    /// Number of the line, for the root only.
    pub n: String,
    pub text: String,
    /// How deep it lies: 0, 1 …, at most 4.
    pub depth: usize,
}

fn options<'a>(
    lang: Lang,
    names: &'a dyn Names,
    progress: Option<&'a DiagramProgress>,
) -> DiagramOptions<'a> {
    DiagramOptions {
        width: WIDTH_PX,
        // The style sheet of the page carries the diagram's rules: the content security policy allows no inline style.
        embed_style: false,
        names,
        progress,
        ..DiagramOptions::new(lang)
    }
}

/// The flow alone.
pub fn svg(definition: &Definition, names: &dyn Names, lang: Lang) -> String {
    diagram::svg(definition, &options(lang, names, None))
}

/// The picture of an instance: the runtime's, else drawn here where its definition is the current one.
pub fn of_instance(app: &App, view: &InstanceView, lang: Lang) -> String {
    let drawn = view.diagram.svg.get(lang);
    if !drawn.is_empty() {
        return drawn.to_owned();
    }
    match app.definition(&view.head.flow) {
        Some(definition) if definition.version == view.head.version => {
            let (directory, flows) = (app.directory(), app.flow_names());
            let names = Labels {
                directory: &directory,
                entity: Some(&definition.entity),
                flow: Some(definition.as_ref()),
                others: Some(&*flows),
            };
            svg_of(&definition, &names, lang, &view.diagram.list)
        }
        Some(_) | None => String::new(),
    }
}

/// The flow with where an instance stands, from the marks of its list.
fn svg_of(definition: &Definition, names: &dyn Names, lang: Lang, marks: &[DiagramItem]) -> String {
    let marked = |mark: &str| {
        marks
            .iter()
            .filter(|item| item.mark == mark)
            .map(|item| item.state.clone())
            .collect()
    };
    let progress = DiagramProgress {
        active: marked("here"),
        passed: marked("passed"),
        skipped: marked("skipped"),
        ..DiagramProgress::default()
    };
    diagram::svg(definition, &options(lang, names, Some(&progress)))
}

/// The flow as a list.
pub fn lines(definition: &Definition, names: &dyn Names, lang: Lang) -> Vec<FlowLine> {
    let mut n = 0;
    diagram::lines(definition, &options(lang, names, None))
        .into_iter()
        .map(|line| {
            let numbered = line.depth == 0;
            n += usize::from(numbered);
            FlowLine {
                n: if numbered {
                    n.to_string()
                } else {
                    String::new()
                },
                text: line.text,
                depth: line.depth.min(4),
            }
        })
        .collect()
}
