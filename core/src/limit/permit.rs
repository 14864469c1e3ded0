//! What a limit hands out.

/// The right to one call, or a place in the line for it, to be handed back to the limit that gave it.
///
/// It is a plain number below 2⁵², so that every host can keep it as an integer or a double without allocating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Permit(u64);

impl Permit {
    /// The permit that `bits` stand for. Any number is safe: one that no limit gave out is stale.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The number to keep it as.
    pub const fn to_bits(self) -> u64 {
        self.0
    }
}
