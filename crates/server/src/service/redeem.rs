//! Redeeming: quote, hold with a code, confirm, send again, cancel, look up.
//!
//! Invariants: the attempt id is the redemption's id, once and for all; no points are spent before the right code; each
//! hold resolves once; a repeated request finds what the first one did.

mod deal;
mod recipient;
mod told;

use self::{
    deal::{Deal, bound, call_off, not_called_off},
    recipient::read_recipient,
    told::{code_to_wire, to_json, to_wire, view},
};
use crate::{
    app::App,
    catalogue::Reward,
    clock::{moment, timestamp},
    contact::mask_phone,
    language::Language,
    message::{About, mask_for_sms},
    place::Here,
    problem::{ApiError, FieldWhy},
    secret::sha256,
    service::{
        Visitor, allow,
        codes::{self, Checked, Delivery, NewChallenge, Typed},
        points, sign_in, vouchers,
    },
    store::{
        Connection, Lock, Writes,
        challenges::{self, PurposeWord},
        in_time,
        ledger::{self, NewActivity, Payment, Purse},
        lock,
        members::{self, MemberRow, SessionRow},
        outbox,
        redemptions::{self, RedemptionRow},
        rewards,
    },
};
use std::{collections::HashMap, sync::Arc};
use tukar_domain::{
    Points,
    access::Act,
    code,
    ledger::{self as books, LedgerRefusal},
    redemption::{State, Step},
    voucher,
};
use tukar_wire::{self as wire, ActivityKind, AskQuote, AskRedemption, Channel, Moment, Needs};

/// Lots that a quote names one by one.
const PAID_BY_SHOWN: usize = 20;

/// What it would cost, which lots would pay, and what stands in the way.
///
/// # Errors
/// [`ApiError::NotFound`] for a reward that is not visible.
pub async fn quote(
    app: &App,
    member: &MemberRow,
    ask: AskQuote,
    language: Language,
) -> Result<wire::Quote, ApiError> {
    allow(member, Act::SeePoints)?;
    let now = app.clock.now();
    time_out_overdue(app, &member.id, now).await?;
    let mut conn = app.store.read().await?;
    let reward = load_visible(&mut conn, &ask.reward_id, now).await?;
    let rows = ledger::load_lots(&mut conn, &member.id).await?;
    let available: Points = rows.iter().map(|row| row.lot.spendable(timestamp(now))).sum();
    let used = points::load_used_of(app, &mut conn, (&member.id, &reward), now).await?;
    let mut reasons = points::reasons(app, &reward, (member, available, &[]), (ask.quantity, used), now);
    if is_short(&reasons) {
        let coming = points::load_coming(&mut conn, &member.id, now).await?;
        reasons = points::reasons(app, &reward, (member, available, &coming), (ask.quantity, used), now);
    }
    let total = Points(reward.price_at(now)).checked_times(ask.quantity).unwrap_or(Points(i64::MAX));
    let lots: Vec<books::Lot> = rows.iter().map(|row| row.lot.clone()).collect();
    let shares = books::preview(&lots, total, timestamp(now)).unwrap_or_default();
    let by_id: HashMap<_, _> = rows.iter().map(|row| (&row.lot.id, row)).collect();
    let shown = shares.len().min(PAID_BY_SHOWN);
    let own_phone = member.phone.as_deref().filter(|_| reward.needs != Needs::Nothing);
    Ok(wire::Quote {
        title: reward.title.get(language).clone(),
        quantity: ask.quantity,
        quantity_max: points::pieces_left(&reward, used, now),
        points: total.0,
        paid_by: shares[..shown]
            .iter()
            .filter_map(|share| {
                let row = by_id.get(&share.lot)?;
                Some(wire::PaidBy {
                    lot_id: share.lot.0.clone(),
                    points: share.points.0,
                    source: row.source.get(language).clone(),
                    ends_at: row.lot.ends_at.map(moment),
                })
            })
            .collect(),
        paid_by_more: (shares.len() - shown) as u64,
        paid_by_more_points: shares[shown..].iter().map(|share| share.points).sum::<Points>().0,
        left: available.0.saturating_sub(total.0),
        reasons,
        price_version: reward.price_version(now),
        channels: codes::channels_of(app, member),
        own_phone_masked: own_phone.map(mask_phone),
        hold_seconds: app.config.programme.hold_seconds,
        reward_id: reward.id,
        server_time: now,
    })
}

