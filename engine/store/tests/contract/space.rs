//! The generator of flows, people and moves that the core's own tests use.

#[path = "../../../core/tests/engine/dice.rs"]
pub mod dice;
#[path = "../../../core/tests/engine/house.rs"]
pub mod house;
#[path = "../../../core/tests/engine/space/make.rs"]
pub mod make;
#[path = "../../../core/tests/engine/space/moves.rs"]
pub mod moves;
#[path = "../../../core/tests/engine/space/sketch.rs"]
pub mod sketch;
#[path = "../../../core/tests/engine/space/world.rs"]
pub mod world;
#[path = "../../../core/tests/engine/space/yaml.rs"]
pub mod yaml;
