//! `tukar-server expiry …`: reversing expiries that a wrong clock made.

use crate::{
    clock::{Clock, moment},
    config::Config,
    service::reversal::{self, Reversal, Window},
    store::{Store, reversals},
    trust,
};
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use std::io::Write as _;
use tukar_wire::Moment;

/// Characters of a reason.
const REASON_CHARACTERS_MAX: usize = 300;

/// What to do with expiries.
#[derive(Subcommand)]
pub enum Command {
    /// Give back points that expired, and make pending again those granted, before their time by a clock that was ahead
    Reverse(Reverse),
    /// List the reversals that were made: id, when, which lots, members, lots, points, reason
    List,
}

/// Which expiries to reverse, as typed.
#[derive(Args)]
pub struct Reverse {
    /// Lots that end, or are granted, after this moment: a date (its begin in the programme's zone) or an RFC 3339 time
    #[arg(long, value_name = "WHEN")]
    since: String,
    /// Lots that end, or are granted, up to this moment: a date (its end) or an RFC 3339 time
    #[arg(long, value_name = "WHEN")]
    until: String,
    /// Why, for the books
    #[arg(long)]
    reason: String,
    /// New end of lots that have ended by now; without it their points stay expired
    #[arg(long, value_name = "WHEN")]
    extend_to: Option<String>,
    /// Tell members and points, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Does it, and says on the standard output what was done.
///
/// # Errors
/// Moments that can't be read, a clock that is doubted, the database's.
pub async fn run(config: Config, command: Command) -> anyhow::Result<()> {
    let store = Store::open_existing(&config.database).await?;
    match command {
        Command::Reverse(typed) => reverse(&store, &config, typed).await?,
        Command::List => list(&store).await?,
    }
    store.close().await;
    Ok(())
}

async fn reverse(store: &Store, config: &Config, typed: Reverse) -> anyhow::Result<()> {
    let now = Clock::real().now();
    trust::insist(store, config, now).await?;
    let zone = TimeZone::get(&config.programme.time_zone)?;
    let reason = typed.reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_CHARACTERS_MAX {
        bail!("--reason has 1 to {REASON_CHARACTERS_MAX} characters");
    }
    let since = read_when(&typed.since, &zone, Edge::Begin).context("--since")?;
    let until = read_when(&typed.until, &zone, Edge::End).context("--until")?;
    let extend_to = typed.extend_to.as_deref().map(|text| read_when(text, &zone, Edge::End));
    let extend_to = extend_to.transpose().context("--extend-to")?;
    if until <= since {
        bail!("--until must be later than --since");
    }
    if extend_to.is_some_and(|end| end <= now) {
        bail!("--extend-to must be in the future");
    }
    let reversal = Reversal {
        id: uuid::Uuid::new_v4().to_string(),
        window: Window { since, until, extend_to },
        reason: reason.to_owned(),
        at: now,
    };
    let mut out = std::io::stdout().lock();
    let tell = |given: &reversal::GivenBack| {
        // A broken pipe must not leave the rest of the members without their points.
        let pending = if given.pending > 0 { format!(" pending {}", given.pending) } else { String::new() };
        let _ = writeln!(std::io::stdout(), "{} {}{pending}", given.member_id, given.points);
    };
    let done = if typed.dry_run {
        reversal::preview(store, &reversal, tell).await
    } else {
        reversal::run(store, &reversal, tell).await
    };
    let done = done.map_err(anyhow::Error::new).context("reversing")?;
    let would = if typed.dry_run { "would be given back" } else { "given back" };
    writeln!(out, "members {}, lots {}, points {}: {would}", done.members, done.lots, done.points)?;
    if done.pending > 0 {
        let would = if typed.dry_run { "would be pending again" } else { "are pending again" };
        writeln!(
            out,
            "points {} {would}, until the moment of their grant: a wrong clock granted them before it",
            done.pending
        )?;
    }
    if done.points_left > 0 {
        writeln!(
            out,
            "points {} of lots that have ended by now stay expired; --extend-to gives those lots a new end",
            done.points_left
        )?;
    }
    if !typed.dry_run && done.members > 0 {
        writeln!(out, "reversal {}", reversal.id)?;
    }
    Ok(())
}

async fn list(store: &Store) -> anyhow::Result<()> {
    let rows = reversals::load_all(&mut *store.read().await?).await.context("reading the reversals")?;
    let mut out = std::io::stdout().lock();
    for row in rows {
        writeln!(
            out,
            "{}, {}, lots that end after {} and up to {}: members {}, lots {}, points {}: {}",
            row.id, row.at, row.since, row.until, row.members, row.lots, row.points, row.reason
        )?;
    }
    Ok(())
}

/// Which edge of a day a date means.
#[derive(Clone, Copy)]
enum Edge {
    Begin,
    /// First moment of the next day: a lot that lives to the end of this one ends then.
    End,
}

fn read_when(text: &str, zone: &TimeZone, edge: Edge) -> anyhow::Result<Moment> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(moment(at));
    }
    let day: Date = text.parse().context("a date as 2027-03-31 or a time as 2027-03-31T17:00:00Z")?;
    let day = match edge {
        Edge::Begin => day,
        Edge::End => day.tomorrow()?,
    };
    Ok(moment(day.to_zoned_datetime(zone.clone())?.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_the_begin_or_the_end_of_a_day_in_the_programmes_zone() {
        let zone = TimeZone::get("Asia/Jakarta").unwrap();
        let at = |text: &str, edge| read_when(text, &zone, edge).unwrap().to_string();
        assert_eq!(at("2027-03-31", Edge::Begin), "2027-03-30T17:00:00.000Z");
        assert_eq!(at("2027-03-31", Edge::End), "2027-03-31T17:00:00.000Z");
        assert_eq!(at("2027-03-31T08:00:00+07:00", Edge::End), "2027-03-31T01:00:00.000Z");
        assert!(read_when("31 March", &zone, Edge::Begin).is_err());
    }
}
