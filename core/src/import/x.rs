//! The archive that X hands out.
//!
//! What comes in: `data/direct-messages.js`, its parts and its group sibling - JavaScript assignments of one array, newest
//! message first - and `account.js`, which says who we are. What goes out: conversations with X's own message ids, oldest
//! first. The archive names nobody but by number, so contacts have no names.
//!
//! Deliberately absent: posts, headers files (the same messages without their text), reactions, encrypted chats (the archive
//! does not hold them).

use super::item::{ContentIds, Out, kind_of_file};
use super::json::{self, Piece};
use super::source::{Source, file_name};
use crate::domain::{Attachment, Direction, IncomingMessage, Instant, MessageKind, SenderFlags, ThreadKind};
use crate::error::Result;
use serde_json::Value;
use std::collections::BTreeMap;

/// How much is looked at to find our number: of `account.js`, and of the messages where that is missing.
const HEAD: u64 = 4 << 20;

/// Entries that tell of a change, not of words, and what they tell.
const NOTICES: &[(&str, &str)] = &[
    ("joinConversation", "Joined the conversation"),
    ("participantsJoin", "Participants joined"),
    ("participantsLeave", "Participants left"),
    ("conversationNameUpdate", "The conversation was renamed"),
];

/// Reads every file of messages; false if there is none.
pub(super) fn read(source: &mut Source, out: &mut Out<'_>) -> Result<bool> {
    let wanted: Vec<(usize, String, u64)> = source
        .entries()
        .iter()
        .enumerate()
        .filter(|(_, entry)| source.single || is_messages(&entry.name))
        .map(|(number, entry)| (number, entry.name.clone(), entry.size))
        .collect();
    out.expect(wanted.len() as u64, wanted.iter().map(|(_, _, size)| size).sum());
    if wanted.is_empty() {
        return Ok(false);
    }
    let numbers: Vec<usize> = wanted.iter().map(|(number, ..)| *number).collect();
    let us = our_id(source, &numbers, out);
    let mut ids = ContentIds::default();
    for (number, name, _) in &wanted {
        read_file(source, *number, name, us.as_deref(), &mut ids, out)?;
        out.file_done();
    }
    Ok(true)
}

/// `direct-messages.js`, `direct-messages-part3.js`, `direct-messages-group.js`, but no headers.
fn is_messages(name: &str) -> bool {
    let name = file_name(name).to_ascii_lowercase();
    name.starts_with("direct-messages") && name.ends_with(".js")
}

/// Our number: given, in `account.js`, or the one that all conversations share. Where nothing tells, none.
fn our_id(source: &mut Source, files: &[usize], out: &mut Out<'_>) -> Option<String> {
    let given = out.options.our_name.as_deref().map(str::trim);
    if let Some(given) =
        given.filter(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return Some(given.to_owned());
    }
    let number = source
        .entries()
        .iter()
        .position(|entry| file_name(&entry.name) == "account.js");
    let account = match number {
        Some(number) => source.head(number, HEAD),
        None => source.sibling("account.js", HEAD),
    };
    let (accounts, _) = json::elements(&account);
    let declared = accounts
        .first()
        .and_then(|piece| serde_json::from_slice::<Value>(piece.bytes).ok())
        .and_then(|value| value.pointer("/account/accountId")?.as_str().map(str::to_owned));
    if declared.is_some() {
        return declared;
    }
    let mut conversations = 0usize;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut first_sender = None;
    for number in files {
        let head = source.head(*number, HEAD);
        for piece in json::elements(&head).0 {
            let Some(conversation) = Conversation::of(&piece) else {
                continue;
            };
            if let Some((one, other)) = conversation.pair() {
                conversations += 1;
                for id in [one, other] {
                    *counts.entry(id.to_owned()).or_default() += 1;
                }
                // The oldest stands last.
                first_sender = conversation.messages.last().and_then(sender_of).or(first_sender);
            }
        }
    }
    let shared: Vec<&String> = counts
        .iter()
        .filter(|(_, count)| **count == conversations)
        .map(|(id, _)| id)
        .collect();
    let (us, how) = match (shared.as_slice(), first_sender) {
        ([one], _) => (
            Some((*one).clone()),
            "account.js is missing: the number that all conversations share was taken as ours",
        ),
        ([one, other], Some(first)) if **one == first => (
            Some((*other).clone()),
            "account.js is missing: who wrote first was taken as the contact",
        ),
        ([one, _], Some(_)) => (
            Some((*one).clone()),
            "account.js is missing: who wrote first was taken as the contact",
        ),
        _ => (
            None,
            "account.js is missing and nothing tells which number is ours: every message counts as incoming",
        ),
    };
    out.remark(source.title.clone(), how);
    us
}

