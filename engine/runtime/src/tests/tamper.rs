//! `tamper_detect`: whatever is done to the table of events is found. `ASSENT_TAMPER=10000` does it more often,
//! `ASSENT_SEED` repeats a run.

use std::path::{Path, PathBuf};

use assent_core::apply::{CHAIN_START, link};
use assent_core::audit::Part;
use assent_core::catalog::Catalog;
use assent_core::command::Verdict;
use assent_core::write::{EventRow, RecordWrite};
use assent_store::{Outcome, Store, record_chain};
use sqlx::{Connection as _, Row as _, SqliteConnection};

use super::harness::{MONDAY, TestApp, leave_of};
use super::roots::sealing;
use crate::audit::{Expectation, Report, verify_database};

/// Mutations of a run.
const MUTATIONS: u64 = 1_000;

/// Numbers from a seed (xorshift64*).
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % n
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[usize::try_from(self.below(list.len() as u64)).unwrap()]
    }
}

/// A row of the untouched database: the events of a turn.
#[derive(Clone, Debug)]
struct Known {
    chain: String,
    /// Its first event.
    first: u32,
    /// Its last event, under whose number it stands.
    seq: u32,
    sealed: bool,
}

/// What was done, and where it must be found.
#[derive(Debug)]
struct Done {
    what: String,
    chain: String,
    /// The turn whose events are not what they were.
    first: u32,
    last: u32,
    sealed: bool,
}

/// Instances in several states and edits of a record, partly after the last root.
async fn company() -> TestApp {
    let test = sealing().await;
    let mut open = vec![];
    for days in 1..=6 {
        let answer = test.submitted(&leave_of(days)).await;
        if days % 2 == 0 {
            test.decide(&answer.instance, 2, "bob", Verdict::Approve)
                .await
                .unwrap();
        } else {
            open.push(answer.instance);
        }
    }
    edits(&test, 1..=4).await;
    test.app.seal().await.unwrap();
    test.decide(&open[0], 2, "bob", Verdict::Approve)
        .await
        .unwrap();
    test.decide(&open[1], 2, "bob", Verdict::Reject)
        .await
        .unwrap();
    test.submitted(&leave_of(9)).await;
    edits(&test, 5..=6).await;
    test.settle().await;
    test
}

