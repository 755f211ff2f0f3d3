//! An attacker who guesses codes as fast as the server lets them, with every move that is allowed, over days that the clock
//! makes short. What is counted are tries that the server compared with a code; each is right once in a million.

#![expect(clippy::print_stdout, reason = "the figures are what a reader of the documents wants to see again")]

use crate::server::{EMAIL, PHONE, Server, Visitor, member, reward};
use serde_json::{Value, json};
use std::sync::Arc;

const HOUR: u32 = 3_600;
const DAY_MS: i64 = 86_400_000;
/// Compared within an hour at one contact, all from one network: ten codes, the first two of them to their end, which makes
/// the ten wrong ones that an hour has room for; of each other one the two tries that are always compared.
const TRIES_PER_HOUR: i64 = 10 + 2 * 8;
/// Ten codes a day, five tries each.
const TRIES_PER_DAY: i64 = 50;
/// After a hundred wrong ones in a row: of each of the ten codes of a day the first try.
const TRIES_PER_DAY_AFTERWARDS: i64 = 10;
/// As many guesses at once as the attacker sends.
const VOLLEY: usize = 8;

/// Wrong codes that were compared, over all whom they were counted for, since each one's last right code.
async fn tries(server: &Server) -> i64 {
    sqlx::query_scalar("SELECT CAST(COALESCE(SUM(times), 0) AS BIGINT) FROM wrong_in_a_row")
        .fetch_one(&mut *server.app.store.read().await.unwrap())
        .await
        .unwrap()
}

/// A code that is not the one sent: what is measured is how often the attacker may try.
fn guesses(right: Option<String>) -> impl Iterator<Item = String> {
    let right: u32 = right.and_then(|right| right.parse().ok()).unwrap_or(0);
    (1..).map(move |step| format!("{:06}", (right + step) % 1_000_000))
}

/// The newest code that was sent anywhere.
async fn newest(server: &Server) -> Option<String> {
    server.work().await;
    let sent = server.post.sent.lock().unwrap();
    sent.last().and_then(|message| message.text.rsplit_once('#').map(|(_, code)| code.to_owned()))
}

async fn post(server: &Server, token: Option<&str>, (path, key): (&str, &str), body: Value) -> u16 {
    server.ask(("POST", path), (token, Some(key)), Some(body)).await.status.as_u16()
}

/// Volleys of guesses at one challenge until none of a volley is compared any more.
async fn shoot(server: &Arc<Server>, token: Option<&str>, path: &str, body: fn(&str) -> Value) {
    let mut guesses = guesses(newest(server).await);
    loop {
        let before = tries(server).await;
        let mut volley = Vec::new();
        for guess in guesses.by_ref().take(VOLLEY) {
            let (server, token, path) = (Arc::clone(server), token.map(str::to_owned), path.to_owned());
            volley.push(tokio::spawn(async move {
                post(&server, token.as_deref(), (&path, &guess), body(&guess)).await
            }));
        }
        for shot in volley {
            assert_ne!(shot.await.unwrap(), 200, "a wrong code was taken");
        }
        if tries(server).await == before {
            return;
        }
    }
}

fn as_code(guess: &str) -> Value {
    json!({"code": guess})
}

/// An hour at the door: a challenge for each contact, every code tried, sent again the same and the other way while that
/// gives new codes, and a new challenge when it does not.
async fn an_hour_at_the_door(server: &Arc<Server>, contacts: &[&str]) {
    for contact in contacts {
        while let asked = server.ask_code(contact).await
            && asked.status == 202
        {
            let id = asked.json()["challenge_id"].as_str().unwrap().to_owned();
            let check = format!("/v1/challenges/{id}/check");
            shoot(server, None, &check, as_code).await;
            for channel in ["sms", "email"] {
                server.later(120);
                let again = (&*format!("/v1/challenges/{id}/resend"), "-");
                if post(server, None, again, json!({"channel": channel})).await == 202 {
                    shoot(server, None, &check, as_code).await;
                }
            }
        }
    }
}

