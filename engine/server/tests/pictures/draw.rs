//! Renders every page from made-up views.

use std::sync::Arc;

use assent_core::text::Lang;
use assent_runtime::app::{App, AppConfig, FieldFault, FormOption, OfferView, OpinionView, Tab};
use assent_server::config::Config;
use assent_server::web::form::Typed;
use assent_server::web::model::batch::{BatchModel, BatchRow};
use assent_server::web::model::field::Drawing;
use assent_server::web::model::inbox::{Group, InboxModel, groups, instance_row};
use assent_server::web::model::sheet::Comeback;
use assent_server::web::model::task::TaskDrawing;
use assent_server::web::model::{Choice, Empty, Face, Note, instance};
use assent_server::web::page::{self, Page};
use assent_server::web::{Site, Visit};
use serde::Serialize;
use serde_json::json;

use super::{records, views};

/// A rendered page.
pub struct Drawn {
    pub name: String,
    pub html: String,
}

pub async fn site() -> Arc<Site> {
    let folder = std::env::temp_dir().join(format!("assent-pages-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    let mut config = AppConfig::new(format!("sqlite:{}", folder.join("pages.db").display()));
    config.workers = false;
    let app = App::open(config).await.expect("an app opens");
    Site::new(app, Config::default(), None).expect("templates parse")
}

fn visit(lang: Lang, signed: bool) -> Visit {
    Visit {
        lang,
        theme: "",
        path: "/tasks/i1/4".into(),
        address: [127, 0, 0, 1].into(),
        forwarded: false,
        agent: String::new(),
        request: "Qm9vbQ".into(),
        signed: None,
        bearer: false,
        person: signed.then(views::wang),
        admin: true,
        secret: "s".repeat(43),
        new_secret: false,
        note: None,
        link: None,
        api: false,
    }
}

struct Album<'a> {
    site: &'a Site,
    lang: Lang,
    drawn: Vec<Drawn>,
}

impl Album<'_> {
    fn add(&mut self, name: &str, template: &str, page: Page, signed: bool, body: &impl Serialize) {
        let html = page::html(self.site, &visit(self.lang, signed), template, page, body)
            .unwrap_or_else(|fault| panic!("{name}: {}", fault.cause));
        self.drawn.push(Drawn {
            name: format!("{name}-{}", self.lang.tag()),
            html,
        });
    }
}

/// Every page in one language.
pub fn all(site: &Site, lang: Lang) -> Vec<Drawn> {
    let mut album = Album {
        site,
        lang,
        drawn: vec![],
    };
    inboxes(&mut album);
    tasks(&mut album);
    instances(&mut album);
    forms(&mut album);
    singles(&mut album);
    proofs(&mut album);
    album.drawn
}

fn page(title: &str, place: &'static str) -> Page {
    Page {
        title: title.into(),
        place,
        todo: Some(4),
        ..Page::default()
    }
}

fn inboxes(album: &mut Album<'_>) {
    let lang = album.lang;
    let tabs = vec![
        Choice {
            href: "/inbox".into(),
            label: lang.pick("待我处理", "To do").into(),
            here: true,
            count: Some(4),
        },
        Choice {
            href: "/inbox?tab=waiting".into(),
            label: lang.pick("等待他人", "Waiting on others").into(),
            ..Choice::default()
        },
        Choice {
            href: "/inbox?tab=done".into(),
            label: lang.pick("我已处理", "Done by me").into(),
            ..Choice::default()
        },
    ];
    let model = |tab, items: &[_]| InboxModel {
        left: lang.pick("还有 4 项", "4 items left").into(),
        tabs: tabs.clone(),
        groups: groups(items, tab, views::NOW, lang),
        ..InboxModel::default()
    };
    album.add(
        "inbox",
        "pages/inbox",
        page(lang.pick("待办", "Inbox"), "inbox"),
        true,
        &model(Tab::Todo, &views::inbox()),
    );
    album.add(
        "inbox-waiting",
        "pages/inbox",
        page(lang.pick("待办", "Inbox"), "inbox"),
        true,
        &model(Tab::Waiting, &views::inbox()),
    );
    album.add(
        "inbox-done",
        "pages/inbox",
        page(lang.pick("待办", "Inbox"), "inbox"),
        true,
        &model(Tab::Done, &views::inbox()),
    );
    let empty = InboxModel {
        empty: Some(Empty {
            icon: "inbox",
            title: lang.pick("没有待办", "Nothing to do").into(),
            text: lang
                .pick(
                    "需要您处理的申请会出现在这里。",
                    "Requests that need you appear here.",
                )
                .into(),
            href: "/start".into(),
            label: lang.pick("发起申请", "Start a request").into(),
        }),
        ..model(Tab::Todo, &[])
    };
    album.add(
        "inbox-empty",
        "pages/inbox",
        page(lang.pick("待办", "Inbox"), "inbox"),
        true,
        &empty,
    );
}

