use proptest::prelude::*;

use super::*;
use crate::condition::{Arith, Function, Node, Relation, SpanUnit, What, check, parse};
use crate::time::Moment;

fn node(what: What) -> Node {
    Node { span: (0, 0), what }
}

fn leaf() -> impl Strategy<Value = Node> {
    let paths = world().known();
    prop_oneof![
        prop::sample::select(paths).prop_map(|path| {
            let path = if path == "empty" {
                "record.empty".to_owned()
            } else {
                path
            };
            node(What::Path(path))
        }),
        (0_u64..100_000, 0_u32..5).prop_map(|(n, scale)| node(What::Literal(Value::Number(
            rust_decimal::Decimal::new(i64::try_from(n).unwrap(), scale)
        )))),
        "[a-z\"\\\\'≥且 ]{0,6}".prop_map(|text| node(What::Literal(Value::Text(text)))),
        any::<bool>().prop_map(|flag| node(What::Literal(Value::Flag(flag)))),
        (1_i16..9_999, 1_i8..13, 1_i8..29)
            .prop_map(|(y, m, d)| node(What::Literal(Value::Date(jiff::civil::date(y, m, d))))),
    ]
}

fn relation() -> impl Strategy<Value = Relation> {
    prop::sample::select(vec![
        Relation::Less,
        Relation::LessOrEqual,
        Relation::Greater,
        Relation::GreaterOrEqual,
        Relation::Equal,
        Relation::NotEqual,
    ])
}

fn arith() -> impl Strategy<Value = Arith> {
    prop::sample::select(vec![
        Arith::Add,
        Arith::Subtract,
        Arith::Multiply,
        Arith::Divide,
    ])
}

fn unit() -> impl Strategy<Value = SpanUnit> {
    prop::sample::select(SpanUnit::WORDS.map(|(_, unit)| unit).to_vec())
}

/// Trees as the parser makes them: `and` and `or` are flat.
fn tree() -> impl Strategy<Value = Node> {
    leaf().prop_recursive(4, 24, 3, |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        let flat = |parts: Vec<Node>, all: bool| {
            let parts = parts
                .into_iter()
                .flat_map(|part| match part.what {
                    What::All(inner) if all => inner,
                    What::Any(inner) if !all => inner,
                    what => vec![node(what)],
                })
                .collect();
            node(if all {
                What::All(parts)
            } else {
                What::Any(parts)
            })
        };
        prop_oneof![
            boxed.clone().prop_map(|part| node(What::Not(part))),
            boxed.clone().prop_map(|part| node(What::Minus(part))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(move |parts| flat(parts, true)),
            prop::collection::vec(inner.clone(), 2..4).prop_map(move |parts| flat(parts, false)),
            (boxed.clone(), relation(), boxed.clone())
                .prop_map(|(l, r, b)| node(What::Compare(l, r, b))),
            (boxed.clone(), arith(), boxed.clone()).prop_map(|(l, a, b)| node(What::Sum(l, a, b))),
            (boxed.clone(), unit()).prop_map(|(count, unit)| node(What::Span(count, unit))),
            (boxed.clone(), boxed.clone(), boxed.clone(), any::<bool>()).prop_map(
                |(item, low, high, negated)| node(What::Between {
                    item,
                    low,
                    high,
                    negated
                })
            ),
            (boxed.clone(), any::<bool>())
                .prop_map(|(item, negated)| node(What::Empty { item, negated })),
            (
                boxed.clone(),
                prop::collection::vec(inner.clone(), 0..3),
                any::<bool>()
            )
                .prop_map(|(item, list, negated)| node(What::In {
                    item,
                    list: Box::new(node(What::List(list))),
                    negated
                })),
            (
                prop::sample::select(Function::ALL.to_vec()),
                prop::collection::vec(inner, 0..3)
            )
                .prop_map(|(function, parts)| node(What::Call(function, parts))),
        ]
    })
}

fn any_value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Empty),
        any::<bool>().prop_map(Value::Flag),
        (any::<i64>(), 0_u32..20)
            .prop_map(|(n, s)| Value::Number(rust_decimal::Decimal::new(n, s))),
        Just(Value::Number(rust_decimal::Decimal::MAX)),
        Just(Value::Number(rust_decimal::Decimal::ZERO)),
        prop::sample::select(vec!["us", "customer", "", "浙G12345"]).prop_map(Value::from),
        any::<i64>().prop_map(|ms| Value::Time(Moment(ms))),
        (-9_999_i16..9_999, 1_i8..13, 1_i8..29)
            .prop_map(|(y, m, d)| Value::Date(jiff::civil::date(y, m, d))),
    ];
    prop_oneof![
        scalar.clone(),
        prop::collection::vec(scalar, 0..4).prop_map(Value::List)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_is_parsed_as_the_same(tree in tree()) {
        let text = tree.to_string();
        let again = parse(&text).map(|ast| ast.root);
        prop_assert_eq!(again.as_ref(), Ok(&tree), "{}", text);
    }

    #[test]
    fn checking_and_evaluating_never_panic(
        tree in tree(),
        values in prop::collection::btree_map(prop::sample::select(world().known()), any_value(), 0..22),
    ) {
        let ast = crate::condition::Ast { text: tree.to_string(), root: tree };
        let facts = Given(values);
        if let Ok(expr) = check(ast, &world()) {
            let explained = expr.explain(&facts);
            prop_assert_eq!(&explained.value, &expr.value(&facts));
            explained.words(crate::text::Lang::Zh);
            explained.words(crate::text::Lang::En);
        }
    }

    #[test]
    fn well_typed_values_never_mismatch(
        amount in (any::<i32>(), 0_u32..3), load in 0_i64..10_000, us in any::<bool>(),
        at in 0_usize..5,
    ) {
        let text = [
            "amount > 5000 and load_rate < tables.load.pass",
            "bearer == 'us' or amount between 1 and 100",
            "not (amount * load_rate >= 10) and bearer in ['us']",
            "round(amount * load_rate, 2) != abs(amount)",
            "min(amount, 100) <= max(load_rate, 0.5)",
        ][at];
        let facts = given([
            ("amount", Value::Number(rust_decimal::Decimal::new(amount.0.into(), amount.1))),
            ("load_rate", Value::Number(rust_decimal::Decimal::new(load, 4))),
            ("bearer", Value::from(if us { "us" } else { "customer" })),
        ]);
        prop_assert!(expr(text).holds(&facts).is_ok());
    }

    #[test]
    fn any_text_is_parsed_or_refused(text in "\\PC{0,60}") {
        if let Err(faults) = condition(&text, &world()) {
            for fault in faults {
                prop_assert!(text.get(fault.span.0..fault.span.1).is_some(), "{:?}", fault);
            }
        }
    }

    #[test]
    fn words_in_any_order_are_parsed_or_refused(words in prop::collection::vec(prop::sample::select(vec![
        "amount", "bearer", "(", ")", "and", "or", "not", "in", "[", "]", ",", "<", "==", "between", "is", "empty",
        "5", "'us'", "2026-03-02", "+", "-", "*", "/", "days", "round", "true", "且", "“", "=", "85%", "1万", "finished_on",
    ]), 0..20)) {
        let text = words.join(" ");
        if let Err(faults) = condition(&text, &world()) {
            prop_assert!(!faults.is_empty());
            for fault in faults {
                prop_assert!(text.get(fault.span.0..fault.span.1).is_some(), "{:?}", fault);
                for fix in fault.fixes {
                    prop_assert!(text.get(fix.span.0..fix.span.1).is_some());
                }
            }
        }
    }
}
