//! What each form asks for, and the screen that answers. A refusal comes back as the same screen with what was typed.

use super::{Answer, Form, Page, Sent, Step, locker, rewards, visit};
use crate::{
    app::Shared,
    http::programme,
    language::Language,
    problem::{ApiError, FieldWhy},
    service::{addresses, points, redeem, sign_in, to_the_end, vouchers},
};
use tukar_plain::{
    Markup, Tab, Visit, catalog,
    redeem::{
        Copied, Filled,
        recipient::{Draft, Field},
    },
    sign_in::Asked,
};
use tukar_wire::{
    AskQuote, AskRedemption, Channel, CheckCode, CodeSent, Needs, Problem, ProblemKind, Recipient,
    Redemption, RewardDetail,
};

/// Fields that say what to go on with after signing in.
const THEN: [&str; 4] = ["reward", "quantity", "attempt", "tab"];

/// Takes the step. Whatever comes of it is a page.
pub(super) async fn take(app: &Shared, mut sent: Sent, step: Step) -> (Visit, Page) {
    let page = match try_step(app, &mut sent, step).await {
        Ok(page) => page,
        Err(error) => {
            if !matches!(error, ApiError::NotSignedIn) {
                return refused(sent, step, &error);
            }
            let problem = sent.problem(&error);
            let screen = sign_in_again(app, &mut sent);
            Page::telling(Some(&problem), screen)
        }
    };
    (sent.visit, page)
}

/// A page that only says why there is nothing else on it.
pub(super) fn refused(sent: Sent, step: Step, error: &ApiError) -> (Visit, Page) {
    let problem = sent.problem(error);
    let title = step.failed_title(sent.visit.i18n.texts());
    let screen = tukar_plain::refused(&sent.visit, title, &problem);
    (sent.visit, Page::telling(Some(&problem), screen))
}

fn sign_in_again(app: &Shared, sent: &mut Sent) -> Markup {
    sent.visit.session = None;
    let ended = !sent.form.get("session").is_empty();
    let mut then = then(&sent.form);
    // A member's own screen is gone on with, whichever form asked for it.
    if sent.visit.tab.is_own() {
        then.push(("tab", sent.visit.tab.word()));
    }
    let page = app.random.word(16);
    tukar_plain::sign_in::contact(
        &sent.visit,
        None,
        Asked { then: &then, page: &page, ended, ..Asked::default() },
    )
}

async fn try_step(app: &Shared, sent: &mut Sent, step: Step) -> Answer {
    match step {
        Step::Home => home(app, sent).await,
        Step::Lots => lots(app, sent).await,
        Step::Locker => locker::list(app, sent).await,
        Step::AskLocker => locker::ask(app, sent).await,
        Step::ResendLocker => locker::resend(app, sent).await,
        Step::CheckLocker => locker::check(app, sent).await,
        Step::CloseLocker => locker::close(app, sent).await,
        Step::SendCopy => send_copy(app, sent).await,
        Step::History => history(app, sent).await,
        Step::Help => help(app, &sent.visit, &sent.form).await,
        Step::Reward => reward(app, sent).await,
        Step::Contact => {
            let then = then(&sent.form);
            let page = form_id(app, sent);
            Ok(tukar_plain::sign_in::contact(
                &sent.visit,
                None,
                Asked { then: &then, page: &page, ..Asked::default() },
            )
            .into())
        }
        Step::AskCode => ask_code(app, sent).await,
        Step::ResendSignIn => resend_sign_in(app, sent).await,
        Step::CheckSignIn => check_sign_in(app, sent).await,
        Step::SignOut => {
            sign_in::sign_out(app, sent.session()?).await?;
            (sent.session, sent.visit.session) = (None, None);
            home(app, sent).await
        }
        Step::Review => review(app, sent, None).await,
        Step::Hold => hold(app, sent).await,
        Step::LookUp => look_up(app, sent, None).await,
        Step::Confirm => confirm(app, sent).await,
        Step::Resend => resend(app, sent).await,
        Step::Cancel => {
            let (session, id) = (sent.session()?.clone(), sent.form.get("attempt").to_owned());
            let language = sent.here.language;
            let told =
                to_the_end(app, |app, visitor| redeem::cancel((app, visitor), session, (id, language))).await;
            shown(app, sent, told).await
        }
    }
}

