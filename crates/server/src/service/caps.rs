//! What messages with codes may cost, looked at before a code is made: who is refused, and whose message is dropped while
//! the answer stays as always. The figures are decided in `tukar_domain::limits`; `docs/LIMITS.md` says why.
//!
//! Invariants: at sign-in nothing that is refused, read or written depends on whether the contact has an account, but for
//! which of two counters goes up; contacts without an account only ever use the strangers' share.

use crate::{
    app::App,
    place::{Here, Place},
    problem::ApiError,
    store::{
        Connection, Writes,
        challenges::PurposeWord,
        counts::{self, HOUR, Scope, Sums},
    },
};
use rand::RngCore as _;
use std::{collections::HashMap, sync::Mutex};
use tukar_domain::limits::{Counter, Full, Shares, Used};
use tukar_wire::Moment;

/// A code that somebody wants.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// What for.
    pub purpose: PurposeWord,
    /// Contact that it is asked for.
    pub contact: &'a str,
    /// Whether it has an account.
    pub is_member: bool,
    /// Where the widget sits, and who asks.
    pub here: &'a Here,
}

/// What becomes of the message of a code that may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// It is sent.
    Send,
    /// It is not, and nobody is told.
    Drop,
}

/// Numbers that differ in their last digits only: who has messages sent for money takes them one after the other.
const BLOCK_DIGITS: usize = 4;
/// Rows that a minute's count is spread over.
const SHARDS: u64 = 8;
/// Counters that a made-up contact or network can be in: so many rows a minute at most, whatever is made up.
const BUCKETS: u32 = 1_024;
const ALL: &str = "all";
const ASKS: &str = "asks";
const MEMBERS: &str = "members";
const STRANGERS: &str = "strangers";
const DROPPED: &str = "dropped";

/// Looks at all that messages may cost, counts this one, and says whether it is sent.
///
/// # Errors
/// [`ApiError::TooMany`] where a counter is full that refuses; the database's.
pub async fn take_room(
    app: &App,
    conn: &mut Connection,
    writes: &mut Writes,
    ask: Ask<'_>,
    now: Moment,
) -> Result<Room, ApiError> {
    let shard = shard(app);
    if ask.purpose == PurposeWord::SignIn {
        return at_sign_in(app, conn, Counting { writes, shard }, ask, now).await;
    }
    // A live session: it may use all there is.
    let place = &ask.here.place;
    let all = Scope { name: ALL, max: app.config.codes.per_hour, window: HOUR };
    let partner = place.codes_per_hour.map(|max| (partner_scope(place), max));
    let partner = partner.as_ref().map(|(name, max)| Scope { name, max: *max, window: HOUR });
    for scope in [Some(all), partner].into_iter().flatten() {
        within(conn, scope, now).await?;
        counts::add(writes, scope.name, shard, now);
    }
    Ok(Room::Send)
}

/// Where counts are written.
struct Counting<'a> {
    writes: &'a mut Writes,
    shard: i64,
}

/// Counters of a sign-in that strangers share.
struct Lanes {
    /// Of one domain, or of one block of numbers.
    lane: String,
    is_block: bool,
    /// Of one network, where it is known.
    network: Option<String>,
}

impl Lanes {
    fn of(app: &App, ask: &Ask<'_>) -> Lanes {
        let digits = ask.contact.strip_prefix('+');
        let block = digits.map(|digits| &digits[..digits.len().saturating_sub(BLOCK_DIGITS)]);
        let domain = || ask.contact.rsplit_once('@').map_or("", |(_, domain)| domain);
        let lane = bucket(app, block.unwrap_or_else(domain));
        let network = ask.here.client.network().map(|network| bucket(app, &network));
        Lanes { lane, is_block: block.is_some(), network }
    }

    fn names(&self, class: &str) -> Vec<String> {
        let network = self.network.iter().map(|network| format!("{class}:from:{network}"));
        [format!("{class}:lane:{}", self.lane)].into_iter().chain(network).collect()
    }
}

