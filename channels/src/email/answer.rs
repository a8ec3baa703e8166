//! An answer becomes a mail.
//!
//! What comes in: an [`Outgoing`] and the `reply_context` of the message it answers. What goes out: the bytes of a mail and its envelope.
//! The context was made from a stranger's mail, so nothing in it is trusted: ids must look like ids, addresses like addresses, and
//! a subject loses everything that could end a line.
//!
//! A person's answer goes to the contact. An automatic one (RFC 3834) goes to the envelope sender alone, with an empty sender of its
//! own, so that it can neither loop nor reach someone whose name was put into a forged `Reply-To`.
//!
//! Deliberately absent: quoting the citizen's text (a forged sender would receive it), HTML, the clock: the mail is the same at
//! every attempt, its date is that of the first.

use super::EmailSettings;
use lettre::address::Envelope;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::{Address, Message};
use planton_core::channel::{ChannelError, Outgoing};
use planton_core::domain::{Origin, from_millis, millis};
use planton_core::import::mail::ReplyContext;
use sha2::{Digest as _, Sha256};

/// The longest subject, in signs: beyond it nobody reads.
const SUBJECT: usize = 200;
/// The most ids in `References`: the first and the latest (RFC 5322 lets the middle go).
const REFERENCES: usize = 20;
/// The longest id that is repeated: a line of a mail holds 998 bytes.
const ID: usize = 250;
/// Dates outside these (in milliseconds) have no form in a mail, and lettre panics on them.
const DATES: std::ops::RangeInclusive<i64> = 0..=253_000_000_000_000;
/// The longest context that is read.
const CONTEXT: usize = 256 * 1024;

/// A mail ready for the wire.
pub(super) struct Answer {
    /// Its Message-ID, with angle brackets.
    pub(super) message_id: String,
    /// The same as the platform's id of a message.
    pub(super) remote_id: String,
    /// The Message-ID that is answered.
    pub(super) in_reply_to: Option<String>,
    /// Who the server is told.
    pub(super) envelope: Envelope,
    /// The mail.
    pub(super) mail: Vec<u8>,
}

/// What the message that is answered left behind; nothing where that cannot be read.
fn context(outgoing: &Outgoing) -> ReplyContext {
    outgoing
        .reply_context
        .as_deref()
        .filter(|json| json.len() <= CONTEXT)
        .and_then(|json| serde_json::from_str(json).ok())
        .unwrap_or_default()
}

/// The ids of the thread, oldest first, the answered mail last.
fn references(context: &ReplyContext) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for id in context
        .references
        .iter()
        .chain(&context.message_id)
        .filter_map(|id| clean_id(id))
    {
        ids.retain(|earlier| *earlier != id);
        ids.push(id);
    }
    if let Some(too_many) = ids.len().checked_sub(REFERENCES).filter(|count| *count > 0) {
        ids.drain(1..=too_many);
    }
    ids
}

