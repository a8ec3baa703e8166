//! Whatever people, citizens, the platform and the clock do, in whatever order, some things always hold.

use planton_core::channel::ChannelError;
use planton_core::domain::{
    Actor, Category, ConversationId, ConversationStatus, Direction, MessageId, Origin, OutboxEntry,
    OutboxState,
};
use planton_core::queue::{Bucket, rank};
use planton_tests::TestDesk;
use planton_tests::desk::{answer_elsewhere, message};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashSet};

const CITIZENS: [&str; 3] = ["zoe", "max", "lea"];
const TEXTS: [&str; 5] = [
    "Merci à l'équipage qui est venu hier soir",
    "Bonjour, j'ai perdu ma carte d'identité",
    "Un de vos policiers m'a insulté sans raison",
    "Au secours, un homme force ma porte avec un couteau",
    "",
];

/// One thing that happens. Numbers are taken modulo what there is.
#[derive(Debug, Clone)]
enum Act {
    Writes {
        citizen: usize,
        text: usize,
        minutes_late: i64,
    },
    AnsweredElsewhere {
        citizen: usize,
    },
    Claims {
        who: usize,
        citizen: usize,
    },
    Releases {
        who: usize,
        citizen: usize,
    },
    Drafts {
        who: usize,
        citizen: usize,
        text: usize,
    },
    Sends {
        who: usize,
        citizen: usize,
    },
    SendsCanned {
        who: usize,
        citizen: usize,
    },
    Approves {
        who: usize,
        citizen: usize,
    },
    Edits {
        who: usize,
        citizen: usize,
    },
    Rejects {
        who: usize,
        citizen: usize,
    },
    PutsOff {
        who: usize,
        citizen: usize,
    },
    Closes {
        who: usize,
        citizen: usize,
    },
    Reopens {
        who: usize,
        citizen: usize,
    },
    Corrects {
        citizen: usize,
        category: usize,
    },
    TakesBack {
        citizen: usize,
    },
    Settles {
        citizen: usize,
    },
    Fails {
        how: usize,
    },
    Round,
    Waits {
        minutes: i64,
    },
    Restarts,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let who = 0..4usize;
    let citizen = 0..CITIZENS.len();
    let both = || (who.clone(), citizen.clone());
    let act = prop_oneof![
        4 => (citizen.clone(), 0..TEXTS.len(), prop_oneof![Just(0i64), Just(-60), 1..200i64])
            .prop_map(|(citizen, text, minutes_late)| Act::Writes { citizen, text, minutes_late }),
        1 => citizen.clone().prop_map(|citizen| Act::AnsweredElsewhere { citizen }),
        1 => both().prop_map(|(who, citizen)| Act::Claims { who, citizen }),
        1 => both().prop_map(|(who, citizen)| Act::Releases { who, citizen }),
        2 => (who.clone(), citizen.clone(), 0..TEXTS.len())
            .prop_map(|(who, citizen, text)| Act::Drafts { who, citizen, text }),
        3 => both().prop_map(|(who, citizen)| Act::Sends { who, citizen }),
        3 => both().prop_map(|(who, citizen)| Act::SendsCanned { who, citizen }),
        3 => both().prop_map(|(who, citizen)| Act::Approves { who, citizen }),
        1 => both().prop_map(|(who, citizen)| Act::Edits { who, citizen }),
        1 => both().prop_map(|(who, citizen)| Act::Rejects { who, citizen }),
        2 => both().prop_map(|(who, citizen)| Act::PutsOff { who, citizen }),
        1 => both().prop_map(|(who, citizen)| Act::Closes { who, citizen }),
        1 => both().prop_map(|(who, citizen)| Act::Reopens { who, citizen }),
        1 => (citizen.clone(), 0..7usize).prop_map(|(citizen, category)| Act::Corrects { citizen, category }),
        2 => citizen.clone().prop_map(|citizen| Act::TakesBack { citizen }),
        3 => citizen.clone().prop_map(|citizen| Act::Settles { citizen }),
        3 => (0..5usize).prop_map(|how| Act::Fails { how }),
        5 => Just(Act::Round),
        3 => prop_oneof![1..5i64, 60..600i64].prop_map(|minutes| Act::Waits { minutes }),
        1 => Just(Act::Restarts),
    ];
    proptest::collection::vec(act, 1..60)
}

/// What the test itself knows of what still waits for an answer.
#[derive(Default)]
struct Waiting {
    messages: BTreeMap<ConversationId, BTreeSet<MessageId>>,
    seen: BTreeSet<MessageId>,
    settled: HashSet<i64>,
}

