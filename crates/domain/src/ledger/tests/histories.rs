//! Random histories, held against a naive model that moves one point at a time and knows no entries.
//!
//! A history fails when: a command is decided otherwise than by the model; a lot's parts, the summary or any account's
//! balance differ from the model's; entries do not sum to zero; a lot holds more than it was granted.

use super::{after, at};
use crate::{
    ledger::*,
    points::{LotId, Points},
};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// One thing that happens. A `usize` picks among what is there.
#[derive(Clone, Debug)]
enum Step {
    Earn { points: i64, days: Option<i64>, pending: bool },
    Grant(usize),
    Hold(i64),
    Post(usize),
    Void(usize),
    Refund { pick: usize, percent: i64 },
    Extend { pick: usize, days: i64 },
    KeepAlive(i64),
    Correct { pick: usize, change: i64 },
    Expire,
    Wait(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (1..60i64, prop::option::of(1..20i64), prop::bool::weighted(0.2))
            .prop_map(|(points, days, pending)| Step::Earn { points, days, pending }),
        1 => any::<usize>().prop_map(Step::Grant),
        4 => (0..120i64).prop_map(Step::Hold),
        2 => any::<usize>().prop_map(Step::Post),
        2 => any::<usize>().prop_map(Step::Void),
        2 => (any::<usize>(), 1..=100i64).prop_map(|(pick, percent)| Step::Refund { pick, percent }),
        1 => (any::<usize>(), -2..20i64).prop_map(|(pick, days)| Step::Extend { pick, days }),
        1 => (1..20i64).prop_map(Step::KeepAlive),
        1 => (any::<usize>(), -40..40i64).prop_map(|(pick, change)| Step::Correct { pick, change }),
        1 => Just(Step::Expire),
        3 => (0..6i64).prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 1..60)
}

/// A lot of the model. Days instead of moments; all points counted one by one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct NaiveLot {
    end: Option<i64>,
    granted: i64,
    pending: i64,
    available: i64,
    held: i64,
}

impl NaiveLot {
    fn over(&self, day: i64) -> bool {
        self.end.is_some_and(|end| end <= day)
    }
}

/// How many points of which lot.
type Parts = BTreeMap<LotId, i64>;

#[derive(Default)]
struct Naive {
    day: i64,
    lots: BTreeMap<LotId, NaiveLot>,
    spent: i64,
    expired: i64,
}

impl Naive {
    fn spendable(&self) -> i64 {
        self.lots.values().filter(|lot| !lot.over(self.day)).map(|lot| lot.available).sum()
    }

    /// Takes one point after the other from the lot that ends first.
    fn hold(&mut self, points: i64) -> Option<Parts> {
        if points < 1 || self.spendable() < points {
            return None;
        }
        let mut parts = Parts::new();
        for _ in 0..points {
            let day = self.day;
            let (id, lot) = self
                .lots
                .iter_mut()
                .filter(|(_, lot)| lot.available > 0 && !lot.over(day))
                .min_by_key(|(id, lot)| (lot.end.is_none(), lot.end, (*id).clone()))
                .expect("there are enough points");
            lot.available -= 1;
            lot.held += 1;
            *parts.entry(id.clone()).or_default() += 1;
        }
        Some(parts)
    }

    fn post(&mut self, parts: &Parts) {
        for (id, points) in parts {
            self.lot(id).held -= points;
            self.spent += points;
        }
    }

    fn void(&mut self, parts: &Parts) {
        for (id, points) in parts {
            self.lot(id).held -= points;
            self.come_back(id, *points);
        }
    }

    fn refund(&mut self, parts: &Parts) {
        for (id, points) in parts {
            self.spent -= points;
            self.come_back(id, *points);
        }
    }

    fn come_back(&mut self, id: &LotId, points: i64) {
        if self.lots[id].over(self.day) {
            self.expired += points;
        } else {
            self.lot(id).available += points;
        }
    }

    fn expire(&mut self) {
        for lot in self.lots.values_mut().filter(|lot| lot.over(self.day)) {
            self.expired += std::mem::take(&mut lot.available);
        }
    }

    fn lot(&mut self, id: &LotId) -> &mut NaiveLot {
        self.lots.get_mut(id).expect("the model has the lot")
    }
}

fn parts(shares: &[Share]) -> Parts {
    shares.iter().map(|share| (share.lot.clone(), share.points.0)).collect()
}

