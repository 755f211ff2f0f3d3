use super::*;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

fn settings(toml: &str) -> SmsHttp {
    toml::from_str(toml).unwrap()
}

fn message(text: &str) -> Message {
    Message {
        channel: Channel::Sms,
        to: "+6281234567890".to_owned(),
        subject: String::new(),
        text: text.to_owned(),
        language: crate::language::Language::Id,
    }
}

/// What a provider does with one request.
#[derive(Clone, Copy)]
enum Provider {
    /// Answers with this, whole.
    Answers(&'static str),
    /// Reads the request, answers with this, and then holds the connection open without another word.
    FallsSilent(&'static str),
    /// Reads the request and closes the connection.
    HangsUp,
    /// Is not there.
    IsAway,
}

/// Sends one message; returns its outcome and the request as the provider saw it.
async fn try_with(provider: Provider, more_settings: &str) -> (SendOutcome, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(async move {
        if matches!(provider, Provider::IsAway) {
            return String::new();
        }
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut bytes = vec![0; 4096];
        let count = stream.read(&mut bytes).await.unwrap();
        match provider {
            Provider::Answers(answer) => stream.write_all(answer.as_bytes()).await.unwrap(),
            Provider::FallsSilent(answer) => {
                stream.write_all(answer.as_bytes()).await.unwrap();
                // Until the client gives up.
                let _ = stream.read(&mut [0]).await;
            }
            Provider::HangsUp | Provider::IsAway => {}
        }
        String::from_utf8_lossy(&bytes[..count]).into_owned()
    });
    let settings = settings(&format!(
        "url = \"http://{address}/send\"\nbody = '{{\"to\":\"{{to}}\",\"text\":\"{{text}}\"}}'\n\
         headers = {{ Authorization = \"Bearer k\", Idempotency-Key = \"{{reference}}\" }}\ntimeout_seconds = 1\n{more_settings}"
    ));
    let sender = SmsHttpSender::new(&settings).unwrap();
    if matches!(provider, Provider::IsAway) {
        serving.await.unwrap();
        return (sender.send(&message("x"), "r-1").await, String::new());
    }
    (sender.send(&message("x"), "r-1").await, serving.await.unwrap())
}

async fn outcome(provider: Provider, more_settings: &str) -> SendOutcome {
    try_with(provider, more_settings).await.0
}

fn answer(status: &str, body: &str) -> &'static str {
    let length = body.len();
    let text = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
    // A few bytes of a test.
    Box::leak(text.into_boxed_str())
}

#[test]
fn a_template_that_can_not_work_is_refused_at_the_start() {
    for toml in [
        "url = \"not a url {to} {text}\"",
        "url = \"https://x.id/\"\nbody = '{\"to\": {to}, \"text\": \"{text}\"'",
        "url = \"https://x.id/?to={to}\"",
        "url = \"https://x.id/?to={to}&text={text}\"\nmethod = \"NO WAY\"",
        "url = \"https://x.id/?to={to}&text={text}\"\nsuccess_body = { regex = \"(\" }",
        "url = \"https://x.id/?to={to}&text={text}\"\nrefused_body = { pointer = \"status\" }",
    ] {
        assert!(SmsHttpSender::new(&settings(toml)).is_err(), "{toml}");
    }
}

#[test]
fn an_unknown_slot_is_refused_at_the_start_by_its_place() {
    let good = "url = \"https://x.id/?to={to}&text={text}\"";
    for (toml, place) in [
        ("url = \"https://x.id/?to={to}&text={text}&key={geheim}\"".to_owned(), "sms.url: character 39: "),
        (format!("{good}\nbody = '{{\"a\":\"{{geheim}}\"}}'"), "sms.body: character 7: "),
        (format!("{good}\nheaders = {{ X-Key = \"{{geheim}}\" }}"), "sms.headers: X-Key: character 1: "),
    ] {
        let Err(error) = SmsHttpSender::new(&settings(&toml)) else { panic!("{toml}") };
        let error = format!("{error:#}");
        assert!(error.starts_with(place) && !error.contains("geheim"), "{error}");
    }
}

#[test]
fn an_address_or_header_that_can_not_work_is_refused_and_not_shown() {
    let good = "url = \"https://x.id/?to={to}&text={text}\"";
    for toml in [
        "url = \"geheim {to} {text}\"".to_owned(),
        format!("{good}\nheaders = {{ \"X-Key: geheim\" = \"\" }}"),
        format!("{good}\nheaders = {{ X-Key = \"geheim\\n\" }}"),
    ] {
        let Err(error) = SmsHttpSender::new(&settings(&toml)) else { panic!("{toml}") };
        let error = format!("{error:#}");
        assert!(error.starts_with("sms.") && !error.contains("geheim"), "{error}");
    }
    let toml = format!("{good}\nheaders = {{ X-To = \"{{to}} {{text}} é\" }}");
    assert!(SmsHttpSender::new(&settings(&toml)).is_ok());
}

#[tokio::test]
async fn the_providers_status_decides_where_nothing_else_is_set() {
    use SendOutcome::{NotNow, Refused, Sent, Unknown};
    for (status, want) in [
        ("200 OK", Sent),
        ("302 Found", NotNow(Why::HttpStatus(302))),
        ("400 Bad Request", Refused(Why::HttpStatus(400))),
        ("401 Wrong Key", NotNow(Why::HttpStatus(401))),
        ("402 No Credit", NotNow(Why::HttpStatus(402))),
        ("403 Stopped", NotNow(Why::HttpStatus(403))),
        ("429 Too Many", NotNow(Why::HttpStatus(429))),
        ("500 Failed", Unknown(Why::HttpStatus(500))),
        ("502 Bad Gateway", Unknown(Why::HttpStatus(502))),
        ("503 Busy", NotNow(Why::HttpStatus(503))),
        ("504 Gateway Timeout", Unknown(Why::HttpStatus(504))),
    ] {
        let (got, request) = try_with(Provider::Answers(answer(status, "")), "").await;
        assert_eq!(got, want, "{status}");
        let request = request.to_ascii_lowercase();
        assert!(request.contains("authorization: bearer k") && request.contains("application/json"));
        assert!(request.contains("idempotency-key: r-1") && request.contains("+6281234567890"), "{request}");
    }
    assert_eq!(
        outcome(Provider::Answers(answer("502 Bad Gateway", "")), "not_now = [502]").await,
        NotNow(Why::HttpStatus(502))
    );
}

#[tokio::test]
async fn what_never_left_is_not_sent_and_what_left_without_an_answer_is_unknown() {
    assert_eq!(outcome(Provider::IsAway, "").await, SendOutcome::NotNow(Why::NoConnection));
    assert_eq!(outcome(Provider::FallsSilent(""), "").await, SendOutcome::Unknown(Why::NoAnswer));
    assert_eq!(outcome(Provider::HangsUp, "").await, SendOutcome::Unknown(Why::AnswerLost));
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{\"status\":";
    assert_eq!(
        outcome(Provider::FallsSilent(half), "").await,
        SendOutcome::Sent,
        "without a rule on the body the status is enough"
    );
    let by_body = "success_body = { pointer = \"/status\", is = [0] }";
    assert_eq!(outcome(Provider::FallsSilent(half), by_body).await, SendOutcome::Unknown(Why::NoAnswer));
}

#[tokio::test]
async fn an_error_in_the_body_of_a_200_is_not_taken_for_sent() {
    use SendOutcome::{NotNow, Refused, Sent};
    let rules = "success_body = { pointer = \"/messages/0/status\", is = [\"0\", \"queued\"] }\n\
                 refused_body = { pointer = \"/messages/0/status\", is = [3, 6] }\n\
                 not_now_body = { regex = \"(?i)insufficient (credit|balance)\" }";
    for (body, want) in [
        (r#"{"messages":[{"status":"0"}]}"#, Sent),
        (r#"{"messages":[{"status":0}]}"#, Sent),
        (r#"{"messages":[{"status":"queued"}]}"#, Sent),
        (r#"{"messages":[{"status":"3"}]}"#, Refused(Why::RefusedBody)),
        (r#"{"messages":[{"status":"9"}]}"#, NotNow(Why::NoSuccessBody)),
        (r#"{"error":"Insufficient credit"}"#, NotNow(Why::NotNowBody)),
        ("<html>Please sign in</html>", NotNow(Why::NoSuccessBody)),
        ("", NotNow(Why::NoSuccessBody)),
    ] {
        assert_eq!(outcome(Provider::Answers(answer("200 OK", body)), rules).await, want, "{body}");
    }
    let no_credit = answer("400 Bad Request", r#"{"error":"insufficient balance"}"#);
    assert_eq!(outcome(Provider::Answers(no_credit), rules).await, NotNow(Why::NotNowBody));
    let taken = answer("400 Bad Request", r#"{"messages":[{"status":"0"}]}"#);
    assert_eq!(
        outcome(Provider::Answers(taken), rules).await,
        Refused(Why::HttpStatus(400)),
        "a body makes no success of a status that is none"
    );
}

#[tokio::test]
async fn a_number_goes_without_its_plus_where_the_provider_takes_none() {
    let taken = Provider::Answers(answer("200 OK", ""));
    let (_, request) = try_with(taken, "to_plus = false").await;
    assert!(request.contains("\"to\":\"6281234567890\""), "{request}");
}
