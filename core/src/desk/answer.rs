//! Writing and sending an answer.

use super::Desk;
use crate::channel::{self, LengthUnit};
use crate::domain::{
    Action, Actor, Claim, Conversation, ConversationId, Draft, DraftId, Language, MessageId, Operator,
    Origin, OutboxEntry, OutboxId, OutboxState, ReplyId, Review, ReviewState,
};
use crate::error::{Error, Result};
use crate::event::Event;
use crate::journal;
use crate::outbox;
use crate::people::Permission;
use crate::queue;
use crate::review::{self, Facts};
use crate::settings::Settings;
use crate::store::Tx;
use crate::suggest::{self, Pack};
use serde_json::json;

/// A text that a person wants to save or send.
#[derive(Clone)]
pub struct Submission<'a> {
    /// The conversation it answers.
    pub conversation: ConversationId,
    /// The text.
    pub text: &'a str,
    /// The canned response it began from.
    pub reply: Option<ReplyId>,
    /// The newest message that the person had seen.
    pub seen: MessageId,
}

/// What became of a send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It leaves.
    Queued(OutboxId),
    /// It waits for so many levels of review.
    Submitted {
        /// How many must say yes.
        levels: u8,
    },
}

impl Desk {
    /// Keeps what is being written. One draft a conversation; an empty text throws it away.
    ///
    /// # Errors
    /// `Conflict` when the draft waits for review or has left.
    pub fn save_draft(&self, actor: &Actor, submission: &Submission<'_>) -> Result<Option<Draft>> {
        let operator = self.require_person(actor, Permission::Answer)?;
        let draft = self.store.write(|tx| {
            let before = tx.conversation(submission.conversation)?;
            // There is one draft a conversation: whoever does not hold it must not write over the one who does.
            check_holder(tx, &operator, &before, self.now())?;
            let current = tx.current_draft(submission.conversation)?;
            if submission.text.trim().is_empty() {
                if let Some(draft) = current.filter(|draft| draft.review.state != ReviewState::AwaitingReview)
                {
                    tx.delete_draft(draft.id)?;
                    with_reply_state(tx, &before, self.now())?;
                }
                return Ok(None);
            }
            let draft = self.write_draft(tx, &operator, submission, current, &before)?;
            with_reply_state(tx, &before, self.now())?;
            // Whoever writes is still there: the claim lasts as long as the typing.
            let now = self.now();
            if before
                .claim
                .is_some_and(|claim| claim.operator == operator.id && claim.until > now)
            {
                tx.claim(
                    before.id,
                    Claim {
                        operator: operator.id,
                        until: now + queue::CLAIM,
                    },
                    now,
                )?;
            }
            Ok(Some(draft))
        })?;
        self.events.emit(Event::Conversation(submission.conversation));
        self.events.emit(Event::Review);
        Ok(draft)
    }

    /// Sends a text, or submits it for review, as the policy says. Refused when somebody wrote since the person looked.
    ///
    /// # Errors
    /// `Conflict` when somebody wrote, holds it or answered meanwhile; `Invalid` for a text that the channel would not take.
    pub fn send(&self, actor: &Actor, submission: &Submission<'_>) -> Result<Sent> {
        let operator = self.require_person(actor, Permission::Answer)?;
        let now = self.now();
        let sent = self.store.write(|tx| {
            let before = tx.conversation(submission.conversation)?;
            let inbox = tx.inbox(before.inbox)?;
            check_text(submission.text, inbox.channel)?;
            check_turn(tx, &operator, &before, submission.seen, now)?;
            let settings = Settings::load(tx)?;
            let current = tx.current_draft(submission.conversation)?;
            let draft = self.write_draft(tx, &operator, submission, current, &before)?;
            let levels = settings.review.levels(Facts {
                category: before.category,
                changed: draft.is_changed(),
                channel: inbox.channel,
                author: operator.role,
            });
            let submitted = review::transition(&draft, review::Event::Submit { by: operator.id, levels }, now)?;
            tx.save_draft(&submitted)?;
            if levels > 0 {
                let after = Conversation { reply_state: outbox::reply_state(tx, &before)?, claim: None, ..before.clone() };
                tx.save_conversation(&before, &after, queue::rank(&after, now) as i64)?;
                journal::record(
                    tx,
                    actor,
                    Action::Submitted,
                    journal::subject("conversation", before.id.0),
                    &json!({ "draft": submitted.id, "digest": submitted.digest(), "levels": levels, "reply": submitted.reply }),
                    now,
                )?;
                return Ok(Sent::Submitted { levels });
            }
            self.release_draft(tx, actor, &submitted, Origin::Operator, &settings).map(Sent::Queued)
        })?;
        self.events.emit(Event::Conversation(submission.conversation));
        self.events.emit(Event::Queue);
        self.events.emit(match sent {
            Sent::Queued(_) => Event::Outbox,
            Sent::Submitted { .. } => Event::Review,
        });
        Ok(sent)
    }

