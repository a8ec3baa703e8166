//! What the learned model looks at.
//!
//! What comes in: a stretch of folded words, the concepts in it and the arguments about it. What goes out: hashed features
//! with values: words, pairs of words, how words sound, pieces of words (2 to 5 letters), concepts and pairs of concepts,
//! rules that hit with their contexts, and a little style. Their values are scaled so that a long text counts as much as a
//! short one. Deliberately absent: who writes, when, in which language.

use super::decide::Arguments;
use super::lexicon::{Context, Mention, Reading, Why};
use super::model::reader::MARKS;
use super::normalise::{Folded, Sign, sound};
use crate::domain::{Category, Signal};
use std::ops::Range;

/// One hashed feature and its value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Feature {
    /// Hash; the model keeps its low bits.
    pub hash: u32,
    /// Its value, before the whole is scaled.
    pub value: f32,
}

/// Concepts that may stand between two that make a pair.
const PARTNERS: usize = 5;
/// Words that may lie between two concepts of a pair.
const REACH: usize = 9;
/// Marks that say where a word stands; concepts, rules and contexts share the rest.
const PLACES: u32 = 8;

/// Groups of features: each has its own hash seed and weight.
#[derive(Clone, Copy)]
enum Group {
    Word,
    Pair,
    Skip,
    Triple,
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
    Sign,
}

impl Group {
    fn seed(self) -> u32 {
        0x811c_9dc5 ^ (self as u32 + 1).wrapping_mul(0x9e37_79b9)
    }

    fn value(self) -> f32 {
        match self {
            Group::Word | Group::Rule | Group::Style => 1.0,
            Group::Concept => 1.5,
            Group::ConceptPair => 0.9,
            Group::Pair | Group::Sound | Group::Sign => 0.5,
            Group::Strength | Group::Last | Group::Tense => 0.7,
            Group::Asked => 0.6,
            Group::Piece => 0.25,
            Group::Skip | Group::Triple => 0.25,
        }
    }
}

/// Where a word stands.
#[derive(Clone, Copy)]
enum Place {
    Quoted,
    LastSentence,
    Asked,
    FirstOfSentence,
    FirstOfClause,
}

/// What the model reads: words in their order with their marks, and features of how they stand together.
pub struct Input<'t> {
    folded: &'t Folded,
    words: Range<usize>,
    /// Marks of the words, in order: which word from 0, which mark.
    pub marks: Vec<(u32, u16)>,
    /// Features beyond single words.
    pub features: Vec<Feature>,
    /// Their squares, added.
    pub square: f32,
}

impl Input<'_> {
    /// The folded letters of each word.
    pub fn letters(&self) -> impl ExactSizeIterator<Item = &str> + '_ {
        let words = self.folded.words().get(self.words.clone()).unwrap_or(&[]);
        words.iter().map(|word| self.folded.letters_of(word))
    }
}

/// Prepares some words of a text for the model.
#[must_use]
pub fn input<'t>(
    folded: &'t Folded,
    reading: &Reading,
    arguments: &Arguments,
    words: &Range<usize>,
) -> Input<'t> {
    let words = words.start..words.end.min(folded.words().len());
    let mut features = Vec::with_capacity(24 + words.len() * 10);
    let out = &mut features;
    let (mut before, mut before_that) = (1, 2);
    for word in folded.words().get(words.clone()).unwrap_or(&[]) {
        let this = hash(Group::Word.seed(), folded.letters_of(word));
        let pair = mix(Group::Pair.seed() ^ before, this);
        push(out, Group::Pair, pair);
        push(out, Group::Skip, mix(Group::Skip.seed() ^ before_that, this));
        push(out, Group::Triple, mix(Group::Triple.seed() ^ before_that, pair));
        (before_that, before) = (before, this);
    }
    push(out, Group::Pair, mix(Group::Pair.seed() ^ before, 5));
    concepts(reading, &words, folded, out);
    rules(arguments, &words, out);
    style(folded, &words, out);
    signs(folded, &words, out);
    place(folded, reading, &words, out);
    tense(folded, &words, out);
    Input {
        square: features.iter().map(|f| f.value * f.value).sum(),
        features,
        marks: marks(folded, reading, arguments, &words),
        folded,
        words,
    }
}

/// What a word is known by in the model's vocabulary.
#[must_use]
pub fn word_key(letters: &str) -> u32 {
    finish(hash(Group::Word.seed(), letters))
}

/// Takes words apart; holds the room that this needs.
#[derive(Default)]
pub struct Spelling {
    sound: String,
    letters: Vec<u32>,
    features: Vec<Feature>,
}

/// A word taken apart: itself, its sound, then runs of its letters.
#[derive(Clone, Copy)]
pub struct Pieces<'s> {
    /// All of them.
    pub features: &'s [Feature],
    /// How many come before the runs of letters.
    whole: usize,
}

