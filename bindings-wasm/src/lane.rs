//! The array in which a breaker's lane is published.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use failsoft::facade::{self, to_double};
use js_sys::Float64Array;

/// An array of one number that the driver reads before and after each call, without a crossing.
///
/// It belongs to JavaScript and not to this module's memory: a view of that memory is cut off whenever the memory
/// grows, and to notice it would cost every call more than the read.
pub(crate) struct PublishedLane {
    array: Float64Array,
    bits: Cell<u64>,
    /// Whose lane it is, to know the others that share it.
    engine: facade::Engine,
}

impl PublishedLane {
    fn new(engine: facade::Engine) -> Self {
        let (array, bits) = (Float64Array::new_with_length(1), engine.lane());
        array.set_index(0, to_double(bits));
        Self { array, bits: Cell::new(bits), engine }
    }

    pub(crate) fn array(&self) -> Float64Array {
        self.array.clone()
    }

    pub(crate) fn publish(&self, bits: u64) {
        if self.bits.replace(bits) != bits {
            self.array.set_index(0, to_double(bits));
        }
    }
}

/// The lanes of a program's parts: one array for all engines of a part, as what one of them does to the breaker the others
/// must see.
#[derive(Clone, Default)]
pub(crate) struct Lanes(Rc<RefCell<Vec<Weak<PublishedLane>>>>);

impl Lanes {
    /// The lane of this engine: that of another one which lives, or a new one.
    pub(crate) fn of(&self, engine: &facade::Engine) -> Rc<PublishedLane> {
        let mut known = self.0.borrow_mut();
        known.retain(|lane| lane.strong_count() > 0);
        if let Some(lane) =
            known.iter().filter_map(Weak::upgrade).find(|lane| lane.engine.publishes_with(engine))
        {
            // Those that were there before may have had no lane to publish.
            if engine.lane() != 0 {
                lane.publish(engine.lane());
            }
            return lane;
        }
        let lane = Rc::new(PublishedLane::new(engine.clone()));
        known.push(Rc::downgrade(&lane));
        lane
    }
}
