use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::condition::bands::{Gap, Proof, gaps, proof, provably_false, provably_total};
use crate::text::Lang;

/// Shares from 0 to 1, amounts from 0.
fn bounded() -> World {
    world()
        .bound("load_rate", Some("0"), Some("1"))
        .bound("amount", Some("0"), None)
        .bound("copies", Some("1"), Some("5"))
}

fn exprs(texts: &[&str]) -> Vec<Expr> {
    let compile = |text: &&str| {
        condition(text, &bounded()).unwrap_or_else(|faults| panic!("{text}: {faults:#?}"))
    };
    texts.iter().map(compile).collect()
}

/// What is found, in short words.
fn found(texts: &[&str], has_otherwise: bool) -> Vec<String> {
    let exprs = exprs(texts);
    let refs: Vec<&Expr> = exprs.iter().collect();
    let say = |gap: Gap| match gap {
        Gap::Uncovered { example, range } => {
            let range = range.map(|range| {
                let end = |end: Option<crate::condition::bands::End>| {
                    end.map_or("∞".to_owned(), |end| {
                        format!("{}{}", if end.included { "=" } else { "" }, end.at)
                    })
                };
                format!(" [{}..{}]", end(range.low), end(range.high))
            });
            format!(
                "gap {}{}",
                example.words(Lang::En),
                range.unwrap_or_default()
            )
        }
        Gap::Overlap {
            first,
            second,
            example,
        } => format!("overlap {first}/{second} {}", example.words(Lang::En)),
        Gap::NeverTaken { way, instead } => format!("never {way} {instead:?}"),
        Gap::Unknown { way, part } => format!("unknown {way} {part}"),
    };
    gaps(&refs, has_otherwise).into_iter().map(say).collect()
}

/// An author reads the name of an option, not its id; yes and no, not true and false.
#[test]
fn a_case_is_told_with_the_names_of_options() {
    let told = |texts: &[&str]| {
        let exprs = exprs(texts);
        let refs: Vec<&Expr> = exprs.iter().collect();
        let Some(Gap::Uncovered { example, .. }) = gaps(&refs, false).into_iter().next() else {
            panic!("no gap: {texts:?}");
        };
        (example.words(Lang::Zh), example.words(Lang::En))
    };
    let (zh, en) = told(&["bearer == \"us\""]);
    assert_eq!(
        (zh.as_str(), en.as_str()),
        ("费用承担 = “客户”", "bearer = “Customer”")
    );
    let (zh, en) = told(&["in_warranty"]);
    assert_eq!(
        (zh.as_str(), en.as_str()),
        ("保内 = 否", "in_warranty = no")
    );
}

#[test]
fn bands_that_meet_have_no_findings() {
    for texts in [
        vec![
            "load_rate < 0.6",
            "load_rate >= 0.6 and load_rate < 0.85",
            "load_rate >= 0.85",
        ],
        vec![
            "load_rate < tables.load.director_below",
            "load_rate between tables.load.director_below and 0.8499",
            "load_rate >= tables.load.pass",
        ],
        vec!["copies <= 2", "copies >= 3"],
        vec!["copies in [1, 2]", "copies in [3, 4, 5]"],
        vec!["amount <= 100", "amount >= 100.01"],
        vec!["bearer == 'us'", "bearer == 'customer'"],
        vec!["in_warranty", "not in_warranty"],
        vec!["finished_on < 2026-03-02", "finished_on >= 2026-03-02"],
        vec!["finished_on <= 2026-03-01", "finished_on >= 2026-03-02"],
        vec!["customer in ['a', 'b']", "customer not in ['a', 'b']"],
        vec!["bearer is empty", "bearer == 'us'", "bearer == 'customer'"],
        vec![
            "in_warranty and amount > 5",
            "in_warranty and amount <= 5",
            "not in_warranty",
        ],
    ] {
        assert_eq!(found(&texts, false), Vec::<String>::new(), "{texts:?}");
        let exprs = exprs(&texts);
        assert!(
            provably_total(&exprs.iter().collect::<Vec<_>>()),
            "{texts:?}"
        );
    }
}