fn then(form: &Form) -> Vec<(&str, &str)> {
    THEN.into_iter().map(|name| (name, form.get(name))).filter(|(_, value)| !value.is_empty()).collect()
}

pub(super) fn channel(form: &Form) -> Option<Channel> {
    match form.get("channel") {
        "sms" => Some(Channel::Sms),
        "email" => Some(Channel::Email),
        _ => None,
    }
}

pub(super) async fn home(app: &Shared, sent: &Sent) -> Answer {
    let Some(session) = &sent.session else {
        let rewards = rewards(app, (&sent.visit, &sent.form), None).await?;
        return Ok(tukar_plain::home(&sent.visit, None, &rewards).into());
    };
    let balance = points::balance(app, &session.member, sent.here.language).await?;
    let known = points::eligibility(app, &session.member, None).await?;
    let rewards = rewards(app, (&sent.visit, &sent.form), Some(&known)).await?;
    Ok(tukar_plain::home(&sent.visit, Some(&balance), &rewards).into())
}

async fn lots(app: &Shared, sent: &Sent) -> Answer {
    let ask = (sent.form.some("after"), None, sent.here.language);
    let page = points::lots(app, &sent.session()?.member, ask).await?;
    Ok(tukar_plain::balance::page(&sent.visit, &page).into())
}

async fn history(app: &Shared, sent: &Sent) -> Answer {
    let (kind, before) = (sent.form.some("kind"), sent.form.some("before"));
    let first = before.is_none();
    let ask = (kind, before, None);
    let page = points::activity(app, &sent.session()?.member, ask, sent.here.language).await?;
    Ok(tukar_plain::history::history(&sent.visit, &page, (sent.form.get("kind"), first)).into())
}

pub(super) async fn help(app: &Shared, visit: &Visit, form: &Form) -> Answer {
    let language = Language::of_tag(visit.i18n.texts().tag).unwrap_or_default();
    let programme = programme::load(app, language).await?;
    Ok(tukar_plain::help::help(visit, &programme, form.get("search")).into())
}

/// What a member came for before signing in.
async fn go_on(app: &Shared, sent: &mut Sent) -> Answer {
    if !sent.form.get("attempt").is_empty() {
        return look_up(app, sent, None).await;
    }
    if !sent.form.get("reward").is_empty() {
        return review(app, sent, None).await;
    }
    match sent.visit.tab {
        Tab::Locker => locker::list(app, sent).await,
        Tab::History => history(app, sent).await,
        Tab::Help => help(app, &sent.visit, &sent.form).await,
        Tab::Rewards => home(app, sent).await,
    }
}

async fn detail_of(app: &Shared, sent: &Sent) -> Result<RewardDetail, ApiError> {
    let now = app.clock.now();
    let snapshot = app.catalogue.load(&mut *app.store.read().await?, now).await?;
    let reward = snapshot.find(sent.form.get("reward")).ok_or(ApiError::NotFound)?;
    Ok(reward.to_detail(now, sent.here.language))
}

async fn reward(app: &Shared, sent: &Sent) -> Answer {
    let detail = detail_of(app, sent).await?;
    let known = match &sent.session {
        Some(session) => Some(points::eligibility(app, &session.member, Some(detail.card.id.clone())).await?),
        None => None,
    };
    Ok(catalog::detail(&sent.visit, &detail, known.as_ref()).into())
}

async fn ask_code(app: &Shared, sent: &Sent) -> Answer {
    let contact = sent.form.get("contact");
    let form = sent.form.some("page");
    let asked = async {
        addresses::may_ask_code(app, &sent.here).await?;
        sign_in::ask_once(app.clone(), form, contact.to_owned(), sent.here.clone()).await
    };
    match asked.await {
        Ok(told) => code_page(app, sent, &told, None),
        Err(error) => {
            let (problem, then) = (sent.problem(&error), then(&sent.form));
            let page = form_id(app, sent);
            let asked = Asked {
                typed: contact,
                shared: is_shared(&sent.form),
                then: &then,
                page: &page,
                ended: false,
            };
            let screen = tukar_plain::sign_in::contact(&sent.visit, Some(&problem), asked);
            Ok(Page::telling(Some(&problem), screen))
        }
    }
}

