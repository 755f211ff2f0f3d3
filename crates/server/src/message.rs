//! What the messages say. A text message has at most 160 characters of GSM-7 and ends with the line that browsers read
//! (`@host #code`, in a frame `@host #code @frame-host`); a code's message names what the code is for and on which page.

use crate::{language::Language, place::Place, senders::Message};
use tukar_wire::Channel;

/// Characters of a text message.
pub const SMS_CHARACTERS_MAX: usize = 160;
/// Letters of a host that a message may name: two of them, a code and a few words still fit.
pub const HOST_LETTERS_MAX: usize = 50;
/// Characters of a title below which a shorter text is taken instead.
const TITLE_CHARACTERS_MIN: usize = 16;

/// What a code's message is about.
#[derive(Clone, Copy, Debug)]
pub enum About<'a> {
    /// Signing in.
    SignIn,
    /// The claim locker.
    Locker,
    /// A redemption.
    Redeem {
        /// Title of the reward.
        title: &'a str,
        /// Points in all.
        points: i64,
    },
}

/// Where a message goes and from which page it was asked for.
#[derive(Clone, Copy)]
pub struct Envelope<'a> {
    /// Which way.
    pub channel: Channel,
    /// Contact.
    pub to: &'a str,
    /// Language of the text.
    pub language: Language,
    /// Where the widget sits; the text names its page.
    pub place: &'a Place,
}

