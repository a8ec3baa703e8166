//! Text as cues see it: lower case, no accents, no apostrophes, phone spelling written out, one space between words.
//!
//! What comes in: any text. What goes out: the folded words, each with the place it came from, so that a reason can quote the
//! sender's own words. Deliberately absent: meaning. The same folding is applied to the cues of a pack, which therefore may be
//! written as people write, accents and all.

use std::ops::Range;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// A folded text: ` word word word `, with a space at both ends.
#[derive(Default)]
pub(super) struct Folded {
    /// The words, one space around each.
    pub(super) text: String,
    /// Where each word begins in `text`, and where it came from.
    words: Vec<(usize, Range<usize>)>,
}

impl Folded {
    /// Folds a text. Linear in its length.
    pub(super) fn of(text: &str) -> Self {
        let mut folded = Self::default();
        folded.text.reserve(text.len() + 2);
        folded.text.push(' ');
        let mut word = Vec::new();
        let mut start = 0;
        for (at, c) in text.char_indices() {
            if c == TATWEEL {
                continue;
            }
            if word.is_empty() {
                start = at;
            }
            let before = word.len();
            fold_char(c, &mut word);
            if word.len() > before || is_combining_mark(c) {
                continue;
            }
            folded.end_word(&mut word, start..at);
            if is_emoji(c) {
                folded.push(&c.to_string(), at..at + c.len_utf8());
            } else if matches!(c, '?' | '؟' | '？') {
                folded.push("?", at..at + c.len_utf8());
            }
        }
        folded.end_word(&mut word, start..text.len());
        folded
    }

    /// The part of the original text that a span of the folded text came from.
    pub(super) fn origin(&self, span: &Range<usize>) -> Option<Range<usize>> {
        let first = self.words.partition_point(|(at, _)| *at < span.start);
        let last = self
            .words
            .partition_point(|(at, _)| *at < span.end)
            .checked_sub(1)?;
        let from = self.words.get(first)?.1.start;
        let to = self.words.get(last)?.1.end;
        (from <= to).then_some(from..to)
    }

    fn end_word(&mut self, word: &mut Vec<char>, from: Range<usize>) {
        if word.is_empty() {
            return;
        }
        let spelled = unstretch(word);
        word.clear();
        match written_out(&spelled) {
            Some(long) => long.split(' ').for_each(|w| self.push(w, from.clone())),
            None => self.push(&spelled, from),
        }
    }

    fn push(&mut self, word: &str, from: Range<usize>) {
        self.words.push((self.text.len(), from));
        self.text.push_str(word);
        self.text.push(' ');
    }
}

/// A cue as the matcher looks for it: whole words, or, with a `*` at its end, the beginning of the last word.
pub(super) fn fold_cue(cue: &str) -> String {
    let folded = Folded::of(cue).text;
    if cue.trim_end().ends_with('*') {
        folded.trim_end().to_owned()
    } else {
        folded
    }
}

/// Stretches Arabic words for looks; says nothing.
const TATWEEL: char = '\u{640}';

fn fold_char(c: char, word: &mut Vec<char>) {
    for c in c.to_lowercase().flat_map(|c| std::iter::once(c).nfkd()) {
        match c {
            'œ' => word.extend(['o', 'e']),
            'æ' => word.extend(['a', 'e']),
            'ß' => word.extend(['s', 's']),
            'ı' => word.push('i'),
            'ø' => word.push('o'),
            'ł' => word.push('l'),
            c if is_combining_mark(c) => {}
            c if c.is_alphanumeric() => word.push(c),
            _ => {}
        }
    }
}

/// "aiiiide" is "aide", "merciii" is "merci"; numbers stay as they are.
fn unstretch(word: &[char]) -> String {
    word.chunk_by(|a, b| a == b)
        .flat_map(|run| {
            let keep = if run.len() >= 3 && run.first().is_some_and(|c| c.is_alphabetic()) {
                1
            } else {
                run.len()
            };
            run.iter().take(keep).copied()
        })
        .collect()
}

