//! Deterministic simulation of tills and a centre, in one process and by seed. Never shipped.
//!
//! | room | |
//! |---|---|
//! | [`disk`] | a disk that loses power, fails calls and rots, beneath real SQLite |
//! | [`plan`] | what a seed draws: how often each act and fault |
//! | [`world`] | tills, the centre, the network and virtual time |
//! | [`till`], [`centre`], [`network`] | what the world is made of |
//! | [`paper`] | what clerks write |
//! | [`model`] | what must be true in the end, worked out apart |
//! | [`check`] | I1 to I16 |
//! | [`seed`], [`many`] | one seed, and thousands |

pub mod ambient;
pub mod centre;
pub mod check;
pub mod damage;
pub mod disk;
pub mod draw;
pub mod many;
pub mod model;
pub mod network;
pub mod paper;
pub mod plan;
pub mod seed;
pub mod tally;
pub mod till;
pub mod world;
