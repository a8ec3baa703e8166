//! From arguments to a verdict.
//!
//! What comes in: a folded text, what the lexicon found in it, and what the learned model thinks. What goes out: a
//! [`Classification`]. Emergency wins on doubt: either source may raise it, neither can veto the other, and contexts such
//! as a past tense only lower a score. Every emergency names the words that decided.
//! Deliberately absent: the network, the sender, the hour; the same text always gets the same verdict.

use super::lexicon::{Context, Hit, Lexicon, Reading, Why};
use super::model::Opinion;
use super::normalise::Folded;
use crate::domain::{Category, Classification, Evidence, Language, Signal, Signals};
use std::ops::Range;

/// Probability of an emergency from which it is one: below one half, because a missed one costs more than a false alarm.
const ALARM: f32 = 0.25;
/// Strength of the lexicon's arguments that raises by itself...
const STRONG: f32 = 0.85;
/// ...unless the learned model is this sure of the contrary.
const DOUBT: f32 = 0.15;
/// Probability from which a second intent is named.
const SECOND: f32 = 0.2;
/// Words named where the learned part decided alone.
const MOST_WORDS: usize = 5;
/// Share of the heaviest word's weight below which a word is not named.
const FAR_BELOW: f32 = 0.3;
/// Evidence spans in one verdict: more would colour the whole text.
const MOST_EVIDENCE: usize = 12;

/// Categories, then signals.
const SUBJECTS: usize = Category::ALL.len() + Signal::ALL.len();

/// One argument for a category or a signal, weakened by its contexts.
#[derive(Debug, Clone)]
pub struct Argument {
    /// What it speaks for.
    pub why: Why,
    /// What is left of the rule's weight.
    pub weight: f32,
    /// Words of the folded text.
    pub words: Range<usize>,
    /// Index of the rule.
    pub rule: usize,
    /// The rule's key for the learned model.
    pub key: u32,
    /// What weakened it.
    pub contexts: Vec<Context>,
}

/// All arguments that the lexicon has about a text.
#[derive(Debug, Clone, Default)]
pub struct Arguments {
    /// For categories and signals.
    pub pleas: Vec<Argument>,
    /// Where contexts were read.
    pub contexts: Vec<(Context, Range<usize>)>,
    /// How strongly all of them together speak for each category, then for each signal: asked for again and again.
    strengths: [f32; SUBJECTS],
    /// Where the last of them ends.
    end: usize,
}

impl Arguments {
    /// Weighs every hit against the contexts of its sentence.
    #[must_use]
    pub fn weigh(lexicon: &Lexicon, folded: &Folded, reading: &Reading) -> Self {
        let mut contexts: Vec<(Context, Range<usize>)> = Vec::new();
        for hit in &reading.hits {
            for why in lexicon.rule(hit.rule).into_iter().flat_map(|r| &r.whys) {
                if let Why::Context(context) = why {
                    contexts.push((*context, hit.words.clone()));
                }
            }
        }
        let mut pleas = Vec::new();
        for hit in &reading.hits {
            let Some(rule) = lexicon.rule(hit.rule) else {
                continue;
            };
            if matches!(rule.whys.first(), Some(Why::Context(_))) {
                continue;
            }
            let around = if rule.firm {
                Vec::new()
            } else {
                around(hit, &contexts, folded)
            };
            let kept: f32 = around.iter().map(|c| kept(*c)).product();
            for why in &rule.whys {
                let weight = match why {
                    Why::Category(Category::Emergency) => rule.weight * kept,
                    _ => rule.weight,
                };
                pleas.push(Argument {
                    why: *why,
                    weight,
                    words: hit.words.clone(),
                    rule: hit.rule,
                    key: rule.key,
                    contexts: around.clone(),
                });
            }
        }
        let mut arguments = Self {
            end: pleas.iter().map(|plea| plea.words.end).max().unwrap_or(0),
            pleas,
            contexts,
            strengths: [0.0; SUBJECTS],
        };
        for at in 0..arguments.pleas.len() {
            if let Some(why) = arguments.pleas.get(at).map(|plea| plea.why)
                && let Some(subject) = subject(why)
                && arguments.strengths.get(subject) == Some(&0.0)
            {
                let strength = arguments.combined(why, &(0..usize::MAX));
                if let Some(slot) = arguments.strengths.get_mut(subject) {
                    *slot = strength;
                }
            }
        }
        arguments
    }

