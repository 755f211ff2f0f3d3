//! Settings: a TOML file, then `TUKAR_…` variables, then flags; a later one wins.
//!
//! Every field has a default that runs on one machine. Unknown fields of the file are refused.

mod file;
mod flags;
mod origin;

use crate::{senders::body_rule::BodyRule, store::Database};
pub use flags::Flags;
pub use origin::{host_of, is_origin};
use serde::{Deserialize, Deserializer};
use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

/// All settings of a running server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Address of the operator's listener with `/metrics`; absent: none. Never one that strangers reach.
    pub metrics_listen: Option<SocketAddr>,
    /// SQLite file, made by `serve` and `import` when absent, or the address of a PostgreSQL database.
    #[serde(deserialize_with = "read_database")]
    pub database: Database,
    /// File with the key of the one-time codes (32 bytes, base64); made when absent, beside the database when not set.
    pub code_key_file: Option<PathBuf>,
    /// Demo: seeded programme and members, the inbox page, a clock that can be moved. Never in production.
    pub demo: bool,
    /// Directory with the built widget.
    pub widget_dir: PathBuf,
    /// Origin that members see, as `https://tukar.example.id`; its host is named in every code's message. Empty:
    /// `http://localhost` and the port listened on.
    pub public_url: String,
    /// Further origins whose pages may call the API, as `https://partner.example.id`.
    pub allowed_origins: Vec<String>,
    /// Reverse proxies in front, each of which appends to `X-Forwarded-For` the address it was called from; 0: clients call this
    /// server themselves. Absent: whoever calls is the client, unless it is a proxy that was not declared.
    pub trusted_hops: Option<u8>,
    /// Connections served at once; one more takes the place of the oldest that asks nothing.
    pub connections_max: usize,
    /// The programme's rules.
    pub programme: Rules,
    /// What messages with codes may cost.
    pub codes: Codes,
    /// How far the machine's clock is believed.
    pub clock: ClockBounds,
    /// E-mail; absent: no e-mail (with `demo`: the inbox).
    pub smtp: Option<Smtp>,
    /// Text messages; absent: none (with `demo`: the inbox).
    pub sms: Option<SmsHttp>,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            metrics_listen: None,
            database: Database::Sqlite(PathBuf::from("./tukar.db")),
            code_key_file: None,
            demo: false,
            widget_dir: PathBuf::from("./dist"),
            public_url: String::new(),
            allowed_origins: Vec::new(),
            trusted_hops: None,
            connections_max: 1024,
            programme: Rules::default(),
            codes: Codes::default(),
            clock: ClockBounds::default(),
            smtp: None,
            sms: None,
        }
    }
}

impl Config {
    /// Host of [`Config::public_url`], without scheme and port, as named in messages.
    #[must_use]
    pub fn public_host(&self) -> &str {
        match host_of(&self.public_url) {
            "" => "localhost",
            host => host,
        }
    }

    /// Where the key of the one-time codes is kept.
    #[must_use]
    pub fn code_key_path(&self) -> PathBuf {
        self.code_key_file.clone().unwrap_or_else(|| match &self.database {
            Database::Sqlite(path) => {
                let mut name = path.clone().into_os_string();
                name.push(".codekey");
                PathBuf::from(name)
            }
            Database::Postgres(_) => PathBuf::from("./tukar.codekey"),
        })
    }
}

fn read_database<'de, D: Deserializer<'de>>(from: D) -> Result<Database, D::Error> {
    String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
}

/// Rules of the programme that are settings and not texts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rules {
    /// IANA name of the zone in which days and months end.
    pub time_zone: String,
    /// What a clock in that zone is called; absent: by the zone, [`Rules::clock_label`].
    pub time_zone_label: Option<String>,
    /// How far ahead a lot counts as about to be lost, days.
    pub about_to_be_lost_days: u32,
    /// How long points stay held for a redemption that is not confirmed, seconds.
    pub hold_seconds: u32,
    /// A session ends after so many seconds without a request.
    pub session_idle_seconds: u32,
    /// A session ends after so many seconds at the latest.
    pub session_max_seconds: u32,
    /// The claim locker stays open for so many seconds after a right code.
    pub locker_open_seconds: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            time_zone: "Asia/Jakarta".to_owned(),
            time_zone_label: None,
            about_to_be_lost_days: 30,
            hold_seconds: 900,
            session_idle_seconds: 30 * 60,
            session_max_seconds: 12 * 3600,
            locker_open_seconds: 10 * 60,
        }
    }
}

