//! The flow as an ordered list: for screen readers, phones and plain text.

use super::plan::{Branch, Exit, ExitKind, Item, Plan, Spot, plan};
use super::{DiagramOptions, StateStatus, ladder, words};
use crate::definition::Definition;
use crate::text::Lang;

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiagramLine {
    /// 0 for the root, 1 for a branch, 2 for what is in it …
    pub depth: usize,
    /// What it says: name, kind, people, condition, where else it leads.
    pub text: String,
    /// How it stands, where an instance is shown; the text says it too.
    pub status: Option<StateStatus>,
    /// The state's id; none for a branch.
    pub state: Option<String>,
    /// Line in the source, from 1; 0 where there is none.
    pub line: u32,
}

/// The flow as an ordered list.
pub fn lines(def: &Definition, options: &DiagramOptions<'_>) -> Vec<DiagramLine> {
    let plan = plan(def, options.names);
    let mut list = List {
        def,
        plan: &plan,
        options,
        out: vec![],
    };
    list.column(&plan.root, 0);
    list.out
}

struct List<'a> {
    def: &'a Definition,
    plan: &'a Plan,
    options: &'a DiagramOptions<'a>,
    out: Vec<DiagramLine>,
}

impl List<'_> {
    fn column(&mut self, items: &[Item], depth: usize) {
        for item in items {
            match item {
                Item::State(ix) => self.state(*ix, depth),
                Item::Together(ix, branches) => {
                    self.state(*ix, depth);
                    let words = self.pick("分支", "Branch");
                    branches
                        .iter()
                        .for_each(|branch| self.branch(branch, words, depth + 1));
                }
                Item::Choose(ix, ways) => {
                    self.state(*ix, depth);
                    let words = self.pick("情况", "Case");
                    ways.iter()
                        .for_each(|way| self.branch(way, words, depth + 1));
                }
                Item::Finish => {
                    let text = self.pick("结束：同意", "End: approved").to_owned();
                    self.out.push(DiagramLine {
                        depth,
                        text,
                        status: None,
                        state: None,
                        line: 0,
                    });
                }
            }
        }
    }

    fn branch(&mut self, branch: &Branch, words: &str, depth: usize) {
        let when = branch.when.as_ref().map(|when| {
            format!(
                "{} {}",
                self.pick("当", "when"),
                when.get(self.options.lang)
            )
        });
        let parts: Vec<String> = [Some(branch.caption.get(self.options.lang).to_owned()), when]
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect();
        let text = format!(
            "{words}{}{}",
            self.pick("：", ": "),
            parts.join(self.pick("，", ", "))
        );
        self.out.push(DiagramLine {
            depth,
            text,
            status: None,
            state: None,
            line: 0,
        });
        self.column(&branch.items, depth + 1);
    }

    fn state(&mut self, ix: usize, depth: usize) {
        let (state, lang) = (&self.def.states[ix], self.options.lang);
        let mut parts = vec![];
        parts.extend(
            words::facts(self.def, state, self.options.names)
                .iter()
                .map(|fact| fact.get(lang).to_owned()),
        );
        parts.extend(self.ladder(ix));
        parts.extend(
            state
                .when
                .as_ref()
                .map(words::condition)
                .map(|when| match lang {
                    Lang::Zh => format!("仅当 {}，否则跳过", when.zh),
                    Lang::En => format!("only when {}, else skipped", when.en),
                }),
        );
        // Where a timeout leads is said in its place on the ladder.
        let exits = self.plan.exits[ix].iter();
        let exits = exits.filter(|exit| exit.kind != ExitKind::Late);
        parts.extend(exits.map(|exit| self.exit(exit)));
        let onward = self.plan.onward_label[ix].get(lang);
        if !onward.is_empty() {
            parts.push(match lang {
                Lang::Zh => format!("{onward}则到下一个节点"),
                Lang::En => format!("{onward}: to the next one"),
            });
        }
        let status = self
            .options
            .progress
            .and_then(|progress| progress.status(&state.id));
        parts.extend(status.map(|status| status.text().get(lang).to_owned()));
        let note = self
            .options
            .progress
            .and_then(|progress| progress.notes.get(&state.id));
        parts.extend(note.map(|note| note.get(lang).to_owned()));
        let kind = words::kind(&state.kind);
        let head = match lang {
            Lang::Zh => format!("{}（{}）", state.name.zh, kind.zh),
            Lang::En => format!("{} ({})", state.name.en, kind.en),
        };
        let text = if parts.is_empty() {
            head
        } else {
            format!(
                "{head}{}{}",
                self.pick("：", ": "),
                parts.join(self.pick("；", "; "))
            )
        };
        self.out.push(DiagramLine {
            depth,
            text,
            status,
            state: Some(state.id.clone()),
            line: state.line,
        });
    }

    /// What happens when it gets late, a rung each.
    fn ladder(&self, ix: usize) -> impl Iterator<Item = String> {
        let Self { def, options, .. } = *self;
        let people = |refs: &[_]| words::people(def, refs, options.names);
        let rungs = def.states[ix].if_late.iter();
        rungs.map(move |rung| {
            let said = ladder::rung(def, rung, &people);
            said.get(options.lang).to_owned()
        })
    }

    fn exit(&self, exit: &Exit) -> String {
        let lang = self.options.lang;
        let target = match exit.to {
            Spot::State(ix) => self.def.states[ix].name.get(lang),
            Spot::Finish => lang.pick("结束", "the end"),
        };
        let label = exit.label.get(lang);
        match (lang, label.is_empty()) {
            (Lang::Zh, true) => format!("之后到“{target}”"),
            (Lang::Zh, false) => format!("{label}则到“{target}”"),
            (Lang::En, true) => format!("then to “{target}”"),
            (Lang::En, false) => format!("{label}: to “{target}”"),
        }
    }

    fn pick<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        self.options.lang.pick(zh, en)
    }
}
