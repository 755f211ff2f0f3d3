//! The product without script: pages of forms, asked as a browser without script would.

use crate::server::{Answer, PHONE, Server, reward, wrong};
use axum::{body::Body, http::Request};
use http::{HeaderMap, header};
use http_body_util::BodyExt as _;
use pretty_assertions::assert_eq;
use sqlx::Executor as _;
use std::path::Path;
use tower::ServiceExt as _;
use tukar_server::{
    catalogue::{Bilingual, Reward},
    store::Connection,
};

/// Sends a form, or looks at a page where there is nothing to send.
async fn ask(server: &Server, path: &str, fields: Option<&[(&str, &str)]>, site: &str) -> Answer {
    let request =
        Request::builder().uri(path).header(header::ACCEPT_LANGUAGE, "id").header("sec-fetch-site", site);
    let request = match fields {
        None => request.body(Body::empty()),
        Some(fields) => {
            let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            let kind = "application/x-www-form-urlencoded";
            request.method("POST").header(header::CONTENT_TYPE, kind).body(Body::from(body))
        }
    };
    let response = server.router.clone().oneshot(request.unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes().to_vec();
    Answer { status: parts.status, headers: parts.headers, bytes }
}

pub(crate) async fn send(server: &Server, path: &str, fields: &[(&str, &str)]) -> Page {
    Page::of(ask(server, path, Some(fields), "same-origin").await)
}

pub(crate) struct Page {
    status: u16,
    headers: HeaderMap,
    pub(crate) html: String,
}

impl Page {
    fn of(answer: Answer) -> Page {
        let html = String::from_utf8(answer.bytes).unwrap();
        // What would carry a token into an address, a log or a referrer.
        let told = html.split(['"', '<']).find(|part| part.contains("session="));
        assert_eq!(told, None, "a token in an address");
        Page { status: answer.status.as_u16(), headers: answer.headers, html }
    }

    /// The last hidden field of a name.
    pub(crate) fn hidden(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let at =
            self.html.rfind(&start).unwrap_or_else(|| panic!("no {name} in {}", self.html)) + start.len();
        let value = self.html[at..].split('"').next().unwrap();
        value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    }

    pub(crate) fn says(&self, text: &str) -> &Page {
        assert!(self.html.contains(text), "{text} is not in {} {}", self.status, self.html);
        self
    }
}

/// A server that has the built page's frame to write into.
async fn server() -> Server {
    let mut odd = reward("odd");
    let title = "<script>alert(1)</script> \"Kopi\"".to_owned();
    odd.title = Bilingual { id: title.clone(), en: title };
    server_with(vec![reward("kopi"), odd]).await
}

/// A folder with the built pages' frames.
pub(crate) fn pages() -> &'static Path {
    let directory = Box::leak(Box::new(tempfile::tempdir().unwrap())).path();
    let page = "<html lang=\"id\"><main data-tukar-partner><!--tukar--></main></html>";
    let hosted = "<html lang=\"id\"><tukar-rewards loading=\"eager\"><!--tukar--></tukar-rewards></html>";
    std::fs::write(directory.join("plain.html"), page).unwrap();
    std::fs::write(directory.join("index.html"), hosted).unwrap();
    directory
}

async fn server_with(rewards: Vec<Reward>) -> Server {
    let server = Server::new(rewards).await;
    server.with(|config| config.widget_dir = pages().to_owned()).await
}

async fn signed_in(server: &Server) -> String {
    let asked = send(server, "/plain/sign-in", &[("contact", PHONE)]).await;
    let (sent, code) = (asked.hidden("sent"), server.code().await);
    let home = send(server, "/plain/sign-in/check", &[("sent", &sent), ("code", &code)]).await;
    assert_eq!(home.status, 200, "{}", home.html);
    home.hidden("session")
}

/// Reviews a reward: its form's fields.
async fn reviewed(server: &Server, session: &str) -> Vec<(&'static str, String)> {
    let page = send(server, "/plain/review", &[("session", session), ("reward", "kopi")]).await;
    let mut fields = vec![("session", session.to_owned())];
    for name in ["reward", "quantity", "points", "version", "attempt"] {
        fields.push((name, page.hidden(name)));
    }
    fields
}

