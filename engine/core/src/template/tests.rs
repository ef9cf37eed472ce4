use serde_json::json;

use super::*;

fn fill(text: &str, data: &serde_json::Value) -> String {
    Template::parse(text).unwrap().render(data, false).unwrap()
}

#[test]
fn titles_and_mails_are_filled_in() {
    let data = json!({
        "shipment_no": "SH-2026-0001", "customer": "华东钢贸", "amount": "80,000.00",
        "applicant": {"name": "张三"}, "vehicle": {"plate": "浙G12345"}, "note": null,
        "lines": [{"part": "制动盘", "n": "2"}, {"part": "螺栓", "n": "8"}],
    });
    for (text, want) in [
        (
            "{{shipment_no}} {{customer}} {{amount}}",
            "SH-2026-0001 华东钢贸 80,000.00",
        ),
        ("{{applicant.name}} {{vehicle.plate}}", "张三 浙G12345"),
        ("{{#if note}}有备注{{else}}无备注{{/if}}", "无备注"),
        ("{{#unless note}}无{{/unless}}", "无"),
        ("[{{note}}]", "[]"),
        (
            "{{#each lines}}{{@index}}:{{part}}×{{n}};{{/each}}",
            "0:制动盘×2;1:螺栓×8;",
        ),
        (
            "{{#each lines as |line|}}{{line.part}} {{@root.customer}} {{/each}}",
            "制动盘 华东钢贸 螺栓 华东钢贸 ",
        ),
        (
            "{{#each lines}}{{../customer}}{{/each}}",
            "华东钢贸华东钢贸",
        ),
        ("{{#with vehicle}}{{plate}}{{/with}}", "浙G12345"),
        ("{{! 只给作者看 }}x", "x"),
    ] {
        assert_eq!(fill(text, &data), want, "{text}");
    }
}

#[test]
fn values_are_escaped_for_html_only() {
    let data = json!({"customer": "<b>\"A&B\"'`"});
    let template = Template::parse("{{customer}}").unwrap();
    assert_eq!(template.render(&data, false).unwrap(), "<b>\"A&B\"'`");
    assert_eq!(
        template.render(&data, true).unwrap(),
        "&lt;b&gt;&quot;A&amp;B&quot;&#39;&#96;"
    );
}

#[test]
fn a_field_called_like_a_library_helper_is_a_field() {
    assert_eq!(
        fill(
            "{{len}} {{log}} {{lookup}}",
            &json!({"len": "3", "log": "a", "lookup": "b"})
        ),
        "3 a b"
    );
}

#[test]
fn every_path_is_listed_also_in_conditions() {
    let template = Template::parse(
        "{{customer}}{{#if typo}}{{typo}}{{else if other}}x{{/if}}{{#unless third}}{{/unless}}\
         {{#each lines}}{{amount}}{{@index}}{{this.part}}{{../outer}}{{@root.top}}{{/each}}\
         {{#with vehicle}}{{plate}}{{/with}}{{#each parts as |row n|}}{{row.name}}{{n}}{{amount}}{{/each}}{{lines.[0].price}}",
    )
    .unwrap();
    assert_eq!(
        template.paths(),
        [
            "customer",
            "typo",
            "other",
            "third",
            "lines",
            "lines.amount",
            "lines.part",
            "outer",
            "top",
            "vehicle",
            "vehicle.plate",
            "parts",
            "parts.name",
            "parts.amount",
            "lines.price"
        ]
    );
    let typo: Vec<_> = template
        .readings()
        .iter()
        .filter(|reading| reading.path == "typo")
        .map(|reading| {
            (
                reading.tested,
                reading.guarded,
                &template.text[reading.span.0..reading.span.1],
            )
        })
        .collect();
    assert_eq!(
        typo,
        [(true, false, "{{#if typo}}"), (false, true, "{{typo}}")]
    );
}

#[test]
fn places_are_found_in_chinese_text_of_several_lines() {
    let text = "尊敬的客户：\n您好，{{customer}}，{{amount}}";
    let template = Template::parse(text).unwrap();
    let shown: Vec<_> = template
        .readings()
        .iter()
        .map(|reading| &text[reading.span.0..reading.span.1])
        .collect();
    assert_eq!(shown, ["{{customer}}", "{{amount}}"]);
}

