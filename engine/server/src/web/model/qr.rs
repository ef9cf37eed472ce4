//! A QR code as a drawing: one path of squares, black on white whatever the theme.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// Empty squares around the code, as the standard wants.
const QUIET: usize = 4;

/// The code of a text; empty when the text is too long for one.
pub fn svg(text: &str) -> String {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else {
        return String::new();
    };
    let (width, colors) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let dark = row[x..]
                .iter()
                .take_while(|color| **color == Color::Dark)
                .count();
            if dark > 0 {
                // Side by side in one stroke: half the size, and no seams between squares.
                let _ = write!(path, "M{} {}h{dark}v1h-{dark}z", x + QUIET, y + QUIET);
            }
            x += dark.max(1);
        }
    }
    let all = width + 2 * QUIET;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {all} {all}\" role=\"img\" shape-rendering=\"crispEdges\">\
         <title>QR</title><rect width=\"{all}\" height=\"{all}\" fill=\"#fff\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_corners_and_a_quiet_edge() {
        let drawn = svg("https://assent.example.com/verify/x");
        assert!(drawn.contains("M4 4h7v1h-7z"), "{drawn}");
        assert!(!drawn.contains("M0 ") && !drawn.contains("style"));
        assert_eq!(svg(&"x".repeat(5_000)), "");
    }
}
