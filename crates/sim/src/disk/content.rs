//! What is in a file, in pages that copies share until one of them is written to: an image of a disk costs
//! one pointer a page.

use std::sync::Arc;

const PAGE: usize = 4096;

#[derive(Clone, Default, Debug)]
pub(super) struct Content {
    pages: Vec<Arc<[u8; PAGE]>>,
    len: usize,
}

impl Content {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut content = Self::default();
        content.write(0, bytes);
        content
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.len];
        self.read(0, &mut bytes);
        bytes
    }

    /// How many bytes there were; the rest of `into` becomes zero.
    pub(super) fn read(&self, from: usize, into: &mut [u8]) -> usize {
        let there = self.len.saturating_sub(from).min(into.len());
        let mut done = 0;
        while done < there {
            let (page, start) = ((from + done) / PAGE, (from + done) % PAGE);
            let part = (PAGE - start).min(there - done);
            into[done..done + part].copy_from_slice(&self.pages[page][start..start + part]);
            done += part;
        }
        into[there..].fill(0);
        there
    }

    /// A gap before `at` becomes zeros.
    pub(super) fn write(&mut self, at: usize, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if at + bytes.len() > self.len {
            self.resize(at + bytes.len());
        }
        let mut done = 0;
        while done < bytes.len() {
            let (page, start) = ((at + done) / PAGE, (at + done) % PAGE);
            let part = (PAGE - start).min(bytes.len() - done);
            Arc::make_mut(&mut self.pages[page])[start..start + part]
                .copy_from_slice(&bytes[done..done + part]);
            done += part;
        }
    }

    pub(super) fn resize(&mut self, len: usize) {
        if len < self.len && !len.is_multiple_of(PAGE) {
            // What is cut off must read as zeros where the file grows again.
            Arc::make_mut(&mut self.pages[len / PAGE])[len % PAGE..].fill(0);
        }
        let pages = len.div_ceil(PAGE);
        if pages > self.pages.len() {
            let zeros = Arc::new([0; PAGE]);
            self.pages.resize(pages, zeros);
        }
        self.pages.truncate(pages);
        self.len = len;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_behave_as_one_run_of_bytes() {
        let (mut content, mut plain) = (Content::default(), Vec::new());
        let mut chance = super::super::Chance::new(1);
        for _ in 0..300 {
            let at = chance.below(20_000);
            if chance.percent(15) {
                plain.resize(at, 0);
                content.resize(at);
                continue;
            }
            let mut bytes = vec![0; chance.below(9_000)];
            chance.fill(&mut bytes);
            let end = at + bytes.len();
            if !bytes.is_empty() && end > plain.len() {
                plain.resize(end, 0);
            }
            let copy = content.clone();
            content.write(at, &bytes);
            plain.splice(at.min(plain.len())..end.min(plain.len()), bytes);
            assert_eq!(content.bytes(), plain);
            drop(copy);
        }
        let mut beyond = [9; 8];
        assert_eq!(content.read(plain.len().saturating_sub(3), &mut beyond), 3.min(plain.len()));
    }
}
