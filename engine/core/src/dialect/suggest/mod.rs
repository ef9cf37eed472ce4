//! "Did you mean": full-width letters, the words people bring from other systems and from Chinese, then edit distance.

mod synonyms;

use synonyms::SYNONYMS;

/// The known word somebody most likely meant.
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let known: Vec<&'k str> = known.into_iter().collect();
    let folded = fold(word).to_lowercase();
    let plain = folded.replace(['-', ' '], "_");
    let same = |name: &&'k str| **name == plain && *name != word;
    if let Some(found) = known.iter().copied().find(|name| same(name)) {
        return Some(found);
    }
    let synonym = known.iter().copied().find(|name| {
        SYNONYMS
            .iter()
            .any(|(key, words)| key == name && words.contains(&plain.as_str()))
    });
    synonym.or_else(|| by_distance(&plain, &known))
}

fn by_distance<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let length = word.chars().count();
    // Two letters apart in a word of three is another word.
    let most = match length {
        0..=2 => 0,
        3..=5 => 1,
        6..=8 => 2,
        _ => length / 3,
    };
    known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(word, name), *name))
        .filter(|(distance, name)| *distance <= most && *distance > 0 && !name.is_empty())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Full-width letters, digits and signs as the half-width ones they were meant to be.
pub fn fold(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            '\u{3000}' | '\u{A0}' => ' ',
            '“' | '”' => '"',
            '‘' | '’' => '\'',
            '、' => ',',
            '。' => '.',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_instead() {
        let keys = ["approve", "by", "deadline", "when", "together", "if_late"];
        for (word, meant) in [
            ("aprove", "approve"),
            ("approver", "by"),
            ("assignee", "by"),
            ("审批人", "by"),
            ("timeout", "deadline"),
            ("期限", "deadline"),
            ("condition", "when"),
            ("if", "when"),
            ("条件", "when"),
            ("会签", "together"),
            ("ｗｈｅｎ", "when"),
            ("If-Late", "if_late"),
            ("deadlnie", "deadline"),
        ] {
            assert_eq!(nearest(word, keys), Some(meant), "{word}");
        }
        assert_eq!(nearest("banana", keys), None);
        assert_eq!(nearest("xy", keys), None, "short words are not guessed at");
    }
}
