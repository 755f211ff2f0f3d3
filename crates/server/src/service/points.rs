//! Points: enrolling, earning, balance, lots, history, and what stands in the way of each reward.

use crate::{
    app::App,
    catalogue::{Bilingual, Reward, tier_label},
    clock::{moment, timestamp},
    contact::Contact,
    language::Language,
    problem::{ApiError, FieldWhy},
    service::{allow, redeem},
    store::{
        Connection, Lock, Writes,
        ledger::{self, LotRow, NewActivity},
        lock,
        members::{self, MemberRow},
        redemptions,
    },
};
use std::collections::{BTreeMap, HashMap};
use tukar_domain::{
    LotId, Points,
    access::Act,
    calendar::{self, Expiry, Period},
    eligibility::{self, Coming, Limit, MemberFacts, RewardRules},
    ledger::{self as books, Earning},
};
use tukar_wire::{self as wire, ActivityKind, Moment};

/// Lots on the first page and on each further one.
const LOTS_PER_PAGE: usize = 100;

/// Adds a member.
///
/// # Errors
/// [`ApiError::Invalid`] for a contact that codes can't go to, or that is not in its canonical form; the database's, also for
/// a contact that another member has.
pub async fn enrol(conn: &mut Connection, member: &MemberRow, now: Moment) -> Result<(), ApiError> {
    for (field, contact) in [("phone", &member.phone), ("email", &member.email)] {
        let Some(typed) = contact else { continue };
        let contact = Contact::read(typed).map_err(|why| ApiError::invalid(field, why))?;
        if contact.value != *typed || (contact.channel == wire::Channel::Sms) != (field == "phone") {
            return Err(ApiError::invalid(field, FieldWhy::Shape));
        }
    }
    Ok(members::insert(conn, member, now).await?)
}

/// Points that a member earns.
#[derive(Clone, Debug)]
pub struct Earned {
    /// Id of the lot: the same id earns once.
    pub lot_id: String,
    /// How many.
    pub points: i64,
    /// When they were earned; may lie in the past.
    pub at: Moment,
    /// How long they live.
    pub expiry: Expiry,
    /// Granted only then; `None`: at once.
    pub grant_at: Option<Moment>,
    /// Where they come from.
    pub source: Bilingual,
}

/// Puts earned points into a lot of their own.
///
/// # Errors
/// [`ApiError::Invalid`] for points that are not above zero; the database's.
pub async fn earn(
    app: &App,
    conn: &mut Connection,
    (member_id, earned): (&str, Earned),
) -> Result<(), ApiError> {
    let earned_at = timestamp(earned.at);
    let mut posting = books::earn(Earning {
        id: LotId(earned.lot_id.clone()),
        points: Points(earned.points),
        earned_at,
        ends_at: calendar::ends_at(&earned.expiry, earned_at, &app.zone),
        pending: earned.grant_at.is_some(),
    })
    .map_err(|_| ApiError::invalid("points", FieldWhy::OutOfRange { min: 1, max: i64::MAX }))?;
    lock(conn, Lock::Member(member_id)).await?;
    let (mut chain, mut writes) = (ledger::load_chain(conn, member_id).await?, Writes::new());
    // The lots are new: they are written with what they hold, and none is left to change.
    let lots = std::mem::take(&mut posting.lots);
    for lot in lots {
        let row = LotRow { lot, source: earned.source.clone(), grant_at: earned.grant_at };
        ledger::insert_lot(&mut writes, member_id, &row);
    }
    chain.append(&mut writes, &format!("earn-{}", earned.lot_id), &posting);
    if earned.grant_at.is_none() {
        let activity = NewActivity {
            id: format!("earn-{}", earned.lot_id),
            at: earned.at,
            kind: ActivityKind::Earned,
            points: Points(earned.points),
            title: &earned.source,
            redemption_id: None,
        };
        ledger::insert_activity(&mut writes, member_id, &activity);
    }
    Ok(writes.run(conn).await?)
}

/// Points, the first lots, and what ends when.
///
/// # Errors
/// The database's.
pub async fn balance(app: &App, member: &MemberRow, language: Language) -> Result<wire::Balance, ApiError> {
    allow(member, Act::SeePoints)?;
    let now = app.clock.now();
    let rows = load_page(app, &member.id, (None, LOTS_PER_PAGE + 1), now).await?;
    // Most members have few lots, and all of them are here.
    let (ends, lots_total) = if rows.len() <= LOTS_PER_PAGE {
        (rows.clone(), rows.len() as u64)
    } else {
        ledger::load_ends(&mut *app.store.read().await?, &member.id, now).await?
    };
    let promised = ends.iter().filter(|row| row.lot.promised(timestamp(now)).is_positive());
    let pending_by = promised.filter_map(|row| row.grant_at).max();
    let all: Vec<books::Lot> = ends.into_iter().map(|row| row.lot).collect();
    let days = app.config.programme.about_to_be_lost_days;
    let summary = books::summary(&all, timestamp(now), days, &app.zone);
    let (lots, lots_next) = page(&rows, LOTS_PER_PAGE, (language, now));
    Ok(wire::Balance {
        available: summary.available.0,
        held: summary.held.0,
        pending: summary.pending.0,
        pending_by,
        next_ending: summary.next_ending.map(ending),
        about_to_be_lost: summary.about_to_be_lost.map(ending),
        months: summary
            .months
            .iter()
            .map(|(year, month, points)| wire::MonthEnding {
                month: format!("{year:04}-{month:02}"),
                points: points.0,
            })
            .collect(),
        lots,
        lots_total,
        lots_next,
        server_time: now,
    })
}

