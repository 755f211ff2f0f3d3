//! The catalogue as the server holds it: rewards in every language, and a snapshot of it that is cheap to serve.
//!
//! Reading 10,000 rows takes tens of milliseconds, so the snapshot keeps them and reads two numbers instead: it is
//! read again only after an import; only pieces left are read again after stock moved.

use crate::{
    language::Language,
    service::points::rules_of,
    store::{
        Connection,
        rewards::{CatalogueVersion, load_all, load_stock, load_version},
    },
};
use axum::body::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError},
};
use tokio::sync::Mutex;
use tukar_domain::eligibility;
use tukar_wire::{ContactKind, Image, Limit, Moment, Needs, Promotion, RewardCard, RewardDetail, RewardKind};

/// A text in every language that the server writes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual<T = String> {
    /// Indonesian.
    pub id: T,
    /// English.
    pub en: T,
}

impl<T> Bilingual<T> {
    /// The text in a language.
    pub fn get(&self, language: Language) -> &T {
        language.pick(&self.id, &self.en)
    }
}

/// A reward with all its languages and rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reward {
    /// Stable id.
    pub id: String,
    /// Kind.
    pub kind: RewardKind,
    /// Brand or merchant.
    pub brand: String,
    /// Title.
    pub title: Bilingual,
    /// Description; blank lines part paragraphs.
    pub description: Bilingual,
    /// Conditions.
    pub terms: Bilingual<Vec<String>>,
    /// How to use what the member gets.
    pub how_to_use: Bilingual,
    /// Picture.
    pub image: Option<Image>,
    /// Points for one, without promotion.
    pub points: i64,
    /// Promotion, past, running or to come.
    pub promotion: Option<PromotionRow>,
    /// Worth in rupiah.
    pub worth_rupiah: Option<i64>,
    /// Pieces that the catalogue file gives in all; absent: not limited.
    pub stock_total: Option<u32>,
    /// Pieces left; absent: not limited.
    pub stock_left: Option<u32>,
    /// When it came into the catalogue.
    pub published_at: Moment,
    /// Shown from.
    pub visible_from: Option<Moment>,
    /// Shown until.
    pub visible_until: Option<Moment>,
    /// Redeemable from.
    pub opens_at: Option<Moment>,
    /// Redeemable until.
    pub closes_at: Option<Moment>,
    /// What the member has to give.
    pub needs: Needs,
    /// Most in one redemption.
    pub quantity_max: u32,
    /// Limit per member.
    pub limit: Option<Limit>,
    /// Balance that must be there.
    pub balance_min: Option<i64>,
    /// Words of the tiers that may redeem; empty: all.
    pub tiers: Vec<String>,
    /// How long the voucher can be used, days.
    pub voucher_days: Option<u32>,
}

/// A lower price between two moments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromotionRow {
    /// Points for one while it runs.
    pub points: i64,
    /// As `Hemat 20%`.
    pub label: Bilingual,
    /// From; absent: always.
    pub starts_at: Option<Moment>,
    /// Until; absent: for good.
    pub ends_at: Option<Moment>,
}

impl Reward {
    /// Shown at `now`.
    #[must_use]
    pub fn is_visible(&self, now: Moment) -> bool {
        within(self.visible_from, self.visible_until, now)
    }

    /// The promotion that runs at `now`.
    #[must_use]
    pub fn promotion_at(&self, now: Moment) -> Option<&PromotionRow> {
        self.promotion.as_ref().filter(|promotion| within(promotion.starts_at, promotion.ends_at, now))
    }

    /// Points for one at `now`.
    #[must_use]
    pub fn price_at(&self, now: Moment) -> i64 {
        self.promotion_at(now).map_or(self.points, |promotion| promotion.points)
    }

    /// Short version of price and terms: changes when what the member agrees to changes.
    #[must_use]
    pub fn price_version(&self, now: Moment) -> String {
        let mut hash = Sha256::new();
        hash.update(self.price_at(now).to_be_bytes());
        for text in self.terms.id.iter().chain(&self.terms.en) {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        }
        hash.update(self.voucher_days.unwrap_or(0).to_be_bytes());
        short_hex(&hash.finalize())
    }

    /// The card, at `now` and in a language.
    #[must_use]
    pub fn to_card(&self, now: Moment, language: Language) -> RewardCard {
        let points = self.price_at(now);
        RewardCard {
            id: self.id.clone(),
            kind: self.kind.clone(),
            brand: self.brand.clone(),
            title: self.title.get(language).clone(),
            image: self.image.clone(),
            points,
            points_before: (points != self.points).then_some(self.points),
            worth_rupiah: self.worth_rupiah,
            rupiah_hundredths_per_point: self
                .worth_rupiah
                .and_then(|worth| worth.checked_mul(100)?.checked_div(points)),
            stock_left: self.stock_left,
            published_at: self.published_at,
            opens_at: self.opens_at.filter(|at| *at > now),
            closes_at: self.closes_at,
            promotion: self.promotion_at(now).map(|promotion| Promotion {
                label: promotion.label.get(language).clone(),
                ends_at: promotion.ends_at,
            }),
        }
    }

