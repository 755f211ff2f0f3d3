//! Partners: sites that may show the widget, and what each may do. Kept in the database, read at most every few seconds.

mod key;

use crate::{
    clock::Clock,
    config::{host_of, is_origin},
    message::HOST_LETTERS_MAX,
    store::{Store, in_time, partners},
};
pub use key::{Algorithm, PartnerKey};
use std::sync::{Arc, PoisonError, RwLock};
use tukar_domain::text::{Lines, find_bad_character};
use tukar_wire::Moment;

/// A list is used for so long before it is read again: a new partner works after so many milliseconds at the latest.
const KEPT_MS: i64 = 5_000;
/// Origins of one partner.
const ORIGINS_MAX: usize = 50;
/// Letters of a name.
const NAME_LETTERS_MAX: usize = 100;
/// Letters of an id.
const ID_LETTERS_MAX: usize = 40;
/// Most that a partner's pages may be allowed within an hour.
pub const PER_HOUR_MAX: u32 = 1_000_000;

/// How a partner's pages may show the widget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// In a frame of the programme's origin: the page learns no secret.
    Frame,
    /// Also in the page itself, calling the API from there: only for sites as trusted as the programme's own.
    Inline,
}

impl Mode {
    /// As stored and as typed.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Mode::Frame => "frame",
            Mode::Inline => "inline",
        }
    }

    /// The mode of a word.
    #[must_use]
    pub fn of(word: &str) -> Option<Mode> {
        [Mode::Frame, Mode::Inline].into_iter().find(|mode| mode.word() == word)
    }
}

/// A site that may show the widget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner {
    /// What its pages say in `partner="…"`; no secret.
    pub id: String,
    /// For people.
    pub name: String,
    /// Exact origins of its pages.
    pub origins: Vec<String>,
    /// How it may show the widget.
    pub mode: Mode,
    /// Its accent colour as `#rrggbb`; empty: the programme's.
    pub accent: String,
    /// Codes that its pages may ask for within an hour.
    pub codes_per_hour: u32,
    /// Identities that it may sign within an hour.
    pub identities_per_hour: u32,
    /// Keys that it signs identities with, also those that have ended.
    pub keys: Vec<PartnerKey>,
    /// When it was added.
    pub created_at: Moment,
}

impl Partner {
    /// Says what is wrong with it, if anything is.
    ///
    /// # Errors
    /// The first thing that can't be.
    pub fn check(&self) -> Result<(), String> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if self.id.is_empty() || self.id.len() > ID_LETTERS_MAX || !self.id.bytes().all(plain) {
            return Err(format!("an id has 1 to {ID_LETTERS_MAX} of a-z, 0-9 and -, not {:?}", self.id));
        }
        if self.name.is_empty() || self.name.chars().count() > NAME_LETTERS_MAX {
            return Err(format!("a name has 1 to {NAME_LETTERS_MAX} letters"));
        }
        if let Some(bad) = find_bad_character(&self.name, Lines::One) {
            return Err(format!("the name holds {bad}"));
        }
        if self.origins.is_empty() || self.origins.len() > ORIGINS_MAX {
            return Err(format!("a partner has 1 to {ORIGINS_MAX} origins"));
        }
        if let Some(origin) = self.origins.iter().find(|origin| !is_origin(origin)) {
            return Err(format!("an origin is as https://shop.example.id, not {origin:?}"));
        }
        if let Some(long) = self.origins.iter().find(|origin| host_of(origin).len() > HOST_LETTERS_MAX) {
            return Err(format!(
                "the host of {long:?} has more than {HOST_LETTERS_MAX} letters: no text message has room for it"
            ));
        }
        if self.codes_per_hour > PER_HOUR_MAX || self.identities_per_hour > PER_HOUR_MAX {
            return Err(format!("at most {PER_HOUR_MAX} within an hour"));
        }
        let colour = self.accent.strip_prefix('#');
        let is_colour =
            colour.is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        if self.accent.is_empty() || is_colour {
            Ok(())
        } else {
            Err(format!("an accent colour is as #0a7d4f, not {:?}", self.accent))
        }
    }
}

/// Every partner, as last read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartnerList(Vec<Partner>);

impl PartnerList {
    /// The list of these.
    #[must_use]
    pub fn new(partners: Vec<Partner>) -> PartnerList {
        PartnerList(partners)
    }

