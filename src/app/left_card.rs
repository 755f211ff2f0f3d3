//! The card that the member left the catalogue at: back there, the keyboard goes on at it.

use crate::api::attempt;
use leptos::html;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;

const CARD: &str = "tukar.card";
/// The list and what is left in it come with two answers of the server, so the card may not be there yet: it is looked for at
/// most this many times, with [`PAUSE`] between two looks.
const LOOKS_MAX: u32 = 20;
const PAUSE: Duration = Duration::from_millis(100);

/// A redemption of this reward begins.
pub(super) fn leave(reward_id: &str) {
    attempt::keep_value(CARD, &reward_id);
}

/// The catalogue is shown again.
pub(super) fn come_back(main: NodeRef<html::Div>) {
    if let Some(reward_id) = attempt::find_kept::<String>(CARD) {
        attempt::forget_value(CARD);
        look(main, reward_id, LOOKS_MAX);
    }
}

fn look(main: NodeRef<html::Div>, reward_id: String, looks: u32) {
    let Some(root) = main.try_get_untracked().flatten() else { return };
    // Whoever has gone on by themselves stays where they are.
    let elsewhere = root.query_selector("*:focus:not(h2)").ok().flatten().is_some();
    if elsewhere || looks == 0 {
        return;
    }
    let cards = root.query_selector_all("[data-settled] > [data-reward]").ok();
    let card = cards.and_then(|cards| {
        let card = |at| cards.item(at)?.dyn_into::<web_sys::Element>().ok();
        (0..cards.length())
            .filter_map(card)
            .find(|card| card.get_attribute("data-reward").as_ref() == Some(&reward_id))
    });
    let open = card.and_then(|card| card.query_selector("button").ok().flatten());
    match open.and_then(|open| open.dyn_into::<web_sys::HtmlElement>().ok()) {
        Some(open) => drop(open.focus()),
        None => set_timeout(move || look(main, reward_id, looks - 1), PAUSE),
    }
}
