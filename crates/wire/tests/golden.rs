//! Golden JSON: each file in `golden/` is an answer or a request as it stands on the wire. A change of shape shows
//! here as a changed file, so that no partner meets it first. `BLESS=1 cargo test -p tukar-wire` writes them anew.
#![expect(clippy::unwrap_used, reason = "a test: what can't be read is a failure, and the panic says where")]

use pretty_assertions::assert_eq;
use serde::{Serialize, de::DeserializeOwned};
use std::{collections::BTreeMap, fmt::Debug, fs, path::Path};
use tukar_wire::*;

/// Writes `value`, compares it with the file, and reads the file back into the same value.
fn golden<T: Serialize + DeserializeOwned + PartialEq + Debug>(name: &str, value: &T) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.json"));
    let text = serde_json::to_string_pretty(value).unwrap() + "\n";
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let stored = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(stored, text, "{name}: the shape changed");
    assert_eq!(&serde_json::from_str::<T>(&stored).unwrap(), value, "{name}: does not read back");
}

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn card() -> RewardCard {
    RewardCard {
        id: "voucher-kopi-50".into(),
        kind: RewardKind("voucher".into()),
        brand: "Kopi Senja".into(),
        title: "Voucher Belanja Rp50.000".into(),
        image: Some(Image { src: "/images/kopi.webp".into(), width: 640, height: 400 }),
        points: 8_000,
        points_before: Some(10_000),
        worth_rupiah: Some(50_000),
        worth_is_maximum: false,
        rupiah_hundredths_per_point: Some(625),
        stock_left: Some(3),
        published_at: at("2026-11-01T00:00:00Z"),
        opens_at: None,
        closes_at: Some(at("2026-12-31T16:59:59Z")),
        promotion: Some(Promotion { label: "Hemat 20%".into(), ends_at: Some(at("2026-11-30T16:59:59Z")) }),
    }
}

fn code_state() -> CodeState {
    CodeState {
        channel: Channel::Sms,
        sent_to: "0812••••890".into(),
        ends_at: at("2026-11-24T03:05:00Z"),
        resend_at: at("2026-11-24T03:00:30Z"),
        tries_left: 5,
        channels: vec![Channel::Sms, Channel::Email],
    }
}

fn member() -> Member {
    Member {
        name: "Sari".into(),
        state: MemberState::Verified,
        state_note: String::new(),
        tier: "gold".into(),
        tier_label: "Gold".into(),
        phone_masked: Some("0812••••890".into()),
        email_masked: None,
        read_only: false,
    }
}

fn redemption() -> Redemption {
    Redemption {
        id: "0b0f1d5e-6a0f-4a53-8a3e-0f6f0c9c1a11".into(),
        reference: "TKR-7F3K-29QD".into(),
        state: RedemptionState::Held,
        reward_id: "voucher-kopi-50".into(),
        title: "Voucher Belanja Rp50.000".into(),
        kind: RewardKind("voucher".into()),
        quantity: 1,
        points: 8_000,
        recipient: None,
        held_at: at("2026-11-24T03:00:00Z"),
        hold_ends_at: at("2026-11-24T03:10:00Z"),
        code: Some(code_state()),
        vouchers: vec![],
        available: 4_450,
        left: None,
        expired: None,
        server_time: at("2026-11-24T03:00:00Z"),
    }
}

#[test]
fn asking_for_a_code() {
    golden("ask_code", &AskCode { contact: "0812 3456 7890".into() });
    golden(
        "code_sent",
        &CodeSent {
            challenge_id: "ch_1".into(),
            code: code_state(),
            server_time: at("2026-11-24T03:00:00Z"),
        },
    );
    golden("signed_in", &signed_in(member()));
}

fn signed_in(member: Member) -> SignedIn {
    SignedIn {
        token: "b64url".into(),
        idle_ends_at: at("2026-11-24T03:30:00Z"),
        ends_at: at("2026-11-24T15:00:00Z"),
        member,
        server_time: at("2026-11-24T03:00:00Z"),
    }
}

#[test]
fn a_partners_word_is_taken_with_a_session_or_a_ticket() {
    golden("ask_identity", &AskIdentity { identity: "header.claims.signature".into() });
    let identified = |session, link: Option<&str>| Identified {
        session,
        link: link.map(Into::into),
        partner: "Kopi Senja".into(),
        server_time: at("2026-11-24T03:00:00Z"),
    };
    let reader = Member { read_only: true, ..member() };
    golden("identified", &identified(Some(signed_in(reader)), None));
    golden("identified_not_linked", &identified(None, Some("ticket")));
    golden(
        "check_code_with_link",
        &CheckCode { code: "482913".into(), link: Some("ticket".into()), shared: false },
    );
}

#[test]
fn the_balance_names_every_lot_with_its_end() {
    golden(
        "balance",
        &Balance {
            available: 12_450,
            held: 300,
            pending: 120,
            pending_by: Some(at("2026-11-26T03:00:00Z")),
            next_ending: Some(Ending { points: 2_300, at: at("2026-11-24T16:59:59Z") }),
            about_to_be_lost: Some(Ending { points: 2_300, at: at("2026-11-24T16:59:59Z") }),
            months: vec![MonthEnding { month: "2026-11".into(), points: 2_300 }],
            lots: vec![Lot {
                id: "lot_1".into(),
                available: 2_300,
                held: 0,
                granted: 2_500,
                source: "Isi ulang Rp100.000".into(),
                earned_at: at("2025-11-12T03:00:00Z"),
                ends_at: Some(at("2026-11-24T16:59:59Z")),
                pending: false,
                grant_at: None,
            }],
            lots_total: 1,
            lots_next: None,
            server_time: at("2026-11-24T03:42:00Z"),
        },
    );
}

