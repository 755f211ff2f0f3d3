//! The review: what it costs, which lots pay, who gets it, and the button that sends the code.

use super::flow::{Event, State};
use super::recipient::{Fault, Field, fault_text, told_of};
use super::{Desk, Leave};
use crate::i18n::{I18n, fill};
use crate::ui::notice::{Notice, Tone, problem_notice};
use crate::ui::reactive::{Memo, RwSignal, Signal, StoredValue};
use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use tukar_screens::{Formats as _, account, points::paying};
use tukar_wire::{AskRedemption, Channel, Needs, PaidBy, ProblemKind, Quote, Reason, RewardDetail};
use wasm_bindgen::JsCast;

/// Lots shown before the rest is folded.
const LOTS_SHOWN: usize = 4;

/// A lot that ends within this time is marked: the member is glad to be rid of it.
const SOON_MS: i64 = 7 * 86_400_000;

/// The whole review of one reward; lives while the quote is asked anew and while the attempt is sent.
#[component]
pub(super) fn Review(desk: Desk, detail: RewardDetail) -> impl IntoView {
    let i18n = desk.i18n;
    let t = i18n.texts().redeem;
    let needs = detail.needs;
    let quote = Memo::new(move |_| desk.state.with(quote_of));
    let problem = Memo::new(move |_| desk.state.with(problem_of));
    let unsent =
        Memo::new(move |_| desk.state.with(|state| matches!(state, State::Review { unsent: Some(_), .. })));
    let sending = Memo::new(move |_| desk.state.with(|state| matches!(state, State::Sending { .. })));
    let waiting = Memo::new(move |_| desk.state.with(|state| matches!(state, State::Quoting { .. })));
    let channel = RwSignal::new(None::<Channel>);
    let faults = RwSignal::new(Vec::<(Field, Fault)>::new());
    let has_own =
        Memo::new(move |_| quote.with(|quote| quote.as_ref().is_some_and(|q| q.own_phone_masked.is_some())));
    let form = NodeRef::<html::Form>::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let draft = desk.draft.get_untracked();
        match draft.recipient(needs, has_own.get_untracked()) {
            Err(wrong) => {
                focus_field(form, wrong.first().map(|(field, _)| *field));
                faults.set(wrong);
            }
            Ok(recipient) => {
                faults.set(vec![]);
                let Some(ask) =
                    desk.state.with_untracked(|state| ask_of(state, recipient, channel.get_untracked()))
                else {
                    return;
                };
                desk.dispatch(Event::Send(desk.with_id(ask)));
            }
        }
    };
    // Takes the keyboard to the first field that the server refused, as to one that was refused here.
    Effect::new(move || {
        let field = problem.with(|problem| {
            problem.as_ref()?.fields.iter().find_map(|refused| Field::of(&refused.field, needs))
        });
        focus_field(form, field);
    });
    let said = move || {
        if unsent.get() {
            return Some(view! { <Notice tone=Tone::Warn>{t.never_arrived}</Notice> }.into_any());
        }
        problem.get().filter(shown_above).map(|problem| problem_notice(&problem, t.reference_note))
    };
    view! {
        <form node_ref=form class="review" class:review--dimmed=move || waiting.get() novalidate=true on:submit=submit>
            <div class="review__main">
                <div class="review-reward">
                    <p class="review-reward__brand">{detail.card.brand.clone()}</p>
                    <h3 class="review-reward__title">{detail.card.title.clone()}</h3>
                </div>
                {said}
                {(detail.quantity_max > 1).then(|| view! { <Pieces desk most=detail.quantity_max quote locked=sending/> })}
                {match needs {
                    Needs::Nothing => ().into_any(),
                    Needs::Phone => view! { <PhoneChoice desk quote faults problem/> }.into_any(),
                    Needs::Address => view! { <AddressForm desk quote faults problem/> }.into_any(),
                }}
                {move || quote.get().map(|quote| view! { <Lots i18n quote/> })}
                {(!detail.terms.is_empty()).then(|| view! {
                    <section class="review__part">
                        <h4 class="review__heading">{t.terms}</h4>
                        <ul class="terms">{detail.terms.iter().map(|term| view! { <li>{term.clone()}</li> }).collect_view()}</ul>
                    </section>
                })}
            </div>
            <div class="review__sum">
                {move || quote.get().map(|quote| view! { <Sums i18n quote/> })}
                {move || quote.get().filter(|quote| quote.reasons.is_empty()).map(|quote| view! { <Ways i18n quote channel/> })}
                {move || quote.get().map(|quote| {
                    if quote.reasons.is_empty() {
                        let note = fill(t.hold_note, &[&i18n.number(i64::from(quote.hold_seconds / 60))]);
                        view! {
                            <button class="button button--primary button--wide" part="button primary" type="submit" data-guard="" disabled=move || sending.get() || waiting.get()>
                                {move || if sending.get() { t.sending } else if unsent.get() { t.send_code_again } else { t.send_code }}
                            </button>
                            {goes_to(desk, channel.get().or(quote.channels.first().copied()))}
                            <p class="review__note">{note}</p>
                        }.into_any()
                    } else {
                        view! { <Reasons desk quote/> }.into_any()
                    }
                })}
            </div>
        </form>
    }
}

