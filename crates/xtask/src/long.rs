//! `cargo xtask test --seeds N`, `--rounds N`, `--kills N`: the tests of points again, as often as you like, built for speed.

use crate::{
    count::{Count, Runner},
    postgres::Postgres,
    shell::{Steps, cargo},
    tools,
};
use anyhow::Result;
use clap::Args;

/// How often each; what is not named is not run.
#[derive(Args)]
pub struct Often {
    /// Only random histories against the model: so many on each engine
    #[arg(long, value_name = "N")]
    seeds: Option<u32>,
    /// Only one key sent a hundred times, and 64 members for the last piece: so many rounds on each engine
    #[arg(long, value_name = "N")]
    rounds: Option<u32>,
    /// Only kills of a server under load: so many on each engine
    #[arg(long, value_name = "N")]
    kills: Option<u32>,
}

/// Name, the variable that says how often, the tests' files and the tests.
type Run = (&'static str, &'static str, [&'static str; 2], &'static str);

impl Often {
    fn chosen(&self) -> Vec<(Run, u32)> {
        let all: [(Run, Option<u32>); 3] = [
            (
                ("Random histories", "TUKAR_SEEDS", ["simulation", "simulation_postgres"], "seeds_of"),
                self.seeds,
            ),
            (("Races", "TUKAR_ROUNDS", ["api", "api_postgres"], "in_every_round"), self.rounds),
            (("Kills", "TUKAR_CYCLES", ["crash", "crash_postgres"], ""), self.kills),
        ];
        all.into_iter().filter_map(|(run, times)| Some((run, times?))).collect()
    }

    /// Whether any was named.
    pub fn any(&self) -> bool {
        !self.chosen().is_empty()
    }
}

/// Runs what was named.
pub fn run(often: &Often, count: &mut Count) -> Result<()> {
    let chosen = often.chosen();
    let mut steps = Steps::new(1 + chosen.len());
    steps.next("Tools");
    tools::for_postgres()?;
    for ((name, variable, files, tests), times) in chosen {
        steps.next(&format!("{name}: {times}"));
        // Durable: what is lost in a crash is the point.
        let postgres = Postgres::start(true)?;
        let mut command = cargo();
        command.args(["test", "--release", "--no-fail-fast", "-p", "tukar-server"]);
        for file in files {
            command.args(["--test", file]);
        }
        command.args([tests, "--", "--nocapture"]);
        command.env(variable, times.to_string()).env("TUKAR_TEST_POSTGRES", postgres.url());
        count.run(name, Runner::Libtest, &mut command)?;
    }
    Ok(())
}
