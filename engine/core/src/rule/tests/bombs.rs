//! Scripts made to hurt. Each must be refused with a clear code, in bounded time and memory, with the process alive.

use std::time::{Duration, Instant};

use super::{load, run};

/// Generous: the slowest takes a third of a second in an unoptimised build on a busy machine.
const TIME_MAX: Duration = Duration::from_secs(20);

/// Refused while it runs.
fn stopped(code: &str, body: &str) {
    let script = if body.contains("fn f(") {
        body.to_owned()
    } else {
        format!("fn f(given) {{ {body} }}")
    };
    let start = Instant::now();
    let fault = run(&script, &[]).expect_err(body);
    assert!(
        start.elapsed() < TIME_MAX,
        "took {:?}: {body}",
        start.elapsed()
    );
    assert_eq!(fault.code, code, "{body}\n{fault:?}");
    assert!(!fault.message.zh.is_empty() && !fault.message.en.is_empty());
}

/// Refused before it runs.
fn refused(code: &str, body: &str) {
    let script = if body.contains("fn f(") {
        body.to_owned()
    } else {
        format!("fn f(given) {{ {body} }}")
    };
    let start = Instant::now();
    let (set, diagnostics) = load(&script);
    let shown: String = body.chars().take(60).collect();
    assert!(
        start.elapsed() < TIME_MAX,
        "took {:?}: {shown}",
        start.elapsed()
    );
    assert!(
        diagnostics.iter().any(|found| found.code == code),
        "{shown}\n{diagnostics:#?}"
    );
    assert_eq!(
        set.files().count(),
        0,
        "a script with faults is never run: {shown}"
    );
}

#[test]
fn b01_endless_loop() {
    stopped("too_many_operations", "while true { } #{}");
    stopped(
        "too_many_operations",
        "let n = 0; while n < 1 { n += 0; } #{}",
    );
    refused("rule-forbidden", "loop { }");
    refused("rule-forbidden", "do { } while true; #{}");
}

#[test]
fn b02_endless_recursion() {
    stopped("too_deep", "fn g(n) { g(n + 1) } fn f(given) { g(0) }");
    stopped(
        "too_deep",
        "fn a(n) { b(n) } fn b(n) { a(n) } fn f(given) { a(0) }",
    );
    let nested = "1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (g(n)))))))))))";
    stopped(
        "too_deep",
        &format!("fn g(n) {{ {nested} }} fn f(given) {{ g(0) }}"),
    );
}

#[test]
fn b03_giant_text_by_replace_pad_or_repeat() {
    refused(
        "rule-unknown-function",
        "let s = \"a\"; s.replace(\"a\", \"aaaaaaaaaa\"); #{}",
    );
    refused(
        "rule-unknown-function",
        "let s = \"a\"; s.pad(1000000000, \"x\"); #{}",
    );
    refused("rule-unknown-function", "#{ s: repeat(\"a\", 1000000000) }");
    refused("rule-mixed-types", "#{ s: \"a\" * 1000000000 }");
}

#[test]
fn b04_text_doubling() {
    stopped(
        "too_large",
        "let s = \"aaaaaaaa\"; while true { s += s; } #{}",
    );
    stopped(
        "too_large",
        "let s = \"aaaaaaaa\"; while true { s = s + s; } #{}",
    );
    stopped(
        "too_large",
        "let s = [\"aaaaaaaa\"]; for i in 0..99 { let t = join([join(s, \",\"), join(s, \",\")], \",\"); s = [t]; } #{}",
    );
    stopped(
        "too_large",
        "let s = []; for i in 0..1000 { s.push(\"0123456789012345678901234567890123456789012345678901234567890\"); } #{}",
    );
}

#[test]
fn b05_giant_list() {
    stopped("too_large", "let a = []; while true { a.push(1); } #{}");
    stopped("too_large", "let a = []; while true { push(a, 1); } #{}");
    refused(
        "rule-unknown-function",
        "let a = []; a.pad(1000000000, 0); #{}",
    );
    refused("rule-unknown-function", "let a = []; a.insert(0, 1); #{}");
    stopped("out_of_bounds", "let a = []; a[1000000000] = 1; #{}");
}

