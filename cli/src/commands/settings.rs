//! `settings`.

use super::Office;
use crate::args::{self, SettingsCommand};
use crate::output::{Outcome, Output};
use planton_core::error::{Error, Result};
use planton_core::settings::NAMES;
use serde_json::{Map, Value};

/// Runs it.
pub(crate) fn run(office: &Office, options: &args::Settings, output: &Output) -> Result<Outcome> {
    match &options.command {
        SettingsCommand::Get { name } => {
            let settings = office.desk.settings()?;
            let names: Vec<&str> = name.as_deref().map_or_else(|| NAMES.to_vec(), |name| vec![name]);
            for name in names {
                let value = settings.get(name)?;
                let object: Map<String, Value> = [(name.to_owned(), value.clone())].into_iter().collect();
                output.result(&object, || format!("{name} = {value}"))?;
            }
        }
        SettingsCommand::Set { name, value } => {
            let value: Value = serde_json::from_str(value).map_err(|error| {
                Error::invalid(format!("The value is not JSON: {error}."))
                    .hint("For example: planton settings set pack '\"int-generic\"'")
            })?;
            office.desk.set_setting(&office.actor, name, &value)?;
        }
    }
    Ok(Outcome::Done)
}
