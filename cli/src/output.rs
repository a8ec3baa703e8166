//! Where results and messages go.

use planton_core::domain::Language;
use planton_core::error::{Error, Result, in_language};
use serde::Serialize;
use std::borrow::Cow;
use std::cell::RefCell;
use std::io::{BufWriter, IsTerminal as _, Write as _};
use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Everything was done.
    Done,
    /// Done, but some inputs were bad; each was reported.
    SomeBad,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => Self::SUCCESS,
            Outcome::SomeBad => Self::from(1),
        }
    }
}

/// Results on standard output, messages for people on standard error.
pub(crate) struct Output {
    /// JSON Lines, nothing else on standard output.
    pub(crate) json: bool,
    /// The language of sentences.
    pub(crate) language: Language,
    out: RefCell<BufWriter<std::io::Stdout>>,
}

impl Output {
    /// An output.
    pub(crate) fn new(json: bool, language: Language) -> Self {
        Self {
            json,
            language,
            out: RefCell::new(BufWriter::new(std::io::stdout())),
        }
    }

    /// One JSON object on a line of its own.
    pub(crate) fn object<T: Serialize>(&self, value: &T) -> Result<()> {
        let mut out = self.out.borrow_mut();
        serde_json::to_writer(&mut *out, value).map_err(|error| refused(error.into()))?;
        out.write_all(b"\n").map_err(refused)
    }

    /// A line for people; on standard output, so not with `--json`.
    pub(crate) fn line(&self, text: &str) -> Result<()> {
        writeln!(self.out.borrow_mut(), "{text}").map_err(refused)
    }

    /// Either of the two.
    pub(crate) fn result<T: Serialize>(&self, value: &T, text: impl FnOnce() -> String) -> Result<()> {
        if self.json {
            self.object(value)
        } else {
            self.line(&text())
        }
    }

    /// A message for people, on standard error.
    pub(crate) fn say(&self, text: &str) {
        eprintln!("{text}");
    }

    /// An error for people: what failed and what to do.
    pub(crate) fn error(&self, error: &Error) {
        let error = error.in_language(self.language);
        eprintln!("planton: {}", error.message);
        if !error.hint.is_empty() {
            eprintln!("  {}", error.hint);
        }
    }

    /// A sentence of the desk (a reason, a remark) in the reader's language.
    pub(crate) fn said<'t>(&self, sentence: &'t str) -> Cow<'t, str> {
        in_language(sentence, self.language)
    }

    /// The sentence in the reader's language.
    pub(crate) fn say_in<'t>(&self, french: &'t str, english: &'t str) -> &'t str {
        if self.language == Language::French {
            french
        } else {
            english
        }
    }

    /// Does a person watch standard error?
    pub(crate) fn is_watched(&self) -> bool {
        std::io::stderr().is_terminal()
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // A reader that went away (`| head`) is no failure of ours.
        let _gone = self.out.borrow_mut().flush();
    }
}

/// Standard output that is closed ends the program quietly, as in every other tool; anything else is an error.
fn refused(error: std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        std::process::exit(0);
    }
    Error::internal(format!("The output was refused: {error}"))
}
