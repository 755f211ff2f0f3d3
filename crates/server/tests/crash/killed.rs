//! Members who redeem one reward each, and keep what they were answered, while servers die or their disks fail.

use crate::servers::{POINTS, REWARD, Server, phone, prepare, token};
use anyhow::{Context as _, ensure};
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
use tokio::{task::JoinSet, time::Instant};
use tukar_server::{
    audit,
    store::{Database, Store},
};

/// Visitors at once.
const VISITORS: usize = 8;
/// So many members are ready for each cycle; a cycle that needs more ends the load early.
const PER_CYCLE: usize = 60;
/// Waits for events end here, with a failure: only what hangs takes so long, on any machine.
const HANGS_AFTER: Duration = Duration::from_secs(300);
/// How often a wait looks.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// A member waits so long for a code that may have gone down with its server, and once the trouble is over only so long.
const CODE_WAIT_MAX: Duration = Duration::from_secs(10);
const CODE_WAIT_AFTER_TROUBLE: Duration = Duration::from_secs(1);

/// How long each server took to be ready again.
#[derive(Default)]
pub(crate) struct Starts(Vec<Duration>);

impl Starts {
    pub(crate) fn push(&mut self, ready_after: Duration) {
        self.0.push(ready_after);
    }

    pub(crate) fn slowest(&self) -> Duration {
        self.0.iter().max().copied().unwrap_or_default()
    }

    /// None took more than two seconds; on a machine that is slow or busy, none more than ten times what half of them took: one
    /// that waits for something, as for a lock that the dead server held, is far from the others.
    pub(crate) fn none_hung(&self) {
        let mut sorted = self.0.clone();
        sorted.sort();
        let median = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
        let slowest = self.slowest();
        assert!(
            slowest < Duration::from_secs(2).max(10 * median),
            "ready after {slowest:?}, where half of {} starts took {median:?}",
            sorted.len()
        );
    }
}

/// What a member was told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    number: usize,
    asking: Value,
    code: String,
    pub(crate) held: bool,
    pub(crate) confirmed: Option<Vec<u8>>,
}

/// The members' side.
pub(crate) struct Load {
    client: Client,
    addresses: Vec<String>,
    next: AtomicUsize,
    asked: AtomicUsize,
    /// Answers of any kind.
    answers: AtomicUsize,
    /// Confirmations that were answered.
    confirmed: AtomicUsize,
    /// Answers that said the server could not.
    pub(crate) failures: AtomicUsize,
    /// Those of them that said that something broke, and not only that there is no room now.
    pub(crate) broken: AtomicUsize,
    members: usize,
    over: AtomicBool,
}

/// An answer: its status and bytes; `None`: none came.
type Answer = Option<(u16, Vec<u8>)>;

impl Load {
    pub(crate) fn new(servers: &[Server]) -> Load {
        Load {
            client: Client::builder().timeout(Duration::from_secs(10)).build().unwrap(),
            addresses: servers.iter().map(|server| server.address.clone()).collect(),
            next: AtomicUsize::new(0),
            asked: AtomicUsize::new(0),
            answers: AtomicUsize::new(0),
            confirmed: AtomicUsize::new(0),
            failures: AtomicUsize::new(0),
            broken: AtomicUsize::new(0),
            members: cycles() * PER_CYCLE,
            over: AtomicBool::new(false),
        }
    }

    /// Members redeem, one after the other in each of the visitors' places, until the trouble is over. What they were
    /// told, and what the trouble says.
    pub(crate) async fn during<T>(self: &Arc<Self>, trouble: impl Future<Output = T>) -> (Vec<Told>, T) {
        self.over.store(false, Ordering::SeqCst);
        let mut visitors = JoinSet::new();
        for _ in 0..VISITORS {
            visitors.spawn(Arc::clone(self).visit());
        }
        let said = trouble.await;
        self.over.store(true, Ordering::SeqCst);
        (visitors.join_all().await.into_iter().flatten().collect(), said)
    }

    /// Waits until so many more answers came, or all members have been here.
    #[allow(dead_code, reason = "not asked where the database itself dies")]
    pub(crate) async fn hears(&self, count: usize) {
        let wanted = self.answers.load(Ordering::Relaxed) + count;
        let all_came = || self.next.load(Ordering::SeqCst) >= self.members;
        let heard = || self.answers.load(Ordering::Relaxed) >= wanted || all_came();
        until(heard, "more answers come").await;
    }