/// Edits of a record outside any flow: a chain that no row repeats.
async fn edits(test: &TestApp, numbers: std::ops::RangeInclusive<u32>) {
    let entity = test.app.definition("leave").unwrap().entity.clone();
    let chain = record_chain("leave", "edited");
    for seq in numbers {
        let before = test.app.store().events(&chain, seq - 1, 1).await.unwrap();
        let at = before
            .first()
            .filter(|_| seq > 1)
            .map_or(CHAIN_START, |event| &event.hash);
        let body = format!(r#"{{"edit":{seq}}}"#);
        let event = EventRow {
            seq,
            at: MONDAY,
            actor: "adm".into(),
            kind: "edited".into(),
            hash: link(at, &body),
            body,
        };
        let record = RecordWrite {
            entity: entity.clone(),
            id: "edited".into(),
            values: [("reason".to_owned(), "x".into())].into(),
            new: seq == 1,
        };
        let rev = (seq > 1).then(|| u64::from(seq - 1));
        let saved = test
            .app
            .store()
            .save_record(&record, rev, &event)
            .await
            .unwrap();
        assert_eq!(saved, Outcome::Done);
    }
}

async fn known(store: &Store, file: &Path) -> Vec<Known> {
    let mut snapshot = store.snapshot().await.unwrap();
    let url = format!("sqlite:{}", file.display());
    let mut db = SqliteConnection::connect(&url).await.unwrap();
    let rows = "select instance, seq, length(kind) - length(replace(kind, char(10), '')) from events order by instance, seq";
    let mut all = vec![];
    for row in sqlx::query(rows).fetch_all(&mut db).await.unwrap() {
        let (chain, seq, more): (String, u32, u32) = (row.get(0), row.get(1), row.get(2));
        let parts: Vec<Part> = snapshot.parts(&chain).await.unwrap();
        let upto = parts.last().map_or(0, |part| part.upto);
        all.push(Known {
            chain,
            first: seq - more,
            seq,
            sealed: seq <= upto,
        });
    }
    db.close().await.unwrap();
    snapshot.close().await.unwrap();
    all
}

/// Does one thing to the table; none when chance picked something that changes nothing.
async fn mutate(db: &mut SqliteConnection, known: &[Known], chance: &mut Chance) -> Option<Done> {
    let target = chance.of(known).clone();
    let chain: Vec<&Known> = known
        .iter()
        .filter(|row| row.chain == target.chain)
        .collect();
    let last = chain.last()?.seq;
    let done = |what: &str, first: u32, last: u32| Done {
        what: what.to_owned(),
        chain: target.chain.clone(),
        first,
        last,
        sealed: chain.iter().any(|row| row.seq == last && row.sealed),
    };
    match chance.below(6) {
        0 => {
            let column = *chance.of(&["instance", "seq", "at", "actor", "kind", "body", "hash"]);
            flip(db, &target, column, chance).await?;
            let what = format!("a bit of {column} flipped");
            Some(done(&what, target.first, target.seq))
        }
        1 => {
            execute(
                db,
                "delete from events where instance = $1 and seq = $2",
                &target.chain,
                target.seq,
            )
            .await?;
            Some(done("deleted", target.first, target.seq))
        }
        2 => {
            let other = chance.of(known).clone();
            if other.chain != target.chain || other.seq == target.seq {
                return None;
            }
            for (from, to) in [
                (target.seq, 900_000),
                (other.seq, target.seq),
                (900_000, other.seq),
            ] {
                renumber(db, &target.chain, from, to).await?;
            }
            let (one, two) = if target.seq < other.seq {
                (&target, &other)
            } else {
                (&other, &target)
            };
            Some(Done {
                // What stands at the place of the first one may be longer than that was.
                first: (one.seq + two.first).saturating_sub(two.seq).min(one.first),
                ..done("two swapped", one.first, one.seq)
            })
        }
        3 => {
            // In the middle all behind it move up; at the end it is one more. It is as long as the chain's first row.
            let at = chance.below(u64::from(last));
            let seq = u32::try_from(at).ok()? + 2;
            for moved in (seq..=last).rev() {
                renumber(db, &target.chain, moved, moved + 1).await?;
            }
            let sql = "insert into events select instance, $2, at, actor, kind, body, hash from events where instance = $1 limit 1";
            execute(db, sql, &target.chain, seq).await?;
            let length = chain.first()?.seq;
            let within = chain.iter().find(|row| row.seq >= seq);
            Some(Done {
                first: (seq + 1).saturating_sub(length),
                sealed: within.is_some_and(|row| row.sealed),
                ..done("inserted", seq, within.map_or(seq, |row| row.seq + 1))
            })
        }
        4 => {
            execute(
                db,
                "delete from events where instance = $1 and $2 = $2",
                &target.chain,
                0,
            )
            .await?;
            if chance.below(2) == 0 && chain.iter().any(|row| row.sealed) {
                execute(
                    db,
                    "delete from instances where id = $1 and $2 = $2",
                    &target.chain,
                    0,
                )
                .await?;
            }
            Some(Done {
                first: 1,
                sealed: chain.iter().any(|row| row.sealed),
                ..done("the whole chain deleted", 1, last)
            })
        }
        _ => {
            execute(
                db,
                "delete from events where instance = $1 and seq >= $2",
                &target.chain,
                target.seq,
            )
            .await?;
            Some(done("the tail cut", target.first, target.seq))
        }
    }
}

async fn execute(
    db: &mut SqliteConnection,
    sql: &'static str,
    chain: &str,
    seq: u32,
) -> Option<()> {
    let query = sqlx::query(sql).bind(chain).bind(i64::from(seq));
    query.execute(db).await.ok().map(drop)
}

async fn renumber(db: &mut SqliteConnection, chain: &str, from: u32, to: u32) -> Option<()> {
    let sql = "update events set seq = $3 where instance = $1 and seq = $2";
    let query = sqlx::query(sql)
        .bind(chain)
        .bind(i64::from(from))
        .bind(i64::from(to));
    query.execute(db).await.ok().map(drop)
}

/// One bit of one column, whatever comes out of it.
async fn flip(
    db: &mut SqliteConnection,
    at: &Known,
    column: &str,
    chance: &mut Chance,
) -> Option<()> {
    let select = sqlx::AssertSqlSafe(format!(
        "select rowid, cast({column} as blob), {column} from events where instance = $1 and seq = $2"
    ));
    let row = sqlx::query(select)
        .bind(&at.chain)
        .bind(i64::from(at.seq))
        .fetch_one(&mut *db)
        .await
        .ok()?;
    let rowid: i64 = row.get(0);
    let bit = 1 << chance.below(if column == "seq" { 6 } else { 7 });
    let update = |value: &str| {
        sqlx::AssertSqlSafe(format!(
            "update events set {column} = {value} where rowid = $1"
        ))
    };
    if matches!(column, "seq" | "at") {
        let number: i64 = row.get(2);
        let query = sqlx::query(update("$2")).bind(rowid).bind(number ^ bit);
        return query.execute(db).await.ok().map(drop);
    }
    let mut bytes: Vec<u8> = row.get(1);
    let place = usize::try_from(chance.below(bytes.len() as u64)).ok()?;
    bytes[place] ^= u8::try_from(bit).ok()?;
    let query = sqlx::query(update("cast($2 as text)"))
        .bind(rowid)
        .bind(bytes);
    query.execute(db).await.ok().map(drop)
}

/// Found where it was done, or (later than the last root, in a chain that no row repeats) counted as not sealed.
fn judge(done: &Done, report: &Report) -> Result<bool, String> {
    let is_named = report
        .findings
        .iter()
        .filter(|found| found.chain.as_ref() == Some(&done.chain))
        .any(|found| {
            let turn = done.first..=done.last;
            found.seq.is_some_and(|seq| turn.contains(&seq))
        });
    if is_named {
        return Ok(true);
    }
    let may_be_missed = !done.sealed && done.chain.contains(':');
    if may_be_missed {
        return Ok(false);
    }
    Err(format!("{}: {done:?}\n{:#?}", done.what, report.findings))
}

struct Copy(PathBuf);

impl Copy {
    fn of(base: &Path, number: u64) -> Self {
        let path = base.with_extension(format!("{number}.db"));
        std::fs::copy(base, &path).unwrap();
        Self(path)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        for ending in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{ending}", self.0.display()));
        }
    }
}

