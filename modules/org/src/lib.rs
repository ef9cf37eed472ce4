//! The organisation as a module: people, units, roles, absences; and their import from spreadsheets, and
//! export into them.

mod export;
mod import;
mod links;
mod sheet;
mod times;

use std::sync::OnceLock;

use assent_core::module::{HookContext, Manifest, Module};
use assent_core::refusal::{Refusal, RefusalKind};
use assent_core::value::{Value, Values};

pub use export::{Exported, export};
pub use import::import;
pub use sheet::{SheetFault, Sheets};

/// The module.
#[derive(Clone, Copy, Debug, Default)]
pub struct Org;

impl Module for Org {
    fn manifest(&self) -> &Manifest {
        static MANIFEST: OnceLock<Manifest> = OnceLock::new();
        MANIFEST.get_or_init(|| {
            let (manifest, _) = assent_core::dialect::manifest::read(
                "modules/org/module.yaml",
                include_str!("../module.yaml"),
            );
            manifest.unwrap_or_default() // a test reads it and fails on any fault
        })
    }

    fn check(
        &self,
        entity: &str,
        _before: Option<&Values>,
        after: &Values,
        _cx: &HookContext<'_>,
    ) -> Result<(), Refusal> {
        let same = |a: &str, b: &str| {
            filled(after, a).is_some_and(|value| filled(after, b) == Some(value))
        };
        match entity {
            "absence" if filled(after, "ends") <= filled(after, "begins") => Err(refuse(
                "absence_ends_first",
                "ends",
                "缺勤的结束时间须晚于开始时间",
                "An absence must end later than it begins",
            )),
            "absence" if same("absent", "proxy") => Err(refuse(
                "own_proxy",
                "proxy",
                "代理人不能是本人，请另选一位同事",
                "Nobody is their own proxy; choose a colleague",
            )),
            "person" if same("login", "superior") => Err(refuse(
                "own_superior",
                "superior",
                "直属上级不能是本人",
                "Nobody is their own superior",
            )),
            "unit" if same("code", "parent") => Err(refuse(
                "own_parent",
                "parent",
                "上级单元不能是自己",
                "A unit is not above itself",
            )),
            _ => Ok(()),
        }
    }
}

fn filled<'v>(values: &'v Values, name: &str) -> Option<&'v Value> {
    values.get(name).filter(|value| !value.is_empty())
}

fn refuse(code: &str, field: &str, zh: &str, en: &str) -> Refusal {
    Refusal::new(RefusalKind::Input, code, zh, en).about(field)
}

#[cfg(test)]
mod tests {
    use assent_core::testkit::{Bench, manifest, refused};

    use super::Org;

    #[test]
    fn the_manifest_is_good() {
        assert_eq!(manifest(include_str!("../module.yaml")).entities.len(), 4);
    }

    #[test]
    fn nobody_stands_in_for_themselves_or_leads_themselves() {
        let bench = Bench::new(Org);
        let absence = |proxy: &str, ends: &str| {
            bench.save(
                "absence",
                None,
                &format!(
                    "{{absent: lifang, begins: 2026-01-05 09:00, ends: {ends}, proxy: {proxy}}}"
                ),
            )
        };
        assert!(absence("wangwei", "2026-01-09 18:00").is_ok());
        assert_eq!(refused(absence("lifang", "2026-01-09 18:00")), "own_proxy");
        assert_eq!(
            refused(absence("wangwei", "2026-01-05 09:00")),
            "absence_ends_first"
        );
        let person = |superior: &str, mail: &str| {
            bench.save("person", None, &format!("{{login: lifang, full_name: 李芳, mail: {mail}, unit: sales, superior: {superior}, active: true}}"))
        };
        assert!(person("wangwei", "lifang@example.com").is_ok());
        assert_eq!(
            refused(person("lifang", "lifang@example.com")),
            "own_superior"
        );
        assert!(
            person("wangwei", "lifang").is_err(),
            "a mail address has an @"
        );
        assert_eq!(
            refused(bench.save("unit", None, "{code: sales, label: 销售部, parent: sales}")),
            "own_parent"
        );
    }
}
