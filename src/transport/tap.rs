//! The tap: sees every frame header of a connection, above TLS, and keeps the last ones; always on.
//!
//! Also here, because they sit in the same place: reading ahead, the keeper of the first raw bytes (below TLS), and the
//! rule that a failed write is kept from HTTP/2 so that the read side can say why the peer went away. The seam for a
//! full capture is [`Capture`].

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::FrameRecord;
use super::frames::{ACK, END_STREAM, Frame, Scanner, kind, looks_like_http2, settings};

/// How many frames a connection remembers. A unary call makes about six.
const REMEMBERED: usize = 4096;
/// h2 reads in pieces of 8 to 16 KB; one system call for 64 KB is measurably cheaper for large messages.
const READ_AHEAD: usize = 64 << 10;
/// So many full reads in a row, then other tasks get a turn: whoever takes messages out must be able to keep up.
const READS_IN_A_ROW: u32 = 8;
/// After a failed write, how long the read side may take to say why.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Takes every byte of a connection, for a view of all frames in full. Called on the connection's task: must not block.
pub trait Capture: Send + Sync {
    /// `bytes` passed, above TLS; `outgoing` is from us to the server. The first outgoing ones are HTTP/2's preface.
    fn bytes(&self, connection_id: u64, outgoing: bool, at: Instant, bytes: &[u8]);
}

/// What a GOAWAY said.
#[derive(Clone, Debug)]
pub(crate) struct GoAwaySeen {
    pub at: Instant,
    pub last_stream_id: u32,
    pub code: u32,
    pub debug: Bytes,
}

/// What the tap knows of its connection; outlives it.
pub(crate) struct TapLog {
    /// Zero of `last_read_us`.
    born: Instant,
    last_read_us: AtomicU64,
    /// No GOAWAY, end or error so far.
    healthy: AtomicBool,
    going_away: AtomicBool,
    state: Mutex<TapState>,
}

#[derive(Default)]
struct TapState {
    frames: VecDeque<FrameRecord>,
    settings: Option<(Instant, Vec<(u16, u32)>)>,
    goaway: Option<GoAwaySeen>,
    end: ReadEnd,
    write_error: Option<Arc<io::Error>>,
}

/// How reading ended.
#[derive(Clone, Debug, Default)]
pub(crate) enum ReadEnd {
    /// It has not.
    #[default]
    Open,
    /// The peer closed.
    Eof,
    /// It broke; inside may be a `rustls::Error`.
    Error(Arc<io::Error>),
}

impl std::fmt::Debug for TapLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TapLog").field("healthy", &self.healthy).finish_non_exhaustive()
    }
}

