//! Members of the demo, each with a history of their own, written through the real ledger and dated back.
//!
//! | who | signs in with | to see |
//! |---|---|---|
//! | Sari | 0812 3456 7890, sari@example.id | 12,450 points in 8 lots, two pending, one ending within the hour, one tomorrow; past redemptions, one open voucher |
//! | Budi | 0813 1111 2222, budi@example.id | 300 lots |
//! | Citra | 0814 2222 3333, citra@example.id | nothing but pending points |
//! | Dewi | 0815 3333 4444, dewi@example.id | a number that is not verified |
//! | Eko | 0816 4444 5555, eko@example.id | a suspended account |
//! | Farah | 0817 5555 6666, farah@example.id | 2,000,000 points |
//! | Gita | gita@example.id | no phone at all |
//! | Hadi | 0819 7777 8888 | no e-mail at all |

use crate::{
    app::App,
    catalogue::Bilingual,
    clock::timestamp,
    language::Language,
    problem::ApiError,
    service::{
        points::{self, Earned},
        vouchers,
    },
    store::{
        Connection, Writes,
        ledger::{self, NewActivity},
        members::{self, MemberRow},
        redemptions::{self, RedemptionRow},
        rewards,
    },
};
use anyhow::anyhow;
use rand::{SeedableRng, rngs::StdRng};
use std::time::Duration;
use tukar_domain::{
    Points,
    calendar::Expiry,
    eligibility::AccountState,
    ledger as books,
    redemption::{State, Step},
    voucher,
};
use tukar_wire::{ActivityKind, Moment};

const DAY_MS: i64 = 86_400_000;
/// How long the database may take to write all members: behind a pooler each statement is parsed again.
const TIME_MAX: Duration = Duration::from_secs(120);
/// Rupiah that earn one point, as the programme's texts say.
const RUPIAH_PER_POINT: i64 = 40;

/// Adds the members that are not there yet, each with all of their history or not at all.
///
/// # Errors
/// The database's.
pub(super) async fn seed(app: &App) -> Result<(), ApiError> {
    let now = app.clock.now();
    app.store
        .transact_within(TIME_MAX, "demo.members", async |conn| {
            if add(conn, "sari", "Sari", ("silver", AccountState::Verified), now).await? {
                sari(app, conn, now).await?;
            }
            if add(conn, "budi", "Budi", ("gold", AccountState::Verified), now).await? {
                for day in 1..=300 {
                    let rupiah = 1_000 + day * 37 % 25 * 400;
                    earn_top_up(app, conn, ("demo-budi", day), (rupiah, now)).await?;
                }
            }
            if add(conn, "citra", "Citra", ("silver", AccountState::Verified), now).await? {
                pending(app, conn, ("demo-citra", 1), (3_000, now)).await?;
                pending(app, conn, ("demo-citra", 2), (1_250, now)).await?;
            }
            if add(conn, "dewi", "Dewi", ("silver", AccountState::NotVerified), now).await? {
                earn_top_up(app, conn, ("demo-dewi", 60), (320_000, now)).await?;
            }
            if add(conn, "eko", "Eko", ("gold", AccountState::Suspended), now).await? {
                earn_top_up(app, conn, ("demo-eko", 90), (800_000, now)).await?;
            }
            if add(conn, "farah", "Farah", ("platinum", AccountState::Verified), now).await? {
                for month in 0..20 {
                    earn_top_up(app, conn, ("demo-farah", 5 + month * 15), (4_000_000, now)).await?;
                }
            }
            for id in ["gita", "hadi"] {
                let name = if id == "gita" { "Gita" } else { "Hadi" };
                if add(conn, id, name, ("silver", AccountState::Verified), now).await? {
                    earn_top_up(app, conn, (&format!("demo-{id}"), 30), (400_000, now)).await?;
                }
            }
            Ok(())
        })
        .await
}