/// A further page of lots, in spend order.
///
/// # Errors
/// [`ApiError::Malformed`] for an odd cursor.
pub async fn lots(
    app: &App,
    member: &MemberRow,
    (after, limit, language): (Option<String>, Option<usize>, Language),
) -> Result<wire::LotPage, ApiError> {
    allow(member, Act::SeePoints)?;
    let limit = limit.unwrap_or(LOTS_PER_PAGE).clamp(1, 1000);
    let after = match after.as_deref() {
        None => None,
        Some(cursor) => Some(read_cursor(cursor).ok_or_else(odd_cursor)?),
    };
    let now = app.clock.now();
    let rows = load_page(app, &member.id, (after.as_ref(), limit + 1), now).await?;
    let (lots, next) = page(&rows, limit, (language, now));
    Ok(wire::LotPage { lots, next })
}

/// Lots as a member is shown them: what is held by a hold that is over has come back.
async fn load_page(
    app: &App,
    member_id: &str,
    from: (Option<&ledger::Place>, usize),
    now: Moment,
) -> Result<Vec<LotRow>, ApiError> {
    let (rows, overdue) = ledger::load_page(&mut *app.store.read().await?, member_id, from, now).await?;
    if !overdue {
        return Ok(rows);
    }
    redeem::time_out_overdue(app, member_id, now).await?;
    Ok(ledger::load_page(&mut *app.store.read().await?, member_id, from, now).await?.0)
}

/// `rows` holds one lot more than the page when there are more. The last lot of the page may be gone when the next one is
/// asked for: that begins at the first one behind its place.
fn page(
    rows: &[LotRow],
    limit: usize,
    (language, now): (Language, Moment),
) -> (Vec<wire::Lot>, Option<String>) {
    let part = &rows[..rows.len().min(limit)];
    let next = part.last().filter(|_| rows.len() > limit);
    let next = next.map(|row| format!("{}.{}", cursor_end(row), row.lot.id));
    (part.iter().map(|row| lot_to_wire(row, (language, now))).collect(), next)
}

fn odd_cursor() -> ApiError {
    ApiError::Malformed { fields: vec![crate::problem::FieldError::new("after", FieldWhy::Shape)] }
}

fn cursor_end(row: &LotRow) -> i64 {
    row.lot.ends_at.map_or(i64::MAX, |at| moment(at).0)
}

fn lot_to_wire(row: &LotRow, (language, now): (Language, Moment)) -> wire::Lot {
    let lot = &row.lot;
    let promised = lot.promised(timestamp(now));
    let pending = promised.is_positive();
    wire::Lot {
        id: lot.id.0.clone(),
        // What is held keeps a lot here beyond its end; the rest of it can't be spent any more.
        available: if pending { promised.0 } else { lot.spendable(timestamp(now)).0 },
        held: lot.held.0,
        granted: lot.granted.0,
        source: row.source.get(language).clone(),
        earned_at: moment(lot.earned_at),
        ends_at: lot.ends_at.map(moment),
        pending,
        grant_at: row.grant_at.filter(|_| pending),
    }
}

fn ending(end: books::Ending) -> wire::Ending {
    wire::Ending { points: end.points.0, at: moment(end.at) }
}

/// History, newest first.
///
/// # Errors
/// [`ApiError::Malformed`] for an odd cursor or kind.
pub async fn activity(
    app: &App,
    member: &MemberRow,
    (kind, before, limit): (Option<String>, Option<String>, Option<u32>),
    language: Language,
) -> Result<wire::ActivityPage, ApiError> {
    allow(member, Act::SeePoints)?;
    let odd = |field: &str| ApiError::Malformed {
        fields: vec![crate::problem::FieldError::new(field, FieldWhy::Shape)],
    };
    let kind = match kind.as_deref().map(ledger::activity_kind) {
        Some(ActivityKind::Other) => return Err(odd("kind")),
        kind => kind,
    };
    let before = before.map(|cursor| read_cursor(&cursor).ok_or_else(|| odd("before"))).transpose()?;
    let limit = limit.unwrap_or(30).clamp(1, 200);
    redeem::time_out_overdue(app, &member.id, app.clock.now()).await?;
    let mut activities = ledger::load_activities(
        &mut *app.store.read().await?,
        (&member.id, language),
        (kind, before, limit + 1),
    )
    .await?;
    let more = activities.len() > limit as usize;
    activities.truncate(limit as usize);
    let next = if more { activities.last().map(|last| format!("{}.{}", last.at.0, last.id)) } else { None };
    Ok(wire::ActivityPage { activities, next })
}

