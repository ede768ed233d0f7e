import { assertEquals } from "@std/assert";
import { posixChecksum } from "../../../tools/compile/posix_checksum.ts";
import { Random } from "../../../src/publish/random.ts";
