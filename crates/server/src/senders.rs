//! What leaves the building: one message to one contact over one channel.
//!
//! The outbox decides *whether* and *when*; a sender only sends. It may be called twice for one message (at least
//! once), so a message carries nothing that must not be repeated.

pub mod inbox;
pub mod sms_http;
pub mod smtp;

use crate::{config::Config, language::Language};
use inbox::Inbox;
use std::sync::Arc;
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

/// Why a message was not sent. Holds neither contact nor text.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// No sender is set up for the channel.
    #[error("no sender is set up for {0:?}")]
    NoSender(Channel),
    /// The provider refused this one message for good: sending it again will not help.
    #[error("the provider refused the message: {0}")]
    Refused(String),
    /// The provider could not be reached, asked to try again, or refused our account: what an operator can put right.
    #[error("the provider could not take the message now: {0}")]
    Later(String),
}

/// A way out of the building.
#[async_trait::async_trait]
pub trait Sender: Send + Sync {
    /// Channels that this sender serves.
    fn channels(&self) -> Vec<Channel>;

    /// Sends one message; returns when the provider has taken it.
    ///
    /// # Errors
    /// [`SendError`]: only `Refused` is not worth another try.
    async fn send(&self, message: &Message) -> Result<(), SendError>;

    /// The demo's inbox, when messages go there.
    fn inbox(&self) -> Option<Arc<Inbox>> {
        None
    }
}

/// Every way out that the settings give: one sender for each channel.
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

    async fn send(&self, message: &Message) -> Result<(), SendError> {
        match self.of(message.channel) {
            Some(sender) => sender.send(message).await,
            None => Err(SendError::NoSender(message.channel)),
        }
    }

    fn inbox(&self) -> Option<Arc<Inbox>> {
        self.inbox.clone()
    }
}
