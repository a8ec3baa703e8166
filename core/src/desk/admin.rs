//! People, accounts, settings, the journal, what could not be decoded.

use super::Desk;
use crate::domain::{
    Action, Actor, ChannelKind, Inbox, InboxId, InboxState, JournalEntry, JournalSeq, Operator, OperatorId,
    QuarantineId, QuarantinedItem, Role,
};
use crate::error::{Error, Result};
use crate::event::Event;
use crate::journal;
use crate::people::{self, Permission};
use crate::secret::Secret;
use crate::settings::Settings;
use serde_json::json;

impl Desk {
    /// Everybody at the desk.
    ///
    /// # Errors
    /// `Forbidden`, or `Store`.
    pub fn people(&self, actor: &Actor) -> Result<Vec<Operator>> {
        self.require(actor, Permission::Read)?;
        self.store.read(|view| view.operators())
    }

    /// Does this workspace have people?
    ///
    /// # Errors
    /// `Store`.
    pub fn has_people(&self) -> Result<bool> {
        Ok(!self.store.read(|view| view.operators())?.is_empty())
    }

    /// Who can be chosen by one click: everybody in a demo workspace, nobody elsewhere.
    ///
    /// # Errors
    /// `Store`.
    pub fn demo_people(&self) -> Result<Vec<Operator>> {
        if self.settings()?.demo {
            self.store.read(|view| view.operators())
        } else {
            Ok(Vec::new())
        }
    }

    /// Adds a person. The first one of a workspace is an administrator, whatever was asked: somebody must be.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid` with the rule, or `Conflict` when the sign-in name is taken.
    pub fn add_person(
        &self,
        actor: &Actor,
        login: &str,
        name: &str,
        role: Role,
        review_level: u8,
        password: &Secret,
    ) -> Result<Operator> {
        let actor = self.require(actor, Permission::Administer)?;
        people::check_new(login, name, password)?;
        if review_level > 3 {
            return Err(Error::invalid("Review levels go from 0 to 3."));
        }
        let hash = people::hash(password)?;
        let operator = self.store.write(|tx| {
            let first = tx.operators()?.is_empty();
            let (role, level) = if first {
                (Role::Administrator, review_level.max(1))
            } else {
                (role, review_level)
            };
            let operator = tx.insert_operator(login.trim(), name.trim(), role, level, &hash)?;
            journal::record(
                tx,
                &actor,
                Action::PersonAdded,
                journal::subject("operator", operator.id.0),
                &json!({ "role": role, "review_level": level }),
                self.now(),
            )?;
            Ok(operator)
        })?;
        self.events.emit(Event::People);
        Ok(operator)
    }

    /// Changes what a person may do.
    ///
    /// # Errors
    /// `Invalid` when nobody would be left who administers the desk.
    pub fn change_person(
        &self,
        actor: &Actor,
        login: &str,
        role: Option<Role>,
        review_level: Option<u8>,
        enabled: Option<bool>,
    ) -> Result<Operator> {
        let actor = self.require(actor, Permission::Administer)?;
        let changed = self.store.write(|tx| {
            let mut people = tx.operators()?;
            let person = people
                .iter_mut()
                .find(|person| person.login.eq_ignore_ascii_case(login))
                .ok_or_else(|| Error::not_found(format!("There is nobody with the sign-in name {login}.")))?;
            person.role = role.unwrap_or(person.role);
            person.review_level = review_level.unwrap_or(person.review_level).min(3);
            person.enabled = enabled.unwrap_or(person.enabled);
            let changed = person.clone();
            if !people.iter().any(|person| person.enabled && person.role == Role::Administrator) {
                return Err(Error::invalid("Somebody must be left who administers this desk.")
                    .hint("Make another person administrator first."));
            }
            tx.save_operator(&changed)?;
            journal::record(
                tx,
                &actor,
                Action::PersonChanged,
                journal::subject("operator", changed.id.0),
                &json!({ "role": changed.role, "review_level": changed.review_level, "enabled": changed.enabled }),
                self.now(),
            )?;
            Ok(changed)
        })?;
        self.events.emit(Event::People);
        Ok(changed)
    }

