//! The only fetch of the widget: typed calls to the Tukar API. What the loader asked for already is taken from it.
//!
//! Safe calls (GET) are tried again after a lost answer; calls that move points never are: their answer, when lost, is
//! [`Failure::Unknown`], and the caller looks the attempt up. All typed calls share one request function, so that a
//! new call costs the widget a line and not a copy.

pub mod attempt;
pub mod failure;

pub use failure::Failure;

use js_sys::{Function, JSON, Promise, Reflect};
use serde::{Serialize, de::DeserializeOwned};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use tukar_wire::{
    ActivityPage, AskCode, AskIdentity, AskQuote, AskRedemption, Balance, Channel, CheckCode, CheckLocker,
    CodeSent, Confirm, Eligibility, IDEMPOTENCY_KEY, Identified, LockerOpened, LotPage, Member, Moment,
    OpenRedemptions, PARTNER_HEADER, Problem, ProblemKind, Programme, Quote, Redemption, ResendCode,
    RewardDetail, RewardPage, SendVoucher, SignedIn, TOP_HEADER, VoucherPage,
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, RequestInit, Response};

/// A request that has no answer after this long counts as lost.
const ANSWER_WITHIN_MS: i32 = 15_000;

/// Tries of a safe call in all.
const SAFE_TRIES_MAX: u32 = 3;

/// Where the API is and who asks. Cheap to clone; all clones share the token.
#[derive(Clone)]
pub struct Client {
    base: Rc<str>,
    locale: Rc<str>,
    token: Rc<RefCell<Option<String>>>,
    /// Id of the partner whose page it is, and origin of the page around the frame, as they are now.
    place: Rc<dyn Fn() -> (String, String)>,
    /// What the last answer told of the server's clock.
    told: Rc<Cell<Option<Told>>>,
    /// Called with path, language and token: the promise of an answer that was asked for before the widget ran.
    early: Option<Function>,
}

/// The server's clock at one moment, and what the browser's two clocks showed then.
#[derive(Clone, Copy)]
struct Told {
    server: Moment,
    /// Since the page began; nobody sets it.
    ticks_ms: i64,
    /// The visitor's clock less those ticks. It changes where somebody sets that clock, or the ticks stood still in sleep.
    visitor_ahead_ms: i64,
}

/// What a member wants of the session that a right code opens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Ticket of [`Client::identify`]: this partner's page may show their points without a code.
    pub link: Option<String>,
    /// Others use this computer too: the session is short.
    pub shared: bool,
}

/// The visitor's clock may go this much faster or slower than the ticks before the server is asked.
const DRIFT_MS: i64 = 2_000;

struct Ask<'a> {
    method: &'static str,
    path: String,
    body: Option<JsValue>,
    key: Option<&'a str>,
}

impl Client {
    /// `base` is the API's origin without a slash at its end, or empty for the page's own; `place` tells on whose page the
    /// widget sits. `early(path, language, token)` answers with the promise of a `Response` that was asked for already, once,
    /// or `undefined`; its `at` is when it was whole, in milliseconds since the page began. `early()` forgets all.
    #[must_use]
    pub fn new(
        base: &str,
        locale: &str,
        place: impl Fn() -> (String, String) + 'static,
        early: Option<Function>,
    ) -> Client {
        Client {
            base: base.trim_end_matches('/').into(),
            locale: locale.into(),
            token: Rc::default(),
            place: Rc::new(place),
            told: Rc::default(),
            early,
        }
    }

    /// The same session, other language.
    #[must_use]
    pub fn with_locale(&self, locale: &str) -> Client {
        Client { locale: locale.into(), ..self.clone() }
    }

    /// The API's origin, for pictures and links on it.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The server's clock now: as the last answer told it, and the ticks since. Before any answer the visitor's clock.
    #[must_use]
    pub fn now(&self) -> Moment {
        match self.told.get() {
            Some(told) => told.server.plus_ms(ticks_ms().saturating_sub(told.ticks_ms)),
            None => Moment(visitor_ms()),
        }
    }

