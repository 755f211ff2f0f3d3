//! Redeeming without script: review, code, receipt; and where a redemption stands that ended another way.

#[path = "../../../src/redeem/recipient.rs"]
pub mod recipient;

use crate::{
    Fields, Visit,
    catalog::words::Words,
    code::{self, Target},
    i18n::{fill, redeem::EndedText},
    notice, one_line, path_of,
};
use maud::{Markup, html};
use recipient::{Draft, Fault, Field, fault_text, told_of};
use tukar_screens::{
    Formats as _,
    points::paying,
    receipt::{Story, is_just_now, story},
};
use tukar_wire::{
    Channel, Needs, Problem, ProblemKind, Quote, Reason, Redemption, RedemptionState, RewardDetail, Symbol,
    Voucher,
};

/// Lots that are shown.
const LOTS_SHOWN: usize = 8;

/// What the review was filled in with, and what was wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Filled {
    /// Who gets it.
    pub draft: Draft,
    /// Why it was not taken.
    pub problem: Option<Problem>,
    /// The attempt's id: made by the server for this review, so that sending it twice holds once.
    pub attempt: String,
}

fn steps(visit: &Visit, title: &str, step: usize) -> Markup {
    let t = visit.i18n.texts().redeem;
    html! {
        header.redeem__head {
            (visit.open(visit.tab, &[], html! { button.link-button { (t.back) } }))
            h2.screen__title { (title) }
            ol.redeem-steps aria-label=(t.steps) {
                @for (at, name) in [t.step_review, t.step_code, t.step_receipt].into_iter().enumerate() {
                    li.redeem-steps__step.redeem-steps__step--past[at < step] aria-current=[(at == step).then_some("step")] { (name) }
                }
            }
        }
    }
}

/// What it costs, which lots pay, who gets it, and the button that holds the points and sends a code.
#[must_use]
pub fn review(visit: &Visit, (detail, quote): (&RewardDetail, &Quote), filled: &Filled) -> Markup {
    let (i18n, t) = (visit.i18n, visit.i18n.texts().redeem);
    let above = filled.problem.as_ref().filter(|problem| {
        problem.kind != ProblemKind::NotEligible
            && !problem.fields.iter().any(|field| field.field.starts_with("recipient"))
    });
    let (pieces, points) = (quote.quantity.to_string(), quote.points.to_string());
    let fields = [
        ("reward", quote.reward_id.as_str()),
        ("quantity", &pieces),
        ("points", &points),
        ("version", &quote.price_version),
        ("attempt", &filled.attempt),
    ];
    let body = html! {
        div.review {
            div.review__main {
                div.review-reward {
                    p.review-reward__brand { (detail.card.brand) }
                    h3.review-reward__title {
                        @if quote.quantity > 1 { (i18n.number(i64::from(quote.quantity))) " × " }
                        (quote.title)
                    }
                }
                @if let Some(problem) = above { (notice(visit, problem)) }
                (quantity(visit, detail, quote))
                (recipient_fields(visit, (detail.needs, quote), filled))
                (paid_by(visit, quote))
            }
            div.review__sum { (sums_and_button(visit, quote)) }
        }
    };
    html! {
        section.redeem {
            (steps(visit, t.review_title, 0))
            (visit.form("/plain/redeem", &fields, body))
            @if crate::catalog::is_of_account(Words::new(i18n), &quote.reasons) { (crate::to_help(visit)) }
        }
    }
}

/// What is said of the number of pieces stands beside it, and nowhere else.
fn is_of_pieces(reason: &Reason, quote: &Quote) -> bool {
    match reason {
        Reason::TooManyPieces { .. } | Reason::StockShort { .. } => true,
        Reason::LimitReached { .. } => quote.quantity > 1 && quote.quantity_max > 0,
        _ => false,
    }
}

/// How many. The button works the sums out anew and keeps what was typed.
fn quantity(visit: &Visit, detail: &RewardDetail, quote: &Quote) -> Markup {
    let (words, t) = (Words::new(visit.i18n), visit.i18n.texts().redeem);
    let most = quote.quantity_max.max(1);
    let refused = quote.reasons.iter().find(|reason| is_of_pieces(reason, quote));
    html! {
        @if detail.quantity_max > 1 || quote.quantity > 1 {
            div class="field plain-narrow-field" {
                label.field__label for="review-pieces" { (t.quantity) }
                input #review-pieces.field__input type="number" name="pieces" min="1" max=(most) value=(quote.quantity)
                    aria-describedby="review-pieces-hint review-pieces-error" aria-invalid=[refused.map(|_| "true")];
                p #review-pieces-hint.field__hint { @if refused.is_none() { (words.pieces(detail.quantity_max, most)) } }
                p #review-pieces-error.field__error role="alert" {
                    @match refused {
                        // Waiting is not needed for fewer.
                        Some(Reason::LimitReached { .. }) => (words.pieces(u32::MAX, most)),
                        Some(reason) => (words.reason_long(reason, visit.now)),
                        None => {}
                    }
                }
                button.button formaction="/plain/review" formnovalidate { (t.change_quantity) }
            }
        }
    }
}

