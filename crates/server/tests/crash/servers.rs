//! The true binary, started and killed, and what members hold before it starts.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};
use tukar_domain::{calendar::Expiry, eligibility::AccountState};
use tukar_server::{
    app::App,
    catalogue::{Bilingual, Reward},
    clock::Clock,
    config::Config,
    random::Random,
    secret::{CodeKey, sha256},
    senders::inbox::Inbox,
    service::points::{self, Earned},
    store::{
        Connection, Database, Store,
        members::{self, MemberRow},
        rewards,
    },
};
use tukar_wire::{Moment, Needs, RewardKind};

pub(crate) const REWARD: &str = "kopi";
pub(crate) const POINTS: i64 = 1_000;
const MEMBERS_AT_ONCE: usize = 200;

/// One process.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    arguments: Vec<String>,
    environment: Environment,
}

/// Waits for a server end here, with a failure: only what hangs takes so long, on any machine.
const HANGS_AFTER: Duration = Duration::from_secs(300);

/// A server that ends while it starts is started so often.
const STARTS_MAX: usize = 20;

/// A port that nobody listens at, and from which no connection goes out: those that the system gives to connections begin
/// higher, and one of them could have the port while the server that had it is down.
pub(crate) async fn free_port() -> u16 {
    loop {
        let port = 10_000 + uuid::Uuid::new_v4().as_u128() % 20_000;
        let port = u16::try_from(port).unwrap();
        if tokio::net::TcpListener::bind(("127.0.0.1", port)).await.is_ok() {
            return port;
        }
    }
}

