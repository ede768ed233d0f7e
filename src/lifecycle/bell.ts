/**
 * Wakes one waiter, for whichever of many reasons. A ring while nobody waits
 * is kept for the next {@linkcode wait}, so none is missed.
 */
export class Bell {
  #rung = false;
  #waiter: (() => void) | undefined;

  /** Wakes the waiter. */
  ring(): void {
    this.#rung = true;
    this.#waiter?.();
  }

  /** Settles at the next ring, or at once if it has rung since the last. */
  async wait(): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => this.#waiter = resolve);
      this.#waiter = undefined;
    }
    this.#rung = false;
  }
}