    /// Each of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Partner> {
        self.0.iter()
    }

    /// The partner of an id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Partner> {
        self.0.iter().find(|partner| partner.id == id)
    }

    /// Whether a page of this origin may call the API itself: only where the mode is inline.
    #[must_use]
    pub fn may_call(&self, origin: &str) -> bool {
        self.0
            .iter()
            .any(|partner| partner.mode == Mode::Inline && partner.origins.iter().any(|own| own == origin))
    }
}

/// The list, kept for a few seconds.
#[derive(Debug, Default)]
pub struct PartnerCache(RwLock<Option<(Moment, Arc<PartnerList>)>>);

impl PartnerCache {
    /// The list, read anew when the last reading is too old.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, store: &Store, clock: &Clock) -> anyhow::Result<Arc<PartnerList>> {
        let now = clock.now();
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((read_at, list)) = kept
            // A clock that was set back makes it no younger than it is.
            && (0..KEPT_MS).contains(&now.ms_since(read_at))
        {
            return Ok(list);
        }
        // Who may call is asked before a request's time begins.
        let rows = in_time(async { partners::load_all(&mut *store.read().await?).await }).await?;
        let list = Arc::new(PartnerList::new(rows));
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&list)));
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partner(change: impl FnOnce(&mut Partner)) -> Partner {
        let mut partner = Partner {
            id: "kopi".to_owned(),
            name: "Kopi Senja".to_owned(),
            origins: vec!["https://kopi.example.id".to_owned()],
            mode: Mode::Frame,
            accent: String::new(),
            codes_per_hour: 2_000,
            identities_per_hour: 2_000,
            keys: Vec::new(),
            created_at: Moment(0),
        };
        change(&mut partner);
        partner
    }

    #[test]
    fn a_partner_that_could_not_work_is_refused() {
        assert_eq!(partner(|_| {}).check(), Ok(()));
        assert_eq!(partner(|it| it.accent = "#0a7d4f".to_owned()).check(), Ok(()));
        for origin in [
            "https://kopi.example.id/",
            "kopi.example.id",
            "*",
            "https://*.example.id",
            "null",
            "https://a b",
        ] {
            assert!(partner(|it| it.origins.push(origin.to_owned())).check().is_err(), "{origin}");
        }
        assert!(partner(|it| it.id = "Kopi Senja".to_owned()).check().is_err());
        assert!(partner(|it| it.name = String::new()).check().is_err());
        let hidden = partner(|it| it.name = "Ko\u{200b}pi".to_owned()).check().unwrap_err();
        assert_eq!(hidden, "the name holds a zero-width space (U+200B) at character 3");
        assert!(partner(|it| it.origins.clear()).check().is_err());
        assert!(partner(|it| it.accent = "red;}".to_owned()).check().is_err());
        let long = format!("https://{}.example.id", "a".repeat(40));
        assert!(partner(|it| it.origins.push(long)).check().is_err());
        assert!(partner(|it| it.codes_per_hour = PER_HOUR_MAX + 1).check().is_err());
    }

    #[tokio::test]
    async fn a_list_read_before_the_clock_was_set_back_is_read_anew() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("tukar.db").into()).await.unwrap();
        let kept = Arc::new(PartnerList::new(vec![partner(|_| {})]));
        let clock = Clock::standing_at(Moment(1_795_539_600_000));
        for (age_ms, partners) in [(0, 1), (KEPT_MS - 1, 1), (KEPT_MS, 0), (-1, 0), (-3_600_000, 0)] {
            let read_at = clock.now().plus_ms(-age_ms);
            let cache = PartnerCache(RwLock::new(Some((read_at, Arc::clone(&kept)))));
            let list = cache.list(&store, &clock).await.unwrap();
            assert_eq!(list.iter().count(), partners, "read {age_ms} ms ago");
        }
    }

    #[test]
    fn only_an_inline_partners_exact_origin_may_call_the_api() {
        let framed = PartnerList::new(vec![partner(|_| {})]);
        assert!(!framed.may_call("https://kopi.example.id"));
        let inline = PartnerList::new(vec![partner(|it| it.mode = Mode::Inline)]);
        assert!(inline.may_call("https://kopi.example.id"));
        for near in
            ["http://kopi.example.id", "https://kopi.example.id:444", "https://x.kopi.example.id", "null", ""]
        {
            assert!(!inline.may_call(near), "{near}");
        }
    }
}
