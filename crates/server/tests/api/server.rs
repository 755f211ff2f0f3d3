//! A server for one test, and a member's way through it.

#[path = "database.rs"]
pub(crate) mod database;

use axum::{Router, body::Body};
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use sqlx::Executor as _;
use std::sync::{Arc, Mutex};
use tower::ServiceExt;
use tukar_domain::{calendar::Expiry, eligibility::AccountState, price::Worth};
use tukar_server::{
    app::{App, Shared},
    catalogue::{Bilingual, Reward},
    clock::Clock,
    config::Config,
    http as api,
    problem::ApiError,
    random::Random,
    secret::CodeKey,
    senders::{Message, SendOutcome, Sender, Why},
    service::points::{self, Earned},
    store::{Connection, Database, Store, ledger, members::MemberRow, rewards},
    worker,
};
use tukar_wire::{Channel, Moment, Needs, RewardKind};

/// Tuesday 24 November 2026, 10:00 in Jakarta.
pub(crate) const START: Moment = Moment(1_795_489_200_000);
pub(crate) const PHONE: &str = "+6281234567890";
pub(crate) const EMAIL: &str = "sari@example.id";
pub(crate) const DAY: u32 = 86_400;

/// Keeps what it is given; refuses it while `down`, waits while `slow` is held, with a mail also while `slow_mail` is. While
/// `silent` it takes a message and tells nobody.
#[derive(Default)]
pub(crate) struct Recorder {
    pub(crate) sent: Mutex<Vec<Message>>,
    /// References of the messages in `sent`.
    pub(crate) references: Mutex<Vec<String>>,
    pub(crate) down: std::sync::atomic::AtomicBool,
    pub(crate) silent: std::sync::atomic::AtomicBool,
    pub(crate) slow: tokio::sync::Mutex<()>,
    pub(crate) slow_mail: tokio::sync::Mutex<()>,
    /// Messages that it was given.
    pub(crate) begun: std::sync::atomic::AtomicU32,
}

#[async_trait::async_trait]
impl Sender for Recorder {
    fn channels(&self) -> Vec<Channel> {
        vec![Channel::Sms, Channel::Email]
    }

    async fn send(&self, message: &Message, reference: &str) -> SendOutcome {
        self.begun.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let _ = self.slow.lock().await;
        if message.channel == Channel::Email {
            let _ = self.slow_mail.lock().await;
        }
        if self.down.load(std::sync::atomic::Ordering::SeqCst) {
            return SendOutcome::NotNow(Why::NoConnection);
        }
        self.sent.lock().unwrap().push(message.clone());
        self.references.lock().unwrap().push(reference.to_owned());
        if self.silent.load(std::sync::atomic::Ordering::SeqCst) {
            return SendOutcome::Unknown(Why::NoAnswer);
        }
        SendOutcome::Sent
    }
}

pub(crate) struct Server {
    pub(crate) app: Shared,
    pub(crate) post: Arc<Recorder>,
    pub(crate) router: Router,
    directory: tempfile::TempDir,
}

/// A machine at the other end of a connection, and headers that it writes.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'a> {
    pub(crate) address: &'a str,
    pub(crate) headers: &'a [(&'a str, &'a str)],
}

/// An answer, read whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    async fn read(response: http::Response<Body>) -> Answer {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("{} {}", self.status, String::from_utf8_lossy(&self.bytes)))
    }

    /// The problem's word, as `code-wrong`.
    pub(crate) fn problem(&self) -> String {
        let body = self.json();
        body["type"].as_str().unwrap_or_else(|| panic!("{body}")).trim_start_matches("/problems/").to_owned()
    }

    pub(crate) fn is(self, status: u16) -> Answer {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }

    pub(crate) fn refuses(self, word: &str) -> Answer {
        assert_eq!(self.problem(), word, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }
}

/// A reward that costs 1,000 points, without any rule.
pub(crate) fn reward(id: &str) -> Reward {
    let two = |text: &str| Bilingual { id: text.to_owned(), en: format!("{text} (en)") };
    Reward {
        id: id.to_owned(),
        kind: RewardKind("voucher".to_owned()),
        brand: "Kopi Senja".to_owned(),
        title: two("Voucher Kopi"),
        description: two("Isi"),
        terms: Bilingual { id: vec!["Sekali pakai.".to_owned()], en: vec!["Once.".to_owned()] },
        how_to_use: two("Tunjukkan"),
        image: None,
        points: 1000,
        promotion: None,
        worth: Some(Worth::Exact(2500)),
        stock_total: None,
        stock_left: None,
        published_at: Moment(0),
        visible_from: None,
        visible_until: None,
        opens_at: None,
        closes_at: None,
        needs: Needs::Nothing,
        quantity_max: 5,
        limit: None,
        balance_min: None,
        tiers: Vec::new(),
        voucher_days: Some(30),
    }
}

