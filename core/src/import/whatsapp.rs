//! WhatsApp's "Export chat": a text file for reading, not for programs, written differently by every phone.
//!
//! What comes in: `.txt` files (`05/01/2026, 22:10 - Zoé: …` or `[05/01/2026 22:10:33] Zoé: …`), alone or in the zip with
//! the media. What goes out: one thread a file, in the file's order, times made UTC by the zone that the caller names.
//!
//! The file says neither which number of a date is the day, nor the zone, nor who we are: the first is told from the whole file, the
//! second is asked for, the third is given, or deduced and said. Deliberately absent: the media themselves, and ids -
//! messages are known by chat, minute, author and text, so that an Android and an iOS export of one chat agree.

use super::item::{ContentIds, Out, kind_of_file};
use super::source::{Source, file_name, folder, has_extension};
use crate::domain::{Attachment, Direction, IncomingMessage, Instant, MessageKind, SenderFlags, ThreadKind};
use crate::error::Result;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeZone as _, Utc};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

/// How much of a file is looked at to see whether it is a chat, and who writes in it.
const HEAD: u64 = 1 << 20;

/// The longest date, and the longest name, that a line can begin with.
const MAX_STAMP: usize = 60;
const MAX_NAME: usize = 120;

/// What WhatsApp calls its files, before the name of the chat.
const TITLES: &[&str] = &[
    "WhatsApp Chat with ",
    "WhatsApp Chat - ",
    "Discussion WhatsApp avec ",
    "Conversation WhatsApp avec ",
    "WhatsApp - ",
    "Chat de WhatsApp con ",
    "Chat WhatsApp con ",
    "WhatsApp Chat mit ",
    "Conversa do WhatsApp com ",
];

/// What stands for a file that was not exported, in lower case, and what it was.
const OMITTED: &[(&str, &str)] = &[
    ("<médias omis>", "file"),
    ("<media omitted>", "file"),
    ("<multimedia omitido>", "file"),
    ("<medien ausgeschlossen>", "file"),
    ("<media omessi>", "file"),
    ("<mídia oculta>", "file"),
    ("image omitted", "image"),
    ("image absente", "image"),
    ("image omise", "image"),
    ("imagen omitida", "image"),
    ("bild weggelassen", "image"),
    ("immagine omessa", "image"),
    ("imagem ocultada", "image"),
    ("gif omitted", "image"),
    ("gif omis", "image"),
    ("gif absent", "image"),
    ("gif retiré", "image"),
    ("video omitted", "video"),
    ("vidéo absente", "video"),
    ("vidéo omise", "video"),
    ("video omitido", "video"),
    ("video weggelassen", "video"),
    ("video omesso", "video"),
    ("vídeo omitido", "video"),
    ("audio omitted", "audio"),
    ("audio omis", "audio"),
    ("audio absent", "audio"),
    ("audio omitido", "audio"),
    ("audio weggelassen", "audio"),
    ("audio omesso", "audio"),
    ("áudio ocultado", "audio"),
    ("sticker omitted", "sticker"),
    ("sticker omis", "sticker"),
    ("sticker absent", "sticker"),
    ("document omitted", "file"),
    ("document omis", "file"),
    ("document absent", "file"),
    ("contact card omitted", "file"),
    ("fiche contact omise", "file"),
];

/// What Android writes behind the name of an exported file.
const ATTACHED: &[&str] = &[
    " (fichier joint)",
    " (file attached)",
    " (archivo adjunto)",
    " (datei angehängt)",
    " (file allegato)",
    " (arquivo anexado)",
];

/// What stands for a message that its author took back, in lower case.
const DELETED: &[&str] = &[
    "this message was deleted",
    "you deleted this message",
    "ce message a été supprimé",
    "vous avez supprimé ce message",
    "message supprimé",
];

/// What stands behind an edited message.
const EDITED: &[&str] = &["<this message was edited>", "<ce message a été modifié>"];

/// Reads every chat; false if there is none.
pub(super) fn read(source: &mut Source, out: &mut Out<'_>) -> Result<bool> {
    let mut wanted = Vec::new();
    let mut sizes: HashMap<String, u64> = HashMap::new();
    let mut authors: Vec<BTreeSet<String>> = Vec::new();
    for number in 0..source.entries().len() {
        let Some((name, size)) = source
            .entries()
            .get(number)
            .map(|entry| (entry.name.clone(), entry.size))
        else {
            continue;
        };
        sizes.insert(file_name(&name).to_owned(), size);
        if !source.single && !has_extension(&name, &["txt"]) {
            continue;
        }
        // A pipe can be read once, so a single file is not looked into; who we are is then told from its whole.
        if !source.single {
            let head = source.head(number, HEAD);
            let (text, _) = decode(&head);
            let chat = Chat::parse(&text);
            if chat.entries.is_empty() {
                continue;
            }
            authors.push(chat.authors().into_iter().map(str::to_owned).collect());
        }
        wanted.push((number, name, size));
    }
    out.expect(wanted.len() as u64, wanted.iter().map(|(_, _, size)| size).sum());
    let shared = in_all(&authors);
    let mut ids = ContentIds::default();
    for (number, name, _) in &wanted {
        read_file(source, *number, name, shared.as_deref(), &sizes, &mut ids, out)?;
        out.file_done();
    }
    Ok(!wanted.is_empty())
}

