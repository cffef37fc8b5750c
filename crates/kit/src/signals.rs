//! What signals do to the program, from its first moment on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

#[cfg(not(unix))]
pub use elsewhere::hear;
#[cfg(not(unix))]
pub(crate) use elsewhere::stop;
#[cfg(unix)]
pub use unix::hear;
#[cfg(unix)]
pub(crate) use unix::stop;

/// Whether this process was told to stop. A signal is for all of it, whatever else runs there.
static STOPPING: AtomicBool = AtomicBool::new(false);

/// Whether this process was told to stop, and serves for a while only.
pub(crate) fn is_stopping() -> bool {
    STOPPING.load(Ordering::Relaxed)
}

/// Says that this process stops, and waits: nobody new is to be sent here meanwhile. Whoever sends another
/// `signal` does not want to wait for that.
async fn linger(delay: Duration, signal: impl Future) {
    STOPPING.store(true, Ordering::Relaxed);
    if !delay.is_zero() {
        log::info!(
            "stopping in {} s, or at a second signal: until then /readyz is 503",
            delay.as_secs()
        );
        let _ = tokio::time::timeout(delay, signal).await;
    }
}

#[cfg(unix)]
mod unix {
    use std::future::pending;
    use std::io::{self, IsTerminal as _};
    use std::sync::OnceLock;
    use std::{process, thread};

    use tokio::runtime::Builder;
    use tokio::signal::unix::{SignalKind, signal};
    use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

    use super::{Duration, linger};
    use crate::cli::Failure;
    use crate::logger;

    /// What a shell adds to the number of the signal that ended a program, to make an exit code of it.
    const ENDED_BY: i32 = 128;

    /// Whom SIGTERM and Ctrl-C are told to; without anybody, they end the program.
    static SERVER: OnceLock<UnboundedSender<SignalKind>> = OnceLock::new();

    /// Hears signals from here on, if the program is about to serve or is the first process of a container,
    /// which the kernel spares what it does not hear. (Any other command a signal ends without our doing.)
    /// SIGTERM and Ctrl-C end the program until it serves. At SIGHUP the log's file is opened again. Without
    /// one, SIGHUP is noted and nothing else: who rotates logs sends it to whatever runs. At a terminal it
    /// keeps its meaning: the terminal is closed, and nobody wants a program behind that holds the port.
    pub fn hear(serves: bool) -> Result<(), Failure> {
        if !serves && process::id() != 1 {
            return Ok(());
        }
        let runtime =
            Builder::new_current_thread().enable_io().build().map_err(|error| failed(&error))?;
        let within = runtime.enter();
        heed(SignalKind::terminate(), stop_by)?;
        heed(SignalKind::interrupt(), stop_by)?;
        if !io::stderr().is_terminal() {
            heed(SignalKind::hangup(), hang_up)?;
        }
        drop(within);
        let thread = thread::Builder::new().name("signals".to_owned());
        thread.spawn(move || runtime.block_on(pending::<()>())).map_err(|error| failed(&error))?;
        Ok(())
    }

    /// Does this whenever the signal comes, in the runtime where it is called.
    fn heed(kind: SignalKind, act: fn(SignalKind)) -> Result<(), Failure> {
        let mut signals = signal(kind).map_err(|error| failed(&error))?;
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                act(kind);
            }
        });
        Ok(())
    }

    fn failed(error: &io::Error) -> Failure {
        Failure::from(format!("Signals cannot be heard: {error}."))
    }

    fn stop_by(kind: SignalKind) {
        if SERVER.get().is_none_or(|server| server.send(kind).is_err()) {
            end_by(kind);
        }
    }

    fn end_by(kind: SignalKind) -> ! {
        process::exit(ENDED_BY + kind.as_raw_value())
    }

    fn hang_up(_: SignalKind) {
        logger::reopen();
    }

    /// Resolves so long after SIGTERM or Ctrl-C, or at the next of them. (Left to itself, Actix drops requests
    /// in flight at Ctrl-C.) Whoever sends one more does not want to wait for those: the program ends at
    /// once, and its exit code does not say that all went well.
    pub(crate) fn stop(delay: Duration) -> Result<impl Future<Output = ()> + Send, Failure> {
        // With the log in a file, a terminal that is closed takes nothing along.
        if logger::is_in_a_file() && io::stderr().is_terminal() {
            heed(SignalKind::hangup(), hang_up)?;
        }
        let (sender, mut signals) = unbounded_channel();
        // A process serves once.
        let _ = SERVER.set(sender);
        Ok(async move {
            signals.recv().await;
            linger(delay, signals.recv()).await;
            log::info!("stopping: requests in flight are finished; another signal stops at once");
            tokio::spawn(async move {
                if let Some(second) = signals.recv().await {
                    log::warn!("stopped at once by another signal: requests in flight are lost");
                    end_by(second);
                }
            });
        })
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use actix_web::rt::signal::ctrl_c;

    use super::{Duration, linger};
    use crate::cli::Failure;

    /// Ctrl-C alone is heard here, once the program serves.
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
    pub fn hear(_: bool) -> Result<(), Failure> {
        Ok(())
    }

    /// Resolves so long after Ctrl-C, or at the next one.
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
    pub(crate) fn stop(delay: Duration) -> Result<impl Future<Output = ()> + Send, Failure> {
        Ok(async move {
            drop(ctrl_c().await);
            linger(delay, ctrl_c()).await;
        })
    }
}
