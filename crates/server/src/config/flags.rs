//! The command line of settings: every flag is also a `TUKAR_…` variable.

use super::{
    BodyKind, ClockBounds, Codes, Config, Rules, SmsHttp, Smtp, Tls, file, host_of, is_origin, thirty,
};
use crate::{
    http::client::HOPS_MAX, message::HOST_LETTERS_MAX, service::sign_in::TOUCH_EVERY_MS, store::Database,
};
use anyhow::{Context as _, bail};
use clap::Args;
use std::{net::SocketAddr, path::PathBuf};

/// Settings that may be given as flags or variables; they win over the file.
#[derive(Args, Clone, Debug, Default)]
pub struct Flags {
    /// Settings file (TOML); its fields are listed in docs/CONFIGURATION.md
    #[arg(long, value_name = "FILE", env = "TUKAR_CONFIG", global = true)]
    pub config: Option<PathBuf>,
    /// Address to listen on; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS", env = "TUKAR_LISTEN", global = true)]
    pub listen: Option<SocketAddr>,
    /// Address for /metrics (Prometheus), never one that strangers reach [default: none]
    #[arg(long, value_name = "ADDRESS", env = "TUKAR_METRICS_LISTEN", global = true)]
    pub metrics_listen: Option<SocketAddr>,
    /// SQLite file, made by serve and import when absent, or postgres://USER:PASSWORD@HOST/NAME [default: ./tukar.db]
    #[arg(long, value_name = "DATABASE", env = "TUKAR_DATABASE", hide_env_values = true, global = true)]
    pub database: Option<String>,
    /// Demo programme, members and inbox; a clock that can be moved. Never in production
    #[arg(long, env = "TUKAR_DEMO", global = true)]
    pub demo: bool,
    /// Directory with the built widget [default: ./dist]
    #[arg(long, value_name = "DIR", env = "TUKAR_WIDGET_DIR", global = true)]
    pub widget_dir: Option<PathBuf>,
    /// Origin that members see; its host is named in every code's message [default: http://localhost:PORT]
    #[arg(long, value_name = "URL", env = "TUKAR_PUBLIC_URL", global = true)]
    pub public_url: Option<String>,
    /// Further origins whose pages may call the API and frame the widget, separated by commas
    #[arg(long, value_name = "ORIGINS", env = "TUKAR_ALLOWED_ORIGINS", value_delimiter = ',', global = true)]
    pub allowed_origins: Vec<String>,
    /// Reverse proxies in front that append to X-Forwarded-For; 0: none [default: none are trusted, and callers
    /// from loopback or a proxy are not counted by address]
    #[arg(long, value_name = "NUMBER", env = "TUKAR_TRUSTED_HOPS", global = true)]
    pub trusted_hops: Option<u8>,
    /// File with the key of the one-time codes, made by serve when absent [default: DATABASE.codekey]
    #[arg(long, value_name = "FILE", env = "TUKAR_CODE_KEY_FILE", global = true)]
    pub code_key_file: Option<PathBuf>,
    #[command(flatten)]
    smtp: SmtpFlags,
    #[command(flatten)]
    sms: SmsFlags,
}

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "E-mail (SMTP)")]
struct SmtpFlags {
    /// SMTP server
    #[arg(long, value_name = "HOST", env = "TUKAR_SMTP_HOST", global = true)]
    smtp_host: Option<String>,
    /// Port [default: 587, 465 or 25, by --smtp-tls]
    #[arg(long, value_name = "PORT", env = "TUKAR_SMTP_PORT", global = true)]
    smtp_port: Option<u16>,
    /// starttls, tls or none [default: starttls]
    #[arg(long, value_name = "MODE", env = "TUKAR_SMTP_TLS", global = true)]
    smtp_tls: Option<String>,
    /// User name; absent: no sign-in
    #[arg(long, value_name = "NAME", env = "TUKAR_SMTP_USER", global = true)]
    smtp_user: Option<String>,
    /// Password; better given as the variable
    #[arg(long, value_name = "WORD", env = "TUKAR_SMTP_PASSWORD", hide_env_values = true, global = true)]
    smtp_password: Option<String>,
    /// Sender, as "Nusa Poin <no-reply@example.id>"
    #[arg(long, value_name = "MAILBOX", env = "TUKAR_SMTP_FROM", global = true)]
    smtp_from: Option<String>,
}

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Text messages (SMS over HTTP)")]
struct SmsFlags {
    /// URL of the provider; {to}, {text}, {from} and {reference} are filled in
    #[arg(long, value_name = "URL", env = "TUKAR_SMS_URL", hide_env_values = true, global = true)]
    sms_url: Option<String>,
    /// Method [default: POST]
    #[arg(long, value_name = "METHOD", env = "TUKAR_SMS_METHOD", global = true)]
    sms_method: Option<String>,
    /// Body, as {"to":"{to}","text":"{text}"}
    #[arg(long, value_name = "TEMPLATE", env = "TUKAR_SMS_BODY", hide_env_values = true, global = true)]
    sms_body: Option<String>,
    /// json or form [default: json]
    #[arg(long, value_name = "KIND", env = "TUKAR_SMS_BODY_KIND", global = true)]
    sms_body_kind: Option<String>,
    /// Sender name or number, for {from}
    #[arg(long, value_name = "NAME", env = "TUKAR_SMS_FROM", global = true)]
    sms_from: Option<String>,
    /// Value of the header Authorization; better given as the variable
    #[arg(
        long,
        value_name = "VALUE",
        env = "TUKAR_SMS_AUTHORIZATION",
        hide_env_values = true,
        global = true
    )]
    sms_authorization: Option<String>,
}

