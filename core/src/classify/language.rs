//! Which language somebody writes in.
//!
//! What comes in: the text and its folded words. What goes out: a [`Language`]. Short and mixed texts are told by small
//! words that only one language has, longer ones by the trusted crate `whatlang`, restricted to our languages.
//! Deliberately absent: guessing. "17" or "sos" is `Unknown`, and an answer to it goes out in two languages.

use super::lexicon::words::{Lists, Words};
use super::normalise::Folded;
use crate::domain::Language;
use std::sync::LazyLock;
use whatlang::{Detector, Lang};

/// Language, then small words that tell it from the others, folded.
const HINTS: &str = include_str!("lexicon/hints.txt");
/// Words looked at: enough to know, little enough to be quick.
const WORDS: usize = 60;
/// Letters that `whatlang` looks at.
const LETTERS: usize = 400;

/// The small words, and by their numbers the languages.
struct Hints {
    words: Words,
    languages: Lists<Language>,
}

impl Hints {
    fn of(&self, word: &str) -> Option<&[Language]> {
        self.words.find(word).map(|number| self.languages.of(number))
    }
}

static HINTED: LazyLock<Hints> = LazyLock::new(|| {
    let mut words = Words::default();
    let mut pairs = Vec::new();
    for (code, row) in HINTS.lines().filter_map(|line| line.split_once(':')) {
        let language = code.trim().parse().unwrap_or(Language::Unknown);
        for word in row.split_whitespace() {
            pairs.push((u32::try_from(words.intern(word)).unwrap_or(u32::MAX), language));
        }
    }
    Hints {
        languages: Lists::file(words.len(), &pairs),
        words,
    }
});

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| {
    Detector::with_allowlist(vec![
        Lang::Fra,
        Lang::Eng,
        Lang::Spa,
        Lang::Por,
        Lang::Ita,
        Lang::Deu,
        Lang::Tur,
        Lang::Ron,
        Lang::Ukr,
        Lang::Rus,
        Lang::Ara,
    ])
});

/// The language of a text; `Unknown` where it is too short or too mixed to tell.
#[must_use]
pub fn identify(text: &str, folded: &Folded) -> Language {
    match script(text) {
        Some(Script::Arabic) => return Language::Arabic,
        Some(Script::Cyrillic) => return cyrillic(text, folded),
        Some(Script::Latin) => {}
        None => return Language::Unknown,
    }
    let mut votes = [0_u32; 11];
    let mut low = String::new();
    for word in folded.words().iter().take(WORDS) {
        // The word as typed, before SMS forms and Arabic in Latin letters were spelt out.
        let typed = text.get(word.source.clone()).unwrap_or("");
        let letters = folded.letters_of(word);
        let of_typed = if typed == letters {
            None
        } else {
            low.clear();
            low.push_str(typed);
            low.make_ascii_lowercase();
            HINTED.of(&low)
        };
        if let Some(languages) = of_typed.or_else(|| HINTED.of(letters)) {
            let weight = if languages.len() == 1 { 2 } else { 1 };
            for language in languages {
                if let Some(vote) = votes.get_mut(*language as usize) {
                    *vote += weight;
                }
            }
        }
    }
    let ranked = |skip: Option<Language>| {
        Language::ALL
            .iter()
            .filter(|l| Some(**l) != skip)
            .map(|l| (votes.get(*l as usize).copied().unwrap_or(0), *l))
            .max_by_key(|(vote, l)| (*vote, std::cmp::Reverse(*l as usize)))
    };
    let (best, language) = ranked(None).unwrap_or((0, Language::Unknown));
    let (second, _) = ranked(Some(language)).unwrap_or((0, Language::Unknown));
    if best >= 2 && best >= second + 2 {
        return language;
    }
    let end = text
        .char_indices()
        .nth(LETTERS)
        .map_or(text.len(), |(end, _)| end);
    match DETECTOR.detect(text.get(..end).unwrap_or("")) {
        Some(info) if info.is_reliable() || (folded.words().len() >= 6 && info.confidence() > 0.2) => {
            let heard = of(info.lang());
            // A vote against a guess on few words wins.
            if best > 0 && heard != language && folded.words().len() < 12 {
                language
            } else {
                heard
            }
        }
        _ if best > second => language,
        _ => Language::Unknown,
    }
}

