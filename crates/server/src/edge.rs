//! The accept loop: what a slow or silent peer can hold, and how the server stops.
//!
//! `axum::serve` has no header timeout and drains without bound: a half-sent header stayed open for more than 42 s and
//! a stalled body held a shutdown for more than 20 s. So: a header must come within [`Limits::header_wait`],
//! connections are counted by a semaphore, and a shutdown waits [`Limits::drain_wait`] and not longer.
//!
//! When all places are taken, the oldest connection without a request under way loses its own to the next: two thousand
//! half-sent headers kept everybody else waiting until the header's deadline before.
//!
//! A request that could be read in two ways is answered 400 and its connection ends: HTTP/1.1 without exactly one `Host`
//! (RFC 9112, 3.2), and lines that end in a bare line feed.

mod heads;

use crate::{http::client, problem};
use axum::{Router, body::Body};
use heads::{Heads, ReadAlong};
use http::{HeaderMap, HeaderValue, Request, Version, header, uri::Authority};
use http_body_util::BodyExt as _;
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service as _, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use std::{
    collections::VecDeque,
    future::Future,
    io,
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_util::sync::CancellationToken;

/// What a peer can hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections served at once. One more takes the place of one that only waits; when all are busy, it waits in the
    /// kernel's queue.
    pub connections_max: usize,
    /// A request's header must be complete within so long; also the most a quiet connection is kept.
    pub header_wait: Duration,
    /// Requests under way at a shutdown get so long.
    pub drain_wait: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections_max: 1024,
            header_wait: Duration::from_secs(15),
            drain_wait: Duration::from_secs(10),
        }
    }
}

/// Bytes that a connection's buffer, and so a header, may have.
const HEADER_BYTES_MAX: usize = 32 * 1024;

/// Serves until `stop` is done, then drains. Returns `false` when requests were cut off by the deadline.
///
/// # Errors
/// None of a single connection: those are the peer's.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    stop: impl Future<Output = ()>,
) -> io::Result<bool> {
    // HTTP/1 alone: what is counted here is connections, and one of HTTP/2 would be two hundred at once.
    let mut server = http1::Builder::new();
    server
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_wait)
        .max_buf_size(HEADER_BYTES_MAX)
        .half_close(false);
    let places = Arc::new(Semaphore::new(limits.connections_max.max(1)));
    let graceful = GracefulShutdown::new();
    let mut peers = Peers::default();
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &places, &mut peers) => accepted,
        };
        let (stream, address, place) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file handles, most likely: wait for some to close instead of spinning.
                tracing::warn!(%error, "a connection could not be accepted");
                peers.make_room();
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        // Only a hint: a socket without it still works.
        let _ = stream.set_nodelay(true);
        let caller = client::Peer(address);
        let peer = peers.add(limits.connections_max);
        let service = TowerToHyperService::new(router.clone());
        let counted = Arc::clone(&peer);
        let heads = Arc::new(Mutex::new(Heads::default()));
        let (read, asked) = (Arc::clone(&heads), AtomicUsize::new(0));
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(caller);
            let under_way = UnderWay::of(&counted);
            let number = asked.fetch_add(1, Ordering::SeqCst);
            let bare = read.lock().unwrap_or_else(PoisonError::into_inner).is_bad(number);
            let refused = (bare || !has_one_host(&request)).then(|| refusal(request.headers()));
            let answering = refused.is_none().then(|| service.call(request));
            async move {
                let answer = match (answering, refused) {
                    (Some(answering), _) => answering.await?,
                    (None, refused) => refused.unwrap_or_default(),
                };
                // Until the last of the answer is out.
                Ok::<_, std::convert::Infallible>(answer.map(|body| {
                    Body::new(body.map_frame(move |frame| {
                        let _ = &under_way;
                        frame
                    }))
                }))
            }
        });
        let connection = server.serve_connection(TokioIo::new(ReadAlong::new(stream, heads)), service);
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            tokio::select! {
                ended = watched => if let Err(error) = ended {
                    tracing::debug!(error = error.to_string(), "a connection ended early");
                },
                () = peer.makes_room.cancelled() => tracing::debug!("a quiet connection made room"),
            }
            drop(place);
        });
    }
    drop(listener);
    let drained = tokio::time::timeout(limits.drain_wait, graceful.shutdown()).await;
    Ok(drained.is_ok())
}

