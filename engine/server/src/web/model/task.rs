//! The task page: everything an approver needs on the first screen, two taps to a decision.

use assent_core::text::Lang;
use assent_runtime::app::{FormOption, OfferView, OpinionView, TaskView};
use serde::Serialize;

use super::field::{Drawing, FieldModel};
use super::part::{Amount, Deadline, Face, FactModel, Note, Tag};
use super::sheet::{Comeback, Hidden, Sheet, Sheets, look, sheet_id};
use super::trail::{self, TrailLine};
use crate::web::{people, words};

/// Facts of the first screen beside the amount.
const FEW_MAX: usize = 4;
/// Buttons in the bar besides 更多.
const BAR_BUTTONS_MAX: usize = 2;

/// The head of a task's or an instance's page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Head {
    pub flow: String,
    pub round: String,
    pub status: Option<Tag>,
    pub case_title: String,
    pub who: Face,
    pub asks: String,
    pub stamp: Option<Tag>,
}

/// Most lines of the trail on the task's own page: the newest, and what comes.
const TRAIL_LINES_MAX: usize = 16;
/// Largest diagram drawn there, bytes.
const DIAGRAM_BYTES_MAX: usize = 12_000;

/// The task page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TaskModel {
    #[serde(flatten)]
    pub head: Head,
    pub big: Option<Amount>,
    pub few: Vec<FactModel>,
    pub deadline: Option<Deadline>,
    pub role: String,
    pub gone: Option<Note>,
    pub changes: Vec<ChangeModel>,
    pub changes_title: String,
    pub asked: Option<Said>,
    pub opinions: Vec<Said>,
    pub opinions_title: String,
    pub waits: Option<Note>,
    /// Names offered in the boxes for people.
    pub people: Vec<String>,
    pub facts: Vec<FactModel>,
    pub trail: Vec<TrailLine>,
    pub minor: usize,
    /// The instance's page, where the trail stands as a whole; empty when all of it is here.
    pub whole_trail: String,
    /// The same for the diagram.
    pub whole_diagram: String,
    pub diagram: String,
    pub diagram_open: bool,
    pub states: Vec<StateLine>,
    pub why: Vec<String>,
    pub why_href: String,
    pub bar: Option<Bar>,
    pub sheets: Vec<Sheet>,
    pub more: Vec<MenuItem>,
    pub form: Option<DraftForm>,
    /// The reader's other open tasks.
    pub left: String,
    pub next: String,
}

impl TaskModel {
    /// The trail and the diagram, as far as they fit a first view; the rest is on the instance's page.
    fn at_length(&mut self, view: &TaskView, lang: Lang) {
        let instance = &view.instance;
        let page = format!("/instances/{}", instance.head.id);
        self.trail = trail::lines(instance, lang);
        if self.trail.len() > TRAIL_LINES_MAX {
            self.trail.retain(|line| !line.tone.contains("minor"));
            let more = self.trail.len().saturating_sub(TRAIL_LINES_MAX);
            self.trail.drain(..more);
            self.whole_trail = format!("{page}#trail");
        }
        let svg = instance.diagram.svg.get(lang);
        if svg.len() > DIAGRAM_BYTES_MAX {
            self.whole_diagram = format!("{page}#diagram");
        } else {
            svg.clone_into(&mut self.diagram);
        }
    }
}

/// A field that changed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ChangeModel {
    pub label: String,
    pub before: String,
    pub after: String,
}

/// Somebody's words: what they ask, or what they answered.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Said {
    pub who: Face,
    pub what: String,
    pub at: String,
    pub question: String,
    pub words: String,
}

impl Said {
    fn of(said: &OpinionView, lang: Lang) -> Self {
        Self {
            who: Face::of(&said.by, lang),
            what: words::word(lang, &format!("task.said_{}", said.kind)).to_owned(),
            at: said.at.shown.get(lang).to_owned(),
            question: said.question.clone().unwrap_or_default(),
            words: said.words.clone(),
        }
    }
}