fn people() -> [FormOption; 2] {
    [
        views::option("li", "李四（物流部）", "李四 (Logistics)"),
        views::option("zhao", "赵总监（销售部）", "赵总监 (Sales)"),
    ]
}

fn tasks(album: &mut Album<'_>) {
    let lang = album.lang;
    let people = people();
    let drawing = |comeback| TaskDrawing {
        lang,
        key: "k".into(),
        people: &people,
        comeback,
    };
    let frame = || Page {
        barred: true,
        where_: lang.pick("欠载审批", "Under-load approval").into(),
        ..page("SH-2026-0003", "inbox")
    };
    let view = views::task();
    album.add(
        "task",
        "pages/task",
        frame(),
        true,
        &drawing(None).draw(&view),
    );
    let mut short = views::task();
    short.instance.head.title = "SH-2026-0011 宁波港务".into();
    (short.changed, short.round, short.instance.head.round) = (vec![], 1, 1);
    album.add(
        "task-short",
        "pages/task",
        frame(),
        true,
        &drawing(None).draw(&short),
    );
    let fault = |field: &str, zh: &str, en: &str| FieldFault {
        field: field.into(),
        code: "required".into(),
        message: views::text(zh, en),
    };
    let reject = Comeback {
        sheet: "reject".into(),
        typed: Typed(vec![]),
        faults: vec![fault(
            "comment",
            "请写明理由，至少 2 个字",
            "Please give a reason, at least 2 characters",
        )],
        error: String::new(),
    };
    album.add(
        "task-reject",
        "pages/task",
        frame(),
        true,
        &drawing(Some(&reject)).draw(&short),
    );
    let approve = Comeback {
        sheet: "approve".into(),
        typed: Typed(vec![]),
        faults: vec![fault(
            "bearer",
            "请选择费用由谁承担",
            "Please choose who bears it",
        )],
        error: String::new(),
    };
    album.add(
        "task-approve",
        "pages/task",
        frame(),
        true,
        &drawing(Some(&approve)).draw(&short),
    );
    let transfer = Comeback {
        sheet: "transfer".into(),
        typed: Typed(vec![]),
        faults: vec![],
        error: lang
            .pick(
                "发起人不能审批自己的申请",
                "An applicant cannot decide their own request",
            )
            .into(),
    };
    album.add(
        "task-transfer",
        "pages/task",
        frame(),
        true,
        &drawing(Some(&transfer)).draw(&short),
    );
    asked(album, &people, frame);
    let mut gone = views::task();
    (gone.open, gone.ended) = (
        false,
        views::text(
            "赵总监 于 10-08 14:00 已同意，不需要您再处理。",
            "赵总监 approved on 8 Oct 14:00; nothing left for you to do.",
        ),
    );
    album.add(
        "task-gone",
        "pages/task",
        Page {
            barred: false,
            ..frame()
        },
        true,
        &drawing(None).draw(&gone),
    );
    let mut draft = views::task();
    draft.kind = "draft".into();
    draft.form = views::form();
    draft.offers = vec![
        views::offer("submit", "提交", "Submit", "", ""),
        views::offer("save", "保存", "Save", "", ""),
        views::offer(
            "withdraw",
            "撤回",
            "Withdraw",
            "申请结束",
            "The request ends",
        ),
    ];
    album.add(
        "task-draft",
        "pages/task",
        frame(),
        true,
        &drawing(None).draw(&draft),
    );
}