fn sums_and_button(visit: &Visit, quote: &Quote) -> Markup {
    let (i18n, t) = (visit.i18n, visit.i18n.texts().redeem);
    let elsewhere: Vec<Reason> =
        quote.reasons.iter().filter(|reason| !is_of_pieces(reason, quote)).cloned().collect();
    let words = crate::catalog::reasons(visit, &elsewhere);
    html! {
        dl class="sums review__numbers" {
            div class="sums__row sums__row--total" { dt { (t.total) } dd { (i18n.points(quote.points)) } }
            div.sums__row.sums__row--short[quote.left < 0] {
                dt { @if quote.left < 0 { (t.short) } @else { (t.left) } }
                dd { (i18n.points(quote.left.abs())) }
            }
        }
        @if quote.reasons.is_empty() {
            @if quote.channels.len() > 1 {
                fieldset.review__part {
                    legend.review__note { (t.channel) }
                    div class="picks picks--two" {
                        @for (at, channel) in quote.channels.iter().enumerate() {
                            label.pick {
                                input type="radio" name="channel" value=(channel_word(*channel)) checked[at == 0];
                                span.pick__label { @match channel { Channel::Sms => (t.sms), Channel::Email => (t.email) } }
                            }
                        }
                    }
                }
            }
            button class="button button--primary button--wide" { (t.send_code) }
            (goes_to(visit, quote.channels.first().copied()))
            p.review__note { (fill(t.hold_note, &[&i18n.number(i64::from(quote.hold_seconds / 60))])) }
        } @else if words.is_empty() {
            button class="button button--primary button--wide" disabled { (t.send_code) }
        } @else {
            div class="notice notice--warn" {
                p.notice__title { (t.cannot_title) }
                ul { @for word in words { li { (word) } } }
            }
        }
    }
}

/// Where the code will go, before it is asked for.
fn goes_to(visit: &Visit, channel: Option<Channel>) -> Markup {
    let t = visit.i18n.texts().challenge;
    let member = visit.session.as_ref().map(|signed| &signed.member);
    let told = member.and_then(|member| match channel? {
        Channel::Sms => Some((t.goes_by_sms, member.phone_masked.as_ref()?)),
        Channel::Email => Some((t.goes_by_email, member.email_masked.as_ref()?)),
    });
    html! { @if let Some((text, to)) = told { p.review__note { (fill(text, &[to])) } } }
}

/// The word of a channel in a form.
#[must_use]
pub fn channel_word(channel: Channel) -> &'static str {
    match channel {
        Channel::Sms => "sms",
        Channel::Email => "email",
    }
}

fn recipient_fields(visit: &Visit, (needs, quote): (Needs, &Quote), filled: &Filled) -> Markup {
    let t = visit.i18n.texts().redeem;
    let other = filled.draft.other_number;
    html! {
        @match needs {
            Needs::Nothing => {},
            Needs::Phone => fieldset.review__part {
                legend.review__heading { (t.recipient_title) }
                @if let Some(own) = &quote.own_phone_masked {
                    div class="picks picks--two" {
                        label.pick {
                            input type="radio" name="whose" value="own" checked[!other];
                            span.pick__label { (t.own_number) }
                            bdi.pick__detail dir="ltr" { (own) }
                        }
                        label.pick {
                            input type="radio" name="whose" value="other" checked[other];
                            span.pick__label { (t.other_number) }
                        }
                    }
                }
                div.review-fields { (text_field(visit, AddressOf { needs, quote, filled }, Field::Phone)) }
            },
            Needs::Address => fieldset.review__part {
                legend.review__heading { (t.address_title) }
                div.review-fields {
                    @for field in Field::ADDRESS { (text_field(visit, AddressOf { needs, quote, filled }, field)) }
                }
            },
        }
    }
}

/// What a field of the recipient is drawn from.
#[derive(Clone, Copy)]
struct AddressOf<'a> {
    needs: Needs,
    quote: &'a Quote,
    filled: &'a Filled,
}

