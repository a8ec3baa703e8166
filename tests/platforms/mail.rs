//! The e-mail channel against a real Dovecot and a real Exim on loopback.
//!
//! Zoé writes from example.org to the desk's mailbox; what she sends is delivered by LMTP as the mail server of a force would, and
//! what the desk answers is read where Exim put it. Servers that misbehave in ways no real one can be made to are small scripts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test"
)]

use planton_channels::connect;
use planton_core::channel::{Batch, Channel, ChannelError, Guarantee, Outgoing};
use planton_core::domain::{Direction, IncomingMessage, Origin, SenderFlags, from_millis};
use planton_core::secret::Secret;
use planton_tests::mail_servers::{
    ADDRESS, ALIAS, CutAt, CuttingSmtp, LATER_RECIPIENT, Mail, MailServers, PASSWORD, Protection,
    REFUSED_RECIPIENT, REFUSED_TEXT_RECIPIENT, UnrulyImap,
};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

const ZOE: &str = "zoe@example.org";

fn mail(id: &str, subject: &str, text: &str) -> String {
    format!(
        "From: Zoe <{ZOE}>\nTo: {ADDRESS}\nSubject: {subject}\nMessage-ID: <{id}@example.org>\n\
         Date: Mon, 05 Jan 2026 22:10:00 +0100\n\n{text}\n"
    )
}

fn channel(servers: &MailServers) -> Arc<dyn Channel> {
    connect(&servers.inbox(), &servers.secret()).expect("the settings are good")
}

fn channel_with(servers: &MailServers, settings: &Value) -> Arc<dyn Channel> {
    connect(&servers.inbox_with(settings), &servers.secret()).expect("the settings are good")
}

/// The Message-IDs; what follows the `#` tells two mails of one id apart.
fn ids(batch: &Batch) -> Vec<&str> {
    batch
        .messages
        .iter()
        .filter_map(|message| message.remote_id.split('#').next())
        .collect()
}

/// An answer to a message.
fn answer_to(message: &IncomingMessage, key: &str, text: &str, origin: Origin) -> Outgoing {
    Outgoing {
        idempotency_key: key.to_owned(),
        thread_id: message.thread_id.clone(),
        contact_id: message.contact_id.clone(),
        text: text.to_owned(),
        origin,
        reply_context: message.reply_context.clone(),
        first_attempt_at: from_millis(1_767_647_400_000),
    }
}

/// An answer to nobody in particular.
fn answer_for(contact: &str, key: &str) -> Outgoing {
    Outgoing {
        idempotency_key: key.to_owned(),
        thread_id: "t".to_owned(),
        contact_id: contact.to_owned(),
        text: "Bonjour, votre plainte est enregistrée.".to_owned(),
        origin: Origin::Operator,
        reply_context: None,
        first_attempt_at: from_millis(1_767_647_400_000),
    }
}

mod receiving {
    use super::*;

    #[tokio::test]
    async fn mails_come_in_once_in_order_and_stay_unread() {
        let servers = MailServers::start();
        let desk = channel(&servers);
        let empty = desk.receive(None).await.unwrap();
        assert!(empty.messages.is_empty() && !empty.more);

        servers.deliver(
            mail("1", "vol de =?utf-8?q?v=C3=A9lo?=", "On m'a volé mon vélo"),
            ZOE,
        );
        servers.deliver(mail("2", "merci", "Merci à l'équipage"), "max@example.org");
        let first = desk.receive(empty.cursor.as_deref()).await.unwrap();
        assert_eq!(ids(&first), ["1@example.org", "2@example.org"]);
        let message = &first.messages[0];
        assert_eq!(message.contact_id, ZOE);
        assert!(message.text.contains("vol de vélo") && message.text.contains("On m'a volé mon vélo"));
        assert_eq!(message.sent_at.unwrap().to_rfc3339(), "2026-01-05T21:10:00+00:00");
        assert_eq!(message.flags, SenderFlags::default());
        assert!(!first.more);

        // `n:*` answers with the last mail even when there is nothing new: it must not come again.
        let nothing = desk.receive(first.cursor.as_deref()).await.unwrap();
        assert_eq!((ids(&nothing).len(), &nothing.cursor), (0, &first.cursor));

        servers.deliver(mail("3", "suite", "Encore"), ZOE);
        let next = desk.receive(first.cursor.as_deref()).await.unwrap();
        assert_eq!(ids(&next), ["3@example.org"]);
        assert_eq!(
            servers.answered_and_seen(),
            (0, 0),
            "other mail programs still see them as new"
        );
    }

