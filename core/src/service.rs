//! The desk at work without anybody: pull, judge, send, wake what was put off.
//!
//! What comes in: an open [`Desk`], and a way to connect its inboxes. What goes out: stored messages, sent answers, events. The window
//! and `planton serve` run the same service; a lease in the store says which of several processes works, and passes by itself when
//! that one dies. Deliberately absent: any decision. The night policy decides, the outbox sends.

use crate::channel::{Channel, ChannelError};
use crate::desk::Desk;
use crate::domain::Inbox;
use crate::error::Result;
use crate::event::Event;
use crate::ingest::{Arrival, Report};
use crate::outbox::worker::{self, Connect};
use chrono::Duration;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// The lease that lets a process pull and send.
const LEASE: &str = "service";
/// How long it holds; renewed while its holder works.
const LEASE_TIME: Duration = Duration::seconds(60);
/// How often it is renewed during a round.
const HEARTBEAT: std::time::Duration = std::time::Duration::from_secs(20);
/// How long to wait for a sign of new mail before asking anyway.
const ROUND: std::time::Duration = std::time::Duration::from_secs(15);
/// The longest that one account may take to answer.
const PULL_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(120);

/// What one round did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Round {
    /// Another process holds the lease: nothing was done.
    pub standing_by: bool,
    /// What came in.
    pub report: Report,
    /// Automatic replies queued.
    pub night_replies: usize,
    /// Sends that moved.
    pub sends: usize,
    /// Accounts that could not be pulled: name and reason.
    pub failures: Vec<(String, String)>,
}

/// The service of one process.
pub struct Service {
    desk: Arc<Desk>,
    connect: Arc<dyn Connect>,
    holder: String,
}

impl Service {
    /// A service for a desk. `holder` must differ between processes.
    #[must_use]
    pub fn new(desk: Arc<Desk>, connect: Arc<dyn Connect>, holder: String) -> Self {
        Self {
            desk,
            connect,
            holder,
        }
    }