fn sender_of(piece: &Piece<'_>) -> Option<String> {
    let value: Value = serde_json::from_slice(piece.bytes).ok()?;
    value
        .as_object()?
        .values()
        .find_map(|entry| entry.get("senderId")?.as_str().map(str::to_owned))
}

/// A conversation as it stands in the file.
struct Conversation<'b> {
    id: String,
    messages: Vec<Piece<'b>>,
    /// False when the file ends inside it.
    closed: bool,
    /// Where the list of messages begins, counted from the conversation's first byte.
    start: usize,
}

impl<'b> Conversation<'b> {
    fn of(piece: &Piece<'b>) -> Option<Self> {
        let outer = json::members(piece.bytes);
        let inner = json::member(&outer, "dmConversation")?;
        let members = json::members(inner.bytes);
        let id = json::member(&members, "conversationId")
            .and_then(|id| serde_json::from_slice::<String>(id.bytes).ok())?;
        let list = json::member(&members, "messages")?;
        let (messages, closed) = json::elements(list.bytes);
        Some(Self {
            id,
            messages,
            closed,
            start: inner.start + list.start,
        })
    }

    /// The two numbers of a conversation between two.
    fn pair(&self) -> Option<(&str, &str)> {
        let (one, other) = self.id.split_once('-')?;
        let number = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        (number(one) && number(other)).then_some((one, other))
    }
}

fn read_file(
    source: &mut Source,
    number: usize,
    name: &str,
    us: Option<&str>,
    ids: &mut ContentIds,
    out: &mut Out<'_>,
) -> Result<()> {
    let (bytes, problem) = source.whole(number);
    out.advance(bytes.len() as u64);
    let (conversations, closed) = json::elements(&bytes);
    if conversations.is_empty() && !(closed && problem.is_none()) {
        let reason = problem.unwrap_or_else(|| "not a file of messages: it holds no list".into());
        return out.bad(name.to_owned(), reason, &bytes);
    }
    for (index, piece) in conversations.iter().enumerate() {
        let origin = format!("{name}#{}", index + 1);
        let line = |within: usize| json::line_of(&bytes, piece.start + within);
        let Some(conversation) = Conversation::of(piece) else {
            out.bad(
                origin,
                format!("not a conversation (line {})", line(0)),
                piece.bytes,
            )?;
            continue;
        };
        read_conversation(&conversation, &origin, &line, us, ids, out)?;
        if !conversation.closed {
            out.bad(
                origin,
                format!("the conversation is cut short (line {})", line(0)),
                &[],
            )?;
        }
    }
    match problem {
        Some(reason) => out.bad(name.to_owned(), reason, &[]),
        None if !closed => out.bad(name.to_owned(), "the file ends in the middle", &[]),
        None => Ok(()),
    }
}

