//! What signals do to a program that serves.

use std::io;

#[cfg(not(unix))]
pub(super) use elsewhere::{heed_hangups, stop};
#[cfg(unix)]
pub(super) use unix::{heed_hangups, stop};

#[cfg(unix)]
mod unix {
    use std::io::IsTerminal as _;
    use std::pin::pin;
    use std::process;

    use actix_web::rt::signal::unix::{Signal, SignalKind, signal};
    use futures_util::future::{Either, select};

    use super::io;
    use crate::logger;

    /// What a shell adds to the number of the signal that ended a program, to make an exit code of it.
    const ENDED_BY: i32 = 128;

    /// Resolves at SIGTERM and at Ctrl-C. (Left to itself, Actix drops requests in flight at Ctrl-C.) Whoever
    /// sends another one does not want to wait for those: the program ends at once, and its exit code does
    /// not say that all went well.
    pub(in crate::http) fn stop() -> io::Result<impl Future<Output = ()> + Send> {
        let mut term = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        Ok(async move {
            either(&mut term, &mut interrupt).await;
            log::info!("stopping: requests in flight are finished; a second signal stops at once");
            tokio::spawn(async move {
                let second = either(&mut term, &mut interrupt).await;
                log::warn!("stopped at once by a second signal: requests in flight are lost");
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
    use super::io;

    /// Resolves at Ctrl-C.
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
    pub(in crate::http) fn stop() -> io::Result<impl Future<Output = ()> + Send> {
        Ok(async { drop(actix_web::rt::signal::ctrl_c().await) })
    }

    /// There is no SIGHUP here.
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
    pub(in crate::http) fn heed_hangups() -> io::Result<()> {
        Ok(())
    }
}
