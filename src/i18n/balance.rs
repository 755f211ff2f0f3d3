//! Points and what ends when, in every language.

/// Texts of this screen; `{0}`, `{1}` … are filled in by the view.
#[derive(Clone, Copy, Debug)]
pub struct Texts {
    /// Heading.
    pub title: &'static str,
    /// Read out while loading.
    pub loading: &'static str,
    /// Could not load.
    pub failed_title: &'static str,
    /// Could not load.
    pub failed_body: &'static str,
    /// Button.
    pub again: &'static str,
    /// When the figures were true.
    pub true_at: &'static str,
    /// Button.
    pub refresh: &'static str,
    /// Points held.
    pub held: &'static str,
    /// Points pending.
    pub pending: &'static str,
    /// Points about to be lost, and when the first go.
    pub lost_soon: &'static str,
    /// Under it.
    pub lost_soon_note: &'static str,
    /// Nothing to lose soon.
    pub nothing_lost: &'static str,
    /// Nothing to lose soon, window unknown.
    pub nothing_lost_plain: &'static str,
    /// Button.
    pub save: &'static str,
    /// Heading of the chart.
    pub chart: &'static str,
    /// Heading of the lots.
    pub lots: &'static str,
    /// Under it.
    pub lots_note: &'static str,
    /// When a lot was earned.
    pub lot_earned: &'static str,
    /// When a lot ends.
    pub lot_ends: &'static str,
    /// Countdown of a lot.
    pub lot_in: &'static str,
    /// A lot without an end.
    pub lot_never: &'static str,
    /// A lot not granted yet.
    pub lot_pending: &'static str,
    /// Part of a lot that is held.
    pub lot_held: &'static str,
    /// Button.
    pub lots_more: &'static str,
    /// Button.
    pub lots_next: &'static str,
    /// No points at all.
    pub none_title: &'static str,
    /// No points at all.
    pub none_body: &'static str,
    /// Time left, days and hours.
    pub days: &'static str,
    /// Time left, hours and minutes.
    pub hours: &'static str,
    /// Time left, minutes.
    pub minutes: &'static str,
    /// Time left below a minute.
    pub seconds: &'static str,
    /// Time left, days.
    pub days_only: &'static str,
    /// Points about to be lost, when they do not all go at once.
    pub lost_soon_all: &'static str,
    /// Under it: how many go first, how long they last, and their last moment.
    pub lost_soon_first: &'static str,
    /// Points pending, and when the last of them come.
    pub pending_by: &'static str,
    /// When a pending lot is granted.
    pub lot_coming: &'static str,
}

/// Indonesian.
pub const ID: Texts = Texts {
    title: "Poin Anda",
    loading: "Memuat poin…",
    failed_title: "Poin belum bisa dimuat",
    failed_body: "Koneksi terputus. Poin Anda tidak berubah.",
    again: "Coba lagi",
    true_at: "Data pukul {0}",
    refresh: "Muat ulang poin",
    held: "{0} disisihkan untuk penukaran",
    pending: "{0} poin akan masuk",
    lost_soon: "{0} hangus {1} lagi",
    lost_soon_note: "Berlaku s.d. {0}. Tukarkan sebelum hangus.",
    nothing_lost: "Tidak ada poin yang hangus dalam {0} hari ke depan.",
    nothing_lost_plain: "Tidak ada poin yang segera hangus.",
    save: "Lihat yang bisa ditukar",
    chart: "Poin yang hangus per bulan",
    lots: "Rincian poin",
    lots_note: "Poin yang paling cepat hangus dipakai lebih dulu.",
    lot_earned: "diterima {0}",
    lot_ends: "berlaku s.d. {0}",
    lot_in: "{0} lagi",
    lot_never: "tidak hangus",
    lot_pending: "akan masuk",
    lot_held: "{0} disisihkan",
    lots_more: "Tampilkan {0} lainnya",
    lots_next: "Tampilkan lebih banyak",
    none_title: "Belum ada poin",
    none_body: "Poin dari isi ulang dan paket akan muncul di sini.",
    days: "{0} hari {1} jam",
    hours: "{0} jam {1} menit",
    minutes: "{0} menit",
    seconds: "{0} detik",
    days_only: "{0} hari",
    lost_soon_all: "{0} segera hangus",
    lost_soon_first: "{0} di antaranya hangus {1} lagi, paling lambat {2}.",
    pending_by: "{0} poin akan masuk, paling lambat {1}",
    lot_coming: "masuk {0}",
};

/// English.
pub const EN: Texts = Texts {
    title: "Your points",
    loading: "Loading your points…",
    failed_title: "Your points could not be loaded",
    failed_body: "The connection dropped. Your points have not changed.",
    again: "Try again",
    true_at: "As of {0}",
    refresh: "Refresh points",
    held: "{0} set aside for a redemption",
    pending: "{0} pending",
    lost_soon: "{0} expiring in {1}",
    lost_soon_note: "Valid until {0}. Redeem them before they expire.",
    nothing_lost: "No points expire in the next {0} days.",
    nothing_lost_plain: "No points expire soon.",
    save: "See what you can redeem now",
    chart: "Points expiring by month",
    lots: "All your points",
    lots_note: "Points that expire first are used first.",
    lot_earned: "earned {0}",
    lot_ends: "valid until {0}",
    lot_in: "in {0}",
    lot_never: "never expires",
    lot_pending: "pending",
    lot_held: "{0} set aside",
    lots_more: "Show {0} more",
    lots_next: "Show more",
    none_title: "No points yet",
    none_body: "Points from top-ups and packages appear here.",
    days: "{0} d {1} h",
    hours: "{0} h {1} min",
    minutes: "{0} min",
    seconds: "{0} s",
    days_only: "{0} days",
    lost_soon_all: "{0} expire soon",
    lost_soon_first: "{0} of them expire in {1}, by {2}.",
    pending_by: "{0} points pending, by {1}",
    lot_coming: "pending until {0}",
};
