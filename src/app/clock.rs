//! The server's clock as the screens see it: once a second, and put right by the server whenever the browser's own clocks disagree.

use crate::api::Client;
use crate::ui::reactive::{RwSignal, StoredValue};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;
use tukar_wire::Moment;

/// Pause after a question about the time that had no answer.
const ASK_AGAIN: Duration = Duration::from_secs(10);

/// The server's clock; it ends with the view that runs.
pub(super) fn server_clock(client: Client) -> RwSignal<Moment> {
    let now = RwSignal::new(client.now());
    let clock = Clock { client: StoredValue::new(client), now, asked: StoredValue::new(false) };
    if let Ok(handle) = set_interval_with_handle(move || clock.tick(), Duration::from_secs(1)) {
        on_cleanup(move || handle.clear());
    }
    // Timers sleep in a tab that nobody looks at.
    let seen = window_event_listener_untyped("visibilitychange", move |_| clock.tick());
    on_cleanup(move || seen.remove());
    now
}

#[derive(Clone, Copy)]
struct Clock {
    client: StoredValue<Client>,
    now: RwSignal<Moment>,
    /// The server is being asked for the time, or was a moment ago without an answer.
    asked: StoredValue<bool>,
}

impl Clock {
    fn tick(self) {
        let Some(client) = self.client.try_get_value() else { return };
        self.now.set(client.now());
        if !client.is_adrift() || self.asked.get_value() {
            return;
        }
        self.asked.set_value(true);
        spawn_local(async move {
            if client.programme().await.is_ok() {
                self.now.set(client.now());
                self.asked.set_value(false);
            } else {
                set_timeout(move || self.asked.set_value(false), ASK_AGAIN);
            }
        });
    }
}
