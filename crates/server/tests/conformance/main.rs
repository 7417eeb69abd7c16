//! One suite for both engines: what the centre answers must not depend on where its log lies.
#![expect(clippy::unwrap_used, reason = "a test stops where it stands")]

#[path = "../common/mod.rs"]
mod common;

mod engines;
mod push;

/// Each case as a test on SQLite and as one on PostgreSQL.
macro_rules! suite {
    ($($room:ident :: $case:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[test]
            fn $case() {
                let folder = tempfile::tempdir().unwrap();
                let log = lumbung_server::SqliteLog::open(folder.path()).unwrap();
                lumbung_server::run_inline(async {
                    crate::$room::$case(&crate::common::World::new(log, 7).await).await;
                });
            })*
        }
        mod on_postgres {
            $(#[test]
            fn $case() {
                crate::engines::with_postgres(async |log| {
                    crate::$room::$case(&crate::common::World::new(log, 7).await).await;
                });
            })*
        }
    };
}

suite![
    push::a_batch_is_accepted_once,
    push::others_pull_it,
    push::a_gap_is_named,
    push::a_fork_stops_the_device,
    push::a_restored_store_is_stopped,
    push::a_late_request_is_no_fork,
    push::columns_that_fail_are_asked_for_raw_once,
    push::a_wrong_signature_proves_nothing,
    push::a_bad_document_delays_nobody,
    push::eight_devices_push_at_once,
];
