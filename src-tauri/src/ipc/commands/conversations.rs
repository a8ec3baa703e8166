//! The queue and one conversation.

use super::{super::error::Answer, ask};
use crate::ipc::from_core;
use crate::ipc::view::{ConversationView, CountsView, QueueFilter, QueuePage};
use planton_core::desk::QueueRequest;
use planton_core::domain::{ConversationId, InboxId, Language, MessageId, from_millis};
use planton_core::error::{Error, Result};
use tauri::AppHandle;

fn parsed<T: std::str::FromStr<Err = Error>>(word: Option<String>) -> Result<Option<T>> {
    word.map(|word| word.parse()).transpose()
}

/// The language of the window.
pub(super) fn reader(language: &str) -> Language {
    if language == "fr" {
        Language::French
    } else {
        Language::English
    }
}

#[tauri::command]
pub(crate) async fn queue(
    app: AppHandle,
    filter: QueueFilter,
    after: Option<String>,
    limit: usize,
) -> Answer<QueuePage> {
    ask(app, move |window, actor| {
        let page = window.desk.queue(
            actor,
            &QueueRequest {
                status: parsed(filter.status)?,
                category: parsed(filter.category)?,
                inbox: filter.inbox.map(InboxId),
                words: filter.search.filter(|words| !words.trim().is_empty()),
                mine: filter.mine,
                after: parsed(after)?,
                limit,
            },
        )?;
        Ok(QueuePage {
            rows: page
                .items
                .iter()
                .map(|item| from_core::row(item, actor))
                .collect(),
            next: page.next.map(|next| next.to_string()),
        })
    })
    .await
}

#[tauri::command]
pub(crate) async fn counts(app: AppHandle) -> Answer<CountsView> {
    ask(app, |window, actor| {
        Ok(from_core::counts(&window.desk.counts(actor)?))
    })
    .await
}

#[tauri::command]
pub(crate) async fn conversation(
    app: AppHandle,
    conversation: i64,
    before: Option<i64>,
    language: String,
) -> Answer<ConversationView> {
    ask(app, move |window, actor| {
        let opened = window.desk.open_conversation(
            actor,
            ConversationId(conversation),
            before.map(MessageId),
            reader(&language),
        )?;
        from_core::conversation(&opened, window, actor)
    })
    .await
}

#[tauri::command]
pub(crate) async fn next_conversation(app: AppHandle) -> Answer<Option<i64>> {
    ask(app, |window, actor| {
        Ok(window.desk.next_conversation(actor)?.map(|id| id.0))
    })
    .await
}

#[tauri::command]
pub(crate) async fn claim(app: AppHandle, conversation: i64) -> Answer<()> {
    ask(app, move |window, actor| {
        window.desk.claim(actor, ConversationId(conversation)).map(drop)
    })
    .await
}

#[tauri::command]
pub(crate) async fn release(app: AppHandle, conversation: i64) -> Answer<()> {
    ask(app, move |window, actor| {
        window.desk.release(actor, ConversationId(conversation))
    })
    .await
}

#[tauri::command]
pub(crate) async fn snooze(app: AppHandle, conversation: i64, until: i64) -> Answer<()> {
    ask(app, move |window, actor| {
        window
            .desk
            .snooze(actor, ConversationId(conversation), from_millis(until))
    })
    .await
}

#[tauri::command]
pub(crate) async fn resolve(app: AppHandle, conversation: i64) -> Answer<()> {
    ask(app, move |window, actor| {
        window.desk.resolve(actor, ConversationId(conversation))
    })
    .await
}

#[tauri::command]
pub(crate) async fn reopen(app: AppHandle, conversation: i64) -> Answer<()> {
    ask(app, move |window, actor| {
        window.desk.reopen(actor, ConversationId(conversation))
    })
    .await
}

#[tauri::command]
pub(crate) async fn correct_category(app: AppHandle, message: i64, category: String) -> Answer<()> {
    ask(app, move |window, actor| {
        window
            .desk
            .correct_category(actor, MessageId(message), category.parse()?)
    })
    .await
}
