//! `GET /v1/programme`: what anybody may know of the programme.

use super::body::Json;
use crate::{app::Shared, language::Language, problem::ApiError, store::rewards::find_programme};
use axum::extract::State;
use http::{HeaderName, header};
use tukar_wire::{Announcement, Contact, Programme, Question};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(get))
}

/// Name, policy, questions, contacts and news of the programme. Never cached: it tells the server's time.
#[utoipa::path(get, path = "/v1/programme", tag = "programme", responses(
    (status = 200, description = "The programme in the language of Accept-Language", body = Programme),
))]
async fn get(
    State(app): State<Shared>,
    language: Language,
) -> Result<([(HeaderName, &'static str); 3], Json<Programme>), ApiError> {
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_LANGUAGE, language.tag()),
        (header::VARY, "accept-language"),
    ];
    Ok((headers, Json(load(&app, language).await?)))
}

/// What anybody may know of the programme, in a language.
pub(super) async fn load(app: &Shared, language: Language) -> Result<Programme, ApiError> {
    let texts = find_programme(&mut *app.store.read().await?).await?.unwrap_or_default();
    let (rules, now) = (&app.config.programme, app.clock.now());
    let t = |text: &crate::catalogue::Bilingual| text.get(language).clone();
    let name = t(&texts.name);
    Ok(Programme {
        name: if name.is_empty() { "Tukar".to_owned() } else { name },
        time_zone: rules.time_zone.clone(),
        time_zone_label: rules.clock_label(),
        locale: language.tag().to_owned(),
        locales: Language::ALL.iter().map(|language| language.tag().to_owned()).collect(),
        policy: texts.policy.iter().map(t).collect(),
        about_to_be_lost_days: rules.about_to_be_lost_days,
        hold_seconds: rules.hold_seconds,
        channels: app.senders.channels(),
        questions: texts
            .questions
            .iter()
            .map(|question| Question {
                id: question.id.clone(),
                ask: t(&question.ask),
                answer: t(&question.answer),
            })
            .collect(),
        contacts: texts
            .contacts
            .iter()
            .map(|contact| Contact {
                kind: contact.kind,
                label: t(&contact.label),
                href: contact.href.clone(),
                note: t(&contact.note),
            })
            .collect(),
        announcements: texts
            .news_at(now)
            .map(|news| Announcement {
                id: news.id.clone(),
                title: t(&news.title),
                body: t(&news.body),
                at: news.at,
            })
            .collect(),
        demo: app.config.demo,
        server_time: now,
    })
}
