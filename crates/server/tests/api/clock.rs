//! A machine's clock that is wrong ends nothing; and what one ended before comes back.

use crate::server::{Answer, DAY, PHONE, Server, Visitor, reward};
use pretty_assertions::assert_eq;
use serde_json::json;
use tukar_domain::calendar::Expiry;
use tukar_server::{
    service::reversal::{self, GivenBack, Reversal, Total, Window},
    store::{self, Connection, ledger},
    trust,
};
use tukar_wire::Moment;

const DAYS_AHEAD: i64 = 400;

fn days(count: i64) -> i64 {
    count * i64::from(DAY) * 1000
}

/// A server whose machine's clock is the database's, watched from now on.
async fn watched() -> Server {
    let server = Server::new(vec![reward("kopi")]).await;
    if let Some(now) = server.app.store.clock_ms().await.unwrap() {
        server.app.clock.set_machine(Moment(now));
        // The test's rows are days older than the database's clock, as after a rest that the operator has confirmed.
        let confirm = async |conn: &mut Connection| store::clock::set_seen(conn, Moment(now)).await;
        server.app.store.transact("test", confirm).await.unwrap();
    }
    trust::check(&server.app).await.unwrap();
    server
}

async fn expired(server: &Server) -> i64 {
    let sums = ledger::sum_entries(&mut server.app.store.read().await.unwrap(), "m1").await.unwrap();
    sums.get("expired").copied().unwrap_or(0)
}

async fn ready(server: &Server) -> Answer {
    server.ask(("GET", "/readyz"), (None, None), None).await
}

#[tokio::test]
async fn a_clock_that_is_400_days_ahead_ends_grants_sends_and_shows_nothing_until_it_is_right_again() {
    let server = watched().await;
    let sari = server.sign_in(PHONE).await;
    let id = sari.hold("kopi").await;
    ready(&server).await.is(200);
    let right = server.app.clock.machine();
    let points = sari.points().await;
    let sent = server.post.sent.lock().unwrap().len();

    server.app.clock.set_machine(right.plus_ms(days(DAYS_AHEAD)));
    // No round of the watch has seen it: the next request does.
    for path in ["/v1/me/balance", "/v1/me", "/v1/rewards", "/v1/programme", "/v1/vouchers"] {
        let answer = sari.get(path).await.is(503).refuses("paused");
        assert!(answer.headers.contains_key("retry-after"), "{path}");
        assert!(
            !answer.json()["detail"].as_str().unwrap().contains("database"),
            "members hear nothing of machines"
        );
    }
    server.ask_code(PHONE).await.is(503).refuses("paused");
    sari.post(&format!("/v1/redemptions/{id}/confirm"), Some("k"), json!({"code": "123456"})).await.is(503);
    server.work().await;
    assert_eq!(server.post.sent.lock().unwrap().len(), sent, "no message leaves");
    let told = ready(&server).await.is(503).refuses("paused").json();
    let why = told["detail"].as_str().unwrap();
    assert!(why.starts_with("clock-doubted: ") && why.contains("days ahead of"), "{why}");
    assert!(told["next"].as_str().unwrap().contains("tukar-server clock confirm"));
    assert_eq!(expired(&server).await, 0);
    assert_eq!(server.count("redemptions WHERE state = 'held'").await, 1);
    assert_eq!(server.count("sessions").await, 1, "nothing is tidied away");

    server.app.clock.set_machine(right.plus_ms(5_000));
    trust::check(&server.app).await.unwrap();
    ready(&server).await.is(200);
    assert_eq!(sari.points().await, points, "0 points lost, and the session goes on");
    let code = server.code().await;
    sari.confirm(&id, &code).await.is(200);
    server.audit("m1").await;
}

#[tokio::test]
async fn a_page_of_forms_says_that_the_programme_is_paused() {
    let server = watched().await;
    let widget = tempfile::tempdir().unwrap();
    std::fs::write(widget.path().join("plain.html"), "<html lang=\"id\"><!--tukar--></html>").unwrap();
    let directory = widget.path().to_owned();
    let server = server.with(|config| config.widget_dir = directory).await;
    trust::check(&server.app).await.unwrap();
    let later = server.now().plus_ms(days(DAYS_AHEAD));
    server.app.clock.set_machine(later);
    let page = server.ask(("GET", "/plain/sign-in"), (None, None), None).await.is(503);
    let html = String::from_utf8(page.bytes).unwrap();
    assert!(html.contains("dijeda"), "{html}");
}

#[tokio::test]
async fn a_machine_that_was_off_for_a_year_goes_on_once_the_operator_says_so() {
    let server = watched().await;
    let later = server.app.clock.machine().plus_ms(days(DAYS_AHEAD));
    server.app.clock.set_machine(later);
    trust::check(&server.app).await.unwrap();
    ready(&server).await.is(503);
    let confirm = async |conn: &mut Connection| store::clock::set_seen(conn, later).await;
    server.app.store.transact("test", confirm).await.unwrap();
    trust::check(&server.app).await.unwrap();
    if server.app.store.clock_ms().await.unwrap().is_some() {
        let told = ready(&server).await.is(503).json();
        let why = told["detail"].as_str().unwrap();
        assert!(why.contains("ahead of the database's clock"), "nobody's word counts against it: {why}");
        return;
    }
    ready(&server).await.is(200);
    server.work().await;
    assert_eq!(expired(&server).await, 5_000, "that year has passed");
    server.audit("m1").await;
}

