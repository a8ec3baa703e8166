//! The inside of a raw mail: its header fields, and the tree of its parts.
//!
//! What comes in: bytes, from any sender on earth. What goes out: fields, the words of the body as one text, and files
//! described. The tree is walked here, flat and with limits, so that no nesting can exhaust the stack and no attachment is
//! decoded only to be thrown away; fields are decoded by `mail-parser`.
//!
//! Deliberately absent: mails inside mails (they are attachments), and what a part means for the desk.

use super::html;
use super::item::kind_of_file;
use crate::domain::Attachment;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{ContentType, MessageParser, MimeHeaders};
use std::borrow::Cow;

/// Parts within parts, and parts in all, beyond which a mail is an attack and not a letter.
const MAX_DEPTH: usize = 32;
const MAX_PARTS: usize = 2_000;

/// The longest header block that is decoded.
const MAX_HEADER: usize = 1 << 20;

/// A header block, made decodable: raw 8-bit bytes that are no UTF-8 are read as Windows-1252, which old programs send.
pub(super) struct Head(Vec<u8>);

impl Head {
    pub(super) fn new(header: &[u8]) -> Option<Self> {
        let header = header.get(..MAX_HEADER).unwrap_or(header);
        if header.trim_ascii().is_empty() {
            return None;
        }
        let mut bytes = match std::str::from_utf8(header) {
            Ok(_) => header.to_vec(),
            Err(_) => encoding_rs::WINDOWS_1252
                .decode_without_bom_handling(header)
                .0
                .into_owned()
                .into_bytes(),
        };
        bytes.extend_from_slice(b"\r\n\r\n");
        Some(Self(bytes))
    }

    pub(super) fn parse(&self, parser: &MessageParser) -> Option<mail_parser::Message<'_>> {
        parser.parse_headers(&self.0)
    }
}

/// A header block and what follows it.
pub(super) fn split_header(raw: &[u8]) -> (&[u8], &[u8]) {
    let mut start = 0;
    while let Some(rest) = raw.get(start..) {
        let Some(length) = rest.iter().position(|&byte| byte == b'\n') else {
            break;
        };
        let line = rest.get(..length).unwrap_or(rest);
        // Blank lines before the first field do not end the header.
        let header = raw.get(..start).unwrap_or_default();
        if line.trim_ascii().is_empty() && !header.trim_ascii().is_empty() {
            return (header, raw.get(start + length + 1..).unwrap_or_default());
        }
        start += length + 1;
    }
    (raw, &[])
}

/// The fields of a header block, unfolded, names in lower case.
pub(super) fn fields(header: &[u8]) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for line in header.split(|&byte| byte == b'\n') {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end_matches('\r');
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = out.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            out.push((name.trim().to_lowercase(), value.trim().to_owned()));
        }
    }
    out
}

pub(super) fn field<'f>(fields: &'f [(String, String)], name: &str) -> Option<&'f str> {
    fields
        .iter()
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.as_str())
}

/// What a mail holds: its words, and its files described.
#[derive(Default)]
pub(super) struct Content {
    pub(super) text: String,
    pub(super) attachments: Vec<Attachment>,
    /// Somebody's calendar answers an invitation.
    pub(super) calendar_reply: bool,
}

/// A part that waits to be looked at.
struct Pending<'r> {
    header: &'r [u8],
    body: &'r [u8],
    depth: usize,
    /// The `multipart/alternative` it belongs to: of such parts only the plainest is read.
    alternative: Option<usize>,
}

impl Content {
    /// Walks the tree of parts.
    pub(super) fn of(header: &[u8], body: &[u8]) -> Self {
        let mut content = Self::default();
        // Texts in the order of the mail, each with the alternative it belongs to and whether it is HTML.
        let mut texts: Vec<(Option<usize>, bool, String)> = Vec::new();
        let mut waiting = vec![Pending {
            header,
            body,
            depth: 0,
            alternative: None,
        }];
        let mut seen = 0;
        while let Some(part) = waiting.pop() {
            seen += 1;
            let parser = MessageParser::new();
            let decoded = Head::new(part.header);
            let head = decoded.as_ref().and_then(|head| head.parse(&parser));
            let root = head.as_ref().and_then(|head| head.parts.first());
            let kind = root.and_then(MimeHeaders::content_type);
            let encoding = root
                .and_then(MimeHeaders::content_transfer_encoding)
                .unwrap_or("");
            let main = kind.map_or("text", ContentType::ctype).to_ascii_lowercase();
            let sub = kind
                .and_then(ContentType::subtype)
                .unwrap_or("plain")
                .to_ascii_lowercase();

            let boundary = kind
                .and_then(|kind| kind.attribute("boundary"))
                .filter(|mark| !mark.is_empty());
            if let ("multipart", Some(boundary)) = (main.as_str(), boundary)
                && part.depth < MAX_DEPTH
                && seen < MAX_PARTS
            {
                let alternative = if sub == "alternative" {
                    Some(seen)
                } else {
                    part.alternative
                };
                let room = MAX_PARTS.saturating_sub(seen + waiting.len());
                let mut children: Vec<Pending<'_>> = split_parts(part.body, boundary.as_bytes(), room)
                    .into_iter()
                    .map(|raw| {
                        // A part may begin with its blank line: it has no fields then.
                        let (header, body) = match raw.strip_prefix(b"\r\n").or(raw.strip_prefix(b"\n")) {
                            Some(body) => (&b""[..], body),
                            None => split_header(raw),
                        };
                        Pending {
                            header,
                            body,
                            depth: part.depth + 1,
                            alternative,
                        }
                    })
                    .collect();
                if !children.is_empty() {
                    children.reverse();
                    waiting.append(&mut children);
                    continue;
                }
            }

            let disposition = root.and_then(MimeHeaders::content_disposition);
            let name = root
                .and_then(MimeHeaders::attachment_name)
                .unwrap_or("")
                .to_owned();
            let attached = disposition.is_some_and(ContentType::is_attachment) || !name.is_empty();
            content.calendar_reply |= main == "text"
                && sub == "calendar"
                && kind
                    .and_then(|kind| kind.attribute("method"))
                    .is_some_and(|method| method.eq_ignore_ascii_case("reply"));
            let readable =
                main == "multipart" || (main == "text" && matches!(sub.as_str(), "plain" | "html"));
            if readable && !attached {
                let charset = kind.and_then(|kind| kind.attribute("charset"));
                let text = decode_text(&decode_transfer(part.body, encoding), charset);
                if sub == "html" {
                    texts.push((part.alternative, true, html::to_text(&text)));
                } else {
                    texts.push((part.alternative, false, text));
                }
            } else {
                let kind = match main.as_str() {
                    "image" | "video" | "audio" => main.as_str(),
                    _ => kind_of_file(&name),
                };
                content.attachments.push(Attachment {
                    kind: kind.to_owned(),
                    name: if name.is_empty() {
                        format!("{main}/{sub}")
                    } else {
                        name
                    },
                    url: None,
                    size: Some(decoded_size(part.body, encoding)),
                });
            }
        }
        content.text = join(&texts);
        content
    }
}