impl Flags {
    /// Defaults, then the file, then flags and variables.
    ///
    /// # Errors
    /// When the file can't be read, or a setting can't be used.
    pub fn load(self) -> anyhow::Result<Config> {
        let mut config = match &self.config {
            Some(file) => file::read(file)?,
            None => Config::default(),
        };
        replace(&mut config.listen, self.listen);
        // Not read by the parser of flags, which shows what it refuses.
        let database = self.database.map(|text| text.parse()).transpose();
        replace(&mut config.database, database.map_err(anyhow::Error::msg).context("--database")?);
        config.metrics_listen = self.metrics_listen.or(config.metrics_listen);
        replace(&mut config.widget_dir, self.widget_dir);
        replace(&mut config.public_url, self.public_url);
        config.trusted_hops = self.trusted_hops.or(config.trusted_hops);
        config.demo |= self.demo;
        if !self.allowed_origins.is_empty() {
            config.allowed_origins = self.allowed_origins;
        }
        if self.code_key_file.is_some() {
            config.code_key_file = self.code_key_file;
        }
        self.smtp.apply(&mut config)?;
        self.sms.apply(&mut config)?;
        check(&config)?;
        Ok(config)
    }
}

impl SmtpFlags {
    fn apply(self, config: &mut Config) -> anyhow::Result<()> {
        if config.smtp.is_none() {
            let Some(host) = &self.smtp_host else {
                if self.smtp_port.is_some() || self.smtp_from.is_some() || self.smtp_user.is_some() {
                    bail!("--smtp-host is missing: the other --smtp-… settings need it");
                }
                return Ok(());
            };
            let Some(from) = &self.smtp_from else {
                bail!("--smtp-from is missing: as \"Nusa Poin <no-reply@example.id>\"");
            };
            config.smtp = Some(Smtp {
                host: host.clone(),
                port: None,
                tls: Tls::default(),
                user: None,
                password: None,
                from: from.clone(),
                timeout_seconds: thirty(),
            });
        }
        if let Some(smtp) = &mut config.smtp {
            replace(&mut smtp.host, self.smtp_host);
            replace(&mut smtp.from, self.smtp_from);
            smtp.port = self.smtp_port.or(smtp.port);
            smtp.user = self.smtp_user.or(smtp.user.take());
            smtp.password = self.smtp_password.or(smtp.password.take());
            smtp.tls = match self.smtp_tls.as_deref() {
                None => smtp.tls,
                Some("none") => Tls::None,
                Some("starttls") => Tls::Starttls,
                Some("tls") => Tls::Tls,
                Some(other) => bail!("--smtp-tls must be starttls, tls or none, not {other:?}"),
            };
        }
        Ok(())
    }
}

