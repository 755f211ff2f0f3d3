//! Sign-in under attack: who is refused, whose messages are dropped, and that a member gets in all the same.

use crate::server::{Answer, Caller, EMAIL, PHONE, Server, member, reward, wrong};
use serde_json::{Value, json};
use tukar_server::{
    partner::{Mode, Partner},
    store::{Connection, partners},
};
use tukar_wire::Moment;

const HERE: &str = "203.0.113.7";
const ELSEWHERE: &str = "198.51.100.8";

async fn ask_as(server: &Server, address: &str, contact: &str) -> Answer {
    let caller = Caller { address, headers: &[] };
    server.post_as(caller, "/v1/challenges", json!({ "contact": contact })).await
}

async fn check_as(server: &Server, address: &str, challenge: &Value, code: &str) -> Answer {
    let path = format!("/v1/challenges/{}/check", challenge["challenge_id"].as_str().unwrap());
    server.post_as(Caller { address, headers: &[] }, &path, json!({ "code": code })).await
}

/// A number of its own block for each `at`.
fn number(at: usize) -> String {
    format!("+62812{at:04}7890")
}

/// Numbers of members, each of a block of its own.
async fn enrol(server: &Server, count: usize) {
    for at in 0..count {
        server.enrol(member(&format!("n{at}"), Some(&number(at)), None)).await;
    }
}

/// Messages with a code, and those that tell that there is no account.
async fn sent(server: &Server) -> (usize, usize) {
    server.work().await;
    let sent = server.post.sent.lock().unwrap();
    let codes = sent.iter().filter(|message| message.text.contains('#')).count();
    (codes, sent.len() - codes)
}

#[tokio::test]
async fn a_machine_that_calls_directly_is_counted_by_its_address_and_told_when_to_come_back() {
    for hops in [None, Some(0)] {
        let server = Server::new(vec![]).await;
        let server = server
            .with(|config| {
                config.trusted_hops = hops;
                config.codes.per_address_in_ten_minutes = 3;
            })
            .await;
        for at in 0..3 {
            ask_as(&server, HERE, &number(at)).await.is(202);
            server.later(60);
        }
        let refused = ask_as(&server, HERE, &number(3)).await.is(429).refuses("too-many").json();
        // The first was counted within a minute that leaves the window after ten.
        let retry_at = Moment(refused["retry_at"].as_i64().unwrap_or_else(|| millis(&refused["retry_at"])));
        let wait = retry_at.ms_since(server.now());
        assert!((7 * 60_000..=8 * 60_000).contains(&wait), "{wait} ms");
        ask_as(&server, ELSEWHERE, &number(4)).await.is(202);
        server.later(u32::try_from(wait / 1000).unwrap() - 1);
        ask_as(&server, HERE, &number(3)).await.is(429);
        server.later(1);
        ask_as(&server, HERE, &number(3)).await.is(202);
    }
}

fn millis(moment: &Value) -> i64 {
    moment.as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok()).unwrap().as_millisecond()
}

#[tokio::test]
async fn sixty_four_bits_of_ipv6_are_one_network_and_forty_eight_are_four() {
    let server = Server::new(vec![]).await.with(|config| config.codes.per_address_in_ten_minutes = 2).await;
    let mut at = 0;
    let mut ask = async |address: &str| {
        at += 1;
        ask_as(&server, address, &number(at)).await.status.as_u16()
    };
    for address in ["2001:db8:1:1::7", "2001:db8:1:1:8::8"] {
        assert_eq!(ask(address).await, 202);
    }
    assert_eq!(ask("2001:db8:1:1::9").await, 429);
    for subnet in [2, 2, 3, 3, 4, 4] {
        assert_eq!(ask(&format!("2001:db8:1:{subnet}::7")).await, 202);
    }
    assert_eq!(ask("2001:db8:1:5::7").await, 429, "the whole site");
    assert_eq!(ask("2001:db8:2:1::7").await, 202);
}

