//! Files of a SQLite database: who owns them, who may read them, and what to do where the wrong account opens them.
//!
//! Invariants: a database that this program makes can be read by its own account alone, and so can its side files, which
//! take its mode; a command that another account runs leaves no file that the server could not write afterwards.

use super::tables::Opening;
use anyhow::{Context as _, bail};
use rustix::{
    fs::{Access, AtFlags, CWD, accessat},
    process::geteuid,
};
use std::{
    fs::{File, Metadata, OpenOptions, Permissions},
    io::{self, ErrorKind},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown},
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Owner alone.
const PRIVATE: u32 = 0o600;
/// What SQLite puts beside a database: the log and its index.
const SIDES: [&str; 2] = ["-wal", "-shm"];

/// The name with an end more.
pub(super) fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(end);
    name.into()
}

/// How a database may be opened by this account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// As usual.
    Usual,
    /// Reading only, beside the server that has it open: its side files are there.
    Beside,
    /// Reading only, as a file that nobody changes: SQLite makes no side files. See [`Snapshot`].
    Alone,
}

/// A new file that its owner alone may read. Where root makes it in a folder of another account, it is that account's: the
/// server that is to use it runs as the one that owns its folder.
///
/// # Errors
/// A file that is there or can't be made.
pub(super) fn make_private(path: &Path) -> io::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(path)?;
    // Whatever the umask took away.
    file.set_permissions(Permissions::from_mode(PRIVATE))?;
    give_to_owner_of_folder(&file, path)
}

/// Gives a file that root made at `path` to the account that owns its folder. By its handle: that account could put another
/// file in its place meanwhile.
///
/// # Errors
/// The system's.
pub(crate) fn give_to_owner_of_folder(file: &File, path: &Path) -> io::Result<()> {
    if !geteuid().is_root() {
        return Ok(());
    }
    let owner = folder_of(path).metadata()?;
    // A folder that everybody may write to, as /tmp, says nothing of who is to use the file.
    if owner.uid() == 0 || owner.mode() & 0o002 != 0 {
        return Ok(());
    }
    fchown(file, Some(owner.uid()), Some(owner.gid()))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Gets the files ready for who opens them, and decides how.
///
/// # Errors
/// A file that this account can't use as it would, by name, with its owner and what to do.
pub(super) fn prepare(path: &Path, opening: Opening) -> anyhow::Result<Way> {
    let Some(found) = find(path)? else {
        if opening != Opening::Make {
            bail!(
                "there is no database {}: `tukar-server serve` and `tukar-server import` make one, no other command does",
                std::path::absolute(path)?.display()
            );
        }
        match make_private(path) {
            Ok(()) => {}
            // Another server made it meanwhile, or it is a link to where SQLite will make it.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).with_context(|| format!("making {}", path.display())),
        }
        return Ok(Way::Usual);
    };
    // SQLite puts the side files beside the file that a link leads to.
    let path = &path.canonicalize().with_context(|| format!("looking for {}", path.display()))?;
    if opening == Opening::Make {
        close_to_others(path, &found);
    }
    decide(&Asked { path, found: &found, opening, me: geteuid().as_raw() })
}

/// Who asks for what.
struct Asked<'a> {
    path: &'a Path,
    found: &'a Metadata,
    opening: Opening,
    /// This account.
    me: u32,
}

fn decide(asked: &Asked<'_>) -> anyhow::Result<Way> {
    let Asked { path, found, opening, me } = *asked;
    let is_open = find(&with_end(path, SIDES[0]))?.is_some();
    // What root makes beside a database SQLite gives to the database's owner.
    let is_owner = me == 0 || me == found.uid();
    match opening {
        _ if is_owner => {}
        Opening::Look => {
            check_access(path, found, Access::READ_OK, me)?;
            return if is_open {
                check_sides(path, Access::READ_OK, me).map(|()| Way::Beside)
            } else {
                Ok(Way::Alone)
            };
        }
        // Side files that this made would be its own, and the server's account could not write them.
        Opening::Find if !is_open => bail!(
            "{} belongs to {}, and this command runs as {}, which would leave files that the server can't write: \
             run it as {} (`sudo -u {} tukar-server …`) or as root",
            path.display(),
            account(found.uid()),
            account(me),
            account(found.uid()),
            name_of(found.uid()).unwrap_or_else(|| format!("'#{}'", found.uid()))
        ),
        Opening::Find | Opening::Make => {}
    }
    check_access(path, found, Access::WRITE_OK, me)?;
    check_sides(path, Access::WRITE_OK, me)?;
    Ok(Way::Usual)
}

fn check_sides(path: &Path, access: Access, me: u32) -> anyhow::Result<()> {
    for end in SIDES {
        let side = with_end(path, end);
        if let Some(found) = find(&side)? {
            check_access(&side, &found, access, me)?;
        }
    }
    Ok(())
}

/// By the system's own word, which knows groups and lists of access. SQLite's says less: "attempt to write a readonly
/// database", of whichever file.
fn check_access(file: &Path, found: &Metadata, access: Access, me: u32) -> anyhow::Result<()> {
    if accessat(CWD, file, access, AtFlags::EACCESS).is_ok() {
        return Ok(());
    }
    let verb = if access == Access::READ_OK { "read" } else { "write" };
    bail!(
        "{} can't {verb} {}: it belongs to {}, mode {:o}. Run this as {}, or give the file to the account that serves \
         (`chown`); stop the server before",
        account(me),
        file.display(),
        account(found.uid()),
        found.mode() & 0o777,
        account(found.uid())
    )
}

