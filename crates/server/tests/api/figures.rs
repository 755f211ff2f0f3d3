//! What an operator sees at `/metrics`.

use crate::server::{EMAIL, PHONE, Server, reward};
use sqlx::Executor as _;
use std::sync::atomic::Ordering;
use tukar_server::{metrics, store::Connection};

async fn figure(server: &Server, name: &str) -> i64 {
    metrics::look(&server.app, true).await.unwrap();
    let text = server.app.metrics.text().unwrap();
    let line = text.lines().find(|line| line.starts_with(&format!("tukar_{name} ")));
    line.unwrap_or_else(|| panic!("{name}: {text}")).rsplit(' ').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn ages_of_messages_and_holds_and_a_drift_of_the_books_are_told() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    sari.hold("kopi").await;
    assert_eq!((figure(&server, "holds").await, figure(&server, "hold_overdue_seconds").await), (1, 0));
    assert_eq!(figure(&server, "outbox_messages").await, 1);
    server.later(960);
    assert_eq!(
        (figure(&server, "outbox_messages").await, figure(&server, "outbox_age_seconds").await),
        (0, 0),
        "a code that has ended waits for nothing"
    );
    assert_eq!(figure(&server, "hold_overdue_seconds").await, 60);
    assert_eq!(figure(&server, "ledger_drift_points").await, 0);
    let work = async |conn: &mut Connection| {
        conn.execute("UPDATE lots SET available = available - 7 WHERE id = 'b'").await.map(|_| ())
    };
    server.app.store.transact("test", work).await.unwrap();
    assert_eq!(figure(&server, "ledger_drift_points").await, 7);
}

#[tokio::test]
async fn a_sender_that_is_away_is_told_by_the_age_of_what_waits_and_by_what_became_of_it() {
    let server = Server::new(vec![]).await;
    server.post.down.store(true, Ordering::SeqCst);
    server.ask_code(PHONE).await.is(202);
    for seconds in [60, 120, 180, 240] {
        server.work().await;
        server.later(60);
        server.work().await;
        assert_eq!(figure(&server, "outbox_age_seconds").await, seconds);
    }
    let count = async |channel: &str, outcome: &str| {
        let text = server.app.metrics.text().unwrap();
        let name = format!("tukar_messages_total{{channel=\"{channel}\",outcome=\"{outcome}\"}} ");
        let line = text.lines().find_map(|line| line.strip_prefix(&name));
        line.unwrap_or_else(|| panic!("{name}: {text}")).parse::<u32>().unwrap()
    };
    assert_eq!((count("sms", "sent").await, count("sms", "ended").await), (0, 0));
    assert!(count("sms", "not_now").await >= 4);
    server.post.down.store(false, Ordering::SeqCst);
    server.later(31);
    server.work().await;
    assert_eq!(count("sms", "sent").await, 1, "it was not given up after some tries");
    assert_eq!(
        (figure(&server, "outbox_age_seconds").await, figure(&server, "outbox_messages").await),
        (0, 0)
    );
    server.post.down.store(true, Ordering::SeqCst);
    server.ask_code(EMAIL).await.is(202);
    server.work().await;
    server.later(300);
    server.work().await;
    assert_eq!(count("email", "ended").await, 1);
}

#[tokio::test]
async fn figures_that_can_not_be_read_any_more_are_told_by_their_age() {
    let server = Server::new(vec![]).await;
    let told = |name: &str| {
        let text = server.app.metrics.text().unwrap();
        let name = format!("tukar_{name}_timestamp_seconds ");
        text.lines().find_map(|line| line.strip_prefix(&name)).unwrap().parse::<i64>().unwrap()
    };
    let both = || (told("figures_read"), told("books_summed"));
    assert_eq!(both(), (0, 0), "nothing was read");
    let first = server.now().0 / 1000;
    metrics::look(&server.app, false).await.unwrap();
    assert_eq!(both(), (first, 0));
    metrics::look(&server.app, true).await.unwrap();
    assert_eq!(both(), (first, first));
    let rename = async |sql: &'static str| {
        let work = async |conn: &mut Connection| conn.execute(sql).await.map(|_| ());
        server.app.store.transact("test", work).await.unwrap();
    };
    rename("ALTER TABLE entries RENAME TO away").await;
    server.later(60);
    metrics::look(&server.app, true).await.unwrap_err();
    assert_eq!(both(), (first + 60, first), "the books can't be added up");
    rename("ALTER TABLE outbox RENAME TO away_too").await;
    server.later(60);
    metrics::look(&server.app, true).await.unwrap_err();
    assert_eq!(both(), (first + 60, first), "nothing can be read");
    rename("ALTER TABLE away RENAME TO entries").await;
    rename("ALTER TABLE away_too RENAME TO outbox").await;
    metrics::look(&server.app, true).await.unwrap();
    assert_eq!(both(), (first + 120, first + 120));
}

#[tokio::test]
async fn requests_are_counted_by_route_and_name_nobody() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    let id = sari.hold("kopi").await;
    let code = server.code().await;
    sari.confirm(&id, &code).await.is(200);
    server.ask(("GET", "/v1/redemptions/none"), (None, None), None).await.is(401);
    let text = server.app.metrics.text().unwrap();
    let confirmed =
        "tukar_http_requests_total{method=\"POST\",route=\"/v1/redemptions/{id}/confirm\",status=\"2xx\"} 1";
    assert!(text.lines().any(|line| line == confirmed), "{text}");
    for secret in [&id, &code, &sari.token, PHONE, &PHONE[1..], EMAIL, "m1", "kopi"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

#[tokio::test]
async fn how_far_a_servers_clock_is_from_the_databases_is_told() {
    let server = Server::new(vec![reward("kopi")]).await;
    let before = figure(&server, "clock_ahead_milliseconds").await;
    server.later(3_600);
    let moved = figure(&server, "clock_ahead_milliseconds").await - before;
    // SQLite's is this machine's own. PostgreSQL's went on by what lies between the two looks.
    let expected = if crate::POSTGRES { 3_540_000..=3_600_000 } else { 0..=0 };
    assert!(expected.contains(&moved), "{moved}");
}
