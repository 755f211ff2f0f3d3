//! The words of every problem, field and reason, Indonesian first.

use super::{ApiError, FieldWhy};
use crate::language::Language;
use tukar_wire::{LimitPeriod, ProblemKind, Reason};

/// What a kind of problem means, for its page `/problems/{word}` and as the fallback of a single occurrence.
#[derive(Clone, Copy, Debug)]
pub struct Explanation {
    /// Short name.
    pub title: &'static str,
    /// What happened.
    pub what: &'static str,
    /// What to do next.
    pub next: &'static str,
}

/// The explanation of a kind in a language.
#[must_use]
pub fn explanation(kind: ProblemKind, language: Language) -> Explanation {
    let (title, what, next) = match language {
        Language::Id => indonesian(kind),
        Language::En => english(kind),
    };
    Explanation { title, what, next }
}

fn indonesian(kind: ProblemKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        ProblemKind::Malformed => (
            "Permintaan tidak terbaca",
            "Isi permintaan tidak sesuai bentuk yang diminta.",
            "Periksa bagian yang disebut, lalu kirim lagi.",
        ),
        ProblemKind::KeyMissing => (
            "Kunci percobaan belum ada",
            "Permintaan ini memindahkan poin, tetapi tidak membawa kunci percobaan.",
            "Muat ulang halaman, lalu ulangi. Poin Anda tidak berubah.",
        ),
        ProblemKind::NotSignedIn => (
            "Anda belum masuk",
            "Sesi Anda belum ada atau sudah berakhir.",
            "Masuk lagi dengan kode. Yang sudah Anda isi tetap tersimpan.",
        ),
        ProblemKind::StepUpNeeded => (
            "Perlu kode dulu",
            "Halaman mitra ini hanya menampilkan poin. Langkah ini butuh kode yang kami kirim ke Anda.",
            "Minta kode, masukkan, lalu lanjutkan. Yang sudah Anda isi tetap tersimpan.",
        ),
        ProblemKind::IdentityRefused => (
            "Identitas dari mitra ditolak",
            "Tanda pengenal dari halaman mitra ini tidak dapat kami terima.",
            "Muat ulang halaman, atau masuk dengan kode.",
        ),
        ProblemKind::PlaceNotListed => (
            "Halaman tidak terdaftar",
            "Halaman yang menampilkan bagian ini tidak terdaftar di program.",
            "Buka lewat situs program, atau hubungi pemilik halaman.",
        ),
        ProblemKind::NotFound => (
            "Tidak ditemukan",
            "Yang Anda cari tidak ada di sini.",
            "Periksa alamatnya, atau kembali ke daftar hadiah.",
        ),
        ProblemKind::MethodNotAllowed => (
            "Cara ini tidak tersedia",
            "Alamat ini ada, tetapi tidak menerima cara permintaan ini.",
            "Lihat cara yang benar di dokumentasi API.",
        ),
        ProblemKind::InFlight => (
            "Sedang dikerjakan",
            "Permintaan yang sama sedang kami kerjakan. Poin Anda hanya terpotong sekali.",
            "Tunggu sebentar; kami tampilkan hasilnya.",
        ),
        ProblemKind::WrongState => (
            "Penukaran sudah berubah",
            "Penukaran ini sudah selesai, dibatalkan, atau berakhir, jadi langkah ini tidak berlaku lagi.",
            "Lihat keadaannya sekarang di riwayat.",
        ),
        ProblemKind::PriceChanged => (
            "Poin atau syarat berubah",
            "Poin atau syarat hadiah ini berubah sejak Anda melihatnya. Belum ada poin yang terpotong.",
            "Tinjau lagi sebelum menukar.",
        ),
        ProblemKind::OrderChanged => (
            "Penukaran dibatalkan",
            "Yang Anda setujui untuk penukaran ini sudah berubah, jadi kodenya tidak berlaku lagi. Penukaran kami batalkan dan poin Anda sudah kembali.",
            "Tinjau hadiahnya lagi, lalu minta kode baru.",
        ),
        ProblemKind::TooLarge => (
            "Permintaan terlalu besar",
            "Isi permintaan melebihi 64 KiB.",
            "Perpendek isinya, lalu kirim lagi.",
        ),
        ProblemKind::NotJson => (
            "Bukan JSON",
            "Isi permintaan harus application/json.",
            "Kirim lagi dengan Content-Type: application/json.",
        ),
        ProblemKind::KeyReused => (
            "Kunci percobaan sudah dipakai",
            "Kunci percobaan ini sudah dipakai untuk permintaan lain.",
            "Mulai penukaran baru. Poin Anda tidak terpotong dua kali.",
        ),
        ProblemKind::Invalid => (
            "Isian belum tepat",
            "Ada isian yang tidak dapat kami terima.",
            "Perbaiki isian yang ditandai, lalu lanjutkan.",
        ),
        ProblemKind::NotEligible => (
            "Belum bisa ditukar",
            "Hadiah ini belum bisa Anda tukar sekarang. Belum ada poin yang terpotong.",
            "Lihat alasannya, atau pilih hadiah lain.",
        ),
        ProblemKind::CodeWrong => (
            "Kode salah",
            "Kode yang Anda masukkan tidak cocok.",
            "Periksa pesan terakhir, lalu masukkan lagi.",
        ),
        ProblemKind::CodeEnded => (
            "Kode sudah berakhir",
            "Masa berlaku kode ini sudah habis.",
            "Minta kode baru; kode lama tidak berlaku.",
        ),
        ProblemKind::RecoveryNeeded => (
            "Kode dihentikan",
            "Terlalu banyak kode salah berturut-turut, jadi kode untuk akun ini kami hentikan. Poin Anda aman.",
            "Hubungi layanan pelanggan untuk membukanya lagi.",
        ),
        ProblemKind::CodeElsewhere => (
            "Kode untuk halaman lain",
            "Kode ini dikirim untuk halaman lain, jadi tidak berlaku di sini. Poin Anda aman.",
            "Minta kode baru di halaman ini.",
        ),
        ProblemKind::CodeLocked => (
            "Kode dikunci",
            "Kode salah terlalu sering, jadi kode ini kami matikan. Poin Anda aman.",
            "Minta kode baru, lalu masukkan kode dari pesan terbaru.",
        ),
        ProblemKind::LockerClosed => (
            "Laci voucher tertutup",
            "Kode voucher hanya tampil setelah Anda memasukkan kode baru.",
            "Buka laci voucher dengan kode yang kami kirim.",
        ),
        ProblemKind::TooMany => (
            "Terlalu sering",
            "Permintaan datang terlalu sering.",
            "Tunggu sampai waktu yang disebut, lalu lanjutkan.",
        ),
        ProblemKind::Broken | ProblemKind::Unknown => (
            "Ada yang rusak di sisi kami",
            "Permintaan ini gagal di sisi kami. Tidak ada yang berubah setengah jalan.",
            "Ulangi permintaan yang sama; poin hanya terpotong sekali. Bila tetap gagal, sebutkan nomor rujukan kepada layanan pelanggan.",
        ),
        ProblemKind::Busy => (
            "Server sedang penuh",
            "Server sedang penuh atau sedang dimulai ulang. Tidak ada yang berubah.",
            "Ulangi permintaan yang sama beberapa detik lagi; poin hanya terpotong sekali.",
        ),
    }
}

