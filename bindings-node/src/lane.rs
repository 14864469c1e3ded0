//! The array in which a breaker's lane is published.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use failsoft::facade::{self, to_double};
use napi::bindgen_prelude::*;

/// An array of one number that the driver reads before and after each call, without a crossing.
///
/// It belongs to JavaScript and is written through Node: memory of ours under an array would be copied instead of
/// shared where external buffers are forbidden (Electron), and the copy would never change.
pub(crate) struct PublishedLane {
    array: ObjectRef,
    /// What the array holds.
    bits: Cell<u64>,
    /// Whose lane it is, to know the others that share it.
    engine: facade::Engine,
}

impl PublishedLane {
    fn new(env: Env, engine: facade::Engine) -> Result<Self> {
        let bits = engine.lane();
        let array = Float64ArraySlice::copy_from(&env, [to_double(bits)])?.to_unknown().coerce_to_object()?;
        Ok(Self { array: array.create_ref()?, bits: Cell::new(bits), engine })
    }

    pub(crate) fn array<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        self.array.get_value(env)
    }

    pub(crate) fn publish(&self, env: Env, bits: u64) {
        if self.bits.replace(bits) != bits {
            // Node refuses only while it shuts down, when nobody reads it any more.
            let _ = self
                .array
                .get_value(&env)
                .and_then(|mut array| array.set_element(0, env.create_double(to_double(bits))?));
        }
    }

    pub(crate) fn free(self, env: Env) -> Result<()> {
        self.array.unref(&env)
    }
}

/// The lanes of a program's parts: one array for all engines of a part, as what one of them does to the breaker the others
/// must see.
#[derive(Clone, Default)]
pub(crate) struct Lanes(Rc<RefCell<Vec<Weak<PublishedLane>>>>);

impl Lanes {
    /// The lane of this engine: that of another one which lives, or a new one.
    pub(crate) fn of(&self, env: Env, engine: &facade::Engine) -> Result<Rc<PublishedLane>> {
        let mut known = self.0.borrow_mut();
        known.retain(|lane| lane.strong_count() > 0);
        if let Some(lane) =
            known.iter().filter_map(Weak::upgrade).find(|lane| lane.engine.publishes_with(engine))
        {
            // Those that were there before may have had no lane to publish.
            if engine.lane() != 0 {
                lane.publish(env, engine.lane());
            }
            return Ok(lane);
        }
        let lane = Rc::new(PublishedLane::new(env, engine.clone())?);
        known.push(Rc::downgrade(&lane));
        Ok(lane)
    }
}
