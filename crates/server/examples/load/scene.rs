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
use tukar_domain::calendar::{self, Expiry};
use tukar_server::{
    app::{App, Shared},
    catalogue::Reward,
    clock::{Clock, moment, timestamp},
    config::{self, Config},
    edge, generate, http, import,
    random::Random,
    secret::{CodeKey, sha256},
    senders::{Message, SendOutcome, Sender},
    store::{
        Connection, Database, Store, Writes,
        ledger::{Line, chain_hash},
        rewards,
    },
    worker,
};
use tukar_wire::{Channel, Moment};

const MEMBERS_AT_ONCE: usize = 50;
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

    async fn send(&self, message: &Message, _: &str) -> SendOutcome {
        let code = message.text.rsplit('#').next().unwrap_or_default().to_owned();
        self.0.lock().unwrap().insert(message.to.clone(), code);
        SendOutcome::Sent
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
    /// Refused as a server should that has no room: 503 and `Retry-After`.
    busy: AtomicUsize,
}

pub(crate) fn id(number: usize) -> String {
    format!("m{number:08}")
}

fn phone(number: usize) -> String {
    format!("+62812{number:08}")
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
        let visitors = Visitors {
            client,
            address,
            codes,
            price_version,
            confirms: Mutex::default(),
            busy: AtomicUsize::default(),
        };
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
            self.add(some, 1).await;
        }
        self.members = members;
    }

    /// A member with so many lots.
    pub(crate) async fn with_lots(&mut self, lots: usize) -> usize {
        let number = self.members;
        self.add(&[number], lots).await;
        self.members += 1;
        number
    }

    async fn add(&self, numbers: &[usize], lots: usize) {
        let now = self.app.clock.now();
        let work = async |conn: &mut Connection| {
            let mut writes = Writes::new();
            add_members(&mut writes, numbers, now);
            let rows: Vec<Row> =
                numbers.iter().flat_map(|number| Row::chain(&self.app, (*number, lots), now)).collect();
            for rows in rows.chunks(MEMBERS_AT_ONCE) {
                add_lots(&mut writes, rows, now);
            }
            writes.run(conn).await
        };
        self.app.store.transact("bench", work).await.unwrap();
    }
}

/// Members and their sessions, a statement for all of them: a million in a minute.
fn add_members(writes: &mut Writes, numbers: &[usize], now: Moment) {
    writes.add(numbers.len(), |query| {
        query.push("INSERT INTO members (id, name, state, tier, phone, joined_at) VALUES ");
        query.push_rows(numbers, |row, number| {
            row.push_bind(id(*number)).push_bind("Sari").push_bind("verified").push_bind("gold");
            row.push_bind(phone(*number)).push_bind(now.0);
        });
    });
    writes.add(numbers.len(), |query| {
        query.push("INSERT INTO sessions (token_hash, member_id, made_at, seen_at, ends_at) VALUES ");
        query.push_rows(numbers, |row, number| {
            row.push_bind(sha256(token(*number).as_bytes())).push_bind(id(*number));
            row.push_bind(now.0).push_bind(now.0).push_bind(now.plus_ms(12 * 3_600_000).0);
        });
    });
}

/// A lot and the posting that made it, as `service::points::earn` writes them.
struct Row {
    member: String,
    lot: String,
    posting: String,
    number: i64,
    hash: Vec<u8>,
    ends_at: i64,
}

impl Row {
    fn chain(app: &App, (number, lots): (usize, usize), now: Moment) -> Vec<Row> {
        let mut before = Vec::new();
        let row = |lot| {
            let row = Row::of(app, (number, lot), (&before, now));
            before.clone_from(&row.hash);
            row
        };
        (0..lots).map(row).collect()
    }

    fn of(app: &App, (number, lot): (usize, usize), (before, now): (&[u8], Moment)) -> Row {
        let expiry = Expiry::Months(1 + lot as u32 % 24);
        let ends_at = calendar::ends_at(&expiry, timestamp(now), &app.zone).unwrap();
        let lot_id = format!("lot-{lot:05}");
        let posting = format!("earn-{lot_id}");
        let lines = [
            Line { account: "issued", lot: None, points: -POINTS },
            Line { account: "available", lot: Some(&lot_id), points: POINTS },
        ];
        let hash = chain_hash(before, &posting, &lines);
        Row {
            member: id(number),
            number: 1 + lot as i64,
            hash,
            ends_at: moment(ends_at).0,
            posting,
            lot: lot_id,
        }
    }
}

fn add_lots(writes: &mut Writes, rows: &[Row], now: Moment) {
    writes.add(rows.len(), |query| {
        query.push(
            "INSERT INTO lots (member_id, id, earned_at, ends_at, granted, pending, available, held, source_id, source_en) VALUES ",
        );
        query.push_rows(rows, |values, row| {
            values.push_bind(row.member.as_str()).push_bind(row.lot.as_str()).push_bind(now.0).push_bind(row.ends_at);
            values.push_bind(POINTS).push_bind(0_i64).push_bind(POINTS).push_bind(0_i64);
            values.push_bind("Isi ulang").push_bind("Top-up");
        });
    });
    writes.add(rows.len(), |query| {
        query.push("INSERT INTO postings (member_id, number, posting_id, hash) VALUES ");
        query.push_rows(rows, |values, row| {
            values.push_bind(row.member.as_str()).push_bind(row.number);
            values.push_bind(row.posting.as_str()).push_bind(row.hash.as_slice());
        });
    });
    writes.add(rows.len() * 2, |query| {
        query.push("INSERT INTO entries (member_id, posting_id, line, account, lot_id, points) VALUES ");
        query.push_rows(rows.iter().flat_map(|row| [(row, 0_i64), (row, 1)]), |values, (row, line)| {
            let (account, lot, points) = if line == 0 {
                ("issued", None, -POINTS)
            } else {
                ("available", Some(row.lot.as_str()), POINTS)
            };
            values.push_bind(row.member.as_str()).push_bind(row.posting.as_str()).push_bind(line);
            values.push_bind(account).push_bind(lot).push_bind(points);
        });
    });
    writes.add(rows.len(), |query| {
        query.push("INSERT INTO activities (member_id, id, at, kind, points, title_id, title_en) VALUES ");
        query.push_rows(rows, |values, row| {
            values.push_bind(row.member.as_str()).push_bind(row.posting.as_str()).push_bind(now.0);
            values.push_bind("earned").push_bind(POINTS).push_bind("Isi ulang").push_bind("Top-up");
        });
    });
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
        if status == 503 && response.headers().contains_key("retry-after") {
            self.busy.fetch_add(1, Ordering::Relaxed);
        }
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

    /// Requests refused with 503 and `Retry-After` since this was last asked.
    pub(crate) fn busy(&self) -> usize {
        self.busy.swap(0, Ordering::Relaxed)
    }

    /// Takes what confirmations took until now.
    pub(crate) fn confirm_latencies(&self) -> Vec<Duration> {
        std::mem::take(&mut self.confirms.lock().unwrap())
    }
}