fn english(kind: ProblemKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        ProblemKind::Malformed => (
            "The request can't be read",
            "The request does not have the shape that is asked for.",
            "Check the part that is named and send it again.",
        ),
        ProblemKind::KeyMissing => (
            "The attempt key is missing",
            "This request moves points but carries no attempt key.",
            "Reload the page and do it again. Your points have not changed.",
        ),
        ProblemKind::NotSignedIn => (
            "You are not signed in",
            "There is no session, or it has ended.",
            "Sign in again with a code. What you typed is kept.",
        ),
        ProblemKind::StepUpNeeded => (
            "A code first",
            "This partner's page only shows points. This step needs a code that we send you.",
            "Ask for the code, type it and go on. What you typed is kept.",
        ),
        ProblemKind::IdentityRefused => (
            "The partner's identity is refused",
            "The identity that this partner's page gave can't be taken.",
            "Reload the page, or sign in with a code.",
        ),
        ProblemKind::PlaceNotListed => (
            "The page is not registered",
            "The page that shows this is not registered with the programme.",
            "Open it on the programme's own site, or tell the page's owner.",
        ),
        ProblemKind::NotFound => (
            "Not found",
            "What you are looking for is not here.",
            "Check the address, or go back to the rewards.",
        ),
        ProblemKind::MethodNotAllowed => (
            "Not this way",
            "This address exists but does not take this kind of request.",
            "See the API documentation for the right one.",
        ),
        ProblemKind::InFlight => (
            "Being worked on",
            "The same request is being worked on. You pay once only.",
            "Wait a moment; the result will be shown.",
        ),
        ProblemKind::WrongState => (
            "The redemption has moved on",
            "This redemption is already finished, cancelled or ended, so this step no longer applies.",
            "See in your history where it stands.",
        ),
        ProblemKind::PriceChanged => (
            "Points or terms have changed",
            "The points or terms of this reward changed since you saw them. No points were taken.",
            "Review it again before you redeem.",
        ),
        ProblemKind::OrderChanged => (
            "The redemption was called off",
            "What you agreed to for this redemption has changed, so its code no longer counts. We called it off, and your points are back.",
            "Review the reward again, then ask for a new code.",
        ),
        ProblemKind::TooLarge => (
            "The request is too large",
            "The body is larger than 64 KiB.",
            "Make it shorter and send it again.",
        ),
        ProblemKind::NotJson => (
            "Not JSON",
            "The body has to be application/json.",
            "Send it again with Content-Type: application/json.",
        ),
        ProblemKind::KeyReused => (
            "The attempt key was used before",
            "This attempt key already belongs to another request.",
            "Start a new redemption. Your points are not taken twice.",
        ),
        ProblemKind::Invalid => (
            "Something typed is not right yet",
            "A field can't be accepted as it is.",
            "Correct the marked fields and go on.",
        ),
        ProblemKind::NotEligible => (
            "Can't be redeemed yet",
            "You can't redeem this reward now. No points were taken.",
            "See why, or choose another reward.",
        ),
        ProblemKind::CodeWrong => (
            "Wrong code",
            "The code you typed does not match.",
            "Look at the latest message and type the code again.",
        ),
        ProblemKind::CodeEnded => (
            "The code has ended",
            "This code is no longer valid.",
            "Ask for a new code; the old one no longer works.",
        ),
        ProblemKind::RecoveryNeeded => (
            "Codes are stopped",
            "Too many wrong codes came in a row, so codes for this account are stopped. Your points are safe.",
            "Ask customer care to open it again.",
        ),
        ProblemKind::CodeElsewhere => (
            "A code for another page",
            "This code was sent for another page, so it does not count here. Your points are safe.",
            "Ask for a new code on this page.",
        ),
        ProblemKind::CodeLocked => (
            "The code is locked",
            "There were too many wrong codes, so this code is dead. Your points are safe.",
            "Ask for a new code and type the one from the latest message.",
        ),
        ProblemKind::LockerClosed => (
            "The claim locker is closed",
            "Voucher codes are shown only after you enter a fresh code.",
            "Open the locker with the code we send you.",
        ),
        ProblemKind::TooMany => {
            ("Too often", "Requests came too often.", "Wait until the time that is shown, then go on.")
        }
        ProblemKind::Broken | ProblemKind::Unknown => (
            "Something broke on our side",
            "This request failed on our side. Nothing was left half done.",
            "Send the same request again; you pay once only. If it fails again, give the reference to support.",
        ),
        ProblemKind::Busy => (
            "The server is busy",
            "The server is busy or restarting. Nothing has changed.",
            "Send the same request again in a few seconds; you pay once only.",
        ),
    }
}