/// A redemption by forms alone, with a wrong code before the right one; what came up that nobody else may know.
pub(crate) async fn redeem(server: &Server) -> Vec<String> {
    let session = signed_in(server).await;
    let mut secrets = vec![session.clone(), server.code().await];
    let review = reviewed(server, &session).await;
    let held = send(server, "/plain/redeem", &borrowed(&review)).await;
    let code = server.code().await;
    let mut done = held.html.clone();
    for typed in [wrong(&code), code] {
        let fields = [
            ("session", session.clone()),
            ("attempt", held.hidden("attempt")),
            ("key", held.hidden("key")),
            ("code", typed.clone()),
        ];
        done = send(server, "/plain/redeem/confirm", &borrowed(&fields)).await.html;
        secrets.push(typed);
    }
    let is_voucher = |text: &&str| text.len() == 14 && text.match_indices('-').map(|(at, _)| at).eq([4, 9]);
    secrets.extend(done.split(['<', '>', '"']).find(is_voucher).map(str::to_owned));
    assert_eq!(secrets.len(), 5, "no voucher in {done}");
    secrets
}

fn borrowed<'a>(fields: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

#[tokio::test]
async fn the_hosted_page_has_the_catalogue_in_it_and_its_texts_are_escaped() {
    let server = server().await;
    let page = Page::of(ask(&server, "/", None, "none").await);
    page.says("slot=\"early\"").says("Voucher Kopi").says("&lt;script&gt;alert(1)&lt;/script&gt;");
    assert!(!page.html.contains("<script>alert"), "{}", page.html);
    let found = Page::of(ask(&server, "/?q=%3Cscript%3E%22", None, "none").await);
    found.says("filter=\"q=%3Cscript%3E%22\"").says("1 dari 2 hadiah");
}

#[tokio::test]
async fn the_first_view_has_the_theme_and_the_screen_that_the_page_asks_for() {
    let server = server().await;
    let help = Page::of(ask(&server, "/?theme=dark&view=help", None, "none").await);
    help.says("<tukar-rewards view=\"help\" theme=\"dark\" ").says("data-theme=\"dark\"").says("Bantuan");
    assert_eq!(help.hidden("theme"), "dark");
    assert!(!help.html.contains("Voucher Kopi"));
    // What is nobody's without a session is not shown to nobody; what is no theme is none.
    let other = Page::of(ask(&server, "/?theme=%22%3E%3Cscript%3E&view=history", None, "none").await);
    other.says("Voucher Kopi").says("theme=\"&quot;&gt;&lt;script&gt;\"");
    assert!(!other.html.contains("data-theme") && !other.html.contains("name=\"theme\""));
}

