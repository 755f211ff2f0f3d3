//! The `<tukar-rewards>` widget. What the loader calls: [`mount`], [`set_attribute`], [`call`],
//! [`see`], [`unmount`].
//!
//! The map: [`app`] joins the screens and is the only one to; [`session`] knows who is here; [`challenge`] is the step at which a
//! one-time code is typed; [`api`] is the only fetch;
//! [`balance`], [`catalog`], [`redeem`], [`locker`], [`history`] and [`support`] are the screens and know nothing of each other;
//! [`i18n`] has the words; [`fold`] is how a search reads a text; [`ui`] has the parts without a product word; [`embed`] is the contract with the host page.

pub mod api;
pub mod app;
pub mod balance;
pub mod catalog;
pub mod challenge;
pub mod embed;
pub mod fold;
pub mod history;
pub mod i18n;
pub mod locker;
pub mod redeem;
pub mod session;
pub mod support;
pub mod ui;

use embed::{Command, Settings};
use js_sys::Function;
use leptos::mount::{UnmountHandle, mount_to};
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyViewState;
use std::cell::RefCell;
use std::collections::BTreeMap;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

struct Widget {
    settings: ArcRwSignal<Settings>,
    /// What the page asked for and was not done yet.
    commands: ArcRwSignal<Vec<Command>>,
    /// Dropped with the widget, which takes the view down.
    _view: UnmountHandle<AnyViewState>,
}

thread_local! {
    /// The widgets of this page. The loader holds their numbers only: a Rust object in its hands could be freed twice.
    static WIDGETS: RefCell<(u32, BTreeMap<u32, Widget>)> = const { RefCell::new((0, BTreeMap::new())) };
}

/// Mounts a widget into `root`, an empty box in the shadow root of `host`, whose attributes are its settings and from
/// which its events go out; `api` is the origin to ask, and `early` hands over what was asked of it already (see
/// [`api::Client::new`]). The answer is the widget's number.
#[wasm_bindgen]
#[must_use]
pub fn mount(root: HtmlElement, host: HtmlElement, api: String, early: Option<Function>) -> u32 {
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    let settings = ArcRwSignal::new(Settings::read(&host, api));
    let commands = ArcRwSignal::new(Vec::new());
    let (shown, asked) = (settings.clone(), commands.clone());
    let view =
        mount_to(root, move || view! { <app::App settings=shown commands=asked host early/> }.into_any());
    WIDGETS.with_borrow_mut(|(last, widgets)| {
        *last += 1;
        widgets.insert(*last, Widget { settings, commands, _view: view });
        *last
    })
}

/// An attribute of the element changed, or went; numbers and names that mean nothing are ignored.
#[wasm_bindgen]
pub fn set_attribute(widget: u32, name: String, value: Option<String>) {
    let settings =
        WIDGETS.with_borrow(|(_, widgets)| widgets.get(&widget).map(|widget| widget.settings.clone()));
    if let Some(settings) = settings {
        settings.update(|settings| settings.set(&name, value.unwrap_or_default()));
    }
}

/// A method of the element was called; numbers and names that mean nothing are ignored.
#[wasm_bindgen]
pub fn call(widget: u32, name: String, value: String) {
    let Some(asked) = Command::of(&name, value) else { return };
    let commands =
        WIDGETS.with_borrow(|(_, widgets)| widgets.get(&widget).map(|widget| widget.commands.clone()));
    if let Some(commands) = commands {
        commands.update(|commands| commands.push(asked));
    }
}

/// Which part of this window the visitor sees, in CSS pixels: told by the frame, which is as high as its content.
#[wasm_bindgen]
pub fn see(top: f64, height: f64) {
    ui::viewport::set(top, height);
}

/// Takes the widget down and frees what it held; a second time changes nothing.
#[wasm_bindgen]
pub fn unmount(widget: u32) {
    let gone = WIDGETS.with_borrow_mut(|(_, widgets)| widgets.remove(&widget));
    drop(gone);
}
