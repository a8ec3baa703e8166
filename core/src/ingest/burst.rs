//! Which earlier messages are read together with one: people write in bursts, and the second half of a sentence means little alone.
//!
//! What comes in: what was said in a conversation, in the platform's order, and a message. What goes out: what the same person
//! wrote shortly before and nobody has answered yet. Pure. Deliberately absent: what came after. A message that arrives late is
//! read with what stood before it; the later ones keep their verdicts, and the conversation bears the most urgent of all.

use crate::domain::{Author, Classification, Instant};
use crate::store::Said;
use chrono::Duration;

/// What is older says nothing about a message any more.
pub const BURST: Duration = Duration::minutes(30);
/// The most messages that are read together with one.
const MOST: usize = 8;
/// The most bytes of them: a mail with a whole thread below it is read alone.
const BYTES: usize = 4_000;

/// What was written before a message and is read with it.
#[derive(Default)]
pub struct Burst<'s> {
    /// The texts, oldest first.
    pub texts: Vec<&'s str>,
    /// The newest verdict among them that is an alarm of its own.
    pub alarm: Option<&'s Classification>,
}

impl std::fmt::Debug for Burst<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Burst({} texts, alarm {})",
            self.texts.len(),
            self.alarm.is_some()
        )
    }
}

/// Of what was said before a message of `at`, in order, what the same person wrote within [`BURST`] since our last answer: at most
/// [`MOST`] texts of at most some thousand bytes together, the newest. An automatic text of ours is no answer; what a program
/// wrote, or a person of the desk has judged, is not read again; an alarm that a person gave stands like any other.
#[must_use]
pub fn burst<'s>(before: impl DoubleEndedIterator<Item = &'s Said>, at: Instant) -> Burst<'s> {
    let mut burst = Burst::default();
    let mut bytes = 0;
    for said in before.rev() {
        if said.author == Author::Operator || at - said.at > BURST {
            break;
        }
        if said.author != Author::Contact || said.automatic || said.text.trim().is_empty() {
            continue;
        }
        // An alarm counts however long the texts are; only reading them together is bounded.
        if burst.alarm.is_none() {
            burst.alarm = said
                .verdict
                .as_ref()
                .filter(|verdict| verdict.is_alarm_of_its_own());
        }
        // What a person has judged speaks for itself: read with the next it would only be judged again.
        if said.settled {
            continue;
        }
        bytes += said.text.len();
        if burst.texts.len() < MOST && bytes <= BYTES {
            burst.texts.push(&said.text);
        }
    }
    burst.texts.reverse();
    burst
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Category, from_millis};

    fn at(minute: i64) -> Instant {
        from_millis(1_800_000_000_000 + minute * 60_000)
    }

    const ALARM: &str = "au secours il défonce la porte";

    fn said(author: Author, minute: i64, text: &str) -> Said {
        let mut verdict = Classification::wordless();
        if text == ALARM {
            verdict.hold(Category::Emergency);
        }
        Said {
            at: at(minute),
            id: None,
            author,
            automatic: false,
            text: text.to_owned(),
            verdict: Some(verdict),
            settled: false,
        }
    }

    fn texts(thread: &[Said], minute: i64) -> Vec<&str> {
        burst(thread.iter(), at(minute)).texts
    }

    #[test]
    fn what_was_written_shortly_before_is_read_together() {
        let thread = [
            said(Author::Contact, 0, "hier"),
            said(Author::Contact, 31, "bonsoir"),
            said(Author::Contact, 40, "mon mari"),
        ];
        assert_eq!(texts(&thread, 61), ["bonsoir", "mon mari"]);
        assert_eq!(texts(&thread, 30), ["hier", "bonsoir", "mon mari"]);
    }

    #[test]
    fn an_answer_of_a_person_ends_a_burst_and_an_automatic_one_does_not() {
        let mut thread = [
            said(Author::Contact, 0, ALARM),
            said(Author::Night, 1, "17"),
            said(Author::Contact, 2, "vite"),
        ];
        assert_eq!(texts(&thread, 3).len(), 2);
        assert!(burst(thread.iter(), at(3)).alarm.is_some());
        thread[1].author = Author::Operator;
        assert_eq!(texts(&thread, 3), ["vite"]);
        assert!(burst(thread.iter(), at(3)).alarm.is_none());
    }

    #[test]
    fn a_burst_is_bounded_and_its_alarm_is_not_lost() {
        let mut thread = vec![said(Author::Contact, 0, ALARM)];
        thread.extend((0..40).map(|n| said(Author::Contact, 1, &format!("oui {n}"))));
        let found = burst(thread.iter(), at(2));
        assert_eq!(found.texts.len(), MOST);
        assert_eq!(found.texts.last(), Some(&"oui 39"));
        assert!(found.alarm.is_some());

        let long = [
            said(Author::Contact, 0, &"mot ".repeat(2_000)),
            said(Author::Contact, 1, "et"),
        ];
        assert_eq!(texts(&long, 2), ["et"]);
    }

    #[test]
    fn what_a_person_has_judged_is_not_judged_again_and_their_alarm_stands() {
        let mut thread = [said(Author::Contact, 0, ALARM), said(Author::Contact, 1, "vite")];
        thread[0].settled = true;
        let found = burst(thread.iter(), at(2));
        assert!(found.texts == ["vite"] && found.alarm.is_some());
        thread[0].verdict = Some(Classification::wordless());
        assert!(burst(thread.iter(), at(2)).alarm.is_none());
    }

    #[test]
    fn what_a_program_wrote_is_not_read_with_a_person_s_words() {
        let mut robot = said(Author::Contact, 0, ALARM);
        robot.automatic = true;
        let thread = [robot];
        let found = burst(thread.iter(), at(1));
        assert!(found.texts.is_empty() && found.alarm.is_none());
    }
}
