//! Logs through the real engine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::harness::TestApp;
use crate::app::SourceFile;
use crate::replay::{Cases, LogCase, LogEvent, Map, Report, open, replay};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/replay")
        .join(name)
}

async fn run(log: &Path, flow: &str) -> Report {
    play(open(log).unwrap(), flow).await
}

async fn play(cases: Cases, flow: &str) -> Report {
    let test = TestApp::with("").await;
    let text = std::fs::read_to_string(fixture(flow)).unwrap();
    let file = SourceFile {
        name: flow.to_owned(),
        text,
    };
    let map = Map::parse(&std::fs::read_to_string(fixture("travel_declaration.map.yaml")).unwrap())
        .unwrap();
    let report = match replay(&test.app, cases, file, map, |_| {}).await {
        Ok(report) => report,
        Err(crate::replay::ReplayFault::Flow(published)) => panic!(
            "{}",
            published
                .diagnostics
                .iter()
                .map(|d| format!(
                    "{} {}:{} {}\n",
                    d.code, d.place.line, d.place.column, d.message.en
                ))
                .collect::<String>()
        ),
        Err(fault) => panic!("{fault}"),
    };
    let (pending, _, _) = test.app.store().outbox_gauges().await.unwrap();
    test.finish_with(pending, 0).await;
    report
}

#[tokio::test]
async fn the_small_log_fits_but_for_two_cases() {
    for log in ["small.csv", "small.xes"] {
        let report = run(&fixture(log), "travel_declaration.yaml").await;
        let found: Vec<(&str, usize, &str)> = report
            .refused
            .iter()
            .map(|step| (step.case.as_str(), step.index, step.standing.as_str()))
            .collect();
        assert_eq!((report.cases, report.fit), (8, 6), "{:#?}", report.refused);
        assert_eq!(found[0], ("T-7", 1, "draft"));
        assert_eq!(found[1], ("T-7", 2, "draft"));
        assert_eq!(found[2].0, "T-8");
        assert_eq!(found.len(), 3);
        assert_eq!(report.events - report.accepted_events, 3);
    }
}

