//! What no person wrote, recognised by its content and its rhythm.
//!
//! In: a text, and the last minutes of its thread. Out: why it should get no automatic reply, or nothing. Channels mark much of
//! this already; here is what arrives unmarked, in the languages of the night texts. Deliberately absent: danger. Whoever asks
//! has made sure first that nothing in the text speaks of it.
//!
//! The two errors are not alike. A robot that is answered costs one message; a person who is taken for a robot waits until
//! morning without a number. So a phrase counts only where a program puts it: at the very beginning, in the first person of an
//! office, or together with a second one - and never when somebody tells the police of a message that they received.

use super::policy::{LeaveReason, Recent};
use crate::domain::{Author, Category, Evidence, Instant, Signal, digest};
use chrono::Duration;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// How much of a text is looked at: programs say what they are at once.
const LOOKED_AT: usize = 2_000;

/// How far back rhythm looks.
const RHYTHM: Duration = Duration::minutes(10);

/// Faster than a person reads our text and types another.
const TOO_FAST: Duration = Duration::seconds(5);

/// What a program's text begins with. Phrases are written as [`plain`] leaves a text: lower case, no accents.
const OPENS_OUT_OF_OFFICE: &[&str] = &[
    "reponse automatique",
    "message d'absence",
    "absence du bureau",
    "absent du bureau",
    "absente du bureau",
    "automatic reply",
    "automated reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "out of office",
    "out-of-office",
    "out of the office",
    "abwesenheitsnotiz",
    "abwesenheitsmeldung",
    "automatische antwort",
    "automatische abwesenheit",
    "respuesta automatica",
    "fuera de la oficina",
    "resposta automatica",
    "fora do escritorio",
    "risposta automatica",
    "fuori ufficio",
    "رد تلقاي",
    "الرد التلقاي",
];

/// The mark of a help desk's program.
const OPENS_TICKET: &[&str] = &["ticket#", "ticket #", "ticket n°", "case #", "votre ticket"];

const OPENS_RECEIPT: &[&str] = &[
    "accuse de lecture",
    "confirmation de lecture",
    "read receipt",
    "delivery receipt",
    "delivery status notification",
    "undeliverable",
    "undelivered mail",
    "mail delivery failed",
    "mail delivery subsystem",
    "returned mail",
    "your message could not be delivered",
    "your message couldn't be delivered",
    "echec de la remise",
    "echec de remise",
    "echec de la distribution",
    "non remis",
    "message non remis",
    "message non distribue",
    "votre message n'a pas pu etre remis",
    "votre message n'a pas pu etre distribue",
    "votre message n'a pas ete remis",
    "unzustellbar",
    "lesebestatigung",
    "acuse de recibo",
    "confirmacion de lectura",
    "confirmacao de leitura",
    "conferma di lettura",
    "mensaje no entregado",
];

const OPENS_REACTION: &[&str] = &[
    "a reagi ",
    "reacted to your message",
    "liked “",
    "loved “",
    "laughed at “",
    "emphasized “",
    "a aime «",
    "liked a message",
    "liked your message",
    "a aime un message",
    "a aime votre message",
    "le gusto tu mensaje",
    "hat auf deine nachricht reagiert",
];

/// Only a program says this of itself, wherever it says it.
const SAYS_AUTOMATIC: &[&str] = &[
    "ceci est un message automatique",
    "ceci est une reponse automatique",
    "ceci est un message genere",
    "ce message est automatique",
    "ce message est genere",
    "ce message a ete genere",
    "ce message a ete envoye automatiquement",
    "cet e-mail a ete envoye automatiquement",
    "ce mail a ete envoye automatiquement",
    "ce courriel a ete envoye automatiquement",
    "message genere automatiquement",
    "message envoye automatiquement",
    "courriel genere automatiquement",
    "this is an automated",
    "this is an automatic",
    "this is an auto-",
    "this message was sent automatically",
    "this message was automatically",
    "automatically generated",
    "dies ist eine automatisch",
    "automatisch generiert",
    "automatisch erstellt",
    "este es un mensaje automatico",
    "esta es una respuesta automatica",
    "generado automaticamente",
    "esta e uma mensagem automatica",
    "esta e uma resposta automatica",
    "gerada automaticamente",
    "questo e un messaggio automatico",
    "questa e una risposta automatica",
    "generato automaticamente",
    "هذه رسالة تلقايية",
    "هذه رسالة الية",
    "هذا رد تلقاي",
    "se desabonner de",
    "pour vous desabonner",
    "pour vous desinscrire",
    "to unsubscribe",
    "unsubscribe from this list",
    "abonnez-vous a notre newsletter",
    "subscribe to our newsletter",
    "je suis un robot",
    "je suis votre assistant",
    "je suis l'assistant virtuel",
    "i am a bot",
    "i'm a bot",
    "i am a virtual assistant",
    "i'm a virtual assistant",
    "your virtual assistant",
    "tapez 1",
    "type 1 for",
    "press 1 for",
];

