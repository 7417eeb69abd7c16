//! Who keeps the books after the till that kept them is lost: two people name this one.

use super::Trouble;
use crate::error::Refused;
use crate::permission::{Action, may};
use crate::{Answer, App};
use lumbung_document::Body;
use lumbung_document::body::BooksDevice;
use lumbung_domain::Decision;
use lumbung_primitives::{DocRef, device_letter};

impl App {
    /// Makes this till the one that gives out numbers and ends series. The series of the one before it must have
    /// ended; the second person, who may manage staff too, gives a PIN here and now.
    pub fn take_books(&mut self, second: DocRef, pin: &str) -> Answer<()> {
        self.require(Action::ManageStaff)?;
        let control = self.ledger.control();
        let (holder, after) = (control.books_device(), control.books_document());
        if holder == self.own_device() || control.end_of(holder).is_none() {
            return Err(Trouble::BooksAreKept(device_letter(holder)).into());
        }
        self.vouches(second, pin)?;
        let body =
            Body::BooksDevice(BooksDevice { device_no: self.own_device(), after, second: Some(second) });
        self.book(Decision::new(body, self.today()))?;
        self.standing.wanted = true;
        Ok(())
    }

    /// Another person than the one who is signed in, with the right and the PIN.
    fn vouches(&mut self, second: DocRef, pin: &str) -> Result<(), Refused> {
        let first = self.session.as_ref().map(|session| session.staff);
        let card =
            self.staff_list().ok().and_then(|cards| cards.into_iter().find(|card| card.staff == second));
        let card = card.ok_or(Refused::NoPin)?;
        if first == Some(second) || !may(card.role, Action::ManageStaff) {
            return Err(Refused::Forbidden);
        }
        self.check_pin_of(second, pin)
    }
}
