//! Redeeming, in every language.

use super::values::fill;
use tukar_screens::receipt::{CameBack, came_back};
use tukar_wire::{Redemption, RedemptionState};

/// Texts of this screen; `{0}`, `{1}` … are filled in by the view.
#[derive(Clone, Copy, Debug)]
pub struct Texts {
    /// Heading of the review.
    pub review_title: &'static str,
    /// Leaves the flow.
    pub back: &'static str,
    /// Read out while the quote comes.
    pub loading: &'static str,
    /// No answer to the quote.
    pub no_quote_title: &'static str,
    /// What to do then.
    pub no_quote_body: &'static str,
    /// Asks again.
    pub again: &'static str,
    /// Label of the number of pieces.
    pub quantity: &'static str,
    /// Button.
    pub fewer: &'static str,
    /// Button.
    pub more: &'static str,
    /// Heading over the recipient.
    pub recipient_title: &'static str,
    /// Choice of the own number.
    pub own_number: &'static str,
    /// Choice of another number.
    pub other_number: &'static str,
    /// Label.
    pub phone: &'static str,
    /// Under the number.
    pub phone_hint: &'static str,
    /// Heading over the address.
    pub address_title: &'static str,
    /// Label.
    pub name: &'static str,
    /// Label.
    pub street: &'static str,
    /// Label.
    pub city: &'static str,
    /// Label.
    pub postal_code: &'static str,
    /// Label.
    pub courier_phone: &'static str,
    /// A field is empty.
    pub fault_empty: &'static str,
    /// Too few digits.
    pub fault_phone: &'static str,
    /// Not five digits.
    pub fault_postal: &'static str,
    /// Heading over the lots.
    pub paid_from: &'static str,
    /// Why these lots.
    pub paid_from_note: &'static str,
    /// Mark on a lot.
    pub ends_soon: &'static str,
    /// When a lot ends.
    pub ends_on: &'static str,
    /// A lot without an end.
    pub never_ends: &'static str,
    /// Further lots, in one row.
    pub more_lots: &'static str,
    /// Opens the rest of the lots.
    pub show_all_lots: &'static str,
    /// Row.
    pub total: &'static str,
    /// Row.
    pub left: &'static str,
    /// Row, when points are short.
    pub short: &'static str,
    /// Heading.
    pub terms: &'static str,
    /// Legend.
    pub channel: &'static str,
    /// Channel.
    pub sms: &'static str,
    /// Channel.
    pub email: &'static str,
    /// Button.
    pub send_code: &'static str,
    /// Button after an attempt that never arrived.
    pub send_code_again: &'static str,
    /// Under the button.
    pub hold_note: &'static str,
    /// After an attempt that never arrived.
    pub never_arrived: &'static str,
    /// Heading over the reasons.
    pub cannot_title: &'static str,
    /// Reason.
    pub reason_not_open: &'static str,
    /// Reason.
    pub reason_closed: &'static str,
    /// Reason.
    pub reason_out_of_stock: &'static str,
    /// Reason.
    pub reason_stock_short: &'static str,
    /// Reason.
    pub reason_tier: &'static str,
    /// Reason.
    pub reason_limit: &'static str,
    /// Reason.
    pub reason_limit_until: &'static str,
    /// Reason.
    pub reason_minimum: &'static str,
    /// Reason.
    pub reason_too_many: &'static str,
    /// Reason.
    pub reason_short: &'static str,
    /// Reason.
    pub reason_other: &'static str,
    /// While the attempt is on its way.
    pub sending: &'static str,
    /// After a lost answer.
    pub checking_title: &'static str,
    /// After a lost answer.
    pub checking_body: &'static str,
    /// Why.
    pub checking_lost: &'static str,
    /// Why.
    pub checking_resumed: &'static str,
    /// Why.
    pub checking_busy: &'static str,
    /// Why.
    pub checking_hold_over: &'static str,
    /// Why.
    pub checking_moved: &'static str,
    /// Look-ups have ended.
    pub checking_stalled: &'static str,
    /// Button.
    pub check_now: &'static str,
    /// Heading of the code step.
    pub code_title: &'static str,
    /// Where the code went.
    pub code_sent_sms: &'static str,
    /// Where the code went.
    pub code_sent_email: &'static str,
    /// What the code is for.
    pub code_for: &'static str,
    /// Label of the field.
    pub code_label: &'static str,
    /// Time left of the code.
    pub code_running: &'static str,
    /// The code has ended.
    pub code_over: &'static str,
    /// A wrong code whose answer was lost; the tries left come after it.
    pub code_wrong: &'static str,
    /// Too many tries.
    pub code_locked: &'static str,
    /// One try left.
    pub tries_one: &'static str,
    /// Tries left.
    pub tries_many: &'static str,
    /// Button.
    pub resend: &'static str,
    /// Button while waiting.
    pub resend_in: &'static str,
    /// Button, the other way.
    pub resend_sms: &'static str,
    /// Button, the other way.
    pub resend_email: &'static str,
    /// After sending again.
    pub resent: &'static str,
    /// The code did not reach the server.
    pub not_arrived: &'static str,
    /// Reassurance.
    pub held: &'static str,
    /// Countdown of the hold.
    pub hold_left: &'static str,
    /// Button.
    pub cancel: &'static str,
    /// While cancelling.
    pub cancelling: &'static str,
    /// While the code is checked.
    pub confirming: &'static str,
    /// Button.
    pub confirm: &'static str,
    /// Heading: there is a code.
    pub receipt_title: &'static str,
    /// Heading: it went straight to the recipient.
    pub receipt_delivered_title: &'static str,
    /// Heading: goods.
    pub receipt_on_its_way_title: &'static str,
    /// Heading: spent, not delivered yet.
    pub receipt_confirmed_title: &'static str,
    /// Under the heading.
    pub receipt_code_body: &'static str,
    /// Under the heading.
    pub receipt_delivered_body: &'static str,
    /// Under the heading, recipient unknown.
    pub receipt_delivered_plain: &'static str,
    /// Under the heading.
    pub receipt_on_its_way_body: &'static str,
    /// Under the heading, recipient unknown.
    pub receipt_on_its_way_plain: &'static str,
    /// Under the heading.
    pub receipt_confirmed_body: &'static str,
    /// Row.
    pub receipt_points: &'static str,
    /// Row.
    pub receipt_left: &'static str,
    /// Row.
    pub receipt_reference: &'static str,
    /// Row.
    pub receipt_recipient: &'static str,
    /// Row.
    pub receipt_ends: &'static str,
    /// Row.
    pub receipt_issued: &'static str,
    /// Several vouchers.
    pub receipt_pieces: &'static str,
    /// Name of the code for screen readers.
    pub voucher_code: &'static str,
    /// Name of the symbol.
    pub qr: &'static str,
    /// Name of the symbol.
    pub barcode: &'static str,
    /// Choice.
    pub show_qr: &'static str,
    /// Choice.
    pub show_barcode: &'static str,
    /// Button.
    pub copy: &'static str,
    /// After copying.
    pub copied: &'static str,
    /// When the browser forbids copying.
    pub copy_by_hand: &'static str,
    /// Button.
    pub print: &'static str,
    /// Button.
    pub send_sms: &'static str,
    /// Button.
    pub send_email: &'static str,
    /// After sending a copy.
    pub sent_sms: &'static str,
    /// After sending a copy.
    pub sent_email: &'static str,
    /// A copy could not be sent.
    pub send_lost: &'static str,
    /// Heading.
    pub how_to_use: &'static str,
    /// The codes are locked away.
    pub code_hidden: &'static str,
    /// Button.
    pub open_locker: &'static str,
    /// Button.
    pub done: &'static str,
    /// Heading.
    pub refused_title: &'static str,
    /// Under a refusal.
    pub refused_points: &'static str,
    /// The session ended.
    pub sign_in_title: &'static str,
    /// The session ended.
    pub sign_in_body: &'static str,
    /// Button.
    pub sign_in: &'static str,
    /// Reference of a problem, for support.
    pub reference_note: &'static str,
    /// The hold ended.
    pub ended_title: &'static str,
    /// The hold ended.
    pub ended_body: &'static str,
    /// Button.
    pub start_over: &'static str,
    /// Cancelled.
    pub cancelled_title: &'static str,
    /// Given back.
    pub undone_title: &'static str,
    /// Cancelled.
    pub cancelled_body: &'static str,
    /// Of the points {0} are back and {1} expired, since their lots ended while they were held.
    pub partly_back: &'static str,
    /// {1} points expired, none came back.
    pub none_back: &'static str,
    /// Heading of both, where the time ran out.
    pub ended_title_lost: &'static str,
    /// Name of the list of steps.
    pub steps: &'static str,
    /// Step.
    pub step_review: &'static str,
    /// Step.
    pub step_code: &'static str,
    /// Step.
    pub step_receipt: &'static str,
    /// No connection for a small action.
    pub offline: &'static str,
    /// Label.
    pub district: &'static str,
    /// Label.
    pub province: &'static str,
    /// Under the number for the courier.
    pub courier_own: &'static str,
    /// A field is empty.
    pub empty_name: &'static str,
    /// A field is empty.
    pub empty_street: &'static str,
    /// A field is empty.
    pub empty_city: &'static str,
    /// A field is empty.
    pub empty_postal_code: &'static str,
    /// A field is empty.
    pub empty_phone: &'static str,
    /// More than may be sent: how much it is, and the most.
    pub fault_too_long: &'static str,
    /// Button: works the review out anew.
    pub change_quantity: &'static str,
    /// Points left right after this redemption.
    pub receipt_left_then: &'static str,
    /// When an older redemption was made.
    pub receipt_redeemed_on: &'static str,
    /// Heading of an older receipt with codes.
    pub receipt_voucher_title: &'static str,
    /// Heading of a receipt whose vouchers were used.
    pub receipt_used_title: &'static str,
    /// Heading of a receipt whose vouchers have ended.
    pub receipt_ended_title: &'static str,
}

