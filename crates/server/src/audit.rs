//! The audit: derives every balance again from the entries, follows each member's chain of hashes, and tells the first
//! difference. It reads one moment of the database, also while servers run.

use crate::{
    secret::sha256,
    store::{
        Store,
        audit::{self, Books, RedemptionRow},
        ledger::{Line, chain_hash},
    },
};
use std::collections::BTreeMap;

/// What an audit found in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Members read.
    pub members: u64,
    /// Postings read.
    pub postings: u64,
    /// What each account sums to over all members.
    pub accounts: BTreeMap<String, i64>,
    /// SHA-256 over the last hash of each member. Kept outside the database, it also tells that the newest postings of a
    /// member were cut off.
    pub root: Vec<u8>,
}

/// The first thing that is not as the entries say.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("member {member}: {what}")]
pub struct Difference {
    /// Whose books.
    pub member: String,
    /// What differs.
    pub what: String,
}

/// Members whose ids are read together.
const MEMBERS_AT_ONCE: i64 = 500;

/// Audits the whole database.
///
/// # Errors
/// The database's; the inner one is the first difference.
pub async fn run(store: &Store) -> Result<Result<Found, Difference>, sqlx::Error> {
    store
        .read_moment(async |conn| {
            let mut found = Found::default();
            let mut after = String::new();
            loop {
                let members = audit::load_members(conn, &after, MEMBERS_AT_ONCE).await?;
                let Some(last) = members.last() else { return Ok(Ok(found)) };
                after.clone_from(last);
                store.forget_statements(conn).await?;
                for member in members {
                    let books = audit::load(conn, &member).await?;
                    match check(&books) {
                        Ok(accounts) => found.add(&member, &books, accounts),
                        Err(what) => return Ok(Err(Difference { member, what })),
                    }
                }
            }
        })
        .await
}

impl Found {
    fn add(&mut self, member: &str, books: &Books, accounts: BTreeMap<String, i64>) {
        self.members += 1;
        self.postings += books.postings.len() as u64;
        for (account, points) in accounts {
            *self.accounts.entry(account).or_default() += points;
        }
        let head = books.postings.last().map(|posting| posting.hash.as_slice()).unwrap_or_default();
        let link = [self.root.as_slice(), member.as_bytes(), b" ", head].concat();
        self.root = sha256(&link);
    }
}

/// Checks one member's books; answers what each account sums to.
///
/// # Errors
/// What differs, in words for the operator.
pub fn check(books: &Books) -> Result<BTreeMap<String, i64>, String> {
    let mut accounts = BTreeMap::new();
    let mut lots: BTreeMap<&str, [i64; 3]> = BTreeMap::new();
    let mut before: &[u8] = &[];
    for (number, posting) in (1..).zip(&books.postings) {
        let id = &posting.id;
        if posting.number != number {
            return Err(format!("posting {number} is missing: after it comes {id}"));
        }
        let entries = books.entries.get(id).ok_or_else(|| format!("posting {id} has no entries"))?;
        if entries.iter().map(|(.., points)| points).sum::<i64>() != 0 {
            return Err(format!("the entries of posting {id} do not sum to zero"));
        }
        let lines: Vec<Line<'_>> = entries
            .iter()
            .map(|(account, lot, points)| Line { account, lot: lot.as_deref(), points: *points })
            .collect();
        if posting.hash != chain_hash(before, id, &lines) {
            return Err(format!("posting {id} was changed after it was written: its hash does not fit"));
        }
        before = &posting.hash;
        for line in lines {
            *accounts.entry(line.account.to_owned()).or_default() += line.points;
            let part = ["pending", "available", "held"].iter().position(|part| *part == line.account);
            if let (Some(lot), Some(part)) = (line.lot, part) {
                lots.entry(lot).or_default()[part] += line.points;
            }
        }
    }
    if books.entries.len() != books.postings.len() {
        let known = |id: &str| books.postings.iter().any(|posting| posting.id == id);
        let odd = books.entries.keys().find(|id| !known(id)).cloned().unwrap_or_default();
        return Err(format!("entries of {odd} belong to no posting"));
    }
    check_lots(books, &lots)?;
    check_redemptions(books)?;
    Ok(accounts)
}

fn check_lots(books: &Books, derived: &BTreeMap<&str, [i64; 3]>) -> Result<(), String> {
    for (id, [pending, available, held, granted]) in &books.lots {
        let sums = derived.get(id.as_str()).copied().unwrap_or_default();
        for ((word, stored), sum) in
            [("pending", pending), ("available", available), ("held", held)].iter().zip(sums)
        {
            if **stored != sum {
                return Err(format!("lot {id} says {stored} {word}, its entries say {sum}"));
            }
            if sum < 0 {
                return Err(format!("lot {id} has {sum} {word}"));
            }
        }
        if sums.iter().sum::<i64>() > *granted {
            return Err(format!("lot {id} holds more than the {granted} it was granted"));
        }
        let promised = books.held.get(id).copied().unwrap_or_default();
        if promised != *held {
            return Err(format!("lot {id} holds {held}, its open redemptions hold {promised}"));
        }
    }
    match derived.keys().find(|id| !books.lots.contains_key(**id)) {
        Some(id) => Err(format!("lot {id} is missing")),
        None => Ok(()),
    }
}

/// Each redemption has the postings of its state: held once, and then posted or let go once, or neither yet. What was posted has
/// all of its vouchers, or is of a kind without; nothing else has any. No posting tells of a redemption that is not there.
fn check_redemptions(books: &Books) -> Result<(), String> {
    for RedemptionRow { id, state, points, quantity } in &books.redemptions {
        let has = |word: &str| books.entries.contains_key(&format!("{word}-{id}"));
        let wanted = match state.as_str() {
            "held" => Some((true, false, false)),
            "confirmed" | "fulfilled" => Some((true, true, false)),
            "voided" | "expired" => Some((true, false, true)),
            // Nothing here undoes one.
            _ => None,
        };
        if wanted != Some((has("hold"), has("post"), has("void"))) {
            return Err(format!("redemption {id} is {state}, its postings say otherwise"));
        }
        let held: i64 = books.entries.get(&format!("hold-{id}")).map_or(0, |entries| {
            entries.iter().filter(|(account, ..)| account == "held").map(|(.., points)| points).sum()
        });
        if held != *points {
            return Err(format!("redemption {id} costs {points}, its entries held {held}"));
        }
        let vouchers = books.vouchers.get(id).copied().unwrap_or_default();
        if vouchers != 0 && (!has("post") || vouchers != *quantity) {
            return Err(format!(
                "redemption {id} is {state}, {quantity} pieces, and has {vouchers} vouchers"
            ));
        }
    }
    let is_there = |id: &str| books.redemptions.binary_search_by(|row| row.id.as_str().cmp(id)).is_ok();
    for posting in books.entries.keys() {
        let id = ["hold-", "post-", "void-"].iter().find_map(|word| posting.strip_prefix(word));
        if id.is_some_and(|id| !is_there(id)) {
            return Err(format!("posting {posting} tells of a redemption that is not there"));
        }
    }
    match books.vouchers.keys().find(|id| !is_there(id)) {
        Some(id) => Err(format!("vouchers of redemption {id}, which is not there")),
        None => Ok(()),
    }
}
