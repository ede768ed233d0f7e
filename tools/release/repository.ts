import { runCommand, telling } from "../compile/run_command.ts";
import { ReleaseError } from "./release_error.ts";

/** A git repository, as far as a release looks at it and changes it. */
export class Repository {
  constructor(
    /** The top folder of a working tree. */
    readonly folder: string,
  ) {}

  /** @throws {ReleaseError} If the folder is not the top of a working tree. */
  async checkPlace(): Promise<void> {
    const { code, stdout } = await this.#try("rev-parse", "--show-prefix");
    if (code === 0 && stdout.trim() === "") return;
    throw new ReleaseError(
      `Cannot release from "${this.folder}": it is not the top folder of a ` +
        "git repository; run deno task release in a clone of the project",
    );
  }

  /** The branch. @throws {ReleaseError} If none is checked out. */
  async branch(): Promise<string> {
    const { code, stdout } = await this.#try(
      ...["symbolic-ref", "--quiet", "--short", "HEAD"],
    );
    if (code === 0) return stdout.trim();
    throw new ReleaseError(
      "Cannot release from a detached HEAD: check out the branch that the " +
        "release belongs to",
    );
  }

  /** The commit that is checked out. */
  async head(): Promise<string> {
    return await this.#run("find the commit", "rev-parse", "--verify", "HEAD");
  }

  /**
   * The files that differ from the commit, one line each as in `git status`.
   * Untracked files are among them, ignored files are not.
   */
  async changes(): Promise<string[]> {
    const status = await this.#run(
      "tell what has changed",
      ...["status", "--porcelain", "--untracked-files=normal"],
    );
    return status === "" ? [] : status.split("\n");
  }

  /** Whether there is a tag of this name, on whatever commit. */
  async hasTag(name: string): Promise<boolean> {
    const { code } = await this.#try(
      ...["show-ref", "--verify", "--quiet", `refs/tags/${name}`],
    );
    return code === 0;
  }

  /** The tags of the history of what is checked out. */
  async tags(): Promise<string[]> {
    const tags = await this.#run("list the tags", "tag", "--merged", "HEAD");
    return tags.split("\n").filter((tag) => tag !== "");
  }

  /** @throws {ReleaseError} If git does not know who commits. */
  async checkIdentity(): Promise<void> {
    await this.#run(
      "tell who commits (set user.name and user.email)",
      ...["var", "GIT_COMMITTER_IDENT"],
    );
  }

  /** The remote that a branch is pushed to. Default: `origin`. */
  async remoteOf(branch: string): Promise<string> {
    const { stdout } = await this.#try(
      ...["config", "--get", `branch.${branch}.remote`],
    );
    return stdout.trim() || "origin";
  }

  /**
   * Checks a commit out into another folder, on no branch.
   *
   * @param folder It must not be there yet.
   */
  async checkOut(commit: string, folder: string): Promise<Repository> {
    await this.#run(
      "check the commit out",
      ...["worktree", "add", "--quiet", "--detach", folder, commit],
    );
    return new Repository(folder);
  }

  /** Forgets a folder made by {@linkcode checkOut}, with all that is in it. */
  async forget({ folder }: Repository): Promise<void> {
    await Deno.remove(folder, { recursive: true }).catch(() => {});
    await this.#run(
      "remove the working tree",
      ...["worktree", "remove", "--force", folder],
    );
  }

  /** Commits some files as they are. @returns The commit. */
  async commit(message: string, files: readonly string[]): Promise<string> {
    await this.#run(
      "commit",
      ...["commit", "--quiet", "-m", message, "--", ...files],
    );
    return await this.head();
  }

  /** Makes an annotated tag; its message is kept to the letter. */
  async tag(name: string, commit: string, message: string): Promise<void> {
    await this.#run(
      `make the tag ${name}`,
      // Otherwise git drops lines that begin with "#", which are headings here.
      ...["tag", "--annotate", "--cleanup=whitespace"],
      ...["-m", message, name, commit],
    );
  }

  /** Deletes a tag. */
  async deleteTag(name: string): Promise<void> {
    await this.#run(`delete the tag ${name}`, "tag", "--delete", name);
  }

  /**
   * Moves the branch, and the files with it, from a commit to a later one.
   *
   * @throws {ReleaseError} If the branch has moved since, or if a file that
   * differs was changed; then all is as before.
   */
  async forward(branch: string, from: string, to: string): Promise<void> {
    if (await this.branch() !== branch) {
      throw new ReleaseError(
        `Cannot move ${branch} to the release: another branch was checked ` +
          "out meanwhile; check it out again",
      );
    }
    try {
      await this.#run(
        `move ${branch} to the release`,
        ...["merge", "--quiet", "--ff-only", to],
      );
    } catch (error) {
      // git changes the files first, and the branch then.
      await this.#try("read-tree", "-m", "-u", to, from);
      throw error;
    }
  }

  async #run(what: string, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.#try(...args);
    if (code === 0) return stdout.trimEnd();
    throw new ReleaseError(
      `Cannot ${what}: git ${args[0]} says "${telling(stderr)}"`,
    );
  }

  #try(...args: string[]) {
    return runCommand("git", args, { cwd: this.folder });
  }
}