    /// Waits until so many more confirmations were answered.
    #[allow(dead_code, reason = "not asked where disks fail")]
    pub(crate) async fn confirms(&self, count: usize) {
        let wanted = self.confirmed.load(Ordering::Relaxed) + count;
        until(|| self.confirmed.load(Ordering::Relaxed) >= wanted, "members redeem").await;
    }

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
        let waits = response.headers().contains_key("retry-after");
        let bytes = response.bytes().await.ok()?.to_vec();
        self.answers.fetch_add(1, Ordering::Relaxed);
        if status >= 500 {
            let problem: Value = serde_json::from_slice(&bytes).unwrap();
            let word = problem["type"].as_str().unwrap();
            assert!(["/problems/busy", "/problems/broken"].contains(&word), "{method} {path}: {problem}");
            let busy = word == "/problems/busy";
            assert_eq!((busy, busy), (status == 503, waits), "{method} {path}: {status} {problem}");
            self.broken.fetch_add(usize::from(!busy), Ordering::Relaxed);
            self.failures.fetch_add(1, Ordering::Relaxed);
        }
        Some((status, bytes))
    }

    /// Asks until there is an answer that is not about the server's own trouble.
    async fn insist(
        &self,
        what: (&str, &str),
        who: (usize, &str),
        body: Option<&Value>,
    ) -> anyhow::Result<(u16, Value, Vec<u8>)> {
        let start = Instant::now();
        while start.elapsed() < HANGS_AFTER {
            match self.ask(what, who, body).await {
                Some((status, bytes)) if status < 500 => {
                    let read = serde_json::from_slice(&bytes).with_context(|| format!("{what:?}"))?;
                    return Ok((status, read, bytes));
                }
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        anyhow::bail!("no answer to {what:?} for {HANGS_AFTER:?}")
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

    /// The code, unless it went down with a server.
    async fn wait_for_code(&self, number: usize) -> Option<String> {
        let asked = Instant::now();
        let mut over_since = None;
        while asked.elapsed() < CODE_WAIT_MAX {
            let code = self.code(number).await;
            if code.is_some() {
                return code;
            }
            if self.over.load(Ordering::SeqCst) {
                let since: &Instant = over_since.get_or_insert_with(Instant::now);
                if since.elapsed() > CODE_WAIT_AFTER_TROUBLE {
                    return None;
                }
            }
            tokio::time::sleep(LOOK_EVERY * 4).await;
        }
        None
    }

    /// One member after the other, until the load is over. What was told is kept whenever it breaks off.
    async fn visit(self: Arc<Self>) -> Vec<Told> {
        let mut told = Vec::new();
        let mut number = self.next.fetch_add(1, Ordering::SeqCst);
        while !self.over.load(Ordering::SeqCst) && number < self.members {
            let one = self.redeem(number).await;
            if one.asking.is_null() {
                // Nobody answered. The member tries again, so that a server that is away does not use all of them up.
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
            told.push(one);
            number = self.next.fetch_add(1, Ordering::SeqCst);
        }
        told
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
        let Some(code) = self.wait_for_code(number).await else { return told };
        told.code = code;
        let body = json!({"code": told.code});
        let path = format!("/v1/redemptions/{id}/confirm");
        if let Some((200, bytes)) = self.ask(("POST", &path), (number, "confirm"), Some(&body)).await {
            told.confirmed = Some(bytes);
            self.confirmed.fetch_add(1, Ordering::Relaxed);
        }
        told
    }

    /// Whatever was answered stands, and the same requests again come to one redemption. What they answer is told from
    /// now on, too.
    pub(crate) async fn check(&self, told: &mut Told) -> anyhow::Result<()> {
        let Some(id) = told.asking["id"].as_str().map(str::to_owned) else { return Ok(()) };
        let (number, path) = (told.number, format!("/v1/redemptions/{id}"));
        let (status, found, _) = self.insist(("GET", &path), (number, ""), None).await?;
        ensure!(status == 200 || (status == 404 && !told.held), "an answered hold is gone: {told:?}");
        ensure!(
            told.confirmed.is_none() || found["state"] == "fulfilled",
            "an answered confirmation is gone: {told:?}"
        );
        let (status, ..) =
            self.insist(("POST", "/v1/redemptions"), (number, &id), Some(&told.asking)).await?;
        ensure!(status == 200 || (status == 201 && !told.held), "{status} {told:?}");
        told.held = true;
        if !told.code.is_empty() {
            let body = json!({"code": told.code});
            let (status, answer, bytes) =
                self.insist(("POST", &format!("{path}/confirm")), (number, "confirm"), Some(&body)).await?;
            ensure!(status == 200, "{answer} {told:?}");
            ensure!(told.confirmed.as_ref().is_none_or(|first| *first == bytes), "other bytes: {told:?}");
            told.confirmed = Some(bytes);
        }
        let (_, balance, _) = self.insist(("GET", "/v1/me/balance"), (number, ""), None).await?;
        let done = told.confirmed.is_some();
        let held = if done { 0 } else { POINTS };
        ensure!(balance["available"] == 0 && balance["held"] == held, "{balance} {told:?}");
        let (_, locker, _) = self.insist(("GET", "/v1/vouchers"), (number, ""), None).await?;
        let vouchers = locker["vouchers"].as_array().map_or(0, Vec::len);
        ensure!(vouchers == usize::from(done), "{vouchers} vouchers: {told:?}");
        Ok(())
    }
}

/// Waits for an event, as long as it may take.
async fn until(happened: impl Fn() -> bool, what: &str) {
    let start = Instant::now();
    while !happened() {
        assert!(start.elapsed() < HANGS_AFTER, "waited {HANGS_AFTER:?} until {what}");
        tokio::time::sleep(LOOK_EVERY).await;
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
#[allow(dead_code, reason = "where disks fail, there is another scene")]
pub(crate) struct Scene {
    pub(crate) servers: Vec<Server>,
    pub(crate) load: Arc<Load>,
    held: usize,
    confirmed: usize,
}

#[allow(dead_code, reason = "where disks fail, there is another scene")]
impl Scene {
    /// So many servers; each cycle uses up to [`PER_CYCLE`] members.
    pub(crate) async fn start(directory: &Path, database: &Database, count: usize) -> Scene {
        let mut servers = Vec::new();
        for _ in 0..count {
            servers.push(Server::start(directory, database).await);
        }
        let load = Arc::new(Load::new(&servers));
        Scene { servers, load, held: 0, confirmed: 0 }
    }

    /// Members come and go while `disaster` strikes; then what each of them was told is held against what is there.
    pub(crate) async fn cycle<T>(&mut self, disaster: impl AsyncFnOnce(&mut [Server], &Load) -> T) -> T {
        let (told, struck) = self.load.during(disaster(&mut self.servers, &self.load)).await;
        for mut told in told {
            self.held += usize::from(told.held);
            self.confirmed += usize::from(told.confirmed.is_some());
            self.load.check(&mut told).await.unwrap();
        }
        struck
    }

    /// Answered holds and answered confirmations, every one of which was found again, and none twice.
    pub(crate) fn counted(&self) -> (usize, usize) {
        (self.held, self.confirmed)
    }
}

/// Kills one of the servers at a time.
#[allow(dead_code, reason = "where the database itself dies, the disaster is another")]
pub(crate) async fn run(mut scene: Scene) {
    let cycles = cycles();
    let mut rng = StdRng::seed_from_u64(cycles as u64);
    let mut starts = Starts::default();
    for cycle in 0..cycles {
        let (answers, victim) = (rng.random_range(0..60), rng.random_range(0..scene.servers.len()));
        let ready = scene.cycle(async |servers: &mut [Server], load: &Load| {
            // At any moment of the load; in every other cycle not before somebody redeemed.
            if cycle % 2 == 0 {
                load.confirms(3).await;
            }
            load.hears(answers).await;
            servers[victim].kill_and_start().await
        });
        starts.push(ready.await);
    }
    let (held, confirmed) = scene.counted();
    eprintln!(
        "{cycles} kills among {}: {held} answered holds and {confirmed} answered confirmations, all there, none twice; \
         slowest start {:?}; {} answers that the server could not, {} of them that something broke",
        scene.servers.len(),
        starts.slowest(),
        scene.load.failures.load(Ordering::Relaxed),
        scene.load.broken.load(Ordering::Relaxed),
    );
    assert!(confirmed > cycles, "the load was too light to tell anything");
    starts.none_hung();
}
