//! `tukar-server partner …`: which sites may show the widget, and which keys they sign identities with.

use crate::{
    clock::Clock,
    config::Config,
    partner::{Mode, Partner, PartnerKey},
    store::{Store, partners},
    trust,
};
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use std::{io::Write, path::PathBuf};
use tukar_domain::text::{Lines, tidy};
use tukar_wire::Moment;

/// Hours that a key counts beside its successor at most: a year.
const OVERLAP_HOURS_MAX: u32 = 8_760;

/// What to do with partners.
#[derive(Subcommand)]
pub enum Command {
    /// Add a partner, or change the one of this id; its keys stay
    Add(Add),
    /// List partners: id, mode, origins, name; and each key: id, algorithm, until when it counts
    List,
    /// Remove a partner: its pages can't show the widget any more, and its word counts no more
    Remove {
        /// Its id
        id: String,
    },
    /// Add a key that the partner signs identities with; its other keys end after the overlap
    Rotate(Rotate),
    /// End a key at once, and the sessions opened by the partner's word: for a key that got lost
    Revoke {
        /// Id of the partner
        id: String,
        /// Id of the key, as `list` shows it
        kid: String,
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
    /// Codes that its pages may ask for within an hour
    #[arg(long, value_name = "NUMBER", default_value_t = 2_000)]
    codes_per_hour: u32,
    /// Identities that it may sign within an hour
    #[arg(long, value_name = "NUMBER", default_value_t = 2_000)]
    identities_per_hour: u32,
}

/// A key as typed.
#[derive(Args)]
pub struct Rotate {
    /// Id of the partner
    id: String,
    /// File with the public key, PEM, Ed25519 or P-256: as `openssl pkey -pubout` writes it
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// What the partner's tokens say in `kid` [default: made from the key]
    #[arg(long)]
    kid: Option<String>,
    /// Hours for which the partner's other keys still count
    #[arg(long, value_name = "HOURS", default_value_t = 24)]
    overlap_hours: u32,
}

/// Does it, and says on the standard output what was done.
///
/// # Errors
/// When the partner can't be, is not there, or the database can't be used.
pub async fn run(config: Config, command: Command) -> anyhow::Result<()> {
    let store = match command {
        Command::List => Store::open_to_read(&config.database).await?,
        _ => Store::open_existing(&config.database).await?,
    };
    let now = Clock::real().now();
    if matches!(command, Command::Rotate(_) | Command::Revoke { .. }) {
        // By a clock that is ahead a key that got lost would count until then.
        trust::insist(&store, &config, now).await?;
    }
    let mut out = std::io::stdout().lock();
    match command {
        Command::Add(typed) => add((&store, now), typed, &mut out).await?,
        Command::List => {
            for partner in partners::load_all(&mut *store.read().await?).await? {
                writeln!(out, "{}", line(&partner))?;
                for key in &partner.keys {
                    writeln!(out, "  {}", key_line(key, now))?;
                }
            }
        }
        Command::Remove { id } => {
            let id = id.as_str();
            let found = store
                .transact("partner.remove", async |conn| partners::remove(conn, id).await)
                .await
                .context("removing the partner")?;
            if !found {
                bail!("there is no partner {id:?}");
            }
            writeln!(out, "{id}: removed")?;
        }
        Command::Rotate(typed) => rotate((&store, now), typed, &mut out).await?,
        Command::Revoke { id, kid } => {
            let key = (id.as_str(), kid.as_str());
            let found = store
                .transact("partner.revoke", async |conn| partners::revoke(conn, key, now).await)
                .await
                .context("revoking the key")?;
            if !found {
                bail!("partner {id:?} has no key {kid:?}");
            }
            writeln!(out, "{id}: key {kid} counts no more")?;
        }
    }
    store.close().await;
    Ok(())
}

async fn add((store, now): (&Store, Moment), typed: Add, out: &mut impl Write) -> anyhow::Result<()> {
    let Some(mode) = Mode::of(&typed.mode) else { bail!("--mode is frame or inline, not {:?}", typed.mode) };
    let partner = Partner {
        name: typed.name.map_or_else(|| typed.id.clone(), |name| tidy(&name, Lines::One)),
        id: typed.id,
        origins: typed.origins,
        mode,
        accent: typed.accent,
        codes_per_hour: typed.codes_per_hour,
        identities_per_hour: typed.identities_per_hour,
        keys: Vec::new(),
        created_at: now,
    };
    partner.check().map_err(anyhow::Error::msg)?;
    let row = &partner;
    store
        .transact("partner.put", async |conn| partners::put(conn, row).await)
        .await
        .context("writing the partner")?;
    writeln!(out, "{}", line(&partner)).context("writing to the standard output")
}

async fn rotate((store, now): (&Store, Moment), typed: Rotate, out: &mut impl Write) -> anyhow::Result<()> {
    let Rotate { id, key: file, kid, overlap_hours } = typed;
    if overlap_hours > OVERLAP_HOURS_MAX {
        bail!("--overlap-hours is at most {OVERLAP_HOURS_MAX}");
    }
    let text = std::fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    let key = PartnerKey::read_pem(&text, kid, now)
        .map_err(anyhow::Error::msg)
        .with_context(|| format!("{}", file.display()))?;
    let others_end_at = now.plus_ms(i64::from(overlap_hours) * 3_600_000);
    let (id, row) = (id.as_str(), &key);
    let known = partners::load_all(&mut *store.read().await?).await?;
    let Some(partner) = known.into_iter().find(|partner| partner.id == id) else {
        bail!("there is no partner {id:?}")
    };
    if partner.keys.iter().any(|other| other.kid == key.kid) {
        bail!("partner {id:?} has a key {:?} already", key.kid);
    }
    let added = store
        .transact("partner.rotate", async |conn| partners::rotate(conn, (id, row), others_end_at).await)
        .await
        .context("adding the key")?;
    if !added {
        bail!("partner {id:?} has a key {:?} already", key.kid);
    }
    writeln!(out, "{id}: key {}", key_line(&key, now))?;
    for other in partner.keys.iter().filter(|other| other.counts(now)) {
        let ends_at = other.ends_at.map_or(others_end_at, |end| end.min(others_end_at));
        writeln!(
            out,
            "{id}: key {}",
            key_line(&PartnerKey { ends_at: Some(ends_at), ..other.clone() }, now)
        )?;
    }
    Ok(())
}

fn line(partner: &Partner) -> String {
    format!("{}: {}, {} ({})", partner.id, partner.mode.word(), partner.origins.join(" "), partner.name)
}

fn key_line(key: &PartnerKey, now: Moment) -> String {
    let until = match key.ends_at {
        None => "counts".to_owned(),
        Some(end) if now < end => format!("counts until {}", end),
        Some(end) => format!("ended {}", end),
    };
    format!("{}, {}, {until}", key.kid, key.algorithm.word())
}
