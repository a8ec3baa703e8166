//! `import`.

use super::Office;
use crate::args;
use crate::output::{Outcome, Output};
use indicatif::{ProgressBar, ProgressStyle};
use planton_core::error::Result;
use serde_json::json;

/// Runs it.
pub(crate) fn run(office: &Office, options: &args::Import, output: &Output) -> Result<Outcome> {
    let bar = if output.is_watched() {
        ProgressBar::new(0)
    } else {
        ProgressBar::hidden()
    };
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes} {eta}") {
        bar.set_style(style);
    }
    let result = office.desk.import(
        &office.actor,
        options.format,
        &options.inbox,
        &options.path,
        &mut |progress| {
            bar.set_length(progress.bytes_total);
            bar.set_position(progress.bytes_done);
        },
    );
    bar.finish_and_clear();
    let done = result?;
    for (origin, reason) in &done.quarantined {
        output.say(&format!("{origin}: {}", output.said(reason)));
    }
    for remark in &done.remarks {
        output.say(&format!("{}: {}", remark.origin, output.said(&remark.what)));
    }
    if done.remarks_left_out > 0 {
        output.say(&format!(
            "… {} {}",
            done.remarks_left_out,
            output.say_in("remarques de plus", "more remarks")
        ));
    }
    let report = &done.report;
    output.result(
        &json!({ "read": report.read, "stored": report.stored, "duplicates": report.duplicates, "quarantined": report.quarantined }),
        || match output.say_in("fr", "en") {
            "fr" => format!(
                "{} lus, {} enregistrés, {} déjà connus, {} illisibles (gardés de côté)",
                report.read, report.stored, report.duplicates, report.quarantined
            ),
            _ => format!(
                "{} read, {} stored, {} known already, {} unreadable (kept aside)",
                report.read, report.stored, report.duplicates, report.quarantined
            ),
        },
    )?;
    Ok(if report.quarantined > 0 {
        Outcome::SomeBad
    } else {
        Outcome::Done
    })
}