/// An hour with a stolen session: holds and cancels, sent again, and the claim locker's codes, all at one member.
async fn an_hour_inside(server: &Arc<Server>, sessions: &[String]) {
    for token in sessions {
        let visitor = Visitor { server, token: token.clone() };
        let asking = visitor.asking("kopi", 1).await;
        if visitor.send(&asking).await.status == 201 {
            let path = format!("/v1/redemptions/{}", asking["id"].as_str().unwrap());
            shoot(server, Some(token), &format!("{path}/confirm"), as_code).await;
            server.later(60);
            if post(server, Some(token), (&format!("{path}/resend"), "-"), json!({})).await == 200 {
                shoot(server, Some(token), &format!("{path}/confirm"), as_code).await;
            }
            post(server, Some(token), (&format!("{path}/cancel"), "-"), json!({})).await;
        }
        let opened = visitor.post("/v1/locker/open", None, json!({"channel": "email"})).await;
        if opened.status == 202 {
            let challenge = opened.json()["challenge_id"].as_str().unwrap().to_owned();
            let mut guesses = guesses(newest(server).await);
            for guess in guesses.by_ref().take(VOLLEY) {
                let body = json!({"challenge_id": challenge, "code": guess});
                assert_ne!(visitor.post("/v1/locker/check", None, body).await.status, 200);
            }
        }
    }
}

/// Tries compared in the first hour, the first day, and until nothing is compared any more.
struct Odds {
    hour: i64,
    day: i64,
    ever: i64,
}

