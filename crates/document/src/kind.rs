//! The kinds of document. Numbers are never reused; a reader keeps, chains and books kinds that it does
//! not know by their effects.

/// Numbers 1–15: control of the log itself, one version for ever, growing only by trailing elements.
/// 16–39: reference data and what devices tell one another. 40–: the trade.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    Genesis,
    DeviceInvited,
    DeviceEnrolled,
    SeriesEnd,
    BooksDevice,
    PeriodClose,
    PeriodReopen,
    MemberErased,
    Item,
    Member,
    Supplier,
    Staff,
    Setting,
    OwnAccount,
    Outlet,
    Answer,
    KeyGrant,
    Sale,
    SaleReturn,
    BonPayment,
    SavingsDeposit,
    Purchase,
    SupplierPayment,
    Expense,
    ShiftOpen,
    ShiftClose,
    OpeningBalance,
    Reversal,
    /// A kind of a later app. Its effects book; its body is kept.
    Unknown(u16),
}

impl Kind {
    pub const KNOWN: [Self; 28] = [
        Self::Genesis,
        Self::DeviceInvited,
        Self::DeviceEnrolled,
        Self::SeriesEnd,
        Self::BooksDevice,
        Self::PeriodClose,
        Self::PeriodReopen,
        Self::MemberErased,
        Self::Item,
        Self::Member,
        Self::Supplier,
        Self::Staff,
        Self::Setting,
        Self::OwnAccount,
        Self::Outlet,
        Self::Answer,
        Self::KeyGrant,
        Self::Sale,
        Self::SaleReturn,
        Self::BonPayment,
        Self::SavingsDeposit,
        Self::Purchase,
        Self::SupplierPayment,
        Self::Expense,
        Self::ShiftOpen,
        Self::ShiftClose,
        Self::OpeningBalance,
        Self::Reversal,
    ];

    pub const fn id(self) -> u16 {
        match self {
            Self::Genesis => 1,
            Self::DeviceInvited => 2,
            Self::DeviceEnrolled => 3,
            Self::SeriesEnd => 4,
            Self::BooksDevice => 5,
            Self::PeriodClose => 6,
            Self::PeriodReopen => 7,
            Self::MemberErased => 8,
            Self::Item => 16,
            Self::Member => 17,
            Self::Supplier => 18,
            Self::Staff => 19,
            Self::Setting => 20,
            Self::OwnAccount => 21,
            Self::Outlet => 22,
            Self::Answer => 23,
            Self::KeyGrant => 24,
            Self::Sale => 40,
            Self::SaleReturn => 41,
            Self::BonPayment => 42,
            Self::SavingsDeposit => 43,
            Self::Purchase => 45,
            Self::SupplierPayment => 46,
            Self::Expense => 47,
            Self::ShiftOpen => 48,
            Self::ShiftClose => 49,
            Self::OpeningBalance => 50,
            Self::Reversal => 51,
            Self::Unknown(id) => id,
        }
    }

    pub fn from_id(id: u16) -> Self {
        Self::KNOWN.into_iter().find(|kind| kind.id() == id).unwrap_or(Self::Unknown(id))
    }

    pub const fn is_control(self) -> bool {
        self.id() <= 15
    }

    /// The paper's name as programs and exports write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Genesis => "genesis",
            Self::DeviceInvited => "device_invited",
            Self::DeviceEnrolled => "device_enrolled",
            Self::SeriesEnd => "series_end",
            Self::BooksDevice => "books_device",
            Self::PeriodClose => "period_close",
            Self::PeriodReopen => "period_reopen",
            Self::MemberErased => "member_erased",
            Self::Item => "item",
            Self::Member => "member",
            Self::Supplier => "supplier",
            Self::Staff => "staff",
            Self::Setting => "setting",
            Self::OwnAccount => "own_account",
            Self::Outlet => "outlet",
            Self::Answer => "answer",
            Self::KeyGrant => "key_grant",
            Self::Sale => "sale",
            Self::SaleReturn => "sale_return",
            Self::BonPayment => "bon_payment",
            Self::SavingsDeposit => "savings_deposit",
            Self::Purchase => "purchase",
            Self::SupplierPayment => "supplier_payment",
            Self::Expense => "expense",
            Self::ShiftOpen => "shift_open",
            Self::ShiftClose => "shift_close",
            Self::OpeningBalance => "opening_balance",
            Self::Reversal => "reversal",
            Self::Unknown(_) => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn numbers_are_unique_and_come_back() {
        for kind in Kind::KNOWN {
            assert_eq!(Kind::from_id(kind.id()), kind, "{}", kind.name());
        }
        assert_eq!(Kind::from_id(9999), Kind::Unknown(9999));
    }
}