/// The ledger beside its model.
#[derive(Default)]
struct Both {
    naive: Naive,
    lots: Vec<Lot>,
    entries: Vec<Entry>,
    holds: Vec<Vec<Share>>,
    paid: Vec<Vec<Share>>,
}

impl Both {
    fn pick(&self, pick: usize) -> Option<Lot> {
        (!self.lots.is_empty()).then(|| self.lots[pick % self.lots.len()].clone())
    }

    fn book(&mut self, posting: Posting) {
        let sum: Points = posting.entries.iter().map(|entry| entry.points).sum();
        assert_eq!(sum, Points::ZERO);
        self.lots = after(std::mem::take(&mut self.lots), &posting);
        self.entries.extend(posting.entries);
    }

    fn run(&mut self, n: usize, step: Step) {
        let now = at(self.naive.day);
        match step {
            Step::Earn { points, days, pending } => self.earn(n, (points, days, pending)),
            Step::Grant(pick) => {
                let Some(lot) = self.pick(pick) else { return };
                let naive = self.naive.lot(&lot.id);
                naive.available += std::mem::take(&mut naive.pending);
                self.book(grant(lot));
            }
            Step::Hold(points) => self.hold(points),
            Step::Post(pick) if !self.holds.is_empty() => {
                let shares = self.holds.swap_remove(pick % self.holds.len());
                self.naive.post(&parts(&shares));
                self.book(post(&self.lots, &shares));
                self.paid.push(shares);
            }
            Step::Void(pick) if !self.holds.is_empty() => {
                let shares = self.holds.swap_remove(pick % self.holds.len());
                self.naive.void(&parts(&shares));
                self.book(void(&self.lots, &shares, now));
            }
            Step::Refund { pick, percent } if !self.paid.is_empty() => self.refund(pick, percent),
            Step::Extend { pick, days } => self.extend(pick, days),
            Step::KeepAlive(days) => {
                let until = self.naive.day + days;
                let day = self.naive.day;
                for lot in self.naive.lots.values_mut().filter(|lot| !lot.over(day)) {
                    lot.end = lot.end.map(|end| end.max(until));
                }
                let lots = keep_alive(&self.lots, at(until), now);
                self.book(Posting { entries: vec![], lots });
            }
            Step::Correct { pick, change } => self.correct(pick, change),
            Step::Expire => {
                self.naive.expire();
                self.book(expire(&self.lots, now));
            }
            Step::Wait(days) => self.naive.day += days,
            Step::Post(_) | Step::Void(_) | Step::Refund { .. } => {}
        }
    }

    fn earn(&mut self, n: usize, (points, days, pending): (i64, Option<i64>, bool)) {
        let day = self.naive.day;
        let id = LotId(format!("{n:03}"));
        let (waiting, available) = if pending { (points, 0) } else { (0, points) };
        let end = days.map(|days| day + days);
        let lot = NaiveLot { end, granted: points, pending: waiting, available, held: 0 };
        self.naive.lots.insert(id.clone(), lot);
        let earning =
            Earning { id, points: Points(points), earned_at: at(day), ends_at: end.map(at), pending };
        self.book(earn(earning).expect("a sound earning"));
    }

    fn hold(&mut self, points: i64) {
        let missing = Points(points - self.naive.spendable());
        let decided = hold(&self.lots, Points(points), at(self.naive.day));
        match self.naive.hold(points) {
            Some(expected) => {
                let (posting, shares) = decided.expect("the model has the points");
                assert_eq!(parts(&shares), expected);
                self.book(posting);
                self.holds.push(shares);
            }
            None if points < 1 => assert_eq!(decided, Err(LedgerRefusal::NotPositive)),
            None => assert_eq!(decided, Err(LedgerRefusal::Short { missing })),
        }
    }

    /// Gives a part of each share back; the rest can be given back later, and no more.
    fn refund(&mut self, pick: usize, percent: i64) {
        let now = at(self.naive.day);
        let place = pick % self.paid.len();
        let paid = self.paid.swap_remove(place);
        let (mut back, mut rest) = (Vec::new(), Vec::new());
        for share in &paid {
            let points = Points((share.points.0 * percent / 100).max(1));
            back.push(Share { lot: share.lot.clone(), points });
            if points < share.points {
                rest.push(Share { lot: share.lot.clone(), points: share.points - points });
            }
        }
        self.naive.refund(&parts(&back));
        self.book(refund(&self.lots, &paid, &back, now).expect("no more than was paid"));
        let more: Vec<Share> = paid
            .iter()
            .map(|share| Share { lot: share.lot.clone(), points: share.points + Points(1) })
            .collect();
        assert_eq!(refund(&self.lots, &paid, &more, now), Err(LedgerRefusal::MoreThanPaid));
        if !rest.is_empty() {
            self.paid.push(rest);
        }
    }

