//! E-mail through any SMTP server.
//!
//! Invariants: a mail has a connection of its own, so that the outcome of one never tells of another; it ends within the
//! seconds of the settings, wherever the server falls silent; and from the moment its content is on its way, only the
//! server's own answer says that it was not taken.

use super::{Message, SendOutcome, Sender, Why};
use crate::{
    config::{Smtp, Tls},
    message::one_line,
};
use anyhow::Context as _;
use lettre::{
    Address,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        Error, SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, MailParameter},
    },
};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use tokio::time::timeout;
use tukar_wire::Channel;

/// How long to wait for the answer to our leaving: the mail was taken before.
const LEAVING_MAX: Duration = Duration::from_secs(1);
/// Statuses that tell of our account, whatever they answer.
const ABOUT_THE_ACCOUNT: [u16; 4] = [530, 534, 535, 538];

/// The way to one SMTP server.
pub struct SmtpSender {
    host: String,
    port: u16,
    tls: Tls,
    tls_parameters: Option<TlsParameters>,
    credentials: Option<Credentials>,
    from: Mailbox,
    limit: Duration,
}

impl SmtpSender {
    /// Reads the settings; opens no connection yet.
    ///
    /// # Errors
    /// When the sender's address or the TLS name can't be used.
    pub fn new(settings: &Smtp) -> anyhow::Result<Self> {
        let from = settings.from.parse().with_context(|| format!("smtp.from {:?}", settings.from))?;
        let host = settings.host.clone();
        let parameters =
            || TlsParameters::new(host.clone()).map(Some).with_context(|| format!("smtp.host {host:?}"));
        let (port, tls_parameters) = match settings.tls {
            Tls::None => (SMTP_PORT, None),
            Tls::Starttls => (SUBMISSION_PORT, parameters()?),
            Tls::Tls => (SUBMISSIONS_PORT, parameters()?),
        };
        let credentials = settings
            .user
            .clone()
            .map(|user| Credentials::new(user, settings.password.clone().unwrap_or_default()));
        Ok(SmtpSender {
            host,
            port: settings.port.unwrap_or(port),
            tls: settings.tls,
            tls_parameters,
            credentials,
            from,
            limit: Duration::from_secs(settings.timeout_seconds.clamp(1, 120)),
        })
    }