/// Holds the points and sends a code. Returns the answer as JSON; the flag is true for a new redemption, false for a
/// repeated request, which gets the same bytes.
///
/// # Errors
/// [`ApiError::KeyReused`], [`ApiError::PriceChanged`], [`ApiError::NotEligible`], [`ApiError::Invalid`],
/// [`ApiError::TooMany`], [`ApiError::NotFound`].
pub async fn create(
    (app, visitor): (Arc<App>, Visitor),
    session: SessionRow,
    (ask, here): (AskRedemption, Here),
) -> Result<(String, bool), ApiError> {
    allow(&session.member, Act::Redeem)?;
    if uuid::Uuid::parse_str(&ask.id).is_err() || ask.id.len() != 36 {
        return Err(ApiError::invalid("id", FieldWhy::NotId));
    }
    let now = app.clock.now();
    let body_hash = sha256(to_json(&ask)?.as_bytes());
    let held = app
        .store
        .transact("redeem.hold", async |conn| {
            let (member, found) = find_in((&app, conn, &visitor), (&session, &ask.id), now).await?;
            allow(&member, Act::Redeem)?;
            if let Some(row) = found {
                if row.body_hash != body_hash {
                    return Err(ApiError::KeyReused);
                }
                return Ok((row.hold_answer, false));
            }
            let row = hold(&app, conn, (&member, &ask, body_hash.clone()), (&here, now)).await?;
            Ok((row.hold_answer, true))
        })
        .await;
    app.wake.notify_one();
    held
}