/// The one name that writes in every chat, where there are several.
fn in_all(chats: &[BTreeSet<String>]) -> Option<String> {
    let (first, rest) = chats.split_first()?;
    let mut everywhere = first
        .iter()
        .filter(|name| rest.iter().all(|chat| chat.contains(*name)));
    match (everywhere.next(), everywhere.next(), rest.is_empty()) {
        (Some(name), None, false) => Some(name.clone()),
        _ => None,
    }
}

fn read_file(
    source: &mut Source,
    number: usize,
    name: &str,
    shared: Option<&str>,
    sizes: &HashMap<String, u64>,
    ids: &mut ContentIds,
    out: &mut Out<'_>,
) -> Result<()> {
    let (bytes, problem) = source.whole(number);
    out.advance(bytes.len() as u64);
    let (text, damaged) = decode(&bytes);
    if damaged {
        out.remark(
            name.to_owned(),
            "not UTF-8 everywhere: what could not be read shows as \u{fffd}",
        );
    }
    let chat = Chat::parse(&text);
    if chat.entries.is_empty() {
        let reason = problem.unwrap_or_else(|| "not an exported chat: no line begins with a date".into());
        return out.bad(name.to_owned(), reason, &bytes);
    }
    for (line, content) in &chat.stray {
        out.bad(
            format!("{name}:{line}"),
            "it stands before the first message",
            content.as_bytes(),
        )?;
    }

    let title = title(source, name);
    let (us, how) = who_we_are(&chat, title.as_deref(), shared, out.options);
    if let Some(how) = how {
        out.remark(name.to_owned(), how);
    }
    let others: Vec<&str> = chat
        .authors()
        .into_iter()
        .filter(|author| Some(*author) != us.as_deref())
        .collect();
    let stem = file_name(name).rsplit_once('.').map_or(name, |(stem, _)| stem);
    let (thread_kind, thread_id, contact) = match others.as_slice() {
        [] => {
            let id = title.as_deref().unwrap_or(stem);
            (ThreadKind::Direct, id, id)
        }
        // The person's name stays the same from phone to phone and export to export; the file's does not.
        [one] => (ThreadKind::Direct, *one, *one),
        [first, ..] => (ThreadKind::Group, title.as_deref().unwrap_or(stem), *first),
    };

    let (order, doubt) = chat.order();
    if let Some(doubt) = doubt {
        out.remark(name.to_owned(), doubt);
    }
    let mut previous = None;
    for entry in &chat.entries {
        let local = entry.stamp.local(order);
        let sent_at = local.map(|local| resolve(local, out.options.zone, previous));
        previous = sent_at.or(previous);
        let author = entry.author.unwrap_or("");
        let said = Said::of(entry, sizes);
        let ours = entry.author.is_some() && entry.author == us.as_deref();
        let contact_name = match (thread_kind, entry.author) {
            (ThreadKind::Group, Some(author)) if !ours => author,
            _ => contact,
        };
        // By the wall clock and to the minute: an id must not depend on the zone asked for, nor on the phone.
        let minute = local
            .map(|local| local.format("%Y-%m-%dT%H:%M").to_string())
            .unwrap_or_default();
        let files: Vec<&str> = said.attachments.iter().map(|file| file.name.as_str()).collect();
        let remote_id = ids.next(&[thread_id, &minute, author, &said.text, &files.join("\n")]);
        let message = IncomingMessage {
            remote_id,
            thread_id: thread_id.to_owned(),
            thread_kind,
            contact_id: match thread_kind {
                ThreadKind::Direct => contact_name.to_owned(),
                ThreadKind::Group => format!("{thread_id}/{contact_name}"),
            },
            contact_name: contact_name.to_owned(),
            direction: if ours { Direction::Out } else { Direction::In },
            kind: said.kind,
            sent_at,
            text: said.text,
            attachments: said.attachments,
            flags: SenderFlags::default(),
            reply_context: None,
        };
        out.message(message, &|| format!("{name}:{}", entry.line))?;
    }
    match problem {
        Some(reason) => out.bad(name.to_owned(), reason, &[]),
        None => Ok(()),
    }
}

