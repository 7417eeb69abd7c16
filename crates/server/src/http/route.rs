//! Which address is which call.

use super::Options;
use super::answer::{beyond, cbor, last, part, refusal, text};
use super::body::{Messages, Unread, is_too_large, pass, read};
use super::metrics::Metrics;
use crate::centre::{Bearer, Calls};
use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use lumbung_sync::wire::{self, BODY_MAX, Problem, ProblemCode};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// A genesis document with its name and keys, and room.
const ENROL_MAX: usize = 64 << 10;
const SESSION_MAX: usize = 4 << 10;
/// Most bytes of a body that is thrown away before its sender is refused.
const PASS_MAX: usize = BODY_MAX;
/// How long a request waits for its turn.
const TURN: Duration = Duration::from_secs(20);
/// A blob without a range: as much as one answer holds.
const WHOLE: u64 = u64::MAX;

pub(super) struct Desk<C> {
    pub(super) calls: Arc<C>,
    pub(super) options: Options,
    pub(super) metrics: Metrics,
    pub(super) turns: Arc<Semaphore>,
}

/// Who is at the other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) IpAddr);

pub(super) fn router<C: Calls>(desk: Arc<Desk<C>>) -> Router {
    Router::new()
        .route("/v1/sync", post(sync))
        .route("/v1/session", post(session))
        .route("/v1/enrol", post(enrol))
        .route("/v1/heads", get(heads))
        .route("/v1/relay", post(relay))
        .route("/v1/checkpoint", get(checkpoint))
        .route("/v1/blob/{hash}", get(blob))
        .route("/healthz", get(|| async { text(StatusCode::OK, "ok\n".to_owned()) }))
        .route("/metrics", get(metrics))
        .fallback(|| async { refusal(&problem(ProblemCode::NotFound, "no such call")) })
        .with_state(desk)
}

fn problem(code: ProblemCode, detail: &str) -> Problem {
    Problem { code, seq: None, wait_s: None, detail: detail.to_owned() }
}

impl<C: Calls> Desk<C> {
    /// Runs a call on a thread of its own, where it may compute and wait.
    async fn work<T, F>(self: &Arc<Self>, call: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: AsyncFnOnce(&C) -> Result<T, Problem> + Send + 'static,
    {
        let busy = || Problem { wait_s: Some(10), ..problem(ProblemCode::Busy, "too much at once") };
        let turn = timeout(TURN, Arc::clone(&self.turns).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(busy()) };
        let (calls, handle) = (Arc::clone(&self.calls), Handle::current());
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            handle.block_on(call(&calls))
        });
        done.await.unwrap_or_else(|error| {
            tracing::error!(%error, "a request came to no end");
            Err(problem(ProblemCode::Fault, "a fault of the centre"))
        })
    }

    fn bearer(&self, headers: &HeaderMap) -> Result<Bearer, Problem> {
        let token = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
            .ok_or_else(|| problem(ProblemCode::Session, "no session"))?;
        self.calls.bearer(token)
    }

    /// The body, or the refusal to be given for it.
    async fn body(&self, headers: &HeaderMap, body: Body, limit: usize) -> Result<Vec<u8>, Response> {
        if is_too_large(headers, limit) {
            return Err(unreadable(Unread::TooLarge));
        }
        read(body, limit, &self.options).await.map_err(unreadable)
    }

    /// Whose request it is. The token is looked at before the body is; who has none is let finish.
    async fn admitted(&self, headers: &HeaderMap, body: Body) -> Result<(Bearer, Body), Response> {
        match self.bearer(headers) {
            Ok(bearer) => Ok((bearer, body)),
            Err(refused) => {
                let response = refusal(&refused);
                let is_passed = !is_too_large(headers, PASS_MAX) && pass(body, PASS_MAX, &self.options).await;
                Err(if is_passed { response } else { last(response) })
            }
        }
    }

    /// A message of a call with a bearer: the token is looked at before the body is.
    async fn message<M>(&self, headers: &HeaderMap, body: Body) -> Result<(Bearer, M, usize), Response>
    where
        M: for<'b> minicbor::Decode<'b, ()>,
    {
        let (bearer, body) = self.admitted(headers, body).await?;
        let bytes = self.body(headers, body, BODY_MAX).await?;
        let message = decode(&bytes).map_err(|refused| refusal(&refused))?;
        Ok((bearer, message, bytes.len()))
    }

    /// Counts and logs an answer, and gives it.
    fn done(&self, call: &'static str, bytes_in: usize, began: Instant, response: Response) -> Response {
        let status = response.status().as_u16();
        let bytes_out = response.body().size_hint().exact().unwrap_or(0);
        self.metrics.request(call, status, bytes_in, bytes_out);
        let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        if status >= 400 {
            tracing::info!(call, status, bytes_in, bytes_out, micros, "refused");
        } else {
            tracing::debug!(call, status, bytes_in, bytes_out, micros, "answered");
        }
        response
    }
}

