//! Calls: a module's effect becomes a request to a configured connector, and its answer a command.

use std::time::Duration;

use assent_core::command::{Action, EffectAnswer};
use assent_core::effect::Effect;
use assent_core::module::{Module, Request};
use assent_core::refusal::Refusal;
use assent_core::value::Values;
use assent_store::{ClaimedEffect, Delivery};
use serde_json::Value as Json;

use super::subflows::tell;
use crate::app::{App, AppError};
use crate::engine::stored_case;
use crate::trace;

/// Longest wait for an answer.
pub(crate) const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest answer.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// When a call of a suspended instance is looked at again.
const SUSPENDED_MS: i64 = 60_000;
/// Said of a call that was tried in vain, and whose state was left before the next attempt.
const CALLED_OFF: &str = "流程已离开该节点，不再重试；之前的尝试没有得到答复，请在对方系统中核对 / the case has left the state and it is not tried again; \
     attempts before got no answer: check in the other system";
/// Most characters of a failure that are kept.
const REASON_CHARS_MAX: usize = 300;

/// Delivers a `call` effect: done when the other system's answer (or its final failure) is in the instance.
pub(super) async fn deliver(
    app: &App,
    claimed: &ClaimedEffect,
    effect: &Effect,
) -> Result<Delivery, AppError> {
    let Effect::Call {
        instance,
        call,
        name,
        input,
        key,
        retry_ms,
        ..
    } = effect
    else {
        return Ok(Delivery::Done);
    };
    let attempts = usize::try_from(claimed.attempts).unwrap_or(usize::MAX);
    let answer = match wanted(app, instance, *call).await? {
        Wanted::Yes => call_once(app, name, input, key).await,
        Wanted::Later => {
            let at = app.now().plus_ms(SUSPENDED_MS);
            return Ok(Delivery::Later { at });
        }
        // An attempt before may have arrived although nobody heard so.
        Wanted::CalledOff if attempts > 0 => Err(Failed {
            for_good: true,
            ..Failed::for_now(CALLED_OFF)
        }),
        Wanted::CalledOff => {
            let action = Action::Answer {
                call: *call,
                answer: EffectAnswer::NotSent,
            };
            return tell(app, instance, action).await;
        }
        Wanted::No => return Ok(Delivery::Done),
    };
    let answer = match answer {
        Ok(values) => EffectAnswer::Ok(values),
        Err(Failed { reason, for_good }) => match retry_ms.get(attempts) {
            Some(ms) if !for_good => {
                return Ok(Delivery::Retry {
                    at: app.now().plus_ms(*ms),
                    error: reason,
                });
            }
            Some(_) | None => EffectAnswer::Failed(reason),
        },
    };
    let action = Action::Answer {
        call: *call,
        answer,
    };
    tell(app, instance, action).await
}

/// Is a call still to be made?
enum Wanted {
    Yes,
    /// Its instance is suspended: nothing is done meanwhile.
    Later,
    /// Its state was left.
    CalledOff,
    /// It was answered, or nobody knows it any more.
    No,
}

async fn wanted(app: &App, instance: &str, call: u32) -> Result<Wanted, AppError> {
    let Some(loaded) = app.load(instance).await? else {
        return Ok(Wanted::No);
    };
    let case = stored_case(&loaded)?;
    let instance = &case.instance;
    Ok(match instance.calls.iter().find(|known| known.no == call) {
        None => Wanted::No,
        Some(call) if call.off => Wanted::CalledOff,
        Some(_) if instance.suspended.is_some() => Wanted::Later,
        Some(_) => Wanted::Yes,
    })
}

/// Why an attempt failed.
struct Failed {
    reason: String,
    /// Trying again cannot help.
    for_good: bool,
}

impl Failed {
    fn for_now(reason: impl Into<String>) -> Self {
        let reason: String = reason.into();
        Self {
            reason: reason.chars().take(REASON_CHARS_MAX).collect(),
            for_good: false,
        }
    }
}

impl Failed {
    /// A module's no. What the other system said stays in its own words; the trail keeps one text, so ours are kept in both languages.
    fn of(refusal: &Refusal) -> Self {
        let both = || format!("{} / {}", refusal.message.zh, refusal.message.en);
        Self::for_now(refusal.params.get("said").cloned().unwrap_or_else(both))
    }
}