#[tokio::test]
async fn a_servers_clock_that_fell_behind_is_doubted_too_and_an_empty_database_has_nothing_to_lose() {
    let server = watched().await;
    let right = server.app.clock.machine();
    server.app.clock.set_machine(right.plus_ms(-days(30)));
    trust::check(&server.app).await.unwrap();
    let told = ready(&server).await.is(503).json();
    assert!(told["detail"].as_str().unwrap().contains("30 days behind"), "{told}");

    let empty = Server::empty(vec![]).await;
    let now = empty.app.store.clock_ms().await.unwrap().map_or(empty.now(), Moment);
    empty.app.clock.set_machine(now);
    trust::check(&empty.app).await.unwrap();
    ready(&empty).await.is(200);
    if empty.app.store.clock_ms().await.unwrap().is_none() {
        empty.app.clock.set_machine(now.plus_ms(days(DAYS_AHEAD)));
        trust::check(&empty.app).await.unwrap();
        ready(&empty).await.is(200);
        empty.app.clock.set_machine(now);
        trust::check(&empty.app).await.unwrap();
        ready(&empty).await.is(200);
    }
}

/// What a server did that believed a clock 400 days ahead: nobody watched this one.
async fn ended_by_a_wrong_clock() -> Server {
    let server = Server::new(vec![reward("kopi")]).await;
    server.enrol(crate::server::member("m2", Some("+6281234567899"), None)).await;
    server.earn("m2", "never", 50, Expiry::Never).await;
    server.earn("m2", "c", 700, Expiry::Months(2)).await;
    let sari = server.sign_in(PHONE).await;
    sari.hold("kopi").await;
    let right = server.app.clock.machine();
    server.app.clock.set_machine(right.plus_ms(days(DAYS_AHEAD)));
    server.work().await;
    server.app.clock.set_machine(right.plus_ms(60_000));
    assert_eq!(expired(&server).await, 5_000);
    server
}

fn reversal(server: &Server, since_days: i64, until_days: i64, extend_days: Option<i64>) -> Reversal {
    let now = server.now();
    Reversal {
        id: uuid::Uuid::new_v4().to_string(),
        window: Window {
            since: now.plus_ms(days(since_days)),
            until: now.plus_ms(days(until_days)),
            extend_to: extend_days.map(|count| now.plus_ms(days(count))),
        },
        reason: "the clock was 400 days ahead".to_owned(),
        at: now,
    }
}

async fn reverse(server: &Server, what: &Reversal) -> (Total, Vec<GivenBack>) {
    let mut told = Vec::new();
    let total = reversal::run(&server.app.store, what, |given| told.push(given.clone())).await.unwrap();
    (total, told)
}

#[tokio::test]
async fn a_mass_expiry_is_reversed_once_lot_by_lot_and_the_books_and_the_history_say_so() {
    let server = ended_by_a_wrong_clock().await;
    let what = reversal(&server, 0, DAYS_AHEAD, None);
    let mut told = Vec::new();
    let total = reversal::preview(&server.app.store, &what, |given| told.push(given.clone())).await.unwrap();
    let back = |member: &str, points| GivenBack { member_id: member.to_owned(), points, pending: 0 };
    let all = Total { members: 2, lots: 3, points: 5_700, ..Total::default() };
    assert_eq!((total, &told), (all, &vec![back("m1", 5_000), back("m2", 700)]));
    assert_eq!(expired(&server).await, 5_000, "a dry run changes nothing");

    assert_eq!(reverse(&server, &what).await, (all, told));
    assert_eq!(expired(&server).await, 0);
    let again = reversal(&server, 0, DAYS_AHEAD, None);
    assert_eq!(reverse(&server, &again).await.0, Total::default(), "a second time finds nothing");
    let sari = server.sign_in(PHONE).await;
    assert_eq!(sari.points().await, (5_000, 0));
    let history = sari.get("/v1/me/activity").await.is(200).json();
    let first = &history["activities"][0];
    assert_eq!((&first["kind"], &first["points"]), (&json!("corrected"), &json!(5_000)));
    let now = server.now().to_string();
    for row in history["activities"].as_array().unwrap() {
        assert!(row["at"].as_str().unwrap() <= now.as_str(), "history tells no loss in the future: {row}");
    }
    server.work().await;
    assert_eq!(sari.points().await, (5_000, 0), "the worker leaves them");
    let row: (String, i64, i64, i64) = sqlx::query_as("SELECT reason, members, lots, points FROM reversals")
        .fetch_one(&mut *server.app.store.read().await.unwrap())
        .await
        .unwrap();
    assert_eq!(row, (what.reason.clone(), 2, 3, 5_700));
    server.audit("m1").await;
    server.audit("m2").await;

    // In their own time they end like any others, and that is not taken back.
    server.later(70 * DAY);
    server.work().await;
    assert_eq!(expired(&server).await, 2_000);
    assert_eq!(reverse(&server, &reversal(&server, -70, DAYS_AHEAD, None)).await.0.points, 0);
    server.audit("m1").await;
}

