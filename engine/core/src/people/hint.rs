//! What is wrong with the text of a rule, and what was probably meant.

use crate::text::Text;

/// Why a text is not a people rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeopleError {
    /// Byte offset of the part at fault.
    pub offset: usize,
    /// Its length in bytes; 0 at the end of the text.
    pub len: usize,
    /// What is wrong, one sentence.
    pub message: Text,
    /// What to do.
    pub hint: Option<Text>,
    /// What can stand in place of the part at fault, where that is certain enough for a button.
    pub fix: Option<String>,
}

impl PeopleError {
    pub(super) fn new(
        offset: usize,
        len: usize,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            offset,
            len,
            message: Text::new(zh, en),
            hint: None,
            fix: None,
        }
    }

    pub(super) fn hint(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.hint = Some(Text::new(zh, en));
        self
    }

    /// The part at fault, replaced.
    pub(super) fn fix(self, replacement: &str) -> Self {
        let mut error = self.hint(
            format!("请写成 {replacement}"),
            format!("Write {replacement}"),
        );
        error.fix = Some(replacement.to_owned());
        error
    }
}

impl std::fmt::Display for PeopleError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} / {}", self.message.zh, self.message.en)
    }
}

impl std::error::Error for PeopleError {}

/// Words that people write for one of ours.
const SYNONYMS: [(&str, &[&str]); 6] = [
    (
        "applicant",
        &[
            "发起人",
            "申请人",
            "提交人",
            "submitter",
            "initiator",
            "creator",
            "requester",
            "applicants",
        ],
    ),
    (
        "supervisor of applicant",
        &[
            "上级",
            "直接上级",
            "直属上级",
            "主管",
            "发起人上级",
            "发起人的上级",
            "superior",
            "manager",
            "boss",
            "leader",
            "supervisor",
            "applicant.supervisor",
            "applicant.superior",
            "applicant.manager",
        ],
    ),
    (
        "head of applicant.department",
        &[
            "部门负责人",
            "部门主管",
            "部门经理",
            "applicant.department.head",
            "department_head",
            "head",
        ],
    ),
    (
        "members of applicant.department",
        &["applicant.department", "department", "部门成员"],
    ),
    (
        "or",
        &[
            "and", "或", "或者", "和", "及", "以及", "||", "|", "&", "&&", ",", "，", "、", ";",
            "；", "+",
        ],
    ),
    (
        "except",
        &["not", "but", "without", "除了", "排除", "except:", "!", "-"],
    ),
];

/// Prefixes that people write for one of ours.
const PREFIXES: [(&str, &[&str]); 4] = [
    (
        "state/",
        &[
            "states/", "节点/", "state:", "state.", "state／", "State/", "step/",
        ],
    ),
    (
        "role/",
        &[
            "roles/",
            "角色/",
            "group/",
            "role:",
            "角色:",
            "角色：",
            "role／",
            "role.",
            "Role/",
        ],
    ),
    (
        "user/",
        &[
            "users/", "用户/", "人员/", "person/", "people/", "user:", "user.", "user／", "User/",
            "@",
        ],
    ),
    (
        "post/",
        &[
            "posts/",
            "岗位/",
            "position/",
            "job/",
            "post:",
            "post.",
            "post／",
            "Post/",
        ],
    ),
];

/// What our word for this one is, when it is known.
pub(super) fn synonym(word: &str) -> Option<&'static str> {
    let lower = word.to_lowercase();
    SYNONYMS
        .iter()
        .find(|(_, words)| words.contains(&lower.as_str()))
        .map(|(ours, _)| *ours)
}

/// The same word with our prefix, when it has one of the other ones.
pub(super) fn prefixed(word: &str) -> Option<String> {
    PREFIXES.iter().find_map(|(ours, others)| {
        let rest = others.iter().find_map(|other| word.strip_prefix(other))?;
        (!rest.is_empty()).then(|| format!("{ours}{rest}"))
    })
}

/// An error about a word that begins no rule.
pub(super) fn unknown(offset: usize, word: &str) -> PeopleError {
    let error = PeopleError::new(
        offset,
        word.len(),
        format!("“{word}”不是人员规则"),
        format!("“{word}” does not name people"),
    );
    if let Some(ours) = synonym(word).filter(|ours| !["or", "except"].contains(ours)) {
        return error.fix(ours);
    }
    if let Some(ours) = prefixed(word) {
        return error.fix(&ours);
    }
    if let Some(path) = ["form.", "field.", "fields.", "values."]
        .iter()
        .find_map(|head| word.strip_prefix(head))
    {
        return error.fix(&format!("record.{path}"));
    }
    if word.starts_with("department/")
        || word.starts_with("unit/")
        || word.starts_with("area/")
        || word.starts_with("station/")
    {
        return error.hint(
            format!("部门要说明取谁：members of {word}（全体成员）或 head of {word}（负责人）"),
            format!("Say who of it: members of {word}, or head of {word}"),
        );
    }
    let starts = [
        "applicant",
        "members",
        "head",
        "supervisor",
        "supervisors",
        "chosen",
        "same",
        "actors",
        "least",
    ];
    let alike = starts
        .iter()
        .map(|start| (strsim::damerau_levenshtein(word, start), *start))
        .min();
    if let Some((1..=2, start)) = alike {
        return error.fix(start);
    }
    if word.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return error.hint(
            format!("角色写成 role/{word}，人员写成 user/{word}，表单字段写成 record.{word}"),
            format!(
                "Write role/{word} for a role, user/{word} for a person, record.{word} for a field"
            ),
        );
    }
    error.hint(
        "可用写法：applicant、role/…、user/…、post/…、record.…、rule/…、members of …、head of …、supervisor of applicant、chosen by applicant from …、same as state/…、least loaded of …、one of … at random、… in turn",
        "A rule starts with applicant, role/…, user/…, post/…, record.…, rule/…, members of …, head of …, supervisor of applicant, chosen by applicant from …, same as state/…, least loaded of … or one of … at random; … in turn takes turns",
    )
}

/// An error about a unit that is not one.
pub(super) fn no_unit(offset: usize, word: &str) -> PeopleError {
    let error = PeopleError::new(
        offset,
        word.len(),
        format!("“{word}”不是部门或单位"),
        format!("“{word}” does not name a unit"),
    );
    match word {
        "applicant" | "发起人" | "申请人" => error.fix("applicant.department"),
        "record" | "" => error.hint(
            "请写字段，例如 record.area",
            "Name a field, like record.area",
        ),
        _ if word.chars().all(|c| c.is_alphanumeric() || c == '_') => error.hint(
            format!("固定部门写成 department/{word}，表单字段写成 record.{word}"),
            format!("Write department/{word} for a unit, record.{word} for a field"),
        ),
        _ => error.hint(
            "可用写法：applicant.department、record.字段、department/…",
            "Write applicant.department, record.<field> or department/…",
        ),
    }
}