    #[tokio::test]
    async fn the_same_mail_delivered_twice_has_one_identity() {
        let servers = MailServers::start();
        servers.deliver(mail("1", "vol", "Bonjour"), ZOE);
        servers.deliver(mail("1", "vol", "Bonjour"), ZOE);
        let batch = channel(&servers).receive(None).await.unwrap();
        assert_eq!(ids(&batch), ["1@example.org", "1@example.org"]);
    }

    #[tokio::test]
    async fn a_mailbox_that_is_numbered_anew_is_read_again_with_the_same_identities() {
        let mut servers = MailServers::start();
        let desk = channel(&servers);
        servers.deliver(mail("1", "vol", "Bonjour"), ZOE);
        servers.deliver(mail("2", "vol", "Bonjour"), ZOE);
        let before = desk.receive(None).await.unwrap();
        servers.renumber();
        servers.restart_imap();
        servers.deliver(mail("3", "vol", "Bonjour"), ZOE);
        let after = desk.receive(before.cursor.as_deref()).await.unwrap();
        let mut all = ids(&after);
        all.sort_unstable();
        assert_eq!(all, ["1@example.org", "2@example.org", "3@example.org"]);
        let validity = |batch: &Batch| {
            let cursor: Value = serde_json::from_str(batch.cursor.as_deref().unwrap()).unwrap();
            cursor["uidvalidity"].as_u64().unwrap()
        };
        assert_ne!(validity(&before), validity(&after));
        assert!(
            desk.receive(after.cursor.as_deref())
                .await
                .unwrap()
                .messages
                .is_empty()
        );
    }

    #[tokio::test]
    async fn a_connection_that_broke_meanwhile_is_made_anew() {
        let mut servers = MailServers::start();
        let desk = channel(&servers);
        let cursor = desk.receive(None).await.unwrap().cursor;
        servers.restart_imap();
        servers.deliver(mail("1", "vol", "Bonjour"), ZOE);
        assert_eq!(
            ids(&desk.receive(cursor.as_deref()).await.unwrap()),
            ["1@example.org"]
        );
    }

    #[tokio::test]
    async fn a_flood_comes_in_batches_of_two_hundred() {
        let servers = MailServers::start();
        for n in 0..203 {
            servers.deliver(mail(&n.to_string(), "vol", "Bonjour"), ZOE);
        }
        let desk = channel(&servers);
        let first = desk.receive(None).await.unwrap();
        assert_eq!((first.messages.len(), first.more), (200, true));
        let rest = desk.receive(first.cursor.as_deref()).await.unwrap();
        assert_eq!(
            ids(&rest),
            ["200@example.org", "201@example.org", "202@example.org"]
        );
        assert!(!rest.more);
    }

    #[tokio::test]
    async fn an_oversized_mail_is_read_by_its_beginning_and_says_so() {
        let servers = MailServers::start();
        let line = format!("{}\n", "QUJD".repeat(19));
        let photo = line.repeat(30 * 1024 * 1024 / line.len());
        servers.deliver(
            format!(
                "From: {ZOE}\nTo: {ADDRESS}\nSubject: photos\nMessage-ID: <big@example.org>\nAuto-Submitted: auto-generated\n\
                 MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n\
                 --b\nContent-Type: text/plain; charset=utf-8\n\nVoici les photos de l'accident.\n\
                 --b\nContent-Type: image/jpeg; name=\"accident.jpg\"\nContent-Transfer-Encoding: base64\n\n{photo}\n--b--\n"
            ),
            ZOE,
        );
        servers.deliver(mail("2", "vol", "Bonjour"), ZOE);
        let batch = channel(&servers).receive(None).await.unwrap();
        assert_eq!(ids(&batch), ["big@example.org", "2@example.org"]);
        let big = &batch.messages[0];
        assert!(big.text.contains("Voici les photos de l'accident."));
        assert!(
            big.text.contains("31 MB") && big.text.contains("dans la boîte aux lettres"),
            "{}",
            big.text
        );
        assert!(big.text.len() < 1000);
        assert_eq!(
            (big.attachments.len(), big.attachments[0].name.as_str()),
            (1, "accident.jpg")
        );
        assert_eq!(
            big.attachments[0].size, None,
            "what was counted of a cut file is not its size"
        );
        assert!(big.flags.automatic);
    }

