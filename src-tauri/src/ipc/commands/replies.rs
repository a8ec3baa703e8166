//! Writing and sending.

use super::{super::error::Answer, ask};
use crate::ipc::from_core;
use crate::ipc::view::{DraftView, SendView};
use planton_core::desk::{Sent, Submission};
use planton_core::domain::{ConversationId, MessageId, OutboxId, ReplyId};
use tauri::AppHandle;

#[tauri::command]
pub(crate) async fn save_draft(
    app: AppHandle,
    conversation: i64,
    text: String,
    reply: Option<String>,
    seen: i64,
) -> Answer<Option<DraftView>> {
    ask(app, move |window, actor| {
        let draft = window.desk.save_draft(
            actor,
            &Submission {
                conversation: ConversationId(conversation),
                text: &text,
                reply: reply.map(ReplyId),
                seen: MessageId(seen),
            },
        )?;
        draft
            .map(|draft| from_core::draft(&draft, window, actor))
            .transpose()
    })
    .await
}

#[tauri::command]
pub(crate) async fn send(
    app: AppHandle,
    conversation: i64,
    text: String,
    reply: Option<String>,
    seen: i64,
) -> Answer<SendView> {
    ask(app, move |window, actor| {
        let sent = window.desk.send(
            actor,
            &Submission {
                conversation: ConversationId(conversation),
                text: &text,
                reply: reply.map(ReplyId),
                seen: MessageId(seen),
            },
        )?;
        Ok(match sent {
            Sent::Queued(_) => SendView {
                outcome: "queued".to_owned(),
                levels: 0,
            },
            Sent::Submitted { levels } => SendView {
                outcome: "submitted".to_owned(),
                levels,
            },
        })
    })
    .await
}

#[tauri::command]
pub(crate) async fn cancel_send(app: AppHandle, entry: i64) -> Answer<()> {
    ask(app, move |window, actor| {
        window.desk.cancel_send(actor, OutboxId(entry))
    })
    .await
}

#[tauri::command]
pub(crate) async fn settle_send(app: AppHandle, entry: i64, was_sent: bool) -> Answer<()> {
    ask(app, move |window, actor| {
        window.desk.settle_send(actor, OutboxId(entry), was_sent)
    })
    .await
}

#[tauri::command]
pub(crate) async fn retry_send(app: AppHandle, entry: i64) -> Answer<()> {
    ask(app, move |window, actor| {
        window.desk.retry_send(actor, OutboxId(entry))
    })
    .await
}
