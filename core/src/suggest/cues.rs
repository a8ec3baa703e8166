//! Which of a pack's cue phrases stand in a text.
//!
//! What comes in: the phrases of every reply of a pack, collected while it is read, then texts. What goes out: for each text the phrases found
//! and where. One automaton for the whole pack, so that a text is read once whatever the number of phrases. Deliberately absent: points
//! (see `rank`).

use super::fold::{Folded, fold_cue};
use super::manifest::Offer;
use crate::domain::{Category, Signal, Topic};
use crate::error::{Error, Result};
use aho_corasick::AhoCorasick;
use std::collections::HashMap;
use std::ops::Range;

/// The number of a phrase within its pack.
#[derive(Debug, Clone, Copy)]
pub(super) struct PhraseId(usize);

/// Gathers the phrases of a pack, each once.
#[derive(Default)]
pub(super) struct Collector {
    ids: HashMap<String, usize>,
    patterns: Vec<String>,
}

impl Collector {
    fn add(&mut self, cue: &str) -> PhraseId {
        let pattern = fold_cue(cue);
        let next = self.patterns.len();
        PhraseId(*self.ids.entry(pattern).or_insert_with_key(|pattern| {
            self.patterns.push(pattern.clone());
            next
        }))
    }

    /// Closes the collection.
    pub(super) fn build(self) -> Result<Phrases> {
        let automaton = AhoCorasick::new(&self.patterns)
            .map_err(|e| Error::invalid(format!("The cues cannot be used together: {e}")))?;
        Ok(Phrases {
            automaton,
            count: self.patterns.len(),
        })
    }
}

/// All phrases of a pack.
#[derive(Debug)]
pub(super) struct Phrases {
    automaton: AhoCorasick,
    count: usize,
}

impl Phrases {
    /// Starts to gather.
    pub(super) fn collect() -> Collector {
        Collector::default()
    }

    /// The phrases that stand in a text.
    pub(super) fn find(&self, text: &str) -> Found {
        let folded = Folded::of(text);
        let mut at = vec![None; self.count];
        for found in self.automaton.find_overlapping_iter(&folded.text) {
            if let Some(slot @ None) = at.get_mut(found.pattern().as_usize()) {
                *slot = Some(found.range());
            }
        }
        Found { folded, at }
    }
}

/// What was found in one text.
pub(super) struct Found {
    folded: Folded,
    at: Vec<Option<Range<usize>>>,
}

impl Found {
    /// The first of these phrases that is there.
    pub(super) fn first(&self, phrases: &[PhraseId]) -> Option<&Range<usize>> {
        phrases.iter().find_map(|id| self.at.get(id.0)?.as_ref())
    }

    /// Where a found phrase stands in the original text.
    pub(super) fn origin(&self, span: &Range<usize>) -> Option<Range<usize>> {
        // A phrase begins with the space before its first word.
        self.folded.origin(&(span.start + 1..span.end))
    }
}

/// When a reply is offered, with its phrases resolved.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) base: f32,
    pub(super) categories: Vec<(Category, f32)>,
    pub(super) topics: Vec<(Topic, f32)>,
    pub(super) signals: Vec<(Signal, f32)>,
    pub(super) cues: Vec<CueRule>,
}

/// Points for words, with their phrases resolved.
#[derive(Debug)]
pub(super) struct CueRule {
    pub(super) weight: f32,
    pub(super) any: Vec<PhraseId>,
    pub(super) with: Vec<PhraseId>,
    pub(super) none: Vec<PhraseId>,
    pub(super) categories: Vec<Category>,
    pub(super) signals: Vec<Signal>,
}

impl Rule {
    /// Resolves the phrases of an offer.
    pub(super) fn new(offer: Offer, phrases: &mut Collector) -> Self {
        let mut resolve = |cues: &[String]| {
            let known = cues.iter().filter(|cue| !fold_cue(cue).trim().is_empty());
            known.map(|cue| phrases.add(cue)).collect::<Vec<_>>()
        };
        Self {
            base: offer.base,
            categories: offer.categories.into_iter().collect(),
            topics: offer.topics.into_iter().collect(),
            signals: offer.signals.into_iter().collect(),
            cues: offer
                .cues
                .into_iter()
                .map(|cue| CueRule {
                    weight: cue.weight,
                    any: resolve(&cue.any),
                    with: resolve(&cue.with),
                    none: resolve(&cue.none),
                    categories: cue.categories,
                    signals: cue.signals,
                })
                .collect(),
        }
    }
}