fn text_field(visit: &Visit, of: AddressOf<'_>, field: Field) -> Markup {
    let (t, draft) = (visit.i18n.texts().redeem, &of.filled.draft);
    let own = of.quote.own_phone_masked.as_deref();
    let word = field.word();
    let hint = match field {
        Field::Phone => t.phone_hint.to_owned(),
        Field::CourierPhone => own.map_or_else(String::new, |own| fill(t.courier_own, &[own])),
        _ => String::new(),
    };
    let problems = of.filled.problem.as_ref().map(|problem| problem.fields.as_slice()).unwrap_or_default();
    // The server's words, or this field's own where what is wrong can be seen here.
    let error = told_of(field, of.needs, problems).map(|told| match draft.fault(field, own.is_some()) {
        Some(fault @ (Fault::Empty | Fault::TooLong { .. })) => fault_text(t, field, fault),
        _ => told,
    });
    html! {
        div class=(format!("field field--{word}")) {
            label.field__label for=(format!("redeem-{word}")) { (field.label(t)) }
            input.field__input id=(format!("redeem-{word}")) name=(word) type="text" inputmode=(field.inputmode())
                autocomplete=(field.autocomplete()) value=(draft.get(field))
                aria-describedby=(format!("redeem-{word}-hint redeem-{word}-error")) aria-invalid=[error.as_ref().map(|_| "true")];
            p.field__hint id=(format!("redeem-{word}-hint")) { (hint) }
            p.field__error id=(format!("redeem-{word}-error")) role="alert" { @if let Some(error) = &error { (error) } }
        }
    }
}

fn paid_by(visit: &Visit, quote: &Quote) -> Markup {
    let (i18n, t) = (visit.i18n, visit.i18n.texts().redeem);
    let paying = paying(quote, LOTS_SHOWN);
    let count = i64::try_from(paying.more).unwrap_or(i64::MAX);
    html! {
        @if !quote.paid_by.is_empty() {
            section class="review__part review__numbers" {
                h3.review__heading { (t.paid_from) }
                p.review__note { (t.paid_from_note) }
                ul.paid-by {
                    @for lot in paying.rows {
                        li.paid-by__row {
                            span.paid-by__source { (lot.source) }
                            span.paid-by__points { (i18n.number(lot.points)) }
                            span.paid-by__ends {
                                @match lot.ends_at {
                                    Some(at) => span { (fill(t.ends_on, &[&i18n.until_when(at, quote.server_time)])) },
                                    None => span { (t.never_ends) },
                                }
                            }
                        }
                    }
                    @if count > 0 {
                        li.paid-by__row {
                            span.paid-by__source { (fill(t.more_lots, &[&i18n.number(count)])) }
                            span.paid-by__points { (i18n.number(paying.more_points)) }
                        }
                    }
                }
            }
        }
    }
}

/// Where a redemption stands: its code is waited for, it is done, or its points are back.
///
/// `key` names the next confirmation, so that sending it twice spends once; `typed` is what was typed before.
#[must_use]
pub fn standing(
    visit: &Visit,
    redemption: &Redemption,
    (key, typed): (&str, &str),
    problem: Option<&Problem>,
) -> Markup {
    match redemption.state {
        RedemptionState::Held => code(visit, redemption, (key, typed), problem),
        RedemptionState::Voided | RedemptionState::Expired | RedemptionState::Undone => {
            back(visit, redemption)
        }
        _ => receipt(visit, redemption, None),
    }
}

fn code(visit: &Visit, held: &Redemption, (key, typed): (&str, &str), problem: Option<&Problem>) -> Markup {
    let (i18n, t) = (visit.i18n, visit.i18n.texts().redeem);
    // Which code the page was shown with: sent twice, it asks for one other.
    let ends = held.code.as_ref().map_or_else(String::new, |code| code.ends_at.0.to_string());
    let carried: Fields<'_> =
        &[("attempt", &held.id), ("key", key), ("tab", visit.tab.word()), ("ends", &ends)];
    let at_field = |kind| {
        use ProblemKind::{CodeEnded, CodeLocked, CodeWrong, Invalid, Malformed};
        matches!(kind, CodeWrong | CodeEnded | CodeLocked | Invalid | Malformed)
    };
    let error = problem.filter(|problem| at_field(problem.kind)).map(one_line);
    html! {
        section.redeem {
            (steps(visit, t.code_title, 1))
            div.code-step {
                @if let Some(code) = &held.code {
                    p.code-step__sent {
                        (fill(if code.channel == Channel::Sms { t.code_sent_sms } else { t.code_sent_email }, &[&code.sent_to])) " "
                        span.code-step__for { (fill(t.code_for, &[&held.title, &i18n.points(held.points)])) }
                        @if let Some(to) = &held.recipient {
                            span.code-step__for { (t.receipt_recipient) ": " bdi { (to) } }
                        }
                    }
                }
                @if let Some(problem) = problem.filter(|problem| !at_field(problem.kind)) { (notice(visit, problem)) }
                @if let Some(code) = &held.code {
                    (code::step(visit, code::Step {
                        code,
                        typed,
                        error: error.as_deref(),
                        check: Target { path: "/plain/redeem/confirm", carried },
                        resend: Target { path: "/plain/redeem/resend", carried },
                        confirm: &fill(t.confirm, &[&i18n.points(held.points)]),
                    }, &html! {}))
                }
                div.code-step__hold {
                    p { (fill(t.held, &[&i18n.points(held.points)])) " " (fill(i18n.texts().catalog.ends_on, &[&i18n.until_time(held.hold_ends_at)])) "." }
                    (visit.form("/plain/redeem/cancel", carried, html! { button.link-button { (t.cancel) } }))
                }
            }
        }
    }
}

