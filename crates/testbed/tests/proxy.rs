//! The proxy counts to the byte, and each of its mischiefs does occur.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use lumbung_testbed::proxy::{Chaos, ChaosProxy, Counters};
use std::io::{BufRead as _, BufReader, Error, ErrorKind, Read as _, Result, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(10);
const REPEAT: usize = 40;

/// Answers each request with its own body, `REPEAT` times; remembers the bodies that came whole.
struct Echo {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Echo {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let all = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, seen) = (stream.unwrap(), Arc::clone(&all));
                // An error here is what the proxy was told to make.
                std::thread::spawn(move || serve(stream, &seen).is_ok());
            }
        });
        Self { address, seen }
    }

    fn times(&self, body: &str) -> usize {
        self.seen.lock().unwrap().iter().filter(|seen| *seen == body).count()
    }
}

fn serve(mut stream: TcpStream, seen: &Mutex<Vec<String>>) -> Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    while let Some((_, body)) = message(&mut reader)? {
        seen.lock().unwrap().push(body.clone());
        let body = body.repeat(REPEAT);
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())?;
    }
    Ok(())
}

/// First line and body; none at an orderly end.
fn message(reader: &mut BufReader<TcpStream>) -> Result<Option<(String, String)>> {
    let (mut first, mut length) = (String::new(), 0);
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if !line.ends_with("\r\n") {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        if line == "\r\n" {
            break;
        }
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.trim().parse().map_err(Error::other)?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some((first.trim().to_owned(), String::from_utf8(body).map_err(Error::other)?)))
}

fn request(body: &str) -> String {
    format!("POST /gema HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

fn exchange(stream: &mut BufReader<TcpStream>, body: &str) -> Result<(String, String)> {
    stream.get_mut().write_all(request(body).as_bytes())?;
    message(stream)?.ok_or_else(|| ErrorKind::UnexpectedEof.into())
}

fn connect(proxy: &ChaosProxy) -> BufReader<TcpStream> {
    let stream = TcpStream::connect(proxy.address()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    BufReader::new(stream)
}

fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < until, "never came: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn one(chaos: Chaos) -> (Echo, ChaosProxy) {
    let echo = Echo::start();
    let proxy = ChaosProxy::start(echo.address, 7, chaos).unwrap();
    (echo, proxy)
}

#[test]
fn counts_are_exact_and_nothing_is_changed() {
    let echo = Echo::start();
    let proxy = ChaosProxy::counting(echo.address).unwrap();
    let (mut up, mut down) = (0, 0);
    for connection in 0..3 {
        let mut stream = connect(&proxy);
        for size in [0, 1, 100, 70_000] {
            let body = "b".repeat(size + connection);
            let (status, answer) = exchange(&mut stream, &body).unwrap();
            assert_eq!((status.as_str(), answer.len()), ("HTTP/1.1 200 OK", body.len() * REPEAT));
            up += request(&body).len();
            let length = (body.len() * REPEAT).to_string().len();
            down += "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n".len() + length + body.len() * REPEAT;
        }
    }
    let expected = Counters {
        connections: 3,
        requests: 12,
        bytes_up: up as u64,
        bytes_down: down as u64,
        ..Counters::default()
    };
    assert_eq!(proxy.counters(), expected);
    assert_eq!(echo.seen.lock().unwrap().len(), 12);
    proxy.reset_counters();
    assert_eq!(proxy.counters(), Counters::default());
}

#[test]
fn what_is_no_http_passes_and_is_cut() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = ChaosProxy::counting(listener.local_addr().unwrap()).unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                let mut copy = stream.try_clone().unwrap();
                std::io::copy(&mut stream, &mut copy)
            });
        }
    });
    let mut stream = connect(&proxy);
    let hello = [22, 3, 1, 0, 5, b'\r', b'\n', b'\r', b'\n', 0];
    stream.get_mut().write_all(&hello).unwrap();
    let mut back = [0; 10];
    stream.read_exact(&mut back).unwrap();
    assert_eq!(back, hello);
    let counters = proxy.counters();
    assert_eq!((counters.requests, counters.bytes_up, counters.bytes_down), (0, 10, 10));

    for (chaos, is_up) in [
        (Chaos { cut_request: 1_000, ..Chaos::none() }, true),
        (Chaos { cut_response: 1_000, ..Chaos::none() }, false),
    ] {
        proxy.set_chaos(chaos);
        let mut stream = connect(&proxy);
        // More than a cut may lie away.
        let written = stream.get_mut().write_all(&vec![22; 20_000]);
        let read = stream.read_to_end(&mut Vec::new());
        assert!(written.is_err() || read.is_err());
        let counters = proxy.counters();
        assert_eq!(counters.cut_requests, 1);
        assert_eq!(counters.cut_responses, u64::from(!is_up));
    }
}

#[test]
fn a_cut_request_never_reaches_the_server_and_a_cut_answer_did() {
    let (echo, proxy) = one(Chaos { cut_request: 1_000, ..Chaos::none() });
    for number in 0..20 {
        exchange(&mut connect(&proxy), &format!("never {number}")).unwrap_err();
    }
    assert_eq!(proxy.counters().cut_requests, 20);
    proxy.set_chaos(Chaos { cut_response: 1_000, ..Chaos::none() });
    for number in 0..20 {
        let body = format!("done {number}");
        exchange(&mut connect(&proxy), &body).unwrap_err();
        assert_eq!(echo.times(&body), 1);
    }
    assert_eq!(proxy.counters().cut_responses, 20);
    assert!(!echo.seen.lock().unwrap().iter().any(|body| body.starts_with("never")));
}

