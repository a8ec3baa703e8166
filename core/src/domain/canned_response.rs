//! Replies from a pack, as the other steps know them. Their texts and rules live in `suggest`.

use super::Language;

/// The stable id of a canned response, e.g. `igpn_link`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct ReplyId(pub String);

impl std::fmt::Display for ReplyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A proposed canned response, rendered for one conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// Which canned response.
    pub reply: ReplyId,
    /// The language of the text.
    pub language: Language,
    /// From 0 to 1, best first.
    pub score: f32,
    /// What it is called, in the reader's language.
    pub title: String,
    /// The rendered text.
    pub text: String,
    /// Why it is proposed: a sentence in the reader's language.
    pub why: String,
    /// Facts in it that nobody has checked yet or whose check is overdue, as sentences; shown beside the text.
    pub warnings: Vec<String>,
}
