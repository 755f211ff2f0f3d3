//! Text messages through a provider's HTTP API, described by a template in the settings.

use super::{Message, SendError, Sender};
use crate::config::{BodyKind, SmsHttp};
use anyhow::{Context as _, ensure};
use reqwest::{
    Client, Method, StatusCode, Url,
    header::{HeaderName, HeaderValue},
    redirect,
};
use std::{fmt::Write as _, time::Duration};
use tukar_wire::Channel;

/// Refusals that tell of our account, of its credit or of the moment, and not of one message.
const ABOUT_THE_ACCOUNT: [StatusCode; 6] = [
    StatusCode::UNAUTHORIZED,
    StatusCode::PAYMENT_REQUIRED,
    StatusCode::FORBIDDEN,
    StatusCode::PROXY_AUTHENTICATION_REQUIRED,
    StatusCode::REQUEST_TIMEOUT,
    StatusCode::TOO_MANY_REQUESTS,
];

/// One provider.
pub struct SmsHttpSender {
    client: Client,
    method: Method,
    settings: SmsHttp,
}

/// How a value is written where it stands.
#[derive(Clone, Copy)]
enum Escape {
    /// Percent-encoding.
    Percent,
    /// Inside a JSON string.
    Json,
    /// As it is, without control characters.
    Header,
}

impl SmsHttpSender {
    /// Reads the settings; sends nothing yet.
    ///
    /// # Errors
    /// When the method, the URL, a header or the body's template can't be used.
    pub fn new(settings: &SmsHttp) -> anyhow::Result<Self> {
        let method = settings
            .method
            .to_ascii_uppercase()
            .parse::<Method>()
            .with_context(|| format!("sms.method {:?}", settings.method))?;
        Url::parse(&fill(&settings.url, &sample(), settings, Escape::Percent))
            // It may hold a key.
            .context("sms.url is no address when filled in")?;
        for (name, value) in &settings.headers {
            // A name with a colon or a blank in it may hold the value.
            HeaderName::try_from(name.as_str()).context("sms.headers has a name that no header can have")?;
            HeaderValue::try_from(fill(value, &sample(), settings, Escape::Header))
                .with_context(|| format!("sms.headers: {name} has a value that no header can have"))?;
        }
        if let (Some(body), BodyKind::Json) = (&settings.body, settings.body_kind) {
            let filled = fill(body, &sample(), settings, Escape::Json);
            serde_json::from_str::<serde_json::Value>(&filled)
                .context("sms.body is not JSON when filled in")?;
        }
        let everything = format!("{}{}", settings.url, settings.body.as_deref().unwrap_or_default());
        for slot in ["{to}", "{text}"] {
            ensure!(everything.contains(slot), "neither sms.url nor sms.body has {slot}");
        }
        let client = Client::builder()
            .timeout(Duration::from_secs(settings.timeout_seconds.clamp(1, 120)))
            .redirect(redirect::Policy::none())
            .build()
            .context("the HTTP client")?;
        Ok(SmsHttpSender { client, method, settings: settings.clone() })
    }

    fn taken(&self, status: StatusCode) -> bool {
        if self.settings.success.is_empty() {
            status.is_success()
        } else {
            self.settings.success.contains(&status.as_u16())
        }
    }
}

#[async_trait::async_trait]
impl Sender for SmsHttpSender {
    fn channels(&self) -> Vec<Channel> {
        vec![Channel::Sms]
    }

    async fn send(&self, message: &Message) -> Result<(), SendError> {
        let url = fill(&self.settings.url, message, &self.settings, Escape::Percent);
        let mut request = self.client.request(self.method.clone(), url);
        if let Some(body) = &self.settings.body {
            let (kind, escape) = match self.settings.body_kind {
                BodyKind::Json => ("application/json", Escape::Json),
                BodyKind::Form => ("application/x-www-form-urlencoded", Escape::Percent),
            };
            let body = fill(body, message, &self.settings, escape);
            request = request.header(reqwest::header::CONTENT_TYPE, kind).body(body);
        }
        for (name, value) in &self.settings.headers {
            request = request.header(name, fill(value, message, &self.settings, Escape::Header));
        }
        let answer = request.send().await.map_err(|error| {
            // The error's own text names the URL, which may hold the number and a key.
            SendError::Later(
                if error.is_timeout() { "no answer in time" } else { "no connection" }.to_owned(),
            )
        })?;
        let status = answer.status();
        if self.taken(status) {
            Ok(())
        } else if status.is_client_error() && !ABOUT_THE_ACCOUNT.contains(&status) {
            Err(SendError::Refused(format!("HTTP status {}", status.as_u16())))
        } else {
            Err(SendError::Later(format!("HTTP status {}", status.as_u16())))
        }
    }
}

fn sample() -> Message {
    Message {
        channel: Channel::Sms,
        to: "+6281234567890".to_owned(),
        subject: String::new(),
        text: "\"\\\n&%{to}".to_owned(),
        language: crate::language::Language::Id,
    }
}

