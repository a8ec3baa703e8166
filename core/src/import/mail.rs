//! Mails: mbox files, `.eml` files and maildir folders - and the one conversion from a raw mail, which the live e-mail channel
//! uses too.
//!
//! What comes in: raw mails, from any sender on earth. What goes out: a message whose text is the subject and the words of the
//! body, whose files are described, and whose flags say whether RFC 3834 allows an automatic answer.
//!
//! Deliberately absent: the network, mails inside mails (they are attachments), and trimming of quoted history: what a
//! citizen quotes may be the point.

use super::item::{Out, hex};
use super::mime::{Content, Head, field, fields, split_header};
use super::sender::{Person, Role, addresses, bare_address, is_ours, people, role_of};
use super::source::{Line, Source, cannot_read, file_name, has_extension, read_line};
use crate::domain::{Direction, IncomingMessage, Instant, MessageKind, ThreadKind};
use crate::error::Result;
use chrono::{NaiveDate, TimeZone as _, Utc};
use mail_parser::{HeaderValue, MessageParser};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

pub use super::sender::sender_flags;

/// The largest mail: providers refuse far smaller ones.
const MAX_MAIL: usize = 128 << 20;

/// How much of how many files is looked at to find out which address is ours.
const SURVEY_FILES: usize = 64;
const SURVEY_BYTES: u64 = 1 << 20;

/// What must be known of a mail to answer it in its thread: the JSON in `reply_context`.
#[derive(Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct ReplyContext {
    /// Its `Message-ID`, without angle brackets.
    pub message_id: Option<String>,
    /// Its `References` (or `In-Reply-To`), oldest first, without angle brackets.
    pub references: Vec<String>,
    /// The envelope sender: where an automatic reply goes. Empty for a null return path, absent where the server added none.
    pub envelope_from: Option<String>,
    /// The subject, decoded.
    pub subject: String,
    /// Which of our addresses was written to: what an answer comes from.
    pub to: String,
}

impl std::fmt::Debug for ReplyContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReplyContext({} references)", self.references.len())
    }
}

/// A raw mail as a message; the reason in words where it cannot be one. Never panics.
///
/// `our_addresses` tells which way it went and whether it was written to us; a plus-address of one of them is ours too.
///
/// # Errors
/// A sentence for quarantine: no header, no sender.
pub fn convert(raw: &[u8], our_addresses: &[String]) -> Result<IncomingMessage, String> {
    // The header decoder promises not to panic; a mail comes uninvited from anywhere, so the promise is not relied on.
    std::panic::catch_unwind(|| convert_trusting(raw, our_addresses))
        .unwrap_or_else(|_| Err("the mail's structure could not be understood".into()))
}

