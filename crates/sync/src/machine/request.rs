//! What is put on the line.

use crate::wire::BODY_MAX;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    Get,
    Post,
}

/// A request, whatever carries it. Every one may be sent twice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    pub method: Method,
    /// Begins with `/v1/`.
    pub path: String,
    /// For `Authorization: Bearer`.
    pub token: Option<String>,
    /// First and last byte wanted, for `Range: bytes=`.
    pub range: Option<(u64, u64)>,
    pub body: Vec<u8>,
    /// Largest answer that is read, in bytes; beyond it the answer is none of ours.
    pub answer_max: usize,
}

impl Request {
    pub(crate) fn get(path: impl Into<String>, token: Option<&str>) -> Self {
        Self {
            method: Method::Get,
            path: path.into(),
            token: token.map(str::to_owned),
            range: None,
            body: Vec::new(),
            answer_max: BODY_MAX,
        }
    }

    pub(crate) fn post(path: &str, token: Option<&str>, body: Vec<u8>) -> Self {
        Self { method: Method::Post, body, ..Self::get(path, token) }
    }
}
