//! IMAP: everything since a cursor, waiting for more, and the Sent folder.
//!
//! What comes in: a cursor. What goes out: a batch of converted mails, and afterwards the copy of our answer. async-imap encodes,
//! signs in and idles; commands whose completion matters are run by [`run`] here, because the crate's own streams end alike
//! whether the server said OK, said NO, or hung up - and a mail that is missing for the latter reason would be lost.
//!
//! Deliberately absent: marking as read (`BODY.PEEK` only), deleting, moving, and any trust in the order or the number of answers.

use super::super::answer::Answer;
use super::super::{EmailSettings, Security, Server, convert};
use super::{Wire, dial, encrypt, trust, within};
use async_imap::Session;
use async_imap::error::Error as WireError;
use async_imap::extensions::idle::IdleResponse;
use async_imap::imap_proto::{AttributeValue, MailboxDatum, NameAttribute, Response, ResponseCode, Status};
use planton_core::channel::{Batch, ChannelError, Undecodable};
use planton_core::domain::IncomingMessage;
use planton_core::error::Result;
use planton_core::secret::Secret;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;

type Signed = Session<Box<dyn Wire>>;

/// How long the server may be silent within a command.
const SILENCE: Duration = Duration::from_secs(60);
/// How long one mail may take: 25 MB over a poor line.
const ONE_MAIL: Duration = Duration::from_secs(300);
/// Ending an IDLE or a session politely.
const GOODBYE: Duration = Duration::from_secs(5);
/// IDLE is renewed before servers and firewalls forget the connection (they may after 29 minutes).
const IDLE_AT_MOST: Duration = Duration::from_secs(25 * 60);
/// After a hang-up while idling: not at once again, or a server that cannot idle would be hammered.
const AFTER_HANG_UP: Duration = Duration::from_secs(30);
/// Mails a batch.
const BATCH: usize = 200;
/// Bytes a batch: what is held in memory at once, not counting one mail of the largest size.
const BATCH_BYTES: u64 = 48 * 1024 * 1024;
/// The most that quarantine keeps of a mail: someone may look at it, nobody reads megabytes.
const KEPT_RAW: usize = 1024 * 1024;
/// How often a mail is asked for before it is quarantined.
const REFUSALS: u8 = 3;
/// Uids asked for at once, to begin with; doubled over gaps.
const WINDOW: u32 = 2_000;
/// How much of an oversized mail is read: its headers and, nearly always, its whole text.
const BEGINNING: u32 = 256 * 1024;
/// Names of the Sent folder on servers that do not mark it (the French ones in IMAP's modified UTF-7).
const SENT_NAMES: &[&str] = &[
    "Sent",
    "INBOX.Sent",
    "INBOX/Sent",
    "Sent Items",
    "Sent Messages",
    "Envoy&AOk-s",
    "&AMk-l&AOk-ments envoy&AOk-s",
];

/// How a command ended when it did not end well. Server texts stay out: they may quote addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    /// NO: understood and refused.
    Refused,
    /// BAD, or an answer that no parser understands.
    Unreadable,
    /// Hung up, broke, or fell silent.
    Lost,
}

impl Failure {
    fn error(self, doing: &str) -> ChannelError {
        match self {
            Self::Refused => ChannelError::TransientBefore(format!("the IMAP server refused to {doing}")),
            Self::Unreadable => ChannelError::Protocol(format!("IMAP: {doing}")),
            Self::Lost => {
                ChannelError::TransientBefore(format!("the IMAP connection broke while it should {doing}"))
            }
        }
    }
}

/// Where we stand in a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Cursor {
    mailbox: String,
    uidvalidity: u32,
    last_uid: u32,
}

impl Cursor {
    /// A cursor of another mailbox, or one that cannot be read, is none: everything is looked at again and ingest drops what it knows.
    fn read(json: Option<&str>, mailbox: &str) -> Option<Self> {
        let cursor: Self = serde_json::from_str(json?).ok()?;
        (cursor.mailbox == mailbox).then_some(cursor)
    }
}

