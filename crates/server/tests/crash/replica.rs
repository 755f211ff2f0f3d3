//! A PostgreSQL primary with a replica that holds every commit before it is answered, and the one address that leads to
//! whichever of them is the primary, as an operator's virtual address or proxy does.

use crate::servers::free_port;
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex},
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    process::Command,
    sync::watch,
    task::JoinHandle,
};

/// Said to both: every commit waits until the replica has it on disk.
const SETTINGS: &str = "max_connections = 200\nsynchronous_commit = on\nsynchronous_standby_names = '*'\n\
     listen_addresses = '127.0.0.1'\nhot_standby = on\nwal_level = replica\n";

/// One cluster.
pub(crate) struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
}

/// The newest PostgreSQL's folder of programs: where Debian puts them, or where PATH leads.
fn programs() -> PathBuf {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = debian.map(|version| version.path().join("bin")).collect();
    found.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut all = found.into_iter().rev().chain(std::env::split_paths(&path));
    all.find(|folder| folder.join("pg_basebackup").exists()).expect("PostgreSQL is installed")
}

impl Cluster {
    /// A running primary without a replica yet: until one is there, nothing waits for it.
    pub(crate) async fn primary(folder: &Path) -> Cluster {
        let cluster =
            Cluster { programs: programs(), folder: folder.join("primary"), port: free_port().await };
        own(folder).await;
        let words = ["--auth=trust", "--locale=C", "--encoding=UTF8", "--username=postgres", "-D"];
        cluster.run("initdb", &[&words[..], &[cluster.data()]].concat()).await;
        cluster.start("").await;
        cluster
    }

    /// A running replica of this cluster; from now on commits wait for it.
    pub(crate) async fn replica(&self, folder: &Path) -> Cluster {
        let replica = Cluster {
            programs: self.programs.clone(),
            folder: folder.join("replica"),
            port: free_port().await,
        };
        let port = self.port.to_string();
        let from =
            ["-h", "127.0.0.1", "-p", &port, "-U", "postgres", "-R", "-X", "stream", "-c", "fast", "-D"];
        replica.run("pg_basebackup", &[&from[..], &[replica.data()]].concat()).await;
        replica.start(SETTINGS).await;
        std::fs::write(self.folder.join("postgresql.auto.conf"), SETTINGS).unwrap();
        self.run("pg_ctl", &["reload", "-s", "-D", self.data()]).await;
        replica
    }

    async fn start(&self, settings: &str) {
        if !settings.is_empty() {
            // What pg_basebackup wrote there says where the primary is.
            let file = self.folder.join("postgresql.auto.conf");
            let before = std::fs::read_to_string(&file).unwrap();
            std::fs::write(&file, before + settings).unwrap();
        }
        let place = self.folder.parent().unwrap().display();
        let options = format!("-p {} -h 127.0.0.1 -k {place} -c max_connections=200", self.port);
        let log = self.folder.with_extension("log");
        let log = log.to_str().unwrap();
        self.run("pg_ctl", &["start", "-w", "-t", "300", "-s", "-l", log, "-o", &options, "-D", self.data()])
            .await;
    }

    /// Ends it as a power cut would: no goodbye, nothing written any more.
    pub(crate) async fn stop_at_once(&self) {
        self.run("pg_ctl", &["stop", "-s", "-m", "immediate", "-D", self.data()]).await;
    }

    /// Makes the replica the primary, with nobody to wait for.
    pub(crate) async fn promote(&self) {
        let file = self.folder.join("postgresql.auto.conf");
        let alone = std::fs::read_to_string(&file).unwrap().replace("synchronous_standby_names = '*'", "");
        std::fs::write(&file, alone).unwrap();
        self.run("pg_ctl", &["reload", "-s", "-D", self.data()]).await;
        self.run("pg_ctl", &["promote", "-w", "-t", "300", "-s", "-D", self.data()]).await;
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn data(&self) -> &str {
        self.folder.to_str().unwrap()
    }

    /// One of its programs. PostgreSQL refuses to run as root: then its own user runs it.
    async fn run(&self, name: &str, words: &[&str]) {
        let path = self.programs.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        let place = self.folder.parent().unwrap();
        let done = command.args(words).current_dir(place).stdin(Stdio::null()).stdout(Stdio::null()).status();
        assert!(done.await.unwrap().success(), "{name} {words:?}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Whatever the test came to, nothing goes on running. One that was stopped already has no such file.
        let Ok(file) = std::fs::read_to_string(self.folder.join("postmaster.pid")) else { return };
        if let Some(pid) = file.lines().next() {
            let _ = std::process::Command::new("kill").args(["-QUIT", pid]).status();
        }
    }
}

fn is_root() -> bool {
    std::process::Command::new("id").arg("-u").output().is_ok_and(|said| said.stdout.starts_with(b"0\n"))
}

/// PostgreSQL's own user has to be able to write there.
async fn own(folder: &Path) {
    if is_root() {
        assert!(Command::new("chown").arg("postgres").arg(folder).status().await.unwrap().success());
    }
}

/// An address that leads to one cluster, and later to another.
pub(crate) struct Address {
    pub(crate) port: u16,
    to: Arc<Mutex<String>>,
    silence: watch::Sender<()>,
    accepting: JoinHandle<()>,
}

impl Address {
    pub(crate) async fn leading_to(address: String) -> Address {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let to = Arc::new(Mutex::new(address));
        let shared = Arc::clone(&to);
        let (silence, silent) = watch::channel(());
        let accepting = tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let to = shared.lock().unwrap().clone();
                let mut silent = silent.clone();
                silent.mark_unchanged();
                tokio::spawn(async move {
                    let Ok(mut cluster) = TcpStream::connect(to).await else { return };
                    tokio::select! {
                        biased;
                        // Both stay open, until the address goes, and nothing is passed on: not even an end.
                        _ = silent.changed() => drop(silent.changed().await),
                        _ = copy_bidirectional(&mut client, &mut cluster) => {}
                    }
                });
            }
        });
        Address { port, to, silence, accepting }
    }

    /// Nothing goes over the connections that are open, and neither end is told, as when a machine loses its power.
    pub(crate) fn silence(&self) {
        self.silence.send_replace(());
    }

    /// New connections lead there. Those that are open end with their cluster.
    pub(crate) fn lead_to(&self, address: String) {
        *self.to.lock().unwrap() = address;
    }
}

impl Drop for Address {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}