fn quote_of(state: &State) -> Option<Quote> {
    match state {
        State::Quoting { before: Some(quote), .. }
        | State::Review { quote, .. }
        | State::Sending { quote, .. } => Some((**quote).clone()),
        _ => None,
    }
}

fn problem_of(state: &State) -> Option<tukar_wire::Problem> {
    match state {
        State::Review { problem: Some(problem), .. } | State::Quoting { problem: Some(problem), .. } => {
            Some((**problem).clone())
        }
        _ => None,
    }
}

/// A problem that sits at its field, or that the new quote's reasons already tell, is not said twice.
fn shown_above(problem: &tukar_wire::Problem) -> bool {
    let at_field = problem.fields.iter().any(|field| field.field.starts_with("recipient"));
    !at_field && problem.kind != ProblemKind::NotEligible
}

/// The attempt as the member agreed to it; the id is that of an attempt that never arrived, or empty for a new one.
fn ask_of(
    state: &State,
    recipient: Option<tukar_wire::Recipient>,
    channel: Option<Channel>,
) -> Option<AskRedemption> {
    let State::Review { order, quote, unsent, .. } = state else { return None };
    Some(AskRedemption {
        id: unsent.clone().unwrap_or_default(),
        reward_id: order.reward_id.clone(),
        quantity: order.quantity,
        points: quote.points,
        price_version: quote.price_version.clone(),
        recipient,
        channel: channel.or(quote.channels.first().copied()),
    })
}

/// What is said of the number of pieces stands at the stepper, and nowhere else.
fn is_of_pieces(reason: &Reason, quote: &Quote) -> bool {
    match reason {
        Reason::TooManyPieces { .. } | Reason::StockShort { .. } => true,
        Reason::LimitReached { .. } => quote.quantity > 1 && quote.quantity_max > 0,
        _ => false,
    }
}

/// The stepper; `most` is what one redemption can have whoever asks, the quote says what this member can have.
#[component]
fn Pieces(desk: Desk, most: u32, quote: Memo<Option<Quote>>, locked: Memo<bool>) -> impl IntoView {
    let i18n = desk.i18n;
    let t = i18n.texts().redeem;
    let pieces = Memo::new(move |_| {
        desk.state.with(|state| match state {
            State::Quoting { order, .. } | State::Review { order, .. } | State::Sending { order, .. } => {
                order.quantity
            }
            _ => 1,
        })
    });
    let max = Memo::new(move |_| {
        quote.with(|quote| quote.as_ref().map_or(most, |quote| quote.quantity_max).max(1))
    });
    let change = move |by: i32| {
        let next = pieces.get_untracked().saturating_add_signed(by).clamp(1, max.get_untracked());
        desk.dispatch(Event::Quantity(next));
    };
    let refused = Memo::new(move |_| {
        quote.with(|quote| {
            let quote = quote.as_ref()?;
            let reason = quote.reasons.iter().find(|reason| is_of_pieces(reason, quote))?;
            Some(match reason {
                // Waiting is not needed for fewer.
                Reason::LimitReached { .. } => {
                    fill(i18n.texts().catalog.quantity_left, &[&i18n.number(i64::from(quote.quantity_max))])
                }
                _ => reason_text(i18n, reason),
            })
        })
    });
    let hint = move || {
        let max = max.get();
        let c = i18n.texts().catalog;
        fill(if max < most { c.quantity_left } else { c.quantity_max }, &[&i18n.number(i64::from(max))])
    };
    view! {
        <section class="review__part">
            <h4 class="review__heading" id="redeem-pieces">{t.quantity}</h4>
            <div>
                <div class="stepper" role="group" aria-labelledby="redeem-pieces">
                    <button class="stepper__button" type="button" aria-label=t.fewer
                        disabled=move || { locked.get() || pieces.get() <= 1 } on:click=move |_| change(-1)>"−"</button>
                    <output class="stepper__value" aria-live="polite">{move || i18n.number(i64::from(pieces.get()))}</output>
                    <button class="stepper__button" type="button" aria-label=t.more
                        disabled=move || { locked.get() || pieces.get() >= max.get() } on:click=move |_| change(1)>"+"</button>
                </div>
            </div>
            <p class="review__note">{move || refused.with(Option::is_none).then(hint)}</p>
            <p class="field__error" role="alert">{move || refused.get()}</p>
        </section>
    }
}

