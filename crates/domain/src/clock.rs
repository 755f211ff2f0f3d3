//! May the machine's clock be believed?
//!
//! A clock that is far ahead would end points, holds and codes for good; one that is far behind would let them live again.
//! So what a clock says is compared with what is known from elsewhere before anything is decided by it.

use jiff::{SignedDuration, Timestamp};

/// How far a clock may be from what is known before it is doubted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// From the newest moment that a server of this database wrote: as long as all servers may stand still.
    pub gap_max: SignedDuration,
    /// From the clock of the database's own machine.
    pub skew_max: SignedDuration,
}

/// What is known of the time without this machine's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Newest moment that a server of this database wrote; `None`: none did yet.
    pub newest: Option<Timestamp>,
    /// Clock of the database's machine; `None`: it is this machine.
    pub database: Option<Timestamp>,
}

/// Why a clock is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// It is not what the database's clock says.
    #[error(
        "this machine's clock says {clock:.0}, {} the database's clock ({database:.0})",
        distance(*clock, *database)
    )]
    Database {
        /// This machine's clock.
        clock: Timestamp,
        /// The database's.
        database: Timestamp,
    },
    /// It is too far from the newest moment that was written.
    #[error(
        "this machine's clock says {clock:.0}, {} the last moment at which this database was served ({newest:.0})",
        distance(*clock, *newest)
    )]
    Rows {
        /// This machine's clock.
        clock: Timestamp,
        /// The newest moment that was written.
        newest: Timestamp,
    },
}

/// Decides whether `clock` may be believed.
///
/// # Errors
/// The first [`Doubt`].
pub fn decide(clock: Timestamp, evidence: Evidence, bounds: Bounds) -> Result<(), Doubt> {
    let far = |from: Timestamp, max: SignedDuration| clock.duration_since(from).abs() > max;
    if let Some(database) = evidence.database.filter(|database| far(*database, bounds.skew_max)) {
        return Err(Doubt::Database { clock, database });
    }
    match evidence.newest.filter(|newest| far(*newest, bounds.gap_max)) {
        Some(newest) => Err(Doubt::Rows { clock, newest }),
        None => Ok(()),
    }
}

/// As `400 days ahead of`.
fn distance(clock: Timestamp, other: Timestamp) -> String {
    let apart = clock.duration_since(other);
    let side = if apart.is_negative() { "behind" } else { "ahead of" };
    let minutes = apart.abs().as_mins();
    let (number, unit) = match minutes {
        0..120 => (minutes, "minutes"),
        120..2880 => (minutes / 60, "hours"),
        _ => (minutes / 1440, "days"),
    };
    format!("{number} {unit} {side}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds =
        Bounds { gap_max: SignedDuration::from_hours(72), skew_max: SignedDuration::from_mins(5) };

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn known(newest: Option<&str>, database: Option<&str>) -> Evidence {
        Evidence { newest: newest.map(at), database: database.map(at) }
    }

    #[test]
    fn a_clock_is_doubted_far_from_the_rows_or_from_the_databases_clock_on_either_side() {
        let clock = at("2026-11-28T12:00:00Z");
        for (newest, database, doubted) in [
            (None, None, false),
            (Some("2026-11-28T11:59:00Z"), None, false),
            (Some("2026-11-25T12:00:00Z"), None, false),
            (Some("2026-11-25T11:59:59Z"), None, true),
            (Some("2025-10-24T12:00:00Z"), None, true),
            (Some("2026-12-01T12:00:00Z"), None, false),
            (Some("2026-12-01T12:00:01Z"), None, true),
            (None, Some("2026-11-28T11:55:00Z"), false),
            (None, Some("2026-11-28T11:54:59Z"), true),
            (None, Some("2026-11-28T12:05:01Z"), true),
            // The database's machine may be wrong together with this one.
            (Some("2025-10-24T12:00:00Z"), Some("2026-11-28T12:00:00Z"), true),
        ] {
            let decided = decide(clock, known(newest, database), BOUNDS);
            assert_eq!(decided.is_err(), doubted, "{newest:?} {database:?}: {decided:?}");
        }
    }

    #[test]
    fn a_doubt_says_both_moments_and_how_far_they_are_apart() {
        let clock = at("2028-01-02T12:00:00.5Z");
        let doubt = decide(clock, known(Some("2026-11-28T12:00:00Z"), None), BOUNDS).unwrap_err();
        assert_eq!(
            doubt.to_string(),
            "this machine's clock says 2028-01-02T12:00:00Z, 400 days ahead of the last moment at which this database \
             was served (2026-11-28T12:00:00Z)"
        );
        let doubt = decide(clock, known(None, Some("2028-01-02T12:10:00.5Z")), BOUNDS).unwrap_err();
        assert!(doubt.to_string().contains("10 minutes behind the database's clock"), "{doubt}");
    }
}
