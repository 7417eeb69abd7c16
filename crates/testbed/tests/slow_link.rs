//! Real TCP over the slow line. Where no namespace may be made, it says so and proves nothing.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use lumbung_testbed::slow_link::SlowLink;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_mins(1);

/// Absent where this machine cannot.
fn link(rate_bit_s: u64, one_way_ms: u64, loss: f64) -> Option<SlowLink> {
    if let Some(reason) = SlowLink::why_not() {
        eprintln!("SKIPPED: no slow link here: {reason}");
        return None;
    }
    Some(SlowLink::start(rate_bit_s, one_way_ms, loss, 1).unwrap())
}

fn listener(link: &SlowLink) -> (TcpListener, SocketAddr) {
    let listener = link.in_server(|| TcpListener::bind((SlowLink::SERVER, 0))).unwrap().unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

fn connect(link: &SlowLink, address: SocketAddr, within: Duration) -> std::io::Result<TcpStream> {
    link.in_client(|| TcpStream::connect_timeout(&address, within)).unwrap()
}

#[test]
fn a_file_crosses_a_village_line_whole_and_slowly() {
    let Some(link) = link(64_000, 300, 0.02) else { return };
    let (listener, address) = listener(&link);
    let file: Vec<u8> =
        (0..24_000_u32).flat_map(|number| (number % 251).to_le_bytes()[..1].to_vec()).collect();

    let start = Instant::now();
    let mut stream = connect(&link, address, PATIENCE).unwrap();
    assert!(start.elapsed() >= Duration::from_millis(600), "{:?}", start.elapsed());

    let sender = std::thread::spawn({
        let file = file.clone();
        move || {
            stream.write_all(&file).unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
            // Holds the connection until the other side has it all.
            stream.read_to_end(&mut Vec::new()).unwrap();
        }
    });
    let (mut stream, from) = listener.accept().unwrap();
    assert_eq!(from.ip(), SlowLink::CLIENT);
    let mut arrived = Vec::new();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.read_to_end(&mut arrived).unwrap();
    drop(stream);
    sender.join().unwrap();
    assert_eq!(arrived, file);
    // 24 kB at 8 kB/s.
    assert!(start.elapsed() >= Duration::from_secs(3), "{:?}", start.elapsed());

    let counters = link.counters();
    assert!(counters.bytes_up > 24_000 && counters.bytes_down > 0, "{counters:?}");
    assert!(counters.packets_up > 24_000 / u64::from(SlowLink::MTU), "{counters:?}");
    assert!(counters.connects >= 1, "{counters:?}");
    println!("{:?} {counters:?}", start.elapsed());
}

#[test]
fn a_cut_silences_and_its_end_heals() {
    let Some(link) = link(10_000_000, 5, 0.0) else { return };
    let (listener, address) = listener(&link);
    let mut stream = connect(&link, address, PATIENCE).unwrap();
    let (mut other, _) = listener.accept().unwrap();

    link.set_cut(true);
    stream.write_all(b"over the cut").unwrap();
    other.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let mut text = [0; 12];
    assert!(other.read(&mut text).is_err());
    assert!(connect(&link, address, Duration::from_millis(300)).is_err());
    assert!(link.counters().lost_in_cut > 0);

    link.set_cut(false);
    other.set_read_timeout(Some(PATIENCE)).unwrap();
    other.read_exact(&mut text).unwrap();
    assert_eq!(&text, b"over the cut");
    link.reset_counters();
    connect(&link, address, PATIENCE).unwrap();
    assert_eq!(link.counters().connects, 1);
}

#[test]
fn commands_run_at_their_end_and_the_namespaces_go() {
    let Some(link) = link(1_000_000, 1, 0.0) else { return };
    let addresses = |mut command: std::process::Command| {
        let output = command.args(["-4", "-o", "addr"]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(addresses(link.command_in_client("ip")).contains("10.99.0.1/30"));
    assert!(addresses(link.command_in_server("ip")).contains("10.99.0.2/30"));
    assert!(!addresses(std::process::Command::new("ip")).contains("10.99.0."));

    // A second link has the same addresses and is another world.
    let second = SlowLink::start(1_000_000, 1, 0.0, 1).unwrap();
    let (_listener, address) = listener(&link);
    connect(&link, address, PATIENCE).unwrap();
    assert!(connect(&second, address, PATIENCE).is_err());

    // Pid, not name: others may run links too.
    let name = format!("lumbung-{}-", std::process::id());
    let mut sleeper = link.command_in_client("sleep").arg("600").stdin(Stdio::null()).spawn().unwrap();
    let mine = || {
        let names = std::fs::read_dir(Path::new("/run/netns")).unwrap();
        names.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with(&name)).count()
    };
    let before = mine();
    drop(link);
    drop(second);
    assert!(mine() <= before - 4);
    sleeper.kill().unwrap();
    sleeper.wait().unwrap();
}

#[test]
fn nonsense_is_refused() {
    assert!(SlowLink::start(0, 1, 0.0, 1).is_err());
    assert!(SlowLink::start(1, 1, 1.5, 1).is_err());
}
