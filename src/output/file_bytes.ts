/** Writes all of the bytes; one `write` may take only some of them. */
export async function writeAll(
  file: Deno.FsFile,
  bytes: Uint8Array,
): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await file.write(bytes.subarray(at));
  }
}

/** Reads so many bytes, or all there are if they are fewer. */
export async function readUpTo(
  file: Deno.FsFile,
  most: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(most);
  let at = 0;
  while (at < most) {
    const read = await file.read(bytes.subarray(at));
    if (read === null) break;
    at += read;
  }
  return bytes.subarray(0, at);
}
