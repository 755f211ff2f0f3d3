//! The worker's rounds when something stands in their way.

use crate::server::{EMAIL, PHONE, Server, member, reward};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio_util::sync::CancellationToken;
use tukar_domain::calendar::Expiry;
use tukar_server::{
    catalogue::Bilingual,
    service::points::{self, Earned},
    store::Connection,
    worker,
};

const OTHER_PHONE: &str = "+6281234567899";

/// Waits for what comes by itself, and soon.
async fn until(come: impl AsyncFn() -> bool) {
    let waiting = async {
        while !come().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(4), waiting).await.unwrap();
}

/// Points that are granted in a minute.
async fn earn_pending(server: &Server, member: &str, lot: &str) {
    let now = server.now();
    let source = Bilingual { id: "Isi ulang".to_owned(), en: "Top-up".to_owned() };
    let grant_at = Some(now.plus_ms(60_000));
    let earned =
        Earned { lot_id: lot.to_owned(), points: 700, at: now, expiry: Expiry::Never, grant_at, source };
    let work = async |conn: &mut Connection| points::earn(&server.app, conn, (member, earned.clone())).await;
    server.app.store.transact("test", work).await.unwrap();
}

/// One member's lot says less than their hold took; the holds of more members than a round looks up have no lots at all.
#[tokio::test]
async fn rows_in_disorder_stop_nobody_elses_messages_holds_lots_or_points() {
    let server = Server::new(vec![reward("kopi")]).await;
    server.enrol(member("m2", Some(OTHER_PHONE), None)).await;
    server.earn("m2", "c", 2_000, Expiry::Months(1)).await;
    earn_pending(&server, "m2", "d").await;
    let sari = server.sign_in(PHONE).await;
    let bad = sari.hold("kopi").await;
    server.work().await;
    server.sign_in(OTHER_PHONE).await.hold("kopi").await;
    server.work().await;
    server.tamper("UPDATE lots SET held = 0 WHERE member_id = 'm1'").await;
    for number in 0..55 {
        let (id, phone) = (format!("a{number}"), format!("+62812345670{number:02}"));
        server.enrol(member(&id, Some(&phone), None)).await;
        let columns = "id, reference, state, state_at, reward_id, title_id, title_en, brand, kind, quantity, points, \
             price_version, recipient, held_at, hold_ends_at, challenge_id, body_hash, hold_answer";
        let sql = format!(
            "INSERT INTO redemptions (member_id, {columns}) SELECT '{id}', {columns} FROM redemptions WHERE member_id = 'm1'"
        );
        server.tamper(&sql).await;
    }
    server.later(40 * 86_400);
    server.post.sent.lock().unwrap().clear();
    server.ask_code(OTHER_PHONE).await.is(202);
    server.work().await;
    assert_eq!(server.post.sent.lock().unwrap().len(), 1, "a code left");
    let held = async |member: &str| {
        server.count(&format!("redemptions WHERE state = 'held' AND member_id = '{member}'")).await
    };
    assert_eq!((held("m2").await, held("m1").await, held("a7").await), (0, 1, 1));
    for lots in ["ends_at IS NOT NULL AND available > 0", "pending > 0", "held > 0"] {
        assert_eq!(server.count(&format!("lots WHERE member_id = 'm2' AND {lots}")).await, 0, "{lots}");
    }
    server.adds_up("m2").await;
    // Put right, it goes on by itself.
    server.tamper("UPDATE lots SET held = 1000 WHERE member_id = 'm1' AND id = 'a'").await;
    server.work().await;
    assert_eq!(held("m1").await, 0);
    assert_eq!(
        server
            .count(&format!("redemptions WHERE state = 'expired' AND id = '{bad}' AND member_id = 'm1'"))
            .await,
        1
    );
    server.adds_up("m1").await;
}

/// Members whose one lot has ended, which is to be told of each.
async fn many_lots_that_ended(server: &Server, members: u32) {
    for number in 0..members {
        let id = format!("e{number}");
        server.enrol(member(&id, Some(&format!("+62813000{number:05}")), None)).await;
        server.earn(&id, "e", 10, Expiry::Months(1)).await;
    }
    server.tamper(&format!("UPDATE lots SET ends_at = {} WHERE id = 'e'", server.now().0)).await;
}

const TO_EXPIRE: &str = "lots WHERE id = 'e' AND available > 0";

