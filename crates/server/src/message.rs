//! What the messages say. A text message has at most 160 characters of GSM-7 and ends with the line that browsers read
//! (`@host #code`); a code's message names what the code is for.

use crate::{language::Language, senders::Message};
use tukar_wire::Channel;

/// Characters of a text message.
pub const SMS_CHARACTERS_MAX: usize = 160;

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

/// Where a message goes and from which programme.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// Which way.
    pub channel: Channel,
    /// Contact.
    pub to: &'a str,
    /// Language of the text.
    pub language: Language,
    /// Host that the widget is on, as `tukar.example.id`.
    pub host: &'a str,
}

/// A message with a code.
#[must_use]
pub fn code(envelope: Envelope<'_>, about: About<'_>, code: &str) -> Message {
    let (host, language) = (envelope.host, envelope.language);
    let last = format!("\n@{host} #{code}");
    let body = match (about, language) {
        (About::SignIn, Language::Id) => {
            format!("{code} kode masuk Anda di {host}. Jangan beri tahu siapa pun. Berlaku 5 menit.")
        }
        (About::SignIn, Language::En) => {
            format!("{code} is your sign-in code for {host}. Tell nobody. Valid 5 minutes.")
        }
        (About::Locker, Language::Id) => format!(
            "{code} kode untuk membuka voucher Anda di {host}. Jangan beri tahu siapa pun. Berlaku 5 menit."
        ),
        (About::Locker, Language::En) => {
            format!("{code} opens your vouchers at {host}. Tell nobody. Valid 5 minutes.")
        }
        (About::Redeem { title, points }, language) => {
            let points = language.number(points);
            let rest = match language {
                Language::Id => [
                    format!("{code} kode tukar "),
                    format!(", {points} poin, di {host}. Jangan beri tahu siapa pun. 5 menit."),
                ],
                Language::En => [
                    format!("{code} to redeem "),
                    format!(", {points} points, at {host}. Tell nobody. 5 minutes."),
                ],
            };
            let room = SMS_CHARACTERS_MAX.saturating_sub(rest[0].len() + rest[1].len() + last.len());
            let title = match envelope.channel {
                Channel::Sms => shortened(&gsm7(title), room),
                Channel::Email => title.to_owned(),
            };
            format!("{}{title}{}", rest[0], rest[1])
        }
    };
    let subject = match (about, language) {
        (About::SignIn, Language::Id) => format!("Kode masuk {host}"),
        (About::SignIn, Language::En) => format!("Your sign-in code for {host}"),
        (About::Locker, Language::Id) => "Kode untuk membuka voucher Anda".to_owned(),
        (About::Locker, Language::En) => "The code for your vouchers".to_owned(),
        (About::Redeem { title, .. }, Language::Id) => format!("Kode tukar: {title}"),
        (About::Redeem { title, .. }, Language::En) => format!("Your code for {title}"),
    };
    message(envelope, subject, body + &last)
}

/// To the owner of a contact without an account.
#[must_use]
pub fn not_enrolled(envelope: Envelope<'_>) -> Message {
    let host = envelope.host;
    let (subject, text) = match envelope.language {
        Language::Id => (
            format!("Anda belum terdaftar di {host}"),
            format!(
                "Ada yang mencoba masuk di {host} dengan kontak ini, tetapi kontak ini belum terdaftar. Bukan Anda? Abaikan pesan ini."
            ),
        ),
        Language::En => (
            format!("You are not enrolled at {host}"),
            format!(
                "Someone tried to sign in at {host} with this contact, which is not enrolled. If it was not you, ignore this."
            ),
        ),
    };
    message(envelope, subject, text)
}

/// A copy of a voucher.
#[must_use]
pub fn voucher(envelope: Envelope<'_>, title: &str, code: &str) -> Message {
    let host = envelope.host;
    let (subject, before, after) = match envelope.language {
        Language::Id => (
            format!("Voucher Anda: {title}"),
            "",
            format!(": kode {code}. Dari {host}. Siapa pun yang punya kode ini bisa memakainya."),
        ),
        Language::En => (
            format!("Your voucher: {title}"),
            "",
            format!(": code {code}. From {host}. Whoever has this code can use it."),
        ),
    };
    let title = match envelope.channel {
        Channel::Sms => {
            shortened(&gsm7(title), SMS_CHARACTERS_MAX.saturating_sub(before.len() + after.len()))
        }
        Channel::Email => title.to_owned(),
    };
    message(envelope, subject, format!("{before}{title}{after}"))
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

    fn envelope(channel: Channel, language: Language) -> Envelope<'static> {
        Envelope { channel, to: "+6281234567890", language, host: "tukar.example.id" }
    }

    #[test]
    fn a_code_names_reward_points_and_site() {
        let about = About::Redeem { title: "Voucher Belanja Rp50.000", points: 10_000 };
        assert_eq!(
            code(envelope(Channel::Sms, Language::Id), about, "482913").text,
            "482913 kode tukar Voucher Belanja Rp50.000, 10.000 poin, di tukar.example.id. Jangan beri tahu siapa pun. 5 menit.\n@tukar.example.id #482913"
        );
        assert_eq!(
            code(envelope(Channel::Email, Language::En), about, "482913").text,
            "482913 to redeem Voucher Belanja Rp50.000, 10,000 points, at tukar.example.id. Tell nobody. 5 minutes.\n@tukar.example.id #482913"
        );
    }

    #[test]
    fn every_text_message_fits_into_one_part() {
        let long = "Paket Data Keluarga Super Panjang – 100 GB [30 hari] dengan bonus streaming é dan 😀 banyak lagi";
        for language in Language::ALL {
            let envelope = envelope(Channel::Sms, language);
            for text in [
                code(envelope, About::SignIn, "123456").text,
                code(envelope, About::Locker, "123456").text,
                code(envelope, About::Redeem { title: long, points: 2_000_000 }, "123456").text,
                not_enrolled(envelope).text,
                voucher(envelope, long, "7F3K-29QD-XM4T").text,
            ] {
                assert!(text.len() <= SMS_CHARACTERS_MAX, "{}: {text}", text.len());
                assert!(text.bytes().all(|b| b == b'\n' || (b' '..=b'~').contains(&b)), "{text}");
            }
        }
    }
}
