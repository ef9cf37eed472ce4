//! Does every approval find somebody, for everyone who may start the flow?

use crate::check::{organisation, organisation_since};
use crate::directory::{Directory, Person, RoleGrant, Unit};
use crate::text::{Lang, Text};

use super::{flow, flow_with};

/// Roles with the unit they are held for.
type Roles<'a> = &'a [(&'a str, Option<&'a str>)];

/// Two areas (north, south) below the company; people by name, their unit, and their roles with a unit or none.
fn directory(people: &[(&str, &str, Roles<'_>)]) -> Directory {
    let mut directory = Directory::default();
    for (id, name, parent) in [
        ("company", "公司", None),
        ("north", "北区", Some("company")),
        ("south", "南区", Some("company")),
    ] {
        let unit = Unit {
            id: id.to_owned(),
            name: Text::new(name, id),
            parent: parent.map(str::to_owned),
            head: None,
        };
        directory.units.insert(id.to_owned(), unit);
    }
    for (name, unit, roles) in people {
        let person = Person {
            id: (*name).to_owned(),
            name: (*name).to_owned(),
            mail: String::new(),
            unit: (*unit).to_owned(),
            superior: None,
            posts: vec![],
            lang: Lang::Zh,
            active: true,
        };
        directory.people.insert(person.id.clone(), person);
        for (role, unit) in *roles {
            directory.roles.push(RoleGrant {
                role: (*role).to_owned(),
                person: (*name).to_owned(),
                unit: unit.map(str::to_owned),
            });
        }
    }
    directory
}

const ONE: &str = "  - {id: one, name: {zh: 一审, en: One}, approve: {by: a}}\n";

fn codes(def: &crate::definition::Definition, directory: &Directory) -> Vec<String> {
    organisation(def, directory)
        .into_iter()
        .map(|finding| format!("{} {}", finding.code, finding.at))
        .collect()
}

#[test]
fn a_role_that_somebody_else_holds_is_enough() {
    let directory = directory(&[
        ("张三", "north", &[]),
        ("李四", "south", &[("a", None)]),
        ("王五", "south", &[("a", None)]),
    ]);
    assert_eq!(codes(&flow(ONE), &directory), Vec::<String>::new());
}

/// A8.8: every approval finds somebody for everybody who may start the flow.
#[test]
fn a_vacant_role_fails_for_everybody_and_is_told_once_with_a_person() {
    let directory = directory(&[("张三", "north", &[]), ("李四", "south", &[("b", None)])]);
    let found = organisation(&flow(ONE), &directory);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].code, "nobody-to-ask");
    let zh = &found[0].message.zh;
    assert!(
        zh.contains("张三（北区）")
            && zh.contains("一审")
            && zh.contains("李四（南区）发起时也一样"),
        "{zh}"
    );
}

#[test]
fn the_only_holder_cannot_approve_their_own_request() {
    let directory = directory(&[("张三", "north", &[]), ("李四", "south", &[("a", None)])]);
    let found = organisation(&flow(ONE), &directory);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].message.zh.starts_with("李四（南区）"),
        "{}",
        found[0].message.zh
    );
}

/// A8.8: what a policy resolves is no failure.
#[test]
fn policies_that_find_a_way_are_no_failure() {
    let mut directory = directory(&[("张三", "north", &[]), ("李四", "south", &[("b", None)])]);
    let with = |policy: &str| {
        flow(&format!(
            "  - {{id: one, name: {{zh: 一审, en: One}}, approve: {{by: a}}, policies: {{nobody: {policy}}}}}\n"
        ))
    };
    assert_eq!(codes(&with("pass"), &directory), Vec::<String>::new());
    assert_eq!(
        codes(&with("{fallback: b}"), &directory).len(),
        1,
        "李四 is alone in b"
    );
    assert_eq!(
        codes(&with("superior"), &directory).len(),
        1,
        "nobody has a superior"
    );
    for (person, superior) in [("张三", "李四"), ("李四", "张三")] {
        directory.people.get_mut(person).unwrap().superior = Some(superior.to_owned());
    }
    assert_eq!(codes(&with("superior"), &directory), Vec::<String>::new());
}

/// A8.9: what depends on the record is tried with every unit that could be meant.
#[test]
fn a_role_within_a_unit_is_tried_with_every_unit_of_its_level() {
    let def = flow(
        "  - {id: one, name: {zh: 一审, en: One}, when: area is not empty, approve: {by: d}}\n",
    );
    let both = directory(&[
        ("张三", "north", &[]),
        ("李四", "north", &[("d", Some("north"))]),
        ("王五", "north", &[("d", Some("north"))]),
        ("赵六", "south", &[("d", Some("south"))]),
        ("钱七", "south", &[("d", Some("south"))]),
    ]);
    assert_eq!(codes(&def, &both), Vec::<String>::new());
    let north = directory(&[
        ("张三", "north", &[]),
        ("李四", "north", &[("d", Some("north"))]),
        ("王五", "north", &[("d", Some("north"))]),
    ]);
    let found = organisation(&def, &north);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].message.zh.contains("区域为南区"),
        "{}",
        found[0].message.zh
    );
}

