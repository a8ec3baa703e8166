//! Learning from a corpus of labelled messages, the same bytes every time.
//!
//! What comes in: [`Sample`]s, as JSON Lines. What goes out: a [`Model`]. Each category and signal gets a linear judge of
//! its own (L2-regularised squared hinge, dual coordinate descent), then held-out folds tell how its margins become
//! probabilities. Deliberately absent: chance (the order is shuffled from a fixed seed), threads, and the desk's own
//! corrections, which are learned elsewhere.

use super::Classifier;
use super::features::Feature;
use super::model::{Model, OUTPUTS, ROWS, sigmoid};
use crate::domain::{Category, Signal};
use crate::error::{Error, Result};

/// Passes over the corpus.
const PASSES: usize = 9;
/// Folds held out in turn for calibration.
const FOLDS: usize = 3;
/// How much an error costs against the size of the weights.
const COST: f32 = 2.0;
/// How much more a missed positive costs.
const POSITIVE: f32 = 1.6;

/// One labelled message of the corpus.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
pub struct Sample {
    /// Unique in the corpus.
    pub id: String,
    /// Messages of one scenario stay in one part of the corpus.
    #[serde(default)]
    pub scenario: String,
    /// Language code.
    #[serde(default)]
    pub lang: String,
    /// What was written.
    pub text: String,
    /// The most urgent intent.
    pub category: Category,
    /// A second intent.
    #[serde(default)]
    pub secondary: Option<Category>,
    /// What else it carries.
    #[serde(default)]
    pub signals: Vec<Signal>,
    /// The reply to suggest first.
    #[serde(default)]
    pub reply: String,
    /// Written to be difficult.
    #[serde(default)]
    pub hard: bool,
}

