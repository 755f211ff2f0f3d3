//! The history of points, in every language.

/// Texts of this screen; `{0}`, `{1}` … are filled in by the view.
#[derive(Clone, Copy, Debug)]
pub struct Texts {
    /// Heading.
    pub title: &'static str,
    /// Read out while loading.
    pub loading: &'static str,
    /// Name of the filter.
    pub filter: &'static str,
    /// Filter.
    pub all: &'static str,
    /// Kind.
    pub earned: &'static str,
    /// Kind.
    pub held: &'static str,
    /// Kind.
    pub released: &'static str,
    /// Kind.
    pub spent: &'static str,
    /// Kind.
    pub expired: &'static str,
    /// Kind.
    pub refunded: &'static str,
    /// Kind.
    pub extended: &'static str,
    /// Kind.
    pub corrected: &'static str,
    /// Kind.
    pub other: &'static str,
    /// Nothing yet.
    pub empty_title: &'static str,
    /// Nothing yet.
    pub empty_body: &'static str,
    /// Nothing of this kind.
    pub empty_filter: &'static str,
    /// Button.
    pub show_all: &'static str,
    /// Could not load.
    pub failed_title: &'static str,
    /// Could not load.
    pub failed_body: &'static str,
    /// Button.
    pub again: &'static str,
    /// Button.
    pub more: &'static str,
    /// While loading more.
    pub more_loading: &'static str,
    /// All is shown.
    pub end: &'static str,
    /// Opens the receipt.
    pub receipt: &'static str,
    /// Copies the reference.
    pub copy: &'static str,
    /// After copying.
    pub copied: &'static str,
    /// When the browser forbids copying.
    pub copy_by_hand: &'static str,
}

/// Indonesian.
pub const ID: Texts = Texts {
    title: "Riwayat poin",
    loading: "Memuat riwayat…",
    filter: "Filter menurut jenis",
    all: "Semua",
    earned: "Diterima",
    held: "Disisihkan",
    released: "Batal, poin kembali",
    spent: "Ditukar",
    expired: "Hangus",
    refunded: "Dikembalikan",
    extended: "Diperpanjang",
    corrected: "Koreksi",
    other: "Lainnya",
    empty_title: "Belum ada riwayat",
    empty_body: "Poin yang Anda terima dan tukar akan tercatat di sini.",
    empty_filter: "Tidak ada riwayat jenis ini.",
    show_all: "Tampilkan semua",
    failed_title: "Riwayat belum bisa dimuat",
    failed_body: "Koneksi terputus. Poin Anda tidak berubah.",
    again: "Coba lagi",
    more: "Tampilkan lebih banyak",
    more_loading: "Memuat…",
    end: "Semua riwayat sudah ditampilkan.",
    receipt: "Lihat bukti",
    copy: "Salin referensi",
    copied: "Disalin",
    copy_by_hand: "Tekan Ctrl+C",
};

/// English.
pub const EN: Texts = Texts {
    title: "Points history",
    loading: "Loading history…",
    filter: "Filter by kind",
    all: "All",
    earned: "Earned",
    held: "Set aside",
    released: "Cancelled, points back",
    spent: "Redeemed",
    expired: "Expired",
    refunded: "Refunded",
    extended: "Extended",
    corrected: "Correction",
    other: "Other",
    empty_title: "No history yet",
    empty_body: "Points you earn and redeem are listed here.",
    empty_filter: "Nothing of this kind yet.",
    show_all: "Show all",
    failed_title: "Your history could not be loaded",
    failed_body: "The connection dropped. Your points have not changed.",
    again: "Try again",
    more: "Show more",
    more_loading: "Loading…",
    end: "That is your whole history.",
    receipt: "Receipt",
    copy: "Copy reference",
    copied: "Copied",
    copy_by_hand: "Press Ctrl+C",
};
