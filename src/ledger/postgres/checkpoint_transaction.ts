import { CheckpointLost } from "../ledger.ts";
import type { Connection } from "./connection.ts";
import { codeOf, isRefusal, wordsOf } from "./postgres_failure.ts";
import type { Answer, Session } from "./session.ts";

const UNIQUE_VIOLATION = "23505";

const GONE = "the connection is gone";

/**
 * The first statement of each: its key tells later whether it was committed.
 */
const BEGIN_CHECKPOINT = {
  name: "begin_checkpoint",
  text: "INSERT INTO checkpoint (run, number) VALUES ($1, $2)",
};

/**
 * The transactions of a run's checkpoints, one after another. Each begins with
 * the first question that is asked in it.
 */
export class CheckpointTransaction {
  readonly #connection: Connection;
  #run = "";
  #number = 1;
  /** The session it is open on. */
  #session: Session | undefined;
  #holdsSomething = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The run that its checkpoints belong to, a UUID. */
  get run(): string {
    return this.#run;
  }

  /** The number of the checkpoint in the making, in its run, from 1. */
  get number(): number {
    return this.#number;
  }

  /** Begins a new run; what was not committed is gone. */
  async beginRun(): Promise<void> {
    await this.rollBack();
    this.#run = crypto.randomUUID();
    this.#number = 1;
  }

  /**
   * Asks something inside of it.
   *
   * @throws {CheckpointLost} If the transaction is gone.
   * @throws {EventCounterError} If no repetition will help.
   */
  async ask<T>(question: (session: Session) => Promise<T>): Promise<T> {
    try {
      const isNew = this.#session === undefined;
      const session = this.#session ??= await this.#connection.session();
      if (!session.isOpen) throw new CheckpointLost(GONE);
      // The answers to all of it come together.
      const begun = isNew
        ? [session.ask("BEGIN"), this.#insertKey(session)]
        : [];
      const [answer] = await Promise.all([question(session), ...begun]);
      this.#connection.relax();
      return answer;
    } catch (error) {
      throw await this.#end(error);
    }
  }

  /**
   * Commits it, with what is asked last.
   *
   * @throws {CheckpointLost} If nothing of it is durable.
   * @throws {EventCounterError} If no repetition will help.
   */
  async commit(ask: (session: Session) => Promise<Answer>[]): Promise<void> {
    // Only when the key is known to be there, an insertion of the same key
    // waits for the end of this transaction.
    if (this.#session === undefined) await this.ask(() => Promise.resolve());
    const session = this.#session!;
    if (!session.isOpen) throw await this.#end(new CheckpointLost(GONE));
    const answers = Promise.all([...ask(session), session.ask("COMMIT")]);
    try {
      const { command } = (await answers).at(-1)!;
      if (command !== "COMMIT") throw new CheckpointLost(command);
      this.#forget();
    } catch (error) {
      const failure = await this.#end(error);
      // The answer may have got lost after the commit.
      const inDoubt = !isRefusal(error) && !(error instanceof CheckpointLost);
      if (!inDoubt || !await this.#isCommitted()) throw failure;
    }
    this.#number++;
  }

  /** Something in it must not be lost without a word. */
  hold(): void {
    this.#holdsSomething = true;
  }

  /** Ends it if nothing in it is held: an open one would only be in the way. */
  async rollBackIfEmpty(): Promise<void> {
    if (!this.#holdsSomething) await this.rollBack();
  }

  /** Ends it, if it is open; nothing of it stays. */
  async rollBack(): Promise<void> {
    const session = this.#session;
    this.#forget();
    try {
      if (session?.isOpen) await session.ask("ROLLBACK");
    } catch {
      // The session has ended, and the transaction with it.
    }
  }

  /**
   * Whether the transaction whose answer got lost was committed. Where it is
   * still in the making, PostgreSQL has this wait for its end. A SELECT would
   * not wait, and see nothing.
   */
  async #isCommitted(): Promise<boolean> {
    return await this.#connection.run(async (session) => {
      const [, inserted] = await Promise.allSettled([
        session.ask("BEGIN"),
        this.#insertKey(session),
        session.ask("ROLLBACK"),
      ]);
      if (inserted.status === "fulfilled") return false;
      if (codeOf(inserted.reason) === UNIQUE_VIOLATION) return true;
      throw inserted.reason;
    });
  }

  #insertKey(session: Session): Promise<Answer> {
    return session.ask(BEGIN_CHECKPOINT, this.#run, this.#number);
  }

  #forget(): void {
    this.#session = undefined;
    this.#holdsSomething = false;
  }

  /** @returns The error to throw. */
  async #end(error: unknown): Promise<unknown> {
    this.#forget();
    if (error instanceof CheckpointLost) return error;
    try {
      await this.#connection.endure(error);
      return new CheckpointLost(wordsOf(error), { cause: error });
    } catch (failure) {
      return failure;
    }
  }
}
