//! Text as people type it becomes a row of plain words.
//!
//! What comes in: any text. What goes out: [`Folded`], words in lower case without accents, elongations undone
//! ("aaaaide"), SMS forms spelt out ("jsuis", "kelk1", "2main"), emoji as words, and for each word the bytes of the
//! original that it stands for, its sentence and clause, and whether it was quoted.
//! Deliberately absent: meaning. Nothing is thrown away because it looks unimportant; no dictionary decides.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// Longest folded word, in bytes: longer runs (a key held down, a pasted token) are cut, their source span is whole.
const LONGEST_WORD: usize = 48;
/// Signs that are noted: a key held down says nothing new.
const MOST_SIGNS: usize = 64;
/// Words that a quotation may span before an unclosed quote is taken for an inch sign or a slip.
const LONGEST_QUOTE: usize = 80;

/// One word of the folded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Where it lies in [`Folded::text`].
    at: Range<u32>,
    /// The bytes of the original it stands for, on character boundaries.
    pub source: Range<usize>,
    /// Counts sentences from 0.
    pub sentence: u32,
    /// Counts clauses (also split at commas and line ends) from 0 over the whole text.
    pub clause: u32,
    /// Between quotation marks.
    pub quoted: bool,
}

/// A sign that is no letter, no digit and no space: how a text is punctuated tells much about how it is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sign {
    /// Words before it.
    pub after: u32,
    /// The sign.
    pub sign: char,
}

/// A text as words.
#[derive(Clone, Default)]
pub struct Folded {
    text: String,
    words: Vec<Word>,
    /// Signs between the words, in order: at most [`MOST_SIGNS`].
    pub signs: Vec<Sign>,
    /// Exclamation marks.
    pub exclamations: usize,
    /// Question marks.
    pub questions: usize,
    /// Sentences that end in a question mark, in order.
    pub asked: Vec<u32>,
    /// Letters, and how many of them were capitals.
    pub letters: usize,
    /// Capitals among the letters.
    pub capitals: usize,
}

impl Folded {
    /// The words in order.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// The folded letters of one word.
    #[must_use]
    pub fn letters_of(&self, word: &Word) -> &str {
        self.text
            .get(word.at.start as usize..word.at.end as usize)
            .unwrap_or("")
    }

    /// The folded letters of all words.
    pub fn iter(&self) -> impl Iterator<Item = &str> + Clone + '_ {
        self.words.iter().map(|w| self.letters_of(w))
    }

    /// Is most of it shouted?
    #[must_use]
    pub fn is_shouted(&self) -> bool {
        self.letters >= 8 && self.capitals * 10 > self.letters * 7
    }
}

/// A map whose keys come from our own tables: a plain hash is enough, and quick.
pub type QuickMap<K, V> = HashMap<K, V, BuildHasherDefault<PlainHasher>>;

/// FNV-1a.
#[derive(Clone, Copy)]
pub struct PlainHasher(u64);

impl Default for PlainHasher {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for PlainHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// Spells out what the tables know; folds everything else.
#[derive(Default)]
pub struct Normaliser {
    forms: QuickMap<String, Vec<String>>,
    emoji: QuickMap<char, Vec<String>>,
}

/// What one character does to the word being read.
enum Kind {
    Letter,
    Silent,
    Break,
    Clause,
    Sentence,
    Quote,
}

impl Normaliser {
    /// Reads the two tables: `form<TAB>words` a line, `emoji<TAB>words` a line; `#` starts a comment line.
    #[must_use]
    pub fn new(forms: &str, emoji: &str) -> Self {
        let plain = Self::default();
        let rows = |table: &str| -> Vec<(String, Vec<String>)> {
            table
                .lines()
                .filter(|line| !line.starts_with('#'))
                .filter_map(|line| line.split_once('\t'))
                .map(|(form, words)| {
                    (
                        form.to_owned(),
                        plain.fold(words).iter().map(str::to_owned).collect(),
                    )
                })
                .collect()
        };
        let forms = rows(forms)
            .into_iter()
            .filter_map(|(form, words)| Some((plain.fold(&form).iter().next()?.to_owned(), words)))
            .collect();
        let emoji = rows(emoji)
            .into_iter()
            .filter_map(|(sign, words)| Some((sign.chars().next()?, words)))
            .collect();
        Self { forms, emoji }
    }

