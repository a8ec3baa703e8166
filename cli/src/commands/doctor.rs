//! `doctor`: checks a workspace and says what to mend.

use super::open;
use crate::args::Args;
use crate::output::{Outcome, Output};
use planton_core::classify::Classifier;
use planton_core::domain::InboxState;
use planton_core::error::{Error, Result};
use planton_core::journal::{self, Verdict};
use planton_core::suggest::Severity;
use serde_json::json;

/// Runs it. Needs no sign-in: it shows states and counts, nothing that a citizen wrote.
pub(crate) fn run(args: &Args, output: &Output) -> Result<Outcome> {
    let data = args.data()?;
    let desk = open(&data)?;
    let store = desk.store();
    let mut outcome = Outcome::Done;
    // What was found comes in sentences; on a screen each is in the reader's language.
    let mut say = |name: &str, well: bool, what: &[&str]| -> Result<()> {
        if !well {
            outcome = Outcome::SomeBad;
        }
        output.result(
            &json!({ "check": name, "well": well, "what": what.join(" ") }),
            || {
                let said: Vec<_> = what.iter().map(|sentence| output.said(sentence)).collect();
                format!("{} {name}: {}", if well { "✓" } else { "✗" }, said.join(" "))
            },
        )
    };
    say("workspace", true, &[&data.display().to_string()])?;
    report(
        &mut say,
        "database",
        store.check().map(|()| "encrypted and sound".to_owned()),
    )?;
    let whole = Classifier::built_in().has_model();
    say(
        "triage",
        whole,
        &[if whole {
            "the model is whole"
        } else {
            "the built-in model cannot be read, triage works from its word lists alone: install Planton anew"
        }],
    )?;
    let counters = store.read(|view| Ok(view.counts()? == view.recount()?))?;
    say(
        "counters",
        counters,
        &[if counters {
            "equal to a recount"
        } else {
            "differ from a recount: report this as a defect"
        }],
    )?;
    let verdict = store.read(journal::verify)?;
    match verdict {
        Verdict::Intact { entries, .. } => say("journal", true, &[&format!("intact, {entries} entries")])?,
        Verdict::Broken { entry, reason } => {
            say("journal", false, &[&format!("broken at entry {entry}: {reason}")])?
        }
    }
    let settings = desk.settings()?;
    let pack = desk.pack()?;
    let problems = pack.check(desk.now().date_naive());
    let errors = problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error)
        .count();
    say(
        "pack",
        errors == 0,
        &[&format!(
            "{}: {errors} errors, {} warnings",
            settings.pack,
            problems.len() - errors
        )],
    )?;
    let (inboxes, items, stuck) =
        store.read(|view| Ok((view.inboxes()?, view.quarantine(20)?, view.counts()?.stuck)))?;
    for inbox in &inboxes {
        let well = inbox.last_error.is_none() && inbox.state != InboxState::Paused;
        let what = inbox
            .last_error
            .clone()
            .unwrap_or_else(|| inbox.state.to_string());
        say(&format!("inbox {}", inbox.name), well, &[&what])?;
    }
    for item in &items {
        say("quarantine", false, &[&format!("{}:", item.origin), &item.reason])?;
    }
    if items.is_empty() {
        say("quarantine", true, &["nothing is kept aside"])?;
    }
    say("sends", stuck == 0, &[&format!("{stuck} wait for a person")])?;
    say(
        "night",
        settings.breaker.is_none(),
        &[match (settings.breaker, settings.night.enabled) {
            (Some(_), _) => "the breaker is open",
            (None, true) => "switched on",
            (None, false) => "switched off",
        }],
    )?;
    Ok(outcome)
}

fn report(
    say: &mut impl FnMut(&str, bool, &[&str]) -> Result<()>,
    name: &str,
    result: Result<String, Error>,
) -> Result<()> {
    match result {
        Ok(what) => say(name, true, &[&what]),
        Err(error) => say(name, false, &[&error.message, &error.hint]),
    }
}