/// `false` when the member is there already.
async fn add(
    conn: &mut Connection,
    id: &str,
    name: &str,
    (tier, state): (&str, AccountState),
    now: Moment,
) -> Result<bool, ApiError> {
    let phone = match id {
        "sari" => Some("+6281234567890"),
        "budi" => Some("+6281311112222"),
        "citra" => Some("+6281422223333"),
        "dewi" => Some("+6281533334444"),
        "eko" => Some("+6281644445555"),
        "farah" => Some("+6281755556666"),
        "hadi" => Some("+6281977778888"),
        _ => None,
    };
    let email = (id != "hadi").then(|| format!("{id}@example.id"));
    let contact = phone.map(str::to_owned).or_else(|| email.clone()).unwrap_or_default();
    if members::find_by_contact(conn, &contact).await?.is_some() {
        return Ok(false);
    }
    let row = MemberRow {
        id: format!("demo-{id}"),
        name: name.to_owned(),
        state,
        tier: tier.to_owned(),
        phone: phone.map(str::to_owned),
        email,
    };
    points::enrol(conn, &row, now.plus_ms(-500 * DAY_MS)).await?;
    Ok(true)
}

/// Lots, redemptions and what is left of them: 22,950 points that still live, 10,500 of them spent.
async fn sari(app: &App, conn: &mut Connection, now: Moment) -> Result<(), ApiError> {
    const WHO: &str = "demo-sari";
    for (days, rupiah) in [
        (480, 100_000),
        (335, 50_000),
        (330, 140_000),
        (320, 100_000),
        (300, 100_000),
        (240, 25_000),
        (180, 100_000),
        (120, 50_000),
        (75, 150_000),
        (40, 100_000),
    ] {
        earn_top_up(app, conn, (WHO, days), (rupiah, now)).await?;
    }
    for (days, reward) in [
        (200, "data-harian-500mb"),
        (150, "diskon-kopi-senja-10"),
        (50, "data-harian-1gb"),
        (35, "voucher-warung-bu-tini-20000"),
    ] {
        redeemed(app, conn, (WHO, reward), now.plus_ms(-days * DAY_MS + 3_600_000)).await?;
    }
    // Earned after the last redemption: what ends first is spent first, and these are to be seen ending.
    let bonus = |days: i64, points, ends: Moment, source: Bilingual| Earned {
        lot_id: format!("{WHO}-bonus-{days}"),
        points,
        at: now.plus_ms(-days * DAY_MS),
        expiry: Expiry::FixedDate(timestamp(ends)),
        grant_at: None,
        source,
    };
    let both = |id: &str, en: &str| Bilingual { id: id.to_owned(), en: en.to_owned() };
    let soon = now.plus_ms(50 * 60_000);
    let weekend = bonus(20, 300, soon, both("Bonus akhir pekan", "Weekend bonus"));
    points::earn(app, conn, (WHO, weekend)).await?;
    let daily = bonus(30, 450, end_of_tomorrow(app, now)?, both("Bonus paket harian", "Daily package bonus"));
    points::earn(app, conn, (WHO, daily)).await?;
    earn_top_up(app, conn, (WHO, 12), (50_000, now)).await?;
    let birthday = bonus(3, 575, now, both("Bonus ulang tahun", "Birthday bonus"));
    let birthday = Earned { expiry: Expiry::Months(3), ..birthday };
    points::earn(app, conn, (WHO, birthday)).await?;
    pending(app, conn, (WHO, 1), (1_250, now)).await?;
    pending(app, conn, (WHO, 2), (625, now)).await
}

fn end_of_tomorrow(app: &App, now: Moment) -> Result<Moment, ApiError> {
    let today = timestamp(now).to_zoned_datetime(app.zone.clone());
    let end = today.start_of_day().and_then(|start| start.checked_add(jiff::Span::new().days(2)));
    Ok(crate::clock::moment(end.map_err(anyhow::Error::from)?.timestamp()))
}

/// Points of a top-up so many days ago; they live to the end of the 12th month.
async fn earn_top_up(
    app: &App,
    conn: &mut Connection,
    (member_id, days): (&str, i64),
    (rupiah, now): (i64, Moment),
) -> Result<(), ApiError> {
    let earned = Earned {
        lot_id: format!("{member_id}-{days:03}"),
        points: rupiah / RUPIAH_PER_POINT,
        at: now.plus_ms(-days * DAY_MS),
        expiry: Expiry::EndOfMonth(12),
        grant_at: None,
        source: Bilingual {
            id: format!("Isi ulang Rp{}", Language::Id.number(rupiah)),
            en: format!("Top-up of Rp{}", Language::En.number(rupiah)),
        },
    };
    points::earn(app, conn, (member_id, earned)).await
}

