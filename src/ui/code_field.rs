//! The field for a one-time code: one input, any separators, any decimal digits, sent by itself when it is full.
//!
//! One input and not one box per digit: autofill, paste, screen readers and the keyboard all know how to use it.
//! Invariants: the field never holds anything but ASCII digits, at most as many as the code has; the same full code
//! is offered once, until it is changed; after an error what was typed stays, selected, so that typing replaces it.

use crate::ui::reactive::{RwSignal, Signal, StoredValue};
use leptos::html::Input;
use leptos::prelude::*;

/// The digits in what was typed, pasted or filled in: separators and words are dropped, digits of other scripts
/// become ASCII, and what comes after the first `max` digits is cut.
#[must_use]
pub fn digits_of(typed: &str, max: usize) -> String {
    typed.chars().filter_map(ascii_digit).take(max).collect()
}

/// Arabic-Indic, Persian and full-width digits are what phones of those languages put on the clipboard.
fn ascii_digit(c: char) -> Option<char> {
    let zero = match c {
        '0'..='9' => '0',
        '\u{0660}'..='\u{0669}' => '\u{0660}',
        '\u{06F0}'..='\u{06F9}' => '\u{06F0}',
        '\u{FF10}'..='\u{FF19}' => '\u{FF10}',
        _ => return None,
    };
    char::from_digit(u32::from(c) - u32::from(zero), 10)
}

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
    /// A check is under way.
    #[prop(into)]
    busy: Signal<bool>,
    /// Called with the code when its last digit is typed, and on Enter.
    on_full: Callback<String>,
    /// How many digits a code has.
    #[prop(default = tukar_wire::CODE_DIGITS)]
    digits: usize,
) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let offered = StoredValue::new(String::new());
    let offer = move |code: String| {
        if code.len() == digits && !busy.get_untracked() {
            offered.set_value(code.clone());
            on_full.run(code);
        }
    };
    let typed = move |event: leptos::ev::Event| {
        let text = event_target_value(&event);
        let code = digits_of(&text, digits);
        if code != text
            && let Some(input) = input.get_untracked()
        {
            input.set_value(&code);
        }
        value.set(code.clone());
        if code != offered.get_value() {
            offer(code);
        }
    };
    // Keeps the browser's selection in step with the error: what was typed is selected, so that typing replaces it.
    Effect::new(move || {
        if error.get().is_some()
            && let Some(input) = input.get_untracked()
        {
            offered.set_value(String::new());
            let _ = input.focus();
            input.select();
        }
    });
    // Keeps the keyboard where the code is typed, as soon as the field is there.
    Effect::new(move || {
        if let Some(input) = input.get() {
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
                // Room for separators: `4 8 2 - 9 1 3` is pasted whole and cleaned after.
                maxlength=(digits * 3).to_string()
                pattern=format!("[0-9]{{{digits}}}")
                required=true
                prop:value=move || value.get()
                prop:readOnly=move || busy.get()
                aria-invalid=move || error.get().is_some().then_some("true")
                aria-describedby=move || error.get().is_some().then(|| described.clone())
                on:input=typed
                on:keydown=move |event: leptos::ev::KeyboardEvent| {
                    if event.key() == "Enter" {
                        event.prevent_default();
                        offer(value.get_untracked());
                    }
                }
            />
            <p class="code-field__error" id=described_too role="alert">{move || error.get()}</p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::digits_of;

    #[test]
    fn separators_and_words_around_a_code_are_dropped() {
        for (typed, code) in [
            ("482913", "482913"),
            ("482 913", "482913"),
            ("482-913", "482913"),
            (" 4 8 2\u{a0}9 1 3 ", "482913"),
            ("Kode: 482913.", "482913"),
            ("482913\n", "482913"),
            ("48", "48"),
            ("", ""),
            ("abc", ""),
        ] {
            assert_eq!(digits_of(typed, 6), code, "{typed:?}");
        }
    }

    #[test]
    fn digits_of_other_scripts_become_ascii() {
        for typed in ["٤٨٢٩١٣", "۴۸۲۹۱۳", "４８２９１３"] {
            assert_eq!(digits_of(typed, 6), "482913", "{typed}");
        }
    }

    #[test]
    fn what_comes_after_the_last_digit_is_cut() {
        assert_eq!(digits_of("4829135", 6), "482913");
    }

    #[test]
    fn lookalikes_that_are_not_decimal_digits_are_dropped() {
        assert_eq!(digits_of("①Ⅳ½²3", 6), "3");
    }
}
