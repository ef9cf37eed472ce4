//! The rules a flow may run, as the engine asks for them.

use std::collections::BTreeMap;

use assent_core::catalog::RuleType;
use assent_core::text::Text;
use assent_core::turn::{Context, RuleAnswer, Rules};
use assent_core::value::Values;

/// The rules that were loaded at start (and again when a script changed).
#[derive(Clone, Default)]
pub(crate) struct RuleBook {}

impl RuleBook {
    /// What flows may call.
    pub(crate) fn types(&self) -> BTreeMap<String, RuleType> {
        BTreeMap::new()
    }
}

impl Rules for RuleBook {
    fn run(&self, rule: &str, _given: &Values, _cx: &Context<'_>) -> Result<RuleAnswer, Text> {
        Err(Text::new(
            format!("没有规则 {rule}，请检查 scripts 文件夹。"),
            format!("There is no rule {rule}; look into the scripts folder."),
        ))
    }
}
