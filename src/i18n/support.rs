//! Help, in every language.

/// Texts of this screen; `{0}`, `{1}` … are filled in by the view.
#[derive(Clone, Copy, Debug)]
pub struct Texts {
    /// Heading.
    pub title: &'static str,
    /// Read out while loading.
    pub loading: &'static str,
    /// Heading.
    pub questions: &'static str,
    /// Heading.
    pub contacts: &'static str,
    /// Heading.
    pub announcements: &'static str,
    /// Heading.
    pub policy: &'static str,
    /// Label of the search.
    pub search: &'static str,
    /// Nothing matches.
    pub none_found: &'static str,
    /// Kind.
    pub contact_phone: &'static str,
    /// Kind.
    pub contact_email: &'static str,
    /// Kind.
    pub contact_chat: &'static str,
    /// Kind.
    pub contact_ussd: &'static str,
    /// Kind.
    pub contact_place: &'static str,
    /// Kind.
    pub contact_other: &'static str,
    /// Over the contacts.
    pub reference_tip: &'static str,
    /// Could not load.
    pub failed_title: &'static str,
    /// Could not load.
    pub failed_body: &'static str,
    /// Button.
    pub again: &'static str,
}

/// Indonesian.
pub const ID: Texts = Texts {
    title: "Bantuan",
    loading: "Memuat bantuan…",
    questions: "Pertanyaan umum",
    contacts: "Hubungi kami",
    announcements: "Pengumuman",
    policy: "Aturan poin",
    search: "Cari pertanyaan",
    none_found: "Tidak ada pertanyaan yang cocok. Hubungi kami lewat salah satu cara di halaman ini.",
    contact_phone: "Telepon",
    contact_email: "Email",
    contact_chat: "Chat",
    contact_ussd: "Menu USSD",
    contact_place: "Gerai",
    contact_other: "Kontak",
    reference_tip: "Siapkan nomor referensi dari Riwayat atau bukti penukaran agar kami bisa membantu lebih cepat.",
    failed_title: "Bantuan belum bisa dimuat",
    failed_body: "Koneksi terputus. Coba lagi, atau hubungi layanan pelanggan lewat telepon.",
    again: "Coba lagi",
};

/// English.
pub const EN: Texts = Texts {
    title: "Help",
    loading: "Loading help…",
    questions: "Common questions",
    contacts: "Contact us",
    announcements: "News",
    policy: "How points work",
    search: "Search questions",
    none_found: "No question matches. Contact us in one of the ways on this page.",
    contact_phone: "Phone",
    contact_email: "Email",
    contact_chat: "Chat",
    contact_ussd: "USSD menu",
    contact_place: "Shop",
    contact_other: "Contact",
    reference_tip: "Have the reference from your history or receipt ready, so that we can help faster.",
    failed_title: "Help could not be loaded",
    failed_body: "The connection dropped. Try again, or call support.",
    again: "Try again",
};
