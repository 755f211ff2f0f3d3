//! A drawn picture for a reward without one: a motif of its kind, the brand's initials, a tint of the brand's own.
//!
//! The same brand and kind always get the same picture. Nothing here comes from the catalogue but two letters.

use leptos::prelude::*;
use leptos::{html, svg};
use tukar_wire::{Image, RewardCard};

/// Tints in the sheet, `art--tint-0` and on.
const TINTS: u32 = 8;

/// The picture box of a card: drawn, with the reward's own picture over it where there is one that may be shown.
pub(crate) fn picture(card: &RewardCard, api_base: &str) -> impl IntoView + use<> {
    let photo =
        card.image.as_ref().and_then(|image| Some((source(image, api_base)?, image.width, image.height)));
    let photo = photo.map(|(src, width, height)| {
        html::img()
            .class("art__photo")
            .attr("loading", "lazy")
            .attr("decoding", "async")
            .attr("alt", "")
            .attr("width", width.to_string())
            .attr("height", height.to_string())
            .attr("referrerpolicy", "no-referrer")
            .src(src)
            // The drawing is under it: a picture that does not come leaves no hole.
            .on(leptos::ev::error, |event| {
                event_target::<web_sys::HtmlElement>(&event).set_hidden(true);
            })
    });
    let class = format!("art art--tint-{}", tint(&card.brand));
    html::span().class(class).attr("aria-hidden", "true").child((
        drawing(&card.kind.0),
        html::span().class("art__initials").child(initials(&card.brand)),
        photo,
    ))
}

fn drawing(kind: &str) -> impl IntoView + use<> {
    let (soft, line) = motif(kind);
    svg::svg()
        .attr("class", "art__drawing")
        .attr("viewBox", "0 0 320 180")
        .attr("preserveAspectRatio", "xMidYMid slice")
        .attr("focusable", "false")
        .child((
            svg::path().attr("class", "art__soft").attr("d", soft),
            svg::path().attr("class", "art__line").attr("d", line),
        ))
}

/// Shapes of a kind: one filled, one in lines.
fn motif(kind: &str) -> (&'static str, &'static str) {
    match kind {
        "airtime" => (
            "M320 180H150a170 170 0 0 1 170-170z",
            "M320 60a120 120 0 0 0-120 120M320 98a82 82 0 0 0-82 82M320 136a44 44 0 0 0-44 44",
        ),
        "data" => (
            "M178 180v-44h26v44zM214 180v-72h26v72zM250 180v-104h26v104zM286 180v-140h34v140z",
            "M150 120c40 0 52-34 84-48s46-46 86-56",
        ),
        "voucher" => (
            "M166 62h130a8 8 0 0 1 8 8v18a16 16 0 0 0 0 32v18a8 8 0 0 1-8 8h-130a8 8 0 0 1-8-8v-18a16 16 0 0 0 0-32v-18a8 8 0 0 1 8-8z",
            "M262 74v10M262 94v10M262 114v10M262 132v6M182 92h56M182 112h36",
        ),
        "premium" => (
            "M170 46h126a14 14 0 0 1 14 14v72a14 14 0 0 1-14 14h-126a14 14 0 0 1-14-14v-72a14 14 0 0 1 14-14z",
            "M220 76l36 20-36 20zM206 162h54",
        ),
        "goods" => ("M232 42l66 30v66l-66 30-66-30v-66z", "M166 72l66 30 66-30M232 102v66M199 57l66 30v24"),
        "discount" => (
            "M160 96l70-64h66a8 8 0 0 1 8 8v66l-70 64a8 8 0 0 1-11 0l-63-63a8 8 0 0 1 0-11z",
            "M276 60a7 7 0 1 1-.1 0M212 128l38-58M208 88a8 8 0 1 1-.1 0M252 106a8 8 0 1 1-.1 0",
        ),
        _ => ("M240 30a70 70 0 1 1-.1 0z", "M240 58l12 28 30 3-23 20 7 30-26-16-26 16 7-30-23-20 30-3z"),
    }
}

/// Up to two letters: the first of the first two words.
fn initials(brand: &str) -> String {
    brand
        .split_whitespace()
        .filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()))
        .take(2)
        .flat_map(char::to_uppercase)
        .collect()
}

/// FNV-1a, so that a brand keeps its tint in every build.
fn tint(brand: &str) -> u32 {
    brand.bytes().fold(2_166_136_261_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(16_777_619)) / 7
        % TINTS
}

/// The address of a picture that may be shown: `https:`, or a path on the API's own origin.
fn source(image: &Image, api_base: &str) -> Option<String> {
    let src = image.src.as_str();
    let safe = !src.chars().any(|letter| letter.is_control() || letter == '\\');
    if !safe || image.width == 0 || image.height == 0 {
        return None;
    }
    if src.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://")) {
        return Some(src.to_owned());
    }
    (src.starts_with('/') && !src.starts_with("//"))
        .then(|| format!("{}{src}", api_base.trim_end_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_of_https_or_of_the_apis_origin_are_shown() {
        let image = |src: &str| Image { src: src.into(), width: 320, height: 180 };
        let shown = |src: &str| source(&image(src), "https://points.example/");
        assert_eq!(shown("https://cdn.example/a.webp").as_deref(), Some("https://cdn.example/a.webp"));
        assert_eq!(shown("/images/a.webp").as_deref(), Some("https://points.example/images/a.webp"));
        for src in [
            "http://a.example/a.png",
            "//a.example/a.png",
            "javascript:alert(1)",
            "data:image/svg+xml,",
            "",
            "a.png",
            "/\\a.example",
        ] {
            assert_eq!(shown(src), None, "{src}");
        }
        assert_eq!(source(&Image { width: 0, ..image("/a.png") }, ""), None);
    }

    #[test]
    fn a_brand_keeps_its_letters_and_its_tint() {
        assert_eq!(initials("Kopi Senja Raya"), "KS");
        assert_eq!(initials("(mini) éclair"), "MÉ");
        assert_eq!(initials("  "), "");
        assert_eq!(tint("Kopi Senja"), tint("Kopi Senja"));
        assert!(tint("") < TINTS);
    }
}
