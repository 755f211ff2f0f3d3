//! The step at which a one-time code is typed: the same for signing in, the locker and redeeming.

use crate::{Fields, Visit, code_field, i18n::fill, redeem::channel_word};
use maud::{Markup, html};
use tukar_screens::Formats as _;
use tukar_wire::{Channel, CodeState};

/// A form: where it is sent, and what it carries.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// Path.
    pub path: &'a str,
    /// Hidden fields.
    pub carried: Fields<'a>,
}

/// What the step shows.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// The code as it stands.
    pub code: &'a CodeState,
    /// What was typed before.
    pub typed: &'a str,
    /// Why that was not taken.
    pub error: Option<&'a str>,
    /// Checks the code.
    pub check: Target<'a>,
    /// Sends a new one.
    pub resend: Target<'a>,
    /// The button that checks.
    pub confirm: &'a str,
}

/// The field and its button; of a code that can't be used any more, why, and the button that sends a new one. `more` are
/// further ways out.
#[must_use]
pub fn step(visit: &Visit, step: Step<'_>, more: &Markup) -> Markup {
    let (i18n, r) = (visit.i18n, visit.i18n.texts().redeem);
    let code = step.code;
    let over = match code.tries_left {
        0 => Some(r.code_locked),
        _ if code.ends_at <= visit.now => Some(r.code_over),
        _ => None,
    };
    html! {
        @if let Some(over) = over {
            p.code-field__error role="alert" { (over) }
        } @else {
            (visit.form(step.check.path, step.check.carried, html! {
                (code_field(visit, step.typed, step.error))
                p.code-step__life {
                    span { (fill(i18n.texts().catalog.ends_on, &[&i18n.until_time(code.ends_at)])) }
                    " " span { (tries(visit, code.tries_left)) }
                }
                button class="button button--primary button--wide" { (step.confirm) }
            }))
        }
        div.code-step__ways {
            (visit.form(step.resend.path, step.resend.carried, html! {
                @if over.is_some() {
                    button class="button button--primary button--wide" { (r.resend) }
                } @else {
                    button.link-button { (r.resend) }
                }
                @for way in code.channels.iter().filter(|way| **way != code.channel) {
                    button.link-button name="channel" value=(channel_word(*way)) {
                        (if *way == Channel::Sms { r.resend_sms } else { r.resend_email })
                    }
                }
            }))
            (more)
        }
    }
}

fn tries(visit: &Visit, left: u32) -> String {
    let t = visit.i18n.texts().redeem;
    if left == 1 {
        t.tries_one.to_owned()
    } else {
        fill(t.tries_many, &[&visit.i18n.number(i64::from(left))])
    }
}