fn convert_trusting(raw: &[u8], our_addresses: &[String]) -> Result<IncomingMessage, String> {
    let (header, body) = split_header(raw);
    let fields = fields(header);
    let decoded = Head::new(header).ok_or("not a mail: it has no header")?;
    let parser = MessageParser::new();
    let head = decoded.parse(&parser).ok_or("not a mail: it has no header")?;

    let return_path = field(&fields, "return-path").map(bare_address);
    let from = people(head.from())
        .into_iter()
        .chain(people(head.sender()))
        .find(|person| !person.address.is_empty())
        .or_else(|| {
            return_path
                .as_ref()
                .filter(|path| !path.is_empty())
                .map(|path| Person {
                    name: String::new(),
                    address: path.clone(),
                })
        })
        .ok_or("the mail names no sender: there is nobody to answer")?;
    let recipients: Vec<Person> = [head.to(), head.cc(), head.bcc()]
        .into_iter()
        .flat_map(people)
        .collect();

    let direction = if is_ours(&from.address, our_addresses) {
        Direction::Out
    } else {
        Direction::In
    };
    let contact = match direction {
        // A form on a web site sends from an address that nobody reads, and names the person where answers go.
        Direction::In if role_of(&from.address) == Role::Nobody => people(head.reply_to())
            .into_iter()
            .find(|person| !is_ours(&person.address, our_addresses))
            .unwrap_or_else(|| from.clone()),
        Direction::In => from.clone(),
        Direction::Out => recipients
            .iter()
            .find(|person| !is_ours(&person.address, our_addresses))
            .cloned()
            .unwrap_or_else(|| from.clone()),
    };
    let to = recipients
        .iter()
        .find(|person| is_ours(&person.address, our_addresses))
        .or(recipients.first())
        .map(|person| person.address.clone())
        .unwrap_or_default();

    let message_id = ids(head.header("Message-ID")).into_iter().next();
    let mut references = ids(head.header("References"));
    if references.is_empty() {
        references = ids(head.header("In-Reply-To"));
    }
    let root = references
        .first()
        .or(message_id.as_ref())
        .cloned()
        .unwrap_or_else(|| raw_digest(raw));
    // A reference can be quoted by anybody: two people never share a conversation, or one would read the other's answer.
    let thread_id = format!("{}/{root}", contact.address);

    let subject = head.subject().unwrap_or("").trim().to_owned();
    let content = Content::of(header, body);
    let flag_fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let mut flags = sender_flags(&flag_fields, return_path.as_deref(), our_addresses);
    flags.automatic |= content.calendar_reply;
    let remote_id = match (&message_id, direction) {
        // Forms on web sites send a constant Message-ID: the id alone would swallow the second citizen's mail.
        (Some(id), Direction::In) => format!(
            "{id}#{}",
            fingerprint(&from.address, head.header_raw("Date"), &subject, &content.text)
        ),
        // Our own mail comes back under the id that we gave it.
        (Some(id), Direction::Out) => id.clone(),
        (None, _) => raw_digest(raw),
    };

    let context = ReplyContext {
        message_id,
        references,
        envelope_from: return_path,
        subject: subject.clone(),
        to,
    };
    Ok(IncomingMessage {
        remote_id,
        thread_id,
        thread_kind: ThreadKind::Direct,
        contact_id: contact.address,
        contact_name: contact.name,
        direction,
        kind: MessageKind::Text,
        sent_at: date(head.header("Date")).or_else(|| received_at(&head)),
        text: with_subject(&subject, content.text, direction),
        attachments: content.attachments,
        flags,
        reply_context: serde_json::to_string(&context).ok(),
    })
}

