//! Help: news, questions and answers, how points work, and the ways to reach a person.

#[path = "../../../src/support/shown.rs"]
mod shown;

use crate::Visit;
use maud::{Markup, html};
use shown::{SEARCH_FROM, is_safe, kind_text, matches};
use tukar_screens::Formats as _;
use tukar_wire::{Announcement, Contact, Programme, Question};

/// The help; `wanted` is what was typed into its search.
#[must_use]
pub fn help(visit: &Visit, programme: &Programme, wanted: &str) -> Markup {
    let t = visit.i18n.texts().support;
    html! {
        section.support {
            h2.screen__title { (t.title) }
            div.support__columns {
                div.support__main {
                    (questions(visit, &programme.questions, wanted))
                    @if !programme.policy.is_empty() {
                        section.support__part aria-labelledby="support-policy" {
                            h3 #support-policy.support__heading { (t.policy) }
                            ul.support__policy { @for line in &programme.policy { li { (line) } } }
                        }
                    }
                }
                div.support__side {
                    (contacts(visit, &programme.contacts))
                    (news(visit, &programme.announcements))
                }
            }
        }
    }
}

fn questions(visit: &Visit, all: &[Question], wanted: &str) -> Markup {
    let t = visit.i18n.texts().support;
    let typed = wanted.trim();
    let found: Vec<&Question> = all.iter().filter(|question| matches(question, typed)).collect();
    // What was searched for is read, not folded; of a few at least.
    let open = !typed.is_empty() && found.len() <= 3;
    html! {
        section.support__part aria-labelledby="support-questions" {
            h3 #support-questions.support__heading { (t.questions) }
            @if all.len() >= SEARCH_FROM {
                (visit.go(("/plain/help", "/plain/help"), &[], html! {
                    input.field__input type="search" name="search" aria-label=(t.search) placeholder=(t.search) value=(wanted);
                    button.visually-hidden { (t.search) }
                }))
            }
            div.support__questions {
                @for question in &found {
                    details.question open[open] {
                        summary.question__ask { (question.ask) }
                        div.question__answer { (paragraphs(&question.answer)) }
                    }
                }
            }
            p.support__note role="status" { @if found.is_empty() { (t.none_found) } }
        }
    }
}

fn paragraphs(text: &str) -> Markup {
    html! { @for part in text.split("\n\n") { p { (part) } } }
}

fn contacts(visit: &Visit, all: &[Contact]) -> Markup {
    let t = visit.i18n.texts().support;
    let safe: Vec<&Contact> = all.iter().filter(|contact| is_safe(&contact.href)).collect();
    html! {
        @if !safe.is_empty() {
            section.support__part aria-labelledby="support-contacts" {
                h3 #support-contacts.support__heading { (t.contacts) }
                p.support__note { (t.reference_tip) }
                ul.support__contacts {
                    @for contact in safe {
                        @let outside = contact.href.starts_with("https:");
                        li {
                            a.contact href=(contact.href) target=[outside.then_some("_blank")] rel=[outside.then_some("noopener noreferrer")] {
                                span.contact__kind { (kind_text(t, contact.kind)) }
                                span.contact__label { bdi { (contact.label) } }
                                @if !contact.note.is_empty() { span.contact__note { (contact.note) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn news(visit: &Visit, all: &[Announcement]) -> Markup {
    let t = visit.i18n.texts().support;
    html! {
        @if !all.is_empty() {
            section.support__part aria-labelledby="support-news" {
                h3 #support-news.support__heading { (t.announcements) }
                ul.support__news {
                    @for news in all {
                        li.news {
                            p.news__at { (visit.i18n.date(news.at)) }
                            h4.news__title { (news.title) }
                            div.news__body { (paragraphs(&news.body)) }
                        }
                    }
                }
            }
        }
    }
}