/// What is said of a redemption that ended without a reward.
#[derive(Clone, Debug)]
pub struct EndedText {
    /// Heading.
    pub title: &'static str,
    /// Which points came back, and which did not.
    pub body: String,
}

impl Texts {
    /// What is said of a redemption that timed out, was cancelled or given back; `points` writes a number of points.
    #[must_use]
    pub fn points_back(&self, redemption: &Redemption, points: impl Fn(i64) -> String) -> EndedText {
        let came_back = came_back(redemption);
        let (title, whole) = match redemption.state {
            RedemptionState::Expired if came_back != CameBack::Whole => {
                (self.ended_title_lost, self.ended_body)
            }
            RedemptionState::Expired => (self.ended_title, self.ended_body),
            RedemptionState::Undone => (self.undone_title, self.cancelled_body),
            _ => (self.cancelled_title, self.cancelled_body),
        };
        let (body, back) = match came_back {
            CameBack::Whole => (whole, redemption.points),
            CameBack::Part(back) => (self.partly_back, back),
            CameBack::Nothing => (self.none_back, 0),
        };
        let expired = redemption.expired.unwrap_or(0);
        EndedText { title, body: fill(body, &[&points(back), &points(expired)]) }
    }
}

/// Indonesian.
pub const ID: Texts = Texts {
    review_title: "Periksa penukaran",
    back: "Kembali",
    loading: "Menghitung poin…",
    no_quote_title: "Rincian belum bisa dimuat",
    no_quote_body: "Koneksi terputus. Poin Anda tidak berubah.",
    again: "Coba lagi",
    quantity: "Jumlah",
    fewer: "Kurangi jumlah",
    more: "Tambah jumlah",
    recipient_title: "Nomor penerima",
    own_number: "Nomor saya",
    other_number: "Nomor lain",
    phone: "Nomor ponsel penerima",
    phone_hint: "Contoh: 0812 3456 7890. Periksa lagi: yang sudah terkirim tidak bisa ditarik.",
    address_title: "Alamat pengiriman",
    name: "Nama penerima",
    street: "Jalan, nomor, RT/RW, kelurahan",
    city: "Kota atau kabupaten",
    postal_code: "Kode pos",
    courier_phone: "Nomor ponsel untuk kurir",
    fault_empty: "Bagian ini wajib diisi.",
    fault_phone: "Nomor ini kurang panjang. Contoh: 0812 3456 7890.",
    fault_postal: "Kode pos terdiri dari 5 digit.",
    paid_from: "Poin yang dipakai",
    paid_from_note: "Poin yang paling cepat hangus dipakai lebih dulu.",
    ends_soon: "segera hangus",
    ends_on: "berlaku s.d. {0}",
    never_ends: "tidak hangus",
    more_lots: "{0} perolehan poin lainnya",
    show_all_lots: "Tampilkan {0} lainnya",
    total: "Total",
    left: "Sisa poin Anda",
    short: "Kekurangan poin",
    terms: "Syarat dan ketentuan",
    channel: "Kirim kode OTP lewat",
    sms: "SMS",
    email: "Email",
    send_code: "Kirim kode OTP",
    send_code_again: "Kirim kode OTP lagi",
    hold_note: "Poin disisihkan {0} menit selama Anda memasukkan kode OTP. Belum terpotong.",
    never_arrived: "Permintaan tadi tidak sampai ke kami. Poin Anda tidak berubah. Silakan kirim lagi.",
    cannot_title: "Belum bisa ditukar",
    reason_not_open: "Hadiah ini baru bisa ditukar mulai {0}.",
    reason_closed: "Masa penukaran hadiah ini berakhir {0}.",
    reason_out_of_stock: "Stok hadiah ini habis. Pilih hadiah lain yang serupa.",
    reason_stock_short: "Stok tinggal {0}. Kurangi jumlahnya.",
    reason_tier: "Hadiah ini khusus anggota {0}.",
    reason_limit: "Batas penukaran Anda sudah tercapai.",
    reason_limit_until: "Batas penukaran Anda sudah tercapai. Bisa ditukar lagi mulai {0}.",
    reason_minimum: "Saldo Anda harus minimal {0}. Kurang {1} lagi.",
    reason_too_many: "Maksimal {0} per penukaran.",
    reason_short: "Kurang {0} untuk penukaran ini.",
    reason_other: "Hadiah ini belum bisa Anda tukar.",
    sending: "Menyisihkan poin dan mengirim kode OTP…",
    checking_title: "Kami sedang memastikan",
    checking_body: "Poin Anda hanya terpotong sekali. Halaman ini boleh ditutup; penukaran tidak akan hilang.",
    checking_lost: "Jawaban dari server tidak sampai.",
    checking_resumed: "Melanjutkan penukaran Anda.",
    checking_busy: "Server sedang sibuk.",
    checking_hold_over: "Waktu penukaran habis. Kami periksa apakah poin Anda sudah kembali.",
    checking_moved: "Status penukaran berubah.",
    checking_stalled: "Masih belum ada jawaban. Periksa koneksi Anda, lalu tekan tombol di bawah.",
    check_now: "Periksa sekarang",
    code_title: "Masukkan kode OTP",
    code_sent_sms: "Kami mengirim kode OTP lewat SMS ke {0}",
    code_sent_email: "Kami mengirim kode OTP lewat email ke {0}",
    code_for: "untuk: {0} · {1}",
    code_label: "Kode OTP (6 digit)",
    code_running: "Berlaku {0} lagi",
    code_over: "Kode OTP ini sudah tidak berlaku. Minta kode baru.",
    code_wrong: "Kode salah.",
    code_locked: "Terlalu banyak percobaan. Minta kode baru.",
    tries_one: "Tersisa 1 percobaan",
    tries_many: "Tersisa {0} percobaan",
    resend: "Kirim kode baru",
    resend_in: "Kirim kode baru dalam {0}",
    resend_sms: "Kirim lewat SMS",
    resend_email: "Kirim lewat email",
    resent: "Kode baru sudah dikirim. Kode lama tidak berlaku lagi.",
    not_arrived: "Kode tadi belum sampai ke kami. Masukkan sekali lagi.",
    held: "{0} disisihkan, belum terpotong.",
    hold_left: "Selesaikan dalam {0}",
    cancel: "Batalkan penukaran",
    cancelling: "Membatalkan…",
    confirming: "Memeriksa kode OTP…",
    confirm: "Tukar {0}",
    receipt_title: "Berhasil ditukar",
    receipt_delivered_title: "Sudah terkirim",
    receipt_on_its_way_title: "Sedang diproses",
    receipt_confirmed_title: "Kode benar, hadiah disiapkan",
    receipt_code_body: "Tunjukkan kode ini di kasir atau masukkan di situs mitra.",
    receipt_delivered_body: "Sudah masuk ke {0}.",
    receipt_delivered_plain: "Hadiah sudah masuk ke nomor Anda.",
    receipt_on_its_way_body: "Kurir akan mengantar ke alamat di bawah ini.",
    receipt_on_its_way_plain: "Kurir akan mengantar ke alamat yang Anda isi.",
    receipt_confirmed_body: "Biasanya kurang dari satu menit. Halaman ini diperbarui otomatis.",
    receipt_points: "Poin yang dipakai",
    receipt_left: "Sisa poin",
    receipt_reference: "Nomor referensi",
    receipt_recipient: "Penerima",
    receipt_ends: "Berlaku s.d.",
    receipt_issued: "Ditukar",
    receipt_pieces: "Voucher {0} dari {1}",
    voucher_code: "Kode voucher",
    qr: "Kode QR untuk {0}",
    barcode: "Barcode untuk {0}",
    show_qr: "QR",
    show_barcode: "Barcode",
    copy: "Salin kode",
    copied: "Kode disalin",
    copy_by_hand: "Kode sudah dipilih. Tekan Ctrl+C untuk menyalin.",
    print: "Cetak",
    send_sms: "Kirim lewat SMS",
    send_email: "Kirim lewat email",
    sent_sms: "Salinan dikirim lewat SMS.",
    sent_email: "Salinan dikirim lewat email.",
    send_lost: "Salinan belum terkirim. Coba lagi.",
    how_to_use: "Cara pakai",
    code_hidden: "Kode voucher disembunyikan. Buka Voucher saya dan masukkan kode OTP untuk melihatnya.",
    open_locker: "Buka Voucher saya",
    done: "Selesai",
    refused_title: "Penukaran tidak bisa dilanjutkan",
    refused_points: "Poin Anda tidak berubah.",
    sign_in_title: "Masuk lagi untuk melanjutkan",
    sign_in_body: "Sesi Anda berakhir. Penukaran ini kami simpan dan lanjutkan setelah Anda masuk.",
    sign_in: "Masuk",
    reference_note: "Sebutkan nomor referensi {0} kepada layanan pelanggan.",
    ended_title: "Waktu penukaran habis. Poin Anda sudah kembali.",
    ended_body: "{0} sudah kembali ke saldo Anda, dengan masa berlaku semula. Tidak ada yang terpotong.",
    start_over: "Mulai lagi",
    cancelled_title: "Penukaran dibatalkan",
    undone_title: "Poin Anda dikembalikan",
    cancelled_body: "{0} sudah kembali ke saldo Anda, dengan masa berlaku semula.",
    partly_back: "{0} sudah kembali ke saldo Anda. {1} hangus selagi disisihkan, karena masa berlakunya habis.",
    none_back: "{1} hangus selagi disisihkan, karena masa berlakunya habis.",
    ended_title_lost: "Waktu penukaran habis",
    steps: "Langkah penukaran",
    step_review: "Periksa",
    step_code: "Kode OTP",
    step_receipt: "Selesai",
    offline: "Koneksi terputus. Coba lagi.",
    district: "Kecamatan (boleh dikosongkan)",
    province: "Provinsi (boleh dikosongkan)",
    courier_own: "Kosongkan untuk memakai nomor Anda, {0}.",
    empty_name: "Isi nama penerima.",
    empty_street: "Isi nama jalan dan nomor rumah.",
    empty_city: "Isi kota atau kabupaten.",
    empty_postal_code: "Isi kode pos, 5 digit.",
    empty_phone: "Isi nomor ponsel. Contoh: 0812 3456 7890.",
    fault_too_long: "Terlalu panjang: {0} karakter, maksimal {1}. Persingkat dulu; tidak ada yang kami potong.",
    change_quantity: "Ubah jumlah",
    receipt_left_then: "Sisa poin setelah penukaran ini",
    receipt_redeemed_on: "Ditukar {0}.",
    receipt_voucher_title: "Voucher Anda",
    receipt_used_title: "Voucher sudah dipakai",
    receipt_ended_title: "Masa berlaku voucher habis",
};

