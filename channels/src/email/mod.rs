//! E-mail: IMAP pulls, SMTP answers.
//!
//! What comes in: settings (hosts, ports, our addresses) and a password. What goes out: a [`Channel`] whose cursor is
//! `(mailbox, uidvalidity, last uid)` and whose answers carry a Message-ID made of the idempotency key, so that an interrupted
//! send can be looked for. The folder reads in this order: these settings, [`client`] (the wire: IMAP and SMTP), [`convert`]
//! (a mail becomes a message), [`answer`] (an answer becomes a mail).
//!
//! Deliberately absent: deleting or marking anything as read in the mailbox (other programs may read it too), HTML, attachments
//! in answers, and any retry: the outbox decides about those.

mod answer;
mod client;
mod convert;

use answer::Answer;
use async_trait::async_trait;
use client::imap::Imap;
use client::smtp::Smtp;
use planton_core::channel::{Batch, Channel, ChannelError, Guarantee, Outgoing, Receipt};
use planton_core::domain::{ChannelKind, Origin};
use planton_core::error::{Error, Result};
use planton_core::secret::Secret;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::time::Duration;

/// How the connection to a server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// Encrypted from the first byte (993, 465).
    Tls,
    /// Begins in clear and must be encrypted before anything is said (143, 587); a server that cannot is refused.
    Starttls,
    /// In clear, to this machine only: for test servers and local relays.
    NoneOnLoopback,
}

/// One server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
}

/// What an e-mail inbox needs beside its password; stored as JSON in `Inbox::connection`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailSettings {
    /// Our address: what answers come from when the citizen wrote to none of the aliases.
    pub address: String,
    /// Our other addresses: answers come from the one that was written to.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Where mails are read.
    pub imap: Server,
    /// Where answers leave.
    pub smtp: Server,
    /// The name to sign in with, at both.
    pub login: String,
    /// The mailbox that is read.
    #[serde(default = "default_mailbox")]
    pub mailbox: String,
    /// Bigger mails are read by their beginning only.
    #[serde(default = "default_max_bytes")]
    pub max_bytes: u64,
    /// A certificate authority of the house, as PEM, trusted beside the public ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_authority: Option<String>,
}

fn default_mailbox() -> String {
    "INBOX".to_owned()
}

fn default_max_bytes() -> u64 {
    25 * 1024 * 1024
}

impl std::fmt::Debug for EmailSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "EmailSettings({:?}, {:?}, {} aliases)",
            self.imap,
            self.smtp,
            self.aliases.len()
        )
    }
}

impl Server {
    /// A server as people name it: encrypted from the first byte on `tls_port`, by STARTTLS on any other; in clear to this machine.
    #[must_use]
    pub fn on_port(host: &str, port: u16, tls_port: u16) -> Self {
        let loopback =
            host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        let security = match (loopback, port == tls_port) {
            (_, true) => Security::Tls,
            (true, false) => Security::NoneOnLoopback,
            (false, false) => Security::Starttls,
        };
        Self {
            host: host.to_owned(),
            port,
            security,
        }
    }
}

impl EmailSettings {
    /// Settings with defaults for everything that people are rarely asked.
    ///
    /// # Errors
    /// The address is none, or a server is not named.
    pub fn new(address: &str, imap: Server, smtp: Server, login: &str) -> Result<Self> {
        let settings = Self {
            address: address.to_owned(),
            aliases: Vec::new(),
            imap,
            smtp,
            login: login.to_owned(),
            mailbox: default_mailbox(),
            max_bytes: default_max_bytes(),
            certificate_authority: None,
        };
        settings.check()?;
        Ok(settings)
    }

    /// Reads and checks the stored settings.
    ///
    /// # Errors
    /// The JSON is not of this shape, an address is none, or a connection in clear would leave this machine.
    pub fn parse(json: &str) -> Result<Self> {
        let settings: Self = serde_json::from_str(json).map_err(|error| {
            // The position only: the text of the error would quote the settings.
            Error::invalid(format!(
                "The e-mail settings cannot be read (line {}, column {}).",
                error.line(),
                error.column()
            ))
            .hint("They need: address, login, imap and smtp (each with host, port and security: tls, starttls or none_on_loopback).")
        })?;
        settings.check()?;
        Ok(settings)
    }

    /// The stored form.
    ///
    /// # Errors
    /// Never in practice: every field has a JSON form.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string(self)
            .map_err(|_| Error::internal("The e-mail settings could not be written as JSON."))
    }

    /// Every address that is us.
    #[must_use]
    pub fn our_addresses(&self) -> Vec<String> {
        std::iter::once(&self.address)
            .chain(&self.aliases)
            .cloned()
            .collect()
    }

    fn check(&self) -> Result<()> {
        for address in self.our_addresses() {
            if answer::mail_address(&address).is_none() {
                return Err(Error::invalid(
                    "One of our own addresses in the e-mail settings is not an address.",
                )
                .hint("Write it like accueil@police.example, without a name."));
            }
        }
        if self.login.is_empty() || self.mailbox.is_empty() {
            return Err(Error::invalid("The e-mail settings need a login and a mailbox."));
        }
        for server in [&self.imap, &self.smtp] {
            if server.host.is_empty() || server.port == 0 {
                return Err(Error::invalid("A mail server needs a host and a port."));
            }
            let loopback = server.host == "localhost"
                || server
                    .host
                    .parse::<IpAddr>()
                    .is_ok_and(|address| address.is_loopback());
            if server.security == Security::NoneOnLoopback && !loopback {
                return Err(Error::invalid(
                    "A connection in clear is allowed to this machine only (127.0.0.1, ::1, localhost).",
                )
                .hint("Use tls (ports 993 and 465) or starttls (ports 143 and 587)."));
            }
        }
        Ok(())
    }
}

