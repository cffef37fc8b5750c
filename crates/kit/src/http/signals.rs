//! What signals do to a program that serves.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

#[cfg(not(unix))]
pub(super) use elsewhere::{heed_hangups, stop};
#[cfg(unix)]
pub(super) use unix::{heed_hangups, stop};

/// Whether this process was told to stop. A signal is for all of it, whatever else runs there.
static STOPPING: AtomicBool = AtomicBool::new(false);

/// Whether this process was told to stop, and serves for a while only.
pub(super) fn is_stopping() -> bool {
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
    use std::io::IsTerminal as _;
    use std::pin::pin;
    use std::process;

    use actix_web::rt::signal::unix::{Signal, SignalKind, signal};
    use futures_util::future::{Either, select};

    use super::{Duration, io, linger};
    use crate::logger;

    /// What a shell adds to the number of the signal that ended a program, to make an exit code of it.
    const ENDED_BY: i32 = 128;

    /// Resolves so long after SIGTERM or Ctrl-C, or at the next of them. (Left to itself, Actix drops requests
    /// in flight at Ctrl-C.) Whoever sends one more does not want to wait for those: the program ends at
    /// once, and its exit code does not say that all went well.
    pub(in crate::http) fn stop(delay: Duration) -> io::Result<impl Future<Output = ()> + Send> {
        let mut term = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        Ok(async move {
            either(&mut term, &mut interrupt).await;
            linger(delay, either(&mut term, &mut interrupt)).await;
            log::info!("stopping: requests in flight are finished; another signal stops at once");
            tokio::spawn(async move {
                let second = either(&mut term, &mut interrupt).await;
                log::warn!("stopped at once by another signal: requests in flight are lost");
                process::exit(ENDED_BY + second.as_raw_value());
            });
        })
    }

    async fn either(term: &mut Signal, interrupt: &mut Signal) -> SignalKind {
        match select(pin!(term.recv()), pin!(interrupt.recv())).await {
            Either::Left(_) => SignalKind::terminate(),
            Either::Right(_) => SignalKind::interrupt(),
        }
    }

    /// At SIGHUP, opens the log's file again. Without one, SIGHUP is noted and nothing else: who rotates logs
    /// sends it to whatever runs. At a terminal it keeps its meaning: the terminal is closed, and nobody
    /// wants a program behind that holds the port.
    pub(in crate::http) fn heed_hangups() -> io::Result<()> {
        if !logger::is_in_a_file() && io::stderr().is_terminal() {
            return Ok(());
        }
        let mut hangups = signal(SignalKind::hangup())?;
        tokio::spawn(async move {
            while hangups.recv().await.is_some() {
                logger::reopen();
            }
        });
        Ok(())
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use actix_web::rt::signal::ctrl_c;

    use super::{Duration, io, linger};

    /// Resolves so long after Ctrl-C, or at the next one.
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
    pub(in crate::http) fn stop(delay: Duration) -> io::Result<impl Future<Output = ()> + Send> {
        Ok(async move {
            drop(ctrl_c().await);
            linger(delay, ctrl_c()).await;
        })
    }

    /// There is no SIGHUP here.
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
    pub(in crate::http) fn heed_hangups() -> io::Result<()> {
        Ok(())
    }
}