/// Contacts, waiting codes and voucher codes stand in these files. Made by an older version or restored, they may be open to
/// everybody; a group that the operator let in stays. Only where file and folder are this account's: who owns the folder could
/// lead root to another file.
fn close_to_others(path: &Path, found: &Metadata) {
    if found.mode() & 0o007 == 0 {
        return;
    }
    let me = geteuid().as_raw();
    if found.uid() != me || folder_of(path).metadata().is_ok_and(|folder| folder.uid() != me) {
        tracing::warn!(file = %path.display(), "is open to every account: chmod 600 by its owner");
        return;
    }
    let files = [path.to_owned()].into_iter().chain(SIDES.map(|end| with_end(path, end)));
    for file in files.filter(|file| file.exists()) {
        match std::fs::set_permissions(&file, Permissions::from_mode(PRIVATE)) {
            Ok(()) => {
                tracing::info!(file = %file.display(), "was open to every account, now to its owner alone")
            }
            Err(error) => {
                tracing::warn!(file = %file.display(), %error, "is open to every account: chmod 600")
            }
        }
    }
}

fn find(path: &Path) -> anyhow::Result<Option<Metadata>> {
    match path.metadata() {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("looking for {}", path.display())),
    }
}

fn account(id: u32) -> String {
    match name_of(id) {
        Some(name) => format!("the account {name}"),
        None => format!("the account with id {id}"),
    }
}

fn name_of(id: u32) -> Option<String> {
    let accounts = std::fs::read_to_string("/etc/passwd").ok()?;
    let id = id.to_string();
    let is_it = |line: &&str| line.split(':').nth(2) == Some(id.as_str());
    accounts.lines().find(is_it)?.split(':').next().map(str::to_owned)
}

/// What a database looked like when it was opened [`Way::Alone`]: SQLite then neither locks it nor looks at a log, so what
/// was read is only true when nobody has written meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Snapshot {
    path: PathBuf,
    seen: Seen,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    changed: Option<SystemTime>,
    bytes: u64,
    inode: u64,
}

impl Snapshot {
    /// # Errors
    /// A file that is gone.
    pub(super) fn take(path: &Path) -> io::Result<Snapshot> {
        let path = path.canonicalize()?;
        Ok(Snapshot { seen: Seen::of(&path)?, path })
    }

    /// # Errors
    /// A server that was started meanwhile.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        let is_open = with_end(&self.path, SIDES[0]).exists();
        if is_open || Seen::of(&self.path).ok().as_ref() != Some(&self.seen) {
            bail!("{} was changed while it was read: run this again", self.path.display());
        }
        Ok(())
    }
}

impl Seen {
    fn of(path: &Path) -> io::Result<Seen> {
        let found = path.metadata()?;
        Ok(Seen { changed: found.modified().ok(), bytes: found.len(), inode: found.ino() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::chown;

    const SERVER: u32 = 4_000_000;
    const OTHER: u32 = 4_000_001;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().mode() & 0o777
    }

    #[test]
    fn a_new_database_is_its_owners_alone_and_an_open_one_is_closed_to_others() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("t.db");
        assert_eq!(prepare(&path, Opening::Make).unwrap(), Way::Usual);
        assert_eq!(mode(&path), 0o600);
        for (before, after) in [(0o644, 0o600), (0o666, 0o600), (0o660, 0o660), (0o640, 0o640)] {
            std::fs::set_permissions(&path, Permissions::from_mode(before)).unwrap();
            let side = with_end(&path, "-wal");
            std::fs::write(&side, "").unwrap();
            std::fs::set_permissions(&side, Permissions::from_mode(before)).unwrap();
            prepare(&path, Opening::Make).unwrap();
            assert_eq!((mode(&path), mode(&side)), (after, after), "{before:o}");
        }
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        prepare(&path, Opening::Look).unwrap();
        assert_eq!(mode(&path), 0o644, "who looks changes nothing");
    }

    #[test]
    fn who_does_not_own_a_database_may_look_without_side_files_and_change_only_beside_the_server() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("t.db");
        std::fs::write(&path, "").unwrap();
        if geteuid().is_root() {
            chown(&path, Some(SERVER), None).unwrap();
        }
        let found = path.metadata().unwrap();
        let way = |opening, me| decide(&Asked { path: &path, found: &found, opening, me });
        assert_eq!(way(Opening::Look, OTHER).unwrap(), Way::Alone);
        let error = way(Opening::Find, OTHER).unwrap_err().to_string();
        assert!(error.contains("t.db belongs to ") && error.contains("sudo -u "), "{error}");
        for me in [0, found.uid()] {
            for opening in [Opening::Look, Opening::Find, Opening::Make] {
                assert_eq!(way(opening, me).unwrap(), Way::Usual);
            }
        }
        std::fs::write(with_end(&path, "-wal"), "").unwrap();
        assert_eq!(way(Opening::Look, OTHER).unwrap(), Way::Beside);
        assert_eq!(way(Opening::Find, OTHER).unwrap(), Way::Usual);
    }

    #[test]
    fn what_was_read_alone_counts_only_when_nobody_wrote() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("t.db");
        std::fs::write(&path, "a").unwrap();
        let snapshot = Snapshot::take(&path).unwrap();
        snapshot.check().unwrap();
        std::fs::write(with_end(&path, "-wal"), "").unwrap();
        assert!(snapshot.check().is_err(), "a server has it open");
        std::fs::remove_file(with_end(&path, "-wal")).unwrap();
        snapshot.check().unwrap();
        std::fs::write(&path, "ab").unwrap();
        assert!(snapshot.check().is_err());
    }
}
