/** The core's keys in JavaScript's spelling. */

/** The same object with its own keys respelt; what is inside is left as it is. */
export function camel(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [respelt(key), value]));
}

const respelt = (key: string) => key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
