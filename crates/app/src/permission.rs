//! Who may do what. The window is not trusted: the role comes from the session, never from the caller.

use crate::session::Role;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    Sell,
    TakePayment,
    OpenOrCloseShift,
    EditItem,
    EditMember,
    Purchase,
    BookExpense,
    /// Taking a booked document back.
    Reverse,
    Look,
    Import,
    ManageStaff,
}

impl Action {
    pub const ALL: [Self; 11] = [
        Self::Sell,
        Self::TakePayment,
        Self::OpenOrCloseShift,
        Self::EditItem,
        Self::EditMember,
        Self::Purchase,
        Self::BookExpense,
        Self::Reverse,
        Self::Look,
        Self::Import,
        Self::ManageStaff,
    ];
}

/// A supervisor (pengawas) reads everything and writes nothing; an administrator has staff and devices, no
/// money; a cashier sells and takes payments.
pub const fn may(role: Role, action: Action) -> bool {
    match action {
        Action::Look => true,
        Action::Sell | Action::TakePayment | Action::OpenOrCloseShift => {
            matches!(role, Role::Cashier | Role::Bookkeeper | Role::Manager)
        }
        Action::EditItem => matches!(role, Role::Storekeeper | Role::Bookkeeper | Role::Manager),
        Action::EditMember => matches!(role, Role::Cashier | Role::Bookkeeper | Role::Manager),
        Action::Purchase => matches!(role, Role::Storekeeper | Role::Bookkeeper | Role::Manager),
        Action::BookExpense | Action::Reverse | Action::Import => {
            matches!(role, Role::Bookkeeper | Role::Manager)
        }
        Action::ManageStaff => matches!(role, Role::Manager | Role::Administrator),
    }
}
