//! What this desk learned from its people: learning it, showing it, forgetting it.
//!
//! What comes in: a correction of a category, a canned response that was sent. What goes out: a [`Memory`] and [`Choices`] that every
//! next message is judged with, also in another process: before each use the store is asked whether anything was added or forgotten,
//! which costs one look at an index. Deliberately absent: the texts. Only imprints are kept.

use super::Desk;
use super::conversations::waiting;
use crate::classify::learn::{self, Choices, FORM, KEPT, Memory};
use crate::domain::{
    Action, Actor, Category, Conversation, Correction, CorrectionId, Direction, Instant, Message, MessageId,
    MessageKind, Operator, ReplyId,
};
use crate::error::Result;
use crate::event::Event;
use crate::ingest;
use crate::journal;
use crate::people::Permission;
use crate::store::{Forgotten, Mark, Tx, View};
use serde_json::json;
use std::sync::{Arc, PoisonError, RwLock};

/// What is shown of what was learned.
#[derive(Debug, Clone, Default)]
pub struct Learned {
    /// The newest first.
    pub corrections: Vec<LearnedCorrection>,
    /// How many choices of canned responses are remembered.
    pub choices: u64,
}

/// One correction, for people.
#[derive(Debug, Clone)]
pub struct LearnedCorrection {
    /// When.
    pub at: Instant,
    /// What triage had said.
    pub from: Category,
    /// What a person said.
    pub to: Category,
    /// Their name.
    pub by: String,
}

/// What was learned, in memory, and where the store stood when it was read.
#[derive(Default)]
pub(super) struct Cache {
    corrections: RwLock<(Mark, Arc<Memory>)>,
    choices: RwLock<(Mark, Arc<Choices>)>,
}

impl Cache {
    /// The corrections as they stand in the store.
    pub(super) fn corrections(&self, view: &View<'_>) -> Result<Arc<Memory>> {
        current(&self.corrections, view.corrections_mark()?, |after, memory| {
            let added = view.corrections_after(after, Some(FORM))?;
            let count = added.len();
            added.into_iter().for_each(|correction| memory.add(correction));
            Ok(count)
        })
    }

    /// The choices as they stand in the store.
    pub(super) fn choices(&self, view: &View<'_>) -> Result<Arc<Choices>> {
        current(&self.choices, view.choices_mark()?, |after, choices| {
            let added = view.choices_after(after, FORM)?;
            let count = added.len();
            added.into_iter().for_each(|choice| choices.add(choice));
            Ok(count)
        })
    }
}

/// Follows the store: adds what is new, and reads everything anew where something went. Whoever judges with what was known a moment
/// ago keeps it as long as they need, and keeps nobody waiting.
fn current<T: Default + Clone>(
    cache: &RwLock<(Mark, Arc<T>)>,
    mark: Mark,
    mut add_after: impl FnMut(i64, &mut T) -> Result<usize>,
) -> Result<Arc<T>> {
    {
        let known = cache.read().unwrap_or_else(PoisonError::into_inner);
        if known.0 == mark {
            return Ok(Arc::clone(&known.1));
        }
    }
    let mut known = cache.write().unwrap_or_else(PoisonError::into_inner);
    let (before, things) = &mut *known;
    if *before != mark {
        let grows = before.newest < mark.newest && before.rows < mark.rows;
        let added = if grows {
            add_after(before.newest, Arc::make_mut(things))?
        } else {
            0
        };
        if !grows || before.rows + i64::try_from(added).unwrap_or(i64::MAX) != mark.rows {
            let mut anew = T::default();
            add_after(0, &mut anew)?;
            *things = Arc::new(anew);
        }
        *before = mark;
    }
    Ok(Arc::clone(things))
}

impl Desk {
    /// What was learned here.
    ///
    /// # Errors
    /// `Forbidden`, or `Store`.
    pub fn learned(&self, actor: &Actor) -> Result<Learned> {
        self.require(actor, Permission::Read)?;
        self.store.read(|view| {
            let people = view.operators()?;
            let mut corrections: Vec<_> = view
                .corrections_after(0, None)?
                .into_iter()
                .map(|correction| LearnedCorrection {
                    at: correction.at,
                    from: correction.from,
                    to: correction.to,
                    by: people
                        .iter()
                        .find(|person| person.id == correction.by)
                        .map(|person| person.name.clone())
                        .unwrap_or_default(),
                })
                .collect();
            corrections.reverse();
            Ok(Learned {
                corrections,
                choices: u64::try_from(view.choices_mark()?.rows).unwrap_or_default(),
            })
        })
    }