/// A8.2: bands of a number neither gap nor overlap; a gap is shown by a value.
#[test]
fn gaps_are_shown_by_a_value() {
    for (texts, want) in [
        (
            vec!["load_rate < 0.6", "load_rate > 0.6"],
            vec!["gap load_rate = 0.6 [=0.6..=0.6]"],
        ),
        (
            vec!["load_rate < 0.6", "load_rate > 0.85"],
            vec!["gap load_rate = 0.6 [=0.6..=0.85]"],
        ),
        (vec!["amount > 100"], vec!["gap amount = 0 [=0..=100]"]),
        (vec!["amount < 100"], vec!["gap amount = 100 [=100..∞]"]),
        (
            vec!["amount <= 100", "amount >= 101"],
            vec!["gap amount = 100.01 [100..101]"],
        ),
        (vec!["bearer == 'us'"], vec!["gap bearer = “Customer”"]),
        (vec!["in_warranty"], vec!["gap in_warranty = no"]),
        (
            vec!["finished_on < 2026-03-02", "finished_on > 2026-03-02"],
            vec!["gap finished_on = 2026-03-02 [=20514..=20514]"],
        ),
        (vec!["customer == 'a'"], vec!["gap customer = \"…\""]),
        (
            vec!["in_warranty and amount > 5", "not in_warranty"],
            vec![
                "gap in_warranty = yes, amount = 0",
                "gap in_warranty = yes, amount = 5",
            ],
        ),
    ] {
        assert_eq!(found(&texts, false), want, "{texts:?}");
        assert_eq!(
            found(&texts, true),
            Vec::<String>::new(),
            "otherwise takes the rest: {texts:?}"
        );
    }
}

#[test]
fn a_case_without_a_value_holds_the_flow_and_is_no_gap() {
    assert_eq!(
        found(
            &[
                "bearer == 'us' and bearer is not empty",
                "bearer == 'customer'"
            ],
            true
        ),
        ["never 2 [0, 1]"],
        "nobody gets past an empty bearer to the rest"
    );
}

#[test]
fn a_ladder_overlaps_and_every_step_is_taken() {
    assert_eq!(
        found(&["amount <= 2000", "amount <= 10000"], true),
        ["overlap 0/1 amount = 0"]
    );
    assert_eq!(
        found(&["amount <= 10000", "amount <= 2000"], true),
        ["overlap 0/1 amount = 0", "never 1 [0]"],
        "the wrong way round"
    );
    assert_eq!(
        found(&["load_rate >= 0", "load_rate > 1"], true),
        ["never 1 []", "never 2 [0]"]
    );
    assert_eq!(
        found(&["copies <= 3", "copies >= 3"], true),
        ["overlap 0/1 copies = 3", "never 2 [0, 1]"]
    );
}

#[test]
fn what_cannot_be_analysed_is_said_to_be_unknown() {
    assert_eq!(
        found(&["amount + 1 > 5", "load_rate < 0.6"], false),
        ["unknown 0 amount + 1 > 5"]
    );
    assert_eq!(
        found(&["count(photos) > 3"], false),
        ["unknown 0 count(photos) > 3"]
    );
    assert_eq!(
        found(&["'a' in photos"], true),
        ["unknown 0 \"a\" in photos"]
    );
}

#[test]
fn unknown_conditions_do_not_hide_certain_findings() {
    assert_eq!(
        found(
            &["load_rate < 0.6", "amount * 2 > 5", "load_rate < 0.5"],
            true
        ),
        [
            "unknown 1 amount * 2 > 5",
            "overlap 0/2 load_rate = 0",
            "never 2 [0]"
        ]
    );
    let two_paths = exprs(&["finished_on > fault_on"]);
    assert_eq!(proof(&two_paths[0]), Proof::Unknown);
    assert!(!provably_false(&two_paths[0]) && !provably_total(&[&two_paths[0]]));
}

#[test]
fn single_conditions_are_proved() {
    for (text, always, never) in [
        ("load_rate <= 1", true, false),
        ("load_rate > 1", false, true),
        ("load_rate < 0.6 and load_rate >= 0.85", false, true),
        ("load_rate < 0.6 or load_rate >= 0.6", true, false),
        ("amount < 0", false, true),
        ("copies > 1.2 and copies < 1.8", false, true),
        ("bearer == 'us' and bearer == 'customer'", false, true),
        ("tables.load.pass > 0.5", true, false),
        ("1 > 2", false, true),
        ("true", true, false),
        ("in_warranty or not in_warranty", true, false),
        ("amount > 5", false, false),
        ("amount > 0.001 and amount < 0.009", false, true),
    ] {
        let expr = &exprs(&[text])[0];
        assert_eq!(
            proof(expr) == Proof::Always,
            always,
            "{text}: {:?}",
            proof(expr)
        );
        assert_eq!(provably_false(expr), never, "{text}: {:?}", proof(expr));
    }
}

