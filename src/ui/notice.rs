//! One calm block that says what happened and what to do next.

use crate::api::Failure;
use crate::i18n::fill;
use leptos::prelude::*;
use tukar_wire::Problem;

/// Colour of a notice's edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It worked.
    Good,
    /// Worth knowing before going on.
    Warn,
}

/// A notice that is read out when it appears.
#[component]
pub fn Notice(
    /// Colour of its edge.
    tone: Tone,
    /// A line in bold above.
    #[prop(optional)]
    title: Option<&'static str>,
    /// What it says.
    children: Children,
) -> impl IntoView {
    let class = match tone {
        Tone::Good => "notice notice--good",
        Tone::Warn => "notice notice--warn",
    };
    view! {
        <div class=class part="notice" role="status">
            {title.map(|title| view! { <p class="notice__title">{title}</p> })}
            <div>{children()}</div>
        </div>
    }
}

/// A problem as the server worded it: what happened, what to do next, and, put into `reference_note` at `{0}`, the
/// reference to give to support.
pub fn problem_notice(problem: &Problem, reference_note: &'static str) -> AnyView {
    let Problem { title, detail, next, reference, .. } = problem.clone();
    let paragraph = |text: String| (!text.is_empty()).then(|| view! { <p>{text}</p> });
    let reference = (!reference.is_empty()).then(|| {
        view! { <p class="notice__reference">{fill(reference_note, &[&reference])}</p> }
    });
    view! {
        <div class="notice notice--bad" part="notice" role="alert">
            <p class="notice__title">{title}</p>
            {paragraph(detail)}
            {paragraph(next)}
            {reference}
        </div>
    }
    .into_any()
}

/// A problem in one line: what happened and what to do next.
#[must_use]
pub fn one_line(problem: &Problem) -> String {
    let first = if problem.detail.is_empty() { &problem.title } else { &problem.detail };
    if problem.next.is_empty() { first.clone() } else { format!("{first} {}", problem.next) }
}

/// What to say of a failure in one line; `lost` when there was no answer.
#[must_use]
pub fn failure_line(failure: &Failure, lost: &'static str) -> String {
    match failure {
        Failure::Refused(problem) => one_line(problem),
        Failure::Offline | Failure::Unknown => lost.to_owned(),
    }
}

/// The same at a field: its own problem says more than the problem of the whole request.
#[must_use]
pub fn field_line(failure: &Failure, lost: &'static str) -> String {
    match failure {
        Failure::Refused(problem) if !problem.fields.is_empty() => problem.fields[0].message.clone(),
        failure => failure_line(failure, lost),
    }
}

/// What is said when nothing could be loaded.
#[derive(Clone, Copy, Debug)]
pub struct NotLoaded {
    /// Title when there was no answer.
    pub title: &'static str,
    /// What that means and what to do.
    pub body: &'static str,
    /// The button.
    pub again: &'static str,
}

/// A screen that could not be loaded, with a button to try again.
#[component]
pub fn LoadAgain(
    /// Why.
    failure: Failure,
    /// Words.
    words: NotLoaded,
    /// Tries again.
    on_again: Callback<()>,
) -> impl IntoView {
    let said = match failure {
        Failure::Refused(problem) => problem_notice(&problem, "{0}"),
        Failure::Offline | Failure::Unknown => {
            view! { <Notice tone=Tone::Warn title=words.title>{words.body}</Notice> }.into_any()
        }
    };
    view! {
        <div class="load-again">
            {said}
            <div><button class="button" part="button" type="button" on:click=move |_| on_again.run(())>{words.again}</button></div>
        </div>
    }
}

/// The shape of a list while it loads, so that nothing jumps.
#[component]
pub fn ListBones(
    /// Read out.
    said: &'static str,
    /// Rows.
    #[prop(default = 5)]
    rows: usize,
) -> impl IntoView {
    view! {
        <div class="list-bones" aria-busy="true">
            {(0..rows).map(|_| view! { <span></span> }).collect_view()}
            <p class="visually-hidden" role="status">{said}</p>
        </div>
    }
}
