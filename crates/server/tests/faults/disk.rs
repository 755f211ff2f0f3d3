//! The test's side of `disk.c`: says what fails, and cuts the power.
//!
//! A cut puts each file back to where everything not synced is undone, and then does those changes again that chance
//! lets survive: none, the first of them, some, or some of their sectors of 512 bytes. What was synced is done again
//! always, in its order. Of names that were made or unlinked since the directory was synced, the first few survive.

use rand::{Rng, rngs::StdRng};
use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::Read,
    os::unix::fs::{FileExt, MetadataExt},
    path::{Path, PathBuf},
    process::Command,
};

const SECTOR_BYTES: usize = 512;

/// What fails. `disk.c` has the same numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    WriteFails = 1,
    Full = 2,
    SyncFails = 3,
    /// The process ends in the middle of a write.
    Dies = 4,
}

/// Where the fields of `struct control` are.
#[derive(Clone, Copy)]
enum Control {
    Fault,
    From,
    Until,
    Lies,
    Writes,
    Syncs,
    Failed,
}

/// What chance lets survive of writes that were not synced.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Survives {
    Nothing,
    /// So many of a hundred, the first ones.
    First(usize),
    /// Each with even odds.
    Some,
    /// Each sector of each with even odds.
    Sectors,
    Everything,
}

/// What a cut did.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cut {
    /// Writes and cuts of files, and changes of names, that were not synced.
    pub(crate) unsafe_changes: usize,
    /// Those of them that are gone, whole or in part.
    pub(crate) lost: usize,
}

/// A directory whose disk fails by order.
pub(crate) struct Disk {
    root: PathBuf,
}

/// One record of the journal.
struct Record {
    kind: u32,
    name: String,
    file: u64,
    offset: u64,
    size_before: u64,
    before: Vec<u8>,
    after: Vec<u8>,
    fate: Fate,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// The next sync makes it safe.
    Unsafe,
    /// A sync failed and dropped it: Linux marks such pages clean, and no later sync knows of them.
    Dropped,
    /// It survives every cut.
    Safe,
}

const CUT: u32 = 2;
const SYNC: u32 = 3;
const SYNC_FAILED: u32 = 4;
const MADE: u32 = 5;
const UNLINKED: u32 = 6;
const LINKED: u32 = 7;
const DIRECTORY_SYNC: u32 = 8;

impl Record {
    fn of_names(&self) -> bool {
        [MADE, UNLINKED, LINKED].contains(&self.kind)
    }

    fn is_safe(&self) -> bool {
        self.fate == Fate::Safe
    }
}

impl Disk {
    /// Builds the shim and makes an empty directory below `root`.
    pub(crate) fn new(root: &Path) -> Disk {
        let root = fs::canonicalize(root).unwrap();
        for folder in ["data", "attic"] {
            fs::create_dir(root.join(folder)).unwrap();
        }
        fs::write(root.join("control"), [0; 7 * 8]).unwrap();
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/disk.c");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o"])
            .arg(root.join("disk.so"))
            .arg(source)
            .status();
        assert!(built.expect("a C compiler, cc").success(), "{source} does not compile");
        Disk { root }
    }

    /// The directory that fails.
    pub(crate) fn directory(&self) -> PathBuf {
        self.root.join("data")
    }

    /// Of a process that is to use this disk.
    pub(crate) fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        vec![
            ("LD_PRELOAD", self.root.join("disk.so")),
            ("DISK_DIRECTORY", self.directory()),
            ("DISK_JOURNAL", self.root.join("journal")),
            ("DISK_ATTIC", self.root.join("attic")),
            ("DISK_CONTROL", self.root.join("control")),
        ]
    }

    fn control(&self) -> File {
        OpenOptions::new().read(true).write(true).open(self.root.join("control")).unwrap()
    }

    fn get(&self, field: Control) -> i64 {
        let mut bytes = [0; 8];
        self.control().read_exact_at(&mut bytes, field as u64 * 8).unwrap();
        i64::from_ne_bytes(bytes)
    }

    fn set(&self, field: Control, value: i64) {
        self.control().write_all_at(&value.to_ne_bytes(), field as u64 * 8).unwrap();
    }

    /// From the `after`th write (or sync) from now on, `count` of them fail.
    pub(crate) fn fail(&self, fault: Fault, after: i64, count: i64) {
        let counter = if fault == Fault::SyncFails { Control::Syncs } else { Control::Writes };
        let from = self.get(counter) + after;
        self.set(Control::From, from);
        self.set(Control::Until, from.saturating_add(count));
        self.set(Control::Fault, fault as i64);
    }

    /// Nothing fails any more.
    pub(crate) fn heal(&self) {
        self.set(Control::Fault, 0);
    }

    /// From now on a sync says yes and keeps nothing.
    pub(crate) fn lie(&self) {
        self.set(Control::Lies, 1);
    }

    /// Writes and cuts of files so far.
    pub(crate) fn writes(&self) -> i64 {
        self.get(Control::Writes)
    }

    /// Calls that were made to fail so far.
    pub(crate) fn failed(&self) -> i64 {
        self.get(Control::Failed)
    }

    /// Takes back what was not synced and does not survive. The process must be dead.
    pub(crate) fn cut_power(&self, survives: Survives, rng: &mut StdRng) -> Cut {
        let records = read_journal(&self.root.join("journal"));
        let files = self.files();
        let mut cut = Cut::default();
        let changes: Vec<&Record> = records.iter().filter(|record| !record.of_names()).collect();
        for record in changes.iter().rev() {
            undo(record, &files);
        }
        let all = changes.iter().filter(|record| !record.is_safe()).count();
        for record in changes {
            if record.is_safe() {
                redo(record, &files, |_| true);
                continue;
            }
            let first = cut.unsafe_changes;
            cut.unsafe_changes += 1;
            let whole = match survives {
                Survives::Nothing => false,
                Survives::First(percent) => first * 100 < all * percent,
                Survives::Some => rng.random(),
                Survives::Sectors => {
                    let mut lost = false;
                    redo(record, &files, |_| {
                        let kept: bool = rng.random();
                        lost |= !kept;
                        kept
                    });
                    cut.lost += usize::from(lost);
                    continue;
                }
                Survives::Everything => true,
            };
            if whole {
                redo(record, &files, |_| true);
            } else {
                cut.lost += 1;
                // The size may be on disk before what it holds.
                if rng.random_bool(0.25) {
                    redo(record, &files, |_| false);
                }
            }
        }
        self.cut_names(&records, (survives, rng), &mut cut);
        // Shared memory is gone; its file may be there with anything in it.
        for entry in fs::read_dir(self.directory()).unwrap() {
            let path = entry.unwrap().path();
            if path.to_str().unwrap().ends_with("-shm") {
                if rng.random() {
                    fs::remove_file(path).unwrap()
                } else {
                    fs::write(path, [0xA5; 40_000]).unwrap()
                }
            }
        }
        cut
    }

    fn cut_names(&self, records: &[Record], (survives, rng): (Survives, &mut StdRng), cut: &mut Cut) {
        let names: Vec<&Record> =
            records.iter().filter(|record| record.of_names() && !record.is_safe()).collect();
        let kept = match survives {
            Survives::Nothing => 0,
            Survives::Everything => names.len(),
            _ => rng.random_range(0..=names.len()),
        };
        cut.unsafe_changes += names.len();
        cut.lost += names.len() - kept;
        for record in names[kept..].iter().rev() {
            let path = self.directory().join(&record.name);
            match record.kind {
                // The process may have died before it did what it wrote down.
                UNLINKED if path.exists() => {}
                UNLINKED => fs::hard_link(self.root.join(format!("attic/{}", record.file)), path).unwrap(),
                _ => fs::remove_file(path).unwrap(),
            }
        }
    }

    /// The files by inode, with those that were unlinked.
    fn files(&self) -> HashMap<u64, File> {
        let mut files = HashMap::new();
        for folder in ["data", "attic"] {
            for entry in fs::read_dir(self.root.join(folder)).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    let file = OpenOptions::new().read(true).write(true).open(&path).unwrap();
                    files.insert(file.metadata().unwrap().ino(), file);
                }
            }
        }
        files
    }
}

