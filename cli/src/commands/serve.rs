//! `serve`: the headless desk.

use super::{open, runtime};
use crate::args::{self, Args};
use crate::output::{Outcome, Output};
use planton_channels::connector::Connector;
use planton_core::error::{Error, Result};
use planton_core::service::Service;
use serde_json::json;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};

/// Runs it.
pub(crate) fn run(args: &Args, options: &args::Serve, output: &Output) -> Result<Outcome> {
    let desk = open(&args.data()?)?;
    let connector = Arc::new(Connector::new(Arc::clone(&desk)));
    let service = Service::new(
        Arc::clone(&desk),
        connector,
        format!("serve-{}", std::process::id()),
    );
    let runtime = runtime()?;
    if options.once {
        let round = runtime.block_on(service.round())?;
        service.step_down()?;
        for (inbox, reason) in &round.failures {
            output.say(&format!("{inbox}: {}", output.said(reason)));
        }
        output.result(
            &json!({ "standing_by": round.standing_by, "read": round.report.read, "stored": round.report.stored, "duplicates": round.report.duplicates,
                     "quarantined": round.report.quarantined, "night_replies": round.night_replies, "sends": round.sends, "failures": round.failures.len() }),
            || {
                if round.standing_by {
                    return output.say_in("Un autre Planton fait déjà le service.", "Another Planton is already serving.").to_owned();
                }
                match output.say_in("fr", "en") {
                    "fr" => format!(
                        "{} reçus, {} réponses de nuit, {} envois",
                        round.report.stored, round.night_replies, round.sends
                    ),
                    _ => format!("{} received, {} night replies, {} sends", round.report.stored, round.night_replies, round.sends),
                }
            },
        )?;
        let bad = !round.failures.is_empty() || round.report.quarantined > 0;
        return Ok(if bad { Outcome::SomeBad } else { Outcome::Done });
    }
    output.say(output.say_in(
        "Planton est de service. Ctrl+C ou SIGTERM pour finir.",
        "Planton is on duty. Ctrl+C or SIGTERM to end.",
    ));
    runtime.block_on(async {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let mut terminate = signal(SignalKind::terminate())
            .map_err(|error| Error::internal(format!("No signals: {error}")))?;
        let work = service.run(stopped);
        tokio::pin!(work);
        tokio::select! {
            () = &mut work => return Ok(()),
            _ctrl_c = tokio::signal::ctrl_c() => {}
            _term = terminate.recv() => {}
        }
        // The round that is under way ends first: what is on the wire gets its answer written down.
        stop.send_replace(true);
        work.await;
        Ok::<(), Error>(())
    })?;
    Ok(Outcome::Done)
}
