//! `train`: the built-in model, learned anew. The same corpus gives the same bytes.

use crate::args;
use crate::output::{Outcome, Output};
use planton_core::classify::train;
use planton_core::error::{Error, Result};
use serde_json::json;

/// Runs it.
pub(crate) fn run(options: &args::Train, output: &Output) -> Result<Outcome> {
    let (samples, others) = train::read_folder(&options.corpus)?;
    if samples.is_empty() || others.is_empty() {
        return Err(Error::invalid(format!(
            "no corpus in {}: it needs train_*.jsonl to learn from and dev_*.jsonl to calibrate on",
            options.corpus.display()
        )));
    }
    output.say(output.say_in(
        "Apprentissage en cours : une à deux minutes.",
        "Learning: this takes a minute or two.",
    ));
    let bytes = train::train(&samples, &others).encode();
    std::fs::write(&options.out, &bytes)
        .map_err(|error| Error::invalid(format!("{} cannot be written: {error}", options.out.display())))?;
    let told = json!({ "samples": samples.len(), "calibrated_on": others.len(), "bytes": bytes.len() });
    output.result(&told, || {
        let learned = output.say_in("appris de", "learned from");
        let calibrated = output.say_in("calibré sur", "calibrated on");
        format!(
            "{learned} {} messages, {calibrated} {}: {}, {} bytes",
            samples.len(),
            others.len(),
            options.out.display(),
            bytes.len()
        )
    })?;
    Ok(Outcome::Done)
}