/// What SELECT said.
#[derive(Debug, Clone, Copy, Default)]
struct Selected {
    uidvalidity: u32,
    uid_next: Option<u32>,
    exists: u32,
}

/// The reading side of an account.
pub(in super::super) struct Imap {
    server: Server,
    login: String,
    mailbox: String,
    max_bytes: u64,
    our_addresses: Vec<String>,
    password: Secret,
    trust: TlsConnector,
    /// A connection between two uses. Whoever uses it takes it out, so that nobody waits for an IDLE of minutes.
    kept: Mutex<Option<Signed>>,
    /// How often the server refused to hand a mail over.
    refusals: Mutex<BTreeMap<u32, u8>>,
    /// UIDVALIDITY and the next uid when a receive last came to the end: IDLE is not begun when there is already more.
    seen_up_to: Mutex<Option<(u32, u32)>>,
}

impl Imap {
    pub(in super::super) fn new(settings: &EmailSettings, password: Secret) -> Result<Self> {
        Ok(Self {
            server: settings.imap.clone(),
            login: settings.login.clone(),
            mailbox: settings.mailbox.clone(),
            max_bytes: settings.max_bytes,
            our_addresses: settings.our_addresses(),
            password,
            trust: trust(settings)?,
            kept: Mutex::new(None),
            refusals: Mutex::new(BTreeMap::new()),
            seen_up_to: Mutex::new(None),
        })
    }

    /// Everything after the cursor, at most one batch of it.
    pub(in super::super) async fn receive(&self, cursor: Option<&str>) -> Result<Batch, ChannelError> {
        let (mut session, selected) = self.open().await?;
        let from = match Cursor::read(cursor, &self.mailbox) {
            Some(cursor) if cursor.uidvalidity == selected.uidvalidity => cursor.last_uid.saturating_add(1),
            // The server numbered the mailbox anew: old uids mean nothing. All of it is read again; the Message-ID is the
            // identity of a mail, so that ingest stores none twice.
            _ => 1,
        };
        let mut listed = self.list_from(&mut session, from, selected.uid_next).await?;
        let fetched = self.fetch_all(&mut session, &listed.mails).await?;
        if let Some((uid, failure)) = fetched.stopped_at {
            if fetched.messages.is_empty() && fetched.undecodable.is_empty() {
                return Err(failure.error("hand over a mail"));
            }
            listed.last_uid = uid.saturating_sub(1);
            listed.more = false;
        }
        // Not where the cursor stands but what exists: a refused mail is asked for again at the next round, not at once.
        *self.seen_up_to.lock().await = match selected.uid_next {
            Some(next) if !listed.more => Some((selected.uidvalidity, next)),
            _ => None,
        };
        self.keep(session).await;
        let cursor = Cursor {
            mailbox: self.mailbox.clone(),
            uidvalidity: selected.uidvalidity,
            last_uid: listed.last_uid,
        };
        Ok(Batch {
            messages: fetched.messages,
            undecodable: fetched.undecodable,
            cursor: serde_json::to_string(&cursor).ok(),
            more: listed.more,
        })
    }

