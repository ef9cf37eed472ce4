//! Calls of other systems that failed and are tried again: what went wrong last, and when the next try is.

use std::collections::BTreeMap;

use assent_core::effect::Effect;
use assent_core::instance::Case;
use assent_core::text::Text;
use assent_store::Attempt;

use super::error::AppError;
use super::state::App;
use crate::engine::Around;
use crate::view::when;

impl App {
    /// How the calls fare that states wait for, by the state's entry; only those that failed already.
    pub(super) async fn retries(
        &self,
        case: &Case,
        around: &Around,
    ) -> Result<BTreeMap<u32, Text>, AppError> {
        let waits = case.instance.calls.iter();
        let waits: BTreeMap<u32, u32> = waits
            .filter(|call| call.waits && !call.off)
            .map(|call| (call.no, call.entry))
            .collect();
        let mut found = BTreeMap::new();
        if waits.is_empty() {
            return Ok(found);
        }
        for tried in self.store().attempts_of(&case.instance.id).await? {
            let Ok(Effect::Call { call, .. }) = serde_json::from_str(&tried.body) else {
                continue;
            };
            if let Some(entry) = waits.get(&call).filter(|_| !tried.error.is_empty()) {
                found.insert(*entry, said(&tried, around));
            }
        }
        Ok(found)
    }
}

/// "第 1 次失败：库存冻结；… 再试".
fn said(tried: &Attempt, around: &Around) -> Text {
    let (n, error) = (tried.attempts, &tried.error);
    if tried.due <= around.now {
        return Text::new(
            format!("第 {n} 次失败：{error}；正在再试"),
            format!("attempt {n} failed: {error}; it is being tried again"),
        );
    }
    let next = when(tried.due, &around.calendar).shown;
    Text::new(
        format!("第 {n} 次失败：{error}；{} 再试", next.zh),
        format!("attempt {n} failed: {error}; next try {}", next.en),
    )
}
