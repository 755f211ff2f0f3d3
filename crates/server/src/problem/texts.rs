//! The words of every problem, field and reason, Indonesian first.

use super::{ApiError, FieldError, FieldWhy};
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
            "Isi permintaan tidak sesuai format yang diminta.",
            "Perbaiki bagian yang disebut, lalu kirim lagi.",
        ),
        ProblemKind::KeyMissing => (
            "Kunci idempotensi belum ada",
            "Permintaan ini memindahkan poin, tetapi tidak membawa kunci idempotensi (Idempotency-Key).",
            "Muat ulang halaman, lalu ulangi. Poin Anda tidak berubah.",
        ),
        ProblemKind::NotSignedIn => (
            "Anda belum masuk",
            "Sesi Anda belum ada atau sudah berakhir.",
            "Masuk lagi dengan kode OTP. Yang sudah Anda isi tetap tersimpan.",
        ),
        ProblemKind::StepUpNeeded => (
            "Perlu kode OTP",
            "Halaman mitra ini hanya menampilkan poin. Langkah ini butuh kode OTP yang kami kirim ke Anda.",
            "Minta kode OTP, masukkan, lalu lanjutkan. Yang sudah Anda isi tetap tersimpan.",
        ),
        ProblemKind::IdentityRefused => (
            "Identitas dari mitra tidak diterima",
            "Identitas yang dikirim halaman mitra ini tidak bisa kami terima.",
            "Muat ulang halaman, atau masuk dengan kode OTP.",
        ),
        ProblemKind::PlaceNotListed => (
            "Halaman tidak terdaftar",
            "Halaman ini tidak terdaftar di program.",
            "Buka lewat situs program, atau hubungi pemilik halaman.",
        ),
        ProblemKind::NotFound => (
            "Tidak ditemukan",
            "Yang Anda cari tidak ada di sini.",
            "Periksa alamatnya, atau kembali ke daftar hadiah.",
        ),
        ProblemKind::MethodNotAllowed => (
            "Metode tidak tersedia",
            "Alamat ini ada, tetapi tidak menerima metode permintaan ini.",
            "Lihat metode yang benar di dokumentasi API.",
        ),
        ProblemKind::InFlight => (
            "Sedang diproses",
            "Permintaan yang sama sedang kami proses. Poin Anda hanya terpotong sekali.",
            "Tunggu beberapa detik; kami tampilkan hasilnya.",
        ),
        ProblemKind::WrongState => (
            "Penukaran sudah berubah",
            "Penukaran ini sudah selesai, dibatalkan, atau habis waktunya, jadi langkah ini tidak berlaku lagi.",
            "Lihat statusnya di Riwayat.",
        ),
        ProblemKind::PriceChanged => (
            "Jumlah poin atau syarat berubah",
            "Jumlah poin atau syarat hadiah ini berubah sejak Anda melihatnya. Belum ada poin yang terpotong.",
            "Periksa lagi sebelum menukar.",
        ),
        ProblemKind::OrderChanged => (
            "Penukaran dibatalkan",
            "Yang Anda setujui untuk penukaran ini sudah berubah, jadi kode OTP-nya tidak berlaku lagi. Penukaran kami batalkan dan poin Anda sudah kembali.",
            "Periksa hadiahnya lagi, lalu minta kode baru.",
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
            "Kunci idempotensi sudah dipakai",
            "Kunci idempotensi ini sudah dipakai untuk permintaan lain.",
            "Mulai penukaran baru. Poin Anda tidak terpotong dua kali.",
        ),
        ProblemKind::Invalid => (
            "Isian belum tepat",
            "Ada isian yang belum bisa kami terima.",
            "Perbaiki isian yang ditandai, lalu lanjutkan.",
        ),
        ProblemKind::NotEligible => (
            "Belum bisa ditukar",
            "Hadiah ini belum bisa Anda tukar. Belum ada poin yang terpotong.",
            "Lihat alasannya, atau pilih hadiah lain.",
        ),
        ProblemKind::CodeWrong => (
            "Kode salah",
            "Kode OTP yang Anda masukkan salah.",
            "Lihat pesan terbaru dari kami, lalu masukkan kodenya lagi.",
        ),
        ProblemKind::CodeEnded => (
            "Kode OTP sudah tidak berlaku",
            "Masa berlaku kode OTP ini sudah habis.",
            "Minta kode baru. Kode lama tidak berlaku setelah kode baru dikirim.",
        ),
        ProblemKind::RecoveryNeeded => (
            "Kode OTP terlalu sering salah",
            "Percobaan ini tidak diperiksa, karena kode OTP sudah terlalu sering salah. Poin Anda aman.",
            "Untuk masuk, minta kode baru: percobaan pertamanya tetap diperiksa. Untuk menukar, hubungi layanan pelanggan.",
        ),
        ProblemKind::CodeElsewhere => (
            "Kode OTP untuk halaman lain",
            "Kode OTP ini dikirim untuk halaman lain, jadi tidak berlaku di sini. Poin Anda aman.",
            "Minta kode baru di halaman ini.",
        ),
        ProblemKind::CodeLocked => (
            "Terlalu banyak kode salah",
            "Terlalu banyak kode OTP yang salah, jadi kode ini tidak berlaku lagi. Poin Anda aman.",
            "Minta kode baru, lalu masukkan kode dari pesan terbaru.",
        ),
        ProblemKind::LockerClosed => (
            "Kode voucher disembunyikan",
            "Kode voucher hanya tampil setelah Anda memasukkan kode OTP.",
            "Buka Voucher saya, lalu masukkan kode OTP yang kami kirim.",
        ),
        ProblemKind::TooMany => (
            "Terlalu sering",
            "Terlalu banyak permintaan dalam waktu singkat.",
            "Tunggu sampai waktu yang disebut, lalu lanjutkan.",
        ),
        ProblemKind::Broken | ProblemKind::Unknown => (
            "Ada gangguan di sistem kami",
            "Permintaan ini gagal karena gangguan di sistem kami. Tidak ada yang berubah sebagian.",
            "Ulangi permintaan yang sama; poin hanya terpotong sekali. Bila tetap gagal, sebutkan nomor referensi kepada layanan pelanggan.",
        ),
        ProblemKind::Busy => (
            "Server sedang sibuk",
            "Server sedang sibuk atau sedang dimulai ulang. Tidak ada yang berubah.",
            "Ulangi permintaan yang sama beberapa detik lagi; poin hanya terpotong sekali.",
        ),
        ProblemKind::Paused => (
            "Penukaran dijeda sementara",
            "Jam server kami sedang diperiksa, jadi penukaran dijeda. Poin Anda aman: selama dijeda tidak ada poin yang hangus atau terpotong.",
            "Coba lagi dalam satu menit.",
        ),
    }
}

