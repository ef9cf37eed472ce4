//! The store's contract: every test runs on both databases. SQLite is a file in a temporary folder; PostgreSQL comes from
//! `ASSENT_TEST_POSTGRES` (see `tests/pg run`), each test in a schema of its own, and is skipped loudly when that is not set.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod audit;
mod care;
mod commit;
mod committer;
mod definitions;
mod diff;
mod guards;
mod lists;
mod open;
mod people;
mod queues;
mod records;
#[expect(dead_code, reason = "the core's own tests use more of it")]
mod space;
mod support;
mod turns;
mod verbs;