/// Whether a request names its host as HTTP asks: once, or in HTTP/1.0 perhaps not at all.
fn has_one_host(request: &Request<Incoming>) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => {
            let host = host.to_str().ok().filter(|host| !host.contains('@'));
            host.is_some_and(|host| host.parse::<Authority>().is_ok())
        }
        (None, _) => request.version() == Version::HTTP_10,
        (Some(_), Some(_)) => false,
    }
}

/// The answer to a request that could be read in two ways: nothing behind it is read.
fn refusal(headers: &HeaderMap) -> http::Response<Body> {
    let mut answer = problem::malformed_answer(headers);
    answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    answer
}

/// Waits for a connection and a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
    peers: &mut Peers,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let (stream, address) = listener.accept().await?;
    if let Ok(place) = Arc::clone(places).try_acquire_owned() {
        return Ok((stream, address, place));
    }
    peers.make_room();
    let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other)?;
    Ok((stream, address, place))
}

/// One connection.
#[derive(Default)]
struct Peer {
    under_way: AtomicUsize,
    makes_room: CancellationToken,
}

/// A request that is being read, decided or answered.
struct UnderWay(Arc<Peer>);

impl UnderWay {
    fn of(peer: &Arc<Peer>) -> UnderWay {
        peer.under_way.fetch_add(1, Ordering::SeqCst);
        UnderWay(Arc::clone(peer))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Connections that are open, the oldest first, among some that have ended.
#[derive(Default)]
struct Peers(VecDeque<Weak<Peer>>);

impl Peers {
    fn add(&mut self, connections_max: usize) -> Arc<Peer> {
        if self.0.len() > connections_max.saturating_mul(2) {
            self.0.retain(|peer| peer.strong_count() > 0);
        }
        let peer = Arc::new(Peer::default());
        self.0.push_back(Arc::downgrade(&peer));
        peer
    }

    /// Ends the oldest that has no request under way, as a half-sent header or a browser that keeps its connection. A
    /// request that begins at that very moment is cut off; what it changes happens all the same, or not at all.
    fn make_room(&mut self) {
        for _ in 0..self.0.len() {
            let Some(peer) = self.0.pop_front() else { return };
            let Some(known) = peer.upgrade() else { continue };
            if known.under_way.load(Ordering::SeqCst) == 0 {
                known.makes_room.cancel();
                return;
            }
            self.0.push_back(peer);
        }
    }
}

/// Done at SIGTERM or SIGINT. SIGHUP, which a closed terminal or a service manager's "reload" sends, ends nothing: settings
/// are read at the start only.
///
/// # Errors
/// When the signals can't be listened to.
pub fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => return,
                _ = interrupt.recv() => return,
                _ = hang_up.recv() => {
                    tracing::info!("SIGHUP changes nothing: settings are read at the start; restart to read them again");
                }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        sync::oneshot,
        task::JoinHandle,
    };

