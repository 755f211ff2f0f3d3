//! The list: only the cards that can be seen stand in the page.
//!
//! It scrolls with the page and not in a box of its own: a box inside a page is hard to leave with a thumb and has no
//! good height in a host that we do not know. A listener on the window in the capture phase hears the page and any
//! scrolling box of the host around us; where the list is, is measured and never added up. In a frame that grows
//! with its content the page around says which part is seen (`ui::viewport`).

use crate::catalog::card::Card;
use crate::catalog::window::{Heights, Part, Place, parts};
use crate::catalog::{Load, Shelf};
use crate::ui::reactive::{Memo, RwSignal, StoredValue};
use crate::ui::viewport;
use leptos::ev::FocusEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{AddEventListenerOptions, Element, ResizeObserver};

/// Space between cards, CSS pixels; `--catalog-gap` in the sheet.
const GAP: f64 = 16.0;
/// Cards of the skeleton.
const SKELETON: usize = 8;

/// One item of the list. Its key is what its view is made from; its place in the list is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Card {
        row: u32,
        standing: u32,
        at: usize,
    },
    /// `height` in whole CSS pixels.
    Space {
        at: u8,
        height: u32,
    },
}

impl Slot {
    fn key(&self) -> (u32, usize) {
        match *self {
            Slot::Card { row, standing, .. } => (row, standing as usize),
            Slot::Space { at, height } => (u32::MAX - u32::from(at), height as usize),
        }
    }
}

pub(crate) fn list(shelf: Shelf) -> impl IntoView {
    let node = NodeRef::<html::Ul>::new();
    let ruler = NodeRef::<html::Span>::new();
    let place = RwSignal::new(Place { viewport: 900.0, columns: 1, ..Place::default() });
    let rows = StoredValue::new(Rows { of: RowsOf::default(), heights: Heights::usual(380.0) });
    let focused = RwSignal::new(None::<u32>);
    let learned = RwSignal::new(0_u32);
    // Row of the card that had the keyboard just before the list was drawn anew.
    let held = StoredValue::new(None::<String>);
    let slots = Memo::new(move |_| {
        learned.track();
        held.set_value(
            node.try_get_untracked().flatten().and_then(|list| row_of(&card_with_keyboard(&list)?)),
        );
        slots(shelf, place.get(), rows, focused.get())
    });
    let measure = move || {
        if let (Some(Some(list)), Some(Some(ruler))) = (node.try_get_untracked(), ruler.try_get_untracked()) {
            let new = measured(&list, &ruler, rows);
            if new.is_some_and(|new| new != place.get_untracked()) {
                place.set(new.unwrap_or_default());
            }
        }
    };
    follow(node, measure);
    // Learns how high the rows are that stand in the page; where one is not as it was counted, others may be seen.
    let look_at_rows = move || {
        // None: the list has gone meanwhile, and all that is read below with it.
        let Some(Some(list)) = node.try_get_untracked() else { return };
        let columns = place.get_untracked().columns.max(1);
        let seen = slots.with_untracked(|slots| row_heights(&list, slots, columns));
        if rows.try_update_value(|rows| rows.heights.learn(&seen)) == Some(true) {
            learned.update(|learned| *learned = learned.wrapping_add(1));
        }
    };
    // Tells assistive technology where each card stands in the whole list, once the cards are in the page.
    Effect::new(move |_| {
        let Some(list) = node.get() else { return };
        let count = shelf.found.with(|found| found.rows.len());
        slots.with(|slots| {
            number_cards(&list, slots, count);
        });
        // The keyboard stays at a card that is drawn anew; looked at once it is, in whatever order the effects ran.
        if let Some(row) = held.try_update_value(Option::take).flatten() {
            request_animation_frame(move || give_keyboard_back(&list, &row));
        }
        request_animation_frame(look_at_rows);
    });
    let on_focus = move |event: FocusEvent| {
        let row = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .and_then(|target| target.closest("[data-row]").ok().flatten())
            .and_then(|item| row_of(&item)?.parse().ok());
        focused.set(row);
    };
    let waiting = move || shelf.load.get() == Load::First && shelf.len() == 0;
    view! {
        <div class="rewards">
            <span node_ref=ruler class="rewards__ruler" aria-hidden="true"></span>
            {move || waiting().then(skeleton)}
            <ul node_ref=node class="rewards__list" role="list" on:focusin=on_focus data-settled=move || shelf.is_settled().then_some("")>
                <For each=move || slots.get() key=Slot::key let:slot>{item(shelf, slot)}</For>
            </ul>
        </div>
    }
}

