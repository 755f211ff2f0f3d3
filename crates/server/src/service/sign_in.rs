//! Signing in: ask for a code, send it again, check it, open and end a session.
//!
//! Invariant: nothing in an answer depends on whether the contact has an account, until a right code was typed.

use crate::{
    app::App,
    catalogue::tier_label,
    contact::Contact,
    language::Language,
    message::About,
    place::Here,
    problem::{ApiError, FieldWhy},
    secret::sha256,
    service::{
        allow,
        codes::{self, Checked, Delivery, NewChallenge, Typed},
    },
    store::{
        Connection, Lock,
        challenges::{self, ChallengeRow, PurposeWord},
        identities, lock,
        members::{self, MemberRow, SessionRow},
    },
};
use std::sync::Arc;
use tukar_domain::{
    access::Act,
    code::{self, Bound, CodeState, Purpose},
    eligibility::AccountState,
};
use tukar_screens::account;
use tukar_wire::{self as wire, Channel, CodeSent, Member, MemberState, Moment, SignedIn};

/// Asks for a code to sign in with.
///
/// # Errors
/// [`ApiError::Invalid`] for what is no contact, [`ApiError::TooMany`].
pub async fn ask(app: Arc<App>, typed: String, here: Here) -> Result<CodeSent, ApiError> {
    ask_once(app, None, typed, here).await
}

/// The same for a page of forms, which names itself: sent once more, by a reload or the back button, it finds the code that was
/// sent for the same contact, and sends no other.
///
/// # Errors
/// As [`ask`].
pub async fn ask_once(
    app: Arc<App>,
    form: Option<String>,
    typed: String,
    here: Here,
) -> Result<CodeSent, ApiError> {
    let contact = Contact::read(&typed).map_err(|why| ApiError::invalid("contact", why))?;
    if !app.senders.channels().contains(&contact.channel) {
        return Err(ApiError::invalid("contact", FieldWhy::ChannelUnavailable));
    }
    let (now, id) = (app.clock.now(), challenge_id(&app, form.as_deref(), &contact.value));
    let row = app
        .store
        .transact("sign_in.ask", async |conn| {
            if form.is_some()
                && let Some(row) = find_asked(conn, &id).await?
            {
                return Ok(row);
            }
            let member = members::find_by_contact(conn, &contact.value).await?;
            let bound = bound(&id, member.as_ref().map(|member| member.id.as_str()), &here);
            let delivery = Delivery {
                channel: contact.channel,
                to: Some(&contact.value),
                about: member.is_some().then_some(About::SignIn),
                until: None,
                here: &here,
            };
            let new = NewChallenge {
                id: id.clone(),
                member: member.as_ref(),
                purpose: PurposeWord::SignIn,
                contact: &contact.value,
            };
            let (row, writes) = codes::issue(&app, conn, new, &bound, delivery, now).await?;
            writes.run(conn).await?;
            Ok::<_, ApiError>(row)
        })
        .await?;
    app.wake.notify_one();
    Ok(sent(&app, &row, now))
}

/// Id of a new challenge, or of the one that a page of forms has asked for; of that nobody can make it up.
fn challenge_id(app: &App, form: Option<&str>, of: &str) -> String {
    match form {
        None => app.random.word(16),
        Some(form) => {
            let subject = app.secret.subject(&format!("form:{form}:{of}"));
            subject.trim_end_matches('=').replace('+', "-").replace('/', "_")
        }
    }
}

/// The challenge that a page of forms has asked for, unless its code was used: then another is meant.
async fn find_asked(conn: &mut Connection, id: &str) -> Result<Option<ChallengeRow>, ApiError> {
    lock(conn, Lock::Challenge(id)).await?;
    Ok(challenges::find(conn, id).await?.filter(|row| row.state != CodeState::Used))
}

