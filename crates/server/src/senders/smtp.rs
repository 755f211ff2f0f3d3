//! E-mail through any SMTP server.
//!
//! Invariants: a mail has a line of its own, so that what became of one never tells of another; and it ends within the
//! seconds of the settings, wherever the server falls silent.

use super::{Message, SendError, Sender};
use crate::config::{Smtp, Tls};
use anyhow::Context as _;
use lettre::{
    Address,
    message::{Mailbox, header::ContentType},
    transport::smtp::{
        Error, SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, MailParameter},
    },
};
use std::time::Duration;
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

    /// The server has taken the mail when this returns; what is still to be done with the line is leaving.
    async fn hand_over(&self, mail: &lettre::Message) -> Result<AsyncSmtpConnection, SendError> {
        // Up to here nothing was said of the mail: what is refused is the account or our own address.
        let mut line = self.open().await.map_err(later)?;
        let envelope = mail.envelope();
        let is_ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
        let all_ascii = envelope.from().into_iter().chain(envelope.to()).all(is_ascii);
        let utf8 = (!all_ascii).then_some(MailParameter::SmtpUtfEight);
        let from = Mail::new(envelope.from().cloned(), utf8.into_iter().collect());
        line.command(from).await.map_err(later)?;
        for to in envelope.to() {
            line.command(Rcpt::new(to.clone(), Vec::new())).await.map_err(about_the_mail)?;
        }
        line.command(Data).await.map_err(about_the_mail)?;
        line.message(&mail.formatted()).await.map_err(about_the_mail)?;
        Ok(line)
    }
}

#[async_trait::async_trait]
impl Sender for SmtpSender {
    fn channels(&self) -> Vec<Channel> {
        vec![Channel::Email]
    }

    async fn send(&self, message: &Message) -> Result<(), SendError> {
        let to: Mailbox =
            message.to.parse().map_err(|_| SendError::Refused("the address can't be written".to_owned()))?;
        let mail = lettre::Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(message.subject.clone())
            .header(ContentType::TEXT_PLAIN)
            .body(message.text.clone())
            .map_err(|error| SendError::Refused(error.to_string()))?;
        match timeout(self.limit, self.hand_over(&mail)).await {
            Ok(Ok(mut line)) => {
                // Taken is taken, whatever is answered to this, or not.
                let _ = timeout(LEAVING_MAX, line.quit()).await;
                Ok(())
            }
            Ok(Err(error)) => Err(error),
            Err(_) => Err(SendError::Later("no answer in time".to_owned())),
        }
    }
}

fn later(error: Error) -> SendError {
    SendError::Later(status(&error))
}

fn about_the_mail(error: Error) -> SendError {
    let about_us = error.status().is_some_and(|code| ABOUT_THE_ACCOUNT.contains(&code.into()));
    if error.is_permanent() && !about_us { SendError::Refused(status(&error)) } else { later(error) }
}

/// The server's words may repeat the address, so only the status goes further.
fn status(error: &Error) -> String {
    match error.status() {
        Some(code) => format!("SMTP status {code}"),
        None if error.is_timeout() => "no answer in time".to_owned(),
        None if error.is_tls() => "the TLS line could not be opened".to_owned(),
        None => "no connection to the SMTP server".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
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

    /// Answers what begins with `refused` with `answer`, and all else as if it were well; nothing once it was told to go.
    async fn refuse(listener: TcpListener, (refused, answer): (&str, &str)) {
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
                line if line.starts_with(refused) && !answer.is_empty() => answer,
                line if line.starts_with("EHLO") => "250-here\r\n250 AUTH PLAIN",
                "DATA" => "354 go on",
                "QUIT" => std::future::pending().await,
                _ => "250 ok",
            };
            in_data = line == "DATA";
            write.write_all(format!("{said}\r\n").as_bytes()).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_message_crosses_the_line_as_a_mail() {
        let (listener, port) = listen().await;
        let server = tokio::spawn(take_one_mail(listener));
        SmtpSender::new(&settings(port)).unwrap().send(&message()).await.unwrap();
        let mail = server.await.unwrap();
        assert!(mail.iter().any(|line| line == "Subject: Kode Anda"), "{mail:?}");
        assert!(mail.iter().any(|line| line == "Kode Anda 123456."), "{mail:?}");
    }

    #[tokio::test]
    async fn a_server_that_is_away_is_worth_another_try_and_names_no_contact() {
        let (listener, port) = listen().await;
        drop(listener);
        let error = SmtpSender::new(&settings(port)).unwrap().send(&message()).await.unwrap_err();
        assert!(matches!(error, SendError::Later(_)));
        assert!(!error.to_string().contains("sari"));
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
        let error = SmtpSender::new(&hurried).unwrap().send(&message()).await.unwrap_err();
        assert!(matches!(error, SendError::Later(_)), "{error}");
        // The second that was set and what the machine adds, not the library's minute.
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
        silent.abort();
    }

    #[tokio::test]
    async fn a_refusal_of_the_account_is_not_one_of_the_mail_and_a_mail_that_was_taken_is_taken() {
        for (refused, answer, want) in [
            ("AUTH", "535 wrong password", "later"),
            ("MAIL", "550 not your address", "later"),
            ("RCPT", "451 try again", "later"),
            ("RCPT", "530 sign in first", "later"),
            ("RCPT", "550 nobody here", "refused"),
            (".", "554 no such mail", "refused"),
            ("QUIT", "", "taken"),
        ] {
            let (listener, port) = listen().await;
            let server = tokio::spawn(refuse(listener, (refused, answer)));
            let signed_in = Smtp { user: Some("tukar".to_owned()), ..settings(port) };
            let got = match SmtpSender::new(&signed_in).unwrap().send(&message()).await {
                Ok(()) => "taken",
                Err(SendError::Refused(_)) => "refused",
                Err(_) => "later",
            };
            assert_eq!(got, want, "{refused} {answer}");
            server.abort();
        }
    }

    #[tokio::test]
    async fn a_line_that_must_be_protected_is_never_used_unprotected() {
        for tls in [Tls::Starttls, Tls::Tls] {
            let (listener, port) = listen().await;
            let settings = Smtp { host: "localhost".to_owned(), tls, timeout_seconds: 1, ..settings(port) };
            let server = tokio::spawn(take_one_mail(listener));
            assert!(SmtpSender::new(&settings).unwrap().send(&message()).await.is_err(), "{tls:?}");
            server.abort();
        }
    }
}
