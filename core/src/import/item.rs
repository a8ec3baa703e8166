//! What every reader shares: what it hands out, how it counts, and the identity of messages that have no id.
//!
//! What comes in: messages and failures from a reader. What goes out: the caller's sink, its progress bar, and a summary.
//! Deliberately absent: any knowledge of a format.

use crate::channel::Undecodable;
use crate::domain::{Direction, IncomingMessage, Instant, MessageKind};
use crate::error::Result;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;

/// The most that is kept of something undecodable: quarantine shows it, nobody reads megabytes of it.
pub(super) const KEPT_RAW: usize = 1 << 20;

/// The most remarks that are kept; a file of a million undated lines says so once, with a number.
const KEPT_REMARKS: usize = 200;

/// How many bytes pass between two calls of the progress callback.
const PROGRESS_STEP: u64 = 256 << 10;

/// One thing that came out of a file.
#[derive(Debug)]
pub enum Item {
    /// A message, as a channel would hand it over.
    Message(Box<IncomingMessage>),
    /// Something that could not become a message, and where it stands.
    Undecodable(Undecodable),
}

/// What a reader cannot know from the file alone.
#[derive(Clone)]
pub struct Options {
    /// How we are called in the export. Without it the reader deduces it and says how, in the remarks.
    pub our_name: Option<String>,
    /// The desk's name of the inbox: a hint where the export does not say who we are.
    pub inbox_name: Option<String>,
    /// Mail: our addresses, separated by commas or spaces.
    pub our_address: Option<String>,
    /// WhatsApp writes local times without a zone: this one.
    pub zone: chrono_tz::Tz,
    /// The present, to remark on dates that lie in the future; without it nothing is remarked.
    pub now: Option<Instant>,
}

impl Options {
    /// Nothing known but the zone.
    #[must_use]
    pub fn in_zone(zone: chrono_tz::Tz) -> Self {
        Self {
            our_name: None,
            inbox_name: None,
            our_address: None,
            zone,
            now: None,
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Options({})", self.zone)
    }
}

/// How far the reading is. The totals are what the folder or the zip declares.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Files read to their end.
    pub files_done: u64,
    /// Files to read.
    pub files_total: u64,
    /// Bytes read, unpacked.
    pub bytes_done: u64,
    /// Bytes to read, unpacked.
    pub bytes_total: u64,
}

/// Something worth saying about what was read all the same: no date, a date in the future, how we were recognised.
#[derive(Clone, PartialEq, Eq)]
pub struct Remark {
    /// Where it stands: `file:line`, `file#index`, or a file.
    pub origin: String,
    /// A sentence for people; nothing that a citizen wrote.
    pub what: String,
}

impl std::fmt::Debug for Remark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Remark({})", self.what)
    }
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Messages handed to the sink.
    pub read: u64,
    /// Items that could not be decoded, handed to the sink.
    pub undecodable: u64,
    /// What people should know of what was read; the first 200.
    pub remarks: Vec<Remark>,
    /// Remarks beyond those.
    pub remarks_left_out: u64,
}

/// Where readers put what they find.
pub(super) struct Out<'a> {
    pub(super) options: &'a Options,
    progress: &'a mut dyn FnMut(Progress),
    sink: &'a mut dyn FnMut(Item) -> Result<()>,
    summary: Summary,
    state: Progress,
    reported: u64,
}

impl<'a> Out<'a> {
    pub(super) fn new(
        options: &'a Options,
        progress: &'a mut dyn FnMut(Progress),
        sink: &'a mut dyn FnMut(Item) -> Result<()>,
    ) -> Self {
        Self {
            options,
            progress,
            sink,
            summary: Summary::default(),
            state: Progress::default(),
            reported: 0,
        }
    }