/// How a challenge of sign-in or the locker stands; sends nothing.
///
/// # Errors
/// [`ApiError::NotFound`], also for another member's locker; [`ApiError::CodeUsed`]: it has done its work; the database's.
pub async fn find_sent(app: &App, id: &str, session: Option<&SessionRow>) -> Result<CodeSent, ApiError> {
    let now = app.clock.now();
    let row = challenges::find(&mut *app.store.read().await?, id).await?.ok_or(ApiError::NotFound)?;
    let used = row.state == CodeState::Used;
    match row.purpose {
        PurposeWord::SignIn if used => Err(ApiError::CodeUsed { sign_in: true }),
        PurposeWord::SignIn => Ok(sent(app, &row, now)),
        PurposeWord::Redeem => Err(ApiError::NotFound),
        PurposeWord::Locker => {
            let member = session.map(|session| &session.member);
            let member = member
                .filter(|member| row.member_id.as_deref() == Some(&member.id))
                .ok_or(ApiError::NotFound)?;
            if used {
                return Err(ApiError::CodeUsed { sign_in: false });
            }
            let shown = codes::masked_contact(member, row.channel);
            let code = codes::to_wire(&row, shown, codes::channels_of(app, member));
            Ok(CodeSent { challenge_id: row.id.clone(), code, server_time: now })
        }
    }
}

/// A new code, perhaps another way; for sign-in and for the locker.
///
/// # Errors
/// [`ApiError::NotFound`], [`ApiError::TooMany`], [`ApiError::WrongState`].
pub async fn resend(
    app: Arc<App>,
    (id, channel): (String, Option<Channel>),
    here: Here,
) -> Result<CodeSent, ApiError> {
    let now = app.clock.now();
    let (row, owner) = app
        .store
        .transact("sign_in.resend", async |conn| {
            let mut row = find_open(conn, &id).await?;
            let channel = channel.unwrap_or(row.channel);
            let typed = Contact::stored(&row.contact);
            // Whose account it is, is looked up only where that is needed, and then also for a contact without one: the time
            // that it takes would tell.
            let member = match &row.member_id {
                _ if channel == typed.channel && row.purpose == PurposeWord::SignIn => None,
                Some(member_id) => Some(members::load(conn, member_id).await?),
                None => {
                    members::find_by_contact(conn, &row.contact).await?;
                    None
                }
            };
            if let (PurposeWord::Locker, Some(member)) = (row.purpose, &member) {
                allow(member, Act::SeeVouchers)?;
            }
            if !app.senders.channels().contains(&channel) {
                return Err(ApiError::invalid("channel", FieldWhy::ChannelUnavailable));
            }
            let to = match &member {
                _ if channel == typed.channel => Some(row.contact.clone()),
                Some(member) => codes::contact_of(member, channel).map(str::to_owned),
                None => None,
            };
            // Only a live session opened a locker's challenge: it may know which ways its member has.
            if to.is_none() && row.purpose == PurposeWord::Locker {
                return Err(ApiError::invalid("channel", FieldWhy::ChannelUnavailable));
            }
            let about = match row.purpose {
                PurposeWord::Locker => Some(About::Locker),
                _ => row.member_id.is_some().then_some(About::SignIn),
            };
            let delivery = Delivery { channel, to: to.as_deref(), about, until: None, here: &here };
            let (challenge, member_id) = (row.id.clone(), row.member_id.clone().unwrap_or_default());
            let purpose = if row.purpose == PurposeWord::Locker { Purpose::Locker } else { Purpose::SignIn };
            let partner = here.place.partner.as_str();
            let bound = Bound { challenge: &challenge, member: &member_id, partner, purpose };
            codes::send_again(&app, conn, &mut row, &bound, delivery, now).await?;
            let owner = member.filter(|_| row.purpose == PurposeWord::Locker);
            Ok::<_, ApiError>((row, owner))
        })
        .await?;
    app.wake.notify_one();
    Ok(match owner {
        // Only a live session opened this challenge: it may see its own contacts.
        Some(member) => CodeSent {
            challenge_id: row.id.clone(),
            code: codes::to_wire(
                &row,
                codes::masked_contact(&member, row.channel),
                codes::channels_of(&app, &member),
            ),
            server_time: now,
        },
        None => sent(&app, &row, now),
    })
}

/// Checks a code and opens a session. A read session of the same member that it replaces ends. `check.link`: the member
/// wants this partner's page to show their points without a code from now on.
///
/// # Errors
/// The code's refusals, [`ApiError::NotFound`].
pub async fn check(
    app: Arc<App>,
    ask: (String, wire::CheckCode),
    replaces: Option<SessionRow>,
    here: Here,
) -> Result<SignedIn, ApiError> {
    let token = app.random.word(32);
    check_for(&app, ask, (token, replaces), &here).await
}