tukar_wire::debug_masked!(Envelope<'a> { channel, language, place; to });

/// A message with a code that counts for `counts_ms` more. It tells whole minutes, and one where there is less.
#[must_use]
pub fn code(envelope: Envelope<'_>, about: About<'_>, (code, counts_ms): (&str, i64)) -> Message {
    let minutes = (counts_ms / 60_000).max(1);
    let (site, language) = (envelope.place.top.as_str(), envelope.language);
    let last = format!("\n{}", envelope.place.last_line(code));
    let (subject, variants) = match about {
        About::SignIn => (
            language.pick(format!("Kode masuk {site}"), format!("Your sign-in code for {site}")),
            sign_in(language, (site, code), minutes),
        ),
        About::Locker => (
            language.pick("Kode untuk membuka voucher Anda", "The code for your vouchers").to_owned(),
            locker(language, (site, code), minutes),
        ),
        About::Redeem { title, points } => (
            language.pick(format!("Kode tukar: {title}"), format!("Your code for {title}")),
            redeem(language, (site, code), (points, minutes)),
        ),
    };
    let title = if let About::Redeem { title, .. } = about { title } else { "" };
    message(envelope, subject, fitted(envelope.channel, (&variants, title), &last))
}

/// A text around a title, which is shortened where there is no room.
type Variant = (String, String);

fn sign_in(language: Language, (site, code): (&str, &str), minutes: i64) -> [Variant; 3] {
    let valid = in_minutes(minutes);
    let whole = |text: String| (text, String::new());
    match language {
        Language::Id => [
            whole(format!(
                "{code} kode masuk Anda di {site}. Jangan beri tahu siapa pun. Berlaku {minutes} menit."
            )),
            whole(format!("{code} kode masuk Anda di {site}. Rahasia, {minutes} menit.")),
            whole(format!("{code} kode masuk Anda. Rahasia, {minutes} menit.")),
        ],
        Language::En => [
            whole(format!("{code} is your sign-in code for {site}. Tell nobody. Valid {valid}.")),
            whole(format!("{code} is your sign-in code for {site}. Secret, {minutes} min.")),
            whole(format!("{code} is your sign-in code. Secret, {minutes} min.")),
        ],
    }
}

fn locker(language: Language, (site, code): (&str, &str), minutes: i64) -> [Variant; 3] {
    let valid = in_minutes(minutes);
    let whole = |text: String| (text, String::new());
    match language {
        Language::Id => [
            whole(format!(
                "{code} kode untuk membuka voucher Anda di {site}. Jangan beri tahu siapa pun. Berlaku {minutes} menit."
            )),
            whole(format!("{code} kode membuka voucher di {site}. Rahasia, {minutes} menit.")),
            whole(format!("{code} kode membuka voucher. Rahasia, {minutes} menit.")),
        ],
        Language::En => [
            whole(format!("{code} opens your vouchers at {site}. Tell nobody. Valid {valid}.")),
            whole(format!("{code} opens your vouchers at {site}. Secret, {minutes} min.")),
            whole(format!("{code} opens your vouchers. Secret, {minutes} min.")),
        ],
    }
}

fn redeem(language: Language, (site, code): (&str, &str), (points, minutes): (i64, i64)) -> [Variant; 3] {
    let (points, valid) = (language.number(points), in_minutes(minutes));
    match language {
        Language::Id => [
            (
                format!("{code} kode tukar "),
                format!(", {points} poin, di {site}. Jangan beri tahu siapa pun. {minutes} menit."),
            ),
            (format!("{code} kode tukar "), format!(", {points} poin, di {site}. Rahasia.")),
            (format!("{code} tukar "), format!(", {points} poin")),
        ],
        Language::En => [
            (format!("{code} to redeem "), format!(", {points} points, at {site}. Tell nobody. {valid}.")),
            (format!("{code} to redeem "), format!(", {points} points, at {site}. Secret.")),
            (format!("{code} redeems "), format!(", {points} points")),
        ],
    }
}

/// In English; Indonesian has one form for one and for several.
fn in_minutes(minutes: i64) -> String {
    if minutes == 1 { "1 minute".to_owned() } else { format!("{minutes} minutes") }
}

/// The longest variant in which a title keeps enough of itself to be known. The last line is never cut, and it names the
/// page as well: so the shortest variant may leave the page out.
fn fitted(channel: Channel, (variants, title): (&[Variant; 3], &str), last: &str) -> String {
    let write = |(before, after): &Variant, title: &str| format!("{before}{title}{after}{last}");
    if channel == Channel::Email {
        return write(&variants[0], title);
    }
    let title = gsm7(title);
    let room =
        |(before, after): &Variant| SMS_CHARACTERS_MAX.checked_sub(before.len() + after.len() + last.len());
    let enough = title.len().min(TITLE_CHARACTERS_MIN);
    let fits = variants.iter().find(|variant| room(variant).is_some_and(|room| room >= enough));
    let variant = fits.unwrap_or(&variants[2]);
    write(variant, &shortened(&title, room(variant).unwrap_or(0)))
}

/// To the owner of a contact without an account.
#[must_use]
pub fn not_enrolled(envelope: Envelope<'_>) -> Message {
    let site = envelope.place.top.as_str();
    let (subject, text) = match envelope.language {
        Language::Id => (
            format!("Anda belum terdaftar di {site}"),
            format!(
                "Ada yang mencoba masuk di {site} dengan kontak ini, yang belum terdaftar. Bukan Anda? Abaikan saja."
            ),
        ),
        Language::En => (
            format!("You are not enrolled at {site}"),
            format!(
                "Someone tried to sign in at {site} with this contact, which is not enrolled. Not you? Ignore this."
            ),
        ),
    };
    message(envelope, subject, text)
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
    let site = envelope.place.top.as_str();
    let subject = envelope.language.pick(format!("Voucher Anda: {title}"), format!("Your voucher: {title}"));
    let until = until.map(|day| envelope.language.pick(format!(", s.d. {day}"), format!(", until {day}")));
    let until = until.unwrap_or_default();
    let variants = match envelope.language {
        Language::Id => [
            format!(": kode {code}{until}. Dari {site}. Siapa pun yang punya kode ini bisa memakainya."),
            format!(": kode {code}{until}. Dari {site}. Rahasiakan."),
            format!(": kode {code}{until}. Rahasiakan."),
        ],
        Language::En => [
            format!(": code {code}{until}. From {site}. Whoever has this code can use it."),
            format!(": code {code}{until}. From {site}. Keep it secret."),
            format!(": code {code}{until}. Keep it secret."),
        ],
    };
    let variants = variants.map(|after| (String::new(), after));
    message(envelope, subject, fitted(envelope.channel, (&variants, title), ""))
}

fn message(envelope: Envelope<'_>, subject: String, text: String) -> Message {
    Message {
        channel: envelope.channel,
        to: envelope.to.to_owned(),
        subject,
        text,
        language: envelope.language,
    }
}

/// What GSM-7 can't write in one unit becomes its nearest letter or is left out.
fn gsm7(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            ' '..='~' if !"[\\]^`{|}~".contains(c) => Some(c),
            '–' | '—' => Some('-'),
            '’' | '‘' => Some('\''),
            '·' => Some('-'),
            'é' | 'è' | 'ê' => Some('e'),
            '\u{a0}' => Some(' '),
            _ => None,
        })
        .collect()
}

