/** Who is told when a program begins to serve less, or more. */

/** A change of level. */
export interface LevelChange {
  /** The level before. */
  readonly from: string;
  /** The level now. */
  readonly to: string;
  /** Why: by its `kind` (`trigger`, `restored`, `manual`, `pinned`), with the metric or the reason that was given. */
  readonly cause: Readonly<{ kind: string } & Record<string, unknown>> | null;
}

/** Is told of a change of level. What it throws is written to the console and reaches nobody else. */
export type LevelListener = (change: LevelChange) => void;

/** The level and where it came from, as the core tells it. */
interface Told {
  readonly level: string;
  readonly changes: readonly (LevelChange & { readonly ago: number })[];
}

export class Levels {
  private readonly ask: () => Told | null;
  private readonly listeners = new Set<{ readonly listener: LevelListener }>();
  private readonly changes: LevelChange[] = [];
  private known: string | undefined;
  private telling = false;
  private asked = false;

  constructor(ask: () => Told | null) {
    this.ask = ask;
  }

  /** @returns what takes it back. */
  add(listener: LevelListener): () => void {
    if (this.listeners.size === 0) this.known = this.ask()?.level;
    const entry = { listener };
    this.listeners.add(entry);
    return () => {
      this.listeners.delete(entry);
    };
  }

  /** The level was changed, and this is how. */
  moved(change: LevelChange): void {
    if (this.listeners.size === 0) return;
    this.known = change.to;
    this.changes.push(change);
    this.tell();
  }

  /** The level may have changed by itself, such as with the error rate. */
  look(): void {
    if (this.listeners.size === 0) return;
    const told = this.ask();
    if (told === null || told.level === this.known) return;
    const last = told.changes.filter(({ to }) => to === told.level).sort((one, other) => one.ago - other.ago)[0];
    this.moved({ from: this.known ?? told.level, to: told.level, cause: last?.cause ?? null });
  }

  /** The same, once what goes on now is over: a listener may do anything, a call under way may not be disturbed. */
  lookSoon(): void {
    if (this.asked || this.listeners.size === 0) return;
    this.asked = true;
    queueMicrotask(() => {
      this.asked = false;
      try {
        this.look();
      } catch {
        // The engine broke; whoever comes next finds another.
      }
    });
  }

  /** A listener that changes the level itself is told of that after everybody has been told of this. */
  private tell(): void {
    if (this.telling) return;
    this.telling = true;
    try {
      for (let change = this.changes.shift(); change !== undefined; change = this.changes.shift()) {
        for (const { listener } of [...this.listeners]) {
          try {
            listener(change);
          } catch (error) {
            console.error('failsoft: a listener failed:', error);
          }
        }
      }
    } finally {
      this.telling = false;
    }
  }
}
