//! Reading a catalogue file: everything in it, or nothing.
//!
//! A file is one JSON object with `rewards` (an array of rows), `programme` (an object), or both. The fields of a row
//! stand in `docs/CATALOGUE.md`. Fields and words that are not known are refused, so that a slip of the pen does not
//! become a reward without a limit. Every bad field of every row is listed with its file, line, row, field and reason;
//! one transaction writes the file, or nothing of it is kept.
//!
//! A moment is RFC 3339 (`2026-12-31T23:59:59+07:00`) or relative to the import: `+3d`, `-2h`, `+90m`, `+30s`.

mod rows;

use crate::{
    catalogue::{ProgrammeTexts, Reward},
    store::{
        Lock, Store, lock,
        rewards::{set_programme, set_rewards},
    },
};
use rows::{Faults, Fields};
use std::{fmt, time::Duration};
use tukar_wire::Moment;

/// How long the database may take to write a file.
const TIME_MAX: Duration = Duration::from_secs(600);
/// Rows that one file may have.
pub const ROWS_MAX: usize = 100_000;

/// Bad fields that are listed; further ones are counted.
pub const FAULTS_LISTED_MAX: usize = 200;

/// One bad field of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Line in the file, from 1.
    pub line: usize,
    /// The row's id, or `row 7` when it has none; empty for the file itself.
    pub row: String,
    /// Path in the row, as `promotion.points`; empty for the row itself.
    pub field: String,
    /// Why it is refused.
    pub reason: String,
}

/// A file that was refused as a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct BadFile {
    /// As given on the command line.
    pub file: String,
    /// All that is wrong, in the file's order.
    pub faults: Vec<Fault>,
}

impl fmt::Display for BadFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in self.faults.iter().take(FAULTS_LISTED_MAX) {
            write!(f, "{}:{}: ", self.file, fault.line)?;
            if !fault.row.is_empty() {
                write!(f, "{}: ", fault.row)?;
            }
            if !fault.field.is_empty() {
                write!(f, "{}: ", fault.field)?;
            }
            writeln!(f, "{}", fault.reason)?;
        }
        if self.faults.len() > FAULTS_LISTED_MAX {
            writeln!(f, "… and {} more", self.faults.len() - FAULTS_LISTED_MAX)?;
        }
        write!(f, "{} bad, nothing was imported", self.faults.len())
    }
}

/// What a good file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CatalogueFile {
    /// The whole catalogue, in order; `None` when the file does not speak of rewards.
    pub rewards: Option<Vec<Reward>>,
    /// The programme's texts.
    pub programme: Option<ProgrammeTexts>,
}

/// Reads a file's text; relative moments count from `now`.
///
/// # Errors
/// Every bad field.
pub fn parse(file: &str, text: &str, now: Moment) -> Result<CatalogueFile, BadFile> {
    let mut faults = Faults::new(text);
    let mut found = CatalogueFile::default();
    if let Some(mut top) = Fields::of_text(text, &mut faults) {
        let rewards = top.take_raw("rewards");
        let programme = top.take_raw("programme");
        if rewards.is_none() && programme.is_none() {
            faults.add_at(0, "", "", "neither `rewards` nor `programme` is in it");
        }
        top.refuse_rest(&mut faults);
        found.rewards = rewards.map(|raw| rows::rewards(raw, now, &mut faults));
        found.programme = programme.and_then(|raw| rows::programme(raw, now, &mut faults));
    }
    let mut faults = faults.into_list();
    if faults.is_empty() {
        return Ok(found);
    }
    faults.sort_by_key(|fault| fault.line);
    Err(BadFile { file: file.to_owned(), faults })
}

