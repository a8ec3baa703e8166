//! A pack in memory: its facts, its replies, and how one of them is filled for one conversation.
//!
//! What comes in: the files of a folder (or of the program itself) and the facts of the moment. What goes out: finished texts.
//! A pack that holds an unknown or empty variable does not load. Deliberately absent: which reply fits (see `rank`), and what is merely
//! unwise in a pack (see `check`).

use super::built_in;
use super::cues::{Phrases, Rule};
use super::fold::Folded;
use super::manifest::{Line, Link, Manifest, ReplyFile};
use super::template::Template;
use super::words;
use crate::channel::{Limits, length};
use crate::domain::{Instant, Language, ReplyId};
use crate::error::{Error, Result};
use chrono::{NaiveDate, NaiveTime, Timelike as _};
use chrono_tz::Tz;
use minijinja::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// The reply that always fits, and that every pack therefore has.
pub(super) const FALLBACK: &str = "generic_ack";

/// Numbers, links and canned responses of one force.
#[derive(Debug)]
pub struct Pack {
    pub(super) manifest: Manifest,
    pub(super) replies: BTreeMap<ReplyId, Reply>,
    pub(super) phrases: Phrases,
}

/// One canned response of a pack.
#[derive(Debug)]
pub struct Reply {
    /// Its id.
    pub id: ReplyId,
    /// Sent by the night responder; never offered to an operator.
    pub night: bool,
    pub(super) urgent: bool,
    pub(super) discreet: bool,
    pub(super) title: BTreeMap<Language, String>,
    pub(super) rule: Option<Rule>,
    pub(super) texts: BTreeMap<Language, Template>,
}

impl Reply {
    /// What it is called, in the reader's language.
    #[must_use]
    pub fn title(&self, reader: Language) -> &str {
        words::in_language(&self.title, reader).unwrap_or(&self.id.0)
    }

    /// The languages it is written in.
    pub fn languages(&self) -> impl Iterator<Item = Language> + '_ {
        self.texts.keys().copied()
    }
}

/// What a text may be filled with.
#[derive(Clone)]
pub struct Facts<'a> {
    /// Which lines are open, and the date.
    pub now: Instant,
    /// The account's zone.
    pub zone: Tz,
    /// How the desk signs; the pack's own signature without one.
    pub force: Option<&'a str>,
    /// The person's first name, only when it is certain.
    pub first_name: Option<&'a str>,
    /// When a person answers again; only night texts need it.
    pub opens_at: Option<NaiveTime>,
    /// Whose language the warnings are in.
    pub reader: Language,
}

/// What a night text is filled with. Lines that are not open day and night do not exist for it.
#[derive(Debug, Clone)]
pub struct NightFacts<'a> {
    /// When a person answers again, in the account's zone.
    pub opens_at: NaiveTime,
    /// The limits of the channel.
    pub limits: Limits,
    /// How the desk signs; the pack's own signature without one.
    pub force: Option<&'a str>,
}

/// A finished text.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The language it is in; `Unknown` for two languages together.
    pub language: Language,
    /// The text.
    pub text: String,
    /// Facts in it that nobody has checked or whose check is overdue, as sentences in the reader's language.
    pub warnings: Vec<String>,
}

impl std::fmt::Debug for Rendered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Rendered({}, {} bytes)", self.language, self.text.len())
    }
}

/// Which lines exist for a text.
#[derive(Clone, Copy)]
enum Open {
    At(Instant, Tz),
    DayAndNight,
}

/// A file of a pack: its path within the pack, and what is written in it.
pub(super) struct SourceFile {
    pub(super) path: String,
    pub(super) text: String,
}

/// Something in a file that keeps the pack from loading.
pub(super) struct Fault {
    pub(super) file: String,
    pub(super) sentence: String,
}

impl Pack {
    /// A pack that comes with the program; read once.
    ///
    /// # Errors
    /// There is no such pack.
    pub fn built_in(id: &str) -> Result<Arc<Self>> {
        built_in::pack(id)
    }

