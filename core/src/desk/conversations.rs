//! The queue and one conversation: read, take, put off, close, correct.

use super::Desk;
use crate::domain::{
    Action, Actor, Category, Claim, Contact, Conversation, ConversationId, ConversationStatus, Draft, Inbox,
    Instant, Language, Message, MessageId, OperatorId, OutboxEntry, ReplyState, Suggestion,
};
use crate::error::{Error, Result};
use crate::event::Event;
use crate::ingest;
use crate::journal;
use crate::people::Permission;
use crate::queue;
use crate::review;
use crate::settings::Settings;
use crate::store::{Counts, QueueCursor, QueueQuery, Tx, View};
use crate::suggest::{self, Situation, Usage};
use serde_json::json;

/// How many messages of a conversation are read at once.
const MESSAGES: usize = 50;

/// Which part of the queue is wanted.
#[derive(Debug, Clone, Default)]
pub struct QueueRequest {
    /// Open (the queue itself), snoozed or resolved.
    pub status: Option<ConversationStatus>,
    /// Only this category.
    pub category: Option<Category>,
    /// Only this inbox.
    pub inbox: Option<crate::domain::InboxId>,
    /// Only those with a message that matches these words.
    pub words: Option<String>,
    /// Only what the asking person holds.
    pub mine: bool,
    /// After this one.
    pub after: Option<QueueCursor>,
    /// At most so many; 200 are the most at once.
    pub limit: usize,
}

/// One row of the queue.
#[derive(Debug, Clone)]
pub struct QueueItem {
    /// How it stands.
    pub conversation: Conversation,
    /// The person outside.
    pub contact: Contact,
    /// Its inbox.
    pub inbox: Inbox,
    /// Who holds it now: id and name.
    pub holder: Option<(OperatorId, String)>,
}

/// A page of the queue.
#[derive(Debug, Clone)]
pub struct QueuePage {
    /// In order.
    pub items: Vec<QueueItem>,
    /// Where the next page begins; none at the end.
    pub next: Option<QueueCursor>,
}

/// One conversation, open.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Its row.
    pub item: QueueItem,
    /// Oldest first.
    pub messages: Vec<Message>,
    /// Older ones begin before this; none when there are none.
    pub older: Option<MessageId>,
    /// The best canned responses, at most three; none when nothing waits.
    pub suggestions: Vec<Suggestion>,
    /// What is being written.
    pub draft: Option<Draft>,
    /// Sends that are not through.
    pub outbox: Vec<OutboxEntry>,
    /// Levels of review for an untouched canned response.
    pub levels_unchanged: u8,
    /// Levels of review for a changed text.
    pub levels_changed: u8,
}

impl Desk {
    /// A page of the queue.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid` for words that cannot be searched, or `Store`.
    pub fn queue(&self, actor: &Actor, request: &QueueRequest) -> Result<QueuePage> {
        let actor = self.require(actor, Permission::Read)?;
        let now = self.now();
        let held_by = match (request.mine, actor.operator()) {
            (true, Some(operator)) => Some((operator.id, now)),
            _ => None,
        };
        self.store.read(|view| {
            let (conversations, next) = view.queue(&QueueQuery {
                status: request.status,
                category: request.category,
                inbox: request.inbox,
                held_by,
                words: request.words.clone(),
                after: request.after,
                limit: request.limit.clamp(1, 200),
            })?;
            let items = conversations
                .into_iter()
                .map(|c| item(view, c, now))
                .collect::<Result<_>>()?;
            Ok(QueuePage { items, next })
        })
    }

    /// The numbers on the badges.
    ///
    /// # Errors
    /// `Forbidden`, or `Store`.
    pub fn counts(&self, actor: &Actor) -> Result<Counts> {
        self.require(actor, Permission::Read)?;
        self.store.read(|view| view.counts())
    }

    /// One row of the queue.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, or `Store`.
    pub fn queue_item(&self, actor: &Actor, id: ConversationId) -> Result<QueueItem> {
        self.require(actor, Permission::Read)?;
        let now = self.now();
        self.store.read(|view| item(view, view.conversation(id)?, now))
    }