    /// Folds what is one word of letters that no table spells out; says so if it is not.
    pub(super) fn fold_word(&self, word: &str, into: &mut String) -> bool {
        into.clear();
        for c in word.chars() {
            match kind(c) {
                Kind::Letter if c.is_ascii() => into.push(c.to_ascii_lowercase()),
                Kind::Letter => fold_letter(c, into),
                Kind::Silent => {}
                Kind::Break | Kind::Clause | Kind::Sentence | Kind::Quote => return false,
            }
        }
        undo_elongation(into);
        let number = into.len() > 4 && into.bytes().all(|b| b.is_ascii_digit());
        !into.is_empty() && into.len() <= LONGEST_WORD && !number && !self.forms.contains_key(into.as_str())
    }

    /// Folds a text.
    #[must_use]
    pub fn fold(&self, text: &str) -> Folded {
        let mut reader = Reader {
            tables: self,
            out: Folded::default(),
            word: String::new(),
            source: 0..0,
            sentence: 0,
            clause: 0,
            open_quote: None,
        };
        reader.out.text.reserve(text.len() + text.len() / 8);
        let mut chars = text.char_indices().peekable();
        let mut link_ends = 0;
        while let Some((at, c)) = chars.next() {
            if at < link_ends {
                continue;
            }
            let end = at + c.len_utf8();
            match kind(c) {
                Kind::Letter => {
                    let may_be_link = reader.word.is_empty() && matches!(c, 'h' | 'H' | 'w');
                    if may_be_link && let Some(length) = link_length(text.get(at..).unwrap_or("")) {
                        link_ends = at + length;
                        reader.push("zurl", at..link_ends);
                        continue;
                    }
                    reader.letter(c, at..end);
                }
                Kind::Silent => {
                    if !reader.word.is_empty() {
                        reader.source.end = end;
                    }
                }
                Kind::Break => {
                    reader.flush();
                    if !c.is_whitespace() {
                        reader.sign(c);
                    }
                    if let Some(words) = self.emoji.get(&c) {
                        for word in words {
                            reader.push(word, at..end);
                        }
                    }
                }
                Kind::Clause => {
                    reader.flush();
                    reader.sign(c);
                    reader.clause += 1;
                }
                Kind::Sentence => {
                    reader.flush();
                    reader.sign(c);
                    match c {
                        '!' => reader.out.exclamations += 1,
                        '?' | '؟' => {
                            reader.out.questions += 1;
                            reader.ask();
                        }
                        _ => {}
                    }
                    // "s.o.s" and "17.30" hold together; "!" and "?" always end.
                    let glued = c == '.' && chars.peek().is_some_and(|(_, next)| next.is_alphanumeric());
                    if !glued {
                        reader.sentence += 1;
                        reader.clause += 1;
                    }
                }
                Kind::Quote => {
                    reader.flush();
                    reader.sign(c);
                    reader.quote();
                }
            }
        }
        reader.flush();
        reader.out
    }
}

/// The text being read.
struct Reader<'n> {
    tables: &'n Normaliser,
    out: Folded,
    word: String,
    source: Range<usize>,
    sentence: u32,
    clause: u32,
    open_quote: Option<usize>,
}

