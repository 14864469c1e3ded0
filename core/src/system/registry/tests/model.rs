//! The registry against a list that is searched and sorted anew each time.

use proptest::prelude::*;

use super::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_holds_what_a_list_would_hold(
        most in 1..7_u32,
        idle in 1..30_u64,
        events in prop::collection::vec(events(), 1..150),
    ) {
        let mut registry = registry(most, idle);
        let mut model = Model { most: most as usize, idle, ..Model::default() };
        let mut clock = 100;
        for (number, event) in (0..).zip(&events) {
            match *event {
                Event::Pass(seconds) => clock += seconds,
                Event::Back(seconds) => clock -= seconds.min(clock),
                Event::Add(name, held) => {
                    let made = Thing { number, held };
                    let expected = model.get_or_add(name, clock, &made);
                    let found = registry.get_or_add(&long(name), at(clock), || made).ok();
                    prop_assert_eq!(expected, found.cloned());
                }
                Event::Get(name) => {
                    prop_assert_eq!(model.get(name, clock), registry.get(&long(name), at(clock)).cloned());
                }
                Event::Hold(name, held) => {
                    model.get(name, clock);
                    if let Some(thing) = model.list.iter_mut().find(|entry| entry.0 == name) {
                        thing.1.held = held;
                    }
                    if let Some(thing) = registry.get(&long(name), at(clock)) {
                        thing.held = held;
                    }
                }
                Event::Remove(name) => {
                    let found = model.list.iter().position(|entry| entry.0 == name);
                    let expected = found.map(|index| model.list.remove(index).1);
                    prop_assert_eq!(expected, registry.remove(&long(name)));
                }
                Event::Sweep => {
                    let before = model.list.len();
                    let now = model.advance(clock);
                    model.list.retain(|entry| now - entry.2 < idle || entry.1.held);
                    prop_assert_eq!(before - model.list.len(), registry.sweep(at(clock)) as usize);
                }
            }
            for name in 0..10 {
                let expected = model.list.iter().find(|entry| entry.0 == name).map(|entry| &entry.1);
                prop_assert_eq!(expected, registry.peek(&long(name)));
            }
            prop_assert_eq!(model.list.len(), registry.iter().count());
            prop_assert!(registry.tally().parts <= most);
        }
    }
}

/// Two names are long ones.
fn long(name: u8) -> String {
    name.to_string().repeat(if name > 7 { 300 } else { 1 })
}

#[derive(Debug, Clone, Copy)]
enum Event {
    Pass(u64),
    Back(u64),
    Add(u8, bool),
    Get(u8),
    Hold(u8, bool),
    Remove(u8),
    Sweep,
}

fn events() -> impl Strategy<Value = Event> {
    let name = || 0..10_u8;
    prop_oneof![
        3 => (0..12_u64).prop_map(Event::Pass),
        1 => (0..40_u64).prop_map(Event::Pass),
        1 => (0..40_u64).prop_map(Event::Back),
        8 => (name(), prop::bool::weighted(0.3)).prop_map(|(name, held)| Event::Add(name, held)),
        4 => name().prop_map(Event::Get),
        3 => (name(), any::<bool>()).prop_map(|(name, held)| Event::Hold(name, held)),
        1 => name().prop_map(Event::Remove),
        1 => Just(Event::Sweep),
    ]
}

#[derive(Default)]
struct Model {
    most: usize,
    idle: u64,
    now: u64,
    /// Name, part, when it was used; the least recently used first.
    list: Vec<(u8, Thing, u64)>,
}

impl Model {
    fn advance(&mut self, clock: u64) -> u64 {
        self.now = self.now.max(clock);
        self.now
    }

    fn get(&mut self, name: u8, clock: u64) -> Option<Thing> {
        let now = self.advance(clock);
        let index = self.list.iter().position(|entry| entry.0 == name)?;
        let (_, thing, _) = self.list.remove(index);
        self.list.push((name, thing.clone(), now));
        Some(thing)
    }

    fn get_or_add(&mut self, name: u8, clock: u64, made: &Thing) -> Option<Thing> {
        if let Some(thing) = self.get(name, clock) {
            return Some(thing);
        }
        let now = self.advance(clock);
        for _ in 0..self.list.len().min(2) {
            if now - self.list[0].2 < self.idle {
                break;
            }
            let oldest = self.list.remove(0);
            if oldest.1.held {
                self.list.push(oldest);
            }
        }
        if self.list.len() == self.most {
            // Those that were asked are used; all of them, if none may go.
            let may_go = self.list.iter().position(|entry| !entry.1.held)?;
            self.list.rotate_left(may_go);
            self.list.remove(0);
        }
        self.list.push((name, made.clone(), now));
        Some(made.clone())
    }
}
