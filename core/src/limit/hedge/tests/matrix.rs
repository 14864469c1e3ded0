//! Every state × every event, as a table: the delay in milliseconds after it, and how many answers it is made of.

use super::*;

type Setup = fn() -> Sim;
type Event = fn(&mut Sim);

const STATES: [(&str, Setup); 5] = [
    ("fixed", || Sim::new(fixed())),
    ("too few", || observed(None, 9)),
    ("too few, 50 ms", || observed(Some(millis(50)), 9)),
    ("known", || observed(None, 10)),
    ("known, 50 ms", || observed(Some(millis(50)), 10)),
];

const EVENTS: [(&str, Event); 7] = [
    ("nothing", |_| {}),
    ("an answer", |sim| {
        sim.observes([100]);
    }),
    ("slow answers", |sim| {
        sim.observes([400; 10]);
    }),
    ("most of a window", |sim| {
        sim.after(secs(39));
    }),
    ("a window", |sim| {
        sim.after(secs(40));
    }),
    ("clock back", |sim| {
        sim.back(secs(3_600));
    }),
    ("restart", |sim| {
        let snapshot = sim.hedge.snapshot(sim.now);
        *sim = Sim::new(*sim.hedge.config());
        sim.hedge.restore(&snapshot, sim.now).unwrap();
    }),
];

const TABLE: &str = "
                 | fixed | too few | too few, 50 ms | known  | known, 50 ms
nothing          | 50 0  | - 9     | 50 9           | 100 10 | 100 10
an answer        | 50 0  | 100 10  | 100 10         | 100 11 | 100 11
slow answers     | 50 0  | 402 19  | 402 19         | 402 20 | 402 20
most of a window | 50 0  | - 9     | 50 9           | 100 10 | 100 10
a window         | 50 0  | - 0     | 50 0           | - 0    | 50 0
clock back       | 50 0  | - 9     | 50 9           | 100 10 | 100 10
restart          | 50 0  | - 9     | 50 9           | 100 10 | 100 10
";

#[test]
fn every_state_answers_every_event_as_the_table_says() {
    assert_eq!(TABLE, format!("\n{}", render()));
}

fn observed(until_known: Option<Duration>, answers: usize) -> Sim {
    let When::Percentile(of) = config().when else { panic!("a percentile") };
    let mut sim = Sim::new(percentile(Percentile { until_known, ..of }));
    sim.observes(vec![100; answers]);
    sim
}

fn render() -> String {
    let cell = |setup: &Setup, event: &Event| {
        let mut sim = setup();
        event(&mut sim);
        let delay = sim.delay().map_or_else(|| String::from("-"), |delay| delay.to_string());
        format!("{delay} {}", sim.observed())
    };
    let header = STATES.iter().map(|(name, _)| String::from(*name)).collect();
    let rows = EVENTS.iter().map(|(name, event)| {
        (*name, STATES.iter().map(|(_, setup)| cell(setup, event)).collect::<Vec<String>>())
    });
    let line = |(name, cells): (&str, Vec<String>)| {
        let cells = cells.iter().zip([5, 7, 14, 6, 12]).map(|(cell, width)| format!("{cell:width$}"));
        let cells: Vec<String> = cells.collect();
        format!("{}\n", format!("{name:16} | {}", cells.join(" | ")).trim_end())
    };
    let lines: Vec<String> = core::iter::once(("", header)).chain(rows).map(line).collect();
    lines.concat()
}