/// The fixed bar.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Bar {
    /// How many columns: empty (three), `two`, `one`.
    pub columns: &'static str,
    pub buttons: Vec<BarButton>,
}

/// A button of the bar: a link that opens a sheet.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BarButton {
    pub href: String,
    pub label: String,
    pub icon: &'static str,
    pub tone: &'static str,
    /// The key that opens it.
    pub key: &'static str,
}

/// A line under 更多: what can be done, or why it cannot.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MenuItem {
    pub href: String,
    pub label: String,
    pub hint: String,
    pub icon: &'static str,
}

/// One state in the list form of the diagram.
#[derive(Clone, Debug, Default, Serialize)]
pub struct StateLine {
    pub words: String,
    pub mark: &'static str,
    pub icon: &'static str,
    pub inside: bool,
}

/// The form of a draft.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DraftForm {
    pub title: String,
    pub action: String,
    pub error: String,
    pub hidden: Vec<Hidden>,
    pub fields: Vec<FieldModel>,
    pub buttons: Vec<FormButton>,
    pub multipart: bool,
}

/// A button of a form.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FormButton {
    pub label: String,
    pub value: &'static str,
    pub tone: &'static str,
    /// Sent even when fields are missing.
    pub free: bool,
}

/// What a task page is drawn from besides the view.
pub struct TaskDrawing<'a> {
    pub lang: Lang,
    /// Random, one per page: a repeated post gets the first answer.
    pub key: String,
    pub people: &'a [FormOption],
    pub comeback: Option<&'a Comeback>,
}

