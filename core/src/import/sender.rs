//! May a mail be answered by a program? RFC 3834 and RFC 5230, as a pure function of its header.
//!
//! What comes in: the fields of a header, the envelope sender, our addresses. What goes out: [`SenderFlags`]. Deliberately absent:
//! the mail's words - a robot is known by what it declares, not by its style - and the memory of whom we answered when,
//! which is the night responder's.

use crate::domain::SenderFlags;
use mail_parser::{Address, MessageParser};

/// Whether an automatic answer to a mail would be right: the rules of RFC 3834 and RFC 5230, and stricter ones of ours.
///
/// `headers` are the mail's fields, unfolded; `return_path` is the envelope sender that the receiving server wrote down: empty
/// for the null sender, `None` where it wrote none - unknown, so nobody may be answered.
#[must_use]
pub fn sender_flags(
    headers: &[(&str, &str)],
    return_path: Option<&str>,
    our_addresses: &[String],
) -> SenderFlags {
    let all = |name: &'static str| {
        headers
            .iter()
            .filter(move |(found, _)| found.trim().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    };
    let mut flags = SenderFlags::default();

    // A null return path is a bounce; a missing one cannot be told from it.
    let envelope = return_path.map(bare_address);
    flags.do_not_reply |= envelope.as_deref().is_none_or(str::is_empty);
    // It says itself that a program sent it.
    flags.automatic |= all("Auto-Submitted").any(|value| {
        let word = first_word(value);
        !word.is_empty() && word != "no"
    });
    // It came by a list.
    flags.automatic |= [
        "List-Id",
        "List-Owner",
        "List-Subscribe",
        "List-Post",
        "List-Unsubscribe",
        "List-Help",
        "List-Archive",
    ]
    .iter()
    .any(|name| all(name).next().is_some());
    // It was sent to many.
    flags.automatic |=
        all("Precedence").any(|value| matches!(first_word(value).as_str(), "bulk" | "list" | "junk"));
    // The sender asks for no answer of a program.
    flags.do_not_reply |= all("X-Auto-Response-Suppress")
        .flat_map(|value| value.split([',', ';', ' ']))
        .any(|word| {
            matches!(
                word.trim().to_ascii_lowercase().as_str(),
                "all" | "oof" | "autoreply"
            )
        });
    // A robot, a silent address, or ourselves: who sent it, and who it says it is from.
    let senders = envelope
        .into_iter()
        .chain(all("From").chain(all("Sender")).flat_map(addresses))
        .filter(|sender| !sender.is_empty());
    for sender in senders {
        let role = role_of(&sender);
        flags.automatic |= role == Role::Robot;
        flags.do_not_reply |= role != Role::Person || is_ours(&sender, our_addresses);
    }
    // A mail that does not name us came by a list, a forward or a blind copy.
    flags.do_not_reply |= !["To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc"]
        .iter()
        .flat_map(|name| all(name))
        .flat_map(addresses)
        .any(|recipient| is_ours(&recipient, our_addresses));
    // Spam, viruses, reports and what calendars send.
    flags.spam |= ["X-Spam-Flag", "X-Virus-Flag", "X-Spam"]
        .iter()
        .flat_map(|name| all(name))
        .any(|value| matches!(first_word(value).as_str(), "yes" | "true"));
    flags.spam |= all("X-Spam-Status").any(|value| first_word(value) == "yes");
    flags.spam |= all("X-Virus-Status").any(|value| first_word(value) == "infected");
    flags.automatic |= all("Content-Type").any(|value| {
        let value = value.to_ascii_lowercase();
        value.starts_with("multipart/report") || is_calendar_reply(&value)
    });
    flags
}

fn is_calendar_reply(content_type: &str) -> bool {
    let squeezed: String = content_type
        .chars()
        .filter(|sign| !sign.is_whitespace() && *sign != '"')
        .collect();
    let squeezed = squeezed.to_ascii_lowercase();
    squeezed.starts_with("text/calendar") && squeezed.contains("method=reply")
}

#[derive(PartialEq, Eq)]
pub(super) enum Role {
    Person,
    /// Nobody reads there, or it must not be written to.
    Nobody,
    /// A program.
    Robot,
}

/// What the local part of an address says about who is behind it.
pub(super) fn role_of(address: &str) -> Role {
    let local = address
        .rsplit_once('@')
        .map_or(address, |(local, _)| local)
        .to_lowercase();
    let robot = local.starts_with("mailer-daemon")
        || local.starts_with("listserv")
        || local.starts_with("majordomo")
        || local.starts_with("owner-")
        || local.ends_with("-request")
        || local.ends_with("-bounces")
        || local.starts_with("bounce");
    if robot {
        return Role::Robot;
    }
    let plain: String = local
        .chars()
        .filter(|sign| !matches!(sign, '-' | '_' | '.'))
        .collect();
    let silent = ["noreply", "nepasrepondre", "donotreply", "postmaster"];
    if silent.iter().any(|word| plain.starts_with(word)) {
        Role::Nobody
    } else {
        Role::Person
    }
}

/// Is it one of our addresses, in any case and with any `+detail`?
pub(super) fn is_ours(address: &str, our_addresses: &[String]) -> bool {
    fn plain(address: &str) -> String {
        let lower = address.trim().to_lowercase();
        match lower.rsplit_once('@') {
            Some((local, domain)) => {
                let local = local.split('+').next().unwrap_or(local);
                format!("{local}@{domain}")
            }
            None => lower,
        }
    }
    let address = plain(address);
    !address.is_empty() && our_addresses.iter().any(|ours| plain(ours) == address)
}

