//! What the program talks to, as tests play it: an ERP and a mail server on loopback, which note what they are sent and may be told
//! to fail; and the server itself with a configuration of one's own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::binary::command;

/// The longest a start may take on a busy machine.
const START_MAX: Duration = Duration::from_secs(240);
/// The longest anything may take to arrive.
const ARRIVAL_MAX: Duration = Duration::from_secs(60);

/// A request that the ERP got.
#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    /// Its head, as it came.
    pub head: String,
    pub body: String,
}

impl Asked {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

/// Somebody who listens.
#[derive(Clone, Default)]
pub struct Heard {
    asked: Arc<Mutex<Vec<Asked>>>,
    failing: Arc<AtomicBool>,
}

impl Heard {
    pub fn all(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub fn fail(&self, failing: bool) {
        self.failing.store(failing, Ordering::SeqCst);
    }

    /// Something that came and is like this, once it came.
    pub fn until(&self, wanted: impl Fn(&Asked) -> bool) -> Asked {
        let begun = Instant::now();
        loop {
            if let Some(found) = self.all().into_iter().find(&wanted) {
                return found;
            }
            assert!(
                begun.elapsed() < ARRIVAL_MAX,
                "it never came: {:?}",
                self.all()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn note(&self, asked: Asked) -> bool {
        self.asked.lock().unwrap().push(asked);
        self.failing.load(Ordering::SeqCst)
    }
}

fn listen(each: impl Fn(TcpStream) + Send + Clone + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let each = each.clone();
            std::thread::spawn(move || each(stream));
        }
    });
    port
}

/// An ERP: gives credit and releases what it is asked to; when it fails, it repeats the head of the request.
pub fn erp() -> (u16, Heard) {
    let heard = Heard::default();
    let noted = heard.clone();
    let port = listen(move |mut stream| {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or_default() == 0 {
                return;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
            head.push_str(&line);
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let said = match path.as_str() {
            path if path.ends_with("/credit-checks") => {
                r#"{"limit":"500000.00","used":"100000.00"}"#
            }
            path if path.ends_with("/shipment-releases") => r#"{"delivery":"DN-1"}"#,
            _ => "{}",
        };
        let asked = Asked {
            path,
            head: head.clone(),
            body: String::from_utf8_lossy(&body).into_owned(),
        };
        let (status, said) = if noted.note(asked) {
            ("500 Broken", format!("it broke on {head}"))
        } else {
            ("200 OK", said.to_owned())
        };
        let length = said.len();
        write!(
            stream,
            "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{said}"
        )
        .ok();
    });
    (port, heard)
}

/// A mail server that wants to know who sends; when it fails, it knows no recipient and repeats what it was told.
pub fn mail_server() -> (u16, Heard) {
    let heard = Heard::default();
    let noted = heard.clone();
    let port = listen(move |mut stream| {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut say = |line: &str| write!(stream, "{line}\r\n").is_ok();
        say("220 mail.test");
        let mut head = String::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or_default() == 0 {
                return;
            }
            let word = line
                .split([' ', '\r'])
                .next()
                .unwrap_or_default()
                .to_uppercase();
            head.push_str(&line);
            match word.as_str() {
                "EHLO" => {
                    say("250-mail.test\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME");
                }
                "AUTH" => {
                    say("235 welcome");
                }
                "RCPT" if noted.failing.load(Ordering::SeqCst) => {
                    let heard = head.replace("\r\n", " ");
                    say(&format!("550 nobody here, and I was told {heard}"));
                }
                "DATA" => {
                    say("354 go on");
                    let mut body = String::new();
                    while !body.ends_with("\r\n.\r\n") {
                        reader.read_line(&mut body).unwrap();
                    }
                    noted.note(Asked {
                        path: String::new(),
                        head: head.clone(),
                        body,
                    });
                    say("250 taken");
                }
                "QUIT" => {
                    say("221 bye");
                    return;
                }
                _ => {
                    say("250 ok");
                }
            }
        }
    });
    (port, heard)
}

/// A running `assent serve`.
pub struct Served {
    child: Child,
    pub log: PathBuf,
}

impl Served {
    /// On the database of a demo that has ended, at its address, with these variables.
    pub async fn start(folder: &Path, base: &str, variables: &[(String, String)]) -> Self {
        let log = folder.join("serve.log");
        let file = std::fs::File::create(&log).unwrap();
        let mut serve = with(folder, base, variables);
        let child = serve
            .arg("serve")
            .stdout(Stdio::from(file.try_clone().unwrap()))
            .stderr(Stdio::from(file))
            .spawn()
            .unwrap();
        let served = Self { child, log };
        let begun = Instant::now();
        loop {
            let answer = reqwest::get(format!("{base}/readyz")).await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return served;
            }
            assert!(begun.elapsed() < START_MAX, "{}", served.logged());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub fn logged(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The program with a demo's database, an address, and these variables.
pub fn with(folder: &Path, base: &str, variables: &[(String, String)]) -> Command {
    let mut command = command();
    let database = format!("sqlite:{}", folder.join("assent.db").display());
    command
        .env("ASSENT_DATABASE_URL", database)
        .env("ASSENT_SERVER_LISTEN", base.trim_start_matches("http://"))
        .env("ASSENT_AUDIT_KEY_FILE", folder.join("audit.key"))
        .env("ASSENT_LIMITS_REQUESTS_PER_MINUTE", "0");
    for (name, value) in variables {
        command.env(name, value);
    }
    command
}
