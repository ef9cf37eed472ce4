//! What the parser says when the structure of a condition makes no sense.

use winnow::stream::Stream;

use super::ast::Node;
use super::fault::{ConditionFault, Span, nearest};
use super::function::Function;
use super::parser::{CONDITION_BYTES_MAX, CONDITION_DEPTH_MAX, Tokens, here};
use super::token::{Tok, Token};

pub(super) fn too_long(text: &str) -> ConditionFault {
    let mut end = CONDITION_BYTES_MAX;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    ConditionFault::new(
        "condition-too-long",
        (end, text.len()),
        format!("条件太长，最多 {CONDITION_BYTES_MAX} 字节。"),
        format!("The condition is too long: at most {CONDITION_BYTES_MAX} bytes."),
    )
    .hint(
        "请拆成几个计算字段（is:），或改用规则表。",
        "Split it into computed fields (is:), or use a rule table.",
    )
}

pub(super) fn unknown_function(name: &str, span: Span) -> ConditionFault {
    let fault = ConditionFault::new(
        "condition-unknown-function",
        span,
        format!("没有函数 {name}。"),
        format!("There is no function {name}."),
    );
    let known = Function::ALL.map(Function::name);
    match nearest(name, known) {
        Some(near) => fault
            .hint(
                format!("您是不是想写 `{near}`？"),
                format!("Did you mean `{near}`?"),
            )
            .fix(near),
        None => fault.hint(
            format!("可用的函数：{}。", known.join("、")),
            format!("Known functions: {}.", known.join(", ")),
        ),
    }
}

pub(super) fn unclosed(input: &Tokens<'_>, start: usize, shown: &str) -> ConditionFault {
    let end = input.state.end;
    ConditionFault::new(
        "condition-unclosed",
        (start, end.max(start)),
        format!("括号没有关上，缺少 `{shown}`。"),
        format!("A bracket is not closed: `{shown}` is missing."),
    )
    .fix_at((end, end), shown)
}

pub(super) fn between_without_and(input: &Tokens<'_>) -> ConditionFault {
    ConditionFault::new(
        "condition-syntax",
        here(input),
        "between 后面要写两个界限，中间用 and。",
        "After between come two limits with and between them.",
    )
    .hint(
        "例如 amount between 100 and 200（两端都包含）。",
        "For example amount between 100 and 200 (both included).",
    )
}

pub(super) fn is_without_empty(input: &Tokens<'_>, negated: bool) -> ConditionFault {
    let fault = ConditionFault::new(
        "condition-syntax",
        here(input),
        "is 只用于 is empty（没有填写）和 is not empty（已填写）。",
        "is only occurs in is empty and is not empty.",
    );
    let nothing = matches!(
        input.peek_token().map(|token| &token.tok),
        Some(Tok::Name(name)) if matches!(name.to_ascii_lowercase().as_str(), "null" | "none" | "nil" | "blank" | "missing")
    );
    if nothing {
        return fault.fix("empty");
    }
    fault.hint(
        format!("比较是否相同请用 `{}`。", if negated { "!=" } else { "==" }),
        format!("To compare, write `{}`.", if negated { "!=" } else { "==" }),
    )
}

pub(super) fn chained(input: &Tokens<'_>, start: usize) -> ConditionFault {
    ConditionFault::new(
        "condition-syntax",
        (start, here(input).1),
        "一次只能比较两个值，不能连着写。",
        "Only two values are compared at a time.",
    )
    .hint(
        "请写成 0 < x and x < 5，或 x between 0 and 5（两端都包含）。",
        "Write 0 < x and x < 5, or x between 0 and 5 (both included).",
    )
}

pub(super) fn ends_early(input: &Tokens<'_>) -> ConditionFault {
    ConditionFault::new(
        "condition-syntax",
        here(input),
        "条件没有写完，这里还缺一个值。",
        "The condition ends too early: a value is missing here.",
    )
    .hint(
        "请在末尾补上字段、数或文字。",
        "Add a field, a number or a text at the end.",
    )
}

