use super::*;

const YES: Option<Verdict> = Some(Verdict::Approve);
const NO: Option<Verdict> = Some(Verdict::Reject);

fn voter(verdict: Option<Verdict>) -> Voter {
    Voter {
        person: String::new(),
        task: None,
        verdict,
        by_rule: true,
        weight: 1,
        groups: vec![],
        stack: None,
        added_by: None,
        by_policy: false,
    }
}

/// `n` voters of whom `yes` approved and `no` rejected.
fn votes(n: usize, yes: usize, no: usize) -> Vec<Voter> {
    let said = |at: usize| match at {
        at if at < yes => YES,
        at if at < yes + no => NO,
        _ => None,
    };
    (0..n).map(|at| voter(said(at))).collect()
}

fn weighing(voters: &[(u32, Option<Verdict>)]) -> Vec<Voter> {
    let one = |(weight, verdict): &(u32, Option<Verdict>)| Voter {
        weight: *weight,
        ..voter(*verdict)
    };
    voters.iter().map(one).collect()
}

fn grouped(voters: &[(&[u32], Option<Verdict>)]) -> Vec<Voter> {
    let one = |(groups, verdict): &(&[u32], Option<Verdict>)| Voter {
        groups: groups.to_vec(),
        ..voter(*verdict)
    };
    voters.iter().map(one).collect()
}

/// A4.2, A11.1, and the mistake "an any-sign set to all_must_reject that dies on one reject".
#[test]
fn any_with_all_must_reject_lives_on_after_one_rejection() {
    let tallied = |yes, no| tally(&Needs::Any, OnReject::AllMustReject, &votes(3, yes, no));
    assert_eq!(tallied(0, 1), None);
    assert_eq!(tallied(1, 2), YES);
    assert_eq!(tallied(0, 3), NO);
}

/// A4.6, A11.2, and the mistake "60 % that still dies on one reject".
#[test]
fn sixty_percent_of_five_lives_until_approval_is_out_of_reach() {
    let needs = Needs::Percent(60.into());
    let tallied = |yes, no| tally(&needs, OnReject::UntilDecided, &votes(5, yes, no));
    assert_eq!(tallied(2, 2), None);
    assert_eq!(tallied(3, 2), YES);
    assert_eq!(tallied(2, 3), NO);
}

/// A4.5.
#[test]
fn a_share_is_rounded_up_exactly() {
    let share = |percent: &str, n| {
        let percent = percent.parse().unwrap_or_default();
        required(&Needs::Percent(percent), &votes(n, 0, 0))
    };
    assert_eq!(share("66.666666666666666666", 3), 2);
    assert_eq!(share("33.4", 3), 2);
    assert_eq!(share("50", 4), 2);
    assert_eq!(share("0.1", 5), 1);
    assert_eq!(share("100", 7), 7);
}

/// A4.3, A4.9.
#[test]
fn veto_rejects_at_once_and_collect_all_hears_everybody() {
    let all = |on_reject, yes, no| tally(&Needs::All, on_reject, &votes(3, yes, no));
    assert_eq!(all(OnReject::Veto, 1, 1), NO);
    assert_eq!(all(OnReject::CollectAll, 1, 1), None);
    assert_eq!(all(OnReject::CollectAll, 2, 1), NO);
    assert_eq!(all(OnReject::Veto, 3, 0), YES);
}

/// A4.7.
#[test]
fn weights_are_summed_and_a_heavy_rejection_puts_the_bar_out_of_reach() {
    let needs = Needs::Weighted {
        weights: vec![],
        at_least: 4,
    };
    let tallied = |voters: &[(u32, Option<Verdict>)]| {
        tally(&needs, OnReject::UntilDecided, &weighing(voters))
    };
    assert_eq!(tallied(&[(3, YES), (2, None), (1, None)]), None);
    assert_eq!(tallied(&[(3, YES), (2, None), (1, YES)]), YES);
    assert_eq!(tallied(&[(3, NO), (2, YES), (1, YES)]), NO);
    assert_eq!(tallied(&[(3, None), (2, NO), (1, None)]), None);
    let voters = weighing(&[(3, YES), (2, None), (1, None)]);
    assert_eq!((given(&needs, &voters), required(&needs, &voters)), (3, 4));
    assert!(reachable(&needs, &voters));
    assert!(!reachable(&needs, &weighing(&[(2, None), (1, None)])));
}

/// A4.8.
#[test]
fn each_group_needs_its_own_and_a_person_in_two_counts_for_both() {
    let needs = Needs::Each(vec![GroupBar::Count(1), GroupBar::All]);
    let tallied = |voters: &[(&[u32], Option<Verdict>)]| {
        tally(&needs, OnReject::UntilDecided, &grouped(voters))
    };
    assert_eq!(
        tallied(&[(&[0], YES), (&[0], YES), (&[1], None)]),
        None,
        "two of the first group do not stand for the second"
    );
    assert_eq!(tallied(&[(&[0], None), (&[0], YES), (&[1], YES)]), YES);
    assert_eq!(tallied(&[(&[0], NO), (&[0], None), (&[1], None)]), None);
    assert_eq!(tallied(&[(&[0], NO), (&[0], NO), (&[1], None)]), NO);
    assert_eq!(tallied(&[(&[0], None), (&[1], NO)]), NO);
    assert_eq!(tallied(&[(&[0, 1], YES)]), YES);
    let voters = grouped(&[(&[0], YES), (&[0], YES), (&[1], None), (&[1], None)]);
    assert_eq!((given(&needs, &voters), required(&needs, &voters)), (1, 3));
}

/// A4.12.
#[test]
fn a_sequence_that_has_begun_is_finished_before_an_approval_counts() {
    let mut voters = votes(3, 1, 0);
    (voters[0].stack, voters[1].stack) = (Some(1), Some(1));
    assert_eq!(tally(&Needs::Any, OnReject::FirstDecision, &voters), None);
    voters[1].verdict = YES;
    assert_eq!(tally(&Needs::Any, OnReject::FirstDecision, &voters), YES);
    voters[1].verdict = NO;
    assert_eq!(tally(&Needs::Any, OnReject::FirstDecision, &voters), NO);
}
