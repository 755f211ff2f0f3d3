//! Fills in a code that the browser reads from a text message (WebOTP), where it can: Chrome on Android. It asks the visitor
//! itself; the message's last line names the site.
//!
//! Source: <https://wicg.github.io/web-otp/>. Elsewhere `autocomplete="one-time-code"` does the same from the keyboard.

use crate::ui::reactive::StoredValue;
use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::prelude::on_cleanup;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

/// Messages that are waited for in one view: the first code and those that are sent again.
const MESSAGES_MAX: u32 = 5;

/// Hands over the code of each message that comes until the view goes. A browser without WebOTP does nothing.
pub fn listen(on_code: impl Fn(String) + 'static) {
    let Some((get, credentials)) = reader() else { return };
    let Ok(abort) = AbortController::new() else { return };
    let options = options(&abort);
    let abort = StoredValue::new(abort);
    on_cleanup(move || {
        let _ = abort.try_with_value(AbortController::abort);
    });
    spawn_local(async move {
        for _ in 0..MESSAGES_MAX {
            let asked =
                get.call1(&credentials, &options).ok().and_then(|asked| asked.dyn_into::<Promise>().ok());
            let Some(asked) = asked else { return };
            // Refused, without a sender, or ended with the view: then it is typed.
            let Ok(found) = JsFuture::from(asked).await else { return };
            if let Some(code) = property(&found, "code").and_then(|code| code.as_string()) {
                on_code(code);
            }
        }
    });
}

/// `navigator.credentials` and its `get`, where the browser reads codes.
fn reader() -> Option<(Function, JsValue)> {
    let window = web_sys::window()?;
    property(&window, "OTPCredential")?;
    let credentials = property(&window.navigator(), "credentials")?;
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
