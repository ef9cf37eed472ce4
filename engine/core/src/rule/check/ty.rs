//! What the checker knows about a value before anything runs.

use std::rc::Rc;

use crate::catalog::Port;
use crate::field::{Field, FieldKind};
use crate::rule::kind::Kind;
use crate::value::Value;

/// A kind, and for maps and lists what is inside, where it is known.
#[derive(Clone, Debug)]
pub(super) struct Ty {
    pub(super) kind: Kind,
    /// Of a map: its keys. `None`: not known.
    pub(super) keys: Option<Rc<Vec<(String, Ty)>>>,
    /// Of a list: its items.
    pub(super) item: Option<Rc<Ty>>,
}

impl From<Kind> for Ty {
    fn from(kind: Kind) -> Self {
        Self {
            kind,
            keys: None,
            item: None,
        }
    }
}

impl Ty {
    pub(super) const ANY: Ty = Ty {
        kind: Kind::Any,
        keys: None,
        item: None,
    };

    pub(super) fn map(keys: Vec<(String, Ty)>) -> Self {
        Self {
            kind: Kind::Map,
            keys: Some(Rc::new(keys)),
            item: None,
        }
    }

    pub(super) fn list(item: Ty) -> Self {
        Self {
            kind: Kind::List,
            keys: None,
            item: Some(Rc::new(item)),
        }
    }

    /// The map a rule gets: its declared inputs.
    pub(super) fn of_inputs(takes: &[Port]) -> Self {
        Self::map(
            takes
                .iter()
                .map(|port| (port.name.clone(), Self::of_field(&port.kind)))
                .collect(),
        )
    }

    fn of_field(kind: &FieldKind) -> Self {
        if let FieldKind::Table { columns } = kind {
            let column = |field: &Field| (field.name.clone(), Self::of_field(&field.kind));
            return Self::list(Self::map(columns.iter().map(column).collect()));
        }
        if let FieldKind::File { .. } = kind {
            return Self::list(Kind::Text.into());
        }
        Kind::of_field(kind).into()
    }

    /// Of a constant in a rule table.
    pub(super) fn of_value(value: &Value) -> Self {
        match value {
            Value::Empty => Self::ANY,
            Value::Flag(_) => Kind::Flag.into(),
            Value::Number(_) => Kind::Number.into(),
            Value::Text(_) => Kind::Text.into(),
            Value::Date(_) => Kind::Date.into(),
            Value::Time(_) => Kind::Time.into(),
            Value::List(items) => Self::list(
                items
                    .iter()
                    .map(Self::of_value)
                    .reduce(Self::join)
                    .unwrap_or(Self::ANY),
            ),
            Value::Map(values) => Self::map(
                values
                    .iter()
                    .map(|(key, value)| (key.clone(), Self::of_value(value)))
                    .collect(),
            ),
        }
    }

    /// What is known of a value that is the one or the other.
    pub(super) fn join(self, other: Ty) -> Ty {
        if self.kind != other.kind {
            return Ty::ANY;
        }
        let keys = match (self.keys, other.keys) {
            (Some(a), Some(b))
                if a.len() == b.len() && a.iter().zip(b.iter()).all(|((a, _), (b, _))| a == b) =>
            {
                let joined = a.iter().zip(b.iter());
                Some(Rc::new(
                    joined
                        .map(|((key, a), (_, b))| (key.clone(), a.clone().join(b.clone())))
                        .collect(),
                ))
            }
            _ => None,
        };
        let item = match (self.item, other.item) {
            (Some(a), Some(b)) => Some(Rc::new((*a).clone().join((*b).clone()))),
            _ => None,
        };
        Ty {
            kind: self.kind,
            keys,
            item,
        }
    }
}