impl TaskDrawing<'_> {
    /// Draws the page.
    pub fn draw(&self, view: &TaskView) -> TaskModel {
        let lang = self.lang;
        let instance = &view.instance;
        let first: Vec<_> = instance.facts.iter().filter(|fact| fact.first).collect();
        let big = first.iter().find_map(|fact| Amount::of(fact, lang));
        let few = first
            .iter()
            .filter(|fact| {
                big.as_ref()
                    .is_none_or(|big| big.label != fact.label.get(lang))
            })
            .take(FEW_MAX)
            .map(|fact| FactModel::brief(fact, lang))
            .collect();
        let mut model = TaskModel {
            head: head(instance, view.round, lang),
            few,
            deadline: view
                .due
                .as_ref()
                .filter(|_| view.open)
                .map(|due| Deadline::of(due, lang)),
            role: view.role.get(lang).to_owned(),
            gone: self.gone(view),
            changes: view
                .changed
                .iter()
                .map(|change| ChangeModel {
                    label: change.label.get(lang).to_owned(),
                    before: change.before.get(lang).to_owned(),
                    after: change.after.get(lang).to_owned(),
                })
                .collect(),
            changes_title: words::word(lang, "task.changed").to_owned(),
            facts: instance
                .facts
                .iter()
                .map(|fact| FactModel::of(fact, lang))
                .collect(),
            states: states(instance, lang),
            why_href: format!("/instances/{}/why", view.instance.head.id),
            why: view
                .why
                .iter()
                .map(|text| text.get(lang).to_owned())
                .collect(),
            big: big.clone(),
            ..TaskModel::default()
        };
        model.at_length(view, lang);
        model.minor = model
            .trail
            .iter()
            .filter(|line| line.tone.contains("minor"))
            .count();
        if let Some(due) = &view.due {
            model
                .why
                .extend(due.because.iter().map(|text| text.get(lang).to_owned()));
        }
        if view.open {
            self.told(view, &mut model);
            self.actions(view, big, &mut model);
        }
        if view.left > 1 {
            model.left = words::say(lang, "inbox.left", &[("n", &view.left.to_string())]);
        }
        if let Some((instance, task)) = &view.next {
            model.next = format!("/tasks/{instance}/{task}");
        }
        model
    }

    /// Who asked and what for, what others have said for it, and whom it waits for.
    fn told(&self, view: &TaskView, model: &mut TaskModel) {
        let lang = self.lang;
        model.asked = view.asked.as_ref().map(|asked| Said::of(asked, lang));
        model.opinions = view
            .opinions
            .iter()
            .map(|said| Said::of(said, lang))
            .collect();
        model.opinions_title = words::word(lang, "task.opinions").to_owned();
        model.waits = view.waits_for.as_ref().map(|person| Note {
            tone: "late".to_owned(),
            icon: "hourglass".to_owned(),
            text: words::say(lang, "task.waits_for", &[("who", &person.name)]),
            ..Note::default()
        });
        let names: Vec<&str> = view
            .candidates
            .iter()
            .map(|person| person.name.as_str())
            .collect();
        if !names.is_empty() {
            let names = names.join(lang.pick("、", ", "));
            model
                .why
                .push(words::say(lang, "task.candidates", &[("who", &names)]));
        }
        model.people = people::offered(self.people, lang);
    }

    fn gone(&self, view: &TaskView) -> Option<Note> {
        (!view.open).then(|| Note {
            icon: "info".to_owned(),
            text: view.ended.get(self.lang).to_owned(),
            href: format!("/instances/{}", view.instance.head.id),
            label: words::word(self.lang, "task.see_result").to_owned(),
            ..Note::default()
        })
    }

    fn actions(&self, view: &TaskView, sum: Option<Amount>, model: &mut TaskModel) {
        let base = format!("/tasks/{}/{}", view.instance.head.id, view.task);
        let sheets = Sheets {
            lang: self.lang,
            base: base.clone(),
            sum,
            hidden: self.hidden(view),
            form: &view.form,
            comeback: self.comeback,
        };
        let draft = view.kind == "draft";
        let (mut bar, mut more, mut outcomes) = (Vec::new(), Vec::new(), 0);
        for offer in &view.offers {
            if draft
                && matches!(
                    offer.action.as_str(),
                    "submit" | "save" | "submit_straight_back"
                )
            {
                continue;
            }
            if !offer.allowed {
                more.extend(self.why_not(offer));
                continue;
            }
            if matches!(offer.verb, "comment" | "copy") {
                // Their sheets stand on the case's own page: this one stays small enough for a slow network.
                more.push(MenuItem {
                    href: format!("/instances/{}#{}", view.instance.head.id, offer.verb),
                    ..self.menu_item(offer)
                });
                continue;
            }
            model.sheets.push(sheets.of(offer));
            let main = matches!(
                offer.verb,
                "approve" | "reject" | "act" | "advise" | "reply" | "claim" | "read"
            );
            if main && bar.len() < BAR_BUTTONS_MAX {
                bar.push(self.bar_button(offer, bar.is_empty()));
            } else if offer.verb == "outcome" {
                // A conclusion of the flow's own stands before what only moves the task.
                more.insert(outcomes, self.menu_item(offer));
                outcomes += 1;
            } else {
                more.push(self.menu_item(offer));
            }
        }
        if draft {
            model.form = Some(self.draft(view, &base));
        }
        if bar.is_empty() && more.is_empty() {
            return;
        }
        if !more.is_empty() {
            bar.push(BarButton {
                href: "#more".to_owned(),
                label: words::word(self.lang, "task.more_short").to_owned(),
                icon: "ellipsis",
                ..BarButton::default()
            });
        }
        let columns = ["", "one", "two", ""][bar.len().min(3)];
        model.bar = Some(Bar {
            columns,
            buttons: bar,
        });
        model.more = more;
    }

    fn hidden(&self, view: &TaskView) -> Vec<Hidden> {
        vec![
            Hidden {
                name: "round",
                value: view.round.to_string(),
            },
            Hidden {
                name: "facts",
                value: view.facts_hash.clone(),
            },
            Hidden {
                name: "key",
                value: self.key.clone(),
            },
        ]
    }

    fn bar_button(&self, offer: &OfferView, first: bool) -> BarButton {
        let (_, icon) = look(offer);
        BarButton {
            href: format!("#{}", sheet_id(offer)),
            label: offer.label.get(self.lang).to_owned(),
            icon,
            tone: match (offer.action.as_str(), first) {
                ("reject", _) => "no",
                (_, true) => "main",
                (_, false) => "",
            },
            key: match offer.action.as_str() {
                "approve" => "a",
                "reject" => "r",
                _ => "",
            },
        }
    }

    fn menu_item(&self, offer: &OfferView) -> MenuItem {
        let (_, icon) = look(offer);
        MenuItem {
            href: format!("#{}", sheet_id(offer)),
            label: offer.label.get(self.lang).to_owned(),
            hint: offer.consequence.get(self.lang).to_owned(),
            icon,
        }
    }

    /// What cannot be done and why, where that helps.
    fn why_not(&self, offer: &OfferView) -> Option<MenuItem> {
        let refusal = offer.refusal.as_ref()?;
        let (_, icon) = look(offer);
        Some(MenuItem {
            href: String::new(),
            label: offer.label.get(self.lang).to_owned(),
            hint: refusal.message.get(self.lang).to_owned(),
            icon,
        })
    }

    fn draft(&self, view: &TaskView, base: &str) -> DraftForm {
        let comeback = self.comeback.filter(|back| back.sheet == "edit");
        let drawing = Drawing {
            lang: self.lang,
            prefix: "edit",
            typed: comeback.map(|back| &back.typed),
            faults: comeback.map_or(&[], |back| &back.faults),
            require: &[],
        };
        let mut buttons = Vec::new();
        for (action, key, tone) in [
            ("submit", "form.submit", "main"),
            ("submit_straight_back", "form.straight_back", ""),
            ("save", "form.save", ""),
        ] {
            if view
                .offers
                .iter()
                .any(|offer| offer.action == action && offer.allowed)
            {
                buttons.push(FormButton {
                    label: words::word(self.lang, key).to_owned(),
                    value: action,
                    tone,
                    free: action == "save",
                });
            }
        }
        DraftForm {
            title: view.state_name.get(self.lang).to_owned(),
            action: format!("{base}/edit"),
            error: comeback.map(|back| back.error.clone()).unwrap_or_default(),
            hidden: self.hidden(view),
            multipart: view
                .form
                .iter()
                .any(|field| field.kind == "file" && field.write),
            fields: drawing.writable(&view.form),
            buttons,
        }
    }
}