/// What tells two mails of one Message-ID apart, and one mail delivered twice not: who, when, what; nothing that a server adds.
fn fingerprint(from: &str, date: Option<&str>, subject: &str, text: &str) -> String {
    let mut hasher = Sha256::new();
    for part in [from, date.unwrap_or_default().trim(), subject, text.trim_end()] {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    hasher
        .finalize()
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The ids of a field.
fn ids(value: Option<&HeaderValue<'_>>) -> Vec<String> {
    let clean = |id: &str| id.trim().trim_matches(['<', '>']).to_owned();
    match value {
        Some(HeaderValue::Text(id)) => vec![clean(id)],
        Some(HeaderValue::TextList(list)) => list.iter().map(|id| clean(id)).collect(),
        _ => Vec::new(),
    }
    .into_iter()
    .filter(|id| !id.is_empty())
    .collect()
}

/// The identity of a mail without an id: its bytes, whatever line ends a mailbox gave them.
fn raw_digest(raw: &[u8]) -> String {
    let mut hash = Sha256::new();
    for line in raw.trim_ascii_end().split(|&byte| byte == b'\n') {
        hash.update(line.strip_suffix(b"\r").unwrap_or(line));
        hash.update(b"\n");
    }
    hex(&hash.finalize())
}

fn date(value: Option<&HeaderValue<'_>>) -> Option<Instant> {
    match value {
        Some(HeaderValue::DateTime(at)) => instant(at),
        _ => None,
    }
}

/// When the last server took it, for a mail without a date.
fn received_at(head: &mail_parser::Message<'_>) -> Option<Instant> {
    head.received()
        .and_then(mail_parser::Received::date)
        .as_ref()
        .and_then(instant)
}

fn instant(at: &mail_parser::DateTime) -> Option<Instant> {
    let local = NaiveDate::from_ymd_opt(i32::from(at.year), at.month.into(), at.day.into())?.and_hms_opt(
        at.hour.into(),
        at.minute.into(),
        // A leap second is the second before it.
        u32::from(at.second).min(59),
    )?;
    let offset = i64::from(at.tz_hour) * 3600 + i64::from(at.tz_minute) * 60;
    let offset = chrono::Duration::seconds(if at.tz_before_gmt { -offset } else { offset });
    Some(Utc.from_utc_datetime(&local.checked_sub_signed(offset)?))
}

/// The subject is part of what a citizen says - sometimes all of it - so it leads the text, unless it only repeats.
fn with_subject(subject: &str, body: String, direction: Direction) -> String {
    let lower = subject.to_lowercase();
    let repeats = [
        "re:", "re :", "tr:", "tr :", "fw:", "fwd:", "aw:", "sv:", "rv:", "réf:", "réf :",
    ]
    .iter()
    .any(|prefix| lower.starts_with(prefix));
    if subject.is_empty()
        || direction == Direction::Out
        || (repeats && !body.is_empty())
        || body.starts_with(subject)
    {
        body
    } else if body.is_empty() {
        subject.to_owned()
    } else {
        format!("{subject}\n\n{body}")
    }
}

/// What a file of mails is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Many, each behind a `From ` line.
    Mbox,
    /// One.
    Single,
}

/// Reads every mailbox and mail; false if there is none.
pub(super) fn read(source: &mut Source, out: &mut Out<'_>) -> Result<bool> {
    let mut wanted = Vec::new();
    for number in 0..source.entries().len() {
        let Some((name, size)) = source
            .entries()
            .get(number)
            .map(|entry| (entry.name.clone(), entry.size))
        else {
            continue;
        };
        if let Some(shape) = shape(source, number, &name) {
            wanted.push((number, name, size, shape));
        }
    }
    out.expect(
        wanted.len() as u64,
        wanted.iter().map(|(_, _, size, _)| size).sum(),
    );
    let ours: Vec<String> = match &out.options.our_address {
        Some(list) => list
            .split([',', ';', ' '])
            .map(str::trim)
            .filter(|one| !one.is_empty())
            .map(str::to_owned)
            .collect(),
        None => {
            let numbers: Vec<usize> = wanted
                .iter()
                .map(|(number, ..)| *number)
                .take(SURVEY_FILES)
                .collect();
            let (ours, how) = deduce_ours(source, &numbers);
            if !wanted.is_empty() {
                out.remark(source.title.clone(), how);
            }
            ours
        }
    };
    for (number, name, _, shape) in &wanted {
        match shape {
            Shape::Mbox => read_mbox(source, *number, name, &ours, out)?,
            Shape::Single => read_single(source, *number, name, &ours, out)?,
        }
        out.file_done();
    }
    Ok(!wanted.is_empty())
}

/// Is this a file of mails, and of which shape? Names decide where they say it, the first bytes otherwise.
fn shape(source: &mut Source, number: usize, name: &str) -> Option<Shape> {
    let single = source.single;
    // Maildir: `cur/` and `new/` hold one mail a file, `tmp/` what was never delivered.
    let maildir = super::source::folder(name)
        .rsplit('/')
        .next()
        .is_some_and(|folder| folder == "cur" || folder == "new");
    let named = has_extension(name, &["eml", "emlx", "mbox", "mbx"]);
    let bare = !file_name(name).contains('.');
    if !(single || maildir || named || bare) {
        return None;
    }
    let begins = source.head(number, 5) == b"From ";
    match (begins, single || maildir || named) {
        (true, _) => Some(Shape::Mbox),
        (false, true) => Some(Shape::Single),
        (false, false) => None,
    }
}

fn read_single(
    source: &mut Source,
    number: usize,
    name: &str,
    ours: &[String],
    out: &mut Out<'_>,
) -> Result<()> {
    let (raw, problem) = source.whole(number);
    out.advance(raw.len() as u64);
    if let Some(reason) = problem {
        return out.bad(name.to_owned(), reason, &raw);
    }
    deliver(&raw, ours, out, &|| name.to_owned())
}

/// Splits a mailbox as it streams by: a mail begins at a `From ` line that follows an empty one.
fn read_mbox(
    source: &mut Source,
    number: usize,
    name: &str,
    ours: &[String],
    out: &mut Out<'_>,
) -> Result<()> {
    let mut reader = match source.reader(number) {
        Ok(reader) => reader,
        Err(reason) => return out.bad(name.to_owned(), reason, &[]),
    };
    let mut line = Vec::new();
    let mut taken = 0;
    let mut mail = Vec::new();
    let mut index = 0u64;
    let mut too_large = false;
    let mut after_empty = true;
    let mut failure = None;
    loop {
        let more = match read_line(&mut *reader, &mut line, MAX_MAIL, &mut taken) {
            Ok(Line::End) => false,
            Ok(Line::Whole) => true,
            Ok(Line::TooLong) => {
                too_large = true;
                true
            }
            Err(error) => {
                failure = Some(cannot_read(&error));
                false
            }
        };
        out.advance(taken);
        if !more || (after_empty && line.starts_with(b"From ")) {
            if index > 0 {
                let origin = || format!("{name}#{index}");
                if let (Some(reason), false) = (&failure, more) {
                    out.bad(origin(), reason.clone(), &mail)?;
                } else if too_large {
                    out.bad(origin(), "the mail is larger than 128 MiB", &mail)?;
                } else {
                    deliver(&mail, ours, out, &origin)?;
                }
            } else if let (Some(reason), false) = (&failure, more) {
                out.bad(name.to_owned(), reason.clone(), &[])?;
            } else if !mail.trim_ascii().is_empty() {
                out.bad(name.to_owned(), "it stands before the first mail", &mail)?;
            }
            if !more {
                return Ok(());
            }
            index += 1;
            mail.clear();
            too_large = false;
            after_empty = false;
            continue;
        }
        after_empty = line.is_empty();
        // `>From ` is an escaped `From `, however often it was escaped.
        let unquoted = line.iter().position(|&byte| byte != b'>').unwrap_or(0);
        let escaped = unquoted > 0
            && line
                .get(unquoted..)
                .is_some_and(|rest| rest.starts_with(b"From "));
        let line = if escaped {
            line.get(1..).unwrap_or(&line)
        } else {
            &line
        };
        if mail.len() + line.len() < MAX_MAIL {
            mail.extend_from_slice(line);
            mail.push(b'\n');
        } else {
            too_large = true;
        }
    }
}

fn deliver(raw: &[u8], ours: &[String], out: &mut Out<'_>, origin: &dyn Fn() -> String) -> Result<()> {
    match convert(raw, ours) {
        Ok(message) => out.message(message, origin),
        Err(reason) => out.bad(origin(), reason, raw),
    }
}

/// Which address is ours: the one that most mails share, recipients before senders; and how that was found.
fn deduce_ours(source: &mut Source, numbers: &[usize]) -> (Vec<String>, &'static str) {
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for number in numbers {
        let head = source.head(*number, SURVEY_BYTES);
        for (name, value) in fields(&head) {
            let weight = match name.as_str() {
                "delivered-to" | "x-original-to" | "to" | "cc" => 1,
                "from" => 0,
                _ => continue,
            };
            for address in addresses(&value) {
                let count = counts.entry(address).or_default();
                count.0 += 1;
                count.1 += weight;
            }
        }
    }
    match counts.into_iter().max_by_key(|(_, count)| *count) {
        Some((address, _)) => (
            vec![address],
            "no address of ours was given: the one that most mails share was taken as ours",
        ),
        None => (
            Vec::new(),
            "no address of ours was given and none could be deduced: every mail counts as incoming",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Format, testing};
    use super::*;
    use crate::domain::SenderFlags;

    fn ours() -> Vec<String> {
        vec!["boite@police.test".to_owned()]
    }

    #[test]
    fn a_mail_becomes_a_message() {
        let raw = concat!(
            "Return-Path: <zoe@example.org>\r\nReceived: from a by b; Mon, 5 Jan 2026 21:10:01 +0000\r\n",
            "From: =?utf-8?q?Zo=C3=A9_D=C3=A9mo?= <Zoe@Example.org>\r\nTo: boite@police.test\r\n",
            "Subject: vol de =?utf-8?q?v=C3=A9lo?=\r\nMessage-ID: <b@x>\r\nIn-Reply-To: <a@x>\r\n",
            "References: <r@x>\r\n <a@x>\r\nDate: Mon, 05 Jan 2026 22:10:00 +0100\r\nMIME-Version: 1.0\r\n",
            "Content-Type: multipart/mixed; boundary=\"B\"\r\n\r\npreamble\r\n--B\r\n",
            "Content-Type: multipart/alternative; boundary=C\r\n\r\n--C\r\nContent-Type: text/plain; charset=iso-8859-1\r\n",
            "Content-Transfer-Encoding: quoted-printable\r\n\r\nOn m'a vol=E9 mon v=E9lo\r\n--C\r\nContent-Type: text/html\r\n\r\n<p>autre</p>\r\n--C--\r\n",
            "--B\r\nContent-Type: image/jpeg; name=\"photo.jpg\"\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAAAAAA\r\n--B--\r\n",
        );
        let message = convert(raw.as_bytes(), &ours()).expect("a message");
        assert_eq!(message.text, "vol de vélo\n\nOn m'a volé mon vélo");
        assert_eq!(
            (message.contact_id.as_str(), message.contact_name.as_str()),
            ("zoe@example.org", "Zoé Démo")
        );
        assert_eq!(
            (message.remote_id.split('#').next(), message.thread_id.as_str()),
            (Some("b@x"), "zoe@example.org/r@x")
        );
        assert_eq!(message.sent_at.unwrap().to_rfc3339(), "2026-01-05T21:10:00+00:00");
        assert_eq!(message.flags, SenderFlags::default());
        assert_eq!(message.attachments.len(), 1);
        assert_eq!(
            (message.attachments[0].name.as_str(), message.attachments[0].size),
            ("photo.jpg", Some(6))
        );
        let context: ReplyContext = serde_json::from_str(&message.reply_context.unwrap()).expect("context");
        assert_eq!(context.references, ["r@x", "a@x"]);
        assert_eq!(context.envelope_from.as_deref(), Some("zoe@example.org"));
        assert_eq!(
            (context.subject.as_str(), context.to.as_str()),
            ("vol de vélo", "boite@police.test")
        );
    }

    #[test]
    fn a_form_s_constant_message_id_swallows_nobody() {
        let form = |from: &str, text: &str| {
            let raw = format!(
                "From: {from}\nTo: boite@police.test\nMessage-ID: <form@site>\nSubject: contact\n\n{text}\n"
            );
            convert(raw.as_bytes(), &ours()).expect("a message")
        };
        let (zoe, ali) = (
            form("zoe@example.org", "au voleur"),
            form("ali@example.org", "bravo"),
        );
        assert_ne!(zoe.remote_id, ali.remote_id);
        assert_ne!(zoe.thread_id, ali.thread_id);
        assert_eq!(zoe.remote_id, form("zoe@example.org", "au voleur").remote_id);
    }

    #[test]
    fn our_own_mail_goes_out_to_its_contact() {
        let raw = b"From: Boite <boite@police.test>\nTo: Zoe <zoe@example.org>\nSubject: Re: vol\n\nBonjour";
        let message = convert(raw, &ours()).expect("a message");
        assert_eq!(
            (message.direction, message.contact_id.as_str()),
            (Direction::Out, "zoe@example.org")
        );
        assert_eq!((message.text.as_str(), message.remote_id.len()), ("Bonjour", 64));
        // The same mail with other line ends is the same mail.
        let windows = String::from_utf8_lossy(raw).replace('\n', "\r\n") + "\r\n";
        assert_eq!(
            convert(windows.as_bytes(), &ours()).unwrap().remote_id,
            message.remote_id
        );
    }

    #[test]
    fn a_form_is_answered_where_it_says() {
        let raw = b"From: no-reply@site.test\nReply-To: Zoe <zoe@example.org>\nTo: boite@police.test\n\nx";
        let message = convert(raw, &ours()).expect("a message");
        assert_eq!(
            (message.contact_id.as_str(), message.flags.do_not_reply),
            ("zoe@example.org", true)
        );
    }

    #[test]
    fn hostile_charsets_and_raw_bytes_are_read_as_well_as_they_can_be() {
        let body = |charset: &str, bytes: &[u8]| {
            let mut raw =
                format!("From: z@x.org\nSubject: Re: s\nContent-Type: text/plain; charset=\"{charset}\"\n\n")
                    .into_bytes();
            raw.extend_from_slice(bytes);
            convert(&raw, &ours()).expect("a message").text
        };
        assert_eq!(body("x-no-such-charset", b"vol\xe9"), "volé");
        assert_eq!(body("us-ascii", "volé".as_bytes()), "volé");
        assert_eq!(body("utf-8", b"vol\xff"), "vol\u{fffd}");
        assert_eq!(body("utf-16le", b"v\0o\0l\0"), "vol");
        assert_eq!(body("iso-2022-jp", b"\x1b$B$3$s\x1b(B"), "こん");
        assert_eq!(body("utf-7", b"vol+AOk-"), "volé");
        assert_eq!(body(&"a".repeat(500), b"vol"), "vol");
        let raw = convert(b"From: Zo\xe9 <z@x.org>\nSubject: vol\xe9\n\n", &ours()).expect("a message");
        assert_eq!(
            (raw.contact_name.as_str(), raw.text.as_str(), raw.sent_at),
            ("Zoé", "volé", None)
        );
    }

    #[test]
    fn a_large_attachment_is_described_not_kept() {
        let mut raw = b"From: z@x.org\nContent-Type: multipart/mixed; boundary=B\n\n--B\n\nBonjour\n--B\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=gros.pdf\nContent-Transfer-Encoding: base64\n\n".to_vec();
        let line = [b'A'; 76];
        for _ in 0..(42 << 20) / 77 {
            raw.extend_from_slice(&line);
            raw.push(b'\n');
        }
        raw.extend_from_slice(b"--B--\n");
        let message = convert(&raw, &ours()).expect("a message");
        assert_eq!(message.text, "Bonjour");
        assert!(message.attachments[0].size.unwrap() > 30 << 20);
        assert!(message.reply_context.unwrap().len() < 1000);
    }

    #[test]
    fn nesting_exhausts_nothing() {
        for kind in ["message/rfc822", "multipart/digest; boundary=B"] {
            let level = format!("Content-Type: {kind}\n\n--B\n");
            let raw = format!("From: z@x.org\n{}x", level.repeat(100_000));
            assert!(convert(raw.as_bytes(), &ours()).is_ok());
        }
        let many = format!(
            "From: z@x.org\nContent-Type: multipart/mixed; boundary=B\n\n{}",
            "--B\n\nx\n".repeat(300_000)
        );
        assert!(convert(many.as_bytes(), &ours()).is_ok());
    }

    #[test]
    fn what_is_no_mail_is_reported() {
        for raw in [&b""[..], b"\n\n", b"just words", b"Subject: vol\n\nx"] {
            assert!(convert(raw, &ours()).is_err());
        }
    }

    /// Without what tells two mails of one id apart.
    fn message_ids(ids: &[impl AsRef<str>]) -> Vec<String> {
        ids.iter()
            .map(|id| id.as_ref().split('#').next().unwrap_or_default().to_owned())
            .collect()
    }

    #[test]
    fn a_mailbox_is_split_and_unescaped() {
        let text = "From z@x.org Mon Jan  5 22:10:00 2026\nFrom: z@x.org\nTo: boite@police.test\nMessage-ID: <1@x>\nSubject: a\n\n>From ici\n>>From la\nFrom pas une ligne de tri\n\nFrom y@x.org Mon Jan  5\nMessage-ID: <2@x>\n\nx\n\nFrom w@x.org Mon\r\nFrom: w@x.org\r\nTo: boite@police.test\r\nMessage-ID: <3@x>\r\n\r\nfin";
        let out = testing::read_bytes(Format::Mbox, "boite.mbox", text.as_bytes());
        assert_eq!(message_ids(&out.ids()), ["1@x", "3@x"]);
        assert_eq!(
            out.messages[0].text,
            "a\n\nFrom ici\n>From la\nFrom pas une ligne de tri"
        );
        assert_eq!(out.bad[0].origin, "boite.mbox#2");
    }

    #[test]
    fn a_folder_of_mails_and_a_maildir_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, id) in [
            ("a.eml", 1),
            ("Maildir/cur/17.host:2,S", 2),
            ("Maildir/new/18.host", 3),
            ("notes.txt", 4),
        ] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).expect("a folder");
            std::fs::write(
                path,
                format!("From: u{id}@x.org\nTo: boite@police.test\nMessage-ID: <{id}@x>\n\nx"),
            )
            .expect("written");
        }
        let out = testing::read_path(Format::Mbox, folder.path(), &testing::options());
        assert_eq!(message_ids(&out.ids()), ["2@x", "3@x", "1@x"]);
        // Without being told, the address that all mails share is ours.
        assert!(
            out.messages
                .iter()
                .all(|message| message.direction == Direction::In)
        );
        assert!(
            out.messages[0]
                .reply_context
                .as_ref()
                .unwrap()
                .contains("boite@police.test")
        );
    }
}