    /// A line that is protected as the settings say, and signed in.
    async fn open(&self) -> Result<AsyncSmtpConnection, Error> {
        let hello = ClientId::default();
        let (at_once, then) = match self.tls {
            Tls::Tls => (self.tls_parameters.clone(), None),
            Tls::Starttls | Tls::None => (None, self.tls_parameters.clone()),
        };
        let server = (self.host.as_str(), self.port);
        let mut line =
            AsyncSmtpConnection::connect_tokio1(server, Some(self.limit), &hello, at_once, None).await?;
        if let Some(parameters) = then {
            line.starttls(parameters, &hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            line.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(line)
    }

    /// The server has taken the mail when this returns; what is still to be done with the connection is leaving. `leaves` is
    /// set when the content of the mail leaves: from then on the server may have taken it.
    async fn hand_over(
        &self,
        mail: &lettre::Message,
        leaves: &AtomicBool,
    ) -> Result<AsyncSmtpConnection, SendOutcome> {
        // Up to here nothing was said of the mail: what is refused is the account or our own address.
        let mut line = self.open().await.map_err(|error| not_now(&error))?;
        let envelope = mail.envelope();
        let is_ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
        let all_ascii = envelope.from().into_iter().chain(envelope.to()).all(is_ascii);
        let utf8 = (!all_ascii).then_some(MailParameter::SmtpUtfEight);
        let from = Mail::new(envelope.from().cloned(), utf8.into_iter().collect());
        line.command(from).await.map_err(|error| not_now(&error))?;
        for to in envelope.to() {
            line.command(Rcpt::new(to.clone(), Vec::new())).await.map_err(|error| about_the_mail(&error))?;
        }
        line.command(Data).await.map_err(|error| about_the_mail(&error))?;
        leaves.store(true, Ordering::Relaxed);
        match line.message(&mail.formatted()).await {
            Ok(_) => Ok(line),
            Err(error) if error.status().is_some() => Err(about_the_mail(&error)),
            Err(error) if error.is_timeout() => Err(SendOutcome::Unknown(Why::NoAnswer)),
            Err(_) => Err(SendOutcome::Unknown(Why::AnswerLost)),
        }
    }

    /// The mail, with what lets a mailbox know a second copy (`Message-ID`) and keeps absence notes from answering it.
    fn write(&self, message: &Message, reference: &str) -> Option<lettre::Message> {
        let to: Mailbox = message.to.parse().ok()?;
        let id = format!("<{reference}.tukar@{}>", self.from.email.domain());
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        lettre::Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(one_line(&message.subject))
            .date_now()
            .message_id(Some(id))
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
            .header(ContentType::TEXT_PLAIN)
            .body(message.text.clone())
            .ok()
    }
}

#[async_trait::async_trait]
impl Sender for SmtpSender {
    fn channels(&self) -> Vec<Channel> {
        vec![Channel::Email]
    }

    async fn send(&self, message: &Message, reference: &str) -> SendOutcome {
        let Some(mail) = self.write(message, reference) else { return SendOutcome::Refused(Why::Address) };
        let leaves = AtomicBool::new(false);
        match timeout(self.limit, self.hand_over(&mail, &leaves)).await {
            Ok(Ok(mut line)) => {
                // Taken is taken, whatever is answered to this, or not.
                let _ = timeout(LEAVING_MAX, line.quit()).await;
                SendOutcome::Sent
            }
            Ok(Err(outcome)) => outcome,
            Err(_) if leaves.into_inner() => SendOutcome::Unknown(Why::NoAnswer),
            Err(_) => SendOutcome::NotNow(Why::NoAnswer),
        }
    }
}

fn not_now(error: &Error) -> SendOutcome {
    SendOutcome::NotNow(why(error))
}

fn about_the_mail(error: &Error) -> SendOutcome {
    let about_us = error.status().is_some_and(|code| ABOUT_THE_ACCOUNT.contains(&code.into()));
    if error.is_permanent() && !about_us { SendOutcome::Refused(why(error)) } else { not_now(error) }
}

/// The server's words may repeat the address, so only the status goes further.
fn why(error: &Error) -> Why {
    match error.status() {
        Some(code) => Why::SmtpStatus(code.into()),
        None if error.is_timeout() => Why::NoAnswer,
        None if error.is_tls() => Why::NoTls,
        None => Why::NoConnection,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use SendOutcome::{NotNow, Refused, Sent, Unknown};
    use tokio::{
        io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
        net::TcpListener,
        time::Instant,
    };

    fn settings(port: u16) -> Smtp {
        Smtp {
            host: "127.0.0.1".to_owned(),
            port: Some(port),
            tls: Tls::None,
            user: None,
            password: None,
            from: "Nusa Poin <poin@example.id>".to_owned(),
            timeout_seconds: 120,
        }
    }

    fn message() -> Message {
        Message {
            channel: Channel::Email,
            to: "sari@example.id".to_owned(),
            subject: "Kode Anda".to_owned(),
            text: "Kode Anda 123456.".to_owned(),
            language: Language::Id,
        }
    }

    async fn listen() -> (TcpListener, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        (listener, port)
    }

    /// The least that a mail server says; returns the lines of the mail it took.
    async fn take_one_mail(listener: TcpListener) -> Vec<String> {
        let (stream, _) = listener.accept().await.unwrap();
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 here\r\n").await.unwrap();
        let mut mail = Vec::new();
        let mut in_data = false;
        while let Ok(Some(line)) = lines.next_line().await {
            let answer: &[u8] = if in_data {
                if line != "." {
                    mail.push(line);
                    continue;
                }
                in_data = false;
                b"250 taken\r\n"
            } else if line == "DATA" {
                in_data = true;
                b"354 go on\r\n"
            } else if line == "QUIT" {
                break;
            } else {
                b"250 ok\r\n"
            };
            write.write_all(answer).await.unwrap();
            if !mail.is_empty() && !in_data {
                break;
            }
        }
        mail
    }

    const SILENCE: &str = "says nothing";
    const HANG_UP: &str = "closes the connection";

    /// A mail server that answers one command oddly.
    #[derive(Clone, Copy)]
    struct Odd {
        /// Beginning of the command.
        command: &'static str,
        /// Its answer, or [`SILENCE`], or [`HANG_UP`].
        answer: &'static str,
    }

    /// Answers everything as if it were well but for the odd command.
    async fn serve(listener: TcpListener, odd: Odd) {
        let (stream, _) = listener.accept().await.unwrap();
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 here\r\n").await.unwrap();
        let mut in_data = false;
        while let Ok(Some(line)) = lines.next_line().await {
            if in_data && line != "." {
                continue;
            }
            let said = match line.as_str() {
                line if line.starts_with(odd.command) => match odd.answer {
                    SILENCE => std::future::pending().await,
                    HANG_UP => return,
                    answer => answer,
                },
                line if line.starts_with("EHLO") => "250-here\r\n250 AUTH PLAIN",
                "DATA" => "354 go on",
                _ => "250 ok",
            };
            in_data = line == "DATA";
            write.write_all(format!("{said}\r\n").as_bytes()).await.unwrap();
        }
    }

    /// How long a server may be silent: far more than a whole conversation takes, on a machine that is busy with others too.
    const SILENT_SECONDS_MAX: u64 = 15;

    async fn outcome_with(odd: Odd) -> SendOutcome {
        let (listener, port) = listen().await;
        let server = tokio::spawn(serve(listener, odd));
        let timeout_seconds = if odd.answer == SILENCE { SILENT_SECONDS_MAX } else { 120 };
        let signed_in = Smtp { user: Some("tukar".to_owned()), timeout_seconds, ..settings(port) };
        let outcome = SmtpSender::new(&signed_in).unwrap().send(&message(), "r-1").await;
        server.abort();
        outcome
    }

    #[tokio::test]
    async fn a_message_crosses_the_line_as_a_mail() {
        let (listener, port) = listen().await;
        let server = tokio::spawn(take_one_mail(listener));
        let sender = SmtpSender::new(&settings(port)).unwrap();
        assert_eq!(sender.send(&message(), "r-1").await, Sent);
        let mail = server.await.unwrap();
        assert!(mail.iter().any(|line| line == "Subject: Kode Anda"), "{mail:?}");
        assert!(mail.iter().any(|line| line == "Kode Anda 123456."), "{mail:?}");
        assert!(mail.iter().any(|line| line == "Message-ID: <r-1.tukar@example.id>"), "{mail:?}");
        assert!(mail.iter().any(|line| line == "Auto-Submitted: auto-generated"), "{mail:?}");
        assert!(mail.iter().any(|line| line.starts_with("Date: ")), "{mail:?}");
    }

    #[test]
    fn a_line_break_in_a_subject_begins_no_header() {
        let sender = SmtpSender::new(&settings(25)).unwrap();
        for broken in
            ["Kode\r\nBcc: x@example.id", "Kode\nBcc: x@example.id", "Kode\u{2028}Bcc: x@example.id"]
        {
            let message = Message { subject: broken.to_owned(), ..message() };
            let mail = sender.write(&message, "r-1").unwrap().formatted();
            let mail = String::from_utf8(mail).unwrap();
            assert!(mail.contains("\r\nSubject: Kode Bcc: x@example.id\r\n"), "{mail}");
        }
    }

    #[tokio::test]
    async fn a_server_that_is_away_was_sent_nothing() {
        let (listener, port) = listen().await;
        drop(listener);
        let outcome = SmtpSender::new(&settings(port)).unwrap().send(&message(), "r-1").await;
        assert_eq!(outcome, NotNow(Why::NoConnection));
    }

    #[tokio::test]
    async fn a_server_that_accepts_and_says_nothing_is_left_in_time() {
        let (listener, port) = listen().await;
        let silent = tokio::spawn(async move {
            let line = listener.accept().await.unwrap();
            std::future::pending::<()>().await;
            drop(line);
        });
        let begun = Instant::now();
        let hurried = Smtp { timeout_seconds: 1, ..settings(port) };
        let outcome = SmtpSender::new(&hurried).unwrap().send(&message(), "r-1").await;
        assert_eq!(outcome, NotNow(Why::NoAnswer));
        // The second that was set and what the machine adds, not the library's minute.
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
        silent.abort();
    }

    #[tokio::test]
    async fn a_refusal_of_the_account_is_not_one_of_the_mail_and_a_mail_that_was_taken_is_taken() {
        for (command, answer, want) in [
            ("AUTH", "535 wrong password", NotNow(Why::SmtpStatus(535))),
            ("MAIL", "550 not your address", NotNow(Why::SmtpStatus(550))),
            ("RCPT", "451 try again", NotNow(Why::SmtpStatus(451))),
            ("RCPT", "530 sign in first", NotNow(Why::SmtpStatus(530))),
            ("RCPT", "550 nobody here", Refused(Why::SmtpStatus(550))),
            (".", "451 no room", NotNow(Why::SmtpStatus(451))),
            (".", "554 no such mail", Refused(Why::SmtpStatus(554))),
            ("QUIT", SILENCE, Sent),
        ] {
            assert_eq!(outcome_with(Odd { command, answer }).await, want, "{command} {answer}");
        }
    }

    #[tokio::test]
    async fn a_silence_before_the_content_is_not_sent_and_one_after_it_is_unknown() {
        // All at once: each waits out the whole silence.
        let cases = [
            ("MAIL", SILENCE, NotNow(Why::NoAnswer)),
            ("RCPT", SILENCE, NotNow(Why::NoAnswer)),
            ("DATA", SILENCE, NotNow(Why::NoAnswer)),
            ("DATA", HANG_UP, NotNow(Why::NoConnection)),
            (".", SILENCE, Unknown(Why::NoAnswer)),
            (".", HANG_UP, Unknown(Why::AnswerLost)),
        ]
        .map(|(command, answer, want)| {
            let outcome = tokio::spawn(outcome_with(Odd { command, answer }));
            (command, answer, want, outcome)
        });
        for (command, answer, want, outcome) in cases {
            assert_eq!(outcome.await.unwrap(), want, "{command} {answer}");
        }
    }

    #[tokio::test]
    async fn a_line_that_must_be_protected_is_never_used_unprotected() {
        for tls in [Tls::Starttls, Tls::Tls] {
            let (listener, port) = listen().await;
            let settings = Smtp { host: "localhost".to_owned(), tls, timeout_seconds: 1, ..settings(port) };
            let server = tokio::spawn(take_one_mail(listener));
            let outcome = SmtpSender::new(&settings).unwrap().send(&message(), "r-1").await;
            assert!(matches!(outcome, NotNow(_)), "{tls:?}: {outcome:?}");
            server.abort();
        }
    }
}
