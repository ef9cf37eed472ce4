//! `module.yaml`.

#![expect(clippy::unwrap_used, reason = "tests")]

use crate::dialect::manifest::read;

const SHOP: &str = "\
module: shop
name: {zh: 商店, en: Shop}
entities:
  item:
    name: {zh: 商品, en: Item}
    title_field: code
    fields:
      code:  {type: text, name: {zh: 编码, en: Code}, required: true}
      price: {type: money, name: {zh: 单价, en: Price}, currency: CNY}
      count: {type: number, name: {zh: 数量, en: Count}, decimals: 0}
      total: {type: money, name: {zh: 合计, en: Total}, currency: CNY, is: price * count}
      grade: {type: text, name: {zh: 等级, en: Grade}, from: flow}
roles:
  keeper: {zh: 店长, en: Keeper}
posts:
  cashier: {zh: 收银, en: Cashier}
effects:
  order:
    name: {zh: 下单, en: Order}
    takes: {code: {type: text, required: true}}
    gives: {done: {type: flag}}
  pay:
    name: {zh: 付款, en: Pay}
    post: bank/payments
events:
  sold: {zh: 已售出, en: Sold}
  erp.delivered: {zh: 已送达, en: Delivered}
numbers: {item.code: 'I-{year}-{001}'}
";

#[test]
fn a_manifest_is_read() {
    let (manifest, faults) = read("module.yaml", SHOP);
    assert!(faults.is_empty(), "{faults:?}");
    let manifest = manifest.unwrap();
    assert_eq!(manifest.module, "shop");
    let item = &manifest.entities[0];
    assert_eq!(item.title_field.as_deref(), Some("code"));
    assert!(item.field("total").unwrap().computed.is_some());
    assert_eq!(manifest.effects[0].name, "shop.order");
    assert!(manifest.effects[0].takes[0].required);
    let events = manifest
        .events
        .iter()
        .map(|(id, name)| (id.as_str(), name.zh.as_str()));
    let events: Vec<_> = events.collect();
    assert_eq!(
        events,
        [("shop.sold", "已售出"), ("erp.delivered", "已送达")]
    );
    assert_eq!(manifest.roles[0].1.zh, "店长");
    assert_eq!(manifest.posts[0].0, "cashier");
    assert_eq!(
        item.field("grade").unwrap().filled_by.as_deref(),
        Some("flow")
    );
    let [pay] = &manifest.calls[..] else {
        panic!("one effect is posted: {:?}", manifest.calls);
    };
    let to = (
        pay.effect.as_str(),
        pay.connector.as_str(),
        pay.path.as_str(),
    );
    assert_eq!(to, ("shop.pay", "bank", "/payments"));
    assert_eq!(manifest.numbers[0].number(2026, 7), "I-2026-007");
}

#[test]
fn what_a_manifest_gets_wrong_is_said() {
    for (right, wrong, code) in [
        ("from: flow", "from: hook", "unknown-word"),
        ("post: bank/payments", "post: payments", "bad-post"),
        (
            "item.code: 'I-{year}-{001}'",
            "item.price: 'I-{001}'",
            "unknown-field",
        ),
        ("'I-{year}-{001}'", "'I-{year}'", "bad-number-form"),
    ] {
        let (manifest, faults) = read("module.yaml", &SHOP.replace(right, wrong));
        assert!(manifest.is_none(), "{wrong}");
        assert_eq!(faults[0].code, code, "{wrong}");
    }
}

#[test]
fn the_modules_of_the_house_are_read() {
    for text in [
        include_str!("../../../../../modules/org/module.yaml"),
        include_str!("../../../../../modules/shipment/module.yaml"),
    ] {
        let (manifest, faults) = read("module.yaml", text);
        assert!(manifest.is_some() && faults.is_empty(), "{faults:?}");
    }
}

#[test]
fn what_is_wrong_with_a_manifest() {
    for (right, slip, code) in [
        ("module: shop", "modul: shop", "unknown-key"),
        ("title_field: code", "title_field: kode", "unknown-field"),
        (
            "is: price * count",
            "is: price * cnt",
            "condition-unknown-name",
        ),
        ("is: price * count", "is: code", "wrong-type"),
        ("decimals: 0", "decimal: 0", "unknown-key"),
        (
            "keeper: {zh: 店长, en: Keeper}",
            "keeper: {zh: 店长}",
            "language-missing",
        ),
        ("  sold: {zh", "  a.b.c: {zh", "bad-id"),
        ("{zh: 已售出, en: Sold}", "{zh: 已售出}", "language-missing"),
        ("  order:\n", "  Order:\n", "bad-id"),
        ("fields:\n", "columns:\n", "unknown-key"),
    ] {
        let (manifest, faults) = read("module.yaml", &SHOP.replace(right, slip));
        assert!(manifest.is_none());
        assert!(
            faults.iter().any(|fault| fault.code == code),
            "{slip}: {faults:?}"
        );
    }
}
