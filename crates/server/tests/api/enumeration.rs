//! Nobody finds out who has an account: not by status, body or headers, and not by how long an answer takes.

#![expect(clippy::print_stdout, reason = "the figures are what a reader of the documents wants to see again")]
#![expect(clippy::disallowed_methods, reason = "what is measured is the true time that an answer takes")]

use crate::server::{Answer, EMAIL, PHONE, Server, member};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Like [`PHONE`] once it is masked.
const STRANGERS_PHONE: &str = "+6281234561890";
const STRANGERS_EMAIL: &str = "siti@example.id";

/// What of an answer may tell: all but its ids.
fn told(answer: &Answer) -> (u16, Vec<String>, Value) {
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        .map(|(name, value)| match name.as_str() {
            "x-request-id" => format!("{name}: {} characters", value.len()),
            _ => format!("{name}: {value:?}"),
        })
        .collect();
    headers.sort();
    let mut body = answer.json();
    for id in ["challenge_id", "reference"] {
        if let Some(id) = body.get_mut(id) {
            *id = json!(format!("{} characters", id.as_str().unwrap().len()));
        }
    }
    (answer.status.as_u16(), headers, body)
}

/// Everything a stranger may do with a contact at sign-in, and what is answered. The clock stands, or moves by as much.
async fn everything(server: &Server, contact: &str) -> Vec<(&'static str, (u16, Vec<String>, Value))> {
    let mut answers = Vec::new();
    let mut note = |what, answer: &Answer| answers.push((what, told(answer)));
    let asked = server.ask_code(contact).await.is(202);
    note("asked", &asked);
    let challenge = asked.json();
    let resend = format!("/v1/challenges/{}/resend", challenge["challenge_id"].as_str().unwrap());
    let resend = |body: Value| server.ask(("POST", &resend), (None, None), Some(body));
    note("resent too early", &resend(json!({})).await.is(429));
    for _ in 0..6 {
        note("a wrong code", &server.check(&challenge, "000000").await.is(422));
    }
    note("no code", &server.check(&challenge, "12").await.is(422));
    server.later(30);
    note("resent", &resend(json!({})).await.is(202));
    server.later(60);
    for channel in ["sms", "email"] {
        note("resent another way", &resend(json!({"channel": channel})).await.is(202));
        server.later(120);
    }
    server.later(300);
    note("after its end", &server.check(&challenge, "000000").await.is(422));
    while server.ask_code(contact).await.status == 202 {}
    note("too many", &server.ask_code(contact).await.is(429));
    answers
}

#[tokio::test]
async fn answers_tell_nothing_of_an_account() {
    for (known, unknown) in [(PHONE, STRANGERS_PHONE), (EMAIL, STRANGERS_EMAIL)] {
        let (one, other) = (Server::new(vec![]).await, Server::new(vec![]).await);
        let (known, unknown) = (everything(&one, known).await, everything(&other, unknown).await);
        assert_eq!(known.len(), unknown.len());
        for (known, unknown) in known.iter().zip(&unknown) {
            pretty_assertions::assert_eq!(known, unknown);
        }
    }
}

/// Whether a phone number and an e-mail address are one member's: a code may go from the one to the other, and must not be seen
/// to have come.
#[tokio::test]
async fn the_limit_of_one_contact_does_not_tell_whose_the_other_is() {
    for contacts in [[PHONE, EMAIL], [EMAIL, PHONE]] {
        let mut told = Vec::new();
        for [asked, supposed] in [contacts, [contacts[0], STRANGERS_EMAIL], [contacts[0], STRANGERS_PHONE]] {
            let server = Server::new(vec![]).await;
            let challenge = server.ask_code(asked).await.is(202).json();
            let resend = format!("/v1/challenges/{}/resend", challenge["challenge_id"].as_str().unwrap());
            let other = if asked == PHONE { "email" } else { "sms" };
            server.later(30);
            let body = Some(json!({"channel": other}));
            server.ask(("POST", &resend), (None, None), body).await.is(202);
            let mut taken = 0;
            while server.ask_code(supposed).await.status == 202 {
                taken += 1;
            }
            told.push((taken, server.ask_code(supposed).await.json()["retry_at"].clone()));
        }
        assert_eq!(told[0], told[1]);
        assert_eq!(told[0], told[2]);
    }
}

/// Takings of time, known and unknown side by side.
#[derive(Default)]
struct Times {
    known: Vec<Duration>,
    unknown: Vec<Duration>,
}

impl Times {
    fn push(&mut self, is_known: bool, time: Duration) {
        if is_known { self.known.push(time) } else { self.unknown.push(time) }
    }

