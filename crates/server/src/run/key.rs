//! The key that a command works with is the one that this database's codes are made under.
//!
//! Invariant: a server writes down its key's fingerprint before it makes the first code, and never starts with another key:
//! under another one every code that was sent is wrong, and every hold that was begun is let go.

use crate::{
    random::Random,
    secret::CodeKey,
    store::{Connection, Store, code_key},
};
use anyhow::{Context as _, bail};
use std::path::Path;

/// For a server. A key is made only where no server has ever started.
///
/// # Errors
/// A key that is missing, can't be read, or is another one; the database's.
pub(super) async fn find_or_make(store: &Store, path: &Path) -> anyhow::Result<CodeKey> {
    if load(store).await?.is_some() {
        return find(store, path).await;
    }
    let key = CodeKey::load_or_make(path, &mut Random.rng())?;
    let fingerprint = &key.fingerprint();
    let write = async |conn: &mut Connection| code_key::put_first(conn, fingerprint).await;
    let stands = store.transact("code-key.put", write).await.context("writing the code key's fingerprint")?;
    compare(&key, &stands, path)?;
    Ok(key)
}

/// For any other command: it makes no key and writes nothing down.
///
/// # Errors
/// A key that is missing, can't be read, or is another one; the database's.
pub(super) async fn find(store: &Store, path: &Path) -> anyhow::Result<CodeKey> {
    let stands = load(store).await?;
    if stands.is_some() && !path.try_exists().unwrap_or(true) {
        bail!(
            "there is no code key {}, and this database has codes under one: put the file back, or say where it is \
             (code_key_file)",
            path.display()
        );
    }
    let key = CodeKey::load(path)?;
    if let Some(stands) = stands {
        compare(&key, &stands, path)?;
    }
    Ok(key)
}

async fn load(store: &Store) -> anyhow::Result<Option<Vec<u8>>> {
    let read = async { code_key::load(&mut *store.read().await?).await };
    read.await.context("reading the code key's fingerprint")
}

fn compare(key: &CodeKey, stands: &[u8], path: &Path) -> anyhow::Result<()> {
    if !key.is_of(stands) {
        bail!(
            "the code key {} is not the one that this database's codes are made under: put the right file there, or say \
             where it is (code_key_file)",
            path.display()
        );
    }
    Ok(())
}
