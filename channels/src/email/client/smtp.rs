//! SMTP: one answer, one transaction, and an honest word about how it ended.
//!
//! What comes in: a finished mail with its envelope. What goes out: taken, or a [`ChannelError`] that says whether the server can
//! have taken it. The transaction is walked command by command, because only the place of a failure tells: before the mail's
//! text nothing was taken, after it nobody knows unless the server said so.
//!
//! Deliberately absent: retries, pooling (answers are minutes apart), server texts in errors (they quote addresses).

use super::super::answer::Answer;
use super::super::{EmailSettings, Security, Server};
use super::{dial, within};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use planton_core::channel::ChannelError;
use planton_core::error::{Error, Result};
use planton_core::secret::Secret;
use std::time::Duration;

/// Dialling, TLS, greeting.
const GREETING: Duration = Duration::from_secs(60);
/// One command; servers may look things up before they answer.
const COMMAND: Duration = Duration::from_secs(120);
/// The text and the server's last word ; RFC 5321 allows ten minutes, an operator waits less.
const TEXT: Duration = Duration::from_secs(300);
/// Saying goodbye is a courtesy.
const GOODBYE: Duration = Duration::from_secs(2);

/// Where in the transaction something failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Greeting,
    SignIn,
    Sender,
    Recipient,
    Data,
    Text,
}

/// What failed, without the server's words.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    /// The three digits and, where given, the enhanced code: `550 5.1.1`.
    code: String,
    permanent: bool,
    transient: bool,
}

impl Said {
    fn of(error: &lettre::transport::smtp::Error) -> Self {
        let mut code = error.status().map(|code| code.to_string()).unwrap_or_default();
        let enhanced = std::error::Error::source(error)
            .map(ToString::to_string)
            .and_then(|text| text.split_whitespace().next().map(str::to_owned))
            .filter(|word| is_enhanced(word));
        if let Some(enhanced) = enhanced {
            code = format!("{code} {enhanced}");
        }
        Self {
            code,
            permanent: error.is_permanent(),
            transient: error.is_transient(),
        }
    }

    fn silence() -> Self {
        Self {
            code: String::new(),
            permanent: false,
            transient: false,
        }
    }
}

/// Did the encryption fail? lettre reports a handshake as a connection that failed; what rustls refused is in its sources.
fn is_handshake(error: &lettre::transport::smtp::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|cause| cause.kind() == std::io::ErrorKind::InvalidData)
        {
            return true;
        }
        source = cause.source();
    }
    false
}

