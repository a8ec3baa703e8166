//! The night page.

use super::{super::error::Answer, ask};
use crate::ipc::from_core;
use crate::ipc::view::NightView;
use planton_core::domain::ConversationStatus;
use std::collections::HashSet;
use tauri::AppHandle;

/// How many nights are shown: tonight's and the fourteen after it.
const NIGHTS: usize = 15;

#[tauri::command]
pub(crate) async fn night(app: AppHandle) -> Answer<NightView> {
    ask(app, |window, actor| {
        let status = window.desk.night_status(actor)?;
        // Answered automatically, and still in front of somebody.
        let waiting: HashSet<_> = status
            .sent
            .iter()
            .filter(|sent| sent.item.conversation.status == ConversationStatus::Open)
            .map(|sent| sent.reply.conversation)
            .collect();
        let preview = window.desk.night_preview(actor, NIGHTS)?;
        Ok(NightView {
            enabled: status.enabled,
            now: status.now.is_some(),
            breaker_open: status.breaker.is_some(),
            windows: preview
                .iter()
                .flat_map(|(zone, nights)| {
                    nights
                        .iter()
                        .map(|night| from_core::night_window(zone.name(), night))
                })
                .collect(),
            texts: window
                .desk
                .night_texts(actor)?
                .iter()
                .map(from_core::night_text)
                .collect(),
            sent: status.sent.iter().map(from_core::night_reply).collect(),
            waiting: i64::try_from(waiting.len()).unwrap_or(i64::MAX),
        })
    })
    .await
}

#[tauri::command]
pub(crate) async fn set_night(app: AppHandle, enabled: bool) -> Answer<()> {
    ask(app, move |window, actor| window.desk.set_night(actor, enabled)).await
}
