//! Signing in: contact, then code. Where it leads to afterwards is carried along.

use crate::{
    Fields, Visit,
    code::{self, Target},
    i18n::fill,
    one_line,
};
use maud::{Markup, html};
use tukar_wire::{Channel, CodeSent, Problem, ProblemKind};

/// What the page of the contact was asked with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// What was typed before.
    pub typed: &'a str,
    /// Others use this computer too.
    pub shared: bool,
    /// Where it leads to.
    pub then: Fields<'a>,
    /// Name of this page: sent twice, it asks for one code.
    pub page: &'a str,
    /// A session has ended.
    pub ended: bool,
}

/// Who are you?
#[must_use]
pub fn contact(visit: &Visit, problem: Option<&Problem>, asked: Asked<'_>) -> Markup {
    let (t, c) = (visit.i18n.texts().session, visit.i18n.texts().challenge);
    // What is wrong with the code that led here is not wrong with the contact.
    let (used, refused) = match problem {
        Some(problem) if problem.kind == ProblemKind::CodeEnded => (Some(problem), None),
        refused => (None, refused),
    };
    let error = refused.map(one_line);
    let mut carried = asked.then.to_vec();
    carried.push(("page", asked.page));
    let body = html! {
        header {
            h2.screen__title { (t.title) }
            p.screen__lead { (t.lead) }
        }
        div.field {
            label.field__label for="sign-in-contact" { (t.contact) }
            input #sign-in-contact.field__input name="contact" type="text" autocomplete="off" autocapitalize="off"
                spellcheck="false" required autofocus value=(asked.typed)
                aria-describedby="sign-in-hint sign-in-error" aria-invalid=[error.as_ref().map(|_| "true")];
            p #sign-in-hint.field__hint { (t.contact_hint) }
            p #sign-in-error.field__error role="alert" { @if let Some(error) = &error { (error) } }
        }
        div.sign-in__shared {
            label.sign-in__agree {
                input type="checkbox" name="shared" value="1" checked[asked.shared] aria-describedby="sign-in-shared";
                (c.shared)
            }
            p #sign-in-shared.field__hint { (c.shared_hint) }
        }
        button class="button button--primary button--wide" { (t.send) }
    };
    html! {
        section.sign-in {
            (visit.go((visit.home(), "/plain/home"), &[], html! { button.link-button { (t.back) } }))
            @if asked.ended { div class="notice notice--warn" { div { (t.ended) } } }
            @if let Some(used) = used { div class="notice notice--warn" role="alert" { div { (one_line(used)) } } }
            div.sign-in__form { (visit.form("/plain/sign-in", &carried, body)) }
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
    let t = visit.i18n.texts().session;
    let code = &sent.code;
    let to = match (code.channel, code.sent_to.is_empty()) {
        (Channel::Sms, false) => t.sent_sms,
        (Channel::Email, false) => t.sent_email,
        (Channel::Sms, true) => t.sent_other_sms,
        (Channel::Email, true) => t.sent_other_email,
    };
    let error = problem.map(one_line);
    let step = code::Step {
        code,
        typed,
        error: error.as_deref(),
        check: Target { path: "/plain/sign-in/check", carried },
        resend: Target { path: "/plain/sign-in/resend", carried },
        confirm: t.check,
    };
    let change = visit.go(("/plain/sign-in", ""), &[], html! { button.link-button { (t.change) } });
    html! {
        section.sign-in {
            div.sign-in__form {
                header {
                    h2.screen__title { (t.code_title) }
                    p.screen__lead { (fill(to, &[&code.sent_to])) }
                }
                (code::step(visit, step, &change))
                p.review__note { (t.not_come) }
            }
        }
    }
}
