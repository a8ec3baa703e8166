//! Meta's exports: Facebook and Instagram "Download your information", both generations, and the separate export of
//! end-to-end encrypted Messenger threads.
//!
//! What comes in: `message_N.json` files under any of the folder names that Meta has used, newest message first, or one file a
//! thread with clean UTF-8. What goes out: threads file by file, oldest message first. There are no ids and no account numbers
//! in these files: messages are known by a digest of their content, a person by the thread.
//!
//! Deliberately absent: everything else in the export, pictures themselves, and reactions, which hang on messages here and
//! are not messages.

use super::item::{ContentIds, Out, kind_of_file};
use super::json::{self, Piece};
use super::mojibake::Vote;
use super::source::{Source, file_name, folder, has_extension};
use crate::domain::{Attachment, Direction, IncomingMessage, Instant, MessageKind, SenderFlags, ThreadKind};
use crate::error::Result;
use chrono::{Datelike as _, TimeZone as _, Utc};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How much of a file is looked at to see whether it is a thread, and who takes part.
const HEAD: u64 = 256 << 10;

/// The lists of files that a message may carry, and what they hold.
const FILES: &[(&str, &str)] = &[
    ("photos", "image"),
    ("videos", "video"),
    ("audio_files", "audio"),
    ("gifs", "image"),
    ("files", "file"),
    ("media", ""),
];

/// `type`s of messages that nobody wrote.
const NOTICES: &[&str] = &[
    "call",
    "subscribe",
    "unsubscribe",
    "plan",
    "payment",
    "placeholder",
    "rtc_call_log",
];

/// How Meta's own sentences for a reaction begin, which stand among the messages as if the person had written them.
const REACTIONS: &[&str] = &[
    "Liked a message",
    "Reacted ",
    "A aimé un message",
    "A réagi ",
    "Reaccionó con ",
    "Hat mit ",
];

/// One thread file to read.
struct ThreadFile {
    number: usize,
    name: String,
    size: u64,
}

/// Reads every thread; false if there is none.
pub(super) fn read(source: &mut Source, out: &mut Out<'_>, encrypted_too: bool) -> Result<bool> {
    let files = thread_files(source, encrypted_too);
    out.expect(files.len() as u64, files.iter().map(|file| file.size).sum());
    if files.is_empty() {
        return Ok(false);
    }
    let us = match &out.options.our_name {
        Some(name) => name.clone(),
        None => {
            let (name, how) = deduce_us(source, &files);
            out.remark(source.title.clone(), how);
            name
        }
    };
    let mut ids = ContentIds::default();
    for file in &files {
        read_file(source, file, &plain(&us), &mut ids, out)?;
        out.file_done();
    }
    Ok(true)
}

/// The thread files, each thread's oldest part first: `message_1.json` holds the newest messages.
fn thread_files(source: &mut Source, encrypted_too: bool) -> Vec<ThreadFile> {
    let mut numbered: BTreeMap<(String, std::cmp::Reverse<u64>), ThreadFile> = BTreeMap::new();
    for number in 0..source.entries().len() {
        let Some((name, size)) = source
            .entries()
            .get(number)
            .map(|entry| (entry.name.clone(), entry.size))
        else {
            continue;
        };
        if !source.single && !has_extension(&name, &["json"]) {
            continue;
        }
        let part = file_name(&name)
            .strip_prefix("message_")
            .and_then(|rest| rest.strip_suffix(".json"))
            .and_then(|part| part.parse::<u64>().ok());
        let key = match part {
            Some(part) => (folder(&name).to_owned(), std::cmp::Reverse(part)),
            None if source.single || (encrypted_too && is_encrypted_export(&source.head(number, HEAD))) => {
                (name.clone(), std::cmp::Reverse(0))
            }
            None => continue,
        };
        numbered.insert(key, ThreadFile { number, name, size });
    }
    numbered.into_values().collect()
}

/// Threads of the encrypted export bear a person's name; they are known by their members.
fn is_encrypted_export(head: &[u8]) -> bool {
    ["\"threadName\"", "\"senderName\""]
        .iter()
        .any(|mark| head.windows(mark.len()).any(|window| window == mark.as_bytes()))
}

