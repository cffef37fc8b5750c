//! What the operating system says of this process, under the names that all of Prometheus' own libraries use.

use std::fs;

use super::Reading;

/// What can be read on this system. Memory and files are told on Linux alone.
pub(super) fn readings(started_at: i64) -> Vec<Reading> {
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^52")]
    let started_at = started_at as f64;
    let mut found = vec![Reading::new(
        "process_start_time_seconds",
        "When the program began to count, in seconds since 1970",
        started_at,
    )];
    let memory = resident_bytes();
    found.extend(memory.map(|bytes| {
        Reading::new("process_resident_memory_bytes", "Memory that the program holds", bytes)
    }));
    found.extend(open_files().map(|count| {
        Reading::new("process_open_fds", "Files, sockets and the like that are open", count)
    }));
    found
}

/// `VmRSS` of `proc_pid_status(5)`, which counts in KiB.
fn resident_bytes() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u32 = line.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    Some(f64::from(kib) * 1024.0)
}

/// Without the one that is open to look.
fn open_files() -> Option<f64> {
    let count = fs::read_dir("/proc/self/fd").ok()?.count().checked_sub(1)?;
    u32::try_from(count).ok().map(f64::from)
}