async fn hold(
    app: &App,
    conn: &mut Connection,
    (member, ask, body_hash): (&MemberRow, &AskRedemption, Vec<u8>),
    (here, now): (&Here, Moment),
) -> Result<RedemptionRow, ApiError> {
    let language = here.language;
    let reward = load_visible(conn, &ask.reward_id, now).await?;
    let Purse { lots, available, mut chain } =
        ledger::load_purse(conn, (&member.id, Points(ask.points)), now).await?;
    let used = points::load_used_of(app, conn, (&member.id, &reward), now).await?;
    let mut reasons = points::reasons(app, &reward, (member, available, &[]), (ask.quantity, used), now);
    if !reasons.is_empty() {
        if is_short(&reasons) {
            let coming = points::load_coming(conn, &member.id, now).await?;
            reasons = points::reasons(app, &reward, (member, available, &coming), (ask.quantity, used), now);
        }
        return Err(ApiError::NotEligible { reasons });
    }
    let total = Points(reward.price_at(now)).checked_times(ask.quantity).ok_or(ApiError::PriceChanged)?;
    if ask.price_version != reward.price_version(now) || ask.points != total.0 {
        return Err(ApiError::PriceChanged);
    }
    let (recipient, recipient_shown) = read_recipient(&reward, member, ask.recipient.as_ref())?;
    let channels = codes::channels_of(app, member);
    let channel = ask.channel.or(channels.first().copied()).filter(|channel| channels.contains(channel));
    let channel = channel.ok_or_else(|| ApiError::invalid("channel", FieldWhy::ChannelUnavailable))?;
    let (posting, shares) = books::hold(&lots, total, timestamp(now)).map_err(short)?;
    let stock_taken = match reward.stock_total {
        Some(_) => rewards::take_stock(conn, &reward.id, ask.quantity).await?,
        None => Some(0),
    };
    let Some(stock_taken) = stock_taken else {
        // Another member was quicker since the reward was read; some pieces may be left.
        let reward = load_visible(conn, &ask.reward_id, now).await?;
        let mut reasons = points::reasons(app, &reward, (member, available, &[]), (ask.quantity, used), now);
        if reasons.is_empty() {
            reasons.push(wire::Reason::OutOfStock);
        }
        return Err(ApiError::NotEligible { reasons });
    };
    let hold_seconds = app.config.programme.hold_seconds;
    let mut row = RedemptionRow {
        member_id: member.id.clone(),
        id: ask.id.clone(),
        reference: voucher::make_reference(&mut app.random.rng()),
        state: State::hold(timestamp(now), hold_seconds),
        reward_id: reward.id.clone(),
        title: reward.title.clone(),
        brand: reward.brand.clone(),
        kind: reward.kind.0.clone(),
        quantity: ask.quantity,
        stock_taken,
        points: total,
        price_version: ask.price_version.clone(),
        recipient,
        recipient_shown,
        held_at: now,
        hold_ends_at: now.plus_ms(i64::from(hold_seconds) * 1000),
        challenge_id: app.random.word(16),
        body_hash,
        hold_answer: String::new(),
        confirmed: None,
        refused: None,
    };
    let contact = codes::contact_of(member, channel).unwrap_or_default();
    let new = NewChallenge {
        id: row.challenge_id.clone(),
        member: Some(member),
        purpose: PurposeWord::Redeem,
        contact,
    };
    let for_whom = mask_for_sms(&row.recipient);
    let about =
        About::Redeem { title: row.title.get(language), points: total.0, recipient: for_whom.as_deref() };
    let until = Some(row.hold_ends_at);
    let delivery = Delivery { channel, to: Some(contact), about: Some(about), until, here };
    let (challenge, mut writes) =
        codes::issue(app, conn, new, &bound(&row, &here.place.partner), delivery, now).await?;
    let code = Some(code_to_wire(app, (member, &row), &challenge));
    row.hold_answer = to_json(&to_wire(&row, (code, Vec::new()), (available - total, language), now))?;
    redemptions::insert(&mut writes, &row, &shares);
    chain.append(&mut writes, &format!("hold-{}", row.id), &posting);
    note(&mut writes, &row, (ActivityKind::Held, -total), now);
    writes.run(conn).await?;
    Ok(row)
}