/// `5.1.1`: three numbers with points between.
fn is_enhanced(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    parts.len() == 3
        && parts
            .iter()
            .all(|part| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What a failure at a stage means to the outbox.
fn meaning(stage: Stage, automatic: bool, said: &Said) -> ChannelError {
    let code = &said.code;
    let with_code = |text: &str| {
        if code.is_empty() {
            text.to_owned()
        } else {
            format!("{text}: {code}")
        }
    };
    // A server that asks for a sign-in does so wherever it notices.
    if said.permanent
        && ["530", "534", "535", "538"]
            .iter()
            .any(|auth| code.starts_with(auth))
    {
        return ChannelError::Auth(format!("SMTP: {code}"));
    }
    match (stage, said.permanent, said.transient) {
        // 4xx is a refusal too: whatever the stage, nothing was taken.
        (_, _, true) => ChannelError::TransientBefore(with_code("the SMTP server asks to try later")),
        (Stage::Text, false, false) => ChannelError::TransientAmbiguous(
            "the SMTP connection broke while the mail was handed over".to_owned(),
        ),
        (_, false, false) => ChannelError::TransientBefore(
            "the SMTP connection broke before the mail was handed over".to_owned(),
        ),
        (Stage::Greeting, true, _) => {
            ChannelError::TransientBefore(with_code("the SMTP server does not want to talk"))
        }
        (Stage::SignIn, true, _) => ChannelError::Auth(format!("SMTP: {code}")),
        // Some relays take no mail without a sender: that is about automatic replies, not about the account.
        (Stage::Sender, true, _) if automatic => {
            ChannelError::ContentRejected(with_code("the SMTP server takes no automatic replies"))
        }
        (Stage::Sender, true, _) => {
            ChannelError::Forbidden(with_code("the SMTP server refuses our address as sender"))
        }
        (Stage::Recipient, true, _) => ChannelError::RecipientUnavailable(code.clone()),
        (Stage::Data | Stage::Text, true, _) => {
            ChannelError::ContentRejected(with_code("the SMTP server refused the mail"))
        }
    }
}

/// The sending side of an account.
pub(in super::super) struct Smtp {
    server: Server,
    login: String,
    password: Secret,
    tls: TlsParameters,
}

impl Smtp {
    pub(in super::super) fn new(settings: &EmailSettings, password: Secret) -> Result<Self> {
        let unusable = |_| {
            Error::invalid("TLS towards the SMTP server could not be set up.")
                .hint("Look at the host name and the certificate authority in the e-mail settings.")
        };
        let mut tls = TlsParameters::builder(settings.smtp.host.clone());
        if let Some(pem) = &settings.certificate_authority {
            tls = tls.add_root_certificate(Certificate::from_pem(pem.as_bytes()).map_err(unusable)?);
        }
        Ok(Self {
            server: settings.smtp.clone(),
            login: settings.login.clone(),
            password,
            tls: tls.build_rustls().map_err(unusable)?,
        })
    }

    /// Hands one mail over.
    pub(in super::super) async fn send(&self, answer: &Answer) -> Result<(), ChannelError> {
        let mut connection = self.sign_in().await?;
        let outcome = transact(&mut connection, answer).await;
        // Also after a refusal: the server should not keep the transaction open.
        within(GOODBYE, connection.quit()).await;
        outcome.map_err(|(stage, said)| meaning(stage, answer.envelope.from().is_none(), &said))
    }

    /// Signs in and goes.
    pub(in super::super) async fn test(&self) -> Result<Vec<String>, ChannelError> {
        let mut connection = self.sign_in().await?;
        within(GOODBYE, connection.quit()).await;
        Ok(vec!["The sending server takes the sign-in.".to_owned()])
    }

    async fn sign_in(&self) -> Result<AsyncSmtpConnection, ChannelError> {
        let failed = |stage, said: &Said| meaning(stage, false, said);
        let mut connection = within(GREETING, self.greet())
            .await
            .ok_or_else(|| failed(Stage::Greeting, &Said::silence()))??;
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        if connection.server_info().get_auth_mechanism(&mechanisms).is_none() {
            // A relay on this machine may know us by where we are.
            return if self.server.security == Security::NoneOnLoopback {
                Ok(connection)
            } else {
                Err(ChannelError::Auth(
                    "SMTP: the server offers no sign-in by password".to_owned(),
                ))
            };
        }
        let credentials = Credentials::new(self.login.clone(), self.password.expose().to_owned());
        match within(COMMAND, connection.auth(&mechanisms, &credentials)).await {
            Some(Ok(_)) => Ok(connection),
            Some(Err(error)) => {
                let said = Said::of(&error);
                within(GOODBYE, connection.quit()).await;
                Err(failed(Stage::SignIn, &said))
            }
            None => Err(failed(Stage::SignIn, &Said::silence())),
        }
    }

    async fn greet(&self) -> Result<AsyncSmtpConnection, ChannelError> {
        let failed = |error: lettre::transport::smtp::Error| {
            if error.is_tls() || is_handshake(&error) {
                ChannelError::TransientBefore(
                    "the SMTP server could not prove who it is, or the connection could not be encrypted"
                        .to_owned(),
                )
            } else {
                meaning(Stage::Greeting, false, &Said::of(&error))
            }
        };
        // No name of this machine: lettre's default is the literal of the loopback address.
        let hello = ClientId::default();
        if self.server.security == Security::Tls {
            let address = (self.server.host.as_str(), self.server.port);
            return AsyncSmtpConnection::connect_tokio1(
                address,
                Some(GREETING),
                &hello,
                Some(self.tls.clone()),
                None,
            )
            .await
            .map_err(failed);
        }
        let stream = dial(&self.server, "SMTP").await?;
        let mut connection = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello)
            .await
            .map_err(failed)?;
        if self.server.security == Security::Starttls {
            if !connection.can_starttls() {
                return Err(ChannelError::Protocol(
                    "the SMTP server does not encrypt (STARTTLS)".to_owned(),
                ));
            }
            connection
                .starttls(self.tls.clone(), &hello)
                .await
                .map_err(failed)?;
        }
        Ok(connection)
    }
}

async fn transact(connection: &mut AsyncSmtpConnection, answer: &Answer) -> Result<(), (Stage, Said)> {
    let mut options = Vec::new();
    if !answer
        .envelope
        .to()
        .iter()
        .chain(answer.envelope.from())
        .all(|address| AsRef::<str>::as_ref(address).is_ascii())
    {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            let said = Said {
                code: "no SMTPUTF8".to_owned(),
                permanent: true,
                transient: false,
            };
            return Err((Stage::Recipient, said));
        }
        options.push(MailParameter::SmtpUtfEight);
    }
    let sender = Mail::new(answer.envelope.from().cloned(), options);
    step(Stage::Sender, COMMAND, connection.command(sender)).await?;
    for recipient in answer.envelope.to() {
        step(
            Stage::Recipient,
            COMMAND,
            connection.command(Rcpt::new(recipient.clone(), Vec::new())),
        )
        .await?;
    }
    // Nothing of the text has left yet: a silence here is not ambiguous.
    step(Stage::Data, COMMAND, connection.command(Data)).await?;
    step(Stage::Text, TEXT, connection.message(&answer.mail)).await
}

