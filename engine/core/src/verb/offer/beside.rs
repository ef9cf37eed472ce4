//! Offers beside the decision itself: opinions, questions, signers, copies, and what concerns the whole case.

use super::{Offer, on, plain};
use crate::instance::{Task, TaskKind};
use crate::text::Text;
use crate::turn::Run;
use crate::verb::shared::{holds, may_involve_others};
use crate::verb::{
    add_signer, claim, comment, copy, opinion, question, reopen, revoke, take_back, urge, withdraw,
};

/// What the holder of a task may ask of others.
pub(super) fn helpers(run: &Run<'_>, task: u32, offers: &mut Vec<Offer>) {
    let refused = may_involve_others(run, task).err();
    offers.push(on(task, plain("delegate", "委派", "Delegate", refused)));
    let refused = may_involve_others(run, task).err();
    let ask = plain("ask", "询问", "Ask for information", refused);
    offers.push(on(
        task,
        Offer {
            reason: true,
            ..ask
        },
    ));
    let open = run.case.instance.task(task);
    let approval = open.is_some_and(|open| open.kind == TaskKind::Approve);
    if approval {
        let refused = add_signer::check(run, task).err();
        offers.push(on(
            task,
            plain("add_signer", "加签", "Add a signer", refused),
        ));
    }
    remove_signer(run, task, offers);
    let pooled = open
        .and_then(|open| run.entry(open.entry).ok())
        .is_some_and(|(_, state)| state.is_pooled());
    if pooled {
        let refused = claim::check_back(run, task).err();
        offers.push(on(task, plain("give_back", "放回", "Give back", refused)));
    }
}

/// Where there is somebody to remove.
fn remove_signer(run: &Run<'_>, task: u32, offers: &mut Vec<Offer>) {
    let Ok((_, people)) = add_signer::removable(run, task) else {
        return;
    };
    let named = |id: &String| (id.clone(), Text::same(run.cx.organisation.name(id)));
    let targets = people.iter().map(named).collect();
    let remove = plain("remove_signer", "减签", "Remove a signer", None);
    offers.push(on(task, Offer { targets, ..remove }));
}

/// Whoever voted, or passed their task on, can still remove whom they added: by any task of that state.
fn remove_without_a_task(run: &Run<'_>, offers: &mut Vec<Offer>) {
    let instance = &run.case.instance;
    for active in &instance.active {
        let mut asked = instance.tasks.iter().filter(|task| {
            task.entry == active.entry && matches!(task.kind, TaskKind::Approve | TaskKind::Work)
        });
        let theirs = |task: &Task| run.actor.person().is_some_and(|who| holds(task, who));
        let none = add_signer::added(run, active.entry).is_empty();
        if none || asked.clone().any(theirs) {
            continue;
        }
        if let Some(task) = asked.next() {
            remove_signer(run, task.no, offers);
        }
    }
}

/// What an adviser, somebody who is asked, or the reader of a copy may do.
pub(super) fn helper(run: &Run<'_>, task: &Task, offers: &mut Vec<Offer>) {
    let no = task.no;
    match task.kind {
        TaskKind::Advise => {
            let refused = opinion::check_advise(run, no)
                .and_then(|task| run.ready(&task))
                .err();
            let advise = plain("advise", "给出意见", "Give an opinion", refused);
            offers.push(on(
                no,
                Offer {
                    reason: true,
                    ..advise
                },
            ));
            helpers(run, no, offers);
        }
        TaskKind::Answer => {
            let refused = question::check_reply(run, no).err();
            let reply = plain("reply", "回答", "Answer", refused);
            offers.push(on(
                no,
                Offer {
                    reason: true,
                    ..reply
                },
            ));
        }
        TaskKind::Read => {
            let refused = copy::check_read(run, no).err();
            offers.push(on(no, plain("read", "已阅", "Mark as read", refused)));
        }
        TaskKind::Draft | TaskKind::Approve | TaskKind::Work => {}
    }
}

/// What concerns the whole case. Verbs that are never this person's to think of are left out; the others say why not.
pub(super) fn case(run: &Run<'_>, offers: &mut Vec<Offer>) {
    offers.push(plain(
        "withdraw",
        "撤回",
        "Withdraw",
        withdraw::check(run).err(),
    ));
    let applicant = run.actor.person() == Some(run.case.instance.applicant.as_str());
    if applicant && !run.case.instance.ended() {
        offers.push(plain("urge", "催办", "Urge", urge::check(run).err()));
    }
    if applicant && run.case.instance.ended() && run.def.policies.reopen_days.is_some() {
        offers.push(plain(
            "reopen",
            "重新打开",
            "Open again",
            reopen::check(run).err(),
        ));
    }
    if run.case.instance.ended() && run.def.revocation.is_some() {
        let refused = revoke::check(run).err();
        // Who could never ask is not shown the button.
        let theirs = refused.as_ref().is_none_or(|it| it.code != "not_yours");
        let revoke = Offer {
            reason: true,
            ..plain("revoke", "申请撤销", "Ask to revoke", refused)
        };
        offers.extend(theirs.then_some(revoke));
    }
    let last = run.case.instance.last.as_ref();
    let mine = last.filter(|last| last.decision && run.actor.person() == Some(&last.person));
    if let Some(last) = mine {
        let refused = take_back::check(run).err();
        offers.push(on(
            last.task,
            plain("take_back", "拿回", "Take back", refused),
        ));
    }
    remove_without_a_task(run, offers);
    offers.push(plain(
        "copy",
        "抄送",
        "Send a copy",
        comment::check(run).err(),
    ));
    offers.push(plain(
        "comment",
        "评论",
        "Comment",
        comment::check(run).err(),
    ));
}