#[component]
fn PhoneChoice(
    desk: Desk,
    quote: Memo<Option<Quote>>,
    faults: RwSignal<Vec<(Field, Fault)>>,
    problem: Memo<Option<tukar_wire::Problem>>,
) -> impl IntoView {
    let t = desk.i18n.texts().redeem;
    let own = Memo::new(move |_| quote.with(|quote| quote.as_ref().and_then(|q| q.own_phone_masked.clone())));
    let other = Memo::new(move |_| desk.draft.with(|draft| draft.other_number));
    let choose = move |to_other: bool| desk.draft_changed(move |draft| draft.other_number = to_other);
    view! {
        <fieldset class="review__part">
            <legend class="review__heading">{t.recipient_title}</legend>
            {move || own.get().map(|masked| view! {
                <div class="picks picks--two">
                    <label class="pick">
                        <input type="radio" name="redeem-recipient" prop:checked=move || !other.get() on:change=move |_| choose(false)/>
                        <span class="pick__label">{t.own_number}</span>
                        <bdi class="pick__detail" dir="ltr">{masked}</bdi>
                    </label>
                    <label class="pick">
                        <input type="radio" name="redeem-recipient" prop:checked=move || other.get() on:change=move |_| choose(true)/>
                        <span class="pick__label">{t.other_number}</span>
                    </label>
                </div>
            })}
            {move || (other.get() || own.get().is_none()).then(|| view! {
                <div class="review-fields">
                    <TextField desk field=Field::Phone needs=Needs::Phone hint=Signal::derive(move || t.phone_hint.to_owned()) faults problem/>
                </div>
            })}
        </fieldset>
    }
}

#[component]
fn AddressForm(
    desk: Desk,
    quote: Memo<Option<Quote>>,
    faults: RwSignal<Vec<(Field, Fault)>>,
    problem: Memo<Option<tukar_wire::Problem>>,
) -> impl IntoView {
    let t = desk.i18n.texts().redeem;
    let own = move || {
        let own = quote.with(|quote| quote.as_ref().and_then(|quote| quote.own_phone_masked.clone()));
        own.map_or_else(String::new, |own| fill(t.courier_own, &[&own]))
    };
    let fields = Field::ADDRESS.map(|field| {
        let hint = Signal::derive(move || if field == Field::CourierPhone { own() } else { String::new() });
        view! { <TextField desk field needs=Needs::Address hint faults problem/> }
    });
    view! {
        <fieldset class="review__part">
            <legend class="review__heading">{t.address_title}</legend>
            <div class="review-fields">{fields.into_iter().collect_view()}</div>
        </fieldset>
    }
}

#[component]
fn TextField(
    desk: Desk,
    field: Field,
    needs: Needs,
    hint: Signal<String>,
    faults: RwSignal<Vec<(Field, Fault)>>,
    problem: Memo<Option<tukar_wire::Problem>>,
) -> impl IntoView {
    let t = desk.i18n.texts().redeem;
    let error = Memo::new(move |_| {
        let here = faults.with(|faults| faults.iter().find(|(of, _)| *of == field).map(|(_, fault)| *fault));
        match here {
            Some(fault) => Some(fault_text(t, field, fault)),
            None => problem.with(|problem| told_of(field, needs, &problem.as_ref()?.fields)),
        }
    });
    let id = format!("redeem-{}", field.word());
    let hint_id = format!("{id}-hint");
    let error_id = format!("{id}-error");
    let described = format!("{hint_id} {error_id}");
    let typed = move |event: leptos::ev::Event| {
        let text = event_target_value(&event);
        faults.update(|faults| faults.retain(|(of, _)| *of != field));
        desk.draft_changed(move |draft| draft.set(field, &text));
    };
    view! {
        <div class=format!("field field--{}", field.word())>
            <label class="field__label" for=id.clone()>{field.label(t)}</label>
            <input class="field__input" part="field" id=id name=field.word() type="text" inputmode=field.inputmode()
                autocomplete=field.autocomplete() aria-required=field.is_required(false).to_string() aria-describedby=described
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                prop:value=move || desk.draft.with(|draft| draft.get(field).to_owned()) on:input=typed/>
            <p class="field__hint" id=hint_id>{move || hint.get()}</p>
            <p class="field__error" id=error_id role="alert">{move || error.get()}</p>
        </div>
    }
}

