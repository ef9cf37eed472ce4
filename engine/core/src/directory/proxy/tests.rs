//! Chains, windows, circles and rules of proxies.

use super::*;
use crate::directory::{Person, RoleGrant};
use crate::text::Lang;

fn company(people: &[&str]) -> Directory {
    let mut directory = Directory::default();
    for id in people {
        let person = Person {
            id: (*id).to_owned(),
            name: id.to_uppercase(),
            mail: format!("{id}@example.com"),
            unit: "hq".into(),
            superior: None,
            posts: vec![],
            lang: Lang::Zh,
            active: true,
        };
        directory.people.insert(person.id.clone(), person);
    }
    directory
}

/// `a>b`: a is away from 100 to 200 with proxy b; `a>`: without.
fn away(directory: &mut Directory, chain: &[&str]) {
    for link in chain {
        let (person, proxy) = link.split_once('>').unwrap_or((link, ""));
        directory.absences.push(Absence {
            person: person.to_owned(),
            from: Moment(100),
            until: Moment(200),
            proxy: (!proxy.is_empty()).then(|| proxy.to_owned()),
            flow: None,
        });
    }
}

fn ask(rules: &Proxy) -> ProxyAsk<'_> {
    ProxyAsk {
        person: "a",
        flow: "f",
        state: "s",
        roles: &[],
        at: Moment(150),
        rules,
    }
}

fn found(directory: &Directory, ask: &ProxyAsk<'_>) -> (String, Vec<String>, Option<ProxyFlag>) {
    let found = directory.proxy_for(ask);
    assert!(
        found
            .why
            .iter()
            .all(|why| !why.zh.is_empty() && !why.en.is_empty())
    );
    assert_eq!(
        found.why.is_empty(),
        found.hops.is_empty() && found.flag.is_none(),
        "{found:?}"
    );
    (found.person, found.hops, found.flag)
}

fn stays(flag: ProxyFlag) -> (String, Vec<String>, Option<ProxyFlag>) {
    ("a".into(), vec![], Some(flag))
}

/// A5.59
#[test]
fn windows_are_half_open() {
    let mut directory = company(&["a", "b"]);
    away(&mut directory, &["a>b"]);
    let rules = Proxy::default();
    let who = |at| {
        directory
            .proxy_for(&ProxyAsk {
                at: Moment(at),
                ..ask(&rules)
            })
            .person
    };
    assert_eq!(
        [who(99), who(100), who(199), who(200)],
        ["a", "b", "b", "a"]
    );
}

/// A5.52
#[test]
fn a_chain_is_followed_and_every_hop_is_kept() {
    let mut directory = company(&["a", "b", "c"]);
    away(&mut directory, &["a>b", "b>c"]);
    let rules = Proxy::default();
    let hops = vec!["a".to_owned(), "b".into(), "c".into()];
    assert_eq!(found(&directory, &ask(&rules)), ("c".into(), hops, None));
    let refuse = Proxy {
        refuse_chain: true,
        ..Proxy::default()
    };
    assert_eq!(
        found(&directory, &ask(&refuse)),
        stays(ProxyFlag::ChainRefused)
    );
}

/// A5.53
#[test]
fn a_circle_stops_at_the_one_asked_and_is_flagged() {
    let rules = Proxy::default();
    let mut two = company(&["a", "b"]);
    away(&mut two, &["a>b", "b>a"]);
    assert_eq!(found(&two, &ask(&rules)), stays(ProxyFlag::Circle));
    let mut three = company(&["a", "b", "c"]);
    away(&mut three, &["a>b", "b>c", "c>b"]);
    assert_eq!(found(&three, &ask(&rules)), stays(ProxyFlag::Circle));
    let mut own = company(&["a"]);
    away(&mut own, &["a>a"]);
    assert_eq!(found(&own, &ask(&rules)), stays(ProxyFlag::Circle));
    let why = two.proxy_for(&ask(&rules)).why;
    assert_eq!(why.len(), 2);
    assert_eq!(
        why[1].zh,
        "B不在，代理人A已在代理链上，代理形成循环，任务留给A"
    );
}

