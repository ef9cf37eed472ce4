//! Small days in which everything happens, and what must hold in each.
#![expect(clippy::expect_used, reason = "tests")]

use crate::day::play;
use crate::outcome::Outcome;
use crate::place::{Way, fullest};
use crate::random::Sizes;
use crate::world::{Figures, World};

/// Invented, so that machines are busy and companies have to be closed.
fn figures() -> Figures {
    Figures {
        open_ms: 20.0,
        open_cpu_ms: 10.0,
        close_ms: 5.0,
        close_cpu_ms: 2.0,
        open_kb: 2_000.0,
        open_threads: 3.0,
        alone_ms: 3.0,
        one_company_per_s: 500.0,
        decide_cpu_ms: 1.0,
        look_cpu_ms: 2.0,
        fsync_per_s: 2_000.0,
        log_bytes: 20_000.0,
        kept_bytes: 4_000.0,
        empty_bytes: 200_000.0,
    }
}

/// Two hundred companies, forty of which find room at once, on three machines.
fn world(seed: u64) -> World {
    World {
        seed,
        companies: 200,
        decisions: 40_000,
        peak_per_s: 4,
        cores: 2,
        cells_per_machine: 2,
        machines: 3,
        open_max: 8,
        ..World::default()
    }
}

fn good(world: &World) -> Outcome {
    let day = play(&figures(), world);
    assert_eq!(day.violations, 0, "seed {}: {:?}", day.seed, day.wrong);
    assert_eq!(day.decided.count, u64::from(world.decisions));
    day
}

#[test]
fn every_decision_is_answered_once_by_the_one_cell_that_has_the_company() {
    for seed in 1..=5 {
        let day = good(&world(seed));
        let taken = day.taken.expect("a machine died");
        assert!(taken.companies > 30 && taken.all_back_s > taken.taken_over_s);
        assert!(
            taken.waited.max_ms >= 1_000.0,
            "somebody waited for the lease"
        );
        assert_eq!(
            day.moves.len(),
            2,
            "the largest and the median company moved"
        );
        assert!(
            day.cold_looks > 0.01 && day.closed > 1_000,
            "rooms are scarce"
        );
        assert_eq!(day.refused, 0, "who is dead commits nothing");
    }
}

#[test]
fn a_machine_that_comes_back_late_is_refused() {
    let back = World {
        back_after: Some(30),
        ..world(7)
    };
    // Commits that take long, so that some are under way at any moment.
    let slow = Figures {
        alone_ms: 500.0,
        ..figures()
    };
    let day = play(&slow, &back);
    assert_eq!(day.violations, 0, "{:?}", day.wrong);
    assert!(day.refused > 0, "it had turns of its companies under way");
    let loose = World {
        fenced: false,
        ..back
    };
    let day = play(&slow, &loose);
    assert!(
        day.violations > 0,
        "without epochs two cells write for one company"
    );
}

#[test]
fn a_short_stop_costs_a_wait_and_nothing_else() {
    let back = World {
        back_after: Some(3),
        ..world(11)
    };
    let day = good(&back);
    assert!(day.taken.is_none() && day.refused == 0);
    assert!(day.decided.max_ms < 9_000.0, "{}", day.decided.max_ms);
}

#[test]
fn one_seed_is_one_day() {
    let text =
        |seed| serde_json::to_string(&play(&figures(), &world(seed))).expect("plain figures");
    assert_eq!(text(3), text(3));
    assert_ne!(text(3), text(4));
}

#[test]
fn room_for_everybody_means_nobody_is_closed() {
    let roomy = World {
        open_max: 1_000,
        death_at: None,
        move_at: None,
        ..world(5)
    };
    let day = good(&roomy);
    assert_eq!((day.closed, day.opened <= 200), (0, true));
    assert!(day.decided.max_ms < 1_000.0, "{}", day.decided.max_ms);
}

#[test]
fn no_more_is_open_than_there_is_room_for() {
    let narrow = World {
        death_at: None,
        move_at: None,
        ..world(6)
    };
    let day = good(&narrow);
    assert!(day.closed > 1_000, "rooms are scarce");
    assert!(day.open_most <= 2 * 8, "{}", day.open_most);
}

#[test]
fn four_candidates_are_nearly_as_good_as_all_and_much_better_than_a_hash() {
    let sizes = Sizes::zipf(20_000, 0.9);
    let by = |way| fullest(&sizes, 6, 4, way);
    let (hash, four, all) = (by(Way::Hash), by(Way::LeastOfFour), by(Way::LeastOfAll));
    assert!(all <= four && four < hash, "{all} {four} {hash}");
}
