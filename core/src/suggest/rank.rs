//! Which replies fit, in which order, and why.
//!
//! What comes in: the verdict on a message, its text, the hour, what colleagues chose before. What goes out: points per reply and the reasons
//! behind them, in the pack's own terms. Points add up, so every rank can be explained. Deliberately absent: texts (see `pack`), and
//! any memory of its own.

use super::cues::{CueRule, Found, Rule};
use super::{Situation, words};
use crate::domain::{Category, Classification, Language, ReplyId, Signal, Topic};
use std::collections::HashMap;
use std::ops::Range;

/// What colleagues chose before: how often each reply was sent for messages of a category, and which for similar messages.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Usage {
    counts: HashMap<(Category, ReplyId), u32>,
    similar: HashMap<ReplyId, f32>,
}

impl Usage {
    /// Nothing chosen yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds choices.
    pub fn add(&mut self, category: Category, reply: ReplyId, times: u32) {
        let count = self.counts.entry((category, reply)).or_default();
        *count = count.saturating_add(times);
    }

    /// Says that a reply was chosen for similar messages: its share of the choices, from 0 to 1.
    pub fn add_similar(&mut self, reply: ReplyId, share: f32) {
        let sum = self.similar.entry(reply).or_default();
        *sum = (*sum + share).clamp(0.0, 1.0);
    }

    /// From 0 (never) towards 1 (always), with doubt while there are few.
    fn share(&self, category: Category, reply: &ReplyId) -> f32 {
        let all: u32 = self
            .counts
            .iter()
            .filter(|((c, _), _)| *c == category)
            .fold(0, |n, (_, times)| n.saturating_add(*times));
        let this = self
            .counts
            .get(&(category, reply.clone()))
            .copied()
            .unwrap_or_default();
        this as f32 / (all as f32 + DOUBT)
    }
}

impl FromIterator<(Category, ReplyId, u32)> for Usage {
    fn from_iter<I: IntoIterator<Item = (Category, ReplyId, u32)>>(counts: I) -> Self {
        let mut usage = Self::new();
        counts
            .into_iter()
            .for_each(|(category, reply, times)| usage.add(category, reply, times));
        usage
    }
}

/// As many choices count as much as the pack's own opinion.
const DOUBT: f32 = 20.0;

/// The most that the choices of colleagues can add: they settle a close race and overturn no clear one.
const HABIT: f32 = 0.3;

/// One reason for a rank.
#[derive(Debug, Clone, PartialEq)]
enum Reason {
    Category(Category),
    Topic(Topic),
    Signal(Signal),
    Words(Range<usize>),
    Habit,
    Similar,
}

/// Points and reasons of one reply.
#[derive(Debug, Default)]
pub(super) struct Points {
    pub(super) sum: f32,
    reasons: Vec<(f32, Reason)>,
}

impl Points {
    /// Judges one reply.
    pub(super) fn of(id: &ReplyId, rule: &Rule, situation: &Situation<'_>, found: &Found) -> Self {
        let (verdict, usage) = (situation.classification, situation.usage);
        let mut points = Self {
            sum: rule.base,
            reasons: Vec::new(),
        };
        for (category, weight) in &rule.categories {
            points.add(weight * verdict.score(*category), Reason::Category(*category));
        }
        for (topic, weight) in &rule.topics {
            points.add(weight * situation.topics.of(*topic), Reason::Topic(*topic));
        }
        for (signal, weight) in rule.signals.iter().filter(|(s, _)| verdict.signals.contains(*s)) {
            points.add(*weight, Reason::Signal(*signal));
        }
        for cue in &rule.cues {
            if let Some((weight, reason)) = cue_points(cue, verdict, found) {
                points.add(weight, reason);
            }
        }
        // In an emergency the pack decides alone.
        if verdict.category != Category::Emergency {
            // What was chosen for similar messages says more than the habit, and takes its place as far as it goes.
            let similar = usage.similar.get(id).copied().unwrap_or_default();
            points.add(HABIT * similar, Reason::Similar);
            points.add(
                HABIT * (1.0 - similar) * usage.share(verdict.category, id),
                Reason::Habit,
            );
        }
        points
    }

