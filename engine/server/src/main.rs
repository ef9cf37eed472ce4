//! `assent`: the one program. See [`assent_server::cli`].

/// Turns are decided on every thread and freed on the committer's: the system's allocator spends a tenth of all time waiting
/// for itself there (docs/performance.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    assent_server::cli::run()
}
