//! Two people, one conversation.

use planton_core::domain::{Actor, ReplyState};
use planton_core::error::Code;
use planton_tests::TestDesk;
use std::sync::Barrier;

#[test]
fn two_operators_take_the_same_conversation_and_one_wins() {
    let office = TestDesk::open();
    let other = office.second();
    for turn in 0..20 {
        let id = office.hears(&format!("zoe{turn}"), "Bonjour, j'ai perdu mes papiers");
        let start = Barrier::new(2);
        let take = |desk: &TestDesk, who: &Actor| {
            start.wait();
            desk.desk.claim(who, id)
        };
        let (alex, bruno) = std::thread::scope(|threads| {
            let alex = threads.spawn(|| take(&office, &office.alex));
            let bruno = threads.spawn(|| take(&other, &other.bruno));
            (alex.join().unwrap(), bruno.join().unwrap())
        });
        assert_ne!(alex.is_ok(), bruno.is_ok(), "one of the two has it");
        let refused = alex.err().or(bruno.err()).unwrap();
        assert_eq!(refused.code, Code::Conflict);
        assert!(
            refused.message.contains("is answering this conversation"),
            "{}",
            refused.message
        );
    }
}

#[test]
fn two_operators_ask_for_the_next_one_and_get_different_ones() {
    let office = TestDesk::open();
    let other = office.second();
    for citizen in 0..20 {
        office.hears(&format!("citizen{citizen}"), "Bonjour, j'ai perdu mes papiers");
    }
    let take_ten = |desk: &TestDesk, who: &Actor| -> Vec<_> {
        (0..10)
            .map(|_| {
                desk.desk
                    .next_conversation(who)
                    .unwrap()
                    .expect("there are enough")
            })
            .collect()
    };
    let (mut all, bruno) = std::thread::scope(|threads| {
        let alex = threads.spawn(|| take_ten(&office, &office.alex));
        let bruno = threads.spawn(|| take_ten(&other, &other.bruno));
        (alex.join().unwrap(), bruno.join().unwrap())
    });
    all.extend(bruno);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 20);
    assert_eq!(office.desk.next_conversation(&office.alex).unwrap(), None);
}

#[test]
fn a_claim_that_is_not_renewed_expires() {
    let office = TestDesk::open();
    let id = office.hears("zoe", "Bonjour");
    office.desk.claim(&office.alex, id).unwrap();
    office.wait(9);
    office.desk.claim(&office.alex, id).unwrap();
    office.wait(9);
    assert!(
        office.desk.claim(&office.bruno, id).is_err(),
        "it was renewed nine minutes ago"
    );
    office.wait(1);
    office.desk.claim(&office.bruno, id).unwrap();
    let item = office.desk.queue_item(&office.alex, id).unwrap();
    assert_eq!(item.holder.unwrap().1, "Bruno Leroy");
}

#[test]
fn only_the_holder_gives_a_conversation_back_sends_or_writes_its_draft() {
    let office = TestDesk::open();
    let id = office.hears("zoe", "Bonjour, j'ai perdu mes papiers");
    office.desk.claim(&office.alex, id).unwrap();
    office.writes(&office.alex, id, "Le texte d'Alex").unwrap();
    assert_eq!(
        office.desk.release(&office.bruno, id).unwrap_err().code,
        Code::Forbidden
    );
    assert_eq!(
        office.answers(&office.bruno, id, "Moi aussi").unwrap_err().code,
        Code::Conflict
    );
    assert_eq!(
        office
            .writes(&office.bruno, id, "Le texte de Bruno")
            .unwrap_err()
            .code,
        Code::Conflict
    );
    assert_eq!(
        office.writes(&office.bruno, id, "").unwrap_err().code,
        Code::Conflict
    );
    assert_eq!(office.draft(id).text, "Le texte d'Alex", "nobody writes over it");
    office.desk.release(&office.alex, id).unwrap();
    office.desk.claim(&office.bruno, id).unwrap();
    assert_eq!(
        office.opened(&office.bruno, id).draft.unwrap().text,
        "Le texte d'Alex"
    );
}

#[test]
fn a_send_is_refused_when_somebody_wrote_since() {
    let office = TestDesk::open();
    let id = office.hears("zoe", "Bonjour, j'ai perdu mes papiers");
    let seen = office.newest(id);
    office.hears("zoe", "En fait je les ai retrouvés");
    let submission = planton_core::desk::Submission {
        conversation: id,
        text: "Voici comment faire.",
        reply: None,
        seen,
    };
    let refused = office.desk.send(&office.alex, &submission).unwrap_err();
    assert_eq!(refused.code, Code::Conflict);
    assert!(refused.message.contains("written since"), "{}", refused.message);
    assert_eq!(office.conversation(id).reply_state, ReplyState::None);
    office.answers(&office.alex, id, "Tant mieux.").unwrap();
}

#[test]
fn a_receipt_is_not_somebody_writing() {
    let office = TestDesk::open();
    let id = office.hears("zoe", "Bonjour, j'ai perdu mes papiers");
    let seen = office.newest(id);
    let mut receipt = planton_tests::desk::message("zoe", "", office.now());
    receipt.kind = planton_core::domain::MessageKind::Notice;
    office.takes_in(vec![receipt]);
    let submission = planton_core::desk::Submission {
        conversation: id,
        text: "Voici comment faire.",
        reply: None,
        seen,
    };
    office.desk.send(&office.alex, &submission).unwrap();
}

#[test]
fn a_send_names_a_message_of_its_conversation() {
    let office = TestDesk::open();
    let id = office.hears("zoe", "Bonjour, j'ai perdu mes papiers");
    let other = office.hears("max", "Bonjour, une question");
    for seen in [
        office.newest(other),
        planton_core::domain::MessageId(0),
        planton_core::domain::MessageId(i64::MAX),
    ] {
        let submission = planton_core::desk::Submission {
            conversation: id,
            text: "Voici.",
            reply: None,
            seen,
        };
        assert_eq!(
            office.desk.send(&office.alex, &submission).unwrap_err().code,
            Code::Conflict
        );
    }
}