    /// True once the server has told its time.
    #[must_use]
    pub fn knows_time(&self) -> bool {
        self.told.get().is_some()
    }

    /// True where the visitor's clock and the ticks have gone apart since the last answer: it was set, or the computer slept
    /// and the ticks stood still. Only the server can say which.
    #[must_use]
    pub fn is_adrift(&self) -> bool {
        self.told.get().is_some_and(|told| {
            visitor_ms().saturating_sub(ticks_ms()).saturating_sub(told.visitor_ahead_ms).abs() > DRIFT_MS
        })
    }

    /// Uses this token from now on, or none.
    pub fn set_token(&self, token: Option<String>) {
        *self.token.borrow_mut() = token;
    }

    /// The token that is held.
    #[must_use]
    pub fn token(&self) -> Option<String> {
        self.token.borrow().clone()
    }

    /// Takes the token away from all clones, into a client that nothing else has.
    #[must_use]
    pub fn leaving(&self) -> Client {
        Client { token: Rc::new(RefCell::new(self.token.take())), ..self.clone() }
    }

    /// `GET /v1/programme`.
    pub async fn programme(&self) -> Result<Programme, Failure> {
        self.get("/v1/programme".into()).await
    }

    /// `GET /v1/rewards`.
    pub async fn rewards(&self, after: Option<&str>, limit: u32) -> Result<RewardPage, Failure> {
        self.get(with_query("/v1/rewards", &[("after", after), ("limit", Some(&limit.to_string()))])).await
    }

    /// `GET /v1/rewards/{id}`.
    pub async fn reward(&self, id: &str) -> Result<RewardDetail, Failure> {
        self.get(format!("/v1/rewards/{}", escape(id))).await
    }

    /// `POST /v1/challenges`: ask for a code to sign in.
    pub async fn ask_code(&self, contact: &str) -> Result<CodeSent, Failure> {
        self.post("/v1/challenges".into(), &AskCode { contact: contact.into() }, None).await
    }

    /// `POST /v1/challenges/{id}/resend`.
    pub async fn resend_code(&self, id: &str, channel: Option<Channel>) -> Result<CodeSent, Failure> {
        self.post(format!("/v1/challenges/{}/resend", escape(id)), &ResendCode { channel }, None).await
    }

    /// `POST /v1/challenges/{id}/check`: sign in. The caller keeps the token with [`Client::set_token`].
    pub async fn check_code(&self, id: &str, code: String, wishes: Wishes) -> Result<SignedIn, Failure> {
        let check = CheckCode { code, link: wishes.link, shared: wishes.shared };
        self.post(format!("/v1/challenges/{}/check", escape(id)), &check, None).await
    }

    /// `POST /v1/identity`: who the partner says looks at its page.
    pub async fn identify(&self, identity: String) -> Result<Identified, Failure> {
        self.post("/v1/identity".into(), &AskIdentity { identity }, None).await
    }

    /// `DELETE /v1/identity`: this partner's page shows nothing without a code any more.
    pub async fn forget_identity(&self) -> Result<(), Failure> {
        self.send(Ask { method: "DELETE", path: "/v1/identity".into(), body: None, key: None })
            .await
            .map(drop)
    }

    /// `POST /v1/session/code`: a code to the member's own contact, to make a whole session of a read session.
    pub async fn step_up(&self) -> Result<CodeSent, Failure> {
        self.post("/v1/session/code".into(), &ResendCode { channel: None }, None).await
    }

    /// `DELETE /v1/session`.
    pub async fn sign_out(&self) -> Result<(), Failure> {
        self.send(Ask { method: "DELETE", path: "/v1/session".into(), body: None, key: None }).await.map(drop)
    }

    /// `GET /v1/me`.
    pub async fn me(&self) -> Result<Member, Failure> {
        self.get("/v1/me".into()).await
    }

