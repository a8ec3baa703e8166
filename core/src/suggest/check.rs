//! What is wrong or unwise in a pack, said before a citizen reads it.
//!
//! What comes in: a pack and today's date. What goes out: sentences, each with its file. An error keeps a pack from being used or
//! would harm at night; a warning is for the person who tends the pack. Deliberately absent: repairs.

use super::fold::Folded;
use super::hours::Hours;
use super::manifest::Manifest;
use super::pack::{Fact, Pack, Reply, files_of, longest};
use super::words;
use crate::channel::{length, limits};
use crate::domain::{ChannelKind, Language};
use crate::error::Result;
use chrono::NaiveDate;
use std::path::Path;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The pack must not be used like this.
    Error,
    /// A person should look.
    Warning,
}

/// One problem of a pack.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// How bad.
    pub severity: Severity,
    /// The file within the pack.
    pub file: String,
    /// What is wrong.
    pub sentence: String,
}

/// Everything that is wrong with the pack in a folder, whether it loads or not.
///
/// # Errors
/// The folder cannot be read.
pub fn check_dir(dir: &Path, today: NaiveDate) -> Result<Vec<Problem>> {
    Ok(match Pack::read(&files_of(dir)?) {
        Ok(pack) => pack.check(today),
        Err(faults) => faults
            .into_iter()
            .map(|fault| Problem {
                severity: Severity::Error,
                file: fault.file,
                sentence: fault.sentence,
            })
            .collect(),
    })
}

impl Pack {
    /// Everything unwise in this pack, errors first. (A pack that is outright broken does not load at all: see [`check_dir`].)
    #[must_use]
    pub fn check(&self, today: NaiveDate) -> Vec<Problem> {
        let mut report = Report::default();
        check_facts(&self.manifest, today, &mut report);
        for reply in self.replies.values() {
            report.file = format!("replies/{}.toml", reply.id);
            self.check_languages(reply, &mut report);
            for language in reply.texts.keys() {
                self.check_text(reply, *language, &mut report);
            }
        }
        report.problems.sort_by_key(|p| p.severity);
        report.problems
    }

    fn check_languages(&self, reply: &Reply, report: &mut Report) {
        let wanted = if reply.night || reply.urgent {
            &self.manifest.languages
        } else {
            &self.manifest.everyday_languages
        };
        for language in wanted.iter().filter(|l| !reply.texts.contains_key(l)) {
            report.error(format!("The text in {} is missing.", words::language(*language)));
        }
        for language in &self.manifest.everyday_languages {
            if reply
                .title
                .get(language)
                .is_none_or(|title| title.trim().is_empty())
            {
                report.warning(format!("The title in {} is missing.", words::language(*language)));
            }
        }
    }

    fn check_text(&self, reply: &Reply, language: Language, report: &mut Report) {
        let name = words::language(language);
        let Some(template) = reply.texts.get(&language) else {
            return;
        };
        if reply.night {
            for line in self.facts_in(template).filter_map(closed_at_night) {
                report.error(format!(
                    "The text in {name} offers {line}, which is closed at night."
                ));
            }
            if !template.variables().any(|v| v == "opens_at") {
                report.error(format!(
                    "The text in {name} does not say when a person answers (opens_at)."
                ));
            }
        }
        if !template.variables().any(|v| v == "force") {
            report.warning(format!("The text in {name} is not signed (force)."));
        }
        let text = match longest(self, reply, language) {
            Ok(text) => text,
            Err(e) => return report.error(e.message),
        };
        if self.manifest.form_of_address == "vous"
            && let Some(word) = familiar(&text, language)
        {
            report.error(format!("The text in {name} uses the familiar \"{word}\"."));
        }
        self.check_length(reply, name, &text, report);
        if reply.night {
            let first = text.chars().take(FIRST_GLANCE).collect::<String>();
            let numbers = self.facts_in(template).filter(|f| matches!(f, Fact::Number(_)));
            if !numbers.into_iter().any(|n| first.contains(n.shown())) {
                report.error(format!(
                    "The text in {name} has no number in its first {FIRST_GLANCE} characters."
                ));
            }
        }
        if reply.discreet
            && let Some(word) = telltale(&text)
        {
            report.error(format!(
                "The text in {name} says \"{word}\" in its first {LOCK_SCREEN} characters, which somebody else may read."
            ));
        }
    }

