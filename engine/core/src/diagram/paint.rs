//! The layout as SVG.
//!
//! Everything is coloured twice: by attributes (plain light colours, for printers, mail and tools that know no stylesheet)
//! and by classes that [`CSS`] gives the page's own colours, light and dark. No ids, so several fit on one page.

use std::fmt::Write as _;

use super::arrange::{Arranged, arrange};
use super::lanes::{Route, Side};
use super::layout::{SMALL_PX, TITLE_PX};
use super::places::{Arrow, Ground, Line, Rect, Row, Shape, Style};
use super::plan::{ExitKind, Spot, plan};
use super::{DiagramOptions, StateStatus, WIDTH_MAX_PX, WIDTH_MIN_PX, icon, words};
use crate::definition::{Definition, Outcome, StateKind};
use crate::text::Lang;

/// The stylesheet of diagrams. Set `--dg-ink`, `--dg-muted`, `--dg-surface`, `--dg-machine`, `--dg-frame`, `--dg-panel`,
/// `--dg-border`, `--dg-line`, `--dg-accent`, `--dg-soft` and `--dg-done` to use the page's colours.
pub const CSS: &str = include_str!("diagram.css");

const FONTS: &str = "system-ui,-apple-system,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','Noto Sans SC',sans-serif";

/// The flow as a picture: SVG text, the same every time.
pub fn svg(def: &Definition, options: &DiagramOptions<'_>) -> String {
    let options = DiagramOptions {
        width: options.width.clamp(WIDTH_MIN_PX, WIDTH_MAX_PX),
        ..*options
    };
    let plan = plan(def, options.names);
    let arranged = arrange(def, &plan, &options);
    let mut painter = Painter {
        def,
        options: &options,
        out: String::new(),
    };
    painter.picture(&arranged);
    painter.out
}

struct Painter<'a> {
    def: &'a Definition,
    options: &'a DiagramOptions<'a>,
    out: String,
}

