//! Reading, saying and resolving rules.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::directory::{Directory, Person, RoleGrant, Unit};
use crate::instance::{Case, Instance};
use crate::text::Lang;
use crate::value::{Value, Values};

mod history;

/// A small company:
/// ```text
/// hq (head boss) ── east (head none) ── station_7 (head leader) : ann, bob, eve(left)
///               └── finance (head cfo) : cfo, ann's field engineer is sun
/// superiors: ann → leader → gone(left) → boss
/// ```
fn company() -> Directory {
    let mut directory = Directory::default();
    for (id, name, unit, superior, active) in [
        ("boss", "总经理", "hq", None, true),
        ("cfo", "钱总", "finance", Some("boss"), true),
        ("gone", "离职", "east", Some("boss"), false),
        ("leader", "站长", "station_7", Some("gone"), true),
        ("ann", "安", "station_7", Some("leader"), true),
        ("bob", "鲍", "station_7", Some("leader"), true),
        ("eve", "夏", "station_7", Some("leader"), false),
    ] {
        let person = Person {
            id: id.into(),
            name: name.into(),
            mail: format!("{id}@example.com"),
            unit: unit.into(),
            superior: superior.map(str::to_owned),
            posts: if id == "eve" || id == "bob" {
                vec![format!("post_{id}")]
            } else {
                vec![]
            },
            lang: Lang::Zh,
            active,
        };
        directory.people.insert(person.id.clone(), person);
    }
    for (id, zh, en, parent, head) in [
        ("hq", "总部", "Head office", None, Some("boss")),
        ("east", "华东区", "East", Some("hq"), None),
        (
            "station_7",
            "七号站",
            "Station 7",
            Some("east"),
            Some("leader"),
        ),
        ("finance", "财务部", "Finance", Some("hq"), Some("cfo")),
        ("x", "甲", "X", Some("y"), None),
        ("y", "乙", "Y", Some("x"), None),
    ] {
        let unit = Unit {
            id: id.into(),
            name: Text::new(zh, en),
            parent: parent.map(str::to_owned),
            head: head.map(str::to_owned),
        };
        directory.units.insert(id.into(), unit);
    }
    for (role, person, unit) in [
        ("dispatcher", "bob", Some("east")),
        ("dispatcher", "cfo", Some("finance")),
        ("dispatcher", "eve", None),
        ("caller", "ann", None),
        ("caller", "bob", None),
        ("ghost", "eve", None),
    ] {
        directory.roles.push(RoleGrant {
            role: role.into(),
            person: person.into(),
            unit: unit.map(str::to_owned),
        });
    }
    directory
        .role_names
        .insert("dispatcher".into(), Text::new("调度员", "Dispatcher"));
    directory
}

fn values() -> Values {
    BTreeMap::from([
        ("engineer".to_owned(), Value::from("bob")),
        (
            "crew".to_owned(),
            Value::List(vec![
                Value::from("ann"),
                Value::from("eve"),
                Value::from("bob"),
                Value::from("ann"),
            ]),
        ),
        ("area".to_owned(), Value::from("east")),
        ("wrong_area".to_owned(), Value::from("mars")),
        ("empty".to_owned(), Value::from("")),
        ("amount".to_owned(), Value::from(7)),
        (
            "vehicle".to_owned(),
            Value::Map(BTreeMap::from([(
                "station".to_owned(),
                Value::from("station_7"),
            )])),
        ),
    ])
}

/// An instance in which ann and cfo were chosen as `helper`.
fn instance() -> Instance {
    let mut instance = Case::blank(Values::new()).instance;
    let chosen = vec!["ann".to_owned(), "cfo".to_owned()];
    instance.choices.insert("helper".to_owned(), chosen);
    instance
}