    /// Hands over a message, and remarks on what a person should look at.
    pub(super) fn message(&mut self, message: IncomingMessage, origin: &dyn Fn() -> String) -> Result<()> {
        match (message.sent_at, self.options.now) {
            (None, _) => self.remark(origin(), "no date: it takes the time of its import"),
            (Some(at), Some(now)) if at > now + chrono::Duration::days(1) => {
                self.remark(origin(), "its date lies in the future");
            }
            _ => {}
        }
        if message.kind == MessageKind::Text
            && message.direction == Direction::In
            && message.text.trim().is_empty()
            && message.attachments.is_empty()
        {
            self.remark(origin(), "an empty message");
        }
        self.summary.read += 1;
        (self.sink)(Item::Message(Box::new(message)))
    }

    /// Hands over something undecodable.
    pub(super) fn undecodable(&mut self, mut item: Undecodable) -> Result<()> {
        item.raw.truncate(KEPT_RAW);
        self.summary.undecodable += 1;
        (self.sink)(Item::Undecodable(item))
    }

    /// Hands over something undecodable, told by its parts.
    pub(super) fn bad(&mut self, origin: String, reason: impl Into<String>, raw: &[u8]) -> Result<()> {
        self.undecodable(Undecodable {
            origin,
            reason: reason.into(),
            raw: raw.iter().copied().take(KEPT_RAW).collect(),
        })
    }

    /// Says something about what was read all the same.
    pub(super) fn remark(&mut self, origin: String, what: impl Into<String>) {
        if self.summary.remarks.len() < KEPT_REMARKS {
            self.summary.remarks.push(Remark {
                origin,
                what: what.into(),
            });
        } else {
            self.summary.remarks_left_out += 1;
        }
    }

    /// How much there is to do.
    pub(super) fn expect(&mut self, files: u64, bytes: u64) {
        self.state.files_total = files;
        self.state.bytes_total = bytes;
        (self.progress)(self.state);
    }

    /// So many bytes more were read.
    pub(super) fn advance(&mut self, bytes: u64) {
        self.state.bytes_done = self.state.bytes_done.saturating_add(bytes);
        if self.state.bytes_done.saturating_sub(self.reported) >= PROGRESS_STEP {
            self.reported = self.state.bytes_done;
            (self.progress)(self.state);
        }
    }

    /// One file is at its end.
    pub(super) fn file_done(&mut self) {
        self.state.files_done += 1;
        (self.progress)(self.state);
    }

    /// Has nothing been handed over?
    pub(super) fn is_untouched(&self) -> bool {
        self.summary.read == 0 && self.summary.undecodable == 0
    }

    pub(super) fn finish(self) -> Summary {
        self.summary
    }
}

/// Ids for messages that have none: a digest of what they are, and of how many equal ones came before.
///
/// Equal messages cannot be told apart, so counting them is enough: whatever order they come in, the set of ids is the same.
#[derive(Default)]
pub(super) struct ContentIds(HashMap<[u8; 32], u32>);

impl ContentIds {
    /// The id of a message with these parts, in hexadecimal.
    pub(super) fn next(&mut self, parts: &[&str]) -> String {
        let mut hash = Sha256::new();
        for part in parts {
            // Each part with its length, so that no two lists of parts run together into the same bytes.
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        let content: [u8; 32] = hash.finalize().into();
        let ordinal = self.0.entry(content).or_insert(0);
        let id = hex(&Sha256::new()
            .chain_update(content)
            .chain_update(ordinal.to_le_bytes())
            .finalize());
        *ordinal += 1;
        id
    }
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
            // Writing to a String cannot fail.
            let _ = write!(out, "{byte:02x}");
            out
        })
}

/// What kind of attachment a file is, by its name.
pub(super) fn kind_of_file(name: &str) -> &'static str {
    let extension = name
        .rsplit_once('.')
        .map_or("", |(_, extension)| extension)
        .to_ascii_lowercase();
    match extension.as_str() {
        "jpg" | "jpeg" | "png" | "gif" | "webp" | "heic" | "bmp" | "tif" | "tiff" => "image",
        "mp4" | "mov" | "3gp" | "webm" | "avi" | "mkv" | "m4v" => "video",
        "opus" | "ogg" | "mp3" | "m4a" | "aac" | "amr" | "wav" => "audio",
        _ => "file",
    }
}