impl Rules {
    /// What a clock in the programme's zone is called, behind every time that is told. Where no label is set: the word that is
    /// used in Indonesia, elsewhere the zone's city, which is right in summer and in winter.
    #[must_use]
    pub fn clock_label(&self) -> String {
        self.time_zone_label.clone().unwrap_or_else(|| default_label(&self.time_zone))
    }
}

fn default_label(zone: &str) -> String {
    // As the zone's own name is written, whichever letters were typed.
    let found = jiff::tz::TimeZone::get(zone).ok();
    let zone = found.as_ref().and_then(jiff::tz::TimeZone::iana_name).unwrap_or(zone);
    match zone {
        "Asia/Jakarta" | "Asia/Pontianak" => "WIB".to_owned(),
        "Asia/Makassar" | "Asia/Ujung_Pandang" => "WITA".to_owned(),
        "Asia/Jayapura" => "WIT".to_owned(),
        _ => {
            let city = zone.rsplit('/').next().unwrap_or(zone);
            // The signs of these zones are the other way round than everybody's.
            match city.strip_prefix("GMT").and_then(|hours| hours.split_at_checked(1)) {
                Some(("-", hours)) => format!("GMT+{hours}"),
                Some(("+", hours)) => format!("GMT-{hours}"),
                _ => city.replace('_', " "),
            }
        }
    }
}

/// Most messages with codes, over all members.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Codes {
    /// Within an hour; how they are shared: [`tukar_domain::limits::Shares`].
    pub per_hour: u32,
    /// Within ten minutes to numbers without an account that differ in their last four digits only; more are not sent.
    pub per_block_in_ten_minutes: u32,
    /// Asked for at sign-in within ten minutes from one address (of IPv6: one network of 64 bits; one of 48 may ask for four
    /// times as many). Many members of a mobile network share one.
    pub per_address_in_ten_minutes: u32,
}

impl Default for Codes {
    fn default() -> Self {
        Codes { per_hour: 20_000, per_block_in_ten_minutes: 60, per_address_in_ten_minutes: 300 }
    }
}

/// How far the machine's clock may be from what is known before nothing is ended by it any more.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClockBounds {
    /// From the last moment at which a server of this database ran, hours: as long as all servers may stand still.
    pub gap_hours_max: u32,
    /// From the clock of the database's machine (PostgreSQL), seconds.
    pub skew_seconds_max: u32,
}

impl Default for ClockBounds {
    fn default() -> Self {
        ClockBounds { gap_hours_max: 72, skew_seconds_max: 300 }
    }
}

/// E-mail through an SMTP server.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// Host.
    pub host: String,
    /// Port; 25, 587 or 465 by `tls` when absent.
    pub port: Option<u16>,
    /// How the line is protected.
    #[serde(default)]
    pub tls: Tls,
    /// User name; absent: no sign-in.
    pub user: Option<String>,
    /// Password.
    pub password: Option<String>,
    /// Sender, as `Tukar Poin <no-reply@example.id>`.
    pub from: String,
    /// Seconds that a mail may take, from the connection to the server's word that it has it.
    #[serde(default = "thirty")]
    pub timeout_seconds: u64,
}

tukar_wire::debug_masked!(Smtp { host, port, tls, from, timeout_seconds; user, password });

/// How an SMTP line is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// Not at all: only for a server on the same machine.
    None,
    /// STARTTLS, required (port 587).
    #[default]
    Starttls,
    /// TLS from the first byte (port 465).
    Tls,
}

