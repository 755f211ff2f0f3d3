//! Reading a catalogue file: everything in it, or nothing.
//!
//! What is read is what people see: white space is folded, letters are composed (NFC), and characters that nobody sees
//! are refused by name and place.
//!
//! A file is one JSON object with `rewards` (an array of rows), `programme` (an object), or both. The fields of a row
//! stand in `docs/CATALOGUE.md`. The programme is changed field by field. Fields and words that are not known are refused, so that a slip of the pen does not
//! become a reward without a limit. Every bad field of every row is listed with its file, line, row, field and reason;
//! one transaction writes the file, or nothing of it is kept.
//!
//! A moment is RFC 3339 (`2026-12-31T23:59:59+07:00`) or relative to the import: `+3d`, `-2h`, `+90m`, `+30s`.

mod fields;
mod limits;
mod programme;
mod rows;
mod told;

pub use limits::ROWS_MAX;
pub use programme::{Change, ProgrammeChange};
pub use told::{RewardsTold, Told};

use crate::{
    catalogue::Reward,
    store::{
        Lock, Store, lock,
        rewards::{find_programme, load_all, set_programme, set_rewards},
    },
};
use fields::{Faults, Fields};
use std::{fmt, time::Duration};
use tukar_wire::Moment;

/// How long the database may take to write a file.
const TIME_MAX: Duration = Duration::from_secs(600);

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
    /// What changes in the programme's texts.
    pub programme: Option<ProgrammeChange>,
}

impl CatalogueFile {
    /// Refuses lists without entries: an export that went wrong would close the catalogue.
    ///
    /// # Errors
    /// Each of them.
    pub fn refuse_empty_lists(&self, file: &str) -> Result<(), BadFile> {
        let mut faults = Vec::new();
        let mut add = |row: &str, field: &str, does: &str| {
            let reason = format!("is empty, which {does}; say --allow-empty where it is meant");
            faults.push(Fault { line: 1, row: row.to_owned(), field: field.to_owned(), reason });
        };
        if self.rewards.as_ref().is_some_and(Vec::is_empty) {
            add("", "rewards", "closes every reward");
        }
        for name in self.programme.iter().flat_map(ProgrammeChange::emptied) {
            add("programme", name, "removes all of them, as null does");
        }
        if faults.is_empty() { Ok(()) } else { Err(BadFile { file: file.to_owned(), faults }) }
    }
}

/// The text of a file: UTF-8, with or without a byte order mark.
///
/// # Errors
/// Where it is in another encoding.
pub fn decode<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a str, BadFile> {
    let bad = |line, reason: String| {
        let fault = Fault { line, row: String::new(), field: String::new(), reason };
        Err(BadFile { file: file.to_owned(), faults: vec![fault] })
    };
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return bad(1, "is UTF-16; save it as UTF-8".to_owned());
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    std::str::from_utf8(bytes).or_else(|error| {
        let (before, after) = bytes.split_at(error.valid_up_to());
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let byte = after.first().copied().unwrap_or_default();
        bad(line, format!("is not UTF-8: byte 0x{byte:02X}; save it as UTF-8"))
    })
}

/// Reads a file's text; relative moments count from `now`. A byte order mark before it is skipped.
///
/// # Errors
/// Every bad field.
pub fn parse(file: &str, text: &str, now: Moment) -> Result<CatalogueFile, BadFile> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
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
        found.programme = programme.and_then(|raw| programme::programme(raw, now, &mut faults));
    }
    let mut faults = faults.into_list();
    if faults.is_empty() {
        return Ok(found);
    }
    faults.sort_by_key(|fault| fault.line);
    Err(BadFile { file: file.to_owned(), faults })
}