    #[tokio::test]
    async fn hostile_mails_come_in_as_well_as_they_can_and_block_nothing() {
        let servers = MailServers::start();
        let with = |id: &str, content_type: &str, body: &[u8]| {
            let mut raw = format!(
                "From: {ZOE}\nTo: {ADDRESS}\nMessage-ID: <{id}@example.org>\nContent-Type: {content_type}\n\n"
            )
            .into_bytes();
            raw.extend_from_slice(body);
            raw
        };
        servers.deliver(
            with("charset", "text/plain; charset=\"x-no-such\"", b"vol de v\xe9lo"),
            ZOE,
        );
        servers.deliver(
            with(
                "bytes",
                "text/plain; charset=utf-8",
                b"vol \xff\xfe de v\xc3\xa9lo",
            ),
            ZOE,
        );
        servers.deliver(with("boundary", "multipart/mixed", b"--\n\nvol\n"), ZOE);
        servers.deliver(format!("To: {ADDRESS}\nSubject: personne\n\nQui suis-je ?\n"), "");
        servers.deliver(mail("last", "vol", "Bonjour"), ZOE);
        let batch = channel(&servers).receive(None).await.unwrap();
        assert_eq!(
            ids(&batch),
            [
                "charset@example.org",
                "bytes@example.org",
                "boundary@example.org",
                "last@example.org"
            ]
        );
        assert!(batch.messages[0].text.contains("vol de v") && batch.messages[1].text.contains("de vélo"));
        assert_eq!(batch.undecodable.len(), 1);
        let bad = &batch.undecodable[0];
        assert_eq!(bad.origin, "INBOX uid 4");
        assert!(
            bad.reason.contains("sender") && !bad.reason.contains("personne"),
            "{}",
            bad.reason
        );
        assert!(String::from_utf8_lossy(&bad.raw).contains("Qui suis-je"));
    }

    #[tokio::test]
    async fn a_wrong_password_asks_for_a_new_one() {
        let servers = MailServers::start();
        let desk = connect(&servers.inbox(), &Secret::new("wrong\"pass word")).unwrap();
        for error in [
            desk.receive(None).await.unwrap_err(),
            desk.test().await.unwrap_err(),
            desk.send(&answer_for(ZOE, "k")).await.unwrap_err(),
        ] {
            assert!(matches!(error, ChannelError::Auth(_)), "{error}");
            assert!(!error.to_string().contains("wrong"), "{error}");
        }
    }

    #[tokio::test]
    async fn a_mailbox_that_does_not_exist_is_named_as_such() {
        let servers = MailServers::start();
        let mut settings = servers.settings(Protection::None);
        settings["mailbox"] = json!("Pas \"là\"");
        let error = channel_with(&servers, &settings).receive(None).await.unwrap_err();
        assert!(matches!(error, ChannelError::NotFound(_)), "{error}");
    }

    #[tokio::test]
    async fn a_server_that_is_away_is_a_passing_trouble() {
        let servers = MailServers::start();
        let mut settings = servers.settings(Protection::None);
        settings["imap"]["port"] = json!(1);
        settings["smtp"]["port"] = json!(1);
        let desk = channel_with(&servers, &settings);
        assert!(matches!(
            desk.receive(None).await,
            Err(ChannelError::TransientBefore(_))
        ));
        assert!(matches!(
            desk.send(&answer_for(ZOE, "k")).await,
            Err(ChannelError::TransientBefore(_))
        ));
    }
}

mod a_server_that_misbehaves {
    use super::*;

    fn against(imap: &UnrulyImap) -> Arc<dyn Channel> {
        let server = |port: u16| json!({"host": "127.0.0.1", "port": port, "security": "none_on_loopback"});
        let settings =
            json!({"address": ADDRESS, "login": "boite", "imap": server(imap.port), "smtp": server(1)});
        let inbox = planton_core::domain::Inbox {
            id: planton_core::domain::InboxId(1),
            name: "Accueil".to_owned(),
            channel: planton_core::domain::ChannelKind::Email,
            address: ADDRESS.to_owned(),
            zone: chrono_tz::Europe::Paris,
            state: planton_core::domain::InboxState::Live,
            connection: settings.to_string(),
            last_message_at: None,
            last_error: None,
        };
        connect(&inbox, &Secret::new(PASSWORD)).unwrap()
    }

    fn good(id: &str) -> Mail {
        Mail::Good(mail(id, "vol", "Bonjour").replace('\n', "\r\n"))
    }

    #[tokio::test]
    async fn a_mail_that_is_never_handed_over_is_quarantined_and_passed() {
        for spoiled in [Mail::Refused, Mail::Garbled] {
            let desk = against(&UnrulyImap::start(vec![good("1"), spoiled, good("3")]));
            let first = desk.receive(None).await.unwrap();
            assert_eq!((ids(&first), first.undecodable.len()), (vec!["1@example.org"], 0));
            // A passing trouble of the server would be over by now; so it says that it is in trouble, and is asked again.
            let error = desk.receive(first.cursor.as_deref()).await.unwrap_err();
            assert!(
                matches!(
                    error,
                    ChannelError::TransientBefore(_) | ChannelError::Protocol(_)
                ),
                "{error}"
            );
            let third = desk.receive(first.cursor.as_deref()).await.unwrap();
            assert_eq!(ids(&third), ["3@example.org"]);
            assert_eq!(third.undecodable[0].origin, "INBOX uid 2");
        }
    }

