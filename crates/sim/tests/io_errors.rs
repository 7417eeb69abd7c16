//! Every call to the disk fails once, and with all that come after it: a step that cannot be done says so,
//! nothing is half there, and what was acknowledged outlives the fault.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use lumbung_document::Hash;
use lumbung_primitives::DocRef;
use lumbung_sim::disk::workload::{self, Step, Till};
use lumbung_sim::disk::{Disk, Fate, Fault, FaultKind, Image};
use lumbung_store::{Ledger, StoreError};
use rusqlite::ErrorCode;
use std::collections::BTreeMap;

const SEED: u64 = 21;
/// Small, so that the steps below copy the WAL back by themselves too.
const WAL_PAGES: i64 = 40;
const STEPS: [Step; 9] = [
    Step::Restart,
    Step::Sell,
    Step::Group(3),
    Step::Receive(3),
    Step::Rebuild,
    Step::Checkpoint { cut: true },
    Step::Sell,
    Step::Restart,
    Step::Sell,
];

/// A ledger that has seen some trade, with a WAL that is still to be copied back.
fn start() -> Image {
    let disk = Disk::of(&workload::founded().unwrap(), SEED);
    let mut till = Till::on(&disk, SEED, 4_000);
    for step in [Step::Group(5), Step::Receive(3), Step::Restart, Step::Group(5), Step::Receive(3)] {
        till.take(step).unwrap();
    }
    disk.image()
}

struct Attempt {
    tried: Vec<(DocRef, Hash)>,
    done: bool,
}

