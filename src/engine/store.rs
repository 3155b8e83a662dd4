//! The messages of one call: recent ones in memory, older ones in an unnamed file, none lost.
//!
//! Bytes only; nothing is decoded here. If the disk refuses, messages stay in memory.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

use bytes::Bytes;

use super::Direction;

/// What is kept in memory before older messages go to disk. A long stream of small messages costs this and 40 bytes a
/// message; one message larger than this stays in memory until the next comes.
const MEMORY_BYTES: usize = 16 << 20;

#[derive(Debug)]
enum Place {
    Memory(Bytes),
    Disk { offset: u64, length: usize },
}

/// Keeps every message of a call by direction and number.
#[derive(Debug, Default)]
pub(super) struct MessageStore {
    sent: Vec<Place>,
    received: Vec<Place>,
    /// Messages in memory, oldest first.
    in_memory: VecDeque<(Direction, usize)>,
    memory_bytes: usize,
    file: Option<File>,
    file_end: u64,
    disk_refused: bool,
}

impl MessageStore {
    /// Adds the next message of `direction`.
    pub(super) fn push(&mut self, direction: Direction, data: Bytes) {
        self.memory_bytes += data.len();
        let lane = self.lane(direction);
        lane.push(Place::Memory(data));
        let index = lane.len() - 1;
        self.in_memory.push_back((direction, index));
        if self.memory_bytes > MEMORY_BYTES && !self.disk_refused {
            // Where the disk refuses (full, read-only), the rest of this call stays in memory: nothing is lost.
            self.disk_refused = self.spill().is_err();
        }
    }

    /// One message; `None` if there is none of that number, an error if the disk gave up.
    pub(super) fn get(&mut self, direction: Direction, index: u64) -> Option<std::io::Result<Bytes>> {
        let index = usize::try_from(index).ok()?;
        let (offset, length) = match self.lane(direction).get(index)? {
            Place::Memory(data) => return Some(Ok(data.clone())),
            Place::Disk { offset, length } => (*offset, *length),
        };
        Some(self.read(offset, length))
    }

    fn lane(&mut self, direction: Direction) -> &mut Vec<Place> {
        match direction {
            Direction::Sent => &mut self.sent,
            Direction::Received => &mut self.received,
        }
    }

    fn read(&mut self, offset: u64, length: usize) -> std::io::Result<Bytes> {
        let file = self.file.as_mut().ok_or_else(|| std::io::Error::other("the file of older messages is gone"))?;
        file.seek(SeekFrom::Start(offset))?;
        let mut data = vec![0; length];
        file.read_exact(&mut data)?;
        Ok(data.into())
    }

    /// Moves the older half to disk, in one write.
    fn spill(&mut self) -> std::io::Result<()> {
        if self.in_memory.len() < 2 {
            return Ok(());
        }
        let mut block = Vec::new();
        let mut moved = Vec::new();
        let mut left = self.memory_bytes;
        for &(direction, index) in self.in_memory.iter().take(self.in_memory.len() - 1) {
            if left <= MEMORY_BYTES / 2 {
                break;
            }
            let lane = if direction == Direction::Sent { &self.sent } else { &self.received };
            if let Some(Place::Memory(data)) = lane.get(index) {
                moved.push((direction, index, self.file_end + block.len() as u64, data.len()));
                block.extend_from_slice(data);
                left -= data.len();
            }
        }
        let mut file = match self.file.take() {
            Some(file) => file,
            None => tempfile::tempfile()?,
        };
        let written = file.seek(SeekFrom::Start(self.file_end)).and_then(|_| file.write_all(&block));
        self.file = Some(file);
        written?;
        self.file_end += block.len() as u64;
        self.memory_bytes = left;
        for (direction, index, offset, length) in moved {
            self.in_memory.pop_front();
            if let Some(place) = self.lane(direction).get_mut(index) {
                *place = Place::Disk { offset, length };
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Direction, MEMORY_BYTES, MessageStore};

    #[test]
    fn old_messages_come_back_from_disk() {
        let mut store = MessageStore::default();
        let size = MEMORY_BYTES / 8;
        for number in 0u8..40 {
            store.push(Direction::Received, vec![number; size].into());
            store.push(Direction::Sent, vec![number].into());
        }
        assert!(store.memory_bytes <= MEMORY_BYTES + size, "memory stays bounded");
        for number in 0u8..40 {
            let data = store.get(Direction::Received, u64::from(number)).map(Result::ok);
            assert_eq!(data, Some(Some(vec![number; size].into())));
        }
        assert!(store.get(Direction::Received, 40).is_none());
        assert_eq!(store.get(Direction::Sent, 39).map(Result::ok), Some(Some(vec![39].into())));
    }
}
