//! Who must say yes before a reply leaves: a pure state machine and a policy.
//!
//! What comes in: a draft, an event, an instant. What goes out: the draft after it, or a sentence that says why not. Nobody approves
//! their own text; an approval is tied to the exact text by its digest; any change of the text voids what was approved. Deliberately
//! absent: storing and sending.

mod policy;

pub use policy::{Facts, Policy, Row};

use crate::domain::{Draft, Instant, Operator, OperatorId, ReviewDecision, ReviewState, Verdict};
use crate::error::{Error, Result};

/// What happens to a draft.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// Its author (or a colleague who took over) writes.
    Write {
        /// Who.
        by: OperatorId,
        /// The new text.
        text: &'a str,
    },
    /// Its author wants it to leave; so many levels must say yes.
    Submit {
        /// Who.
        by: OperatorId,
        /// From the policy: 0 leaves at once.
        levels: u8,
    },
    /// A reviewer changes the text in place; it is still the author's draft, and the approvals so far are void.
    Edit {
        /// The reviewer.
        by: &'a Operator,
        /// The text they read.
        digest: &'a str,
        /// The new text.
        text: &'a str,
    },
    /// A reviewer says yes.
    Approve {
        /// The reviewer.
        by: &'a Operator,
        /// The text they read.
        digest: &'a str,
    },
    /// A reviewer sends it back.
    Reject {
        /// The reviewer.
        by: &'a Operator,
        /// The text they read.
        digest: &'a str,
        /// Why.
        reason: &'a str,
    },
    /// The outbox takes it.
    Release,
}

/// The draft after an event.
///
/// # Errors
/// `Invalid`, `Forbidden` or `Conflict`, in words for the person who tried.
pub fn transition(draft: &Draft, event: Event<'_>, now: Instant) -> Result<Draft> {
    let mut next = draft.clone();
    let review = &mut next.review;
    match event {
        Event::Write { by, text } => {
            match review.state {
                ReviewState::Released => return Err(Error::conflict("This reply has left already.")),
                ReviewState::AwaitingReview if by != draft.author => {
                    return Err(Error::conflict("This reply waits for review.")
                        .hint("Let it be reviewed, or ask its author to take it back."));
                }
                _ => {}
            }
            if text != draft.text || by != draft.author {
                next.text = text.to_owned();
                next.author = by;
                next.updated_at = now;
                next.submitted_at = None;
                void(&mut next, ReviewState::Draft);
            }
        }
        Event::Submit { by, levels } => {
            if !matches!(review.state, ReviewState::Draft | ReviewState::Rejected) {
                return Err(Error::conflict("This reply is submitted already."));
            }
            if draft.text.trim().is_empty() {
                return Err(Error::invalid("There is no text to send.")
                    .hint("Write something, or insert a suggestion."));
            }
            next.author = by;
            next.submitted_at = Some(now);
            let state = if levels == 0 {
                ReviewState::Approved
            } else {
                ReviewState::AwaitingReview
            };
            void(&mut next, state);
            next.review.levels_required = levels;
        }
        Event::Edit { by, digest, text } => {
            may_decide(draft, by)?;
            read_this(draft, digest)?;
            if text.trim().is_empty() {
                return Err(Error::invalid("The text cannot be empty."));
            }
            next.text = text.to_owned();
            next.updated_at = now;
            void(&mut next, ReviewState::AwaitingReview);
            next.review.levels_required = draft.review.levels_required;
        }
        Event::Approve { by, digest } => {
            let level = may_decide(draft, by)?;
            read_this(draft, digest)?;
            review
                .decisions
                .push(decision(by.id, now, Verdict::Approve, level, digest, ""));
            review.levels_passed = level;
            if level >= review.levels_required {
                review.state = ReviewState::Approved;
            }
        }
        Event::Reject { by, digest, reason } => {
            let level = may_decide(draft, by)?;
            read_this(draft, digest)?;
            if reason.trim().is_empty() {
                return Err(Error::invalid("A reply is sent back with a reason.")
                    .hint("Say in a few words what should change."));
            }
            review.decisions.push(decision(
                by.id,
                now,
                Verdict::Reject,
                level,
                digest,
                reason.trim(),
            ));
            review.state = ReviewState::Rejected;
            review.levels_passed = 0;
        }
        Event::Release => {
            if review.state != ReviewState::Approved {
                return Err(Error::conflict("This reply is not approved."));
            }
            review.state = ReviewState::Released;
        }
    }
    Ok(next)
}

/// The level that this reviewer would fill.
///
/// # Errors
/// Why they may not decide this draft.
pub fn may_decide(draft: &Draft, by: &Operator) -> Result<u8> {
    if draft.review.state != ReviewState::AwaitingReview {
        return Err(
            Error::conflict("This reply does not wait for review any more.").hint("Look at the list again.")
        );
    }
    if by.id == draft.author {
        return Err(Error::forbidden("Nobody approves their own text.").hint("Ask another supervisor."));
    }
    let already = draft
        .review
        .decisions
        .iter()
        .any(|d| d.by == by.id && d.verdict == Verdict::Approve);
    if already {
        return Err(Error::forbidden(
            "You have approved this text; the next level is another person's.",
        ));
    }
    let level = draft.review.levels_passed + 1;
    if by.review_level < level {
        return Err(Error::forbidden(format!(
            "This reply waits for a reviewer of level {level}; yours is {}.",
            by.review_level
        )));
    }
    Ok(level)
}

