//! Definitions for tests, built by hand: targets are names, resolved at the end.
#![expect(clippy::unwrap_used, reason = "tests")]

mod any;
mod flows;

pub(super) use any::any;
pub(super) use flows::{odd, repair_order, shipment_release};

use std::collections::BTreeMap;

use crate::calendar::Term;
use crate::condition::{self, Expr, Kind};
use crate::definition::*;
use crate::diagnostic::Places;
use crate::field::EntityType;
use crate::people::PeopleRule;
use crate::template::Template;
use crate::text::Text;
use crate::value::Value;

#[derive(Clone)]
pub(super) enum To {
    Go(&'static str),
    Back(&'static str),
    Finish,
}

#[derive(Clone)]
pub(super) enum Does {
    Draft(&'static str),
    Approve(&'static str, Needs),
    Work(
        &'static str,
        Vec<(&'static str, &'static str, &'static str, To)>,
    ),
    Rule(&'static str),
    Run(&'static str),
    Mail(&'static str),
    WaitFor(&'static str),
    WaitUntil(&'static str),
    Subflow(&'static str),
    /// Inline states with their conditions; the last one is `otherwise`.
    Choose(Vec<(&'static str, Spec)>),
    Together(Join, Vec<BranchSpec>),
    End(Outcome),
}

pub(super) type BranchSpec = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Vec<Spec>,
);

#[derive(Clone)]
pub(super) struct Spec {
    id: &'static str,
    name: Text,
    does: Does,
    when: &'static str,
    next: Option<To>,
    rejected: Option<To>,
    deadline: &'static str,
    late_go: &'static str,
}

pub(super) fn state(id: &'static str, zh: &str, en: &str, does: Does) -> Spec {
    Spec {
        id,
        name: Text::new(zh, en),
        does,
        when: "",
        next: None,
        rejected: None,
        deadline: "",
        late_go: "",
    }
}

impl Spec {
    pub(super) fn when(mut self, when: &'static str) -> Self {
        self.when = when;
        self
    }

    pub(super) fn next(mut self, to: To) -> Self {
        self.next = Some(to);
        self
    }

    pub(super) fn rejected(mut self, to: To) -> Self {
        self.rejected = Some(to);
        self
    }

    pub(super) fn within(mut self, term: &'static str) -> Self {
        self.deadline = term;
        self
    }

    pub(super) fn late_go(mut self, to: &'static str) -> Self {
        self.late_go = to;
        self
    }
}

pub(super) fn flow(
    id: &str,
    zh: &str,
    en: &str,
    people: &[(&str, &str)],
    states: Vec<Spec>,
) -> Definition {
    let mut build = Build {
        ids: vec![],
        regions: vec![],
        states: vec![],
        line: 20,
    };
    names(&states, &mut build.ids);
    build.region(None, "", Text::default(), "", states, &Target::Finish);
    let template = Template::parse(id).unwrap();
    Definition {
        flow: id.to_owned(),
        version: "0".repeat(64),
        source: String::new(),
        name: Text::new(zh, en),
        purpose: Text::default(),
        owner: PeopleRule::Applicant,
        calendar: "cn_office".to_owned(),
        title: template,
        entity: EntityType {
            name: id.to_owned(),
            label: Text::default(),
            fields: vec![],
            title_field: None,
        },
        own_form: true,
        scope: None,
        tables: BTreeMap::new(),
        people: people
            .iter()
            .map(|(name, rule)| ((*name).to_owned(), PeopleRule::parse(rule).unwrap()))
            .collect(),
        policies: Policies::default(),
        proxy: Proxy::default(),
        revocation: None,
        regions: build.regions,
        states: build.states,
        mails: BTreeMap::new(),
        places: Places::default(),
    }
}

/// Ids in the order the states are numbered: a state, then what is inside it.
fn names(states: &[Spec], ids: &mut Vec<&'static str>) {
    for state in states {
        ids.push(state.id);
        match &state.does {
            Does::Choose(ways) => ways
                .iter()
                .for_each(|(_, way)| names(std::slice::from_ref(way), ids)),
            Does::Together(_, branches) => branches.iter().for_each(|branch| names(&branch.4, ids)),
            _ => {}
        }
    }
}

struct Build {
    ids: Vec<&'static str>,
    regions: Vec<Region>,
    states: Vec<State>,
    line: u32,
}

impl Build {
    fn ix(&self, id: &str) -> StateIx {
        self.ids.iter().position(|known| *known == id).unwrap()
    }

    fn to(&self, to: &To) -> Target {
        match to {
            To::Go(id) => Target::Go(self.ix(id)),
            To::Back(id) => Target::BackTo(self.ix(id)),
            To::Finish => Target::Finish,
        }
    }

    fn region(
        &mut self,
        parent: Option<StateIx>,
        id: &str,
        name: Text,
        when: &str,
        specs: Vec<Spec>,
        end: &Target,
    ) -> RegionIx {
        let region = self.regions.len();
        self.regions.push(Region {
            parent,
            id: id.to_owned(),
            name,
            when: expr(when),
            states: vec![],
        });
        let order: Vec<&'static str> = specs.iter().map(|spec| spec.id).collect();
        for (at, spec) in specs.into_iter().enumerate() {
            let after = order
                .get(at + 1)
                .map_or(*end, |next| Target::Go(self.ix(next)));
            self.state(region, spec, after);
        }
        region
    }

    fn state(&mut self, region: RegionIx, spec: Spec, after: Target) {
        let next = spec.next.as_ref().map_or(after, |to| self.to(to));
        let rejected = spec
            .rejected
            .as_ref()
            .map_or(Target::Reject, |to| self.to(to));
        let ix = self.states.len();
        self.line += 7;
        let late = |act| Rung {
            at: RungTime::Deadline,
            act,
            every: None,
            at_most: 1,
        };
        self.states.push(State {
            id: spec.id.to_owned(),
            name: spec.name.clone(),
            line: self.line,
            region,
            when: expr(spec.when),
            skip_to: after,
            kind: StateKind::WaitFor {
                event: String::new(),
                name: Text::default(),
            },
            next,
            if_rejected: rejected,
            say: None,
            keep: vec![],
            fields: FieldRules::default(),
            ask: vec![],
            deadline: (!spec.deadline.is_empty()).then(|| Term::parse(spec.deadline).unwrap()),
            deadline_by: None,
            if_late: if spec.late_go.is_empty() {
                vec![]
            } else {
                vec![late(LateAct::Go(self.ix(spec.late_go)))]
            },
            clock_stops_in: vec![],
            restarts_on_transfer: false,
            policies: PolicyOverrides::default(),
            mail: None,
        });
        self.regions[region].states.push(ix);
        let kind = self.kind(ix, region, spec, next, rejected);
        self.states[ix].kind = kind;
    }

    fn kind(
        &mut self,
        ix: StateIx,
        region: RegionIx,
        spec: Spec,
        next: Target,
        rejected: Target,
    ) -> StateKind {
        let named = |name: &str| {
            if name == "applicant" {
                PeopleRef::Applicant
            } else {
                PeopleRef::Named(name.to_owned())
            }
        };
        match spec.does {
            Does::Draft(by) => StateKind::Draft { by: named(by) },
            Does::Approve(by, needs) => StateKind::Approve(Approve {
                by: by.split(' ').map(named).collect(),
                needs,
                on_reject: OnReject::Veto,
                claim: false,
                outcomes: vec![],
                signature: None,
                step_up: None,
                bulk: None,
            }),
            Does::Work(by, actions) => StateKind::Work {
                claim: false,
                by: vec![named(by)],
                actions: actions
                    .into_iter()
                    .map(|(id, zh, en, to)| WorkAction {
                        id: id.to_owned(),
                        name: Text::new(zh, en),
                        to: self.to(&to),
                        ask: vec![],
                        require: vec![],
                        reason_required: false,
                        create: vec![],
                    })
                    .collect(),
            },
            Does::Rule(rule) => StateKind::Rule {
                rule: rule.to_owned(),
                label: Text::same(rule),
                give: vec![],
                fills: vec![],
            },
            Does::Run(effect) => StateKind::Run(Run {
                effect: effect.to_owned(),
                label: Text::same(effect),
                give: vec![],
                fills: vec![],
                once_per: None,
                retry: vec![],
                tell: vec![],
                undo: None,
            }),
            Does::Mail(to) => StateKind::Mail {
                mail: "m".to_owned(),
                to: vec![named(to)],
            },
            Does::WaitFor(event) => StateKind::WaitFor {
                event: event.to_owned(),
                name: Text::same(event),
            },
            Does::WaitUntil(time) => StateKind::WaitUntil {
                time: expr(time).unwrap(),
            },
            Does::Subflow(flow) => StateKind::Subflow {
                each: None,
                needs: crate::definition::Join::All,
                outcomes: vec![],
                flow: flow.to_owned(),
                link: None,
                beside: false,
            },
            Does::End(outcome) => StateKind::End {
                outcome,
                then: vec![],
            },
            Does::Choose(ways) => {
                let mut out = vec![];
                for (when, mut way) in ways {
                    let to = Target::Go(self.ix(way.id));
                    out.push(Way {
                        when: expr(when),
                        to,
                    });
                    let own_rejected = way.rejected.take();
                    self.state(region, way, next);
                    let last = self.states.len() - 1;
                    self.states[last].if_rejected =
                        own_rejected.map_or(rejected, |to| self.to(&to));
                }
                StateKind::Choose { ways: out }
            }
            Does::Together(needs, branches) => {
                let mut regions = vec![];
                for (id, zh, en, when, states) in branches {
                    regions.push(self.region(
                        Some(ix),
                        id,
                        Text::new(zh, en),
                        when,
                        states,
                        &Target::BranchEnd,
                    ));
                }
                StateKind::Together {
                    needs,
                    branches: regions,
                }
            }
        }
    }
}

fn expr(text: &str) -> Option<Expr> {
    struct Anything;
    impl condition::Names for Anything {
        fn kind(&self, path: &str) -> Option<Kind> {
            Some(match path {
                "in_warranty" => Kind::Flag,
                "finished_on" => Kind::Date,
                "bearer" | "note" => Kind::Text,
                _ => Kind::Number {
                    decimals: None,
                    currency: None,
                },
            })
        }

        fn label(&self, path: &str) -> Option<Text> {
            Some(match path {
                "load_rate" => Text::new("装载率", "load rate"),
                "amount" => Text::new("金额", "amount"),
                "credit_used" => Text::new("已用额度", "credit used"),
                "credit_limit" => Text::new("信用额度", "credit limit"),
                "extra_freight" => Text::new("多付运费", "extra freight"),
                "goodwill_amount" => Text::new("善意金额", "goodwill amount"),
                "total_amount" => Text::new("总金额", "total amount"),
                "finished_on" => Text::new("完工日期", "finished on"),
                "in_warranty" => Text::new("在保", "in warranty"),
                _ => return None,
            })
        }

        fn constant(&self, path: &str) -> Option<Value> {
            let number = match path {
                "tables.load.pass" => "0.85",
                "tables.load.director_below" => "0.60",
                "tables.goodwill.area_up_to" => "2000.00",
                "tables.goodwill.hq_up_to" => "10000.00",
                "tables.load.finance_above" => "2000.00",
                _ => return None,
            };
            Some(Value::Number(number.parse().unwrap()))
        }

        fn known(&self) -> Vec<String> {
            vec![]
        }
    }
    (!text.is_empty())
        .then(|| condition::check(condition::parse(text).unwrap(), &Anything).unwrap())
}
