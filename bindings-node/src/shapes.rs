//! Shapes that were measured and not chosen, for `benches/js`; never in a release.

use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::engine::Engine;
use failsoft::facade::{from_double, to_double};

#[napi]
impl Engine {
    /// `{ admit, succeed }` as closures instead of methods.
    #[napi]
    pub fn closures<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        let (asked, told) = (self.engine.clone(), self.engine.clone());
        let admit = env.create_function_from_closure::<(f64,), f64, _>("admit", move |context| {
            let _now = context.get::<f64>(0)?;
            Ok(to_double(asked.lane()))
        })?;
        let succeed = env.create_function_from_closure::<(f64, f64), bool, _>("succeed", move |context| {
            let (ticket, now) = (context.get::<f64>(0)?, context.get::<f64>(1)?);
            Ok(told.succeed(from_double(ticket), || now, |_| ()).is_some())
        })?;
        let mut both = Object::new(env)?;
        both.set("admit", admit)?;
        both.set("succeed", succeed)?;
        Ok(both)
    }
}