    /// Opens a conversation: its newest messages (or those before `before`), suggestions in `reader`'s language, what is being
    /// written. Reading is journalled, once an hour and person.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, or `Store`.
    pub fn open_conversation(
        &self,
        actor: &Actor,
        id: ConversationId,
        before: Option<MessageId>,
        reader: Language,
    ) -> Result<Opened> {
        let actor = self.require(actor, Permission::Read)?;
        let now = self.now();
        let pack = self.pack()?;
        let opened = self.store.read(|view| {
            let conversation = view.conversation(id)?;
            let mut messages = view.messages(id, before, MESSAGES + 1)?;
            let older = (messages.len() > MESSAGES).then(|| {
                messages.remove(0);
                messages.first().map(|message| message.id)
            });
            let settings = Settings::load(view)?;
            let waiting = waiting(view, &conversation)?;
            let suggestions = if waiting.is_empty() {
                Vec::new()
            } else {
                let inbox = view.inbox(conversation.inbox)?;
                let text = waiting
                    .iter()
                    .map(|message| message.text.as_str())
                    .collect::<Vec<_>>()
                    .join("\n");
                let mut classification = self.classifier.classify(&text);
                // What holds for the conversation (a person's correction, an earlier message) outweighs these words alone.
                classification.hold(conversation.category);
                for signal in conversation.signals.iter() {
                    classification.signals.insert(signal);
                }
                if classification.language == Language::Unknown {
                    classification.language = conversation.language;
                }
                let mut usage = Usage::new();
                for (reply, times) in view.reply_usage(conversation.category)? {
                    usage.add(conversation.category, reply, times);
                }
                for (reply, share) in self.learned.choices(view)?.for_similar(&text) {
                    usage.add_similar(reply, share);
                }
                suggest::suggest(
                    &pack,
                    &Situation {
                        classification: &classification,
                        topics: &self.classifier.topics(&text),
                        text: &text,
                        now,
                        zone: inbox.zone,
                        first_name: None,
                        usage: &usage,
                        channel: Some(inbox.channel),
                    },
                    reader,
                )
            };
            let levels = |changed: bool| {
                let facts = review::Facts {
                    category: conversation.category,
                    changed,
                    channel: view.inbox(conversation.inbox)?.channel,
                    author: actor
                        .operator()
                        .map_or(crate::domain::Role::Operator, |operator| operator.role),
                };
                Ok::<u8, Error>(settings.review.levels(facts))
            };
            Ok(Opened {
                levels_unchanged: levels(false)?,
                levels_changed: levels(true)?,
                draft: view.current_draft(id)?,
                outbox: view.outbox_unfinished(id)?,
                item: item(view, conversation, now)?,
                messages,
                older: older.flatten(),
                suggestions,
            })
        })?;
        self.note_reading(&actor, id, now)?;
        Ok(opened)
    }

    fn note_reading(&self, actor: &Actor, id: ConversationId, now: Instant) -> Result<()> {
        let Some(subject) = journal::subject("conversation", id.0) else {
            return Ok(());
        };
        let since = now - chrono::Duration::hours(1);
        let mine = self.store.read(|view| {
            view.has_journal(
                Action::ConversationRead,
                &subject,
                actor.operator().map(|o| o.id),
                since,
            )
        })?;
        if mine {
            return Ok(());
        }
        self.store.write(|tx| {
            journal::record(
                tx,
                actor,
                Action::ConversationRead,
                Some(subject),
                &json!({}),
                now,
            )
        })
    }

