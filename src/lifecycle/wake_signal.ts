/**
 * Wakes one waiter, for whichever of many reasons. A call while nobody waits is
 * kept for the next {@linkcode wait}, so none is missed.
 */
export class WakeSignal {
  #woken = false;
  #waiter: (() => void) | undefined;

  /** Wakes the waiter. */
  wake(): void {
    this.#woken = true;
    this.#waiter?.();
  }

  /** Settles at the next {@linkcode wake}, or at once if one has come since. */
  async wait(): Promise<void> {
    if (!this.#woken) {
      await new Promise<void>((resolve) => this.#waiter = resolve);
      this.#waiter = undefined;
    }
    this.#woken = false;
  }
}