fn proofs(album: &mut Album<'_>) {
    let lang = album.lang;
    album.add(
        "why",
        "pages/why",
        page("why", "instances"),
        true,
        &records::why(lang),
    );
    for (name, sealed) in [("print", true), ("print-fresh", false)] {
        album.add(
            name,
            "pages/print",
            page("record", "instances"),
            true,
            &records::print(lang, sealed),
        );
    }
    for (name, said) in records::proofs(lang) {
        let alone = Page {
            alone: true,
            ..page("record", "")
        };
        album.add(name, "pages/said", alone, false, &said);
    }
}

/// Words of others around a decision, and what a strict state asks for with it.
fn asked(album: &mut Album<'_>, people: &[FormOption], frame: impl Fn() -> Page) {
    let lang = album.lang;
    let mut view = views::task();
    view.changed = vec![];
    view.asked = Some(views::said(
        "delegated",
        "请先看一下装载率，是否可以等下一车。",
    ));
    view.waits_for = Some(views::zhao());
    view.opinions = vec![
        views::said("advice", "七成可以放行，客户承担运费。"),
        OpinionView {
            question: Some("为什么不等下一车？".into()),
            ..views::said("answer", "客户周五停产检修，必须到货。")
        },
    ];
    view.offers.extend([
        OfferView {
            verb: "outcome",
            ..views::offer("concession", "让步接收", "Concession", "", "")
        },
        views::offer("delegate", "委派", "Delegate", "", ""),
        views::offer("add_signer", "加签", "Add a signer", "", ""),
        views::offer("ask", "询问", "Ask for information", "", ""),
        views::offer("copy", "抄送", "Send a copy", "", ""),
    ]);
    for offer in &mut view.offers {
        if offer.verb == "approve" {
            (offer.signature, offer.step_up) = (Some("drawn"), true);
        }
    }
    for (name, sheet) in [
        ("task-said", ""),
        ("task-strict", "approve"),
        ("task-signer", "add_signer"),
        ("task-copy", "copy"),
    ] {
        let comeback = Comeback {
            sheet: sheet.into(),
            ..Comeback::default()
        };
        let drawing = TaskDrawing {
            lang,
            key: "k".into(),
            people,
            comeback: (!sheet.is_empty()).then_some(&comeback),
        };
        album.add(name, "pages/task", frame(), true, &drawing.draw(&view));
    }
    let rows: Vec<BatchRow> = views::inbox()
        .iter()
        .map(|item| BatchRow::of(item, lang))
        .collect();
    for (name, choosing) in [("batch-choose", true), ("batch-confirm", false)] {
        let model = BatchModel {
            heading: lang
                .pick("发运审批 · 欠载审批", "Shipment release · Under-load")
                .into(),
            intro: lang
                .pick("将同意下面 12 项。", "These 12 will be approved.")
                .into(),
            choosing,
            confirming: !choosing,
            rows: rows.clone(),
            sum: rows
                .iter()
                .find_map(|row| row.amount.clone())
                .filter(|_| !choosing),
            count: if choosing { 0 } else { 12 },
            go: lang.pick("同意这 12 项", "Approve these 12").into(),
            ..BatchModel::default()
        };
        album.add(name, "pages/batch", page("x", "inbox"), true, &model);
    }
}

