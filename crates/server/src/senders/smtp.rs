//! E-mail through any SMTP server.

use super::{Message, SendError, Sender};
use crate::config::{Smtp, Tls};
use anyhow::Context as _;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp::authentication::Credentials,
};
use std::time::Duration;
use tukar_wire::Channel;

/// Seconds to wait for the server.
const TIMEOUT_SECONDS: u64 = 15;

/// A pool of connections to one SMTP server.
pub struct SmtpSender {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl SmtpSender {
    /// Reads the settings; opens no connection yet.
    ///
    /// # Errors
    /// When the sender's address or the TLS name can't be used.
    pub fn new(settings: &Smtp) -> anyhow::Result<Self> {
        let from = settings.from.parse().with_context(|| format!("smtp.from {:?}", settings.from))?;
        let host = &settings.host;
        let mut builder = match settings.tls {
            Tls::None => AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host),
            Tls::Starttls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(host)
                .with_context(|| format!("smtp.host {host:?}"))?,
            Tls::Tls => AsyncSmtpTransport::<Tokio1Executor>::relay(host)
                .with_context(|| format!("smtp.host {host:?}"))?,
        };
        if let Some(port) = settings.port {
            builder = builder.port(port);
        }
        if let Some(user) = &settings.user {
            let password = settings.password.clone().unwrap_or_default();
            builder = builder.credentials(Credentials::new(user.clone(), password));
        }
        let transport = builder.timeout(Some(Duration::from_secs(TIMEOUT_SECONDS))).build();
        Ok(SmtpSender { transport, from })
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
        let email = lettre::Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(message.subject.clone())
            .header(ContentType::TEXT_PLAIN)
            .body(message.text.clone())
            .map_err(|error| SendError::Refused(error.to_string()))?;
        match self.transport.send(email).await {
            Ok(_) => Ok(()),
            // The server's words may repeat the address, so only the status goes further.
            Err(error) if error.is_permanent() => Err(SendError::Refused(status(&error))),
            Err(error) => Err(SendError::Later(status(&error))),
        }
    }
}

fn status(error: &lettre::transport::smtp::Error) -> String {
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
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

    /// The least that a mail server says; returns the lines of the mail it took.
    async fn take_one_mail(listener: tokio::net::TcpListener) -> Vec<String> {
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

    #[tokio::test]
    async fn a_message_crosses_the_line_as_a_mail() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let settings = Smtp {
            host: "127.0.0.1".to_owned(),
            port: Some(listener.local_addr().unwrap().port()),
            tls: Tls::None,
            user: None,
            password: None,
            from: "Nusa Poin <poin@example.id>".to_owned(),
        };
        let server = tokio::spawn(take_one_mail(listener));
        let message = Message {
            channel: Channel::Email,
            to: "sari@example.id".to_owned(),
            subject: "Kode Anda".to_owned(),
            text: "Kode Anda 123456.".to_owned(),
            language: Language::Id,
        };
        SmtpSender::new(&settings).unwrap().send(&message).await.unwrap();
        let mail = server.await.unwrap();
        assert!(mail.iter().any(|line| line == "Subject: Kode Anda"), "{mail:?}");
        assert!(mail.iter().any(|line| line == "Kode Anda 123456."), "{mail:?}");
    }

    #[tokio::test]
    async fn a_server_that_is_away_is_worth_another_try_and_names_no_contact() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let settings = Smtp {
            host: "127.0.0.1".to_owned(),
            port: Some(port),
            tls: Tls::None,
            user: None,
            password: None,
            from: "poin@example.id".to_owned(),
        };
        let message = Message {
            channel: Channel::Email,
            to: "sari@example.id".to_owned(),
            subject: String::new(),
            text: String::new(),
            language: Language::Id,
        };
        let error = SmtpSender::new(&settings).unwrap().send(&message).await.unwrap_err();
        assert!(matches!(error, SendError::Later(_)));
        assert!(!error.to_string().contains("sari"));
    }

    #[tokio::test]
    async fn a_line_that_must_be_protected_is_never_used_unprotected() {
        for tls in [Tls::Starttls, Tls::Tls] {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let settings = Smtp {
                host: "localhost".to_owned(),
                port: Some(listener.local_addr().unwrap().port()),
                tls,
                user: None,
                password: None,
                from: "poin@example.id".to_owned(),
            };
            let server = tokio::spawn(take_one_mail(listener));
            let message = Message {
                channel: Channel::Email,
                to: "sari@example.id".to_owned(),
                subject: "x".to_owned(),
                text: "x".to_owned(),
                language: Language::Id,
            };
            assert!(SmtpSender::new(&settings).unwrap().send(&message).await.is_err(), "{tls:?}");
            server.abort();
        }
    }
}
