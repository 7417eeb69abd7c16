//! A centre in a process of its own, behind a proxy that can lie, and tills that are folders.
#![allow(dead_code, reason = "each test file uses its part")]

use lumbung_app::App;
use lumbung_app::cart::{Cart, CartLine};
use lumbung_app::sale::{RecordSale, Tender};
use lumbung_app::shift::OpenShift;
use lumbung_primitives::{DocRef, Money, Quantity};
use lumbung_testbed::process::Spawned;
use lumbung_testbed::proxy::{Chaos, ChaosProxy};
use serde_json::Value;
use std::cell::RefCell;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_mins(1);

/// The other program of the workspace. Cargo builds it for its own tests alone, so it is asked for here.
fn server_program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let own = Path::new(env!("CARGO_BIN_EXE_lumbung"));
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--package", "lumbung-server", "--bin", "lumbung-server"]);
        // The same profile: programs lie beside each other.
        if own.parent().is_some_and(|folder| folder.ends_with("release")) {
            build.arg("--release");
        }
        assert!(build.current_dir(env!("CARGO_MANIFEST_DIR")).status().unwrap().success());
        own.with_file_name("lumbung-server")
    })
}

pub(crate) struct Centre {
    pub(crate) process: Spawned,
    pub(crate) proxy: ChaosProxy,
    address: SocketAddr,
    store: Vec<String>,
    /// The last cooperative that was given a place.
    pub(crate) coop: RefCell<String>,
}

impl Centre {
    /// Over a SQLite folder.
    pub(crate) fn on_sqlite(folder: &Path, seed: u64) -> Self {
        Self::start(folder, &["--data", &folder.join("centre").display().to_string()], seed)
    }

    pub(crate) fn on_postgres(folder: &Path, url: &str, seed: u64) -> Self {
        Self::start(folder, &["--database-url", url], seed)
    }

    fn start(folder: &Path, store: &[&str], seed: u64) -> Self {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let store: Vec<String> = store.iter().map(|&word| word.to_owned()).collect();
        let mut command = Command::new(server_program());
        command.args(["serve", "--listen", &address.to_string()]).args(&store);
        let process = Spawned::start(command, folder.join("centre.log")).unwrap();
        process.wait_for_http(address, "/healthz", PATIENCE).unwrap();
        let proxy = ChaosProxy::start(address, seed, Chaos::none()).unwrap();
        Self { process, proxy, address, store, coop: RefCell::default() }
    }

    pub(crate) fn url(&self) -> String {
        self.proxy.url()
    }

    /// As when the power goes, and comes back.
    pub(crate) fn kill_and_restart(&mut self) {
        self.process.kill_9().unwrap();
        self.process.restart().unwrap();
        self.process.wait_for_http(self.address, "/healthz", PATIENCE).unwrap();
    }

    /// What an administrator of the centre asks.
    pub(crate) fn admin(&self, words: &[&str]) -> Value {
        let output = Command::new(server_program()).args(words).args(&self.store).output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// A place for a cooperative: its handle and the founder's code.
    pub(crate) fn add_coop(&self) -> (String, String) {
        let added = self.admin(&["coop", "add", "--name", "KDMP Uji", "--region", "32.01.01.2001"]);
        let word = |name: &str| added[name].as_str().unwrap().to_owned();
        *self.coop.borrow_mut() = word("coop");
        (word("coop"), word("pairing_code"))
    }
}

/// A till: a ledger and its key in a folder of their own.
pub(crate) struct Till {
    pub(crate) ledger: PathBuf,
    pub(crate) key: PathBuf,
}

impl Till {
    pub(crate) fn at(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        Self { ledger: folder.join("ledger.db"), key: folder.join("ledger.key") }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.ledger.parent().unwrap()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lumbung"));
        command
            .current_dir(self.folder())
            .env_remove("LUMBUNG_DB")
            .env_remove("LUMBUNG_KEY_FILE")
            .args(["--json", "--lang", "en", "--db"])
            .arg(&self.ledger)
            .arg("--key-file")
            .arg(&self.key)
            .args(arguments);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// The answer of a command that must succeed.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{} {arguments:?}: {error}{out}", self.ledger.display());
        serde_json::from_str(&out).unwrap()
    }

