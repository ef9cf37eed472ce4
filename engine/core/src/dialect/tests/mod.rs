//! The dialect as an author meets it: whole files, every section, every usual slip.

mod shipment;
mod world;

pub(super) use world::{catalog, faults};
