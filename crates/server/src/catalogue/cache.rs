//! What is visible of the catalogue, kept so that it is cheap to serve.
//!
//! Reading 10,000 rows takes hundreds of milliseconds, so they are kept and two numbers are read instead: rows are read
//! again only after an import; only pieces left are read again after stock moved.

use super::Reward;
use crate::{
    language::Language,
    store::{
        Connection,
        rewards::{CatalogueVersion, count_all, load_all, load_stock, load_version},
    },
};
use axum::body::Bytes;
use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::{Mutex, Notify};
use tukar_wire::Moment;

/// The visible catalogue at a moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Visible rewards, in the programme's order.
    pub rewards: Vec<Arc<Reward>>,
    /// Place of each id in `rewards`.
    places: HashMap<String, usize>,
    /// What it was read from.
    pub version: CatalogueVersion,
    /// The latest turn that has passed: two snapshots of one version differ only by it.
    turned_at: Moment,
    /// The next moment at which it changes by itself.
    turns_at: Option<Moment>,
}

impl Snapshot {
    /// A visible reward.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Arc<Reward>> {
        self.places.get(id).and_then(|place| self.rewards.get(*place))
    }

    /// Place of a reward in the order.
    #[must_use]
    pub fn place(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// Short word for an ETag: two snapshots that would be written alike share it.
    #[must_use]
    pub fn tag(&self) -> String {
        format!("{:x}-{:x}-{:x}", self.version.rewards, self.version.stock, self.turned_at.0)
    }

    /// What is visible of all rewards at `now`.
    pub(crate) fn of(all: &[Arc<Reward>], version: CatalogueVersion, now: Moment) -> Snapshot {
        let rewards: Vec<_> = all.iter().filter(|reward| reward.is_visible(now)).cloned().collect();
        let places = rewards.iter().enumerate().map(|(place, reward)| (reward.id.clone(), place)).collect();
        let turns = || all.iter().flat_map(|reward| reward.turns());
        Snapshot {
            rewards,
            places,
            version,
            turned_at: turns().filter(|at| *at <= now).max().unwrap_or_default(),
            turns_at: turns().filter(|at| *at > now).min(),
        }
    }

    fn holds(&self, now: Moment) -> bool {
        now >= self.turned_at && self.turns_at.is_none_or(|at| now < at)
    }
}

/// The kept catalogue of a running server.
#[derive(Default)]
pub struct CatalogueCache {
    kept: Mutex<Option<Kept>>,
    pages: std::sync::Mutex<Pages>,
    is_watched: AtomicBool,
    imported: Notify,
}

/// Rewards that a visitor waits for: to read so few takes some milliseconds.
const AT_ONCE_MAX: i64 = 500;

/// Every reward, hidden ones too, and what of them is visible.
pub(super) type Kept = (Vec<Arc<Reward>>, Arc<Snapshot>);

/// Language, first reward and length of a page.
pub type PageKey = (Language, usize, usize);

/// Pages written for one state of the catalogue.
#[derive(Default)]
struct Pages {
    tag: String,
    written: HashMap<PageKey, Bytes>,
}

/// Pages that are kept: the whole of 10,000 rewards in both languages, and some odd lengths.
const PAGES_MAX: usize = 64;

impl CatalogueCache {
    /// The visible catalogue at `now`; reads only what changed since the last call. After an import of a large one it is
    /// the one before, until [`watch`](super::watch) has made the new one ready.
    ///
    /// # Errors
    /// The database's.
    pub async fn load(&self, conn: &mut Connection, now: Moment) -> Result<Arc<Snapshot>, sqlx::Error> {
        let mut kept = self.kept.lock().await;
        let version = load_version(conn).await?;
        let is_old = kept.as_ref().is_some_and(|(_, snapshot)| snapshot.version.rewards != version.rewards);
        let made_ready_beside =
            is_old && self.is_watched.load(Ordering::Relaxed) && count_all(conn).await? > AT_ONCE_MAX;
        let (all, version) = match kept.take() {
            Some((all, snapshot)) if snapshot.version == version && snapshot.holds(now) => {
                *kept = Some((all, Arc::clone(&snapshot)));
                return Ok(snapshot);
            }
            Some((all, snapshot)) if snapshot.version.rewards == version.rewards => {
                (moved(all, &snapshot, version, conn).await?, version)
            }
            Some((all, snapshot)) if made_ready_beside => {
                self.imported.notify_one();
                let as_before = CatalogueVersion { rewards: snapshot.version.rewards, ..version };
                (moved(all, &snapshot, as_before, conn).await?, as_before)
            }
            _ => (load_all(conn).await?.into_iter().map(Arc::new).collect(), version),
        };
        let snapshot = Arc::new(Snapshot::of(&all, version, now));
        *kept = Some((all, Arc::clone(&snapshot)));
        Ok(snapshot)
    }

