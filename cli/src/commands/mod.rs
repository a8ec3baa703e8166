//! One file a command.

pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod evaluate;
pub(crate) mod import;
pub(crate) mod inbox;
pub(crate) mod journal;
pub(crate) mod night;
pub(crate) mod pack;
pub(crate) mod people;
pub(crate) mod queue;
pub(crate) mod replay;
pub(crate) mod serve;
pub(crate) mod settings;
pub(crate) mod text;
pub(crate) mod train;
pub(crate) mod triage;

use crate::args::Args;
use planton_core::clock::SystemClock;
use planton_core::desk::Desk;
use planton_core::domain::Actor;
use planton_core::error::{Code, Error, Result};
use planton_core::secret::Secret;
use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::Arc;

/// An open desk and who acts at it.
pub(crate) struct Office {
    /// The desk.
    pub(crate) desk: Arc<Desk>,
    /// Who acts.
    pub(crate) actor: Actor,
}

impl Office {
    /// Opens the workspace and finds out who acts.
    pub(crate) fn open(args: &Args) -> Result<Self> {
        let desk = open(&args.data()?)?;
        let actor = match &args.who {
            None => desk.local_administrator()?,
            Some(login) => match demo_person(&desk, login)? {
                Some(actor) => actor,
                None => desk.sign_in(
                    login,
                    &secret("PLANTON_PASSWORD_FILE", &format!("Password of {login}: "))?,
                )?,
            },
        };
        Ok(Self { desk, actor })
    }
}

/// Opens the workspace in a folder.
pub(crate) fn open(data: &Path) -> Result<Arc<Desk>> {
    Desk::open(data, Arc::new(SystemClock)).map(Arc::new)
}

/// In a demo workspace a name is enough.
fn demo_person(desk: &Desk, login: &str) -> Result<Option<Actor>> {
    let person = desk
        .demo_people()?
        .into_iter()
        .find(|person| person.login.eq_ignore_ascii_case(login));
    person.map(|person| desk.sign_in_demo(person.id)).transpose()
}

/// A password: from the file named by a variable, else typed at the terminal; never an argument, which others could see.
pub(crate) fn secret(variable: &str, prompt: &str) -> Result<Secret> {
    if let Some(path) = std::env::var_os(variable) {
        let text = std::fs::read_to_string(&path).map_err(|error| {
            Error::invalid(format!("The file named by {variable} cannot be read: {error}."))
        })?;
        return Ok(Secret::new(text.trim_end_matches(['\r', '\n'])));
    }
    if !std::io::stdin().is_terminal() {
        return Err(Error::new(
            Code::SignIn,
            "A password is needed, and there is no terminal to ask for it.",
        )
        .hint(format!(
            "Write it into a file that only you can read, and name that file in {variable}."
        )));
    }
    rpassword::prompt_password(prompt)
        .map(Secret::new)
        .map_err(|error| Error::internal(format!("No password could be read: {error}")))
}

/// A runtime for the commands that wait for the network.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Error::internal(format!("No runtime: {error}")))
}
