//! The dialect as an author meets it: whole files, every section, every usual slip.

mod rendering;
mod shipment;
mod slips;
mod world;

pub(super) use world::{catalog, faults};
