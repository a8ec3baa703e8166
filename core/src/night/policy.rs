//! Whether one message gets an automatic reply, which one, and why not.
//!
//! In: the facts about the message, its thread and the desk, gathered by somebody else. Out: a reply to send or the reason for
//! leaving it, and whether a human must be alerted. Pure: the same facts give the same decision, in the responder and in a replay.
//! Deliberately absent: the breaker (it counts over all conversations), the texts, and every effect. Nothing decided here closes,
//! answers or hides a conversation.
//!
//! Danger - an emergency, someone who cannot speak, a suicide - beats every suppression that is a guess about the text, and a
//! colleague who wrote before it. It does not beat what makes a reply impossible, harmful to others or endless: an envelope that
//! names nobody, a program's mark on it, a group, our own text. Those are left, and a human is alerted.

use super::automatic;
use super::schedule::Night;
use crate::domain::{
    Author, Category, Classification, Direction, Evidence, Instant, Language, MessageKind, NightReplyKind,
    ReplyId, SenderFlags, Signal, ThreadKind, words,
};
use chrono::Duration;

/// For how long a colleague's message keeps the responder out of a conversation. The last instant is included.
pub const COLLEAGUE: Duration = Duration::minutes(15);

words! {
    /// Why a message got no automatic reply.
    LeaveReason {
        /// It came by day.
        NotNight = "not_night",
        /// It came by day and is still waiting now that it is night: it opens the morning list.
        ArrivedBeforeTheNight = "arrived_before_the_night",
        /// It came at night and is handled after that night: a night text would be wrong by now.
        Stale = "stale",
        /// Our own message coming back.
        Echo = "echo",
        /// Sent by a program.
        Automatic = "automatic",
        /// An out-of-office text.
        OutOfOffice = "out_of_office",
        /// A read or delivery notice, or another notice of the platform.
        Receipt = "receipt",
        /// A reaction to a message.
        Reaction = "reaction",
        /// A thread of several people.
        Group = "group",
        /// The sender is on the never-reply list, or is an account of ours.
        NeverReply = "never_reply",
        /// The envelope names nobody to answer, or asks not to.
        DoNotReply = "do_not_reply",
        /// The channel marked it as spam.
        Spam = "spam",
        /// A colleague is in the conversation.
        ColleagueAnswered = "colleague_answered",
        /// This night's reply has been sent.
        AlreadyReplied = "already_replied",
        /// The night responder is switched off.
        Disabled = "disabled",
        /// Nothing can be sent by this inbox: it is filled by imports and answered by hand.
        NotAnswerable = "not_answerable",
    }
}

/// One earlier message of the thread, as rhythm needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recent {
    /// When it arrived or was sent.
    pub at: Instant,
    /// Who wrote it.
    pub author: Author,
    /// [`digest`](crate::domain::digest) of its trimmed text.
    pub digest: String,
}

/// Everything that a decision depends on.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// When it is handled.
    pub now: Instant,
    /// When it came, see [`arrival`].
    pub arrived_at: Instant,
    /// The night of `arrived_at`.
    pub night: Option<Night>,
    /// The night of `now`.
    pub night_now: Option<Night>,
    /// Which way the message went.
    pub direction: Direction,
    /// What kind of thing it is.
    pub kind: MessageKind,
    /// One person or a group.
    pub thread_kind: ThreadKind,
    /// What the channel knows of the sending program.
    pub flags: SenderFlags,
    /// What it says.
    pub text: &'a str,
    /// Triage's verdict on it.
    pub classification: &'a Classification,
    /// The contact's language by their other messages; decides where this one is too short to tell.
    pub contact_language: Language,
    /// Is the sender on the never-reply list?
    pub on_never_reply_list: bool,
    /// Is the sender an account of ours?
    pub own_address: bool,
    /// Is the night responder switched on?
    pub enabled: bool,
    /// Can this inbox send?
    pub answerable: bool,
    /// When a colleague last wrote in this conversation. Our own automatic texts are no colleague's.
    pub colleague_at: Option<Instant>,
    /// Has the general reply of `night` been decided in this conversation?
    pub already_general: bool,
    /// Has the specific reply of `night` been decided in this conversation?
    pub already_specific: bool,
    /// The last ten minutes of the thread before this message, oldest first.
    pub recent: &'a [Recent],
}

/// What to do with one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Send this reply, once.
    Reply {
        /// Which canned response of the pack.
        reply: ReplyId,
        /// General or specific.
        kind: NightReplyKind,
        /// In which language; `Unknown` stands for French and English together.
        language: Language,
    },
    /// Send nothing. The message waits for a person like every other.
    Leave(LeaveReason),
}

/// When a message came: the platform's time, but never later than its arrival here. A sender whose clock is ahead, or who writes
/// a date of next year into a mail, moves nothing.
#[must_use]
pub fn arrival(sent_at: Instant, received_at: Instant) -> Instant {
    sent_at.min(received_at)
}