/// At most `room` characters, cut at a word where that is near.
fn shortened(text: &str, room: usize) -> String {
    if text.len() <= room {
        return text.to_owned();
    }
    let cut = &text[..room.saturating_sub(2)];
    let end = cut.rfind(' ').filter(|at| at * 2 > cut.len()).unwrap_or(cut.len());
    format!("{}..", &cut[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::fmt::Write as _;

    const LONG_TITLE: &str =
        "Paket Data Keluarga Super Panjang – 100 GB [30 hari] dengan bonus streaming é dan 😀 banyak lagi";
    const CHANNELS: [(Channel, &str); 2] = [(Channel::Sms, "text message"), (Channel::Email, "e-mail")];

    fn place(top: &str, frame: Option<&str>) -> Place {
        let frame = frame.map(str::to_owned);
        Place { partner: String::new(), top: top.to_owned(), frame, codes_per_hour: None }
    }

    fn places() -> [(&'static str, Place); 3] {
        [
            ("the programme's own page", place("tukar.example.id", None)),
            ("in a partner's page", place("kopi.example.id", None)),
            ("in a frame on a partner's page", place("kopi.example.id", Some("tukar.example.id"))),
        ]
    }

    /// Every kind of message, with its name.
    fn each(envelope: Envelope<'_>) -> [(&'static str, Message); 7] {
        let sent = ("482913", 300_000);
        let redeem = |title, points| code(envelope, About::Redeem { title, points }, sent);
        let copy = |until| {
            let told = Voucher { title: "Voucher Belanja Rp50.000", code: "7F3K-29QD-XM4T", until };
            voucher(envelope, told)
        };
        [
            ("sign-in", code(envelope, About::SignIn, sent)),
            ("locker", code(envelope, About::Locker, sent)),
            ("redeem", redeem("Voucher Belanja Rp50.000", 10_000)),
            ("redeem, a long title", redeem(LONG_TITLE, 2_000_000)),
            ("not enrolled", not_enrolled(envelope)),
            ("voucher", copy(None)),
            ("voucher with an end", copy(Some("27 Jan 2027"))),
        ]
    }

    /// `BLESS=1 cargo test -p tukar-server` writes the file anew.
    #[test]
    fn every_message_in_every_language_way_and_place_is_as_in_the_golden_file() {
        let mut text = String::new();
        for (where_, place) in places() {
            for language in Language::ALL {
                for (channel, way) in CHANNELS {
                    let to = "+6281234567890";
                    for (name, message) in each(Envelope { channel, to, language, place: &place }) {
                        let (tag, subject) = (language.tag(), &message.subject);
                        writeln!(text, "== {where_} / {tag} / {way} / {name}").unwrap();
                        if channel == Channel::Email {
                            writeln!(text, "[{subject}]").unwrap();
                        }
                        writeln!(text, "{}\n", message.text).unwrap();
                    }
                }
            }
        }
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/message/golden.txt");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), text);
    }

    #[test]
    fn a_code_tells_whole_minutes_and_never_none() {
        let place = place("tukar.example.id", None);
        let text = |language, counts_ms| {
            let envelope = Envelope { channel: Channel::Sms, to: "+6281234567890", language, place: &place };
            code(envelope, About::SignIn, ("482913", counts_ms)).text
        };
        for (counts_ms, minutes, word) in
            [(300_000, 5, "minutes"), (299_999, 4, "minutes"), (119_999, 1, "minute"), (1, 1, "minute")]
        {
            let english = text(Language::En, counts_ms);
            assert!(english.contains(&format!("Valid {minutes} {word}.")), "{english}");
            let indonesian = text(Language::Id, counts_ms);
            assert!(indonesian.contains(&format!("Berlaku {minutes} menit.")), "{indonesian}");
        }
    }

    #[test]
    fn every_text_message_fits_into_one_part_and_keeps_its_last_line() {
        let host = |letter: &str, letters: usize| letter.repeat(letters);
        for letters in [1, 16, 25, 33, 40, HOST_LETTERS_MAX] {
            let (top, own) = (host("t", letters), host("o", letters));
            for place in [place(&top, None), place(&top, Some(&own))] {
                for language in Language::ALL {
                    let envelope = Envelope { channel: Channel::Sms, to: "", language, place: &place };
                    for (name, Message { text, .. }) in each(envelope) {
                        assert!(text.len() <= SMS_CHARACTERS_MAX, "{name}: {}: {text}", text.len());
                        assert!(text.bytes().all(|b| b == b'\n' || (b' '..=b'~').contains(&b)), "{text}");
                        if !matches!(name, "not enrolled" | "voucher" | "voucher with an end") {
                            assert_eq!(text.lines().last().unwrap(), place.last_line("482913"));
                        }
                        if name.starts_with("redeem") {
                            assert!(text.contains("points") || text.contains("poin"), "{text}");
                            assert!(text.contains("Vouch") || text.contains("Paket"), "{text}");
                        }
                    }
                }
            }
        }
    }
}
