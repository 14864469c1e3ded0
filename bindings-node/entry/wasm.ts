/** The WebAssembly engine, as a source for the driver. */

import * as glue from '../../bindings-wasm/pkg/failsoft_wasm.js';
import type { EngineModule, Source } from '../driver/engine.js';

/** A source that can have the engine at once. */
export function synchronous(compile: () => WebAssembly.Module): Source {
  let there = false;
  const now = (): EngineModule => {
    if (!there) glue.initSync({ module: compile() });
    there = true;
    return glue;
  };
  return { now, load: async () => now(), renew };
}

/** A source that has to fetch the engine first. */
export function fetched(url: () => URL): Source {
  let module: EngineModule | null = null;
  return {
    now: () => module,
    async load() {
      await glue.default({ module_or_path: url() });
      module = glue;
      return glue;
    },
    renew,
  };
}

/** A fresh instance of the module that was compiled before. */
function renew(): EngineModule {
  glue.__wbg_reset_state();
  return glue;
}
