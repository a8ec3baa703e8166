//! While nobody is at the desk: one honest automatic text, once, and a conversation that stays open.

use planton_core::channel::ChannelError;
use planton_core::domain::{Action, ConversationStatus, Origin, OutboxState, ReplyState};
use planton_core::ingest::Arrival;
use planton_tests::TestDesk;
use planton_tests::desk::{message, paris};
use serde_json::json;

const BIKE: &str = "Bonjour, on m'a volé mon vélo hier, comment porter plainte ?";
const PAPERS: &str = "bjr jai perdu ma carte d identité, je fais quoi";
const DANGER: &str = "au secours il y a quelqu'un dans la maison il a un couteau";

/// Which automatic texts left, by their first line.
fn automatic(office: &TestDesk) -> usize {
    office
        .platform
        .sent()
        .iter()
        .filter(|sent| sent.origin == Origin::Night)
        .count()
}

fn replies(office: &TestDesk) -> Vec<String> {
    let status = office.desk.night_status(&office.alex).unwrap();
    let mut replies: Vec<_> = status.sent.into_iter().map(|sent| sent.reply.reply.0).collect();
    replies.reverse();
    replies
}

#[test]
fn one_general_reply_a_night_at_half_past_midnight_and_not_again_at_half_past_two() {
    let office = TestDesk::with_night();
    office.at("2027-01-15 00:30");
    let id = office.hears("zoe", BIKE);
    let round = office.round();
    assert_eq!((round.night_replies, round.sends), (1, 1));
    office.at("2027-01-15 02:30");
    office.hears("zoe", PAPERS);
    assert_eq!(office.round().night_replies, 0);
    assert_eq!(replies(&office), ["night_general"]);
    let text = office.platform.texts().remove(0);
    assert!(
        text.lines().next().unwrap().contains("17"),
        "the number comes first"
    );
    assert!(text.chars().count() <= 600);

    let conversation = office.conversation(id);
    assert_eq!(
        conversation.status,
        ConversationStatus::Open,
        "the night never closes"
    );
    assert_eq!(conversation.waiting_since, Some(paris("2027-01-15 00:30")));
    assert_eq!(conversation.last_answer_at, None, "and is nobody's answer");
    assert_eq!(conversation.reply_state, ReplyState::None);

    office.at("2027-01-16 00:30");
    office.hears("zoe", PAPERS);
    office.round();
    assert_eq!(replies(&office).len(), 2, "the next night is another one");
    office.assert_sound();
}

#[test]
fn three_lines_in_one_minute_get_one_reply() {
    let office = TestDesk::with_night();
    office.at("2027-01-15 02:30");
    for text in ["bonjour", "on ma volé mon scooter hier", "je fais comment"] {
        office.platform.arrives(message("zoe", text, office.now()));
    }
    office.round();
    assert_eq!(automatic(&office), 1);
}

#[test]
fn a_specific_reply_follows_a_general_one_once() {
    let office = TestDesk::with_night();
    office.at("2027-01-15 00:30");
    let id = office.hears("zoe", BIKE);
    office.round();
    office.wait(30);
    office.hears("zoe", DANGER);
    office.round();
    office.wait(1);
    office.hears("zoe", DANGER);
    office.round();
    assert_eq!(replies(&office), ["night_general", "night_emergency"]);
    assert!(
        office.acts(id).contains(&Action::NightHandedOff),
        "a human is called"
    );
    assert_eq!(office.queue(), [id]);
}

#[test]
fn the_hours_of_the_night_are_half_open() {
    for (arrives, expected) in [
        ("2027-01-14 23:59:30", 0),
        ("2027-01-15 00:00:00", 1),
        ("2027-01-15 05:59:59", 1),
        ("2027-01-15 06:00:00", 0),
    ] {
        let office = TestDesk::with_night();
        office.at(arrives);
        office.hears("zoe", BIKE);
        office.round();
        assert_eq!(automatic(&office), expected, "{arrives}");
    }
}

