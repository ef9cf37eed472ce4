//! Why, as a page: reasons with the events that say so, and what comes next.

use assent_core::text::{Lang, Text};
use assent_runtime::app::{NextView, ReasonView, WaitView, WhyView};
use serde::Serialize;

use super::instance::{ChildLine, Subflows};
use super::part::Face;
use crate::web::words;

/// The page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct WhyModel {
    pub case_title: String,
    pub back: String,
    pub action: String,
    pub people: Vec<Choice>,
    pub asked: Vec<ReasonModel>,
    pub nobody: bool,
    pub not_title: String,
    pub not_asked: Vec<ReasonModel>,
    pub way: Vec<ReasonModel>,
    pub next: Vec<NextModel>,
    /// States that wait for subflows.
    pub subflows: Vec<Subflows>,
}

/// Somebody to ask about.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Choice {
    pub id: String,
    pub name: String,
    pub chosen: bool,
}

/// A reason.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ReasonModel {
    pub who: Option<Face>,
    pub state: String,
    pub at: String,
    pub words: Vec<String>,
    pub events: Vec<String>,
}

/// A state ahead.
#[derive(Clone, Debug, Default, Serialize)]
pub struct NextModel {
    pub tone: &'static str,
    pub icon: &'static str,
    pub state: String,
    pub fate: String,
    pub because: String,
    pub names: String,
    pub why: Vec<String>,
}

/// Draws it; `people` are id and name of everybody who can be asked about.
pub fn draw(view: &WhyView, people: Vec<(String, String)>, lang: Lang) -> WhyModel {
    let chosen = view.person.as_ref();
    let all = |reasons: &[ReasonView]| {
        reasons
            .iter()
            .map(|reason| reason_model(reason, lang))
            .collect()
    };
    WhyModel {
        case_title: view.head.title.clone(),
        back: format!("/instances/{}", view.head.id),
        action: format!("/instances/{}/why", view.head.id),
        people: people
            .into_iter()
            .map(|(id, name)| Choice {
                chosen: chosen.is_some_and(|person| person.id == id),
                id,
                name,
            })
            .collect(),
        asked: all(&view.asked),
        nobody: view.asked.is_empty() && chosen.is_none() && view.waits.is_empty(),
        not_title: words::say(
            lang,
            "why.not_asked",
            &[("who", chosen.map_or("", |person| person.name.as_str()))],
        ),
        not_asked: all(&view.not_asked),
        way: all(&view.way),
        next: view
            .next
            .iter()
            .map(|next| next_model(next, lang))
            .collect(),
        subflows: view.waits.iter().map(|wait| subflows(wait, lang)).collect(),
    }
}

fn subflows(wait: &WaitView, lang: Lang) -> Subflows {
    let (children, mut words) = (wait.children.iter(), wait.words.iter());
    let mut next = || {
        let next = words.next();
        next.map(|words| words.get(lang).to_owned())
            .unwrap_or_default()
    };
    Subflows {
        state: wait.state_name.get(lang).to_owned(),
        progress: next(),
        // The sentences on children stand in their lines.
        trouble: if wait.children.is_empty() {
            next()
        } else {
            String::new()
        },
        lines: children.map(|child| ChildLine::of(child, lang)).collect(),
    }
}

fn reason_model(reason: &ReasonView, lang: Lang) -> ReasonModel {
    let event = |seq: &u32| words::say(lang, "why.event", &[("n", &seq.to_string())]);
    ReasonModel {
        who: reason.person.as_ref().map(|person| Face::of(person, lang)),
        state: reason.state_name.get(lang).to_owned(),
        at: reason
            .at
            .as_ref()
            .map(|at| at.shown.get(lang).to_owned())
            .unwrap_or_default(),
        words: in_lang(&reason.words, lang),
        events: reason.events.iter().map(event).collect(),
    }
}

fn next_model(next: &NextView, lang: Lang) -> NextModel {
    let (tone, icon) = match next.fate {
        "skipped" => ("", "skip-forward"),
        "undecided" => ("late", "circle-help"),
        _ => ("ok", "arrow-right"),
    };
    let names: Vec<&str> = next
        .people
        .iter()
        .map(|person| person.name.as_str())
        .collect();
    NextModel {
        tone,
        icon,
        state: next.name.get(lang).to_owned(),
        fate: next.fate_shown.get(lang).to_owned(),
        because: next.because.get(lang).to_owned(),
        names: names.join(lang.pick("、", ", ")),
        why: in_lang(&next.why, lang),
    }
}

fn in_lang(texts: &[Text], lang: Lang) -> Vec<String> {
    texts.iter().map(|text| text.get(lang).to_owned()).collect()
}
