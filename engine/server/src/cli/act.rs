//! `assent do`: one command on one instance, from the machine the database is on. Who runs it answers for it: the trail says that it
//! came from the command line.

use assent_core::command::{
    Action, Actor, Command, DecideWith, ReturnTo, SignerPlace, SignerRole, Verdict, Via,
};
use assent_core::text::Text;
use assent_core::value::Values;
use assent_runtime::app::{App, AppError, Json, JsonMap};
use clap::ValueEnum;
use serde::Serialize;

use super::serve::opened;
use super::{ConfigArgs, Done, Outcome, Say, listen};
use crate::config;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "kebab-case")]
enum Deed {
    Save,
    Submit,
    Act,
    Approve,
    Reject,
    Return,
    Transfer,
    Delegate,
    AddSigner,
    RemoveSigner,
    Advise,
    Claim,
    GiveBack,
    Ask,
    Reply,
    Read,
    TakeBack,
    Copy,
    Comment,
    Urge,
    Withdraw,
    Reopen,
    Revoke,
}

/// Where an added signer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Place {
    Before,
    Alongside,
    After,
}

/// `assent do INSTANCE VERB --as PERSON`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The instance.
    #[arg(value_name = "INSTANCE")]
    instance: String,
    /// What to do.
    #[arg(value_enum, value_name = "VERB")]
    deed: Deed,
    /// The task; else the only one of that person there.
    #[arg(long, value_name = "N")]
    task: Option<u32>,
    /// Who does it, by id.
    #[arg(long = "as", value_name = "PERSON")]
    person: String,
    /// To whom (several for copy and comment), or where to return to.
    #[arg(long, value_name = "PERSON|STATE")]
    to: Vec<String>,
    /// For add-signer.
    #[arg(long, value_enum, default_value = "alongside")]
    place: Place,
    /// For add-signer: an opinion, not a vote.
    #[arg(long)]
    adviser: bool,
    /// For approve: a conclusion of the flow's own.
    #[arg(long, value_name = "ID")]
    outcome: Option<String>,
    /// For approve, where the flow asks for it: the person's name.
    #[arg(long, value_name = "NAME")]
    signature: Option<String>,
    /// For act: the id of the work's action; the only one where it has none of its own.
    #[arg(long, value_name = "ID", default_value = "done")]
    action: String,
    /// A field's value (several); nothing behind the sign empties it. For save, submit, approve, reject and act.
    #[arg(long, value_name = "FIELD=VALUE")]
    set: Vec<String>,
    /// For submit: straight back to whoever sent it back.
    #[arg(long)]
    straight_back: bool,
    /// The words: a reason, a question, an opinion.
    #[arg(long, value_name = "TEXT")]
    comment: Option<String>,
    /// A repeated command with the same key gets the first answer.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    #[command(flatten)]
    config: ConfigArgs,
    /// Machine-readable.
    #[arg(long)]
    json: bool,
}

/// A refusal as a machine reads it.
#[derive(Serialize)]
struct Refused<'a> {
    refused: &'a str,
    message: &'a Text,
}

/// Does it.
pub fn run(args: &Args, say: Say) -> Done {
    let config =
        config::load(args.config.config.as_deref(), std::env::vars()).map_err(|fault| fault.0)?;
    let done = listen::runtime()?.block_on(async {
        let mut app = config.app();
        app.workers = false;
        let app = App::open(app).await.map_err(|error| opened(&error))?;
        let done = send(&app, args).await;
        app.close().await;
        done
    })?;
    match done {
        Ok(answer) if args.json => say.json(&answer),
        Ok(answer) => say.text(&answer.message),
        Err(error) => {
            let message = error.message();
            if args.json {
                let code = match &error {
                    AppError::Refused(refusal) => refusal.code.as_str(),
                    AppError::Invalid(_) => "invalid",
                    AppError::NotFound => "not_found",
                    AppError::NotSignedIn
                    | AppError::TooMany { .. }
                    | AppError::Busy
                    | AppError::Unavailable(_) => "unavailable",
                };
                say.json(&Refused {
                    refused: code,
                    message: &message,
                });
            } else {
                say.text(&message);
            }
            return Ok(Outcome::Findings);
        }
    }
    Ok(Outcome::Good)
}

async fn send(
    app: &App,
    args: &Args,
) -> Result<Result<assent_runtime::app::Answer, AppError>, Text> {
    let task = match args.task {
        Some(task) => task,
        None if of_case(args.deed) => 0,
        None => match app.instance_view(&args.person, &args.instance).await {
            Ok(view) => taken(args.deed, &view).ok_or_else(|| {
                Text::new(
                    format!("{} 在这里没有可处理的任务；可用 --task 指明。", args.person),
                    format!("{} has no task here; name one with --task.", args.person),
                )
            })?,
            Err(error) => return Ok(Err(error)),
        },
    };
    let about = Some(task).filter(|task| *task > 0);
    let set = match app.read_values(&args.instance, about, &given(args)?).await {
        Ok(set) => set,
        Err(error) => return Ok(Err(error)),
    };
    let command = Command {
        actor: Actor::Person(args.person.clone()),
        via: Via::CommandLine,
        action: action(args, task, set)?,
        key: args
            .key
            .as_ref()
            .map(|key| format!("{}:{key}", args.person)),
    };
    Ok(app.command(&args.instance, command).await)
}

