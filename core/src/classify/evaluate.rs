//! How good the classifier is, on messages that somebody labelled.
//!
//! What comes in: JSON Lines, either labelled like the corpus (`category`, `signals`, `hard`) or from a foreign set that only
//! knows a `label` (an emergency, not one, a complaint, a thanks). What goes out: a [`Report`] with recall, precision and
//! F1 of each category, emergency recall with its interval, false alarms, slices, and the ids that went wrong.
//! Deliberately absent: the texts. A report can be published; what people wrote cannot.

use super::Classifier;
use crate::domain::{Category, Classification, Signal};
use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// One message with what a reader said about it.
#[derive(Clone, serde::Deserialize)]
pub struct Labelled {
    /// Names it in the lists of errors.
    #[serde(default)]
    pub id: String,
    /// What was written.
    pub text: String,
    /// Language code, for slices.
    #[serde(default)]
    pub lang: String,
    /// The primary category, in sets labelled like the corpus.
    pub category: Option<Category>,
    /// A second intent, in sets labelled like the corpus.
    #[serde(default)]
    pub secondary: Option<Category>,
    /// Signals, in sets labelled like the corpus.
    pub signals: Option<Vec<Signal>>,
    /// Written or marked as difficult.
    #[serde(default, alias = "hard_negative")]
    pub hard: bool,
    /// A foreign set's own word.
    pub label: Option<String>,
}

/// What a label of a foreign set says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// Exactly this category.
    Category(Category),
    /// An emergency in the wide sense: counted apart.
    BroadEmergency,
    /// Anything but an emergency.
    Calm,
    /// Nothing that can be scored.
    Unscored,
}

impl Labelled {
    fn expected(&self) -> Expected {
        match (self.category, self.label.as_deref()) {
            (Some(category), _) => Expected::Category(category),
            (None, Some("emergency")) => Expected::Category(Category::Emergency),
            (None, Some("emergency_broad")) => Expected::BroadEmergency,
            (None, Some("complaint")) => Expected::Category(Category::Complaint),
            (None, Some("thanks" | "praise")) => Expected::Category(Category::Thanks),
            (None, Some("aid_request" | "mixed") | None) => Expected::Unscored,
            (None, Some(_)) => Expected::Calm,
        }
    }
}

/// Reads JSON Lines; empty lines are left out.
///
/// # Errors
/// Names the line that is not a labelled message.
pub fn read(jsonl: &str) -> Result<Vec<Labelled>> {
    let lines = jsonl
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(n, line)| {
            serde_json::from_str(line)
                .map_err(|e| Error::invalid(format!("line {} is not a labelled message: {e}", n + 1)))
        })
        .collect()
}

/// Hits among cases.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Share {
    /// How many.
    pub hits: usize,
    /// Of how many.
    pub of: usize,
}

impl Share {
    fn count(&mut self, hit: bool) {
        self.hits += usize::from(hit);
        self.of += 1;
    }

    /// From 0 to 1; 0 of nothing is 0.
    #[must_use]
    pub fn rate(&self) -> f64 {
        if self.of == 0 {
            0.0
        } else {
            self.hits as f64 / self.of as f64
        }
    }

    /// Wilson's interval at 95 %.
    #[must_use]
    pub fn wilson(&self) -> (f64, f64) {
        if self.of == 0 {
            return (0.0, 1.0);
        }
        let (n, p, z) = (self.of as f64, self.rate(), 1.96);
        let middle = p + z * z / (2.0 * n);
        let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + z * z / n;
        (
            ((middle - half) / scale).max(0.0),
            ((middle + half) / scale).min(1.0),
        )
    }
}

/// How well one category or signal is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize)]
pub struct Score {
    /// Found among those that are it.
    pub recall: Share,
    /// Right among those called it.
    pub precision: Share,
}

impl Score {
    /// The harmonic mean of both.
    #[must_use]
    pub fn f1(&self) -> f64 {
        let (r, p) = (self.recall.rate(), self.precision.rate());
        if r + p == 0.0 { 0.0 } else { 2.0 * r * p / (r + p) }
    }
}

/// What an evaluation found.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Report {
    /// Messages scored.
    pub messages: usize,
    /// Messages whose label says nothing that can be scored.
    pub unscored: usize,
    /// By category.
    pub categories: BTreeMap<&'static str, Score>,
    /// Right primary category among those with a known one.
    pub accuracy: Share,
    /// Where the second intent was given as the primary: also a useful answer.
    pub swapped: usize,
    /// Emergencies found.
    pub emergency_recall: Share,
    /// Its Wilson interval.
    pub emergency_interval: (f64, f64),
    /// Emergencies in the wide sense found.
    pub broad_recall: Share,
    /// Alarms among what is no emergency.
    pub false_alarms: Share,
    /// The same among difficult ones.
    pub hard_false_alarms: Share,
    /// By signal.
    pub signals: BTreeMap<&'static str, Score>,
    /// Right primary category by language.
    pub languages: BTreeMap<String, Share>,
    /// Right primary category by length in characters.
    pub lengths: BTreeMap<&'static str, Share>,
    /// Right primary category among difficult messages.
    pub hard: Share,
    /// Said (inner) of what is (outer).
    pub confusion: BTreeMap<&'static str, BTreeMap<&'static str, usize>>,
    /// Mean confidence and share right, in ten steps of confidence.
    pub calibration: Vec<(f64, Share)>,
    /// Ids of emergencies missed.
    pub missed: Vec<String>,
    /// Ids of broad emergencies missed.
    pub broad_missed: Vec<String>,
    /// Ids of false alarms.
    pub alarmed: Vec<String>,
    /// Ids of other confusions: id, is, said.
    pub confused: Vec<(String, &'static str, &'static str)>,
}