/// The first word of a field, without parameters and comments, in lower case.
fn first_word(value: &str) -> String {
    let mut depth = 0usize;
    let mut out = String::new();
    for sign in value.chars() {
        match sign {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            ';' | ',' => break,
            _ if sign.is_whitespace() => {
                if !out.is_empty() {
                    break;
                }
            }
            _ => out.push(sign),
        }
    }
    out.to_lowercase()
}

/// `<a@b>` as `a@b`.
pub(super) fn bare_address(value: &str) -> String {
    let value = value.trim();
    let inner = value
        .rsplit_once('<')
        .map_or(value, |(_, behind)| behind.split('>').next().unwrap_or(behind));
    inner.trim().to_lowercase()
}

/// The addresses of a field, in lower case.
pub(super) fn addresses(value: &str) -> Vec<String> {
    let field = format!("To: {value}\r\n\r\n");
    MessageParser::new()
        .parse_headers(field.as_bytes())
        .map(|message| {
            people(message.to())
                .into_iter()
                .map(|person| person.address)
                .collect()
        })
        .unwrap_or_default()
}

#[derive(Clone)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) address: String,
}

pub(super) fn people(field: Option<&Address<'_>>) -> Vec<Person> {
    field
        .into_iter()
        .flat_map(Address::iter)
        .map(|found| Person {
            name: found.name.as_deref().unwrap_or("").trim().to_owned(),
            address: found.address.as_deref().unwrap_or("").trim().to_lowercase(),
        })
        .filter(|person| !person.address.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::mime::{fields, split_header};
    use super::super::testing;
    use super::*;

    fn ours() -> Vec<String> {
        vec!["boite@police.test".to_owned()]
    }

    /// The verdict on a sample, as the receiving server would have completed it.
    fn verdict(name: &str) -> SenderFlags {
        let raw = std::fs::read(testing::sample(&format!("mail/{name}.eml"))).expect("a sample");
        let (header, _) = split_header(&raw);
        let fields = fields(header);
        let pairs: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        sender_flags(&pairs, Some("zoe@example.org"), &ours())
    }

    #[test]
    fn the_samples_are_judged_as_the_rules_say() {
        let may = SenderFlags::default();
        let automatic = SenderFlags {
            automatic: true,
            ..may
        };
        let silent = SenderFlags {
            do_not_reply: true,
            ..may
        };
        let spam = SenderFlags { spam: true, ..may };
        for (name, expected) in [
            ("plain", may),
            ("autosub", automatic),
            ("autosub_no", may),
            ("autogen", automatic),
            ("listid", automatic),
            ("listunsub", automatic),
            ("precbulk", automatic),
            ("preclist", automatic),
            ("precjunk", automatic),
            ("xars", silent),
            ("xarsall", silent),
            // Neither is a rule: the reference responder answers both.
            ("xautoreply", may),
            ("xloop", may),
            ("spam", spam),
            ("bcc", silent),
            ("cc", may),
        ] {
            assert_eq!(verdict(name), expected, "{name}");
        }
    }

    #[test]
    fn senders_are_judged_by_their_address() {
        let judge = |path: Option<&str>| {
            sender_flags(
                &[("From", "Zoé <zoe@example.org>"), ("To", "boite@police.test")],
                path,
                &ours(),
            )
        };
        for person in [
            "zoe@example.org",
            "www-data@x.org",
            "root@x.org",
            "<zoe@example.org>",
        ] {
            assert_eq!(judge(Some(person)), SenderFlags::default(), "{person}");
        }
        for robot in [
            "MAILER-DAEMON@x.org",
            "mailer-daemon@example.org",
            "owner-liste@example.org",
            "liste-request@example.org",
            "listserv@example.org",
            "majordomo@example.org",
            "liste-bounces@example.org",
            "bounce+1@example.org",
        ] {
            assert!(
                judge(Some(robot)).automatic && judge(Some(robot)).do_not_reply,
                "{robot}"
            );
        }
        for nobody in [
            "noreply@example.org",
            "no-reply@x.org",
            "ne-pas-repondre@x.fr",
            "postmaster@x.org",
            "boite+a@police.test",
            "Boite@Police.Test",
            "<>",
            "",
        ] {
            assert!(judge(Some(nobody)).do_not_reply, "{nobody}");
        }
        assert!(judge(None).do_not_reply);
    }

    #[test]
    fn other_marks_of_programs() {
        let judge = |extra: (&str, &str)| {
            sender_flags(
                &[("To", "Boite <boite+x@police.test>"), extra],
                Some("zoe@example.org"),
                &ours(),
            )
        };
        assert!(judge(("Content-Type", "multipart/report; report-type=delivery-status")).automatic);
        assert!(judge(("content-type", "text/calendar; method=\"REPLY\"")).automatic);
        assert!(judge(("Auto-Submitted", "(vacation) Auto-Replied")).automatic);
        assert!(!judge(("Auto-Submitted", "No; a=b")).automatic);
        assert!(!judge(("Precedence", "first-class")).automatic);
        assert!(judge(("X-Auto-Response-Suppress", "DR, OOF, AutoReply")).do_not_reply);
        assert_eq!(judge(("X-Auto-Response-Suppress", "DR")), SenderFlags::default());
        assert!(judge(("X-Spam-Status", "Yes, score=9.1")).spam);
    }
}
