//! Waiting in the bulkhead's line.

use core::future::poll_fn;
use core::task::Poll;
use core::time::Duration;

use ::tokio::time;

use super::clock;
use crate::host::SharedGuards;
use crate::limit::Permit;

/// Waits until `place` is granted or gone, at most for `longest`. It is woken when that happens and looks at nothing
/// meanwhile; dropped, it is forgotten.
pub(super) async fn in_line(guards: &SharedGuards, place: Permit, longest: Option<Duration>) {
    let waiting = Waiting { guards, place };
    let granted = poll_fn(|context| {
        if waiting.guards.is_waiting(waiting.place, clock::now(), context.waker()) {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    });
    match longest {
        None => granted.await,
        // Either way the core is asked what has become of the place.
        Some(longest) => time::timeout(longest, granted).await.unwrap_or_default(),
    }
}

struct Waiting<'a> {
    guards: &'a SharedGuards,
    place: Permit,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.guards.stop_waiting(self.place);
    }
}
