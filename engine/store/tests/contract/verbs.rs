//! `diff_stores`: generated flows, people and commands of every verb are decided once, and what they write goes to both
//! databases, together with repeated and late writes, claims and deliveries. Every answer, every error and every list is the
//! same, and afterwards every row of every table.
//!
//! `ASSENT_DIFF=10000` plays that many sequences, `ASSENT_DIFF_FROM=seed` begins at a seed.

use std::collections::BTreeMap;
use std::fmt::Debug;

use assent_core::calendar::WorkCalendar;
use assent_core::command::{Action, Command};
use assent_core::definition::Definition;
use assent_core::dialect::compile;
use assent_core::directory::Directory;
use assent_core::instance::Case;
use assent_core::time::Moment;
use assent_core::turn::{Before, Chance, Context, Directed, New, turn};
use assent_core::write::Write;
use assent_store::{Delivery, InstanceFilter, Outcome, Store};

use crate::space::dice::Dice;
use crate::space::house::{Nothing, calendar, catalog};
use crate::space::moves::{Move, Scene, next};
use crate::space::sketch::{State, all_states};
use crate::space::world::{PEOPLE, World, person};
use crate::space::{make, yaml};
use crate::support::{Fresh, event};

/// Sequences of the ordinary run.
const SEQUENCES: u64 = 12;
/// Sequences in one pair of databases, which are compared whole after them.
const TOGETHER: u64 = 25;
const STEPS: usize = 40;
const INSTANCES: usize = 3;
const MINUTE_MS: i64 = 60_000;

/// What came of it.
#[derive(Default)]
struct Tally {
    verbs: BTreeMap<String, usize>,
    stale: usize,
    repeated: usize,
    rows: usize,
}

/// Both databases; whatever is asked of them, they answer the same.
struct Both {
    sqlite: Store,
    postgres: Store,
}

impl Both {
    async fn same<T: Debug>(&self, ask: impl AsyncFn(&Store) -> T) -> T {
        let (left, right) = (ask(&self.sqlite).await, ask(&self.postgres).await);
        assert_eq!(format!("{left:#?}"), format!("{right:#?}"));
        left
    }
}

/// One flow, its people, and cases on it.
struct Sequence {
    seed: u64,
    def: Definition,
    states: Vec<State>,
    world: World,
    directory: Directory,
    calendar: WorkCalendar,
    now: Moment,
    cases: Vec<Option<Case>>,
    sent: Option<Command>,
    written: Vec<Write>,
}

impl Sequence {
    fn new(seed: u64, dice: &mut Dice) -> Self {
        let (def, states) = loop {
            let sketch = make::sketch(dice, false);
            let compiled = compile("space.yaml", &yaml::yaml(&sketch), &catalog());
            if let Some(def) = compiled.definition {
                break (def, all_states(&sketch.states));
            }
        };
        let world = World::new(dice);
        Self {
            seed,
            def,
            states,
            directory: world.directory(),
            world,
            calendar: calendar(),
            now: Moment(1_767_574_800_000 + i64::try_from(seed).unwrap() * MINUTE_MS),
            cases: vec![None; INSTANCES],
            sent: None,
            written: vec![],
        }
    }