/// Who we are, and how that was found.
fn deduce_us(source: &mut Source, files: &[ThreadFile]) -> (String, String) {
    let mut threads = 0usize;
    let mut present: BTreeMap<String, usize> = BTreeMap::new();
    let mut not_the_title: BTreeMap<String, usize> = BTreeMap::new();
    let mut last = String::new();
    for file in files {
        let head = source.head(file.number, HEAD);
        let members = json::members(&head);
        let mut vote = Vote::default();
        let names: Vec<String> = participants(&members);
        let title = title(&members);
        names.iter().chain([&title]).for_each(|text| vote.hear(text));
        let names: BTreeSet<String> = names
            .iter()
            .map(|name| vote.repair(name))
            .inspect(|name| last.clone_from(name))
            .collect();
        let title = vote.repair(&title);
        if names.is_empty() {
            continue;
        }
        threads += 1;
        // A direct thread is called after the other person; the encrypted export adds a number.
        let others: Vec<&String> = names
            .iter()
            .filter(|name| !title.starts_with(name.as_str()))
            .collect();
        if let (2, [one]) = (names.len(), others.as_slice()) {
            *not_the_title.entry((*one).clone()).or_default() += 1;
        }
        for name in names {
            *present.entry(name).or_default() += 1;
        }
    }
    if let Some(name) = only_best(&present).filter(|_| threads > 1) {
        let how = if present.get(&name) == Some(&threads) {
            "every thread"
        } else {
            "most threads"
        };
        return (
            name,
            format!("who we are was deduced: the one who takes part in {how}"),
        );
    }
    if let Some(name) = only_best(&not_the_title) {
        return (
            name,
            "who we are was deduced: threads are called after the other person".into(),
        );
    }
    if last.is_empty() {
        return (
            last,
            "who we are could not be deduced: every message counts as incoming".into(),
        );
    }
    (
        last,
        "who we are was deduced: Meta names the owner of the account last".into(),
    )
}

/// The entry with the highest count, if it has no equal.
fn only_best(counts: &BTreeMap<String, usize>) -> Option<String> {
    let best = counts.values().max()?;
    let mut leaders = counts.iter().filter(|(_, count)| *count == best);
    match (leaders.next(), leaders.next()) {
        (Some((name, _)), None) => Some(name.clone()),
        _ => None,
    }
}