    /// The ids of the packs that come with the program, the default one first.
    #[must_use]
    pub fn built_in_ids() -> Vec<&'static str> {
        built_in::ids()
    }

    /// Reads a pack from a folder.
    ///
    /// # Errors
    /// A file is missing or unreadable, or a text names a variable that is unknown or empty.
    pub fn load(dir: &Path) -> Result<Self> {
        Self::read(&files_of(dir)?).map_err(|faults| refused(&dir.display().to_string(), &faults))
    }

    /// Puts a pack together; all faults at once.
    pub(super) fn read(files: &[SourceFile]) -> std::result::Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let manifest = files.iter().find(|f| f.path == MANIFEST);
        let manifest = match manifest.map(|f| toml::from_str::<Manifest>(&f.text)) {
            Some(Ok(manifest)) => Some(manifest),
            Some(Err(e)) => {
                faults.push(Fault::new(MANIFEST, toml_sentence(&e)));
                None
            }
            None => {
                faults.push(Fault::new(MANIFEST, "The file is missing."));
                None
            }
        };
        let mut phrases = Phrases::collect();
        let mut replies = BTreeMap::new();
        for file in files.iter().filter(|f| f.path != MANIFEST) {
            match read_reply(file, &mut phrases) {
                Ok(reply) => {
                    if let Some(twin) = replies.insert(reply.id.clone(), reply) {
                        faults.push(Fault::new(
                            &file.path,
                            format!("The id {} is used twice.", twin.id),
                        ));
                    }
                }
                Err(sentences) => {
                    faults.extend(
                        sentences
                            .into_iter()
                            .map(|sentence| Fault::new(&file.path, sentence)),
                    );
                }
            }
        }
        let Some(manifest) = manifest else {
            return Err(faults);
        };
        manifest_faults(&manifest, &mut faults);
        for reply in replies.values() {
            reply_faults(&manifest, reply, &mut faults);
        }
        if !replies.contains_key(&ReplyId(FALLBACK.into())) {
            faults.push(Fault::new(
                "replies",
                format!("The reply {FALLBACK} is missing; it is offered when nothing else fits."),
            ));
        }
        let phrases = match phrases.build() {
            Ok(phrases) => phrases,
            Err(e) => {
                faults.push(Fault::new("replies", e.message));
                return Err(faults);
            }
        };
        if faults.is_empty() {
            Ok(Self {
                manifest,
                replies,
                phrases,
            })
        } else {
            Err(faults)
        }
    }

    /// The pack's id, e.g. `fr-police-nationale`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.manifest.id
    }

    /// What the pack is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.manifest.name
    }

    /// The ISO 3166 code of its country; empty for none.
    #[must_use]
    pub fn country(&self) -> &str {
        &self.manifest.country
    }

    /// The first name in a display name, only when it is certain: "Léa M." or "Léa Martin" where the pack lists Léa. A single word may be a
    /// handle, three words a family or a firm: none.
    #[must_use]
    pub fn certain_first_name(&self, display_name: &str) -> Option<&str> {
        let mut words = display_name.split_whitespace();
        let (first, last, more) = (words.next()?, words.next()?, words.next());
        let plain = |word: &str| {
            word.chars().next().is_some_and(char::is_uppercase)
                && word
                    .chars()
                    .all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '’' | '.'))
        };
        if more.is_some() || !plain(first) || !plain(last) {
            return None;
        }
        let folded = Folded::of(first).text;
        let listed = self
            .manifest
            .first_names
            .iter()
            .find(|name| Folded::of(name).text == folded)?;
        Some(listed)
    }

    /// The zone of its opening hours.
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.manifest.zone
    }

    /// The languages of its urgent and night texts.
    #[must_use]
    pub fn languages(&self) -> &[Language] {
        &self.manifest.languages
    }

    /// The language for senders whose language is not known.
    #[must_use]
    pub fn default_language(&self) -> Language {
        self.manifest.default_language
    }

    /// Every reply, by id.
    pub fn replies(&self) -> impl Iterator<Item = &Reply> {
        self.replies.values()
    }

    /// One reply.
    ///
    /// # Errors
    /// The pack has no such reply.
    pub fn reply(&self, id: &ReplyId) -> Result<&Reply> {
        self.replies
            .get(id)
            .ok_or_else(|| Error::not_found(format!("The pack {} has no reply {id}.", self.manifest.id)))
    }

    /// The language that a sender is answered in: theirs where the reply has it, the default one where it is unknown,
    /// English for every other.
    #[must_use]
    pub fn answer_language(&self, reply: &Reply, sender: Language) -> Language {
        let default = self.manifest.default_language;
        let wish = match sender {
            Language::Unknown => [default, Language::English],
            known => [known, Language::English],
        };
        wish.into_iter()
            .chain([default])
            .find(|l| reply.texts.contains_key(l))
            .or_else(|| reply.texts.keys().next().copied())
            .unwrap_or(default)
    }

    /// Fills a reply in the sender's language, or the nearest that it is written in.
    ///
    /// # Errors
    /// The pack has no such reply, or the text needs a fact that is not there: a closed line, an opening time.
    pub fn render(&self, reply: &ReplyId, language: Language, facts: &Facts<'_>) -> Result<Rendered> {
        let reply = self.reply(reply)?;
        let language = self.answer_language(reply, language);
        let text = self.fill(
            reply,
            language,
            &Values {
                open: Open::At(facts.now, facts.zone),
                force: facts.force,
                first_name: facts.first_name,
                opens_at: facts.opens_at,
                date: Some(facts.now.with_timezone(&facts.zone).date_naive()),
            },
        )?;
        let today = facts.now.with_timezone(&facts.zone).date_naive();
        Ok(Rendered {
            language,
            text,
            warnings: self.warnings(reply, language, today, facts.reader),
        })
    }

    /// Fills a night reply. A sender whose language is not known gets the default language and English together where the channel
    /// has room for both, and the default language alone where it has not.
    ///
    /// # Errors
    /// The pack has no such reply, or the text is longer than the channel takes.
    pub fn render_night(
        &self,
        reply: &ReplyId,
        language: Language,
        facts: &NightFacts<'_>,
    ) -> Result<Rendered> {
        let reply = self.reply(reply)?;
        let values = Values {
            open: Open::DayAndNight,
            force: facts.force,
            first_name: None,
            opens_at: Some(facts.opens_at),
            date: None,
        };
        let fits = |text: &str| {
            facts
                .limits
                .length
                .is_none_or(|most| length(text, facts.limits.unit) <= most)
        };
        let answer = self.answer_language(reply, language);
        let text = self.fill(reply, answer, &values)?;
        let second = (language == Language::Unknown && answer != Language::English)
            .then(|| self.fill(reply, Language::English, &values).ok())
            .flatten();
        if let Some(both) = second
            .map(|english| format!("{text}\n\n{english}"))
            .filter(|both| fits(both))
        {
            return Ok(Rendered {
                language: Language::Unknown,
                text: both,
                warnings: Vec::new(),
            });
        }
        if fits(&text) {
            Ok(Rendered {
                language: answer,
                text,
                warnings: Vec::new(),
            })
        } else {
            Err(Error::invalid(format!(
                "The night reply {} is longer than the channel takes.",
                reply.id
            ))
            .hint("Shorten it in the pack."))
        }
    }

    fn fill(&self, reply: &Reply, language: Language, values: &Values<'_>) -> Result<String> {
        let missing = || {
            Error::not_found(format!(
                "The reply {} has no text in {}.",
                reply.id,
                words::language(language)
            ))
        };
        let template = reply.texts.get(&language).ok_or_else(missing)?;
        template.fill(&values.context(self, language)).map_err(|e| {
            e.context(&format!(
                "The reply {} in {} cannot be filled",
                reply.id,
                words::language(language)
            ))
        })
    }

    /// The numbers and links that a text may show.
    pub(super) fn facts_in<'p>(&'p self, template: &'p Template) -> impl Iterator<Item = Fact<'p>> {
        template.variables().filter_map(|variable| {
            let (kind, id) = variable.split_once('.')?;
            match kind {
                "numbers" => self.manifest.numbers.get(id).map(Fact::Number),
                "links" => self.manifest.links.get(id).map(Fact::Link),
                _ => None,
            }
        })
    }

    fn warnings(&self, reply: &Reply, language: Language, today: NaiveDate, reader: Language) -> Vec<String> {
        let Some(template) = reply.texts.get(&language) else {
            return Vec::new();
        };
        self.facts_in(template)
            .filter_map(|fact| words::unchecked(&fact, today, reader))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }
}