    /// How strongly the arguments together speak for something.
    #[must_use]
    pub fn strength(&self, why: Why) -> f32 {
        self.strength_in(why, &(0..usize::MAX))
    }

    /// The same inside some words: overlapping arguments count once.
    #[must_use]
    pub fn strength_in(&self, why: Why, words: &Range<usize>) -> f32 {
        let all = subject(why).and_then(|subject| self.strengths.get(subject));
        match all {
            // Nothing in the whole is nothing in a part.
            Some(all) if *all == 0.0 || (words.start == 0 && words.end >= self.end) => *all,
            _ => self.combined(why, words),
        }
    }

    fn combined(&self, why: Why, words: &Range<usize>) -> f32 {
        let inside = |plea: &&Argument| words.start <= plea.words.start && plea.words.end <= words.end;
        let mut pleas: Vec<&Argument> = self
            .pleas
            .iter()
            .filter(|p| p.why == why)
            .filter(inside)
            .collect();
        pleas.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        let mut taken: Vec<&Range<usize>> = Vec::new();
        let mut against = 1.0;
        for plea in pleas {
            if taken
                .iter()
                .all(|t| plea.words.end <= t.start || t.end <= plea.words.start)
            {
                against *= 1.0 - plea.weight;
                taken.push(&plea.words);
            }
        }
        1.0 - against
    }
}

impl Arguments {
    /// The lexicon's own opinion, where nothing was learned.
    #[must_use]
    pub fn opinion(&self) -> Opinion {
        let categories = Category::ALL.iter().map(|c| self.strength(Why::Category(*c)));
        Opinion::new(categories.chain(Signal::ALL.iter().map(|s| self.strength(Why::Signal(*s)))))
    }
}

/// The place of a category or signal among all.
fn subject(why: Why) -> Option<usize> {
    match why {
        Why::Category(category) => Some(category as usize),
        Why::Signal(signal) => Some(Category::ALL.len() + signal as usize),
        Why::Context(_) => None,
    }
}

/// What is left of an alarm in a context.
fn kept(context: Context) -> f32 {
    match context {
        Context::Past => 0.4,
        Context::Negated | Context::Hypothetical => 0.3,
        Context::Figurative => 0.15,
        Context::Quoted => 0.45,
    }
}

