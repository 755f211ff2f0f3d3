//! What the messages say. A text message has at most 160 characters of GSM-7 and ends with the line that browsers read
//! (`@host #code`, in a frame `@host #code @frame-host`); a code's message names the programme and what the code is for: of
//! a redemption the reward, the points and the recipient, masked.
//!
//! Invariants: where room is short, a title is shortened first and then the programme's name; recipient, points and the
//! last line are never cut. No text of the catalogue begins a line or a header of its own.

mod letters;

use crate::{language::Language, place::Place, senders::Message};
use letters::{gsm7, shortened};
use tukar_wire::Channel;

pub use letters::{mask_for_sms, one_line};

/// Characters of a text message.
pub const SMS_CHARACTERS_MAX: usize = 160;
/// Letters of a host that a message may name: two of them, a code and a few words still fit.
pub const HOST_LETTERS_MAX: usize = 50;
/// Characters of a title below which a shorter text is taken instead, from the longest text to the shortest.
const TITLE_CHARACTERS_MIN: [usize; 6] = [32, 32, 24, 16, 8, 0];
/// Characters of the programme's name in a text message.
const PROGRAMME_CHARACTERS_MAX: usize = 20;

/// What a code's message is about.
#[derive(Clone, Copy)]
pub enum About<'a> {
    /// Signing in.
    SignIn,
    /// The vouchers.
    Locker,
    /// A redemption.
    Redeem {
        /// Title of the reward.
        title: &'a str,
        /// Points in all.
        points: i64,
        /// Who gets it, as [`mask_for_sms`] or another mask of at most [`RECIPIENT_CHARACTERS_MAX`] characters; `None`: the
        /// reward asks for nobody.
        recipient: Option<&'a str>,
    },
}

/// Characters of a masked recipient: all of them stand in each message.
pub const RECIPIENT_CHARACTERS_MAX: usize = 16;

/// Where a message goes and from which page it was asked for.
#[derive(Clone, Copy)]
pub struct Envelope<'a> {
    /// Which way.
    pub channel: Channel,
    /// Contact.
    pub to: &'a str,
    /// Language of the text.
    pub language: Language,
    /// The programme's name in that language.
    pub programme: &'a str,
    /// Where the widget sits; the text names its page.
    pub place: &'a Place,
}

tukar_wire::debug_masked!(Envelope<'a> { channel, language, programme, place; to });

/// A text around a title, which is shortened where there is no room.
struct Variant {
    before: String,
    after: String,
    /// Characters of the title that have to fit; a shorter title fits whole.
    title_min: usize,
}

impl Variant {
    fn new(before: String, after: String, title_min: usize) -> Variant {
        Variant { before, after, title_min }
    }

    fn whole(text: String) -> Variant {
        Variant::new(text, String::new(), 0)
    }

    fn write(&self, title: &str, last: &str) -> String {
        format!("{}{title}{}{last}", self.before, self.after)
    }
}

/// What all texts with a code name.
#[derive(Clone, Copy)]
struct Words<'a> {
    code: &'a str,
    programme: &'a str,
    site: &'a str,
    minutes: i64,
}

/// A message with a code that counts for `counts_ms` more. It tells whole minutes, and one where there is less.
#[must_use]
pub fn code(envelope: Envelope<'_>, about: About<'_>, code: &str, counts_ms: i64) -> Message {
    let language = envelope.language;
    let programme = &programme_of(envelope);
    let words = Words { code, programme, site: &envelope.place.top, minutes: (counts_ms / 60_000).max(1) };
    let last = format!("\n{}", envelope.place.last_line(code));
    let (subject, variants, title) = match about {
        About::SignIn => (
            language.pick(format!("Kode OTP masuk {programme}"), format!("Your {programme} sign-in code")),
            sign_in(language, words),
            String::new(),
        ),
        About::Locker => (
            language.pick(
                format!("Kode OTP {programme} untuk voucher Anda"),
                format!("Your {programme} code for your vouchers"),
            ),
            locker(language, words),
            String::new(),
        ),
        About::Redeem { title, points, recipient } => {
            let title = one_line(title);
            let subject = language.pick(
                format!("Kode OTP {programme}: tukar {title}"),
                format!("Your {programme} code to redeem {title}"),
            );
            (subject, redeem(language, words, &language.number(points), recipient), title)
        }
    };
    message(envelope, subject, fitted(envelope.channel, &variants, &title, &last))
}