const SAYS_OUT_OF_OFFICE: &[&str] = &[
    "absent du bureau",
    "absente du bureau",
    "absent(e) du bureau",
    "absent-e du bureau",
    "absent·e du bureau",
    "i am out of office",
    "i am out of the office",
    "i am currently out of",
    "i'm out of the office",
    "i'm currently out of",
    "i will be out of the office",
    "currently out of the office",
    "i am away from my desk",
    "nicht im buro",
    "estoy fuera de la oficina",
    "encuentro fuera de la oficina",
    "estare fuera de la oficina",
    "estou fora do escritorio",
    "ausente do escritorio",
    "sono fuori ufficio",
    "saro fuori ufficio",
];

/// Someone is away; a citizen may be, too.
const AWAY: &[&str] = &[
    "je suis absent",
    "je suis actuellement absent",
    "actuellement absent",
    "je serai absent",
    "je suis en conge",
    "je suis actuellement en conge",
    "actuellement en conge",
    "je suis en vacances",
    "je ne suis pas disponible",
    "je suis indisponible",
    "en conge maternite",
    "i am on leave",
    "i'm on leave",
    "on annual leave",
    "on parental leave",
    "i am on holiday",
    "i am on vacation",
    "i am away until",
    "i am currently away",
    "i am not available",
    "i'm not available",
    "i am currently unavailable",
    "im urlaub",
    "bin derzeit nicht erreichbar",
    "abwesend",
    "de vacaciones",
    "estoy ausente",
    "de ferias",
    "estou ausente",
    "in ferie",
    "sono assente",
    "في اجازة",
];

/// And says what becomes of your message meanwhile; then it is an out-of-office text.
const MEANWHILE: &[&str] = &[
    "a mon retour",
    "des mon retour",
    "je vous repondrai",
    "je reviendrai vers vous",
    "en mon absence",
    "pendant mon absence",
    "en cas d'urgence, contact",
    "en cas d'urgence, vous pouvez",
    "en cas d'urgence, merci de",
    "en cas d'urgence, veuillez",
    "pour toute urgence",
    "when i return",
    "i will reply",
    "i will get back",
    "i'll get back",
    "when i am back",
    "upon my return",
    "on my return",
    "in my absence",
    "limited access to",
    "no access to my e",
    "for urgent matters",
    "if your matter is urgent",
    "nach meiner ruckkehr",
    "in dringenden fallen",
    "a mi regreso",
    "a mi vuelta",
    "en mi ausencia",
    "no meu regresso",
    "ao meu regresso",
    "na minha ausencia",
    "al mio rientro",
    "al mio ritorno",
    "in mia assenza",
    "عند عودتي",
];

/// An office has our message; a partner may write so, too.
const OFFICE_RECEIVED: &[&str] = &[
    "nous avons bien recu votre",
    "votre message a bien ete",
    "votre demande a bien ete",
    "votre mail a bien ete",
    "votre courriel a bien ete",
    "votre e-mail a bien ete",
    "merci de nous avoir contacte",
    "merci d'avoir contacte",
    "merci de votre message",
    "merci pour votre message",
    "thank you for contacting",
    "thanks for contacting",
    "thank you for your message",
    "thanks for your message",
    "thank you for reaching out",
    "thanks for reaching out",
    "we have received your",
    "we've received your",
    "gracias por contactar",
    "hemos recibido su",
    "recebemos a sua mensagem",
    "grazie per averci contattato",
    "abbiamo ricevuto il",
    "vielen dank fur ihre nachricht",
    "wir haben ihre",
    "شكرا لتواصلك",
];

