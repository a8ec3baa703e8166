//! What waits, in which order, and how people put it off, close it and correct it.

use planton_core::desk::QueueRequest;
use planton_core::domain::{Action, Category, ConversationStatus, ReplyState};
use planton_core::error::Code;
use planton_tests::TestDesk;
use planton_tests::desk::{answer_elsewhere, message, paris};

const EMERGENCY: &str = "Au secours, un homme force ma porte avec un couteau, il est derrière, venez vite";
const PAPERS: &str = "Bonjour, j'ai perdu ma carte d'identité, comment faire une déclaration ?";

#[test]
fn an_emergency_comes_first_and_the_longest_waiting_next() {
    let office = TestDesk::open();
    let first = office.hears("zoe", PAPERS);
    office.wait(30);
    let second = office.hears(
        "max",
        "Bonjour, quelles sont les conditions du concours de gardien de la paix ?",
    );
    office.wait(30);
    let danger = office.hears("lea", EMERGENCY);
    assert_eq!(office.conversation(danger).category, Category::Emergency);
    assert_eq!(office.queue(), [danger, first, second]);
    assert_eq!(office.desk.next_conversation(&office.alex).unwrap(), Some(danger));
    assert_eq!(office.desk.next_conversation(&office.bruno).unwrap(), Some(first));
}

#[test]
fn what_is_about_to_become_unanswerable_moves_up_and_makes_room_when_it_is_too_late() {
    let office = TestDesk::open();
    let older = office.hears("zoe", PAPERS);
    office.wait(10);
    office.takes_in(vec![message(
        "max",
        PAPERS,
        office.now() - chrono::Duration::hours(20),
    )]);
    let expiring = office.of_citizen("max");
    assert_eq!(office.queue(), [expiring, older]);
    office.wait(90);
    office.round();
    assert_eq!(office.queue(), [expiring, older]);
    office.wait(5 * 60);
    office.hears("zoe", "Vous êtes là ?");
    office.takes_in(vec![message(
        "tom",
        PAPERS,
        office.now() - chrono::Duration::hours(18),
    )]);
    let soon = office.of_citizen("tom");
    office.wait(4 * 60);
    office.round();
    assert_eq!(
        office.queue(),
        [soon, expiring, older],
        "max's window is over: only his wait counts"
    );
    office.assert_sound();
}

#[test]
fn a_thousand_that_are_too_late_do_not_keep_one_that_is_not_from_moving_up() {
    let office = TestDesk::open();
    let long_ago = office.now() - chrono::Duration::days(3);
    let late = (0..1100)
        .map(|n| message(&format!("late{n}"), "Bonjour", long_ago))
        .collect();
    office.takes_in(late);
    let id = office.hears("zoe", PAPERS);
    office.wait(22 * 60);
    office.round();
    assert_eq!(office.queue().first(), Some(&id));
}

#[test]
fn what_is_put_off_comes_back_at_its_time() {
    let office = TestDesk::open();
    let id = office.hears("zoe", PAPERS);
    office
        .desk
        .snooze(&office.alex, id, paris("2027-01-15 14:00"))
        .unwrap();
    assert_eq!(
        (office.queue().len(), office.listed(ConversationStatus::Snoozed)),
        (0, vec![id])
    );
    office.at("2027-01-15 13:59");
    office.round();
    assert!(office.queue().is_empty());
    office.at("2027-01-15 14:00");
    office.round();
    assert_eq!(office.queue(), [id]);
    assert_eq!(
        office.conversation(id).waiting_since,
        Some(paris("2027-01-15 10:00")),
        "it has waited since the citizen wrote"
    );
    let past = office.desk.snooze(&office.alex, id, office.now()).unwrap_err();
    assert_eq!(past.code, Code::Invalid);
    office.assert_sound();
}

