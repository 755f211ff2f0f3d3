//! Numbers and dates as people read them, in the programme's zone.

use crate::{app::App, language::Language};
use jiff::tz::TimeZone;
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};
use tukar_plain::i18n::I18n;

/// A zone, and what its clock is called.
type Zone = (&'static TimeZone, &'static str);

/// Formats of a language in the programme's zone, for pages and messages. The zone and its label live as long as the
/// process: a server has one.
#[must_use]
pub fn of(app: &App, language: Language) -> I18n {
    static ZONES: Mutex<BTreeMap<(String, String), Zone>> = Mutex::new(BTreeMap::new());
    let rules = &app.config.programme;
    let mut zones = ZONES.lock().unwrap_or_else(PoisonError::into_inner);
    let label = rules.clock_label();
    let (zone, label) = *zones
        .entry((rules.time_zone.clone(), label.clone()))
        .or_insert_with(|| (Box::leak(Box::new(app.zone.clone())), Box::leak(label.into_boxed_str())));
    I18n::new(language.tag(), zone, label)
}