    /// What was imported since the last call of [`CatalogueCache::load`], read beside it; `None`: nothing.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn read_imported(
        &self,
        conn: &mut Connection,
        now: Moment,
    ) -> Result<Option<Kept>, sqlx::Error> {
        let version = load_version(conn).await?;
        if self
            .kept
            .lock()
            .await
            .as_ref()
            .is_some_and(|(_, snapshot)| snapshot.version.rewards == version.rewards)
        {
            return Ok(None);
        }
        let all: Vec<_> = load_all(conn).await?.into_iter().map(Arc::new).collect();
        let snapshot = Arc::new(Snapshot::of(&all, version, now));
        Ok(Some((all, snapshot)))
    }

    /// From now on this is the catalogue.
    pub(super) async fn switch_to(&self, ready: Kept) {
        *self.kept.lock().await = Some(ready);
    }

    /// Somebody looks for imports and makes them ready, so that no visitor has to.
    pub(super) fn be_watched(&self) {
        self.is_watched.store(true, Ordering::Relaxed);
    }

    /// Waits until somebody met an import that is not ready.
    pub(super) async fn imported(&self) {
        self.imported.notified().await;
    }

    /// The bytes of a page; written only when no page of this state and key is kept.
    ///
    /// # Errors
    /// The writer's.
    pub fn page<E>(
        &self,
        tag: &str,
        key: PageKey,
        write: impl FnOnce() -> Result<Vec<u8>, E>,
    ) -> Result<Bytes, E> {
        // A panic while it was locked leaves whole pages behind.
        let kept = || self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let pages = kept();
            if let Some(bytes) = pages.written.get(&key).filter(|_| pages.tag == tag) {
                return Ok(bytes.clone());
            }
        }
        let bytes = Bytes::from(write()?);
        let mut pages = kept();
        if pages.tag != tag || pages.written.len() >= PAGES_MAX {
            pages.written.clear();
            tag.clone_into(&mut pages.tag);
        }
        pages.written.insert(key, bytes.clone());
        Ok(bytes)
    }
}

/// The same rewards with the pieces that are left at another version of the stock.
async fn moved(
    all: Vec<Arc<Reward>>,
    snapshot: &Snapshot,
    version: CatalogueVersion,
    conn: &mut Connection,
) -> Result<Vec<Arc<Reward>>, sqlx::Error> {
    if snapshot.version.stock == version.stock {
        Ok(all)
    } else {
        Ok(with_stock(all, &load_stock(conn).await?))
    }
}

fn with_stock(all: Vec<Arc<Reward>>, left: &HashMap<String, u32>) -> Vec<Arc<Reward>> {
    all.into_iter()
        .map(|reward| {
            let stock_left = left.get(&reward.id).copied();
            if reward.stock_left == stock_left {
                reward
            } else {
                Arc::new(Reward { stock_left, ..(*reward).clone() })
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::tests::reward;

    #[test]
    fn a_snapshot_turns_when_a_window_does() {
        let mut later = reward("later");
        later.visible_from = Some(Moment(100));
        let all = [Arc::new(reward("now")), Arc::new(later)];
        let early = Snapshot::of(&all, CatalogueVersion::default(), Moment(50));
        assert_eq!(early.rewards.len(), 1);
        assert!(early.holds(Moment(99)) && !early.holds(Moment(100)));
        let late = Snapshot::of(&all, CatalogueVersion::default(), Moment(100));
        assert_eq!(late.place("later"), Some(1));
        assert_ne!(early.tag(), late.tag());
        assert!(!late.holds(Moment(50)), "a clock that went back is noticed");
    }
}
