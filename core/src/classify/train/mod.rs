//! Learning from a corpus of labelled messages, the same bytes every time.
//!
//! What comes in: [`Sample`]s to learn from, others to calibrate on. What goes out: a [`Model`]: a linear judge ([`linear`]), readers that
//! differ in the numbers they start from ([`reader`]), and the calibration that weighs them ([`calibrate`]). They are learned side by side,
//! each in a thread of its own; none looks at another, so the result does not depend on who is first.
//! Deliberately absent: chance (every order is shuffled from a fixed seed), functions whose last bits differ between machines, and the
//! desk's own corrections, which are learned elsewhere.

mod calibrate;
mod linear;
mod reader;

use super::Classifier;
use super::features::{Feature, Input, Spelling, word_key};
use super::model::linear::ROWS;
use super::model::{CATEGORIES, Model, OUTPUTS, SIGNALS};
use crate::domain::{Category, Signal, Topic};
use crate::error::{Error, Result};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// Readers that judge together.
const READERS: u64 = 2;
/// Times a word must be written to get a vector of its own.
const LEAST: usize = 2;
/// Words with a vector of their own at most, the commonest ones.
const VOCABULARY: usize = 24_000;
/// Words of a message that a reader learns from: the first and last halves of a longer one.
const LONGEST: usize = 160;

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
    /// The reply to suggest first, by its id in the built-in French pack.
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

/// Reads the `train_*.jsonl` and the `dev_*.jsonl` files of a folder, each in the order of their names.
///
/// # Errors
/// Names the file that cannot be read, or its line that is not a sample.
pub fn read_folder(folder: &Path) -> Result<(Vec<Sample>, Vec<Sample>)> {
    let refused = |path: &Path, e: &dyn std::fmt::Display| Error::invalid(format!("{}: {e}", path.display()));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| refused(folder, &e))? {
        files.push(entry.map_err(|e| refused(folder, &e))?.path());
    }
    files.sort();
    let (mut samples, mut others) = (Vec::new(), Vec::new());
    for path in &files {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy())
            .unwrap_or_default();
        let part = match name.split_once('_') {
            Some(("train", rest)) if rest.ends_with(".jsonl") => &mut samples,
            Some(("dev", rest)) if rest.ends_with(".jsonl") => &mut others,
            _ => continue,
        };
        let text = std::fs::read_to_string(path).map_err(|e| refused(path, &e))?;
        part.extend(read(&text).map_err(|e| refused(path, &e.message))?);
    }
    Ok((samples, others))
}

/// What a reply of the built-in French pack speaks of: how the corpus names topics.
fn topic(reply: &str) -> Option<Topic> {
    Some(match reply {
        "emergency_17" => Topic::Danger,
        "emergency_114" => Topic::SilentDanger,
        "suicide_help" => Topic::Suicide,
        "missing_person" => Topic::Absence,
        "domestic_violence_help" => Topic::DomesticViolence,
        "igpn_link" => Topic::OfficerConduct,
        "fine_contest" => Topic::Fine,
        "file_complaint_how" => Topic::ReportInPerson,
        "online_complaint" => Topic::ReportOnline,
        "cyber_report" => Topic::Cybercrime,
        "witness_channel" => Topic::CaseInformation,
        "witness_legal_frame" => Topic::CaseFrame,
        "found_lost_objects" => Topic::LostAndFound,
        "recruitment_site" => Topic::Joining,
        "thanks_ack" => Topic::Gratitude,
        "press_office" => Topic::Press,
        "generic_ack" => Topic::Holding,
        "wrong_force" => Topic::OtherForce,
        "data_rights" => Topic::PersonalData,
        "crisis_safe_info" => Topic::Crisis,
        _ => return None,
    })
}

/// What a message teaches.
struct Lesson {
    /// Features of the whole, scaled to length one.
    features: Vec<Feature>,
    /// Indices of its words among the distinct words of the corpus.
    words: Vec<u32>,
    /// Marks of its words, in order.
    marks: Vec<(u32, u16)>,
    category: Category,
    secondary: Option<Category>,
    signals: [bool; SIGNALS],
    topic: Option<Topic>,
}

