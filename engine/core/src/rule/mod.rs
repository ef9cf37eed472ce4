//! Rules in rhai, in a sandbox.