impl Reader<'_> {
    fn letter(&mut self, c: char, source: Range<usize>) {
        if self.word.is_empty() {
            self.source = source.clone();
        }
        self.source.end = source.end;
        if c.is_alphabetic() {
            self.out.letters += 1;
            self.out.capitals += usize::from(c.is_uppercase());
        }
        if c.is_ascii() {
            self.word.push(c.to_ascii_lowercase());
        } else {
            fold_letter(c, &mut self.word);
        }
        if self.word.len() > 4 * LONGEST_WORD {
            undo_elongation(&mut self.word);
            cut(&mut self.word, 2 * LONGEST_WORD);
        }
    }

    fn flush(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let mut word = std::mem::take(&mut self.word);
        undo_elongation(&mut word);
        cut(&mut word, LONGEST_WORD);
        let source = self.source.clone();
        let tables = self.tables;
        if word.len() > 4 && word.bytes().all(|b| b.is_ascii_digit()) {
            self.push("znum", source);
        } else if let Some(words) = tables.forms.get(&word) {
            for spelt in words {
                self.push(spelt, source.clone());
            }
        } else {
            self.push(&word, source);
        }
        word.clear();
        self.word = word;
    }

    fn push(&mut self, word: &str, source: Range<usize>) {
        if !self.out.text.is_empty() {
            self.out.text.push(' ');
        }
        let start = u32::try_from(self.out.text.len()).unwrap_or(u32::MAX);
        self.out.text.push_str(word);
        let end = u32::try_from(self.out.text.len()).unwrap_or(u32::MAX);
        self.out.words.push(Word {
            at: start..end,
            source,
            sentence: self.sentence,
            clause: self.clause,
            quoted: false,
        });
    }

    /// A sign stands after the words so far.
    fn sign(&mut self, sign: char) {
        if self.out.signs.len() < MOST_SIGNS {
            let after = u32::try_from(self.out.words.len()).unwrap_or(u32::MAX);
            self.out.signs.push(Sign { after, sign });
        }
    }

    /// A question mark asks about the sentence of the last word.
    fn ask(&mut self) {
        if let Some(sentence) = self.out.words.last().map(|w| w.sentence)
            && self.out.asked.last() != Some(&sentence)
        {
            self.out.asked.push(sentence);
        }
    }

    /// A closing mark makes quoted what came since the opening one.
    fn quote(&mut self) {
        let here = self.out.words.len();
        match self.open_quote.take() {
            Some(since) if here > since && here - since <= LONGEST_QUOTE => {
                self.out
                    .words
                    .iter_mut()
                    .skip(since)
                    .for_each(|w| w.quoted = true);
            }
            _ => self.open_quote = Some(here),
        }
    }
}

fn kind(c: char) -> Kind {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => Kind::Letter,
        '.' | '!' | '?' | '…' | '؟' | '。' => Kind::Sentence,
        ',' | ';' | ':' | '(' | ')' | '\n' | '\r' | '،' | '؛' => Kind::Clause,
        '"' | '«' | '»' | '“' | '”' | '„' => Kind::Quote,
        '\u{00ad}' | '\u{200b}'..='\u{200f}' | '\u{fe0e}' | '\u{fe0f}' | '\u{0640}' => Kind::Silent,
        _ if is_combining_mark(c) => Kind::Silent,
        _ if c.is_alphanumeric() => Kind::Letter,
        _ => Kind::Break,
    }
}

/// Lower case, without marks, with the few letters that decomposition leaves alone.
fn fold_letter(c: char, into: &mut String) {
    decompose_compatible(c, |part| {
        if is_combining_mark(part) {
            return;
        }
        for low in part.to_lowercase() {
            match low {
                'ı' => into.push('i'),
                'œ' => into.push_str("oe"),
                'æ' => into.push_str("ae"),
                'ß' => into.push_str("ss"),
                'ø' => into.push('o'),
                'ł' => into.push('l'),
                'ى' => into.push('ي'),
                'ة' => into.push('ه'),
                low if low.is_alphanumeric() => into.push(low),
                _ => {}
            }
        }
    });
}

/// Three or more of the same letter become one; digits stay.
fn undo_elongation(word: &mut String) {
    let mut run = 0;
    let mut last = '\0';
    let long = word.chars().any(|c| {
        run = if c == last { run + 1 } else { 1 };
        last = c;
        run == 3 && !c.is_ascii_digit()
    });
    if !long {
        return;
    }
    let mut out = String::with_capacity(word.len());
    let mut chars = word.chars().peekable();
    while let Some(c) = chars.next() {
        let mut run = 1;
        while chars.next_if_eq(&c).is_some() {
            run += 1;
        }
        let keep = if c.is_ascii_digit() {
            run
        } else if run >= 3 {
            1
        } else {
            run
        };
        out.extend(std::iter::repeat_n(c, keep));
    }
    *word = out;
}

fn cut(word: &mut String, longest: usize) {
    if word.len() > longest {
        let mut end = longest;
        while !word.is_char_boundary(end) {
            end -= 1;
        }
        word.truncate(end);
    }
}

/// The bytes of a link that starts here.
fn link_length(text: &str) -> Option<usize> {
    let starts = [
        "http://", "https://", "www.", "Http://", "Https://", "HTTP://", "HTTPS://",
    ];
    starts
        .iter()
        .any(|s| text.starts_with(s))
        .then(|| text.find(char::is_whitespace).unwrap_or(text.len()))
}

