//! What the learned model looks at.
//!
//! What comes in: a stretch of folded words, the concepts in it and the arguments about it. What goes out: hashed features
//! with values: words, pairs of words, how words sound, pieces of words (2 to 5 letters), concepts and pairs of concepts,
//! rules that hit with their contexts, and a little style. Their values are scaled so that a long text counts as much as a
//! short one. Deliberately absent: who writes, when, in which language.

use super::decide::Arguments;
use super::lexicon::{Mention, Reading, Why};
use super::normalise::{Folded, sound};
use crate::domain::{Category, Signal};
use std::ops::Range;

/// One hashed feature and its value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Feature {
    /// Hash; the model keeps its low bits.
    pub hash: u32,
    /// Scaled value.
    pub value: f32,
}

/// Concepts that may stand between two that make a pair.
const PARTNERS: usize = 5;
/// Words that may lie between two concepts of a pair.
const REACH: usize = 9;

/// Groups of features: each has its own hash seed and weight.
#[derive(Clone, Copy)]
enum Group {
    Word,
    Pair,
    Skip,
    Sound,
    Piece,
    Concept,
    ConceptPair,
    Rule,
    Strength,
    Style,
    Last,
    Asked,
    Tense,
}

impl Group {
    fn seed(self) -> u32 {
        0x811c_9dc5 ^ (self as u32 + 1).wrapping_mul(0x9e37_79b9)
    }

    fn value(self) -> f32 {
        match self {
            Group::Word => 1.0,
            Group::Pair => 0.5,
            Group::Skip => 0.2,
            Group::Sound => 0.5,
            Group::Piece => 0.25,
            Group::Concept => 1.5,
            Group::ConceptPair => 0.9,
            Group::Rule => 1.0,
            Group::Strength => 0.7,
            Group::Style => 1.0,
            Group::Last => 0.7,
            Group::Asked => 0.6,
            Group::Tense => 0.7,
        }
    }
}

/// The features of some words of a text.
pub fn extract(
    folded: &Folded,
    reading: &Reading,
    arguments: &Arguments,
    words: &Range<usize>,
    out: &mut Vec<Feature>,
) {
    out.clear();
    let mut key = String::new();
    let mut letters: Vec<u32> = Vec::new();
    let (mut before, mut before_that, mut sounded) = (1, 2, 3);
    for word in folded.words().get(words.clone()).unwrap_or(&[]) {
        let word = folded.letters_of(word);
        let this = hash(Group::Word.seed(), word);
        push(out, Group::Word, this);
        push(out, Group::Pair, mix(Group::Pair.seed() ^ before, this));
        push(out, Group::Skip, mix(Group::Skip.seed() ^ before_that, this));
        (before_that, before) = (before, this);
        sound(word, &mut key);
        let heard = hash(Group::Sound.seed(), &key);
        push(out, Group::Sound, heard);
        push(out, Group::Sound, mix(sounded, heard));
        sounded = heard;
        pieces(word, &mut letters, out);
    }
    push(out, Group::Pair, mix(Group::Pair.seed() ^ before, 5));
    concepts(reading, words, folded, out);
    rules(arguments, words, out);
    style(folded, words, out);
    place(folded, reading, words, out);
    tense(folded, words, out);
    let norm = out
        .iter()
        .map(|f| f.value * f.value)
        .sum::<f32>()
        .sqrt()
        .max(1e-6);
    out.iter_mut().for_each(|f| f.value /= norm);
}

fn push(out: &mut Vec<Feature>, group: Group, hash: u32) {
    out.push(Feature {
        hash: finish(hash),
        value: group.value(),
    });
}

