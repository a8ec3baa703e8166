//! Who may do what, and what a thief of the disk gets.

use planton_core::clock::ManualClock;
use planton_core::desk::{Desk, QueueRequest};
use planton_core::domain::{Action, Actor, Category, Language, Role};
use planton_core::error::{Code, Error};
use planton_core::people::{Permission, may};
use planton_core::secret::Secret;
use planton_tests::TestDesk;
use planton_tests::desk::PASSWORD;
use std::path::Path;
use std::sync::Arc;

#[test]
fn the_table_of_permissions_cell_by_cell() {
    use Permission::{Administer, Answer, Audit, Handle, Read, Review, Supervise};
    let person = |role, review_level, enabled| {
        Actor::Person(planton_core::domain::Operator {
            id: planton_core::domain::OperatorId(1),
            login: "x".to_owned(),
            name: "X".to_owned(),
            role,
            review_level,
            enabled,
        })
    };
    let table: [(&str, Actor, &[Permission]); 9] = [
        (
            "operator",
            person(Role::Operator, 0, true),
            &[Read, Handle, Answer],
        ),
        (
            "operator who reviews",
            person(Role::Operator, 1, true),
            &[Read, Handle, Answer, Review],
        ),
        (
            "supervisor",
            person(Role::Supervisor, 2, true),
            &[Read, Handle, Answer, Review, Supervise, Audit],
        ),
        (
            "supervisor without a level",
            person(Role::Supervisor, 0, true),
            &[Read, Handle, Answer, Supervise, Audit],
        ),
        (
            "administrator",
            person(Role::Administrator, 1, true),
            &[Read, Handle, Answer, Review, Supervise, Administer, Audit],
        ),
        ("who left", person(Role::Administrator, 3, false), &[]),
        (
            "local administrator",
            Actor::LocalAdministrator,
            &[Read, Handle, Supervise, Administer, Audit],
        ),
        ("night", Actor::Night, &[Read]),
        ("system", Actor::System, &[Read]),
    ];
    for (name, actor, allowed) in table {
        for permission in Permission::ALL {
            assert_eq!(
                may(&actor, *permission),
                allowed.contains(permission),
                "{name}: {permission:?}"
            );
        }
    }
}

type Try = fn(&TestDesk, &Actor) -> Result<(), Error>;

#[test]
fn every_act_asks_for_its_permission() {
    let acts: [(&str, Try, [bool; 3]); 12] = [
        (
            "queue",
            |o, who| o.desk.queue(who, &QueueRequest::default()).map(drop),
            [true, true, true],
        ),
        (
            "counts",
            |o, who| o.desk.counts(who).map(drop),
            [true, true, true],
        ),
        (
            "people",
            |o, who| o.desk.people(who).map(drop),
            [true, true, true],
        ),
        (
            "night on",
            |o, who| o.desk.set_night(who, true),
            [false, true, true],
        ),
        (
            "quarantine",
            |o, who| o.desk.quarantine(who).map(drop),
            [false, true, true],
        ),
        (
            "journal",
            |o, who| o.desk.verify_journal(who).map(drop),
            [false, true, true],
        ),
        (
            "add a person",
            |o, who| {
                let password = Secret::new(PASSWORD);
                o.desk
                    .add_person(who, "new", "New", Role::Administrator, 3, &password)
                    .map(drop)
            },
            [false, false, true],
        ),
        (
            "change a role",
            |o, who| {
                o.desk
                    .change_person(who, "alex", Some(Role::Administrator), None, None)
                    .map(drop)
            },
            [false, false, true],
        ),
        (
            "set a setting",
            |o, who| o.desk.set_setting(who, "demo", &true.into()),
            [false, false, true],
        ),
        (
            "pause an account",
            |o, who| o.desk.pause_inbox(who, o.inbox.id, true),
            [false, false, true],
        ),
        (
            "remove an account",
            |o, who| o.desk.remove_inbox(who, o.inbox.id),
            [false, false, true],
        ),
        (
            "import",
            |o, who| {
                let file = o.folder().join("m.jsonl");
                std::fs::write(&file, "").unwrap();
                match o
                    .desk
                    .import(who, planton_core::import::Format::Jsonl, "E", &file, &mut |_| {})
                {
                    Err(error) if error.code == Code::Forbidden => Err(error),
                    _ => Ok(()),
                }
            },
            [false, false, true],
        ),
    ];
    for (name, act, allowed) in acts {
        let office = TestDesk::open();
        for (who, allowed) in [&office.alex, &office.camille, &office.marie]
            .into_iter()
            .zip(allowed)
        {
            let done = act(&office, who);
            assert_eq!(done.is_ok(), allowed, "{name}");
            if let Err(error) = done {
                assert_eq!(error.code, Code::Forbidden, "{name}");
            }
        }
    }
}

