//! From a citizen's words to an approved answer.

use planton_core::desk::Sent;
use planton_core::domain::{Action, Category, ConversationStatus, ReplyState, ReviewState};
use planton_core::error::Code;
use planton_tests::TestDesk;
use serde_json::json;

const COMPLAINT: &str = "Bonjour, lors d'un contrôle routier hier un de vos policiers m'a insulté et bousculé sans raison. C'est inadmissible.";
const THANKS: &str =
    "Merci à l'équipage qui est venu hier soir après notre cambriolage, mon fils et moi vous remercions.";

#[test]
fn the_life_of_a_complaint() {
    let office = TestDesk::open();
    let id = office.hears("zoe", COMPLAINT);
    assert_eq!(office.conversation(id).category, Category::Complaint);
    assert_eq!(office.queue(), [id]);

    office.desk.claim(&office.alex, id).unwrap();
    let opened = office.opened(&office.alex, id);
    let canned = opened.suggestions.first().expect("a suggestion");
    assert_eq!(
        canned.reply.0, "igpn_link",
        "grave conduct is answered with the oversight body"
    );
    let personal = format!("Madame, ce que vous décrivez est grave.\n\n{}", canned.text);
    let sent = office
        .answers_with(&office.alex, id, &personal, Some(canned.reply.clone()))
        .unwrap();
    assert_eq!(sent, Sent::Submitted { levels: 1 });
    assert_eq!(office.conversation(id).reply_state, ReplyState::AwaitingReview);
    assert_eq!(
        office.queue(),
        [id],
        "what waits for review is still in the queue"
    );
    office.round();
    assert_eq!(
        office.platform.texts(),
        [""; 0],
        "nothing leaves before somebody says yes"
    );

    let waiting = office.desk.reviews(&office.camille).unwrap();
    assert_eq!((waiting.len(), waiting[0].author.as_str()), (1, "Alex Morel"));
    assert_eq!(waiting[0].why_not, None);
    assert_eq!(waiting[0].message.0, COMPLAINT);
    let draft = &waiting[0].draft;
    assert!(draft.is_changed() && draft.canned_text.as_deref() == Some(canned.text.as_str()));
    let leaves = office
        .desk
        .approve(&office.camille, draft.id, &draft.digest())
        .unwrap();
    assert!(leaves.is_some());
    office.round();
    assert_eq!(office.platform.texts(), [personal.as_str()]);

    let conversation = office.conversation(id);
    assert_eq!(
        (conversation.status, conversation.reply_state),
        (ConversationStatus::Resolved, ReplyState::Sent)
    );
    assert_eq!(office.messages(id).last().unwrap().text, personal);
    assert_eq!(
        office.acts(id),
        [
            Action::Claimed,
            Action::ConversationRead,
            Action::Submitted,
            Action::Approved,
            Action::SendQueued,
            Action::Sent
        ]
    );
    office.assert_sound();
}

#[test]
fn an_untouched_canned_response_leaves_without_review() {
    let office = TestDesk::open();
    let id = office.hears("zoe", THANKS);
    let entry = office.queues(&office.alex, id);
    office.round();
    assert_eq!(office.platform.texts(), [office.entry(entry).text]);
    office.assert_sound();
}

#[test]
fn one_changed_word_needs_a_supervisor() {
    let office = TestDesk::open();
    let id = office.hears("zoe", THANKS);
    let canned = office.opened(&office.alex, id).suggestions.remove(0);
    let changed = canned.text.replace("merci", "MERCI");
    assert_ne!(changed, canned.text);
    let sent = office
        .answers_with(&office.alex, id, &changed, Some(canned.reply))
        .unwrap();
    assert_eq!(sent, Sent::Submitted { levels: 1 });
}

#[test]
fn what_a_shell_says_it_inserted_is_not_believed() {
    let office = TestDesk::open();
    let id = office.hears("zoe", THANKS);
    let canned = office.opened(&office.alex, id).suggestions.remove(0);
    let sent = office
        .answers_with(&office.alex, id, "Un texte à moi.", Some(canned.reply))
        .unwrap();
    assert_eq!(sent, Sent::Submitted { levels: 1 });
    let nobody_knows = planton_core::domain::ReplyId("does_not_exist".to_owned());
    let unknown = office.answers_with(&office.bruno, id, "Un texte.", Some(nobody_knows));
    assert!(unknown.is_err());
}

