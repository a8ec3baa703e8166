//! Why, in a sentence.
//!
//! What comes in: a stable code of evidence and the reader's language. What goes out: one sentence, in French for French
//! readers and in English for everybody else. Deliberately absent: the sender's words; the window highlights those itself.

use crate::domain::{Evidence, Instant, Language};

/// The code of evidence that lies in an earlier message of the conversation.
pub const EARLIER: &str = Evidence::EARLIER;

/// What a code of evidence means, for the person at the desk.
#[must_use]
pub fn why(code: &str, language: Language) -> String {
    if let Some(when) = Evidence::learned_when(code) {
        return learned(when, language);
    }
    let (french, english) = match code {
        "emergency" => (
            "Ces mots évoquent un danger en ce moment.",
            "These words speak of danger now.",
        ),
        "complaint" => (
            "Ces mots mettent en cause la police ou son service.",
            "These words are about how the police acted.",
        ),
        "witness" => (
            "Ces mots apportent une information utile à une enquête.",
            "These words offer information for investigators.",
        ),
        "incident" => (
            "Ces mots évoquent un incident ou une démarche du quotidien.",
            "These words are about an everyday incident or procedure.",
        ),
        "recruitment" => (
            "Ces mots concernent le recrutement.",
            "These words are about joining the police.",
        ),
        "thanks" => (
            "Ces mots expriment un remerciement ou un soutien.",
            "These words express thanks or support.",
        ),
        "other" => (
            "Ces mots ne demandent pas d'aide particulière.",
            "These words ask for no particular help.",
        ),
        "cannot_speak" => (
            "La personne ne peut sans doute pas parler.",
            "The person probably cannot speak.",
        ),
        "suicide_risk" => (
            "Ces mots évoquent une intention suicidaire ou un adieu.",
            "These words speak of suicide or a goodbye.",
        ),
        "domestic_violence" => (
            "Ces mots évoquent des violences au sein du foyer.",
            "These words speak of violence at home.",
        ),
        "child_at_risk" => ("Un enfant est peut-être en danger.", "A child may be in danger."),
        "missing_person" => (
            "Ces mots évoquent une disparition.",
            "These words speak of somebody missing.",
        ),
        "weapon" => ("Une arme est évoquée.", "A weapon is mentioned."),
        "threat_to_police" => (
            "Ces mots menacent des policiers.",
            "These words threaten the police.",
        ),
        "sensitive" => (
            "La demande vient de la presse, d'un élu ou d'une personnalité.",
            "The request comes from the press, an elected person or a celebrity.",
        ),
        "automatic" => (
            "Ce texte a été envoyé par une machine.",
            "A machine sent this text.",
        ),
        "context:past" => (
            "Ces mots placent les faits dans le passé : l'alarme pèse moins, sans disparaître.",
            "These words place it in the past: the alarm weighs less, and stays visible.",
        ),
        "context:negated" => (
            "Ces mots disent que ce n'est pas le cas : l'alarme pèse moins, sans disparaître.",
            "These words say that it is not so: the alarm weighs less, and stays visible.",
        ),
        "context:figurative" => (
            "C'est sans doute une façon de parler : l'alarme pèse moins, sans disparaître.",
            "Probably a way of speaking: the alarm weighs less, and stays visible.",
        ),
        "context:quoted" => (
            "Ces mots sont rapportés ou cités : l'alarme pèse moins, sans disparaître.",
            "These words are reported or quoted: the alarm weighs less, and stays visible.",
        ),
        "context:hypothetical" => (
            "C'est une supposition ou une question générale : l'alarme pèse moins, sans disparaître.",
            "A supposition or a general question: the alarm weighs less, and stays visible.",
        ),
        EARLIER => (
            "Lu avec les messages précédents de cette conversation, qui donnent l'alarme.",
            "Read with the earlier messages of this conversation, which raise the alarm.",
        ),
        _ => (
            "Ces mots ont compté dans le classement.",
            "These words counted in the verdict.",
        ),
    };
    let sentence = if language == Language::French {
        french
    } else {
        english
    };
    sentence.to_owned()
}

/// What was learned here, and since when.
fn learned(when: Instant, language: Language) -> String {
    if language == Language::French {
        format!(
            "Appris ici : le {}, quelqu'un de l'équipe a corrigé un message semblable.",
            when.format("%d/%m/%Y")
        )
    } else {
        format!(
            "Learned here: a colleague corrected a similar message on {}.",
            when.format("%Y-%m-%d")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::lexicon::Context;
    use crate::domain::{Category, Signal};

    #[test]
    fn every_code_has_a_sentence_of_its_own() {
        let codes = Category::ALL
            .iter()
            .map(|c| c.as_str())
            .chain(Signal::ALL.iter().map(|s| s.as_str()));
        let codes: Vec<_> = codes
            .chain(Context::ALL.iter().map(|c| c.code()))
            .chain([EARLIER, "learned:1800000000000"])
            .collect();
        for language in [Language::French, Language::English] {
            let mut sentences: Vec<_> = codes.iter().map(|c| why(c, language)).collect();
            assert!(!sentences.contains(&why("no such code", language)));
            sentences.sort();
            sentences.dedup();
            assert_eq!(sentences.len(), codes.len());
        }
    }
}
