//! What no check can promise holds the instance and says what is wrong.

use crate::running::{Running, unchecked, version};

/// A8.5: a value that is missing when a condition reads it holds the instance and names the field; it is never false.
#[test]
fn a_missing_value_holds_the_instance_and_names_the_field() {
    let reads = (
        "approve: {by: jury, needs: 2}",
        "when: note == \"x\", approve: {by: jury, needs: 2}",
    );
    let mut running = Running::submitted(unchecked(&[reads]));
    let held = &running.case.instance.holds[0];
    assert_eq!(held.code, "missing_value");
    assert!(held.reason.zh.contains("“备注”"), "{held:?}");
    assert_eq!(running.standing(), [""; 0], "neither asked nor passed over");
    assert_eq!(held.owner, ["own"]);
    // The check had said so.
    let found = assent_core::check::findings(&running.def, &crate::house::catalog());
    assert!(
        found
            .iter()
            .any(|finding| finding.code == "field-may-be-empty"),
        "{found:#?}"
    );
    running
        .migrated(&version(&[]), &crate::running::none())
        .unwrap();
    assert_eq!(running.waiting_on(), ["jo", "ki", "lu"]);
}