    /// `GET /v1/me/balance`.
    pub async fn balance(&self) -> Result<Balance, Failure> {
        self.get("/v1/me/balance".into()).await
    }

    /// `GET /v1/me/lots`.
    pub async fn lots(&self, after: Option<&str>) -> Result<LotPage, Failure> {
        self.get(with_query("/v1/me/lots", &[("after", after)])).await
    }

    /// `GET /v1/me/activity`; `kind` is a word of `ActivityKind`.
    pub async fn activity(&self, kind: Option<&str>, before: Option<&str>) -> Result<ActivityPage, Failure> {
        self.get(with_query("/v1/me/activity", &[("kind", kind), ("before", before)])).await
    }

    /// `GET /v1/me/eligibility`, of all rewards or of one.
    pub async fn eligibility(&self, reward: Option<&str>) -> Result<Eligibility, Failure> {
        self.get(with_query("/v1/me/eligibility", &[("reward", reward)])).await
    }

    /// `POST /v1/redemptions/quote`. Changes nothing, so it is tried again like a GET.
    pub async fn quote(&self, ask: &AskQuote) -> Result<Quote, Failure> {
        let mut tries = 1;
        loop {
            match self.post("/v1/redemptions/quote".into(), ask, None).await {
                Err(Failure::Unknown) if tries < SAFE_TRIES_MAX => tries += 1,
                answer => return answer,
            }
        }
    }

    /// `POST /v1/redemptions`: hold the points and send a code.
    pub async fn redeem(&self, ask: &AskRedemption) -> Result<Redemption, Failure> {
        self.post("/v1/redemptions".into(), ask, Some(&ask.id)).await
    }

    /// `GET /v1/redemptions/{id}`: what became of it. Not tried again here: the flow has its own pauses.
    pub async fn redemption(&self, id: &str) -> Result<Redemption, Failure> {
        let ask =
            Ask { method: "GET", path: format!("/v1/redemptions/{}", escape(id)), body: None, key: None };
        read(self.send(ask).await?)
    }

    /// `POST /v1/redemptions/{id}/confirm`: spend the held points. `key` is new for each code that is typed, and the same when
    /// that one is sent again: the server counts a wrong code once for each.
    pub async fn confirm(&self, id: &str, confirm: &Confirm, key: &str) -> Result<Redemption, Failure> {
        self.post(format!("/v1/redemptions/{}/confirm", escape(id)), confirm, Some(key)).await
    }

    /// `POST /v1/redemptions/{id}/resend`.
    pub async fn resend(&self, id: &str, resend: &ResendCode) -> Result<Redemption, Failure> {
        let key = attempt::new_id();
        self.post(format!("/v1/redemptions/{}/resend", escape(id)), resend, Some(&key)).await
    }

    /// `POST /v1/redemptions/{id}/cancel`: the points come back.
    pub async fn cancel(&self, id: &str) -> Result<Redemption, Failure> {
        let key = attempt::new_id();
        self.post(format!("/v1/redemptions/{}/cancel", escape(id)), &Nothing {}, Some(&key)).await
    }

    /// `GET /v1/vouchers`.
    pub async fn vouchers(&self, after: Option<&str>) -> Result<VoucherPage, Failure> {
        self.get(with_query("/v1/vouchers", &[("after", after)])).await
    }

    /// `POST /v1/vouchers/{id}/send`: a copy to the member's own contact.
    pub async fn send_voucher(&self, id: &str, channel: Channel) -> Result<(), Failure> {
        let body = write(&SendVoucher { channel })?;
        let path = format!("/v1/vouchers/{}/send", escape(id));
        self.send(Ask { method: "POST", path, body: Some(body), key: None }).await.map(drop)
    }

    /// `GET /v1/redemptions`: those that wait for their code.
    pub async fn open_redemptions(&self) -> Result<OpenRedemptions, Failure> {
        self.get("/v1/redemptions".into()).await
    }

