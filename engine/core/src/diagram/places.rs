//! Things with their places.

use super::lanes::Side;
use super::layout::{ROW_LINE, SMALL_LINE};
use super::plan::{Exit, Spot};

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rect {
    pub x: i32,
    pub y: i32,
    pub w: i32,
    pub h: i32,
}

impl Rect {
    pub(super) fn right(&self) -> i32 {
        self.x + self.w
    }

    pub(super) fn bottom(&self) -> i32 {
        self.y + self.h
    }

    pub(super) fn contains(&self, other: &Rect) -> bool {
        self.x <= other.x
            && other.right() <= self.right()
            && self.y <= other.y
            && other.bottom() <= self.bottom()
    }
}

/// What a line of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Title,
    Fact,
    Condition,
    Status,
    Caption,
    Label,
}

#[derive(Clone, Debug)]
pub(super) struct Line {
    pub x: i32,
    /// Baseline.
    pub y: i32,
    pub style: Style,
    pub text: String,
}

/// A way out, as a row of its box.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub exit: Exit,
    pub lines: Vec<String>,
    /// Top of the row.
    pub y: i32,
    /// The side its line leaves on; none is drawn without a line.
    pub side: Option<Side>,
}

impl Row {
    /// Where its line leaves.
    pub(super) fn port(&self) -> i32 {
        self.y + ROW_LINE / 2
    }

    /// Baseline of one of its lines.
    pub(super) fn baseline(&self, line: i32) -> i32 {
        self.y + 13 + line * SMALL_LINE
    }
}

/// A box or a frame.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub spot: Spot,
    pub frame: bool,
    pub rect: Rect,
    pub icon: (i32, i32),
    pub texts: Vec<Line>,
    pub rows: Vec<Row>,
    /// Nothing stands between it and the left and the right margin.
    pub free: (bool, bool),
}

/// An arrow from a thing to what stands below it.
#[derive(Clone, Debug)]
pub(super) struct Arrow {
    pub x: i32,
    pub from: i32,
    pub to: i32,
    pub dashed: bool,
    pub label: Vec<Line>,
    /// The things it joins.
    pub ends: (Spot, Spot),
}

/// A number in [`Layout::shapes`] or [`Layout::panels`].
#[derive(Clone, Copy, Debug)]
pub(super) enum Ground {
    Frame(usize),
    Panel(usize),
}

/// Everything with its place, but for the lines in the margins.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    pub shapes: Vec<Shape>,
    /// Branches and ways: the ground their column stands on.
    pub panels: Vec<Rect>,
    /// Frames and panels from the outside in: the order they are painted in.
    pub grounds: Vec<Ground>,
    pub captions: Vec<Line>,
    pub arrows: Vec<Arrow>,
    pub height: i32,
}
