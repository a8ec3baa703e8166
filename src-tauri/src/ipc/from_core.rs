//! Domain values as views. Both directions are written out: a field that is added below is not shown by accident.

use super::view::{
    AttachmentView, CategoryCount, ConversationView, CountsView, DraftView, EvidenceView, InboxView,
    LearnedRow, LearnedView, LimitView, MessageView, NightReplyView, NightTextView, NightWindowView,
    OutboxView, PersonView, QuarantineRow, QueueRow, ReviewRow, SessionView, SuggestionView,
};
use crate::state::Window;
use planton_core::channel::{LengthUnit, limits};
use planton_core::desk::{Learned, NightText, Opened, QueueItem, ReviewItem, SentReply};
use planton_core::domain::{
    Actor, Category, Draft, Inbox, Language, Message, Operator, OutboxEntry, QuarantinedItem, Role,
    Suggestion, Verdict, millis,
};
use planton_core::error::{Result, in_language};
use planton_core::night::preview::ComingNight;
use planton_core::people::{Permission, may};
use planton_core::store::Counts;

/// The most corrections that are shown one by one.
const SHOWN: usize = 200;
/// The longest part of an unreadable item that is shown, in characters.
const PREVIEW: usize = 2000;

pub(crate) fn person(operator: &Operator) -> PersonView {
    PersonView {
        id: operator.id.0,
        login: operator.login.clone(),
        name: operator.name.clone(),
        role: operator.role.to_string(),
        review_level: operator.review_level,
    }
}

pub(crate) fn session(actor: &Actor) -> Option<SessionView> {
    let operator = actor.operator()?;
    Some(SessionView {
        person: person(operator),
        may_review: may(actor, Permission::Review),
        may_supervise: may(actor, Permission::Supervise),
        may_administer: operator.role >= Role::Administrator,
    })
}

pub(crate) fn row(item: &QueueItem, actor: &Actor) -> QueueRow {
    let conversation = &item.conversation;
    QueueRow {
        conversation: conversation.id.0,
        inbox: item.inbox.id.0,
        inbox_name: item.inbox.name.clone(),
        channel: item.inbox.channel.to_string(),
        contact_name: item.contact.name.clone(),
        category: conversation.category.to_string(),
        signals: conversation
            .signals
            .iter()
            .map(|signal| signal.to_string())
            .collect(),
        language: conversation.language.to_string(),
        excerpt: conversation.excerpt.clone(),
        waiting_since: conversation.waiting_since.map(millis),
        deadline: conversation.deadline.map(millis),
        last_message_at: millis(conversation.last_message_at),
        status: conversation.status.to_string(),
        reply_state: conversation.reply_state.to_string(),
        holder: item.holder.as_ref().map(|(_, name)| name.clone()),
        held_by_me: item.holder.as_ref().map(|(id, _)| *id) == actor.operator().map(|operator| operator.id)
            && item.holder.is_some(),
    }
}

pub(crate) fn counts(counts: &Counts) -> CountsView {
    CountsView {
        open: counts.open,
        by_category: counts
            .by_category
            .iter()
            .map(|(category, count)| CategoryCount {
                category: category.to_string(),
                count: *count,
            })
            .collect(),
        awaiting_review: counts.awaiting_review,
        stuck: counts.stuck,
        quarantined: counts.quarantined,
        snoozed: counts.snoozed,
    }
}

