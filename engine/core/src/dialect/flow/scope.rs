//! `for:` and `priority:`: which records a flow serves, where several flows serve one entity type.

use crate::definition::Scope;
use crate::dialect::lean;
use crate::dialect::map::MapReader;
use crate::dialect::names::Names;
use crate::dialect::reader::Reader;
use crate::dialect::scalar;
use crate::dialect::tree::Node;

/// Highest priority.
const PRIORITY_MAX: u32 = 1_000;

/// Reads the scope; none where neither key is written.
pub fn scope(
    reader: &mut Reader,
    names: &Names<'_>,
    serves: Option<&Node>,
    priority: Option<&Node>,
    own_form: bool,
) -> Option<Scope> {
    let node = serves.or(priority)?;
    if own_form {
        reader.error(
            "scope-of-own-form",
            node.span,
            (
                "自带表单的流程只有它自己，不用选择",
                "A flow with a form of its own has no others to be chosen from",
            ),
            (
                "for: 和 priority: 用于 record: 上有几个流程的情况；删掉它",
                "for: and priority: are for several flows on one record:; remove it",
            ),
        );
        return None;
    }
    let mut scope = Scope {
        priority: priority
            .and_then(|node| scalar::count(reader, node, 0, PRIORITY_MAX))
            .unwrap_or_default(),
        ..Scope::default()
    };
    let Some(mut map) = serves.and_then(|node| MapReader::open(reader, node, ("for:", "for:")))
    else {
        return Some(scope);
    };
    let departments = map.get("departments");
    let when = map.get("when");
    map.close(reader);
    for word in departments.map_or_else(Vec::new, |node| scalar::words(reader, node)) {
        let units = &names.catalog.units;
        // Without the organisation, names of departments are not checked.
        if !units.is_empty() && !units.contains(&word.text) {
            let known = units.iter().map(String::as_str);
            reader.unknown("unknown-unit", &word, ("部门", "department"), known);
        }
        scope.departments.push(word.text);
    }
    scope.when = when.and_then(|node| lean::condition(reader, names, node));
    Some(scope)
}