fn sign_in(language: Language, words: Words<'_>) -> Vec<Variant> {
    let Words { code, programme, site, minutes } = words;
    let valid = in_minutes(minutes);
    let texts = match language {
        Language::Id => [
            format!(
                "{code} kode OTP masuk {programme} di {site}. Jangan berikan ke siapa pun. Berlaku {minutes} menit."
            ),
            format!("{code} kode OTP masuk {programme} di {site}. Rahasia, {minutes} menit."),
            format!("{code} kode OTP masuk {programme}. Rahasia, {minutes} menit."),
            format!("{code} kode OTP masuk. Rahasia, {minutes} menit."),
        ],
        Language::En => [
            format!("{code} is your {programme} sign-in code for {site}. Tell nobody. Valid {valid}."),
            format!("{code} is your {programme} sign-in code for {site}. Secret, {minutes} min."),
            format!("{code} is your {programme} sign-in code. Secret, {minutes} min."),
            format!("{code} is your sign-in code. Secret, {minutes} min."),
        ],
    };
    texts.map(Variant::whole).into()
}

fn locker(language: Language, words: Words<'_>) -> Vec<Variant> {
    let Words { code, programme, site, minutes } = words;
    let valid = in_minutes(minutes);
    let texts = match language {
        Language::Id => [
            format!(
                "{code} kode OTP {programme} untuk membuka voucher Anda di {site}. Jangan berikan ke siapa pun. Berlaku {minutes} menit."
            ),
            format!("{code} kode OTP {programme} untuk voucher Anda di {site}. Rahasia, {minutes} menit."),
            format!("{code} kode OTP {programme} untuk voucher. Rahasia, {minutes} menit."),
            format!("{code} kode OTP untuk voucher. Rahasia, {minutes} menit."),
        ],
        Language::En => [
            format!(
                "{code} is your {programme} code to open your vouchers at {site}. Tell nobody. Valid {valid}."
            ),
            format!("{code} {programme} code for your vouchers at {site}. Secret, {minutes} min."),
            format!("{code} {programme} code for your vouchers. Secret, {minutes} min."),
            format!("{code} opens your vouchers. Secret, {minutes} min."),
        ],
    };
    texts.map(Variant::whole).into()
}

fn redeem(language: Language, words: Words<'_>, points: &str, recipient: Option<&str>) -> Vec<Variant> {
    let Words { code, programme, site, minutes } = words;
    let (to, bare) = match (language, recipient) {
        (_, None) => (String::new(), String::new()),
        (Language::Id, Some(recipient)) => (format!(", ke {recipient}"), format!(" {recipient}")),
        (Language::En, Some(recipient)) => (format!(", for {recipient}"), format!(" {recipient}")),
    };
    let valid = in_minutes(minutes);
    let texts = match language {
        Language::Id => [
            (
                format!("{code} kode OTP {programme} untuk tukar "),
                format!(
                    ", {points} poin{to}, di {site}. Jangan berikan ke siapa pun. Berlaku {minutes} menit."
                ),
            ),
            (
                format!("{code} kode OTP {programme}: tukar "),
                format!(", {points} poin{to}, di {site}. Rahasia, {minutes} menit."),
            ),
            (
                format!("{code} kode OTP {programme}: tukar "),
                format!(", {points} poin{to}. Rahasia, {minutes} menit."),
            ),
            (format!("{code} {programme}: tukar "), format!(", {points} poin{to}")),
            (format!("{programme}: "), format!(", {points} poin{to}")),
            (String::new(), format!(" {points} poin{bare}")),
        ],
        Language::En => [
            (
                format!("{code} is your {programme} code to redeem "),
                format!(", {points} points{to}, at {site}. Tell nobody. Valid {valid}."),
            ),
            (
                format!("{code} {programme} code: redeem "),
                format!(", {points} points{to}, at {site}. Secret, {minutes} min."),
            ),
            (
                format!("{code} {programme} code: redeem "),
                format!(", {points} points{to}. Secret, {minutes} min."),
            ),
            (format!("{code} {programme}: redeem "), format!(", {points} points{to}")),
            (format!("{programme}: "), format!(", {points} points{to}")),
            (String::new(), format!(" {points} points{bare}")),
        ],
    };
    // The last line names the site in any case. The two shortest leave the code to it; the very last the programme, too.
    let texts = texts.into_iter().zip(TITLE_CHARACTERS_MIN);
    texts.map(|((before, after), title_min)| Variant::new(before, after, title_min)).collect()
}