fn read_conversation(
    conversation: &Conversation<'_>,
    origin: &str,
    line: &dyn Fn(usize) -> usize,
    us: Option<&str>,
    ids: &mut ContentIds,
    out: &mut Out<'_>,
) -> Result<()> {
    let mut found = Vec::with_capacity(conversation.messages.len());
    for (index, piece) in conversation.messages.iter().enumerate() {
        let place = format!("{origin}/{}", index + 1);
        match decode(piece) {
            Ok(entry) => found.push((place, entry)),
            Err(reason) => {
                let line = line(conversation.start + piece.start);
                out.bad(place, format!("{reason} (line {line})"), piece.bytes)?;
            }
        }
    }
    // The newest stands first; equal times keep the order in which they were written.
    found.reverse();
    found.sort_by_key(|(_, entry)| entry.sent_at);

    let other = conversation
        .pair()
        .map(|(one, other)| if us == Some(one) { other } else { one });
    let thread_kind = if other.is_some() {
        ThreadKind::Direct
    } else {
        ThreadKind::Group
    };
    let mut contact = other.map(str::to_owned);
    for (place, entry) in found {
        let ours = us.is_some() && entry.sender.as_deref() == us;
        if thread_kind == ThreadKind::Group && !ours && entry.sender.is_some() {
            contact.clone_from(&entry.sender);
        }
        let remote_id = entry.id.unwrap_or_else(|| {
            let at = entry
                .sent_at
                .map(|at| at.timestamp_millis().to_string())
                .unwrap_or_default();
            ids.next(&[
                &conversation.id,
                entry.sender.as_deref().unwrap_or(""),
                &at,
                entry.kind.as_str(),
                &entry.text,
            ])
        });
        let message = IncomingMessage {
            remote_id,
            thread_id: conversation.id.clone(),
            thread_kind,
            contact_id: contact.clone().unwrap_or_else(|| conversation.id.clone()),
            contact_name: String::new(),
            direction: if ours { Direction::Out } else { Direction::In },
            kind: entry.kind,
            sent_at: entry.sent_at,
            text: entry.text,
            attachments: entry.attachments,
            flags: SenderFlags::default(),
            reply_context: None,
        };
        out.message(message, &|| place.clone())?;
    }
    Ok(())
}

/// One entry of a conversation.
struct Entry {
    id: Option<String>,
    sender: Option<String>,
    sent_at: Option<Instant>,
    kind: MessageKind,
    text: String,
    attachments: Vec<Attachment>,
}

fn decode(piece: &Piece<'_>) -> Result<Entry, String> {
    if !piece.whole {
        return Err("the file ends inside this message".into());
    }
    let value: Value = serde_json::from_slice(piece.bytes).map_err(|_| "not a message: broken JSON")?;
    let (wrapper, entry) = value
        .as_object()
        .and_then(|object| object.iter().next())
        .ok_or("not a message: no object with a kind")?;
    let text = |name: &str| entry.get(name).and_then(Value::as_str).map(str::to_owned);
    let sent_at = text("createdAt")
        .and_then(|at| chrono::DateTime::parse_from_rfc3339(&at).ok())
        .map(Instant::from);
    if let Some((_, told)) = NOTICES.iter().find(|(name, _)| name == wrapper) {
        return Ok(Entry {
            id: None,
            sender: text("initiatingUserId"),
            sent_at,
            kind: MessageKind::Notice,
            text: text("name").map_or_else(|| (*told).to_owned(), |name| format!("{told}: {name}")),
            attachments: Vec::new(),
        });
    }
    let sender = text("senderId").ok_or("the message names no sender")?;
    let said = match entry.get("text") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(said)) => said.clone(),
        Some(_) => return Err("the text of the message is no text".into()),
    };
    Ok(Entry {
        id: text("id").filter(|id| !id.is_empty()),
        sender: Some(sender),
        sent_at,
        kind: MessageKind::Text,
        text: said,
        attachments: attachments(entry),
    })
}