    fn write_draft(
        &self,
        tx: &Tx<'_>,
        operator: &Operator,
        submission: &Submission<'_>,
        current: Option<Draft>,
        before: &Conversation,
    ) -> Result<Draft> {
        let now = self.now();
        let canned = match &submission.reply {
            Some(reply) => self.canned(tx, reply, submission.text, before, current.as_ref())?,
            None => None,
        };
        let draft = current.unwrap_or_else(|| Draft {
            id: DraftId(0),
            conversation: submission.conversation,
            author: operator.id,
            text: String::new(),
            reply: None,
            canned_text: None,
            language: Language::Unknown,
            seen: submission.seen,
            updated_at: now,
            submitted_at: None,
            review: Review {
                state: ReviewState::Draft,
                levels_required: 0,
                levels_passed: 0,
                decisions: Vec::new(),
            },
        });
        let mut draft = review::transition(
            &draft,
            review::Event::Write {
                by: operator.id,
                text: submission.text,
            },
            now,
        )?;
        draft.seen = submission.seen;
        draft.language = before.language;
        draft.reply = canned.as_ref().map(|(reply, _)| reply.clone());
        draft.canned_text = canned.map(|(_, text)| text);
        draft.id = tx.save_draft(&draft)?;
        Ok(draft)
    }

    /// The canned response that a text is held against: the pack's own rendering that it equals, else the one in the contact's
    /// language. What a shell says it inserted is not believed: only a text of the pack counts as untouched.
    fn canned(
        &self,
        tx: &Tx<'_>,
        reply: &ReplyId,
        text: &str,
        conversation: &Conversation,
        current: Option<&Draft>,
    ) -> Result<Option<(ReplyId, String)>> {
        let kept = current
            .filter(|draft| draft.reply.as_ref() == Some(reply))
            .and_then(|draft| draft.canned_text.clone());
        if let Some(kept) = kept.filter(|kept| kept.trim() == text.trim()) {
            return Ok(Some((reply.clone(), kept)));
        }
        let pack = Pack::built_in(&Settings::load(tx)?.pack)?;
        let Ok(known) = pack.reply(reply) else {
            return Err(
                Error::not_found("This canned response is not in the pack any more.")
                    .hint("Choose another one."),
            );
        };
        let facts = suggest::Facts {
            now: self.now(),
            zone: tx.inbox(conversation.inbox)?.zone,
            force: None,
            first_name: None,
            opens_at: None,
            reader: Language::French,
        };
        let renderings: Vec<String> = std::iter::once(pack.answer_language(known, conversation.language))
            .chain(known.languages())
            .filter_map(|language| pack.render(reply, language, &facts).ok())
            .map(|rendered| rendered.text)
            .collect();
        let equal = renderings
            .iter()
            .find(|rendering| rendering.trim() == text.trim());
        Ok(equal
            .or(renderings.first())
            .map(|rendering| (reply.clone(), rendering.clone())))
    }

    /// An approved draft goes to the outbox: draft, outbox row, journal and conversation in the caller's transaction.
    pub(super) fn release_draft(
        &self,
        tx: &Tx<'_>,
        actor: &Actor,
        approved: &Draft,
        origin: Origin,
        settings: &Settings,
    ) -> Result<OutboxId> {
        let now = self.now();
        let released = review::transition(approved, review::Event::Release, now)?;
        tx.save_draft(&released)?;
        let before = tx.conversation(released.conversation)?;
        // The answer covers what its author had seen; what came later still waits.
        let answers = tx
            .newest_of_contact(before.id, released.seen)?
            .unwrap_or(released.seen);
        let undo = chrono::Duration::seconds(i64::from(settings.outbox.undo_seconds));
        let entry = outbox::enqueue(
            tx,
            actor,
            &outbox::Decision {
                conversation: released.conversation,
                inbox: before.inbox,
                origin,
                operator: Some(released.author),
                draft: Some(released.id),
                text: &released.text,
                answers,
                key: format!("draft-{}-{}", released.id, released.digest()),
                not_before: now + undo,
            },
            now,
        )?;
        if let Some(reply) = &released.reply {
            tx.count_reply(before.category, reply)?;
            self.learn_choice(tx, &before, answers, reply)?;
        }
        let after = Conversation {
            reply_state: outbox::reply_state(tx, &before)?,
            claim: None,
            ..before.clone()
        };
        tx.save_conversation(&before, &after, queue::rank(&after, now) as i64)?;
        Ok(entry)
    }