fn back(visit: &Visit, redemption: &Redemption) -> Markup {
    let t = visit.i18n.texts().redeem;
    let EndedText { title, body } = t.points_back(redemption, |points| visit.i18n.points(points));
    html! {
        section.redeem {
            div.redeem__narrow {
                h2.screen__title { (title) }
                p.screen__lead { (body) }
                p.review__note { (redemption.title) " · " bdi dir="ltr" { (redemption.reference) } }
                (visit.form(path_of(visit.tab), &[], html! { button class="button button--primary" { (t.done) } }))
            }
        }
    }
}

/// What came of sending a copy of a voucher.
#[derive(Clone, Copy, Debug)]
pub struct Copied<'a> {
    /// Of which voucher.
    pub voucher: &'a str,
    /// The way that it went, or why it did not.
    pub outcome: Result<Channel, &'a Problem>,
}

/// Heading and first sentence of a receipt.
fn told(visit: &Visit, redemption: &Redemption) -> (&'static str, String) {
    let (i18n, t) = (visit.i18n, visit.i18n.texts().redeem);
    let to = redemption.recipient.is_some();
    let (title, body) = match story(redemption) {
        Story::Coded if is_just_now(redemption) => (t.receipt_title, t.receipt_code_body.to_owned()),
        Story::Coded => (t.receipt_voucher_title, t.receipt_code_body.to_owned()),
        Story::Used => (t.receipt_used_title, String::new()),
        Story::Ended => (t.receipt_ended_title, String::new()),
        Story::Delivered if to => {
            let to = redemption.recipient.as_deref().unwrap_or_default();
            (t.receipt_delivered_title, fill(t.receipt_delivered_body, &[to]))
        }
        Story::Delivered => (t.receipt_delivered_title, t.receipt_delivered_plain.to_owned()),
        Story::OnItsWay if to => (t.receipt_on_its_way_title, t.receipt_on_its_way_body.to_owned()),
        Story::OnItsWay => (t.receipt_on_its_way_title, t.receipt_on_its_way_plain.to_owned()),
        Story::Preparing => (t.receipt_confirmed_title, t.receipt_confirmed_body.to_owned()),
    };
    if is_just_now(redemption) {
        return (title, body);
    }
    let on = fill(t.receipt_redeemed_on, &[&i18n.date_time(redemption.held_at)]);
    (title, if body.is_empty() { on } else { format!("{on} {body}") })
}

/// What the member got; `copied` tells what became of a copy that was asked for on this page.
#[must_use]
pub fn receipt(visit: &Visit, redemption: &Redemption, copied: Option<Copied<'_>>) -> Markup {
    let (i18n, t) = (visit.i18n, visit.i18n.texts().redeem);
    let (title, body) = told(visit, redemption);
    let just_now = is_just_now(redemption);
    html! {
        section.redeem {
            @if !just_now { (visit.open(visit.tab, &[], html! { button.link-button { (t.back) } })) }
            div.receipt {
                div.receipt__head {
                    span.receipt__mark aria-hidden="true" {
                        svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" {
                            path d="M5 12.500l4.500 4.500L19 7.500" {}
                        }
                    }
                    h2.screen__title { (title) }
                    p.screen__lead { (body) }
                }
                @for (at, voucher) in redemption.vouchers.iter().enumerate() {
                    (ticket(visit, (voucher, at + 1, redemption.vouchers.len()), copied))
                }
                section class="review__part receipt__facts" {
                    @if redemption.vouchers.is_empty() { h3.ticket__title { (redemption.title) } }
                    dl.sums {
                        @if let Some(to) = &redemption.recipient {
                            div.sums__row { dt { (t.receipt_recipient) } dd.receipt__address { bdi { (to) } } }
                        }
                        div.sums__row { dt { (t.receipt_points) } dd { (i18n.points(redemption.points)) } }
                        @if let Some(left) = redemption.left {
                            div.sums__row {
                                dt { (if just_now { t.receipt_left } else { t.receipt_left_then }) }
                                dd { (i18n.points(left)) }
                            }
                        }
                        div.sums__row { dt { (t.receipt_reference) } dd { bdi dir="ltr" { (redemption.reference) } } }
                    }
                }
                div.receipt__foot { (visit.form(path_of(visit.tab), &[], html! { button.button { (t.done) } })) }
            }
        }
    }
}