/// What happened this time.
pub(super) fn detail(error: &ApiError, language: Language) -> String {
    match error {
        ApiError::CodeWrong { tries_left } => language.pick(
            format!("Kode salah. Tersisa {tries_left} percobaan."),
            format!("Wrong code. {tries_left} {} left.", if *tries_left == 1 { "try" } else { "tries" }),
        ),
        ApiError::NotEligible { reasons } => match reasons.first() {
            Some(reason) => {
                let kept = language.pick("Belum ada poin yang terpotong.", "No points were taken.");
                format!("{} {kept}", reason_text(reason, language))
            }
            None => explanation(error.kind(), language).what.to_owned(),
        },
        ApiError::Malformed { fields } | ApiError::Invalid { fields } if fields.len() == 1 => {
            let message = field_message(fields[0].why, language);
            if matches!(error, ApiError::Malformed { .. }) {
                format!("{}: {message}", fields[0].field)
            } else {
                message
            }
        }
        ApiError::TooMany { retry_at, now } => {
            let wait = wait_text(retry_at.ms_since(*now), language);
            language.pick(
                format!("Terlalu sering. Anda bisa melanjutkan {wait} lagi."),
                format!("Too often. You can go on in {wait}."),
            )
        }
        _ => explanation(error.kind(), language).what.to_owned(),
    }
}

