//! A server with a company, a flow and a clock, spoken to as people and machines speak to it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use assent_core::command::{Actor, Via};
use assent_core::directory::{Directory, Person, RoleGrant, Unit};
use assent_core::text::{Lang, Text};
use assent_core::time::Moment;
use assent_runtime::app::{App, AppConfig, PublishOutcome, Secret, SourceFile};
use assent_runtime::clock::Clock;
use assent_server::config::Config;
use assent_server::web::{self, Site};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// Monday 2026-03-02 09:00 in China.
pub const MONDAY: Moment = Moment(1_772_413_200_000);
pub const HOUR_MS: i64 = 3_600_000;
const BODY_MAX: usize = 4 * 1024 * 1024;

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A server on a database of its own.
pub struct Desk {
    pub app: App,
    pub site: Arc<Site>,
    pub router: Router,
    folder: PathBuf,
}

impl Desk {
    /// On SQLite.
    pub async fn new() -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("assent-verbs-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let url = format!("sqlite:{}", folder.join("test.db").display());
        Self::on(url, folder).await
    }

    /// On this database.
    pub async fn on(url: String, folder: PathBuf) -> Self {
        let mut config = AppConfig::new(url);
        config.clock = Clock::test(MONDAY);
        config.workers = false;
        let app = App::open(config).await.unwrap();
        app.import_directory(directory()).await.unwrap();
        let file = SourceFile {
            name: "buying.yaml".to_owned(),
            text: include_str!("buying.yaml").to_owned(),
        };
        let published = app.publish(Some("adm"), vec![file]).await.unwrap();
        assert_ne!(
            published[0].outcome,
            PublishOutcome::Refused,
            "{:#?}",
            published[0]
        );
        let mut config = Config::default();
        config.limits.requests_per_minute = 0;
        let site = Site::new(app.clone(), config, None).unwrap();
        let router = web::router(Arc::clone(&site));
        Self {
            app,
            site,
            router,
            folder,
        }
    }

    /// A machine that acts for this person.
    pub async fn api(&self, person: &str) -> Caller {
        let token = self.app.issue_token(person, "test", None).await.unwrap();
        Caller {
            router: self.router.clone(),
            token: token.token.0,
        }
    }

    /// ann asks for something; the first tasks are open.
    pub async fn asked(&self, kind: &str, amount: &str) -> String {
        let values = json!({"subject": format!("{kind} {amount}"), "amount": amount, "kind": kind, "secret": "底价 1"});
        let values = values.as_object().cloned().unwrap();
        let actor = Actor::Person("ann".to_owned());
        let start = self
            .app
            .start("buying", actor, Via::Page, &values, true, None);
        start.await.unwrap().instance
    }

    /// The number of this person's open task there.
    pub async fn task(&self, instance: &str, person: &str) -> u32 {
        let view = self.app.instance_view(person, instance).await.unwrap();
        view.my_task.unwrap()
    }

    /// How many events of that kind the trail has.
    pub async fn events(&self, instance: &str, kind: &str) -> usize {
        let view = self.app.instance_view("adm", instance).await.unwrap();
        view.timeline
            .iter()
            .filter(|item| item.kind == kind)
            .count()
    }

    /// Somebody with a browser, signed in with a password.
    pub async fn browser(&self, person: &str) -> Browser {
        let password = Secret(format!("the password of {person}"));
        self.app.set_password(person, &password).await.unwrap();
        let sign_in = assent_runtime::app::SignIn {
            login: person.to_owned(),
            password,
            address: format!("10.0.0.{}", person.len()),
            agent: String::new(),
        };
        let session = self.app.sign_in(sign_in).await.unwrap();
        let mut browser = Browser {
            router: self.router.clone(),
            cookies: format!(
                "assent={}; assent_visit={}",
                session.token.0,
                "v".repeat(43)
            ),
            origin: self.site.origins[0].clone(),
            csrf: String::new(),
        };
        let (_, me) = browser.get("/api/v1/me").await;
        let me: Value = serde_json::from_str(&me).unwrap();
        me["csrf"].as_str().unwrap().clone_into(&mut browser.csrf);
        browser
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

/// A machine with a token.
#[derive(Clone)]
pub struct Caller {
    router: Router,
    token: String,
}

impl Caller {
    pub async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        self.call("POST", path, Some(body)).await
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.call("GET", path, None).await
    }

    /// A verb on a task.
    pub async fn on(
        &self,
        instance: &str,
        task: u32,
        verb: &str,
        body: Value,
    ) -> (StatusCode, Value) {
        self.post(&format!("/api/v1/tasks/{instance}/{task}/{verb}"), &body)
            .await
    }

    async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())))
            .unwrap();
        let (status, text) = answered(&self.router, request).await;
        let value = serde_json::from_str(&text).unwrap_or(Value::String(text));
        (status, value)
    }

    /// Stores a file; its id.
    pub async fn upload(&self, name: &str, content: &[u8]) -> String {
        let mut body = format!(
            "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n--x--\r\n");
        let request = Request::builder()
            .method("POST")
            .uri("/api/v1/files")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
            .body(Body::from(body))
            .unwrap();
        let (status, text) = answered(&self.router, request).await;
        assert_eq!(status, StatusCode::CREATED, "{text}");
        let stored: Value = serde_json::from_str(&text).unwrap();
        stored["id"].as_str().unwrap().to_owned()
    }
}

