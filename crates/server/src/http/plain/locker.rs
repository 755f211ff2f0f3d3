//! The claim locker by forms: its pages, and its lock, opened with a fresh code.

use super::{
    Answer, Page, Sent,
    steps::{carried_code, form_id, home, send_again},
};
use crate::{
    app::Shared,
    problem::ApiError,
    service::{redeem, sign_in, vouchers},
};
use tukar_plain::{
    Tab,
    locker::{Lock, Shelf, locker},
};
use tukar_wire::{CodeSent, Problem};

/// A page of the locker.
pub(super) async fn list(app: &Shared, sent: &Sent) -> Answer {
    shelf(app, sent, Lock::AsTold).await
}

async fn shelf(app: &Shared, sent: &Sent, lock: Lock<'_>) -> Answer {
    let (session, language) = (sent.session()?, sent.here.language);
    let after = sent.form.some("after");
    let first = after.is_none();
    let page = vouchers::list(app, session, (after, None, language)).await?;
    let held = redeem::open(app, session, language).await?;
    let problem = match lock {
        Lock::AsTold => None,
        Lock::Refused(problem) => Some(problem),
        Lock::Code { problem, .. } => problem,
    };
    let form = form_id(app, sent);
    let screen =
        locker(&sent.visit, Shelf { page: &page, held: &held.redemptions, lock, first, form: &form });
    Ok(Page::telling(problem, screen))
}

/// A code is asked for.
pub(super) async fn ask(app: &Shared, sent: &Sent) -> Answer {
    let member = sent.session()?.member.clone();
    let form = sent.form.some("page");
    match sign_in::ask_locker_once(app.clone(), form, member, sent.here.clone()).await {
        Ok(told) => code(app, sent, (&told, None)).await,
        Err(error) => shelf(app, sent, Lock::Refused(&sent.problem(&error))).await,
    }
}

/// Once more, perhaps another way. What is carried along may as well be a code to sign in with, of whomever.
pub(super) async fn resend(app: &Shared, sent: &Sent) -> Answer {
    sent.session()?;
    let told = carried_code(&sent.form)?;
    match send_again(app, sent, &told).await {
        Ok(told) => code(app, sent, (&told, None)).await,
        Err(error) => not_opened(app, sent, &told, &error).await,
    }
}

/// The code step with what is wrong; where its code was used, the closed lock: only a new code opens it.
async fn not_opened(app: &Shared, sent: &Sent, told: &CodeSent, error: &ApiError) -> Answer {
    let problem = sent.problem(error);
    match error {
        ApiError::CodeUsed { .. } => shelf(app, sent, Lock::Refused(&problem)).await,
        _ => code(app, sent, (told, Some(&problem))).await,
    }
}

/// The code that was typed: with the right one the codes are shown.
pub(super) async fn check(app: &Shared, sent: &mut Sent) -> Answer {
    let told = carried_code(&sent.form)?;
    let ask = (told.challenge_id.clone(), sent.form.get("code").to_owned());
    match sign_in::check_locker(app.clone(), sent.session()?.clone(), ask, sent.here.clone()).await {
        Ok(_) => {
            // As the session stands now, and by the clock that opened it.
            sent.visit.now = app.clock.now();
            sent.session = Some(sign_in::find_session(app, sent.form.get("session")).await?);
            list(app, sent).await
        }
        // The form once more, after a reload or the back button: what it opened is open.
        Err(_) if sent.session()?.locker_until.is_some_and(|until| app.clock.now() < until) => {
            list(app, sent).await
        }
        Err(error) => {
            let told =
                sign_in::find_sent(app, &told.challenge_id, sent.session.as_ref()).await.unwrap_or(told);
            not_opened(app, sent, &told, &error).await
        }
    }
}

/// The codes are hidden at once.
pub(super) async fn close(app: &Shared, sent: &mut Sent) -> Answer {
    vouchers::close(app, sent.session()?).await?;
    sent.session = Some(sign_in::find_session(app, sent.form.get("session")).await?);
    match list(app, sent).await {
        // Stopped since the locker was opened: it is closed, as was asked, and what is in it is no longer shown.
        Err(ApiError::NotEligible { .. }) => {
            sent.visit.tab = Tab::Rewards;
            home(app, sent).await
        }
        answer => answer,
    }
}

/// What was told of the code is carried along, to be shown again.
async fn code(app: &Shared, sent: &Sent, (told, problem): (&CodeSent, Option<&Problem>)) -> Answer {
    let written = serde_json::to_string(told).map_err(anyhow::Error::from)?;
    let typed = if problem.is_some() { sent.form.get("code") } else { "" };
    shelf(app, sent, Lock::Code { sent: told, written: &written, typed, problem }).await
}
