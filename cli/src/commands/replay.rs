//! `replay`: what the night responder would have done in conversations of a file. Simulated clock; nothing is sent or kept.

use crate::args;
use crate::output::{Outcome, Output};
use planton_core::classify::Classifier;
use planton_core::domain::Classification;
use planton_core::error::{Error, Result};
use planton_core::ingest::Burst;
use planton_core::night::replay::{Case, ReplaySettings, Triage, replay};
use planton_core::night::schedule::Schedule;
use serde_json::json;
use std::io::BufRead as _;

/// Triage as the desk does it.
struct BuiltIn(&'static Classifier);

impl Triage for BuiltIn {
    fn classify(&self, text: &str) -> Classification {
        self.0.classify(text)
    }

    fn classify_after(&self, before: &Burst<'_>, text: &str) -> Classification {
        self.0.classify_after(before.alarm, &before.texts, text)
    }
}

/// Runs it.
pub(crate) fn run(options: &args::Replay, output: &Output) -> Result<Outcome> {
    let triage = BuiltIn(Classifier::built_in());
    let settings = ReplaySettings {
        schedule: Schedule::default(),
        zone: options.zone,
    };
    let mut outcome = Outcome::Done;
    for (index, line) in super::text::open(&options.file)?.split(b'\n').enumerate() {
        let line = line.map_err(|error| Error::internal(format!("The input cannot be read: {error}")))?;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_start_matches('\u{feff}');
        match Case::parse(text).and_then(|case| replay(&case, &triage, &settings)) {
            Ok(result) => output.object(&result)?,
            Err(error) => {
                outcome = Outcome::SomeBad;
                output.object(&json!({ "line": index + 1, "error": error.to_string() }))?;
            }
        }
    }
    Ok(outcome)
}
