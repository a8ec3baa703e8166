//! The few sentences and names that this step says by itself, in the reader's or the sender's language.
//!
//! What comes in: enums, dates, facts. What goes out: words. French for a French reader, English for every other. Deliberately absent:
//! the texts of replies, which are data.

use super::pack::{Fact, hour_and_minute};
use crate::domain::{Category, ChannelKind, Language, Signal, Topic};
use chrono::{NaiveDate, NaiveTime};
use std::collections::BTreeMap;

/// The entry in this language, else in English, else any.
pub(super) fn in_language(texts: &BTreeMap<Language, String>, language: Language) -> Option<&str> {
    texts
        .get(&language)
        .or_else(|| texts.get(&Language::English))
        .or_else(|| texts.values().next())
        .map(String::as_str)
}

/// The English name of a language.
pub(super) fn language(language: Language) -> &'static str {
    match language {
        Language::French => "French",
        Language::English => "English",
        Language::Spanish => "Spanish",
        Language::Arabic => "Arabic",
        Language::Portuguese => "Portuguese",
        Language::Italian => "Italian",
        Language::German => "German",
        Language::Turkish => "Turkish",
        Language::Romanian => "Romanian",
        Language::Ukrainian => "Ukrainian",
        Language::Unknown => "no known language",
    }
}

/// A time of day as people write it.
pub(super) fn time(at: NaiveTime, language: Language) -> String {
    let (hour, minute) = hour_and_minute(at);
    match (language, minute) {
        (Language::French, 0) => format!("{hour} h"),
        (Language::French, _) => format!("{hour} h {minute:02}"),
        _ => format!("{hour:02}:{minute:02}"),
    }
}

/// A date as people write it.
pub(super) fn date(date: NaiveDate, language: Language) -> String {
    let form = match language {
        Language::English => "%-d %B %Y",
        Language::German | Language::Turkish | Language::Romanian | Language::Ukrainian => "%d.%m.%Y",
        _ => "%d/%m/%Y",
    };
    date.format(form).to_string()
}

/// A warning about a fact that nobody has checked, or whose check is overdue.
pub(super) fn unchecked(fact: &Fact<'_>, today: NaiveDate, reader: Language) -> Option<String> {
    let shown = fact.shown();
    let french = reader == Language::French;
    match (fact.verified_on(), fact.review_by()) {
        (None, _) if french => Some(format!("À vérifier avant envoi : {shown} (jamais contrôlé).")),
        (None, _) => Some(format!("To be checked before sending: {shown} (nobody has yet).")),
        (_, Some(by)) if by < today && french => Some(format!(
            "À vérifier de nouveau : {shown} (échéance le {}).",
            date(by, Language::French)
        )),
        (_, Some(by)) if by < today => Some(format!(
            "To be checked again: {shown} (due on {}).",
            date(by, Language::English)
        )),
        _ => None,
    }
}

/// What a category is about, for a reason.
pub(super) fn category(category: Category, reader: Language) -> &'static str {
    let (french, english) = match category {
        Category::Emergency => ("urgence", "emergency"),
        Category::Complaint => ("réclamation", "complaint"),
        Category::Witness => ("témoignage", "witness"),
        Category::Incident => ("incident du quotidien", "everyday incident"),
        Category::Recruitment => ("recrutement", "recruitment"),
        Category::Thanks => ("remerciement", "thanks"),
        Category::Other => ("autre message", "other"),
    };
    if reader == Language::French {
        french
    } else {
        english
    }
}

/// What an answer would speak of, for a reason.
pub(super) fn topic(topic: Topic, reader: Language) -> &'static str {
    let (french, english) = match topic {
        Topic::Danger => ("danger en ce moment", "danger now"),
        Topic::SilentDanger => ("danger sans pouvoir parler", "danger without being able to speak"),
        Topic::Suicide => ("intention suicidaire", "suicidal intent"),
        Topic::Absence => ("absence inquiétante", "a worrying absence"),
        Topic::DomesticViolence => ("violences dans la famille", "violence at home"),
        Topic::OfficerConduct => ("comportement d'un policier", "an officer's conduct"),
        Topic::Fine => ("amende", "a fine"),
        Topic::ReportInPerson => ("plainte à déposer", "how to report"),
        Topic::ReportOnline => (
            "atteinte aux biens, auteur inconnu",
            "property offence, author unknown",
        ),
        Topic::Cybercrime => ("escroquerie ou contenu en ligne", "fraud or content online"),
        Topic::CaseInformation => ("élément pour une enquête", "information for a case"),
        Topic::CaseFrame => ("cadre des appels à témoins", "the frame of appeals and testimony"),
        Topic::LostAndFound => ("objet perdu ou trouvé", "lost or found"),
        Topic::Joining => ("entrer dans la police", "joining the police"),
        Topic::Gratitude => ("remerciement", "thanks"),
        Topic::Press => ("demande de presse", "press request"),
        Topic::Holding => ("rien à répondre encore", "nothing to answer yet"),
        Topic::OtherForce => ("autre service de police", "another force"),
        Topic::PersonalData => ("données personnelles", "personal data"),
        Topic::Crisis => ("événement en cours", "an event going on"),
    };
    if reader == Language::French {
        french
    } else {
        english
    }
}

/// What a signal says, for a reason.
pub(super) fn signal(signal: Signal, reader: Language) -> &'static str {
    let (french, english) = match signal {
        Signal::CannotSpeak => ("ne peut pas parler", "cannot speak"),
        Signal::SuicideRisk => ("risque de suicide", "suicide risk"),
        Signal::DomesticViolence => ("violences dans la famille", "violence at home"),
        Signal::ChildAtRisk => ("enfant en danger", "child at risk"),
        Signal::MissingPerson => ("disparition", "missing person"),
        Signal::Weapon => ("arme", "weapon"),
        Signal::ThreatToPolice => ("menace contre des policiers", "threat to the police"),
        Signal::Sensitive => ("presse ou personnalité", "press or public figure"),
        Signal::Automatic => ("message automatique", "automatic message"),
    };
    if reader == Language::French {
        french
    } else {
        english
    }
}

/// A warning that a text does not fit its channel.
pub(super) fn too_long(over: usize, channel: ChannelKind, reader: Language) -> String {
    if reader == Language::French {
        format!("Trop long de {over} pour ce canal ({channel}) : à raccourcir avant envoi.")
    } else {
        format!("Too long by {over} for this channel ({channel}): shorten it before sending.")
    }
}
