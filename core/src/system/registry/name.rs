//! A name of any length as a key of a bounded one.

use alloc::boxed::Box;
use alloc::format;

/// The SHA-256 of a name.
pub(super) type Digest = [u8; 32];

/// A name as it is kept. A short and a long one are never equal; short ones are sorted by their letters, and come first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name {
    Short(Box<str>),
    Long { digest: Digest, label: Box<str> },
}

/// A name as it is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key<'a> {
    Short(&'a str),
    Long(Digest),
}

impl<'a> Key<'a> {
    pub(super) fn new(name: &'a str) -> Self {
        if name.len() <= LONGEST_KEPT { Self::Short(name) } else { Self::Long(Name::digest(name)) }
    }

    /// A quick hash that anybody can compute: see [`Index`](super::index::Index).
    pub(super) fn hash(&self) -> u32 {
        let bytes = match self {
            Self::Short(name) => name.as_bytes(),
            Self::Long(digest) => digest,
        };
        let (words, rest) = bytes.as_chunks();
        let mut hash = words.iter().fold(0, |hash, word| mix(hash, u64::from_le_bytes(*word)));
        // With the length, so that a name which ends in zeros is another one.
        hash = mix(hash, rest.iter().fold(bytes.len() as u64, |word, byte| word << 8 | u64::from(*byte)));
        (hash & 0xffff_ffff) as u32
    }

    /// The SHA-256 of the name.
    pub(super) fn digest(&self) -> Digest {
        match self {
            Self::Short(name) => Name::digest(name),
            Self::Long(digest) => *digest,
        }
    }
}

impl Name {
    /// The name that was looked for as `key`.
    pub(super) fn new(name: &str, key: &Key<'_>) -> Self {
        let digest = match key {
            Key::Short(name) => return Self::Short(Box::from(*name)),
            Key::Long(digest) => *digest,
        };
        let start: alloc::string::String = name.chars().take(SHOWN).collect();
        let mark = digest.iter().take(4).fold(0_u32, |mark, byte| mark << 8 | u32::from(*byte));
        Self::Long { digest, label: format!("{start}…{mark:08x}").into_boxed_str() }
    }

    pub(super) fn is(&self, key: &Key<'_>) -> bool {
        match (self, key) {
            (Self::Short(name), Key::Short(other)) => **name == **other,
            (Self::Long { digest, .. }, Key::Long(other)) => digest == other,
            _ => false,
        }
    }

    pub(super) fn key(&self) -> Key<'_> {
        match self {
            Self::Short(name) => Key::Short(name),
            Self::Long { digest, .. } => Key::Long(*digest),
        }
    }

    /// What the name is shown by.
    pub(super) fn label(&self) -> &str {
        match self {
            Self::Short(name) => name,
            Self::Long { label, .. } => label,
        }
    }

    /// The key of a long name: SHA-256 (FIPS 180-4). A hash that is only quick would let whoever chooses names put two of
    /// them into one part.
    pub(super) fn digest(name: &str) -> Digest {
        let mut state = FIRST;
        let blocks = name.as_bytes().chunks_exact(BLOCK);
        let rest = blocks.remainder();
        blocks.for_each(|block| compress(&mut state, block));
        let mut tail = [0; 2 * BLOCK];
        let bits = u64::try_from(name.len()).unwrap_or(u64::MAX).wrapping_mul(8);
        let len = if rest.len() < BLOCK - 8 { BLOCK } else { 2 * BLOCK };
        let marked = rest.iter().chain([&0x80]);
        tail.iter_mut().zip(marked).for_each(|(to, from)| *to = *from);
        tail.iter_mut().take(len).rev().zip(bits.to_le_bytes()).for_each(|(to, from)| *to = from);
        tail.chunks_exact(BLOCK).take(len / BLOCK).for_each(|block| compress(&mut state, block));
        let mut digest = [0; 32];
        let bytes = state.into_iter().flat_map(u32::to_be_bytes);
        digest.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        digest
    }
}

/// One step of a quick hash: the multiplier and the shift of the last step of `MurmurHash3`.
const fn mix(hash: u64, word: u64) -> u64 {
    let mixed = (hash ^ word).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed ^ (mixed >> 33)
}

#[allow(clippy::many_single_char_names, reason = "the letters of FIPS 180-4")]
fn compress(state: &mut [u32; 8], block: &[u8]) {
    let mut schedule = [0_u32; 16];
    for (word, bytes) in schedule.iter_mut().zip(block.chunks_exact(4)) {
        *word = bytes.iter().fold(0, |word, byte| word << 8 | u32::from(*byte));
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    for constant in ROUNDS {
        let [word, second, .., seven_back, _, _, _, _, two_back, _] = schedule;
        let choice = (e & f) ^ (!e & g);
        let first = h
            .wrapping_add(e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25))
            .wrapping_add(choice)
            .wrapping_add(constant)
            .wrapping_add(word);
        let majority = (a & b) ^ (a & c) ^ (b & c);
        let other = (a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22)).wrapping_add(majority);
        (h, g, f, e, d, c, b, a) = (g, f, e, d.wrapping_add(first), c, b, a, first.wrapping_add(other));
        let next = (two_back.rotate_right(17) ^ two_back.rotate_right(19) ^ (two_back >> 10))
            .wrapping_add(seven_back)
            .wrapping_add(second.rotate_right(7) ^ second.rotate_right(18) ^ (second >> 3))
            .wrapping_add(word);
        schedule.rotate_left(1);
        if let Some(last) = schedule.last_mut() {
            *last = next;
        }
    }
    for (word, more) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *word = word.wrapping_add(more);
    }
}

/// A host name has 253 letters at most; what is longer is no name that a person chose.
const LONGEST_KEPT: usize = 256;

/// Letters of a long name that are shown.
const SHOWN: usize = 40;

const BLOCK: usize = 64;

const FIRST: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

const ROUNDS: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];
