//! What mails say when the flow does not say it itself.

use assent_core::text::{Lang, Text};

/// Subject and text of a built-in mail.
pub(super) struct Words {
    pub subject: String,
    pub text: String,
}

/// What the built-in texts fill in.
pub(super) struct Filled<'a> {
    pub lang: Lang,
    pub reader: &'a str,
    pub applicant: &'a str,
    pub flow: &'a Text,
    pub title: &'a str,
    pub state: &'a Text,
    pub due: Option<&'a str>,
    /// For a held instance: what is wrong.
    pub held: Option<&'a Text>,
    /// The last words somebody gave, and who.
    pub last: Option<(&'a str, &'a str)>,
    /// A deadline has passed.
    pub late: bool,
}

/// The built-in mail of that name; anything unknown is a plain note about the case.
pub(super) fn built_in(mail: &str, f: &Filled<'_>) -> Words {
    match mail {
        "ask" => ask(f),
        "remind" => remind(f),
        "held" => held(f),
        "returned" => returned(f),
        "opinion" => opinion(f),
        "question" => question(f),
        "answer" => answer(f),
        "copy" => copy(f),
        "crowd" => crowd(f),
        "call_failed" => call_failed(f),
        "call_late" => call_late(f),
        _ => note(f),
    }
}

fn ask(f: &Filled<'_>) -> Words {
    let until_zh = f
        .due
        .map(|due| format!("，请在 {due} 前处理"))
        .unwrap_or_default();
    let until_en = f
        .due
        .map(|due| format!(" Please act before {due}."))
        .unwrap_or_default();
    both(
        f,
        (
            format!("【待审批】{}", f.title),
            format!(
                "{}，您好：\n{} 提交的“{}”等待您处理：{}{until_zh}。",
                f.reader, f.applicant, f.flow.zh, f.state.zh
            ),
        ),
        (
            format!("[To approve] {}", f.title),
            format!(
                "Hello {},\n{}'s “{}” waits for you: {}.{until_en}",
                f.reader, f.applicant, f.flow.en, f.state.en
            ),
        ),
    )
}

fn remind(f: &Filled<'_>) -> Words {
    let (zh, en) = if f.late {
        ("【已超时】", "[Late]")
    } else {
        ("【提醒】", "[Reminder]")
    };
    let due_zh = f
        .due
        .map(|due| format!("处理期限：{due}。"))
        .unwrap_or_default();
    let due_en = f
        .due
        .map(|due| format!(" It is due {due}."))
        .unwrap_or_default();
    both(
        f,
        (
            format!("{zh}{}", f.title),
            format!(
                "{}，您好：\n{} 的“{}”仍在等待处理：{}。{due_zh}",
                f.reader, f.applicant, f.flow.zh, f.state.zh
            ),
        ),
        (
            format!("{en} {}", f.title),
            format!(
                "Hello {},\n{}'s “{}” still waits: {}.{due_en}",
                f.reader, f.applicant, f.flow.en, f.state.en
            ),
        ),
    )
}

fn held(f: &Filled<'_>) -> Words {
    let reason = f.held.cloned().unwrap_or_default();
    both(
        f,
        (
            format!("【流程挂起】{}", f.title),
            format!(
                "{}，您好：\n“{}”停在“{}”，需要您处理后才能继续。\n{}",
                f.reader, f.flow.zh, f.state.zh, reason.zh
            ),
        ),
        (
            format!("[Held] {}", f.title),
            format!(
                "Hello {},\n“{}” stands still at “{}” and needs you to go on.\n{}",
                f.reader, f.flow.en, f.state.en, reason.en
            ),
        ),
    )
}

fn returned(f: &Filled<'_>) -> Words {
    let (said_zh, said_en) = said(f);
    both(
        f,
        (
            format!("【已退回】{}", f.title),
            format!(
                "{}，您好：\n您的“{}”已退回，请修改后重新提交。{said_zh}",
                f.reader, f.flow.zh
            ),
        ),
        (
            format!("[Sent back] {}", f.title),
            format!(
                "Hello {},\nYour “{}” was sent back; please change it and submit it again.{said_en}",
                f.reader, f.flow.en
            ),
        ),
    )
}

/// The last words somebody gave, on a line of their own.
fn said(f: &Filled<'_>) -> (String, String) {
    match f.last {
        Some((by, words)) => (format!("\n{by}：{words}"), format!("\n{by}: {words}")),
        None => (String::new(), String::new()),
    }
}

fn opinion(f: &Filled<'_>) -> Words {
    let (said_zh, said_en) = said(f);
    both(
        f,
        (
            format!("【请给意见】{}", f.title),
            format!(
                "{}，您好：\n{} 的“{}”请您先给出意见，由原处理人决定：{}。{said_zh}",
                f.reader, f.applicant, f.flow.zh, f.state.zh
            ),
        ),
        (
            format!("[Your opinion] {}", f.title),
            format!(
                "Hello {},\nYour opinion is asked on {}'s “{}”: {}. The decision stays with whoever asked.{said_en}",
                f.reader, f.applicant, f.flow.en, f.state.en
            ),
        ),
    )
}