fn is_emoji(c: char) -> bool {
    matches!(u32::from(c), 0x2600..=0x27BF | 0x1F100..=0x1FAFF)
}

/// Phone spelling that is common enough to be worth one table; whatever else a pack needs stands in its cues.
fn written_out(word: &str) -> Option<&'static str> {
    Some(match word {
        "jai" | "gt" => "j ai",
        "jsuis" | "chuis" | "chui" | "jsui" | "jui" | "jsuit" => "je suis",
        "jveux" | "jveu" | "jvx" => "je veux",
        "jvoudrais" | "jvoudrai" | "jvoulais" => "je voudrais",
        "jpeux" | "jpe" | "jpeu" | "jpx" => "je peux",
        "jdois" => "je dois",
        "jsais" | "jsai" | "chais" => "je sais",
        "cest" => "c est",
        "cetait" | "ct" | "ctait" => "c etait",
        "ya" | "ia" | "yavait" => "y a",
        "kelkun" | "kelqu" | "qqun" | "qqn" | "quelquun" | "qlq" | "qlqn" | "quelqun" | "kelk1"
        | "kelqun" | "qq1" => "quelqu un",
        "qqch" | "qqchose" | "kelkechose" => "quelque chose",
        "pk" | "pq" | "pkoi" | "pourkoi" | "prk" => "pourquoi",
        "koi" | "kwa" => "quoi",
        "ki" => "qui",
        "ke" | "k" => "que",
        "kan" | "qd" | "kand" => "quand",
        "kom" | "cmt" | "coment" | "commen" | "commt" => "comment",
        "cmb" | "combi1" => "combien",
        "vs" | "vou" => "vous",
        "ns" => "nous",
        "tt" => "tout",
        "ts" => "tous",
        "bjr" | "bonj" => "bonjour",
        "bsr" => "bonsoir",
        "slt" => "salut",
        "mci" | "mrc" | "mrci" | "merki" => "merci",
        "stp" | "siouplait" => "svp",
        "mtn" | "mnt" | "maintenan" => "maintenant",
        "ajd" | "auj" | "ojd" | "aujourdhui" => "aujourd hui",
        "2main" | "dem1" => "demain",
        "pr" => "pour",
        "ds" => "dans",
        "avc" | "av" | "avk" => "avec",
        "tel" | "portable" | "tph" => "telephone",
        "rdv" => "rendez vous",
        "pcq" | "pck" | "parcq" | "psk" => "parce que",
        "msg" | "mess" | "msge" => "message",
        "pb" | "prob" => "probleme",
        "flic" | "flics" | "keuf" | "keufs" | "poulets" | "condes" | "schmitt" => "policier",
        "ordi" => "ordinateur",
        "im" => "i m",
        "ive" => "i ve",
        "cant" => "can t",
        "didnt" => "didn t",
        "theres" => "there s",
        "u" => "you",
        "ur" => "your",
        "thx" | "tnx" => "thanks",
        "plz" | "pls" => "please",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_what_people_type() {
        for (text, folded) in [
            ("On m'a VOLÉ mon vélo !!", " on m a vole mon velo "),
            ("jai perdu", " j ai perdu "),
            ("aiiiide 🆘🆘", " aide 🆘 🆘 "),
            ("le 17, 75000", " le 17 75000 "),
            ("e\u{301}te\u{301}", " ete "),
            ("مـــساعدة", " مساعدة "),
            ("", " "),
        ] {
            assert_eq!(Folded::of(text).text, folded, "{text}");
        }
    }

    #[test]
    fn quotes_the_senders_own_words() {
        let text = "Bonjour, jai PERDU mes papiérs hier";
        let folded = Folded::of(text);
        let at = folded.text.find("perdu mes papiers").unwrap();
        let origin = folded.origin(&(at..at + "perdu mes papiers".len())).unwrap();
        assert_eq!(text.get(origin), Some("PERDU mes papiérs"));
    }

    #[test]
    fn a_star_leaves_the_last_word_open() {
        assert_eq!(fold_cue("rayé*"), " raye");
        assert_eq!(fold_cue("rayé"), " raye ");
    }
}
