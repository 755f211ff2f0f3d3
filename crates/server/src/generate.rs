//! A plausible catalogue of any size, in the form that [`crate::import`] reads. The same seed gives the same file.

use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use std::io::{self, Write};

/// Most rewards that are written: as many as an import reads.
pub const REWARDS_MAX: usize = crate::import::ROWS_MAX;

const FIRST: &[&str] = &[
    "Kopi", "Warung", "Toko", "Dapur", "Roti", "Buku", "Apotek", "Salon", "Bakso", "Sate", "Kedai", "Pasar",
    "Optik", "Bengkel", "Kebun", "Rumah", "Gerai", "Teh", "Soto", "Batik",
];
const SECOND: &[&str] = &[
    "Senja",
    "Melati",
    "Rejeki",
    "Jaya",
    "Sinar",
    "Makmur",
    "Lestari",
    "Nusantara",
    "Pelangi",
    "Mentari",
    "Cahaya",
    "Bahagia",
    "Sentosa",
    "Mutiara",
    "Anggrek",
    "Kenanga",
    "Cempaka",
    "Harapan",
    "Bintang",
    "Samudra",
];
const GOODS: &[(&str, &str)] = &[
    ("Payung Lipat", "Folding umbrella"),
    ("Botol Minum Baja", "Steel bottle"),
    ("Bank Daya 10.000 mAh", "Power bank 10,000 mAh"),
    ("Tas Belanja", "Shopping bag"),
    ("Mug Keramik", "Ceramic mug"),
    ("Syal Batik", "Batik scarf"),
    ("Beras 5 kg", "Rice 5 kg"),
    ("Earphone Nirkabel", "Wireless earphones"),
];
const PREMIUM: &[(&str, &str)] = &[
    ("Film dan Serial", "Films and series"),
    ("Musik Tanpa Iklan", "Music without ads"),
    ("Sepak Bola Langsung", "Live football"),
    ("Berita Digital", "Digital news"),
    ("Kelas Daring", "Online lessons"),
];

/// One reward's words and worth, before its rules.
struct Draft {
    kind: &'static str,
    brand: String,
    id: String,
    en: String,
    worth: i64,
    needs: &'static str,
}

/// Writes `rewards` rows.
///
/// # Errors
/// The writer's.
pub fn write(out: &mut impl Write, rewards: usize, seed: u64) -> io::Result<()> {
    let mut rng = StdRng::seed_from_u64(seed);
    writeln!(out, "{{\"rewards\": [")?;
    for number in 0..rewards {
        let comma = if number + 1 < rewards { "," } else { "" };
        writeln!(out, "  {}{comma}", row(number, &mut rng))?;
    }
    writeln!(out, "]}}")
}

fn row(number: usize, rng: &mut StdRng) -> serde_json::Value {
    let draft = draft(rng);
    // Between Rp1,80 and Rp5,00 for a point.
    let points = (draft.worth * 100 / rng.random_range(180..=500)).clamp(500, 250_000) / 100 * 100;
    let mut row = serde_json::json!({
        "id": format!("{}-{number:06}", draft.kind),
        "kind": draft.kind,
        "brand": draft.brand,
        "title": {"id": draft.id, "en": draft.en},
        "description": {
            "id": format!("{} senilai Rp{}.", draft.id, crate::language::Language::Id.number(draft.worth)),
            "en": format!("{} worth Rp{}.", draft.en, crate::language::Language::En.number(draft.worth)),
        },
        "terms": {
            "id": ["Tidak bisa diuangkan.", "Satu kode untuk satu kali pakai."],
            "en": ["Can't be exchanged for cash.", "One code, one use."],
        },
        "how_to_use": {"id": "Tunjukkan kode kepada kasir.", "en": "Show the code at the till."},
        "points": points,
        "worth_rupiah": draft.worth,
        "needs": draft.needs,
        "published": format!("-{}h", rng.random_range(1..24 * 700)),
    });
    let mut set = |name: &str, value: serde_json::Value| {
        row[name] = value;
    };
    if rng.random_ratio(1, 8) {
        let percent = *[10_i64, 15, 20, 25, 30].choose(rng).unwrap_or(&10);
        let cheaper = (points * (100 - percent) / 100).max(1);
        let label = serde_json::json!({"id": format!("Hemat {percent}%"), "en": format!("Save {percent}%")});
        set(
            "promotion",
            serde_json::json!({"points": cheaper, "label": label, "ends": format!("+{}h", rng.random_range(2..400))}),
        );
    }
    if rng.random_ratio(1, 6) {
        set("stock", rng.random_range(0..40).into());
    }
    if rng.random_ratio(1, 5) {
        let per = ["day", "week", "month"].choose(rng).copied().unwrap_or("day");
        set("limit", serde_json::json!({"count": rng.random_range(1..=5), "per": per}));
    }
    if rng.random_ratio(1, 25) {
        set("tiers", serde_json::json!(["gold", "platinum"]));
    }
    if rng.random_ratio(1, 30) {
        set("opens", format!("+{}h", rng.random_range(1..200)).into());
    } else if rng.random_ratio(1, 20) {
        set("closes", format!("+{}h", rng.random_range(1..900)).into());
    }
    if draft.kind == "voucher" || draft.kind == "discount" {
        set("voucher_days", rng.random_range(7..=90).into());
    }
    row
}

