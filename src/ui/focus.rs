//! Where the keyboard is, when what had it is gone.

use leptos::html;
use leptos::prelude::*;

/// Takes the keyboard to the heading of a screen; does nothing when the screen is gone.
pub fn focus_heading(root: NodeRef<html::Section>) {
    use wasm_bindgen::JsCast;
    let heading =
        root.try_get_untracked().flatten().and_then(|root| root.query_selector("h2").ok().flatten());
    if let Some(heading) = heading.and_then(|heading| heading.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = heading.focus();
    }
}
