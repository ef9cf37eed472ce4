//! Events of the YAML parser → tree. Anchors, aliases, tags, merges and directives are refused, so nothing is ever
//! expanded and the tree is never larger than the text.

use std::collections::HashMap;

use serde_yaml::granit_parser::{self, Event, Parser, ScalarStyle};

use super::{Key, Node, NodeKind, Scalar, Source, Span, Style, yaml_fault};
use crate::diagnostic::Diagnostic;

/// Largest file, in bytes.
pub const BYTES_MAX: usize = 256 * 1024;
/// Deepest nesting of lists and maps.
pub const DEPTH_MAX: usize = 64;
/// Slips of YAML repaired and read past in one file.
const REPAIRS_MAX: usize = 20;

/// Most faults of one tree; a file that repeats one key a thousand times is told so often enough.
const FAULTS_MAX: usize = 300;

/// Keys other YAML readers turn into yes or no.
const BOOLEAN_KEYS: [&str; 4] = ["on", "yes", "no", "off"];

/// Reads a file into a tree and reports every slip of its YAML.
///
/// No tree when the file is too large, empty, or broken in a way that cannot be read past.
pub fn parse(source: &mut Source) -> (Option<Node>, Vec<Diagnostic>) {
    if source.original().len() > BYTES_MAX {
        return (None, vec![yaml_fault::too_large(source)]);
    }
    let mut faults = Vec::new();
    for _ in 0..REPAIRS_MAX {
        match events(source) {
            Ok((root, mut found)) => {
                faults.append(&mut found);
                if root.is_none() {
                    faults.push(yaml_fault::empty(source));
                }
                return (root, faults);
            }
            Err(error) => {
                let fault = yaml_fault::translate(source, &error);
                let repair = fault.fixes.first().cloned();
                faults.push(fault);
                let repaired = repair.is_some_and(|fix| {
                    let (start, end) = fix.place.span;
                    source.repair(start, end, &fix.replacement)
                });
                if !repaired {
                    break;
                }
            }
        }
    }
    (None, faults)
}

type Built = (Option<Node>, Vec<Diagnostic>);

fn events(source: &Source) -> Result<Built, Box<granit_parser::ScanError>> {
    let options = granit_parser::options! {
        disallow_directives: true,
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        flow_nesting_limit: DEPTH_MAX,
        block_nesting_limit: DEPTH_MAX,
    };
    let mut builder = Builder {
        source,
        open: vec![],
        root: None,
        documents: 0,
        faults: vec![],
    };
    for event in Parser::new_from_str_with_options(source.text(), options) {
        let (event, span) = event?;
        if !builder.take(event, &span) {
            break;
        }
    }
    Ok((builder.root, builder.faults))
}

struct Builder<'s> {
    source: &'s Source,
    open: Vec<Open>,
    root: Option<Node>,
    documents: u32,
    faults: Vec<Diagnostic>,
}

enum Open {
    Seq {
        items: Vec<Node>,
        span: Span,
    },
    Map {
        entries: Vec<(Key, Node)>,
        seen: HashMap<String, Span>,
        key: Option<Key>,
        span: Span,
    },
}

fn bytes(span: &granit_parser::Span) -> Span {
    let range = span.byte_range().unwrap_or_default();
    Span {
        start: range.start,
        end: range.end.max(range.start),
    }
}

