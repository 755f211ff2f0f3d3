//! Peers that begin and do not go on, at the true server with the limits it has by itself.

#![expect(clippy::unwrap_used, reason = "a step of a test may fail loudly")]

#[path = "crash/servers.rs"]
#[expect(dead_code, reason = "nothing is killed here")]
mod servers;

use servers::Server;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::Instant,
};
use tukar_server::store::Database;

fn database(directory: &tempfile::TempDir) -> Database {
    Database::Sqlite(directory.path().join("tukar.db"))
}

async fn started(directory: &tempfile::TempDir) -> Server {
    let database = database(directory);
    servers::prepare(directory.path(), &database, 1).await;
    Server::start(directory.path(), &database).await
}

/// A connection on which so much was sent.
async fn begun(server: &Server, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    // It may be closed by then.
    let _ = stream.write_all(text.as_bytes()).await;
    stream
}

/// A request on a connection of its own: how long its answer took.
async fn ask(server: &Server, path: &str) -> Duration {
    let start = Instant::now();
    let header = format!(
        "GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nconnection: close\r\n\r\n",
        servers::token(0)
    );
    let mut text = String::new();
    begun(server, &header).await.read_to_string(&mut text).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    start.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_half_open_connections_harm_nobody_else() {
    let directory = tempfile::tempdir().unwrap();
    let server = started(&directory).await;
    // One of ours is open and quiet, as a browser's; one is asking all the time.
    let mut alone = Vec::new();
    let mut among = Vec::new();
    let mut peers = Vec::new();
    for _ in 0..40 {
        alone.push(ask(&server, "/v1/me/balance").await);
    }
    for number in 0..2_000 {
        peers.push(begun(&server, "GET /v1/rewards HTTP/1.1\r\nhost: x\r\nx-slow: ").await);
        if number % 50 == 49 {
            among.push(ask(&server, "/v1/me/balance").await);
        }
    }
    alone.sort();
    among.sort();
    let (usual, worst_alone, worst) = (alone[20], *alone.last().unwrap(), *among.last().unwrap());
    eprintln!(
        "alone: median {usual:?}, worst {worst_alone:?}; among 2,000 half-open connections: median {:?}, worst {worst:?}",
        among[20]
    );
    // On a machine that is slow or busy others wait alone, too. Who waits for the peers waits for their deadline of 15 seconds.
    let bound = Duration::from_secs(3).max(20 * worst_alone).min(Duration::from_secs(12));
    assert!(worst < bound, "{worst:?}, alone {worst_alone:?}");
    drop(peers);
    assert!(server.stop().await.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stalled_bodies_and_half_open_connections_do_not_hold_a_shutdown() {
    let directory = tempfile::tempdir().unwrap();
    let server = started(&directory).await;
    ask(&server, "/v1/me/balance").await;
    let (good, undisturbed) = server.stop().await;
    assert!(good);
    let server = Server::start(directory.path(), &database(&directory)).await;
    let mut peers = Vec::new();
    for _ in 0..50 {
        let body = "POST /v1/challenges HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 60\r\n\r\n{";
        peers.push(begun(&server, body).await);
        peers.push(begun(&server, "GET /v1/rewards HT").await);
    }
    // All of them have been taken on by now: connections are taken in their order.
    ask(&server, "/v1/me/balance").await;
    let (good, after) = server.stop().await;
    eprintln!(
        "50 stalled bodies and 50 half headers: exit after {after:?}, without them after {undisturbed:?}"
    );
    // The drain's ten seconds, and what an exit takes on this machine: nobody's own deadline comes on top.
    assert!(
        good && after < Duration::from_secs(15) + 3 * undisturbed,
        "{after:?}, undisturbed {undisturbed:?}"
    );
}
