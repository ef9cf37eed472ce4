//! Fields that are read while they may be empty, each with a way on which nobody filled them in.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::definition::{Definition, StateIx, StateKind, Target};
use crate::field::FieldKind;
use crate::text::{Lang, Text};

use super::filled::Emptiness;
use super::finding::{Finding, ask_field, called, field_called, list};
use super::graph::Cause;
use super::needs;
use super::reach::Reach;
use super::reads::{Read, Use, of_state};
use super::words;

/// What a read path stands for, as far as being filled in goes.
struct Roots {
    /// Fields of the flow that must all be there.
    fields: BTreeSet<String>,
    /// A field of a referenced record that need not be there: `vehicle.plate`.
    beyond: Option<String>,
}

/// All findings about fields that may be empty when they are read.
pub(super) fn check(def: &Definition, catalog: &Catalog, reach: &Reach) -> Vec<Finding> {
    let mut written: Vec<Vec<Read>> = (0..def.states.len())
        .map(|ix| of_state(def, catalog, ix))
        .collect();
    for (ix, reads) in written.iter_mut().enumerate() {
        reads.extend(words::of_state(def, ix));
        reads.extend(title(def, ix));
    }
    // Computed fields stand for the fields they are made of.
    let reads: Vec<Vec<Read>> = written
        .iter()
        .map(|reads| reads.iter().flat_map(|read| expanded(def, read)).collect())
        .collect();
    let fields: BTreeSet<&str> = reads
        .iter()
        .flatten()
        .map(|read| read.path.as_str())
        .collect();
    let emptiness: BTreeMap<&str, Emptiness<'_>> = fields
        .into_iter()
        .map(|field| (field, Emptiness::of(def, catalog, reach, &reads, field)))
        .collect();
    let mut found = Vec::new();
    let mut told = BTreeSet::new();
    for (ix, reads) in written
        .iter()
        .enumerate()
        .filter(|(ix, _)| reach.states[*ix])
    {
        for read in reads {
            // A mail is told once, not once for each state that sends it.
            if told.insert((read.at.clone(), read.path.clone()))
                && let Some(finding) = one(def, catalog, ix, read, &emptiness)
            {
                found.push(finding);
            }
        }
    }
    found
}

/// The title is shown from the moment the draft is submitted, so the states that come right after it read it.
fn title(def: &Definition, ix: StateIx) -> Vec<Read> {
    let first = def.regions.first().and_then(|root| root.states.first());
    let after_draft = first.is_some_and(|first| {
        matches!(def.states[*first].kind, StateKind::Draft { .. })
            && def.states[*first].next == Target::Go(ix)
    });
    if !after_draft {
        return vec![];
    }
    words::bare_paths(&def.title)
        .into_iter()
        .map(|path| Read {
            path,
            used: Use::Title,
            at: "title".to_owned(),
            before: true,
            always: false,
            known: BTreeSet::new(),
        })
        .collect()
}

/// A read of a computed field as reads of what it is made of.
fn expanded(def: &Definition, read: &Read) -> Vec<Read> {
    roots(def, &read.path, 0)
        .into_iter()
        .filter(|path| !read.known.contains(path))
        .map(|path| Read {
            path,
            ..read.clone()
        })
        .collect()
}

/// Deeper computed fields are a fault of their own (a circle).
const COMPUTED_DEPTH_MAX: u32 = 20;

/// The fields of the flow a path depends on; none for tables and other things that are always there.
fn roots(def: &Definition, path: &str, depth: u32) -> BTreeSet<String> {
    let root = path.split('.').next().unwrap_or(path);
    let field = def.entity.field(root).or_else(|| ask_field(def, root));
    match field {
        Some(field) => match &field.computed {
            Some(expr) if depth < COMPUTED_DEPTH_MAX => needs::of(expr)
                .iter()
                .flat_map(|need| roots(def, &need.path, depth + 1))
                .collect(),
            Some(_) => BTreeSet::new(),
            None => BTreeSet::from([root.to_owned()]),
        },
        None => BTreeSet::new(),
    }
}

