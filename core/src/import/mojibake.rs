//! Repairs what Meta's exports do to every letter outside ASCII.
//!
//! What comes in: texts in which each byte of UTF-8 was written as a character of its own (`Ã©` for `é`). What goes out: the
//! texts as they were written. Deliberately absent: guessing text by text - a file is broken as a whole or not at all, so all
//! its texts vote, and a rare text that merely looks broken is left alone.

/// Counts what speaks for and against a file being broken in this way.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Vote {
    broken: usize,
    sound: usize,
}

impl Vote {
    /// One text of the file.
    pub(super) fn hear(&mut self, text: &str) {
        if text.is_ascii() {
            return;
        }
        if repaired(text).is_some() {
            self.broken += 1;
        } else {
            self.sound += 1;
        }
    }

    /// Is the file broken?
    pub(super) fn broken(self) -> bool {
        self.broken > self.sound
    }

    /// A text of the file as it was written.
    pub(super) fn repair(self, text: &str) -> String {
        match repaired(text) {
            Some(repaired) if self.broken() => repaired,
            _ => text.to_owned(),
        }
    }
}

/// The text behind bytes written as characters; none if it cannot have come about so.
fn repaired(text: &str) -> Option<String> {
    let bytes: Option<Vec<u8>> = text
        .chars()
        .map(|sign| u8::try_from(u32::from(sign)).ok())
        .collect();
    String::from_utf8(bytes?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn broken(text: &str) -> String {
        text.bytes().map(char::from).collect()
    }

    #[test]
    fn a_broken_file_is_repaired_and_a_sound_one_left_alone() {
        let mut vote = Vote::default();
        vote.hear(&broken("Zoé 😢 €"));
        vote.hear("abc");
        assert_eq!(vote.repair(&broken("Zoé 😢 €")), "Zoé 😢 €");
        assert_eq!(vote.repair("été"), "été");

        let mut vote = Vote::default();
        ["Zoé €", "été", "Ã©"].iter().for_each(|text| vote.hear(text));
        assert!(!vote.broken());
        assert_eq!(vote.repair("Ã©"), "Ã©");
    }

    proptest! {
        #[test]
        fn there_and_back(text in any::<String>()) {
            let mut vote = Vote::default();
            vote.hear(&broken(&text));
            prop_assert_eq!(vote.repair(&broken(&text)), text.clone());
        }
    }
}
