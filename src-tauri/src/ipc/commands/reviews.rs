//! What waits for a supervisor.

use super::{super::error::Answer, ask};
use crate::ipc::from_core;
use crate::ipc::view::{DraftView, ReviewRow};
use planton_core::domain::DraftId;
use tauri::AppHandle;

#[tauri::command]
pub(crate) async fn reviews(app: AppHandle) -> Answer<Vec<ReviewRow>> {
    ask(app, |window, actor| {
        window
            .desk
            .reviews(actor)?
            .iter()
            .map(|item| from_core::review(item, window, actor))
            .collect()
    })
    .await
}

#[tauri::command]
pub(crate) async fn approve(app: AppHandle, draft: i64, digest: String) -> Answer<()> {
    ask(app, move |window, actor| {
        window.desk.approve(actor, DraftId(draft), &digest).map(drop)
    })
    .await
}

#[tauri::command]
pub(crate) async fn edit_in_review(
    app: AppHandle,
    draft: i64,
    digest: String,
    text: String,
) -> Answer<DraftView> {
    ask(app, move |window, actor| {
        let edited = window
            .desk
            .edit_in_review(actor, DraftId(draft), &digest, &text)?;
        from_core::draft(&edited, window, actor)
    })
    .await
}

#[tauri::command]
pub(crate) async fn reject(app: AppHandle, draft: i64, digest: String, reason: String) -> Answer<()> {
    ask(app, move |window, actor| {
        window.desk.reject(actor, DraftId(draft), &digest, &reason)
    })
    .await
}
