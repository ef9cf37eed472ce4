//! Migration: a running instance moves to another version of its flow, and nothing is guessed.

use std::collections::BTreeMap;

use assent_core::command::{Action, Actor, Override};
use assent_core::event::Change;
use assent_core::migrate::MigrationMap;
use assent_core::time::Moment;
use assent_core::turn::Before;
use assent_core::value::{Value, Values};

use crate::running::{DAY_MS, MONDAY, Running, mapped, migrate, none, version};

/// A7.10: one of three countersign votes stays, and the bar is the new version's.
#[test]
fn a_vote_that_was_cast_is_kept_and_the_bar_is_the_new_one() {
    let mut running = Running::submitted(version(&[]));
    running.approve("jo");
    let tasks = running.case.instance.tasks.clone();
    let all = version(&[("needs: 2", "needs: all")]);
    let shown = running.look(&all, &none()).unwrap();
    assert_eq!(shown.kept.len(), 2);
    assert!(shown.cancelled.is_empty() && shown.opened.is_empty() && shown.told.is_empty());
    assert_eq!(
        (
            shown.votes[0].before,
            shown.votes[0].after,
            shown.votes[0].voted.as_slice()
        ),
        ((2, 3), (3, 3), &["jo".to_owned()][..])
    );
    running.migrated(&all, &none()).unwrap();
    assert_eq!(
        running.case.instance.tasks, tasks,
        "the same tasks, not new ones"
    );
    running.approve("ki");
    assert_eq!(
        running.standing(),
        ["jury"],
        "two of two were enough before"
    );
    running.approve("lu");
    assert_eq!(running.waiting_on(), ["lea", "tim"]);
}

/// A7.10: a lower bar that is reached already settles the state in the same turn.
#[test]
fn votes_that_are_enough_now_settle_the_state() {
    let mut running = Running::submitted(version(&[]));
    running.approve("jo");
    let any = version(&[("needs: 2", "needs: any")]);
    running.migrated(&any, &none()).unwrap();
    assert_eq!(running.waiting_on(), ["lea", "tim"]);
}

/// A7.11: a state that is gone is refused by its name, unless the map says where.
#[test]
fn a_state_that_is_gone_is_refused_by_name_unless_the_map_says_where() {
    let mut running = Running::submitted(version(&[]));
    running.approve("jo");
    let renamed = version(&[("{id: jury,", "{id: panel,")]);
    let refused = running.migrated(&renamed, &none()).unwrap_err();
    assert_eq!(refused.code, "state_gone");
    assert!(refused.message.zh.contains("“评审”（jury）"), "{refused:?}");
    let nowhere = running.migrated(&renamed, &mapped(&[("jury", "pannel")]));
    let refused = nowhere.unwrap_err();
    assert_eq!(refused.code, "unknown_target");
    assert!(
        refused.message.en.contains("Did you mean panel?"),
        "{refused:?}"
    );
    running
        .migrated(&renamed, &mapped(&[("jury", "panel")]))
        .unwrap();
    assert_eq!(running.standing(), ["panel"]);
    assert_eq!(
        running.waiting_on(),
        ["ki", "lu"],
        "jo's vote went with the state"
    );
    running.approve("lu");
    assert_eq!(running.waiting_on(), ["lea", "tim"]);
}

/// A7.11: mapped to a state that was there before, it is left and that one entered.
#[test]
fn mapped_to_another_state_it_is_entered_anew() {
    let mut running = Running::submitted(version(&[]));
    running.approve("jo");
    let without = version(&[(
        "  - {id: jury, name: {zh: 评审, en: Jury}, approve: {by: jury, needs: 2}, deadline: 2 workdays, if_late: [{at: deadline, remind: waiting}]}\n",
        "",
    )]);
    let map = mapped(&[("jury", "boss")]);
    let shown = running.look(&without, &map).unwrap();
    assert_eq!(shown.cancelled.len(), 2);
    assert_eq!(shown.told, ["bo"]);
    running.migrated(&without, &map).unwrap();
    assert_eq!(running.waiting_on(), ["bo"]);
    running.approve("bo");
    assert!(running.case.instance.ended());
}

