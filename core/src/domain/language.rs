//! The languages that Planton recognises and answers in.

use super::words;

words! {
    /// ISO 639-1 code of a sender's language; `Unknown` where a text is too short or too mixed to tell.
    Language {
        /// French.
        French = "fr",
        /// English.
        English = "en",
        /// Spanish.
        Spanish = "es",
        /// Arabic, in Arabic script or in Latin letters and digits.
        Arabic = "ar",
        /// Portuguese.
        Portuguese = "pt",
        /// Italian.
        Italian = "it",
        /// German.
        German = "de",
        /// Turkish.
        Turkish = "tr",
        /// Romanian.
        Romanian = "ro",
        /// Ukrainian.
        Ukrainian = "uk",
        /// Not told apart (ISO 639-2 `und`).
        Unknown = "und",
    }
}
