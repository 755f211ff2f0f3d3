//! `/demo/…`, only with `--demo`: the inbox as a phone would show it, and a clock that can be moved forward.

use super::{body::Json, page::escaped};
use crate::{
    app::Shared,
    language::Language,
    problem::{ApiError, FieldWhy},
    senders::inbox::Received,
    service::to_the_end,
};
use axum::{
    Router,
    extract::{RawQuery, State},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderValue, header};
use serde::{Deserialize, Serialize};
use tukar_wire::{Channel, Moment};

/// Messages on the page and in the list.
const SHOWN_MAX: usize = 50;
/// Farthest that one request moves the clock: ten years.
const ADVANCE_SECONDS_MAX: u32 = 10 * 366 * 86_400;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/demo/inbox", get(page))
        .route("/demo/inbox.json", get(list))
        .route("/demo/inbox.js", get(script))
        .route("/demo/inbox.css", get(style))
        .route("/demo/clock", post(advance))
}

/// A message for tests; `server_time` of the list is the demo's clock.
#[derive(Serialize)]
struct Shown {
    number: u64,
    channel: Channel,
    to: String,
    subject: String,
    text: String,
}

impl From<Received> for Shown {
    fn from(received: Received) -> Shown {
        let message = received.message;
        Shown {
            number: received.number,
            channel: message.channel,
            to: message.to,
            subject: message.subject,
            text: message.text,
        }
    }
}

#[derive(Serialize)]
struct Messages {
    messages: Vec<Shown>,
    server_time: Moment,
}

fn messages(app: &Shared, to: Option<&str>) -> Vec<Received> {
    app.senders.inbox().map(|inbox| inbox.list(to, SHOWN_MAX)).unwrap_or_default()
}

/// `?to=%2B6281234567890` or `?to=sari@example.id`; newest first.
async fn list(State(app): State<Shared>, RawQuery(query): RawQuery) -> impl IntoResponse {
    let to = query.as_deref().and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("to=")));
    let to = to.map(unescaped);
    let messages = messages(&app, to.as_deref()).into_iter().map(Shown::from).collect();
    ([(header::CACHE_CONTROL, "no-store")], Json(Messages { messages, server_time: app.clock.now() }))
}

/// Percent-decoding; a plus stays a plus, because numbers start with one.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match digits.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn page(State(app): State<Shared>, language: Language) -> Response {
    let (title, empty, from, note) = language.pick(
        (
            "Kotak masuk demo",
            "Belum ada pesan. Minta kode OTP di halaman poin, lalu lihat di sini.",
            "Nusa Poin",
            "Semua SMS dan email demo masuk ke sini. Program sungguhan tidak punya halaman ini.",
        ),
        (
            "Demo inbox",
            "No messages yet. Ask for a code on the points page and look here.",
            "Nusa Poin",
            "Every SMS and email of the demo arrives here. A real programme has no such page.",
        ),
    );
    let rows: String = messages(&app, None)
        .iter()
        .map(|received| {
            let message = &received.message;
            // A text message has no subject line on a phone.
            let (word, subject) = match message.channel {
                Channel::Sms => ("SMS", String::new()),
                Channel::Email => ("Email", format!("<strong>{}</strong>", escaped(&message.subject))),
            };
            format!(
                "<li id=\"m{}\"><p class=\"to\"><span>{word}</span> {}</p><div class=\"bubble\">{subject}<p>{}</p></div></li>",
                received.number,
                escaped(&message.to),
                escaped(&message.text)
            )
        })
        .collect();
    let list =
        if rows.is_empty() { format!("<p class=\"empty\">{empty}</p>") } else { format!("<ol>{rows}</ol>") };
    let tag = language.tag();
    let html = format!(
        "<!doctype html><html lang=\"{tag}\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><link rel=\"stylesheet\" href=\"/demo/inbox.css\">\
         <script src=\"/demo/inbox.js\" defer></script>\
         <noscript><meta http-equiv=\"refresh\" content=\"3\"></noscript></head><body>\
         <div class=\"phone\"><header><h1>{from}</h1></header><main aria-live=\"polite\" aria-label=\"{title}\">{list}</main></div>\
         <p class=\"note\">{note} <a href=\"/\">Nusa Poin</a></p></body></html>"
    );
    let mut response = Html(html).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], SCRIPT)
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], STYLE)
}