    fn add(&mut self, points: f32, reason: Reason) {
        self.sum += points;
        if points > 0.0 {
            self.reasons.push((points, reason));
        }
    }

    /// From 0 to 1, in the same order as the points.
    pub(super) fn score(&self) -> f32 {
        let points = self.sum.max(0.0);
        points / (1.0 + points)
    }

    /// A sentence in the reader's language: the strongest reasons of each kind.
    pub(super) fn why(mut self, text: &str, reader: Language) -> String {
        self.reasons.sort_by(|a, b| b.0.total_cmp(&a.0));
        let french = reader == Language::French;
        let mut named: Vec<&str> = Vec::new();
        let mut name = |word| {
            if !named.contains(&word) {
                named.push(word);
            }
        };
        let mut quoted: Vec<String> = Vec::new();
        let (mut habit, mut similar) = (false, false);
        for (points, reason) in &self.reasons {
            match reason {
                Reason::Category(category) if *points >= 0.15 => name(words::category(*category, reader)),
                Reason::Topic(topic) if *points >= 0.3 => name(words::topic(*topic, reader)),
                Reason::Signal(signal) => name(words::signal(*signal, reader)),
                Reason::Words(span) if quoted.len() < 3 => {
                    let quote = text
                        .get(span.clone())
                        .map(|quote| quote.split_whitespace().collect::<Vec<_>>().join(" "));
                    quoted.extend(quote.filter(|q| q.chars().count() <= 60 && !quoted.contains(q)));
                }
                Reason::Habit if *points >= 0.05 => habit = true,
                Reason::Similar if *points >= 0.05 => similar = true,
                _ => {}
            }
        }
        let mut parts = Vec::new();
        if !named.is_empty() {
            parts.push(named.join(", "));
        }
        if !quoted.is_empty() && french {
            parts.push(format!("les mots « {} »", quoted.join(" », « ")));
        } else if !quoted.is_empty() {
            parts.push(format!("the words \"{}\"", quoted.join("\", \"")));
        }
        match (similar, french) {
            (true, true) => {
                parts.push("une personne de l'équipe l'a choisi pour un message semblable".to_owned())
            }
            (true, false) => parts.push("a colleague chose it for a similar message".to_owned()),
            (false, _) => {}
        }
        match (habit, french) {
            (true, true) => parts.push("souvent choisi par vos collègues".to_owned()),
            (true, false) => parts.push("often chosen by colleagues".to_owned()),
            (false, _) => {}
        }
        if parts.is_empty() {
            let nothing = if french {
                "Aucun indice précis : réponse d'attente."
            } else {
                "Nothing precise to go by: a holding reply."
            };
            return nothing.to_owned();
        }
        let sentence = parts.join(" ; ");
        if french {
            format!("Proposé pour : {sentence}.")
        } else {
            format!("Offered for: {}.", parts.join("; "))
        }
    }
}

/// The points of a cue, and what earned them: its words, or the signals and categories that it asks for.
fn cue_points(cue: &CueRule, verdict: &Classification, found: &Found) -> Option<(f32, Reason)> {
    let words = found.first(&cue.any);
    let applies = (cue.any.is_empty() || words.is_some())
        && (cue.with.is_empty() || found.first(&cue.with).is_some())
        && found.first(&cue.none).is_none()
        && cue.signals.iter().all(|s| verdict.signals.contains(*s));
    if !applies {
        return None;
    }
    let strongest = cue
        .categories
        .iter()
        .map(|c| (*c, verdict.score(*c)))
        .max_by(|a, b| a.1.total_cmp(&b.1));
    let reason = match (words, cue.signals.first(), strongest) {
        (Some(span), _, _) => Reason::Words(found.origin(span)?),
        (None, Some(signal), _) => Reason::Signal(*signal),
        (None, None, Some((category, _))) => Reason::Category(category),
        (None, None, None) => return None,
    };
    Some((cue.weight * strongest.map_or(1.0, |(_, score)| score), reason))
}
