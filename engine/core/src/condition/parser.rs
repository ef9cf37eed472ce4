//! Words to a tree: precedence climbing, with a bound on depth so that no text can exhaust the stack.
//!
//! ```text
//! any     = all { "or" all }
//! all     = no { "and" no }
//! no      = "not" no | compare
//! compare = sum [ relation sum | ["not"] "in" (list | sum) | ["not"] "between" sum "and" sum | "is" ["not"] "empty" ]
//! sum     = product { ("+" | "-") product }
//! product = minus { ("*" | "/") minus }
//! minus   = "-" minus | part [ unit ]
//! part    = literal | path | function "(" sum { "," sum } ")" | "(" any ")"
//! list    = "[" sum { "," sum } "]"
//! ```

use winnow::Parser;
use winnow::combinator::opt;
use winnow::error::EmptyError;
use winnow::stream::{Stateful, Stream, TokenSlice};
use winnow::token::one_of;

use super::ast::{Arith, Ast, Node, Relation, SpanUnit, What};
use super::complaint;
use super::fault::{ConditionFault, Span};
use super::function::Function;
use super::lexer;
use super::token::{Tok, Token, Word};
use crate::value::Value;

/// Longest condition, in bytes. Real ones have under 200; longer ones belong into a rule.
pub const CONDITION_BYTES_MAX: usize = 4_000;
/// Deepest nesting of brackets, `not`, minus and operators in a row.
pub const CONDITION_DEPTH_MAX: usize = 40;
/// Most faults reported for one condition.
const FAULTS_MAX: usize = 20;

pub(super) type Tokens<'t> = Stateful<TokenSlice<'t, Token>, State>;
type Parsed<T> = Result<T, Box<ConditionFault>>;

/// What the parser knows besides the rest of the words.
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    /// Brackets, `not` and minus around this place.
    pub(super) depth: usize,
    /// Where the last word that was read ends.
    pub(super) end: usize,
}

/// Parses a condition; nothing is looked up yet.
///
/// # Errors
/// Every fault of its words, and the first of its structure.
pub fn parse(text: &str) -> Result<Ast, Vec<ConditionFault>> {
    if text.len() > CONDITION_BYTES_MAX {
        return Err(vec![complaint::too_long(text)]);
    }
    let (tokens, mut faults) = lexer::words(text);
    let mut input = Stateful {
        input: TokenSlice::new(&tokens),
        state: State { depth: 0, end: 0 },
    };
    let root = whole(&mut input, text.len());
    match root {
        Ok(root) if faults.is_empty() => {
            return Ok(Ast {
                text: text.to_owned(),
                root,
            });
        }
        Ok(_) => {}
        Err(fault) => faults.push(*fault),
    }
    faults.sort_by_key(|fault| fault.span);
    faults.truncate(FAULTS_MAX);
    Err(faults)
}

fn whole(input: &mut Tokens<'_>, length: usize) -> Parsed<Node> {
    if input.peek_token().is_none() {
        return Err(Box::new(complaint::empty(length)));
    }
    let root = any(input)?;
    match input.peek_token() {
        None => Ok(root),
        Some(next) => Err(Box::new(complaint::unexpected_after(&root, next, length))),
    }
}

/// Takes the next word when it is that one.
fn take(input: &mut Tokens<'_>, wanted: &Tok) -> Option<Span> {
    take_if(input, |tok| tok == wanted).map(|token| token.span)
}

fn take_if<'t>(input: &mut Tokens<'t>, wanted: impl Fn(&Tok) -> bool) -> Option<&'t Token> {
    let token: Option<&Token> = opt(one_of::<_, _, EmptyError>(|token: &Token| {
        wanted(&token.tok)
    }))
    .parse_next(input)
    .ok()
    .flatten();
    if let Some(token) = token {
        input.state.end = token.span.1;
    }
    token
}

fn word(input: &mut Tokens<'_>, word: Word) -> bool {
    take(input, &Tok::Word(word)).is_some()
}

/// The place of the next word, or the end of the text.
pub(super) fn here(input: &Tokens<'_>) -> Span {
    input
        .peek_token()
        .map_or((input.state.end, input.state.end), |token| token.span)
}

