//! A platform as a small scripted world: it takes what is sent, remembers it, shows it, and fails when it is told to.

use async_trait::async_trait;
use planton_core::channel::{Batch, Channel, ChannelError, Guarantee, Outgoing, Receipt, Undecodable};
use planton_core::domain::{
    ChannelKind, Direction, Inbox, IncomingMessage, MessageKind, SenderFlags, ThreadKind,
};
use planton_core::error::Result;
use planton_core::outbox::worker::Connect;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Hook = Box<dyn Fn(&Outgoing, &Receipt) + Send>;

/// How the next send ends.
enum Ending {
    /// Refused: the platform did nothing.
    Fails(ChannelError),
    /// Taken, but the sender hears an error.
    TakenAndFails(ChannelError),
}

#[derive(Default)]
struct World {
    log: Vec<IncomingMessage>,
    undecodable: Vec<(String, String, Vec<u8>)>,
    endings: VecDeque<Ending>,
    look_failures: VecDeque<ChannelError>,
    receive_failures: VecDeque<ChannelError>,
    taken: Vec<(Outgoing, Receipt)>,
    attempts: usize,
    looks: usize,
    echoes: bool,
    hook: Option<Hook>,
}

/// One account on the platform.
pub struct ScriptedChannel {
    kind: ChannelKind,
    guarantee: Mutex<Guarantee>,
    world: Mutex<World>,
}

impl ScriptedChannel {
    /// An account of a kind of channel, on a platform that can be asked whether it took an answer.
    #[must_use]
    pub fn new(kind: ChannelKind) -> Arc<Self> {
        Arc::new(Self {
            kind,
            guarantee: Mutex::new(Guarantee::Reconcilable),
            world: Mutex::default(),
        })
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What may be assumed of an interrupted send from now on.
    pub fn guarantees(&self, guarantee: Guarantee) {
        *self.guarantee.lock().unwrap_or_else(PoisonError::into_inner) = guarantee;
    }

    /// The next send is refused with this error; several calls stand in line.
    pub fn fail_next(&self, error: ChannelError) {
        self.world().endings.push_back(Ending::Fails(error));
    }

    /// The next send is taken, but its sender hears this error.
    pub fn take_and_fail_next(&self, error: ChannelError) {
        self.world().endings.push_back(Ending::TakenAndFails(error));
    }

    /// The next look for a sent answer fails with this error.
    pub fn fail_next_look(&self, error: ChannelError) {
        self.world().look_failures.push_back(error);
    }

    /// The next pull fails with this error.
    pub fn fail_next_receive(&self, error: ChannelError) {
        self.world().receive_failures.push_back(error);
    }

    /// From now on the platform lists our own answers among the messages.
    pub fn echoes(&self) {
        self.world().echoes = true;
    }

    /// Called when the platform has taken an answer, before its sender hears of it.
    pub fn when_taken(&self, hook: impl Fn(&Outgoing, &Receipt) + Send + 'static) {
        self.world().hook = Some(Box::new(hook));
    }

    /// Something that the next pull brings.
    pub fn arrives(&self, message: IncomingMessage) {
        self.world().log.push(message);
    }

    /// Something that the next pull brings and cannot decode.
    pub fn arrives_undecodable(&self, origin: &str, reason: &str, raw: &[u8]) {
        self.world()
            .undecodable
            .push((origin.to_owned(), reason.to_owned(), raw.to_owned()));
    }

    /// What the citizens got, in order.
    #[must_use]
    pub fn sent(&self) -> Vec<Outgoing> {
        self.world().taken.iter().map(|(sent, _)| sent.clone()).collect()
    }

    /// The texts that the citizens got, in order.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        self.sent().into_iter().map(|sent| sent.text).collect()
    }

    /// How often something was tried.
    #[must_use]
    pub fn attempts(&self) -> usize {
        self.world().attempts
    }

    /// How often somebody looked whether an answer had been taken.
    #[must_use]
    pub fn looks(&self) -> usize {
        self.world().looks
    }
}

