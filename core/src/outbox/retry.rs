//! What follows from a failed attempt: pure.

use crate::channel::{ChannelError, Guarantee};
use crate::domain::Instant;
use chrono::Duration;

/// What to do with an entry next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Surely not sent: try again, not before this.
    Retry {
        /// When.
        at: Instant,
        /// Why it waits, for people.
        reason: String,
    },
    /// Surely not sent, and trying again would not help.
    Wedge(String),
    /// Nobody knows whether it was sent: look, or repeat with the same key, not before this.
    Unknown {
        /// When to look.
        at: Instant,
        /// Why, for people.
        reason: String,
    },
    /// Nobody knows, and nobody can find out but a person.
    AskPerson(String),
}

/// The most attempts before a person is asked.
const MOST_ATTEMPTS: u32 = 8;
/// How long between two looks, and how many.
const BETWEEN_LOOKS: Duration = Duration::seconds(60);
const MOST_LOOKS: u32 = 2;
/// How long looks that fail are repeated.
const LOOKED_FOR: Duration = Duration::hours(1);

/// After an attempt that failed; `attempts` counts it.
#[must_use]
pub fn after_error(error: &ChannelError, attempts: u32, guarantee: Guarantee, now: Instant) -> Next {
    let reason = error.to_string();
    match error {
        ChannelError::RateLimited { until } => Next::Retry {
            at: (*until).max(now + Duration::seconds(1)),
            reason,
        },
        ChannelError::TransientBefore(_) if attempts < MOST_ATTEMPTS => Next::Retry {
            at: now + back_off(attempts),
            reason,
        },
        ChannelError::TransientAmbiguous(_) | ChannelError::Protocol(_) => match guarantee {
            Guarantee::Idempotent if attempts < MOST_ATTEMPTS => Next::Unknown {
                at: now + back_off(attempts),
                reason,
            },
            Guarantee::Reconcilable => Next::Unknown {
                at: now + Duration::seconds(5),
                reason,
            },
            Guarantee::Idempotent | Guarantee::None => Next::AskPerson(reason),
        },
        ChannelError::TransientBefore(_)
        | ChannelError::Auth(_)
        | ChannelError::Forbidden(_)
        | ChannelError::WindowClosed
        | ChannelError::RecipientUnavailable(_)
        | ChannelError::ContentRejected(_)
        | ChannelError::NotFound(_) => Next::Wedge(reason),
    }
}

/// After a look that did not find it; `looks` counts it.
#[must_use]
pub fn after_look(looks: u32, now: Instant) -> Next {
    let reason = "the platform does not show it (yet)".to_owned();
    if looks < MOST_LOOKS {
        Next::Unknown {
            at: now + BETWEEN_LOOKS,
            reason,
        }
    } else {
        Next::AskPerson(reason)
    }
}

/// After a look that could not be made, of an entry first attempted at `began`. Looking goes on for an hour where that may help; then a
/// person must look.
#[must_use]
pub fn after_failed_look(error: &ChannelError, began: Instant, now: Instant) -> Next {
    let reason = error.to_string();
    let passes = match error {
        ChannelError::RateLimited { .. }
        | ChannelError::TransientBefore(_)
        | ChannelError::TransientAmbiguous(_)
        | ChannelError::Protocol(_) => true,
        ChannelError::Auth(_)
        | ChannelError::Forbidden(_)
        | ChannelError::WindowClosed
        | ChannelError::RecipientUnavailable(_)
        | ChannelError::ContentRejected(_)
        | ChannelError::NotFound(_) => false,
    };
    if !passes || now - began > LOOKED_FOR {
        return Next::AskPerson(reason);
    }
    let at = match error {
        ChannelError::RateLimited { until } => (*until).max(now + BETWEEN_LOOKS),
        _ => now + BETWEEN_LOOKS,
    };
    Next::Unknown { at, reason }
}

