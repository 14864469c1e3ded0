// The folder of vectors, as the test has put it into the page.
const name = (url) => new URL(url).pathname.split('/').at(-1);

export const readFileSync = (url) => globalThis.VECTORS[name(url)];
export const readdirSync = () => Object.keys(globalThis.VECTORS);
