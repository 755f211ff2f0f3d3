//! The field for a one-time code: one input, any separators, any decimal digits, whole messages pasted.
//!
//! One input and not one box per digit: autofill, paste, screen readers and the keyboard all know how to use it.
//! Invariants: the field never holds anything but ASCII digits, at most as many as the code has; a text in which the code
//! is not certain is never sent by itself; the same full code is offered once, until it is changed; after an error what
//! was typed stays, selected, so that typing replaces it.

#[path = "../../crates/domain/src/code/typed.rs"]
pub mod typed;

use crate::ui::reactive::{RwSignal, Signal, StoredValue};
use js_sys::{Function, Reflect};
use leptos::html::Input;
use leptos::prelude::*;
use typed::{Reading, TYPED_BYTES_MAX, digits_of, read};
use wasm_bindgen::{JsCast, JsValue};

/// Set by the frame's script on a field that lost the keyboard while it was typed in, without the visitor's doing.
const INTERRUPTED: &str = "data-interrupted";

/// One input for a one-time code of `digits` digits.
///
/// `value` holds only digits and belongs to the caller, so that it can be cleared after a resend. `error` marks the
/// field and selects what was typed whenever it turns from nothing to something or changes. While `busy` the field
/// can be read but not changed. `id` must be unique in the widget's tree; the error's element is `{id}-error`.
#[component]
pub fn CodeField(
    /// Unique id of the input.
    id: &'static str,
    /// What the field is called.
    #[prop(into)]
    label: Signal<String>,
    /// The digits typed so far.
    value: RwSignal<String>,
    /// Why the last code was not taken.
    #[prop(into)]
    error: Signal<Option<String>>,
    /// Said instead of the error, without taking the keyboard: that no code can be typed any more.
    #[prop(into)]
    over: Signal<Option<String>>,
    /// What to say of a pasted text in which no code is certain.
    unclear: &'static str,
    /// A check is under way.
    #[prop(into)]
    busy: Signal<bool>,
    /// Changes with each code that is sent; the keyboard then comes to the field.
    #[prop(into)]
    round: Signal<i64>,
    /// Whether a whole code is offered as soon as it is there, and not only on Enter.
    sends_itself: bool,
    /// Called with the code.
    on_full: Callback<String>,
    /// How many digits a code has.
    #[prop(default = tukar_wire::CODE_DIGITS)]
    digits: usize,
) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let field = Field {
        input,
        value,
        digits,
        offered: StoredValue::new(String::new()),
        unclear: RwSignal::new(false),
        busy,
        sends_itself,
        on_full,
    };
    let said = Signal::derive(move || match (over.get(), field.unclear.get()) {
        (Some(over), _) => Some(over),
        (None, true) => Some(unclear.to_owned()),
        (None, false) => error.get(),
    });
    // Keeps the browser's selection in step with the error: what was typed is selected, so that typing replaces it.
    Effect::new(move || {
        if error.get().is_some()
            && let Some(input) = input.get_untracked()
        {
            field.offered.set_value(String::new());
            field.unclear.set(false);
            let _ = input.focus();
            input.select();
        }
    });
    // Keeps the keyboard where the code is typed: as soon as the field is there, and when another code was sent.
    Effect::new(move || {
        round.track();
        if let Some(input) = input.get() {
            let _ = input.remove_attribute(INTERRUPTED);
            let _ = input.focus();
        }
    });
    let described = format!("{id}-error");
    let described_too = described.clone();
    view! {
        <div class="code-field" style=format!("--code-digits:{digits}")>
            <label class="code-field__label" for=id>{move || label.get()}</label>
            <input
                node_ref=input
                id=id
                class="code-field__input"
                part="code"
                type="text"
                inputmode="numeric"
                autocomplete="one-time-code"
                autocapitalize="off"
                spellcheck="false"
                dir="ltr"
                // Room for a whole message: it is pasted uncut, and read.
                maxlength=TYPED_BYTES_MAX.to_string()
                required=true
                prop:value=move || value.get()
                prop:readOnly=move || busy.get() || over.with(Option::is_some)
                aria-invalid=move || said.with(Option::is_some).then_some("true")
                aria-describedby=move || said.with(Option::is_some).then(|| described.clone())
                on:input=move |event| field.changed(&event)
                on:paste=move |event| field.pasted(&event)
                on:keydown=move |event: leptos::ev::KeyboardEvent| {
                    if event.key() == "Enter" {
                        event.prevent_default();
                        field.offer(value.get_untracked());
                    }
                }
            />
            <p class="code-field__error" id=described_too role="alert">{move || said.get()}</p>
        </div>
    }
}

