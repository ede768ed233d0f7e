/**
 * A value for each tag of a field table
 * (https://www.rabbitmq.com/amqp-0-9-1-errata#section_3), as it goes over the
 * wire and as it is read. RabbitMQ itself refuses `U`.
 */
export const FIELDS: Readonly<Record<string, [wire: number[], read: unknown]>> =
  {
    t: [[1], true],
    b: [[0xff], -1],
    B: [[0xff], 255],
    s: [[0xff, 0xfe], -2],
    u: [[0xff, 0xfe], 65_534],
    U: [[0xff, 0xfe], -2],
    I: [[0xff, 0xff, 0xff, 0xfb], -5],
    i: [[0xff, 0xff, 0xff, 0xfb], 4_294_967_291],
    l: [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], -1],
    L: [[0, 0, 1, 0x90, 0, 0, 0, 0], 0x190_0000_0000],
    f: [[0x3f, 0x80, 0, 0], 1],
    d: [[0xbf, 0xf0, 0, 0, 0, 0, 0, 0], -1],
    D: [[2, 0, 0, 1, 0], 2.56],
    S: [[0, 0, 0, 2, 0xc3, 0xbc], "ü"],
    A: [[0, 0, 0, 4, 116, 1, 98, 3], [true, 3]],
    T: [[0, 0, 0, 0, 0x60, 0, 0, 0], 0x6000_0000],
    F: [[0, 0, 0, 4, 1, 97, 116, 1], { a: true }],
    V: [[], null],
    x: [[0, 0, 0, 3, 1, 2, 3], new Uint8Array([1, 2, 3])],
  };

/** A field of that name with the value of a tag, as it goes over the wire. */
export function field(name: string, tag: string): number[] {
  const key = [...new TextEncoder().encode(name)];
  return [key.length, ...key, tag.charCodeAt(0), ...FIELDS[tag]![0]];
}