/// The part of a path that lies in a referenced record and need not be filled in there.
fn beyond(def: &Definition, catalog: &Catalog, path: &str) -> Option<String> {
    let mut parts = path.split('.');
    let root = parts.next()?;
    let mut kind = &def
        .entity
        .field(root)
        .or_else(|| ask_field(def, root))?
        .kind;
    for part in parts {
        let FieldKind::Ref { to } = kind else {
            return None;
        };
        let field = catalog.entities.get(to)?.field(part)?;
        if !field.required
            && field.computed.is_none()
            && catalog.entities[to].title_field.as_deref() != Some(part)
        {
            return Some(part.to_owned());
        }
        kind = &field.kind;
    }
    None
}

fn one(
    def: &Definition,
    catalog: &Catalog,
    ix: StateIx,
    read: &Read,
    emptiness: &BTreeMap<&str, Emptiness<'_>>,
) -> Option<Finding> {
    let roots = Roots {
        fields: roots(def, &read.path, 0),
        beyond: beyond(def, catalog, &read.path),
    };
    let empty: Vec<&String> = roots
        .fields
        .iter()
        .filter(|field| {
            !read.known.contains(*field)
                && emptiness
                    .get(field.as_str())
                    .is_some_and(|field| field.at(ix, read.before))
        })
        .collect();
    if let Some(first) = empty.first() {
        let way = emptiness
            .get(first.as_str())
            .map(|field| way(def, &field.way(ix)))
            .unwrap_or_default();
        let names: Vec<Text> = empty.iter().map(|field| field_called(def, field)).collect();
        return Some(finding(def, ix, read, &list(&names), &way));
    }
    let part = roots
        .beyond
        .filter(|_| !matches!(read.used, Use::Mail | Use::Title))?;
    Some(beyond_finding(def, ix, read, &part))
}

/// What the reader does with the field, and what happens when it is empty.
fn use_words(used: Use) -> (Text, Text) {
    match used {
        Use::Condition => (
            Text::new("要用它来判断", "decides by it"),
            Text::new("流程会挂起", "the flow would be held"),
        ),
        Use::Input => (
            Text::new(
                "要把它交给规则或外部系统",
                "hands it to a rule or another system",
            ),
            Text::new("流程会挂起", "the flow would be held"),
        ),
        Use::People => (
            Text::new("要靠它找到处理人", "finds its people by it"),
            Text::new("会找不到处理人", "nobody would be found"),
        ),
        Use::Title => (
            Text::new("的标题里要写它", "is listed under a title that names it"),
            Text::new("标题里那个位置会是空白", "the title would have a gap there"),
        ),
        Use::Mail => (
            Text::new("发出的邮件里要写它", "sends a mail that names it"),
            Text::new("邮件里那个位置会是空白", "the mail would have a gap there"),
        ),
        Use::Undo => (
            Text::new(
                "撤销时要把它交给外部系统",
                "hands it to another system when the case is revoked",
            ),
            Text::new("做过的就撤不回来", "what was done could not be undone"),
        ),
    }
}

fn finding(def: &Definition, ix: StateIx, read: &Read, fields: &Text, way: &Text) -> Finding {
    let name = called(&def.states[ix]);
    let (reads, then) = use_words(read.used);
    let through = if read.path.contains('.') || fields.zh.contains(&read.path) {
        Text::default()
    } else {
        let computed = field_called(def, &read.path);
        Text::new(
            format!("（{}由它算出）", computed.zh),
            format!(" ({} is computed from it)", computed.en),
        )
    };
    let message = Text::new(
        format!(
            "字段{}可能还没有填写{}，而节点{}{}，那时{}。没有填写的路径：{}。",
            fields.zh, through.zh, name.zh, reads.zh, then.zh, way.zh
        ),
        format!(
            "Field {} may still be empty{} when state {} {}: {}. A way on which nobody fills it in: {}.",
            fields.en, through.en, name.en, reads.en, then.en, way.en
        ),
    );
    let hint = match read.used {
        Use::Condition => Text::new(
            "请在表单里写 required: true，或在前面一定会经过的节点上写 fields: {require: […]}；允许为空时，先在条件里判断：字段 is not empty and …。",
            "Write required: true in the form, or fields: {require: […]} in a state that is always passed before; where it may be empty, ask first: field is not empty and ….",
        ),
        Use::Input | Use::People | Use::Mail | Use::Title | Use::Undo => Text::new(
            "请在表单里写 required: true，或在前面一定会经过的节点上写 fields: {require: […]}。",
            "Write required: true in the form, or fields: {require: […]} in a state that is always passed before.",
        ),
    };
    match read.used {
        Use::Condition | Use::Input | Use::Undo => {
            Finding::error("field-may-be-empty", read.at.clone(), message, hint)
        }
        Use::People => {
            Finding::warning("people-field-may-be-empty", read.at.clone(), message, hint)
        }
        Use::Title => Finding::warning("title-field-may-be-empty", read.at.clone(), message, hint),
        Use::Mail => Finding::warning("mail-field-may-be-empty", read.at.clone(), message, hint),
    }
}

