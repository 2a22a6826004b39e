// A platform that speaks signed webhooks and holds its answer to an order until the test says so: an operation that is
// under way for as long as it is looked at. What it promises stands in docs/integrate/webhook.md.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Folder } from "./avert";

interface Asked {
  type: string;
  data: { account: string; switches?: Record<string, boolean> };
}

export class SlowPlatform {
  /** Every order that was carried out, in order. */
  readonly carriedOut: string[] = [];
  private readonly disabled = new Set<string>();
  private readonly done = new Set<string>();
  private readonly waiting: (() => void)[] = [];
  private holdsAfter = Number.POSITIVE_INFINITY;

  private constructor(
    private readonly http: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<SlowPlatform> {
    const http = createServer();
    await new Promise<void>((settle) => http.listen(0, "127.0.0.1", settle));
    const platform = new SlowPlatform(http, `http://127.0.0.1:${(http.address() as AddressInfo).port}/avert`);
    http.on("request", (request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", async () => {
        const asked = JSON.parse(Buffer.concat(parts).toString()) as Asked;
        const [status, body] = await platform.answer(asked, String(request.headers["webhook-id"]));
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      });
    });
    return platform;
  }

  /** Puts it in the place of the simulated one. */
  serve(folder: Folder): void {
    folder.change(
      "avert.toml",
      'kind = "simulated"\nfile = "platform.jsonl"',
      `kind = "webhook"\nurl = "${this.url}"\nsecret_file = "webhook-secret"\nremedies = ["disable"]\nat_once = 1 `,
    );
    folder.write("webhook-secret", `whsec_${Buffer.alloc(32, 7).toString("base64")}\n`);
  }

  /** Carries out so many orders more, and holds the next. */
  holdAfter(orders: number): void {
    this.holdsAfter = this.carriedOut.length + orders;
  }

  /** Answers what was held, and holds nothing more. */
  release(): void {
    this.holdsAfter = Number.POSITIVE_INFINITY;
    for (const go of this.waiting.splice(0)) {
      go();
    }
  }

  async stop(): Promise<void> {
    this.release();
    this.http.closeAllConnections();
    await new Promise((settle) => this.http.close(settle));
  }

  private async answer({ type, data }: Asked, id: string): Promise<[number, unknown]> {
    switch (type) {
      case "account.state":
        return [200, { disabled: this.disabled.has(data.account) }];
      case "account.apply":
      case "account.restore":
        if (this.carriedOut.length >= this.holdsAfter) {
          await new Promise<void>((settle) => this.waiting.push(settle));
        }
        if (!this.done.has(id)) {
          this.done.add(id);
          this.carriedOut.push(`${type} ${data.account}`);
          const disable = type === "account.apply" || data.switches?.disabled === true;
          this.disabled[disable ? "add" : "delete"](data.account);
        }
        return [200, {}];
      default:
        return [501, { error: "not-offered" }];
    }
  }
}
