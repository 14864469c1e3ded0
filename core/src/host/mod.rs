//! What hosts with threads share: feature `std`.

mod shared_breaker;
#[cfg(test)]
mod tests;

pub use self::shared_breaker::SharedBreaker;
