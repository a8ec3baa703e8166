//! What the night responder would have done in a conversation that is already over.
//!
//! In: a conversation as `planton replay` reads it, a schedule with its zone, and triage, which reads bursts as ingest does. Out: the replies that would have been
//! sent, and why the other messages were left. The clock is simulated: each message is handled when it arrived, in that order,
//! knowing only what came before it. Deliberately absent: sending, the store, and reading files.
//!
//! One case is one JSON object:
//!
//! ```json
//! {"id": "case-1", "zone": "Europe/Paris", "thread": "group", "messages": [
//!   {"at": "2027-03-28T00:30:00+01:00", "from": "contact", "text": "…", "received_at": "2027-03-28T00:31:00+01:00"},
//!   {"at": "2027-03-28T00:30:01+01:00", "from": "us", "text": "…", "auto": true},
//!   {"at": "2027-03-28T00:30:02+01:00", "from": "us", "text": "…", "kind": "echo"}]}
//! ```
//!
//! `zone`, `thread` and `received_at` may be left out: the settings' zone, one person, and arrival at the platform's time. `auto`
//! marks our own automatic text that is already in the thread: it counts as this night's reply and never as a colleague. `kind`
//! is `receipt` for a notice of the platform, `reaction`, or `echo` for our own message coming back; an echo that is not marked
//! `auto` counts as nothing, because the message that it repeats has been counted. From `us` and neither of these is a colleague. The language `fr+en`
//! stands for the French and English text that goes to whom no language could be told.

use super::policy::{self, Decision, Facts, LeaveReason, Recent};
use super::schedule::{Night, Schedule};
use crate::domain::{
    Author, Category, Classification, Direction, Instant, Language, MessageKind, NightId, NightReplyKind,
    ReplyId, SenderFlags, Signal, Signals, ThreadKind, digest,
};
use crate::ingest::{Burst, burst};
use crate::store::Said;
use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::HashSet;

/// What replay needs of triage.
pub trait Triage {
    /// The verdict on one text.
    fn classify(&self, text: &str) -> Classification;

    /// The verdict on a text with what the same person wrote shortly before.
    fn classify_after(&self, _before: &Burst<'_>, text: &str) -> Classification {
        self.classify(text)
    }
}

/// The rules to replay a case against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplaySettings {
    /// When it is night.
    pub schedule: Schedule,
    /// The account's zone; a case may name its own.
    pub zone: Tz,
}

/// One conversation, as it is written in a file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Case {
    /// Its name.
    pub id: CaseId,
    /// Its messages, in any order.
    #[serde(default)]
    pub messages: Vec<CaseMessage>,
    /// The account's IANA zone, where it is not the settings'.
    #[serde(default)]
    pub zone: Option<String>,
    /// `group` where it is not one person.
    #[serde(default)]
    pub thread: Option<String>,
}

/// A case's name: a string or a number, given back as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CaseId {
    /// A word.
    Word(String),
    /// A number.
    Number(i64),
}

impl std::fmt::Display for CaseId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Word(word) => f.write_str(word),
            Self::Number(number) => number.fmt(f),
        }
    }
}

/// One message of a case.
#[derive(Clone, PartialEq, Eq, Hash, Deserialize)]
pub struct CaseMessage {
    /// The platform's time, RFC 3339.
    pub at: String,
    /// `contact` or `us`.
    pub from: String,
    /// What it says.
    #[serde(default, deserialize_with = "null_is_default")]
    pub text: String,
    /// Sent by a program; from us: our own automatic text.
    #[serde(default, deserialize_with = "null_is_default")]
    pub auto: bool,
    /// `receipt`, `reaction` or `echo` where it is not a text.
    #[serde(default)]
    pub kind: Option<String>,
    /// When it reached us, RFC 3339, where that was not at once.
    #[serde(default)]
    pub received_at: Option<String>,
}

impl std::fmt::Debug for CaseMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CaseMessage({} bytes)", self.text.len())
    }
}