    /// Which mails the next batch holds, without their content.
    async fn list_from(
        &self,
        session: &mut Signed,
        from: u32,
        uid_next: Option<u32>,
    ) -> Result<Listed, ChannelError> {
        // Without UIDNEXT the end is open. `n:*` answers with the last mail even where its uid is below n: filtered below.
        let end = uid_next.map(|next| next.saturating_sub(1));
        let mut listed = Listed {
            mails: Vec::new(),
            last_uid: end.unwrap_or(0).max(from.saturating_sub(1)),
            more: false,
        };
        let (mut start, mut width) = (from, WINDOW);
        loop {
            if end.is_some_and(|end| start > end) {
                return Ok(listed);
            }
            let stop = end.map(|end| end.min(start.saturating_add(width - 1)));
            let range = match stop {
                Some(stop) => format!("{start}:{stop}"),
                None => format!("{start}:*"),
            };
            let mut sizes = BTreeMap::new();
            run(
                session,
                &format!("UID FETCH {range} (UID RFC822.SIZE)"),
                SILENCE,
                |response| {
                    // An answer without a size is a flag that somebody changed meanwhile.
                    if let Some(Part {
                        uid,
                        size: Some(size),
                        ..
                    }) = part(response)
                        && uid >= start
                    {
                        sizes.insert(uid, size);
                    }
                },
            )
            .await
            .map_err(|failure| failure.error("list the mails"))?;

            let mut bytes = 0_u64;
            for (&uid, &size) in &sizes {
                let weighs = u64::from(size).min(self.max_bytes);
                if listed.mails.len() >= BATCH || (!listed.mails.is_empty() && bytes + weighs > BATCH_BYTES) {
                    listed.more = true;
                    break;
                }
                bytes += weighs;
                listed.mails.push((uid, size));
            }
            match listed.mails.last() {
                Some(&(last, _)) => {
                    // Beyond the window more may stand; if nothing does, the next receive finds that out.
                    listed.more |= stop.is_some() && stop < end;
                    listed.last_uid = if listed.more || end.is_none() {
                        last
                    } else {
                        listed.last_uid.max(last)
                    };
                    return Ok(listed);
                }
                None => match stop {
                    Some(stop) => {
                        start = stop.saturating_add(1);
                        width = width.saturating_mul(2);
                    }
                    None => return Ok(listed),
                },
            }
        }
    }

    /// Fetches and converts, in the order of the uids. A mail that the server refuses to hand over stops the batch before it; at
    /// the third time it is no passing trouble of the server but of that mail, which is quarantined so that it holds nothing up.
    async fn fetch_all(&self, session: &mut Signed, mails: &[(u32, u32)]) -> Result<Fetched, ChannelError> {
        let mut done = Fetched::default();
        let mut raws = BTreeMap::new();
        let oversized = |size: u32| u64::from(size) > self.max_bytes;
        let small: Vec<String> = mails
            .iter()
            .filter(|(_, size)| !oversized(*size))
            .map(|(uid, _)| uid.to_string())
            .collect();
        if !small.is_empty() {
            match fetch(session, &small.join(","), "BODY.PEEK[]", &mut raws).await {
                Ok(()) => {}
                Err(Failure::Lost) => return Err(Failure::Lost.error("hand over mails")),
                // What one of them spoils is asked for again one by one; the connection may be out of step, so a new one.
                Err(Failure::Refused | Failure::Unreadable) => *session = self.open_anew().await?.0,
            }
        }
        for &(uid, size) in mails {
            if !raws.contains_key(&uid) {
                let what = if oversized(size) {
                    format!("BODY.PEEK[]<0.{BEGINNING}>")
                } else {
                    "BODY.PEEK[]".to_owned()
                };
                match fetch(session, &uid.to_string(), &what, &mut raws).await {
                    Ok(()) => {}
                    Err(Failure::Lost) => return Err(Failure::Lost.error("hand over a mail")),
                    Err(failure) => {
                        *session = self.open_anew().await?.0;
                        let mut refusals = self.refusals.lock().await;
                        let count = refusals.entry(uid).or_default();
                        *count += 1;
                        if *count < REFUSALS {
                            done.stopped_at = Some((uid, failure));
                            return Ok(done);
                        }
                        refusals.remove(&uid);
                        done.undecodable.push(self.undecodable(
                            uid,
                            "the mail server does not hand it over",
                            Vec::new(),
                        ));
                        continue;
                    }
                }
            }
            // Nothing came and nothing was refused: it was deleted meanwhile.
            let Some(raw) = raws.remove(&uid) else { continue };
            let converted = if oversized(size) {
                convert::oversized(&raw, u64::from(size), &self.our_addresses)
            } else {
                convert::whole(&raw, &self.our_addresses)
            };
            match converted {
                Ok(message) => done.messages.push(message),
                Err(reason) => done.undecodable.push(self.undecodable(uid, &reason, raw)),
            }
        }
        Ok(done)
    }

    fn undecodable(&self, uid: u32, reason: &str, mut raw: Vec<u8>) -> Undecodable {
        raw.truncate(KEPT_RAW);
        Undecodable {
            origin: format!("{} uid {uid}", self.mailbox),
            reason: reason.to_owned(),
            raw,
        }
    }

