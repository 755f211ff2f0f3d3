//! What a visitor wants to see of the catalogue, and its written form for storage and for the `filter` attribute.
//!
//! Written as `q=kopi&kind=voucher,data&brand=Kopi%20Senja&can=1&min=1000&max=5000&promo=1&sort=value`; an empty
//! query is the empty text. Reading tolerates what it does not know, so that an older widget opens a newer link.

use std::fmt::Write as _;
use tukar_wire::RewardKind;

/// Most kinds that one query names.
pub const KINDS_MAX: usize = 20;
/// Most characters of a written query that are read.
pub const WRITTEN_CHARS_MAX: usize = 2_000;

/// The visitor's choice. The default shows everything in the programme's own order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// As typed; folding is the index's work.
    pub text: String,
    /// Kinds to show, in the order they were chosen; empty: all.
    pub kinds: Vec<RewardKind>,
    /// Brand to show, as written on the cards.
    pub brand: Option<String>,
    /// Only what nothing stands in the way of.
    pub can_redeem: bool,
    /// Fewest points for one.
    pub points_min: Option<i64>,
    /// Most points for one.
    pub points_max: Option<i64>,
    /// Only what is cheaper or better right now.
    pub on_promotion: bool,
    /// Order.
    pub sort: Sort,
}

/// Order of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    /// The programme's own.
    #[default]
    Own,
    /// Fewest points first.
    PointsUp,
    /// Most points first.
    PointsDown,
    /// Most rupiah for a point first; unknown worth last.
    Value,
    /// Newest in the catalogue first.
    Newest,
    /// What closes, or whose promotion ends, first.
    EndingSoon,
    /// Fewest missing points first, then what can be paid already, dearest first.
    Nearest,
}

impl Sort {
    /// Every order, as they are offered.
    pub const ALL: [Sort; 7] = [
        Sort::Own,
        Sort::Nearest,
        Sort::Value,
        Sort::PointsUp,
        Sort::PointsDown,
        Sort::Newest,
        Sort::EndingSoon,
    ];

    /// The word in a written query.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Sort::Own => "own",
            Sort::PointsUp => "points",
            Sort::PointsDown => "points-down",
            Sort::Value => "value",
            Sort::Newest => "newest",
            Sort::EndingSoon => "ending",
            Sort::Nearest => "nearest",
        }
    }

    /// The order that `word` names.
    #[must_use]
    pub fn find(word: &str) -> Option<Sort> {
        Sort::ALL.into_iter().find(|sort| sort.word() == word)
    }
}

/// One filter that is on and can be taken off.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Filter {
    /// What is typed.
    Text,
    /// All chosen kinds at once.
    Kinds,
    /// The brand.
    Brand,
    /// "Can redeem now".
    CanRedeem,
    /// The range of points.
    Points,
    /// "On promotion".
    OnPromotion,
}

impl Query {
    /// Filters that are on, in the order they are shown. The order of the list is not one.
    #[must_use]
    pub fn active(&self) -> Vec<Filter> {
        let on = [
            (Filter::Text, !self.text.trim().is_empty()),
            (Filter::Kinds, !self.kinds.is_empty()),
            (Filter::Brand, self.brand.is_some()),
            (Filter::CanRedeem, self.can_redeem),
            (Filter::Points, self.points_min.is_some() || self.points_max.is_some()),
            (Filter::OnPromotion, self.on_promotion),
        ];
        on.into_iter().filter_map(|(filter, on)| on.then_some(filter)).collect()
    }

    /// The same query without `filter`.
    #[must_use]
    pub fn without(&self, filter: &Filter) -> Query {
        let mut query = self.clone();
        match filter {
            Filter::Text => query.text.clear(),
            Filter::Kinds => query.kinds.clear(),
            Filter::Brand => query.brand = None,
            Filter::CanRedeem => query.can_redeem = false,
            Filter::Points => {
                query.points_min = None;
                query.points_max = None;
            }
            Filter::OnPromotion => query.on_promotion = false,
        }
        query
    }

    /// The same order with no filter at all.
    #[must_use]
    pub fn cleared(&self) -> Query {
        Query { sort: self.sort, ..Query::default() }
    }

    /// Puts `kind` in, or takes it out.
    pub fn toggle_kind(&mut self, kind: &RewardKind) {
        if let Some(at) = self.kinds.iter().position(|chosen| chosen == kind) {
            self.kinds.remove(at);
        } else if self.kinds.len() < KINDS_MAX {
            self.kinds.push(kind.clone());
        }
    }