    /// What one command writes; none when nobody does anything, or it is refused.
    fn decide(&mut self, dice: &mut Dice, tally: &mut Tally) -> Option<Write> {
        self.now = self.now.plus_ms(MINUTE_MS);
        let at = dice.roll(INSTANCES);
        let scene = Scene {
            case: self.cases[at].as_ref(),
            states: &self.states,
            sent: self.sent.as_ref(),
            second: None,
            wide: false,
        };
        let mut command = match next(dice, &scene) {
            Move::Nothing => return None,
            Move::Jump(ms) => {
                self.now = self.now.plus_ms(ms);
                return None;
            }
            Move::Reorganise => {
                self.world.change(dice);
                self.directory = self.world.directory();
                return None;
            }
            Move::Send(command) => command,
        };
        command.key = Some(format!("{}-{}", self.seed, dice.next()));
        if let (Action::Wake { reference }, Some(case)) = (&command.action, &self.cases[at]) {
            let mut wakeups = case.instance.wakeups.iter();
            let due = wakeups.find(|known| known.reference == *reference);
            self.now = self.now.max(due.map_or(self.now, |due| due.at));
        }
        let before = match self.cases[at].clone() {
            Some(case) => Before::Case(Box::new(case)),
            None => Before::New(New {
                instance: format!("{:08}-{at}", self.seed),
                record: format!("r-{:08}-{at}", self.seed),
                values: None,
                parent: None,
                revokes: None,
            }),
        };
        let organisation = Directed {
            directory: &self.directory,
            records: &Nothing,
        };
        let context = Context {
            now: self.now,
            chance: Chance::default(),
            organisation: &organisation,
            calendar: &self.calendar,
            rules: &Nothing,
            records: &Nothing,
            modules: &[],
        };
        let done = turn(&self.def, before, &command, &context).ok()?;
        *tally.verbs.entry(verb(&command.action)).or_default() += 1;
        self.sent = Some(command);
        self.cases[at] = Some(done.case);
        Some(done.write)
    }
}

/// A verb's name, as a command is written down.
fn verb(action: &Action) -> String {
    let text = format!("{action:?}");
    text.chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect()
}

async fn play(both: &Both, seed: u64, tally: &mut Tally) {
    let mut dice = Dice(seed.wrapping_mul(0x5851_F42D_4C95_7F2D) ^ 0xD1FF);
    let mut sequence = Sequence::new(seed, &mut dice);
    let mut waiting: Vec<Write> = vec![];
    for _ in 0..STEPS {
        waiting.extend(sequence.decide(&mut dice, tally));
        if !waiting.is_empty() && dice.one_in(3) {
            commit(
                both,
                &mut sequence,
                std::mem::take(&mut waiting),
                &mut dice,
                tally,
            )
            .await;
        }
        if dice.one_in(6) {
            queues(both, sequence.now, &mut dice).await;
        }
        if dice.one_in(10) {
            lists(both, &sequence, &mut dice).await;
        }
    }
    commit(both, &mut sequence, waiting, &mut dice, tally).await;
    if dice.one_in(4) {
        let over = both
            .same(async |store| store.over_since(Moment(i64::MAX), None, 9).await.unwrap())
            .await;
        let ids: Vec<_> = over.iter().map(|row| (row.id.as_str(), row.rev)).collect();
        both.same(async |store| {
            store
                .retire(&ids, "retired:1", &event(1, "retired"))
                .await
                .unwrap()
        })
        .await;
    }
}

/// Commits what was decided, with writes among it that come again or too late.
async fn commit(
    both: &Both,
    sequence: &mut Sequence,
    mut writes: Vec<Write>,
    dice: &mut Dice,
    tally: &mut Tally,
) {
    sequence.written.extend(writes.iter().cloned());
    if let (true, Some(old)) = (dice.one_in(3), dice.pick(&sequence.written)) {
        let mut old = old.clone();
        if dice.one_in(2) {
            old.answer = None;
        }
        // Behind the turns it is older than.
        writes.push(old);
    }
    let done = both
        .same(async |store| store.commit(&writes).await.map_err(|fault| fault.kind))
        .await;
    for outcome in done.unwrap() {
        tally.stale += usize::from(outcome == Outcome::Stale);
        tally.repeated += usize::from(matches!(outcome, Outcome::Repeated(_)));
    }
}

