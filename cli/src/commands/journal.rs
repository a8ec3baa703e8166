//! `journal verify`.

use super::Office;
use crate::args::{self, JournalCommand};
use crate::output::{Outcome, Output};
use planton_core::error::Result;
use planton_core::journal::Verdict;
use serde_json::json;

/// Runs it.
pub(crate) fn run(office: &Office, options: &args::Journal, output: &Output) -> Result<Outcome> {
    let JournalCommand::Verify = options.command;
    match office.desk.verify_journal(&office.actor)? {
        Verdict::Intact { entries, head } => {
            output.result(
                &json!({ "intact": true, "entries": entries, "head": head }),
                || {
                    format!(
                        "{} {entries}. {head}",
                        output.say_in(
                            "Le journal est intact ; entrées :",
                            "The journal is intact; entries:"
                        )
                    )
                },
            )?;
            Ok(Outcome::Done)
        }
        Verdict::Broken { entry, reason } => {
            output.result(
                &json!({ "intact": false, "entry": entry, "reason": reason }),
                || {
                    format!(
                        "{} {entry}: {}",
                        output.say_in(
                            "Le journal est rompu à l'entrée",
                            "The journal is broken at entry"
                        ),
                        output.said(reason)
                    )
                },
            )?;
            Ok(Outcome::SomeBad)
        }
    }
}
