import type { Draft } from "./draft.ts";
import { syncFolder } from "./output_folder.ts";
import type { StandingFile } from "./standing_file.ts";

/** The next content of a file, and what it takes the place of. */
export interface Replacement {
  readonly draft: Draft;
  readonly standing: StandingFile | undefined;
}

/** Puts drafts in the places of files, and sets aside what is not ours there. */
export async function publishAll(
  folder: string,
  replacements: readonly Replacement[],
): Promise<void> {
  for (const { draft, standing } of replacements) {
    const isOurs = standing === undefined || standing.note !== undefined ||
      await standing.has(draft.note);
    if (!isOurs) await standing.setAside();
    await draft.publish();
  }
  if (replacements.length > 0) await syncFolder(folder);
}
