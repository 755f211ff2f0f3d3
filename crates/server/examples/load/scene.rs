//! A server in this process on a true socket, members for it, and their requests.

use reqwest::Client;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tukar_domain::{calendar::Expiry, eligibility::AccountState};
use tukar_server::{
    app::{App, Shared},
    catalogue::{Bilingual, Reward},
    clock::Clock,
    config::{self, Config},
    edge, generate, http, import,
    random::Random,
    secret::{CodeKey, sha256},
    senders::{Message, SendError, Sender},
    service::points::{self, Earned},
    store::{
        Connection, Database, Store,
        members::{self, MemberRow},
        rewards,
    },
    worker,
};
use tukar_wire::{Channel, Moment};

const MEMBERS_AT_ONCE: usize = 500;
pub(crate) const REWARD: &str = "bench";
pub(crate) const POINTS: i64 = 1_000;

/// Hands each code to the visitor who waits for it.
#[derive(Default)]
struct Codes(Mutex<HashMap<String, String>>);

#[async_trait::async_trait]
impl Sender for Codes {
    fn channels(&self) -> Vec<Channel> {
        vec![Channel::Sms]
    }

    async fn send(&self, message: &Message) -> Result<(), SendError> {
        let code = message.text.rsplit('#').next().unwrap_or_default().to_owned();
        self.0.lock().unwrap().insert(message.to.clone(), code);
        Ok(())
    }
}

/// The server and who visits it.
pub(crate) struct Scene {
    app: Shared,
    visitors: Arc<Visitors>,
    members: usize,
    fresh: Arc<AtomicUsize>,
}

/// Hands of all members.
pub(crate) struct Visitors {
    client: Client,
    address: String,
    codes: Arc<Codes>,
    price_version: String,
    confirms: Mutex<Vec<Duration>>,
}

pub(crate) fn id(number: usize) -> String {
    format!("m{number:08}")
}

fn phone(number: usize) -> String {
    format!("+628{number:09}")
}

fn token(number: usize) -> String {
    format!("token-{number}")
}

impl Scene {
    pub(crate) async fn open(database: &Database) -> Scene {
        let config = Config {
            database: database.clone(),
            public_url: "https://tukar.example.id".to_owned(),
            codes: config::Codes { per_hour: u32::MAX, ..config::Codes::default() },
            ..Config::default()
        };
        let store = Store::open(database).await.unwrap();
        let codes = Arc::new(Codes::default());
        let (clock, key) = (Clock::real(), CodeKey::new([7; 32]));
        let app = App::new(store, config, (clock, Random), (key, codes.clone())).unwrap();
        let now = app.clock.now();

        let mut file = Vec::new();
        generate::write(&mut file, 200, 1).unwrap();
        let read = import::parse("bench", std::str::from_utf8(&file).unwrap(), now).unwrap();
        let mut list = read.rewards.unwrap();
        let plain = Reward {
            id: REWARD.to_owned(),
            points: POINTS,
            promotion: None,
            stock_total: None,
            stock_left: None,
            visible_from: None,
            visible_until: None,
            opens_at: None,
            closes_at: None,
            needs: tukar_wire::Needs::Nothing,
            limit: None,
            balance_min: None,
            tiers: Vec::new(),
            kind: tukar_wire::RewardKind("voucher".to_owned()),
            ..list[0].clone()
        };
        let price_version = plain.price_version(now);
        list.push(plain);
        let work = async |conn: &mut Connection| rewards::set_rewards(conn, &list, now).await;
        app.store.transact("bench", work).await.unwrap();

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let router = http::router(Arc::clone(&app));
        tokio::spawn(edge::serve(listener, router, edge::Limits::default(), std::future::pending()));
        tokio::spawn(worker::run(Arc::clone(&app), CancellationToken::new()));
        let client = Client::builder().pool_max_idle_per_host(512).build().unwrap();
        let visitors = Visitors { client, address, codes, price_version, confirms: Mutex::default() };
        Scene { app, visitors: Arc::new(visitors), members: 0, fresh: Arc::default() }
    }

    pub(crate) fn visitors(&self) -> Arc<Visitors> {
        Arc::clone(&self.visitors)
    }

    pub(crate) fn store(&self) -> Store {
        self.app.store.clone()
    }

    pub(crate) fn members(&self) -> usize {
        self.members
    }

