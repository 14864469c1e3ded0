//! Self-healing: a call fails, the host's diagnoser names the problem, a remedy is applied, the call is made again.
//!
//! A [`Heal`] is the small value that carries one call through it. Which remedies fit which diagnosis is a table in the
//! [`HealConfig`]; what a diagnosis and a remedy *are* only the host knows.
//!
//! | state | `failed` | `remedied` | `remedy_failed` | `succeeded` | `abandoned` |
//! |---|---|---|---|---|---|
//! | attempt | **remedy** with the first one of the diagnosis that this call has not tried; **over** if there is none | misuse | misuse | **over** | **over** |
//! | remedy | misuse | **attempt** | **remedy** with the next one of the same diagnosis; **over** if there is none | misuse | **over** |
//! | over | misuse | misuse | misuse | misuse | misuse |
//!
//! Its driver is a loop:
//!
//! ```text
//! make the call; if it fails:
//!     let mut answer = heal.failed(diagnose(error), …)
//!     loop match answer {
//!         Remedy { number, name } => apply it; answer = heal.remedied(number) or heal.remedy_failed(number)
//!         Retry                   => make the call again; heal.succeeded(), or answer = heal.failed(diagnose(error))
//!         GiveUp(reason)          => raise the caller's own error
//!     }
//! cancelled at any moment: heal.abandoned()
//! ```
//!
//! It ends, whatever the host answers: each remedy is applied **at most once** in a call, for whichever diagnosis, and all
//! of them together at most `max_remedies` times, those that failed included. So a call is made at most
//! `max_remedies + 1` times. One remedy, then one attempt: two remedies at once would leave open which of them helped.
//!
//! It has no clock and nothing to remember beyond its call, so there is no snapshot of it.

mod config;
mod machine;
mod report;

#[cfg(test)]
mod tests;

pub use self::config::{HealConfig, MOST_REMEDIES};
pub use self::machine::{GiveUp, Heal, Next};
pub use self::report::{Ending, HealReport, RemedyOutcome, TriedRemedy};

/// An event that does not fit the state. Nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Misuse {
    /// A remedy is being applied; the call has not been made again.
    #[error("remedy {number} is still under way")]
    RemedyUnderWay {
        /// The remedy that was given out.
        number: u32,
    },
    /// It was not given out, or has been settled already.
    #[error("remedy {number} is not under way")]
    NotUnderWay {
        /// The number handed back.
        number: u32,
    },
    /// The call has succeeded, was given up, or was abandoned.
    #[error("the call is over")]
    Over,
}
