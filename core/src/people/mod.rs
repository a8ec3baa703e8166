//! Who may do what, and who somebody is.
//!
//! What comes in: a person and an act, or a name and a password. What goes out: yes or no, with a sentence. Deliberately absent:
//! sessions; a shell keeps the signed-in person and hands them to every act.

mod password;

pub use password::{hash, verify};

use crate::domain::{Actor, Instant, Operator, Role};
use crate::error::{Code, Error, Result};
use crate::secret::Secret;
use crate::store::Store;
use chrono::Duration;

/// What somebody may be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See the queue, conversations, suggestions.
    Read,
    /// Take, put off, close, correct.
    Handle,
    /// Write and send or submit; settle a stuck send.
    Answer,
    /// Decide what waits for review.
    Review,
    /// Switch the night responder, look at quarantined items.
    Supervise,
    /// People, inboxes, settings, imports.
    Administer,
    /// Read the journal.
    Audit,
}

impl Permission {
    /// Every permission, for the table's test.
    pub const ALL: &'static [Self] = &[
        Self::Read,
        Self::Handle,
        Self::Answer,
        Self::Review,
        Self::Supervise,
        Self::Administer,
        Self::Audit,
    ];
}

/// The table: may this actor do this?
#[must_use]
pub fn may(actor: &Actor, permission: Permission) -> bool {
    match actor {
        Actor::Person(operator) if !operator.enabled => false,
        Actor::Person(operator) => match permission {
            Permission::Read | Permission::Handle | Permission::Answer => true,
            Permission::Review => operator.review_level >= 1,
            Permission::Supervise | Permission::Audit => operator.role >= Role::Supervisor,
            Permission::Administer => operator.role >= Role::Administrator,
        },
        // Sends and reviews need a name behind them.
        Actor::LocalAdministrator => !matches!(permission, Permission::Answer | Permission::Review),
        Actor::Night | Actor::System => matches!(permission, Permission::Read),
    }
}

/// Refuses with a sentence what the table does not allow.
///
/// # Errors
/// `Forbidden`.
pub fn require(actor: &Actor, permission: Permission) -> Result<()> {
    if may(actor, permission) {
        return Ok(());
    }
    let (what, hint) = match permission {
        Permission::Read => ("read the desk's conversations", "Sign in first."),
        Permission::Handle => ("handle conversations", "Sign in first."),
        Permission::Answer => (
            "answer",
            "Sign in as a person of the desk: an answer needs a name behind it.",
        ),
        Permission::Review => ("decide reviews", "Ask a supervisor of the right level."),
        Permission::Supervise => ("do this", "Ask a supervisor."),
        Permission::Administer => ("change people, accounts and settings", "Ask an administrator."),
        Permission::Audit => ("read the journal", "Ask a supervisor."),
    };
    Err(Error::forbidden(format!("You may not {what}.")).hint(hint))
}

/// After so many wrong passwords each further one costs a wait; the wait grows but never locks anybody out for good.
const FREE_ATTEMPTS: u32 = 3;

/// Checks a name and a password. Takes the same time for a name that does not exist.
///
/// # Errors
/// `SignIn`, with the same sentence whether the name or the password is wrong, or with how long to wait.
pub fn sign_in(store: &Store, login: &str, password: &Secret, now: Instant) -> Result<Operator> {
    let wrong = || {
        Error::new(Code::SignIn, "This name and password do not go together.")
            .hint("Check both and try again.")
    };
    let Some(record) = store.read(|view| view.password_record(login.trim()))? else {
        password::verify_nobody(password);
        return Err(wrong());
    };
    if let Some(until) = record.blocked_until.filter(|until| *until > now) {
        let seconds = (until - now).num_seconds().max(1);
        return Err(
            Error::new(Code::SignIn, "There were too many wrong passwords for this name.")
                .hint(format!("Wait {seconds} seconds and try again.")),
        );
    }
    let right = verify(password, &record.hash);
    let failures = if right {
        0
    } else {
        record.failures.saturating_add(1)
    };
    let blocked_until = (failures > FREE_ATTEMPTS)
        .then(|| now + Duration::seconds(1i64 << (failures - FREE_ATTEMPTS).min(6)));
    store.write(|tx| tx.note_sign_in(record.operator.id, failures, blocked_until))?;
    if !right {
        return Err(wrong());
    }
    if !record.operator.enabled {
        return Err(
            Error::new(Code::SignIn, "This person may not sign in any more.").hint("Ask an administrator.")
        );
    }
    Ok(record.operator)
}

/// Refuses what cannot be a sign-in name, a name or a password.
///
/// # Errors
/// `Invalid`, with the rule.
pub fn check_new(login: &str, name: &str, password: &Secret) -> Result<()> {
    if login.is_empty()
        || !login
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@'))
    {
        return Err(
            Error::invalid("A sign-in name is made of letters, digits, dots and dashes.")
                .hint("For example: l.martin"),
        );
    }
    if name.trim().is_empty() {
        return Err(Error::invalid("A person needs a name that colleagues recognise."));
    }
    if password.expose().chars().count() < 10 {
        return Err(Error::invalid("A password has at least 10 characters.")
            .hint("Three or four words together are easy to remember."));
    }
    Ok(())
}