/// Text messages through a provider's HTTP API, described by a template.
///
/// In `url`, `headers` and `body`, `{to}`, `{text}`, `{from}` and `{reference}` are filled in, escaped for the place they
/// stand in: percent-encoding in the URL and in a form body, JSON string escapes in a JSON body. Any other slot is refused.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsHttp {
    /// `POST` (default), `GET` or `PUT`.
    #[serde(default = "post")]
    pub method: String,
    /// As `https://sms.example.id/v1/messages`.
    pub url: String,
    /// Headers, as `Authorization = "Bearer …"`.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Body template, as `{"to":"{to}","text":"{text}"}`; absent: no body.
    pub body: Option<String>,
    /// How the body is written; sets `Content-Type` too.
    #[serde(default)]
    pub body_kind: BodyKind,
    /// Sender name or number for `{from}`.
    #[serde(default)]
    pub from: String,
    /// Whether `{to}` begins with `+`, as `+62812…`; else `62812…`.
    #[serde(default = "yes")]
    pub to_plus: bool,
    /// Statuses that mean "taken"; every 2xx when empty.
    #[serde(default)]
    pub success: Vec<u16>,
    /// Further statuses that mean "surely not taken, try again".
    #[serde(default)]
    pub not_now: Vec<u16>,
    /// What the body of a "taken" has to say; absent: the status is enough.
    pub success_body: Option<BodyRule>,
    /// What a body says that refuses this one message for good, whatever the status.
    pub refused_body: Option<BodyRule>,
    /// What a body says that did not take the message now, whatever the status.
    pub not_now_body: Option<BodyRule>,
    /// Seconds to wait for the provider.
    #[serde(default = "ten")]
    pub timeout_seconds: u64,
}

impl SmsHttp {
    /// A provider with all its defaults.
    pub(crate) fn to_url(url: String) -> SmsHttp {
        SmsHttp {
            method: post(),
            url,
            headers: BTreeMap::new(),
            body: None,
            body_kind: BodyKind::default(),
            from: String::new(),
            to_plus: yes(),
            success: Vec::new(),
            not_now: Vec::new(),
            success_body: None,
            refused_body: None,
            not_now_body: None,
            timeout_seconds: ten(),
        }
    }
}

tukar_wire::debug_masked!(SmsHttp {
    method, body_kind, from, to_plus, success, not_now, success_body, refused_body, not_now_body, timeout_seconds;
    url, headers, body
});

fn post() -> String {
    "POST".to_owned()
}

fn yes() -> bool {
    true
}

fn ten() -> u64 {
    10
}

fn thirty() -> u64 {
    30
}

/// How the body of a text message's request is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BodyKind {
    /// `application/json`.
    #[default]
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_called_as_its_zone_where_no_label_is_set() {
        for (zone, label) in [
            ("Asia/Jakarta", "WIB"),
            ("Asia/Pontianak", "WIB"),
            ("Asia/Makassar", "WITA"),
            ("Asia/Ujung_Pandang", "WITA"),
            ("Asia/Jayapura", "WIT"),
            ("asia/makassar", "WITA"),
            ("Europe/London", "London"),
            ("America/New_York", "New York"),
            ("America/Argentina/Buenos_Aires", "Buenos Aires"),
            ("UTC", "UTC"),
            ("Etc/GMT-7", "GMT+7"),
        ] {
            let rules: Rules = toml::from_str(&format!("time_zone = \"{zone}\"")).unwrap();
            assert_eq!(rules.clock_label(), label, "{zone}");
        }
        let rules: Rules =
            toml::from_str("time_zone = \"Europe/London\"\ntime_zone_label = \"GMT\"").unwrap();
        assert_eq!(rules.clock_label(), "GMT");
        assert_eq!(Rules::default().clock_label(), "WIB");
    }

    #[test]
    fn the_public_host_is_the_bare_name() {
        for (url, host) in
            [("https://tukar.example.id", "tukar.example.id"), ("http://localhost:8080/x", "localhost")]
        {
            let config = Config { public_url: url.to_owned(), ..Config::default() };
            assert_eq!(config.public_host(), host);
        }
    }
}
