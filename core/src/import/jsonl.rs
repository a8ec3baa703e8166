//! Planton JSONL: one JSON object a line, the exchange format that people and scripts write.
//!
//! What comes in: `{"id","conversation","from":{"id","name"},"at","text","direction"?,"attachments"?,"channel"?}`. What goes out:
//! one message a line, in the file's order, in constant memory but for the contacts of the
//! conversations seen and a digest of each line that brings no id. A line that is
//! not such an object is reported with its number; a byte order mark, Windows line ends and blank lines are fine.
//!
//! Deliberately absent: sorting (a stream has no end to sort from; ingest orders by date), and any judgement of the text.

use super::item::{ContentIds, Out};
use super::source::{Line, Source, cannot_read, has_extension, read_line};
use crate::domain::{
    Attachment, ChannelKind, Direction, IncomingMessage, Instant, MessageKind, SenderFlags, ThreadKind,
};
use crate::error::Result;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::path::Path;

/// The longest line. A message of some hundred thousand characters is far below; a gigabyte without a line end is no message.
const MAX_LINE: usize = 64 << 20;

/// How much of a file is looked at for the channel that it names.
const HEAD: u64 = 256 << 10;

/// Reads every file of JSON lines; false if there is none.
pub(super) fn read(source: &mut Source, out: &mut Out<'_>) -> Result<bool> {
    let wanted: Vec<(usize, String, u64)> = source
        .entries()
        .iter()
        .enumerate()
        .filter(|(_, entry)| source.single || has_extension(&entry.name, &["jsonl", "ndjson"]))
        .map(|(number, entry)| (number, entry.name.clone(), entry.size))
        .collect();
    out.expect(wanted.len() as u64, wanted.iter().map(|(_, _, size)| size).sum());
    let mut threads = Threads::default();
    for (number, name, _) in &wanted {
        read_file(source, *number, name, &mut threads, out)?;
        out.file_done();
    }
    Ok(!wanted.is_empty())
}

/// What must be remembered from line to line.
#[derive(Default)]
struct Threads {
    /// The person outside of each conversation, as far as one wrote.
    contacts: HashMap<String, (String, String)>,
    /// Ids of lines that bring none.
    ids: ContentIds,
}

fn read_file(
    source: &mut Source,
    number: usize,
    name: &str,
    threads: &mut Threads,
    out: &mut Out<'_>,
) -> Result<()> {
    let mut reader = match source.reader(number) {
        Ok(reader) => reader,
        Err(reason) => return out.bad(name.to_owned(), reason, &[]),
    };
    let mut line = Vec::new();
    let mut taken = 0;
    for count in 1u64.. {
        let origin = || format!("{name}:{count}");
        match read_line(&mut *reader, &mut line, MAX_LINE, &mut taken) {
            Ok(Line::End) => break,
            Ok(Line::TooLong) => out.bad(origin(), "the line is longer than 64 MiB", &line)?,
            Ok(Line::Whole) => {
                let content = match count {
                    1 => line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line),
                    _ => &line,
                };
                if !content.trim_ascii().is_empty() {
                    match decode(content, threads) {
                        Ok(decoded) => {
                            if let Some(what) = decoded.remark {
                                out.remark(origin(), what);
                            }
                            out.message(decoded.message, &origin)?;
                        }
                        Err(reason) => out.bad(origin(), reason, content)?,
                    }
                }
            }
            Err(error) => {
                out.bad(origin(), cannot_read(&error), &line)?;
                break;
            }
        }
        out.advance(taken);
    }
    Ok(())
}

struct Decoded {
    message: IncomingMessage,
    remark: Option<&'static str>,
}