/// A distinct word of the corpus.
struct Word {
    /// Hashes of the runs of its letters.
    runs: Vec<u32>,
    /// Its row in the readers' tables.
    row: Option<usize>,
}

/// All that is learned from.
struct School {
    lessons: Vec<Lesson>,
    words: Vec<Word>,
    vocabulary: Vec<u32>,
}

/// Learns a model from `samples`, calibrated on `others`, which teach nothing else. The same samples in the same order
/// give the same bytes.
#[must_use]
pub fn train(samples: &[Sample], others: &[Sample]) -> Model {
    let classifier = Classifier::without_model();
    let school = school(&classifier, samples);
    let (linear, readers) = std::thread::scope(|scope| {
        let linear = scope.spawn(|| linear::learn(&school.lessons));
        let readers: Vec<_> = (0..READERS)
            .map(|seed| {
                let school = &school;
                scope.spawn(move || reader::learn(school, seed))
            })
            .collect();
        let readers: Vec<_> = readers
            .into_iter()
            .filter_map(|thread| thread.join().ok())
            .collect();
        (linear.join().ok(), readers)
    });
    let linear =
        linear.unwrap_or_else(|| super::model::linear::Linear::quantise(&vec![[0.0; OUTPUTS]; ROWS]));
    let mut model = Model::assemble(
        school.vocabulary,
        linear,
        readers,
        super::model::Calibration::default(),
    );
    let margins: Vec<_> = others
        .iter()
        .map(|sample| classifier.with_input(&sample.text, |input| model.margins(input)))
        .collect();
    model.calibration = calibrate::fit(&margins, others);
    model
}

/// Everything a message is made of, once.
fn school(classifier: &Classifier, samples: &[Sample]) -> School {
    let mut index: HashMap<String, u32> = HashMap::new();
    let mut counts: Vec<usize> = Vec::new();
    let mut words: Vec<Word> = Vec::new();
    let mut keys: Vec<u32> = Vec::new();
    let mut spelling = Spelling::default();
    let lessons = samples
        .iter()
        .map(|sample| {
            classifier.with_input(&sample.text, |input| {
                let mut all = input.features.clone();
                let mut mine = Vec::new();
                for letters in input.letters() {
                    let pieces = spelling.of(letters);
                    all.extend_from_slice(pieces.features);
                    let at = *index.entry(letters.to_owned()).or_insert_with(|| {
                        words.push(Word {
                            runs: pieces.runs().iter().map(|run| run.hash).collect(),
                            row: None,
                        });
                        keys.push(word_key(letters));
                        counts.push(0);
                        u32::try_from(words.len() - 1).unwrap_or(u32::MAX)
                    });
                    if let Some(count) = counts.get_mut(at as usize) {
                        *count += 1;
                    }
                    mine.push(at);
                }
                lesson(sample, input, all, mine)
            })
        })
        .collect();
    // The commonest words first; words written equally often in the order of their keys.
    let mut order: BTreeMap<(std::cmp::Reverse<usize>, u32), usize> = BTreeMap::new();
    for (at, (count, key)) in counts
        .iter()
        .zip(&keys)
        .enumerate()
        .filter(|(_, (count, _))| **count >= LEAST)
    {
        order.entry((std::cmp::Reverse(*count), *key)).or_insert(at);
    }
    let mut vocabulary = Vec::new();
    for ((_, key), at) in order.into_iter().take(VOCABULARY) {
        if let Some(word) = words.get_mut(at) {
            word.row = Some(vocabulary.len());
        }
        vocabulary.push(key);
    }
    School {
        lessons,
        words,
        vocabulary,
    }
}

fn lesson(sample: &Sample, input: &Input<'_>, all: Vec<Feature>, mut words: Vec<u32>) -> Lesson {
    let mut marks = input.marks.clone();
    if words.len() > LONGEST {
        let (half, cut) = (LONGEST / 2, words.len() - LONGEST);
        words.drain(half..half + cut);
        marks.retain(|(at, _)| (*at as usize) < half || *at as usize >= half + cut);
        for (at, _) in &mut marks {
            if *at as usize >= half {
                *at -= u32::try_from(cut).unwrap_or(0);
            }
        }
    }
    let mut signals = [false; SIGNALS];
    for (slot, signal) in signals.iter_mut().zip(Signal::ALL) {
        *slot = sample.signals.contains(signal);
    }
    Lesson {
        features: merged(all),
        words,
        marks,
        category: sample.category,
        secondary: sample.secondary,
        signals,
        topic: topic(&sample.reply),
    }
}

