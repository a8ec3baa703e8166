//! Settings of a workspace: each a name, a default and a meaning. Kept as JSON in the store.

use crate::error::{Error, Result};
use crate::night::schedule::Schedule;
use crate::review::Policy;
use crate::store::{Tx, View};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The night responder's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NightSettings {
    /// Off until somebody who has read the preview switches it on.
    pub enabled: bool,
    /// When it is night.
    pub schedule: Schedule,
    /// More automatic replies than this within a minute open the breaker.
    pub breaker_per_minute: u32,
}

impl Default for NightSettings {
    fn default() -> Self {
        Self {
            enabled: false,
            schedule: Schedule::default(),
            breaker_per_minute: 300,
        }
    }
}

/// The outbox's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutboxSettings {
    /// How long a person can take a send back, in seconds.
    pub undo_seconds: u32,
}

impl Default for OutboxSettings {
    fn default() -> Self {
        Self { undo_seconds: 5 }
    }
}

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// `night`.
    pub night: NightSettings,
    /// `outbox`.
    pub outbox: OutboxSettings,
    /// `review`: how many levels a reply needs.
    pub review: Policy,
    /// `pack`: the id of the pack of canned responses.
    pub pack: String,
    /// `demo`: a workspace for trying: people sign in by one click, answers stay here.
    pub demo: bool,
    /// `breaker`: since when the night responder's breaker is open, in milliseconds since 1970; nothing while it is closed.
    pub breaker: Option<i64>,
}

/// The names under which settings are kept.
pub const NAMES: &[&str] = &["night", "outbox", "review", "pack", "demo", "breaker"];

impl Default for Settings {
    fn default() -> Self {
        Self {
            night: NightSettings::default(),
            outbox: OutboxSettings::default(),
            review: Policy::default(),
            pack: "fr-police-nationale".to_owned(),
            demo: false,
            breaker: None,
        }
    }
}

impl Settings {
    /// What is set, with defaults for the rest.
    ///
    /// # Errors
    /// `Store`.
    pub fn load(view: &View<'_>) -> Result<Self> {
        let default = Self::default();
        Ok(Self {
            night: view.setting("night")?.unwrap_or(default.night),
            outbox: view.setting("outbox")?.unwrap_or(default.outbox),
            review: view.setting("review")?.unwrap_or(default.review),
            pack: view.setting("pack")?.unwrap_or(default.pack),
            demo: view.setting("demo")?.unwrap_or(default.demo),
            breaker: view.setting("breaker")?.unwrap_or(default.breaker),
        })
    }

    /// The value of one setting as JSON.
    ///
    /// # Errors
    /// `Invalid` for an unknown name.
    pub fn get(&self, name: &str) -> Result<serde_json::Value> {
        let all = serde_json::to_value(self).map_err(|error| Error::internal(error.to_string()))?;
        all.get(name).cloned().ok_or_else(|| unknown(name))
    }

    /// Sets one setting from JSON, after checking that it can be understood.
    ///
    /// # Errors
    /// `Invalid` for an unknown name or a value of the wrong form.
    pub fn set(tx: &Tx<'_>, name: &str, value: &serde_json::Value) -> Result<()> {
        fn check<T: DeserializeOwned + Serialize>(
            tx: &Tx<'_>,
            name: &str,
            value: &serde_json::Value,
        ) -> Result<T> {
            let parsed: T = serde_json::from_value(value.clone()).map_err(|error| {
                Error::invalid(format!("The value of {name} cannot be understood: {error}."))
                    .hint(format!("See its present form with: planton settings get {name}"))
            })?;
            tx.set_setting(name, &parsed)?;
            Ok(parsed)
        }
        match name {
            "night" => check::<NightSettings>(tx, name, value)?.schedule.validate()?,
            "outbox" => {
                check::<OutboxSettings>(tx, name, value)?;
            }
            "review" => check::<Policy>(tx, name, value)?.validate()?,
            "pack" => drop(crate::suggest::Pack::built_in(&check::<String>(
                tx, name, value,
            )?)?),
            "demo" => drop(check::<bool>(tx, name, value)?),
            "breaker" => drop(check::<Option<i64>>(tx, name, value)?),
            _ => return Err(unknown(name)),
        }
        Ok(())
    }
}

fn unknown(name: &str) -> Error {
    Error::invalid(format!("There is no setting named {name}."))
        .hint(format!("One of: {}.", NAMES.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_value_and_every_value_a_name() {
        let all = serde_json::to_value(Settings::default()).unwrap();
        let names: Vec<&String> = all.as_object().unwrap().keys().collect();
        assert_eq!(names.len(), NAMES.len());
        for name in NAMES {
            Settings::default().get(name).unwrap();
        }
        assert!(Settings::default().get("nothing").is_err());
    }

    #[test]
    fn the_night_is_off_until_somebody_switches_it_on() {
        let settings = Settings::default();
        assert!(!settings.night.enabled && !settings.demo && settings.breaker.is_none());
    }
}
