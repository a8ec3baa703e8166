//! What the readers' tests share: run a reader on bytes, a folder or a sample, and look at what came out.
//!
//! What comes in: a format and bytes or a path. What goes out: everything the sink got. Deliberately absent: assertions.

use super::{Format, Item, Options, Summary, read};
use crate::channel::Undecodable;
use crate::domain::IncomingMessage;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

pub(super) struct Outcome {
    pub(super) messages: Vec<IncomingMessage>,
    pub(super) bad: Vec<Undecodable>,
    pub(super) summary: Summary,
}

impl Outcome {
    pub(super) fn ids(&self) -> Vec<&str> {
        self.messages
            .iter()
            .map(|message| message.remote_id.as_str())
            .collect()
    }

    pub(super) fn distinct_ids(&self) -> usize {
        self.ids().into_iter().collect::<HashSet<_>>().len()
    }

    pub(super) fn texts(&self) -> Vec<&str> {
        self.messages
            .iter()
            .map(|message| message.text.as_str())
            .collect()
    }
}

/// The samples of the repository.
pub(super) fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/data/exports")
        .join(name)
}

pub(super) fn options() -> Options {
    Options::in_zone(chrono_tz::Europe::Paris)
}

pub(super) fn read_path(format: Format, path: &Path, options: &Options) -> Outcome {
    let (mut messages, mut bad) = (Vec::new(), Vec::new());
    let summary = read(format, path, options, &mut |_| {}, &mut |item| {
        match item {
            Item::Message(message) => messages.push(*message),
            Item::Undecodable(item) => bad.push(item),
        }
        Ok(())
    })
    .expect("something to read");
    Outcome {
        messages,
        bad,
        summary,
    }
}

pub(super) fn read_bytes(format: Format, name: &str, bytes: &[u8]) -> Outcome {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("written");
    read_path(format, &path, &options())
}