impl Report {
    /// The mean F1 of the categories that occur.
    #[must_use]
    pub fn macro_f1(&self) -> f64 {
        let scores: Vec<f64> = self
            .categories
            .values()
            .filter(|s| s.recall.of > 0)
            .map(Score::f1)
            .collect();
        if scores.is_empty() {
            0.0
        } else {
            scores.iter().sum::<f64>() / scores.len() as f64
        }
    }
}

/// Classifies every message and compares.
#[must_use]
pub fn evaluate(classifier: &Classifier, messages: &[Labelled]) -> Report {
    let mut report = Report {
        calibration: vec![(0.0, Share::default()); 10],
        ..Report::default()
    };
    for message in messages {
        let expected = message.expected();
        if expected == Expected::Unscored {
            report.unscored += 1;
            continue;
        }
        report.messages += 1;
        let verdict = classifier.classify(&message.text);
        let alarm = verdict.category == Category::Emergency;
        match expected {
            Expected::Category(category) => known(&mut report, message, category, &verdict),
            Expected::BroadEmergency => {
                report.broad_recall.count(alarm);
                if !alarm {
                    report.broad_missed.push(message.id.clone());
                }
                continue;
            }
            Expected::Calm | Expected::Unscored => {}
        }
        if expected == Expected::Category(Category::Emergency) {
            report.emergency_recall.count(alarm);
            if !alarm {
                report.missed.push(message.id.clone());
            }
        } else {
            report.false_alarms.count(alarm);
            if message.hard {
                report.hard_false_alarms.count(alarm);
            }
            if alarm {
                report.alarmed.push(message.id.clone());
            }
        }
    }
    report.emergency_interval = report.emergency_recall.wilson();
    for (mean, share) in &mut report.calibration {
        *mean /= share.of.max(1) as f64;
    }
    report
}

/// Counts a message whose category is known.
fn known(report: &mut Report, message: &Labelled, category: Category, verdict: &Classification) {
    let right = verdict.category == category;
    for other in Category::ALL {
        let score = report.categories.entry(other.as_str()).or_default();
        if *other == category {
            score.recall.count(right);
        }
        if *other == verdict.category {
            score.precision.count(right);
        }
    }
    report.accuracy.count(right);
    report
        .languages
        .entry(message.lang.clone())
        .or_default()
        .count(right);
    report
        .lengths
        .entry(length(&message.text))
        .or_default()
        .count(right);
    if message.hard {
        report.hard.count(right);
    }
    *report
        .confusion
        .entry(category.as_str())
        .or_default()
        .entry(verdict.category.as_str())
        .or_default() += 1;
    let step = ((verdict.confidence * 10.0) as usize).min(9);
    if let Some((mean, share)) = report.calibration.get_mut(step) {
        *mean += f64::from(verdict.confidence);
        share.count(right);
    }
    if !right {
        if message.secondary == Some(verdict.category) {
            report.swapped += 1;
        }
        if category != Category::Emergency && verdict.category != Category::Emergency {
            report
                .confused
                .push((message.id.clone(), category.as_str(), verdict.category.as_str()));
        }
    }
    if let Some(signals) = &message.signals {
        for signal in Signal::ALL {
            let (is, said) = (signals.contains(signal), verdict.signals.contains(*signal));
            let score = report.signals.entry(signal.as_str()).or_default();
            if is {
                score.recall.count(said);
            }
            if said {
                score.precision.count(is);
            }
        }
    }
}

fn length(text: &str) -> &'static str {
    match text.chars().count() {
        0..=20 => "1: to 20",
        21..=80 => "2: to 80",
        81..=240 => "3: to 240",
        _ => "4: longer",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_is_wilson() {
        let (low, high) = Share { hits: 99, of: 100 }.wilson();
        assert!(
            (low - 0.9455).abs() < 1e-3 && (high - 0.9982).abs() < 1e-3,
            "{low} {high}"
        );
    }

    #[test]
    fn foreign_labels_are_understood() {
        let lines = "{\"text\":\"a\",\"label\":\"emergency_broad\"}\n{\"text\":\"b\",\"label\":\"mixed\"}\n\
                     {\"text\":\"c\",\"label\":\"news\",\"hard_negative\":true}\n{\"text\":\"d\",\"category\":\"thanks\"}\n";
        let report = evaluate(Classifier::built_in(), &read(lines).unwrap());
        assert_eq!(
            (report.messages, report.unscored, report.broad_recall.of),
            (3, 1, 1)
        );
        assert_eq!(
            (
                report.false_alarms.of,
                report.hard_false_alarms.of,
                report.accuracy.of
            ),
            (2, 1, 1)
        );
    }
}
