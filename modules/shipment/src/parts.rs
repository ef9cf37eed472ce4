//! Parts on the way to a repair (S2-36): the repair order is told when they leave and when they have arrived.

use std::collections::BTreeMap;

use assent_core::module::Reaction;
use assent_core::value::{ReadValues as _, Value, Values};

/// What the repair order of this shipment is told, if it is for one. `numbered` is the record with the shipment's number.
pub(crate) fn told(shipment: &Values, numbered: &Values, event: &str) -> Option<Reaction> {
    let order = shipment.text("work_order")?;
    let number = numbered.text("shipment_no").unwrap_or_default();
    let payload = BTreeMap::from([("shipment".to_owned(), Value::from(number))]);
    Some(Reaction::Tell {
        entity: "work_order".to_owned(),
        record: order.to_owned(),
        event: event.to_owned(),
        payload: Value::Map(payload),
    })
}
