//! One line of the journal: who did what to what, when and why. Never what a citizen wrote.

use super::{Instant, JournalSeq, OperatorId, words};

words! {
    /// What was done.
    Action {
        /// The workspace was made.
        WorkspaceCreated = "workspace_created",
        /// A person signed in.
        SignedIn = "signed_in",
        /// A sign-in was refused.
        SignInRefused = "sign_in_refused",
        /// A person was added.
        PersonAdded = "person_added",
        /// A person's role, level or state changed.
        PersonChanged = "person_changed",
        /// An inbox was added.
        InboxAdded = "inbox_added",
        /// An inbox changed or was paused.
        InboxChanged = "inbox_changed",
        /// An inbox was removed from the desk.
        InboxRemoved = "inbox_removed",
        /// Messages were imported from a file.
        Imported = "imported",
        /// A conversation was opened and read.
        ConversationRead = "conversation_read",
        /// A conversation was taken.
        Claimed = "claimed",
        /// A conversation was given back.
        Released = "released",
        /// A conversation was put off.
        Snoozed = "snoozed",
        /// A conversation was closed.
        Resolved = "resolved",
        /// A closed conversation was opened again by a person.
        Reopened = "reopened",
        /// A person corrected the category.
        CategoryCorrected = "category_corrected",
        /// Everything that was learned here was forgotten.
        LearningReset = "learning_reset",
        /// A draft was submitted for review.
        Submitted = "submitted",
        /// A reviewer said yes.
        Approved = "approved",
        /// A reviewer said no.
        Rejected = "rejected",
        /// A reviewer changed the text.
        EditedInReview = "edited_in_review",
        /// A send was decided and queued.
        SendQueued = "send_queued",
        /// The platform took it.
        Sent = "sent",
        /// A send waits for a person.
        SendStuck = "send_stuck",
        /// A person settled or repeated a stuck send.
        SendSettled = "send_settled",
        /// A send was taken back.
        SendCancelled = "send_cancelled",
        /// The night responder answered.
        NightReplied = "night_replied",
        /// The night responder handed a conversation to people.
        NightHandedOff = "night_handed_off",
        /// The breaker opened.
        BreakerOpened = "breaker_opened",
        /// A setting changed.
        SettingChanged = "setting_changed",
        /// An undecodable item was looked at and put away.
        QuarantineResolved = "quarantine_resolved",
    }
}

/// What it was done to: a kind (`conversation`, `inbox`, ...) and a row id.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Subject {
    /// The noun.
    pub kind: String,
    /// Its row id.
    pub id: i64,
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// Its place, from 1, without gaps.
    pub seq: JournalSeq,
    /// When.
    pub at: Instant,
    /// person, night, system, local_administrator.
    pub actor: String,
    /// The person.
    pub operator: Option<OperatorId>,
    /// What was done.
    pub action: Action,
    /// To what.
    pub subject: Option<Subject>,
    /// Facts as JSON: ids, counts, digests, reasons that the desk wrote. Never a citizen's words.
    pub detail: String,
    /// The hash of the entry before, in hexadecimal; zeros for the first.
    pub previous_hash: String,
    /// SHA-256 over this entry and `previous_hash`, in hexadecimal.
    pub hash: String,
}
