//! The key of the one-time codes. It lives outside the database, so that a stolen database tells no code.

use anyhow::{Context, ensure};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use std::{io::Write, path::Path};
use tukar_domain::code::Bound;
use tukar_wire::Masked;

const FINGERPRINT: &[u8] = b"fingerprint of the code key";

/// 32 bytes under which codes and destinations are hashed.
#[derive(Clone, Debug)]
pub struct CodeKey(Masked<[u8; 32]>);

impl CodeKey {
    /// A key from its bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> CodeKey {
        CodeKey(Masked(bytes))
    }

    /// Reads the key file, or makes it (readable by its owner only) when it is not there. After a power cut it is there
    /// whole or not at all, and once this has returned it stays.
    ///
    /// # Errors
    /// A file that can't be read or written, or that does not hold 32 bytes in base64.
    pub fn load_or_make(path: &Path, rng: &mut impl rand::RngCore) -> anyhow::Result<CodeKey> {
        if !path.exists() {
            make(path, rng).with_context(|| format!("making the code key {}", path.display()))?;
        }
        CodeKey::load(path)
    }

    /// Reads the key file.
    ///
    /// # Errors
    /// A file that is not there or can't be read, or that does not hold 32 bytes in base64.
    pub fn load(path: &Path) -> anyhow::Result<CodeKey> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("reading the code key {}", path.display()))?;
        let bytes = STANDARD
            .decode(text.trim())
            .with_context(|| format!("the code key {} is not base64", path.display()))?;
        ensure!(bytes.len() == 32, "the code key {} does not hold 32 bytes", path.display());
        let mut key = [0; 32];
        key.copy_from_slice(&bytes);
        Ok(CodeKey(Masked(key)))
    }

    /// What is stored to tell this key from another. Nothing else is ever made under the key from these words, and who knows
    /// it can do no more than try all keys.
    #[must_use]
    pub fn fingerprint(&self) -> Vec<u8> {
        self.mac(FINGERPRINT).finalize().into_bytes().to_vec()
    }

    /// Whether the fingerprint is this key's. Compares in constant time.
    #[must_use]
    pub fn is_of(&self, fingerprint: &[u8]) -> bool {
        self.mac(FINGERPRINT).verify_slice(fingerprint).is_ok()
    }

    /// What is stored of a code.
    #[must_use]
    pub fn code_hmac(&self, bound: &Bound<'_>, code: &str) -> Vec<u8> {
        self.mac(&bound.bytes(code)).finalize().into_bytes().to_vec()
    }

    /// What is stored to tell later whether anything that a code is bound to was changed.
    #[must_use]
    pub fn deal_hmac(&self, bound: &Bound<'_>) -> Vec<u8> {
        self.mac(&bound.deal_bytes()).finalize().into_bytes().to_vec()
    }

    /// Whether nothing was changed since. Compares in constant time.
    #[must_use]
    pub fn is_deal(&self, bound: &Bound<'_>, stored: &[u8]) -> bool {
        self.mac(&bound.deal_bytes()).verify_slice(stored).is_ok()
    }

    /// Compares in constant time.
    #[must_use]
    pub fn matches(&self, bound: &Bound<'_>, code: &str, stored: &[u8]) -> bool {
        self.mac(&bound.bytes(code)).verify_slice(stored).is_ok()
    }

    /// What is stored to recognise `bytes` again.
    #[must_use]
    pub fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.mac(b"sign:").chain_update(bytes).finalize().into_bytes().to_vec()
    }

    /// The token of the session that a page of forms opens: made of what is sent, so that the same form sent once more finds
    /// the session that it opened. Without this key nobody can make it up, and of the three only hashes are stored.
    #[must_use]
    pub fn form_token(&self, sent: [&str; 3]) -> String {
        let mut mac = self.mac(b"form-token:");
        for part in sent {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }

    /// A destination as the limits count it: no contact stands in that table.
    #[must_use]
    pub fn subject(&self, contact: &str) -> String {
        let mut mac = self.mac(b"subject:");
        mac.update(contact.as_bytes());
        STANDARD.encode(&mac.finalize().into_bytes()[..16])
    }

    fn mac(&self, bytes: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0.0).expect("an HMAC takes a key of any length");
        mac.update(bytes);
        mac
    }
}

/// Written under another name and given its own when it is on disk: a key that a power cut left half written would stop
/// every later start. Of two servers that make one at once, the second finds the first one's.
fn make(path: &Path, rng: &mut impl rand::RngCore) -> std::io::Result<()> {
    let mut key = [0; 32];
    rng.fill_bytes(&mut key);
    let mut half = path.to_owned().into_os_string();
    half.push(format!(".{}.new", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    // One that a server of this number left when it died. Made anew, and not written over: it may be a link.
    let _ = std::fs::remove_file(&half);
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&half)?;
    // Root may make it for the account that serves.
    crate::store::files::give_to_owner_of_folder(&file, path)?;
    writeln!(file, "{}", STANDARD.encode(key))?;
    file.sync_all()?;
    let named = std::fs::hard_link(&half, path);
    std::fs::remove_file(&half)?;
    match named {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    // The name is on disk when its folder is.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    std::fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// What is stored of a session token or compared of a request body.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};
    use tukar_domain::code::Purpose;

    #[test]
    fn a_key_is_made_once_and_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        let made = CodeKey::load_or_make(&path, &mut StdRng::seed_from_u64(1)).unwrap();
        let read = CodeKey::load_or_make(&path, &mut StdRng::seed_from_u64(2)).unwrap();
        assert_eq!(made.0, read.0);
        std::fs::write(&path, "short").unwrap();
        assert!(CodeKey::load_or_make(&path, &mut StdRng::seed_from_u64(3)).is_err());
    }

    #[test]
    fn a_code_matches_only_under_its_own_key_and_binding() {
        let (key, other) = (CodeKey::new([1; 32]), CodeKey::new([2; 32]));
        let bound = Bound { challenge: "c", member: "m", partner: "", purpose: Purpose::SignIn };
        let stored = key.code_hmac(&bound, "123456");
        assert!(key.matches(&bound, "123456", &stored));
        assert!(!key.matches(&bound, "123457", &stored));
        assert!(!other.matches(&bound, "123456", &stored));
        assert!(!key.matches(&Bound { purpose: Purpose::Locker, ..bound.clone() }, "123456", &stored));
        assert!(!key.matches(&Bound { partner: "kopi", ..bound }, "123456", &stored));
    }
}