#[test]
fn b06_giant_map() {
    stopped(
        "too_many_operations",
        "let m = #{}; for i in 0..100000 { m[text(i)] = i; } #{}",
    );
    let part = "fn part(from) { let m = #{}; for i in from..from + 900 { m[text(i)] = i; } m }";
    let all = "let all = [part(0), part(900), part(1800), part(2700), part(3600)];";
    stopped(
        "too_large",
        &format!("{part} fn f(given) {{ {all} #{{}} }}"),
    );
}

#[test]
fn b07_huge_range() {
    stopped(
        "too_many_operations",
        "for i in 0..9000000000000000000 { } #{}",
    );
    stopped(
        "too_many_operations",
        "for i in 0..=9223372036854775807 { } #{}",
    );
}

#[test]
fn b08_lists_in_lists() {
    stopped("too_large", "let a = [1]; while true { a = [a, a]; } #{}");
    stopped("too_large", "let a = []; while true { a.push(a); } #{}");
    stopped("too_large", "let a = []; while true { a = [a]; } #{}");
    stopped("too_large", "let m = #{}; while true { m = #{x: m}; } #{}");
}

#[test]
fn b09_currying_in_a_loop() {
    refused(
        "rule-forbidden",
        "let p = Fn(\"g\"); while true { p = p.curry(p); } #{}",
    );
    refused("rule-forbidden", "curry(1, 2); #{}");
}

#[test]
fn b10_function_pointers_and_closures() {
    refused("rule-forbidden", "Fn(\"f\"); #{}");
    refused("rule-forbidden", "call(1); #{}");
    refused("rule-forbidden", "let g = |x| x + 1; #{}");
    refused("rule-forbidden", "let g = || f; #{}");
}

#[test]
fn b11_code_made_at_run_time() {
    refused("rule-forbidden", "eval(\"while true {}\"); #{}");
    refused("rule-unknown-function", "parse_json(\"{}\"); #{}");
}

#[test]
fn b12_other_files() {
    refused("rule-forbidden", "import \"/etc/passwd\" as p; #{}");
    refused("rule-forbidden", "export f; #{}");
    refused("rule-unknown-function", "open(\"/etc/passwd\"); #{}");
}

#[test]
fn b13_sleep_and_clock() {
    refused("rule-unknown-function", "sleep(100000); #{}");
    refused("rule-unknown-function", "let t = timestamp(); #{}");
    refused("rule-unknown-function", "let t = today(); #{}");
}

#[test]
fn b14_print_flood() {
    refused("rule-forbidden", "while true { print(\"x\"); } #{}");
    refused("rule-forbidden", "debug(1); #{}");
}

#[test]
fn b15_deep_expressions() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("round(", ", 1)"),
        ("#{a: ", "}"),
        ("!", ""),
        ("- ", ""),
        ("1 + ", ""),
        ("true && ", ""),
    ] {
        refused(
            "rule-too-deep",
            &format!(
                "let x = {}1{}; #{{}}",
                open.repeat(5_000),
                close.repeat(5_000)
            ),
        );
    }
    refused(
        "rule-too-deep",
        &format!("let a = 1; a{}", ".b".repeat(20_000)),
    );
    refused(
        "rule-too-deep",
        &format!("let a = 1; a{}", "[0]".repeat(15_000)),
    );
}

#[test]
fn b16_deep_blocks() {
    for (open, close) in [
        ("{ ", " }"),
        ("if true { ", " }"),
        ("while true { ", " }"),
        ("if true { 1 } else ", ""),
    ] {
        refused(
            "rule-too-deep",
            &format!("{}{{ 1 }}{}", open.repeat(2_500), close.repeat(2_500)),
        );
    }
}

#[test]
fn b17_too_many_variables_or_functions() {
    let variables: String = (0..300).map(|i| format!("let v{i} = {i}; ")).collect();
    stopped("too_many_variables", &format!("{variables} #{{}}"));
    let functions: String = (0..300).map(|i| format!("fn g{i}() {{ {i} }} ")).collect();
    refused(
        "rule-too-large",
        &format!("{functions} fn f(given) {{ #{{}} }}"),
    );
}