#[test]
fn whoever_had_nobody_before_is_not_named_when_somebody_leaves() {
    let def = flow("  - {id: one, name: {zh: 一审, en: One}, approve: {by: boss}}\n");
    let mut before = directory(&[
        ("甲", "north", &[]),
        ("乙", "north", &[]),
        ("丙", "north", &[]),
    ]);
    let led = [("乙", "甲"), ("丙", "乙")];
    for (who, by) in led {
        let person = before.people.get_mut(who).unwrap();
        person.superior = Some(by.to_owned());
    }
    let mut after = before.clone();
    after.people.get_mut("乙").unwrap().active = false;
    assert!(organisation(&def, &before)[0].message.zh.starts_with("甲"));
    let found = organisation_since(&def, &before, &after);
    let words: Vec<&str> = found.iter().map(|it| it.message.zh.as_str()).collect();
    assert_eq!(words.len(), 1, "{words:?}");
    assert!(
        words[0].starts_with("丙") && !words[0].contains("甲"),
        "{words:?}"
    );
    assert_eq!(organisation_since(&def, &after, &after), []);
}

#[test]
fn the_values_that_lead_to_the_state_are_named() {
    let def =
        flow("  - {id: one, name: {zh: 一审, en: One}, when: amount > 300000, approve: {by: a}}\n");
    let found = organisation(&def, &directory(&[("张三", "north", &[])]));
    assert!(
        found[0].message.zh.contains("金额 = 300"),
        "{}",
        found[0].message.zh
    );
}

/// A8.11: a bar that the people found cannot reach fails.
#[test]
fn more_votes_than_people_fail() {
    let def = flow("  - {id: one, name: {zh: 一审, en: One}, approve: {by: a, needs: 3}}\n");
    let three = [
        ("甲", "north", &[("a", None)] as &[_]),
        ("乙", "north", &[("a", None)]),
        ("丙", "north", &[("a", None)]),
    ];
    // Whoever starts it is one of the three and may not vote.
    assert_eq!(
        codes(&def, &directory(&three)),
        ["too-few-to-ask states.one.approve.by"]
    );
    let hint = &organisation(&def, &directory(&three))[0].hint;
    assert!(
        hint.zh.contains("needs:") && !hint.zh.contains("fallback"),
        "somebody else instead of nobody does not make three of two: {hint:?}"
    );
    let mut four = three.to_vec();
    four.push(("丁", "north", &[("a", None)]));
    assert_eq!(codes(&def, &directory(&four)), Vec::<String>::new());
}

#[test]
fn one_person_for_two_states_cannot_sign_both() {
    let def = flow_with(
        "policies: {same_person: refuse}",
        "  - {id: one, name: {zh: 一审, en: One}, approve: {by: a}}
  - {id: two, name: {zh: 二审, en: Two}, approve: {by: b}}\n",
    );
    let alone = directory(&[
        ("张三", "north", &[]),
        ("李四", "south", &[("a", None), ("b", None)]),
        ("王五", "north", &[("a", None), ("b", None)]),
    ]);
    assert_eq!(
        codes(&def, &alone),
        ["same-person-only states.two.approve.by"],
        "whoever of the two starts it, the other is alone"
    );
    let back = flow_with(
        "policies: {same_person: refuse}",
        "  - {id: one, name: {zh: 一审, en: One}, approve: {by: a}}
  - {id: two, name: {zh: 二审, en: Two}, approve: {by: b}, if_rejected: {back_to: one}}\n",
    );
    assert_eq!(
        codes(&back, &alone).len(),
        1,
        "two states are one pair, whichever comes first"
    );
    let enough = directory(&[
        ("张三", "north", &[]),
        ("李四", "south", &[("a", None)]),
        ("王五", "north", &[("b", None)]),
        ("赵六", "north", &[("a", None), ("b", None)]),
    ]);
    assert_eq!(
        codes(&def, &enough),
        ["same-person-only states.two.approve.by"; 0]
    );
}

/// A8.8: those who may not start it are not tried.
#[test]
fn only_those_who_may_start_it_are_tried() {
    let text = "  - {id: one, name: {zh: 一审, en: One}, approve: {by: b}}\n";
    let mut def = flow(text);
    let directory = directory(&[
        ("张三", "north", &[("a", None)]),
        ("李四", "south", &[("b", None)]),
    ]);
    assert_eq!(
        codes(&def, &directory).len(),
        1,
        "李四 would be alone with their own request"
    );
    def.states[0].kind = crate::definition::StateKind::Draft {
        by: crate::definition::PeopleRef::Named("a".to_owned()),
    };
    assert_eq!(codes(&def, &directory), Vec::<String>::new());
    def.states[0].kind = crate::definition::StateKind::Draft {
        by: crate::definition::PeopleRef::Named("c".to_owned()),
    };
    assert_eq!(codes(&def, &directory), ["nobody-may-start states"]);
}

/// A8.10: a failure names the state, the person and the values.
#[test]
fn the_words_say_who_where_with_which_values_and_why() {
    let def = flow(
        "  - {id: one, name: {zh: 财务审批, en: Finance}, when: amount > 300000, approve: {by: a}}
  - {id: two, name: {zh: 区域审批, en: Area}, when: area is not empty, approve: {by: d, needs: 2}}\n",
    );
    let found = organisation(
        &def,
        &directory(&[
            ("张三", "north", &[]),
            ("李四", "south", &[("a", None), ("d", Some("north"))]),
        ]),
    );
    let told: Vec<&str> = found.iter().map(|one| one.message.zh.as_str()).collect();
    insta::assert_snapshot!(told.join("\n"));
    let told: Vec<&str> = found.iter().map(|one| one.message.en.as_str()).collect();
    insta::assert_snapshot!(told.join("\n"));
}
