//! The rate limiter: so many calls in so long, with a burst, first come first served.
//!
//! It is a token bucket that holds `burst` tokens and gains `rate` of them in `per`; a call takes one. Instead of a count
//! and a refill it keeps one moment, the one at which the bucket will be full again (the *theoretical arrival time* of
//! the generic cell rate algorithm, ITU-T I.371). Nothing has to run in between, and nothing drifts.
//!
//! | state | `acquire` | `cancel` of the last place | of an earlier one | with time |
//! |---|---|---|---|---|
//! | tokens left | now; one token less | gives its token back | – | fills up to `burst` |
//! | no token, one comes within `max_wait` | a wait, and a place in the line | gives its place back | – | the line moves up |
//! | no token within `max_wait` | **rejected**, and when to come back | gives its place back | – | the line moves up |
//!
//! Rules that hold whatever the settings:
//!
//! - Between any two moments that lie t apart, both included, at most `burst + rate · t / per` calls begin. A call
//!   begins when its wait is over. The arithmetic is exact: seven calls in three seconds are 201 600 in a day.
//! - No call waits longer than that bound asks for, and none is rejected that a wait of at most `max_wait` would
//!   satisfy. A rejected caller that comes back after `retry_after` is admitted if nobody else came; a nanosecond
//!   earlier it is not.
//! - Who comes later never begins earlier.
//! - Time that went backwards is time that has not moved.
//!
//! Calls begin at whole nanoseconds. Where `burst` is 1 and `per / rate` is no whole number, the first rule alone makes
//! calls that wait lose a part of a nanosecond each; a burst of two makes up for it.

mod config;
mod limiter;
mod snapshot;

#[cfg(test)]
mod tests;

pub use self::config::RateLimitConfig;
pub use self::limiter::{RateLimiter, Rejection, Reservation, Tally};
pub use self::snapshot::Snapshot;
