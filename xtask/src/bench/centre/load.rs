//! Devices that push: each on its own kept connection, one request in flight, as tills do.

use anyhow::{Context, Result, bail};
use lumbung_server::centre::Rules;
use lumbung_sync::Run;
use lumbung_sync::recode::{Form, pack};
use lumbung_sync::wire::{Condition, Cursor, PROTOCOL, SyncAnswer, SyncRequest, decode, encode};
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A request ready to go out, and what its answer must acknowledge.
#[derive(Debug, Clone)]
pub(crate) struct Push {
    pub(crate) bytes: Vec<u8>,
    pub(crate) acked_seq: u64,
    pub(crate) documents: u64,
}

/// `POST /v1/sync` with this run as its batch, and no page asked for.
pub(crate) fn push(run: &Run, token: &str) -> Push {
    let batch = pack(std::slice::from_ref(run), Form::Columns(lumbung_posting::LEVEL), 3, &Rules);
    let head = &run.head.head;
    let mut head_mark = [0; 8];
    head_mark.copy_from_slice(&head.hash.0[..8]);
    let body = encode(&SyncRequest {
        protocol: PROTOCOL,
        level: lumbung_posting::LEVEL,
        epoch: [0; 8],
        cursor: Cursor::default(),
        head_seq: head.seq,
        head_mark,
        condition: Condition::Sound,
        page_documents: 0,
        batch: Some(batch.into()),
    });
    let mut bytes = format!(
        "POST /v1/sync HTTP/1.1\r\nhost: centre\r\nauthorization: Bearer {token}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(&body);
    Push { bytes, acked_seq: head.seq, documents: run.documents.len() as u64 }
}

#[derive(Debug)]
pub(crate) struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Line {
    pub(crate) async fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(4_096) })
    }

    /// Milliseconds until the acknowledgement.
    pub(crate) async fn send(&mut self, push: &Push) -> Result<f64> {
        let began = Instant::now();
        self.stream.write_all(&push.bytes).await?;
        let (status, body) = self.answer().await?;
        let took = began.elapsed().as_secs_f64() * 1e3;
        if status != 200 {
            bail!("the centre answered {status}");
        }
        let answer: SyncAnswer = decode(&body).context("an answer to a sync")?;
        if answer.acked_seq < push.acked_seq {
            bail!("acknowledged {} of {}", answer.acked_seq, push.acked_seq);
        }
        Ok(took)
    }

    async fn answer(&mut self) -> Result<(u16, Vec<u8>)> {
        self.buffer.clear();
        loop {
            if let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.buffer[..end]).to_ascii_lowercase();
                let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).context("a status")?;
                let length: usize = head
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok())
                    .unwrap_or(0);
                let mut body = self.buffer.split_off(end + 4);
                while body.len() < length {
                    if self.stream.read_buf(&mut body).await? == 0 {
                        bail!("the connection was closed");
                    }
                }
                return Ok((status, body));
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the connection was closed");
            }
        }
    }
}