/// A number or a link of the pack.
pub(super) enum Fact<'p> {
    Number(&'p Line),
    Link(&'p Link),
}

impl Fact<'_> {
    /// What people see of it.
    pub(super) fn shown(&self) -> &str {
        match self {
            Fact::Number(line) => &line.number,
            Fact::Link(link) => &link.url,
        }
    }

    pub(super) fn verified_on(&self) -> Option<NaiveDate> {
        match self {
            Fact::Number(line) => line.verified_on,
            Fact::Link(link) => link.verified_on,
        }
    }

    pub(super) fn review_by(&self) -> Option<NaiveDate> {
        match self {
            Fact::Number(line) => line.review_by,
            Fact::Link(link) => link.review_by,
        }
    }
}

/// Everything that a template may name.
struct Values<'a> {
    open: Open,
    force: Option<&'a str>,
    first_name: Option<&'a str>,
    opens_at: Option<NaiveTime>,
    date: Option<NaiveDate>,
}

impl Values<'_> {
    /// A value that is known but not there now is none: an `if` may leave it out, showing it is an error.
    fn context(&self, pack: &Pack, language: Language) -> Value {
        let said = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        let numbers = pack.manifest.numbers.iter().map(|(id, line)| {
            let open = match self.open {
                Open::At(now, zone) => line.hours.open_at(now, zone),
                Open::DayAndNight => line.hours == super::hours::Hours::Always,
            };
            (id.clone(), open.then(|| line.number.clone()))
        });
        let links = pack
            .manifest
            .links
            .iter()
            .map(|(id, link)| (id.clone(), link.url.clone()));
        let force = self
            .force
            .and_then(said)
            .or_else(|| words::in_language(&pack.manifest.force, language).and_then(said));
        minijinja::context! {
            numbers => numbers.collect::<BTreeMap<_, _>>(),
            links => links.collect::<BTreeMap<_, _>>(),
            force,
            contact => BTreeMap::from([("first_name", self.first_name.and_then(said))]),
            opens_at => self.opens_at.map(|at| words::time(at, language)),
            date => self.date.map(|date| words::date(date, language)),
        }
    }
}