#[tokio::test]
async fn a_member_signs_in_and_redeems_by_forms_alone() {
    let server = server().await;
    let session = signed_in(&server).await;
    let review = reviewed(&server, &session).await;
    let held = send(&server, "/plain/redeem", &borrowed(&review)).await;
    held.says("0812••••890");
    let (attempt, key, code) = (held.hidden("attempt"), held.hidden("key"), server.code().await);
    let typed = |code: &str| {
        vec![
            ("session", session.clone()),
            ("attempt", attempt.clone()),
            ("key", key.clone()),
            ("code", code.to_owned()),
        ]
    };
    let refused = send(&server, "/plain/redeem/confirm", &borrowed(&typed(&wrong(&code)))).await;
    refused.says("aria-invalid=\"true\"").says(&wrong(&code)).says("aria-describedby=\"plain-code-error\"");
    assert_eq!(refused.status, 422);
    let done = send(&server, "/plain/redeem/confirm", &borrowed(&typed(&code))).await;
    done.says("Berhasil ditukar").says("ticket__symbol");
    assert_eq!(done.headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(done.headers[header::REFERRER_POLICY], "no-referrer");
    // The same once more, as after a reload or the back button.
    send(&server, "/plain/redeem/confirm", &borrowed(&typed(&code))).await.says("Berhasil ditukar");
    send(&server, "/plain/redeem", &borrowed(&review)).await.says("Berhasil ditukar");
    assert_eq!((server.count("redemptions").await, server.count("vouchers").await), (1, 1));
    server.audit("m1").await;
}

#[tokio::test]
async fn a_cancelled_hold_gives_the_points_back_and_a_resend_kills_the_old_code() {
    let server = server().await;
    let session = signed_in(&server).await;
    let held = send(&server, "/plain/redeem", &borrowed(&reviewed(&server, &session).await)).await;
    let (attempt, old) = (held.hidden("attempt"), server.code().await);
    let fields = [("session", session.as_str()), ("attempt", &attempt)];
    server.later(31);
    let again = send(&server, "/plain/redeem/resend", &fields).await;
    let (key, new) = (again.hidden("key"), server.code().await);
    if old != new {
        let typed = [fields[0], fields[1], ("key", &key), ("code", &old)];
        send(&server, "/plain/redeem/confirm", &typed).await.says("aria-invalid=\"true\"");
    }
    send(&server, "/plain/redeem/cancel", &fields).await.says("Penukaran dibatalkan");
    assert_eq!(server.count("vouchers").await, 0);
    server.audit("m1").await;
}

#[tokio::test]
async fn another_site_can_send_no_form_and_an_address_carries_no_session() {
    let server = server().await;
    let session = signed_in(&server).await;
    let forged = ask(&server, "/plain/home", Some(&[("session", &session)]), "cross-site").await;
    assert_eq!(forged.status.as_u16(), 404);
    let address = format!("/plain/reward?reward=kopi&session={session}");
    let looked = ask(&server, &address, None, "none").await;
    assert!(!String::from_utf8(looked.bytes).unwrap().contains(&session));
}

#[tokio::test]
async fn the_address_of_a_form_leads_to_the_start_and_in_a_frame_to_a_page_with_a_way_on() {
    let server = server().await;
    let open = async |path: &str, accept: &str, within: &str| {
        let request = Request::builder().uri(path).header(header::ACCEPT, accept);
        let request = request.header("sec-fetch-dest", within).body(Body::empty()).unwrap();
        server.router.clone().oneshot(request).await.unwrap()
    };
    fn told(answer: &axum::response::Response, name: header::HeaderName) -> (u16, &str) {
        (answer.status().as_u16(), answer.headers()[name].to_str().unwrap())
    }
    for path in tukar_server::http::form_paths() {
        let answer = open(path, "text/html", "document").await;
        if ["/plain/help", "/plain/sign-in"].contains(&path) {
            assert_eq!(answer.status().as_u16(), 200, "{path}");
        } else if path != "/plain/reward" {
            assert_eq!(told(&answer, header::LOCATION), (303, "/"), "{path}");
        }
    }
    for (path, within) in [("/plain/home", "iframe"), ("/plain/home?partner=toko", "document")] {
        let framed = open(path, "text/html", within).await;
        let policy = framed.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("frame-ancestors *") && policy.contains("form-action 'none'"), "{policy}");
        assert_eq!(told(&framed, header::ALLOW), (405, "POST"));
        let html = framed.into_body().collect().await.unwrap().to_bytes();
        assert!(String::from_utf8_lossy(&html).contains("<a href=\"/\" target=\"_blank\""), "{html:?}");
    }
    let other = open("/plain/home", "application/json", "empty").await;
    assert_eq!(told(&other, header::ALLOW), (405, "POST"));
}

/// The fields of a page that waits for a sign-in's code.
async fn waiting(server: &Server) -> Vec<(&'static str, String)> {
    let asked = send(server, "/plain/sign-in", &[("contact", PHONE), ("tab", "history")]).await;
    let carried = ["sent", "key", "tab"].map(|name| (name, asked.hidden(name)));
    [carried.to_vec(), vec![("code", server.code().await)]].concat()
}

