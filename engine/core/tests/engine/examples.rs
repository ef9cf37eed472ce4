//! Every example of the flow files passes.

use assent_core::play::{Stage, play};

use crate::house::{Nothing, calendar, compiled, flow_files, no_entities};

#[test]
fn every_example_of_every_flow_passes() {
    let (calendar, entities) = (calendar(), no_entities());
    let mut failed = Vec::new();
    let mut played = 0;
    for file in flow_files() {
        let (def, compiled) = compiled(&file);
        let stage = Stage {
            def: &def,
            calendar: &calendar,
            rules: &Nothing,
            modules: &[],
            entities: &entities,
        };
        for example in &compiled.examples {
            played += 1;
            for failure in play(stage, example).failures {
                failed.push(format!(
                    "{}:{} {}: {}",
                    file.display(),
                    failure.line,
                    example.name,
                    failure.message.zh
                ));
            }
        }
    }
    assert!(
        failed.is_empty(),
        "{} of {played}:\n{}",
        failed.len(),
        failed.join("\n")
    );
    assert!(played > 30, "only {played} examples were found");
}
