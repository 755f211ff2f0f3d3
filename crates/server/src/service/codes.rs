//! One-time codes: issuing, sending again, checking. The same for every purpose.
//!
//! Invariants: a new code kills the old one; what is sent is written in the transaction that makes the code; the limits are
//! rows of the database; a wrong try is committed before it is answered. Whoever has a code made wakes the worker after the
//! commit: before it, the worker would find nothing and sleep, and the code would come seconds later. A code that counts no
//! more takes its message along, where that still waits.

use crate::{
    app::App,
    clock::timestamp,
    contact::Contact,
    message::{self, About, Envelope},
    place::Here,
    problem::{ApiError, FieldWhy},
    senders::Message,
    service::caps::{self, Ask, Room},
    store::{
        Connection, Lock, Writes,
        challenges::{self, ChallengeRow, Counted, PurposeWord, WrongSubjects},
        lock,
        members::MemberRow,
        outbox::{self, Class, Lasts, NewMessage},
    },
};
use std::collections::BTreeSet;
use tukar_domain::code::{self, Bound, CodeState, Purpose, TRIES_MAX, Try};
use tukar_wire::{self as wire, Channel, Moment};

/// Where a code goes and what its message says.
pub struct Delivery<'a> {
    /// Which way.
    pub channel: Channel,
    /// Where; `None`: nowhere, though it seems so.
    pub to: Option<&'a str>,
    /// What the message is about; `None`: it tells that the contact is not enrolled.
    pub about: Option<About<'a>>,
    /// When what the code is for ends by itself, where that may be before the code does.
    pub until: Option<Moment>,
    /// Where the widget sits and in which language the message is.
    pub here: &'a Here,
}

/// What a new challenge is for.
pub struct NewChallenge<'a> {
    /// Id, made before so that the binding can name it.
    pub id: String,
    /// Whose.
    pub member: Option<&'a MemberRow>,
    /// What for.
    pub purpose: PurposeWord,
    /// Contact that limits count and that the answer may show.
    pub contact: &'a str,
}

/// Makes a challenge and its first code. Returns it as it is stored once the writes have run.
///
/// # Errors
/// [`ApiError::TooMany`] when the destination was sent too many codes; the database's.
pub async fn issue(
    app: &App,
    conn: &mut Connection,
    new: NewChallenge<'_>,
    bound: &Bound<'_>,
    delivery: Delivery<'_>,
    now: Moment,
) -> Result<(ChallengeRow, Writes), ApiError> {
    let mut writes = Writes::new();
    let ask = Ask {
        purpose: new.purpose,
        contact: new.contact,
        is_member: new.member.is_some(),
        here: delivery.here,
    };
    let way = find_way(app, conn, &mut writes, ask, &delivery, now).await?;
    let mut row = ChallengeRow {
        id: new.id,
        member_id: new.member.map(|member| member.id.clone()),
        purpose: new.purpose,
        contact: new.contact.to_owned(),
        channel: delivery.channel,
        code_hmac: Vec::new(),
        state: CodeState::fresh(timestamp(now)),
        ends_at: now,
        sent: 0,
        sent_at: now,
        made_at: now,
        partner_id: String::new(),
        deal_hmac: Vec::new(),
    };
    renew(app, &mut writes, &mut row, bound, delivery, way, now);
    Ok((row, writes))
}

/// Makes a new code for a challenge; the old one dies.
///
/// # Errors
/// [`ApiError::TooMany`] before the wait is over or when the destination was sent too many; [`ApiError::WrongState`] when
/// the challenge was answered already.
pub async fn send_again(
    app: &App,
    conn: &mut Connection,
    row: &mut ChallengeRow,
    bound: &Bound<'_>,
    delivery: Delivery<'_>,
    now: Moment,
) -> Result<(), ApiError> {
    if row.state == CodeState::Used {
        return Err(ApiError::WrongState);
    }
    let retry_at = challenges::resend_at(row);
    if now < retry_at && !challenges::is_dated_ahead(row, now) {
        return Err(ApiError::TooMany { retry_at, now });
    }
    let mut writes = Writes::new();
    let ask = Ask {
        purpose: row.purpose,
        contact: &row.contact,
        is_member: row.member_id.is_some(),
        here: delivery.here,
    };
    let way = find_way(app, conn, &mut writes, ask, &delivery, now).await?;
    renew(app, &mut writes, row, bound, delivery, way, now);
    Ok(writes.run(conn).await?)
}

/// What came of a try, to be answered after the transaction that counted it.
pub enum Checked {
    /// Right: the code is used up once these have run.
    Right(Writes),
    /// Not, and why.
    Refused(ApiError),
}