/// And promises to come back to us; then it is a robot.
const OFFICE_PROMISES: &[&str] = &[
    "nous vous repond",
    "ticket #",
    "numero de ticket",
    "nous y repond",
    "nous reviendrons vers vous",
    "nous revenons vers vous",
    "reviendra vers vous",
    "vous recontacter",
    "nous vous contacter",
    "vous repondra",
    "sera traite",
    "we will get back",
    "we'll get back",
    "will get back to you",
    "we will respond",
    "we'll respond",
    "we will reply",
    "we'll reply",
    "and will reply",
    "will be in touch",
    "le responderemos",
    "nos pondremos en contacto",
    "entraremos em contato",
    "entraremos em contacto",
    "responderemos",
    "la ricontatteremo",
    "ti risponderemo",
    "wir melden uns",
    "werden uns",
    "وسنرد",
    "سنرد",
];

/// What programs ask - and what someone asks who is watched; then there is a person in the sentence.
const DO_NOT_REPLY: &[&str] = &[
    "ne pas repondre a ce",
    "ne pas y repondre",
    "ne repondez pas a ce",
    "ne pas repondre directement",
    "do not reply",
    "don't reply to this",
    "do not respond to this",
    "noreply",
    "no-reply",
    "ne-pas-repondre",
    "no responda a este",
    "no responder a este",
    "nao responda a est",
    "nao responder a est",
    "non rispondere a quest",
    "antworten sie nicht auf diese",
    "nicht auf diese",
    "لا ترد علي هذ",
];

/// Words that only a person has in a sentence about not answering.
const PERSONS: &[&str] = &[
    "je", "j", "jai", "me", "moi", "mon", "ma", "mes", "il", "elle", "ils", "lui", "svp", "stp", "i", "my",
    "he", "she", "him", "her", "they", "plz", "mi", "yo", "ella", "eu", "ele", "ela", "io", "mio", "mia",
    "lui", "lei", "ich", "mein", "meine", "انا", "هو", "هي",
];

/// Someone tells of a message that they received: a fraud, our own automatic text, a web form.
const TOLD_BY_A_PERSON: &[&str] = &[
    "j'ai recu",
    "j ai recu",
    "jai recu",
    "j'ai eu",
    "je recois",
    "je viens de recevoir",
    "je n'arrive pas",
    "j'arrive pas",
    "on m'a dit",
    "on m'a repondu",
    "on m'a demande",
    "on me dit",
    "on me repond",
    "il m'a envoye",
    "m'a envoye",
    "ils disent",
    "c'est marque",
    "c'est ecrit",
    "il est ecrit",
    "arnaque",
    "escroquerie",
    "hameconnage",
    "phishing",
    "scam",
    "i got ",
    "i received",
    "i have received",
    "i keep getting",
    "i only get",
    "i can't",
    "estafa",
    "he recibido",
    "me ha llegado",
    "recebi ",
    "burla",
    "ho ricevuto",
    "truffa",
    "ich habe ein",
    "betrug",
    "votre reponse automatique",
    "vos reponses automatiques",
    "votre message automatique",
    "vos messages automatiques",
    "votre robot",
    "parler a un humain",
    "parler a quelqu'un",
    "your automatic",
    "your automated",
    "your bot",
    "talk to a human",
    "speak to a human",
    "talk to a real",
    "speak to a real",
];

/// Someone who is away asks the police for something.
const ASKED_BY_A_PERSON: &[&str] = &[
    "?",
    "؟",
    "pouvez-vous",
    "pouvez vous",
    "pourriez",
    "ma maison",
    "mon domicile",
    "mon logement",
    "mon appart",
    "mes voisins",
    "chez moi",
    "could you",
    "can you",
    "my house",
    "my home",
    "my flat",
];

