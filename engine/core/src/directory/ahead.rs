//! An absence looked at before it begins: whose tasks would find nobody?

use super::{Absence, Directory, ProxyAsk, ProxyFound};
use crate::definition::Proxy;
use crate::text::Text;
use crate::time::Moment;

/// A flow as far as absences care.
#[derive(Clone, Copy, Debug)]
pub struct FlowRules<'a> {
    /// Its id.
    pub flow: &'a str,
    /// What people call it.
    pub name: &'a Text,
    /// Its rules about proxies.
    pub rules: &'a Proxy,
}

impl Directory {
    /// What will go wrong while somebody is away, by what is known today: nobody stands in, the proxies form a circle or
    /// are away too, a flow lets no proxy act. The absence must be in the directory already. One sentence each.
    pub fn warnings(&self, absence: &Absence, flows: &[FlowRules<'_>]) -> Vec<Text> {
        let usual = Proxy::default();
        let anything = FlowRules {
            flow: absence.flow.as_deref().unwrap_or_default(),
            name: &Text::default(),
            rules: &usual,
        };
        // What holds for every flow is said once.
        let mut found = self.trouble(absence, anything);
        for flow in flows {
            let meant = absence.flow.as_deref().is_none_or(|only| only == flow.flow);
            let special = *flow.rules != usual;
            if !meant || !special {
                continue;
            }
            for warning in self.trouble(absence, *flow) {
                if !found.contains(&warning) {
                    found.push(Text::new(
                        format!("流程“{}”：{}", flow.name.zh, warning.zh),
                        format!("Flow “{}”: {}", flow.name.en, warning.en),
                    ));
                }
            }
        }
        found
    }

    /// At every moment at which something changes: for the person themself, and for those they stand in for.
    fn trouble(&self, absence: &Absence, flow: FlowRules<'_>) -> Vec<Text> {
        let within = |at: &Moment| absence.from <= *at && *at < absence.until;
        let mut moments: Vec<Moment> = self.absences.iter().map(|other| other.from).collect();
        moments.push(absence.from);
        moments.retain(within);
        moments.sort();
        moments.dedup();
        let mut found: Vec<Text> = vec![];
        for at in moments {
            let theirs = self.absences.iter().filter(|other| {
                other.proxy.as_deref() == Some(absence.person.as_str())
                    && other.from <= at
                    && at < other.until
            });
            let others = theirs.map(|other| other.person.as_str());
            for person in others.chain([absence.person.as_str()]) {
                let ask = self.stands_in(person, flow, at);
                let last = ask.why.last().filter(|_| ask.flag.is_some());
                found.extend(last.filter(|last| !found.contains(last)).cloned());
            }
        }
        found
    }

    fn stands_in(&self, person: &str, flow: FlowRules<'_>, at: Moment) -> ProxyFound {
        self.proxy_for(&ProxyAsk {
            person,
            flow: flow.flow,
            state: "",
            roles: &[],
            at,
            rules: flow.rules,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Person;
    use crate::text::Lang;

    fn company(absences: &[(&str, i64, i64, &str)]) -> Directory {
        let mut directory = Directory::default();
        for id in ["a", "b", "c", "d"] {
            let person = Person {
                id: id.to_owned(),
                name: id.to_uppercase(),
                mail: String::new(),
                unit: String::new(),
                superior: None,
                posts: vec![],
                lang: Lang::Zh,
                active: id != "d",
            };
            directory.people.insert(id.to_owned(), person);
        }
        for (person, from, until, proxy) in absences {
            directory.absences.push(Absence {
                person: (*person).to_owned(),
                from: Moment(*from),
                until: Moment(*until),
                proxy: (!proxy.is_empty()).then(|| (*proxy).to_owned()),
                flow: None,
            });
        }
        directory
    }

    /// Warnings about the last of the absences.
    fn warned(absences: &[(&str, i64, i64, &str)], flows: &[FlowRules<'_>]) -> Vec<String> {
        let directory = company(absences);
        let last = directory.absences.last().cloned();
        let found = last.map(|last| directory.warnings(&last, flows));
        found
            .unwrap_or_default()
            .into_iter()
            .map(|text| text.en)
            .collect()
    }

    /// A5.62
    #[test]
    fn an_absence_that_leaves_tasks_with_nobody_is_warned_of_at_once() {
        assert_eq!(warned(&[("a", 100, 200, "b")], &[]), [""; 0]);
        let nobody = warned(&[("a", 100, 200, "")], &[]);
        assert_eq!(nobody.len(), 1);
        assert!(nobody[0].contains("named nobody"), "{nobody:?}");
        assert!(warned(&[("a", 100, 200, "d")], &[])[0].contains("has left"));
    }

    /// A5.62: a circle that begins later, in the middle of the absence.
    #[test]
    fn a_circle_to_come_is_seen_from_both_sides() {
        for absences in [
            [("a", 100, 200, "b"), ("b", 150, 300, "a")],
            [("b", 150, 300, "a"), ("a", 100, 200, "b")],
        ] {
            let found = warned(&absences, &[]);
            assert!(
                found.iter().any(|text| text.contains("circle")),
                "{found:?}"
            );
        }
        assert_eq!(
            warned(&[("a", 100, 200, "b"), ("b", 200, 300, "a")], &[]),
            [""; 0],
            "half-open: a is back when b goes"
        );
    }

    #[test]
    fn whoever_stands_in_for_others_is_told_what_becomes_of_their_tasks() {
        let found = warned(&[("a", 100, 200, "b"), ("b", 150, 160, "")], &[]);
        assert!(
            found.iter().any(|text| text.ends_with("stays with A")),
            "{found:?}"
        );
        assert_eq!(
            warned(&[("a", 100, 200, "b"), ("b", 150, 160, "c")], &[]),
            [""; 0]
        );
    }

    #[test]
    fn a_flow_that_lets_no_chain_is_named() {
        let rules = Proxy {
            refuse_chain: true,
            ..Proxy::default()
        };
        let name = Text::new("合同", "Contract");
        let flow = FlowRules {
            flow: "contract",
            name: &name,
            rules: &rules,
        };
        let found = warned(&[("b", 100, 200, "c"), ("a", 100, 200, "b")], &[flow]);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("Flow “Contract”"), "{found:?}");
    }
}
