//! Callers that start approvals and decide them, in process or over HTTP, and note how long each answer took.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use assent_core::command::{Actor, Via};
use assent_runtime::app::App;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::company::{FLOW_ID, approve, cast, command, json_values};

/// What went wrong, in words; the benchmark stops.
pub type Fault = String;

/// An instance that waits for its first decision.
#[derive(Clone, Debug)]
pub struct Open {
    /// Its number: who decides it.
    pub number: usize,
    pub instance: String,
    pub task: u32,
}

/// One way in.
pub trait Way: Send + Sync + 'static {
    /// Starts the n-th approval.
    fn start(&self, number: usize) -> impl Future<Output = Result<Open, Fault>> + Send;
    /// Decides; the next task, when there is one.
    fn decide(
        &self,
        who: String,
        instance: &str,
        task: u32,
    ) -> impl Future<Output = Result<Option<u32>, Fault>> + Send;
}

/// How many were answered, and how long each took.
#[derive(Debug, Default)]
pub struct Sample {
    pub took: Duration,
    pub waits: Vec<Duration>,
}

/// What all callers share: numbers for new approvals, and the open ones that wait to be decided.
pub struct Work {
    next: AtomicUsize,
    open: Vec<Open>,
    taken: AtomicUsize,
}

impl Work {
    /// New approvals get numbers from `next` on; `open` ones are decided first, each once.
    pub fn new(next: usize, open: Vec<Open>) -> Self {
        Self {
            next: AtomicUsize::new(next),
            open,
            taken: AtomicUsize::new(0),
        }
    }

    fn old(&self) -> Option<&Open> {
        let taken = self.taken.fetch_add(1, Ordering::Relaxed);
        // Far apart, as the decisions of a day are.
        let step = (self.open.len() / 2) | 1;
        (taken < self.open.len()).then(|| &self.open[(taken * step) % self.open.len()])
    }
}

/// Lets so many callers work for that long: each starts an approval and decides one twice, the one it started or, where
/// there are, one that has been open before.
///
/// # Errors
/// The first answer that is none.
pub async fn drive<W: Way>(
    way: &Arc<W>,
    work: &Arc<Work>,
    callers: usize,
    time: Duration,
) -> Result<Sample, Fault> {
    let began = Instant::now();
    let mut calls = vec![];
    for _ in 0..callers {
        let (way, work) = (Arc::clone(way), Arc::clone(work));
        calls.push(tokio::spawn(async move {
            let mut waits = vec![];
            while began.elapsed() < time {
                let asked = Instant::now();
                let started = way.start(work.next.fetch_add(1, Ordering::Relaxed)).await?;
                waits.push(asked.elapsed());
                let Open {
                    number,
                    instance,
                    task,
                } = work.old().cloned().unwrap_or(started);
                let (_, first, second) = cast(number);
                let asked = Instant::now();
                let next = way
                    .decide(first, &instance, task)
                    .await?
                    .ok_or("nobody is asked next")?;
                waits.push(asked.elapsed());
                let asked = Instant::now();
                way.decide(second, &instance, next).await?;
                waits.push(asked.elapsed());
            }
            Ok::<_, Fault>(waits)
        }));
    }
    gathered(began, calls).await
}

/// What all callers waited, once the last one has ended.
///
/// # Errors
/// The first answer that is none.
pub async fn gathered(
    began: Instant,
    calls: Vec<JoinHandle<Result<Vec<Duration>, Fault>>>,
) -> Result<Sample, Fault> {
    let mut waits = vec![];
    for call in calls {
        waits.append(&mut call.await.map_err(|error| error.to_string())??);
    }
    let took = began.elapsed();
    waits.sort_unstable();
    Ok(Sample { took, waits })
}

/// The engine in this process.
pub struct InProcess(pub App);

