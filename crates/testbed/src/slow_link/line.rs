//! What becomes of a packet on a line: when it arrives, and whether. No sockets and no clock here.

use crate::random::Dice;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

const NANOS_PER_S: u128 = 1_000_000_000;
/// A modem's buffer.
const QUEUE_MIN_BYTES: u128 = 32_000;
const QUEUE_MIN: Duration = Duration::from_millis(200);
const LOSS_STEPS: u64 = 1_000_000;
const TCP: u8 = 6;
const SYN: u8 = 0x02;
const SYN_OR_ACK: u8 = 0x12;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Direction {
    /// From the client to the server.
    Up,
    Down,
}

/// As of one moment. Bytes are those of IP packets, headers and repeats included, as they were sent: the lost
/// ones count too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    pub bytes_up: u64,
    pub bytes_down: u64,
    pub packets_up: u64,
    pub packets_down: u64,
    /// First packets of TCP connections from the client, repeats included.
    pub connects: u64,
    /// By the line's nature.
    pub lost: u64,
    /// Because it was cut.
    pub lost_in_cut: u64,
    /// Because too many waited.
    pub dropped_in_queue: u64,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct UnderWay {
    arrives: Instant,
    /// First come, first served, where two arrive at once.
    number: u64,
    direction: Direction,
    packet: Vec<u8>,
}

#[derive(Debug)]
pub(super) struct Line {
    rate_bit_s: u64,
    one_way: Duration,
    /// Of a million.
    loss: u64,
    longest_queue: Duration,
    dice: Dice,
    is_cut: bool,
    /// When each direction has sent what it was given: up, down.
    free_at: [Option<Instant>; 2],
    under_way: BinaryHeap<Reverse<UnderWay>>,
    number: u64,
    counters: Counters,
}

impl Line {
    pub(super) fn new(rate_bit_s: u64, one_way: Duration, loss: f64, seed: u64) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to a million")]
        #[expect(clippy::cast_precision_loss, reason = "a million is exact")]
        let loss = (loss * LOSS_STEPS as f64).round() as u64;
        let mut line = Self {
            rate_bit_s,
            one_way,
            loss,
            longest_queue: QUEUE_MIN,
            dice: Dice::new(seed),
            is_cut: false,
            free_at: [None, None],
            under_way: BinaryHeap::new(),
            number: 0,
            counters: Counters::default(),
        };
        line.longest_queue = QUEUE_MIN.max(line.time_to_send(QUEUE_MIN_BYTES));
        line
    }

    fn time_to_send(&self, bytes: u128) -> Duration {
        let nanos = bytes * 8 * NANOS_PER_S / u128::from(self.rate_bit_s);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// Takes a packet at one end. What is not IPv4 is ignored: the kernel's own talk of IPv6 would eat the rate.
    pub(super) fn send(&mut self, now: Instant, direction: Direction, packet: &[u8]) {
        if packet.first().is_none_or(|first| first >> 4 != 4) {
            return;
        }
        self.count(direction, packet);
        let free_at = &mut self.free_at[usize::from(direction == Direction::Down)];
        let begins = free_at.map_or(now, |free_at| free_at.max(now));
        if begins - now > self.longest_queue {
            self.counters.dropped_in_queue += 1;
            return;
        }
        let sent = begins + self.time_to_send(packet.len() as u128);
        self.free_at[usize::from(direction == Direction::Down)] = Some(sent);
        // A lost packet has taken its time on the line all the same.
        if self.is_cut {
            self.counters.lost_in_cut += 1;
            return;
        }
        if self.dice.below(LOSS_STEPS) < self.loss {
            self.counters.lost += 1;
            return;
        }
        self.number += 1;
        self.under_way.push(Reverse(UnderWay {
            arrives: sent + self.one_way,
            number: self.number,
            direction,
            packet: packet.to_vec(),
        }));
    }

    fn count(&mut self, direction: Direction, packet: &[u8]) {
        let length = packet.len() as u64;
        let counters = &mut self.counters;
        let (bytes, packets) = match direction {
            Direction::Up => (&mut counters.bytes_up, &mut counters.packets_up),
            Direction::Down => (&mut counters.bytes_down, &mut counters.packets_down),
        };
        *bytes += length;
        *packets += 1;
        if direction == Direction::Up && is_first_of_tcp(packet) {
            counters.connects += 1;
        }
    }

    /// What has arrived by now.
    pub(super) fn arrived(&mut self, now: Instant) -> Option<(Direction, Vec<u8>)> {
        if self.next_arrival()? > now {
            return None;
        }
        let Reverse(under_way) = self.under_way.pop()?;
        Some((under_way.direction, under_way.packet))
    }

    pub(super) fn next_arrival(&self) -> Option<Instant> {
        self.under_way.peek().map(|Reverse(under_way)| under_way.arrives)
    }

    pub(super) fn set_cut(&mut self, is_cut: bool) {
        self.is_cut = is_cut;
        if is_cut {
            self.counters.lost_in_cut += self.under_way.len() as u64;
            self.under_way.clear();
        }
    }

    pub(super) fn counters(&self) -> Counters {
        self.counters
    }

    pub(super) fn reset_counters(&mut self) {
        self.counters = Counters::default();
    }
}