#[test]
fn decided_in_the_last_second_it_leaves_although_the_night_has_just_ended() {
    let office = TestDesk::with_night();
    office.at("2027-01-15 05:59:59");
    office.hears("zoe", BIKE);
    assert_eq!(office.desk.run_night().unwrap().replied, 1);
    office.at("2027-01-15 06:00:01");
    office.round();
    assert_eq!(automatic(&office), 1);
}

#[test]
fn received_at_night_and_handled_after_six_it_gets_no_stale_text() {
    let office = TestDesk::with_night();
    office.at("2027-01-15 05:30");
    let id = office.hears("zoe", BIKE);
    office.at("2027-01-15 06:00");
    assert_eq!(office.round().night_replies, 0);
    assert_eq!((automatic(&office), office.queue()), (0, vec![id]));
}

#[test]
fn an_automatic_reply_that_waited_until_the_day_does_not_leave_any_more() {
    let office = TestDesk::with_night();
    office.at("2027-01-15 05:58");
    let id = office.hears("zoe", BIKE);
    office.platform.fail_next(ChannelError::RateLimited {
        until: paris("2027-01-15 06:30"),
    });
    assert_eq!(office.round().night_replies, 1);
    office.at("2027-01-15 06:30");
    office.round();
    assert_eq!(automatic(&office), 0);
    let sent = office.desk.night_status(&office.alex).unwrap().sent;
    assert_eq!(sent[0].state, OutboxState::Cancelled);
    assert_eq!(
        (office.conversation(id).reply_state, office.queue()),
        (ReplyState::None, vec![id])
    );
    office.assert_sound();
}

#[test]
fn written_before_midnight_and_still_unanswered_it_gets_nothing() {
    let office = TestDesk::with_night();
    office.at("2027-01-14 23:50");
    let id = office.hears("zoe", BIKE);
    office.at("2027-01-15 00:00");
    office.round();
    assert_eq!((automatic(&office), office.queue()), (0, vec![id]));
}

#[test]
fn a_restart_in_between_changes_nothing() {
    let office = TestDesk::with_night();
    office.at("2027-01-15 00:30");
    office.hears("zoe", BIKE);
    assert_eq!(office.desk.run_night().unwrap().replied, 1);
    let office = office.restarted();
    assert_eq!(office.desk.run_night().unwrap().judged, 0);
    office.round();
    let office = office.restarted();
    office.wait(60);
    office.hears("zoe", PAPERS);
    office.round();
    assert_eq!(automatic(&office), 1);
    office.assert_sound();
}

#[test]
fn two_services_on_one_store_send_one_reply() {
    let office = TestDesk::with_night();
    let other = office.second();
    office.at("2027-01-15 00:30");
    for n in 0..30 {
        office.hears(&format!("c{n}"), BIKE);
    }
    let (here, there) = std::thread::scope(|threads| {
        let here = threads.spawn(|| office.desk.run_night().unwrap());
        let there = threads.spawn(|| other.desk.run_night().unwrap());
        (here.join().unwrap(), there.join().unwrap())
    });
    assert_eq!(here.replied + there.replied, 30);
    let (here, there) = std::thread::scope(|threads| {
        let here = threads.spawn(|| office.round());
        let there = threads.spawn(|| other.round());
        (here.join().unwrap(), there.join().unwrap())
    });
    assert_ne!(here.standing_by, there.standing_by, "a lease says who works");
    assert_eq!(automatic(&office), 30);
    office.assert_sound();
}

#[test]
fn the_lease_of_a_dead_process_passes_to_another() {
    let office = TestDesk::with_night();
    let other = office.second();
    office.round();
    assert!(other.round().standing_by);
    office.wait(2);
    assert!(!other.round().standing_by);
    assert!(office.round().standing_by);
}

