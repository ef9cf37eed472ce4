use super::*;
use crate::template::Template;
use crate::text::Lang;
use crate::time::Moment;

fn zh(name: &str, value: Value) -> String {
    in_lang(name, value, Lang::Zh)
}

fn in_lang(name: &str, value: Value, lang: Lang) -> String {
    let form = form();
    let field = form.iter().find(|field| field.name == name).unwrap();
    show(field, &value, lang)
}

#[test]
fn money_is_read_at_a_glance() {
    for (number, want) in [
        ("0", "0.00 CNY"),
        ("999.9", "999.90 CNY"),
        ("1234.5", "1,234.50 CNY"),
        ("9999.99", "9,999.99 CNY"),
        ("10000", "10,000.00 CNY（1 万）"),
        ("10000.01", "10,000.01 CNY（≈ 1 万）"),
        ("80000", "80,000.00 CNY（8 万）"),
        ("1234567.00", "1,234,567.00 CNY（≈ 123.5 万）"),
        ("-1234567", "-1,234,567.00 CNY（≈ -123.5 万）"),
        ("99999999", "99,999,999.00 CNY（≈ 1 亿）"),
        ("123456789", "123,456,789.00 CNY（≈ 1.23 亿）"),
        (
            "1234567890123",
            "1,234,567,890,123.00 CNY（≈ 12,345.68 亿）",
        ),
    ] {
        assert_eq!(zh("amount", n(number)), want);
    }
    assert_eq!(
        in_lang("amount", n("1234567"), Lang::En),
        "1,234,567.00 CNY"
    );
}

#[test]
fn shares_are_read_as_percent() {
    for (number, want) in [
        ("0.6667", "66.67 %"),
        ("0.85", "85.00 %"),
        ("1", "100.00 %"),
        ("0", "0.00 %"),
        ("-0.05", "-5.00 %"),
        ("12.3456", "1,234.56 %"),
    ] {
        assert_eq!(zh("load_rate", n(number)), want);
    }
}

#[test]
fn everything_else_is_read_in_both_languages() {
    let list = |ids: &[&str]| Value::List(ids.iter().map(|id| Value::from(*id)).collect());
    for (name, value, chinese, english) in [
        ("capacity_t", n("29.500"), "29.5", "29.5"),
        ("pieces", n("1234567"), "1,234,567", "1,234,567"),
        (
            "sent_on",
            Value::Date("2026-03-02".parse().unwrap()),
            "2026-03-02",
            "2026-03-02",
        ),
        (
            "sent_at",
            Value::Time(Moment(1_772_413_200_000)),
            "2026-03-02 09:00",
            "2026-03-02 09:00",
        ),
        ("urgent", Value::Flag(true), "是", "Yes"),
        ("urgent", Value::Flag(false), "否", "No"),
        ("bearer", Value::from("us"), "我方", "Us"),
        ("photos", list(&["a", "b"]), "a、b", "a, b"),
        ("lines", list(&["a", "b"]), "2 行", "2 rows"),
        ("customer", Value::from("华东"), "华东", "华东"),
        ("amount", Value::Empty, "", ""),
    ] {
        assert_eq!(in_lang(name, value.clone(), Lang::Zh), chinese, "{name}");
        assert_eq!(in_lang(name, value, Lang::En), english, "{name}");
    }
}

struct Firm {
    vehicle: Vec<Field>,
}

impl Called for Firm {
    fn person(&self, id: &str, _: Lang) -> String {
        if id == "sun" {
            "孙工".into()
        } else {
            id.into()
        }
    }

    fn unit(&self, _: &str, lang: Lang) -> String {
        lang.pick("杭州站", "Hangzhou").into()
    }

    fn record(&self, _: &str, _: &str, _: Lang) -> String {
        "浙G12345".into()
    }

    fn look_up(&self, _: &str, _: &str) -> Option<(&[Field], Values)> {
        let values = Values::from([("plate".to_owned(), Value::from("浙G12345"))]);
        Some((&self.vehicle, values))
    }
}

fn fill(text: &str, values: &Values) -> String {
    let firm = Firm {
        vehicle: vec![field("plate", "车牌", FieldKind::Text)],
    };
    let template = Template::parse(text).unwrap();
    let data = shown_with(&form(), values, Lang::Zh, template.readings(), &firm);
    template.render(&data, false).unwrap()
}

#[test]
fn templates_read_values_as_people_do() {
    let lines = json!({"lines": [{"part": "制动盘", "price": "12.5"}], "vehicle": "V1", "engineer": "sun",
        "station": "hz", "amount": "80000", "urgent": false});
    let values = read(lines, &Mode::Api).unwrap();
    for (text, want) in [
        ("{{amount}}", "80,000.00 CNY（8 万）"),
        ("{{vehicle}}", "浙G12345"),
        ("{{vehicle.plate}}", "浙G12345"),
        ("{{engineer}} {{station}}", "孙工 杭州站"),
        (
            "{{#each lines}}{{part}} {{price}} {{count}}{{/each}}",
            "制动盘 12.50 CNY ",
        ),
        ("{{urgent}}", "否"),
        ("{{#if urgent}}加急{{else}}普通{{/if}}", "普通"),
        ("{{#if customer}}{{customer}}{{else}}未填{{/if}}", "未填"),
        ("{{customer}}", ""),
    ] {
        assert_eq!(fill(text, &values), want, "{text}");
    }
    assert_eq!(
        fill("{{#each lines}}x{{/each}}", &Values::new()),
        "",
        "no rows"
    );
}
