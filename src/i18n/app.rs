//! The shell around the screens, in every language.

/// Texts of this screen; `{0}`, `{1}` … are filled in by the view.
#[derive(Clone, Copy, Debug)]
pub struct Texts {
    /// Shown until the programme has told its own name.
    pub name: &'static str,
    /// Name of the tabs.
    pub nav: &'static str,
    /// Tab.
    pub rewards: &'static str,
    /// Tab.
    pub locker: &'static str,
    /// Tab.
    pub history: &'static str,
    /// Tab.
    pub help: &'static str,
    /// Button.
    pub sign_in: &'static str,
    /// Button.
    pub sign_out: &'static str,
    /// Button: the name of the other language, in that language.
    pub other_language: &'static str,
    /// Button, short.
    pub other_language_short: &'static str,
    /// While demo data is shown.
    pub demo: &'static str,
    /// Link to the demo’s inbox.
    pub inbox: &'static str,
    /// Beside the rewards, before signing in.
    pub welcome_title: &'static str,
    /// Beside the rewards, before signing in.
    pub welcome_body: &'static str,
    /// Asked for something that needs a session.
    pub sign_in_first: &'static str,
    /// No connection.
    pub offline: &'static str,
    /// In a session by a partner's word.
    pub read_only: &'static str,
    /// Button: ends that for good.
    pub show_no_more: &'static str,
}

/// Indonesian.
pub const ID: Texts = Texts {
    name: "Tukar Poin",
    nav: "Bagian",
    rewards: "Hadiah",
    locker: "Voucher saya",
    history: "Riwayat",
    help: "Bantuan",
    sign_in: "Masuk",
    sign_out: "Keluar",
    other_language: "EN, English",
    other_language_short: "EN",
    demo: "Ini demo. Poin dan voucher di sini bukan sungguhan.",
    inbox: "Lihat SMS dan email demo",
    welcome_title: "Cek poin dan hadiah Anda",
    welcome_body: "Lihat poin Anda, kapan poin hangus, dan hadiah yang bisa Anda tukar sekarang.",
    sign_in_first: "Masuk dulu untuk membuka halaman ini",
    offline: "Tidak ada koneksi internet. Yang tampil adalah data terakhir.",
    read_only: "Halaman ini menampilkan poin Anda tanpa kode OTP. Untuk menukar, Anda tetap perlu kode OTP.",
    show_no_more: "Jangan tampilkan poin saya lagi di sini",
};

/// English.
pub const EN: Texts = Texts {
    name: "Tukar Points",
    nav: "Sections",
    rewards: "Rewards",
    locker: "My vouchers",
    history: "History",
    help: "Help",
    sign_in: "Sign in",
    sign_out: "Sign out",
    other_language: "ID, Bahasa Indonesia",
    other_language_short: "ID",
    demo: "This is a demo. The points and vouchers here are not real.",
    inbox: "See the demo’s messages",
    welcome_title: "Check your points and rewards",
    welcome_body: "See your points, when they expire, and what you can redeem now.",
    sign_in_first: "Sign in to open this page",
    offline: "No internet connection. You see the latest data we have.",
    read_only: "This page shows your points without a code. To redeem, you still need a code.",
    show_no_more: "Stop showing my points here",
};
