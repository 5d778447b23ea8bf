//! Being told to end: TERM or INT.

use actix_web::rt::{System, SystemRunner};
use std::fmt;
use std::io;

#[cfg(unix)]
type Signal = actix_web::rt::signal::unix::Signal;

/// Listens for the signals from the moment it is made. Made before the service says that it
/// listens: whoever reads that may tell it to end at once.
pub struct Ending {
    system: SystemRunner,
    #[cfg(unix)]
    signals: [Signal; 2],
}

impl fmt::Debug for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ending")
    }
}

impl Ending {
    /// Begins to listen.
    #[cfg(unix)]
    pub fn listen() -> io::Result<Self> {
        use actix_web::rt::signal::unix::{SignalKind, signal};
        let system = System::new();
        let signals = system.block_on(async {
            io::Result::Ok([signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?])
        })?;
        Ok(Self { system, signals })
    }

    /// Waits for one of them, which may have come before.
    #[cfg(unix)]
    pub(crate) fn wait(mut self) -> io::Result<()> {
        self.system.block_on(std::future::poll_fn(|context| {
            // Each is asked, so that each wakes.
            let told = self.signals.iter_mut().map(|signal| signal.poll_recv(context).is_ready());
            match told.fold(false, |is_told, this| is_told | this) {
                true => std::task::Poll::Ready(()),
                false => std::task::Poll::Pending,
            }
        }));
        Ok(())
    }

    /// Begins to listen.
    #[cfg(not(unix))]
    pub fn listen() -> io::Result<Self> {
        Ok(Self { system: System::new() })
    }

    /// Waits for it.
    #[cfg(not(unix))]
    pub(crate) fn wait(self) -> io::Result<()> {
        self.system.block_on(actix_web::rt::signal::ctrl_c())
    }
}