/// Spends the held points when the code is right. Returns the answer as JSON: a repeated request gets the same bytes while the
/// locker is open. When what the code was sent for has changed since the hold, the points are given back instead.
///
/// # Errors
/// The code's refusals, [`ApiError::OrderChanged`], [`ApiError::WrongState`], [`ApiError::KeyReused`], [`ApiError::NotFound`].
pub async fn confirm(
    (app, visitor): (Arc<App>, Visitor),
    session: SessionRow,
    (id, key, typed): (String, String, String),
    (here, language): (Result<Here, ApiError>, Language),
) -> Result<String, ApiError> {
    // Stopped since the hold: the points stay held until the member cancels or the hold ends.
    allow(&session.member, Act::Redeem)?;
    let now = app.clock.now();
    // A page that is not listed any more confirms nothing, but what was begun there ends here.
    let place = match here {
        Ok(here) => Some(here.place),
        Err(ApiError::PlaceNotListed) => None,
        Err(error) => return Err(error),
    };
    let partners = app.partners.list(&app.store, &app.clock).await?;
    let code = code::normalise(&typed).ok_or_else(|| ApiError::invalid("code", FieldWhy::NotCode))?;
    // Keyed: a plain hash of six digits could be tried out.
    let hash = app.secret.sign(format!("confirm:{id}:{code}").as_bytes());
    let done = app
        .store
        .transact("redeem.confirm", async |conn| {
            let (member, row) = find_in((&app, conn, &visitor), (&session, &id), now).await?;
            allow(&member, Act::Redeem)?;
            let row = row.ok_or(ApiError::NotFound)?;
            if let Some((first_key, first_hash, answer)) = &row.confirmed
                && *first_key == key
            {
                return match row.state {
                    _ if *first_hash != hash => Err(ApiError::KeyReused),
                    State::Voided { .. } => Err(ApiError::OrderChanged { answer: answer.clone() }),
                    _ if place.is_none() => Err(ApiError::PlaceNotListed),
                    _ => Ok(Ok(replayed(&app, conn, &session, answer, now).await?)),
                };
            }
            not_called_off(&row)?;
            let Ok(confirmed) = row.state.step(Step::Confirm, timestamp(now)) else {
                return Ok(Err(ApiError::WrongState));
            };
            let challenge = challenges::find(conn, &row.challenge_id).await?.ok_or(ApiError::CodeEnded)?;
            let reward = rewards::find_reward(conn, &row.reward_id).await?;
            let deal = Deal { row: &row, challenge: &challenge, reward: reward.as_ref() };
            if deal.has_changed(&app, &partners) {
                return call_off(conn, &row, ((&key, &hash), language), now).await.map(Err);
            }
            let place = place.ok_or(ApiError::PlaceNotListed)?;
            let reward = reward.ok_or(ApiError::NotFound)?;
            // The same wrong code for the same request is no other try; after a new code it is one.
            let tried = sha256(&[hash.as_slice(), &challenge.code_hmac].concat());
            if let Some(refused) = refused_before(&row, (&key, &tried)) {
                return Ok(Err(refused));
            }
            let bound = bound(&row, &place.partner);
            let typed = Typed { bound: &bound, code: &code, network: None };
            match codes::check(&app, conn, &challenge, typed, now).await? {
                Checked::Refused(error) => {
                    if let Some(left) = tries_left(&error) {
                        redemptions::keep_refused(conn, &row, (&key, &tried, left)).await?;
                    }
                    Ok(Err(error))
                }
                Checked::Right(mut writes) => {
                    let open_until = now.plus_ms(i64::from(app.config.programme.locker_open_seconds) * 1000);
                    members::open_locker(&mut writes, &session.token_hash, open_until);
                    let (vouchers, state) =
                        post(&app, (conn, &mut writes), (&row, &reward, confirmed), (language, now)).await?;
                    let available = ledger::sum_available(conn, &member.id, now).await?;
                    let done = RedemptionRow { state, ..row.clone() };
                    let told = to_wire(&done, (None, vouchers), (available, language), now);
                    let answer = to_json(&wire::Redemption { left: Some(available.0), ..told })?;
                    redemptions::set_state(&mut writes, &row, (state, Some((&key, &hash, &answer))));
                    writes.run(conn).await?;
                    Ok(Ok(answer))
                }
            }
        })
        .await?;
    app.wake.notify_one();
    done
}

/// Whether points are what stands in the way, so that those that are pending are worth a look.
fn is_short(reasons: &[wire::Reason]) -> bool {
    use wire::Reason::{BelowMinimumBalance, ShortOfPoints};
    reasons.iter().any(|reason| matches!(reason, ShortOfPoints { .. } | BelowMinimumBalance { .. }))
}

/// The answer to a confirmation, told again: the same bytes while this session's locker is open, without the codes once it is
/// closed.
async fn replayed(
    app: &App,
    conn: &mut Connection,
    session: &SessionRow,
    answer: &str,
    now: Moment,
) -> Result<String, ApiError> {
    // As it stands now: the first copy of this very request may have opened it since the session was read.
    let session = sign_in::load_alive(app, conn, (&session.token_hash, now)).await?;
    if session.locker_until.is_some_and(|until| now < until) {
        return Ok(answer.to_owned());
    }
    let mut told: wire::Redemption = serde_json::from_str(answer).map_err(anyhow::Error::from)?;
    told.vouchers.iter_mut().for_each(wire::Voucher::hide_code);
    to_json(&told)
}

/// How many tries a wrong code left; `None`: it was refused for something else.
fn tries_left(error: &ApiError) -> Option<u32> {
    match error {
        ApiError::CodeWrong { tries_left } => Some(*tries_left),
        ApiError::CodeLocked => Some(0),
        _ => None,
    }
}

