//! `tukar-server sessions end`: for a member whose phone, mailbox or browser somebody else has.

use crate::{
    config::Config,
    contact::Contact,
    store::{Connection, Lock, Store, lock, members},
};
use anyhow::Context as _;
use std::io::Write as _;

/// Ends all sessions of a member, those by a partner's word too.
///
/// # Errors
/// A contact that nobody has; the database's.
pub async fn end(config: Config, contact: &str) -> anyhow::Result<()> {
    let store = Store::open_existing(&config.database).await?;
    let contact =
        Contact::read(contact).ok().context("this is neither a mobile number nor an e-mail address")?;
    let work = async |conn: &mut Connection| {
        let Some(member) = members::find_by_contact(conn, &contact.value).await? else { return Ok(None) };
        lock(conn, Lock::Member(&member.id)).await?;
        let ended = members::delete_sessions_of(conn, &member.id).await?;
        Ok::<_, sqlx::Error>(Some((member.id, ended)))
    };
    let found = store.transact("sessions.end", work).await.context("ending the sessions")?;
    store.close().await;
    let (member, ended) = found.context("no member has this contact")?;
    writeln!(std::io::stdout(), "{member}: {ended} sessions ended").context("writing to the standard output")
}
