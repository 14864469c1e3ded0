/** The other files of the package that Node reads when it needs them. */

import { FailsoftError } from '../driver/errors.js';

/** @throws FailsoftError - it is not there, or can't be read. */
export function beside<T>(path: string): T {
  try {
    return require(path);
  } catch (cause) {
    const remedy = 'where this is bundled, leave "failsoft" out of the bundle, or import "failsoft/inline"';
    throw new FailsoftError(`${path} can't be read beside this code: ${remedy}`, { cause });
  }
}
