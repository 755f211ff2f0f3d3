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
    assert_eq!(String::from_utf8(imported.stdout).unwrap(), "c.json: 300 rewards\n");
    let server = Serving::start(directory.path(), &[], 1);
    assert!(server.get("/v1/rewards?limit=1").contains("\"total\":300"));
    server.stop();
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
    assert!(copied.starts_with("members 8, postings "), "{copied}");
    assert!(copied.lines().last().unwrap().starts_with("root "), "{copied}");
    assert_eq!(copied, audit("tukar.db"), "the running database says the same");
    serving.stop();

    // The drill: the copy in the place of the lost file.
    let restored = tempfile::tempdir().unwrap();
    std::fs::copy(directory.path().join("copy.db"), restored.path().join("tukar.db")).unwrap();
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