#[test]
fn rewards_and_what_stands_in_the_way() {
    golden("reward_page", &RewardPage { rewards: vec![card()], total: 84, next: Some("60".into()) });
    golden(
        "reward_detail",
        &RewardDetail {
            card: card(),
            description: "Untuk semua gerai.".into(),
            terms: vec!["Satu voucher per transaksi.".into()],
            needs: Needs::Nothing,
            quantity_max: 2,
            limit: Some(Limit { count: 2, per: LimitPeriod::Month }),
            balance_min: Some(1_000),
            tiers: vec!["Gold".into()],
            voucher_days: Some(30),
            server_time: at("2026-11-24T03:00:00Z"),
        },
    );
    let reasons = vec![
        Reason::AccountSuspended,
        Reason::NumberNotVerified,
        Reason::NotOpenYet { at: at("2026-12-01T00:00:00Z") },
        Reason::Closed { at: at("2026-11-01T00:00:00Z") },
        Reason::OutOfStock,
        Reason::StockShort { left: 1 },
        Reason::Tier { needed: vec!["Gold".into()] },
        Reason::LimitReached {
            limit: Limit { count: 1, per: LimitPeriod::Day },
            again_at: Some(at("2026-11-24T17:00:00Z")),
        },
        Reason::BelowMinimumBalance { minimum: 5_000, missing: 10, coming: None },
        Reason::TooManyPieces { max: 2 },
        Reason::ShortOfPoints {
            missing: 1_250,
            coming: Some(Coming { points: 1_875, by: at("2026-11-26T03:00:00Z") }),
        },
    ];
    golden(
        "eligibility",
        &Eligibility {
            refused: BTreeMap::from([("goods-1".to_string(), reasons)]),
            quantity_max: BTreeMap::from([("voucher-kopi-50".to_string(), 1)]),
            available: 12_450,
            server_time: at("2026-11-24T03:00:00Z"),
        },
    );
}

#[test]
fn redeeming_step_by_step() {
    golden("ask_quote", &AskQuote { reward_id: "voucher-kopi-50".into(), quantity: 1 });
    golden(
        "ask_redemption",
        &AskRedemption {
            id: "0b0f1d5e-6a0f-4a53-8a3e-0f6f0c9c1a11".into(),
            reward_id: "pulsa-10000".into(),
            quantity: 1,
            points: 8_000,
            price_version: "v1".into(),
            recipient: Some(Recipient::Phone("0812 3456 7890".into())),
            channel: Some(Channel::Sms),
        },
    );
    golden("recipient_own_phone", &Recipient::OwnPhone);
    golden("redemption_held", &redemption());
    let symbol = Symbol { path: "M4 4h7v1h-7z".into(), width: 29, height: 29 };
    golden(
        "redemption_fulfilled",
        &Redemption {
            state: RedemptionState::Fulfilled,
            left: Some(4_450),
            code: None,
            vouchers: vec![Voucher {
                id: "vou_1".into(),
                redemption_id: "0b0f1d5e-6a0f-4a53-8a3e-0f6f0c9c1a11".into(),
                title: "Voucher Belanja Rp50.000".into(),
                brand: "Kopi Senja".into(),
                kind: RewardKind("voucher".into()),
                state: VoucherState::Ready,
                code: Some("7F3K-29QD-XM4T".into()),
                code_masked: "••••-••••-XM4T".into(),
                qr: Some(symbol.clone()),
                barcode: Some(symbol),
                how_to_use: "Tunjukkan kode ini di kasir.".into(),
                issued_at: at("2026-11-24T03:01:00Z"),
                ends_at: Some(at("2026-12-24T16:59:59Z")),
            }],
            ..redemption()
        },
    );
}

#[test]
fn a_problem_says_what_happened_and_what_to_do() {
    golden(
        "problem_code_wrong",
        &Problem {
            kind: ProblemKind::CodeWrong,
            title: "Kode salah".into(),
            status: 422,
            detail: "Kode salah. Tersisa 3 percobaan.".into(),
            next: "Periksa lagi enam angka di pesan terakhir.".into(),
            fields: vec![],
            reasons: vec![],
            tries_left: Some(3),
            retry_at: None,
            reference: "req_1".into(),
        },
    );
}

#[test]
fn a_reader_tolerates_what_a_newer_server_says() {
    let reason: Reason = serde_json::from_str(r#"{"code":"mood_of_the_moon","phase":3}"#).unwrap();
    assert_eq!(reason, Reason::Other);
    let state: RedemptionState = serde_json::from_str(r#""teleported""#).unwrap();
    assert_eq!(state, RedemptionState::Other);
    let mut json = serde_json::to_value(card()).unwrap();
    json["kind"] = "hologram".into();
    json["sparkle"] = true.into();
    let read: RewardCard = serde_json::from_value(json).unwrap();
    assert!(!read.kind.is_known());
}

#[test]
fn a_writer_refuses_what_it_does_not_know() {
    assert!(serde_json::from_str::<AskCode>(r#"{"contact":"0812","contakt":"x"}"#).is_err());
    assert!(serde_json::from_str::<Confirm>(r#"{"code":"123456","force":true}"#).is_err());
    assert!(
        serde_json::from_str::<AskRedemption>(
            r#"{"id":"x","reward_id":"y","quantity":-1,"points":1,"price_version":"v"}"#
        )
        .is_err()
    );
}
