//! A line of 64 kbit/s, 600 ms and 2 % loss between two namespaces of its own: 600 sales, whole and with a cut
//! in the middle, beside a bare connection that carries as many bytes as the best form of them.

use super::{Served, Shop, line, machine};
use crate::figure::{Figure, Goal};
use anyhow::{Context, Result, bail};
use lumbung_testbed::proxy::{Chaos, ChaosProxy};
use lumbung_testbed::slow_link::SlowLink;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

const SALES: usize = 600;
/// 600 sales at 35 bytes: what the floor in one request weighs.
const FLOOR_BYTES: usize = 21_000;
const ROUNDS: u64 = 2;
/// Bytes on the line, with TCP's own, when about half of the sales are across.
const MIDDLE: u64 = 8_000;
/// How long the line is dead in the middle.
const CUT: Duration = Duration::from_secs(20);

pub(crate) fn measure() -> Result<Vec<Figure>> {
    if let Some(reason) = SlowLink::why_not() {
        bail!("no slow link can be made here: {reason}");
    }
    let (mut ours, mut limit, mut whole, mut cut) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut story = Vec::new();
    for round in 0..ROUNDS {
        limit.push(bare(round)?);
        let (seconds, bytes) = sync(round, false)?;
        ours.push(seconds);
        whole.push(bytes);
        let (with_cut, bytes_cut) = sync(round, true)?;
        cut.push(bytes_cut);
        story.push(format!("{seconds:.1} s, with a cut of {} s {with_cut:.1} s", CUT.as_secs()));
    }
    let work = format!("600 sales over 64 kbit/s, 600 ms, 2 % loss: {}", story.join("; "));
    Ok(vec![
        Figure {
            name: "slow_link".into(),
            unit: "s",
            ours,
            limit,
            goal: Goal { mean: Some(2.0), ..Goal::default() },
            work: work.clone(),
        },
        Figure {
            name: "slow_link_cut".into(),
            unit: "bytes",
            ours: cut,
            limit: whole,
            goal: Goal { mean: Some(1.05), ..Goal::default() },
            work,
        },
    ])
}

fn link(round: u64) -> Result<SlowLink> {
    SlowLink::start(64_000, 300, 0.02, round + 1)
}

/// Connect, send the floor's bytes, hear one back.
fn bare(round: u64) -> Result<f64> {
    let link = link(round)?;
    let listener = link.in_server(|| TcpListener::bind((SlowLink::SERVER, 0)))??;
    let address = listener.local_addr()?;
    let server = std::thread::spawn(move || -> Result<()> {
        let (mut stream, _) = listener.accept()?;
        let mut bytes = vec![0; FLOOR_BYTES];
        stream.read_exact(&mut bytes)?;
        Ok(stream.write_all(&[1])?)
    });
    let began = Instant::now();
    link.in_client(|| -> Result<()> {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(&vec![7; FLOOR_BYTES])?;
        Ok(stream.read_exact(&mut [0])?)
    })??;
    let took = began.elapsed().as_secs_f64();
    server.join().ok().context("the bare server")??;
    Ok(took)
}

/// Seconds from the first packet to the last acknowledgement, and the bytes of headers and bodies that arrived at
/// the centre or came from it.
fn sync(round: u64, with_cut: bool) -> Result<(f64, f64)> {
    let mut shop = Shop::open()?;
    let served = Served::start()?;
    served.register(shop.founded)?;
    let key = served.centre.centre_key();
    let near = TcpListener::bind("127.0.0.1:0")?;
    let near_address = near.local_addr()?;
    let mut near_line = line(&format!("http://{near_address}"))?;
    served.listen(near)?;
    let start = shop.before_sale(0)?;
    shop.must_sync(&mut machine(), &mut near_line, start, key)?;

    let link = link(round)?;
    let far = link.in_server(|| TcpListener::bind((SlowLink::SERVER, 0)))??;
    let mut far_line = line(&format!("http://{}", far.local_addr()?))?;
    // What arrives at the far end is what the line carried for us, whatever was handed to it.
    let counting = ChaosProxy::start_on(far, near_address, 0, Chaos::none())?;
    let end = shop.before_sale(SALES)?;
    let began = Instant::now();
    std::thread::scope(|scope| -> Result<()> {
        if with_cut {
            let link = &link;
            scope.spawn(move || {
                // Half of the papers are on their way by then.
                while link.counters().bytes_up < MIDDLE && began.elapsed() < CUT {
                    std::thread::sleep(Duration::from_millis(20));
                }
                link.set_cut(true);
                std::thread::sleep(CUT);
                link.set_cut(false);
            });
        }
        link.in_client(|| -> Result<()> {
            let mut machine = machine();
            for _ in 0..10 {
                match shop.sync(&mut machine, &mut far_line, end, key)? {
                    lumbung_sync::http::End::Rest(_) => return Ok(()),
                    _ => std::thread::sleep(Duration::from_secs(2)),
                }
            }
            bail!("ten tries were not enough")
        })?
    })?;
    let took = began.elapsed().as_secs_f64();
    let counted = counting.counters();
    // It is stopped by a connection from here, which cannot reach its ear in the other namespace.
    std::mem::forget(counting);
    Ok((took, (counted.bytes_up + counted.bytes_down) as f64))
}
