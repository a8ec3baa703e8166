//! What people of this desk corrected, and how a similar message is known again.
//!
//! What comes in: the text of a message, its verdict, and the corrections that the store keeps. What goes out: the same verdict,
//! or the category that a colleague gave a similar message, with the shared words as evidence. Of a text only an [`Imprint`] is
//! kept: hashes of words, pairs of words and runs of letters, from which nobody reads the text back, so that the message may be
//! deleted and what was learned stays. Deliberately absent: IO, the clock, and any power to lower: an emergency that the
//! built-in triage sees stays one whatever was learned.
//!
//! Imprints are stored, so the folding below is this module's own and simple: it must not move when the lexicon does. Whoever
//! changes what an imprint holds counts [`FORM`] up; imprints of another form are not compared.

use crate::domain::{Category, Choice, Classification, Correction, Evidence, Imprint, ReplyId};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// The form of the imprints made here.
pub const FORM: i64 = 1;
/// The most corrections, and the most choices, that are kept: the newest.
pub const KEPT: usize = 5_000;

/// Words that are read of a text.
const WORDS: usize = 160;
/// Long words of which the letters are looked at too: short texts must be known again with a slip in them.
const SPELT: usize = 24;
/// Letters from which a word says something by itself.
const LONG: usize = 4;
/// Letters of a word that are kept.
const LETTERS: usize = 40;
/// A text of so few words is also remembered as a whole.
const WHOLE: usize = 6;

/// The newest entries that a feature leads to: older ones are found by their rarer features.
const LATELY: usize = 24;
/// Entries that are compared in full.
const COMPARED: usize = 24;

/// Two texts of few words must be nearly the same.
const SHORT: (usize, f32) = (4, 0.86);
/// Longer ones may differ in greeting, order and detail.
const ENOUGH: (usize, f32) = (14, 0.55);

/// Kinds of features, in the two lowest bits of a hash.
const SHORT_WORD: u32 = 0;
const WORD: u32 = 1;
const PAIR: u32 = 2;
const SPELLING: u32 = 3;

/// How much a feature of a kind counts: squares of weights, since only those are ever added up.
const WEIGHTS: [f32; 4] = [0.08, 1.0, 0.6, 0.09];

/// A folded word and where it stands.
struct Word {
    letters: String,
    span: Range<usize>,
}

/// Lower case, no accents, a run of digits as one sign, no letter more than twice in a row. Addresses and links are left out:
/// they name somebody and say nothing of what a message is about.
fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut start = 0;
    for token in text.split_inclusive(char::is_whitespace) {
        if !(token.contains('@') || token.contains("://") || token.starts_with("www.")) {
            words_of(token, start, &mut words);
        }
        start += token.len();
        if words.len() >= WORDS {
            words.truncate(WORDS);
            break;
        }
    }
    words
}

fn words_of(token: &str, start: usize, words: &mut Vec<Word>) {
    let mut open: Option<Word> = None;
    for (at, c) in token.char_indices() {
        let mut silent = false;
        let mut letters = String::new();
        decompose_compatible(c, |c| {
            silent |= is_combining_mark(c);
            letters.extend(c.to_lowercase().filter(|c| c.is_alphanumeric()));
        });
        if letters.is_empty() {
            if !silent {
                words.extend(open.take());
            }
            continue;
        }
        let end = start + at + c.len_utf8();
        let word = open.get_or_insert_with(|| Word {
            letters: String::new(),
            span: start + at..end,
        });
        word.span.end = end;
        for letter in letters.chars() {
            let letter = if letter.is_numeric() { '0' } else { letter };
            let mut last = word.letters.chars().rev();
            let (one, two) = (last.next(), last.next());
            let stretched = one == Some(letter) && (letter == '0' || two == Some(letter));
            if !stretched && word.letters.len() < LETTERS {
                word.letters.push(letter);
            }
        }
    }
    words.extend(open);
}

/// FNV-1a over the parts, with the kind in the lowest bits.
fn hash(kind: u32, parts: &[&str]) -> u32 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut take = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    for part in parts {
        part.bytes().for_each(&mut take);
        take(0xff);
    }
    let [a, b, c, d, e, f, g, h] = hash.to_le_bytes();
    (u32::from_le_bytes([a, b, c, d]) ^ u32::from_le_bytes([e, f, g, h])) & !3 | kind
}

