//! The page of an instance: facts, trail, picture, and what the reader can do.

use assent_core::text::Lang;
use assent_runtime::app::{ChildView, FormOption, InstanceView, OfferView};
use serde::Serialize;

use super::part::{Amount, Deadline, Face, FactModel, Note, Tag};
use super::sheet::{Comeback, Hidden, Sheet, Sheets, look, sheet_id};
use super::task::{BarButton, Head, StateLine, head, states};
use super::trail::{self, TrailLine};
use crate::web::{people, words};

/// Facts of the first screen beside the amount.
const FEW_MAX: usize = 4;

/// The page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct InstanceModel {
    #[serde(flatten)]
    pub head: Head,
    pub ask: Option<Note>,
    pub big: Option<Amount>,
    pub few: Vec<FactModel>,
    pub facts: Vec<FactModel>,
    pub trail: Vec<TrailLine>,
    pub minor: usize,
    pub diagram: String,
    pub diagram_open: bool,
    pub states: Vec<StateLine>,
    pub waiting: Vec<Waiting>,
    pub subflows: Vec<Subflows>,
    pub buttons: Vec<BarButton>,
    pub sheets: Vec<Sheet>,
    pub about: Vec<About>,
    /// Names offered in the boxes for people.
    pub people: Vec<String>,
    /// Where the flow may be overruled; empty for whoever may not.
    pub overrule: String,
    pub why_href: String,
    pub print_href: String,
}

/// Whom it waits for.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Waiting {
    pub who: Face,
    pub state: String,
    pub deadline: Option<Deadline>,
}

/// A state that waits for subflows, or for a call that is tried again.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Subflows {
    pub state: String,
    /// "等待子流程“分项审核”，3 个中已结束 1 个", or the system that is called.
    pub progress: String,
    /// How the call failed, and when it is tried again.
    pub trouble: String,
    pub lines: Vec<ChildLine>,
}

/// One of them.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ChildLine {
    /// Empty for whoever may not open it.
    pub href: String,
    pub name: String,
    pub tag: Tag,
    pub state: String,
    pub who: String,
    pub trouble: String,
}

impl ChildLine {
    /// A subflow as one line.
    pub fn of(child: &ChildView, lang: Lang) -> Self {
        let names: Vec<&str> = child
            .waiting_on
            .iter()
            .map(|person| person.name.as_str())
            .collect();
        Self {
            href: if child.open {
                format!("/instances/{}", child.instance)
            } else {
                String::new()
            },
            name: if child.title.is_empty() {
                child.flow_name.get(lang).to_owned()
            } else {
                child.title.clone()
            },
            tag: Tag::status(&child.status, &child.status_shown, lang),
            state: child.standing.get(lang).to_owned(),
            who: names.join(lang.pick("、", ", ")),
            trouble: child
                .trouble
                .as_ref()
                .map(|trouble| trouble.get(lang).to_owned())
                .unwrap_or_default(),
        }
    }
}

fn subflows(view: &InstanceView, lang: Lang) -> Vec<Subflows> {
    let waits = view.standing.iter();
    let waits =
        waits.filter(|standing| !standing.children.is_empty() || standing.trouble.is_some());
    waits
        .map(|standing| Subflows {
            state: standing.name.get(lang).to_owned(),
            progress: standing.progress.get(lang).to_owned(),
            trouble: standing
                .trouble
                .as_ref()
                .map(|trouble| trouble.get(lang).to_owned())
                .unwrap_or_default(),
            lines: standing
                .children
                .iter()
                .map(|child| ChildLine::of(child, lang))
                .collect(),
        })
        .collect()
}

/// A line about the instance itself.
#[derive(Clone, Debug, Default, Serialize)]
pub struct About {
    pub label: String,
    pub text: String,
    pub href: String,
    pub code: bool,
}