/// The code step of signing in; what was told of the code is carried along, to be shown again.
fn code_page(app: &Shared, sent: &Sent, told: &CodeSent, problem: Option<&Problem>) -> Answer {
    let written = serde_json::to_string(told).map_err(anyhow::Error::from)?;
    let mut carried: Vec<(&str, &str)> = then(&sent.form);
    carried.push(("sent", &written));
    let key = app.random.word(16);
    carried.push(("key", &key));
    if is_shared(&sent.form) {
        carried.push(("shared", "1"));
    }
    let typed = if problem.is_some() { sent.form.get("code") } else { "" };
    let screen = tukar_plain::sign_in::code(&sent.visit, told, (typed, problem), &carried);
    Ok(Page::telling(problem, screen))
}

pub(super) fn carried_code(form: &Form) -> Result<CodeSent, ApiError> {
    let odd = |_| ApiError::invalid("sent", FieldWhy::Shape);
    serde_json::from_str(form.get("sent")).map_err(odd)
}

async fn resend_sign_in(app: &Shared, sent: &Sent) -> Answer {
    let told = carried_code(&sent.form)?;
    match send_again(app, sent, &told).await {
        Ok(told) => code_page(app, sent, &told, None),
        Err(error) => not_checked(app, sent, &told, &error),
    }
}

/// The code step with what is wrong; where its code was used, the step before it: only a new code leads on.
fn not_checked(app: &Shared, sent: &Sent, told: &CodeSent, error: &ApiError) -> Answer {
    let problem = sent.problem(error);
    if !matches!(error, ApiError::CodeUsed { .. }) {
        return code_page(app, sent, told, Some(&problem));
    }
    let (then, page) = (then(&sent.form), app.random.word(16));
    let asked = Asked { shared: is_shared(&sent.form), then: &then, page: &page, ..Asked::default() };
    let screen = tukar_plain::sign_in::contact(&sent.visit, Some(&problem), asked);
    Ok(Page::telling(Some(&problem), screen))
}

/// A new code in place of the one that is carried along, perhaps another way.
pub(super) async fn send_again(app: &Shared, sent: &Sent, told: &CodeSent) -> Result<CodeSent, ApiError> {
    // The form once more, after a reload or the back button: a code was sent since it was shown, and is shown.
    let standing = sign_in::find_sent(app, &told.challenge_id, sent.session.as_ref()).await?;
    if standing.code.ends_at != told.code.ends_at {
        return Ok(standing);
    }
    addresses::may_ask_code(app, &sent.here).await?;
    let ask = (told.challenge_id.clone(), channel(&sent.form));
    sign_in::resend(app.clone(), ask, sent.here.clone()).await
}

async fn check_sign_in(app: &Shared, sent: &mut Sent) -> Answer {
    let told = carried_code(&sent.form)?;
    let shared = is_shared(&sent.form);
    let check = CheckCode { code: sent.form.get("code").to_owned(), link: None, shared };
    let ask = (told.challenge_id.clone(), check);
    match sign_in::check_once(app, ask, sent.form.get("key"), &sent.here).await {
        Ok(token) => {
            sent.session = Some(sign_in::find_session(app, &token).await?);
            sent.form.values.insert("session".to_owned(), token);
            sent.visit = visit(app, (&sent.form, sent.here.language), sent.session.as_ref()).await?;
            go_on(app, sent).await
        }
        Err(error) => {
            let told = sign_in::find_sent(app, &told.challenge_id, None).await.unwrap_or(told);
            not_checked(app, sent, &told, &error)
        }
    }
}

/// Names a page that asks for a code, so that it asks once. A page that is shown again after a refusal stays the same one.
pub(super) fn form_id(app: &Shared, sent: &Sent) -> String {
    sent.form.some("page").filter(|id| id.len() <= FORM_ID_BYTES_MAX).unwrap_or_else(|| app.random.word(16))
}