#[test]
fn what_is_not_allowed_is_refused() {
    for (text, code) in [
        ("{{{customer}}}", "template-unescaped"),
        ("{{&customer}}", "template-unescaped"),
        ("{{~&customer}}", "template-unescaped"),
        ("{{ {customer} }}", "template-unescaped"),
        ("{{{{raw}}}}x{{{{/raw}}}}", "template-unescaped"),
        ("{{> other}}", "template-partial"),
        ("{{#> other}}x{{/other}}", "template-partial"),
        ("{{#*inline \"a\"}}x{{/inline}}", "template-partial"),
        ("{{*decorate x}}", "template-partial"),
        ("{{#list lines}}x{{/list}}", "template-helper"),
        ("{{#customer}}x{{/customer}}", "template-helper"),
        ("{{lookup lines 0}}", "template-helper"),
        ("{{upper customer}}", "template-helper"),
        ("{{(eq a b)}}", "template-helper"),
        ("{{\"text\"}}", "template-syntax"),
        ("{{#if (eq bearer \"us\")}}x{{/if}}", "template-argument"),
        ("{{#if}}x{{/if}}", "template-argument"),
        ("{{#if a b}}x{{/if}}", "template-argument"),
        ("{{#if 1}}x{{/if}}", "template-argument"),
        ("{{#if a includeZero=true}}x{{/if}}", "template-argument"),
        ("{{#if a}}x{{else upper b}}y{{/if}}", "template-helper"),
        ("{{#if a}}x{{/each}}", "template-unclosed"),
        ("{{#if a}}x", "template-syntax"),
        ("{{customer", "template-syntax"),
        ("｛｛customer｝｝", "template-full-width"),
        (
            "{{#each a}}{{#each b}}{{#each c}}{{/each}}{{/each}}{{/each}}",
            "template-depth",
        ),
    ] {
        let fault = Template::parse(text).map(|_| text).unwrap_err();
        assert_eq!(fault.code, code, "{text}: {fault:?}");
        assert!(
            text.get(fault.span.0..fault.span.1).is_some(),
            "{text}: {fault:?}"
        );
        assert!(!fault.message.zh.is_empty() && !fault.message.en.is_empty());
    }
}

#[test]
fn large_and_deep_templates_are_refused_before_they_are_parsed() {
    for text in [
        "x".repeat(TEMPLATE_BYTES_MAX + 1),
        "{{#if a}}".repeat(500) + "{{/if}}".repeat(500).as_str(),
        "{{#if a}}{{! {{/if}} }}".repeat(500),
        format!("{{{{a {}", "(".repeat(9_000)),
        format!("{{{{a {}", "[".repeat(9_000)),
        format!("\\{{{{! {{{{a {}", "(".repeat(9_000)),
        "{{^".repeat(5_000),
    ] {
        let fault = Template::parse(&text).map(|_| "parsed").unwrap_err();
        assert!(
            matches!(fault.code, "template-too-long" | "template-depth"),
            "{fault:?}"
        );
    }
    let deepest = "{{#if a}}".repeat(TEMPLATE_SECTIONS_MAX)
        + "x"
        + "{{/if}}".repeat(TEMPLATE_SECTIONS_MAX).as_str();
    assert_eq!(
        fill(&deepest, &json!({"a": true})),
        "x",
        "what is allowed fits on the stack"
    );
}

#[test]
fn a_missing_value_is_named() {
    let fault = Template::parse("{{customer}}")
        .unwrap()
        .render(&json!({}), false)
        .unwrap_err();
    assert_eq!(fault.code, "template-missing");
    assert!(fault.message.zh.contains("customer") && fault.message.en.contains("customer"));
}

#[test]
fn output_is_bounded() {
    let rows: Vec<_> = (0..1_000).map(|_| json!({"t": "长".repeat(100)})).collect();
    let fault = Template::parse("{{#each rows}}{{t}}{{/each}}")
        .unwrap()
        .render(&json!({"rows": rows}), false)
        .unwrap_err();
    assert_eq!(fault.code, "template-output");
}

#[test]
fn a_subject_is_one_line() {
    let template = Template::parse("【待审批】{{title}}").unwrap();
    let data = json!({"title": "甲\r\nBcc: x@example.com\u{2028}乙\t丙"});
    assert_eq!(
        template.render_line(&data).unwrap(),
        "【待审批】甲 Bcc: x@example.com 乙 丙"
    );
    let long = template
        .render_line(&json!({"title": "长".repeat(400)}))
        .unwrap();
    assert_eq!(long.chars().count(), LINE_CHARS_MAX);
    assert!(long.ends_with('…'));
}
