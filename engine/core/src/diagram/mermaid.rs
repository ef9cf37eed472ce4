//! The flow as Mermaid text, for wikis and pull requests.
//!
//! A flowchart and not a state diagram: Mermaid's state diagrams refuse arrows between states of different composites, and
//! leaving a branch is exactly that. Branches are nested subgraphs.

use std::fmt::Write as _;

use super::plan::{Branch, Exit, ExitKind, Item, Onward, Plan, Spot, plan};
use super::{DiagramOptions, StateStatus, words};
use crate::definition::{Definition, StateKind};
use crate::text::Text;

/// The flow as a Mermaid flowchart.
pub fn mermaid(def: &Definition, options: &DiagramOptions<'_>) -> String {
    let plan = plan(def, options.names);
    let mut writer = Writer {
        def,
        plan: &plan,
        options,
        out: String::from("flowchart TD\n"),
        subgraphs: 0,
    };
    writer.column(&plan.root, 1);
    writer.edges(&plan.root);
    writer.classes();
    writer.out
}

struct Writer<'a> {
    def: &'a Definition,
    plan: &'a Plan,
    options: &'a DiagramOptions<'a>,
    out: String,
    subgraphs: u32,
}

impl Writer<'_> {
    fn put(&mut self, depth: usize, text: &str) {
        let _ = writeln!(self.out, "{}{text}", "  ".repeat(depth));
    }

    fn column(&mut self, items: &[Item], depth: usize) {
        for item in items {
            match item {
                Item::Finish => {
                    let words = Text::new("结束：同意", "End: approved");
                    let words = quoted(words.get(self.options.lang));
                    self.put(depth, &format!("finish([{words}])"));
                }
                Item::Together(ix, branches) if !branches.is_empty() => {
                    self.subgraph(*ix, branches, depth)
                }
                Item::Choose(ix, ways) => {
                    self.node(*ix, depth);
                    ways.iter().for_each(|way| self.column(&way.items, depth));
                }
                Item::State(ix) | Item::Together(ix, _) => self.node(*ix, depth),
            }
        }
    }

    fn subgraph(&mut self, ix: usize, branches: &[Branch], depth: usize) {
        let words = self.words(ix);
        self.put(
            depth,
            &format!("subgraph {}[{words}]", self.id(Spot::State(ix))),
        );
        for branch in branches {
            self.subgraphs += 1;
            let when = branch.when.as_ref().map(|when| {
                format!(
                    "{} {}",
                    self.options.lang.pick("当", "when"),
                    when.get(self.options.lang)
                )
            });
            let words = [Some(branch.caption.get(self.options.lang).to_owned()), when];
            let words = words.into_iter().flatten().collect::<Vec<_>>().join("\n");
            self.put(
                depth + 1,
                &format!("subgraph branch_{}[{}]", self.subgraphs, quoted(&words)),
            );
            self.column(&branch.items, depth + 2);
            self.edges_in(&branch.items, depth + 2);
            self.put(depth + 1, "end");
        }
        self.put(depth, "end");
    }

    fn node(&mut self, ix: usize, depth: usize) {
        let (open, close) = match &self.def.states[ix].kind {
            StateKind::Draft { .. } | StateKind::Approve(_) | StateKind::Work { .. } => ("(", ")"),
            StateKind::Rule { .. }
            | StateKind::Run(_)
            | StateKind::Mail { .. }
            | StateKind::Together { .. } => ("[", "]"),
            StateKind::Choose { .. } => ("{", "}"),
            StateKind::WaitFor { .. } | StateKind::WaitUntil { .. } => ("{{", "}}"),
            StateKind::Subflow { .. } => ("[[", "]]"),
            StateKind::End { .. } => ("([", "])"),
        };
        let line = format!(
            "{}{open}{}{close}",
            self.id(Spot::State(ix)),
            self.words(ix)
        );
        self.put(depth, &line);
    }

    /// Name, facts and condition, a line each.
    fn words(&self, ix: usize) -> String {
        let (state, lang) = (&self.def.states[ix], self.options.lang);
        let facts = words::facts(self.def, state, self.options.names);
        let facts = facts
            .iter()
            .map(|fact| fact.get(lang))
            .collect::<Vec<_>>()
            .join(" · ");
        let when = state.when.as_ref().map(|when| {
            format!(
                "{} {}",
                lang.pick("当", "when"),
                words::condition(when).get(lang)
            )
        });
        let lines = [
            state.name.get(lang).to_owned(),
            facts,
            when.unwrap_or_default(),
        ];
        quoted(
            &lines
                .into_iter()
                .filter(|line| !line.is_empty())
                .collect::<Vec<_>>()
                .join("\n"),
        )
    }

    fn id(&self, spot: Spot) -> String {
        match spot {
            // A prefix, because words like `end` mean something to Mermaid.
            Spot::State(ix) => {
                let id = &self.def.states[ix].id;
                let plain: String = id
                    .chars()
                    .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
                    .collect();
                // Two ids that look the same then keep apart by their number.
                if plain == *id {
                    format!("s_{plain}")
                } else {
                    format!("s_{plain}_{ix}")
                }
            }
            Spot::Finish => "finish".to_owned(),
        }
    }

    /// Arrows of the root and every exit.
    fn edges(&mut self, items: &[Item]) {
        self.edges_in(items, 1);
        for (ix, exits) in self.plan.exits.iter().enumerate() {
            for exit in exits {
                self.exit(ix, exit);
            }
        }
    }

    /// Arrows between the things of one column.
    fn edges_in(&mut self, items: &[Item], depth: usize) {
        for (at, item) in items.iter().enumerate() {
            let below = items.get(at + 1).map(Item::spot);
            if let Item::Choose(ix, ways) = item {
                for way in ways {
                    if let Some(first) = way.items.first() {
                        let label = way
                            .when
                            .as_ref()
                            .unwrap_or(&way.caption)
                            .get(self.options.lang)
                            .to_owned();
                        self.edge(depth, Spot::State(*ix), first.spot(), &label, false);
                        if let (Onward::Leads, Some(below)) = (self.plan.onward[*ix], below) {
                            self.edge(depth, first.spot(), below, "", false);
                        }
                    }
                }
                if !ways.is_empty() {
                    if let (Onward::SkipsTo, Some(below)) = (self.plan.onward[*ix], below) {
                        self.edge(depth, Spot::State(*ix), below, "", true);
                    }
                    continue;
                }
            }
            if let (Spot::State(ix), Some(below)) = (item.spot(), below) {
                let label = self.plan.onward_label[ix].get(self.options.lang).to_owned();
                match self.plan.onward[ix] {
                    Onward::Leads => self.edge(depth, item.spot(), below, &label, false),
                    Onward::SkipsTo => self.edge(
                        depth,
                        item.spot(),
                        below,
                        self.options.lang.pick("跳过", "skipped"),
                        true,
                    ),
                    Onward::No => {}
                }
            }
        }
    }

    fn exit(&mut self, from: usize, exit: &Exit) {
        let dotted = match exit.kind {
            ExitKind::Back | ExitKind::Late => true,
            ExitKind::Plain => false,
        };
        let label = exit.label.get(self.options.lang).to_owned();
        self.edge(1, Spot::State(from), exit.to, &label, dotted);
    }

    fn edge(&mut self, depth: usize, from: Spot, to: Spot, label: &str, dotted: bool) {
        let arrow = if dotted { "-.->" } else { "-->" };
        let label = if label.is_empty() {
            String::new()
        } else {
            format!("|{}|", quoted(label))
        };
        let line = format!("{} {arrow}{label} {}", self.id(from), self.id(to));
        self.put(depth, &line);
    }

    fn classes(&mut self) {
        let Some(progress) = self.options.progress else {
            return;
        };
        for status in [
            StateStatus::Active,
            StateStatus::Passed,
            StateStatus::Skipped,
            StateStatus::Returned,
        ] {
            let (class, style) = match status {
                StateStatus::Active => ("active", "stroke:#c2371d,stroke-width:3px"),
                StateStatus::Passed => ("passed", "stroke:#27744a"),
                StateStatus::Skipped => ("skipped", "stroke-dasharray:4 3"),
                StateStatus::Returned => ("returned", "stroke:#c2371d,stroke-dasharray:4 3"),
            };
            let ids: Vec<String> = (0..self.def.states.len())
                .filter(|ix| progress.status(&self.def.states[*ix].id) == Some(status))
                .map(|ix| self.id(Spot::State(ix)))
                .collect();
            if !ids.is_empty() {
                self.put(1, &format!("classDef {class} {style}"));
                self.put(1, &format!("class {} {class}", ids.join(",")));
            }
        }
    }
}

/// A text in quotes, with what Mermaid or HTML would read as syntax as entities.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '#' | '<' | '>' | '&' | '`' | '|' | ';' | '\\' => {
                let _ = write!(out, "#{};", u32::from(c));
            }
            '\n' => out.push_str("<br>"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