/// Somebody with a browser.
pub struct Browser {
    router: Router,
    cookies: String,
    origin: String,
    csrf: String,
}

impl Browser {
    pub async fn get(&self, path: &str) -> (StatusCode, String) {
        let request = Request::builder()
            .uri(path)
            .header(header::COOKIE, &self.cookies)
            .body(Body::empty())
            .unwrap();
        answered(&self.router, request).await
    }

    /// Posts a form; the CSRF token goes with it.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, String) {
        answered(&self.router, self.form(path, fields, &self.cookies)).await
    }

    /// Posts a form and goes on to where it leads, with the cookies that came with the answer.
    pub async fn follow(&self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, String) {
        let request = self.form(path, fields, &self.cookies);
        let response = self.router.clone().oneshot(request).await.unwrap();
        let headers = response.headers();
        let to = headers[header::LOCATION].to_str().unwrap().to_owned();
        let mut cookies = self.cookies.clone();
        for set in headers.get_all(header::SET_COOKIE) {
            cookies.push_str("; ");
            cookies.push_str(set.to_str().unwrap().split(';').next().unwrap());
        }
        let request = Request::builder()
            .uri(to)
            .header(header::COOKIE, cookies)
            .body(Body::empty())
            .unwrap();
        answered(&self.router, request).await
    }

    fn form(&self, path: &str, fields: &[(&str, &str)], cookies: &str) -> Request<Body> {
        let mut form = vec![("csrf", self.csrf.as_str())];
        form.extend_from_slice(fields);
        let pairs: Vec<String> = form
            .iter()
            .map(|(name, value)| {
                format!(
                    "{name}={}",
                    web::guard::faults::encode(value).replace('/', "%2F")
                )
            })
            .collect();
        Request::builder()
            .method("POST")
            .uri(path)
            .header(header::COOKIE, cookies)
            .header(header::ORIGIN, &self.origin)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(pairs.join("&")))
            .unwrap()
    }
}

impl Browser {
    /// Posts a form with files, as `(input, file name, content)`; a file without a name is an input where none was picked.
    pub async fn post_files(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &str)],
    ) -> (StatusCode, String) {
        let mut body = String::new();
        for (name, value) in [&[("csrf", self.csrf.as_str())], fields].concat() {
            body += &format!(
                "--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
        }
        for (input, name, content) in files {
            body += &format!(
                "--x\r\ncontent-disposition: form-data; name=\"{input}\"; filename=\"{name}\"\r\n\r\n{content}\r\n"
            );
        }
        body += "--x--\r\n";
        let request = Request::builder()
            .method("POST")
            .uri(path)
            .header(header::COOKIE, &self.cookies)
            .header(header::ORIGIN, &self.origin)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
            .body(Body::from(body))
            .unwrap();
        answered(&self.router, request).await
    }
}

async fn answered(router: &Router, request: Request<Body>) -> (StatusCode, String) {
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), BODY_MAX).await.unwrap();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

/// A refusal: its status and code, with a sentence in each language.
pub fn refused(answer: &(StatusCode, Value), status: u16, code: &str) {
    let (got, problem) = answer;
    assert_eq!(
        (got.as_u16(), &problem["code"]),
        (status, &json!(code)),
        "{problem}"
    );
    let chinese = |text: &str| text.chars().any(|letter| letter > '\u{4e00}');
    let (zh, en) = (
        problem["zh"].as_str().unwrap(),
        problem["en"].as_str().unwrap(),
    );
    assert!(chinese(zh), "{zh}");
    let letters = en.chars().filter(char::is_ascii_alphabetic).count();
    assert!(letters * 2 > en.chars().count(), "{en}");
}

/// It worked.
pub fn ok(answer: &(StatusCode, Value)) -> &Value {
    assert_eq!(answer.0, StatusCode::OK, "{}", answer.1);
    &answer.1
}

fn directory() -> Directory {
    let mut directory = Directory::default();
    let unit = Unit {
        id: "sales".into(),
        name: Text::new("销售部", "Sales"),
        parent: None,
        head: None,
    };
    directory.units.insert(unit.id.clone(), unit);
    let people = [
        ("ann", "安妮", ""),
        ("bob", "鲍勃", "board"),
        ("bea", "贝娅", "board"),
        ("carl", "卡尔", "chief"),
        ("hana", "哈娜", ""),
        ("zoe", "佐伊", ""),
        ("adm", "管理员", "administrator"),
        ("own", "负责人", "owner"),
    ];
    for (id, name, role) in people {
        let person = Person {
            id: id.into(),
            name: name.into(),
            mail: format!("{id}@example.com"),
            unit: "sales".into(),
            superior: None,
            posts: vec![],
            lang: Lang::Zh,
            active: true,
        };
        directory.people.insert(id.into(), person);
        if !role.is_empty() {
            directory.role_names.insert(role.into(), Text::same(role));
            directory.roles.push(RoleGrant {
                role: role.into(),
                person: id.into(),
                unit: None,
            });
        }
    }
    directory
}