#[component]
fn Lots(i18n: I18n, quote: Quote) -> impl IntoView {
    let t = i18n.texts().redeem;
    let now = quote.server_time;
    let folded = RwSignal::new(true);
    let row = move |lot: &PaidBy| {
        let soon = lot.ends_at.is_some_and(|at| at.ms_since(now) <= SOON_MS);
        let ends = lot
            .ends_at
            .map_or_else(|| t.never_ends.to_owned(), |at| fill(t.ends_on, &[&i18n.until_when(at, now)]));
        view! {
            <li class="paid-by__row" class:paid-by__row--soon=soon>
                <span class="paid-by__source">{lot.source.clone()}</span>
                <span class="paid-by__points">{i18n.number(lot.points)}</span>
                <span class="paid-by__ends">
                    <span>{ends}</span>
                    {soon.then(|| view! { <span class="paid-by__soon">{t.ends_soon}</span> })}
                </span>
            </li>
        }
    };
    let told = quote.paid_by.len();
    let hidden = told.saturating_sub(paying(&quote, LOTS_SHOWN).rows.len());
    let quote = StoredValue::new(quote);
    // The rows that are shown and the line for all others: they add up to the price, folded or not.
    let rows = move || {
        let shown = if folded.get() { LOTS_SHOWN } else { told };
        quote.with_value(|quote| {
            let paying = paying(quote, shown);
            let more = (paying.more > 0).then(|| {
                let count = i18n.number(i64::try_from(paying.more).unwrap_or(i64::MAX));
                view! {
                    <li class="paid-by__row">
                        <span class="paid-by__source">{fill(t.more_lots, &[&count])}</span>
                        <span class="paid-by__points">{i18n.number(paying.more_points)}</span>
                    </li>
                }
            });
            view! { {paying.rows.iter().map(row).collect_view()}{more} }
        })
    };
    (told > 0).then(|| {
        view! {
            <section class="review__part review__numbers">
                <h4 class="review__heading">{t.paid_from}</h4>
                <p class="review__note">{t.paid_from_note}</p>
                <ul class="paid-by">{rows}</ul>
                {move || (folded.get() && hidden > 0).then(|| view! {
                    <button class="link-button" type="button" on:click=move |_| folded.set(false)>
                        {fill(t.show_all_lots, &[&i18n.number(i64::try_from(hidden).unwrap_or(i64::MAX))])}
                    </button>
                })}
            </section>
        }
    })
}

#[component]
fn Sums(i18n: I18n, quote: Quote) -> impl IntoView {
    let t = i18n.texts().redeem;
    let short = quote.left < 0;
    view! {
        <dl class="sums review__numbers" aria-live="polite">
            <div class="sums__row sums__row--total"><dt>{t.total}</dt><dd>{i18n.points(quote.points)}</dd></div>
            <div class="sums__row" class:sums__row--short=short>
                <dt>{if short { t.short } else { t.left }}</dt>
                <dd>{i18n.points(quote.left.abs())}</dd>
            </div>
        </dl>
    }
}

#[component]
fn Ways(i18n: I18n, quote: Quote, channel: RwSignal<Option<Channel>>) -> impl IntoView {
    let t = i18n.texts().redeem;
    let preferred = quote.channels.first().copied();
    let choice = move |of: Channel| {
        let label = match of {
            Channel::Sms => t.sms,
            Channel::Email => t.email,
        };
        view! {
            <label class="pick">
                <input type="radio" name="redeem-channel" prop:checked=move || channel.get().or(preferred) == Some(of)
                    on:change=move |_| channel.set(Some(of))/>
                <span class="pick__label">{label}</span>
            </label>
        }
    };
    (quote.channels.len() > 1).then(|| {
        view! {
            <fieldset class="review__part">
                <legend class="review__note">{t.channel}</legend>
                <div class="picks picks--two">{quote.channels.iter().copied().map(choice).collect_view()}</div>
            </fieldset>
        }
    })
}

