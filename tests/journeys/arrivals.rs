//! What comes in: once, whole, in its place, whatever it looks like.

use planton_core::domain::{ConversationStatus, Direction, MessageKind, ThreadKind};
use planton_core::ingest::Arrival;
use planton_tests::TestDesk;
use planton_tests::desk::{answer_elsewhere, message};

#[test]
fn delivered_twice_in_one_batch_and_across_batches_it_is_one() {
    let office = TestDesk::open();
    let one = message("zoe", "Bonjour", office.now());
    let report = office.takes_in(vec![one.clone(), one.clone(), one.clone()]);
    assert_eq!((report.read, report.stored, report.duplicates), (3, 1, 2));
    let report = office.takes_in(vec![one.clone()]);
    assert_eq!((report.stored, report.duplicates), (0, 1));
    office.wait(24 * 60);
    let office = office.restarted();
    assert_eq!(office.takes_in(vec![one]).duplicates, 1);
    assert_eq!(office.messages(office.of_citizen("zoe")).len(), 1);
    office.assert_sound();
}

#[test]
fn delivered_to_two_processes_at_once_it_is_one() {
    let office = TestDesk::open();
    let other = office.second();
    let batch: Vec<_> = (0..200)
        .map(|n| message(&format!("c{}", n % 7), "Bonjour", office.now()))
        .collect();
    let (here, there) = std::thread::scope(|threads| {
        let here = threads.spawn(|| office.takes_in(batch.clone()));
        let there = threads.spawn(|| other.takes_in(batch.clone()));
        (here.join().unwrap(), there.join().unwrap())
    });
    assert_eq!(
        (here.stored + there.stored, here.duplicates + there.duplicates),
        (200, 200)
    );
    office.assert_sound();
}

#[test]
fn out_of_order_they_are_shown_in_the_platforms_order() {
    let office = TestDesk::open();
    let at = |minutes| office.now() - chrono::Duration::minutes(minutes);
    office.takes_in(vec![
        message("zoe", "trois", at(1)),
        message("zoe", "un", at(3)),
        message("zoe", "deux", at(2)),
    ]);
    let id = office.of_citizen("zoe");
    let texts: Vec<_> = office
        .messages(id)
        .into_iter()
        .map(|message| message.text)
        .collect();
    assert_eq!(texts, ["un", "deux", "trois"]);
    let conversation = office.conversation(id);
    assert_eq!(
        (conversation.waiting_since, conversation.excerpt.as_str()),
        (Some(at(3)), "trois")
    );
}

#[test]
fn a_late_message_opens_its_conversation_although_a_later_one_was_answered() {
    let office = TestDesk::open();
    let id = office.hears("zoe", "merci beaucoup à vos équipes");
    office.queues(&office.alex, id);
    office.round();
    let before = office.now() - chrono::Duration::minutes(5);
    office.wait(30);
    office.takes_in(vec![message("zoe", "Bonjour, mon fils a disparu", before)]);
    assert_eq!(office.queue(), [id]);
    office.assert_sound();
}

#[test]
fn a_date_to_come_pushes_nobody_back_and_hides_nothing() {
    let office = TestDesk::open();
    let next_year = office.now() + chrono::Duration::days(365);
    office.takes_in(vec![
        message("zoe", "du futur", next_year),
        message("zoe", "de maintenant", office.now()),
    ]);
    let id = office.of_citizen("zoe");
    assert_eq!(office.conversation(id).waiting_since, Some(office.now()));
    let stored = office.messages(id);
    assert!(stored.iter().all(|message| message.sent_at <= office.now()));
    // An answer given elsewhere covers both; one of the future covers nothing to come.
    office.wait(1);
    office.takes_in(vec![answer_elsewhere(
        "zoe",
        "Voici",
        office.now() + chrono::Duration::days(365),
    )]);
    assert_eq!(office.conversation(id).status, ConversationStatus::Resolved);
    assert_eq!(office.conversation(id).last_answer_at, Some(office.now()));
    office.wait(1);
    office.hears("zoe", "encore moi");
    assert_eq!(office.queue(), [id]);
    office.assert_sound();
}

#[test]
fn a_date_at_the_end_of_time_or_none_at_all() {
    let office = TestDesk::with_night();
    office.at("2027-01-15 02:30");
    for (citizen, at) in [
        ("first", Some(chrono::DateTime::<chrono::Utc>::MIN_UTC)),
        ("last", Some(chrono::DateTime::<chrono::Utc>::MAX_UTC)),
        ("none", None),
    ] {
        let mut strange = message(citizen, "Bonjour", office.now());
        strange.sent_at = at;
        office.takes_in(vec![strange.clone()]);
        assert_eq!(office.takes_in(vec![strange]).duplicates, 1);
        let id = office.of_citizen(citizen);
        assert!(office.queue().contains(&id));
        let _opened = office.opened(&office.alex, id);
    }
    office.round();
    office.assert_sound();
}

#[test]
fn an_empty_text_and_a_very_long_one_are_shown_like_every_other() {
    let office = TestDesk::open();
    let empty = office.hears("zoe", "");
    let long_text = "Bonjour, c'est une longue histoire. ".repeat(5_556);
    assert!(long_text.len() > 200_000);
    let long = office.hears("max", &long_text);
    let nul = office.hears("tom", "avant\0après \u{202e}à l'envers");
    assert_eq!(office.queue().len(), 3);
    assert_eq!(office.messages(long)[0].text, long_text);
    assert_eq!(office.messages(nul)[0].text, "avant\0après \u{202e}à l'envers");
    assert!(office.conversation(long).excerpt.chars().count() <= 160);
    for id in [empty, long, nul] {
        let _opened = office.opened(&office.alex, id);
    }
    office.assert_sound();
}