    #[tokio::test]
    async fn a_connection_that_ends_within_a_fetch_loses_no_mail() {
        let desk = against(&UnrulyImap::start(vec![good("1"), Mail::HangsUp, good("3")]));
        // The answers before it look complete; only the missing last word tells that they are not.
        assert!(matches!(
            desk.receive(None).await,
            Err(ChannelError::TransientBefore(_))
        ));
    }
}

mod waiting {
    use super::*;

    /// Far longer than anything here takes, far shorter than the wait.
    const SOON: Duration = Duration::from_secs(30);
    const LONG: Duration = Duration::from_secs(300);

    #[tokio::test(flavor = "multi_thread")]
    async fn a_mail_that_arrives_ends_the_wait() {
        let servers = MailServers::start();
        let desk = channel(&servers);
        servers.deliver(mail("1", "vol", "Bonjour"), ZOE);
        let cursor = desk.receive(None).await.unwrap().cursor;
        let waiting = tokio::spawn({
            let (desk, cursor) = (desk.clone(), cursor.clone());
            async move { desk.wait(cursor.as_deref(), LONG).await }
        });
        // Give it the time to begin idling; where it has not, the wait ends at once by what SELECT says.
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert!(!waiting.is_finished(), "nothing has come yet");
        servers.deliver(mail("2", "vol", "Bonjour"), ZOE);
        tokio::time::timeout(SOON, waiting)
            .await
            .expect("the wait ends early")
            .unwrap();
        assert_eq!(
            ids(&desk.receive(cursor.as_deref()).await.unwrap()),
            ["2@example.org"]
        );
    }

    #[tokio::test]
    async fn a_mail_that_came_before_the_wait_ends_it_too() {
        let servers = MailServers::start();
        let desk = channel(&servers);
        let cursor = desk.receive(None).await.unwrap().cursor;
        servers.deliver(mail("1", "vol", "Bonjour"), ZOE);
        tokio::time::timeout(SOON, desk.wait(cursor.as_deref(), LONG))
            .await
            .expect("the wait ends early");
        // Also for a process that has just started and knows only the stored cursor.
        tokio::time::timeout(SOON, channel(&servers).wait(cursor.as_deref(), LONG))
            .await
            .expect("the wait ends early");
    }

    #[tokio::test]
    async fn without_mail_the_wait_lasts_and_ends() {
        let servers = MailServers::start();
        let desk = channel(&servers);
        servers.deliver(mail("1", "vol", "Bonjour"), ZOE);
        let cursor = desk.receive(None).await.unwrap().cursor;
        let begun = Instant::now();
        let at_most = Duration::from_secs(1);
        tokio::time::timeout(SOON, desk.wait(cursor.as_deref(), at_most))
            .await
            .expect("the wait ends");
        assert!(begun.elapsed() >= at_most);
    }

    #[tokio::test]
    async fn a_server_that_is_away_is_not_hammered() {
        let servers = MailServers::start();
        let mut settings = servers.settings(Protection::None);
        settings["imap"]["port"] = json!(1);
        let at_most = Duration::from_secs(1);
        let begun = Instant::now();
        channel_with(&servers, &settings).wait(None, at_most).await;
        assert!(begun.elapsed() >= at_most);
    }
}

mod answering {
    use super::*;

    async fn received(servers: &MailServers, raw: &str, envelope_from: &str) -> IncomingMessage {
        servers.deliver(raw, envelope_from);
        channel(servers)
            .receive(None)
            .await
            .unwrap()
            .messages
            .pop()
            .expect("one mail")
    }