/// What was said to this very request when its code was wrong.
fn refused_before(row: &RedemptionRow, (key, tried): (&str, &[u8])) -> Option<ApiError> {
    let (first_key, first, left) = row.refused.as_ref()?;
    (first_key == key && first == tried).then(|| match left {
        0 => ApiError::CodeLocked,
        left => ApiError::CodeWrong { tries_left: *left },
    })
}

/// Posts the hold and gives the member what they redeemed. Returns the vouchers, open, and the state that this leads to.
async fn post(
    app: &App,
    (conn, writes): (&mut Connection, &mut Writes),
    (row, reward, confirmed): (&RedemptionRow, &Reward, State),
    (language, now): (Language, Moment),
) -> Result<(Vec<wire::Voucher>, State), ApiError> {
    let Payment { lots, shares, mut chain, .. } =
        ledger::load_payment(conn, (&row.member_id, &row.id)).await?;
    chain.append(writes, &format!("post-{}", row.id), &books::post(&lots, &shares));
    let issued = vouchers::issue(app, writes, (row, reward), now);
    let state = if issued.delivered {
        let fulfilled = confirmed.step(Step::Fulfil, timestamp(now));
        fulfilled.map_err(|refused| ApiError::Broken(anyhow::Error::new(refused)))?
    } else {
        confirmed
    };
    let held = activity_id(row, ActivityKind::Held);
    ledger::resolve_held(writes, (&row.member_id, &held), (ActivityKind::Spent, now));
    Ok((issued.to_wire((true, language), now), state))
}

/// Sends a new code; the old one dies.
///
/// # Errors
/// [`ApiError::TooMany`], [`ApiError::WrongState`], [`ApiError::OrderChanged`], [`ApiError::NotFound`].
pub async fn resend(
    (app, visitor): (Arc<App>, Visitor),
    session: SessionRow,
    (id, channel): (String, Option<Channel>),
    here: Here,
) -> Result<wire::Redemption, ApiError> {
    allow(&session.member, Act::Redeem)?;
    let (now, language) = (app.clock.now(), here.language);
    let partners = app.partners.list(&app.store, &app.clock).await?;
    let sent = app
        .store
        .transact("redeem.resend", async |conn| {
            let (member, row) = find_in((&app, conn, &visitor), (&session, &id), now).await?;
            let row = row.ok_or(ApiError::NotFound)?;
            not_called_off(&row)?;
            if !matches!(row.state, State::Held { .. }) {
                return Err(ApiError::WrongState);
            }
            let mut challenge =
                challenges::find(conn, &row.challenge_id).await?.ok_or(ApiError::WrongState)?;
            // Else the new code would be bound to what was changed.
            let reward = rewards::find_reward(conn, &row.reward_id).await?;
            let deal = Deal { row: &row, challenge: &challenge, reward: reward.as_ref() };
            if deal.has_changed(&app, &partners) {
                return call_off(conn, &row, (("", &[]), language), now).await.map(Err);
            }
            let channel = channel.unwrap_or(challenge.channel);
            if !codes::channels_of(&app, &member).contains(&channel) {
                return Err(ApiError::invalid("channel", FieldWhy::ChannelUnavailable));
            }
            let to = codes::contact_of(&member, channel);
            let for_whom = mask_for_sms(&row.recipient);
            let about = About::Redeem {
                title: row.title.get(language),
                points: row.points.0,
                recipient: for_whom.as_deref(),
            };
            let until = Some(row.hold_ends_at);
            let delivery = Delivery { channel, to, about: Some(about), until, here: &here };
            codes::send_again(&app, conn, &mut challenge, &bound(&row, &here.place.partner), delivery, now)
                .await?;
            Ok(Ok(view(&app, conn, (&member, &row), (None, language), now).await?))
        })
        .await?;
    app.wake.notify_one();
    sent
}

