//! A workspace to try: a believable day and night, written for it.
//!
//! What comes in: an empty workspace. What goes out: two people, demo inboxes whose answers stay here, some 150 messages in every state,
//! with the night replayed by the real responder at the time of each message. Deliberately absent: any special path. Everything goes
//! through the same desk as a real message.

use crate::channel::{Batch, Channel, local::LocalChannel};
use crate::clock::{Clock, ManualClock};
use crate::desk::{Desk, Submission};
use crate::domain::{
    Actor, ChannelKind, ConversationId, Direction, Inbox, InboxState, IncomingMessage, Instant, MessageKind,
    ReplyId, Role, SenderFlags, ThreadKind,
};
use crate::error::{Error, Result};
use crate::ingest::Arrival;
use crate::outbox::worker::{self, Connect};
use crate::secret::Secret;
use chrono::Duration;
use serde::Deserialize;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

const MESSAGES: &str = include_str!("../demo/messages.jsonl");
const SCENARIO: &str = include_str!("../demo/scenario.json");

/// One written message.
#[derive(Deserialize)]
struct Written {
    id: String,
    conversation: String,
    channel: ChannelKind,
    from: Sender,
    minutes_ago: i64,
    text: String,
    direction: Direction,
}

#[derive(Deserialize)]
struct Sender {
    id: String,
    name: String,
}

/// What the people of the demo have done already.
#[derive(Deserialize)]
struct Scenario {
    reviews: Vec<WrittenReview>,
    snoozed: Vec<WrittenSnooze>,
    resolved: Vec<String>,
}

#[derive(Deserialize)]
struct WrittenReview {
    conversation: String,
    reply: String,
    changed_text: String,
}

#[derive(Deserialize)]
struct WrittenSnooze {
    conversation: String,
    until_minutes: i64,
}

/// Connects demo inboxes to the workspace itself.
#[derive(Debug, Clone, Copy)]
pub struct LocalConnect;

impl Connect for LocalConnect {
    fn channel(&self, inbox: &Inbox) -> Result<Option<Arc<dyn Channel>>> {
        Ok((inbox.state == InboxState::Demo)
            .then(|| Arc::new(LocalChannel(inbox.channel)) as Arc<dyn Channel>))
    }
}

/// Fills a workspace that has no messages. Where it has no people either it becomes a demo workspace: two people who sign in by one
/// click. Where it has, `by` (an administrator) gets the messages, in demo inboxes, and nothing else changes.
///
/// # Errors
/// `Conflict` when the workspace is not empty, `Forbidden`, or `Store`.
pub async fn fill(data: &Path, clock: Arc<dyn Clock>, by: Option<&Actor>) -> Result<()> {
    let now = clock.now();
    let manual = ManualClock::at(now);
    let desk = Desk::open(data, Arc::new(manual.clone()))?;
    let not_empty = || {
        Error::conflict("This workspace is not empty.")
            .hint("The sample messages go into a workspace of their own.")
    };
    if desk.store().read(|view| view.message_count())? > 0 || (by.is_none() && desk.has_people()?) {
        return Err(not_empty());
    }
    let actor = by.cloned().unwrap_or(Actor::LocalAdministrator);
    let mut inboxes = HashMap::new();
    for (channel, name) in INBOXES {
        let zone = chrono_tz::Europe::Paris;
        let inbox = desk.add_inbox(&actor, name, channel, "", zone, InboxState::Demo, "{}", None)?;
        inboxes.insert(channel, inbox);
    }
    let night_was_on = desk.settings()?.night.enabled;
    desk.set_night(&actor, true)?;
    arrive(&desk, &manual, &inboxes, now).await?;
    if by.is_some() {
        return if night_was_on {
            Ok(())
        } else {
            desk.set_night(&actor, false)
        };
    }

    desk.set_setting(&actor, "demo", &true.into())?;
    desk.set_setting(&actor, "outbox", &serde_json::json!({ "undo_seconds": 0 }))?;
    // Nobody knows these passwords: in a demo workspace people sign in by one click.
    let camille = desk.add_person(
        &actor,
        "camille",
        "Camille Durand",
        Role::Administrator,
        2,
        &random_password()?,
    )?;
    let supervisor = Actor::Person(camille);
    let alex = desk.add_person(
        &supervisor,
        "alex",
        "Alex Morel",
        Role::Operator,
        0,
        &random_password()?,
    )?;
    act(&desk, &Actor::Person(alex), &inboxes, now)
}

