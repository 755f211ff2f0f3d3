//! A PostgreSQL of our own for a run: its files in a temporary folder, on a free port of this machine, gone at the end.

use crate::shell::{output, run, say};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The newest PostgreSQL's folder of programs: where Debian puts them, or where PATH leads.
pub fn programs() -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = debian
        .filter_map(|version| {
            let number = version.file_name().to_str()?.parse().ok()?;
            let folder = version.path().join("bin");
            folder.join("initdb").exists().then_some((number, folder))
        })
        .collect();
    found.sort();
    found.pop().map(|(_, folder)| folder).or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|folder| folder.join("initdb").exists())
    })
}

/// A running cluster.
pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// Makes and starts one. Unless `durable`, it forgets what a power cut would make it forget: for tests of rules, not of
    /// disks.
    pub fn start(durable: bool) -> Result<Postgres> {
        let programs = programs().context("PostgreSQL is missing: install the package postgresql")?;
        let folder = std::env::temp_dir().join(format!("tukar-postgres-{}", std::process::id()));
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
        let postgres = Postgres { programs, folder, port };
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&postgres.folder))?;
        }
        let data = postgres.folder.join("data");
        run(postgres
            .program("initdb")
            .args(["--auth=trust", "--locale=C", "--encoding=UTF8", "--username=postgres", "-D"])
            .arg(&data)
            .stdout(Stdio::null()))?;
        let place = postgres.folder.display();
        let words = format!(
            "-p {port} -h 127.0.0.1 -k {place} -c max_connections=400{}",
            if durable { "" } else { " -c fsync=off" }
        );
        run(postgres
            .program("pg_ctl")
            .args(["start", "-w", "-t", "300", "-s", "-l"])
            .arg(postgres.folder.join("log"))
            .arg("-D")
            .arg(&data)
            .args(["-o", &words]))
        .with_context(|| format!("starting PostgreSQL; its log is {place}/log"))?;
        say(&format!("      PostgreSQL listens on port {port}"));
        Ok(postgres)
    }

    /// Address of its first database.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// One of its programs. PostgreSQL refuses to run as root: then its own user runs it.
    fn program(&self, name: &str) -> Command {
        let path: &Path = &self.programs.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        command.current_dir(&self.folder).stdin(Stdio::null());
        command
    }

    fn stop(&self) -> Result<()> {
        let data = self.folder.join("data");
        let stopped = output(self.program("pg_ctl").args(["stop", "-s", "-m", "immediate", "-D"]).arg(data));
        if stopped.is_none() {
            bail!("PostgreSQL in {} did not stop", self.folder.display());
        }
        fs::remove_dir_all(&self.folder).with_context(|| format!("removing {}", self.folder.display()))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            say(&format!("      {error:#}"));
        }
    }
}

fn is_root() -> bool {
    output(Command::new("id").arg("-u")).as_deref() == Some("0")
}
