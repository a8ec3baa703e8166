//! What triage says of one message, and why.

use super::{Category, Language, Signals};
use std::ops::Range;

/// The verdict on one message. It informs order and suggestions; it never hides, closes or drops anything.
#[derive(Clone, PartialEq)]
pub struct Classification {
    /// The most urgent intent.
    pub category: Category,
    /// A second intent, where there are two.
    pub secondary: Option<Category>,
    /// How sure, from 0 to 1.
    pub confidence: f32,
    /// A score from 0 to 1 for each category, in `Category::ALL` order.
    pub scores: [f32; 7],
    /// What else the text carries.
    pub signals: Signals,
    /// The sender's language.
    pub language: Language,
    /// The words that decided; every emergency has at least one.
    pub evidence: Vec<Evidence>,
}

/// A span of the text that decided.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Evidence {
    /// Byte range in the text, on character boundaries.
    pub span: Range<usize>,
    /// A stable code that the shells turn into a sentence: the name of a category or signal, e.g. `emergency`,
    /// `cannot_speak`; with a prefix `context:` where the span weakens another (`context:past`, `context:negated`).
    pub why: String,
}

impl Classification {
    /// The verdict on a text without a word: an attachment, a lone sign. A person looks.
    #[must_use]
    pub fn wordless() -> Self {
        let mut scores = [0.0; 7];
        if let Some(other) = scores.last_mut() {
            *other = 1.0;
        }
        Self {
            category: Category::Other,
            secondary: None,
            confidence: 0.5,
            scores,
            signals: Signals::default(),
            language: Language::Unknown,
            evidence: Vec::new(),
        }
    }

    /// Puts a category in force, above every other score.
    pub fn hold(&mut self, category: Category) {
        for (score, each) in self.scores.iter_mut().zip(Category::ALL) {
            *score = if *each == category {
                score.max(0.95)
            } else {
                score.min(0.5)
            };
        }
        self.category = category;
    }

    /// The score of one category.
    #[must_use]
    pub fn score(&self, category: Category) -> f32 {
        Category::ALL
            .iter()
            .zip(self.scores)
            .find(|(c, _)| **c == category)
            .map_or(0.0, |(_, s)| s)
    }
}

impl Evidence {
    /// The words themselves; nothing when the span does not lie in this text.
    #[must_use]
    pub fn text<'t>(&self, text: &'t str) -> Option<&'t str> {
        text.get(self.span.clone())
    }
}

impl std::fmt::Debug for Classification {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Classification({}, {:.2}, {} spans)",
            self.category,
            self.confidence,
            self.evidence.len()
        )
    }
}

impl std::fmt::Debug for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Evidence({:?}, {})", self.span, self.why)
    }
}