/// Writes a file in one transaction.
///
/// # Errors
/// The database's; then nothing was written.
pub async fn write(store: &Store, file: &CatalogueFile, now: Moment) -> Result<(), sqlx::Error> {
    store
        .transact_within(TIME_MAX, "import", async |conn| {
            // What is not in this file is closed, also what another import brings meanwhile.
            lock(conn, Lock::Catalogue).await?;
            if let Some(rewards) = &file.rewards {
                set_rewards(conn, rewards, now).await?;
            }
            if let Some(programme) = &file.programme {
                set_programme(conn, programme).await?;
            }
            Ok(())
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const NOW: Moment = Moment(1_795_539_600_000);

    fn faults(text: &str) -> Vec<String> {
        match parse("c.json", text, NOW) {
            Ok(_) => Vec::new(),
            Err(bad) => bad.to_string().lines().map(str::to_owned).collect(),
        }
    }

    const GOOD: &str = r#"{"rewards": [
  {"id": "pulsa-5000", "kind": "airtime", "brand": "Pulsa", "title": {"id": "Pulsa", "en": "Airtime"},
   "description": {"id": "a", "en": "b"}, "terms": {"id": ["x"], "en": ["y"]}, "how_to_use": {"id": "a", "en": "b"},
   "points": 2000, "worth_rupiah": 5000, "needs": "phone", "closes": "+3d", "published": "-1h",
   "promotion": {"points": 1500, "label": {"id": "Hemat", "en": "Save"}, "ends": "2027-01-01T00:00:00+07:00"},
   "stock": 4, "limit": {"count": 1, "per": "day"}, "tiers": ["gold"], "quantity_max": 3, "voucher_days": 7}
]}"#;

    #[test]
    fn a_good_row_is_read_with_all_its_fields() {
        let rewards = parse("c.json", GOOD, NOW).unwrap().rewards.unwrap();
        let reward = &rewards[0];
        assert_eq!(reward.closes_at, Some(Moment(NOW.0 + 3 * 86_400_000)));
        assert_eq!(reward.published_at, Moment(NOW.0 - 3_600_000));
        assert_eq!(reward.promotion.as_ref().unwrap().ends_at, Moment::parse("2026-12-31T17:00:00Z"));
        assert_eq!((reward.stock_total, reward.quantity_max, reward.voucher_days), (Some(4), 3, Some(7)));
    }

    #[test]
    fn every_bad_field_is_listed_with_its_line_row_and_reason() {
        let text = r#"{"rewards": [
  {"id": "a", "kind": "airtime", "brand": "Pulsa", "title": {"id": "Pulsa", "en": "Airtime"},
   "description": {"id": "a", "en": "b"}, "terms": {"id": [], "en": []}, "how_to_use": {"id": "a", "en": "b"},
   "points": 0,
   "colour": "red"},
  {"id": "b", "kind": "spaceship", "brand": "X", "title": {"id": "T"},
   "description": {"id": "a", "en": "b"}, "terms": {"id": [], "en": []}, "how_to_use": {"id": "a", "en": "b"},
   "points": "many", "closes": "tomorrow"},
  {"id": "a", "kind": "airtime", "brand": "Pulsa", "title": {"id": "Pulsa", "en": "Airtime"},
   "description": {"id": "a", "en": "b"}, "terms": {"id": [], "en": []}, "how_to_use": {"id": "a", "en": "b"},
   "points": 5}
]}"#;
        assert_eq!(
            faults(text),
            [
                "c.json:4: a: points: must be between 1 and 1000000000, not 0",
                "c.json:5: a: colour: there is no such field",
                "c.json:6: b: kind: must be one of airtime, data, voucher, premium, goods, discount, not \"spaceship\"",
                "c.json:6: b: title.en: is missing",
                "c.json:8: b: points: must be a whole number, not \"many\"",
                "c.json:8: b: closes: must be a moment as 2026-12-31T23:59:59+07:00 or +3d, not \"tomorrow\"",
                "c.json:9: a: id: stands in line 2 already",
                "7 bad, nothing was imported",
            ]
        );
    }

    /// The wire writes moments up to the end of 9999, of which the last hours are in no calendar's reach.
    #[test]
    fn a_moment_behind_the_calendars_end_is_refused() {
        let closing = |at: &str| GOOD.replace("\"closes\": \"+3d\"", &format!("\"closes\": \"{at}\""));
        for at in ["9999-12-31T23:59:59Z", "9999-12-31T00:00:00Z"] {
            let told =
                format!("c.json:4: pulsa-5000: closes: must be before 9999-12-30T22:00:00Z, not \"{at}\"");
            assert_eq!(faults(&closing(at)), [told.as_str(), "1 bad, nothing was imported"]);
        }
        let last = parse("c.json", &closing("9999-12-30T21:59:59Z"), NOW).unwrap().rewards.unwrap();
        let last = last[0].closes_at.unwrap();
        assert_eq!(crate::clock::moment(crate::clock::timestamp(last)), last);
    }

    #[test]
    fn broken_json_names_its_line() {
        assert_eq!(
            faults("{\n \"rewards\": [\n  {\"id\": }\n]}"),
            ["c.json:3: is not JSON: expected value at column 10", "1 bad, nothing was imported"]
        );
        assert_eq!(faults("[]"), ["c.json:1: must be a JSON object", "1 bad, nothing was imported"]);
        assert_eq!(
            faults("{}"),
            ["c.json:1: neither `rewards` nor `programme` is in it", "1 bad, nothing was imported"]
        );
    }

    #[test]
    fn rules_between_fields_are_checked() {
        let row = |extra: &str| {
            format!(
                r#"{{"rewards":[{{"id":"a","kind":"goods","brand":"X","title":{{"id":"T","en":"T"}},
"description":{{"id":"a","en":"b"}},"terms":{{"id":["x"],"en":[]}},"how_to_use":{{"id":"a","en":"b"}},"points":5{extra}}}]}}"#
            )
        };
        let list = faults(&row(
            r#","opens":"+2d","closes":"+1d","promotion":{"points":5,"label":{"id":"a","en":"b"}},"image":{"src":"http://x","width":1,"height":1}"#,
        ));
        for part in [
            "terms: has 1 in Indonesian and 0 in English",
            "closes: comes before opens",
            "promotion.points: must be lower than points",
            "image.src: must start with https:// or /",
        ] {
            assert!(list.iter().any(|line| line.ends_with(part)), "{part}: {list:#?}");
        }
    }
    #[test]
    fn a_text_of_a_list_is_checked_as_any_other() {
        for (terms, reason) in [
            (r#""x", " ""#, "text 2 must not be empty"),
            (r#""a\u0000""#, "text 1 holds a control character"),
        ] {
            let list =
                faults(&GOOD.replace(
                    r#"{"id": ["x"], "en": ["y"]}"#,
                    &format!(r#"{{"id": [{terms}], "en": ["y"]}}"#),
                ));
            assert_eq!(list[0], format!("c.json:3: pulsa-5000: terms.id: {reason}"));
        }
    }
}
