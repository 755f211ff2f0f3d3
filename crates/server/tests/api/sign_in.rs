use crate::server::{EMAIL, PHONE, Server, member, reward, wrong};
use serde_json::json;
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tukar_server::{
    problem::ApiError,
    service::{codes, points},
    store::{Connection, challenges, members},
    worker,
};
use tukar_wire::Channel;

#[tokio::test]
async fn a_member_signs_in_by_text_message_and_by_mail() {
    let server = Server::new(vec![]).await;
    for (contact, to, channel) in
        [("0812 3456 7890", PHONE, Channel::Sms), (" Sari@Example.ID ", EMAIL, Channel::Email)]
    {
        let challenge = server.ask_code(contact).await.is(202).json();
        let message = server.message().await;
        assert_eq!((message.to.as_str(), message.channel), (to, channel));
        let code = server.code().await;
        let typed = format!(" {} {} ", &code[..3], &code[3..]);
        let signed_in = server.check(&challenge, &typed).await.is(200).json();
        assert_eq!(signed_in["member"]["name"], "Sari");
        assert_eq!(signed_in["member"]["phone_masked"], "0812••••890");
        let token = signed_in["token"].as_str().unwrap();
        assert_eq!(token.len(), 43, "256 bits in base64url");
        server.ask(("GET", "/v1/me"), (Some(token), None), None).await.is(200);
    }
}

/// A worker that was woken before the commit found nothing and slept for five seconds.
#[tokio::test]
async fn a_code_leaves_when_it_is_committed_and_not_at_the_workers_next_round() {
    let server = Server::new(vec![]).await;
    let stop = CancellationToken::new();
    let worker = tokio::spawn(worker::run(Arc::clone(&server.app), stop.clone()));
    for number in 0..8 {
        let asked = Instant::now();
        server.ask_code(&format!("+62812345670{number:02}")).await.is(202);
        let answered = asked.elapsed();
        let arrived = async {
            while server.post.sent.lock().unwrap().len() <= number {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(300), arrived).await.expect("the code leaves");
        // A machine that needs a second for the answer may need several for the message.
        let soon = Duration::from_secs(3).max(10 * answered);
        assert!(asked.elapsed() < soon, "left after {:?}, answered after {answered:?}", asked.elapsed());
    }
    stop.cancel();
    worker.await.unwrap();
}

#[tokio::test]
async fn a_stranger_gets_the_same_answer_and_the_contact_a_message() {
    let server = Server::new(vec![]).await;
    let known = server.ask_code(PHONE).await;
    let never = wrong(&server.code().await);
    let unknown = server.ask_code("+6281234567891").await;
    let told = server.message().await;
    assert_eq!(told.to, "+6281234567891");
    assert!(told.text.contains("belum terdaftar") && !told.text.contains('#'), "{}", told.text);
    assert_eq!(known.status, unknown.status);
    let names = |answer: &crate::server::Answer| {
        let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
        names.sort();
        names
    };
    assert_eq!(names(&known), names(&unknown));
    let (mut a, mut b) = (known.json(), unknown.json());
    assert_eq!(a["challenge_id"].as_str().unwrap().len(), b["challenge_id"].as_str().unwrap().len());
    let (first, second) = (a.clone(), b.clone());
    for body in [&mut a, &mut b] {
        body["challenge_id"] = json!("");
        body["code"]["sent_to"] = json!("");
    }
    assert_eq!(a, b);
    for tries_left in [4, 3, 2, 1] {
        for challenge in [&first, &second] {
            let refused = server.check(challenge, &never).await.is(422).refuses("code-wrong").json();
            assert_eq!(refused["tries_left"], tries_left);
        }
    }
    for challenge in [&first, &second] {
        server.check(challenge, &never).await.refuses("code-locked");
        server.check(challenge, &never).await.refuses("code-locked");
    }
    // Another way: the same answer again, and a message only where there is an account with a mail address.
    server.later(30);
    let mut answers = Vec::new();
    for challenge in [&first, &second] {
        let path = format!("/v1/challenges/{}/resend", challenge["challenge_id"].as_str().unwrap());
        let mut body =
            server.ask(("POST", &path), (None, None), Some(json!({"channel": "email"}))).await.is(202).json();
        body["challenge_id"] = json!("");
        answers.push(body);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0]["code"]["sent_to"], "");
    assert_eq!(server.message().await.to, EMAIL);
}

