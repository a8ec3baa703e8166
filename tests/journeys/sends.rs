//! Answers leave once, or wait for a person who can see why.

use planton_core::channel::{ChannelError, Guarantee};
use planton_core::desk::Sent;
use planton_core::domain::{
    ConversationId, ConversationStatus, Direction, Origin, OutboxEntry, OutboxId, OutboxState, ReplyState,
    digest,
};
use planton_core::error::Code;
use planton_core::store::NewOutboxEntry;
use planton_tests::TestDesk;
use planton_tests::desk::message;
use planton_tests::platform::echo;
use serde_json::json;

const THANKS: &str =
    "Merci à l'équipage qui est venu hier soir après notre cambriolage, mon fils et moi vous remercions.";

fn broke() -> ChannelError {
    ChannelError::TransientAmbiguous("the connection broke".to_owned())
}

fn refused() -> ChannelError {
    ChannelError::TransientBefore("connection refused".to_owned())
}

/// A desk with an answer of alex's on its way to zoe.
fn on_its_way() -> (TestDesk, ConversationId, OutboxId) {
    let office = TestDesk::open();
    let id = office.hears("zoe", THANKS);
    let entry = office.queues(&office.alex, id);
    (office, id, entry)
}

/// What the desk sent to zoe, as her conversation shows it.
fn ours(office: &TestDesk, id: ConversationId) -> usize {
    office
        .messages(id)
        .iter()
        .filter(|message| message.direction == Direction::Out)
        .count()
}

#[test]
fn a_send_is_taken_back_before_it_leaves() {
    let office = TestDesk::open();
    office
        .desk
        .set_setting(&office.marie, "outbox", &json!({ "undo_seconds": 30 }))
        .unwrap();
    let id = office.hears("zoe", THANKS);
    let entry = office.queues(&office.alex, id);
    office.round();
    assert_eq!(office.platform.attempts(), 0, "it can still be taken back");
    let text = office.entry(entry).text;
    office.desk.cancel_send(&office.alex, entry).unwrap();
    office.wait(5);
    office.round();
    assert_eq!(office.platform.attempts(), 0);
    assert_eq!(office.draft(id).text, text, "its text is a draft again");
    assert_eq!(office.conversation(id).reply_state, ReplyState::Draft);
    assert_eq!(office.queue(), [id]);

    let again = office.queues(&office.alex, id);
    office.wait(5);
    office.round();
    assert_eq!(office.platform.texts(), [text]);
    assert_eq!(
        office.desk.cancel_send(&office.alex, again).unwrap_err().code,
        Code::Conflict
    );
    office.assert_sound();
}

#[test]
fn an_answer_that_was_approved_and_taken_back_is_reviewed_anew() {
    let office = TestDesk::open();
    office
        .desk
        .set_setting(&office.marie, "outbox", &json!({ "undo_seconds": 30 }))
        .unwrap();
    let id = office.hears("zoe", THANKS);
    office.answers(&office.alex, id, "Un texte à moi.").unwrap();
    let draft = office.draft(id);
    let entry = office
        .desk
        .approve(&office.camille, draft.id, &draft.digest())
        .unwrap()
        .unwrap();
    office.desk.cancel_send(&office.alex, entry).unwrap();
    assert_eq!(
        office.answers(&office.alex, id, "Un texte à moi.").unwrap(),
        Sent::Submitted { levels: 1 }
    );
    office.assert_sound();
}

#[test]
fn what_surely_did_not_leave_is_tried_again_until_a_person_is_asked() {
    let (office, id, entry) = on_its_way();
    office.platform.fail_next(refused());
    office.round();
    let waits = office.entry(entry);
    assert_eq!((waits.state, waits.attempts), (OutboxState::Queued, 1));
    assert!(waits.next_attempt_at > office.now());
    office.round();
    assert_eq!(office.platform.attempts(), 1, "not before its time");
    for _ in 0..10 {
        office.platform.fail_next(refused());
        office.wait(15);
        office.round();
    }
    let wedged = office.entry(entry);
    assert_eq!((wedged.state, wedged.attempts), (OutboxState::Wedged, 8));
    assert!(wedged.reason.unwrap().contains("could not be reached"));
    assert_eq!(office.conversation(id).reply_state, ReplyState::Stuck);
    assert_eq!(office.queue(), [id]);
    office.assert_sound();
}

