//! The catalogue ready to be shown: its cards and its search index in each language, made once for each state of the
//! catalogue.
//!
//! What is kept is the same for everybody: a member's standing is worked out on a copy (`tukar_plain::catalog`). One state a
//! language is kept; who comes while it is being made waits for it instead of making it too.

use crate::{catalogue::Snapshot, language::Language};
use std::sync::Arc;
use tokio::sync::Mutex;
use tukar_plain::catalog::Prepared;
use tukar_wire::Moment;

/// Kept for a running server.
#[derive(Default)]
pub(crate) struct Ready {
    kept: [Mutex<Option<Kept>>; Language::ALL.len()],
}

/// Of which state ([`Snapshot::tag`]), and what was made of it.
struct Kept {
    tag: String,
    prepared: Arc<Prepared>,
}

impl Ready {
    /// The visible rewards of a snapshot that holds at `now`.
    pub(crate) async fn of(&self, snapshot: &Snapshot, (language, now): (Language, Moment)) -> Arc<Prepared> {
        let place = match language {
            Language::Id => 0,
            Language::En => 1,
        };
        let (mut kept, tag) = (self.kept[place].lock().await, snapshot.tag());
        if let Some(kept) = kept.as_ref().filter(|kept| kept.tag == tag) {
            return Arc::clone(&kept.prepared);
        }
        let cards = snapshot.rewards.iter().map(|reward| reward.to_card(now, language)).collect();
        let prepared = Arc::new(Prepared::of(cards));
        *kept = Some(Kept { tag, prepared: Arc::clone(&prepared) });
        prepared
    }
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
            ready.of(&snapshot, (language, Moment(now))).await
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
}