/// Reads a cursor `moment.id`, as a page gave it.
#[must_use]
pub fn read_cursor(cursor: &str) -> Option<(i64, String)> {
    let (at, id) = cursor.split_once('.')?;
    let digits = at.strip_prefix('-').unwrap_or(at);
    // What never ends stands at the end of all moments.
    let is_number = (1..=18).contains(&digits.len()) || at == NEVER;
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic());
    (is_number && is_id && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(())?;
    Some((at.parse().ok()?, id.to_owned()))
}

/// `i64::MAX`, as a cursor writes it.
const NEVER: &str = "9223372036854775807";

/// What stands in the way of each visible reward, or of the one that is named.
///
/// # Errors
/// [`ApiError::NotFound`] for a reward that is not visible.
pub async fn eligibility(
    app: &App,
    member: &MemberRow,
    reward: Option<String>,
) -> Result<wire::Eligibility, ApiError> {
    allow(member, Act::SeePoints)?;
    let now = app.clock.now();
    redeem::time_out_overdue(app, &member.id, now).await?;
    let mut conn = app.store.read().await?;
    let snapshot = app.catalogue.load(&mut conn, now).await?;
    let available = load_available(&mut conn, &member.id, now).await?;
    let coming = load_coming(&mut conn, &member.id, now).await?;
    let used = load_used(app, &mut conn, &member.id, now).await?;
    let one = match &reward {
        Some(id) => Some(snapshot.find(id).ok_or(ApiError::NotFound)?),
        None => None,
    };
    let (mut refused, mut quantity_max) = (BTreeMap::new(), BTreeMap::new());
    for reward in one.into_iter().chain(snapshot.rewards.iter().filter(|_| reward.is_none())) {
        let used = used.of(reward);
        let reasons = reasons(app, reward, (member, available, &coming), (1, used), now);
        if !reasons.is_empty() {
            refused.insert(reward.id.clone(), reasons);
        }
        let left = pieces_left(reward, used, now);
        if left < eligibility::decide_pieces_max(&rules_of(reward, now)) {
            quantity_max.insert(reward.id.clone(), left);
        }
    }
    Ok(wire::Eligibility { refused, quantity_max, available: available.0, server_time: now })
}

/// Pending points, by the moment at which they are granted.
///
/// # Errors
/// The database's.
pub async fn load_coming(
    conn: &mut Connection,
    member_id: &str,
    now: Moment,
) -> Result<Vec<Coming>, sqlx::Error> {
    let rows = ledger::load_coming(conn, member_id, now).await?;
    Ok(rows.into_iter().map(|(at, points)| Coming { points, by: timestamp(at) }).collect())
}

/// Most pieces of a reward that a member who has had `used` of them can have now.
#[must_use]
pub fn pieces_left(reward: &Reward, used: u32, now: Moment) -> u32 {
    eligibility::decide_pieces_left(&rules_of(reward, now), used)
}

/// What a member can spend at `now`.
///
/// # Errors
/// The database's.
pub async fn load_available(
    conn: &mut Connection,
    member_id: &str,
    now: Moment,
) -> Result<Points, sqlx::Error> {
    ledger::sum_available(conn, member_id, now).await
}

/// Pieces that a member has redeemed in the current day, week, month, and ever, by reward.
#[derive(Debug, Default)]
pub struct Used(HashMap<Period, HashMap<String, u32>>);

impl Used {
    /// Pieces of `reward` in the period of its limit.
    #[must_use]
    pub fn of(&self, reward: &Reward) -> u32 {
        let period = reward.limit.as_ref().map(|limit| period_of(limit.per));
        period
            .and_then(|period| self.0.get(&period))
            .and_then(|pieces| pieces.get(&reward.id))
            .copied()
            .unwrap_or(0)
    }
}

/// Loads what the limits count.
///
/// # Errors
/// The database's.
pub async fn load_used(
    app: &App,
    conn: &mut Connection,
    member_id: &str,
    now: Moment,
) -> Result<Used, sqlx::Error> {
    let mut used = HashMap::new();
    for period in [Period::Day, Period::Week, Period::Month, Period::Ever] {
        let span = period_span(app, period, now);
        let pieces = redemptions::sum_pieces(conn, (member_id, None), span).await?;
        used.insert(period, pieces.into_iter().collect());
    }
    Ok(Used(used))
}

