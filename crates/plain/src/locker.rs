//! The claim locker: every voucher, the holds that wait for their code, and the lock on the codes.

#[path = "../../../src/ui/countdown.rs"]
pub mod countdown;
#[path = "../../../src/locker/words.rs"]
mod words;

use crate::{
    Fields, Tab, Visit,
    code::{self, Target},
    i18n::fill,
    one_line,
};
use countdown::{clock_text, seconds_until};
use maud::{Markup, html};
use tukar_screens::Formats as _;
use tukar_wire::{Channel, CodeSent, Problem, Redemption, Voucher, VoucherPage};

/// The lock on the codes, where it isn't as the page of vouchers says.
#[derive(Clone, Copy, Debug)]
pub enum Lock<'a> {
    /// As the page says: open or closed.
    AsTold,
    /// No code could be sent.
    Refused(&'a Problem),
    /// A code is on its way: what was told of it, the same as JSON for the next page, what was typed, and what was wrong.
    Code {
        /// What was told of it.
        sent: &'a CodeSent,
        /// The same as JSON, carried to the next page.
        written: &'a str,
        /// What was typed before.
        typed: &'a str,
        /// What was wrong with it.
        problem: Option<&'a Problem>,
    },
}

/// What lies in the locker.
#[derive(Clone, Copy, Debug)]
pub struct Shelf<'a> {
    /// This page of it.
    pub page: &'a VoucherPage,
    /// Redemptions that wait for their code.
    pub held: &'a [Redemption],
    /// The lock.
    pub lock: Lock<'a>,
    /// Whether anything newer is on a page before.
    pub first: bool,
    /// Name of this page: sent twice, it asks for one code.
    pub form: &'a str,
}

/// The locker.
#[must_use]
pub fn locker(visit: &Visit, shelf: Shelf<'_>) -> Markup {
    let t = visit.i18n.texts().locker;
    let vouchers = &shelf.page.vouchers;
    let (active, past): (Vec<&Voucher>, Vec<&Voucher>) =
        vouchers.iter().partition(|voucher| words::is_active(voucher));
    let coded = vouchers.iter().any(|voucher| !voucher.code_masked.is_empty() || voucher.code.is_some());
    html! {
        section.locker {
            header.locker__head {
                h2.screen__title { (t.title) }
                p.screen__lead { (t.intro) }
            }
            @for one in shelf.held.iter().filter(|one| one.hold_ends_at > visit.now) { (held(visit, one)) }
            @if vouchers.is_empty() && shelf.first { (empty(visit)) } @else {
                @if coded { (lock(visit, shelf)) }
                (group(visit, t.active, &active))
                (group(visit, t.past, &past))
                @if let Some(after) = &shelf.page.next {
                    (visit.form("/plain/locker", &[("after", after)], html! { div { button.button { (t.more) } } }))
                }
            }
        }
    }
}

fn empty(visit: &Visit) -> Markup {
    let t = visit.i18n.texts().locker;
    html! {
        div.locker__empty {
            p.locker__empty-title { (t.empty_title) }
            p { (t.empty_body) }
            (visit.open(Tab::Rewards, &[], html! { div { button class="button button--primary" { (t.to_catalogue) } } }))
        }
    }
}

fn held(visit: &Visit, redemption: &Redemption) -> Markup {
    let (i18n, t) = (visit.i18n, visit.i18n.texts().locker);
    let left = clock_text(seconds_until(redemption.hold_ends_at, visit.now));
    html! {
        div.locker-held {
            div {
                p.locker-held__title { (t.continue_title) }
                p.locker-held__body { (fill(t.continue_body, &[&redemption.title, &i18n.points(redemption.points), &left])) }
            }
            (visit.form("/plain/redemption", &[("attempt", &redemption.id), ("tab", "locker")], html! {
                button class="button button--primary" { (t.continue_action) }
            }))
        }
    }
}

fn group(visit: &Visit, title: &str, rows: &[&Voucher]) -> Markup {
    html! {
        @if !rows.is_empty() {
            section.locker__group {
                h3.locker__heading { (title) }
                ul.locker__rows { @for voucher in rows { (row(visit, voucher)) } }
            }
        }
    }
}