/// Workers claim, deliver, give back and bury; letters come back from the dead.
async fn queues(both: &Both, now: Moment, dice: &mut Dice) {
    let lease = now.plus_ms(30 * MINUTE_MS);
    let limit = 1 + u32::try_from(dice.roll(4)).unwrap();
    let claimed = both
        .same(async |store| store.claim_wakeups("w", now, lease, limit).await.unwrap())
        .await;
    for wakeup in claimed {
        match dice.roll(3) {
            0 => {
                both.same(async |store| store.remove_wakeup(&wakeup).await.unwrap())
                    .await
            }
            1 => {
                both.same(async |store| store.release_wakeup(&wakeup, lease).await.unwrap())
                    .await
            }
            _ => true,
        };
    }
    let kind = dice.of(&[None, Some("mail"), Some("call")]);
    let claimed = both
        .same(async |store| {
            store
                .claim_outbox("w", now, lease, kind, limit)
                .await
                .unwrap()
        })
        .await;
    for effect in claimed {
        let error = "there 是 no answer".to_owned();
        let delivery = match dice.roll(4) {
            0 | 1 => Delivery::Done,
            2 => Delivery::Retry { at: lease, error },
            _ => Delivery::Dead { at: now, error },
        };
        both.same(async |store| store.settle(&effect, &delivery).await.unwrap())
            .await;
        if dice.one_in(3) {
            both.same(async |store| store.revive(&effect.id, lease).await.unwrap())
                .await;
        }
    }
    both.same(async |store| store.next_effect(now).await.unwrap())
        .await;
    both.same(async |store| store.next_wakeup(now).await.unwrap())
        .await;
    both.same(async |store| store.outbox_gauges().await.unwrap())
        .await;
}

/// What pages show.
async fn lists(both: &Both, sequence: &Sequence, dice: &mut Dice) {
    let who = person(dice.roll(PEOPLE));
    let id = format!("{:08}-{}", sequence.seed, dice.roll(INSTANCES));
    both.same(async |store| store.inbox(&who, None, None, 20).await.unwrap())
        .await;
    both.same(async |store| store.copies(&who, None, None, 20).await.unwrap())
        .await;
    both.same(async |store| store.done_by(&who, None, 20).await.unwrap())
        .await;
    both.same(async |store| store.load_instance(&id).await.unwrap())
        .await;
    both.same(async |store| store.events(&id, 1, 500).await.unwrap())
        .await;
    both.same(async |store| store.open_tasks(&id).await.unwrap())
        .await;
    both.same(async |store| store.closed_tasks(&id).await.unwrap())
        .await;
    both.same(async |store| store.wakeups_of(&[&id]).await.unwrap())
        .await;
    both.same(async |store| store.outbox_of(&id).await.unwrap())
        .await;
    both.same(async |store| store.count_instances().await.unwrap())
        .await;
    both.same(async |store| store.open_tasks_by_person().await.unwrap())
        .await;
    let filter = InstanceFilter {
        applicant: Some(who),
        ..InstanceFilter::default()
    };
    both.same(async |store| store.list_instances(&filter, None, 20).await.unwrap())
        .await;
}

#[tokio::test]
async fn diff_stores_find_no_difference() {
    if std::env::var("ASSENT_TEST_POSTGRES").is_err() {
        eprintln!("SKIPPED: ASSENT_TEST_POSTGRES is not set (tests/pg run cargo test …)");
        return;
    }
    let asked = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let first: u64 = asked("ASSENT_DIFF_FROM").unwrap_or(0);
    let count: u64 = asked("ASSENT_DIFF").unwrap_or(SEQUENCES);
    let mut tally = Tally::default();
    let mut seed = first;
    while seed < first + count {
        let (sqlite, postgres) = (Fresh::sqlite(), Fresh::postgres().await.unwrap());
        let both = Both {
            sqlite: sqlite.open().await,
            postgres: postgres.open().await,
        };
        let until = (seed + TOGETHER).min(first + count);
        println!("seeds {seed}..{until}");
        for one in seed..until {
            play(&both, one, &mut tally).await;
        }
        seed = until;
        let left = both.sqlite.dump().await.unwrap();
        let right = both.postgres.dump().await.unwrap();
        for (table, lines) in &left {
            assert_eq!(lines, &right[table], "before seed {until}: table {table}");
            tally.rows += lines.len();
        }
        assert_eq!(left.len(), right.len());
        both.sqlite.close().await;
        both.postgres.close().await;
    }
    println!(
        "diff_stores: seeds {first}..{seed}, {count} sequences, {} turns of {} verbs, {} stale, {} repeated, {} rows compared, \
         divergences 0\n{:?}",
        tally.verbs.values().sum::<usize>(),
        tally.verbs.len(),
        tally.stale,
        tally.repeated,
        tally.rows,
        tally.verbs
    );
    assert!(
        tally.verbs.len() > 10 && tally.repeated > 0,
        "too tame: {:?}",
        tally.verbs
    );
}
