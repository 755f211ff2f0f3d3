//! A native modal dialog that a signal opens and closes: focus goes in, stays in, and comes back to where it was.

use crate::catalog::words::Words;
use crate::ui::reactive::Signal;
use leptos::prelude::*;
use leptos::{ev, html};
use wasm_bindgen::JsCast;

/// A dialog with a heading of its own; `label_id` is the id of that heading.
pub(crate) fn sheet(
    words: Words,
    class: &'static str,
    label_id: &'static str,
    open: Signal<bool>,
    parts: (impl Fn() + Copy + 'static, impl Fn() -> AnyView + Send + 'static),
) -> impl IntoView {
    let (close, content) = parts;
    let node = NodeRef::<html::Dialog>::new();
    // Keeps the browser's dialog in step with the signal.
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        if open.get() && !dialog.open() {
            // Refused only for a dialog outside the document: then there is nothing to show.
            let _ = dialog.show_modal();
            // The browser would begin at the button that closes. What is in it is drawn by then.
            request_animation_frame(move || focus_label(&dialog, label_id));
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    let on_backdrop = move |event: ev::MouseEvent| {
        let on_dialog = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if on_dialog.is_some_and(|target| target.tag_name().eq_ignore_ascii_case("dialog")) {
            close();
        }
    };
    view! {
        <dialog node_ref=node part="sheet" class=format!("sheet {class}") aria-labelledby=label_id on:close=move |_| close() on:click=on_backdrop>
            <div class="sheet__inner">
                <button type="button" class="sheet__close" aria-label=words.texts.close on:click=move |_| close()>
                    <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M3.5 3.5l9 9M12.5 3.5l-9 9" /></svg>
                </button>
                {move || open.get().then(&content)}
            </div>
        </dialog>
    }
}

/// A reader begins at what the dialog is about.
fn focus_label(dialog: &web_sys::HtmlDialogElement, label_id: &str) {
    let label = dialog.query_selector(&format!("#{label_id}")).ok().flatten();
    if let Some(label) = label.and_then(|label| label.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = label.set_attribute("tabindex", "-1");
        let _ = label.focus();
    }
}
