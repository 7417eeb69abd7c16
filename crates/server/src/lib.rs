//! The centre: takes documents from tills, keeps them, hands them on.
