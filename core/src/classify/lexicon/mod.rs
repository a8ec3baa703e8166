//! What people know about such messages, written down: concepts, and rules over them.
//!
//! What comes in: a folded text. What goes out: [`Reading`], which concepts stand where, and which rules hit. The
//! knowledge itself is data beside this file: `concepts.txt`, `fields.txt` and `meanings_*.txt` (words of many languages
//! under one name), `rules_*.txt` (patterns that speak for a category or a signal, and contexts that weaken them), `forms.tsv` and `emoji.tsv` (spelling).
//! Deliberately absent: the verdict. A hit is an argument with a weight; `decide` and the learned model weigh it.
//!
//! A pattern is a row of elements: a word, `word*` (a beginning), `two_words`, `a|b`, `$CONCEPT`, `element?` (optional),
//! `..` or `..5` (up to 3 or 5 words between), `<` and `>` (start and end of the message). It matches inside one sentence.

pub(super) mod words;

use super::normalise::{Folded, Normaliser, sound};
use crate::domain::{Category, Signal};
use std::collections::BTreeMap;
use std::ops::Range;
use words::{Beginnings, Lists, Words};

const CONCEPTS: &str = concat!(
    include_str!("concepts.txt"),
    "\n",
    include_str!("fields.txt"),
    "\n",
    include_str!("meanings_a.txt"),
    "\n",
    include_str!("meanings_b.txt")
);
const RULES: &[&str] = &[
    include_str!("rules_emergency.txt"),
    include_str!("rules_signals.txt"),
    include_str!("rules_categories.txt"),
    include_str!("rules_context.txt"),
];
const FORMS: &str = include_str!("forms.tsv");
const EMOJI: &str = include_str!("emoji.tsv");

/// What the data files weigh together.
#[cfg(test)]
pub(super) const BYTES: usize = {
    let mut bytes = CONCEPTS.len() + FORMS.len() + EMOJI.len();
    let mut rest = RULES;
    while let [file, more @ ..] = rest {
        bytes += file.len();
        rest = more;
    }
    bytes
};

/// Words that a bare gap may cover.
const GAP: usize = 3;
/// Shortest word whose sound is compared when its spelling is unknown.
const SHORTEST_SOUND: usize = 5;

/// Times that one rule may hit in one text: more say nothing new, and a pasted book must not take for ever.
const MOST_HITS: u32 = 12;

/// How far a rule has been tried in a text.
#[derive(Clone, Copy, Default)]
struct Tried {
    next: usize,
    hits: u32,
}

/// A word, a beginning of words or a concept. A finished lexicon numbers what rules ask for and concepts, its things,
/// anew and in the same order: few numbers, whose tables stay in the processor's cache.
type Id = u32;

/// What weakens an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// It happened, it is over.
    Past,
    /// It is said not to be so.
    Negated,
    /// A way of speaking.
    Figurative,
    /// Somebody else's words.
    Quoted,
    /// If, in case, may one.
    Hypothetical,
}

impl Context {
    /// Every context.
    pub const ALL: [Context; 5] = [
        Context::Past,
        Context::Negated,
        Context::Figurative,
        Context::Quoted,
        Context::Hypothetical,
    ];

    /// The stable code in evidence.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Context::Past => "context:past",
            Context::Negated => "context:negated",
            Context::Figurative => "context:figurative",
            Context::Quoted => "context:quoted",
            Context::Hypothetical => "context:hypothetical",
        }
    }
}

/// What a rule speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// A category.
    Category(Category),
    /// A signal.
    Signal(Signal),
    /// A weakening context.
    Context(Context),
}

impl Why {
    fn parse(word: &str) -> Option<Self> {
        if let Some(context) = Context::ALL.into_iter().find(|c| c.code() == word) {
            return Some(Why::Context(context));
        }
        let category = Category::ALL
            .iter()
            .find(|c| c.as_str() == word)
            .map(|c| Why::Category(*c));
        category.or_else(|| {
            Signal::ALL
                .iter()
                .find(|s| s.as_str() == word)
                .map(|s| Why::Signal(*s))
        })
    }
}