#[test]
fn one_item_that_cannot_be_decoded_among_many_is_kept_aside_and_seen() {
    let office = TestDesk::open();
    for n in 0..300 {
        office
            .platform
            .arrives(message(&format!("c{n}"), "Bonjour", office.now()));
    }
    office
        .platform
        .arrives_undecodable("mailbox 7", "the charset is not known", b"\xff\xfe");
    let report = office.round().report;
    assert_eq!((report.read, report.stored, report.quarantined), (301, 300, 1));
    assert_eq!(office.desk.counts(&office.alex).unwrap().quarantined, 1);
    let kept = office.desk.quarantine(&office.camille).unwrap();
    assert_eq!(
        (kept.len(), kept[0].0.origin.as_str(), kept[0].0.raw.as_slice()),
        (1, "mailbox 7", &b"\xff\xfe"[..])
    );
    // The platform gives it again; then a person has looked at it.
    office
        .platform
        .arrives_undecodable("mailbox 7", "the charset is not known", b"\xff\xfe");
    office.round();
    assert_eq!(office.desk.counts(&office.alex).unwrap().quarantined, 1);
    office
        .desk
        .resolve_quarantined(&office.camille, kept[0].0.id)
        .unwrap();
    assert!(
        office
            .desk
            .resolve_quarantined(&office.camille, kept[0].0.id)
            .is_err()
    );
    assert_eq!(office.desk.counts(&office.alex).unwrap().quarantined, 0);
    office.assert_sound();
}

#[test]
fn receipts_and_reactions_open_nothing() {
    let office = TestDesk::open();
    for kind in [MessageKind::Notice, MessageKind::Reaction] {
        let mut notice = message("zoe", "👍", office.now());
        notice.kind = kind;
        office.takes_in(vec![notice]);
    }
    assert!(office.queue().is_empty());
    office.hears("zoe", "Bonjour");
    assert_eq!(office.queue().len(), 1);
    office.assert_sound();
}

#[test]
fn in_an_export_that_knows_minutes_only_what_came_in_the_minute_of_an_answer_still_waits() {
    let office = TestDesk::open();
    let minute = office.now() - chrono::Duration::days(2);
    office.takes_in_as(
        vec![
            message("zoe", "Bonjour", minute),
            answer_elsewhere("zoe", "Bonjour, dites-nous", minute),
            message("zoe", "On m'a volé mon vélo", minute),
        ],
        Arrival::History,
    );
    assert_eq!(office.queue(), [office.of_citizen("zoe")]);
    office.takes_in_as(
        vec![
            message("max", "Bonjour", minute),
            answer_elsewhere("max", "Voici la marche à suivre", minute),
        ],
        Arrival::History,
    );
    assert_eq!(
        office.listed(ConversationStatus::Resolved),
        [office.of_citizen("max")]
    );
    office.assert_sound();
}

#[test]
fn a_thread_that_we_began_learns_who_answers_in_it() {
    let office = TestDesk::open();
    for citizen in ["zoe", "max"] {
        let mut ours = answer_elsewhere(citizen, "Bonjour, vous nous aviez écrit ailleurs", office.now());
        ours.contact_id = String::new();
        office.takes_in(vec![ours]);
    }
    office.wait(5);
    let (zoe, max) = (office.hears("zoe", "Oui !"), office.hears("max", "Oui aussi"));
    let names: Vec<_> = [zoe, max]
        .map(|id| office.desk.queue_item(&office.alex, id).unwrap().contact.name)
        .to_vec();
    assert_eq!(names, ["zoe", "max"]);
    assert_eq!(office.messages(zoe)[0].direction, Direction::Out);
}

#[test]
fn a_thread_that_others_join_is_a_group_from_then_on() {
    let office = TestDesk::with_night();
    office.at("2027-01-15 02:30");
    let mut joined = message("zoe", "Je mets mon voisin en copie", office.now());
    office.hears("zoe", "Bonjour, une question");
    joined.thread_kind = ThreadKind::Group;
    office
        .platform
        .fail_next(planton_core::channel::ChannelError::TransientBefore(
            "refused".to_owned(),
        ));
    office.takes_in(vec![joined]);
    assert_eq!(
        office.conversation(office.of_citizen("zoe")).kind,
        ThreadKind::Group
    );
}

#[test]
fn a_pull_that_fails_is_shown_and_passes() {
    let office = TestDesk::open();
    office
        .platform
        .fail_next_receive(planton_core::channel::ChannelError::TransientBefore(
            "no network".to_owned(),
        ));
    assert_eq!(office.round().failures.len(), 1);
    let inbox = office.desk.inboxes(&office.alex).unwrap().remove(0);
    assert!(inbox.last_error.unwrap().contains("no network"));
    office.platform.arrives(message("zoe", "Bonjour", office.now()));
    assert_eq!(office.round().report.stored, 1);
    assert_eq!(
        office.desk.inboxes(&office.alex).unwrap().remove(0).last_error,
        None
    );
}

#[test]
fn a_dead_sign_in_stops_the_account_and_says_so() {
    let office = TestDesk::open();
    office
        .platform
        .fail_next_receive(planton_core::channel::ChannelError::Auth("expired".to_owned()));
    office.round();
    let inbox = office.desk.inboxes(&office.alex).unwrap().remove(0);
    assert_eq!(inbox.state, planton_core::domain::InboxState::Paused);
    assert!(inbox.last_error.unwrap().contains("sign-in"));
    office.platform.arrives(message("zoe", "Bonjour", office.now()));
    assert_eq!(office.round().report.read, 0, "it is not asked again and again");
    office.desk.pause_inbox(&office.marie, inbox.id, false).unwrap();
    assert_eq!(office.round().report.stored, 1);
}