/// Draws the page.
pub fn draw(
    view: &InstanceView,
    lang: Lang,
    key: String,
    people: &[FormOption],
    comeback: Option<&Comeback>,
) -> InstanceModel {
    let first: Vec<_> = view.facts.iter().filter(|fact| fact.first).collect();
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
    let mut model = InstanceModel {
        head: head(view, view.head.round, lang),
        ask: ask(view, lang),
        few,
        facts: view
            .facts
            .iter()
            .map(|fact| FactModel::of(fact, lang))
            .collect(),
        trail: trail::lines(view, lang),
        diagram: view.diagram.svg.get(lang).to_owned(),
        states: states(view, lang),
        waiting: waiting(view, lang),
        subflows: subflows(view, lang),
        about: about(view, lang),
        people: people::offered(people, lang),
        overrule: match view.overrides {
            Some(_) => format!("/instances/{}/override", view.head.id),
            None => String::new(),
        },
        why_href: format!("/instances/{}/why", view.head.id),
        print_href: format!("/instances/{}/print", view.head.id),
        ..InstanceModel::default()
    };
    model.minor = model
        .trail
        .iter()
        .filter(|line| line.tone.contains("minor"))
        .count();
    let sheets = Sheets {
        lang,
        base: format!("/instances/{}", view.head.id),
        sum: big.clone(),
        hidden: vec![Hidden {
            name: "key",
            value: key,
        }],
        form: &[],
        comeback,
    };
    for offer in view.offers.iter().filter(|offer| shown(view, offer)) {
        model.sheets.push(sheets.of(offer));
        let (_, icon) = look(offer);
        model.buttons.push(BarButton {
            href: format!("#{}", sheet_id(offer)),
            label: offer.label.get(lang).to_owned(),
            icon,
            tone: if offer.verb == "withdraw" { "no" } else { "" },
            key: if offer.verb == "comment" { "c" } else { "" },
        });
    }
    model.big = big;
    model
}

/// What is done on the instance and not on a task.
fn shown(view: &InstanceView, offer: &OfferView) -> bool {
    let of_case = matches!(
        offer.verb,
        "withdraw" | "comment" | "retry" | "copy" | "urge" | "reopen" | "revoke" | "take_back"
    );
    offer.allowed && (of_case || without_a_task(view, offer))
}

/// Whoever added a signer may remove them although their own task is done; with an open one it is on the task's page.
fn without_a_task(view: &InstanceView, offer: &OfferView) -> bool {
    let mut others = view.offers.iter().filter(|other| other.task == offer.task);
    offer.verb == "remove_signer" && others.all(|other| other.verb == offer.verb)
}

/// The offer that a form of this page was about.
pub fn offer<'a>(view: &'a InstanceView, verb: &str) -> Option<&'a OfferView> {
    let mut named = view.offers.iter().filter(|offer| offer.verb == verb);
    named.find(|offer| verb != "remove_signer" || without_a_task(view, offer))
}

fn ask(view: &InstanceView, lang: Lang) -> Option<Note> {
    if let Some(task) = view.my_task {
        return Some(Note {
            tone: "late".to_owned(),
            icon: "inbox".to_owned(),
            text: words::word(lang, "instance.waits_for_you").to_owned(),
            href: format!("/tasks/{}/{task}", view.head.id),
            label: words::word(lang, "instance.go").to_owned(),
        });
    }
    view.head.held.as_ref().map(|held| Note {
        tone: "held".to_owned(),
        icon: "pause".to_owned(),
        text: held.get(lang).to_owned(),
        ..Note::default()
    })
}

fn waiting(view: &InstanceView, lang: Lang) -> Vec<Waiting> {
    // Whoever has a subflow stands beside it.
    let own = view.standing.iter();
    own.filter(|standing| standing.children.is_empty())
        .flat_map(|standing| {
            standing.waiting_on.iter().map(|person| Waiting {
                who: Face::of(person, lang),
                state: standing.name.get(lang).to_owned(),
                deadline: standing.due.as_ref().map(|due| Deadline::of(due, lang)),
            })
        })
        .collect()
}

fn about(view: &InstanceView, lang: Lang) -> Vec<About> {
    let head = &view.head;
    let line = |key: &str, text: &str| About {
        label: words::word(lang, key).to_owned(),
        text: text.to_owned(),
        ..About::default()
    };
    let version: String = head.version.chars().take(10).collect();
    vec![
        About {
            href: format!("/flows/{}", head.flow),
            ..line("instance.flow", head.flow_name.get(lang))
        },
        About {
            code: true,
            ..line("instance.version", &version)
        },
        line("instance.started", head.started.shown.get(lang)),
        line("instance.updated", head.updated.shown.get(lang)),
        About {
            code: true,
            ..line("instance.id", &head.id)
        },
    ]
}