/// What to do next, this time.
pub(super) fn next(error: &ApiError, language: Language) -> String {
    let text = match error {
        ApiError::NotEligible { reasons } => match reasons.first() {
            Some(Reason::AccountSuspended) => language.pick(
                "Hubungi layanan pelanggan untuk membuka akun.",
                "Contact support to reopen the account.",
            ),
            Some(Reason::NumberNotVerified) => language.pick(
                "Verifikasi nomor Anda lewat layanan pelanggan, lalu kembali ke sini.",
                "Have your number verified by support, then come back.",
            ),
            Some(Reason::ShortOfPoints { .. } | Reason::BelowMinimumBalance { .. }) => language.pick(
                "Kumpulkan poin dulu, atau pilih hadiah dengan poin lebih sedikit.",
                "Collect more points, or choose a reward that takes fewer.",
            ),
            Some(Reason::StockShort { .. } | Reason::TooManyPieces { .. }) => {
                language.pick("Kurangi jumlahnya, lalu lanjutkan.", "Take fewer pieces and go on.")
            }
            _ => explanation(error.kind(), language).next,
        },
        _ => explanation(error.kind(), language).next,
    };
    text.to_owned()
}

/// Why a field was refused.
#[must_use]
pub fn field_message(why: FieldWhy, language: Language) -> String {
    let text = match why {
        FieldWhy::Unknown => language.pick("Isian ini tidak dikenal.", "There is no such field."),
        FieldWhy::Missing => language.pick("Isian ini wajib ada.", "This field has to be there."),
        FieldWhy::Shape => language.pick("Bentuk isian ini tidak sesuai.", "This is not of the right shape."),
        FieldWhy::TooLong { max } => {
            return language
                .pick(format!("Paling banyak {max} karakter."), format!("At most {max} characters."));
        }
        FieldWhy::OutOfRange { min, max } => {
            let (min, max) = (language.number(min), language.number(max));
            return language
                .pick(format!("Isi antara {min} dan {max}."), format!("Between {min} and {max}."));
        }
        FieldWhy::NotContact => language.pick(
            "Isi nomor ponsel, misalnya 0812 3456 7890, atau alamat e-mail.",
            "Give a phone number, as 0812 3456 7890, or an e-mail address.",
        ),
        FieldWhy::NotPhone => language.pick(
            "Nomor ini tidak lengkap atau bukan nomor ponsel. Contoh: 0812 3456 7890.",
            "This number is incomplete or not a mobile number. Example: 0812 3456 7890.",
        ),
        FieldWhy::NotCode => language.pick("Kode terdiri dari 6 angka.", "The code has 6 digits."),
        FieldWhy::NotPostalCode => {
            language.pick("Kode pos terdiri dari 5 angka.", "A postal code has 5 digits.")
        }
        FieldWhy::NotId => language.pick("Ini bukan UUID.", "This is not a UUID."),
        FieldWhy::ChannelUnavailable => language.pick(
            "Kode tidak bisa dikirim lewat jalur ini. Pilih jalur lain.",
            "A code can't be sent this way. Choose another.",
        ),
        FieldWhy::Mismatch => language.pick(
            "Tidak sama dengan yang ada di header atau alamat.",
            "Differs from the header or the address.",
        ),
        FieldWhy::NotAsked => {
            language.pick("Hadiah ini tidak memerlukan isian ini.", "This reward does not ask for this.")
        }
        FieldWhy::NotSigned => language.pick(
            "Tidak ditandatangani dengan kunci mitra ini yang berlaku.",
            "Not signed with a key of this partner that counts now.",
        ),
        FieldWhy::NotNow => language
            .pick("Terlalu awal, terlambat, atau terlalu lama.", "Too early, too late, or for too long."),
        FieldWhy::UsedBefore => language.pick("Sudah pernah dipakai.", "It was used before."),
        FieldWhy::NotMeant => language.pick(
            "Bukan untuk program ini, atau bukan dari halaman mitra ini.",
            "Not meant for this programme, or not from one of the partner's pages.",
        ),
    };
    text.to_owned()
}

