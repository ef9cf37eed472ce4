//! The binary under test, as a process.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// The longest a start may take on a busy machine.
const START_MAX: Duration = Duration::from_secs(240);

/// Where the binary is: `ASSENT_BIN`, or beside the test's own build.
pub fn path() -> PathBuf {
    if let Some(path) = std::env::var_os("ASSENT_BIN") {
        return path.into();
    }
    let test = std::env::current_exe().unwrap();
    let built = test.parent().and_then(Path::parent).unwrap().join("assent");
    assert!(
        built.exists(),
        "build the binary first (cargo build --bin assent), or set ASSENT_BIN"
    );
    built
}

/// The project's folder.
pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Where the binary runs: in the project's folder, whose flows it reads; `ASSENT_BIN_HOME` is that of another build.
fn home() -> PathBuf {
    std::env::var_os("ASSENT_BIN_HOME").map_or_else(project, PathBuf::from)
}

/// The binary, in the project's folder.
pub fn command() -> Command {
    let mut command = Command::new(path());
    // What the tests are told by the environment is no configuration of the program.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ASSENT_")) {
        command.env_remove(name);
    }
    command.current_dir(home());
    // A key that a server started there left in the project's folder is not this test's: one that needs a key names its own.
    command.env("ASSENT_AUDIT_KEY_FILE", no_key());
    command
}

/// A file that is not there, another one for each command.
fn no_key() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("assent-no-key-{}-{number}", std::process::id()))
}

/// Runs a command to its end, in the project's folder.
pub fn run(arguments: &[&str]) -> Output {
    command().args(arguments).output().unwrap()
}

/// A folder that is gone when the test is.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let nanos = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_nanos();
        let folder =
            std::env::temp_dir().join(format!("assent-{name}-{}-{nanos}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// A running `assent demo`.
pub struct Demo {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub base: String,
    /// The one-click sign-in links it printed.
    pub links: Vec<String>,
}

impl Demo {
    /// Starts the demo on a free port, with its data in `folder`.
    pub fn start(folder: &Path) -> Self {
        Self::start_on(folder, None)
    }

    /// The same, on this database.
    pub fn start_on(folder: &Path, database: Option<&str>) -> Self {
        Self::start_in(&home(), folder, database)
    }

    /// The same, with the flows and rules of another project's folder.
    pub fn start_in(project: &Path, folder: &Path, database: Option<&str>) -> Self {
        let port = free_port();
        let mut child = Command::new(path())
            .args([
                "demo",
                "--port",
                &port.to_string(),
                "--data",
                &folder.to_string_lossy(),
            ])
            .args(database.into_iter().flat_map(|url| ["--database", url]))
            .current_dir(project)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let base = format!("http://127.0.0.1:{port}");
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut links = Vec::new();
        let begun = Instant::now();
        for line in lines.map_while(Result::ok) {
            let words = line
                .split_whitespace()
                .filter(|word| word.contains("/demo/as/"));
            links.extend(words.map(str::to_owned));
            if links.len() >= 5 || begun.elapsed() > START_MAX {
                break;
            }
        }
        assert!(
            links.len() >= 5,
            "the demo printed {} sign-in links",
            links.len()
        );
        Self { child, base, links }
    }

    /// The link that signs this person in: all of them carry the same key.
    pub fn link(&self, who: &str) -> String {
        let (start, rest) = self.links[0].split_once("/demo/as/").unwrap();
        let (_, key) = rest.split_once('?').unwrap();
        format!("{start}/demo/as/{who}?{key}")
    }

    /// Waits until it answers, and says how long that took.
    pub async fn ready(&self) -> Duration {
        let begun = Instant::now();
        loop {
            if let Ok(answer) = reqwest::get(format!("{}/readyz", self.base)).await
                && answer.status().is_success()
            {
                return begun.elapsed();
            }
            assert!(begun.elapsed() < START_MAX, "not ready");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Its number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal by name: `STOP`, `CONT`, `TERM`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success(), "kill -{name}");
    }

    /// Waits until it has ended by itself.
    pub fn ended(&mut self) {
        self.child.wait().unwrap();
    }

    /// Pulls the plug.
    pub fn kill(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }

    /// Asks it to stop, as an init system does.
    pub fn terminate(&self) {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(told.success());
    }

    /// How it ended, once it has.
    pub fn wait(&mut self) -> std::process::ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(end) = self.child.try_wait().unwrap() {
                return end;
            }
            assert!(begun.elapsed() < START_MAX, "it never ends");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// True while the process lives.
    pub fn alive(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A port nobody listens on right now.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}
