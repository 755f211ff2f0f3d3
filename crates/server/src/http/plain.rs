//! `/plain/…`: the product without script, as forms; and the first view that `/` and `/frame` paint before the widget.
//!
//! Every step calls the same `service` as the API and so has its rules and limits. The session's token travels in
//! hidden fields of POSTs only: nothing is sent by itself, so another site has no authority to borrow; a POST that such a
//! site makes is refused all the same. What moves points carries an id made with the form, so that sending a form twice,
//! reloading and going back repeat an answer and not an effect.

#[path = "plain/locker.rs"]
mod locker;
#[path = "plain/ready.rs"]
pub(crate) mod ready;
#[path = "plain/steps.rs"]
mod steps;

use super::{
    client::Client,
    frame,
    page::{escaped, page},
    policy::{self, Needs},
};
use crate::{
    app::Shared,
    formats,
    language::Language,
    place::{Claim, Here, Place},
    problem::{ApiError, REQUEST_ID, status_code},
    service::sign_in,
    store::{members::SessionRow, rewards::find_programme},
    trust,
};
use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{MethodRouter, get, post},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::collections::BTreeMap;
use tukar_plain::{Markup, Signed, Tab, Visit, catalog, catalog::query::Query, i18n::Texts};
use tukar_wire::{Eligibility, Problem};
use utoipa_axum::router::OpenApiRouter;

/// Where a built page takes the screen.
const PLACE: &str = "<!--tukar-->";
/// Pages of the catalogue that can be asked for.
const PAGES_MAX: usize = 10_000;

/// One thing that a form asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Home,
    Lots,
    Locker,
    AskLocker,
    ResendLocker,
    CheckLocker,
    CloseLocker,
    SendCopy,
    History,
    Help,
    Reward,
    Contact,
    AskCode,
    ResendSignIn,
    CheckSignIn,
    SignOut,
    Review,
    Hold,
    LookUp,
    Confirm,
    Resend,
    Cancel,
}

impl Step {
    /// The tab that it is behind; `None`: the one that its form names.
    fn tab(self) -> Option<Tab> {
        match self {
            Step::Home | Step::Lots | Step::Reward | Step::Review | Step::SignOut => Some(Tab::Rewards),
            Step::Locker | Step::AskLocker | Step::ResendLocker | Step::CheckLocker | Step::CloseLocker => {
                Some(Tab::Locker)
            }
            Step::History => Some(Tab::History),
            Step::Help => Some(Tab::Help),
            _ => None,
        }
    }

    /// Over a page that only says why there is nothing else on it.
    fn failed_title(self, texts: &Texts) -> &'static str {
        match self {
            Step::Home => texts.catalog.error_title,
            Step::Reward => texts.catalog.detail_failed,
            Step::Lots => texts.balance.failed_title,
            Step::Locker
            | Step::AskLocker
            | Step::ResendLocker
            | Step::CheckLocker
            | Step::CloseLocker
            | Step::SendCopy => texts.locker.failed_title,
            Step::History => texts.history.failed_title,
            Step::Help => texts.support.failed_title,
            Step::Contact | Step::AskCode | Step::ResendSignIn | Step::CheckSignIn => texts.session.title,
            Step::SignOut => texts.app.sign_out,
            Step::Review | Step::Hold | Step::LookUp | Step::Confirm | Step::Resend | Step::Cancel => {
                texts.redeem.refused_title
            }
        }
    }

    /// Whether it may be asked for by an address.
    fn looks(self) -> bool {
        matches!(self, Step::Reward | Step::Contact | Step::Help)
    }
}

const STEPS: [(&str, Step); 21] = [
    ("/plain/home", Step::Home),
    ("/plain/lots", Step::Lots),
    ("/plain/locker", Step::Locker),
    ("/plain/locker/open", Step::AskLocker),
    ("/plain/locker/resend", Step::ResendLocker),
    ("/plain/locker/check", Step::CheckLocker),
    ("/plain/locker/close", Step::CloseLocker),
    ("/plain/voucher/send", Step::SendCopy),
    ("/plain/history", Step::History),
    ("/plain/help", Step::Help),
    ("/plain/reward", Step::Reward),
    ("/plain/sign-in", Step::AskCode),
    ("/plain/sign-in/resend", Step::ResendSignIn),
    ("/plain/sign-in/check", Step::CheckSignIn),
    ("/plain/sign-out", Step::SignOut),
    ("/plain/review", Step::Review),
    ("/plain/redeem", Step::Hold),
    ("/plain/redemption", Step::LookUp),
    ("/plain/redeem/confirm", Step::Confirm),
    ("/plain/redeem/resend", Step::Resend),
    ("/plain/redeem/cancel", Step::Cancel),
];

