//! What a condition compares with what: all that must be known to try every case.

use std::collections::BTreeMap;

use crate::condition::ast::{Node, What};
use crate::condition::{Expr, Facts, Input, eval};
use crate::value::Value;

/// What is said about one path.
#[derive(Debug)]
pub(super) struct Axis {
    pub(super) input: Input,
    /// What it is compared with.
    pub(super) constants: Vec<Value>,
    /// It is asked whether it is filled in.
    pub(super) empty: bool,
}

/// All that conditions say about paths, in order of appearance.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub(super) axes: Vec<Axis>,
}

/// The part of a condition that cannot be analysed.
pub(super) struct Opaque(pub(super) String);

/// Constants by path.
pub(super) struct Constants<'a>(pub(super) &'a BTreeMap<String, Value>);

impl Facts for Constants<'_> {
    fn get(&self, path: &str) -> Option<Value> {
        self.0.get(path).cloned()
    }
}

/// The constants an expression reads.
pub(super) fn constants(expr: &Expr) -> BTreeMap<String, Value> {
    let known = |input: &Input| Some((input.path.clone(), input.constant.clone()?));
    expr.inputs().iter().filter_map(known).collect()
}

impl Survey {
    /// Adds what a condition says; it says nothing where it cannot be analysed.
    pub(super) fn add(&mut self, expr: &Expr) -> Result<(), Opaque> {
        let fixed = constants(expr);
        let mut found = vec![];
        node(expr.root(), &fixed, &mut found)?;
        for (path, said) in found {
            let Some(input) = expr.input(&path) else {
                return Err(Opaque(path));
            };
            let axis = self.axes.iter().position(|axis| axis.input.path == path);
            let at = axis.unwrap_or_else(|| {
                self.axes.push(Axis {
                    input: input.clone(),
                    constants: vec![],
                    empty: false,
                });
                self.axes.len() - 1
            });
            let Some(axis) = self.axes.get_mut(at) else {
                continue;
            };
            match said {
                Said::Compared(value) if !axis.constants.contains(&value) => {
                    axis.constants.push(value);
                }
                Said::Compared(_) | Said::Used => {}
                Said::AskedFor => axis.empty = true,
            }
        }
        Ok(())
    }
}

/// What a condition says about a path.
enum Said {
    /// Compared with this.
    Compared(Value),
    /// A flag used as a condition.
    Used,
    /// `is empty`.
    AskedFor,
}

type Found = Vec<(String, Said)>;

fn node(part: &Node, fixed: &BTreeMap<String, Value>, found: &mut Found) -> Result<(), Opaque> {
    if is_fixed(part, fixed) {
        // Without a value it would hold the flow, which no case shows.
        return match eval::value(part, &Constants(fixed)) {
            Ok(_) => Ok(()),
            Err(_) => Err(Opaque(part.to_string())),
        };
    }
    match &part.what {
        What::Path(path) => {
            found.push((path.clone(), Said::Used));
            Ok(())
        }
        What::Not(inner) => node(inner, fixed, found),
        What::All(parts) | What::Any(parts) => {
            for part in parts {
                node(part, fixed, found)?;
            }
            Ok(())
        }
        What::Compare(left, _, right) => {
            let (path, other) = match (&left.what, &right.what) {
                (What::Path(path), _) if !fixed.contains_key(path) => (path, right),
                (_, What::Path(path)) if !fixed.contains_key(path) => (path, left),
                (_, _) => return Err(Opaque(part.to_string())),
            };
            compared(path, other, part, fixed, found)
        }
        What::In { item, list, .. } => {
            let (What::Path(path), What::List(items)) = (&item.what, &list.what) else {
                return Err(Opaque(part.to_string()));
            };
            for one in items {
                compared(path, one, part, fixed, found)?;
            }
            Ok(())
        }
        What::Between {
            item, low, high, ..
        } => {
            let What::Path(path) = &item.what else {
                return Err(Opaque(part.to_string()));
            };
            compared(path, low, part, fixed, found)?;
            compared(path, high, part, fixed, found)
        }
        What::Empty { item, .. } => {
            let What::Path(path) = &item.what else {
                return Err(Opaque(part.to_string()));
            };
            found.push((path.clone(), Said::AskedFor));
            Ok(())
        }
        What::Literal(_)
        | What::Minus(_)
        | What::Sum(..)
        | What::Span(..)
        | What::List(_)
        | What::Call(..) => Err(Opaque(part.to_string())),
    }
}

fn compared(
    path: &str,
    other: &Node,
    whole: &Node,
    fixed: &BTreeMap<String, Value>,
    found: &mut Found,
) -> Result<(), Opaque> {
    if fixed.contains_key(path) || !is_fixed(other, fixed) {
        return Err(Opaque(whole.to_string()));
    }
    let value = eval::value(other, &Constants(fixed)).map_err(|_| Opaque(whole.to_string()))?;
    found.push((path.to_owned(), Said::Compared(value)));
    Ok(())
}

/// True when nothing in it differs from record to record.
fn is_fixed(part: &Node, fixed: &BTreeMap<String, Value>) -> bool {
    match &part.what {
        What::Path(path) => fixed.contains_key(path),
        What::Literal(_)
        | What::Not(_)
        | What::Minus(_)
        | What::All(_)
        | What::Any(_)
        | What::Compare(..)
        | What::In { .. }
        | What::Between { .. }
        | What::Empty { .. }
        | What::Sum(..)
        | What::Span(..)
        | What::List(_)
        | What::Call(..) => part.parts().into_iter().all(|part| is_fixed(part, fixed)),
    }
}
