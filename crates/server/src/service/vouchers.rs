//! Vouchers: issuing what was redeemed, the claim locker, a copy by message.
//!
//! Invariant: a code leaves the server only while the session's locker is open, or by message to the member's own contact, and
//! never for a suspended member.

use crate::{
    app::App,
    catalogue::Reward,
    formats,
    language::Language,
    message::{self, Envelope},
    place::Here,
    problem::{ApiError, FieldWhy},
    service::{allow, codes, points::read_cursor},
    store::{
        Connection, Lock, Writes,
        challenges::{self, Counted},
        lock,
        members::{self, SessionRow},
        outbox::{self, Class, Lasts, NewMessage},
        redemptions::RedemptionRow,
        vouchers::{self, VoucherRow},
    },
    symbols,
};
use tukar_domain::{access::Act, voucher};
use tukar_screens::Formats as _;
use tukar_wire::{self as wire, Channel, Moment, VoucherState};

const DAY_MS: i64 = 86_400_000;

/// What a redemption brought.
pub struct Issued {
    rows: Vec<VoucherRow>,
    /// `true`: the member has it; `false`: it is on its way.
    pub delivered: bool,
}

impl Issued {
    /// With codes while the locker is open.
    #[must_use]
    pub fn to_wire(&self, (open, language): (bool, Language), now: Moment) -> Vec<wire::Voucher> {
        self.rows.iter().map(|row| to_wire(row, (open, language), now)).collect()
    }
}

/// Issues what a redemption brings, one voucher a piece.
pub fn issue(
    app: &App,
    writes: &mut Writes,
    (row, reward): (&RedemptionRow, &Reward),
    now: Moment,
) -> Issued {
    // As it was held: an import may have changed the kind since.
    let state = match row.kind.as_str() {
        "airtime" | "data" => VoucherState::Delivered,
        "goods" => VoucherState::OnItsWay,
        _ => VoucherState::Ready,
    };
    // What goes straight to a number or an address comes once, whatever the quantity.
    let pieces = if state == VoucherState::Ready { row.quantity } else { 1 };
    let rows = (0..pieces).map(|piece| {
        let code = (state == VoucherState::Ready).then(|| voucher::make_code(&mut app.random.rng()));
        VoucherRow {
            id: format!("{}-{piece:04}", row.id),
            redemption_id: row.id.clone(),
            state,
            code,
            how_to_use: reward.how_to_use.clone(),
            issued_at: now,
            ends_at: reward
                .voucher_days
                .filter(|_| state == VoucherState::Ready)
                .map(|days| now.plus_ms(i64::from(days) * DAY_MS)),
            title: row.title.clone(),
            brand: row.brand.clone(),
            kind: row.kind.clone(),
        }
    });
    let rows: Vec<VoucherRow> = rows.collect();
    vouchers::insert(writes, &row.member_id, &rows);
    Issued { rows, delivered: state != VoucherState::OnItsWay }
}

/// The vouchers of one redemption; with codes while the locker is open.
///
/// # Errors
/// The database's.
pub async fn load_of(
    conn: &mut Connection,
    (member_id, redemption_id): (&str, &str),
    (open, language): (bool, Language),
    now: Moment,
) -> Result<Vec<wire::Voucher>, ApiError> {
    let rows = vouchers::load_of(conn, member_id, redemption_id).await?;
    Ok(rows.iter().map(|row| to_wire(row, (open, language), now)).collect())
}

/// The claim locker, newest first.
///
/// # Errors
/// [`ApiError::Malformed`] for an odd cursor.
pub async fn list(
    app: &App,
    session: &SessionRow,
    (after, limit, language): (Option<String>, Option<u32>, Language),
) -> Result<wire::VoucherPage, ApiError> {
    allow(&session.member, Act::SeeVouchers)?;
    let now = app.clock.now();
    let after = match after {
        None => None,
        Some(cursor) => Some(read_cursor(&cursor).ok_or_else(|| ApiError::Malformed {
            fields: vec![crate::problem::FieldError::new("after", FieldWhy::Shape)],
        })?),
    };
    let limit = limit.unwrap_or(30).clamp(1, 200);
    let mut conn = app.store.read().await?;
    let mut rows = vouchers::load_page(&mut conn, &session.member.id, (after, limit + 1)).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = if more { rows.last().map(|row| format!("{}.{}", row.issued_at.0, row.id)) } else { None };
    let open_until = session.locker_until.filter(|until| now < *until);
    Ok(wire::VoucherPage {
        vouchers: rows.iter().map(|row| to_wire(row, (open_until.is_some(), language), now)).collect(),
        next,
        open_until,
        server_time: now,
    })
}

