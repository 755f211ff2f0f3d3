//! Requests that meet. `TUKAR_ROUNDS=10000` repeats the two races of rounds so often.

use crate::server::{Answer, EMAIL, PHONE, Server, Visitor, member, reward};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;
use tukar_domain::calendar::Expiry;
use tukar_server::{
    secret::sha256,
    service::{WAITED_LONG, codes},
    store::{Connection, Lock, lock, members},
};

/// Runs all at once, on several threads.
async fn at_once<T: Send + 'static>(
    tasks: impl Iterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let running: Vec<_> = tasks.map(tokio::spawn).collect();
    let mut done = Vec::new();
    for task in running {
        done.push(task.await.unwrap());
    }
    done
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_attempt_fifty_times_at_once_is_one_hold_and_one_voucher() {
    let server = Arc::new(Server::new(vec![reward("kopi")]).await);
    let token = server.sign_in(PHONE).await.token;
    let visitor = Visitor { server: &server, token: token.clone() };
    let asking = visitor.asking("kopi", 1).await;
    let id = asking["id"].as_str().unwrap().to_owned();
    let holds = at_once((0..50).map(|_| {
        let (server, token, asking) = (Arc::clone(&server), token.clone(), asking.clone());
        async move { Visitor { server: &server, token }.send(&asking).await }
    }))
    .await;
    assert_eq!(holds.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(holds.iter().all(|answer| answer.status.is_success() && answer.bytes == holds[0].bytes));
    assert_eq!(visitor.points().await, (4_000, 1_000));

    let code = server.code().await;
    let confirms = at_once((0..50).map(|_| {
        let (server, token, id, code) = (Arc::clone(&server), token.clone(), id.clone(), code.clone());
        async move { Visitor { server: &server, token }.confirm(&id, &code).await }
    }))
    .await;
    assert!(confirms.iter().all(|answer| answer.status == 200 && answer.bytes == confirms[0].bytes));
    assert_eq!(visitor.points().await, (4_000, 0));
    assert_eq!(server.count("vouchers").await, 1);
    server.audit("m1").await;

    for _ in 0..50 {
        visitor.send(&asking).await.is(200);
        visitor.confirm(&id, &code).await.is(200);
    }
    assert_eq!(visitor.points().await, (4_000, 0));
    assert_eq!(server.count("vouchers").await, 1);
}

/// Thirty-two members ask at once for so many pieces each of what has so much stock; one gets them. What the others are
/// told.
async fn thirty_two_at_once(stock: u32, quantity: u32) -> Vec<Value> {
    let mut last = reward("last");
    last.stock_total = Some(stock);
    let server = Arc::new(Server::empty(vec![last]).await);
    let mut tokens = Vec::new();
    for number in 0..32 {
        let (id, phone) = (format!("m{number}"), format!("+62812345678{number:02}"));
        server.enrol(member(&id, Some(&phone), None)).await;
        server.earn(&id, "a", 1_000 * i64::from(quantity), Expiry::Never).await;
        tokens.push(server.sign_in(&phone).await.token);
    }
    let mut askings = Vec::new();
    for token in &tokens {
        let visitor = Visitor { server: &server, token: token.clone() };
        askings.push((token.clone(), visitor.asking("last", quantity).await));
    }
    let answers = at_once(askings.into_iter().map(|(token, asking)| {
        let server = Arc::clone(&server);
        async move { Visitor { server: &server, token }.send(&asking).await }
    }))
    .await;
    for number in 0..32 {
        server.audit(&format!("m{number}")).await;
    }
    let (taken, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    assert_eq!(taken.len(), 1);
    refused.into_iter().map(|answer| answer.refuses("not-eligible").json()["reasons"][0].clone()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_piece_goes_to_one_of_thirty_two_members() {
    for reason in thirty_two_at_once(1, 1).await {
        assert_eq!(reason["code"], "out_of_stock");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_comes_too_late_for_all_they_want_is_told_what_is_left() {
    for reason in thirty_two_at_once(3, 2).await {
        assert_eq!((&reason["code"], &reason["left"]), (&json!("stock_short"), &json!(1)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn holds_at_once_never_hold_more_than_there_is() {
    let server = Arc::new(Server::new(vec![reward("kopi")]).await);
    let token = server.sign_in(EMAIL).await.token;
    let visitor = Visitor { server: &server, token: token.clone() };
    let mut askings = Vec::new();
    for _ in 0..8 {
        askings.push(visitor.asking("kopi", 3).await);
    }
    let answers = at_once(askings.into_iter().map(|asking| {
        let (server, token) = (Arc::clone(&server), token.clone());
        async move { Visitor { server: &server, token }.send(&asking).await }
    }))
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert_eq!(visitor.points().await, (2_000, 3_000));
    server.audit("m1").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_visitor_who_goes_away_does_not_stop_the_commit() {
    let server = Arc::new(Server::new(vec![reward("kopi")]).await);
    let token = server.sign_in(PHONE).await.token;
    let visitor = Visitor { server: &server, token: token.clone() };
    let asking = visitor.asking("kopi", 1).await;
    let id = asking["id"].as_str().unwrap().to_owned();
    let task = {
        let (server, token) = (Arc::clone(&server), token.clone());
        tokio::spawn(async move { Visitor { server: &server, token }.send(&asking).await })
    };
    // Dropped at some point of its way: what is there afterwards is all of it or nothing.
    tokio::task::yield_now().await;
    task.abort();
    let _ = task.await;
    let path = format!("/v1/redemptions/{id}");
    loop {
        let before = visitor.get(&path).await.status;
        let (available, held) = visitor.points().await;
        assert_eq!(available + held, 5_000);
        // The commit may still come; between two like answers it did not.
        if visitor.get(&path).await.status == before {
            assert_eq!(before == 200, held == 1_000);
            break;
        }
    }
    server.audit("m1").await;
}

/// Somebody decides on a member for a while; all others wait.
struct Busy {
    release: Arc<tokio::sync::Notify>,
    deciding: tokio::task::JoinHandle<Result<(), sqlx::Error>>,
}

impl Busy {
    async fn with(server: &Arc<Server>, member: &'static str) -> Busy {
        Busy::on(server, vec![Lock::Member(member)]).await
    }

    async fn on(server: &Arc<Server>, locks: Vec<Lock<'static>>) -> Busy {
        let (locked, release) = (Arc::new(tokio::sync::Notify::new()), Arc::new(tokio::sync::Notify::new()));
        let (shared, at, until) = (Arc::clone(server), Arc::clone(&locked), Arc::clone(&release));
        let deciding = tokio::spawn(async move {
            let work = async |conn: &mut Connection| {
                for on in &locks {
                    lock(conn, *on).await?;
                }
                at.notify_one();
                until.notified().await;
                Ok::<_, sqlx::Error>(())
            };
            shared.app.store.transact("test", work).await
        });
        locked.notified().await;
        Busy { release, deciding }
    }

    async fn end(self) {
        self.release.notify_one();
        self.deciding.await.unwrap().unwrap();
    }
}

/// Waits until so many requests wait for a lock that somebody holds. SQLite keeps its queue in the server, where nobody sees
/// it: there this waits many times as long as a request takes.
pub(crate) async fn in_line(server: &Server, count: i64) {
    if !crate::POSTGRES {
        let start = Instant::now();
        server.ask(("GET", "/v1/programme"), (None, None), None).await.is(200);
        let long = (10 * start.elapsed()).clamp(Duration::from_millis(300), Duration::from_secs(5));
        return tokio::time::sleep(long).await;
    }
    let sql = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory' \
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let mut conn = server.app.store.read().await.unwrap();
    let mut waiting = async || sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut *conn).await.unwrap();
    let start = Instant::now();
    while waiting().await < count {
        assert!(start.elapsed() < Duration::from_secs(300), "{count} requests wait for the lock");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A visitor goes away once so many requests wait, this one among them.
async fn give_up(server: &Server, waiting: i64, request: impl Future<Output = Answer>) {
    tokio::select! {
        told = request => panic!("it was answered: {told:?}"),
        () = in_line(server, waiting) => {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_given_up_before_its_turn_came_is_not_done() {
    let server = Arc::new(Server::new(vec![reward("kopi")]).await);
    let sari = server.sign_in(PHONE).await;
    let (first, second) = (sari.asking("kopi", 1).await, sari.asking("kopi", 2).await);
    let first_path = format!("/v1/redemptions/{}", first["id"].as_str().unwrap());
    let second_id = second["id"].as_str().unwrap();

    let busy = Busy::with(&server, "m1").await;
    give_up(&server, 1, sari.send(&first)).await;
    busy.end().await;
    // This one's turn comes after the first one's.
    sari.send(&second).await.is(201);
    assert_eq!(sari.points().await, (3_000, 2_000));
    sari.get(&first_path).await.is(404);

    let code = server.code().await;
    let busy = Busy::with(&server, "m1").await;
    give_up(&server, 1, sari.confirm(second_id, &code)).await;
    give_up(&server, 2, sari.cancel(second_id)).await;
    busy.end().await;
    // Asked again, it is done as if for the first time.
    sari.send(&first).await.is(201);
    assert_eq!(sari.points().await, (2_000, 3_000));
    sari.confirm(second_id, &code).await.is(200);
    assert_eq!(sari.points().await, (2_000, 1_000));
    assert_eq!(server.count("vouchers").await, 2);
    server.audit("m1").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_signed_out_before_the_turn_of_their_request_came_spends_nothing() {
    let server = Server::new(vec![reward("kopi")]).await;
    let server = Arc::new(server.with(|config| config.widget_dir = crate::plain::pages().to_owned()).await);
    let sari = server.sign_in(PHONE).await;
    let id = sari.hold("kopi").await;
    let code = server.code().await;
    let spawned = |path: String, method: &'static str, body: Option<Value>| {
        let (server, token) = (Arc::clone(&server), sari.token.clone());
        tokio::spawn(async move { server.ask((method, &path), (Some(&token), Some("k")), body).await })
    };
    let busy = Busy::with(&server, "m1").await;
    let confirm = format!("/v1/redemptions/{id}/confirm");
    let confirming = spawned(confirm, "POST", Some(json!({"code": code})));
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("session", &*sari.token), ("attempt", &*id), ("key", "f"), ("code", &*code)])
        .finish();
    // By a form as well; not where the two would stand in one line, and either could be first.
    let by_form = crate::POSTGRES.then(|| {
        let (server, form) = (Arc::clone(&server), Value::String(form));
        tokio::spawn(async move { server.post_from("", "/plain/redeem/confirm", form).await })
    });
    in_line(&server, 2).await;
    let leaving = spawned("/v1/session".to_owned(), "DELETE", None);
    // SQLite has one line: there the request that came first is first.
    let first = if crate::POSTGRES {
        leaving.await.unwrap().is(204);
        tokio::time::sleep(WAITED_LONG).await;
        busy.end().await;
        401
    } else {
        busy.end().await;
        leaving.await.unwrap().is(204);
        200
    };
    confirming.await.unwrap().is(first);
    if let Some(by_form) = by_form {
        let page = String::from_utf8(by_form.await.unwrap().is(401).bytes).unwrap();
        assert!(page.contains("sign-in-contact"), "it leads to signing in: {page}");
    }
    let sari = server.sign_in(PHONE).await;
    assert_eq!(sari.points().await, (4_000, if crate::POSTGRES { 1_000 } else { 0 }));
    server.audit("m1").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_flood_is_refused_at_once_and_what_was_begun_can_be_ended() {
    let server = Arc::new(Server::new(vec![reward("kopi")]).await);
    let sari = server.sign_in(PHONE).await;
    let begun = sari.hold("kopi").await;
    let asking = sari.asking("kopi", 1).await;
    let token = sari.token.clone();

    let busy = Busy::with(&server, "m1").await;
    let flood: Vec<_> = (0..200)
        .map(|_| {
            let (server, token, asking) = (Arc::clone(&server), token.clone(), asking.clone());
            tokio::spawn(async move { Visitor { server: &server, token }.send(&asking).await })
        })
        .collect();
    // Those that are refused are refused while nothing moves.
    while flood.iter().filter(|task| task.is_finished()).count() < 72 {
        tokio::task::yield_now().await;
    }
    // One more of the last class has no place; reading and cancelling have.
    let more = sari.send(&asking).await.is(503).refuses("busy");
    assert!(more.headers.contains_key("retry-after"));
    let cancelling = {
        let (server, token) = (Arc::clone(&server), token.clone());
        tokio::spawn(async move { Visitor { server: &server, token }.cancel(&begun).await })
    };
    busy.end().await;
    let mut statuses = Vec::new();
    for task in flood {
        statuses.push(task.await.unwrap().status.as_u16());
    }
    assert_eq!(statuses.iter().filter(|status| **status == 503).count(), 72);
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 127);
    cancelling.await.unwrap().is(200);
    server.audit("m1").await;
}

/// A request that meets a server which is too busy is sent again; only where something hangs for so long.
const PATIENCE: Duration = Duration::from_secs(300);

fn rounds() -> u32 {
    std::env::var("TUKAR_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(4)
}

/// New sessions without codes, whose tokens are named after their members.
async fn open_sessions(server: &Server, ids: &[String]) {
    let (now, ends) = (server.now(), server.now().plus_ms(3_600_000));
    let work = async |conn: &mut Connection| {
        for id in ids {
            let hash = sha256(format!("{id} at {}", now.0).as_bytes());
            members::insert_session(conn, (&hash, id), (now, ends)).await?;
        }
        Ok::<_, sqlx::Error>(())
    };
    server.app.store.transact("test", work).await.unwrap();
}

impl Visitor<'_> {
    /// Sends again while the server is too busy, as its 503 asks.
    async fn post_patiently(&self, path: &str, key: &str, body: &Value) -> Answer {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            let answer = self.post(path, Some(key), body.clone()).await;
            if answer.status != 503 {
                return answer;
            }
            assert_eq!(answer.problem(), "busy");
            // Those before it need the processor more.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("busy for {PATIENCE:?}");
    }
}

/// The same request a hundred times: all at once, or one after the other.
async fn a_hundred(
    server: &Arc<Server>,
    (path, token, key): (&str, &str, &str),
    (body, parallel): (&Value, bool),
) -> Vec<Answer> {
    let one = || {
        let server = Arc::clone(server);
        let (path, token, key, body) = (path.to_owned(), token.to_owned(), key.to_owned(), body.clone());
        async move { Visitor { server: &server, token }.post_patiently(&path, &key, &body).await }
    };
    if parallel {
        return at_once((0..100).map(|_| one())).await;
    }
    let mut answers = Vec::new();
    for _ in 0..100 {
        answers.push(one().await);
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_every_round_a_key_sent_a_hundred_times_has_one_effect() {
    let server = Arc::new(Server::empty(vec![reward("kopi")]).await);
    for round in 0..rounds() {
        // So late that no limit of codes counts the rounds before.
        server.later(86_400);
        let id = format!("m{round}");
        server.enrol(member(&id, Some(&format!("+62812{round:08}")), None)).await;
        server.earn(&id, "a", 1_000, Expiry::Never).await;
        open_sessions(&server, std::slice::from_ref(&id)).await;
        let visitor = Visitor { server: &server, token: format!("{id} at {}", server.now().0) };
        let asking = visitor.asking("kopi", 1).await;
        let attempt = asking["id"].as_str().unwrap();
        let parallel = round % 2 == 0;

        let what = ("/v1/redemptions", visitor.token.as_str(), attempt);
        let holds = a_hundred(&server, what, (&asking, parallel)).await;
        assert_eq!(holds.iter().filter(|answer| answer.status == 201).count(), 1, "round {round}");
        assert!(holds.iter().all(|answer| answer.status.is_success() && answer.bytes == holds[0].bytes));
        assert_eq!(visitor.points().await, (0, 1_000), "round {round}");

        let path = format!("/v1/redemptions/{attempt}/confirm");
        let body = json!({"code": server.code().await});
        let confirms = a_hundred(&server, (&path, &visitor.token, "confirm"), (&body, parallel)).await;
        assert!(confirms.iter().all(|answer| answer.status == 200 && answer.bytes == confirms[0].bytes));
        assert_eq!(visitor.points().await, (0, 0), "round {round}");
        let locker = visitor.get("/v1/vouchers").await.is(200).json();
        assert_eq!(locker["vouchers"].as_array().unwrap().len(), 1, "round {round}");
        // All books at the end: after each of ten thousand rounds they would be read fifty million times.
        server.adds_up(&id).await;
    }
    server.audit("m0").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_every_round_the_last_piece_goes_to_one_of_sixty_four_members() {
    let mut last = reward("last");
    last.stock_total = Some(1);
    let server = Arc::new(Server::empty(vec![last]).await);
    let ids: Vec<String> = (0..64).map(|number| format!("m{number}")).collect();
    for (number, id) in ids.iter().enumerate() {
        server.enrol(member(id, Some(&format!("+62812345678{number:02}")), None)).await;
        server.earn(id, "a", 1_000, Expiry::Never).await;
    }
    for round in 0..rounds() {
        // So late that no limit of codes remembers the rounds before.
        server.later(86_400);
        open_sessions(&server, &ids).await;
        let token = |id: &String| format!("{id} at {}", server.now().0);
        let first = Visitor { server: &server, token: token(&ids[0]) };
        let quote = first.quote("last", 1).await;
        let answers = at_once(ids.iter().map(|id| {
            let (server, token) = (Arc::clone(&server), token(id));
            let asking = json!({
                "id": uuid::Uuid::new_v4().to_string(),
                "reward_id": "last",
                "quantity": 1,
                "points": 1_000,
                "price_version": quote["price_version"],
            });
            async move {
                let visitor = Visitor { server: &server, token: token.clone() };
                let key = asking["id"].as_str().unwrap();
                (visitor.post_patiently("/v1/redemptions", key, &asking).await, token, asking)
            }
        }))
        .await;
        let won: Vec<_> = answers.iter().filter(|(answer, ..)| answer.status == 201).collect();
        assert_eq!(won.len(), 1, "round {round}");
        for (refused, ..) in answers.iter().filter(|(answer, ..)| answer.status != 201) {
            assert_eq!(refused.problem(), "not-eligible", "round {round}");
            assert_eq!(refused.json()["reasons"][0]["code"], "out_of_stock");
        }
        // The piece goes back, for the next round.
        let (_, token, asking) = won[0];
        let winner = Visitor { server: &server, token: token.clone() };
        assert_eq!(winner.points().await, (0, 1_000));
        winner.cancel(asking["id"].as_str().unwrap()).await.is(200);
    }
    for id in &ids {
        server.audit(id).await;
    }
}

/// A code that goes to the other contact of an account counts at both. Two that begin at the two ends would wait for each
/// other where each had locked one of them; PostgreSQL then ends one.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_every_round_two_codes_sent_again_crosswise_are_both_sent() {
    let server = Arc::new(Server::new(vec![]).await);
    let sari = member("m1", Some(PHONE), Some(EMAIL));
    let subjects = codes::wrong_subjects(&server.app, &sari).into_iter();
    let locks: Vec<_> = subjects.map(|subject| Lock::Subject(Box::leak(subject.into_boxed_str()))).collect();
    for round in 0..rounds() {
        // So late that no limit of codes counts the rounds before.
        server.later(86_400);
        let mut again = Vec::new();
        for (contact, other) in [(PHONE, "email"), (EMAIL, "sms")] {
            let challenge = server.ask_code(contact).await.is(202).json();
            again.push((challenge["challenge_id"].as_str().unwrap().to_owned(), other));
        }
        server.later(30);
        // Both wait at their first lock, so that they go on together.
        let busy = Busy::on(&server, locks.clone()).await;
        let sent: Vec<_> = again
            .into_iter()
            .map(|(id, other)| {
                let server = Arc::clone(&server);
                tokio::spawn(async move {
                    let path = format!("/v1/challenges/{id}/resend");
                    server.ask(("POST", &path), (None, None), Some(json!({"channel": other}))).await
                })
            })
            .collect();
        in_line(&server, 2).await;
        busy.end().await;
        for answer in sent {
            answer.await.unwrap().is(202);
        }
        let counted: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM attempts_counted WHERE at = $1")
            .bind(server.now().0)
            .fetch_one(&mut *server.app.store.read().await.unwrap())
            .await
            .unwrap();
        assert_eq!(counted, 4, "each counts at both contacts: round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_cap_of_one_lets_one_of_sixteen_at_once_have_a_code() {
    let server = Server::new(vec![]).await;
    let server = server
        .with(|config| {
            config.trusted_hops = Some(1);
            config.codes.per_address_in_ten_minutes = 1;
        })
        .await;
    let server = Arc::new(server);
    for round in 0..rounds() {
        server.later(86_400);
        let answers = at_once((10..26).map(|number| {
            let (server, contact) = (Arc::clone(&server), format!("+6285{number}4567890"));
            async move { server.ask_from("198.51.100.7", &contact).await.status.as_u16() }
        }))
        .await;
        assert_eq!(answers.iter().filter(|status| **status == 202).count(), 1, "round {round}");
        assert!(answers.iter().all(|status| [202, 429].contains(status)), "{answers:?}");
    }
}
