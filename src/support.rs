//! Help: news, questions and answers, how points work, and the ways to reach a person.

mod shown;

use crate::api::{Client, Failure};
use crate::i18n::{I18n, support::Texts};
use crate::ui::notice::{ListBones, LoadAgain, NotLoaded};
use crate::ui::reactive::{Memo, RwSignal, StoredValue};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shown::{SEARCH_FROM, is_safe, kind_text, matches};
use tukar_screens::Formats as _;
use tukar_wire::{Announcement, Contact, Programme, Question};

#[derive(Clone, PartialEq)]
enum Loaded {
    Nothing,
    Here(Box<Programme>),
    Failed(Failure),
}

/// The help screen; needs no session.
#[component]
pub fn Support(
    /// The language.
    i18n: I18n,
    /// The API.
    client: Client,
) -> impl IntoView {
    let t = i18n.texts().support;
    let loaded = RwSignal::new(Loaded::Nothing);
    let client = StoredValue::new(client);
    let load = move || {
        loaded.set(Loaded::Nothing);
        let client = client.get_value();
        spawn_local(async move {
            loaded.set(match client.programme().await {
                Ok(programme) => Loaded::Here(Box::new(programme)),
                Err(failure) => Loaded::Failed(failure),
            });
        });
    };
    load();
    let words = NotLoaded { title: t.failed_title, body: t.failed_body, again: t.again };
    view! {
        <section class="support">
            <h2 class="screen__title" tabindex="-1">{t.title}</h2>
            {move || match loaded.get() {
                Loaded::Nothing => view! { <ListBones said=t.loading/> }.into_any(),
                Loaded::Failed(failure) => {
                    view! { <LoadAgain failure words on_again=Callback::new(move |()| load())/> }.into_any()
                }
                Loaded::Here(programme) => view! { <Pages i18n programme=*programme/> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn Pages(i18n: I18n, programme: Programme) -> impl IntoView {
    let t = i18n.texts().support;
    let Programme { questions, contacts, announcements, policy, .. } = programme;
    let policy = (!policy.is_empty()).then(|| {
        view! {
            <section class="support__part" aria-labelledby="support-policy">
                <h3 class="support__heading" id="support-policy">{t.policy}</h3>
                <ul class="support__policy">{policy.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
            </section>
        }
    });
    view! {
        <div class="support__columns">
            <div class="support__main">
                <Questions t questions/>
                {policy}
            </div>
            <div class="support__side">
                <Contacts t contacts/>
                <News i18n announcements/>
            </div>
        </div>
    }
}

#[component]
fn Questions(t: &'static Texts, questions: Vec<Question>) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let many = questions.len() >= SEARCH_FROM;
    let questions = StoredValue::new(questions);
    let found = Memo::new(move |_| {
        let wanted = search.get();
        questions.with_value(|questions| {
            questions.iter().filter(|question| matches(question, &wanted)).cloned().collect::<Vec<_>>()
        })
    });
    view! {
        <section class="support__part" aria-labelledby="support-questions">
            <h3 class="support__heading" id="support-questions">{t.questions}</h3>
            {many.then(|| view! {
                <input class="field__input" part="field" type="search" aria-label=t.search placeholder=t.search
                    prop:value=move || search.get() on:input=move |event| search.set(event_target_value(&event))/>
            })}
            <div class="support__questions">
                <For each=move || found.get() key=|question| question.id.clone() let:question>
                    <details class="question">
                        <summary class="question__ask">{question.ask}</summary>
                        <div class="question__answer">{paragraphs(&question.answer)}</div>
                    </details>
                </For>
            </div>
            <p class="support__note" role="status">{move || found.with(Vec::is_empty).then_some(t.none_found)}</p>
        </section>
    }
}

fn paragraphs(text: &str) -> impl IntoView + use<> {
    text.split("\n\n").map(|part| view! { <p>{part.to_owned()}</p> }).collect_view()
}

#[component]
fn Contacts(t: &'static Texts, contacts: Vec<Contact>) -> impl IntoView {
    let rows: Vec<_> = contacts.into_iter().filter(|contact| is_safe(&contact.href)).collect();
    (!rows.is_empty()).then(|| {
        let rows = rows.into_iter().map(|contact| {
            let outside = contact.href.starts_with("https:");
            view! {
                <li>
                    <a class="contact" href=contact.href target=outside.then_some("_blank") rel=outside.then_some("noopener noreferrer")>
                        <span class="contact__kind">{kind_text(t, contact.kind)}</span>
                        <span class="contact__label"><bdi>{contact.label}</bdi></span>
                        {(!contact.note.is_empty()).then(|| view! { <span class="contact__note">{contact.note}</span> })}
                    </a>
                </li>
            }
        });
        view! {
            <section class="support__part" aria-labelledby="support-contacts">
                <h3 class="support__heading" id="support-contacts">{t.contacts}</h3>
                <p class="support__note">{t.reference_tip}</p>
                <ul class="support__contacts">{rows.collect_view()}</ul>
            </section>
        }
    })
}

#[component]
fn News(i18n: I18n, announcements: Vec<Announcement>) -> impl IntoView {
    let t = i18n.texts().support;
    (!announcements.is_empty()).then(|| {
        let rows = announcements.into_iter().map(|news| {
            view! {
                <li class="news">
                    <p class="news__at">{i18n.date(news.at)}</p>
                    <h4 class="news__title">{news.title}</h4>
                    <div class="news__body">{paragraphs(&news.body)}</div>
                </li>
            }
        });
        view! {
            <section class="support__part" aria-labelledby="support-news">
                <h3 class="support__heading" id="support-news">{t.announcements}</h3>
                <ul class="support__news">{rows.collect_view()}</ul>
            </section>
        }
    })
}
