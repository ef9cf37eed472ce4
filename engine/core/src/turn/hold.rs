//! Holding: an instance that cannot go on by itself says so, names an owner, and tells people. Never a silent skip.

use crate::condition::NoValue;
use crate::definition::{Definition, PeopleRef, State};
use crate::event::Change;
use crate::instance::{Held, TaskKind};
use crate::people::PersonId;
use crate::refusal::Refusal;
use crate::text::Text;
use crate::turn::Run;

/// The built-in mail that tells somebody of a held instance.
pub const HELD_MAIL: &str = "held";

/// The built-in mail that tells the owner that a state found too many people to mail.
pub const CROWD_MAIL: &str = "crowd";
/// Most people one state mails: beyond that it stands in their lists, and the flow's owner looks at the rule that found them.
const MAILED_MAX: usize = 50;

/// What went wrong.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    pub code: &'static str,
    pub reason: Text,
    /// Told besides the owner.
    pub tell: Vec<PeopleRef>,
}

impl Trouble {
    pub(crate) fn new(code: &'static str, zh: String, en: String) -> Self {
        Self {
            code,
            reason: Text { zh, en },
            tell: vec![],
        }
    }

    /// A condition or a rule read a field that is not filled in.
    pub(crate) fn no_value(def: &Definition, missing: &NoValue) -> Self {
        match missing {
            NoValue::Missing(path) => {
                let label = def.entity.label_of(path);
                let zh = format!(
                    "判断条件需要“{}”，但该字段没有填写；填写后请重试。",
                    label.zh
                );
                let en = format!(
                    "A condition needs “{}”, which is not filled in; fill it in and retry.",
                    label.en
                );
                Self::new("missing_value", zh, en)
            }
            NoValue::Arithmetic(what) | NoValue::Mismatch(what) => {
                let zh = format!("条件无法计算：{what}。请更正数据后重试。");
                let en =
                    format!("A condition cannot be computed: {what}. Correct the data and retry.");
                Self::new("arithmetic", zh, en)
            }
        }
    }

    /// The same states again and again.
    pub(crate) fn runaway(name: &Text) -> Self {
        let zh = format!(
            "节点“{}”被反复进入，流程可能在循环；请流程负责人检查。",
            name.zh
        );
        let en = format!(
            "State “{}” was entered again and again; the flow's owner should look for a loop.",
            name.en
        );
        Self::new("runaway", zh, en)
    }

    /// Nobody to ask.
    pub(crate) fn nobody(name: &Text, why: &[Text]) -> Self {
        let because = |pick: fn(&Text) -> &str| why.iter().map(pick).collect::<Vec<_>>().join(" ");
        let zh = format!(
            "节点“{}”找不到可以处理的人。{}",
            name.zh,
            because(|text| &text.zh)
        );
        let en = format!(
            "Nobody can be asked at “{}”. {}",
            name.en,
            because(|text| &text.en)
        );
        Self::new("nobody", zh, en)
    }
}

impl Run<'_> {
    /// Holds the instance at a state; `entry` is none when it could not even be entered.
    pub(crate) fn hold(
        &mut self,
        state: &State,
        entry: Option<u32>,
        trouble: Trouble,
    ) -> Result<(), Refusal> {
        let owner = self.cx.organisation.owners(self.def, &self.case);
        let told = trouble.tell.iter().map(ref_name).collect();
        let mut to: Vec<PersonId> = self
            .resolve_all(&trouble.tell)
            .into_iter()
            .map(|(person, _)| person)
            .collect();
        to.extend(
            owner
                .iter()
                .filter(|person| !to.contains(person))
                .cloned()
                .collect::<Vec<_>>(),
        );
        let held = Held {
            code: trouble.code.to_owned(),
            reason: trouble.reason,
            state: state.id.clone(),
            entry,
            told,
            owner,
            since: self.cx.now,
        };
        self.emit(Change::Held { held });
        self.mail(HELD_MAIL, to, None, &state.id);
        Ok(())
    }

    /// Queues a mail to people who are here; nobody, no mail. A crowd is not mailed either: its owner is told instead.
    pub(crate) fn mail(
        &mut self,
        mail: &str,
        mut to: Vec<PersonId>,
        task: Option<u32>,
        state: &str,
    ) {
        to.retain(|person| self.cx.organisation.may_act(person));
        if task.is_some_and(|no| self.one_of_a_crowd(no)) {
            if self.queued(CROWD_MAIL, state) {
                return;
            }
            let owners = self.cx.organisation.owners(self.def, &self.case);
            return self.mail(CROWD_MAIL, owners, None, state);
        }
        if !to.is_empty() {
            self.emit(Change::MailQueued {
                mail: mail.to_owned(),
                to,
                task,
                state: state.to_owned(),
            });
        }
    }

    /// Was this task's holder found by a rule that found more people than anybody should mail at once?
    fn one_of_a_crowd(&self, no: u32) -> bool {
        let instance = &self.case.instance;
        let Some(task) = instance.task(no) else {
            return false;
        };
        let decides = matches!(task.kind, TaskKind::Approve | TaskKind::Work);
        let by_rule = task.voter == task.assignee;
        let voters = instance.at(task.entry).map_or(0, |at| at.voters.len());
        decides && by_rule && voters > MAILED_MAX
    }
}

/// The word a flow uses for some people.
pub(crate) fn ref_name(who: &PeopleRef) -> String {
    match who {
        PeopleRef::Applicant => "applicant".to_owned(),
        PeopleRef::Waiting => "waiting".to_owned(),
        PeopleRef::Named(name) => name.clone(),
    }
}
