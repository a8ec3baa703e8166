//! The core's error on the wire.

use super::view::ErrorView;
use planton_core::domain::Language;
use planton_core::error::Error;

/// What a command answers when it cannot.
pub(crate) type Answer<T> = Result<T, ErrorView>;

impl ErrorView {
    /// The error in the window's language.
    pub(crate) fn of(error: &Error, language: Language) -> Self {
        let code = serde_json::to_value(error.code)
            .ok()
            .and_then(|code| code.as_str().map(str::to_owned));
        let said = error.in_language(language);
        Self {
            code: code.unwrap_or_else(|| "internal".to_owned()),
            message: said.message,
            hint: said.hint,
        }
    }
}
