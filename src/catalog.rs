//! The catalogue: filters, list, detail.
//!
//! What the visitor wants is one signal, a [`query::Query`]; what is found is one memo over it; the list draws only
//! the cards that can be seen. Invariants: nothing here waits for the balance or makes it wait; the first page is
//! painted before the rest is asked for; what is loaded stays readable when the connection goes.

mod art;
mod card;
mod detail;
mod filters;
pub mod index;
mod list;
pub mod query;
mod sheet;
mod states;
mod toolbar;
pub mod window;
mod words;

use crate::api::{Client, Failure, attempt};
use crate::i18n::I18n;
use crate::ui::reactive::{Memo, RwSignal, Signal, StoredValue};
use index::{Found, Index};
use leptos::prelude::*;
use leptos::task::spawn_local;
use query::Query;
use std::time::Duration;
use tukar_wire::{Eligibility, Moment, RewardCard, RewardDetail};
use words::Words;

/// Rewards of the first page: enough for the first screens, small enough for a slow line.
const FIRST_PAGE: u32 = 60;
/// Rewards of each further page.
const FURTHER_PAGE: u32 = 1_000;
/// Pause before each further page: the browser paints and answers the visitor in between.
const PAUSE: Duration = Duration::from_millis(30);
/// Name under which the query is kept for the tab.
const KEPT: &str = "tukar.catalog";

/// How far the catalogue has come.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Load {
    /// Nothing is there yet.
    First,
    /// The first page is there, the rest comes.
    Rest,
    /// All of it is there.
    Whole,
    /// It broke off; what came before is kept.
    BrokenOff(Failure),
}

/// What every view of the catalogue works with; copied into them.
#[derive(Clone, Copy)]
struct Shelf {
    words: Words,
    now: Signal<Moment>,
    client: StoredValue<Client>,
    signed_in: Signal<bool>,
    /// The visitor's choice.
    query: RwSignal<Query>,
    cards: StoredValue<Vec<RewardCard>>,
    index: StoredValue<Index>,
    eligibility: StoredValue<Option<Eligibility>>,
    /// Number of the newest question for the member's standing; an answer to an older one would put an old one back.
    newest_standing: StoredValue<u32>,
    /// Counts what was added to the index or changed in it.
    version: RwSignal<u32>,
    /// Counts what changed in the member's standing: cards are drawn anew then.
    standing_version: RwSignal<u32>,
    /// True when the last question for the member's standing had no answer.
    standing_lost: RwSignal<bool>,
    found: Memo<Found>,
    load: RwSignal<Load>,
    /// When the newest of the shown data was told.
    told_at: RwSignal<Option<Moment>>,
    cursor: StoredValue<Option<String>>,
    /// Row of the reward whose detail is open.
    open: RwSignal<Option<u32>>,
    on_redeem: Callback<(RewardDetail, u32)>,
    on_help: Callback<()>,
}

/// The catalogue, from the search field to the detail.
#[component]
pub fn Catalog(
    /// The language.
    i18n: I18n,
    /// The API.
    client: Client,
    /// The server's time.
    #[prop(into)]
    now: Signal<Moment>,
    /// True while somebody is signed in.
    #[prop(into)]
    signed_in: Signal<bool>,
    /// Changes whenever points may have moved: what can be redeemed is asked for again.
    #[prop(into)]
    points_version: Signal<u32>,
    /// The embedding page's choice, a written query; empty: none.
    #[prop(into)]
    filter: Signal<String>,
    /// The member wants this reward, so many pieces. Runs before sign-in, too: the flow asks for it.
    on_redeem: Callback<(RewardDetail, u32)>,
    /// The visitor wants the help.
    on_help: Callback<()>,
) -> impl IntoView {
    let query = RwSignal::new(first_query(&filter.get_untracked()));
    let index = StoredValue::new(Index::default());
    let version = RwSignal::new(0_u32);
    let found = Memo::new(move |_| {
        version.track();
        query.with(|query| index.try_update_value(|index| index.find(query))).unwrap_or_default()
    });
    let shelf = Shelf {
        words: Words::new(i18n),
        now,
        client: StoredValue::new(client),
        signed_in,
        query,
        cards: StoredValue::new(Vec::new()),
        index,
        eligibility: StoredValue::new(None),
        newest_standing: StoredValue::new(0),
        version,
        standing_version: RwSignal::new(0),
        standing_lost: RwSignal::new(false),
        found,
        load: RwSignal::new(Load::First),
        told_at: RwSignal::new(None),
        cursor: StoredValue::new(None),
        open: RwSignal::new(None),
        on_redeem,
        on_help,
    };
    shelf.load_next();
    // Keeps the member's standing in step with the server.
    Effect::new(move |_| {
        points_version.track();
        if signed_in.get() {
            shelf.ask_standing();
        } else {
            shelf.take_standing(None);
        }
    });
    keep_in_step(shelf, filter);
    view! {
        <section class="catalog" part="catalog" aria-labelledby="tukar-catalog-heading">
            <h2 class="catalog__heading" id="tukar-catalog-heading" tabindex="-1">{shelf.words.texts.heading}</h2>
            {toolbar::toolbar(shelf)}
            {states::notices(shelf)}
            {list::list(shelf)}
            {states::instead_of_list(shelf)}
            {detail::detail(shelf)}
        </section>
    }
}

