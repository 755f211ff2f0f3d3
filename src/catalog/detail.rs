//! All there is to know of one reward before redeeming it, and how many.

use crate::api::Failure;
use crate::catalog::Shelf;
use crate::catalog::art::picture;
use crate::catalog::card::{price, standing};
use crate::catalog::sheet::sheet;
use crate::catalog::states::why;
use crate::catalog::words::Words;
use crate::i18n::fill;
use crate::ui::reactive::{RwSignal, Signal, StoredValue};
use leptos::prelude::*;
use leptos::task::spawn_local;
use tukar_screens::{Formats as _, account};
use tukar_wire::{Needs, Reason, RewardCard, RewardDetail};

/// The answer to the question for the detail.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    Waiting,
    Here(Box<RewardDetail>),
    Failed(Failure),
}

/// What the parts of one open detail work with.
#[derive(Clone, Copy)]
struct Open {
    shelf: Shelf,
    /// As the list has it, which may be older than what the server says now.
    listed: StoredValue<RewardCard>,
    reasons: StoredValue<Vec<Reason>>,
    available: Option<i64>,
    /// Most pieces that the member can have, where that is fewer than the reward allows.
    pieces_left: Option<u32>,
    told: RwSignal<Told>,
    quantity: RwSignal<u32>,
}

pub(crate) fn detail(shelf: Shelf) -> impl IntoView {
    let is_open = Signal::derive(move || shelf.open.get().is_some());
    let close = move || shelf.open.set(None);
    let content = move || {
        let card = shelf.open.get().and_then(|row| shelf.card(row));
        card.map(|card| opened(shelf, card)).into_any()
    };
    sheet(shelf.words, "detail", "tukar-detail-heading", is_open, (close, content))
}

fn opened(shelf: Shelf, card: RewardCard) -> impl IntoView {
    let (reasons, pieces_left, available) = shelf.eligibility.with_value(|known| {
        let known = known.as_ref();
        let reasons = known.and_then(|known| known.refused.get(&card.id)).cloned();
        let left = known.and_then(|known| known.quantity_max.get(&card.id)).copied();
        (reasons.unwrap_or_default(), left, known.map(|known| known.available))
    });
    let open = Open {
        shelf,
        listed: StoredValue::new(card.clone()),
        reasons: StoredValue::new(reasons),
        available,
        pieces_left,
        told: RwSignal::new(Told::Waiting),
        quantity: RwSignal::new(1),
    };
    open.ask();
    let words = shelf.words;
    let art = shelf.client.with_value(|client| picture(&card, client.base()));
    view! {
        <div class="detail__body" tabindex="0">
            <div class="detail__picture">
                {art}
                {move || open.card().promotion.map(|promotion| view! { <span class="reward__promotion" title=promotion.label.clone()>{promotion.label.clone()}</span> }.into_any())}
            </div>
            <div class="detail__head">
                <p class="detail__kind">{format!("{} · {}", card.brand, words.kind(&card.kind))}</p>
                <h3 class="detail__title" id="tukar-detail-heading">{card.title.clone()}</h3>
                {move || {
                    let card = open.card();
                    view! { {price(&card, words, shelf.now.get_untracked()).into_any()}{open.why_not(&card)} }.into_any()
                }}
            </div>
            {move || match open.told.get() {
                Told::Waiting => waiting(words).into_any(),
                Told::Here(detail) => open.told_view(&detail).into_any(),
                Told::Failed(failure) => open.failed(&failure).into_any(),
            }}
        </div>
        {open.foot()}
    }
}

fn waiting(words: Words) -> impl IntoView {
    view! {
        <div class="detail__waiting">
            <span class="visually-hidden" role="status">{words.texts.detail_loading}</span>
            <span class="bone"></span><span class="bone"></span><span class="bone bone--half"></span>
        </div>
    }
}

impl Open {
    fn ask(self) {
        let client = self.shelf.client.get_value();
        let id = self.listed.with_value(|card| card.id.clone());
        self.told.set(Told::Waiting);
        spawn_local(async move {
            let told = match client.reward(&id).await {
                Ok(detail) => Told::Here(Box::new(detail)),
                Err(failure) => Told::Failed(failure),
            };
            // Closed meanwhile: then there is nobody to tell.
            self.told.set(told);
        });
    }

