//! What the catalogue's facts are called: reasons, prices, limits and filters in the member's words.

use crate::catalog::query::{Filter, Query, Sort};
use crate::i18n::{I18n, catalog::Texts, fill};
use tukar_screens::{Formats as _, account};
use tukar_wire::{Coming, Eligibility, Limit, LimitPeriod, Moment, Reason, RewardCard, RewardKind};

/// Stock at or below which a card says how many are left.
pub(crate) const STOCK_LOW: u32 = 20;
/// An end this near is told on the card.
const END_NEAR_MS: i64 = 14 * 86_400_000;

/// Texts of this screen with the formats they need.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    /// Numbers and dates.
    pub(crate) i18n: I18n,
    /// Texts.
    pub(crate) texts: &'static Texts,
}

/// How a line under a card reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// It can be redeemed.
    Ready,
    /// Points are short: there is progress to show.
    Short,
    /// Something else stands in the way.
    Barred,
    /// A plain fact.
    Plain,
}

/// The line under a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// How it reads.
    pub(crate) tone: Tone,
    /// What it says; may be empty.
    pub(crate) text: String,
    /// Progress towards the points, 0 to 100, when it is worth showing.
    pub(crate) progress: Option<u8>,
}

impl Words {
    pub(crate) fn new(i18n: I18n) -> Words {
        Words { i18n, texts: i18n.texts().catalog }
    }

    /// Name of a kind; a kind that this build does not know is called by its own word.
    pub(crate) fn kind(self, kind: &RewardKind) -> String {
        let texts = self.texts;
        match kind.0.as_str() {
            "airtime" => texts.kind_airtime.into(),
            "data" => texts.kind_data.into(),
            "voucher" => texts.kind_voucher.into(),
            "premium" => texts.kind_premium.into(),
            "goods" => texts.kind_goods.into(),
            "discount" => texts.kind_discount.into(),
            other => {
                let mut letters = other.chars();
                let first = letters.next().map(char::to_uppercase);
                first
                    .into_iter()
                    .flatten()
                    .chain(letters.map(|l| if l == '_' || l == '-' { ' ' } else { l }))
                    .collect()
            }
        }
    }

