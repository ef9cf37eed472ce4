//! Lines in the margins: one trunk per target and side, each in the first lane that is free.

use super::places::{Layout, Rect, Shape};
use super::plan::{ExitKind, Spot};

const LANE_PX: i32 = 9;
/// From the content to the first lane.
const FIRST_PX: i32 = 11;
/// Beyond the last lane; also the margin where there is none.
const EDGE_PX: i32 = 6;
/// No margin takes more room than this; lanes move together instead.
const GUTTER_MAX_PX: i32 = 64;
/// Two trunks in one lane keep this far apart.
const APART_PX: i32 = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Left,
    Right,
}

/// The margins' widths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gutters {
    pub left: i32,
    pub right: i32,
}

impl Gutters {
    pub(super) fn none() -> Self {
        Self {
            left: EDGE_PX,
            right: EDGE_PX,
        }
    }
}

impl Gutters {
    pub(super) fn at_least(self, other: Self) -> Self {
        Self {
            left: self.left.max(other.left),
            right: self.right.max(other.right),
        }
    }
}

/// A line from a row to its target: out, along the lane, in.
#[derive(Clone, Debug)]
pub(super) struct Route {
    pub from: Spot,
    pub to: Spot,
    pub kind: ExitKind,
    pub side: Side,
    /// Where it leaves.
    pub start: (i32, i32),
    /// The lane's place.
    pub lane_x: i32,
    /// Where it arrives.
    pub end: (i32, i32),
    /// Goes all the way; the others end where they meet it, so that dashes are drawn once.
    pub whole: bool,
}

/// The trunk that all lines to one target share.
struct Trunk {
    side: Side,
    to: Spot,
    back: bool,
    top: i32,
    bottom: i32,
    lane: i32,
}

/// Gives every row its side, and the margins their widths.
pub(super) fn gutters(layout: &mut Layout) -> Gutters {
    choose_sides(layout);
    let trunks = trunks(layout);
    let room = |side| {
        let lanes = lanes(&trunks, side);
        if lanes == 0 {
            EDGE_PX
        } else {
            (FIRST_PX + (lanes - 1) * LANE_PX + EDGE_PX).min(GUTTER_MAX_PX)
        }
    };
    Gutters {
        left: room(Side::Left),
        right: room(Side::Right),
    }
}

/// Every line, within those margins.
pub(super) fn routes(layout: &mut Layout, gutters: Gutters, width: i32) -> Vec<Route> {
    choose_sides(layout);
    let trunks = trunks(layout);
    let mut routes = vec![];
    for shape in &layout.shapes {
        for row in &shape.rows {
            let (Some(side), Some(target)) = (row.side, find(layout, row.exit.to)) else {
                continue;
            };
            let back = row.exit.kind == ExitKind::Back;
            let trunk = trunks
                .iter()
                .find(|trunk| trunk.side == side && trunk.to == row.exit.to && trunk.back == back);
            let Some(trunk) = trunk else { continue };
            let (edge, into) = match side {
                Side::Left => (shape.rect.x, target.rect.x),
                Side::Right => (shape.rect.right(), target.rect.right()),
            };
            routes.push(Route {
                from: shape.spot,
                to: row.exit.to,
                kind: row.exit.kind,
                side,
                start: (edge, row.port()),
                lane_x: lane_x(side, trunk.lane, lanes(&trunks, side), gutters, width),
                end: (into, entry(&target.rect, back)),
                whole: true,
            });
        }
    }
    for number in 0..routes.len() {
        let this = &routes[number];
        let from_above = |route: &Route| route.start.1 < route.end.1;
        let farther = |route: &Route| {
            let (reach, own) = (
                (route.end.1 - route.start.1).abs(),
                (this.end.1 - this.start.1).abs(),
            );
            (route.side, route.lane_x, route.end) == (this.side, this.lane_x, this.end)
                && from_above(route) == from_above(this)
                && reach > own
        };
        routes[number].whole = !routes.iter().any(farther);
    }
    routes
}