/// The same for a page of forms: `key` was made with the page. The same page with the same code once more, by a reload or a
/// double click, opens nothing: while the code would still be alive, it finds the session that it opened, unless that was
/// signed out of or has ended. Returns the session's token.
///
/// # Errors
/// As [`check`].
pub async fn check_once(
    app: &App,
    (id, check): (String, wire::CheckCode),
    key: &str,
    here: &Here,
) -> Result<String, ApiError> {
    let code = code::normalise(&check.code).unwrap_or_default();
    // Without a key of this length whoever saw the code could send it once more.
    let token = if (KEY_BYTES_MIN..=KEY_BYTES_MAX).contains(&key.len()) {
        app.secret.form_token([&id, key, &code])
    } else {
        app.random.word(32)
    };
    match check_for(app, (id.clone(), check), (token.clone(), None), here).await {
        Err(error @ ApiError::CodeUsed { .. }) => {
            if is_opened(app, (&id, &token), here).await? {
                Ok(token)
            } else {
                Err(error)
            }
        }
        done => done.map(|_| token),
    }
}

/// Lengths of a form's key that are taken.
const KEY_BYTES_MIN: usize = 16;
const KEY_BYTES_MAX: usize = 64;

/// Whether this token's session is alive, was opened by this challenge's member, and the challenge's code would be, too.
async fn is_opened(app: &App, (id, token): (&str, &str), here: &Here) -> Result<bool, ApiError> {
    let now = app.clock.now();
    let conn = &mut *app.store.read().await?;
    let row = challenges::find(conn, id).await?.ok_or(ApiError::NotFound)?;
    if now >= row.ends_at || row.partner_id != here.place.partner || challenges::is_dated_ahead(&row, now) {
        return Ok(false);
    }
    match load_alive(app, conn, (&sha256(token.as_bytes()), now)).await {
        Ok(session) => Ok(row.member_id.as_deref() == Some(&session.member.id)),
        Err(ApiError::NotSignedIn) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn check_for(
    app: &App,
    (id, check): (String, wire::CheckCode),
    (token, replaces): (String, Option<SessionRow>),
    here: &Here,
) -> Result<SignedIn, ApiError> {
    let now = app.clock.now();
    let rules = &app.config.programme;
    let longest = if check.shared { SHARED_SESSION_SECONDS_MAX } else { u32::MAX };
    let ends_at = now.plus_ms(i64::from(rules.session_max_seconds.min(longest)) * 1000);
    let checked = app
        .store
        .transact("sign_in.check", async |conn| {
            let row = find_open(conn, &id).await?;
            if row.purpose != PurposeWord::SignIn {
                return Err(ApiError::NotFound);
            }
            let bound = bound(&row.id, row.member_id.as_deref(), here);
            let typed = Typed { bound: &bound, code: &check.code, network: here.client.network() };
            match codes::check(app, conn, &row, typed, now).await? {
                Checked::Refused(error) => Ok(Err(error)),
                Checked::Right(writes) => {
                    writes.run(conn).await?;
                    let member_id = row.member_id.as_deref().ok_or(ApiError::NotFound)?;
                    members::insert_session(conn, (&sha256(token.as_bytes()), member_id), (now, ends_at))
                        .await?;
                    if let Some(read) = replaces.as_ref().filter(|session| session.member.id == member_id) {
                        members::delete_session(conn, &read.token_hash).await?;
                    }
                    let member = members::load(conn, member_id).await?;
                    // A session is opened, to see the points; that a suspended member asked for more is not done.
                    let link = check.link.as_ref().filter(|_| allow(&member, Act::Link).is_ok());
                    if let Some(ticket) = link {
                        let link = (here.place.partner.as_str(), &*sha256(ticket.as_bytes()), member_id);
                        identities::link(conn, link, now).await?;
                    }
                    Ok(Ok(member))
                }
            }
        })
        .await?;
    let member = checked?;
    Ok(SignedIn {
        idle_ends_at: now.plus_ms(i64::from(rules.session_idle_seconds) * 1000).min(ends_at),
        ends_at,
        member: to_wire(&member, here.language),
        server_time: now,
        token,
    })
}

/// The session of a token, alive now; its idle time begins anew.
///
/// # Errors
/// [`ApiError::NotSignedIn`].
pub async fn find_session(app: &App, token: &str) -> Result<SessionRow, ApiError> {
    let now = app.clock.now();
    let hash = sha256(token.as_bytes());
    let session = load_alive(app, &mut *app.store.read().await?, (&hash, now)).await?;
    if now.ms_since(session.seen_at) > TOUCH_EVERY_MS {
        app.store
            .transact("session.touch", async |conn| members::touch_session(conn, &hash, now).await)
            .await?;
    }
    Ok(session)
}

/// The session of this hash as it stands at `now`.
///
/// # Errors
/// [`ApiError::NotSignedIn`] where none is alive; the database's.
pub async fn load_alive(
    app: &App,
    conn: &mut Connection,
    (token_hash, now): (&[u8], Moment),
) -> Result<SessionRow, ApiError> {
    let idle_ms = i64::from(app.config.programme.session_idle_seconds) * 1000;
    members::find_session(conn, token_hash, (now, idle_ms)).await?.ok_or(ApiError::NotSignedIn)
}

/// A session on a computer that others use too ends after so long, whatever is done in it.
pub const SHARED_SESSION_SECONDS_MAX: u32 = 15 * 60;

/// A session's idle time is written at most so often: reads must not become writes.
pub const TOUCH_EVERY_MS: i64 = 60_000;

/// Ends a session.
///
/// # Errors
/// The database's.
pub async fn sign_out(app: &App, session: &SessionRow) -> Result<(), ApiError> {
    allow(&session.member, Act::Session)?;
    let work = async |conn: &mut Connection| members::delete_session(conn, &session.token_hash).await;
    Ok(app.store.transact("session.end", work).await?)
}

/// A member as they see themselves.
#[must_use]
pub fn to_wire(member: &MemberRow, language: Language) -> Member {
    let state = match member.state {
        AccountState::Verified => MemberState::Verified,
        AccountState::NotVerified => MemberState::NotVerified,
        AccountState::Suspended => MemberState::Suspended,
    };
    let note = account::barred(state, language.tag()).map_or("", |barred| barred.note);
    let masked =
        |contact: &Option<String>| contact.as_deref().map(|contact| Contact::stored(contact).masked());
    Member {
        name: member.name.clone(),
        state,
        state_note: note.to_owned(),
        tier: member.tier.clone(),
        tier_label: tier_label(&member.tier),
        phone_masked: masked(&member.phone),
        email_masked: masked(&member.email),
        read_only: false,
    }
}

/// A challenge of sign-in or the locker that is not answered yet.
async fn find_open(conn: &mut Connection, id: &str) -> Result<ChallengeRow, ApiError> {
    lock(conn, Lock::Challenge(id)).await?;
    let row = challenges::find(conn, id).await?.ok_or(ApiError::NotFound)?;
    if row.purpose == PurposeWord::Redeem { Err(ApiError::NotFound) } else { Ok(row) }
}

fn bound<'a>(challenge: &'a str, member: Option<&'a str>, here: &'a Here) -> Bound<'a> {
    let member = member.unwrap_or_default();
    Bound { challenge, member, partner: &here.place.partner, purpose: Purpose::SignIn }
}

