//! How much a file may hold. `docs/CATALOGUE.md` names each of these; a test holds it against what is read.

/// Rows that one file may have.
pub const ROWS_MAX: usize = 100_000;
/// Most points that a reward may cost, or rupiah that it may be worth.
pub(super) const POINTS_MAX: i64 = 1_000_000_000;
/// Most pieces, days, pixels and the like.
pub(super) const COUNT_MAX: i64 = 1_000_000;
/// Most pieces in one redemption: all of their vouchers are in one answer, which is kept.
pub(super) const PIECES_MAX: i64 = 10_000;
/// Letters in a line (title, label, brand).
pub(super) const LINE_LETTERS_MAX: usize = 120;
/// Letters in a text.
pub(super) const TEXT_LETTERS_MAX: usize = 4_000;
/// Letters in the address of a picture or of a way to reach a person.
pub(super) const ADDRESS_LETTERS_MAX: usize = 500;
/// Letters in a tier's word.
pub(super) const TIER_LETTERS_MAX: usize = 30;
/// Entries in a list inside a row.
pub(super) const LIST_MAX: usize = 50;
/// Where the calendar ends (`clock::is_in_calendar`): a day before the year does, so that each zone has a clock's face for it.
pub(super) const CALENDAR_END: &str = "9999-12-30T22:00:00Z";

#[cfg(test)]
mod tests {
    use super::super::parse;
    use serde_json::{Value, json};
    use std::collections::BTreeSet;
    use tukar_wire::Moment;

    const DOCUMENT: &str = include_str!("../../../../docs/CATALOGUE.md");

    /// A file with every field that there is.
    fn whole() -> Value {
        let both = || json!({"id": "a", "en": "b"});
        json!({
            "rewards": [{
                "id": "a", "kind": "discount", "brand": "A", "title": both(), "description": both(),
                "terms": {"id": ["x"], "en": ["y"]}, "how_to_use": both(), "points": 1_000_000_000,
                "image": {"src": "/a.png", "width": 1, "height": 1},
                "promotion": {"points": 1, "label": both(), "starts": "+1d", "ends": "+2d"},
                "worth_rupiah": 1, "worth_is_maximum": false, "stock": 0, "published": "+1d",
                "visible_from": "+1d", "visible_until": "+2d", "opens": "+1d", "closes": "+2d", "needs": "phone",
                "quantity_max": 1, "limit": {"count": 1, "per": "day"}, "balance_min": 1, "tiers": ["gold"],
                "voucher_days": 1,
            }],
            "programme": {
                "name": both(), "policy": [{"text": both()}],
                "questions": [{"id": "q", "ask": both(), "answer": both()}],
                "contacts": [{"kind": "phone", "label": both(), "href": "tel:1", "note": both()}],
                "announcements": [{"id": "n", "title": both(), "body": both(), "at": "+1d", "until": "+2d"}],
            },
        })
    }

    /// Paths of an object's fields, as the document writes them; an object in two languages is one field.
    fn paths(value: &Value, path: &str, into: &mut BTreeSet<String>) {
        let Value::Object(fields) = value else { return };
        for (name, inner) in fields {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            match inner {
                Value::Object(parts) if !parts.contains_key("en") => paths(inner, &path, into),
                Value::Array(rows) if rows.iter().all(Value::is_object) => {
                    paths(&rows[0], &path, into);
                    into.insert(path);
                }
                _ => {
                    into.insert(path);
                }
            }
        }
    }

    /// Rows of the document's table under a heading: fields, and the value that they may have.
    fn rows(heading: &str) -> Vec<(Vec<String>, String)> {
        let section = DOCUMENT.split(heading).nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
        let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
        let rows = section.lines().filter(|line| line.starts_with("| `")).map(cells);
        rows.map(|cells| {
            (cells[1].split(", ").map(|name| name.trim_matches('`').to_owned()).collect(), cells[2].clone())
        })
        .collect()
    }

    fn number_before(text: &str, unit: &str) -> Option<usize> {
        let number = text.split(unit).next().filter(|before| before.len() < text.len())?;
        number.trim().rsplit(' ').next()?.replace(',', "").parse().ok()
    }