    /// Forgets everything that was learned here; what people said of single messages stays in force.
    ///
    /// # Errors
    /// `Forbidden`, or `Store`.
    pub fn forget_learned(&self, actor: &Actor) -> Result<Forgotten> {
        let actor = self.require(actor, Permission::Supervise)?;
        let forgotten = self.store.write(|tx| {
            let forgotten = tx.forget_learned()?;
            journal::record(
                tx,
                &actor,
                Action::LearningReset,
                None,
                &json!(forgotten),
                self.now(),
            )?;
            Ok(forgotten)
        })?;
        self.events.emit(Event::Queue);
        Ok(forgotten)
    }

    /// Similar messages are judged so from now on. Says whether there was something to learn: a person who takes a correction back
    /// leaves nothing behind, and a message of one word teaches nothing.
    pub(super) fn learn_correction(
        &self,
        tx: &Tx<'_>,
        operator: &Operator,
        message: &Message,
        to: Category,
    ) -> Result<bool> {
        let judged = tx.judged_category(message.id)?;
        let imprint = learn::imprint(&message.text);
        let is_text = message.direction == Direction::In && message.kind == MessageKind::Text;
        let Some(from) = judged.filter(|judged| *judged != to && is_text && learn::teaches(&imprint)) else {
            tx.forget_correction(message.id)?;
            return Ok(false);
        };
        let correction = Correction {
            id: CorrectionId(0),
            message: Some(message.id),
            from,
            to,
            by: operator.id,
            at: self.now(),
            imprint,
        };
        tx.learn_correction(&correction, FORM, KEPT)?;
        Ok(true)
    }

    /// The corrections, for an act that will change the store: what is read within a transaction may yet not happen, and must not be
    /// remembered.
    pub(super) fn memory(&self) -> Result<Arc<Memory>> {
        self.store.read(|view| self.learned.corrections(view))
    }

    /// What stands as an emergency only because of an earlier message is read again after that one was corrected. Says how many.
    pub(super) fn read_again_after(
        &self,
        tx: &Tx<'_>,
        memory: &Memory,
        corrected: &Message,
    ) -> Result<usize> {
        let until = corrected.sent_at + ingest::BURST + ingest::BURST;
        let thread = tx.said_between(
            corrected.conversation,
            corrected.sent_at - ingest::BURST,
            until,
            200,
        )?;
        let mut read = 0;
        for (place, said) in thread.iter().enumerate() {
            let only_by_another = said.at >= corrected.sent_at
                && said
                    .verdict
                    .as_ref()
                    .is_some_and(|v| v.category == Category::Emergency && !v.is_alarm_of_its_own());
            let (Some(id), true) = (said.id, only_by_another) else {
                continue;
            };
            let before = thread.get(..place).unwrap_or_default();
            let burst = ingest::burst(before.iter(), said.at);
            let verdict = ingest::judge(self.classifier, memory, &burst, &said.text);
            tx.judge_again(id, &verdict)?;
            read += 1;
        }
        Ok(read)
    }

    /// Remembers which canned response was chosen for what `answers` and the messages before it say. In an emergency the pack decides
    /// alone: nothing is learned from one.
    pub(super) fn learn_choice(
        &self,
        tx: &Tx<'_>,
        conversation: &Conversation,
        answers: MessageId,
        reply: &ReplyId,
    ) -> Result<()> {
        if conversation.category == Category::Emergency {
            return Ok(());
        }
        let text = waiting(tx, conversation)?
            .iter()
            .filter(|message| message.id <= answers)
            .map(|message| message.text.as_str())
            .collect::<Vec<_>>()
            .join("\n");
        let imprint = learn::imprint(&text);
        if !learn::teaches(&imprint) {
            return Ok(());
        }
        tx.learn_choice(reply, &imprint, self.now(), FORM, KEPT)
    }
}
