//! What a delivery would send now, and to whom, without sending it.

use assent_core::effect::Effect;
use assent_core::text::Text;
use assent_store::DeadEffect;

use super::{calls, post};
use crate::app::{App, AppError};
use crate::mail::{NotSent, Queued};

/// What would be sent.
#[derive(Debug, Default)]
pub(crate) struct Preview {
    /// To whom: an address, a connector with its path, an instance.
    pub to: String,
    /// A mail's subject.
    pub subject: String,
    /// Its text, or the document as JSON.
    pub content: String,
    /// Why nothing would be sent.
    pub nothing: Option<Text>,
}

/// Looks at an effect as its delivery would.
pub(crate) async fn preview(app: &App, dead: &DeadEffect) -> Result<Preview, AppError> {
    let Ok(effect) = serde_json::from_str::<Effect>(&dead.body) else {
        return Ok(nothing("内容无法读取", "What is stored cannot be read"));
    };
    match &effect {
        Effect::Mail {
            instance,
            mail,
            to,
            task,
            state,
        } => {
            let queued = Queued {
                id: &dead.id,
                mail,
                to,
                task: *task,
                state,
            };
            letter(app, instance, &queued).await
        }
        Effect::Call { name, input, .. } => Ok(match calls::request(app, name, input) {
            Ok(request) => Preview {
                // Not the base address: it may carry a key.
                to: format!("{}: {} {}", request.connector, request.method, request.path),
                content: pretty(&request.body),
                ..Preview::default()
            },
            Err(reason) => Preview {
                nothing: Some(Text::same(reason)),
                ..Preview::default()
            },
        }),
        Effect::Subflow { child: to, .. }
        | Effect::ChildEnded { parent: to, .. }
        | Effect::Revoke { child: to, .. }
        | Effect::Tell { record: to, .. }
        | Effect::StopChild { child: to, .. } => Ok(Preview {
            to: to.clone(),
            content: pretty(&effect),
            ..Preview::default()
        }),
    }
}

async fn letter(app: &App, instance: &str, queued: &Queued<'_>) -> Result<Preview, AppError> {
    Ok(match post::written(app, instance, queued, false).await? {
        Ok(letter) => Preview {
            to: format!("{} <{}>", letter.to_name, letter.to_address),
            content: letter.plain(),
            subject: letter.subject,
            nothing: None,
        },
        Err(NotSent::NoAddress) => {
            nothing("收件人没有邮箱地址", "The recipient has no mail address")
        }
        Err(NotSent::TaskGone | NotSent::Gone | NotSent::Passed) => nothing(
            "已不需要发送：待办已结束，或收件人无权再看",
            "Nobody needs it any more: the task is over, or its reader may not read it",
        ),
    })
}

fn nothing(zh: &str, en: &str) -> Preview {
    Preview {
        nothing: Some(Text::new(zh, en)),
        ..Preview::default()
    }
}

fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