/// Where the code will go, before it is asked for.
fn goes_to(desk: Desk, channel: Option<Channel>) -> Option<AnyView> {
    let t = desk.i18n.texts().challenge;
    let contacts = desk.contacts.get();
    let (text, to) = match channel? {
        Channel::Sms => (t.goes_by_sms, contacts.phone?),
        Channel::Email => (t.goes_by_email, contacts.email?),
    };
    let (before, after) = text.split_once("{0}").unwrap_or((text, ""));
    Some(view! { <p class="review__note">{before}<bdi>{to}</bdi>{after}</p> }.into_any())
}

/// Why not. Where it is a matter of pieces only, the stepper says so, and there is nothing to send.
#[component]
fn Reasons(desk: Desk, quote: Quote) -> impl IntoView {
    let i18n = desk.i18n;
    let t = i18n.texts().redeem;
    let reasons: Vec<&Reason> = quote.reasons.iter().filter(|reason| !is_of_pieces(reason, &quote)).collect();
    if reasons.is_empty() {
        return view! { <button class="button button--primary button--wide" type="submit" disabled=true>{t.send_code}</button> }
            .into_any();
    }
    let tag = i18n.texts().tag;
    let help = reasons.iter().any(|reason| account::barred_by(reason, tag).is_some()).then(|| {
        view! {
            <button class="link-button" type="button" on:click=move |_| desk.leave(Leave::Help)>{i18n.texts().app.to_help}</button>
        }
    });
    let rows =
        reasons.into_iter().map(|reason| view! { <li>{reason_text(i18n, reason)}</li> }).collect_view();
    view! { <Notice tone=Tone::Warn title=t.cannot_title><ul>{rows}</ul>{help}</Notice> }.into_any()
}

fn reason_text(i18n: I18n, reason: &Reason) -> String {
    let t = i18n.texts().redeem;
    if let Some(barred) = account::barred_by(reason, i18n.texts().tag) {
        return barred.note.to_owned();
    }
    let said = match reason {
        Reason::NotOpenYet { at } => fill(t.reason_not_open, &[&i18n.date_time(*at)]),
        Reason::Closed { at } => fill(t.reason_closed, &[&i18n.until_date_time(*at)]),
        Reason::OutOfStock => t.reason_out_of_stock.to_owned(),
        Reason::StockShort { left } => fill(t.reason_stock_short, &[&i18n.number(i64::from(*left))]),
        Reason::Tier { needed } => fill(t.reason_tier, &[&needed.join(", ")]),
        Reason::LimitReached { again_at: Some(at), .. } => {
            fill(t.reason_limit_until, &[&i18n.date_time(*at)])
        }
        Reason::LimitReached { again_at: None, .. } => t.reason_limit.to_owned(),
        Reason::BelowMinimumBalance { minimum, missing, .. } => {
            fill(t.reason_minimum, &[&i18n.points(*minimum), &i18n.points(*missing)])
        }
        Reason::TooManyPieces { max } => fill(t.reason_too_many, &[&i18n.number(i64::from(*max))]),
        Reason::ShortOfPoints { missing, .. } => fill(t.reason_short, &[&i18n.points(*missing)]),
        Reason::AccountSuspended | Reason::NumberNotVerified | Reason::Other => t.reason_other.to_owned(),
    };
    match reason {
        Reason::BelowMinimumBalance { coming: Some(coming), .. }
        | Reason::ShortOfPoints { coming: Some(coming), .. } => {
            let (points, by) = (i18n.number(coming.points), i18n.date(coming.by));
            format!("{said} {}", fill(i18n.texts().catalog.coming, &[&points, &by]))
        }
        _ => said,
    }
}

/// Takes the keyboard to the first field that has to be mended.
fn focus_field(form: NodeRef<html::Form>, field: Option<Field>) {
    let (Some(form), Some(field)) = (form.get_untracked(), field) else { return };
    let input = form.query_selector(&format!("[name={}]", field.word())).ok().flatten();
    if let Some(input) = input.and_then(|input| input.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = input.focus();
    }
}