fn instances(album: &mut Album<'_>) {
    let lang = album.lang;
    for (name, view) in [
        (
            "instance-running",
            views::instance("running", "进行中", "Running"),
        ),
        (
            "instance-approved",
            views::instance("approved", "已同意", "Approved"),
        ),
        ("instance-held", views::instance("held", "挂起", "Held")),
    ] {
        album.add(
            name,
            "pages/instance",
            page("SH-2026-0003", "mine"),
            true,
            &instance::draw(&view, lang, "k".into(), &people(), None),
        );
    }
    #[derive(Serialize)]
    struct List {
        heading: &'static str,
        link: Option<Choice>,
        search: Option<serde_json::Value>,
        filters: Vec<Choice>,
        groups: Vec<Group>,
        more: String,
        empty: Option<Empty>,
    }
    let row = |status: &str, zh: &str, en: &str| {
        let view = views::instance(status, zh, en);
        instance_row(
            &assent_runtime::app::InstanceRow {
                head: view.head,
                standing: views::text("欠载审批", "Under-load approval"),
                waiting_on: vec![views::wang()],
            },
            views::NOW,
            lang,
        )
    };
    let rows = vec![
        row("running", "进行中", "Running"),
        row("approved", "已同意", "Approved"),
        row("rejected", "已拒绝", "Rejected"),
        row("held", "挂起", "Held"),
    ];
    let list = List {
        heading: lang.pick("全部实例", "All instances"),
        link: None,
        search: Some(json!({"text": "", "status": ""})),
        filters: vec![
            Choice {
                label: lang.pick("全部", "All").into(),
                here: true,
                ..Choice::default()
            },
            Choice {
                label: lang.pick("进行中", "Running").into(),
                ..Choice::default()
            },
        ],
        groups: vec![Group {
            id: "all",
            rows,
            ..Group::default()
        }],
        more: "/x".into(),
        empty: None,
    };
    album.add(
        "instances",
        "pages/instances",
        page(lang.pick("全部实例", "All instances"), "instances"),
        true,
        &list,
    );
    let stuck = json!({
        "rows": [{
            "tag": {"tone": "held", "icon": "pause", "text": lang.pick("挂起", "Held")}, "title": "SH-2026-0003 华东钢贸", "href": "/instances/1",
            "words": lang.pick("“财务会签”没有找到可以审批的人：角色 finance_manager 没有人担任。请在组织里指定，然后重试。", "Nobody can approve at Finance: nobody holds the role finance_manager. Grant it, then retry."),
            "code": "nobody", "age": lang.pick("3 小时前", "3 hours ago"), "owner": [Face::of(&views::zhao(), lang)], "resend": "x",
        }],
        "empty": null,
    });
    album.add(
        "stuck",
        "pages/stuck",
        page(lang.pick("受阻", "Stuck"), "stuck"),
        true,
        &stuck,
    );
}

fn forms(album: &mut Album<'_>) {
    let lang = album.lang;
    let faults = [FieldFault {
        field: "amount".into(),
        code: "required".into(),
        message: views::text("请填写金额", "Please fill in the amount"),
    }];
    for (name, faults) in [("form", &faults[..0]), ("form-errors", &faults[..])] {
        let drawing = Drawing {
            lang,
            prefix: "f",
            typed: None,
            faults,
            require: &[],
        };
        let errors: Vec<_> = faults
            .iter()
            .map(|fault| json!({"href": "#f-amount", "text": fault.message.get(lang)}))
            .collect();
        let model = json!({
            "form_title": lang.pick("发运审批", "Shipment release"),
            "purpose": lang.pick("超信用或欠载的发运，放行前须有人负责。", "Someone must answer for over-credit or under-loaded shipments."),
            "errors": errors, "errors_title": lang.pick("有 1 处需要修改", "1 thing to correct"),
            "action": "/start/x", "multipart": true, "hidden": [{"name": "key", "value": "k"}],
            "fields": drawing.writable(&views::form()),
        });
        album.add(
            name,
            "pages/form",
            Page {
                barred: true,
                where_: lang.pick("发运审批", "Shipment release").into(),
                ..page("x", "start")
            },
            true,
            &model,
        );
    }
    let flow = |name: &str, purpose: &str| json!({"href": "/start/x", "name": name, "purpose": purpose, "tags": [{"tone": "ok", "icon": "circle-check", "text": lang.pick("生效中", "Live")}]});
    let flows = [
        flow(
            lang.pick("发运审批", "Shipment release"),
            lang.pick(
                "超信用或欠载的发运，放行前须有人负责。",
                "Someone must answer for over-credit or under-loaded shipments.",
            ),
        ),
        flow(
            lang.pick("维修工单", "Repair order"),
            lang.pick(
                "从报修到关闭，每一步有人负责，结算有据。",
                "From request to closure, somebody answers for every step.",
            ),
        ),
        flow(
            lang.pick("合同评审", "Contract review"),
            lang.pick(
                "签约前各方看过条款与金额。",
                "Everybody has read terms and amount before signing.",
            ),
        ),
    ];
    album.add(
        "start",
        "pages/start",
        page(lang.pick("发起申请", "Start"), "start"),
        true,
        &json!({"flows": flows, "empty": null}),
    );
    album.add(
        "flows",
        "pages/flows",
        page(lang.pick("流程", "Flows"), "flows"),
        true,
        &json!({"flows": flows, "empty": null}),
    );
}