/// At a month's end the lots of a whole programme end at once.
#[tokio::test]
async fn a_mass_of_lots_that_end_holds_up_no_hold_that_is_over_and_no_grant() {
    let server = Server::new(vec![reward("kopi")]).await;
    earn_pending(&server, "m1", "p").await;
    let sari = server.sign_in(PHONE).await;
    sari.hold("kopi").await;
    server.work().await;
    many_lots_that_ended(&server, 400).await;
    let due = async {
        until(async || server.count(TO_EXPIRE).await < 400).await;
        server.later(960);
        let waiting = "redemptions WHERE state = 'held'";
        until(async || server.count(waiting).await + server.count("lots WHERE pending > 0").await == 0).await;
        server.count(TO_EXPIRE).await
    };
    let (done, left) = tokio::join!(worker::run_due(&server.app), due);
    done.unwrap();
    assert!(left > 0, "they waited for all lots");
    assert_eq!(server.count(TO_EXPIRE).await, 0);
    server.audit("m1").await;
}

#[tokio::test]
async fn a_server_that_is_to_stop_does_not_end_all_lots_first() {
    let server = Server::new(vec![]).await;
    many_lots_that_ended(&server, 400).await;
    let stop = CancellationToken::new();
    let stopping = async {
        until(async || server.count(TO_EXPIRE).await < 400).await;
        stop.cancel();
    };
    tokio::join!(worker::run(Arc::clone(&server.app), stop.clone()), stopping);
    assert!(server.count(TO_EXPIRE).await > 0, "it went on to the end");
}

/// A channel takes 64 messages at once: meanwhile a code that waits for its turn may have ended.
#[tokio::test]
async fn a_code_that_ended_while_its_turn_to_be_sent_came_is_not_sent() {
    let server = Server::new(vec![]).await;
    let slow = server.post.slow.lock().await;
    let (due, ends) = (server.now().0 - 1, server.now().plus_ms(86_400_000).0);
    for number in 0..64 {
        let sql = format!(
            "INSERT INTO outbox (id, channel, contact, language, subject, text, due_at, ends_at, tries, lane) \
             VALUES ('{number}', 'sms', '{OTHER_PHONE}', 'id', '', 'x', {due}, {ends}, 0, '{number}')"
        );
        server.tamper(&sql).await;
    }
    let late = async {
        until(async || server.post.begun.load(Ordering::SeqCst) == 64).await;
        server.ask_code(PHONE).await.is(202);
        server.later(301);
        drop(slow);
    };
    let (done, ()) = tokio::join!(worker::run_due(&server.app), late);
    done.unwrap();
    let sent = server.post.sent.lock().unwrap().iter().map(|message| message.to.clone()).collect::<Vec<_>>();
    assert_eq!(sent, [OTHER_PHONE; 64], "what had begun is sent, what waited is not");
}

/// Strangers' messages wait in great number, all at one domain and made first.
#[tokio::test]
async fn members_codes_leave_before_strangers_messages_and_one_domain_takes_not_all_the_room() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    server.later(600);
    for number in 0..40 {
        server.ask_code(&format!("x{number}@crowd.example")).await.is(202);
    }
    server.ask_code("siti@example.id").await.is(202);
    server.enrol(member("m2", None, Some("m2@crowd.example"))).await;
    server.enrol(member("m3", None, Some("m3@crowd.example"))).await;
    for contact in ["m2@crowd.example", "m3@crowd.example", EMAIL] {
        server.ask_code(contact).await.is(202);
    }
    let asking = sari.asking("kopi", 1).await;
    let by_mail = serde_json::json!({"channel": "email"});
    let mut asking = asking;
    asking["channel"] = by_mail["channel"].clone();
    sari.send(&asking).await.is(201);

    let slow = server.post.slow_mail.lock().await;
    let looks = async {
        // Four of members, and as many of strangers as may be on their way.
        until(async || server.post.begun.load(Ordering::SeqCst) == 1 + 4 + 16).await;
        drop(slow);
    };
    let (done, ()) = tokio::join!(worker::run_due(&server.app), looks);
    done.unwrap();
    let order: Vec<String> = server
        .app
        .store
        .read()
        .await
        .map(|_| ())
        .map(|()| server.post.sent.lock().unwrap().iter().skip(1).map(|message| message.to.clone()).collect())
        .unwrap();
    assert_eq!(order.len(), 4 + 41);
    assert_eq!(order[0], EMAIL, "a live session's");
    let sign_ins: Vec<_> = order[1..4].iter().map(String::as_str).collect();
    assert_eq!(sign_ins, [EMAIL, "m2@crowd.example", "m3@crowd.example"].map(|it| it), "in turns by domain");
    let siti = order.iter().position(|to| to == "siti@example.id").unwrap();
    assert!(siti < 7, "the other domain's turn comes at once: {siti}");
}