#[test]
fn a_wedged_answer_is_not_hidden_by_a_draft_and_keeps_its_conversation_open() {
    let (office, id, entry) = on_its_way();
    office
        .platform
        .fail_next(ChannelError::RecipientUnavailable("blocked".to_owned()));
    office.round();
    assert_eq!(office.conversation(id).reply_state, ReplyState::Stuck);
    office.writes(&office.bruno, id, "Un autre texte").unwrap();
    assert_eq!(
        office.conversation(id).reply_state,
        ReplyState::Stuck,
        "what is stuck comes first"
    );
    office.writes(&office.bruno, id, "").unwrap();
    assert_eq!(office.conversation(id).reply_state, ReplyState::Stuck);
    assert_eq!(
        office.desk.resolve(&office.bruno, id).unwrap_err().code,
        Code::Conflict
    );
    let second = office.answers(&office.bruno, id, "Un autre texte").unwrap_err();
    assert!(
        second.message.contains("did not go through"),
        "{}",
        second.message
    );
    office.desk.cancel_send(&office.alex, entry).unwrap();
    assert_eq!(office.conversation(id).reply_state, ReplyState::Draft);
    office.assert_sound();
}

#[test]
fn a_draft_begun_while_an_answer_is_on_its_way_does_not_hide_it() {
    let (office, id, _) = on_its_way();
    office.writes(&office.alex, id, "J'oubliais").unwrap();
    assert_eq!(office.conversation(id).reply_state, ReplyState::Sending);
    let second = office.answers(&office.alex, id, "J'oubliais").unwrap_err();
    assert!(second.message.contains("on its way"), "{}", second.message);
    office.round();
    assert_eq!(office.conversation(id).reply_state, ReplyState::Draft);
    assert_eq!(office.platform.sent().len(), 1);
    office.assert_sound();
}

#[test]
fn a_wedged_answer_is_retried_by_a_person() {
    let (office, id, entry) = on_its_way();
    office
        .platform
        .fail_next(ChannelError::Forbidden("a right was missing".to_owned()));
    office.round();
    assert_eq!(office.entry(entry).state, OutboxState::Wedged);
    office.desk.retry_send(&office.bruno, entry).unwrap();
    assert_eq!(office.conversation(id).reply_state, ReplyState::Sending);
    office.round();
    assert_eq!(office.entry(entry).state, OutboxState::Sent);
    assert_eq!(office.conversation(id).status, ConversationStatus::Resolved);
    assert_eq!(
        office.desk.retry_send(&office.bruno, entry).unwrap_err().code,
        Code::Conflict
    );
    office.assert_sound();
}

#[test]
fn an_unknown_send_is_found_on_the_platform_and_not_repeated() {
    let (office, id, entry) = on_its_way();
    office.platform.take_and_fail_next(broke());
    office.round();
    assert_eq!(office.entry(entry).state, OutboxState::Unknown);
    assert_eq!(
        office.conversation(id).status,
        ConversationStatus::Open,
        "nothing is answered before it is known"
    );
    office.wait(1);
    office.round();
    assert_eq!(office.entry(entry).state, OutboxState::Sent);
    assert_eq!(
        (
            office.platform.sent().len(),
            office.platform.attempts(),
            ours(&office, id)
        ),
        (1, 1, 1)
    );
    office.assert_sound();
}

#[test]
fn an_unknown_send_that_nobody_finds_waits_for_a_person_and_never_leaves_twice() {
    let (office, id, entry) = on_its_way();
    office.platform.fail_next(broke());
    for _ in 0..20 {
        office.round();
        office.wait(10);
    }
    let unknown = office.entry(entry);
    assert!(unknown.state == OutboxState::Unknown && unknown.waits_for_a_person());
    assert_eq!((office.platform.attempts(), office.platform.looks()), (1, 2));
    assert_eq!(office.conversation(id).reply_state, ReplyState::Stuck);
    office.desk.settle_send(&office.alex, entry, false).unwrap();
    office.round();
    assert_eq!((office.platform.attempts(), office.platform.sent().len()), (2, 1));
    office.assert_sound();
}