/// Points of a package bought an hour ago, granted in so many days.
async fn pending(
    app: &App,
    conn: &mut Connection,
    (member_id, days): (&str, i64),
    (points, now): (i64, Moment),
) -> Result<(), ApiError> {
    let earned = Earned {
        lot_id: format!("{member_id}-pending-{days}"),
        points,
        at: now.plus_ms(-3_600_000 * days),
        expiry: Expiry::EndOfMonth(12),
        grant_at: Some(now.plus_ms(days * DAY_MS)),
        source: Bilingual { id: "Paket internet bulanan".to_owned(), en: "Monthly data package".to_owned() },
    };
    points::earn(app, conn, (member_id, earned)).await
}

/// A redemption of long ago: held, posted and delivered at one moment, from the lots of that time.
async fn redeemed(
    app: &App,
    conn: &mut Connection,
    (member_id, reward_id): (&str, &str),
    at: Moment,
) -> Result<(), ApiError> {
    let Some(reward) = rewards::find_reward(conn, reward_id).await? else { return Ok(()) };
    let lots: Vec<books::Lot> = ledger::load_lots(conn, member_id)
        .await?
        .into_iter()
        .map(|row| row.lot)
        .filter(|lot| lot.earned_at <= timestamp(at))
        .collect();
    let total = Points(reward.points);
    let refused = |refused| ApiError::Broken(anyhow::Error::new(refused));
    let (held, shares) = books::hold(&lots, total, timestamp(at)).map_err(refused)?;
    let id = demo_id(at);
    let (mut chain, mut writes) = (ledger::load_chain(conn, member_id).await?, Writes::new());
    chain.append(&mut writes, &format!("hold-{id}"), &held);
    // Posting changes the lots that holding changed: those are written first.
    writes.run(conn).await?;
    let mut writes = Writes::new();
    chain.append(&mut writes, &format!("post-{id}"), &books::post(&held.lots, &shares));
    let state = State::hold(timestamp(at), app.config.programme.hold_seconds)
        .step(Step::Confirm, timestamp(at))
        .and_then(|confirmed| confirmed.step(Step::Fulfil, timestamp(at)))
        .map_err(|refused| ApiError::Broken(anyhow!(refused)))?;
    let row = RedemptionRow {
        member_id: member_id.to_owned(),
        id: id.clone(),
        reference: voucher::make_reference(&mut StdRng::seed_from_u64(at.0.unsigned_abs())),
        state,
        reward_id: reward.id.clone(),
        title: reward.title.clone(),
        brand: reward.brand.clone(),
        kind: reward.kind.0.clone(),
        quantity: 1,
        stock_taken: 0,
        points: total,
        price_version: reward.price_version(at),
        recipient: String::new(),
        recipient_shown: None,
        held_at: at,
        hold_ends_at: at,
        challenge_id: String::new(),
        body_hash: Vec::new(),
        hold_answer: String::new(),
        confirmed: None,
        refused: None,
    };
    redemptions::insert(&mut writes, &row, &shares);
    vouchers::issue(app, &mut writes, (&row, &reward), at);
    let activity = NewActivity {
        id: format!("redeem-{id}"),
        at,
        kind: ActivityKind::Spent,
        points: -total,
        title: &reward.title,
        redemption_id: Some(&id),
    };
    ledger::insert_activity(&mut writes, member_id, &activity);
    Ok(writes.run(conn).await?)
}

/// A UUID made of a moment, for redemptions that no browser asked for.
fn demo_id(at: Moment) -> String {
    uuid::Builder::from_random_bytes(
        at.0.unsigned_abs().to_be_bytes().repeat(2).try_into().unwrap_or([0; 16]),
    )
    .into_uuid()
    .to_string()
}