const MANIFEST: &str = "pack.toml";

/// The variables beside `numbers.*` and `links.*`.
const PLAIN_VARIABLES: [&str; 4] = ["force", "opens_at", "contact.first_name", "date"];

/// The longest plausible values, for judging lengths: see `check`.
pub(super) fn longest(pack: &Pack, reply: &Reply, language: Language) -> Result<String> {
    pack.fill(
        reply,
        language,
        &Values {
            open: if reply.night {
                Open::DayAndNight
            } else {
                Open::At(noon_of_a_weekday(), chrono_tz::UTC)
            },
            force: None,
            first_name: (!reply.night).then_some("Marie-Antoinette"),
            opens_at: NaiveTime::from_hms_opt(6, 30, 0),
            date: NaiveDate::from_ymd_opt(2026, 9, 30),
        },
    )
}

/// Wednesday, 10:00 UTC: the hour at which every line that has hours at all should answer.
fn noon_of_a_weekday() -> Instant {
    crate::domain::from_millis(1_790_762_400_000)
}

impl Fault {
    fn new(file: &str, sentence: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            sentence: sentence.into(),
        }
    }
}

/// One error out of many faults: the first one, and how many more there are.
pub(super) fn refused(pack: &str, faults: &[Fault]) -> Error {
    let first = faults
        .first()
        .map_or_else(String::new, |f| format!(" {}: {}", f.file, f.sentence));
    let more = match faults.len().saturating_sub(1) {
        0 => String::new(),
        n => format!(" ({n} more)"),
    };
    Error::invalid(format!("The pack {pack} cannot be used.{first}{more}"))
        .hint("`planton pack check` lists everything that is wrong with a pack.")
}

/// The files of a folder: `pack.toml` and `replies/*.toml`.
pub(super) fn files_of(dir: &Path) -> Result<Vec<SourceFile>> {
    let read = |path: &Path, name: String| {
        std::fs::read_to_string(path)
            .map(|text| SourceFile {
                path: name.clone(),
                text,
            })
            .map_err(|e| Error::invalid(format!("{name} cannot be read: {e}")))
    };
    let mut files = vec![read(&dir.join(MANIFEST), MANIFEST.to_owned())?];
    let mut names = std::fs::read_dir(dir.join("replies"))?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".toml"))
        .collect::<Vec<_>>();
    names.sort();
    for name in names {
        files.push(read(&dir.join("replies").join(&name), format!("replies/{name}"))?);
    }
    Ok(files)
}

