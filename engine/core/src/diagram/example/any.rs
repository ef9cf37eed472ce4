//! Flows of any shape.

use super::*;

/// A flow of any shape, from a number: nested branches, jumps to anywhere, conditions, long names.
pub(in crate::diagram) fn any(seed: u64) -> Definition {
    let mut dice = Dice(seed);
    let mut ids: Vec<&'static str> = IDS.to_vec();
    let count = 2 + dice.below(7);
    let states = dice.states(&mut ids, count, 0);
    let mut used = vec![];
    names(&states, &mut used);
    let states = states
        .into_iter()
        .map(|state| dice.aimed(state, &used))
        .collect();
    flow("any", "任意", "Any", &[("boss", "user/boss")], states)
}

const IDS: [&str; 40] = [
    "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "b0", "b1", "b2", "b3", "b4", "b5",
    "b6", "b7", "b8", "b9", "c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "d0", "d1",
    "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9",
];

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn states(&mut self, ids: &mut Vec<&'static str>, count: u64, depth: u32) -> Vec<Spec> {
        let mut states = vec![];
        for _ in 0..count {
            let Some(id) = ids.pop() else { break };
            let does = match self.below(if depth < 3 { 8 } else { 6 }) {
                0 => Does::Run("erp.something_with_a_long_name"),
                1 => Does::WaitFor("parts.received"),
                2 => Does::Work("boss", vec![]),
                3 => Does::Subflow("other"),
                4 | 5 => Does::Approve("boss", Needs::All),
                6 => {
                    let branches = (0..1 + self.below(4)).map(|_| {
                        let count = self.below(4);
                        (
                            "branch",
                            "分支",
                            "Branch",
                            ["", "amount > 5"][usize::from(count > 1)],
                            self.states(ids, count, depth + 1),
                        )
                    });
                    Does::Together(Join::All, branches.collect())
                }
                _ => {
                    let ways = (0..1 + self.below(3)).filter_map(|_| {
                        let id = ids.pop()?;
                        Some((
                            "amount > 5",
                            state(id, "情况", "Case", Does::Approve("boss", Needs::Any)),
                        ))
                    });
                    Does::Choose(ways.collect())
                }
            };
            let long = [
                "审",
                "质量问题处理",
                "供应商质量问题联合整改与复核确认",
                "八",
            ];
            let name = long[usize::try_from(self.below(4)).unwrap()];
            let spec = state(id, name, "Corrective action, verified together", does);
            states.push(if self.below(3) == 0 {
                spec.when("load_rate < tables.load.pass")
            } else {
                spec
            });
        }
        states
    }

    /// Some of the root's states lead anywhere.
    fn aimed(&mut self, mut spec: Spec, used: &[&'static str]) -> Spec {
        let mut anywhere = || used[usize::try_from(self.below(used.len() as u64)).unwrap()];
        let (next, rejected) = (anywhere(), anywhere());
        if let Does::Work(_, actions) = &mut spec.does {
            *actions = vec![
                ("on", "继续往下", "Go on", To::Go(next)),
                ("again", "重新来过一遍", "All over again", To::Go(rejected)),
            ];
        } else if self.below(3) == 0 {
            spec = spec.next(To::Go(next));
        }
        match self.below(3) {
            0 => spec.rejected(To::Back(rejected)),
            1 => spec.rejected(To::Go(rejected)),
            _ => spec,
        }
    }
}
