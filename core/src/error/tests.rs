//! Every sentence that a person may see has a French counterpart: the sources are read, and what is missing is named.

#![allow(
    clippy::string_slice,
    reason = "places in a source are found by its own brackets, which are one byte each"
)]

use super::*;
use crate::domain::Language;
use crate::error::{Code, Error};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Where sentences for people arise, from the root of the project.
const SOURCES: &[&str] = &["core/src", "channels/src", "cli/src", "src-tauri/src"];

/// Calls whose arguments are sentences for people.
const CALLS: &[&str] = &[
    "Error::invalid(",
    "Error::not_found(",
    "Error::forbidden(",
    "Error::conflict(",
    "Error::internal(",
    "Error::new(",
    "Self::internal(format!(",
    ".hint(",
    ".context(",
    "#[error(",
];

/// Files in which every literal of three words and more is such a sentence: reasons travel there as plain text.
const SAYING: &[&str] = &[
    "core/src/channel/local.rs",
    "core/src/desk/",
    "core/src/import/",
    "core/src/journal/",
    "core/src/night/schedule.rs",
    "core/src/outbox/",
    "core/src/people/",
    "core/src/service.rs",
    "core/src/suggest/built_in.rs",
    "core/src/suggest/check.rs",
    "core/src/suggest/hours.rs",
    "core/src/suggest/manifest.rs",
    "core/src/suggest/pack.rs",
    "core/src/suggest/template.rs",
    "channels/src/",
];