/// One line. The reasons name fields, never values: values are what citizens wrote.
fn decode(line: &[u8], threads: &mut Threads) -> Result<Decoded, String> {
    let text = std::str::from_utf8(line)
        .map_err(|error| format!("not UTF-8 (byte {} of the line)", error.valid_up_to() + 1))?;
    let value: Value = serde_json::from_str(text).map_err(|error| {
        if error.is_eof() {
            "not JSON: the line ends too early".to_owned()
        } else {
            format!("not JSON (column {})", error.column())
        }
    })?;
    let Value::Object(object) = value else {
        return Err("not a JSON object".into());
    };

    let from = match object.get("from") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(from)) => from.clone(),
        Some(_) => return Err("`from` is not an object".into()),
    };
    let from_id = word(&from, "id", "from.id")?;
    let from_name = word(&from, "name", "from.name")?.unwrap_or_default();
    // A sender known by name only is still one person of this conversation.
    let from_id = from_id.or_else(|| (!from_name.is_empty()).then(|| from_name.clone()));
    let conversation = word(&object, "conversation", "conversation")?
        .or_else(|| from_id.clone())
        .ok_or("neither `conversation` nor `from` says whose message it is")?;
    let direction = match object.get("direction") {
        None | Some(Value::Null) => Direction::In,
        Some(Value::String(word)) => word
            .parse()
            .map_err(|_| "`direction` is neither \"in\" nor \"out\"".to_owned())?,
        Some(_) => return Err("`direction` is neither \"in\" nor \"out\"".into()),
    };
    let text = match object.get("text") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(_) => return Err("`text` is not a text".into()),
    };
    let attachments = attachments(object.get("attachments"))?;
    let (sent_at, remark) = match object.get("at") {
        None | Some(Value::Null) => (None, None),
        Some(Value::String(at)) => match chrono::DateTime::parse_from_rfc3339(at) {
            Ok(at) => (Some(Instant::from(at)), None),
            Err(_) => (None, Some("`at` is not an RFC 3339 date")),
        },
        Some(_) => (None, Some("`at` is not an RFC 3339 date")),
    };

    let mut thread_kind = ThreadKind::Direct;
    let (contact_id, contact_name) = match direction {
        Direction::In => {
            let id = from_id.unwrap_or_else(|| conversation.clone());
            let known = threads
                .contacts
                .entry(conversation.clone())
                .or_insert_with(|| (id.clone(), from_name.clone()));
            // A second person outside makes it a group: it must never be answered automatically.
            if known.0 != id {
                thread_kind = ThreadKind::Group;
            }
            (id, from_name)
        }
        // Ours, so `from` is us: the contact is who wrote before, or a stand-in until somebody does.
        Direction::Out => threads
            .contacts
            .get(&conversation)
            .cloned()
            .unwrap_or_else(|| (conversation.clone(), String::new())),
    };

    let remote_id = match word(&object, "id", "id")? {
        Some(id) => id,
        None => {
            let at = sent_at.map(|at| at.to_rfc3339()).unwrap_or_default();
            let files = serde_json::to_string(&attachments).unwrap_or_default();
            threads
                .ids
                .next(&[&conversation, &contact_id, direction.as_str(), &at, &text, &files])
        }
    };
    let message = IncomingMessage {
        remote_id,
        thread_id: conversation,
        thread_kind,
        contact_id,
        contact_name,
        direction,
        kind: MessageKind::Text,
        sent_at,
        text,
        attachments,
        flags: SenderFlags::default(),
        reply_context: None,
    };
    Ok(Decoded { message, remark })
}

/// An id or a name: a text, or a whole number; nothing where it is absent or empty.
fn word(object: &Map<String, Value>, key: &str, called: &str) -> Result<Option<String>, String> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(word)) if word.is_empty() => Ok(None),
        Some(Value::String(word)) => Ok(Some(word.clone())),
        // A number beyond 64 bits has already lost digits: two ids could become one.
        Some(Value::Number(number)) if number.is_u64() || number.is_i64() => Ok(Some(number.to_string())),
        Some(_) => Err(format!("`{called}` is neither a text nor a whole number")),
    }
}

fn attachments(value: Option<&Value>) -> Result<Vec<Attachment>, String> {
    let list = match value {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err("`attachments` is not a list".into()),
    };
    list.iter()
        .map(|item| {
            let item = item.as_object().ok_or("an attachment is not an object")?;
            let text = |key: &str| item.get(key).and_then(Value::as_str).map(str::to_owned);
            Ok(Attachment {
                kind: text("kind").unwrap_or_else(|| "file".into()),
                name: text("name").unwrap_or_default(),
                url: text("url"),
                size: item.get("size").and_then(Value::as_u64),
            })
        })
        .collect()
}

