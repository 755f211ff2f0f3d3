//! Signing in, in every language.

/// Texts of this screen; `{0}`, `{1}` … are filled in by the view.
#[derive(Clone, Copy, Debug)]
pub struct Texts {
    /// Heading.
    pub title: &'static str,
    /// Under the heading.
    pub lead: &'static str,
    /// Label.
    pub contact: &'static str,
    /// Under the field.
    pub contact_hint: &'static str,
    /// Nothing typed.
    pub contact_empty: &'static str,
    /// Button.
    pub send: &'static str,
    /// While sending.
    pub sending: &'static str,
    /// Heading.
    pub code_title: &'static str,
    /// Where the code went.
    pub sent_sms: &'static str,
    /// Where the code went.
    pub sent_email: &'static str,
    /// The code went to the other contact, which is not named.
    pub sent_other_sms: &'static str,
    /// The code went to the other contact, which is not named.
    pub sent_other_email: &'static str,
    /// For those who get no code.
    pub not_come: &'static str,
    /// Button.
    pub check: &'static str,
    /// While checking.
    pub checking: &'static str,
    /// Button.
    pub change: &'static str,
    /// Button.
    pub back: &'static str,
    /// No answer.
    pub lost: &'static str,
    /// The session ended.
    pub ended: &'static str,
    /// Box to tick: the partner's page may show points without a code.
    pub show_here: &'static str,
    /// A read session wants more than to read.
    pub step_up: &'static str,
}

/// Indonesian.
pub const ID: Texts = Texts {
    title: "Masuk",
    lead: "Tanpa kata sandi. Kami kirim kode OTP (6 digit).",
    contact: "Nomor ponsel atau email",
    contact_hint: "Yang terdaftar di program ini, misalnya 0812 3456 7890",
    contact_empty: "Isi nomor ponsel atau email Anda.",
    send: "Kirim kode OTP",
    sending: "Mengirim kode OTP…",
    code_title: "Masukkan kode OTP",
    sent_sms: "Kami mengirim kode OTP lewat SMS ke {0}.",
    sent_email: "Kami mengirim kode OTP lewat email ke {0}.",
    sent_other_sms: "Kami mengirim kode OTP lewat SMS ke nomor yang terdaftar di akun itu.",
    sent_other_email: "Kami mengirim kode OTP lewat email ke alamat yang terdaftar di akun itu.",
    not_come: "Tidak menerima kode? Periksa nomor atau email yang Anda ketik. Kode hanya kami kirim ke nomor atau email yang terdaftar.",
    check: "Masuk",
    checking: "Memeriksa kode OTP…",
    change: "Ganti nomor atau email",
    back: "Kembali",
    lost: "Koneksi terputus. Coba lagi.",
    ended: "Sesi Anda berakhir. Masuk lagi untuk melanjutkan.",
    show_here: "Lain kali tampilkan poin saya di halaman ini tanpa kode OTP. Untuk menukar, saya tetap perlu kode OTP.",
    step_up: "Halaman ini hanya menampilkan poin. Untuk melanjutkan, masukkan kode OTP yang kami kirim.",
};

/// English.
pub const EN: Texts = Texts {
    title: "Sign in",
    lead: "No password needed. We send you a 6-digit code.",
    contact: "Mobile number or email",
    contact_hint: "The number or email you registered with, for example 0812 3456 7890",
    contact_empty: "Enter your mobile number or email.",
    send: "Send code",
    sending: "Sending the code…",
    code_title: "Enter the 6-digit code",
    sent_sms: "We sent a 6-digit code by SMS to {0}.",
    sent_email: "We sent a 6-digit code by email to {0}.",
    sent_other_sms: "We sent a 6-digit code by SMS to the number registered for that account.",
    sent_other_email: "We sent a 6-digit code by email to the address registered for that account.",
    not_come: "No code? Check the number or email you typed. We send codes to registered numbers and emails only.",
    check: "Sign in",
    checking: "Checking the code…",
    change: "Use another number or email",
    back: "Back",
    lost: "The connection dropped. Try again.",
    ended: "Your session has ended. Sign in again to continue.",
    show_here: "Next time show my points on this page without a code. Redeeming still needs one.",
    step_up: "This page only shows points. To continue, enter the code that we send you.",
};
