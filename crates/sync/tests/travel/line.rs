//! The line itself, against a server that says what it is told to say.

use crate::conversation::{machine, shop};
use crate::model::Rule;
use crate::model::centre::Centre;
use crate::model::till::Till;
use lumbung_sync::access::Access;
use lumbung_sync::http::{Address, Counted, End, Line, Pace, Roots, drive, round};
use lumbung_sync::log::{LocalLog, LogError};
use lumbung_sync::machine::{Failure, Method, Progress, Request, Stop, Why};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

const QUICK: Duration = Duration::from_millis(400);

/// What a server does with one request; `false` closes the connection.
type Answering = dyn FnMut(&Request, &mut TcpStream) -> bool + Send;

/// Listens on a free port until the process ends.
fn server(answering: Box<Answering>) -> Address {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let answering = Arc::new(Mutex::new(answering));
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let answering = Arc::clone(&answering);
            thread::spawn(move || {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut stream = stream;
                while let Some(request) = read_request(&mut reader) {
                    if !(answering.lock().unwrap())(&request, &mut stream) {
                        let _ = stream.shutdown(Shutdown::Both);
                        break;
                    }
                }
            });
        }
    });
    address
}

/// Reads a request and holds it to the few headers that the protocol needs.
fn read_request(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
    let mut words = first.split_whitespace();
    let method = if words.next()? == "GET" { Method::Get } else { Method::Post };
    let path = words.next()?.to_owned();
    let mut request = Request { method, path, token: None, range: None, body: Vec::new(), answer_max: 0 };
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "host" => {}
            "content-length" => length = value.parse().ok()?,
            "authorization" => request.token = value.strip_prefix("Bearer ").map(str::to_owned),
            "range" => {
                let (first, last) = value.strip_prefix("bytes=")?.split_once('-')?;
                request.range = Some((first.parse().ok()?, last.parse().ok()?));
            }
            more => panic!("a header that nobody needs: {more}: {value}"),
        }
    }
    request.body = vec![0; length];
    reader.read_exact(&mut request.body).ok()?;
    Some(request)
}

fn say(stream: &mut TcpStream, status: u16, body: &[u8]) {
    let head = format!("HTTP/1.1 {status} OK\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
}

fn line(address: Address) -> Line {
    Line::with_silence(address, &Roots::Web, QUICK).unwrap()
}

fn serve(centre: &Arc<Mutex<Centre>>) -> Address {
    let centre = Arc::clone(centre);
    server(Box::new(move |request, stream| {
        let (status, body) = centre.lock().unwrap().handle(request);
        say(stream, status, &body);
        true
    }))
}

fn question(answer_max: usize) -> Request {
    Request {
        method: Method::Post,
        path: "/v1/sync".to_owned(),
        token: Some("t-1".to_owned()),
        range: None,
        body: vec![1, 2, 3],
        answer_max,
    }
}

fn failing(answering: impl FnMut(&Request, &mut TcpStream) -> bool + Send + 'static) -> Failure {
    line(server(Box::new(answering))).send(&question(1_000)).unwrap_err()
}

/// Lends a till that lies in a lock.
struct Lending(Arc<Mutex<Till>>);

impl Access for Lending {
    fn lend(
        &mut self,
        work: &mut dyn FnMut(&mut dyn LocalLog) -> Result<(), LogError>,
    ) -> Result<(), LogError> {
        work(&mut *self.0.lock().unwrap())
    }
}

fn lending(till: &Arc<Mutex<Till>>) -> Lending {
    Lending(Arc::clone(till))
}

fn once(till: &Arc<Mutex<Till>>, line: &mut Line, machine: &mut lumbung_sync::machine::Machine) -> End {
    round(machine, &mut lending(till), &Rule(1_000), line, &mut |_| true).unwrap()
}

#[test]
fn a_till_syncs_over_one_connection_and_asks_in_few_bytes() {
    let (mut founder, _, centre) = shop();
    founder.sell(900);
    let centre = Arc::new(Mutex::new(centre));
    let till = Arc::new(Mutex::new(founder));
    let (mut line, mut machine) = (line(serve(&centre)), machine());
    assert_eq!(once(&till, &mut line, &mut machine), End::Rest(Why::UpToDate));
    assert_eq!(centre.lock().unwrap().log.seq_of(1), 902);
    let before = line.counted();
    machine.wake();
    assert_eq!(once(&till, &mut line, &mut machine), End::Rest(Why::UpToDate));
    let Counted { up, down, connections } = line.counted();
    assert_eq!(connections, 1);
    let whole = up - before.up + down - before.down;
    println!("nothing new: {whole} bytes");
    assert!(whole <= 300, "{whole} bytes for nothing new");
}

#[test]
fn whatever_answers_is_passed_on_whole_or_not_at_all() {
    let html = b"<html>Masuk</html>";
    for status in [200, 302, 307, 401, 502] {
        let mut moved = format!("HTTP/1.1 {status} X\r\nlocation: https://portal.example/\r\n").into_bytes();
        moved.extend(format!("content-length: {}\r\n\r\n", html.len()).into_bytes());
        moved.extend_from_slice(html);
        let address = server(Box::new(move |_, stream| stream.write_all(&moved).is_ok()));
        let answer = line(address).send(&question(1_000)).unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (status, html.as_slice()));
    }
    let cut = |_: &Request, stream: &mut TcpStream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf of it").unwrap();
        false
    };
    assert_eq!(failing(cut), Failure::NotNow);
    let chunk = |_: &Request, stream: &mut TcpStream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhalf ").unwrap();
        false
    };
    assert_eq!(failing(chunk), Failure::NotNow);
    let long = |_: &Request, stream: &mut TcpStream| {
        say(stream, 200, &[0; 1_001]);
        true
    };
    assert_eq!(failing(long), Failure::NotNow);
    assert_eq!(failing(|_, stream| stream.write_all(b"SSH-2.0-OpenSSH\r\n\r\n").is_err()), Failure::NotNow);
    assert_eq!(failing(|_, _| false), Failure::NotNow);
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = line(format!("http://{free}").parse().unwrap());
    assert_eq!(nobody.send(&question(10)).unwrap_err(), Failure::NoLine);
}

