//! Files that a desk has today.

use planton_core::domain::{ConversationStatus, InboxState};
use planton_core::import::Format;
use planton_tests::TestDesk;
use serde_json::json;
use std::path::PathBuf;

fn sample(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("data/exports")
        .join(name)
}

#[test]
fn importing_again_adds_nothing() {
    let office = TestDesk::open();
    for (format, name) in [
        (Format::Facebook, "facebook"),
        (Format::Facebook, "facebook_e2ee"),
        (Format::Instagram, "instagram"),
        (Format::X, "x"),
        (Format::Whatsapp, "whatsapp"),
        (Format::Mbox, "mail"),
    ] {
        let import = || {
            office
                .desk
                .import(&office.marie, format, name, &sample(name), &mut |_| {})
                .unwrap()
                .report
        };
        let first = import();
        assert!(first.stored > 0 && first.quarantined == 0, "{name}: {first:?}");
        let again = import();
        assert_eq!((again.stored, again.duplicates), (0, again.read), "{name}");
        assert_eq!(first.read, again.read, "{name}");
    }
    office.assert_sound();
}

#[test]
fn a_line_that_is_not_json_is_kept_aside_and_the_rest_goes_in() {
    let office = TestDesk::open();
    let line = |n: i32| {
        json!({ "id": n.to_string(), "conversation": "c", "from": { "id": "z", "name": "Zoé" }, "at": "2027-01-14T08:00:00+01:00", "text": "Bonjour" }).to_string()
    };
    let file = office.folder().join("m.jsonl");
    std::fs::write(&file, format!("{}\n{{not json\n\n{}\n{{}}\n", line(1), line(2))).unwrap();
    let import = || {
        office
            .desk
            .import(&office.marie, Format::Jsonl, "Export", &file, &mut |_| {})
            .unwrap()
    };
    let done = import();
    assert_eq!((done.report.stored, done.report.quarantined), (2, 2));
    assert!(
        done.quarantined[0].0.contains('2'),
        "it says which line: {}",
        done.quarantined[0].0
    );
    assert_eq!(office.desk.counts(&office.alex).unwrap().quarantined, 2);
    import();
    assert_eq!(
        office.desk.counts(&office.alex).unwrap().quarantined,
        2,
        "the same items are kept once"
    );
    office.assert_sound();
}

#[test]
fn an_account_that_was_taken_off_comes_back_with_an_import() {
    let office = TestDesk::open();
    let path = sample("whatsapp");
    office
        .desk
        .import(&office.marie, Format::Whatsapp, "WhatsApp", &path, &mut |_| {})
        .unwrap();
    let inbox = office.desk.inbox_named(&office.marie, "WhatsApp").unwrap();
    office.desk.remove_inbox(&office.marie, inbox.id).unwrap();
    assert!(
        !office
            .desk
            .inboxes(&office.alex)
            .unwrap()
            .iter()
            .any(|inbox| inbox.name == "WhatsApp")
    );
    let again = office
        .desk
        .import(&office.marie, Format::Whatsapp, "WhatsApp", &path, &mut |_| {})
        .unwrap();
    assert_eq!(again.report.stored, 0);
    let back = office
        .desk
        .inboxes(&office.alex)
        .unwrap()
        .into_iter()
        .find(|inbox| inbox.name == "WhatsApp")
        .unwrap();
    assert_eq!(back.state, InboxState::ImportOnly);
}

#[test]
fn what_was_answered_there_stays_answered() {
    let office = TestDesk::open();
    let line = |n: i32, minute: i32, direction: &str| {
        json!({ "id": n.to_string(), "conversation": "c", "from": { "id": "z", "name": "Zoé" }, "at": format!("2027-01-14T08:{minute:02}:00+01:00"), "text": "Bonjour", "direction": direction }).to_string()
    };
    let file = office.folder().join("m.jsonl");
    std::fs::write(&file, format!("{}\n{}\n", line(1, 0, "in"), line(2, 5, "out"))).unwrap();
    office
        .desk
        .import(&office.marie, Format::Jsonl, "Export", &file, &mut |_| {})
        .unwrap();
    assert_eq!(office.listed(ConversationStatus::Resolved).len(), 1);
    assert!(office.queue().is_empty());
    office.assert_sound();
}

#[test]
fn a_path_that_cannot_be_read_leaves_no_account_behind() {
    let office = TestDesk::open();
    let nowhere = office.folder().join("nowhere");
    assert!(
        office
            .desk
            .import(&office.marie, Format::Facebook, "Facebook", &nowhere, &mut |_| {})
            .is_err()
    );
    assert_eq!(office.desk.inboxes(&office.alex).unwrap().len(), 1);
}
