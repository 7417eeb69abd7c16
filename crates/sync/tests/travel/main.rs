//! Documents on the way: tills as lists, a centre as a list, and everything that can go wrong between them.

mod conversation;
mod courier;
mod faults;
mod line;
mod model;
