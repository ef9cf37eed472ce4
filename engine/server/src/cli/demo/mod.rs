//! `assent demo`: a sample company to click through, in a folder of its own, on loopback.

mod seed;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use assent_core::text::Text;
use assent_runtime::app::{App, AppConfig, Secret};
use assent_runtime::clock::Clock;
use assent_runtime::demo::company;

use super::serve::{broken, logs, opened, prometheus, publish_folder, with_clock};
use super::{Done, Outcome, Say, listen};
use crate::config::{self, Config};
use crate::web::Site;
use crate::web::site::{Demo, Persona};
use crate::web::visit::random;

/// `assent demo`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Port on this machine. 端口
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Begin anew: the demo's data is deleted first. 清空演示数据
    #[arg(long)]
    reset: bool,
    /// Where the demo keeps its data. 数据文件夹
    #[arg(long, value_name = "DIR", default_value = "assent-data")]
    data: PathBuf,
    /// A PostgreSQL (`postgres://…`) instead of the file in the data folder; several demos may share one. 改用 PostgreSQL
    #[arg(long, value_name = "URL", conflicts_with = "reset")]
    database: Option<String>,
    /// A clock that stands still until it is moved (`PUT /api/v1/clock`). 测试时钟
    #[arg(long)]
    test_clock: bool,
}

/// The database inside the data folder.
const DATABASE: &str = "assent.db";
/// The key beside it: good enough for a demo, where there is nothing to prove to anybody.
const KEY: &str = "audit.key";

/// Runs until it is told to stop.
pub fn run(args: &Args, say: Say) -> Done {
    let config = configured(args)?;
    logs(&config)?;
    listen::runtime()?.block_on(Box::pin(serve(args, config, say)))?;
    Ok(Outcome::Good)
}

/// The demo brings its own configuration; the environment may still say how to log.
fn configured(args: &Args) -> Result<Config, Text> {
    let log = std::env::vars().filter(|(name, _)| name.starts_with("ASSENT_LOG_"));
    let mut config = config::load(Some(Path::new("/dev/null")), log).map_err(|fault| fault.0)?;
    config.server.listen = SocketAddr::from(([127, 0, 0, 1], args.port));
    let file = || format!("sqlite:{}", args.data.join(DATABASE).display());
    config.database.url = Secret(args.database.clone().unwrap_or_else(file));
    config.company.name = company::name().zh;
    config.audit.key_file = args.data.join(KEY);
    config.security.test_clock = args.test_clock;
    config.mail.eml_dir = Some(args.data.join("mails"));
    // Everybody is on this machine, and a person who tries things out clicks fast.
    config.limits.requests_per_minute = 0;
    config.limits.sign_ins_per_minute = 0;
    config.connectors.insert(
        "erp".to_owned(),
        config::Connector {
            base: format!("{}/dev/erp", config.base_url()),
            bearer: None,
        },
    );
    if std::env::var_os("ASSENT_LOG_LEVEL").is_none() {
        "warn".clone_into(&mut config.log.level);
    }
    Ok(config)
}

async fn serve(args: &Args, config: Config, say: Say) -> Result<(), Text> {
    // The port first: nothing is made or deleted when the demo cannot run.
    let listener = listen::open(config.server.listen).await?;
    folder(&args.data, args.reset)?;
    let workflows = PathBuf::from("workflows");
    let new = is_new(&config).await?;
    if new {
        say.words("正在准备示例公司……", "Preparing the sample company …");
        seed::fill(&config, &workflows, &args.data).await?;
    }
    let handle = prometheus()?;
    let app = App::open(with_clock(&config, say))
        .await
        .map_err(|error| opened(&error))?;
    if workflows.is_dir() {
        publish_folder(&app, &workflows, true, say).await?;
    }
    let demo = demo(&app)?;
    tell(args, &config, &app, &demo, say);
    let site = Site::new(app, config, Some(demo))
        .map_err(|error| broken(&error))?
        .with_prometheus(handle);
    listen::serve(listener, site).await
}

