//! From a citizen's mail program to the queue and back, over a real Dovecot and a real Exim: by day by hand, by night by itself.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test"
)]

use chrono::{TimeZone as _, Utc};
use planton_channels::connector::Connector;
use planton_core::clock::ManualClock;
use planton_core::desk::{Desk, QueueRequest, Sent, Submission};
use planton_core::domain::{
    Actor, ChannelKind, ConversationStatus, InboxState, Instant, Language, ReplyId, ReplyState, Role,
};
use planton_core::outbox::worker::Connect;
use planton_core::secret::Secret;
use planton_core::service::Service;
use planton_tests::mail_servers::{ADDRESS, MailServers, Protection};
use std::sync::Arc;

const ZOE: &str = "zoe@example.org";

/// A desk of one mailbox, at an hour that the test chooses.
struct Office {
    desk: Arc<Desk>,
    clock: ManualClock,
    service: Service,
    alex: Actor,
    _folder: tempfile::TempDir,
}

impl Office {
    fn open(servers: &MailServers, at: Instant) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::at(at);
        let desk = Arc::new(Desk::open(folder.path(), Arc::new(clock.clone())).unwrap());
        let administrator = desk.local_administrator().unwrap();
        desk.add_inbox(
            &administrator,
            "Courriel",
            ChannelKind::Email,
            ADDRESS,
            chrono_tz::Europe::Paris,
            InboxState::Live,
            &servers.settings(Protection::None).to_string(),
            Some(&servers.secret()),
        )
        .unwrap();
        desk.set_setting(
            &administrator,
            "outbox",
            &serde_json::json!({ "undo_seconds": 0 }),
        )
        .unwrap();
        desk.set_night(&administrator, true).unwrap();
        let password = Secret::new("un mot de passe long");
        let chief = desk
            .add_person(
                &administrator,
                "camille",
                "Camille",
                Role::Administrator,
                2,
                &password,
            )
            .unwrap();
        let alex = desk
            .add_person(
                &Actor::Person(chief),
                "alex",
                "Alex",
                Role::Operator,
                0,
                &password,
            )
            .unwrap();
        let connector = Arc::new(Connector::new(Arc::clone(&desk))) as Arc<dyn Connect>;
        let service = Service::new(Arc::clone(&desk), connector, "test".to_owned());
        Self {
            desk,
            clock,
            service,
            alex: Actor::Person(alex),
            _folder: folder,
        }
    }

    fn row(&self) -> planton_core::desk::QueueItem {
        let request = QueueRequest {
            limit: 10,
            ..QueueRequest::default()
        };
        let page = self.desk.queue(&self.alex, &request).unwrap();
        assert_eq!(page.items.len(), 1, "one conversation waits");
        page.items.into_iter().next().unwrap()
    }
}

fn mail(id: &str, date: &str, subject: &str, text: &str) -> String {
    format!(
        "From: =?utf-8?q?Zo=C3=A9?= <{ZOE}>\nTo: {ADDRESS}\nSubject: {subject}\nMessage-ID: <{id}@example.org>\n\
         Date: {date}\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
    )
}

#[tokio::test]
async fn a_mail_by_day_is_answered_by_hand_in_its_thread() {
    let servers = MailServers::start();
    let office = Office::open(&servers, Utc.with_ymd_and_hms(2026, 1, 5, 14, 0, 0).unwrap());
    servers.deliver(
        mail(
            "velo",
            "Mon, 05 Jan 2026 14:55:00 +0100",
            "Recrutement",
            "Bonjour, quelles sont les conditions pour passer le concours de gardien de la paix ? Merci",
        ),
        ZOE,
    );
    let round = office.service.round().await.unwrap();
    assert_eq!((round.report.stored, round.failures.len()), (1, 0));

    let row = office.row();
    assert_eq!(
        (row.contact.name.as_str(), row.contact.remote_id.as_str()),
        ("Zoé", ZOE)
    );
    let id = row.conversation.id;
    office.desk.claim(&office.alex, id).unwrap();
    let opened = office
        .desk
        .open_conversation(&office.alex, id, None, Language::French)
        .unwrap();
    let best = &opened.suggestions[0];
    assert_eq!(best.reply, ReplyId("recruitment_site".to_owned()));
    let sent = office
        .desk
        .send(
            &office.alex,
            &Submission {
                conversation: id,
                text: &best.text,
                reply: Some(best.reply.clone()),
                seen: opened.messages.last().unwrap().id,
            },
        )
        .unwrap();
    assert!(
        matches!(sent, Sent::Queued(_)),
        "an untouched canned response on a question leaves at once"
    );
    office.service.round().await.unwrap();

    let out = servers.wait_for_sent(1);
    assert_eq!(out[0].envelope_from, ADDRESS);
    assert_eq!(out[0].envelope_to, ZOE);
    assert_eq!(
        out[0].header("In-Reply-To").as_deref(),
        Some("<velo@example.org>")
    );
    assert!(
        out[0]
            .header("References")
            .unwrap()
            .contains("<velo@example.org>")
    );
    assert!(out[0].header("Subject").unwrap().starts_with("Re: "));
    assert_eq!(out[0].header("Auto-Submitted"), None);
    let conversation = office.desk.queue_item(&office.alex, id).unwrap().conversation;
    assert_eq!(
        (conversation.status, conversation.reply_state),
        (ConversationStatus::Resolved, ReplyState::Sent)
    );

    // The same mail delivered again is the same message; nothing is answered twice.
    servers.deliver(
        mail(
            "velo",
            "Mon, 05 Jan 2026 14:55:00 +0100",
            "Recrutement",
            "Bonjour, quelles sont les conditions pour passer le concours de gardien de la paix ? Merci",
        ),
        ZOE,
    );
    let again = office.service.round().await.unwrap();
    assert_eq!(
        (again.report.stored, again.report.duplicates, again.sends),
        (0, 1, 0)
    );
    assert_eq!(servers.sent().len(), 1);
}