fn null_is_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// What would have happened in a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The case.
    pub id: CaseId,
    /// The most urgent category among what the contact wrote; `other` where they wrote nothing.
    pub category: Category,
    /// What would have been sent, in order.
    pub night_replies: Vec<ReplayedReply>,
    /// What would have been left, in order: messages of the contact, notices, echoes.
    pub left: Vec<ReplayedLeave>,
}

/// A reply that would have been sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayedReply {
    /// When: the arrival of the message, as the case writes it.
    pub at: String,
    /// The `at` of the message that it answers, as the case writes it.
    pub to_message_at: String,
    /// Which canned response.
    pub reply: ReplyId,
    /// In which language: `fr`, `en`, …, or `fr+en` for both together.
    pub language: String,
}

/// A message that would have been left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayedLeave {
    /// Its `at`, as the case writes it.
    pub message_at: String,
    /// Why.
    pub reason: LeaveReason,
}

/// What is wrong with a case: which one, where, and what. Nothing of its texts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("case {case}: {field}: {problem}")]
pub struct ReplayError {
    /// The case's id; `?` where it has none.
    pub case: String,
    /// The field, as a path into the case.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Case {
    /// One line of a file.
    ///
    /// # Errors
    /// When it is not JSON, has no id, or a field is not of the form that it should have.
    pub fn parse(line: &str) -> Result<Self, ReplayError> {
        let error = |case: &str, field: &str, problem: &dyn std::fmt::Display| ReplayError {
            case: case.to_owned(),
            field: field.to_owned(),
            problem: problem.to_string(),
        };
        let value: serde_json::Value =
            serde_json::from_str(line).map_err(|e| error("?", "line", &format!("is not JSON ({e})")))?;
        let Some(id) = value.get("id").and_then(|id| CaseId::deserialize(id).ok()) else {
            return Err(error(
                "?",
                "id",
                &"is missing or neither a string nor a whole number",
            ));
        };
        let id = id.to_string();
        match value.get("messages") {
            None => return Err(error(&id, "messages", &"is missing")),
            Some(serde_json::Value::Array(messages)) => {
                for (place, message) in messages.iter().enumerate() {
                    CaseMessage::deserialize(message)
                        .map_err(|e| error(&id, &format!("messages[{place}]"), &e))?;
                }
            }
            Some(_) => return Err(error(&id, "messages", &"is not a list")),
        }
        Self::deserialize(&value).map_err(|e| error(&id, "case", &e))
    }
}

/// What a message is to the replay.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Contact,
    Robot,
    Colleague,
    OurAutomatic,
    Notice,
    Reaction,
    Echo,
}

/// A message whose words have been read.
struct Event<'c> {
    message: &'c CaseMessage,
    role: Role,
    sent_at: Instant,
    received_at: Instant,
}

/// Replays one case.
///
/// # Errors
/// When a time, a zone or a word of the case cannot be understood.
pub fn replay(case: &Case, triage: &dyn Triage, settings: &ReplaySettings) -> Result<Outcome, ReplayError> {
    let zone = zone_of(case, settings)?;
    let thread_kind = match case.thread.as_deref() {
        None | Some("direct") => ThreadKind::Direct,
        Some("group") => ThreadKind::Group,
        Some(_) => return Err(bad(case, "thread", "is neither direct nor group")),
    };
    let events = events(case)?;
    let mut thread = Thread::new(triage, &settings.schedule, zone, thread_kind);
    for event in &events {
        thread.take(event);
    }
    Ok(Outcome {
        id: case.id.clone(),
        category: thread.category.unwrap_or(Category::Other),
        night_replies: thread.night_replies,
        left: thread.left,
    })
}

fn bad(case: &Case, field: &str, problem: &str) -> ReplayError {
    ReplayError {
        case: case.id.to_string(),
        field: field.to_owned(),
        problem: problem.to_owned(),
    }
}

fn zone_of(case: &Case, settings: &ReplaySettings) -> Result<Tz, ReplayError> {
    match &case.zone {
        None => Ok(settings.zone),
        Some(name) => name
            .parse()
            .map_err(|_| bad(case, "zone", "is no IANA time zone")),
    }
}

