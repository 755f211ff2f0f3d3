//! The commands as an operator runs them: the true binary, its exit codes and what it prints.

#![expect(clippy::unwrap_used, reason = "a step of a test may fail loudly")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

fn tukar(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tukar-server"));
    command.current_dir(directory).env_remove("TUKAR_CONFIG").stdin(Stdio::null());
    command
}

fn run(directory: &Path, arguments: &[&str]) -> Output {
    tukar(directory).args(arguments).output().unwrap()
}

/// A server that is stopped with the test.
struct Serving {
    child: Child,
    lines: Vec<String>,
    address: String,
}

impl Serving {
    fn start(directory: &Path, arguments: &[&str], lines: usize) -> Serving {
        let mut child = tukar(directory)
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines: Vec<String> =
            BufReader::new(child.stdout.take().unwrap()).lines().take(lines).map(Result::unwrap).collect();
        let address = lines[0].rsplit("http://").next().unwrap().to_owned();
        Serving { child, lines, address }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    /// Ends it by SIGTERM; what it logged.
    fn stop(mut self) -> String {
        let killed = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(killed.success());
        assert!(self.child.wait().unwrap().success(), "a clean exit");
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        log
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Already gone after `stop`.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_generated_catalogue_is_imported_and_served() {
    let directory = tempfile::tempdir().unwrap();
    let generated = run(directory.path(), &["generate", "--rewards", "300", "--seed", "4"]);
    std::fs::write(directory.path().join("c.json"), generated.stdout).unwrap();
    let imported = run(directory.path(), &["import", "c.json"]);
    assert_eq!(
        String::from_utf8(imported.stdout).unwrap(),
        "c.json: 300 rewards: 300 new, 0 changed, 0 unchanged, 0 closed\n"
    );
    let server = Serving::start(directory.path(), &[], 1);
    assert!(server.get("/v1/rewards?limit=1").contains("\"total\":300"));
    server.stop();
}

#[test]
fn an_empty_list_is_refused_and_closes_the_catalogue_only_where_it_is_meant() {
    let directory = tempfile::tempdir().unwrap();
    import(directory.path(), "tukar.db");
    std::fs::write(directory.path().join("empty.json"), "\u{FEFF}{\"rewards\": []}").unwrap();
    let error = refused(directory.path(), &["import", "empty.json"]);
    assert!(error.contains("empty.json:1: rewards: is empty, which closes every reward"), "{error}");
    assert!(error.contains("--allow-empty"), "{error}");
    let again = String::from_utf8(run(directory.path(), &["import", "c.json"]).stdout).unwrap();
    assert!(again.starts_with("c.json: 5 rewards: 0 new,") && again.ends_with(" 0 closed\n"), "{again}");
    let meant = run(directory.path(), &["import", "empty.json", "--allow-empty"]);
    let told = String::from_utf8(meant.stdout).unwrap();
    assert!(told.starts_with("empty.json: 0 rewards: 0 new, 0 changed, 0 unchanged, 5 closed ("), "{told}");
}

#[test]
fn a_bad_catalogue_is_refused_with_its_line_and_keeps_what_was_there() {
    let directory = tempfile::tempdir().unwrap();
    let generated = run(directory.path(), &["generate", "--rewards", "5"]);
    let good = String::from_utf8(generated.stdout).unwrap();
    std::fs::write(directory.path().join("good.json"), &good).unwrap();
    std::fs::write(directory.path().join("bad.json"), good.replacen("\"points\":", "\"pionts\":", 1))
        .unwrap();
    assert!(run(directory.path(), &["import", "good.json"]).status.success());
    let refused = run(directory.path(), &["import", "bad.json"]);
    assert_eq!(refused.status.code(), Some(1));
    let error = String::from_utf8(refused.stderr).unwrap();
    assert!(error.contains("bad.json:2: ") && error.contains("pionts: there is no such field"), "{error}");
    assert!(error.contains("nothing was imported"), "{error}");
    let server = Serving::start(directory.path(), &[], 1);
    assert!(server.get("/v1/rewards?limit=1").contains("\"total\":"));
}

#[test]
fn the_demo_says_where_to_go_and_warns_loudly() {
    let directory = tempfile::tempdir().unwrap();
    let server = Serving::start(directory.path(), &["--demo"], 4);
    assert!(server.lines[1].contains("0812 3456 7890") && server.lines[2].ends_with("/demo/inbox"));
    assert!(server.get("/readyz").ends_with("ok"));
    assert!(server.get("/v1/programme").contains("\"demo\":true"));
    let log = server.stop();
    assert!(log.contains("DEMO"), "{log}");
}

#[test]
fn a_setting_that_can_not_work_stops_the_start_by_name() {
    let directory = tempfile::tempdir().unwrap();
    let refused = run(directory.path(), &["--public-url", "tukar.example.id"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("public_url"));
    let help = String::from_utf8(run(directory.path(), &["--help"]).stdout).unwrap();
    for word in ["--demo", "TUKAR_SMTP_PASSWORD", "--sms-url", "import", "generate"] {
        assert!(help.contains(word), "{word}");
    }
}

/// What it said where it refused.
fn refused(directory: &Path, arguments: &[&str]) -> String {
    let done = run(directory, arguments);
    assert_eq!(done.status.code(), Some(1), "{arguments:?}");
    String::from_utf8(done.stderr).unwrap()
}

fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Imports five rewards: a database without a server and without a key.
fn import(directory: &Path, database: &str) {
    let generated = run(directory, &["generate", "--rewards", "5"]);
    std::fs::write(directory.join("c.json"), generated.stdout).unwrap();
    let done = run(directory, &["import", "c.json", "--database", database]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn a_command_in_the_wrong_folder_fails_and_makes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    for arguments in [
        &["audit"][..],
        &["backup", "copy.db"],
        &["recover", "0812 3456 7890"],
        &["sessions", "end", "0812 3456 7890"],
        &["expiry", "list"],
        &["clock", "confirm"],
        &["partner", "list"],
        &["partner", "add", "kopi", "--origin", "https://kopi.example.id"],
    ] {
        let error = refused(directory.path(), arguments);
        let file = directory.path().canonicalize().unwrap().join("tukar.db");
        assert!(error.contains(&format!("there is no database {}", file.display())), "{error}");
        assert_eq!(names(directory.path()), [""; 0], "{arguments:?}");
    }
    std::fs::write(directory.path().join("tukar.db"), "").unwrap();
    let error = refused(directory.path(), &["audit"]);
    assert!(error.contains("tukar.db") && error.contains("holds no tables of Tukar"), "{error}");
}

#[test]
fn recovering_makes_no_code_key() {
    let directory = tempfile::tempdir().unwrap();
    import(directory.path(), "tukar.db");
    let error = refused(directory.path(), &["recover", "0812 3456 7890"]);
    assert!(error.contains("tukar.db.codekey"), "{error}");
    assert!(!directory.path().join("tukar.db.codekey").exists());
}

#[test]
fn a_server_with_another_code_key_does_not_start() {
    let directory = tempfile::tempdir().unwrap();
    Serving::start(directory.path(), &["--demo"], 4).stop();
    Serving::start(directory.path(), &["--demo"], 4).stop();
    let other = [b"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=" as &[u8], b"\n"].concat();
    std::fs::write(directory.path().join("other"), other).unwrap();
    for command in [&["serve"][..], &["recover", "0812 3456 7890"]] {
        let arguments = [command, &["--demo", "--listen", "127.0.0.1:0", "--code-key-file"]].concat();
        let error = refused(directory.path(), &[&arguments[..], &["other"]].concat());
        assert!(error.contains("the code key other is not the one"), "{error}");
        let error = refused(directory.path(), &[&arguments[..], &["lost"]].concat());
        assert!(error.contains("there is no code key lost"), "{error}");
        assert!(!directory.path().join("lost").exists());
    }
    // Importing needs none.
    import(directory.path(), "tukar.db");
}

/// Changes the database as no server would.
fn tamper(directory: &Path, sql: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let file = sqlx::sqlite::SqliteConnectOptions::new().filename(directory.join("tukar.db"));
        let mut conn = sqlx::ConnectOptions::connect(&file).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut conn).await.unwrap();
        sqlx::Connection::close(conn).await.unwrap();
    });
}

/// As after 400 days without a server, or under a clock that is as far ahead: the program can't tell them apart.
#[test]
fn a_server_that_finds_itself_400_days_later_ends_nothing_until_the_operator_confirms_the_clock() {
    let directory = tempfile::tempdir().unwrap();
    Serving::start(directory.path(), &["--demo"], 4).stop();
    tamper(directory.path(), "UPDATE clock_seen SET seen_at = seen_at - 400 * 86400000");
    let books = run(directory.path(), &["audit"]).stdout;
    let server = Serving::start(directory.path(), &[], 1);
    let told = server.get("/readyz");
    assert!(told.contains(" 503 ") && told.contains("400 days ahead of"), "{told}");
    let told = server.get("/v1/rewards");
    assert!(told.contains(" 503 ") && told.contains("/problems/paused"), "{told}");
    std::fs::write(directory.path().join("c.json"), "{}").unwrap();
    let window = ["--since", "2026-01-01", "--until", "2030-01-01", "--reason", "x", "--dry-run"];
    for arguments in [&["import", "c.json"][..], &[&["expiry", "reverse"], &window[..]].concat()] {
        let error = refused(directory.path(), arguments);
        assert!(
            error.contains("400 days ahead of") && error.contains("tukar-server clock confirm"),
            "{error}"
        );
    }
    assert_eq!(run(directory.path(), &["audit"]).stdout, books, "nothing has ended");

    let confirmed = run(directory.path(), &["clock", "confirm"]);
    assert!(confirmed.status.success(), "{}", String::from_utf8_lossy(&confirmed.stderr));
    // Minutes, which only a server reaches that never hears of it.
    let ready = (0..1_200).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(250));
        server.get("/readyz").ends_with("ok")
    });
    assert!(ready, "a running server hears of it");
    let done = run(directory.path(), &[&["expiry", "reverse"], &window[..]].concat());
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(said.contains("members 0, lots 0, points 0: would be given back"), "{said}");
    let done = run(directory.path(), &["sessions", "end", "0812 3456 7890"]);
    assert!(String::from_utf8(done.stdout).unwrap().ends_with(": 0 sessions ended\n"));
    let log = server.stop();
    assert_eq!(log.matches("the clock is not believed").count(), 1, "{log}");
}

