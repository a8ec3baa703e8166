//! A desk with people: alex and bruno answer, camille (level 2) and dora (level 3) decide, marie administers, citizens write.

use crate::platform::{ScriptedChannel, ScriptedConnect};
use chrono::{NaiveDateTime, TimeZone as _};
use chrono_tz::Europe::Paris;
use planton_core::channel::Batch;
use planton_core::clock::{Clock as _, ManualClock};
use planton_core::desk::{Desk, Opened, QueueRequest, Sent, Submission};
use planton_core::domain::{
    Action, Actor, ChannelKind, Conversation, ConversationId, ConversationStatus, Direction, Draft, Inbox,
    InboxState, IncomingMessage, Instant, JournalEntry, JournalSeq, Language, Message, MessageId,
    MessageKind, OutboxEntry, OutboxId, ReplyId, Role, SenderFlags, ThreadKind,
};
use planton_core::error::Result;
use planton_core::ingest::{Arrival, Report};
use planton_core::journal::Verdict;
use planton_core::secret::Secret;
use planton_core::service::{Round, Service};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

/// Everybody's password.
pub const PASSWORD: &str = "quatre mots faciles ici";

/// A desk of one Messenger account, open on its folder.
pub struct TestDesk {
    /// The desk.
    pub desk: Arc<Desk>,
    /// Its clock.
    pub clock: ManualClock,
    /// The platform behind its account.
    pub platform: Arc<ScriptedChannel>,
    /// Its account.
    pub inbox: Inbox,
    /// Answers.
    pub alex: Actor,
    /// Answers too.
    pub bruno: Actor,
    /// Supervises, level 2.
    pub camille: Actor,
    /// Supervises, level 3.
    pub dora: Actor,
    /// Administers.
    pub marie: Actor,
    folder: Arc<TempDir>,
    holder: String,
}

/// An instant by the clocks of Paris, such as `2027-01-15 02:30`; seconds may follow.
///
/// # Panics
/// When it is not one.
#[must_use]
pub fn paris(local: &str) -> Instant {
    let local = if local.len() == 16 {
        format!("{local}:00")
    } else {
        local.to_owned()
    };
    let naive = NaiveDateTime::parse_from_str(&local, "%Y-%m-%d %H:%M:%S%.f").expect("a local time");
    Paris
        .from_local_datetime(&naive)
        .earliest()
        .expect("an hour that exists")
        .to_utc()
}

/// Numbers for what citizens write, so that no two messages are one.
static NUMBER: AtomicU32 = AtomicU32::new(1);

/// A text of a citizen, as the platform hands it over: written at `at`.
#[must_use]
pub fn message(citizen: &str, text: &str, at: Instant) -> IncomingMessage {
    IncomingMessage {
        remote_id: format!("m-{}", NUMBER.fetch_add(1, Ordering::Relaxed)),
        thread_id: format!("thread-{citizen}"),
        thread_kind: ThreadKind::Direct,
        contact_id: format!("contact-{citizen}"),
        contact_name: citizen.to_owned(),
        direction: Direction::In,
        kind: MessageKind::Text,
        sent_at: Some(at),
        text: text.to_owned(),
        attachments: Vec::new(),
        flags: SenderFlags::default(),
        reply_context: None,
    }
}

/// A text of ours, given elsewhere than at this desk.
#[must_use]
pub fn answer_elsewhere(citizen: &str, text: &str, at: Instant) -> IncomingMessage {
    IncomingMessage {
        direction: Direction::Out,
        contact_name: String::new(),
        ..message(citizen, text, at)
    }
}

