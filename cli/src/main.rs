//! `planton`: the desk without a window.
//!
//! What comes in: arguments, files, standard input. What goes out: results on standard output (with `--json` nothing but JSON Lines),
//! messages for people on standard error, and an exit code: 0 done, 1 done but some inputs were bad, 2 wrong usage or nothing could be
//! done. Deliberately absent: decisions. Everything goes through the same `Desk` as the window.

mod args;
mod commands;
mod output;

use args::{Args, Command};
use clap::Parser as _;
use output::Output;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = Args::parse();
    logging(args.verbose);
    let output = Output::new(args.json, args.language());
    match run(&args, &output) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            output.error(&error);
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args, output: &Output) -> planton_core::error::Result<output::Outcome> {
    match &args.command {
        Command::Classify(options) => commands::text::classify(options, output),
        Command::Suggest(options) => commands::text::suggest(options, output),
        Command::Evaluate(options) => commands::evaluate::run(options, output),
        Command::Train(options) => commands::train::run(options, output),
        Command::Replay(options) => commands::replay::run(options, output),
        Command::Pack(options) => commands::pack::run(options, output),
        Command::Import(options) => commands::import::run(&commands::Office::open(args)?, options, output),
        Command::Queue(options) => commands::queue::run(&commands::Office::open(args)?, options, output),
        Command::Night(options) => commands::night::run(&commands::Office::open(args)?, options, output),
        Command::Triage(options) => commands::triage::run(&commands::Office::open(args)?, options, output),
        Command::Inbox(options) => commands::inbox::run(&commands::Office::open(args)?, options, output),
        Command::People(options) => commands::people::run(&commands::Office::open(args)?, options, output),
        Command::Settings(options) => {
            commands::settings::run(&commands::Office::open(args)?, options, output)
        }
        Command::Journal(options) => commands::journal::run(&commands::Office::open(args)?, options, output),
        Command::Serve(options) => commands::serve::run(args, options, output),
        Command::Demo => commands::demo::run(args, output),
        Command::Doctor => commands::doctor::run(args, output),
    }
}

/// Logs go to standard error, as sentences with ids; never what a citizen wrote.
fn logging(verbose: u8) {
    let default = match verbose {
        0 => "warn",
        1 => "info",
        _ => "debug",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env("PLANTON_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(format!("{default},rustls=warn")));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}
