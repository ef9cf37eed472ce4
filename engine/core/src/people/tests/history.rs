//! Rules about what happened so far, chains up to a post, draws.

use super::*;
use crate::command::Verdict;
use crate::instance::{Decision, Drawn, Worked};
use crate::time::Moment;

/// bob decided at `check`, cfo for ann in the round after; leader did the work at `fit`.
fn lived() -> Instance {
    let mut instance = instance();
    for (entry, person, stands_for) in [(2, "bob", None), (4, "cfo", Some("ann"))] {
        instance.decisions.push(Decision {
            state: "check".to_owned(),
            entry,
            round: 1,
            person: person.to_owned(),
            verdict: Verdict::Approve,
            at: Moment(0),
            signed: String::new(),
            facts: std::collections::BTreeMap::new(),
            stands_for: stands_for.map(str::to_owned),
        });
    }
    instance.worked.push(Worked {
        state: "fit".to_owned(),
        entry: 3,
        person: "leader".to_owned(),
        stands_for: None,
    });
    instance
}

fn found(rule: &str, instance: &Instance) -> Resolved {
    let (directory, values) = (company(), values());
    let mut cx = PeopleContext::new(&directory, "ann", &values);
    (cx.name, cx.instance) = ("helper", Some(instance));
    PeopleRule::parse(rule).unwrap().resolve(&cx)
}

/// A3.12 A3.13
#[test]
fn the_same_person_is_the_one_asked_and_actors_are_all_who_had_a_hand_in_it() {
    let lived = lived();
    assert_eq!(found("same as state/check", &lived).people, ["ann"]);
    assert_eq!(
        found("actors of state/check", &lived).people,
        ["bob", "cfo", "ann"]
    );
    assert_eq!(found("same as state/fit", &lived).people, ["leader"]);
    let nobody = found("same as state/other", &lived);
    assert!(nobody.people.is_empty() && nobody.why[0].en.contains("Nobody has acted"));
    assert_eq!(
        found("role/caller except actors of state/check", &lived)
            .people
            .len(),
        0
    );
}

/// A3.6
#[test]
fn a_chain_ends_with_the_first_on_the_post() {
    let with_post = |rule: &str, holder: &str| {
        let mut directory = company();
        let person = directory.people.get_mut(holder).unwrap();
        person.posts.push("general_manager".to_owned());
        let values = values();
        let cx = PeopleContext::new(&directory, "ann", &values);
        PeopleRule::parse(rule).unwrap().resolve(&cx)
    };
    let rule = "supervisors of applicant up to post/general_manager";
    assert_eq!(with_post(rule, "leader").people, ["leader"]);
    assert_eq!(with_post(rule, "boss").people, ["leader", "boss"]);
    // Whoever held it and left does not end the chain.
    assert_eq!(with_post(rule, "gone").people, ["leader", "boss"]);
    let nobody = with_post(rule, "cfo");
    assert_eq!(nobody.people, ["leader", "boss"]);
    assert!(
        nobody
            .why
            .last()
            .unwrap()
            .en
            .starts_with("None of the superiors")
    );
}

/// A3.3
#[test]
fn a_vacant_post_finds_nobody_or_moves_up() {
    let up = |moves| {
        resolve_with("post/post_eve", |cx| cx.vacant_moves_up = moves)
            .people
            .join(" ")
    };
    assert_eq!(up(false), "");
    assert_eq!(up(true), "leader");
}

/// A3.17
#[test]
fn whoever_was_drawn_is_found_while_they_belong_to_the_set() {
    let mut drawn = instance();
    let before = found("one of role/caller at random", &drawn);
    assert_eq!(
        before.people,
        ["ann", "bob"],
        "before the draw, the whole set"
    );
    drawn.drawn.push(Drawn {
        name: "helper".to_owned(),
        how: Pick::Random,
        people: vec!["bob".to_owned()],
        number: 7,
        round: 1,
    });
    let now = found("one of role/caller at random", &drawn);
    assert_eq!(now.people, ["bob"]);
    assert_eq!(now.by_role, [("bob".to_owned(), "caller".to_owned())]);
    let left = found("one of role/dispatcher except user/bob at random", &drawn);
    assert!(left.people.is_empty());
    assert!(left.why.last().unwrap().en.contains("any more"));
}

/// A5.56
#[test]
fn who_is_found_by_a_role_and_in_person_is_asked_in_person() {
    assert_eq!(resolve("role/caller").by_role.len(), 2);
    assert_eq!(
        resolve("role/caller or user/ann").by_role,
        [("bob".to_owned(), "caller".to_owned())]
    );
    assert_eq!(
        resolve("user/ann or role/caller").by_role,
        [("bob".to_owned(), "caller".to_owned())]
    );
}

#[test]
fn new_rules_are_read_and_wrong_ones_say_what_was_meant() {
    for text in [
        "supervisors of applicant up to post/general_manager",
        "supervisors of applicant up to role/director",
        "chosen by applicant from role/x at least 1 at most 3",
        "chosen by state/check from (role/x or role/y) exactly 2",
        "same as state/check",
        "role/x except (actors of state/a or actors of state/b)",
        "least loaded of role/dispatcher in record.area",
        "one of role/x or role/y at random",
        "role/x in record.area in turn",
        "role/x in turn",
        "rule/assign.engineer given record.area record.vehicle.station",
    ] {
        assert_eq!(PeopleRule::parse(text).map(|_| ()), Ok(()), "{text}");
    }
    for (text, part, fix) in [
        ("same as check", "check", Some("state/check")),
        ("role/x or least loaded of role/y", "least", None),
        (
            "role/x except rule/assign.engineer",
            "rule/assign.engineer",
            None,
        ),
        ("least loaded role/x", "role/x", Some("of")),
        ("one of role/x by lot", "by", Some("at")),
        (
            "chosen by applicant from role/x at least 3 at most 2",
            "at",
            None,
        ),
        ("chosen by boss from role/x", "boss", Some("applicant")),
        ("rule/a.b given area", "area", Some("record.")),
        (
            "chosen by applicant from role/x or chosen by applicant from role/y",
            "chosen",
            None,
        ),
    ] {
        let error = PeopleRule::parse(text).unwrap_err();
        assert_eq!(
            &text[error.offset..error.offset + error.len],
            part,
            "{text}: {error}"
        );
        assert_eq!(error.fix.as_deref(), fix, "{text}");
    }
}
