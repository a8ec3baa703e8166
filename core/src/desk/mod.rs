//! The one door for every shell: window, command line, service.
//!
//! What comes in: an actor and an act. What goes out: what the act did, or a sentence why not. `Desk` owns store, clock and events,
//! checks what the actor may do, and writes the journal entry in the transaction of the act. Deliberately absent: screens and wires.

mod admin;
mod answer;
mod conversations;
mod ingest;
mod learning;
mod night;
mod reviews;

pub use answer::{Sent, Submission};
pub use conversations::{Opened, QueueItem, QueuePage, QueueRequest};
pub use ingest::ImportReport;
pub use learning::{Learned, LearnedCorrection};
pub use night::{NightStatus, NightText, SentReply};
pub use reviews::{ReviewItem, ReviewedText};

use crate::classify::Classifier;
use crate::clock::Clock;
use crate::domain::{Action, Actor, Instant, Operator};
use crate::error::{Code, Error, Result};
use crate::event::Events;
use crate::journal;
use crate::people::{self, Permission};
use crate::secret::Secret;
use crate::settings::Settings;
use crate::store::{DataDir, Store};
use crate::suggest::Pack;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;

/// An open desk.
pub struct Desk {
    store: Store,
    clock: Arc<dyn Clock>,
    events: Events,
    classifier: &'static Classifier,
    learned: learning::Cache,
}

impl Desk {
    /// Opens the workspace in a folder; made on first use.
    ///
    /// # Errors
    /// `Store`, with what to do.
    pub fn open(data: &Path, clock: Arc<dyn Clock>) -> Result<Self> {
        let folder = DataDir::open(data)?;
        let fresh = !folder.database().exists();
        let store = Store::open(&folder.database(), folder.key()?)?;
        let desk = Self {
            store,
            clock,
            events: Events::default(),
            classifier: Classifier::built_in(),
            learned: learning::Cache::default(),
        };
        if fresh {
            desk.store.write(|tx| {
                // Two programs may start on an empty folder together; the first one's entry is enough.
                if tx.journal_head()?.is_some() {
                    return Ok(());
                }
                journal::record(
                    tx,
                    &Actor::System,
                    Action::WorkspaceCreated,
                    None,
                    &json!({}),
                    desk.now(),
                )
            })?;
        }
        Ok(desk)
    }

    /// The same workspace at another time: for replaying a day into a demo.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// What time it is, for this desk.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// What goes stale.
    #[must_use]
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// The store, for the service; shells have no use for it.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Triage.
    #[must_use]
    pub fn classifier(&self) -> &Classifier {
        self.classifier
    }

    /// What is set.
    ///
    /// # Errors
    /// `Store`.
    pub fn settings(&self) -> Result<Settings> {
        self.store.read(Settings::load)
    }

    /// The pack of canned responses in use.
    ///
    /// # Errors
    /// `NotFound` when the setting names a pack that does not exist.
    pub fn pack(&self) -> Result<Arc<Pack>> {
        Pack::built_in(&self.settings()?.pack)
    }

    /// A person, by name and password.
    ///
    /// # Errors
    /// `SignIn`.
    pub fn sign_in(&self, login: &str, password: &Secret) -> Result<Actor> {
        let now = self.now();
        let outcome = people::sign_in(&self.store, login, password, now);
        let (actor, action) = match &outcome {
            Ok(operator) => (Actor::Person(operator.clone()), Action::SignedIn),
            Err(error) if error.code == Code::SignIn => (Actor::System, Action::SignInRefused),
            Err(_) => return outcome.map(Actor::Person),
        };
        self.store
            .write(|tx| journal::record(tx, &actor, action, None, &json!({}), now))?;
        outcome.map(Actor::Person)
    }

    /// A person of a demo workspace, by one click.
    ///
    /// # Errors
    /// `SignIn` in any other workspace.
    pub fn sign_in_demo(&self, id: crate::domain::OperatorId) -> Result<Actor> {
        if !self.settings()?.demo {
            return Err(Error::new(
                Code::SignIn,
                "Only a demo workspace signs people in without a password.",
            ));
        }
        let operator = self.store.read(|view| view.operator(id))?;
        let actor = Actor::Person(operator);
        self.store.write(|tx| {
            journal::record(
                tx,
                &actor,
                Action::SignedIn,
                None,
                &json!({ "demo": true }),
                self.now(),
            )
        })?;
        Ok(actor)
    }

    /// Who acts when nobody has signed in: the local administrator, as long as the workspace has no people.
    ///
    /// # Errors
    /// `SignIn` once people exist.
    pub fn local_administrator(&self) -> Result<Actor> {
        if self.store.read(|view| view.operators())?.is_empty() {
            return Ok(Actor::LocalAdministrator);
        }
        Err(Error::new(Code::SignIn, "This workspace has people: say who you are.")
            .hint("On the command line: --as NAME; the password is asked for, or read from the file named by PLANTON_PASSWORD_FILE."))
    }

    /// The person as the store knows them now: a role or a right may have changed since they signed in.
    fn refreshed(&self, actor: &Actor) -> Result<Actor> {
        match actor {
            Actor::Person(operator) => Ok(Actor::Person(self.store.read(|view| view.operator(operator.id))?)),
            Actor::LocalAdministrator => self.local_administrator(),
            other => Ok(other.clone()),
        }
    }

    fn require(&self, actor: &Actor, permission: Permission) -> Result<Actor> {
        let actor = self.refreshed(actor)?;
        people::require(&actor, permission)?;
        Ok(actor)
    }

    fn require_person(&self, actor: &Actor, permission: Permission) -> Result<Operator> {
        match self.require(actor, permission)? {
            Actor::Person(operator) => Ok(operator),
            _ => Err(Error::forbidden("This needs a person of the desk.").hint("Sign in first.")),
        }
    }
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Desk")
    }
}
