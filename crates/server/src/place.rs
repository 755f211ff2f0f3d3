//! Where the widget sits: on the programme's own pages, in a partner's page, or in a frame on one. A code's message names
//! that page, and the code counts there only.
//!
//! Invariant: the browser's word only chooses among pages that the operator listed. A claim that is not in the list is
//! refused, never guessed.

use crate::{
    app::Shared,
    config::{Config, host_of},
    http::client::Client,
    language::Language,
    partner::{Mode, PartnerList},
    problem::ApiError,
};
use axum::extract::FromRequestParts;
use http::{HeaderMap, header, request::Parts};
use tukar_wire::{PARTNER_HEADER, TOP_HEADER};

/// A page that shows the widget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Whose page: a partner's id; empty for the programme's own and those of the settings.
    pub partner: String,
    /// Host of the page that the member looks at.
    pub top: String,
    /// Host of the frame in it, where there is one.
    pub frame: Option<String>,
    /// Codes that the partner's pages may ask for within an hour.
    pub codes_per_hour: Option<u32>,
}

/// What a request says about where it comes from. `partner` and `top` are the widget's own words.
#[derive(Clone, Copy, Debug, Default)]
pub struct Claim<'a> {
    /// Header `Origin`.
    pub origin: Option<&'a str>,
    /// Header `Host`.
    pub host: Option<&'a str>,
    /// Id of the partner.
    pub partner: &'a str,
    /// Origin of the page around the frame.
    pub top: &'a str,
}

impl<'a> Claim<'a> {
    fn of(headers: &'a HeaderMap) -> Claim<'a> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        Claim {
            origin: text(header::ORIGIN.as_str()),
            host: text(header::HOST.as_str()),
            partner: text(PARTNER_HEADER).unwrap_or_default(),
            top: text(TOP_HEADER).unwrap_or_default(),
        }
    }

    /// Whether the asking page is the programme's, as far as the browser tells.
    fn is_ours(self, config: &Config) -> bool {
        self.origin.is_some_and(|origin| {
            let authority = origin.split_once("://").map(|(_, authority)| authority);
            origin == config.public_url || (authority.is_some() && authority == self.host)
        })
    }
}

impl Place {
    /// The programme's own pages.
    #[must_use]
    pub fn own(config: &Config) -> Place {
        Place {
            partner: String::new(),
            top: config.public_host().to_owned(),
            frame: None,
            codes_per_hour: None,
        }
    }

    /// Decides a claim by the lists.
    ///
    /// # Errors
    /// [`ApiError::PlaceNotListed`].
    pub fn decide(claim: Claim<'_>, config: &Config, list: &PartnerList) -> Result<Place, ApiError> {
        let ours = claim.is_ours(config);
        if let Some(origin) = claim.origin.filter(|_| !ours) {
            if let Some(partner) = list.find_inline(origin, claim.partner) {
                let codes_per_hour = Some(partner.codes_per_hour);
                let top = host_of(origin).to_owned();
                return Ok(Place { partner: partner.id.clone(), top, frame: None, codes_per_hour });
            }
            if claim.partner.is_empty() && config.allowed_origins.iter().any(|allowed| allowed == origin) {
                return Ok(Place { top: host_of(origin).to_owned(), ..Place::own(config) });
            }
        }
        if claim.top.is_empty() && (ours || claim.partner.is_empty()) {
            return Ok(Place::own(config));
        }
        if !ours {
            return Err(ApiError::PlaceNotListed);
        }
        let partner = list.find(claim.partner);
        let origins = match partner {
            Some(partner) => partner.origins.as_slice(),
            None if claim.partner.is_empty() => config.allowed_origins.as_slice(),
            None => return Err(ApiError::PlaceNotListed),
        };
        if !origins.iter().any(|origin| origin == claim.top) {
            return Err(ApiError::PlaceNotListed);
        }
        Ok(Place {
            partner: claim.partner.to_owned(),
            top: host_of(claim.top).to_owned(),
            frame: Some(config.public_host().to_owned()),
            codes_per_hour: partner.map(|partner| partner.codes_per_hour),
        })
    }

    /// The line by which a browser fills a code in, only on this page (and in this frame).
    #[must_use]
    pub fn last_line(&self, code: &str) -> String {
        match &self.frame {
            Some(frame) => format!("@{} #{code} @{frame}", self.top),
            None => format!("@{} #{code}", self.top),
        }
    }
}

impl PartnerList {
    /// The partner that runs the widget in its own page at `origin`; the one of id `claimed` where the page names one.
    #[must_use]
    fn find_inline(&self, origin: &str, claimed: &str) -> Option<&crate::partner::Partner> {
        self.iter().find(|partner| {
            partner.mode == Mode::Inline
                && (claimed.is_empty() || partner.id == claimed)
                && partner.origins.iter().any(|own| own == origin)
        })
    }
}

