//! `inbox`.

use super::{Office, runtime, secret};
use crate::args::{self, InboxCommand};
use crate::output::{Outcome, Output};
use planton_channels::connector::Connector;
use planton_channels::email::{EmailSettings, Server};
use planton_core::domain::{ChannelKind, InboxState};
use planton_core::error::{Error, Result};
use planton_core::outbox::worker::Connect as _;
use serde_json::json;
use std::sync::Arc;

/// Runs it.
pub(crate) fn run(office: &Office, options: &args::Inbox, output: &Output) -> Result<Outcome> {
    match &options.command {
        InboxCommand::Add {
            name,
            address,
            imap,
            smtp,
            login,
            zone,
        } => {
            let settings = EmailSettings::new(
                address,
                server(imap, 993)?,
                server(smtp, 465)?,
                login.as_deref().unwrap_or(address),
            )?;
            let connection = settings.to_json()?;
            let password = secret("PLANTON_MAIL_PASSWORD_FILE", &format!("Password of {address}: "))?;
            let inbox = office.desk.add_inbox(
                &office.actor,
                name,
                ChannelKind::Email,
                address,
                *zone,
                InboxState::Live,
                &connection,
                Some(&password),
            )?;
            output.result(&json!({ "inbox": inbox.id, "name": inbox.name }), || {
                format!("{} {}", output.say_in("Ajoutée :", "Added:"), inbox.name)
            })?;
            Ok(Outcome::Done)
        }
        InboxCommand::List => {
            for inbox in office.desk.inboxes(&office.actor)? {
                output.result(
                    &json!({ "inbox": inbox.id, "name": inbox.name, "channel": inbox.channel, "address": inbox.address, "zone": inbox.zone.name(),
                             "state": inbox.state, "last_message_at": inbox.last_message_at, "last_error": inbox.last_error }),
                    || {
                        format!(
                            "{:<24} {:<10} {:<12} {}",
                            inbox.name,
                            inbox.channel.as_str(),
                            inbox.state.as_str(),
                            output.said(inbox.last_error.as_deref().unwrap_or_default())
                        )
                    },
                )?;
            }
            Ok(Outcome::Done)
        }
        InboxCommand::Test { name } => {
            let inbox = office.desk.inbox_named(&office.actor, name)?;
            let connector = Connector::new(Arc::clone(&office.desk));
            let Some(channel) = connector.channel(&inbox)? else {
                return Err(Error::invalid(
                    "This inbox is filled by imports: there is nothing to connect to.",
                ));
            };
            let lines = runtime()?.block_on(channel.test()).map_err(|error| {
                Error::invalid(format!("The account does not work: {error}."))
                    .hint("Check the server names, the ports, the sign-in name and the password, then add the account again.")
            })?;
            for line in lines {
                output.result(&json!({ "works": line }), || output.said(&line).into_owned())?;
            }
            Ok(Outcome::Done)
        }
        InboxCommand::Remove { name } => {
            let inbox = office.desk.inbox_named(&office.actor, name)?;
            office.desk.remove_inbox(&office.actor, inbox.id)?;
            output.say(output.say_in(
                "Retirée ; ses conversations restent.",
                "Removed; its conversations stay.",
            ));
            Ok(Outcome::Done)
        }
    }
}

/// HOST:PORT, encrypted from the first byte on `tls_port`, by STARTTLS on any other; in clear to this machine only.
fn server(text: &str, tls_port: u16) -> Result<Server> {
    let (host, port) = text
        .rsplit_once(':')
        .and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?)))
        .ok_or_else(|| {
            Error::invalid("A mail server is written HOST:PORT.").hint("For example: imap.police.example:993")
        })?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    Ok(Server::on_port(host, port, tls_port))
}
