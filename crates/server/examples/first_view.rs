//! What the first view of `/` costs, with few rewards and many: what `cargo xtask bench first-view` runs.
//!
//! The server's own router in this process, without sockets, on SQLite and with a page of one line: what is measured is
//! finding, writing and reading what is kept, not the built page's bytes.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measuring tool: it stops at what it did not expect"
)]
#![expect(clippy::disallowed_methods, reason = "it measures time")]

use axum::{Router, body::Body};
use clap::Parser;
use http::Request;
use http_body_util::BodyExt as _;
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;
use tower::ServiceExt as _;
use tukar_server::{
    app::{App, Shared},
    clock::Clock,
    config::Config,
    generate, http as api, import,
    random::Random,
    secret::CodeKey,
    senders::{Message, SendOutcome, Sender},
    store::{Connection, Database, Store, rewards},
};
use tukar_wire::Channel;

/// The first view of `/`, with few rewards and many.
#[derive(Parser)]
struct Options {
    /// How many rewards, one catalogue after the other
    #[arg(long, value_delimiter = ',', default_value = "80,10000")]
    rewards: Vec<usize>,
    /// Seconds of each measure
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Visitors at once, for the most there is
    #[arg(long, default_value_t = 16)]
    visitors: usize,
}

/// Sends nothing: nobody signs in here.
struct Nowhere;

#[async_trait::async_trait]
impl Sender for Nowhere {
    fn channels(&self) -> Vec<Channel> {
        vec![Channel::Sms]
    }

    async fn send(&self, _: &Message, _: &str) -> SendOutcome {
        SendOutcome::Sent
    }
}

async fn open(folder: &Path, count: usize) -> Shared {
    let page = "<html lang=\"id\"><tukar-rewards loading=\"eager\"><!--tukar--></tukar-rewards></html>";
    std::fs::write(folder.join("index.html"), page).unwrap();
    let database = Database::Sqlite(folder.join(format!("{count}.db")));
    let config = Config { database: database.clone(), widget_dir: folder.to_owned(), ..Config::default() };
    let store = Store::open(&database).await.unwrap();
    let app =
        App::new(store, config, (Clock::real(), Random), (CodeKey::new([7; 32]), Arc::new(Nowhere))).unwrap();
    let now = app.clock.now();
    let mut file = Vec::new();
    generate::write(&mut file, count, 1).unwrap();
    let read = import::parse("bench", std::str::from_utf8(&file).unwrap(), now).unwrap();
    let list = read.rewards.unwrap();
    let work = async |conn: &mut Connection| rewards::set_rewards(conn, &list, now).await;
    app.store.transact("bench", work).await.unwrap();
    app
}

/// One visit: the page's bytes.
async fn visit(router: &Router, path: &str) -> usize {
    let request = Request::builder().uri(path).header("accept-language", "id").body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response.into_body().collect().await.unwrap().to_bytes().len()
}

/// One visitor after the other, then many at once.
async fn measure(options: &Options, router: &Router, (count, path): (usize, &'static str)) {
    let length = Duration::from_secs(options.seconds);
    let bytes = visit(router, path).await;
    let (start, mut latencies) = (Instant::now(), Vec::new());
    while start.elapsed() < length {
        let asked = Instant::now();
        visit(router, path).await;
        latencies.push(asked.elapsed());
    }
    latencies.sort();
    let ms = |part: usize| latencies[(latencies.len() - 1) * part / 100].as_secs_f64() * 1000.0;
    let (start, mut visitors) = (Instant::now(), JoinSet::new());
    for _ in 0..options.visitors {
        let router = router.clone();
        visitors.spawn(async move {
            let mut done = 0_usize;
            while start.elapsed() < length {
                visit(&router, path).await;
                done += 1;
            }
            done
        });
    }
    let done: usize = visitors.join_all().await.into_iter().sum();
    let per_second = done as f64 / start.elapsed().as_secs_f64();
    println!(
        "{count:>6} rewards  {path:<12} one by one p50 {:>7.2}  p99 {:>7.2} ms   at once {per_second:>7.0} /s   {bytes} bytes",
        ms(50),
        ms(99),
    );
}

#[tokio::main]
async fn main() {
    let options = Options::parse();
    for count in &options.rewards {
        let folder = tempfile::tempdir().unwrap();
        let app = open(folder.path(), *count).await;
        let router = api::router(app);
        for path in ["/", "/?q=kopi"] {
            measure(&options, &router, (*count, path)).await;
        }
    }
}