    /// As the server told it last.
    fn card(self) -> RewardCard {
        self.told.with(|told| match told {
            Told::Here(detail) => detail.card.clone(),
            Told::Waiting | Told::Failed(_) => self.listed.get_value(),
        })
    }

    fn why_not(self, card: &RewardCard) -> AnyView {
        let words = self.shelf.words;
        let now = self.shelf.now.get_untracked();
        let line = self.shelf.eligibility.with_value(|known| words.standing(card, known.as_ref(), now));
        let first_is_told =
            self.reasons.with_value(|reasons| matches!(reasons[..], [Reason::ShortOfPoints { .. }] | []));
        let reasons = self.reasons.with_value(|reasons| {
            reasons.iter().map(|reason| words.reason_long(reason, now)).collect::<Vec<_>>()
        });
        if first_is_told {
            return standing(&line, None).into_any();
        }
        let tag = words.i18n.texts().tag;
        let of_account = self
            .reasons
            .with_value(|reasons| reasons.iter().any(|reason| account::barred_by(reason, tag).is_some()));
        let on_help = self.shelf.on_help;
        let help = of_account.then(|| view! {
            <button class="link-button" type="button" on:click=move |_| on_help.run(())>{words.i18n.texts().app.to_help}</button>
        });
        view! {
            <div class="why-not">
                <h4 class="why-not__heading">{words.texts.why_not}</h4>
                <ul class="why-not__list">
                    {reasons.into_iter().map(|reason| view! { <li>{reason}</li> }).collect_view()}
                </ul>
                {help}
            </div>
        }
        .into_any()
    }

    fn failed(self, failure: &Failure) -> impl IntoView + use<> {
        let words = self.shelf.words;
        view! {
            <div class="notice notice--warn" part="notice" role="alert">
                <p class="notice__text">{words.texts.detail_failed}" "{why(words, failure)}</p>
                <button type="button" class="notice__button" on:click=move |_| self.ask()>{words.texts.again}</button>
            </div>
        }
    }

    fn told_view(self, detail: &RewardDetail) -> impl IntoView + use<> {
        let words = self.shelf.words;
        let paragraphs = detail.description.split("\n\n").map(str::trim).filter(|text| !text.is_empty());
        let paragraphs = paragraphs.map(|text| view! { <p>{text.to_owned()}</p> }).collect_view();
        let facts = self.facts(detail);
        let facts = facts
            .into_iter()
            .map(|(name, fact)| view! { <div class="fact"><dt>{name}</dt><dd>{fact}</dd></div> });
        let terms = detail.terms.clone();
        view! {
            <div class="detail__text">{paragraphs}</div>
            <section class="detail__part">
                <h4 class="detail__subheading">{words.texts.good_to_know}</h4>
                <dl class="facts">{facts.collect_view()}</dl>
            </section>
            {(!terms.is_empty()).then(|| view! {
                <section class="detail__part">
                    <h4 class="detail__subheading">{words.texts.terms}</h4>
                    <ul class="detail__terms">{terms.into_iter().map(|term| view! { <li>{term}</li> }).collect_view()}</ul>
                </section>
            })}
        }
    }

    fn facts(self, detail: &RewardDetail) -> Vec<(&'static str, String)> {
        let words = self.shelf.words;
        let texts = words.texts;
        let number = |count: u32| words.i18n.number(i64::from(count));
        let now = self.shelf.now.get_untracked();
        let card = &detail.card;
        let window = match (card.opens_at, card.closes_at) {
            (Some(from), Some(to)) => {
                Some(format!("{} – {}", words.i18n.date(from), words.i18n.until_date(to)))
            }
            (Some(from), None) => Some(fill(texts.opens_on, &[&words.i18n.when(from, now)])),
            (None, Some(to)) => Some(fill(texts.ends_on, &[&words.i18n.until_when(to, now)])),
            (None, None) => None,
        };
        let promotion = card.promotion.as_ref().and_then(|promotion| promotion.ends_at);
        let promotion = promotion.map(|to| fill(texts.ends_on, &[&words.i18n.until_when(to, now)]));
        let needs = match detail.needs {
            Needs::Nothing => texts.needs_nothing,
            Needs::Phone => texts.needs_phone,
            Needs::Address => texts.needs_address,
        };
        let facts = [
            (texts.fact_value, words.worth(card)),
            (texts.fact_valid, detail.voucher_days.map(|days| fill(texts.fact_days, &[&number(days)]))),
            (texts.fact_promotion, promotion),
            (texts.fact_window, window),
            (texts.fact_limit, detail.limit.as_ref().map(|limit| words.limit(limit))),
            (texts.fact_tier, (!detail.tiers.is_empty()).then(|| words.list(&detail.tiers))),
            (texts.fact_balance, detail.balance_min.map(|points| words.i18n.points(points))),
            (texts.fact_stock, card.stock_left.map(number)),
            (texts.fact_needs, Some(needs.to_owned())),
        ];
        facts.into_iter().filter_map(|(name, fact)| Some((name, fact?))).collect()
    }