pub(crate) fn member(id: &str, phone: Option<&str>, email: Option<&str>) -> MemberRow {
    MemberRow {
        id: id.to_owned(),
        name: "Sari".to_owned(),
        state: AccountState::Verified,
        tier: "gold".to_owned(),
        phone: phone.map(str::to_owned),
        email: email.map(str::to_owned),
    }
}

fn config(directory: &tempfile::TempDir, database: Database) -> Config {
    Config {
        database,
        code_key_file: Some(directory.path().join("codekey")),
        public_url: "https://tukar.example.id".to_owned(),
        ..Config::default()
    }
}

impl Server {
    /// A server with the given rewards and without members.
    pub(crate) async fn empty(list: Vec<Reward>) -> Server {
        let directory = tempfile::tempdir().unwrap();
        let database = database::new_database(directory.path()).await;
        Server::empty_at(directory, database, list).await
    }

    /// The same on a database that is there already, and empty.
    pub(crate) async fn empty_at(
        directory: tempfile::TempDir,
        database: Database,
        list: Vec<Reward>,
    ) -> Server {
        let config = config(&directory, database);
        let server = Server::open(directory, config, START).await;
        server.set_rewards(list).await;
        server
    }

    async fn open(directory: tempfile::TempDir, config: Config, now: Moment) -> Server {
        let store = Store::open(&config.database).await.unwrap();
        let post = Arc::new(Recorder::default());
        let clock = Clock::standing_at(now);
        let app = App::new(store, config, (clock, Random), (CodeKey::new([7; 32]), post.clone())).unwrap();
        Server { router: api::router(Arc::clone(&app)), app, post, directory }
    }

    /// The same database under a new process; the old one was told to stop, or died.
    pub(crate) async fn restarted(self, told: bool) -> Server {
        let now = self.now();
        if told {
            self.app.store.close().await;
        }
        let config = Config::clone(&self.app.config);
        Server::open(self.directory, config, now).await
    }

    /// The same database under a new process with other settings.
    pub(crate) async fn with(self, change: impl FnOnce(&mut Config)) -> Server {
        let now = self.now();
        self.app.store.close().await;
        let mut config = Config::clone(&self.app.config);
        change(&mut config);
        Server::open(self.directory, config, now).await
    }

    /// A server with one member, who has a phone, an e-mail address and 5,000 points in two lots.
    pub(crate) async fn new(list: Vec<Reward>) -> Server {
        let server = Server::empty(list).await;
        server.enrol(member("m1", Some(PHONE), Some(EMAIL))).await;
        server.earn("m1", "a", 2_000, Expiry::Months(1)).await;
        server.earn("m1", "b", 3_000, Expiry::Months(12)).await;
        server
    }

    pub(crate) async fn set_rewards(&self, list: Vec<Reward>) {
        let now = self.now();
        self.app
            .store
            .transact("test", async |conn| rewards::set_rewards(conn, &list, now).await)
            .await
            .unwrap();
    }

    pub(crate) async fn enrol(&self, row: MemberRow) {
        let now = self.now();
        self.app.store.transact("test", async |conn| points::enrol(conn, &row, now).await).await.unwrap();
    }

    pub(crate) async fn earn(&self, member: &str, lot: &str, count: i64, expiry: Expiry) {
        self.earn_from(member, lot, (count, None), expiry).await;
    }

    /// Points that are pending until a moment.
    pub(crate) async fn earn_pending(
        &self,
        member: &str,
        lot: &str,
        (count, grant_at): (i64, Moment),
        expiry: Expiry,
    ) {
        self.earn_from(member, lot, (count, Some(grant_at)), expiry).await;
    }

    async fn earn_from(
        &self,
        member: &str,
        lot: &str,
        (points, grant_at): (i64, Option<Moment>),
        expiry: Expiry,
    ) {
        let source = Bilingual { id: "Isi ulang".to_owned(), en: "Top-up".to_owned() };
        let earned = Earned { lot_id: lot.to_owned(), points, at: self.now(), expiry, grant_at, source };
        let app = &self.app;
        app.store
            .transact("test", async |conn| points::earn(app, conn, (member, earned)).await)
            .await
            .unwrap();
    }

