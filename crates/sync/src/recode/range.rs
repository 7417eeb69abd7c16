//! An adaptive binary range coder: every yes or no costs what it surprises, and a batch of ten documents pays
//! no table in front. The same description of a message runs over a writer, a reader or a price.

use super::RecodeError;

/// How likely a no is, learnt from what was seen: exact counts at first, then a slow forgetting.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prob {
    /// Of 65,536.
    no: u16,
    seen: u8,
}

impl Prob {
    pub(super) const NEW: Self = Self { no: 1 << 15, seen: 0 };

    fn learn(&mut self, yes: bool) {
        let rate = RATE[usize::from(self.seen)];
        let no = u32::from(self.no);
        let moved = if yes { no - ((no * rate) >> 16) } else { no + (((65_536 - no) * rate) >> 16) }
            .clamp(24, 65_512);
        self.no = u16::try_from(moved).unwrap_or(self.no);
        if usize::from(self.seen) + 1 < RATE.len() {
            self.seen += 1;
        }
    }
}

/// 65,536 / (n + 2), and no slower than 1/160.
const RATE: [u32; 159] = {
    let mut rate = [0; 159];
    let mut n = 0;
    while n < rate.len() {
        // The index is below 159.
        #[expect(clippy::cast_possible_truncation, reason = "below 159")]
        let below = n as u32 + 2;
        rate[n] = 65_535 / below;
        n += 1;
    }
    rate
};

/// What a message is told to. A reader ignores the values it is given and returns those it reads.
pub(super) trait Coder {
    fn bit(&mut self, prob: &mut Prob, yes: bool) -> bool;
    /// The lowest `count` bits (at most 64), each as likely as not.
    fn direct(&mut self, value: u64, count: u32) -> u64;
    /// Whether a reader has passed the end of its bytes, after which everything is invented.
    fn is_sound(&self) -> Result<(), RecodeError> {
        Ok(())
    }
}

/// `value` below 2^`bits` by its bits from the highest, each in the context of those before it.
pub(super) fn tree<C: Coder>(coder: &mut C, probs: &mut [Prob], bits: u32, value: u32) -> u32 {
    let mut node = 1_usize;
    for at in (0..bits).rev() {
        let yes = coder.bit(&mut probs[node], (value >> at) & 1 == 1);
        node = (node << 1) | usize::from(yes);
    }
    u32::try_from(node).unwrap_or(0) - (1 << bits)
}

const TOP: u32 = 1 << 24;

#[derive(Debug)]
pub(super) struct Writer {
    low: u64,
    range: u32,
    /// The last byte that a carry may still change, and how many 0xFF follow it.
    cache: u8,
    pending: usize,
    started: bool,
    bytes: Vec<u8>,
}

impl Writer {
    pub(super) const fn new() -> Self {
        Self { low: 0, range: u32::MAX, cache: 0, pending: 0, started: false, bytes: Vec::new() }
    }

    fn shift(&mut self) {
        if self.low < 0xFF00_0000 || self.low > 0xFFFF_FFFF {
            let carry = u8::from(self.low > 0xFFFF_FFFF);
            // The very first byte is always 0.
            if self.started {
                self.bytes.push(self.cache.wrapping_add(carry));
            }
            self.started = true;
            for _ in 0..self.pending {
                self.bytes.push(0xFF_u8.wrapping_add(carry));
            }
            self.pending = 0;
            self.cache = self.low.to_be_bytes()[4];
        } else {
            self.pending += 1;
        }
        self.low = (self.low & 0x00FF_FFFF) << 8;
    }

    /// The bytes, without the zeros at the end that a reader adds by itself.
    pub(super) fn finish(mut self) -> Vec<u8> {
        for _ in 0..5 {
            self.shift();
        }
        for _ in 0..BEYOND {
            if self.bytes.last() == Some(&0) {
                self.bytes.pop();
            }
        }
        self.bytes
    }
}

impl Coder for Writer {
    fn bit(&mut self, prob: &mut Prob, yes: bool) -> bool {
        let bound = (self.range >> 16) * u32::from(prob.no);
        if yes {
            self.low += u64::from(bound);
            self.range -= bound;
        } else {
            self.range = bound;
        }
        prob.learn(yes);
        while self.range < TOP {
            self.range <<= 8;
            self.shift();
        }
        yes
    }

    fn direct(&mut self, value: u64, count: u32) -> u64 {
        for at in (0..count).rev() {
            self.range >>= 1;
            if (value >> at) & 1 == 1 {
                self.low += u64::from(self.range);
            }
            while self.range < TOP {
                self.range <<= 8;
                self.shift();
            }
        }
        value
    }
}

/// How many bytes beyond the end a reader of an honest message may ask for.
const BEYOND: usize = 4;

#[derive(Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    next: usize,
    range: u32,
    code: u32,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let mut reader = Self { bytes, next: 0, range: u32::MAX, code: 0 };
        for _ in 0..4 {
            reader.code = (reader.code << 8) | reader.byte();
        }
        reader
    }

    fn byte(&mut self) -> u32 {
        let byte = self.bytes.get(self.next).copied().unwrap_or(0);
        self.next = self.next.saturating_add(1);
        u32::from(byte)
    }

    /// Whether all bytes were used, so that nothing can be hung on a pack.
    pub(super) fn is_at_end(&self) -> bool {
        self.next >= self.bytes.len()
    }
}