#[test]
fn what_somebody_may_do_is_what_they_may_do_now() {
    let office = TestDesk::open();
    let id = office.hears("zoe", "Bonjour");
    office
        .desk
        .change_person(&office.marie, "alex", None, None, Some(false))
        .unwrap();
    for refused in [
        office
            .desk
            .queue(&office.alex, &QueueRequest::default())
            .map(drop),
        office.desk.claim(&office.alex, id).map(drop),
        office
            .desk
            .open_conversation(&office.alex, id, None, Language::French)
            .map(drop),
        office.answers(&office.alex, id, "Bonjour").map(drop),
        office
            .desk
            .correct_category(&office.alex, office.newest(id), Category::Other),
    ] {
        assert_eq!(refused.unwrap_err().code, Code::Forbidden);
    }
    office
        .desk
        .change_person(&office.marie, "camille", Some(Role::Operator), Some(0), None)
        .unwrap();
    assert_eq!(
        office.desk.verify_journal(&office.camille).unwrap_err().code,
        Code::Forbidden
    );
    let last = office
        .desk
        .change_person(&office.marie, "marie", Some(Role::Operator), None, None)
        .unwrap_err();
    assert_eq!(last.code, Code::Invalid, "somebody must be left who administers");
}

#[test]
fn without_people_the_first_user_administers_and_answers_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::at(planton_tests::desk::paris("2027-01-15 10:00"));
    let desk = Desk::open(folder.path(), Arc::new(clock)).unwrap();
    let first = desk.local_administrator().unwrap();
    assert!(
        desk.queue(&first, &QueueRequest::default())
            .unwrap()
            .items
            .is_empty()
    );
    let nobody = desk.next_conversation(&first).unwrap_err();
    assert_eq!(nobody.code, Code::Forbidden);
    let person = desk
        .add_person(&first, "zara", "Zara", Role::Operator, 0, &Secret::new(PASSWORD))
        .unwrap();
    assert_eq!(person.role, Role::Administrator, "somebody must administer");
    assert_eq!(
        desk.queue(&first, &QueueRequest::default()).unwrap_err().code,
        Code::SignIn
    );
    assert_eq!(desk.local_administrator().unwrap_err().code, Code::SignIn);
}

#[test]
fn wrong_passwords_cost_a_wait_that_ends() {
    let office = TestDesk::open();
    let try_with = |login: &str, password: &str| office.desk.sign_in(login, &Secret::new(password));
    let unknown = try_with("nobody", "x").unwrap_err();
    for _ in 0..4 {
        let wrong = try_with("alex", "wrong").unwrap_err();
        assert_eq!(
            (wrong.code, &wrong.message),
            (Code::SignIn, &unknown.message),
            "a name is not betrayed"
        );
    }
    let blocked = try_with("alex", PASSWORD).unwrap_err();
    assert!(blocked.hint.contains("seconds"), "{}", blocked.hint);
    assert!(try_with("bruno", PASSWORD).is_ok(), "only this name waits");
    office.wait(2);
    assert!(try_with("ALEX", PASSWORD).is_ok());
    assert!(try_with("alex", "wrong").is_err());
    assert!(try_with("alex", PASSWORD).is_ok(), "the count began anew");
    let refused = office
        .journal()
        .iter()
        .filter(|entry| entry.action == Action::SignInRefused)
        .count();
    assert_eq!(refused, 7);
    office
        .desk
        .change_person(&office.marie, "alex", None, None, Some(false))
        .unwrap();
    assert!(
        try_with("alex", PASSWORD)
            .unwrap_err()
            .message
            .contains("may not sign in")
    );
}