/// Does triage see someone in danger?
#[must_use]
pub fn is_danger(classification: &Classification) -> bool {
    classification.category == Category::Emergency
        || classification.signals.contains(Signal::CannotSpeak)
        || classification.signals.contains(Signal::SuicideRisk)
}

/// Must a human be alerted, whatever was decided? For every sign of danger that somebody else wrote, by day and by night.
#[must_use]
pub fn must_hand_off(facts: &Facts<'_>) -> bool {
    facts.direction == Direction::In && is_danger(facts.classification)
}

/// Reply, or leave it and why.
#[must_use]
pub fn decide(facts: &Facts<'_>) -> Decision {
    match never(facts)
        .or_else(|| not_now(facts))
        .or_else(|| not_here(facts))
    {
        Some(reason) => Decision::Leave(reason),
        None => reply(facts),
    }
}

/// What is never answered, at no hour and whatever it says.
fn never(facts: &Facts<'_>) -> Option<LeaveReason> {
    if facts.direction == Direction::Out {
        return Some(LeaveReason::Echo);
    }
    match facts.kind {
        MessageKind::Notice => return Some(LeaveReason::Receipt),
        MessageKind::Reaction => return Some(LeaveReason::Reaction),
        MessageKind::Text => {}
    }
    if facts.thread_kind == ThreadKind::Group {
        return Some(LeaveReason::Group);
    }
    if facts.own_address || facts.on_never_reply_list {
        return Some(LeaveReason::NeverReply);
    }
    let flags = facts.flags;
    [
        (flags.automatic, LeaveReason::Automatic),
        (flags.do_not_reply, LeaveReason::DoNotReply),
        (flags.spam, LeaveReason::Spam),
    ]
    .into_iter()
    .find_map(|(flag, reason)| flag.then_some(reason))
}

/// What is not answered at this hour, or by this desk.
fn not_now(facts: &Facts<'_>) -> Option<LeaveReason> {
    let Some(night) = facts.night else {
        return Some(match facts.night_now {
            Some(_) => LeaveReason::ArrivedBeforeTheNight,
            None => LeaveReason::NotNight,
        });
    };
    if night.ends <= facts.now {
        return Some(LeaveReason::Stale);
    }
    if !facts.enabled {
        return Some(LeaveReason::Disabled);
    }
    (!facts.answerable).then_some(LeaveReason::NotAnswerable)
}

/// What is not answered in this conversation, as far as one can tell.
fn not_here(facts: &Facts<'_>) -> Option<LeaveReason> {
    let danger = is_danger(facts.classification);
    // A robot's text does not become a cry because a person's alarm stands before it.
    let said = danger
        && !facts
            .classification
            .evidence
            .iter()
            .any(Evidence::is_of_earlier_message);
    if let Some(reason) = automatic::recognise(facts.text)
        && (!said || automatic::is_only_advice(facts.text, &facts.classification.evidence))
    {
        return Some(reason);
    }
    let triage_says_so = facts.classification.signals.contains(Signal::Automatic)
        && !automatic::is_told_by_a_person(facts.text);
    let ping_pong = automatic::is_ping_pong(facts.text, facts.arrived_at, facts.recent);
    if !said && (triage_says_so || ping_pong) {
        return Some(LeaveReason::Automatic);
    }
    let colleague = facts.colleague_at.is_some_and(|wrote| {
        // Someone who wrote before the danger was said may have left the desk since, and an alarm may reach nobody at three
        // in the morning: a number too many harms less than none. Who wrote after it has read it.
        wrote > facts.arrived_at || (!danger && facts.arrived_at - wrote <= COLLEAGUE)
    });
    if colleague {
        return Some(LeaveReason::ColleagueAnswered);
    }
    // A specific reply may follow a general one; a general one says less than what was sent already.
    let already = facts.already_specific || (facts.already_general && !danger);
    already.then_some(LeaveReason::AlreadyReplied)
}

fn reply(facts: &Facts<'_>) -> Decision {
    let signals = &facts.classification.signals;
    // Who cannot speak cannot call the suicide line either: the number that takes written messages comes first.
    let (reply, kind) = if signals.contains(Signal::CannotSpeak) {
        ("night_cannot_speak", NightReplyKind::Specific)
    } else if signals.contains(Signal::SuicideRisk) {
        ("night_suicide", NightReplyKind::Specific)
    } else if facts.classification.category == Category::Emergency {
        ("night_emergency", NightReplyKind::Specific)
    } else {
        ("night_general", NightReplyKind::General)
    };
    Decision::Reply {
        reply: ReplyId(reply.to_owned()),
        kind,
        language: language(facts.classification.language, facts.contact_language),
    }
}