/// A9.11, A9.12
#[tokio::test]
async fn tamper_detect() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let seed: u64 = number("ASSENT_SEED").unwrap_or(20_261_127);
    let wanted: u64 = number("ASSENT_TAMPER").unwrap_or(MUTATIONS);
    println!("tamper_detect: seed {seed}, {wanted} mutations");
    let test = company().await;
    let base = std::env::temp_dir().join(format!("assent-tamper-{}.db", std::process::id()));
    let _ = std::fs::remove_file(&base);
    test.app.store().backup(&base).await.unwrap();
    let all = known(test.app.store(), &base).await;
    let catalog = test.app.catalog(false);
    let untouched = verify(&base, &catalog).await;
    assert!(untouched.good && untouched.not_sealed > 0, "{untouched:#?}");
    let mut chance = Chance(seed | 1);
    let (mut sealed, mut later, mut counted, mut tried) = (0, 0, 0, 0);
    while sealed + later + counted < wanted {
        tried += 1;
        let copy = Copy::of(&base, tried);
        let mut db = SqliteConnection::connect(&copy.0.display().to_string())
            .await
            .unwrap();
        let done = mutate(&mut db, &all, &mut chance).await;
        db.close().await.unwrap();
        let Some(done) = done else { continue };
        let report = verify(&copy.0, &catalog).await;
        match judge(&done, &report) {
            Ok(true) if done.sealed => sealed += 1,
            Ok(true) => later += 1,
            Ok(false) => counted += 1,
            Err(missed) => panic!("seed {seed}, mutation {tried} was not found: {missed}"),
        }
    }
    println!(
        "found: {sealed} before the last root, {later} later by the rows; {counted} later in chains no row repeats"
    );
    let _ = std::fs::remove_file(&base);
    test.finish().await;
}

async fn verify(file: &Path, catalog: &Catalog) -> Report {
    let url = format!("sqlite:{}", file.display());
    verify_database(&url, MONDAY, catalog, Expectation::default())
        .await
        .unwrap()
}