fn hash_of_word(letters: &str) -> u32 {
    let kind = if letters.chars().count() < LONG {
        SHORT_WORD
    } else {
        WORD
    };
    hash(kind, &[letters])
}

/// Does a text say enough to judge others by it? One word alone ("bonjour", "oui") means what stands around it.
#[must_use]
pub fn teaches(imprint: &Imprint) -> bool {
    imprint.words >= 2
}

/// What is kept of a text.
#[must_use]
pub fn imprint(text: &str) -> Imprint {
    imprint_of(&words(text))
}

fn imprint_of(words: &[Word]) -> Imprint {
    let mut features: Vec<u32> = words.iter().map(|word| hash_of_word(&word.letters)).collect();
    features.extend(words.windows(2).filter_map(|pair| match pair {
        [one, two] => Some(hash(PAIR, &[&one.letters, &two.letters])),
        _ => None,
    }));
    let mut letters: Vec<char> = Vec::new();
    let mut run = String::new();
    for word in words
        .iter()
        .filter(|word| word.letters.chars().count() >= LONG)
        .take(SPELT)
    {
        letters.clear();
        letters.push('^');
        letters.extend(word.letters.chars());
        letters.push('$');
        for size in 3..=5 {
            for part in letters.windows(size) {
                run.clear();
                run.extend(part);
                features.push(hash(SPELLING, &[&run]));
            }
        }
    }
    if (1..=WHOLE).contains(&words.len()) {
        let whole: Vec<&str> = words.iter().map(|word| word.letters.as_str()).collect();
        features.push(hash(PAIR, &[&whole.join(" "), "whole"]));
    }
    features.sort_unstable();
    features.dedup();
    Imprint {
        words: u16::try_from(words.len()).unwrap_or(u16::MAX),
        features,
    }
}

fn weight(feature: u32) -> f32 {
    WEIGHTS.get((feature & 3) as usize).copied().unwrap_or_default()
}

/// The square of an imprint's length.
fn size(imprint: &Imprint) -> f32 {
    imprint.features.iter().map(|feature| weight(*feature)).sum()
}

/// The cosine of two imprints: 1 for the same text, 0 for nothing in common.
#[must_use]
pub fn similarity(one: &Imprint, other: &Imprint) -> f32 {
    cosine(one, size(one), other, size(other))
}

fn cosine(one: &Imprint, one_size: f32, other: &Imprint, other_size: f32) -> f32 {
    let (mut shared, mut behind) = (0.0, other.features.iter().peekable());
    for feature in &one.features {
        while behind.next_if(|other| *other < feature).is_some() {}
        if behind.next_if_eq(&feature).is_some() {
            shared += weight(*feature);
        }
    }
    let sizes = one_size * other_size;
    if sizes > 0.0 {
        (shared / sizes.sqrt()).min(1.0)
    } else {
        0.0
    }
}

/// The cosine from which two texts are similar, by the words of the shorter one.
#[must_use]
pub fn threshold(one: &Imprint, other: &Imprint) -> f32 {
    let words = usize::from(one.words.min(other.words)).clamp(SHORT.0, ENOUGH.0);
    let along = (words - SHORT.0) as f32 / (ENOUGH.0 - SHORT.0) as f32;
    SHORT.1 + (ENOUGH.1 - SHORT.1) * along
}

/// Keys that are hashes already.
#[derive(Clone, Copy, Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    fn write_u32(&mut self, key: u32) {
        self.0 = (self.0 ^ u64::from(key)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// Things that are found again by similar texts; the newest last.
#[derive(Clone)]
struct Recall<T> {
    entries: Vec<(Imprint, f32, T)>,
    /// For each feature the newest entries that have it.
    index: HashMap<u32, Vec<u32>, BuildHasherDefault<AsItIs>>,
}

impl<T> Default for Recall<T> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            index: HashMap::default(),
        }
    }
}