fn ticket(
    visit: &Visit,
    (voucher, at, count): (&Voucher, usize, usize),
    copied: Option<Copied<'_>>,
) -> Markup {
    let (i18n, t) = (visit.i18n, visit.i18n.texts().redeem);
    let number = |n: usize| i18n.number(i64::try_from(n).unwrap_or(i64::MAX));
    html! {
        article.ticket {
            div.ticket__inner.ticket__inner--coded[voucher.code.is_some()] {
                @if let Some(code) = &voucher.code {
                    div.ticket__code {
                        @if let Some(qr) = &voucher.qr { (symbol(qr, &fill(t.qr, &[&voucher.title]), false)) }
                        p.ticket__text { (code) }
                        @if let Some(bars) = &voucher.barcode { (symbol(bars, &fill(t.barcode, &[&voucher.title]), true)) }
                    }
                }
                div.ticket__facts {
                    div {
                        p.ticket__brand { (voucher.brand) }
                        h3.ticket__title { (voucher.title) }
                        @if count > 1 { p.ticket__count { (fill(t.receipt_pieces, &[&number(at), &number(count)])) } }
                    }
                    @if voucher.code.is_none() && !voucher.code_masked.is_empty() {
                        p.ticket__text { (voucher.code_masked) }
                        p.review__note { (t.code_hidden) }
                        (visit.form("/plain/locker", &[], html! {
                            div { button class="button button--primary" { (t.open_locker) } }
                        }))
                    }
                    dl.sums {
                        @if let Some(at) = voucher.ends_at {
                            div.sums__row { dt { (t.receipt_ends) } dd { (i18n.until_date_time(at)) } }
                        }
                        div.sums__row { dt { (t.receipt_issued) } dd { (i18n.date_time(voucher.issued_at)) } }
                    }
                    @if !voucher.how_to_use.is_empty() {
                        div.ticket__how { h4 { (t.how_to_use) } p { (voucher.how_to_use) } }
                    }
                    @if voucher.code.is_some() { (copies(visit, voucher, copied)) }
                }
            }
        }
    }
}

/// A copy to the member's own contact. Copying and printing are the browser's own here.
fn copies(visit: &Visit, voucher: &Voucher, copied: Option<Copied<'_>>) -> Markup {
    let t = visit.i18n.texts().redeem;
    let carried =
        [("voucher", voucher.id.as_str()), ("attempt", &voucher.redemption_id), ("tab", visit.tab.word())];
    let said = copied.filter(|copied| copied.voucher == voucher.id).map(|copied| match copied.outcome {
        Ok(Channel::Sms) => (t.sent_sms.to_owned(), false),
        Ok(Channel::Email) => (t.sent_email.to_owned(), false),
        Err(problem) => (one_line(problem), true),
    });
    html! {
        (visit.form("/plain/voucher/send", &carried, html! {
            div.ticket__actions {
                button class="button button--quiet" name="channel" value="sms" { (t.send_sms) }
                button class="button button--quiet" name="channel" value="email" { (t.send_email) }
            }
        }))
        @if let Some((text, bad)) = said { p.ticket__said.ticket__said--bad[bad] role="status" { (text) } }
    }
}

fn symbol(symbol: &Symbol, name: &str, wide: bool) -> Markup {
    html! {
        svg.ticket__symbol.ticket__symbol--wide[wide] role="img" aria-label=(name)
            viewBox=(format!("0 0 {} {}", symbol.width, symbol.height)) preserveAspectRatio=(if wide { "none" } else { "xMidYMid" }) {
            rect width="100%" height="100%" fill="#fff" {}
            path fill="#14181f" d=(symbol.path) {}
        }
    }
}