#[tokio::test]
async fn a_mail_server_that_says_nothing_holds_up_no_text_message() {
    let server = Server::new(vec![]).await;
    let slow = server.post.slow_mail.lock().await;
    server.ask_code(EMAIL).await.is(202);
    server.ask_code(PHONE).await.is(202);
    let texts = async {
        let gone = async || server.count("outbox WHERE channel = 'sms'").await == 0;
        until(gone).await;
        assert_eq!(server.count("outbox").await, 1, "the mail is on its way");
        server.ask_code(OTHER_PHONE).await.is(202);
        server.ask_code(PHONE).await;
        until(gone).await;
        drop(slow);
    };
    let (done, ()) = tokio::join!(worker::run_due(&server.app), texts);
    done.unwrap();
    let sent = server.post.sent.lock().unwrap().iter().map(|message| message.to.clone()).collect::<Vec<_>>();
    assert_eq!(
        (sent.first().map(String::as_str), sent.last().map(String::as_str)),
        (Some(PHONE), Some(EMAIL))
    );
    assert!(sent.len() > 2, "one was made while the mail was on its way: {sent:?}");
}

/// A code lives for 300 seconds, a voucher's copy for a day: until then they are tried, more and more seldom.
#[tokio::test]
async fn a_message_is_tried_until_its_own_time_is_over() {
    let server = Server::new(vec![]).await;
    server.post.down.store(true, Ordering::SeqCst);
    let (now, ends) = (server.now().0, server.now().plus_ms(86_400_000).0);
    let sql = format!(
        "INSERT INTO outbox (id, channel, contact, language, subject, text, made_at, due_at, ends_at, tries) \
         VALUES ('copy', 'sms', '{OTHER_PHONE}', 'id', '', 'x', {now}, {now}, {ends}, 0)"
    );
    server.tamper(&sql).await;
    server.ask_code(PHONE).await.is(202);
    let mut waits = Vec::new();
    for _ in 0..145 {
        server.work().await;
        waits.push(server.post.begun.load(Ordering::SeqCst));
        server.later(2);
    }
    // 0, 2, 6, 14, 30, 60, 90 … 270: both alike until the fourth wait of 16 seconds.
    assert_eq!(waits.last(), Some(&(13 + 8)), "{waits:?}");
    server.post.down.store(false, Ordering::SeqCst);
    server.later(10);
    server.work().await;
    assert_eq!(server.post.sent.lock().unwrap().len(), 0, "the code has ended, the copy waits");
    server.tamper("UPDATE outbox SET tries = 4000000, due_at = 0").await;
    server.post.down.store(true, Ordering::SeqCst);
    server.work().await;
    let due: i64 = sqlx::query_scalar("SELECT due_at FROM outbox")
        .fetch_one(&mut *server.app.store.read().await.unwrap())
        .await
        .unwrap();
    assert_eq!(due, server.now().0 + 300_000, "at most five minutes apart");
    server.post.down.store(false, Ordering::SeqCst);
    server.later(300);
    server.work().await;
    assert_eq!(server.post.sent.lock().unwrap().len(), 1, "the copy");
}

#[tokio::test]
async fn a_message_is_put_off_from_when_its_sender_answered() {
    let server = Server::new(vec![]).await;
    server.post.down.store(true, Ordering::SeqCst);
    let slow = server.post.slow.lock().await;
    server.ask_code(PHONE).await.is(202);
    let late = async {
        until(async || server.post.begun.load(Ordering::SeqCst) > 0).await;
        server.later(100);
        drop(slow);
    };
    let (done, ()) = tokio::join!(worker::run_due(&server.app), late);
    done.unwrap();
    assert_eq!(server.post.begun.load(Ordering::SeqCst), 1, "not tried again at once");
    let due: i64 = sqlx::query_scalar("SELECT due_at FROM outbox")
        .fetch_one(&mut *server.app.store.read().await.unwrap())
        .await
        .unwrap();
    assert_eq!(due, server.now().0 + 2_000);
}