pub(super) fn not_a_value(input: &Tokens<'_>, token: &Token) -> ConditionFault {
    let fault = ConditionFault::new(
        "condition-syntax",
        here(input),
        "这里应当是一个值：字段、数、文字或日期。",
        "A value is due here: a field, a number, a text or a date.",
    );
    match token.tok {
        Tok::OpenList => fault.hint(
            "列表只用在 in 后面，例如 bearer in [\"us\", \"customer\"]。",
            "A list only follows in, like bearer in [\"us\", \"customer\"].",
        ),
        Tok::Word(word) => fault.hint(
            format!("`{0}` 是保留字；同名字段请写 record.{0}。", word.word()),
            format!(
                "`{0}` is a reserved word; write record.{0} for a field of that name.",
                word.word()
            ),
        ),
        Tok::Literal(_)
        | Tok::Name(_)
        | Tok::Relation(_)
        | Tok::Arith(_)
        | Tok::Open
        | Tok::Close
        | Tok::CloseList
        | Tok::Comma => fault.hint(
            "请检查前后的符号是否多写或少写。",
            "Check whether a sign is missing or doubled.",
        ),
    }
}

/// The condition could have ended, but goes on.
pub(super) fn unexpected_after(before: &Node, next: &Token, length: usize) -> ConditionFault {
    let fault = ConditionFault::new(
        "condition-syntax",
        next.span,
        "条件到这里已经完整，后面的内容看不懂。",
        "The condition could end here; what follows makes no sense.",
    );
    match &next.tok {
        Tok::Comma if ends_with_number(before) => fault
            .hint(
                "数里不要写千位分隔符，例如写 80000.00。",
                "Write numbers without thousands separators, like 80000.00.",
            )
            .fix(""),
        Tok::Close => fault
            .hint("多了一个右括号。", "There is one closing bracket too many.")
            .fix(""),
        Tok::Name(name) if name.ends_with("workdays") || name.starts_with("work") => fault.hint(
            "条件里只有日历时间（days、hours）；工作日请用 deadline: 或 wait:。",
            "Conditions know calendar time only (days, hours); working days belong to deadline: or wait:.",
        ),
        Tok::Name(name) if name == "contains" || name == "like" || name == "matches" => fault.hint(
            "条件不能在文字里查找；请用 == 或 in，或者加一个选项字段。",
            "Conditions do not search in texts; use == or in, or add a choice field.",
        ),
        Tok::Literal(_) | Tok::Name(_) | Tok::Word(_) | Tok::Open => fault.hint(
            "两个条件之间要写 and 或 or；文字要加英文双引号。",
            "Between two conditions stands and or or; texts stand in double quotes.",
        ),
        Tok::Relation(_) | Tok::Arith(_) | Tok::OpenList | Tok::CloseList | Tok::Comma => {
            let mut fault = fault;
            fault.span.1 = length.max(fault.span.1);
            fault.hint(
                "请检查这个符号是否多写了。",
                "Check whether this sign is one too many.",
            )
        }
    }
}

fn ends_with_number(node: &Node) -> bool {
    node.literal_number().is_some()
        || node
            .parts()
            .last()
            .is_some_and(|last| ends_with_number(last))
}

/// Nothing but blanks.
pub(super) fn empty(length: usize) -> ConditionFault {
    ConditionFault::new(
        "condition-empty",
        (0, length),
        "条件是空的。",
        "The condition is empty.",
    )
    .hint(
        "请写一个条件，例如 amount > 5000；不需要条件就删除这一行。",
        "Write one, like amount > 5000, or remove the line.",
    )
}

/// More levels than the stack is trusted with.
pub(super) fn too_deep(input: &Tokens<'_>) -> ConditionFault {
    ConditionFault::new(
        "condition-too-deep",
        here(input),
        format!("条件嵌套太深，最多 {CONDITION_DEPTH_MAX} 层。"),
        format!("The condition is nested too deeply: at most {CONDITION_DEPTH_MAX} levels."),
    )
    .hint(
        "请减少括号，或拆成几个计算字段（is:）。",
        "Use fewer brackets, or split it into computed fields (is:).",
    )
}