impl SmsFlags {
    fn apply(self, config: &mut Config) -> anyhow::Result<()> {
        if config.sms.is_none() {
            let Some(url) = &self.sms_url else {
                if self.sms_body.is_some() || self.sms_authorization.is_some() {
                    bail!("--sms-url is missing: the other --sms-… settings need it");
                }
                return Ok(());
            };
            config.sms = Some(SmsHttp::to_url(url.clone()));
        }
        if let Some(sms) = &mut config.sms {
            replace(&mut sms.url, self.sms_url);
            replace(&mut sms.method, self.sms_method);
            replace(&mut sms.from, self.sms_from);
            sms.body = self.sms_body.or(sms.body.take());
            if let Some(value) = self.sms_authorization {
                sms.headers.insert("Authorization".to_owned(), value);
            }
            sms.body_kind = match self.sms_body_kind.as_deref() {
                None => sms.body_kind,
                Some("json") => BodyKind::Json,
                Some("form") => BodyKind::Form,
                Some(other) => bail!("--sms-body-kind must be json or form, not {other:?}"),
            };
        }
        Ok(())
    }
}

fn replace<T>(value: &mut T, with: Option<T>) {
    if let Some(with) = with {
        *value = with;
    }
}

fn check(config: &Config) -> anyhow::Result<()> {
    if !config.public_url.is_empty() && !is_origin(&config.public_url) {
        bail!("public_url must be an origin as https://tukar.example.id, not {:?}", config.public_url);
    }
    for origin in &config.allowed_origins {
        if !is_origin(origin) {
            bail!("allowed_origins: must be an origin as https://partner.example.id, not {origin:?}");
        }
    }
    for origin in config.allowed_origins.iter().chain([&config.public_url]) {
        if host_of(origin).len() > HOST_LETTERS_MAX {
            bail!(
                "the host of {origin:?} has more than {HOST_LETTERS_MAX} letters: no text message has room for it"
            );
        }
    }
    if jiff::tz::TimeZone::get(&config.programme.time_zone).is_err() {
        bail!("programme.time_zone: there is no time zone {:?}", config.programme.time_zone);
    }
    if matches!(config.database, Database::Postgres(_)) && config.code_key_file.is_none() {
        bail!("--code-key-file is missing: all servers of a PostgreSQL database need the same key");
    }
    if !(60..=86_400).contains(&config.programme.hold_seconds) {
        bail!("programme.hold_seconds must be between 60 and 86400");
    }
    check_numbers(&config.programme, &config.codes)?;
    check_clock(&config.clock)?;
    if config.trusted_hops.is_some_and(|hops| hops > HOPS_MAX) {
        bail!("trusted_hops must be at most {HOPS_MAX}");
    }
    Ok(())
}

/// Bounds that would doubt every clock, or none.
fn check_clock(clock: &ClockBounds) -> anyhow::Result<()> {
    if !(1..=8_784).contains(&clock.gap_hours_max) {
        bail!("clock.gap_hours_max must be between 1 and 8784 (a year)");
    }
    if !(10..=3_600).contains(&clock.skew_seconds_max) {
        bail!("clock.skew_seconds_max must be between 10 and 3600");
    }
    Ok(())
}

