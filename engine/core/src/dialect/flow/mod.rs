//! A whole flow file: the sections in the order in which they need one another.

mod head;
mod record;
mod scope;

use sha2::{Digest, Sha256};

use crate::catalog::Catalog;
use crate::definition::Definition;
use crate::dialect::names::Names;
use crate::dialect::reader::{Reader, Word};
use crate::dialect::state::{self, Asked, Skeleton};
use crate::dialect::tree::Node;
use crate::dialect::{example, lean, policies, settings};
use crate::example::Example;
use crate::people::PeopleRule;

use head::{Sections, calendar, sections};
use record::{filled, formulas, join_asked, known_references, names, sources};

/// Reads a flow. The definition is complete only where no error was reported.
pub fn flow(
    reader: &mut Reader,
    root: &Node,
    catalog: &Catalog,
) -> (Option<Definition>, Vec<Example>) {
    let Some(sections) = sections(reader, root) else {
        return (None, vec![]);
    };
    calendar(reader, catalog, sections.calendar.as_ref());
    let skeleton = match sections.states {
        Some(node) => state::walk(reader, node),
        None => Skeleton::default(),
    };
    let (names, asked, sources) = known(reader, catalog, &sections, &skeleton);
    let owner = sections
        .owner
        .and_then(|node| lean::people_rule(reader, &names, node));
    let title = sections
        .title
        .and_then(|node| lean::template(reader, &names, node));
    let scope = scope::scope(
        reader,
        &names,
        sections.serves,
        sections.priority,
        sections.record.is_none(),
    );
    let people = sections
        .people
        .map_or_else(Vec::new, |node| settings::people(reader, &names, node));
    let policies = sections
        .policies
        .map(|node| policies::policies(reader, &names, node));
    let proxy = sections
        .proxy
        .map(|node| settings::proxy(reader, &names, node));
    let revocation = sections
        .revocation
        .and_then(|node| settings::revocation(reader, &names, node));
    let mails = sections
        .mails
        .map(|node| settings::mails(reader, &names, node));
    let states = state::states(reader, &names, &skeleton, &asked);
    filled(reader, &names, &states, &sources);
    let flow_name = sections.name.clone().unwrap_or_default();
    let regions = state::regions(reader, &names, &skeleton, &flow_name);
    let examples = sections.tests.map_or_else(Vec::new, |node| {
        example::examples(reader, &names, (&states, &people), node)
    });
    // Only a title cannot be made up where it is missing; then there is an error, and no definition either way.
    let Some(title) = title else {
        return (None, examples);
    };
    let definition = Definition {
        flow: sections.flow.map(|word| word.text).unwrap_or_default(),
        version: version(reader.source().original()),
        source: reader.source().original().to_owned(),
        name: flow_name,
        purpose: sections.purpose.unwrap_or_default(),
        owner: owner.unwrap_or(PeopleRule::Applicant),
        calendar: sections.calendar.map(|word| word.text).unwrap_or_default(),
        title,
        own_form: sections.record.is_none(),
        scope,
        entity: names.entity,
        tables: names.tables,
        people,
        policies: policies.unwrap_or_default(),
        proxy: proxy.unwrap_or_default(),
        revocation,
        regions,
        states,
        mails: mails.unwrap_or_default(),
        places: reader.places.clone(),
    };
    (Some(definition), examples)
}

/// Everything that may be named: the record with what `ask:` adds, its formulas and what fills its fields.
fn known<'c>(
    reader: &mut Reader,
    catalog: &'c Catalog,
    sections: &Sections<'_>,
    skeleton: &Skeleton<'_>,
) -> (Names<'c>, Vec<Asked>, Vec<(String, Word)>) {
    let mut references = Vec::new();
    let asked = state::asked(reader, skeleton, &mut references);
    let (mut names, form) = names(reader, catalog, sections, skeleton);
    join_asked(reader, &mut names, &asked, skeleton);
    references.extend(form.references.iter().cloned());
    known_references(reader, catalog, &references);
    sources(reader, &mut names, &form.sources);
    formulas(reader, &mut names, &form);
    (names, asked, form.sources)
}

/// The version: SHA-256 of the text with line ends, trailing blanks and a byte order mark taken out, so that an editor's
/// habits make no new version.
pub fn version(text: &str) -> String {
    let mut hash = Sha256::new();
    let text = text.trim_start_matches('\u{FEFF}').trim_end();
    for line in text.lines() {
        hash.update(line.trim_end().as_bytes());
        hash.update(b"\n");
    }
    let digest = hash.finalize();
    crate::audit::hex(&digest)
}
