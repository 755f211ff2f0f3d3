//! The one set of drawn icons: 24 by 24, strokes of 1.5.

mod paths;

use leptos::prelude::*;
pub use paths::{GIFT, HELP, LIST, TICKET};

/// An icon by its path; decoration only, the word stands beside it.
#[component]
pub fn Icon(
    /// SVG path data on a 24 by 24 ground.
    path: &'static str,
) -> impl IntoView {
    view! {
        <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"
            stroke-linejoin="round" aria-hidden="true"><path d=path/></svg>
    }
}