/// Variables of a process.
pub(crate) type Environment = Vec<(&'static str, PathBuf)>;

fn arguments(directory: &Path, database: &Database) -> Vec<String> {
    let database = match database {
        Database::Sqlite(path) => path.to_str().unwrap().to_owned(),
        Database::Postgres(url) => url.clone(),
    };
    let key = directory.join("codekey").to_str().unwrap().to_owned();
    let fixed = ["--demo", "--log", "error", "--code-key-file", &key, "--database", &database];
    fixed.map(str::to_owned).to_vec()
}

impl Server {
    pub(crate) async fn start(directory: &Path, database: &Database) -> Server {
        Server::start_with(directory, database, Environment::new()).await
    }

    pub(crate) async fn start_with(
        directory: &Path,
        database: &Database,
        environment: Environment,
    ) -> Server {
        let listen = format!("127.0.0.1:{}", free_port().await);
        Server::run((arguments(directory, database), environment), &listen).await
    }

    /// A server whose connection is cut while it starts ends; as under a supervisor, it is started again.
    async fn run(what: (Vec<String>, Environment), listen: &str) -> Server {
        for _ in 0..STARTS_MAX {
            if let Some(server) = Server::try_run(&what, listen).await {
                return server;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("a server does not start");
    }

    async fn try_run((arguments, environment): &(Vec<String>, Environment), listen: &str) -> Option<Server> {
        let mut child = Server::spawn((arguments, environment), listen);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = tokio::time::timeout(HANGS_AFTER, lines.next_line()).await;
        let line = line.expect("a server is ready or ends").unwrap()?;
        let address = line.rsplit("http://").next().unwrap().to_owned();
        // The rest is read, so that writing it never waits.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Some(Server { child, address, arguments: arguments.clone(), environment: environment.clone() })
    }

    fn spawn((arguments, environment): (&[String], &Environment), listen: &str) -> Child {
        Command::new(env!("CARGO_BIN_EXE_tukar-server"))
            .args(["--listen", listen])
            .args(arguments)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap()
    }

    /// Waits until it says that it is ready: its database answers.
    #[allow(dead_code, reason = "asked only where the database goes away and comes back")]
    pub(crate) async fn answers(&self) {
        let url = format!("http://{}/readyz", self.address);
        let ready = async {
            while !reqwest::get(&url).await.is_ok_and(|answer| answer.status().is_success()) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(HANGS_AFTER, ready).await.expect("a server whose database answers is ready");
    }

    /// Ends it at once, as a power cut would end the process, and starts it anew at the same address. How long it took.
    pub(crate) async fn kill_and_start(&mut self) -> Duration {
        self.kill().await;
        self.start_again().await
    }

    /// Starts one and ends it a moment later, whether or not it was ready.
    #[allow(dead_code, reason = "asked only where disks fail")]
    pub(crate) async fn kill_while_starting(
        (directory, database): (&Path, &Database),
        environment: Environment,
        at_last_after: Duration,
    ) {
        let mut child = Server::spawn((&arguments(directory, database), &environment), "127.0.0.1:0");
        end(&mut child, at_last_after).await;
    }

    /// Waits until it ends by itself.
    #[allow(dead_code, reason = "asked only where disks fail")]
    pub(crate) async fn ended(&mut self) {
        self.child.wait().await.unwrap();
    }

    /// Tells it to stop, as a supervisor does. Whether it ended well, and after how long.
    #[allow(dead_code, reason = "asked only where peers are slow")]
    pub(crate) async fn stop(mut self) -> (bool, Duration) {
        let start = tokio::time::Instant::now();
        let pid = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").arg(pid).status().await.unwrap().success());
        let ended = self.child.wait().await.unwrap();
        (ended.success(), start.elapsed())
    }

    /// It has not ended by itself.
    #[allow(dead_code, reason = "asked only where disks fail")]
    pub(crate) fn lives(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    pub(crate) async fn kill(&mut self) {
        end(&mut self.child, Duration::ZERO).await;
    }

    /// Starts it anew at the same address. How long it took.
    pub(crate) async fn start_again(&mut self) -> Duration {
        let start = tokio::time::Instant::now();
        *self = Server::run((self.arguments.clone(), self.environment.clone()), &self.address.clone()).await;
        start.elapsed()
    }
}

async fn end(child: &mut Child, at_last_after: Duration) {
    if tokio::time::timeout(at_last_after, child.wait()).await.is_err() {
        child.start_kill().unwrap();
        child.wait().await.unwrap();
    }
}

pub(crate) fn phone(number: usize) -> String {
    format!("+62812{number:08}")
}

pub(crate) fn token(number: usize) -> String {
    format!("token-{number}")
}

/// A programme with one reward and so many members, each with points for one piece and a session.
pub(crate) async fn prepare(directory: &Path, database: &Database, members: usize) {
    let config = Config { database: database.clone(), ..Config::default() };
    let key = CodeKey::load_or_make(&directory.join("codekey"), &mut Random.rng()).unwrap();
    let store = Store::open(database).await.unwrap();
    let app = App::new(store, config, (Clock::real(), Random), (key, Arc::new(Inbox::default()))).unwrap();
    let now = app.clock.now();
    let list = [reward()];
    app.store.transact("test", async |conn| rewards::set_rewards(conn, &list, now).await).await.unwrap();
    let numbers: Vec<usize> = (0..members).collect();
    for some in numbers.chunks(MEMBERS_AT_ONCE) {
        let work = async |conn: &mut Connection| {
            for number in some {
                add_member(&app, conn, (*number, now)).await;
            }
            Ok::<_, sqlx::Error>(())
        };
        app.store.transact("test", work).await.unwrap();
    }
    app.store.close().await;
}

async fn add_member(app: &App, conn: &mut Connection, (number, now): (usize, Moment)) {
    let id = format!("m{number:06}");
    let row = MemberRow {
        id: id.clone(),
        name: "Sari".to_owned(),
        state: AccountState::Verified,
        tier: "gold".to_owned(),
        phone: Some(phone(number)),
        email: None,
    };
    points::enrol(conn, &row, now).await.unwrap();
    let source = Bilingual { id: "Isi ulang".to_owned(), en: "Top-up".to_owned() };
    let earned = Earned {
        lot_id: "a".to_owned(),
        points: POINTS,
        at: now,
        expiry: Expiry::Months(12),
        grant_at: None,
        source,
    };
    points::earn(app, conn, (&id, earned)).await.unwrap();
    let ends = now.plus_ms(12 * 3_600_000);
    members::insert_session(conn, (&sha256(token(number).as_bytes()), &id), (now, ends)).await.unwrap();
}

fn reward() -> Reward {
    let two = |text: &str| Bilingual { id: text.to_owned(), en: format!("{text} (en)") };
    Reward {
        id: REWARD.to_owned(),
        kind: RewardKind("voucher".to_owned()),
        brand: "Kopi Senja".to_owned(),
        title: two("Voucher Kopi"),
        description: two("Isi"),
        terms: Bilingual { id: vec!["Sekali pakai.".to_owned()], en: vec!["Once.".to_owned()] },
        how_to_use: two("Tunjukkan"),
        image: None,
        points: POINTS,
        promotion: None,
        worth: None,
        stock_total: None,
        stock_left: None,
        published_at: Moment(0),
        visible_from: None,
        visible_until: None,
        opens_at: None,
        closes_at: None,
        needs: Needs::Nothing,
        quantity_max: 1,
        limit: None,
        balance_min: None,
        tiers: Vec::new(),
        voucher_days: Some(30),
    }
}