/// Closes the locker of a session: it sees no code until a fresh one-time code opens it again.
///
/// # Errors
/// The database's.
pub async fn close(app: &App, session: &SessionRow) -> Result<(), ApiError> {
    allow(&session.member, Act::Session)?;
    app.store
        .transact("locker.close", async |conn| {
            let mut writes = Writes::new();
            members::close_locker(&mut writes, &session.token_hash);
            Ok(writes.run(conn).await?)
        })
        .await
}

/// Sends a copy of a voucher to the member's own contact.
///
/// # Errors
/// [`ApiError::LockerClosed`], [`ApiError::NotFound`], [`ApiError::WrongState`] without a code, [`ApiError::TooMany`].
pub async fn send_copy(
    app: &App,
    session: &SessionRow,
    (id, channel): (String, Channel),
    here: Here,
) -> Result<(), ApiError> {
    allow(&session.member, Act::SeeVouchers)?;
    let now = app.clock.now();
    if session.locker_until.is_none_or(|until| until <= now) {
        return Err(ApiError::LockerClosed);
    }
    let member = &session.member;
    let contact = codes::contact_of(member, channel).filter(|_| app.senders.channels().contains(&channel));
    let contact = contact.ok_or_else(|| ApiError::invalid("channel", FieldWhy::ChannelUnavailable))?;
    app.store
        .transact("voucher.send", async |conn| {
            let row = vouchers::find(conn, &member.id, &id).await?.ok_or(ApiError::NotFound)?;
            let code = row.code.as_deref().ok_or(ApiError::WrongState)?;
            let subject = format!("copy:{}", app.secret.subject(contact));
            lock(conn, Lock::Subject(&subject)).await?;
            let sent = challenges::load_counted(conn, (Counted::Sent, &subject), now).await?;
            tukar_domain::code::decide_send(&sent, crate::clock::timestamp(now)).map_err(|too_many| {
                ApiError::TooMany { retry_at: crate::clock::moment(too_many.again_at), now }
            })?;
            let mut writes = Writes::new();
            challenges::count(&mut writes, (Counted::Sent, &subject), (now, &app.random.word(9)));
            let Here { language, programme, place, .. } = &here;
            let envelope = Envelope { channel, to: contact, language: *language, programme, place };
            let until = row.ends_at.map(|end| formats::of(app, *language).until_date_time(end));
            let voucher = message::Voucher { title: row.title.get(*language), code, until: until.as_deref() };
            let message = message::voucher(envelope, voucher);
            let id = app.random.word(12);
            let message = NewMessage { id: &id, challenge_id: None, message: &message, class: Class::Copy };
            outbox::insert(&mut writes, message, Lasts { now, ends_at: now.plus_ms(DAY_MS) });
            Ok::<_, ApiError>(writes.run(conn).await?)
        })
        .await?;
    app.wake.notify_one();
    Ok(())
}

fn to_wire(row: &VoucherRow, (open, language): (bool, Language), now: Moment) -> wire::Voucher {
    let ended = row.state == VoucherState::Ready && row.ends_at.is_some_and(|end| end <= now);
    let code = row.code.as_deref().filter(|_| open);
    wire::Voucher {
        id: row.id.clone(),
        redemption_id: row.redemption_id.clone(),
        title: row.title.get(language).clone(),
        brand: row.brand.clone(),
        kind: wire::RewardKind(row.kind.clone()),
        state: if ended { VoucherState::Ended } else { row.state },
        code: code.map(str::to_owned),
        code_masked: row.code.as_deref().map(voucher::mask).unwrap_or_default(),
        qr: code.and_then(symbols::qr),
        barcode: code.and_then(symbols::code128),
        how_to_use: row.how_to_use.get(language).clone(),
        issued_at: row.issued_at,
        ends_at: row.ends_at,
    }
}
