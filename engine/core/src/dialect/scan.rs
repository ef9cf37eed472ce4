//! Which characters of a file are code, and in what surroundings: outside quotes, comments and `|` blocks, at the start of
//! a word or within one, in brackets or not. A scanner and no parser: it must see what YAML misreads.

/// A character of the code with its surroundings.
#[derive(Clone, Copy, Debug)]
pub struct At {
    /// Byte offset.
    pub at: usize,
    /// The character.
    pub sign: char,
    /// Where the word it belongs to starts; the same as `at` where a word may start.
    pub word: usize,
    /// No word has started: this would be its first character.
    pub fresh: bool,
    /// Only blanks and list dashes stand before it on its line.
    pub leading: bool,
    /// The word it belongs to is the first one on its line.
    pub first: bool,
    /// Innermost bracket around it, `{` or `[`.
    pub bracket: Option<char>,
}

/// Walks the code of a text.
pub fn scan(text: &str, mut see: impl FnMut(At)) {
    walk(text, &mut see);
}

fn walk(text: &str, see: &mut impl FnMut(At)) -> State {
    let mut state = State::default();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        state.line(start, line, see);
        start += line.len();
    }
    state
}

/// What is still open at the end of a text: the byte of its quotation mark and of its innermost bracket.
pub fn still_open(text: &str) -> (Option<usize>, Option<usize>) {
    let state = walk(text, &mut |_| {});
    let quote = state.quote.map(|(_, at)| at);
    (quote, state.brackets.last().map(|(_, at)| *at))
}

#[derive(Default)]
struct State {
    /// Open brackets.
    brackets: Vec<(char, usize)>,
    /// Inside a quoted text that runs over lines.
    quote: Option<(char, usize)>,
    /// Inside a block: lines indented deeper than this belong to it.
    block: Option<usize>,
}

/// Deepest brackets followed; YAML refuses deeper ones anyway.
const BRACKETS_MAX: usize = 200;

impl State {
    fn line(&mut self, start: usize, line: &str, see: &mut impl FnMut(At)) {
        let body = line.trim_end_matches(['\n', '\r']);
        if self.in_block(body) {
            return;
        }
        let mut word: Option<usize> = None;
        let mut leading = true;
        let mut first = true;
        // Column where the last key or dash of this line starts: a block under it is indented deeper.
        let mut column = 0;
        let mut chars = body.char_indices().peekable();
        while let Some((offset, sign)) = chars.next() {
            let at = start + offset;
            if self.quote.is_some() {
                self.quoted(sign, &mut chars);
                continue;
            }
            let next = chars.peek().map(|(_, next)| *next);
            let before = body[..offset].chars().next_back();
            if sign == '#' && before.is_none_or(|before| before.is_ascii_whitespace()) {
                return;
            }
            if word.is_none() && matches!(sign, '"' | '\'') {
                self.quote = Some((sign, at));
                word = Some(at);
                leading = false;
                continue;
            }
            if word.is_none() && self.brackets.is_empty() && block_header(&body[offset..]) {
                self.block = Some(column);
                return;
            }
            see(At {
                at,
                sign,
                word: word.unwrap_or(at),
                fresh: word.is_none(),
                leading: leading && word.is_none(),
                first: if word.is_none() { leading } else { first },
                bracket: self.brackets.last().map(|(bracket, _)| *bracket),
            });
            if sign == ' ' || sign == '\t' {
                continue;
            }
            let blank_next = next.is_none_or(|next| next == ' ' || next == '\t');
            let fresh = word.is_none();
            if fresh {
                column = offset;
            }
            let ends = self.structure((sign, at), fresh, blank_next, before);
            if ends {
                word = None;
                leading = leading && sign == '-';
            } else {
                if fresh {
                    word = Some(at);
                    first = leading;
                }
                leading = false;
            }
        }
    }

    /// True while the line belongs to a block.
    fn in_block(&mut self, body: &str) -> bool {
        let Some(indent) = self.block else {
            return false;
        };
        let own = body.len() - body.trim_start_matches(' ').len();
        if body.trim().is_empty() || own > indent {
            return true;
        }
        self.block = None;
        false
    }

    fn quoted(&mut self, sign: char, chars: &mut std::iter::Peekable<std::str::CharIndices<'_>>) {
        match (self.quote.map(|(quote, _)| quote), sign) {
            (Some('"'), '\\') => {
                chars.next();
            }
            (Some('\''), '\'') if chars.peek().is_some_and(|(_, next)| *next == '\'') => {
                chars.next();
            }
            (Some(quote), sign) if quote == sign => self.quote = None,
            _ => {}
        }
    }

    /// Takes a sign of YAML's structure; true when a new word may start after it.
    fn structure(
        &mut self,
        (sign, at): (char, usize),
        fresh: bool,
        blank_next: bool,
        before: Option<char>,
    ) -> bool {
        let inside = !self.brackets.is_empty();
        match sign {
            '-' | '?' if fresh && blank_next && !inside => true,
            '{' | '[' if fresh || inside => {
                if self.brackets.len() < BRACKETS_MAX {
                    self.brackets.push((sign, at));
                }
                true
            }
            '}' | ']' if inside => {
                self.brackets.pop();
                // What follows a bracket is no word of its own until a comma.
                true
            }
            ',' if inside => true,
            ':' if blank_next => true,
            ':' if inside => before.is_some_and(|before| matches!(before, '"' | '\'')),
            _ => false,
        }
    }
}

/// `|` or `>` with its indicators and perhaps a comment, and nothing else on the line.
fn block_header(rest: &str) -> bool {
    let Some(after) = rest.strip_prefix(['|', '>']) else {
        return false;
    };
    let after = after.trim_start_matches(|c: char| c.is_ascii_digit() || c == '+' || c == '-');
    let comment = after.trim_start();
    comment.is_empty() || (comment.starts_with('#') && after.starts_with([' ', '\t']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        let mut seen = String::new();
        scan(text, |at| seen.push(at.sign));
        seen
    }

    #[test]
    fn quotes_comments_and_blocks_are_no_code() {
        assert_eq!(code("a: '，' # ：\n"), "a:  ");
        assert_eq!(code("a: \"x\\\"，\" \n"), "a:  ");
        assert_eq!(code("a: 'it''s，'\n"), "a: ");
        assert_eq!(code("a: |\n  ，\n  b：\nc: ，\n"), "a: c: ，");
        assert_eq!(
            code("- zh: |  # 注\n    ，\n  en: ：\n"),
            "- zh: en: ：".replace("zh: en", "zh:   en")
        );
        assert_eq!(
            code("a: x#y\n"),
            "a: x#y",
            "a hash within a word is a letter"
        );
        assert_eq!(code("a: '多\n  行，'\nb: 1\n"), "a: b: 1");
    }

    #[test]
    fn words_know_where_they_start() {
        let mut words = Vec::new();
        scan("- {key: 值 1, k2: [a, b]}\n", |at| {
            if at.fresh && at.sign != ' ' {
                words.push((at.sign, at.bracket, at.leading));
            }
        });
        assert_eq!(
            words,
            [
                ('-', None, true),
                ('{', None, true),
                ('k', Some('{'), false),
                ('值', Some('{'), false),
                ('k', Some('{'), false),
                ('[', Some('{'), false),
                ('a', Some('['), false),
                ('b', Some('['), false),
                ('}', Some('{'), false),
            ]
        );
    }
}
