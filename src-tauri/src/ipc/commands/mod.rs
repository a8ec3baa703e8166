//! The commands, one file a part of the desk. Each asks the desk off the window's thread: nothing here may keep the window waiting.

pub(crate) mod accounts;
pub(crate) mod conversations;
pub(crate) mod night;
pub(crate) mod people;
pub(crate) mod replies;
pub(crate) mod reviews;
pub(crate) mod triage;

use super::error::Answer;
use super::view::ErrorView;
use crate::state::Window;
use planton_core::domain::Actor;
use planton_core::error::{Error, Result};
use tauri::{AppHandle, Manager as _};

/// Asks the desk as the signed-in person, on a thread that may wait for the disk.
pub(crate) async fn ask<T: Send + 'static>(
    app: AppHandle,
    question: impl FnOnce(&Window, &Actor) -> Result<T> + Send + 'static,
) -> Answer<T> {
    ask_anyone(app, move |window| {
        let actor = window.actor()?;
        question(window, &actor)
    })
    .await
}

/// The same for what needs nobody signed in.
pub(crate) async fn ask_anyone<T: Send + 'static>(
    app: AppHandle,
    question: impl FnOnce(&Window) -> Result<T> + Send + 'static,
) -> Answer<T> {
    let asked = app.clone();
    tauri::async_runtime::spawn_blocking(move || question(&asked.state::<Window>()))
        .await
        .unwrap_or_else(|_panicked| {
            Err(Error::internal(
                "The desk could not answer; the details are in the log.",
            ))
        })
        .map_err(|error| refusal(&app, &error))
}

/// An error in the window's language.
pub(crate) fn refusal(app: &AppHandle, error: &Error) -> ErrorView {
    ErrorView::of(error, app.state::<Window>().language())
}
