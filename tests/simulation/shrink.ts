import { play } from "./history.ts";
import type { Plan } from "./plan.ts";

/**
 * Makes a history that breaks a promise as short as it gets: leaves out faults
 * and messages as long as it still breaks one.
 */
export async function shrink(plan: Plan): Promise<Plan> {
  let smallest = plan;
  let before: Plan | undefined;
  while (before !== smallest) {
    before = smallest;
    smallest = await without(smallest, "faults", 1);
    for (let size = smallest.messages.length >> 1; size > 0; size >>= 1) {
      smallest = await without(smallest, "messages", size);
    }
  }
  return smallest;
}

/** Leaves out parts of a plan's list, so many in a row, where it can. */
async function without(
  plan: Plan,
  list: "faults" | "messages",
  size: number,
): Promise<Plan> {
  let smallest = plan;
  for (let at = 0; at < smallest[list].length;) {
    const rest = [...smallest[list]];
    rest.splice(at, size);
    const candidate = { ...smallest, [list]: rest };
    const { broken } = await play(candidate);
    if (broken === undefined) at += size;
    else smallest = candidate;
  }
  return smallest;
}