/// Names in `participants`: `[{"name": …}]` or, in the encrypted export, `["…"]`.
fn participants(members: &[(String, Piece<'_>)]) -> Vec<String> {
    let list: Vec<Value> = json::member(members, "participants")
        .and_then(|piece| serde_json::from_slice(piece.bytes).ok())
        .unwrap_or_default();
    list.iter()
        .filter_map(|item| {
            item.as_str()
                .or_else(|| item.get("name")?.as_str())
                .map(str::to_owned)
        })
        .collect()
}

fn title(members: &[(String, Piece<'_>)]) -> String {
    text_member(members, "title")
        .or_else(|| text_member(members, "threadName"))
        .unwrap_or_default()
}

fn text_member(members: &[(String, Piece<'_>)], name: &str) -> Option<String> {
    json::member(members, name).and_then(|piece| serde_json::from_slice(piece.bytes).ok())
}

/// A name as it is compared.
fn plain(name: &str) -> String {
    name.trim().to_lowercase()
}

fn read_file(
    source: &mut Source,
    file: &ThreadFile,
    us: &str,
    ids: &mut ContentIds,
    out: &mut Out<'_>,
) -> Result<()> {
    let (bytes, problem) = source.whole(file.number);
    out.advance(bytes.len() as u64);
    let members = json::members(&bytes);
    let Some(list) = json::member(&members, "messages") else {
        let reason = problem.unwrap_or_else(|| "not a thread: it holds no list of messages".into());
        return out.bad(file.name.clone(), reason, &bytes);
    };

    // Everything is decoded first: the whole file decides whether its letters are broken.
    let (pieces, closed) = json::elements(list.bytes);
    let mut vote = Vote::default();
    let mut found: Vec<(usize, Decoded)> = Vec::with_capacity(pieces.len());
    for (index, piece) in pieces.iter().enumerate() {
        match decode(piece) {
            Ok(decoded) => {
                decoded.texts().for_each(|text| vote.hear(text));
                found.push((index + 1, decoded));
            }
            Err(reason) => {
                let line = json::line_of(&bytes, list.start + piece.start);
                out.bad(
                    format!("{}#{}", file.name, index + 1),
                    format!("{reason} (line {line})"),
                    piece.bytes,
                )?;
            }
        }
    }
    let names = participants(&members);
    names.iter().for_each(|name| vote.hear(name));
    found.iter_mut().for_each(|(_, decoded)| decoded.repair(vote));
    let names: Vec<String> = names.iter().map(|name| vote.repair(name)).collect();

    let thread = Thread::of(file, &members, &names, &found, us);
    oldest_first(&mut found);
    for (index, decoded) in found {
        let message = thread.message(decoded, us, ids);
        out.message(message, &|| format!("{}#{index}", file.name))?;
    }
    match problem {
        Some(reason) => out.bad(file.name.clone(), reason, &[]),
        None if !closed => out.bad(
            file.name.clone(),
            "the file ends in the middle of the messages",
            &[],
        ),
        None => Ok(()),
    }
}

/// Meta writes the newest first; equal times keep the order in which they were written.
fn oldest_first(found: &mut [(usize, Decoded)]) {
    found.reverse();
    found.sort_by_key(|(_, decoded)| decoded.sent_at);
}

/// What is common to the messages of a file.
struct Thread {
    id: String,
    kind: ThreadKind,
    /// The person outside; in a group the first of them.
    contact: (String, String),
}

impl Thread {
    fn of(
        file: &ThreadFile,
        members: &[(String, Piece<'_>)],
        names: &[String],
        found: &[(usize, Decoded)],
        us: &str,
    ) -> Self {
        // `inbox/zoe_1` becomes `archived_threads/zoe_1` when it is archived: only the last part stays the same.
        let path = text_member(members, "thread_path").or_else(|| text_member(members, "threadName"));
        let id = match path.as_deref().map(file_name) {
            Some(last) if !last.is_empty() => last.to_owned(),
            _ => file_name(folder(&file.name)).to_owned(),
        };
        let id = if id.is_empty() {
            file_name(&file.name).to_owned()
        } else {
            id
        };
        // Who has left is no longer among the participants, but wrote.
        let mut others: Vec<&str> = Vec::new();
        for name in names
            .iter()
            .map(String::as_str)
            .chain(found.iter().map(|(_, decoded)| decoded.sender.as_str()))
        {
            if plain(name) != us && !others.contains(&name) {
                others.push(name);
            }
        }
        let first = others.first().copied().unwrap_or_default().to_owned();
        if others.len() > 1 {
            Self {
                contact: (format!("{id}/{first}"), first),
                kind: ThreadKind::Group,
                id,
            }
        } else {
            Self {
                contact: (id.clone(), first),
                kind: ThreadKind::Direct,
                id,
            }
        }
    }

    fn message(&self, decoded: Decoded, us: &str, ids: &mut ContentIds) -> IncomingMessage {
        let direction = if plain(&decoded.sender) == us {
            Direction::Out
        } else {
            Direction::In
        };
        let (contact_id, contact_name) = match (self.kind, direction) {
            (ThreadKind::Group, Direction::In) => {
                (format!("{}/{}", self.id, decoded.sender), decoded.sender.clone())
            }
            _ => self.contact.clone(),
        };
        // The generations of the export call the same file by different paths, and only the old ones have a `type`.
        let files: Vec<&str> = decoded
            .attachments
            .iter()
            .filter_map(|file| file.url.as_deref())
            .map(|url| url.split_once("messages/").map_or(url, |(_, behind)| behind))
            .collect();
        let at = decoded
            .sent_at
            .map(|at| at.timestamp_millis().to_string())
            .unwrap_or_default();
        let remote_id = ids.next(&[
            &self.id,
            &decoded.sender,
            &at,
            decoded.kind.as_str(),
            &decoded.text,
            &files.join("\n"),
        ]);
        IncomingMessage {
            remote_id,
            thread_id: self.id.clone(),
            thread_kind: self.kind,
            contact_id,
            contact_name,
            direction,
            kind: decoded.kind,
            sent_at: decoded.sent_at,
            text: decoded.text,
            attachments: decoded.attachments,
            flags: SenderFlags::default(),
            reply_context: None,
        }
    }
}

/// One message of a file.
struct Decoded {
    sender: String,
    sent_at: Option<Instant>,
    kind: MessageKind,
    text: String,
    attachments: Vec<Attachment>,
}

impl Decoded {
    /// What a person may have written.
    fn texts(&self) -> impl Iterator<Item = &str> {
        [self.sender.as_str(), self.text.as_str()]
            .into_iter()
            .chain(self.attachments.iter().map(|file| file.name.as_str()))
    }

    fn repair(&mut self, vote: Vote) {
        self.sender = vote.repair(&self.sender);
        self.text = vote.repair(&self.text);
        for file in &mut self.attachments {
            file.name = vote.repair(&file.name);
        }
        if self.kind == MessageKind::Text && REACTIONS.iter().any(|start| self.text.starts_with(start)) {
            self.kind = MessageKind::Reaction;
        }
    }
}

fn decode(piece: &Piece<'_>) -> Result<Decoded, String> {
    if !piece.whole {
        return Err("the file ends inside this message".into());
    }
    let value: Value = serde_json::from_slice(piece.bytes).map_err(|_| "not a message: broken JSON")?;
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let yes = |name: &str| value.get(name).and_then(Value::as_bool).unwrap_or(false);
    let sender = text("sender_name")
        .or_else(|| text("senderName"))
        .ok_or("the message names no sender")?;
    let content = match value.get("content").or_else(|| value.get("text")) {
        None | Some(Value::Null) => "",
        Some(Value::String(content)) => content,
        Some(_) => return Err("the text of the message is no text".into()),
    };
    let time = value
        .get("timestamp_ms")
        .or_else(|| value.get("timestamp"))
        .and_then(Value::as_i64);
    let kind = text("type").unwrap_or("").to_ascii_lowercase();
    let withdrawn = yes("is_unsent") || yes("isUnsent") || yes("is_taken_down");
    let notice = withdrawn || value.get("call_duration").is_some() || NOTICES.contains(&kind.as_str());
    Ok(Decoded {
        sender: sender.to_owned(),
        sent_at: time.and_then(instant),
        kind: if notice {
            MessageKind::Notice
        } else {
            MessageKind::Text
        },
        text: content.to_owned(),
        attachments: attachments(&value),
    })
}

/// Milliseconds, or seconds in the very first exports; nothing where no calendar holds it.
fn instant(time: i64) -> Option<Instant> {
    let ms = if time.unsigned_abs() < 100_000_000_000 {
        time.checked_mul(1000)?
    } else {
        time
    };
    Utc.timestamp_millis_opt(ms)
        .single()
        .filter(|at| (1970..=9999).contains(&at.year()))
}

fn attachments(value: &Value) -> Vec<Attachment> {
    let mut out = Vec::new();
    for (list, kind) in FILES {
        for item in value.get(list).and_then(Value::as_array).into_iter().flatten() {
            if let Some(uri) = item.get("uri").and_then(Value::as_str) {
                out.push(Attachment {
                    kind: if kind.is_empty() { kind_of_file(uri) } else { kind }.to_owned(),
                    name: file_name(uri).to_owned(),
                    url: Some(uri.to_owned()),
                    size: None,
                });
            }
        }
    }
    if let Some(uri) = value.pointer("/sticker/uri").and_then(Value::as_str) {
        out.push(Attachment {
            kind: "sticker".into(),
            name: file_name(uri).to_owned(),
            url: Some(uri.to_owned()),
            size: None,
        });
    }
    let share = value.get("share").and_then(Value::as_object);
    if let Some(share) = share {
        let text = |name: &str| share.get(name).and_then(Value::as_str).map(str::to_owned);
        if let (link, Some(name)) = (text("link"), text("share_text").or_else(|| text("link"))) {
            out.push(Attachment {
                kind: "share".into(),
                name,
                url: link,
                size: None,
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::{Format, Options, testing};
    use super::*;

    #[test]
    fn the_samples_come_out_with_accents_and_emoji() {
        for (format, name) in [(Format::Facebook, "facebook"), (Format::Instagram, "instagram")] {
            let out = testing::read_path(format, &testing::sample(name), &testing::options());
            assert_eq!(
                out.texts(),
                [
                    "",
                    "On m’a volé mon vélo à la gare 😢",
                    "Bonjour, votre message est bien reçu."
                ]
            );
            assert_eq!((out.summary.undecodable, out.distinct_ids()), (0, 3));
            let directions: Vec<Direction> = out.messages.iter().map(|message| message.direction).collect();
            assert_eq!(directions, [Direction::In, Direction::In, Direction::Out]);
            assert!(
                out.messages
                    .iter()
                    .all(|m| m.contact_name == "Zoé Démo" && m.thread_kind == ThreadKind::Direct)
            );
            assert_eq!(out.messages[0].attachments[0].name, "1.jpg");
            assert_eq!(
                out.messages[1].sent_at.unwrap().timestamp_millis(),
                1_767_647_400_456
            );
            let again = testing::read_path(format, &testing::sample(name), &testing::options());
            assert_eq!(out.ids(), again.ids());
        }
    }

    #[test]
    fn the_encrypted_export_is_recognised() {
        let out = testing::read_path(
            Format::Facebook,
            &testing::sample("facebook_e2ee"),
            &testing::options(),
        );
        assert_eq!(out.texts(), ["Bonsoir, c’est urgent", ""]);
        assert!(
            out.messages
                .iter()
                .all(|m| m.direction == Direction::In && m.contact_name == "Zoé Démo")
        );
        assert_eq!(out.messages[1].attachments[0].kind, "image");
        assert_eq!(out.messages[0].thread_id, "Zoé Démo_7");
    }

    const HEAD: &str = r#"{"participants":[{"name":"Zoe"},{"name":"Police"}],"title":"Zoe","thread_path":"inbox/zoe_1","messages":["#;

    #[test]
    fn a_broken_message_and_a_cut_file_cost_what_is_broken() {
        let file = format!(
            "{HEAD}\n{{\"sender_name\":\"Zoe\",\"timestamp_ms\":3000,\"content\":\"c\"}},\n{{\"sender_name\":\"Zoe\",\"content\":oops}},\n{{\"timestamp_ms\":1}},\n{{\"sender_name\":\"Zoe\",\"content\":\"b\"}},\n{{\"sender_name\":\"Police\",\"timestamp_ms\":1767647400456,\"content\":\"a"
        );
        let out = testing::read_bytes(Format::Facebook, "message_1.json", file.as_bytes());
        assert_eq!(out.texts(), ["b", "c"]);
        let places: Vec<&str> = out.bad.iter().map(|bad| bad.origin.as_str()).collect();
        assert_eq!(
            places,
            [
                "message_1.json#2",
                "message_1.json#3",
                "message_1.json#5",
                "message_1.json"
            ]
        );
        assert!(out.bad[0].reason.contains("line 3"));
        assert!(out.bad.iter().all(|bad| !bad.reason.contains("oops")));
        let nothing = testing::read_bytes(Format::Facebook, "message_1.json", b"{\"a\":1}");
        assert_eq!((nothing.summary.read, nothing.summary.undecodable), (0, 1));
    }

    #[test]
    fn kinds_groups_and_parts() {
        let folder = tempfile::tempdir().expect("a folder");
        let thread = folder.path().join("messages/inbox/groupe_9");
        std::fs::create_dir_all(&thread).expect("a folder");
        let head = r#"{"participants":[{"name":"Zoe"},{"name":"Max"},{"name":"Police"}],"title":"Groupe","thread_path":"inbox/groupe_9","messages":["#;
        let part = |n: u32, list: &str| {
            std::fs::write(
                thread.join(format!("message_{n}.json")),
                format!("{head}{list}]}}"),
            )
            .expect("written");
        };
        part(
            1,
            r#"{"sender_name":"Police","timestamp_ms":1767647500000,"content":"d"},{"sender_name":"Max","timestamp_ms":1767647400000,"content":"c","call_duration":3}"#,
        );
        part(
            2,
            r#"{"sender_name":"Max","timestamp_ms":1767647300000,"content":"Liked a message"},{"sender_name":"Zoe","timestamp_ms":1767647200000,"share":{"link":"https://example.org"},"content":"a"}"#,
        );
        std::fs::write(folder.path().join("messages/inbox/autre.json"), "{}").expect("written");
        let options = Options {
            our_name: Some(" police ".into()),
            ..testing::options()
        };
        let out = testing::read_path(Format::Facebook, folder.path(), &options);
        assert_eq!(out.texts(), ["a", "Liked a message", "c", "d"]);
        let kinds: Vec<MessageKind> = out.messages.iter().map(|message| message.kind).collect();
        assert_eq!(
            kinds,
            [
                MessageKind::Text,
                MessageKind::Reaction,
                MessageKind::Notice,
                MessageKind::Text
            ]
        );
        assert!(
            out.messages
                .iter()
                .all(|message| message.thread_kind == ThreadKind::Group)
        );
        assert_eq!(out.messages[1].contact_name, "Max");
        assert_eq!(out.messages[3].direction, Direction::Out);
        assert_eq!(
            out.messages[0].attachments[0].url.as_deref(),
            Some("https://example.org")
        );
    }

    #[test]
    fn both_generations_of_an_export_give_the_same_ids() {
        let make = |root: &str| {
            let folder = tempfile::tempdir().expect("a folder");
            let thread = folder.path().join(root).join("inbox/zoe_1");
            std::fs::create_dir_all(&thread).expect("a folder");
            let file = format!(
                r#"{HEAD}{{"sender_name":"Zoe","timestamp_ms":1767647300000,"type":"Generic","photos":[{{"uri":"{root}/inbox/zoe_1/photos/1.jpg"}}]}}]}}"#
            );
            std::fs::write(thread.join("message_1.json"), file).expect("written");
            testing::read_path(Format::Facebook, folder.path(), &testing::options())
        };
        assert_eq!(
            make("messages").ids(),
            make("your_facebook_activity/messages").ids()
        );
    }
}
