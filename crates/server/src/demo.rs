//! The demo programme: its catalogue, texts and members, carried in the binary. Only with `--demo`.
//!
//! A database is filled once; to see the demo fresh again, delete the file.

mod members;

use crate::{
    app::Shared,
    import::{self, CatalogueFile},
    store::rewards::load_version,
    worker,
};
use tukar_wire::Moment;

/// The demo's catalogue file.
pub const CATALOGUE: &str = include_str!("../demo/catalogue.json");

/// The demo's programme file.
pub const PROGRAMME: &str = include_str!("../demo/programme.json");

/// Both files, read; relative moments count from `now`.
///
/// # Errors
/// Never for the files as committed: a test reads them.
pub fn files(now: Moment) -> Result<CatalogueFile, import::BadFile> {
    let rewards = import::parse("demo/catalogue.json", CATALOGUE, now)?.rewards;
    let programme = import::parse("demo/programme.json", PROGRAMME, now)?.programme;
    Ok(CatalogueFile { rewards, programme })
}

/// Name of the main demo member.
pub const MAIN_NAME: &str = "Sari";
/// Phone of the main demo member, as a person would type it.
pub const MAIN_PHONE: &str = "0812 3456 7890";
/// E-mail of the main demo member.
pub const MAIN_EMAIL: &str = "sari@example.id";

/// Fills an empty database with the demo; one that was filled before is left as it is.
///
/// # Errors
/// The database's.
pub async fn seed(app: &Shared) -> anyhow::Result<()> {
    let now = app.clock.now();
    let version = load_version(&mut *app.store.read().await?).await?;
    if version.rewards == 0 {
        import::write(&app.store, &files(now)?, now).await?;
    }
    members::seed(app).await?;
    // What ended between then and now, so that the history tells it at once.
    worker::run_due(app).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::ProgrammeTexts;
    use std::collections::BTreeSet;
    use tukar_wire::RewardKind;

    const NOW: Moment = Moment(1_795_539_600_000);

    #[test]
    fn the_demo_shows_every_kind_and_every_rule() {
        let file = files(NOW).unwrap_or_else(|bad| panic!("{bad}"));
        let rewards = file.rewards.unwrap();
        assert!(rewards.len() >= 84);
        let kinds: BTreeSet<_> = rewards.iter().map(|reward| reward.kind.0.as_str()).collect();
        assert_eq!(kinds, RewardKind::KNOWN.iter().copied().collect());
        assert_eq!(rewards.iter().map(|reward| reward.points).min(), Some(500));
        assert_eq!(rewards.iter().map(|reward| reward.points).max(), Some(250_000));
        let any = |rule: &dyn Fn(&crate::catalogue::Reward) -> bool| rewards.iter().any(rule);
        assert!(any(&|reward| reward.stock_total == Some(0)));
        assert!(any(&|reward| reward.stock_total.is_some_and(|stock| (1..=5).contains(&stock))));
        assert!(any(&|reward| reward.opens_at.is_some_and(|at| at > NOW)));
        assert!(any(&|reward| reward.closes_at.is_some_and(|at| at < NOW.plus_ms(86_400_000))));
        assert!(any(&|reward| reward.promotion_at(NOW).is_some()));
        assert!(any(&|reward| !reward.tiers.is_empty()));
        assert!(any(&|reward| reward.balance_min.is_some()));
        assert!(any(&|reward| reward.limit.is_some()));
        let best_value = rewards.iter().filter_map(|reward| {
            let card = reward.to_card(NOW, crate::language::Language::Id);
            Some((card.rupiah_hundredths_per_point?, reward.kind.0.clone()))
        });
        let best_value: Vec<_> = best_value.collect::<BTreeSet<_>>().into_iter().rev().take(10).collect();
        assert!(
            best_value.iter().take(2).all(|lead| lead.0 < 1_000 && lead.1 != "discount"),
            "{best_value:?}"
        );
        let programme = file.programme.unwrap().applied_to(&ProgrammeTexts::default());
        assert!(programme.questions.len() >= 8);
        assert!(programme.contacts.len() >= 3);
    }
}
