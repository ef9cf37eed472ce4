//! The same seeded writes go to both databases; afterwards every row of every table is the same.

use assent_core::time::Moment;
use assent_core::value::Value;
use assent_core::write::{Guard, RecordWrite, Write};
use assent_store::{Delivery, Outcome, Store};

use crate::support::{Fresh, decided, id, repair, started, values};

const SEQUENCES: u64 = 6;
const BATCHES: u32 = 25;

/// A small generator of numbers: the same for the same seed, on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(self.0 >> 33).unwrap() % limit
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }
}

/// What the next turn of each instance is made from; some of it is wrong on purpose.
fn batch(dice: &mut Dice, last: &mut Vec<Write>, number: u32) -> Vec<Write> {
    let mut writes = vec![];
    for at in 0..1 + dice.below(12) {
        if last.is_empty() || dice.chance(25) {
            let known = u32::try_from(last.len()).unwrap();
            let write = started(
                &id(if dice.chance(90) {
                    known + 1
                } else {
                    dice.below(known + 1) + 1
                }),
                "ann",
            );
            last.push(write.clone());
            writes.push(write);
            continue;
        }
        let of = usize::try_from(dice.below(u32::try_from(last.len()).unwrap())).unwrap();
        let key = if dice.chance(10) {
            format!("again-{}", dice.below(5))
        } else {
            format!("{number}-{at}")
        };
        let mut write = decided(
            &last[of],
            &key,
            ["bob", "李四", "eve"][usize::try_from(dice.below(3)).unwrap()],
        );
        if dice.chance(30) {
            write.records = vec![RecordWrite {
                entity: repair(),
                id: write.instance.record.clone(),
                values: values(
                    "R-2",
                    ["1", "2.50", "3.125"][usize::try_from(dice.below(3)).unwrap()],
                ),
                new: false,
            }];
            write.records[0]
                .values
                .insert("extra".into(), Value::from("更多"));
        }
        if dice.chance(20) {
            write.guards = vec![Guard {
                entity: "repair".into(),
                id: write.instance.record.clone(),
                rev: 1 + u64::from(dice.below(3)),
                grows: dice.chance(50),
            }];
        }
        if dice.chance(1) {
            // A bug: an event that is there already. The whole batch is refused.
            write.events[0].seq = 1;
        }
        if dice.chance(15) {
            write.instance.status = "approved".into();
            write.instance.ended = true;
        }
        if dice.chance(80) {
            last[of] = write.clone();
        }
        writes.push(write);
    }
    writes
}

async fn play(store: &Store, seed: u64) -> Vec<Result<Vec<Outcome>, String>> {
    let (mut dice, mut last) = (Dice(seed), vec![]);
    let mut seen = vec![];
    for number in 0..BATCHES {
        let writes = batch(&mut dice, &mut last, number);
        let outcomes = store
            .commit(&writes)
            .await
            .map_err(|error| format!("{:?}", error.kind));
        seen.push(outcomes);
        let now = Moment(i64::from(number) * 400);
        for wakeup in store
            .claim_wakeups("w", now, now.plus_ms(700), 3)
            .await
            .unwrap()
        {
            if dice.chance(50) {
                store.remove_wakeup(&wakeup).await.unwrap();
            }
        }
        for effect in store
            .claim_outbox("w", now, now.plus_ms(700), None, 3)
            .await
            .unwrap()
        {
            let delivery = match dice.below(3) {
                0 => Delivery::Done,
                1 => Delivery::Retry {
                    at: now.plus_ms(500),
                    error: "later".into(),
                },
                _ => Delivery::Dead {
                    at: now,
                    error: "never".into(),
                },
            };
            store.settle(&effect, &delivery).await.unwrap();
        }
    }
    seen
}

#[tokio::test]
async fn the_same_writes_leave_the_same_tables() {
    if std::env::var("ASSENT_TEST_POSTGRES").is_err() {
        eprintln!("SKIPPED: ASSENT_TEST_POSTGRES is not set (tests/pg run cargo test …)");
        return;
    }
    let (mut rows, mut stale, mut repeated, mut failed) = (0, 0, 0, 0);
    for seed in 1..=SEQUENCES {
        let (sqlite, postgres) = (Fresh::sqlite(), Fresh::postgres().await.unwrap());
        let (a, b) = (sqlite.open().await, postgres.open().await);
        let (left, right) = (play(&a, seed).await, play(&b, seed).await);
        assert_eq!(left, right, "seed {seed}");
        for batch in &left {
            match batch {
                Ok(outcomes) => {
                    for outcome in outcomes {
                        match outcome {
                            Outcome::Done => {}
                            Outcome::Stale => stale += 1,
                            Outcome::Repeated(_) => repeated += 1,
                        }
                    }
                }
                Err(_) => failed += 1,
            }
        }
        let (left, right) = (a.dump().await.unwrap(), b.dump().await.unwrap());
        for (table, lines) in &left {
            assert_eq!(lines, &right[table], "seed {seed}, table {table}");
            rows += lines.len();
        }
        assert_eq!(left.len(), right.len());
    }
    println!(
        "sequences {SEQUENCES}, batches {}, rows compared {rows}, stale {stale}, repeated {repeated}, refused batches {failed}, divergences 0",
        SEQUENCES * u64::from(BATCHES)
    );
    assert!(
        stale > 50 && repeated > 5 && failed > 0,
        "the sequences are too tame: {stale} stale, {repeated} repeated"
    );
}