/// Runs a parser one level deeper.
fn deeper<T>(
    input: &mut Tokens<'_>,
    parser: impl FnOnce(&mut Tokens<'_>) -> Parsed<T>,
) -> Parsed<T> {
    if input.state.depth >= CONDITION_DEPTH_MAX {
        return Err(Box::new(complaint::too_deep(input)));
    }
    input.state.depth += 1;
    let result = parser(input);
    input.state.depth -= 1;
    result
}

fn chain(
    input: &mut Tokens<'_>,
    between: Word,
    part: fn(&mut Tokens<'_>) -> Parsed<Node>,
    make: fn(Vec<Node>) -> What,
) -> Parsed<Node> {
    let first = part(input)?;
    let mut parts = vec![first];
    while word(input, between) {
        parts.push(part(input)?);
    }
    if let [_] = parts.as_slice() {
        return Ok(parts.swap_remove(0));
    }
    let span = (parts.first().map_or(0, |part| part.span.0), input.state.end);
    Ok(Node::new(span, make(parts)))
}

fn any(input: &mut Tokens<'_>) -> Parsed<Node> {
    chain(input, Word::Or, all, What::Any)
}

fn all(input: &mut Tokens<'_>) -> Parsed<Node> {
    chain(input, Word::And, no, What::All)
}

fn no(input: &mut Tokens<'_>) -> Parsed<Node> {
    let start = here(input).0;
    if !word(input, Word::Not) {
        return compare(input);
    }
    let inner = deeper(input, no)?;
    let span = (start, inner.span.1);
    Ok(Node::new(span, What::Not(Box::new(inner))))
}

fn compare(input: &mut Tokens<'_>) -> Parsed<Node> {
    let item = sum(input)?;
    let start = item.span.0;
    let before = input.checkpoint();
    let negated = word(input, Word::Not);
    let what = if word(input, Word::In) {
        let list = Box::new(list_or_sum(input)?);
        What::In {
            item: Box::new(item),
            list,
            negated,
        }
    } else if word(input, Word::Between) {
        let low = Box::new(sum(input)?);
        if !word(input, Word::And) {
            return Err(Box::new(complaint::between_without_and(input)));
        }
        What::Between {
            item: Box::new(item),
            low,
            high: Box::new(sum(input)?),
            negated,
        }
    } else if negated {
        // `a not b`: the caller reports the `not` as unexpected.
        input.reset(&before);
        return Ok(item);
    } else if word(input, Word::Is) {
        let negated = word(input, Word::Not);
        if !word(input, Word::Empty) {
            return Err(Box::new(complaint::is_without_empty(input, negated)));
        }
        What::Empty {
            item: Box::new(item),
            negated,
        }
    } else if let Some(relation) = relation(input) {
        let right = sum(input)?;
        if relation_follows(input) {
            return Err(Box::new(complaint::chained(input, start)));
        }
        What::Compare(Box::new(item), relation, Box::new(right))
    } else {
        return Ok(item);
    };
    Ok(Node::new((start, input.state.end), what))
}

fn relation(input: &mut Tokens<'_>) -> Option<Relation> {
    match take_if(input, |tok| matches!(tok, Tok::Relation(_)))?.tok {
        Tok::Relation(relation) => Some(relation),
        Tok::Literal(_)
        | Tok::Name(_)
        | Tok::Word(_)
        | Tok::Arith(_)
        | Tok::Open
        | Tok::Close
        | Tok::OpenList
        | Tok::CloseList
        | Tok::Comma => None,
    }
}

fn relation_follows(input: &Tokens<'_>) -> bool {
    input
        .peek_token()
        .is_some_and(|token| matches!(token.tok, Tok::Relation(_)))
}

fn list_or_sum(input: &mut Tokens<'_>) -> Parsed<Node> {
    let start = here(input).0;
    if take(input, &Tok::OpenList).is_none() {
        return sum(input);
    }
    let items = deeper(input, |input| separated(input, &Tok::CloseList, "]"))?;
    Ok(Node::new((start, input.state.end), What::List(items)))
}

/// `a, b, c` up to and with the closing bracket.
fn separated(input: &mut Tokens<'_>, close: &Tok, shown: &str) -> Parsed<Vec<Node>> {
    let start = input.state.end;
    let mut items = vec![];
    if take(input, close).is_some() {
        return Ok(items);
    }
    loop {
        items.push(sum(input)?);
        if take(input, &Tok::Comma).is_none() {
            break;
        }
    }
    if take(input, close).is_some() {
        Ok(items)
    } else {
        Err(Box::new(complaint::unclosed(input, start, shown)))
    }
}

fn arith(input: &mut Tokens<'_>, wanted: &[Arith]) -> Option<Arith> {
    wanted
        .iter()
        .copied()
        .find(|sign| take(input, &Tok::Arith(*sign)).is_some())
}

/// `a + b - c`, from the left. Each step makes the tree one deeper, so it counts as depth.
fn left_to_right(
    input: &mut Tokens<'_>,
    signs: &[Arith],
    part: fn(&mut Tokens<'_>) -> Parsed<Node>,
) -> Parsed<Node> {
    let outside = input.state.depth;
    let mut left = part(input)?;
    while let Some(sign) = arith(input, signs) {
        let right = deeper(input, part)?;
        let span = (left.span.0, right.span.1);
        left = Node::new(span, What::Sum(Box::new(left), sign, Box::new(right)));
        input.state.depth += 1;
    }
    input.state.depth = outside;
    Ok(left)
}

fn sum(input: &mut Tokens<'_>) -> Parsed<Node> {
    left_to_right(input, &[Arith::Add, Arith::Subtract], product)
}

fn product(input: &mut Tokens<'_>) -> Parsed<Node> {
    left_to_right(input, &[Arith::Multiply, Arith::Divide], minus)
}

fn minus(input: &mut Tokens<'_>) -> Parsed<Node> {
    let start = here(input).0;
    if take(input, &Tok::Arith(Arith::Subtract)).is_some() {
        let inner = deeper(input, minus)?;
        let span = (start, inner.span.1);
        return Ok(Node::new(span, What::Minus(Box::new(inner))));
    }
    let part = part(input)?;
    let unit = take_if(
        input,
        |tok| matches!(tok, Tok::Name(name) if SpanUnit::of(name).is_some()),
    );
    let Some(Token {
        tok: Tok::Name(name),
        ..
    }) = unit
    else {
        return Ok(part);
    };
    let span = (part.span.0, input.state.end);
    Ok(match SpanUnit::of(name) {
        Some(unit) => Node::new(span, What::Span(Box::new(part), unit)),
        None => part,
    })
}

fn part(input: &mut Tokens<'_>) -> Parsed<Node> {
    let Some(token) = input.peek_token() else {
        return Err(Box::new(complaint::ends_early(input)));
    };
    let span = token.span;
    let what = match &token.tok {
        Tok::Literal(value) => What::Literal(value.clone()),
        Tok::Word(Word::True) => What::Literal(Value::Flag(true)),
        Tok::Word(Word::False) => What::Literal(Value::Flag(false)),
        Tok::Name(name) => return named(input, name, span),
        Tok::Open => return bracketed(input),
        Tok::Word(_)
        | Tok::Relation(_)
        | Tok::Arith(_)
        | Tok::Close
        | Tok::OpenList
        | Tok::CloseList
        | Tok::Comma => return Err(Box::new(complaint::not_a_value(input, token))),
    };
    take_if(input, |_| true);
    Ok(Node::new(span, what))
}

fn bracketed(input: &mut Tokens<'_>) -> Parsed<Node> {
    let start = here(input).0;
    take_if(input, |_| true);
    let mut inner = deeper(input, any)?;
    if take(input, &Tok::Close).is_none() {
        return Err(Box::new(complaint::unclosed(input, start, ")")));
    }
    inner.span = (start, input.state.end);
    Ok(inner)
}

fn named(input: &mut Tokens<'_>, name: &str, span: Span) -> Parsed<Node> {
    take_if(input, |_| true);
    if take(input, &Tok::Open).is_none() {
        return Ok(Node::new(span, What::Path(name.to_owned())));
    }
    let Some(function) = Function::of(name) else {
        return Err(Box::new(complaint::unknown_function(name, span)));
    };
    let parts = deeper(input, |input| separated(input, &Tok::Close, ")"))?;
    Ok(Node::new(
        (span.0, input.state.end),
        What::Call(function, parts),
    ))
}