impl Shelf {
    fn len(self) -> usize {
        self.index.with_value(Index::len)
    }

    /// Asks for the next page, the first one included, and for the one after it when that is there.
    fn load_next(self) {
        let client = self.client.get_value();
        let cursor = self.cursor.get_value();
        let limit = if cursor.is_none() { FIRST_PAGE } else { FURTHER_PAGE };
        self.load.set(if cursor.is_none() { Load::First } else { Load::Rest });
        spawn_local(async move {
            let answer = client.rewards(cursor.as_deref(), limit).await;
            // The widget may have gone while the answer was on its way.
            if self.load.try_get_untracked().is_none() {
                return;
            }
            match answer {
                Ok(page) => {
                    let more = page.next.is_some() && self.len() + page.rewards.len() < index::ROWS_MAX;
                    self.add(page.rewards);
                    self.cursor.set_value(page.next);
                    self.told_at.set(Some(self.now.get_untracked()));
                    self.load.set(if more { Load::Rest } else { Load::Whole });
                    if more {
                        set_timeout(move || self.load_next_if_there(), PAUSE);
                    }
                }
                Err(failure) => self.load.set(Load::BrokenOff(failure)),
            }
        });
    }

    fn load_next_if_there(self) {
        if self.load.try_get_untracked().is_some() {
            self.load_next();
        }
    }

    fn add(self, rewards: Vec<RewardCard>) {
        self.eligibility.with_value(|eligibility| {
            self.index.update_value(|index| index.add(&rewards, eligibility.as_ref()));
        });
        self.cards.update_value(|cards| cards.extend(rewards));
        self.version.update(|version| *version = version.wrapping_add(1));
    }

    fn ask_standing(self) {
        let client = self.client.get_value();
        let serial = self.newest_standing.get_value().wrapping_add(1);
        self.newest_standing.set_value(serial);
        spawn_local(async move {
            let answer = client.eligibility(None).await;
            if self.newest_standing.try_get_value() != Some(serial) || !self.signed_in.get_untracked() {
                return;
            }
            match answer {
                Ok(eligibility) => {
                    self.standing_lost.set(false);
                    self.take_standing(Some(eligibility));
                }
                Err(_) => self.standing_lost.set(true),
            }
        });
    }

    fn take_standing(self, eligibility: Option<Eligibility>) {
        if eligibility.is_none() {
            self.standing_lost.set(false);
            if self.eligibility.with_value(Option::is_none) {
                return;
            }
        }
        self.cards.with_value(|cards| {
            self.index.update_value(|index| index.set_standing(cards, eligibility.as_ref()));
        });
        self.eligibility.set_value(eligibility);
        self.version.update(|version| *version = version.wrapping_add(1));
        self.standing_version.update(|version| *version = version.wrapping_add(1));
    }

    /// True once it is known which cards the member's standing leaves in the list, or that it won't be known. Tracked.
    fn is_settled(self) -> bool {
        self.standing_version.track();
        !self.signed_in.get() || self.standing_lost.get() || self.eligibility.with_value(Option::is_some)
    }

    /// A copy of the card in `row`.
    fn card(self, row: u32) -> Option<RewardCard> {
        self.cards.with_value(|cards| cards.get(row as usize).cloned())
    }
}

/// The kept query survives a reload; the page's choice wins when it is another than at that time.
fn first_query(filter: &str) -> Query {
    match attempt::find_kept::<(String, String)>(KEPT) {
        Some((kept_filter, written)) if kept_filter == filter => Query::read(&written),
        _ => Query::read(filter),
    }
}

fn keep_in_step(shelf: Shelf, filter: Signal<String>) {
    // Takes over a new choice of the embedding page; the first one was taken when the catalogue was made.
    Effect::new(move |before: Option<String>| {
        let filter = filter.get();
        if before.is_some_and(|before| before != filter) {
            shelf.query.set(Query::read(&filter));
        }
        filter
    });
    // Keeps the query in the tab's storage, at once: a reload may come right after the last key.
    Effect::new(move |first: Option<()>| {
        let written = shelf.query.with(Query::write);
        if first.is_some() {
            attempt::keep_value(KEPT, &(filter.get_untracked(), written));
        }
    });
}
