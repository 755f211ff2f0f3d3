//! Member-facing texts use the words of docs/WORDS.md: no word that it replaced comes back.

use std::{fs, path::Path};

/// Files whose texts members, and developers of embedding pages, read.
const FILES: &[&str] = &[
    "src/i18n/app.rs",
    "src/i18n/balance.rs",
    "src/i18n/catalog.rs",
    "src/i18n/challenge.rs",
    "src/i18n/history.rs",
    "src/i18n/locker.rs",
    "src/i18n/redeem.rs",
    "src/i18n/session.rs",
    "src/i18n/support.rs",
    "crates/server/src/http/demo.rs",
    "crates/server/src/http/explain.rs",
    "crates/server/src/message.rs",
    "crates/server/src/problem/texts.rs",
    "crates/server/src/service/reversal.rs",
    "crates/screens/src/account.rs",
    "crates/server/src/worker.rs",
    "crates/server/demo/catalogue.json",
    "crates/server/demo/programme.json",
    "embed/element.js",
    "embed/frame.html",
    "embed/frame.js",
    "embed/page/embed.html",
    "embed/page/words.js",
    "embed/plain.html",
    "index.html",
];

/// Words and phrases that no text contains, and what stands instead.
const REPLACED: &[(&str, &str)] = &[
    // Indonesian.
    ("beberapa saat lagi", "when"),
    ("coba lagi nanti", "when"),
    ("cuplikan", "kode"),
    ("dibayar dari", "Poin yang dipakai"),
    ("ditahan", "disisihkan"),
    ("ditangguhkan", "dibekukan"),
    ("diskon merchant", "Diskon toko"),
    ("isi dulu bagian ini", "a text of the field's own"),
    ("kelompok poin", "perolehan poin"),
    ("kisaran poin", "Rentang poin"),
    ("kode sekali pakai", "kode OTP"),
    ("kode verifikasi", "kode OTP"),
    ("6 angka", "6 digit"),
    ("laci", "Voucher saya"),
    ("loker", "Voucher saya"),
    ("luring", "tidak ada koneksi internet"),
    ("mematikan kode", "kode lama tidak berlaku"),
    ("menunggu", "akan masuk"),
    ("nilai poin terbaik", "Paling hemat per poin"),
    ("obrolan", "chat"),
    ("paling banyak", "maksimal"),
    ("peramban", "browser"),
    ("poin anda ada di sini", "Cek poin dan hadiah Anda"),
    ("poin berakhir", "poin hangus"),
    ("rujukan", "referensi"),
    ("sambungan", "koneksi"),
    ("saring", "filter"),
    ("saringan", "filter"),
    ("tahanan", "Batal, poin kembali"),
    ("terverifikasi", "diverifikasi"),
    ("tinjau", "periksa"),
    ("waktu tahan", "waktu penukaran"),
    // English.
    ("anew", "again"),
    ("called off", "cancelled"),
    ("customer care", "support"),
    ("enrolled", "registered"),
    ("given back", "refunded"),
    ("hold is over", "Time ran out. Your points are back."),
    ("in a little while", "when"),
    ("kills the old", "stops working"),
    ("locker", "My vouchers"),
    ("paid from", "Points used"),
    ("pay once", "your points are used only once"),
    ("points end", "points expire"),
    ("points ended", "points expired"),
    ("points ending", "points expiring"),
    ("show them no more", "Stop showing my points here"),
    ("text message", "SMS"),
    ("text messages", "SMS"),
    ("try again later", "when"),
    ("what you can have", "what you can redeem now"),
    // Both.
    ("e-mail", "email"),
    ("lot", "perolehan poin; points"),
    ("lots", "perolehan poin; points"),
    ("merchant", "toko; store"),
];

