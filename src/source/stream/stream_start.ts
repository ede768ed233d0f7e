/**
 * Where to begin in a stream: at its first message, behind its last, at an
 * offset, or at about a time. The broker finds a time by blocks of messages, so
 * some that are a little older may come as well
 * (https://www.rabbitmq.com/docs/streams#consuming).
 */
export type StreamStart = "first" | "next" | number | Date;