/// Paths that a form is posted to.
pub(super) fn paths() -> impl Iterator<Item = &'static str> {
    STEPS.iter().map(|(path, _)| *path)
}

/// Routes of this file.
pub(super) fn routes() -> OpenApiRouter<Shared> {
    let mut router = OpenApiRouter::new().route("/", get(front));
    for (path, step) in LOOKED_AT {
        router = router.route(path, look(step));
    }
    for (path, step) in STEPS {
        let step = post(async move |State(app): State<Shared>, client, headers: HeaderMap, body: Bytes| {
            answer(&app, client, (&headers, Form::read(&body)), step).await
        });
        router = router.route(path, if is_looked_at(path) { step } else { step.get(opened) });
    }
    router
}

/// Paths that have a page without a form as well.
const LOOKED_AT: [(&str, Step); 3] =
    [("/plain/help", Step::Help), ("/plain/reward", Step::Reward), ("/plain/sign-in", Step::Contact)];

fn is_looked_at(path: &str) -> bool {
    LOOKED_AT.iter().any(|(looked_at, _)| *looked_at == path)
}

/// `GET` where a form has to be sent: a tab that the browser restored, or Enter in the address bar. What was sent is gone, so
/// a person begins anew; whoever else asks is told the method.
async fn opened(
    language: Language,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let says = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let only_posted = (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")]);
    if !says("accept").contains("text/html") {
        return Ok(only_posted.into_response());
    }
    let form = Form::read(query.unwrap_or_default().as_bytes());
    let framed = matches!(says("sec-fetch-dest"), "iframe" | "frame" | "embed" | "object");
    if !framed && form.get("partner").is_empty() {
        return Ok(Redirect::to("/").into_response());
    }
    // Which partner's page is around it was in the form, so anybody may frame this: there is nothing on it.
    let (title, what, home) = language.pick(
        (
            "Isian di halaman ini sudah tidak ada",
            "Muat ulang halaman di sekitarnya untuk mulai lagi, atau buka program poin di tab baru. Poin Anda tidak berubah.",
            "Buka di tab baru",
        ),
        (
            "What was filled in here is gone",
            "Reload the page around this to begin again, or open the points programme in a new tab. Your points have not changed.",
            "Open in a new tab",
        ),
    );
    let way = format!("<a href=\"/\" target=\"_blank\" rel=\"noopener\">{home}</a>");
    let main = format!("<h1>{title}</h1><p>{what}</p><p>{way}</p>");
    let mut response = page(only_posted.0, language.tag(), title, &main);
    let headers = response.headers_mut();
    headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy::of_open_page("")?);
    frame::may_stand_in_a_frame(headers);
    Ok(response)
}

/// What a visitor may look at without a session. An address never carries one: there it is not read.
fn look(step: Step) -> MethodRouter<Shared> {
    get(async move |State(app): State<Shared>, client, headers: HeaderMap, RawQuery(query): RawQuery| {
        let mut form = Form::read(query.unwrap_or_default().as_bytes());
        form.values.remove("session");
        answer(&app, client, (&headers, form), step).await
    })
}

/// What was sent, by name; a name that came twice counts as it came last.
struct Form {
    raw: String,
    values: BTreeMap<String, String>,
}

impl Form {
    fn read(bytes: &[u8]) -> Form {
        let raw = String::from_utf8_lossy(bytes).into_owned();
        // No field is filled in with a NUL; what holds one is not given.
        let values =
            form_urlencoded::parse(bytes).into_owned().filter(|(_, text)| !text.contains('\0')).collect();
        Form { raw, values }
    }

    fn get(&self, name: &str) -> &str {
        self.values.get(name).map(String::as_str).unwrap_or_default()
    }

    /// The language that is asked for, or the browser's.
    fn language(&self, browser: Language) -> Language {
        let asked = ["speak", "locale"].into_iter().map(|name| self.get(name)).find(|tag| !tag.is_empty());
        asked.and_then(Language::of_tag).unwrap_or(browser)
    }

    /// What is wanted of the catalogue: a written filter, or the fields of the search.
    fn query(&self) -> Query {
        let filter = self.get("filter");
        let mut query = Query::read(if filter.is_empty() { &self.raw } else { filter });
        if filter.is_empty() {
            let kind = self.get("kind");
            query.kinds.retain(|chosen| chosen.0 == kind);
        }
        query
    }

    /// What stands in a field; `None` where it is empty or missing.
    fn some(&self, name: &str) -> Option<String> {
        Some(self.get(name)).filter(|value| !value.is_empty()).map(str::to_owned)
    }

