//! What comes in: from channels and from files.

use super::Desk;
use crate::channel::{Batch, Undecodable};
use crate::domain::{Action, Actor, ChannelKind, Inbox, InboxState};
use crate::error::Result;
use crate::event::Event;
use crate::import::{self, Format, Item, Options, Progress, Remark};
use crate::ingest::{self, Arrival, Report};
use crate::journal;
use crate::people::Permission;
use crate::queue;
use crate::store::Tx;
use serde_json::json;
use std::path::Path;

/// How many messages go into one transaction of an import.
const IMPORT_BATCH: usize = 1000;

/// What an import did.
#[derive(Debug, Clone, Default)]
pub struct ImportReport {
    /// Counts.
    pub report: Report,
    /// What people should know of what was read.
    pub remarks: Vec<Remark>,
    /// Remarks beyond those.
    pub remarks_left_out: u64,
    /// What could not be read: where, and why.
    pub quarantined: Vec<(String, String)>,
}

impl Desk {
    /// Triage, then one transaction.
    ///
    /// # Errors
    /// `Store`; then nothing of the batch is stored.
    pub fn accept(&self, inbox: &Inbox, batch: &Batch, arrival: Arrival) -> Result<Report> {
        let verdicts = self.store.read(|view| {
            let memory = self.learned.corrections(view)?;
            ingest::read(view, self.classifier, &memory, inbox, batch, self.now())
        })?;
        let report = self
            .store
            .write(|tx: &Tx<'_>| ingest::accept(tx, inbox, batch, &verdicts, arrival, self.now()))?;
        if !report.changed.is_empty() {
            self.events.emit(Event::Queue);
            if let [conversation] = report.changed.as_slice() {
                self.events.emit(Event::Conversation(*conversation));
            }
        }
        if report.quarantined > 0 {
            self.events.emit(Event::Inboxes);
        }
        Ok(report)
    }

    /// Reads a file, folder or zip into an inbox; the inbox is made if there is none of this name. Importing twice adds nothing.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid` when nothing can be read there, or `Store`. What is bad within the file is quarantined, not an error.
    pub fn import(
        &self,
        actor: &Actor,
        format: Format,
        inbox_name: &str,
        path: &Path,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<ImportReport> {
        let actor = self.require(actor, Permission::Administer)?;
        // An unreadable path must not leave an empty inbox behind: the inbox is made with the first item.
        // One that was taken off the desk is none: it comes back with the first item.
        let mut inbox = self
            .store
            .read(|view| Ok(view.inboxes()?.into_iter().find(|inbox| inbox.name == inbox_name)))?;
        let options = Options {
            inbox_name: Some(inbox_name.to_owned()),
            our_name: None,
            our_address: inbox
                .as_ref()
                .map(|inbox| inbox.address.clone())
                .filter(|address| !address.is_empty()),
            zone: inbox
                .as_ref()
                .map_or(chrono_tz::Europe::Paris, |inbox| inbox.zone),
            now: Some(self.now()),
        };
        let channel = match format {
            Format::Jsonl => import::declared_channel(path).unwrap_or_else(|| format.channel()),
            _ => format.channel(),
        };
        let mut result = ImportReport::default();
        let mut batch = Batch::default();
        let mut bytes = 0usize;
        let summary = import::read(format, path, &options, progress, &mut |item| {
            match item {
                Item::Message(message) => {
                    bytes += message.text.len();
                    batch.messages.push(*message);
                }
                Item::Undecodable(Undecodable { origin, reason, raw }) => {
                    result.quarantined.push((origin.clone(), reason.clone()));
                    bytes += raw.len();
                    batch.undecodable.push(Undecodable { origin, reason, raw });
                }
            }
            // Few large items must not fill the memory any more than many small ones.
            if batch.messages.len() + batch.undecodable.len() >= IMPORT_BATCH || bytes > (16 << 20) {
                bytes = 0;
                self.flush(
                    &actor,
                    &mut inbox,
                    inbox_name,
                    channel,
                    &mut batch,
                    &mut result.report,
                )?;
            }
            Ok(())
        })?;
        self.flush(
            &actor,
            &mut inbox,
            inbox_name,
            channel,
            &mut batch,
            &mut result.report,
        )?;
        result.remarks = summary.remarks;
        result.remarks_left_out = summary.remarks_left_out;
        if let Some(inbox) = inbox {
            self.store.write(|tx| {
                journal::record(
                    tx,
                    &actor,
                    Action::Imported,
                    journal::subject("inbox", inbox.id.0),
                    &json!({ "format": format.as_str(), "read": result.report.read, "stored": result.report.stored,
                             "duplicates": result.report.duplicates, "quarantined": result.report.quarantined }),
                    self.now(),
                )
            })?;
        }
        Ok(result)
    }

    fn flush(
        &self,
        actor: &Actor,
        inbox: &mut Option<Inbox>,
        name: &str,
        channel: ChannelKind,
        batch: &mut Batch,
        report: &mut Report,
    ) -> Result<()> {
        if batch.messages.is_empty() && batch.undecodable.is_empty() {
            return Ok(());
        }
        let target = match inbox {
            Some(inbox) => inbox,
            None => inbox.insert(self.add_inbox(
                actor,
                name,
                channel,
                "",
                chrono_tz::Europe::Paris,
                InboxState::ImportOnly,
                "{}",
                None,
            )?),
        };
        report.add(&self.accept(target, batch, Arrival::History)?);
        *batch = Batch::default();
        Ok(())
    }

    /// What time alone changes: what was put off comes back, what is about to become unanswerable moves up.
    ///
    /// # Errors
    /// `Store`.
    pub fn tick(&self) -> Result<()> {
        let now = self.now();
        // Those about to become unanswerable move up; those that have become so make room for them.
        let (woken, moved) = self.store.read(|view| {
            let mut moved = view.expiring(now, now + queue::EXPIRING)?;
            moved.extend(view.expired(now)?);
            Ok((view.snoozed_until_before(now)?, moved))
        })?;
        if woken.is_empty() && moved.is_empty() {
            return Ok(());
        }
        self.store.write(|tx| {
            for before in &woken {
                // Read again: somebody may have handled it since.
                let current = tx.conversation(before.id)?;
                if current.snoozed_until == before.snoozed_until && current.status == before.status {
                    let after = queue::reopened(current.clone(), now);
                    tx.save_conversation(&current, &after, queue::rank(&after, now) as i64)?;
                }
            }
            for conversation in &moved {
                let current = tx.conversation(conversation.id)?;
                tx.save_conversation(&current, &current, queue::rank(&current, now) as i64)?;
            }
            Ok(())
        })?;
        self.events.emit(Event::Queue);
        Ok(())
    }
}