    /// `POST /v1/locker/open`: ask for a code. A new one by [`Client::resend_code`].
    pub async fn open_locker(&self, channel: Option<Channel>) -> Result<CodeSent, Failure> {
        self.post("/v1/locker/open".into(), &ResendCode { channel }, None).await
    }

    /// `POST /v1/locker/check`: the code opens the locker.
    pub async fn check_locker(&self, challenge_id: &str, code: &str) -> Result<LockerOpened, Failure> {
        let check = CheckLocker { challenge_id: challenge_id.into(), code: code.into() };
        self.post("/v1/locker/check".into(), &check, None).await
    }

    /// `POST /v1/locker/close`: the codes are hidden.
    pub async fn close_locker(&self) -> Result<(), Failure> {
        let body = write(&Nothing {})?;
        self.send(Ask { method: "POST", path: "/v1/locker/close".into(), body: Some(body), key: None })
            .await
            .map(drop)
    }

    async fn get<T: DeserializeOwned>(&self, path: String) -> Result<T, Failure> {
        read(self.get_value(path).await?)
    }

    async fn get_value(&self, path: String) -> Result<JsValue, Failure> {
        let mut tries = 1;
        loop {
            let ask = Ask { method: "GET", path: path.clone(), body: None, key: None };
            match self.send(ask).await {
                Err(Failure::Unknown) if tries < SAFE_TRIES_MAX => tries += 1,
                answer => return answer,
            }
        }
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: String,
        body: &impl Serialize,
        key: Option<&str>,
    ) -> Result<T, Failure> {
        let body = write(body)?;
        read(self.send(Ask { method: "POST", path, body: Some(body), key }).await?)
    }

    async fn send(&self, ask: Ask<'_>) -> Result<JsValue, Failure> {
        let window = web_sys::window().ok_or(Failure::Unknown)?;
        if !window.navigator().on_line() {
            return Err(Failure::Offline);
        }
        let init = self.request(&ask).map_err(|_| Failure::Unknown)?;
        let abort = AbortController::new().map_err(|_| Failure::Unknown)?;
        init.set_signal(Some(&abort.signal()));
        let over = Closure::once(move || abort.abort());
        let timer = window
            .set_timeout_with_callback_and_timeout_and_arguments_0(
                over.as_ref().unchecked_ref(),
                ANSWER_WITHIN_MS,
            )
            .map_err(|_| Failure::Unknown)?;
        let promise = self
            .take_early(&ask)
            .unwrap_or_else(|| window.fetch_with_str_and_init(&format!("{}{}", self.base, ask.path), &init));
        let answer = JsFuture::from(promise).await;
        let (outcome, at) = match answer {
            Ok(response) => {
                let at = Reflect::get(&response, &JsValue::from_str("at")).ok().and_then(|at| at.as_f64());
                (body_of(response.unchecked_into()).await, at)
            }
            Err(_) => (Err(Failure::Unknown), None),
        };
        window.clear_timeout_with_handle(timer);
        if let Ok(json) = &outcome {
            self.hear_clock(json, at.map_or_else(ticks_ms, whole_ms));
        }
        outcome
    }

    /// The answer that the loader has asked for already. What changes something makes the rest of them old.
    fn take_early(&self, ask: &Ask<'_>) -> Option<Promise> {
        let early = self.early.as_ref()?;
        if ask.method != "GET" {
            let _ = early.call0(&JsValue::UNDEFINED);
            return None;
        }
        let token = self.token.borrow().as_deref().map_or(JsValue::UNDEFINED, JsValue::from_str);
        let (path, locale) = (JsValue::from_str(&ask.path), JsValue::from_str(&self.locale));
        early.call3(&JsValue::UNDEFINED, &path, &locale, &token).ok()?.dyn_into().ok()
    }

