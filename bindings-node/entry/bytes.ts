/** A module's bytes, from the text that the build puts in the place of its import. */
export function bytes(text: string): Uint8Array {
  const binary = atob(text);
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
