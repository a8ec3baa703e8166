//! The service beside the window, and events on their way to the page.

use crate::ipc::view::StaleEvent;
use crate::state::Window;
use planton_core::event::Event;
use planton_core::outbox::worker::Connect;
use planton_core::service::Service;
use std::sync::Arc;
use std::time::Duration;
use tauri::{AppHandle, Emitter as _, Manager as _};
use tokio::sync::broadcast::error::RecvError;

/// Events closer together than this go to the page as one: it asks again once, not a hundred times.
const GATHER: Duration = Duration::from_millis(120);
/// How often the store is asked whether another process has changed it.
const LOOK: Duration = Duration::from_secs(2);

/// Starts pulling and sending, and tells the page what went stale.
pub(crate) fn start(app: AppHandle) {
    let window = app.state::<Window>();
    let service = Arc::new(Service::new(
        Arc::clone(&window.desk),
        Arc::clone(&window.connector) as Arc<dyn Connect>,
        format!("window-{}", std::process::id()),
    ));
    app.manage(Arc::clone(&service));
    let stopped = window.stop.subscribe();
    tauri::async_runtime::spawn(async move { service.run(stopped).await });
    tauri::async_runtime::spawn(notice_others(app.clone()));
    let mut events = window.desk.events().listen();
    tauri::async_runtime::spawn(async move {
        loop {
            let mut stale = match events.recv().await {
                Ok(event) => vec![event],
                Err(RecvError::Lagged(_)) => vec![Event::Queue, Event::Review, Event::Night, Event::Inboxes],
                Err(RecvError::Closed) => return,
            };
            tokio::time::sleep(GATHER).await;
            while let Ok(event) = events.try_recv() {
                if !stale.contains(&event) {
                    stale.push(event);
                }
            }
            stale
                .into_iter()
                .filter_map(view)
                .for_each(|event| tell(&app, event));
        }
    });
}

/// Ends the service with the window; an interrupted send is looked into at the next start. The lease is given back at once, so that
/// a window opened again, or the headless service, need not wait for its end.
pub(crate) fn stop(app: &AppHandle) {
    app.state::<Window>().stop.send_replace(true);
    if let Some(service) = app.try_state::<Arc<Service>>()
        && let Err(error) = service.step_down()
    {
        tracing::warn!(%error, "the lease could not be given back; it ends by itself");
    }
}

/// Another process (the headless service, an import) may change the workspace: its events do not reach this one, its rows do.
async fn notice_others(app: AppHandle) {
    let window = app.state::<Window>();
    let mut stop = window.stop.subscribe();
    let mut last = None;
    while !*stop.borrow() {
        let marks = window
            .desk
            .store()
            .read(|view| Ok((view.journal_head()?.map(|head| head.seq), view.message_count()?)));
        let marks = marks.ok();
        if last.is_some() && marks != last {
            for what in ["queue", "conversation", "review", "night", "inboxes"] {
                tell(
                    &app,
                    StaleEvent {
                        what: what.to_owned(),
                        conversation: None,
                    },
                );
            }
        }
        last = marks;
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _changed = stop.changed() => {}
        }
    }
}

fn tell(app: &AppHandle, event: StaleEvent) {
    if let Err(error) = app.emit("stale", event) {
        tracing::warn!(%error, "the page could not be told what went stale");
    }
}

fn view(event: Event) -> Option<StaleEvent> {
    let (what, conversation) = match event {
        Event::Queue => ("queue", None),
        Event::Conversation(id) => ("conversation", Some(id.0)),
        Event::Review => ("review", None),
        Event::Night => ("night", None),
        Event::Inboxes => ("inboxes", None),
        Event::People => ("people", None),
        Event::Outbox => return None,
    };
    Some(StaleEvent {
        what: what.to_owned(),
        conversation,
    })
}