/// One rule of the lexicon.
pub struct Rule {
    /// What it speaks for.
    pub whys: Vec<Why>,
    /// How strongly, from 0 to 1.
    pub weight: f32,
    /// Contexts do not weaken it.
    pub firm: bool,
    /// Identifies the rule by what it says, for the learned model.
    pub key: u32,
    elements: Vec<Element>,
    /// Words that may precede the anchor inside the pattern.
    before_anchor: usize,
}

impl Rule {
    /// Speaks of the things of a finished lexicon.
    fn renumber(&mut self, numbers: &Numbers) {
        for element in &mut self.elements {
            if let Shape::Any(alternatives, firsts) = &mut element.shape {
                let ids = alternatives.iter_mut().flatten();
                ids.for_each(|id| *id = numbers.of(*id));
                let first = alternatives.iter().filter_map(|row| row.first());
                *firsts = first.fold(0, |marks, id| marks | mark(*id));
            }
        }
    }
}

struct Element {
    shape: Shape,
    optional: bool,
}

enum Shape {
    /// One of these rows of ids; the marks of all that may come first.
    Any(Vec<Vec<Id>>, u64),
    Gap(usize),
    Start,
    End,
}

/// Where a rule hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Index of the rule.
    pub rule: usize,
    /// Words it covers.
    pub words: Range<usize>,
}

/// A concept at a place in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention {
    /// First word.
    pub at: usize,
    /// Words covered.
    pub length: usize,
    /// Identifies the concept by its name, for the learned model.
    pub key: u32,
}

/// What the lexicon found in one text.
#[derive(Default)]
pub struct Reading {
    /// Rules that hit, in text order.
    pub hits: Vec<Hit>,
    /// Concepts, in text order.
    pub mentions: Vec<Mention>,
}

/// Concepts and rules, ready to read texts.
pub struct Lexicon {
    normaliser: Normaliser,
    words: Words,
    /// By number of a word: ids it is written or heard as.
    word_ids: Lists<Id>,
    beginnings: Beginnings,
    /// By number of a beginning.
    beginning_ids: Vec<Id>,
    sounds: Words,
    /// By number of a sound.
    sound_ids: Lists<Id>,
    /// By id of a word: the things that this word alone is, sorted: itself where rules ask for it, concepts.
    alone: Lists<Id>,
    /// By id of a first word, sorted by the second.
    phrases: Lists<Phrase>,
    /// A bit for each hash of two words that begin a phrase: most pairs begin none.
    pairs: Vec<u64>,
    /// Third and further words of phrases.
    tails: Lists<Id>,
    /// By concept, among things: itself and all that contain it.
    ancestry: Lists<Id>,
    /// By thing: the concept's key, 0 for words.
    concept_key: Vec<u32>,
    rules: Vec<Rule>,
    /// By thing: rules that cannot match without it.
    by_anchor: Lists<u32>,
}

/// Two or more words that are a concept.
#[derive(Clone, Copy)]
struct Phrase {
    second: Id,
    /// Number of the list of its further words.
    tail: u32,
    concept: Id,
}

/// Bits that say which pairs of words begin a phrase: a power of two.
const PAIRS: u32 = 1 << 19;

/// The bit of a pair of words: which number, which bit in it.
fn pair(first: Id, second: Id) -> (usize, u64) {
    let hash = first
        .wrapping_mul(0x9e37_79b1)
        .wrapping_add(second)
        .wrapping_mul(0x85eb_ca6b);
    let bit = (hash ^ (hash >> 15)) % PAIRS;
    ((bit / 64) as usize, 1 << (bit % 64))
}

/// A place in a text can be several things: an id and how many words it takes, sorted.
struct Things {
    all: Lists<(Id, u8)>,
    /// By place: the marks of what it is, so that most questions need no search.
    marks: Vec<u64>,
}

/// The bit of an id among 64.
fn mark(id: Id) -> u64 {
    1 << (id % 64)
}

impl Things {
    fn at(&self, position: usize) -> &[(Id, u8)] {
        self.all.of(position)
    }

    fn marks(&self, position: usize) -> u64 {
        self.marks.get(position).copied().unwrap_or(0)
    }

    fn is(&self, position: usize, id: Id) -> Option<usize> {
        if self.marks(position) & mark(id) == 0 {
            return None;
        }
        self.at(position)
            .iter()
            .find(|(i, _)| *i == id)
            .map(|(_, length)| usize::from(*length))
    }
}

