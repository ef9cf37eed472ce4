//! The free state machine in a house that has all it names.

use std::collections::BTreeMap;

use super::faults;
use super::world::{port, yuan};
use crate::catalog::{Catalog, EffectType, RuleType};
use crate::definition::{Source, StateKind, Target};
use crate::dialect::{compile, manifest};
use crate::field::FieldKind;
use crate::text::Text;

const REPAIR: &str = include_str!("repair_order.yaml");

/// The entity types the flow uses, as their module would declare them.
const SERVICE: &str = "\
module: service
name: {zh: 服务, en: Service}
entities:
  part:
    name: {zh: 配件, en: Part}
    fields: {name: {type: text, name: {zh: 名称, en: Name}}}
  vehicle:
    name: {zh: 车辆, en: Vehicle}
    fields: {plate: {type: text, name: {zh: 车牌, en: Plate}}}
  complaint:
    name: {zh: 投诉, en: Complaint}
    fields: {work_order: {type: ref, to: work_order, name: {zh: 工单, en: Order}}}
  work_order:
    name: {zh: 工单, en: Repair order}
    title_field: number
    fields:
      number:           {type: text, name: {zh: 单号, en: No.}, required: true}
      vehicle:          {type: ref, to: vehicle, name: {zh: 车辆, en: Vehicle}, required: true}
      fault:            {type: text, name: {zh: 故障, en: Fault}, required: true}
      station:          {type: department, name: {zh: 服务站, en: Station}, required: true}
      area:             {type: department, name: {zh: 片区, en: Area}, required: true}
      engineer:         {type: person, name: {zh: 工程师, en: Engineer}}
      delivered_on:     {type: date, name: {zh: 交车, en: Delivered}, required: true}
      invoiced_on:      {type: date, name: {zh: 开票, en: Invoiced}}
      registered_on:    {type: date, name: {zh: 上牌, en: Registered}}
      produced_on:      {type: date, name: {zh: 生产, en: Produced}}
      fault_on:         {type: date, name: {zh: 故障日, en: Fault on}, required: true}
      finished_on:      {type: date, name: {zh: 完工, en: Finished}}
      odometer_km:      {type: number, name: {zh: 里程, en: Odometer}, decimals: 0, required: true}
      part_class:       {type: text, name: {zh: 件类, en: Part class}, required: true}
      exclusions:       {type: text, name: {zh: 除外, en: Exclusions}}
      in_warranty:      {type: flag, name: {zh: 保内, en: In warranty}}
      warranty_ends_on: {type: date, name: {zh: 质保到, en: Warranty until}}
      warranty_base:    {type: text, name: {zh: 起算, en: Base}}
      warranty_reason:  {type: text, name: {zh: 理由, en: Reason}}
      goodwill_amount:  {type: money, name: {zh: 善意金额, en: Goodwill}, currency: CNY, required: true, min: 0}
      total_amount:     {type: money, name: {zh: 总额, en: Total}, currency: CNY, required: true, min: 0}
      fault_code:       {type: text, name: {zh: 故障码, en: Fault code}}
      labour_hours:     {type: number, name: {zh: 工时, en: Hours}, decimals: 1}
      photos:           {type: file, name: {zh: 照片, en: Photos}}
      parts:
        type: table
        name: {zh: 用件, en: Parts used}
        columns: {part: {type: ref, to: part, name: {zh: 配件, en: Part}}}
";

fn house() -> Catalog {
    let (service, faults) = manifest::read("module.yaml", SERVICE);
    assert!(faults.is_empty(), "{faults:?}");
    let entities = service.map(|module| module.entities).unwrap_or_default();
    let roles = [
        "service_manager",
        "station_clerk",
        "dispatcher",
        "inspector",
        "area_manager",
        "service_director",
        "callback_clerk",
    ];
    let takes = |names: &[&str], kind: FieldKind| -> Vec<_> {
        let ports = names.iter();
        ports.map(|name| port(name, kind.clone(), false)).collect()
    };
    let mut inputs = takes(
        &[
            "delivered_on",
            "invoiced_on",
            "registered_on",
            "produced_on",
            "fault_on",
        ],
        FieldKind::Date,
    );
    inputs.extend(takes(&["odometer_km"], FieldKind::Number { decimals: 0 }));
    inputs.extend(takes(&["part_class", "exclusions"], FieldKind::Text));
    let warranty = RuleType {
        name: "warranty.decide".to_owned(),
        label: Text::same("warranty"),
        takes: inputs,
        gives: vec![
            port("in_warranty", FieldKind::Flag, true),
            port("ends_on", FieldKind::Date, true),
            port("base", FieldKind::Text, true),
            port("reason", FieldKind::Text, true),
        ],
    };
    let settlement = EffectType {
        name: "settlement.add_lines".to_owned(),
        label: Text::same("settlement"),
        takes: vec![],
        gives: vec![port("sum", yuan(), false)],
    };
    Catalog {
        entities: entities
            .into_iter()
            .map(|entity| (entity.name.clone(), entity))
            .collect(),
        effects: BTreeMap::from([(settlement.name.clone(), settlement)]),
        rules: BTreeMap::from([(warranty.name.clone(), warranty)]),
        roles: roles.map(|role| (role.to_owned(), Text::same(role))).into(),
        events: [(
            "parts.received".to_owned(),
            Text::new("配件已到货", "Parts received"),
        )]
        .into(),
        flows: ["fault_report".to_owned()].into(),
        calendars: ["cn_service".to_owned()].into(),
        ..Catalog::default()
    }
}

#[test]
fn it_compiles_where_everything_exists() {
    let compiled = compile("repair_order.yaml", REPAIR, &house());
    let errors: Vec<_> = compiled
        .diagnostics
        .iter()
        .filter(|fault| fault.is_error())
        .map(|fault| format!("{}: {} {}", fault.place.line, fault.code, fault.message.en))
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    let Some(def) = compiled.definition else {
        panic!("no definition: {:?}", faults_of_it());
    };
    let at = |id: &str| def.state_ix(id).unwrap_or(usize::MAX);
    let state = |id: &str| &def.states[at(id)];
    assert_eq!(state("goodwill").skip_to, Target::Go(at("quote")));
    assert_eq!(state("goodwill_hq").next, Target::Go(at("dispatch")));
    assert_eq!(
        state("goodwill_director").if_rejected,
        Target::Go(at("quote"))
    );
    assert_eq!(state("checks").if_rejected, Target::BackTo(at("repairing")));
    assert_eq!(state("repairing").clock_stops_in, [at("waiting_parts")]);
    let StateKind::Work { actions, .. } = &state("call_back").kind else {
        panic!("no work");
    };
    assert_eq!(
        actions[1].create[0].values,
        [("work_order".to_owned(), Source::RecordId)]
    );
    assert!(def.entity.field("signature").is_some() && !def.own_form);
    assert_eq!(
        def.purpose.en,
        "From request to closure, somebody answers for every step."
    );
}

fn faults_of_it() -> Vec<String> {
    faults(&compile("repair_order.yaml", REPAIR, &house()))
}
