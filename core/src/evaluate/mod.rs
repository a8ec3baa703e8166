//! How good triage and suggestions are, on messages that somebody labelled.
//!
//! What comes in: JSON Lines, either labelled like the corpus (`category`, `signals`, `reply`, `hard`) or from a foreign set
//! that only knows a `label` (an emergency, not one, a complaint, a thanks). What goes out: a [`Report`]: recall, precision
//! and F1 of each category, emergency recall with its interval, false alarms, slices, calibration, how often the right reply
//! is offered, and the ids that went wrong. It stands outside of the steps because it judges two of them.
//! Deliberately absent: the texts. A report can be published; what people wrote cannot.

mod measure;

pub use measure::{Score, Share, Step, Steps};

use crate::classify::Classifier;
use crate::domain::{Category, Classification, Instant, Language, Signal};
use crate::error::{Error, Result};
use crate::suggest::{self, Pack, Situation, Usage};
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
    /// The reply to suggest first, in sets labelled like the corpus.
    #[serde(default)]
    pub reply: Option<String>,
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

/// One slice of the messages: how it fares.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize)]
pub struct Slice {
    /// Right primary category.
    pub right: Share,
    /// Emergencies found.
    pub emergency_recall: Share,
    /// Alarms among what is no emergency.
    pub false_alarms: Share,
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
    /// The mean F1 of the categories that occur.
    pub macro_f1: f64,
    /// Right primary category among those with a known one.
    pub accuracy: Share,
    /// Where the second intent was given as the primary: also a useful answer.
    pub swapped: usize,
    /// Emergencies found.
    pub emergency_recall: Share,
    /// Its Wilson interval at 95 %.
    pub emergency_interval: (f64, f64),
    /// Emergencies in the wide sense found.
    pub broad_recall: Share,
    /// Alarms among what is no emergency.
    pub false_alarms: Share,
    /// The same among difficult ones.
    pub hard_false_alarms: Share,
    /// Complaints and thanks told apart: a complaint or a thanks that is called what it is, and not the other of the two.
    pub complaint_or_thanks: Share,
    /// By signal.
    pub signals: BTreeMap<&'static str, Score>,
    /// The labelled reply is offered first.
    pub first_reply: Share,
    /// The labelled reply is among the three that are offered.
    pub three_replies: Share,
    /// By language, length, style and difficulty.
    pub slices: BTreeMap<String, Slice>,
    /// Said (inner) of what is (outer).
    pub confusion: BTreeMap<&'static str, BTreeMap<&'static str, usize>>,
    /// Confidence against truth.
    pub calibration: Steps,
    /// The expected calibration error.
    pub calibration_error: f64,
    /// Ids of emergencies missed.
    pub missed: Vec<String>,
    /// Ids of broad emergencies missed.
    pub broad_missed: Vec<String>,
    /// Ids of false alarms.
    pub alarmed: Vec<String>,
    /// Ids of other confusions: id, is, said.
    pub confused: Vec<(String, &'static str, &'static str)>,
    /// Ids of replies not offered first: id, labelled, offered.
    pub other_replies: Vec<(String, String, String)>,
}

/// Classifies every message, asks for suggestions as if it were `now`, and compares.
#[must_use]
pub fn evaluate(classifier: &Classifier, pack: &Pack, now: Instant, messages: &[Labelled]) -> Report {
    let mut report = Report::default();
    for message in messages {
        let expected = message.expected();
        if expected == Expected::Unscored {
            report.unscored += 1;
            continue;
        }
        report.messages += 1;
        let verdict = classifier.classify(&message.text);
        let alarm = verdict.category == Category::Emergency;
        if expected == Expected::BroadEmergency {
            report.broad_recall.count(alarm);
            if !alarm {
                report.broad_missed.push(message.id.clone());
            }
            continue;
        }
        alarms(&mut report, message, expected, alarm);
        if let Expected::Category(category) = expected {
            known(&mut report, message, category, &verdict);
        }
        if let Some(reply) = message.reply.as_deref().filter(|reply| !reply.is_empty()) {
            replies(&mut report, message, reply, &verdict, (classifier, pack, now));
        }
    }
    let scores: Vec<f64> = report
        .categories
        .values()
        .filter(|s| s.recall.of > 0)
        .map(Score::f1)
        .collect();
    report.macro_f1 = scores.iter().sum::<f64>() / scores.len().max(1) as f64;
    report.emergency_interval = report.emergency_recall.wilson();
    report.calibration.finish();
    report.calibration_error = report.calibration.error();
    report
}

/// Counts whether an alarm was right, here and in every slice.
fn alarms(report: &mut Report, message: &Labelled, expected: Expected, alarm: bool) {
    let emergency = expected == Expected::Category(Category::Emergency);
    for name in slices(message) {
        let slice = report.slices.entry(name).or_default();
        if emergency {
            slice.emergency_recall.count(alarm);
        } else {
            slice.false_alarms.count(alarm);
        }
    }
    if emergency {
        report.emergency_recall.count(alarm);
        if !alarm {
            report.missed.push(message.id.clone());
        }
        return;
    }
    report.false_alarms.count(alarm);
    if message.hard {
        report.hard_false_alarms.count(alarm);
    }
    if alarm {
        report.alarmed.push(message.id.clone());
    }
}