impl Lexicon {
    /// The lexicon that comes with the program.
    #[must_use]
    pub fn built_in() -> Self {
        Parser::default().parse(CONCEPTS, RULES)
    }

    /// The tables that fold a text for this lexicon.
    #[must_use]
    pub fn normaliser(&self) -> &Normaliser {
        &self.normaliser
    }

    /// One rule.
    #[must_use]
    pub fn rule(&self, index: usize) -> Option<&Rule> {
        self.rules.get(index)
    }

    /// Finds concepts and rules in a text.
    #[must_use]
    pub fn read(&self, text: &Folded) -> Reading {
        let things = self.things(text);
        let mut reading = Reading::default();
        for position in 0..text.words().len() {
            for (id, length) in things.at(position) {
                let key = self.concept_key.get(*id as usize).copied().unwrap_or(0);
                if key != 0 {
                    reading.mentions.push(Mention {
                        at: position,
                        length: usize::from(*length),
                        key,
                    });
                }
            }
        }
        let mut tried = vec![Tried::default(); self.rules.len()];
        for position in 0..text.words().len() {
            for (id, _) in things.at(position) {
                for index in self.by_anchor.of(*id as usize) {
                    self.try_rule(*index, position, text, &things, &mut reading.hits, &mut tried);
                }
            }
        }
        reading.hits.sort_by_key(|h| (h.words.start, h.words.end, h.rule));
        reading.hits.dedup();
        reading
    }

    /// Tries a rule at every start from which its anchor can fall on this position.
    fn try_rule(
        &self,
        index: u32,
        anchor: usize,
        text: &Folded,
        things: &Things,
        hits: &mut Vec<Hit>,
        tried: &mut [Tried],
    ) {
        let (Some(rule), Some(tried)) = (self.rules.get(index as usize), tried.get_mut(index as usize))
        else {
            return;
        };
        let from = anchor.saturating_sub(rule.before_anchor).max(tried.next);
        tried.next = anchor + 1;
        for start in from..=anchor {
            if tried.hits >= MOST_HITS {
                break;
            }
            let Some(sentence) = text.words().get(start).map(|w| w.sentence) else {
                break;
            };
            if let Some(end) = matches(&rule.elements, start, sentence, text, things) {
                tried.hits += 1;
                hits.push(Hit {
                    rule: index as usize,
                    words: start..end,
                });
            }
        }
    }

    fn things(&self, text: &Folded) -> Things {
        let count = text.words().len();
        let mut words: Lists<Id> = Lists::with_capacity(count, count * 2);
        let mut heard = String::new();
        for (word, number) in text.iter().zip(self.words.find_all(text.iter())) {
            self.beginnings.of(word, |number| {
                words.extend(self.beginning_ids.get(number).copied().into_iter())
            });
            if let Some(number) = number {
                words.extend(self.word_ids.of(number).iter().copied());
            }
            if words.open().is_empty() && word.len() >= SHORTEST_SOUND && word.is_ascii() {
                sound(word, &mut heard);
                if let Some(number) = self.sounds.find(&heard) {
                    words.extend(self.sound_ids.of(number).iter().copied());
                }
            }
            words.close();
        }
        let mut all = Lists::with_capacity(count, count * 8);
        let mut marks = Vec::with_capacity(count);
        for position in 0..count {
            let here = words.of(position);
            let next = words.of(position + 1);
            let mut sorted = here.len() < 2;
            for id in here {
                all.extend(self.alone.of(*id as usize).iter().map(|thing| (*thing, 1)));
                for second in next {
                    let (number, bit) = pair(*id, *second);
                    if self.pairs.get(number).is_none_or(|bits| bits & bit == 0) {
                        continue;
                    }
                    let phrases = self.phrases.of(*id as usize);
                    let first = phrases.partition_point(|phrase| phrase.second < *second);
                    let alike = phrases
                        .iter()
                        .skip(first)
                        .take_while(|phrase| phrase.second == *second);
                    for phrase in alike {
                        let tail = self.tails.of(phrase.tail as usize);
                        let follows = |(n, id): (usize, &Id)| words.of(position + 2 + n).contains(id);
                        if tail.iter().enumerate().all(follows) {
                            sorted = false;
                            let length = u8::try_from(tail.len() + 2).unwrap_or(u8::MAX);
                            let concepts = self.ancestry.of(phrase.concept as usize);
                            all.extend(concepts.iter().map(|concept| (*concept, length)));
                        }
                    }
                }
            }
            if !sorted {
                all.sort();
            }
            marks.push(all.open().iter().fold(0, |marks, (id, _)| marks | mark(*id)));
            all.close();
        }
        Things { all, marks }
    }
}