#[test]
fn silence_ends_and_slowness_does_not() {
    let begun = Instant::now();
    assert_eq!(failing(|_, _| true), Failure::Timeout);
    let half = |_: &Request, stream: &mut TcpStream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf of it").unwrap();
        true
    };
    assert_eq!(failing(half), Failure::Timeout);
    assert!(begun.elapsed() < QUICK * 8);
    let slow = server(Box::new(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n").unwrap();
        (0..8).all(|_| {
            thread::sleep(QUICK / 5);
            stream.write_all(b"x").is_ok()
        })
    }));
    assert_eq!(line(slow).send(&question(100_000)).unwrap().body, b"xxxxxxxx");
    // A trickle that would never end does.
    let trickle = |_: &Request, stream: &mut TcpStream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 800\r\n\r\n").unwrap();
        (0..800).all(|_| {
            thread::sleep(QUICK / 4);
            stream.write_all(b"x").is_ok()
        })
    };
    assert_eq!(failing(trickle), Failure::Timeout);
}

/// Waits for nothing, and leaves after so many waits.
struct Hurry {
    waits: Vec<Duration>,
    leave_after: usize,
    random: u64,
}

impl Pace for Hurry {
    fn goes_on(&mut self, _: &Progress) -> bool {
        self.waits.len() < self.leave_after
    }

    fn wait(&mut self, at_most: Duration) {
        self.waits.push(at_most);
    }

    fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        self.random >> 20
    }

    fn wall_ms(&mut self) -> i64 {
        0
    }
}

#[test]
fn the_loop_outlives_a_line_that_comes_and_goes_and_never_holds_the_log() {
    let (mut founder, _, centre) = shop();
    founder.sell(500);
    let centre = Arc::new(Mutex::new(centre));
    let till = Arc::new(Mutex::new(founder));
    let (theirs, sold_at) = (Arc::clone(&centre), Arc::clone(&till));
    let mut asked = 0;
    let address = server(Box::new(move |request, stream| {
        asked += 1;
        // Somebody sells while the line is waited for.
        sold_at.try_lock().expect("the log is not held").sell(1);
        let (status, body) = theirs.lock().unwrap().handle(request);
        match asked % 4 {
            0 => return false,
            1 => say(stream, 302, b"<html>"),
            _ => say(stream, status, &body),
        }
        true
    }));
    let mut pace = Hurry { waits: Vec::new(), leave_after: 60, random: 1 };
    let mut machine = machine();
    let end = drive(&mut machine, &mut lending(&till), &Rule(1_000), &mut line(address), &mut pace).unwrap();
    assert_eq!(end, End::Left);
    assert!(centre.lock().unwrap().log.seq_of(1) > 500);
    assert!(pace.waits.iter().all(|wait| *wait <= Duration::from_mins(15)));
}

#[test]
fn the_loop_ends_where_there_is_nothing_more_to_say() {
    let (founder, _, mut centre) = shop();
    centre.ended.insert(1);
    let (centre, till) = (Arc::new(Mutex::new(centre)), Arc::new(Mutex::new(founder)));
    let mut pace = Hurry { waits: Vec::new(), leave_after: 60, random: 1 };
    let end = drive(&mut machine(), &mut lending(&till), &Rule(1_000), &mut line(serve(&centre)), &mut pace);
    assert_eq!(end.unwrap(), End::Stopped(Stop::Ended));
}

#[test]
fn certificates_that_are_none_are_refused() {
    let address: Address = "https://pusat.example".parse().unwrap();
    assert!(Line::new(address.clone(), &Roots::Pem(b"hello".to_vec())).is_err());
    assert!(Line::new(address, &Roots::Web).is_ok());
}
