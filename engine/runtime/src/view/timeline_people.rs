//! Events about who is asked, as sentences: draws, choices, proxies.

use assent_core::event::Change;
use assent_core::people::Pick;
use assent_core::text::Text;

use super::timeline_words::{Line, Said};

/// The line of such an event.
pub(super) fn line(said: &Said<'_>, change: &Change) -> Line {
    match change {
        Change::Drawn {
            how,
            people,
            pool,
            number,
            ..
        } => drawn(said, *how, (people, pool), *number),
        Change::PeopleChosen { people, .. } => {
            let names = said.people(people);
            Line::new(
                "people_chosen",
                "move",
                format!("{} 选定处理人：{}", said.who.zh, names.zh),
                format!("{} chose {}", said.who.en, names.en),
            )
        }
        Change::Proxied {
            person, hops, flag, ..
        } => {
            let (away, chain) = (said.person(person), said.people(hops));
            let (arrows, who) = (chain.zh.replace('、', " → "), hops.last());
            match (who, flag) {
                (Some(who), _) => {
                    let stands_in = said.person(who);
                    let line = Line::new(
                        "proxied",
                        "move",
                        format!("{away} 不在，由 {stands_in} 代理"),
                        format!("{away} is away, {stands_in} stands in"),
                    );
                    if hops.len() > 2 {
                        line.because(vec![Text::same(arrows)])
                    } else {
                        line
                    }
                }
                (None, flag) => {
                    let why = flag.map(|flag| flag.text());
                    Line::new(
                        "proxied",
                        "late",
                        format!("{away} 不在，没有人代理，任务留给本人"),
                        format!("{away} is away and nobody stands in; the task stays with them"),
                    )
                    .because(why.into_iter().collect())
                }
            }
        }
        _ => Line::silent("other"),
    }
}

fn drawn(said: &Said<'_>, how: Pick, (people, pool): (&[String], &[String]), number: u64) -> Line {
    let (names, n) = (said.people(people), pool.len());
    let (zh, en) = match how {
        Pick::LeastLoaded => (
            format!("{n} 人中待办最少（{number} 件）：{}", names.zh),
            format!("Fewest open tasks ({number}) of {n}: {}", names.en),
        ),
        Pick::Random => (
            format!("从 {n} 人中随机抽到：{}", names.zh),
            format!("Drawn by lot from {n}: {}", names.en),
        ),
        Pick::InTurn => (
            format!("{n} 人轮流，轮到：{}", names.zh),
            format!("{n} take turns; now {}", names.en),
        ),
        Pick::Rule if people.is_empty() => (
            "规则没有给出任何人".to_owned(),
            "The rule named nobody".to_owned(),
        ),
        Pick::Rule => (
            format!("规则给出：{}", names.zh),
            format!("Named by the rule: {}", names.en),
        ),
    };
    let among = said.people(pool);
    let because = if pool.is_empty() { vec![] } else { vec![among] };
    Line::new("drawn", "quiet", zh, en).because(because).minor()
}