    /// Idles until a mail arrives or the time is over; where the server cannot idle, sleeps.
    pub(in super::super) async fn wait(&self, cursor: Option<&str>, at_most: Duration) {
        let begun = Instant::now();
        let Some(waited) = within(at_most, self.idle(cursor, at_most.min(IDLE_AT_MOST))).await else {
            return;
        };
        let left = at_most.saturating_sub(begun.elapsed());
        match waited {
            Waited::Enough => {}
            Waited::CannotIdle => tokio::time::sleep(left).await,
            Waited::Broken => tokio::time::sleep(left.min(AFTER_HANG_UP)).await,
        }
    }

    async fn idle(&self, cursor: Option<&str>, at_most: Duration) -> Waited {
        let Ok((mut session, selected)) = self.open().await else {
            return Waited::Broken;
        };
        // A mail may have come between the last receive and this SELECT: IDLE would not announce it any more.
        let seen = *self.seen_up_to.lock().await;
        let known = seen
            .or_else(|| {
                Cursor::read(cursor, &self.mailbox)
                    .map(|cursor| (cursor.uidvalidity, cursor.last_uid.saturating_add(1)))
            })
            .filter(|(uidvalidity, _)| *uidvalidity == selected.uidvalidity);
        if selected
            .uid_next
            .is_some_and(|next| known.is_none_or(|(_, known)| next > known))
        {
            self.keep(session).await;
            return Waited::Enough;
        }
        match can_idle(&mut session).await {
            Some(true) => {}
            Some(false) => {
                self.keep(session).await;
                return Waited::CannotIdle;
            }
            None => return Waited::Broken,
        }
        let mut idle = session.idle();
        if !matches!(within(SILENCE, idle.init()).await, Some(Ok(()))) {
            return Waited::Broken;
        }
        let until = Instant::now() + at_most;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            // The sender stays alive to the end of the wait: dropping it would interrupt.
            let (announced, _interrupt) = idle.wait_with_timeout(left);
            match within(left, announced).await {
                Some(Ok(IdleResponse::NewData(data))) => {
                    if matches!(data.parsed(), Response::MailboxData(MailboxDatum::Exists(_))) {
                        break;
                    }
                }
                Some(Ok(IdleResponse::Timeout)) | None => break,
                Some(Ok(IdleResponse::ManualInterrupt) | Err(_)) => return Waited::Broken,
            }
        }
        if let Some(Ok(session)) = within(GOODBYE, idle.done()).await {
            self.keep(session).await;
        }
        Waited::Enough
    }

    /// Puts a copy into the Sent folder unless the provider did, and marks the mail that was answered.
    pub(in super::super) async fn file(
        &self,
        answer: &Answer,
        answered: Option<&str>,
    ) -> Result<(), ChannelError> {
        let (mut session, _) = self.open().await?;
        if let Some(original) = answered {
            let uids = search(&mut session, original).await?;
            if let Some(uid) = uids.first() {
                run(
                    &mut session,
                    &format!("UID STORE {uid} +FLAGS.SILENT (\\Answered)"),
                    SILENCE,
                    |_| {},
                )
                .await
                .map_err(|failure| failure.error("mark a mail as answered"))?;
            }
        }
        if let Some(sent) = sent_folder(&mut session).await? {
            select(&mut session, &sent, "EXAMINE")
                .await
                .map_err(|failure| failure.error("open the Sent folder"))?;
            if search(&mut session, &answer.message_id).await?.is_empty() {
                within(
                    SILENCE,
                    session.append(&sent, Some("(\\Seen)"), None, &answer.mail),
                )
                .await
                .and_then(std::result::Result::ok)
                .ok_or_else(|| Failure::Lost.error("file a copy"))?;
            }
        }
        // `open` selects the mailbox anew before the next use.
        self.keep(session).await;
        Ok(())
    }

    /// Does the Sent folder hold this Message-ID? False also where there is no such folder.
    pub(in super::super) async fn is_filed(&self, message_id: &str) -> Result<bool, ChannelError> {
        let (mut session, _) = self.open().await?;
        let found = match sent_folder(&mut session).await? {
            Some(sent) => {
                select(&mut session, &sent, "EXAMINE")
                    .await
                    .map_err(|failure| failure.error("open the Sent folder"))?;
                !search(&mut session, message_id).await?.is_empty()
            }
            None => false,
        };
        self.keep(session).await;
        Ok(found)
    }

    /// Signs in, looks, changes nothing.
    pub(in super::super) async fn test(&self) -> Result<Vec<String>, ChannelError> {
        let mut session = self.sign_in().await?;
        let selected = select(&mut session, &self.mailbox, "EXAMINE")
            .await
            .map_err(|failure| self.not_opened(failure))?;
        let mut works = vec![format!("The mailbox opens: {} mails.", selected.exists)];
        works.push(match can_idle(&mut session).await {
            Some(true) => "New mails are announced at once.".to_owned(),
            _ => "The server does not announce new mails: they are looked for every few minutes.".to_owned(),
        });
        works.push(match sent_folder(&mut session).await? {
            Some(_) => "A copy of every answer goes into the Sent folder.".to_owned(),
            None => "There is no Sent folder: an interrupted send cannot be looked for and will wait for a person.".to_owned(),
        });
        within(GOODBYE, session.logout()).await;
        Ok(works)
    }

    /// A signed-in connection with the mailbox selected: the kept one if it still answers, else a new one.
    async fn open(&self) -> Result<(Signed, Selected), ChannelError> {
        let kept = self.kept.lock().await.take();
        if let Some(mut session) = kept
            && let Ok(selected) = select(&mut session, &self.mailbox, "SELECT").await
        {
            return Ok((session, selected));
        }
        self.open_anew().await
    }

    async fn open_anew(&self) -> Result<(Signed, Selected), ChannelError> {
        let mut session = self.sign_in().await?;
        let selected = select(&mut session, &self.mailbox, "SELECT")
            .await
            .map_err(|failure| self.not_opened(failure))?;
        Ok((session, selected))
    }

    fn not_opened(&self, failure: Failure) -> ChannelError {
        match failure {
            Failure::Refused => {
                ChannelError::NotFound("the mailbox of the settings does not open".to_owned())
            }
            other => other.error("open the mailbox"),
        }
    }

    async fn keep(&self, session: Signed) {
        *self.kept.lock().await = Some(session);
    }

    async fn sign_in(&self) -> Result<Signed, ChannelError> {
        let lost = || ChannelError::TransientBefore("the IMAP server hung up before the sign-in".to_owned());
        let mut wire: Box<dyn Wire> = Box::new(dial(&self.server, "IMAP").await?);
        if self.server.security == Security::Tls {
            wire = encrypt(wire, &self.server, &self.trust, "IMAP").await?;
        }
        let mut client = async_imap::Client::new(wire);
        match within(SILENCE, client.read_response()).await {
            Some(Ok(Some(_))) => {}
            _ => return Err(lost()),
        }
        if self.server.security == Security::Starttls {
            within(SILENCE, client.run_command_and_check_ok("STARTTLS", None))
                .await
                .and_then(std::result::Result::ok)
                .ok_or_else(|| {
                    ChannelError::Protocol("the IMAP server does not encrypt (STARTTLS)".to_owned())
                })?;
            // Whatever came in clear after the answer is dropped with the old client: it could be an attacker's.
            let wire = encrypt(client.into_inner(), &self.server, &self.trust, "IMAP").await?;
            client = async_imap::Client::new(wire);
        }
        match within(SILENCE, client.login(&self.login, self.password.expose())).await {
            Some(Ok(session)) => Ok(session),
            Some(Err((WireError::No(said), _))) => {
                // The server's text is looked at, never passed on. These codes (RFC 5530) say: not now, rather than: not you.
                let later = ["UNAVAILABLE", "INUSE", "LIMIT"]
                    .iter()
                    .any(|code| said.contains(&format!("[{code}]")));
                Err(if later {
                    ChannelError::TransientBefore("the IMAP server takes no sign-in now".to_owned())
                } else {
                    ChannelError::Auth("IMAP".to_owned())
                })
            }
            Some(Err((WireError::Validate(_), _))) => Err(ChannelError::Auth(
                "IMAP: the login or the password contains a line break".to_owned(),
            )),
            Some(Err((WireError::Bad(_) | WireError::Parse(_), _))) => {
                Err(ChannelError::Protocol("IMAP: sign in".to_owned()))
            }
            Some(Err(_)) | None => Err(lost()),
        }
    }
}