    #[tokio::test]
    async fn an_answer_arrives_in_the_thread_from_the_address_that_was_written_to() {
        let servers = MailServers::start();
        let raw = mail("2", "=?utf-8?q?v=C3=A9lo_vol=C3=A9?=", "Bonjour")
            .replace("Date:", "References: <0@example.org>\n <1@example.org>\nDate:")
            .replace(
                &format!("To: {ADDRESS}"),
                &format!("To: Accueil <{ALIAS}>, {ADDRESS}"),
            );
        let message = received(&servers, &raw, "bounces+7@example.org").await;
        let desk = channel(&servers);
        let text = "Bonjour,\n.\nVotre vélo a été retrouvé 🚲.\n\nLe commissariat";
        let receipt = desk
            .send(&answer_to(&message, "key-1", text, Origin::Operator))
            .await
            .unwrap();
        assert_eq!(receipt.remote_id, "key-1@police.test");

        let sent = servers.wait_for_sent(1);
        let answer = &sent[0];
        assert_eq!(
            (answer.envelope_from.as_str(), answer.envelope_to.as_str()),
            (ALIAS, ZOE)
        );
        assert_eq!(answer.header("From").unwrap(), ALIAS);
        assert_eq!(answer.header("To").unwrap(), ZOE);
        assert_eq!(answer.header("Message-ID").unwrap(), "<key-1@police.test>");
        assert_eq!(answer.header("In-Reply-To").unwrap(), "<2@example.org>");
        assert_eq!(
            answer.header("References").unwrap(),
            "<0@example.org> <1@example.org> <2@example.org>"
        );
        assert_eq!(
            answer.header("Content-Type").unwrap(),
            "text/plain; charset=utf-8"
        );
        for name in ["Auto-Submitted", "Precedence", "X-Auto-Response-Suppress"] {
            assert_eq!(answer.header(name), None, "a person wrote this");
        }
        // As the citizen's program reads it: delivered to a mailbox and read back through the same conversion.
        servers.deliver(&answer.raw, ALIAS);
        let ours = desk.receive(None).await.unwrap().messages.pop().unwrap();
        assert_eq!(ours.direction, Direction::Out, "our own mail comes back as ours");
        assert_eq!(
            (ours.remote_id, ours.contact_id.as_str()),
            (receipt.remote_id, ZOE)
        );
        assert!(ours.text.replace("\r\n", "\n").contains(text), "{}", ours.text);

        assert_eq!(
            servers.answered_and_seen().0,
            1,
            "other mail programs see that it is answered"
        );
        let filed = servers.filed();
        assert_eq!(filed.len(), 1);
        assert!(filed[0].contains("<key-1@police.test>"));
    }

    #[tokio::test]
    async fn an_automatic_reply_obeys_rfc_3834() {
        let servers = MailServers::start();
        let raw =
            mail("1", "vol", "Au secours, mes mots").replace("Date:", "Reply-To: victim@example.org\nDate:");
        let message = received(&servers, &raw, "bounces+7@example.org").await;
        let text = "Appelez le 17. Ceci est une réponse automatique.";
        channel(&servers)
            .send(&answer_to(&message, "night-1", text, Origin::Night))
            .await
            .unwrap();
        let sent = servers.wait_for_sent(1);
        let reply = &sent[0];
        assert_eq!(
            reply.envelope_from, "",
            "MAIL FROM:<>, so that a bounce cannot loop"
        );
        assert_eq!(reply.envelope_to, "bounces+7@example.org");
        for (name, value) in [
            ("From", ADDRESS),
            ("To", "bounces+7@example.org"),
            ("Subject", "Auto: vol"),
            ("Auto-Submitted", "auto-replied"),
            ("Precedence", "bulk"),
            ("X-Auto-Response-Suppress", "All"),
            ("In-Reply-To", "<1@example.org>"),
            ("References", "<1@example.org>"),
        ] {
            assert_eq!(reply.header(name).as_deref(), Some(value), "{name}");
        }
        assert!(
            !reply.raw.contains("mes mots"),
            "a forged sender would receive them"
        );
        assert!(!reply.raw.contains("victim"));
        assert_eq!(
            servers.answered_and_seen().0,
            0,
            "for people it is still unanswered"
        );
        // And no well-made program answers it.
        servers.deliver(&reply.raw, "");
        let back = channel(&servers)
            .receive(None)
            .await
            .unwrap()
            .messages
            .pop()
            .unwrap();
        assert!(back.flags.automatic && back.flags.do_not_reply);
    }

    #[tokio::test]
    async fn a_mail_without_envelope_sender_gets_no_automatic_reply() {
        let servers = MailServers::start();
        let message = received(&servers, &mail("1", "vol", "Bonjour"), "").await;
        assert!(message.flags.do_not_reply);
        let refused = channel(&servers)
            .send(&answer_to(&message, "night-1", "Appelez le 17.", Origin::Night))
            .await;
        assert!(matches!(refused, Err(ChannelError::ContentRejected(_))));
        servers.settle();
        assert!(servers.sent().is_empty());
        // A person may answer it: they see who it is from.
        channel(&servers)
            .send(&answer_to(&message, "key-1", "Bonjour", Origin::Approval))
            .await
            .unwrap();
        assert_eq!(servers.wait_for_sent(1)[0].envelope_to, ZOE);
    }