#[test]
fn a_person_who_has_looked_says_that_it_arrived() {
    let (office, id, entry) = on_its_way();
    office.platform.guarantees(Guarantee::None);
    office.platform.take_and_fail_next(broke());
    office.round();
    assert!(office.entry(entry).waits_for_a_person());
    office.desk.settle_send(&office.bruno, entry, true).unwrap();
    assert_eq!(office.conversation(id).status, ConversationStatus::Resolved);
    // The platform lists it later, under an id that nobody knew.
    let sent = office.platform.sent().remove(0);
    office.platform.arrives(echo(&sent, "its-own-id"));
    office.round();
    assert_eq!(ours(&office, id), 1, "one answer is one row");
    assert_eq!(office.entry(entry).remote_id.as_deref(), Some("its-own-id"));
    assert_eq!(
        office
            .desk
            .settle_send(&office.bruno, entry, true)
            .unwrap_err()
            .code,
        Code::Conflict
    );
    office.assert_sound();
}

#[test]
fn where_the_platform_knows_the_key_the_same_key_is_sent_again() {
    let (office, id, entry) = on_its_way();
    office.platform.guarantees(Guarantee::Idempotent);
    office.platform.take_and_fail_next(broke());
    office.round();
    office.wait(1);
    office.round();
    assert_eq!(office.entry(entry).state, OutboxState::Sent);
    assert_eq!(
        (
            office.platform.attempts(),
            office.platform.sent().len(),
            ours(&office, id)
        ),
        (2, 1, 1)
    );
}

#[test]
fn what_may_have_been_taken_is_never_called_unsent() {
    let (office, _, entry) = on_its_way();
    office.platform.guarantees(Guarantee::Idempotent);
    office.platform.take_and_fail_next(broke());
    office.round();
    office
        .platform
        .fail_next(ChannelError::ContentRejected("no".to_owned()));
    office.wait(1);
    office.round();
    let unknown = office.entry(entry);
    assert!(unknown.state == OutboxState::Unknown && unknown.waits_for_a_person());
    assert_eq!(
        office.desk.cancel_send(&office.alex, entry).unwrap_err().code,
        Code::Conflict
    );
}

#[test]
fn a_look_that_fails_is_repeated_and_then_left_to_a_person() {
    let (office, id, entry) = on_its_way();
    office.platform.take_and_fail_next(broke());
    office.round();
    office.platform.fail_next_look(refused());
    office.wait(1);
    office.round();
    assert!(!office.entry(entry).waits_for_a_person());
    office
        .platform
        .fail_next_look(ChannelError::Auth("the token is dead".to_owned()));
    office.wait(2);
    office.round();
    assert!(office.entry(entry).waits_for_a_person(), "no look will help");
    assert_eq!(office.conversation(id).reply_state, ReplyState::Stuck);
    office.assert_sound();
}

#[test]
fn the_echo_comes_before_the_send_returns_and_there_is_one_row() {
    let (office, id, entry) = on_its_way();
    let (desk, inbox) = (std::sync::Arc::clone(&office.desk), office.inbox.clone());
    office.platform.when_taken(move |sent, receipt| {
        let batch = planton_core::channel::Batch {
            messages: vec![echo(sent, &receipt.remote_id)],
            ..Default::default()
        };
        desk.accept(&inbox, &batch, planton_core::ingest::Arrival::Live)
            .unwrap();
    });
    office.round();
    assert_eq!(
        (ours(&office, id), office.entry(entry).state),
        (1, OutboxState::Sent)
    );
    assert_eq!(office.conversation(id).status, ConversationStatus::Resolved);
    office.assert_sound();
}

#[test]
fn the_echo_comes_after_the_send_and_there_is_one_row() {
    let (office, id, _) = on_its_way();
    office.platform.echoes();
    office.round();
    office.wait(1);
    let report = office.round().report;
    assert_eq!((report.duplicates, report.stored, ours(&office, id)), (1, 0, 1));
    office.assert_sound();
}

