//! The two kinds of file in a pack, as they are written: `pack.toml` and `replies/<id>.toml`.
//!
//! What comes in: TOML. What goes out: the same, typed; an unknown key is refused, so that a typing error cannot silently
//! switch a rule off. Deliberately absent: any judgement of the content (see `check`).

use super::hours::Hours;
use crate::domain::{Category, Language, Signal, Topic};
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::BTreeMap;

/// `pack.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) id: String,
    pub(super) name: String,
    /// ISO 3166 code; empty for none.
    pub(super) country: String,
    /// First names that are certainly first names: see `Pack::certain_first_name`.
    #[serde(default)]
    pub(super) first_names: Vec<String>,
    #[serde(deserialize_with = "zone")]
    pub(super) zone: chrono_tz::Tz,
    /// `vous` turns the check for familiar forms on.
    pub(super) form_of_address: String,
    /// Every language of the urgent and night texts.
    pub(super) languages: Vec<Language>,
    /// The languages that every text must have.
    pub(super) everyday_languages: Vec<Language>,
    /// For senders whose language is not known.
    pub(super) default_language: Language,
    /// When a person of the force read the whole pack; absent until then.
    pub(super) reviewed_on: Option<NaiveDate>,
    /// How the force signs, per language.
    pub(super) force: BTreeMap<Language, String>,
    #[serde(default)]
    pub(super) numbers: BTreeMap<String, Line>,
    #[serde(default)]
    pub(super) links: BTreeMap<String, Link>,
}

/// A telephone or SMS number.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    pub(super) number: String,
    pub(super) label: BTreeMap<Language, String>,
    #[serde(deserialize_with = "hours")]
    pub(super) hours: Hours,
    /// Where it was read.
    #[serde(default)]
    pub(super) source: String,
    /// When it was last checked; absent: nobody has.
    pub(super) verified_on: Option<NaiveDate>,
    /// When it must be looked at again.
    pub(super) review_by: Option<NaiveDate>,
}

/// An address on the web.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Link {
    pub(super) url: String,
    pub(super) label: BTreeMap<Language, String>,
    /// Where it was read.
    #[serde(default)]
    pub(super) source: String,
    /// When it was last checked; absent: nobody has.
    pub(super) verified_on: Option<NaiveDate>,
    /// When it must be looked at again.
    pub(super) review_by: Option<NaiveDate>,
}

/// `replies/<id>.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReplyFile {
    pub(super) id: String,
    /// Sent by the night responder and never offered to an operator.
    #[serde(default)]
    pub(super) night: bool,
    /// Must exist in every language of the pack.
    #[serde(default)]
    pub(super) urgent: bool,
    /// May be read by somebody standing beside the sender.
    #[serde(default)]
    pub(super) discreet: bool,
    pub(super) title: BTreeMap<Language, String>,
    pub(super) offer: Option<Offer>,
    pub(super) texts: BTreeMap<Language, String>,
}

/// When a reply is offered: points that add up.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Offer {
    /// Points without any reason.
    #[serde(default)]
    pub(super) base: f32,
    /// Points times the category's score.
    #[serde(default)]
    pub(super) categories: BTreeMap<Category, f32>,
    /// Points times the probability of the topic, as triage learned it.
    #[serde(default)]
    pub(super) topics: BTreeMap<Topic, f32>,
    /// Points for a signal.
    #[serde(default)]
    pub(super) signals: BTreeMap<Signal, f32>,
    /// Points for words.
    #[serde(default)]
    pub(super) cues: Vec<Cue>,
}

/// Points for words: one of `any` and one of `with` where there are some, none of `none`. Without `any` it counts for its signals and
/// categories alone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cue {
    pub(super) weight: f32,
    #[serde(default)]
    pub(super) any: Vec<String>,
    #[serde(default)]
    pub(super) with: Vec<String>,
    #[serde(default)]
    pub(super) none: Vec<String>,
    /// Counts only as far as one of these categories does.
    #[serde(default)]
    pub(super) categories: Vec<Category>,
    /// Counts only with all of these signals.
    #[serde(default)]
    pub(super) signals: Vec<Signal>,
}

fn hours<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Hours, D::Error> {
    Hours::parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
}

fn zone<'de, D: serde::Deserializer<'de>>(from: D) -> Result<chrono_tz::Tz, D::Error> {
    let name = String::deserialize(from)?;
    name.parse()
        .map_err(|_| serde::de::Error::custom("the zone is not an IANA name such as Europe/Paris"))
}