    fn extend(&mut self, pick: usize, days: i64) {
        let Some(lot) = self.pick(pick) else { return };
        let until = self.naive.day + days;
        let day = self.naive.day;
        let naive = self.naive.lot(&lot.id);
        let decided = extend(lot, at(until), at(day));
        if naive.over(day) {
            assert_eq!(decided, Err(LedgerRefusal::LotEnded));
        } else if naive.end.is_none_or(|end| until <= end) {
            assert_eq!(decided, Err(LedgerRefusal::NotLater));
        } else {
            naive.end = Some(until);
            self.book(Posting { entries: vec![], lots: vec![decided.expect("a later end")] });
        }
    }

    fn correct(&mut self, pick: usize, change: i64) {
        let Some(lot) = self.pick(pick) else { return };
        let day = self.naive.day;
        let naive = self.naive.lot(&lot.id);
        let decided = correct(lot, Points(change), at(day));
        if naive.over(day) {
            assert_eq!(decided, Err(LedgerRefusal::LotEnded));
        } else if change == 0 {
            assert_eq!(decided, Err(LedgerRefusal::NotPositive));
        } else if naive.available + change < 0 {
            let missing = Points(-change - naive.available);
            assert_eq!(decided, Err(LedgerRefusal::Short { missing }));
        } else {
            naive.available += change;
            naive.granted += change.max(0);
            self.book(decided.expect("a sound correction"));
        }
    }

    fn compare(&self, zone: &TimeZone) {
        let mut balances: BTreeMap<String, i64> = BTreeMap::new();
        for entry in &self.entries {
            *balances.entry(format!("{:?}", entry.account)).or_default() += entry.points.0;
        }
        let balance = |account: Account| balances.get(&format!("{account:?}")).copied().unwrap_or(0);
        assert_eq!(balances.values().sum::<i64>(), 0);
        assert_eq!(self.lots.len(), self.naive.lots.len());
        for lot in &self.lots {
            let as_model = NaiveLot {
                end: self.naive.lots[&lot.id].end,
                granted: lot.granted.0,
                pending: lot.pending.0,
                available: lot.available.0,
                held: lot.held.0,
            };
            assert_eq!(as_model, self.naive.lots[&lot.id]);
            assert_eq!(lot.ends_at, as_model.end.map(at));
            assert_eq!(balance(Account::Pending(lot.id.clone())), lot.pending.0);
            assert_eq!(balance(Account::Available(lot.id.clone())), lot.available.0);
            assert_eq!(balance(Account::Held(lot.id.clone())), lot.held.0);
            assert!(Points::ZERO <= lot.held && lot.held <= lot.granted);
            assert!(lot.pending + lot.available + lot.held <= lot.granted);
        }
        assert_eq!(balance(Account::Spent), self.naive.spent);
        assert_eq!(balance(Account::Expired), self.naive.expired);
        let summary = summary(&self.lots, at(self.naive.day), 7, zone);
        assert_eq!(summary.available.0, self.naive.spendable());
        assert_eq!(summary.held, self.holds.iter().flatten().map(|share| share.points).sum());
        let promised = self.naive.lots.values().filter(|lot| !lot.over(self.naive.day));
        assert_eq!(summary.pending.0, promised.map(|lot| lot.pending).sum::<i64>());
        let ending = |lot: &&NaiveLot| !lot.over(self.naive.day) && lot.end.is_some();
        let all: i64 = self.naive.lots.values().filter(ending).map(|lot| lot.available).sum();
        assert_eq!(summary.months.iter().map(|month| month.2.0).sum::<i64>(), all);
        let soon = |lot: &&NaiveLot| ending(lot) && lot.end.is_some_and(|end| end <= self.naive.day + 7);
        let soon: i64 = self.naive.lots.values().filter(soon).map(|lot| lot.available).sum();
        assert_eq!(summary.about_to_be_lost.map_or(0, |lost| lost.points.0), soon);
    }
}

proptest! {
    #[test]
    fn a_random_history_is_the_same_in_the_books_and_in_the_model(steps in steps()) {
        let zone = TimeZone::get("Asia/Jakarta").expect("the zone is known");
        let mut both = Both::default();
        for (n, step) in steps.into_iter().enumerate() {
            both.run(n, step);
            both.compare(&zone);
        }
    }
}