/// Reads JSON Lines; empty lines are left out.
///
/// # Errors
/// Names the line that is not a sample.
pub fn read(jsonl: &str) -> Result<Vec<Sample>> {
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

/// A message ready to learn from.
struct Lesson {
    features: Vec<Feature>,
    /// Their squares, added.
    square: f32,
    /// 1 or -1 for each output; 0 where it teaches nothing.
    truth: [f32; OUTPUTS],
    fold: usize,
}

type Weights = Vec<[f32; OUTPUTS]>;

/// Learns a model. The same samples in the same order give the same bytes.
#[must_use]
pub fn train(samples: &[Sample]) -> Model {
    let classifier = Classifier::without_model();
    let lessons: Vec<Lesson> = samples.iter().map(|s| lesson(&classifier, s)).collect();
    let mut margins = vec![[0.0; OUTPUTS]; lessons.len()];
    for fold in 0..FOLDS {
        let weights = learn(&lessons, |lesson| lesson.fold != fold);
        for (margin, lesson) in margins.iter_mut().zip(&lessons).filter(|(_, l)| l.fold == fold) {
            *margin = judge(&weights, &lesson.features);
        }
    }
    let (slope, bias) = calibrate(&margins, &lessons);
    Model::quantise(&learn(&lessons, |_| true), slope, bias)
}

fn lesson(classifier: &Classifier, sample: &Sample) -> Lesson {
    let mut truth = [-1.0; OUTPUTS];
    for (slot, category) in truth.iter_mut().zip(Category::ALL) {
        if sample.category == *category || sample.secondary == Some(*category) {
            *slot = 1.0;
        }
    }
    for (slot, signal) in truth.iter_mut().skip(Category::ALL.len()).zip(Signal::ALL) {
        if sample.signals.contains(signal) {
            *slot = 1.0;
        }
    }
    // Paraphrases share a scenario, and a scenario shares a fold.
    let name = if sample.scenario.is_empty() {
        &sample.id
    } else {
        &sample.scenario
    };
    let fold = name
        .bytes()
        .fold(7_usize, |h, b| h.wrapping_mul(31).wrapping_add(usize::from(b)))
        % FOLDS;
    let features = merged(classifier.features(&sample.text));
    Lesson {
        square: features.iter().map(|f| f.value * f.value).sum(),
        features,
        truth,
        fold,
    }
}

/// One feature a row of the table.
fn merged(mut features: Vec<Feature>) -> Vec<Feature> {
    for feature in &mut features {
        feature.hash &= ROWS as u32 - 1;
    }
    features.sort_by_key(|f| f.hash);
    features.dedup_by(|again, first| {
        let same = again.hash == first.hash;
        if same {
            first.value += again.value;
        }
        same
    });
    features
}

fn judge(weights: &Weights, features: &[Feature]) -> [f32; OUTPUTS] {
    let mut sums = [0.0; OUTPUTS];
    for feature in features {
        if let Some(row) = weights.get(feature.hash as usize & (ROWS - 1)) {
            for (sum, weight) in sums.iter_mut().zip(row) {
                *sum += feature.value * weight;
            }
        }
    }
    sums
}

/// Dual coordinate descent, all outputs side by side.
fn learn(lessons: &[Lesson], take: impl Fn(&Lesson) -> bool) -> Weights {
    let mut weights = vec![[0.0; OUTPUTS]; ROWS];
    let mut duals = vec![[0.0_f32; OUTPUTS]; lessons.len()];
    let mut order: Vec<usize> = (0..lessons.len())
        .filter(|n| lessons.get(*n).is_some_and(&take))
        .collect();
    let mut chance = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..PASSES {
        for n in (1..order.len()).rev() {
            chance ^= chance << 13;
            chance ^= chance >> 7;
            chance ^= chance << 17;
            order.swap(n, (chance % (n as u64 + 1)) as usize);
        }
        for n in &order {
            let (Some(lesson), Some(duals)) = (lessons.get(*n), duals.get_mut(*n)) else {
                continue;
            };
            let margins = judge(&weights, &lesson.features);
            let mut steps = [0.0; OUTPUTS];
            for (((step, dual), margin), truth) in steps
                .iter_mut()
                .zip(duals.iter_mut())
                .zip(margins)
                .zip(lesson.truth)
            {
                let cost = if truth > 0.0 { COST * POSITIVE } else { COST };
                let soft = 0.5 / cost;
                let slope = truth * margin - 1.0 + soft * *dual;
                let new = (*dual - slope / (lesson.square + soft)).max(0.0);
                *step = (new - *dual) * truth;
                *dual = new;
            }
            if steps.iter().all(|s| s.abs() < 1e-6) {
                continue;
            }
            for feature in &lesson.features {
                if let Some(row) = weights.get_mut(feature.hash as usize & (ROWS - 1)) {
                    for (weight, step) in row.iter_mut().zip(&steps) {
                        *weight += step * feature.value;
                    }
                }
            }
        }
    }
    weights
}

/// Platt scaling by Newton's method on held-out margins.
fn calibrate(margins: &[[f32; OUTPUTS]], lessons: &[Lesson]) -> ([f32; OUTPUTS], [f32; OUTPUTS]) {
    let mut slopes = [1.0; OUTPUTS];
    let mut biases = [0.0; OUTPUTS];
    for (output, (slope, bias)) in slopes.iter_mut().zip(&mut biases).enumerate() {
        let pairs: Vec<(f64, f64)> = margins
            .iter()
            .zip(lessons)
            .filter_map(|(m, l)| {
                Some((
                    f64::from(*m.get(output)?),
                    if *l.truth.get(output)? > 0.0 { 1.0 } else { 0.0 },
                ))
            })
            .collect();
        let (mut a, mut b) = (3.0_f64, 0.0_f64);
        for _ in 0..30 {
            // A small prior holds the slope where examples are few.
            let (mut ga, mut gb, mut haa, mut hab, mut hbb) = (0.1 * (a - 3.0), 0.01 * b, 0.1, 0.0, 0.01);
            for (margin, truth) in &pairs {
                let p = f64::from(sigmoid((a * margin + b) as f32));
                let w = (p * (1.0 - p)).max(1e-6);
                ga += (p - truth) * margin;
                gb += p - truth;
                haa += w * margin * margin;
                hab += w * margin;
                hbb += w;
            }
            let det = (haa * hbb - hab * hab).max(1e-9);
            a = (a - (hbb * ga - hab * gb) / det).clamp(0.5, 12.0);
            b = (b - (haa * gb - hab * ga) / det).clamp(-12.0, 12.0);
        }
        (*slope, *bias) = (a as f32, b as f32);
    }
    (slopes, biases)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_no_sample_is_named() {
        let error = read("\n{\"id\":\"a\",\"text\":\"b\",\"category\":\"thanks\"}\n{}")
            .err()
            .unwrap();
        assert!(error.message.starts_with("line 3"), "{}", error.message);
    }

    #[test]
    fn the_same_samples_give_the_same_bytes() {
        let line = |n: usize, text: &str, category: &str| {
            format!("{{\"id\":\"{n}\",\"text\":\"{text}\",\"category\":\"{category}\"}}\n")
        };
        let mut corpus = String::new();
        for n in 0..6 {
            corpus += &line(n, &format!("mille fois merci numero {n}"), "thanks");
            corpus += &line(n + 10, &format!("le concours de {n} heures"), "recruitment");
        }
        let samples = read(&corpus).unwrap();
        assert!(train(&samples).encode() == train(&samples).encode());
    }
}
