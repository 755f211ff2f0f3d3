//! One reward in the list. Static on purpose: it reads no signal, so ten thousand rewards cost ten thousand nothings;
//! the list makes a card anew when what stands in the member's way has changed.

use crate::catalog::art::picture;
use crate::catalog::words::{STOCK_LOW, Standing, Tone, Words};
use leptos::prelude::*;
use tukar_wire::{Moment, RewardCard};

/// What a card is drawn from.
pub(crate) struct Card<'a> {
    /// The reward.
    pub(crate) reward: &'a RewardCard,
    /// The line under it.
    pub(crate) standing: Standing,
    /// Its row in the index, written to the item for the list's own use.
    pub(crate) row: u32,
    /// The server's time.
    pub(crate) now: Moment,
    /// The API's origin, for its pictures.
    pub(crate) api_base: &'a str,
}

impl Card<'_> {
    /// The list item; pressing it calls `open`.
    pub(crate) fn view<F: Fn() + 'static>(self, words: Words, open: F) -> impl IntoView + use<F> {
        let reward = self.reward;
        let described_by = format!("tukar-reward-{}", self.row);
        let low = reward.stock_left.filter(|left| (1..=STOCK_LOW).contains(left));
        let low =
            low.map(|left| crate::i18n::fill(words.texts.stock_low, &[&words.i18n.number(i64::from(left))]));
        view! {
            <li class="reward" part="card" data-row=self.row.to_string() data-reward=reward.id.clone()>
                <div class="reward__picture">
                    {picture(reward, self.api_base)}
                    {reward.promotion.as_ref().map(|promotion| {
                        view! { <span class="reward__promotion" title=promotion.label.clone()>{promotion.label.clone()}</span> }
                    })}
                </div>
                <div class="reward__facts">
                    <p class="reward__brand">{reward.brand.clone()}</p>
                    <h3 class="reward__title">
                        <button type="button" class="reward__open" aria-describedby=described_by.clone() on:click=move |_| open()>
                            {reward.title.clone()}
                        </button>
                    </h3>
                    <div class="reward__foot" id=described_by>
                        {price(reward, words, self.now)}
                        {standing(&self.standing, low)}
                    </div>
                </div>
            </li>
        }
    }
}

/// Points now, points before, worth of a point, and until when that holds.
pub(crate) fn price(reward: &RewardCard, words: Words, now: Moment) -> impl IntoView + use<> {
    let before = reward.points_before.filter(|before| *before > reward.points).map(|before| {
        view! {
            <span class="price__before">
                <span class="visually-hidden">{words.texts.before}" "</span>
                <s>{words.i18n.number(before)}</s>
            </span>
        }
    });
    let points = words.i18n.points(reward.points);
    let (number, unit) = points
        .rsplit_once(' ')
        .map_or((points.clone(), String::new()), |(number, unit)| (number.to_owned(), format!(" {unit}")));
    view! {
        <p class="price">
            <span class="price__now"><strong class="price__number">{number}</strong>{unit}</span>
            {before}
            {reward.rupiah_hundredths_per_point.map(|value| {
                view! { <span class="price__value">{words.point_value(value)}</span> }
            })}
            {words.promotion_until(reward, now).map(|until| view! { <span class="price__until">{until}</span> })}
        </p>
    }
}

/// Progress, and the line that says why not, when yes, or that it can be had.
pub(crate) fn standing(standing: &Standing, low: Option<String>) -> impl IntoView + use<> {
    let tone = match standing.tone {
        Tone::Ready => "standing standing--ready",
        Tone::Short => "standing standing--short",
        Tone::Barred => "standing standing--barred",
        Tone::Plain => "standing",
    };
    let mark = match standing.tone {
        Tone::Ready => Some("M3.5 8.5l3 3 6-7"),
        Tone::Barred => Some("M8 4.5v4M8 11.4v.1M8 1.8a6.2 6.2 0 1 1-.1 0z"),
        Tone::Short | Tone::Plain => None,
    };
    view! {
        <div class=tone>
            {standing.progress.map(|hundredths| {
                view! {
                    <svg class="standing__progress" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                        <rect class="standing__track" width="100" height="4" />
                        <rect class="standing__done" width=hundredths.to_string() height="4" />
                    </svg>
                }
            })}
            <p class="standing__line">
                {mark.map(|path| view! {
                    <svg class="standing__mark" viewBox="0 0 16 16" aria-hidden="true"><path d=path /></svg>
                })}
                <span class="standing__text">{standing.text.clone()}</span>
                {low.map(|low| view! { <span class="standing__low">{low}</span> })}
            </p>
        </div>
    }
}