/// One feature a row of the table, the whole scaled as the model scales it.
fn merged(mut features: Vec<Feature>) -> Vec<Feature> {
    let square: f32 = features.iter().map(|f| f.value * f.value).sum();
    let norm = 1.0 / square.max(1e-12).sqrt();
    for feature in &mut features {
        feature.hash &= ROWS as u32 - 1;
        feature.value *= norm;
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

/// A row of numbers from a fixed seed: xorshift.
struct Seeded(u64);

impl Seeded {
    fn new(seed: u64) -> Self {
        Self(0x2545_f491_4f6c_dd1d ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// From 0 to just below 1.
    fn share(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1_u64 << 24) as f32
    }

    /// Around 0, nearly normal, with a deviation of about 0.7.
    fn around(&mut self) -> f32 {
        (0..6).map(|_| self.share()).sum::<f32>() - 3.0
    }

    fn shuffle(&mut self, order: &mut [usize]) {
        for n in (1..order.len()).rev() {
            order.swap(n, (self.next() % (n as u64 + 1)) as usize);
        }
    }
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

    fn samples() -> Vec<Sample> {
        let line = |n: usize, text: &str, category: &str| {
            format!("{{\"id\":\"{n}\",\"text\":\"{text}\",\"category\":\"{category}\"}}\n")
        };
        let mut corpus = String::new();
        for n in 0..6 {
            corpus += &line(n, &format!("mille fois merci numero {n}"), "thanks");
            corpus += &line(n + 10, &format!("le concours de {n} heures"), "recruitment");
        }
        read(&corpus).unwrap()
    }

    #[test]
    fn the_same_samples_give_the_same_bytes() {
        let samples = samples();
        assert!(train(&samples, &samples).encode() == train(&samples, &samples).encode());
    }

    #[test]
    fn what_was_taught_is_known() {
        let samples = samples();
        let classifier = Classifier::with_model(train(&samples, &samples));
        assert_eq!(classifier.classify("merci mille fois").category, Category::Thanks);
        assert_eq!(classifier.classify("le concours").category, Category::Recruitment);
    }

    #[test]
    fn the_corpus_keeps_its_promises() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
        let (mut ids, mut texts) = (HashMap::new(), HashMap::new());
        let mut scenarios: HashMap<String, String> = HashMap::new();
        let (mut french, mut hard, mut all) = (0, 0, 0);
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let Some(part) = name
                .strip_suffix(".jsonl")
                .and_then(|name| name.split('_').next())
            else {
                continue;
            };
            for sample in read(&std::fs::read_to_string(&path).unwrap()).unwrap() {
                all += 1;
                french += usize::from(sample.lang == "fr");
                hard += usize::from(sample.hard);
                assert!(topic(&sample.reply).is_some(), "{}: {}", sample.id, sample.reply);
                assert_ne!(sample.secondary, Some(sample.category), "{}", sample.id);
                assert_eq!(ids.insert(sample.id.clone(), ()), None, "{} twice", sample.id);
                let text = sample.text.trim().to_lowercase();
                if let Some(other) = texts.insert(text, part.to_owned()) {
                    assert_eq!(other, part, "{} is in two parts", sample.id);
                }
                let stays = scenarios
                    .entry(sample.scenario.clone())
                    .or_insert_with(|| part.to_owned());
                assert_eq!(
                    stays, part,
                    "{}: scenario {} is in two parts",
                    sample.id, sample.scenario
                );
            }
        }
        assert!(all >= 6_000 && hard * 3 >= all, "{hard} hard of {all}");
        assert!(
            (0.6..0.8).contains(&(french as f64 / all as f64)),
            "{french} French of {all}"
        );
    }

    #[test]
    fn every_topic_has_its_reply_in_the_built_in_pack() {
        let pack = crate::suggest::Pack::built_in("fr-police-nationale").unwrap();
        let named = pack.replies().filter_map(|reply| topic(&reply.id.0)).count();
        assert_eq!(named, Topic::ALL.len());
    }
}
