//! The claim locker, in every language.

/// Texts of this screen; `{0}`, `{1}` … are filled in by the view.
#[derive(Clone, Copy, Debug)]
pub struct Texts {
    /// Heading.
    pub title: &'static str,
    /// Under the heading.
    pub intro: &'static str,
    /// Read out while loading.
    pub loading: &'static str,
    /// Nothing yet.
    pub empty_title: &'static str,
    /// What to do.
    pub empty_body: &'static str,
    /// Button.
    pub to_catalogue: &'static str,
    /// Could not load.
    pub failed_title: &'static str,
    /// Could not load.
    pub failed_body: &'static str,
    /// Button.
    pub again: &'static str,
    /// While codes are hidden.
    pub closed_note: &'static str,
    /// Button.
    pub open: &'static str,
    /// While the code is sent.
    pub opening: &'static str,
    /// While codes are visible.
    pub open_note: &'static str,
    /// Heading of the code step.
    pub code_title: &'static str,
    /// Button.
    pub cancel: &'static str,
    /// Button.
    pub check: &'static str,
    /// While checking.
    pub checking: &'static str,
    /// Button.
    pub more: &'static str,
    /// Opens a voucher.
    pub show: &'static str,
    /// A held redemption.
    pub continue_title: &'static str,
    /// A held redemption.
    pub continue_body: &'static str,
    /// Button.
    pub continue_action: &'static str,
    /// State.
    pub ready: &'static str,
    /// State.
    pub delivered: &'static str,
    /// State.
    pub on_its_way: &'static str,
    /// State.
    pub used: &'static str,
    /// State.
    pub ended: &'static str,
    /// State.
    pub undone: &'static str,
    /// State.
    pub other: &'static str,
    /// When it ends.
    pub ends: &'static str,
    /// When it ended.
    pub ended_at: &'static str,
    /// When it was issued.
    pub issued: &'static str,
    /// An answer got lost.
    pub lost: &'static str,
    /// Group.
    pub active: &'static str,
    /// Group.
    pub past: &'static str,
}

/// Indonesian.
pub const ID: Texts = Texts {
    title: "Voucher saya",
    intro: "Semua hadiah yang Anda tukar ada di sini.",
    loading: "Memuat voucher…",
    empty_title: "Belum ada voucher",
    empty_body: "Hadiah yang Anda tukar akan muncul di sini.",
    to_catalogue: "Lihat hadiah",
    failed_title: "Voucher belum bisa dimuat",
    failed_body: "Koneksi terputus. Voucher Anda tetap aman.",
    again: "Coba lagi",
    closed_note: "Kode voucher disembunyikan. Masukkan kode OTP untuk melihatnya.",
    open: "Tampilkan kode",
    opening: "Mengirim kode OTP…",
    open_note: "Kode voucher terlihat {0} lagi",
    code_title: "Masukkan kode OTP",
    cancel: "Batal",
    check: "Tampilkan kode",
    checking: "Memeriksa kode OTP…",
    more: "Tampilkan lebih banyak",
    show: "Lihat",
    continue_title: "Penukaran belum selesai",
    continue_body: "{0} · {1} disisihkan, selesaikan dalam {2}",
    continue_action: "Lanjutkan",
    ready: "Siap dipakai",
    delivered: "Terkirim",
    on_its_way: "Sedang diproses",
    used: "Sudah dipakai",
    ended: "Kedaluwarsa",
    undone: "Dikembalikan",
    other: "Lihat rincian",
    ends: "Berlaku s.d. {0}",
    ended_at: "Berlaku s.d. {0}",
    issued: "Ditukar {0}",
    lost: "Koneksi terputus. Coba lagi.",
    active: "Aktif",
    past: "Riwayat voucher",
};

/// English.
pub const EN: Texts = Texts {
    title: "My vouchers",
    intro: "Everything you have redeemed is here.",
    loading: "Loading vouchers…",
    empty_title: "No vouchers yet",
    empty_body: "Rewards you redeem appear here.",
    to_catalogue: "See rewards",
    failed_title: "Your vouchers could not be loaded",
    failed_body: "The connection dropped. Your vouchers are safe.",
    again: "Try again",
    closed_note: "Voucher codes are hidden. Enter a 6-digit code to see them.",
    open: "Show codes",
    opening: "Sending the code…",
    open_note: "Voucher codes visible for {0} more",
    code_title: "Enter the 6-digit code",
    cancel: "Cancel",
    check: "Show codes",
    checking: "Checking the code…",
    more: "Show more",
    show: "View",
    continue_title: "Unfinished redemption",
    continue_body: "{0} · {1} set aside, finish within {2}",
    continue_action: "Continue",
    ready: "Ready to use",
    delivered: "Delivered",
    on_its_way: "Being processed",
    used: "Used",
    ended: "Expired",
    undone: "Refunded",
    other: "See details",
    ends: "Valid until {0}",
    ended_at: "Was valid until {0}",
    issued: "Redeemed {0}",
    lost: "The connection dropped. Try again.",
    active: "Active",
    past: "Past vouchers",
};
