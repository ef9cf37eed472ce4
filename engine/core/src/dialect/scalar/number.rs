//! Numbers, exactly as they were written.

use rust_decimal::Decimal;

use super::scalar;
use crate::diagnostic::Diagnostic;
use crate::dialect::reader::Reader;
use crate::dialect::suggest;
use crate::dialect::tree::{Node, Scalar, Style};
use crate::text::Text;

/// An exact number, taken from the text as it was written.
pub fn number(reader: &mut Reader, node: &Node) -> Option<Decimal> {
    let scalar = scalar(reader, node)?;
    if scalar.style == Style::Plain
        && let Some(number) = exact(&scalar.text)
    {
        return Some(number);
    }
    let fault = not_a_number(reader, node, scalar);
    reader.push(fault);
    None
}

/// The number a text is, without rounding.
pub fn exact(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !all(whole) || !all(part) {
        return None;
    }
    Decimal::from_str_exact(text).ok()
}

fn not_a_number(reader: &Reader, node: &Node, scalar: &Scalar) -> Diagnostic {
    let place = reader.place(node.span);
    let fault = Diagnostic::error(
        "number-due",
        place.clone(),
        format!("这里要一个数字，“{}”不是", scalar.text),
        format!("A number is due here, and “{}” is none", scalar.text),
    );
    let folded = suggest::fold(scalar.text.trim()).replace([' ', '_', '￥', '¥', '$'], "");
    let change = |number: &str| {
        (
            Text::new(format!("改为 {number}"), format!("Change to {number}")),
            number.to_owned(),
        )
    };
    if let Some(percent) = folded.strip_suffix('%').and_then(exact) {
        let share = (percent / Decimal::ONE_HUNDRED).normalize().to_string();
        let (title, share) = change(&share);
        return fault
            .hint(
                format!("百分数写成小数：{} 写 {share}", scalar.text),
                format!("Write a percentage as a share: {} is {share}", scalar.text),
            )
            .fix(title, place, share);
    }
    let factor = [("万", 10_000), ("千", 1_000), ("亿", 100_000_000)]
        .into_iter()
        .find_map(|(word, factor)| Some((folded.strip_suffix(word).and_then(exact)?, factor)));
    if let Some((count, factor)) = factor
        && let Some(product) = count.checked_mul(Decimal::from(factor))
    {
        let (title, product) = change(&product.normalize().to_string());
        return fault
            .hint(
                "数字写全，不带单位",
                "Write the number in full, without a unit",
            )
            .fix(title, place, product);
    }
    if let Some(number) = exact(&folded.replace(',', "")) {
        let (title, number) = change(&number.to_string());
        return fault
            .hint(
                "数字不加引号、千分位、货币符号或全角字符",
                "Numbers are written without quotes, thousands separators, currency signs or full-width digits",
            )
            .fix(title, place, number);
    }
    fault.hint(
        "例如 12、0.85、2000.00，不带单位",
        "For example 12, 0.85 or 2000.00, without a unit",
    )
}

/// A whole number from `least` to `most`.
pub fn count(reader: &mut Reader, node: &Node, least: u32, most: u32) -> Option<u32> {
    let number = number(reader, node)?;
    let whole = u32::try_from(number).ok().filter(|_| number.is_integer());
    let found = whole.filter(|count| (least..=most).contains(count));
    if found.is_none() {
        reader.error(
            "number-out-of-range",
            node.span,
            (
                format!("这里要 {least} 到 {most} 的整数"),
                format!("A whole number from {least} to {most} is due here"),
            ),
            ("改成范围内的整数", "Write a whole number within the range"),
        );
    }
    found
}