    #[tokio::test]
    async fn every_refusal_keeps_its_meaning_and_no_words() {
        let servers = MailServers::start();
        let desk = channel(&servers);
        let refused = desk.send(&answer_for(REFUSED_RECIPIENT, "k1")).await.unwrap_err();
        assert_eq!(
            refused,
            ChannelError::RecipientUnavailable("550 5.1.1".to_owned())
        );
        let later = desk.send(&answer_for(LATER_RECIPIENT, "k2")).await.unwrap_err();
        assert!(
            matches!(&later, ChannelError::TransientBefore(why) if why.contains("451 4.7.1")),
            "{later}"
        );
        let content = desk
            .send(&answer_for(REFUSED_TEXT_RECIPIENT, "k3"))
            .await
            .unwrap_err();
        assert!(
            matches!(&content, ChannelError::ContentRejected(why) if why.contains("550 5.7.1")),
            "{content}"
        );
        let mut long = answer_for(ZOE, "k4");
        long.text = "a ".repeat(1024 * 1024);
        let too_long = desk.send(&long).await.unwrap_err();
        assert!(matches!(too_long, ChannelError::ContentRejected(_)), "{too_long}");
        let mut empty = answer_for(ZOE, "k5");
        empty.text = " \n".to_owned();
        assert!(matches!(
            desk.send(&empty).await,
            Err(ChannelError::ContentRejected(_))
        ));
        for error in [refused, later, content, too_long] {
            let said = error.to_string();
            assert!(
                !said.contains('@') && !said.contains("house") && !said.contains("such user"),
                "{said}"
            );
        }
        servers.settle();
        assert!(servers.sent().is_empty() && servers.filed().is_empty());
    }

    #[tokio::test]
    async fn a_connection_cut_after_the_text_is_ambiguous_and_before_it_is_not() {
        let servers = MailServers::start();
        for (at, ambiguous) in [
            (CutAt::Greeting, false),
            (CutAt::Recipient, false),
            (CutAt::AfterText, true),
        ] {
            let smtp = CuttingSmtp::start(at);
            let mut settings = servers.settings(Protection::None);
            settings["smtp"]["port"] = json!(smtp.port);
            let desk = channel_with(&servers, &settings);
            let error = desk.send(&answer_for(ZOE, "k1")).await.unwrap_err();
            match error {
                ChannelError::TransientAmbiguous(_) => assert!(ambiguous, "{at:?}"),
                ChannelError::TransientBefore(_) => assert!(!ambiguous, "{at:?}"),
                other => panic!("{at:?}: {other}"),
            }
            assert_eq!(desk.guarantee(), Guarantee::Reconcilable);
            assert_eq!(desk.find_sent(&answer_for(ZOE, "k1")).await.unwrap(), None);
            if ambiguous {
                assert!(
                    smtp.heard()[0].contains("<k1@police.test>"),
                    "the whole mail had gone out"
                );
            }
        }
    }

    #[tokio::test]
    async fn what_left_is_found_again_by_its_key() {
        let servers = MailServers::start();
        let desk = channel(&servers);
        let outgoing = answer_for(ZOE, "0196-key");
        assert_eq!(desk.find_sent(&outgoing).await.unwrap(), None);
        let receipt = desk.send(&outgoing).await.unwrap();
        // Another process, after a crash.
        let other = channel(&servers);
        assert_eq!(other.find_sent(&outgoing).await.unwrap(), Some(receipt));
        assert_eq!(
            other.find_sent(&answer_for(ZOE, "0196-other")).await.unwrap(),
            None
        );
        // Sent again by a person's decision, it is filed once.
        desk.send(&outgoing).await.unwrap();
        assert_eq!(servers.filed().len(), 1);
        // Looking into the Sent folder does not lose the place in the mailbox.
        servers.deliver(mail("1", "vol", "Bonjour"), ZOE);
        assert_eq!(ids(&desk.receive(None).await.unwrap()), ["1@example.org"]);
    }

    #[tokio::test]
    async fn without_a_sent_folder_answers_leave_and_cannot_be_looked_for() {
        let servers = MailServers::start_without_sent_folder();
        let desk = channel(&servers);
        let outgoing = answer_for(ZOE, "k1");
        desk.send(&outgoing).await.unwrap();
        assert_eq!(servers.wait_for_sent(1).len(), 1);
        assert_eq!(desk.find_sent(&outgoing).await.unwrap(), None);
        assert!(
            desk.test()
                .await
                .unwrap()
                .iter()
                .any(|line| line.contains("no Sent folder"))
        );
    }

    #[tokio::test]
    async fn a_mailbox_that_is_away_does_not_take_a_sent_answer_back() {
        let servers = MailServers::start();
        let mut settings = servers.settings(Protection::None);
        settings["imap"]["port"] = json!(1);
        let receipt = channel_with(&servers, &settings)
            .send(&answer_for(ZOE, "k1"))
            .await
            .unwrap();
        assert_eq!(receipt.remote_id, "k1@police.test");
        assert_eq!(servers.wait_for_sent(1).len(), 1);
    }
}

