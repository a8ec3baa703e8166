//! What the desk learned from its people: corrections and choices, each with an imprint of the text, never the text.

use super::{Category, CorrectionId, Instant, MessageId, OperatorId, ReplyId};

/// Hashed features of a text: enough to know a similar text again, not the text itself. It outlives the message it was taken of.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Imprint {
    /// How many words the text had, as far as it was read.
    pub words: u16,
    /// Hashes of its features, ascending, each once.
    pub features: Vec<u32>,
}

impl Imprint {
    /// Nothing to know again: a text without a word.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.features.is_empty()
    }
}

/// A person's category for a message that triage had judged otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Row id; a later correction has a greater one.
    pub id: CorrectionId,
    /// The message, as long as it is kept.
    pub message: Option<MessageId>,
    /// What was in force before.
    pub from: Category,
    /// What the person said.
    pub to: Category,
    /// Who.
    pub by: OperatorId,
    /// When.
    pub at: Instant,
    /// Of the message's text.
    pub imprint: Imprint,
}

/// A canned response that a person chose for a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Row id; a later choice has a greater one.
    pub id: i64,
    /// Which one.
    pub reply: ReplyId,
    /// Of what it answered.
    pub imprint: Imprint,
}

impl std::fmt::Debug for Imprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Imprint({} words, {} features)",
            self.words,
            self.features.len()
        )
    }
}
