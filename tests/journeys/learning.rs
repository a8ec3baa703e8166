//! What people correct is learned at their desk, and what people write in bursts is read as one.

use planton_core::domain::{Action, Category, ConversationId, Evidence, Message, ReplyId};
use planton_core::error::Code;
use planton_core::ingest::Arrival;
use planton_tests::TestDesk;
use planton_tests::desk::{answer_elsewhere, message};
use proptest::prelude::*;

const EMERGENCY: &str = "Au secours, un homme force ma porte avec un couteau, il est derrière, venez vite";
const POOL: &str = "Est-ce que la piscine municipale est ouverte demain ?";
const POOL_AGAIN: &str = "Bonjour, est ce que la piscine municipale est ouverte demain svp ?";

fn newest(office: &TestDesk, id: ConversationId) -> Message {
    office.messages(id).pop().unwrap()
}

fn category(message: &Message) -> Category {
    message.classification.as_ref().unwrap().category
}

fn corrected(office: &TestDesk, id: ConversationId, to: Category) {
    office
        .desk
        .correct_category(&office.alex, newest(office, id).id, to)
        .unwrap();
}

/// One that triage does not give the message anyway.
fn another_than(now: Category) -> Category {
    if now == Category::Witness {
        Category::Complaint
    } else {
        Category::Witness
    }
}

fn is_by_earlier(message: &Message) -> bool {
    let verdict = message.classification.as_ref().unwrap();
    verdict.evidence.iter().any(Evidence::is_of_earlier_message)
}

#[test]
fn what_one_person_corrects_the_next_similar_message_shows() {
    let office = TestDesk::open();
    let first = office.hears("zoe", POOL);
    let to = another_than(category(&newest(&office, first)));
    corrected(&office, first, to);
    assert_eq!(office.conversation(first).category, to);
    let own = newest(&office, first).classification.unwrap();
    assert_eq!(
        own.learned_at(),
        None,
        "what was corrected itself was not learned"
    );

    office.wait(60);
    let next = office.hears("max", POOL_AGAIN);
    assert_eq!(office.conversation(next).category, to);
    let verdict = newest(&office, next).classification.unwrap();
    assert_eq!(
        verdict.learned_at(),
        Some(office.now() - chrono::Duration::hours(1))
    );
    let words: String = verdict
        .evidence
        .iter()
        .filter(|e| e.learned_at().is_some())
        .filter_map(|e| e.text(POOL_AGAIN))
        .collect();
    assert!(words.contains("piscine municipale est ouverte demain"), "{words}");

    let imported = message("tom", POOL, office.now());
    office.takes_in_as(vec![imported], Arrival::History);
    assert_eq!(office.conversation(office.of_citizen("tom")).category, to);

    let unlike = office.hears(
        "lea",
        "Merci pour votre aide hier soir, vous avez été formidables",
    );
    assert_eq!(office.conversation(unlike).category, Category::Thanks);
    office.assert_sound();
}

#[test]
fn who_corrected_what_is_in_the_journal_and_in_the_list() {
    let office = TestDesk::open();
    let id = office.hears("zoe", POOL);
    let from = category(&newest(&office, id));
    let to = another_than(from);
    corrected(&office, id, to);
    let learned = office.desk.learned(&office.bruno).unwrap();
    let [one] = learned.corrections.as_slice() else {
        panic!("one correction: {learned:?}");
    };
    assert_eq!(
        (one.from, one.to, one.by.as_str(), one.at),
        (from, to, "Alex Morel", office.now())
    );
    let entry = office.journal().pop().unwrap();
    assert_eq!(entry.action, Action::CategoryCorrected);
    assert!(entry.detail.contains("\"learned\":true"), "{}", entry.detail);
    assert!(!entry.detail.contains("piscine"));
}

#[test]
fn a_slip_that_is_taken_back_leaves_nothing_behind() {
    let office = TestDesk::open();
    let id = office.hears("zoe", POOL);
    let judged = category(&newest(&office, id));
    corrected(&office, id, another_than(judged));
    corrected(&office, id, judged);
    assert!(office.desk.learned(&office.alex).unwrap().corrections.is_empty());
    let next = office.hears("max", POOL);
    assert_eq!(office.conversation(next).category, judged);
}

#[test]
fn one_word_alone_teaches_nothing() {
    let office = TestDesk::open();
    let id = office.hears("zoe", "Bonjour");
    let judged = category(&newest(&office, id));
    corrected(&office, id, Category::Emergency);
    assert_eq!(office.conversation(id).category, Category::Emergency);
    let next = office.hears("max", "Bonjour");
    assert_eq!(office.conversation(next).category, judged);
    assert!(office.desk.learned(&office.alex).unwrap().corrections.is_empty());
}