    /// Takes a send back before it leaves; its text becomes a draft again.
    ///
    /// # Errors
    /// `Conflict` when it is on the wire or gone.
    pub fn cancel_send(&self, actor: &Actor, id: OutboxId) -> Result<()> {
        let operator = self.require_person(actor, Permission::Answer)?;
        self.settle(actor, id, |tx, entry| {
            if !matches!(entry.state, OutboxState::Queued | OutboxState::Wedged) {
                return Err(Error::conflict(
                    "It is too late: this answer is on its way or gone.",
                ));
            }
            let cancelled = OutboxEntry {
                state: OutboxState::Cancelled,
                ..entry.clone()
            };
            if !tx.move_outbox_entry(entry.state, &cancelled)? {
                return Err(Error::conflict(
                    "It is too late: this answer is on its way or gone.",
                ));
            }
            // An automatic text is nobody's draft.
            if entry.origin == Origin::Night {
                return Ok(Action::SendCancelled);
            }
            let released = entry.draft.map(|draft| tx.draft(draft)).transpose()?;
            let draft = Draft {
                id: DraftId(0),
                conversation: entry.conversation,
                author: operator.id,
                text: entry.text.clone(),
                reply: released.as_ref().and_then(|draft| draft.reply.clone()),
                canned_text: released.as_ref().and_then(|draft| draft.canned_text.clone()),
                language: Language::Unknown,
                seen: entry.answers,
                updated_at: self.now(),
                submitted_at: None,
                review: Review {
                    state: ReviewState::Draft,
                    levels_required: 0,
                    levels_passed: 0,
                    decisions: Vec::new(),
                },
            };
            if tx.current_draft(entry.conversation)?.is_none() {
                tx.save_draft(&draft)?;
            }
            Ok(Action::SendCancelled)
        })
    }

    /// A person has looked on the platform: an unknown or wedged send was taken after all, or surely was not.
    ///
    /// # Errors
    /// `Conflict` when it does not wait for a person.
    pub fn settle_send(&self, actor: &Actor, id: OutboxId, was_sent: bool) -> Result<()> {
        self.require_person(actor, Permission::Answer)?;
        if was_sent {
            let now = self.now();
            let conversation = self.store.write(|tx| {
                let entry = tx.outbox_entry(id)?;
                waits_for_a_person(&entry)?;
                outbox::settle_sent(tx, &entry, &format!("settled-{}", entry.idempotency_key), now)?;
                journal::record(
                    tx,
                    actor,
                    Action::SendSettled,
                    journal::subject("conversation", entry.conversation.0),
                    &json!({ "outbox": id, "was_sent": true }),
                    now,
                )?;
                Ok(entry.conversation)
            })?;
            self.events.emit(Event::Conversation(conversation));
            self.events.emit(Event::Queue);
            return Ok(());
        }
        self.retry_send(actor, id)
    }

    /// Tries a stuck send again, because a person knows that it did not arrive.
    ///
    /// # Errors
    /// `Conflict` when it does not wait for a person.
    pub fn retry_send(&self, actor: &Actor, id: OutboxId) -> Result<()> {
        self.require_person(actor, Permission::Answer)?;
        self.settle(actor, id, |tx, entry| {
            waits_for_a_person(entry)?;
            let again = OutboxEntry {
                state: OutboxState::Queued,
                next_attempt_at: self.now(),
                attempts: 0,
                looks: 0,
                reason: None,
                ..entry.clone()
            };
            if !tx.move_outbox_entry(entry.state, &again)? {
                return Err(Error::conflict("Somebody else has settled this send."));
            }
            Ok(Action::SendSettled)
        })?;
        self.events.emit(Event::Outbox);
        Ok(())
    }

