//! What a condition cannot do without: the paths it reads where nothing in it has asked first whether they are filled in.

use std::collections::BTreeSet;

use crate::condition::{Expr, Function, Node, What};

/// A path that must be filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Need {
    /// Dotted path.
    pub path: String,
    /// Read whatever the values are; else only when an earlier part of an `and` or `or` does not decide.
    pub always: bool,
    /// Paths that were asked for before, so that a computed field made of them may be read.
    pub known: BTreeSet<String>,
}

/// The paths an expression needs, in order of appearance, each once.
pub(super) fn of(expr: &Expr) -> Vec<Need> {
    let mut walk = Walk { needs: vec![] };
    walk.node(expr.root(), &BTreeSet::new(), true);
    walk.needs
}

/// The paths that are certainly filled in where an expression is true, because it asked (`x is not empty and …`).
pub(super) fn proved(expr: &Expr) -> BTreeSet<String> {
    let mut walk = Walk { needs: vec![] };
    walk.node(expr.root(), &BTreeSet::new(), true).when_true
}

/// What is known to be filled in when a part is true, and when it is false.
#[derive(Default)]
struct Known {
    when_true: BTreeSet<String>,
    when_false: BTreeSet<String>,
}

struct Walk {
    needs: Vec<Need>,
}

impl Walk {
    fn node(&mut self, node: &Node, known: &BTreeSet<String>, always: bool) -> Known {
        match &node.what {
            What::Literal(_) => Known::default(),
            What::Path(path) => {
                self.need(path, known, always);
                Known::default()
            }
            What::Empty { item, negated } => asked(item, *negated),
            What::Not(inner) => {
                let inner = self.node(inner, known, always);
                Known {
                    when_true: inner.when_false,
                    when_false: inner.when_true,
                }
            }
            What::All(parts) => Known {
                when_true: self.in_turn(parts, known, always, |part| part.when_true),
                ..Known::default()
            },
            What::Any(parts) => Known {
                when_false: self.in_turn(parts, known, always, |part| part.when_false),
                ..Known::default()
            },
            What::In { item, list, .. } => {
                self.node(item, known, always);
                // A list nobody filled in is an empty list.
                if !matches!(list.what, What::Path(_)) {
                    self.node(list, known, always);
                }
                Known::default()
            }
            What::Call(Function::Count | Function::Sum, _) => Known::default(),
            What::Minus(_)
            | What::Compare(..)
            | What::Between { .. }
            | What::Sum(..)
            | What::Span(..)
            | What::List(_)
            | What::Call(
                Function::Min
                | Function::Max
                | Function::Abs
                | Function::Round
                | Function::Floor
                | Function::Ceil
                | Function::Length,
                _,
            ) => {
                for part in node.parts() {
                    self.node(part, known, always);
                }
                Known::default()
            }
        }
    }

    /// Parts of an `and` (or `or`): each is looked at only when those before it were true (or false).
    fn in_turn(
        &mut self,
        parts: &[Node],
        known: &BTreeSet<String>,
        always: bool,
        passed: impl Fn(Known) -> BTreeSet<String>,
    ) -> BTreeSet<String> {
        let mut so_far = known.clone();
        for (number, part) in parts.iter().enumerate() {
            let part = self.node(part, &so_far, always && number == 0);
            so_far.extend(passed(part));
        }
        so_far
    }

    fn need(&mut self, path: &str, known: &BTreeSet<String>, always: bool) {
        if known.contains(path) {
            return;
        }
        if let Some(need) = self.needs.iter_mut().find(|need| need.path == path) {
            need.always |= always;
            need.known = need.known.intersection(known).cloned().collect();
        } else {
            self.needs.push(Need {
                path: path.to_owned(),
                always,
                known: known.clone(),
            });
        }
    }
}

fn asked(item: &Node, negated: bool) -> Known {
    let mut known = Known::default();
    if let What::Path(path) = &item.what {
        if negated {
            known.when_true.insert(path.clone());
        } else {
            known.when_false.insert(path.clone());
        }
    }
    known
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::condition::{Kind, Names, compile};

    /// `a` to `f` are numbers, `list` is a list.
    struct Letters;

    impl Names for Letters {
        fn kind(&self, path: &str) -> Option<Kind> {
            match path {
                "list" => Some(Kind::List(Box::new(Kind::File))),
                "flag" => Some(Kind::Flag),
                one => (one.len() == 1).then_some(Kind::NUMBER),
            }
        }

        fn known(&self) -> Vec<String> {
            vec![]
        }
    }

    #[test]
    fn a_path_is_needed_unless_the_condition_asked_first() {
        let cases = [
            ("a > 1", "a!"),
            ("a > 1 and b > 1", "a! b"),
            ("a is not empty and a > 1", ""),
            ("a > 1 and a is not empty", "a!"),
            ("a is empty or a > b", "b"),
            ("not (a is empty) and a > 1", ""),
            ("not (a is empty or b is empty) and a > b", ""),
            ("(a is not empty or b > 1) and a > 1", "b a"),
            ("flag and count(list) > 2", "flag!"),
            ("round(a, 2) between b and c", "a! b! c!"),
        ];
        for (text, expected) in cases {
            let needs: Vec<String> = of(&compile(text, &Letters).unwrap())
                .into_iter()
                .map(|need| format!("{}{}", need.path, if need.always { "!" } else { "" }))
                .collect();
            assert_eq!(needs.join(" "), expected, "{text}");
        }
    }

    /// A8.90
    #[test]
    fn a_condition_that_asked_proves_what_is_filled_in() {
        for (text, expected) in [
            ("a is not empty", "a"),
            ("a is not empty and b > 1 and c is not empty", "a c"),
            ("a is not empty or b is not empty", ""),
            ("not (a is empty)", "a"),
            ("a is empty", ""),
        ] {
            let proved: Vec<String> = proved(&compile(text, &Letters).unwrap())
                .into_iter()
                .collect();
            assert_eq!(proved.join(" "), expected, "{text}");
        }
    }
}