/// A code that somebody typed.
pub struct Typed<'a> {
    /// What it would have to be bound to.
    pub bound: &'a Bound<'a>,
    /// As typed.
    pub code: &'a str,
    /// Network that it came from, where it is known and matters.
    pub network: Option<String>,
}

/// Tries a code. The caller holds the lock under which `row` was read. What a wrong code changes is written by this, what a
/// right one changes with what it opens the way to.
///
/// # Errors
/// The database's, and [`ApiError::Invalid`] for what can't be a code. A wrong code is no error here: it must be committed.
pub async fn check(
    app: &App,
    conn: &mut Connection,
    row: &ChallengeRow,
    Typed { bound, code, network }: Typed<'_>,
    now: Moment,
) -> Result<Checked, ApiError> {
    let typed = code::normalise(code).ok_or_else(|| ApiError::invalid("code", FieldWhy::NotCode))?;
    // Said in its own words: a member may have gone on at another page in good faith. The code would not match anyway.
    if row.partner_id != bound.partner {
        return Ok(Checked::Refused(ApiError::CodeElsewhere));
    }
    if challenges::is_dated_ahead(row, now) {
        return Ok(Checked::Refused(ApiError::CodeEnded));
    }
    let subject = wrong_subject(app, row);
    // Who typed wrong codes at sign-in is a stranger, for all we know: those of one network are not another's.
    let network = network.filter(|_| is_at_sign_in(row)).map(|network| app.secret.subject(&network));
    let within_an_hour = network.map_or_else(|| subject.clone(), |network| format!("{subject}@{network}"));
    lock(conn, Lock::Subject(&subject)).await?;
    let subjects = WrongSubjects { in_a_row: &subject, within_an_hour: &within_an_hour };
    let (in_a_row, wrong) = challenges::load_wrong(conn, subjects, now).await?;
    if code::needs_recovery(row.state, in_a_row, is_at_sign_in(row)) {
        return Ok(Checked::Refused(ApiError::RecoveryNeeded));
    }
    let decided = if is_at_sign_in(row) {
        code::decide_try_at_sign_in(row.state, &wrong, timestamp(now))
    } else {
        code::decide_try(&wrong, timestamp(now))
    };
    if let Err(too_many) = decided {
        let retry_at = crate::clock::moment(too_many.again_at);
        return Ok(Checked::Refused(ApiError::TooMany { retry_at, now }));
    }
    // Both sides always: a stranger's contact takes as long as a member's.
    let matches = app.secret.matches(bound, &typed, &row.code_hmac) & row.member_id.is_some();
    let (state, outcome) = row.state.check(matches, timestamp(now));
    let mut writes = Writes::new();
    challenges::put(&mut writes, &ChallengeRow { state, ..row.clone() });
    if !matches!(state, CodeState::Live { .. }) {
        outbox::delete_of(&mut writes, &row.id);
    }
    let refused = match outcome {
        Try::Right => {
            if in_a_row > 0 {
                challenges::forget_wrong(conn, &subject).await?;
            }
            return Ok(Checked::Right(writes));
        }
        Try::Ended => ApiError::CodeEnded,
        Try::Used => ApiError::CodeUsed { sign_in: row.purpose == PurposeWord::SignIn },
        Try::Locked => ApiError::CodeLocked,
        Try::Wrong { tries_left } => {
            challenges::count(&mut writes, (Counted::Wrong, &within_an_hour), (now, &app.random.word(9)));
            challenges::add_wrong_in_a_row(&mut writes, &subject);
            if tries_left == 0 { ApiError::CodeLocked } else { ApiError::CodeWrong { tries_left } }
        }
    };
    writes.run(conn).await?;
    Ok(Checked::Refused(refused))
}

/// How a challenge stands, for the wire. `shown` is the masked destination; empty when it must not be told.
#[must_use]
pub fn to_wire(row: &ChallengeRow, shown: String, channels: Vec<Channel>) -> wire::CodeState {
    wire::CodeState {
        channel: row.channel,
        sent_to: shown,
        ends_at: row.ends_at,
        resend_at: challenges::resend_at(row),
        tries_left: row.state.tries_left().min(TRIES_MAX),
        channels,
    }
}

/// Ways that this server can send and this member can receive, preferred first.
#[must_use]
pub fn channels_of(app: &App, member: &MemberRow) -> Vec<Channel> {
    let mut channels = app.senders.channels();
    channels.retain(|channel| contact_of(member, *channel).is_some());
    channels
}

