//! Deterministic simulation of tills and a centre. Never shipped.

pub mod disk;
