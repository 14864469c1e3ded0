//! Many short rounds, each beside a round of the bare case: on a noisy machine the least of many differences
//! says more than one long mean.

use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::allocations::heap_of;

/// Measures a case against its bare one, on one thread and on two at once, and prints nanoseconds a call.
///
/// Either argument makes, for each thread, what runs so many calls; see [`calls`].
pub fn measure<B: FnMut(u32), C: FnMut(u32)>(
    name: &str,
    bare: impl Fn() -> B + Sync,
    case: impl Fn() -> C + Sync,
) {
    let alone = alone(&mut bare(), &mut case());
    let together = median(together(&case)) - median(together(&bare));
    row(name, &alone, &format!("{together:.0}"));
}

/// Measures a case that is one thread's own.
pub fn measure_alone(name: &str, mut bare: impl FnMut(u32), mut case: impl FnMut(u32)) {
    row(name, &alone(&mut bare, &mut case), "–");
}

/// Runs `act` so many times, and takes notice of each answer.
pub fn calls<T>(mut act: impl FnMut() -> T) -> impl FnMut(u32) {
    move |count| {
        for _ in 0..count {
            black_box(act());
        }
    }
}

/// Awaits `act` so many times, one after the other, on a runtime of its own with one thread.
pub fn calls_of<T>(mut act: impl AsyncFnMut() -> T) -> impl FnMut(u32) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    move |count| {
        runtime.block_on(async {
            for _ in 0..count {
                black_box(act().await);
            }
        });
    }
}

/// Prints a table's head.
pub fn head(title: &str) {
    println!("\n| {title} | least | median | two threads, median | allocations |");
    println!("|---|---:|---:|---:|---:|");
}

struct Alone {
    least: f64,
    median: f64,
    allocations: f64,
}

fn alone(bare: &mut impl FnMut(u32), case: &mut impl FnMut(u32)) -> Alone {
    let count = how_many(case).min(how_many(bare));
    let (mut bares, mut cases) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bares.push(round(bare, count));
        cases.push(round(case, count));
    }
    let sample = count.min(1_000);
    let ((), heap) = heap_of(|| case(sample));
    Alone {
        least: least(&cases) - least(&bares),
        median: median(cases) - median(bares),
        allocations: number(heap.blocks) / f64::from(sample),
    }
}

/// Rounds that two threads begin at the same time; the nanoseconds a call of both.
fn together<C: FnMut(u32)>(case: &(impl Fn() -> C + Sync)) -> Vec<f64> {
    let arrived = AtomicU32::new(0);
    let count = how_many(&mut case());
    let cores = core_affinity::get_core_ids().unwrap_or_default();
    // Left to the system, both may share a core, and then never meet.
    let thread = |which: usize| {
        cores.get(which).map(|core| core_affinity::set_for_current(*core));
        let mut case = case();
        case(count / 10);
        let measured = (1..=ROUNDS_TOGETHER).map(|number| {
            arrived.fetch_add(1, Ordering::AcqRel);
            while arrived.load(Ordering::Acquire) < 2 * number {
                std::hint::spin_loop();
            }
            round(&mut case, count)
        });
        measured.collect::<Vec<f64>>()
    };
    std::thread::scope(|scope| {
        let both = [scope.spawn(|| thread(0)), scope.spawn(|| thread(1))];
        both.into_iter().flat_map(|thread| thread.join().expect("a thread that measures")).collect()
    })
}

/// As many calls as take about a round.
fn how_many(case: &mut impl FnMut(u32)) -> u32 {
    let mut count = 64;
    loop {
        let took = round(case, count) * f64::from(count);
        if took >= number(u64::try_from(ROUND.as_nanos()).unwrap_or(u64::MAX)) || count >= 1 << 24 {
            return count;
        }
        count *= 2;
    }
}

#[allow(clippy::disallowed_methods, reason = "a benchmark is a host: it has to read a clock")]
fn round(case: &mut impl FnMut(u32), count: u32) -> f64 {
    let start = Instant::now();
    case(count);
    number(u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX)) / f64::from(count)
}

fn row(name: &str, alone: &Alone, together: &str) {
    let Alone { least, median, allocations } = alone;
    let allocations = if *allocations < 0.01 { "0".to_owned() } else { format!("{allocations:.1}") };
    println!("| {name} | {least:.1} | {median:.1} | {together} | {allocations} |");
}

fn least(rounds: &[f64]) -> f64 {
    rounds.iter().copied().fold(f64::INFINITY, f64::min)
}

fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds.get(rounds.len() / 2).copied().unwrap_or(f64::NAN)
}

#[allow(clippy::cast_precision_loss, reason = "what a benchmark counts is far below 2⁵³")]
fn number(count: u64) -> f64 {
    count as f64
}

const ROUND: Duration = Duration::from_millis(1);
const ROUNDS: u32 = 60;
const ROUNDS_TOGETHER: u32 = 40;
