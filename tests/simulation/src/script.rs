//! What happens in a schedule: a list of steps, each of which means something wherever it stands, so that any of them may
//! be left out.

use crate::draw::Draw;

/// One step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) moves: Move,
    pub(crate) act: Act,
    /// Chance, fixed for this step whatever happens before it.
    pub(crate) chance: u64,
}

/// How the clock moves before a step.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Move {
    Still,
    On(u64),
    /// To a moment that matters, or so many nanoseconds before or after it.
    To(Moment, i64),
    Back(u64),
    End,
}

/// A moment that matters.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Moment {
    /// The next caller's wait is over.
    Wake,
    /// The open wait is over.
    Opens,
    /// A probe's lease ends.
    Lease,
    /// The window has passed once.
    Window,
    /// A call's deadline.
    Deadline,
    /// What the budget remembers is forgotten.
    Budget,
}

/// What happens.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    /// A caller begins.
    Call,
    /// So many callers begin at once.
    Herd(u8),
    /// A caller that waits comes back: one whose time has come, or any.
    Wake {
        due: bool,
        which: u8,
    },
    /// The server answers an attempt.
    Answer(u8),
    /// An attempt takes long: its caller asks for another one to race with it.
    Hedge(u8),
    /// An attempt answers in part.
    Partly(u8),
    /// A caller goes away while an attempt is under way, or while it waits.
    Cancel {
        flying: bool,
        which: u8,
    },
    /// An answer comes for an attempt that is over.
    Echo(u8),
    /// A caller without a policy asks the breaker, hands a ticket in, loses it, hands it in twice, or makes one up.
    Ask,
    Settle {
        which: u8,
        how: u8,
    },
    Lose(u8),
    Twice(u8),
    Forge,
    /// A caller takes the fast way past the breaker.
    Lane,
    /// From here on the server is in this condition.
    Server(Server),
    Tick,
    ForceOpen,
    ForceClosed,
    Reset,
    Reconfigure(u8),
    /// Saved and restored in place, on another clock, or refused.
    Restore,
    Restart,
    Broken,
    /// A call through the chain begins, goes on, or is given up.
    Chain(u8),
    ChainAnswer(u8),
    ChainCancel(u8),
    /// A metric is read: well, badly, or as no number.
    Metric {
        bad: bool,
    },
    NoNumber,
    ByHand(u8),
    /// For so many steps the clock stands still.
    Stall(u8),
}

/// The condition of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Server {
    Well,
    Down,
    Flapping,
    Busy,
    Greedy,
    Refusing,
    TimingOut,
    Confused,
    Forbidding,
    Missing,
    Spent,
    Aborting,
}

/// The steps of `seed`, and so many of them.
pub(crate) fn steps(draw: &mut Draw, many: usize) -> Vec<Step> {
    // Some schedules are calm, some are not.
    let calm = draw.between(1, 4);
    (0..many).map(|_| Step { act: act(draw, calm), moves: moves(draw), chance: draw.next() }).collect()
}

fn moves(draw: &mut Draw) -> Move {
    match draw.below(32) {
        0..=9 => Move::Still,
        10 => Move::On(1),
        11..=14 => Move::On(draw.below(50 * MS)),
        15..=17 => Move::On(draw.below(2_000 * MS)),
        18 => Move::On(draw.below(90_000 * MS)),
        19 if draw.one_in(4) => Move::On(draw.below(10 * YEAR)),
        19 => Move::On(3_600_000 * MS),
        20 if draw.one_in(2) => Move::Back(draw.below(3_600_000 * MS)),
        20 => Move::Back(1),
        21..=25 => Move::To(Moment::Wake, near(draw)),
        26 | 27 => Move::To(Moment::Opens, near(draw)),
        28 => Move::To(Moment::Lease, near(draw)),
        29 => Move::To(Moment::Window, near(draw)),
        30 => Move::To(if draw.one_in(2) { Moment::Deadline } else { Moment::Budget }, near(draw)),
        _ if draw.one_in(150) => Move::End,
        _ => Move::Still,
    }
}

fn near(draw: &mut Draw) -> i64 {
    draw.pick(&[0, 0, 0, -1, 1])
}

fn act(draw: &mut Draw, calm: u64) -> Act {
    if draw.one_in(3 * calm) {
        return fault(draw);
    }
    let which = draw.byte();
    match draw.below(24) {
        0..=4 => Act::Call,
        5..=8 => Act::Wake { due: true, which },
        9..=14 => Act::Answer(which),
        15 => Act::Hedge(which),
        16 | 17 => Act::Ask,
        18..=20 => Act::Settle { which, how: draw.byte() },
        21 => Act::Lane,
        22 if draw.one_in(2) => Act::Chain(which),
        22 => Act::ChainAnswer(which),
        _ if draw.one_in(2) => Act::Tick,
        _ => Act::Metric { bad: draw.one_in(2) },
    }
}

fn fault(draw: &mut Draw) -> Act {
    let which = draw.byte();
    match draw.below(26) {
        0..=6 => Act::Server(draw.pick(&SERVERS)),
        7 => Act::Herd(which % 12),
        8 => Act::Wake { due: false, which },
        9 => Act::Partly(which),
        10 | 11 => Act::Cancel { flying: true, which },
        12 => Act::Cancel { flying: false, which },
        13 | 14 => Act::Echo(which),
        15 => Act::Lose(which),
        16 => Act::Twice(which),
        17 if draw.one_in(3) => Act::Forge,
        17 => Act::Stall(which % 8),
        18 => draw.pick(&[Act::ForceOpen, Act::ForceClosed]),
        19 => Act::Reset,
        20 | 21 => Act::Reconfigure(which),
        22 => Act::Restore,
        23 => draw.pick(&[Act::Restart, Act::Broken]),
        24 => draw.pick(&[Act::ChainCancel(which), Act::NoNumber]),
        _ => Act::ByHand(which),
    }
}

const SERVERS: [Server; 16] = [
    Server::Well,
    Server::Well,
    Server::Well,
    Server::Well,
    Server::Down,
    Server::Down,
    Server::Flapping,
    Server::Busy,
    Server::Greedy,
    Server::Refusing,
    Server::TimingOut,
    Server::Confused,
    Server::Forbidding,
    Server::Missing,
    Server::Spent,
    Server::Aborting,
];

const MS: u64 = 1_000_000;
const YEAR: u64 = 31_557_600 * 1_000 * MS;