/// One mailbox and the server its answers leave by.
pub struct EmailChannel {
    settings: EmailSettings,
    imap: Imap,
    smtp: Smtp,
}

impl std::fmt::Debug for EmailChannel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EmailChannel({:?})", self.settings)
    }
}

/// Filing a copy and marking the mail as answered are a courtesy to other mail programs: they may not hold the outbox up.
const COURTESY: Duration = Duration::from_secs(20);

impl EmailChannel {
    /// A channel; dials nothing yet.
    ///
    /// # Errors
    /// The certificate authority in the settings cannot be read.
    pub fn new(settings: EmailSettings, password: Secret) -> Result<Self> {
        settings.check()?;
        Ok(Self {
            imap: Imap::new(&settings, password.clone())?,
            smtp: Smtp::new(&settings, password)?,
            settings,
        })
    }
}

#[async_trait]
impl Channel for EmailChannel {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Email
    }

    fn guarantee(&self) -> Guarantee {
        Guarantee::Reconcilable
    }

    async fn receive(&self, cursor: Option<&str>) -> Result<Batch, ChannelError> {
        self.imap.receive(cursor).await
    }

    async fn wait(&self, cursor: Option<&str>, at_most: Duration) {
        self.imap.wait(cursor, at_most).await;
    }

    async fn send(&self, outgoing: &Outgoing) -> Result<Receipt, ChannelError> {
        let answer = Answer::compose(outgoing, &self.settings)?;
        self.smtp.send(&answer).await?;
        // An automatic reply answers nothing: the mail stays unanswered for the people who read this mailbox elsewhere.
        let answered = (outgoing.origin != Origin::Night)
            .then_some(answer.in_reply_to.as_deref())
            .flatten();
        let filed = tokio::time::timeout(COURTESY, self.imap.file(&answer, answered)).await;
        match filed {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::info!(%error, "an answer left, but no copy was filed in the mailbox"),
            Err(_) => tracing::info!("an answer left, but the mailbox was too slow to file a copy"),
        }
        Ok(Receipt {
            remote_id: answer.remote_id,
        })
    }

    async fn find_sent(&self, outgoing: &Outgoing) -> Result<Option<Receipt>, ChannelError> {
        let message_id = answer::message_id(outgoing, &self.settings);
        Ok(self.imap.is_filed(&message_id).await?.then(|| Receipt {
            remote_id: answer::remote_id(&message_id),
        }))
    }

    async fn test(&self) -> Result<Vec<String>, ChannelError> {
        let mut works = self.imap.test().await?;
        works.extend(self.smtp.test().await?);
        Ok(works)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(imap_host: &str, security: &str) -> String {
        format!(
            r#"{{"address":"accueil@police.test","login":"accueil","imap":{{"host":"{imap_host}","port":143,"security":"{security}"}},
                "smtp":{{"host":"mx.police.test","port":587,"security":"starttls"}}}}"#
        )
    }

    #[test]
    fn settings_have_defaults_and_survive_a_round_trip() {
        let settings = EmailSettings::parse(&with("mx.police.test", "tls")).unwrap();
        assert_eq!(settings.mailbox, "INBOX");
        assert_eq!(settings.max_bytes, 25 * 1024 * 1024);
        assert_eq!(
            EmailSettings::parse(&settings.to_json().unwrap()).unwrap(),
            settings
        );
    }

    #[test]
    fn a_connection_in_clear_stays_on_this_machine() {
        for host in ["127.0.0.1", "127.8.9.1", "::1", "localhost"] {
            assert!(
                EmailSettings::parse(&with(host, "none_on_loopback")).is_ok(),
                "{host}"
            );
        }
        for host in [
            "mx.police.test",
            "10.0.0.1",
            "localhost.police.test",
            "0.0.0.0",
            "127.0.0.1.police.test",
        ] {
            let error = EmailSettings::parse(&with(host, "none_on_loopback")).unwrap_err();
            assert!(error.message.contains("this machine only"), "{host}");
            assert!(EmailSettings::parse(&with(host, "starttls")).is_ok(), "{host}");
        }
    }

    #[test]
    fn broken_settings_are_refused_without_quoting_them() {
        for json in [
            "",
            "[]",
            "{\"address\":\"hidden-word\"}",
            "{\"login\": hidden-word}",
        ] {
            let error = EmailSettings::parse(json).unwrap_err();
            assert!(!error.message.contains("hidden-word") && !error.hint.contains("hidden-word"));
        }
        let json = with("mx.police.test", "tls").replace("accueil@police.test", "Accueil <hidden-word>");
        assert!(
            !EmailSettings::parse(&json)
                .unwrap_err()
                .message
                .contains("hidden-word")
        );
    }
}