/// Whole labels that no button has; inside a sentence the words are right.
const REPLACED_LABELS: &[(&str, &str)] =
    &[("tukar sekarang", "Lanjut, or Tukar {0}"), ("redeem now", "Continue, or Redeem {0}")];

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What of a file is read by people: of Rust the string literals outside its tests, of all else every line that is no comment.
fn texts(path: &str, source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    if !path.ends_with(".rs") {
        return lines.map(str::to_owned).collect();
    }
    let code: String = lines.flat_map(|line| [line, "\n"]).collect();
    let mut literals = Vec::new();
    let mut rest = code.as_str();
    while let Some((_, after)) = rest.split_once('"') {
        let end = after
            .char_indices()
            .scan(false, |escaped, (at, letter)| {
                let ends = letter == '"' && !*escaped;
                *escaped = letter == '\\' && !*escaped;
                Some((at, ends))
            })
            .find_map(|(at, ends)| ends.then_some(at));
        let Some(end) = end else { break };
        literals.push(after[..end].to_owned());
        rest = &after[end + 1..];
    }
    // `locker.check` and `/plain/locker` are names; a text has a space or begins with a capital letter.
    literals.retain(|text| text.contains(' ') || text.starts_with(char::is_uppercase));
    literals
}

/// Whether `phrase` stands in `text` with no letter, digit or `_` beside it.
fn contains_phrase(text: &str, phrase: &str) -> bool {
    let (text, beside) = (text.to_lowercase(), |letter: char| letter.is_alphanumeric() || letter == '_');
    text.match_indices(phrase).any(|(at, found)| {
        !text[..at].chars().next_back().is_some_and(beside)
            && !text[at + found.len()..].chars().next().is_some_and(beside)
    })
}

fn faults(path: &str, source: &str) -> Vec<String> {
    let texts = texts(path, source);
    assert!(!texts.is_empty(), "{path}: no text was found in it");
    let replaced = |text: &String| {
        let words = REPLACED.iter().filter(|(word, _)| contains_phrase(text, word));
        let labels = REPLACED_LABELS.iter().filter(|(label, _)| text.to_lowercase() == *label);
        words
            .chain(labels)
            .map(|(word, instead)| format!("{path}: \"{word}\" (write: {instead}) in: {}", text.trim()))
            .collect::<Vec<_>>()
    };
    texts.iter().flat_map(replaced).collect()
}

#[test]
fn no_text_uses_a_word_that_was_replaced() {
    let found: Vec<String> = FILES.iter().flat_map(|path| faults(path, &read(path))).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_replaced_word_is_found_wherever_it_is_planted() {
    for (word, _) in REPLACED {
        let planted = format!("Poin: {word}.");
        for (path, source) in [
            ("planted.rs", format!("const TEXT: &str = \"{planted}\";")),
            ("planted.js", format!("const TEXT = '{planted}';")),
            ("planted.json", format!("{{\"text\": \"{planted}\"}}")),
        ] {
            assert!(!faults(path, &source).is_empty(), "{word} in {path}");
        }
    }
    for (label, _) in REPLACED_LABELS {
        let sentence = format!("const TEXT: &str = \"Bisa {label}\";");
        assert_eq!(faults("planted.rs", &sentence), Vec::<String>::new());
        let button = sentence.replace("Bisa ", "");
        assert!(!faults("planted.rs", &button).is_empty(), "{label}");
    }
    // Names in code, comments and tests are no texts.
    let code = "// the locker\nfind(\"/plain/locker\", \"locker.check\", \"Voucher saya\");\n#[cfg(test)]\nsays(\"Loker\");";
    assert_eq!(faults("planted.rs", code), Vec::<String>::new());
    assert_eq!(faults("planted.js", "const texts = 'Slot';"), Vec::<String>::new());
}

#[test]
fn every_word_of_the_vocabulary_stands_in_a_text() {
    let all: String =
        FILES.iter().flat_map(|path| texts(path, &read(path))).collect::<Vec<_>>().join("\n").to_lowercase();
    let document = read("docs/WORDS.md");
    let rows = document.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| thing"));
    let mut count = 0;
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        for cell in &cells[1..] {
            for word in cell.split("; ") {
                count += 1;
                assert!(all.contains(&word.to_lowercase()), "docs/WORDS.md: no text says {word:?}");
            }
        }
    }
    assert!(count > 60, "the table was not found");
}