enum Script {
    Latin,
    Arabic,
    Cyrillic,
}

/// The script of most of the first letters.
fn script(text: &str) -> Option<Script> {
    let (mut latin, mut arabic, mut cyrillic) = (0_u32, 0_u32, 0_u32);
    for c in text.chars().filter(|c| c.is_alphabetic()).take(LETTERS) {
        match c {
            '\u{0600}'..='\u{06ff}' | '\u{0750}'..='\u{077f}' | '\u{fb50}'..='\u{feff}' => arabic += 1,
            '\u{0400}'..='\u{052f}' => cyrillic += 1,
            'a'..='z' | 'A'..='Z' | '\u{00c0}'..='\u{024f}' => latin += 1,
            _ => {}
        }
    }
    let most = latin.max(arabic).max(cyrillic);
    match most {
        0 => None,
        _ if most == arabic => Some(Script::Arabic),
        _ if most == cyrillic => Some(Script::Cyrillic),
        _ => Some(Script::Latin),
    }
}

/// Ukrainian has letters that Russian has not, and the other way round; what is neither stays unknown.
fn cyrillic(text: &str, folded: &Folded) -> Language {
    let ours = text
        .chars()
        .any(|c| matches!(c, 'і' | 'ї' | 'є' | 'ґ' | 'І' | 'Ї' | 'Є' | 'Ґ'));
    let theirs = text
        .chars()
        .any(|c| matches!(c, 'ы' | 'э' | 'ъ' | 'ё' | 'Ы' | 'Э' | 'Ъ' | 'Ё'));
    let hinted = folded
        .iter()
        .any(|w| HINTED.of(w).is_some_and(|l| l.contains(&Language::Ukrainian)));
    if ours || (hinted && !theirs) {
        Language::Ukrainian
    } else {
        Language::Unknown
    }
}

fn of(lang: Lang) -> Language {
    match lang {
        Lang::Fra => Language::French,
        Lang::Eng => Language::English,
        Lang::Spa => Language::Spanish,
        Lang::Ara => Language::Arabic,
        Lang::Por => Language::Portuguese,
        Lang::Ita => Language::Italian,
        Lang::Deu => Language::German,
        Lang::Tur => Language::Turkish,
        Lang::Ron => Language::Romanian,
        Lang::Ukr => Language::Ukrainian,
        _ => Language::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Classifier;
    use crate::domain::Language::{self, *};

    fn language(text: &str) -> Language {
        Classifier::built_in().classify(text).language
    }

    #[test]
    fn long_texts() {
        for (text, expected) in [
            ("Bonjour, je voudrais savoir comment payer mon amende", French),
            ("Hello, I would like to know how to pay my fine", English),
            ("Buenos días, quisiera saber cómo pagar mi multa", Spanish),
            ("مرحبا، أريد أن أعرف كيف أدفع الغرامة", Arabic),
            ("Bom dia, gostaria de saber como pagar a minha multa", Portuguese),
            ("Buongiorno, vorrei sapere come pagare la mia multa", Italian),
            (
                "Guten Tag, ich möchte wissen, wie ich meine Strafe bezahlen kann",
                German,
            ),
            (
                "Merhaba, cezamı nasıl ödeyebileceğimi öğrenmek istiyorum",
                Turkish,
            ),
            ("Bună ziua, aș vrea să știu cum plătesc amenda mea", Romanian),
            ("Добрий день, підкажіть, як оплатити штраф", Ukrainian),
        ] {
            assert_eq!(language(text), expected, "{text}");
        }
    }

    #[test]
    fn short_and_misspelt_texts() {
        for (text, expected) in [
            ("aidez moi svp", French),
            ("jpeu pa parlé", French),
            ("help me pls", English),
            ("ayuda por favor", Spanish),
            ("3afak 3awnouni rajli kaydrebni", Arabic),
            ("hilfe bitte", German),
            ("допоможіть", Ukrainian),
            ("17", Unknown),
            ("🆘", Unknown),
            ("", Unknown),
        ] {
            assert_eq!(language(text), expected, "{text}");
        }
    }
}