fn decode<M: for<'b> minicbor::Decode<'b, ()>>(bytes: &[u8]) -> Result<M, Problem> {
    wire::decode(bytes).map_err(|_| problem(ProblemCode::Malformed, "not a message of this protocol"))
}

fn encoded<M: minicbor::Encode<()>>(answer: Result<M, Problem>) -> Response {
    match answer {
        Ok(message) => cbor(wire::encode(&message)),
        Err(refused) => refusal(&refused),
    }
}

/// A body holds one message or several. Each is taken when it has come, so that a line that breaks in the middle
/// has brought what it brought; the answer is that to the last one, or to the first that is refused.
async fn sync<C: Calls>(State(desk): State<Arc<Desk<C>>>, request: Request) -> Response {
    let (began, (head, body)) = (Instant::now(), request.into_parts());
    let (bearer, body) = match desk.admitted(&head.headers, body).await {
        Ok(admitted) => admitted,
        Err(response) => return desk.done("sync", 0, began, response),
    };
    if is_too_large(&head.headers, BODY_MAX) {
        return desk.done("sync", 0, began, unreadable(Unread::TooLarge));
    }
    let mut messages = Messages::of(body, BODY_MAX, &desk.options);
    let (mut bytes, mut answer) = (0, Err(problem(ProblemCode::Malformed, "an empty body")));
    loop {
        let message = match messages.next().await {
            Ok(Some(message)) => message,
            Ok(None) => break,
            Err(unread) => return desk.done("sync", bytes, began, unreadable(unread)),
        };
        bytes += message.len();
        let message = match decode::<wire::SyncRequest>(&message) {
            Ok(message) => message,
            Err(refused) => {
                answer = Err(refused);
                break;
            }
        };
        let (read, has_batch) = (Instant::now(), message.batch.is_some());
        answer = desk.work(async move |calls: &C| calls.sync(bearer, message).await).await;
        if has_batch {
            desk.metrics.batch(read.elapsed());
        }
        if answer.is_err() {
            break;
        }
    }
    let is_refused = answer.is_err();
    let response = encoded(answer);
    let is_whole = !is_refused || pass(messages.rest(), PASS_MAX, &desk.options).await;
    desk.done("sync", bytes, began, if is_whole { response } else { last(response) })
}

fn unreadable(unread: Unread) -> Response {
    last(refusal(&match unread {
        Unread::TooLarge => problem(ProblemCode::TooLarge, "a body beyond the limit"),
        Unread::Broken => problem(ProblemCode::Malformed, "the body broke off"),
    }))
}

async fn relay<C: Calls>(State(desk): State<Arc<Desk<C>>>, request: Request) -> Response {
    let (began, (head, body)) = (Instant::now(), request.into_parts());
    let (bearer, message, bytes) = match desk.message::<wire::RelayRequest>(&head.headers, body).await {
        Ok(message) => message,
        Err(response) => return desk.done("relay", 0, began, response),
    };
    let answer = desk.work(async move |calls: &C| calls.relay(bearer, message).await).await;
    desk.done("relay", bytes, began, encoded(answer))
}

async fn session<C: Calls>(State(desk): State<Arc<Desk<C>>>, request: Request) -> Response {
    let (began, (head, body)) = (Instant::now(), request.into_parts());
    let bytes = match desk.body(&head.headers, body, SESSION_MAX).await {
        Ok(bytes) => bytes,
        Err(response) => return desk.done("session", 0, began, response),
    };
    let answer = match decode(&bytes) {
        Ok(message) => desk.work(async move |calls: &C| calls.session(message).await).await,
        Err(refused) => Err(refused),
    };
    desk.done("session", bytes.len(), began, encoded(answer))
}

async fn enrol<C: Calls>(State(desk): State<Arc<Desk<C>>>, request: Request) -> Response {
    let (began, (head, body)) = (Instant::now(), request.into_parts());
    let peer = head.extensions.get::<Peer>().copied();
    let address = address(peer, &head.headers, desk.options.is_forwarded);
    let bytes = match desk.body(&head.headers, body, ENROL_MAX).await {
        Ok(bytes) => bytes,
        Err(response) => return desk.done("enrol", 0, began, response),
    };
    let answer = match decode(&bytes) {
        Ok(message) => desk.work(async move |calls: &C| calls.enrol(&address, message).await).await,
        Err(refused) => Err(refused),
    };
    desk.done("enrol", bytes.len(), began, encoded(answer))
}