#[test]
fn a_backup_has_its_name_when_it_is_whole() {
    let directory = tempfile::tempdir().unwrap();
    import(directory.path(), "tukar.db");
    let part = directory.path().join("copy.db.part");
    std::fs::write(&part, "half").unwrap();
    let error = refused(directory.path(), &["backup", "copy.db"]);
    assert!(error.contains("copy.db.part"), "{error}");
    assert_eq!(std::fs::read_to_string(&part).unwrap(), "half", "it may be another backup's");
    assert!(!directory.path().join("copy.db").exists());
    std::fs::remove_file(&part).unwrap();
    assert!(run(directory.path(), &["backup", "copy.db"]).status.success());
    assert!(directory.path().join("copy.db").exists() && !part.exists());
    // Looking at a copy leaves it as it is.
    assert!(!names(directory.path()).iter().any(|name| name.starts_with("copy.db-")));
}

/// What reads names as an address reads `%41` as `A` and folds `..` by its letters.
#[test]
fn a_database_is_the_file_of_its_name_also_where_an_address_would_name_another() {
    let directory = tempfile::tempdir().unwrap();
    let inside = |name: &str| directory.path().join(name);
    for folder in ["a %41 b", "a A b", "far", "far/deep"] {
        std::fs::create_dir(inside(folder)).unwrap();
    }
    std::os::unix::fs::symlink(inside("far/deep"), inside("link")).unwrap();
    for (typed, stands_at) in [("a %41 b/t?#.db", "a %41 b/t?#.db"), ("link/../t.db", "far/t.db")] {
        import(directory.path(), typed);
        assert!(inside(stands_at).exists(), "{typed}");
        let done = run(directory.path(), &["audit", "--database", typed]);
        assert!(done.status.success(), "{typed}: {}", String::from_utf8_lossy(&done.stderr));
    }
    assert_eq!(names(&inside("a A b")), [""; 0]);
    assert!(!inside("t.db").exists());
}

