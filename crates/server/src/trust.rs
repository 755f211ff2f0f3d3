//! Whether this machine's clock may be believed. While it is doubted nothing is ended, granted, timed out or sent, and
//! members are told that the programme is paused; `/readyz` fails and says why.
//!
//! What a clock is compared with: the clock of the database's machine (PostgreSQL), and the newest moment at which a server
//! of this database believed its own ([`store::clock`]), which each running server writes every minute. Between two
//! comparisons a request costs none of them: only a clock that left its course since the last one is compared again at once.
//! A machine that was off for long is believed again by `tukar-server clock confirm`.

use crate::{
    app::App,
    clock::timestamp,
    config::Config,
    problem::ApiError,
    store::{self, Connection, Store, in_time},
};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tukar_domain::clock::{self, Bounds, Doubt, Evidence};
use tukar_wire::Moment;

/// Between two comparisons.
const CHECK_EVERY: Duration = Duration::from_secs(15);
/// Between two comparisons while the clock is doubted: an operator waits for it.
const CHECK_AGAIN_EVERY: Duration = Duration::from_secs(3);
/// A believed clock is written at most so often.
const WRITE_EVERY_MS: i64 = 60_000;
/// The demo may rest for a year between two starts: nobody's points are in it.
const DEMO_GAP_HOURS: i64 = 366 * 24;

/// How far this server's clock is believed.
#[derive(Debug, Default)]
pub struct Trust {
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    /// Never compared: a command, or a test that is not about this.
    #[default]
    Unwatched,
    Believed {
        /// What it said at the last comparison.
        clock: Moment,
        /// When that was.
        at: Instant,
        /// What was written last.
        written: Moment,
    },
    Doubted(Doubt),
}

