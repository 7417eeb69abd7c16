//! One thin function per method of the door. All run beside the main thread, so that the window keeps drawing;
//! `ask` lets them in one at a time.

pub(crate) mod cart;
pub(crate) mod courier;
pub(crate) mod device;
pub(crate) mod home;
pub(crate) mod item;
pub(crate) mod member;
pub(crate) mod printer;
pub(crate) mod question;
pub(crate) mod sale;
pub(crate) mod session;
pub(crate) mod shift;
pub(crate) mod staff;
pub(crate) mod startup;
pub(crate) mod sync;
