//! The step at which a one-time code is typed, in every language.

/// Texts of this step; `{0}`, `{1}` … are filled in by the view.
#[derive(Clone, Copy, Debug)]
pub struct Texts {
    /// A pasted text holds no code, or more than one number that could be it.
    pub unclear: &'static str,
    /// Before a code is sent: where it will go.
    pub goes_by_sms: &'static str,
    /// Before a code is sent: where it will go.
    pub goes_by_email: &'static str,
    /// Box to tick at sign-in.
    pub shared: &'static str,
    /// Under the box.
    pub shared_hint: &'static str,
    /// Link to the main part, before the bar.
    pub skip: &'static str,
    /// Button that closes the panel or dialog around the widget.
    pub close: &'static str,
    /// In place of the button that prints, where the browser can't.
    pub no_print: &'static str,
}

/// Indonesian.
pub const ID: Texts = Texts {
    unclear: "Kode OTP (6 digit) tidak jelas di teks itu. Ketik 6 digit dari pesan kami.",
    goes_by_sms: "Kode OTP dikirim lewat SMS ke {0}.",
    goes_by_email: "Kode OTP dikirim lewat email ke {0}.",
    shared: "Ini komputer bersama",
    shared_hint: "Sesi berakhir paling lama 15 menit. Tekan Keluar jika sudah selesai: tab yang ditutup bisa dibuka lagi oleh orang lain.",
    skip: "Langsung ke isi",
    close: "Tutup",
    no_print: "Aplikasi ini tidak bisa mencetak. Simpan tangkapan layar, atau buka halaman ini di browser.",
};

/// English.
pub const EN: Texts = Texts {
    unclear: "We could not tell which 6 digits are the code. Type the 6 digits from our message.",
    goes_by_sms: "The code goes by SMS to {0}.",
    goes_by_email: "The code goes by email to {0}.",
    shared: "This is a shared computer",
    shared_hint: "Your session ends after 15 minutes at most. Sign out when you are done: somebody else can reopen a closed tab.",
    skip: "Skip to content",
    close: "Close",
    no_print: "This app cannot print. Take a screenshot, or open this page in a browser.",
};