/// Cancels a hold: the points go back. Cancelling what is over already answers how it stands.
///
/// # Errors
/// [`ApiError::WrongState`] once confirmed, [`ApiError::NotFound`].
pub async fn cancel(
    (app, visitor): (Arc<App>, Visitor),
    session: SessionRow,
    (id, language): (String, Language),
) -> Result<wire::Redemption, ApiError> {
    allow(&session.member, Act::SeeRedemption)?;
    let now = app.clock.now();
    app.store
        .transact("redeem.void", async |conn| {
            let (member, row) = find_in((&app, conn, &visitor), (&session, &id), now).await?;
            let row = row.ok_or(ApiError::NotFound)?;
            match row.state {
                State::Held { .. } => release(conn, (&row, Step::Void), now).await?,
                State::Voided { .. } | State::Expired { .. } => {}
                _ => return Err(ApiError::WrongState),
            }
            let row = redemptions::find(conn, &member.id, &id).await?.ok_or(ApiError::NotFound)?;
            view(&app, conn, (&member, &row), (None, language), now).await
        })
        .await
}

/// One redemption as it stands now.
///
/// # Errors
/// [`ApiError::NotFound`]: the attempt never arrived, or it is not this member's.
pub async fn get(
    app: &App,
    session: &SessionRow,
    (id, language): (String, Language),
) -> Result<wire::Redemption, ApiError> {
    allow(&session.member, Act::SeeRedemption)?;
    let now = app.clock.now();
    time_out_overdue(app, &session.member.id, now).await?;
    // A confirmation may come between.
    let read = async |conn: &mut Connection| {
        let row = redemptions::find(conn, &session.member.id, &id).await?.ok_or(ApiError::NotFound)?;
        view(app, conn, (&session.member, &row), (session.locker_until, language), now).await
    };
    app.store.read_moment(read).await
}

/// Those that wait for their code.
///
/// # Errors
/// The database's.
pub async fn open(
    app: &App,
    session: &SessionRow,
    language: Language,
) -> Result<wire::OpenRedemptions, ApiError> {
    allow(&session.member, Act::SeeRedemption)?;
    let now = app.clock.now();
    let mut conn = app.store.read().await?;
    let mut list = Vec::new();
    for row in redemptions::load_held(&mut conn, &session.member.id, now).await? {
        list.push(
            view(app, &mut conn, (&session.member, &row), (session.locker_until, language), now).await?,
        );
    }
    Ok(wire::OpenRedemptions { redemptions: list })
}

/// Ends a member's holds that are over, where there are any. A read calls it first, so that what it tells never waits for
/// the worker.
///
/// # Errors
/// The database's.
pub async fn time_out_overdue(app: &App, member_id: &str, now: Moment) -> Result<(), ApiError> {
    // The worker asks too, whom no request's time bounds.
    let overdue = in_time(async {
        redemptions::load_overdue(&mut *app.store.read().await?, (now, 1), member_id).await
    });
    let overdue = overdue.await?;
    if overdue.is_empty() {
        return Ok(());
    }
    app.store.transact("redeem.time_out", async |conn| time_out_in(conn, member_id, now).await).await
}

/// From here on nobody else decides on this member; their holds that are over are ended first.
async fn time_out_in(conn: &mut Connection, member_id: &str, now: Moment) -> Result<(), ApiError> {
    lock(conn, Lock::Member(member_id)).await?;
    for row in redemptions::load_overdue(conn, (now, 100), member_id).await? {
        release(conn, (&row, over_by(&row, now)), now).await?;
    }
    Ok(())
}

/// How a hold that is over ends: by its own time, or, where a clock that was ahead gave it too much of it, at once.
fn over_by(row: &RedemptionRow, now: Moment) -> Step {
    if row.hold_ends_at <= now { Step::TimeOut } else { Step::Void }
}

/// As [`time_out_in`], for a visitor who still waits and whose session is still theirs; then the member, and the redemption of
/// this id as it stands.
async fn find_in(
    (app, conn, visitor): (&App, &mut Connection, &Visitor),
    (session, id): (&SessionRow, &str),
    now: Moment,
) -> Result<(MemberRow, Option<RedemptionRow>), ApiError> {
    let member_id = session.member.id.as_str();
    lock(conn, Lock::Member(member_id)).await?;
    visitor.still_waits()?;
    let member = visitor.member((app, conn), session).await?;
    let (row, overdue) = redemptions::find_and_overdue(conn, (member_id, id), now).await?;
    if overdue.is_empty() {
        return Ok((member, row));
    }
    for row in &overdue {
        release(conn, (row, over_by(row, now)), now).await?;
    }
    Ok((member, redemptions::find(conn, member_id, id).await?))
}

