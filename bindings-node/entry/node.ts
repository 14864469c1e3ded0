/** `failsoft` for Node: the native engine where there is one for this system, else WebAssembly. Both are loaded at once. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { type EngineModule, install, type Source } from '../driver/engine.js';
import { FailsoftError } from '../driver/errors.js';

install(source());

export * from '../driver/index.js';

function source(): Source {
  let chosen: Source | undefined;
  const choose = () => {
    chosen ??= chooseFor(process.env.FAILSOFT_ENGINE);
    return chosen;
  };
  return { now: () => choose().now(), load: () => choose().load(), renew: () => choose().renew() };
}

/** `FAILSOFT_ENGINE` is `native`, `wasm`, or not set. */
function chooseFor(wish: string | undefined): Source {
  const module = wish === 'wasm' ? undefined : native();
  if (module !== undefined) {
    return { now: () => module, load: async () => module, renew: () => module };
  }
  if (wish === 'native') {
    throw new FailsoftError(`there is no native engine for ${process.platform} on ${process.arch}`);
  }
  // A file of its own, which a program with a native engine need not read.
  const { glue, synchronous } = require('./wasm.js') as typeof import('./full.js');
  return synchronous(glue, () => new WebAssembly.Module(readFileSync(join(__dirname, '..', 'failsoft.wasm'))));
}

function native(): EngineModule | undefined {
  const system = `${process.platform}-${process.arch}`;
  const names = process.platform === 'linux' ? [`${system}-gnu`, `${system}-musl`] : [system];
  for (const name of names) {
    try {
      return require(join(__dirname, '..', `failsoft.${name}.node`));
    } catch {
      // Not packed for this system, or not loadable on it: WebAssembly always is.
    }
  }
  return undefined;
}