#[test]
fn nobody_approves_their_own_text() {
    let office = TestDesk::open();
    let id = office.hears("zoe", COMPLAINT);
    office
        .answers(&office.camille, id, "Je vous réponds moi-même.")
        .unwrap();
    let draft = office.draft(id);
    let own = office
        .desk
        .approve(&office.camille, draft.id, &draft.digest())
        .unwrap_err();
    assert_eq!(own.code, Code::Forbidden);
    assert!(own.message.contains("their own"), "{}", own.message);
    let operator = office
        .desk
        .approve(&office.alex, draft.id, &draft.digest())
        .unwrap_err();
    assert_eq!(operator.code, Code::Forbidden);
    assert!(
        office
            .desk
            .approve(&office.dora, draft.id, &draft.digest())
            .unwrap()
            .is_some()
    );
    office.assert_sound();
}

#[test]
fn a_supervisor_who_takes_over_a_text_may_not_approve_it() {
    let office = TestDesk::open();
    let id = office.hears("zoe", COMPLAINT);
    office.writes(&office.alex, id, "Début d'Alex").unwrap();
    office
        .answers(&office.camille, id, "Camille a tout récrit.")
        .unwrap();
    let draft = office.draft(id);
    assert_eq!(
        office
            .desk
            .approve(&office.camille, draft.id, &draft.digest())
            .unwrap_err()
            .code,
        Code::Forbidden
    );
}

#[test]
fn an_edit_after_an_approval_voids_it() {
    let office = TestDesk::open();
    needs(&office, 2);
    let id = office.hears("zoe", COMPLAINT);
    office.answers(&office.alex, id, "Premier texte.").unwrap();
    let first = office.draft(id);
    assert_eq!(
        office
            .desk
            .approve(&office.camille, first.id, &first.digest())
            .unwrap(),
        None
    );
    assert_eq!(office.draft(id).review.levels_passed, 1);

    let edited = office
        .desk
        .edit_in_review(&office.dora, first.id, &first.digest(), "Second texte.")
        .unwrap();
    assert_eq!(
        (edited.review.levels_passed, edited.review.state),
        (0, ReviewState::AwaitingReview)
    );
    let stale = office
        .desk
        .approve(&office.camille, first.id, &first.digest())
        .unwrap_err();
    assert_eq!(
        stale.code,
        Code::Conflict,
        "the text that was read is not the one that waits"
    );
    office.round();
    assert!(office.platform.sent().is_empty());

    let digest = office.draft(id).digest();
    assert_eq!(
        office.desk.approve(&office.camille, first.id, &digest).unwrap(),
        None
    );
    assert!(
        office
            .desk
            .approve(&office.dora, first.id, &digest)
            .unwrap()
            .is_some()
    );
    office.round();
    assert_eq!(office.platform.texts(), ["Second texte."]);
}

#[test]
fn its_author_takes_a_text_back_from_review_by_changing_it() {
    let office = TestDesk::open();
    let id = office.hears("zoe", COMPLAINT);
    office.answers(&office.alex, id, "Premier texte.").unwrap();
    let submitted = office.draft(id);
    office.writes(&office.alex, id, "Premier texte.").unwrap();
    assert_eq!(
        office.conversation(id).reply_state,
        ReplyState::AwaitingReview,
        "the same text changes nothing"
    );
    let other = office.writes(&office.bruno, id, "Le texte de Bruno").unwrap_err();
    assert_eq!(other.code, Code::Conflict);
    office.writes(&office.alex, id, "Mieux.").unwrap();
    assert_eq!(office.conversation(id).reply_state, ReplyState::Draft);
    let gone = office
        .desk
        .approve(&office.camille, submitted.id, &submitted.digest())
        .unwrap_err();
    assert_eq!(gone.code, Code::Conflict);
    office.assert_sound();
}

