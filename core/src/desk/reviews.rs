//! What waits for a supervisor.

use super::conversations::item;
use super::{Desk, QueueItem};
use crate::domain::{Action, Actor, Conversation, Draft, DraftId, OperatorId, Origin, OutboxId, ReviewState};
use crate::error::Result;
use crate::event::Event;
use crate::journal;
use crate::outbox;
use crate::people::Permission;
use crate::queue;
use crate::review;
use crate::settings::Settings;
use crate::store::Tx;
use serde_json::json;

/// One reply that waits for review.
#[derive(Debug, Clone)]
pub struct ReviewItem {
    /// The reply.
    pub draft: Draft,
    /// Who wrote it.
    pub author: String,
    /// Its conversation.
    pub item: QueueItem,
    /// The newest text of the contact, to judge the reply by.
    pub message: ReviewedText,
    /// Why the asking person may not decide it; none when they may.
    pub why_not: Option<String>,
}

/// What a citizen wrote; not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct ReviewedText(pub String);

impl std::fmt::Debug for ReviewedText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReviewedText({} bytes)", self.0.len())
    }
}

impl Desk {
    /// What waits for review, longest first, at most 200.
    ///
    /// # Errors
    /// `Forbidden`, or `Store`.
    pub fn reviews(&self, actor: &Actor) -> Result<Vec<ReviewItem>> {
        let actor = self.require(actor, Permission::Read)?;
        let now = self.now();
        self.store.read(|view| {
            view.drafts_awaiting_review(200)?
                .into_iter()
                .map(|draft| {
                    let conversation = view.conversation(draft.conversation)?;
                    let waiting = super::conversations::waiting(view, &conversation)?;
                    let text = waiting
                        .iter()
                        .map(|message| message.text.as_str())
                        .collect::<Vec<_>>()
                        .join("\n\n");
                    let why_not = match actor.operator() {
                        Some(operator) => review::may_decide(&draft, operator)
                            .err()
                            .map(|error| error.message),
                        None => Some("Sign in as a supervisor to decide.".to_owned()),
                    };
                    Ok(ReviewItem {
                        author: view.operator(draft.author)?.name,
                        item: item(view, conversation, now)?,
                        message: ReviewedText(text),
                        why_not,
                        draft,
                    })
                })
                .collect()
        })
    }

    /// Says yes to the text of this digest. With the last level it leaves.
    ///
    /// # Errors
    /// `Forbidden` for one's own text or a level above one's own; `Conflict` when the text has changed.
    pub fn approve(&self, actor: &Actor, id: DraftId, digest: &str) -> Result<Option<OutboxId>> {
        let operator = self.require_person(actor, Permission::Review)?;
        let outcome = self.decide(id, |tx, draft| {
            let approved = review::transition(draft, review::Event::Approve { by: &operator, digest }, self.now())?;
            tx.save_draft(&approved)?;
            journal::record(
                tx,
                actor,
                Action::Approved,
                journal::subject("conversation", draft.conversation.0),
                &json!({ "draft": id, "digest": digest, "level": approved.review.levels_passed, "of": approved.review.levels_required }),
                self.now(),
            )?;
            if approved.review.state != ReviewState::Approved {
                return Ok(None);
            }
            super::answer::check_window(&tx.conversation(draft.conversation)?, self.now())?;
            let settings = Settings::load(tx)?;
            self.release_draft(tx, actor, &approved, Origin::Approval, &settings).map(Some)
        })?;
        if outcome.is_some() {
            self.events.emit(Event::Outbox);
        }
        Ok(outcome)
    }

    /// Changes the text in place; approvals so far are void, and the new text is still the author's to be reviewed.
    ///
    /// # Errors
    /// As [`Desk::approve`].
    pub fn edit_in_review(&self, actor: &Actor, id: DraftId, digest: &str, text: &str) -> Result<Draft> {
        let operator = self.require_person(actor, Permission::Review)?;
        self.decide(id, |tx, draft| {
            let edited = review::transition(
                draft,
                review::Event::Edit {
                    by: &operator,
                    digest,
                    text,
                },
                self.now(),
            )?;
            tx.save_draft(&edited)?;
            journal::record(
                tx,
                actor,
                Action::EditedInReview,
                journal::subject("conversation", draft.conversation.0),
                &json!({ "draft": id, "from": digest, "to": edited.digest() }),
                self.now(),
            )?;
            Ok(edited)
        })
    }

    /// Sends a reply back to its author with a reason.
    ///
    /// # Errors
    /// As [`Desk::approve`]; `Invalid` without a reason.
    pub fn reject(&self, actor: &Actor, id: DraftId, digest: &str, reason: &str) -> Result<()> {
        let operator = self.require_person(actor, Permission::Review)?;
        self.decide(id, |tx, draft| {
            let rejected = review::transition(
                draft,
                review::Event::Reject {
                    by: &operator,
                    digest,
                    reason,
                },
                self.now(),
            )?;
            tx.save_draft(&rejected)?;
            let before = tx.conversation(draft.conversation)?;
            let after = Conversation {
                reply_state: outbox::reply_state(tx, &before)?,
                ..before.clone()
            };
            tx.save_conversation(&before, &after, queue::rank(&after, self.now()) as i64)?;
            journal::record(
                tx,
                actor,
                Action::Rejected,
                journal::subject("conversation", draft.conversation.0),
                &json!({ "draft": id, "digest": digest }),
                self.now(),
            )
        })
    }

    /// The name of a person, for screens.
    ///
    /// # Errors
    /// `NotFound`, or `Store`.
    pub fn name_of(&self, id: OperatorId) -> Result<String> {
        self.store.read(|view| Ok(view.operator(id)?.name))
    }

    fn decide<T>(&self, id: DraftId, decide: impl FnOnce(&Tx<'_>, &Draft) -> Result<T>) -> Result<T> {
        let (conversation, outcome) = self.store.write(|tx| {
            let draft = tx.draft(id)?;
            Ok((draft.conversation, decide(tx, &draft)?))
        })?;
        self.events.emit(Event::Review);
        self.events.emit(Event::Conversation(conversation));
        self.events.emit(Event::Queue);
        Ok(outcome)
    }
}