/// Longest name of a page that is read.
const FORM_ID_BYTES_MAX: usize = 64;

fn is_shared(form: &Form) -> bool {
    !form.get("shared").is_empty()
}

/// A new code for held points.
async fn resend(app: &Shared, sent: &Sent) -> Answer {
    let (session, id) = (sent.session()?.clone(), sent.form.get("attempt").to_owned());
    // The form once more, after a reload or the back button: a code was sent since it was shown, and its page is shown.
    let standing = redeem::get(app, &session, (id.clone(), sent.here.language)).await?;
    let newest = standing.code.as_ref().map(|code| code.ends_at.0.to_string());
    if sent.form.some("ends").is_some_and(|shown| newest.as_ref() != Some(&shown)) {
        return look_up(app, sent, None).await;
    }
    let (channel, here) = (channel(&sent.form), sent.here.clone());
    let told =
        to_the_end(app, |app, visitor| redeem::resend((app, visitor), session, (id, channel), here)).await;
    shown(app, sent, told).await
}

async fn review(app: &Shared, sent: &Sent, problem: Option<Problem>) -> Answer {
    let member = &sent.session()?.member;
    let detail = detail_of(app, sent).await?;
    let asked = sent.form.some("pieces").unwrap_or_else(|| sent.form.get("quantity").to_owned());
    let quantity = asked.parse().unwrap_or(1).max(1);
    let ask = AskQuote { reward_id: detail.card.id.clone(), quantity };
    let quote = redeem::quote(app, member, ask, sent.here.language).await?;
    let kept = sent.form.get("attempt");
    let attempt = if kept.is_empty() { uuid::Uuid::new_v4().to_string() } else { kept.to_owned() };
    let mut draft = draft(&sent.form);
    // The first time that it is shown; later what was typed stands, also where that is nothing.
    if !sent.form.values.contains_key(Field::Name.word()) {
        draft.set(Field::Name, &member.name);
    }
    let filled = Filled { draft, problem, attempt };
    let screen = tukar_plain::redeem::review(&sent.visit, (&detail, &quote), &filled);
    Ok(Page::telling(filled.problem.as_ref(), screen))
}

fn draft(form: &Form) -> Draft {
    let mut draft = Draft { other_number: form.get("whose") == "other", ..Draft::default() };
    for field in Field::ADDRESS.into_iter().chain([Field::Phone]) {
        draft.set(field, form.get(field.word()));
    }
    draft
}

/// Who gets it, as typed: the server's own rules say what is wrong with it.
fn recipient(form: &Form, needs: Needs) -> Option<Recipient> {
    let text = |field: Field| form.get(field.word()).trim().to_owned();
    match needs {
        Needs::Nothing => None,
        Needs::Phone if form.get("whose") == "own" => Some(Recipient::OwnPhone),
        Needs::Phone => Some(Recipient::Phone(text(Field::Phone))),
        Needs::Address => Some(Recipient::Address(tukar_wire::Address {
            name: text(Field::Name),
            street: text(Field::Street),
            district: text(Field::District),
            city: text(Field::City),
            province: text(Field::Province),
            postal_code: text(Field::PostalCode),
            phone: text(Field::CourierPhone),
        })),
    }
}

async fn hold(app: &Shared, sent: &Sent) -> Answer {
    let session = sent.session()?.clone();
    let detail = detail_of(app, sent).await?;
    let form = &sent.form;
    // Another number of pieces costs something else: that is to be seen first.
    if form.some("pieces").is_some_and(|pieces| pieces != form.get("quantity")) {
        return review(app, sent, None).await;
    }
    let number = |name: &str| form.get(name).parse().unwrap_or(0);
    let ask = AskRedemption {
        id: form.get("attempt").to_owned(),
        reward_id: detail.card.id.clone(),
        quantity: form.get("quantity").parse().unwrap_or(1),
        points: number("points"),
        price_version: form.get("version").to_owned(),
        recipient: recipient(form, detail.needs),
        channel: channel(form),
    };
    let here = sent.here.clone();
    match to_the_end(app, |app, visitor| redeem::create((app, visitor), session, (ask, here))).await {
        // A form that was sent before: where it stands by now, not where it stood then.
        Ok(_) => look_up(app, sent, None).await,
        Err(error @ ApiError::KeyReused) => look_up(app, sent, Some(sent.problem(&error))).await,
        Err(ApiError::NotSignedIn) => Err(ApiError::NotSignedIn),
        Err(error) => {
            let problem = sent.problem(&error);
            review(app, sent, Some(problem)).await
        }
    }
}