#[test]
fn an_emergency_is_never_trained_away() {
    let office = TestDesk::open();
    for citizen in ["zoe", "max", "tom"] {
        let id = office.hears(citizen, EMERGENCY);
        corrected(&office, id, Category::Other);
        assert_eq!(
            office.conversation(id).category,
            Category::Other,
            "a person may lower one message"
        );
        office.wait(60);
    }
    assert_eq!(
        office.desk.learned(&office.alex).unwrap().corrections.len(),
        3,
        "all of it is kept"
    );
    let next = office.hears("lea", EMERGENCY);
    let verdict = newest(&office, next).classification.unwrap();
    assert_eq!(verdict.category, Category::Emergency);
    assert_eq!(verdict.learned_at(), None);
    assert_eq!(office.queue().first(), Some(&next));
    office.assert_sound();
}

#[test]
fn what_colleagues_know_to_be_an_emergency_is_raised() {
    let office = TestDesk::with_night();
    let id = office.hears("zoe", POOL);
    corrected(&office, id, Category::Emergency);
    office.at("2027-01-16 02:00");
    let next = office.hears("max", POOL);
    assert_eq!(office.queue().first(), Some(&id));
    assert!(office.queue().iter().take(2).any(|first| *first == next));
    office.round();
    let sent = office.desk.night_status(&office.camille).unwrap().sent;
    let replies: Vec<_> = sent.iter().map(|s| s.reply.reply.0.as_str()).collect();
    assert_eq!(
        replies,
        ["night_emergency"],
        "the night takes it as seriously as people do"
    );
}

#[test]
fn a_reset_forgets_everything_and_says_so() {
    let office = TestDesk::open();
    let id = office.hears("zoe", POOL);
    let judged = category(&newest(&office, id));
    corrected(&office, id, another_than(judged));
    let refused = office.desk.forget_learned(&office.alex).unwrap_err();
    assert_eq!(refused.code, Code::Forbidden);

    let forgotten = office.desk.forget_learned(&office.camille).unwrap();
    assert_eq!(forgotten.corrections, 1);
    let entry = office.journal().pop().unwrap();
    assert_eq!(entry.action, Action::LearningReset);
    assert!(entry.detail.contains("\"corrections\":1"), "{}", entry.detail);
    assert_eq!(
        office.conversation(id).category,
        another_than(judged),
        "what a person said of it stays"
    );
    let next = office.hears("max", POOL);
    assert_eq!(office.conversation(next).category, judged);
    office.assert_sound();
}

#[test]
fn another_process_knows_at_once_and_after_a_restart_it_is_still_known() {
    let window = TestDesk::open();
    let service = window.second();
    let first = service.hears("zoe", POOL);
    let judged = category(&newest(&service, first));
    let to = another_than(judged);
    corrected(&window, first, to);
    assert_eq!(service.conversation(service.hears("max", POOL)).category, to);

    let service = service.restarted();
    assert_eq!(service.conversation(service.hears("tom", POOL)).category, to);

    window.desk.forget_learned(&window.camille).unwrap();
    assert_eq!(service.conversation(service.hears("lea", POOL)).category, judged);
    let again = service.hears("ida", POOL);
    corrected(&service, again, to);
    assert_eq!(window.conversation(window.hears("eve", POOL)).category, to);
}

#[test]
fn a_reply_that_colleagues_chose_for_a_similar_message_rises_and_says_why() {
    let office = TestDesk::open();
    let id = office.hears("zoe", POOL);
    let offered = office.opened(&office.alex, id).suggestions;
    assert!(offered.len() >= 2, "there is a race to settle");
    let chosen = offered.last().unwrap().clone();
    office
        .answers_with(&office.alex, id, &chosen.text, Some(chosen.reply.clone()))
        .unwrap();
    assert_eq!(office.desk.learned(&office.alex).unwrap().choices, 1);

    let next = office.hears("max", POOL_AGAIN);
    let now = office.opened(&office.bruno, next).suggestions;
    let score = |list: &[planton_core::domain::Suggestion], reply: &ReplyId| {
        list.iter().find(|s| s.reply == *reply).map(|s| s.score).unwrap()
    };
    assert!(score(&now, &chosen.reply) > score(&offered, &chosen.reply));
    let why = &now.iter().find(|s| s.reply == chosen.reply).unwrap().why;
    assert!(why.contains("l'a choisi pour un message semblable"), "{why}");
}

