//! The settings of hedging, already known to make sense.

use core::num::NonZeroU32;
use core::time::Duration;

use crate::limit::Share;

/// When a further attempt is raced against those under way, and how many of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HedgeConfig {
    /// How long an attempt may be silent before it is hedged.
    pub when: When,
    /// So many further attempts beside the first one.
    pub max_hedges: NonZeroU32,
}

/// How long an attempt may be silent before it is hedged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// This long, always.
    After(Duration),
    /// As long as this share of the calls took lately.
    Percentile(Percentile),
}

/// A delay that follows what calls really take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percentile {
    /// The share of calls that are faster: what is left is hedged.
    pub share: Share,
    /// With fewer calls than this in the window the percentile is not known.
    pub minimum_calls: NonZeroU32,
    /// What is older is forgotten, to a precision of a quarter of it.
    pub window: Duration,
    /// The delay while the percentile is not known. `None`: nothing is hedged then.
    pub until_known: Option<Duration>,
}

impl Default for HedgeConfig {
    /// One hedge at the 95th percentile.
    ///
    /// That is the rule of Dean and Barroso, The Tail at Scale (2013): it costs about a twentieth more load and
    /// cuts most of the tail. A second hedge would mostly meet what made both others slow.
    fn default() -> Self {
        Self { when: When::Percentile(Percentile::default()), max_hedges: NonZeroU32::MIN }
    }
}

impl Default for Percentile {
    /// The 95th of at least a hundred calls of the last minute.
    ///
    /// Of a hundred calls five are beyond the 95th percentile: with fewer it is made of one or two accidents. A minute
    /// is long enough to gather them and short enough to follow a dependency that becomes slower.
    fn default() -> Self {
        Self {
            share: Share::from_millionths(950_000),
            minimum_calls: NonZeroU32::MIN.saturating_add(99),
            window: Duration::from_secs(60),
            until_known: None,
        }
    }
}
