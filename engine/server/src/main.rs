//! `assent`: the one program. See [`assent_server::cli`].

fn main() -> std::process::ExitCode {
    assent_server::cli::run()
}