/// A7.12: into the middle of a parallel state leads no way; into the parallel state itself, all its branches start.
#[test]
fn a_target_inside_a_parallel_state_is_refused_by_name() {
    let mut running = Running::submitted(version(&[]));
    let other = version(&[("zh: 采购审批", "zh: 新的采购审批")]);
    let refused = running
        .migrated(&other, &mapped(&[("jury", "legal_ok")]))
        .unwrap_err();
    assert_eq!(refused.code, "not_legal");
    assert!(
        refused.message.zh.contains("请改到“并行”（both）"),
        "{refused:?}"
    );
    running
        .migrated(&other, &mapped(&[("jury", "both")]))
        .unwrap();
    assert_eq!(running.waiting_on(), ["lea", "tim"]);
    let out = version(&[("zh: 采购审批", "zh: 又新的")]);
    let refused = running
        .migrated(&out, &mapped(&[("legal_ok", "boss")]))
        .unwrap_err();
    assert_eq!(refused.code, "not_legal");
    let across = running.migrated(&out, &mapped(&[("legal_ok", "tech_ok")]));
    assert_eq!(across.unwrap_err().code, "not_legal");
    running
        .migrated(&out, &mapped(&[("both", "boss")]))
        .unwrap();
    assert_eq!(running.waiting_on(), ["bo"]);
}

/// A7.13: a branch that is new starts; one that is under way and gone is refused; a done one does not count any more.
#[test]
fn branches_that_are_new_start_and_those_under_way_must_stay() {
    let branch = "        - {id: tech, states: [{id: tech_ok, name: {zh: 技术, en: Tech}, approve: {by: tech}}]}\n";
    let new = "        - {id: board, states: [{id: board_ok, name: {zh: 董事, en: Board}, approve: {by: boss}}]}\n";
    let mut running = Running::submitted(version(&[]));
    running.approve("jo");
    running.approve("ki");
    let gone = version(&[(branch, new)]);
    let refused = running.migrated(&gone, &none()).unwrap_err();
    assert!(
        ["state_gone", "branch_gone"].contains(&refused.code.as_str()),
        "{refused:?}"
    );
    let more = version(&[(branch, &format!("{branch}{new}"))]);
    running.migrated(&more, &none()).unwrap();
    assert_eq!(running.waiting_on(), ["bo", "lea", "tim"]);
    running.approve("tim");
    let fewer = version(&[(branch, new)]);
    running.migrated(&fewer, &none()).unwrap();
    assert_eq!(running.waiting_on(), ["bo", "lea"]);
    running.approve("lea");
    running.approve("bo");
    assert_eq!(running.standing(), ["boss"]);
}

