//! What happens when it gets late, in words.

use crate::definition::{Definition, LateAct, PeopleRef, Rung, RungTime};
use crate::text::Text;

/// One rung of a ladder: "到期时催办待办人"; `people` says who.
pub(crate) fn rung(def: &Definition, rung: &Rung, people: &dyn Fn(&[PeopleRef]) -> Text) -> Text {
    let at = match &rung.at {
        RungTime::After(term) => {
            let term = term.text();
            Text::new(format!("{}后", term.zh), format!("after {}", term.en))
        }
        RungTime::Deadline => Text::new("到期时", "at the deadline"),
        RungTime::Share(percent) => Text::new(
            format!("期限过去 {percent} % 时"),
            format!("when {percent} % of the time is over"),
        ),
        RungTime::DeadlinePlus(term) => {
            let term = term.text();
            Text::new(
                format!("到期后 {}", term.zh),
                format!("{} after the deadline", term.en),
            )
        }
    };
    let act = match &rung.act {
        LateAct::Remind(to) => {
            let to = people(to);
            Text::new(format!("催办{}", to.zh), format!("remind {}", to.en))
        }
        LateAct::Add(to) => {
            let to = people(to);
            Text::new(format!("加上{}", to.zh), format!("also ask {}", to.en))
        }
        LateAct::HandTo(to) => {
            let to = people(to);
            Text::new(format!("转给{}", to.zh), format!("hand over to {}", to.en))
        }
        LateAct::Approve => Text::new("系统同意", "the system approves"),
        LateAct::Reject => Text::new("系统拒绝", "the system rejects"),
        LateAct::Go(ix) => {
            let name = &def.states[*ix].name;
            Text::new(format!("转到“{}”", name.zh), format!("go to “{}”", name.en))
        }
    };
    let again = rung.every.map_or_else(Text::default, |every| {
        let every = every.text();
        Text::new(
            format!("，每 {}一次，最多 {} 次", every.zh, rung.at_most),
            format!(", every {}, at most {} times", every.en, rung.at_most),
        )
    });
    Text::new(
        format!("{}{}{}", at.zh, act.zh, again.zh),
        format!("{} {}{}", at.en, act.en, again.en),
    )
}
