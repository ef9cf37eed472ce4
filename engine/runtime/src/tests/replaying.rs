//! Logs through the real engine.

use std::path::{Path, PathBuf};

use super::harness::TestApp;
use crate::app::SourceFile;
use crate::replay::{Map, Report, open, replay};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/replay").join(name)
}

async fn run(log: &Path, flow: &str) -> Report {
    let test = TestApp::with("").await;
    let text = std::fs::read_to_string(fixture(flow)).unwrap();
    let file = SourceFile {
        name: flow.to_owned(),
        text,
    };
    let map = Map::parse(&std::fs::read_to_string(fixture("travel_declaration.map.yaml")).unwrap()).unwrap();
    let report = match replay(&test.app, open(log).unwrap(), file, map, |_| {}).await {
        Ok(report) => report,
        Err(crate::replay::ReplayFault::Flow(published)) => panic!("{published:#?}"),
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
