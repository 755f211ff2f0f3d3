//! The widget in a real browser: it mounts, several stand side by side, and unmounting leaves nothing.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a test: what is missing is a failure")]

use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::HtmlElement;

wasm_bindgen_test_configure!(run_in_browser);

/// An API that nobody listens at: the widget must stand without it.
const NOBODY: &str = "http://127.0.0.1:9";

fn place() -> HtmlElement {
    let document = web_sys::window().unwrap().document().unwrap();
    let element: HtmlElement = document.create_element("div").unwrap().dyn_into().unwrap();
    document.body().unwrap().append_child(&element).unwrap();
    element
}

#[wasm_bindgen_test]
fn the_widget_mounts_and_shows_its_shell() {
    let (root, host) = (place(), place());
    let handle = tukar::mount(root.clone(), host, NOBODY.to_owned(), None);
    assert!(
        root.query_selector("input[type=search], nav, button").unwrap().is_some(),
        "{}",
        root.text_content().unwrap()
    );
    tukar::unmount(handle);
}

#[wasm_bindgen_test]
fn unmounting_leaves_an_empty_box() {
    let (root, host) = (place(), place());
    let handle = tukar::mount(root.clone(), host, NOBODY.to_owned(), None);
    tukar::unmount(handle);
    assert_eq!(root.child_element_count(), 0);
    tukar::unmount(handle);
}

#[wasm_bindgen_test]
fn two_widgets_stand_side_by_side_and_end_apart() {
    let (first, second, host) = (place(), place(), place());
    let one = tukar::mount(first.clone(), host.clone(), NOBODY.to_owned(), None);
    let two = tukar::mount(second.clone(), host, NOBODY.to_owned(), None);
    assert_ne!(one, two);
    tukar::unmount(one);
    assert_eq!(first.child_element_count(), 0);
    assert!(second.child_element_count() > 0);
    tukar::unmount(two);
}

/// The next task of the browser: what a signal moved has been drawn by then.
async fn next_task() {
    let promise = js_sys::Promise::new(&mut |done, _| {
        web_sys::window().unwrap().set_timeout_with_callback(&done).unwrap();
    });
    wasm_bindgen_futures::JsFuture::from(promise).await.unwrap();
}

#[wasm_bindgen_test]
async fn a_language_set_from_outside_shows_at_once() {
    let (root, host) = (place(), place());
    let handle = tukar::mount(root.clone(), host, NOBODY.to_owned(), None);
    tukar::set_attribute(handle, "locale".to_owned(), Some("en".to_owned()));
    next_task().await;
    let english = root.text_content().unwrap();
    tukar::set_attribute(handle, "locale".to_owned(), Some("id".to_owned()));
    next_task().await;
    let indonesian = root.text_content().unwrap();
    assert_ne!(english, indonesian);
    tukar::unmount(handle);
}

#[wasm_bindgen_test]
fn fifty_widgets_come_and_go() {
    for _ in 0..50 {
        let (root, host) = (place(), place());
        let handle = tukar::mount(root.clone(), host, NOBODY.to_owned(), None);
        tukar::unmount(handle);
        root.remove();
    }
}
