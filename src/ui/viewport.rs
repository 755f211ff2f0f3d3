//! Which part of the window the visitor sees. Mostly all of it; a frame that is as high as its content is told by the
//! page around it, because from inside it seems to be seen whole.

use std::cell::Cell;

thread_local! {
    static TOLD: Cell<Option<(f64, f64)>> = const { Cell::new(None) };
}

/// The frame was told: from `top`, so many pixels high.
pub fn set(top: f64, height: f64) {
    TOLD.set(Some((top.max(0.0), height.max(0.0))));
}

/// Top edge and height of what is seen, in the window's pixels.
#[must_use]
pub fn seen() -> (f64, f64) {
    TOLD.get().unwrap_or_else(|| {
        let height = web_sys::window().and_then(|window| window.inner_height().ok()?.as_f64());
        (0.0, height.unwrap_or(900.0))
    })
}