    /// Mann and Whitney: how often a known contact took longer than an unknown one, and how many standard deviations that
    /// is away from half. Outliers of a busy machine weigh no more than any other taking.
    fn compare(&self) -> (f64, f64) {
        let (n, m) = (self.known.len() as f64, self.unknown.len() as f64);
        let longer: f64 = self
            .known
            .iter()
            .map(|one| {
                self.unknown.iter().map(move |other| {
                    f64::from(u8::from(one > other)) + f64::from(u8::from(one == other)) / 2.0
                })
            })
            .map(Iterator::sum::<f64>)
            .sum();
        let share = longer / (n * m);
        (share, (share - 0.5) / ((n + m + 1.0) / (12.0 * n * m)).sqrt())
    }

    fn median(times: &[Duration]) -> Duration {
        let mut sorted = times.to_vec();
        sorted.sort();
        sorted[sorted.len() / 2]
    }

    fn say(&self, what: &str) -> f64 {
        let (share, deviations) = self.compare();
        println!(
            "{what}: {} pairs, medians {:?} known, {:?} unknown; known took longer {:.1} %, {deviations:+.2} standard deviations",
            self.known.len(),
            Times::median(&self.known),
            Times::median(&self.unknown),
            share * 100.0
        );
        deviations
    }
}

/// Beyond so many standard deviations two samples are not of one kind: by chance once in 1.7 million comparisons.
const DEVIATIONS_MAX: f64 = 5.0;

/// Numbers of as many blocks, so that no limit is met.
fn number(at: usize, known: bool) -> String {
    format!("+62812{:04}{}890", at, if known { 7 } else { 1 })
}

/// Times that a machine which is busy with something else may spoil the comparison; a true difference shows in each.
const MEASURED_MAX: u32 = 3;

/// `TUKAR_PAIRS=400` measures more.
#[tokio::test]
async fn time_tells_nothing_of_an_account() {
    let pairs = std::env::var("TUKAR_PAIRS").ok().and_then(|pairs| pairs.parse().ok()).unwrap_or(120);
    // With room for all messages; and with so little that most of those to contacts without an account are dropped.
    for per_hour in [1_000_000, u32::try_from(pairs).unwrap() * 7] {
        for measured in 1.. {
            // On a machine whose times vary much only a greater difference can be found.
            match measure(pairs, 6 * 4_usize.pow(measured - 1), per_hour).await {
                Ok(()) => break,
                Err(fault) => {
                    println!("{fault}");
                    assert!(measured < MEASURED_MAX, "{fault}");
                }
            }
        }
    }
}

async fn measure(pairs: usize, planted_looks: usize, per_hour: u32) -> Result<(), String> {
    let server = Server::empty(vec![]).await.with(|config| config.codes.per_hour = per_hour).await;
    for at in 0..pairs {
        let mail = format!("m{at}@example.id");
        server.enrol(member(&format!("m{at}"), Some(&number(at, true)), Some(&mail))).await;
    }
    let [mut asked, mut checked, mut resent, mut other_way, mut planted] = [(); 5].map(|()| Times::default());
    for at in 0..pairs {
        // Each goes first as often as the other.
        for is_known in [at % 2 == 0, at % 2 != 0] {
            let started = Instant::now();
            let challenge = server.ask_code(&number(at, is_known)).await;
            asked.push(is_known, started.elapsed());
            let challenge = challenge.is(202).json();
            let started = Instant::now();
            let refused = server.check(&challenge, "000000").await;
            checked.push(is_known, started.elapsed());
            if refused.status == 200 {
                continue;
            }
            let path = format!("/v1/challenges/{}/resend", challenge["challenge_id"].as_str().unwrap());
            for (times, body) in [(&mut resent, json!({})), (&mut other_way, json!({"channel": "email"}))] {
                server.later(60);
                let started = Instant::now();
                let answer = server.ask(("POST", &path), (None, None), Some(body)).await;
                times.push(is_known, started.elapsed());
                answer.is(202);
            }
            // What a server would take that does a little more for members only. Last: it warms what comes after it.
            let started = Instant::now();
            server.check(&challenge, "000000").await;
            for _ in 0..if is_known { planted_looks } else { 0 } {
                server.ask(("GET", "/v1/rewards/none"), (None, None), None).await.is(404);
            }
            planted.push(is_known, started.elapsed());
        }
    }
    for (what, times) in
        [("asked", asked), ("checked", checked), ("resent", resent), ("resent another way", other_way)]
    {
        if times.say(what).abs() >= DEVIATIONS_MAX {
            return Err(format!("{what}: the time tells who has an account"));
        }
    }
    let found = planted.say("checked, with planted looks more for members");
    if found <= DEVIATIONS_MAX {
        return Err("the comparison would not have found a difference".to_owned());
    }
    Ok(())
}
