//! Choices: `chosen by … from …`. A choice comes in as the value `chosen_<name>`, with the draft or with a decision, and is
//! kept with the instance, not in the record.

use crate::command::{Action, Actor, Command, Verdict, Via};
use crate::definition::Definition;
use crate::event::Change;
use crate::instance::Case;
use crate::people::{Chooser, PersonId, choice_field};
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;
use crate::turn::{Context, Run};
use crate::value::Values;

/// Who may be chosen under a name, as a form offers it.
pub fn choosable(def: &Definition, case: &Case, name: &str, cx: &Context<'_>) -> Vec<PersonId> {
    let command = Command {
        actor: Actor::Person(case.instance.applicant.clone()),
        via: Via::Page,
        action: Action::Urge,
        key: None,
    };
    Run::new(def, case.clone(), &command, cx).choosable(name)
}

/// Something somebody chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The name under `people:`.
    pub name: String,
    /// The value it comes in as.
    pub field: String,
    /// What the form says: "财务经理（选 1 人）".
    pub label: Text,
    /// Fewest.
    pub least: u32,
    /// Most.
    pub most: u32,
}

impl Definition {
    /// What somebody chooses: the applicant with the draft, or whoever decides in a state.
    pub fn choices_of(&self, chooser: &Chooser) -> Vec<Choice> {
        let mut found = vec![];
        for (name, rule) in &self.people {
            let Some((by, _, least, most)) = rule.choice() else {
                continue;
            };
            if by == chooser {
                found.push(Choice {
                    name: name.clone(),
                    field: choice_field(name),
                    label: Text::new(
                        format!("选定处理人 {name}（{}）", counted(least, most).zh),
                        format!("Choose {name} ({})", counted(least, most).en),
                    ),
                    least,
                    most,
                });
            }
        }
        found
    }

    /// The name under `people:` a value chooses for, with who chooses.
    pub fn choice_named(&self, field: &str) -> Option<(&str, &Chooser)> {
        self.people.iter().find_map(|(name, rule)| {
            let (by, ..) = rule.choice()?;
            (choice_field(name) == field).then_some((name.as_str(), by))
        })
    }
}

fn counted(least: u32, most: u32) -> Text {
    if least == most {
        Text::new(format!("{least} 人"), format!("{least}"))
    } else {
        Text::new(
            format!("{least} 到 {most} 人"),
            format!("{least} to {most}"),
        )
    }
}

impl Run<'_> {
    /// Takes choices out of values that came in and keeps them; what is left are fields.
    ///
    /// # Errors
    /// Somebody else's choice, too few or too many, somebody outside the pool.
    pub(crate) fn take_choices(
        &mut self,
        set: &Values,
        may: impl Fn(&Self, &str, &Chooser) -> bool,
    ) -> Result<Values, Refusal> {
        let def = self.def;
        let mut rest = Values::new();
        for (field, value) in set {
            let Some((name, by)) = def.choice_named(field) else {
                rest.insert(field.clone(), value.clone());
                continue;
            };
            let people: Vec<PersonId> = value.ids().into_iter().map(str::to_owned).collect();
            let known = self.case.instance.choices.get(name);
            if known.map_or(&[][..], Vec::as_slice) == people {
                continue;
            }
            if !may(self, name, by) {
                let by = by.text(def);
                let zh = format!("“{name}”由{}选定，现在不能改。", by.zh);
                let en = format!("“{name}” is chosen by {}, not here.", by.en);
                let refusal = Refusal::new(RefusalKind::Input, "choice_not_yours", zh, en);
                return Err(refusal.about(field));
            }
            self.check_choice(name, field, &people)?;
            self.emit(Change::PeopleChosen {
                name: name.to_owned(),
                people,
            });
        }
        Ok(rest)
    }

    fn check_choice(&self, name: &str, field: &str, people: &[PersonId]) -> Result<(), Refusal> {
        let refused = |code, zh: String, en: String| {
            Err(Refusal::new(RefusalKind::Input, code, zh, en).about(field))
        };
        let rule = self.def.people_rule(name);
        let Some((_, _, least, most)) = rule.and_then(crate::people::PeopleRule::choice) else {
            return Ok(());
        };
        let count = u32::try_from(people.len()).unwrap_or(u32::MAX);
        // Nothing chosen is a draft not finished yet: submitting asks for it.
        if count > 0 && !(least..=most).contains(&count) {
            let due = counted(least, most);
            return refused(
                "choice_count",
                format!("请选 {}，您选了 {count} 人。", due.zh),
                format!("Choose {}; you chose {count}.", due.en),
            );
        }
        let pool = self.choosable(name);
        match people.iter().find(|id| !pool.contains(id)) {
            None => Ok(()),
            Some(other) => {
                let who = self.cx.organisation.name(other);
                refused(
                    "choice_not_allowed",
                    format!("{who}不在可选范围内，请另选。"),
                    format!("{who} may not be chosen; choose somebody else."),
                )
            }
        }
    }

    /// Who may be chosen under a name: here, and not the applicant where every state that asks them bars it.
    pub(crate) fn choosable(&self, name: &str) -> Vec<PersonId> {
        let mut pool = self.cx.organisation.choosable(self.def, name, &self.case);
        let asks = |state: &&crate::definition::State| match &state.kind {
            crate::definition::StateKind::Approve(approve) => approve
                .by
                .contains(&crate::definition::PeopleRef::Named(name.to_owned())),
            _ => false,
        };
        let states: Vec<_> = self.def.states.iter().filter(asks).collect();
        pool.retain(|person| {
            let barred = states.iter().all(|it| self.own_request_barred(it, person));
            self.cx.organisation.may_act(person) && (states.is_empty() || !barred)
        });
        pool
    }

    /// Choices somebody must make and has not.
    pub(crate) fn choices_missing(&self, chooser: &Chooser) -> Vec<Refusal> {
        let chosen = &self.case.instance.choices;
        let open = |choice: &Choice| chosen.get(&choice.name).is_none_or(Vec::is_empty);
        let missing = self.def.choices_of(chooser).into_iter().filter(open);
        missing
            .map(|choice| {
                let zh = format!("请{}。", choice.label.zh);
                let en = format!("{}.", choice.label.en);
                Refusal::new(RefusalKind::Input, "choice_required", zh, en).about(&choice.field)
            })
            .collect()
    }

    /// Choices asked for with a decision in a state; rejecting needs none.
    pub(crate) fn decision_choices(&self, state: &str, verdict: Verdict) -> Vec<Refusal> {
        match verdict {
            Verdict::Approve => self.choices_missing(&Chooser::State(state.to_owned())),
            Verdict::Reject => vec![],
        }
    }
}
