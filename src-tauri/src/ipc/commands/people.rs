//! Coming in and going out.

use super::{super::error::Answer, ask_anyone, conversations::reader, refusal};
use crate::ipc::from_core;
use crate::ipc::view::{SessionView, StartView};
use crate::state::Window;
use planton_core::clock::SystemClock;
use planton_core::domain::{Actor, OperatorId, Role};
use planton_core::error::{Error, Result};
use planton_core::event::Event;
use planton_core::secret::Secret;
use std::sync::Arc;
use tauri::{AppHandle, Manager as _};

fn enter(window: &Window, actor: Actor) -> Result<SessionView> {
    let session = from_core::session(&actor).ok_or_else(|| Error::internal("Only people sign in."))?;
    window.set_actor(Some(actor));
    Ok(session)
}

/// Answers from now on speak the page's language. Not async: what the page asks next must find it set.
#[tauri::command]
pub(crate) fn set_language(app: AppHandle, language: &str) {
    app.state::<Window>().set_language(reader(language));
}

#[tauri::command]
pub(crate) async fn start(app: AppHandle) -> Answer<StartView> {
    ask_anyone(app, |window| {
        let settings = window.desk.settings()?;
        Ok(StartView {
            demo: settings.demo,
            first_start: !window.desk.has_people()?,
            empty: window.desk.store().read(|view| view.inboxes())?.is_empty(),
            people: window.desk.demo_people()?.iter().map(from_core::person).collect(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    })
    .await
}

#[tauri::command]
pub(crate) async fn create_first_person(
    app: AppHandle,
    login: String,
    name: String,
    password: String,
) -> Answer<SessionView> {
    ask_anyone(app, move |window| {
        let administrator = window.desk.local_administrator()?;
        let person = window.desk.add_person(
            &administrator,
            &login,
            &name,
            Role::Administrator,
            3,
            &Secret::new(password),
        )?;
        enter(window, Actor::Person(person))
    })
    .await
}

#[tauri::command]
pub(crate) async fn fill_with_samples(app: AppHandle) -> Answer<()> {
    let (data, actor) = {
        let window = app.state::<Window>();
        let actor = window.actor().map_err(|error| refusal(&app, &error))?;
        (window.data.clone(), actor)
    };
    planton_core::demo::fill(&data, Arc::new(SystemClock), Some(&actor))
        .await
        .map_err(|error| refusal(&app, &error))?;
    let window = app.state::<Window>();
    window.desk.events().emit(Event::Inboxes);
    window.desk.events().emit(Event::Queue);
    Ok(())
}

#[tauri::command]
pub(crate) async fn sign_in(app: AppHandle, login: String, password: String) -> Answer<SessionView> {
    ask_anyone(app, move |window| {
        let actor = window.desk.sign_in(&login, &Secret::new(password))?;
        enter(window, actor)
    })
    .await
}

#[tauri::command]
pub(crate) async fn sign_in_demo(app: AppHandle, person: i64) -> Answer<SessionView> {
    ask_anyone(app, move |window| {
        let actor = window.desk.sign_in_demo(OperatorId(person))?;
        enter(window, actor)
    })
    .await
}

#[tauri::command]
pub(crate) async fn session(app: AppHandle) -> Answer<Option<SessionView>> {
    ask_anyone(app, |window| {
        Ok(window.actor().ok().as_ref().and_then(from_core::session))
    })
    .await
}

#[tauri::command]
pub(crate) async fn sign_out(app: AppHandle) -> Answer<()> {
    ask_anyone(app, |window| {
        window.set_actor(None);
        Ok(())
    })
    .await
}
