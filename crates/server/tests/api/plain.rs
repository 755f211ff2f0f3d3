//! The product without script: pages of forms, asked as a browser without script would.

use crate::server::{Answer, PHONE, Server, reward, wrong};
use axum::{body::Body, http::Request};
use http::{HeaderMap, header};
use http_body_util::BodyExt as _;
use pretty_assertions::assert_eq;
use tower::ServiceExt as _;
use tukar_server::catalogue::Bilingual;

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

async fn send(server: &Server, path: &str, fields: &[(&str, &str)]) -> Page {
    Page::of(ask(server, path, Some(fields), "same-origin").await)
}

struct Page {
    status: u16,
    headers: HeaderMap,
    html: String,
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
    fn hidden(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let at =
            self.html.rfind(&start).unwrap_or_else(|| panic!("no {name} in {}", self.html)) + start.len();
        let value = self.html[at..].split('"').next().unwrap();
        value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    }

    fn says(&self, text: &str) -> &Page {
        assert!(self.html.contains(text), "{text} is not in {} {}", self.status, self.html);
        self
    }
}

/// A server that has the built page's frame to write into.
async fn server() -> Server {
    let directory = Box::leak(Box::new(tempfile::tempdir().unwrap())).path();
    let page = "<html lang=\"id\"><main data-tukar-partner><!--tukar--></main></html>";
    let hosted = "<html lang=\"id\"><tukar-rewards loading=\"eager\"><!--tukar--></tukar-rewards></html>";
    std::fs::write(directory.join("plain.html"), page).unwrap();
    std::fs::write(directory.join("index.html"), hosted).unwrap();
    let mut odd = reward("odd");
    let title = "<script>alert(1)</script> \"Kopi\"".to_owned();
    odd.title = Bilingual { id: title.clone(), en: title };
    let server = Server::new(vec![reward("kopi"), odd]).await;
    server.with(|config| config.widget_dir = directory.to_owned()).await
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
async fn a_refused_sign_in_keeps_what_was_typed_and_an_ended_session_leads_back() {
    let server = server().await;
    let refused = send(&server, "/plain/sign-in", &[("contact", "not a contact"), ("reward", "kopi")]).await;
    refused.says("value=\"not a contact\"").says("aria-invalid=\"true\"");
    assert_eq!(refused.hidden("reward"), "kopi");
    let session = signed_in(&server).await;
    let out = send(&server, "/plain/sign-out", &[("session", &session)]).await;
    assert_eq!(out.status, 200);
    let ended = send(&server, "/plain/review", &[("session", &session), ("reward", "kopi")]).await;
    assert_eq!(ended.status, 401);
    assert_eq!(ended.hidden("reward"), "kopi");
    assert!(!ended.html.contains(&session), "a dead token is not carried on");
}
