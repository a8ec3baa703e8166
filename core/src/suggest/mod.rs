//! Step 4: which canned responses fit a message, filled and ready to be made personal.
//!
//! What comes in: a pack (numbers, links, texts and the rules that offer them - data, never code), the verdict of triage, the text, the
//! hour. What goes out: at most three suggestions, best first, never none, each with its reason; and, for the night responder, finished
//! night texts. A help line that is closed now is never offered, and nothing with an empty place in it is ever filled.
//! Deliberately absent: sending, reviewing, and any learning beyond the counts that the store hands over.
//!
//! Reading order: `manifest` (the files), `pack` (a pack in memory, filling a text), `template`, `hours`, `fold` and `cues` (finding phrases),
//! `rank` (points and reasons), `check` (what is unwise in a pack), `built_in` (the packs that come with the program).

mod built_in;
mod check;
mod cues;
mod fold;
mod hours;
mod manifest;
mod pack;
mod rank;
mod template;
#[cfg(test)]
mod tests;
mod words;

pub use check::{Problem, Severity, check_dir};
pub use pack::{Facts, NightFacts, Pack, Rendered, Reply};
pub use rank::Usage;

use crate::channel::{length, limits};
use crate::domain::{ChannelKind, Classification, Instant, Language, ReplyId, Suggestion, Topics};
use chrono_tz::Tz;
use rank::Points;

/// One message, as far as suggesting needs it.
#[derive(Clone, Copy)]
pub struct Situation<'a> {
    /// What triage says.
    pub classification: &'a Classification,
    /// What triage learned that an answer should speak of.
    pub topics: &'a Topics,
    /// What the person wrote.
    pub text: &'a str,
    /// The instant that decides which lines are open.
    pub now: Instant,
    /// The account's zone.
    pub zone: Tz,
    /// The person's first name, only when it is certain.
    pub first_name: Option<&'a str>,
    /// What colleagues chose before.
    pub usage: &'a Usage,
    /// Where the answer will go, where that is known.
    pub channel: Option<ChannelKind>,
}

/// How many are offered.
const MOST: usize = 3;

/// Fewer points than this are no reason to offer anything.
const LEAST: f32 = 0.05;

/// The replies that fit, best first: at most three, never none. `reader` is the language of titles, reasons and warnings.
#[must_use]
pub fn suggest(pack: &Pack, situation: &Situation<'_>, reader: Language) -> Vec<Suggestion> {
    let found = pack.phrases.find(situation.text);
    let mut ranked: Vec<_> = pack
        .replies
        .values()
        .filter_map(|reply| {
            let rule = reply.rule.as_ref()?;
            let points = Points::of(&reply.id, rule, situation, &found);
            (points.sum >= LEAST).then_some((reply, points))
        })
        .collect();
    // The sort is stable and the map ordered: equal points always come in the same order.
    ranked.sort_by(|a, b| b.1.sum.total_cmp(&a.1.sum));
    let mut suggestions: Vec<_> = ranked
        .into_iter()
        .filter_map(|(reply, points)| finish(pack, reply, points, situation, reader))
        .take(MOST)
        .collect();
    if suggestions.is_empty() {
        let fallback = pack.replies.get(&ReplyId(pack::FALLBACK.into()));
        suggestions
            .extend(fallback.and_then(|reply| finish(pack, reply, Points::default(), situation, reader)));
    }
    suggestions
}

/// Fills a ranked reply; none when it needs a line that is closed now.
fn finish(
    pack: &Pack,
    reply: &Reply,
    points: Points,
    situation: &Situation<'_>,
    reader: Language,
) -> Option<Suggestion> {
    let facts = Facts {
        now: situation.now,
        zone: situation.zone,
        force: None,
        first_name: situation.first_name,
        opens_at: None,
        reader,
    };
    let rendered = pack
        .render(&reply.id, situation.classification.language, &facts)
        .ok()?;
    let mut warnings = rendered.warnings;
    if let Some(channel) = situation.channel {
        let limits = limits(channel);
        let over = limits
            .length
            .and_then(|most| length(&rendered.text, limits.unit).checked_sub(most))
            .filter(|n| *n > 0);
        warnings.extend(over.map(|over| words::too_long(over, channel, reader)));
    }
    Some(Suggestion {
        reply: reply.id.clone(),
        language: rendered.language,
        score: points.score(),
        title: reply.title(reader).to_owned(),
        text: rendered.text,
        why: points.why(situation.text, reader),
        warnings,
    })
}
