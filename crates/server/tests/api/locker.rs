use crate::server::{DAY, EMAIL, PHONE, Server, member, reward, wrong};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

#[tokio::test]
async fn a_voucher_shows_its_code_only_while_the_locker_is_open() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    let id = sari.hold("kopi").await;
    let code = server.code().await;
    let receipt = sari.confirm(&id, &code).await.is(200).json();
    let voucher_code = receipt["vouchers"][0]["code"].as_str().unwrap().to_owned();

    // A right code has just been typed: the locker is open for ten minutes, in this session only.
    let page = sari.get("/v1/vouchers").await.is(200).json();
    assert_eq!(page["vouchers"][0]["code"], json!(voucher_code));
    assert!(page["open_until"].is_string());
    let elsewhere = server.sign_in(EMAIL).await;
    assert_eq!(elsewhere.get("/v1/vouchers").await.json()["vouchers"][0]["code"], Value::Null);
    assert_eq!(elsewhere.redemption(&id).await["vouchers"][0]["code"], Value::Null);

    server.later(600);
    let page = sari.get("/v1/vouchers").await.json();
    let voucher = &page["vouchers"][0];
    assert_eq!(
        (&voucher["code"], &voucher["qr"], &page["open_until"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!(voucher["code_masked"], format!("••••-••••-{}", &voucher_code[10..]));
    let send = format!("/v1/vouchers/{}/send", voucher["id"].as_str().unwrap());
    sari.post(&send, None, json!({"channel": "sms"})).await.is(403).refuses("locker-closed");

    let challenge = sari.post("/v1/locker/open", None, json!({})).await.is(202).json();
    assert_eq!(challenge["code"]["sent_to"], "0812••••890");
    let code = server.code().await;
    let check = async |code: &str| {
        let body = json!({"challenge_id": challenge["challenge_id"], "code": code});
        sari.post("/v1/locker/check", None, body).await
    };
    check(&wrong(&code)).await.is(422).refuses("code-wrong");
    let opened = check(&code).await.is(200).json();
    assert!(opened["open_until"].is_string());
    // The answer may have been lost: no wrong codes were typed, and none is told of.
    check(&code).await.is(422).refuses("code-ended");
    assert_eq!(sari.redemption(&id).await["vouchers"][0]["code"], json!(voucher_code));
    sari.post(&send, None, json!({"channel": "email"})).await.is(202);
    let copy = server.message().await;
    assert_eq!(copy.to, EMAIL);
    assert!(copy.text.contains(&voucher_code));

    server.later(30 * DAY);
    let sari = server.sign_in(PHONE).await;
    assert_eq!(sari.get("/v1/vouchers").await.json()["vouchers"][0]["state"], "ended");
}

#[tokio::test]
async fn a_lockers_code_goes_another_way_and_opens_no_session() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    let challenge = sari.post("/v1/locker/open", None, json!({"channel": "sms"})).await.is(202).json();
    server.later(30);
    let path = format!("/v1/challenges/{}/resend", challenge["challenge_id"].as_str().unwrap());
    let again =
        server.ask(("POST", &path), (None, None), Some(json!({"channel": "email"}))).await.is(202).json();
    assert_eq!(again["code"]["sent_to"], "s•••@example.id");
    let code = server.code().await;
    server.check(&challenge, &code).await.is(404);
    let body = json!({"challenge_id": challenge["challenge_id"], "code": code});
    sari.post("/v1/locker/check", None, body).await.is(200);
}

#[tokio::test]
async fn a_lockers_code_that_has_no_other_way_is_refused_it_and_still_counts() {
    let server = Server::empty(vec![reward("kopi")]).await;
    server.enrol(member("m1", Some(PHONE), None)).await;
    let sari = server.sign_in(PHONE).await;
    let challenge = sari.post("/v1/locker/open", None, json!({})).await.is(202).json();
    let code = server.code().await;
    server.later(30);
    let path = format!("/v1/challenges/{}/resend", challenge["challenge_id"].as_str().unwrap());
    let mail = json!({"channel": "email"});
    server.ask(("POST", &path), (None, None), Some(mail)).await.is(422).refuses("invalid");
    let body = json!({"challenge_id": challenge["challenge_id"], "code": code});
    sari.post("/v1/locker/check", None, body).await.is(200);
}

#[tokio::test]
async fn vouchers_are_paged_newest_first() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    for _ in 0..4 {
        let id = sari.hold("kopi").await;
        let code = server.code().await;
        sari.confirm(&id, &code).await.is(200);
        server.later(150);
    }
    let first = sari.get("/v1/vouchers?limit=3").await.is(200).json();
    let rest =
        sari.get(&format!("/v1/vouchers?limit=3&after={}", first["next"].as_str().unwrap())).await.json();
    let mut times: Vec<String> = Vec::new();
    for page in [&first, &rest] {
        times.extend(
            page["vouchers"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["issued_at"].as_str().unwrap().to_owned()),
        );
    }
    assert_eq!((times.len(), &rest["next"]), (4, &Value::Null));
    assert!(times.is_sorted_by(|a, b| a > b), "{times:?}");
    sari.get("/v1/vouchers?after=odd").await.is(400);
    sari.get("/v1/vouchers?limit=x").await.is(400).refuses("malformed");
}

#[tokio::test]
async fn a_confirmation_told_again_shows_the_code_only_while_the_locker_is_open() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    let id = sari.hold("kopi").await;
    let code = server.code().await;
    let first = sari.confirm_as(&id, &code, "k").await.is(200);
    let voucher_code = first.json()["vouchers"][0]["code"].as_str().unwrap().to_owned();
    assert_eq!(sari.confirm_as(&id, &code, "k").await.is(200).bytes, first.bytes, "the answer was lost");
    let elsewhere = server.sign_in(EMAIL).await;
    let told = elsewhere.confirm_as(&id, &code, "k").await.is(200);
    assert!(!String::from_utf8_lossy(&told.bytes).contains(&voucher_code), "another session's locker");

    server.later(601);
    let mut told = vec![sari.confirm_as(&id, &code, "k").await.is(200)];
    server.later(40 * DAY);
    let later = server.sign_in(PHONE).await;
    told.push(later.confirm_as(&id, &code, "k").await.is(200));
    for answer in told {
        let body = answer.json();
        let voucher = &body["vouchers"][0];
        assert_eq!(
            (&voucher["code"], &voucher["qr"], &voucher["barcode"]),
            (&Value::Null, &Value::Null, &Value::Null)
        );
        assert_eq!(voucher["code_masked"], format!("••••-••••-{}", &voucher_code[10..]));
        assert_eq!(body["state"], "fulfilled");
    }
    later.confirm_as(&id, &wrong(&code), "k").await.is(422).refuses("key-reused");
}
