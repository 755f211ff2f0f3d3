//! Members who redeem one reward each, and keep what they were answered, while servers die.

use crate::servers::{POINTS, REWARD, Server, phone, prepare, token};
use rand::{Rng, SeedableRng, rngs::StdRng};
use reqwest::Client;
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Mutex, task::JoinSet};
use tukar_server::{
    audit,
    store::{Database, Store},
};

/// Visitors at once.
const VISITORS: usize = 8;
/// So many members are ready for each cycle; a cycle that needs more ends the load early.
const PER_CYCLE: usize = 60;
/// A server that starts again is ready within this.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// What a member was told.
#[derive(Clone, Debug, Default)]
struct Told {
    number: usize,
    asking: Value,
    code: String,
    held: bool,
    confirmed: Option<Vec<u8>>,
}

struct Load {
    client: Client,
    addresses: Vec<String>,
    next: AtomicUsize,
    asked: AtomicUsize,
    members: usize,
    over: AtomicBool,
    told: Mutex<Vec<Told>>,
}

/// An answer: its status and bytes; `None`: none came.
type Answer = Option<(u16, Vec<u8>)>;

impl Load {
    async fn ask(
        &self,
        (method, path): (&str, &str),
        (number, key): (usize, &str),
        body: Option<&Value>,
    ) -> Answer {
        let address = &self.addresses[self.asked.fetch_add(1, Ordering::Relaxed) % self.addresses.len()];
        let mut request = self
            .client
            .request(method.parse().unwrap(), format!("http://{address}{path}"))
            .bearer_auth(token(number))
            .header("Idempotency-Key", key);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        Some((status, response.bytes().await.ok()?.to_vec()))
    }

