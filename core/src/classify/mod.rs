//! Step 2: what a message says. Text becomes a category, signals, a language and the words that decided.
//!
//! What comes in: any text, nothing else. What goes out: a [`Classification`]. On the way the text is folded to plain
//! words ([`normalise`]), read against what people know ([`lexicon`]) and what was learned from the corpus ([`model`]),
//! and judged ([`decide`]); [`explain`] says why in a sentence, [`evaluate`] how good it is, [`train`] learns anew.
//! Deliberately absent: IO, the store, the clock, the network, and any power to hide: a verdict orders, it never drops.

pub mod decide;
pub mod evaluate;
pub mod explain;
pub mod features;
pub mod language;
pub mod lexicon;
pub mod model;
pub mod normalise;
pub mod train;

use crate::domain::{Category, Classification, Evidence};
use decide::Arguments;
use features::Feature;
use lexicon::{Lexicon, Reading, Why};
use model::{Model, Opinion};
use normalise::Folded;
use std::ops::Range;
use std::sync::LazyLock;

pub use explain::why;

/// The model that `train` made from `core/corpus/train_*.jsonl`.
const MODEL: &[u8] = include_bytes!("model.bin");
/// Words from which a text is also read in parts: an alarm in the last line of a long story must not drown.
const LONG: usize = 40;
/// Words of a part; parts overlap by half.
const PART: usize = 28;
/// Parts read at most; a text of more words is read in longer parts.
const MOST_PARTS: usize = 200;
/// Strength of the lexicon's arguments from which a part is worth a second look: ordinary prose in pieces is not.
const SPOKEN: f32 = 0.4;
/// How much of a part's alarm counts for the whole.
const PART_ALARM: f32 = 0.8;

static BUILT_IN: LazyLock<Classifier> = LazyLock::new(|| Classifier {
    model: Model::decode(MODEL).ok(),
    ..Classifier::without_model()
});

/// Reads messages.
pub struct Classifier {
    lexicon: Lexicon,
    model: Option<Model>,
}

/// A text on its way to a verdict.
struct Work {
    folded: Folded,
    reading: Reading,
    arguments: Arguments,
}

