//! Who asks is known before it is told what is wrong with what was sent: a device that was reported
//! lost is told that, and nothing about its body, however fast either is read.

use actix_web::{HttpMessage as _, HttpRequest};
use tokio::sync::watch;

/// Open as soon as it is known whether the caller may ask.
#[derive(Clone, Debug)]
pub(crate) struct Door(Option<watch::Receiver<()>>);

impl Door {
    /// Closes a request's door for as long as what is given back is held.
    pub(super) fn close(request: &HttpRequest) -> watch::Sender<()> {
        let (held, seen) = watch::channel(());
        request.extensions_mut().insert(Self(Some(seen)));
        held
    }

    /// A request's door. One at which nobody has to say who they are stands open.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        request.extensions().get::<Self>().cloned().unwrap_or(Self(None))
    }

    /// Waits before it is told what is wrong.
    pub(crate) async fn before<T, E>(self, read: Result<T, E>) -> Result<T, E> {
        if let (Err(_), Some(mut seen)) = (&read, self.0) {
            while seen.changed().await.is_ok() {}
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Waker};

    fn is_told(telling: impl Future<Output = Result<(), ()>>) -> bool {
        pin!(telling).poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn what_is_wrong_is_told_when_it_is_known_who_asks_and_what_is_right_at_once() {
        let request = TestRequest::default().to_http_request();
        assert!(is_told(Door::of(&request).before(Err(()))));
        let held = Door::close(&request);
        assert!(!is_told(Door::of(&request).before(Err(()))));
        assert!(is_told(Door::of(&request).before(Ok(()))));
        drop(held);
        assert!(is_told(Door::of(&request).before(Err(()))));
    }
}