#[tokio::test]
async fn a_proxy_that_nobody_declared_does_not_make_all_visitors_one() {
    let server = Server::new(vec![]).await.with(|config| config.codes.per_address_in_ten_minutes = 30).await;
    let through = async |address: &str, at: usize| {
        let forwarded = format!("203.0.113.{}", at % 200);
        let caller = Caller { address, headers: &[("x-forwarded-for", &forwarded)] };
        server.post_as(caller, "/v1/challenges", json!({ "contact": number(at) })).await.status.as_u16()
    };
    for at in 0..60 {
        assert_eq!(through("192.0.2.1", at).await, 202, "{at}");
        // This machine's own calls: a proxy, a tunnel or a test.
        assert_eq!(ask_as(&server, "127.0.0.1", &number(100 + at)).await.status, 202);
    }
}

#[tokio::test]
async fn strangers_use_up_their_share_and_no_member_notices() {
    // 4 of 40 are the strangers', 28 the members'.
    let server = Server::new(vec![]).await.with(|config| config.codes.per_hour = 40).await;
    enrol(&server, 20).await;
    let mut answers = Vec::new();
    for at in 0..100 {
        answers.push(server.ask_code(&number(1_000 + at)).await.is(202));
    }
    assert_eq!(sent(&server).await, (0, 4));
    for at in 0..20 {
        let challenge = server.ask_code(&number(at)).await.is(202).json();
        let code = server.code().await;
        server.check(&challenge, &code).await.is(200);
    }
    assert_eq!(sent(&server).await, (20, 4));
    // What a dropped one is told is what a sent one is told, and its challenge is one like any other.
    for answer in [&answers[0], &answers[99]] {
        let told = answer.json();
        assert_eq!(told["code"]["tries_left"], 5);
        server.check(&told, "000000").await.is(422).refuses("code-wrong");
    }
    assert_eq!(server.count("outbox").await, 0, "what goes nowhere is not kept");
}

#[tokio::test]
async fn a_full_block_of_numbers_drops_strangers_messages_and_stops_no_member() {
    const NEIGHBOURS: usize = 60;
    let server = Server::new(vec![]).await.with(|config| config.codes.per_block_in_ten_minutes = 3).await;
    let neighbour = |at: usize| format!("+628123456{:04}", 1_000 + at);
    for at in 0..NEIGHBOURS {
        server.ask_code(&neighbour(at)).await.is(202);
    }
    assert_eq!(sent(&server).await, (0, 3));
    server.sign_in(PHONE).await;
    server.later(661);
    server.ask_code(&neighbour(0)).await.is(202);
    assert_eq!(sent(&server).await, (1, 4), "ten minutes later there is room");
}

#[tokio::test]
async fn one_domain_and_one_network_use_a_part_of_the_strangers_share() {
    // 40 for strangers, of these 10 to one domain and 2 from one network.
    let server = Server::new(vec![]).await.with(|config| config.codes.per_hour = 400).await;
    for at in 0..30 {
        server.ask_code(&format!("x{at}@crowd.example")).await.is(202);
    }
    assert_eq!(sent(&server).await, (0, 10));
    for at in 0..30 {
        ask_as(&server, HERE, &format!("x{at}@d{at}.example")).await.is(202);
    }
    assert_eq!(sent(&server).await, (0, 12));
    ask_as(&server, ELSEWHERE, "siti@example.id").await.is(202);
    assert_eq!(sent(&server).await, (0, 13));
}

#[tokio::test]
async fn a_full_budget_refuses_known_and_unknown_alike_says_when_and_leaves_live_sessions_theirs() {
    // Seven for members' sign-ins, one for strangers, two for live sessions.
    let server = Server::new(vec![reward("kopi")]).await.with(|config| config.codes.per_hour = 10).await;
    enrol(&server, 8).await;
    let sari = server.sign_in(PHONE).await;
    for at in 0..6 {
        server.later(60);
        server.ask_code(&number(at)).await.is(202);
    }
    let known = server.ask_code(&number(7)).await.is(429).refuses("too-many");
    let unknown = server.ask_code(&number(99)).await.is(429);
    let retry_at = |answer: &Answer| answer.json()["retry_at"].clone();
    assert_eq!(retry_at(&known), retry_at(&unknown));
    assert_eq!(known.headers["retry-after"], unknown.headers["retry-after"]);
    sari.hold("kopi").await;
    let wait = millis(&retry_at(&known)) - server.now().0;
    server.later(u32::try_from(wait / 1000).unwrap() - 1);
    server.ask_code(&number(7)).await.is(429);
    server.later(1);
    server.ask_code(&number(7)).await.is(202);
}