    pub(crate) fn now(&self) -> Moment {
        self.app.clock.now()
    }

    pub(crate) fn later(&self, seconds: u32) {
        self.app.clock.advance(seconds);
    }

    pub(crate) async fn work(&self) {
        worker::run_due(&self.app).await.unwrap();
    }

    pub(crate) async fn ask(
        &self,
        method_and_path: (&str, &str),
        token_and_key: (Option<&str>, Option<&str>),
        body: Option<Value>,
    ) -> Answer {
        self.ask_at(&[], method_and_path, token_and_key, body).await
    }

    /// As [`Server::ask`], with the headers that tell from where.
    pub(crate) async fn ask_at(
        &self,
        place: &[(&str, &str)],
        (method, path): (&str, &str),
        (token, key): (Option<&str>, Option<&str>),
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::ACCEPT_LANGUAGE, "id");
        for (name, value) in place {
            request = request.header(*name, *value);
        }
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        Answer::read(self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap()).await
    }

    /// The latest message, after the worker has run.
    pub(crate) async fn message(&self) -> Message {
        self.work().await;
        self.post.sent.lock().unwrap().last().cloned().expect("a message was sent")
    }

    /// The code of the latest message.
    pub(crate) async fn code(&self) -> String {
        let text = self.message().await.text;
        text.rsplit('#').next().unwrap().to_owned()
    }

    pub(crate) async fn ask_code(&self, contact: &str) -> Answer {
        self.ask(("POST", "/v1/challenges"), (None, None), Some(json!({"contact": contact}))).await
    }

    /// Asks through one proxy, which was called from the last address of `forwarded`.
    pub(crate) async fn ask_from(&self, forwarded: &str, contact: &str) -> Answer {
        self.post_from(forwarded, "/v1/challenges", json!({ "contact": contact })).await
    }

    /// Posts JSON, or a form where it is a text, through one proxy as [`Server::ask_from`].
    pub(crate) async fn post_from(&self, forwarded: &str, path: &str, body: Value) -> Answer {
        let caller = Caller { address: "10.0.0.1", headers: &[("x-forwarded-for", forwarded)] };
        self.post_as(caller, path, body).await
    }

    /// Posts JSON, or a form where it is a text, as a machine that calls the server itself.
    pub(crate) async fn post_as(&self, caller: Caller<'_>, path: &str, body: Value) -> Answer {
        let peer = api::client::Peer((caller.address.parse::<std::net::IpAddr>().unwrap(), 4711).into());
        let (kind, body) = match body {
            Value::String(form) => ("application/x-www-form-urlencoded", form),
            body => ("application/json", body.to_string()),
        };
        let mut request = Request::post(path).header(header::CONTENT_TYPE, kind).extension(peer);
        for (name, value) in caller.headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body)).unwrap();
        Answer::read(self.router.clone().oneshot(request).await.unwrap()).await
    }

    pub(crate) async fn check(&self, challenge: &Value, code: &str) -> Answer {
        let id = challenge["challenge_id"].as_str().unwrap();
        let path = format!("/v1/challenges/{id}/check");
        self.ask(("POST", &path), (None, None), Some(json!({"code": code}))).await
    }

    /// Signs in and gives a member's hands.
    pub(crate) async fn sign_in(&self, contact: &str) -> Visitor<'_> {
        let challenge = self.ask_code(contact).await.is(202).json();
        let code = self.code().await;
        let signed_in = self.check(&challenge, &code).await.is(200).json();
        Visitor { server: self, token: signed_in["token"].as_str().unwrap().to_owned() }
    }

    /// As [`Server::sign_in`], reading the code where it waits: the worker does not run.
    pub(crate) async fn sign_in_without_worker(&self, contact: &str) -> Visitor<'_> {
        let challenge = self.ask_code(contact).await.is(202).json();
        let text: String = sqlx::query_scalar("SELECT text FROM outbox")
            .fetch_one(&mut *self.app.store.read().await.unwrap())
            .await
            .unwrap();
        let signed_in = self.check(&challenge, text.rsplit('#').next().unwrap()).await.is(200).json();
        Visitor { server: self, token: signed_in["token"].as_str().unwrap().to_owned() }
    }

    /// What must hold after every test: the member's books add up, and the audit of all of them finds nothing.
    pub(crate) async fn audit(&self, member: &str) {
        self.adds_up(member).await;
        let found = tukar_server::audit::run(&self.app.store).await.unwrap();
        assert!(found.is_ok(), "{found:?}");
    }

    /// A member's entries sum to zero and say the same as their lots and their history, all at one moment: a commit may come
    /// while this reads.
    pub(crate) async fn adds_up(&self, member: &str) {
        let read = async |conn: &mut tukar_server::store::Connection| {
            let sums = ledger::sum_entries(conn, member).await?;
            let mut lots = Vec::new();
            for account in ["available", "held", "pending"] {
                let sql = format!(
                    "SELECT CAST(COALESCE(SUM({account}), 0) AS BIGINT) FROM lots WHERE member_id = $1"
                );
                let sum = sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(sql)).bind(member.to_owned());
                lots.push((account, sum.fetch_one(&mut *conn).await?));
            }
            let history =
                "SELECT CAST(COALESCE(SUM(points), 0) AS BIGINT) FROM activities WHERE member_id = $1";
            let history: i64 = sqlx::query_scalar(history).bind(member).fetch_one(&mut *conn).await?;
            Ok::<_, sqlx::Error>((sums, lots, history))
        };
        let (sums, lots, history) = self.app.store.read_moment(read).await.unwrap();
        assert_eq!(sums.values().sum::<i64>(), 0, "{sums:?}");
        for (account, sum) in lots {
            assert_eq!(sums.get(account).copied().unwrap_or(0), sum, "{account}: {sums:?}");
        }
        assert_eq!(history, sums.get("available").copied().unwrap_or(0), "history says what is available");
    }

    /// Runs statements that no server would.
    pub(crate) async fn tamper(&self, sql: &str) {
        let work = async |conn: &mut Connection| {
            conn.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(sql))).await.map(|_| ())
        };
        self.app.store.transact("test", work).await.unwrap();
    }

    /// How many rows a table has.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        let sql = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        sqlx::query_scalar(sql).fetch_one(&mut *self.app.store.read().await.unwrap()).await.unwrap()
    }
}

