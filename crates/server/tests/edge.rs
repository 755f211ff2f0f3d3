//! The server's edge on the true router: problems, caches, headers, pages and the widget's files.

#![expect(clippy::unwrap_used, reason = "a step of a test may fail loudly")]

use axum::{Router, body::Body};
use http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;
use std::sync::Arc;
use tower::ServiceExt;
use tukar_server::{app::Shared, config::Config, demo, http as api, import, run};

struct Server {
    router: Router,
    app: Shared,
    directory: tempfile::TempDir,
}

/// A server with the demo's catalogue, in a directory of its own.
async fn server(demo: bool) -> Server {
    let directory = tempfile::tempdir().unwrap();
    let config = Config {
        database: directory.path().join("tukar.db").into(),
        widget_dir: directory.path().join("dist"),
        allowed_origins: vec!["https://partner.example.id".to_owned()],
        demo,
        ..Config::default()
    };
    let app = run::open(config).await.unwrap();
    let now = app.clock.now();
    import::write(&app.store, &demo::files(now).unwrap(), now).await.unwrap();
    Server { router: api::router(Arc::clone(&app)), app, directory }
}

impl Server {
    async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
        let request =
            headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
        self.send(request.body(Body::empty()).unwrap()).await
    }
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

async fn json(response: Response<Body>) -> Value {
    serde_json::from_str(&text(response).await).unwrap()
}

fn header_of<'a>(response: &'a Response<Body>, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn an_unknown_path_is_a_problem_in_the_readers_language() {
    let server = server(false).await;
    let response = server.get("/v1/nothing", &[("accept-language", "en")]).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert_eq!(header_of(&response, "content-type"), "application/problem+json");
    let reference = header_of(&response, "x-request-id").to_owned();
    let problem = json(response).await;
    assert_eq!(problem["type"], "/problems/not-found");
    assert_eq!(problem["title"], "Not found");
    assert_eq!(problem["reference"], reference);
    assert_eq!(json(server.get("/v1/nothing", &[]).await).await["title"], "Tidak ditemukan");
}