#[tokio::test]
async fn lots_that_ended_before_the_reversal_stay_expired_unless_they_get_a_new_end() {
    let server = ended_by_a_wrong_clock().await;
    server.later(50 * DAY);
    let what = reversal(&server, -60, DAYS_AHEAD, None);
    let left = Total { members: 2, lots: 2, points: 3_700, points_left: 2_000, ..Total::default() };
    assert_eq!(reverse(&server, &what).await.0, left);
    let what = reversal(&server, -60, DAYS_AHEAD, Some(30));
    let rest = Total { members: 1, lots: 1, points: 2_000, ..Total::default() };
    assert_eq!(reverse(&server, &what).await.0, rest);
    server.work().await;
    let sari = server.sign_in(PHONE).await;
    assert_eq!(sari.points().await, (5_000, 0));
    let balance = sari.get("/v1/me/balance").await.json();
    assert_eq!(balance["next_ending"]["at"], json!(what.window.extend_to.unwrap().to_string()));
    server.audit("m1").await;
}

#[tokio::test]
async fn what_a_wrong_clock_granted_is_pending_until_its_moment_again_and_is_granted_then() {
    let server = Server::new(vec![reward("kopi")]).await;
    let right = server.app.clock.machine();
    let grant_at = server.now().plus_ms(days(40));
    // One expires by the wrong clock, one is only granted by it, and one is to be granted after it.
    for (lot, count, expiry, at) in [
        ("p1", 4_250, Expiry::Months(2), grant_at),
        ("p2", 300, Expiry::Never, grant_at),
        ("p3", 70, Expiry::Never, server.now().plus_ms(days(DAYS_AHEAD + 9))),
    ] {
        server.earn_pending("m1", lot, (count, at), expiry).await;
    }
    let balance = async |sari: &Visitor<'_>| {
        let balance = sari.get("/v1/me/balance").await.is(200).json();
        ["available", "pending"].map(|part| balance[part].as_i64().unwrap())
    };
    let before = [5_000, 4_620];
    assert_eq!(balance(&server.sign_in(PHONE).await).await, before);

    server.app.clock.set_machine(right.plus_ms(days(DAYS_AHEAD)));
    server.work().await;
    server.work().await;
    server.app.clock.set_machine(right.plus_ms(60_000));
    assert_eq!(expired(&server).await, 9_250);
    let what = reversal(&server, 0, DAYS_AHEAD, None);
    let all = Total { members: 1, lots: 4, points: 9_250, pending: 4_550, points_left: 0 };
    assert_eq!(reversal::preview(&server.app.store, &what, |_| ()).await.unwrap(), all);
    let given = GivenBack { member_id: "m1".to_owned(), points: 9_250, pending: 4_550 };
    assert_eq!(reverse(&server, &what).await, (all, vec![given]));
    assert_eq!(reverse(&server, &reversal(&server, 0, DAYS_AHEAD, None)).await.0, Total::default());
    server.later(61);
    server.work().await;
    let sari = server.sign_in(PHONE).await;
    assert_eq!(balance(&sari).await, before, "nothing can be spent sooner for it");
    server.audit("m1").await;
    let history = sari.get("/v1/me/activity?limit=200").await.is(200).json();
    let told: i64 =
        history["activities"].as_array().unwrap().iter().map(|row| row["points"].as_i64().unwrap()).sum();
    assert_eq!(told, 5_000, "history adds up to what can be spent: {history}");

    server.later(41 * DAY);
    server.work().await;
    let sari = server.sign_in(PHONE).await;
    assert_eq!(
        balance(&sari).await,
        [7_550, 70],
        "granted in their own time; 2,000 others have ended in theirs"
    );
    server.audit("m1").await;
}

#[tokio::test]
async fn rows_of_a_wrong_clock_hold_nobody_back_once_it_is_right() {
    let server = Server::new(vec![reward("kopi")]).await;
    server.earn("m1", "never", 1_500, Expiry::Never).await;
    let right = server.app.clock.machine();
    server.app.clock.set_machine(right.plus_ms(days(DAYS_AHEAD)));
    let early = server.sign_in(PHONE).await;
    early.hold("kopi").await;
    for _ in 0..4 {
        server.later(1);
        server.ask_code(PHONE).await.is(202);
    }
    server.ask_code(PHONE).await.is(429).refuses("too-many");
    server.app.clock.set_machine(right);
    early.get("/v1/me").await.is(401);
    let sari = server.sign_in(PHONE).await;
    server.work().await;
    assert_eq!(server.count("redemptions WHERE state = 'held'").await, 0, "no hold lasts 400 days");
    assert_eq!(sari.points().await, (1_500, 0));
    server.audit("m1").await;
}