    pub(crate) fn sort(self, sort: Sort) -> &'static str {
        let texts = self.texts;
        match sort {
            Sort::Own => texts.sort_own,
            Sort::PointsUp => texts.sort_points_up,
            Sort::PointsDown => texts.sort_points_down,
            Sort::Value => texts.sort_value,
            Sort::Newest => texts.sort_newest,
            Sort::EndingSoon => texts.sort_ending,
            Sort::Nearest => texts.sort_nearest,
        }
    }

    /// An active filter as the member would name it.
    pub(crate) fn filter(self, filter: &Filter, query: &Query) -> String {
        let texts = self.texts;
        match filter {
            Filter::Text => fill(texts.filter_text, &[query.text.trim()]),
            Filter::Kinds => query.kinds.iter().map(|kind| self.kind(kind)).collect::<Vec<_>>().join(", "),
            Filter::Brand => query.brand.clone().unwrap_or_default(),
            Filter::CanRedeem => texts.can_redeem.into(),
            Filter::OnPromotion => texts.on_promotion.into(),
            Filter::Points => match (query.points_min, query.points_max) {
                (Some(min), Some(max)) => {
                    fill(texts.range_both, &[&self.i18n.number(min), &self.i18n.number(max)])
                }
                (Some(min), None) => fill(texts.range_from, &[&self.i18n.number(min)]),
                (_, max) => fill(texts.range_to, &[&self.i18n.number(max.unwrap_or(0))]),
            },
        }
    }

    /// `84 hadiah`, or `12 dari 84 hadiah`.
    pub(crate) fn count(self, found: usize, all: usize) -> String {
        let number = |count: usize| self.i18n.number(i64::try_from(count).unwrap_or(i64::MAX));
        match (found, all) {
            (1, 1) => self.texts.count_one.into(),
            (found, all) if found == all => fill(self.texts.count, &[&number(all)]),
            (found, all) => fill(self.texts.count_of, &[&number(found), &number(all)]),
        }
    }

    /// `Rp2,50/poin`.
    pub(crate) fn point_value(self, hundredths: i64) -> String {
        let mut rupiah = self.i18n.number(hundredths / 100);
        if hundredths % 100 != 0 {
            rupiah.push_str(self.texts.decimal_mark);
            rupiah.push_str(&format!("{:02}", (hundredths % 100).abs()));
        }
        fill(self.texts.point_value, &[&rupiah])
    }

    /// `Rp50.000`.
    pub(crate) fn rupiah(self, rupiah: i64) -> String {
        format!("Rp{}", self.i18n.number(rupiah))
    }

    /// What a reward is worth: `Rp50.000`, or `maksimal Rp100.000` where that is a maximum.
    pub(crate) fn worth(self, card: &RewardCard) -> Option<String> {
        let rupiah = self.rupiah(card.worth_rupiah?);
        Some(if card.worth_is_maximum { fill(self.texts.worth_up_to, &[&rupiah]) } else { rupiah })
    }

    /// The line under a card: why not, when yes, or that it can be had.
    pub(crate) fn standing(
        self,
        card: &RewardCard,
        eligibility: Option<&Eligibility>,
        now: Moment,
    ) -> Standing {
        let Some(eligibility) = eligibility else {
            return self.standing_of_a_stranger(card, now);
        };
        let Some(first) = eligibility.refused.get(&card.id).and_then(|reasons| reasons.first()) else {
            return Standing { tone: Tone::Ready, text: self.texts.ready.into(), progress: None };
        };
        let text = self.reason_short(first, now);
        match first {
            Reason::ShortOfPoints { .. } => Standing {
                tone: Tone::Short,
                text,
                progress: Some(progress(eligibility.available, card.points)),
            },
            Reason::BelowMinimumBalance { minimum, .. } => Standing {
                tone: Tone::Short,
                text,
                progress: Some(progress(eligibility.available, *minimum)),
            },
            _ => Standing { tone: Tone::Barred, text, progress: None },
        }
    }

    fn standing_of_a_stranger(self, card: &RewardCard, now: Moment) -> Standing {
        let barred = |text: String| Standing { tone: Tone::Barred, text, progress: None };
        if card.stock_left == Some(0) {
            return barred(self.texts.out_of_stock.into());
        }
        if let Some(at) = card.opens_at.filter(|at| *at > now) {
            return barred(fill(self.texts.opens_on, &[&self.i18n.when(at, now)]));
        }
        let text = match card.closes_at {
            Some(at) if at.ms_since(now) < END_NEAR_MS => {
                fill(self.texts.ends_on, &[&self.i18n.until_when(at, now)])
            }
            _ => self.kind(&card.kind),
        };
        Standing { tone: Tone::Plain, text, progress: None }
    }

    /// A reason in as few words as a card has room for.
    pub(crate) fn reason_short(self, reason: &Reason, now: Moment) -> String {
        let texts = self.texts;
        let number = |points: i64| self.i18n.number(points);
        if let Some(barred) = account::barred_by(reason, self.i18n.texts().tag) {
            return barred.short.into();
        }
        match reason {
            Reason::NotOpenYet { at } => fill(texts.opens_on, &[&self.i18n.when(*at, now)]),
            Reason::Closed { .. } => texts.closed.into(),
            Reason::OutOfStock => texts.out_of_stock.into(),
            Reason::StockShort { left } => fill(texts.stock_low, &[&number(i64::from(*left))]),
            Reason::Tier { needed } => fill(texts.tier, &[&self.list(needed)]),
            Reason::LimitReached { again_at: Some(at), .. } => {
                fill(texts.limit_again, &[&self.i18n.when(*at, now)])
            }
            Reason::LimitReached { .. } => texts.limit.into(),
            Reason::BelowMinimumBalance { minimum, coming, .. } => {
                self.with_coming(fill(texts.minimum, &[&number(*minimum)]), coming.as_ref())
            }
            Reason::TooManyPieces { max } => fill(texts.quantity_max, &[&number(i64::from(*max))]),
            Reason::ShortOfPoints { missing, coming } => {
                self.with_coming(self.short(*missing), coming.as_ref())
            }
            Reason::AccountSuspended | Reason::NumberNotVerified | Reason::Other => texts.other.into(),
        }
    }

    /// `Kurang 500 poin`.
    pub(crate) fn short(self, missing: i64) -> String {
        if missing == 1 {
            return self.texts.short_one.into();
        }
        fill(self.texts.short, &[&self.i18n.number(missing)])
    }

    /// Says after what is missing that some of it is on its way.
    pub(crate) fn with_coming(self, said: String, coming: Option<&Coming>) -> String {
        let Some(coming) = coming else { return said };
        let mark = if said.ends_with('.') { "" } else { "." };
        let (points, by) = (self.i18n.number(coming.points), self.i18n.date(coming.by));
        format!("{said}{mark} {}", fill(self.texts.coming, &[&points, &by]))
    }

    /// Until when the lower price holds; `None`: it is no promotion, or has no end.
    pub(crate) fn promotion_until(self, card: &RewardCard, now: Moment) -> Option<String> {
        let ends_at = card.promotion.as_ref()?.ends_at?;
        Some(fill(self.texts.promotion_until, &[&self.i18n.until_when(ends_at, now)]))
    }

    /// How many pieces one redemption can have: of the reward (`most`), or what is left of the member's limit.
    pub(crate) fn pieces(self, most: u32, left: u32) -> String {
        let text = if left < most { self.texts.quantity_left } else { self.texts.quantity_max };
        fill(text, &[&self.i18n.number(i64::from(left))])
    }

    /// A reason as a sentence with what can be done about it.
    pub(crate) fn reason_long(self, reason: &Reason, now: Moment) -> String {
        let texts = self.texts;
        let number = |points: i64| self.i18n.number(points);
        if let Some(barred) = account::barred_by(reason, self.i18n.texts().tag) {
            return barred.note.into();
        }
        match reason {
            Reason::NotOpenYet { at } => fill(texts.not_open_long, &[&self.i18n.when(*at, now)]),
            Reason::Closed { at } => fill(texts.closed_long, &[&self.i18n.until_when(*at, now)]),
            Reason::OutOfStock => texts.out_of_stock_long.into(),
            Reason::StockShort { left } => fill(texts.stock_short_long, &[&number(i64::from(*left))]),
            Reason::Tier { needed } => fill(texts.tier_long, &[&self.list(needed)]),
            Reason::LimitReached { limit, again_at: Some(at) } => {
                fill(texts.limit_again_long, &[&self.limit(limit), &self.i18n.when(*at, now)])
            }
            Reason::LimitReached { limit, .. } => fill(texts.limit_long, &[&self.limit(limit)]),
            Reason::BelowMinimumBalance { minimum, missing, coming } => self.with_coming(
                fill(texts.minimum_long, &[&number(*minimum), &number(*missing)]),
                coming.as_ref(),
            ),
            Reason::TooManyPieces { max } => fill(texts.too_many_long, &[&number(i64::from(*max))]),
            Reason::ShortOfPoints { missing, coming } => {
                self.with_coming(fill(texts.short_long, &[&number(*missing)]), coming.as_ref())
            }
            Reason::AccountSuspended | Reason::NumberNotVerified | Reason::Other => texts.other_long.into(),
        }
    }

    /// `2 kali per bulan`.
    pub(crate) fn limit(self, limit: &Limit) -> String {
        let text = match limit.per {
            LimitPeriod::Day => self.texts.per_day,
            LimitPeriod::Week => self.texts.per_week,
            LimitPeriod::Month => self.texts.per_month,
            LimitPeriod::Ever => self.texts.per_ever,
        };
        fill(text, &[&self.i18n.number(i64::from(limit.count))])
    }

    /// `Gold atau Platinum`.
    pub(crate) fn list(self, words: &[String]) -> String {
        match words {
            [] => String::new(),
            [one] => one.clone(),
            [first @ .., last] => format!("{} {} {last}", first.join(", "), self.texts.or),
        }
    }
}

/// Hundredths of the way to `needed`, rounded down, so that 100 means there.
pub(crate) fn progress(available: i64, needed: i64) -> u8 {
    if needed <= 0 {
        return 100;
    }
    let hundredths = i128::from(available.max(0)) * 100 / i128::from(needed);
    u8::try_from(hundredths.min(100)).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::progress;

    #[test]
    fn progress_is_never_full_before_the_last_point() {
        for (available, needed, expected) in [
            (0, 10, 0),
            (9_999, 10_000, 99),
            (10_000, 10_000, 100),
            (-5, 10, 0),
            (i64::MAX, 1, 100),
            (5, 0, 100),
        ] {
            assert_eq!(progress(available, needed), expected);
        }
    }
}
