import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

const PIPES: SpawnOptions["stdio"] = ["ignore", "pipe", "pipe"];
const LAST_LINES = 40;

/** A program that runs beside the tests until it is stopped. */
export class Program {
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;
  private readonly log: string[] = [];

  constructor(path: string, args: string[], options: SpawnOptions = {}) {
    this.child = spawn(path, args, { ...options, stdio: PIPES });
    this.exited = once(this.child, "exit");
    // Whoever waits for the program sees the error; one that nobody waits for is no failure.
    this.exited.catch(() => undefined);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.log.push(...chunk.toString().split("\n"));
        this.log.splice(0, this.log.length - LAST_LINES);
      });
    }
  }

  /** Waits until `ready`; fails when the program ends before, or after half a minute. */
  async until(ready: (log: string) => boolean | Promise<boolean>): Promise<void> {
    const end = Date.now() + 30_000;
    while (!(await ready(this.log.join("\n")))) {
      if (this.child.exitCode !== null || Date.now() > end) {
        throw new Error(`${this.child.spawnfile} did not start:\n${this.log.join("\n")}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode === null && this.child.kill(signal)) await this.exited;
  }
}

/** Runs a program to its end; fails with what it said. */
export async function run(path: string, args: string[], options: SpawnOptions = {}): Promise<void> {
  const child: ChildProcess = spawn(path, args, { ...options, stdio: PIPES });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  }
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`${path} ${args.join(" ")}: ${said}`);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