/// The messages in the order in which they were handled; a message that was delivered twice once.
fn events(case: &Case) -> Result<Vec<Event<'_>>, ReplayError> {
    let mut events = Vec::new();
    let mut seen = HashSet::new();
    for (place, message) in case.messages.iter().enumerate() {
        let field = |name: &str| format!("messages[{place}].{name}");
        let time = |name: &str, word: &str| {
            DateTime::parse_from_rfc3339(word)
                .map(|at| at.with_timezone(&Utc))
                .map_err(|_| bad(case, &field(name), "is not an RFC 3339 time with an offset"))
        };
        let role = match (message.kind.as_deref(), message.from.as_str(), message.auto) {
            (_, from, _) if from != "contact" && from != "us" => {
                return Err(bad(case, &field("from"), "is neither contact nor us"));
            }
            (Some("echo"), ..) => Role::Echo,
            (Some("receipt"), ..) => Role::Notice,
            (Some("reaction"), ..) => Role::Reaction,
            (None | Some("text"), "contact", false) => Role::Contact,
            (None | Some("text"), "contact", true) => Role::Robot,
            (None | Some("text"), _, true) => Role::OurAutomatic,
            (None | Some("text"), _, false) => Role::Colleague,
            (Some(_), ..) => return Err(bad(case, &field("kind"), "is neither receipt, reaction nor echo")),
        };
        let sent_at = time("at", &message.at)?;
        let received_at = match &message.received_at {
            Some(word) => time("received_at", word)?,
            None => sent_at,
        };
        events.push(Event {
            message,
            role,
            sent_at,
            received_at,
        });
    }
    events.sort_by_key(|event| (event.received_at, event.sent_at));
    events.retain(|e| {
        seen.insert((
            e.sent_at,
            &e.message.from,
            &e.message.kind,
            e.message.auto,
            &e.message.text,
        ))
    });
    Ok(events)
}

/// A conversation while it is replayed: what is known so far, and what came of it.
struct Thread<'s> {
    triage: &'s dyn Triage,
    schedule: &'s Schedule,
    zone: Tz,
    kind: ThreadKind,
    colleague_at: Option<Instant>,
    language: Language,
    replied: HashSet<(NightId, NightReplyKind)>,
    recent: Vec<Recent>,
    /// What was written, in the platform's order, for reading bursts as ingest reads them.
    said: Vec<Said>,
    category: Option<Category>,
    night_replies: Vec<ReplayedReply>,
    left: Vec<ReplayedLeave>,
}

impl<'s> Thread<'s> {
    fn new(triage: &'s dyn Triage, schedule: &'s Schedule, zone: Tz, kind: ThreadKind) -> Self {
        Self {
            triage,
            schedule,
            zone,
            kind,
            colleague_at: None,
            language: Language::Unknown,
            replied: HashSet::new(),
            recent: Vec::new(),
            said: Vec::new(),
            category: None,
            night_replies: Vec::new(),
            left: Vec::new(),
        }
    }

    fn take(&mut self, event: &Event<'_>) {
        match event.role {
            Role::Colleague => {
                self.colleague_at = self.colleague_at.max(Some(event.sent_at));
                self.hear(event, Author::Operator, None);
                self.remember(event.received_at, Author::Operator, &event.message.text);
            }
            Role::OurAutomatic => {
                self.count_automatic(event);
                self.remember(event.received_at, Author::Night, &event.message.text);
            }
            Role::Echo => {
                // An echo that is marked as automatic proves that the automatic text went out.
                if event.message.auto {
                    self.count_automatic(event);
                }
                self.decide(event);
            }
            Role::Contact | Role::Robot | Role::Notice | Role::Reaction => self.decide(event),
        }
    }

    fn count_automatic(&mut self, event: &Event<'_>) {
        if let Some(night) = self.night(event.sent_at) {
            self.replied
                .insert((night.id, kind_of_automatic(&event.message.text)));
        }
    }

