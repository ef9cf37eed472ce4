//! Whatever is typed, the answer is a list of places within the file.

use proptest::prelude::*;

use super::catalog;
use crate::dialect::{compile, read};

const SHIPMENT: &str = include_str!("shipment_release.yaml");

/// Pieces people paste or mistype.
const PIECES: [&str; 24] = [
    "：", "，", "{", "}", "[", "]", "'", "\"", "|", "\t", "\n", "- ", ": ", "#", "&a ", "*a",
    "!x ", "“", "\u{3000}", "{{", "审批", "\r\n", "%", "\u{FEFF}",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_mutilated_flow_is_answered(
        cuts in prop::collection::vec((0usize..9_000, 0usize..60, 0usize..PIECES.len() + 1), 1..6)
    ) {
        let mut text = SHIPMENT.to_owned();
        for (at, length, piece) in cuts {
            let start = text.floor_char_boundary(at.min(text.len()));
            let end = text.floor_char_boundary((start + length).min(text.len()));
            text.replace_range(start..end.max(start), PIECES.get(piece).copied().unwrap_or(""));
        }
        let alone = read("flow.yaml", &text, &catalog());
        let errors = alone.diagnostics.iter().any(crate::diagnostic::Diagnostic::is_error);
        prop_assert_eq!(alone.definition.is_none(), errors);
        let compiled = compile("flow.yaml", &text, &catalog());
        for fault in &compiled.diagnostics {
            let places = fault.fixes.iter().map(|fix| &fix.place).chain([&fault.place]);
            for place in places.chain(fault.also.iter().map(|(place, _)| place)) {
                prop_assert!(text.get(place.span.0..place.span.1).is_some(), "{fault:?}");
                let line = text[..place.span.0].matches('\n').count() + 1;
                prop_assert_eq!(usize::try_from(place.line).unwrap_or(0), line);
            }
        }
        let shown = crate::diagnostic::render(&compiled.diagnostics, &text, crate::text::Lang::En, false);
        prop_assert_eq!(shown.is_empty(), compiled.diagnostics.is_empty());
    }
}
