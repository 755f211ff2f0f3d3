//! Text messages through a provider's HTTP API, described by templates in the settings.
//!
//! Invariant: "not now" is only said where the provider surely did not take the message. Once the request has left, an
//! answer that does not come, or that no rule understands, leaves the outcome unknown.

use super::{
    Message, SendOutcome, Sender, Why,
    body_rule::{BodyMatcher, BodyRule},
    template::{Escape, Slot, Template, Values},
};
use crate::config::{BodyKind, SmsHttp};
use anyhow::{Context as _, ensure};
use reqwest::{
    Client, Method, Response, StatusCode, Url,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
    redirect,
};
use std::time::Duration;
use tukar_wire::Channel;

/// Statuses that say that nothing was taken and another try may help: they tell of our account, of its credit or of the
/// moment, and not of one message.
const NOT_NOW: [StatusCode; 9] = [
    StatusCode::UNAUTHORIZED,
    StatusCode::PAYMENT_REQUIRED,
    StatusCode::FORBIDDEN,
    StatusCode::PROXY_AUTHENTICATION_REQUIRED,
    StatusCode::REQUEST_TIMEOUT,
    StatusCode::TOO_EARLY,
    StatusCode::TOO_MANY_REQUESTS,
    StatusCode::NOT_IMPLEMENTED,
    StatusCode::SERVICE_UNAVAILABLE,
];
/// Bytes of an answer that are read to apply the rules on bodies.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// How long a connection is kept for the next message: shorter than most providers keep theirs, since a request that meets
/// its end has an unknown outcome.
const CONNECTION_KEPT: Duration = Duration::from_secs(4);

/// One provider.
pub struct SmsHttpSender {
    client: Client,
    method: Method,
    url: Template,
    headers: Vec<(HeaderName, Template)>,
    body: Option<Template>,
    rules: BodyRules,
    settings: SmsHttp,
}

#[derive(Default)]
struct BodyRules {
    success: Option<BodyMatcher>,
    refused: Option<BodyMatcher>,
    not_now: Option<BodyMatcher>,
}

impl SmsHttpSender {
    /// Reads the settings; sends nothing yet.
    ///
    /// # Errors
    /// When the method, the URL, a header, the body's template or a rule can't be used.
    pub fn new(settings: &SmsHttp) -> anyhow::Result<Self> {
        let method = settings
            .method
            .to_ascii_uppercase()
            .parse::<Method>()
            .with_context(|| format!("sms.method {:?}", settings.method))?;
        let url = Template::parse(&settings.url, Escape::Percent).context("sms.url")?;
        // The address may hold a key, so that no error shows it.
        Url::parse(&url.fill(SAMPLE)).context("sms.url is no address when filled in")?;
        let mut headers = Vec::new();
        for (name, value) in &settings.headers {
            // A name with a colon or a blank in it may hold the value.
            let header = HeaderName::try_from(name.as_str())
                .context("sms.headers has a name that no header can have")?;
            let value =
                Template::parse(value, Escape::Header).with_context(|| format!("sms.headers: {name}"))?;
            HeaderValue::try_from(value.fill(SAMPLE))
                .with_context(|| format!("sms.headers: {name} has a value that no header can have"))?;
            headers.push((header, value));
        }
        let body = settings.body.as_deref().map(|body| read_body(body, settings.body_kind)).transpose()?;
        for (slot, name) in [(Slot::To, "{to}"), (Slot::Text, "{text}")] {
            ensure!(
                url.has(slot) || body.as_ref().is_some_and(|body| body.has(slot)),
                "neither sms.url nor sms.body has {name}"
            );
        }
        let rules = BodyRules {
            success: read_rule("sms.success_body", settings.success_body.as_ref())?,
            refused: read_rule("sms.refused_body", settings.refused_body.as_ref())?,
            not_now: read_rule("sms.not_now_body", settings.not_now_body.as_ref())?,
        };
        let limit = Duration::from_secs(settings.timeout_seconds.clamp(1, 120));
        let client = Client::builder()
            .timeout(limit)
            // Half of it: a time-out then tells whether the request had left.
            .connect_timeout(limit / 2)
            .pool_idle_timeout(CONNECTION_KEPT)
            .redirect(redirect::Policy::none())
            .build()
            .context("the HTTP client")?;
        Ok(SmsHttpSender { client, method, url, headers, body, rules, settings: settings.clone() })
    }

