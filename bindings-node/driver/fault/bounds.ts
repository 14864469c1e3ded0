/** How many causes, and groups in groups, are followed. */
export const DEEPEST = 16;
/** How many members of a group are looked at. */
export const MEMBERS = 16;
/** How many errors are described in all: causes and groups multiply. */
const FAULTS = 64;
/** How many lists and objects of the errors' own are copied in all. */
const NODES = 256;
/** How many characters are copied in all. */
const TEXT = 65_536;

/** How many characters of one text are kept. */
export const LONGEST_TEXT = 8192;
/** What is longer is no name and no code. */
export const LONGEST_NAME = 512;

/** What one description may still cost, and what it has been through. */
export interface Left {
  faults: number;
  nodes: number;
  text: number;
  /** The wall clock in milliseconds since 1970. */
  readonly clock: () => number;
  /** What has been read: nothing is read twice, so that no circle is walked and no getter runs again. */
  readonly seen: WeakSet<object>;
}

/** Everything that one description may cost. */
export const everything = (clock: () => number): Left => ({
  faults: FAULTS,
  nodes: NODES,
  text: TEXT,
  clock,
  seen: new WeakSet(),
});

/** The beginning of a text. */
export function clip(text: string, left: Left): string {
  const kept = text.slice(0, Math.min(LONGEST_TEXT, left.text));
  left.text -= kept.length;
  return kept;
}
