//! What a rule may know besides its inputs.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::table::Table;

/// Which days are worked. A calendar of [`crate::calendar`] is one.
pub trait Workdays: Send + Sync {
    /// Is that day worked (a make-up working day counts)?
    fn is_workday(&self, day: Date) -> bool;
}

/// What a rule may know besides its inputs; cheap to clone.
#[derive(Clone, Default)]
pub struct RuleContext {
    /// The working calendar; a rule that counts working days is refused without one.
    pub calendar: Option<Arc<dyn Workdays>>,
    /// Rule tables by name. [`super::RuleSet::run`] puts those of the rule's own file here, unless there is one of that
    /// name already: the version an admin published.
    pub tables: Arc<BTreeMap<String, Table>>,
}

impl RuleContext {
    /// A context with that calendar.
    pub fn with_calendar(calendar: Arc<dyn Workdays>) -> Self {
        Self {
            calendar: Some(calendar),
            tables: Arc::default(),
        }
    }
}

impl Workdays for crate::calendar::WorkCalendar {
    fn is_workday(&self, day: Date) -> bool {
        crate::calendar::WorkCalendar::is_workday(self, day)
    }
}