/// What the field's events work with.
#[derive(Clone, Copy)]
struct Field {
    input: NodeRef<Input>,
    value: RwSignal<String>,
    digits: usize,
    /// The last code that was offered; not offered again by itself.
    offered: StoredValue<String>,
    /// Something was pasted that holds no certain code.
    unclear: RwSignal<bool>,
    busy: Signal<bool>,
    sends_itself: bool,
    on_full: Callback<String>,
}

impl Field {
    fn offer(self, code: String) {
        if code.len() == self.digits && !self.busy.get_untracked() {
            self.offered.set_value(code.clone());
            self.on_full.run(code);
        }
    }

    /// A text is put into the field; one that holds a code replaces what was typed before, whatever the caret's place.
    fn pasted(self, event: &JsValue) {
        let Some(text) = clipboard_text(event) else { return };
        match read(&text, self.digits) {
            Reading::Code { digits, certain } => self.take(digits, certain),
            Reading::Unclear => self.unclear.set(true),
            // Some of the digits: the browser puts them where the caret is.
            Reading::Part(_) => return,
        }
        if let Some(event) = event.dyn_ref::<web_sys::Event>() {
            event.prevent_default();
        }
    }

    fn changed(self, event: &leptos::ev::Event) {
        let text = event_target_value(event);
        if is_one_key(event) {
            return self.take(digits_of(&text, self.digits), true);
        }
        match read(&text, self.digits) {
            Reading::Code { digits, certain } => self.take(digits, certain),
            Reading::Part(digits) => self.take(digits, true),
            Reading::Unclear => {
                let before = self.value.get_untracked();
                self.show(&before);
                self.unclear.set(true);
            }
        }
    }

    fn show(self, code: &str) {
        if let Some(input) = self.input.get_untracked()
            && input.value() != code
        {
            input.set_value(code);
        }
    }

    fn take(self, code: String, certain: bool) {
        self.show(&code);
        self.unclear.set(false);
        self.value.set(code.clone());
        let input = self.input.get_untracked();
        if code.is_empty()
            && let Some(input) = &input
        {
            let _ = input.remove_attribute(INTERRUPTED);
        }
        let interrupted = input.is_some_and(|input| input.has_attribute(INTERRUPTED));
        if self.sends_itself && certain && !interrupted && code != self.offered.get_value() {
            self.offer(code);
        }
    }
}

/// One character came or went by the keyboard; an autofill or a dropped text is none.
fn is_one_key(event: &JsValue) -> bool {
    let text = |name: &str| Reflect::get(event, &name.into()).ok().and_then(|value| value.as_string());
    let kind = text("inputType").unwrap_or_default();
    kind.starts_with("delete")
        || (kind == "insertText" && text("data").is_some_and(|data| data.chars().count() == 1))
}

fn clipboard_text(event: &JsValue) -> Option<String> {
    let data = Reflect::get(event, &"clipboardData".into()).ok().filter(JsValue::is_object)?;
    let read: Function = Reflect::get(&data, &"getData".into()).ok()?.dyn_into().ok()?;
    read.call1(&data, &"text".into()).ok()?.as_string()
}
