//! Every command of the program is run once, with good input and bad: what an administrator types, and what comes of it.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::binary::{Demo, Folder, command, project};
use crate::person::Person;

const ADMIN: &str = "sunlei";
/// Commands that other tests here run.
const ELSEWHERE: [&str; 7] = ["demo", "serve", "do", "check", "test", "schema", "draw"];

/// Runs commands on one database, and keeps which.
struct Terminal<'a> {
    folder: &'a Path,
    ran: BTreeSet<String>,
}

/// Commands that stand in front of others.
const GROUPS: [&str; 6] = ["admin", "calendar", "flow", "key", "config", "people"];

impl Terminal<'_> {
    fn run(&mut self, words: &[&str]) -> (Option<i32>, String, String) {
        let is_group = GROUPS.contains(&words[0]);
        let name = if is_group {
            words[..2].join(" ")
        } else {
            words[0].to_owned()
        };
        self.ran.insert(name);
        let database = format!("sqlite:{}", self.folder.join("assent.db").display());
        let output = command()
            .args(words)
            .env("ASSENT_DATABASE_URL", database)
            .env("ASSENT_AUDIT_KEY_FILE", self.folder.join("audit.key"))
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            output.status.code(),
            text(&output.stdout),
            text(&output.stderr),
        )
    }

    /// It must end well; its output.
    fn good(&mut self, words: &[&str]) -> String {
        let (code, out, err) = self.run(words);
        assert_eq!(code, Some(0), "{words:?}: {out}{err}");
        assert!(!out.trim().is_empty(), "{words:?} says nothing");
        out
    }

    fn json(&mut self, words: &[&str]) -> Value {
        let text = self.good(words);
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("not JSON: {text}"))
    }

    /// It must be refused, in one line of either language that says what to do.
    fn bad(&mut self, words: &[&str], said: &str) {
        for lang in ["zh", "en"] {
            let mut words = words.to_vec();
            words.extend(["--lang", lang]);
            let (code, out, err) = self.run(&words);
            assert!(
                matches!(code, Some(1 | 2)),
                "{words:?}: {code:?} {out}{err}"
            );
            let all = format!("{out}{err}");
            assert!(all.contains(said) || lang == "zh", "{words:?}: {all}");
            assert!(
                !all.contains("panicked") && !all.trim().is_empty(),
                "{words:?}: {all}"
            );
        }
    }

    /// An override: looked at, done with the token of what was seen.
    fn overruled(&mut self, words: &[&str], reason: &str) -> Value {
        let common = ["--as", ADMIN, "--reason", reason, "--json"];
        let mut dry = [words, &common].concat();
        dry.push("--dry-run");
        let seen = self.json(&dry);
        let token = seen["token"].as_str().unwrap();
        let with_token = [words, &common, &["--token", token]].concat();
        self.json(&with_token)
    }
}

/// The names of the commands below `words`, as the program lists them.
fn listed(words: &[&str]) -> Vec<String> {
    let output = command().args(words).arg("--help").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let commands = text.split("Commands:\n").nth(1).unwrap();
    let commands = commands.lines().take_while(|line| line.starts_with("  "));
    commands
        .filter_map(|line| {
            line.strip_prefix("  ")?
                .split(' ')
                .next()
                .map(str::to_owned)
        })
        .filter(|name| !name.is_empty() && name != "help")
        .collect()
}

