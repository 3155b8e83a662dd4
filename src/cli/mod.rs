//! The headless verbs: arguments, output formats, exit codes. Its words are English.
//!
//! Speaks to the same engine parts as the window and knows no egui. Exit codes: 0; 64 + status code of a failed call;
//! 2 for usage; 1 where no call began, and for `diagnose` where a step broke; `convert` has 65 and 66 of its own.

mod all;
mod args;
mod attempts;
mod call;
mod check;
mod connect;
mod convert;
mod demo;
mod diagnose;
mod health;
mod input;
mod normalize;
mod progress;
mod registry;
mod report;
mod sending;
mod symbols;
mod trace_json;
mod window;

use std::ffi::OsString;

use clap::{Args, Command, CommandFactory, FromArgMatches};

pub use args::{Cli, Verb};
pub use connect::cache_dir;

use crate::start::Start;

/// What a run of the program is to do.
pub enum Intent {
    /// Open the window, with this.
    Window(Box<Start>),
    /// A verb ran; exit with this code.
    Done(u8),
}

/// No call began.
const NOT_BEGUN: u8 = 1;
/// Usage.
const USAGE: u8 = 2;

/// Parses `arguments` (the program's name first) and runs a verb, if there is one.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Intent {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(verb) = hot_verb(&arguments) {
        return Intent::Done(verb_code(verb));
    }
    let mut command = Cli::command();
    let arguments = normalize::normalize(&mut command, arguments);
    let parsed = command.try_get_matches_from(arguments).and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors: clap knows their stream and code.
            let code = if error.use_stderr() { USAGE } else { 0 };
            if error.print().is_err() {
                return Intent::Done(NOT_BEGUN);
            }
            return Intent::Done(code);
        }
    };
    match cli.verb {
        None => match window::start(&cli) {
            Ok(start) => Intent::Window(Box::new(start)),
            Err(refused) => {
                report::not_begun(&refused.words);
                Intent::Done(refused.code)
            }
        },
        Some(verb) => Intent::Done(verb_code(verb)),
    }
}

/// The verbs that scripts run again and again, where they come first and all is well: what the other verbs take need not
/// be built for them, a tenth of a whole call. Whatever does not fit is left to the full definition and its messages.
fn hot_verb(arguments: &[OsString]) -> Option<Verb> {
    match arguments.get(1)?.to_str()? {
        "call" => arguments_of(arguments).map(Box::new).map(Verb::Call),
        "list" => arguments_of(arguments).map(Box::new).map(Verb::List),
        "describe" => arguments_of(arguments).map(Box::new).map(Verb::Describe),
        "health" => arguments_of(arguments).map(Box::new).map(Verb::Health),
        "convert" => arguments_of(arguments).map(Box::new).map(Verb::Convert),
        "services" => arguments_of(arguments).map(Box::new).map(Verb::Services),
        "instances" => arguments_of(arguments).map(Box::new).map(Verb::Instances),
        "watch" => arguments_of(arguments).map(Box::new).map(Verb::Watch),
        "kv" => arguments_of(arguments).map(Box::new).map(Verb::Kv),
        _ => None,
    }
}

/// What a verb takes, from arguments (the program's name first, then the verb's) that hold nothing else.
fn arguments_of<A: Args>(arguments: &[OsString]) -> Option<A> {
    let mut command = A::augment_args(Command::new("proconsul"));
    let rest = arguments.iter().enumerate().filter(|(index, _)| *index != 1).map(|(_, argument)| argument.clone());
    let arguments = normalize::normalize(&mut command, rest.collect());
    A::from_arg_matches(&command.try_get_matches_from(arguments).ok()?).ok()
}

fn verb_code(verb: Verb) -> u8 {
    match verb {
        Verb::Call(args) => on_one_thread(call::run(args)),
        Verb::List(args) => on_one_thread(symbols::list(args)),
        Verb::Describe(args) => on_one_thread(symbols::describe(args)),
        Verb::Health(args) => on_one_thread(health::run(args)),
        Verb::Diagnose(args) => on_one_thread(diagnose::run(args)),
        Verb::Convert(args) => on_one_thread(convert::run(args)),
        Verb::Services(args) => on_one_thread(registry::services(args)),
        Verb::Instances(args) => on_one_thread(registry::instances(args)),
        Verb::Watch(args) => on_one_thread(registry::watch(args)),
        Verb::Register(args) => on_one_thread(registry::register(args)),
        Verb::Deregister(args) => on_one_thread(registry::deregister(args)),
        Verb::Maintenance(args) => on_one_thread(registry::maintenance(args)),
        Verb::Ttl(args) => on_one_thread(registry::ttl(args)),
        Verb::Kv(args) => on_one_thread(registry::kv(args)),
        Verb::Check(args) => check::run(&args),
        Verb::Demo(args) => demo::run(&args),
        Verb::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "proconsul", &mut std::io::stdout());
            0
        }
        Verb::Man => match clap_mangen::Man::new(Cli::command()).render(&mut std::io::stdout()) {
            Ok(()) => 0,
            Err(error) => report::not_begun(&error.to_string()),
        },
    }
}

/// Runs a verb on a runtime without threads of its own: a call from start to exit costs no more.
fn on_one_thread(work: impl Future<Output = u8>) -> u8 {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => {
            let code = runtime.block_on(work);
            // A read of stdin that nobody waits for any more must not hold the process.
            runtime.shutdown_background();
            code
        }
        Err(error) => report::not_begun(&format!("cannot start the runtime: {error}")),
    }
}