/// How a wait ended.
enum Waited {
    /// Something may have arrived, or the time is over.
    Enough,
    /// The server does not announce mails.
    CannotIdle,
    /// The connection did not hold.
    Broken,
}

/// What was made of the listed mails.
#[derive(Default)]
struct Fetched {
    messages: Vec<IncomingMessage>,
    undecodable: Vec<Undecodable>,
    /// The mail that the server refused, before which the batch ends.
    stopped_at: Option<(u32, Failure)>,
}

/// What the next batch holds.
struct Listed {
    /// Uid and size, ascending.
    mails: Vec<(u32, u32)>,
    /// Where the cursor stands after them.
    last_uid: u32,
    /// More is waiting.
    more: bool,
}

/// Runs a command to its end and shows every answer on the way.
async fn run(
    session: &mut Signed,
    command: &str,
    silence: Duration,
    mut each: impl FnMut(&Response<'_>),
) -> Result<(), Failure> {
    let tag = within(silence, session.run_command(command))
        .await
        .and_then(std::result::Result::ok)
        .ok_or(Failure::Lost)?;
    loop {
        let response = match within(silence, session.read_response()).await {
            Some(Ok(Some(response))) => response,
            // async-imap reports what its parser refuses as an error of kind `Other`.
            Some(Err(error)) if error.kind() == std::io::ErrorKind::Other => return Err(Failure::Unreadable),
            Some(Ok(None) | Err(_)) | None => return Err(Failure::Lost),
        };
        match response.parsed() {
            Response::Done {
                tag: done, status, ..
            } if *done == tag => {
                return match status {
                    Status::Ok => Ok(()),
                    Status::No => Err(Failure::Refused),
                    _ => Err(Failure::Unreadable),
                };
            }
            Response::Data {
                status: Status::Bye, ..
            } => return Err(Failure::Lost),
            other => each(other),
        }
    }
}

/// What a FETCH answer may tell of a mail.
struct Part<'a> {
    uid: u32,
    size: Option<u32>,
    body: Option<&'a [u8]>,
}

