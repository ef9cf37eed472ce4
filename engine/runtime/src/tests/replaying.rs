//! Logs through the real engine.

use std::path::{Path, PathBuf};

use super::harness::TestApp;
use crate::app::SourceFile;
use crate::replay::{Map, Report, open, replay};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/replay")
        .join(name)
}

async fn run(log: &Path, flow: &str) -> Report {
    let test = TestApp::with("").await;
    let text = std::fs::read_to_string(fixture(flow)).unwrap();
    let file = SourceFile {
        name: flow.to_owned(),
        text,
    };
    let map = Map::parse(&std::fs::read_to_string(fixture("travel_declaration.map.yaml")).unwrap())
        .unwrap();
    let report = match replay(&test.app, open(log).unwrap(), file, map, |_| {}).await {
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