/// What looks like a sentence in those files and is none: marks in other programs' exports, words of a protocol, texts of messages.
const NO_SENTENCES: &[&str] = &[
    "Liked a message",
    "A aimé un message",
    "WhatsApp Chat with ",
    "Discussion WhatsApp avec ",
    "Conversation WhatsApp avec ",
    "WhatsApp Chat - ",
    "Chat de WhatsApp con ",
    "Chat WhatsApp con ",
    "WhatsApp Chat mit ",
    "Conversa do WhatsApp com ",
    "contact card omitted",
    "fiche contact omise",
    "this message was deleted",
    "you deleted this message",
    "ce message a été supprimé",
    "vous avez supprimé ce message",
    "<this message was edited>",
    "<ce message a été modifié>",
    "Joined the conversation",
    "The conversation was renamed",
    "Re: votre message",
    "LIST \"\" \"*\"",
    "LIST \"\" \"*\" RETURN (SPECIAL-USE)",
    "UID FETCH {0} (UID RFC822.SIZE)",
    "UID FETCH {0} (UID {1})",
    "UID SEARCH HEADER Message-ID {0}",
    "UID STORE {0} +FLAGS.SILENT (\\Answered)",
    "[Planton: ce courriel pèse {0} Mo ; seul son début est lu ici, le reste est dans la boîte aux lettres. / This mail weighs {1} MB: only its beginning is read here, the rest is in the mailbox.]",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn every_sentence_for_people_has_a_french_one() {
    let known: BTreeSet<String> = entries().into_iter().map(|(english, _)| english).collect();
    let mut missing = BTreeSet::new();
    let mut found = 0;
    for source in SOURCES {
        for file in rust_files(&root().join(source)) {
            let name = file
                .strip_prefix(root())
                .expect("below the root")
                .display()
                .to_string();
            let code = Source::of(&std::fs::read_to_string(&file).expect("a source"));
            let everything = SAYING.iter().any(|saying| name.starts_with(saying));
            for said in code.sentences(everything) {
                found += 1;
                if !known.contains(&said) {
                    missing.insert(format!("{name}: {said}"));
                }
            }
        }
    }
    assert!(found > 250, "the sources could not be read: {found} sentences");
    assert!(
        missing.is_empty(),
        "add to core/src/error/fr.toml:\n{}",
        missing.into_iter().collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn the_catalogue_can_be_read_and_both_sides_of_each_pair_have_the_same_places() {
    let entries = entries();
    assert!(entries.len() > 250);
    for (english, french) in entries {
        let places = |text: &str| {
            let mut numbers: Vec<usize> = Template::of(text)
                .rest
                .iter()
                .map(|(number, _)| *number)
                .collect();
            numbers.sort_unstable();
            numbers
        };
        let here = places(&english);
        assert_eq!(here, (0..here.len()).collect::<Vec<_>>(), "{english}");
        assert_eq!(here, places(&french), "{english}");
        assert!(
            Template::of(&english).literal_length() >= 3,
            "{english} would fit everything"
        );
        assert_ne!(french.trim(), "", "{english}");
    }
}

#[test]
fn values_keep_their_place() {
    assert_eq!(
        sentence("The text is too long for this channel: 1200 of at most 1000 bytes.").as_deref(),
        Some("Le texte est trop long pour ce canal : 1200 octets sur 1000 au plus.")
    );
    let error = Error::new(Code::Conflict, "Alex Morel is answering this conversation.")
        .hint("Your text is kept as a draft.")
        .in_language(Language::French);
    assert_eq!(error.code, Code::Conflict);
    assert_eq!(error.message, "Alex Morel répond à cette conversation.");
    assert_eq!(error.hint, "Votre texte est gardé en brouillon.");
}

#[test]
fn a_cause_within_a_sentence_is_in_french_too() {
    assert_eq!(
        sentence("The account does not work: the platform could not be reached (the IMAP server did not answer in time).").as_deref(),
        Some("Le compte ne fonctionne pas : la plateforme est injoignable (le serveur IMAP n'a pas répondu à temps).")
    );
    assert_eq!(
        sentence("No backup could be taken before the migration: The disk is full.").as_deref(),
        Some("Aucune sauvegarde n'a pu être faite avant la migration : Le disque est plein.")
    );
}

#[test]
fn somebody_s_own_words_are_left_alone() {
    assert_eq!(
        sentence("There is no inbox named “characters”.").as_deref(),
        Some("Aucun compte ne s'appelle « characters ».")
    );
}

#[test]
fn what_has_no_counterpart_stays_english() {
    assert_eq!(sentence("Something that nobody wrote."), None);
    assert_eq!(sentence(""), None);
    let error = Error::internal("Something that nobody wrote.").in_language(Language::French);
    assert_eq!(error.message, "Something that nobody wrote.");
    let english = Error::invalid("The text cannot be empty.").in_language(Language::English);
    assert_eq!(english.message, "The text cannot be empty.");
}

#[test]
fn the_longest_literal_wins() {
    // Both "the {0} server {1}" and the sentence itself fit.
    assert_eq!(
        sentence("the SMTP server asks to try later").as_deref(),
        Some("le serveur SMTP demande de réessayer plus tard")
    );
}

fn entries() -> Vec<(String, String)> {
    let sections: BTreeMap<String, BTreeMap<String, String>> =
        toml::from_str(include_str!("fr.toml")).expect("fr.toml");
    sections.into_values().flatten().collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if name.ends_with(".rs") && name != "tests.rs" && name != "testing.rs" {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// A source without its comments and tests; each literal text stands as `"number"` in `plain`.
struct Source {
    plain: String,
    literals: Vec<String>,
}

impl Source {
    fn of(source: &str) -> Self {
        let mut code = Self {
            plain: String::new(),
            literals: Vec::new(),
        };
        let signs: Vec<char> = source.chars().collect();
        let at = |index: usize| signs.get(index).copied().unwrap_or('\0');
        let mut i = 0;
        while i < signs.len() {
            match at(i) {
                '/' if at(i + 1) == '/' => {
                    while i < signs.len() && at(i) != '\n' {
                        i += 1;
                    }
                }
                '\'' if at(i + 1) == '\\' => {
                    i += 3;
                    while i < signs.len() && at(i) != '\'' {
                        i += 1;
                    }
                    i += 1;
                }
                '\'' if at(i + 2) == '\'' => i += 3,
                'r' if (at(i + 1) == '"' || at(i + 1) == '#') && !at(i.wrapping_sub(1)).is_alphanumeric() => {
                    let hashes = signs.iter().skip(i + 1).take_while(|sign| **sign == '#').count();
                    if at(i + 1 + hashes) != '"' {
                        code.plain.push('r');
                        i += 1;
                        continue;
                    }
                    let close: String = std::iter::once('"')
                        .chain(std::iter::repeat_n('#', hashes))
                        .collect();
                    let behind: String = signs.iter().skip(i + 2 + hashes).collect();
                    let text = behind.split_once(&close).map_or("", |(text, _)| text).to_owned();
                    i += 2 + hashes + text.chars().count() + close.len();
                    code.literal(text);
                }
                '"' => {
                    let mut text = String::new();
                    i += 1;
                    while i < signs.len() && at(i) != '"' {
                        if at(i) != '\\' {
                            text.push(at(i));
                            i += 1;
                            continue;
                        }
                        i += 2;
                        match at(i - 1) {
                            'n' => text.push('\n'),
                            'r' => text.push('\r'),
                            't' => text.push('\t'),
                            'u' => {
                                let hex: String = signs
                                    .iter()
                                    .skip(i + 1)
                                    .take_while(|sign| **sign != '}')
                                    .collect();
                                i += hex.len() + 2;
                                text.extend(u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32));
                            }
                            '\n' => {
                                while at(i).is_whitespace() {
                                    i += 1;
                                }
                            }
                            other => text.push(other),
                        }
                    }
                    i += 1;
                    code.literal(text);
                }
                other => {
                    code.plain.push(other);
                    i += 1;
                }
            }
        }
        for tests in [
            "#[cfg(test)]\nmod ",
            "#[cfg(test)]\npub(crate) mod ",
            "#[cfg(test)]\n#[path",
        ] {
            if let Some((before, _)) = code.plain.split_once(tests) {
                code.plain = before.to_owned();
            }
        }
        code
    }

    fn literal(&mut self, text: String) {
        self.plain.push_str(&format!("\"{}\"", self.literals.len()));
        self.literals.push(text);
    }

    fn sentences(&self, everything: bool) -> BTreeSet<String> {
        let mut said = BTreeSet::new();
        for call in CALLS {
            for (start, _) in self.plain.match_indices(call) {
                let inside = arguments(&self.plain[start + call.len()..]);
                let formats = call.ends_with("format!(") || *call == "#[error(";
                said.extend(self.texts(inside, formats, 2));
            }
        }
        if everything {
            let mut plain = self.plain.clone();
            for silent in ["tracing::", "write!(", "#[", ".record(", "json!("] {
                while let Some(start) = plain.find(silent) {
                    let behind = &plain[start + silent.len()..];
                    let open = behind.find(['(', '[']).unwrap_or_default();
                    let length = match silent {
                        "#[" => arguments(behind).len(),
                        "write!(" | ".record(" | "json!(" => arguments(behind).len(),
                        _ => open + 1 + arguments(&behind[open + 1..]).len(),
                    };
                    plain.replace_range(start..start + silent.len() + length, "");
                }
            }
            said.extend(self.texts(&plain, false, 3));
        }
        said.retain(|text| !NO_SENTENCES.iter().any(|mark| mark.trim() == text));
        said
    }

    /// The literals of at least so many words in a piece of code, places numbered where it is a format.
    fn texts(&self, code: &str, formats: bool, words: usize) -> Vec<String> {
        let mut found = Vec::new();
        let mut rest = code;
        let mut before = String::new();
        while let Some((ahead, behind)) = rest.split_once('"') {
            before.push_str(ahead);
            let Some((number, after)) = behind.split_once('"') else {
                break;
            };
            let text = &self.literals[number.parse::<usize>().expect("a number")];
            let is_format = formats || before.trim_end().ends_with("format!(");
            let text = if is_format { numbered(text) } else { text.clone() };
            let letters = text.chars().filter(|sign| sign.is_alphabetic()).count();
            if text.split_whitespace().count() >= words && letters >= 4 && !is_template_of_places(&text) {
                found.push(text.trim().to_owned());
            }
            before.push('"');
            rest = after;
        }
        found
    }
}

/// The code up to the bracket that closes what is open.
fn arguments(code: &str) -> &str {
    let mut depth = 0usize;
    for (at, sign) in code.char_indices() {
        match sign {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => return &code[..at],
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
    }
    code
}

/// A format's places as the catalogue counts them.
fn numbered(format: &str) -> String {
    let mut text = String::new();
    let mut number = 0;
    let mut rest = format;
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        let (brace, behind) = rest[at..].split_at(1);
        if let Some(behind) = behind.strip_prefix(brace) {
            text.push_str(brace);
            rest = behind;
        } else {
            text.push_str(&format!("{{{number}}}"));
            number += 1;
            rest = behind.split_once('}').map_or("", |(_, behind)| behind);
        }
    }
    text.push_str(rest);
    text
}

/// Nothing but places and what joins them, as in `{0}: {1}`.
fn is_template_of_places(text: &str) -> bool {
    Template::of(text).literal_length() < 3
}
