//! One error for the whole core: a code that shells act on, a sentence for people, and a way out.
//!
//! Sentences are written in English where they arise. A shell hands them on in its reader's language: [`Error::in_language`] for an
//! error, [`in_language`] for any other sentence of the desk (why a send is stuck, why an item could not be read). A test fails when
//! a sentence has no French counterpart in `fr.toml`.

pub mod french;

use crate::domain::Language;
use std::borrow::Cow;

/// What a shell can act on. A code exists only because some shell does something different on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The request is wrong: a bad value, an unknown word, an empty text.
    Invalid,
    /// No such thing.
    NotFound,
    /// This person may not do this.
    Forbidden,
    /// Nobody is signed in, or the password is wrong.
    SignIn,
    /// Somebody else changed it meanwhile: ask again and look.
    Conflict,
    /// The database cannot be used as it is: newer, locked, damaged, wrong key.
    Store,
    /// Everything else: disk, memory, a defect.
    Internal,
}

/// What failed, why, and what to do next. Never holds what a citizen wrote, a name, a handle or a credential.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What a shell can act on.
    pub code: Code,
    /// What failed and why: one sentence.
    pub message: String,
    /// What to do next; empty where nothing helps.
    pub hint: String,
}

/// The core's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of a code.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: String::new(),
        }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Says what was being attempted, before the cause.
    #[must_use]
    pub fn context(mut self, doing: &str) -> Self {
        self.message = format!("{doing}: {}", self.message);
        self
    }

    /// The same error in the reader's language. What has no counterpart there stays as it is.
    #[must_use]
    pub fn in_language(&self, language: Language) -> Self {
        Self {
            code: self.code,
            message: in_language(&self.message, language).into_owned(),
            hint: in_language(&self.hint, language).into_owned(),
        }
    }

    /// The request is wrong.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Code::Invalid, message)
    }

    /// No such thing.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Code::NotFound, message)
    }

    /// This person may not do this.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(Code::Forbidden, message)
    }

    /// Somebody else changed it meanwhile.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(Code::Conflict, message)
    }

    /// Everything else.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Code::Internal, message)
    }
}

/// A sentence of the desk in the reader's language. What has no counterpart there stays as it is.
#[must_use]
pub fn in_language(sentence: &str, language: Language) -> Cow<'_, str> {
    match language {
        Language::French => french::sentence(sentence).map_or(Cow::Borrowed(sentence), Cow::Owned),
        _ => Cow::Borrowed(sentence),
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::internal(format!("The file system refused: {error}"))
    }
}
