//! The rules as a running flow asks for them.

use std::sync::Arc;

use super::context::{RuleContext, Workdays};
use super::set::RuleSet;
use crate::text::Text;
use crate::turn::{Context, RuleAnswer, Rules};
use crate::value::Values;

impl Rules for RuleSet {
    fn run(&self, rule: &str, given: &Values, cx: &Context<'_>) -> Result<RuleAnswer, Text> {
        let calendar = self
            .counts_workdays(rule)
            .then(|| Arc::new(cx.calendar.clone()) as Arc<dyn Workdays>);
        let context = RuleContext {
            calendar,
            ..RuleContext::default()
        };
        match RuleSet::run(self, rule, given, &context) {
            Ok(run) => Ok(RuleAnswer {
                gave: run.gave,
                script: run.script_hash,
            }),
            Err(fault) => Err(fault.sentence(rule)),
        }
    }
}
