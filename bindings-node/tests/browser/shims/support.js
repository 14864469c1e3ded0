// The package, in a page.
import * as failsoft from '/dist/web.js';

await failsoft.ready();

export { failsoft };