/// Where the elements end when they match from here on, inside one sentence.
fn matches(
    elements: &[Element],
    position: usize,
    sentence: u32,
    text: &Folded,
    things: &Things,
) -> Option<usize> {
    let Some((element, rest)) = elements.split_first() else {
        return Some(position);
    };
    let inside = |position: usize| text.words().get(position).is_some_and(|w| w.sentence == sentence);
    match &element.shape {
        Shape::Start => (position == 0).then(|| matches(rest, position, sentence, text, things))?,
        Shape::End => {
            (position == text.words().len()).then(|| matches(rest, position, sentence, text, things))?
        }
        Shape::Gap(most) => (0..=*most)
            .take_while(|n| *n == 0 || inside(position + n - 1))
            .find_map(|n| matches(rest, position + n, sentence, text, things)),
        Shape::Any(alternatives, firsts) => {
            // Where no alternative can begin, none is tried.
            let possible = things.marks(position) & firsts != 0;
            let found = alternatives.iter().filter(|_| possible).find_map(|alternative| {
                let mut end = position;
                for id in alternative {
                    end += things.is(end, *id).filter(|length| inside(end + length - 1))?;
                }
                matches(rest, end, sentence, text, things)
            });
            if found.is_none() && element.optional {
                return matches(rest, position, sentence, text, things);
            }
            found
        }
    }
}

/// Builds a lexicon from its data files. A line that cannot be read is left out; a test holds that there is none.
#[derive(Default)]
struct Parser {
    exact: Words,
    exact_ids: Vec<Id>,
    beginnings: Beginnings,
    beginning_ids: Vec<Id>,
    concepts: BTreeMap<String, Id>,
    /// Inner concept, outer concept.
    parents: Vec<(Id, Id)>,
    /// Words of all phrases, one phrase a list.
    phrases: Lists<Id>,
    /// By phrase.
    concept_of: Vec<Id>,
    /// By id: is it in most texts, so that it would be a poor anchor?
    common: Vec<bool>,
    /// By id: longest phrase of a concept, in words; 0 where nothing is known.
    widths: Vec<usize>,
    complaints: Vec<String>,
    /// The word being folded.
    letters: String,
}

/// Concepts in most texts.
const COMMON: &[&str] = &["I", "ME", "HE", "MY", "BE", "NOT", "AT", "HAVE"];