    fn decide(&mut self, event: &Event<'_>) {
        let text = event.message.text.as_str();
        // Triage reads what people and robots write; notices and echoes hold our words or nobody's.
        let classification = match event.role {
            Role::Contact | Role::Robot if self.kind == ThreadKind::Direct => {
                let end = self.said.partition_point(|said| said.at <= event.sent_at);
                let before = self.said.get(..end).unwrap_or_default();
                self.triage
                    .classify_after(&burst(before.iter(), event.sent_at), text)
            }
            Role::Contact | Role::Robot => self.triage.classify(text),
            _ => nothing(),
        };
        let arrived_at = policy::arrival(event.sent_at, event.received_at);
        let night = self.night(arrived_at);
        let already = |kind| night.is_some_and(|night| self.replied.contains(&(night.id, kind)));
        let decision = policy::decide(&Facts {
            now: event.received_at,
            arrived_at,
            night,
            night_now: self.night(event.received_at),
            direction: if event.role == Role::Echo {
                Direction::Out
            } else {
                Direction::In
            },
            kind: match event.role {
                Role::Notice => MessageKind::Notice,
                Role::Reaction => MessageKind::Reaction,
                _ => MessageKind::Text,
            },
            thread_kind: self.kind,
            flags: SenderFlags {
                automatic: event.role == Role::Robot,
                ..SenderFlags::default()
            },
            text,
            classification: &classification,
            contact_language: self.language,
            on_never_reply_list: false,
            own_address: false,
            enabled: true,
            answerable: true,
            colleague_at: self.colleague_at,
            already_general: already(NightReplyKind::General),
            already_specific: already(NightReplyKind::Specific),
            recent: &self.recent,
        });
        if matches!(event.role, Role::Contact | Role::Robot) {
            self.category = self.category.into_iter().chain([classification.category]).min();
            if classification.language != Language::Unknown {
                self.language = classification.language;
            }
            self.remember(event.received_at, Author::Contact, text);
            self.hear(event, Author::Contact, Some(classification));
        }
        self.record(event, night, decision);
    }

    fn hear(&mut self, event: &Event<'_>, author: Author, verdict: Option<Classification>) {
        let place = self.said.partition_point(|said| said.at <= event.sent_at);
        let said = Said {
            id: None,
            at: event.sent_at,
            author,
            automatic: event.role == Role::Robot,
            text: event.message.text.clone(),
            verdict,
            settled: false,
        };
        self.said.insert(place, said);
    }

    fn record(&mut self, event: &Event<'_>, night: Option<Night>, decision: Decision) {
        match decision {
            Decision::Leave(reason) => {
                self.left.push(ReplayedLeave {
                    message_at: event.message.at.clone(),
                    reason,
                });
            }
            Decision::Reply {
                reply,
                kind,
                language,
            } => {
                self.replied.extend(night.map(|night| (night.id, kind)));
                self.remember(event.received_at, Author::Night, &reply.0);
                self.night_replies.push(ReplayedReply {
                    at: event
                        .message
                        .received_at
                        .as_ref()
                        .unwrap_or(&event.message.at)
                        .clone(),
                    to_message_at: event.message.at.clone(),
                    reply,
                    language: match language {
                        Language::Unknown => "fr+en".to_owned(),
                        known => known.as_str().to_owned(),
                    },
                });
            }
        }
    }

    fn night(&self, at: Instant) -> Option<Night> {
        self.schedule.night_at(at, self.zone)
    }

    fn remember(&mut self, at: Instant, author: Author, text: &str) {
        self.recent.retain(|r| at - r.at <= Duration::minutes(10));
        self.recent.push(Recent {
            at,
            author,
            digest: digest(text.trim()),
        });
    }
}

/// Which of the two kinds an automatic text in the file was. A general one names the police first; one whose first number is that
/// of the written emergency service or of the suicide line was specific. Where neither comes first it is taken for general, so
/// that someone in danger gets one text too many rather than none.
fn kind_of_automatic(text: &str) -> NightReplyKind {
    let first_number = text
        .split(|c: char| !c.is_ascii_digit())
        .find(|number| !number.is_empty());
    match first_number {
        Some("114" | "3114") => NightReplyKind::Specific,
        _ => NightReplyKind::General,
    }
}