/// English.
pub const EN: Texts = Texts {
    review_title: "Review your redemption",
    back: "Back",
    loading: "Calculating points…",
    no_quote_title: "The details could not be loaded",
    no_quote_body: "The connection dropped. Your points have not changed.",
    again: "Try again",
    quantity: "Quantity",
    fewer: "One fewer",
    more: "One more",
    recipient_title: "Recipient’s number",
    own_number: "My number",
    other_number: "Another number",
    phone: "Recipient’s mobile number",
    phone_hint: "For example 0812 3456 7890. Check it again: what is sent can’t be taken back.",
    address_title: "Delivery address",
    name: "Recipient’s name",
    street: "Street, number, neighbourhood",
    city: "City or regency",
    postal_code: "Postal code",
    courier_phone: "Mobile number for the courier",
    fault_empty: "This field is required.",
    fault_phone: "This number is too short. For example 0812 3456 7890.",
    fault_postal: "A postal code has 5 digits.",
    paid_from: "Points used",
    paid_from_note: "Points that expire first are used first.",
    ends_soon: "expires soon",
    ends_on: "valid until {0}",
    never_ends: "never expires",
    more_lots: "{0} more entries",
    show_all_lots: "Show {0} more",
    total: "Total",
    left: "Points left",
    short: "Points missing",
    terms: "Terms and conditions",
    channel: "Send the code by",
    sms: "SMS",
    email: "Email",
    send_code: "Send code",
    send_code_again: "Send the code again",
    hold_note: "We set the points aside for {0} minutes while you enter the code. They are not used yet.",
    never_arrived: "Your request did not reach us. Your points have not changed. You can send it again.",
    cannot_title: "You can’t redeem this yet",
    reason_not_open: "You can redeem this from {0}.",
    reason_closed: "This could be redeemed until {0}.",
    reason_out_of_stock: "This reward is out of stock. Choose a similar one.",
    reason_stock_short: "Only {0} left. Choose fewer.",
    reason_tier: "This reward is for {0} members.",
    reason_limit: "You have reached your limit.",
    reason_limit_until: "You have reached your limit. You can redeem it again from {0}.",
    reason_minimum: "Your balance must be at least {0}. You need {1} more.",
    reason_too_many: "Up to {0} per redemption.",
    reason_short: "You need {0} more for this redemption.",
    reason_other: "You can’t redeem this reward yet.",
    sending: "Setting the points aside and sending the code…",
    checking_title: "We are checking",
    checking_body: "Your points are used only once. You may close this page; your redemption will not get lost.",
    checking_lost: "We did not get the server’s answer.",
    checking_resumed: "Continuing your redemption.",
    checking_busy: "The server is busy.",
    checking_hold_over: "Time ran out. We are checking that your points are back.",
    checking_moved: "The status of your redemption has changed.",
    checking_stalled: "Still no answer. Check your connection, then press the button below.",
    check_now: "Check now",
    code_title: "Enter the 6-digit code",
    code_sent_sms: "We sent a 6-digit code by SMS to {0}",
    code_sent_email: "We sent a 6-digit code by email to {0}",
    code_for: "for: {0} · {1}",
    code_label: "6-digit code",
    code_running: "Valid for {0}",
    code_over: "This code has expired. Ask for a new one.",
    code_wrong: "Wrong code.",
    code_locked: "Too many tries. Ask for a new code.",
    tries_one: "1 try left",
    tries_many: "{0} tries left",
    resend: "Send a new code",
    resend_in: "Send a new code in {0}",
    resend_sms: "Send by SMS",
    resend_email: "Send by email",
    resent: "We sent a new code. The old code no longer works.",
    not_arrived: "Your code did not reach us. Enter it once more.",
    held: "{0} set aside, not used yet.",
    hold_left: "Finish within {0}",
    cancel: "Cancel redemption",
    cancelling: "Cancelling…",
    confirming: "Checking the code…",
    confirm: "Redeem {0}",
    receipt_title: "Redeemed",
    receipt_delivered_title: "Delivered",
    receipt_on_its_way_title: "Being processed",
    receipt_confirmed_title: "Code accepted, preparing your reward",
    receipt_code_body: "Show this code at the till or enter it on the partner’s site.",
    receipt_delivered_body: "It was sent to {0}.",
    receipt_delivered_plain: "It was sent to your number.",
    receipt_on_its_way_body: "A courier will deliver it to the address below.",
    receipt_on_its_way_plain: "A courier will deliver it to the address you gave.",
    receipt_confirmed_body: "This usually takes less than a minute. The page updates by itself.",
    receipt_points: "Points used",
    receipt_left: "Points left",
    receipt_reference: "Reference",
    receipt_recipient: "Recipient",
    receipt_ends: "Valid until",
    receipt_issued: "Redeemed",
    receipt_pieces: "Voucher {0} of {1}",
    voucher_code: "Voucher code",
    qr: "QR code for {0}",
    barcode: "Barcode for {0}",
    show_qr: "QR",
    show_barcode: "Barcode",
    copy: "Copy code",
    copied: "Code copied",
    copy_by_hand: "The code is selected. Press Ctrl+C to copy.",
    print: "Print",
    send_sms: "Send by SMS",
    send_email: "Send by email",
    sent_sms: "We sent a copy by SMS.",
    sent_email: "We sent a copy by email.",
    send_lost: "The copy was not sent. Try again.",
    how_to_use: "How to use it",
    code_hidden: "The voucher code is hidden. Open My vouchers and enter a 6-digit code to see it.",
    open_locker: "Open My vouchers",
    done: "Done",
    refused_title: "This redemption can’t continue",
    refused_points: "Your points have not changed.",
    sign_in_title: "Sign in again to continue",
    sign_in_body: "Your session has ended. We keep this redemption and continue once you are signed in.",
    sign_in: "Sign in",
    reference_note: "Give support the reference {0}.",
    ended_title: "Time ran out. Your points are back.",
    ended_body: "We put {0} back into your balance, with the same expiry dates. Nothing was used.",
    start_over: "Start over",
    cancelled_title: "Redemption cancelled",
    undone_title: "Your points were refunded",
    cancelled_body: "We put {0} back into your balance, with the same expiry dates.",
    partly_back: "We put {0} back into your balance. {1} expired while they were set aside.",
    none_back: "{1} expired while they were set aside.",
    ended_title_lost: "Time ran out",
    steps: "Steps",
    step_review: "Review",
    step_code: "Code",
    step_receipt: "Done",
    offline: "The connection dropped. Try again.",
    district: "District (optional)",
    province: "Province (optional)",
    courier_own: "Leave empty to use your own number, {0}.",
    empty_name: "Enter the recipient’s name.",
    empty_street: "Enter the street and number.",
    empty_city: "Enter the city or regency.",
    empty_postal_code: "Enter the postal code, 5 digits.",
    empty_phone: "Enter a mobile number. For example 0812 3456 7890.",
    fault_too_long: "Too long: {0} characters, at most {1}. Shorten it; we cut nothing off.",
    change_quantity: "Change quantity",
    receipt_left_then: "Points left after this redemption",
    receipt_redeemed_on: "Redeemed {0}.",
    receipt_voucher_title: "Your voucher",
    receipt_used_title: "Voucher used",
    receipt_ended_title: "Voucher expired",
};