impl Parser {
    fn parse(mut self, concepts: &str, rules: &[&str]) -> Lexicon {
        let normaliser = Normaliser::new(FORMS, EMOJI);
        for line in concepts
            .lines()
            .filter(|l| !l.starts_with('#') && !l.trim().is_empty())
        {
            self.concept(line, &normaliser);
        }
        let mut parsed = Vec::new();
        for file in rules {
            let mut head = None;
            for line in file
                .lines()
                .map(str::trim)
                .filter(|l| !l.is_empty() && !l.starts_with('#'))
            {
                if let Some(inside) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                    head = self.head(inside);
                } else if let Some((whys, weight, firm)) = &head {
                    match self.pattern(line, &normaliser) {
                        Some(elements) => parsed.push(Rule {
                            whys: whys.clone(),
                            weight: *weight,
                            firm: *firm,
                            key: name_key(line),
                            elements,
                            before_anchor: 0,
                        }),
                        None => self.complaints.push(line.to_owned()),
                    }
                } else {
                    self.complaints.push(line.to_owned());
                }
            }
        }
        self.finish(normaliser, parsed)
    }

    /// `emergency+weapon 0.9 firm`
    fn head(&mut self, inside: &str) -> Option<(Vec<Why>, f32, bool)> {
        let mut parts = inside.split_whitespace();
        let whys: Option<Vec<Why>> = parts.next()?.split('+').map(Why::parse).collect();
        let weight = parts.next().and_then(|w| w.parse().ok());
        let head = whys
            .zip(weight)
            .map(|(whys, weight)| (whys, weight, parts.next() == Some("firm")));
        if head.is_none() {
            self.complaints.push(inside.to_owned());
        }
        head
    }

    /// `NAME: word beginning* two_words $OTHER`
    fn concept(&mut self, line: &str, normaliser: &Normaliser) {
        let Some((name, words)) = line.split_once(':') else {
            self.complaints.push(line.to_owned());
            return;
        };
        let concept = self.concept_id(name.trim());
        for word in words.split_whitespace() {
            if let Some(other) = word.strip_prefix('$') {
                let other = self.concept_id(other);
                self.parents.push((other, concept));
                self.widen(concept, self.width(other));
            } else {
                let length = self.phrase(word, normaliser);
                if length == 0 {
                    self.complaints.push(word.to_owned());
                } else {
                    self.widen(concept, length);
                    self.phrases.close();
                    self.concept_of.push(concept);
                }
            }
        }
    }

    fn width(&self, id: Id) -> usize {
        self.widths.get(id as usize).map_or(1, |width| (*width).max(1))
    }

    fn widen(&mut self, concept: Id, width: usize) {
        if let Some(slot) = self.widths.get_mut(concept as usize) {
            *slot = width.max(*slot);
        }
    }

    fn pattern(&mut self, line: &str, normaliser: &Normaliser) -> Option<Vec<Element>> {
        line.split_whitespace()
            .map(|part| {
                if part == "<" {
                    return Some(Element {
                        shape: Shape::Start,
                        optional: false,
                    });
                }
                if part == ">" {
                    return Some(Element {
                        shape: Shape::End,
                        optional: false,
                    });
                }
                if let Some(most) = part.strip_prefix("..") {
                    let most = if most.is_empty() { GAP } else { most.parse().ok()? };
                    return Some(Element {
                        shape: Shape::Gap(most),
                        optional: false,
                    });
                }
                let (part, optional) = part.strip_suffix('?').map_or((part, false), |p| (p, true));
                let alternatives: Vec<Vec<Id>> = part
                    .split('|')
                    .map(|alternative| match alternative.strip_prefix('$') {
                        Some(name) => self.concepts.get(name).map(|id| vec![*id]).unwrap_or_default(),
                        None => {
                            self.phrase(alternative, normaliser);
                            self.phrases.take()
                        }
                    })
                    .collect();
                if alternatives.iter().any(Vec::is_empty) {
                    return None;
                }
                Some(Element {
                    shape: Shape::Any(alternatives, 0),
                    optional,
                })
            })
            .collect()
    }

    /// Reads the words of a phrase into the list that is being written, and says how many they are.
    fn phrase(&mut self, words: &str, normaliser: &Normaliser) -> usize {
        for word in words.split('_').filter(|w| !w.is_empty()) {
            let mut letters = std::mem::take(&mut self.letters);
            let beginning = word.strip_suffix('*');
            // Nearly every word of the data files is one word that no table spells out.
            if normaliser.fold_word(beginning.unwrap_or(word), &mut letters) {
                match beginning {
                    Some(_) => self.beginning(&letters),
                    None => self.exact(&letters),
                }
            } else if let Some(beginning) = beginning {
                self.beginning(normaliser.fold(beginning).iter().last().unwrap_or(""));
            } else {
                normaliser.fold(word).iter().for_each(|word| self.exact(word));
            }
            self.letters = letters;
        }
        self.phrases.open().len()
    }

    fn exact(&mut self, word: &str) {
        let number = self.exact.intern(word);
        if number == self.exact_ids.len() {
            let id = self.id(word.len() <= 3);
            self.exact_ids.push(id);
        }
        self.phrases
            .extend(self.exact_ids.get(number).copied().into_iter());
    }

    fn beginning(&mut self, word: &str) {
        let number = self.beginnings.intern(word);
        if number == self.beginning_ids.len() {
            let id = self.id(word.len() <= 3);
            self.beginning_ids.push(id);
        }
        self.phrases
            .extend(self.beginning_ids.get(number).copied().into_iter());
    }

    /// A new id.
    fn id(&mut self, common: bool) -> Id {
        self.common.push(common);
        self.widths.push(0);
        Id::try_from(self.common.len() - 1).unwrap_or(Id::MAX)
    }

    fn concept_id(&mut self, name: &str) -> Id {
        if let Some(id) = self.concepts.get(name) {
            return *id;
        }
        let id = self.id(COMMON.contains(&name));
        self.concepts.insert(name.to_owned(), id);
        id
    }

    /// For each id the concept itself and all that contain it.
    fn ancestry(&self) -> Lists<Id> {
        let ids = self.common.len();
        let parents = Lists::file(ids, &self.parents);
        let mut ancestry = Lists::with_capacity(ids, ids);
        let mut concepts: Vec<Id> = self.concepts.values().copied().collect();
        concepts.sort_unstable();
        for concept in concepts {
            while ancestry.len() < concept as usize {
                ancestry.close();
            }
            ancestry.push(concept);
            let mut next = 0;
            while let Some(id) = ancestry.open().get(next).copied() {
                next += 1;
                for parent in parents.of(id as usize) {
                    if !ancestry.open().contains(parent) {
                        ancestry.push(*parent);
                    }
                }
            }
            ancestry.close();
        }
        ancestry
    }

    fn finish(mut self, normaliser: Normaliser, mut rules: Vec<Rule>) -> Lexicon {
        let ids = self.common.len();
        let ancestry = self.ancestry();
        let mut frequency = vec![0; ids];
        let mut alone: Vec<(Id, Id)> = asked(&rules).map(|id| (id, id)).collect();
        let mut phrases: Vec<(Id, Phrase)> = Vec::new();
        let mut tails: Lists<Id> = Lists::default();
        for (number, concept) in self.concept_of.iter().enumerate() {
            let concepts = ancestry.of(*concept as usize);
            for concept in concepts {
                if let Some(count) = frequency.get_mut(*concept as usize) {
                    *count += 1;
                }
            }
            match self.phrases.of(number) {
                [] => {}
                [word] => alone.extend(concepts.iter().map(|concept| (*word, *concept))),
                [first, second, tail @ ..] => {
                    let phrase = Phrase {
                        second: *second,
                        tail: u32::try_from(tails.len()).unwrap_or(u32::MAX),
                        concept: *concept,
                    };
                    tails.extend(tail.iter().copied());
                    tails.close();
                    phrases.push((*first, phrase));
                }
            }
        }
        phrases.sort_unstable_by_key(|(first, phrase)| (*first, phrase.second, phrase.tail));
        let mut pairs = vec![0_u64; PAIRS as usize / 64];
        for (first, phrase) in &phrases {
            let (number, bit) = pair(*first, phrase.second);
            if let Some(bits) = pairs.get_mut(number) {
                *bits |= bit;
            }
        }
        let mut by_anchor = Vec::new();
        for (index, rule) in rules.iter_mut().enumerate() {
            self.anchor(index, rule, &frequency, &mut by_anchor);
        }
        let numbers = Numbers::new(ids, asked(&rules).chain(self.concepts.values().copied()));
        alone
            .iter_mut()
            .for_each(|(_, thing)| *thing = numbers.of(*thing));
        phrases
            .iter_mut()
            .for_each(|(_, phrase)| phrase.concept = numbers.of(phrase.concept));
        by_anchor
            .iter_mut()
            .for_each(|(thing, _)| *thing = numbers.of(*thing));
        rules.iter_mut().for_each(|rule| rule.renumber(&numbers));
        let mut concept_key = vec![0; numbers.count];
        let mut ancestors = Vec::new();
        for (name, id) in &self.concepts {
            let concept = numbers.of(*id);
            if let Some(slot) = concept_key.get_mut(concept as usize) {
                *slot = name_key(name).max(1);
            }
            let outer = ancestry.of(*id as usize).iter();
            ancestors.extend(outer.map(|ancestor| (concept, numbers.of(*ancestor))));
        }
        let (sounds, sound_ids) = self.sounds();
        let word_ids = self.homophones();
        Lexicon {
            normaliser,
            words: self.exact,
            word_ids,
            beginnings: self.beginnings,
            beginning_ids: self.beginning_ids,
            sounds,
            sound_ids,
            alone: sorted(ids, &alone),
            phrases: Lists::file(ids, &phrases),
            pairs,
            tails,
            ancestry: Lists::file(numbers.count, &ancestors),
            concept_key,
            rules,
            by_anchor: Lists::file(numbers.count, &by_anchor),
        }
    }

    /// How words sound, and which sound so.
    fn sounds(&self) -> (Words, Lists<Id>) {
        let mut sounds = Words::default();
        let mut pairs = Vec::with_capacity(self.exact.len());
        let mut key = String::new();
        for (number, id) in self.exact_ids.iter().enumerate() {
            let word = self.exact.word(number);
            if word.len() >= SHORTEST_SOUND && word.is_ascii() {
                sound(word, &mut key);
                pairs.push((u32::try_from(sounds.intern(&key)).unwrap_or(u32::MAX), *id));
            }
        }
        let ids = Lists::file(sounds.len(), &pairs);
        (sounds, ids)
    }

    /// Adds how words are also written by ear, and says which ids each word then is.
    fn homophones(&mut self) -> Lists<Id> {
        let mut pairs: Vec<(u32, Id)> = (0..).zip(self.exact_ids.iter().copied()).collect();
        let mut heard = String::new();
        for (number, id) in self.exact_ids.iter().enumerate() {
            let word = self.exact.word(number);
            let Some(stem) = word
                .strip_suffix("er")
                .filter(|stem| stem.len() >= 3 && word.is_ascii())
            else {
                continue;
            };
            // An infinitive in "er": "parler" is "parle", "parlez", "parlee".
            heard.clear();
            heard.push_str(stem);
            let stem = heard.len();
            for end in ["e", "ez", "ee", "ai"] {
                heard.truncate(stem);
                heard.push_str(end);
                pairs.push((u32::try_from(self.exact.intern(&heard)).unwrap_or(u32::MAX), *id));
            }
        }
        Lists::file(self.exact.len(), &pairs)
    }

    /// Files the rule under the element that is rarest, so that most texts never try it.
    fn anchor(&mut self, index: usize, rule: &mut Rule, frequency: &[usize], by_anchor: &mut Vec<(Id, u32)>) {
        let cost = |alternatives: &[Vec<Id>]| -> usize {
            alternatives
                .iter()
                .filter_map(|a| a.first())
                .map(|id| {
                    let common = self.common.get(*id as usize).is_some_and(|common| *common);
                    // What stands in no phrase is a word: it counts once.
                    let written = frequency.get(*id as usize).copied().unwrap_or(0).max(1);
                    (if common { 100 } else { 0 }) + written
                })
                .sum()
        };
        let mut before = 0;
        let mut best: Option<(usize, usize, Vec<Id>)> = None;
        for element in &rule.elements {
            match &element.shape {
                Shape::Any(alternatives, _) => {
                    let cost = cost(alternatives);
                    if !element.optional && best.as_ref().is_none_or(|(c, _, _)| cost < *c) {
                        best = Some((
                            cost,
                            before,
                            alternatives.iter().filter_map(|a| a.first().copied()).collect(),
                        ));
                    }
                    let width = |a: &Vec<Id>| a.iter().map(|id| self.width(*id)).sum::<usize>();
                    before += alternatives.iter().map(width).max().unwrap_or(1);
                }
                Shape::Gap(most) => before += most,
                Shape::Start | Shape::End => {}
            }
        }
        match best {
            Some((_, before, ids)) => {
                rule.before_anchor = before;
                let index = u32::try_from(index).unwrap_or(u32::MAX);
                by_anchor.extend(ids.into_iter().map(|id| (id, index)));
            }
            None => self.complaints.push(format!("rule {index} has no word")),
        }
    }
}

