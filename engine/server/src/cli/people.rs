//! `assent people`: the organisation from spreadsheets, and back into them. The first import makes the first administrator.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use assent_core::directory::Directory;
use assent_core::text::Text;
use assent_runtime::app::{ADMIN_ROLE, App, AppError, FieldFault, OrganisationChange};

use super::admin::{with_app, with_config};
use super::{ConfigArgs, Done, Outcome, Say, files};
use crate::config::Config;
use crate::modules::{SheetFault, Sheets, export, import};

/// `assent people VERB`
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Take people, units and roles in from CSV sheets; who is no longer listed is disabled. 导入
    Import {
        /// A folder with units.csv, people.csv, roles.csv, grants.csv, absences.csv, or some of these files. A sheet that is
        /// not given stays as it is.
        #[arg(required = true, value_name = "FOLDER|FILE")]
        paths: Vec<PathBuf>,
        /// Only say what would change.
        #[arg(long)]
        dry_run: bool,
        /// Who does it: an administrator. The first import needs nobody.
        #[arg(long = "as", value_name = "PERSON")]
        by: Option<String>,
        /// Machine-readable.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Write the present organisation as the same sheets. 导出
    Export {
        /// Where to; sheets that are there are not overwritten.
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
        #[command(flatten)]
        config: ConfigArgs,
    },
}

/// The sheets, and what their files are called too.
const SHEETS: [(&str, &str); 5] = [
    ("units", "部门"),
    ("people", "人员"),
    ("roles", "角色"),
    ("grants", "角色授予"),
    ("absences", "缺勤"),
];

/// Spreadsheet programs take a file for UTF-8 when it begins so.
const MARK: &str = "\u{FEFF}";

/// Imports or exports.
pub fn run(verb: &Verb, say: Say) -> Done {
    match verb {
        Verb::Export { folder, config } => exported(folder, config, say),
        Verb::Import {
            paths,
            dry_run,
            by,
            json,
            config,
        } => {
            let given = given(paths)?;
            let (by, json, dry_run) = (by.as_deref(), *json, *dry_run);
            with_config(config, async |app, config| {
                let read = |before: &Directory| next(&given, before).map_err(AppError::Invalid);
                let change = if dry_run {
                    app.organisation_change(by, read).await
                } else {
                    app.change_organisation(by, read).await
                };
                let change = match change {
                    Err(AppError::Invalid(faults)) => {
                        faults.iter().for_each(|one| say.fault(&one.message));
                        return Ok(Outcome::Findings);
                    }
                    change => change?,
                };
                let link = match dry_run {
                    true => None,
                    false => first_link(app, config, true).await?,
                };
                if json {
                    let sign_in = link.and_then(|link| link.link);
                    say.json(&serde_json::json!({"change": change, "sign_in": sign_in}));
                    return Ok(Outcome::Good);
                }
                told(&change, dry_run, say);
                if let Some(link) = link {
                    link.tell(say);
                }
                Ok(Outcome::Good)
            })
        }
    }
}

/// The files by the sheet they are, with the names they are shown by.
fn given(paths: &[PathBuf]) -> Result<BTreeMap<&'static str, (String, String)>, Text> {
    let mut found = BTreeMap::new();
    for path in paths {
        if !path.is_dir() {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let Some(sheet) = SHEETS.iter().find(|(en, zh)| stem == *en || stem == *zh) else {
                return Err(unknown(path));
            };
            let file = files::one(path)?;
            found.insert(sheet.0, (file.name, file.text));
            continue;
        }
        for (en, zh) in SHEETS {
            let names = [en, zh].map(|stem| path.join(format!("{stem}.csv")));
            if let Some(path) = names.iter().find(|path| path.is_file()) {
                let file = files::one(path)?;
                found.insert(en, (file.name, file.text));
            }
        }
    }
    match (found.is_empty(), paths.first()) {
        (true, Some(path)) => Err(unknown(path)),
        _ => Ok(found),
    }
}

fn unknown(path: &Path) -> Text {
    let (zh, en) = (
        SHEETS.map(|sheet| format!("{}.csv", sheet.0)).join("、"),
        SHEETS.map(|sheet| format!("{}.csv", sheet.0)).join(", "),
    );
    let path = path.display();
    Text::new(
        format!("{path}：没有可导入的表。文件名应为 {zh}；样子可用 assent people export 得到。"),
        format!(
            "{path}: no sheet to import. The files are called {en}; assent people export shows what they look like."
        ),
    )
}

/// The organisation that the sheets make of the present one.
fn next(
    given: &BTreeMap<&'static str, (String, String)>,
    before: &Directory,
) -> Result<Directory, Vec<FieldFault>> {
    let present = export(before);
    let text = |sheet: &str, present: &'_ str| -> String {
        given
            .get(sheet)
            .map_or_else(|| present.to_owned(), |(_, text)| text.clone())
    };
    let (units, people) = (
        text("units", &present.units),
        text("people", &present.people),
    );
    let (roles, grants) = (
        text("roles", &present.roles),
        text("grants", &present.grants),
    );
    let absences = text("absences", "");
    let sheets = Sheets {
        units: &units,
        people: &people,
        roles: &roles,
        grants: &grants,
        absences: &absences,
    };
    let mut next = import(&sheets).map_err(|faults| {
        faults
            .into_iter()
            .map(|fault| placed(given, fault))
            .collect::<Vec<_>>()
    })?;
    if !given.contains_key("absences") {
        next.absences.clone_from(&before.absences);
    }
    Ok(next)
}