/// One text of all: within an alternative the plain version if it says anything, else the HTML.
fn join(texts: &[(Option<usize>, bool, String)]) -> String {
    let has_plain = |group: usize| {
        texts
            .iter()
            .any(|(other, html, text)| *other == Some(group) && !html && !text.trim().is_empty())
    };
    let mut out = String::new();
    for (group, html, text) in texts {
        if *html && group.is_some_and(has_plain) {
            continue;
        }
        let text: String = text.replace("\r\n", "\n").replace(['\r', '\0'], "\n");
        let text = text.trim_end().trim_start_matches('\n');
        if !text.is_empty() {
            if !out.is_empty() {
                out.push_str("\n\n");
            }
            out.push_str(text);
        }
    }
    out
}

/// The parts between boundary lines; what stands before the first and after the last is nobody's text.
fn split_parts<'r>(body: &'r [u8], boundary: &[u8], most: usize) -> Vec<&'r [u8]> {
    let mut parts = Vec::new();
    let mut open: Option<usize> = None;
    let mut at = 0;
    while at < body.len() && parts.len() < most {
        let rest = body.get(at..).unwrap_or_default();
        let length = rest
            .iter()
            .position(|&byte| byte == b'\n')
            .map_or(rest.len(), |end| end + 1);
        let line = rest.get(..length).unwrap_or(rest).trim_ascii_end();
        if let Some(behind) = line
            .strip_prefix(b"--")
            .and_then(|line| line.strip_prefix(boundary))
            && (behind.is_empty() || behind == b"--")
        {
            if let Some(start) = open {
                parts.push(without_last_line_end(body.get(start..at).unwrap_or_default()));
            }
            open = Some(at + length);
            if !behind.is_empty() {
                return parts;
            }
        }
        at += length;
    }
    // A cut mail has no closing boundary: its last part is what there is.
    if let Some(rest) = open.and_then(|start| body.get(start..))
        && parts.len() < most
    {
        parts.push(rest);
    }
    parts
}

/// The line end before a boundary belongs to the boundary.
fn without_last_line_end(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}

fn decode_transfer<'r>(body: &'r [u8], encoding: &str) -> Cow<'r, [u8]> {
    let encoding = encoding.trim();
    if encoding.eq_ignore_ascii_case("base64") {
        base64_decode(body).map_or(Cow::Borrowed(body), Cow::Owned)
    } else if encoding.eq_ignore_ascii_case("quoted-printable") {
        quoted_printable_decode(body).map_or(Cow::Borrowed(body), Cow::Owned)
    } else {
        Cow::Borrowed(body)
    }
}

/// How long a part is once decoded, without decoding it.
fn decoded_size(body: &[u8], encoding: &str) -> u64 {
    if encoding.trim().eq_ignore_ascii_case("base64") {
        let signs = body
            .iter()
            .filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
            .count();
        (signs as u64).saturating_mul(3) / 4
    } else {
        body.len() as u64
    }
}

/// Bytes as text, by what the mail says about them as far as that can be true.
fn decode_text(bytes: &[u8], charset: Option<&str>) -> String {
    let label = charset.unwrap_or("").trim().to_ascii_lowercase();
    // UTF-8 is unmistakable: programs that declare ASCII or nothing, and send UTF-8, are common.
    if matches!(label.as_str(), "" | "us-ascii" | "ascii" | "utf-8" | "utf8")
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return text.trim_start_matches('\u{feff}').to_owned();
    }
    if matches!(label.as_str(), "utf-8" | "utf8") {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    if let Some(encoding) = encoding_rs::Encoding::for_label_no_replacement(label.as_bytes()) {
        return encoding.decode(bytes).0.into_owned();
    }
    if let Some(decode) = charset_decoder(label.as_bytes()).filter(|_| !label.is_empty()) {
        return decode(bytes);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252
            .decode_without_bom_handling(bytes)
            .0
            .into_owned(),
    }
}
