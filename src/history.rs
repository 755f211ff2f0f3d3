//! The history of points: every change, newest first, by kind, page after page.

mod kinds;

use crate::api::{Client, Failure, is_signed_out};
use crate::i18n::{I18n, history::Texts};
use crate::ui::clipboard;
use crate::ui::notice::{ListBones, LoadAgain, NotLoaded, failure_line};
use crate::ui::reactive::{RwSignal, StoredValue};
use kinds::{KINDS, date, kind_text, word_of};
use leptos::prelude::*;
use leptos::task::spawn_local;
use tukar_wire::{Activity, ActivityKind};

/// What has been loaded of the chosen kind.
#[derive(Clone, PartialEq)]
enum Loaded {
    Nothing,
    Rows { rows: Vec<Activity>, next: Option<String> },
    Failed(Failure),
}

#[derive(Clone, Copy)]
struct Book {
    i18n: I18n,
    client: StoredValue<Client>,
    kind: RwSignal<Option<ActivityKind>>,
    loaded: RwSignal<Loaded>,
    more: RwSignal<More>,
    newest: StoredValue<u32>,
    on_open: Callback<String>,
    on_signed_out: Option<Callback<()>>,
}

/// State of the button that loads the next page.
#[derive(Clone, PartialEq)]
enum More {
    Ready,
    Loading,
    Failed(String),
}

impl Book {
    fn load(self, after: Option<String>) {
        let serial = self.newest.get_value().wrapping_add(1);
        self.newest.set_value(serial);
        let kind = self.kind.get_untracked().and_then(word_of);
        let client = self.client.get_value();
        let t = self.i18n.texts().history;
        let first = after.is_none();
        if first {
            self.loaded.set(Loaded::Nothing);
        }
        self.more.set(More::Loading);
        spawn_local(async move {
            let answer = client.activity(kind, after.as_deref()).await;
            if self.newest.try_get_value() != Some(serial) {
                return;
            }
            if let (Err(failure), Some(on_signed_out)) = (&answer, self.on_signed_out)
                && is_signed_out(failure)
            {
                let _ = on_signed_out.try_run(());
            }
            let (loaded, more) = match answer {
                Ok(page) => {
                    let mut rows = match self.loaded.try_get_untracked() {
                        Some(Loaded::Rows { rows, .. }) if !first => rows,
                        _ => vec![],
                    };
                    rows.extend(page.activities);
                    (Some(Loaded::Rows { rows, next: page.next }), More::Ready)
                }
                Err(failure) if first => (Some(Loaded::Failed(failure)), More::Ready),
                Err(failure) => (None, More::Failed(failure_line(&failure, t.failed_body))),
            };
            if let Some(loaded) = loaded {
                self.loaded.set(loaded);
            }
            self.more.set(more);
        });
    }

    fn choose(self, kind: Option<ActivityKind>) {
        if self.kind.get_untracked() != kind {
            self.kind.set(kind);
            self.load(None);
        }
    }
}

/// The history, with its filter.
#[component]
pub fn History(
    /// The language.
    i18n: I18n,
    /// The API.
    client: Client,
    /// Opens the redemption of a row.
    on_open: Callback<String>,
    /// The session ended.
    #[prop(optional)]
    on_signed_out: Option<Callback<()>>,
) -> impl IntoView {
    let t = i18n.texts().history;
    let book = Book {
        i18n,
        client: StoredValue::new(client),
        kind: RwSignal::new(None),
        loaded: RwSignal::new(Loaded::Nothing),
        more: RwSignal::new(More::Ready),
        newest: StoredValue::new(0),
        on_open,
        on_signed_out,
    };
    book.load(None);
    let words = NotLoaded { title: t.failed_title, body: t.failed_body, again: t.again };
    view! {
        <section class="history">
            <h2 class="screen__title" tabindex="-1">{t.title}</h2>
            <Filter book/>
            {move || match book.loaded.get() {
                Loaded::Nothing => view! { <ListBones said=t.loading rows=6/> }.into_any(),
                Loaded::Failed(failure) => {
                    view! { <LoadAgain failure words on_again=Callback::new(move |()| book.load(None))/> }.into_any()
                }
                Loaded::Rows { rows, .. } if rows.is_empty() => view! { <Empty book/> }.into_any(),
                Loaded::Rows { rows, next } => {
                    let rows = rows.into_iter().map(|row| view! { <Row book row/> }).collect_view();
                    view! { <ol class="history__rows">{rows}</ol><Next book next/> }.into_any()
                }
            }}
        </section>
    }
}