/// The verdict on what is no message.
fn nothing() -> Classification {
    Classification {
        category: Category::Other,
        secondary: None,
        confidence: 0.0,
        scores: [0.0; 7],
        signals: Signals::from_iter([Signal::Automatic]),
        language: Language::Unknown,
        evidence: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    /// Triage that says what the case file says.
    struct Scripted(HashMap<String, Classification>);

    impl Triage for Scripted {
        fn classify(&self, text: &str) -> Classification {
            self.0
                .get(text)
                .cloned()
                .unwrap_or_else(|| verdict(Category::Other, &[], Language::French))
        }
    }

    fn verdict(category: Category, signals: &[Signal], language: Language) -> Classification {
        Classification {
            category,
            secondary: None,
            confidence: 1.0,
            scores: [0.0; 7],
            signals: signals.iter().copied().collect(),
            language,
            evidence: Vec::new(),
        }
    }

    #[derive(Deserialize)]
    struct Says {
        category: Category,
        signals: Vec<Signal>,
        language: Language,
    }

    fn scripted(case: &serde_json::Value) -> Scripted {
        let messages = case["messages"].as_array().into_iter().flatten();
        let says = messages.filter_map(|message| {
            let says = Says::deserialize(message.get("says")?).expect("what triage says");
            let text = message["text"].as_str().expect("a text").to_owned();
            Some((text, verdict(says.category, &says.signals, says.language)))
        });
        Scripted(says.collect())
    }

    fn settings() -> ReplaySettings {
        ReplaySettings {
            schedule: Schedule::default(),
            zone: chrono_tz::Europe::Paris,
        }
    }

    fn run(case: &serde_json::Value) -> Result<Outcome, ReplayError> {
        replay(&Case::parse(&case.to_string())?, &scripted(case), &settings())
    }

    #[test]
    fn every_written_case_has_its_expected_outcome() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/nights");
        let mut cases = 0;
        let mut wrong = Vec::new();
        for file in std::fs::read_dir(folder).expect("the folder of cases") {
            let path = file.expect("a file").path();
            if path.extension().is_none_or(|e| e != "jsonl") {
                continue;
            }
            for line in std::fs::read_to_string(&path).expect("a readable file").lines() {
                let row: serde_json::Value = serde_json::from_str(line).expect("a case");
                let outcome = serde_json::to_value(run(&row["case"]).expect("a case without errors"));
                let outcome = outcome.expect("an outcome");
                cases += 1;
                if outcome != row["expect"] {
                    wrong.push(format!("expected {}\n     got {outcome}", row["expect"]));
                }
            }
        }
        assert!(cases >= 150, "only {cases} cases were found");
        assert!(
            wrong.is_empty(),
            "{} of {cases} are wrong:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
    }

    #[test]
    fn the_order_of_the_file_changes_nothing() {
        let messages = [
            serde_json::json!({"at": "2027-01-15T00:30:00+01:00", "from": "contact", "text": "a"}),
            serde_json::json!({"at": "2027-01-15T01:00:00+01:00", "from": "us", "text": "b"}),
            serde_json::json!({"at": "2027-01-15T01:10:00+01:00", "from": "contact", "text": "c"}),
            serde_json::json!({"at": "2027-01-16T01:10:00+01:00", "from": "contact", "text": "d"}),
        ];
        let outcome = |order: [usize; 4]| {
            run(&serde_json::json!({"id": "x", "messages": order.map(|i| messages[i].clone())}))
                .expect("an outcome")
        };
        let sorted = outcome([0, 1, 2, 3]);
        for order in [[3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]] {
            assert_eq!(outcome(order), sorted);
        }
    }

    #[test]
    fn a_bad_case_is_named_with_its_field_and_nothing_of_its_text() {
        let message = |patch: serde_json::Value| {
            let mut message =
                serde_json::json!({"at": "2027-01-15T00:30:00+01:00", "from": "contact", "text": "secret"});
            for (key, value) in patch.as_object().expect("an object") {
                message[key] = value.clone();
            }
            serde_json::json!({"id": "c7", "messages": [message]})
        };
        let rows = [
            (
                message(serde_json::json!({"at": "2027-01-15T00:30:00"})),
                "messages[0].at",
            ),
            (message(serde_json::json!({"at": "yesterday"})), "messages[0].at"),
            (
                message(serde_json::json!({"received_at": "2027-02-30T00:00:00Z"})),
                "messages[0].received_at",
            ),
            (message(serde_json::json!({"from": "robot"})), "messages[0].from"),
            (message(serde_json::json!({"kind": "call"})), "messages[0].kind"),
            (message(serde_json::json!({"at": 5})), "messages[0]"),
            (serde_json::json!({"id": "c7"}), "messages"),
            (serde_json::json!({"id": "c7", "messages": {}}), "messages"),
            (
                serde_json::json!({"id": "c7", "messages": [], "zone": "Europe/Lyon"}),
                "zone",
            ),
            (
                serde_json::json!({"id": "c7", "messages": [], "thread": "crowd"}),
                "thread",
            ),
        ];
        for (case, field) in rows {
            let error = run(&case).expect_err("an error");
            assert_eq!(
                (error.case.as_str(), error.field.as_str()),
                ("c7", field),
                "{error}"
            );
            assert!(!error.to_string().contains("secret"));
        }
        assert_eq!(Case::parse("{").expect_err("an error").field, "line");
        assert_eq!(Case::parse("[1]").expect_err("an error").field, "id");
        assert_eq!(
            Case::parse(r#"{"messages": []}"#).expect_err("an error").field,
            "id"
        );
    }

    #[test]
    fn a_number_as_id_comes_back_as_a_number() {
        let outcome = run(&serde_json::json!({"id": 12, "messages": []})).expect("an outcome");
        assert_eq!(serde_json::to_string(&outcome.id).expect("json"), "12");
    }

    mod properties {
        use super::*;
        use proptest::prelude::*;

        proptest! {
            #[test]
            fn any_bytes_are_an_outcome_or_an_error(line in ".{0,300}") {
                let _ = Case::parse(&line).and_then(|case| replay(&case, &Scripted(HashMap::new()), &settings()));
            }

            /// Whatever is written, in whatever order, with whatever delays: one general and one specific a night at most,
            /// each within the night of its message, and nothing is answered twice or forgotten.
            #[test]
            fn a_conversation_never_gets_the_same_help_twice_in_a_night(
                messages in proptest::collection::vec((0_i64..4 * 86_400, 0_i64..20_000, 0_u8..8), 0..40)
            ) {
                let schedule = Schedule::default();
                let zone = chrono_tz::Europe::Paris;
                let start = 1_806_000_000; // two days before a clock change
                let time = |at: i64| Instant::from_timestamp(start + at, 0).expect("a time").to_rfc3339();
                let case = Case {
                    id: CaseId::Number(1),
                    zone: None,
                    thread: None,
                    messages: messages.iter().enumerate().map(|(place, (at, delay, sort))| CaseMessage {
                        at: time(*at),
                        received_at: (*sort % 2 == 0).then(|| time(at + delay)),
                        from: if *sort == 7 { "us" } else { "contact" }.to_owned(),
                        text: format!("{} {place}", if *sort < 3 { "danger" } else { "words" }),
                        auto: false,
                        kind: None,
                    }).collect(),
                };
                struct Danger;
                impl Triage for Danger {
                    fn classify(&self, text: &str) -> Classification {
                        let danger = text.starts_with("danger");
                        verdict(if danger { Category::Emergency } else { Category::Other }, &[], Language::French)
                    }
                }
                let outcome = replay(&case, &Danger, &settings()).expect("an outcome");
                let from_contact = case.messages.iter().filter(|m| m.from == "contact").count();
                prop_assert_eq!(outcome.night_replies.len() + outcome.left.len(), from_contact);
                let mut sent = HashSet::new();
                for reply in &outcome.night_replies {
                    let at = |word: &str| DateTime::parse_from_rfc3339(word).expect("a time").to_utc();
                    let night = schedule.night_at(at(&reply.to_message_at), zone).expect("a night");
                    prop_assert!(night.contains(at(&reply.at)));
                    prop_assert!(sent.insert((night.id, reply.reply.clone())));
                }
            }
        }
    }
}
