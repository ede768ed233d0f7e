import { type ChannelModel, connect } from "amqplib";

/**
 * Uses a connection of its own for a moment. One that the broker ends fails
 * what is asked of it, and nothing besides.
 */
export async function onBroker<T>(
  url: string,
  use: (connection: ChannelModel) => Promise<T>,
): Promise<T> {
  const connection = await connect(url);
  connection.on("error", () => {});
  try {
    return await use(connection);
  } finally {
    await connection.close().catch(() => {/* It has ended already. */});
  }
}