/// What to do if. As long as it is only if, it is nobody's danger.
const ADVICE: &[&str] = &[
    "en cas d'urgence",
    "en cas de danger",
    "pour toute urgence",
    "si vous etes en danger",
    "si c'est une urgence",
    "s'il s'agit d'une urgence",
    "urgence : appelez",
    "urgence: appelez",
    "in an emergency",
    "in case of emergency",
    "in case of an emergency",
    "if you are in danger",
    "if this is an emergency",
    "for emergencies",
    "im notfall",
    "in notfallen",
    "en caso de emergencia",
    "en caso de urgencia",
    "em caso de emergencia",
    "in caso di emergenza",
    "في حالة الطواري",
];

/// First words of a read or delivery notice that is nothing but the notice and a time.
const SEEN: &[&str] = &[
    "vu",
    "lu",
    "recu",
    "distribue",
    "seen",
    "read",
    "delivered",
    "gelesen",
    "visto",
    "leido",
    "letto",
    "lida",
];

/// What such a notice may hold beside digits.
const SEEN_WHEN: &[&str] = &[
    "a",
    "at",
    "le",
    "on",
    "um",
    "am",
    "alle",
    "las",
    "h",
    "min",
    "hier",
    "yesterday",
    "today",
    "pm",
    "as",
];

/// Why nobody is behind this text; nothing where there may be a person.
pub(super) fn recognise(text: &str) -> Option<LeaveReason> {
    let text = plain(text);
    let opening = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let opening = [
        "re:", "re :", "tr:", "fw:", "fwd:", "objet :", "objet:", "subject:",
    ]
    .iter()
    .find_map(|prefix| opening.strip_prefix(prefix))
    .map_or(opening, str::trim_start);
    let opens = |phrases: &[&str]| phrases.iter().any(|phrase| opening.starts_with(phrase));
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| text.contains(phrase));

    let asked = says(ASKED_BY_A_PERSON);
    let told = says(TOLD_BY_A_PERSON);
    if is_seen_notice(opening) || (opens(OPENS_RECEIPT) && !asked && !told) {
        return Some(LeaveReason::Receipt);
    }
    if opens(OPENS_REACTION) || (opening.starts_with("reacted ") && opening.ends_with("to your message")) {
        return Some(LeaveReason::Reaction);
    }
    // A heading is a program's, even above "urgent? call my colleague".
    if is_heading(opening, OPENS_OUT_OF_OFFICE) {
        return Some(LeaveReason::OutOfOffice);
    }
    if told {
        return None;
    }
    let away = says(SAYS_OUT_OF_OFFICE) || (says(AWAY) && says(MEANWHILE)) || opens(OPENS_OUT_OF_OFFICE);
    if away && !asked {
        return Some(LeaveReason::OutOfOffice);
    }
    let office = says(OFFICE_RECEIVED) && says(OFFICE_PROMISES) && !asked;
    let asks_not_to_reply = says(DO_NOT_REPLY) && !has_word(&text, PERSONS);
    if says(SAYS_AUTOMATIC) || opens(OPENS_TICKET) || office || asks_not_to_reply || is_code(&text) {
        return Some(LeaveReason::Automatic);
    }
    None
}

/// Do all the words of danger stand in advice of the kind "in an emergency, call"? Many programs give it, and nobody who is in
/// danger writes nothing else.
pub(super) fn is_only_advice(text: &str, evidence: &[Evidence]) -> bool {
    // What speaks for another category, for a robot, or against danger decides nothing here.
    let decides = |why: &str| match why.parse::<Category>() {
        Ok(category) => category == Category::Emergency,
        Err(_) => why != Signal::Automatic.as_str() && !why.starts_with("context:"),
    };
    let mut decisive = evidence.iter().filter(|e| decides(&e.why)).peekable();
    decisive.peek().is_some()
        && decisive.all(|e| {
            let ends = |c: char| matches!(c, '.' | '!' | '?' | '\n');
            let (Some(before), Some(after)) = (text.get(..e.span.start), text.get(e.span.start..)) else {
                return false;
            };
            let sentence: String = before
                .rsplit(ends)
                .next()
                .into_iter()
                .chain(after.split(ends).next())
                .collect();
            // Evidence may reach into the next sentence; then it is more than advice.
            after
                .find(ends)
                .is_none_or(|end| e.span.end - e.span.start <= end)
                && {
                    let sentence = plain(&sentence);
                    ADVICE.iter().any(|phrase| sentence.contains(phrase))
                }
        })
}