fn row_of(item: &Element) -> Option<String> {
    item.get_attribute("data-row")
}

fn card_with_keyboard(list: &Element) -> Option<Element> {
    list.query_selector("[data-row]:focus-within").ok().flatten()
}

/// To the card in `row`; where the filters have taken it away, to the heading of the catalogue. Whoever is elsewhere stays there.
fn give_keyboard_back(list: &Element, row: &str) {
    let Ok(Some(widget)) = list.closest(".tukar") else { return };
    if !list.is_connected() || !matches!(widget.query_selector(":focus"), Ok(None)) {
        return;
    }
    let card = list.query_selector(&format!("[data-row='{row}'] button")).ok().flatten();
    let heading = || widget.query_selector(".catalog__heading").ok()?;
    let place = card.or_else(heading).and_then(|place| place.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(place) = place {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = place.focus_with_options(&options);
    }
}

/// What the known heights are heights of: other cards, another width or other lines below the cards make other rows.
#[derive(Clone, Default, PartialEq)]
struct RowsOf {
    found: Vec<u32>,
    standing: u32,
    columns: usize,
    width: f64,
}

struct Rows {
    of: RowsOf,
    heights: Heights,
}

fn slots(shelf: Shelf, place: Place, rows: StoredValue<Rows>, focused: Option<u32>) -> Vec<Slot> {
    let standing = shelf.standing_version.get();
    shelf.found.with(|found| {
        rows.update_value(|rows| {
            let of = &rows.of;
            let same = of.standing == standing && of.columns == place.columns && of.width == place.width;
            if !same || of.found != found.rows {
                let Place { columns, width, .. } = place;
                rows.of = RowsOf { found: found.rows.clone(), standing, columns, width };
                rows.heights.reset();
            }
        });
        let focused = focused.and_then(|row| found.rows.iter().position(|found| *found == row));
        let mut slots = Vec::new();
        let place = Place { count: found.rows.len(), ..place };
        for part in rows.with_value(|rows| parts(&place, &rows.heights, focused)) {
            match part {
                Part::Space { at, first, end } => {
                    let height = rows.with_value(|rows| rows.heights.span(first, end) - GAP).max(0.0);
                    #[expect(
                        clippy::cast_possible_truncation,
                        clippy::cast_sign_loss,
                        reason = "not below 0; a browser's pages end far below 2^32 pixels"
                    )]
                    let height = height.round() as u32;
                    slots.push(Slot::Space { at, height });
                }
                Part::Cards { first, end } => {
                    slots.extend((first..end).zip(&found.rows[first..end]).map(|(at, row)| Slot::Card {
                        row: *row,
                        standing,
                        at,
                    }))
                }
            }
        }
        slots
    })
}

fn item(shelf: Shelf, slot: Slot) -> AnyView {
    let row = match slot {
        Slot::Space { height, .. } => {
            return view! {
                <li class="rewards__space" role="none" style:height=format!("{height}px")></li>
            }
            .into_any();
        }
        Slot::Card { row, .. } => row,
    };
    let now = shelf.now.get_untracked();
    shelf
        .cards
        .with_value(|cards| {
            let reward = cards.get(row as usize)?;
            let standing =
                shelf.eligibility.with_value(|known| shelf.words.standing(reward, known.as_ref(), now));
            let view = shelf.client.with_value(|client| {
                Card { reward, standing, row, now, api_base: client.base() }
                    .view(shelf.words, move || shelf.open.set(Some(row)))
                    .into_any()
            });
            Some(view)
        })
        .unwrap_or_else(|| ().into_any())
}

fn skeleton() -> impl IntoView {
    let card = || {
        view! {
            <li class="reward reward--skeleton">
                <div class="reward__picture"></div>
                <div class="reward__facts">
                    <span class="bone bone--short"></span>
                    <span class="bone"></span>
                    <span class="bone bone--half"></span>
                    <span class="bone bone--foot"></span>
                </div>
            </li>
        }
    };
    view! { <ul class="rewards__list" aria-hidden="true">{(0..SKELETON).map(|_| card()).collect_view()}</ul> }
}