/// The values of `--set`, as the API takes them: yes and no, lists and rows as JSON, everything else as text.
fn given(args: &Args) -> Result<JsonMap, Text> {
    let mut values = JsonMap::new();
    for pair in &args.set {
        let Some((field, value)) = pair.split_once('=') else {
            return Err(Text::new(
                format!("--set {pair} 应写成 --set 字段=值。"),
                format!("Write --set {pair} as --set FIELD=VALUE."),
            ));
        };
        let value = match value {
            "" => Json::Null,
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            list if list.starts_with('[') => serde_json::from_str(list).map_err(|fault| {
                Text::new(
                    format!("{field} 的值不是正确的 JSON：{fault}"),
                    format!("The value of {field} is no JSON: {fault}"),
                )
            })?,
            text => Json::String(text.to_owned()),
        };
        values.insert(field.trim().to_owned(), value);
    }
    Ok(values)
}

/// The task it is about, when nobody said: the one taken back, or the person's own.
fn taken(deed: Deed, view: &assent_runtime::app::InstanceView) -> Option<u32> {
    let offered = |verb| {
        let mut offers = view.offers.iter();
        offers
            .find(|offer| offer.verb == verb)
            .and_then(|offer| offer.task)
    };
    match deed {
        Deed::TakeBack => offered("take_back"),
        // Whoever voted, or passed their task on, removes whom they added by a task of that state.
        Deed::RemoveSigner => offered("remove_signer").or(view.my_task),
        _ => view.my_task,
    }
}

fn of_case(deed: Deed) -> bool {
    matches!(
        deed,
        Deed::Save
            | Deed::Submit
            | Deed::Copy
            | Deed::Comment
            | Deed::Urge
            | Deed::Withdraw
            | Deed::Reopen
            | Deed::Revoke
    )
}

fn action(args: &Args, task: u32, set: Values) -> Result<Action, Text> {
    let words = args.comment.clone();
    let said = || words.clone().unwrap_or_default();
    let to = || {
        args.to.first().cloned().ok_or_else(|| {
            Text::new(
                "请用 --to 指明是谁（或退回到哪里）。",
                "Say with --to who it is (or where it goes back to).",
            )
        })
    };
    Ok(match args.deed {
        Deed::Save => Action::Save { set },
        Deed::Submit => Action::Submit {
            set,
            straight_back: args.straight_back,
        },
        Deed::Act => Action::Act {
            task,
            action: args.action.clone(),
            comment: words,
            set,
        },
        Deed::Approve | Deed::Reject => decision(args, task, set),
        Deed::Return => Action::Return {
            task,
            to: match to()?.as_str() {
                "applicant" => ReturnTo::Applicant,
                "previous" => ReturnTo::Previous,
                state => ReturnTo::State(state.to_owned()),
            },
            comment: said(),
        },
        Deed::Transfer => Action::Transfer {
            task,
            to: to()?,
            comment: words,
        },
        Deed::Delegate => Action::Delegate {
            task,
            to: to()?,
            comment: words,
        },
        Deed::AddSigner => Action::AddSigner {
            task,
            person: to()?,
            place: match args.place {
                Place::Before => SignerPlace::Before,
                Place::Alongside => SignerPlace::Alongside,
                Place::After => SignerPlace::After,
            },
            role: if args.adviser {
                SignerRole::Adviser
            } else {
                SignerRole::Voter
            },
            comment: words,
        },
        Deed::RemoveSigner => Action::RemoveSigner {
            task,
            person: to()?,
            comment: words,
        },
        Deed::Advise => Action::Advise {
            task,
            comment: said(),
        },
        Deed::Claim => Action::Claim { task },
        Deed::GiveBack => Action::GiveBack {
            task,
            comment: words,
        },
        Deed::Ask => Action::Ask {
            task,
            to: args.to.first().cloned(),
            question: said(),
        },
        Deed::Reply => Action::Reply { task, text: said() },
        Deed::Read => Action::Read { task },
        Deed::TakeBack => Action::TakeBack {
            task,
            comment: words,
        },
        Deed::Copy | Deed::Comment | Deed::Urge | Deed::Withdraw | Deed::Reopen | Deed::Revoke => {
            about_case(args)
        }
    })
}

fn decision(args: &Args, task: u32, set: Values) -> Action {
    Action::Decide {
        task,
        verdict: if args.deed == Deed::Reject {
            Verdict::Reject
        } else {
            Verdict::Approve
        },
        comment: args.comment.clone(),
        set,
        with: DecideWith {
            outcome: args.outcome.clone(),
            signature: args.signature.clone(),
            stepped_up: false,
            bulk: false,
        },
    }
}

/// What concerns the case as a whole.
fn about_case(args: &Args) -> Action {
    let words = args.comment.clone();
    match args.deed {
        Deed::Copy => Action::Copy {
            to: args.to.clone(),
            comment: words,
        },
        Deed::Comment => Action::Comment {
            text: words.unwrap_or_default(),
            mention: args.to.clone(),
            files: vec![],
        },
        Deed::Withdraw => Action::Withdraw { comment: words },
        Deed::Reopen => Action::Reopen { comment: words },
        Deed::Revoke => Action::Revoke {
            comment: words.unwrap_or_default(),
        },
        _ => Action::Urge,
    }
}
