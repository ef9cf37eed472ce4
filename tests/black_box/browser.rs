//! Pages in a real browser, on a phone-sized screen: nothing sticks out, two taps decide, in Chinese and in English.
//!
//! Speaks the WebDriver protocol to Debian's chromedriver; without one the test says so and passes. With `ASSENT_SHOTS=FOLDER` every
//! page it sees is kept there as a picture.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::binary::{Demo, Folder, free_port};
use crate::person::Person;

const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser window.
pub struct Browser {
    driver: Child,
    session: String,
    _profile: Folder,
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.driver.kill().ok();
        self.driver.wait().ok();
    }
}

impl Browser {
    /// A window of that size; none when there is no chromedriver here.
    pub async fn open(width: u32, height: u32) -> Option<Self> {
        let port = free_port();
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let profile = Folder::new("browser");
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            &format!("--user-data-dir={}", profile.path().display()),
            &format!("--window-size={width},{height}"),
        ];
        let metrics =
            json!({"width": width, "height": height, "pixelRatio": 1.0, "touch": width < 700});
        let options = json!({"args": arguments, "mobileEmulation": {"deviceMetrics": metrics}});
        let wanted = json!({"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}});
        let base = format!("http://127.0.0.1:{port}");
        let mut browser = Self {
            driver,
            session: String::new(),
            _profile: profile,
        };
        for _ in 0..200 {
            if let Ok(answer) = call("POST", &format!("{base}/session"), &wanted).await {
                let id = answer["sessionId"]
                    .as_str()
                    .unwrap_or_else(|| panic!("no session: {answer}"));
                browser.session = format!("{base}/session/{id}");
                return Some(browser);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("chromedriver does not answer");
    }

    pub async fn go(&self, url: &str) {
        call(
            "POST",
            &format!("{}/url", self.session),
            &json!({"url": url}),
        )
        .await
        .unwrap();
    }

    pub async fn run(&self, script: &str) -> Value {
        call(
            "POST",
            &format!("{}/execute/sync", self.session),
            &json!({"script": script, "args": []}),
        )
        .await
        .unwrap()
    }

    /// Clicks the first element that matches, once there is one and it can be clicked.
    async fn click(&self, selector: &str) {
        let mut last = Value::Null;
        for _ in 0..100 {
            let find = json!({"using": "css selector", "value": selector});
            let found = call("POST", &format!("{}/element", self.session), &find)
                .await
                .unwrap();
            if let Some(id) = found[ELEMENT].as_str() {
                // In the middle: at the lower edge the bar of a phone lies above it.
                let to = format!(
                    "document.querySelector({selector:?}).scrollIntoView({{block: 'center', behavior: 'instant'}})"
                );
                self.run(&to).await;
                last = call(
                    "POST",
                    &format!("{}/element/{id}/click", self.session),
                    &json!({}),
                )
                .await
                .unwrap();
                if last.is_null() {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{selector} cannot be clicked: {last}");
    }

    /// Clicks what sends a form, and waits for the page that answers it: going elsewhere before would read a world in which it
    /// has not happened yet.
    pub async fn send(&self, selector: &str) {
        self.run("window.isOldPage = true").await;
        self.click(selector).await;
        for _ in 0..600 {
            let arrived = "return !window.isOldPage && document.readyState === 'complete'";
            if self.run(arrived).await == json!(true) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{selector} was sent and nothing came back");
    }

    /// Nothing on the page is wider than the window; keeps a picture where one is asked for.
    pub async fn look(&self, name: &str) {
        let wide = self
            .run("return [document.documentElement.scrollWidth, window.innerWidth, document.title]")
            .await;
        let (content, window) = (wide[0].as_u64().unwrap(), wide[1].as_u64().unwrap());
        assert!(
            content <= window,
            "{name}: {content} px of content in {window} px ({})",
            wide[2]
        );
        if let Some(folder) = std::env::var_os("ASSENT_SHOTS") {
            let shot = call("GET", &format!("{}/screenshot", self.session), &Value::Null)
                .await
                .unwrap();
            std::fs::create_dir_all(&folder).unwrap();
            let path = std::path::Path::new(&folder).join(format!("{name}.png.base64"));
            std::fs::write(path, shot.as_str().unwrap()).unwrap();
        }
    }
}

async fn call(method: &str, url: &str, body: &Value) -> Result<Value, reqwest::Error> {
    let client = reqwest::Client::new();
    let request = if method == "GET" {
        client.get(url)
    } else {
        client.post(url).body(body.to_string())
    };
    let text = request.send().await?.text().await?;
    let answer: Value = serde_json::from_str(&text).unwrap_or_default();
    Ok(answer["value"].clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_decides_in_two_taps() {
    let Some(phone) = Browser::open(360, 640).await else {
        println!("skipped: no chromedriver");
        return;
    };
    let folder = Folder::new("phone");
    let demo = Demo::start(folder.path());
    demo.ready().await;
    let applicant = Person::sign_in(&demo, "chenyu").await;
    let manager = Person::sign_in(&demo, "wanghaoran").await;
    let started = applicant.start_shipment("SH-2026-7200").await;
    let instance = started["instance"].as_str().unwrap().to_owned();
    let task = manager.task_on(&instance).await;

    phone
        .go(demo
            .links
            .iter()
            .find(|link| link.contains("/wanghaoran?"))
            .unwrap())
        .await;
    for language in ["zh", "en"] {
        let pages = [
            ("inbox", "/inbox".to_owned()),
            ("task", format!("/tasks/{instance}/{task}")),
            ("start", "/start/shipment_release".to_owned()),
            ("instance", format!("/instances/{instance}")),
            ("mailbox", "/dev/mail".to_owned()),
            ("flows", "/flows".to_owned()),
        ];
        for (name, path) in pages {
            phone
                .go(&format!("{}{path}?lang={language}", demo.base))
                .await;
            phone.look(&format!("{name}-{language}-360")).await;
        }
    }
    phone
        .go(&format!("{}/tasks/{instance}/{task}?lang=zh", demo.base))
        .await;
    let visible = "const r = document.querySelector(\"a[href$='#approve']\")?.getBoundingClientRect(); return r && r.bottom <= window.innerHeight && r.height >= 44";
    assert_eq!(
        phone.run(visible).await,
        json!(true),
        "the approve button is on the first screen and large enough"
    );
    phone.click("a[href$='#approve']").await;
    phone.look("sheet-zh-360").await;
    phone.send("#approve button.confirm").await;
    applicant.until(&instance, "approved").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_sees_every_page() {
    let Some(desk) = Browser::open(1280, 800).await else {
        println!("skipped: no chromedriver");
        return;
    };
    let folder = Folder::new("desk");
    let demo = Demo::start(folder.path());
    demo.ready().await;
    desk.go(&demo.link("sunlei")).await;
    for language in ["zh", "en"] {
        for (name, path) in [
            ("inbox", "/inbox"),
            ("instances", "/instances"),
            ("stuck", "/stuck"),
            ("flows", "/flows"),
            ("mailbox", "/dev/mail"),
            ("start", "/start"),
        ] {
            desk.go(&format!("{}{path}?lang={language}", demo.base))
                .await;
            desk.look(&format!("{name}-{language}-1280")).await;
            let title = desk
                .run("return document.querySelectorAll('h1').length")
                .await;
            assert_eq!(title, json!(1), "one heading on {path}");
        }
    }
}

/// Signs in by the demo's link of that person.
async fn become_person(window: &Browser, demo: &Demo, who: &str) {
    window.go(&demo.link(who)).await;
}

/// Types into an input, as a hand would.
pub async fn fill(window: &Browser, selector: &str, text: &str) {
    let script = format!(
        "const box = document.querySelector({selector:?}); box.value = {text:?}; box.dispatchEvent(new Event('input', {{bubbles: true}}));"
    );
    window.run(&script).await;
}

/// Opens a sheet from the menu under 更多.
async fn open_from_menu(window: &Browser, sheet: &str) {
    window.click("a[href$='#more']").await;
    window.click(&format!("#more a[href$='#{sheet}']")).await;
}

/// The manager has a colleague look first, gets the task back with the opinion, adds another signer, approves.
async fn delegate_and_add_signer(width: u32, height: u32, number: &str) {
    let Some(window) = Browser::open(width, height).await else {
        println!("skipped: no chromedriver");
        return;
    };
    let folder = Folder::new("delegate");
    let demo = Demo::start(folder.path());
    demo.ready().await;
    let applicant = Person::sign_in(&demo, "chenyu").await;
    let manager = Person::sign_in(&demo, "wanghaoran").await;
    let colleague = Person::sign_in(&demo, "sunlei").await;
    let started = applicant.start_shipment(number).await;
    let instance = started["instance"].as_str().unwrap().to_owned();
    let task = manager.task_on(&instance).await;
    let page = |task: u64, language: &str| {
        format!("{}/tasks/{instance}/{task}?lang={language}", demo.base)
    };

    become_person(&window, &demo, "wanghaoran").await;
    window.go(&page(task, "zh")).await;
    open_from_menu(&window, "delegate").await;
    fill(&window, "#delegate-to", "sunlei").await;
    fill(&window, "#delegate-comment", "请先看装载率").await;
    window.look(&format!("delegate-zh-{width}")).await;
    window.send("#delegate button.confirm").await;
    let asked = colleague.task_on(&instance).await;
    for language in ["zh", "en"] {
        window.go(&page(task, language)).await;
        window.look(&format!("waits-{language}-{width}")).await;
    }

    become_person(&window, &demo, "sunlei").await;
    for language in ["zh", "en"] {
        window
            .go(&format!("{}/inbox?lang={language}", demo.base))
            .await;
        window
            .look(&format!("inbox-asked-{language}-{width}"))
            .await;
        window.go(&page(asked, language)).await;
        window.look(&format!("opinion-{language}-{width}")).await;
    }
    window.click("a[href$='#advise']").await;
    fill(&window, "#advise-comment", "七成可以放行").await;
    window.send("#advise button.confirm").await;

    become_person(&window, &demo, "wanghaoran").await;
    for language in ["en", "zh"] {
        window.go(&page(task, language)).await;
        window.look(&format!("came-back-{language}-{width}")).await;
    }
    let seen = window.run("return document.body.innerText").await;
    assert!(seen.as_str().unwrap().contains("七成可以放行"), "{seen}");
    open_from_menu(&window, "add_signer").await;
    fill(&window, "#add_signer-to", "sunlei").await;
    window.look(&format!("add-signer-zh-{width}")).await;
    window.send("#add_signer button.confirm").await;
    colleague.task_on(&instance).await;
    for language in ["zh", "en"] {
        window
            .go(&format!(
                "{}/instances/{instance}?lang={language}",
                demo.base
            ))
            .await;
        window
            .look(&format!("instance-verbs-{language}-{width}"))
            .await;
        window
            .go(&format!("{}/inbox?tab=done&lang={language}", demo.base))
            .await;
        window.look(&format!("inbox-done-{language}-{width}")).await;
    }
    window.go(&page(task, "zh")).await;
    window.click("a[href$='#approve']").await;
    window.send("#approve button.confirm").await;
    applicant.until(&instance, "approved").await;
}

/// A2.93
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_delegates_gets_it_back_and_adds_a_signer() {
    delegate_and_add_signer(360, 640, "SH-2026-7210").await;
}

/// A2.93
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_delegates_gets_it_back_and_adds_a_signer() {
    delegate_and_add_signer(1280, 800, "SH-2026-7212").await;
}

/// Tap targets that are too small for a thumb, outside running text.
const SMALL: &str = "return [...document.querySelectorAll('main a, main button, main input:not([type=hidden]), main select, main textarea, main summary, nav.below a')].filter(e => { const r = (e.closest('label') || e).getBoundingClientRect(); const s = getComputedStyle(e); return r.width > 0 && s.display !== 'inline' && s.visibility !== 'hidden' && !e.closest('.visually-hidden') && !e.classList.contains('show-minor') && (r.height < 43.5 || r.width < 43.5); }).map(e => e.outerHTML.slice(0, 90))";

/// An administrator has every page on a phone: none wider than the screen, one heading, nothing too small to tap, and a way to each.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_shows_every_page_of_an_administrator() {
    let Some(phone) = Browser::open(360, 640).await else {
        println!("skipped: no chromedriver");
        return;
    };
    let folder = Folder::new("admin-phone");
    let demo = Demo::start(folder.path());
    demo.ready().await;
    let applicant = Person::sign_in(&demo, "chenyu").await;
    let started = applicant.start_shipment("SH-2026-7220").await;
    let instance = started["instance"].as_str().unwrap();
    let path = |rest: &str| format!("/instances/{instance}{rest}");
    phone.go(&demo.link("sunlei")).await;
    let pages = [
        ("override", path("/override?act=retry&")),
        ("record", path("?")),
        ("why", path("/why?")),
        ("print", path("/print?")),
        ("form", path("/print?form=1&")),
        ("calendars", "/calendars?".to_owned()),
        ("leaving", "/leaving?person=wanghaoran&".to_owned()),
        ("away", "/away?person=wanghaoran&".to_owned()),
        ("my-away", "/me/away?".to_owned()),
        ("stuck", "/stuck?".to_owned()),
        ("all", "/instances?".to_owned()),
        ("batch", "/inbox/batch?".to_owned()),
        ("me", "/me?".to_owned()),
        ("gone", "/instances/nowhere?".to_owned()),
    ];
    for language in ["zh", "en"] {
        for (name, page) in &pages {
            phone
                .go(&format!("{}{page}lang={language}", demo.base))
                .await;
            phone.look(&format!("admin-{name}-{language}-360")).await;
            let headings = phone
                .run("return document.querySelectorAll('h1').length")
                .await;
            assert_eq!(headings, json!(1), "one heading on {name}");
            assert_eq!(phone.run(SMALL).await, json!([]), "{name} in {language}");
        }
    }
    phone
        .go(&format!("{}{}lang=zh", demo.base, path("/print?form=1&")))
        .await;
    let form = phone.run("return document.body.innerText").await;
    let form = form.as_str().unwrap();
    assert!(
        form.contains("客户签字") && form.contains("SH-2026-7220"),
        "{form}"
    );
    assert!(!form.contains("提交"), "a form has no trail: {form}");
    phone.go(&format!("{}/me", demo.base)).await;
    for page in ["/stuck", "/instances", "/calendars", "/leaving"] {
        let way = format!(
            "return document.querySelector(`main a[href='{page}']`)?.getBoundingClientRect().height >= 44"
        );
        assert_eq!(phone.run(&way).await, json!(true), "a way to {page}");
    }
    phone
        .go(&format!("{}{}lang=zh", demo.base, path("/why?")))
        .await;
    let why = phone.run("return document.body.innerText").await;
    let why = why.as_str().unwrap();
    assert!(why.contains("已用额度 + 金额 > 信用额度"), "{why}");
    assert!(
        !why.contains("credit_used") && !why.contains("已拒绝"),
        "{why}"
    );
}