#[test]
fn three_levels_are_three_people() {
    let office = TestDesk::open();
    needs(&office, 3);
    let emile = office
        .desk
        .add_person(
            &office.marie,
            "emile",
            "Émile Roux",
            planton_core::domain::Role::Supervisor,
            3,
            &planton_core::secret::Secret::new(planton_tests::desk::PASSWORD),
        )
        .unwrap();
    let emile = planton_core::domain::Actor::Person(emile);
    let id = office.hears("zoe", COMPLAINT);
    assert_eq!(
        office.answers(&office.alex, id, "Un texte grave.").unwrap(),
        Sent::Submitted { levels: 3 }
    );
    let draft = office.draft(id);
    let digest = draft.digest();
    assert_eq!(
        office.desk.approve(&office.camille, draft.id, &digest).unwrap(),
        None
    );
    let twice = office
        .desk
        .approve(&office.camille, draft.id, &digest)
        .unwrap_err();
    assert_eq!(twice.code, Code::Forbidden, "one person is one level");
    assert_eq!(
        office.desk.approve(&office.dora, draft.id, &digest).unwrap(),
        None
    );
    let low = office.desk.approve(&office.marie, draft.id, &digest).unwrap_err();
    assert!(low.message.contains("level 3"), "{}", low.message);
    assert!(office.desk.approve(&emile, draft.id, &digest).unwrap().is_some());
    office.round();
    assert_eq!(office.platform.texts(), ["Un texte grave."]);
}

#[test]
fn sent_back_with_a_reason_and_submitted_again() {
    let office = TestDesk::open();
    let id = office.hears("zoe", COMPLAINT);
    office.answers(&office.alex, id, "Trop sec.").unwrap();
    let draft = office.draft(id);
    let silent = office
        .desk
        .reject(&office.camille, draft.id, &draft.digest(), "  ")
        .unwrap_err();
    assert_eq!(silent.code, Code::Invalid);
    office
        .desk
        .reject(&office.camille, draft.id, &draft.digest(), "Plus chaleureux")
        .unwrap();
    assert_eq!(office.conversation(id).reply_state, ReplyState::Rejected);
    assert_eq!(office.draft(id).review.decisions[0].reason, "Plus chaleureux");
    assert_eq!(
        office.desk.next_conversation(&office.alex).unwrap(),
        Some(id),
        "it is somebody's task again"
    );
    office
        .answers(&office.alex, id, "Avec toute notre considération.")
        .unwrap();
    let again = office.draft(id);
    office
        .desk
        .approve(&office.camille, again.id, &again.digest())
        .unwrap();
    office.round();
    assert_eq!(office.platform.texts(), ["Avec toute notre considération."]);
    office.assert_sound();
}

#[test]
fn an_approval_after_the_window_is_refused_with_the_reason() {
    let office = TestDesk::open();
    let id = office.hears("zoe", COMPLAINT);
    office.answers(&office.alex, id, "Une réponse.").unwrap();
    let draft = office.draft(id);
    office.wait(24 * 60);
    let late = office
        .desk
        .approve(&office.camille, draft.id, &draft.digest())
        .unwrap_err();
    assert!(
        late.code == Code::Conflict && late.message.contains("window"),
        "{}",
        late.message
    );
    assert_eq!(office.conversation(id).reply_state, ReplyState::AwaitingReview);
    assert_eq!(
        office.desk.reviews(&office.camille).unwrap().len(),
        1,
        "it is not lost"
    );
    office
        .desk
        .reject(&office.camille, draft.id, &draft.digest(), "Trop tard")
        .unwrap();
    office.assert_sound();
}

#[test]
fn an_approval_covers_what_its_author_had_seen() {
    let office = TestDesk::open();
    let id = office.hears("zoe", COMPLAINT);
    office.answers(&office.alex, id, "Une réponse.").unwrap();
    office.wait(10);
    office.hears("zoe", "Et il ne m'a pas donné son matricule non plus.");
    let draft = office.draft(id);
    office
        .desk
        .approve(&office.camille, draft.id, &draft.digest())
        .unwrap();
    office.round();
    assert_eq!(office.platform.texts(), ["Une réponse."]);
    let conversation = office.conversation(id);
    assert_eq!(
        conversation.status,
        ConversationStatus::Open,
        "the later message still waits"
    );
    assert_eq!(
        conversation.waiting_since,
        office.messages(id).get(1).map(|message| message.sent_at)
    );
    office.assert_sound();
}

fn needs(office: &TestDesk, levels: u8) {
    office
        .desk
        .set_setting(
            &office.marie,
            "review",
            &json!([{ "category": "complaint", "levels": levels }]),
        )
        .unwrap();
}