fn undo(record: &Record, files: &HashMap<u64, File>) {
    let file = &files[&record.file];
    file.write_all_at(&record.before, record.offset).unwrap();
    file.set_len(record.size_before).unwrap();
}

/// Does a change again, as far as its sectors are `kept`; the file's size in any case.
fn redo(record: &Record, files: &HashMap<u64, File>, mut kept: impl FnMut(usize) -> bool) {
    let file = &files[&record.file];
    if record.kind == CUT {
        file.set_len(record.offset).unwrap();
        return;
    }
    let end = record.offset + record.after.len() as u64;
    if file.metadata().unwrap().len() < end {
        file.set_len(end).unwrap();
    }
    let mut at = record.offset as usize;
    let start = at;
    while at - start < record.after.len() {
        let to = (at / SECTOR_BYTES + 1) * SECTOR_BYTES - start;
        let part = &record.after[at - start..to.min(record.after.len())];
        if kept(at / SECTOR_BYTES) {
            file.write_all_at(part, at as u64).unwrap();
        }
        at += part.len();
    }
}

/// All records; a last one that broke off with the process is none.
fn read_journal(path: &Path) -> Vec<Record> {
    let mut bytes = Vec::new();
    File::open(path).unwrap().read_to_end(&mut bytes).unwrap();
    let mut rest = bytes.as_slice();
    let mut records: Vec<Record> = Vec::new();
    while let Some(record) = read_record(&mut rest) {
        let (of_names, fate) = match record.kind {
            SYNC => (false, Fate::Safe),
            SYNC_FAILED => (false, Fate::Dropped),
            DIRECTORY_SYNC => (true, Fate::Safe),
            _ => {
                records.push(record);
                continue;
            }
        };
        for other in &mut records {
            let same =
                if of_names { other.of_names() } else { !other.of_names() && other.file == record.file };
            if same && other.fate == Fate::Unsafe {
                other.fate = fate;
            }
        }
    }
    records
}

fn read_record(rest: &mut &[u8]) -> Option<Record> {
    let mut take = |count: usize| {
        let (taken, left) = rest.split_at_checked(count)?;
        *rest = left;
        Some(taken.to_vec())
    };
    let head = take(48)?;
    let short = |at: usize| u32::from_ne_bytes(head[at..at + 4].try_into().unwrap());
    let long = |at: usize| u64::from_ne_bytes(head[at..at + 8].try_into().unwrap());
    Some(Record {
        kind: short(0),
        file: long(8),
        offset: long(16),
        size_before: long(24),
        name: String::from_utf8(take(short(4) as usize)?).unwrap(),
        before: take(long(32) as usize)?,
        after: take(long(40) as usize)?,
        fate: Fate::Unsafe,
    })
}
