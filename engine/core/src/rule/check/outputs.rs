//! What a rule returns against what its YAML declares.

use rhai::Position;

use super::Checker;
use super::ty::Ty;
use crate::catalog::RuleType;
use crate::dialect;
use crate::rule::kind::Kind;

impl Checker<'_> {
    pub(super) fn outputs(&mut self, rule: &RuleType) {
        for (ty, position) in std::mem::take(&mut self.returned) {
            match (ty.kind, &ty.keys) {
                (Kind::Map, Some(keys)) => self.output(rule, keys, position),
                (Kind::Map | Kind::Any, _) => {}
                (kind, _) => {
                    let (zh, en) = kind.words();
                    self.error(
                        "rule-output",
                        position,
                        (
                            &format!("规则必须返回映射，这里返回{zh}"),
                            &format!("A rule must return a map, this is {en}"),
                        ),
                        (
                            "例如 #{ in_warranty: true }",
                            "For example #{ in_warranty: true }",
                        ),
                    );
                }
            }
        }
    }

    fn output(&mut self, rule: &RuleType, keys: &[(String, Ty)], position: Position) {
        for (key, ty) in keys {
            let Some(port) = rule.gives.iter().find(|port| port.name == *key) else {
                let near = dialect::nearest(key, rule.gives.iter().map(|port| port.name.as_str()))
                    .map(str::to_owned);
                self.unknown("声明过的输出", "declared output", key, near, position);
                continue;
            };
            let wanted = Kind::of_field(&port.kind);
            let empty = ty.kind == Kind::Nothing && !port.required;
            if ty.kind != Kind::Any && ty.kind != wanted && !empty {
                let (wanted, got) = (wanted.words(), ty.kind.words());
                self.error(
                    "rule-output",
                    position,
                    (
                        &format!("“{key}”声明为{}，这里给出{}", wanted.0, got.0),
                        &format!(
                            "\"{key}\" is declared as {}, this gives {}",
                            wanted.1, got.1
                        ),
                    ),
                    (
                        "改脚本，或改 YAML 的 gives:",
                        "Change the script, or gives: in the YAML",
                    ),
                );
            }
        }
        for port in rule.gives.iter().filter(|port| port.required) {
            if !keys.iter().any(|(key, _)| *key == port.name) {
                let name = &port.name;
                self.error(
                    "rule-output",
                    position,
                    (
                        &format!("没有给出必需的“{name}”"),
                        &format!("The required \"{name}\" is not given"),
                    ),
                    (
                        "每条返回路径都要给出必需的输出",
                        "Every way out must give the required outputs",
                    ),
                );
            }
        }
    }
}
