//! Reading. Each file is named after what it reads; rows come out as plain structs, rules stay elsewhere.

pub mod account;
pub mod device;
pub mod document;
pub mod item;
pub mod local;
pub mod member;
pub mod merge;
pub mod question;
pub mod receipt;
pub mod reference;
pub mod shift;
pub mod stock;