/// The first `channel` that the first lines name.
pub(super) fn declared_channel(path: &Path) -> Option<ChannelKind> {
    // A pipe can be read once, and must be left for the reading itself.
    if std::fs::metadata(path).map_or(true, |meta| !meta.is_file() && !meta.is_dir()) {
        return None;
    }
    let mut source = Source::open(path).ok()?;
    let number = source
        .entries()
        .iter()
        .position(|entry| source.single || has_extension(&entry.name, &["jsonl", "ndjson"]))?;
    source
        .head(number, HEAD)
        .split(|&byte| byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Value>(line).ok())
        .find_map(|line| line.get("channel")?.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::super::{Format, testing};
    use crate::domain::{Direction, ThreadKind};

    fn read(text: &str) -> testing::Outcome {
        testing::read_bytes(Format::Jsonl, "in.jsonl", text.as_bytes())
    }

    #[test]
    fn a_conversation_with_our_answer_keeps_its_contact() {
        let out = read(concat!(
            "\u{feff}{\"id\":\"1\",\"conversation\":\"c\",\"from\":{\"id\":\"u\",\"name\":\"Zoé\"},\"at\":\"2026-01-05T22:10:00+01:00\",\"text\":\"On m’a volé mon vélo 😢\"}\r\n",
            "\r\n",
            "{\"id\":2,\"conversation\":\"c\",\"from\":{\"id\":\"desk\"},\"direction\":\"out\",\"text\":\"Reçu\"}\n",
            "{\"id\":\"3\",\"conversation\":\"d\",\"direction\":\"out\",\"text\":\"Bonjour\"}",
        ));
        assert_eq!((out.summary.read, out.summary.undecodable), (3, 0));
        let first = &out.messages[0];
        assert_eq!(
            (first.text.as_str(), first.contact_name.as_str()),
            ("On m’a volé mon vélo 😢", "Zoé")
        );
        assert_eq!(first.sent_at.unwrap().to_rfc3339(), "2026-01-05T21:10:00+00:00");
        let second = &out.messages[1];
        assert_eq!(
            (second.contact_id.as_str(), second.remote_id.as_str()),
            ("u", "2")
        );
        assert_eq!((second.direction, second.sent_at), (Direction::Out, None));
        assert_eq!(out.messages[2].contact_id, "d");
    }

    #[test]
    fn bad_lines_are_reported_by_number_and_the_rest_goes_in() {
        let mut bytes =
            b"{\"id\":\"1\",\"conversation\":\"c\",\"text\":\"a\"}\nnot json\n[1]\n{\"text\":\"x\"}\n"
                .to_vec();
        bytes.extend(b"{\"conversation\":\"c\",\"text\":\"\xff\"}\n");
        bytes.extend(
            b"{\"conversation\":\"c\",\"text\":5}\n{\"conversation\":\"c\",\"id\":1.5,\"text\":\"\"}\n",
        );
        bytes.extend(b"{\"id\":\"9\",\"conversation\":\"c\",\"text\":\"\"}");
        let out = testing::read_bytes(Format::Jsonl, "in.jsonl", &bytes);
        let lines: Vec<&str> = out.bad.iter().map(|bad| bad.origin.as_str()).collect();
        assert_eq!(
            lines,
            [
                "in.jsonl:2",
                "in.jsonl:3",
                "in.jsonl:4",
                "in.jsonl:5",
                "in.jsonl:6",
                "in.jsonl:7"
            ]
        );
        assert_eq!(out.summary.read, 2);
        assert!(
            out.summary
                .remarks
                .iter()
                .any(|remark| remark.origin == "in.jsonl:8")
        );
    }

    #[test]
    fn lines_without_an_id_get_one_that_stays() {
        let text = "{\"conversation\":\"c\",\"from\":{\"id\":\"u\"},\"text\":\"ok\"}\n".repeat(3);
        let (first, again) = (read(&text), read(&text));
        assert_eq!(first.ids(), again.ids());
        assert_eq!(first.distinct_ids(), 3);
    }

    #[test]
    fn a_very_long_text_is_kept_whole_and_a_second_person_makes_a_group() {
        let long = "é".repeat(200_000);
        let out = read(&format!(
            "{{\"id\":1,\"conversation\":\"c\",\"from\":{{\"id\":\"u\"}},\"text\":\"{long}\"}}\n{{\"id\":2,\"conversation\":\"c\",\"from\":{{\"id\":\"v\"}},\"text\":\"b\"}}\n"
        ));
        assert_eq!(out.messages[0].text, long);
        assert_eq!(out.messages[1].thread_kind, ThreadKind::Group);
    }
}
