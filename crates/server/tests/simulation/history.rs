//! One seed's history, operation by operation, on the server and on the model.

use crate::{
    model::{Expected, Lot, Member, State},
    server::{Answer, START, Server, Visitor, member, reward, wrong},
};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Value, json};
use std::{future::Future, time::Duration};
use tukar_domain::calendar::Expiry;
use tukar_server::{
    clock::timestamp,
    secret::sha256,
    store::{Connection, members, rewards},
};
use tukar_wire::Moment;

const OPERATIONS: u32 = 40;
/// Histories that share a server; each has members and a limited reward of its own.
const PER_SERVER: u64 = 25;

/// What is known besides the members.
struct History {
    server: Option<Server>,
    rng: StdRng,
    members: [Member; 2],
    tokens: [String; 2],
    few: String,
    stock: i64,
    lots_made: u32,
}

/// How many seeds a run takes, a multiple of four, and the first of them.
fn wanted() -> (u64, u64) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    (number("TUKAR_SEEDS").unwrap_or(200), number("TUKAR_SEEDS_FROM").unwrap_or(0))
}

async fn quarter(number: u64) {
    let (count, first) = wanted();
    let part = count.div_ceil(4);
    run((first + number * part..first + (number + 1) * part).collect()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seeds_of_the_first_quarter_agree_with_the_model() {
    quarter(0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seeds_of_the_second_quarter_agree_with_the_model() {
    quarter(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seeds_of_the_third_quarter_agree_with_the_model() {
    quarter(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seeds_of_the_fourth_quarter_agree_with_the_model() {
    quarter(3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seeds_that_failed_once_agree_with_the_model() {
    let seeds = include_str!("failed.txt").lines().filter(|line| !line.starts_with('#'));
    run(seeds.map(|line| line.split_whitespace().next().unwrap().parse().unwrap()).collect()).await;
}

async fn run(seeds: Vec<u64>) {
    for seeds in seeds.chunks(PER_SERVER as usize) {
        let list = seeds.iter().map(|seed| {
            let mut few = reward(&few_of(*seed));
            few.stock_total = Some(4);
            few
        });
        let mut server = Server::empty(list.chain([reward("kopi")]).collect()).await;
        for seed in seeds {
            // A failure names its seed.
            eprintln!("seed {seed}");
            let mut history = History::begin(server, *seed).await;
            for _ in 0..OPERATIONS {
                history.step().await;
            }
            server = history.end().await;
        }
    }
}

fn few_of(seed: u64) -> String {
    format!("few-{seed}")
}

/// Moves the clock to where the seed's history begins. Years repeat themselves after four, so that it is the same history
/// whichever ran before it; a quarter begins shortly before a month ends, where lots end.
fn start_clock(server: &Server, seed: u64) {
    let mut rng = StdRng::seed_from_u64(!seed);
    let now = timestamp(server.now());
    let mut from = timestamp(START).to_zoned_datetime(server.app.zone.clone());
    while from.timestamp() < now {
        from = from.checked_add(jiff::Span::new().years(4)).unwrap();
    }
    let begin = if rng.random_bool(0.25) {
        let next_month = from.last_of_month().unwrap().tomorrow().unwrap().start_of_day().unwrap();
        next_month.timestamp() - jiff::SignedDuration::from_secs(rng.random_range(1..1_800))
    } else {
        from.timestamp() + jiff::SignedDuration::from_secs(rng.random_range(0..31 * 86_400))
    };
    server.later(u32::try_from(begin.duration_since(now).as_secs()).unwrap());
}

impl History {
    async fn begin(server: Server, seed: u64) -> History {
        start_clock(&server, seed);
        let one = |number: u64| Member {
            id: format!("s{seed}-{number}"),
            phone: format!("+62812{:08}", seed * 2 + number),
            ..Member::default()
        };
        let members = [one(0), one(1)];
        for new in &members {
            server.enrol(member(&new.id, Some(&new.phone), None)).await;
        }
        let rng = StdRng::seed_from_u64(seed);
        let mut history = History {
            server: Some(server),
            rng,
            members,
            tokens: Default::default(),
            few: few_of(seed),
            stock: 4,
            lots_made: 0,
        };
        history.sign_in().await;
        history.earn(0).await;
        history.earn(1).await;
        history
    }

    fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    fn now(&self) -> i64 {
        self.server().now().0
    }

    fn visitor(&self, who: usize) -> Visitor<'_> {
        Visitor { server: self.server(), token: self.tokens[who].clone() }
    }

    /// New sessions, without codes: signing in has tests of its own.
    async fn sign_in(&mut self) {
        let now = self.server().now();
        for who in 0..2 {
            let token = format!("token-{who}-{}", self.rng.random::<u64>());
            let (hash, id) = (sha256(token.as_bytes()), self.members[who].id.clone());
            let ends = Moment(now.0 + 12 * 3_600_000);
            let work =
                async |conn: &mut Connection| members::insert_session(conn, (&hash, &id), (now, ends)).await;
            self.server().app.store.transact("test", work).await.unwrap();
            self.tokens[who] = token;
        }
    }

    fn settle(&mut self) {
        let now = self.now();
        let back: i64 = self.members.iter_mut().map(|member| member.settle(now)).sum();
        self.stock += back;
    }

    async fn step(&mut self) {
        let who = self.rng.random_range(0..2);
        match self.rng.random_range(0..100) {
            0..8 => self.earn(who).await,
            8..30 => self.hold(who).await,
            30..36 => self.hold_again(who).await,
            36..54 => self.confirm(who, true).await,
            54..62 => self.confirm(who, false).await,
            62..67 => self.resend(who).await,
            67..72 => self.cancel(who).await,
            72..76 => self.hold_both().await,
            76..90 => self.wait().await,
            90..94 => self.server().work().await,
            94..96 => {
                let post = &self.server().post;
                post.down.fetch_xor(true, std::sync::atomic::Ordering::SeqCst);
            }
            99 => self.change_terms().await,
            _ => {
                // The old one is dropped without a word, as a process that dies.
                let server = self.server.take().unwrap().restarted(false).await;
                self.server = Some(server);
            }
        }
        self.settle();
        for who in 0..2 {
            self.compare(who).await;
        }
        self.compare_stock().await;
    }

    /// What is held of the limited reward was agreed on under other terms.
    async fn change_terms(&mut self) {
        let (few, store) = (self.few.clone(), &self.server().app.store);
        let sql = "UPDATE rewards SET voucher_days = voucher_days + 1 WHERE id = $1";
        let work = async |conn: &mut Connection| sqlx::query(sql).bind(&few).execute(conn).await.map(|_| ());
        store.transact("test", work).await.unwrap();
        self.members.iter_mut().for_each(crate::model::Member::change_terms);
    }

    /// What was said when a hold was called off is said again, in the same bytes.
    fn compare_called_off(
        &mut self,
        (who, number): (usize, usize),
        (answer, expected): (&Answer, &Expected),
    ) {
        if *expected == Expected::Refused("order-changed") {
            let first = &mut self.members[who].attempts[number].called_off;
            assert_eq!(*first.get_or_insert_with(|| answer.bytes.clone()), answer.bytes);
        }
    }

    async fn earn(&mut self, who: usize) {
        self.lots_made += 1;
        let id =
            format!("{}-{:03}", self.members[who].id, self.rng.random_range(0..1000) * 1000 + self.lots_made);
        let points = self.rng.random_range(1..40) * 100;
        let months = self.rng.random_range(0..3);
        self.server().earn(&self.members[who].id, &id, points, Expiry::EndOfMonth(months)).await;
        let shown = self.lots(who).await;
        let ends = shown.iter().find(|lot| lot["id"] == id.as_str()).unwrap()["ends_at"].clone();
        let ends = ends.as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_millisecond();
        self.members[who].lots.push(Lot { id, ends, available: points, held: 0 });
    }

    async fn asking(&mut self, who: usize) -> (Value, bool, i64) {
        let limited = self.rng.random_bool(0.4);
        let id = if limited { self.few.clone() } else { "kopi".to_owned() };
        let quantity = self.rng.random_range(1..=2);
        let asking = self.visitor(who).asking(&id, quantity).await;
        // A second has gone by: reading a member ends what is over.
        for who in 0..2 {
            self.visitor(who).points().await;
        }
        self.settle();
        (asking, limited, i64::from(quantity))
    }

    /// Why a hold would be refused now, if it would.
    fn refusal(&self, who: usize, (asking, limited, quantity): &(Value, bool, i64)) -> Option<&'static str> {
        let (now, known) = (self.now(), &self.members[who]);
        let short = known.spendable(now) < asking["points"].as_i64().unwrap();
        if short || (*limited && self.stock < *quantity) {
            return Some("not-eligible");
        }
        (!known.may_send(now)).then_some("too-many")
    }

    /// What must come of a hold, and the model's side of it.
    fn expect_hold(&mut self, who: usize, asked: &(Value, bool, i64)) -> Expected {
        if let Some(word) = self.refusal(who, asked) {
            return Expected::Refused(word);
        }
        let now = self.now();
        self.members[who].hold(asked.clone(), now);
        if asked.1 {
            self.stock -= asked.2;
        }
        Expected::Done(201)
    }

    async fn hold(&mut self, who: usize) {
        let asked = self.asking(who).await;
        let way = self.rng.random_range(0..4);
        let visitor = self.visitor(who);
        let answer = match way {
            // Dropped half way: then it has happened or not, and the same request again makes it certain.
            0 => {
                go_away(visitor.send(&asked.0), self.rng.clone()).await;
                let again = visitor.send(&asked.0).await;
                if again.status == 200 {
                    Answer { status: http::StatusCode::CREATED, ..again }
                } else {
                    again
                }
            }
            1 => {
                let (one, two) = tokio::join!(visitor.send(&asked.0), visitor.send(&asked.0));
                assert_eq!(one.bytes.len(), two.bytes.len(), "{one:?} {two:?}");
                if one.status == 201 { one } else { two }
            }
            _ => visitor.send(&asked.0).await,
        };
        drop(visitor);
        let expected = self.expect_hold(who, &asked);
        check(&answer, &expected);
        if expected == Expected::Done(201) {
            let code = self.code_of(who, asked.0["id"].as_str().unwrap()).await;
            let attempt = self.members[who].attempts.last_mut().unwrap();
            (attempt.code, attempt.hold_answer) = (code, answer.bytes);
        }
    }

    async fn hold_both(&mut self) {
        let asked = [self.asking(0).await, self.asking(1).await];
        let (zero, one) = (self.visitor(0), self.visitor(1));
        let answers = tokio::join!(zero.send(&asked[0].0), one.send(&asked[1].0));
        drop((zero, one));
        let answers = [answers.0, answers.1];
        // Either order may have come. Whoever was refused came second; or first, and was refused for something of their own.
        let alone = [self.refusal(0, &asked[0]), self.refusal(1, &asked[1])];
        let first = usize::from(!answers[0].status.is_success());
        for who in [first, 1 - first] {
            let mut expected = self.expect_hold(who, &asked[who]);
            if let (Expected::Refused(word), Some(own)) = (&mut expected, alone[who])
                && answers[who].clone().problem() == own
            {
                *word = own;
            }
            check(&answers[who], &expected);
            if expected == Expected::Done(201) {
                let code = self.code_of(who, asked[who].0["id"].as_str().unwrap()).await;
                let attempt = self.members[who].attempts.last_mut().unwrap();
                (attempt.code, attempt.hold_answer) = (code, answers[who].bytes.clone());
            }
        }
    }

    /// One of a member's attempts.
    fn pick(&mut self, who: usize) -> Option<usize> {
        let attempts: Vec<usize> = (0..self.members[who].attempts.len()).collect();
        // The last ones are where something is going on.
        if self.rng.random_bool(0.7) {
            attempts.last().copied()
        } else {
            attempts.choose(&mut self.rng).copied()
        }
    }

    async fn hold_again(&mut self, who: usize) {
        let Some(number) = self.pick(who) else { return };
        let attempt = self.members[who].attempts[number].clone();
        let answer = self.visitor(who).send(&attempt.asking).await.is(200);
        assert_eq!(answer.bytes, attempt.hold_answer, "the first answer's bytes");
        let mut other = attempt.asking.clone();
        other["quantity"] = json!(attempt.quantity + 1);
        self.visitor(who).send(&other).await.is(422).refuses("key-reused");
    }

    async fn confirm(&mut self, who: usize, right: bool) {
        let Some(number) = self.pick(who) else { return };
        let attempt = self.members[who].attempts[number].clone();
        let code = if right { attempt.code.clone() } else { wrong(&attempt.code) };
        // A wrong code is sent again as the same request, or typed anew. Drawn from a copy, as in `go_away`.
        let anew = !right && self.rng.clone().random_bool(0.7);
        let typed = if anew { self.rng.clone().random::<u32>() } else { 0 };
        let (now, key) = (self.now(), format!("confirm-{code}-{typed}"));
        let way = self.rng.random_range(0..4);
        let visitor = self.visitor(who);
        if right && way == 0 {
            go_away(visitor.confirm_as(attempt.id(), &code, &key), self.rng.clone()).await;
        }
        let answer = if right && way == 1 {
            let send = || visitor.confirm_as(attempt.id(), &code, &key);
            let (one, two) = tokio::join!(send(), send());
            assert_eq!(one.status, two.status);
            assert!(one.status != 200 || one.bytes == two.bytes, "the first answer's bytes");
            one
        } else {
            visitor.confirm_as(attempt.id(), &code, &key).await
        };
        drop(visitor);
        // What an answer lost on its way did is what the same request again answers.
        let expected = self.members[who].confirm(number, (right, &key), now);
        check(&answer, &expected);
        self.compare_called_off((who, number), (&answer, &expected));
        if expected == Expected::Done(200) {
            let attempt = &mut self.members[who].attempts[number];
            match &attempt.confirmed {
                Some((_, bytes)) => {
                    assert_eq!(without_codes(bytes), without_codes(&answer.bytes), "the first answer");
                }
                None => attempt.confirmed = Some((key, answer.bytes)),
            }
        }
    }

    async fn resend(&mut self, who: usize) {
        let Some(number) = self.pick(who) else { return };
        let id = self.members[who].attempts[number].id().to_owned();
        let now = self.now();
        let answer =
            self.visitor(who).post(&format!("/v1/redemptions/{id}/resend"), Some("resend"), json!({})).await;
        let expected = self.members[who].resend(number, now);
        check(&answer, &expected);
        self.compare_called_off((who, number), (&answer, &expected));
        if expected == Expected::Done(200) {
            self.members[who].attempts[number].code = self.code_of(who, &id).await;
        }
    }

    async fn cancel(&mut self, who: usize) {
        let Some(number) = self.pick(who) else { return };
        let attempt = self.members[who].attempts[number].clone();
        let answer = self.visitor(who).cancel(attempt.id()).await;
        match attempt.state {
            State::Held => {
                self.stock += self.members[who].release(number, State::Voided);
                check(&answer, &Expected::Done(200));
            }
            State::Voided | State::Expired => check(&answer, &Expected::Done(200)),
            State::Fulfilled => check(&answer, &Expected::Refused("wrong-state")),
        }
    }

    async fn wait(&mut self) {
        let seconds = match self.rng.random_range(0..20) {
            0..10 => self.rng.random_range(1..60),
            10..16 => self.rng.random_range(60..400),
            16..19 => self.rng.random_range(400..7_200),
            _ => self.rng.random_range(1..40) * 86_400,
        };
        self.server().later(seconds);
        if seconds > 600 {
            self.sign_in().await;
        }
    }

    /// The code that waits to be sent for an attempt.
    async fn code_of(&self, who: usize, id: &str) -> String {
        let sql = "SELECT o.text FROM outbox o JOIN redemptions r ON r.challenge_id = o.challenge_id \
             WHERE r.member_id = $1 AND r.id = $2";
        let mut conn = self.server().app.store.read().await.unwrap();
        let text: String =
            sqlx::query_scalar(sql).bind(&self.members[who].id).bind(id).fetch_one(&mut *conn).await.unwrap();
        text.rsplit('#').next().unwrap().to_owned()
    }

    async fn lots(&self, who: usize) -> Vec<Value> {
        let balance = self.visitor(who).get("/v1/me/balance").await.is(200).json();
        balance["lots"].as_array().unwrap().clone()
    }

    async fn compare(&mut self, who: usize) {
        let now = self.now();
        let known = &self.members[who];
        let visitor = self.visitor(who);
        let balance = visitor.get("/v1/me/balance").await.is(200).json();
        let points = (balance["available"].as_i64().unwrap(), balance["held"].as_i64().unwrap());
        assert_eq!(points, (known.spendable(now), known.held()), "points of {}", known.id);
        for shown in balance["lots"].as_array().unwrap() {
            let lot = known.lots.iter().find(|lot| shown["id"] == lot.id.as_str()).unwrap();
            let available = if lot.ends > now { lot.available } else { 0 };
            assert_eq!(
                (shown["available"].as_i64().unwrap(), shown["held"].as_i64().unwrap()),
                (available, lot.held),
                "{shown}"
            );
        }
        for attempt in known.attempts.iter().rev().take(2) {
            let state = visitor.redemption(attempt.id()).await["state"].clone();
            assert_eq!(state, attempt.state.word(), "{attempt:?}");
        }
    }

    /// Both members were read just now, so that no hold that is over keeps a piece.
    async fn compare_stock(&self) {
        let mut conn = self.server().app.store.read().await.unwrap();
        let left = rewards::load_stock(&mut conn).await.unwrap()[&self.few];
        assert_eq!(i64::from(left), self.stock, "pieces left");
    }

    async fn end(mut self) -> Server {
        self.server().post.down.store(false, std::sync::atomic::Ordering::SeqCst);
        self.server().later(901);
        self.sign_in().await;
        self.server().work().await;
        self.settle();
        for who in 0..2 {
            self.compare(who).await;
            let known = &self.members[who];
            assert_eq!(known.held(), 0);
            let pieces: i64 = known
                .attempts
                .iter()
                .filter(|attempt| attempt.state == State::Fulfilled)
                .map(|attempt| attempt.quantity)
                .sum();
            let sql = "SELECT COUNT(*) FROM vouchers WHERE member_id = $1";
            let mut conn = self.server().app.store.read().await.unwrap();
            let vouchers: i64 = sqlx::query_scalar(sql).bind(&known.id).fetch_one(&mut *conn).await.unwrap();
            assert_eq!(vouchers, pieces, "vouchers of {}", known.id);
            drop(conn);
            self.server().audit(&known.id).await;
        }
        assert!(self.now() > START.0);
        self.server.take().unwrap()
    }
}

fn check(answer: &Answer, expected: &Expected) {
    let told = String::from_utf8_lossy(&answer.bytes).into_owned();
    match expected {
        Expected::Done(status) => assert_eq!(answer.status.as_u16(), *status, "{told}"),
        Expected::Refused(word) => assert_eq!(answer.clone().problem(), *word, "{told}"),
    }
}

/// Lets a request run for a while and drops it, as when a visitor closes the page. The while is drawn from a copy, so that the
/// rest of the history does not hang on it.
async fn go_away(request: impl Future<Output = Answer>, mut rng: StdRng) {
    let patience = Duration::from_micros(rng.random_range(0..4_000));
    // In time or not: both are what may happen.
    let _ = tokio::time::timeout(patience, request).await;
}

/// An answer as it is told while the locker is closed.
fn without_codes(bytes: &[u8]) -> serde_json::Value {
    let mut told: serde_json::Value = serde_json::from_slice(bytes).unwrap();
    for voucher in told["vouchers"].as_array_mut().unwrap() {
        voucher
            .as_object_mut()
            .unwrap()
            .retain(|name, _| !["code", "qr", "barcode"].contains(&name.as_str()));
    }
    told
}