    fn request(&self, message: &Message, reference: &str) -> reqwest::RequestBuilder {
        let to = if self.settings.to_plus { &message.to } else { message.to.trim_start_matches('+') };
        let values = Values { to, text: &message.text, from: &self.settings.from, reference };
        let mut request = self.client.request(self.method.clone(), self.url.fill(values));
        if let Some(body) = &self.body {
            let kind = match self.settings.body_kind {
                BodyKind::Json => "application/json",
                BodyKind::Form => "application/x-www-form-urlencoded",
            };
            request = request.header(CONTENT_TYPE, kind).body(body.fill(values));
        }
        for (name, value) in &self.headers {
            request = request.header(name, value.fill(values));
        }
        request
    }

    async fn decide(&self, answer: Response) -> SendOutcome {
        let status = answer.status();
        if !self.rules.is_any() {
            return self.decide_by_status(status);
        }
        match read_answer(answer).await {
            Ok(body) => self.rules.decide(&body, self.decide_by_status(status)),
            // "Taken" would have to stand in the body.
            Err(why) if self.is_success(status) => SendOutcome::Unknown(why),
            Err(_) => self.decide_by_status(status),
        }
    }

    fn decide_by_status(&self, status: StatusCode) -> SendOutcome {
        let why = Why::HttpStatus(status.as_u16());
        if self.is_success(status) {
            SendOutcome::Sent
        } else if self.settings.not_now.contains(&status.as_u16())
            || NOT_NOW.contains(&status)
            || status.is_redirection()
        {
            SendOutcome::NotNow(why)
        } else if status.is_client_error() {
            SendOutcome::Refused(why)
        } else {
            // 500, 502, 504: a gateway, or what lies behind it, failed with the message in its hands. A 2xx that is none of
            // `success` says as little.
            SendOutcome::Unknown(why)
        }
    }

    fn is_success(&self, status: StatusCode) -> bool {
        if self.settings.success.is_empty() {
            status.is_success()
        } else {
            self.settings.success.contains(&status.as_u16())
        }
    }
}

impl BodyRules {
    fn is_any(&self) -> bool {
        self.success.is_some() || self.refused.is_some() || self.not_now.is_some()
    }

    /// What the body says, where it says anything that the status does not.
    fn decide(&self, body: &str, by_status: SendOutcome) -> SendOutcome {
        let says = |rule: &Option<BodyMatcher>| rule.as_ref().is_some_and(|rule| rule.matches(body));
        if says(&self.not_now) {
            SendOutcome::NotNow(Why::NotNowBody)
        } else if says(&self.refused) {
            SendOutcome::Refused(Why::RefusedBody)
        } else if by_status == SendOutcome::Sent && self.success.is_some() && !says(&self.success) {
            SendOutcome::NotNow(Why::NoSuccessBody)
        } else {
            by_status
        }
    }
}

#[async_trait::async_trait]
impl Sender for SmsHttpSender {
    fn channels(&self) -> Vec<Channel> {
        vec![Channel::Sms]
    }

    async fn send(&self, message: &Message, reference: &str) -> SendOutcome {
        // The error's own text names the URL, which may hold the number and a key.
        match self.request(message, reference).send().await {
            Ok(answer) => self.decide(answer).await,
            Err(error) if error.is_connect() || error.is_builder() => SendOutcome::NotNow(Why::NoConnection),
            Err(error) if error.is_timeout() => SendOutcome::Unknown(Why::NoAnswer),
            Err(_) => SendOutcome::Unknown(Why::AnswerLost),
        }
    }
}

fn read_body(body: &str, kind: BodyKind) -> anyhow::Result<Template> {
    let escape = match kind {
        BodyKind::Json => Escape::Json,
        BodyKind::Form => Escape::Percent,
    };
    let body = Template::parse(body, escape).context("sms.body")?;
    if kind == BodyKind::Json {
        serde_json::from_str::<serde_json::Value>(&body.fill(SAMPLE))
            .context("sms.body is not JSON when filled in")?;
    }
    Ok(body)
}

fn read_rule(name: &'static str, rule: Option<&BodyRule>) -> anyhow::Result<Option<BodyMatcher>> {
    rule.map(BodyMatcher::new).transpose().context(name)
}

/// The beginning of the answer's body.
async fn read_answer(mut answer: Response) -> Result<String, Why> {
    let mut body = Vec::new();
    while body.len() < BODY_BYTES_MAX {
        match answer.chunk().await {
            Ok(Some(bytes)) => body.extend_from_slice(&bytes),
            Ok(None) => break,
            Err(error) if error.is_timeout() => return Err(Why::NoAnswer),
            Err(_) => return Err(Why::AnswerLost),
        }
    }
    Ok(String::from_utf8_lossy(&body).into_owned())
}

/// Values with everything that a template has to escape.
const SAMPLE: Values<'static> =
    Values { to: "+6281234567890", text: "\"\\\n&%{to}", from: "TUKAR", reference: "reference" };

#[cfg(test)]
mod tests;
