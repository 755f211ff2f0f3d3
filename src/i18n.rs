//! Words, numbers and dates in the member's language.
//!
//! Texts are typed: a text missing in one language does not compile. Numbers and dates are the browser's `Intl`, in
//! the programme's time zone and never the visitor's; no tables travel in the widget.

pub mod app;
pub mod balance;
pub mod catalog;
pub mod challenge;
pub mod history;
pub mod locker;
pub mod redeem;
pub mod session;
pub mod support;
mod values;

use crate::ui::reactive::StoredValue;
use js_sys::{Array, Function, Intl, Object, Reflect};
use tukar_screens::Formats;
use tukar_wire::Moment;
use values::sign;
pub use values::{fill, language_of};
use wasm_bindgen::JsValue;

/// All texts of one language.
#[derive(Clone, Copy, Debug)]
pub struct Texts {
    /// BCP 47 tag for `Intl` and `Accept-Language`.
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

/// The language of the widget; copied into every view.
#[derive(Clone, Copy)]
pub struct I18n {
    texts: &'static Texts,
    format: StoredValue<Format>,
}

struct Format {
    zone_label: String,
    number: Function,
    day: Function,
    day_time: Function,
    near: Function,
    time: Function,
    month: Function,
}

impl I18n {
    /// The texts for a tag as `id-ID`, and formats for a zone as `Asia/Jakarta`, shown as `WIB`. Indonesian when in doubt.
    #[must_use]
    pub fn new(tag: &str, zone: &str, zone_label: &str) -> I18n {
        let texts = if tag.split('-').next().is_some_and(|language| language.eq_ignore_ascii_case("en")) {
            &EN
        } else {
            &ID
        };
        // British order of day and month for English: the programme's readers know no other.
        let locale = if texts.tag == "en" { "en-GB" } else { "id-ID" };
        let date = |parts: &[(&str, &str)]| {
            let options = options(parts);
            let _ = Reflect::set(&options, &"timeZone".into(), &zone.into());
            Intl::DateTimeFormat::new(&Array::of1(&locale.into()), &options).format()
        };
        let day = [("day", "numeric"), ("month", "short"), ("year", "numeric")];
        let time = [("hour", "2-digit"), ("minute", "2-digit"), ("hourCycle", "h23")];
        let near = [("weekday", "long"), ("day", "numeric"), ("month", "short")];
        let format = Format {
            zone_label: zone_label.to_owned(),
            number: Intl::NumberFormat::new(&Array::of1(&locale.into()), &options(&[])).format(),
            day: date(&day),
            day_time: date(&[&day[..], &time[..]].concat()),
            near: date(&[&near[..], &time[..]].concat()),
            time: date(&time),
            month: date(&[("month", "short"), ("year", "numeric")]),
        };
        I18n { texts, format: StoredValue::new(format) }
    }

    /// All texts.
    #[must_use]
    pub fn texts(self) -> &'static Texts {
        self.texts
    }

    /// `1.250`.
    #[must_use]
    pub fn number(self, n: i64) -> String {
        #[expect(clippy::cast_precision_loss, reason = "Intl takes doubles; points stay far below 2^53")]
        let n = JsValue::from_f64(n as f64);
        self.write(|format| &format.number, &n)
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
        match Moment::parse(&format!("{month}-15T12:00:00Z")) {
            Some(at) => self.write(|format| &format.month, &js_date(at)),
            None => month.to_owned(),
        }
    }

    fn zone_label(self) -> String {
        self.format.with_value(|format| format.zone_label.clone())
    }

    fn write(self, which: impl Fn(&Format) -> &Function, value: &JsValue) -> String {
        self.format
            .with_value(|format| which(format).call1(&JsValue::UNDEFINED, value).ok())
            .and_then(|text| text.as_string())
            .unwrap_or_default()
    }
}

impl Formats for I18n {
    fn date(&self, at: Moment) -> String {
        self.write(|format| &format.day, &js_date(at))
    }

    fn date_time(&self, at: Moment) -> String {
        format!("{} {}", self.write(|format| &format.day_time, &js_date(at)), self.zone_label())
    }

    fn weekday_time(&self, at: Moment) -> String {
        format!("{} {}", self.write(|format| &format.near, &js_date(at)), self.zone_label())
    }

    fn time(&self, at: Moment) -> String {
        format!("{} {}", self.write(|format| &format.time, &js_date(at)), self.zone_label())
    }
}

fn options(parts: &[(&str, &str)]) -> Object {
    let options = Object::new();
    for (name, value) in parts {
        let _ = Reflect::set(&options, &(*name).into(), &(*value).into());
    }
    options
}

fn js_date(at: Moment) -> JsValue {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 stay far below 2^53")]
    let ms = at.0 as f64;
    js_sys::Date::new(&JsValue::from_f64(ms)).into()
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn values_go_where_the_text_says() {
        assert_eq!(fill("{1} of {0}", &["b", "a"]), "a of b");
        assert_eq!(fill("none", &["a"]), "none");
    }
}
