//! How a value stands in a text, whoever writes its digits.

/// Puts values into `{0}`, `{1}` ….
#[must_use]
pub fn fill(text: &str, values: &[&str]) -> String {
    let mut filled = text.to_owned();
    for (at, value) in values.iter().enumerate() {
        filled = filled.replace(&format!("{{{at}}}"), value);
    }
    filled
}

/// The sign before a change of points; nothing before none.
#[must_use]
pub fn sign(n: i64) -> &'static str {
    match n {
        1.. => "+",
        0 => "",
        _ => "−",
    }
}
