//! What the window is shown: wire types, made from domain types in `from_core`, never used below this crate.
//!
//! Instants are milliseconds since 1970 UTC; the window formats them in the reader's language. Spans count UTF-16 code units, as
//! the window's strings do. TypeScript is generated from this file by a test.

#![allow(
    missing_docs,
    reason = "each struct says what it is; its fields say it by name, and the generated TypeScript reads better without"
)]

use serde::{Deserialize, Serialize};

/// An error as the window sees it. `code`: invalid, not_found, forbidden, sign_in, conflict, store, internal.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct ErrorView {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) hint: String,
}

/// What the window needs before anybody is signed in.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct StartView {
    /// The demo workspace: people sign in by one click.
    pub(crate) demo: bool,
    /// No people yet: the first start makes the first administrator.
    pub(crate) first_start: bool,
    /// No inbox yet: ask what to begin with.
    pub(crate) empty: bool,
    /// Who can sign in; only in the demo workspace, else empty.
    pub(crate) people: Vec<PersonView>,
    pub(crate) version: String,
}

/// A person at the desk.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct PersonView {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) id: i64,
    pub(crate) login: String,
    pub(crate) name: String,
    /// operator, supervisor, administrator.
    pub(crate) role: String,
    pub(crate) review_level: u8,
}

/// The signed-in person and what they may do.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct SessionView {
    pub(crate) person: PersonView,
    pub(crate) may_review: bool,
    pub(crate) may_supervise: bool,
    pub(crate) may_administer: bool,
}

/// Which part of the queue is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct QueueFilter {
    /// A category word, or null for all.
    pub(crate) category: Option<String>,
    /// open, snoozed, resolved; null means open.
    pub(crate) status: Option<String>,
    #[cfg_attr(test, ts(type = "number | null"))]
    pub(crate) inbox: Option<i64>,
    /// Words to search for, or null.
    pub(crate) search: Option<String>,
    /// Only what the signed-in person holds.
    pub(crate) mine: bool,
}

/// One row of the queue.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct QueueRow {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) conversation: i64,
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) inbox: i64,
    pub(crate) inbox_name: String,
    pub(crate) channel: String,
    pub(crate) contact_name: String,
    pub(crate) category: String,
    pub(crate) signals: Vec<String>,
    pub(crate) language: String,
    pub(crate) excerpt: String,
    #[cfg_attr(test, ts(type = "number | null"))]
    pub(crate) waiting_since: Option<i64>,
    #[cfg_attr(test, ts(type = "number | null"))]
    pub(crate) deadline: Option<i64>,
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) last_message_at: i64,
    /// open, snoozed, resolved.
    pub(crate) status: String,
    /// none, draft, awaiting_review, rejected, sending, stuck, sent.
    pub(crate) reply_state: String,
    /// Who holds it, if anybody.
    pub(crate) holder: Option<String>,
    pub(crate) held_by_me: bool,
}

/// A page of the queue. `next` goes into the next call; null at the end.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct QueuePage {
    pub(crate) rows: Vec<QueueRow>,
    pub(crate) next: Option<String>,
}

/// Numbers for badges.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct CountsView {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) open: i64,
    /// Open conversations by category, every category present.
    pub(crate) by_category: Vec<CategoryCount>,
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) awaiting_review: i64,
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) stuck: i64,
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) quarantined: i64,
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) snoozed: i64,
}

/// One badge.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct CategoryCount {
    pub(crate) category: String,
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) count: i64,
}

/// Why triage decided: a span of the text (UTF-16) and a stable code.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct EvidenceView {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// A category word (`emergency`), a signal word (`cannot_speak`), `context:past`, `context:negated`, `context:figurative`...,
    /// `earlier` (the messages before gave the alarm), or `learned` (see `learned_at`).
    pub(crate) why: String,
}

/// A file that came along; shown by name until asked.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct AttachmentView {
    pub(crate) kind: String,
    pub(crate) name: String,
}

/// One message of a conversation.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct MessageView {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) id: i64,
    /// in, out.
    pub(crate) direction: String,
    /// text, notice, reaction.
    pub(crate) kind: String,
    /// contact, operator, night.
    pub(crate) author: String,
    pub(crate) operator_name: Option<String>,
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) sent_at: i64,
    pub(crate) text: String,
    pub(crate) attachments: Vec<AttachmentView>,
    pub(crate) category: Option<String>,
    pub(crate) secondary: Option<String>,
    pub(crate) confidence: Option<f32>,
    pub(crate) signals: Vec<String>,
    pub(crate) evidence: Vec<EvidenceView>,
    /// When a colleague corrected the similar message from which this category was learned here; null where it was not.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub(crate) learned_at: Option<i64>,
    /// Sent by a program.
    pub(crate) automatic: bool,
}

/// A proposed canned response.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct SuggestionView {
    pub(crate) reply: String,
    pub(crate) title: String,
    pub(crate) language: String,
    pub(crate) score: f32,
    pub(crate) text: String,
    pub(crate) why: String,
    pub(crate) warnings: Vec<String>,
}

/// A reply being written or reviewed.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct DraftView {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) id: i64,
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) conversation: i64,
    pub(crate) author_name: String,
    pub(crate) mine: bool,
    pub(crate) text: String,
    pub(crate) reply: Option<String>,
    pub(crate) canned_text: Option<String>,
    pub(crate) digest: String,
    /// draft, awaiting_review, approved, rejected, released.
    pub(crate) state: String,
    pub(crate) levels_required: u8,
    pub(crate) levels_passed: u8,
    /// The newest rejection's reason.
    pub(crate) rejection: Option<String>,
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) updated_at: i64,
}