/// New numbers for some of the ids, in the same order.
struct Numbers {
    /// By id, where it is one of them.
    new: Vec<Id>,
    count: usize,
}

impl Numbers {
    fn new(ids: usize, things: impl Iterator<Item = Id>) -> Self {
        let mut new = vec![0; ids];
        for thing in things {
            if let Some(slot) = new.get_mut(thing as usize) {
                *slot = 1;
            }
        }
        let mut count = 0;
        for slot in &mut new {
            (*slot, count) = (count, count + *slot);
        }
        Self {
            new,
            count: count as usize,
        }
    }

    fn of(&self, id: Id) -> Id {
        self.new.get(id as usize).copied().unwrap_or(Id::MAX)
    }
}

/// The ids that rules ask for.
fn asked(rules: &[Rule]) -> impl Iterator<Item = Id> + '_ {
    let elements = rules.iter().flat_map(|rule| &rule.elements);
    let alternatives = elements.filter_map(|element| match &element.shape {
        Shape::Any(alternatives, _) => Some(alternatives),
        Shape::Gap(_) | Shape::Start | Shape::End => None,
    });
    alternatives.flatten().flatten().copied()
}

/// Files pairs under their numbers, every list sorted, each thing once.
fn sorted(lists: usize, pairs: &[(Id, Id)]) -> Lists<Id> {
    let filed = Lists::file(lists, pairs);
    let mut sorted = Lists::with_capacity(lists, pairs.len());
    for number in 0..lists {
        sorted.extend(filed.of(number).iter().copied());
        sorted.sort();
        sorted.close();
    }
    sorted
}

