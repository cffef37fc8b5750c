//! Files for this user alone.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

/// Creates a folder that only this user may enter (0700), unless it exists.
pub fn create_private_dir(path: &Path) -> io::Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Opens a file to read and write; a new one may be used by this user alone (0600).
pub fn open_private(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().create(true).truncate(false)).open(path)
}

/// Makes a new file to read and write, for this user alone (0600). One that exists is an error.
pub fn create_private(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().create_new(true)).open(path)
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.read(true).write(true)
}

/// The folder that a file is in: `.` for a name alone.
pub fn dir_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// Waits until the name of a new file is on the disk. (Only Unix opens a folder for that.)
pub fn sync_dir_of(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(dir_of(path))?.sync_all() } else { Ok(()) }
}