/// The answer to "a code, please". At sign-in only what was typed is shown.
fn sent(app: &App, row: &ChallengeRow, now: Moment) -> CodeSent {
    let typed = Contact::stored(&row.contact);
    let shown = if row.channel == typed.channel { typed.masked() } else { String::new() };
    CodeSent {
        challenge_id: row.id.clone(),
        code: codes::to_wire(row, shown, app.senders.channels()),
        server_time: now,
    }
}

/// Opens the claim locker: asks for a code.
///
/// # Errors
/// [`ApiError::TooMany`], [`ApiError::Invalid`] for a way that the member has not.
pub async fn ask_locker(
    app: Arc<App>,
    (member, channel): (MemberRow, Option<Channel>),
    here: Here,
) -> Result<CodeSent, ApiError> {
    allow(&member, Act::SeeVouchers)?;
    ask_own(app, member, AskOwn { channel, purpose: PurposeWord::Locker, form: None }, here).await
}

/// The same for a page of forms, which names itself, as in [`ask_once`].
///
/// # Errors
/// As [`ask_locker`].
pub async fn ask_locker_once(
    app: Arc<App>,
    form: Option<String>,
    member: MemberRow,
    here: Here,
) -> Result<CodeSent, ApiError> {
    allow(&member, Act::SeeVouchers)?;
    ask_own(app, member, AskOwn { channel: None, purpose: PurposeWord::Locker, form }, here).await
}