    /// The detail, at `now` and in a language.
    #[must_use]
    pub fn to_detail(&self, now: Moment, language: Language) -> RewardDetail {
        RewardDetail {
            card: self.to_card(now, language),
            description: self.description.get(language).clone(),
            terms: self.terms.get(language).clone(),
            needs: self.needs,
            quantity_max: eligibility::decide_pieces_max(&rules_of(self, now)),
            limit: self.limit.clone(),
            balance_min: self.balance_min,
            tiers: self.tiers.iter().map(|word| tier_label(word)).collect(),
            voucher_days: self.voucher_days,
            server_time: now,
        }
    }

    /// Moments at which what a card shows changes by itself.
    fn turns(&self) -> impl Iterator<Item = Moment> {
        let promotion = self.promotion.as_ref();
        [
            self.visible_from,
            self.visible_until,
            self.opens_at,
            promotion.and_then(|promotion| promotion.starts_at),
            promotion.and_then(|promotion| promotion.ends_at),
        ]
        .into_iter()
        .flatten()
    }
}

/// A tier as shown: `gold` → `Gold`.
#[must_use]
pub fn tier_label(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn within(from: Option<Moment>, until: Option<Moment>, now: Moment) -> bool {
    from.is_none_or(|at| at <= now) && until.is_none_or(|at| now < at)
}

/// The first half of a hash, as 16 hexadecimal digits.
pub(crate) fn short_hex(hash: &[u8]) -> String {
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// The programme's texts, as imported.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgrammeTexts {
    /// Name.
    pub name: Bilingual,
    /// How long points live and which are spent first, one sentence each.
    pub policy: Vec<Bilingual>,
    /// Frequently asked questions.
    pub questions: Vec<QuestionTexts>,
    /// Ways to reach a person.
    pub contacts: Vec<ContactTexts>,
    /// News.
    pub announcements: Vec<AnnouncementTexts>,
}

/// A question in every language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionTexts {
    /// Stable word.
    pub id: String,
    /// The question.
    pub ask: Bilingual,
    /// The answer.
    pub answer: Bilingual,
}

/// A contact in every language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactTexts {
    /// Which way.
    pub kind: ContactKind,
    /// What to show.
    pub label: Bilingual,
    /// `https:`, `tel:`, `sms:` or `mailto:`.
    pub href: String,
    /// Hours and cost.
    pub note: Bilingual,
}

/// A piece of news in every language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnouncementTexts {
    /// Stable id.
    pub id: String,
    /// One line.
    pub title: Bilingual,
    /// Text.
    pub body: Bilingual,
    /// When it was published.
    pub at: Moment,
}

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
}

/// Every reward, hidden ones too, and what of them is visible.
type Kept = (Vec<Arc<Reward>>, Arc<Snapshot>);

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
    /// The visible catalogue at `now`; reads only what changed since the last call.
    ///
    /// # Errors
    /// The database's.
    pub async fn load(&self, conn: &mut Connection, now: Moment) -> Result<Arc<Snapshot>, sqlx::Error> {
        let mut kept = self.kept.lock().await;
        let version = load_version(conn).await?;
        let all = match kept.take() {
            Some((all, snapshot)) if snapshot.version.rewards == version.rewards => {
                if snapshot.version.stock == version.stock {
                    if snapshot.holds(now) {
                        *kept = Some((all, Arc::clone(&snapshot)));
                        return Ok(snapshot);
                    }
                    all
                } else {
                    with_stock(all, &load_stock(conn).await?)
                }
            }
            _ => load_all(conn).await?.into_iter().map(Arc::new).collect(),
        };
        let snapshot = Arc::new(Snapshot::of(&all, version, now));
        *kept = Some((all, Arc::clone(&snapshot)));
        Ok(snapshot)
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
pub(crate) mod tests {
    use super::*;

    /// A plain reward for tests.
    pub(crate) fn reward(id: &str) -> Reward {
        let two = |text: &str| Bilingual { id: text.to_owned(), en: format!("{text} (en)") };
        Reward {
            id: id.to_owned(),
            kind: RewardKind("voucher".to_owned()),
            brand: "Kopi Senja".to_owned(),
            title: two("Voucher"),
            description: two("Isi"),
            terms: Bilingual { id: vec!["Sekali pakai.".to_owned()], en: vec!["Once.".to_owned()] },
            how_to_use: two("Tunjukkan"),
            image: None,
            points: 1000,
            promotion: None,
            worth_rupiah: Some(2500),
            stock_total: None,
            stock_left: None,
            published_at: Moment(0),
            visible_from: None,
            visible_until: None,
            opens_at: None,
            closes_at: None,
            needs: Needs::Nothing,
            quantity_max: 1,
            limit: None,
            balance_min: None,
            tiers: Vec::new(),
            voucher_days: Some(30),
        }
    }

    #[test]
    fn a_promotion_changes_price_value_and_version_while_it_runs() {
        let mut reward = reward("a");
        let before = reward.price_version(Moment(5));
        reward.promotion = Some(PromotionRow {
            points: 800,
            label: Bilingual { id: "Hemat 20%".to_owned(), en: "Save 20%".to_owned() },
            starts_at: Some(Moment(10)),
            ends_at: Some(Moment(20)),
        });
        let card = reward.to_card(Moment(10), Language::En);
        assert_eq!((card.points, card.points_before), (800, Some(1000)));
        assert_eq!(card.rupiah_hundredths_per_point, Some(312));
        assert_eq!(card.promotion.unwrap().label, "Save 20%");
        assert_eq!(reward.to_card(Moment(20), Language::En).points_before, None);
        assert_eq!(reward.price_version(Moment(9)), before);
        assert_ne!(reward.price_version(Moment(10)), before);
    }

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
