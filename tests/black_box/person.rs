//! Somebody with a browser, or a script with a session.

use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

use crate::binary::Demo;

/// Somebody signed in.
#[derive(Clone)]
pub struct Person {
    client: Client,
    base: String,
    csrf: String,
}

impl Person {
    /// Signs in by the link the demo printed for that person, or by one like it: its key lets a visitor be anybody.
    pub async fn sign_in(demo: &Demo, who: &str) -> Self {
        let client = Client::builder()
            .cookie_store(true)
            .redirect(Policy::none())
            .build()
            .unwrap();
        let answer = client.get(demo.link(who)).send().await.unwrap();
        assert!(
            answer.status().is_redirection(),
            "signing in: {}",
            answer.status()
        );
        let mut person = Self {
            client,
            base: demo.base.clone(),
            csrf: String::new(),
        };
        let me = person.read("/api/v1/me").await;
        assert_eq!(me["person"]["id"], who);
        me["csrf"].as_str().unwrap().clone_into(&mut person.csrf);
        person
    }

    /// A page or an API resource.
    pub async fn get(&self, path: &str) -> Response {
        self.client.get(self.url(path)).send().await.unwrap()
    }

    /// The same with a header more.
    pub async fn get_with(&self, path: &str, header: &str, value: &str) -> Response {
        let get = self.client.get(self.url(path)).header(header, value);
        get.send().await.unwrap()
    }

    fn url(&self, path: &str) -> String {
        if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        }
    }

    /// A page's text; it must be there.
    pub async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.text().await.unwrap()
    }

    /// JSON that must be there.
    pub async fn read(&self, path: &str) -> Value {
        let text = self.page(path).await;
        serde_json::from_str(&text).unwrap()
    }

    /// Posts JSON; the status and the answer.
    pub async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        self.try_post(path, body).await.unwrap()
    }

    /// The same, when the server may be gone.
    pub async fn try_post(
        &self,
        path: &str,
        body: &Value,
    ) -> Result<(StatusCode, Value), reqwest::Error> {
        let post = self
            .client
            .post(self.url(path))
            .header("x-csrf-token", &self.csrf)
            .header("origin", &self.base);
        let post = post
            .header("content-type", "application/json")
            .body(body.to_string());
        let answer = post.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        Ok((
            status,
            serde_json::from_str(&text).unwrap_or(Value::String(text)),
        ))
    }

    /// Posts a page's form, with files (input and name) where it has some; it must lead on to another page.
    pub async fn upload(&self, path: &str, fields: &[(&str, &str)], files: &[(&str, &str)]) {
        const EDGE: &str = "----five-flows";
        let mut body = Vec::new();
        let csrf = [("csrf", self.csrf.as_str())];
        for (name, value) in csrf.iter().chain(fields) {
            let part = format!(
                "--{EDGE}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            body.extend(part.into_bytes());
        }
        for (name, file) in files {
            let part = format!(
                "--{EDGE}\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\ncontent-type: image/png\r\n\r\n"
            );
            body.extend(part.into_bytes());
            body.extend(PICTURE);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{EDGE}--\r\n").into_bytes());
        let post = self
            .client
            .post(self.url(path))
            .header("origin", &self.base);
        let kind = format!("multipart/form-data; boundary={EDGE}");
        let answer = post
            .header("content-type", kind)
            .body(body)
            .send()
            .await
            .unwrap();
        let status = answer.status();
        let page = answer.text().await.unwrap();
        let wrong: Vec<&str> = page
            .split("class=\"wrong\"")
            .skip(1)
            .map(|rest| &rest[..rest.len().min(300)])
            .collect();
        assert_eq!(
            status,
            StatusCode::SEE_OTHER,
            "{path} {fields:?}: {wrong:?}"
        );
    }

    /// Posts a plain form, as a browser without scripts does; the status and the page.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, String) {
        let mut body = format!("csrf={}", escaped(&self.csrf));
        for (name, value) in fields {
            body.push_str(&format!("&{name}={}", escaped(value)));
        }
        let post = self
            .client
            .post(self.url(path))
            .header("origin", &self.base)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        let answer = post.send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    /// Starts and submits an under-loaded shipment: the logistics managers are asked. Returns the instance and its tasks.
    pub async fn start_shipment(&self, number: &str) -> Value {
        let (status, answer) = self
            .post("/api/v1/flows/shipment_release/start", &shipment(number))
            .await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        answer
    }

    /// The person's open task on an instance, once there is one (effects answer a moment later).
    pub async fn task_on(&self, instance: &str) -> u64 {
        for _ in 0..3_600 {
            let todo = self.read("/api/v1/tasks?mine=todo&limit=200").await;
            let found = todo["items"]
                .as_array()
                .unwrap()
                .iter()
                .find(|row| row["instance"] == instance);
            if let Some(task) = found.and_then(|row| row["task"].as_u64()) {
                return task;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("no task on {instance}");
    }

    /// The status of an instance, once it is `wanted`. Long enough for the lease of a worker that was killed to run out.
    pub async fn until(&self, instance: &str, wanted: &str) {
        let mut seen = Value::Null;
        for _ in 0..3_600 {
            seen = self.read(&format!("/api/v1/instances/{instance}")).await;
            if seen["status"] == wanted {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("never {wanted}: {seen}");
    }
}

/// A small picture.
const PICTURE: &[u8] = include_bytes!("../../engine/server/src/cli/demo/picture.png");

/// A shipment of 21 of 30 tonnes within the customer's credit.
pub fn shipment(number: &str) -> Value {
    json!({"values": {
        "shipment_no": number, "customer": crate::first_day::CUSTOMER, "amount": "80000.00",
        "loaded_t": "21", "capacity_t": "30", "bearer": "customer", "load_reason": "customer_urgent"
    }})
}

/// The shipment number of one of several lanes that start shipments side by side: none is used twice, and none is a demo case's.
/// Even ones only, because the demo's ERP keeps shipments that end in 99 frozen.
pub fn shipment_no(lane: u64, lanes: u64, number: u64) -> String {
    let even = (number * lanes + lane) * 2;
    format!("SH-{:04}-{:04}", 3_000 + even / 10_000, even % 10_000)
}

/// Percent-encoded, every byte: short enough for a test.
fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