mod protection {
    use super::*;

    #[tokio::test]
    async fn the_test_of_an_account_says_what_works() {
        let servers = MailServers::start();
        servers.deliver(mail("1", "vol", "Bonjour"), ZOE);
        let works = channel(&servers).test().await.unwrap();
        assert_eq!(
            works,
            [
                "The mailbox opens: 1 mails.",
                "New mails are announced at once.",
                "A copy of every answer goes into the Sent folder.",
                "The sending server takes the sign-in.",
            ]
        );
        assert_eq!(servers.answered_and_seen(), (0, 0));
        servers.settle();
        assert!(servers.sent().is_empty());
    }

    #[tokio::test]
    async fn both_kinds_of_encryption_carry_mails_both_ways() {
        let servers = MailServers::start();
        servers.deliver(mail("1", "vol", "Bonjour"), ZOE);
        for (protection, count) in [(Protection::Starttls, 1), (Protection::Tls, 2)] {
            let desk = channel_with(&servers, &servers.settings(protection));
            assert_eq!(
                ids(&desk.receive(None).await.unwrap()),
                ["1@example.org"],
                "{protection:?}"
            );
            desk.send(&answer_for(ZOE, &format!("k{count}"))).await.unwrap();
            let sent = servers.wait_for_sent(count);
            assert!(
                sent.iter().all(|mail| mail.raw.contains("with esmtpsa")),
                "{protection:?}: encrypted and signed in"
            );
        }
    }

    #[tokio::test]
    async fn a_certificate_that_nobody_vouches_for_is_refused_before_the_password() {
        let servers = MailServers::start();
        for protection in [Protection::Starttls, Protection::Tls] {
            let mut settings = servers.settings(protection);
            settings.as_object_mut().unwrap().remove("certificate_authority");
            let desk = channel_with(&servers, &settings);
            for error in [
                desk.receive(None).await.unwrap_err(),
                desk.send(&answer_for(ZOE, "k")).await.unwrap_err(),
            ] {
                assert!(
                    matches!(&error, ChannelError::TransientBefore(why) if why.contains("could not prove who it is")),
                    "{protection:?}: {error}"
                );
            }
        }
    }

    #[tokio::test]
    async fn a_server_that_offers_no_encryption_is_refused_before_the_password() {
        let servers = MailServers::start();
        let smtp = CuttingSmtp::start(CutAt::AfterText);
        let mut settings = servers.settings(Protection::Starttls);
        settings["smtp"]["port"] = json!(smtp.port);
        let error = channel_with(&servers, &settings)
            .send(&answer_for(ZOE, "k"))
            .await
            .unwrap_err();
        assert!(matches!(error, ChannelError::Protocol(_)), "{error}");
        assert!(smtp.heard().iter().all(|said| !said.contains("AUTH")));
    }

    #[test]
    fn a_certificate_authority_that_is_none_is_said_at_once() {
        let servers_settings = |pem: &str| {
            json!({"address": ADDRESS, "login": "boite", "certificate_authority": pem,
                "imap": {"host": "mx.police.test", "port": 993, "security": "tls"},
                "smtp": {"host": "mx.police.test", "port": 465, "security": "tls"}})
            .to_string()
        };
        for pem in [
            "",
            "nonsense",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        ] {
            let settings = planton_channels::email::EmailSettings::parse(&servers_settings(pem)).unwrap();
            let error =
                planton_channels::email::EmailChannel::new(settings, Secret::new(PASSWORD)).unwrap_err();
            assert!(
                error.message.contains("certificate authority"),
                "{}",
                error.message
            );
        }
    }
}

mod who_may_be_answered_automatically {
    use super::*;

