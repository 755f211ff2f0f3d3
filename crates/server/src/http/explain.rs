//! `/problems` and `/problems/{word}`: what each `type` of a problem means, where its URL points.

use super::page::page;
use crate::{
    app::Shared,
    language::Language,
    problem::{ApiError, explanation},
};
use axum::{Router, extract::Path, response::Response, routing::get};
use http::StatusCode;
use tukar_wire::{ProblemKind, problem::TYPE_PREFIX};

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/problems", get(list)).route("/problems/{word}", get(one))
}

async fn list(language: Language) -> Response {
    let rows: String = ProblemKind::ALL
        .iter()
        .map(|kind| {
            let text = explanation(*kind, language);
            let (word, status) = (kind.word(), kind.status());
            format!(
                "<dt><a href=\"{TYPE_PREFIX}{word}\">{}</a> · <code>{word}</code> · {status}</dt><dd>{}</dd>",
                text.title, text.what
            )
        })
        .collect();
    let title = language.pick("Jawaban kesalahan dari API", "Error answers of the API");
    page(StatusCode::OK, language.tag(), title, &format!("<h1>{title}</h1><dl>{rows}</dl>"))
}

async fn one(Path(word): Path<String>, language: Language) -> Result<Response, ApiError> {
    let kind = ProblemKind::of(&word);
    if kind == ProblemKind::Unknown {
        return Err(ApiError::NotFound);
    }
    let text = explanation(kind, language);
    let (happened, next, all) = language.pick(
        ("Apa yang terjadi", "Langkah berikutnya", "Semua kesalahan"),
        ("What happened", "What to do next", "All errors"),
    );
    let main = format!(
        "<h1>{}</h1><p><code>{TYPE_PREFIX}{word}</code> · HTTP {}</p><dl><dt>{happened}</dt><dd>{}</dd>\
         <dt>{next}</dt><dd>{}</dd></dl><p><a href=\"/problems\">{all}</a></p>",
        text.title,
        kind.status(),
        text.what,
        text.next
    );
    Ok(page(StatusCode::OK, language.tag(), text.title, &main))
}
