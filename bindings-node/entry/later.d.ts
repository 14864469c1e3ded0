/** What split.mjs makes of the modules that go to a file of their own. */
declare module 'later' {
  /** Reads the file, unless that has been done. */
  export function later(): object;
}