    /// Counts members that have not redeemed yet.
    pub(crate) fn fresh(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.fresh)
    }

    /// More members, up to so many.
    pub(crate) async fn grow(&mut self, members: usize) {
        let numbers: Vec<usize> = (self.members..members).collect();
        self.fresh.fetch_max(self.members, Ordering::Relaxed);
        for some in numbers.chunks(MEMBERS_AT_ONCE) {
            let (app, now) = (&self.app, self.app.clock.now());
            let work = async |conn: &mut Connection| {
                for number in some {
                    add_member(app, conn, (*number, 1), now).await;
                }
                Ok::<_, sqlx::Error>(())
            };
            self.app.store.transact("bench", work).await.unwrap();
        }
        self.members = members;
    }

    /// A member with so many lots.
    pub(crate) async fn with_lots(&mut self, lots: usize) -> usize {
        let (app, now, number) = (&self.app, self.app.clock.now(), self.members);
        let work = async |conn: &mut Connection| {
            add_member(app, conn, (number, lots), now).await;
            Ok::<_, sqlx::Error>(())
        };
        self.app.store.transact("bench", work).await.unwrap();
        self.members += 1;
        number
    }
}

async fn add_member(app: &App, conn: &mut Connection, (number, lots): (usize, usize), now: Moment) {
    let id = id(number);
    let row = MemberRow {
        id: id.clone(),
        name: "Sari".to_owned(),
        state: AccountState::Verified,
        tier: "gold".to_owned(),
        phone: Some(phone(number)),
        email: None,
    };
    points::enrol(conn, &row, now).await.unwrap();
    let source = Bilingual { id: "Isi ulang".to_owned(), en: "Top-up".to_owned() };
    for lot in 0..lots {
        let earned = Earned {
            lot_id: format!("lot-{lot:05}"),
            points: POINTS,
            at: now,
            expiry: Expiry::Months(1 + lot as u32 % 24),
            grant_at: None,
            source: source.clone(),
        };
        points::earn(app, conn, (&id, earned)).await.unwrap();
    }
    let ends = now.plus_ms(12 * 3_600_000);
    members::insert_session(conn, (&sha256(token(number).as_bytes()), &id), (now, ends)).await.unwrap();
}

impl Visitors {
    async fn get(&self, path: &str, number: usize) -> bool {
        let asked = self.client.get(format!("http://{}{path}", self.address)).bearer_auth(token(number));
        match asked.send().await {
            Ok(response) => response.status() == 200 && response.bytes().await.is_ok(),
            Err(_) => false,
        }
    }

    async fn post(&self, path: &str, (number, key): (usize, &str), body: &Value) -> Option<u16> {
        let asked = self.client.post(format!("http://{}{path}", self.address)).bearer_auth(token(number));
        let response = asked.header("Idempotency-Key", key).json(body).send().await.ok()?;
        let status = response.status().as_u16();
        response.bytes().await.ok()?;
        Some(status)
    }

    pub(crate) async fn balance(&self, number: usize) -> bool {
        self.get("/v1/me/balance", number).await
    }

    pub(crate) async fn catalogue(&self) -> bool {
        self.get("/v1/rewards?limit=60", 0).await
    }

    /// Holds, reads the code, confirms. False: refused or not answered on the way.
    pub(crate) async fn redeem(&self, number: usize) -> bool {
        let id = uuid::Uuid::new_v4().to_string();
        let asking = json!({
            "id": id, "reward_id": REWARD, "quantity": 1, "points": POINTS, "price_version": self.price_version,
        });
        if self.post("/v1/redemptions", (number, &id), &asking).await != Some(201) {
            return false;
        }
        let phone = phone(number);
        let code = loop {
            let code = self.codes.0.lock().unwrap().remove(&phone);
            match code {
                Some(code) => break code,
                None => tokio::time::sleep(Duration::from_millis(2)).await,
            }
        };
        let asked = Instant::now();
        let path = format!("/v1/redemptions/{id}/confirm");
        let status = self.post(&path, (number, "confirm"), &json!({"code": code})).await;
        self.confirms.lock().unwrap().push(asked.elapsed());
        status == Some(200)
    }

    /// Takes what confirmations took until now.
    pub(crate) fn confirm_latencies(&self) -> Vec<Duration> {
        std::mem::take(&mut self.confirms.lock().unwrap())
    }
}
