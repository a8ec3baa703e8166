//! Accounts, imports, what could not be read.

use super::{super::error::Answer, ask, refusal};
use crate::ipc::from_core;
use crate::ipc::view::{ImportView, InboxView, MailAccountForm, QuarantineRow};
use crate::state::Window;
use planton_channels::email::{EmailSettings, Server};
use planton_core::domain::{ChannelKind, InboxId, InboxState, QuarantineId};
use planton_core::error::{Error, Result, in_language};
use planton_core::outbox::worker::Connect as _;
use planton_core::people::{Permission, require};
use planton_core::secret::Secret;
use std::path::PathBuf;
use std::sync::Arc;
use tauri::{AppHandle, Manager as _};
use tauri_plugin_dialog::DialogExt as _;

#[tauri::command]
pub(crate) async fn inboxes(app: AppHandle) -> Answer<Vec<InboxView>> {
    ask(app, |window, actor| {
        let reader = window.language();
        Ok(window
            .desk
            .inboxes(actor)?
            .iter()
            .map(|inbox| from_core::inbox(inbox, reader))
            .collect())
    })
    .await
}

#[tauri::command]
pub(crate) async fn add_mail_account(app: AppHandle, form: MailAccountForm) -> Answer<InboxView> {
    ask(app, move |window, actor| {
        let settings = EmailSettings::new(
            &form.address,
            Server::on_port(&form.imap_host, form.imap_port, 993),
            Server::on_port(&form.smtp_host, form.smtp_port, 465),
            &form.login,
        )?;
        let inbox = window.desk.add_inbox(
            actor,
            &form.name,
            ChannelKind::Email,
            &form.address,
            chrono_tz::Europe::Paris,
            InboxState::Live,
            &settings.to_json()?,
            Some(&Secret::new(form.password)),
        )?;
        Ok(from_core::inbox(&inbox, window.language()))
    })
    .await
}

#[tauri::command]
pub(crate) async fn test_inbox(app: AppHandle, inbox: i64) -> Answer<Vec<String>> {
    let channel = ask(app.clone(), move |window, actor| {
        require(actor, Permission::Administer)?;
        let inbox = window.desk.store().read(|view| view.inbox(InboxId(inbox)))?;
        let connector = Arc::clone(&window.connector);
        connector
            .channel(&inbox)?
            .ok_or_else(|| Error::invalid("This inbox is filled by imports: there is nothing to connect to."))
    })
    .await?;
    let lines = channel.test().await.map_err(|error| {
        let error = Error::invalid(format!("The account does not work: {error}."))
            .hint("Check the server names, the ports, the sign-in name and the password, then add the account again.");
        refusal(&app, &error)
    })?;
    let language = app.state::<Window>().language();
    Ok(lines
        .iter()
        .map(|line| in_language(line, language).into_owned())
        .collect())
}

#[tauri::command]
pub(crate) async fn pause_inbox(app: AppHandle, inbox: i64, paused: bool) -> Answer<()> {
    ask(app, move |window, actor| {
        window.desk.pause_inbox(actor, InboxId(inbox), paused)
    })
    .await
}

#[tauri::command]
pub(crate) async fn pick_import_file(app: AppHandle, folder: bool) -> Answer<Option<String>> {
    let _signed_in = app
        .state::<Window>()
        .actor()
        .map_err(|error| refusal(&app, &error))?;
    let asked = app.clone();
    let picked = tauri::async_runtime::spawn_blocking(move || {
        let dialog = asked.dialog().file();
        if folder {
            dialog.blocking_pick_folder()
        } else {
            dialog.blocking_pick_file()
        }
    })
    .await
    .map_err(|_panicked| {
        refusal(
            &app,
            &Error::internal("The system's file dialog could not be opened."),
        )
    })?;
    Ok(picked.map(|path| path.to_string()))
}

#[tauri::command]
pub(crate) async fn import_file(
    app: AppHandle,
    format: String,
    inbox: String,
    path: String,
) -> Answer<ImportView> {
    ask(app, move |window, actor| {
        let done = window.desk.import(
            actor,
            format.parse()?,
            &inbox,
            &PathBuf::from(path),
            &mut |_progress| {},
        )?;
        Ok(ImportView {
            read: done.report.read,
            stored: done.report.stored,
            duplicates: done.report.duplicates,
            quarantined: done.report.quarantined,
        })
    })
    .await
}

#[tauri::command]
pub(crate) async fn quarantine(app: AppHandle) -> Answer<Vec<QuarantineRow>> {
    ask(app, |window, actor| {
        window
            .desk
            .quarantine(actor)?
            .iter()
            .map(|(item, inbox)| Ok::<_, Error>(from_core::quarantined(item, inbox, window.language())))
            .collect::<Result<_>>()
    })
    .await
}

#[tauri::command]
pub(crate) async fn resolve_quarantined(app: AppHandle, item: i64) -> Answer<()> {
    ask(app, move |window, actor| {
        window.desk.resolve_quarantined(actor, QuarantineId(item))
    })
    .await
}
