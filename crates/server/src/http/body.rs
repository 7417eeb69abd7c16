//! Reading a body: up to a limit, within a time, and never waiting for somebody who sends nothing.

use super::Options;
use axum::body::Body;
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt as _;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// Why there is no body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unread {
    TooLarge,
    /// Too slow, or cut off.
    Broken,
}

/// A claimed length beyond the limit is refused before anything is read.
pub(super) fn is_too_large(headers: &HeaderMap, limit: usize) -> bool {
    let length =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    length.is_some_and(|length| length > limit as u64)
}

/// The whole body, at most `limit` bytes of it held.
pub(super) async fn read(mut body: Body, limit: usize, options: &Options) -> Result<Vec<u8>, Unread> {
    let until = Instant::now() + options.body;
    let mut bytes = Vec::new();
    loop {
        let next = Instant::now() + options.stall;
        match timeout_at(next.min(until), body.frame()).await {
            Ok(None) => return Ok(bytes),
            Ok(Some(Ok(frame))) => {
                let Some(data) = frame.data_ref() else { continue };
                if bytes.len() + data.len() > limit {
                    return Err(Unread::TooLarge);
                }
                bytes.extend_from_slice(data);
            }
            Ok(Some(Err(_))) | Err(_) => return Err(Unread::Broken),
        }
    }
}

/// Most messages of one body: a whole portion in slices, and room.
const MESSAGES_MAX: usize = 256;

/// A body that is taken message by message, as they come.
pub(super) struct Messages {
    body: Body,
    held: Vec<u8>,
    /// With fewer bytes another look finds no more than the last one did: a body of crumbs is not read over and
    /// over.
    look_at: usize,
    /// Bytes and items that may still come.
    left: usize,
    items_left: usize,
    until: Instant,
    stall: Duration,
    has_ended: bool,
}

impl Messages {
    pub(super) fn of(body: Body, limit: usize, options: &Options) -> Self {
        let until = Instant::now() + options.body;
        Self {
            body,
            held: Vec::new(),
            look_at: 0,
            left: limit,
            items_left: MESSAGES_MAX,
            until,
            stall: options.stall,
            has_ended: false,
        }
    }

    /// The next whole CBOR item; at the end what is left, once, even where it is none.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<u8>>, Unread> {
        loop {
            if self.has_ended || self.held.len() >= self.look_at {
                if let Some(end) = whole_item(&self.held) {
                    self.items_left = self.items_left.checked_sub(1).ok_or(Unread::TooLarge)?;
                    self.look_at = 0;
                    let rest = self.held.split_off(end);
                    return Ok(Some(std::mem::replace(&mut self.held, rest)));
                }
                self.look_at = self.held.len() + self.held.len() / 8 + 1;
            }
            if self.has_ended {
                let rest = std::mem::take(&mut self.held);
                return Ok((!rest.is_empty()).then_some(rest));
            }
            let next = Instant::now() + self.stall;
            match timeout_at(next.min(self.until), self.body.frame()).await {
                Ok(None) => self.has_ended = true,
                Ok(Some(Ok(frame))) => {
                    let Some(data) = frame.data_ref() else { continue };
                    self.left = self.left.checked_sub(data.len()).ok_or(Unread::TooLarge)?;
                    self.held.extend_from_slice(data);
                }
                Ok(Some(Err(_))) | Err(_) => return Err(Unread::Broken),
            }
        }
    }

    /// What was not asked for, for [`pass`].
    pub(super) fn rest(self) -> Body {
        self.body
    }
}

/// Where the first item of `bytes` ends; `None` where it has not come whole.
fn whole_item(bytes: &[u8]) -> Option<usize> {
    let mut decoder = minicbor::Decoder::new(bytes);
    decoder.skip().ok().map(|()| decoder.position())
}

/// Lets a body pass by, so that its sender gets to read the answer: who cuts a sender off in the middle makes
/// the system throw the answer away. `false` where it goes on beyond the limit.
pub(super) async fn pass(mut body: Body, limit: usize, options: &Options) -> bool {
    let mut left = limit;
    let passing = async {
        while let Some(Ok(frame)) = body.frame().await {
            let Some(data) = frame.data_ref() else { continue };
            match left.checked_sub(data.len()) {
                Some(rest) => left = rest,
                None => return false,
            }
        }
        true
    };
    timeout(options.stall, passing).await.unwrap_or(false)
}
