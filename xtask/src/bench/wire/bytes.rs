//! Bytes and requests: 10,000 sales for the first time, 100 more, and nothing new.

use super::{Served, Shop, line, machine};
use crate::figure::{Figure, Goal};
use anyhow::Result;
use lumbung_testbed::proxy::{ChaosProxy, Counters};
use std::net::TcpListener;

const FIRST: usize = 10_000;
const MORE: usize = 100;
/// Bytes a sale of the best columns that research found, cost of goods sent.
const FLOOR: f64 = 17.0;

pub(crate) fn measure() -> Result<Vec<Figure>> {
    let mut shop = Shop::open()?;
    let served = Served::start()?;
    served.register(shop.founded)?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    served.listen(listener)?;
    let proxy = ChaosProxy::counting(address)?;
    let (mut machine, mut line) = (machine(), line(&proxy.url())?);
    let key = served.centre.centre_key();
    // Items, members and the session go before: they are there when a shop begins to sell.
    let start = shop.before_sale(0)?;
    shop.must_sync(&mut machine, &mut line, start, key)?;
    proxy.reset_counters();

    let after_first = shop.before_sale(FIRST)?;
    shop.must_sync(&mut machine, &mut line, after_first, key)?;
    let first = taken(&proxy);
    let after_more = shop.before_sale(FIRST + MORE)?;
    let documents = after_more - after_first;
    shop.must_sync(&mut machine, &mut line, after_more, key)?;
    let more = taken(&proxy);
    shop.must_sync(&mut machine, &mut line, after_more, key)?;
    let nothing = taken(&proxy);

    let bytes = |counters: &Counters| (counters.bytes_up + counters.bytes_down) as f64;
    let figure = |name: &str, unit, ours: f64, limit: f64, goal: f64, work: String| Figure {
        name: name.into(),
        unit,
        ours: vec![ours],
        limit: vec![limit],
        goal: Goal { mean: Some(goal), ..Goal::default() },
        work,
    };
    let told = |what: &str, counters: &Counters| {
        format!(
            "{what}: {} bytes up, {} down, {} requests on {} connections, headers and bodies",
            counters.bytes_up, counters.bytes_down, counters.requests, counters.connections
        )
    };
    Ok(vec![
        figure(
            "bytes_first_sync",
            "bytes/sale",
            bytes(&first) / FIRST as f64,
            FLOOR,
            2.0,
            told("10,000 sales with the papers between them", &first),
        ),
        figure(
            "bytes_100_more",
            "bytes/sale",
            bytes(&more) / MORE as f64,
            38.1,
            1.5,
            told(&format!("100 sales, {documents} documents"), &more),
        ),
        figure("bytes_nothing_new", "bytes", bytes(&nothing), 300.0, 1.0, told("nothing new", &nothing)),
        figure(
            "requests_100_more_and_nothing",
            "requests",
            (more.requests + nothing.requests) as f64,
            2.0,
            1.0,
            "one for 100 sales, one for nothing new".into(),
        ),
    ])
}

fn taken(proxy: &ChaosProxy) -> Counters {
    let counters = proxy.counters();
    proxy.reset_counters();
    counters
}