#[test]
fn the_breaker_stops_a_storm_and_calls_a_human() {
    let office = TestDesk::with_night();
    office
        .desk
        .set_setting(
            &office.marie,
            "night",
            &json!({ "enabled": true, "breaker_per_minute": 5 }),
        )
        .unwrap();
    office.at("2027-01-15 00:30");
    for n in 0..20 {
        office.hears(&format!("c{n}"), BIKE);
    }
    office.round();
    assert_eq!(automatic(&office), 5);
    assert!(office.desk.night_status(&office.alex).unwrap().breaker.is_some());
    office.wait(30);
    office.round();
    assert_eq!(automatic(&office), 5, "it does not close by itself");
    let opened = office
        .journal()
        .iter()
        .filter(|entry| entry.action == Action::BreakerOpened)
        .count();
    assert_eq!((opened, office.queue().len()), (1, 20));

    office.desk.set_night(&office.camille, true).unwrap();
    office.round();
    assert_eq!(automatic(&office), 10, "and is asked again");
}

#[test]
fn while_the_breaker_is_open_the_service_rests() {
    let office = TestDesk::with_night();
    office
        .desk
        .set_setting(
            &office.marie,
            "night",
            &json!({ "enabled": true, "breaker_per_minute": 0 }),
        )
        .unwrap();
    office.at("2027-01-15 00:30");
    office.hears("zoe", BIKE);
    office.round();
    let mut events = office.desk.events().listen();
    office.round();
    while let Ok(event) = events.try_recv() {
        assert_ne!(
            event,
            planton_core::event::Event::Outbox,
            "it would wake itself for ever"
        );
    }
}

#[test]
fn history_that_is_imported_at_night_gets_no_reply() {
    let office = TestDesk::with_night();
    office.at("2027-01-15 00:30");
    office.takes_in_as(vec![message("zoe", BIKE, office.now())], Arrival::History);
    office.round();
    assert_eq!((automatic(&office), office.queue().len()), (0, 1));
}

#[test]
fn a_colleague_who_answered_at_three_keeps_the_responder_out() {
    let office = TestDesk::with_night();
    office.at("2027-01-15 03:00");
    let id = office.hears("zoe", "merci à l'équipage d'hier");
    office.queues(&office.alex, id);
    office.round();
    let before = automatic(&office);
    office.wait(10);
    office.hears("zoe", BIKE);
    office.round();
    assert_eq!(automatic(&office), before);
}

#[test]
fn a_group_and_a_robot_get_nothing_and_are_seen() {
    let office = TestDesk::with_night();
    office.at("2027-01-15 03:00");
    let mut group = message("zoe", BIKE, office.now());
    group.thread_kind = planton_core::domain::ThreadKind::Group;
    let mut robot = message("robot", "Votre message a été reçu.", office.now());
    robot.flags.automatic = true;
    let away = message(
        "max",
        "Je suis absent du bureau jusqu'au 3 janvier. Réponse automatique.",
        office.now(),
    );
    office.takes_in(vec![group, robot, away]);
    office.round();
    assert_eq!((automatic(&office), office.queue().len()), (0, 3));
}

#[test]
fn a_reply_that_cannot_be_sent_ends_in_front_of_a_human() {
    let office = TestDesk::with_night();
    office.at("2027-01-15 03:00");
    let id = office.hears("zoe", BIKE);
    office
        .platform
        .fail_next(ChannelError::RecipientUnavailable("closed".to_owned()));
    office.round();
    assert_eq!(
        (office.conversation(id).reply_state, office.queue()),
        (ReplyState::Stuck, vec![id])
    );
    let entry = office.opened(&office.alex, id).outbox.remove(0);
    office.desk.cancel_send(&office.alex, entry.id).unwrap();
    assert_eq!(office.conversation(id).reply_state, ReplyState::None);
    assert!(
        office.opened(&office.alex, id).draft.is_none(),
        "an automatic text is nobody's draft"
    );
    office.assert_sound();
}

