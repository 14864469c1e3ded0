//! Plays schedules: `simulate <seed>` one, `simulate <first>..<end>` many, on as many threads as there are cores.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use failsoft_simulation::{Schedule, Totals};

#[allow(clippy::disallowed_methods, reason = "it says how long it took, and decides nothing by it")]
fn main() -> ExitCode {
    let wanted = std::env::args().nth(1).unwrap_or_else(|| "0..10000".into());
    let (first, end) = match wanted.split_once("..") {
        Some((first, end)) => (first.parse(), end.parse()),
        None => (wanted.parse(), wanted.parse().map(|seed: u64| seed + 1)),
    };
    let (Ok(first), Ok(end)) = (first, end) else {
        eprintln!("usage: simulate <seed>, or <first seed>..<end>");
        return ExitCode::FAILURE;
    };
    let began = Instant::now();
    let (next, threads) = (AtomicU64::new(first), thread::available_parallelism().map_or(1, usize::from));
    let parts: Vec<_> = thread::scope(|scope| {
        let play = || {
            let mut totals = Totals::default();
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= end {
                    return (totals, None);
                }
                if let Err(failure) = Schedule::new(seed).play(&mut totals) {
                    next.store(end, Ordering::Relaxed);
                    return (totals, Some(failure));
                }
            }
        };
        let parts: Vec<_> = (0..threads).map(|_| scope.spawn(play)).collect();
        parts.into_iter().map(|part| part.join().expect("a thread that does not panic")).collect()
    });
    let mut totals = Totals::default();
    for (part, _) in &parts {
        totals.add(part);
    }
    print!("{totals}");
    println!("{:.1} s on {threads} threads", began.elapsed().as_secs_f64());
    let failures: Vec<_> = parts.into_iter().filter_map(|(_, failure)| failure).collect();
    for failure in &failures {
        println!(
            "\n{failure}\n\nagain: cargo run --profile simulation -p failsoft-simulation -- {}",
            failure.seed
        );
    }
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
