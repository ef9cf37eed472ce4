//! Tests of the whole: see `house.rs` and `black_box/`.
