//! A voucher on paper.
//!
//! The host page must not be printed, and a print sheet can not reach into a shadow root from outside, so the voucher
//! is set on its own page in a frame of the same origin. Its nodes are made one by one and styled through the object
//! model: no HTML is parsed and no inline style sheet is needed, so a strict content security policy lets it pass.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, HtmlElement, Window};

use tukar_wire::Symbol;

/// What is printed.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    /// Title of the reward.
    pub(super) title: String,
    /// Brand or merchant.
    pub(super) brand: String,
    /// Grouped as it is typed.
    pub(super) code: String,
    /// QR symbol.
    pub(super) qr: Option<Symbol>,
    /// Barcode symbol.
    pub(super) barcode: Option<Symbol>,
    /// Name and value, in order.
    pub(super) rows: Vec<(String, String)>,
    /// Heading over how to use it.
    pub(super) how_title: String,
    /// How to use it.
    pub(super) how: String,
}

const SVG: &str = "http://www.w3.org/2000/svg";

/// False in the browsers of some apps, which have no way to print.
pub(super) fn can_print() -> bool {
    let print = web_sys::window().and_then(|window| js_sys::Reflect::get(&window, &"print".into()).ok());
    print.is_some_and(|print| print.is_function())
}

/// Prints the sheet from a frame of its own beside `place`; a browser that can't does nothing.
pub(super) fn print(place: &HtmlElement, sheet: &Sheet) {
    let _ = try_print(place, sheet);
}

fn try_print(place: &HtmlElement, sheet: &Sheet) -> Result<(), JsValue> {
    let outer = place.owner_document().ok_or(JsValue::NULL)?;
    // One frame at a time: the one of the last print goes when the next comes, or with the view.
    if let Some(old) = place.query_selector("iframe")? {
        old.remove();
    }
    let frame: HtmlElement = outer.create_element("iframe")?.unchecked_into();
    frame.set_attribute("aria-hidden", "true")?;
    frame.set_attribute("tabindex", "-1")?;
    for (name, value) in
        [("position", "fixed"), ("width", "0"), ("height", "0"), ("border", "0"), ("inset", "auto 0 0 auto")]
    {
        set_style(&frame, name, value)?;
    }
    place.append_child(&frame)?;
    // Unchecked: a frame has its own `Document` and `Function`, so `instanceof` would say no.
    let window: Window = js_sys::Reflect::get(&frame, &JsValue::from_str("contentWindow"))?.unchecked_into();
    let document: Document =
        js_sys::Reflect::get(&frame, &JsValue::from_str("contentDocument"))?.unchecked_into();
    document.set_title(&sheet.title);
    let body: HtmlElement = document.body().ok_or(JsValue::NULL)?;
    for (name, value) in
        [("margin", "24mm 20mm"), ("font", "12pt/1.5 system-ui, sans-serif"), ("color", "#000")]
    {
        set_style(&body, name, value)?;
    }
    write_sheet(&document, &body, sheet)?;
    window.print()
}

fn write_sheet(document: &Document, body: &HtmlElement, sheet: &Sheet) -> Result<(), JsValue> {
    line(document, body, "p", &sheet.brand, &[("margin", "0"), ("color", "#444")])?;
    line(
        document,
        body,
        "h1",
        &sheet.title,
        &[("margin", "0 0 8mm"), ("font-size", "20pt"), ("line-height", "1.2")],
    )?;
    if let Some(qr) = &sheet.qr {
        symbol(document, body, qr, ("45mm", "45mm"))?;
    }
    line(
        document,
        body,
        "p",
        &sheet.code,
        &[("margin", "4mm 0"), ("font", "700 22pt/1.2 monospace"), ("letter-spacing", "0.04em")],
    )?;
    if let Some(barcode) = &sheet.barcode {
        symbol(document, body, barcode, ("90mm", "22mm"))?;
    }
    for (name, value) in &sheet.rows {
        line(document, body, "p", &format!("{name}: {value}"), &[("margin", "1mm 0")])?;
    }
    if !sheet.how.is_empty() {
        line(document, body, "h2", &sheet.how_title, &[("margin", "6mm 0 1mm"), ("font-size", "13pt")])?;
        line(document, body, "p", &sheet.how, &[("margin", "0"), ("white-space", "pre-line")])?;
    }
    Ok(())
}

fn line(
    document: &Document,
    body: &HtmlElement,
    tag: &str,
    text: &str,
    style: &[(&str, &str)],
) -> Result<(), JsValue> {
    let element = document.create_element(tag)?;
    element.set_text_content(Some(text));
    for (name, value) in style {
        set_style(&element, name, value)?;
    }
    body.append_child(&element)?;
    Ok(())
}

fn symbol(
    document: &Document,
    body: &HtmlElement,
    symbol: &Symbol,
    (width, height): (&str, &str),
) -> Result<(), JsValue> {
    let svg = document.create_element_ns(Some(SVG), "svg")?;
    svg.set_attribute("viewBox", &format!("0 0 {} {}", symbol.width, symbol.height))?;
    svg.set_attribute("preserveAspectRatio", "none")?;
    set_style(&svg, "width", width)?;
    set_style(&svg, "height", height)?;
    set_style(&svg, "display", "block")?;
    let path = document.create_element_ns(Some(SVG), "path")?;
    path.set_attribute("d", &symbol.path)?;
    svg.append_child(&path)?;
    body.append_child(&svg)?;
    Ok(())
}

/// `element.style.setProperty`, by reflection: one way for HTML and SVG, and no binding more in the widget.
fn set_style(element: &Element, name: &str, value: &str) -> Result<(), JsValue> {
    let style = js_sys::Reflect::get(element, &JsValue::from_str("style"))?;
    let set: js_sys::Function =
        js_sys::Reflect::get(&style, &JsValue::from_str("setProperty"))?.unchecked_into();
    set.call2(&style, &JsValue::from_str(name), &JsValue::from_str(value))?;
    Ok(())
}