/// The bytes as text, and whether some of them were none.
fn decode(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    // Windows programs that re-save a chat write UTF-16, and say so with a byte order mark.
    match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, _)) => {
            let (text, _, damaged) = encoding.decode(bytes);
            (text, damaged)
        }
        None => {
            let text = String::from_utf8_lossy(bytes);
            let damaged = matches!(text, Cow::Owned(_));
            (text, damaged)
        }
    }
}

/// The chat's name as the file (or, for iOS's `_chat.txt`, its zip or folder) bears it; none where it bears another name.
fn title(source: &Source, name: &str) -> Option<String> {
    let file = file_name(name).rsplit_once('.').map_or(name, |(stem, _)| stem);
    let above = file_name(folder(name)).trim_end_matches(".zip");
    [file, above, source.title.as_str()]
        .into_iter()
        .find_map(|candidate| {
            let title = TITLES.iter().find_map(|prefix| candidate.strip_prefix(prefix))?;
            // ` (1)` is what a browser adds to a second download.
            let title = match title.rsplit_once(" (") {
                Some((title, copy))
                    if copy
                        .trim_end_matches(')')
                        .bytes()
                        .all(|byte| byte.is_ascii_digit()) =>
                {
                    title
                }
                _ => title,
            };
            (!title.trim().is_empty()).then(|| title.trim().to_owned())
        })
}

/// Which author we are, if any, and how that was found when nobody said it.
fn who_we_are(
    chat: &Chat<'_>,
    title: Option<&str>,
    shared: Option<&str>,
    options: &super::Options,
) -> (Option<String>, Option<&'static str>) {
    let authors = chat.authors();
    let plain = |name: &str| name.trim().to_lowercase();
    let named = |wanted: &str| {
        authors
            .iter()
            .find(|author| plain(author) == plain(wanted))
            .map(|one| (*one).to_owned())
    };
    if let Some(ours) = &options.our_name {
        return (named(ours), None);
    }
    if let Some(inbox) = &options.inbox_name {
        let alike: Vec<&&str> = authors
            .iter()
            .filter(|author| {
                let (author, inbox) = (plain(author), plain(inbox));
                author == inbox
                    || (author.chars().count() > 2 && inbox.contains(&author))
                    || (inbox.chars().count() > 2 && author.contains(&inbox))
            })
            .collect();
        if let [one] = alike.as_slice() {
            return (
                Some((**one).to_owned()),
                Some("who we are was deduced: the inbox bears the name"),
            );
        }
    }
    if let Some(one) = shared.and_then(named) {
        return (
            Some(one),
            Some("who we are was deduced: the one who writes in every chat"),
        );
    }
    match (authors.as_slice(), title.and_then(named)) {
        ([one, other], Some(contact)) => {
            let us = if *one == contact { other } else { one };
            (
                Some((*us).to_owned()),
                Some("who we are was deduced: the chat bears the other person's name"),
            )
        }
        // Citizens write first: a desk does not.
        ([_, other], None) => (
            Some((*other).to_owned()),
            Some("who we are was deduced: who wrote first was taken as the contact"),
        ),
        ([_] | [], _) => (None, None),
        _ => (
            None,
            Some("nothing tells which of the authors we are: every message counts as incoming"),
        ),
    }
}

/// A file cut into entries.
struct Chat<'t> {
    entries: Vec<Entry<'t>>,
    /// Lines before the first entry, with their numbers.
    stray: Vec<(usize, &'t str)>,
}

/// A line with a date and the lines that follow it without one.
struct Entry<'t> {
    line: usize,
    stamp: Stamp,
    /// None for a line of WhatsApp's own.
    author: Option<&'t str>,
    text: String,
    /// It is in iOS's style, which marks WhatsApp's own words.
    bracketed: bool,
}

impl<'t> Chat<'t> {
    fn parse(text: &'t str) -> Self {
        let mut chat = Self {
            entries: Vec::new(),
            stray: Vec::new(),
        };
        for (index, line) in text.split('\n').enumerate() {
            let line = line.strip_suffix('\r').unwrap_or(line);
            if let Some((stamp, rest, bracketed)) = stamp_of(line) {
                let (author, said) = author_of(rest);
                chat.entries.push(Entry {
                    line: index + 1,
                    stamp,
                    author,
                    text: said.to_owned(),
                    bracketed,
                });
            } else if let Some(entry) = chat.entries.last_mut() {
                entry.text.push('\n');
                entry.text.push_str(line);
            } else if !line.trim_matches(is_mark).trim().is_empty() {
                chat.stray.push((index + 1, line));
            }
        }
        for entry in &mut chat.entries {
            let kept = entry.text.trim_end().len();
            entry.text.truncate(kept);
        }
        chat
    }