#[test]
fn an_echo_that_settles_a_send_loses_nothing_that_came_with_it() {
    let (office, id, entry) = on_its_way();
    office.platform.take_and_fail_next(broke());
    office.round();
    office
        .desk
        .snooze(&office.alex, id, office.now() + chrono::Duration::hours(20))
        .unwrap();
    let sent = office.platform.sent().remove(0);
    office.platform.arrives(message(
        "zoe",
        "Au fait, on m'a volé mon scooter hier devant l'étude notariale",
        office.now(),
    ));
    office.platform.arrives(echo(&sent, "its-own-id"));
    office.platform.arrives(message("max", "Bonjour", office.now()));
    office.round();
    assert_eq!(
        (office.entry(entry).state, ours(&office, id)),
        (OutboxState::Sent, 1)
    );
    let conversation = office.conversation(id);
    assert_eq!(
        conversation.status,
        ConversationStatus::Open,
        "what zoe wrote with it still waits, and is seen"
    );
    assert!(conversation.excerpt.contains("notariale"));
    let request = planton_core::desk::QueueRequest {
        words: Some("notariale".to_owned()),
        limit: 9,
        ..Default::default()
    };
    assert_eq!(office.desk.queue(&office.alex, &request).unwrap().items.len(), 1);
    office.desk.store().check().unwrap();
    office.assert_sound();
}

#[test]
fn the_echo_of_a_send_that_is_tried_again_is_proof_that_it_arrived() {
    let (office, id, entry) = on_its_way();
    office.platform.guarantees(Guarantee::None);
    office.platform.take_and_fail_next(broke());
    office.round();
    let sent = office.platform.sent().remove(0);
    office.platform.fail_next(refused());
    office.desk.settle_send(&office.alex, entry, false).unwrap();
    office.round();
    assert_eq!(office.entry(entry).state, OutboxState::Queued);
    office.platform.arrives(echo(&sent, "its-own-id"));
    office.wait(10);
    office.round();
    assert_eq!(
        (office.platform.sent().len(), ours(&office, id)),
        (1, 1),
        "it does not leave twice"
    );
}

fn is_on_the_wire(office: &TestDesk, entry: OutboxId) {
    let before = office.entry(entry);
    let sending = OutboxEntry {
        state: OutboxState::Sending,
        attempts: 1,
        first_attempt_at: Some(office.now()),
        ..before.clone()
    };
    assert!(
        office
            .desk
            .store()
            .write(|tx| tx.move_outbox_entry(before.state, &sending))
            .unwrap()
    );
}

/// As if the power had gone while the answer was on the wire.
fn dies_in_the_middle(office: TestDesk, entry: OutboxId) -> TestDesk {
    is_on_the_wire(&office, entry);
    office.restarted()
}

#[test]
fn a_crash_in_the_middle_of_a_send_that_arrived() {
    let (office, id, entry) = on_its_way();
    office.platform.take_and_fail_next(broke());
    office.round();
    let office = dies_in_the_middle(office, entry);
    office.round();
    assert_eq!(office.entry(entry).state, OutboxState::Sent);
    assert_eq!((office.platform.sent().len(), ours(&office, id)), (1, 1));
    office.assert_sound();
}

#[test]
fn a_crash_in_the_middle_of_a_send_that_did_not_arrive_waits_for_a_person() {
    let (office, id, entry) = on_its_way();
    let office = dies_in_the_middle(office, entry);
    for _ in 0..10 {
        office.round();
        office.wait(5);
    }
    assert_eq!(office.platform.attempts(), 0, "it is never sent again by itself");
    assert!(office.entry(entry).waits_for_a_person());
    assert_eq!(
        (office.conversation(id).reply_state, office.queue()),
        (ReplyState::Stuck, vec![id])
    );
    office.assert_sound();
}

#[test]
fn an_answer_that_nobody_wrote_down_is_looked_for_without_a_restart() {
    let (office, _, entry) = on_its_way();
    is_on_the_wire(&office, entry);
    office.round();
    assert_ne!(office.entry(entry).state, OutboxState::Sending);
}

