/**
 * Tells whether a path leads to something.
 *
 * @module
 */

/** What a path has to lead to. */
export interface ExistsOptions {
  /** It has to be readable by this user, which takes the permission to know
   * the user (`--allow-sys=uid,gid`). Default: `false`. */
  isReadable?: boolean;
  /** It has to be a directory or a link to one. Default: `false`. */
  isDirectory?: boolean;
  /** It has to be a file or a link to one. Default: `false`. */
  isFile?: boolean;
}

/**
 * Tells whether a path leads to something.
 *
 * @throws {TypeError} If both a file and a directory are asked for.
 * @throws {Deno.errors.PermissionDenied} If the program may not read there.
 */
export async function exists(
  path: string | URL,
  options: ExistsOptions = {},
): Promise<boolean> {
  try {
    return accepts(await Deno.stat(path), options);
  } catch (error) {
    return explain(error, path, options);
  }
}

/**
 * Tells whether a path leads to something, synchronously.
 *
 * @throws {TypeError} If both a file and a directory are asked for.
 * @throws {Deno.errors.PermissionDenied} If the program may not read there.
 */
export function existsSync(
  path: string | URL,
  options: ExistsOptions = {},
): boolean {
  try {
    return accepts(Deno.statSync(path), options);
  } catch (error) {
    return explain(error, path, options);
  }
}

function accepts(info: Deno.FileInfo, options: ExistsOptions): boolean {
  const { isReadable, isDirectory, isFile } = options;
  if (isDirectory && isFile) {
    throw new TypeError(
      "ExistsOptions.options.isDirectory and ExistsOptions.options.isFile must not be true together",
    );
  }
  if (isDirectory && !info.isDirectory) return false;
  if (isFile && !info.isFile) return false;
  return !isReadable || mayRead(info);
}

/** Whether the mode lets this user read; there is no mode on Windows. */
function mayRead(info: Deno.FileInfo): boolean {
  if (info.mode === null) return true;
  const [owner, group, others] = [0o400, 0o040, 0o004];
  if (info.uid === Deno.uid()) return (info.mode & owner) !== 0;
  if (info.gid === Deno.gid()) return (info.mode & group) !== 0;
  return (info.mode & others) !== 0;
}

/** What an error of the file system says about existence. */
function explain(
  error: unknown,
  path: string | URL,
  options: ExistsOptions,
): boolean {
  if (error instanceof Deno.errors.NotFound) return false;
  if (error instanceof Deno.errors.PermissionDenied) {
    // If Deno allows to read, it was the file system that refused: something
    // is there, but it cannot be read.
    const { state } = Deno.permissions.querySync({ name: "read", path });
    if (state === "granted") return !options.isReadable;
  }
  throw error;
}