async fn check(server: &Server, fields: &[(&'static str, String)], change: Option<(&str, &str)>) -> Page {
    let fields = fields.iter().map(|(name, value)| match change {
        Some((changed, value)) if changed == *name => (*name, value),
        _ => (*name, value.as_str()),
    });
    send(server, "/plain/sign-in/check", &fields.collect::<Vec<_>>()).await
}

#[tokio::test]
async fn a_sign_in_that_is_sent_again_finds_its_session_and_opens_no_other() {
    let server = server().await;
    let sent = waiting(&server).await;
    let first = check(&server, &sent, None).await.hidden("session");
    let odd = wrong(&sent[3].1);
    server.later(200);
    let again = check(&server, &sent, None).await;
    assert_eq!((again.status, again.hidden("session")), (200, first.clone()));
    again.says("aria-current=\"page\"");
    assert_eq!(server.count("sessions").await, 1);
    for change in [("key", "another-key-of-22-byte"), ("key", ""), ("code", odd.as_str())] {
        let refused = check(&server, &sent, Some(change)).await;
        assert_eq!(refused.status, 422, "{change:?}");
        refused.says("Kode ini sudah dipakai. Minta kode baru untuk masuk lagi.").says("name=\"contact\"");
        assert!(
            !refused.html.contains(&first) && !refused.html.contains("Terlalu banyak"),
            "{}",
            refused.html
        );
        assert_eq!(refused.hidden("tab"), "history", "where it was to lead to");
    }
    assert_eq!(server.count("sessions").await, 1);
    // As long as the code would have lived, and no longer.
    server.later(100);
    assert_eq!(check(&server, &sent, None).await.status, 422);
}

#[tokio::test]
async fn who_signed_out_is_signed_in_by_no_reload_and_a_used_code_is_called_used() {
    let server = server().await;
    let sent = waiting(&server).await;
    let session = check(&server, &sent, None).await.hidden("session");
    send(&server, "/plain/sign-out", &[("session", &session)]).await;
    let said = "Kode ini sudah dipakai. Minta kode baru untuk masuk lagi.";
    assert_eq!(check(&server, &sent, None).await.says(said).status, 422);
    assert_eq!(server.count("sessions").await, 0);
    // The same page's other button.
    server.later(31);
    send(&server, "/plain/sign-in/resend", &borrowed(&sent)).await.says(said).says("name=\"contact\"");
}

#[tokio::test]
async fn a_lockers_code_that_was_used_is_called_used_and_another_can_be_asked_for() {
    let server = server().await;
    let session = signed_in(&server).await;
    let _ = redeemed(&server, &session).await;
    send(&server, "/plain/locker/close", &[("session", &session)]).await;
    let page = send(&server, "/plain/locker", &[("session", &session)]).await.hidden("page");
    let asked = send(&server, "/plain/locker/open", &[("session", &session), ("page", &page)]).await;
    let fields =
        [("session", session.clone()), ("sent", asked.hidden("sent")), ("code", server.code().await)];
    send(&server, "/plain/locker/check", &borrowed(&fields)).await.says("Kode voucher terlihat");
    send(&server, "/plain/locker/close", &[("session", &session)]).await;
    for path in ["/plain/locker/check", "/plain/locker/resend"] {
        let told = send(&server, path, &borrowed(&fields)).await;
        told.says("Kode ini sudah dipakai. Minta kode baru.").says("/plain/locker/open");
        assert!(!told.html.contains("Terlalu banyak"), "{}", told.html);
    }
}

#[tokio::test]
async fn a_refused_sign_in_keeps_what_was_typed_and_an_ended_session_leads_back() {
    let server = server().await;
    let refused = send(&server, "/plain/sign-in", &[("contact", "not a contact"), ("reward", "kopi")]).await;
    refused.says("value=\"not a contact\"").says("aria-invalid=\"true\"");
    assert_eq!(refused.status, 422, "who counts answers by their status sees it");
    assert_eq!(refused.hidden("reward"), "kopi");
    let session = signed_in(&server).await;
    let out = send(&server, "/plain/sign-out", &[("session", &session)]).await;
    assert_eq!(out.status, 200);
    let ended = send(&server, "/plain/review", &[("session", &session), ("reward", "kopi")]).await;
    assert_eq!(ended.status, 401);
    assert_eq!(ended.hidden("reward"), "kopi");
    assert!(!ended.html.contains(&session), "a dead token is not carried on");
}

#[tokio::test]
async fn a_page_that_failed_is_called_after_what_was_asked_for() {
    let server = server().await;
    let session = signed_in(&server).await;
    let work = async |conn: &mut Connection| {
        conn.execute("ALTER TABLE lots RENAME TO out_of_reach").await.map(|_| ())
    };
    server.app.store.transact("test", work).await.unwrap();
    for (path, status, title) in [
        ("/plain/lots", 500, "Poin belum bisa dimuat"),
        ("/plain/reward", 404, "Rincian hadiah belum bisa dimuat."),
        ("/plain/redemption", 404, "Penukaran tidak bisa dilanjutkan"),
        ("/plain/sign-in/check", 422, "Masuk"),
    ] {
        let failed = send(&server, path, &[("session", &session)]).await;
        failed.says(&format!("<h2 class=\"screen__title\">{title}</h2>"));
        assert_eq!(failed.status, status, "{path}");
    }
}

#[tokio::test]
async fn a_session_that_can_not_be_looked_up_has_not_ended() {
    let server = server().await;
    let session = signed_in(&server).await;
    let rename = async |sql: &'static str| {
        let work = async |conn: &mut Connection| conn.execute(sql).await.map(|_| ());
        server.app.store.transact("test", work).await.unwrap();
    };
    rename("ALTER TABLE sessions RENAME TO out_of_reach").await;
    let failed = send(&server, "/plain/history", &[("session", &session)]).await;
    assert_eq!(failed.status, 500, "{}", failed.html);
    rename("ALTER TABLE out_of_reach RENAME TO sessions").await;
    let gone_on = send(&server, "/plain/history", &[("session", &session)]).await;
    assert_eq!((gone_on.status, gone_on.hidden("session")), (200, session));
}

/// Redeems `kopi` by forms: the answer to the right code.
async fn redeemed(server: &Server, session: &str) -> Page {
    let held = send(server, "/plain/redeem", &borrowed(&reviewed(server, session).await)).await;
    let (attempt, key, code) = (held.hidden("attempt"), held.hidden("key"), server.code().await);
    let typed = [("session", session), ("attempt", &attempt), ("key", &key), ("code", &code)];
    send(server, "/plain/redeem/confirm", &typed).await
}

#[tokio::test]
async fn the_locker_shows_a_code_after_a_fresh_one_and_not_before() {
    let server = server().await;
    let voucher = redeemed(&server, &signed_in(&server).await).await.hidden("voucher");
    let session = signed_in(&server).await;
    let closed = send(&server, "/plain/locker", &[("session", &session)]).await;
    closed.says("Voucher Kopi").says("••••-••••-").says("Tampilkan kode").says("aria-current=\"page\"");
    let attempt = closed.hidden("attempt");
    let look = [("session", session.as_str()), ("attempt", &attempt), ("tab", "locker")];
    let hidden = send(&server, "/plain/redemption", &look).await;
    hidden.says("Kode voucher disembunyikan. Buka Voucher saya");
    assert!(!hidden.html.contains("ticket__symbol"), "a symbol is a code");
    let asked = send(&server, "/plain/locker/open", &[("session", &session)]).await;
    asked.says("0812••••890");
    let (sent, code) = (asked.hidden("sent"), server.code().await);
    let typed = |code| [("session", session.as_str()), ("sent", sent.as_str()), ("code", code)];
    let odd = wrong(&code);
    send(&server, "/plain/locker/check", &typed(&odd)).await.says("aria-invalid=\"true\"").says(&odd);
    let open = send(&server, "/plain/locker/check", &typed(&code)).await;
    open.says("Kode voucher terlihat").says("locker-row__code--open");
    // Sent once more, as after a reload.
    send(&server, "/plain/locker/check", &typed(&code)).await.says("Kode voucher terlihat");
    let shown = send(&server, "/plain/redemption", &look).await;
    shown.says("ticket__symbol").says("action=\"/plain/locker\"");
    let copy = [look[0], look[1], look[2], ("voucher", &voucher), ("channel", "sms")];
    send(&server, "/plain/voucher/send", &copy).await.says("Salinan dikirim lewat SMS.");
    server.later(3600);
    let later = send(&server, "/plain/locker", &[("session", &session)]).await;
    assert!(!later.html.contains("locker-row__code--open"), "the lock closes by itself");
}

#[tokio::test]
async fn a_voucher_of_somebody_else_is_in_no_locker_page() {
    let server = server().await;
    let mine = redeemed(&server, &signed_in(&server).await).await;
    let (voucher, attempt) = (mine.hidden("voucher"), mine.hidden("attempt"));
    for path in
        ["/plain/locker", "/plain/history", "/plain/lots", "/plain/voucher/send", "/plain/locker/check"]
    {
        let fields =
            [("voucher", voucher.as_str()), ("attempt", &attempt), ("tab", "locker"), ("session", "x")];
        let refused = send(&server, path, &fields).await;
        assert!(!refused.html.contains("Voucher Kopi"), "{path}: {}", refused.html);
        assert!(refused.status == 401 || refused.status == 422, "{path} {}", refused.status);
    }
}

#[tokio::test]
async fn who_came_for_the_locker_or_the_history_has_it_after_signing_in() {
    let server = server().await;
    for (tab, title) in [("locker", "Belum ada voucher"), ("history", "Riwayat poin")] {
        let address = format!("/plain/sign-in?tab={tab}");
        let came = Page::of(ask(&server, &address, None, "none").await);
        let asked =
            send(&server, "/plain/sign-in", &[("contact", PHONE), ("tab", &came.hidden("tab"))]).await;
        let (sent, code, tab) = (asked.hidden("sent"), server.code().await, asked.hidden("tab"));
        let fields = [("sent", sent.as_str()), ("code", &code), ("tab", &tab)];
        send(&server, "/plain/sign-in/check", &fields).await.says(title);
    }
    let ended = send(&server, "/plain/history", &[("session", "gone"), ("kind", "spent")]).await;
    assert_eq!((ended.status, ended.hidden("tab")), (401, "history".to_owned()));
}

#[tokio::test]
async fn the_history_is_by_kind_and_page_after_page() {
    let server = server().await;
    let session = signed_in(&server).await;
    redeemed(&server, &session).await;
    let all = send(&server, "/plain/history", &[("session", &session)]).await;
    all.says("Ditukar").says("Lihat bukti").says("Semua riwayat sudah ditampilkan.");
    let none = send(&server, "/plain/history", &[("session", &session), ("kind", "refunded")]).await;
    none.says("Tidak ada riwayat jenis ini.");
    let odd = send(&server, "/plain/history", &[("session", &session), ("before", "odd")]).await;
    assert_eq!(odd.status, 400);
    odd.says("Riwayat belum bisa dimuat");
    // From the receipt it leads back to the history.
    let fields = [("session", session.as_str()), ("attempt", &all.hidden("attempt")), ("tab", "history")];
    send(&server, "/plain/redemption", &fields)
        .await
        .says("Berhasil ditukar")
        .says("action=\"/plain/history\"");
}

#[tokio::test]
async fn the_help_needs_no_session_and_its_links_are_of_four_schemes() {
    let server = server().await;
    let page = Page::of(ask(&server, "/plain/help?search=zzz", None, "none").await);
    page.says("Bantuan").says("Tidak ada pertanyaan yang cocok");
    let session = signed_in(&server).await;
    send(&server, "/plain/help", &[("session", &session)]).await.says("Keluar");
}

#[tokio::test]
async fn what_stands_in_a_members_way_is_told_to_them_alone_and_the_last_piece_to_all() {
    let (mut last, mut dear) = (reward("kopi"), reward("dear"));
    last.stock_total = Some(1);
    dear.points = 1_000_000;
    let server = server_with(vec![last, dear]).await;
    let visitor = async |address: &str| Page::of(ask(&server, address, None, "none").await);
    let told = ["standing--ready", "standing--short"];
    let session = signed_in(&server).await;
    let home = [("session", session.as_str())];
    for _ in 0..2 {
        let (theirs, own) = (visitor("/").await, send(&server, "/plain/home", &home).await);
        for words in told {
            own.says(words);
            assert!(!theirs.html.contains(words), "a member's standing in a visitor's page");
        }
    }
    send(&server, "/plain/home", &[home[0], ("can", "1")]).await.says("1 dari 2 hadiah");
    visitor("/?can=1").await.says("2 hadiah");
    redeemed(&server, &session).await;
    visitor("/").await.says("Stok habis");
    visitor("/?locale=en").await.says("Out of stock");
}

/// PostgreSQL has no text with a NUL. A field that holds one is as good as not there.
#[tokio::test]
async fn a_form_with_a_nul_breaks_nothing() {
    let server = server().await;
    let token = server.sign_in(PHONE).await.token;
    let fields = [
        "attempt", "code", "contact", "key", "reward", "search", "version", "voucher", "whose", "after",
        "before",
    ];
    for path in [
        "/plain/lots",
        "/plain/history",
        "/plain/locker",
        "/plain/locker/check",
        "/plain/voucher/send",
        "/plain/reward",
        "/plain/sign-in",
        "/plain/sign-in/check",
        "/plain/review",
        "/plain/redeem",
        "/plain/redemption",
        "/plain/redeem/confirm",
        "/plain/redeem/resend",
        "/plain/redeem/cancel",
    ] {
        let names = fields.iter().map(|name| (*name, "5.\0"));
        let filled: Vec<_> = std::iter::once(("session", token.as_str())).chain(names).collect();
        let status = send(&server, path, &filled).await.status;
        assert!(status < 500 && status != 405, "{path}: {status}");
    }
}

#[tokio::test]
async fn a_page_that_asks_for_a_code_asks_once_however_often_it_is_sent() {
    let server = server().await;
    let page = Page::of(ask(&server, "/plain/sign-in", None, "none").await).hidden("page");
    let asked = async |contact: &str, page: &str| {
        let sent =
            send(&server, "/plain/sign-in", &[("contact", contact), ("page", page)]).await.hidden("sent");
        (sent, server.count("attempts_counted").await)
    };
    let (first, codes) = asked(PHONE, &page).await;
    let code = server.code().await;
    server.later(60);
    let (again, codes_after) = asked(PHONE, &page).await;
    assert_eq!(codes_after, codes, "a reload, or back from web mail, sends no other code");
    let id = |sent: &str| serde_json::from_str::<serde_json::Value>(sent).unwrap()["challenge_id"].clone();
    assert_eq!(id(&again), id(&first));
    let (other, more) = asked("0815 9999 0000", &page).await;
    assert!(more > codes && id(&other) != id(&first), "another contact on the same page is another wish");
    let (_, newer) = asked(PHONE, "another-page").await;
    assert!(newer > more, "a new page may ask anew");
    send(&server, "/plain/sign-in/check", &[("sent", &again), ("code", &code)])
        .await
        .says("name=\"session\"");
}

#[tokio::test]
async fn a_form_that_sends_a_code_again_sends_one_after_a_reload_too() {
    let server = server().await;
    let asked = send(&server, "/plain/sign-in", &[("contact", PHONE)]).await.hidden("sent");
    server.later(31);
    let resend = [("sent", asked.as_str())];
    let shown = send(&server, "/plain/sign-in/resend", &resend).await;
    let (codes, code) = (server.count("attempts_counted").await, server.code().await);
    server.later(200);
    let reloaded = send(&server, "/plain/sign-in/resend", &resend).await;
    assert_eq!((reloaded.status, server.count("attempts_counted").await), (200, codes));
    assert_eq!(reloaded.html.contains("plain-code"), shown.html.contains("plain-code"));
    let check = [("sent", reloaded.hidden("sent")), ("code", code)];
    let session = send(&server, "/plain/sign-in/check", &borrowed(&check)).await.hidden("session");

    let held = send(&server, "/plain/redeem", &borrowed(&reviewed(&server, &session).await)).await;
    let fields = [("session", session), ("attempt", held.hidden("attempt")), ("ends", held.hidden("ends"))];
    server.later(31);
    send(&server, "/plain/redeem/resend", &borrowed(&fields)).await;
    let codes = server.count("attempts_counted").await;
    server.later(200);
    assert_eq!(send(&server, "/plain/redeem/resend", &borrowed(&fields)).await.status, 200);
    assert_eq!(server.count("attempts_counted").await, codes);
}

#[tokio::test]
async fn the_locker_asks_for_one_code_a_page_and_the_forms_take_a_whole_message() {
    let server = server().await;
    let _ = redeemed(&server, &signed_in(&server).await).await;
    let session = signed_in(&server).await;
    let page = send(&server, "/plain/locker", &[("session", &session)]).await.hidden("page");
    let open = [("session", session.as_str()), ("page", page.as_str())];
    let sent = send(&server, "/plain/locker/open", &open).await.hidden("sent");
    let (codes, message) = (server.count("attempts_counted").await, server.message().await.text);
    server.later(60);
    send(&server, "/plain/locker/open", &open).await.says(&sent.replace('"', "&quot;")[..40]);
    assert_eq!(server.count("attempts_counted").await, codes);
    let typed =
        |code: &str| vec![("session", session.clone()), ("sent", sent.clone()), ("code", code.to_owned())];
    let unclear = "281126 kode 482913";
    let refused = send(&server, "/plain/locker/check", &borrowed(&typed(unclear))).await;
    refused.says("aria-invalid=\"true\"").says(unclear).says("Tersisa 5 percobaan");
    send(&server, "/plain/locker/check", &borrowed(&typed(&message))).await.says("Kode voucher terlihat");
}

#[tokio::test]
async fn a_code_that_is_locked_has_one_message_and_its_button_sends_a_new_one() {
    let server = server().await;
    let session = signed_in(&server).await;
    let held = send(&server, "/plain/redeem", &borrowed(&reviewed(&server, &session).await)).await;
    let odd = wrong(&server.code().await);
    let mut page = held;
    for _ in 0..5 {
        let fields = [
            ("session", session.clone()),
            ("attempt", page.hidden("attempt")),
            ("key", page.hidden("key")),
            ("code", odd.clone()),
        ];
        page = send(&server, "/plain/redeem/confirm", &borrowed(&fields)).await;
    }
    let said = "Terlalu banyak percobaan";
    assert_eq!(page.html.matches(said).count(), 1, "{}", page.html);
    assert!(!page.html.contains("/plain/redeem/confirm"), "a dead code can't be typed");
    let (_, after) = page.html.split_once("/plain/redeem/resend").unwrap();
    assert!(after.split("</form>").next().unwrap().contains("button--primary"));
}

#[tokio::test]
async fn a_session_on_a_shared_computer_ends_after_a_quarter_of_an_hour() {
    let server = server().await;
    for (shared, alive) in [("1", false), ("", true)] {
        let asked = send(&server, "/plain/sign-in", &[("contact", PHONE), ("shared", shared)]).await;
        let mut fields = vec![("sent", asked.hidden("sent")), ("code", server.code().await)];
        if !shared.is_empty() {
            fields.push(("shared", asked.hidden("shared")));
        }
        let session = send(&server, "/plain/sign-in/check", &borrowed(&fields)).await.hidden("session");
        server.later(899);
        assert_eq!(send(&server, "/plain/lots", &[("session", &session)]).await.status, 200);
        server.later(2);
        let status = send(&server, "/plain/lots", &[("session", &session)]).await.status;
        assert_eq!(status == 200, alive, "shared: {shared:?}");
    }
}

#[tokio::test]
async fn a_frame_of_an_unknown_partner_says_so_and_holds_nothing() {
    let server = server().await;
    let told = Page::of(ask(&server, "/frame?partner=nobody", None, "cross-site").await);
    assert_eq!(told.status, 404);
    told.says("type: 'refused'");
    let policy = told.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors *"), "{policy}");
}
