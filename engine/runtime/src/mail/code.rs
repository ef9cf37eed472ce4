//! The mail that carries a code: to sign in, or to confirm one decision.

use assent_core::directory::Person;
use assent_core::text::Lang;
use assent_core::time::Moment;

use super::letter::Letter;

/// A 6-digit code for one person; `about` is the title of the case whose decision it confirms, none is a sign-in. It is in the
/// text and not in the subject: locked phones show subjects.
pub(crate) fn code_letter(
    id: String,
    person: &Person,
    code: &str,
    about: Option<&str>,
    now: Moment,
) -> Letter {
    let (subject, text) = match (person.lang, about) {
        (Lang::Zh, Some(title)) => (
            "审批验证码",
            format!(
                "{}，您好：\n您正在处理“{title}”，确认用的验证码是 {code}，10 分钟内有效，只能用于这一次决定。\n\n如果不是您本人操作，请立即修改密码并联系管理员。",
                person.name
            ),
        ),
        (Lang::En, Some(title)) => (
            "Your code for a decision",
            format!(
                "Hello {},\nThe code that confirms your decision on “{title}” is {code}. It is good for 10 minutes and for this decision alone.\n\nIf it was not you who asked for it, change your password at once and tell your administrator.",
                person.name
            ),
        ),
        (Lang::Zh, None) => (
            "登录验证码",
            format!(
                "{}，您好：\n您的登录验证码是 {code}，10 分钟内有效。\n\n如果不是您本人操作，请忽略此邮件；没有验证码任何人都无法登录。",
                person.name
            ),
        ),
        (Lang::En, None) => (
            "Your sign-in code",
            format!(
                "Hello {},\nYour sign-in code is {code}. It is good for 10 minutes.\n\nIf you did not ask for it, ignore this mail: nobody can sign in without the code.",
                person.name
            ),
        ),
    };
    Letter {
        id,
        thread: None,
        to_name: person.name.clone(),
        to_address: person.mail.trim().to_owned(),
        lang: person.lang,
        at: now,
        subject: subject.to_owned(),
        text,
        facts: vec![],
        asked_by: None,
        due: None,
        button: None,
        note: person
            .lang
            .pick("此邮件由系统自动发送。", "Sent automatically.")
            .to_owned(),
    }
}
