//! The receipt: what the member got, shown so that a cashier can read it, and the ways to keep it.

use super::flow::State;
use super::paper::{self, Sheet};
use super::{Desk, Leave};
use crate::i18n::{I18n, fill};
use crate::ui::clipboard;
use crate::ui::notice::failure_line;
use crate::ui::reactive::{Memo, RwSignal, StoredValue};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use tukar_screens::{
    Formats as _,
    receipt::{Story, is_just_now, story},
};
use tukar_wire::{Channel, Redemption, Symbol, Voucher};

/// The receipt of a redemption that is confirmed, fulfilled, or further than this build knows.
#[component]
pub(super) fn Receipt(desk: Desk) -> impl IntoView {
    let i18n = desk.i18n;
    let redemption = Memo::new(move |_| {
        desk.state.with(|state| match state {
            State::Receipt { redemption, .. } => Some((**redemption).clone()),
            _ => None,
        })
    });
    let older = Memo::new(move |_| {
        redemption.with(|redemption| redemption.as_ref().is_some_and(|told| !is_just_now(told)))
    });
    view! {
        {move || older.get().then(|| view! {
            <button class="link-button" type="button" on:click=move |_| desk.leave(Leave::Done)>{i18n.texts().redeem.back}</button>
        })}
        <div class="receipt">
            {move || redemption.get().map(|redemption| {
                let tickets = tickets(desk, &redemption);
                view! {
                    <Head i18n redemption=redemption.clone()/>
                    {tickets}
                    <Facts i18n redemption/>
                }
            })}
            <div class="receipt__foot">
                <button class="button" part="button" type="button" on:click=move |_| desk.leave(Leave::Done)>{i18n.texts().redeem.done}</button>
            </div>
        </div>
    }
}

/// Heading and first sentence: what was redeemed just now, or where something older stands.
fn told(i18n: I18n, redemption: &Redemption) -> (&'static str, String) {
    let t = i18n.texts().redeem;
    let to = redemption.recipient.as_deref();
    let just_now = is_just_now(redemption);
    let (title, body) = match (story(redemption), to) {
        (Story::Coded, _) if just_now => (t.receipt_title, t.receipt_code_body.to_owned()),
        (Story::Coded, _) => (t.receipt_voucher_title, t.receipt_code_body.to_owned()),
        (Story::Used, _) => (t.receipt_used_title, String::new()),
        (Story::Ended, _) => (t.receipt_ended_title, String::new()),
        (Story::Delivered, Some(to)) => (t.receipt_delivered_title, fill(t.receipt_delivered_body, &[to])),
        (Story::Delivered, None) => (t.receipt_delivered_title, t.receipt_delivered_plain.to_owned()),
        (Story::OnItsWay, Some(_)) => (t.receipt_on_its_way_title, t.receipt_on_its_way_body.to_owned()),
        (Story::OnItsWay, None) => (t.receipt_on_its_way_title, t.receipt_on_its_way_plain.to_owned()),
        (Story::Preparing, _) => (t.receipt_confirmed_title, t.receipt_confirmed_body.to_owned()),
    };
    if just_now {
        return (title, body);
    }
    let on = fill(t.receipt_redeemed_on, &[&i18n.date_time(redemption.held_at)]);
    (title, format!("{on} {body}").trim_end().to_owned())
}

#[component]
fn Head(i18n: I18n, redemption: Redemption) -> impl IntoView {
    let (title, body) = told(i18n, &redemption);
    view! {
        <div class="receipt__head" role="status">
            <span class="receipt__mark" aria-hidden="true">
                <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">
                    <path d="M5 12.5l4.5 4.5L19 7.5"/>
                </svg>
            </span>
            <h2 class="screen__title" tabindex="-1">{title}</h2>
            <p class="screen__lead">{body}</p>
        </div>
    }
}

fn tickets(desk: Desk, redemption: &Redemption) -> AnyView {
    let count = redemption.vouchers.len();
    redemption
        .vouchers
        .iter()
        .enumerate()
        .map(|(at, voucher)| {
            view! {
                <Ticket desk voucher=voucher.clone() reference=redemption.reference.clone() at=at + 1 count/>
            }
        })
        .collect_view()
        .into_any()
}

