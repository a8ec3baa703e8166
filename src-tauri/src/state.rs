//! What one window holds: the open desk, its connector, who is signed in, and the language that they read.

use planton_channels::connector::Connector;
use planton_core::clock::SystemClock;
use planton_core::desk::Desk;
use planton_core::domain::{Actor, Language};
use planton_core::error::{Code, Error, Result};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// The window's state.
pub(crate) struct Window {
    pub(crate) data: PathBuf,
    pub(crate) desk: Arc<Desk>,
    pub(crate) connector: Arc<Connector>,
    signed_in: Mutex<Option<Actor>>,
    language: Mutex<Language>,
    pub(crate) stop: watch::Sender<bool>,
}

impl Window {
    /// Opens the workspace.
    pub(crate) fn open(data: &Path) -> Result<Self> {
        let desk = Arc::new(Desk::open(data, Arc::new(SystemClock))?);
        Ok(Self {
            data: data.to_owned(),
            connector: Arc::new(Connector::new(Arc::clone(&desk))),
            desk,
            signed_in: Mutex::default(),
            language: Mutex::new(Language::French),
            stop: watch::channel(false).0,
        })
    }

    /// Who is signed in.
    pub(crate) fn actor(&self) -> Result<Actor> {
        self.signed_in
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .ok_or_else(|| Error::new(Code::SignIn, "Nobody is signed in.").hint("Sign in to go on."))
    }

    /// Somebody came or went.
    pub(crate) fn set_actor(&self, actor: Option<Actor>) {
        *self.signed_in.lock().unwrap_or_else(PoisonError::into_inner) = actor;
    }

    /// The language in which errors and reasons are said.
    pub(crate) fn language(&self) -> Language {
        *self.language.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The page shows itself in another language.
    pub(crate) fn set_language(&self, language: Language) {
        *self.language.lock().unwrap_or_else(PoisonError::into_inner) = language;
    }
}