    /// Takes a conversation; a claim of one's own is renewed.
    ///
    /// # Errors
    /// `Conflict` when somebody else holds it.
    pub fn claim(&self, actor: &Actor, id: ConversationId) -> Result<Claim> {
        let operator = self.require_person(actor, Permission::Handle)?;
        let now = self.now();
        let claim = Claim {
            operator: operator.id,
            until: now + queue::CLAIM,
        };
        self.store.write(|tx| {
            let before = tx.conversation(id)?;
            if !tx.claim(id, claim, now)? {
                let holder = before
                    .claim
                    .map(|claim| tx.operator(claim.operator))
                    .transpose()?;
                let name = holder.map_or_else(|| "A colleague".to_owned(), |holder| holder.name);
                return Err(Error::conflict(format!("{name} is answering this conversation."))
                    .hint("Take the next one; it comes back by itself if it is not answered."));
            }
            let renewed = before
                .claim
                .is_some_and(|held| held.operator == operator.id && held.until > now);
            if !renewed {
                journal::record(
                    tx,
                    actor,
                    Action::Claimed,
                    journal::subject("conversation", id.0),
                    &json!({}),
                    now,
                )?;
            }
            Ok(())
        })?;
        self.events.emit(Event::Conversation(id));
        self.events.emit(Event::Queue);
        Ok(claim)
    }

    /// Hands out the most urgent conversation that nobody holds.
    ///
    /// # Errors
    /// `Forbidden`, or `Store`.
    pub fn next_conversation(&self, actor: &Actor) -> Result<Option<ConversationId>> {
        let operator = self.require_person(actor, Permission::Handle)?;
        let now = self.now();
        let claim = Claim {
            operator: operator.id,
            until: now + queue::CLAIM,
        };
        let taken = self.store.write(|tx| {
            let Some(next) = tx.next_unclaimed(now)? else {
                return Ok(None);
            };
            tx.claim(next.id, claim, now)?;
            journal::record(
                tx,
                actor,
                Action::Claimed,
                journal::subject("conversation", next.id.0),
                &json!({}),
                now,
            )?;
            Ok(Some(next.id))
        })?;
        if taken.is_some() {
            self.events.emit(Event::Queue);
        }
        Ok(taken)
    }

    /// Gives a conversation back.
    ///
    /// # Errors
    /// `Forbidden` when somebody else holds it.
    pub fn release(&self, actor: &Actor, id: ConversationId) -> Result<()> {
        let operator = self.require_person(actor, Permission::Handle)?;
        self.change(actor, id, Action::Released, &json!({}), |before, now| {
            match before.claim {
                Some(claim) if claim.operator != operator.id && claim.until > now => {
                    return Err(Error::forbidden("Somebody else holds this conversation."));
                }
                _ => {}
            }
            Ok(Conversation {
                claim: None,
                ..before
            })
        })
    }

    /// Puts a conversation off. It comes back at `until`, or when the contact writes. An emergency cannot be put off.
    ///
    /// # Errors
    /// `Invalid` for a time that is past, or an emergency.
    pub fn snooze(&self, actor: &Actor, id: ConversationId, until: Instant) -> Result<()> {
        self.require_person(actor, Permission::Handle)?;
        self.change(
            actor,
            id,
            Action::Snoozed,
            &json!({ "until": crate::domain::millis(until) }),
            |before, now| {
                if until <= now {
                    return Err(Error::invalid("A conversation is put off until a time to come."));
                }
                if queue::rank(&before, now) == queue::Bucket::Emergency {
                    return Err(Error::invalid("An emergency cannot be put off.")
                        .hint("Answer it, hand it to a colleague, or correct its category if it is none."));
                }
                if before.status != ConversationStatus::Open {
                    return Err(Error::conflict("This conversation is not in the queue any more."));
                }
                Ok(queue::snoozed(before, until))
            },
        )
    }

    /// Closes a conversation without an answer.
    ///
    /// # Errors
    /// `Conflict` while a reply of it waits or is on its way.
    pub fn resolve(&self, actor: &Actor, id: ConversationId) -> Result<()> {
        self.require_person(actor, Permission::Handle)?;
        self.change(actor, id, Action::Resolved, &json!({}), |before, now| {
            if matches!(
                before.reply_state,
                ReplyState::AwaitingReview | ReplyState::Sending | ReplyState::Stuck
            ) {
                return Err(
                    Error::conflict("A reply of this conversation waits or is on its way.")
                        .hint("Settle the reply first."),
                );
            }
            Ok(queue::resolved(before, now))
        })
    }

