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
#[path = "load/gauge.rs"]
mod gauge;
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
#[derive(Clone, Parser)]
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
    #[arg(long, default_value_t = 90_000)]
    members: usize,
    /// Sizes of the programme, from small to large
    #[arg(long, value_delimiter = ',', default_value = "1000,10000,100000,1000000")]
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
    closed_up_to((options, usize::MAX), ask).await
}

/// The same, and not more than `most` in all.
async fn closed_up_to<F>(
    (options, most): (&Options, usize),
    ask: impl Fn(usize) -> F + Clone + Send + Sync + 'static,
) -> Measured
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
                let (asked, number) = (Instant::now(), next.fetch_add(1, Ordering::Relaxed));
                if number >= most {
                    break;
                }
                if ask(number).await {
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
    gauge::listen();
    let database: Database = options.database.parse().unwrap();
    let mut scene = Scene::open(&database).await;
    let name = if matches!(database, Database::Sqlite(_)) { "SQLite" } else { "PostgreSQL" };
    println!("{name}, {} visitors, {} s each", options.visitors, options.seconds);
    let (small, large): (Vec<usize>, Vec<usize>) =
        options.growth.iter().partition(|members| **members < options.members);
    println!("\nas the programme grows");
    for members in small {
        grown(&options, &mut scene, members).await;
    }
    scene.grow(options.members).await;
    println!("\n{} members, one lot each", options.members);
    reads(&options, &scene).await;
    redemptions(&options, &mut scene).await;
    println!("\nas the programme grows on");
    for members in large {
        grown(&options, &mut scene, members).await;
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

async fn grown(options: &Options, scene: &mut Scene, members: usize) {
    scene.grow(members).await;
    closed(options, read(scene)).await.tell(&format!("reads, {members} members"));
    let left = scene.members() - scene.fresh().load(Ordering::Relaxed);
    let redeemed = closed_up_to((options, left), redeem(scene)).await;
    redeemed.tell(&format!("redemptions, {members} members"));
    scene.visitors().confirm_latencies();
}

async fn redemptions(options: &Options, scene: &mut Scene) {
    let ask = redeem(scene);
    let counted = 50;
    let statements = gauge::statements(async {
        for number in 0..counted {
            assert!(ask(number).await);
        }
    });
    let statements = statements.await as f64 / counted as f64;
    println!("{:<44} {statements:>8.1}", "ways to the database for one redemption");
    let processors = gauge::Processors::now();
    scene.visitors().confirm_latencies();
    let peak = closed(options, redeem(scene)).await;
    let busy = processors.busy_since() * 100.0;
    peak.tell("redemptions (hold and confirm), full speed");
    tell_confirms(scene);
    let most = peak.per_second();
    println!("{:<44} {:>8.0} /s", "  ways to the database, with the worker's", most * statements);
    println!("{:<44} {busy:>8.0} %", "  processors busy (100 %: they bound it)");
    let steady = open((options, most * 0.7), redeem(scene)).await;
    steady.tell("redemptions, at 70 % of that");
    tell_confirms(scene);
    overload(options, scene, (most, steady.quantile(0.99))).await;
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

fn tell_confirms(scene: &Scene) {
    let latencies = scene.visitors().confirm_latencies();
    let confirms = Measured { done: 0, refused: 0, seconds: 1.0, latencies };
    println!(
        "{:<44} {:>11}   p50 {:>7.1}  p99 {:>7.1}  worst {:>7.1} ms",
        "  confirmations alone",
        "",
        confirms.quantile(0.5),
        confirms.quantile(0.99),
        confirms.quantile(1.0)
    );
}

/// Seconds after an overload that are looked at one by one, at most.
const LOOKS_MAX: usize = 20;

/// Five times full speed; then at half of it, until a piece's p99 is what it was before.
async fn overload(options: &Options, scene: &Scene, (most, p99_before): (f64, f64)) {
    scene.visitors().busy();
    let memory = gauge::memory_mb();
    let over = open((options, most * 5.0), redeem(scene)).await;
    let ended = Instant::now();
    over.tell("redemptions, asked for at 5 times that");
    tell_confirms(scene);
    let share = over.per_second() / most * 100.0;
    println!("{:<44} {share:>8.0} %", "  of full speed, under five times the load");
    println!(
        "{:<44} {:>8} of {}",
        "  refused with 503 and Retry-After",
        scene.visitors().busy(),
        over.refused
    );
    println!("{:<44} {memory:>8} MB, then {} MB", "  memory before", gauge::memory_mb());
    let piece = Options { seconds: 1, ..options.clone() };
    for _ in 0..LOOKS_MAX {
        let looked = open((&piece, most / 2.0), redeem(scene)).await;
        if looked.refused == 0 && looked.quantile(0.99) <= p99_before {
            break;
        }
    }
    println!(
        "{:<44} {:>8.1} s, looking second by second",
        "  until nothing is refused and p99 is as before",
        ended.elapsed().as_secs_f64()
    );
}