/// Does somebody tell of a program's message? Then they are none, though the words are the program's.
pub(super) fn is_told_by_a_person(text: &str) -> bool {
    let text = plain(text);
    TOLD_BY_A_PERSON.iter().any(|phrase| text.contains(phrase))
}

/// Two programs answering each other: the same text for the third time within minutes, or an answer within seconds of our
/// automatic text for the second time. Once can be a person who was still typing.
pub(super) fn is_ping_pong(text: &str, at: Instant, recent: &[Recent]) -> bool {
    let lately = || recent.iter().filter(|r| r.at <= at && at - r.at <= RHYTHM);
    // Photos of one album have the same empty text.
    if !text.trim().is_empty() {
        let same = digest(text.trim());
        if lately()
            .filter(|r| r.author == Author::Contact && r.digest == same)
            .count()
            >= 2
        {
            return true;
        }
    }
    let mut too_fast = 0;
    let mut ours: Option<Instant> = None;
    for (author, when) in lately().map(|r| (r.author, r.at)).chain([(Author::Contact, at)]) {
        match author {
            Author::Night => ours = Some(when),
            Author::Contact => {
                if ours.take().is_some_and(|sent| when - sent <= TOO_FAST) {
                    too_fast += 1;
                }
            }
            Author::Operator => ours = None,
        }
    }
    too_fast >= 2
}