    /// Nearly every answer carries the server's clock, which was right when it came, `at` by the ticks; the way here is not
    /// counted, it only makes us a little late.
    fn hear_clock(&self, json: &JsValue, at: i64) {
        let told =
            Reflect::get(json, &JsValue::from_str("server_time")).ok().and_then(|time| time.as_string());
        if let Some(time) = told.as_deref().and_then(Moment::parse) {
            let visitor_ahead_ms = visitor_ms().saturating_sub(ticks_ms());
            self.told.set(Some(Told { server: time, ticks_ms: at, visitor_ahead_ms }));
        }
    }

    fn request(&self, ask: &Ask<'_>) -> Result<RequestInit, JsValue> {
        let headers = Headers::new()?;
        headers.set("Accept", "application/json, application/problem+json")?;
        headers.set("Accept-Language", &self.locale)?;
        if let Some(token) = self.token.borrow().as_ref() {
            headers.set("Authorization", &format!("Bearer {token}"))?;
        }
        if let Some(key) = ask.key {
            headers.set(IDEMPOTENCY_KEY, key)?;
        }
        // Not on reads: it would make the browser ask first.
        if ask.method != "GET" {
            let (partner, top) = (self.place)();
            for (name, value) in [(PARTNER_HEADER, partner), (TOP_HEADER, top)] {
                if !value.is_empty() {
                    headers.set(name, &value)?;
                }
            }
        }
        let init = RequestInit::new();
        init.set_method(ask.method);
        if let Some(body) = &ask.body {
            headers.set("Content-Type", "application/json")?;
            init.set_body(body);
        }
        init.set_headers(&headers);
        Ok(init)
    }
}

/// Milliseconds since the page began, by a clock that nobody sets; it may stand still while the computer sleeps.
fn ticks_ms() -> i64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0, |ticks| whole_ms(ticks.now()))
}

/// The visitor's clock. It lies, so it is only ever used together with what the server told.
fn visitor_ms() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads it, to learn how far it is off")]
    let now = js_sys::Date::now();
    whole_ms(now)
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are whole and far below 2^53")]
fn whole_ms(ms: f64) -> i64 {
    ms as i64
}

#[derive(Serialize)]
struct Nothing {}

async fn body_of(response: Response) -> Result<JsValue, Failure> {
    let text = response.text().map_err(|_| Failure::Unknown)?;
    let text = JsFuture::from(text).await.map_err(|_| Failure::Unknown)?.as_string().unwrap_or_default();
    let json = if text.is_empty() { Ok(JsValue::NULL) } else { JSON::parse(&text) };
    if response.ok() {
        return json.map_err(|_| Failure::Unknown);
    }
    let told = json.ok().and_then(|json| serde_wasm_bindgen::from_value::<Problem>(json).ok());
    match told {
        Some(problem) => Err(Failure::Refused(Box::new(problem))),
        // A proxy in between answered, not the server: that says nothing of what became of the request.
        None => Err(Failure::Unknown),
    }
}

fn read<T: DeserializeOwned>(value: JsValue) -> Result<T, Failure> {
    serde_wasm_bindgen::from_value(value).map_err(|_| Failure::Unknown)
}

fn write(body: &impl Serialize) -> Result<JsValue, Failure> {
    let value =
        body.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(|_| Failure::Unknown)?;
    JSON::stringify(&value).map(JsValue::from).map_err(|_| Failure::Unknown)
}

fn escape(part: &str) -> String {
    js_sys::encode_uri_component(part).into()
}

fn with_query(path: &str, pairs: &[(&str, Option<&str>)]) -> String {
    let mut url = path.to_owned();
    let mut mark = '?';
    for (name, value) in pairs {
        if let Some(value) = value {
            url.push(mark);
            url.push_str(name);
            url.push('=');
            url.push_str(&escape(value));
            mark = '&';
        }
    }
    url
}

/// True when the session ended and the member has to sign in again.
#[must_use]
pub fn is_signed_out(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused(problem) if problem.kind == ProblemKind::NotSignedIn)
}
