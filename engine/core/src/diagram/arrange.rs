//! Boxes and margins together: lanes need room, and less room for the boxes makes them taller.

use super::DiagramOptions;
use super::lanes::{Gutters, Route, gutters, routes};
use super::layout::{column_min, layout};
use super::places::Layout;
use super::plan::Plan;
use crate::definition::Definition;

/// Margins only grow and have a largest size, a lane a pass: this many passes are enough for both.
const PASSES_MAX: usize = 14;

/// Everything with its place.
pub(super) struct Arranged {
    pub places: Layout,
    pub routes: Vec<Route>,
    pub width: i32,
}

pub(super) fn arrange(def: &Definition, plan: &Plan, options: &DiagramOptions<'_>) -> Arranged {
    let mut margins = Gutters::none();
    let mut wide = *options;
    for _ in 0..PASSES_MAX {
        // Branches in branches in branches: rather wider than asked than unreadable.
        wide.width = options
            .width
            .max(column_min(&plan.root) + margins.left + margins.right);
        let needed = gutters(&mut layout(def, plan, &wide, margins)).at_least(margins);
        if needed == margins {
            break;
        }
        margins = needed;
    }
    let mut places = layout(def, plan, &wide, margins);
    let routes = routes(&mut places, margins, wide.width);
    Arranged {
        places,
        routes,
        width: wide.width,
    }
}