impl TestDesk {
    /// A desk that opens at ten on a Friday morning. Answers leave at once.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn open() -> Self {
        Self::of(ChannelKind::Messenger)
    }

    /// The same with an account of another kind.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn of(kind: ChannelKind) -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("a folder"));
        let clock = ManualClock::at(paris("2027-01-15 10:00"));
        let desk = Desk::open(folder.path(), Arc::new(clock.clone())).expect("a desk");
        let first = Actor::LocalAdministrator;
        let inbox = desk
            .add_inbox(&first, "Compte", kind, "", Paris, InboxState::Live, "{}", None)
            .expect("an account");
        desk.set_setting(&first, "outbox", &serde_json::json!({ "undo_seconds": 0 }))
            .expect("a setting");
        let password = Secret::new(PASSWORD);
        let marie = desk
            .add_person(&first, "marie", "Marie Petit", Role::Administrator, 1, &password)
            .expect("marie");
        let marie = Actor::Person(marie);
        let add = |login: &str, name: &str, role, level| {
            Actor::Person(
                desk.add_person(&marie, login, name, role, level, &password)
                    .expect("a person"),
            )
        };
        Self {
            alex: add("alex", "Alex Morel", Role::Operator, 0),
            bruno: add("bruno", "Bruno Leroy", Role::Operator, 0),
            camille: add("camille", "Camille Durand", Role::Supervisor, 2),
            dora: add("dora", "Dora Blanc", Role::Supervisor, 3),
            marie,
            desk: Arc::new(desk),
            clock,
            platform: ScriptedChannel::new(kind),
            inbox,
            folder,
            holder: "first".to_owned(),
        }
    }

    /// The same with the night responder on.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn with_night() -> Self {
        let office = Self::open();
        office.desk.set_night(&office.camille, true).expect("the night");
        office
    }

    /// Another process on the same folder: a desk and a service of its own, the same clock and platform.
    ///
    /// # Panics
    /// When it cannot be opened.
    #[must_use]
    pub fn second(&self) -> Self {
        Self {
            desk: Arc::new(
                Desk::open(self.folder.path(), Arc::new(self.clock.clone())).expect("a second desk"),
            ),
            clock: self.clock.clone(),
            platform: Arc::clone(&self.platform),
            inbox: self.inbox.clone(),
            alex: self.alex.clone(),
            bruno: self.bruno.clone(),
            camille: self.camille.clone(),
            dora: self.dora.clone(),
            marie: self.marie.clone(),
            folder: Arc::clone(&self.folder),
            holder: "second".to_owned(),
        }
    }

    /// The program ends, whatever it was doing, and is started again.
    #[must_use]
    pub fn restarted(self) -> Self {
        let again = Self {
            holder: "first".to_owned(),
            ..self.second()
        };
        drop(self);
        again
    }

    /// The folder of its workspace.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Moves the clock to a time of Paris.
    pub fn at(&self, local: &str) {
        self.clock.set(paris(local));
    }

    /// Lets time pass.
    pub fn wait(&self, minutes: i64) {
        self.clock.advance(chrono::Duration::minutes(minutes));
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// What the platform hands over, as one batch.
    ///
    /// # Panics
    /// When the desk does not take it.
    pub fn takes_in(&self, messages: Vec<IncomingMessage>) -> Report {
        self.takes_in_as(messages, Arrival::Live)
    }

    /// The same, from a platform or from a file.
    ///
    /// # Panics
    /// When the desk does not take it.
    pub fn takes_in_as(&self, messages: Vec<IncomingMessage>, arrival: Arrival) -> Report {
        let batch = Batch {
            messages,
            ..Batch::default()
        };
        self.desk
            .accept(&self.inbox, &batch, arrival)
            .expect("the desk takes it in")
    }

    /// A citizen writes, now, and it arrives.
    pub fn hears(&self, citizen: &str, text: &str) -> ConversationId {
        self.takes_in(vec![message(citizen, text, self.now())]);
        self.of_citizen(citizen)
    }

    /// The conversation with a citizen.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn of_citizen(&self, citizen: &str) -> ConversationId {
        let thread = format!("thread-{citizen}");
        self.desk
            .store()
            .read(|view| view.conversation_of_thread(self.inbox.id, &thread))
            .expect("the store reads")
            .expect("a conversation with this citizen")
            .id
    }

    /// How a conversation stands.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn conversation(&self, id: ConversationId) -> Conversation {
        self.desk
            .store()
            .read(|view| view.conversation(id))
            .expect("a conversation")
    }

    /// The messages of a conversation, oldest first.
    ///
    /// # Panics
    /// When they cannot be read.
    #[must_use]
    pub fn messages(&self, id: ConversationId) -> Vec<Message> {
        self.desk
            .store()
            .read(|view| view.messages(id, None, 1000))
            .expect("messages")
    }

    /// The newest message that a person at the desk sees.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn newest(&self, id: ConversationId) -> MessageId {
        self.messages(id)
            .iter()
            .map(|message| message.id)
            .max()
            .expect("a message")
    }

    /// Opens a conversation as a person does.
    ///
    /// # Panics
    /// When it cannot be opened.
    #[must_use]
    pub fn opened(&self, who: &Actor, id: ConversationId) -> Opened {
        self.desk
            .open_conversation(who, id, None, Language::French)
            .expect("it opens")
    }

    /// A person reads everything and sends a text of their own.
    ///
    /// # Errors
    /// As [`Desk::send`].
    pub fn answers(&self, who: &Actor, id: ConversationId, text: &str) -> Result<Sent> {
        self.answers_with(who, id, text, None)
    }

    /// The same, begun from a canned response.
    ///
    /// # Errors
    /// As [`Desk::send`].
    pub fn answers_with(
        &self,
        who: &Actor,
        id: ConversationId,
        text: &str,
        reply: Option<ReplyId>,
    ) -> Result<Sent> {
        let seen = self.newest(id);
        self.desk.send(
            who,
            &Submission {
                conversation: id,
                text,
                reply,
                seen,
            },
        )
    }

    /// A person reads everything and saves a text without sending it.
    ///
    /// # Errors
    /// As [`Desk::save_draft`].
    pub fn writes(&self, who: &Actor, id: ConversationId, text: &str) -> Result<Option<Draft>> {
        let seen = self.newest(id);
        self.desk.save_draft(
            who,
            &Submission {
                conversation: id,
                text,
                reply: None,
                seen,
            },
        )
    }

    /// A person sends the first suggestion as it is.
    ///
    /// # Panics
    /// When nothing is suggested.
    ///
    /// # Errors
    /// As [`Desk::send`].
    pub fn answers_canned(&self, who: &Actor, id: ConversationId) -> Result<Sent> {
        let suggestion = self
            .opened(who, id)
            .suggestions
            .into_iter()
            .next()
            .expect("a suggestion");
        self.answers_with(who, id, &suggestion.text, Some(suggestion.reply))
    }

    /// An answer leaves without review: an untouched canned response, on its way.
    ///
    /// # Panics
    /// When it does not leave at once.
    pub fn queues(&self, who: &Actor, id: ConversationId) -> OutboxId {
        match self.answers_canned(who, id).expect("it may leave") {
            Sent::Queued(entry) => entry,
            Sent::Submitted { levels } => panic!("it waits for {levels} levels of review"),
        }
    }

    /// The draft of a conversation.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn draft(&self, id: ConversationId) -> Draft {
        self.desk
            .store()
            .read(|view| view.current_draft(id))
            .expect("the store reads")
            .expect("a draft")
    }

    /// One send.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn entry(&self, id: OutboxId) -> OutboxEntry {
        self.desk
            .store()
            .read(|view| view.outbox_entry(id))
            .expect("a send")
    }

    /// The service of this process works one round.
    ///
    /// # Panics
    /// When the round fails.
    pub fn round(&self) -> Round {
        self.try_round().expect("a round")
    }

    /// The same, where something may go wrong.
    ///
    /// # Panics
    /// When there is no runtime.
    ///
    /// # Errors
    /// As [`Service::round`].
    pub fn try_round(&self) -> Result<Round> {
        let service = Service::new(
            Arc::clone(&self.desk),
            Arc::new(ScriptedConnect(Arc::clone(&self.platform))),
            self.holder.clone(),
        );
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(service.round())
    }

    /// The queue from the top: who waits.
    ///
    /// # Panics
    /// When it cannot be read.
    #[must_use]
    pub fn queue(&self) -> Vec<ConversationId> {
        self.listed(ConversationStatus::Open)
    }

    /// What is in the queue, put off, or closed.
    ///
    /// # Panics
    /// When it cannot be read.
    #[must_use]
    pub fn listed(&self, status: ConversationStatus) -> Vec<ConversationId> {
        let request = QueueRequest {
            status: Some(status),
            limit: 200,
            ..QueueRequest::default()
        };
        let page = self.desk.queue(&self.alex, &request).expect("the queue");
        page.items.into_iter().map(|item| item.conversation.id).collect()
    }

    /// The whole journal.
    ///
    /// # Panics
    /// When it cannot be read.
    #[must_use]
    pub fn journal(&self) -> Vec<JournalEntry> {
        self.desk
            .journal(&self.camille, JournalSeq(0), 100_000)
            .expect("the journal")
    }

    /// The acts of a conversation, in order.
    #[must_use]
    pub fn acts(&self, id: ConversationId) -> Vec<Action> {
        self.journal()
            .into_iter()
            .filter(|entry| {
                entry
                    .subject
                    .as_ref()
                    .is_some_and(|s| s.kind == "conversation" && s.id == id.0)
            })
            .map(|entry| entry.action)
            .collect()
    }

    /// What must hold at any time: the journal's chain is whole, the badges show what a recount shows, and nothing that waits is
    /// closed.
    ///
    /// # Panics
    /// When it does not hold.
    pub fn assert_sound(&self) {
        let store = self.desk.store();
        store
            .read(|view| {
                assert_eq!(
                    view.counts()?,
                    view.recount()?,
                    "the badges show what a recount shows"
                );
                Ok(())
            })
            .expect("the store reads");
        let verdict = self.desk.verify_journal(&self.camille).expect("the journal");
        assert!(
            matches!(verdict, Verdict::Intact { .. }),
            "the journal is whole: {verdict:?}"
        );
        for id in self.listed(ConversationStatus::Resolved) {
            assert_eq!(
                self.conversation(id).waiting_since,
                None,
                "nothing that waits is closed"
            );
        }
    }
}
