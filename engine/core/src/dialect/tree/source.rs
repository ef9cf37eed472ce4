//! A file's text, and how offsets in it become places.
//!
//! A fault with one obvious fix (a full-width colon) would drag a tail of consequences behind it. So such fixes are
//! applied to a working copy, the copy is read on, and every place is mapped back to the text the author sees.

use crate::diagnostic::Place;

/// A stretch of the working text, in bytes, half-open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// From the first to the last of two stretches.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}

/// A file: its name, its text, and the working copy with repairs applied.
#[derive(Clone, Debug)]
pub struct Source {
    file: String,
    original: String,
    line_starts: Vec<usize>,
    working: String,
    repairs: Vec<Repair>,
}

/// A replaced stretch of the original.
#[derive(Clone, Debug)]
struct Repair {
    start: usize,
    end: usize,
    by: String,
}

impl Source {
    /// A file as it is.
    pub fn new(file: impl Into<String>, text: impl Into<String>) -> Self {
        let original: String = text.into();
        let line_starts = std::iter::once(0)
            .chain(original.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self {
            file: file.into(),
            working: original.clone(),
            original,
            line_starts,
            repairs: vec![],
        }
    }

    /// The file's name.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The text as the author wrote it.
    pub fn original(&self) -> &str {
        &self.original
    }

    /// The text that is read: the original with obvious slips repaired.
    pub fn text(&self) -> &str {
        &self.working
    }

    /// The working text of a stretch.
    pub fn slice(&self, span: Span) -> &str {
        self.working.get(span.start..span.end).unwrap_or("")
    }

    /// The working line a byte stands in, without its end, and where it starts.
    pub fn line_at(&self, at: usize) -> (usize, &str) {
        let at = at.min(self.working.len());
        let bytes = self.working.as_bytes();
        let start = bytes[..at]
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |newline| newline + 1);
        let end = bytes[at..]
            .iter()
            .position(|&byte| byte == b'\n')
            .map_or(bytes.len(), |newline| at + newline);
        let line = self.working.get(start..end).unwrap_or("");
        (start, line.strip_suffix('\r').unwrap_or(line))
    }

    /// Where a stretch of the working text stands in the original.
    pub fn place(&self, span: Span) -> Place {
        let start = self.to_original(span.start, false);
        let end = self.to_original(span.end, true).max(start);
        self.place_of_original(start, end)
    }

    /// A place from byte offsets into the original. A place that runs over several lines is cut at the first one's end,
    /// because a caret line cannot show more.
    pub fn place_of_original(&self, start: usize, end: usize) -> Place {
        let start = start.min(self.original.len());
        let line = self.line_starts.partition_point(|&at| at <= start) - 1;
        let from = self.line_starts[line];
        let line_end = self
            .line_starts
            .get(line + 1)
            .map_or(self.original.len(), |&next| next - 1);
        let end = end.min(line_end).max(start);
        let count = |range: std::ops::Range<usize>| {
            let text = self.original.get(range).unwrap_or("");
            u32::try_from(text.trim_end_matches('\r').chars().count()).unwrap_or(u32::MAX)
        };
        Place {
            file: self.file.clone(),
            line: u32::try_from(line + 1).unwrap_or(u32::MAX),
            column: count(from..start).saturating_add(1),
            length: count(start..end).max(1),
            span: (start, end),
        }
    }

    /// Applies a repair, in offsets of the original. False when it overlaps an earlier one (then nothing is changed).
    pub fn repair(&mut self, start: usize, end: usize, by: &str) -> bool {
        let overlaps = |known: &Repair| {
            start < known.end && known.start < end || (start == known.start && end == known.end)
        };
        if self.repairs.iter().any(overlaps) || self.original.get(start..end).is_none() {
            return false;
        }
        let at = self.repairs.partition_point(|known| known.start < start);
        let by = by.to_owned();
        self.repairs.insert(at, Repair { start, end, by });
        let mut working = String::with_capacity(self.original.len());
        let mut done = 0;
        for repair in &self.repairs {
            working.push_str(&self.original[done..repair.start]);
            working.push_str(&repair.by);
            done = repair.end;
        }
        working.push_str(&self.original[done..]);
        self.working = working;
        true
    }

    /// Maps an offset of the working text back; inside a repair, to its start or (`end`) its end.
    fn to_original(&self, at: usize, end: bool) -> usize {
        let (mut original, mut working) = (0, 0);
        for repair in &self.repairs {
            let plain = repair.start - original;
            if at < working + plain || (end && at == working + plain) {
                break;
            }
            working += plain;
            if at < working + repair.by.len() {
                return if end { repair.end } else { repair.start };
            }
            working += repair.by.len();
            original = repair.end;
        }
        original + (at.saturating_sub(working))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_not_bytes() {
        let source = Source::new("a.yaml", "名称: 甲\r\nwhen: 乙 > 1\n");
        let at = source.text().find('>').unwrap_or(0);
        let place = source.place(Span {
            start: at,
            end: at + 1,
        });
        assert_eq!((place.line, place.column, place.length), (2, 9, 1));
    }

    #[test]
    fn a_repair_leaves_every_later_place_where_the_author_sees_it() {
        let mut source = Source::new("a.yaml", "a：1\nb：2\nc: 3\n");
        assert!(source.repair(1, 4, ": "));
        assert!(source.repair(7, 10, ": "));
        assert!(!source.repair(8, 9, "x"), "overlapping repairs are refused");
        assert_eq!(source.text(), "a: 1\nb: 2\nc: 3\n");
        let at = source.text().find('3').unwrap_or(0);
        let place = source.place(Span {
            start: at,
            end: at + 1,
        });
        assert_eq!((place.line, place.column), (3, 4));
        let inside = source.place(Span { start: 1, end: 3 });
        assert_eq!(inside.span, (1, 4), "inside a repair: the replaced stretch");
    }
}