/// Writes a file in one transaction, and tells what that changed.
///
/// # Errors
/// The database's; then nothing was written.
pub async fn write(store: &Store, file: &CatalogueFile, now: Moment) -> Result<Told, sqlx::Error> {
    store
        .transact_within(TIME_MAX, "import", async |conn| {
            // What is not in this file is closed, also what another import brings meanwhile.
            lock(conn, Lock::Catalogue).await?;
            let mut told = Told::default();
            if let Some(rewards) = &file.rewards {
                told.rewards = Some(RewardsTold::of(&load_all(conn).await?, rewards, now));
                set_rewards(conn, rewards, now).await?;
            }
            if let Some(change) = &file.programme {
                let before = find_programme(conn).await?.unwrap_or_default();
                told.programme = Some(change.told(&before));
                set_programme(conn, &change.applied_to(&before)).await?;
            }
            Ok(told)
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
        let list = faults(&row(r#","opens":"+2d","closes":"+2d""#));
        let same = "closes: is the same moment as opens";
        assert!(list.iter().any(|line| line.ends_with(same)), "{list:#?}");
    }

    #[test]
    fn a_bad_price_of_a_promotion_is_told_once() {
        for (points, told) in
            [("1500", ""), ("0", "must be between 1 and 1000000000, not 0"), ("null", "is missing")]
        {
            let list = faults(&GOOD.replace("\"points\": 1500", &format!("\"points\": {points}")));
            let told = format!("c.json:5: pulsa-5000: promotion.points: {told}");
            let told = [told.as_str(), "1 bad, nothing was imported"];
            assert_eq!(list, if points == "1500" { &[] } else { &told[..] }, "{points}");
        }
    }

    #[test]
    fn a_bad_kind_of_contact_is_told_once() {
        for (kind, told) in [
            (r#""kind":"pigeon","#, "must be one of phone, email, chat, ussd, place, not \"pigeon\""),
            (r#""kind":null,"#, "is missing"),
            ("", "is missing"),
        ] {
            let list = faults(&format!(
                r#"{{"programme":{{"contacts":[{{{kind}"label":{{"id":"T","en":"T"}},"href":"tel:1","note":{{"id":"T","en":"T"}}}}]}}}}"#
            ));
            let told = format!("c.json:1: programme: contacts[0].kind: {told}");
            assert_eq!(list, [told.as_str(), "1 bad, nothing was imported"]);
        }
    }
    #[test]
    fn a_text_of_a_list_is_checked_as_any_other() {
        for (terms, reason) in [
            (r#""x", " ""#, "text 2 must not be empty"),
            (r#""a\u0000""#, "text 1 holds a NUL (U+0000) at character 2"),
        ] {
            let list =
                faults(&GOOD.replace(
                    r#"{"id": ["x"], "en": ["y"]}"#,
                    &format!(r#"{{"id": [{terms}], "en": ["y"]}}"#),
                ));
            assert_eq!(list[0], format!("c.json:3: pulsa-5000: terms.id: {reason}"));
        }
    }

    #[test]
    fn a_character_that_nobody_sees_is_told_with_its_field_name_and_place() {
        for (from, to, told) in [
            (
                r#""brand": "Pulsa""#,
                r#""brand": "Pul\u200bsa""#,
                "brand: holds a zero-width space (U+200B) at character 4",
            ),
            (
                r#""en": "Airtime""#,
                r#""en": "Air\r\ntime""#,
                "title.en: holds a carriage return (U+000D) at character 4",
            ),
            (
                r#""en": "Airtime""#,
                r#""en": "Air\ntime""#,
                "title.en: holds a line break (U+000A) at character 4",
            ),
            (
                r#""description": {"id": "a""#,
                r#""description": {"id": "a\tb""#,
                "description.id: holds a tab (U+0009) at character 2",
            ),
            (
                r#""en": "Save""#,
                r#""en": "\u202eSave""#,
                "promotion.label.en: holds a direction control (U+202E) at character 1",
            ),
        ] {
            let text = GOOD.replacen(from, to, 1);
            assert_ne!(text, GOOD);
            let list = faults(&text);
            assert!(list[0].ends_with(&format!(": pulsa-5000: {told}")) && list.len() == 2, "{list:#?}");
        }
    }

    /// A row that could not be read and named no fault would be left out, and its reward closed.
    #[test]
    fn null_is_no_value_for_what_must_be_there() {
        for (from, to, told) in [
            (r#""kind": "airtime""#, r#""kind": null"#, "kind: is missing"),
            (r#""points": 2000"#, r#""points": null"#, "points: is missing"),
            (r#""points": 1500"#, r#""points": null"#, "promotion.points: is missing"),
            (r#""brand": "Pulsa""#, r#""brand": null"#, "brand: is missing"),
            (r#""count": 1"#, r#""count": null"#, "limit: needs count and per"),
        ] {
            let list = faults(&GOOD.replacen(from, to, 1));
            assert!(list[0].ends_with(told) && list.len() == 2, "{list:#?}");
        }
    }

    fn brands(brands: &[&str]) -> Result<Vec<String>, String> {
        let row = |(at, brand): (usize, &&str)| {
            let mut row: serde_json::Value = serde_json::from_str(GOOD).unwrap();
            row["rewards"][0]["id"] = format!("r{at}").into();
            row["rewards"][0]["brand"] = (*brand).into();
            row["rewards"][0].clone()
        };
        let rows: Vec<_> = brands.iter().enumerate().map(row).collect();
        let read = parse("c.json", &serde_json::json!({"rewards": rows}).to_string(), NOW);
        let file = read.map_err(|bad| bad.to_string())?;
        Ok(file.rewards.unwrap().into_iter().map(|reward| reward.brand).collect())
    }

    #[test]
    fn brands_that_look_alike_are_one_brand() {
        let blanks = [
            "Kopi Senja",
            " Kopi Senja",
            "Kopi Senja ",
            "Kopi  Senja",
            "Kopi\u{a0}Senja",
            "Kopi\u{2009}Senja",
        ];
        assert_eq!(brands(&blanks).unwrap(), ["Kopi Senja"; 6]);
        assert_eq!(brands(&["Café", "Cafe\u{301}"]).unwrap(), ["Café"; 2]);
        for other in ["KOPI SENJA", "Ｋopi Senja", "KopiSenja"] {
            let told = brands(&["Kopi Senja", other]).unwrap_err();
            assert!(
                told.contains(&format!("brand: is written \"Kopi Senja\" in line 1, and {other:?} here")),
                "{told}"
            );
        }
        assert!(brands(&["Kopi Senja", "Kopi Fajar"]).is_ok());
    }

    #[test]
    fn a_byte_order_mark_is_skipped_and_another_encoding_is_named() {
        assert!(parse("c.json", &format!("\u{FEFF}{GOOD}"), NOW).is_ok());
        let marked = [b"\xEF\xBB\xBF", GOOD.as_bytes()].concat();
        assert_eq!(decode("c.json", &marked).unwrap(), GOOD);
        let told = |bytes: &[u8]| decode("c.json", bytes).unwrap_err().to_string();
        assert!(told(b"\xFF\xFE{\0").starts_with("c.json:1: is UTF-16; save it as UTF-8"));
        assert!(told(b"{\n\"Caf\xE9\"").starts_with("c.json:2: is not UTF-8: byte 0xE9; save it as UTF-8"));
    }

    #[test]
    fn a_list_without_entries_is_refused_unless_it_is_meant() {
        let read = |text: &str| parse("c.json", text, NOW).unwrap();
        let told = read(r#"{"rewards": [], "programme": {"questions": []}}"#)
            .refuse_empty_lists("c.json")
            .unwrap_err();
        let told = told.to_string();
        assert!(
            told.starts_with("c.json:1: rewards: is empty, which closes every reward; say --allow-empty"),
            "{told}"
        );
        assert!(told.contains("c.json:1: programme: questions: is empty"), "{told}");
        assert!(read(GOOD).refuse_empty_lists("c.json").is_ok());
        assert!(read(r#"{"programme": {"questions": null}}"#).refuse_empty_lists("c.json").is_ok());
    }

    const QUESTION: &str = r#"{"id": "q", "ask": {"id": "a", "en": "b"}, "answer": {"id": "a", "en": "b"}}"#;

    #[test]
    fn a_programme_is_changed_field_by_field_and_each_field_is_told() {
        let change = |text: &str| {
            parse("p.json", &format!(r#"{{"programme": {text}}}"#), NOW).unwrap().programme.unwrap()
        };
        let first = change(&format!(
            r#"{{"name": {{"id": "N", "en": "N"}}, "policy": [{{"text": {{"id": "a", "en": "b"}}}}], "questions": [{QUESTION}]}}"#
        ));
        let texts = first.applied_to(&crate::catalogue::ProgrammeTexts::default());
        let second = change(r#"{"policy": null, "questions": [], "contacts": []}"#);
        let after = second.applied_to(&texts);
        assert_eq!((after.name.en.as_str(), after.policy.len(), after.questions.len()), ("N", 0, 0));
        assert_eq!(
            second.told(&texts).to_string(),
            "name: kept, not in the file; policy: removed (was 1); questions: 0 changed (was 1); \
             contacts: 0 unchanged; announcements: 0 kept, not in the file"
        );
        let told =
            faults(&format!(r#"{{"programme": {{"name": null, "questions": [{QUESTION}, {QUESTION}]}}}}"#));
        assert_eq!(told[0], "c.json:1: programme: name: can't be removed");
        assert_eq!(told[1], "c.json:1: programme: questions[1].id: \"q\" stands in questions[0] already");
    }

    #[test]
    fn what_a_discount_is_worth_is_a_maximum_unless_the_row_says_otherwise() {
        use tukar_domain::price::Worth::{AtMost, Exact};
        for (kind, says, worth) in [
            ("airtime", "", Exact(5000)),
            ("discount", "", AtMost(5000)),
            ("discount", r#""worth_is_maximum": false, "#, Exact(5000)),
            ("goods", r#""worth_is_maximum": true, "#, AtMost(5000)),
        ] {
            let text = GOOD
                .replace("\"airtime\"", &format!("\"{kind}\""))
                .replace("\"worth_rupiah\"", &format!("{says}\"worth_rupiah\""));
            let reward = parse("c.json", &text, NOW).unwrap().rewards.unwrap().remove(0);
            assert_eq!(reward.worth, Some(worth));
            let value = reward.to_card(NOW, crate::language::Language::Id).rupiah_hundredths_per_point;
            assert_eq!(value, matches!(worth, Exact(_)).then_some(333));
        }
    }
}
