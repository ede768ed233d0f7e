import type { Event } from "../../model/event.ts";
import type { Claim } from "../ledger.ts";
import type { Answer, Session, Statement } from "./session.ts";
import { type SortedIds, sortTexts, sortUuids } from "./sorted_ids.ts";

/**
 * The answer is the places of the ids that were claimed before: they are few,
 * or have cost little.
 */
const claimStatement = (table: string, type: string): Statement => ({
  name: `claim_${table}`,
  text:
    `WITH fresh AS (INSERT INTO ${table} (id) SELECT unnest($1::${type}[]) ` +
    "ON CONFLICT DO NOTHING RETURNING id) SELECT array_agg(place::integer) " +
    `FROM unnest($1::${type}[]) WITH ORDINALITY AS given (id, place) ` +
    "WHERE id NOT IN (SELECT id FROM fresh)",
});
const CLAIM_UUIDS = claimStatement("seen_uuid", "uuid");
const CLAIM_TEXTS = claimStatement("seen_text", "bytea");

/** Claims the ids of events in the transaction that is open. */
export async function claimIds(
  session: Session,
  events: readonly Event[],
): Promise<Claim> {
  const claim = new Uint8Array(events.length);
  const uuids = sortUuids(events);
  const texts = sortTexts(events);
  const [uuidsAnswer, textsAnswer] = await Promise.all([
    ask(session, CLAIM_UUIDS, uuids),
    ask(session, CLAIM_TEXTS, texts),
  ]);
  note(claim, uuids, uuidsAnswer);
  note(claim, texts, textsAnswer);
  return claim;
}

async function ask(
  session: Session,
  statement: Statement,
  { array, events }: SortedIds,
): Promise<Answer | undefined> {
  if (events.length === 0) return undefined;
  return await session.ask(statement, array);
}

/** Notes which events have got a new id, of those whose ids were claimed. */
function note(
  claim: Uint8Array,
  { events }: SortedIds,
  answer: Answer | undefined,
): void {
  for (const event of events) claim[event] = 1;
  for (const place of (answer?.rows[0]?.[0] ?? []) as number[]) {
    claim[events[place - 1]!] = 0;
  }
}