#[test]
fn what_is_put_off_comes_back_when_the_citizen_writes() {
    let office = TestDesk::open();
    let id = office.hears("zoe", PAPERS);
    office
        .desk
        .snooze(&office.alex, id, paris("2027-01-20 09:00"))
        .unwrap();
    office.wait(5);
    office.hears("zoe", "C'est toujours d'actualité");
    assert_eq!(office.queue(), [id]);
    assert_eq!(office.conversation(id).snoozed_until, None);
    office.assert_sound();
}

#[test]
fn an_emergency_is_never_put_off() {
    let office = TestDesk::open();
    let danger = office.hears("lea", EMERGENCY);
    let refused = office
        .desk
        .snooze(&office.alex, danger, paris("2027-01-15 14:00"))
        .unwrap_err();
    assert_eq!(refused.code, Code::Invalid);
    assert_eq!(office.queue(), [danger]);

    let calm = office.hears("zoe", PAPERS);
    office
        .desk
        .snooze(&office.alex, calm, paris("2027-01-15 14:00"))
        .unwrap();
    let message = office.newest(calm);
    office
        .desk
        .correct_category(&office.bruno, message, Category::Emergency)
        .unwrap();
    assert_eq!(
        office.queue(),
        [danger, calm],
        "what turns out to be one comes back at once"
    );

    // Like PAPERS this would be an emergency from now on: that was learned.
    let other = office.hears(
        "max",
        "Bonjour, quelles sont les conditions du concours de gardien de la paix ?",
    );
    office
        .desk
        .snooze(&office.alex, other, paris("2027-01-15 14:00"))
        .unwrap();
    office.hears("max", EMERGENCY);
    assert!(office.queue().contains(&other));
    office.assert_sound();
}

#[test]
fn what_is_closed_opens_again_with_the_next_message() {
    let office = TestDesk::open();
    let id = office.hears("zoe", PAPERS);
    office.desk.resolve(&office.alex, id).unwrap();
    assert!(office.queue().is_empty());
    office.wait(60);
    office.hears("zoe", "Merci quand même, bonne journée");
    let conversation = office.conversation(id);
    assert_eq!(
        (conversation.status, conversation.category),
        (ConversationStatus::Open, Category::Thanks)
    );
    assert_eq!(
        conversation.waiting_since,
        Some(office.now()),
        "only the new message waits"
    );
    office.desk.resolve(&office.alex, id).unwrap();
    office.desk.reopen(&office.alex, id).unwrap();
    assert_eq!(office.queue(), [id]);
    office.assert_sound();
}

#[test]
fn nothing_is_closed_while_its_reply_waits() {
    let office = TestDesk::open();
    let id = office.hears("zoe", PAPERS);
    office.answers(&office.alex, id, "Un texte à moi.").unwrap();
    assert_eq!(
        office.desk.resolve(&office.alex, id).unwrap_err().code,
        Code::Conflict
    );
}

#[test]
fn a_corrected_category_moves_the_conversation_and_is_journalled() {
    let office = TestDesk::open();
    let first = office.hears("zoe", PAPERS);
    office.wait(5);
    let second = office.hears("max", "Il y a quelqu'un ?");
    assert_eq!(office.queue(), [first, second]);
    let message = office.newest(second);
    office
        .desk
        .correct_category(&office.alex, message, Category::Emergency)
        .unwrap();
    assert_eq!(office.queue(), [second, first]);
    let entry = office
        .journal()
        .into_iter()
        .find(|entry| entry.action == Action::CategoryCorrected)
        .unwrap();
    assert!(entry.detail.contains("\"to\":\"emergency\""), "{}", entry.detail);
    assert_eq!(entry.operator, office.alex.operator().map(|alex| alex.id));

    office
        .desk
        .correct_category(&office.alex, message, Category::Other)
        .unwrap();
    assert_eq!(office.queue(), [first, second], "and back, by a person");
    office.assert_sound();
}

#[test]
fn of_several_messages_the_most_urgent_decides() {
    let office = TestDesk::open();
    let id = office.hears("lea", EMERGENCY);
    office.wait(1);
    office.hears("lea", "merci beaucoup");
    assert_eq!(
        office.conversation(id).category,
        Category::Emergency,
        "a later word lowers nothing"
    );
}