impl<T> Recall<T> {
    fn push(&mut self, imprint: Imprint, thing: T) {
        let number = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        for feature in imprint.features.iter().filter(|f| *f & 3 != SPELLING) {
            let newest = self.index.entry(*feature).or_default();
            if newest.len() == LATELY {
                newest.remove(0);
            }
            newest.push(number);
        }
        let size = size(&imprint);
        self.entries.push((imprint, size, thing));
    }

    /// What belongs to similar texts, the newest first, with how similar.
    fn similar(&self, imprint: &Imprint) -> Vec<(f32, &Imprint, &T)> {
        let mut shared = vec![0.0_f32; self.entries.len()];
        let mut touched: Vec<u32> = Vec::new();
        for feature in imprint.features.iter().filter(|f| *f & 3 != SPELLING) {
            for number in self.index.get(feature).into_iter().flatten() {
                if let Some(sum) = shared.get_mut(*number as usize) {
                    if *sum == 0.0 {
                        touched.push(*number);
                    }
                    *sum += weight(*feature);
                }
            }
        }
        let promise = |number: &u32| shared.get(*number as usize).copied().unwrap_or_default();
        let best_first = |a: &u32, b: &u32| promise(b).total_cmp(&promise(a)).then(b.cmp(a));
        if touched.len() > COMPARED {
            touched.select_nth_unstable_by(COMPARED, best_first);
            touched.truncate(COMPARED);
        }
        touched.sort_unstable_by(|a, b| b.cmp(a));
        let size = size(imprint);
        touched
            .iter()
            .filter_map(|number| self.entries.get(*number as usize))
            .map(|(known, known_size, thing)| (cosine(imprint, size, known, *known_size), known, thing))
            .filter(|(cosine, known, _)| *cosine >= threshold(imprint, known))
            .collect()
    }
}

/// The corrections of this desk, ready to be used.
#[derive(Clone, Default)]
pub struct Memory(Recall<Correction>);

impl Memory {
    /// From corrections, the oldest first.
    #[must_use]
    pub fn of(corrections: impl IntoIterator<Item = Correction>) -> Self {
        let mut memory = Self::default();
        corrections
            .into_iter()
            .for_each(|correction| memory.add(correction));
        memory
    }

    /// One more, newer than all before.
    pub fn add(&mut self, mut correction: Correction) {
        self.0.push(std::mem::take(&mut correction.imprint), correction);
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.entries.len()
    }

    /// None yet?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.entries.is_empty()
    }

    /// The verdict on a text in the light of what was corrected. The newest correction of a similar message gives the category,
    /// with the shared words as evidence. An emergency stays as it is.
    #[must_use]
    pub fn apply(&self, text: &str, mut verdict: Classification) -> Classification {
        if self.is_empty() || verdict.category == Category::Emergency {
            return verdict;
        }
        let words = words(text);
        let imprint = imprint_of(&words);
        let similar = self.0.similar(&imprint);
        let Some((cosine, known, correction)) = similar.first() else {
            return verdict;
        };
        if correction.to == verdict.category {
            return verdict;
        }
        verdict.secondary = verdict.secondary.filter(|second| *second != correction.to);
        verdict.hold(correction.to);
        verdict.confidence = *cosine;
        let spans = shared_words(text, &words, known);
        verdict.evidence.splice(
            0..0,
            spans
                .into_iter()
                .map(|span| Evidence::learned(span, correction.at)),
        );
        verdict
    }
}

/// The stretches of a text whose words the known text has too, at most five, in order; the whole text where only letters are
/// shared.
fn shared_words(text: &str, words: &[Word], known: &Imprint) -> Vec<Range<usize>> {
    let mut stretches: Vec<Range<usize>> = Vec::new();
    let mut going_on = false;
    for word in words {
        let feature = hash_of_word(&word.letters);
        let shared = known.features.binary_search(&feature).is_ok();
        // Small words join a stretch and begin none.
        match stretches.last_mut() {
            Some(last) if shared && going_on => last.end = word.span.end,
            _ if shared && feature & 3 == WORD => stretches.push(word.span.clone()),
            _ => {
                going_on = false;
                continue;
            }
        }
        going_on = true;
    }
    stretches.sort_by_key(|span| std::cmp::Reverse(span.len()));
    stretches.truncate(5);
    stretches.sort_by_key(|span| span.start);
    if stretches.is_empty() {
        stretches.push(0..text.len());
    }
    stretches
}

