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
    /// When it ended; stands beside the state, which says that it did.
    pub ended_at: &'static str,
    /// When it was issued.
    pub issued: &'static str,
    /// An answer got lost.
    pub lost: &'static str,
    /// Group.
    pub active: &'static str,
    /// Group.
    pub past: &'static str,
    /// Button: hides the codes.
    pub hide: &'static str,
}

/// Indonesian.
pub const ID: Texts = Texts {
    title: "Loker voucher",
    intro: "Semua hadiah Anda tersimpan di sini sampai dipakai atau berakhir.",
    loading: "Memuat voucher…",
    empty_title: "Loker masih kosong",
    empty_body: "Hadiah yang Anda tukar akan muncul di sini.",
    to_catalogue: "Lihat hadiah",
    failed_title: "Voucher belum bisa dimuat",
    failed_body: "Sambungan terputus. Voucher Anda tetap aman.",
    again: "Coba lagi",
    closed_note: "Kode disembunyikan. Buka dengan kode sekali pakai.",
    open: "Buka loker",
    opening: "Mengirim kode…",
    open_note: "Kode terlihat {0} lagi",
    code_title: "Buka loker dengan kode",
    cancel: "Batal",
    check: "Buka",
    checking: "Memeriksa kode…",
    more: "Tampilkan lebih banyak",
    show: "Lihat",
    continue_title: "Penukaran menunggu kode",
    continue_body: "{0} · {1} ditahan, {2} lagi",
    continue_action: "Lanjutkan",
    ready: "Siap dipakai",
    delivered: "Terkirim",
    on_its_way: "Sedang dikirim",
    used: "Sudah dipakai",
    ended: "Berakhir",
    undone: "Dikembalikan",
    other: "Lihat rincian",
    ends: "Berlaku sampai {0}",
    ended_at: "{0}",
    issued: "Ditukar {0}",
    lost: "Sambungan terputus. Coba lagi.",
    active: "Aktif",
    past: "Riwayat voucher",
    hide: "Sembunyikan kode",
};

/// English.
pub const EN: Texts = Texts {
    title: "Voucher locker",
    intro: "All your rewards stay here until they are used or end.",
    loading: "Loading vouchers…",
    empty_title: "Your locker is empty",
    empty_body: "Rewards you redeem appear here.",
    to_catalogue: "See rewards",
    failed_title: "The vouchers could not be loaded",
    failed_body: "The connection dropped. Your vouchers are safe.",
    again: "Try again",
    closed_note: "Codes are hidden. Open them with a one-time code.",
    open: "Open locker",
    opening: "Sending a code…",
    open_note: "Codes visible for {0} more",
    code_title: "Open the locker with a code",
    cancel: "Cancel",
    check: "Open",
    checking: "Checking the code…",
    more: "Show more",
    show: "View",
    continue_title: "A redemption waits for its code",
    continue_body: "{0} · {1} held, {2} left",
    continue_action: "Continue",
    ready: "Ready to use",
    delivered: "Delivered",
    on_its_way: "On its way",
    used: "Used",
    ended: "Ended",
    undone: "Given back",
    other: "See details",
    ends: "Valid until {0}",
    ended_at: "{0}",
    issued: "Redeemed {0}",
    lost: "The connection dropped. Try again.",
    active: "Active",
    past: "Past",
    hide: "Hide codes",
};