impl Coder for Reader<'_> {
    fn bit(&mut self, prob: &mut Prob, _: bool) -> bool {
        let bound = (self.range >> 16) * u32::from(prob.no);
        let yes = self.code >= bound;
        if yes {
            self.code -= bound;
            self.range -= bound;
        } else {
            self.range = bound;
        }
        prob.learn(yes);
        while self.range < TOP {
            self.range <<= 8;
            self.code = (self.code << 8) | self.byte();
        }
        yes
    }

    fn direct(&mut self, _: u64, count: u32) -> u64 {
        let mut value = 0;
        for _ in 0..count {
            self.range >>= 1;
            let yes = self.code >= self.range;
            if yes {
                self.code -= self.range;
            }
            value = (value << 1) | u64::from(yes);
            while self.range < TOP {
                self.range <<= 8;
                self.code = (self.code << 8) | self.byte();
            }
        }
        value
    }

    fn is_sound(&self) -> Result<(), RecodeError> {
        if self.next > self.bytes.len() + BEYOND { Err(RecodeError::NotAPack("cut off")) } else { Ok(()) }
    }
}

/// Adds up what a writer would write, in 256ths of a bit.
#[derive(Debug, Default)]
pub(super) struct Price(pub(super) u64);

impl Coder for Price {
    fn bit(&mut self, prob: &mut Prob, yes: bool) -> bool {
        let likely = if yes { 65_536 - u32::from(prob.no) } else { u32::from(prob.no) };
        self.0 += (16 << 8) - log2(u64::from(likely));
        prob.learn(yes);
        yes
    }

    fn direct(&mut self, value: u64, count: u32) -> u64 {
        self.0 += u64::from(count) << 8;
        value
    }
}

/// Of 1 + n/64, in 256ths.
const LOG2_OF_MANTISSA: [u8; 64] = [
    0, 6, 11, 17, 22, 28, 33, 38, 44, 49, 54, 59, 63, 68, 73, 78, 82, 87, 92, 96, 100, 105, 109, 113, 118,
    122, 126, 130, 134, 138, 142, 146, 150, 154, 157, 161, 165, 169, 172, 176, 179, 183, 186, 190, 193, 197,
    200, 203, 207, 210, 213, 216, 220, 223, 226, 229, 232, 235, 238, 241, 244, 247, 250, 253,
];

/// The binary logarithm in 256ths, rounded; 0 of 0.
pub(super) fn log2(value: u64) -> u64 {
    if value == 0 {
        return 0;
    }
    let whole = value.ilog2();
    let mantissa = if whole >= 6 { value >> (whole - 6) } else { value << (6 - whole) };
    let fraction = usize::try_from(mantissa & 63).unwrap_or(0);
    (u64::from(whole) << 8) + u64::from(LOG2_OF_MANTISSA[fraction])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_whatever_it_costs() {
        let bits: Vec<bool> = (0..10_000_u32).map(|n| (n * n) % 7 == 3 || n % 1_000 > 990).collect();
        let mut writer = Writer::new();
        let mut price = Price::default();
        let (mut at_writer, mut at_price, mut at_reader) = (Prob::NEW, Prob::NEW, Prob::NEW);
        for (n, bit) in (0..).zip(&bits) {
            writer.bit(&mut at_writer, *bit);
            price.bit(&mut at_price, *bit);
            if n % 97 == 0 {
                writer.direct(n, 33);
                price.direct(n, 33);
            }
        }
        let bytes = writer.finish();
        let priced = usize::try_from(price.0 / 256 / 8).unwrap();
        assert!(bytes.len().abs_diff(priced) < bytes.len() / 50, "{} {priced}", bytes.len());
        let mut reader = Reader::new(&bytes);
        for (n, bit) in (0..).zip(&bits) {
            assert_eq!(reader.bit(&mut at_reader, false), *bit);
            if n % 97 == 0 {
                assert_eq!(reader.direct(0, 33), n);
            }
        }
        assert!(reader.is_sound().is_ok() && reader.is_at_end());
        for _ in 0..100 {
            reader.direct(0, 64);
        }
        assert!(reader.is_sound().is_err());
    }

    #[test]
    fn carries_run_through() {
        // Direct ones drive low against its end, so that a later bit carries through every pending byte.
        for tail in 0..64 {
            let mut writer = Writer::new();
            let mut prob = Prob::NEW;
            let values = [u64::MAX, u64::MAX - tail, tail, u64::MAX >> tail, 0, 1 << tail];
            for value in values {
                writer.direct(value, 64);
                writer.bit(&mut prob, tail % 2 == 0);
            }
            let bytes = writer.finish();
            let mut reader = Reader::new(&bytes);
            let mut prob = Prob::NEW;
            for value in values {
                assert_eq!(reader.direct(0, 64), value);
                assert_eq!(reader.bit(&mut prob, false), tail % 2 == 0);
            }
        }
    }

    #[test]
    fn logarithms_in_256ths() {
        for (value, expected) in [(0, 0), (1, 0), (2, 256), (3, 406), (65_536, 4_096), (u64::MAX, 16_381)] {
            assert_eq!(log2(value), expected, "{value}");
        }
    }
}