/// Where the list is now. The ruler is as wide as a card must be and as high as a card is at least.
fn measured(list: &Element, ruler: &Element, rows: StoredValue<Rows>) -> Option<Place> {
    let (list, ruler) = (list.get_bounding_client_rect(), ruler.get_bounding_client_rect());
    if list.width() <= 0.0 || ruler.height() <= 0.0 {
        return None;
    }
    let (top, viewport) = viewport::seen();
    // The same sum as the sheet's `auto-fill`; the small addition forgives a rounded width.
    let columns = ((list.width() + GAP + 0.1) / (ruler.width() + GAP)).floor().clamp(1.0, 12.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 1..=12")]
    let columns = columns as usize;
    let least = ruler.height() + GAP;
    let row = rows.with_value(|rows| rows.heights.of_most()).max(least);
    // Told in half rows: a scroll of some pixels changes nothing.
    let above = ((top - list.top()) / row * 2.0).floor() / 2.0 * row;
    Some(Place { above, viewport: viewport + row / 2.0, width: list.width().round(), columns, count: 0 })
}

/// Calls `measure` before the next paint whenever something has scrolled or changed its size.
fn follow(node: NodeRef<html::Ul>, measure: impl Fn() + Copy + Send + Sync + 'static) {
    let asked = StoredValue::new(false);
    let soon = move || {
        if asked.try_get_value() == Some(false) {
            asked.set_value(true);
            request_animation_frame(move || {
                if asked.try_update_value(|asked| *asked = false).is_some() {
                    measure();
                }
            });
        }
    };
    let on_scroll = StoredValue::new(Closure::<dyn Fn()>::new(soon));
    let on_resize = StoredValue::new(None::<(ResizeObserver, Closure<dyn Fn()>)>);
    if let Some(window) = web_sys::window() {
        let options = AddEventListenerOptions::new();
        options.set_capture(true);
        options.set_passive(true);
        on_scroll.with_value(|closure| {
            let function = closure.as_ref().unchecked_ref();
            for event in ["scroll", "resize"] {
                let _ = window.add_event_listener_with_callback_and_add_event_listener_options(
                    event, function, &options,
                );
            }
        });
    }
    // Measures once the list is in the page, and from then on whenever its size changes.
    Effect::new(move |_| {
        let Some(list) = node.get() else { return };
        measure();
        let closure = Closure::<dyn Fn()>::new(soon);
        if let Ok(observer) = ResizeObserver::new(closure.as_ref().unchecked_ref()) {
            observer.observe(&list);
            on_resize.set_value(Some((observer, closure)));
        }
    });
    on_cleanup(move || {
        if let Some(window) = web_sys::window() {
            on_scroll.try_with_value(|closure| {
                let function = closure.as_ref().unchecked_ref();
                for event in ["scroll", "resize"] {
                    let _ = window.remove_event_listener_with_callback_and_bool(event, function, true);
                }
            });
        }
        on_resize.try_with_value(|resize| {
            if let Some((observer, _)) = resize {
                observer.disconnect();
            }
        });
    });
}

/// How high the rows are that stand in the page, the gap below each included.
fn row_heights(list: &Element, slots: &[Slot], columns: usize) -> Vec<(usize, f64)> {
    let mut item = list.first_element_child();
    let mut heights = Vec::new();
    for slot in slots {
        let Some(element) = item else { break };
        // The slots may be ahead of the page.
        if let Slot::Card { row, at, .. } = slot
            && at % columns == 0
            && element.get_attribute("data-row").is_some_and(|shown| shown == row.to_string())
        {
            let height = element.get_bounding_client_rect().height();
            // Out of sight nothing has a height, the gap alone is none.
            if height > 0.0 {
                heights.push((at / columns, height + GAP));
            }
        }
        item = element.next_element_sibling();
    }
    heights
}

fn number_cards(list: &Element, slots: &[Slot], count: usize) {
    let mut item = list.first_element_child();
    for slot in slots {
        let Some(element) = item else { return };
        if let Slot::Card { at, .. } = slot {
            let _ = element.set_attribute("aria-posinset", &(at + 1).to_string());
            let _ = element.set_attribute("aria-setsize", &count.to_string());
        }
        item = element.next_element_sibling();
    }
}
