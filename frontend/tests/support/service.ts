import { homedir } from "node:os";
import { join } from "node:path";
import type { CarDraft } from "@/inventory/car";
import { freePort, Program } from "./process";

export const TOKEN = "correct-horse-battery-staple";

/** The real service, built by cargo, on a free port. */
export class Service {
  private constructor(
    readonly url: string,
    private readonly program: Program,
  ) {}

  static async start(databaseUrl: string): Promise<Service> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const program = new Program(binary(), ["serve"], {
      // Nothing of our own environment, which may name another database.
      env: {
        NODE_ENV: "test",
        HOST: "127.0.0.1",
        PORT: String(port),
        DATABASE_URL: databaseUrl,
        API_TOKENS: TOKEN,
        LOG_FORMAT: "text",
      },
    });
    await program.until(async () => {
      const answer = await fetch(`${url}/health/ready`).catch(() => null);
      return answer?.ok === true;
    });
    return new Service(url, program);
  }

  /** Adds cars one after the other, so that the last is the newest; gives their ids. */
  async add(cars: CarDraft[]): Promise<string[]> {
    const ids: string[] = [];
    for (const car of cars) {
      const { id } = (await this.write("POST", "/api/cars", car)) as { id: number };
      ids.push(String(id));
    }
    return ids;
  }

  async change(id: string, car: CarDraft): Promise<void> {
    await this.write("PUT", `/api/cars/${id}`, car);
  }

  async remove(id: string): Promise<void> {
    await this.write("DELETE", `/api/cars/${id}`, null);
  }

  async stop(): Promise<void> {
    await this.program.stop("SIGTERM");
  }

  private async write(method: string, path: string, car: CarDraft | null): Promise<unknown> {
    const answer = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: car && JSON.stringify(car),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? null : JSON.parse(text);
  }
}

function binary(): string {
  const target = process.env.CARGO_TARGET_DIR ?? join(homedir(), ".cache/provision/target");
  return process.env.APP_BINARY ?? join(target, "debug", "app");
}