pub(crate) fn conversation(opened: &Opened, window: &Window, actor: &Actor) -> Result<ConversationView> {
    let limits = limits(opened.item.inbox.channel);
    let unit = match limits.unit {
        LengthUnit::Characters => "characters",
        LengthUnit::Bytes => "bytes",
        LengthUnit::Utf16 => "utf16",
        LengthUnit::Graphemes => "graphemes",
    };
    Ok(ConversationView {
        row: row(&opened.item, actor),
        thread: opened.item.conversation.kind.to_string(),
        messages: opened
            .messages
            .iter()
            .map(|m| message(m, window))
            .collect::<Result<_>>()?,
        older: opened.older.map(|id| id.0),
        suggestions: opened.suggestions.iter().map(suggestion).collect(),
        draft: opened
            .draft
            .as_ref()
            .map(|d| draft(d, window, actor))
            .transpose()?,
        outbox: opened
            .outbox
            .iter()
            .map(|entry| outbox(entry, window.language()))
            .collect(),
        limit: LimitView {
            length: limits.length,
            unit: unit.to_owned(),
        },
        levels_unchanged: opened.levels_unchanged,
        levels_changed: opened.levels_changed,
    })
}

fn message(message: &Message, window: &Window) -> Result<MessageView> {
    let verdict = message.classification.as_ref();
    Ok(MessageView {
        id: message.id.0,
        direction: message.direction.to_string(),
        kind: message.kind.to_string(),
        author: message.author.to_string(),
        operator_name: message.operator.map(|id| window.desk.name_of(id)).transpose()?,
        sent_at: millis(message.sent_at),
        text: message.text.clone(),
        attachments: message
            .attachments
            .iter()
            .map(|file| AttachmentView {
                kind: file.kind.clone(),
                name: file.name.clone(),
            })
            .collect(),
        category: verdict.map(|verdict| verdict.category.to_string()),
        secondary: verdict
            .and_then(|verdict| verdict.secondary)
            .map(|category| category.to_string()),
        confidence: verdict.map(|verdict| verdict.confidence),
        signals: verdict
            .map(|verdict| verdict.signals.iter().map(|s| s.to_string()).collect())
            .unwrap_or_default(),
        evidence: verdict
            .map(|verdict| evidence(&message.text, verdict))
            .unwrap_or_default(),
        learned_at: verdict.and_then(|verdict| verdict.learned_at()).map(millis),
        automatic: message.flags.automatic,
    })
}

/// Byte spans as UTF-16 spans, which is how the page's strings count.
fn evidence(text: &str, verdict: &planton_core::domain::Classification) -> Vec<EvidenceView> {
    let utf16 = |end: usize| text.get(..end).map(|before| before.encode_utf16().count());
    verdict
        .evidence
        .iter()
        .filter_map(|evidence| {
            Some(EvidenceView {
                start: utf16(evidence.span.start)?,
                end: utf16(evidence.span.end)?,
                why: match evidence.learned_at() {
                    Some(_) => "learned".to_owned(),
                    None => evidence.why.clone(),
                },
            })
        })
        .collect()
}

fn suggestion(suggestion: &Suggestion) -> SuggestionView {
    SuggestionView {
        reply: suggestion.reply.0.clone(),
        title: suggestion.title.clone(),
        language: suggestion.language.to_string(),
        score: suggestion.score,
        text: suggestion.text.clone(),
        why: suggestion.why.clone(),
        warnings: suggestion.warnings.clone(),
    }
}

pub(crate) fn draft(draft: &Draft, window: &Window, actor: &Actor) -> Result<DraftView> {
    let rejection = draft
        .review
        .decisions
        .iter()
        .rev()
        .find(|decision| decision.verdict == Verdict::Reject);
    Ok(DraftView {
        id: draft.id.0,
        conversation: draft.conversation.0,
        author_name: window.desk.name_of(draft.author)?,
        mine: actor
            .operator()
            .is_some_and(|operator| operator.id == draft.author),
        text: draft.text.clone(),
        reply: draft.reply.as_ref().map(|reply| reply.0.clone()),
        canned_text: draft.canned_text.clone(),
        digest: draft.digest(),
        state: draft.review.state.to_string(),
        levels_required: draft.review.levels_required,
        levels_passed: draft.review.levels_passed,
        rejection: rejection.map(|decision| decision.reason.clone()),
        updated_at: millis(draft.updated_at),
    })
}