fn singles(album: &mut Album<'_>) {
    let lang = album.lang;
    let alone = |title: &str| Page {
        title: title.into(),
        alone: true,
        ..Page::default()
    };
    let faces: Vec<Face> = [views::zhang(), views::wang(), views::zhao()]
        .iter()
        .map(|person| Face::of(person, lang))
        .collect();
    let sign_in = json!({"next": "/inbox", "who": "", "error": "", "company": lang.pick("华东重工", "East Heavy Industries"), "code_to": "", "personas": faces});
    album.add(
        "sign-in",
        "pages/sign_in",
        alone(lang.pick("登录", "Sign in")),
        false,
        &sign_in,
    );
    let sign_in_link = json!({"next": "/inbox", "who": "zhang", "error": lang.pick("账号或密码不对。", "Account or password is wrong."), "company": "", "code_to": lang.pick("这个链接发给了 张*。验证码只会发到该同事登记的邮箱。", "This link was sent to 张*. The code goes to that person's registered address only."), "personas": []});
    album.add(
        "sign-in-link",
        "pages/sign_in",
        alone(lang.pick("登录", "Sign in")),
        false,
        &sign_in_link,
    );
    let code = json!({"next": "/inbox", "who": "zhang", "sent": lang.pick("验证码已发到登记的邮箱，10 分钟内有效。", "A code has been mailed, valid for 10 minutes."), "error": "", "mailbox": true});
    album.add("code", "pages/code", alone("code"), false, &code);
    let said = json!({
        "mark": "users", "heading": lang.pick("这个链接不是发给您的", "This link was sent to somebody else"),
        "lines": [lang.pick("它发给了 张*，而您现在是 李四。您只能处理自己的任务。", "It was sent to 张*; you are 李四. You can act on your own tasks only.")], "facts": [],
        "buttons": [
            {"href": "/inbox", "label": lang.pick("回到待办", "To my inbox"), "icon": "inbox", "tone": "main", "post": false, "hidden": []},
            {"href": "/sign-out", "label": lang.pick("切换账号", "Switch account"), "icon": "users", "tone": "", "post": true, "hidden": []},
        ], "reference": "Qm9vbQ",
    });
    album.add("said", "pages/said", page("said", ""), true, &said);
    let mail = json!({"subject": lang.pick("【待审批】SH-2026-0003 华东钢贸 1,234,567.00", "[To approve] SH-2026-0003"), "to": "wang@example.com", "at": "2026-10-08 09:12", "html": "", "text": "王物流，您好：\n张申请 申请发运审批。\nhttp://127.0.0.1:8080/l/abc", "links": [{"href": "/l/abc", "text": "/l/abc"}]});
    album.add("mail", "pages/mail", page("mail", "mail"), true, &mail);
    let me = json!({"mail": "wang@example.com", "unit": lang.pick("物流部", "Logistics"), "roles": [lang.pick("物流经理", "Logistics manager")],
        "themes": [{"value": "", "label": lang.pick("跟随系统", "Like the system"), "here": true}, {"value": "dark", "label": lang.pick("深色", "Dark"), "here": false}],
        "sessions": [{"id": "1", "device": "Chrome · Android", "since": lang.pick("3 小时前", "3 hours ago"), "here": true}]});
    album.add("me", "pages/me", page("me", "me"), true, &me);
    album.add(
        "noted",
        "pages/inbox",
        Page {
            note: Some(Note {
                tone: "ok".into(),
                icon: "circle-check".into(),
                text: lang
                    .pick("王物流 同意，已转 ERP 放行。", "Approved; on to the ERP.")
                    .into(),
                href: "/instances/1".into(),
                label: lang.pick("查看结果", "See the result").into(),
            }),
            ..page("x", "inbox")
        },
        true,
        &InboxModel {
            groups: groups(&views::inbox(), Tab::Todo, views::NOW, lang),
            ..InboxModel::default()
        },
    );
}