impl TapLog {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            born: Instant::now(),
            last_read_us: AtomicU64::new(0),
            healthy: AtomicBool::new(true),
            going_away: AtomicBool::new(false),
            state: Mutex::default(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, TapState> {
        // Nothing under this lock can leave the state half-changed, so a poisoned one is as good.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// No GOAWAY, end or error so far.
    pub fn healthy(&self) -> bool {
        self.healthy.load(Ordering::Acquire)
    }

    /// The server's SETTINGS and when they came.
    pub fn settings(&self) -> Option<(Instant, Vec<(u16, u32)>)> {
        self.lock().settings.clone()
    }

    /// The last GOAWAY.
    pub fn goaway(&self) -> Option<GoAwaySeen> {
        if self.going_away.load(Ordering::Acquire) { self.lock().goaway.clone() } else { None }
    }

    /// How reading ended.
    pub fn end(&self) -> ReadEnd {
        self.lock().end.clone()
    }

    /// The first failed write.
    pub fn write_error(&self) -> Option<Arc<io::Error>> {
        self.lock().write_error.clone()
    }

    /// When the peer's last byte came.
    pub fn last_read(&self) -> Instant {
        self.born + Duration::from_micros(self.last_read_us.load(Ordering::Relaxed))
    }

    /// The remembered frames of one stream and of the connection itself, oldest first.
    pub fn frames(&self, stream_id: u32) -> Vec<FrameRecord> {
        self.lock()
            .frames
            .iter()
            .filter(|frame| frame.stream_id == stream_id || frame.stream_id == 0)
            .cloned()
            .collect()
    }

    /// Whether a frame of this stream has left.
    pub fn has_sent(&self, stream_id: u32) -> bool {
        self.lock().frames.iter().rev().any(|frame| frame.outgoing && frame.stream_id == stream_id)
    }

    /// Whether our side of this stream has ended on the wire.
    pub fn has_finished_sending(&self, stream_id: u32) -> bool {
        let is_end = |frame: &FrameRecord| {
            frame.outgoing
                && frame.stream_id == stream_id
                && matches!(frame.kind, 0 | 1)
                && frame.flags & END_STREAM != 0
        };
        self.lock().frames.iter().rev().any(is_end)
    }

    fn record(&self, at: Instant, outgoing: bool, frames: Vec<Frame>) {
        let mut state = self.lock();
        for frame in frames {
            if frame.kind == kind::DATA && frame.flags & END_STREAM == 0 {
                continue;
            }
            if !outgoing && frame.kind == kind::SETTINGS && frame.flags & ACK == 0 && state.settings.is_none() {
                state.settings = Some((at, settings(&frame.payload)));
            }
            if !outgoing && frame.kind == kind::GOAWAY && frame.payload.len() >= 8 {
                let word = |i: usize| {
                    let p = &frame.payload;
                    u32::from_be_bytes([p[i], p[i + 1], p[i + 2], p[i + 3]])
                };
                state.goaway = Some(GoAwaySeen {
                    at,
                    last_stream_id: word(0) & 0x7fff_ffff,
                    code: word(4),
                    debug: Bytes::copy_from_slice(&frame.payload[8..]),
                });
                self.going_away.store(true, Ordering::Release);
                self.healthy.store(false, Ordering::Release);
            }
            if state.frames.len() == REMEMBERED {
                state.frames.pop_front();
            }
            let Frame { kind, flags, stream_id, length, payload } = frame;
            state.frames.push_back(FrameRecord { at, outgoing, kind, flags, stream_id, length, payload });
        }
    }

    fn ended(&self, end: ReadEnd) {
        self.healthy.store(false, Ordering::Release);
        let mut state = self.lock();
        if matches!(state.end, ReadEnd::Open) {
            state.end = end;
        }
    }

    fn write_failed(&self, error: io::Error) {
        self.healthy.store(false, Ordering::Release);
        let mut state = self.lock();
        if state.write_error.is_none() {
            state.write_error = Some(Arc::new(error));
        }
    }
}

/// The wrapper around a connection's plaintext IO.
pub(super) struct Tap<T> {
    inner: T,
    log: Arc<TapLog>,
    capture: Option<(u64, Arc<dyn Capture>)>,
    incoming: Scanner,
    outgoing: Scanner,
    ahead: Box<[u8]>,
    ahead_start: usize,
    ahead_end: usize,
    reads_in_a_row: u32,
    /// Set once a write failed: until then the read side may speak.
    last_words: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl<T> Tap<T> {
    pub fn new(inner: T, log: Arc<TapLog>, capture: Option<(u64, Arc<dyn Capture>)>) -> Self {
        Self {
            inner,
            log,
            capture,
            incoming: Scanner::new(false),
            outgoing: Scanner::new(true),
            ahead: vec![0; READ_AHEAD].into_boxed_slice(),
            ahead_start: 0,
            ahead_end: 0,
            reads_in_a_row: 0,
            last_words: None,
        }
    }

    fn write_failed(&mut self, error: io::Error) {
        self.log.write_failed(error);
        if self.last_words.is_none() {
            self.last_words = Some(Box::pin(tokio::time::sleep(LAST_WORDS)));
        }
    }

    fn wrote(&mut self, slices: &[io::IoSlice<'_>], written: usize) {
        let at = Instant::now();
        let mut frames = Vec::new();
        let mut left = written;
        for slice in slices {
            let part = &slice[..left.min(slice.len())];
            self.outgoing.feed(part, &mut |frame| frames.push(frame));
            if let Some((id, capture)) = &self.capture {
                capture.bytes(*id, true, at, part);
            }
            left -= part.len();
            if left == 0 {
                break;
            }
        }
        if !frames.is_empty() {
            self.log.record(at, true, frames);
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Tap<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.ahead_start == this.ahead_end {
            if this.reads_in_a_row >= READS_IN_A_ROW {
                this.reads_in_a_row = 0;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let mut ahead = ReadBuf::new(&mut this.ahead);
            match Pin::new(&mut this.inner).poll_read(cx, &mut ahead) {
                Poll::Pending => {
                    this.reads_in_a_row = 0;
                    if let Some(last_words) = &mut this.last_words {
                        ready!(last_words.as_mut().poll(cx));
                        return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
                    }
                    return Poll::Pending;
                }
                Poll::Ready(Err(error)) => {
                    let kind = error.kind();
                    this.log.ended(ReadEnd::Error(Arc::new(error)));
                    return Poll::Ready(Err(kind.into()));
                }
                Poll::Ready(Ok(())) => {}
            }
            let filled = ahead.filled().len();
            if filled == 0 {
                this.log.ended(ReadEnd::Eof);
                return Poll::Ready(Ok(()));
            }
            this.reads_in_a_row += 1;
            this.ahead_start = 0;
            this.ahead_end = filled;
            let at = Instant::now();
            let since_born = at.saturating_duration_since(this.log.born).as_micros();
            this.log.last_read_us.store(u64::try_from(since_born).unwrap_or(u64::MAX), Ordering::Relaxed);
            let mut frames = Vec::new();
            this.incoming.feed(&this.ahead[..filled], &mut |frame| {
                // Most frames of a stream are DATA, which nobody asks for: they are not even collected.
                if frame.kind != kind::DATA || frame.flags & END_STREAM != 0 {
                    frames.push(frame);
                }
            });
            if let Some((id, capture)) = &this.capture {
                capture.bytes(*id, false, at, &this.ahead[..filled]);
            }
            if !frames.is_empty() {
                this.log.record(at, false, frames);
            }
        }
        let take = buf.remaining().min(this.ahead_end - this.ahead_start);
        buf.put_slice(&this.ahead[this.ahead_start..this.ahead_start + take]);
        this.ahead_start += take;
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Tap<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[io::IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.last_words.is_none() {
            let result = match slices {
                [one] => ready!(Pin::new(&mut this.inner).poll_write(cx, one)),
                _ => ready!(Pin::new(&mut this.inner).poll_write_vectored(cx, slices)),
            };
            match result {
                Ok(written) => {
                    this.wrote(slices, written);
                    return Poll::Ready(Ok(written));
                }
                Err(error) => this.write_failed(error),
            }
        }
        // Nobody reads this any more; the read side will say why.
        Poll::Ready(Ok(slices.iter().map(|slice| slice.len()).sum()))
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.last_words.is_none()
            && let Err(error) = ready!(Pin::new(&mut this.inner).poll_flush(cx))
        {
            this.write_failed(error);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.last_words.is_some() {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut this.inner).poll_shutdown(cx)
    }
}

/// The first raw bytes of a peer, below TLS: they name what answered when nothing else can.
#[derive(Debug, Default)]
pub(super) struct FirstBytes(Mutex<Vec<u8>>);

impl FirstBytes {
    /// At most 64.
    pub fn get(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the peer said anything.
    pub fn any(&self) -> bool {
        !self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Whether it speaks HTTP/2 in plaintext; `None` while it has not said enough.
    pub fn http2(&self) -> Option<bool> {
        looks_like_http2(&self.get())
    }
}

/// The wrapper that fills [`FirstBytes`].
pub(super) struct Keeper<T> {
    inner: T,
    first: Arc<FirstBytes>,
    kept: usize,
}

impl<T> Keeper<T> {
    const MOST: usize = 64;

    pub fn new(inner: T, first: Arc<FirstBytes>) -> Self {
        Self { inner, first, kept: 0 }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Keeper<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.kept >= Self::MOST {
            return Pin::new(&mut this.inner).poll_read(cx, buf);
        }
        let before = buf.filled().len();
        ready!(Pin::new(&mut this.inner).poll_read(cx, buf))?;
        let new = &buf.filled()[before..];
        let new = &new[..new.len().min(Self::MOST - this.kept)];
        this.kept += new.len();
        this.first.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(new);
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Keeper<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}