/// Asks for the page again and takes over its list when it changed.
const SCRIPT: &str = r#"const main = document.querySelector("main");
setInterval(async () => {
  if (document.hidden) return;
  try {
    const text = await (await fetch(location.href, { cache: "no-store" })).text();
    const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("main");
    if (fresh && fresh.innerHTML !== main.innerHTML) main.replaceChildren(...fresh.childNodes);
  } catch { /* the server is away: the next round asks again */ }
}, 1500);
"#;

const STYLE: &str = r#":root { color-scheme: light dark; --wall: #d8d3c8; --glass: #fbfaf7; --ink: #1c1b19; --soft: #59554e; --bubble: #e6eef0; --line: #cfc9bd; }
@media (prefers-color-scheme: dark) {
  :root { --wall: #11100f; --glass: #1d1c1a; --ink: #eeeae2; --soft: #aba59a; --bubble: #2b3a3e; --line: #3b3833; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; padding: 1.5rem 1rem; background: var(--wall); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
.phone { max-width: 25rem; margin: 0 auto; background: var(--glass); border: .5rem solid #26241f; border-radius: 2.2rem; overflow: hidden; }
header { padding: 1.1rem 1.25rem .8rem; border-bottom: 1px solid var(--line); }
h1 { margin: 0; font-size: 1.05rem; }
main { height: min(70vh, 40rem); overflow-y: auto; padding: 1rem; }
ol { list-style: none; margin: 0; padding: 0; display: grid; gap: 1.1rem; }
.to { margin: 0 0 .3rem .3rem; font-size: .8rem; color: var(--soft); }
.to span { font-weight: 600; }
.bubble { background: var(--bubble); border-radius: .4rem 1.1rem 1.1rem 1.1rem; padding: .7rem .9rem; overflow-wrap: anywhere; }
.bubble p { margin: 0; white-space: pre-line; }
.bubble strong { display: block; margin-bottom: .3rem; }
.empty { color: var(--soft); text-align: center; margin: 4rem 1rem; }
.note { max-width: 25rem; margin: 1rem auto 0; font-size: .85rem; color: var(--ink); text-align: center; }
a { color: inherit; }
"#;

/// How far to move the demo's clock.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_seconds: i64,
}

#[derive(Serialize)]
struct Advanced {
    server_time: Moment,
}

/// Moves the clock forward, then runs what is due: holds time out, lots end, messages leave.
async fn advance(State(app): State<Shared>, Json(asked): Json<Advance>) -> Result<Json<Advanced>, ApiError> {
    let seconds = u32::try_from(asked.advance_seconds).ok().filter(|seconds| *seconds <= ADVANCE_SECONDS_MAX);
    let Some(seconds) = seconds else {
        let why = FieldWhy::OutOfRange { min: 0, max: i64::from(ADVANCE_SECONDS_MAX) };
        return Err(ApiError::invalid("advance_seconds", why));
    };
    // To the end, also where it takes longer than an answer may.
    to_the_end(&app, async move |app, _| {
        app.clock.advance(seconds);
        crate::worker::run_due(&app).await?;
        Ok(Json(Advanced { server_time: app.clock.now() }))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_in_a_query_may_be_escaped_or_plain() {
        for text in ["%2B62812", "+62812"] {
            assert_eq!(unescaped(text), "+62812");
        }
        assert_eq!(unescaped("sari%40example.id"), "sari@example.id");
        assert_eq!(unescaped("%"), "%");
        assert_eq!(unescaped("%zz%4"), "%zz%4");
    }
}
