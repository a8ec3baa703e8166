//! What people know about such messages, written down: concepts, and rules over them.
//!
//! What comes in: a folded text. What goes out: [`Reading`], which concepts stand where, and which rules hit. The
//! knowledge itself is data beside this file: `concepts.txt` and `fields.txt` (words of ten languages under one name), `rules_*.txt`
//! (patterns that speak for a category or a signal, and contexts that weaken them), `forms.tsv` and `emoji.tsv` (spelling).
//! Deliberately absent: the verdict. A hit is an argument with a weight; `decide` and the learned model weigh it.
//!
//! A pattern is a row of elements: a word, `word*` (a beginning), `two_words`, `a|b`, `$CONCEPT`, `element?` (optional),
//! `..` or `..5` (up to 3 or 5 words between), `<` and `>` (start and end of the message). It matches inside one sentence.

mod tree;

use super::normalise::{Folded, Normaliser, QuickMap, sound};
use crate::domain::{Category, Signal};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use tree::Tree;

const CONCEPTS: &str = concat!(include_str!("concepts.txt"), "\n", include_str!("fields.txt"));
const RULES: &[&str] = &[
    include_str!("rules_emergency.txt"),
    include_str!("rules_signals.txt"),
    include_str!("rules_categories.txt"),
    include_str!("rules_context.txt"),
];
const FORMS: &str = include_str!("forms.tsv");
const EMOJI: &str = include_str!("emoji.tsv");

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

/// A word, a beginning of words or a concept.
type Id = u16;

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

struct Element {
    shape: Shape,
    optional: bool,
}

enum Shape {
    Any(Vec<Vec<Id>>),
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
    tree: Tree,
    sounds: QuickMap<String, Vec<Id>>,
    /// By id of a word: concepts that this word alone is.
    single: Vec<Vec<Id>>,
    /// By id of a first word: the rest of a phrase and the concepts it is.
    phrases: Vec<Vec<(Vec<Id>, Vec<Id>)>>,
    /// By id: the concept's key, 0 for words.
    concept_key: Vec<u32>,
    rules: Vec<Rule>,
    /// By id: rules that cannot match without it.
    by_anchor: Vec<Vec<u32>>,
}

/// A place in a text can be several things: an id and how many words it takes.
struct Things {
    all: Vec<(Id, u8)>,
    ends: Vec<u32>,
}

impl Things {
    fn at(&self, position: usize) -> &[(Id, u8)] {
        let start = position
            .checked_sub(1)
            .and_then(|p| self.ends.get(p))
            .map_or(0, |e| *e as usize);
        let end = self.ends.get(position).map_or(start, |e| *e as usize);
        self.all.get(start..end).unwrap_or(&[])
    }

