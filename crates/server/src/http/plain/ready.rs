//! The catalogue ready to be shown: its cards and its search index in each language, made once for each state of the
//! catalogue.
//!
//! What is kept is the same for everybody: a member's standing is worked out on a copy (`tukar_plain::catalog`). One state a
//! language is kept, and beside it the next import's, made before it is shown; who comes while it is being made waits for it instead of making it too.

use crate::{catalogue::Snapshot, language::Language};
use std::sync::Arc;
use tokio::sync::Mutex;
use tukar_plain::catalog::Prepared;
use tukar_wire::{Moment, RewardCard};

/// Kept for a running server.
#[derive(Default)]
pub(crate) struct Ready {
    kept: [Mutex<Vec<Kept>>; Language::ALL.len()],
}

/// Of which state ([`Snapshot::tag`]) and which import, and what was made of it.
struct Kept {
    tag: String,
    import: i64,
    prepared: Arc<Prepared>,
}

impl Kept {
    fn of(snapshot: &Snapshot, prepared: &Arc<Prepared>) -> Kept {
        Kept { tag: snapshot.tag(), import: snapshot.version.rewards, prepared: Arc::clone(prepared) }
    }
}

impl Ready {
    /// The visible rewards of a snapshot that holds at `now`.
    pub(crate) async fn of(&self, snapshot: &Snapshot, language: Language, now: Moment) -> Arc<Prepared> {
        let (mut kept, tag) = (self.kept[place(language)].lock().await, snapshot.tag());
        if let Some(kept) = kept.iter().find(|kept| kept.tag == tag) {
            return Arc::clone(&kept.prepared);
        }
        let prepared = Arc::new(Prepared::of(cards(snapshot, language, now)));
        // What this takes the place of goes; the next import's, which is about to be shown, stays.
        kept.retain(|other| other.import > snapshot.version.rewards);
        kept.push(Kept::of(snapshot, &prepared));
        prepared
    }

    /// Makes a snapshot ready that is not shown yet; what is shown stays ready beside it.
    ///
    /// # Errors
    /// When the thread that makes it ends early.
    pub(crate) async fn prepare(
        &self,
        snapshot: &Arc<Snapshot>,
        language: Language,
        now: Moment,
    ) -> Result<(), tokio::task::JoinError> {
        let of = Arc::clone(snapshot);
        let make = move || Arc::new(Prepared::of(cards(&of, language, now)));
        let prepared = tokio::task::spawn_blocking(make).await?;
        self.kept[place(language)].lock().await.push(Kept::of(snapshot, &prepared));
        Ok(())
    }

    /// Lets go of what was shown before this snapshot.
    pub(crate) async fn forget_before(&self, snapshot: &Snapshot) {
        for kept in &self.kept {
            kept.lock().await.retain(|other| other.import >= snapshot.version.rewards);
        }
    }
}

fn place(language: Language) -> usize {
    match language {
        Language::Id => 0,
        Language::En => 1,
    }
}

fn cards(snapshot: &Snapshot, language: Language, now: Moment) -> Vec<RewardCard> {
    snapshot.rewards.iter().map(|reward| reward.to_card(now, language)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalogue::{PromotionRow, tests::reward},
        store::rewards::CatalogueVersion,
    };

    #[tokio::test]
    async fn a_state_is_made_once_a_language_and_anew_when_stock_texts_or_time_change_it() {
        let ready = Ready::default();
        let mut kopi = reward("kopi");
        let label = kopi.title.clone();
        kopi.promotion =
            Some(PromotionRow { points: 800, label, starts_at: Some(Moment(100)), ends_at: None });
        let all = [Arc::new(kopi)];
        let of = async |(rewards, stock, now): (i64, i64, i64), language| {
            let version = CatalogueVersion { rewards, stock, texts: 0 };
            let snapshot = Snapshot::of(&all, version, Moment(now));
            ready.of(&snapshot, language, Moment(now)).await
        };
        let first = of((1, 1, 10), Language::Id).await;
        assert_eq!(of((1, 1, 20), Language::En).await.cards()[0].title, "Voucher (en)");
        assert!(Arc::ptr_eq(&first, &of((1, 1, 30), Language::Id).await), "each language is kept");
        let mut before = first;
        for (state, points) in [((1, 2, 30), 1000), ((2, 2, 30), 1000), ((2, 2, 100), 800)] {
            let after = of(state, Language::Id).await;
            assert!(!Arc::ptr_eq(&before, &after), "{state:?}");
            assert_eq!(after.cards()[0].points, points);
            before = after;
        }
    }
    #[tokio::test]
    async fn the_next_import_is_made_ready_beside_the_one_that_is_shown() {
        let (ready, all) = (Ready::default(), [Arc::new(reward("kopi"))]);
        let snapshot = |rewards, stock| {
            let version = CatalogueVersion { rewards, stock, texts: 0 };
            Arc::new(Snapshot::of(&all, version, Moment(0)))
        };
        let of = async |snapshot: &Arc<Snapshot>| ready.of(snapshot, Language::Id, Moment(0)).await;
        let shown = of(&snapshot(1, 1)).await;
        ready.prepare(&snapshot(2, 1), Language::Id, Moment(0)).await.unwrap();
        assert!(Arc::ptr_eq(&shown, &of(&snapshot(1, 1)).await));
        let next = Arc::clone(&ready.kept[0].lock().await[1].prepared);
        let moved = of(&snapshot(1, 2)).await;
        assert!(!Arc::ptr_eq(&shown, &moved), "stock moved meanwhile");
        assert!(Arc::ptr_eq(&next, &of(&snapshot(2, 1)).await));
        ready.forget_before(&snapshot(2, 1)).await;
        assert_eq!(ready.kept[0].lock().await.len(), 1);
    }
}
