//! Small pictures, one per kind of state, drawn as strokes on a 16 × 16 grid.

use crate::definition::{Outcome, StateKind};

const CIRCLE: &str = "M8 1.9a6.1 6.1 0 1 0 0 12.2A6.1 6.1 0 1 0 8 1.9z";

/// The strokes for a kind of state.
pub(super) fn strokes(kind: &StateKind) -> String {
    match kind {
        StateKind::Draft { .. } => "M2.8 13.2l.9-3.4 7.4-7.4 2.5 2.5-7.4 7.4zM9.4 4.1l2.5 2.5".to_owned(),
        // A seal.
        StateKind::Approve(_) => {
            "M3.2 14h9.6M3.8 11.3h8.4V9.9c0-1.1-1.3-1.5-2.5-1.9-.9-.3-.6-1.3-.2-2.1a2.1 2.1 0 1 0-3-.0c.4.8.7 1.8-.2 2.1-1.2.4-2.5.8-2.5 1.9z".to_owned()
        }
        StateKind::Work { .. } => {
            "M13.7 4.6l-2.2 2.2-1.9-.4-.4-1.9 2.2-2.2a3.5 3.5 0 0 0-4.3 4.6L2.5 11.5a1.4 1.4 0 0 0 2 2l4.6-4.6a3.5 3.5 0 0 0 4.6-4.3z".to_owned()
        }
        StateKind::Rule { .. } => {
            "M6 2.5c-2 0-2 .9-2 2.5S4 7.5 2.4 8C4 8.5 4 9.4 4 11s0 2.5 2 2.5M10 2.5c2 0 2 .9 2 2.5s0 2.5 1.6 3c-1.6.5-1.6 1.4-1.6 3s0 2.5-2 2.5".to_owned()
        }
        StateKind::Run(_) => "M9.2 1.8L3.4 9.2h4.2l-.8 5 5.8-7.4H8.4z".to_owned(),
        StateKind::Choose { .. } => "M8 1.7L14.3 8 8 14.3 1.7 8z".to_owned(),
        StateKind::Mail { .. } => "M2 3.6h12v8.8H2zM2.3 4l5.7 4.8L13.7 4".to_owned(),
        StateKind::WaitFor { .. } | StateKind::WaitUntil { .. } => format!("{CIRCLE}M8 4.6V8l2.4 1.6"),
        StateKind::Subflow { .. } => "M2.2 2.2h8v8h-8zM12.6 5.8h1.2v8h-8v-1.2".to_owned(),
        StateKind::Together { .. } => "M8 1.8v3M8 4.8C8 7.6 3.5 6.2 3.5 9.4V14M8 4.8v9.2M8 4.8c0 2.8 4.5 1.4 4.5 4.6V14".to_owned(),
        StateKind::End { outcome, .. } => end(outcome),
    }
}

/// The strokes for the way an instance ends.
pub(super) fn end(outcome: &Outcome) -> String {
    let inner = match outcome {
        Outcome::Approved => "M5.2 8.2l2 2 3.7-4.2",
        Outcome::Rejected => "M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4",
        Outcome::Withdrawn | Outcome::Cancelled | Outcome::Named(_) => "M5.3 8h5.4",
    };
    format!("{CIRCLE}{inner}")
}