fn beyond_finding(def: &Definition, ix: StateIx, read: &Read, part: &str) -> Finding {
    let name = called(&def.states[ix]);
    let (reads, then) = use_words(read.used);
    let path = &read.path;
    Finding::warning(
        "referenced-field-may-be-empty",
        read.at.clone(),
        Text::new(
            format!(
                "节点{}{}：{path}。关联档案里的 {part} 不是必填项，没有填写时{}。",
                name.zh, reads.zh, then.zh
            ),
            format!(
                "State {} {}: {path}. In the referenced record {part} is not required; where it is missing, {}.",
                name.en, reads.en, then.en
            ),
        ),
        Text::new(
            format!("请在那类档案里把 {part} 设为必填，或先判断：{path} is not empty and …。"),
            format!(
                "Require {part} in that kind of record, or ask first: {path} is not empty and …."
            ),
        ),
    )
}

/// A way as a sentence part: names of states, with what was skipped or rejected.
fn way(def: &Definition, way: &[(StateIx, Option<Cause>)]) -> Text {
    let words = |lang: Lang| {
        way.iter()
            .map(|(ix, cause)| step(def, *ix, *cause, lang))
            .collect::<Vec<String>>()
            .join(" → ")
    };
    Text::new(words(Lang::Zh), words(Lang::En))
}

fn step(def: &Definition, ix: StateIx, cause: Option<Cause>, lang: Lang) -> String {
    let state = &def.states[ix];
    let name = state.name.get(lang);
    let name = if name.is_empty() { &state.id } else { name };
    match cause {
        Some(Cause::Skipped) => match lang {
            Lang::Zh => format!("跳过「{name}」"),
            Lang::En => format!("“{name}” skipped"),
        },
        Some(Cause::Rejected) => match lang {
            Lang::Zh => format!("「{name}」拒绝"),
            Lang::En => format!("“{name}” rejected"),
        },
        Some(Cause::Late(_)) => match lang {
            Lang::Zh => format!("「{name}」超时"),
            Lang::En => format!("“{name}” late"),
        },
        Some(Cause::Passed) => match lang {
            Lang::Zh => format!("「{name}」无人可问，自动通过"),
            Lang::En => format!("“{name}” passed with nobody to ask"),
        },
        Some(Cause::Action(number)) => {
            let action = action_name(state, number, lang);
            match lang {
                Lang::Zh => format!("「{name}」选“{action}”"),
                Lang::En => format!("“{name}” by “{action}”"),
            }
        }
        Some(Cause::Outcome(number)) => {
            if let crate::definition::StateKind::Subflow { outcomes, .. } = &state.kind {
                let how = outcomes.get(number).map_or("", |(how, _)| how.word());
                return match lang {
                    Lang::Zh => format!("「{name}」的子流程以“{how}”结束"),
                    Lang::En => format!("“{name}”, whose subflow ends as “{how}”"),
                };
            }
            let outcome = crate::verb::outcomes(state)
                .get(number)
                .map_or("", |outcome| outcome.name.get(lang));
            match lang {
                Lang::Zh => format!("「{name}」选“{outcome}”"),
                Lang::En => format!("“{name}” by “{outcome}”"),
            }
        }
        Some(Cause::Done | Cause::Way(_)) | None => match lang {
            Lang::Zh => format!("「{name}」"),
            Lang::En => format!("“{name}”"),
        },
    }
}

fn action_name(state: &crate::definition::State, number: usize, lang: Lang) -> String {
    super::graph::action(state, number)
        .map(|action| action.name.get(lang).to_owned())
        .unwrap_or_default()
}