    /// One round: pull everything, judge the night, send what is due.
    ///
    /// # Errors
    /// `Store`; what an account says is in the round's failures.
    pub async fn round(&self) -> Result<Round> {
        if !self.lead()? {
            return Ok(Round {
                standing_by: true,
                ..Round::default()
            });
        }
        // Slow accounts must not outlive the lease that allows them: it is renewed beside them.
        let work = self.work();
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = tokio::time::sleep(HEARTBEAT) => {
                    if let Err(error) = self.lead() {
                        tracing::warn!(%error, "the lease could not be renewed");
                    }
                }
            }
        }
    }

    async fn work(&self) -> Result<Round> {
        let interrupted = worker::recover(self.desk.store(), self.desk.now())?;
        if interrupted > 0 {
            tracing::warn!(
                interrupted,
                "sends were interrupted; their fate is being looked into"
            );
        }
        let mut round = Round::default();
        self.desk.tick()?;
        self.pull(&mut round).await?;
        loop {
            let night = self.desk.run_night()?;
            round.night_replies += night.replied;
            if night.judged == 0 || night.breaker_open {
                break;
            }
        }
        round.sends = self.send().await?;
        Ok(round)
    }

    /// Rounds until `stop` turns true. Ends after the round that is under way.
    ///
    /// # Errors
    /// Never for long: a store that cannot be written is reported and tried again.
    pub async fn run(&self, mut stop: watch::Receiver<bool>) {
        let mut events = self.desk.events().listen();
        while !*stop.borrow() {
            if let Err(error) = self.round().await {
                tracing::error!(%error, hint = %error.hint, "a round failed; trying again");
            }
            let signs = self.signs();
            tokio::pin!(signs);
            loop {
                let due = self.until_due();
                tokio::select! {
                    () = &mut signs => break,
                    () = tokio::time::sleep(due) => break,
                    _changed = stop.changed() => break,
                    event = events.recv() => match event {
                        Ok(Event::Outbox | Event::Inboxes) | Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => break,
                        Ok(_) => {}
                        Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
                    },
                }
            }
        }
        if let Err(error) = self.step_down() {
            tracing::warn!(%error, "the lease could not be given back; it ends by itself");
        }
    }

    /// Gives the lease back, so that another process need not wait for its end.
    ///
    /// # Errors
    /// `Store`.
    pub fn step_down(&self) -> Result<()> {
        self.desk
            .store()
            .write(|tx| tx.release_lease(LEASE, &self.holder))
    }

    fn lead(&self) -> Result<bool> {
        let now = self.desk.now();
        self.desk
            .store()
            .write(|tx| tx.take_lease(LEASE, &self.holder, now, now + LEASE_TIME))
    }

    /// Waits until some account signals that something arrived.
    async fn signs(&self) {
        let Ok(live) = self.desk.live_inboxes() else {
            return tokio::time::sleep(ROUND).await;
        };
        let mut waits = JoinSet::new();
        for (inbox, cursor) in live {
            if let Ok(Some(channel)) = self.connect.channel(&inbox) {
                waits.spawn(async move { channel.wait(cursor.as_deref(), ROUND).await });
            }
        }
        if waits.is_empty() {
            return tokio::time::sleep(ROUND).await;
        }
        // The first sign ends the wait; the others are asked at the next round anyway.
        let _first = waits.join_next().await;
        waits.shutdown().await;
    }

    /// How long until the next send is due.
    fn until_due(&self) -> std::time::Duration {
        let next = self
            .desk
            .store()
            .read(|view| view.outbox_next_due())
            .ok()
            .flatten();
        next.map_or(ROUND, |at| {
            (at - self.desk.now())
                .to_std()
                .unwrap_or_default()
                .clamp(std::time::Duration::from_millis(200), ROUND)
        })
    }

    async fn pull(&self, round: &mut Round) -> Result<()> {
        let mut pulls = JoinSet::new();
        for (inbox, cursor) in self.desk.live_inboxes()? {
            let connected = self.connect.channel(&inbox);
            let desk = Arc::clone(&self.desk);
            pulls.spawn(async move {
                let pulled = match connected {
                    Ok(Some(channel)) => pull_all(&desk, &inbox, &*channel, cursor).await,
                    Ok(None) => Ok(Report::default()),
                    Err(error) => Err(error.message),
                };
                (inbox, pulled)
            });
        }
        while let Some(joined) = pulls.join_next().await {
            let (inbox, pulled) = match joined {
                Ok(pulled) => pulled,
                Err(error) => {
                    tracing::error!(%error, "a pull ended by a defect; the account is asked again at the next round");
                    continue;
                }
            };
            self.desk
                .note_pull(&inbox, pulled.as_ref().err().map(String::as_str))?;
            match pulled {
                Ok(report) => round.report.add(&report),
                Err(reason) => {
                    tracing::warn!(inbox = inbox.id.0, %reason, "an account could not be pulled");
                    round.failures.push((inbox.name, reason));
                }
            }
        }
        Ok(())
    }

    async fn send(&self) -> Result<usize> {
        let mut sends = 0;
        loop {
            // A long queue of sends must not outlive the lease that allows them.
            if !self.lead()? {
                return Ok(sends);
            }
            let desk = &self.desk;
            let moved = worker::run_due(desk.store(), desk.clock(), desk.events(), &*self.connect).await?;
            if moved == 0 {
                return Ok(sends);
            }
            sends += moved;
        }
    }
}

/// Pulls one account until it has no more, each batch stored with its cursor before the next is asked for.
async fn pull_all(
    desk: &Desk,
    inbox: &Inbox,
    channel: &dyn Channel,
    mut cursor: Option<String>,
) -> std::result::Result<Report, String> {
    let mut report = Report::default();
    loop {
        let batch = match tokio::time::timeout(PULL_TIMEOUT, channel.receive(cursor.as_deref())).await {
            Ok(Ok(batch)) => batch,
            Ok(Err(error @ ChannelError::Auth(_))) => {
                desk.pause_for_sign_in(inbox).map_err(|error| error.message)?;
                return Err(error.to_string());
            }
            Ok(Err(error)) => return Err(error.to_string()),
            Err(_elapsed) => return Err("the platform did not answer in time".to_owned()),
        };
        report.add(
            &desk
                .accept(inbox, &batch, Arrival::Live)
                .map_err(|error| error.message)?,
        );
        cursor = batch.cursor.or(cursor);
        if !batch.more {
            return Ok(report);
        }
    }
}