    fn page(&self) -> usize {
        self.get("page").parse().unwrap_or(0).min(PAGES_MAX)
    }
}

/// A form that arrived: what is in it, who sent it, and how they are told.
struct Sent {
    form: Form,
    here: Here,
    reference: String,
    visit: Visit,
    session: Option<SessionRow>,
}

impl Sent {
    fn session(&self) -> Result<&SessionRow, ApiError> {
        self.session.as_ref().ok_or(ApiError::NotSignedIn)
    }

    /// The problem in the reader's words; what broke is logged here.
    fn problem(&self, error: &ApiError) -> Problem {
        if let Some(cause) = error.cause() {
            tracing::error!(reference = self.reference, error = cause, "a page failed");
        }
        error.to_problem(self.here.language, &self.reference)
    }
}

/// A screen, and the status that it goes out with.
struct Page {
    status: StatusCode,
    screen: Markup,
}

impl Page {
    /// A screen that tells a problem, where there is one: with the problem's status, as the API would answer.
    fn telling(problem: Option<&Problem>, screen: Markup) -> Page {
        let status = problem.map_or(StatusCode::OK, |problem| status_code(problem.status));
        Page { status, screen }
    }
}

impl From<Markup> for Page {
    fn from(screen: Markup) -> Page {
        Page::telling(None, screen)
    }
}

/// The page that a step leads to, or why there is none.
type Answer = Result<Page, ApiError>;

