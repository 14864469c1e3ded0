/** `failsoft` for Node: the native engine where there is one for this system, else WebAssembly. Both are loaded at once. */

import { later } from 'later';
import { type EngineModule, install, type Source } from '../driver/engine.js';
import { FailsoftError } from '../driver/errors.js';
import { beside } from './beside.js';

install(source());

export * from '../driver/index.js';

function source(): Source {
  let chosen: Source | undefined;
  const choose = () => {
    if (chosen === undefined) {
      chosen = chooseFor(process.env.FAILSOFT_ENGINE);
      // Not when the loop is idle: Jest fails a run in which a file is asked for after its tests have ended.
      Promise.resolve().then(prepare);
    }
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
  return beside<typeof import('./full.js')>('./failsoft.wasm.cjs').source;
}

/** Reads what is needed once something fails. Not only then, when there may be no file descriptor to be had. */
function prepare(): void {
  try {
    later();
  } catch {
    // Who needs it is told.
  }
}

function native(): EngineModule | undefined {
  const system = `${process.platform}-${process.arch}`;
  const names = process.platform === 'linux' ? [`${system}-gnu`, `${system}-musl`] : [system];
  for (const name of names) {
    const path = `./failsoft.${name}.node`;
    try {
      return require(path);
    } catch {
      // Not packed for this system, or not loadable on it: WebAssembly always is.
    }
  }
  return undefined;
}
