import type { FileNote, FileNotes } from "../../model/file_note.ts";

/** Knows the files that this process has written, and no others. */
export class MemoryFileNotes implements FileNotes {
  #notes: readonly FileNote[] = [];

  find(name: string): Promise<readonly FileNote[]> {
    return Promise.resolve(this.#notes.filter((note) => note.name === name));
  }

  keep(notes: readonly FileNote[]): Promise<void> {
    const isReplaced = (old: FileNote) =>
      notes.some(({ folder, name }) =>
        folder === old.folder && name === old.name
      );
    this.#notes = [...this.#notes.filter((old) => !isReplaced(old)), ...notes];
    return Promise.resolve();
  }
}
