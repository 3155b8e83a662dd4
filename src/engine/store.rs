//! The messages of one call in the order in which they passed: recent ones in memory, older ones in unnamed files, none
//! lost.
//!
//! Bytes only; nothing is decoded here. What stays in memory does not grow with the number of messages: 8 MiB of their
//! bytes and the facts of some 16,000 of them. If the disk refuses, they stay in memory.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::Direction;
use crate::call::MessageRecord;

/// What is kept in memory before older messages go to disk. One message larger than this stays in memory until the
/// next comes.
const MEMORY_BYTES: usize = 8 << 20;
/// What a message costs besides its bytes, about.
const MESSAGE_COST: usize = 96;
/// A smaller message is copied: as it came it may hold a buffer that is many times larger.
const COPIED_BYTES: usize = 16 << 10;
/// So many facts go to disk at once; twice as many are in memory at most.
const FACTS_AT_ONCE: usize = 8 << 10;
/// A message's facts on disk.
const FACTS_BYTES: usize = 32;

/// What is known of a message besides its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) direction: Direction,
    /// From 0 within its direction.
    pub(super) index: u64,
    pub(super) at: Instant,
    /// Bytes, uncompressed.
    pub(super) size: u64,
    /// Bytes on the wire.
    pub(super) wire_size: u64,
    pub(super) compressed: bool,
    /// Where its bytes begin, counted over all messages of the call.
    offset: u64,
}

impl Facts {
    fn to_bytes(self, began: Instant) -> [u8; FACTS_BYTES] {
        let at_ns = u64::try_from(self.at.saturating_duration_since(began).as_nanos()).unwrap_or(u64::MAX);
        let sent = u64::from(self.direction == Direction::Sent);
        let flags = (self.index << 2) | (u64::from(self.compressed) << 1) | sent;
        // gRPC's length prefix has four bytes.
        let short = |size: u64| u64::from(u32::try_from(size).unwrap_or(u32::MAX));
        let sizes = short(self.size) | (short(self.wire_size) << 32);
        let mut bytes = [0; FACTS_BYTES];
        for (part, number) in bytes.chunks_exact_mut(8).zip([self.offset, at_ns, flags, sizes]) {
            part.copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    fn from_bytes(bytes: &[u8], began: Instant) -> Self {
        let number = |at: usize| {
            let part = bytes.get(at * 8..at * 8 + 8).and_then(|part| part.try_into().ok());
            u64::from_le_bytes(part.unwrap_or_default())
        };
        let (flags, sizes) = (number(2), number(3));
        Self {
            direction: if flags & 1 == 1 { Direction::Sent } else { Direction::Received },
            index: flags >> 2,
            at: began + Duration::from_nanos(number(1)),
            size: sizes & u64::from(u32::MAX),
            wire_size: sizes >> 32,
            compressed: flags & 2 == 2,
            offset: number(0),
        }
    }

    /// Messages of `direction` up to and with this one, which is at `position`.
    fn lane_with(&self, position: u64, direction: Direction) -> u64 {
        if self.direction == direction { self.index + 1 } else { position.saturating_sub(self.index) }
    }
}

/// Keeps every message of a call by its position: from 0, both directions in the order in which they passed.
#[derive(Debug)]
pub(super) struct MessageStore {
    began: Instant,
    length: u64,
    /// Facts of the newest messages; those before are in the file.
    facts: VecDeque<Facts>,
    facts_file: Option<File>,
    /// Bytes of the newest messages; those before are in the file.
    recent: VecDeque<Bytes>,
    memory_bytes: usize,
    data_file: Option<File>,
    data_end: u64,
    disk_refused: bool,
}

impl Default for MessageStore {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            length: 0,
            facts: VecDeque::new(),
            facts_file: None,
            recent: VecDeque::new(),
            memory_bytes: 0,
            data_file: None,
            data_end: 0,
            disk_refused: false,
        }
    }
}

