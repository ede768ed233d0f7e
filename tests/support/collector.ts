/** An OpenTelemetry collector that keeps what is sent to it as JSON. */
export class Collector implements AsyncDisposable {
  /** What was posted to it so far, in order. */
  readonly requests: { path: string; headers: Headers; text: string }[] = [];
  readonly #server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const { headers } = request;
      const { pathname: path } = new URL(request.url);
      this.requests.push({ path, headers, text: await request.text() });
      return Response.json({});
    },
  );

  /** Where it listens. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /**
   * What came last of three metrics: events of the type `created`, whether the
   * run was a success, and how many checkpoints there were.
   */
  outcome(): { created: number; success: number; checkpoints: number } {
    const sent = this.requests
      .filter(({ text }) => text.includes("resourceMetrics"))
      .flatMap(({ text }) => JSON.parse(text).resourceMetrics)
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .flatMap(({ metrics }) => metrics);
    const named = (name: string) =>
      sent.findLast((metric) => metric.name === `eventcounter_${name}`);
    const created = named("events_total").sum.dataPoints.find((
      { attributes }: { attributes: { value: { stringValue: string } }[] },
    ) => attributes[0]?.value.stringValue === "created");
    const [{ count }] = named("checkpoint_duration_seconds").histogram
      .dataPoints;
    return {
      created: Number(created.asDouble ?? created.asInt),
      success: named("run_success").gauge.dataPoints[0].asDouble,
      checkpoints: Number(count),
    };
  }

  /** Listens no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