/// A signed-in member.
#[derive(Clone)]
pub(crate) struct Visitor<'a> {
    pub(crate) server: &'a Server,
    pub(crate) token: String,
}

impl Visitor<'_> {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.server.ask(("GET", path), (Some(&self.token), None), None).await
    }

    pub(crate) async fn post(&self, path: &str, key: Option<&str>, body: Value) -> Answer {
        self.server.ask(("POST", path), (Some(&self.token), key), Some(body)).await
    }

    pub(crate) async fn quote(&self, reward: &str, quantity: u32) -> Value {
        let body = json!({"reward_id": reward, "quantity": quantity});
        self.post("/v1/redemptions/quote", None, body).await.is(200).json()
    }

    /// The body that asks for a redemption by the reward's quote.
    pub(crate) async fn asking(&self, reward: &str, quantity: u32) -> Value {
        // No two attempts of a test share a moment, so that history and messages have an order.
        self.server.later(1);
        let quote = self.quote(reward, quantity).await;
        json!({
            "id": uuid::Uuid::new_v4().to_string(),
            "reward_id": reward,
            "quantity": quantity,
            "points": quote["points"],
            "price_version": quote["price_version"],
        })
    }

    pub(crate) async fn send(&self, asking: &Value) -> Answer {
        self.post("/v1/redemptions", asking["id"].as_str(), asking.clone()).await
    }

    /// Holds points for one piece; gives the attempt's id.
    pub(crate) async fn hold(&self, reward: &str) -> String {
        let asking = self.asking(reward, 1).await;
        self.send(&asking).await.is(201);
        asking["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn confirm(&self, id: &str, code: &str) -> Answer {
        self.confirm_as(id, code, &format!("confirm-{code}")).await
    }

    pub(crate) async fn confirm_as(&self, id: &str, code: &str, key: &str) -> Answer {
        self.post(&format!("/v1/redemptions/{id}/confirm"), Some(key), json!({"code": code})).await
    }

    pub(crate) async fn cancel(&self, id: &str) -> Answer {
        self.post(&format!("/v1/redemptions/{id}/cancel"), Some("cancel"), json!({})).await
    }

    pub(crate) async fn redemption(&self, id: &str) -> Value {
        self.get(&format!("/v1/redemptions/{id}")).await.is(200).json()
    }

    /// Available and held points.
    pub(crate) async fn points(&self) -> (i64, i64) {
        let balance = self.get("/v1/me/balance").await.is(200).json();
        (balance["available"].as_i64().unwrap(), balance["held"].as_i64().unwrap())
    }
}

/// Another code than `code`.
pub(crate) fn wrong(code: &str) -> String {
    let number: u32 = code.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

/// So that a test's error type is named once.
pub(crate) type Fault = ApiError;
