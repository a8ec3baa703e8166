//! `evaluate`: how good triage and suggestions are, as a table for people or one object a file with `--json`. Never a text, only ids.

use crate::args;
use crate::output::{Outcome, Output};
use chrono::{DateTime, Utc};
use planton_core::classify::{Classifier, model::Model};
use planton_core::error::{Error, Result};
use planton_core::evaluate::{self, Report, Share};
use planton_core::suggest::Pack;
use serde_json::json;
use std::fmt::Write as _;
use std::path::Path;

/// Noon of a working day: every help line is open, so that replies are judged by their fit alone.
const NOON: DateTime<Utc> = DateTime::from_timestamp(1_795_431_600, 0).expect("a constant instant");

/// Runs it.
pub(crate) fn run(options: &args::Evaluate, output: &Output) -> Result<Outcome> {
    let pack = Pack::built_in(&options.pack)?;
    let own = match &options.model {
        Some(path) => Some(Classifier::with_model(Model::decode(&read(path)?)?)),
        None => None,
    };
    let classifier = own.as_ref().unwrap_or_else(|| Classifier::built_in());
    let mut outcome = Outcome::Done;
    for path in &options.files {
        let text = String::from_utf8(read(path)?)
            .map_err(|_| Error::invalid(format!("{} is not UTF-8", path.display())));
        let report = text
            .and_then(|text| evaluate::read(&text))
            .map(|messages| evaluate::evaluate(classifier, &pack, NOON, &messages));
        match report {
            Ok(report) => output.result(&json!({ "file": path, "report": report }), || {
                table(path, &report, options.errors, output)
            })?,
            Err(error) => {
                outcome = Outcome::SomeBad;
                output.say(&format!("{}: {}", path.display(), output.said(&error.message)));
            }
        }
    }
    Ok(outcome)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| Error::invalid(format!("{} cannot be read: {error}", path.display())))
}

fn share(share: &Share) -> String {
    if share.of == 0 {
        "-".to_owned()
    } else {
        format!("{:.1} % ({}/{})", 100.0 * share.rate(), share.hits, share.of)
    }
}

/// The whole report, for a terminal.
fn table(path: &Path, report: &Report, errors: bool, output: &Output) -> String {
    let say = |french, english| output.say_in(french, english);
    let mut out = String::new();
    let mut line = |text: String| {
        let _ = writeln!(out, "{text}");
    };
    line(format!("{}: {} messages", path.display(), report.messages));
    let (low, high) = report.emergency_interval;
    let of_interval = format!(
        "{} [{:.1}-{:.1} %]",
        share(&report.emergency_recall),
        100.0 * low,
        100.0 * high
    );
    for (name, value) in [
        (say("urgences trouvées", "emergencies found"), of_interval),
        (
            say("urgences au sens large", "emergencies, wide sense"),
            share(&report.broad_recall),
        ),
        (
            say("fausses alertes", "false alarms"),
            share(&report.false_alarms),
        ),
        (
            say("… parmi les difficiles", "... among hard ones"),
            share(&report.hard_false_alarms),
        ),
        (say("catégorie juste", "right category"), share(&report.accuracy)),
        (
            say("… ou la seconde", "... or the second intent"),
            report.swapped.to_string(),
        ),
        (say("F1 moyen", "macro F1"), format!("{:.3}", report.macro_f1)),
        (
            say("réclamation ou merci", "complaint or thanks"),
            share(&report.complaint_or_thanks),
        ),
        (
            say("réponse en premier", "reply offered first"),
            share(&report.first_reply),
        ),
        (
            say("réponse parmi trois", "reply among three"),
            share(&report.three_replies),
        ),
        (
            say("erreur de confiance", "calibration error"),
            format!("{:.3}", report.calibration_error),
        ),
    ] {
        line(format!("  {name:<28} {value}"));
    }
    line(format!(
        "  {:<28} {:<22} {:<22} F1",
        "",
        say("rappel", "recall"),
        say("précision", "precision")
    ));
    let scores = report.categories.iter().chain(&report.signals);
    for (name, score) in scores.filter(|(_, score)| score.recall.of + score.precision.of > 0) {
        line(format!(
            "  {name:<28} {:<22} {:<22} {:.3}",
            share(&score.recall),
            share(&score.precision),
            score.f1()
        ));
    }
    line(format!(
        "  {:<28} {:<22} {:<22} {}",
        "",
        say("catégorie juste", "right category"),
        say("urgences trouvées", "emergencies found"),
        say("fausses alertes", "false alarms")
    ));
    for (name, slice) in &report.slices {
        line(format!(
            "  {name:<28} {:<22} {:<22} {}",
            share(&slice.right),
            share(&slice.emergency_recall),
            share(&slice.false_alarms)
        ));
    }
    line(format!(
        "  {}",
        say("lu (ligne) comme (colonne)", "is (row), said (column)")
    ));
    for (is, said) in &report.confusion {
        let said: Vec<String> = said
            .iter()
            .map(|(said, count)| format!("{said} {count}"))
            .collect();
        line(format!("  {is:<28} {}", said.join(", ")));
    }
    for step in report.calibration.iter() {
        line(format!(
            "  {} {:<19.2} {}",
            say("confiance", "confident"),
            step.sure,
            share(&step.right)
        ));
    }
    if errors {
        line(format!(
            "  {} {}",
            say("manquées :", "missed:"),
            report.missed.join(" ")
        ));
        line(format!(
            "  {} {}",
            say("manquées, sens large :", "missed, wide sense:"),
            report.broad_missed.join(" ")
        ));
        line(format!(
            "  {} {}",
            say("alertes à tort :", "alarmed:"),
            report.alarmed.join(" ")
        ));
        for (id, is, said) in &report.confused {
            line(format!("  {id}: {is} -> {said}"));
        }
        for (id, is, said) in &report.other_replies {
            line(format!("  {id}: {is} -> {said}"));
        }
    }
    out
}