impl Trust {
    /// Why the clock is doubted; `None`: it is not.
    #[must_use]
    pub fn doubt(&self) -> Option<Doubt> {
        match *self.state() {
            State::Doubted(doubt) => Some(doubt),
            State::Unwatched | State::Believed { .. } => None,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether `clock` went on since the last comparison as time did.
    fn keeps_course(&self, clock: Moment, bounds: Bounds) -> bool {
        let State::Believed { clock: before, at, .. } = *self.state() else { return true };
        let passed = i64::try_from(at.elapsed().as_millis()).unwrap_or(i64::MAX);
        let off = clock.ms_since(before).saturating_sub(passed);
        i128::from(off.unsigned_abs()) <= bounds.skew_max.as_millis()
    }
}

/// The bounds of the settings.
#[must_use]
pub fn bounds(config: &Config) -> Bounds {
    let hours = i64::from(config.clock.gap_hours_max);
    Bounds {
        gap_max: jiff::SignedDuration::from_hours(if config.demo {
            hours.max(DEMO_GAP_HOURS)
        } else {
            hours
        }),
        skew_max: jiff::SignedDuration::from_secs(i64::from(config.clock.skew_seconds_max)),
    }
}

/// To be asked before anything is decided by the time.
///
/// # Errors
/// [`ApiError::Paused`] while the clock is doubted; the database's, where it had to be asked.
pub async fn admit(app: &App) -> Result<(), ApiError> {
    if !app.trust.keeps_course(app.clock.machine(), bounds(&app.config)) {
        check(app).await?;
    }
    match app.trust.doubt() {
        Some(_) => Err(ApiError::Paused { doubt: None }),
        None => Ok(()),
    }
}

/// As [`admit`], for the operator, who is told why.
///
/// # Errors
/// [`ApiError::Paused`] with the doubt.
pub async fn admit_ready(app: &App) -> Result<(), ApiError> {
    let admitted = admit(app).await;
    match app.trust.doubt() {
        Some(doubt) => Err(ApiError::Paused { doubt: Some(doubt) }),
        None => admitted,
    }
}

/// Compares the clock with what is known, and from now on believes or doubts it.
///
/// # Errors
/// The database's, where it can't be read; what was decided before stands.
pub async fn check(app: &App) -> Result<(), ApiError> {
    let clock = app.clock.machine();
    let found = in_time(compare(&app.store, &app.config, clock)).await?;
    let before = *app.trust.state();
    if let Err(doubt) = found.decided {
        if !matches!(before, State::Doubted(_)) {
            tracing::error!(
                %doubt,
                "the clock is not believed: nothing is ended, granted or sent, and members are told that the programme is \
                 paused; set the clock right, or, where it is right, run `tukar-server clock confirm`"
            );
        }
        *app.trust.state() = State::Doubted(doubt);
        return Ok(());
    }
    let before_written = if let State::Believed { written, .. } = before { Some(written) } else { None };
    let written = match before_written {
        Some(written) if (0..WRITE_EVERY_MS).contains(&clock.ms_since(written)) => written,
        _ => {
            let write = async |conn: &mut Connection| match found.has_members {
                true => store::clock::put_seen(conn, clock).await,
                false => store::clock::set_seen(conn, clock).await,
            };
            match app.store.transact("clock.seen", write).await {
                Ok(()) => clock,
                // A database that takes nothing now stops no server; the next comparison tries again.
                Err(error) => {
                    tracing::warn!(%error, "that the clock was believed could not be written");
                    before_written.unwrap_or(Moment(0))
                }
            }
        }
    };
    if matches!(before, State::Doubted(_)) {
        tracing::info!("the clock is believed again");
    }
    *app.trust.state() = State::Believed { clock, at: Instant::now(), written };
    Ok(())
}

/// Compares again and again, until `stop`.
pub async fn watch(app: std::sync::Arc<App>, stop: CancellationToken) {
    loop {
        let wait = if app.trust.doubt().is_some() { CHECK_AGAIN_EVERY } else { CHECK_EVERY };
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep(wait) => {}
        }
        if let Err(error) = check(&app).await {
            let error = error.cause().unwrap_or_else(|| error.to_string());
            tracing::warn!(error, "the clock could not be compared");
        }
    }
}

/// What a comparison found.
#[derive(Clone, Copy, Debug)]
pub struct Compared {
    /// Whether the clock may be believed.
    pub decided: Result<(), Doubt>,
    /// The newest moment that was written, where one was.
    pub newest: Option<Moment>,
    /// Whether there is anybody who could lose something.
    pub has_members: bool,
}

/// Compares `clock` with what the database knows. Changes nothing.
///
/// # Errors
/// The database's.
pub async fn compare(store: &Store, config: &Config, clock: Moment) -> Result<Compared, sqlx::Error> {
    let database = store.clock_ms().await?.map(Moment);
    let mut conn = store.read().await?;
    let seen = store::clock::load(&mut conn).await?;
    let newest = match seen.seen_at {
        // A database without members has nothing to lose, and an old word of a wrong clock must not stop its first start.
        _ if !seen.has_members => None,
        Some(seen_at) => Some(seen_at),
        // In the demo rows may be dated ahead: its clock moves by request.
        None => {
            store::clock::load_newest_row(&mut conn).await?.filter(|newest| !config.demo || *newest <= clock)
        }
    };
    let evidence = Evidence { newest: newest.map(timestamp), database: database.map(timestamp) };
    let decided = clock::decide(timestamp(clock), evidence, bounds(config));
    Ok(Compared { decided, newest, has_members: seen.has_members })
}

/// For a command that writes moments: refuses while the clock is doubted.
///
/// # Errors
/// The doubt; the database's.
pub async fn insist(store: &Store, config: &Config, clock: Moment) -> anyhow::Result<()> {
    compare(store, config, clock).await?.decided.map_err(|doubt| {
        anyhow::anyhow!(
            "{doubt}: nothing was done; set the clock right, or, where it is right, run `tukar-server clock confirm`"
        )
    })
}