    fn is(&self, position: usize, id: Id) -> Option<usize> {
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
                let key = self.concept_key.get(usize::from(*id)).copied().unwrap_or(0);
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
                for index in self.by_anchor.get(usize::from(*id)).into_iter().flatten() {
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
        let mut words: Vec<(Id, u8)> = Vec::with_capacity(text.words().len() * 2);
        let mut ends = Vec::with_capacity(text.words().len());
        let mut key = String::new();
        for word in text.iter() {
            let before = words.len();
            self.tree.walk(word, |id| words.push((id, 1)));
            if words.len() == before && word.len() >= SHORTEST_SOUND && word.is_ascii() {
                sound(word, &mut key);
                words.extend(self.sounds.get(&key).into_iter().flatten().map(|id| (*id, 1)));
            }
            ends.push(u32::try_from(words.len()).unwrap_or(u32::MAX));
        }
        let words = Things { all: words, ends };
        let mut all = Vec::with_capacity(words.all.len() * 2);
        let mut ends = Vec::with_capacity(words.ends.len());
        for position in 0..text.words().len() {
            let from = all.len();
            for (id, _) in words.at(position) {
                all.push((*id, 1));
                all.extend(
                    self.single
                        .get(usize::from(*id))
                        .into_iter()
                        .flatten()
                        .map(|concept| (*concept, 1)),
                );
                for (rest, concepts) in self.phrases.get(usize::from(*id)).into_iter().flatten() {
                    let here = rest
                        .iter()
                        .enumerate()
                        .all(|(n, id)| words.is(position + 1 + n, *id).is_some());
                    if here {
                        let length = u8::try_from(rest.len() + 1).unwrap_or(u8::MAX);
                        all.extend(concepts.iter().map(|concept| (*concept, length)));
                    }
                }
            }
            if let Some(new) = all.get_mut(from..) {
                new.sort_unstable();
            }
            let mut seen = None;
            let mut keep = from;
            for i in from..all.len() {
                let thing = all.get(i).copied();
                if thing != seen {
                    seen = thing;
                    if let (Some(thing), Some(slot)) = (thing, all.get_mut(keep)) {
                        *slot = thing;
                        keep += 1;
                    }
                }
            }
            all.truncate(keep);
            ends.push(u32::try_from(all.len()).unwrap_or(u32::MAX));
        }
        Things { all, ends }
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
        Shape::Any(alternatives) => {
            let found = alternatives.iter().find_map(|alternative| {
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
    exact: HashMap<String, Id>,
    beginnings: HashMap<String, Id>,
    concepts: BTreeMap<String, Id>,
    /// Longest phrase of a concept, in words.
    widths: HashMap<Id, usize>,
    parents: HashMap<Id, Vec<Id>>,
    phrases: Vec<(Vec<Id>, Id)>,
    names: Vec<String>,
    frequency: HashMap<Id, usize>,
    complaints: Vec<String>,
}

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
                self.parents.entry(other).or_default().push(concept);
                let width = self.widths.get(&other).copied().unwrap_or(1);
                let mine = self.widths.entry(concept).or_insert(1);
                *mine = width.max(*mine);
            } else {
                let phrase = self.phrase(word, normaliser);
                let mine = self.widths.entry(concept).or_insert(1);
                *mine = phrase.len().max(*mine);
                if phrase.is_empty() {
                    self.complaints.push(word.to_owned());
                } else {
                    self.phrases.push((phrase, concept));
                }
            }
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
                        None => self.phrase(alternative, normaliser),
                    })
                    .collect();
                if alternatives.iter().any(Vec::is_empty) {
                    return None;
                }
                Some(Element {
                    shape: Shape::Any(alternatives),
                    optional,
                })
            })
            .collect()
    }

    fn phrase(&mut self, words: &str, normaliser: &Normaliser) -> Vec<Id> {
        let mut ids = Vec::new();
        for word in words.split('_').filter(|w| !w.is_empty()) {
            if let Some(beginning) = word.strip_suffix('*') {
                let folded = normaliser.fold(beginning);
                let letters = folded.iter().last().unwrap_or("").to_owned();
                ids.push(Self::intern(&mut self.beginnings, &mut self.names, letters));
            } else {
                for folded in normaliser.fold(word).iter() {
                    ids.push(Self::intern(&mut self.exact, &mut self.names, folded.to_owned()));
                }
            }
        }
        ids
    }

    fn intern(table: &mut HashMap<String, Id>, names: &mut Vec<String>, word: String) -> Id {
        *table.entry(word).or_insert_with_key(|word| {
            names.push(word.clone());
            Id::try_from(names.len() - 1).unwrap_or(Id::MAX)
        })
    }

    fn concept_id(&mut self, name: &str) -> Id {
        if let Some(id) = self.concepts.get(name) {
            return *id;
        }
        self.names.push(format!("${name}"));
        let id = Id::try_from(self.names.len() - 1).unwrap_or(Id::MAX);
        self.concepts.insert(name.to_owned(), id);
        id
    }

    /// The concept and all that contain it.
    fn ancestry(&self, concept: Id) -> Vec<Id> {
        let mut all = vec![concept];
        let mut next = 0;
        while let Some(id) = all.get(next).copied() {
            next += 1;
            for parent in self.parents.get(&id).into_iter().flatten() {
                if !all.contains(parent) {
                    all.push(*parent);
                }
            }
        }
        all
    }

    fn finish(mut self, normaliser: Normaliser, mut rules: Vec<Rule>) -> Lexicon {
        let ids = self.names.len();
        let mut single = vec![Vec::new(); ids];
        let mut phrases: Vec<Vec<(Vec<Id>, Vec<Id>)>> = Vec::new();
        phrases.resize_with(ids, Vec::new);
        for (phrase, concept) in &self.phrases {
            let concepts = self.ancestry(*concept);
            for concept in &concepts {
                *self.frequency.entry(*concept).or_default() += 1;
            }
            let Some((first, rest)) = phrase.split_first() else {
                continue;
            };
            if rest.is_empty() {
                if let Some(slot) = single.get_mut(usize::from(*first)) {
                    slot.extend(concepts);
                }
            } else if let Some(slot) = phrases.get_mut(usize::from(*first)) {
                slot.push((rest.to_vec(), concepts));
            }
        }
        let mut concept_key = vec![0; ids];
        for (name, id) in &self.concepts {
            if let Some(slot) = concept_key.get_mut(usize::from(*id)) {
                *slot = name_key(name).max(1);
            }
        }
        let mut by_anchor: Vec<Vec<u32>> = Vec::new();
        by_anchor.resize_with(ids, Vec::new);
        for (index, rule) in rules.iter_mut().enumerate() {
            self.anchor(index, rule, &mut by_anchor);
        }
        let mut sounds: QuickMap<String, Vec<Id>> = QuickMap::default();
        let mut key = String::new();
        for (word, id) in self
            .exact
            .iter()
            .filter(|(w, _)| w.len() >= SHORTEST_SOUND && w.is_ascii())
        {
            sound(word, &mut key);
            sounds.entry(key.clone()).or_default().push(*id);
        }
        let mut words: Vec<(String, Id)> = self.exact.iter().map(|(w, id)| (w.clone(), *id)).collect();
        for (word, id) in &self.exact {
            words.extend(homophones(word).map(|heard| (heard, *id)));
        }
        words.sort_unstable();
        let tree = Tree::new(
            words.iter().map(|(w, id)| (w.as_str(), *id)),
            self.beginnings.iter().map(|(w, id)| (w.as_str(), *id)),
        );
        Lexicon {
            tree,
            normaliser,
            sounds,
            single,
            phrases,
            concept_key,
            rules,
            by_anchor,
        }
    }

    /// Files the rule under the element that is rarest, so that most texts never try it.
    fn anchor(&mut self, index: usize, rule: &mut Rule, by_anchor: &mut [Vec<u32>]) {
        const COMMON: &[&str] = &["$I", "$ME", "$HE", "$MY", "$BE", "$NOT", "$AT", "$HAVE"];
        let cost = |alternatives: &[Vec<Id>]| -> usize {
            alternatives
                .iter()
                .filter_map(|a| a.first())
                .map(|id| {
                    let name = self.names.get(usize::from(*id)).map_or("", String::as_str);
                    let common = if COMMON.contains(&name) || (name.len() <= 3 && !name.starts_with('$')) {
                        100
                    } else {
                        0
                    };
                    common + self.frequency.get(id).copied().unwrap_or(1)
                })
                .sum()
        };
        let mut before = 0;
        let mut best: Option<(usize, usize, Vec<Id>)> = None;
        for element in &rule.elements {
            match &element.shape {
                Shape::Any(alternatives) => {
                    let cost = cost(alternatives);
                    if !element.optional && best.as_ref().is_none_or(|(c, _, _)| cost < *c) {
                        best = Some((
                            cost,
                            before,
                            alternatives.iter().filter_map(|a| a.first().copied()).collect(),
                        ));
                    }
                    let width = |a: &Vec<Id>| {
                        a.iter()
                            .map(|id| self.widths.get(id).copied().unwrap_or(1))
                            .sum::<usize>()
                    };
                    before += alternatives.iter().map(width).max().unwrap_or(1);
                }
                Shape::Gap(most) => before += most,
                Shape::Start | Shape::End => {}
            }
        }
        match best {
            Some((_, before, ids)) => {
                rule.before_anchor = before;
                for id in ids {
                    if let Some(rules) = by_anchor.get_mut(usize::from(id)) {
                        rules.push(u32::try_from(index).unwrap_or(u32::MAX));
                    }
                }
            }
            None => self.complaints.push(format!("rule {index} has no word")),
        }
    }
}

/// How else an infinitive in "er" is written by ear: "parler" is "parle", "parlez", "parlee".
fn homophones(word: &str) -> impl Iterator<Item = String> {
    let stem = word
        .strip_suffix("er")
        .filter(|stem| stem.len() >= 3 && word.is_ascii());
    stem.into_iter()
        .flat_map(|stem| ["e", "ez", "ee", "ai"].map(|end| format!("{stem}{end}")))
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
        assert!(parser.names.len() < usize::from(Id::MAX), "ids have run out");
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
