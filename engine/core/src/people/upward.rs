//! Heads and superiors: rules that go up.

use super::Names;
use super::resolve::{Found, SUPERVISOR_LEVELS_MAX};
use super::{Scope, Top};
use crate::text::Text;

impl Found<'_> {
    pub(super) fn head(&mut self, of: &Scope, up: u32) {
        let Some(unit) = self.unit(of) else { return };
        let chain = self.dir.upward(&unit);
        let level = usize::try_from(up).unwrap_or(usize::MAX);
        if level >= chain.len() {
            let name = self.names.unit(&unit);
            let circle = self.dir.circle_above(&unit);
            let reason = if circle {
                (
                    "，其上级单位形成了循环",
                    "; the units above it form a circle",
                )
            } else {
                ("", "")
            };
            self.say(
                format!("“{}”往上没有 {up} 级单位{}", name.zh, reason.0),
                format!("There is no unit {up} levels above {}{}", name.en, reason.1),
            );
            return;
        }
        for id in chain.into_iter().skip(level) {
            let name = self.names.unit(id);
            let head = self.dir.units.get(id).and_then(|unit| unit.head.clone());
            match head.as_deref() {
                Some(head) if self.dir.active(head).is_some() => {
                    return self.one(
                        head,
                        &Text::new(
                            format!("{}的负责人", name.zh),
                            format!("Head of {}", name.en),
                        ),
                    );
                }
                Some(head) => self.one(
                    head,
                    &Text::new(
                        format!("{}的负责人", name.zh),
                        format!("Head of {}", name.en),
                    ),
                ),
                None => self.say(
                    format!("{}没有负责人（空缺）", name.zh),
                    format!("{} has no head (vacant)", name.en),
                ),
            }
            if !self.cx.vacant_moves_up {
                return;
            }
            self.say(
                "按流程策略，改由上一级单位负责".to_owned(),
                "By the flow's policy the unit above takes over".to_owned(),
            );
        }
    }

    /// `up to 3`.
    pub(super) fn supervisors(&mut self, levels: u32) {
        let mut level = 1;
        let moves_up = self.cx.vacant_moves_up;
        self.climb(|found, superior, here| {
            found.at_level(superior, level);
            // A vacant level is consumed, unless the flow moves it up.
            if here || !moves_up {
                level += 1;
            } else {
                found.say(
                    "空缺，按流程策略改由再上一级".to_owned(),
                    "Vacant: by the flow's policy the next one up".to_owned(),
                );
            }
            level > levels
        });
    }

    /// `up to post/general_manager`: every superior up to and with the first who is that.
    pub(super) fn supervisors_to(&mut self, top: &Top) {
        let mut level = 0;
        let (dir, mut met) = (self.dir, false);
        self.climb(|found, superior, here| {
            level += 1;
            found.at_level(superior, level);
            met = here
                && match top {
                    Top::Post(post) => dir
                        .people
                        .get(superior)
                        .is_some_and(|person| person.posts.contains(post)),
                    Top::Role(role) => dir.has_role(superior, role),
                };
            met
        });
        if !met {
            let (zh, en) = match top {
                Top::Post(post) => {
                    let post = self.names.post(post);
                    (
                        format!("岗位“{}”", post.zh),
                        format!("the post “{}”", post.en),
                    )
                }
                Top::Role(role) => {
                    let role = self.names.role(role);
                    (
                        format!("角色“{}”", role.zh),
                        format!("the role “{}”", role.en),
                    )
                }
            };
            self.say(
                format!("逐级上级中没有{zh}"),
                format!("None of the superiors has {en}"),
            );
        }
    }

    fn at_level(&mut self, superior: &str, level: u32) {
        let what = Text::new(
            format!("第 {level} 级上级"),
            format!("Superior at level {level}"),
        );
        self.one(superior, &what);
    }

    /// Goes up from the applicant until `stop` says so: it is told each superior and whether they are here.
    fn climb(&mut self, mut stop: impl FnMut(&mut Self, &str, bool) -> bool) {
        let mut seen = vec![self.cx.applicant.to_owned()];
        for _ in 0..SUPERVISOR_LEVELS_MAX {
            let below = seen.last().cloned().unwrap_or_default();
            let known = self.dir.people.get(&below);
            let Some(superior) = known.and_then(|person| person.superior.clone()) else {
                let (name, level) = (self.dir.name(&below), seen.len());
                return self.say(
                    format!("{name}没有上级，第 {level} 级无人"),
                    format!("{name} has no superior: nobody at level {level}"),
                );
            };
            if seen.contains(&superior) {
                let name = self.dir.name(&superior);
                return self.say(
                    format!("上级关系形成了循环（回到{name}），到此为止"),
                    format!("The superiors form a circle (back at {name}): it ends here"),
                );
            }
            let here = self.dir.active(&superior).is_some();
            if stop(self, &superior, here) {
                return;
            }
            seen.push(superior);
        }
    }
}
