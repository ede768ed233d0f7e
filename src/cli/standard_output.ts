/**
 * Writes texts to standard output, each only when the one before has been taken:
 * whoever reads slowly is waited for. Whoever has read enough (`| head -1`) ends
 * it quietly.
 */
export async function writeOutput(texts: AsyncIterable<string>): Promise<void> {
  const encoder = new TextEncoder();
  for await (const text of texts) {
    const bytes = encoder.encode(text);
    try {
      for (let at = 0; at < bytes.length;) {
        at += await Deno.stdout.write(bytes.subarray(at));
      }
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) return;
      throw error;
    }
  }
}
