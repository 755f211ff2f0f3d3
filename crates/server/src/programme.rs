//! The programme's name, which messages tell, kept for a few seconds: it stands in the database beside texts that are much
//! longer, and a transaction that makes a code has no time to read it.

use crate::{
    catalogue::Bilingual,
    clock::Clock,
    store::{Store, in_time, rewards},
};
use std::sync::{Arc, PoisonError, RwLock};
use tukar_wire::Moment;

/// How long a reading counts.
const KEPT_MS: i64 = 5_000;

/// The name as it was read last.
#[derive(Debug, Default)]
pub struct ProgrammeName(RwLock<Option<Kept>>);

#[derive(Clone, Debug)]
struct Kept {
    read_at: Moment,
    name: Option<Arc<Bilingual>>,
}

impl ProgrammeName {
    /// The name, read anew when the last reading is too old; `None` where no programme was imported.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, store: &Store, clock: &Clock) -> anyhow::Result<Option<Arc<Bilingual>>> {
        let now = clock.now();
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(kept) = kept
            // A clock that was set back makes it no younger than it is.
            && (0..KEPT_MS).contains(&now.ms_since(kept.read_at))
        {
            return Ok(kept.name);
        }
        let texts = in_time(async { rewards::find_programme(&mut *store.read().await?).await }).await?;
        let name = texts.map(|texts| Arc::new(texts.name));
        *self.0.write().unwrap_or_else(PoisonError::into_inner) =
            Some(Kept { read_at: now, name: name.clone() });
        Ok(name)
    }
}