    /// Most pieces that one redemption can have, as the server says; 1 until the detail is there.
    fn reward_max(self) -> u32 {
        self.told.with(|told| match told {
            Told::Here(detail) => detail.quantity_max.max(1),
            Told::Waiting | Told::Failed(_) => 1,
        })
    }

    /// Most pieces that may be asked for: fewer where the member has used part of a limit.
    fn quantity_max(self) -> u32 {
        self.reward_max().min(self.pieces_left.unwrap_or(u32::MAX)).max(1)
    }

    fn total(self) -> i64 {
        self.card().points.saturating_mul(i64::from(self.quantity.get()))
    }

    /// Points missing for the quantity, when the balance is known.
    fn missing(self) -> i64 {
        self.available.map_or(0, |available| self.total().saturating_sub(available).max(0))
    }

    fn foot(self) -> impl IntoView {
        let words = self.shelf.words;
        let barred = self.reasons.with_value(|reasons| !reasons.is_empty());
        let blocked =
            move || barred || self.missing() > 0 || !self.told.with(|told| matches!(told, Told::Here(_)));
        let label = move || {
            if self.shelf.signed_in.get() { words.texts.redeem } else { words.texts.sign_in_to_redeem }
        };
        let press = move |_| {
            if blocked() {
                return;
            }
            if let Told::Here(detail) = self.told.get_untracked() {
                let quantity = self.quantity.get_untracked();
                self.shelf.open.set(None);
                self.shelf.on_redeem.run((*detail, quantity));
            }
        };
        let after = move || match (self.available, self.missing()) {
            (None, _) => String::new(),
            (Some(_), missing @ 1..) => words.short(missing),
            (Some(available), _) => fill(words.texts.left, &[&words.i18n.points(available - self.total())]),
        };
        view! {
            <div class="sheet__foot detail__foot">
                {move || (self.reward_max() > 1).then(|| self.stepper())}
                <div class="detail__total">
                    <span class="detail__sum">{move || words.i18n.points(self.total())}</span>
                    <span class="detail__after" class:detail__after--short=move || { self.missing() > 0 }>{after}</span>
                </div>
                <button type="button" class="button detail__redeem" part="button" aria-disabled=move || blocked().to_string() on:click=press>
                    {label}
                </button>
            </div>
        }
    }

    fn stepper(self) -> impl IntoView {
        let texts = self.shelf.words.texts;
        let (most, max) = (self.reward_max(), self.quantity_max());
        let step = move |by: i32| {
            self.quantity.update(|quantity| *quantity = quantity.saturating_add_signed(by).clamp(1, max));
        };
        let hint = self.shelf.words.pieces(most, max);
        view! {
            <div class="detail__pieces">
            <div class="stepper" role="group" aria-label=texts.quantity aria-describedby="tukar-pieces-hint">
                <button
                    type="button"
                    class="stepper__button"
                    aria-label=texts.fewer
                    aria-disabled=move || (self.quantity.get() <= 1).to_string()
                    on:click=move |_| step(-1)
                >
                    <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M3.5 8h9" /></svg>
                </button>
                <output class="stepper__number" aria-live="polite">{move || self.quantity.get()}</output>
                <button
                    type="button"
                    class="stepper__button"
                    aria-label=texts.more
                    aria-disabled=move || (self.quantity.get() >= max).to_string()
                    on:click=move |_| step(1)
                >
                    <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M3.5 8h9M8 3.5v9" /></svg>
                </button>
            </div>
            <p class="detail__hint" id="tukar-pieces-hint">{hint}</p>
            </div>
        }
    }
}