fn lane_x(side: Side, lane: i32, lanes: i32, gutters: Gutters, width: i32) -> i32 {
    let room = match side {
        Side::Left => gutters.left,
        Side::Right => gutters.right,
    };
    let step = if lanes > 1 {
        ((room - FIRST_PX - EDGE_PX) * 10 / (lanes - 1)).min(LANE_PX * 10)
    } else {
        0
    };
    let out = FIRST_PX + lane * step / 10;
    match side {
        Side::Left => gutters.left - out,
        Side::Right => width - gutters.right + out,
    }
}

/// Up on the left, down on the right, where both ends can be reached from there; else the other side; else no line.
fn choose_sides(layout: &mut Layout) {
    let places: Vec<(Spot, Rect, (bool, bool))> = layout
        .shapes
        .iter()
        .map(|shape| (shape.spot, shape.rect, shape.free))
        .collect();
    for shape in &mut layout.shapes {
        let (from, free) = (shape.rect, shape.free);
        for row in &mut shape.rows {
            let target = places.iter().find(|(spot, ..)| *spot == row.exit.to);
            row.side = target.and_then(|(_, to, to_free)| {
                // Out of a frame and back onto its own edge would run through what is inside.
                if to.contains(&from) && *to != from {
                    return None;
                }
                let (left, right) = (free.0 && to_free.0, free.1 && to_free.1);
                let up = to.y <= from.y;
                match (up, left, right) {
                    (true, true, _) | (false, true, false) => Some(Side::Left),
                    (false, _, true) | (true, false, true) => Some(Side::Right),
                    (_, false, false) => None,
                }
            });
        }
    }
}

fn trunks(layout: &Layout) -> Vec<Trunk> {
    let mut trunks: Vec<Trunk> = vec![];
    for shape in &layout.shapes {
        for row in &shape.rows {
            let (Some(side), Some(target)) = (row.side, find(layout, row.exit.to)) else {
                continue;
            };
            let back = row.exit.kind == ExitKind::Back;
            let (port, entry) = (row.port(), entry(&target.rect, back));
            let (top, bottom) = (port.min(entry), port.max(entry));
            match trunks
                .iter_mut()
                .find(|trunk| trunk.side == side && trunk.to == row.exit.to && trunk.back == back)
            {
                Some(trunk) => {
                    (trunk.top, trunk.bottom) = (trunk.top.min(top), trunk.bottom.max(bottom))
                }
                None => trunks.push(Trunk {
                    side,
                    to: row.exit.to,
                    back,
                    top,
                    bottom,
                    lane: 0,
                }),
            }
        }
    }
    // The shortest next to the content: fewer crossings.
    trunks.sort_by_key(|trunk| {
        (
            trunk.bottom - trunk.top,
            trunk.top,
            trunk.side,
            trunk.to,
            trunk.back,
        )
    });
    for number in 0..trunks.len() {
        let (placed, rest) = trunks.split_at_mut(number);
        let Some(trunk) = rest.first_mut() else { break };
        let taken = |lane: i32| {
            placed.iter().any(|other| {
                other.side == trunk.side
                    && other.lane == lane
                    && other.top - APART_PX <= trunk.bottom
                    && trunk.top - APART_PX <= other.bottom
            })
        };
        trunk.lane = (0..).find(|lane| !taken(*lane)).unwrap_or(0);
    }
    trunks
}

fn lanes(trunks: &[Trunk], side: Side) -> i32 {
    trunks
        .iter()
        .filter(|trunk| trunk.side == side)
        .map(|trunk| trunk.lane + 1)
        .max()
        .unwrap_or(0)
}

fn find(layout: &Layout, spot: Spot) -> Option<&Shape> {
    layout.shapes.iter().find(|shape| shape.spot == spot)
}

/// Where a line arrives at a box: rejections a little above the rest, so that both can be told apart.
fn entry(rect: &Rect, back: bool) -> i32 {
    rect.y + if back { 12 } else { 23 }
}