fn english(kind: ProblemKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        ProblemKind::Malformed => (
            "The request can't be read",
            "The request does not have the expected format.",
            "Correct the part that is named and send it again.",
        ),
        ProblemKind::KeyMissing => (
            "The idempotency key is missing",
            "This request moves points but carries no Idempotency-Key.",
            "Reload the page and do it again. Your points have not changed.",
        ),
        ProblemKind::NotSignedIn => (
            "You are not signed in",
            "There is no session, or it has expired.",
            "Sign in again with a code. What you typed is kept.",
        ),
        ProblemKind::StepUpNeeded => (
            "A code is needed",
            "This partner's page only shows points. This step needs a code that we send you.",
            "Ask for the code, enter it and continue. What you typed is kept.",
        ),
        ProblemKind::IdentityRefused => (
            "The partner's identity was not accepted",
            "We can't accept the identity that this partner's page sent.",
            "Reload the page, or sign in with a code.",
        ),
        ProblemKind::PlaceNotListed => (
            "The page is not registered",
            "This page is not registered with the programme.",
            "Open it on the programme's own site, or tell the page's owner.",
        ),
        ProblemKind::NotFound => (
            "Not found",
            "What you are looking for is not here.",
            "Check the address, or go back to the rewards.",
        ),
        ProblemKind::MethodNotAllowed => (
            "Method not allowed",
            "This address exists but does not accept this request method.",
            "See the API documentation for the right one.",
        ),
        ProblemKind::InFlight => (
            "Being processed",
            "The same request is being processed. Your points are used only once.",
            "Wait a few seconds; we show the result.",
        ),
        ProblemKind::WrongState => (
            "The redemption has changed",
            "This redemption is finished, cancelled or has run out of time, so this step no longer applies.",
            "See its status in History.",
        ),
        ProblemKind::PriceChanged => (
            "The points or terms have changed",
            "The points or terms of this reward changed since you saw them. No points were used.",
            "Review it again before you redeem.",
        ),
        ProblemKind::OrderChanged => (
            "The redemption was cancelled",
            "What you agreed to for this redemption has changed, so its code no longer works. We cancelled it, and your points are back.",
            "Review the reward again, then ask for a new code.",
        ),
        ProblemKind::TooLarge => (
            "The request is too large",
            "The body is larger than 64 KiB.",
            "Make it shorter and send it again.",
        ),
        ProblemKind::NotJson => (
            "Not JSON",
            "The body must be application/json.",
            "Send it again with Content-Type: application/json.",
        ),
        ProblemKind::KeyReused => (
            "The idempotency key was used before",
            "This idempotency key already belongs to another request.",
            "Start a new redemption. Your points are not used twice.",
        ),
        ProblemKind::Invalid => (
            "Something needs correcting",
            "We can't accept one of the fields as it is.",
            "Correct the marked fields and continue.",
        ),
        ProblemKind::NotEligible => (
            "Can't be redeemed yet",
            "You can't redeem this reward yet. No points were used.",
            "See why, or choose another reward.",
        ),
        ProblemKind::CodeWrong => (
            "Wrong code",
            "The code you entered is wrong.",
            "Look at our latest message and enter the code again.",
        ),
        ProblemKind::CodeEnded => (
            "The code has expired",
            "This code is no longer valid.",
            "Ask for a new code. The old code stops working when a new one is sent.",
        ),
        ProblemKind::RecoveryNeeded => (
            "Codes were wrong too often",
            "This try was not checked, because codes were wrong too often. Your points are safe.",
            "To sign in, ask for a new code: its first try is still checked. To redeem, contact support.",
        ),
        ProblemKind::CodeElsewhere => (
            "A code for another page",
            "This code was sent for another page, so it does not work here. Your points are safe.",
            "Ask for a new code on this page.",
        ),
        ProblemKind::CodeLocked => (
            "Too many wrong codes",
            "There were too many wrong codes, so this code no longer works. Your points are safe.",
            "Ask for a new code and enter the one from the latest message.",
        ),
        ProblemKind::LockerClosed => (
            "Voucher codes are hidden",
            "Voucher codes are shown only after you enter a 6-digit code.",
            "Open My vouchers, then enter the code that we send you.",
        ),
        ProblemKind::TooMany => (
            "Too many requests",
            "There were too many requests in a short time.",
            "Wait until the time that is shown, then continue.",
        ),
        ProblemKind::Broken | ProblemKind::Unknown => (
            "Something broke on our side",
            "This request failed on our side. Nothing was partly changed.",
            "Send the same request again; your points are used only once. If it fails again, give the reference to support.",
        ),
        ProblemKind::Busy => (
            "The server is busy",
            "The server is busy or restarting. Nothing has changed.",
            "Send the same request again in a few seconds; your points are used only once.",
        ),
        ProblemKind::Paused => (
            "Redeeming is paused",
            "We are checking our server's clock, so redeeming is paused. Your points are safe: none expire and none are used meanwhile.",
            "Try again in one minute.",
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
        ApiError::NotReady { why } => why.to_string(),
        ApiError::NotEligible { reasons } => match reasons.first() {
            Some(reason) => {
                let kept = language.pick("Belum ada poin yang terpotong.", "No points were used.");
                format!("{} {kept}", reason_text(reason, language))
            }
            None => explanation(error.kind(), language).what.to_owned(),
        },
        ApiError::Malformed { fields } | ApiError::Invalid { fields } if fields.len() == 1 => {
            let message = field_message(&fields[0], language);
            if matches!(error, ApiError::Malformed { .. }) {
                format!("{}: {message}", fields[0].field)
            } else {
                message
            }
        }
        ApiError::TooMany { retry_at, now } => {
            let wait = wait_text(retry_at.ms_since(*now), language);
            language.pick(
                format!("Terlalu sering. Coba lagi dalam {wait}."),
                format!("Too many requests. You can continue in {wait}."),
            )
        }
        ApiError::CodeUsed { .. } => {
            language.pick("Kode ini sudah dipakai.", "This code was used already.").to_owned()
        }
        ApiError::Paused { doubt: Some(doubt) } => format!("clock-doubted: {doubt}"),
        _ => explanation(error.kind(), language).what.to_owned(),
    }
}

