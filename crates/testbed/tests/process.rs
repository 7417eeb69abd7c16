//! A program is started, watched, shot and started again; its children go with it.
#![cfg(target_os = "linux")]

use lumbung_testbed::process::Spawned;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(10);

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

/// Dead counts as gone: who collects an orphan is the system's business.
fn is_gone(id: &str) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(id).join("stat"));
    stat.map_or(true, |stat| stat.contains(") Z "))
}

fn wait_until_gone(id: &str) {
    for _ in 0..1_000 {
        if is_gone(id) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(is_gone(id), "{id} is still there");
}

#[test]
fn the_group_is_killed_and_the_command_runs_again() {
    let folder = tempfile::tempdir().unwrap();
    let script = "sleep 600 & echo child=$!; echo ready; echo trouble >&2; wait";
    let mut spawned = Spawned::start(shell(script), folder.path().join("log")).unwrap();
    spawned.wait_for_line("ready", SOON).unwrap();
    spawned.wait_for_line("trouble", SOON).unwrap();
    let line = spawned.wait_for_line("child=", SOON).unwrap();
    let first_child = line.strip_prefix("child=").unwrap().to_owned();
    assert!(!is_gone(&first_child));

    let first = spawned.id().unwrap();
    spawned.restart().unwrap();
    wait_until_gone(&first_child);
    assert_ne!(spawned.id().unwrap(), first);
    let line = spawned.wait_for_line("child=", SOON).unwrap();
    assert_ne!(line, format!("child={first_child}"), "the first run's output is not taken for the second's");
    let second_child = line.strip_prefix("child=").unwrap().to_owned();

    assert!(spawned.kill_9().unwrap().is_some());
    assert!(spawned.kill_9().unwrap().is_none());
    wait_until_gone(&second_child);

    spawned.restart().unwrap();
    let line = spawned.wait_for_line("child=", SOON).unwrap();
    drop(spawned);
    wait_until_gone(line.strip_prefix("child=").unwrap());
}

#[test]
fn an_early_end_is_told_with_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut spawned = Spawned::start(shell("echo no such luck; exit 3"), folder.path().join("log")).unwrap();
    let error = spawned.wait_for_line("ready", SOON).unwrap_err().to_string();
    assert!(error.contains("ended before") && error.contains("no such luck"), "{error}");
    assert_eq!(spawned.wait(SOON).unwrap().code(), Some(3));

    let mut stubborn = Spawned::start(
        shell("trap '' TERM; echo up; while :; do sleep 600; done"),
        folder.path().join("log2"),
    )
    .unwrap();
    stubborn.wait_for_line("up", SOON).unwrap();
    let error = stubborn.wait_for_line("ready", Duration::from_millis(50)).unwrap_err().to_string();
    assert!(error.contains("within"), "{error}");
    assert!(!stubborn.stop(Duration::from_millis(200)).unwrap().unwrap().success());
}

#[test]
fn an_answer_in_http_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let spawned = Spawned::start(shell("sleep 600"), folder.path().join("log")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    spawned.wait_for_port(address, SOON).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            loop {
                let (mut stream, _) = listener.accept().unwrap();
                let mut buffer = [0; 1_000];
                let length = stream.read(&mut buffer).unwrap();
                if buffer[..length].starts_with(b"GET /sehat HTTP/1.1\r\n") {
                    let answer = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n";
                    return stream.write_all(answer.as_bytes()).unwrap();
                }
            }
        });
        assert_eq!(spawned.wait_for_http(address, "/sehat", SOON).unwrap(), 503);
    });
}

/// This test runs itself in a child that dies without dropping anything.
#[test]
fn a_killed_test_leaves_nothing_running() {
    const FOLDER: &str = "LUMBUNG_TESTBED_ORPHAN";
    if let Some(folder) = std::env::var_os(FOLDER) {
        let log = Path::new(&folder).join("log");
        let spawned = Spawned::start(shell("echo id=$$; sleep 600"), log).unwrap();
        spawned.wait_for_line("id=", SOON).unwrap();
        std::process::abort();
    }
    let folder = tempfile::tempdir().unwrap();
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_killed_test_leaves_nothing_running"])
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    assert!(!status.status.success());
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    wait_until_gone(log.trim().strip_prefix("id=").unwrap());
}