async fn answer(
    app: &Shared,
    client: Client,
    (headers, form): (&HeaderMap, Form),
    step: Step,
) -> Result<Response, ApiError> {
    // A form of ours is sent by a page of ours. Where the browser says that another site made it send one, that
    // site could sign a member in as somebody else.
    let site = headers.get("sec-fetch-site").and_then(|site| site.to_str().ok()).unwrap_or("same-origin");
    if !step.looks() && !matches!(site, "same-origin" | "none") {
        return Err(ApiError::NotFound);
    }
    let partner = form.get("partner").to_owned();
    let framers = if partner.is_empty() { None } else { Some(frame::framers(app, &partner).await?) };
    let language = form.language(Language::of_headers(headers));
    // By a clock that is doubted no session is looked up: it could seem to have ended.
    let paused = trust::admit(app).await.err();
    let session = match form.get("session") {
        "" => None,
        _ if paused.is_some() => None,
        token => match sign_in::find_session(app, token).await {
            Ok(session) => Some(session),
            Err(ApiError::NotSignedIn) => None,
            // Who could not be looked up is not told that their session has ended: the page would leave its token out.
            Err(error) => return Err(error),
        },
    };
    // One that a partner's word opened only reads; here a member signs in with a code.
    let session = session.filter(|session| session.by_partner.is_none());
    let reference = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    let mut visit = visit(app, (&form, language), session.as_ref()).await?;
    visit.tab = step.tab().unwrap_or(visit.tab);
    let here = Here::new(app, language, place(app, &partner).await?, client).await?;
    let sent = Sent { form, here, reference, visit, session };
    let (visit, answer) = match paused {
        Some(error) => steps::refused(sent, step, &error),
        None => steps::take(app, sent, step).await,
    };
    let shown = tukar_plain::page(&visit, &answer.screen, false);
    let Ok(page) = tokio::fs::read_to_string(app.config.widget_dir.join("plain.html")).await else {
        return Ok(super::widget::not_built(language, &app.config.widget_dir));
    };
    let page = page.replacen("lang=\"id\"", &format!("lang=\"{}\"", language.tag()), 1);
    let page = page.replacen(PLACE, &shown.into_string(), 1);
    let mut response = match framers {
        // In a frame a script tells the page around how high this one is; without it the frame scrolls. Its ground is
        // that page's.
        Some(framers) => {
            let page = page.replacen("<!--framed ", "", 1).replacen(" framed-->", "", 1);
            let page = page.replacen("<link rel=\"stylesheet\" href=\"/page.css\" />", "", 1);
            frame::framed(&page, Needs::Pictures, &framers)?
        }
        None => {
            let policy = policy::of_page(&page, Needs::Pictures, &app.config.allowed_origins)?;
            ([(header::CONTENT_SECURITY_POLICY, policy)], Html(page)).into_response()
        }
    };
    *response.status_mut() = answer.status;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Where a form stands. Without script nobody says on which of a partner's pages: it is known where there is one only.
async fn place(app: &Shared, partner: &str) -> Result<Place, ApiError> {
    let list = app.partners.list(&app.store, &app.clock).await?;
    let Some(partner) = list.find(partner) else { return Ok(Place::own(&app.config)) };
    if let [top] = partner.origins.as_slice() {
        let origin = Some(app.config.public_url.as_str());
        return Place::decide(Claim { origin, host: None, partner: &partner.id, top }, &app.config, &list);
    }
    let codes_per_hour = Some(partner.codes_per_hour);
    Ok(Place { partner: partner.id.clone(), codes_per_hour, ..Place::own(&app.config) })
}

async fn visit(
    app: &Shared,
    (form, language): (&Form, Language),
    session: Option<&SessionRow>,
) -> Result<Visit, ApiError> {
    let texts = find_programme(&mut *app.store.read().await?).await?.unwrap_or_default();
    let partner = form.get("partner");
    Ok(Visit {
        i18n: formats::of(app, language),
        now: app.clock.now(),
        name: texts.name.get(language).clone(),
        demo: app.config.demo,
        partner: (!partner.is_empty()).then(|| partner.to_owned()),
        theme: ["light", "dark"].into_iter().find(|theme| *theme == form.get("theme")),
        session: session.map(|session| Signed {
            token: form.get("session").to_owned(),
            member: sign_in::to_wire(&session.member, language),
        }),
        tab: Tab::of(form.get("tab")).unwrap_or_default(),
    })
}

async fn rewards(
    app: &Shared,
    (visit, form): (&Visit, &Form),
    known: Option<&Eligibility>,
) -> Result<Markup, ApiError> {
    let language = Language::of_tag(visit.i18n.texts().tag).unwrap_or_default();
    let now = app.clock.now();
    let snapshot = app.catalogue.load(&mut *app.store.read().await?, now).await?;
    let prepared = app.ready.of(&snapshot, language, now).await;
    let shelf = catalog::Shelf { prepared: &prepared, eligibility: known, page: form.page() };
    Ok(catalog::catalogue(visit, shelf, &form.query()))
}

/// `GET /`: the hosted page, with the catalogue in it.
async fn front(
    State(app): State<Shared>,
    language: Language,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let Ok(page) = tokio::fs::read_to_string(app.config.widget_dir.join("index.html")).await else {
        return Ok(super::widget::not_built(language, &app.config.widget_dir));
    };
    let policy = policy::of_page(&page, Needs::Widget, &app.config.allowed_origins)?;
    let page = with_first_view(&app, page, (language, &query.unwrap_or_default())).await;
    let mut response = Html(page).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
    Ok(response)
}

/// A page of the widget with the first view in it, and told to begin where that view is. A catalogue that can't be read
/// leaves the page as it is: the widget asks for itself and says what is wrong.
pub(super) async fn with_first_view(
    app: &Shared,
    page: String,
    (browser, query): (Language, &str),
) -> String {
    let mut form = Form::read(query.as_bytes());
    form.values.remove("session");
    let language = form.language(browser);
    let first = match first_view(app, &form, language).await {
        Ok(first) => first,
        // The widget asks for itself, and says so.
        Err(ApiError::Paused { .. }) => String::new(),
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "the first view could not be written");
            String::new()
        }
    };
    let written = form.query().write();
    let mut settings = String::new();
    if !written.is_empty() {
        settings.push_str(&format!("filter=\"{}\" ", escaped(&written)));
    }
    for name in ["view", "theme"] {
        let value = form.get(name);
        if !value.is_empty() {
            settings.push_str(&format!("{name}=\"{}\" ", escaped(value)));
        }
    }
    if !form.get("speak").is_empty() || !form.get("locale").is_empty() {
        settings.push_str(&format!("locale=\"{}\" ", language.tag()));
    }
    page.replacen("lang=\"id\"", &format!("lang=\"{}\"", language.tag()), 1)
        .replacen("<tukar-rewards ", &format!("<tukar-rewards {settings}"), 1)
        .replacen(PLACE, &first, 1)
}

/// The screen that the widget will show to somebody without a session: help where the page asks for it, else the catalogue.
async fn first_view(app: &Shared, form: &Form, language: Language) -> Result<String, ApiError> {
    trust::admit(app).await?;
    let mut visit = visit(app, (form, language), None).await?;
    visit.tab = Tab::of(form.get("view")).filter(|tab| *tab == Tab::Help).unwrap_or_default();
    let screen = match visit.tab {
        Tab::Help => steps::help(app, &visit, form).await?.screen,
        _ => tukar_plain::home(&visit, None, &rewards(app, (&visit, form), None).await?),
    };
    Ok(tukar_plain::page(&visit, &screen, true).into_string())
}
