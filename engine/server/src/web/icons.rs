//! A small set of Lucide icons, inlined as SVG so that a page needs no second request.

use std::collections::HashMap;
use std::sync::OnceLock;

const SPRITE: &str = include_str!("../../assets/icons.svg");

/// The drawing of an icon; none when the set has no such icon.
pub fn drawing(name: &str) -> Option<&'static str> {
    static ICONS: OnceLock<HashMap<&'static str, &'static str>> = OnceLock::new();
    let icons = ICONS.get_or_init(|| {
        SPRITE
            .split("<symbol id=\"")
            .skip(1)
            .filter_map(|part| {
                let (name, rest) = part.split_once("\">")?;
                let (inner, _) = rest.split_once("</symbol>")?;
                Some((name, inner))
            })
            .collect()
    });
    icons.get(name).copied()
}

/// The icon as an `<svg>` element that screen readers skip: the word beside it says the same.
pub fn svg(name: &str) -> String {
    format!(
        "<svg class=\"i\" viewBox=\"0 0 24 24\" aria-hidden=\"true\" focusable=\"false\">{}</svg>",
        drawing(name).unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sprite_is_read() {
        assert!(drawing("check").is_some_and(|inner| inner.starts_with("<path")));
        assert!(drawing("nothing").is_none());
    }
}
