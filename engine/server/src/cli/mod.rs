//! The command line: one file per command. Exit codes: 0 good, 1 findings, 2 usage or something that must be mended first.

mod act;
mod admin;
mod backup;
mod calendar;
mod check;
mod config;
mod demo;
mod diff;
mod doctor;
mod draw;
mod export;
mod files;
mod flow;
mod key;
mod listen;
mod migrate;
mod people;
mod publish;
mod replay;
mod restore;
mod retire;
mod say;
mod schema;
mod seal;
mod serve;
mod test;
mod verify;
mod why;
mod workshop;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use say::Say;

/// Approvals: flows in YAML, decided by people, kept for good. 审批引擎。
#[derive(Debug, Parser)]
#[command(name = "assent", version, arg_required_else_help = true)]
struct Args {
    /// Language of what is printed; else by the LANG variable. 输出语言
    #[arg(long, global = true, value_enum)]
    lang: Option<LangArg>,
    #[command(subcommand)]
    verb: Verb,
}

/// A language on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LangArg {
    Zh,
    En,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Try it: a sample company, ready to click. 演示：示例公司，一键进入
    Demo(demo::Args),
    /// Run the server. 启动服务
    Serve(serve::Args),
    /// People, units and roles: import them, export them. 组织架构
    #[command(subcommand)]
    People(people::Verb),
    /// Check flow files. 检查流程文件
    Check(check::Args),
    /// Run the examples inside flow files. 运行流程里的用例
    Test(test::Args),
    /// Draw a flow. 画流程图
    Draw(draw::Args),
    /// Print the JSON Schema of flow files, for editors. 输出流程文件的 JSON Schema
    Schema,
    /// Publish the flows of a folder. 发布流程
    Publish(publish::Args),
    /// Close a flow for new cases, or open it again. 停用、启用流程
    #[command(subcommand)]
    Flow(flow::Verb),
    /// What changed between two versions of a flow, in words. 比较两个版本
    Diff(diff::Args),
    /// Move running instances to another version of their flow. 迁移流程实例
    Migrate(migrate::Args),
    /// Replay a real event log through a flow. 用真实日志重放流程
    Replay(replay::Args),
    /// One command on one instance, as somebody. 以某人的身份执行一个操作
    Do(act::Args),
    /// Overrule an instance: suspend, terminate, jump … 管理员操作
    #[command(subcommand)]
    Admin(admin::Verb),
    /// Working calendars. 工作日历
    #[command(subcommand)]
    Calendar(calendar::Verb),
    /// Why a task came to somebody, why not to somebody else, what comes next. 为什么
    Why(why::Args),
    /// Verify the trail of a database, or of an export. 校验审计记录
    Verify(verify::Args),
    /// Write the whole trail into a file for auditors. 导出审计记录
    Export(export::Args),
    /// Make a signed audit root now. 立即生成存证根
    Seal(seal::Args),
    /// Copy the database while the server runs, and verify the copy. 备份
    Backup(backup::Args),
    /// Restore a backup into a new place, and verify it there. 恢复备份
    Restore(restore::Args),
    /// Move instances that were over long ago into a bundle that proves itself. 归档
    Retire(retire::Args),
    /// Look at disk, database, mail server, key and backups, and say what to do. 体检
    Doctor(doctor::Args),
    /// The key that signs audit roots. 存证密钥
    #[command(subcommand)]
    Key(key::Verb),
    /// The configuration. 配置
    #[command(subcommand)]
    Config(config::Verb),
}

/// Where the configuration comes from.
#[derive(Clone, Debug, Default, clap::Args)]
struct ConfigArgs {
    /// Configuration file; else ASSENT_CONFIG, else ./assent.toml. 配置文件
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Runs the program.
pub fn run() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version are no faults; clap prints all of them itself.
            let usage = error.use_stderr();
            let _ = error.print();
            return ExitCode::from(if usage { 2 } else { 0 });
        }
    };
    let say = Say::new(args.lang.map(|lang| match lang {
        LangArg::Zh => assent_core::text::Lang::Zh,
        LangArg::En => assent_core::text::Lang::En,
    }));
    let outcome = match args.verb {
        Verb::Demo(args) => demo::run(&args, say),
        Verb::Serve(args) => serve::run(&args, say),
        Verb::People(verb) => people::run(&verb, say),
        Verb::Check(args) => check::run(&args, say),
        Verb::Test(args) => test::run(&args, say),
        Verb::Draw(args) => draw::run(&args, say),
        Verb::Schema => schema::run(say),
        Verb::Publish(args) => publish::run(&args, say),
        Verb::Flow(verb) => flow::run(&verb, say),
        Verb::Diff(args) => diff::run(&args, say),
        Verb::Migrate(args) => migrate::run(&args, say),
        Verb::Replay(args) => replay::run(&args, say),
        Verb::Do(args) => act::run(&args, say),
        Verb::Admin(verb) => admin::run(&verb, say),
        Verb::Calendar(verb) => calendar::run(&verb, say),
        Verb::Why(args) => why::run(&args, say),
        Verb::Verify(args) => verify::run(&args, say),
        Verb::Export(args) => export::run(&args, say),
        Verb::Seal(args) => seal::run(&args, say),
        Verb::Backup(args) => backup::run(&args, say),
        Verb::Restore(args) => restore::run(&args, say),
        Verb::Retire(args) => retire::run(&args, say),
        Verb::Doctor(args) => doctor::run(&args, say),
        Verb::Key(verb) => key::run(&verb, say),
        Verb::Config(verb) => config::run(&verb, say),
    };
    match outcome {
        Ok(Outcome::Good) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        Err(fault) => {
            say.fault(&fault);
            ExitCode::from(2)
        }
    }
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Nothing to complain about.
    Good,
    /// It found something.
    Findings,
}

impl Outcome {
    fn of(good: bool) -> Self {
        if good { Self::Good } else { Self::Findings }
    }
}

/// What ended a command before it could do its work: one line, what to do.
type Done = Result<Outcome, assent_core::text::Text>;