/// One reason as a sentence. A moment is left to the reader's clock: the widget shows it beside.
#[must_use]
pub fn reason_text(reason: &Reason, language: Language) -> String {
    let n = |value: i64| language.number(value);
    match reason {
        Reason::AccountSuspended => {
            language.pick("Akun Anda sedang dihentikan.".to_owned(), "Your account is suspended.".to_owned())
        }
        Reason::NumberNotVerified => language
            .pick("Nomor Anda belum diverifikasi.".to_owned(), "Your number is not verified yet.".to_owned()),
        Reason::NotOpenYet { .. } => language
            .pick("Penukaran hadiah ini belum dibuka.".to_owned(), "This reward is not open yet.".to_owned()),
        Reason::Closed { .. } => language
            .pick("Penukaran hadiah ini sudah ditutup.".to_owned(), "This reward has closed.".to_owned()),
        Reason::OutOfStock => {
            language.pick("Stok hadiah ini habis.".to_owned(), "This reward is out of stock.".to_owned())
        }
        Reason::StockShort { left } => {
            language.pick(format!("Stok tinggal {left}."), format!("Only {left} left in stock."))
        }
        Reason::Tier { needed } => {
            let tiers = needed.join(", ");
            language.pick(format!("Khusus anggota {tiers}."), format!("For {tiers} members only."))
        }
        Reason::LimitReached { limit, .. } => {
            let per = period_text(limit.per, language);
            let count = limit.count;
            language.pick(
                format!("Batas Anda tercapai: {count} kali {per}."),
                format!("You have reached the limit: {count} {per}."),
            )
        }
        Reason::BelowMinimumBalance { minimum, missing, .. } => language.pick(
            format!("Saldo minimal {} poin; kurang {} poin.", n(*minimum), n(*missing)),
            format!("The balance must be at least {} points; {} missing.", n(*minimum), n(*missing)),
        ),
        Reason::TooManyPieces { max } => language
            .pick(format!("Paling banyak {max} per penukaran."), format!("At most {max} in one redemption.")),
        Reason::ShortOfPoints { missing, .. } => language.pick(
            format!("Poin Anda kurang {}.", n(*missing)),
            format!("You are {} points short.", n(*missing)),
        ),
        Reason::Other => language.pick("Belum bisa ditukar.".to_owned(), "Can't be redeemed yet.".to_owned()),
    }
}

fn period_text(per: LimitPeriod, language: Language) -> &'static str {
    match per {
        LimitPeriod::Day => language.pick("per hari", "a day"),
        LimitPeriod::Week => language.pick("per minggu", "a week"),
        LimitPeriod::Month => language.pick("per bulan", "a month"),
        LimitPeriod::Ever => language.pick("per anggota", "per member"),
    }
}

/// A wait in seconds, minutes or hours, rounded up.
fn wait_text(ms: i64, language: Language) -> String {
    let seconds = (ms.max(0) + 999) / 1000;
    let (value, id, en) = if seconds < 60 {
        (seconds.max(1), "detik", "second")
    } else if seconds < 3600 {
        ((seconds + 59) / 60, "menit", "minute")
    } else {
        ((seconds + 3599) / 3600, "jam", "hour")
    };
    language.pick(format!("{value} {id}"), format!("{value} {en}{}", if value == 1 { "" } else { "s" }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tukar_wire::Moment;

    #[test]
    fn every_kind_has_its_own_words_in_every_language() {
        for language in Language::ALL {
            let mut titles = std::collections::BTreeSet::new();
            for kind in ProblemKind::ALL {
                let text = explanation(*kind, language);
                assert!(titles.insert(text.title), "{kind:?} shares the title {:?}", text.title);
                for part in [text.what, text.next] {
                    assert!(part.ends_with('.'), "{kind:?}: {part:?}");
                    assert!(part.len() <= 200, "{kind:?}: too long");
                }
                assert!(!text.title.ends_with('.'));
            }
        }
    }

    #[test]
    fn the_two_languages_differ_everywhere() {
        for kind in ProblemKind::ALL {
            let (id, en) = (explanation(*kind, Language::Id), explanation(*kind, Language::En));
            assert_ne!((id.title, id.what, id.next), (en.title, en.what, en.next), "{kind:?}");
        }
    }

    #[test]
    fn a_wrong_code_says_how_many_tries_remain() {
        let error = ApiError::CodeWrong { tries_left: 3 };
        assert_eq!(detail(&error, Language::Id), "Kode salah. Tersisa 3 percobaan.");
        assert_eq!(detail(&error, Language::En), "Wrong code. 3 tries left.");
        assert_eq!(detail(&ApiError::CodeWrong { tries_left: 1 }, Language::En), "Wrong code. 1 try left.");
    }

    #[test]
    fn a_refused_reward_says_the_first_reason_and_that_nothing_was_taken() {
        let error =
            ApiError::NotEligible { reasons: vec![Reason::ShortOfPoints { missing: 2550, coming: None }] };
        assert_eq!(detail(&error, Language::Id), "Poin Anda kurang 2.550. Belum ada poin yang terpotong.");
    }

    #[test]
    fn a_wait_is_told_in_the_unit_a_person_would_use() {
        let error = ApiError::TooMany { retry_at: Moment(90_000), now: Moment(0) };
        assert_eq!(detail(&error, Language::Id), "Terlalu sering. Anda bisa melanjutkan 2 menit lagi.");
        let error = ApiError::TooMany { retry_at: Moment(30_000), now: Moment(0) };
        assert_eq!(detail(&error, Language::En), "Too often. You can go on in 30 seconds.");
    }
}
