//! `night`.

use super::Office;
use crate::args::{self, NightCommand};
use crate::output::{Outcome, Output};
use planton_core::domain::Language;
use planton_core::error::Result;
use serde_json::json;

/// Runs it.
pub(crate) fn run(office: &Office, options: &args::Night, output: &Output) -> Result<Outcome> {
    match options.command {
        NightCommand::Preview { nights } => preview(office, nights, output),
        NightCommand::Status => status(office, output),
        NightCommand::On => switch(office, true, output),
        NightCommand::Off => switch(office, false, output),
    }
}

fn switch(office: &Office, on: bool, output: &Output) -> Result<Outcome> {
    office.desk.set_night(&office.actor, on)?;
    output.say(match on {
        true => output.say_in(
            "Le répondeur de nuit est en marche.",
            "The night responder is on.",
        ),
        false => output.say_in("Le répondeur de nuit est arrêté.", "The night responder is off."),
    });
    Ok(Outcome::Done)
}

fn preview(office: &Office, nights: usize, output: &Output) -> Result<Outcome> {
    for (zone, coming) in office.desk.night_preview(&office.actor, nights)? {
        for night in coming {
            output.result(
                &json!({ "kind": "night", "night": night.night, "zone": zone.name(), "begins": night.begins_local, "ends": night.ends_local,
                         "begins_utc": night.begins, "ends_utc": night.ends, "hours": night.hours, "note": night.note }),
                || {
                    format!(
                        "{}  {} – {}  ({} – {} UTC, {} h)  {}",
                        night.night,
                        night.begins_local.format("%H:%M"),
                        night.ends_local.format("%H:%M"),
                        night.begins.format("%d %H:%M"),
                        night.ends.format("%d %H:%M"),
                        night.hours,
                        zone.name(),
                    )
                },
            )?;
        }
    }
    for text in office.desk.night_texts(&office.actor)? {
        output.result(&json!({ "kind": "text", "reply": text.reply, "language": word(text.language), "text": text.text }), || {
            format!("\n[{} · {}]\n{}", text.reply, word(text.language), text.text)
        })?;
    }
    Ok(Outcome::Done)
}

fn status(office: &Office, output: &Output) -> Result<Outcome> {
    let status = office.desk.night_status(&office.actor)?;
    let sent: Vec<_> = status
        .sent
        .iter()
        .map(|sent| {
            json!({ "conversation": sent.reply.conversation, "inbox": sent.item.inbox.name, "category": sent.item.conversation.category,
                    "night": sent.reply.night, "reply": sent.reply.reply, "language": word(sent.reply.language), "at": sent.reply.at, "state": sent.state })
        })
        .collect();
    let object = json!({
        "enabled": status.enabled,
        "night": status.now.map(|night| night.id),
        "until": status.now.map(|night| night.ends),
        "breaker_open_since": status.breaker,
        "sent": sent,
    });
    output.result(&object, || {
        let mut lines = vec![
            match (status.enabled, status.now) {
                (false, _) => output
                    .say_in("Le répondeur de nuit est arrêté.", "The night responder is off.")
                    .to_owned(),
                (true, None) => output
                    .say_in("En marche ; il fait jour.", "On; it is day.")
                    .to_owned(),
                (true, Some(night)) => format!(
                    "{} {}",
                    output.say_in("En marche ; c'est la nuit du", "On; it is the night of"),
                    night.id
                ),
            },
            match status.breaker {
                Some(since) => format!(
                    "{} {since}",
                    output.say_in("COUPE-CIRCUIT OUVERT depuis", "BREAKER OPEN since")
                ),
                None => output
                    .say_in("Coupe-circuit fermé.", "Breaker closed.")
                    .to_owned(),
            },
        ];
        lines.extend(status.sent.iter().rev().map(|sent| {
            format!(
                "{}  {:<18} {:<6} {:<8} {}",
                sent.reply
                    .at
                    .with_timezone(&sent.item.inbox.zone)
                    .format("%d/%m %H:%M"),
                sent.reply.reply.0,
                word(sent.reply.language),
                sent.state.as_str(),
                sent.item.contact.name,
            )
        }));
        lines.join("\n")
    })?;
    Ok(Outcome::Done)
}

/// French and English together have a word of their own.
fn word(language: Language) -> &'static str {
    if language == Language::Unknown {
        "fr+en"
    } else {
        language.as_str()
    }
}
