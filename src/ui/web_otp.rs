//! Fills in a code that the browser reads from a text message (WebOTP), where it can: Chrome on Android. It asks the visitor
//! itself; the message's last line names the site.
//!
//! Chromium keeps no page for going back to once a document in it has asked for a code, also after the question was taken back:
//! a member who goes back would lose their place, and where frames may keep nothing their session. What has asked must be
//! gone by then, so an empty frame of the same origin asks, and goes with the step at which a code is typed.
//!
//! Source: <https://wicg.github.io/web-otp/>. Elsewhere `autocomplete="one-time-code"` does the same from the keyboard.

use crate::ui::reactive::StoredValue;
use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::html::Iframe;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

/// Messages that are waited for in one view: the first code and those that are sent again.
const MESSAGES_MAX: u32 = 5;

/// Hands over the code of each message that comes until the view goes. Nobody sees it; in a browser without WebOTP it is nothing.
#[component]
pub fn WebOtp(
    /// Called with each code.
    on_code: Callback<String>,
) -> impl IntoView {
    let frame = NodeRef::<Iframe>::new();
    // Asks as soon as the frame is in the page and has a window.
    Effect::new(move || {
        if let Some(window) = frame.get().and_then(|frame| property(&frame, "contentWindow")) {
            listen(&window, on_code);
        }
    });
    is_known().then(
        || view! { <iframe node_ref=frame style:display="none" aria-hidden="true" tabindex="-1"></iframe> },
    )
}

fn is_known() -> bool {
    web_sys::window().is_some_and(|window| property(&window, "OTPCredential").is_some())
}

fn listen(window: &JsValue, on_code: Callback<String>) {
    let Some((get, credentials)) = reader(window) else { return };
    let Ok(abort) = AbortController::new() else { return };
    let options = options(&abort);
    let abort = StoredValue::new(abort);
    on_cleanup(move || {
        let _ = abort.try_with_value(AbortController::abort);
    });
    spawn_local(async move {
        for _ in 0..MESSAGES_MAX {
            let Ok(asked) = get.call1(&credentials, &options) else { return };
            // Refused, without a sender, or ended with the view: then it is typed. It is a promise of the other window's.
            let Ok(found) = JsFuture::from(Promise::resolve(&asked)).await else { return };
            if let Some(code) = property(&found, "code").and_then(|code| code.as_string()) {
                let _ = on_code.try_run(code);
            }
        }
    });
}

/// The window's `navigator.credentials` and its `get`.
fn reader(window: &JsValue) -> Option<(Function, JsValue)> {
    let credentials = property(&property(window, "navigator")?, "credentials")?;
    let get = property(&credentials, "get")?.dyn_into().ok()?;
    Some((get, credentials))
}

fn options(abort: &AbortController) -> Object {
    let (options, otp) = (Object::new(), Object::new());
    let _ = Reflect::set(&otp, &"transport".into(), &Array::of1(&"sms".into()));
    let _ = Reflect::set(&options, &"otp".into(), &otp);
    let _ = Reflect::set(&options, &"signal".into(), &abort.signal());
    options
}

fn property(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &JsValue::from_str(name)).ok().filter(|value| !value.is_undefined() && !value.is_null())
}