/// What follows for an entry that may have been taken at an earlier attempt: this attempt was surely not, but that says nothing of
/// the earlier one, and nobody may take it for unsent.
#[must_use]
pub fn still_unknown(next: Next) -> Next {
    match next {
        Next::Retry { at, reason } => Next::Unknown { at, reason },
        Next::Wedge(reason) => Next::AskPerson(reason),
        next => next,
    }
}

/// Twice as long after each attempt, from 5 seconds to 10 minutes.
fn back_off(attempts: u32) -> Duration {
    Duration::seconds((5i64 << attempts.saturating_sub(1).min(7)).min(600))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::from_millis;

    const GUARANTEES: [Guarantee; 3] = [Guarantee::Idempotent, Guarantee::Reconcilable, Guarantee::None];

    fn now() -> Instant {
        from_millis(1_800_000_000_000)
    }

    fn word() -> String {
        "word".to_owned()
    }

    #[test]
    fn what_may_have_arrived_is_repeated_only_where_the_platform_knows_the_key() {
        for error in [
            ChannelError::TransientAmbiguous(word()),
            ChannelError::Protocol(word()),
        ] {
            for attempts in [1, 7, 8, 100] {
                for guarantee in GUARANTEES {
                    let next = after_error(&error, attempts, guarantee, now());
                    let known = matches!(next, Next::Retry { .. } | Next::Wedge(_));
                    assert!(!known, "{error} is never called unsent");
                    let asks = matches!(next, Next::AskPerson(_));
                    let expected = match guarantee {
                        Guarantee::Idempotent => attempts >= 8,
                        Guarantee::Reconcilable => false,
                        Guarantee::None => true,
                    };
                    assert_eq!(asks, expected, "{guarantee:?} {attempts}");
                }
            }
        }
    }

    #[test]
    fn what_surely_did_not_arrive_is_tried_again_later_and_later() {
        let mut last = now();
        for attempts in 1..8 {
            let error = ChannelError::TransientBefore(word());
            let Next::Retry { at, .. } = after_error(&error, attempts, Guarantee::None, now()) else {
                panic!("attempt {attempts} is not the last")
            };
            assert!(at > last && at <= now() + Duration::minutes(10));
            last = at;
        }
        let end = after_error(
            &ChannelError::TransientBefore(word()),
            8,
            Guarantee::Idempotent,
            now(),
        );
        assert!(matches!(end, Next::Wedge(_)));
    }

    #[test]
    fn what_trying_again_would_not_mend_waits_for_a_person_at_once() {
        for error in [
            ChannelError::Auth(word()),
            ChannelError::Forbidden(word()),
            ChannelError::WindowClosed,
            ChannelError::RecipientUnavailable(word()),
            ChannelError::ContentRejected(word()),
            ChannelError::NotFound(word()),
        ] {
            for guarantee in GUARANTEES {
                assert!(
                    matches!(after_error(&error, 1, guarantee, now()), Next::Wedge(_)),
                    "{error}"
                );
            }
            assert!(
                matches!(after_failed_look(&error, now(), now()), Next::AskPerson(_)),
                "{error}"
            );
        }
    }

    #[test]
    fn a_platform_that_asks_to_wait_is_obeyed_and_never_in_the_past() {
        for until in [now() - Duration::hours(1), now() + Duration::hours(1)] {
            let next = after_error(&ChannelError::RateLimited { until }, 99, Guarantee::None, now());
            assert!(matches!(next, Next::Retry { at, .. } if at > now() && at >= until));
        }
    }

    #[test]
    fn looks_end_in_front_of_a_person() {
        assert!(matches!(after_look(1, now()), Next::Unknown { .. }));
        assert!(matches!(after_look(2, now()), Next::AskPerson(_)));
        let error = ChannelError::TransientBefore(word());
        assert!(matches!(
            after_failed_look(&error, now(), now()),
            Next::Unknown { .. }
        ));
        let long_ago = now() - Duration::minutes(61);
        assert!(matches!(
            after_failed_look(&error, long_ago, now()),
            Next::AskPerson(_)
        ));
    }
}
