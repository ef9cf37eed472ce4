//! Recursive boxes: widths are handed down, heights come back up.

use super::lanes::Gutters;
use super::measure::{width, wrap};
use super::places::{Arrow, Ground, Layout, Line, Rect, Row, Shape, Style};
use super::plan::{Branch, Exit, Item, Onward, Plan, Spot};
use super::{DiagramOptions, words};
use crate::definition::{Definition, State, StateIx};
use crate::text::Text;

pub(super) const TITLE_PX: i32 = 14;
/// Titles are bold: Latin letters are wider then.
pub(super) const TITLE_MEASURED_PX: i32 = 15;
pub(super) const SMALL_PX: i32 = 12;
const TITLE_LINE: i32 = 19;
pub(super) const SMALL_LINE: i32 = 16;
pub(super) const ROW_LINE: i32 = 18;
const PAD: i32 = 9;
pub(super) const ICON_PX: i32 = 16;
const GAP: i32 = 22;
const FRAME_PAD: i32 = 8;
const COLUMN_GAP: i32 = 8;
const PANEL_PAD: i32 = 7;
/// A column narrower than this is stacked under its neighbour.
const COLUMN_MIN: i32 = 112;
const TITLE_LINES_MAX: usize = 3;
const FACT_LINES_MAX: usize = 2;
/// A column this narrow gets one line more for its facts.
const NARROW: i32 = 120;
/// No box is drawn narrower.
const BOX_MIN: i32 = 92;
/// A single box is not drawn wider.
const BOX_MAX: i32 = 440;
pub(super) const ROW_LINES_MAX: usize = 2;

pub(super) fn layout(
    def: &Definition,
    plan: &Plan,
    options: &DiagramOptions<'_>,
    gutters: Gutters,
) -> Layout {
    let mut layer = Layer {
        def,
        plan,
        options,
        out: Layout::default(),
    };
    let room = options.width - gutters.left - gutters.right;
    let bottom = layer.column(&plan.root, gutters.left, FRAME_PAD, room, (true, true));
    layer.out.height = bottom + FRAME_PAD;
    layer.out
}

struct Layer<'a> {
    def: &'a Definition,
    plan: &'a Plan,
    options: &'a DiagramOptions<'a>,
    out: Layout,
}

