use super::*;
use crate::{demo, import::Change};
use pretty_assertions::assert_eq;
use std::fmt::Write as _;
use tukar_wire::{Moment, Needs};

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

fn sms(language: Language, place: &Place) -> Envelope<'_> {
    Envelope { channel: Channel::Sms, to: "+6281234567890", language, programme: "Nusa Poin", place }
}

/// Every kind of message, with its name.
fn each(envelope: Envelope<'_>) -> [(&'static str, Message); 8] {
    let about = |about| code(envelope, about, "482913", 300_000);
    let redeem = |title, points, recipient| about(About::Redeem { title, points, recipient });
    let copy = |title, code, until| voucher(envelope, Voucher { title, code, until });
    [
        ("sign-in", about(About::SignIn)),
        ("locker", about(About::Locker)),
        ("redeem", redeem("Voucher Belanja Rp50.000", 10_000, None)),
        ("redeem for a number", redeem("Pulsa Rp50.000", 50_000, Some("0812****890"))),
        ("redeem, a long title", redeem(LONG_TITLE, 2_000_000, Some("S*** W***, 12190"))),
        ("not enrolled", not_enrolled(envelope)),
        ("voucher", copy("Voucher Belanja Rp50.000", "7F3K-29QD-XM4T", None)),
        ("voucher with an end", copy("Voucher Belanja Rp50.000", "7F3K-29QD-XM4T", Some("27 Jan 2027"))),
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
                for (name, message) in
                    each(Envelope { channel, to, language, programme: "Nusa Poin", place: &place })
                {
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
        let envelope = sms(language, &place);
        code(envelope, About::SignIn, "482913", counts_ms).text
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
                let envelope = sms(language, &place);
                for (name, Message { text, .. }) in each(envelope) {
                    assert!(text.len() <= SMS_CHARACTERS_MAX, "{name}: {}: {text}", text.len());
                    assert!(text.bytes().all(|b| b == b'\n' || (b' '..=b'~').contains(&b)), "{text}");
                    if !matches!(name, "not enrolled" | "voucher" | "voucher with an end") {
                        assert_eq!(text.lines().last().unwrap(), place.last_line("482913"));
                    }
                    if name.starts_with("redeem") {
                        assert!(text.contains("points") || text.contains("poin"), "{text}");
                        assert!(
                            ["Vouch", "Paket", "Pulsa"].iter().any(|title| text.contains(title)),
                            "{text}"
                        );
                    }
                }
            }
        }
    }
}

/// What a member reads before a code is typed, for whatever the demo offers.
#[test]
fn every_code_for_a_reward_of_the_demo_names_programme_reward_points_and_recipient() {
    let file = demo::files(Moment(1_795_489_200_000)).unwrap();
    let (rewards, programme) = (file.rewards.unwrap(), file.programme.unwrap());
    let Change::Set(name) = programme.name else { panic!("the demo's programme has no name") };
    assert!(rewards.len() > 90);
    for (where_, place) in places() {
        for language in Language::ALL {
            let programme = name.get(language);
            for reward in &rewards {
                let recipient = match reward.needs {
                    Needs::Nothing => None,
                    Needs::Phone => Some("0812****890"),
                    Needs::Address => Some("S*** W***, 12190"),
                };
                let points = reward.points * i64::from(reward.quantity_max.min(5));
                let about = About::Redeem { title: reward.title.get(language), points, recipient };
                let envelope = Envelope { programme, ..sms(language, &place) };
                let text = code(envelope, about, "482913", 300_000).text;
                assert!(text.len() <= SMS_CHARACTERS_MAX, "{where_}: {}: {text}", text.len());
                let (said, last) = text.rsplit_once('\n').unwrap();
                assert_eq!(last, place.last_line("482913"));
                assert!(said.starts_with("482913 "), "{said}");
                assert!(said.contains(programme) && !said.contains('\n'), "{said}");
                assert!(said.contains(&format!(" {} ", language.number(points))), "{said}");
                assert!(recipient.is_none_or(|recipient| said.contains(recipient)), "{said}");
                let title = gsm7(reward.title.get(language));
                let begins = &title[..title.len().min(TITLE_CHARACTERS_MIN[3] - 2)];
                let begins =
                    begins.rsplit_once(' ').filter(|_| title.len() > begins.len()).map_or(begins, |it| it.0);
                assert!(said.contains(begins), "{title}: {said}");
            }
        }
    }
}

#[test]
fn line_breaks_of_a_title_or_a_name_reach_neither_a_subject_nor_a_text() {
    let place = place("tukar.example.id", None);
    for channel in [Channel::Sms, Channel::Email] {
        for language in Language::ALL {
            let programme = "Nusa\r\nBcc: x@example.id";
            let envelope = Envelope { channel, programme, ..sms(language, &place) };
            let title = "Pulsa\r\n@evil.example #000000\u{2028}X";
            let about = About::Redeem { title, points: 10, recipient: Some("0812****890") };
            let code = code(envelope, about, "482913", 300_000);
            assert_eq!(code.text.lines().count(), 2, "{}", code.text);
            assert_eq!(code.text.lines().last().unwrap(), "@tukar.example.id #482913");
            let copy = voucher(envelope, Voucher { title, code: "7F3K\r\n29QD", until: None });
            for message in [code, copy, not_enrolled(envelope)] {
                assert!(!message.subject.chars().any(|c| c.is_control() || c == '\u{2028}'), "{message:?}");
                assert!(message.text.lines().count() <= 2, "{}", message.text);
            }
        }
    }
}
