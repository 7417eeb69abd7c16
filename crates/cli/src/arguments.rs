//! The words of the command line. Scripts depend on them: add, never change.

use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Lumbung: buku koperasi desa di laptop sendiri.
#[derive(Parser, Debug)]
#[command(name = "lumbung", version, about)]
pub(crate) struct Arguments {
    /// The ledger file.
    #[arg(long, global = true, env = "LUMBUNG_DB", value_name = "FILE", default_value = "ledger.db")]
    pub(crate) db: PathBuf,
    /// The store's key, where the machine has no key store; `init` makes it, readable by its owner alone.
    #[arg(long, global = true, env = "LUMBUNG_KEY_FILE", value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// Act as this staff member; the PIN is read from standard input.
    #[arg(long = "as", global = true, value_name = "STAFF")]
    pub(crate) staff: Option<String>,
    /// One JSON object on standard output; errors as JSON on standard error.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[arg(long, global = true, value_enum)]
    pub(crate) lang: Option<Lang>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Clone, Copy, ValueEnum, Debug)]
pub(crate) enum Lang {
    Id,
    En,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// A new cooperative: genesis, first device (A), standard chart of accounts.
    Init {
        #[arg(long)]
        name: String,
        /// Kemendagri code of the village, like 32.01.01.2001.
        #[arg(long, default_value = "")]
        region: String,
    },
    /// A believable small cooperative with some months of trade, in a new folder.
    Demo {
        dir: PathBuf,
        /// Days of trade before today.
        #[arg(long, default_value_t = 90)]
        days: u32,
        /// The same seed makes the same trade.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Who may sit at this device.
    #[command(subcommand)]
    Staff(Staff),
    /// Where slips are printed: a device's path, tcp:host:port, or "" for none.
    Printer { target: Option<String> },
    /// Items or members from a CSV or XLSX file.
    #[command(subcommand)]
    Import(Import),
    /// A shop's past year or years, each row through the rules of the till.
    ImportYear { dir: PathBuf },
    #[command(subcommand)]
    Report(Report),
    #[command(subcommand)]
    Export(Export),
    /// Proves chain, signatures, balances and projections.
    Verify,
    /// Drops the projections and makes them again from the log.
    Rebuild,
    /// A verified copy.
    Backup { file: PathBuf },
    /// Puts a verified copy where no ledger lies; the till then enrols anew.
    Restore { file: PathBuf },
    /// Pairs with a centre: the founder's store registers its cooperative, a missing store is made as a further
    /// till, a store whose series has ended enrols anew.
    Enrol {
        #[arg(long, value_name = "URL")]
        server: String,
        #[arg(long)]
        code: String,
    },
    /// The cooperative's tills.
    #[command(subcommand)]
    Device(Device),
    /// What documents of several tills leave to a person.
    #[command(subcommand)]
    Question(Question),
    /// Documents by stick instead of by line.
    #[command(subcommand)]
    Courier(Courier),
    /// Sends and reads documents; goes on where it was cut.
    Sync {
        /// One try, without waiting for a better line.
        #[arg(long)]
        once: bool,
        /// Another address of the same centre, for this run.
        #[arg(long, value_name = "URL")]
        server: Option<String>,
    },
}

#[derive(Subcommand, Debug)]
pub(crate) enum Question {
    List,
    /// Answers one; numbers of choices are in the list.
    Answer {
        id: String,
        choice: u32,
    },
    /// Parts a member again from whom it was merged into.
    Unmerge {
        member_no: String,
    },
}

#[derive(Subcommand, Debug)]
pub(crate) enum Courier {
    /// Writes what the other tills are not known to hold.
    Export {
        file: PathBuf,
        /// Everything, whatever the others hold.
        #[arg(long)]
        full: bool,
    },
    /// Takes what a file brings.
    Import { file: PathBuf },
}

#[derive(Subcommand, Debug)]
pub(crate) enum Device {
    /// A code for a further till, good for ten minutes and one use.
    Invite,
    List,
    /// Hands the cooperative's keys to a till that waits for them, after four words were compared.
    Grant {
        /// That till alone.
        letter: Option<String>,
        /// The words were compared.
        #[arg(long)]
        yes: bool,
    },
    /// Makes this till keep the books, after the one that kept them was ended. The PIN of a second person is read
    /// from standard input.
    TakeBooks {
        /// Name or number of that person.
        #[arg(long, value_name = "STAFF")]
        second: String,
    },
    /// Ends a till's series at what the centre holds of it.
    Revoke {
        letter: String,
        #[arg(long, value_enum, default_value = "revoked")]
        reason: EndReason,
    },
}

#[derive(Clone, Copy, ValueEnum, Debug)]
pub(crate) enum EndReason {
    /// A copied disk or a restored copy.
    Fork,
    /// Stolen, sold, or its holder left.
    Revoked,
    /// Broken for good.
    WrittenOff,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Staff {
    List,
    /// Adds someone; the PIN is read from standard input.
    Add {
        name: String,
        #[arg(long, value_enum)]
        role: StaffRole,
    },
}

#[derive(Clone, Copy, ValueEnum, Debug)]
pub(crate) enum StaffRole {
    Cashier,
    Storekeeper,
    Bookkeeper,
    Manager,
    Supervisor,
    Administrator,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Import {
    Products { file: PathBuf },
    Members { file: PathBuf },
}

#[derive(Subcommand, Debug)]
pub(crate) enum Report {
    TrialBalance {
        /// First book day, like 2025-01-01.
        #[arg(long)]
        from: Option<String>,
        /// Last book day.
        #[arg(long)]
        to: Option<String>,
    },
    Stock,
    Members {
        /// With names.
        #[arg(long)]
        reveal: bool,
        /// The book year of the purchases.
        #[arg(long)]
        year: Option<i32>,
    },
}

#[derive(Subcommand, Debug)]
pub(crate) enum Export {
    /// A plain-text journal that hledger reads.
    Hledger {
        #[arg(short)]
        output: Option<PathBuf>,
    },
}