async fn call_once(app: &App, name: &str, input: &Values, key: &str) -> Result<Values, Failed> {
    let Some(module) = module_of(app, name) else {
        return Err(Failed::for_now(no_module(name)));
    };
    // What cannot be sent today cannot be sent tomorrow: the input does not change.
    let request = module.prepare(name, input).map_err(|refusal| Failed {
        for_good: true,
        ..Failed::of(&refusal)
    })?;
    let answer = send(app, &request, key).await?;
    module
        .settle(name, &answer)
        .map_err(|refusal| Failed::of(&refusal))
}

/// What a call would send, or why it cannot be sent.
pub(super) fn request(app: &App, name: &str, input: &Values) -> Result<Request, String> {
    let module = module_of(app, name).ok_or_else(|| no_module(name))?;
    let prepared = module.prepare(name, input);
    prepared.map_err(|refusal| refusal.message.zh)
}

fn no_module(name: &str) -> String {
    format!("no module has the effect {name}")
}

/// The module whose manifest names the effect.
fn module_of<'a>(app: &'a App, name: &str) -> Option<&'a dyn Module> {
    app.config()
        .modules
        .iter()
        .find(|module| {
            let effects = &module.manifest().effects;
            effects.iter().any(|effect| effect.name == name)
        })
        .map(AsRef::as_ref)
}

async fn send(app: &App, request: &Request, key: &str) -> Result<Json, Failed> {
    #[cfg(test)]
    if let Some(answer) = crate::tests::outside::asked(&request.body, key) {
        return answer.map_err(Failed::for_now);
    }
    let Some(connector) = app.config().connectors.get(&request.connector) else {
        return Err(Failed::for_now(format!(
            "connector {} is not configured",
            request.connector
        )));
    };
    let method = reqwest::Method::from_bytes(request.method.as_bytes())
        .map_err(|fault| Failed::for_now(fault.to_string()))?;
    let url = format!(
        "{}/{}",
        connector.base,
        request.path.trim_start_matches('/')
    );
    let mut call = app
        .inner
        .http
        .request(method, url)
        .header("Idempotency-Key", key)
        .timeout(CALL_TIMEOUT)
        .json(&request.body);
    if let Some(trace) = trace::current() {
        call = call.header("traceparent", trace.parent());
    }
    if let Some(bearer) = &connector.bearer {
        call = call.bearer_auth(&bearer.0);
    }
    // `without_url`: an address may carry a key, and failures are shown to people.
    let mut response = call
        .send()
        .await
        .map_err(|fault| Failed::for_now(fault.without_url().to_string()))?;
    let status = response.status();
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|fault| Failed::for_now(fault.without_url().to_string()))?
    {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(Failed::for_now("the answer is longer than 64 KB"));
        }
        body.extend_from_slice(&chunk);
    }
    if !status.is_success() {
        // Some systems repeat what they were sent, and failures are shown to people.
        let said = connector.without_secrets(&String::from_utf8_lossy(&body));
        return Err(Failed::for_now(format!(
            "HTTP {}: {}",
            status.as_u16(),
            message_in(&said)
        )));
    }
    if body.is_empty() {
        return Ok(Json::Null);
    }
    serde_json::from_slice(&body)
        .map_err(|fault| Failed::for_now(format!("the answer is no JSON: {fault}")))
}

/// What a failed answer says to people: its message where it is JSON with one, else the whole of it.
fn message_in(answer: &str) -> String {
    let json: Json = serde_json::from_str(answer).unwrap_or_default();
    let named = ["message", "detail", "error", "title"];
    let mut said = named.iter().filter_map(|name| json.get(name)?.as_str());
    said.next().unwrap_or(answer).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::message_in;

    #[test]
    fn a_failed_answer_is_told_by_its_message() {
        let json = r#"{"code": 7, "message": "ERP 维护中"}"#;
        assert_eq!(message_in(json), "ERP 维护中");
        assert_eq!(
            message_in(r#"{"error": {"no": 3}}"#),
            r#"{"error": {"no": 3}}"#
        );
        assert_eq!(message_in(" Bad gateway\n"), "Bad gateway");
    }
}
