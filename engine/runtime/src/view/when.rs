//! Points in time and deadlines, in the zone of the flow's calendar.

use assent_core::calendar::WorkCalendar;
use assent_core::text::{Lang, Text};
use assent_core::time::Moment;

use crate::app::{Due, When};

/// A moment with how it reads.
pub(crate) fn when(at: Moment, calendar: &WorkCalendar) -> When {
    When {
        at,
        shown: Text::new(calendar.say(at, Lang::Zh), calendar.say(at, Lang::En)),
    }
}

/// A deadline with what is left of it; `because` is how it was reckoned, where that is known.
pub(crate) fn due(at: Moment, now: Moment, calendar: &WorkCalendar, because: Vec<Text>) -> Due {
    let left = calendar.left(now, at);
    Due {
        at,
        shown: left.text,
        late: left.late,
        today: calendar.civil(at).date() == calendar.civil(now).date(),
        because,
    }
}
