//! `lumbung-server` as a process of its own.

use super::line::Line;
use super::till::Till;
use lumbung_server::{Calls as _, run_inline};
use lumbung_sync::pairing::PairingCode;
use lumbung_testbed::process::Spawned;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

pub(crate) struct Server {
    pub(crate) process: Spawned,
    pub(crate) address: SocketAddr,
    store: Vec<String>,
    _folder: TempDir,
}

impl Server {
    /// Over SQLite in a folder of its own, or over the database at `url`.
    pub(crate) fn start(url: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = match url {
            Some(url) => vec!["--database-url".to_owned(), url.to_owned()],
            None => vec!["--data".to_owned(), folder.path().join("data").display().to_string()],
        };
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
        let mut command = program();
        command.arg("serve").args(&store).args(["--listen", &address.to_string()]);
        let process = Spawned::start(command, folder.path().join("log")).unwrap();
        let server = Self { process, address, store, _folder: folder };
        server.wait();
        server
    }

    pub(crate) fn wait(&self) {
        let status = self.process.wait_for_http(self.address, "/healthz", Duration::from_secs(30)).unwrap();
        assert_eq!(status, 200);
    }

    /// As when the power goes, and comes back.
    pub(crate) fn kill_9_and_restart(&mut self) {
        self.process.restart().unwrap();
        self.wait();
    }

    /// The administrator's command line beside the running server; its JSON line.
    pub(crate) fn administer(&self, words: &[&str]) -> serde_json::Value {
        let output = program().args(&self.store).args(words).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// A registered cooperative; the place's handle.
    pub(crate) fn founder(&self, seed: u8) -> (Till, String) {
        let place = self.administer(&["coop", "add", "--name", "Merah Putih", "--region", "32.01"]);
        let code: PairingCode = place["pairing_code"].as_str().unwrap().parse().unwrap();
        let mut till = Till::founder(seed);
        let line = Line::new(self.address);
        let answer = run_inline(line.enrol("", till.enrol_request(&code))).unwrap();
        till.admit_centre(&answer.centre_id, &answer.centre_key);
        let line = Line::open(self.address, &till).unwrap();
        run_inline(till.push_all(&line)).unwrap();
        (till, place["coop"].as_str().unwrap().to_owned())
    }

    pub(crate) fn further(&self, books: &mut Till, coop: &str, device_no: u32) -> Till {
        let code = PairingCode::new(coop.parse().unwrap(), device_no, [7; 8]).unwrap();
        books.invite(device_no, &code);
        let line = Line::open(self.address, books).unwrap();
        run_inline(books.push_all(&line)).unwrap();
        let mut till = Till::further(books, device_no);
        till.knows(books);
        till.known.insert(0, books.known[&0]);
        run_inline(line.enrol("", till.enrol_request(&code))).unwrap();
        till
    }

    /// Most memory that the process ever held, in bytes.
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id().unwrap())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        1024 * line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap()
    }

    pub(crate) fn metric(&self, name: &str) -> u64 {
        let reply = Line::new(self.address).ask("GET", "/metrics", &[]).unwrap();
        let text = String::from_utf8(reply.body).unwrap();
        let line = text.lines().find(|line| line.split(' ').next() == Some(name));
        line.and_then(|line| line.rsplit(' ').next()).map_or(0, |value| value.parse().unwrap())
    }
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_lumbung-server"))
}