    /// The accounts of the desk.
    ///
    /// # Errors
    /// `Forbidden`, or `Store`.
    pub fn inboxes(&self, actor: &Actor) -> Result<Vec<Inbox>> {
        self.require(actor, Permission::Read)?;
        self.store.read(|view| view.inboxes())
    }

    /// The account of a name.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, or `Store`.
    pub fn inbox_named(&self, actor: &Actor, name: &str) -> Result<Inbox> {
        self.require(actor, Permission::Read)?;
        self.store.read(|view| view.inbox_named(name))?.ok_or_else(|| {
            Error::not_found(format!("There is no inbox named “{name}”."))
                .hint("See them with: planton inbox list")
        })
    }

    /// Adds an account.
    ///
    /// # Errors
    /// `Forbidden`, `Conflict` when the name is taken, or `Store`.
    #[expect(
        clippy::too_many_arguments,
        reason = "an account is all of these, and callers name them"
    )]
    pub fn add_inbox(
        &self,
        actor: &Actor,
        name: &str,
        channel: ChannelKind,
        address: &str,
        zone: chrono_tz::Tz,
        state: InboxState,
        connection: &str,
        credential: Option<&Secret>,
    ) -> Result<Inbox> {
        let actor = self.require(actor, Permission::Administer)?;
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 80 {
            return Err(Error::invalid("An inbox has a name of 1 to 80 characters.")
                .hint("For example: Messenger national"));
        }
        let inbox = self.store.write(|tx| {
            let inbox = tx.insert_inbox(name, channel, address, zone, state, connection)?;
            if let Some(secret) = credential {
                tx.set_credential(inbox.id, secret)?;
            }
            journal::record(
                tx,
                &actor,
                Action::InboxAdded,
                journal::subject("inbox", inbox.id.0),
                &json!({ "channel": channel, "state": state }),
                self.now(),
            )?;
            Ok(inbox)
        })?;
        self.events.emit(Event::Inboxes);
        Ok(inbox)
    }

    /// Pauses an account, or lets it be pulled again.
    ///
    /// # Errors
    /// `Invalid` for an account that is not pulled anyway.
    pub fn pause_inbox(&self, actor: &Actor, id: InboxId, paused: bool) -> Result<()> {
        let actor = self.require(actor, Permission::Administer)?;
        self.store.write(|tx| {
            let inbox = tx.inbox(id)?;
            let state = match (inbox.state, paused) {
                (InboxState::Live | InboxState::Paused, true) => InboxState::Paused,
                (InboxState::Live | InboxState::Paused, false) => InboxState::Live,
                _ => return Err(Error::invalid("Only a connected account can be paused.")),
            };
            tx.set_inbox_state(id, state)?;
            if !paused {
                tx.set_last_error(id, None)?;
            }
            journal::record(
                tx,
                &actor,
                Action::InboxChanged,
                journal::subject("inbox", id.0),
                &json!({ "state": state }),
                self.now(),
            )
        })?;
        self.events.emit(Event::Inboxes);
        Ok(())
    }

    /// Takes an account off the desk with its credential; its conversations stay.
    ///
    /// # Errors
    /// `Forbidden`, or `Store`.
    pub fn remove_inbox(&self, actor: &Actor, id: InboxId) -> Result<()> {
        let actor = self.require(actor, Permission::Administer)?;
        self.store.write(|tx| {
            tx.remove_inbox(id)?;
            journal::record(
                tx,
                &actor,
                Action::InboxRemoved,
                journal::subject("inbox", id.0),
                &json!({}),
                self.now(),
            )
        })?;
        self.events.emit(Event::Inboxes);
        Ok(())
    }

    /// The accounts that are pulled, with their cursors. For the service.
    ///
    /// # Errors
    /// `Store`.
    pub fn live_inboxes(&self) -> Result<Vec<(Inbox, Option<String>)>> {
        self.store.read(|view| {
            view.inboxes()?
                .into_iter()
                .filter(|inbox| inbox.state == InboxState::Live)
                .map(|inbox| {
                    let cursor = view.cursor(inbox.id)?;
                    Ok((inbox, cursor))
                })
                .collect()
        })
    }

    /// The credential of an account, to connect it. For the service; no shell shows it.
    ///
    /// # Errors
    /// `NotFound` when none is kept.
    pub fn credential(&self, inbox: InboxId) -> Result<Secret> {
        self.store.read(|view| view.credential(inbox))?.ok_or_else(|| {
            Error::not_found("No password is kept for this account.").hint("Add the account again.")
        })
    }

    /// Notes how a pull went. For the service.
    ///
    /// # Errors
    /// `Store`.
    pub fn note_pull(&self, inbox: &Inbox, error: Option<&str>) -> Result<()> {
        if inbox.last_error.as_deref() == error {
            return Ok(());
        }
        if self.store.write(|tx| tx.set_last_error(inbox.id, error))? {
            self.events.emit(Event::Inboxes);
        }
        Ok(())
    }

    /// A refused sign-in stops an account: asking again and again could lock it at the provider. For the service.
    ///
    /// # Errors
    /// `Store`.
    pub fn pause_for_sign_in(&self, inbox: &Inbox) -> Result<()> {
        self.store.write(|tx| {
            tx.set_inbox_state(inbox.id, InboxState::Paused)?;
            journal::record(
                tx,
                &Actor::System,
                Action::InboxChanged,
                journal::subject("inbox", inbox.id.0),
                &json!({ "state": InboxState::Paused, "reason": "sign_in_refused" }),
                self.now(),
            )
        })?;
        self.events.emit(Event::Inboxes);
        Ok(())
    }

    /// What could not be decoded and waits for a person, newest first.
    ///
    /// # Errors
    /// `Forbidden`, or `Store`.
    pub fn quarantine(&self, actor: &Actor) -> Result<Vec<(QuarantinedItem, Inbox)>> {
        self.require(actor, Permission::Supervise)?;
        self.store.read(|view| {
            view.quarantine(500)?
                .into_iter()
                .map(|item| {
                    let inbox = view.inbox(item.inbox)?;
                    Ok((item, inbox))
                })
                .collect()
        })
    }

    /// Puts an item away after a person has looked at it.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, or `Store`.
    pub fn resolve_quarantined(&self, actor: &Actor, id: QuarantineId) -> Result<()> {
        let actor = self.require(actor, Permission::Supervise)?;
        self.store.write(|tx| {
            tx.resolve_quarantined(id, self.now())?;
            journal::record(
                tx,
                &actor,
                Action::QuarantineResolved,
                journal::subject("quarantine", id.0),
                &json!({}),
                self.now(),
            )
        })?;
        self.events.emit(Event::Inboxes);
        Ok(())
    }

    /// Sets one setting from JSON.
    ///
    /// # Errors
    /// `Forbidden`, or `Invalid`.
    pub fn set_setting(&self, actor: &Actor, name: &str, value: &serde_json::Value) -> Result<()> {
        let actor = self.require(actor, Permission::Administer)?;
        self.store.write(|tx| {
            Settings::set(tx, name, value)?;
            journal::record(
                tx,
                &actor,
                Action::SettingChanged,
                None,
                &json!({ "setting": name }),
                self.now(),
            )
        })?;
        self.events.emit(Event::People);
        Ok(())
    }

    /// A page of the journal, oldest first.
    ///
    /// # Errors
    /// `Forbidden`, or `Store`.
    pub fn journal(&self, actor: &Actor, after: JournalSeq, limit: usize) -> Result<Vec<JournalEntry>> {
        self.require(actor, Permission::Audit)?;
        self.store.read(|view| view.journal_after(after, limit))
    }

    /// Checks the journal's chain.
    ///
    /// # Errors
    /// `Forbidden`, or `Store`.
    pub fn verify_journal(&self, actor: &Actor) -> Result<journal::Verdict> {
        self.require(actor, Permission::Audit)?;
        self.store.read(journal::verify)
    }

    /// One person, as the store knows them now.
    ///
    /// # Errors
    /// `NotFound`, or `Store`.
    pub fn person(&self, id: OperatorId) -> Result<Operator> {
        self.store.read(|view| view.operator(id))
    }
}
