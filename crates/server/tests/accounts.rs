//! A SQLite database and the accounts of a machine: the true binary as root, as the account that serves, and as another one
//! of its group. Where these tests do not run as root they can't be another account; then the one that needs no other runs,
//! and `store/files.rs` tests the rules by themselves.

#![expect(clippy::unwrap_used, reason = "a step of a test may fail loudly")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

/// An account and its group.
#[derive(Clone, Copy)]
struct Account {
    user: u32,
    group: u32,
}

const ROOT: Account = Account { user: 0, group: 0 };
/// Debian's `daemon`.
const SERVICE: Account = Account { user: 1, group: 1 };
/// Debian's `nobody`, in the service's group.
const OTHER: Account = Account { user: 65_534, group: 1 };

/// A folder of the service, and the program where every account may run it.
struct Place {
    _directory: tempfile::TempDir,
    folder: PathBuf,
    program: PathBuf,
}

impl Place {
    /// `None`: these tests can't become another account.
    fn new() -> Option<Place> {
        let directory = tempfile::tempdir().unwrap();
        if directory.path().metadata().unwrap().uid() != 0 {
            return None;
        }
        std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let program = directory.path().join("tukar-server");
        std::fs::copy(env!("CARGO_BIN_EXE_tukar-server"), &program).unwrap();
        let folder = directory.path().join("data");
        std::fs::create_dir(&folder).unwrap();
        chown(&folder, Some(SERVICE.user), Some(SERVICE.group)).unwrap();
        std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o770)).unwrap();
        Some(Place { _directory: directory, folder, program })
    }

    fn command(&self, account: Account, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(words).current_dir(&self.folder).env_remove("TUKAR_CONFIG").stdin(Stdio::null());
        if account.user != 0 {
            command.uid(account.user).gid(account.group);
        }
        command
    }

    fn run(&self, account: Account, words: &[&str]) -> Output {
        self.command(account, words).output().unwrap()
    }

    fn done(&self, account: Account, words: &[&str]) {
        let output = self.run(account, words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn refused(&self, account: Account, words: &[&str]) -> String {
        let output = self.run(account, words);
        assert!(!output.status.success(), "{words:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// Owner and mode of each file of the database, and of nothing else.
    fn files(&self) -> Vec<(String, u32, u32)> {
        let mut files: Vec<_> = std::fs::read_dir(&self.folder)
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let found = entry.metadata().unwrap();
                (entry.file_name().into_string().unwrap(), found.uid(), found.mode() & 0o777)
            })
            .filter(|(name, ..)| name.starts_with("tukar.db"))
            .collect();
        files.sort();
        files
    }

    fn set_mode(&self, mode: u32) {
        std::fs::set_permissions(self.folder.join("tukar.db"), PermissionsExt::from_mode(mode)).unwrap();
    }

    fn serve(&self) -> Serving {
        let words = ["serve", "--demo", "--listen", "127.0.0.1:0"];
        let mut child =
            self.command(SERVICE, &words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        if line.is_empty() {
            let mut log = String::new();
            child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
            panic!("{log}");
        }
        Serving { child, address: line.trim().rsplit("http://").next().unwrap().to_owned() }
    }
}

struct Serving {
    child: Child,
    address: String,
}

impl Serving {
    fn is_ready(&self) -> bool {
        self.get("/readyz").starts_with("HTTP/1.1 200")
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    fn stop(mut self) {
        self.signal("-TERM");
        assert!(self.child.wait().unwrap().success(), "a clean exit");
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn all_of(files: &[(String, u32, u32)], owner: u32, mode: u32) -> bool {
    files.iter().all(|(_, user, bits)| *user == owner && *bits == mode)
}

#[test]
fn root_may_import_and_audit_and_the_service_can_serve_afterwards() {
    let Some(place) = Place::new() else { return };
    let catalogue = place.run(ROOT, &["generate", "--rewards", "3"]).stdout;
    std::fs::write(place.folder.join("catalogue.json"), catalogue).unwrap();
    place.done(ROOT, &["import", "catalogue.json"]);
    assert!(all_of(&place.files(), SERVICE.user, 0o600), "{:?}", place.files());
    let serving = place.serve();
    assert!(serving.is_ready());
    let files = place.files();
    assert!(files.iter().any(|(name, ..)| name.ends_with("-wal")), "{files:?}");
    assert!(all_of(&files, SERVICE.user, 0o600), "{files:?}");
    place.done(ROOT, &["audit"]);
    place.done(ROOT, &["backup", "beside.db"]);
    assert!(serving.is_ready());
    serving.stop();
    place.done(ROOT, &["audit"]);
    place.done(ROOT, &["partner", "add", "kopi", "--origin", "https://kopi.example.id"]);
    place.done(ROOT, &["backup", "copy.db"]);
    let copy = place.folder.join("copy.db").metadata().unwrap();
    assert_eq!(copy.mode() & 0o777, 0o600);
    assert!(all_of(&place.files(), SERVICE.user, 0o600), "{:?}", place.files());
    let serving = place.serve();
    assert!(serving.is_ready());
    serving.stop();
}

#[test]
fn another_account_of_the_group_reads_without_leaving_files_and_changes_nothing_by_itself() {
    let Some(place) = Place::new() else { return };
    place.serve().stop();
    let error = place.refused(OTHER, &["audit"]);
    assert!(error.contains("tukar.db") && error.contains("daemon"), "{error}");
    for mode in [0o640, 0o660] {
        place.set_mode(mode);
        place.done(OTHER, &["audit"]);
        place.done(OTHER, &["partner", "list"]);
        let copy = format!("copy-{mode:o}.db");
        place.done(OTHER, &["backup", &copy]);
        assert_eq!(place.folder.join(&copy).metadata().unwrap().mode() & 0o777, 0o600);
        let error = place.refused(OTHER, &["partner", "add", "kopi", "--origin", "https://kopi.example.id"]);
        assert!(error.contains("tukar.db") && error.contains("daemon"), "{error}");
        let sides: Vec<_> = place
            .files()
            .into_iter()
            .filter(|(name, ..)| name.ends_with("-wal") || name.ends_with("-shm"))
            .collect();
        assert_eq!(sides, [], "{mode:o}");
        let serving = place.serve();
        assert!(serving.is_ready());
        // Beside the server, and after one that was killed.
        place.done(OTHER, &["audit"]);
        assert!(serving.is_ready());
        serving.kill();
        place.done(OTHER, &["audit"]);
        let files = place.files();
        let own: Vec<_> = files.iter().filter(|(_, user, _)| *user != SERVICE.user).collect();
        assert!(own.is_empty(), "{own:?}");
        let serving = place.serve();
        assert!(serving.is_ready());
        serving.stop();
    }
}

#[test]
fn a_side_file_of_another_account_stops_the_start_by_its_name() {
    let Some(place) = Place::new() else { return };
    place.serve().stop();
    let side = place.folder.join("tukar.db-wal");
    std::fs::write(&side, "").unwrap();
    std::fs::set_permissions(&side, PermissionsExt::from_mode(0o600)).unwrap();
    let error = place.refused(SERVICE, &["serve", "--demo", "--listen", "127.0.0.1:0"]);
    assert!(error.contains("tukar.db-wal") && error.contains("root"), "{error}");
}

#[test]
fn a_hang_up_ends_nothing_and_a_termination_is_drained() {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().to_owned();
    let program = PathBuf::from(env!("CARGO_BIN_EXE_tukar-server"));
    let place = Place { _directory: directory, folder, program };
    let mut command = place.command(ROOT, &["serve", "--demo", "--listen", "127.0.0.1:0"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let serving = Serving { child, address: line.trim().rsplit("http://").next().unwrap().to_owned() };
    for _ in 0..3 {
        serving.signal("-HUP");
        assert!(serving.is_ready());
    }
    assert_eq!(mode_of(&place.folder.join("tukar.db")), 0o600);
    assert_eq!(mode_of(&place.folder.join("tukar.db-wal")), 0o600);
    assert_eq!(mode_of(&place.folder.join("tukar.db.codekey")), 0o600);
    serving.stop();
}

fn mode_of(path: &Path) -> u32 {
    path.metadata().unwrap().mode() & 0o777
}
