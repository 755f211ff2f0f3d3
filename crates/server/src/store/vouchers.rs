//! Rows of vouchers.

use crate::{
    catalogue::Bilingual,
    store::{Connection, Statement, Writes},
};
use sqlx::{Row, any::AnyRow};
use tukar_wire::{Moment, VoucherState};

/// A voucher with what its redemption says of it.
#[derive(Clone)]
pub struct VoucherRow {
    /// Id.
    pub id: String,
    /// The redemption it came from.
    pub redemption_id: String,
    /// Where it stands.
    pub state: VoucherState,
    /// Grouped code; `None`: nothing to show.
    pub code: Option<String>,
    /// How to use it.
    pub how_to_use: Bilingual,
    /// When it was issued.
    pub issued_at: Moment,
    /// Until when it can be used.
    pub ends_at: Option<Moment>,
    /// Title of the reward.
    pub title: Bilingual,
    /// Brand.
    pub brand: String,
    /// Kind.
    pub kind: String,
}

tukar_wire::debug_masked!(VoucherRow { id, redemption_id, state, how_to_use, issued_at, ends_at, title, brand, kind; code });

const SELECT: &str = "SELECT v.*, r.title_id, r.title_en, r.brand, r.kind FROM vouchers v \
     JOIN redemptions r ON r.member_id = v.member_id AND r.id = v.redemption_id WHERE v.member_id = ";

/// Adds vouchers of one member. A code that exists fails, which a new draw mends.
pub fn insert(writes: &mut Writes, member_id: &str, rows: &[VoucherRow]) {
    for part in rows.chunks(ROWS_PER_STATEMENT) {
        insert_part(writes, member_id, part);
    }
}

/// The engines bind some 30,000 values at most.
const ROWS_PER_STATEMENT: usize = 50;

fn insert_part(writes: &mut Writes, member_id: &str, rows: &[VoucherRow]) {
    writes.add(rows.len(), |query| {
        query.push(
            "INSERT INTO vouchers (member_id, id, redemption_id, state, code, how_to_use_id, how_to_use_en, issued_at, \
             ends_at) VALUES ",
        );
        query.push_rows(rows, |values, row| {
            values
                .push_bind(member_id)
                .push_bind(row.id.as_str())
                .push_bind(row.redemption_id.as_str())
                .push_bind(state_word(row.state))
                .push_bind(row.code.as_deref())
                .push_bind(row.how_to_use.id.as_str())
                .push_bind(row.how_to_use.en.as_str())
                .push_bind(row.issued_at.0)
                .push_bind(row.ends_at.map(|at| at.0));
        });
    });
}

/// The vouchers of one redemption, in the order they were issued.
///
/// # Errors
/// The database's.
pub async fn load_of(
    conn: &mut Connection,
    member_id: &str,
    redemption_id: &str,
) -> Result<Vec<VoucherRow>, sqlx::Error> {
    let mut query = Statement::new(SELECT);
    query
        .push_bind(member_id)
        .push(" AND v.redemption_id = ")
        .push_bind(redemption_id)
        .push(" ORDER BY v.id");
    query.fetch_all(conn).await?.iter().map(voucher).collect()
}

/// One voucher of a member.
///
/// # Errors
/// The database's.
pub async fn find(
    conn: &mut Connection,
    member_id: &str,
    id: &str,
) -> Result<Option<VoucherRow>, sqlx::Error> {
    let mut query = Statement::new(SELECT);
    query.push_bind(member_id).push(" AND v.id = ").push_bind(id);
    query.fetch_optional(conn).await?.map(|row| voucher(&row)).transpose()
}

/// A member's vouchers, newest first, `limit` from after the cursor `(issued_at, id)`.
///
/// # Errors
/// The database's.
pub async fn load_page(
    conn: &mut Connection,
    member_id: &str,
    (after, limit): (Option<(i64, String)>, u32),
) -> Result<Vec<VoucherRow>, sqlx::Error> {
    let mut query = Statement::new(SELECT);
    query.push_bind(member_id);
    if let Some((at, id)) = after {
        query.push(" AND (v.issued_at, v.id) < (").push_bind(at).push(", ").push_bind(id).push(")");
    }
    query.push(" ORDER BY v.issued_at DESC, v.id DESC LIMIT ").push_bind(i64::from(limit));
    query.fetch_all(conn).await?.iter().map(voucher).collect()
}

fn voucher(row: &AnyRow) -> Result<VoucherRow, sqlx::Error> {
    Ok(VoucherRow {
        id: row.try_get("id")?,
        redemption_id: row.try_get("redemption_id")?,
        state: state_of(&row.try_get::<String, _>("state")?),
        code: row.try_get("code")?,
        how_to_use: Bilingual { id: row.try_get("how_to_use_id")?, en: row.try_get("how_to_use_en")? },
        issued_at: Moment(row.try_get("issued_at")?),
        ends_at: row.try_get::<Option<i64>, _>("ends_at")?.map(Moment),
        title: Bilingual { id: row.try_get("title_id")?, en: row.try_get("title_en")? },
        brand: row.try_get("brand")?,
        kind: row.try_get("kind")?,
    })
}

fn state_word(state: VoucherState) -> &'static str {
    match state {
        VoucherState::Ready | VoucherState::Other => "ready",
        VoucherState::Delivered => "delivered",
        VoucherState::OnItsWay => "on_its_way",
        VoucherState::Used => "used",
        VoucherState::Ended => "ended",
        VoucherState::Undone => "undone",
    }
}

fn state_of(word: &str) -> VoucherState {
    match word {
        "ready" => VoucherState::Ready,
        "delivered" => VoucherState::Delivered,
        "on_its_way" => VoucherState::OnItsWay,
        "used" => VoucherState::Used,
        "ended" => VoucherState::Ended,
        "undone" => VoucherState::Undone,
        _ => VoucherState::Other,
    }
}