#[test]
fn a_task_never_goes_to_somebody_who_is_away_or_gone() {
    let rules = Proxy::default();
    let mut nobody = company(&["a", "b"]);
    away(&mut nobody, &["a>b", "b>"]);
    assert_eq!(found(&nobody, &ask(&rules)), stays(ProxyFlag::NobodyNamed));
    let mut gone = company(&["a", "b"]);
    away(&mut gone, &["a>b"]);
    gone.people
        .entry("b".into())
        .and_modify(|person| person.active = false);
    assert_eq!(found(&gone, &ask(&rules)), stays(ProxyFlag::ProxyGone));
}

#[test]
fn a_long_chain_ends() {
    let ids: Vec<String> = (0..30)
        .map(|n| {
            if n == 0 {
                "a".to_owned()
            } else {
                format!("p{n}")
            }
        })
        .collect();
    let links: Vec<String> = ids
        .windows(2)
        .map(|pair| format!("{}>{}", pair[0], pair[1]))
        .collect();
    let mut directory = company(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    away(
        &mut directory,
        &links.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    assert_eq!(
        found(&directory, &ask(&Proxy::default())),
        stays(ProxyFlag::TooLong)
    );
    directory.absences.truncate(PROXY_HOPS_MAX);
    assert_eq!(found(&directory, &ask(&Proxy::default())).0, "p10");
}

#[test]
fn the_flow_has_the_last_word() {
    let mut directory = company(&["a", "b"]);
    away(&mut directory, &["a>b"]);
    let not_here = Proxy {
        not_for: vec!["s".into()],
        ..Proxy::default()
    };
    assert_eq!(
        found(&directory, &ask(&not_here)),
        stays(ProxyFlag::NotForState)
    );
    // The absence is 100 ms long: shorter than a day, longer than no day.
    let short = Proxy {
        longest_days: Some(0),
        ..Proxy::default()
    };
    assert_eq!(
        found(&directory, &ask(&short)),
        stays(ProxyFlag::AbsenceTooLong)
    );
    let fortnight = Proxy {
        longest_days: Some(14),
        ..Proxy::default()
    };
    assert_eq!(found(&directory, &ask(&fortnight)).0, "b");
}

/// A5.56
#[test]
fn a_role_task_goes_only_to_the_same_role() {
    let mut directory = company(&["a", "b"]);
    away(&mut directory, &["a>b"]);
    let (any, same) = (
        Proxy::default(),
        Proxy {
            same_role: true,
            ..Proxy::default()
        },
    );
    let asked = |rules| ProxyAsk {
        roles: &["credit"],
        ..ask(rules)
    };
    assert_eq!(
        found(&directory, &asked(&any)),
        stays(ProxyFlag::NotSameRole)
    );
    assert_eq!(
        found(&directory, &asked(&same)),
        stays(ProxyFlag::NotSameRole)
    );
    directory.roles.push(RoleGrant {
        role: "credit".into(),
        person: "b".into(),
        unit: None,
    });
    assert_eq!(found(&directory, &asked(&same)).0, "b");
    assert_eq!(
        found(&directory, &asked(&any)),
        stays(ProxyFlag::NotSameRole)
    );
}

#[test]
fn an_absence_for_this_flow_comes_first() {
    let mut directory = company(&["a", "b", "c"]);
    away(&mut directory, &["a>b", "a>c"]);
    directory.absences[0].flow = Some("f".into());
    let rules = Proxy::default();
    assert_eq!(found(&directory, &ask(&rules)).0, "b");
    assert_eq!(
        found(
            &directory,
            &ProxyAsk {
                flow: "g",
                ..ask(&rules)
            }
        )
        .0,
        "c"
    );
    assert!(directory.is_away("a", "g", Moment(150)) && !directory.is_away("b", "g", Moment(150)));
}