fn log(ledger: &Ledger) -> BTreeMap<DocRef, Hash> {
    let mut statement = ledger.connection().prepare("SELECT doc, header FROM document_log").unwrap();
    let rows = statement.query_map([], |row| {
        let header: Vec<u8> = row.get(1)?;
        Ok((DocRef::from_key(row.get(0)?), Hash::document(&header)))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// What a reopened ledger must say, whether the till was restarted or lost its power.
fn check(disk: &Disk, attempts: &[Attempt], before: &BTreeMap<DocRef, Hash>, prove: bool, told: &str) {
    let ledger = Till::open(disk).unwrap_or_else(|error| panic!("{told}: {error}"));
    let log = log(&ledger);
    assert!(before.iter().all(|(at, hash)| log.get(at) == Some(hash)), "{told}: old documents are gone");
    for attempt in attempts {
        let there = attempt.tried.iter().filter(|(at, hash)| log.get(at) == Some(hash)).count();
        let whole = there == attempt.tried.len();
        assert!(whole || (there == 0 && !attempt.done), "{told}: {there} of {:?}", attempt.tried);
    }
    // Every own document of the workload is a draft of the window's: the draft tells whether it happened.
    let sql = "SELECT (SELECT count(*) FROM local_draft AS d JOIN document_log AS l ON l.doc = d.doc)
        - (SELECT count(*) FROM document_log WHERE doc >> 40 = ?1), (SELECT count(*) FROM local_draft)
        - (SELECT count(*) FROM document_log WHERE doc >> 40 = ?1)";
    let own = ledger.identity().own_device_no;
    let drafts: (i64, i64) =
        ledger.connection().query_row(sql, [own], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(drafts, (0, 0), "{told}: drafts and documents differ");
    let known = |at: &DocRef, hash: &Hash| {
        before.get(at) == Some(hash) || attempts.iter().any(|attempt| attempt.tried.contains(&(*at, *hash)))
    };
    assert!(log.iter().all(|(at, hash)| known(at, hash)), "{told}: documents that nobody wrote");
    assert_eq!(workload::trial_balance(&ledger).unwrap(), 0, "{told}");
    if prove {
        assert_eq!(Till::faults(&ledger).unwrap(), Vec::<String>::new(), "{told}");
    }
}

/// False where the fault came too late to hit anything.
fn run(start: &Image, before: &BTreeMap<DocRef, Hash>, fault: Fault) -> bool {
    let disk = Disk::of(start, fault.nth);
    disk.break_call(fault);
    let mut till = Till::on(&disk, SEED, WAL_PAGES);
    let mut attempts = Vec::new();
    let mut errors: Vec<StoreError> = Vec::new();
    for step in STEPS {
        let result = till.take(step);
        attempts.push(Attempt { tried: till.tried.clone(), done: result.is_ok() });
        errors.extend(result.err());
    }
    let told = format!("{fault:?}, told {errors:?}");
    let cut = Disk::of(&disk.after_power_cut(Fate::Mixed(fault.nth)), 0);
    let struck = disk.heal();
    drop(till);
    // The full proof takes most of the time; every third call has it.
    check(&disk, &attempts, before, fault.nth.is_multiple_of(3), &told);
    check(&cut, &attempts, before, (fault.nth + 1).is_multiple_of(3), &format!("{told}, and lost its power"));
    struck > 0
}

#[test]
fn any_call_fails_and_nothing_is_half_there() {
    let start = start();
    let before = log(&Till::open(&Disk::of(&start, 0)).unwrap());
    let faults_of = |kind: FaultKind| -> u64 {
        [false, true]
            .into_iter()
            .map(|lasting| {
                let all = (1..).take_while(|nth| run(&start, &before, Fault { kind, nth: *nth, lasting }));
                u64::try_from(all.count()).unwrap()
            })
            .sum()
    };
    let (errors, others) = std::thread::scope(|scope| {
        let errors = scope.spawn(|| faults_of(FaultKind::Error));
        let others = faults_of(FaultKind::ShortRead) + faults_of(FaultKind::Full);
        (errors.join().unwrap(), others)
    });
    let failed = errors + others;
    println!("{failed} calls to the disk failed, {errors} of them with an error: nothing half there");
    if let Ok(file) = std::env::var("LUMBUNG_COUNTS") {
        let old = std::fs::read_to_string(&file).unwrap_or_default();
        std::fs::write(file, format!("{old}failed disk calls {failed}\n")).unwrap();
    }
}

/// What the shell does: whatever the till was told after the disk failed once, opening the ledger anew is enough.
#[test]
fn after_a_passing_fault_one_reopening_is_enough() {
    let start = start();
    let steps = [
        Step::Sell,
        Step::Group(5),
        Step::Receive(2),
        Step::Rebuild,
        Step::Checkpoint { cut: true },
        Step::Sell,
    ];
    let (mut failed, mut wedged) = (0, 0);
    for kind in [FaultKind::Error, FaultKind::ShortRead, FaultKind::Full] {
        for nth in 1.. {
            let disk = Disk::of(&start, nth);
            let mut till = Till::on(&disk, SEED, WAL_PAGES);
            till.take(Step::Restart).unwrap();
            disk.break_call(Fault { kind, nth, lasting: false });
            let Some(error) = steps.iter().find_map(|step| till.take(*step).err()) else {
                if disk.struck() == 0 {
                    break;
                }
                continue;
            };
            failed += 1;
            let told = format!("{kind:?} of call {nth}: {error:?}");
            let asks_to_reopen = match &error {
                StoreError::Damaged(_) => true,
                StoreError::Sqlite(error) => error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure),
                _ => false,
            };
            if !asks_to_reopen {
                till.take(Step::Sell).unwrap_or_else(|again| panic!("{told}, then {again:?}"));
                continue;
            }
            wedged += u32::from(till.take(Step::Sell).is_err());
            till.ledger = None;
            till.take(Step::Sell).unwrap_or_else(|again| panic!("{told}, reopened, then {again:?}"));
            if nth.is_multiple_of(3) {
                assert_eq!(
                    Till::faults(till.ledger.as_ref().unwrap()).unwrap(),
                    Vec::<String>::new(),
                    "{told}"
                );
            }
        }
    }
    println!("{failed} steps failed, {wedged} would have failed on; one reopening was enough for each");
    assert!(wedged > 0, "the cipher has learnt to go on: the shell need not reopen any more");
}