impl Layer<'_> {
    /// Places things below each other; answers where the last one ends.
    fn column(&mut self, items: &[Item], x: i32, y: i32, w: i32, free: (bool, bool)) -> i32 {
        let mut at = y;
        for (number, item) in items.iter().enumerate() {
            if number > 0 {
                at += self.join(&items[number - 1], item, x + w / 2, at, w);
            }
            at = match item {
                Item::State(ix) => self.state(*ix, x, at, w, free),
                Item::Together(ix, branches) | Item::Choose(ix, branches)
                    if !branches.is_empty() =>
                {
                    self.frame(*ix, branches, x, at, w, free)
                }
                Item::Together(ix, _) | Item::Choose(ix, _) => self.state(*ix, x, at, w, free),
                Item::Finish => self.finish(x, at, w, free),
            };
        }
        at
    }

    /// The arrow between two things and the room it takes.
    fn join(&mut self, above: &Item, below: &Item, x: i32, y: i32, w: i32) -> i32 {
        let Spot::State(ix) = above.spot() else {
            return GAP;
        };
        let onward = self.plan.onward[ix];
        if onward == Onward::No {
            return GAP * 2 / 3;
        }
        let words = self.plan.onward_label[ix].get(self.options.lang);
        let lines = wrap(words, SMALL_PX, w / 2 - 14, 2);
        let length = GAP + to_px(lines.len()) * SMALL_LINE - if lines.is_empty() { 0 } else { 8 };
        let label = lines.into_iter().zip(0..).map(|(text, line)| Line {
            x: x + 9,
            y: y + 15 + line * SMALL_LINE,
            style: Style::Label,
            text,
        });
        self.out.arrows.push(Arrow {
            x,
            from: y,
            to: y + length,
            dashed: onward == Onward::SkipsTo,
            label: label.collect(),
            ends: (above.spot(), below.spot()),
        });
        length
    }

    fn state(&mut self, ix: StateIx, x: i32, y: i32, w: i32, free: (bool, bool)) -> i32 {
        let (x, w) = narrowed(x, w);
        let (texts, icon, below) = self.texts(ix, x, y, w);
        let (rows, bottom) = self.rows(ix, below, w);
        let rect = Rect {
            x,
            y,
            w,
            h: bottom + PAD - y,
        };
        self.out.shapes.push(Shape {
            spot: Spot::State(ix),
            frame: false,
            rect,
            icon,
            texts,
            rows,
            free,
        });
        rect.bottom()
    }

    fn finish(&mut self, x: i32, y: i32, w: i32, free: (bool, bool)) -> i32 {
        let (x, w) = narrowed(x, w);
        let words = Text::new("结束：同意", "End: approved");
        let left = x + PAD + ICON_PX + 7;
        let title = Line {
            x: left,
            y: y + PAD + 14,
            style: Style::Title,
            text: words.get(self.options.lang).to_owned(),
        };
        let rect = Rect {
            x,
            y,
            w,
            h: 2 * PAD + TITLE_LINE,
        };
        self.out.shapes.push(Shape {
            spot: Spot::Finish,
            frame: false,
            rect,
            icon: (x + PAD, y + PAD + 1),
            texts: vec![title],
            rows: vec![],
            free,
        });
        rect.bottom()
    }

    /// A parallel state or a choice around its columns.
    fn frame(
        &mut self,
        ix: StateIx,
        branches: &[Branch],
        x: i32,
        y: i32,
        w: i32,
        free: (bool, bool),
    ) -> i32 {
        let (texts, icon, below) = self.texts(ix, x, y, w);
        let number = self.out.shapes.len();
        self.out.grounds.push(Ground::Frame(number));
        self.out.shapes.push(Shape {
            spot: Spot::State(ix),
            frame: true,
            rect: Rect { x, y, w, h: 0 },
            icon,
            texts,
            rows: vec![],
            free,
        });
        let inner = w - 2 * FRAME_PAD;
        let count = to_px(branches.len());
        let column = (inner - (count - 1) * COLUMN_GAP) / count;
        let top = below + 6;
        let needed = branches.iter().map(panel_min).max().unwrap_or(0);
        let bottom = if column >= needed.max(COLUMN_MIN) {
            self.side_by_side(branches, x + FRAME_PAD, top, column, free)
        } else {
            branches.iter().fold(top - COLUMN_GAP, |at, branch| {
                let y = at + COLUMN_GAP;
                let panel = self.out.panels.len();
                let bottom = self.panel(branch, x + FRAME_PAD, y, inner, free);
                self.close_panel(panel, bottom);
                bottom
            })
        };
        let (rows, bottom) = self.rows(ix, bottom + 4, w);
        let h = bottom + FRAME_PAD - y;
        let shape = &mut self.out.shapes[number];
        shape.rows = rows;
        shape.rect.h = h;
        y + h
    }

    fn side_by_side(
        &mut self,
        branches: &[Branch],
        x: i32,
        y: i32,
        w: i32,
        free: (bool, bool),
    ) -> i32 {
        let mut bottom = y;
        let mut panels = vec![];
        for (branch, number) in branches.iter().zip(0..) {
            let last = usize::try_from(number + 1).is_ok_and(|number| number == branches.len());
            let free = (free.0 && number == 0, free.1 && last);
            panels.push(self.out.panels.len());
            bottom = bottom.max(self.panel(branch, x + number * (w + COLUMN_GAP), y, w, free));
        }
        panels
            .into_iter()
            .for_each(|panel| self.close_panel(panel, bottom));
        bottom
    }

    /// One column on its ground; answers where it ends. Its ground is the first panel it pushes.
    fn panel(&mut self, branch: &Branch, x: i32, y: i32, w: i32, free: (bool, bool)) -> i32 {
        self.out.grounds.push(Ground::Panel(self.out.panels.len()));
        self.out.panels.push(Rect { x, y, w, h: 0 });
        let (left, room) = (x + PANEL_PAD, w - 2 * PANEL_PAD);
        let mut at = y + PANEL_PAD;
        let name = branch.caption.get(self.options.lang);
        let when = branch.when.as_ref().map(|when| self.when(when));
        for (text, style) in [
            (name.to_owned(), Style::Caption),
            (when.unwrap_or_default(), Style::Condition),
        ] {
            let most = FACT_LINES_MAX + usize::from(room < NARROW * 3 / 2);
            for line in wrap(&text, SMALL_PX, room, most) {
                self.out.captions.push(Line {
                    x: left,
                    y: at + 11,
                    style,
                    text: line,
                });
                at += SMALL_LINE;
            }
        }
        if at > y + PANEL_PAD {
            at += 3;
        }
        self.column(&branch.items, left, at, room, free) + PANEL_PAD
    }

    fn close_panel(&mut self, panel: usize, bottom: i32) {
        let rect = &mut self.out.panels[panel];
        rect.h = bottom - rect.y;
    }

    /// Name, facts, condition and status of a state; where its icon stands and where the texts end.
    fn texts(&self, ix: StateIx, x: i32, y: i32, w: i32) -> (Vec<Line>, (i32, i32), i32) {
        let (state, lang) = (&self.def.states[ix], self.options.lang);
        let left = x + PAD + ICON_PX + 7;
        let room = x + w - PAD - left;
        let mut texts = vec![];
        let mut at = y + PAD;
        for text in wrap(
            state.name.get(lang),
            TITLE_MEASURED_PX,
            room,
            TITLE_LINES_MAX,
        ) {
            texts.push(Line {
                x: left,
                y: at + 14,
                style: Style::Title,
                text,
            });
            at += TITLE_LINE;
        }
        let facts = words::facts(self.def, state, self.options.names);
        let facts: Vec<&str> = facts.iter().map(|fact| fact.get(lang)).collect();
        let when = state
            .when
            .as_ref()
            .map(|when| self.when(&words::condition(when)));
        let small = [
            (facts.join(" · "), Style::Fact),
            (when.unwrap_or_default(), Style::Condition),
        ];
        let small = small.into_iter().chain(
            self.status(state, room)
                .into_iter()
                .map(|text| (text, Style::Status)),
        );
        for (text, style) in small {
            let most = FACT_LINES_MAX + usize::from(room < NARROW);
            for text in wrap(&text, SMALL_PX, room, most) {
                texts.push(Line {
                    x: left,
                    y: at + 12,
                    style,
                    text,
                });
                at += SMALL_LINE;
            }
        }
        (texts, (x + PAD, y + PAD + 1), at)
    }

    fn when(&self, condition: &Text) -> String {
        let lang = self.options.lang;
        format!("{} {}", lang.pick("当", "when"), condition.get(lang))
    }

    /// "● 进行中 · 王物流，2 天"; a line each where that is too long.
    fn status(&self, state: &State, room: i32) -> Vec<String> {
        let Some(progress) = self.options.progress else {
            return vec![];
        };
        let lang = self.options.lang;
        let status = progress.status(&state.id);
        let status = status.map(|status| format!("{} {}", status.mark(), status.text().get(lang)));
        let note = progress
            .notes
            .get(&state.id)
            .map(|note| note.get(lang).to_owned());
        let parts: Vec<String> = status.into_iter().chain(note).collect();
        let joined = parts.join(" · ");
        if width(&joined, SMALL_PX) <= room {
            vec![joined]
        } else {
            parts
        }
    }

    fn rows(&self, ix: StateIx, y: i32, w: i32) -> (Vec<Row>, i32) {
        let mut at = y;
        let mut rows = vec![];
        for exit in &self.plan.exits[ix] {
            let text = self.row_text(exit);
            let lines = wrap(&text, SMALL_PX, w - 2 * PAD, ROW_LINES_MAX);
            let more = to_px(lines.len().saturating_sub(1)) * SMALL_LINE;
            rows.push(Row {
                exit: exit.clone(),
                lines,
                y: at,
                side: None,
            });
            at += ROW_LINE + more;
        }
        (rows, at)
    }

    /// "拒绝退回 → 申请".
    fn row_text(&self, exit: &Exit) -> String {
        let lang = self.options.lang;
        let target = match exit.to {
            Spot::State(ix) => self.def.states[ix].name.get(lang),
            Spot::Finish => lang.pick("结束", "end"),
        };
        let label = exit.label.get(lang);
        if label.is_empty() {
            format!("→ {target}")
        } else {
            format!("{label} → {target}")
        }
    }
}

/// The least width a column can be read at, its frames' columns stacked.
pub(super) fn column_min(items: &[Item]) -> i32 {
    let item_min = |item: &Item| match item {
        Item::Together(_, branches) | Item::Choose(_, branches) => {
            let inner = branches.iter().map(panel_min).max();
            inner.map_or(BOX_MIN, |inner| (inner + 2 * FRAME_PAD).max(BOX_MIN))
        }
        Item::State(_) | Item::Finish => BOX_MIN,
    };
    items.iter().map(item_min).max().unwrap_or(BOX_MIN)
}

fn panel_min(branch: &Branch) -> i32 {
    column_min(&branch.items) + 2 * PANEL_PAD
}

/// A box in the middle of the room it has.
fn narrowed(x: i32, w: i32) -> (i32, i32) {
    let narrow = w.min(BOX_MAX);
    (x + (w - narrow) / 2, narrow)
}

fn to_px(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