/// Runs of 2 to 5 letters of a word with its borders.
fn pieces(word: &str, letters: &mut Vec<u32>, out: &mut Vec<Feature>) {
    letters.clear();
    letters.push(u32::from(b' '));
    letters.extend(word.chars().map(u32::from));
    letters.push(u32::from(b' '));
    for (start, _) in letters.iter().enumerate() {
        let mut hash = Group::Piece.seed();
        for (n, letter) in letters.iter().skip(start).take(5).enumerate() {
            hash = mix(hash, *letter);
            if n >= 1 {
                push(out, Group::Piece, hash ^ n as u32);
            }
        }
    }
}

fn concepts(reading: &Reading, words: &Range<usize>, folded: &Folded, out: &mut Vec<Feature>) {
    let inside = |m: &&Mention| words.start <= m.at && m.at + m.length <= words.end;
    let sentence = |m: &Mention| folded.words().get(m.at).map(|w| w.sentence);
    let first = reading.mentions.partition_point(|m| m.at < words.start);
    let here = reading.mentions.get(first..).unwrap_or(&[]);
    for (n, mention) in here
        .iter()
        .take_while(|m| m.at < words.end)
        .enumerate()
        .filter(|(_, m)| inside(m))
    {
        push(out, Group::Concept, mix(Group::Concept.seed(), mention.key));
        let later = here
            .iter()
            .skip(n + 1)
            .filter(|m| m.at >= mention.at + mention.length)
            .take(PARTNERS);
        for other in later.take_while(|m| m.at < words.end && m.at <= mention.at + REACH) {
            if sentence(other) == sentence(mention) {
                push(
                    out,
                    Group::ConceptPair,
                    mix(mix(Group::ConceptPair.seed(), mention.key), other.key),
                );
            }
        }
    }
}

fn rules(arguments: &Arguments, words: &Range<usize>, out: &mut Vec<Feature>) {
    let mut told: Vec<(usize, usize)> = Vec::new();
    for plea in arguments
        .pleas
        .iter()
        .filter(|p| words.start <= p.words.start && p.words.end <= words.end)
    {
        if told.contains(&(plea.rule, plea.words.start)) {
            continue;
        }
        told.push((plea.rule, plea.words.start));
        let context = plea.contexts.iter().fold(0, |bits, c| bits | (1 << (*c as u32)));
        let why = match plea.why {
            Why::Category(c) => c as u32,
            Why::Signal(s) => 16 + s as u32,
            Why::Context(c) => 32 + c as u32,
        };
        push(out, Group::Rule, mix(mix(Group::Rule.seed(), plea.key), 77));
        push(
            out,
            Group::Rule,
            mix(mix(mix(Group::Rule.seed(), why), context), 78),
        );
    }
    for (context, at) in &arguments.contexts {
        if words.start <= at.start && at.end <= words.end {
            push(
                out,
                Group::Rule,
                mix(mix(Group::Rule.seed(), *context as u32), 79),
            );
        }
    }
    for category in Category::ALL {
        strength(
            arguments.strength_in(Why::Category(*category), words),
            *category as u32,
            out,
        );
    }
    for signal in Signal::ALL {
        strength(
            arguments.strength_in(Why::Signal(*signal), words),
            16 + *signal as u32,
            out,
        );
    }
}

/// How strongly the lexicon speaks for something, in steps.
fn strength(strength: f32, of: u32, out: &mut Vec<Feature>) {
    for (step, least) in [0.2, 0.5, 0.75, 0.9, 0.97].iter().enumerate() {
        if strength >= *least {
            push(
                out,
                Group::Strength,
                mix(mix(Group::Strength.seed(), of), step as u32),
            );
        }
    }
}

fn style(folded: &Folded, words: &Range<usize>, out: &mut Vec<Feature>) {
    let length = words.end.saturating_sub(words.start);
    let bucket = usize::BITS - length.leading_zeros();
    push(out, Group::Style, mix(Group::Style.seed(), bucket));
    let marks = [
        folded.is_shouted(),
        folded.questions > 0,
        folded.exclamations == 1,
        folded.exclamations > 1,
    ];
    for (n, _) in marks.iter().enumerate().filter(|(_, there)| **there) {
        push(out, Group::Style, mix(Group::Style.seed(), 100 + n as u32));
    }
}

