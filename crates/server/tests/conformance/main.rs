//! One suite for both engines: what the centre answers must not depend on where its log lies.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where it stands")]

#[path = "../common/mod.rs"]
mod common;

mod catalogue;
mod checkpoint;
mod control;
mod engines;
mod enrol;
mod push;
mod relay;
mod wall;

/// Each case as a test on SQLite and as one on PostgreSQL. Cases with two worlds get two logs of one centre.
macro_rules! suite {
    ($($room:ident :: $case:ident ($($world:ident),+)),* $(,)?) => {
        mod on_sqlite {
            $(#[test]
            fn $case() {
                $(let $world = tempfile::tempdir().unwrap();)+
                lumbung_server::run_inline(async {
                    $(let log = lumbung_server::SqliteLog::open($world.path()).unwrap();
                    let $world = crate::common::World::new(log, 7).await;)+
                    crate::$room::$case($(&$world),+).await;
                });
            })*
        }
        mod on_postgres {
            $(#[test]
            fn $case() {
                crate::engines::with_runtime(async {
                    $(let log = crate::engines::log().await;
                    let $world = crate::common::World::new(log, 7).await;)+
                    crate::$room::$case($(&$world),+).await;
                });
            })*
        }
    };
}

suite![
    push::a_batch_is_accepted_once(world),
    push::others_pull_it(world),
    push::a_gap_is_named(world),
    push::a_fork_stops_the_device(world),
    push::a_restored_store_is_stopped(world),
    push::a_late_request_is_no_fork(world),
    push::columns_that_fail_are_asked_for_raw_once(world),
    push::a_wrong_signature_proves_nothing(world),
    push::a_bad_document_delays_nobody(world),
    push::eight_devices_push_at_once(world),
    control::an_end_takes_back_what_lies_beyond(world),
    control::only_the_keeper_of_the_books_speaks(world),
    control::the_centre_ends_a_forked_books_device(world),
    control::erased_data_goes_and_stays_away(world),
    control::whoever_has_keys_waits_no_more(world),
    relay::a_restored_centre_is_healed(today, yesterday),
    relay::a_wrong_cursor_begins_an_epoch(world),
    relay::a_fork_comes_by_relay(world),
    enrol::the_founder_registers(world),
    enrol::a_founder_without_proof_is_refused(world),
    enrol::a_further_device_is_admitted_once(world),
    enrol::the_centre_invites_within_its_block(world),
    enrol::guessing_leads_nowhere(world),
    enrol::an_address_is_slowed_down(world),
    enrol::a_challenge_is_answered_once(world),
    enrol::a_revoked_device_is_refused_everything(world),
    wall::nothing_passes_between_cooperatives(world),
    wall::replays_change_nothing(world),
    wall::a_dropped_session_leaves_no_trace(world),
    wall::half_a_transaction_is_none(world),
    checkpoint::a_new_device_begins_with_one(world),
    checkpoint::an_empty_log_has_none(world),
];
