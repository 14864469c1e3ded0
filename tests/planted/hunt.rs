//! Looks for each planted bug, and writes a table of which seed found it first and by which promise.
//!
//! `hunt [<file for the table>]`. It is built by `scripts/planted.sh` against a copy of the core that has the bugs.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use failsoft_planted::{Plant, plants};
use failsoft_simulation::{Schedule, Totals, grouped};

/// A bug that is not found by then is not found.
const SEEDS: u64 = 10_000;

type Found = Option<(u64, &'static str)>;

fn main() -> ExitCode {
    let nothing = Plant { name: "none", file: "", find: "", put: "" };
    let all: Vec<Plant> = std::iter::once(nothing).chain(plants()).collect();
    // Stories of panics that are meant to be found help nobody.
    std::panic::set_hook(Box::new(|_| {}));
    let (next, found) = (AtomicUsize::new(0), Mutex::new(vec![None; all.len()]));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= all.len() {
                        return;
                    }
                    let first = hunt(u32::try_from(number).expect("few"));
                    found.lock().expect("no thread panics")[number] = first;
                }
            });
        }
    });
    let found = found.into_inner().expect("no thread panics");
    let (table, lost) = table(&all[1..], &found[1..]);
    println!("{table}");
    if let Some((seed, promise)) = found[0] {
        println!("without a bug, seed {seed} breaks {promise}");
        return ExitCode::FAILURE;
    }
    if lost > 0 {
        println!("{lost} bugs were not found within {} seeds", grouped(SEEDS));
        return ExitCode::FAILURE;
    }
    if let Some(path) = std::env::args().nth(1) {
        std::fs::write(&path, page(&table, &all[1..])).expect("the table can be written");
    }
    ExitCode::SUCCESS
}

fn hunt(number: u32) -> Found {
    failsoft::planted::want(number);
    let mut totals = Totals::default();
    (0..SEEDS).find_map(|seed| Some((seed, Schedule::new(seed).holds(&mut totals).err()?.invariant)))
}

fn table(plants: &[Plant], found: &[Found]) -> (String, usize) {
    let (mut table, mut lost) = (String::from("| bug | in | found at seed | by |\n|---|---|---|---|\n"), 0);
    for (plant, found) in plants.iter().zip(found) {
        let (seed, promise) = match found {
            Some((seed, promise)) => (grouped(*seed), *promise),
            None => {
                lost += 1;
                ("–".into(), "not found")
            }
        };
        let _ = writeln!(table, "| {} | `{}` | {seed} | {promise} |", plant.name, plant.file);
    }
    (table, lost)
}

fn page(table: &str, plants: &[Plant]) -> String {
    format!(
        "# Planted bugs\n\nWritten by `make planted`. Each of these {} bugs was put into a copy of the core, one at a time, and the \
         simulation (`tests/simulation`)\nwas run on the copy from seed 0 until a promise broke. A bug that {} seeds do not find fails \
         the run.\n\n{table}",
        plants.len(),
        grouped(SEEDS)
    )
}
