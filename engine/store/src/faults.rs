//! For tests alone (feature `faults`): the n-th call of a database on this thread fails, or never comes back.
//!
//! A database is asked in one place for reads ([`crate::db`]) and in one for transactions ([`crate::tx`]); both pass here.
//! What is planned holds for one thread, so that tests beside each other do not see each other's faults: a test that plans
//! one runs on a runtime of one thread.

use std::cell::RefCell;

use crate::error::{StoreError, StoreErrorKind};

/// What becomes of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection is gone before anything was done.
    Before,
    /// It is done, but the connection breaks before the answer: whether it was done is not known to the caller.
    After,
    /// The process dies before the call.
    DieBefore,
    /// The process dies when the call is done, before anybody hears of it.
    DieAfter,
}

#[derive(Default)]
struct Plan {
    calls: u64,
    fault: Option<(u64, Fault)>,
    struck: bool,
}

thread_local! {
    static PLAN: RefCell<Plan> = RefCell::default();
}

/// Counts calls from here on; the one with this number (from 1) meets the fault.
pub fn plan(at: u64, fault: Fault) {
    PLAN.with_borrow_mut(|plan| {
        *plan = Plan {
            fault: Some((at, fault)),
            ..Plan::default()
        };
    });
}

/// No fault any more; answers how many calls there were since the last plan, and whether the fault came about.
pub fn clear() -> (u64, bool) {
    PLAN.with_borrow_mut(|plan| {
        let was = std::mem::take(plan);
        (was.calls, was.struck)
    })
}

/// The process has died: everything that waits for a database waits for ever.
pub fn dead() -> bool {
    PLAN.with_borrow(|plan| {
        let dies = plan
            .fault
            .is_some_and(|(_, fault)| matches!(fault, Fault::DieBefore | Fault::DieAfter));
        plan.struck && dies
    })
}

/// Whether this call is to fail, and how.
fn drawn() -> Option<Fault> {
    PLAN.with_borrow_mut(|plan| {
        plan.calls += 1;
        let (at, fault) = plan.fault?;
        let hit = at == plan.calls;
        plan.struck |= hit;
        hit.then_some(fault)
    })
}

/// Makes a call, or does what was planned instead.
pub(crate) async fn pass<T>(
    call: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    if dead() {
        return std::future::pending().await;
    }
    let fault = drawn();
    let gone = || StoreError::new(StoreErrorKind::Gone, "a fault of the test");
    match fault {
        Some(Fault::Before) => return Err(gone()),
        Some(Fault::DieBefore) => return std::future::pending().await,
        Some(Fault::After | Fault::DieAfter) | None => {}
    }
    let done = call.await;
    match fault {
        Some(Fault::After) => Err(gone()),
        // Another call may have died meanwhile; then this answer is not heard either.
        _ if dead() => std::future::pending().await,
        _ => done,
    }
}