/// A member's contact on a channel.
#[must_use]
pub fn contact_of(member: &MemberRow, channel: Channel) -> Option<&str> {
    match channel {
        Channel::Sms => member.phone.as_deref(),
        Channel::Email => member.email.as_deref(),
    }
}

/// Masks the contact that a member is reached by.
#[must_use]
pub fn masked_contact(member: &MemberRow, channel: Channel) -> String {
    contact_of(member, channel).map(|contact| Contact::stored(contact).masked()).unwrap_or_default()
}

/// Whether anybody could have asked for this code, and not only who is signed in.
fn is_at_sign_in(row: &ChallengeRow) -> bool {
    row.member_id.is_none() || row.purpose == PurposeWord::SignIn
}

/// A stranger's wrong codes at sign-in and the member's own are counted apart: nobody can lock a live session out.
fn wrong_subject(app: &App, row: &ChallengeRow) -> String {
    match &row.member_id {
        Some(member) if !is_at_sign_in(row) => format!("member:{member}"),
        _ => format!("sign-in:{}", app.secret.subject(&row.contact)),
    }
}

/// What a stranger asks for at sign-in and what a live session asks for are counted apart, for the same reason.
fn sent_subject(app: &App, purpose: PurposeWord, contact: &str) -> String {
    let subject = app.secret.subject(contact);
    if purpose == PurposeWord::SignIn { format!("sign-in:{subject}") } else { format!("member:{subject}") }
}

/// What goes to a contact though another one of its account was asked for. Counted apart from what is asked for there: else
/// the limit of one contact would tell that it belongs to the other's account.
fn other_way_subject(app: &App, to: &str) -> String {
    format!("sign-in-other:{}", app.secret.subject(to))
}

/// Codes of a member count here while they are typed in a session, and there at sign-in. For the operator, who may begin
/// the counting anew.
#[must_use]
pub fn wrong_subjects(app: &App, member: &MemberRow) -> Vec<String> {
    let contacts = [member.phone.as_deref(), member.email.as_deref()].into_iter().flatten();
    let sign_in = contacts.map(|contact| format!("sign-in:{}", app.secret.subject(contact)));
    sign_in.chain([format!("member:{}", member.id)]).collect()
}

/// What becomes of the message with a new code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// It goes where it was to go.
    There,
    /// It goes nowhere, and all that could be noticed is done as if it did.
    Nowhere,
    /// It goes nowhere: where it would have gone was sent too many.
    None,
}

/// What becomes of the message with a new code that may be asked for.
async fn find_way(
    app: &App,
    conn: &mut Connection,
    writes: &mut Writes,
    ask: Ask<'_>,
    delivery: &Delivery<'_>,
    now: Moment,
) -> Result<Way, ApiError> {
    let room = caps::take_room(app, conn, writes, ask, now).await?;
    let reaches = may_send(app, conn, ask, delivery, now).await?;
    Ok(match room {
        _ if !reaches => Way::None,
        Room::Send => Way::There,
        Room::Drop => Way::Nowhere,
    })
}

/// In the demo one message of so many is counted: it goes nowhere and costs nothing, and people try the demo often.
const COUNTED_IN_DEMO: usize = 8;

/// Where a code goes, as the limits count it. Nowhere is a destination as well: neither an answer nor its time may tell.
fn destination(contact: &str, delivery: &Delivery<'_>) -> String {
    delivery.to.map_or_else(|| format!("{}{contact}", outbox::NOWHERE), str::to_owned)
}

/// May a code be made for `contact`? It counts there, and where it goes as well when that is another contact of the account,
/// which has a limit of its own. False: where it goes was sent too many, with those that went there another way; at sign-in
/// this is not told, as it would tell of the account, a member's own session is told. Both are locked before either is
/// read, in one order: two that begin at the two ends would wait for each other.
async fn may_send(
    app: &App,
    conn: &mut Connection,
    Ask { purpose, contact, .. }: Ask<'_>,
    delivery: &Delivery<'_>,
    now: Moment,
) -> Result<bool, ApiError> {
    let goes_to = destination(contact, delivery);
    let typed = sent_subject(app, purpose, contact);
    let to = sent_subject(app, purpose, &goes_to);
    for subject in BTreeSet::from([&typed, &to]) {
        lock(conn, Lock::Subject(subject)).await?;
    }
    let asked = challenges::load_counted(conn, (Counted::Sent, &typed), now).await?;
    within_sends(app, asked.clone(), now)?;
    if let Some(of_network) = network_subject(app, &typed, delivery.here) {
        let asked = challenges::load_counted(conn, (Counted::Sent, &of_network), now).await?;
        too_many(app, asked, now, code::decide_send_of_network)?;
    }
    let mut sent =
        if to == typed { asked } else { challenges::load_counted(conn, (Counted::Sent, &to), now).await? };
    if purpose != PurposeWord::SignIn {
        return within_sends(app, sent, now).map(|()| true);
    }
    let other_way = other_way_subject(app, &goes_to);
    sent.extend(challenges::load_counted(conn, (Counted::Sent, &other_way), now).await?);
    Ok(within_sends(app, sent, now).is_ok())
}

