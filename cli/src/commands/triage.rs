//! `triage`: what this desk taught it.

use super::Office;
use crate::args::{self, TriageCommand};
use crate::output::{Outcome, Output};
use planton_core::error::Result;
use serde_json::json;

/// Runs it.
pub(crate) fn run(office: &Office, options: &args::Triage, output: &Output) -> Result<Outcome> {
    match options.command {
        TriageCommand::Learned => learned(office, output),
        TriageCommand::Reset => reset(office, output),
    }
}

fn learned(office: &Office, output: &Output) -> Result<Outcome> {
    let learned = office.desk.learned(&office.actor)?;
    for correction in &learned.corrections {
        output.result(
            &json!({ "at": correction.at, "from": correction.from, "to": correction.to, "by": correction.by }),
            || {
                format!(
                    "{}  {:<11} -> {:<11}  {}",
                    correction.at.with_timezone(&chrono::Local).format("%Y-%m-%d %H:%M"),
                    correction.from.as_str(),
                    correction.to.as_str(),
                    correction.by,
                )
            },
        )?;
    }
    if learned.corrections.is_empty() && !output.json {
        output.say(output.say_in("Rien n'a été appris ici.", "Nothing was learned here."));
    }
    Ok(Outcome::Done)
}

fn reset(office: &Office, output: &Output) -> Result<Outcome> {
    let forgotten = office.desk.forget_learned(&office.actor)?;
    output.result(&forgotten, || {
        format!(
            "{} {}, {} {}.",
            output.say_in("Oublié : corrections :", "Forgotten: corrections:"),
            forgotten.corrections,
            output.say_in("choix de réponses :", "choices of replies:"),
            forgotten.choices,
        )
    })?;
    Ok(Outcome::Done)
}