#[test]
fn what_the_platform_says_in_the_end_counts_whatever_was_thought_meanwhile() {
    let (office, id, entry) = on_its_way();
    let other = office.second();
    office.platform.when_taken(move |_, _| {
        // Another process takes the one that sends for dead.
        assert_eq!(
            planton_core::outbox::worker::recover(other.desk.store(), other.now()).unwrap(),
            1
        );
    });
    office.round();
    assert_eq!(office.entry(entry).state, OutboxState::Sent);
    assert_eq!(office.conversation(id).status, ConversationStatus::Resolved);
    office.assert_sound();
}

#[test]
fn the_order_within_a_conversation_is_kept() {
    let office = TestDesk::with_night();
    office.at("2027-01-15 02:30");
    let id = office.hears("zoe", THANKS);
    office.platform.fail_next(refused());
    office.round();
    office.queues(&office.alex, id);
    let other = office.hears("max", "merci à vos équipes pour hier, bravo");
    office.queues(&office.bruno, other);
    office.round();
    let to_zoe = office
        .platform
        .sent()
        .into_iter()
        .filter(|sent| sent.contact_id == "contact-zoe")
        .count();
    assert_eq!(to_zoe, 0, "the automatic text is still in front of it");
    office.wait(1);
    office.round();
    office.round();
    let to_zoe: Vec<Origin> = office
        .platform
        .sent()
        .into_iter()
        .filter(|sent| sent.contact_id == "contact-zoe")
        .map(|sent| sent.origin)
        .collect();
    assert_eq!(to_zoe, [Origin::Night, Origin::Operator]);
    office.assert_sound();
}

#[test]
fn a_text_that_is_not_the_one_approved_never_leaves() {
    let office = TestDesk::open();
    let id = office.hears("zoe", THANKS);
    let entry = office
        .desk
        .store()
        .write(|tx| {
            tx.insert_outbox_entry(&NewOutboxEntry {
                conversation: id,
                inbox: office.inbox.id,
                origin: Origin::Approval,
                operator: None,
                draft: None,
                text: "Un texte que personne n'a approuvé",
                digest: &digest("Le texte approuvé"),
                idempotency_key: "k",
                answers: office.newest(id),
                not_before: office.now(),
                now: office.now(),
            })
        })
        .unwrap();
    office.round();
    assert_eq!(office.platform.attempts(), 0);
    let wedged = office.entry(entry);
    assert!(wedged.state == OutboxState::Wedged && wedged.reason.unwrap().contains("approved"));
    assert_eq!(office.conversation(id).reply_state, ReplyState::Stuck);
}

#[test]
fn after_the_window_a_send_is_refused_with_the_reason() {
    let office = TestDesk::open();
    let id = office.hears("zoe", THANKS);
    office.wait(24 * 60);
    let late = office.answers_canned(&office.alex, id).unwrap_err();
    assert!(
        late.code == Code::Conflict && late.message.contains("window"),
        "{}",
        late.message
    );
    assert_eq!(office.queue(), [id], "it stays visible");
}

#[test]
fn a_window_that_closes_while_an_answer_waits_wedges_it() {
    let office = TestDesk::open();
    let id = office.hears("zoe", THANKS);
    office.wait(24 * 60 - 1);
    let entry = office.queues(&office.alex, id);
    office.platform.fail_next(ChannelError::RateLimited {
        until: office.now() + chrono::Duration::minutes(5),
    });
    office.round();
    office.wait(6);
    office.round();
    assert!(office.entry(entry).reason.unwrap().contains("window"));
    assert_eq!(office.conversation(id).reply_state, ReplyState::Stuck);
}

#[test]
fn an_answer_that_the_store_has_trouble_with_does_not_hold_up_the_others() {
    let office = TestDesk::open();
    let bad = office.hears("zoe", THANKS);
    let good = office.hears("max", "merci à vos équipes pour hier, bravo");
    office
        .desk
        .store()
        .write(|tx| {
            tx.insert_outbox_entry(&NewOutboxEntry {
                conversation: bad,
                inbox: office.inbox.id,
                origin: Origin::Approval,
                operator: None,
                draft: None,
                text: "Une réponse à rien",
                digest: &digest("Une réponse à rien"),
                idempotency_key: "k",
                answers: planton_core::domain::MessageId(999_999),
                not_before: office.now(),
                now: office.now(),
            })
        })
        .unwrap();
    let entry = office.queues(&office.alex, good);
    assert!(office.try_round().is_err(), "the trouble is told");
    assert_eq!(office.entry(entry).state, OutboxState::Sent);
}

