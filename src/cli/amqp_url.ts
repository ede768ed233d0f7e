import { EventCounterError, EXIT, messageOf } from "../model/errors.ts";
import { maskPassword } from "../model/mask_password.ts";
import {
  type AmqpAddress,
  parseAmqpAddress,
} from "../topology/amqp_address.ts";

const DEFAULT_URL = "amqp://guest:guest@localhost:5672";

/**
 * Finds the broker: the URL itself, or the file that holds it. A flag beats a
 * variable, also where one names the URL and the other the file.
 *
 * @param options What Cliffy parsed.
 * @param flags The command line as it was given, to tell flags from variables.
 * @throws {EventCounterError} 2 if the URL is none or the file cannot be read.
 */
export async function findAmqpAddress(
  options: { amqpUrl?: string; amqpUrlFile?: string },
  flags: readonly string[],
): Promise<AmqpAddress> {
  const { amqpUrl, amqpUrlFile } = options;
  const urlByFlag = flags.some((flag) => /^--amqp-url(=|$)/.test(flag));
  const fileByFlag = flags.some((flag) => /^--amqp-url-file(=|$)/.test(flag));
  if (
    amqpUrl !== undefined && amqpUrlFile !== undefined &&
    urlByFlag === fileByFlag
  ) {
    const [url, file] = urlByFlag
      ? ["--amqp-url", "--amqp-url-file"]
      : ["AMQP_URL", "AMQP_URL_FILE"];
    throw new EventCounterError(
      EXIT.usage,
      `Cannot choose a broker: ${url} (${maskPassword(amqpUrl)}) and ${file} ` +
        `("${amqpUrlFile}") are both given; give one of them`,
    );
  }
  if (amqpUrlFile === undefined || urlByFlag) {
    return parseAmqpAddress(amqpUrl ?? DEFAULT_URL);
  }
  return parseAmqpAddress(await readFirstLine(amqpUrlFile));
}

async function readFirstLine(path: string): Promise<string> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw new EventCounterError(
      EXIT.usage,
      `Cannot read the AMQP URL from "${path}": ${
        messageOf(error)
      }; check --amqp-url-file`,
      { cause: error },
    );
  }
  return text.split("\n", 1)[0]!.trim();
}
