//! `lumbung-server`: serving, and what an administrator does, while it serves or not. Answers are JSON lines
//! on stdout; logs are JSON lines on stderr, without personal data, tokens or codes.

use crate::ambient::{SystemClock, SystemRandom};
use crate::centre::Centre;
use crate::http::{self, Options};
use crate::log::CentreLog;
use crate::log::postgres::PostgresLog;
use crate::log::sqlite::SqliteLog;
use anyhow::{Context as _, anyhow, bail};
use clap::{Args, Parser, Subcommand};
use lumbung_sync::wire::Problem;
use serde_json::json;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::TcpListener;
use tracing_subscriber::filter::LevelFilter;

#[derive(Debug, Parser)]
#[command(name = "lumbung-server", version, about = "The centre of cooperatives that use Lumbung")]
struct Command {
    #[command(flatten)]
    store: StoreOptions,
    /// How much is logged: error, warn, info, debug.
    #[arg(long, global = true, default_value = "info")]
    log: LevelFilter,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Args)]
#[group(multiple = false)]
struct StoreOptions {
    /// Folder of the log in SQLite; made where it is missing.
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Log in PostgreSQL.
    #[arg(long, global = true, value_name = "URL", env = "LUMBUNG_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Answers tills until SIGTERM.
    Serve(ServeOptions),
    /// Places for cooperatives.
    #[command(subcommand)]
    Coop(CoopVerb),
    /// Devices of a cooperative.
    #[command(subcommand)]
    Device(DeviceVerb),
}

#[derive(Debug, Args)]
struct ServeOptions {
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8480")]
    listen: SocketAddr,
    /// PEM file of the certificate chain; without it somebody in front must do TLS.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Requests worked on at one time, each with its connection to the log.
    #[arg(long, default_value_t = 32)]
    workers: usize,
    #[arg(long, default_value_t = 4_096)]
    connections: usize,
    /// Believe X-Forwarded-For: a load balancer in front writes it.
    #[arg(long)]
    forwarded: bool,
}

#[derive(Debug, Subcommand)]
enum CoopVerb {
    /// An empty place and the founder's code, good for ten minutes.
    Add {
        #[arg(long)]
        name: String,
        /// Kemendagri code of the village.
        #[arg(long, default_value = "")]
        region: String,
    },
}

#[derive(Debug, Subcommand)]
enum DeviceVerb {
    /// A code for a further device, good for ten minutes.
    Invite {
        /// The centre's handle for the place.
        coop: u64,
    },
    /// Stops a stolen device at once.
    Revoke {
        coop: u64,
        /// Its letter, as before its receipt numbers.
        letter: String,
    },
}

/// Runs what the arguments of the process say.
pub fn run() -> ExitCode {
    let command = Command::parse();
    tracing_subscriber::fmt()
        .json()
        .with_max_level(command.log)
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
    match start(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let message = format!("{error:#}");
            eprintln!("{}", json!({ "error": { "code": "failed", "message": message } }));
            ExitCode::FAILURE
        }
    }
}

fn start(command: Command) -> anyhow::Result<()> {
    let workers = match &command.verb {
        Verb::Serve(options) => options.workers.clamp(1, 512),
        _ => 1,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(workers + 4)
        .build()
        .context("no threads")?;
    runtime.block_on(async {
        match (&command.store.data, &command.store.database_url) {
            (Some(data), None) => Box::pin(perform(command.verb, SqliteLog::open(data)?)).await,
            (None, Some(url)) => {
                Box::pin(perform(command.verb, PostgresLog::open(url, workers + 2).await?)).await
            }
            _ => bail!("say where the log is: --data DIR or --database-url URL"),
        }
    })
}

async fn perform<L: CentreLog>(verb: Verb, log: L) -> anyhow::Result<()> {
    let centre = Centre::open(log, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
    match verb {
        Verb::Serve(options) => listen(centre, options).await,
        Verb::Coop(CoopVerb::Add { name, region }) => {
            let (coop, code) = centre.coop_add(&name, &region).await.map_err(spoken)?;
            say(&json!({ "coop": coop.to_string(), "pairing_code": code.to_string() }));
            Ok(())
        }
        Verb::Device(DeviceVerb::Invite { coop }) => {
            let code = centre.device_invite(coop).await.map_err(spoken)?;
            let letter = lumbung_primitives::device_letter(code.device_no);
            say(&json!({ "pairing_code": code.to_string(), "letter": letter }));
            Ok(())
        }
        Verb::Device(DeviceVerb::Revoke { coop, letter }) => {
            let device_no = number_of(&letter).ok_or_else(|| anyhow!("not a device's letter: {letter:?}"))?;
            centre.device_revoke(coop, device_no).await.map_err(spoken)?;
            say(&json!({ "revoked": letter }));
            Ok(())
        }
    }
}

async fn listen<L: CentreLog>(centre: Centre<L>, options: ServeOptions) -> anyhow::Result<()> {
    let tls = match (&options.tls_cert, &options.tls_key) {
        (Some(certificates), Some(key)) => Some(http::server_config(certificates, key)?),
        _ => None,
    };
    let listener = TcpListener::bind(options.listen)
        .await
        .with_context(|| format!("cannot listen at {}", options.listen))?;
    let address = listener.local_addr()?;
    say(&json!({ "listening": address.to_string(), "centre": hex(&centre.centre_key()) }));
    tracing::info!(%address, is_tls = tls.is_some(), "listening");
    let options = Options {
        workers: options.workers.clamp(1, 512),
        connections: options.connections.max(1),
        tls,
        is_forwarded: options.forwarded,
        ..Options::default()
    };
    http::serve(listener, Arc::new(centre), options, asked_to_end()).await;
    tracing::info!("ended");
    Ok(())
}

#[cfg(unix)]
async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("signals cannot be heard");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
}

#[cfg(not(unix))]
async fn asked_to_end() {
    if tokio::signal::ctrl_c().await.is_err() {
        tracing::error!("signals cannot be heard");
        std::future::pending::<()>().await;
    }
}

fn spoken(problem: Problem) -> anyhow::Error {
    anyhow!("{}", problem.detail)
}

fn say(answer: &serde_json::Value) {
    println!("{answer}");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// A = 1 … Z = 26, AA = 27.
fn number_of(letter: &str) -> Option<u32> {
    let digits = letter.chars().map(|letter| letter.to_ascii_uppercase());
    let number = digits.clone().try_fold(0_u32, |number, letter| {
        let digit = u32::from(letter).checked_sub(u32::from('A')).filter(|digit| *digit < 26)?;
        number.checked_mul(26)?.checked_add(digit + 1)
    })?;
    (number > 0).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::number_of;

    #[test]
    fn letters_are_numbers() {
        for number in [1, 26, 27, 53, 703] {
            assert_eq!(number_of(&lumbung_primitives::device_letter(number)), Some(number));
        }
        assert_eq!(number_of("a"), Some(1));
        for bad in ["", "1", "Ä", "A1"] {
            assert_eq!(number_of(bad), None, "{bad}");
        }
    }
}
