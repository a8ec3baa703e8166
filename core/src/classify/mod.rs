//! Step 2: what a message says. Text becomes a category, signals, a language and the words that decided.
//!
//! What comes in: any text, nothing else. What goes out: a [`Classification`]. On the way the text is folded to plain
//! words ([`normalise`]), read against what people know ([`lexicon`]) and what was learned from the corpus ([`model`]),
//! and judged ([`decide`]); [`learn`] remembers what people of this desk corrected; [`explain`] says why in a sentence;
//! [`train`] learns the built-in model anew.
//! Deliberately absent: IO, the store, the clock, the network, and any power to hide: a verdict orders, it never drops.

pub mod decide;
pub mod explain;
pub mod features;
pub mod language;
pub mod learn;
pub mod lexicon;
pub mod model;
pub mod normalise;
pub mod train;

use crate::domain::{Category, Classification, Evidence, Topics};
use decide::Arguments;
use features::Input;
use lexicon::{Lexicon, Reading};
use model::{Model, Opinion};
use normalise::Folded;
use std::sync::LazyLock;

pub use explain::why;

/// The model that `train` made from `core/corpus/train_*.jsonl`.
const MODEL: &[u8] = include_bytes!("model.bin");
static BUILT_IN: LazyLock<Classifier> = LazyLock::new(Classifier::load);

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

    /// Loads the one that comes with the program anew; [`Classifier::built_in`] is loaded once for all.
    #[must_use]
    pub fn load() -> Self {
        Self {
            model: Model::decode(MODEL).ok(),
            ..Self::without_model()
        }
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
            |category| self.weighed(&work, category),
        )
    }

    /// How much each word spoke for a category in the learned part.
    fn weighed(&self, work: &Work, category: Category) -> Vec<f32> {
        let words = 0..work.folded.words().len();
        self.model.as_ref().map_or_else(Vec::new, |model| {
            model.blame(
                &features::input(&work.folded, &work.reading, &work.arguments, &words),
                category,
            )
        })
    }

    /// Whether the learned part could be read; without it triage works from its word lists alone.
    #[must_use]
    pub fn has_model(&self) -> bool {
        self.model.is_some()
    }

    /// Hands over what the learned model looks at in a text.
    pub fn with_input<T>(&self, text: &str, then: impl FnOnce(&Input<'_>) -> T) -> T {
        let Work {
            folded,
            reading,
            arguments,
        } = self.read(text);
        then(&features::input(
            &folded,
            &reading,
            &arguments,
            &(0..folded.words().len()),
        ))
    }

    /// What a reply to a text should speak of.
    #[must_use]
    pub fn topics(&self, text: &str) -> Topics {
        self.model.as_ref().map_or_else(Topics::default, |model| {
            self.with_input(text, |input| model.topics(input))
        })
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

    fn opinion(&self, work: &Work) -> Opinion {
        let words = 0..work.folded.words().len();
        self.model.as_ref().map_or_else(
            || work.arguments.opinion(),
            |model| {
                model.judge(&features::input(
                    &work.folded,
                    &work.reading,
                    &work.arguments,
                    &words,
                ))
            },
        )
    }

    /// The verdict on a message that follows others of the same person, oldest first, none of them answered yet: bursts
    /// are read as one text, and an alarm in an earlier one stands whatever follows. Evidence lies in `text`.
    #[must_use]
    pub fn classify_thread(&self, earlier: &[&str], text: &str) -> Classification {
        let alarm = earlier
            .iter()
            .map(|t| self.classify(t))
            .find(|c| c.category == Category::Emergency);
        self.classify_after(alarm.as_ref(), earlier, text)
    }

    /// The same where the earlier ones have been judged before: `alarm` is the verdict on the one that gave the alarm.
    #[must_use]
    pub fn classify_after(
        &self,
        alarm: Option<&Classification>,
        earlier: &[&str],
        text: &str,
    ) -> Classification {
        let mut verdict = self.classify(text);
        if verdict.category == Category::Emergency {
            return verdict;
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
        if earlier.is_empty() {
            return verdict;
        }
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
        if joined.category == Category::Emergency && !joined.evidence.iter().any(|e| e.why == "emergency") {
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
    fn what_is_known_and_learned_is_small() {
        let bytes = MODEL.len() + lexicon::BYTES;
        assert!(bytes <= 8 << 20, "{bytes} bytes");
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
        let (samples, others) = train::read_folder(&folder).unwrap();
        assert!(
            train::train(&samples, &others).encode() == MODEL,
            "run `planton train` and commit core/src/classify/model.bin"
        );
    }
}