impl Builder<'_> {
    /// Takes one event; false when nothing after it is of interest.
    fn take(&mut self, event: Event<'_>, at: &granit_parser::Span) -> bool {
        let span = bytes(at);
        if let Some(tag) = at.tag_span() {
            self.refuse(bytes(&tag), yaml_fault::Refused::Tag);
        }
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    self.refuse(span, yaml_fault::Refused::SecondDocument);
                    return false;
                }
            }
            Event::Scalar(text, style, _, _) => {
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
                    ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
                };
                self.scalar(text.into_owned(), style, span);
            }
            Event::SequenceStart(..) => self.open.push(Open::Seq {
                items: vec![],
                span,
            }),
            Event::MappingStart(..) => self.open.push(Open::Map {
                entries: vec![],
                seen: HashMap::new(),
                key: None,
                span,
            }),
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.refuse(span, yaml_fault::Refused::Alias);
                self.scalar(String::new(), Style::Plain, span);
            }
            Event::Anchor(..) => self.refuse(span, yaml_fault::Refused::Anchor),
            // The parser's enum is open; comments and stream marks carry nothing to build.
            _ => {}
        }
        true
    }

    fn refuse(&mut self, span: Span, what: yaml_fault::Refused) {
        if self.faults.len() < FAULTS_MAX {
            self.faults
                .push(yaml_fault::refused(self.source, span, what));
        }
    }

    fn scalar(&mut self, text: String, style: Style, span: Span) {
        if let Some(Open::Map { key, .. }) = self.open.last_mut()
            && key.is_none()
        {
            *key = Some(Key {
                text: text.clone(),
                span,
            });
            self.check_key(&text, style, span);
            return;
        }
        // A value that is not there has an empty span, perhaps lines further down: it belongs to its key.
        let span = match self.open.last() {
            Some(Open::Map { key: Some(key), .. }) if span.start == span.end => key.span,
            Some(Open::Map { .. } | Open::Seq { .. }) | None => span,
        };
        self.put(Node {
            kind: NodeKind::Scalar(Scalar { text, style }),
            span,
        });
    }

    fn check_key(&mut self, text: &str, style: Style, span: Span) {
        if style != Style::Plain {
            return;
        }
        if text == "<<" {
            self.refuse(span, yaml_fault::Refused::Merge);
        } else if BOOLEAN_KEYS.contains(&text.to_ascii_lowercase().as_str()) {
            self.faults
                .push(yaml_fault::boolean_key(self.source, span, text));
        }
    }

    fn close(&mut self, end: Span) {
        let node = match self.open.pop() {
            Some(Open::Seq { items, span }) => {
                let last = items.last().map_or(span.end, |item| item.span.end);
                Node {
                    kind: NodeKind::Seq(items),
                    span: closed(span, last, end),
                }
            }
            Some(Open::Map { entries, span, .. }) => {
                let last = entries.last().map_or(span.end, |(_, value)| value.span.end);
                Node {
                    kind: NodeKind::Map(entries),
                    span: closed(span, last, end),
                }
            }
            None => return,
        };
        self.put(node);
    }

    fn put(&mut self, node: Node) {
        let span = node.span;
        let fault = match self.open.last_mut() {
            None => {
                self.root = Some(node);
                None
            }
            Some(Open::Seq { items, .. }) => {
                items.push(node);
                None
            }
            Some(Open::Map {
                entries, seen, key, ..
            }) => match key.take() {
                None => {
                    *key = Some(Key {
                        text: String::new(),
                        span,
                    });
                    let what = yaml_fault::Refused::LongKey;
                    Some(yaml_fault::refused(self.source, span, what))
                }
                Some(key) => enter(self.source, entries, seen, key, node),
            },
        };
        if let Some(fault) = fault.filter(|_| self.faults.len() < FAULTS_MAX) {
            self.faults.push(fault);
        }
    }
}

/// Enters a key and its value into a map; a key that is there already is a fault, and its value is dropped.
fn enter(
    source: &Source,
    entries: &mut Vec<(Key, Node)>,
    seen: &mut HashMap<String, Span>,
    key: Key,
    node: Node,
) -> Option<Diagnostic> {
    if let Some(first) = seen.get(&key.text) {
        return Some(yaml_fault::duplicate(source, *first, key.span, &key.text));
    }
    seen.insert(key.text.clone(), key.span);
    // A key that could not be read was reported; an empty one would only be reported again.
    if !key.text.is_empty() {
        entries.push((key, node));
    }
    None
}

/// The whole of a list or map: a bracket's own end where it has one, else the end of its last piece.
fn closed(start: Span, last: usize, end: Span) -> Span {
    let end = if end.end > end.start { end.end } else { last };
    Span {
        start: start.start,
        end: end.max(start.start),
    }
}