    /// Asks until there is an answer that is not about the server's own trouble.
    async fn insist(&self, what: (&str, &str), who: (usize, &str), body: Option<&Value>) -> (u16, Vec<u8>) {
        for _ in 0..200 {
            match self.ask(what, who, body).await {
                Some((status, bytes)) if status < 500 => return (status, bytes),
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        panic!("no answer to {what:?} for ten seconds");
    }

    /// The code as it arrived at any of the servers.
    async fn code(&self, number: usize) -> Option<String> {
        let to = phone(number).replace('+', "%2B");
        for address in &self.addresses {
            let url = format!("http://{address}/demo/inbox.json?to={to}");
            let Ok(response) = self.client.get(url).send().await else { continue };
            let Ok(list) = response.json::<Value>().await else { continue };
            if let Some(text) = list["messages"][0]["text"].as_str() {
                return Some(text.rsplit('#').next().unwrap().to_owned());
            }
        }
        None
    }

    /// One member after the other, until the load is over. What was told is kept whenever it breaks off.
    async fn visit(self: Arc<Self>) {
        while !self.over.load(Ordering::SeqCst) {
            let number = self.next.fetch_add(1, Ordering::SeqCst);
            if number >= self.members {
                return;
            }
            let told = self.redeem(number).await;
            self.told.lock().await.push(told);
        }
    }

    async fn redeem(&self, number: usize) -> Told {
        let mut told = Told { number, ..Told::default() };
        let quote = json!({"reward_id": REWARD, "quantity": 1});
        let Some((200, quoted)) =
            self.ask(("POST", "/v1/redemptions/quote"), (number, ""), Some(&quote)).await
        else {
            return told;
        };
        let quoted: Value = serde_json::from_slice(&quoted).unwrap();
        let id = uuid::Uuid::new_v4().to_string();
        told.asking = json!({
            "id": id, "reward_id": REWARD, "quantity": 1, "points": POINTS, "price_version": quoted["price_version"],
        });
        let held = self.ask(("POST", "/v1/redemptions"), (number, &id), Some(&told.asking)).await;
        told.held = matches!(held, Some((201, _)));
        if !told.held {
            return told;
        }
        for _ in 0..40 {
            if let Some(code) = self.code(number).await {
                told.code = code;
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if told.code.is_empty() {
            return told;
        }
        let body = json!({"code": told.code});
        let path = format!("/v1/redemptions/{id}/confirm");
        if let Some((200, bytes)) = self.ask(("POST", &path), (number, "confirm"), Some(&body)).await {
            told.confirmed = Some(bytes);
        }
        told
    }

    /// Whatever was answered stands, and the same requests again come to one redemption.
    async fn verify(&self, told: &Told) -> (bool, bool) {
        let Some(id) = told.asking["id"].as_str() else { return (false, false) };
        let (number, path) = (told.number, format!("/v1/redemptions/{id}"));
        let (status, bytes) = self.insist(("GET", &path), (number, ""), None).await;
        assert!(status == 200 || (status == 404 && !told.held), "an answered hold is gone: {told:?}");
        if status == 200 {
            let state = serde_json::from_slice::<Value>(&bytes).unwrap()["state"].clone();
            assert!(
                told.confirmed.is_none() || state == "fulfilled",
                "an answered confirmation is gone: {told:?}"
            );
        }
        let (status, _) = self.insist(("POST", "/v1/redemptions"), (number, id), Some(&told.asking)).await;
        assert!(status == 200 || (status == 201 && !told.held), "{status} {told:?}");
        if !told.code.is_empty() {
            let body = json!({"code": told.code});
            let (status, bytes) =
                self.insist(("POST", &format!("{path}/confirm")), (number, "confirm"), Some(&body)).await;
            assert_eq!(status, 200, "{} {told:?}", String::from_utf8_lossy(&bytes));
            assert!(told.confirmed.as_ref().is_none_or(|first| *first == bytes), "other bytes: {told:?}");
        }
        let (_, bytes) = self.insist(("GET", "/v1/me/balance"), (number, ""), None).await;
        let balance: Value = serde_json::from_slice(&bytes).unwrap();
        let done = !told.code.is_empty();
        let wanted = if done { (0, 0) } else { (0, POINTS) };
        let points = (balance["available"].as_i64().unwrap(), balance["held"].as_i64().unwrap());
        assert_eq!(points, wanted, "{told:?}");
        let (_, bytes) = self.insist(("GET", "/v1/vouchers"), (number, ""), None).await;
        let vouchers = serde_json::from_slice::<Value>(&bytes).unwrap()["vouchers"].as_array().unwrap().len();
        assert_eq!(vouchers, usize::from(done), "{told:?}");
        (told.held, told.confirmed.is_some())
    }
}

/// How often servers are killed.
pub(crate) fn cycles() -> usize {
    std::env::var("TUKAR_CYCLES").ok().and_then(|text| text.parse().ok()).unwrap_or(15)
}

/// A programme and members enough for all cycles.
pub(crate) async fn begin(directory: &Path, database: &Database) {
    prepare(directory, database, cycles() * PER_CYCLE).await;
}

/// The books are in order.
pub(crate) async fn end(database: &Database) {
    let store = Store::open(database).await.unwrap();
    let found = audit::run(&store).await.unwrap();
    assert!(found.is_ok(), "{found:?}");
    store.close().await;
}

/// Servers on one database, and members who visit them.
pub(crate) struct Scene {
    pub(crate) servers: Vec<Server>,
    load: Option<Load>,
    held: usize,
    confirmed: usize,
}

impl Scene {
    /// So many servers; each cycle uses up to [`PER_CYCLE`] members.
    pub(crate) async fn start((directory, database): (&Path, &Database), count: usize) -> Scene {
        let mut servers = Vec::new();
        for _ in 0..count {
            servers.push(Server::start(directory, database).await);
        }
        let client = Client::builder().timeout(Duration::from_secs(10)).build().unwrap();
        let load = Load {
            client,
            addresses: servers.iter().map(|server| server.address.clone()).collect(),
            next: AtomicUsize::new(0),
            asked: AtomicUsize::new(0),
            members: cycles() * PER_CYCLE,
            over: AtomicBool::new(false),
            told: Mutex::new(Vec::new()),
        };
        Scene { servers, load: Some(load), held: 0, confirmed: 0 }
    }

    /// Members come and go while `disaster` strikes; then what each of them was told is held against what is there.
    pub(crate) async fn cycle<T>(&mut self, disaster: impl AsyncFnOnce(&mut [Server]) -> T) -> T {
        let load = self.load.take().unwrap();
        load.over.store(false, Ordering::SeqCst);
        let shared = Arc::new(load);
        let mut visitors = JoinSet::new();
        for _ in 0..VISITORS {
            visitors.spawn(Arc::clone(&shared).visit());
        }
        let struck = disaster(&mut self.servers).await;
        shared.over.store(true, Ordering::SeqCst);
        while let Some(done) = visitors.join_next().await {
            done.unwrap();
        }
        let load = Arc::into_inner(shared).unwrap();
        for told in std::mem::take(&mut *load.told.lock().await) {
            let (was_held, was_confirmed) = load.verify(&told).await;
            self.held += usize::from(was_held);
            self.confirmed += usize::from(was_confirmed);
        }
        self.load = Some(load);
        struck
    }

    /// Answered holds and answered confirmations, every one of which was found again, and none twice.
    pub(crate) fn counted(&self) -> (usize, usize) {
        (self.held, self.confirmed)
    }
}

/// Kills one of `count` servers at a time.
#[allow(dead_code, reason = "where the database itself dies, the disaster is another")]
pub(crate) async fn run(place: (&Path, &Database), count: usize) {
    let cycles = cycles();
    let mut scene = Scene::start(place, count).await;
    let mut rng = StdRng::seed_from_u64(cycles as u64);
    let mut slowest = Duration::ZERO;
    for _ in 0..cycles {
        let (wait, victim) = (rng.random_range(20..500), rng.random_range(0..count));
        let ready = scene.cycle(async |servers: &mut [Server]| {
            tokio::time::sleep(Duration::from_millis(wait)).await;
            servers[victim].kill_and_start().await
        });
        slowest = slowest.max(ready.await);
    }
    let (held, confirmed) = scene.counted();
    eprintln!(
        "{cycles} kills among {count}: {held} answered holds and {confirmed} answered confirmations, all there, none twice; \
         slowest start {slowest:?}"
    );
    assert!(confirmed > cycles, "the load was too light to tell anything");
    assert!(slowest < READY_WITHIN, "ready after {slowest:?}");
}