/// Numbers with which nobody could sign in, or stay signed in.
fn check_numbers(rules: &Rules, codes: &Codes) -> anyhow::Result<()> {
    if i64::from(rules.session_idle_seconds) * 1000 <= TOUCH_EVERY_MS {
        bail!("programme.session_idle_seconds must be more than {}", TOUCH_EVERY_MS / 1000);
    }
    for (name, number) in [
        ("programme.session_max_seconds", rules.session_max_seconds),
        ("programme.locker_open_seconds", rules.locker_open_seconds),
        ("codes.per_hour", codes.per_hour),
        ("codes.per_block_in_ten_minutes", codes.per_block_in_ten_minutes),
        ("codes.per_address_in_ten_minutes", codes.per_address_in_ten_minutes),
    ] {
        if number == 0 {
            bail!("{name} must be more than 0");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn flags_win_over_the_file_and_the_file_over_defaults() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        writeln!(file, "listen = \"127.0.0.1:1\"\npublic_url = \"https://a.example.id\"\n[smtp]\nhost = \"h\"\nfrom = \"a@example.id\"\ntls = \"none\"").unwrap();
        let flags = Flags {
            config: Some(file.path().to_owned()),
            listen: Some(SocketAddr::from(([127, 0, 0, 1], 2))),
            smtp: SmtpFlags { smtp_port: Some(2525), ..SmtpFlags::default() },
            ..Flags::default()
        };
        let config = flags.load().unwrap();
        assert_eq!(config.listen.port(), 2);
        assert_eq!(config.public_host(), "a.example.id");
        let smtp = config.smtp.unwrap();
        assert_eq!((smtp.port, smtp.tls), (Some(2525), Tls::None));
        assert_eq!(config.programme.hold_seconds, 900);
    }

    #[test]
    fn settings_that_can_not_work_are_refused_by_name() {
        let refused = |flags: Flags| flags.load().unwrap_err().to_string();
        let text = refused(Flags { public_url: Some("tukar.example.id".to_owned()), ..Flags::default() });
        assert!(text.contains("public_url"), "{text}");
        let text = refused(Flags { allowed_origins: vec!["https://a/b".to_owned()], ..Flags::default() });
        assert!(text.contains("allowed_origins"), "{text}");
        let smtp = SmtpFlags { smtp_host: Some("h".to_owned()), ..SmtpFlags::default() };
        let text = refused(Flags { smtp, ..Flags::default() });
        assert!(text.contains("--smtp-from"), "{text}");
    }

    #[test]
    fn a_database_that_no_engine_serves_is_refused_and_not_shown() {
        for text in [
            "mysql://tukar:geheim@db/tukar",
            "Postgres://tukar:geheim@db/tukar",
            "postgres:tukar:geheim@db/tukar",
            "sqlite:geheim.db",
            "host=db user=tukar password=geheim",
        ] {
            let flags = Flags { database: Some(text.to_owned()), ..Flags::default() };
            let error = format!("{:#}", flags.load().unwrap_err());
            assert!(error.starts_with("--database: ") && !error.contains("geheim"), "{error}");
        }
        for file in ["tukar.db", "/var/lib/tukar/a:b.db", "sqlite.db"] {
            let config = Flags { database: Some(file.to_owned()), ..Flags::default() }.load().unwrap();
            assert_eq!(config.database, Database::Sqlite(file.into()));
        }
    }

    #[test]
    fn numbers_with_which_nobody_could_sign_in_are_refused_by_name() {
        for (setting, name) in [
            ("[programme]\nsession_max_seconds = 0", "programme.session_max_seconds"),
            ("[programme]\nsession_idle_seconds = 0", "programme.session_idle_seconds"),
            ("[programme]\nsession_idle_seconds = 60", "programme.session_idle_seconds"),
            ("[programme]\nlocker_open_seconds = 0", "programme.locker_open_seconds"),
            ("[codes]\nper_hour = 0", "codes.per_hour"),
            ("[codes]\nper_block_in_ten_minutes = 0", "codes.per_block_in_ten_minutes"),
            ("[codes]\nper_address_in_ten_minutes = 0", "codes.per_address_in_ten_minutes"),
            ("[clock]\ngap_hours_max = 0", "clock.gap_hours_max"),
            ("[clock]\ngap_hours_max = 9000", "clock.gap_hours_max"),
            ("[clock]\nskew_seconds_max = 0", "clock.skew_seconds_max"),
        ] {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            writeln!(file, "{setting}").unwrap();
            let flags = Flags { config: Some(file.path().to_owned()), ..Flags::default() };
            let error = flags.load().unwrap_err().to_string();
            assert!(error.starts_with(name), "{error}");
        }
    }
}
