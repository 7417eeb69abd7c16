//! A TCP proxy that counts what passes and, where told to, does what bad networks do: cuts, truncates, delays,
//! sends a request twice, answers in the server's place.

mod chaos;
mod counters;
mod down;
mod http;
mod pipe;
mod up;

pub use chaos::Chaos;
pub use counters::Counters;

use anyhow::{Context as _, Result};
use counters::{Tally, add};
use pipe::Pipe;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{JoinHandle, sleep};
use std::time::{Duration, Instant};

const CONNECT_PATIENCE: Duration = Duration::from_secs(5);

/// Dropped, it cuts what is open and ends its threads.
#[derive(Debug)]
pub struct ChaosProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    upstream: Mutex<SocketAddr>,
    chaos: Mutex<Chaos>,
    seed: u64,
    tally: Tally,
    /// Apart from the tally, so that setting that to zero does not turn the dice back.
    requests_drawn: AtomicU64,
    connections_drawn: AtomicU64,
    is_cut: AtomicBool,
    is_over: AtomicBool,
    pipes: Mutex<Vec<Weak<Pipe>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl ChaosProxy {
    /// Listens on a free port of the loopback and passes on to `upstream`.
    pub fn start(upstream: SocketAddr, seed: u64, chaos: Chaos) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port for the proxy")?;
        Self::start_on(listener, upstream, seed, chaos)
    }

    /// Touches nothing and only counts.
    pub fn counting(upstream: SocketAddr) -> Result<Self> {
        Self::start(upstream, 0, Chaos::none())
    }

    /// On a listener of the caller's: one on another network, say.
    pub fn start_on(listener: TcpListener, upstream: SocketAddr, seed: u64, chaos: Chaos) -> Result<Self> {
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            upstream: Mutex::new(upstream),
            chaos: Mutex::new(chaos),
            seed,
            tally: Tally::default(),
            requests_drawn: AtomicU64::new(0),
            connections_drawn: AtomicU64::new(0),
            is_cut: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
            pipes: Mutex::default(),
            threads: Mutex::default(),
        });
        let listening = std::thread::spawn({
            let shared = Arc::clone(&shared);
            move || listen(&listener, &shared)
        });
        Ok(Self { address, shared, listening: Some(listening) })
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Of the address, without a path.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From the next request on. `Chaos::none()` heals the network.
    pub fn set_chaos(&self, chaos: Chaos) {
        *locked(&self.shared.chaos) = chaos;
    }

    /// For connections yet to come: a server that came back on another port.
    pub fn set_upstream(&self, upstream: SocketAddr) {
        *locked(&self.shared.upstream) = upstream;
    }

    /// While cut, open connections are reset and new ones too.
    pub fn set_cut(&self, is_cut: bool) {
        self.shared.is_cut.store(is_cut, Ordering::SeqCst);
        if is_cut {
            self.shared.cut_all();
        }
    }

    pub fn counters(&self) -> Counters {
        self.shared.tally.now()
    }

    /// To zero. What the dice will throw stays as it was.
    pub fn reset_counters(&self) {
        self.shared.tally.reset();
    }
}

impl Drop for ChaosProxy {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        // Wakes it from accept.
        drop(TcpStream::connect_timeout(&self.address, CONNECT_PATIENCE));
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
        self.shared.cut_all();
        loop {
            // One at a time: a thread that ends may have started another.
            let thread = locked(&self.shared.threads).pop();
            let Some(thread) = thread else { break };
            let _ = thread.join();
        }
    }
}

fn listen(listener: &TcpListener, shared: &Arc<Shared>) {
    while let Ok((client, _)) = listener.accept() {
        if shared.is_over.load(Ordering::SeqCst) {
            return;
        }
        locked(&shared.threads).retain(|thread| !thread.is_finished());
        locked(&shared.pipes).retain(|pipe| pipe.strong_count() > 0);
        add(&shared.tally.connections, 1);
        let number = shared.connections_drawn.fetch_add(1, Ordering::SeqCst);
        if shared.is_cut.load(Ordering::SeqCst) || locked(&shared.chaos).refuses(shared.seed, number) {
            add(&shared.tally.refused_connections, 1);
            pipe::reset(&client);
            continue;
        }
        shared.spawn(move |shared| connect(shared, client));
    }
}

fn connect(shared: &Arc<Shared>, client: TcpStream) {
    let upstream = *locked(&shared.upstream);
    let Ok(server) = TcpStream::connect_timeout(&upstream, CONNECT_PATIENCE) else {
        add(&shared.tally.unreachable, 1);
        pipe::reset(&client);
        return;
    };
    let Ok(pipe) = Pipe::new(client, server) else { return };
    let pipe = Arc::new(pipe);
    locked(&shared.pipes).push(Arc::downgrade(&pipe));
    if shared.is_over.load(Ordering::SeqCst) || shared.is_cut.load(Ordering::SeqCst) {
        pipe.cut();
    }
    shared.spawn({
        let pipe = Arc::clone(&pipe);
        move |shared| down::pass(shared, &pipe)
    });
    up::pass(shared, &pipe);
}

impl Shared {
    fn spawn(self: &Arc<Self>, work: impl FnOnce(&Arc<Self>) + Send + 'static) {
        let shared = Arc::clone(self);
        let thread = std::thread::spawn(move || work(&shared));
        locked(&self.threads).push(thread);
    }

    fn cut_all(&self) {
        for pipe in locked(&self.pipes).iter().filter_map(Weak::upgrade) {
            pipe.cut();
        }
    }

    /// Sleeps, but not beyond the proxy's end.
    fn pause(&self, length: Duration) {
        let until = Instant::now() + length;
        while !self.is_over.load(Ordering::SeqCst) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            sleep(left.min(Duration::from_millis(20)));
        }
    }
}

/// A thread that panicked has left nothing half done here.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