/// The contexts that touch a hit: a figure of speech or a denial in its clause, the others in its sentence.
fn around(hit: &Hit, contexts: &[(Context, Range<usize>)], folded: &Folded) -> Vec<Context> {
    let word = |at: usize| folded.words().get(at);
    let (Some(first), Some(last)) = (word(hit.words.start), word(hit.words.end.saturating_sub(1))) else {
        return Vec::new();
    };
    let mut found: Vec<Context> = contexts
        .iter()
        .filter(|(context, words)| {
            let (Some(from), Some(to)) = (word(words.start), word(words.end.saturating_sub(1))) else {
                return false;
            };
            match context {
                Context::Figurative | Context::Negated => {
                    from.clause <= last.clause && first.clause <= to.clause
                }
                _ => from.sentence <= last.sentence && first.sentence <= to.sentence,
            }
        })
        .map(|(context, _)| *context)
        .collect();
    if first.quoted && last.quoted {
        found.push(Context::Quoted);
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The verdict on one text. `weighed` tells how much each word spoke for a category in the learned part; it is asked only
/// where the lexicon has no word to show.
#[must_use]
pub fn decide(
    folded: &Folded,
    arguments: &Arguments,
    opinion: &Opinion,
    language: Language,
    text: &str,
    weighed: impl FnOnce(Category) -> Vec<f32>,
) -> Classification {
    let lexical = arguments.strength(Why::Category(Category::Emergency));
    let mut scores = [0.0_f32; 7];
    for (slot, category) in scores.iter_mut().zip(Category::ALL) {
        *slot = opinion.category(*category);
    }
    let alarm = opinion.category(Category::Emergency);
    let emergency = alarm >= ALARM || (lexical >= STRONG && alarm >= DOUBT);
    if emergency && let Some(score) = scores.first_mut() {
        *score = score.max(0.5);
    }
    let ranked = |skip: Category| {
        let others = Category::ALL
            .iter()
            .copied()
            .zip(scores)
            .filter(|(c, _)| *c != skip);
        others.fold(
            (Category::Other, 0.0),
            |best, (c, s)| if s > best.1 { (c, s) } else { best },
        )
    };
    let (category, score) = if emergency {
        (Category::Emergency, alarm)
    } else {
        ranked(Category::Emergency)
    };
    let mut signals: Signals = Signal::ALL
        .iter()
        .copied()
        .filter(|s| carries(*s, arguments, opinion))
        .collect();
    if category == Category::Emergency {
        signals.remove(Signal::Automatic);
    }
    let (second, second_score) = ranked(category);
    let secondary = (second_score >= SECOND && second != Category::Emergency).then_some(second);
    let evidence = evidence(folded, arguments, category, &signals, text, weighed);
    Classification {
        category,
        secondary,
        confidence: score,
        scores,
        signals,
        language,
        evidence,
    }
}

/// A signal picks help, so either source is enough when it is sure, both together when they are not.
fn carries(signal: Signal, arguments: &Arguments, opinion: &Opinion) -> bool {
    let learned = opinion.signal(signal);
    let lexical = arguments.strength(Why::Signal(signal));
    let alone = match signal {
        // Help that comes too late or too loud costs a life: doubt is enough.
        Signal::CannotSpeak | Signal::SuicideRisk | Signal::DomesticViolence => 0.2,
        Signal::ChildAtRisk | Signal::MissingPerson | Signal::Weapon | Signal::ThreatToPolice => 0.3,
        Signal::Sensitive | Signal::Automatic => 0.5,
    };
    learned >= alone || (lexical >= 0.8 && learned >= 0.06) || (lexical >= 0.5 && learned >= 0.12)
}

/// The words behind a verdict: what spoke for the category and the signals, then what weakened.
fn evidence(
    folded: &Folded,
    arguments: &Arguments,
    category: Category,
    signals: &Signals,
    text: &str,
    weighed: impl FnOnce(Category) -> Vec<f32>,
) -> Vec<Evidence> {
    let mut chosen: Vec<(u8, f32, Range<usize>, &'static str)> = Vec::new();
    for plea in &arguments.pleas {
        let (rank, code) = match plea.why {
            Why::Category(c) if c == category => (0, c.as_str()),
            Why::Signal(s) if signals.contains(s) => (1, s.as_str()),
            _ => continue,
        };
        chosen.push((rank, plea.weight, plea.words.clone(), code));
    }
    for (context, words) in &arguments.contexts {
        chosen.push((2, 1.0, words.clone(), context.code()));
    }
    chosen.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    let mut evidence: Vec<Evidence> = Vec::new();
    for (_, _, words, code) in chosen {
        let Some(span) = span(folded, words) else { continue };
        let told = evidence
            .iter()
            .any(|e| e.why == code && e.span.start < span.end && span.start < e.span.end);
        if !told && evidence.len() < MOST_EVIDENCE {
            evidence.push(Evidence {
                span,
                why: code.to_owned(),
            });
        }
    }
    if category != Category::Other && !evidence.iter().any(|e| e.why == category.as_str()) {
        let mut spans: Vec<_> = heaviest(&weighed(category))
            .into_iter()
            .filter_map(|words| span(folded, words))
            .collect();
        if spans.is_empty() && category == Category::Emergency {
            spans.push(span(folded, 0..folded.words().len()).unwrap_or(0..text.len()));
        }
        let learned = spans.into_iter().map(|span| Evidence {
            span,
            why: category.as_str().to_owned(),
        });
        evidence.splice(0..0, learned);
    }
    evidence
}

/// The words that weighed most, in text order: at most [`MOST_WORDS`], none far below the heaviest, neighbours together.
fn heaviest(weights: &[f32]) -> Vec<Range<usize>> {
    let mut order: Vec<usize> = (0..weights.len()).collect();
    let weight = |at: &usize| weights.get(*at).copied().unwrap_or(0.0);
    order.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    let least = order.first().map_or(0.0, weight) * FAR_BELOW;
    order.retain(|at| weight(at) > 0.0 && weight(at) >= least);
    order.truncate(MOST_WORDS);
    order.sort_unstable();
    let mut runs: Vec<Range<usize>> = Vec::new();
    for at in order {
        match runs.last_mut() {
            Some(run) if at <= run.end + 1 => run.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

/// The bytes of the original that a row of words stands for.
fn span(folded: &Folded, words: Range<usize>) -> Option<Range<usize>> {
    let words = folded.words().get(words)?;
    Some(words.first()?.source.start..words.last()?.source.end)
}
