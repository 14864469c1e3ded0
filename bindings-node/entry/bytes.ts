/** The module's bytes, from the text that the build puts in the place of the import. */

import text from 'failsoft.wasm';

export function bytes(): Uint8Array {
  const binary = atob(text);
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
