//! What triage learned at this desk.

use super::{super::error::Answer, ask};
use crate::ipc::from_core;
use crate::ipc::view::LearnedView;
use tauri::AppHandle;

#[tauri::command]
pub(crate) async fn learned(app: AppHandle) -> Answer<LearnedView> {
    ask(app, |window, actor| {
        Ok(from_core::learned(&window.desk.learned(actor)?))
    })
    .await
}

#[tauri::command]
pub(crate) async fn forget_learned(app: AppHandle) -> Answer<()> {
    ask(app, |window, actor| window.desk.forget_learned(actor).map(drop)).await
}