fn question(f: &Filled<'_>) -> Words {
    let (said_zh, said_en) = said(f);
    both(
        f,
        (
            format!("【请回答】{}", f.title),
            format!(
                "{}，您好：\n关于“{}”有一个问题请您回答：{}。{said_zh}",
                f.reader, f.flow.zh, f.state.zh
            ),
        ),
        (
            format!("[A question] {}", f.title),
            format!(
                "Hello {},\nThere is a question for you about “{}”: {}.{said_en}",
                f.reader, f.flow.en, f.state.en
            ),
        ),
    )
}

fn answer(f: &Filled<'_>) -> Words {
    let (said_zh, said_en) = said(f);
    both(
        f,
        (
            format!("【已回复】{}", f.title),
            format!(
                "{}，您好：\n您在“{}”中请教的人已经回复，请继续处理：{}。{said_zh}",
                f.reader, f.flow.zh, f.state.zh
            ),
        ),
        (
            format!("[Answered] {}", f.title),
            format!(
                "Hello {},\nWhom you asked about “{}” has answered; please go on: {}.{said_en}",
                f.reader, f.flow.en, f.state.en
            ),
        ),
    )
}

fn copy(f: &Filled<'_>) -> Words {
    both(
        f,
        (
            format!("【抄送】{}", f.title),
            format!(
                "{}，您好：\n{} 的“{}”抄送给您，无需处理，看过请点“已阅”。",
                f.reader, f.applicant, f.flow.zh
            ),
        ),
        (
            format!("[Copy] {}", f.title),
            format!(
                "Hello {},\n{}'s “{}” is copied to you. Nothing is asked; please mark it as read.",
                f.reader, f.applicant, f.flow.en
            ),
        ),
    )
}

fn crowd(f: &Filled<'_>) -> Words {
    both(
        f,
        (
            format!("【请检查流程】{}", f.title),
            format!(
                "{}，您好：\n“{}”的“{}”按规则找到的人太多，没有逐一发邮件；任务在他们的待办里。请检查这一步由谁审批。",
                f.reader, f.flow.zh, f.state.zh
            ),
        ),
        (
            format!("[Look at the flow] {}", f.title),
            format!(
                "Hello {},\n“{}” found so many people for “{}” that they were not mailed one by one; the task stands in their inboxes. Please look at who decides this step.",
                f.reader, f.flow.en, f.state.en
            ),
        ),
    )
}

fn call_failed(f: &Filled<'_>) -> Words {
    both(
        f,
        (
            format!("【外部操作未完成】{}", f.title),
            format!(
                "{}，您好：\n“{}”的“{}”要外部系统做的事没有成功；流程没有等它，结果不变。原因写在流程记录里，请排除后在对方系统中补做。",
                f.reader, f.flow.zh, f.state.zh
            ),
        ),
        (
            format!("[Not done outside] {}", f.title),
            format!(
                "Hello {},\nwhat “{}” asked of another system at “{}” failed; the flow did not wait for it and its result stands. The reason is in its record: mend it, and do it by hand in the other system.",
                f.reader, f.flow.en, f.state.en
            ),
        ),
    )
}

fn call_late(f: &Filled<'_>) -> Words {
    both(
        f,
        (
            format!("【外部操作已发生】{}", f.title),
            format!(
                "{}，您好：\n流程离开“{}”以后（撤回、作废、退回或改道），外部系统才完成它要做的事。这里没有用上其结果；请核对，必要时在对方系统中撤销。",
                f.reader, f.state.zh
            ),
        ),
        (
            format!("[Done outside after all] {}", f.title),
            format!(
                "Hello {},\nthe case had left “{}” (withdrawn, ended, sent back or moved) before the other system did what it was asked for. Its answer was not used here: check it, and undo it in the other system if need be.",
                f.reader, f.state.en
            ),
        ),
    )
}

fn note(f: &Filled<'_>) -> Words {
    both(
        f,
        (
            format!("【{}】{}", f.flow.zh, f.title),
            format!(
                "{}，您好：\n{} 的“{}”有新进展：{}。",
                f.reader, f.applicant, f.flow.zh, f.state.zh
            ),
        ),
        (
            format!("[{}] {}", f.flow.en, f.title),
            format!(
                "Hello {},\nThere is news of {}'s “{}”: {}.",
                f.reader, f.applicant, f.flow.en, f.state.en
            ),
        ),
    )
}

fn both(f: &Filled<'_>, zh: (String, String), en: (String, String)) -> Words {
    let (subject, text) = match f.lang {
        Lang::Zh => zh,
        Lang::En => en,
    };
    Words { subject, text }
}

/// What the button says.
pub(super) fn button(mail: &str, lang: Lang) -> &'static str {
    match mail {
        "ask" | "remind" => lang.pick("查看并处理", "Open and decide"),
        "held" => lang.pick("查看并处理", "Open and mend"),
        "returned" => lang.pick("修改并重新提交", "Change and submit"),
        "opinion" => lang.pick("查看并给意见", "Open and give an opinion"),
        "question" => lang.pick("查看并回答", "Open and answer"),
        "answer" => lang.pick("查看并处理", "Open and decide"),
        _ => lang.pick("查看详情", "Open"),
    }
}

/// The small print.
pub(super) fn small_print(has_link: bool, lang: Lang) -> &'static str {
    if has_link {
        lang.pick(
            "此邮件由系统自动发送。链接仅供您本人使用，打开后需登录确认，请勿转发。",
            "Sent automatically. The link is yours alone and asks you to sign in; please do not forward it.",
        )
    } else {
        lang.pick("此邮件由系统自动发送。", "Sent automatically.")
    }
}
