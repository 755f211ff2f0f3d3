//! Load on a whole server and, beside it, on its statements alone: what `cargo xtask bench server` runs.
//!
//! Server, visitors and (with SQLite) database share this process and its processors, so every figure is of all of them
//! together. Latency is counted from when a request was due (open loop), so that a server that stalls is not spared.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measuring tool: it stops at what it did not expect"
)]
#![expect(clippy::disallowed_methods, reason = "it measures time")]

#[path = "load/floor.rs"]
mod floor;
#[path = "load/scene.rs"]
mod scene;

use clap::Parser;
use rand::{Rng, SeedableRng, rngs::StdRng};
use scene::Scene;
use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;
use tukar_server::store::Database;

/// Load on a whole server, and on its statements alone.
#[derive(Parser)]
struct Options {
    /// SQLite file (new) or address of an empty PostgreSQL database
    #[arg(long)]
    database: String,
    /// Seconds of each measure
    #[arg(long, default_value_t = 6)]
    seconds: u64,
    /// Visitors at once
    #[arg(long, default_value_t = 48)]
    visitors: usize,
    /// Members; each redeems once at most, so that a fast machine needs more
    #[arg(long, default_value_t = 60_000)]
    members: usize,
    /// Then so many members, one size after the other
    #[arg(long, value_delimiter = ',', default_value = "100000,200000")]
    growth: Vec<usize>,
    /// Lots of the member whose balance is read, at each of these sizes
    #[arg(long, value_delimiter = ',', default_value = "10,100,1000,10000")]
    lots: Vec<usize>,
}

/// Whether a request did what it was for.
type Answered = Pin<Box<dyn Future<Output = bool> + Send>>;

/// What a measure came to.
struct Measured {
    done: usize,
    refused: usize,
    seconds: f64,
    latencies: Vec<Duration>,
}

impl Measured {
    fn per_second(&self) -> f64 {
        self.done as f64 / self.seconds
    }

    fn quantile(&self, part: f64) -> f64 {
        let mut all = self.latencies.clone();
        all.sort();
        let place = ((all.len() as f64 * part) as usize).min(all.len().saturating_sub(1));
        all.get(place).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1000.0)
    }

    fn tell(&self, what: &str) {
        println!(
            "{what:<44} {:>8.0} /s   p50 {:>7.1}  p99 {:>7.1}  worst {:>7.1} ms   refused {}",
            self.per_second(),
            self.quantile(0.5),
            self.quantile(0.99),
            self.quantile(1.0),
            self.refused
        );
    }
}

