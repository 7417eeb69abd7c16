//! What went through, and what was done to it.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// As of one moment. Bytes are those of the client's side, the payload of TCP.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct Counters {
            $($(#[$doc])* pub $name: u64,)*
        }

        #[derive(Debug, Default)]
        pub(super) struct Tally {
            $(pub(super) $name: AtomicU64,)*
        }

        impl Tally {
            pub(super) fn now(&self) -> Counters {
                Counters { $($name: self.$name.load(Ordering::SeqCst),)* }
            }

            pub(super) fn reset(&self) {
                $(self.$name.store(0, Ordering::SeqCst);)*
            }
        }
    };
}

counters! {
    connections,
    /// Whose head came whole; in what is no HTTP, none.
    requests,
    /// Read from the client.
    bytes_up,
    /// Written to the client, the proxy's own answers too.
    bytes_down,
    /// Connections whose server could not be reached.
    unreachable,
    refused_connections,
    cut_requests,
    cut_responses,
    truncated_responses,
    /// Second copies that the server was sent and has answered.
    duplicated,
    bad_gateways,
    captive_portals,
    redirects,
    delayed,
}

pub(super) fn add(counter: &AtomicU64, amount: usize) {
    counter.fetch_add(amount as u64, Ordering::SeqCst);
}