    /// Brings a closed or snoozed conversation back to the queue.
    ///
    /// # Errors
    /// `Forbidden`, or `Store`.
    pub fn reopen(&self, actor: &Actor, id: ConversationId) -> Result<()> {
        self.require_person(actor, Permission::Handle)?;
        self.change(actor, id, Action::Reopened, &json!({}), |before, now| {
            Ok(queue::reopened(before, now))
        })
    }

    /// Puts a person's category in force for a message; its conversation takes its new place, and similar messages are judged so
    /// from now on. What was an emergency only because of this message is read again without it.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, or `Store`.
    pub fn correct_category(&self, actor: &Actor, message: MessageId, category: Category) -> Result<()> {
        let operator = self.require_person(actor, Permission::Handle)?;
        let now = self.now();
        let memory = self.memory()?;
        let id = self.store.write(|tx| {
            let corrected = tx.message(message)?;
            let from = corrected.classification.as_ref().map(|verdict| verdict.category);
            tx.correct_category(message, category, Some(operator.id))?;
            let learned = self.learn_correction(tx, &operator, &corrected, category)?;
            let read_again = self.read_again_after(tx, &memory, &corrected)?;
            let before = tx.conversation(corrected.conversation)?;
            let waiting = waiting(tx, &before)?;
            let inbox = tx.inbox(before.inbox)?;
            let mut after = before.clone();
            if waiting.is_empty() {
                after.category = category;
            } else {
                after = ingest::recomputed(after, &waiting, inbox.channel, now);
            }
            // What turns out to be an emergency is not put off any longer.
            if after.status == ConversationStatus::Snoozed
                && queue::rank(&after, now) == queue::Bucket::Emergency
            {
                after = queue::reopened(after, now);
            }
            tx.save_conversation(&before, &after, queue::rank(&after, now) as i64)?;
            journal::record(
                tx,
                actor,
                Action::CategoryCorrected,
                journal::subject("conversation", before.id.0),
                &json!({ "message": message, "from": from, "to": category, "learned": learned, "read_again": read_again }),
                now,
            )?;
            Ok(before.id)
        })?;
        self.events.emit(Event::Conversation(id));
        self.events.emit(Event::Queue);
        Ok(())
    }

    /// One change of one conversation, with its journal entry.
    fn change(
        &self,
        actor: &Actor,
        id: ConversationId,
        action: Action,
        detail: &serde_json::Value,
        change: impl FnOnce(Conversation, Instant) -> Result<Conversation>,
    ) -> Result<()> {
        let now = self.now();
        self.store.write(|tx: &Tx<'_>| {
            let before = tx.conversation(id)?;
            let after = change(before.clone(), now)?;
            tx.save_conversation(&before, &after, queue::rank(&after, now) as i64)?;
            journal::record(
                tx,
                actor,
                action,
                journal::subject("conversation", id.0),
                detail,
                now,
            )
        })?;
        self.events.emit(Event::Conversation(id));
        self.events.emit(Event::Queue);
        Ok(())
    }
}

/// What the contact wrote that nobody has answered yet. A message that arrived late may be older than the last answer: what waits
/// longest marks the beginning.
pub(super) fn waiting(view: &View<'_>, conversation: &Conversation) -> Result<Vec<Message>> {
    let Some(since) = conversation.waiting_since else {
        return Ok(Vec::new());
    };
    let begin = since - chrono::Duration::milliseconds(1);
    view.unanswered(conversation.id, Some(begin))
}

pub(super) fn item(view: &View<'_>, conversation: Conversation, now: Instant) -> Result<QueueItem> {
    let contact = view.contact(conversation.contact)?;
    let inbox = view.inbox(conversation.inbox)?;
    let holder = match conversation.claim {
        Some(claim) if claim.until > now => Some((claim.operator, view.operator(claim.operator)?.name)),
        _ => None,
    };
    Ok(QueueItem {
        conversation,
        contact,
        inbox,
        holder,
    })
}