const INBOXES: [(ChannelKind, &str); 5] = [
    (ChannelKind::Messenger, "Messenger (démo)"),
    (ChannelKind::Instagram, "Instagram (démo)"),
    (ChannelKind::X, "X (démo)"),
    (ChannelKind::Mastodon, "Mastodon (démo)"),
    (ChannelKind::Email, "Courriel (démo)"),
];

/// Every message at its own time, the night judged as it goes.
async fn arrive(
    desk: &Desk,
    clock: &ManualClock,
    inboxes: &HashMap<ChannelKind, Inbox>,
    now: Instant,
) -> Result<()> {
    let mut written: Vec<Written> = MESSAGES
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            serde_json::from_str(line)
                .map_err(|error| Error::internal(format!("The demo's messages: {error}")))
        })
        .collect::<Result<_>>()?;
    written.sort_by_key(|message| std::cmp::Reverse(message.minutes_ago));
    let mut contacts: HashMap<String, String> = HashMap::new();
    for message in written {
        let Some(inbox) = inboxes.get(&message.channel) else {
            continue;
        };
        let at = now - Duration::minutes(message.minutes_ago);
        clock.set(at);
        let contact_id = match message.direction {
            Direction::In => {
                contacts.insert(message.conversation.clone(), message.from.id.clone());
                message.from.id
            }
            Direction::Out => contacts.get(&message.conversation).cloned().unwrap_or_default(),
        };
        let incoming = IncomingMessage {
            remote_id: message.id,
            thread_id: message.conversation,
            thread_kind: ThreadKind::Direct,
            contact_id,
            contact_name: if message.direction == Direction::In {
                message.from.name
            } else {
                String::new()
            },
            direction: message.direction,
            kind: MessageKind::Text,
            sent_at: Some(at),
            text: message.text,
            attachments: Vec::new(),
            flags: SenderFlags::default(),
            reply_context: None,
        };
        let batch = Batch {
            messages: vec![incoming],
            ..Batch::default()
        };
        desk.accept(inbox, &batch, Arrival::Live)?;
        desk.run_night()?;
        worker::run_due(desk.store(), clock, desk.events(), &LocalConnect).await?;
    }
    clock.set(now);
    Ok(())
}

/// What Alex has done before you came: reviews that wait, conversations put off or closed.
fn act(desk: &Desk, alex: &Actor, inboxes: &HashMap<ChannelKind, Inbox>, now: Instant) -> Result<()> {
    let scenario: Scenario = serde_json::from_str(SCENARIO)
        .map_err(|error| Error::internal(format!("The demo's scenario: {error}")))?;
    let find = |thread: &str| -> Result<Option<ConversationId>> {
        desk.store().read(|view| {
            for inbox in inboxes.values() {
                if let Some(conversation) = view.conversation_of_thread(inbox.id, thread)? {
                    return Ok(Some(conversation.id));
                }
            }
            Ok(None)
        })
    };
    for review in scenario.reviews {
        let Some(conversation) = find(&review.conversation)? else {
            continue;
        };
        let Some(seen) = desk.store().read(|view| view.newest_by_a_person(conversation))? else {
            continue;
        };
        desk.send(
            alex,
            &Submission {
                conversation,
                text: &review.changed_text,
                reply: Some(ReplyId(review.reply)),
                seen,
            },
        )?;
    }
    for snooze in scenario.snoozed {
        if let Some(conversation) = find(&snooze.conversation)? {
            desk.snooze(alex, conversation, now + Duration::minutes(snooze.until_minutes))?;
        }
    }
    for thread in scenario.resolved {
        if let Some(conversation) = find(&thread)? {
            desk.resolve(alex, conversation)?;
        }
    }
    Ok(())
}

fn random_password() -> Result<Secret> {
    let mut bytes = [0u8; 24];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal(format!("No random numbers: {error}")))?;
    Ok(Secret::new(
        bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
    ))
}
