//! Scripts nobody wrote: cut, doubled and shuffled words of real ones, and soups of tokens. Loading and running them may
//! find any fault, but never panics, never takes long, never overflows the stack.

use std::time::{Duration, Instant};

use super::{YAML, context, load};
use crate::rule::RuleSet;
use crate::value::Values;

/// A small generator with a fixed start, so that a failure comes again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % sides.max(1)
    }
}

/// Words and signs with what stands between them.
fn words(script: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for c in script.chars() {
        let joins = |last: &String| {
            last.chars().all(|l| l.is_alphanumeric() || l == '_')
                && (c.is_alphanumeric() || c == '_')
        };
        match words.last_mut().filter(|last| joins(last)) {
            Some(last) => last.push(c),
            None => words.push(c.to_string()),
        }
    }
    words
}

fn runs_or_is_refused(set: &RuleSet, name: &str) {
    let start = Instant::now();
    let _ = set.run(name, &Values::new(), &context());
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn damaged_scripts_are_refused_or_run() {
    let real = include_str!("../../../../../scripts/settlement.rhai");
    let yaml = include_str!("../../../../../scripts/settlement.yaml");
    let whole = words(real);
    let mut dice = Dice(20_260_302);
    let mut good = 0;
    for _ in 0..60 {
        let mut damaged = whole.clone();
        for _ in 0..=dice.roll(3) {
            let (at, from) = (dice.roll(damaged.len()), dice.roll(damaged.len()));
            match dice.roll(3) {
                0 => drop(damaged.remove(at)),
                1 => damaged.insert(at, damaged[from].clone()),
                _ => damaged.swap(at, from),
            }
        }
        let (set, diagnostics) = RuleSet::load(&[("settlement", &damaged.concat(), yaml)]);
        if diagnostics.is_empty() {
            good += 1;
            set.test(&context());
        }
    }
    assert!(good > 0, "some damage (a comment, a blank) does no harm");
}

#[test]
fn soups_of_tokens_are_refused_or_run() {
    const TOKENS: &[&str] = &[
        "let ", "x", "y", " = ", "+", "-", "*", "/", "==", "<", ">", "!", "&&", "||", "(", ")",
        "[", "]", "{", "}", "#{", ":", ",", ";", ".", "..", "1", "2.5", "\"a\"", "'c'", "true",
        "()", "if ", "else ", "while ", "for ", " in ", "return ", "break", "continue", "fn ",
        "given", ".n", ".t", ".lines", "round", "date", "push", "lookup", "\"rate\"", "filled",
        "join", "\n", " ", "`", "${", "//", "/*", "甲", "：", "const ", "this", "switch ", "=>",
        "_", "|", "?", "??", "throw ", "try ", "catch", "+=", "..=", "0x7f", "1e9", "\\",
    ];
    let mut dice = Dice(42);
    for _ in 0..1_000 {
        let body: String = (0..dice.roll(24))
            .map(|_| TOKENS[dice.roll(TOKENS.len())])
            .collect();
        let (set, _) = load(&format!(
            "fn f(given) {{ let x = 1; let y = []; {body}; #{{}} }}"
        ));
        runs_or_is_refused(&set, "t.f");
    }
}

#[test]
fn soups_of_yaml_are_refused() {
    let whole = words(YAML);
    let mut dice = Dice(7);
    for _ in 0..100 {
        let mut damaged = whole.clone();
        for _ in 0..=dice.roll(4) {
            let (at, from) = (dice.roll(damaged.len()), dice.roll(damaged.len()));
            match dice.roll(3) {
                0 => drop(damaged.remove(at)),
                1 => damaged.insert(at, damaged[from].clone()),
                _ => damaged.swap(at, from),
            }
        }
        let (set, _) = RuleSet::load(&[("t", "fn f(given) { #{} }", &damaged.concat())]);
        runs_or_is_refused(&set, "t.f");
    }
}

/// The deepest script that is let in, recursing as deeply as it may, on the stack a worker has (2 MB), unoptimised.
#[test]
fn the_deepest_script_that_is_let_in_fits_on_the_stack() {
    for (open, close) in [
        ("(", ")"),
        ("1 + (", ")"),
        ("if true { ", " } else { 0 }"),
        ("[", "][0]"),
        ("#{a: ", "}.a"),
        ("round(", ", 1)"),
        ("true && 0 < ", ""),
    ] {
        let script = |depth: usize| {
            let inside = format!("{}g(n - 1){}", open.repeat(depth), close.repeat(depth));
            format!(
                "fn g(n) {{ if n < 1 {{ 0 }} else {{ {inside} }} }} fn f(given) {{ g(20); #{{}} }}"
            )
        };
        let compiles = |depth: &usize| {
            load(&script(*depth))
                .1
                .iter()
                .all(|found| found.code != "rule-too-deep")
        };
        let deepest = (0..64).take_while(compiles).last().expect("at least flat");
        assert!(deepest > 2, "{open}: {deepest}");
        let (set, _) = load(&script(deepest));
        runs_or_is_refused(&set, "t.f");
    }
}