#[test]
fn an_answer_given_elsewhere_closes_what_it_answers() {
    let office = TestDesk::open();
    let id = office.hears("zoe", PAPERS);
    office.wait(10);
    office.writes(&office.alex, id, "Un brouillon").unwrap();
    office.takes_in(vec![answer_elsewhere(
        "zoe",
        "Nous vous avons répondu ici",
        office.now(),
    )]);
    let conversation = office.conversation(id);
    assert_eq!(
        (conversation.status, conversation.reply_state),
        (ConversationStatus::Resolved, ReplyState::Draft)
    );
    assert_eq!(office.draft(id).text, "Un brouillon", "no draft is lost");
    office.assert_sound();
}

#[test]
fn an_old_answer_that_is_told_of_late_brings_nothing_back_and_closes_nothing() {
    let office = TestDesk::open();
    let id = office.hears("zoe", PAPERS);
    office.wait(10);
    office.queues(&office.alex, id);
    office.round();
    office.wait(10);
    let old = office.now() - chrono::Duration::hours(3);
    office.takes_in(vec![answer_elsewhere("zoe", "Une réponse de ce matin", old)]);
    let conversation = office.conversation(id);
    assert_eq!(
        (conversation.status, conversation.waiting_since),
        (ConversationStatus::Resolved, None)
    );

    office.hears("zoe", "J'ai encore une question");
    let waiting = office.conversation(id).waiting_since;
    office.takes_in(vec![answer_elsewhere("zoe", "Une autre de ce matin", old)]);
    let conversation = office.conversation(id);
    assert_eq!(
        (conversation.status, conversation.waiting_since),
        (ConversationStatus::Open, waiting)
    );
    office.assert_sound();
}

#[test]
fn search_takes_words_and_never_an_expression() {
    let office = TestDesk::open();
    let id = office.hears(
        "zoe",
        "Je fais des études de droit et je voudrais rejoindre la réserve",
    );
    let other = office.hears("max", "Mon vélo a été volé devant la gare");
    let found = |words: &str| {
        let request = QueueRequest {
            words: Some(words.to_owned()),
            limit: 50,
            ..QueueRequest::default()
        };
        office.desk.queue(&office.alex, &request).map(|page| {
            page.items
                .into_iter()
                .map(|item| item.conversation.id)
                .collect::<Vec<_>>()
        })
    };
    for words in [
        "etudes",
        "ÉTUDES",
        "études",
        "e\u{301}tudes",
        "étud",
        "droit études",
        "reserv",
    ] {
        assert_eq!(found(words).unwrap(), [id], "{words}");
    }
    assert_eq!(found("velo").unwrap(), [other]);
    assert!(found("introuvable").unwrap().is_empty());
    for words in ["\"", "*", "-", "()", "  ", "^", ":"] {
        assert_eq!(found(words).unwrap_err().code, Code::Invalid, "{words}");
    }
    for words in [
        "NEAR(",
        "NEAR(études droit, 2)",
        "études OR vélo",
        "text:études",
        "-études",
        "\"études",
        "études*",
        "{a b} : c",
        "'; DROP TABLE message; --",
        "AND",
        "NOT vélo",
        "^vélo",
        "vélo)",
        "études + droit",
    ] {
        assert!(found(words).is_ok(), "{words}");
    }
    assert!(
        found("études OR vélo").unwrap().is_empty(),
        "OR is a word like any other"
    );
}

#[test]
fn a_long_queue_is_read_page_by_page_without_gap_or_repetition() {
    let office = TestDesk::open();
    office.takes_in(
        (0..450)
            .map(|n| message(&format!("c{n}"), "Bonjour", office.now()))
            .collect(),
    );
    let mut after = None;
    let mut all = Vec::new();
    loop {
        let request = QueueRequest {
            after,
            limit: 100,
            ..QueueRequest::default()
        };
        let page = office.desk.queue(&office.alex, &request).unwrap();
        all.extend(page.items.iter().map(|item| item.conversation.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(all.len(), 450);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 450);
}
