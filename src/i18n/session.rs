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
    lead: "Tanpa kata sandi. Kami kirim kode 6 angka.",
    contact: "Nomor ponsel atau e-mail",
    contact_hint: "Yang terdaftar di program, misalnya 0812 3456 7890",
    contact_empty: "Isi nomor ponsel atau e-mail Anda.",
    send: "Kirim kode",
    sending: "Mengirim kode…",
    code_title: "Masukkan kode",
    sent_sms: "Kami mengirim 6 angka lewat SMS ke {0}.",
    sent_email: "Kami mengirim 6 angka lewat e-mail ke {0}.",
    sent_other_sms: "Kami mengirim 6 angka lewat SMS ke nomor yang terdaftar di akun itu.",
    sent_other_email: "Kami mengirim 6 angka lewat e-mail ke alamat yang terdaftar di akun itu.",
    not_come: "Tidak ada kode? Periksa nomor atau e-mail yang Anda ketik. Kode hanya dikirim bila terdaftar di program.",
    check: "Masuk",
    checking: "Memeriksa kode…",
    change: "Ganti nomor atau e-mail",
    back: "Kembali",
    lost: "Sambungan terputus. Coba lagi.",
    ended: "Sesi Anda berakhir. Masuk lagi untuk melanjutkan.",
    show_here: "Lain kali tampilkan poin saya di halaman ini tanpa kode. Menukar tetap butuh kode.",
    step_up: "Halaman ini hanya menampilkan poin. Untuk melanjutkan, masukkan kode yang kami kirim.",
};

/// English.
pub const EN: Texts = Texts {
    title: "Sign in",
    lead: "No password. We send a 6-digit code.",
    contact: "Mobile number or e-mail",
    contact_hint: "The one you are enrolled with, for example 0812 3456 7890",
    contact_empty: "Enter your mobile number or e-mail.",
    send: "Send code",
    sending: "Sending the code…",
    code_title: "Enter the code",
    sent_sms: "We sent 6 digits by text message to {0}.",
    sent_email: "We sent 6 digits by e-mail to {0}.",
    sent_other_sms: "We sent 6 digits by text message to the number of that account.",
    sent_other_email: "We sent 6 digits by e-mail to the address of that account.",
    not_come: "No code? Check the number or e-mail you typed. A code is only sent when it is enrolled.",
    check: "Sign in",
    checking: "Checking the code…",
    change: "Use another number or e-mail",
    back: "Back",
    lost: "The connection dropped. Try again.",
    ended: "Your session ended. Sign in again to go on.",
    show_here: "Next time show my points on this page without a code. Redeeming still needs one.",
    step_up: "This page only shows points. To go on, enter the code that we send you.",
};