fn outbox(entry: &OutboxEntry, reader: Language) -> OutboxView {
    OutboxView {
        id: entry.id.0,
        conversation: entry.conversation.0,
        state: entry.state.to_string(),
        origin: entry.origin.to_string(),
        text: entry.text.clone(),
        attempts: entry.attempts,
        reason: said(entry.reason.as_deref(), reader),
        queued_at: millis(entry.queued_at),
    }
}

/// A sentence of the desk in the window's language.
fn said(sentence: Option<&str>, reader: Language) -> Option<String> {
    sentence.map(|sentence| in_language(sentence, reader).into_owned())
}

pub(crate) fn review(item: &ReviewItem, window: &Window, actor: &Actor) -> Result<ReviewRow> {
    Ok(ReviewRow {
        draft: draft(&item.draft, window, actor)?,
        row: row(&item.item, actor),
        message: item.message.0.clone(),
        may_decide: item.why_not.is_none(),
        why_not: said(item.why_not.as_deref(), window.language()),
    })
}

pub(crate) fn night_window(zone: &str, night: &ComingNight) -> NightWindowView {
    NightWindowView {
        night: night.night.to_string(),
        zone: zone.to_owned(),
        begins: millis(night.begins),
        ends: millis(night.ends),
        begins_local: night.begins_local.format("%H:%M").to_string(),
        ends_local: night.ends_local.format("%H:%M").to_string(),
        #[expect(clippy::cast_possible_truncation, reason = "a night has a few hours")]
        hours: night.hours as f32,
    }
}

pub(crate) fn night_text(text: &NightText) -> NightTextView {
    NightTextView {
        reply: text.reply.0.clone(),
        language: language(text.language),
        text: text.text.clone(),
    }
}

pub(crate) fn night_reply(sent: &SentReply) -> NightReplyView {
    NightReplyView {
        conversation: sent.reply.conversation.0,
        contact_name: sent.item.contact.name.clone(),
        inbox_name: sent.item.inbox.name.clone(),
        category: sent.item.conversation.category.to_string(),
        night: sent.reply.night.to_string(),
        reply: sent.reply.reply.0.clone(),
        language: language(sent.reply.language),
        at: millis(sent.reply.at),
        state: sent.state.to_string(),
    }
}

/// French and English together have a word of their own.
fn language(language: Language) -> String {
    if language == Language::Unknown {
        "fr+en".to_owned()
    } else {
        language.to_string()
    }
}

pub(crate) fn inbox(inbox: &Inbox, reader: Language) -> InboxView {
    InboxView {
        id: inbox.id.0,
        name: inbox.name.clone(),
        channel: inbox.channel.to_string(),
        address: inbox.address.clone(),
        zone: inbox.zone.name().to_owned(),
        state: inbox.state.to_string(),
        last_message_at: inbox.last_message_at.map(millis),
        last_error: said(inbox.last_error.as_deref(), reader),
    }
}

pub(crate) fn quarantined(item: &QuarantinedItem, inbox: &Inbox, reader: Language) -> QuarantineRow {
    QuarantineRow {
        id: item.id.0,
        inbox_name: inbox.name.clone(),
        origin: item.origin.clone(),
        reason: in_language(&item.reason, reader).into_owned(),
        preview: String::from_utf8_lossy(&item.raw).chars().take(PREVIEW).collect(),
        at: millis(item.at),
    }
}

pub(crate) fn learned(learned: &Learned) -> LearnedView {
    let corrections = &learned.corrections;
    LearnedView {
        by_category: Category::ALL
            .iter()
            .map(|category| CategoryCount {
                category: category.to_string(),
                count: i64::try_from(corrections.iter().filter(|c| c.to == *category).count())
                    .unwrap_or(i64::MAX),
            })
            .collect(),
        corrections: corrections
            .iter()
            .take(SHOWN)
            .map(|correction| LearnedRow {
                at: millis(correction.at),
                from: correction.from.to_string(),
                to: correction.to.to_string(),
                by: correction.by.clone(),
            })
            .collect(),
        choices: learned.choices,
    }
}
