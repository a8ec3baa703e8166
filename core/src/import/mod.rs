//! Files that a desk has today become messages: Planton JSONL, Facebook and Instagram exports, an X archive, a WhatsApp
//! chat, an mbox or a folder of mails.
//!
//! What comes in: a path (file, folder or zip) and a format. What goes out: one [`Item`] after the other into a sink - a message
//! as a channel would hand it over, or something that could not be decoded with the place where it stands. Within a thread the
//! oldest comes first. The same file read twice gives the same ids, so that importing again adds nothing.
//!
//! Deliberately absent: storing (ingest does that), triage, the clock, and the network - attachments are described, never
//! fetched. Nothing is ever extracted from a zip to the disk.

mod facebook;
mod html;
mod item;
mod json;
mod jsonl;
pub mod mail;
mod mime;
mod mojibake;
mod sender;
mod source;
#[cfg(test)]
mod testing;
mod whatsapp;
mod x;

pub use item::{Item, Options, Progress, Remark, Summary};

use crate::domain::ChannelKind;
use crate::error::{Error, Result};
use std::path::Path;

/// What kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// One JSON object a line: Planton's own exchange format.
    Jsonl,
    /// Facebook's "Download your information", either generation, or the end-to-end encrypted Messenger export.
    Facebook,
    /// Instagram's "Download your information".
    Instagram,
    /// The archive that X hands out.
    X,
    /// WhatsApp's "Export chat".
    Whatsapp,
    /// mbox files, `.eml` files, maildir folders.
    Mbox,
}

impl Format {
    /// Every value, in the order of declaration.
    pub const ALL: &'static [Self] = &[
        Self::Jsonl,
        Self::Facebook,
        Self::Instagram,
        Self::X,
        Self::Whatsapp,
        Self::Mbox,
    ];

    /// The stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Facebook => "facebook",
            Self::Instagram => "instagram",
            Self::X => "x",
            Self::Whatsapp => "whatsapp",
            Self::Mbox => "mbox",
        }
    }

    /// The channel that such a file comes from. Planton JSONL may come from anywhere: it counts as the channel with the fewest
    /// limits, unless the file says better ([`declared_channel`]).
    #[must_use]
    pub fn channel(self) -> ChannelKind {
        match self {
            Self::Facebook => ChannelKind::Messenger,
            Self::Instagram => ChannelKind::Instagram,
            Self::X => ChannelKind::X,
            Self::Whatsapp => ChannelKind::Whatsapp,
            Self::Jsonl | Self::Mbox => ChannelKind::Email,
        }
    }
}

impl std::str::FromStr for Format {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        // People say `eml` for what is read exactly as an mbox.
        if word == "eml" {
            return Ok(Self::Mbox);
        }
        Self::ALL
            .iter()
            .copied()
            .find(|format| format.as_str() == word)
            .ok_or_else(|| {
                Error::invalid("unknown format; one of: jsonl, facebook, instagram, x, whatsapp, mbox, eml")
            })
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Reads everything at `path` that is of this format, in a stream: the sink gets each item as soon as it is read.
///
/// A bad line, mail, element or file becomes an [`Item::Undecodable`] and the rest goes on.
///
/// # Errors
/// `invalid` where nothing can be read at all: no such path, nothing of this format in it. Any error of the sink ends the reading.
pub fn read(
    format: Format,
    path: &Path,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
    sink: &mut dyn FnMut(Item) -> Result<()>,
) -> Result<Summary> {
    let mut source = source::Source::open(path)?;
    if source.pipe && format != Format::Jsonl {
        return Err(
            Error::invalid("Only JSON lines can be read from a pipe.").hint("Save it to a file first.")
        );
    }
    let mut out = item::Out::new(options, progress, sink);
    for problem in source.take_problems() {
        out.undecodable(problem)?;
    }
    let found = match format {
        Format::Jsonl => jsonl::read(&mut source, &mut out)?,
        Format::Mbox => mail::read(&mut source, &mut out)?,
        Format::Facebook => facebook::read(&mut source, &mut out, true)?,
        Format::Instagram => facebook::read(&mut source, &mut out, false)?,
        Format::X => x::read(&mut source, &mut out)?,
        Format::Whatsapp => whatsapp::read(&mut source, &mut out)?,
    };
    // A damaged zip has been reported item by item; an intact one without a single file of the format is the wrong file.
    if !found && out.is_untouched() {
        return Err(
            Error::invalid(format!("There is nothing of the format {format} here.")).hint(match format {
                Format::Facebook | Format::Instagram => {
                    "Ask for the export in JSON, not HTML, and give its folder or its zip."
                }
                _ => "Check the format and the path: a file, a folder or a zip of the export.",
            }),
        );
    }
    Ok(out.finish())
}

/// The channel that a Planton JSONL file names itself, by the optional `channel` of its first lines.
#[must_use]
pub fn declared_channel(path: &Path) -> Option<ChannelKind> {
    jsonl::declared_channel(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formats_have_stable_words() {
        for format in Format::ALL {
            assert_eq!(format.as_str().parse::<Format>().unwrap(), *format);
        }
        assert_eq!("eml".parse::<Format>().unwrap(), Format::Mbox);
        assert!("fax".parse::<Format>().is_err());
    }

    #[test]
    fn future_dates_empty_texts_and_missing_dates_go_in_and_are_remarked() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.jsonl");
        std::fs::write(
            &path,
            "{\"id\":1,\"conversation\":\"c\",\"at\":\"2099-01-01T00:00:00Z\",\"text\":\"a\"}\n{\"id\":2,\"conversation\":\"c\"}\n",
        )
        .expect("written");
        let options = Options {
            now: chrono::DateTime::from_timestamp(1_767_647_400, 0),
            ..testing::options()
        };
        let out = testing::read_path(Format::Jsonl, &path, &options);
        assert_eq!((out.summary.read, out.summary.undecodable), (2, 0));
        let origins: Vec<&str> = out
            .summary
            .remarks
            .iter()
            .map(|remark| remark.origin.as_str())
            .collect();
        assert_eq!(origins, ["a.jsonl:1", "a.jsonl:2", "a.jsonl:2"]);
    }

    #[test]
    fn the_channel_that_a_file_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.jsonl");
        std::fs::write(&path, "x\n{\"id\":1}\n{\"channel\":\"instagram\"}\n").expect("written");
        assert_eq!(declared_channel(&path), Some(ChannelKind::Instagram));
        assert_eq!(declared_channel(&folder.path().join("none")), None);
    }

