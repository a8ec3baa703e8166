//! What triage says of one message, and why.

use super::{Category, Instant, Language, Signals, Topic, from_millis, millis};
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

/// What an answer should speak of: a probability for each topic.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Topics([f32; Topic::ALL.len()]);

impl Topics {
    /// From probabilities, in order of declaration.
    #[must_use]
    pub fn new(probabilities: [f32; Topic::ALL.len()]) -> Self {
        Self(probabilities)
    }

    /// That an answer should speak of this topic; 0 for all where nothing is known.
    #[must_use]
    pub fn of(&self, topic: Topic) -> f32 {
        self.0.get(topic as usize).copied().unwrap_or(0.0)
    }
}

/// A span of the text that decided.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Evidence {
    /// Byte range in the text, on character boundaries.
    pub span: Range<usize>,
    /// A stable code that the shells turn into a sentence: the name of a category or signal, e.g. `emergency`,
    /// `cannot_speak`; with a prefix `context:` where the span weakens another (`context:past`, `context:negated`); `earlier`
    /// where an earlier message gave the alarm; `learned:` and an instant in milliseconds where a colleague's correction of a
    /// similar message decided.
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

    /// A person's category in force. What the words say stays marked; what only explained how triage came to another
    /// category (an earlier message, a colleague's correction) explains nothing any more.
    #[must_use]
    pub fn corrected(mut self, category: Category) -> Self {
        if category != self.category {
            self.category = category;
            self.evidence
                .retain(|e| !e.is_of_earlier_message() && e.learned_at().is_none());
        }
        self
    }

    /// Is it an emergency by its own words or by what was learned, not only because an earlier message was one?
    #[must_use]
    pub fn is_alarm_of_its_own(&self) -> bool {
        self.category == Category::Emergency && !self.evidence.iter().any(Evidence::is_of_earlier_message)
    }

    /// When the correction was made by which this verdict was learned.
    #[must_use]
    pub fn learned_at(&self) -> Option<Instant> {
        self.evidence.iter().find_map(Evidence::learned_at)
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
    /// The code of evidence that lies in an earlier message of the conversation.
    pub const EARLIER: &str = "earlier";
    /// The beginning of the code of evidence that was learned here; when follows.
    const LEARNED: &str = "learned:";

    /// Words that a corrected message shares.
    #[must_use]
    pub fn learned(span: Range<usize>, corrected_at: Instant) -> Self {
        Self {
            span,
            why: format!("{}{}", Self::LEARNED, millis(corrected_at)),
        }
    }

    /// When the correction was made, where a code says that it was learned here.
    #[must_use]
    pub fn learned_when(code: &str) -> Option<Instant> {
        let when: i64 = code.strip_prefix(Self::LEARNED)?.parse().ok()?;
        Some(from_millis(when))
    }

    /// When the correction was made that this was learned from; none for any other evidence.
    #[must_use]
    pub fn learned_at(&self) -> Option<Instant> {
        Self::learned_when(&self.why)
    }

    /// Does it stand for an earlier message?
    #[must_use]
    pub fn is_of_earlier_message(&self) -> bool {
        self.why == Self::EARLIER
    }

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