/// Which canned responses people of this desk chose for which texts.
#[derive(Clone, Default)]
pub struct Choices(Recall<ReplyId>);

/// As much doubt as half a colleague, while few have chosen.
const DOUBT: f32 = 0.5;

impl Choices {
    /// One more, newer than all before.
    pub fn add(&mut self, choice: Choice) {
        self.0.push(choice.imprint, choice.reply);
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.entries.len()
    }

    /// None yet?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.entries.is_empty()
    }

    /// What was chosen for similar texts, each with its share of the choices: from 0 towards 1, with doubt while there are few.
    #[must_use]
    pub fn for_similar(&self, text: &str) -> Vec<(ReplyId, f32)> {
        if self.is_empty() {
            return Vec::new();
        }
        let similar = self.0.similar(&imprint(text));
        let all: f32 = similar.iter().map(|(cosine, ..)| cosine).sum();
        let mut shares: Vec<(ReplyId, f32)> = Vec::new();
        for (cosine, _, reply) in similar {
            let share = cosine / (all + DOUBT);
            match shares.iter_mut().find(|(known, _)| known == reply) {
                Some((_, sum)) => *sum += share,
                None => shares.push((reply.clone(), share)),
            }
        }
        shares
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::{Classifier, train};
    use crate::domain::{CorrectionId, OperatorId, from_millis};
    use proptest::prelude::*;

    const DAY: i64 = 86_400_000;

    fn correction(id: i64, text: &str, to: Category) -> Correction {
        Correction {
            id: CorrectionId(id),
            message: None,
            from: Category::Other,
            to,
            by: OperatorId(1),
            at: from_millis(1_800_000_000_000 + id * DAY),
            imprint: imprint(text),
        }
    }

    fn remembering(corrections: &[(&str, Category)]) -> Memory {
        Memory::of(
            (1..)
                .zip(corrections)
                .map(|(id, (text, to))| correction(id, text, *to)),
        )
    }

    fn are_similar(one: &str, other: &str) -> bool {
        let (one, other) = (imprint(one), imprint(other));
        similarity(&one, &other) >= threshold(&one, &other)
    }

    fn samples() -> Vec<(String, Category)> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
        let files = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().path());
        files
            .filter(|path| path.extension().is_some_and(|e| e == "jsonl"))
            .flat_map(|path| train::read(&std::fs::read_to_string(path).unwrap()).unwrap())
            .map(|sample| (sample.text, sample.category))
            .collect()
    }

    /// The verdict on a text of which triage knows nothing.
    fn applied(memory: &Memory, text: &str) -> Classification {
        memory.apply(text, Classification::wordless())
    }

    const POOL: &str = "Est-ce que la piscine municipale est ouverte demain ?";

    #[test]
    fn a_similar_message_takes_the_category_that_a_colleague_gave() {
        let memory = remembering(&[(
            "J'ai vu la camionnette blanche de votre publication garée rue des Lilas",
            Category::Witness,
        )]);
        let text = "Bonsoir, la camionnette blanche de votre publication était garée rue des Lilas hier, je l'ai vue";
        let verdict = applied(&memory, text);
        assert_eq!(verdict.category, Category::Witness);
        assert!(verdict.score(Category::Witness) > 0.9);
        assert_eq!(verdict.learned_at(), Some(from_millis(1_800_000_000_000 + DAY)));
        let words: Vec<_> = verdict
            .evidence
            .iter()
            .filter(|e| e.learned_at().is_some())
            .filter_map(|e| e.text(text))
            .collect();
        assert!(
            words.contains(&"camionnette blanche de votre publication"),
            "{words:?}"
        );
        assert_eq!(applied(&memory, POOL).learned_at(), None);
    }

    #[test]
    fn other_spelling_and_other_order_are_similar() {
        for (one, other) in [
            ("Code bleu, ce soir !", "code bleu ce soir"),
            (
                "On m'a refusé de prendre ma plainte au commissariat ce matin",
                "ce matin au commissariat, on a REFUSÉ de prendre ma plainte...",
            ),
            (
                "Quels papiers faut-il pour la réserve citoyenne ?",
                "Bonjour, quels papiers faut il apporter pour la réserve citoyenne svp",
            ),
            (
                POOL,
                "Bonjour est ce que la piscine municipale est ouverte ce dimanche ?",
            ),
            (
                "j'ai trouvé un chiot au 12 rue Haute",
                "J ai trouvé un chiot au 7 rue Haute",
            ),
        ] {
            assert!(are_similar(one, other), "{one} | {other}");
        }
    }

    #[test]
    fn short_messages_must_be_nearly_the_same() {
        for (one, other) in [
            ("merci beaucoup", "non merci"),
            ("je veux porter plainte", "je veux pas porter plainte"),
            ("code bleu ce soir", "code rouge ce soir"),
            ("bonjour", "bonjour je veux porter plainte"),
            (
                "Bonjour je voudrais savoir comment passer le concours",
                "Bonjour je voudrais savoir comment porter plainte",
            ),
        ] {
            assert!(!are_similar(one, other), "{one} | {other}");
        }
    }

    #[test]
    fn messages_of_different_categories_are_hardly_ever_similar() {
        let samples: Vec<_> = samples()
            .into_iter()
            .step_by(3)
            .map(|(text, category)| (imprint(&text), category))
            .collect();
        let (mut pairs, mut similar) = (0_u32, 0_u32);
        for (n, (one, category)) in samples.iter().enumerate() {
            for (other, _) in samples.iter().take(n).filter(|(_, c)| c != category) {
                pairs += 1;
                similar += u32::from(similarity(one, other) >= threshold(one, other));
            }
        }
        assert!(pairs > 50_000, "{pairs} pairs");
        assert!(
            similar * 50_000 <= pairs,
            "{similar} of {pairs} pairs are taken for similar"
        );
    }

    #[test]
    fn the_newest_of_corrections_that_disagree_wins() {
        let memory = remembering(&[
            (POOL, Category::Witness),
            (POOL, Category::Complaint),
            (POOL, Category::Incident),
        ]);
        assert_eq!(applied(&memory, POOL).category, Category::Incident);
    }

    #[test]
    fn learning_raises_to_an_emergency_and_says_why() {
        let text = "le colis est arrivé, code bleu";
        let memory = remembering(&[(text, Category::Emergency)]);
        let verdict = applied(&memory, "Le colis est arrivé : code bleu !");
        assert_eq!(verdict.category, Category::Emergency);
        assert!(verdict.is_alarm_of_its_own() && verdict.learned_at().is_some());
    }

    #[test]
    fn what_was_raised_by_learning_can_be_lowered_by_learning() {
        let text = "le colis est arrivé, code bleu";
        let memory = remembering(&[(text, Category::Emergency), (text, Category::Incident)]);
        assert_eq!(applied(&memory, text).category, Category::Incident);
    }

    #[test]
    fn addresses_links_and_numbers_leave_no_trace() {
        let plain = imprint("écrivez à ou appelez le 0");
        assert_eq!(
            imprint("écrivez à zoe@exemple.test ou appelez le 0612345678"),
            plain
        );
        assert_eq!(
            imprint("écrivez à https://exemple.test/zoe ou appelez le 17"),
            plain
        );
    }

    #[test]
    fn nothing_is_learned_from_nothing() {
        assert!(!teaches(&imprint("Bonjour !")) && teaches(&imprint("Code bleu !")));
        assert!(imprint("").is_empty() && imprint("🙏 ... !").is_empty());
        let memory = remembering(&[("", Category::Emergency)]);
        assert_eq!(applied(&memory, "").category, Category::Other);
    }

    #[test]
    fn one_of_five_thousand_is_found_again_and_quickly() {
        let texts: Vec<String> = (0..KEPT)
            .map(|n| {
                format!(
                    "Bonjour, je vous écris pour le dossier {} du quartier {}, merci",
                    name(n),
                    name(n * 7 + 1)
                )
            })
            .collect();
        let memory = Memory::of(
            (1..)
                .zip(&texts)
                .map(|(id, text)| correction(id, text, Category::Witness)),
        );
        let began = std::time::Instant::now();
        for text in texts.iter().step_by(25) {
            assert_eq!(applied(&memory, text).category, Category::Witness, "{text}");
        }
        let each = began.elapsed() / 200;
        // Without optimisation; `make bench` says what it really takes.
        assert!(each < std::time::Duration::from_millis(5), "{each:?} a message");
        assert_eq!(applied(&memory, POOL).learned_at(), None);
    }

    /// A name that no other number has.
    fn name(n: usize) -> String {
        let letters = "abcdefghijklmnopqrst".as_bytes();
        (0..4_u32)
            .map(|place| char::from(letters[n / 20_usize.pow(place) % 20]))
            .chain("ville".chars())
            .collect()
    }

    #[test]
    fn what_colleagues_chose_for_similar_messages_is_told_with_its_share() {
        let mut choices = Choices::default();
        let chose = |id, text, reply: &str| Choice {
            id,
            reply: ReplyId(reply.to_owned()),
            imprint: imprint(text),
        };
        choices.add(chose(1, POOL, "generic_ack"));
        assert_eq!(
            choices.for_similar(POOL),
            [(ReplyId("generic_ack".to_owned()), 1.0 / 1.5)]
        );
        for id in 2..5 {
            choices.add(chose(id, POOL, "press_office"));
        }
        let shares = choices.for_similar(POOL);
        let share = |reply: &str| shares.iter().find(|(r, _)| r.0 == reply).map(|(_, s)| *s);
        assert!(share("press_office") > share("generic_ack"), "{shares:?}");
        assert!(choices.for_similar("on m'a volé mon vélo").is_empty());
    }

    fn any_text() -> impl Strategy<Value = String> {
        let word = prop::sample::select(vec![
            "il",
            "a",
            "un",
            "couteau",
            "🆘",
            "au",
            "secours",
            "merci",
            "beaucoup",
            "piscine",
            "ouverte",
            "demain",
            "plainte",
            "É",
            "zoe@exemple.test",
            "17",
            "aaaah",
            "\n",
            ".",
            "derrière",
            "la",
            "porte",
            "ma\u{301}",
            "ﬁn",
        ]);
        proptest::collection::vec(word, 0..24).prop_map(|words| words.join(" "))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn an_emergency_is_never_unlearned(
            text in any_text(),
            learned in proptest::collection::vec((any_text(), prop::sample::select(Category::ALL.to_vec())), 0..12),
            about_this in proptest::collection::vec(prop::sample::select(Category::ALL.to_vec()), 0..4),
        ) {
            let built_in = Classifier::built_in().classify(&text);
            let all = learned.into_iter().chain(about_this.into_iter().map(|category| (text.clone(), category)));
            let memory = Memory::of((1..).zip(all).map(|(id, (text, to))| correction(id, &text, to)));
            let verdict = memory.apply(&text, built_in.clone());
            if built_in.category == Category::Emergency {
                prop_assert!(verdict == built_in, "it stands as it was, evidence and all");
            }
            prop_assert!(built_in.signals.iter().all(|signal| verdict.signals.contains(signal)));
        }

        #[test]
        fn a_verdict_that_was_learned_says_so_within_the_text(text in any_text(), category in prop::sample::select(Category::ALL.to_vec())) {
            let built_in = Classifier::built_in().classify(&text);
            let verdict = remembering(&[(&text, category)]).apply(&text, built_in.clone());
            prop_assert!(verdict.evidence.iter().all(|e| e.text(&text).is_some()));
            prop_assert_eq!(verdict.learned_at().is_some(), verdict.category != built_in.category);
            prop_assert_ne!(verdict.secondary, Some(verdict.category));
            prop_assert!(verdict.scores.iter().chain([&verdict.confidence]).all(|s| (0.0..=1.0).contains(s)));
            if built_in.category != Category::Emergency && !imprint(&text).is_empty() {
                prop_assert_eq!(verdict.category, category);
            }
        }

        #[test]
        fn any_two_texts_can_be_compared(one in any::<String>(), other in any::<String>()) {
            let (a, b) = (imprint(&one), imprint(&other));
            let cosine = similarity(&a, &b);
            prop_assert!((0.0..=1.0).contains(&cosine));
            prop_assert_eq!(cosine, similarity(&b, &a));
            prop_assert!(a.is_empty() || similarity(&a, &a) > 0.999);
        }
    }
}