/// How a word sounds, roughly, in French: misspellings of one word share one key.
pub fn sound(word: &str, key: &mut String) {
    key.clear();
    if !word.is_ascii() {
        key.push_str(word);
        return;
    }
    let bytes = word.as_bytes();
    let at = |i: usize| bytes.get(i).copied().unwrap_or(0);
    let mut i = 0;
    while i < bytes.len() {
        let (c, next, after) = (at(i), at(i + 1), at(i + 2));
        let (out, used): (&str, usize) = match (c, next, after) {
            (b'e', b'a', b'u') => ("o", 3),
            (b'a', b'u', _) => ("o", 2),
            (b'a' | b'e', b'i', _) => ("e", 2),
            (b'o', b'u', _) => ("u", 2),
            (b'p', b'h', _) => ("f", 2),
            (b'q', b'u', _) => ("k", 2),
            (b'q', _, _) => ("k", 1),
            (b'c', b'h', _) => ("ch", 2),
            (b'c', b'e' | b'i' | b'y', _) => ("s", 1),
            (b'c', _, _) => ("k", 1),
            (b'g', b'u', b'e' | b'i') => ("g", 2),
            (b'g', b'e', b'a' | b'o') => ("j", 2),
            (b'e', b'n' | b'm', n) if !is_vowel(n) && n != b'n' && n != b'm' => ("an", 2),
            (b'a', b'm', n) if !is_vowel(n) && n != b'm' => ("an", 2),
            (b'y', _, _) => ("i", 1),
            (b'h', _, _) => ("", 1),
            (b'z', _, _) => ("s", 1),
            (a, b, _) if a == b => ("", 1),
            (b'0'..=b'9' | b'a'..=b'z', _, _) => ("=", 1),
            _ => ("", 1),
        };
        if out == "=" {
            key.push(char::from(c));
        } else {
            key.push_str(out);
        }
        i += used;
    }
    // Endings that are not heard; "er", "ez", "é" sound the same.
    if key.len() > 3 && (key.ends_with("er") || key.ends_with("es")) {
        key.pop();
    }
    while key.len() > 3
        && matches!(
            key.as_bytes().last(),
            Some(b's' | b't' | b'x' | b'e' | b'd' | b'p')
        )
    {
        key.pop();
    }
}

fn is_vowel(b: u8) -> bool {
    matches!(b, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normaliser() -> Normaliser {
        Normaliser::new(
            "jsuis\tje suis\nkelk1\tquelqu un\n2main\tdemain",
            "🆘\tsos\n🔪\tcouteau",
        )
    }

    fn words(text: &str) -> String {
        normaliser().fold(text).iter().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn accents_capitals_and_elongations_go() {
        assert_eq!(words("AAAAIDEZ-moi, À l'aide ! çaaa"), "aidez moi a l aide ca");
    }

    #[test]
    fn sms_forms_are_spelt_out() {
        assert_eq!(
            words("Jsuis la, kelk1 vient 2main"),
            "je suis la quelqu un vient demain"
        );
    }

    #[test]
    fn emoji_become_words() {
        assert_eq!(words("🆘🆘 🔪"), "sos sos couteau");
    }

    #[test]
    fn spans_lead_back_to_the_original() {
        let text = "Hé !! jsuis   enfermée 🆘";
        let folded = normaliser().fold(text);
        let back: Vec<_> = folded
            .words()
            .iter()
            .map(|w| text.get(w.source.clone()).unwrap())
            .collect();
        assert_eq!(back, ["Hé", "jsuis", "jsuis", "enfermée", "🆘"]);
    }

    #[test]
    fn initials_hold_together_and_sentences_part() {
        let folded = normaliser().fold("s.o.s ici. Merci");
        let sentences: Vec<_> = folded.words().iter().map(|w| w.sentence).collect();
        assert_eq!(sentences, [0, 0, 0, 0, 1]);
    }

    #[test]
    fn links_are_one_word() {
        assert_eq!(words("voir https://exemple.fr/a?b=17 merci"), "voir zurl merci");
    }

    #[test]
    fn quoted_words_are_marked() {
        let folded = normaliser().fold("il a dit « je vais te tuer » hier");
        let quoted = folded.words().iter().filter(|w| w.quoted).count();
        assert_eq!(quoted, 4);
    }

    #[test]
    fn misspellings_share_a_sound() {
        let mut a = String::new();
        let mut b = String::new();
        for (right, wrong) in [
            ("secours", "sekour"),
            ("agresse", "agrecer"),
            ("quelque", "kelke"),
            ("couteau", "kouto"),
        ] {
            sound(right, &mut a);
            sound(wrong, &mut b);
            assert_eq!(a, b, "{right} {wrong}");
        }
    }
}