/// The sender's language where there is a night text in it.
fn language(of_message: Language, of_contact: Language) -> Language {
    let known = if of_message == Language::Unknown {
        of_contact
    } else {
        of_message
    };
    match known {
        Language::French
        | Language::English
        | Language::Spanish
        | Language::Arabic
        | Language::Portuguese
        | Language::Italian
        | Language::German => known,
        Language::Turkish | Language::Romanian | Language::Ukrainian | Language::Unknown => Language::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Signals;
    use crate::night::schedule::Schedule;

    const ZONE: chrono_tz::Tz = chrono_tz::Europe::Paris;

    fn utc(word: &str) -> Instant {
        word.parse().expect("a time")
    }

    fn verdict(category: Category, signals: &[Signal]) -> Classification {
        Classification {
            category,
            secondary: None,
            confidence: 1.0,
            scores: [0.0; 7],
            signals: signals.iter().copied().collect::<Signals>(),
            language: Language::French,
            evidence: Vec::new(),
        }
    }

    /// A person's ordinary message at half past three in Paris.
    fn at_night(classification: &Classification) -> Facts<'_> {
        let at = utc("2027-01-15T02:30:00Z");
        let night = Schedule::default().night_at(at, ZONE);
        Facts {
            now: at,
            arrived_at: at,
            night,
            night_now: night,
            direction: Direction::In,
            kind: MessageKind::Text,
            thread_kind: ThreadKind::Direct,
            flags: SenderFlags::default(),
            text: "on m'a volé mon vélo hier",
            classification,
            contact_language: Language::Unknown,
            on_never_reply_list: false,
            own_address: false,
            enabled: true,
            answerable: true,
            colleague_at: None,
            already_general: false,
            already_specific: false,
            recent: &[],
        }
    }

    fn word(decision: &Decision) -> &str {
        match decision {
            Decision::Reply { reply, .. } => &reply.0,
            Decision::Leave(reason) => reason.as_str(),
        }
    }

    type Change = fn(&mut Facts<'_>);

    #[test]
    fn what_keeps_the_responder_silent_with_and_without_danger() {
        let rows: &[(Change, &str, &str)] = &[
            (|_| (), "night_general", "night_emergency"),
            (|f| f.direction = Direction::Out, "echo", "echo"),
            (|f| f.kind = MessageKind::Notice, "receipt", "receipt"),
            (|f| f.kind = MessageKind::Reaction, "reaction", "reaction"),
            (|f| f.thread_kind = ThreadKind::Group, "group", "group"),
            (|f| f.on_never_reply_list = true, "never_reply", "never_reply"),
            (|f| f.own_address = true, "never_reply", "never_reply"),
            (|f| f.flags.automatic = true, "automatic", "automatic"),
            (|f| f.flags.do_not_reply = true, "do_not_reply", "do_not_reply"),
            (|f| f.flags.spam = true, "spam", "spam"),
            (|f| f.enabled = false, "disabled", "disabled"),
            (|f| f.answerable = false, "not_answerable", "not_answerable"),
            (
                |f| f.text = "Réponse automatique : absent",
                "out_of_office",
                "night_emergency",
            ),
            (
                |f| f.text = "Ceci est un message automatique.",
                "automatic",
                "night_emergency",
            ),
            (|f| f.already_general = true, "already_replied", "night_emergency"),
            (
                |f| f.already_specific = true,
                "already_replied",
                "already_replied",
            ),
            (
                |f| f.colleague_at = Some(f.now - Duration::minutes(15)),
                "colleague_answered",
                "night_emergency",
            ),
            (
                |f| f.colleague_at = Some(f.now - Duration::seconds(901)),
                "night_general",
                "night_emergency",
            ),
            (
                |f| {
                    f.now += Duration::minutes(2);
                    f.colleague_at = Some(f.now - Duration::minutes(1));
                },
                "colleague_answered",
                "colleague_answered",
            ),
        ];
        let (calm, danger) = (
            verdict(Category::Incident, &[]),
            verdict(Category::Emergency, &[]),
        );
        for (place, (change, without, with)) in rows.iter().enumerate() {
            for (classification, expected) in [(&calm, without), (&danger, with)] {
                let mut facts = at_night(classification);
                change(&mut facts);
                assert_eq!(word(&decide(&facts)), *expected, "row {place}");
                // Danger that somebody else wrote reaches a human, whatever was decided.
                let alert = classification == &danger && facts.direction == Direction::In;
                assert_eq!(must_hand_off(&facts), alert, "row {place}");
            }
        }
    }

    #[test]
    fn who_tells_of_a_robot_is_none_though_triage_takes_the_words_for_its_own() {
        let automatic = verdict(Category::Other, &[Signal::Automatic]);
        let mut facts = at_night(&automatic);
        assert_eq!(word(&decide(&facts)), "automatic");
        facts.text = "j'ai reçu un sms avec un code, c'est une arnaque ?";
        assert_eq!(word(&decide(&facts)), "night_general");
    }

    #[test]
    fn an_alarm_before_it_makes_no_cry_of_a_robot_s_text_and_counts_for_a_person_s() {
        let mut danger = verdict(Category::Emergency, &[]);
        danger.evidence = vec![Evidence {
            span: 0..4,
            why: Evidence::EARLIER.to_owned(),
        }];
        let mut facts = at_night(&danger);
        facts.text = "Réponse automatique : absent";
        assert_eq!(word(&decide(&facts)), "out_of_office");
        facts.text = "vous êtes là ?";
        assert_eq!(word(&decide(&facts)), "night_emergency");
        facts.already_specific = true;
        assert_eq!(word(&decide(&facts)), "already_replied", "and only once");
    }

    #[test]
    fn a_robot_that_advises_to_call_in_an_emergency_is_left_and_shown_to_a_human() {
        let text = "Réponse automatique : absent. En cas d'urgence, appelez le 17.";
        let start = text.find("urgence").expect("the word");
        let mut danger = verdict(Category::Emergency, &[]);
        danger.evidence = vec![crate::domain::Evidence {
            span: start..start + 7,
            why: "emergency".to_owned(),
        }];
        let facts = Facts {
            text,
            ..at_night(&danger)
        };
        assert_eq!(word(&decide(&facts)), "out_of_office");
        assert!(must_hand_off(&facts));
    }

    #[test]
    fn the_hour_decides_by_arrival_and_by_handling() {
        let calm = verdict(Category::Incident, &[]);
        let rows = [
            ("2027-01-14T22:59:59Z", "2027-01-14T22:59:59Z", "not_night"),
            (
                "2027-01-14T22:59:59Z",
                "2027-01-14T23:00:00Z",
                "arrived_before_the_night",
            ),
            ("2027-01-14T23:00:00Z", "2027-01-14T23:00:00Z", "night_general"),
            ("2027-01-14T23:00:00Z", "2027-01-15T04:59:59Z", "night_general"),
            ("2027-01-15T04:59:59Z", "2027-01-15T05:00:00Z", "stale"),
            ("2027-01-15T04:59:59Z", "2027-01-15T23:30:00Z", "stale"),
            ("2027-01-15T12:00:00Z", "2027-01-15T12:00:00Z", "not_night"),
        ];
        for (arrived, now, expected) in rows {
            let mut facts = at_night(&calm);
            (facts.arrived_at, facts.now) = (utc(arrived), utc(now));
            facts.night = Schedule::default().night_at(facts.arrived_at, ZONE);
            facts.night_now = Schedule::default().night_at(facts.now, ZONE);
            assert_eq!(word(&decide(&facts)), expected, "{arrived} handled {now}");
        }
    }

    #[test]
    fn a_senders_clock_that_is_ahead_moves_nothing() {
        let (early, late) = (utc("2027-01-15T02:00:00Z"), utc("2027-01-15T03:00:00Z"));
        assert_eq!(arrival(early, late), early);
        assert_eq!(arrival(late, early), early);
    }

    #[test]
    fn the_most_telling_sign_picks_the_text() {
        use Signal::{CannotSpeak, DomesticViolence, SuicideRisk, Weapon};
        let rows: &[(Category, &[Signal], &str)] = &[
            (Category::Emergency, &[Weapon], "night_emergency"),
            (Category::Emergency, &[CannotSpeak], "night_cannot_speak"),
            (Category::Emergency, &[SuicideRisk], "night_suicide"),
            (
                Category::Emergency,
                &[CannotSpeak, SuicideRisk],
                "night_cannot_speak",
            ),
            (Category::Other, &[SuicideRisk], "night_suicide"),
            (Category::Incident, &[CannotSpeak], "night_cannot_speak"),
            (Category::Incident, &[DomesticViolence], "night_general"),
        ];
        for (category, signals, expected) in rows {
            let classification = verdict(*category, signals);
            let decision = decide(&at_night(&classification));
            assert_eq!(word(&decision), *expected);
            let Decision::Reply { kind, .. } = decision else {
                panic!("a reply")
            };
            assert_eq!(kind == NightReplyKind::Specific, is_danger(&classification));
        }
    }

    #[test]
    fn the_senders_language_decides_where_there_is_a_text_in_it() {
        use Language::{Arabic, English, French, Turkish, Unknown};
        let rows = [
            (English, French, English),
            (Unknown, Arabic, Arabic),
            (Unknown, Unknown, Unknown),
            (Turkish, French, Unknown),
            (Unknown, Turkish, Unknown),
        ];
        for (of_message, of_contact, expected) in rows {
            assert_eq!(language(of_message, of_contact), expected);
        }
    }
}
