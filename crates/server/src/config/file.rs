//! The settings file. What it says may be a password, so that no error tells more of it than where it is wrong.

use super::Config;
use anyhow::{Context as _, anyhow};
use std::path::Path;

/// What the file says; the rest stands at its defaults.
///
/// # Errors
/// A file that can't be read; the place of the first thing in it that can't be.
pub(super) fn read(file: &Path) -> anyhow::Result<Config> {
    let context = || format!("the settings file {}", file.display());
    let text = std::fs::read_to_string(file).with_context(context)?;
    parse(&text).with_context(context)
}

/// The parser's own error shows the whole line.
fn parse(text: &str) -> anyhow::Result<Config> {
    toml::from_str(text).map_err(|error| {
        let what = without_value(error.message());
        let Some(before) = error.span().and_then(|span| text.get(..span.start)) else { return anyhow!(what) };
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        anyhow!("line {line}, column {column}: {what}")
    })
}

/// What was expected, where the message shows what stands there instead.
fn without_value(message: &str) -> String {
    let shows = ["invalid type", "invalid value", "invalid length", "unknown variant"];
    match message.rsplit_once("expected ") {
        Some((_, expected)) if shows.iter().any(|start| message.starts_with(start)) => {
            format!("it must be {expected}")
        }
        _ => message.lines().next().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_setting_is_refused_by_name_and_place() {
        let error = parse("demo = true\n\nlistne = \"127.0.0.1:1\"").unwrap_err().to_string();
        assert!(error.starts_with("line 3, column 1: ") && error.contains("listne"), "{error}");
        assert!(parse("demo = true\n[programme]\nhold_seconds = 60").is_ok());
    }

    #[test]
    fn a_line_that_is_wrong_is_told_by_its_place_and_not_by_what_it_says() {
        for (password, place) in [
            ("password = geheim", "line 4, column 12"),
            ("password = \"geheim", "line 4, column "),
            ("password = 'ge'heim'", "line 4, column "),
            ("password = [\"geheim\"]", "line 4, column 12"),
            ("password = { geheim = 1 }", "line 4, column 12"),
            ("port = \"geheim\"", "line 4, column 8"),
            ("tls = \"geheim\"", "line 4, column 7"),
            ("password = \"\\geheim\"", "line 4, column "),
        ] {
            let text = format!("[smtp]\nhost = \"h\"\nfrom = \"a@example.id\"\n{password}\n");
            let error = format!("{:#}", parse(&text).unwrap_err());
            assert!(error.starts_with(place), "{password}: {error}");
            assert!(!error.contains("heim"), "{password}: {error}");
        }
        let text = "\ndatabase = \"mysql://tukar:geheim@db/tukar\"";
        let error = format!("{:#}", parse(text).unwrap_err());
        assert!(error.starts_with("line 2, column 12: ") && error.contains("postgres://"), "{error}");
        assert!(!error.contains("geheim"), "{error}");
    }
}