#[test]
fn a_backup_made_while_the_server_runs_is_whole_and_serves() {
    let directory = tempfile::tempdir().unwrap();
    let serving = Serving::start(directory.path(), &["--demo"], 4);
    let made = run(directory.path(), &["backup", "copy.db"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let again = run(directory.path(), &["backup", "copy.db"]);
    assert!(!again.status.success(), "a backup never writes over a file");
    let audit = |file: &str| {
        let done = run(directory.path(), &["audit", "--database", file]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    };
    let copied = audit("copy.db");
    assert_eq!(String::from_utf8(made.stdout).unwrap(), copied, "a backup tells what it holds");
    assert!(copied.starts_with("members 8, postings "), "{copied}");
    assert!(copied.lines().last().unwrap().starts_with("root "), "{copied}");
    assert_eq!(copied, audit("tukar.db"), "the running database says the same");
    serving.stop();

    // The drill: the copy in the place of the lost file.
    let restored = tempfile::tempdir().unwrap();
    std::fs::copy(directory.path().join("copy.db"), restored.path().join("tukar.db")).unwrap();
    let error = refused(restored.path(), &["--demo", "--listen", "127.0.0.1:0"]);
    assert!(error.contains("there is no code key ./tukar.db.codekey"), "{error}");
    assert_eq!(names(restored.path()).into_iter().find(|name| name.contains("codekey")), None);
    let key = |folder: &tempfile::TempDir| folder.path().join("tukar.db.codekey");
    std::fs::copy(key(&directory), key(&restored)).unwrap();
    let serving = Serving::start(restored.path(), &["--demo"], 4);
    assert!(serving.get("/readyz").starts_with("HTTP/1.1 200"));
    serving.stop();
    assert_eq!(run(restored.path(), &["audit"]).stdout, copied.into_bytes());
}

#[test]
fn figures_stand_on_an_address_of_their_own() {
    let directory = tempfile::tempdir().unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let serving = Serving::start(directory.path(), &["--demo", "--metrics-listen", &free], 4);
    assert!(serving.get("/livez").starts_with("HTTP/1.1 200"));
    assert!(!serving.get("/metrics").contains("tukar_http_requests"));
    let mut stream = TcpStream::connect(&free).unwrap();
    write!(stream, "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    assert!(
        text.contains("tukar_http_requests_total{method=\"GET\",route=\"/livez\",status=\"2xx\"} 1"),
        "{text}"
    );
    assert!(text.contains("tukar_ledger_drift_points 0"), "{text}");
    serving.stop();
}
