//! Lets the add-on's symbols be resolved by the Node that loads it.

fn main() {
    napi_build::setup();
}
