//! The statements of one redemption, in its two transactions and in their order, with values that are ready: no HTTP, no
//! JSON, no rules, no code to make or check, no message to send. What the server adds to this is its own cost.

use crate::scene::{POINTS, REWARD, id};
use tukar_domain::{
    code::CodeState,
    ledger as books,
    redemption::{State, Step},
};
use tukar_server::{
    catalogue::Bilingual,
    clock::timestamp,
    language::Language,
    senders::Message,
    store::{
        Connection, Lock, Store, Writes,
        challenges::{self, ChallengeRow, Counted, PurposeWord, WrongSubjects},
        counts::{self, HOUR, Scope},
        ledger::{self, NewActivity},
        lock, members,
        outbox::{self, Class, Lasts, NewMessage},
        redemptions::{self, RedemptionRow},
        rewards,
        vouchers::{self, VoucherRow},
    },
};
use tukar_wire::{ActivityKind, Channel, Moment, VoucherState};

const NOW: Moment = Moment(1_795_489_200_000);

/// One redemption of a member who has not redeemed before.
pub(crate) async fn redeem(store: &Store, number: usize) -> bool {
    let member = id(number);
    // As each of the two requests does: who asks, and is anything overdue.
    for work in [true, false] {
        let mut conn = store.read().await.unwrap();
        members::find_session(&mut conn, member.as_bytes(), (NOW, 0)).await.unwrap();
        drop(conn);
        let (member, row) = (member.as_str(), row(&member));
        let done = if work {
            store.transact("floor.hold", async |conn| hold(conn, (member, &row)).await).await
        } else {
            store.transact("floor.confirm", async |conn| confirm(conn, (member, &row)).await).await
        };
        done.unwrap();
    }
    true
}

async fn hold(conn: &mut Connection, (member, row): (&str, &RedemptionRow)) -> Result<(), sqlx::Error> {
    lock(conn, Lock::Member(member)).await?;
    redemptions::find_and_overdue(conn, (member, &row.id), NOW).await?;
    rewards::find_reward(conn, REWARD).await?;
    let mut purse = ledger::load_purse(conn, (member, row.points), NOW).await?;
    counts::load_room_at(conn, Scope { name: "all", max: u32::MAX, window: HOUR }, NOW).await?;
    lock(conn, Lock::Subject(member)).await?;
    challenges::load_counted(conn, (Counted::Sent, member), NOW).await?;
    let mut writes = Writes::new();
    // As many rows of the minute as the server has.
    counts::add(&mut writes, "all", (row.id.len() % 8) as i64, NOW);
    challenges::put(&mut writes, &challenge((member, row), CodeState::fresh(timestamp(NOW))));
    challenges::count(&mut writes, (Counted::Sent, member), (NOW, &row.id));
    let message = Message {
        channel: Channel::Sms,
        to: member.to_owned(),
        subject: String::new(),
        text: "x".repeat(120),
        language: Language::Id,
    };
    let message =
        NewMessage { id: &row.id, challenge_id: Some(&row.id), message: &message, class: Class::Session };
    outbox::insert(&mut writes, message, Lasts { now: Moment(i64::MAX - 1), ends_at: Moment(i64::MAX) });
    let (posting, shares) = books::hold(&purse.lots, row.points, timestamp(NOW)).unwrap();
    redemptions::insert(&mut writes, row, &shares);
    purse.chain.append(&mut writes, &format!("hold-{}", row.id), &posting);
    let activity = NewActivity {
        id: row.id.clone(),
        at: NOW,
        kind: ActivityKind::Held,
        points: -row.points,
        title: &row.title,
        redemption_id: Some(&row.id),
    };
    ledger::insert_activity(&mut writes, member, &activity);
    writes.run(conn).await?;
    outbox::delete(conn, &[&row.id]).await
}

async fn confirm(conn: &mut Connection, (member, row): (&str, &RedemptionRow)) -> Result<(), sqlx::Error> {
    lock(conn, Lock::Member(member)).await?;
    redemptions::find_and_overdue(conn, (member, &row.id), NOW).await?;
    challenges::find(conn, &row.challenge_id).await?;
    lock(conn, Lock::Subject(member)).await?;
    let subjects = WrongSubjects { in_a_row: member, within_an_hour: member };
    challenges::load_wrong(conn, subjects, NOW).await?;
    let mut payment = ledger::load_payment(conn, (member, &row.id)).await?;
    rewards::find_reward(conn, REWARD).await?;
    ledger::sum_available(conn, member, NOW).await?;
    let mut writes = Writes::new();
    challenges::put(&mut writes, &challenge((member, row), CodeState::Used));
    let posting = books::post(&payment.lots, &payment.shares);
    payment.chain.append(&mut writes, &format!("post-{}", row.id), &posting);
    let voucher = VoucherRow {
        id: row.id.clone(),
        redemption_id: row.id.clone(),
        state: VoucherState::Ready,
        code: Some(row.id.clone()),
        how_to_use: row.title.clone(),
        issued_at: NOW,
        ends_at: None,
        title: row.title.clone(),
        brand: String::new(),
        kind: String::new(),
    };
    vouchers::insert(&mut writes, member, &[voucher]);
    let confirmed = row.state.step(Step::Confirm, timestamp(NOW)).unwrap();
    let fulfilled = confirmed.step(Step::Fulfil, timestamp(NOW)).unwrap();
    let answer = "x".repeat(2000);
    redemptions::set_state(&mut writes, row, (fulfilled, Some(("confirm", &[0; 32], &answer))));
    ledger::resolve_held(&mut writes, (member, &row.id), (ActivityKind::Spent, NOW));
    members::open_locker(&mut writes, member.as_bytes(), NOW);
    writes.run(conn).await
}

fn row(member: &str) -> RedemptionRow {
    let title = Bilingual { id: "Voucher Kopi".to_owned(), en: "Coffee voucher".to_owned() };
    RedemptionRow {
        member_id: member.to_owned(),
        id: format!("floor-{member}"),
        reference: "ABCD".to_owned(),
        state: State::hold(timestamp(NOW), 900),
        reward_id: REWARD.to_owned(),
        title,
        brand: "Kopi Senja".to_owned(),
        kind: "voucher".to_owned(),
        quantity: 1,
        stock_taken: 0,
        points: tukar_domain::Points(POINTS),
        price_version: "0123456789abcdef".to_owned(),
        recipient: String::new(),
        recipient_shown: None,
        held_at: NOW,
        hold_ends_at: NOW.plus_ms(900_000),
        challenge_id: format!("floor-{member}"),
        body_hash: vec![0; 32],
        hold_answer: "x".repeat(600),
        confirmed: None,
        refused: None,
    }
}

fn challenge((member, row): (&str, &RedemptionRow), state: CodeState) -> ChallengeRow {
    ChallengeRow {
        id: row.challenge_id.clone(),
        member_id: Some(member.to_owned()),
        purpose: PurposeWord::Redeem,
        contact: member.to_owned(),
        channel: Channel::Sms,
        code_hmac: vec![0; 32],
        state,
        ends_at: NOW.plus_ms(300_000),
        sent: 1,
        sent_at: NOW,
        made_at: NOW,
        partner_id: String::new(),
        deal_hmac: vec![0; 32],
    }
}
