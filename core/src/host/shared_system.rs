//! The named parts of a program, and what it knows of itself, for threads.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use serde_json::Value;

use super::parts::Parts;
use super::sync::{AtomicU64, Mutex, MutexGuard, Ordering, PoisonError};
use super::{SharedChain, SharedGuards};
use crate::degrade::Change;
use crate::error::ConfigError;
use crate::fallback::ChainConfig;
use crate::policy::Policy;
use crate::system::{BreakerHealth, DebugInfo, HealthReport, System, SystemConfig};
use crate::time::Instant;

/// The named breakers, limits, budgets and chains of one program, with a [`System`] that hears of their calls.
///
/// A **part** is what stands between the program and one dependency: a breaker, limits and a retry budget under one name.
/// Policies that go through the same part share them ([`join`](Self::join)). Budgets with a name of their own, and chains, are
/// shared in the same way. Parts are kept while a policy holds them or they are not at rest; of the others there are
/// never more than the settings say.
///
/// A call that succeeds at its first attempt costs one addition here; everything else takes a lock for as long as it
/// takes to write it down.
#[derive(Debug)]
pub struct SharedSystem {
    parts: Mutex<Parts>,
    system: Mutex<System>,
    /// Calls that succeeded at once and are not handed in yet.
    at_once: AtomicU64,
    /// Until when they may be counted together, in nanoseconds.
    fills_until: AtomicU64,
}

/// What a policy goes through a part with.
#[derive(Debug)]
pub struct Joined {
    /// The policy, with the settings of the part where it has none of its own.
    pub policy: Policy,
    /// The machines of the part.
    pub guards: Arc<SharedGuards>,
}

impl SharedSystem {
    /// A system without parts; or everything that is wrong with the settings of its degradation.
    pub fn new(config: SystemConfig) -> Result<Self, ConfigError> {
        let parts = Mutex::new(Parts::new(config.parts));
        let system = Mutex::new(System::new(config)?);
        Ok(Self { parts, system, at_once: AtomicU64::new(0), fills_until: AtomicU64::new(0) })
    }

    /// Takes `policy` through the part of this name. The first policy makes the part's machines; for those that follow see
    /// [`join`](crate::system::join()). A budget with a name is made and joined in the same way.
    ///
    /// Where there is no place for another part, the policy gets machines of its own, which nobody shares and the
    /// system does not list: a flood of names must not take down what has nothing to do with them.
    pub fn join(&self, part: &str, policy: Policy, now: Instant) -> Result<Joined, ConfigError> {
        self.parts().join(part, policy, now)
    }

    /// The chain of this name, made if there is none. One that is there was made with the same settings, or it is an error.
    pub fn chain(
        &self,
        name: &str,
        config: &ChainConfig,
        now: Instant,
    ) -> Result<Arc<SharedChain>, ConfigError> {
        self.parts().chain(name, config, now)
    }

    /// The machines of a part, to read them or to do something by hand; `None` if there is no such part.
    pub fn part(&self, name: &str, now: Instant) -> Option<Arc<SharedGuards>> {
        self.parts().part(name, now)
    }

    /// A call succeeded at its first attempt.
    #[inline]
    pub fn succeeded(&self, now: Instant) -> Option<Change> {
        // Whoever reads the end of the bucket a moment too late counts for the next one, which nobody can tell.
        if now.as_nanos() < self.fills_until.load(Ordering::Relaxed) {
            self.at_once.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        self.with(now, |system| system.succeeded(1, now))
    }

    /// Until when successes at a first attempt may be added up outside before they are handed in; a time that has come means
    /// that the next one must be. `None` for as long as one likes.
    pub fn fills_until(&self) -> Option<Instant> {
        let until = self.fills_until.load(Ordering::Relaxed);
        (until != u64::MAX).then_some(Instant::from_nanos(until))
    }

    /// Tells the system something, or asks it.
    pub fn with<T>(&self, now: Instant, act: impl FnOnce(&mut System) -> T) -> T {
        let mut system = lock(&self.system);
        let calls = self.at_once.swap(0, Ordering::Relaxed);
        if calls > 0 {
            let before = self.fills_until.load(Ordering::Relaxed).saturating_sub(1);
            system.succeeded(calls, Instant::from_nanos(before.min(now.as_nanos())));
        }
        let answer = act(&mut system);
        let until = system.analytics().fills_until(now).map_or(0, Instant::as_nanos);
        self.fills_until.store(until, Ordering::Relaxed);
        answer
    }

    /// How well the program is.
    pub fn health(&self, now: Instant) -> HealthReport {
        let breakers = self.breakers(now);
        self.with(now, |system| system.health(breakers, now))
    }

    /// Everything that is known, without secrets.
    pub fn debug_info(&self, now: Instant) -> DebugInfo {
        let breakers = self.breakers(now);
        let mut info = self.with(now, |system| system.debug_info(breakers, now));
        let (parts, tallies): (Vec<(String, Value)>, _) = {
            let parts = self.parts();
            (parts.told(now), parts.tallies())
        };
        for (name, state) in parts {
            info.add(&name, state);
        }
        info.registries = tallies;
        info
    }

    /// Lets parts go that nobody uses any more; answers how many there were. Without it they go when new ones come.
    pub fn sweep(&self, now: Instant) -> u32 {
        self.parts().sweep(now)
    }

    fn breakers(&self, now: Instant) -> Vec<(String, BreakerHealth)> {
        self.parts().breakers(now)
    }

    fn parts(&self) -> MutexGuard<'_, Parts> {
        lock(&self.parts)
    }
}

/// A thread that panicked under the lock (none should) leaves what is at worst one event behind.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