#[component]
fn Filter(book: Book) -> impl IntoView {
    let t = book.i18n.texts().history;
    let chip = move |kind: Option<ActivityKind>, label: &'static str| {
        view! {
            <button class="chip" type="button" aria-pressed=move || (book.kind.get() == kind).to_string()
                on:click=move |_| book.choose(kind)>{label}</button>
        }
    };
    view! {
        <div class="history__filter" role="group" aria-label=t.filter>
            {chip(None, t.all)}
            {KINDS.map(|(kind, _)| chip(Some(kind), kind_text(t, kind))).into_iter().collect_view()}
        </div>
    }
}

#[component]
fn Empty(book: Book) -> impl IntoView {
    let t = book.i18n.texts().history;
    if book.kind.get_untracked().is_none() {
        return view! {
            <div class="history__empty"><p class="history__empty-title">{t.empty_title}</p><p>{t.empty_body}</p></div>
        }
        .into_any();
    }
    view! {
        <div class="history__empty">
            <p>{t.empty_filter}</p>
            <div><button class="button" part="button" type="button" on:click=move |_| book.choose(None)>{t.show_all}</button></div>
        </div>
    }
    .into_any()
}

#[component]
fn Row(book: Book, row: Activity) -> impl IntoView {
    let i18n = book.i18n;
    let t = i18n.texts().history;
    let gained = row.points > 0;
    let redemption = row.redemption_id.clone().filter(|_| row.kind != ActivityKind::Earned);
    let open = redemption.map(|id| {
        view! {
            <button class="link-button" type="button" on:click=move |_| book.on_open.run(id.clone())>{t.receipt}</button>
        }
    });
    view! {
        <li class="history-row">
            <div class="history-row__what">
                <span class="history-row__title">{row.title.clone()}</span>
                <span class="history-row__meta">
                    <span class=format!("history-row__kind history-row__kind--{}", word_of(row.kind).unwrap_or("other"))>
                        {kind_text(t, row.kind)}
                    </span>
                    <span>{date(i18n, &row)}</span>
                </span>
            </div>
            <span class="history-row__points" class:history-row__points--gained=gained>
                {if row.points == 0 { "–".to_owned() } else { i18n.signed(row.points) }}
                <span class="visually-hidden">" "{i18n.texts().points}</span>
            </span>
            <div class="history-row__actions">{open}<CopyReference t id=row.id/></div>
        </li>
    }
}

#[component]
fn CopyReference(t: &'static Texts, id: String) -> impl IntoView {
    let said = RwSignal::new(None::<&'static str>);
    let name = format!("{} {id}", t.copy);
    let reference = StoredValue::new(id.clone());
    let copy = move |_| {
        spawn_local(async move {
            let Some(text) = reference.try_get_value() else { return };
            let done = clipboard::copy(&text).await;
            said.set(Some(if done { t.copied } else { t.copy_by_hand }));
        });
    };
    view! {
        <button class="link-button link-button--soft" type="button" aria-label=name on:click=copy>
            {move || said.get().unwrap_or(t.copy)}
        </button>
        <span class="visually-hidden" role="status">{move || said.get()}</span>
    }
}

#[component]
fn Next(book: Book, next: Option<String>) -> impl IntoView {
    let t = book.i18n.texts().history;
    let Some(after) = next else {
        return view! { <p class="history__end">{t.end}</p> }.into_any();
    };
    view! {
        <div class="history__more">
            <button class="button" part="button" type="button" disabled=move || book.more.get() == More::Loading
                on:click=move |_| book.load(Some(after.clone()))>
                {move || if book.more.get() == More::Loading { t.more_loading } else { t.more }}
            </button>
            <p role="status">{move || match book.more.get() { More::Failed(why) => Some(why), _ => None }}</p>
        </div>
    }
    .into_any()
}
