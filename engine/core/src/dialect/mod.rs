//! The YAML dialect: from text to a definition and diagnostics.
