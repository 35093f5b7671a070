/**
 * Deliveries on their way in go before deliveries that are worked on: a vendor waits for its answer, nobody waits for the
 * work in that moment. While little comes in the work has all it wants, in transactions of any length. An intake that keeps
 * up between short pieces of work leaves it everything else; once it falls behind, the more comes in the smaller the share of
 * the work, down to a floor that it always has.
 */
export interface RightOfWay {
  /** The intake has stored so many deliveries, in so many milliseconds at the database; `behind`: so many more had come by then. */
  stored(deliveries: number, ms: number, behind: number): void;
  /** Settles when one piece of work may begin. */
  turn(): Promise<Turn>;
  /** A batch of so many deliveries was worked on, on whichever database. */
  worked(deliveries: number): void;
  /** Whether deliveries come in or wait in numbers: what has all day should leave them the record. */
  busy(): boolean;
}

export interface Turn {
  /** Deliveries that one transaction may hold, so that an answer never waits long for it. */
  readonly most: number;
  /** The intake no longer keeps up by itself. */
  readonly behind: boolean;
  /** To be called when the piece has ended, well or not, with the number of its deliveries. */
  done(deliveries: number): void;
}

/** The rate is that of the last second, in slots. */
const SLOTS = 10;
const SLOT_MS = 100;
/** Below this rate (a second) nobody is in the way. */
const QUIET = 50;
/** While the intake is at work a transaction takes about this long at most. */
const PIECE_MS = 15;
const SMALLEST = 32;
/** What the work has in any case. */
const FLOOR = 0.1;
/** A delivery costs the rest of the process about as much again as its insert. */
const BESIDE = 2.2;
/** Insert of one delivery in a large batch until a batch was seen, and how fast what is seen counts. */
const INSERT_MS = 0.06;
const WORK_MS = 1;
const LEARN = 0.2;
const LARGE = 16;
/** So many that came while the last ones were stored: the intake no longer keeps up by itself. */
const BEHIND = 64;
const LOOK_MS = 10;
/** After a batch of this size more is expected for so long. */
const MANY = 32;
const MORE_MS = 500;

/**
 * @param now - milliseconds on a clock that nobody sets
 * @param wait - resolves after so many milliseconds
 */
export function createRightOfWay(now: () => number, wait: (ms: number) => Promise<void>): RightOfWay {
  const slots = new Array<number>(SLOTS).fill(0);
  let slotAt = Math.floor(now() / SLOT_MS);
  let insertMs = INSERT_MS;
  let workMs = WORK_MS;
  /** The last piece: after it the work rests in proportion. */
  let lastEnd = 0;
  let lastTook = 0;
  let waiting = 0;
  let lastMany = Number.NEGATIVE_INFINITY;

  const turnSlots = () => {
    const at = Math.floor(now() / SLOT_MS);
    if (at - slotAt >= SLOTS) slots.fill(0);
    else for (let slot = slotAt + 1; slot <= at; slot += 1) slots[slot % SLOTS] = 0;
    slotAt = at;
  };
  const perSecond = (): number => {
    turnSlots();
    return (slots.reduce((sum, one) => sum + one, 0) * 1_000) / (SLOTS * SLOT_MS);
  };
  const share = (): number => Math.min(1, Math.max(FLOOR, 1 - (perSecond() * insertMs * BESIDE) / 1_000));
  const restMs = (): number => lastEnd + lastTook * (1 / share() - 1) - now();

  return {
    worked(deliveries) {
      if (deliveries >= MANY) lastMany = now();
    },
    busy: () => perSecond() >= QUIET || now() - lastMany < MORE_MS,
    stored(deliveries, ms, behind) {
      waiting = behind;
      turnSlots();
      slots[slotAt % SLOTS] = (slots[slotAt % SLOTS] ?? 0) + deliveries;
      if (deliveries >= LARGE) insertMs += (ms / deliveries - insertMs) * LEARN;
    },
    async turn() {
      // Looked at again and again, since the share grows as soon as less comes in.
      for (let left = restMs(); left > 0 && waiting >= BEHIND; left = restMs()) await wait(Math.min(LOOK_MS, Math.ceil(left)));
      const begun = now();
      let ended = false;
      return {
        behind: waiting >= BEHIND,
        most: perSecond() < QUIET ? Number.POSITIVE_INFINITY : Math.max(SMALLEST, Math.floor(PIECE_MS / workMs)),
        done(deliveries) {
          if (ended) return;
          ended = true;
          lastEnd = now();
          lastTook = Math.max(0, lastEnd - begun);
          if (deliveries >= SMALLEST) workMs += (lastTook / deliveries - workMs) * LEARN;
        },
      };
    },
  };
}