fn read_reply(
    file: &SourceFile,
    phrases: &mut super::cues::Collector,
) -> std::result::Result<Reply, Vec<String>> {
    let read: ReplyFile = toml::from_str(&file.text).map_err(|e| vec![toml_sentence(&e)])?;
    let mut sentences = Vec::new();
    if file.path != format!("replies/{}.toml", read.id) {
        sentences.push(format!("The id {} is not the name of the file.", read.id));
    }
    let mut texts = BTreeMap::new();
    for (language, source) in &read.texts {
        match Template::parse(source) {
            Ok(template) if template.is_blank() => {
                sentences.push(format!("The text in {} is empty.", words::language(*language)));
            }
            Ok(template) => drop(texts.insert(*language, template)),
            Err(e) => sentences.push(format!(
                "In the text in {}, {}.",
                words::language(*language),
                e.message
            )),
        }
    }
    for cue in read.offer.iter().flat_map(|offer| &offer.cues) {
        let phrases = cue.any.iter().chain(&cue.with).chain(&cue.none);
        for phrase in
            phrases.filter(|p| p.trim_end_matches('*').contains('*') || p.trim().trim_matches('*').is_empty())
        {
            sentences.push(format!(
                "The cue \"{phrase}\" is empty or has a * elsewhere than at its end."
            ));
        }
        if cue.any.is_empty() && cue.categories.is_empty() && cue.signals.is_empty() {
            sentences.push("A cue needs words, signals or categories.".to_owned());
        }
    }
    if read.night == read.offer.is_some() {
        sentences.push("A reply has either night = true or a table [offer].".to_owned());
    }
    if !sentences.is_empty() {
        return Err(sentences);
    }
    Ok(Reply {
        id: ReplyId(read.id),
        night: read.night,
        urgent: read.urgent,
        discreet: read.discreet,
        title: read.title,
        rule: read.offer.map(|offer| Rule::new(offer, phrases)),
        texts,
    })
}

fn manifest_faults(manifest: &Manifest, faults: &mut Vec<Fault>) {
    let mut fault = |sentence: String| faults.push(Fault::new(MANIFEST, sentence));
    for (id, line) in &manifest.numbers {
        if line.number.trim().is_empty() {
            fault(format!("The number {id} is empty."));
        }
    }
    for (id, link) in &manifest.links {
        if !link.url.starts_with("https://") {
            fault(format!("The link {id} does not begin with https://."));
        }
    }
    for language in &manifest.languages {
        if manifest
            .force
            .get(language)
            .is_none_or(|name| name.trim().is_empty())
        {
            fault(format!(
                "The name of the force is missing in {}.",
                words::language(*language)
            ));
        }
    }
}

fn reply_faults(manifest: &Manifest, reply: &Reply, faults: &mut Vec<Fault>) {
    let file = format!("replies/{}.toml", reply.id);
    for (language, template) in &reply.texts {
        for variable in template.variables() {
            let known = match variable.split_once('.') {
                Some(("numbers", id)) => manifest.numbers.contains_key(id),
                Some(("links", id)) => manifest.links.contains_key(id),
                _ => PLAIN_VARIABLES.contains(&variable),
            };
            // "contact" alone is what minijinja adds for "contact.first_name".
            if !known && !["numbers", "links", "contact"].contains(&variable) {
                faults.push(Fault::new(
                    &file,
                    format!(
                        "The text in {} uses {variable}, which the pack does not know.",
                        words::language(*language)
                    ),
                ));
            }
        }
        if reply.id.0 == FALLBACK
            && template.variables().any(|v| {
                v.strip_prefix("numbers.").is_some_and(|id| {
                    manifest
                        .numbers
                        .get(id)
                        .is_some_and(|line| line.hours != super::hours::Hours::Always)
                })
            })
        {
            faults.push(Fault::new(
                &file,
                format!("{FALLBACK} must fit at any hour: only lines open day and night."),
            ));
        }
    }
    if reply.texts.is_empty() {
        faults.push(Fault::new(&file, "There is no text at all."));
    }
}

/// The line and what is wrong with it; TOML errors quote the pack only.
fn toml_sentence(error: &toml::de::Error) -> String {
    format!(
        "Not as a pack is written: {}.",
        error.message().trim().trim_end_matches('.')
    )
}

/// `6 h`, `6 h 30`, `06:30`: see `words::time`.
pub(super) fn hour_and_minute(at: NaiveTime) -> (u32, u32) {
    (at.hour(), at.minute())
}