/// A code to the member's own contact, by which a read session becomes a whole one: answered like any sign-in.
///
/// # Errors
/// [`ApiError::TooMany`], [`ApiError::Invalid`] for a way that the member has not.
pub async fn ask_step_up(
    app: Arc<App>,
    (member, channel): (MemberRow, Option<Channel>),
    here: Here,
) -> Result<CodeSent, ApiError> {
    allow(&member, Act::StepUp)?;
    ask_own(app, member, AskOwn { channel, purpose: PurposeWord::SignIn, form: None }, here).await
}

/// A code that a session asks for.
struct AskOwn {
    /// Which way; the preferred one when absent.
    channel: Option<Channel>,
    purpose: PurposeWord,
    /// The page of forms that asks.
    form: Option<String>,
}

/// A code to a contact of a member whose session is known.
async fn ask_own(app: Arc<App>, member: MemberRow, ask: AskOwn, here: Here) -> Result<CodeSent, ApiError> {
    let AskOwn { channel, purpose, form } = ask;
    let (now, id) = (app.clock.now(), challenge_id(&app, form.as_deref(), &member.id));
    let channels = codes::channels_of(&app, &member);
    let channel = channel.or(channels.first().copied()).filter(|channel| channels.contains(channel));
    let channel = channel.ok_or_else(|| ApiError::invalid("channel", FieldWhy::ChannelUnavailable))?;
    let contact = codes::contact_of(&member, channel).unwrap_or_default().to_owned();
    let (about, bound_to) = match purpose {
        PurposeWord::Locker => (About::Locker, Purpose::Locker),
        _ => (About::SignIn, Purpose::SignIn),
    };
    let partner = here.place.partner.as_str();
    let bound = Bound { challenge: &id, member: &member.id, partner, purpose: bound_to };
    let row = app
        .store
        .transact("session.ask", async |conn| {
            if form.is_some()
                && let Some(row) = find_asked(conn, &id).await?
            {
                return Ok(row);
            }
            let new = NewChallenge { id: id.clone(), member: Some(&member), purpose, contact: &contact };
            let delivery =
                Delivery { channel, to: Some(&contact), about: Some(about), until: None, here: &here };
            let (row, writes) = codes::issue(&app, conn, new, &bound, delivery, now).await?;
            writes.run(conn).await?;
            Ok::<_, ApiError>(row)
        })
        .await?;
    app.wake.notify_one();
    let shown = codes::masked_contact(&member, row.channel);
    Ok(CodeSent {
        challenge_id: row.id.clone(),
        code: codes::to_wire(&row, shown, channels),
        server_time: now,
    })
}

/// Checks the locker's code: this session sees voucher codes for a while.
///
/// # Errors
/// The code's refusals; [`ApiError::NotFound`] for another member's challenge.
pub async fn check_locker(
    app: Arc<App>,
    session: SessionRow,
    (id, typed): (String, String),
    here: Here,
) -> Result<wire::LockerOpened, ApiError> {
    allow(&session.member, Act::SeeVouchers)?;
    let now = app.clock.now();
    let open_until = now.plus_ms(i64::from(app.config.programme.locker_open_seconds) * 1000);
    let checked = app
        .store
        .transact("locker.check", async |conn| {
            let row = find_open(conn, &id).await?;
            if row.purpose != PurposeWord::Locker || row.member_id.as_deref() != Some(&session.member.id) {
                return Err(ApiError::NotFound);
            }
            let (member, partner) = (session.member.id.as_str(), here.place.partner.as_str());
            let bound = Bound { challenge: &row.id, member, partner, purpose: Purpose::Locker };
            let typed = Typed { bound: &bound, code: &typed, network: None };
            match codes::check(&app, conn, &row, typed, now).await? {
                Checked::Refused(error) => Ok(Err(error)),
                Checked::Right(mut writes) => {
                    members::open_locker(&mut writes, &session.token_hash, open_until);
                    Ok(Ok(writes.run(conn).await?))
                }
            }
        })
        .await?;
    checked?;
    Ok(wire::LockerOpened { open_until, server_time: now })
}
