//! Signing in: contact, then code. Where it leads to afterwards is carried along.

use crate::{Fields, Visit, code_field, i18n::fill, one_line};
use maud::{Markup, html};
use tukar_screens::Formats as _;
use tukar_wire::{Channel, CodeSent, Problem};

/// Who are you? `typed` is what was typed before, `why` says that a session ended.
#[must_use]
pub fn contact(
    visit: &Visit,
    typed: &str,
    problem: Option<&Problem>,
    (then, ended): (Fields<'_>, bool),
) -> Markup {
    let t = visit.i18n.texts().session;
    let error = problem.map(one_line);
    let body = html! {
        header {
            h2.screen__title { (t.title) }
            p.screen__lead { (t.lead) }
        }
        div.field {
            label.field__label for="sign-in-contact" { (t.contact) }
            input #sign-in-contact.field__input name="contact" type="text" autocomplete="username" autocapitalize="off"
                spellcheck="false" required autofocus value=(typed)
                aria-describedby="sign-in-hint sign-in-error" aria-invalid=[error.as_ref().map(|_| "true")];
            p #sign-in-hint.field__hint { (t.contact_hint) }
            p #sign-in-error.field__error role="alert" { @if let Some(error) = &error { (error) } }
        }
        button class="button button--primary button--wide" { (t.send) }
    };
    html! {
        section.sign-in {
            (visit.go((visit.home(), "/plain/home"), &[], html! { button.link-button { (t.back) } }))
            @if ended { div class="notice notice--warn" { div { (t.ended) } } }
            div.sign-in__form { (visit.form("/plain/sign-in", then, body)) }
        }
    }
}

/// Type the code. `sent` is written as JSON in `carried`, for the next page.
#[must_use]
pub fn code(
    visit: &Visit,
    sent: &CodeSent,
    (typed, problem): (&str, Option<&Problem>),
    carried: Fields<'_>,
) -> Markup {
    let (t, r) = (visit.i18n.texts().session, visit.i18n.texts().redeem);
    let code = &sent.code;
    let to = match (code.channel, code.sent_to.is_empty()) {
        (Channel::Sms, false) => t.sent_sms,
        (Channel::Email, false) => t.sent_email,
        (Channel::Sms, true) => t.sent_other_sms,
        (Channel::Email, true) => t.sent_other_email,
    };
    let error = problem.map(one_line);
    let body = html! {
        (code_field(visit, typed, error.as_deref()))
        p.code-step__life { (fill(visit.i18n.texts().catalog.ends_on, &[&visit.i18n.until_time(code.ends_at)])) }
        button class="button button--primary button--wide" { (t.check) }
    };
    html! {
        section.sign-in {
            div.sign-in__form {
                header {
                    h2.screen__title { (t.code_title) }
                    p.screen__lead { (fill(to, &[&code.sent_to])) }
                }
                (visit.form("/plain/sign-in/check", carried, body))
                div.code-step__ways {
                    (visit.form("/plain/sign-in/resend", carried, html! {
                        button.link-button { (r.resend) }
                        @for way in code.channels.iter().filter(|way| **way != code.channel) {
                            @match way {
                                Channel::Sms => button.link-button name="channel" value="sms" { (r.resend_sms) },
                                Channel::Email => button.link-button name="channel" value="email" { (r.resend_email) },
                            }
                        }
                    }))
                    (visit.go(("/plain/sign-in", ""), &[], html! { button.link-button { (t.change) } }))
                }
                p.review__note { (t.not_come) }
            }
        }
    }
}