impl Waiting {
    /// New messages wait; what an answer that has left covers does so no more.
    fn look(&mut self, office: &TestDesk, ids: &[ConversationId]) {
        for id in ids {
            let waits = self.messages.entry(*id).or_default();
            for message in office.messages(*id) {
                if self.seen.insert(message.id) && message.direction == Direction::In {
                    waits.insert(message.id);
                }
            }
            for entry in entries(office, *id) {
                let sent = entry.state == OutboxState::Sent && entry.origin != Origin::Night;
                if sent && self.settled.insert(entry.id.0) {
                    waits.retain(|message| *message > entry.answers);
                }
            }
        }
    }

    fn nothing(&mut self, id: ConversationId) {
        self.messages.entry(id).or_default().clear();
    }
}

fn entries(office: &TestDesk, id: ConversationId) -> Vec<OutboxEntry> {
    (1..)
        .map_while(|n| {
            office
                .desk
                .store()
                .read(|view| view.outbox_entry(planton_core::domain::OutboxId(n)))
                .ok()
        })
        .filter(|entry| entry.conversation == id)
        .collect()
}

fn known(office: &TestDesk) -> Vec<ConversationId> {
    (1..=3)
        .map(ConversationId)
        .filter(|id| office.desk.store().read(|view| view.conversation(*id)).is_ok())
        .collect()
}

fn happens(office: TestDesk, act: &Act, waiting: &mut Waiting) -> TestDesk {
    let ids = known(&office);
    let at = |n: usize| ids.get(n % ids.len().max(1)).copied();
    let person =
        |n: usize| -> Actor { [&office.alex, &office.bruno, &office.camille, &office.dora][n % 4].clone() };
    let review = |id: ConversationId| office.desk.store().read(|view| view.current_draft(id)).unwrap();
    // What people try may be refused; what holds must hold all the same.
    match act {
        Act::Writes {
            citizen,
            text,
            minutes_late,
        } => {
            let when = office.now() - chrono::Duration::minutes(*minutes_late);
            office.takes_in(vec![message(CITIZENS[*citizen], TEXTS[*text], when)]);
        }
        Act::AnsweredElsewhere { citizen } => {
            office.takes_in(vec![answer_elsewhere(
                CITIZENS[*citizen],
                "Répondu ailleurs",
                office.now(),
            )]);
            waiting.look(&office, &known(&office));
            waiting.nothing(office.of_citizen(CITIZENS[*citizen]));
        }
        Act::Round => {
            office.round();
        }
        Act::Waits { minutes } => office.wait(*minutes),
        Act::Restarts => return office.restarted(),
        Act::Fails { how } => match how {
            0 => office
                .platform
                .fail_next(ChannelError::TransientBefore("refused".to_owned())),
            1 => office
                .platform
                .fail_next(ChannelError::TransientAmbiguous("broke".to_owned())),
            2 => office
                .platform
                .take_and_fail_next(ChannelError::TransientAmbiguous("broke".to_owned())),
            3 => office
                .platform
                .fail_next(ChannelError::ContentRejected("no".to_owned())),
            _ => office
                .platform
                .fail_next_look(ChannelError::TransientBefore("refused".to_owned())),
        },
        Act::Claims { who, citizen } => {
            at(*citizen).map(|id| office.desk.claim(&person(*who), id));
        }
        Act::Releases { who, citizen } => {
            at(*citizen).map(|id| office.desk.release(&person(*who), id));
        }
        Act::Drafts { who, citizen, text } => {
            at(*citizen).map(|id| office.writes(&person(*who), id, TEXTS[*text]));
        }
        Act::Sends { who, citizen } => {
            at(*citizen).map(|id| office.answers(&person(*who), id, "Une réponse à moi."));
        }
        Act::SendsCanned { who, citizen } => {
            if let Some(id) = at(*citizen) {
                let first = office.opened(&office.camille, id).suggestions.into_iter().next();
                first.map(|s| office.answers_with(&person(*who), id, &s.text, Some(s.reply)));
            }
        }
        Act::Approves { who, citizen } => {
            let draft = at(*citizen).and_then(review);
            draft.map(|draft| office.desk.approve(&person(*who), draft.id, &draft.digest()));
        }
        Act::Edits { who, citizen } => {
            let draft = at(*citizen).and_then(review);
            draft.map(|draft| {
                office
                    .desk
                    .edit_in_review(&person(*who), draft.id, &draft.digest(), "Mieux dit.")
            });
        }
        Act::Rejects { who, citizen } => {
            let draft = at(*citizen).and_then(review);
            draft.map(|draft| {
                office
                    .desk
                    .reject(&person(*who), draft.id, &draft.digest(), "Non")
            });
        }
        Act::PutsOff { who, citizen } => {
            let until = office.now() + chrono::Duration::hours(5);
            at(*citizen).map(|id| office.desk.snooze(&person(*who), id, until));
        }
        Act::Closes { who, citizen } => {
            if let Some(id) = at(*citizen)
                && office.desk.resolve(&person(*who), id).is_ok()
            {
                waiting.look(&office, &[id]);
                waiting.nothing(id);
            }
        }
        Act::Reopens { who, citizen } => {
            at(*citizen).map(|id| office.desk.reopen(&person(*who), id));
        }
        Act::Corrects { citizen, category } => {
            if let Some(id) = at(*citizen) {
                let incoming = office
                    .messages(id)
                    .into_iter()
                    .rev()
                    .find(|m| m.direction == Direction::In);
                incoming.map(|m| {
                    office
                        .desk
                        .correct_category(&office.alex, m.id, Category::ALL[*category])
                });
            }
        }
        Act::TakesBack { citizen } => {
            if let Some(id) = at(*citizen) {
                for entry in entries(&office, id) {
                    let _refused = office.desk.cancel_send(&office.alex, entry.id);
                }
            }
        }
        Act::Settles { citizen } => {
            if let Some(id) = at(*citizen) {
                for entry in entries(&office, id) {
                    // People who have looked say what they saw.
                    let sent = office
                        .platform
                        .sent()
                        .iter()
                        .any(|s| s.idempotency_key == entry.idempotency_key);
                    let _refused = office.desk.settle_send(&office.bruno, entry.id, sent);
                }
            }
        }
    }
    office
}