#[tokio::test]
async fn a_resent_code_kills_the_old_one_and_waits_its_turn() {
    let server = Server::new(vec![]).await;
    let challenge = server.ask_code(PHONE).await.json();
    let old = server.code().await;
    let path = format!("/v1/challenges/{}/resend", challenge["challenge_id"].as_str().unwrap());
    let resend = || server.ask(("POST", &path), (None, None), Some(json!({})));
    let early = resend().await.is(429).refuses("too-many");
    assert_eq!(early.headers["retry-after"], "30");
    server.later(30);
    resend().await.is(202);
    let new = server.code().await;
    if old != new {
        server.check(&challenge, &old).await.refuses("code-wrong");
    }
    server.check(&challenge, &new).await.is(200);
    server.check(&challenge, &new).await.refuses("code-ended");
}

#[tokio::test]
async fn a_code_ends_after_five_minutes() {
    let server = Server::new(vec![]).await;
    let challenge = server.ask_code(PHONE).await.json();
    let code = server.code().await;
    server.later(300);
    server.check(&challenge, &code).await.is(422).refuses("code-ended");
}

#[tokio::test]
async fn a_destination_gets_five_codes_in_ten_minutes() {
    let server = Server::new(vec![]).await;
    for _ in 0..5 {
        server.ask_code(PHONE).await.is(202);
    }
    server.ask_code(PHONE).await.is(429).refuses("too-many");
    server.later(600);
    server.ask_code(PHONE).await.is(202);
}