const IN_KOPI: [(&str, &str); 3] = [
    ("origin", "https://tukar.example.id"),
    ("tukar-partner", "kopi"),
    ("tukar-top", "https://kopi.example.id"),
];

#[tokio::test]
async fn made_up_headers_do_not_stop_a_partners_pages() {
    let server = Server::new(vec![]).await;
    let kopi = Partner {
        id: "kopi".to_owned(),
        name: "Kopi".to_owned(),
        origins: vec!["https://kopi.example.id".to_owned()],
        mode: Mode::Frame,
        accent: String::new(),
        codes_per_hour: 100,
        identities_per_hour: 100,
        keys: Vec::new(),
        created_at: server.now(),
    };
    let put = async |conn: &mut Connection| partners::put(conn, &kopi).await;
    server.app.store.transact("test", put).await.unwrap();
    server.later(6);
    enrol(&server, 10).await;
    let ask = async |address: &str, contact: String| {
        let caller = Caller { address, headers: &IN_KOPI };
        server.post_as(caller, "/v1/challenges", json!({ "contact": contact })).await.status.as_u16()
    };
    let mut taken = 0;
    for at in 0..200 {
        taken += usize::from(ask(HERE, number(1_000 + at)).await == 202);
    }
    assert_eq!(taken, 20, "one network's part of a budget of a hundred");
    for at in 0..200 {
        ask(&format!("198.51.100.{}", at % 200), number(2_000 + at)).await;
    }
    for at in 0..10 {
        assert_eq!(ask("192.0.2.1", number(at)).await, 202, "{at}");
    }
    let (codes, strangers) = sent(&server).await;
    assert_eq!((codes, strangers <= 10), (10, true), "{strangers}");
}

/// Two asks and ten wrong codes, then more asks and more wrong codes, by somebody else.
#[tokio::test]
async fn a_strangers_failures_never_refuse_the_right_code_of_the_owners_own_challenge() {
    for (stranger, owner) in [(HERE, ELSEWHERE), (HERE, HERE), ("127.0.0.1", "127.0.0.1")] {
        let server = Server::new(vec![]).await;
        for _ in 0..2 {
            let challenge = ask_as(&server, stranger, PHONE).await.is(202).json();
            let code = server.code().await;
            for _ in 0..5 {
                check_as(&server, stranger, &challenge, &wrong(&code)).await.is(422);
            }
            check_as(&server, stranger, &challenge, &code).await;
        }
        assert_eq!(server.count("attempts_counted WHERE what = 'wrong'").await, 10);
        let challenge = ask_as(&server, owner, PHONE).await.is(202).json();
        let code = server.code().await;
        // The owner mistypes once.
        check_as(&server, owner, &challenge, &wrong(&code)).await.is(422).refuses("code-wrong");
        check_as(&server, owner, &challenge, &code).await.is(200);
    }
}

/// From another network the owner has all five tries of a code.
#[tokio::test]
async fn wrong_codes_of_one_network_leave_the_owners_tries_alone() {
    let server = Server::new(vec![]).await;
    for _ in 0..2 {
        let challenge = ask_as(&server, HERE, PHONE).await.is(202).json();
        for _ in 0..5 {
            check_as(&server, HERE, &challenge, "000000").await;
        }
    }
    let challenge = ask_as(&server, ELSEWHERE, PHONE).await.is(202).json();
    let code = server.code().await;
    for _ in 0..4 {
        check_as(&server, ELSEWHERE, &challenge, &wrong(&code)).await.is(422).refuses("code-wrong");
    }
    check_as(&server, ELSEWHERE, &challenge, &code).await.is(200);
}

#[tokio::test]
async fn one_network_never_uses_up_a_contacts_codes() {
    for contact in [PHONE, EMAIL, "+6281300000001"] {
        let server = Server::new(vec![]).await;
        for _ in 0..4 {
            ask_as(&server, HERE, contact).await.is(202);
        }
        for _ in 0..20 {
            ask_as(&server, HERE, contact).await.is(429);
        }
        ask_as(&server, ELSEWHERE, contact).await.is(202);
        for _ in 0..3 {
            server.later(3_600);
            ask_as(&server, HERE, contact).await.is(202);
        }
        server.later(3_600);
        ask_as(&server, HERE, contact).await.is(429);
        ask_as(&server, ELSEWHERE, contact).await.is(202);
    }
}
