//! Connections: accepting, serving, ending.

use super::Options;
use super::metrics::Metrics;
use super::route::{Desk, Peer, router};
use crate::centre::Calls;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

const HANDSHAKE: Duration = Duration::from_secs(20);
/// Largest head of a request.
const HEAD_MAX: usize = 16 << 10;
/// After the system refused to hand out a connection (too many open files).
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until `shutdown` is ready, then finishes the requests in flight.
///
/// # Errors
/// None once it listens: what befalls one connection ends that connection.
pub async fn serve<C: Calls>(
    listener: TcpListener,
    calls: Arc<C>,
    options: Options,
    shutdown: impl Future<Output = ()>,
) {
    let grace = options.grace;
    let places = Arc::new(Semaphore::new(options.connections));
    let turns = Arc::new(Semaphore::new(options.workers));
    let tls = options.tls.clone().map(TlsAcceptor::from);
    let desk = Arc::new(Desk { calls, options, metrics: Metrics::default(), turns });
    let router = router(Arc::clone(&desk));
    let (end, ending) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener, &places) => accepted,
        };
        while connections.try_join_next().is_some() {}
        let Some((stream, peer, place)) = accepted else {
            sleep(PAUSE).await;
            continue;
        };
        let (tls, router, desk, ending) = (tls.clone(), router.clone(), Arc::clone(&desk), ending.clone());
        connections.spawn(async move {
            desk.metrics.opened();
            one(stream, peer, tls, router, &desk.options, ending).await;
            desk.metrics.closed();
            drop(place);
        });
    }
    drop(listener);
    end.send_replace(true);
    let all = async { while connections.join_next().await.is_some() {} };
    if timeout(grace, all).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
}

type Place = tokio::sync::OwnedSemaphorePermit;

async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> Option<(TcpStream, SocketAddr, Place)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, place)),
        Err(error) => {
            tracing::warn!(%error, "no connection accepted");
            None
        }
    }
}

async fn one(
    stream: TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    router: Router,
    options: &Options,
    ending: watch::Receiver<bool>,
) {
    // Answers are written whole; waiting for more to send would only delay them.
    let _ = stream.set_nodelay(true);
    let router = router.layer(axum::Extension(Peer(peer.ip())));
    match tls {
        None => converse(stream, router, options, ending).await,
        Some(tls) => {
            if let Ok(Ok(stream)) = timeout(HANDSHAKE, tls.accept(stream)).await {
                converse(stream, router, options, ending).await;
            }
        }
    }
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    router: Router,
    options: &Options,
    mut ending: watch::Receiver<bool>,
) {
    let connection = http1::Builder::new()
        .auto_date_header(false)
        .timer(TokioTimer::new())
        .header_read_timeout(options.idle)
        .max_buf_size(HEAD_MAX.max(64 << 10))
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut connection = pin!(connection);
    tokio::select! {
        // Whoever is at the other end may go at any time.
        _ = connection.as_mut() => return,
        _ = ending.wait_for(|is_ending| *is_ending) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}