#[component]
fn Facts(i18n: I18n, redemption: Redemption) -> impl IntoView {
    let t = i18n.texts().redeem;
    let recipient = redemption.recipient.clone().map(|to| {
        view! { <div class="sums__row"><dt>{t.receipt_recipient}</dt><dd class="receipt__address"><bdi>{to}</bdi></dd></div> }
    });
    let title = redemption.vouchers.is_empty().then(|| {
        view! { <h3 class="ticket__title">{redemption.title.clone()}</h3> }
    });
    let left_name = if is_just_now(&redemption) { t.receipt_left } else { t.receipt_left_then };
    let left = redemption.left.map(|left| {
        view! { <div class="sums__row"><dt>{left_name}</dt><dd>{i18n.points(left)}</dd></div> }
    });
    view! {
        <section class="review__part receipt__facts">
            {title}
            <dl class="sums">
                {recipient}
                <div class="sums__row"><dt>{t.receipt_points}</dt><dd>{i18n.points(redemption.points)}</dd></div>
                {left}
                <div class="sums__row"><dt>{t.receipt_reference}</dt><dd><bdi dir="ltr">{redemption.reference.clone()}</bdi></dd></div>
            </dl>
        </section>
    }
}

/// Which symbol the till reads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Qr,
    Barcode,
}

#[component]
fn Ticket(desk: Desk, voucher: Voucher, reference: String, at: usize, count: usize) -> impl IntoView {
    let i18n = desk.i18n;
    let t = i18n.texts().redeem;
    let coded = voucher.code.is_some();
    let hidden = !coded && !voucher.code_masked.is_empty();
    let number = |n: usize| i18n.number(i64::try_from(n).unwrap_or(i64::MAX));
    let pieces = (count > 1).then(
        || view! { <p class="ticket__count">{fill(t.receipt_pieces, &[&number(at), &number(count)])}</p> },
    );
    let ends = voucher.ends_at.map(|at| {
        view! {
            <div class="sums__row"><dt>{t.receipt_ends}</dt><dd>{i18n.until_date_time(at)}</dd></div>
        }
    });
    let how = (!voucher.how_to_use.is_empty()).then(|| {
        view! {
            <div class="ticket__how"><h4>{t.how_to_use}</h4><p>{voucher.how_to_use.clone()}</p></div>
        }
    });
    let symbol = voucher.code.clone().map(|code| {
        view! { <CodePanel i18n code qr=voucher.qr.clone() barcode=voucher.barcode.clone() title=voucher.title.clone()/> }
    });
    let actions = coded.then(|| view! { <Actions desk voucher=voucher.clone() reference/> });
    let locked = hidden.then(|| view! {
        <p class="ticket__text">{voucher.code_masked.clone()}</p>
        <p class="review__note">{t.code_hidden}</p>
        <div><button class="button button--primary" part="button primary" type="button" on:click=move |_| desk.leave(Leave::Locker)>{t.open_locker}</button></div>
    });
    view! {
        <article class="ticket" part="voucher">
            <div class="ticket__inner" class:ticket__inner--coded=coded>
                {symbol}
                <div class="ticket__facts">
                    <div>
                        <p class="ticket__brand">{voucher.brand.clone()}</p>
                        <h3 class="ticket__title">{voucher.title.clone()}</h3>
                        {pieces}
                    </div>
                    {locked}
                    <dl class="sums">
                        {ends}
                        <div class="sums__row"><dt>{t.receipt_issued}</dt><dd>{i18n.date_time(voucher.issued_at)}</dd></div>
                    </dl>
                    {how}
                    {actions}
                </div>
            </div>
        </article>
    }
}

/// White in dark mode too: a till's scanner needs dark on light with a quiet edge.
#[component]
fn CodePanel(
    i18n: I18n,
    code: String,
    qr: Option<Symbol>,
    barcode: Option<Symbol>,
    title: String,
) -> impl IntoView {
    let t = i18n.texts().redeem;
    let both = qr.is_some() && barcode.is_some();
    let shown = RwSignal::new(if qr.is_some() { Shown::Qr } else { Shown::Barcode });
    let symbols = StoredValue::new((qr, barcode));
    let names = StoredValue::new((fill(t.qr, &[&title]), fill(t.barcode, &[&title])));
    let picture = move || {
        symbols.with_value(|(qr, barcode)| match shown.get() {
            Shown::Qr => {
                qr.as_ref().map(|symbol| draw(symbol, names.with_value(|names| names.0.clone()), false))
            }
            Shown::Barcode => {
                barcode.as_ref().map(|symbol| draw(symbol, names.with_value(|names| names.1.clone()), true))
            }
        })
    };
    let option = move |which: Shown, label: &'static str| {
        view! {
            <button type="button" aria-pressed=move || (shown.get() == which).to_string() on:click=move |_| shown.set(which)>{label}</button>
        }
    };
    view! {
        <div class="ticket__code">
            {picture}
            <p class="ticket__text" aria-label=t.voucher_code>{code}</p>
            {both.then(|| view! {
                <div class="ticket__switch" role="group" aria-label=t.voucher_code>
                    {option(Shown::Qr, t.show_qr)}{option(Shown::Barcode, t.show_barcode)}
                </div>
            })}
        </div>
    }
}