    /// What becomes of a mail, and how that relates to what Pigeonhole does.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Verdict {
        /// Answered by both.
        Answered,
        /// Answered by neither.
        Silent,
        /// Our rules are stricter: Pigeonhole answers, we do not.
        Stricter,
    }
    use Verdict::{Answered, Silent, Stricter};

    fn sample(name: &str) -> String {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("data/exports/mail")
            .join(name);
        std::fs::read_to_string(path).expect("a sample mail")
    }

    /// The sample mails, each with an envelope sender of its own so that none is silent for having been answered already.
    fn samples() -> Vec<(String, String, String, Verdict)> {
        [
            ("plain", Answered),
            ("autosub", Silent),
            ("autosub_no", Answered),
            ("autogen", Silent),
            ("listid", Silent),
            ("listunsub", Silent),
            ("precbulk", Silent),
            ("preclist", Silent),
            ("precjunk", Silent),
            ("xars", Silent),
            ("xarsall", Silent),
            ("xautoreply", Answered),
            ("xloop", Answered),
            ("spam", Stricter),
            ("bcc", Silent),
            ("cc", Answered),
        ]
        .into_iter()
        .map(|(name, verdict)| {
            (
                name.to_owned(),
                sample(&format!("{name}.eml")),
                format!("zoe+{name}@example.org"),
                verdict,
            )
        })
        .collect()
    }

    fn cases() -> Vec<(String, String, String, Verdict)> {
        let mut cases = samples();
        for (name, extra, verdict) in [
            ("listpost", "List-Post: <mailto:x@y.z>", Silent),
            ("first-class", "Precedence: first-class", Answered),
            ("suppress-dr", "X-Auto-Response-Suppress: DR", Answered),
            ("autogen-params", "Auto-Submitted: auto-generated; a=b", Silent),
            ("calendar", "Content-Type: text/calendar; method=REPLY", Stricter),
            (
                "report",
                "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
                Stricter,
            ),
        ] {
            let raw = mail(name, "vol", "Bonjour").replace("Date:", &format!("{extra}\nDate:"));
            cases.push((name.to_owned(), raw, format!("zoe+{name}@example.org"), verdict));
        }
        for (sender, verdict) in [
            ("", Silent),
            ("mailer-daemon@example.org", Silent),
            ("MAILER-DAEMON@x.org", Silent),
            ("owner-liste@example.org", Silent),
            ("liste-request@example.org", Silent),
            ("listserv@example.org", Silent),
            ("majordomo@example.org", Silent),
            (ADDRESS, Silent),
            ("noreply@example.org", Stricter),
            ("no-reply@example.org", Stricter),
            ("ne-pas-repondre@example.org", Stricter),
            ("postmaster@example.org", Stricter),
            ("liste-bounces@example.org", Stricter),
            ("www-data@x.org", Answered),
            ("root@x.org", Answered),
        ] {
            let name = format!("sender <{sender}>");
            cases.push((name, mail("s", "vol", "Bonjour"), sender.to_owned(), verdict));
        }
        cases
    }

    #[tokio::test]
    async fn the_samples_and_pigeonhole_judge_as_the_rules_say() {
        let servers = MailServers::start_with_sieve(include_str!("../data/mail/vac.sieve"));
        let cases = cases();
        for (_, raw, sender, _) in &cases {
            servers.deliver(raw, sender);
        }
        servers.settle();
        let answered: Vec<String> = servers
            .sent()
            .into_iter()
            .map(|reply| reply.envelope_to)
            .collect();
        let batch = channel(&servers).receive(None).await.unwrap();
        assert_eq!(batch.messages.len(), cases.len());
        for ((name, _, sender, verdict), message) in cases.iter().zip(&batch.messages) {
            let flags = message.flags;
            let ours = !(flags.automatic || flags.do_not_reply || flags.spam);
            assert_eq!(ours, *verdict == Answered, "{name}: {flags:?}");
            let pigeonhole = answered.iter().any(|to| to.eq_ignore_ascii_case(sender));
            assert_eq!(pigeonhole, *verdict != Silent, "Pigeonhole on {name}");
        }
    }

    #[tokio::test]
    async fn our_automatic_reply_has_the_marks_of_pigeonholes() {
        let servers = MailServers::start_with_sieve(include_str!("../data/mail/vac.sieve"));
        servers.deliver(mail("1", "vol", "Bonjour"), ZOE);
        servers.settle();
        let message = channel(&servers)
            .receive(None)
            .await
            .unwrap()
            .messages
            .pop()
            .unwrap();
        channel(&servers)
            .send(&answer_to(&message, "night-1", "Appelez le 17.", Origin::Night))
            .await
            .unwrap();
        let sent = servers.wait_for_sent(2);
        let [theirs, ours] = sent.as_slice() else {
            panic!("{} mails", sent.len())
        };
        for name in [
            "From",
            "To",
            "In-Reply-To",
            "References",
            "Precedence",
            "X-Auto-Response-Suppress",
        ] {
            // Theirs repeats the name of the person, which ours does not know.
            let plain =
                |value: Option<String>| value.map(|value| value.replace(['<', '>'], "").replace("Zoe ", ""));
            assert_eq!(plain(ours.header(name)), plain(theirs.header(name)), "{name}");
        }
        assert_eq!(
            (&ours.envelope_from, &ours.envelope_to),
            (&theirs.envelope_from, &theirs.envelope_to)
        );
        assert!(
            theirs
                .header("Auto-Submitted")
                .unwrap()
                .starts_with(&ours.header("Auto-Submitted").unwrap())
        );
    }
}
