//! `lumbung-server`.

fn main() -> std::process::ExitCode {
    lumbung_server::command::run()
}