    /// Every format, the name under which it takes anything, and a sample of it.
    fn samples() -> Vec<(Format, &'static str, Vec<u8>)> {
        let bytes = |name: &str| std::fs::read(testing::sample(name)).expect("a sample");
        let facebook = "facebook/your_facebook_activity/messages/inbox/zoe_123/message_1.json";
        vec![
            (
                Format::Jsonl,
                "a.jsonl",
                "{\"id\":\"1\",\"conversation\":\"c\",\"from\":{\"id\":\"u\",\"name\":\"Zoé\"},\"at\":\"2026-01-05T22:10:00+01:00\",\"text\":\"é 😢\"}\n"
                    .repeat(3)
                    .into_bytes(),
            ),
            (Format::Facebook, "message_1.json", bytes(facebook)),
            (Format::Instagram, "message_1.json", bytes(facebook)),
            (Format::Facebook, "Zoe_7.json", bytes("facebook_e2ee/Zoe_7.json")),
            (Format::X, "direct-messages.js", bytes("x/data/direct-messages.js")),
            (Format::X, "direct-messages-group.js", bytes("x/data/direct-messages-group.js")),
            (Format::Whatsapp, "chat.txt", bytes("whatsapp/android_fr.txt")),
            (Format::Whatsapp, "chat.txt", bytes("whatsapp/ios.txt")),
            (Format::Mbox, "a.eml", bytes("mail/plain.eml")),
            (Format::Mbox, "a.mbox", [&b"From a\n"[..], &bytes("mail/cc.eml"), b"\nFrom b\n", &bytes("mail/spam.eml")].concat()),
        ]
    }

    /// Reads and forgets; an error is as good as an answer, a panic is not.
    fn survive(format: Format, name: &str, bytes: &[u8]) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        let mut items = 0u64;
        let outcome = read(format, &path, &testing::options(), &mut |_| {}, &mut |_| {
            items += 1;
            Ok(())
        });
        if let Ok(summary) = outcome {
            assert_eq!(items, summary.read + summary.undecodable);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..600), zip in any::<bool>()) {
            let bytes = if zip { [&b"PK\x03\x04"[..], &bytes].concat() } else { bytes };
            for (format, name, _) in samples() {
                survive(format, name, &bytes);
            }
        }

        #[test]
        fn damaged_samples_are_survived(
            cut in 0usize..2000,
            hits in proptest::collection::vec((0usize..2000, any::<u8>()), 0..6),
        ) {
            for (format, name, mut bytes) in samples() {
                for (at, byte) in &hits {
                    if let Some(hit) = bytes.get_mut(*at) {
                        *hit = *byte;
                    }
                }
                bytes.truncate(cut.max(1));
                survive(format, name, &bytes);
            }
        }

        #[test]
        fn any_text_is_survived_as_a_mail(header in "[ -~é\n]{0,200}", body in any::<String>()) {
            let raw = format!("From: z@x.org\nContent-Type: text/html; charset=utf-8\n{header}\n\n{body}");
            let _ = mail::convert(raw.as_bytes(), &[]);
        }

        #[test]
        fn reading_twice_gives_the_same_ids(texts in proptest::collection::vec("[a-c]{0,2}", 1..20)) {
            let lines: String = texts.iter().map(|text| format!("05/01/2026, 22:10 - Z: {text}\n")).collect();
            let first = testing::read_bytes(Format::Whatsapp, "chat.txt", lines.as_bytes());
            let again = testing::read_bytes(Format::Whatsapp, "chat.txt", lines.as_bytes());
            prop_assert_eq!(first.ids(), again.ids());
            prop_assert_eq!(first.distinct_ids(), texts.len());
        }
    }
}