    /// The written form.
    #[must_use]
    pub fn write(&self) -> String {
        let mut out = String::new();
        if !self.text.trim().is_empty() {
            pair(&mut out, "q", self.text.trim());
        }
        if !self.kinds.is_empty() {
            key(&mut out, "kind");
            for (at, kind) in self.kinds.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                encode(&kind.0, &mut out);
            }
        }
        if let Some(brand) = &self.brand {
            pair(&mut out, "brand", brand);
        }
        if self.can_redeem {
            pair(&mut out, "can", "1");
        }
        for (name, points) in [("min", self.points_min), ("max", self.points_max)] {
            if let Some(points) = points {
                key(&mut out, name);
                // Writing to a string cannot fail.
                let _ = write!(out, "{points}");
            }
        }
        if self.on_promotion {
            pair(&mut out, "promo", "1");
        }
        if self.sort != Sort::Own {
            pair(&mut out, "sort", self.sort.word());
        }
        out
    }

    /// Reads a written query; what is unknown, broken or beyond the first [`WRITTEN_CHARS_MAX`] characters is left out.
    #[must_use]
    pub fn read(written: &str) -> Query {
        let end = written.char_indices().nth(WRITTEN_CHARS_MAX).map_or(written.len(), |(at, _)| at);
        let mut query = Query::default();
        for part in written[..end].trim_start_matches('?').split('&') {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            match name {
                "q" => query.text = decode(value),
                "kind" => {
                    for word in value.split(',').map(decode).filter(|word| !word.is_empty()).take(KINDS_MAX) {
                        let kind = RewardKind(word);
                        if !query.kinds.contains(&kind) {
                            query.kinds.push(kind);
                        }
                    }
                }
                "brand" => query.brand = Some(decode(value)).filter(|brand| !brand.is_empty()),
                "can" => query.can_redeem = value == "1",
                "min" => query.points_min = value.parse().ok().filter(|points| *points > 0),
                "max" => query.points_max = value.parse().ok().filter(|points| *points > 0),
                "promo" => query.on_promotion = value == "1",
                "sort" => query.sort = Sort::find(value).unwrap_or_default(),
                _ => {}
            }
        }
        query
    }
}

fn key(out: &mut String, name: &str) {
    if !out.is_empty() {
        out.push('&');
    }
    out.push_str(name);
    out.push('=');
}

fn pair(out: &mut String, name: &str, value: &str) {
    key(out, name);
    encode(value, out);
}

fn encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = |offset: usize| bytes.get(at + offset).and_then(|b| char::from(*b).to_digit(16));
        match (bytes[at], hex(1), hex(2)) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                at += 3;
            }
            (b'+', ..) => {
                out.push(b' ');
                at += 1;
            }
            (byte, ..) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Query {
        Query {
            text: "kopi & té 100%".into(),
            kinds: vec![RewardKind("voucher".into()), RewardKind("a,b=c".into())],
            brand: Some("Toko Ibu & Anak + Co".into()),
            can_redeem: true,
            points_min: Some(1_000),
            points_max: Some(250_000),
            on_promotion: true,
            sort: Sort::Nearest,
        }
    }

    #[test]
    fn a_query_survives_being_written_and_read() {
        assert_eq!(Query::read(&full().write()), full());
        assert_eq!(Query::default().write(), "");
        assert_eq!(Query::read(""), Query::default());
        for sort in Sort::ALL {
            let query = Query { sort, ..Query::default() };
            assert_eq!(Query::read(&query.write()), query);
        }
    }

    #[test]
    fn a_query_written_by_hand_is_read() {
        let query = Query::read("?kind=data,voucher,data&q=kopi+senja&sort=value&from=elsewhere");
        assert_eq!(query.kinds, [RewardKind("data".into()), RewardKind("voucher".into())]);
        assert_eq!(query.text, "kopi senja");
        assert_eq!(query.sort, Sort::Value);
    }

    #[test]
    fn what_is_broken_is_left_out() {
        let query = Query::read("&&=&min=-3&max=lots&can=yes&sort=upside&q=%E9%&kind=,,&brand=");
        assert_eq!(query.active(), [Filter::Text]);
        assert_eq!(query.sort, Sort::Own);
        assert_eq!(Query::read(&"q=é&".repeat(10_000)).text, "é");
    }

    #[test]
    fn each_filter_can_be_taken_off_alone() {
        let query = full();
        for filter in query.active() {
            let rest = query.without(&filter).active();
            assert_eq!(rest.len(), 5);
            assert!(!rest.contains(&filter));
        }
        assert_eq!(query.cleared().active(), []);
        assert_eq!(query.cleared().sort, Sort::Nearest);
    }
}