#[test]
fn a_truncated_answer_ends_politely_and_early() {
    let (echo, proxy) = one(Chaos { truncate_response: 1_000, ..Chaos::none() });
    let mut lengths = Vec::new();
    for number in 0..20 {
        let body = format!("{number:03}");
        let mut stream = connect(&proxy);
        stream.get_mut().write_all(request(&body).as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let whole =
            format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", 3 * REPEAT, body.repeat(REPEAT));
        assert!(answer.len() < whole.len() && whole.as_bytes().starts_with(&answer));
        assert_eq!(echo.times(&body), 1);
        lengths.push(answer.len());
    }
    assert_eq!(proxy.counters().truncated_responses, 20);
    lengths.sort_unstable();
    lengths.dedup();
    assert!(lengths.len() > 10, "{lengths:?}");
}

#[test]
fn a_duplicate_reaches_the_server_twice_and_the_client_once() {
    let (echo, proxy) =
        one(Chaos { duplicate: 1_000, duplicate_late_up_to: Duration::from_millis(50), ..Chaos::none() });
    let mut stream = connect(&proxy);
    for number in 0..10 {
        let body = format!("twice {number}").repeat(2_000);
        assert_eq!(exchange(&mut stream, &body).unwrap().1, body.repeat(REPEAT));
    }
    wait_for("the copies", || proxy.counters().duplicated == 10);
    for number in 0..10 {
        assert_eq!(echo.times(&format!("twice {number}").repeat(2_000)), 2);
    }
    let counters = proxy.counters();
    assert_eq!((counters.connections, counters.requests), (1, 10), "copies are not the client's");
}

#[test]
fn others_answer_in_the_servers_place() {
    let (echo, proxy) = one(Chaos { bad_gateway: 1_000, ..Chaos::none() });
    let (status, _) = exchange(&mut connect(&proxy), "x").unwrap();
    assert_eq!(status, "HTTP/1.1 502 Bad Gateway");

    proxy.set_chaos(Chaos { captive_portal: 1_000, ..Chaos::none() });
    let (status, page) = exchange(&mut connect(&proxy), "x").unwrap();
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert!(page.starts_with("<!doctype html>"));

    let redirect_to = "http://hotel.invalid/masuk".to_owned();
    proxy.set_chaos(Chaos { redirect: 1_000, redirect_to, ..Chaos::none() });
    let mut stream = connect(&proxy);
    stream.get_mut().write_all(request("x").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 302 Found\r\n"), "{answer}");
    assert!(answer.contains("\r\nLocation: http://hotel.invalid/masuk\r\n"), "{answer}");

    let counters = proxy.counters();
    assert_eq!((counters.bad_gateways, counters.captive_portals, counters.redirects), (1, 1, 1));
    assert_eq!(echo.times("x"), 0);
}

#[test]
fn connections_are_refused_cut_delayed_and_moved() {
    let (echo, proxy) = one(Chaos { refuse_connection: 1_000, ..Chaos::none() });
    exchange(&mut connect(&proxy), "x").unwrap_err();
    assert_eq!(proxy.counters().refused_connections, 1);

    proxy.set_chaos(Chaos { delay: 1_000, delay_up_to: Duration::from_millis(30), ..Chaos::none() });
    let mut stream = connect(&proxy);
    for _ in 0..5 {
        exchange(&mut stream, "late").unwrap();
    }
    assert_eq!(proxy.counters().delayed, 5);

    proxy.set_chaos(Chaos::none());
    proxy.set_cut(true);
    exchange(&mut stream, "x").unwrap_err();
    exchange(&mut connect(&proxy), "x").unwrap_err();
    proxy.set_cut(false);
    exchange(&mut connect(&proxy), "healed").unwrap();

    let other = Echo::start();
    proxy.set_upstream(other.address);
    exchange(&mut connect(&proxy), "moved").unwrap();
    assert_eq!((echo.times("moved"), other.times("moved")), (0, 1));

    // Nobody listens on a port that was just given back.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    proxy.set_upstream(nobody);
    exchange(&mut connect(&proxy), "x").unwrap_err();
    assert_eq!(proxy.counters().unreachable, 1);
}

/// What a client sees of a storm, and what the proxy counts, is the same again under the same seed.
#[test]
fn a_storm_is_repeated_by_its_seed() {
    let run = |seed| {
        let echo = Echo::start();
        let proxy = ChaosProxy::start(echo.address, seed, Chaos::storm(60)).unwrap();
        let mut seen = Vec::new();
        for number in 0..300 {
            let answer = exchange(&mut connect(&proxy), &format!("n {number}"));
            seen.push(answer.map_or_else(|_| "nothing".to_owned(), |(status, _)| status));
        }
        let copies_sent = || proxy.counters().duplicated;
        wait_for("quiet", || {
            let before = copies_sent();
            std::thread::sleep(Duration::from_millis(100));
            copies_sent() == before
        });
        let mut counters = proxy.counters();
        // How far a client came before it was cut is a race.
        (counters.bytes_up, counters.bytes_down) = (0, 0);
        (seen, counters)
    };
    let (seen, counters) = run(11);
    assert_eq!((seen, counters), run(11));
    assert_ne!(counters, run(12).1);
    for (what, count) in [
        ("cut_requests", counters.cut_requests),
        ("cut_responses", counters.cut_responses),
        ("truncated_responses", counters.truncated_responses),
        ("duplicated", counters.duplicated),
        ("bad_gateways", counters.bad_gateways),
        ("captive_portals", counters.captive_portals),
        ("redirects", counters.redirects),
        ("delayed", counters.delayed),
        ("refused_connections", counters.refused_connections),
    ] {
        assert!(count > 3, "{what}: {count}");
    }
}