/// In English; Indonesian has one form for one and for several.
fn in_minutes(minutes: i64) -> String {
    if minutes == 1 { "1 minute".to_owned() } else { format!("{minutes} minutes") }
}

/// The longest variant in which a title keeps enough of itself to be known. The last line is never cut.
fn fitted(channel: Channel, variants: &[Variant], title: &str, last: &str) -> String {
    let [first, .., shortest] = variants else { return title.to_owned() + last };
    if channel == Channel::Email {
        return first.write(title, last);
    }
    let title = gsm7(title);
    let room = |variant: &Variant| {
        SMS_CHARACTERS_MAX.checked_sub(variant.before.len() + variant.after.len() + last.len())
    };
    let fits =
        |variant: &&Variant| room(variant).is_some_and(|room| room >= title.len().min(variant.title_min));
    let variant = variants.iter().find(fits).unwrap_or(shortest);
    variant.write(&shortened(&title, room(variant).unwrap_or(0)), last)
}

/// The programme's name as the channel can write it.
fn programme_of(envelope: Envelope<'_>) -> String {
    let name = one_line(envelope.programme);
    match envelope.channel {
        Channel::Email => name,
        Channel::Sms => shortened(&gsm7(&name), PROGRAMME_CHARACTERS_MAX),
    }
}

/// To the owner of a contact without an account.
#[must_use]
pub fn not_enrolled(envelope: Envelope<'_>) -> Message {
    let (site, programme) = (envelope.place.top.as_str(), programme_of(envelope));
    let (subject, texts) = match envelope.language {
        Language::Id => (
            format!("Anda belum terdaftar di {programme}"),
            [
                format!(
                    "Ada yang mencoba masuk ke {programme} di {site} dengan kontak ini, yang belum terdaftar. Bukan Anda? Abaikan saja."
                ),
                format!(
                    "Ada yang mencoba masuk di {site} dengan kontak ini, yang belum terdaftar. Bukan Anda? Abaikan saja."
                ),
            ],
        ),
        Language::En => (
            format!("You are not registered with {programme}"),
            [
                format!(
                    "Someone tried to sign in to {programme} at {site} with this contact, which is not registered. Not you? Ignore this."
                ),
                format!(
                    "Someone tried to sign in at {site} with this contact, which is not registered. Not you? Ignore this."
                ),
            ],
        ),
    };
    message(envelope, subject, fitted(envelope.channel, &texts.map(Variant::whole), "", ""))
}

/// What a copy of a voucher tells.
#[derive(Clone, Copy)]
pub struct Voucher<'a> {
    /// Title of the reward.
    pub title: &'a str,
    /// Code, grouped as it is typed.
    pub code: &'a str,
    /// Last day on which it can be used, as written in the envelope's language.
    pub until: Option<&'a str>,
}

tukar_wire::debug_masked!(Voucher<'a> { title, until; code });

/// A copy of a voucher.
#[must_use]
pub fn voucher(envelope: Envelope<'_>, voucher: Voucher<'_>) -> Message {
    let Voucher { title, code, until } = voucher;
    let (programme, title, code) = (programme_of(envelope), one_line(title), one_line(code));
    let subject = envelope
        .language
        .pick(format!("Voucher {programme}: {title}"), format!("Your {programme} voucher: {title}"));
    let until = until.map(|day| envelope.language.pick(format!(", s.d. {day}"), format!(", until {day}")));
    let until = until.unwrap_or_default();
    let variants = match envelope.language {
        Language::Id => [
            format!(": kode {code}{until}. Dari {programme}. Siapa pun yang punya kode ini bisa memakainya."),
            format!(": kode {code}{until}. Dari {programme}. Rahasiakan."),
            format!(": kode {code}{until}. Rahasiakan."),
        ],
        Language::En => [
            format!(": code {code}{until}. From {programme}. Anyone who has this code can use it."),
            format!(": code {code}{until}. From {programme}. Keep it secret."),
            format!(": code {code}{until}. Keep it secret."),
        ],
    };
    let variants = variants.map(|after| Variant::new(String::new(), after, TITLE_CHARACTERS_MIN[3]));
    message(envelope, subject, fitted(envelope.channel, &variants, &title, ""))
}

fn message(envelope: Envelope<'_>, subject: String, text: String) -> Message {
    Message {
        channel: envelope.channel,
        to: envelope.to.to_owned(),
        subject: one_line(&subject),
        text,
        language: envelope.language,
    }
}

#[cfg(test)]
mod tests;
