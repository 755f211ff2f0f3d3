//! A simulation: attackers with several addresses ask for codes as fast as they can, members sign in meanwhile, and a mail
//! server takes so many a second. The service is the real one and the clock is the test's. Prints which part of the members
//! get in, and how long their codes take.
//!
//! `TUKAR_FLOOD=full` runs it at the size of an attack that was seen (15,396 asks in 75 seconds), else it is a sixtieth.

#![expect(clippy::print_stdout, reason = "the figures are what a reader of the documents wants to see again")]

use crate::server::{Caller, Server, member};
use serde_json::json;
use std::collections::HashMap;
use tukar_server::store::outbox;
use tukar_wire::Channel;

/// Who attacks whom.
#[derive(Clone, Copy)]
struct Flood {
    what: &'static str,
    /// Addresses of the attacker.
    addresses: usize,
    /// Whether these are known: behind a proxy that was not declared they are not.
    is_counted: bool,
    asks_per_second: usize,
    seconds: usize,
    /// Members who sign in, evenly over the attack.
    members: usize,
    /// Members whose contacts the attacker knows, and asks for with every other ask.
    known: usize,
    /// Mails that the mail server takes within a second.
    mails_per_second: usize,
    /// The programme's budget.
    per_hour: u32,
}

/// What came of it.
#[derive(Debug, Default)]
struct Outcome {
    /// Members whom the attacker does not know, and those among them who got in.
    unknown: (usize, usize),
    /// The same of those whom it knows.
    known: (usize, usize),
    /// Seconds until the codes came.
    delays: Vec<usize>,
    strangers_mails: usize,
    refused: usize,
}

fn mail(member: usize) -> String {
    format!("m{member}@members.example")
}

/// A member's sign-in that waits for its code.
struct Waiting {
    member: usize,
    asked_in: usize,
    challenge: serde_json::Value,
}

async fn run(flood: Flood) -> Outcome {
    let server = Server::empty(vec![]).await.with(|config| config.codes.per_hour = flood.per_hour).await;
    for at in 0..flood.members {
        server.enrol(member(&format!("m{at}"), None, Some(&mail(at)))).await;
    }
    let (mut outcome, mut waiting, mut asked) = (Outcome::default(), HashMap::new(), 0);
    // The last codes have some time to come.
    for second in 0..flood.seconds + 30 {
        let attacks = if second < flood.seconds { flood.asks_per_second } else { 0 };
        for _ in 0..attacks {
            asked += 1;
            let contact = match asked % 2 {
                1 if flood.known > 0 => mail(asked / 2 % flood.known),
                _ => format!(
                    "x{asked}@{}.example",
                    if asked % 4 == 0 { "crowd".to_owned() } else { format!("d{asked}") }
                ),
            };
            let address = if flood.is_counted {
                format!("203.0.{}.{}", asked % flood.addresses / 250, asked % flood.addresses % 250)
            } else {
                "127.0.0.1".to_owned()
            };
            let caller = Caller { address: &address, headers: &[] };
            let status = server.post_as(caller, "/v1/challenges", json!({ "contact": contact })).await.status;
            outcome.refused += usize::from(status == 429);
        }
        for at in 0..flood.members {
            if at * flood.seconds / flood.members != second {
                continue;
            }
            // Each from an address of their own.
            let address = format!("198.51.{}.{}", 100 + at / 250, at % 250);
            let caller = Caller { address: &address, headers: &[] };
            let answer = server.post_as(caller, "/v1/challenges", json!({ "contact": mail(at) })).await;
            if answer.status == 202 {
                let challenge = answer.json();
                waiting.insert(mail(at), Waiting { member: at, asked_in: second, challenge });
            }
        }
        take_mails(&server, flood, second, &mut waiting, &mut outcome).await;
        server.later(1);
    }
    outcome.known.0 = flood.known;
    outcome.unknown.0 = flood.members - flood.known;
    outcome
}

/// What the mail server takes within a second, in the outbox's order.
async fn take_mails(
    server: &Server,
    flood: Flood,
    second: usize,
    waiting: &mut HashMap<String, Waiting>,
    outcome: &mut Outcome,
) {
    let due = {
        let mut conn = server.app.store.read().await.unwrap();
        outbox::load_due(&mut conn, Channel::Email, server.now(), flood.mails_per_second).await.unwrap()
    };
    let ids: Vec<&str> = due.iter().map(|row| row.id.as_str()).collect();
    server.app.store.transact("test", async |conn| outbox::delete(conn, &ids).await).await.unwrap();
    for row in &due {
        let Some((_, code)) = row.message.text.rsplit_once('#') else {
            outcome.strangers_mails += 1;
            continue;
        };
        let Some(waits) = waiting.get(&row.message.to) else { continue };
        if server.check(&waits.challenge, code).await.status == 200 {
            outcome.delays.push(second - waits.asked_in + 1);
            let side = if waits.member < flood.known { &mut outcome.known } else { &mut outcome.unknown };
            side.1 += 1;
            waiting.remove(&row.message.to);
        }
    }
}

fn say(flood: Flood, outcome: &mut Outcome) {
    outcome.delays.sort_unstable();
    let delay =
        |part: usize| outcome.delays.get(outcome.delays.len().saturating_sub(1) * part / 100).copied();
    println!(
        "{}: {} addresses{}, {} asks a second for {} s, {} refused; members in: {} of {} whom the attacker does not know, {} of {} whom it \
         does; code within {} s (median), {} s (worst); {} mails to strangers",
        flood.what,
        flood.addresses,
        if flood.is_counted { "" } else { " behind an undeclared proxy" },
        flood.asks_per_second,
        flood.seconds,
        outcome.refused,
        outcome.unknown.1,
        outcome.unknown.0,
        outcome.known.1,
        outcome.known.0,
        delay(50).unwrap_or(0),
        delay(100).unwrap_or(0),
        outcome.strangers_mails
    );
}

#[tokio::test]
async fn a_flood_from_any_number_of_addresses_stops_and_delays_no_member() {
    let is_full = std::env::var("TUKAR_FLOOD").is_ok_and(|size| size == "full");
    let (part, members, seconds) = if is_full { (1, 200, 75) } else { (20, 20, 25) };
    let strangers = Flood {
        what: "strangers",
        addresses: 1,
        is_counted: true,
        asks_per_second: 205 / part,
        seconds,
        members,
        known: 0,
        mails_per_second: (43 / part).max(2),
        per_hour: 20_000 / u32::try_from(part).unwrap(),
    };
    let floods = [
        strangers,
        Flood { addresses: 100, ..strangers },
        Flood { is_counted: false, ..strangers },
        Flood { what: "strangers and half of the members", addresses: 100, known: members / 2, ..strangers },
    ];
    for flood in floods {
        let mut outcome = run(flood).await;
        say(flood, &mut outcome);
        let (all, got_in) = outcome.unknown;
        assert!(got_in * 100 >= all * 99, "{}: {outcome:?}", flood.what);
        // Codes that the attacker has sent to members it knows are members' codes, five for each: others wait among them.
        let seconds_max = if flood.known == 0 { 10 } else { flood.known * 5 / flood.mails_per_second + 1 };
        assert!(outcome.delays.iter().all(|delay| *delay <= seconds_max), "{}: {outcome:?}", flood.what);
    }
}