impl Painter<'_> {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn picture(&mut self, arranged: &Arranged) {
        let places = &arranged.places;
        let (lang, w, h) = (self.options.lang, arranged.width, places.height);
        self.put(&format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" class="assent-diagram" role="img" lang="{}" viewBox="0 0 {w} {h}" width="{w}" height="{h}" font-family="{FONTS}" color="{LINE}">"#,
            lang.tag()
        ));
        let (title, summary) = (escape(self.def.name.get(lang)), escape(&self.summary()));
        self.put(&format!("<title>{title}</title>\n<desc>{summary}</desc>"));
        if self.options.embed_style {
            self.put(&format!("<style>\n{}</style>", CSS));
        }
        for ground in &places.grounds {
            match *ground {
                Ground::Frame(number) => self.shape(&places.shapes[number]),
                Ground::Panel(number) => self.panel(&places.panels[number]),
            }
        }
        for line in &places.captions {
            self.line(line);
        }
        for route in &arranged.routes {
            self.route(route);
        }
        for arrow in &places.arrows {
            self.arrow(arrow);
        }
        for shape in places.shapes.iter().filter(|shape| !shape.frame) {
            self.shape(shape);
        }
        self.put("</svg>");
    }

    fn panel(&mut self, panel: &Rect) {
        self.put(&format!(
            r#"<rect class="dg-panel" x="{}" y="{}" width="{}" height="{}" rx="6" fill="{PANEL}"/>"#,
            panel.x, panel.y, panel.w, panel.h
        ));
    }

    /// One sentence for who does not see the picture; the list says the rest.
    fn summary(&self) -> String {
        let count = self.def.states.len();
        let here: Vec<&str> = self.standing(StateStatus::Active);
        match (self.options.lang, here.is_empty()) {
            (Lang::Zh, true) => format!("流程图，共 {count} 个节点。"),
            (Lang::Zh, false) => {
                format!("流程图，共 {count} 个节点，当前在：{}。", here.join("、"))
            }
            (Lang::En, true) => format!("Diagram of a flow of {count} states."),
            (Lang::En, false) => format!(
                "Diagram of a flow of {count} states, now at: {}.",
                here.join(", ")
            ),
        }
    }

    fn standing(&self, status: StateStatus) -> Vec<&str> {
        let states = self.def.states.iter();
        states
            .filter(|state| self.status_of(&state.id) == Some(status))
            .map(|state| state.name.get(self.options.lang))
            .collect()
    }

    fn status_of(&self, state: &str) -> Option<StateStatus> {
        self.options
            .progress
            .and_then(|progress| progress.status(state))
    }

    fn status(&self, spot: Spot) -> Option<StateStatus> {
        match spot {
            Spot::State(ix) => self.status_of(&self.def.states[ix].id),
            Spot::Finish => None,
        }
    }

    fn shape(&mut self, shape: &Shape) {
        let (class, strokes, data, hover) = match shape.spot {
            Spot::Finish => (
                "dg-end".to_owned(),
                icon::end(&Outcome::Approved),
                String::new(),
                String::new(),
            ),
            Spot::State(ix) => {
                let state = &self.def.states[ix];
                let data = format!(
                    r#" data-state="{}" data-line="{}""#,
                    escape(&state.id),
                    state.line
                );
                (
                    words::class(&state.kind).to_owned(),
                    icon::strokes(&state.kind),
                    data,
                    self.hover(ix),
                )
            }
        };
        let status = self
            .status(shape.spot)
            .map_or(String::new(), |status| format!(" {}", status.class()));
        self.put(&format!(r#"<g class="dg-state {class}{status}"{data}>"#));
        if !hover.is_empty() {
            self.put(&format!("<title>{}</title>", escape(&hover)));
        }
        self.outline(shape);
        self.put(&format!(
            r#"<path class="dg-icon" transform="translate({} {})" d="{strokes}" fill="none" stroke="{MUTED}" stroke-width="1.3" stroke-linecap="round" stroke-linejoin="round"/>"#,
            shape.icon.0, shape.icon.1
        ));
        for line in &shape.texts {
            self.line(line);
        }
        for row in &shape.rows {
            self.row(shape, row);
        }
        self.put("</g>");
    }

    /// Name, kind, facts and the whole condition, for a pointer that rests there.
    fn hover(&self, ix: usize) -> String {
        let (state, lang) = (&self.def.states[ix], self.options.lang);
        let (name, kind) = (state.name.get(lang), words::kind(&state.kind));
        let mut parts = vec![match lang {
            Lang::Zh => format!("{name}（{}）", kind.zh),
            Lang::En => format!("{name} ({})", kind.en),
        }];
        let facts = words::facts(self.def, state, self.options.names);
        parts.extend(facts.iter().map(|fact| fact.get(lang).to_owned()));
        let when = state.when.as_ref().map(words::condition);
        parts.extend(when.map(|when| format!("{} {}", lang.pick("当", "when"), when.get(lang))));
        parts.join(" · ")
    }

    /// The shape says what happens: people act in round boxes, machines in square ones, ends are pills.
    fn outline(&mut self, shape: &Shape) {
        let kind = match shape.spot {
            Spot::State(ix) => Some(&self.def.states[ix].kind),
            Spot::Finish => None,
        };
        let rect = shape.rect;
        let (radius, fill) = match kind {
            None | Some(StateKind::End { .. }) => (rect.h.min(40) / 2, SURFACE),
            Some(StateKind::Draft { .. } | StateKind::Approve(_) | StateKind::Work { .. }) => {
                (9, SURFACE)
            }
            Some(
                StateKind::Rule { .. }
                | StateKind::Run(_)
                | StateKind::Mail { .. }
                | StateKind::Subflow { .. },
            ) => (2, MACHINE),
            Some(StateKind::WaitFor { .. } | StateKind::WaitUntil { .. }) => (16, MACHINE),
            Some(StateKind::Choose { .. } | StateKind::Together { .. }) => (9, FRAME),
        };
        let (class, dash) = match (shape.frame, kind) {
            (true, Some(StateKind::Choose { .. })) => ("dg-frame", r#" stroke-dasharray="2 3""#),
            (true, _) => ("dg-frame", ""),
            (false, _) => ("dg-box", ""),
        };
        self.put(&format!(
            r#"<rect class="{class}" x="{}" y="{}" width="{}" height="{}" rx="{radius}" fill="{fill}" stroke="{BORDER}"{dash}/>"#,
            rect.x, rect.y, rect.w, rect.h
        ));
        if let Some(StateKind::Subflow { .. }) = kind {
            // The double side of a flow inside.
            for x in [rect.x + 4, rect.right() - 4] {
                self.put(&format!(
                    r#"<path class="dg-box" d="M{x} {}V{}" stroke="{BORDER}"/>"#,
                    rect.y,
                    rect.bottom()
                ));
            }
        }
    }

    fn line(&mut self, line: &Line) {
        let (class, size, fill, more) = match line.style {
            Style::Title => ("dg-title", TITLE_PX, INK, r#" font-weight="600""#),
            Style::Fact => ("dg-fact", SMALL_PX, MUTED, ""),
            Style::Condition => ("dg-condition", SMALL_PX, MUTED, ""),
            Style::Status => ("dg-status", SMALL_PX, MUTED, r#" font-weight="600""#),
            Style::Caption => ("dg-caption", SMALL_PX, INK, r#" font-weight="600""#),
            Style::Label => ("dg-label", SMALL_PX, MUTED, ""),
        };
        self.put(&format!(
            r#"<text class="{class}" x="{}" y="{}" font-size="{size}" fill="{fill}"{more}>{}</text>"#,
            line.x,
            line.y,
            escape(&line.text)
        ));
    }

    fn row(&mut self, shape: &Shape, row: &Row) {
        let (class, fill) = match row.exit.kind {
            ExitKind::Back => ("dg-row dg-row-back", ACCENT),
            ExitKind::Plain | ExitKind::Late => ("dg-row", MUTED),
        };
        let (x, anchor) = match row.side {
            Some(Side::Right) => (shape.rect.right() - 9, r#" text-anchor="end""#),
            Some(Side::Left) => (shape.rect.x + 9, ""),
            // No line: under the name.
            None => (shape.rect.x + 9, ""),
        };
        for (text, number) in row.lines.iter().zip(0..) {
            self.put(&format!(
                r#"<text class="{class}" x="{x}" y="{}" font-size="{SMALL_PX}" fill="{fill}"{anchor}>{}</text>"#,
                row.baseline(number),
                escape(text)
            ));
        }
    }

    fn arrow(&mut self, arrow: &Arrow) {
        let walked = |spot| {
            matches!(
                self.status(spot),
                Some(StateStatus::Passed | StateStatus::Skipped | StateStatus::Active)
            )
        };
        let done = walked(arrow.ends.0)
            && walked(arrow.ends.1)
            && self.status(arrow.ends.0) != Some(StateStatus::Active);
        let class = if done { "dg-edge dg-walked" } else { "dg-edge" };
        let dash = if arrow.dashed {
            r#" stroke-dasharray="3 3""#
        } else {
            ""
        };
        let (x, tip) = (arrow.x, arrow.to - 1);
        self.put(&format!(
            r#"<g class="{class}"><path class="dg-arrow" d="M{x} {}V{}" fill="none" stroke="{LINE}" stroke-width="1.4"{dash}/><path class="dg-head" d="M{} {}h8l-4 6z" fill="{LINE}"/></g>"#,
            arrow.from + 1,
            tip - 5,
            x - 4,
            tip - 6,
        ));
        for line in &arrow.label {
            self.line(line);
        }
    }

    fn route(&mut self, route: &Route) {
        let (class, colour, dash) = match route.kind {
            ExitKind::Back => ("dg-edge dg-back", ACCENT, r#" stroke-dasharray="4 3""#),
            ExitKind::Late => ("dg-edge dg-late", LINE, r#" stroke-dasharray="1 3""#),
            ExitKind::Plain => ("dg-edge", LINE, ""),
        };
        let mut path = String::new();
        let ((x, y), lane, (into, at)) = (route.start, route.lane_x, route.end);
        let out = if route.side == Side::Left { -1 } else { 1 };
        let down = (at - y).signum();
        let bend = 6.min((at - y).abs() / 2);
        let tip = into + out;
        // Out, round the corner; the farthest one goes along, round the corner and in.
        let _ = write!(
            path,
            "M{x} {y}H{}Q{lane} {y} {lane} {}",
            lane - out * bend,
            y + down * bend
        );
        let mut head = String::new();
        if route.whole {
            let _ = write!(
                path,
                "V{}Q{lane} {at} {} {at}H{}",
                at - down * bend,
                lane - out * bend,
                tip + out * 5
            );
            head = format!(
                r#"<path class="dg-head" d="M{tip} {at}l{} -4v8z" fill="{colour}"/>"#,
                out * 6
            );
        }
        self.put(&format!(
            r#"<g class="{class}" color="{colour}" data-from="{}" data-to="{}"><path class="dg-arrow" d="{path}" fill="none" stroke="{colour}" stroke-width="1.4"{dash}/>{head}</g>"#,
            self.id(route.from),
            self.id(route.to),
        ));
    }

    fn id(&self, spot: Spot) -> String {
        match spot {
            Spot::State(ix) => escape(&self.def.states[ix].id),
            Spot::Finish => String::new(),
        }
    }
}

const INK: &str = "#1f2328";
const MUTED: &str = "#5b6470";
const SURFACE: &str = "#ffffff";
const MACHINE: &str = "#f1f3f6";
const FRAME: &str = "#f7f8fa";
const PANEL: &str = "#eef0f4";
const BORDER: &str = "#b9c0ca";
const LINE: &str = "#6b7480";
const ACCENT: &str = "#c2371d";

/// Text for an attribute or an element; what XML does not allow is left out.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(' '),
            c if c.is_control() || c == '\u{FFFE}' || c == '\u{FFFF}' => {}
            c => out.push(c),
        }
    }
    out
}