    /// Everyone who writes, in the order of their first words.
    fn authors(&self) -> Vec<&'t str> {
        let mut seen = BTreeSet::new();
        self.entries
            .iter()
            .filter_map(|entry| entry.author)
            .filter(|author| seen.insert(*author))
            .collect()
    }

    /// Which number of the dates is the day, told from all of them together; and the doubt, where one remains.
    fn order(&self) -> (Order, Option<&'static str>) {
        let stamps: Vec<&Stamp> = self
            .entries
            .iter()
            .map(|entry| &entry.stamp)
            .filter(|stamp| !stamp.year_first)
            .collect();
        let day_first = stamps.iter().filter(|stamp| stamp.date.0 > 12).count();
        let month_first = stamps.iter().filter(|stamp| stamp.date.1 > 12).count();
        match (day_first, month_first) {
            (0, 0) => {}
            (_, 0) => return (Order::DayFirst, None),
            (0, _) => return (Order::MonthFirst, None),
            (days, months) => {
                let order = if months > days {
                    Order::MonthFirst
                } else {
                    Order::DayFirst
                };
                return (
                    order,
                    Some("dates in two orders: what does not fit the more frequent one has no date"),
                );
            }
        }
        // No number is above twelve: a chat runs forward, so the order in which it jumps back less is the true one.
        let jumps = |order: Order| {
            let dates: Vec<Option<NaiveDate>> = stamps.iter().map(|stamp| stamp.day(order)).collect();
            dates.windows(2).filter(|pair| pair.first() > pair.last()).count()
        };
        match jumps(Order::DayFirst).cmp(&jumps(Order::MonthFirst)) {
            std::cmp::Ordering::Less => return (Order::DayFirst, None),
            std::cmp::Ordering::Greater => return (Order::MonthFirst, None),
            std::cmp::Ordering::Equal => {}
        }
        if stamps.iter().all(|stamp| stamp.date.0 == stamp.date.1) {
            return (Order::DayFirst, None);
        }
        // `1/5/26, 10:10 PM` is how the United States write; elsewhere years have four digits or clocks 24 hours.
        if stamps.iter().all(|stamp| stamp.american) {
            (
                Order::MonthFirst,
                Some("day and month could not be told apart: read as month/day, as the clock suggests"),
            )
        } else {
            (
                Order::DayFirst,
                Some("day and month could not be told apart: read as day/month"),
            )
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    DayFirst,
    MonthFirst,
}

/// A date and a time as they stand in the file.
struct Stamp {
    /// The three numbers of the date; the year last unless `year_first`.
    date: (u32, u32, u32),
    year_first: bool,
    /// A 12-hour clock, a two-digit year, slashes.
    american: bool,
    time: Option<NaiveTime>,
}

impl Stamp {
    fn day(&self, order: Order) -> Option<NaiveDate> {
        let (first, second, third) = self.date;
        let (year, month, day) = match (self.year_first, order) {
            (true, _) => (first, second, third),
            (false, Order::DayFirst) => (third, second, first),
            (false, Order::MonthFirst) => (third, first, second),
        };
        let year = if year < 100 { year + 2000 } else { year };
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
    }

    fn local(&self, order: Order) -> Option<NaiveDateTime> {
        Some(self.day(order)?.and_time(self.time?))
    }
}

/// A wall-clock time as an instant. In autumn an hour comes twice: the file's order tells which one it is.
fn resolve(local: NaiveDateTime, zone: chrono_tz::Tz, previous: Option<Instant>) -> Instant {
    match zone.from_local_datetime(&local) {
        chrono::LocalResult::Single(at) => at.with_timezone(&Utc),
        chrono::LocalResult::Ambiguous(first, second) => {
            let first = first.with_timezone(&Utc);
            if previous.is_some_and(|previous| previous > first) {
                second.with_timezone(&Utc)
            } else {
                first
            }
        }
        // In spring an hour is missing: a phone that was not set yet showed the old time.
        chrono::LocalResult::None => {
            let later = local
                .checked_add_signed(chrono::Duration::hours(1))
                .unwrap_or(local);
            zone.from_local_datetime(&later)
                .earliest()
                .map_or_else(|| Utc.from_utc_datetime(&local), |at| at.with_timezone(&Utc))
        }
    }
}

/// Signs that turn the writing direction or do nothing, which WhatsApp strews in.
fn is_mark(sign: char) -> bool {
    matches!(sign, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The date that a line begins with, what follows it, and whether it stands in brackets.
fn stamp_of(line: &str) -> Option<(Stamp, &str, bool)> {
    let line = line.trim_start_matches(is_mark);
    let (head, rest, bracketed) = match line.strip_prefix('[') {
        Some(inside) => {
            let (head, rest) = inside.split_once(']')?;
            (head, rest, true)
        }
        None => {
            if !line.starts_with(char::is_numeric) {
                return None;
            }
            let (head, rest) = line.split_once(" - ").or_else(|| line.split_once(" – "))?;
            (head, rest, false)
        }
    };
    (head.len() <= MAX_STAMP)
        .then(|| parse_stamp(head))?
        .map(|stamp| (stamp, rest.trim_start(), bracketed))
}

fn parse_stamp(head: &str) -> Option<Stamp> {
    let head: String = head.chars().filter(|sign| !is_mark(*sign)).map(ascii).collect();
    let mut cursor = Cursor(head.trim());
    let (first, first_length) = cursor.number(4)?;
    let separator = cursor.take(|sign| matches!(sign, '/' | '.' | '-'))?;
    cursor.spaces();
    let (second, _) = cursor.number(2)?;
    cursor.take(|sign| sign == separator)?;
    cursor.spaces();
    let (third, third_length) = cursor.number(4)?;
    cursor.pass(|sign| matches!(sign, ',' | '،' | '.' | ' '));
    // `klo`, `à`, `um`: a word between date and time, or the half of the day where it comes first.
    let before = cursor.pass(|sign| sign.is_alphabetic()).to_lowercase();
    cursor.pass(|sign| matches!(sign, '.' | ' '));
    let (hour, _) = cursor.number(2)?;
    cursor.take(|sign| matches!(sign, ':' | '.' | 'h'))?;
    let (minute, _) = cursor.number(2)?;
    let second_of_minute = match cursor.take(|sign| matches!(sign, ':' | '.')) {
        Some(_) => cursor.number(2)?.0,
        None => 0,
    };
    let after: String = cursor
        .0
        .chars()
        .filter(|sign| sign.is_alphabetic())
        .collect::<String>()
        .to_lowercase();
    if before.chars().count() > 8 || after.chars().count() > 8 {
        return None;
    }
    let half = [before.as_str(), after.as_str()]
        .into_iter()
        .find_map(|word| match word {
            "am" | "上午" | "오전" => Some(0),
            "pm" | "下午" | "오후" => Some(12),
            _ => None,
        });
    let hour = match half {
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        _ => hour,
    };
    Some(Stamp {
        date: (first, second, third),
        year_first: first_length == 4,
        american: half.is_some() && separator == '/' && third_length == 2,
        time: NaiveTime::from_hms_opt(hour, minute, second_of_minute.min(59)),
    })
}

/// Digits of other scripts as ASCII, special spaces as spaces.
fn ascii(sign: char) -> char {
    let digit = match sign {
        '\u{660}'..='\u{669}' => u32::from(sign).checked_sub(0x660),
        '\u{6f0}'..='\u{6f9}' => u32::from(sign).checked_sub(0x6f0),
        _ => None,
    };
    match digit.and_then(|digit| char::from_digit(digit, 10)) {
        Some(digit) => digit,
        None if sign.is_whitespace() => ' ',
        None => sign,
    }
}

struct Cursor<'t>(&'t str);

impl<'t> Cursor<'t> {
    /// A number of at most so many digits, and how many it has.
    fn number(&mut self, most: usize) -> Option<(u32, usize)> {
        let digits = self.pass(|sign| sign.is_ascii_digit());
        if digits.is_empty() || digits.len() > most {
            return None;
        }
        digits.parse().ok().map(|number| (number, digits.len()))
    }

    fn take(&mut self, wanted: impl Fn(char) -> bool) -> Option<char> {
        let sign = self.0.chars().next().filter(|sign| wanted(*sign))?;
        self.0 = self.0.get(sign.len_utf8()..)?;
        Some(sign)
    }

    fn pass(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let end = self.0.find(|sign| !wanted(sign)).unwrap_or(self.0.len());
        let (passed, rest) = self.0.split_at(end);
        self.0 = rest;
        passed
    }

    fn spaces(&mut self) {
        self.pass(|sign| sign == ' ');
    }
}

/// The author of a line, and what they said; no author for WhatsApp's own lines.
fn author_of(rest: &str) -> (Option<&str>, &str) {
    let (name, said) = match rest.split_once(": ") {
        Some(found) => found,
        None => match rest.strip_suffix(':') {
            Some(name) => (name, ""),
            None => return (None, rest),
        },
    };
    // `~ Zoé` is who is not in the phone's address book.
    let name = name.trim_matches(is_mark).trim_start_matches('~').trim();
    // A renamed group is told with quoted names, and those may hold a colon.
    let quoted = name.contains(['«', '"', '“', '„']);
    if name.is_empty() || name.len() > MAX_NAME || quoted {
        (None, rest)
    } else {
        (Some(name), said)
    }
}

/// What an entry says.
struct Said {
    kind: MessageKind,
    text: String,
    attachments: Vec<Attachment>,
}

impl Said {
    fn of(entry: &Entry<'_>, sizes: &HashMap<String, u64>) -> Self {
        let marked = entry.text.starts_with('\u{200e}');
        let text = entry.text.trim_start_matches(is_mark);
        let notice = |text: &str| Self {
            kind: MessageKind::Notice,
            text: text.to_owned(),
            attachments: Vec::new(),
        };
        if entry.author.is_none() || DELETED.contains(&text.trim_end_matches('.').to_lowercase().as_str()) {
            return notice(text);
        }
        let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
        if let Some((before, file)) = attachment_of(first, sizes) {
            let text = [before, rest]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("\n");
            return Self {
                kind: MessageKind::Text,
                text,
                attachments: vec![file],
            };
        }
        // iOS marks what WhatsApp says itself - but also the file markers, which were looked for first.
        if entry.bracketed && marked && !first.contains("https://") {
            return notice(text);
        }
        Self {
            kind: MessageKind::Text,
            text: without_edit(text).to_owned(),
            attachments: Vec::new(),
        }
    }
}

/// A text without WhatsApp's remark that it was edited.
fn without_edit(text: &str) -> &str {
    match text.rfind('<').and_then(|at| text.split_at_checked(at)) {
        Some((before, mark)) if EDITED.contains(&mark.trim_end().to_lowercase().as_str()) => {
            before.trim_end_matches(|sign: char| is_mark(sign) || sign.is_whitespace())
        }
        _ => text,
    }
}

/// The file that a line stands for, and what stands before it.
fn attachment_of<'t>(line: &'t str, sizes: &HashMap<String, u64>) -> Option<(&'t str, Attachment)> {
    let clean = line.trim_matches(|sign: char| is_mark(sign) || sign.is_whitespace());
    let lower = clean.to_lowercase();
    if let Some((_, kind)) = OMITTED.iter().find(|(phrase, _)| *phrase == lower) {
        let kind = (*kind).to_owned();
        return Some((
            "",
            Attachment {
                kind,
                ..Attachment::default()
            },
        ));
    }
    let described = |name: &str| Attachment {
        kind: kind_of_file(name).to_owned(),
        name: name.to_owned(),
        url: None,
        size: sizes.get(name).copied(),
    };
    // Android: `IMG-20260105-WA0001.jpg (fichier joint)`.
    if ATTACHED.iter().any(|phrase| lower.ends_with(phrase)) {
        let (name, _) = clean.rsplit_once(" (")?;
        return Some(("", described(name.trim())));
    }
    // iOS: `<pièce jointe : 00000002-PHOTO.jpg>`, perhaps behind the name and length of a document.
    let (before, inside) = clean.strip_suffix('>')?.rsplit_once('<')?;
    let (word, name) = inside.split_once(':')?;
    let name = name.trim_matches(|sign: char| is_mark(sign) || sign.is_whitespace());
    let labelled = word.chars().count() <= 24
        && word
            .chars()
            .all(|sign| sign.is_alphabetic() || sign.is_whitespace());
    let marked = before.is_empty() || before.ends_with(is_mark);
    (labelled && marked && name.contains('.') && !name.contains('/')).then(|| {
        (
            before.trim_matches(|sign: char| is_mark(sign) || sign.is_whitespace()),
            described(name),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Format, Options, testing};
    use super::*;

    fn chat(text: &str) -> testing::Outcome {
        testing::read_bytes(Format::Whatsapp, "chat.txt", text.as_bytes())
    }

    fn times(out: &testing::Outcome) -> Vec<String> {
        out.messages
            .iter()
            .map(|m| {
                m.sent_at
                    .map(|at| at.format("%FT%T").to_string())
                    .unwrap_or_default()
            })
            .collect()
    }

    #[test]
    fn the_samples_of_three_phones() {
        let read = |name: &str| {
            testing::read_path(
                Format::Whatsapp,
                &testing::sample(&format!("whatsapp/{name}.txt")),
                &testing::options(),
            )
        };
        let android = read("android_fr");
        assert_eq!(
            android.texts(),
            [
                "Les messages et les appels sont chiffrés de bout en bout.",
                "On m'a volé mon vélo\nà la gare",
                "",
                "Bien reçu : merci"
            ]
        );
        let kinds: Vec<MessageKind> = android.messages.iter().map(|message| message.kind).collect();
        assert_eq!(
            kinds,
            [
                MessageKind::Notice,
                MessageKind::Text,
                MessageKind::Text,
                MessageKind::Text
            ]
        );
        assert_eq!(android.messages[3].direction, Direction::Out);
        assert!(
            android
                .messages
                .iter()
                .all(|m| m.contact_name == "Zoé" && m.thread_id == "Zoé")
        );
        assert_eq!(android.messages[2].attachments.len(), 1);
        assert_eq!(times(&android)[1], "2026-01-05T21:10:00");

        let ios = read("ios");
        assert_eq!(ios.texts()[1..], ["On m'a volé mon vélo\nà la gare", ""]);
        assert_eq!(ios.messages[0].kind, MessageKind::Notice);
        assert_eq!(
            ios.messages[2].attachments[0].name,
            "00000002-PHOTO-2026-01-05-22-11-00.jpg"
        );
        assert_eq!(times(&ios)[1], "2026-01-05T21:10:33");
        // The same words in the same minute, from another phone: the same message.
        assert_eq!(ios.messages[1].remote_id, android.messages[1].remote_id);

        let us = read("us_12h");
        assert_eq!(times(&us), ["2026-01-05T21:10:00", "2026-01-05T21:11:00"]);
        assert_eq!(us.messages[1].attachments[0].name, "IMG-20260105-WA0001.jpg");
        assert_eq!(us.texts(), ["my bike was stolen", ""]);

        for (name, out) in [("android_fr", &android), ("ios", &ios), ("us_12h", &us)] {
            assert_eq!(out.ids(), read(name).ids());
            assert_eq!(
                (out.distinct_ids(), out.summary.undecodable),
                (out.messages.len(), 0)
            );
        }
    }

    #[test]
    fn a_folder_of_chats_finds_the_one_in_all() {
        let folder = tempfile::tempdir().expect("a folder");
        for (file, text) in [
            (
                "WhatsApp Chat with Zoe.txt",
                "05/01/2026, 22:10 - Police: bonjour\n05/01/2026, 22:11 - Zoe: a\n",
            ),
            (
                "Discussion WhatsApp avec Groupe.txt",
                "05/01/2026, 22:10 - Max: b\n05/01/2026, 22:11 - Ana: c\n05/01/2026, 22:12 - Police: d\n",
            ),
            ("notes.txt", "pas un chat\n"),
        ] {
            std::fs::write(folder.path().join(file), text).expect("written");
        }
        let out = testing::read_path(Format::Whatsapp, folder.path(), &testing::options());
        let ours: Vec<&str> = out
            .messages
            .iter()
            .filter(|m| m.direction == Direction::Out)
            .map(|m| m.text.as_str())
            .collect();
        assert_eq!(ours, ["d", "bonjour"]);
        let group: Vec<&IncomingMessage> = out
            .messages
            .iter()
            .filter(|m| m.thread_kind == ThreadKind::Group)
            .collect();
        assert_eq!(
            group.iter().map(|m| m.contact_name.as_str()).collect::<Vec<_>>(),
            ["Max", "Ana", "Max"]
        );
        assert!(group.iter().all(|m| m.thread_id == "Groupe"));
    }

    #[test]
    fn who_we_are_can_be_said_or_hinted_at() {
        let text = b"05/01/2026, 22:10 - Police 93: a\n05/01/2026, 22:11 - Zoe: b\n";
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("chat.txt");
        std::fs::write(&path, text).expect("written");
        for options in [
            Options {
                our_name: Some("police 93".into()),
                ..testing::options()
            },
            Options {
                inbox_name: Some("WhatsApp Police 93".into()),
                ..testing::options()
            },
        ] {
            let out = testing::read_path(Format::Whatsapp, &path, &options);
            assert_eq!(out.messages[0].direction, Direction::Out);
            assert_eq!(out.messages[0].contact_id, "Zoe");
        }
    }

    #[test]
    fn the_order_of_day_and_month_is_told_from_the_whole_file() {
        // A day above twelve, in either place.
        assert_eq!(
            times(&chat("1/5/26, 10:10 - Z: a\n1/13/26, 10:10 - Z: b\n"))[0],
            "2026-01-05T09:10:00"
        );
        assert_eq!(
            times(&chat("1/5/26, 10:10 PM - Z: a\n13/5/26, 10:10 PM - Z: b\n"))[0],
            "2026-05-01T20:10:00"
        );
        // The order that runs forward.
        assert_eq!(
            times(&chat("1/2/26, 10:10 - Z: a\n2/1/26, 10:10 - Z: b\n"))[0],
            "2026-01-02T09:10:00"
        );
        assert_eq!(
            times(&chat("2/1/26, 10:10 - Z: a\n1/2/26, 10:10 - Z: b\n"))[0],
            "2026-01-02T09:10:00"
        );
        // Nothing tells: said.
        assert!(
            chat("1/5/2026, 10:10 - Z: a\n")
                .summary
                .remarks
                .iter()
                .any(|r| r.what.contains("day/month"))
        );
    }

    #[test]
    fn dates_of_many_phones() {
        for (line, expected) in [
            ("2026-01-05, 22:10 - Z: a", "2026-01-05T21:10:00"),
            ("05.01.26, 22:10 - Z: a", "2026-01-05T21:10:00"),
            ("5.1.2026 klo 22.10 - Z: a", "2026-01-05T21:10:00"),
            ("05/01/2026 à 22:10 - Z: a", "2026-01-05T21:10:00"),
            ("[05/01/2026 à 22:10:33] Z: a", "2026-01-05T21:10:33"),
            ("[05-01-2026, 10:10:33\u{202f}p.m.] Z: a", "2026-01-05T21:10:33"),
            (
                "\u{200e}[05/01/2026, 12:10:33\u{202f}AM] Z: a",
                "2026-01-04T23:10:33",
            ),
            ("2026. 01. 05. 22:10 - Z: a", "2026-01-05T21:10:00"),
            ("٠٥/٠١/٢٠٢٦، 22:10 - Z: a", "2026-01-05T21:10:00"),
        ] {
            let out = chat(line);
            assert_eq!(times(&out), [expected], "{line}");
            assert_eq!(out.texts(), ["a"], "{line}");
        }
        // A date that no calendar has is a message without a date.
        let out = chat("31/02/2026, 22:10 - Z: a\n05/01/2026, 25:10 - Z: b\n");
        assert_eq!((times(&out), out.summary.read), (vec![String::new(); 2], 2));
    }

    #[test]
    fn the_hours_of_the_clock_changes() {
        // 25 October 2026: 02:00 to 03:00 comes twice in Paris.
        let autumn = "25/10/2026, 01:59 - Z: a\n25/10/2026, 02:10 - Z: b\n25/10/2026, 02:50 - Z: c\n25/10/2026, 02:10 - Z: b\n25/10/2026, 02:50 - Z: d\n25/10/2026, 03:00 - Z: e\n";
        let out = chat(autumn);
        assert_eq!(
            times(&out),
            [
                "2026-10-24T23:59:00",
                "2026-10-25T00:10:00",
                "2026-10-25T00:50:00",
                "2026-10-25T01:10:00",
                "2026-10-25T01:50:00",
                "2026-10-25T02:00:00"
            ]
        );
        assert_eq!(out.distinct_ids(), 6);
        // 29 March 2026: 02:00 to 03:00 does not exist.
        assert_eq!(
            times(&chat("29/03/2026, 02:30 - Z: a\n")),
            ["2026-03-29T01:30:00"]
        );
    }

    #[test]
    fn what_whatsapp_says_itself_and_what_it_leaves_out() {
        let out = chat(concat!(
            "05/01/2026, 22:09 - Zoé a changé le sujet de « A : b » en « C : d »\n",
            "05/01/2026, 22:10 - Zoé: Ce message a été supprimé\n",
            "05/01/2026, 22:11 - Zoé: <Media omitted>\nla légende\n",
            "05/01/2026, 22:12 - Zoé: regarde <ceci>\n",
            "05/01/2026, 22:13 - ~\u{202f}Zoé: PTT-1.opus (fichier joint)\n",
            "[05/01/2026 22:14:00] Zoé: plan.pdf • \u{200e}2 pages \u{200e}<pièce jointe : 0003-plan.pdf>\n",
            "[05/01/2026 22:15:00] Zoé: corrigé \u{200e}<Ce message a été modifié>\n",
            "[05/01/2026 22:16:00] Zoé: \u{200e}vidéo absente\n",
            "05/01/2026, 22:17 - Zoé:\n",
        ));
        let kinds: Vec<&str> = out.messages.iter().map(|message| message.kind.as_str()).collect();
        assert_eq!(
            kinds,
            [
                "notice", "notice", "text", "text", "text", "text", "text", "text", "text"
            ]
        );
        assert_eq!(
            out.texts()[2..],
            [
                "la légende",
                "regarde <ceci>",
                "",
                "plan.pdf • \u{200e}2 pages",
                "corrigé",
                "",
                ""
            ]
        );
        assert_eq!(out.messages[4].attachments[0].kind, "audio");
        assert_eq!(out.messages[5].attachments[0].name, "0003-plan.pdf");
        assert_eq!(out.messages[7].attachments[0].kind, "video");
        assert!(out.messages.iter().all(|message| message.contact_name == "Zoé"));
    }

    #[test]
    fn other_encodings_and_stray_lines() {
        let mut utf16 = vec![0xff, 0xfe];
        utf16.extend(
            "05/01/2026, 22:10 - Zoé: volé\r\n"
                .encode_utf16()
                .flat_map(u16::to_le_bytes),
        );
        let out = testing::read_bytes(Format::Whatsapp, "chat.txt", &utf16);
        assert_eq!(out.texts(), ["volé"]);
        let out = testing::read_bytes(
            Format::Whatsapp,
            "chat.txt",
            b"avant\n\n05/01/2026, 22:10 - Z: vol\xe9\n",
        );
        assert_eq!(
            (out.texts(), out.bad[0].origin.as_str()),
            (vec!["vol\u{fffd}"], "chat.txt:1")
        );
        let none = chat("rien\n");
        assert_eq!((none.summary.read, none.summary.undecodable), (0, 1));
    }
}