#[test]
fn a_burst_is_read_as_one() {
    let office = TestDesk::open();
    office.hears("zoe", "bonsoir");
    office.hears("zoe", "au secours il défonce la porte");
    office.wait(2);
    let id = office.hears("zoe", "c'est bon, fausse alerte");
    assert_eq!(
        office.conversation(id).category,
        Category::Emergency,
        "a word of the same person lowers nothing"
    );
    let last = newest(&office, id);
    assert!(category(&last) == Category::Emergency && is_by_earlier(&last));
    assert!(
        office.conversation(id).excerpt.contains("défonce"),
        "the row shows the alarm itself"
    );

    office.wait(45);
    office.hears("zoe", "merci");
    assert!(
        !is_by_earlier(&newest(&office, id)),
        "after a while it is another matter"
    );
    office.assert_sound();
}

#[test]
fn messages_of_one_batch_see_each_other_in_the_platform_s_order() {
    let office = TestDesk::open();
    let at = |second: i64| office.now() - chrono::Duration::seconds(60 - second);
    office.takes_in(vec![
        message("zoe", "c'est bon, fausse alerte", at(20)),
        message("max", "c'est bon, fausse alerte", at(30)),
        message("zoe", "au secours il défonce la porte", at(10)),
    ]);
    let (zoe, max) = (
        newest(&office, office.of_citizen("zoe")),
        newest(&office, office.of_citizen("max")),
    );
    assert!(
        is_by_earlier(&zoe),
        "whatever the order in which they were handed over"
    );
    assert!(!is_by_earlier(&max), "another person's alarm is not hers");
}

#[test]
fn an_answer_ends_a_burst_and_a_late_message_is_read_with_what_stood_before_it() {
    let office = TestDesk::open();
    let id = office.hears("zoe", "au secours il défonce la porte");
    office.wait(5);
    office.takes_in(vec![answer_elsewhere(
        "zoe",
        "Nous sommes en route.",
        office.now(),
    )]);
    office.wait(1);
    office.hears("zoe", "d'accord, je vous attends");
    assert!(!is_by_earlier(&newest(&office, id)));

    let late = message("zoe", "d'accord", office.now() - chrono::Duration::minutes(4));
    office.takes_in(vec![late]);
    let late = office
        .messages(id)
        .into_iter()
        .find(|m| m.text == "d'accord")
        .unwrap();
    assert!(is_by_earlier(&late), "it was written before the answer");
    office.assert_sound();
}

#[test]
fn correcting_the_alarm_frees_what_stood_under_it() {
    let office = TestDesk::open();
    let id = office.hears("zoe", "au secours il défonce la porte");
    office.wait(1);
    office.hears("zoe", "c'est bon, fausse alerte");
    let alarm = office.messages(id).remove(0);
    office
        .desk
        .correct_category(&office.alex, alarm.id, Category::Incident)
        .unwrap();
    assert_ne!(category(&newest(&office, id)), Category::Emergency);
    assert_ne!(office.conversation(id).category, Category::Emergency);
    let entry = office.journal().pop().unwrap();
    assert!(entry.detail.contains("\"read_again\":1"), "{}", entry.detail);
    office.assert_sound();
}

#[test]
fn a_night_answers_a_burst_once() {
    let office = TestDesk::with_night();
    office.at("2027-01-16 02:00");
    office.hears("zoe", "au secours il défonce la porte");
    office.round();
    for text in ["vous êtes là ?", "c'est bon, fausse alerte", "merci"] {
        office.wait(1);
        office.hears("zoe", text);
        office.round();
    }
    let sent = office.desk.night_status(&office.camille).unwrap().sent;
    let replies: Vec<_> = sent.iter().map(|s| s.reply.reply.0.as_str()).collect();
    assert_eq!(replies, ["night_emergency"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// However a burst is cut into batches, whatever is in it: it reads the same, and an alarm in it is never lost.
    #[test]
    fn batches_do_not_change_what_a_burst_says(
        texts in proptest::collection::vec(prop::sample::select(vec!["bonsoir", "mon mari", "il a un couteau", "oui", "c'est bon, fausse alerte", "merci"]), 1..7),
        cut in 0_usize..7,
    ) {
        let verdicts = |cut: usize| {
            let office = TestDesk::open();
            let began = office.now();
            let mut all: Vec<_> = (0..).zip(&texts).map(|(n, text)| message("zoe", text, began + chrono::Duration::seconds(n))).collect();
            office.wait(1);
            let rest = all.split_off(cut.min(all.len()));
            office.takes_in(all);
            office.takes_in(rest);
            let id = office.of_citizen("zoe");
            let categories: Vec<_> = office.messages(id).iter().map(category).collect();
            (categories, office.conversation(id).category)
        };
        let (whole, cut) = (verdicts(0), verdicts(cut));
        prop_assert_eq!(&whole, &cut);
        if let Some(alarm) = whole.0.iter().position(|c| *c == Category::Emergency) {
            prop_assert!(whole.0.iter().skip(alarm).all(|c| *c == Category::Emergency));
        }
    }
}