/// Refuses when a destination was sent too many, at `sent`.
fn within_sends(app: &App, sent: Vec<jiff::Timestamp>, now: Moment) -> Result<(), ApiError> {
    too_many(app, sent, now, code::decide_send)
}

fn too_many(
    app: &App,
    mut sent: Vec<jiff::Timestamp>,
    now: Moment,
    decide: fn(&[jiff::Timestamp], jiff::Timestamp) -> Result<(), code::TooMany>,
) -> Result<(), ApiError> {
    if app.config.demo {
        sent.sort_unstable();
        sent = sent.into_iter().skip(COUNTED_IN_DEMO - 1).step_by(COUNTED_IN_DEMO).collect();
    }
    decide(&sent, timestamp(now))
        .map_err(|too_many| ApiError::TooMany { retry_at: crate::clock::moment(too_many.again_at), now })
}

/// What one network asks for at one contact, whoever that is, counted beside what all ask for there; only at sign-in, and where
/// the network is known.
fn network_subject(app: &App, typed: &str, here: &Here) -> Option<String> {
    let network = here.client.network().filter(|_| typed.starts_with("sign-in:"))?;
    Some(format!("{typed}@{}", app.secret.subject(&network)))
}

fn renew(
    app: &App,
    writes: &mut Writes,
    row: &mut ChallengeRow,
    bound: &Bound<'_>,
    delivery: Delivery<'_>,
    way: Way,
    now: Moment,
) {
    let code = code::make(&mut app.random.rng());
    row.code_hmac = app.secret.code_hmac(bound, &code);
    row.channel = delivery.channel;
    row.state = CodeState::fresh(timestamp(now));
    row.ends_at = now.plus_ms(code::LIFE_SECONDS * 1000);
    row.sent += 1;
    row.sent_at = now;
    bound.partner.clone_into(&mut row.partner_id);
    if matches!(bound.purpose, Purpose::Redeem { .. }) {
        row.deal_hmac = app.secret.deal_hmac(bound);
    }
    challenges::put(writes, row);
    let subject = sent_subject(app, row.purpose, &row.contact);
    challenges::count(writes, (Counted::Sent, &subject), (now, &app.random.word(9)));
    if let Some(of_network) = network_subject(app, &subject, delivery.here) {
        challenges::count(writes, (Counted::Sent, &of_network), (now, &app.random.word(9)));
    }
    // The old code is dead, whether or not the new one goes anywhere.
    if row.sent > 1 {
        outbox::delete_of(writes, &row.id);
    }
    if way == Way::None {
        return;
    }
    // Nowhere to send it, which neither the answer nor its time may tell: the same is done, and the message has ended already.
    let to = destination(&row.contact, &delivery);
    let counts_until = delivery.until.map_or(row.ends_at, |until| until.min(row.ends_at));
    let goes = way == Way::There && delivery.to.is_some();
    let ends_at = if goes { counts_until } else { now };
    if to != row.contact {
        let subject = match row.purpose {
            PurposeWord::SignIn => other_way_subject(app, &to),
            purpose => sent_subject(app, purpose, &to),
        };
        challenges::count(writes, (Counted::Sent, &subject), (now, &app.random.word(9)));
    }
    let Here { language, programme, place, .. } = delivery.here;
    let envelope = Envelope { channel: delivery.channel, to: &to, language: *language, programme, place };
    let message: Message = match delivery.about {
        Some(about) => message::code(envelope, about, &code, counts_until.ms_since(now)),
        None => message::not_enrolled(envelope),
    };
    // What is dropped has no address, as what has nowhere to go.
    let message = match way {
        Way::Nowhere => Message { to: format!("{}{}", outbox::NOWHERE, message.to), ..message },
        _ => message,
    };
    let class = match row.purpose {
        _ if !goes => Class::Nowhere,
        PurposeWord::Redeem | PurposeWord::Locker => Class::Session,
        PurposeWord::SignIn if row.member_id.is_some() => Class::SignIn,
        PurposeWord::SignIn => Class::Stranger,
    };
    let id = app.random.word(12);
    let message = NewMessage { id: &id, challenge_id: Some(&row.id), message: &message, class };
    outbox::insert(writes, message, Lasts { now, ends_at });
}
