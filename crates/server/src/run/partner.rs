//! `tukar-server partner …`: which sites may show the widget.

use super::open;
use crate::{
    config::Config,
    partner::{Mode, Partner},
    store::partners,
};
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use std::io::Write as _;

/// What to do with partners.
#[derive(Subcommand)]
pub enum Command {
    /// Add a partner, or change the one of this id
    Add(Add),
    /// List partners: id, mode, origins, name
    List,
    /// Remove a partner: its pages can't show the widget any more
    Remove {
        /// Its id
        id: String,
    },
}

/// A partner as typed.
#[derive(Args)]
pub struct Add {
    /// What its pages say in partner="…": a-z, 0-9 and -
    id: String,
    /// Exact origin of its pages, as https://shop.example.id; may be given more than once
    #[arg(long = "origin", value_name = "ORIGIN", required = true)]
    origins: Vec<String>,
    /// Its name, for people [default: the id]
    #[arg(long)]
    name: Option<String>,
    /// frame: the page learns no secret; inline: the page itself runs the widget and could read what is typed
    #[arg(long, value_name = "MODE", default_value = "frame")]
    mode: String,
    /// Its accent colour, as #0a7d4f [default: the programme's]
    #[arg(long, value_name = "COLOUR", default_value = "")]
    accent: String,
}

/// Does it, and says on the standard output what was done.
///
/// # Errors
/// When the partner can't be, is not there, or the database can't be used.
pub async fn run(config: Config, command: Command) -> anyhow::Result<()> {
    let app = open(config).await?;
    let mut out = std::io::stdout().lock();
    match command {
        Command::Add(add) => {
            let Some(mode) = Mode::of(&add.mode) else {
                bail!("--mode is frame or inline, not {:?}", add.mode)
            };
            let partner = Partner {
                name: add.name.unwrap_or_else(|| add.id.clone()),
                id: add.id,
                origins: add.origins,
                mode,
                accent: add.accent,
                created_at: app.clock.now(),
            };
            partner.check().map_err(anyhow::Error::msg)?;
            let row = &partner;
            app.store
                .transact("partner.put", async |conn| partners::put(conn, row).await)
                .await
                .context("writing the partner")?;
            writeln!(out, "{}", line(&partner))?;
        }
        Command::List => {
            for partner in partners::load_all(&mut *app.store.read().await?).await? {
                writeln!(out, "{}", line(&partner))?;
            }
        }
        Command::Remove { id } => {
            let id = id.as_str();
            let found = app
                .store
                .transact("partner.remove", async |conn| partners::remove(conn, id).await)
                .await
                .context("removing the partner")?;
            if !found {
                bail!("there is no partner {id:?}");
            }
            writeln!(out, "{id}: removed")?;
        }
    }
    Ok(())
}

fn line(partner: &Partner) -> String {
    format!("{}: {}, {} ({})", partner.id, partner.mode.word(), partner.origins.join(" "), partner.name)
}