/// Our own answer as the platform lists it.
#[must_use]
pub fn echo(sent: &Outgoing, remote_id: &str) -> IncomingMessage {
    IncomingMessage {
        remote_id: remote_id.to_owned(),
        thread_id: sent.thread_id.clone(),
        thread_kind: ThreadKind::Direct,
        contact_id: sent.contact_id.clone(),
        contact_name: String::new(),
        direction: Direction::Out,
        kind: MessageKind::Text,
        sent_at: Some(sent.first_attempt_at),
        text: sent.text.clone(),
        attachments: Vec::new(),
        flags: SenderFlags::default(),
        reply_context: None,
    }
}

#[async_trait]
impl Channel for ScriptedChannel {
    fn kind(&self) -> ChannelKind {
        self.kind
    }

    fn guarantee(&self) -> Guarantee {
        *self.guarantee.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn receive(&self, cursor: Option<&str>) -> std::result::Result<Batch, ChannelError> {
        let mut world = self.world();
        if let Some(error) = world.receive_failures.pop_front() {
            return Err(error);
        }
        let begin: usize = cursor.map_or(0, |cursor| cursor.parse().unwrap());
        let undecodable = std::mem::take(&mut world.undecodable)
            .into_iter()
            .map(|(origin, reason, raw)| Undecodable { origin, reason, raw })
            .collect();
        Ok(Batch {
            messages: world.log[begin..].to_vec(),
            undecodable,
            cursor: Some(world.log.len().to_string()),
            more: false,
        })
    }

    async fn wait(&self, _cursor: Option<&str>, at_most: std::time::Duration) {
        tokio::time::sleep(at_most).await;
    }

    async fn send(&self, outgoing: &Outgoing) -> std::result::Result<Receipt, ChannelError> {
        let mut world = self.world();
        world.attempts += 1;
        let idempotent = self.guarantee() == Guarantee::Idempotent;
        let known = world
            .taken
            .iter()
            .find(|(sent, _)| idempotent && sent.idempotency_key == outgoing.idempotency_key)
            .map(|(_, receipt)| receipt.clone());
        let ending = world.endings.pop_front();
        if let Some(Ending::Fails(error)) = ending {
            return Err(error);
        }
        let receipt = known.clone().unwrap_or_else(|| Receipt {
            remote_id: format!("platform-{}", world.taken.len() + 1),
        });
        if known.is_none() {
            world.taken.push((outgoing.clone(), receipt.clone()));
            if world.echoes {
                world.log.push(echo(outgoing, &receipt.remote_id));
            }
        }
        if let Some(hook) = world.hook.take() {
            drop(world);
            hook(outgoing, &receipt);
        }
        match ending {
            Some(Ending::TakenAndFails(error)) => Err(error),
            _ => Ok(receipt),
        }
    }

    async fn find_sent(&self, outgoing: &Outgoing) -> std::result::Result<Option<Receipt>, ChannelError> {
        let mut world = self.world();
        world.looks += 1;
        if let Some(error) = world.look_failures.pop_front() {
            return Err(error);
        }
        Ok(world
            .taken
            .iter()
            .find(|(sent, _)| sent.idempotency_key == outgoing.idempotency_key)
            .map(|(_, receipt)| receipt.clone()))
    }

    async fn test(&self) -> std::result::Result<Vec<String>, ChannelError> {
        Ok(vec!["It is a scripted platform.".to_owned()])
    }
}

/// Connects every inbox that is not filled by imports to one scripted platform.
pub struct ScriptedConnect(pub Arc<ScriptedChannel>);

impl Connect for ScriptedConnect {
    fn channel(&self, inbox: &Inbox) -> Result<Option<Arc<dyn Channel>>> {
        Ok((inbox.state != planton_core::domain::InboxState::ImportOnly)
            .then(|| Arc::clone(&self.0) as Arc<dyn Channel>))
    }
}