/// So many at once, each as fast as it is answered: the most there is.
async fn closed<F>(options: &Options, ask: impl Fn(usize) -> F + Clone + Send + Sync + 'static) -> Measured
where
    F: Future<Output = bool> + Send,
{
    let (start, length) = (Instant::now(), Duration::from_secs(options.seconds));
    let next = Arc::new(AtomicUsize::new(0));
    let mut visitors = JoinSet::new();
    for _ in 0..options.visitors {
        let (ask, next) = (ask.clone(), Arc::clone(&next));
        visitors.spawn(async move {
            let mut own = (0, 0, Vec::new());
            while start.elapsed() < length {
                let asked = Instant::now();
                if ask(next.fetch_add(1, Ordering::Relaxed)).await {
                    own.0 += 1
                } else {
                    own.1 += 1
                }
                own.2.push(asked.elapsed());
            }
            own
        });
    }
    gather(visitors, start).await
}

/// So many a second, whether or not the earlier ones were answered.
async fn open<F>(
    (options, per_second): (&Options, f64),
    ask: impl Fn(usize) -> F + Clone + Send + Sync + 'static,
) -> Measured
where
    F: Future<Output = bool> + Send + 'static,
{
    let (start, count) = (Instant::now(), (per_second * options.seconds as f64) as usize);
    let mut visitors = JoinSet::new();
    for number in 0..count {
        let due = start + Duration::from_secs_f64(number as f64 / per_second);
        tokio::time::sleep_until(due.into()).await;
        let ask = ask.clone();
        visitors.spawn(async move {
            let good = ask(number).await;
            (usize::from(good), usize::from(!good), vec![due.elapsed()])
        });
    }
    gather(visitors, start).await
}

async fn gather(mut visitors: JoinSet<(usize, usize, Vec<Duration>)>, start: Instant) -> Measured {
    let mut measured = Measured { done: 0, refused: 0, seconds: 0.0, latencies: Vec::new() };
    while let Some(own) = visitors.join_next().await {
        let (done, refused, latencies) = own.unwrap();
        measured.done += done;
        measured.refused += refused;
        measured.latencies.extend(latencies);
    }
    measured.seconds = start.elapsed().as_secs_f64();
    measured
}

#[tokio::main]
async fn main() {
    let options = Options::parse();
    let database = Database::from(options.database.clone());
    let mut scene = Scene::open(&database).await;
    let name = if matches!(database, Database::Sqlite(_)) { "SQLite" } else { "PostgreSQL" };
    println!("{name}, {} visitors, {} s each", options.visitors, options.seconds);
    scene.grow(options.members).await;
    println!("\n{} members, one lot each", options.members);
    reads(&options, &scene).await;
    redemptions(&options, &mut scene).await;
    println!("\nas the programme grows");
    for members in &options.growth {
        scene.grow(*members).await;
        closed(&options, read(&scene)).await.tell(&format!("reads, {members} members"));
        closed(&options, redeem(&scene)).await.tell(&format!("redemptions, {members} members"));
    }
    println!("\none member's balance, by lots");
    for lots in &options.lots {
        let number = scene.with_lots(*lots).await;
        let shared = scene.visitors();
        let ask = move |_| {
            let visitors = Arc::clone(&shared);
            async move { visitors.balance(number).await }
        };
        closed(&options, ask).await.tell(&format!("balance with {lots} lots, as fast as it goes"));
    }
}

/// One in four looks at the catalogue, the others at their points.
fn read(scene: &Scene) -> impl Fn(usize) -> Answered + Clone + Send + Sync + 'static {
    let (shared, members) = (scene.visitors(), scene.members());
    move |number: usize| {
        let visitors = Arc::clone(&shared);
        Box::pin(async move {
            let who = StdRng::seed_from_u64(number as u64).random_range(0..members);
            if number.is_multiple_of(4) { visitors.catalogue().await } else { visitors.balance(who).await }
        })
    }
}

/// A member each: nobody redeems twice, no limit is met.
fn redeem(scene: &Scene) -> impl Fn(usize) -> Answered + Clone + Send + Sync + 'static {
    let (shared, fresh) = (scene.visitors(), scene.fresh());
    move |_| {
        let visitors = Arc::clone(&shared);
        let number = fresh.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move { visitors.redeem(number).await })
    }
}

async fn reads(options: &Options, scene: &Scene) {
    let peak = closed(options, read(scene)).await;
    peak.tell("reads, as fast as they go");
    let most = peak.per_second();
    open((options, most * 0.7), read(scene)).await.tell("reads, at 70 % of that");
}

async fn redemptions(options: &Options, scene: &mut Scene) {
    let peak = closed(options, redeem(scene)).await;
    peak.tell("redemptions (hold and confirm), full speed");
    let most = peak.per_second();
    open((options, most * 0.7), redeem(scene)).await.tell("redemptions, at 70 % of that");
    let over = open((options, most * 5.0), redeem(scene)).await;
    over.tell("redemptions, asked for at 5 times that");
    println!(
        "{:<44} {:>8.0} %",
        "  of full speed, under five times the load",
        over.per_second() / most * 100.0
    );
    let confirms = scene.visitors().confirm_latencies();
    let confirm = Measured { done: 0, refused: 0, seconds: 1.0, latencies: confirms };
    println!(
        "{:<44} {:>16} p50 {:>7.1}  p99 {:>7.1} ms",
        "  confirmations alone, all of these",
        "",
        confirm.quantile(0.5),
        confirm.quantile(0.99)
    );
    let (store, fresh) = (scene.store(), scene.fresh());
    let bare = closed(options, move |_| {
        let (store, fresh) = (store.clone(), Arc::clone(&fresh));
        async move {
            let number = fresh.fetch_add(1, Ordering::Relaxed);
            floor::redeem(&store, number).await
        }
    })
    .await;
    bare.tell("the same statements alone, full speed");
    println!("{:<44} {:>8.2}", "  server / statements", most / bare.per_second());
    let used = scene.fresh().load(Ordering::Relaxed);
    assert!(used < scene.members(), "all members were used: give --members more than {used}");
}
