//! The bulkhead: so many calls at a time, so many more in a line, and everyone else elsewhere.
//!
//! One slow dependency must not take all of a program's threads, connections and memory with it.
//!
//! | state | `enter` | `leave`, `forget` of a permit | `forget` of a place in the line | with time |
//! |---|---|---|---|---|
//! | room | **admitted** | frees it | – | – |
//! | no room, room in the line | **queued** | the first in the line is **granted** | frees it | who waited for `max_wait` is **gone** |
//! | no room, line full | **full** | the first in the line is **granted** | frees it | who waited for `max_wait` is **gone** |
//!
//! A permit passes from the one who leaves to the first in the line within the same event, so a newcomer never
//! overtakes. Who was queued holds one number, which is first its place and then its permit. A host with wakers wakes
//! the one that an answer names; a host without asks [`poll`](Bulkhead::poll):
//!
//! | a number that is | `poll` | `leave` | `forget` |
//! |---|---|---|---|
//! | admitted or granted | `Granted` | frees it, passes it on | frees it, passes it on |
//! | a place in the line | `Waiting` | – | frees it |
//! | handed back, timed out, made up, of before a restore | `Gone` | – | – |
//!
//! Everyone waits equally long at most, so those who wait too long are always at the head of the line; they are taken out
//! of it by the next event of any kind, before it is answered. Who is given a permit at the very moment at which the
//! wait is over is not: reaching `max_wait` is enough.

mod config;
mod line;
mod machine;
mod slots;
mod snapshot;

#[cfg(test)]
mod tests;

pub use self::config::{BulkheadConfig, MOST_CALLS};
pub use self::machine::{Bulkhead, Entry, Place, Tally};
pub use self::snapshot::Snapshot;
