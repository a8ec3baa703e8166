//! Who did what, when and why: append-only, each entry tied to the one before by a hash.
//!
//! What comes in: an act, in the transaction that does it. What goes out: entries, and a verdict on the chain. Deliberately absent:
//! what citizens wrote. Details hold ids, counts, digests and what the desk itself said.

use crate::domain::{Action, Actor, Instant, JournalEntry, JournalSeq, Subject, from_millis, millis};
use crate::error::Result;
use crate::store::{Tx, View};
use serde_json::Value;
use sha2::{Digest, Sha256};

const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Appends an entry to the chain.
///
/// # Errors
/// `Store`; then the act that it belongs to does not happen either.
pub fn record(
    tx: &Tx<'_>,
    actor: &Actor,
    action: Action,
    subject: Option<Subject>,
    detail: &Value,
    now: Instant,
) -> Result<()> {
    let head = tx.journal_head()?;
    let mut entry = JournalEntry {
        seq: JournalSeq(head.as_ref().map_or(1, |head| head.seq.0 + 1)),
        at: from_millis(millis(now)),
        actor: actor.kind().to_owned(),
        operator: actor.operator().map(|operator| operator.id),
        action,
        subject,
        detail: detail.to_string(),
        previous_hash: head.map_or_else(|| GENESIS.to_owned(), |head| head.hash),
        hash: String::new(),
    };
    entry.hash = hash(&entry);
    tx.append_journal(&entry)
}

/// What a check of the whole chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every entry follows from the one before.
    Intact {
        /// How many entries.
        entries: u64,
        /// The hash of the newest; a note of it elsewhere proves later that nothing was cut off.
        head: String,
    },
    /// The first entry that does not.
    Broken {
        /// Which one.
        entry: JournalSeq,
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// Checks the chain from the first entry to the newest.
///
/// # Errors
/// `Store`.
pub fn verify(view: &View<'_>) -> Result<Verdict> {
    let mut previous = GENESIS.to_owned();
    let mut expected = 1i64;
    loop {
        let page = view.journal_after(JournalSeq(expected - 1), 1000)?;
        if page.is_empty() {
            return Ok(Verdict::Intact {
                entries: u64::try_from(expected - 1).unwrap_or_default(),
                head: previous,
            });
        }
        for entry in page {
            let reason = if entry.seq.0 != expected {
                Some("an entry before it is missing")
            } else if entry.previous_hash != previous {
                Some("it does not follow the entry before it")
            } else if entry.hash != hash(&entry) {
                Some("its content was changed")
            } else {
                None
            };
            if let Some(reason) = reason {
                return Ok(Verdict::Broken {
                    entry: JournalSeq(expected),
                    reason,
                });
            }
            previous = entry.hash;
            expected += 1;
        }
    }
}

/// SHA-256 over the canonical form: every field on a line of its own, lengths first, so that no two entries share a form.
fn hash(entry: &JournalEntry) -> String {
    let fields = [
        entry.previous_hash.clone(),
        entry.seq.to_string(),
        millis(entry.at).to_string(),
        entry.actor.clone(),
        entry.operator.map(|id| id.to_string()).unwrap_or_default(),
        entry.action.to_string(),
        entry
            .subject
            .as_ref()
            .map(|subject| format!("{} {}", subject.kind, subject.id))
            .unwrap_or_default(),
        entry.detail.clone(),
    ];
    let mut hasher = Sha256::new();
    for field in &fields {
        hasher.update(format!("{}:{field}\n", field.len()).as_bytes());
    }
    hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The subject of an entry.
#[must_use]
pub fn subject(kind: &str, id: i64) -> Option<Subject> {
    Some(Subject {
        kind: kind.to_owned(),
        id,
    })
}