/// What to do next, this time.
pub(super) fn next(error: &ApiError, language: Language) -> String {
    let text = match error {
        ApiError::Paused { doubt: Some(_) } => {
            "Set the clock right; where it is right, run `tukar-server clock confirm`."
        }
        ApiError::CodeUsed { sign_in: true } => {
            language.pick("Minta kode baru untuk masuk lagi.", "Ask for a new one to sign in again.")
        }
        ApiError::CodeUsed { sign_in: false } => language.pick("Minta kode baru.", "Ask for a new one."),
        ApiError::NotEligible { reasons } => match reasons.first() {
            Some(Reason::AccountSuspended) => {
                language.pick("Hubungi layanan pelanggan lewat Bantuan.", "Contact support: see Help.")
            }
            Some(Reason::NumberNotVerified) => {
                language.pick("Cara verifikasinya ada di Bantuan.", "Help says how to verify it.")
            }
            Some(Reason::ShortOfPoints { .. } | Reason::BelowMinimumBalance { .. }) => language.pick(
                "Kumpulkan poin dulu, atau pilih hadiah dengan poin lebih sedikit.",
                "Collect more points, or choose a reward for fewer points.",
            ),
            Some(Reason::StockShort { .. } | Reason::TooManyPieces { .. }) => {
                language.pick("Kurangi jumlahnya, lalu lanjutkan.", "Choose fewer and continue.")
            }
            _ => explanation(error.kind(), language).next,
        },
        _ => explanation(error.kind(), language).next,
    };
    text.to_owned()
}