fn is_first_of_tcp(packet: &[u8]) -> bool {
    let header = usize::from(packet[0] & 0x0F) * 4;
    let flags = packet.get(header + 13);
    packet.get(9) == Some(&TCP) && flags.is_some_and(|flags| flags & SYN_OR_ACK == SYN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(length: usize) -> Vec<u8> {
        let mut packet = vec![0; length];
        packet[0] = 0x45;
        packet
    }

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn rate_and_distance_add_up() {
        let mut line = Line::new(64_000, ms(300), 0.0, 1);
        let start = Instant::now();
        // 800 bytes take 100 ms at 64 kbit/s; the other direction does not wait for this one.
        line.send(start, Direction::Up, &packet(800));
        line.send(start, Direction::Up, &packet(800));
        line.send(start, Direction::Down, &packet(80));
        let mut seen = Vec::new();
        while let Some(arrives) = line.next_arrival() {
            assert!(line.arrived(arrives.checked_sub(Duration::from_nanos(1)).unwrap()).is_none());
            let (direction, packet) = line.arrived(arrives).unwrap();
            seen.push((arrives - start, direction, packet.len()));
        }
        let expected =
            [(ms(310), Direction::Down, 80), (ms(400), Direction::Up, 800), (ms(500), Direction::Up, 800)];
        assert_eq!(seen, expected);
    }

    #[test]
    fn too_many_are_dropped_and_a_cut_takes_all() {
        let mut line = Line::new(64_000, ms(300), 0.0, 1);
        let start = Instant::now();
        for _ in 0..100 {
            line.send(start, Direction::Up, &packet(1_000));
        }
        // 32 kB wait, and the one that begins at that very moment.
        assert_eq!(line.counters().dropped_in_queue, 67);
        line.set_cut(true);
        line.send(start, Direction::Down, &packet(100));
        assert_eq!(line.counters().lost_in_cut, 34);
        assert!(line.next_arrival().is_none());
        line.set_cut(false);
        line.send(start, Direction::Down, &packet(100));
        line.send(start, Direction::Down, &[0x60; 100]);
        assert!(line.next_arrival().is_some());
        assert_eq!(line.counters().packets_down, 2);
    }

    #[test]
    fn loss_comes_in_its_share_and_by_the_seed() {
        let lost = |loss, seed| {
            let mut line = Line::new(1_000_000_000, ms(0), loss, seed);
            let start = Instant::now();
            for step in 0..10_000 {
                line.send(start + Duration::from_micros(step * 10), Direction::Up, &packet(100));
            }
            line.counters().lost
        };
        assert_eq!((lost(0.0, 1), lost(1.0, 1)), (0, 10_000));
        assert!((150..250).contains(&lost(0.02, 1)), "{}", lost(0.02, 1));
        assert_eq!(lost(0.02, 5), lost(0.02, 5));
    }

    #[test]
    fn the_first_packet_of_a_connection_is_counted() {
        let mut line = Line::new(64_000, ms(0), 0.0, 1);
        for (flags, direction) in [(0x02, Direction::Up), (0x12, Direction::Down), (0x10, Direction::Up)] {
            let mut packet = packet(40);
            (packet[9], packet[33]) = (TCP, flags);
            line.send(Instant::now(), direction, &packet);
        }
        assert_eq!(line.counters().connects, 1);
    }
}