    /// Whether a file with this value in this field is taken. `terms` takes a whole list of texts.
    fn takes(part: &str, path: &str, value: Value) -> bool {
        let mut file = whole();
        let mut at = &mut file[part];
        let names: Vec<&str> = path.split('.').collect();
        for (depth, name) in names.iter().enumerate() {
            if at.is_array() {
                at = &mut at[0];
            }
            at = &mut at[*name];
            if depth + 1 == names.len() {
                *at = value;
                break;
            }
        }
        match parse("c.json", &file.to_string(), Moment(1_795_539_600_000)) {
            Ok(_) => true,
            Err(bad) => {
                let last = names.last().unwrap();
                assert!(bad.faults.iter().all(|fault| fault.field.contains(last)), "{path}: {bad}");
                false
            }
        }
    }

    /// A value of so many letters or entries, in the form of the one that stands in the whole file.
    fn of_size(form: &str, like: &Value, letters: usize, entries: usize) -> Value {
        let start = like
            .as_str()
            .filter(|text| text.starts_with('/') || text.starts_with("tel:"))
            .unwrap_or_default();
        let text = format!("{start}{}", "x".repeat(letters - start.len()));
        if form.starts_with("both") {
            json!({"id": text, "en": text})
        } else if form.starts_with("list of texts") {
            json!({"id": vec![&text; entries], "en": vec![&text; entries]})
        } else if let Some(rows) = like.as_array() {
            let row = |number: usize| {
                let mut row = rows[0].clone();
                if row.get("id").is_some() {
                    row["id"] = format!("n{number}").into();
                }
                row
            };
            Value::Array((0..entries).map(row).collect())
        } else {
            text.into()
        }
    }

    #[test]
    fn every_limit_that_the_document_names_is_the_one_that_is_read() {
        let mut checked = 0;
        for (heading, part) in [("\n## A reward\n", "rewards"), ("\n## The programme\n", "programme")] {
            let rows = rows(heading);
            let documented: BTreeSet<String> = rows.iter().flat_map(|(names, _)| names.clone()).collect();
            let mut read = BTreeSet::new();
            let example = whole();
            paths(if part == "rewards" { &example[part][0] } else { &example[part] }, "", &mut read);
            assert_eq!(documented, read, "{heading}");
            for (names, form) in &rows {
                let path = &names[0];
                let mut like = if part == "rewards" { &example[part][0] } else { &example[part] };
                for name in path.split('.') {
                    like = if like.is_array() { &like[0][name] } else { &like[name] };
                }
                let takes = |value| takes(part, path, value);
                if let Some(letters) = number_before(form, " letters") {
                    assert!(takes(of_size(form, like, letters, 1)), "{path}: {letters} letters");
                    assert!(!takes(of_size(form, like, letters + 1, 1)), "{path}: {} letters", letters + 1);
                    checked += 1;
                }
                if let Some(entries) = number_before(form, " entries") {
                    assert!(takes(of_size(form, like, 9, entries)), "{path}: {entries} entries");
                    assert!(!takes(of_size(form, like, 9, entries + 1)), "{path}: {} entries", entries + 1);
                    checked += 1;
                }
                if form.starts_with(|letter: char| letter.is_ascii_digit()) && !form.contains("of `a") {
                    let (min, max) = form.split_once(" to ").unwrap();
                    let number = |text: &str| text.replace(',', "").parse::<i64>().unwrap();
                    let (min, max) = (number(min), number(max));
                    // A promotion costs less than the reward, which costs at most as much.
                    let last = if path == "promotion.points" { max - 1 } else { max };
                    let least = if path == "points" { 2 } else { min };
                    for (value, taken) in [(min - 1, false), (least, true), (last, true), (max + 1, false)] {
                        assert_eq!(takes(value.into()), taken, "{path}: {value}");
                    }
                    checked += 1;
                }
            }
        }
        assert!(checked >= 30, "{checked}: the tables were not found");
        assert!(DOCUMENT.contains("at most 100,000 rows") && super::ROWS_MAX == 100_000);
        assert!(DOCUMENT.contains("words of 1 to 30 of") && super::TIER_LETTERS_MAX == 30);
    }
}
