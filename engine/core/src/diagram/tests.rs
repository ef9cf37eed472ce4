//! What a picture must keep, whatever the flow.
#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::arrange::arrange;
use super::example::{any, odd, repair_order, shipment_release};
use super::lanes::Side;
use super::layout::{SMALL_PX, TITLE_MEASURED_PX};
use super::measure::width;
use super::places::Style;
use super::plan::plan;
use super::*;
use crate::definition::Definition;
use crate::instance::Case;
use crate::instance::Passed;
use crate::text::Text;
use crate::value::Values;

struct Company;

impl Names for Company {
    fn role(&self, id: &str) -> Text {
        let (zh, en) = match id {
            "credit_controller" => ("信用专员", "Credit controller"),
            "finance_manager" => ("财务经理", "Finance manager"),
            "logistics_manager" => ("物流经理", "Logistics manager"),
            "sales_director" => ("销售总监", "Sales director"),
            "station_clerk" => ("服务站文员", "Station clerk"),
            "dispatcher" => ("调度员", "Dispatcher"),
            "inspector" => ("质检员", "Inspector"),
            "area_manager" => ("区域经理", "Area manager"),
            "service_manager" => ("服务经理", "Service manager"),
            "service_director" => ("服务总监", "Service director"),
            "callback_clerk" => ("回访专员", "Call-back clerk"),
            _ => return Text::same(id),
        };
        Text::new(zh, en)
    }

    fn field(&self, path: &str) -> Text {
        match path {
            "station" => Text::new("服务站", "station"),
            "area" => Text::new("区域", "area"),
            "engineer" => Text::new("工程师", "engineer"),
            _ => Text::same(path),
        }
    }
}

fn flows() -> Vec<Definition> {
    vec![shipment_release(), repair_order(), odd()]
}

fn bare(lang: Lang) -> DiagramOptions<'static> {
    DiagramOptions {
        embed_style: false,
        names: &Company,
        ..DiagramOptions::new(lang)
    }
}

fn under_way() -> DiagramProgress {
    DiagramProgress {
        active: vec!["heavy_under_load".into(), "finance_sign".into()],
        passed: vec![
            "draft".into(),
            "credit_check".into(),
            "director_sign".into(),
        ],
        skipped: vec!["credit_approval".into(), "under_load".into()],
        returned_from: Some("release".into()),
        notes: [(
            "finance_sign".to_owned(),
            Text::new("钱财务，2 小时", "Qian, 2 h"),
        )]
        .into(),
    }
}

#[test]
fn the_pictures_of_the_examples() {
    let progress = under_way();
    let standing = DiagramOptions {
        progress: Some(&progress),
        ..bare(Lang::Zh)
    };
    insta::assert_snapshot!(
        "shipment_release_zh_under_way",
        svg(&shipment_release(), &standing)
    );
    insta::assert_snapshot!("repair_order_zh", svg(&repair_order(), &bare(Lang::Zh)));
    insta::assert_snapshot!("odd_en", svg(&odd(), &bare(Lang::En)));
    insta::assert_snapshot!(
        "shipment_release_en_mermaid",
        mermaid(
            &shipment_release(),
            &DiagramOptions {
                progress: Some(&progress),
                ..bare(Lang::En)
            }
        )
    );
    insta::assert_snapshot!(
        "repair_order_zh_mermaid",
        mermaid(&repair_order(), &bare(Lang::Zh))
    );
    insta::assert_snapshot!("odd_en_mermaid", mermaid(&odd(), &bare(Lang::En)));
    insta::assert_snapshot!(
        "shipment_release_zh_list",
        written(&lines(&shipment_release(), &standing))
    );
    insta::assert_snapshot!(
        "repair_order_en_list",
        written(&lines(&repair_order(), &bare(Lang::En)))
    );
}

fn written(lines: &[DiagramLine]) -> String {
    lines
        .iter()
        .map(|line| format!("{}- {}\n", "  ".repeat(line.depth), line.text))
        .collect()
}