/// FNV-1a of a name.
fn name_key(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_data_files_is_understood() {
        let mut parser = Parser::default();
        let normaliser = Normaliser::new(FORMS, EMOJI);
        for line in CONCEPTS
            .lines()
            .filter(|l| !l.starts_with('#') && !l.trim().is_empty())
        {
            parser.concept(line, &normaliser);
        }
        for line in RULES
            .iter()
            .flat_map(|f| f.lines())
            .map(str::trim)
            .filter(|l| !l.is_empty() && !l.starts_with('#'))
        {
            match line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                Some(inside) => assert!(parser.head(inside).is_some(), "heading: {line}"),
                None => assert!(parser.pattern(line, &normaliser).is_some(), "pattern: {line}"),
            }
        }
        assert_eq!(parser.complaints, Vec::<String>::new());
    }

    #[test]
    fn a_concept_that_contains_another_must_come_after_it() {
        let mut known = Vec::new();
        for line in CONCEPTS
            .lines()
            .filter(|l| !l.starts_with('#') && !l.trim().is_empty())
        {
            let (name, words) = line.split_once(':').unwrap();
            for other in words.split_whitespace().filter_map(|w| w.strip_prefix('$')) {
                assert!(
                    known.contains(&other),
                    "{name} uses ${other} before it is written"
                );
            }
            known.push(name.trim());
        }
    }

    fn parse(concepts: &str, rules: &str) -> Lexicon {
        Parser::default().parse(concepts, &[rules])
    }

    fn hits(lexicon: &Lexicon, text: &str) -> Vec<(usize, usize)> {
        lexicon
            .read(&lexicon.normaliser().fold(text))
            .hits
            .into_iter()
            .map(|h| (h.words.start, h.words.end))
            .collect()
    }

    #[test]
    fn elements_match_words_beginnings_phrases_and_gaps() {
        let lexicon = parse("WHO: lui mon_chef\n", "[emergency 0.5]\n$WHO .. frapp* moi?\n");
        assert_eq!(hits(&lexicon, "hier mon chef a encore frappé moi"), [(1, 7)]);
        assert_eq!(hits(&lexicon, "lui frappe"), [(0, 2)]);
        assert_eq!(hits(&lexicon, "lui a b c d frappe"), []);
    }

    #[test]
    fn a_pattern_stays_inside_its_sentence() {
        let lexicon = parse("", "[emergency 0.5]\nil .. frappe\n");
        assert_eq!(hits(&lexicon, "il est parti. frappe"), []);
    }

    #[test]
    fn start_and_end_hold_the_whole_message() {
        let lexicon = parse("", "[emergency 0.5]\n< rouge >\n");
        assert_eq!(hits(&lexicon, "Rouge !!"), [(0, 1)]);
        assert_eq!(hits(&lexicon, "feu rouge"), []);
    }

    #[test]
    fn an_unknown_spelling_is_heard() {
        let lexicon = parse("", "[emergency 0.5]\nsecours\n");
        assert_eq!(hits(&lexicon, "o sekour"), [(1, 2)]);
    }
}
