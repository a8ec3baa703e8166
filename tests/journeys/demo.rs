//! The workspace to try.

use planton_core::clock::ManualClock;
use planton_core::desk::{Desk, QueueRequest};
use planton_core::domain::{ConversationStatus, Language};
use planton_core::journal::Verdict;
use planton_tests::desk::paris;
use std::sync::Arc;

fn filled(at: &str) -> (tempfile::TempDir, Arc<Desk>) {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(paris(at)));
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(planton_core::demo::fill(folder.path(), clock.clone(), None))
        .unwrap();
    let desk = Arc::new(Desk::open(folder.path(), clock).unwrap());
    (folder, desk)
}

#[test]
fn a_demo_is_whole_at_any_hour() {
    for at in ["2027-01-15 09:10", "2027-01-15 03:00", "2027-03-28 03:30"] {
        let (_folder, desk) = filled(at);
        let people = desk.demo_people().unwrap();
        let camille = people.iter().find(|person| person.login == "camille").unwrap();
        let camille = desk.sign_in_demo(camille.id).unwrap();
        assert!(matches!(
            desk.verify_journal(&camille).unwrap(),
            Verdict::Intact { .. }
        ));
        let counts = desk.counts(&camille).unwrap();
        assert_eq!(counts, desk.store().read(|view| view.recount()).unwrap());
        assert!(
            counts.open > 10 && counts.awaiting_review > 0 && counts.snoozed > 0 && counts.stuck == 0,
            "{counts:?}"
        );
        assert!(
            counts.by_category.iter().all(|(_, count)| *count > 0),
            "every category has its example: {counts:?}"
        );
        for status in [
            ConversationStatus::Open,
            ConversationStatus::Snoozed,
            ConversationStatus::Resolved,
        ] {
            let page = desk
                .queue(
                    &camille,
                    &QueueRequest {
                        status: Some(status),
                        limit: 200,
                        ..QueueRequest::default()
                    },
                )
                .unwrap();
            assert!(!page.items.is_empty(), "{status}");
            for item in page.items {
                desk.open_conversation(&camille, item.conversation.id, None, Language::French)
                    .unwrap();
            }
        }
    }
}

#[test]
fn a_workspace_that_is_not_empty_is_left_alone() {
    let (folder, desk) = filled("2027-01-15 09:10");
    let before = desk.store().read(|view| view.message_count()).unwrap();
    let again = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(planton_core::demo::fill(
            folder.path(),
            Arc::new(ManualClock::at(desk.now())),
            None,
        ));
    assert!(again.is_err());
    assert_eq!(desk.store().read(|view| view.message_count()).unwrap(), before);
}

#[test]
fn only_a_demo_lets_people_in_by_one_click() {
    let office = planton_tests::TestDesk::open();
    assert!(office.desk.demo_people().unwrap().is_empty());
    let alex = office.alex.operator().unwrap().id;
    assert!(office.desk.sign_in_demo(alex).is_err());
}
