//! The engine on whole flows: the examples of the flow files beside this, random walks through them, and the generated
//! product space.
#![expect(clippy::unwrap_used, reason = "tests")]

mod dice;
mod examples;
mod house;
mod space;
mod walk;
