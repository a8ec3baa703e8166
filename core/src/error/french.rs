//! The desk's sentences in French.
//!
//! What comes in: an English sentence as the desk made it, values already in it. What goes out: the same in French, or nothing. The
//! catalogue `fr.toml` holds pairs of templates whose places are numbered `{0}`, `{1}`, …; of several templates that fit, the one with
//! the most literal text wins. A value that is itself a sentence of the catalogue is put into French too, unless it stands between
//! quotation marks: then it is somebody's word. Deliberately absent: plurals and genders that depend on a value; sentences are
//! written so that they need none.

use std::collections::BTreeMap;
use std::sync::LazyLock;

static CATALOGUE: LazyLock<Vec<Pair>> = LazyLock::new(|| read(include_str!("fr.toml")));

/// How deep a sentence may lie within another.
const DEPTH: usize = 4;

struct Pair {
    english: Template,
    french: Template,
}

/// Literal pieces with a numbered place between each two.
struct Template {
    first: String,
    rest: Vec<(usize, String)>,
}

/// The French counterpart of a sentence of the desk.
#[must_use]
pub fn sentence(english: &str) -> Option<String> {
    within(english, DEPTH)
}

fn within(english: &str, depth: usize) -> Option<String> {
    if english.trim().is_empty() || depth == 0 {
        return None;
    }
    let best = CATALOGUE
        .iter()
        .filter_map(|pair| Some((pair, pair.english.places_in(english)?)))
        .max_by_key(|(pair, _)| pair.english.literal_length());
    if let Some((pair, values)) = best {
        let values: Vec<String> = values
            .into_iter()
            .map(|(value, quoted)| match quoted {
                true => value.to_owned(),
                false => within(value, depth - 1).unwrap_or_else(|| value.to_owned()),
            })
            .collect();
        return Some(pair.french.filled(&values));
    }
    // "what was attempted: why it failed" - in French where both halves are known.
    english.match_indices(": ").find_map(|(at, colon)| {
        let (doing, cause) = (english.get(..at)?, english.get(at + colon.len()..)?);
        Some(format!(
            "{} : {}",
            within(doing, depth - 1)?,
            within(cause, depth - 1)?
        ))
    })
}

fn read(toml: &str) -> Vec<Pair> {
    // The file is part of the program and a test reads it: it cannot be wrong at a desk.
    let sections: BTreeMap<String, BTreeMap<String, String>> = toml::from_str(toml).unwrap_or_default();
    sections
        .into_values()
        .flatten()
        .map(|(english, french)| Pair {
            english: Template::of(&english),
            french: Template::of(&french),
        })
        .collect()
}

impl Template {
    fn of(text: &str) -> Self {
        let mut pieces = vec![(0, String::new())];
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let (before, after) = rest.split_at(open);
            let number = after
                .split_once('}')
                .and_then(|(inner, behind)| Some((inner.strip_prefix('{')?.parse().ok()?, behind)));
            match number {
                Some((number, behind)) => {
                    push(&mut pieces, before);
                    pieces.push((number, String::new()));
                    rest = behind;
                }
                // A brace of the sentence itself.
                None => {
                    push(&mut pieces, before);
                    push(&mut pieces, "{");
                    rest = after.strip_prefix('{').unwrap_or_default();
                }
            }
        }
        push(&mut pieces, rest);
        let mut pieces = pieces.into_iter();
        let first = pieces.next().map(|(_, literal)| literal).unwrap_or_default();
        Self {
            first,
            rest: pieces.collect(),
        }
    }

    fn literal_length(&self) -> usize {
        self.first.len() + self.rest.iter().map(|(_, literal)| literal.len()).sum::<usize>()
    }

    /// The values at the places, by number, each with whether it stands between quotation marks. None when the sentence does not fit.
    fn places_in<'t>(&self, text: &'t str) -> Option<Vec<(&'t str, bool)>> {
        let mut left = text.strip_prefix(self.first.as_str())?;
        let mut values = vec![("", false); self.rest.len()];
        let mut before = self.first.as_str();
        for (index, (number, literal)) in self.rest.iter().enumerate() {
            let last = index + 1 == self.rest.len();
            let (value, behind) = if last {
                (left.strip_suffix(literal.as_str())?, "")
            } else {
                left.split_once(literal.as_str())?
            };
            *values.get_mut(*number)? = (value, before.ends_with(['“', '"', '«']));
            left = behind;
            before = literal;
        }
        left.is_empty().then_some(values)
    }

    fn filled(&self, values: &[String]) -> String {
        let mut text = self.first.clone();
        for (number, literal) in &self.rest {
            text.push_str(values.get(*number).map_or("", String::as_str));
            text.push_str(literal);
        }
        text
    }
}

fn push(pieces: &mut [(usize, String)], literal: &str) {
    if let Some((_, last)) = pieces.last_mut() {
        last.push_str(literal);
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