#[test]
fn names_and_passwords_have_rules() {
    let office = TestDesk::open();
    let add = |login: &str, name: &str, password: &str, level| {
        office
            .desk
            .add_person(
                &office.marie,
                login,
                name,
                Role::Operator,
                level,
                &Secret::new(password),
            )
            .unwrap_err()
    };
    assert_eq!(add("", "N", PASSWORD, 0).code, Code::Invalid);
    assert_eq!(add("a b", "N", PASSWORD, 0).code, Code::Invalid);
    assert_eq!(add("n", " ", PASSWORD, 0).code, Code::Invalid);
    assert_eq!(add("n", "N", "court", 0).code, Code::Invalid);
    assert_eq!(add("n", "N", PASSWORD, 4).code, Code::Invalid);
    assert_eq!(add("ALEX", "N", PASSWORD, 0).code, Code::Conflict);
}

/// Every file of a folder, one after the other.
fn bytes(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        all.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    all
}

fn contains(all: &[u8], words: &str) -> bool {
    all.windows(words.len()).any(|window| window == words.as_bytes())
}

#[test]
fn what_lies_on_the_disk_shows_nothing() {
    let office = TestDesk::open();
    office
        .desk
        .add_inbox(
            &office.marie,
            "Courriel",
            planton_core::domain::ChannelKind::Email,
            "boite@police.example",
            chrono_tz::Europe::Paris,
            planton_core::domain::InboxState::Live,
            "{}",
            Some(&Secret::new("motdepassedelaboite")),
        )
        .unwrap();
    let id = office.hears("zoe", "MARQUEURDUCITOYEN dans le texte");
    office.answers(&office.alex, id, "MARQUEURDELAREPONSE").unwrap();
    let all = bytes(office.folder());
    assert!(all.len() > 50_000);
    for words in [
        "MARQUEURDUCITOYEN",
        "marqueurducitoyen",
        "MARQUEURDELAREPONSE",
        PASSWORD,
        "motdepassedelaboite",
        "Alex Morel",
        "CREATE TABLE",
        "SQLite format",
    ] {
        assert!(!contains(&all, words), "{words}");
    }
}

fn refused(folder: &Path) -> Error {
    let clock = ManualClock::at(planton_tests::desk::paris("2027-01-15 10:00"));
    let error = Desk::open(folder, Arc::new(clock)).map(drop).unwrap_err();
    assert_eq!(error.code, Code::Store, "{}", error.message);
    assert!(!error.hint.is_empty(), "it says what to do");
    error
}

/// A workspace with something in it, closed.
fn closed() -> (tempfile::TempDir, std::path::PathBuf) {
    let copy = tempfile::tempdir().unwrap();
    let clock = ManualClock::at(planton_tests::desk::paris("2027-01-15 10:00"));
    let desk = Desk::open(copy.path(), Arc::new(clock)).unwrap();
    desk.set_night(&Actor::LocalAdministrator, true).unwrap();
    drop(desk);
    let path = copy.path().to_owned();
    (copy, path)
}