fn row(visit: &Visit, voucher: &Voucher) -> Markup {
    let (i18n, t) = (visit.i18n, visit.i18n.texts().locker);
    let (word, state) = words::state(i18n, voucher.state);
    let masked = (!voucher.code_masked.is_empty()).then_some(&voucher.code_masked);
    html! {
        li.locker-row {
            div.locker-row__what {
                span.locker-row__brand { (voucher.brand) }
                span.locker-row__title { (voucher.title) }
                span.locker-row__meta {
                    span class=(format!("locker-row__state locker-row__state--{word}")) { (state) }
                    span { (words::date(i18n, voucher)) }
                }
            }
            @if let Some(code) = voucher.code.as_ref().or(masked) {
                bdi.locker-row__code.locker-row__code--open[voucher.code.is_some()] dir="ltr" { (code) }
            }
            (visit.form("/plain/redemption", &[("attempt", &voucher.redemption_id), ("tab", "locker")], html! {
                button.button aria-label=(format!("{} {}", t.show, voucher.title)) { (t.show) }
            }))
        }
    }
}

fn lock(visit: &Visit, shelf: Shelf<'_>) -> Markup {
    let (i18n, t) = (visit.i18n, visit.i18n.texts().locker);
    let said = match shelf.lock {
        Lock::Refused(problem) => one_line(problem),
        _ => String::new(),
    };
    html! {
        @match (shelf.lock, shelf.page.open_until) {
            (Lock::Code { sent, written, typed, problem }, _) => (code(visit, Sent { sent, written, typed, problem })),
            (_, Some(until)) => div class="locker-lock locker-lock--open" {
                (icon(true))
                // Nothing counts down here, so the time is told too.
                p.locker-lock__text {
                    (fill(t.open_note, &[&clock_text(seconds_until(until, visit.now))])) ". "
                    (fill(i18n.texts().catalog.ends_on, &[&i18n.until_time(until)])) "."
                }
                (visit.form("/plain/locker/close", &[], html! { button.button { (t.hide) } }))
            },
            _ => div.locker-lock {
                (icon(false))
                div {
                    p.locker-lock__text { (t.closed_note) }
                    p.locker-lock__said role="alert" { (said) }
                }
                (visit.form("/plain/locker/open", &[("page", shelf.form)], html! { button class="button button--primary" { (t.open) } }))
            },
        }
    }
}

fn icon(open: bool) -> Markup {
    let shackle = if open { "M8 11V7.500a4 4 0 0 1 7.600-1.800" } else { "M8 11V7.500a4 4 0 0 1 8 0V11" };
    html! {
        svg.locker-lock__icon viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.5"
            stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" {
            rect x="5" y="11" width="14" height="9" rx="2" {}
            path d=(shackle) {}
            path d="M12 14.500v2" {}
        }
    }
}

/// A code that was sent, and what came of typing one.
#[derive(Clone, Copy)]
struct Sent<'a> {
    sent: &'a CodeSent,
    /// The same as JSON, carried to the next page.
    written: &'a str,
    typed: &'a str,
    problem: Option<&'a Problem>,
}

fn code(visit: &Visit, told: Sent<'_>) -> Markup {
    let (t, r) = (visit.i18n.texts().locker, visit.i18n.texts().redeem);
    let code = &told.sent.code;
    let to = match code.channel {
        Channel::Sms => r.code_sent_sms,
        Channel::Email => r.code_sent_email,
    };
    let error = told.problem.map(one_line);
    let carried: Fields<'_> = &[("sent", told.written)];
    let step = code::Step {
        code,
        typed: told.typed,
        error: error.as_deref(),
        check: Target { path: "/plain/locker/check", carried },
        resend: Target { path: "/plain/locker/resend", carried },
        confirm: t.check,
    };
    let cancel = visit.form("/plain/locker", &[], html! { button.link-button { (t.cancel) } });
    html! {
        div.locker-code {
            h3.locker__heading { (t.code_title) }
            p.locker-code__to { (fill(to, &[&code.sent_to])) "." }
            (code::step(visit, step, &cancel))
        }
    }
}
