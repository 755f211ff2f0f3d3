//! Figures for an operator, as Prometheus text on a listener of their own.
//!
//! No label names a member, a contact, a reward or a path: routes stand as their patterns.

use crate::{
    app::{App, Shared},
    store::{challenges::channel_word, figures, silent},
};
use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{StatusCode, header};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tukar_wire::Channel;

/// Between two looks at the database.
const LOOK_EVERY: Duration = Duration::from_secs(15);
/// How long a look may take, the books added up: on a line that says nothing it would take for ever.
const LOOK_MAX: Duration = Duration::from_secs(300);
/// Looks until the books are added up again: that reads all lots and entries.
const LOOKS_PER_SUM: u64 = 40;
/// How far two servers' clocks may be apart before a log line says so: a code lives for minutes.
const CLOCK_AHEAD_MAX_MS: i64 = 2_000;
/// Upper ends of the histogram's buckets, seconds.
const SECONDS: [f64; 11] = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 10.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: String,
    route: String,
    status: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: String,
    route: String,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Its provider took it.
    Sent,
    /// This try surely sent nothing; it waits for the next.
    NotNow,
    /// Nobody knows whether this try sent it.
    Unknown,
    /// Its provider refused it for good.
    Refused,
    /// Its time was over before it could be sent.
    Ended,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Message {
    channel: &'static str,
    outcome: &'static str,
}

impl Message {
    fn new(channel: Channel, outcome: Outcome) -> Message {
        let outcome = match outcome {
            Outcome::Sent => "sent",
            Outcome::NotNow => "not_now",
            Outcome::Unknown => "unknown",
            Outcome::Refused => "refused",
            Outcome::Ended => "ended",
        };
        Message { channel: channel_word(channel), outcome }
    }
}

/// All figures of a server.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Asked, Counter>,
    seconds: Family<Route, Histogram>,
    messages: Family<Message, Counter>,
    waiting: Gauge,
    waiting_age: Gauge,
    held: Gauge,
    overdue_age: Gauge,
    read_at: Gauge,
    drift: Gauge,
    summed_at: Gauge,
    clock_ahead: Gauge,
    clock_doubted: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let seconds = Family::<Route, Histogram>::new_with_constructor(|| Histogram::new(SECONDS));
        let mut metrics = Metrics {
            registry: Registry::with_prefix("tukar"),
            requests: Family::default(),
            seconds,
            messages: Family::default(),
            waiting: Gauge::default(),
            waiting_age: Gauge::default(),
            held: Gauge::default(),
            overdue_age: Gauge::default(),
            read_at: Gauge::default(),
            drift: Gauge::default(),
            summed_at: Gauge::default(),
            clock_ahead: Gauge::default(),
            clock_doubted: Gauge::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("http_requests", "Requests answered", metrics.requests.clone());
        registry.register("http_request_seconds", "Time to the answer's head", metrics.seconds.clone());
        registry.register(
            "messages",
            "Tries to send a message by outcome; ended: it could not be sent in its time",
            metrics.messages.clone(),
        );
        // They stand at 0 from the start, so that the first one is seen as a step.
        for channel in [Channel::Sms, Channel::Email] {
            let all = [Outcome::Sent, Outcome::NotNow, Outcome::Unknown, Outcome::Refused, Outcome::Ended];
            for outcome in all {
                drop(metrics.messages.get_or_create(&Message::new(channel, outcome)));
            }
        }
        let gauges = [
            ("outbox_messages", "Messages that wait and may still be sent", &metrics.waiting),
            ("outbox_age_seconds", "How long ago the oldest of them was made", &metrics.waiting_age),
            ("holds", "Redemptions that wait for their code", &metrics.held),
            ("hold_overdue_seconds", "How long the oldest of them is over", &metrics.overdue_age),
            (
                "figures_read_timestamp_seconds",
                "When these were last read, by this server's clock; 0: never",
                &metrics.read_at,
            ),
            (
                "ledger_drift_points",
                "Points by which lots and entries differ; anything but 0 is an incident",
                &metrics.drift,
            ),
            (
                "books_summed_timestamp_seconds",
                "When they were last added up, by this server's clock; 0: never",
                &metrics.summed_at,
            ),
            (
                "clock_ahead_milliseconds",
                "This server's clock less the database's: servers on one database keep theirs together",
                &metrics.clock_ahead,
            ),
            (
                "clock_doubted",
                "1 while this machine's clock is not believed: nothing is ended, granted or sent, and members are told to wait",
                &metrics.clock_doubted,
            ),
        ];
        for (name, help, gauge) in gauges {
            registry.register(name, help, gauge.clone());
        }
        metrics
    }
}