    fn settle(
        &self,
        actor: &Actor,
        id: OutboxId,
        settle: impl FnOnce(&Tx<'_>, &OutboxEntry) -> Result<Action>,
    ) -> Result<()> {
        let now = self.now();
        let conversation = self.store.write(|tx| {
            let entry = tx.outbox_entry(id)?;
            let action = settle(tx, &entry)?;
            let before = tx.conversation(entry.conversation)?;
            with_reply_state(tx, &before, now)?;
            journal::record(
                tx,
                actor,
                action,
                journal::subject("conversation", before.id.0),
                &json!({ "outbox": id }),
                now,
            )?;
            Ok(before.id)
        })?;
        self.events.emit(Event::Conversation(conversation));
        self.events.emit(Event::Queue);
        Ok(())
    }
}

fn waits_for_a_person(entry: &OutboxEntry) -> Result<()> {
    if matches!(entry.state, OutboxState::Unknown | OutboxState::Wedged) {
        return Ok(());
    }
    Err(Error::conflict("This send does not wait for a person."))
}

/// Would the channel take this text?
fn check_text(text: &str, channel: crate::domain::ChannelKind) -> Result<()> {
    if text.trim().is_empty() {
        return Err(
            Error::invalid("There is no text to send.").hint("Write something, or insert a suggestion.")
        );
    }
    let limits = channel::limits(channel);
    let length = channel::length(text, limits.unit);
    match limits.length {
        Some(most) if length > most => {
            let unit = match limits.unit {
                LengthUnit::Bytes => "bytes",
                LengthUnit::Characters | LengthUnit::Utf16 | LengthUnit::Graphemes => "characters",
            };
            Err(Error::invalid(format!(
                "The text is too long for this channel: {length} of at most {most} {unit}."
            ))
            .hint("Shorten it, or send it in two answers."))
        }
        _ => Ok(()),
    }
}

/// Saves how the reply of a conversation stands now.
fn with_reply_state(tx: &Tx<'_>, before: &Conversation, now: crate::domain::Instant) -> Result<()> {
    let after = Conversation {
        reply_state: outbox::reply_state(tx, before)?,
        ..before.clone()
    };
    if after == *before {
        return Ok(());
    }
    tx.save_conversation(before, &after, queue::rank(&after, now) as i64)
}

/// Does nobody else hold it?
fn check_holder(
    tx: &Tx<'_>,
    operator: &Operator,
    conversation: &Conversation,
    now: crate::domain::Instant,
) -> Result<()> {
    match conversation.claim {
        Some(claim) if claim.operator != operator.id && claim.until > now => {
            let holder = tx.operator(claim.operator)?.name;
            Err(
                Error::conflict(format!("{holder} is answering this conversation."))
                    .hint("Take another one; it comes back by itself if it is not answered."),
            )
        }
        _ => Ok(()),
    }
}

/// Is it this person's turn? Nobody else holds it, nobody has written since they looked, no other answer is on its way or stuck.
fn check_turn(
    tx: &Tx<'_>,
    operator: &Operator,
    conversation: &Conversation,
    seen: MessageId,
    now: crate::domain::Instant,
) -> Result<()> {
    check_holder(tx, operator, conversation, now)?;
    let answers = tx.outbox_unfinished(conversation.id)?;
    let mut answers = answers.iter().filter(|entry| entry.origin != Origin::Night);
    if let Some(answer) = answers.next() {
        return Err(if answer.waits_for_a_person() {
            Error::conflict(
                "An answer of this conversation did not go through, and waits for somebody to decide.",
            )
            .hint("Say first whether it arrived, try it again, or take it back.")
        } else {
            Error::conflict("An answer is on its way already.").hint("Look at the conversation again.")
        });
    }
    if tx.message(seen).ok().map(|message| message.conversation) != Some(conversation.id) {
        return Err(Error::conflict("What you answer is not in this conversation.")
            .hint("Look at the conversation again."));
    }
    if tx.newest_by_a_person(conversation.id)? > Some(seen) {
        return Err(
            Error::conflict("Somebody has written since you opened this conversation.")
                .hint("Read the new message, then send again; your text is kept."),
        );
    }
    check_window(conversation, now)
}

/// Does the platform still take an answer?
pub(super) fn check_window(conversation: &Conversation, now: crate::domain::Instant) -> Result<()> {
    if conversation.deadline.is_some_and(|deadline| now >= deadline) {
        return Err(Error::conflict(
            "The platform takes no answer to this conversation any more: its reply window is over.",
        )
        .hint("Answer when the person writes again, or by another way that they left."));
    }
    Ok(())
}
