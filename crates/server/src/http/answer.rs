//! Answers: CBOR bodies, and nothing about them but their length.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use lumbung_sync::wire::{self, Problem};

pub(super) fn cbor(message: Vec<u8>) -> Response {
    Response::new(Body::from(message))
}

pub(super) fn refusal(problem: &Problem) -> Response {
    let mut response = cbor(wire::encode(problem));
    *response.status_mut() =
        StatusCode::from_u16(problem.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

/// The rest of the body was not read: nothing more comes on this connection.
pub(super) fn last(mut response: Response) -> Response {
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

pub(super) fn text(status: StatusCode, text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; version=0.0.4");
    response.headers_mut().insert(header::CONTENT_TYPE, plain);
    response
}

/// A part of a blob: 206 with its place, or 200 where it is all.
pub(super) fn part(offset: u64, total: u64, part: Vec<u8>, is_asked: bool) -> Response {
    let end = (offset + part.len() as u64).saturating_sub(1);
    let is_whole = part.len() as u64 == total;
    let mut response = cbor(part);
    if is_asked || !is_whole {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        insert_range(&mut response, &format!("bytes {offset}-{end}/{total}"));
    }
    response
}

/// 416: there is nothing at this place.
pub(super) fn beyond(total: u64) -> Response {
    let mut response = cbor(Vec::new());
    *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
    insert_range(&mut response, &format!("bytes */{total}"));
    response
}

fn insert_range(response: &mut Response, range: &str) {
    if let Ok(value) = HeaderValue::from_str(range) {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
}