/// Fills the slots in one pass, so that a text that reads like a slot stays a text.
fn fill(template: &str, message: &Message, settings: &SmsHttp, escape: Escape) -> String {
    let mut filled = String::with_capacity(template.len() + message.text.len());
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        let (before, from_slot) = rest.split_at(at);
        filled.push_str(before);
        let slots = [("{to}", &message.to), ("{text}", &message.text), ("{from}", &settings.from)];
        if let Some((slot, value)) = slots.into_iter().find(|(slot, _)| from_slot.starts_with(slot)) {
            push_escaped(&mut filled, value, escape);
            rest = &from_slot[slot.len()..];
        } else {
            filled.push('{');
            rest = &from_slot[1..];
        }
    }
    filled.push_str(rest);
    filled
}

fn push_escaped(out: &mut String, value: &str, escape: Escape) {
    match escape {
        Escape::Percent => {
            for byte in value.bytes() {
                if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                    out.push(char::from(byte));
                } else {
                    // Writing to a String can't fail.
                    let _ = write!(out, "%{byte:02X}");
                }
            }
        }
        Escape::Json => {
            let quoted = serde_json::Value::from(value).to_string();
            out.push_str(&quoted[1..quoted.len() - 1]);
        }
        Escape::Header => out.extend(value.chars().filter(|letter| !letter.is_control())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    fn settings(toml: &str) -> SmsHttp {
        toml::from_str(toml).unwrap()
    }

    fn message(text: &str) -> Message {
        Message { text: text.to_owned(), ..sample() }
    }

    #[test]
    fn a_text_with_quotes_and_slots_stays_one_json_string() {
        let settings = settings(
            "url = \"https://sms.example.id/send\"\nfrom = \"NUSA\"\nbody = '{\"to\":\"{to}\",\"m\":{\"text\":\"{text}\"},\"from\":\"{from}\"}'",
        );
        let text = "Kode \"48\" \\ {to}\nbaris";
        let body = fill(settings.body.as_deref().unwrap(), &message(text), &settings, Escape::Json);
        let value: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(value["m"]["text"], text);
        assert_eq!(value["to"], "+6281234567890");
        assert_eq!(value["from"], "NUSA");
    }

    #[test]
    fn a_form_and_a_url_are_percent_encoded() {
        let settings = settings("url = \"https://sms.example.id/?to={to}&text={text}\"");
        let url = fill(&settings.url, &message("a&b=é"), &settings, Escape::Percent);
        assert_eq!(url, "https://sms.example.id/?to=%2B6281234567890&text=a%26b%3D%C3%A9");
    }

    #[test]
    fn a_template_that_can_not_work_is_refused_at_the_start() {
        for toml in [
            "url = \"not a url {to} {text}\"",
            "url = \"https://x.id/\"\nbody = '{\"to\": {to}, \"text\": \"{text}\"'",
            "url = \"https://x.id/?to={to}\"",
            "url = \"https://x.id/?to={to}&text={text}\"\nmethod = \"NO WAY\"",
        ] {
            assert!(SmsHttpSender::new(&settings(toml)).is_err(), "{toml}");
        }
    }

    #[test]
    fn an_address_or_header_that_can_not_work_is_refused_and_not_shown() {
        let good = "url = \"https://x.id/?to={to}&text={text}\"";
        for toml in [
            "url = \"geheim {to} {text}\"".to_owned(),
            format!("{good}\nheaders = {{ \"X-Key: geheim\" = \"\" }}"),
            format!("{good}\nheaders = {{ X-Key = \"geheim\\n\" }}"),
        ] {
            let Err(error) = SmsHttpSender::new(&settings(&toml)) else { panic!("{toml}") };
            let error = format!("{error:#}");
            assert!(error.starts_with("sms.") && !error.contains("geheim"), "{error}");
        }
        let toml = format!("{good}\nheaders = {{ X-To = \"{{to}} {{text}} é\" }}");
        assert!(SmsHttpSender::new(&settings(&toml)).is_ok());
    }

    #[tokio::test]
    async fn the_providers_status_decides() {
        for (status, want) in [
            ("200 OK", "taken"),
            ("400 Bad Request", "refused"),
            ("401 Wrong Key", "later"),
            ("402 No Credit", "later"),
            ("403 Stopped", "later"),
            ("429 Too Many", "later"),
            ("503 Busy", "later"),
        ] {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let provider = tokio::spawn(async move {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut bytes = vec![0; 4096];
                let count = stream.read(&mut bytes).await.unwrap();
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
                String::from_utf8_lossy(&bytes[..count]).into_owned()
            });
            let settings = settings(&format!(
                "url = \"http://{address}/send\"\nbody = '{{\"to\":\"{{to}}\",\"text\":\"{{text}}\"}}'\nheaders = {{ Authorization = \"Bearer k\" }}"
            ));
            let got = match SmsHttpSender::new(&settings).unwrap().send(&message("x")).await {
                Ok(()) => "taken",
                Err(SendError::Refused(_)) => "refused",
                Err(_) => "later",
            };
            assert_eq!(got, want);
            let request = provider.await.unwrap().to_ascii_lowercase();
            assert!(request.contains("authorization: bearer k") && request.contains("application/json"));
        }
    }
}