    pub(crate) fn refusal(&self, arguments: &[&str]) -> String {
        crate::common::refusal(&self.run(arguments))
    }

    /// (state_hash, documents) of a ledger that must be whole.
    pub(crate) fn state(&self) -> (String, u64) {
        let verdict = self.json(&["verify"]);
        assert_eq!(verdict["ok"], true, "{}: {verdict}", self.ledger.display());
        (verdict["state_hash"].as_str().unwrap().to_owned(), verdict["documents"].as_u64().unwrap())
    }

    pub(crate) fn app(&self) -> App {
        let mut app = App::open(&self.ledger, Some(&self.key)).unwrap();
        app.act_as_operator();
        app
    }

    /// Sells the first item, one piece a sale, paid exactly; the names of the sales.
    pub(crate) fn sell(&self, sales: usize) -> Vec<DocRef> {
        let mut app = self.app();
        if app.status().unwrap().shift.is_none() {
            let business_date = app.shift_proposal().unwrap().business_date;
            app.open_shift(OpenShift { business_date, float_rp: Money(0) }).unwrap();
        }
        let item = app.search_items("teh").unwrap().hits[0].item;
        (0..sales).map(|_| sell_one(&mut app, item)).collect()
    }

    /// Thousandths of the first item on the shelf: what was sold, negated.
    pub(crate) fn stock_milli(&self) -> i64 {
        let rows = self.json(&["report", "stock"])["rows"].as_array().unwrap().clone();
        let row = rows.iter().find(|row| row["name"] == "Teh celup").unwrap();
        row["quantity_milli"].as_i64().unwrap()
    }
}

fn sell_one(app: &mut App, item: DocRef) -> DocRef {
    let draft_id = app.current_cart().unwrap().draft_id;
    let lines = vec![CartLine { item, quantity: Quantity(1_000) }];
    let cart = Cart { draft_id, member: None, lines };
    app.record_sale(RecordSale { cart, tender: Tender::Cash, tendered_rp: Money(5_000) }).unwrap().sale
}

/// A cooperative of one till, registered at the centre, with one item and a manager.
pub(crate) fn founded(centre: &Centre, folder: &Path) -> Till {
    let till = Till::at(folder);
    till.json(&["init", "--name", "KDMP Uji", "--region", "32.01.01.2001"]);
    let products = folder.join("products.csv");
    std::fs::write(&products, "name,unit,price,sku\nTeh celup,pcs,5000,T1\n").unwrap();
    till.json(&["import", "products", products.to_str().unwrap()]);
    till.app().add_staff("Siti Rahma", lumbung_app::session::Role::Manager, "123456").unwrap();
    let (_, code) = centre.add_coop();
    till.json(&["enrol", "--server", &centre.url(), "--code", &code]);
    till
}

/// A further till, with the cooperative's keys.
pub(crate) fn joined(centre: &Centre, books: &Till, folder: &Path) -> Till {
    let till = Till::at(folder);
    let code = invited(books);
    till.json(&["enrol", "--server", &centre.url(), "--code", &code]);
    synced(&till);
    books.json(&["device", "grant", "--yes"]);
    synced(&till);
    assert_eq!(till.json(&["staff", "list"])["rows"][0]["name"], "Siti Rahma", "its names are read");
    till
}

/// A code that has reached the centre.
pub(crate) fn invited(books: &Till) -> String {
    let invitation = books.json(&["device", "invite"]);
    assert_eq!(invitation["pushed"], true, "{invitation}");
    invitation["code"].as_str().unwrap().to_owned()
}

/// Until everything is there and here, over whatever line.
pub(crate) fn synced(till: &Till) {
    for _ in 0..10 {
        let output = till.run(&["sync"]);
        if output.status.success() {
            let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(answer["pending"], 0, "{answer}");
            return;
        }
        let error = crate::common::refusal(&output);
        assert!(
            matches!(error.as_str(), "no_line" | "centre_busy" | "circle" | "page_refused"),
            "{}: {}",
            till.ledger.display(),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    panic!("{} does not come through", till.ledger.display());
}