#[test]
fn a_stuck_automatic_reply_that_a_person_settles_leaves_the_conversation_free() {
    for was_sent in [true, false] {
        let office = TestDesk::with_night();
        office.at("2027-01-15 03:00");
        let id = office.hears("zoe", "merci à l'équipage d'hier");
        office
            .platform
            .fail_next(ChannelError::RecipientUnavailable("closed".to_owned()));
        office.round();
        let entry = office.opened(&office.alex, id).outbox.remove(0);
        office.desk.settle_send(&office.alex, entry.id, was_sent).unwrap();
        office.round();
        assert_eq!(
            office.conversation(id).reply_state,
            ReplyState::None,
            "was sent: {was_sent}"
        );
        assert_eq!(office.queue(), [id]);
        office.queues(&office.alex, id);
        office.round();
        assert_eq!(office.conversation(id).status, ConversationStatus::Resolved);
        office.assert_sound();
    }
}

#[test]
fn an_automatic_reply_of_unknown_fate_does_not_hold_up_a_persons_answer() {
    let office = TestDesk::with_night();
    office.platform.guarantees(planton_core::channel::Guarantee::None);
    office.at("2027-01-15 03:00");
    let id = office.hears("zoe", "merci à l'équipage d'hier");
    office.platform.fail_next(ChannelError::TransientAmbiguous(
        "the connection broke".to_owned(),
    ));
    office.round();
    assert_eq!(office.conversation(id).reply_state, ReplyState::Stuck);
    let entry = office.queues(&office.alex, id);
    office.round();
    assert_eq!(office.entry(entry).state, OutboxState::Sent);
    let conversation = office.conversation(id);
    assert_eq!(
        (conversation.status, conversation.reply_state),
        (ConversationStatus::Resolved, ReplyState::Sent)
    );
    office.assert_sound();
}

#[test]
fn a_stuck_automatic_reply_does_not_hide_a_reply_that_waits_for_review() {
    let office = TestDesk::with_night();
    office.at("2027-01-15 03:00");
    let id = office.hears("zoe", BIKE);
    office.answers(&office.alex, id, "Un texte à moi.").unwrap();
    office
        .platform
        .fail_next(ChannelError::RecipientUnavailable("closed".to_owned()));
    office.round();
    assert_eq!(office.conversation(id).reply_state, ReplyState::Stuck);
    let draft = office.desk.reviews(&office.camille).unwrap().remove(0).draft;
    office
        .desk
        .approve(&office.camille, draft.id, &draft.digest())
        .unwrap();
    office.round();
    assert_eq!(office.platform.texts(), ["Un texte à moi."]);
    assert_eq!(office.conversation(id).reply_state, ReplyState::Sent);
    office.assert_sound();
}

#[test]
fn switched_off_it_says_nothing() {
    let office = TestDesk::open();
    office.at("2027-01-15 03:00");
    office.hears("zoe", BIKE);
    office.round();
    assert_eq!(automatic(&office), 0);
}

#[test]
fn both_clock_changes_are_one_night_each() {
    for (first, second) in [
        ("2027-03-28 01:30", "2027-03-28 03:30"),
        ("2027-10-31 02:30", "2027-10-31 05:30"),
    ] {
        let office = TestDesk::with_night();
        office.at(first);
        office.hears("zoe", BIKE);
        office.round();
        office.at(second);
        office.hears("zoe", PAPERS);
        office.round();
        assert_eq!(automatic(&office), 1, "{first}");
    }
    // The hour that comes twice: 02:30 summer time, then 02:30 winter time.
    let office = TestDesk::with_night();
    office.at("2027-10-31 02:30");
    office.hears("zoe", BIKE);
    office.round();
    office.wait(60);
    office.hears("zoe", PAPERS);
    office.round();
    assert_eq!(automatic(&office), 1);
}

#[test]
fn the_preview_of_fourteen_nights_and_every_text_tonight() {
    let office = TestDesk::with_night();
    let nights = office.desk.night_preview(&office.alex, 14).unwrap();
    assert_eq!((nights.len(), nights[0].1.len()), (1, 14));
    let texts = office.desk.night_texts(&office.alex).unwrap();
    for reply in [
        "night_general",
        "night_emergency",
        "night_cannot_speak",
        "night_suicide",
    ] {
        let languages = texts.iter().filter(|text| text.reply.0 == reply).count();
        assert!(languages >= 7, "{reply}: {languages}");
    }
    assert!(texts.iter().all(|text| text.text.chars().count() <= 600));
}