impl Way for InProcess {
    async fn start(&self, number: usize) -> Result<Open, Fault> {
        let actor = Actor::Person(cast(number).0);
        let key = Some(format!("start-{number}"));
        let answer = self
            .0
            .start(FLOW_ID, actor, Via::Api, &json_values(number), true, key)
            .await;
        let answer = answer.map_err(|error| error.message().en)?;
        let task = answer
            .opened
            .first()
            .map(|opened| opened.task)
            .ok_or("nobody is asked")?;
        Ok(Open {
            number,
            instance: answer.instance,
            task,
        })
    }

    async fn decide(&self, who: String, instance: &str, task: u32) -> Result<Option<u32>, Fault> {
        let command = command(&who, approve(task), format!("{instance}-{task}"));
        let answer = self
            .0
            .command(instance, command)
            .await
            .map_err(|error| error.message().en)?;
        Ok(answer.opened.first().map(|opened| opened.task))
    }
}

/// The engine over HTTP: the whole server behind a socket, a token for each person.
pub struct OverHttp {
    pub base: String,
    pub client: reqwest::Client,
    pub tokens: std::collections::BTreeMap<String, String>,
}

impl OverHttp {
    async fn post(&self, who: &str, path: String, body: &Value) -> Result<Value, Fault> {
        let token = self.tokens.get(who).ok_or("nobody has this token")?;
        let sent = self
            .client
            .post(format!("{}{path}", self.base))
            .bearer_auth(token)
            .json(body)
            .send()
            .await;
        let answer = sent.map_err(|error| error.to_string())?;
        let status = answer.status();
        let text = answer.text().await.map_err(|error| error.to_string())?;
        if !status.is_success() {
            return Err(format!("{status} {text}"));
        }
        serde_json::from_str(&text).map_err(|error| error.to_string())
    }
}

fn opened(answer: &Value) -> Option<u32> {
    answer["opened"][0]["task"]
        .as_u64()
        .and_then(|task| u32::try_from(task).ok())
}

impl Way for OverHttp {
    async fn start(&self, number: usize) -> Result<Open, Fault> {
        let body =
            json!({"values": json_values(number), "idempotency_key": format!("start-{number}")});
        let answer = self
            .post(
                &cast(number).0,
                format!("/api/v1/flows/{FLOW_ID}/start"),
                &body,
            )
            .await?;
        let task = opened(&answer).ok_or_else(|| format!("nobody is asked: {answer}"))?;
        let instance = answer["instance"].as_str().ok_or("no instance")?.to_owned();
        Ok(Open {
            number,
            instance,
            task,
        })
    }

    async fn decide(&self, who: String, instance: &str, task: u32) -> Result<Option<u32>, Fault> {
        let body = json!({"decision": "approve", "comment": "同意", "idempotency_key": format!("{instance}-{task}")});
        let answer = self
            .post(
                &who,
                format!("/api/v1/tasks/{instance}/{task}/decision"),
                &body,
            )
            .await?;
        Ok(opened(&answer))
    }
}

/// The bare endpoint: one request a decision, the instance far from the one before.
pub struct Bare {
    pub base: String,
    pub client: reqwest::Client,
    pub instances: usize,
    pub next: AtomicUsize,
}

impl Bare {
    async fn ask(&self) -> Result<(), Fault> {
        let number = self
            .next
            .fetch_add(self.instances / 2 + 1, Ordering::Relaxed)
            % self.instances;
        let body = json!({"decision": "approve", "comment": "同意", "idempotency_key": format!("bare-{number}")});
        let sent = self
            .client
            .post(format!("{}/decide/{number}", self.base))
            .bearer_auth("t".repeat(43))
            .json(&body)
            .send()
            .await;
        let answer = sent
            .map_err(|error| error.to_string())?
            .text()
            .await
            .map_err(|error| error.to_string())?;
        if answer.contains("true") {
            Ok(())
        } else {
            Err(answer)
        }
    }
}

impl Way for Bare {
    async fn start(&self, number: usize) -> Result<Open, Fault> {
        self.ask().await?;
        Ok(Open {
            number,
            instance: String::new(),
            task: 1,
        })
    }

    async fn decide(&self, _: String, _: &str, task: u32) -> Result<Option<u32>, Fault> {
        self.ask().await?;
        Ok(Some(task))
    }
}
