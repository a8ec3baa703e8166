//! How many levels a reply needs: rows of category, changed or untouched text, channel and author; the first that fits decides.

use crate::domain::{Category, ChannelKind, Role};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// The most levels there are.
const MOST_LEVELS: u8 = 3;

/// A row: what is absent fits everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Row {
    /// The conversation's category.
    pub category: Option<Category>,
    /// Does the text differ from the canned response it began from?
    pub changed: Option<bool>,
    /// The channel it leaves by.
    pub channel: Option<ChannelKind>,
    /// The author's role.
    pub author: Option<Role>,
    /// How many must say yes: 0 to 3.
    pub levels: u8,
}

/// The rows, in order. What fits none of them needs one level: forgetting a row must not open a door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Policy(pub Vec<Row>);

/// What a row is held against.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// The conversation's category.
    pub category: Category,
    /// Does the text differ from the canned response it began from?
    pub changed: bool,
    /// The channel it leaves by.
    pub channel: ChannelKind,
    /// The author's role.
    pub author: Role,
}

impl Default for Policy {
    /// Complaints and changed texts are read by one supervisor; untouched canned responses leave.
    fn default() -> Self {
        Self(vec![
            Row {
                category: Some(Category::Complaint),
                levels: 1,
                ..Row::default()
            },
            Row {
                changed: Some(true),
                levels: 1,
                ..Row::default()
            },
            Row {
                changed: Some(false),
                levels: 0,
                ..Row::default()
            },
        ])
    }
}

impl Policy {
    /// How many levels this reply needs.
    #[must_use]
    pub fn levels(&self, facts: Facts) -> u8 {
        self.0
            .iter()
            .find(|row| {
                row.category.is_none_or(|category| category == facts.category)
                    && row.changed.is_none_or(|changed| changed == facts.changed)
                    && row.channel.is_none_or(|channel| channel == facts.channel)
                    && row.author.is_none_or(|author| author == facts.author)
            })
            .map_or(1, |row| row.levels.min(MOST_LEVELS))
    }

    /// Refuses rows with more levels than there are.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn validate(&self) -> Result<()> {
        match self.0.iter().position(|row| row.levels > MOST_LEVELS) {
            None => Ok(()),
            Some(at) => Err(Error::invalid(format!(
                "Row {} of the review policy asks for more than {MOST_LEVELS} levels.",
                at + 1
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(category: Category, changed: bool) -> Facts {
        Facts {
            category,
            changed,
            channel: ChannelKind::Messenger,
            author: Role::Operator,
        }
    }

    #[test]
    fn complaints_and_changed_texts_are_read_by_somebody_else() {
        let policy = Policy::default();
        for category in Category::ALL {
            assert_eq!(policy.levels(facts(*category, true)), 1, "{category}");
            let untouched = u8::from(*category == Category::Complaint);
            assert_eq!(policy.levels(facts(*category, false)), untouched, "{category}");
        }
    }

    #[test]
    fn what_no_row_fits_needs_a_level() {
        assert_eq!(Policy(Vec::new()).levels(facts(Category::Thanks, false)), 1);
    }

    #[test]
    fn the_first_row_that_fits_decides() {
        let rows = r#"[{"channel":"x","levels":3},{"author":"supervisor","levels":0},{"levels":2}]"#;
        let policy: Policy = serde_json::from_str(rows).unwrap();
        let calm = facts(Category::Other, false);
        assert_eq!(
            policy.levels(Facts {
                channel: ChannelKind::X,
                author: Role::Supervisor,
                ..calm
            }),
            3
        );
        assert_eq!(
            policy.levels(Facts {
                author: Role::Supervisor,
                ..calm
            }),
            0
        );
        assert_eq!(policy.levels(calm), 2);
    }

    #[test]
    fn more_levels_than_there_are_and_unknown_words_are_refused() {
        assert!(
            serde_json::from_str::<Policy>(r#"[{"levels":4}]"#)
                .unwrap()
                .validate()
                .is_err()
        );
        assert!(serde_json::from_str::<Policy>(r#"[{"levles":1}]"#).is_err());
        assert!(serde_json::from_str::<Policy>(r#"[{"category":"gossip"}]"#).is_err());
    }
}