impl Answer {
    pub(super) fn compose(outgoing: &Outgoing, settings: &EmailSettings) -> Result<Self, ChannelError> {
        let rejected = |why: &str| ChannelError::ContentRejected(why.to_owned());
        if outgoing.text.trim().is_empty() {
            return Err(rejected("the text is empty"));
        }
        let context = context(outgoing);
        let automatic = outgoing.origin == Origin::Night;
        let from = sender(&context, settings).ok_or_else(|| rejected("our own address cannot be used"))?;
        let to = if automatic {
            let envelope_from = context
                .envelope_from
                .as_deref()
                .and_then(mail_address)
                .ok_or_else(|| {
                    rejected("the mail names no envelope sender: an automatic reply has nobody to go to")
                })?;
            if is_ours(&envelope_from, settings) {
                return Err(rejected("an automatic reply would go to ourselves"));
            }
            envelope_from
        } else {
            mail_address(&outgoing.contact_id).ok_or_else(|| {
                ChannelError::RecipientUnavailable(
                    "the contact's address is none that mail can be sent to".to_owned(),
                )
            })?
        };
        let message_id = message_id(outgoing, settings);
        let in_reply_to = context.message_id.as_deref().and_then(clean_id);
        let envelope = Envelope::new((!automatic).then(|| from.clone()), vec![to.clone()])
            .map_err(|_| rejected("the mail has no recipient"))?;

        let date = millis(outgoing.first_attempt_at).clamp(*DATES.start(), *DATES.end());
        let mut mail = Message::builder()
            .from(Mailbox::new(None, from))
            .to(Mailbox::new(None, to))
            .subject(subject(&context.subject, automatic))
            .date(from_millis(date).into())
            .message_id(Some(message_id.clone()))
            .envelope(envelope.clone())
            .header(ContentType::TEXT_PLAIN);
        if let Some(id) = &in_reply_to {
            mail = mail.in_reply_to(id.clone());
        }
        let references = references(&context);
        if !references.is_empty() {
            mail = mail.references(references.join(" "));
        }
        if automatic {
            for (name, value) in [
                (HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-replied"),
                (HeaderName::new_from_ascii_str("Precedence"), "bulk"),
                (HeaderName::new_from_ascii_str("X-Auto-Response-Suppress"), "All"),
            ] {
                mail = mail.raw_header(HeaderValue::new(name, value.to_owned()));
            }
        }
        let mail = mail
            .body(outgoing.text.clone())
            .map_err(|_| rejected("the mail could not be composed"))?;
        Ok(Self {
            remote_id: remote_id(&message_id),
            message_id,
            in_reply_to,
            envelope,
            mail: mail.formatted(),
        })
    }
}

/// The Message-ID of an answer, with angle brackets: the same at every attempt, so that it can be looked for.
pub(super) fn message_id(outgoing: &Outgoing, settings: &EmailSettings) -> String {
    let key = &outgoing.idempotency_key;
    let usable = !key.is_empty()
        && key.len() <= 120
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let left = if usable {
        key.clone()
    } else {
        Sha256::digest(key.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    };
    // The domain of the account, not of the alias that was written to: whoever looks for the mail later knows only the account.
    let domain = mail_address(&settings.address)
        .map_or_else(|| "localhost".to_owned(), |address| address.domain().to_owned());
    format!("<{left}@{domain}>")
}

/// How the core names a mail with this Message-ID.
pub(super) fn remote_id(message_id: &str) -> String {
    message_id
        .trim_start_matches('<')
        .trim_end_matches('>')
        .to_owned()
}

/// An address without a name, if it is one. Stricter than mail: nothing that could end an SMTP command or a header line.
pub(super) fn mail_address(text: &str) -> Option<Address> {
    let text = text.trim().trim_start_matches('<').trim_end_matches('>');
    let strange = |sign: char| {
        sign.is_control() || sign.is_whitespace() || matches!(sign, '<' | '>' | '"' | '\\' | ',' | ';')
    };
    if text.len() > 254 || text.chars().any(strange) {
        return None;
    }
    text.parse().ok()
}

/// The address that the citizen wrote to, if it is one of ours; else the account's.
fn sender(context: &ReplyContext, settings: &EmailSettings) -> Option<Address> {
    mail_address(&context.to)
        .filter(|to| is_ours(to, settings))
        .or_else(|| mail_address(&settings.address))
}

/// Is it one of ours, whatever the letter case and the detail after a plus?
fn is_ours(address: &Address, settings: &EmailSettings) -> bool {
    let plain = |address: &Address| {
        let user = address.user().split('+').next().unwrap_or_default();
        format!("{user}@{}", address.domain()).to_lowercase()
    };
    settings
        .our_addresses()
        .iter()
        .filter_map(|ours| mail_address(ours))
        .any(|ours| plain(&ours) == plain(address))
}

/// A Message-ID with its brackets, if it is one: printable ASCII, no quotes, one `<` and one `>`.
fn clean_id(text: &str) -> Option<String> {
    let inner = text.trim().trim_start_matches('<').trim_end_matches('>');
    let good = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'"' | b'\\' | b',');
    (!inner.is_empty() && inner.len() <= ID && inner.bytes().all(good)).then(|| format!("<{inner}>"))
}

/// The subject of the answer, on one line.
fn subject(original: &str, automatic: bool) -> String {
    let blank = |sign: char| sign.is_whitespace() || sign.is_control();
    let line = original
        .split(blank)
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    let mut short: String = line.chars().take(SUBJECT).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    let starts = |prefix: &str| {
        short
            .get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    if automatic {
        format!("Auto: {short}").trim_end().to_owned()
    } else if starts("Re:") {
        short
    } else if short.is_empty() {
        "Re: votre message".to_owned()
    } else {
        format!("Re: {short}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn settings() -> EmailSettings {
        EmailSettings::parse(
            r#"{"address":"accueil@police.test","aliases":["boite@police.test"],"login":"accueil",
                "imap":{"host":"mx.police.test","port":993,"security":"tls"},
                "smtp":{"host":"mx.police.test","port":465,"security":"tls"}}"#,
        )
        .unwrap()
    }

    fn outgoing(origin: Origin, context: &str) -> Outgoing {
        Outgoing {
            idempotency_key: "0196-abc".to_owned(),
            thread_id: "t".to_owned(),
            contact_id: "zoe@example.org".to_owned(),
            text: "Bonjour,\n.\nVotre vélo est retrouvé.".to_owned(),
            origin,
            reply_context: Some(context.to_owned()),
            first_attempt_at: planton_core::domain::from_millis(1_767_647_400_000),
        }
    }

    fn head(answer: &Answer) -> String {
        let mail = String::from_utf8(answer.mail.clone()).unwrap();
        mail.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ")
    }

    fn header(answer: &Answer, name: &str) -> Option<String> {
        let head = head(answer);
        let found: Vec<&str> = head
            .lines()
            .filter_map(|line| line.strip_prefix(&format!("{name}: ")))
            .collect();
        assert!(found.len() < 2, "{name} stands twice");
        found.first().map(|value| (*value).to_owned())
    }

    const CONTEXT_JSON: &str = r#"{"message_id":"b@x","references":["a@x"],"envelope_from":"bounce+zoe@example.org",
        "subject":"vol de vélo","to":"boite+vol@police.test"}"#;

    #[test]
    fn a_persons_answer_stays_in_the_thread_and_comes_from_the_address_written_to() {
        let answer = Answer::compose(&outgoing(Origin::Operator, CONTEXT_JSON), &settings()).unwrap();
        assert_eq!(header(&answer, "From").unwrap(), "boite+vol@police.test");
        assert_eq!(header(&answer, "To").unwrap(), "zoe@example.org");
        assert_eq!(header(&answer, "Message-ID").unwrap(), "<0196-abc@police.test>");
        assert_eq!(header(&answer, "In-Reply-To").unwrap(), "<b@x>");
        assert_eq!(header(&answer, "References").unwrap(), "<a@x> <b@x>");
        assert_eq!(
            header(&answer, "Date").unwrap(),
            "Mon, 05 Jan 2026 21:10:00 +0000"
        );
        assert_eq!(header(&answer, "Auto-Submitted"), None);
        assert_eq!(
            answer.envelope.from().unwrap().to_string(),
            "boite+vol@police.test"
        );
        assert_eq!(answer.remote_id, "0196-abc@police.test");
        assert!(answer.mail.is_ascii(), "any relay can carry it");
        // The same at every attempt, or looking for it would be in vain.
        let again = Answer::compose(&outgoing(Origin::Operator, CONTEXT_JSON), &settings()).unwrap();
        assert_eq!(answer.mail, again.mail);
    }

    #[test]
    fn an_automatic_reply_goes_to_the_envelope_sender_alone_and_says_what_it_is() {
        let answer = Answer::compose(&outgoing(Origin::Night, CONTEXT_JSON), &settings()).unwrap();
        assert_eq!(answer.envelope.from(), None);
        assert_eq!(
            answer
                .envelope
                .to()
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>(),
            ["bounce+zoe@example.org"]
        );
        assert_eq!(header(&answer, "To").unwrap(), "bounce+zoe@example.org");
        assert_eq!(header(&answer, "Auto-Submitted").unwrap(), "auto-replied");
        assert_eq!(header(&answer, "Precedence").unwrap(), "bulk");
        assert_eq!(header(&answer, "X-Auto-Response-Suppress").unwrap(), "All");
    }

    #[test]
    fn an_automatic_reply_without_an_envelope_sender_is_refused() {
        for context in [
            "",
            "{}",
            "[]",
            "{\"envelope_from\":\"\"}",
            "{\"envelope_from\":\"<>\"}",
            "{\"envelope_from\":\"not an address\"}",
            "{\"envelope_from\":\"a@x.org>\\r\\nRCPT TO:<b@x.org\"}",
            "{\"envelope_from\":\"Boite+1@Police.test\"}",
        ] {
            let refused = Answer::compose(&outgoing(Origin::Night, context), &settings());
            assert!(
                matches!(refused.err(), Some(ChannelError::ContentRejected(_))),
                "{context}"
            );
        }
        let mut without = outgoing(Origin::Night, "");
        without.reply_context = None;
        assert!(matches!(
            Answer::compose(&without, &settings()).err(),
            Some(ChannelError::ContentRejected(_))
        ));
    }

    #[test]
    fn a_hostile_context_adds_no_header_and_no_recipient() {
        let context = serde_json::json!({
            "message_id": "x@y>\r\nBcc: <victim@example.org",
            "references": ["a@x", "b@x\r\nBcc: victim@example.org", "\u{202e}", "", "<<c@x>>", "a@x"],
            "subject": "vol\r\nBcc: victim@example.org\r\n\r\n<html>\u{0}\u{2028}fin",
            "to": "boite@police.test\r\nBcc: victim@example.org",
        });
        let answer = Answer::compose(&outgoing(Origin::Operator, &context.to_string()), &settings()).unwrap();
        assert_eq!(header(&answer, "Bcc"), None);
        assert_eq!(
            header(&answer, "Subject").unwrap(),
            "Re: vol Bcc: victim@example.org <html> fin"
        );
        assert_eq!(header(&answer, "In-Reply-To"), None);
        assert_eq!(header(&answer, "References").unwrap(), "<c@x> <a@x>");
        assert_eq!(header(&answer, "From").unwrap(), "accueil@police.test");
        assert_eq!(answer.envelope.to().len(), 1);
    }

    #[test]
    fn somebody_elses_address_in_to_is_not_answered_from() {
        let answer = Answer::compose(
            &outgoing(Origin::Operator, r#"{"to":"maire@ville.test"}"#),
            &settings(),
        )
        .unwrap();
        assert_eq!(header(&answer, "From").unwrap(), "accueil@police.test");
        assert_eq!(header(&answer, "Subject").unwrap(), "Re: votre message");
    }

    #[test]
    fn a_contact_that_is_no_address_cannot_be_reached() {
        for contact in [
            "",
            "zoe",
            "zoe@example.org, max@example.org",
            "Zoe <zoe@example.org>",
            "a b@example.org",
            "zoe@example.org\r\nx",
        ] {
            let mut to = outgoing(Origin::Operator, "{}");
            to.contact_id = contact.to_owned();
            let refused = Answer::compose(&to, &settings()).err();
            assert!(
                matches!(refused, Some(ChannelError::RecipientUnavailable(_))),
                "{contact}"
            );
        }
    }

    #[test]
    fn long_subjects_and_threads_are_shortened() {
        let context = serde_json::json!({
            "subject": "é".repeat(5_000),
            "message_id": "last@x",
            "references": (0..500).map(|n| format!("{n}@x")).collect::<Vec<_>>(),
        });
        let answer = Answer::compose(&outgoing(Origin::Operator, &context.to_string()), &settings()).unwrap();
        let references = header(&answer, "References").unwrap();
        let ids: Vec<&str> = references.split(' ').collect();
        assert_eq!(
            (ids.len(), ids[0], ids[1], ids[19]),
            (20, "<0@x>", "<482@x>", "<last@x>")
        );
        assert!(
            String::from_utf8_lossy(&answer.mail)
                .lines()
                .all(|line| line.len() <= 998)
        );
        assert_eq!(subject(&"a".repeat(300), false).chars().count(), SUBJECT + 5);
    }

    #[test]
    fn a_subject_is_not_answered_twice() {
        assert_eq!(subject("RE: vol", false), "RE: vol");
        assert_eq!(subject("vol", false), "Re: vol");
        assert_eq!(subject("vol", true), "Auto: vol");
        assert_eq!(subject("", true), "Auto:");
    }

    #[test]
    fn an_odd_key_becomes_a_digest() {
        let mut odd = outgoing(Origin::Operator, "{}");
        odd.idempotency_key = "a b>\r\nBcc: x".to_owned();
        let id = message_id(&odd, &settings());
        assert_eq!(id.len(), "<@police.test>".len() + 64);
        assert_eq!(clean_id(&id).unwrap(), id);
    }

    proptest! {
        #[test]
        fn whatever_the_context_the_mail_keeps_its_shape(
            subject in any::<String>(), id in any::<String>(), reference in any::<String>(), to in any::<String>(),
            from in any::<String>(), text in any::<String>(), contact in any::<String>(), raw in any::<String>(),
        ) {
            let json = serde_json::json!({"subject": subject, "message_id": id, "references": [reference], "to": to, "envelope_from": from});
            for context in [json.to_string(), raw] {
                for origin in [Origin::Operator, Origin::Night] {
                    let mut out = outgoing(origin, &context);
                    out.text.push_str(&text);
                    out.contact_id.clone_from(&contact);
                    let _ = Answer::compose(&out, &settings());
                    out.contact_id = "zoe@example.org".to_owned();
                    let Ok(answer) = Answer::compose(&out, &settings()) else { continue };
                    // Only an address beyond ASCII may bring other bytes: such a mail goes by SMTPUTF8 or not at all.
                    let plain = answer.envelope.to().iter().all(|to| AsRef::<str>::as_ref(to).is_ascii());
                    prop_assert!(answer.mail.is_ascii() || !plain);
                    let head = head(&answer);
                    let names = ["From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Content-Type",
                        "Content-Transfer-Encoding", "MIME-Version", "Auto-Submitted", "Precedence", "X-Auto-Response-Suppress"];
                    for line in head.lines() {
                        prop_assert!(names.iter().any(|name| line.starts_with(&format!("{name}:"))), "{line}");
                    }
                }
            }
        }
    }
}