fn draft(rng: &mut StdRng) -> Draft {
    let brand = format!(
        "{} {}",
        FIRST.choose(rng).copied().unwrap_or_default(),
        SECOND.choose(rng).copied().unwrap_or_default()
    );
    let worth =
        *[5_000_i64, 10_000, 15_000, 20_000, 25_000, 50_000, 75_000, 100_000, 150_000, 250_000, 500_000]
            .choose(rng)
            .unwrap_or(&10_000);
    let (in_id, in_en) =
        (crate::language::Language::Id.number(worth), crate::language::Language::En.number(worth));
    let draft =
        |kind, brand: String, id: String, en: String, needs| Draft { kind, brand, id, en, worth, needs };
    match rng.random_range(0..20) {
        0..=1 => draft(
            "airtime",
            "Pulsa Nusa".to_owned(),
            format!("Pulsa Rp{in_id}"),
            format!("Rp{in_en} airtime"),
            "phone",
        ),
        2..=4 => {
            let (gigabytes, days) = (rng.random_range(1..=100), rng.random_range(1..=30));
            let (id, en) =
                (format!("Data {gigabytes} GB {days} Hari"), format!("Data {gigabytes} GB for {days} days"));
            draft("data", "Internet Nusa".to_owned(), id, en, "phone")
        }
        5..=6 => {
            let (id, en) = PREMIUM.choose(rng).copied().unwrap_or_default();
            let days = rng.random_range(7..=365);
            draft("premium", brand, format!("{id} {days} Hari"), format!("{en} for {days} days"), "nothing")
        }
        7..=8 => {
            let (id, en) = GOODS.choose(rng).copied().unwrap_or_default();
            let (id, en) = (format!("{id} {brand}"), format!("{en} by {brand}"));
            draft("goods", brand, id, en, "address")
        }
        9..=11 => {
            let percent = rng.random_range(1..=10) * 5;
            let (id, en) = (format!("Diskon {percent}% {brand}"), format!("{percent}% off at {brand}"));
            draft("discount", brand, id, en, "nothing")
        }
        _ => {
            let (id, en) = (format!("Voucher {brand} Rp{in_id}"), format!("{brand} voucher Rp{in_en}"));
            draft("voucher", brand, id, en, "nothing")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tukar_wire::Moment;

    fn text(rewards: usize, seed: u64) -> String {
        let mut bytes = Vec::new();
        write(&mut bytes, rewards, seed).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn what_is_generated_can_be_imported() {
        for rewards in [0, 1, 3000] {
            let file = crate::import::parse("generated", &text(rewards, 7), Moment(0)).unwrap();
            assert_eq!(file.rewards.unwrap().len(), rewards);
        }
    }

    #[test]
    fn a_seed_names_one_catalogue() {
        assert_eq!(text(50, 1), text(50, 1));
        assert_ne!(text(50, 1), text(50, 2));
    }
}