/// Reads a FETCH answer.
fn part<'a>(response: &'a Response<'_>) -> Option<Part<'a>> {
    let Response::Fetch(_, attributes) = response else {
        return None;
    };
    let (mut uid, mut size, mut body) = (None, None, None);
    for attribute in attributes {
        match attribute {
            AttributeValue::Uid(value) => uid = Some(*value),
            AttributeValue::Rfc822Size(value) => size = Some(*value),
            AttributeValue::BodySection {
                section: None,
                data: Some(data),
                ..
            } => body = Some(data.as_ref()),
            _ => {}
        }
    }
    Some(Part {
        uid: uid?,
        size,
        body,
    })
}

async fn fetch(
    session: &mut Signed,
    set: &str,
    what: &str,
    raws: &mut BTreeMap<u32, Vec<u8>>,
) -> Result<(), Failure> {
    run(
        session,
        &format!("UID FETCH {set} (UID {what})"),
        ONE_MAIL,
        |response| {
            if let Some(Part {
                uid,
                body: Some(body),
                ..
            }) = part(response)
            {
                raws.insert(uid, body.to_vec());
            }
        },
    )
    .await
}

async fn select(session: &mut Signed, mailbox: &str, how: &str) -> Result<Selected, Failure> {
    let mut selected = Selected::default();
    run(
        session,
        &format!("{how} {}", quoted(mailbox)),
        SILENCE,
        |response| match response {
            Response::Data { outcome, .. } => match outcome.code {
                Some(ResponseCode::UidValidity(value)) => selected.uidvalidity = value,
                Some(ResponseCode::UidNext(value)) => selected.uid_next = Some(value),
                _ => {}
            },
            Response::MailboxData(MailboxDatum::Exists(count)) => selected.exists = *count,
            _ => {}
        },
    )
    .await?;
    Ok(selected)
}