#[tokio::test]
async fn a_browser_at_an_unknown_address_gets_a_page_in_its_language_and_the_api_stays_json() {
    let server = server(false).await;
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for (path, language, words) in [
        ("/nowhere", "id", "Ke halaman utama"),
        ("/nowhere.html", "en-GB", "Go to the start page"),
        ("/problems/none", "en", "Go to the start page"),
        ("/plain/help?partner=none", "id", "Ke halaman utama"),
    ] {
        let asked = [("accept", browser), ("accept-language", language)];
        let response = server.get(path, &asked).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert!(header_of(&response, "content-type").starts_with("text/html"), "{path}");
        assert_eq!(header_of(&response, "vary"), "accept, accept-language", "{path}");
        let page = text(response).await;
        assert!(
            page.contains(&format!("<html lang=\"{}\"", &language[..2])) && page.contains(words),
            "{page}"
        );
    }
    // Which methods are right stays in the header.
    let posted = Request::post("/").header("accept", browser).body(Body::empty()).unwrap();
    let typed = server.send(posted).await;
    assert_eq!(typed.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert!(header_of(&typed, "allow").contains("GET"));
    assert!(text(typed).await.starts_with("<!doctype html>"));
    for (path, accept) in
        [("/v1/nothing", browser), ("/v1", browser), ("/nowhere", "*/*"), ("/nowhere.png", "image/*")]
    {
        let response = server.get(path, &[("accept", accept)]).await;
        assert_eq!(header_of(&response, "content-type"), "application/problem+json", "{path} {accept}");
    }
}

#[tokio::test]
async fn a_frame_for_an_unknown_partner_says_so_on_the_partners_page() {
    let server = server(false).await;
    for (language, words) in [("id", "Halaman ini belum terdaftar"), ("en", "This page is not registered")] {
        let response = server.get("/frame?partner=kopi%3Cb%3E", &[("accept-language", language)]).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert!(header_of(&response, "content-type").starts_with("text/html"));
        let policy = header_of(&response, "content-security-policy");
        assert!(policy.ends_with("frame-ancestors *") && !policy.contains("'self'"), "{policy}");
        assert_eq!(header_of(&response, "cross-origin-resource-policy"), "cross-origin");
        assert_eq!(header_of(&response, "cross-origin-embedder-policy"), "credentialless");
        let page = text(response).await;
        assert!(page.contains(words) && page.contains("<code>kopi&lt;b&gt;</code>"), "{page}");
    }
}

#[tokio::test]
async fn wasm_and_pictures_from_elsewhere_are_allowed_where_they_are_needed_and_nowhere_else() {
    let server = server(true).await;
    std::fs::create_dir_all(server.directory.path().join("dist")).unwrap();
    for name in ["index", "frame", "plain", "embed", "stage"] {
        std::fs::write(server.directory.path().join(format!("dist/{name}.html")), "<html lang=\"id\">")
            .unwrap();
    }
    for (path, wasm, pictures) in [
        ("/", true, true),
        ("/frame", true, true),
        ("/embed/stage", true, true),
        ("/plain/help", false, true),
        ("/plain/sign-in", false, true),
        ("/embed", false, false),
        ("/docs/", false, false),
        ("/demo/inbox", false, false),
        ("/problems", false, false),
        ("/problems/busy", false, false),
        ("/nowhere", false, false),
        ("/v1/rewards", false, false),
        ("/openapi.json", false, false),
    ] {
        let response = server.get(path, &[("accept", "text/html")]).await;
        let policy = header_of(&response, "content-security-policy");
        assert_eq!(policy.contains("'wasm-unsafe-eval'"), wasm, "{path}: {policy}");
        let images = policy.split("img-src").nth(1).and_then(|rest| rest.split(';').next()).unwrap();
        assert_eq!(images.contains("https:"), pictures, "{path}: {policy}");
    }
}

#[tokio::test]
async fn a_wrong_method_says_which_are_right() {
    let server = server(false).await;
    let response = server.send(Request::post("/v1/rewards").body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert!(header_of(&response, "allow").contains("GET"));
    assert_eq!(json(response).await["type"], "/problems/method-not-allowed");
}

#[tokio::test]
async fn a_bad_parameter_is_named() {
    let server = server(false).await;
    let problem = json(server.get("/v1/rewards?limit=5000", &[]).await).await;
    assert_eq!(problem["type"], "/problems/malformed");
    assert_eq!(problem["fields"][0]["field"], "limit");
    assert_eq!(problem["fields"][0]["message"], "Isi antara 1 dan 1.000.");
}

#[tokio::test]
async fn a_body_over_64_kib_and_a_body_that_is_not_json_are_problems() {
    let server = server(true).await;
    let post = |kind: &str, body: String| {
        Request::post("/demo/clock").header("content-type", kind).body(Body::from(body)).unwrap()
    };
    let large = format!("{{\"advance_seconds\": {}1}}", " ".repeat(70_000));
    assert_eq!(json(server.send(post("application/json", large)).await).await["type"], "/problems/too-large");
    let plain = server.send(post("text/plain", "{}".to_owned())).await;
    assert_eq!(plain.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(json(plain).await["type"], "/problems/not-json");
    let latin = server.send(post("application/json; charset=iso-8859-1", "{}".to_owned())).await;
    assert_eq!(latin.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let broken = server.send(post("application/json", "{\"advance_seconds\":".to_owned())).await;
    assert_eq!(broken.status(), StatusCode::BAD_REQUEST);
    let unknown = server.send(post("application/json", "{\"advance_seconds\":1,\"x\":2}".to_owned())).await;
    assert_eq!(json(unknown).await["fields"][0]["field"], "x");
}

#[tokio::test]
async fn every_problem_has_a_page_where_its_type_points() {
    let server = server(false).await;
    for kind in tukar_wire::ProblemKind::ALL {
        for language in ["id", "en"] {
            let response =
                server.get(&format!("/problems/{}", kind.word()), &[("accept-language", language)]).await;
            assert_eq!(response.status(), StatusCode::OK, "{kind:?}");
            assert!(text(response).await.contains(kind.word()));
        }
    }
    assert_eq!(server.get("/problems", &[]).await.status(), StatusCode::OK);
    assert_eq!(server.get("/problems/strange", &[]).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_catalogue_is_paged_whole_and_once() {
    let server = server(false).await;
    let first = json(server.get("/v1/rewards", &[]).await).await;
    assert_eq!(first["rewards"].as_array().unwrap().len(), 60);
    let mut ids = Vec::new();
    let mut path = "/v1/rewards?limit=7".to_owned();
    loop {
        let page = json(server.get(&path, &[]).await).await;
        ids.extend(page["rewards"].as_array().unwrap().iter().map(|reward| reward["id"].to_string()));
        match page["next"].as_str() {
            Some(next) => path = format!("/v1/rewards?limit=7&after={next}"),
            None => break,
        }
    }
    assert_eq!(ids.len() as u64, first["total"].as_u64().unwrap());
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len() as u64, first["total"].as_u64().unwrap());
}

#[tokio::test]
async fn a_kept_page_is_confirmed_until_the_catalogue_changes() {
    let server = server(false).await;
    let response = server.get("/v1/rewards", &[("accept-language", "id")]).await;
    assert_eq!(header_of(&response, "cache-control"), "public, no-cache");
    let etag = header_of(&response, "etag").to_owned();
    let again = server.get("/v1/rewards", &[("accept-language", "id"), ("if-none-match", &etag)]).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(header_of(&again, "etag"), etag);
    let english = server.get("/v1/rewards", &[("accept-language", "en"), ("if-none-match", &etag)]).await;
    assert_eq!(english.status(), StatusCode::OK, "one tag for each language");
    let now = server.app.clock.now();
    import::write(&server.app.store, &demo::files(now).unwrap(), now).await.unwrap();
    let changed = server.get("/v1/rewards", &[("accept-language", "id"), ("if-none-match", &etag)]).await;
    assert_eq!(changed.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_reward_tells_all_there_is_to_know_in_both_languages() {
    let server = server(false).await;
    let path = "/v1/rewards/voucher-pasar-kita-50000";
    let reward: tukar_wire::RewardDetail =
        serde_json::from_value(json(server.get(path, &[]).await).await).unwrap();
    assert_eq!((reward.card.title.as_str(), reward.card.points), ("Voucher Belanja Rp50.000", 10_000));
    let english: tukar_wire::RewardDetail =
        serde_json::from_value(json(server.get(path, &[("accept-language", "en")]).await).await).unwrap();
    assert_eq!(english.card.title, "Shopping voucher Rp50,000");
    assert_eq!(server.get("/v1/rewards/nothing", &[]).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_programme_is_told_in_the_readers_language() {
    let server = server(false).await;
    let programme: tukar_wire::Programme = serde_json::from_value(
        json(server.get("/v1/programme", &[("accept-language", "en-GB")]).await).await,
    )
    .unwrap();
    assert_eq!((programme.locale.as_str(), programme.name.as_str()), ("en", "Nusa Points"));
    assert!(programme.questions.len() >= 8 && !programme.policy.is_empty() && !programme.demo);
    assert!(programme.announcements.is_sorted_by_key(|news| std::cmp::Reverse(news.at)));
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let server = server(true).await;
    for path in ["/", "/v1/rewards", "/v1/nothing", "/docs/", "/demo/inbox", "/problems"] {
        let response = server.get(path, &[]).await;
        assert_eq!(header_of(&response, "x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header_of(&response, "referrer-policy"), "no-referrer", "{path}");
        let policy = header_of(&response, "content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("'unsafe-eval'"),
            "{path}: {policy}"
        );
        assert!(policy.contains("frame-ancestors 'self' https://partner.example.id"), "{path}");
        assert!(!header_of(&response, "x-request-id").is_empty(), "{path}");
        let kept = header_of(&response, "cache-control");
        assert_eq!(kept.contains("public"), path == "/v1/rewards", "{path}: {kept}");
    }
}

/// What each route answers a stranger, without a body and without a session: the headers are there all the same.
#[tokio::test]
async fn every_route_carries_the_security_headers_whatever_it_answers() {
    let server = server(true).await;
    let document = serde_json::to_value(api::document()).unwrap();
    let mut routes: Vec<(String, String)> = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys().filter(|word| *word != "parameters") {
            routes.push((method.to_uppercase(), path.replace("{id}", "none")));
        }
    }
    assert!(routes.len() >= 25, "the routes were not found");
    for page in
        ["/", "/tukar.js", "/w/none/x.js", "/docs/", "/openapi.json", "/problems", "/problems/busy", "/none"]
    {
        routes.push(("GET".to_owned(), page.to_owned()));
    }
    for (method, path) in &routes {
        let request = Request::builder()
            .method(method.as_str())
            .uri(path)
            .header("origin", "https://stranger.example.id")
            .body(Body::empty())
            .unwrap();
        let response = server.send(request).await;
        let of = |name| header_of(&response, name);
        let route = format!("{method} {path} {}", response.status());
        assert_ne!(response.status().as_u16(), 500, "{route}");
        assert_eq!(of("x-content-type-options"), "nosniff", "{route}");
        assert_eq!(of("referrer-policy"), "no-referrer", "{route}");
        assert!(of("content-security-policy").starts_with("default-src 'none'"), "{route}");
        assert!(of("content-security-policy").contains("frame-ancestors 'self'"), "{route}");
        assert!(of("permissions-policy").contains("camera=()"), "{route}");
        assert_eq!(of("x-request-id").len(), 16, "{route}");
        assert_eq!(of("server"), "", "{route}");
        // A member's own is kept by nobody, and no stranger's page may read anything of the API.
        if path.starts_with("/v1/") {
            assert_eq!(of("access-control-allow-origin"), "", "{route}");
            let is_public = ["/v1/rewards", "/v1/programme"].iter().any(|start| path.starts_with(start));
            assert!(is_public || of("cache-control") == "no-store", "{route}: {}", of("cache-control"));
        }
    }
}

#[tokio::test]
async fn a_body_that_is_nested_without_end_is_refused_by_its_shape() {
    let server = server(false).await;
    for open in ["[", "{\"contact\":", "{\"contact\":[{\"x\":"] {
        let body = open.repeat(60_000 / open.len());
        let request = Request::post("/v1/challenges").header("content-type", "application/json");
        let refused = server.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
        assert_eq!(json(refused).await["type"], "/problems/malformed");
    }
}

#[tokio::test]
async fn only_allowed_origins_may_read_an_answer() {
    let server = server(false).await;
    let partner = server.get("/v1/rewards", &[("origin", "https://partner.example.id")]).await;
    assert_eq!(header_of(&partner, "access-control-allow-origin"), "https://partner.example.id");
    let stranger = server.get("/v1/rewards", &[("origin", "https://stranger.example.id")]).await;
    assert_eq!(header_of(&stranger, "access-control-allow-origin"), "");
    let preflight = Request::options("/v1/redemptions")
        .header("origin", "https://partner.example.id")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "idempotency-key,authorization,content-type")
        .body(Body::empty())
        .unwrap();
    let answer = server.send(preflight).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(header_of(&answer, "access-control-allow-headers").contains("idempotency-key"));
}

#[tokio::test]
async fn json_is_compressed_when_the_browser_takes_it() {
    let server = server(false).await;
    let response = server.get("/v1/rewards", &[("accept-encoding", "br")]).await;
    assert_eq!(header_of(&response, "content-encoding"), "br");
    let vary = response
        .headers()
        .get_all(header::VARY)
        .iter()
        .map(|value| value.to_str().unwrap())
        .collect::<Vec<_>>();
    assert!(
        vary.join(",").contains("accept-language") && vary.join(",").contains("accept-encoding"),
        "{vary:?}"
    );
}

#[tokio::test]
async fn the_widgets_files_are_served_with_their_types_and_confirmed() {
    let server = server(false).await;
    let missing = server.get("/", &[]).await;
    assert_eq!(missing.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(text(missing).await.contains("cargo xtask serve"));
    let dist = server.directory.path().join("dist");
    std::fs::create_dir(&dist).unwrap();
    for (name, bytes) in [
        ("index.html", "<!doctype html>"),
        ("tukar.js", "1"),
        ("tukar_bg.wasm", "\0asm"),
        ("tukar.js.br", "x"),
    ] {
        std::fs::write(dist.join(name), bytes).unwrap();
    }
    // The hosted page has the catalogue in it: it is another one tomorrow.
    let front = server.get("/", &[]).await;
    assert_eq!(header_of(&front, "content-type"), "text/html; charset=utf-8");
    assert_eq!(header_of(&front, "cache-control"), "no-store");
    for (path, kind) in
        [("/tukar.js", "text/javascript; charset=utf-8"), ("/tukar_bg.wasm", "application/wasm")]
    {
        let response = server.get(path, &[]).await;
        assert_eq!(header_of(&response, "content-type"), kind);
        assert_eq!(header_of(&response, "cache-control"), "public, no-cache");
        let etag = header_of(&response, "etag").to_owned();
        assert_eq!(server.get(path, &[("if-none-match", &etag)]).await.status(), StatusCode::NOT_MODIFIED);
    }
    let small = server.get("/tukar.js", &[("accept-encoding", "gzip, br")]).await;
    assert_eq!(header_of(&small, "content-encoding"), "br");
    assert_eq!(header_of(&small, "access-control-allow-origin"), "*");
    assert_eq!(text(small).await, "x");
    let partner = server.get("/tukar.js", &[("origin", "https://partner.example.id")]).await;
    assert_eq!(partner.headers().get_all("access-control-allow-origin").iter().count(), 1);
    for path in ["/../tukar.db", "/%2e%2e/tukar.db", "/.env", "/no.js"] {
        assert_eq!(server.get(path, &[]).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn the_demos_pages_exist_only_in_the_demo() {
    let real = server(false).await;
    for path in ["/demo/inbox", "/demo/inbox.json", "/demo/inbox.js"] {
        assert_eq!(real.get(path, &[]).await.status(), StatusCode::NOT_FOUND);
    }
    let demo = server(true).await;
    assert!(
        text(demo.get("/demo/inbox", &[("accept-language", "en")]).await).await.contains("No messages yet")
    );
    let before = demo.app.clock.now();
    let request = Request::post("/demo/clock").header("content-type", "application/json");
    let answer = demo.send(request.body(Body::from("{\"advance_seconds\": 3600}")).unwrap()).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(demo.app.clock.now().ms_since(before) >= 3_600_000);
}

#[tokio::test]
async fn a_message_in_the_inbox_is_shown_as_text_and_found_by_contact() {
    let server = server(true).await;
    let message = tukar_server::senders::Message {
        channel: tukar_wire::Channel::Sms,
        to: "+6281234567890".to_owned(),
        subject: String::new(),
        text: "Kode 123456 <script>".to_owned(),
        language: tukar_server::language::Language::Id,
    };
    let outcome = server.app.senders.send(&message, "r-1").await;
    assert_eq!(outcome, tukar_server::senders::SendOutcome::Sent);
    let html = text(server.get("/demo/inbox", &[]).await).await;
    assert!(html.contains("Kode 123456 &lt;script&gt;") && !html.contains("<script>"));
    let list = json(server.get("/demo/inbox.json?to=%2B6281234567890", &[]).await).await;
    assert_eq!(list["messages"][0]["text"], "Kode 123456 <script>");
    let other = json(server.get("/demo/inbox.json?to=+628", &[]).await).await;
    assert_eq!(other["messages"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn the_server_says_that_it_lives_and_is_ready() {
    let server = server(false).await;
    assert_eq!(text(server.get("/livez", &[]).await).await, "ok");
    assert_eq!(text(server.get("/readyz", &[]).await).await, "ok");
}

#[test]
fn the_settings_shown_in_the_documents_can_be_read() {
    for document in [include_str!("../../../README.md"), include_str!("../../../docs/CONFIGURATION.md")] {
        let mut blocks =
            document.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).peekable();
        assert!(blocks.peek().is_some());
        for block in blocks {
            toml::from_str::<Config>(block).unwrap_or_else(|error| panic!("{error}\n{block}"));
        }
    }
}

/// `BLESS=1 cargo test -p tukar-server` writes the file anew.
#[test]
fn the_committed_openapi_document_is_what_the_routes_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let fresh = api::document().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &fresh).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == fresh,
        "openapi.json is not what the routes say: bless it with BLESS=1 and look at the change"
    );
}

#[tokio::test]
async fn the_document_can_be_browsed_without_another_address() {
    let server = server(false).await;
    let html = text(server.get("/docs/", &[]).await).await;
    assert!(!html.contains("//unpkg") && !html.contains("https://"), "{html}");
    assert_eq!(json(server.get("/openapi.json", &[]).await).await["info"]["title"], "Tukar");
}

/// Signs in with the code from the inbox.
async fn sign_in(server: &Server, contact: &str, to: &str) -> String {
    let post = |path: String, body: String| {
        Request::post(path).header("content-type", "application/json").body(Body::from(body)).unwrap()
    };
    let asked =
        server.send(post("/v1/challenges".to_owned(), format!("{{\"contact\":\"{contact}\"}}"))).await;
    let id = json(asked).await["challenge_id"].as_str().unwrap().to_owned();
    tukar_server::worker::run_due(&server.app).await.unwrap();
    let messages = json(server.get(&format!("/demo/inbox.json?to={to}"), &[]).await).await;
    let text = messages["messages"][0]["text"].as_str().unwrap().to_owned();
    let code = text.rsplit('#').next().unwrap().trim().to_owned();
    let checked =
        server.send(post(format!("/v1/challenges/{id}/check"), format!("{{\"code\":\"{code}\"}}"))).await;
    format!("Bearer {}", json(checked).await["token"].as_str().unwrap())
}

#[tokio::test]
async fn the_demos_main_member_has_what_the_demo_promises() {
    let server = server(true).await;
    demo::seed(&server.app).await.unwrap();
    demo::seed(&server.app).await.unwrap();
    let token = sign_in(&server, demo::MAIN_PHONE, "+6281234567890").await;
    let bearer = [("authorization", token.as_str())];
    let balance: tukar_wire::Balance =
        serde_json::from_value(json(server.get("/v1/me/balance", &bearer).await).await).unwrap();
    assert_eq!((balance.available, balance.held, balance.pending), (12_450, 0, 1_875));
    let next = balance.next_ending.unwrap();
    assert_eq!(next.points, 300);
    assert!(next.at.ms_since(balance.server_time) < 3_600_000);
    assert!(balance.lots_total >= 9, "{}", balance.lots_total);
    let history = json(server.get("/v1/me/activity", &bearer).await).await;
    let kinds: std::collections::BTreeSet<_> =
        history["activities"].as_array().unwrap().iter().map(|row| row["kind"].to_string()).collect();
    assert!(["\"earned\"", "\"spent\"", "\"expired\""].iter().all(|kind| kinds.contains(*kind)), "{kinds:?}");
    let vouchers = json(server.get("/v1/vouchers", &bearer).await).await;
    assert!(vouchers["vouchers"].as_array().unwrap().iter().any(|voucher| voucher["state"] == "ready"));
}

#[tokio::test]
async fn the_demos_other_members_each_show_one_thing() {
    let server = server(true).await;
    demo::seed(&server.app).await.unwrap();
    for (email, state, available, lots) in [
        ("budi@example.id", "verified", None, 300),
        ("citra@example.id", "verified", Some(0), 2),
        ("dewi@example.id", "not_verified", Some(8_000), 1),
        ("eko@example.id", "suspended", Some(20_000), 1),
        ("farah@example.id", "verified", Some(2_000_000), 20),
        ("gita@example.id", "verified", Some(10_000), 1),
    ] {
        let token = sign_in(&server, email, email).await;
        let bearer = [("authorization", token.as_str())];
        let member = json(server.get("/v1/me", &bearer).await).await;
        assert_eq!(member["state"], state, "{email}");
        let balance = json(server.get("/v1/me/balance", &bearer).await).await;
        assert_eq!(balance["lots_total"], lots, "{email}");
        if let Some(available) = available {
            assert_eq!(balance["available"], available, "{email}");
        }
    }
}