    async fn started(router: Router, limits: Limits) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<bool>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (send, receive) = oneshot::channel();
        let stop = async move {
            let _ = receive.await;
        };
        let running = tokio::spawn(async move { serve(listener, router, limits, stop).await.unwrap() });
        (address, send, running)
    }

    async fn ask(address: SocketAddr) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        text
    }

    #[tokio::test]
    async fn a_request_under_way_is_answered_before_the_server_stops() {
        let (entered, waits) = oneshot::channel::<()>();
        let (go, gate) = oneshot::channel::<()>();
        let once = Arc::new(std::sync::Mutex::new(Some((entered, gate))));
        let slow = move || {
            let once = Arc::clone(&once);
            async move {
                let (entered, gate) = once.lock().unwrap().take().unwrap();
                entered.send(()).unwrap();
                gate.await.unwrap();
                "done"
            }
        };
        let (address, stop, running) = started(Router::new().route("/", get(slow)), Limits::default()).await;
        let asking = tokio::spawn(ask(address));
        waits.await.unwrap();
        stop.send(()).unwrap();
        go.send(()).unwrap();
        assert!(asking.await.unwrap().ends_with("done"));
        assert!(running.await.unwrap(), "drained in time");
    }

    #[tokio::test]
    async fn the_oldest_quiet_peer_makes_room_and_a_busy_one_does_not() {
        let (go, gate) = (Arc::new(tokio::sync::Notify::new()), Arc::new(tokio::sync::Notify::new()));
        let (entered, waits) = (Arc::clone(&gate), Arc::clone(&go));
        let slow = async move || {
            entered.notify_one();
            waits.notified().await;
            "done"
        };
        let limits = Limits { connections_max: 2, ..Limits::default() };
        let (address, stop, running) =
            started(Router::new().route("/slow", get(slow)).route("/", get(|| async { "hi" })), limits).await;
        let mut busy = TcpStream::connect(address).await.unwrap();
        busy.write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        gate.notified().await;
        let mut quiet = TcpStream::connect(address).await.unwrap();
        quiet.write_all(b"GET / HT").await.unwrap();
        assert!(ask(address).await.ends_with("hi"));
        let mut rest = Vec::new();
        // Closed long before the header's deadline; how the system tells it may differ.
        let _ = quiet.read_to_end(&mut rest).await;
        assert!(rest.is_empty());
        go.notify_one();
        let mut text = String::new();
        busy.read_to_string(&mut text).await.unwrap();
        assert!(text.ends_with("done"));
        stop.send(()).unwrap();
        assert!(running.await.unwrap());
    }

    #[tokio::test]
    async fn handlers_are_told_who_called() {
        let peer = |request: axum::extract::Request| async move {
            request
                .extensions()
                .get::<client::Peer>()
                .map_or("nobody".to_owned(), |peer| peer.0.ip().to_string())
        };
        let (address, stop, running) = started(Router::new().route("/", get(peer)), Limits::default()).await;
        assert!(ask(address).await.ends_with("\r\n127.0.0.1"));
        stop.send(()).unwrap();
        assert!(running.await.unwrap());
    }

    #[tokio::test]
    async fn a_body_that_stalls_holds_a_shutdown_no_longer_than_the_drain() {
        let (entered, waits) = oneshot::channel::<()>();
        let entered = Arc::new(std::sync::Mutex::new(Some(entered)));
        let read = move |request: axum::extract::Request| {
            entered.lock().unwrap().take().unwrap().send(()).unwrap();
            async move { axum::body::to_bytes(request.into_body(), 100).await.map(|_| "read").unwrap_or("cut") }
        };
        let limits = Limits { drain_wait: Duration::from_millis(100), ..Limits::default() };
        let router = Router::new().route("/", axum::routing::post(read));
        let (address, stop, running) = started(router, limits).await;
        let mut stalled = TcpStream::connect(address).await.unwrap();
        stalled.write_all(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf").await.unwrap();
        waits.await.unwrap();
        stop.send(()).unwrap();
        assert!(!running.await.unwrap(), "cut off by the deadline");
    }

    #[tokio::test]
    async fn a_request_that_could_be_read_in_two_ways_is_refused_and_ends_its_connection() {
        let (address, stop, running) =
            started(Router::new().route("/", get(|| async { "hi" })), Limits::default()).await;
        let good = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
        for (bad, before) in [
            ("GET / HTTP/1.1\r\n\r\n", 0),
            ("GET / HTTP/1.1\r\nhost: x\r\nhost: x\r\n\r\n", 0),
            ("GET / HTTP/1.1\r\nhost: x\r\nHost: y\r\n\r\n", 1),
            ("GET / HTTP/1.1\r\nhost:\r\n\r\n", 0),
            ("GET / HTTP/1.1\r\nhost: a@x\r\n\r\n", 0),
            ("GET / HTTP/1.1\r\nhost: x/y\r\n\r\n", 0),
            ("GET / HTTP/1.1\nhost: x\n\n", 0),
            ("GET / HTTP/1.1\r\nhost: x\n\r\n", 1),
        ] {
            let mut stream = TcpStream::connect(address).await.unwrap();
            // A good one before it is answered; one behind it is not.
            let sent = [&good.repeat(before), bad, good].concat();
            stream.write_all(sent.as_bytes()).await.unwrap();
            let mut text = String::new();
            stream.read_to_string(&mut text).await.unwrap();
            let statuses: Vec<&str> = text.split("HTTP/1.1 ").skip(1).map(|answer| &answer[..3]).collect();
            let expected = [vec!["200"; before], vec!["400"]].concat();
            assert!(statuses == expected || statuses == ["400"], "{bad:?}: {text}");
            assert!(text.contains("application/problem+json"), "{text}");
        }
        let mut old = TcpStream::connect(address).await.unwrap();
        old.write_all(b"GET / HTTP/1.0\r\n\r\n").await.unwrap();
        let mut text = String::new();
        old.read_to_string(&mut text).await.unwrap();
        assert!(text.ends_with("hi"), "a health check in HTTP/1.0 has no host: {text}");
        stop.send(()).unwrap();
        assert!(running.await.unwrap());
    }

    #[tokio::test]
    async fn a_header_without_end_is_refused_before_it_is_whole() {
        let (address, stop, running) =
            started(Router::new().route("/", get(|| async { "hi" })), Limits::default()).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        let long = format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}", "y".repeat(2 * HEADER_BYTES_MAX));
        // The server may close it while this is still on its way.
        let _ = stream.write_all(long.as_bytes()).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(
            answer.is_empty() || answer.starts_with(b"HTTP/1.1 431"),
            "{}",
            String::from_utf8_lossy(&answer)
        );
        stop.send(()).unwrap();
        assert!(running.await.unwrap());
    }

    #[tokio::test]
    async fn who_speaks_http_2_is_not_understood() {
        let (address, stop, running) =
            started(Router::new().route("/", get(|| async { "hi" })), Limits::default()).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"), "{answer:?}");
        stop.send(()).unwrap();
        assert!(running.await.unwrap());
    }

    #[tokio::test]
    async fn a_peer_that_says_nothing_at_all_is_closed_at_the_headers_deadline() {
        let limits = Limits { header_wait: Duration::from_millis(100), ..Limits::default() };
        let (address, stop, running) =
            started(Router::new().route("/", get(|| async { "hi" })), limits).await;
        let mut silent = TcpStream::connect(address).await.unwrap();
        let mut rest = Vec::new();
        let closed = tokio::time::timeout(Duration::from_secs(300), silent.read_to_end(&mut rest)).await;
        assert!(closed.is_ok() && rest.is_empty());
        stop.send(()).unwrap();
        assert!(running.await.unwrap());
    }

    #[tokio::test]
    async fn a_silent_peer_neither_keeps_its_place_nor_holds_the_shutdown() {
        let limits =
            Limits { connections_max: 1, header_wait: Duration::from_millis(100), ..Limits::default() };
        let (address, stop, running) =
            started(Router::new().route("/", get(|| async { "hi" })), limits).await;
        let mut silent = TcpStream::connect(address).await.unwrap();
        silent.write_all(b"GET / HT").await.unwrap();
        let mut rest = Vec::new();
        // The server closes it at the header's deadline; then the place is free for the next.
        silent.read_to_end(&mut rest).await.unwrap();
        assert!(ask(address).await.ends_with("hi"));
        stop.send(()).unwrap();
        assert!(running.await.unwrap());
    }
}