async fn step<T>(
    stage: Stage,
    limit: Duration,
    doing: impl Future<Output = std::result::Result<T, lettre::transport::smtp::Error>>,
) -> Result<(), (Stage, Said)> {
    match within(limit, doing).await {
        Some(Ok(_)) => Ok(()),
        Some(Err(error)) => Err((stage, Said::of(&error))),
        None => Err((stage, Said::silence())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(code: &str) -> Said {
        Said {
            code: code.to_owned(),
            permanent: code.starts_with('5'),
            transient: code.starts_with('4'),
        }
    }

    #[test]
    fn the_place_of_a_failure_decides_what_it_means() {
        use ChannelError as E;
        let means = |stage, code: &str| meaning(stage, false, &said(code));
        for stage in [
            Stage::Greeting,
            Stage::SignIn,
            Stage::Sender,
            Stage::Recipient,
            Stage::Data,
        ] {
            assert!(matches!(means(stage, ""), E::TransientBefore(_)), "{stage:?}");
            assert!(
                matches!(means(stage, "451 4.7.1"), E::TransientBefore(_)),
                "{stage:?}"
            );
            assert!(matches!(means(stage, "530 5.7.0"), E::Auth(_)), "{stage:?}");
        }
        assert!(matches!(means(Stage::Text, ""), E::TransientAmbiguous(_)));
        assert!(matches!(means(Stage::Text, "451"), E::TransientBefore(_)));
        assert!(matches!(means(Stage::Text, "554 5.6.0"), E::ContentRejected(_)));
        assert!(
            matches!(means(Stage::Recipient, "550 5.1.1"), E::RecipientUnavailable(code) if code == "550 5.1.1")
        );
        assert!(matches!(means(Stage::SignIn, "535 5.7.8"), E::Auth(_)));
        assert!(matches!(means(Stage::Sender, "553 5.7.1"), E::Forbidden(_)));
        assert!(matches!(
            meaning(Stage::Sender, true, &said("553 5.7.1")),
            E::ContentRejected(_)
        ));
    }

    #[test]
    fn only_codes_are_kept_of_what_a_server_says() {
        assert!(is_enhanced("5.1.1") && is_enhanced("4.7.28"));
        for word in [
            "<zoe@example.org>",
            "5.1",
            "5.1.1.1",
            "5..1",
            "a.b.c",
            "5.1.1234",
            "",
        ] {
            assert!(!is_enhanced(word), "{word}");
        }
    }
}