/// A send that is not through: queued, sending, wedged, unknown.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct OutboxView {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) id: i64,
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) conversation: i64,
    pub(crate) state: String,
    pub(crate) origin: String,
    pub(crate) text: String,
    pub(crate) attempts: u32,
    pub(crate) reason: Option<String>,
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) queued_at: i64,
}

/// One conversation, open in the window.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct ConversationView {
    pub(crate) row: QueueRow,
    /// one person (`direct`) or `group`.
    pub(crate) thread: String,
    /// Oldest first; the newest 50, or the 50 before `before`.
    pub(crate) messages: Vec<MessageView>,
    /// Goes into `before` for older messages; null when there are none.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub(crate) older: Option<i64>,
    pub(crate) suggestions: Vec<SuggestionView>,
    pub(crate) draft: Option<DraftView>,
    pub(crate) outbox: Vec<OutboxView>,
    pub(crate) limit: LimitView,
    /// What sending would do with an unchanged canned text, and with a changed one: levels of review, 0 sends at once.
    pub(crate) levels_unchanged: u8,
    pub(crate) levels_changed: u8,
}

/// The channel's limit on a text. `unit`: characters, bytes, utf16, graphemes.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct LimitView {
    pub(crate) length: Option<usize>,
    pub(crate) unit: String,
}

/// What happened to a send: `queued` (goes out), or `submitted` with how many levels must approve.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct SendView {
    pub(crate) outcome: String,
    pub(crate) levels: u8,
}

/// One line of the review list.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct ReviewRow {
    pub(crate) draft: DraftView,
    pub(crate) row: QueueRow,
    /// The newest incoming text, to judge the answer by.
    pub(crate) message: String,
    /// May the signed-in person decide it? Not their own text, not above their level.
    pub(crate) may_decide: bool,
    /// Why not, where not.
    pub(crate) why_not: Option<String>,
}

/// The night page.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct NightView {
    pub(crate) enabled: bool,
    /// It is night now in at least one inbox.
    pub(crate) now: bool,
    pub(crate) breaker_open: bool,
    pub(crate) windows: Vec<NightWindowView>,
    pub(crate) texts: Vec<NightTextView>,
    pub(crate) sent: Vec<NightReplyView>,
    /// Conversations that were answered automatically and still wait for a person.
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) waiting: i64,
}

/// One coming night.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct NightWindowView {
    /// The date on which it begins, yyyy-mm-dd, local.
    pub(crate) night: String,
    pub(crate) zone: String,
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) begins: i64,
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) ends: i64,
    /// Local clock times, e.g. 00:00 and 06:00.
    pub(crate) begins_local: String,
    pub(crate) ends_local: String,
    pub(crate) hours: f32,
}

/// One text that the night responder may send.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct NightTextView {
    pub(crate) reply: String,
    pub(crate) language: String,
    pub(crate) text: String,
}

/// One automatic reply that was sent.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct NightReplyView {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) conversation: i64,
    pub(crate) contact_name: String,
    pub(crate) inbox_name: String,
    pub(crate) category: String,
    pub(crate) night: String,
    pub(crate) reply: String,
    pub(crate) language: String,
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) at: i64,
    /// queued, sending, sent, wedged, unknown, cancelled.
    pub(crate) state: String,
}

/// An account of the desk.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct InboxView {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) channel: String,
    pub(crate) address: String,
    pub(crate) zone: String,
    /// live, import_only, demo, paused.
    pub(crate) state: String,
    #[cfg_attr(test, ts(type = "number | null"))]
    pub(crate) last_message_at: Option<i64>,
    pub(crate) last_error: Option<String>,
}

/// An item that could not be read.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct QuarantineRow {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) id: i64,
    pub(crate) inbox_name: String,
    pub(crate) origin: String,
    pub(crate) reason: String,
    /// The first 2,000 characters of the item, unreadable bytes replaced.
    pub(crate) preview: String,
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) at: i64,
}

/// What triage learned at this desk.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct LearnedView {
    /// Corrections by the category that people gave, every category present.
    pub(crate) by_category: Vec<CategoryCount>,
    /// The newest first; at most 200.
    pub(crate) corrections: Vec<LearnedRow>,
    /// How many canned responses people chose are remembered.
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) choices: u64,
}

/// One correction.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct LearnedRow {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) at: i64,
    pub(crate) from: String,
    pub(crate) to: String,
    /// Who corrected.
    pub(crate) by: String,
}

/// What an import did.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct ImportView {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) read: u64,
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) stored: u64,
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) duplicates: u64,
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) quarantined: u64,
}

/// What an e-mail account needs.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct MailAccountForm {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) imap_host: String,
    pub(crate) imap_port: u16,
    pub(crate) smtp_host: String,
    pub(crate) smtp_port: u16,
    pub(crate) login: String,
    pub(crate) password: String,
}

/// Something changed; the window asks again for what it shows. `what`: queue, conversation, review, night, inboxes, people, progress.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct StaleEvent {
    pub(crate) what: String,
    #[cfg_attr(test, ts(type = "number | null"))]
    pub(crate) conversation: Option<i64>,
}