/// Where and in which language an answer is read.
#[derive(Clone, Debug)]
pub struct Here {
    /// Language of the answer and of messages.
    pub language: Language,
    /// Where the widget sits.
    pub place: Place,
    /// Who asks.
    pub client: Client,
}

impl FromRequestParts<Shared> for Here {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        let list = app.partners.list(&app.store, &app.clock).await?;
        let place = Place::decide(Claim::of(&parts.headers), &app.config, &list)?;
        let client = Client::of(parts, app);
        Ok(Here { language: Language::of_headers(&parts.headers), place, client })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partner::Partner;
    use tukar_wire::Moment;

    const OWN: &str = "https://tukar.example.id";

    fn config() -> Config {
        Config {
            public_url: OWN.to_owned(),
            allowed_origins: vec!["https://nusa.example.id".to_owned()],
            ..Config::default()
        }
    }

    fn list() -> PartnerList {
        let partner = |id: &str, mode| Partner {
            id: id.to_owned(),
            name: id.to_owned(),
            origins: vec![format!("https://{id}.example.id"), format!("https://{id}.example.id:8443")],
            mode,
            accent: String::new(),
            codes_per_hour: 7,
            identities_per_hour: 7,
            keys: Vec::new(),
            created_at: Moment(0),
        };
        PartnerList::new(vec![partner("kopi", Mode::Frame), partner("roti", Mode::Inline)])
    }

    /// The line that a claim leads to; `None`: refused.
    fn line(claim: Claim<'_>) -> Option<(String, String)> {
        let place = Place::decide(claim, &config(), &list()).ok()?;
        Some((place.last_line("123456"), place.partner))
    }

    #[test]
    fn a_page_is_what_the_list_says_and_never_what_it_claims() {
        let own = ("@tukar.example.id #123456", "");
        let kopi = ("@kopi.example.id #123456 @tukar.example.id", "kopi");
        let claim = |origin, partner, top| Claim { origin, host: None, partner, top };
        for (claim, expected) in [
            // The programme's own pages, and whoever is no browser.
            (claim(None, "", ""), Some(own)),
            (claim(Some(OWN), "", ""), Some(own)),
            (claim(Some(OWN), "kopi", ""), Some(own)),
            (claim(Some("https://unknown.example.id"), "", ""), Some(own)),
            // A frame on a partner's page.
            (claim(Some(OWN), "kopi", "https://kopi.example.id"), Some(kopi)),
            (claim(Some(OWN), "kopi", "https://kopi.example.id:8443"), Some(kopi)),
            (
                claim(Some(OWN), "roti", "https://roti.example.id"),
                Some(("@roti.example.id #123456 @tukar.example.id", "roti")),
            ),
            (
                claim(Some(OWN), "", "https://nusa.example.id"),
                Some(("@nusa.example.id #123456 @tukar.example.id", "")),
            ),
            // In the page itself.
            (claim(Some("https://roti.example.id"), "roti", ""), Some(("@roti.example.id #123456", "roti"))),
            (claim(Some("https://roti.example.id"), "", ""), Some(("@roti.example.id #123456", "roti"))),
            (
                claim(Some("https://roti.example.id"), "roti", "https://kopi.example.id"),
                Some(("@roti.example.id #123456", "roti")),
            ),
            (claim(Some("https://nusa.example.id"), "", ""), Some(("@nusa.example.id #123456", ""))),
            // What no list has.
            (claim(Some(OWN), "kopi", "https://roti.example.id"), None),
            (claim(Some(OWN), "kopi", "http://kopi.example.id"), None),
            (claim(Some(OWN), "kopi", "https://kopi.example.id.evil.example"), None),
            (claim(Some(OWN), "teh", "https://kopi.example.id"), None),
            (claim(Some(OWN), "", "https://kopi.example.id"), None),
            (claim(Some("https://kopi.example.id"), "kopi", ""), None),
            (claim(Some("https://kopi.example.id"), "kopi", "https://kopi.example.id"), None),
            (claim(Some("https://roti.example.id"), "kopi", ""), None),
            (claim(Some("https://unknown.example.id"), "roti", ""), None),
            (claim(Some("null"), "kopi", "https://kopi.example.id"), None),
            (claim(None, "kopi", "https://kopi.example.id"), None),
            (claim(None, "kopi", ""), None),
        ] {
            let expected = expected.map(|(line, partner)| (line.to_owned(), partner.to_owned()));
            assert_eq!(line(claim), expected, "{claim:?}");
        }
    }

    #[test]
    fn the_programme_may_be_reached_by_another_name_than_its_public_one() {
        let claim = Claim {
            origin: Some("http://127.0.0.1:8080"),
            host: Some("127.0.0.1:8080"),
            partner: "kopi",
            top: "https://kopi.example.id",
        };
        assert_eq!(line(claim).unwrap().1, "kopi");
        assert_eq!(line(Claim { host: Some("127.0.0.1:8081"), ..claim }), None);
    }
}