impl Classifier {
    /// The one that comes with the program: loaded once, at first use.
    #[must_use]
    pub fn built_in() -> &'static Classifier {
        &BUILT_IN
    }

    /// Only what is written down, nothing learned: what training starts from.
    #[must_use]
    pub fn without_model() -> Self {
        Self {
            lexicon: Lexicon::built_in(),
            model: None,
        }
    }

    /// One that judges with a model of one's own.
    #[must_use]
    pub fn with_model(model: Model) -> Self {
        Self {
            model: Some(model),
            ..Self::without_model()
        }
    }

    /// The verdict on one message.
    #[must_use]
    pub fn classify(&self, text: &str) -> Classification {
        let work = self.read(text);
        // Nothing but signs or nothing at all: there is no word that could decide, so nobody may be alarmed by it.
        if work.folded.words().is_empty() {
            return Classification::wordless();
        }
        let language = language::identify(text, &work.folded);
        decide::decide(
            &work.folded,
            &work.arguments,
            &self.opinion(&work),
            language,
            text,
        )
    }

    /// What the learned model looks at in a text.
    #[must_use]
    pub fn features(&self, text: &str) -> Vec<Feature> {
        let Work {
            folded,
            reading,
            arguments,
        } = self.read(text);
        let mut features = Vec::new();
        features::extract(
            &folded,
            &reading,
            &arguments,
            &(0..folded.words().len()),
            &mut features,
        );
        features
    }

    fn read(&self, text: &str) -> Work {
        let folded = self.lexicon.normaliser().fold(text);
        let reading = self.lexicon.read(&folded);
        let arguments = Arguments::weigh(&self.lexicon, &folded, &reading);
        Work {
            folded,
            reading,
            arguments,
        }
    }

    /// The model's opinion of the whole, raised by the most alarming part of a long text.
    fn opinion(&self, work: &Work) -> Opinion {
        let Some(model) = &self.model else {
            return work.arguments.opinion();
        };
        let words = work.folded.words().len();
        let mut features = Vec::with_capacity(64 + words * 16);
        let mut judge = |words: &Range<usize>| {
            features::extract(&work.folded, &work.reading, &work.arguments, words, &mut features);
            model.judge(&features)
        };
        let mut opinion = judge(&(0..words));
        if words > LONG {
            let part = PART.max(2 * words / MOST_PARTS);
            for start in (0..words).step_by(part / 2) {
                let words = start..words.min(start + part);
                let spoken = work
                    .arguments
                    .strength_in(Why::Category(Category::Emergency), &words);
                if spoken >= SPOKEN {
                    let alarm = judge(&words).category(Category::Emergency);
                    opinion = opinion.raised(alarm * PART_ALARM);
                }
            }
        }
        opinion
    }

    /// The verdict on a message that follows others of the same person, oldest first, none of them answered yet: bursts
    /// are read as one text, and an alarm in an earlier one stands whatever follows. Evidence lies in `text`.
    #[must_use]
    pub fn classify_thread(&self, earlier: &[&str], text: &str) -> Classification {
        let mut verdict = self.classify(text);
        if earlier.is_empty() || verdict.category == Category::Emergency {
            return verdict;
        }
        let alarm = earlier
            .iter()
            .map(|t| self.classify(t))
            .find(|c| c.category == Category::Emergency);
        let mut whole = earlier.join("\n");
        let start = whole.len() + 1;
        whole.push('\n');
        whole.push_str(text);
        let mut joined = self.classify(&whole);
        joined.language = if verdict.language == crate::domain::Language::Unknown {
            joined.language
        } else {
            verdict.language
        };
        joined.evidence.retain(|e| e.span.start >= start);
        for e in &mut joined.evidence {
            e.span = e.span.start - start..e.span.end - start;
        }
        for signal in verdict.signals.iter() {
            joined.signals.insert(signal);
        }
        if let Some(alarm) = alarm {
            verdict.secondary = Some(verdict.category).filter(|c| *c != Category::Other);
            verdict.category = Category::Emergency;
            verdict.confidence = alarm.confidence;
            verdict.scores = alarm.scores;
            alarm.signals.iter().for_each(|s| verdict.signals.insert(s));
            verdict.evidence.insert(
                0,
                Evidence {
                    span: 0..text.len(),
                    why: explain::EARLIER.to_owned(),
                },
            );
            return verdict;
        }
        if joined.category == Category::Emergency && joined.evidence.is_empty() {
            joined.evidence.push(Evidence {
                span: 0..text.len(),
                why: explain::EARLIER.to_owned(),
            });
        }
        // Reading bursts together may raise; it does not turn a clear message into its predecessor.
        if joined.category == Category::Emergency || verdict.confidence < 0.5 {
            joined
        } else {
            verdict
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Everything that must hold of any verdict on any text.
    fn check(text: &str, verdict: &Classification) {
        for e in &verdict.evidence {
            assert!(
                e.text(text).is_some(),
                "a span {:?} outside of {} bytes",
                e.span,
                text.len()
            );
        }
        let told = verdict
            .evidence
            .iter()
            .any(|e| e.why == "emergency" || e.why == explain::EARLIER);
        assert!(
            verdict.category != Category::Emergency || told,
            "an emergency without evidence"
        );
        assert!(
            verdict
                .scores
                .iter()
                .chain([&verdict.confidence])
                .all(|s| (0.0..=1.0).contains(s))
        );
        assert_ne!(verdict.secondary, Some(verdict.category));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn any_text_is_read(text in any::<String>()) {
            check(&text, &Classifier::built_in().classify(&text));
        }

        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let text = String::from_utf8_lossy(&bytes);
            check(&text, &Classifier::built_in().classify(&text));
        }

        #[test]
        fn any_row_of_alarming_words_is_read(words in proptest::collection::vec(
            prop::sample::select(vec!["il", "a", "un", "couteau", "🆘", "«", "»", "pas", "hier", "\n", ".", "aidez-moi", "É", "mdr", "ya"]), 0..60)) {
            let text = words.join(" ");
            check(&text, &Classifier::built_in().classify(&text));
        }

        #[test]
        fn evidence_of_a_thread_lies_in_the_last_text(earlier in proptest::collection::vec("[a-zé 🆘]{0,20}", 0..4), text in "[a-zé 🆘]{0,30}") {
            let earlier: Vec<&str> = earlier.iter().map(String::as_str).collect();
            check(&text, &Classifier::built_in().classify_thread(&earlier, &text));
        }
    }

    #[test]
    fn a_megabyte_is_read_in_bounded_time() {
        let check_long = |piece: &str, bytes: usize| {
            let text = piece.repeat(bytes / piece.len());
            check(&text, &Classifier::built_in().classify(&text));
        };
        check_long("il me frappe aidez moi ", 1_000_000);
        for piece in ["a", "🆘", "il il il .. ", "« ", "é\u{301}", "1", "\n"] {
            check_long(piece, 100_000);
        }
    }

    #[test]
    fn cries_are_emergencies() {
        for text in [
            "17",
            "🆘",
            "au secours",
            "SOS",
            "aidez moi svp vite",
            "help me",
            "il est derriere la porte",
            "il a un couteau",
        ] {
            assert_eq!(
                Classifier::built_in().classify(text).category,
                Category::Emergency,
                "{text}"
            );
        }
    }

    #[test]
    fn a_false_alarm_does_not_lower_what_came_before() {
        let verdict = Classifier::built_in()
            .classify_thread(&["au secours il défonce la porte"], "c'est bon, fausse alerte");
        assert_eq!(verdict.category, Category::Emergency);
        assert!(verdict.evidence.iter().any(|e| e.why == explain::EARLIER));
    }

    #[test]
    fn bursts_are_read_as_one_text() {
        let verdict =
            Classifier::built_in().classify_thread(&["bonsoir", "mon mari"], "il a un couteau il me frappe");
        assert_eq!(verdict.category, Category::Emergency);
    }

    #[test]
    fn the_committed_model_is_what_the_corpus_teaches() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|f| f.unwrap().path())
            .collect();
        files.retain(|f| {
            f.file_name()
                .is_some_and(|n| n.to_string_lossy().starts_with("train_"))
        });
        files.sort();
        let samples: Vec<_> = files
            .iter()
            .flat_map(|f| train::read(&std::fs::read_to_string(f).unwrap()).unwrap())
            .collect();
        assert!(
            train::train(&samples).encode() == MODEL,
            "train again and commit core/src/classify/model.bin"
        );
    }
}