fn resolve_with(rule: &str, change: impl FnOnce(&mut PeopleContext<'_>)) -> Resolved {
    let (directory, values, instance) = (company(), values(), instance());
    let mut cx = PeopleContext::new(&directory, "ann", &values);
    (cx.name, cx.instance) = ("helper", Some(&instance));
    change(&mut cx);
    let resolved = PeopleRule::parse(rule).unwrap().resolve(&cx);
    assert!(!resolved.why.is_empty(), "{rule} explains itself");
    assert!(
        resolved
            .why
            .iter()
            .all(|why| !why.zh.is_empty() && !why.en.is_empty())
    );
    resolved
}

fn resolve(rule: &str) -> Resolved {
    resolve_with(rule, |_| {})
}

/// A3.1
#[test]
fn every_way_of_naming_people() {
    for (rule, people) in [
        ("applicant", "ann"),
        ("user/cfo", "cfo"),
        ("user/eve", ""),
        ("user/nobody", ""),
        ("role/dispatcher", "bob cfo"),
        ("role/dispatcher in record.area", "bob"),
        ("role/dispatcher of record.vehicle.station", "bob"),
        ("role/dispatcher of applicant.department", "bob"),
        ("role/dispatcher in department/hq", ""),
        ("role/caller in department/finance", "ann bob"),
        ("role/ghost", ""),
        ("post/post_bob", "bob"),
        ("post/post_eve", ""),
        ("members of department/east", "ann bob leader"),
        ("members of applicant.department", "ann bob leader"),
        ("members of area/finance", "cfo"),
        ("head of applicant.department", "leader"),
        ("head of applicant.department up 2", "boss"),
        ("head of applicant.department up 1", ""),
        ("head of applicant.department up 3", ""),
        ("head of department/x up 2", ""),
        ("supervisor of applicant", "leader"),
        ("supervisors of applicant up to 3", "leader boss"),
        ("supervisors of applicant up to 2", "leader"),
        ("supervisors of applicant up to 9", "leader boss"),
        ("record.engineer", "bob"),
        ("record.crew", "ann bob"),
        ("record.empty", ""),
        ("record.amount", ""),
        ("chosen by applicant from role/caller", "ann"),
        ("role/caller except record.engineer", "ann"),
        ("role/caller except (applicant or record.engineer)", ""),
        ("user/cfo or role/caller or user/cfo", "cfo ann bob"),
        ("(role/caller or user/cfo) except applicant", "bob cfo"),
    ] {
        assert_eq!(resolve(rule).people.join(" "), people, "{rule}");
    }
}

/// A3.2
#[test]
fn the_explanation_says_who_and_why_nobody() {
    let why = |rule: &str| -> Vec<(String, String)> {
        resolve(rule)
            .why
            .into_iter()
            .map(|text| (text.zh, text.en))
            .collect()
    };
    let both = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
    assert_eq!(
        why("role/dispatcher in record.area"),
        [both(
            "华东区的角色“调度员”：鲍",
            "Role “Dispatcher” of East: 鲍"
        )]
    );
    // Whoever has the area has the station in it.
    assert_eq!(
        why("role/dispatcher in department/station_7"),
        [both(
            "七号站的角色“调度员”：鲍",
            "Role “Dispatcher” of Station 7: 鲍"
        )]
    );
    assert_eq!(
        why("role/dispatcher in department/hq"),
        [
            both(
                "总部的角色“调度员”：没有在职人员担任",
                "Role “Dispatcher” of Head office: nobody holds it"
            ),
            both(
                "鲍、钱总担任此角色，但不负责总部",
                "鲍, 钱总 hold it, but not for Head office"
            ),
            both(
                "夏担任过此角色，但已离职或停用",
                "夏 held it, but have left"
            ),
        ]
    );
    assert_eq!(
        why("role/caller except record.engineer"),
        [
            both("角色“caller”：安、鲍", "Role “caller”: 安, 鲍"),
            both(
                "排除鲍（字段“engineer”中的人员）",
                "Without 鲍 (whoever “engineer” names)"
            ),
        ]
    );
    assert_eq!(
        why("head of applicant.department up 1"),
        [both(
            "华东区没有负责人（空缺）",
            "East has no head (vacant)"
        )]
    );
    assert_eq!(
        why("head of department/x up 2")[0].1,
        "There is no unit 2 levels above X; the units above it form a circle"
    );
    assert_eq!(why("user/eve")[0].0, "流程指定：夏，但已离职或停用");
    assert_eq!(
        why("role/dispatcher in record.wrong_area")[0].0,
        "组织架构中没有单位“mars”"
    );
    assert_eq!(why("record.amount")[0].1, "“amount” does not hold people");
    assert_eq!(
        why("chosen by applicant from role/caller")[1].0,
        "发起人选了钱总，但不在可选范围内"
    );
    assert_eq!(
        why("supervisors of applicant up to 2")[1].0,
        "第 2 级上级：离职，但已离职或停用"
    );
}

/// A3.4
#[test]
fn a_vacant_level_is_consumed_or_moves_up() {
    assert_eq!(
        resolve("supervisors of applicant up to 2").people,
        ["leader"]
    );
    let up = |rule| {
        resolve_with(rule, |cx| cx.vacant_moves_up = true)
            .people
            .join(" ")
    };
    assert_eq!(up("supervisors of applicant up to 2"), "leader boss");
    assert_eq!(up("head of applicant.department up 1"), "boss");
}

/// A3.5
#[test]
fn missing_fields_are_named_and_an_exception_that_is_not_known_finds_nobody() {
    assert_eq!(resolve("record.empty").missing, ["empty"]);
    assert_eq!(
        resolve("role/dispatcher in record.nothing").missing,
        ["nothing"]
    );
    let unknown = resolve("role/caller except record.empty");
    assert_eq!(
        (unknown.people.len(), unknown.missing),
        (0, vec!["empty".to_owned()])
    );
    let other = resolve_with("chosen by applicant from role/caller", |cx| {
        cx.name = "other"
    });
    assert_eq!(
        (other.people.len(), other.missing),
        (0, vec!["chosen_other".to_owned()])
    );
}

#[test]
fn circles_of_superiors_end() {
    let mut directory = company();
    directory.people.get_mut("boss").unwrap().superior = Some("leader".into());
    let values = values();
    let cx = PeopleContext::new(&directory, "ann", &values);
    let chain = PeopleRule::parse("supervisors of applicant up to 9")
        .unwrap()
        .resolve(&cx);
    assert_eq!(chain.people, ["leader", "boss"]);
    assert!(
        chain.why.last().unwrap().zh.contains("循环"),
        "{:?}",
        chain.why
    );
    assert_eq!(directory.superior_of("leader").people, ["boss"]);
    directory.people.get_mut("boss").unwrap().active = false;
    let nobody = directory.superior_of("leader");
    assert!(nobody.people.is_empty() && nobody.why.last().unwrap().en.contains("circle"));
}

#[test]
fn rules_say_what_they_mean() {
    let directory = company();
    for (rule, zh, en) in [
        ("applicant", "发起人", "the applicant"),
        (
            "role/dispatcher in department/east",
            "华东区的“调度员”角色",
            "the role “Dispatcher” of East",
        ),
        (
            "role/dispatcher in record.area",
            "字段“area”所指单位的“调度员”角色",
            "the role “Dispatcher” of the unit in “area”",
        ),
        (
            "head of applicant.department up 1",
            "发起人所在部门的上一级单位负责人",
            "the head of the unit above the applicant's department",
        ),
        (
            "supervisors of applicant up to 3",
            "发起人的逐级上级（共 3 级）",
            "the applicant's superiors, 3 levels up, in order",
        ),
        (
            "(role/dispatcher or user/bob) except applicant",
            "（“调度员”角色，以及鲍），发起人除外",
            "(the role “Dispatcher” and 鲍) except the applicant",
        ),
    ] {
        let parsed = PeopleRule::parse(rule).unwrap();
        assert_eq!(parsed.words(Lang::Zh, &directory), zh);
        assert_eq!(parsed.words(Lang::En, &directory), en);
    }
    assert_eq!(
        PeopleRule::parse("role/a").unwrap().words(Lang::En, &Ids),
        "the role “a”"
    );
}

#[test]
fn what_a_rule_names_can_be_pointed_at() {
    let text = "role/dispatcher in record.area except (user/x or record.boss)";
    let (rule, located) = PeopleRule::parse_located(text).unwrap();
    let words: Vec<&str> = located
        .iter()
        .map(|at| &text[at.offset..at.offset + at.len])
        .collect();
    assert_eq!(
        words,
        ["role/dispatcher", "record.area", "user/x", "record.boss"]
    );
    assert_eq!(
        rule.mentions(),
        located.into_iter().map(|at| at.mention).collect::<Vec<_>>()
    );
    assert_eq!(rule.roles(), ["dispatcher"]);
    assert!(rule.mentions().contains(&Mention::UnitField("area".into())));
}

#[test]
fn a_wrong_rule_says_where_and_what_was_meant() {
    for (text, part, fix) in [
        ("credit_controller", "credit_controller", None),
        ("发起人", "发起人", Some("applicant")),
        ("上级", "上级", Some("supervisor of applicant")),
        ("roles/a", "roles/a", Some("role/a")),
        ("form.engineer", "form.engineer", Some("record.engineer")),
        ("department/finance", "department/finance", None),
        ("role/a and role/b", "and", Some("or")),
        ("role/a，role/b", "，", Some(" or ")),
        ("role/a 或 role/b", "或", Some("or")),
        ("role/a or role/b except role/c", "except", None),
        ("role/a except role/b or role/c", "or", None),
        (
            "chosen by applicant from role/a or role/b except user/x",
            "except",
            None,
        ),
        (
            "head of applicant",
            "applicant",
            Some("applicant.department"),
        ),
        ("head of finance", "finance", None),
        ("head in applicant.department", "in", Some("of")),
        (
            "supervisor of record.engineer",
            "record.engineer",
            Some("applicant"),
        ),
        ("supervisors of applicant up to many", "many", None),
        ("supervisors of applicant up to 99", "99", None),
        ("role/", "role/", None),
        ("record.", "record.", None),
        ("record.a..b", "record.a..b", None),
        ("(role/a", "", None),
        ("role/a or", "", None),
        ("", "", None),
        ("role/a)", ")", None),
        ("aplicant", "aplicant", Some("applicant")),
        ("((((((((((applicant))))))))))", "(", None),
    ] {
        let error = PeopleRule::parse(text).unwrap_err();
        assert_eq!(
            &text[error.offset..error.offset + error.len],
            part,
            "{text}: {error}"
        );
        assert_eq!(error.fix.as_deref(), fix, "{text}: {error}");
        assert!(error.len == 0 || fix.is_none() || error.hint.is_some());
    }
    assert!(PeopleRule::parse(&"applicant or ".repeat(500)).is_err());
}

#[test]
fn the_examples_of_the_specification_are_read() {
    for text in [
        "role/credit_controller",
        "role/station_clerk of record.station",
        "role/dispatcher in record.area",
        "record.engineer",
        "role/callback_clerk except record.engineer",
        "user/张三",
        "head of record.department up 1",
        "role/sales_head of applicant.department",
    ] {
        PeopleRule::parse(text).unwrap();
    }
}

fn rules() -> impl Strategy<Value = PeopleRule> {
    let id = "[a-z][a-z0-9_]{0,6}";
    let scope = prop_oneof![
        Just(Scope::ApplicantDepartment),
        id.prop_map(Scope::Field),
        id.prop_map(Scope::Unit),
    ];
    let leaf = prop_oneof![
        Just(PeopleRule::Applicant),
        id.prop_map(PeopleRule::User),
        (id, prop::option::of(scope.clone()))
            .prop_map(|(role, within)| PeopleRule::Role { role, within }),
        id.prop_map(PeopleRule::Post),
        scope.clone().prop_map(PeopleRule::Members),
        (scope, 0u32..5).prop_map(|(of, up)| PeopleRule::Head { of, up }),
        (1u32..9).prop_map(|levels| PeopleRule::Supervisors { levels }),
        id.prop_map(PeopleRule::Field),
    ];
    let leaf = prop_oneof![
        leaf,
        id.prop_map(|post| PeopleRule::SupervisorsTo(Top::Post(post))),
        id.prop_map(|role| PeopleRule::SupervisorsTo(Top::Role(role))),
        id.prop_map(PeopleRule::SameAs),
        id.prop_map(PeopleRule::Actors),
    ];
    let part = leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone())
                .prop_map(|(of, without)| PeopleRule::Except(Box::new(of), Box::new(without))),
            prop::collection::vec(inner, 2..4).prop_map(PeopleRule::Either),
        ]
    });
    let chooser = prop_oneof![Just(Chooser::Applicant), id.prop_map(Chooser::State)];
    let chosen = (chooser, part.clone(), 1u32..4, 0u32..4).prop_map(|(by, pool, least, more)| {
        PeopleRule::Chosen {
            by,
            pool: Box::new(pool),
            least,
            most: least + more,
        }
    });
    let part = prop_oneof![3 => part, 1 => chosen];
    let how = prop_oneof![
        Just(Pick::LeastLoaded),
        Just(Pick::Random),
        Just(Pick::InTurn)
    ];
    let drawn = (how, part.clone()).prop_map(|(how, of)| PeopleRule::Pick {
        how,
        of: Box::new(of),
    });
    let script = (id, prop::collection::vec(id, 0..3))
        .prop_map(|(rule, give)| PeopleRule::Script { rule, give });
    prop_oneof![3 => part, 1 => drawn, 1 => script]
}

proptest! {
    #[test]
    fn what_is_shown_is_read_back(rule in rules()) {
        prop_assert_eq!(PeopleRule::parse(&rule.to_string()).unwrap(), rule);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[a-z/.() 或，]{0,40}|\\PC{0,30}") {
        if let Err(error) = PeopleRule::parse(&text) {
            prop_assert!(text.get(error.offset..error.offset + error.len).is_some());
        }
    }

    /// A3.1
    #[test]
    fn nobody_who_left_is_ever_asked_and_nobody_twice(rule in rules()) {
        let (directory, values, instance) = (company(), values(), instance());
        let mut cx = PeopleContext::new(&directory, "ann", &values);
        (cx.name, cx.instance) = ("helper", Some(&instance));
        let resolved = rule.resolve(&cx);
        let mut seen = std::collections::BTreeSet::new();
        for person in &resolved.people {
            prop_assert!(directory.active(person).is_some() && seen.insert(person));
        }
        prop_assert!(!resolved.why.is_empty());
    }
}
