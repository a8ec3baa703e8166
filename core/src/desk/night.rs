//! The night page: what is on, what was sent, what will be.

use super::Desk;
use crate::domain::{Action, Actor, Inbox, InboxState, Instant, Language, NightReply, OutboxState, ReplyId};
use crate::error::Result;
use crate::event::Event;
use crate::journal;
use crate::night::preview::{ComingNight, preview};
use crate::night::responder::{self, Round};
use crate::night::schedule::Night;
use crate::people::Permission;
use crate::settings::Settings;
use crate::suggest::Pack;
use chrono_tz::Tz;
use serde_json::json;

/// The replies that the night responder may send.
const REPLIES: [&str; 4] = [
    "night_general",
    "night_emergency",
    "night_cannot_speak",
    "night_suicide",
];

/// How the night stands.
#[derive(Debug, Clone)]
pub struct NightStatus {
    /// Is the responder switched on?
    pub enabled: bool,
    /// The night that it is now in the first zone where it is night.
    pub now: Option<Night>,
    /// Since when the breaker is open.
    pub breaker: Option<Instant>,
    /// What was sent since yesterday noon, newest first.
    pub sent: Vec<SentReply>,
}

/// One automatic reply and its send.
#[derive(Debug, Clone)]
pub struct SentReply {
    /// What was decided.
    pub reply: NightReply,
    /// To whom, for screens.
    pub item: super::QueueItem,
    /// How the send stands.
    pub state: OutboxState,
}

/// One text that may be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NightText {
    /// Which canned response.
    pub reply: ReplyId,
    /// In which language; `Unknown` for French and English together.
    pub language: Language,
    /// The text.
    pub text: String,
}

impl Desk {
    /// Judges what is pending. For the service.
    ///
    /// # Errors
    /// `Store`.
    pub fn run_night(&self) -> Result<Round> {
        let pack = self.pack()?;
        responder::run(&self.store, &pack, &self.events, self.now())
    }

    /// How the night stands.
    ///
    /// # Errors
    /// `Forbidden`, or `Store`.
    pub fn night_status(&self, actor: &Actor) -> Result<NightStatus> {
        self.require(actor, Permission::Read)?;
        let now = self.now();
        self.store.read(|view| {
            let settings = Settings::load(view)?;
            let zones = zones(&view.inboxes()?);
            let since = now - chrono::Duration::hours(36);
            let sent = view
                .night_replies_since(since, 500)?
                .into_iter()
                .map(|(reply, entry)| {
                    Ok(SentReply {
                        item: super::conversations::item(view, view.conversation(reply.conversation)?, now)?,
                        state: view.outbox_entry(entry)?.state,
                        reply,
                    })
                })
                .collect::<Result<_>>()?;
            Ok(NightStatus {
                enabled: settings.night.enabled,
                now: zones
                    .iter()
                    .find_map(|zone| settings.night.schedule.night_at(now, *zone)),
                breaker: settings.breaker.map(crate::domain::from_millis),
                sent,
            })
        })
    }

    /// The coming nights of every zone that the desk's inboxes are in.
    ///
    /// # Errors
    /// `Forbidden`, or `Store`.
    pub fn night_preview(&self, actor: &Actor, nights: usize) -> Result<Vec<(Tz, Vec<ComingNight>)>> {
        self.require(actor, Permission::Read)?;
        let now = self.now();
        self.store.read(|view| {
            let schedule = Settings::load(view)?.night.schedule;
            Ok(zones(&view.inboxes()?)
                .into_iter()
                .map(|zone| (zone, preview(&schedule, zone, now, nights)))
                .collect())
        })
    }

    /// The texts that may be sent, as the first inbox would send them tonight.
    ///
    /// # Errors
    /// `Forbidden`, or `Store`.
    pub fn night_texts(&self, actor: &Actor) -> Result<Vec<NightText>> {
        self.require(actor, Permission::Read)?;
        let now = self.now();
        let pack = self.pack()?;
        self.store.read(|view| {
            let settings = Settings::load(view)?;
            let inboxes = view.inboxes()?;
            let zone = inboxes
                .first()
                .map_or(chrono_tz::Europe::Paris, |inbox| inbox.zone);
            let Some(night) = settings.night.schedule.coming(now, zone, 1).into_iter().next() else {
                return Ok(Vec::new());
            };
            Ok(texts(&pack, inboxes.first(), night))
        })
    }

    /// Switches the night responder on or off.
    ///
    /// # Errors
    /// `Forbidden`, or `Store`.
    pub fn set_night(&self, actor: &Actor, enabled: bool) -> Result<()> {
        let actor = self.require(actor, Permission::Supervise)?;
        self.store.write(|tx| {
            let mut night = Settings::load(tx)?.night;
            night.enabled = enabled;
            tx.set_setting("night", &night)?;
            // Whoever switches it on has looked: the breaker is closed with it.
            if enabled {
                tx.set_setting("breaker", &None::<i64>)?;
            }
            journal::record(
                tx,
                &actor,
                Action::SettingChanged,
                None,
                &json!({ "night.enabled": enabled }),
                self.now(),
            )
        })?;
        self.events.emit(Event::Night);
        Ok(())
    }
}

/// The zones of the desk, each once; the pack's own where there is no inbox yet.
fn zones(inboxes: &[Inbox]) -> Vec<Tz> {
    let mut zones: Vec<Tz> = inboxes
        .iter()
        .filter(|inbox| inbox.state != InboxState::ImportOnly)
        .map(|inbox| inbox.zone)
        .collect();
    zones.sort_by_key(|zone| zone.name());
    zones.dedup();
    if zones.is_empty() {
        zones.push(chrono_tz::Europe::Paris);
    }
    zones
}

fn texts(pack: &Pack, inbox: Option<&Inbox>, night: Night) -> Vec<NightText> {
    let facts = match inbox {
        Some(inbox) => responder::night_facts(inbox, night),
        None => crate::suggest::NightFacts {
            opens_at: night.ends.with_timezone(&chrono_tz::Europe::Paris).time(),
            limits: crate::channel::limits(crate::domain::ChannelKind::Messenger),
            force: None,
        },
    };
    REPLIES
        .iter()
        .map(|id| ReplyId((*id).to_owned()))
        .flat_map(|id| {
            let languages: Vec<Language> = pack
                .reply(&id)
                .map(|reply| reply.languages().collect())
                .unwrap_or_default();
            languages.into_iter().map(move |language| (id.clone(), language))
        })
        .filter_map(|(reply, language)| {
            let rendered = pack.render_night(&reply, language, &facts).ok()?;
            Some(NightText {
                reply,
                language: rendered.language,
                text: rendered.text,
            })
        })
        .collect()
}