async fn heads<C: Calls>(State(desk): State<Arc<Desk<C>>>, headers: HeaderMap) -> Response {
    let began = Instant::now();
    let answer = match desk.bearer(&headers) {
        Ok(bearer) => desk.work(async move |calls: &C| calls.heads(bearer).await).await,
        Err(refused) => Err(refused),
    };
    desk.done("heads", 0, began, encoded(answer))
}

async fn checkpoint<C: Calls>(
    State(desk): State<Arc<Desk<C>>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let began = Instant::now();
    let level = query.as_deref().and_then(|query| query.strip_prefix("level=")?.parse().ok()).unwrap_or(0);
    let answer = match desk.bearer(&headers) {
        Ok(bearer) => desk.work(async move |calls: &C| calls.checkpoint(bearer, level).await).await,
        Err(refused) => Err(refused),
    };
    desk.done("checkpoint", 0, began, encoded(answer))
}

async fn blob<C: Calls>(
    State(desk): State<Arc<Desk<C>>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let began = Instant::now();
    let range = headers.get(header::RANGE).and_then(|value| range(value.to_str().ok()?));
    let (offset, length) = range.unwrap_or((0, WHOLE));
    let answer = match (desk.bearer(&headers), hash_of(&name)) {
        (Ok(bearer), Some(hash)) => {
            desk.work(async move |calls: &C| calls.blob(bearer, hash, offset, length).await).await
        }
        (Ok(_), None) => Err(problem(ProblemCode::NotFound, "no such blob")),
        (Err(refused), _) => Err(refused),
    };
    let response = match answer {
        Ok((total, _)) if offset >= total => beyond(total),
        Ok((total, bytes)) => part(offset, total, bytes, range.is_some()),
        Err(refused) => refusal(&refused),
    };
    desk.done("blob", 0, began, response)
}

async fn metrics<C: Calls>(State(desk): State<Arc<Desk<C>>>) -> Response {
    text(StatusCode::OK, desk.metrics.write(desk.calls.tally()))
}

/// `bytes=from-` and `bytes=from-to` as offset and length; other ranges are as none.
fn range(value: &str) -> Option<(u64, u64)> {
    let (from, to) = value.strip_prefix("bytes=")?.split_once('-')?;
    let from: u64 = from.parse().ok()?;
    if to.is_empty() {
        return Some((from, WHOLE));
    }
    let to: u64 = to.parse().ok()?;
    Some((from, to.checked_sub(from)?.saturating_add(1)))
}

fn hash_of(name: &str) -> Option<[u8; 32]> {
    if name.len() != 64 || !name.is_ascii() {
        return None;
    }
    let mut hash = [0; 32];
    for (at, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(name.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(hash)
}

/// Who is counted for wrong codes. Of IPv6 the network: whoever has one has all its addresses.
fn address(peer: Option<Peer>, headers: &HeaderMap, is_forwarded: bool) -> String {
    let forwarded = || {
        let value = headers.get("x-forwarded-for")?.to_str().ok()?;
        value.rsplit(',').next()?.trim().parse::<IpAddr>().ok()
    };
    let ip = if is_forwarded { forwarded() } else { None }.or(peer.map(|peer| peer.0));
    match ip.map(|ip| ip.to_canonical()) {
        Some(IpAddr::V6(ip)) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
        Some(IpAddr::V4(ip)) => ip.to_string(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_or_ignored() {
        for (text, expected) in [
            ("bytes=0-", Some((0, WHOLE))),
            ("bytes=5-9", Some((5, 5))),
            ("bytes=9-5", None),
            ("bytes=-5", None),
            ("bytes=0-1,4-5", None),
            ("bytes=0-18446744073709551615", Some((0, WHOLE))),
            ("items=0-", None),
        ] {
            assert_eq!(range(text), expected, "{text}");
        }
    }

    #[test]
    fn addresses_are_those_of_the_line() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "9.9.9.9, 1.2.3.4".parse().unwrap());
        let peer = Some(Peer("2001:db8:1:2:3::4".parse().unwrap()));
        assert_eq!(address(peer, &headers, false), "2001:db8:1:2");
        assert_eq!(address(peer, &headers, true), "1.2.3.4");
        assert_eq!(address(Some(Peer("::ffff:1.2.3.4".parse().unwrap())), &headers, false), "1.2.3.4");
    }
}
