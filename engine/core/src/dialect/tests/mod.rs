//! The dialect as an author meets it: whole files, every section, every usual slip.

mod manifests;
mod mutations;
mod rendering;
mod sections;
mod shipment;
mod slips;
mod typical;
mod world;

pub(super) use world::{catalog, faults};