    fn check_length(&self, reply: &Reply, name: &str, text: &str, report: &mut Report) {
        let long = text.chars().count();
        if reply.night && long >= NIGHT_LENGTH {
            report.error(format!(
                "The text in {name} has {long} characters; a night text has fewer than {NIGHT_LENGTH}."
            ));
        }
        for channel in ChannelKind::ALL {
            let limits = limits(*channel);
            let counted = length(text, limits.unit);
            if limits.length.is_some_and(|most| counted > most) {
                let sentence = format!(
                    "The text in {name} is too long for {channel}: {counted} of {}.",
                    limits.length.unwrap_or_default()
                );
                if reply.night {
                    report.error(sentence)
                } else {
                    report.warning(sentence)
                }
            }
        }
    }
}

/// A night text is shorter than this.
const NIGHT_LENGTH: usize = 600;

/// What a preview shows.
const FIRST_GLANCE: usize = 80;

/// What a locked telephone shows.
const LOCK_SCREEN: usize = 40;

#[derive(Default)]
struct Report {
    file: String,
    problems: Vec<Problem>,
}

impl Report {
    fn error(&mut self, sentence: String) {
        self.add(Severity::Error, sentence);
    }

    fn warning(&mut self, sentence: String) {
        self.add(Severity::Warning, sentence);
    }

    fn add(&mut self, severity: Severity, sentence: String) {
        self.problems.push(Problem {
            severity,
            file: self.file.clone(),
            sentence,
        });
    }
}

fn check_facts(manifest: &Manifest, today: NaiveDate, report: &mut Report) {
    report.file = "pack.toml".to_owned();
    if manifest.reviewed_on.is_none() {
        report.warning("No person of the force has reviewed this pack yet (reviewed_on).".to_owned());
    }
    let numbers = manifest
        .numbers
        .iter()
        .map(|(id, line)| (id, &line.label, &line.source, Fact::Number(line)));
    let links = manifest
        .links
        .iter()
        .map(|(id, link)| (id, &link.label, &link.source, Fact::Link(link)));
    for (id, label, source, fact) in numbers.chain(links) {
        let shown = fact.shown();
        if fact.verified_on().is_none() {
            report.warning(format!(
                "{id} ({shown}) is to be checked: verified_on is missing."
            ));
        } else if source.trim().is_empty() {
            report.warning(format!("{id} ({shown}) does not say where it was read (source)."));
        }
        match fact.review_by() {
            None => report.warning(format!(
                "{id} ({shown}) does not say when it must be looked at again (review_by)."
            )),
            Some(by) if by < today => {
                report.warning(format!("{id} ({shown}) was to be looked at again by {by}."))
            }
            Some(_) => {}
        }
        for language in manifest
            .everyday_languages
            .iter()
            .filter(|l| !label.contains_key(l))
        {
            report.warning(format!(
                "{id} ({shown}) has no label in {}.",
                words::language(*language)
            ));
        }
    }
}

fn closed_at_night<'p>(fact: Fact<'p>) -> Option<&'p str> {
    match fact {
        Fact::Number(line) if line.hours != Hours::Always => Some(&line.number),
        Fact::Number(_) | Fact::Link(_) => None,
    }
}

/// The first familiar form of address in a text.
fn familiar(text: &str, language: Language) -> Option<String> {
    let forms: &[&str] = match language {
        Language::French => &["tu", "te", "toi", "ton", "ta", "tes", "tien", "tienne"],
        Language::German => &["du", "dir", "dich", "dein", "deine", "deinen", "deiner"],
        Language::Spanish => &["tu", "tus", "te", "ti", "contigo"],
        Language::Italian => &["tu", "te", "ti", "tuo", "tua", "tuoi", "tue"],
        _ => &[],
    };
    if language == Language::French && text.to_lowercase().replace('’', "'").contains(" t'") {
        return Some("t'".to_owned());
    }
    Folded::of(text)
        .text
        .split_whitespace()
        .find(|word| forms.contains(word))
        .map(str::to_owned)
}

/// The first word at the head of a text that tells a bystander what it is about.
fn telltale(text: &str) -> Option<&'static str> {
    let head = text.chars().take(LOCK_SCREEN).collect::<String>();
    let head = Folded::of(&head).text;
    TELLTALE.into_iter().find(|word| head.contains(word))
}

/// Stems, folded, in the languages of the packs.
const TELLTALE: [&str; 13] = [
    "violen",
    "plainte",
    "agress",
    "victim",
    "conjoint",
    "gewalt",
    "anzeige",
    "denunci",
    "queixa",
    "complaint",
    "abuse",
    "عنف",
    "شكوى",
];
