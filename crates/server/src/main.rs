//! The server's command line: `serve` (also without a word), `import`, `generate`, `partner`,
//! `audit`, `backup`, `recover`, `sessions`, `expiry`, `clock`, `openapi`.

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use std::{
    io::{BufWriter, IsTerminal as _, Write as _},
    path::PathBuf,
    process::ExitCode,
};
use tracing_subscriber::EnvFilter;
use tukar_server::{config::Flags, generate, http, run};

/// Tukar: points, rewards and redemption with one-time codes, as a JSON API and a widget.
///
/// `tukar-server --demo` runs a whole demo programme on this machine. For a real one: import a catalogue, set the
/// sender of e-mails or text messages, and put a proxy with TLS in front.
#[derive(Parser)]
#[command(name = "tukar-server", version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    flags: Flags,
    /// Write the log as JSON lines
    #[arg(long, env = "TUKAR_LOG_JSON", global = true)]
    log_json: bool,
    /// What to log, as info or tukar_server=debug
    #[arg(long, value_name = "FILTER", env = "TUKAR_LOG", default_value = "info", global = true)]
    log: String,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API and the widget (the same as no command)
    Serve,
    /// Import catalogue files; the format stands in docs/CATALOGUE.md
    Import(run::Import),
    /// Write a plausible catalogue to the standard output
    Generate {
        /// How many rewards
        #[arg(long, default_value_t = 1000)]
        rewards: usize,
        /// The same seed gives the same catalogue
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Sites that may show the widget
    #[command(subcommand)]
    Partner(run::partner::Command),
    /// Derive every balance again from the entries and tell the first difference
    Audit,
    /// Forget a member's wrong codes: after a hundred in a row most tries are not compared any more
    Recover {
        /// Their number or e-mail address
        contact: String,
    },
    /// Sessions of members
    #[command(subcommand)]
    Sessions(SessionsCommand),
    /// Expiries that a wrong clock made
    #[command(subcommand)]
    Expiry(run::expiry::Command),
    /// This machine's clock
    #[command(subcommand)]
    Clock(ClockCommand),
    /// Copy the SQLite database into a new file while it is in use, and tell what the copy holds
    Backup {
        /// The new file
        file: PathBuf,
    },
    /// Write the OpenAPI document to the standard output
    Openapi,
}

#[derive(Subcommand)]
enum SessionsCommand {
    /// End all sessions of a member, as when somebody else has their phone
    End {
        /// Their number or e-mail address
        contact: String,
    },
}

#[derive(Subcommand)]
enum ClockCommand {
    /// Take this machine's clock for right, after a long stop or after another one was wrong
    Confirm,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Ends of lines inside the error belong to lists of bad rows.
            let _ = writeln!(std::io::stderr(), "tukar-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}

impl Cli {
    fn start(self) -> anyhow::Result<()> {
        let filter = EnvFilter::try_new(&self.log).with_context(|| format!("--log {:?}", self.log))?;
        let log = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_ansi(std::io::stderr().is_terminal())
            .with_writer(std::io::stderr);
        if self.log_json {
            log.json().init();
        } else {
            log.with_target(false).init();
        }
        let runtime = tokio::runtime::Runtime::new().context("starting the runtime")?;
        match self.command.unwrap_or(Command::Serve) {
            Command::Serve => runtime.block_on(run::serve(self.flags.load()?)),
            Command::Import(asked) => runtime.block_on(run::import(self.flags.load()?, &asked)),
            Command::Generate { rewards, seed } => {
                anyhow::ensure!(
                    rewards <= generate::REWARDS_MAX,
                    "--rewards: at most {}",
                    generate::REWARDS_MAX
                );
                let mut out = BufWriter::new(std::io::stdout().lock());
                generate::write(&mut out, rewards, seed).context("writing the catalogue")?;
                out.flush().context("writing the catalogue")
            }
            Command::Partner(command) => runtime.block_on(run::partner::run(self.flags.load()?, command)),
            Command::Audit => runtime.block_on(run::audit(self.flags.load()?)),
            Command::Recover { contact } => runtime.block_on(run::recover(self.flags.load()?, &contact)),
            Command::Sessions(SessionsCommand::End { contact }) => {
                runtime.block_on(run::sessions::end(self.flags.load()?, &contact))
            }
            Command::Expiry(command) => runtime.block_on(run::expiry::run(self.flags.load()?, command)),
            Command::Clock(ClockCommand::Confirm) => runtime.block_on(run::confirm_clock(self.flags.load()?)),
            Command::Backup { file } => runtime.block_on(run::back_up(self.flags.load()?, &file)),
            Command::Openapi => {
                let text = http::document().to_pretty_json().context("writing the document")?;
                writeln!(std::io::stdout(), "{text}").context("writing the document")
            }
        }
    }
}