/// Lets a hold go: by the member's word or because its time is over.
///
/// # Errors
/// The database's.
pub async fn release(
    conn: &mut Connection,
    what: (&RedemptionRow, Step),
    now: Moment,
) -> Result<(), ApiError> {
    let_go(conn, what, (now, None)).await
}

/// As [`release`], with the answer to the request that led to it, for replay.
async fn let_go(
    conn: &mut Connection,
    (row, step): (&RedemptionRow, Step),
    (now, answered): (Moment, Option<redemptions::Confirmation<'_>>),
) -> Result<(), ApiError> {
    // A hold that timed out ended at its end, whenever that is noticed.
    let now = if step == Step::TimeOut { now.min(row.hold_ends_at) } else { now };
    let state = row.state.step(step, timestamp(now)).map_err(|_| ApiError::WrongState)?;
    let payment = ledger::load_payment(conn, (&row.member_id, &row.id)).await?;
    let Payment { lots, shares, sources, mut chain } = payment;
    let posting = books::void(&lots, &shares, timestamp(now));
    let mut writes = Writes::new();
    chain.append(&mut writes, &format!("void-{}", row.id), &posting);
    redemptions::set_state(&mut writes, row, (state, answered));
    outbox::delete_of(&mut writes, &row.challenge_id);
    rewards::give_back_stock(&mut writes, &row.reward_id, row.stock_taken);
    // What the lots gave, not what the row says: a row may have been changed.
    let released = shares.iter().map(|share| share.points).sum();
    note(&mut writes, row, (ActivityKind::Released, released), now);
    // Each lot at its own end, as if it had never been held: a lot has one last moment.
    let ended = lots.iter().zip(&shares).zip(&sources).filter(|((lot, _), _)| lot.has_ended(timestamp(now)));
    for (number, ((lot, share), source)) in ended.enumerate() {
        let activity = NewActivity {
            id: format!("{}-{number}", activity_id(row, ActivityKind::Expired)),
            at: lot.ends_at.map_or(now, crate::clock::moment),
            kind: ActivityKind::Expired,
            points: -share.points,
            title: source,
            redemption_id: Some(&row.id),
        };
        ledger::insert_activity(&mut writes, &row.member_id, &activity);
    }
    writes.run(conn).await?;
    Ok(())
}

fn note(writes: &mut Writes, row: &RedemptionRow, (kind, points): (ActivityKind, Points), now: Moment) {
    let activity = NewActivity {
        id: activity_id(row, kind),
        at: now,
        kind,
        points,
        title: &row.title,
        redemption_id: Some(&row.id),
    };
    ledger::insert_activity(writes, &row.member_id, &activity);
}

fn activity_id(row: &RedemptionRow, kind: ActivityKind) -> String {
    let word = match kind {
        ActivityKind::Held => "1-held",
        ActivityKind::Released => "2-released",
        _ => "3-expired",
    };
    format!("{}-{word}", row.id)
}

fn short(refusal: LedgerRefusal) -> ApiError {
    match refusal {
        LedgerRefusal::Short { missing } => {
            let missing = missing.0;
            ApiError::NotEligible { reasons: vec![wire::Reason::ShortOfPoints { missing, coming: None }] }
        }
        other => ApiError::Broken(anyhow::Error::new(other)),
    }
}

async fn load_visible(conn: &mut Connection, id: &str, now: Moment) -> Result<Reward, ApiError> {
    let reward = rewards::find_reward(conn, id).await?.ok_or(ApiError::NotFound)?;
    if reward.is_visible(now) { Ok(reward) } else { Err(ApiError::NotFound) }
}