/// A7.14: whoever has not voted is asked by the new rule; a vote of somebody it does not name stays.
#[test]
fn who_has_not_voted_is_asked_by_the_new_rule() {
    let mut running = Running::submitted(version(&[]));
    running.approve("jo");
    let other = version(&[("jury: role/first", "jury: role/second")]);
    let shown = running.look(&other, &none()).unwrap();
    let people = |tasks: &[assent_core::migrate::TaskSeen]| {
        tasks
            .iter()
            .map(|task| task.assignee.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(people(&shown.kept), ["lu"]);
    assert_eq!(people(&shown.cancelled), ["ki"]);
    assert_eq!(people(&shown.opened), ["mo"]);
    assert_eq!(shown.told, ["mo"]);
    running.migrated(&other, &none()).unwrap();
    running.approve("mo");
    assert_eq!(running.waiting_on(), ["lea", "tim"], "jo's vote counted");
}

/// A7.26: from all at once to one after the other, only whoever's turn it is can act; the others are asked when it is theirs.
#[test]
fn in_order_now_those_whose_turn_it_is_not_wait_for_it() {
    let mut running = Running::submitted(version(&[("needs: 2", "needs: all")]));
    running.approve("ki");
    let in_order = version(&[("needs: 2", "needs: in_order")]);
    let shown = running.look(&in_order, &none()).unwrap();
    assert_eq!((shown.kept.len(), shown.cancelled.len()), (1, 1));
    running.migrated(&in_order, &none()).unwrap();
    assert_eq!(running.waiting_on(), ["jo"], "ki's vote stays, lu waits");
    let why = running.events.iter().any(|event| {
        matches!(&event.change, Change::TaskClosed { because, .. } if because.zh.contains("还没有轮到"))
    });
    assert!(why, "it ended because of the migration, and says so");
    running.approve("jo");
    assert_eq!(running.waiting_on(), ["lu"], "asked when it is their turn");
    running.approve("lu");
    assert_eq!(running.waiting_on(), ["lea", "tim"]);
}

/// A7.27: a pool that is no pool any more is asked anew, and its deadline and reminders run on.
#[test]
fn whoever_is_asked_anew_has_the_deadline_that_ran() {
    let pool = [(
        "approve: {by: jury, needs: 2}",
        "approve: {by: jury, claim: true}",
    )];
    let mut running = Running::submitted(version(&pool));
    let (due, wakeups) = {
        let instance = &running.case.instance;
        (instance.active[0].due, instance.wakeups.clone())
    };
    running.migrated(&version(&[]), &none()).unwrap();
    assert_eq!(running.waiting_on(), ["jo", "ki", "lu"]);
    let instance = &running.case.instance;
    assert_eq!(instance.active[0].due, due);
    assert_eq!((wakeups.len(), &instance.wakeups), (1, &wakeups));
}

fn overrule(running: &mut Running, act: Override) {
    let action = Action::Override {
        act,
        reason: "有原因".to_owned(),
    };
    running.act("own", action);
}

/// A7.38: a rung of a ladder whose time is the same stays armed as it is, whatever it does then and whatever its neighbours do.
#[test]
fn a_rung_whose_time_is_the_same_stays_armed() {
    let ladder = "if_late: [{at: deadline, remind: waiting}]";
    let v1 = "if_late: [{after: 4 work hours, remind: waiting}, {at: deadline, go: boss}]";
    let v2 = "if_late: [{after: 4 work hours, remind: boss}, {at: deadline, go: both}]";
    let mut running = Running::submitted(version(&[(ladder, v1)]));
    running.now = Moment(MONDAY.0 + DAY_MS / 24);
    overrule(&mut running, Override::Suspend);
    running.now = Moment(MONDAY.0 + DAY_MS / 12);
    overrule(&mut running, Override::Resume);
    let armed = running.case.instance.wakeups.clone();
    assert_eq!(armed.len(), 2);
    running
        .migrated(&version(&[(ladder, v2)]), &none())
        .unwrap();
    assert_eq!(running.case.instance.wakeups, armed);
}

/// A7.39: a clock that stood when the case moved to another version runs on with what was left; handed on, it has the whole
/// time of the new one.
#[test]
fn handed_on_after_a_migration_the_term_is_the_new_one() {
    let clock = (
        "deadline: 2 workdays,",
        "deadline: 2 workdays, clock: {transfer: restarts},",
    );
    let shorter = (
        "deadline: 2 workdays,",
        "deadline: 1 workday, clock: {transfer: restarts},",
    );
    let mut running = Running::submitted(version(&[clock]));
    let task = running.case.instance.tasks[0].clone();
    let ask = Action::Ask {
        task: task.no,
        question: "哪一批？".to_owned(),
        to: None,
    };
    running.act(&task.assignee, ask);
    running.migrated(&version(&[shorter]), &none()).unwrap();
    let due = |running: &Running| running.case.instance.active[0].due;
    assert_eq!(due(&running), None, "the clock stands");
    overrule(
        &mut running,
        Override::Reassign {
            task: task.no,
            to: "bo".to_owned(),
        },
    );
    assert_eq!(due(&running), Some(Moment(MONDAY.0 + DAY_MS)));
}

/// A7.28: where the new rule finds nobody, votes that were cast do not settle the state in silence.
#[test]
fn a_new_rule_that_finds_nobody_holds_whatever_was_voted() {
    let mut running = Running::submitted(version(&[("needs: 2", "needs: all")]));
    running.approve("jo");
    let nobody = version(&[
        ("jury: role/first", "jury: role/chief"),
        ("needs: 2", "needs: all"),
    ]);
    running.migrated(&nobody, &none()).unwrap();
    let held = &running.case.instance.holds;
    assert_eq!(held.first().map(|held| held.code.as_str()), Some("nobody"));
    assert_eq!(running.standing(), ["jury"]);
}

/// A7.15: a deadline that is different counts from when the state was entered, and nobody is late because of a migration.
#[test]
fn deadlines_are_armed_anew_and_nobody_is_late_by_it() {
    let mut running = Running::submitted(version(&[]));
    let longer = version(&[("deadline: 2 workdays", "deadline: 3 workdays")]);
    let shown = running.look(&longer, &none()).unwrap();
    assert_eq!(shown.deadlines[0].from, Some(Moment(MONDAY.0 + 2 * DAY_MS)));
    assert_eq!(shown.deadlines[0].to, Some(Moment(MONDAY.0 + 3 * DAY_MS)));
    running.now = Moment(MONDAY.0 + DAY_MS + DAY_MS / 4);
    running.migrated(&longer, &none()).unwrap();
    let instance = &running.case.instance;
    assert_eq!(instance.wakeups.len(), 1);
    assert_eq!(instance.wakeups[0].at, Moment(MONDAY.0 + 3 * DAY_MS));
    assert!(
        instance
            .tasks
            .iter()
            .all(|task| task.due == Some(Moment(MONDAY.0 + 3 * DAY_MS)))
    );
    let shorter = version(&[("deadline: 2 workdays", "deadline: 1 workday")]);
    running.migrated(&shorter, &none()).unwrap();
    let due = running.case.instance.active[0].due.unwrap();
    assert_eq!(
        due,
        Moment(running.now.0 + DAY_MS),
        "a day from now, not yesterday"
    );
    let same = version(&[
        ("deadline: 2 workdays", "deadline: 1 workday"),
        ("zh: 采购审批", "zh: 改"),
    ]);
    let wakeups = running.case.instance.wakeups.clone();
    running.migrated(&same, &none()).unwrap();
    assert_eq!(running.case.instance.wakeups, wakeups);
}

/// A7.16: a field the new version needs is asked for by name, and may come with the map.
#[test]
fn a_field_the_new_version_needs_is_named() {
    let mut running = Running::submitted(version(&[]));
    let field = "  plan: {type: text, name: {zh: 方案, en: Plan}, required: true}\npeople:";
    let needs = version(&[("people:", field)]);
    let refused = running.migrated(&needs, &none()).unwrap_err();
    assert_eq!(
        (refused.code.as_str(), refused.field.as_deref()),
        ("field_missing", Some("plan"))
    );
    let wrong = MigrationMap {
        set: Values::from([("plam".to_owned(), Value::from("x"))]),
        ..none()
    };
    assert_eq!(
        running.migrated(&needs, &wrong).unwrap_err().code,
        "unknown_field"
    );
    let with = MigrationMap {
        set: Values::from([("plan".to_owned(), Value::from("按原计划"))]),
        ..none()
    };
    assert_eq!(running.look(&needs, &with).unwrap().fields, ["plan"]);
    running.migrated(&needs, &with).unwrap();
    assert_eq!(
        running.case.values.get("plan"),
        Some(&Value::from("按原计划"))
    );
}

/// A7.17: an instance that was held goes on under a version that mends it.
#[test]
fn a_held_instance_goes_on_under_a_version_that_mends_it() {
    let mut running = Running::submitted(version(&[("jury: role/first", "jury: role/third")]));
    assert_eq!(running.case.instance.holds[0].code, "nobody");
    let mended = version(&[]);
    assert!(running.look(&mended, &none()).unwrap().held.is_empty());
    running.migrated(&mended, &none()).unwrap();
    assert!(running.case.instance.holds.is_empty());
    assert_eq!(running.waiting_on(), ["jo", "ki", "lu"]);
}

/// A7.18: only the owner or an administrator, with a reason; flagged in the trail; the version is pinned by the event.
#[test]
fn only_the_owner_or_an_administrator_migrates_and_the_trail_says_so() {
    let mut running = Running::submitted(version(&[]));
    let other = version(&[("zh: 采购审批", "zh: 新的采购审批")]);
    for who in ["ann", "jo", "bo"] {
        let refused = running.migrated_by(who, &other, &none()).unwrap_err();
        assert_eq!(refused.code, "not_yours", "{who}");
    }
    let wordless = Action::Migrate {
        to: other.version.clone(),
        map: none(),
        reason: " ".to_owned(),
    };
    let before = || Before::Case(Box::new(running.case.clone()));
    let refused = running.turn(before(), Some(&other), "own", wordless);
    assert_eq!(refused.unwrap_err().code, "reason_required");
    let lost = running.turn(before(), None, "own", migrate(&other, &none()));
    assert_eq!(lost.unwrap_err().code, "unknown_version");
    let same = running.def.clone();
    let refused = running.turn(before(), Some(&same), "own", migrate(&same, &none()));
    assert_eq!(refused.unwrap_err().code, "same_version");
    running.migrated_by("adm", &other, &none()).unwrap();
    let flagged = running.events.iter().any(|event| {
        matches!(&event.change, Change::Migrated { r#override: true, to, .. } if *to == other.version)
            && event.actor == Actor::Person("adm".to_owned())
    });
    assert!(flagged);
    assert_eq!(running.case.instance.version, other.version);
}

/// A7.19: a preview is the very turn, and changes nothing.
#[test]
fn a_preview_is_what_happens_and_changes_nothing() {
    let mut running = Running::submitted(version(&[]));
    running.approve("ki");
    let other = version(&[
        ("jury: role/first", "jury: role/second"),
        ("needs: 2", "needs: all"),
    ]);
    let before = running.case.clone();
    let shown = running.look(&other, &none()).unwrap();
    assert_eq!(running.case, before);
    running.migrated(&other, &none()).unwrap();
    let after: BTreeMap<u32, String> = running
        .case
        .instance
        .tasks
        .iter()
        .map(|task| (task.no, task.assignee.clone()))
        .collect();
    let told: BTreeMap<u32, String> = shown
        .kept
        .iter()
        .chain(&shown.opened)
        .map(|task| (task.task, task.assignee.clone()))
        .collect();
    assert_eq!(after, told);
}