/// Where a redemption stands, with a key for the next confirmation.
async fn look_up(app: &Shared, sent: &Sent, problem: Option<Problem>) -> Answer {
    let id = sent.form.get("attempt").to_owned();
    let redemption = redeem::get(app, sent.session()?, (id, sent.here.language)).await?;
    Ok(standing(app, (sent, &redemption), problem.as_ref()))
}

fn standing(app: &Shared, (sent, redemption): (&Sent, &Redemption), problem: Option<&Problem>) -> Page {
    let key = app.random.word(16);
    let typed = match problem.map(|problem| problem.kind) {
        Some(ProblemKind::CodeEnded | ProblemKind::CodeLocked) | None => "",
        Some(_) => sent.form.get("code"),
    };
    Page::telling(problem, tukar_plain::redeem::standing(&sent.visit, redemption, (&key, typed), problem))
}

async fn shown(app: &Shared, sent: &Sent, told: Result<Redemption, ApiError>) -> Answer {
    match told {
        Ok(redemption) => Ok(standing(app, (sent, &redemption), None)),
        Err(error @ (ApiError::NotFound | ApiError::NotSignedIn)) => Err(error),
        Err(error) => look_up(app, sent, Some(sent.problem(&error))).await,
    }
}

/// A copy of a voucher by message; the answer is its receipt, which says so.
async fn send_copy(app: &Shared, sent: &Sent) -> Answer {
    let (id, way) = (sent.form.get("voucher"), channel(&sent.form).unwrap_or(Channel::Sms));
    let told = vouchers::send_copy(app, sent.session()?, (id.to_owned(), way), sent.here.clone()).await;
    // An account that may see no voucher: its receipt has no place to say so.
    let told = match told {
        Err(error @ ApiError::NotEligible { .. }) => return Err(error),
        told => told,
    };
    let problem = told.as_ref().err().map(|error| sent.problem(error));
    let attempt = (sent.form.get("attempt").to_owned(), sent.here.language);
    let redemption = redeem::get(app, sent.session()?, attempt).await?;
    let copied = Copied { voucher: id, outcome: problem.as_ref().map_or(Ok(way), Err) };
    let screen = tukar_plain::redeem::receipt(&sent.visit, &redemption, Some(copied));
    Ok(Page::telling(problem.as_ref(), screen))
}

async fn confirm(app: &Shared, sent: &Sent) -> Answer {
    let session = sent.session()?.clone();
    let (id, code) = (sent.form.get("attempt").to_owned(), sent.form.get("code").to_owned());
    let key = sent.form.get("key").to_owned();
    if key.is_empty() {
        return Err(ApiError::KeyMissing);
    }
    let confirm_as = async |key: String| {
        let (session, typed, here) = (session.clone(), (id.clone(), key, code.clone()), sent.here.clone());
        let asked = (Ok(here), sent.here.language);
        to_the_end(app, |app, visitor| redeem::confirm((app, visitor), session, typed, asked)).await
    };
    let mut told = confirm_as(key).await;
    // The same page once more with another code: a try of its own.
    if matches!(told, Err(ApiError::KeyReused)) {
        told = confirm_as(app.random.word(16)).await;
    }
    match told {
        // The answer itself: this session saw the locker closed when it was read.
        Ok(answer) => {
            let redemption: Redemption = serde_json::from_str(&answer).map_err(anyhow::Error::from)?;
            Ok(standing(app, (sent, &redemption), None))
        }
        // Sent twice, or gone on with elsewhere: where it stands says it all.
        Err(ApiError::WrongState | ApiError::InFlight) => look_up(app, sent, None).await,
        Err(error) => shown(app, sent, Err(error)).await,
    }
}