/// What stands in the last sentence and in questions: that is where people say what they want.
fn place(folded: &Folded, reading: &Reading, words: &Range<usize>, out: &mut Vec<Feature>) {
    let Some(inside) = folded.words().get(words.clone()) else {
        return;
    };
    let Some(last) = inside.last().map(|w| w.sentence) else {
        return;
    };
    let asked = |sentence: u32| folded.asked.binary_search(&sentence).is_ok();
    for word in inside {
        let letters = folded.letters_of(word);
        if word.sentence == last {
            push(out, Group::Last, hash(Group::Last.seed(), letters));
        }
        if asked(word.sentence) {
            push(out, Group::Asked, hash(Group::Asked.seed(), letters));
        }
    }
    let first = reading.mentions.partition_point(|m| m.at < words.start);
    for mention in reading
        .mentions
        .iter()
        .skip(first)
        .take_while(|m| m.at < words.end)
    {
        let Some(sentence) = folded.words().get(mention.at).map(|w| w.sentence) else {
            break;
        };
        if sentence == last {
            push(out, Group::Last, mix(Group::Last.seed() + 1, mention.key));
        }
        if asked(sentence) {
            push(out, Group::Asked, mix(Group::Asked.seed() + 1, mention.key));
        }
    }
    if asked(last) {
        push(out, Group::Asked, mix(Group::Asked.seed(), 9));
    }
}

/// Whether it is told as over or as going on, from the endings of French and English verbs.
fn tense(folded: &Folded, words: &Range<usize>, out: &mut Vec<Feature>) {
    let mut seen = [0_usize; 6];
    let mut before = "";
    for word in folded.words().get(words.clone()).unwrap_or(&[]) {
        let word = folded.letters_of(word);
        let participle = word.len() > 2
            && ["e", "ee", "es", "ees", "i", "is", "it", "u", "ue", "us", "ert"]
                .iter()
                .any(|end| word.ends_with(end));
        let tense = match word {
            _ if participle
                && matches!(
                    before,
                    "a" | "ai" | "as" | "ont" | "avons" | "avez" | "est" | "suis" | "sont"
                ) =>
            {
                0
            }
            _ if word.len() > 4
                && (word.ends_with("rait") || word.ends_with("rais") || word.ends_with("raient")) =>
            {
                1
            }
            "etait" | "etaient" | "avait" | "avaient" | "was" | "were" | "had" | "did" => 2,
            _ if word.len() > 4 && (word.ends_with("ait") || word.ends_with("aient")) => 2,
            _ if word.len() > 4 && word.ends_with("ed") => 3,
            _ if word.len() > 4 && word.ends_with("ing") => 4,
            _ if word.len() > 3 && (word.ends_with("er") || word.ends_with("ir")) => 5,
            _ => 6,
        };
        if let Some(count) = seen.get_mut(tense) {
            *count += 1;
        }
        before = word;
    }
    for (tense, count) in seen.iter().enumerate() {
        let step = match count {
            0 => 0,
            1 => 1,
            2 | 3 => 2,
            _ => 3,
        };
        push(
            out,
            Group::Tense,
            mix(Group::Tense.seed(), (tense * 8 + step) as u32),
        );
    }
}

fn hash(seed: u32, word: &str) -> u32 {
    word.bytes().fold(seed, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

fn mix(hash: u32, more: u32) -> u32 {
    (hash ^ more)
        .wrapping_mul(0x85eb_ca6b)
        .rotate_left(13)
        .wrapping_add(0x9e37_79b9)
}

/// Spreads the bits, so that the low ones may be kept alone.
fn finish(mut hash: u32) -> u32 {
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x7feb_352d);
    hash ^= hash >> 15;
    hash = hash.wrapping_mul(0x846c_a68b);
    hash ^ (hash >> 16)
}