fn holds(office: &TestDesk, waiting: &mut Waiting) -> Result<(), TestCaseError> {
    let ids = known(office);
    waiting.look(office, &ids);
    let counts = office
        .desk
        .store()
        .read(|view| Ok((view.counts()?, view.recount()?)))
        .unwrap();
    prop_assert_eq!(&counts.0, &counts.1, "the badges show what a recount shows");
    for id in ids {
        let conversation = office.conversation(id);
        let waits = waiting
            .messages
            .get(&id)
            .is_some_and(|messages| !messages.is_empty());
        prop_assert!(
            !waits || conversation.status != ConversationStatus::Resolved,
            "what nobody has answered is open or put off"
        );
        prop_assert_eq!(
            conversation.status == ConversationStatus::Resolved,
            conversation.waiting_since.is_none()
        );
        let put_off = conversation.status == ConversationStatus::Snoozed;
        prop_assert!(
            !put_off || rank(&conversation, office.now()) != Bucket::Emergency,
            "no emergency is put off"
        );
        let stands = office
            .desk
            .store()
            .read(|view| planton_core::outbox::reply_state(view, &conversation))
            .unwrap();
        let shown = conversation.reply_state;
        prop_assert!(
            shown == stands
                || [shown, stands]
                    .iter()
                    .all(|s| matches!(s.as_str(), "none" | "sent")),
            "the row says {shown}, its sends and its draft say {stands}"
        );
        let stuck = entries(office, id).iter().any(OutboxEntry::waits_for_a_person);
        prop_assert!(!stuck || shown.as_str() == "stuck");
    }
    let mut keys = HashSet::new();
    for sent in office.platform.sent() {
        prop_assert!(keys.insert(sent.idempotency_key), "no answer leaves twice");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_doubled_hidden_or_stuck(acts in acts(), night in any::<bool>()) {
        let mut office = if night { TestDesk::with_night() } else { TestDesk::open() };
        if night {
            office.at("2027-01-15 01:00");
        }
        let mut waiting = Waiting::default();
        for act in &acts {
            office = happens(office, act, &mut waiting);
            holds(&office, &mut waiting)?;
        }
        office.assert_sound();
        // Left alone for a day, everything ends sent, taken back, or in front of a person.
        for _ in 0..60 {
            office.wait(25);
            office.round();
        }
        holds(&office, &mut waiting)?;
        for id in known(&office) {
            for entry in entries(&office, id) {
                prop_assert!(
                    matches!(entry.state, OutboxState::Sent | OutboxState::Cancelled) || entry.waits_for_a_person(),
                    "{} is still {}", entry.id, entry.state
                );
            }
        }
    }
}