fn draw(symbol: &Symbol, name: String, wide: bool) -> AnyView {
    view! {
        <svg class="ticket__symbol" class:ticket__symbol--wide=wide role="img" aria-label=name
            viewBox=format!("0 0 {} {}", symbol.width, symbol.height) preserveAspectRatio=if wide { "none" } else { "xMidYMid" }>
            <rect width="100%" height="100%" fill="#fff"/>
            <path fill="#14181f" d=symbol.path.clone()/>
        </svg>
    }
    .into_any()
}

#[derive(Clone, PartialEq, Eq)]
enum Said {
    Nothing,
    Good(String),
    Bad(String),
}

#[component]
fn Actions(desk: Desk, voucher: Voucher, reference: String) -> impl IntoView {
    let i18n = desk.i18n;
    let t = i18n.texts().redeem;
    let said = RwSignal::new(Said::Nothing);
    let by_hand = RwSignal::new(false);
    let code = StoredValue::new(voucher.code.clone().unwrap_or_default());
    let copy = move |_| {
        spawn_local(async move {
            let Some(text) = code.try_get_value() else { return };
            let done = clipboard::copy(&text).await;
            by_hand.set(!done);
            said.set(Said::Good(if done { t.copied } else { t.copy_by_hand }.to_owned()));
        });
    };
    let sheet = StoredValue::new(Sheet {
        title: voucher.title.clone(),
        brand: voucher.brand.clone(),
        code: voucher.code.clone().unwrap_or_default(),
        qr: voucher.qr.clone(),
        barcode: voucher.barcode.clone(),
        rows: [
            voucher.ends_at.map(|at| (t.receipt_ends.to_owned(), i18n.until_date_time(at))),
            Some((t.receipt_issued.to_owned(), i18n.date_time(voucher.issued_at))),
            Some((t.receipt_reference.to_owned(), reference)),
        ]
        .into_iter()
        .flatten()
        .collect(),
        how_title: t.how_to_use.to_owned(),
        how: voucher.how_to_use.clone(),
    });
    let place = NodeRef::<html::Div>::new();
    let print = move |_| {
        if let Some(place) = place.get_untracked() {
            sheet.with_value(|sheet| paper::print(&place, sheet));
        }
    };
    let can_print = paper::can_print();
    let sending = RwSignal::new(false);
    let id = StoredValue::new(voucher.id.clone());
    let send = move |channel: Channel| {
        sending.set(true);
        let client = desk.client();
        spawn_local(async move {
            let Some(id) = id.try_get_value() else { return };
            let answer = client.send_voucher(&id, channel).await;
            sending.set(false);
            said.set(match (answer, channel) {
                (Ok(()), Channel::Sms) => Said::Good(t.sent_sms.to_owned()),
                (Ok(()), Channel::Email) => Said::Good(t.sent_email.to_owned()),
                (Err(failure), _) => Said::Bad(failure_line(&failure, t.send_lost)),
            });
        });
    };
    let again = move |channel: Channel, label: &'static str| {
        view! { <button class="button button--quiet" part="button" type="button" disabled=move || sending.get() on:click=move |_| send(channel)>{label}</button> }
    };
    view! {
        <div class="ticket__actions" node_ref=place>
            <button class="button button--primary" part="button primary" type="button" on:click=copy>{t.copy}</button>
            {can_print.then(|| view! { <button class="button" part="button" type="button" on:click=print>{t.print}</button> })}
            {again(Channel::Sms, t.send_sms)}
            {again(Channel::Email, t.send_email)}
        </div>
        {(!can_print).then(|| view! { <p class="ticket__count">{desk.i18n.texts().challenge.no_print}</p> })}
        {move || by_hand.get().then(|| view! { <SelectedCode code=code.get_value() label=t.voucher_code/> })}
        <p class="ticket__said" class:ticket__said--bad=move || matches!(said.get(), Said::Bad(_)) role="status">
            {move || match said.get() { Said::Nothing => None, Said::Good(text) | Said::Bad(text) => Some(text) }}
        </p>
    }
}

/// For browsers that forbid copying: the code in a field, selected, ready for the keyboard.
#[component]
fn SelectedCode(code: String, label: &'static str) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    // Keeps the browser's selection on the code as soon as the field is there.
    Effect::new(move || {
        if let Some(field) = field.get() {
            let _ = field.focus();
            field.select();
        }
    });
    view! { <input node_ref=field class="field__input" part="field" type="text" readonly=true aria-label=label prop:value=code/> }
}
