//! Counting what goes over a connection: headers and bodies, inside TLS.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

/// Bytes of requests and answers, headers and bodies, and connections opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counted {
    pub up: u64,
    pub down: u64,
    pub connections: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    up: AtomicU64,
    down: AtomicU64,
    connections: AtomicU64,
}

impl Counters {
    pub(super) fn read(&self) -> Counted {
        Counted {
            up: self.up.load(Ordering::Relaxed),
            down: self.down.load(Ordering::Relaxed),
            connections: self.connections.load(Ordering::Relaxed),
        }
    }
}

/// Stands last in the chain, above TLS.
#[derive(Debug)]
pub(super) struct Counting(pub(super) Arc<Counters>);

impl<In: Transport> Connector<In> for Counting {
    type Out = CountedTransport<In>;

    fn connect(&self, _: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        Ok(chained.map(|inner| {
            self.0.connections.fetch_add(1, Ordering::Relaxed);
            CountedTransport { inner, counters: Arc::clone(&self.0) }
        }))
    }
}

#[derive(Debug)]
pub(super) struct CountedTransport<T> {
    inner: T,
    counters: Arc<Counters>,
}

impl<T: Transport> Transport for CountedTransport<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.counters.up.fetch_add(amount as u64, Ordering::Relaxed);
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let before = self.inner.buffers().input().len();
        let came = self.inner.await_input(timeout);
        let new = self.inner.buffers().input().len().saturating_sub(before);
        self.counters.down.fetch_add(new as u64, Ordering::Relaxed);
        came
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}
