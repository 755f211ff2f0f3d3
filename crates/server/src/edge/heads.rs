//! Reads along with hyper, which takes a bare line feed for a line's end: which request of a connection has one in its head.
//!
//! A proxy in front may take such a head for another one than the server does, and so a part of it for a request of its
//! own. Bodies are passed over by their length, so that the next head is found; no byte is kept but the start of a line.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes of a line that are looked at: room for a length or a coding with its name.
const LINE_BYTES_MAX: usize = 64;

/// What was read of a connection so far.
#[derive(Debug, Default)]
pub(super) struct Heads {
    at: At,
    line: Vec<u8>,
    last: u8,
    /// The head that is read has a line.
    begun: bool,
    body: u64,
    chunked: bool,
    ended: usize,
    /// Number of the first request with a bare line feed, from 0.
    bad: Option<usize>,
}

/// Where in the stream the next byte stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum At {
    #[default]
    Head,
    /// In a body with so many bytes left.
    Body(u64),
    ChunkLine,
    /// In a chunk with so many bytes left, its line end included.
    Chunk(u64),
    /// Behind the last chunk.
    Trailers,
}

impl Heads {
    /// Whether the request of this number, from 0, or one before it has a bare line feed in its head.
    pub(super) fn is_bad(&self, number: usize) -> bool {
        self.bad.is_some_and(|bad| bad <= number)
    }

    fn read(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            match self.at {
                At::Body(left) | At::Chunk(left) => {
                    let passed = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                    bytes = &bytes[passed..];
                    let left = left - passed as u64;
                    self.at = match self.at {
                        At::Chunk(_) if left == 0 => At::ChunkLine,
                        At::Chunk(_) => At::Chunk(left),
                        _ if left == 0 => At::Head,
                        _ => At::Body(left),
                    };
                }
                _ => {
                    self.read_byte(bytes[0]);
                    bytes = &bytes[1..];
                }
            }
        }
    }

    fn read_byte(&mut self, byte: u8) {
        let last = std::mem::replace(&mut self.last, byte);
        if byte != b'\n' {
            if byte != b'\r' && self.line.len() < LINE_BYTES_MAX {
                self.line.push(byte.to_ascii_lowercase());
            }
            return;
        }
        let line = std::mem::take(&mut self.line);
        match self.at {
            At::Head => {
                if last != b'\r' {
                    self.bad.get_or_insert(self.ended);
                }
                self.end_head_line(&line);
            }
            At::ChunkLine => {
                let size =
                    line.split(|byte| *byte == b';').next().and_then(|size| std::str::from_utf8(size).ok());
                let size = size.and_then(|size| u64::from_str_radix(size.trim(), 16).ok()).unwrap_or(0);
                self.at = if size == 0 { At::Trailers } else { At::Chunk(size.saturating_add(2)) };
            }
            At::Trailers if line.is_empty() => self.at = At::Head,
            _ => {}
        }
    }

    fn end_head_line(&mut self, line: &[u8]) {
        if let Some(length) = line.strip_prefix(b"content-length:") {
            let length = std::str::from_utf8(length).ok().and_then(|length| length.trim().parse().ok());
            self.body = length.unwrap_or(0);
        } else if line.starts_with(b"transfer-encoding:") {
            self.chunked = true;
        }
        if !line.is_empty() {
            self.begun = true;
        } else if std::mem::take(&mut self.begun) {
            self.ended += 1;
            let (body, chunked) = (std::mem::take(&mut self.body), std::mem::take(&mut self.chunked));
            self.at = if chunked {
                At::ChunkLine
            } else if body > 0 {
                At::Body(body)
            } else {
                At::Head
            };
        }
    }
}

/// A connection whose heads are read along.
pub(super) struct ReadAlong<S> {
    inner: S,
    heads: Arc<Mutex<Heads>>,
}

impl<S> ReadAlong<S> {
    pub(super) fn new(inner: S, heads: Arc<Mutex<Heads>>) -> ReadAlong<S> {
        ReadAlong { inner, heads }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ReadAlong<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.inner).poll_read(cx, buffer);
        if let Poll::Ready(Ok(())) = read {
            let new = buffer.filled().get(before..).unwrap_or_default();
            self.heads.lock().unwrap_or_else(PoisonError::into_inner).read(new);
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for ReadAlong<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first bad request of a stream, read whole and byte by byte.
    fn first_bad(stream: &str) -> Option<usize> {
        let (mut whole, mut single) = (Heads::default(), Heads::default());
        whole.read(stream.as_bytes());
        stream.bytes().for_each(|byte| single.read(&[byte]));
        assert_eq!(whole.bad, single.bad, "{stream:?}");
        whole.bad
    }

    #[test]
    fn the_first_head_with_a_bare_line_feed_is_found_behind_bodies_of_every_kind() {
        let good = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
        let posted = "POST / HTTP/1.1\r\nContent-Length: 7\r\nhost: x\r\n\r\na\nb\n\n\nc";
        let chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\na\nb\r\n0\r\n\r\n";
        assert_eq!(first_bad(&[good, posted, chunked, good].concat()), None);
        for bad in [
            "GET / HTTP/1.1\nhost: x\r\n\r\n",
            "GET / HTTP/1.1\r\nhost: x\n\r\n",
            "GET / HTTP/1.1\r\nhost: x\r\n\n",
        ] {
            assert_eq!(first_bad(bad), Some(0), "{bad:?}");
            assert_eq!(first_bad(&[good, posted, chunked, bad].concat()), Some(3), "{bad:?}");
        }
    }
}
