//! What one run may copy in all.
//!
//! The engine counts steps, but one step that reads a list copies the whole list. So every read of a list or a map is
//! charged with its size: a loop that copies a large one again and again ends in milliseconds, not in minutes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rhai::{Dynamic, Engine};

use super::context::RuleContext;
use super::{fault, library};

/// Items of lists and maps one run may copy.
const COPIED_MAX: usize = 3_000_000;

/// A run under way, as the engine hands it to every function.
#[derive(Clone, Default)]
pub(super) struct Run {
    pub(super) context: RuleContext,
    copied: Arc<AtomicUsize>,
}

impl Run {
    pub(super) fn new(context: RuleContext) -> Self {
        Self {
            context,
            copied: Arc::default(),
        }
    }
}

/// Lists and maps inside one another. Values are copied, measured and dropped by recursion, so depth costs stack.
const NESTED_MAX: usize = 16;

#[expect(
    deprecated,
    reason = "marked so by the engine because it may change, not because it goes away"
)]
pub(super) fn register(engine: &mut Engine) {
    engine.on_var(|name, _, cx| {
        let Some(value) = cx.scope().get(name) else {
            return Ok(None);
        };
        // Every value grows by reading a variable, so what is refused here can never get deeper.
        let size = size(value, 0).ok_or_else(|| library::too_large().raise())?;
        if size == 0 {
            return Ok(None);
        }
        let before = cx
            .tag()
            .read_lock::<Run>()
            .map_or(0, |run| run.copied.fetch_add(size, Ordering::Relaxed));
        if before.saturating_add(size) <= COPIED_MAX {
            return Ok(None);
        }
        Err(fault::limit(
            "too_many_operations",
            "反复复制的数据过多，请先取出需要的部分再循环",
            "it copies too much, take the part that is needed out before the loop",
        )
        .raise())
    });
}

/// Items of a list or a map, with everything inside; `None` when it is nested too deeply.
fn size(value: &Dynamic, depth: usize) -> Option<usize> {
    if depth > NESTED_MAX {
        return None;
    }
    if let Ok(list) = value.as_array_ref() {
        let inside = |total: usize, item| Some(total + 1 + size(item, depth + 1)?);
        return list.iter().try_fold(0, inside);
    }
    let Ok(map) = value.as_map_ref() else {
        return Some(0);
    };
    map.values()
        .try_fold(0, |total, item| Some(total + 1 + size(item, depth + 1)?))
}
