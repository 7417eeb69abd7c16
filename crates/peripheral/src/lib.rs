//! What stands around the till: scanned codes, receipts as lines of text, and the printer's own language.
//! Everything here is a function of its arguments; sending the bytes to a port is the caller's part.

pub mod ascii;
pub mod barcode;
pub mod escpos;
pub mod heading;
pub mod labels;
pub mod payment_slip;
pub mod receipt;
pub mod shift_slip;
pub mod slip;
#[cfg(test)]
mod test_shop;

pub use barcode::{Code, ScalePrefixes, classify};
pub use escpos::{PrinterOptions, encode};
pub use heading::{Heading, MemberLine, Moment, Ticket};
pub use labels::Labels;
pub use payment_slip::{PaymentKind, PaymentSlip};
pub use receipt::{Discount, ItemLine, Payment, Receipt, ReceiptKind};
pub use shift_slip::ShiftSlip;
pub use slip::{Emphasis, Line, Paper, Slip};