/// Lower case, without accents, with plain apostrophes and single spaces, so that a phrase is written once.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for c in text
        .chars()
        .take(LOOKED_AT)
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
    {
        match c {
            '’' | '‘' | 'ʼ' | '`' => plain.push('\''),
            'ß' => plain.push_str("ss"),
            // Arabic letters that writers use for one another.
            'ى' => plain.push('ي'),
            c if c.is_whitespace() => {
                if !plain.is_empty() && !plain.ends_with(' ') {
                    plain.push(' ');
                }
            }
            c => plain.push(c),
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

fn has_word(text: &str, list: &[&str]) -> bool {
    words(text).any(|word| list.contains(&word))
}

/// Does it open with one of the phrases, set off like a subject or a title?
fn is_heading(text: &str, phrases: &[&str]) -> bool {
    phrases
        .iter()
        .filter_map(|phrase| text.strip_prefix(phrase))
        .any(|rest| {
            rest.trim_start()
                .chars()
                .next()
                .is_none_or(|c| ":.-–—|])*".contains(c))
        })
}

/// "Vu à 02:13", "Delivered": but not "Vu à la gare un homme armé".
fn is_seen_notice(text: &str) -> bool {
    let mut words = words(text);
    let opens = words.next().is_some_and(|first| SEEN.contains(&first));
    let mut rest = words.peekable();
    // A lone "vu" may be a person's; with a time it is a notice.
    opens
        && rest.peek().is_some()
        && rest.all(|word| word.chars().all(|c| c.is_ascii_digit() || c == 'h') || SEEN_WHEN.contains(&word))
}

/// A one-time code: short, with four to eight digits, and says what it is.
fn is_code(text: &str) -> bool {
    const SAYS: &[&str] = &[
        "code de verification",
        "code de confirmation",
        "code de validation",
        "votre code",
        "code de securite",
        "code d'acces",
        "code est",
        "verification code",
        "security code",
        "confirmation code",
        "code is",
        "codigo de verificacion",
        "codigo de verificacao",
        "codice di verifica",
        "bestatigungscode",
    ];
    let digits =
        words(text).any(|word| (4..=8).contains(&word.len()) && word.chars().all(|c| c.is_ascii_digit()));
    digits
        && text.chars().count() <= 200
        && SAYS.iter().any(|phrase| text.contains(phrase))
        && !has_word(text, PERSONS)
        && !ASKED_BY_A_PERSON.iter().any(|phrase| text.contains(phrase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_is_written_as_a_text_is_read() {
        let lists = [
            OPENS_OUT_OF_OFFICE,
            OPENS_RECEIPT,
            OPENS_REACTION,
            SAYS_AUTOMATIC,
            SAYS_OUT_OF_OFFICE,
            AWAY,
            MEANWHILE,
            OFFICE_RECEIVED,
            OFFICE_PROMISES,
            DO_NOT_REPLY,
            ADVICE,
            OPENS_TICKET,
            PERSONS,
            TOLD_BY_A_PERSON,
            ASKED_BY_A_PERSON,
            SEEN,
            SEEN_WHEN,
        ];
        for phrase in lists.into_iter().flatten() {
            assert_eq!(plain(phrase), phrase.trim_end(), "{phrase}");
        }
    }

    #[test]
    fn what_no_person_wrote() {
        use LeaveReason::{Automatic, OutOfOffice, Reaction, Receipt};
        let rows = [
            (
                "Re: Réponse automatique : vol de vélo\nUne urgence ? Appelez mon collègue.",
                OutOfOffice,
            ),
            ("[Out of Office] Back on Monday", OutOfOffice),
            (
                "Je suis actuellement absente du bureau et consulterai mes messages lundi.",
                OutOfOffice,
            ),
            ("JE SUIS EN CONGE, je vous lirai dès mon retour", OutOfOffice),
            (
                "I am on annual leave until 3 May with limited access to e-mail.",
                OutOfOffice,
            ),
            (
                "Ich bin im Urlaub. In dringenden Fällen wenden Sie sich an die Zentrale.",
                OutOfOffice,
            ),
            ("Estoy de vacaciones, contestaré a mi regreso", OutOfOffice),
            (
                "Cet e-mail a été envoyé automatiquement, merci de ne pas y répondre.",
                Automatic,
            ),
            ("Merci de ne pas répondre à ce courriel", Automatic),
            ("This is an automated message.", Automatic),
            ("Dies ist eine automatisch erstellte Nachricht", Automatic),
            ("Bitte antworten Sie nicht auf diese E-Mail.", Automatic),
            ("هذه رسالة تلقائية", Automatic),
            (
                "Thank you for reaching out! Our team will get back to you within 2 days",
                Automatic,
            ),
            ("G-482913 est votre code de validation", Automatic),
            ("Your verification code is 4821", Automatic),
            ("To unsubscribe, click here", Automatic),
            ("[Ticket#48213] Votre demande a été créée", Automatic),
            (
                "Hi, thanks for your message. We're closed right now and will reply tomorrow.",
                Automatic,
            ),
            (
                "Je suis votre assistant virtuel. Tapez 1 pour une facture.",
                Automatic,
            ),
            (
                "Message non remis : la boîte du destinataire est pleine.",
                Receipt,
            ),
            (
                "Je ne suis pas disponible pour le moment, je vous répondrai dès que possible.",
                OutOfOffice,
            ),
            ("Accusé de lecture : votre message a été lu", Receipt),
            ("Seen at 2:13", Receipt),
            ("Delivered 02:13", Receipt),
            ("Échec de la remise : destinataire inconnu", Receipt),
            ("A réagi 👍 à votre message", Reaction),
            ("Reacted ❤️ to your message", Reaction),
            ("Liked “merci à vous”", Reaction),
            ("Liked a message", Reaction),
        ];
        for (text, reason) in rows {
            assert_eq!(recognise(text), Some(reason), "{text}");
        }
    }

    #[test]
    fn a_person_who_is_taken_for_a_robot_waits_until_morning_without_a_number() {
        let texts = [
            "",
            "allo",
            "17",
            "🆘",
            "Vu",
            "vu hier à 22h un homme cagoulé rue de la Paix",
            "Lu dans la presse que vous recrutez ?",
            "Read your post about the missing boy, I saw him at 10",
            "je suis absente de chez moi et mes voisins font la fête",
            "Je suis en vacances et en mon absence quelqu'un a forcé mon domicile",
            "ne répondez pas à ce message svp il lit tout",
            "please do not reply, he reads my phone",
            "J'ai reçu un mail noreply@impots.example, c'est une arnaque",
            "on me dit que « votre demande a bien été enregistrée, nous vous répondrons » et depuis rien",
            "nous avons bien reçu votre courrier, mais la date est fausse",
            "merci pour votre message, vous êtes super",
            "Accusé de réception perdu, comment faire ?",
            "I got this: 'your verification code is 482913', what is it",
            "Bonjour, mon code postal est 75011",
            "le code est 4821 pour entrer dans mon immeuble, venez",
            "je n'arrive pas à me désabonner de votre page",
            "Reacted far too late, your officers",
            "Loved the way your officers helped us",
            "Reçu 5 sur 5",
            "votre réponse automatique ne sert à rien, je veux parler à un humain",
        ];
        for text in texts {
            assert_eq!(recognise(text), None, "{text}");
        }
    }

    #[test]
    fn any_length_of_text_is_looked_at_briefly() {
        assert_eq!(recognise(&"é".repeat(200_000)), None);
    }

    #[test]
    fn advice_for_an_emergency_is_nobodys_danger() {
        let found = |text: &str, words: &str, why: &str| {
            let start = text.find(words).expect("the words");
            Evidence {
                span: start..start + words.len(),
                why: why.to_owned(),
            }
        };
        let advice = "Je suis absent. En cas d'urgence, appelez le 17.";
        assert!(is_only_advice(
            advice,
            &[
                found(advice, "urgence", "emergency"),
                found(advice, "17", "emergency"),
                found(advice, "absent", "automatic"),
            ]
        ));
        let english = "Out of office. In an emergency call 112\nBob";
        assert!(is_only_advice(
            english,
            &[found(english, "emergency call 112", "emergency")]
        ));
        let both = "Réponse automatique. En cas d'urgence, appelez le 17. Il a un couteau";
        let evidence = [
            found(both, "urgence", "emergency"),
            found(both, "couteau", "emergency"),
        ];
        assert!(!is_only_advice(both, &evidence));
        let across = [found(both, "17. Il a un couteau", "emergency")];
        assert!(!is_only_advice(both, &across));
        assert!(!is_only_advice(both, &[]));
        assert!(!is_only_advice(
            "é",
            &[Evidence {
                span: 1..9,
                why: "emergency".to_owned()
            }]
        ));
    }

    fn at(seconds: i64) -> Instant {
        Instant::from_timestamp(1_800_000_000 + seconds, 0).expect("a time")
    }

    fn recent(seconds: i64, author: Author, text: &str) -> Recent {
        Recent {
            at: at(seconds),
            author,
            digest: digest(text),
        }
    }

    #[test]
    fn the_same_text_for_the_third_time_is_ping_pong() {
        let twice = [recent(0, Author::Contact, "x"), recent(60, Author::Contact, "x")];
        assert!(is_ping_pong(" x ", at(120), &twice));
        assert!(!is_ping_pong("y", at(120), &twice));
        assert!(!is_ping_pong("x", at(120), &twice[..1]));
        assert!(
            !is_ping_pong("x", at(3600), &twice),
            "an hour later it is a person who insists"
        );
        let photos = [recent(0, Author::Contact, ""), recent(1, Author::Contact, "")];
        assert!(!is_ping_pong("", at(2), &photos), "an album is no robot");
    }

    #[test]
    fn answers_within_seconds_of_our_text_are_ping_pong_at_the_second_time() {
        let (us, them) = (Author::Night, Author::Contact);
        let once = [recent(0, us, "a")];
        assert!(!is_ping_pong("1", at(2), &once), "a person was still typing");
        let twice = [recent(0, us, "a"), recent(2, them, "1"), recent(10, us, "a")];
        assert!(is_ping_pong("2", at(12), &twice));
        assert!(!is_ping_pong("2", at(30), &twice), "slow enough to have read it");
        let lines = [recent(0, us, "a"), recent(2, them, "1"), recent(4, them, "2")];
        assert!(!is_ping_pong("3", at(5), &lines), "three lines in one breath");
        let colleague = [
            recent(0, us, "a"),
            recent(2, them, "1"),
            recent(10, Author::Operator, "b"),
        ];
        assert!(!is_ping_pong("2", at(12), &colleague));
    }
}
