//! People at the desk, and who acts.

use super::{OperatorId, words};

words! {
    /// What a person may do. Each role includes the ones before it.
    Role {
        /// Reads, takes, answers.
        Operator = "operator",
        /// Switches the night responder, looks at what could not be read, sees the journal. Who reviews is said by the review level.
        Supervisor = "supervisor",
        /// Tends people, inboxes and settings; imports.
        Administrator = "administrator",
    }
}

/// A person at the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// Row id.
    pub id: OperatorId,
    /// Sign-in name; unique.
    pub login: String,
    /// Name on screens.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The highest review level they may fill; 0 for operators.
    pub review_level: u8,
    /// May they sign in?
    pub enabled: bool,
}

/// Who did it, in the journal and in every check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in person.
    Person(Operator),
    /// The command line on a workspace that has no people yet: its local administrator.
    LocalAdministrator,
    /// The night responder.
    Night,
    /// Planton itself: ingest, expiry, retries.
    System,
}

impl Actor {
    /// The person, where it is one.
    #[must_use]
    pub fn operator(&self) -> Option<&Operator> {
        match self {
            Self::Person(operator) => Some(operator),
            _ => None,
        }
    }

    /// The stable word for the journal.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Person(_) => "person",
            Self::LocalAdministrator => "local_administrator",
            Self::Night => "night",
            Self::System => "system",
        }
    }
}