/// Why a field was refused.
#[must_use]
pub fn field_message(error: &FieldError, language: Language) -> String {
    let text = match error.why {
        FieldWhy::Unknown => language.pick("Isian ini tidak dikenal.", "There is no such field."),
        FieldWhy::Missing => missing_field(&error.field, language),
        FieldWhy::Shape => {
            language.pick("Format isian ini tidak sesuai.", "This does not have the expected format.")
        }
        FieldWhy::TooLong { max } => {
            return language.pick(format!("Maksimal {max} karakter."), format!("Up to {max} characters."));
        }
        FieldWhy::OutOfRange { min, max } => {
            let (min, max) = (language.number(min), language.number(max));
            return language.pick(
                format!("Isi antara {min} dan {max}."),
                format!("Enter a number between {min} and {max}."),
            );
        }
        FieldWhy::NotContact => language.pick(
            "Isi nomor ponsel, misalnya 0812 3456 7890, atau alamat email.",
            "Enter a mobile number, for example 0812 3456 7890, or an email address.",
        ),
        FieldWhy::NotPhone => language.pick(
            "Nomor ini tidak lengkap atau bukan nomor ponsel. Contoh: 0812 3456 7890.",
            "This number is incomplete or not a mobile number. Example: 0812 3456 7890.",
        ),
        FieldWhy::NotMobile => language.pick(
            "Ini bukan nomor ponsel. Telepon rumah, nomor bebas pulsa, dan nomor layanan tidak bisa menerima SMS atau pulsa. Contoh: 0812 3456 7890.",
            "This is not a mobile number. Landlines, free numbers and service numbers can't get SMS or airtime. Example: 0812 3456 7890.",
        ),
        FieldWhy::NotCode => language.pick("Kode OTP terdiri dari 6 digit.", "The code has 6 digits."),
        FieldWhy::NotPostalCode => {
            language.pick("Kode pos terdiri dari 5 digit.", "A postal code has 5 digits.")
        }
        FieldWhy::Hidden => language.pick(
            "Ada karakter yang tidak terlihat di sini. Ketik ulang isian ini.",
            "There is an invisible character in here. Type this again.",
        ),
        FieldWhy::NotId => language.pick("Ini bukan UUID.", "This is not a UUID."),
        FieldWhy::ChannelUnavailable => language.pick(
            "Kode OTP tidak bisa dikirim lewat cara ini. Pilih cara lain.",
            "We can't send a code this way. Choose another.",
        ),
        FieldWhy::Mismatch => language.pick(
            "Tidak sama dengan yang ada di header atau alamat.",
            "Differs from the header or the path.",
        ),
        FieldWhy::NotAsked => {
            language.pick("Hadiah ini tidak memerlukan isian ini.", "This reward does not need this field.")
        }
        FieldWhy::NotSigned => language.pick(
            "Tidak ditandatangani dengan kunci mitra ini yang berlaku.",
            "Not signed with a valid key of this partner.",
        ),
        FieldWhy::NotNow => language.pick(
            "Terlalu awal, terlambat, atau terlalu lama.",
            "Too early, too late, or valid for too long.",
        ),
        FieldWhy::UsedBefore => language.pick("Sudah pernah dipakai.", "It was used before."),
        FieldWhy::NotMeant => language.pick(
            "Bukan untuk program ini, atau bukan dari halaman mitra ini.",
            "Not meant for this programme, or not from one of the partner's pages.",
        ),
    };
    text.to_owned()
}