/// True while nobody is in the company yet.
async fn is_new(config: &Config) -> Result<bool, Text> {
    let app = App::open(AppConfig {
        workers: false,
        clock: Clock::System,
        ..config.app()
    })
    .await
    .map_err(|error| opened(&error))?;
    let new = app.directory().people.is_empty();
    app.close().await;
    Ok(new)
}

/// Makes the data folder, or empties it of what the demo put there.
fn folder(data: &Path, reset: bool) -> Result<(), Text> {
    let cannot = |error: std::io::Error| {
        Text::new(
            format!(
                "写不了数据文件夹 {}：{error}。请换一个：--data 文件夹",
                data.display()
            ),
            format!(
                "Cannot write the data folder {}: {error}. Choose another: --data DIR",
                data.display()
            ),
        )
    };
    if reset {
        for name in [DATABASE, "assent.db-wal", "assent.db-shm", KEY] {
            match std::fs::remove_file(data.join(name)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(cannot(error));
                }
                Ok(()) | Err(_) => {}
            }
        }
        match std::fs::remove_dir_all(data.join("mails")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(cannot(error));
            }
            Ok(()) | Err(_) => {}
        }
    }
    std::fs::create_dir_all(data).map_err(cannot)?;
    let probe = data.join(".write-probe");
    std::fs::write(&probe, b"").map_err(cannot)?;
    std::fs::remove_file(&probe).map_err(cannot)
}

/// Those of the story first; then everybody else, whom only a link leads to.
fn demo(app: &App) -> Result<Demo, Text> {
    let secret = || random(18).map(Secret).map_err(|fault| fault.text);
    let mut personas = Vec::new();
    for persona in company::personas() {
        personas.push(Persona::new(persona.person, persona.part, secret()?));
    }
    let directory = app.directory();
    for person in directory.people.values().filter(|person| person.active) {
        if !personas.iter().any(|known| known.person == person.id) {
            personas.push(Persona::new(&person.id, Text::default(), secret()?));
        }
    }
    Ok(Demo {
        key: secret()?,
        personas,
    })
}

fn tell(args: &Args, config: &Config, app: &App, demo: &Demo, say: Say) {
    let base = config.base_url();
    say.words(
        format!("\n演示已就绪：{base}   数据在 {}，Ctrl-C 停止\n\n一键登录，点开就是这个人：", args.data.display()),
        format!("\nThe demo is ready: {base}   data in {}, Ctrl-C stops it\n\nOne click to be somebody:", args.data.display()),
    );
    let directory = app.directory();
    for persona in demo.shown() {
        say.line(format!(
            "  {}  {}\n    {base}/demo/as/{}?key={}",
            directory.name(&persona.person),
            persona.part.get(say.lang),
            persona.person,
            demo.key.0
        ));
    }
    say.words(
        format!("\n所有邮件（不会外发）：{base}/dev/mail\n改动 workflows/ 里的流程，保存即发布。"),
        format!("\nAll mails (none leaves this machine): {base}/dev/mail\nEdit a flow in workflows/: saving publishes it."),
    );
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wrong_flow_file_leaves_no_company_behind() {
        let data = std::env::temp_dir().join(format!("assent-demo-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&data);
        let workflows = data.join("workflows");
        std::fs::create_dir_all(&workflows).unwrap();
        std::fs::write(workflows.join("a.yaml"), "flow: a\nformat: 1\n").unwrap();
        let args = Args {
            port: 8080,
            reset: false,
            data: data.clone(),
            database: None,
            test_clock: false,
        };
        let config = configured(&args).unwrap();
        let said = Box::pin(seed::fill(&config, &workflows, &data)).await;
        let said = said.unwrap_err();
        assert!(said.en.contains("a.yaml has errors"), "{said:?}");
        assert!(is_new(&config).await.unwrap(), "the next start fills it");
        std::fs::remove_dir_all(&data).unwrap();
    }
}