/// The demo with six shipments that wait for a manager, ended; their ids, and that of an instance that is held.
async fn waiting(folder: &Path) -> (Vec<String>, String) {
    let mut demo = Demo::start(folder);
    demo.ready().await;
    let applicant = Person::sign_in(&demo, "chenyu").await;
    let manager = Person::sign_in(&demo, "wanghaoran").await;
    let admin = Person::sign_in(&demo, ADMIN).await;
    let mut ids = vec![];
    for number in 0..6 {
        let started = applicant
            .start_shipment(&format!("SH-2026-78{:02}", 20 + number * 2))
            .await;
        ids.push(started["instance"].as_str().unwrap().to_owned());
    }
    for id in &ids {
        manager.task_on(id).await;
    }
    let held = admin.read("/api/v1/instances?status=held&limit=50").await;
    let mut held = held["items"].as_array().unwrap().iter();
    let held = held
        .find(|row| row["title"].as_str().unwrap().contains("0199"))
        .unwrap();
    let held = held["id"].as_str().unwrap().to_owned();
    demo.kill();
    (ids, held)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_does_what_it_says_and_refuses_what_is_wrong() {
    let folder = Folder::new("commands");
    let (ids, held) = waiting(folder.path()).await;
    let mut terminal = Terminal {
        folder: folder.path(),
        ran: BTreeSet::new(),
    };
    admin(&mut terminal, &ids, &held);
    letters(&mut terminal);
    calendars(&mut terminal, folder.path());
    people(&mut terminal, folder.path());
    flow_use(&mut terminal);
    versions(&mut terminal, folder.path());
    audit(&mut terminal, &ids[0], folder.path());
    let mut known: Vec<String> = listed(&[]);
    for group in GROUPS {
        known.retain(|name| name != group);
        known.extend(
            listed(&[group])
                .into_iter()
                .map(|name| format!("{group} {name}")),
        );
    }
    known.retain(|name| !ELSEWHERE.contains(&name.as_str()) && !terminal.ran.contains(name));
    assert!(known.is_empty(), "never run by a test: {known:?}");
    let verified = terminal.json(&["verify", "--json"]);
    assert_eq!(verified["good"], true, "{verified}");
}

fn admin(terminal: &mut Terminal<'_>, ids: &[String], held: &str) {
    let id = |at: usize| ids[at].as_str();
    let done = terminal.overruled(&["admin", "suspend", id(0)], "等客户");
    assert_eq!(done["status"], "suspended", "{done}");
    let done = terminal.overruled(&["admin", "resume", id(0)], "已付款");
    assert_eq!(done["status"], "running", "{done}");
    let done = terminal.overruled(&["admin", "terminate", id(1)], "录错");
    assert_eq!(done["status"], "cancelled", "{done}");
    let why = terminal.json(&["why", id(2), "--json"]);
    let task = why["asked"][0]["task"].as_u64().unwrap_or(2).to_string();
    let done = terminal.overruled(
        &[
            "admin",
            "reassign",
            id(2),
            "--task",
            &task,
            "--to",
            "zhoujing",
        ],
        "休假",
    );
    assert_eq!(done["opened"][0]["assignee"], "zhoujing", "{done}");
    let done = terminal.overruled(&["admin", "jump", id(3), "--to", "draft"], "重填");
    assert_eq!(done["opened"][0]["state"], "draft", "{done}");
    let standing = terminal.json(&[
        "admin",
        "suspend",
        id(4),
        "--as",
        ADMIN,
        "--reason",
        "试试",
        "--json",
        "--dry-run",
    ]);
    assert!(
        !standing["words"].as_array().unwrap().is_empty(),
        "{standing}"
    );
    let state = why["asked"][0]["state"]
        .as_str()
        .unwrap_or("load_approval")
        .to_owned();
    terminal.overruled(&["admin", "skip", id(4), "--state", &state], "免批");
    let shown = terminal.good(&[
        "admin",
        "terminate",
        held,
        "--as",
        ADMIN,
        "--reason",
        "试试",
        "--dry-run",
        "--lang",
        "en",
    ]);
    assert!(shown.contains("token: "), "{shown}");
    terminal.overruled(&["admin", "retry", held, "--state", "release"], "已修好");
    // The token of something that has changed since.
    let common = ["--as", ADMIN, "--reason", "试试", "--json"];
    let dry = terminal.json(&[&["admin", "suspend", id(5)][..], &common, &["--dry-run"]].concat());
    terminal.overruled(&["admin", "suspend", id(5)], "先停");
    let late = [
        &["admin", "suspend", id(5)][..],
        &common[..4],
        &["--token", dry["token"].as_str().unwrap()],
    ]
    .concat();
    terminal.bad(&late, "");
    for (words, said) in [
        (
            vec![
                "admin",
                "suspend",
                "nobody-knows-it",
                "--as",
                ADMIN,
                "--reason",
                "试试",
            ],
            "",
        ),
        (
            vec![
                "admin",
                "suspend",
                id(0),
                "--as",
                "chenyu",
                "--reason",
                "试试",
            ],
            "",
        ),
        (vec!["admin", "suspend", id(0), "--as", ADMIN], "--reason"),
        (
            vec!["admin", "resume", id(0), "--as", ADMIN, "--reason", "试试"],
            "",
        ),
        (
            vec![
                "admin",
                "terminate",
                id(1),
                "--as",
                ADMIN,
                "--reason",
                "试试",
            ],
            "",
        ),
        (
            vec![
                "admin",
                "jump",
                id(0),
                "--to",
                "nowhere",
                "--as",
                ADMIN,
                "--reason",
                "试试",
            ],
            "",
        ),
        (
            vec![
                "admin",
                "skip",
                id(0),
                "--state",
                "nowhere",
                "--as",
                ADMIN,
                "--reason",
                "试试",
            ],
            "",
        ),
        (
            vec![
                "admin",
                "retry",
                id(0),
                "--state",
                "nowhere",
                "--as",
                ADMIN,
                "--reason",
                "试试",
            ],
            "",
        ),
        (
            vec![
                "admin",
                "reassign",
                id(0),
                "--task",
                "99",
                "--to",
                "zhoujing",
                "--as",
                ADMIN,
                "--reason",
                "试试",
            ],
            "",
        ),
        (
            vec![
                "admin",
                "reassign",
                id(0),
                "--task",
                "x",
                "--to",
                "zhoujing",
                "--as",
                ADMIN,
                "--reason",
                "试试",
            ],
            "invalid",
        ),
        (
            vec![
                "admin",
                "hand-over",
                "nobody",
                "--to",
                "zhoujing",
                "--as",
                ADMIN,
                "--reason",
                "试试",
            ],
            "",
        ),
        (vec!["admin", "leaving", "nobody", "--as", ADMIN], ""),
        (vec!["admin", "leaving", "wanghaoran", "--as", "chenyu"], ""),
        (vec!["admin", "no-such-verb"], ""),
        (vec!["why", "nobody-knows-it"], ""),
    ] {
        terminal.bad(&words, said);
    }
    let leaving = terminal.json(&["admin", "leaving", "wanghaoran", "--as", ADMIN]);
    assert!(leaving["tasks"].is_array(), "{leaving}");
    let hand_over = [
        "admin",
        "hand-over",
        "wanghaoran",
        "--to",
        "zhoujing",
        "--as",
        ADMIN,
        "--reason",
        "离职",
    ];
    let shown = terminal.run(&[&hand_over[..], &["--dry-run", "--json"]].concat());
    let shown: Value = serde_json::from_str(&shown.1).unwrap();
    assert!(!shown["rows"].as_array().unwrap().is_empty(), "{shown}");
    let (code, out, err) = terminal.run(&hand_over);
    assert!(
        matches!(code, Some(0 | 1)) && out.contains(" / "),
        "{out}{err}"
    );
}

fn letters(terminal: &mut Terminal<'_>) {
    let letters = terminal.json(&["admin", "dead-letters", "--as", ADMIN]);
    assert!(letters.is_array(), "{letters}");
    terminal.bad(&["admin", "dead-letters", "--as", "chenyu"], "");
    for verb in ["letter", "resend", "drop"] {
        let words = ["admin", verb, "nobody:1", "--as", ADMIN];
        let reason = if verb == "letter" {
            &[][..]
        } else {
            &["--reason", "试试"]
        };
        terminal.bad(&[&words[..], reason].concat(), "");
    }
    terminal.bad(&["admin", "resend", "nobody:1", "--as", ADMIN], "--reason");
}

fn calendars(terminal: &mut Terminal<'_>, folder: &Path) {
    let calendars = terminal.json(&["calendar", "list", "--json"]);
    assert!(!calendars.as_array().unwrap().is_empty(), "{calendars}");
    let before = terminal.good(&["calendar", "list"]);
    assert!(!before.contains("2031"), "{before}");
    let notice = folder.join("2031.yaml");
    let text = "year: 2031\nsource: {zh: 通知, en: Notice}\nholidays:\n  - {name: {zh: 元旦, en: New Year}, from: 2031-01-01, to: 2031-01-03}\n";
    std::fs::write(&notice, text).unwrap();
    let file = notice.to_str().unwrap();
    let seen = terminal.json(&["calendar", "load", file, "--dry-run", "--json"]);
    assert!(
        !terminal.good(&["calendar", "list"]).contains("2031"),
        "a dry run changes nothing"
    );
    let token = seen["token"].as_str().unwrap();
    terminal.good(&["calendar", "load", file, "--token", token]);
    assert!(terminal.good(&["calendar", "list"]).contains("2031"));
    let wrong = folder.join("wrong.yaml");
    std::fs::write(&wrong, "year: soon\n").unwrap();
    terminal.bad(&["calendar", "load", wrong.to_str().unwrap()], "");
    terminal.bad(&["calendar", "load", "nowhere.yaml"], "nowhere.yaml");
}

fn people(terminal: &mut Terminal<'_>, folder: &Path) {
    let place = folder.join("people");
    let to = place.to_str().unwrap();
    terminal.good(&["people", "export", to]);
    terminal.bad(&["people", "export", to], "not overwritten");
    let import = ["people", "import", to, "--as", ADMIN];
    let same = terminal.json(&[&import[..], &["--json"]].concat());
    assert_eq!(same["change"]["changes"].as_array().unwrap().len(), 0);
    terminal.bad(&import[..3], "administrator");
    let sheet = place.join("people.csv");
    let before = std::fs::read_to_string(&sheet).unwrap();
    std::fs::write(
        &sheet,
        before
            .replace("销售", "")
            .replace(",sales_east,", ",nowhere,"),
    )
    .unwrap();
    terminal.bad(&import, "people.csv, line ");
    // 贺志强 leaves, and is in the other sheets still.
    let kept = before
        .lines()
        .filter(|line| !line.starts_with("hezhiqiang,"));
    let without: String = kept.map(|line| format!("{line}\n")).collect();
    std::fs::write(&sheet, &without).unwrap();
    terminal.bad(&import, "hezhiqiang");
    std::fs::write(&sheet, before.replace("贺志强", "贺志刚")).unwrap();
    let one = sheet.to_str().unwrap();
    let dry = ["people", "import", one, "--as", ADMIN, "--dry-run"];
    let told = terminal.good(&[&dry[..], &["--lang", "zh"]].concat());
    assert!(told.contains("贺志刚 的姓名：贺志强 → 贺志刚"), "{told}");
    assert!(told.contains("未保存"), "{told}");
    let told = terminal.good(&["people", "import", one, "--as", ADMIN, "--lang", "en"]);
    assert!(told.contains("贺志强 → 贺志刚"), "{told}");
    let again = terminal.good(&["people", "import", one, "--as", ADMIN, "--lang", "en"]);
    assert!(again.contains("Nothing changes"), "{again}");
    terminal.bad(
        &["people", "import", "nowhere.csv", "--as", ADMIN],
        "nowhere.csv",
    );
}

fn flow_use(terminal: &mut Terminal<'_>) {
    let change = |verb, by| {
        [
            "flow",
            verb,
            "frame_order",
            "--reason",
            "换新流程",
            "--as",
            by,
        ]
    };
    terminal.bad(&change("close", "chenyu"), "owner");
    terminal.bad(&change("open", ADMIN), "not closed");
    let told = terminal.good(&[&change("close", ADMIN)[..], &["--lang", "en"]].concat());
    assert!(told.contains("takes no new cases"), "{told}");
    terminal.bad(&change("close", ADMIN), "换新流程");
    let told = terminal.good(&[&change("open", ADMIN)[..], &["--lang", "zh"]].concat());
    assert!(told.contains("已重新启用"), "{told}");
    let silent = [
        "flow",
        "close",
        "frame_order",
        "--reason",
        " ",
        "--as",
        ADMIN,
    ];
    terminal.bad(&silent, "reason");
    let unknown = [
        "flow",
        "close",
        "nothing",
        "--reason",
        "换新流程",
        "--as",
        ADMIN,
    ];
    terminal.bad(&unknown, "");
}

fn versions(terminal: &mut Terminal<'_>, folder: &Path) {
    let shipped = project().join("workflows/shipment_release.yaml");
    let text = std::fs::read_to_string(&shipped).unwrap();
    let changed = folder.join("shipment_release.yaml");
    std::fs::write(
        &changed,
        text.replacen("zh: 超信用放行", "zh: 超额度放行", 1),
    )
    .unwrap();
    let (shipped, changed) = (shipped.to_str().unwrap(), changed.to_str().unwrap());
    terminal.good(&["diff", shipped, shipped]);
    let (code, out, _) = terminal.run(&["diff", shipped, changed, "--json"]);
    let found: Value = serde_json::from_str(&out).unwrap();
    let changes = found["changes"].as_array().unwrap();
    assert!(code == Some(1) && !changes.is_empty(), "{out}");
    terminal.bad(&["diff", "nobody", "nothing"], "");
    let published = terminal.json(&["publish", changed, "--json"]);
    assert_eq!(published["published"], 1, "{published}");
    let broken = folder.join("broken.yaml");
    std::fs::write(&broken, "flow: broken\nformat: 1\n").unwrap();
    terminal.bad(&["publish", broken.to_str().unwrap()], "");
    let migrate = ["migrate", "shipment_release", "--by", ADMIN];
    let (code, out, err) = terminal.run(&[&migrate[..], &["--dry-run", "--json"]].concat());
    let plan: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
    assert!(
        matches!(code, Some(0 | 1)) && plan["done"].is_null(),
        "{out}"
    );
    assert!(
        !plan["plan"]["rows"].as_array().unwrap().is_empty(),
        "{out}"
    );
    let (_, out, err) = terminal.run(&[&migrate[..], &["--reason", "改名", "--json"]].concat());
    let done: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
    assert!(!done["done"].as_array().unwrap().is_empty(), "{out}");
    terminal.bad(&migrate, "--reason");
    terminal.bad(&["migrate", "nobody", "--by", ADMIN, "--dry-run"], "");
    terminal.bad(
        &[
            "migrate",
            "shipment_release",
            "--to",
            "ffff",
            "--by",
            ADMIN,
            "--dry-run",
        ],
        "",
    );
    terminal.bad(
        &[
            "migrate",
            "shipment_release",
            "--by",
            ADMIN,
            "--dry-run",
            "--map",
            "nowhere.yaml",
        ],
        "nowhere.yaml",
    );
    let replay = [
        "replay",
        "tests/replay/small.xes",
        "--flow",
        "tests/replay/travel_declaration.yaml",
    ];
    let (code, out, err) = terminal.run(
        &[
            &replay[..],
            &[
                "--map",
                "tests/replay/travel_declaration.map.yaml",
                "--json",
            ],
        ]
        .concat(),
    );
    assert!(
        matches!(code, Some(0 | 1)) && out.starts_with('{'),
        "{out}{err}"
    );
    terminal.bad(
        &[&replay[..], &["--map", "nowhere.yaml"]].concat(),
        "nowhere.yaml",
    );
}

fn audit(terminal: &mut Terminal<'_>, instance: &str, folder: &Path) {
    terminal.good(&["seal"]);
    let before = terminal.good(&["key", "show"]);
    let after = terminal.good(&["key", "rotate"]);
    assert_ne!(before.split(' ').next(), after.split(' ').next());
    let shown = terminal.good(&["config", "show", "--lang", "en"]);
    assert!(shown.contains("ASSENT_BACKUP_FOLDER"), "{shown}");
    terminal.good(&["why", instance]);
    let trail = folder.join("trail.jsonl.gz");
    let file = trail.to_str().unwrap();
    terminal.good(&["export", "--audit", file]);
    terminal.bad(&["export", "--audit", file], "");
    terminal.good(&["verify", file]);
    terminal.bad(&["verify", "nowhere.jsonl"], "nowhere.jsonl");
    terminal.bad(&["verify", file, "--key", "0000000000000000"], "");
    let place = folder.join("kept");
    let to = place.to_str().unwrap();
    let retire = ["retire", "--older-than", "0", "--as", ADMIN];
    let seen = terminal.json(&[&retire[..], &["--dry-run", "--json"]].concat());
    let count = seen["instances"].as_u64().unwrap();
    assert!(count > 3, "{seen}");
    terminal.bad(&[&retire[..], &["--reason", "试试"]].concat(), "--to");
    terminal.bad(&[&retire[..], &["--to", to]].concat(), "--reason");
    terminal.bad(
        &[&retire[..], &["--to", to, "--reason", "试试"]].concat(),
        "",
    );
    terminal.bad(
        &["retire", "--older-than", "0", "--as", "chenyu", "--dry-run"],
        "",
    );
    terminal.bad(
        &["retire", "--older-than", "soon", "--as", ADMIN, "--dry-run"],
        "soon",
    );
    std::fs::create_dir(&place).unwrap();
    let done =
        terminal.json(&[&retire[..], &["--to", to, "--reason", "保留期满", "--json"]].concat());
    assert_eq!(done["instances"], count, "{done}");
    let bundle = place.join(done["bundles"][0].as_str().unwrap());
    terminal.good(&["verify", bundle.to_str().unwrap()]);
    let looked = terminal.json(&["verify", "--json"]);
    assert_eq!(looked["retired"], count, "{looked}");
    let backups = folder.join("backups");
    std::fs::create_dir(&backups).unwrap();
    let made = terminal.json(&["backup", backups.to_str().unwrap(), "--json"]);
    let copy = backups.join(made["file"].as_str().unwrap());
    let new = format!("sqlite:{}", folder.join("new.db").display());
    terminal.good(&["restore", copy.to_str().unwrap(), "--to", &new]);
    terminal.bad(&["restore", "nowhere.db", "--to", "sqlite:other.db"], "");
    terminal.bad(&["backup", "/nonexistent/folder"], "");
    let (code, out, _) = terminal.run(&["doctor"]);
    assert!(matches!(code, Some(0 | 1)) && !out.is_empty());
}
