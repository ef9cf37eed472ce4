use super::sandbox;
use rhai::{CallFnOptions, Dynamic, Scope};
fn run(script: &str) -> Result<String, String> {
    let engine = sandbox::engine();
    let ast = sandbox::compile(&engine, script).map_err(|e| format!("COMPILE {e}"))?;
    let t = std::time::Instant::now();
    let r = engine.call_fn_with_options::<Dynamic>(
        CallFnOptions::new()
            .eval_ast(false)
            .with_tag(super::budget::Run::new(super::RuleContext::default())),
        &mut Scope::new(),
        &ast,
        "f",
        (),
    );
    if t.elapsed().as_millis() > 100 {
        println!("   SLOW took {:?}", t.elapsed());
    }
    r.map(|d| format!("{d:?}")).map_err(|e| {
        let f = super::fault::from_engine(&e);
        format!(
            "{} {:?} {:?}: {} | {}",
            f.code, f.line, f.column, f.message.zh, f.message.en
        )
    })
}
#[test]
fn spike() {
    let deep = |open: &str, n: usize, close: &str| {
        format!("fn f() {{ {}1{} }}", open.repeat(n), close.repeat(n))
    };
    for s in [
        deep("(", 20000, ")"),
        deep("-", 20000, ""),
        deep("!", 20000, ""),
        deep("{", 20000, "}"),
        deep("if true {", 5000, "}"),
        deep("1+", 20000, ""),
        deep("[", 20000, "]"),
        deep("#{a:", 10000, "}"),
        deep("if true {1} else ", 3000, ""),
        deep("round(", 5000, ",1)"),
        deep("true&&", 9000, ""),
        format!("fn f() {{ let a = 1; a{} }}", ".b".repeat(20000)),
        format!("fn f() {{ let a = 1; a{} }}", "[0]".repeat(20000)),
        format!("fn f() {{ {} }}", "let a = 1; ".repeat(5000)),
        format!(
            "fn f() {{ {} }}",
            (0..200)
                .map(|i| format!("let a{i} = 1; "))
                .collect::<String>()
        ),
        (0..200)
            .map(|i| format!("fn f{i}() {{ 1 }} "))
            .collect::<String>(),
        deep("for i in [1] {", 29, "}"),
        deep("(", 30, ")"),
    ] {
        let r = run(&s);
        println!("{}\n   => {r:?}", &s[..40]);
    }
    for s in [
        "fn f() { 10 / 4 }",
        "fn f() { \"12\" > 3 }",
        "fn f() { let m = #{a:1}; m.b }",
        "fn f() { () == 1 }",
        "fn f() { let x = 1; x += 2.5; x /= 2; x }",
        "fn f() { 3 in [1,2,3] }",
        "fn f() { \"a\" in [1,2,3] }",
        "fn f() { if 1 { 2 } else { 3 } }",
        "fn f() { add_months(date(\"2024-02-29\"), 12) }",
        "fn f() { round(2.345, 2) }",
        "fn f() { eval(\"1\") }",
        "fn f() { while true {} }",
        "fn f() { f() }",
        "fn f() { let a = []; while true { push(a, 1); } }",
        "fn f() { let a = []; while true { a.push(a); } }",
        "fn f() { let s = \"aaaaaaaa\"; while true { s += s; } }",
        "fn f() { let a = []; for i in 0..1990 { a.push(i); } while true { let b = a; } }",
        "fn f() { let a = #{}; for i in 0..4990 { a[text(i)] = i; } while true { let b = a; } }",
        "fn f() { for i in 0..9000000000000 {} }",
        "fn f() { 9223372036854775807 + 1 }",
        "fn f() { -(-9223372036854775807 - 1) }",
        "fn f() { 79228162514264337593543950335 }",
        "fn f() { let x = 10.0; while true { x *= x; } }",
        "fn f() { 1/0 }",
        "fn f() { nope(1) }",
        "fn f() { nope }",
        "fn f() { x => 1 }",
        "fn f() { let s = `a${1}`; s }",
        "fn f() { round(\"a\", 1) }",
        "fn f() { \"a\" ?? 1 }",
        "fn f() { 1 ** 2 }",
        "fn f() { let a = [1]; a[3] }",
        "fn f() { let b = blob(10); b }",
        "fn f() { exit(1) }",
        "fn f() { 5[1] }",
        "fn f() { let x = 5; x.tag = 3; x.tag }",
        "fn f() { 'a' == 'a' }",
        "fn f() { !1 }",
        "fn f() { true && 1 }",
        "fn f() { let a=[1,2]; a[0..1] }",
        "fn f() { let a = []; while true { a = [a]; } }",
        "fn f() { let a = #{}; while true { a = #{x: a}; } }",
        "fn f() { let a = []; for i in 0..1900 { a = [a]; } a == a }",
        "fn g(n) { if n == 0 { 0 } else { 1+(1+(1+(1+(1+(1+(1+(1+(1+(1+(1+(g(n - 1)))))))))))) } } fn f() { g(6) }",
        "fn g(n) { if n == 0 { 0 } else { 1+(1+(1+(1+(1+(1+(1+(1+(1+(1+(1+(g(n - 1)))))))))))) } } fn f() { g(9) }",
        "fn f() { let x = 5; let x = 6; x }",
        "fn round(x, n) { 7 } fn f() { round(1.5, 0) }",
        "fn f() { nope }",
        "fn f() { let s = 0; for i in 1..=12 { s += i; } s }",
    ] {
        println!("{s}\n   => {:?}", run(s));
    }
}
