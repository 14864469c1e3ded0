//! `failsoft-wasm-bindgen-cli <in.wasm> <out dir> <web|nodejs>`: writes the JavaScript and types around a module.
//!
//! wasm-bindgen ships no binary through a registry, and its own command line is three times as slow to build.

use std::{env, error::Error};

use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [input, out, target] = args.as_slice() else {
        return Err("usage: failsoft-wasm-bindgen-cli <in.wasm> <out dir> <web|nodejs>".into());
    };
    let mut bindgen = Bindgen::new();
    match target.as_str() {
        "web" => bindgen.web(true)?,
        "nodejs" => bindgen.nodejs(true)?,
        other => return Err(format!("unknown target {other}: web or nodejs").into()),
    };
    // A trap leaves a module that nobody should go on with; the driver asks for a fresh instance then.
    bindgen.reset_state_function(true);
    bindgen.input_path(input).typescript(true).remove_name_section(true).remove_producers_section(true);
    Ok(bindgen.generate(out)?)
}
