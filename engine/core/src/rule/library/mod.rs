//! The functions scripts may call: pure, with checked sizes. One table serves the engine, the checker and the reference page.

mod dates;
mod lists;
mod numbers;
mod tables;
mod texts;
mod workdays;

use std::any::TypeId;

use rhai::{Dynamic, Engine, NativeCallContext};

use super::budget::Run;
use super::context::RuleContext;
use super::fault::{self, RuleFault};
use super::kind::{self, Kind};

/// A function scripts may call.
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// Its parameters: name and kind.
    pub takes: &'static [(&'static str, Kind)],
    /// What it gives back.
    pub gives: Kind,
    /// What it does, one sentence.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
    pub(super) call: fn(&mut Call<'_, '_>) -> Result<Dynamic, RuleFault>,
}

/// Every function, grouped as the reference shows them.
pub fn functions() -> impl Iterator<Item = &'static Function> {
    [
        numbers::FUNCTIONS,
        texts::FUNCTIONS,
        lists::FUNCTIONS,
        dates::FUNCTIONS,
        workdays::FUNCTIONS,
        tables::FUNCTIONS,
    ]
    .into_iter()
    .flatten()
}

/// A call under way: arguments whose kinds were checked.
pub(super) struct Call<'a, 'v> {
    function: &'static Function,
    args: &'a mut [&'v mut Dynamic],
    context: RuleContext,
}

impl Call<'_, '_> {
    pub(super) fn arg(&self, index: usize) -> &Dynamic {
        self.args[index]
    }

    pub(super) fn number(&self, index: usize) -> rust_decimal::Decimal {
        kind::number(self.args[index]).unwrap_or_default()
    }

    pub(super) fn text(&self, index: usize) -> rhai::ImmutableString {
        kind::text(self.args[index]).unwrap_or_default()
    }

    pub(super) fn date(&self, index: usize) -> jiff::civil::Date {
        self.args[index].clone().try_cast().unwrap_or_default()
    }

    /// A whole number in the given range.
    pub(super) fn whole(
        &self,
        index: usize,
        smallest: i64,
        largest: i64,
    ) -> Result<i64, RuleFault> {
        kind::whole(self.args[index])
            .filter(|number| (smallest..=largest).contains(number))
            .ok_or_else(|| {
                let (name, shown) = (self.parameter(index), kind::shown(self.args[index]));
                RuleFault::new(
                    "wrong_argument",
                    format!("{} 的参数 {name} 需要 {smallest} 到 {largest} 的整数，得到的是 {shown}", self.function.name),
                    format!("{}: {name} must be a whole number from {smallest} to {largest}, not {shown}", self.function.name),
                )
            })
    }

    /// The items of a list. The first argument may be a variable itself, so nothing is taken out of it.
    pub(super) fn list(&self, index: usize) -> Result<rhai::Array, RuleFault> {
        self.args[index]
            .as_array_ref()
            .map(|list| list.clone())
            .map_err(|_| too_large())
    }

    pub(super) fn arg_mut(&mut self, index: usize) -> &mut Dynamic {
        self.args[index]
    }

    pub(super) fn context(&self) -> &RuleContext {
        &self.context
    }

    fn parameter(&self, index: usize) -> &'static str {
        self.function.takes.get(index).map_or("", |(name, _)| name)
    }
}

/// Puts the functions into the engine. All parameters are untyped there: the kinds are checked here, in our words.
pub(super) fn register(engine: &mut Engine) {
    for function in functions() {
        let any = vec![TypeId::of::<Dynamic>(); function.takes.len()];
        engine.register_raw_fn(function.name, any, move |cx: NativeCallContext, args| {
            call(function, &cx, args).map_err(RuleFault::raise)
        });
    }
}

fn call(
    function: &'static Function,
    cx: &NativeCallContext,
    args: &mut [&mut Dynamic],
) -> Result<Dynamic, RuleFault> {
    for ((name, wanted), arg) in function.takes.iter().zip(args.iter()) {
        if *wanted != Kind::Any && Kind::of(arg) != *wanted {
            let place = (
                format!("{} 的参数 {name} ", function.name),
                format!("{}: {name}", function.name),
            );
            return Err(kind::wrong((&place.0, &place.1), *wanted, arg));
        }
    }
    let context = cx
        .tag()
        .and_then(|tag| tag.clone().try_cast::<Run>())
        .unwrap_or_default()
        .context;
    (function.call)(&mut Call {
        function,
        args,
        context,
    })
}

pub(super) fn too_large() -> RuleFault {
    fault::limit(
        "too_large",
        "文本、列表或映射过大",
        "a text, a list or a map grew too large",
    )
}