impl Metrics {
    /// Counts what became of a message.
    pub fn count_message(&self, channel: Channel, outcome: Outcome) {
        self.messages.get_or_create(&Message::new(channel, outcome)).inc();
    }

    /// The figures in Prometheus' text.
    ///
    /// # Errors
    /// The writer's.
    pub fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// The layer that counts: outside of what may refuse a request.
pub async fn count(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let method = match request.method().as_str() {
        known @ ("GET" | "HEAD" | "POST" | "DELETE" | "OPTIONS") => known,
        _ => "other",
    };
    let method = method.to_owned();
    let start = Instant::now();
    let response = next.run(request).await;
    let took = start.elapsed().as_secs_f64();
    let status = format!("{}xx", response.status().as_u16() / 100);
    app.metrics.requests.get_or_create(&Asked { method: method.clone(), route: route.clone(), status }).inc();
    app.metrics.seconds.get_or_create(&Route { method, route }).observe(took);
    response
}

/// Routes of the operator's listener.
pub fn router(app: Shared) -> Router {
    Router::new().route("/metrics", get(show)).with_state(app)
}

async fn show(State(app): State<Shared>) -> Response {
    match app.metrics.text() {
        Ok(text) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Looks at the database from time to time, until `stop`.
pub async fn watch(app: Shared, stop: CancellationToken) {
    // Looks until the next sum: one that failed is tried again at the next look.
    let mut until_sum = 0;
    while !stop.is_cancelled() {
        let sums = until_sum == 0;
        let done = timeout(LOOK_MAX, look(&app, sums)).await.unwrap_or_else(|_| Err(silent()));
        until_sum = if sums && done.is_ok() { LOOKS_PER_SUM } else { until_sum }.saturating_sub(1);
        if let Err(error) = done {
            tracing::warn!(%error, "the figures could not be read");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = sleep(LOOK_EVERY) => {}
        }
    }
}

/// Reads what stands in the database; with `sum`, adds the books up. Each leaves when it was done: what fails leaves the
/// figures as they were.
///
/// # Errors
/// The database's.
pub async fn look(app: &App, sum: bool) -> Result<(), sqlx::Error> {
    let now = app.clock.now();
    let mut conn = app.store.read().await?;
    let (waiting, made_at) = figures::load_outbox(&mut conn, now).await?;
    let (held, ends_at) = figures::load_holds(&mut conn).await?;
    drop(conn);
    let age = |at: Option<i64>| at.map_or(0, |at| ((now.0 - at) / 1000).max(0));
    app.metrics.waiting.set(waiting);
    app.metrics.waiting_age.set(age(made_at));
    app.metrics.held.set(held);
    app.metrics.overdue_age.set(age(ends_at));
    app.metrics.read_at.set(now.0 / 1000);
    app.metrics.clock_doubted.set(i64::from(app.trust.doubt().is_some()));
    if let Some(theirs) = app.store.clock_ms().await? {
        let ahead = app.clock.now().0 - theirs;
        app.metrics.clock_ahead.set(ahead);
        if ahead.abs() > CLOCK_AHEAD_MAX_MS && !app.config.demo {
            tracing::warn!(ahead, "this server's clock, ms, is not the database's: keep both by NTP");
        }
    }
    if sum {
        let drift = app.store.read_moment(async |conn| figures::sum_drift(conn).await).await?;
        app.metrics.drift.set(drift);
        app.metrics.summed_at.set(now.0 / 1000);
        if drift != 0 {
            tracing::error!(drift, "lots and entries differ: run `tukar-server audit`");
        }
    }
    Ok(())
}