/// Counts a message whose category is known.
fn known(report: &mut Report, message: &Labelled, category: Category, verdict: &Classification) {
    let right = verdict.category == category;
    for other in Category::ALL {
        let score = report.categories.entry(other.as_str()).or_default();
        score.count(*other == category, *other == verdict.category);
    }
    report.accuracy.count(right);
    report.calibration.count(verdict.confidence, right);
    for name in slices(message) {
        report.slices.entry(name).or_default().right.count(right);
    }
    *report
        .confusion
        .entry(category.as_str())
        .or_default()
        .entry(verdict.category.as_str())
        .or_default() += 1;
    if matches!(category, Category::Complaint | Category::Thanks) {
        let complains = verdict.score(Category::Complaint) > verdict.score(Category::Thanks);
        report
            .complaint_or_thanks
            .count(complains == (category == Category::Complaint));
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
    for signal in message.signals.iter().flat_map(|_| Signal::ALL) {
        let is = message.signals.iter().flatten().any(|s| s == signal);
        let score = report.signals.entry(signal.as_str()).or_default();
        score.count(is, verdict.signals.contains(*signal));
    }
}

/// Counts whether the labelled reply is offered.
fn replies(
    report: &mut Report,
    message: &Labelled,
    reply: &str,
    verdict: &Classification,
    (classifier, pack, now): (&Classifier, &Pack, Instant),
) {
    let situation = Situation {
        classification: verdict,
        topics: &classifier.topics(&message.text),
        text: &message.text,
        now,
        zone: pack.zone(),
        first_name: None,
        usage: &Usage::new(),
        channel: None,
    };
    let offered = suggest::suggest(pack, &situation, Language::English);
    let first = offered.first().map(|s| s.reply.0.to_string()).unwrap_or_default();
    report.first_reply.count(first == reply);
    report
        .three_replies
        .count(offered.iter().any(|s| *s.reply.0 == *reply));
    if first != reply {
        report
            .other_replies
            .push((message.id.clone(), reply.to_owned(), first));
    }
}

/// The slices that a message belongs to.
fn slices(message: &Labelled) -> Vec<String> {
    let mut names = vec![
        format!("length {}", length(&message.text)),
        format!("style {}", style(&message.text)),
    ];
    if !message.lang.is_empty() {
        names.push(format!("language {}", message.lang));
    }
    if message.category.is_some() {
        let difficulty = if message.hard { "hard" } else { "plain" };
        names.push(format!("difficulty {difficulty}"));
    }
    names
}

fn length(text: &str) -> &'static str {
    match text.chars().count() {
        0..=20 => "1: to 20",
        21..=80 => "2: to 80",
        81..=240 => "3: to 240",
        _ => "4: longer",
    }
}

/// How a text is typed, by its most telling trait.
fn style(text: &str) -> &'static str {
    let letters = || text.chars().filter(|c| c.is_alphabetic());
    let capitals = letters().filter(|c| c.is_uppercase()).count();
    if letters().count() >= 8 && capitals * 10 > letters().count() * 7 {
        "capitals"
    } else if text.contains('\n') {
        "several lines"
    } else if capitals == 0 && !text.contains(['.', ',', '?', '!']) {
        "no capitals, no punctuation"
    } else {
        "written out"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone as _;

    fn judged(lines: &str) -> Report {
        let pack = Pack::built_in("fr-police-nationale").unwrap();
        let noon = chrono::Utc.with_ymd_and_hms(2026, 11, 23, 11, 0, 0).unwrap();
        evaluate(Classifier::built_in(), &pack, noon, &read(lines).unwrap())
    }

    #[test]
    fn foreign_labels_are_understood() {
        let report = judged(
            "{\"text\":\"a\",\"label\":\"emergency_broad\"}\n{\"text\":\"b\",\"label\":\"mixed\"}\n\
             {\"text\":\"c\",\"label\":\"news\",\"hard_negative\":true}\n{\"text\":\"d\",\"category\":\"thanks\"}\n",
        );
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

    #[test]
    fn a_right_verdict_and_a_right_reply_count() {
        let report = judged(
            "{\"id\":\"1\",\"text\":\"merci mille fois pour votre aide\",\"category\":\"thanks\",\"signals\":[],\"reply\":\"thanks_ack\"}\n\
             {\"id\":\"2\",\"text\":\"merci mille fois pour votre aide\",\"category\":\"witness\",\"signals\":[],\"reply\":\"witness_channel\"}\n",
        );
        assert_eq!((report.accuracy.hits, report.accuracy.of), (1, 2));
        assert_eq!((report.first_reply.hits, report.first_reply.of), (1, 2));
        assert_eq!(report.confused, [("2".to_owned(), "witness", "thanks")]);
        assert_eq!(report.other_replies[0].2, "thanks_ack");
    }

    #[test]
    fn a_line_without_a_text_is_named() {
        let error = read("{\"text\":\"a\"}\n{}").err().unwrap();
        assert!(error.message.starts_with("line 2"), "{}", error.message);
    }
}