#[test]
fn too_many_cases_are_unknown_not_slow() {
    let many = |path: &str| {
        let parts: Vec<String> = (0..30).map(|n| format!("{path} != 0.{n:02}")).collect();
        parts.join(" and ")
    };
    let text = format!(
        "{} and {} and {}",
        many("amount"),
        many("load_rate"),
        many("price_usd")
    );
    assert_eq!(proof(&exprs(&[&text])[0]), Proof::Unknown);
}

/// Conditions over one share and one choice, made at random.
fn band() -> impl Strategy<Value = String> {
    let relation = prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!="]);
    let number = (0_i64..=20).prop_map(|n| Decimal::new(n * 5, 2).to_string());
    let atom = prop_oneof![
        4 => (relation, number.clone()).prop_map(|(sign, n)| format!("load_rate {sign} {n}")),
        1 => (number.clone(), number.clone()).prop_map(|(a, b)| format!("load_rate between {a} and {b}")),
        1 => prop::collection::vec(number, 1..3).prop_map(|list| format!("load_rate in [{}]", list.join(", "))),
        1 => prop::sample::select(vec!["bearer == 'us'", "bearer != 'customer'", "bearer is empty"])
            .prop_map(str::to_owned),
    ];
    atom.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} and {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
            inner.prop_map(|a| format!("not ({a})")),
        ]
    })
}

/// Shares from 0 to 1 in steps that hit all constants and fall between each two, with every choice.
fn everything() -> Vec<Given> {
    let mut all = vec![];
    for n in 0..=40 {
        for bearer in [Value::from("us"), Value::from("customer"), Value::Empty] {
            let rate = Value::Number(Decimal::new(n * 25, 3));
            all.push(given([("load_rate", rate), ("bearer", bearer)]));
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bands_agree_with_trying_everything(texts in prop::collection::vec(band(), 1..4)) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let exprs = exprs(&texts);
        let refs: Vec<&Expr> = exprs.iter().collect();
        let asks_empty = texts.iter().any(|text| text.contains("empty"));
        let found = gaps(&refs, false);
        // Brute force; a choice nobody asks for being empty is always filled in.
        let worlds: Vec<Given> = everything()
            .into_iter()
            .filter(|given| asks_empty || !given.get("bearer").unwrap().is_empty())
            .collect();
        let holds: Vec<Vec<_>> = worlds.iter().map(|given| refs.iter().map(|e| e.holds(given)).collect()).collect();
        let gap = holds.iter().any(|ways| ways.iter().all(|way| *way == Ok(false)));
        prop_assert_eq!(found.iter().any(|gap| matches!(gap, Gap::Uncovered { .. })), gap, "{:?}: {:?}", texts, found);
        for second in 0..refs.len() {
            for first in 0..second {
                let both = holds.iter().any(|ways| ways[first] == Ok(true) && ways[second] == Ok(true));
                let said = found.iter().any(|gap| {
                    matches!(gap, Gap::Overlap { first: a, second: b, .. } if (*a, *b) == (first, second))
                });
                prop_assert_eq!(said, both, "{:?} {} {}: {:?}", texts, first, second, found);
            }
            let taken = holds.iter().any(|ways| {
                ways[second] == Ok(true) && ways[..second].iter().all(|way| *way == Ok(false))
            });
            let never = found.iter().any(|gap| matches!(gap, Gap::NeverTaken { way, .. } if *way == second));
            prop_assert_eq!(never, !taken, "{:?} {}: {:?}", texts, second, found);
        }
        // Every counter-example is one.
        for gap in &found {
            if let Gap::Uncovered { example, .. } | Gap::Overlap { example, .. } = gap {
                let mut values = world().constants;
                values.extend(example.values.iter().cloned());
                let holds: Vec<_> = refs.iter().map(|e| e.holds(&Given(values.clone()))).collect();
                match gap {
                    Gap::Overlap { first, second, .. } => {
                        prop_assert_eq!((&holds[*first], &holds[*second]), (&Ok(true), &Ok(true)));
                    }
                    _ => prop_assert!(holds.iter().all(|way| *way == Ok(false))),
                }
            }
        }
    }
}