/// Mails with this Message-ID in the selected mailbox.
async fn search(session: &mut Signed, message_id: &str) -> Result<Vec<u32>, ChannelError> {
    let mut uids = Vec::new();
    run(
        session,
        &format!("UID SEARCH HEADER Message-ID {}", quoted(message_id)),
        SILENCE,
        |response| {
            if let Response::MailboxData(MailboxDatum::Search(found)) = response {
                uids.extend_from_slice(found);
            }
        },
    )
    .await
    .map_err(|failure| failure.error("look for a mail"))?;
    Ok(uids)
}

async fn capabilities(session: &mut Signed) -> Option<async_imap::types::Capabilities> {
    within(SILENCE, session.capabilities()).await?.ok()
}

async fn can_idle(session: &mut Signed) -> Option<bool> {
    Some(capabilities(session).await?.has_str("IDLE"))
}

/// The folder marked `\Sent`, or one that is called so.
async fn sent_folder(session: &mut Signed) -> Result<Option<String>, ChannelError> {
    let special = capabilities(session)
        .await
        .is_some_and(|capabilities| capabilities.has_str("SPECIAL-USE"));
    let command = if special {
        "LIST \"\" \"*\" RETURN (SPECIAL-USE)"
    } else {
        "LIST \"\" \"*\""
    };
    let (mut marked, mut named) = (None, Vec::new());
    run(session, command, SILENCE, |response| {
        if let Response::MailboxData(MailboxDatum::List(folder)) = response {
            if folder.name_attributes.contains(&NameAttribute::NoSelect) {
                return;
            }
            if folder.name_attributes.contains(&NameAttribute::Sent) {
                marked.get_or_insert_with(|| folder.name.to_string());
            } else if SENT_NAMES.contains(&folder.name.as_ref()) {
                named.push(folder.name.to_string());
            }
        }
    })
    .await
    .map_err(|failure| failure.error("list its folders"))?;
    Ok(marked.or_else(|| {
        SENT_NAMES
            .iter()
            .find_map(|wanted| named.iter().find(|name| name.as_str() == *wanted).cloned())
    }))
}

/// An IMAP quoted string. Line breaks cannot stand in one: they become spaces, so that no second command can be smuggled in.
fn quoted(value: &str) -> String {
    let mut quoted = String::with_capacity(value.len() + 2);
    quoted.push('"');
    for sign in value.chars() {
        match sign {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(sign);
            }
            '\r' | '\n' | '\0' => quoted.push(' '),
            _ => quoted.push(sign),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_of_another_mailbox_or_a_broken_one_begins_anew() {
        let cursor = Cursor {
            mailbox: "INBOX".to_owned(),
            uidvalidity: 7,
            last_uid: 42,
        };
        let json = serde_json::to_string(&cursor).unwrap();
        assert_eq!(json, r#"{"mailbox":"INBOX","uidvalidity":7,"last_uid":42}"#);
        assert_eq!(Cursor::read(Some(&json), "INBOX"), Some(cursor));
        assert_eq!(Cursor::read(Some(&json), "Accueil"), None);
        for broken in [
            None,
            Some(""),
            Some("42"),
            Some("{\"mailbox\":\"INBOX\"}"),
            Some("{\"mailbox\":\"INBOX\",\"uidvalidity\":-1,\"last_uid\":0}"),
        ] {
            assert_eq!(Cursor::read(broken, "INBOX"), None);
        }
    }

    #[test]
    fn a_quoted_string_cannot_hold_a_second_command() {
        assert_eq!(quoted("a\"b\\c"), "\"a\\\"b\\\\c\"");
        assert_eq!(quoted("x\r\na2 LOGOUT"), "\"x  a2 LOGOUT\"");
    }
}
