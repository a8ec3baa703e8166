//! `pack check`.

use crate::args::{self, PackCommand};
use crate::output::{Outcome, Output};
use planton_core::clock::{Clock as _, SystemClock};
use planton_core::error::Result;
use planton_core::suggest::{Severity, check_dir};

/// Runs it.
pub(crate) fn run(options: &args::Pack, output: &Output) -> Result<Outcome> {
    let PackCommand::Check { dir } = &options.command;
    let problems = check_dir(dir, SystemClock.now().date_naive())?;
    for problem in &problems {
        output.result(problem, || {
            let severity = match problem.severity {
                Severity::Error => output.say_in("erreur", "error"),
                Severity::Warning => output.say_in("attention", "warning"),
            };
            format!("{}: {severity}: {}", problem.file, output.said(&problem.sentence))
        })?;
    }
    if problems.is_empty() {
        output.say(output.say_in("Rien à redire.", "Nothing to say against it."));
    }
    let bad = problems.iter().any(|problem| problem.severity == Severity::Error);
    Ok(if bad { Outcome::SomeBad } else { Outcome::Done })
}