async fn at_sign_in(
    app: &App,
    conn: &mut Connection,
    counting: Counting<'_>,
    ask: Ask<'_>,
    now: Moment,
) -> Result<Room, ApiError> {
    let place = &ask.here.place;
    let (lanes, partner) = (Lanes::of(app, &ask), partner_scope(place));
    let strangers_lanes = lanes.names(STRANGERS);
    let (partner_members, partner_strangers) =
        (format!("{partner}:{MEMBERS}"), format!("{partner}:{STRANGERS}"));
    let mut scopes = vec![ALL, ASKS, MEMBERS, STRANGERS];
    scopes.extend(strangers_lanes.iter().map(String::as_str));
    if place.codes_per_hour.is_some() {
        scopes.extend([partner.as_str(), &partner_members, &partner_strangers]);
    }
    let sums = counts::load_sums(conn, &scopes, now).await?;
    let hour = |scope: &str| sums.get(scope).map_or(0, |sums| sums.hour);
    let used = |all: &str, members: &str, strangers: &str| Used {
        all: hour(all),
        members: hour(members),
        strangers: hour(strangers),
    };

    let shares = Shares::of(app.config.codes.per_hour);
    if hour(ASKS) >= u64::from(shares.asks) {
        return Err(refuse(app, conn, Scope { name: ASKS, max: shares.asks, window: HOUR }, now).await?);
    }
    let budgets = [
        Some((used(ALL, MEMBERS, STRANGERS), shares, [ALL, MEMBERS])),
        place.codes_per_hour.map(|per_hour| {
            let names = [partner.as_str(), partner_members.as_str()];
            (used(&partner, &partner_members, &partner_strangers), Shares::of(per_hour), names)
        }),
    ];
    let mut has_room = strangers_have_room(app, &lanes, &sums, shares);
    for (used, shares, [all, members]) in budgets.into_iter().flatten() {
        if let Err(Full { counter, max }) = used.decide_sign_in(shares, app.random.rng().next_u32()) {
            let name = if counter == Counter::All { all } else { members };
            return Err(refuse(app, conn, Scope { name, max, window: HOUR }, now).await?);
        }
        has_room &= used.has_room_for_strangers(shares);
    }
    let class = match (ask.is_member, has_room) {
        (true, _) => MEMBERS,
        (false, true) => STRANGERS,
        (false, false) => DROPPED,
    };
    if class == DROPPED {
        app.told.warn(now, "messages to contacts without an account are dropped: their share is used up");
    }
    count(counting, Class { class, place, lanes: &lanes }, now);
    Ok(if class == DROPPED { Room::Drop } else { Room::Send })
}

/// Whether the strangers' counters that are no budget have room.
fn strangers_have_room(app: &App, lanes: &Lanes, sums: &HashMap<String, Sums>, shares: Shares) -> bool {
    let names = lanes.names(STRANGERS);
    let sum = |at: usize| names.get(at).and_then(|name| sums.get(name)).copied().unwrap_or_default();
    let lane = if lanes.is_block {
        sum(0).ten_minutes < u64::from(app.config.codes.per_block_in_ten_minutes)
    } else {
        sum(0).hour < u64::from(shares.strangers_of_domain)
    };
    lane && sum(1).hour < u64::from(shares.strangers_of_network)
}

/// Whose message is counted, and where.
struct Class<'a> {
    class: &'static str,
    place: &'a Place,
    lanes: &'a Lanes,
}

/// As many rows for each class: time must not tell.
fn count(counting: Counting<'_>, Class { class, place, lanes }: Class<'_>, now: Moment) {
    let mut names = vec![ASKS.to_owned(), class.to_owned()];
    names.extend(lanes.names(class));
    names.push(if class == DROPPED { format!("{DROPPED}:{ALL}") } else { ALL.to_owned() });
    if place.codes_per_hour.is_some() {
        let partner = partner_scope(place);
        names.push(format!("{partner}:{class}"));
        names.push(if class == DROPPED { format!("{partner}:{DROPPED}:{ALL}") } else { partner });
    }
    for name in names {
        counts::add(counting.writes, &name, counting.shard, now);
    }
}

fn partner_scope(place: &Place) -> String {
    format!("partner:{}", place.partner)
}

/// A counter that made-up words share: a keyed hash, so that nobody knows which words do, and no contact stands there.
fn bucket(app: &App, word: &str) -> String {
    let hash = app.secret.sign(word.as_bytes());
    let number = hash.iter().take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    (number % BUCKETS).to_string()
}

async fn refuse(
    app: &App,
    conn: &mut Connection,
    full: Scope<'_>,
    now: Moment,
) -> Result<ApiError, sqlx::Error> {
    app.told.error(now, "codes are refused: as many were sent within an hour as the settings allow");
    Ok(ApiError::TooMany { retry_at: counts::load_room_at(conn, full, now).await?, now })
}

/// Refuses where a scope is full.
///
/// # Errors
/// [`ApiError::TooMany`]; the database's.
pub async fn within(conn: &mut Connection, scope: Scope<'_>, now: Moment) -> Result<(), ApiError> {
    let retry_at = counts::load_room_at(conn, scope, now).await?;
    if retry_at <= now { Ok(()) } else { Err(ApiError::TooMany { retry_at, now }) }
}

/// One of the rows that a minute's count is spread over.
#[must_use]
pub fn shard(app: &App) -> i64 {
    i64::try_from(app.random.rng().next_u64() % SHARDS).unwrap_or(0)
}

/// Says things to the operator once a minute, however often they happen: a flood must not flood the log.
#[derive(Default)]
pub struct Told(Mutex<HashMap<&'static str, Moment>>);

impl Told {
    fn is_due(&self, now: Moment, what: &'static str) -> bool {
        // A panic while it is held leaves a whole map.
        let mut last = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let due = last.get(what).is_none_or(|last| now.ms_since(*last).abs() >= 60_000);
        if due {
            last.insert(what, now);
        }
        due
    }

    /// Warns.
    pub fn warn(&self, now: Moment, what: &'static str) {
        if self.is_due(now, what) {
            tracing::warn!("{what}");
        }
    }

    /// Tells an error.
    pub fn error(&self, now: Moment, what: &'static str) {
        if self.is_due(now, what) {
            tracing::error!("{what}");
        }
    }
}