fn read_this(draft: &Draft, digest: &str) -> Result<()> {
    if draft.digest() == digest {
        return Ok(());
    }
    Err(Error::conflict("The text has changed since you opened it.").hint("Read it again before you decide."))
}

/// No approval outlives a change of the text; a rejection's reason stays readable until the next submission.
fn void(draft: &mut Draft, state: ReviewState) {
    draft.review.state = state;
    draft.review.levels_passed = 0;
    if state == ReviewState::Draft {
        draft.review.decisions.retain(|d| d.verdict == Verdict::Reject);
    } else {
        draft.review.decisions.clear();
    }
}

fn decision(
    by: OperatorId,
    at: Instant,
    verdict: Verdict,
    level: u8,
    digest: &str,
    reason: &str,
) -> ReviewDecision {
    ReviewDecision {
        by,
        at,
        verdict,
        level,
        digest: digest.to_owned(),
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ConversationId, DraftId, Language, MessageId, Review, Role, from_millis};
    use proptest::prelude::*;

    fn person(id: i64, review_level: u8) -> Operator {
        Operator {
            id: OperatorId(id),
            login: String::new(),
            name: String::new(),
            role: Role::Operator,
            review_level,
            enabled: true,
        }
    }

    fn blank() -> Draft {
        Draft {
            id: DraftId(1),
            conversation: ConversationId(1),
            author: OperatorId(0),
            text: String::new(),
            reply: None,
            canned_text: None,
            language: Language::Unknown,
            seen: MessageId(1),
            updated_at: from_millis(0),
            submitted_at: None,
            review: Review {
                state: ReviewState::Draft,
                levels_required: 0,
                levels_passed: 0,
                decisions: Vec::new(),
            },
        }
    }

    #[derive(Debug, Clone)]
    enum Act {
        Write(i64, usize),
        Submit(i64, u8),
        Edit(i64, usize, bool),
        Approve(i64, bool),
        Reject(i64, bool),
        Release,
    }

    const TEXTS: [&str; 4] = ["", "un", "deux", "trois"];

    fn act() -> impl Strategy<Value = Act> {
        // Half of them read the text that is there, half an older one.
        let read = any::<bool>;
        prop_oneof![
            1 => (0..5i64, 0..4usize).prop_map(|(who, text)| Act::Write(who, text)),
            1 => (0..5i64, 0..4u8).prop_map(|(who, levels)| Act::Submit(who, levels)),
            1 => (0..5i64, 0..4usize, read()).prop_map(|(who, text, fresh)| Act::Edit(who, text, fresh)),
            4 => (0..5i64, read()).prop_map(|(who, fresh)| Act::Approve(who, fresh)),
            1 => (0..5i64, read()).prop_map(|(who, fresh)| Act::Reject(who, fresh)),
            1 => Just(Act::Release),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_leaves_that_enough_other_people_have_not_read_as_it_is(acts in proptest::collection::vec(act(), 1..60)) {
            // Who is 0 may decide nothing, 1 to 4 have the levels 1, 2, 3 and 3.
            let people: Vec<Operator> = (0..5).map(|id| person(id, id.min(3) as u8)).collect();
            let mut draft = blank();
            let stale = "0".repeat(64);
            for act in acts {
                let digest = |fresh: bool| if fresh { draft.digest() } else { stale.clone() };
                let by = |who: i64| &people[who as usize];
                let now = from_millis(1);
                let next = match &act {
                    Act::Write(who, text) => transition(&draft, Event::Write { by: OperatorId(*who), text: TEXTS[*text] }, now),
                    Act::Submit(who, levels) => transition(&draft, Event::Submit { by: OperatorId(*who), levels: *levels }, now),
                    Act::Edit(who, text, fresh) => {
                        transition(&draft, Event::Edit { by: by(*who), digest: &digest(*fresh), text: TEXTS[*text] }, now)
                    }
                    Act::Approve(who, fresh) => transition(&draft, Event::Approve { by: by(*who), digest: &digest(*fresh) }, now),
                    Act::Reject(who, fresh) => {
                        transition(&draft, Event::Reject { by: by(*who), digest: &digest(*fresh), reason: "parce que" }, now)
                    }
                    Act::Release => transition(&draft, Event::Release, now),
                };
                let Ok(next) = next else { continue };
                prop_assert!(draft.review.state != ReviewState::Released, "what has left changes no more");
                let read_this: Vec<_> = next
                    .review
                    .decisions
                    .iter()
                    .filter(|decision| decision.verdict == Verdict::Approve && decision.digest == next.digest())
                    .collect();
                prop_assert_eq!(
                    usize::from(next.review.levels_passed),
                    if next.review.state == ReviewState::Rejected { 0 } else { read_this.len() },
                    "every level was filled by somebody who read this text"
                );
                prop_assert!(read_this.iter().all(|decision| decision.by != next.author), "nobody approves their own");
                if matches!(next.review.state, ReviewState::Approved | ReviewState::Released) {
                    prop_assert!(!next.text.trim().is_empty());
                    let mut who: Vec<_> = read_this.iter().map(|decision| decision.by).collect();
                    who.sort();
                    who.dedup();
                    prop_assert!(who.len() >= usize::from(next.review.levels_required), "each level is another person");
                    for (decision, level) in read_this.iter().zip(1u8..) {
                        prop_assert_eq!(decision.level, level);
                        prop_assert!(people[decision.by.0 as usize].review_level >= level);
                    }
                }
                draft = next;
            }
        }
    }
}