/// What to fill in, by the field's path in the body.
fn missing_field(path: &str, language: Language) -> &'static str {
    let (id, en) = match path {
        "recipient" | "recipient.phone" => {
            ("Isi nomor ponsel penerima.", "Enter the recipient's mobile number.")
        }
        "recipient.address.name" => ("Isi nama penerima.", "Enter the recipient's name."),
        "recipient.address.street" => ("Isi jalan dan nomor rumah.", "Enter the street and house number."),
        "recipient.address.city" => ("Isi kota atau kabupaten.", "Enter the city or regency."),
        "recipient.address.postal_code" => ("Isi kode pos.", "Enter the postal code."),
        "recipient.address.phone" => {
            ("Isi nomor ponsel untuk kurir.", "Enter the mobile number for the courier.")
        }
        _ => ("Bagian ini wajib diisi.", "This field is required."),
    };
    language.pick(id, en)
}

/// One reason as a sentence. A moment is left to the reader's clock: the widget shows it beside.
#[must_use]
pub fn reason_text(reason: &Reason, language: Language) -> String {
    let n = |value: i64| language.number(value);
    match reason {
        Reason::AccountSuspended => language.pick(
            "Akun Anda dibekukan, jadi poin belum bisa ditukar.".to_owned(),
            "Your account is suspended, so you can't redeem points.".to_owned(),
        ),
        Reason::NumberNotVerified => language.pick(
            "Nomor Anda belum diverifikasi, jadi poin belum bisa ditukar.".to_owned(),
            "Your number is not verified, so you can't redeem points yet.".to_owned(),
        ),
        Reason::NotOpenYet { .. } => language.pick(
            "Penukaran hadiah ini belum dibuka.".to_owned(),
            "This reward can't be redeemed yet.".to_owned(),
        ),
        Reason::Closed { .. } => language.pick(
            "Penukaran hadiah ini sudah ditutup.".to_owned(),
            "This reward can no longer be redeemed.".to_owned(),
        ),
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
            format!("Saldo Anda harus minimal {} poin. Kurang {} poin lagi.", n(*minimum), n(*missing)),
            format!("Your balance must be at least {} points. You need {} more.", n(*minimum), n(*missing)),
        ),
        Reason::TooManyPieces { max } => {
            language.pick(format!("Maksimal {max} per penukaran."), format!("Up to {max} per redemption."))
        }
        Reason::ShortOfPoints { missing, .. } => language
            .pick(format!("Poin Anda kurang {}.", n(*missing)), format!("Points missing: {}.", n(*missing))),
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
    fn a_code_that_was_used_is_not_told_as_over_or_tried_too_often() {
        let told = |sign_in, language| {
            let error = ApiError::CodeUsed { sign_in };
            format!("{} {}", detail(&error, language), next(&error, language))
        };
        assert_eq!(told(true, Language::Id), "Kode ini sudah dipakai. Minta kode baru untuk masuk lagi.");
        assert_eq!(told(false, Language::Id), "Kode ini sudah dipakai. Minta kode baru.");
        assert_eq!(told(false, Language::En), "This code was used already. Ask for a new one.");
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
        assert_eq!(detail(&error, Language::Id), "Terlalu sering. Coba lagi dalam 2 menit.");
        let error = ApiError::TooMany { retry_at: Moment(30_000), now: Moment(0) };
        assert_eq!(detail(&error, Language::En), "Too many requests. You can continue in 30 seconds.");
    }
}
