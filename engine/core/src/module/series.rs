//! Document numbers.

/// A series of document numbers without gaps: `WO-{year}-{0001}` counts from 1 again every year.
///
/// A hook takes the next one ([`super::HookContext::next_number`]) and puts it into the field; the number counts as issued when the
/// record is written with it, in the same transaction, so that a refused or repeated command wastes none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// The entity type whose records are numbered.
    pub entity: String,
    /// The field that holds the number.
    pub field: String,
    /// The form: a text with `{year}` and one run of digits in braces, whose length is the least number of digits.
    pub form: String,
}

impl Series {
    /// What the counter is called in that year.
    pub fn counter(&self, year: i16) -> String {
        let name = format!("{}.{}", self.entity, self.field);
        if self.form.contains("{year}") {
            format!("{name}:{year}")
        } else {
            name
        }
    }

    /// The `n`-th number of that year.
    pub fn number(&self, year: i16, n: u64) -> String {
        let text = self.form.replace("{year}", &year.to_string());
        let Some((before, rest)) = text.split_once('{') else {
            return text;
        };
        let (digits, after) = rest.split_once('}').unwrap_or((rest, ""));
        format!("{before}{n:0width$}{after}", width = digits.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_within_their_year() {
        let series = |form: &str| Series {
            entity: "work_order".to_owned(),
            field: "number".to_owned(),
            form: form.to_owned(),
        };
        let yearly = series("WO-{year}-{0001}");
        assert_eq!(yearly.counter(2026), "work_order.number:2026");
        assert_eq!(yearly.number(2026, 7), "WO-2026-0007");
        assert_eq!(
            yearly.number(2026, 12_345),
            "WO-2026-12345",
            "never cut off"
        );
        let endless = series("P{000001}X");
        assert_eq!(endless.counter(2026), "work_order.number");
        assert_eq!(endless.number(2026, 42), "P000042X");
    }
}
