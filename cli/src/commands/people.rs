//! `people`.

use super::{Office, secret};
use crate::args::{self, PeopleCommand};
use crate::output::{Outcome, Output};
use planton_core::domain::Operator;
use planton_core::error::Result;
use serde_json::{Value, json};

/// Runs it.
pub(crate) fn run(office: &Office, options: &args::People, output: &Output) -> Result<Outcome> {
    let changed = match &options.command {
        PeopleCommand::Add {
            login,
            name,
            role,
            review_level,
        } => {
            let password = secret("PLANTON_NEW_PASSWORD_FILE", &format!("New password of {login}: "))?;
            vec![
                office
                    .desk
                    .add_person(&office.actor, login, name, *role, *review_level, &password)?,
            ]
        }
        PeopleCommand::List => office.desk.people(&office.actor)?,
        PeopleCommand::Role {
            login,
            role,
            review_level,
        } => {
            vec![
                office
                    .desk
                    .change_person(&office.actor, login, Some(*role), *review_level, None)?,
            ]
        }
        PeopleCommand::Disable { login } => {
            vec![
                office
                    .desk
                    .change_person(&office.actor, login, None, None, Some(false))?,
            ]
        }
    };
    for person in &changed {
        output.result(&object(person), || {
            let state = if person.enabled {
                ""
            } else {
                output.say_in("ne peut plus entrer", "may not sign in")
            };
            format!(
                "{:<16} {:<24} {:<14} {} {state}",
                person.login,
                person.name,
                person.role.as_str(),
                person.review_level
            )
        })?;
    }
    Ok(Outcome::Done)
}

fn object(person: &Operator) -> Value {
    json!({ "login": person.login, "name": person.name, "role": person.role, "review_level": person.review_level, "enabled": person.enabled })
}
