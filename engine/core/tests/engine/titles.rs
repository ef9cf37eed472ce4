//! What an instance is called.

use assent_core::command::{Action, Actor, Command, Via};
use assent_core::turn::title_fits;
use assent_core::value::Values;

use crate::desk::Desk;
use crate::house::{compiled_text, flow_files};

/// A title is kept once for readers of both languages: amounts without 万. What older versions kept still fits its values.
#[test]
fn a_title_counts_for_readers_of_both_languages() {
    let mut files = flow_files().into_iter();
    let file = files.find(|file| file.ends_with("overruling.yaml"));
    let text = std::fs::read_to_string(file.unwrap()).unwrap();
    let of_amount = text.replacen("title: '{{subject}}'", "title: '{{subject}} {{amount}}'", 1);
    assert_ne!(text, of_amount);
    let mut desk = Desk::new("overruling", "2026-03-02 09:00");
    desk.def = compiled_text(&of_amount);
    let set = Values::from([
        ("subject".to_owned(), "a".into()),
        ("amount".to_owned(), 572_000_i64.into()),
    ]);
    let start = Command {
        actor: Actor::Person("p0".to_owned()),
        via: Via::Test,
        action: Action::Start { set, submit: true },
        key: None,
    };
    let turn = desk.decided(&start).unwrap();
    let title = turn.write.instance.title;
    assert_eq!(title, "a 572,000.00 CNY");
    let fits = |title: &str| title_fits(&desk.def, &turn.case.values, title);
    assert!(fits(&title) && fits("a 572,000.00 CNY（57.2 万）"));
    assert!(!fits("a 572,000.01 CNY") && !fits("b 572,000.00 CNY"));
}