#[test]
fn b18_huge_script() {
    refused("rule-too-large", &"// padding\n".repeat(10_000));
    refused(
        "rule-too-large",
        &format!("let s = \"{}\"; #{{}}", "x".repeat(60_000)),
    );
}

#[test]
fn b19_blobs_bits_and_shifts() {
    refused("rule-unknown-function", "let b = blob(1000000000); #{}");
    refused("rule-forbidden", "let x = 1 << 62; #{}");
    refused("rule-forbidden", "let x = 2 ** 1000000; #{}");
    refused("rule-forbidden", "let x = 5 & 3; #{}");
}

#[test]
fn b20_sorting_and_reducing_with_callbacks() {
    refused("rule-forbidden", "[3, 1].sort(|a, b| a - b); #{}");
    refused("rule-unknown-function", "[3, 1].sort(); #{}");
    refused("rule-unknown-function", "[3, 1].reduce(\"f\"); #{}");
    refused("rule-unknown-function", "[3, 1].map(\"f\"); #{}");
}

#[test]
fn b21_overflow_and_division_by_zero() {
    stopped("overflow", "#{ x: 9223372036854775807 + 1 }");
    stopped("overflow", "#{ x: -9223372036854775807 - 2 }");
    stopped("overflow", "#{ x: 9223372036854775807 * 3 }");
    stopped("overflow", "let x = 10.0; while true { x *= x; } #{}");
    stopped(
        "overflow",
        "#{ x: sum([79228162514264337593543950335.0, 1.0]) }",
    );
    stopped("division_by_zero", "#{ x: 1 / 0 }");
    stopped("division_by_zero", "#{ x: 1.5 % 0.0 }");
    stopped(
        "wrong_argument",
        "#{ day: add_days(date(\"2026-01-01\"), 9223372036854775807) }",
    );
    stopped("wrong_argument", "#{ x: round(1.5, 1000000000) }");
}

#[test]
fn b22_built_ins_defined_anew() {
    refused(
        "rule-shadows-function",
        "fn round(x, n) { 0 } fn f(given) { #{ x: round(1.5, 0) } }",
    );
    refused(
        "rule-shadows-function",
        "fn filled(x) { true } fn f(given) { #{} }",
    );
    refused("rule-variable-twice", "let x = 1; let x = 2; #{}");
}

#[test]
fn b23_copying_in_a_loop() {
    stopped(
        "too_many_operations",
        "let a = []; for i in 0..1900 { a.push(i); } while true { let b = a; } #{}",
    );
    let grow = "let m = #{}; for i in 0..1900 { m[text(i)] = i; }";
    stopped(
        "too_many_operations",
        &format!("{grow} while true {{ let b = m; }} #{{}}"),
    );
    stopped(
        "too_many_operations",
        "fn g(a) { 1 } fn f(given) { let a = []; for i in 0..1900 { a.push(i); } while true { g(a); } #{} }",
    );
    stopped(
        "too_many_operations",
        "let a = []; for i in 0..1900 { a.push(i); } while true { let b = -1 in a; } #{}",
    );
}

#[test]
fn b24_swallowing_the_refusal() {
    refused("rule-forbidden", "try { while true { } } catch { } #{}");
    refused("rule-forbidden", "throw 1;");
    refused("rule-forbidden", "#{ x: given.n ?? 0 }");
    refused("rule-forbidden", "#{ x: given?.n }");
    refused("rule-unknown-function", "exit(#{}); #{}");
    refused(
        "rule-forbidden",
        "switch given.c { \"red\" => #{}, _ => #{} }",
    );
}

#[test]
fn b25_patterns_that_blow_up() {
    // There are no patterns in rules; a text of that form is just a text, and `in` is linear.
    refused(
        "rule-unknown-function",
        "matches(\"aaaaaaaaaaaaaaaaaaaaaaaa!\", \"(a+)+$\"); #{}",
    );
    let found = run(
        "fn f(given) { #{ ok: \"(a+)+$\" in \"aaaaaaaaaaaaaaaaaaaaaaaa!\" } }",
        &[],
    );
    assert!(found.is_ok());
}