/// A fault with the file and the line it is in.
fn placed(given: &BTreeMap<&'static str, (String, String)>, fault: SheetFault) -> FieldFault {
    let (line, column, message) = (fault.line, fault.column, fault.message);
    let (zh, en) = match given.get(fault.sheet) {
        Some((file, _)) => (
            format!("{file} 第 {line} 行"),
            format!("{file}, line {line}"),
        ),
        // What is given no longer fits what is there and was not given.
        None => (
            format!(
                "现有的 {}.csv（先用 assent people export 导出）第 {line} 行",
                fault.sheet
            ),
            format!(
                "the present {}.csv (see assent people export), line {line}",
                fault.sheet
            ),
        ),
    };
    FieldFault {
        field: format!("{}.{line}.{column}", fault.sheet),
        code: fault.code.to_owned(),
        message: Text::new(
            format!("{zh}：{}", message.zh),
            format!("{en}: {}", message.en),
        ),
    }
}

fn told(change: &OrganisationChange, dry_run: bool, say: Say) {
    change.changes.iter().for_each(|line| say.text(line));
    for one in change.leaving.iter().filter(|one| one.tasks > 0) {
        let (name, id, n) = (&one.person.name, &one.person.id, one.tasks);
        say.words(
            format!("注意：{name} 还有 {n} 个待办，不会自动转给别人。请在“离职交接”页（/leaving?person={id}）或用 assent admin hand-over {id} 交接。"),
            format!("Note: {n} tasks wait for {name} and go to nobody by themselves. Hand them over on the page Leaving (/leaving?person={id}) or by assent admin hand-over {id}."),
        );
    }
    let (people, units) = (change.people, change.units);
    let (zh, en) = match (change.changes.is_empty(), dry_run) {
        (true, _) => ("没有变化", "Nothing changes"),
        (false, true) => (
            "未保存，只是预览。导入后",
            "Nothing is saved yet. Afterwards",
        ),
        (false, false) => ("已导入", "Imported"),
    };
    say.words(
        format!("{zh}：{people} 人在职，{units} 个部门"),
        format!("{en}: {people} people, {units} units"),
    );
}

/// While nobody can sign in yet: a link for the first administrator. One that is still good is not made worthless, unless
/// `again`.
pub(super) async fn first_link(
    app: &App,
    config: &Config,
    again: bool,
) -> Result<Option<FirstLink>, AppError> {
    let directory = app.directory();
    let admin = directory.holders(ADMIN_ROLE, None).into_iter().next();
    let Some(admin) = admin else {
        return Ok(None);
    };
    if !app.is_fresh().await? {
        return Ok(None);
    }
    let name = admin.name.clone();
    if !again && app.is_welcomed(&admin.id).await? {
        return Ok(Some(FirstLink { name, link: None }));
    }
    let token = app.welcome_token(&admin.id).await?;
    let link = format!("{}/welcome/{}", config.base_url(), token.0);
    Ok(Some(FirstLink {
        name,
        link: Some(link),
    }))
}

/// How the first administrator gets in.
pub(super) struct FirstLink {
    name: String,
    /// None: it was printed before, and is still good.
    link: Option<String>,
}

impl FirstLink {
    /// Prints it.
    pub(super) fn tell(&self, say: Say) {
        let name = &self.name;
        match &self.link {
            Some(link) => say.words(
                format!("管理员 {name} 首次登录（24 小时内有效，只能用一次）：{link}"),
                format!("First sign-in for administrator {name} (24 hours, once): {link}"),
            ),
            None => say.words(
                format!("管理员 {name} 的首次登录链接此前已打印，仍然有效；丢失了请再运行一次 assent people import。"),
                format!("The link for the first sign-in of administrator {name} was printed before and is still good; if it is lost, run assent people import again."),
            ),
        }
    }
}

fn exported(folder: &Path, config: &ConfigArgs, say: Say) -> Done {
    std::fs::create_dir_all(folder).map_err(|error| cannot_write(folder, &error))?;
    with_app(config, async |app| {
        let sheets = export(&app.directory());
        let texts = [
            ("units", &sheets.units),
            ("people", &sheets.people),
            ("roles", &sheets.roles),
            ("grants", &sheets.grants),
        ];
        Ok(texts.map(|(name, text)| (folder.join(format!("{name}.csv")), text.clone())))
    })?
    .into_iter()
    .try_for_each(|(path, text)| written(&path, &text, say))?;
    Ok(Outcome::Good)
}

fn written(path: &Path, text: &str, say: Say) -> Result<(), Text> {
    let fault = |error| cannot_write(path, &error);
    let mut file = std::fs::File::create_new(path).map_err(fault)?;
    file.write_all(format!("{MARK}{text}").as_bytes())
        .map_err(fault)?;
    say.line(path.display().to_string());
    Ok(())
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Text {
    let shown = path.display();
    if error.kind() == std::io::ErrorKind::AlreadyExists {
        return Text::new(
            format!("{shown} 已经存在，不会覆盖。请换一个文件夹。"),
            format!("{shown} is there already and is not overwritten. Choose another folder."),
        );
    }
    Text::new(
        format!("写不了 {shown}：{error}"),
        format!("Cannot write {shown}: {error}"),
    )
}
