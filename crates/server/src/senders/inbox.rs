//! The demo's inbox: messages stay in memory, where a page shows them as a phone would. Only with `--demo`.

use super::{Message, SendOutcome, Sender};
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tukar_wire::Channel;

/// Messages that are kept; the oldest goes first.
pub const MESSAGES_MAX: usize = 500;

/// A message as it lies in the inbox.
#[derive(Clone, Debug)]
pub struct Received {
    /// Counts up from 1.
    pub number: u64,
    /// The message.
    pub message: Message,
}

/// Messages of the demo, newest last.
#[derive(Debug, Default)]
pub struct Inbox(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    last_number: u64,
    messages: VecDeque<Received>,
}

impl Inbox {
    /// The latest messages, newest first; only those to `to` when it is given.
    #[must_use]
    pub fn list(&self, to: Option<&str>, max: usize) -> Vec<Received> {
        let kept = self.kept();
        let wanted = |received: &&Received| to.is_none_or(|to| received.message.to.eq_ignore_ascii_case(to));
        kept.messages.iter().rev().filter(wanted).take(max).cloned().collect()
    }

    /// A panic while it was locked leaves a whole list behind: nothing is pushed in halves.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait::async_trait]
impl Sender for Inbox {
    fn channels(&self) -> Vec<Channel> {
        vec![Channel::Sms, Channel::Email]
    }

    async fn send(&self, message: &Message, _: &str) -> SendOutcome {
        let mut kept = self.kept();
        kept.last_number += 1;
        let received = Received { number: kept.last_number, message: message.clone() };
        if kept.messages.len() == MESSAGES_MAX {
            kept.messages.pop_front();
        }
        kept.messages.push_back(received);
        SendOutcome::Sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    fn message(to: &str, text: String) -> Message {
        Message {
            channel: Channel::Sms,
            to: to.to_owned(),
            subject: String::new(),
            text,
            language: Language::Id,
        }
    }

    #[tokio::test]
    async fn the_inbox_shows_the_newest_first_and_forgets_the_oldest() {
        let inbox = Inbox::default();
        for number in 0..MESSAGES_MAX + 5 {
            assert_eq!(inbox.send(&message("+628111", number.to_string()), "r").await, SendOutcome::Sent);
        }
        assert_eq!(inbox.send(&message("+628222", "other".to_owned()), "r").await, SendOutcome::Sent);
        let all = inbox.list(None, usize::MAX);
        assert_eq!(all.len(), MESSAGES_MAX);
        assert_eq!(all[0].message.text, "other");
        assert_eq!(inbox.list(Some("+628222"), 10).len(), 1);
    }
}