/// Media, and what the shortened links of the text lead to.
fn attachments(entry: &Value) -> Vec<Attachment> {
    let list = |name: &str| {
        entry
            .get(name)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let media = list("mediaUrls").into_iter().filter_map(|url| {
        let url = url.as_str()?.to_owned();
        let name = file_name(&url).to_owned();
        Some(Attachment {
            kind: kind_of_file(&name).to_owned(),
            name,
            url: Some(url),
            size: None,
        })
    });
    let links = list("urls").into_iter().filter_map(|link| {
        let expanded = link.get("expanded")?.as_str()?.to_owned();
        let name = link
            .get("display")
            .and_then(Value::as_str)
            .unwrap_or(&expanded)
            .to_owned();
        Some(Attachment {
            kind: "share".into(),
            name,
            url: Some(expanded),
            size: None,
        })
    });
    media.chain(links).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Format, testing};
    use super::*;

    #[test]
    fn the_sample_comes_out_with_its_group() {
        let out = testing::read_path(Format::X, &testing::sample("x"), &testing::options());
        assert_eq!((out.summary.read, out.summary.undecodable), (5, 0));
        let direct: Vec<&IncomingMessage> =
            out.messages.iter().filter(|m| m.thread_id == "111-222").collect();
        assert_eq!(direct[0].text, "Vélo volé https://t.co/abc");
        assert_eq!(
            direct[0].attachments[0].url.as_deref(),
            Some("https://example.org/annonce")
        );
        assert_eq!(
            (direct[0].direction, direct[0].remote_id.as_str()),
            (Direction::In, "2008300000000000001")
        );
        assert_eq!(
            (direct[1].direction, direct[1].text.as_str()),
            (Direction::Out, "Bonjour, bien reçu.")
        );
        assert!(
            direct
                .iter()
                .all(|m| m.contact_id == "222" && m.thread_kind == ThreadKind::Direct)
        );
        let group: Vec<&IncomingMessage> = out.messages.iter().filter(|m| m.thread_id != "111-222").collect();
        let kinds: Vec<MessageKind> = group.iter().map(|m| m.kind).collect();
        assert_eq!(
            kinds,
            [MessageKind::Notice, MessageKind::Notice, MessageKind::Text]
        );
        assert!(
            group
                .iter()
                .all(|m| m.thread_kind == ThreadKind::Group && m.contact_id == "222")
        );
        assert_eq!(out.distinct_ids(), 5);
        let again = testing::read_path(Format::X, &testing::sample("x"), &testing::options());
        assert_eq!(out.ids(), again.ids());
    }

    #[test]
    fn one_file_alone_finds_who_we_are() {
        // Beside its `account.js`.
        let out = testing::read_path(
            Format::X,
            &testing::sample("x/data/direct-messages.js"),
            &testing::options(),
        );
        assert_eq!(out.messages[1].direction, Direction::Out);
        // And without it.
        let bytes = std::fs::read(testing::sample("x/data/direct-messages.js")).expect("a sample");
        let out = testing::read_bytes(Format::X, "direct-messages.js", &bytes);
        let directions: Vec<Direction> = out.messages.iter().map(|message| message.direction).collect();
        assert_eq!(directions, [Direction::In, Direction::Out]);
        assert!(
            out.summary
                .remarks
                .iter()
                .any(|remark| remark.what.contains("account.js"))
        );
    }

    #[test]
    fn damage_costs_what_is_damaged() {
        let text = r#"window.YTD.direct_messages.part0 = [ {"dmConversation": {"conversationId": "1-2", "messages": [
            {"messageCreate": {"id": "9", "senderId": "2", "text": "b", "createdAt": "2026-01-05T21:10:00.456Z"}},
            {"messageCreate": {"id": "8", "text": "secret"}},
            {"unheardOf": {"x": 1}},
            {"messageCreate": {"id": "7", "senderId": "2", "text": "a", "createdAt": "no date"}}]}},
            {"other": 1},
            {"dmConversation": {"conversationId": "1-3", "messages": [
            {"messageCreate": {"id": "6", "senderId": "3", "text": "c", "createdAt": "2026-01-05T21:10:00.456Z"}},
            {"messageCreate": {"id": "5", "sen"#;
        let out = testing::read_bytes(Format::X, "direct-messages.js", text.as_bytes());
        assert_eq!(out.texts(), ["a", "b", "c"]);
        let places: Vec<&str> = out.bad.iter().map(|bad| bad.origin.as_str()).collect();
        assert_eq!(
            places,
            [
                "direct-messages.js#1/2",
                "direct-messages.js#1/3",
                "direct-messages.js#2",
                "direct-messages.js#3/2",
                "direct-messages.js#3",
                "direct-messages.js"
            ]
        );
        assert!(out.bad[0].reason.contains("line 3") && !out.bad[0].reason.contains("secret"));
    }
}
