//! What the commands do, once the settings are read.

mod clock;
pub mod expiry;
mod key;
pub mod partner;
pub mod sessions;

pub use self::clock::confirm as confirm_clock;
use crate::{
    app::{App, Shared},
    catalogue,
    clock::Clock,
    config::Config,
    contact::Contact,
    demo, edge, http, import, metrics,
    random::Random,
    secret::CodeKey,
    senders::Senders,
    service::codes,
    store::{Connection, Database, Store, challenges, members},
    trust, worker,
};
use anyhow::Context as _;
use std::{
    io::Write as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{net::TcpListener, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;
use tukar_wire::Moment;

/// How long what is under way may take at the end: a little longer than a message may be on its way.
const END_MAX: Duration = Duration::from_secs(140);

/// Serves until SIGTERM or SIGINT; prints one line with the address when it is ready.
///
/// # Errors
/// When a setting can't be used, the database can't be opened, or the address is taken.
pub async fn serve(mut config: Config) -> anyhow::Result<()> {
    let stop = edge::stop_signal().context("listening to signals")?;
    let listener =
        TcpListener::bind(config.listen).await.with_context(|| format!("listening on {}", config.listen))?;
    let address = listener.local_addr().context("the address listened on")?;
    if config.public_url.is_empty() {
        config.public_url = format!("http://localhost:{}", address.port());
    }
    let limits = edge::Limits { connections_max: config.connections_max, ..edge::Limits::default() };
    let app = open(config).await?;
    trust::check(&app).await.context("comparing the machine's clock")?;
    if app.config.demo {
        tracing::warn!(
            "DEMO: codes can be read by anybody at /demo/inbox and the clock can be moved; never serve members like this"
        );
        demo::seed(&app).await.context("seeding the demo")?;
    } else if app.senders.channels().is_empty() {
        tracing::warn!("no sender is set up: nobody can get a code; see --smtp-host and --sms-url");
    }
    tokio::task::spawn_blocking(crate::contact::warm_up);
    let stop_worker = CancellationToken::new();
    let working = tokio::spawn(worker::run(Arc::clone(&app), stop_worker.clone()));
    let mut watching = watch_figures(&app, stop_worker.clone()).await?;
    // The first visitor does not wait for it either; a database that answers no more is told by the requests.
    if let Err(error) = catalogue::watch::make_ready(&app).await {
        tracing::warn!(error = format!("{error:#}"), "the catalogue could not be read yet");
    }
    watching.push(tokio::spawn(catalogue::watch::run(Arc::clone(&app), stop_worker.clone())));
    watching.push(tokio::spawn(trust::watch(Arc::clone(&app), stop_worker.clone())));
    announce(address, &app);
    let drained = edge::serve(listener, http::router(Arc::clone(&app)), limits, stop).await?;
    stop_worker.cancel();
    let ending = async {
        working.await.context("the worker")?;
        for task in watching {
            task.await.context("what watches beside the requests")?;
        }
        app.store.close().await;
        Ok::<_, anyhow::Error>(())
    };
    match timeout(END_MAX, ending).await {
        Ok(ended) => ended?,
        Err(_) => tracing::warn!("what was still under way was cut off: the database does not answer"),
    }
    if !drained {
        tracing::warn!("some requests were cut off at the end of the wait");
    }
    Ok(())
}

/// The operator's listener, where one is set.
async fn watch_figures(app: &Shared, stop: CancellationToken) -> anyhow::Result<Vec<JoinHandle<()>>> {
    let Some(address) = app.config.metrics_listen else { return Ok(Vec::new()) };
    let listener =
        TcpListener::bind(address).await.with_context(|| format!("listening for /metrics on {address}"))?;
    tracing::info!(address = %listener.local_addr()?, "figures are at /metrics");
    let limits = edge::Limits { connections_max: 16, ..edge::Limits::default() };
    let router = metrics::router(Arc::clone(app));
    let stopped = stop.clone();
    let serving = tokio::spawn(async move {
        if let Err(error) = edge::serve(listener, router, limits, stopped.cancelled_owned()).await {
            tracing::error!(%error, "the operator's listener ended");
        }
    });
    Ok(vec![serving, tokio::spawn(metrics::watch(Arc::clone(app), stop))])
}

/// Opens the database, the key and the senders that the settings name, for a server: what is not there is made.
///
/// # Errors
/// When one of them can't be used.
pub async fn open(config: Config) -> anyhow::Result<Shared> {
    let store = Store::open(&config.database).await?;
    let key = key::find_or_make(&store, &config.code_key_path()).await?;
    put_together(store, config, key)
}

fn put_together(store: Store, config: Config, key: CodeKey) -> anyhow::Result<Shared> {
    let senders = Arc::new(Senders::new(&config)?);
    App::new(store, config, (Clock::real(), Random), (key, senders))
}

/// The only lines on the standard output: where to go, and in the demo, as whom. That nobody reads them stops no server.
fn announce(address: SocketAddr, app: &App) {
    let port = address.port();
    let mut lines = format!("tukar-server listens on http://{address}\n");
    if app.config.demo {
        lines.push_str(&format!(
            "demo: open http://localhost:{port}/ and sign in as {} ({} or {})\n\
             demo: the code arrives at http://localhost:{port}/demo/inbox\n\
             demo: to put the widget on a page of yours: http://localhost:{port}/embed\n",
            demo::MAIN_NAME,
            demo::MAIN_PHONE,
            demo::MAIN_EMAIL
        ));
    }
    let mut out = std::io::stdout().lock();
    if let Err(error) = out.write_all(lines.as_bytes()).and_then(|()| out.flush()) {
        tracing::warn!(%error, "the standard output takes no lines");
    }
}

/// What an import is given.
#[derive(clap::Args)]
pub struct Import {
    /// JSON files, each all or nothing, in this order
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Take a list without entries: it closes every reward, or removes what the programme has of it
    #[arg(long)]
    allow_empty: bool,
}

/// Imports files one after the other; each is all or nothing.
///
/// # Errors
/// At the first file that can't be read or has a bad row; files before it stay imported.
pub async fn import(config: Config, asked: &Import) -> anyhow::Result<()> {
    let store = Store::open(&config.database).await?;
    // A file's dates may count from now.
    let now = Clock::real().now();
    trust::insist(&store, &config, now).await?;
    for file in &asked.files {
        import_file(&store, file, asked.allow_empty, now).await?;
    }
    store.close().await;
    Ok(())
}

async fn import_file(store: &Store, file: &Path, allow_empty: bool, now: Moment) -> anyhow::Result<()> {
    let name = file.display().to_string();
    let bytes = tokio::fs::read(file).await.with_context(|| name.clone())?;
    let read = import::parse(&name, import::decode(&name, &bytes)?, now)?;
    if !allow_empty {
        read.refuse_empty_lists(&name)?;
    }
    let told = import::write(store, &read, now).await.with_context(|| name.clone())?;
    writeln!(std::io::stdout(), "{name}: {told}").context("writing to the standard output")
}

/// Audits the books and says what was found.
///
/// # Errors
/// The first difference; a database that can't be read.
pub async fn audit(config: Config) -> anyhow::Result<()> {
    tell_books(&config.database).await
}

async fn tell_books(database: &Database) -> anyhow::Result<()> {
    let store = Store::open_to_read(database).await?;
    let found = crate::audit::run(&store).await.context("reading the books")?;
    let unchanged = store.check_unchanged();
    store.close().await;
    unchanged?;
    let found = found?;
    let mut out = std::io::stdout().lock();
    let root: String = found.root.iter().map(|byte| format!("{byte:02x}")).collect();
    writeln!(out, "members {}, postings {}: no difference", found.members, found.postings)?;
    for (account, points) in &found.accounts {
        writeln!(out, "{account} {points}")?;
    }
    writeln!(out, "root {root}").context("writing to the standard output")
}

/// Copies the database, and says what the copy holds as an audit of it does.
///
/// # Errors
/// A file that exists or can't be written; a database that is not SQLite; the first difference in the copy, which stays.
pub async fn back_up(config: Config, file: &Path) -> anyhow::Result<()> {
    let store = Store::open_to_read(&config.database).await?;
    store.back_up(file).await?;
    store.close().await;
    let copy = Database::Sqlite(file.to_owned());
    tell_books(&copy).await.with_context(|| format!("{} is written; its books", file.display()))
}

/// Lets a member type codes again.
///
/// # Errors
/// A contact that nobody has; the database's.
pub async fn recover(config: Config, contact: &str) -> anyhow::Result<()> {
    let store = Store::open_existing(&config.database).await?;
    let key = key::find(&store, &config.code_key_path()).await?;
    let app = put_together(store, config, key)?;
    let contact =
        Contact::read(contact).ok().context("this is neither a mobile number nor an e-mail address")?;
    let find = async |conn: &mut Connection| {
        let Some(member) = members::find_by_contact(conn, &contact.value).await? else { return Ok(None) };
        let mut stopped = false;
        for subject in codes::wrong_subjects(&app, &member) {
            stopped |= challenges::forget_wrong(conn, &subject).await?;
        }
        Ok::<_, sqlx::Error>(Some((member.id, stopped)))
    };
    let found = app.store.transact("recover", find).await?;
    app.store.close().await;
    let (member, stopped) = found.context("no member has this contact")?;
    let told = if stopped { "wrong codes are forgotten" } else { "there was nothing to forget" };
    writeln!(std::io::stdout(), "{member}: {told}").context("writing to the standard output")
}
