//! Words, numbers and dates without a browser: the widget's own texts, and its formats written as `Intl` writes them.

#[path = "../../../src/i18n/app.rs"]
pub mod app;
#[path = "../../../src/i18n/balance.rs"]
pub mod balance;
#[path = "../../../src/i18n/catalog.rs"]
pub mod catalog;
#[path = "../../../src/i18n/challenge.rs"]
pub mod challenge;
#[path = "../../../src/i18n/history.rs"]
pub mod history;
#[path = "../../../src/i18n/locker.rs"]
pub mod locker;
#[path = "../../../src/i18n/redeem.rs"]
pub mod redeem;
#[path = "../../../src/i18n/session.rs"]
pub mod session;
#[path = "../../../src/i18n/support.rs"]
pub mod support;
#[path = "../../../src/i18n/values.rs"]
mod values;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use tukar_screens::Formats;
use tukar_wire::Moment;
use values::sign;
pub use values::{fill, language_of};

/// All texts of one language.
#[derive(Clone, Copy, Debug)]
pub struct Texts {
    /// BCP 47 tag.
    pub tag: &'static str,
    /// `poin`, after one.
    pub point: &'static str,
    /// `poin`, after any other number.
    pub points: &'static str,
    /// The shell.
    pub app: &'static app::Texts,
    /// Signing in.
    pub session: &'static session::Texts,
    /// Typing a one-time code.
    pub challenge: &'static challenge::Texts,
    /// Points.
    pub balance: &'static balance::Texts,
    /// The catalogue.
    pub catalog: &'static catalog::Texts,
    /// Redeeming.
    pub redeem: &'static redeem::Texts,
    /// The claim locker.
    pub locker: &'static locker::Texts,
    /// The history.
    pub history: &'static history::Texts,
    /// Help.
    pub support: &'static support::Texts,
}

static ID: Texts = Texts {
    tag: "id",
    point: "poin",
    points: "poin",
    app: &app::ID,
    session: &session::ID,
    challenge: &challenge::ID,
    balance: &balance::ID,
    catalog: &catalog::ID,
    redeem: &redeem::ID,
    locker: &locker::ID,
    history: &history::ID,
    support: &support::ID,
};

static EN: Texts = Texts {
    tag: "en",
    point: "point",
    points: "points",
    app: &app::EN,
    session: &session::EN,
    challenge: &challenge::EN,
    balance: &balance::EN,
    catalog: &catalog::EN,
    redeem: &redeem::EN,
    locker: &locker::EN,
    history: &history::EN,
    support: &support::EN,
};

const MONTHS: [[&str; 12]; 2] = [
    ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"],
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"],
];
/// Monday first.
const DAYS: [[&str; 7]; 2] = [
    ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"],
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
];

/// The language of a page, and the zone that its dates are told in.
#[derive(Clone, Copy, Debug)]
pub struct I18n {
    texts: &'static Texts,
    zone: &'static TimeZone,
    zone_label: &'static str,
}

impl I18n {
    /// The texts for a tag, Indonesian when in doubt; dates in `zone`, whose clock is called `zone_label` (`WIB`).
    #[must_use]
    pub fn new(tag: &str, zone: &'static TimeZone, zone_label: &'static str) -> I18n {
        I18n { texts: if tag == "en" { &EN } else { &ID }, zone, zone_label }
    }

    /// All texts.
    #[must_use]
    pub fn texts(self) -> &'static Texts {
        self.texts
    }

    fn is_english(self) -> bool {
        self.texts.tag == "en"
    }

    /// `1.250`.
    #[must_use]
    pub fn number(self, n: i64) -> String {
        let digits = n.unsigned_abs().to_string();
        let mut text = if n < 0 { "-".to_owned() } else { String::new() };
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(if self.is_english() { ',' } else { '.' });
            }
            text.push(digit);
        }
        text
    }

    /// `1.250 poin`.
    #[must_use]
    pub fn points(self, n: i64) -> String {
        format!("{} {}", self.number(n), if n == 1 { self.texts.point } else { self.texts.points })
    }

    /// `+1.250` or `−1.250`.
    #[must_use]
    pub fn signed(self, n: i64) -> String {
        format!("{}{}", sign(n), self.number(n.saturating_abs()))
    }

    /// `Nov 2026`, for `2026-11`; the text itself when it is not a month.
    #[must_use]
    pub fn month(self, month: &str) -> String {
        let Some(at) = Moment::parse(&format!("{month}-15T12:00:00Z")) else { return month.to_owned() };
        let at = self.local(at);
        format!("{} {}", self.month_name(&at), at.year())
    }

    fn local(self, at: Moment) -> DateTime {
        self.zone.to_datetime(Timestamp::from_millisecond(at.0).unwrap_or_default())
    }

    fn month_name(self, at: &DateTime) -> &'static str {
        MONTHS[usize::from(self.is_english())][(at.month() as usize).saturating_sub(1) % 12]
    }

    fn clock(self, at: &DateTime) -> String {
        let mark = if self.is_english() { ':' } else { '.' };
        format!("{:02}{mark}{:02}", at.hour(), at.minute())
    }
}

impl Formats for I18n {
    fn date(&self, at: Moment) -> String {
        let at = self.local(at);
        format!("{} {} {}", at.day(), self.month_name(&at), at.year())
    }

    fn date_time(&self, at: Moment) -> String {
        format!("{}, {}", self.date(at), self.time(at))
    }

    fn weekday_time(&self, at: Moment) -> String {
        let local = self.local(at);
        let weekday = local.weekday().to_monday_zero_offset() as usize % 7;
        let day = DAYS[usize::from(self.is_english())][weekday];
        let comma = if self.is_english() { "" } else { "," };
        format!("{day}{comma} {} {}, {}", local.day(), self.month_name(&local), self.time(at))
    }

    fn time(&self, at: Moment) -> String {
        format!("{} {}", self.clock(&self.local(at)), self.zone_label)
    }
}
