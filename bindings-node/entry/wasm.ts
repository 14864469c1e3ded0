/** The WebAssembly engines, as sources for the driver. */

import type { EngineModule, Source } from '../driver/engine.js';

/** What wasm-bindgen writes around a module. */
export interface Glue extends EngineModule {
  initSync(module: { module: WebAssembly.Module }): unknown;
  default(module: { module_or_path: URL }): Promise<unknown>;
  __wbg_reset_state(): void;
}

/** A source that can have the engine at once. */
export function synchronous(glue: Glue, compile: () => WebAssembly.Module): Source {
  let there = false;
  const now = (): EngineModule => {
    if (!there) glue.initSync({ module: compile() });
    there = true;
    return glue;
  };
  return { now, load: async () => now(), renew: () => renewed(glue) };
}

/** A source that has to fetch the engine first. */
export function fetched(glue: Glue, url: () => URL): Source {
  let module: EngineModule | null = null;
  return {
    now: () => module,
    async load() {
      await glue.default({ module_or_path: url() });
      module = glue;
      return glue;
    },
    renew: () => renewed(glue),
  };
}

/** A fresh instance of the module that was compiled before. */
function renewed(glue: Glue): EngineModule {
  glue.__wbg_reset_state();
  return glue;
}
