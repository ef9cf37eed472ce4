//! One id for whatever one request caused: taken from a W3C `traceparent` or made, kept with the effects that its commands put
//! into the outbox, sent on with calls, and written in log lines. A command carries the trace of the task it runs in, so nothing
//! that decides has to know of it.

use assent_core::audit::hex;
use serde::Deserialize;

use crate::secret::fill;

/// A trace: 32 lower-case hex digits, as W3C Trace Context has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace(String);

tokio::task_local! {
    static CURRENT: Trace;
}

impl Trace {
    /// A new one. Without randomness it is all ones: an id for people, and no secret.
    pub fn fresh() -> Self {
        Self(random::<16>())
    }

    /// The trace of a `traceparent` header: `00-<trace>-<span>-<flags>`; none for anything else.
    pub fn of_parent(header: &str) -> Option<Self> {
        let mut parts = header.trim().split('-');
        let (version, trace, span) = (parts.next()?, parts.next()?, parts.next()?);
        let flags = parts.next()?;
        let is_known = version.len() == 2 && version != "ff" && is_hex(version);
        let is_span = span.len() == 16 && is_hex(span) && span.bytes().any(|digit| digit != b'0');
        let is_end =
            flags.len() == 2 && is_hex(flags) && (version != "00" || parts.next().is_none());
        Self::of_id(trace).filter(|_| is_known && is_span && is_end)
    }

    /// The trace with this id.
    pub fn of_id(id: &str) -> Option<Self> {
        let is_id = id.len() == 32 && is_hex(id) && id.bytes().any(|digit| digit != b'0');
        is_id.then(|| Self(id.to_owned()))
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.0
    }

    /// The `traceparent` of a call that belongs to it.
    pub fn parent(&self) -> String {
        format!("00-{}-{}-01", self.0, random::<8>())
    }
}

/// Runs something within a trace.
pub async fn within<F: Future>(trace: Trace, something: F) -> F::Output {
    CURRENT.scope(trace, something).await
}

/// The trace this task runs in.
pub fn current() -> Option<Trace> {
    CURRENT.try_with(Clone::clone).ok()
}

/// Writes the trace into the text of an effect, a JSON object.
pub(crate) fn stamp(trace: &Trace, body: &mut String) {
    if body.len() > 2 && body.ends_with('}') {
        body.pop();
        body.push_str(&format!(",\"trace\":\"{}\"}}", trace.0));
    }
}

/// The trace in the text of an effect; a new one for what was put there before there were traces.
pub(crate) fn of_body(body: &str) -> Trace {
    #[derive(Deserialize)]
    struct Traced {
        trace: Option<String>,
    }
    let traced = serde_json::from_str::<Traced>(body).ok();
    let known = traced.and_then(|traced| Trace::of_id(&traced.trace?));
    known.unwrap_or_else(Trace::fresh)
}

fn is_hex(text: &str) -> bool {
    text.bytes()
        .all(|digit| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit))
}

fn random<const N: usize>() -> String {
    let mut bytes = [0xff; N];
    // What is left without randomness is still a valid id.
    let _ = fill(&mut bytes);
    hex(&bytes)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn only_a_traceparent_is_taken_for_one() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        let good = format!("00-{id}-00f067aa0ba902b7-01");
        assert_eq!(Trace::of_parent(&good).unwrap().id(), id);
        assert_eq!(
            Trace::of_parent(&format!("01-{id}-00f067aa0ba902b7-01-more"))
                .unwrap()
                .id(),
            id
        );
        let zeros = "0".repeat(32);
        for bad in [
            String::new(),
            id.to_owned(),
            good.to_uppercase(),
            format!("{good}-more"),
            format!("ff-{id}-00f067aa0ba902b7-01"),
            format!("00-{zeros}-00f067aa0ba902b7-01"),
            format!("00-{id}-0000000000000000-01"),
            format!("00-{id}é-00f067aa0ba902b7-01"),
        ] {
            assert_eq!(Trace::of_parent(&bad), None, "{bad}");
        }
        let trace = Trace::fresh();
        assert_eq!(Trace::of_parent(&trace.parent()), Some(trace));
    }

    #[test]
    fn an_effect_keeps_the_trace_and_is_read_as_before() {
        use assent_core::effect::Effect;
        let effect = Effect::StopChild {
            parent: "p".into(),
            child: "c".into(),
        };
        let mut body = serde_json::to_string(&effect).unwrap();
        let trace = Trace::fresh();
        stamp(&trace, &mut body);
        assert_eq!(of_body(&body), trace);
        assert_eq!(serde_json::from_str::<Effect>(&body).unwrap(), effect);
        assert_ne!(of_body("not JSON"), of_body("not JSON"));
    }
}
