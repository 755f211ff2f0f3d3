//! What leaves the building: one message to one contact over one channel.
//!
//! The outbox decides *whether* and *when*; a sender only sends. It may be called twice for one message (at least
//! once), so a message carries nothing that must not be repeated.

use crate::language::Language;
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

/// Neither contact nor text may reach a log.
impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message").field("channel", &self.channel).finish_non_exhaustive()
    }
}

/// Why a message was not sent. Holds neither contact nor text.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// No sender is set up for the channel.
    #[error("no sender is set up for {0:?}")]
    NoSender(Channel),
    /// The provider refused it for good: sending it again will not help.
    #[error("the provider refused the message: {0}")]
    Refused(String),
    /// The provider could not be reached or asked to try again.
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
    /// [`SendError`]: only `Later` is worth another try.
    async fn send(&self, message: &Message) -> Result<(), SendError>;
}