#[tokio::test]
async fn what_a_stranger_asks_for_does_not_stop_a_live_session() {
    let server = Server::new(vec![crate::server::reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    while server.ask_code(PHONE).await.status == 202 {}
    server.work().await;
    sari.hold("kopi").await;
    let text = server.message().await.text;
    assert!(text.contains(" tukar Voucher Kopi"), "{text}");
}

#[tokio::test]
async fn a_session_ends_when_idle_at_its_latest_and_by_signing_out() {
    let server = Server::new(vec![]).await;
    let sari = server.sign_in(PHONE).await;
    for _ in 0..23 {
        server.later(29 * 60);
        sari.get("/v1/me").await.is(200);
    }
    server.later(29 * 60);
    sari.get("/v1/me").await.is(200);
    server.later(29 * 60);
    sari.get("/v1/me").await.is(401).refuses("not-signed-in");

    let sari = server.sign_in(PHONE).await;
    server.later(30 * 60);
    sari.get("/v1/me").await.is(401);

    let sari = server.sign_in(PHONE).await;
    server.ask(("DELETE", "/v1/session"), (Some(&sari.token), None), None).await.is(204);
    sari.get("/v1/me").await.is(401);
    for token in ["", "x", &"y".repeat(500)] {
        server.ask(("GET", "/v1/me"), (Some(token), None), None).await.is(401);
    }
}

#[tokio::test]
async fn what_is_no_contact_is_refused_by_its_field() {
    let server = Server::new(vec![]).await;
    for contact in ["", "12", "sari@", "+14155552671", "<script>"] {
        let refused = server.ask_code(contact).await.is(422).refuses("invalid").json();
        assert_eq!(refused["fields"][0]["field"], "contact", "{contact}");
    }
}

#[tokio::test]
async fn a_message_waits_for_its_sender_but_never_longer_than_its_code() {
    let server = Server::new(vec![]).await;
    server.post.down.store(true, Ordering::SeqCst);
    let challenge = server.ask_code(PHONE).await.json();
    server.work().await;
    server.later(31);
    let path = format!("/v1/challenges/{}/resend", challenge["challenge_id"].as_str().unwrap());
    server.ask(("POST", &path), (None, None), Some(json!({}))).await.is(202);
    server.post.down.store(false, Ordering::SeqCst);
    let code = server.code().await;
    assert_eq!(server.post.sent.lock().unwrap().len(), 1, "the dead code is not sent any more");
    server.check(&challenge, &code).await.is(200);

    server.post.down.store(true, Ordering::SeqCst);
    server.ask_code(PHONE).await.is(202);
    server.later(300);
    server.post.down.store(false, Ordering::SeqCst);
    server.work().await;
    assert_eq!(server.post.sent.lock().unwrap().len(), 1);
    assert_eq!(server.count("outbox").await, 0);
}

/// That the other contact had its codes is not told, but the code that waits is dead.
#[tokio::test]
async fn a_code_that_seems_to_go_another_way_takes_back_the_one_that_waits() {
    let server = Server::new(vec![]).await;
    for _ in 0..5 {
        server.ask_code(EMAIL).await.is(202);
    }
    server.work().await;
    server.post.down.store(true, Ordering::SeqCst);
    let challenge = server.ask_code(PHONE).await.json();
    server.work().await;
    server.later(31);
    let path = format!("/v1/challenges/{}/resend", challenge["challenge_id"].as_str().unwrap());
    server.ask(("POST", &path), (None, None), Some(json!({"channel": "email"}))).await.is(202);
    server.post.down.store(false, Ordering::SeqCst);
    server.work().await;
    assert_eq!(server.post.sent.lock().unwrap().len(), 5, "the five to the other contact");
}

#[tokio::test]
async fn after_a_hundred_wrong_codes_in_a_row_the_owner_signs_in_with_the_first_try_and_no_live_session_is_touched()
 {
    let server = Server::new(vec![reward("kopi")]).await;
    let mut wrong_ones = 0;
    let stopped = 'all: loop {
        let asked = server.ask_code(PHONE).await;
        if asked.status == 429 {
            server.later(3_600);
            continue;
        }
        let challenge = asked.is(202).json();
        let code = server.code().await;
        for _ in 0..5 {
            let answer = server.check(&challenge, &wrong(&code)).await;
            match answer.clone().problem().as_str() {
                "too-many" => server.later(3_600),
                "recovery-needed" => break 'all answer,
                "code-ended" => break,
                _ => wrong_ones += 1,
            }
        }
        // Past the hour's limit, and the code's own time.
        server.later(3_600);
    };
    stopped.is(403);
    assert_eq!(wrong_ones, 101, "tries that were looked at: the hundred, and the first of the next code");
    // Whoever typed them at sign-in was a stranger, for all we know: a session goes on, and a right code at another
    // contact's sign-in works.
    let sari = server.sign_in(EMAIL).await;
    let id = sari.hold("kopi").await;
    let code = server.code().await;
    sari.confirm(&id, &code).await.is(200);
    // One try of each code, also the right one, until the programme's people help.
    let ask = async || loop {
        server.later(3_600);
        let asked = server.ask_code(PHONE).await;
        if asked.status != 429 {
            break (asked.is(202).json(), server.code().await);
        }
    };
    let (challenge, code) = ask().await;
    server.check(&challenge, &wrong(&code)).await.refuses("code-wrong");
    server.check(&challenge, &code).await.is(403).refuses("recovery-needed");
    let app = &server.app;
    app.store
        .transact("test", async |conn| {
            let member = members::load(conn, "m1").await?;
            for subject in codes::wrong_subjects(app, &member) {
                challenges::forget_wrong(conn, &subject).await?;
            }
            Ok::<_, sqlx::Error>(())
        })
        .await
        .unwrap();
    server.check(&challenge, &code).await.is(200);
}

#[tokio::test]
async fn the_first_try_of_a_code_signs_the_owner_in_after_any_number_of_wrong_ones() {
    let server = Server::new(vec![]).await;
    let app = &server.app;
    app.store
        .transact("test", async |conn| {
            let member = members::load(conn, "m1").await?;
            for _ in 0..250 {
                let mut writes = tukar_server::store::Writes::new();
                for subject in codes::wrong_subjects(app, &member) {
                    challenges::add_wrong_in_a_row(&mut writes, &subject);
                }
                writes.run(conn).await?;
            }
            Ok::<_, sqlx::Error>(())
        })
        .await
        .unwrap();
    server.sign_in(PHONE).await;
    // The right code began the counting anew.
    let challenge = server.ask_code(PHONE).await.is(202).json();
    let code = server.code().await;
    server.check(&challenge, &wrong(&code)).await.refuses("code-wrong");
    server.check(&challenge, &code).await.is(200);
}

#[tokio::test]
async fn a_right_code_begins_the_counting_anew() {
    let server = Server::new(vec![]).await;
    for _ in 0..3 {
        let challenge = server.ask_code(PHONE).await.is(202).json();
        let code = server.code().await;
        server.check(&challenge, &wrong(&code)).await.refuses("code-wrong");
        server.check(&challenge, &code).await.is(200);
        server.later(3_600);
    }
    assert_eq!(server.count("wrong_in_a_row").await, 0);
}

#[tokio::test]
async fn no_more_codes_leave_within_an_hour_than_the_programme_pays_for() {
    let server = Server::new(vec![reward("kopi")]).await.with(|config| config.codes.per_hour = 3).await;
    let sari = server.sign_in(PHONE).await;
    server.ask_code("stranger@example.id").await.is(202);
    server.work().await;
    let id = sari.hold("kopi").await;
    let asking = sari.asking("kopi", 1).await;
    let refused = sari.send(&asking).await.is(429).refuses("too-many");
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(sari.points().await, (4_000, 1_000), "what is not sent holds nothing");
    let code = server.code().await;
    sari.confirm(&id, &code).await.is(200);
    server.later(61 * 60);
    server.sign_in(EMAIL).await.hold("kopi").await;
}

#[tokio::test]
async fn a_number_that_takes_no_text_messages_is_told_so_and_no_code_is_made() {
    let server = Server::new(vec![]).await;
    for typed in ["021 3456789", "0800 1234567", "1500888", "0809 1234567", "+62 (0)21 3456789"] {
        let refused = server.ask_code(typed).await.is(422).refuses("invalid").json();
        let message = refused["fields"][0]["message"].as_str().unwrap();
        assert_eq!(refused["fields"][0]["field"], "contact");
        assert!(message.starts_with("Ini bukan nomor ponsel."), "{typed}: {message}");
    }
    assert_eq!(server.count("challenges").await, 0);
    for number in ["+62213456789", "0812 3456 7890", "+628001234567"] {
        let row = member("m9", Some(number), None);
        let now = server.now();
        let work = async |conn: &mut Connection| points::enrol(conn, &row, now).await;
        let refused = server.app.store.transact("test", work).await.unwrap_err();
        assert!(matches!(refused, ApiError::Invalid { .. }), "{number}: {refused}");
    }
}

#[tokio::test]
async fn all_spellings_of_one_address_share_its_limit_and_reach_it() {
    let server = Server::new(vec![]).await;
    for typed in [
        "sari@example.id",
        "SARI@Example.ID",
        "sa\u{200b}ri@example.id",
        "sari@ｅｘａｍｐｌｅ.id",
        "sari＠example\u{3002}id",
    ] {
        server.ask_code(typed).await.is(202);
        assert_eq!(server.message().await.to, EMAIL, "{typed}");
        server.later(1);
    }
    server.ask_code(" Sari@EXAMPLE.id").await.is(429).refuses("too-many");
    for typed in ["\"sari\"@example.id", "sa\\ri@example.id", "sari@[127.0.0.1]"] {
        server.ask_code(typed).await.is(422).refuses("invalid");
    }
}