/// The head of a page about an instance.
pub fn head(view: &assent_runtime::app::InstanceView, round: u32, lang: Lang) -> Head {
    let head = &view.head;
    Head {
        flow: head.flow_name.get(lang).to_owned(),
        round: if round > 1 {
            words::say(lang, "task.round", &[("n", &round.to_string())])
        } else {
            String::new()
        },
        status: (head.status != "running")
            .then(|| Tag::status(&head.status, &head.status_shown, lang)),
        case_title: head.title.clone(),
        who: Face::of(&head.applicant, lang),
        asks: words::say(
            lang,
            "task.asked_at",
            &[
                ("unit", head.applicant.unit.get(lang)),
                ("at", head.started.shown.get(lang)),
            ],
        ),
        stamp: match head.status.as_str() {
            "approved" => Some(Tag {
                tone: "",
                icon: "stamp",
                text: head.status_shown.get(lang).to_owned(),
            }),
            "rejected" => Some(Tag {
                tone: "no",
                icon: "stamp",
                text: head.status_shown.get(lang).to_owned(),
            }),
            "withdrawn" | "cancelled" | "revoked" => Some(Tag {
                tone: "off",
                icon: "stamp",
                text: head.status_shown.get(lang).to_owned(),
            }),
            _ => None,
        },
    }
}

/// The diagram as a list.
pub fn states(view: &assent_runtime::app::InstanceView, lang: Lang) -> Vec<StateLine> {
    view.diagram
        .list
        .iter()
        .map(|item| StateLine {
            words: item.words.get(lang).to_owned(),
            mark: item.mark,
            icon: match item.mark {
                "passed" => "check",
                "here" => "hourglass",
                "skipped" => "skip-forward",
                _ => "circle",
            },
            inside: item.depth > 0,
        })
        .collect()
}
