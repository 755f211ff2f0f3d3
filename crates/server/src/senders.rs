//! Senders: one message to one contact over one channel.
//!
//! The outbox decides *whether* and *when*; a sender only sends, and says what became of it. It may be called twice for
//! one message, so a message carries nothing that must not be repeated, and each try carries the same reference.

pub mod body_rule;
pub mod inbox;
pub mod sms_http;
pub mod smtp;
pub mod template;

use crate::{config::Config, language::Language};
use inbox::Inbox;
use std::{fmt, sync::Arc};
use tukar_wire::Channel;

/// One message, ready to send.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Which way.
    pub channel: Channel,
    /// E.164 number (`+628…`) or e-mail address.
    pub to: String,
    /// Subject line of an e-mail; a text message has none.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// Language of the text.
    pub language: Language,
}

tukar_wire::debug_masked!(Message { channel, language; to, subject, text });

/// What became of one try to send a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum SendOutcome {
    /// The provider has taken it.
    Sent,
    /// The provider refused this one message for good: sending it again will not help.
    Refused(Why),
    /// It surely did not go: the provider could not be reached, asked to try again, or refused our account.
    NotNow(Why),
    /// The provider may have taken it: the request left, and no answer says what became of it.
    Unknown(Why),
}

/// Why a try did not end with "sent". Holds neither contact, text, address nor key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// No sender is set up for the channel.
    NoSender,
    /// No connection to the provider.
    NoConnection,
    /// The connection to the provider could not be encrypted.
    NoTls,
    /// The provider did not answer in time.
    NoAnswer,
    /// The connection ended before the provider's answer.
    AnswerLost,
    /// HTTP status of the provider's answer.
    HttpStatus(u16),
    /// Status of the mail server's answer.
    SmtpStatus(u16),
    /// The answer's body matched `sms.refused_body`.
    RefusedBody,
    /// The answer's body matched `sms.not_now_body`.
    NotNowBody,
    /// The answer's body did not match `sms.success_body`.
    NoSuccessBody,
    /// The address can't be written into a mail.
    Address,
    /// The sender failed in itself; the log of that moment tells more.
    Bug,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Why::NoSender => "no sender is set up for the channel",
            Why::NoConnection => "no connection to the provider",
            Why::NoTls => "the connection could not be encrypted",
            Why::NoAnswer => "no answer in time",
            Why::AnswerLost => "the connection ended before the answer",
            Why::HttpStatus(status) => return write!(f, "HTTP status {status}"),
            Why::SmtpStatus(status) => return write!(f, "SMTP status {status}"),
            Why::RefusedBody => "the answer's body matches sms.refused_body",
            Why::NotNowBody => "the answer's body matches sms.not_now_body",
            Why::NoSuccessBody => "the answer's body does not match sms.success_body",
            Why::Address => "the address can't be written into a mail",
            Why::Bug => "a bug in the sender",
        })
    }
}

/// A way to deliver messages.
#[async_trait::async_trait]
pub trait Sender: Send + Sync {
    /// Channels that this sender serves.
    fn channels(&self) -> Vec<Channel>;

    /// Sends one message; returns when the provider has answered, or will not any more. `reference` is the same for all
    /// tries of one message.
    async fn send(&self, message: &Message, reference: &str) -> SendOutcome;

    /// The demo's inbox, when messages go there.
    fn inbox(&self) -> Option<Arc<Inbox>> {
        None
    }
}

/// Every sender that the settings give: one for each channel.
pub struct Senders {
    email: Option<Arc<dyn Sender>>,
    sms: Option<Arc<dyn Sender>>,
    inbox: Option<Arc<Inbox>>,
}

impl Senders {
    /// Reads the settings. In the demo, a channel without a sender goes to the inbox.
    ///
    /// # Errors
    /// When a sender's settings can't be used.
    pub fn new(config: &Config) -> anyhow::Result<Senders> {
        let inbox = config.demo.then(|| Arc::new(Inbox::default()));
        let in_demo = || inbox.clone().map(|inbox| inbox as Arc<dyn Sender>);
        let email = match &config.smtp {
            Some(settings) => Some(Arc::new(smtp::SmtpSender::new(settings)?) as Arc<dyn Sender>),
            None => in_demo(),
        };
        let sms = match &config.sms {
            Some(settings) => Some(Arc::new(sms_http::SmsHttpSender::new(settings)?) as Arc<dyn Sender>),
            None => in_demo(),
        };
        Ok(Senders { email, sms, inbox })
    }

    fn of(&self, channel: Channel) -> Option<&Arc<dyn Sender>> {
        match channel {
            Channel::Email => self.email.as_ref(),
            Channel::Sms => self.sms.as_ref(),
        }
    }
}

#[async_trait::async_trait]
impl Sender for Senders {
    fn channels(&self) -> Vec<Channel> {
        [Channel::Sms, Channel::Email].into_iter().filter(|channel| self.of(*channel).is_some()).collect()
    }

    async fn send(&self, message: &Message, reference: &str) -> SendOutcome {
        match self.of(message.channel) {
            Some(sender) => sender.send(message, reference).await,
            None => SendOutcome::NotNow(Why::NoSender),
        }
    }

    fn inbox(&self) -> Option<Arc<Inbox>> {
        self.inbox.clone()
    }
}