/// The real log is not part of the project: `ASSENT_BPI2020` names the file, and without it this says so and rests.
fn real_log() -> Option<PathBuf> {
    let path = std::env::var_os("ASSENT_BPI2020").map(PathBuf::from);
    if path.is_none() {
        eprintln!(
            "skipped: set ASSENT_BPI2020 to DomesticDeclarations.xes.gz to replay the real log"
        );
    }
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_log_fits_but_for_thirteen_cases() {
    let Some(log) = real_log() else { return };
    let report = run(&log, "travel_declaration.yaml").await;
    eprintln!(
        "{} cases, {} fit, {:.0} events/s, {} MB",
        report.cases, report.fit, report.events_per_s, report.peak_rss_mb
    );
    assert_eq!(
        (report.cases, report.events, report.fit),
        (10_357, 55_628, 10_344)
    );
    let mut kinds: Vec<(String, String)> = report
        .refused
        .iter()
        .map(|step| (step.standing.clone(), step.activity.clone()))
        .collect();
    kinds.sort();
    kinds.dedup();
    for (standing, activity) in &kinds {
        let n = report
            .refused
            .iter()
            .filter(|step| (&step.standing, &step.activity) == (standing, activity))
            .count();
        eprintln!("{n:4} × {activity} in {standing}");
    }
    assert!(kinds.len() >= 5, "{kinds:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_strict_flow_fits_fewer() {
    let Some(log) = real_log() else { return };
    let report = run(&log, "travel_declaration_strict.yaml").await;
    assert!(report.fit.abs_diff(8_843) <= 5, "{} fit", report.fit);
}

/// The same case with its events changed.
fn changed(case: &LogCase, how: &str, change: impl FnOnce(&mut Vec<LogEvent>)) -> Option<LogCase> {
    let mut events = case.events.clone();
    change(&mut events);
    let same = |a: &LogEvent, b: &LogEvent| (&a.activity, &a.role) == (&b.activity, &b.role);
    let is_same = events.len() == case.events.len()
        && events.iter().zip(&case.events).all(|(a, b)| same(a, b));
    // Times say nothing about the order any more.
    events.iter_mut().for_each(|event| event.at = None);
    (!is_same).then(|| LogCase {
        id: format!("{} {how}", case.id),
        events,
    })
}

fn swapped(case: &LogCase) -> Vec<LogCase> {
    (1..case.events.len())
        .filter_map(|at| {
            changed(case, &format!("swapped {at}"), |events| {
                events.swap(at - 1, at)
            })
        })
        .collect()
}

fn doubled(case: &LogCase) -> Vec<LogCase> {
    (0..case.events.len())
        .filter_map(|at| {
            changed(case, &format!("doubled {at}"), |events| {
                events.insert(at, events[at].clone())
            })
        })
        .collect()
}

/// An activity that has no business there, at every place.
fn with_foreigner(case: &LogCase, words: &[(String, String)]) -> Vec<LogCase> {
    let mut mutants = Vec::new();
    for at in 0..=case.events.len() {
        for (activity, role) in words {
            let event = LogEvent {
                activity: activity.clone(),
                role: role.clone(),
                attributes: case.events[0].attributes.clone(),
                at: None,
            };
            let how = format!("with {activity} at {at}");
            mutants.extend(changed(case, &how, |events| events.insert(at, event)));
        }
    }
    mutants
}

/// One case per sequence of activities, and how many cases are like it.
fn variants(cases: impl Iterator<Item = LogCase>) -> Vec<(LogCase, usize)> {
    let mut found: BTreeMap<Vec<String>, (LogCase, usize)> = BTreeMap::new();
    for case in cases {
        let words = case
            .events
            .iter()
            .map(|event| event.activity.clone())
            .collect();
        found.entry(words).or_insert((case, 0)).1 += 1;
    }
    found.into_values().collect()
}

async fn play_all(cases: Vec<LogCase>) -> Report {
    play(
        Box::new(cases.into_iter().map(Ok)),
        "travel_declaration.yaml",
    )
    .await
}

/// Ids of the cases that went through with every event.
fn accepted<'a>(cases: &'a [LogCase], report: &Report) -> Vec<&'a str> {
    let refused: std::collections::BTreeSet<&str> = report
        .refused
        .iter()
        .map(|step| step.case.as_str())
        .collect();
    cases
        .iter()
        .map(|case| case.id.as_str())
        .filter(|id| !refused.contains(id))
        .collect()
}

/// Every swap and every doubling must be refused, and nearly every foreign event: a flow that accepts everything would
/// accept the log too.
async fn mutants_are_refused(log: &Path) {
    let report = run(log, "travel_declaration.yaml").await;
    let misfits: Vec<String> = report
        .refused
        .iter()
        .map(|step| step.case.clone())
        .collect();
    let fitting = open(log)
        .unwrap()
        .map(|case| case.unwrap())
        .filter(|case| !misfits.contains(&case.id));
    let variants = variants(fitting);
    let mut bent: Vec<LogCase> = variants
        .iter()
        .flat_map(|(case, _)| swapped(case))
        .collect();
    bent.extend(variants.iter().flat_map(|(case, _)| doubled(case)));
    let report = play_all(bent.clone()).await;
    assert_eq!(
        accepted(&bent, &report),
        Vec::<&str>::new(),
        "of {} mutants",
        bent.len()
    );

    let mut words: Vec<(String, String)> = variants
        .iter()
        .flat_map(|(case, _)| &case.events)
        .map(|event| (event.activity.clone(), event.role.clone()))
        .collect();
    words.sort();
    words.dedup();
    // The commonest variants carry nearly all the weight; the rest would only take time.
    let mut common = variants;
    common.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let (mut all, mut refused) = (0, 0);
    for (case, n) in common.iter().take(12) {
        let mutants = with_foreigner(case, &words);
        let report = play_all(mutants.clone()).await;
        all += n * mutants.len();
        refused += n * (mutants.len() - accepted(&mutants, &report).len());
    }
    eprintln!(
        "{} swapped or doubled: all refused; foreign events: {refused} of {all}",
        bent.len()
    );
    assert!(refused * 1000 >= all * 970, "{refused} of {all}");
}

#[tokio::test(flavor = "multi_thread")]
async fn mutants_of_the_small_log_are_refused() {
    mutants_are_refused(&fixture("small.csv")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mutants_of_the_real_log_are_refused() {
    let Some(log) = real_log() else { return };
    mutants_are_refused(&log).await;
}