#[tokio::test]
async fn a_mail_at_half_past_two_gets_one_automatic_reply_and_stays_in_the_queue() {
    let servers = MailServers::start();
    // 02:30 in Paris.
    let office = Office::open(&servers, Utc.with_ymd_and_hms(2026, 1, 6, 1, 30, 0).unwrap());
    servers.deliver(
        mail(
            "nuit",
            "Tue, 06 Jan 2026 02:29:30 +0100",
            "question",
            "Bonjour, comment porter plainte pour un vol de vélo ?",
        ),
        ZOE,
    );
    let round = office.service.round().await.unwrap();
    assert_eq!((round.report.stored, round.night_replies), (1, 1));

    let out = servers.wait_for_sent(1);
    assert_eq!(
        out[0].envelope_from, "",
        "a null return path: nothing can answer the answer"
    );
    assert_eq!(out[0].envelope_to, ZOE);
    assert_eq!(out[0].header("Auto-Submitted").as_deref(), Some("auto-replied"));
    assert_eq!(
        out[0].header("In-Reply-To").as_deref(),
        Some("<nuit@example.org>")
    );
    assert!(
        out[0].body().lines().next().unwrap().contains("17"),
        "the number comes first"
    );
    let row = office.row();
    assert_eq!(
        row.conversation.status,
        ConversationStatus::Open,
        "a night reply closes nothing"
    );

    // She writes again the same night: no second reply. Neither after a restart of the service.
    office.clock.advance(chrono::Duration::minutes(40));
    servers.deliver(
        mail(
            "nuit2",
            "Tue, 06 Jan 2026 03:09:30 +0100",
            "Re: question",
            "Bonjour, vous êtes là ?",
        ),
        ZOE,
    );
    let again = office.service.round().await.unwrap();
    assert_eq!((again.report.stored, again.night_replies), (1, 0));
    let connector = Arc::new(Connector::new(Arc::clone(&office.desk))) as Arc<dyn Connect>;
    office.service.step_down().unwrap();
    let restarted = Service::new(Arc::clone(&office.desk), connector, "restarted".to_owned());
    restarted.round().await.unwrap();
    servers.settle();
    assert_eq!(servers.sent().len(), 1);
    let page = office
        .desk
        .queue(
            &office.alex,
            &QueueRequest {
                limit: 10,
                ..QueueRequest::default()
            },
        )
        .unwrap();
    assert_eq!(
        page.items.len(),
        2,
        "a new subject is a conversation of its own; both wait for a person"
    );
}

#[tokio::test]
async fn robots_and_lists_get_no_automatic_reply_at_night() {
    let servers = MailServers::start();
    let office = Office::open(&servers, Utc.with_ymd_and_hms(2026, 1, 6, 1, 30, 0).unwrap());
    let date = "Date: Tue, 06 Jan 2026 02:29:30 +0100";
    for (index, header) in [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; foo=bar",
        "List-Id: <a.b.example>",
        "Precedence: bulk",
        "X-Auto-Response-Suppress: All",
    ]
    .iter()
    .enumerate()
    {
        let raw = format!(
            "From: r{index}@example.org\nTo: {ADDRESS}\nSubject: s\nMessage-ID: <r{index}@example.org>\n{date}\n{header}\n\nBonjour\n"
        );
        servers.deliver(raw, &format!("r{index}@example.org"));
    }
    let round = office.service.round().await.unwrap();
    assert_eq!(
        (round.report.stored, round.night_replies),
        (5, 0),
        "stored and shown, not answered"
    );
    let page = office
        .desk
        .queue(
            &office.alex,
            &QueueRequest {
                limit: 10,
                ..QueueRequest::default()
            },
        )
        .unwrap();
    assert_eq!(page.items.len(), 5);
    servers.settle();
    assert!(servers.sent().is_empty());
}