impl Odds {
    fn say(&self, what: &str) {
        let odds = |tries: i64| 1.0 - (1.0 - 1e-6_f64).powi(i32::try_from(tries).unwrap());
        println!(
            "{what}: tries compared in an hour {}, in a day {}, ever {}; odds {:.6} %, {:.6} %, {:.6} %",
            self.hour,
            self.day,
            self.ever,
            odds(self.hour) * 100.0,
            odds(self.day) * 100.0,
            odds(self.ever) * 100.0
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guessing_at_the_door_is_bounded_by_the_hour_by_the_day_and_after_a_hundred_by_one_try_a_code() {
    let server = Arc::new(Server::new(vec![reward("kopi")]).await);
    let contacts = [PHONE, EMAIL];
    let hundred_of_each = 100 * contacts.len() as i64;
    let (begun, mut odds) = (server.now(), Odds { hour: 0, day: 0, ever: 0 });
    let mut since_then = None;
    while since_then.is_none_or(|then| server.now().ms_since(then) < 3 * DAY_MS) {
        let (before, hour_began) = (tries(&server).await, server.now());
        an_hour_at_the_door(&server, &contacts).await;
        let (after, hours) = (tries(&server).await, server.now().ms_since(begun) / 3_600_000);
        let of_this_hour = after - before;
        // Waiting for codes may take the hour over its end.
        let most =
            TRIES_PER_HOUR * contacts.len() as i64 * (1 + server.now().ms_since(hour_began) / 3_600_000);
        assert!(of_this_hour <= most, "{of_this_hour} tries in an hour");
        odds.hour = odds.hour.max(of_this_hour);
        odds.day = if hours < 24 { after } else { odds.day };
        odds.ever = after;
        if after >= hundred_of_each && since_then.is_none() {
            since_then = Some(server.now());
        }
        let spent = u32::try_from(server.now().ms_since(hour_began) / 1000).unwrap();
        server.later(HOUR.saturating_sub(spent).max(1));
    }
    odds.say("at the door, a member with a number and an address, until three days after the hundredth");
    assert!(odds.day <= TRIES_PER_DAY * contacts.len() as i64, "{} tries in a day", odds.day);
    // Three days, and what was left of the day before.
    let afterwards = 4 * TRIES_PER_DAY_AFTERWARDS * contacts.len() as i64;
    assert!(odds.ever - hundred_of_each <= afterwards, "{} tries", odds.ever);
    // None of it keeps the owner out.
    for contact in contacts {
        server.later(24 * HOUR);
        let challenge = server.ask_code(contact).await.is(202).json();
        let code = server.code().await;
        server.check(&challenge, &code).await.is(200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guessing_with_stolen_sessions_gets_a_hundred_tries_in_all_over_every_session_and_purpose() {
    let server = Arc::new(Server::new(vec![reward("kopi")]).await);
    let mut odds = Odds { hour: 0, day: 0, ever: 0 };
    let (begun, mut quiet_hours) = (server.now(), 0);
    while quiet_hours < 26 {
        // Sessions end; the attacker has new ones, and the member's own sign-in starts no count of these anew.
        let mut sessions = Vec::new();
        for contact in [PHONE, EMAIL] {
            if server.ask_code(contact).await.status == 202 {
                server.later(600);
                sessions.push(server.sign_in(contact).await.token);
            }
        }
        let before = tries(&server).await;
        an_hour_inside(&server, &sessions).await;
        let (after, hours) = (tries(&server).await, server.now().ms_since(begun) / 3_600_000);
        assert!(after - before <= 10, "{} tries in an hour", after - before);
        odds.hour = odds.hour.max(after - before);
        odds.day = if hours < 24 { after } else { odds.day };
        odds.ever = after;
        quiet_hours = if after == before { quiet_hours + 1 } else { 0 };
        server.later(HOUR);
    }
    odds.say("with stolen sessions, one member");
    assert_eq!(odds.ever, 100);
    server.audit("m1").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn going_from_contact_to_contact_is_bounded_by_what_all_codes_may_cost() {
    const CODES: i64 = 11;
    // A fifth is left for those who are signed in, and one for contacts without an account.
    let server = Server::empty(vec![]).await.with(|config| config.codes.per_hour = 15).await;
    let server = Arc::new(server);
    let mut taken = 0;
    for at in 0..3 * CODES {
        let contact = format!("+62812{at:04}7890");
        server.enrol(member(&format!("m{at}"), Some(&contact), None)).await;
        let asked = server.ask_code(&contact).await;
        if asked.status == 202 {
            taken += 1;
            let id = asked.json()["challenge_id"].as_str().unwrap().to_owned();
            shoot(&server, None, &format!("/v1/challenges/{id}/check"), as_code).await;
        }
    }
    let tries = tries(&server).await;
    let per_code = tries as f64 / taken as f64;
    let by_default = tukar_server::config::Codes::default();
    let members = tukar_domain::limits::Shares::of(by_default.per_hour).members;
    println!(
        "from contact to contact: {taken} codes an hour gave {tries} tries; by default {} codes an hour to members, {:.1} % odds an hour \
         of being anybody; from one address {} codes in ten minutes, {:.2} %",
        members,
        (1.0 - (1.0 - 1e-6_f64).powf(f64::from(members) * per_code)) * 100.0,
        by_default.per_address_in_ten_minutes,
        (1.0 - (1.0 - 1e-6_f64).powf(f64::from(by_default.per_address_in_ten_minutes) * 6.0 * per_code))
            * 100.0,
    );
    assert_eq!((taken, tries), (CODES, 5 * CODES));
}

#[tokio::test]
async fn codes_that_one_address_asks_for_are_held_back_whomever_they_are_for() {
    let server = Server::new(vec![]).await;
    let server = server
        .with(|config| {
            config.trusted_hops = Some(1);
            config.codes.per_address_in_ten_minutes = 3;
        })
        .await;
    let ask = async |forwarded: &str, number: usize| {
        server.ask_from(forwarded, &format!("+6281{number:03}4567890")).await.status.as_u16()
    };
    for number in 0..3 {
        assert_eq!(ask("203.0.113.7", number).await, 202);
    }
    assert_eq!(ask("203.0.113.7", 3).await, 429);
    // What the client itself writes before the proxy's word makes it no other.
    assert_eq!(ask("198.51.100.9, 203.0.113.7", 4).await, 429);
    assert_eq!(ask("203.0.113.8", 5).await, 202);
    server.later(11 * 60);
    assert_eq!(ask("203.0.113.7", 6).await, 202);
    let stored: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM messages_counted WHERE scope LIKE '%203.0%'")
        .fetch_one(&mut *server.app.store.read().await.unwrap())
        .await
        .unwrap();
    assert_eq!(stored, 0, "no address stands in the database");
}

/// By the API and by forms, asked for and sent again, for sign-in and for the locker: one count.
#[tokio::test]
async fn an_address_has_one_count_for_forms_and_api_and_for_codes_sent_again() {
    const HERE: &str = "203.0.113.7";
    const ELSEWHERE: &str = "203.0.113.8";
    let server = Server::new(vec![]).await;
    let server = server
        .with(|config| {
            config.trusted_hops = Some(1);
            config.codes.per_address_in_ten_minutes = 3;
            config.widget_dir = crate::plain::pages().to_owned();
        })
        .await;
    let form = async |from: &str, path: &str, fields: &[(&str, &str)]| {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let answer = server.post_from(from, path, Value::String(form)).await;
        (answer.status.as_u16(), String::from_utf8(answer.bytes).unwrap())
    };
    let stranger = |number: u32| format!("+6281{number:03}4567890");
    for number in 0..3 {
        assert_eq!(form(HERE, "/plain/sign-in", &[("contact", &stranger(number))]).await.0, 200);
    }
    let (status, page) = form(HERE, "/plain/sign-in", &[("contact", &stranger(3))]).await;
    assert_eq!(status, 429);
    assert!(page.contains(&format!("value=\"{}\"", stranger(3))), "what was typed stays: {page}");
    assert_eq!(server.ask_from(HERE, &stranger(4)).await.status, 429);

    server.work().await;
    let session = server.sign_in(EMAIL).await.token;
    let told = server.ask_from(ELSEWHERE, PHONE).await.is(202).json();
    let resend = format!("/v1/challenges/{}/resend", told["challenge_id"].as_str().unwrap());
    server.later(30);
    let written = told.to_string();
    let again = [("session", session.as_str()), ("sent", &written)];
    for path in ["/plain/sign-in/resend", "/plain/locker/resend"] {
        assert_eq!(form(HERE, path, &again).await.0, 429, "{path}");
    }
    server.post_from(HERE, &resend, json!({})).await.is(429);
    // Beside those of a contact stand those that one network asked for there.
    let codes = server.count("attempts_counted WHERE subject NOT LIKE '%@%'").await;
    assert_eq!(codes, 5, "three by forms, the session's and the one of elsewhere");
    // Each of them counts there, too.
    let written = server.post_from(ELSEWHERE, &resend, json!({})).await.is(202).json().to_string();
    // As the form says it after that; one that says what was before is taken for a reload, and sends nothing.
    let again = [("session", session.as_str()), ("sent", &written)];
    server.later(60);
    assert_eq!(form(ELSEWHERE, "/plain/sign-in/resend", &again).await.0, 200);
    assert_eq!(server.count("attempts_counted WHERE subject NOT LIKE '%@%'").await, 7);
    server.later(120);
    server.post_from(ELSEWHERE, &resend, json!({})).await.is(429);
    server.post_from("203.0.113.9", &resend, json!({})).await.is(202);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_right_code_typed_a_hundred_times_at_once_is_right_once() {
    let server = Arc::new(Server::new(vec![reward("kopi")]).await);
    let challenge = server.ask_code(PHONE).await.is(202).json();
    let code = server.code().await;
    let check = format!("/v1/challenges/{}/check", challenge["challenge_id"].as_str().unwrap());
    assert_eq!(right_ones(&server, None, &check, &code).await, 1, "one session");

    let sari = server.sign_in(EMAIL).await;
    let id = sari.hold("kopi").await;
    let code = server.code().await;
    // Each with a key of its own: nothing is a replay of another.
    let confirm = format!("/v1/redemptions/{id}/confirm");
    assert_eq!(right_ones(&server, Some(&sari.token), &confirm, &code).await, 1, "one voucher");
    assert_eq!(sari.points().await, (4_000, 0));
    assert_eq!(server.count("vouchers").await, 1);
    server.audit("m1").await;
}

/// Types the code a hundred times at once; how many were told that it is right.
async fn right_ones(server: &Arc<Server>, token: Option<&str>, path: &str, code: &str) -> usize {
    let typed: Vec<_> = (0..100)
        .map(|number| {
            let (server, token) = (Arc::clone(server), token.map(str::to_owned));
            let (path, key, body) = (path.to_owned(), format!("key-{number}"), as_code(code));
            tokio::spawn(async move { post(&server, token.as_deref(), (&path, &key), body).await })
        })
        .collect();
    let mut right = 0;
    for answer in typed {
        let status = answer.await.unwrap();
        assert!(status == 200 || (400..500).contains(&status), "{status}");
        right += usize::from(status == 200);
    }
    right
}