#[test]
fn texts_that_the_channel_would_not_take_are_refused_while_they_can_be_mended() {
    let office = TestDesk::open();
    let id = office.hears("zoe", THANKS);
    for empty in ["", "  \n"] {
        assert_eq!(
            office.answers(&office.alex, id, empty).unwrap_err().code,
            Code::Invalid
        );
    }
    let long = office.answers(&office.alex, id, &"é".repeat(1901)).unwrap_err();
    assert!(long.message.contains("1901 of at most 1900"), "{}", long.message);
    office.answers(&office.alex, id, &"é".repeat(1900)).unwrap();
}

#[test]
fn a_late_message_is_not_hidden_by_the_answer_to_another() {
    let office = TestDesk::open();
    let id = office.hears("zoe", THANKS);
    office.wait(10);
    office.queues(&office.alex, id);
    office.round();
    // The platform delivers two messages late: both were written before the answer.
    let early = office.now() - chrono::Duration::minutes(5);
    office.wait(10);
    office.takes_in(vec![message("zoe", "merci encore à vos équipes", early)]);
    assert_eq!(office.queue(), [id]);
    office.queues(&office.alex, id);
    office.takes_in(vec![message(
        "zoe",
        "Et comment vous contacter pour un vol de vélo ?",
        early,
    )]);
    office.round();
    let conversation = office.conversation(id);
    assert_eq!(
        conversation.status,
        ConversationStatus::Open,
        "the second one has no answer yet"
    );
    assert_eq!(conversation.waiting_since, Some(early));
    office.assert_sound();
}

#[test]
fn a_conversation_of_three_hundred_messages_is_answered_as_a_whole() {
    let office = TestDesk::open();
    office.takes_in(
        (0..300)
            .map(|n| message("zoe", &format!("merci {n}"), office.now()))
            .collect(),
    );
    let id = office.of_citizen("zoe");
    office.queues(&office.alex, id);
    office.round();
    assert_eq!(office.conversation(id).status, ConversationStatus::Resolved);
}

#[test]
fn an_account_filled_by_imports_is_answered_by_hand() {
    let office = TestDesk::open();
    let file = office.folder().join("m.jsonl");
    std::fs::write(&file, format!("{}\n", json!({ "id": "1", "conversation": "c", "from": { "id": "z", "name": "Zoé" }, "at": "2027-01-15T08:00:00+01:00", "text": THANKS }))).unwrap();
    office
        .desk
        .import(
            &office.marie,
            planton_core::import::Format::Jsonl,
            "Export",
            &file,
            &mut |_| {},
        )
        .unwrap();
    let id = office.queue()[0];
    let entry = office.queues(&office.alex, id);
    office.round();
    assert!(office.entry(entry).reason.unwrap().contains("copy the text"));
    assert_eq!(office.platform.attempts(), 0);
    office.desk.settle_send(&office.alex, entry, true).unwrap();
    assert_eq!(office.conversation(id).status, ConversationStatus::Resolved);
    // The next export shows the answer that was given by hand.
    let text = office.entry(entry).text;
    std::fs::write(&file, format!("{}\n", json!({ "id": "2", "conversation": "c", "from": { "id": "us", "name": "Police" }, "at": office.now(), "text": text, "direction": "out" }))).unwrap();
    office.wait(60);
    office
        .desk
        .import(
            &office.marie,
            planton_core::import::Format::Jsonl,
            "Export",
            &file,
            &mut |_| {},
        )
        .unwrap();
    assert_eq!(ours(&office, id), 1);
    office.assert_sound();
}

#[test]
fn the_contact_of_an_answer_is_the_one_who_wrote() {
    let (office, _, _) = on_its_way();
    office.round();
    let sent = office.platform.sent().remove(0);
    assert_eq!(
        (sent.thread_id.as_str(), sent.contact_id.as_str()),
        ("thread-zoe", "contact-zoe")
    );
}