impl MessageStore {
    /// Adds the next message.
    pub(super) fn push(&mut self, direction: Direction, record: MessageRecord) {
        let size = record.data.len() as u64;
        self.facts.push_back(Facts {
            direction,
            index: record.index,
            at: record.at,
            size,
            wire_size: record.wire_size,
            compressed: record.compressed,
            offset: self.data_end,
        });
        self.data_end += size;
        self.length += 1;
        let data = record.data;
        let data = if data.len() < COPIED_BYTES { Bytes::copy_from_slice(&data) } else { data };
        self.memory_bytes += data.len();
        self.recent.push_back(data);
        if self.disk_refused {
            return;
        }
        // Where the disk refuses (full, read-only), the rest of this call stays in memory: nothing is lost.
        if self.memory_bytes + self.recent.len() * MESSAGE_COST > MEMORY_BYTES {
            self.disk_refused = self.spill_data().is_err();
        }
        if self.facts.len() >= 2 * FACTS_AT_ONCE {
            self.disk_refused |= self.spill_facts().is_err();
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> u64 {
        self.length
    }

    /// The facts of some messages, as far as there are such.
    pub(super) fn facts(&mut self, range: Range<u64>) -> std::io::Result<Vec<Facts>> {
        let end = range.end.min(self.length);
        let in_memory = self.length - self.facts.len() as u64;
        let mut found = Vec::new();
        let mut from = range.start;
        if from < end.min(in_memory) {
            let upto = end.min(in_memory);
            let count = usize::try_from(upto - from).map_err(std::io::Error::other)?;
            let mut block = vec![0; count * FACTS_BYTES];
            let file = self.facts_file.as_mut().ok_or_else(gone)?;
            file.seek(SeekFrom::Start(from * FACTS_BYTES as u64))?;
            file.read_exact(&mut block)?;
            found.extend(block.chunks_exact(FACTS_BYTES).map(|bytes| Facts::from_bytes(bytes, self.began)));
            from = upto;
        }
        if from < end {
            let skip = usize::try_from(from - in_memory).map_err(std::io::Error::other)?;
            let count = usize::try_from(end - from).map_err(std::io::Error::other)?;
            found.extend(self.facts.iter().skip(skip).take(count));
        }
        Ok(found)
    }

    /// One message's facts.
    pub(super) fn fact(&mut self, position: u64) -> std::io::Result<Option<Facts>> {
        let in_memory = self.length - self.facts.len() as u64;
        if let Some(index) = position.checked_sub(in_memory) {
            return Ok(usize::try_from(index).ok().and_then(|index| self.facts.get(index)).copied());
        }
        Ok(self.facts(position..position + 1)?.pop())
    }

    /// The bytes of the message at `position`, whose facts these are.
    pub(super) fn data(&mut self, position: u64, facts: &Facts) -> std::io::Result<Bytes> {
        let in_memory = self.length - self.recent.len() as u64;
        if let Some(index) = position.checked_sub(in_memory) {
            let found = usize::try_from(index).ok().and_then(|index| self.recent.get(index));
            return found.cloned().ok_or_else(gone);
        }
        let file = self.data_file.as_mut().ok_or_else(gone)?;
        file.seek(SeekFrom::Start(facts.offset))?;
        let mut data = vec![0; usize::try_from(facts.size).map_err(std::io::Error::other)?];
        file.read_exact(&mut data)?;
        Ok(data.into())
    }

    /// One message by its number within its direction; `None` if there is none of that number, an error if the disk
    /// gave up.
    pub(super) fn get(&mut self, direction: Direction, index: u64) -> Option<std::io::Result<Bytes>> {
        match self.position_of(direction, index) {
            Ok(None) => None,
            Ok(Some(position)) => match self.fact(position) {
                Ok(facts) => Some(self.data(position, &facts?)),
                Err(error) => Some(Err(error)),
            },
            Err(error) => Some(Err(error)),
        }
    }

    /// Where the message of this number within its direction stands.
    pub(super) fn position_of(&mut self, direction: Direction, index: u64) -> std::io::Result<Option<u64>> {
        // How many of a direction have passed only grows, so that halving finds the place where it reaches the number.
        let (mut low, mut high) = (index, self.length);
        while low < high {
            let middle = u64::midpoint(low, high);
            let Some(facts) = self.fact(middle)? else { return Ok(None) };
            if facts.lane_with(middle, direction) > index {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok((low < self.length).then_some(low))
    }

    /// Moves the older half of the bytes to disk, in one write.
    fn spill_data(&mut self) -> std::io::Result<()> {
        let all = self.recent.len();
        let mut cost = self.memory_bytes + all * MESSAGE_COST;
        let (mut moved, mut moved_bytes) = (0, 0);
        for data in self.recent.iter().take(all.saturating_sub(1)) {
            if cost <= MEMORY_BYTES / 2 {
                break;
            }
            cost -= data.len() + MESSAGE_COST;
            moved_bytes += data.len();
            moved += 1;
        }
        let mut block = Vec::with_capacity(moved_bytes);
        for data in self.recent.iter().take(moved) {
            block.extend_from_slice(data);
        }
        // What is in memory ends where all ends.
        let start = self.data_end - self.memory_bytes as u64;
        append(&mut self.data_file, start, &block)?;
        self.memory_bytes -= moved_bytes;
        self.recent.drain(..moved);
        Ok(())
    }

    /// Moves the older half of the facts to disk, in one write.
    fn spill_facts(&mut self) -> std::io::Result<()> {
        let start = (self.length - self.facts.len() as u64) * FACTS_BYTES as u64;
        let mut block = Vec::with_capacity(FACTS_AT_ONCE * FACTS_BYTES);
        for facts in self.facts.iter().take(FACTS_AT_ONCE) {
            block.extend_from_slice(&facts.to_bytes(self.began));
        }
        append(&mut self.facts_file, start, &block)?;
        self.facts.drain(..FACTS_AT_ONCE.min(self.facts.len()));
        Ok(())
    }
}

fn gone() -> std::io::Error {
    std::io::Error::other("the file of older messages is gone")
}

fn append(slot: &mut Option<File>, at: u64, block: &[u8]) -> std::io::Result<()> {
    let mut file = match slot.take() {
        Some(file) => file,
        None => tempfile::tempfile()?,
    };
    let written = file.seek(SeekFrom::Start(at)).and_then(|_| file.write_all(block));
    *slot = Some(file);
    written
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Direction, FACTS_AT_ONCE, MEMORY_BYTES, MessageStore};
    use crate::call::MessageRecord;

    fn record(index: u64, at: Instant, data: Vec<u8>) -> MessageRecord {
        let size = data.len() as u64;
        MessageRecord { at, index, size, wire_size: size / 2, compressed: index.is_multiple_of(3), data: data.into() }
    }

    #[test]
    fn old_messages_come_back_from_disk() {
        let mut store = MessageStore::default();
        let now = Instant::now();
        let size = MEMORY_BYTES / 8;
        for number in 0u8..40 {
            store.push(Direction::Received, record(number.into(), now, vec![number; size]));
            store.push(Direction::Sent, record(number.into(), now, vec![number]));
        }
        assert!(store.memory_bytes <= MEMORY_BYTES + size, "memory stays bounded");
        for number in 0u8..40 {
            let data = store.get(Direction::Received, u64::from(number)).map(Result::ok);
            assert_eq!(data, Some(Some(vec![number; size].into())));
        }
        assert!(store.get(Direction::Received, 40).is_none());
        assert_eq!(store.get(Direction::Sent, 39).map(Result::ok), Some(Some(vec![39].into())));
    }

    #[test]
    fn facts_of_many_messages_are_found_by_place_and_by_number() {
        let mut store = MessageStore::default();
        let began = store.began;
        let all = 5 * FACTS_AT_ONCE as u64 / 2;
        let is_sent = |position: u64| position % 7 == 3;
        let (mut sent, mut received) = (0, 0);
        let mut sent_at = Vec::new();
        for position in 0..all {
            let at = began + Duration::from_micros(position);
            let (direction, lane) =
                if is_sent(position) { (Direction::Sent, &mut sent) } else { (Direction::Received, &mut received) };
            if direction == Direction::Sent {
                sent_at.push(position);
            }
            store.push(direction, record(*lane, at, position.to_le_bytes()[..3].to_vec()));
            *lane += 1;
        }
        assert!(store.facts.len() < 2 * FACTS_AT_ONCE, "facts go to disk too");
        for position in [0, 1, 3, 4, FACTS_AT_ONCE as u64 - 1, FACTS_AT_ONCE as u64, all - 1] {
            let facts = store.fact(position).ok().flatten();
            let Some(facts) = facts else { unreachable!("{position} is lost") };
            assert_eq!(facts.direction == Direction::Sent, is_sent(position));
            assert_eq!((facts.at - began, facts.size), (Duration::from_micros(position), 3));
            assert_eq!((facts.wire_size, facts.compressed), (1, facts.index.is_multiple_of(3)));
            assert_eq!(store.position_of(facts.direction, facts.index).ok(), Some(Some(position)));
        }
        for (index, position) in sent_at.iter().enumerate().step_by(501) {
            assert_eq!(store.position_of(Direction::Sent, index as u64).ok(), Some(Some(*position)));
        }
        assert_eq!(store.position_of(Direction::Sent, sent).ok(), Some(None));
        // Across the border between disk and memory.
        let border = FACTS_AT_ONCE as u64;
        let across = store.facts(border - 2..border + 2).unwrap_or_default();
        let found: Vec<u64> = across.iter().map(|facts| (facts.at - began).as_micros() as u64).collect();
        assert_eq!(found, [border - 2, border - 1, border, border + 1]);
        assert!(store.facts(all..all + 5).is_ok_and(|none| none.is_empty()));
    }
}