#[test]
fn every_state_is_a_group_with_its_line_and_once_in_the_list() {
    for def in flows() {
        let picture = svg(&def, &bare(Lang::Zh));
        let list = lines(&def, &bare(Lang::Zh));
        for state in &def.states {
            let group = format!(r#"data-state="{}" data-line="{}""#, state.id, state.line);
            assert_eq!(picture.matches(&group).count(), 1, "{group}");
            assert_eq!(
                list.iter()
                    .filter(
                        |line| line.state.as_deref() == Some(&state.id) && line.line == state.line
                    )
                    .count(),
                1
            );
        }
    }
}

#[test]
fn a_picture_says_what_it_is_without_being_seen() {
    let def = shipment_release();
    let progress = under_way();
    let options = DiagramOptions {
        progress: Some(&progress),
        ..bare(Lang::Zh)
    };
    let picture = svg(&def, &options);
    assert!(picture.contains(r#"role="img" lang="zh-CN""#));
    assert!(picture.contains("<title>发运审批</title>\n<desc>流程图，共 10 个节点，当前在：严重欠载会签、财务会签。</desc>"));
    // Colour never alone: each status has its word.
    for word in ["● 进行中", "✓ 已完成", "– 已跳过", "↩ 由此退回", "钱财务"]
    {
        assert!(picture.contains(word), "{word}");
    }
    let list = lines(&def, &options);
    let line = |id: &str| {
        list.iter()
            .find(|line| line.state.as_deref() == Some(id))
            .unwrap()
    };
    assert_eq!(line("finance_sign").status, Some(StateStatus::Active));
    assert_eq!(line("finance_sign").depth, 2);
    assert!(
        line("finance_sign")
            .text
            .ends_with("进行中；钱财务，2 小时"),
        "{}",
        line("finance_sign").text
    );
    assert_eq!(line("refused").status, None);
}

#[test]
fn style_is_in_the_picture_or_on_the_page() {
    let def = odd();
    let with = svg(&def, &DiagramOptions::new(Lang::En));
    assert!(with.contains("<style>") && with.contains("prefers-color-scheme:dark"));
    let without = svg(&def, &bare(Lang::En));
    assert!(!without.contains("<style") && !without.contains(" style="));
    assert!(
        !without.contains(" id=") && !without.contains("url("),
        "several fit on one page"
    );
}

#[test]
fn text_is_escaped_and_the_tags_are_balanced() {
    for def in flows() {
        for lang in [Lang::Zh, Lang::En] {
            balanced(&svg(&def, &DiagramOptions::new(lang)));
        }
    }
    let picture = svg(&odd(), &bare(Lang::Zh));
    assert!(picture.contains("<title>&lt;奇怪&gt; &amp; &quot;引号&quot;的流程</title>"));
    assert!(picture.contains("note = &quot;&lt;b&gt;|#;&quot;"));
    let graph = mermaid(&odd(), &bare(Lang::En));
    assert!(
        graph.contains("note = #34;#60;b#62;#124;#35;#59;#34;"),
        "{graph}"
    );
    assert_eq!(
        graph.matches("subgraph ").count(),
        graph.lines().filter(|line| line.trim() == "end").count()
    );
}

/// Every tag is closed by its own, and no stray `<` or `&` is left in a text.
fn balanced(xml: &str) {
    let mut open: Vec<&str> = vec![];
    for piece in xml.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap();
        assert!(
            !text.contains('>') || open.last() == Some(&"style"),
            "{text}"
        );
        for entity in text.split('&').skip(1) {
            assert!(
                ["amp;", "lt;", "gt;", "quot;", "#39;"]
                    .iter()
                    .any(|known| entity.starts_with(known)),
                "{entity}"
            );
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap());
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn the_structure_is_seen() {
    let graph = mermaid(&repair_order(), &bare(Lang::En));
    for edge in [
        "s_draft --> s_warranty",
        "s_goodwill -->|\"otherwise\"| s_goodwill_director",
        "s_goodwill -.->|\"rejected\"| s_quote",
        "s_goodwill -->|\"approved\"| s_dispatch",
        "s_quote -->|\"Customer agreed\"| s_dispatch",
        "s_quote -->|\"Customer declined\"| s_cancelled",
        "s_waiting_parts --> s_repairing",
        "s_checks -.->|\"rejected, back\"| s_repairing",
    ] {
        assert!(graph.contains(edge), "{edge}\n{graph}");
    }
    assert!(
        !graph.contains("s_waiting_parts --> s_waiting_fault_report"),
        "not every neighbour is a successor"
    );
}

#[test]
fn progress_comes_from_the_instance() {
    let mut instance = Case::blank(Values::new()).instance;
    let passed = |state: &str, entry| Passed {
        state: state.to_owned(),
        entry,
        round: 1,
    };
    instance.path = vec![passed("draft", 1), passed("credit_approval", 0)];
    instance.returned_from = Some("under_load".into());
    let progress = DiagramProgress::of(&instance);
    assert_eq!(progress.status("draft"), Some(StateStatus::Passed));
    assert_eq!(
        progress.status("credit_approval"),
        Some(StateStatus::Skipped)
    );
    assert_eq!(progress.status("under_load"), Some(StateStatus::Returned));
    assert_eq!(progress.status("release"), None);
}

#[test]
fn an_empty_flow_is_drawn_too() {
    let def = super::example::flow("empty", "空", "Empty", &[], vec![]);
    balanced(&svg(&def, &bare(Lang::Zh)));
    assert!(lines(&def, &bare(Lang::Zh)).is_empty());
}

/// Everything lies inside the picture, every text inside its box, no two boxes overlap.
fn well_laid(def: &Definition, options: &DiagramOptions<'_>) {
    let super::arrange::Arranged {
        places,
        routes: lines,
        width: wide,
    } = arrange(def, &plan(def, options.names), options);
    for shape in &places.shapes {
        let rect = shape.rect;
        assert!(
            rect.x >= 0 && rect.right() <= wide && rect.bottom() <= places.height,
            "{rect:?}"
        );
        for line in &shape.texts {
            let size = if line.style == Style::Title {
                TITLE_MEASURED_PX
            } else {
                SMALL_PX
            };
            assert!(
                line.x + width(&line.text, size) <= rect.right() && line.y < rect.bottom(),
                "{line:?} in {rect:?}"
            );
        }
        for row in &shape.rows {
            for text in &row.lines {
                assert!(width(text, SMALL_PX) <= rect.w, "{text} in {rect:?}");
            }
        }
        for other in &places.shapes {
            let apart = rect.right() <= other.rect.x
                || other.rect.right() <= rect.x
                || rect.bottom() <= other.rect.y
                || other.rect.bottom() <= rect.y;
            let inside = (shape.frame && rect.contains(&other.rect))
                || (other.frame && other.rect.contains(&rect));
            assert!(
                apart || inside || std::ptr::eq(shape, other),
                "{rect:?} {:?}",
                other.rect
            );
        }
    }
    for line in &lines {
        assert!(line.lane_x > 0 && line.lane_x < wide, "{line:?}");
        let (here, edge) = (line.lane_x, line.start.0);
        assert!(
            if line.side == Side::Left {
                here < edge
            } else {
                here > edge
            },
            "{line:?}"
        );
        // Two lines in one place lead to one target.
        for other in lines
            .iter()
            .filter(|other| other.lane_x == line.lane_x && other.end != line.end)
        {
            let (a, b) = (line.start.1.min(line.end.1), line.start.1.max(line.end.1));
            let (c, d) = (
                other.start.1.min(other.end.1),
                other.start.1.max(other.end.1),
            );
            assert!(b < c || d < a, "{line:?} {other:?}");
        }
    }
}

#[test]
fn the_examples_are_well_laid_at_every_width() {
    for def in flows() {
        for lang in [Lang::Zh, Lang::En] {
            for width in [280, 320, 360, 480, 720, 1280] {
                well_laid(
                    &def,
                    &DiagramOptions {
                        width,
                        ..bare(lang)
                    },
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_flow_is_well_laid_and_drawn_the_same_way_twice(seed in any_seed(), width in 280i32..1000) {
        let def = any(seed);
        let options = DiagramOptions { width, ..bare(Lang::Zh) };
        well_laid(&def, &options);
        let picture = svg(&def, &options);
        balanced(&picture);
        prop_assert_eq!(&picture, &svg(&def, &options));
        prop_assert_eq!(lines(&def, &options).iter().filter(|line| line.state.is_some()).count(), def.states.len());
        let graph = mermaid(&def, &options);
        for state in &def.states {
            let node = format!("s_{}", state.id);
            prop_assert!(graph.contains(&node));
        }
    }
}

fn any_seed() -> impl Strategy<Value = u64> {
    0u64..u64::MAX
}
