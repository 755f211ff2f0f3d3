//! Taking a partner's signed identity: a read session for whoever linked it, a ticket for linking otherwise.
//!
//! Invariants: a token is taken once, on whichever server; none is taken by a key that was revoked before; a subject without a link gets the same answer whether such a
//! person has an account or not; only a member's own code links.

use crate::{
    app::App,
    identity,
    partner::PartnerKey,
    place::Here,
    problem::{ApiError, FieldError, FieldWhy},
    secret::sha256,
    service::{caps, sign_in},
    store::{
        Lock, Writes,
        counts::{self, HOUR, Scope},
        identities, lock,
        members::{self, SessionRow},
        partners,
    },
};
use std::sync::Arc;
use tukar_wire::{Identified, Moment, SignedIn};

/// A read session ends after so many seconds at the latest.
const READ_SESSION_SECONDS_MAX: u32 = 3_600;
/// A key whose end was changed since the partners were read must count for so long: the clock of whoever revoked it may be
/// ahead of this one.
const CHANGED_END_MS: i64 = 60_000;
/// A ticket for linking waits so long for a sign-in by code.
const LINK_MS: i64 = 30 * 60_000;

/// Takes a token.
///
/// # Errors
/// [`ApiError::IdentityRefused`], [`ApiError::TooMany`].
pub async fn take(app: Arc<App>, token: String, here: Here) -> Result<Identified, ApiError> {
    let now = app.clock.now();
    let list = app.partners.list(&app.store, &app.clock).await?;
    let refused = |fault: FieldError| {
        tracing::info!(fault = fault.field, why = ?fault.why, "an identity was refused");
        ApiError::IdentityRefused { fault }
    };
    let said = identity::read(&token, &list, (now, &app.config.public_url)).map_err(refused)?;
    let partner = said.partner;
    if here.place.partner != partner.id {
        return Err(refused(FieldError::new("origin", FieldWhy::NotMeant)));
    }
    let (word, ticket) = (app.random.word(32), app.random.word(16));
    let ends_at =
        now.plus_ms(i64::from(app.config.programme.session_max_seconds.min(READ_SESSION_SECONDS_MAX)) * 1000);
    let scope = format!("identities:{}", partner.id);
    let found = app
        .store
        .transact("identity.take", async |conn| {
            lock(conn, Lock::PartnerAsItIs(&partner.id)).await?;
            if !still_counts(partners::find_end(conn, (&partner.id, &said.key.kid)).await?, said.key, now) {
                return Err(refused(FieldError::new("identity.signature", FieldWhy::NotSigned)));
            }
            let cap = Scope { name: &scope, max: partner.identities_per_hour, window: HOUR };
            caps::within(conn, cap, now).await?;
            let mut writes = Writes::new();
            counts::add(&mut writes, &scope, caps::shard(&app), now);
            writes.run(conn).await?;
            let linked = identities::find_link(conn, (&partner.id, &said.subject)).await?;
            let kept = match &linked {
                Some(_) => (said.ends_at, None),
                None => (said.ends_at.max(now.plus_ms(LINK_MS)), Some(sha256(ticket.as_bytes()))),
            };
            if !identities::take(conn, (&partner.id, &said.jti, &said.subject), kept).await? {
                return Err(refused(FieldError::new("identity.jti", FieldWhy::UsedBefore)));
            }
            let Some(member_id) = linked else { return Ok(None) };
            let session = (&*sha256(word.as_bytes()), member_id.as_str(), partner.id.as_str());
            members::insert_read_session(conn, session, (now, ends_at)).await?;
            Ok(Some(members::load(conn, &member_id).await?))
        })
        .await?;
    let link = found.is_none().then_some(ticket);
    let idle_ends_at = now.plus_ms(i64::from(app.config.programme.session_idle_seconds) * 1000);
    let session = found.map(|member| SignedIn {
        token: word,
        idle_ends_at: idle_ends_at.min(ends_at),
        ends_at,
        member: tukar_wire::Member { read_only: true, ..sign_in::to_wire(&member, here.language) },
        server_time: now,
    });
    Ok(Identified { session, link, partner: partner.name.clone(), server_time: now })
}

/// Whether a key counts by its end as it is now: the partners are kept for a few seconds, and it counted by these.
fn still_counts(end: Option<Option<Moment>>, read: &PartnerKey, now: Moment) -> bool {
    end.is_some_and(|end| end == read.ends_at || end.is_none_or(|end| end > now.plus_ms(CHANGED_END_MS)))
}

/// The member takes their word back: this partner's page shows nothing without a code any more.
///
/// # Errors
/// The database's.
pub async fn forget(app: &App, session: &SessionRow, here: &Here) -> Result<(), ApiError> {
    let partner = session.by_partner.as_ref().unwrap_or(&here.place.partner);
    let member = session.member.id.as_str();
    let work = async |conn: &mut crate::store::Connection| identities::unlink(conn, (partner, member)).await;
    Ok(app.store.transact("identity.forget", work).await?)
}