#[test]
fn a_key_of_another_workspace_a_missing_and_a_damaged_one_are_sentences() {
    let (_folder, path) = closed();
    let key = std::fs::read_to_string(path.join("key")).unwrap();
    std::fs::write(path.join("key"), "0".repeat(64)).unwrap();
    assert!(refused(&path).message.contains("key"));
    std::fs::write(path.join("key"), key.split_at(40).0).unwrap();
    assert!(refused(&path).message.contains("damaged"));
    std::fs::write(path.join("key"), "é".repeat(32)).unwrap();
    assert!(refused(&path).message.contains("damaged"));
    std::fs::remove_file(path.join("key")).unwrap();
    assert!(refused(&path).message.contains("missing"));
    assert!(!path.join("key").exists(), "no new key beside an old database");
    std::fs::write(path.join("key"), key).unwrap();
    let clock = ManualClock::at(planton_tests::desk::paris("2027-01-15 10:00"));
    assert!(
        Desk::open(&path, Arc::new(clock))
            .unwrap()
            .settings()
            .unwrap()
            .night
            .enabled,
        "nothing was lost"
    );
}

#[test]
fn a_damaged_database_is_a_sentence() {
    let (_folder, path) = closed();
    let database = path.join("planton.db");
    let whole = std::fs::read(&database).unwrap();
    for damage in [0usize, 5000] {
        let mut bytes = whole.clone();
        for byte in bytes.iter_mut().skip(damage).take(2000) {
            *byte ^= 0x5a;
        }
        std::fs::write(&database, bytes).unwrap();
        let clock = ManualClock::at(planton_tests::desk::paris("2027-01-15 10:00"));
        let error = Desk::open(&path, Arc::new(clock))
            .and_then(|desk| desk.store().check())
            .unwrap_err();
        assert_eq!(error.code, Code::Store, "{}", error.message);
        assert!(!error.hint.is_empty());
    }
    std::fs::write(&database, b"this is no database").unwrap();
    refused(&path);
}

#[test]
fn a_database_that_another_program_holds_is_a_sentence_and_nothing_is_lost() {
    let office = TestDesk::open();
    let other = office.second();
    let id = office.hears("zoe", "Bonjour");
    let held = office
        .desk
        .store()
        .write(|_| Ok(other.desk.claim(&other.bruno, id).unwrap_err()))
        .unwrap();
    assert_eq!(held.code, Code::Store);
    assert!(held.message.contains("Another program"), "{}", held.message);
    other.desk.claim(&other.bruno, id).unwrap();
}

#[cfg(unix)]
#[test]
fn the_folder_and_the_key_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("a").join("workspace");
    let clock = ManualClock::at(planton_tests::desk::paris("2027-01-15 10:00"));
    let desk = Desk::open(&path, Arc::new(clock)).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(&path.join("key"))), (0o700, 0o600));
    let left: Vec<_> = std::fs::read_dir(&path)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("key"))
        .collect();
    assert_eq!(left, ["key"], "nothing is left aside");
    drop(desk);
}

#[test]
fn two_that_start_together_on_an_empty_folder_end_up_with_one_workspace() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let open = || {
            let clock = ManualClock::at(planton_tests::desk::paris("2027-01-15 10:00"));
            Desk::open(folder.path(), Arc::new(clock)).map(|desk| desk.settings().map(drop))
        };
        let results = std::thread::scope(|threads| {
            let all: Vec<_> = (0..4).map(|_| threads.spawn(open)).collect();
            all.into_iter()
                .map(|thread| thread.join().unwrap())
                .collect::<Vec<_>>()
        });
        for result in results {
            result.unwrap().unwrap();
        }
        open().unwrap().unwrap();
    }
}

#[test]
fn errors_and_debug_output_hold_nothing_that_a_citizen_wrote() {
    let office = TestDesk::open();
    let id = office.hears("zoe", "PRIVE bonjour");
    office.answers(&office.alex, id, "PRIVE réponse").unwrap();
    let opened = office.opened(&office.alex, id);
    let shown = format!(
        "{:?} {:?} {:?} {:?} {:?} {:?}",
        opened.item.conversation,
        opened.item.contact,
        opened.messages,
        opened.draft,
        opened.outbox,
        office.desk.reviews(&office.camille).unwrap()
    );
    assert!(!shown.contains("PRIVE") && !shown.contains("zoe"), "{shown}");
    for entry in office.journal() {
        assert!(!entry.detail.contains("PRIVE") && !entry.detail.contains("zoe"));
    }
}
