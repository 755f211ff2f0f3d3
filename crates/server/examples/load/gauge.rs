//! What the machine and the process say of a measure: processors, memory, ways to the database.

use std::{
    fs,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};
use tracing::{Event, Subscriber};
use tracing_subscriber::{
    Layer,
    filter::dynamic_filter_fn,
    layer::{Context, SubscriberExt as _},
    util::SubscriberInitExt as _,
};

static COUNTS: AtomicBool = AtomicBool::new(false);
static STATEMENTS: AtomicUsize = AtomicUsize::new(0);

struct Statements;

impl<S: Subscriber> Layer<S> for Statements {
    fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
        STATEMENTS.fetch_add(1, Ordering::Relaxed);
    }
}

/// Listens to what sqlx sends; counts nothing yet, so that the measures don't pay for it.
pub(crate) fn listen() {
    let sent =
        dynamic_filter_fn(|about, _| about.target() == "sqlx::query" && COUNTS.load(Ordering::Relaxed));
    tracing_subscriber::registry().with(Statements.with_filter(sent)).init();
}

/// Ways to the database while `work` is under way: what is sent together is one. PostgreSQL's BEGIN and COMMIT are not
/// among them.
pub(crate) async fn statements(work: impl Future<Output = ()>) -> usize {
    STATEMENTS.store(0, Ordering::Relaxed);
    COUNTS.store(true, Ordering::Relaxed);
    work.await;
    COUNTS.store(false, Ordering::Relaxed);
    STATEMENTS.load(Ordering::Relaxed)
}

/// Memory of this process that is in use, in megabytes; 0 where it is not told.
pub(crate) fn memory_mb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// Time that all processors have been busy and idle, in ticks.
#[derive(Clone, Copy)]
pub(crate) struct Processors {
    busy: u64,
    all: u64,
}

impl Processors {
    pub(crate) fn now() -> Processors {
        let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
        let ticks: Vec<u64> = stat
            .lines()
            .next()
            .into_iter()
            .flat_map(str::split_whitespace)
            .filter_map(|n| n.parse().ok())
            .collect();
        let all = ticks.iter().sum();
        // The fourth and fifth are idle, and idle while a disk works.
        Processors { busy: all - ticks.iter().skip(3).take(2).sum::<u64>(), all }
    }

    /// Part of the time since then that they were busy.
    pub(crate) fn busy_since(self) -> f64 {
        let now = Processors::now();
        (now.busy - self.busy) as f64 / (now.all - self.all).max(1) as f64
    }
}
