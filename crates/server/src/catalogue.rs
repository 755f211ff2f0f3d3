//! The catalogue as the server holds it: rewards and the programme's texts in every language. [`cache`] keeps what is
//! visible of it.

pub mod cache;
pub mod watch;

pub use cache::{CatalogueCache, PageKey, Snapshot};

use crate::{language::Language, service::points::rules_of};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tukar_domain::{eligibility, points::Points, price::Worth};
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
    pub worth: Option<Worth>,
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
            worth_rupiah: self.worth.map(Worth::rupiah),
            worth_is_maximum: matches!(self.worth, Some(Worth::AtMost(_))),
            rupiah_hundredths_per_point: self
                .worth
                .and_then(|worth| worth.rupiah_hundredths_per_point(Points(points))),
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

impl ProgrammeTexts {
    /// The news to show at `now`: none before its time, none after its end.
    pub fn news_at(&self, now: Moment) -> impl Iterator<Item = &AnnouncementTexts> {
        self.announcements.iter().filter(move |news| within(Some(news.at), news.until, now))
    }
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
    /// Shown from then on.
    pub at: Moment,
    /// Shown until then; absent: for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
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
            worth: Some(Worth::Exact(2500)),
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
        assert_eq!(card.rupiah_hundredths_per_point, Some(313));
        assert_eq!(card.promotion.unwrap().label, "Save 20%");
        assert_eq!(reward.to_card(Moment(20), Language::En).points_before, None);
        assert_eq!(reward.price_version(Moment(9)), before);
        assert_ne!(reward.price_version(Moment(10)), before);
    }
}