impl Pieces<'_> {
    /// The runs of letters alone.
    #[must_use]
    pub fn runs(&self) -> &[Feature] {
        self.features.get(self.whole..).unwrap_or(&[])
    }

    /// The squares of all values, added.
    #[must_use]
    pub fn square(&self) -> f32 {
        self.features.iter().map(|f| f.value * f.value).sum()
    }
}

impl Spelling {
    /// Takes a word apart.
    pub fn of(&mut self, word: &str) -> Pieces<'_> {
        self.features.clear();
        push(&mut self.features, Group::Word, hash(Group::Word.seed(), word));
        sound(word, &mut self.sound);
        push(
            &mut self.features,
            Group::Sound,
            hash(Group::Sound.seed(), &self.sound),
        );
        let whole = self.features.len();
        pieces(word, &mut self.letters, &mut self.features);
        Pieces {
            features: &self.features,
            whole,
        }
    }
}

/// Where words stand, which concepts they are, which rules and contexts begin there.
fn marks(folded: &Folded, reading: &Reading, arguments: &Arguments, words: &Range<usize>) -> Vec<(u32, u16)> {
    let inside = folded.words().get(words.clone()).unwrap_or(&[]);
    let mut marks: Vec<(u32, u16)> = Vec::with_capacity(inside.len() * 3);
    let last = inside.last().map(|w| w.sentence);
    let mut before: Option<(u32, u32)> = None;
    for (word, at) in inside.iter().zip(0..) {
        let mut stands = |place: Place| marks.push((at, place as u16));
        if word.quoted {
            stands(Place::Quoted);
        }
        if Some(word.sentence) == last {
            stands(Place::LastSentence);
        }
        if folded.asked.binary_search(&word.sentence).is_ok() {
            stands(Place::Asked);
        }
        match before {
            Some((sentence, _)) if sentence != word.sentence => stands(Place::FirstOfSentence),
            None => stands(Place::FirstOfSentence),
            Some((_, clause)) if clause != word.clause => stands(Place::FirstOfClause),
            Some(_) => {}
        }
        before = Some((word.sentence, word.clause));
    }
    let mut mark = |at: usize, hash: u32| {
        if words.contains(&at)
            && let Ok(at) = u32::try_from(at - words.start)
        {
            let mark = PLACES + finish(hash) % (MARKS as u32 - PLACES);
            marks.push((at, mark as u16));
        }
    };
    let first = reading.mentions.partition_point(|m| m.at < words.start);
    for mention in reading
        .mentions
        .iter()
        .skip(first)
        .take_while(|m| m.at < words.end)
    {
        mark(mention.at, mix(Group::Concept.seed(), mention.key));
    }
    for plea in &arguments.pleas {
        mark(
            plea.words.start,
            mix(
                mix(Group::Rule.seed(), speaks_for(plea.why)),
                bits(&plea.contexts),
            ),
        );
    }
    for (context, at) in &arguments.contexts {
        mark(at.start, mix(mix(Group::Rule.seed(), *context as u32), 79));
    }
    for sign in signs_of(folded, words) {
        if let Some(at) = (sign.after as usize).checked_sub(1) {
            mark(at, mix(Group::Sign.seed(), u32::from(sign.sign)));
        }
    }
    marks.sort_unstable();
    marks.dedup();
    marks
}

/// A number for what a rule speaks for.
fn speaks_for(why: Why) -> u32 {
    match why {
        Why::Category(c) => c as u32,
        Why::Signal(s) => 16 + s as u32,
        Why::Context(c) => 32 + c as u32,
    }
}

/// A bit for each context.
fn bits(contexts: &[Context]) -> u32 {
    contexts.iter().fold(0, |bits, c| bits | (1 << (*c as u32)))
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
    let mut told: Vec<(usize, usize)> = Vec::with_capacity(arguments.pleas.len());
    for plea in arguments
        .pleas
        .iter()
        .filter(|p| words.start <= p.words.start && p.words.end <= words.end)
    {
        if told.contains(&(plea.rule, plea.words.start)) {
            continue;
        }
        told.push((plea.rule, plea.words.start));
        let (why, context) = (speaks_for(plea.why), bits(&plea.contexts));
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

/// The signs inside, one by one and two by two.
fn signs(folded: &Folded, words: &Range<usize>, out: &mut Vec<Feature>) {
    let mut before = 1;
    for sign in signs_of(folded, words) {
        let this = mix(Group::Sign.seed(), u32::from(sign.sign));
        push(out, Group::Sign, this);
        push(out, Group::Sign, mix(this, before));
        before = this;
    }
    push(out, Group::Sign, mix(3, before));
}

/// The signs after the words of a stretch.
fn signs_of<'f>(folded: &'f Folded, words: &Range<usize>) -> impl Iterator<Item = &'f Sign> + use<'f> {
    let words = words.clone();
    folded.signs.iter().filter(move |sign| {
        let after = sign.after as usize;
        words.start <= after && after <= words.end
    })
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