/// Pieces of `reward` that a member has redeemed in the period of its limit; 0 without one.
///
/// # Errors
/// The database's.
pub async fn load_used_of(
    app: &App,
    conn: &mut Connection,
    (member_id, reward): (&str, &Reward),
    now: Moment,
) -> Result<u32, sqlx::Error> {
    let Some(limit) = &reward.limit else { return Ok(0) };
    let period = period_of(limit.per);
    let span = period_span(app, period, now);
    let pieces = redemptions::sum_pieces(conn, (member_id, Some(&reward.id)), span).await?;
    Ok(pieces.first().map_or(0, |(_, pieces)| *pieces))
}

/// From the begin of the current period to its end: what a wrong clock dated behind that counts in its own period.
fn period_span(app: &App, period: Period, now: Moment) -> std::ops::Range<Moment> {
    let start = calendar::period_start(period, timestamp(now), &app.zone).map_or(Moment(0), moment);
    let end = calendar::period_end(period, timestamp(now), &app.zone).map_or(Moment(i64::MAX), moment);
    start..end
}

/// Why `member` can't redeem `quantity` pieces, in the words of the wire.
#[must_use]
pub fn reasons(
    app: &App,
    reward: &Reward,
    (member, available, coming): (&MemberRow, Points, &[Coming]),
    (quantity, used_in_period): (u32, u32),
    now: Moment,
) -> Vec<wire::Reason> {
    let rules = rules_of(reward, now);
    let facts = MemberFacts {
        state: member.state,
        tier: member.tier.clone(),
        available,
        coming: coming.to_vec(),
        used_in_period,
    };
    eligibility::decide_reasons(&rules, &facts, quantity, (timestamp(now), &app.zone))
        .into_iter()
        .map(reason_to_wire)
        .collect()
}

/// The rules of a reward at `now`.
#[must_use]
pub fn rules_of(reward: &Reward, now: Moment) -> RewardRules {
    RewardRules {
        points_each: Points(reward.price_at(now)),
        opens_at: reward.opens_at.map(timestamp),
        closes_at: reward.closes_at.map(timestamp),
        stock_left: reward.stock_left,
        tiers: reward.tiers.clone(),
        balance_min: reward.balance_min.map(Points),
        quantity_max: reward.quantity_max,
        limit: reward.limit.as_ref().map(|limit| Limit { count: limit.count, per: period_of(limit.per) }),
    }
}

/// A reason of the domain as it stands on the wire.
#[must_use]
pub fn reason_to_wire(reason: eligibility::Reason) -> wire::Reason {
    use eligibility::Reason;
    match reason {
        Reason::AccountSuspended => wire::Reason::AccountSuspended,
        Reason::NumberNotVerified => wire::Reason::NumberNotVerified,
        Reason::NotOpenYet(at) => wire::Reason::NotOpenYet { at: moment(at) },
        Reason::Closed(at) => wire::Reason::Closed { at: moment(at) },
        Reason::OutOfStock => wire::Reason::OutOfStock,
        Reason::StockShort { left } => wire::Reason::StockShort { left },
        Reason::Tier(tiers) => {
            wire::Reason::Tier { needed: tiers.iter().map(|tier| tier_label(tier)).collect() }
        }
        Reason::LimitReached { limit, again_at } => wire::Reason::LimitReached {
            limit: wire::Limit { count: limit.count, per: period_to_wire(limit.per) },
            again_at: again_at.map(moment),
        },
        Reason::BelowMinimumBalance { minimum, missing, coming } => wire::Reason::BelowMinimumBalance {
            minimum: minimum.0,
            missing: missing.0,
            coming: coming.map(coming_to_wire),
        },
        Reason::TooManyPieces { max } => wire::Reason::TooManyPieces { max },
        Reason::ShortOfPoints { missing, coming } => {
            wire::Reason::ShortOfPoints { missing: missing.0, coming: coming.map(coming_to_wire) }
        }
    }
}

fn coming_to_wire(coming: Coming) -> wire::Coming {
    wire::Coming { points: coming.points.0, by: moment(coming.by) }
}

fn period_of(per: wire::LimitPeriod) -> Period {
    match per {
        wire::LimitPeriod::Day => Period::Day,
        wire::LimitPeriod::Week => Period::Week,
        wire::LimitPeriod::Month => Period::Month,
        wire::LimitPeriod::Ever => Period::Ever,
    }
}

fn period_to_wire(per: Period) -> wire::LimitPeriod {
    match per {
        Period::Day => wire::LimitPeriod::Day,
        Period::Week => wire::LimitPeriod::Week,
        Period::Month => wire::LimitPeriod::Month,
        Period::Ever => wire::LimitPeriod::Ever,
    }
}
