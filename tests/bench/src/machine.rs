//! What the machine does meanwhile: how fast it makes things durable, what is written, how much memory is held.

use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// Pages of 4 KB made durable per second, one after another, by one file in this folder.
///
/// # Errors
/// When the folder cannot be written.
pub fn fsyncs_per_second(folder: &Path) -> std::io::Result<f64> {
    let path = folder.join("fsync.probe");
    let mut file = std::fs::File::create(&path)?;
    let (page, began, mut done) = ([7_u8; 4_096], Instant::now(), 0_u32);
    while began.elapsed() < Duration::from_secs(1) {
        file.seek(SeekFrom::Start(u64::from(done % 64) * 4_096))?;
        file.write_all(&page)?;
        file.sync_data()?;
        done += 1;
    }
    std::fs::remove_file(path)?;
    Ok(f64::from(done) / began.elapsed().as_secs_f64())
}

/// Bytes this process has sent to its disks so far.
pub fn bytes_written() -> u64 {
    field("/proc/self/io", "write_bytes:")
}

/// Resident memory of this process in MB.
pub fn resident_mb() -> u64 {
    resident_kb() / 1_024
}

/// The same in KB.
pub fn resident_kb() -> u64 {
    field("/proc/self/status", "VmRSS:")
}

/// Threads of this process.
pub fn threads() -> u64 {
    field("/proc/self/status", "Threads:")
}

/// Files this process has open.
pub fn files() -> usize {
    std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}

/// Processor time of this process so far; Linux counts it in hundredths of a second.
pub fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name in parentheses may hold anything.
    let behind = text.rsplit_once(')').map_or("", |(_, behind)| behind);
    let numbers = behind.split_whitespace().skip(11).take(2);
    let hundredths: u64 = numbers
        .filter_map(|number| number.parse::<u64>().ok())
        .sum();
    Duration::from_millis(hundredths * 10)
}

fn field(file: &str, name: &str) -> u64 {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines()
        .find_map(|line| line.strip_prefix(name))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|number| number.parse().ok())
        .unwrap_or_default()
}
